// SPDX-License-Identifier: GPL-2.0
/*
 * tsmctl list and show: what there is.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "tsmctl.h"
#include "ynl.h"

/* How often a list may change while it is read */
#define TRIES	8

void lists_free(struct lists *lists)
{
	if (lists->tsms)
		pci_tsm_tsm_get_list_free(lists->tsms);
	if (lists->devs)
		pci_tsm_dev_get_list_free(lists->devs);
}

static int read_lists(struct lists *lists, struct tsm_error *err, bool *again)
{
	struct tsm_client *client = tsm_client_open(err);
	struct ynl_sock *ys;

	*again = false;
	memset(lists, 0, sizeof(*lists));
	if (!client)
		return -1;
	ys = tsm_client_ynl(client);
	lists->tsms = pci_tsm_tsm_get_dump(ys);
	if (lists->tsms)
		lists->devs = pci_tsm_dev_get_dump(ys);
	if (!lists->devs) {
		*again = ys->err.code == YNL_ERROR_DUMP_INTER;
		tsm_client_fail(client, err, "list");
		lists_free(lists);
	}
	tsm_client_close(client);
	return lists->devs ? 0 : -1;
}

/* A socket whose dump was interrupted has the rest of it: each try has a new one */
int lists_get(struct lists *lists, struct tsm_error *err)
{
	bool again = true;
	int rc = -1;

	for (int i = 0; rc && again && i < TRIES; i++)
		rc = read_lists(lists, err, &again);
	return rc;
}

static void print_tsms(struct pci_tsm_tsm_get_list *list)
{
	static const char *const heads[] = {
		"TSM", "MODE", "RANK", "CONNECTIONS", "CAPABILITIES", "PARENT", NULL
	};
	struct table *table = table_new(heads);
	char rank[16], connections[16];

	ynl_dump_foreach(list, tsm) {
		const char *cells[] = {
			safe(tsm->name), named(pci_tsm_mode_str(tsm->mode), tsm->mode), rank,
			connections, tsm_caps(tsm->caps), safe(tsm->parent),
		};

		snprintf(rank, sizeof(rank), "%d", tsm->rank);
		snprintf(connections, sizeof(connections), "%u", tsm->connections);
		table_add(table, cells);
	}
	table_end(table);
}

static void print_devs(struct pci_tsm_dev_get_list *list)
{
	static const char *const heads[] = {
		"DEVICE", "TSM", "STATE", "REASON", "IDENTITY", "EVIDENCE", "STREAM", NULL
	};
	struct table *table = table_new(heads);
	char tsm[16], generation[24];

	ynl_dump_foreach(list, dev) {
		const char *cells[] = {
			safe(dev->name), tsm, named(pci_tsm_state_str(dev->state), dev->state),
			named(pci_tsm_reason_str(dev->reason), dev->reason),
			named(pci_tsm_identity_str(dev->identity), dev->identity), generation,
			dev->n_stream ? safe(dev->stream[0].name) : "-",
		};

		snprintf(tsm, sizeof(tsm), dev->_present.tsm_id ? "tsm%u" : "-", dev->tsm_id);
		snprintf(generation, sizeof(generation), dev->generation ? "%" PRIu64 : "-",
			 (uint64_t)dev->generation);
		table_add(table, cells);
	}
	table_end(table);
}

static void emit_lists(const struct tsmctl *ctl, struct lists *lists)
{
	struct json_object *doc = document(ctl);
	struct json_object *tsms = json_object_new_array(), *devs = json_object_new_array();

	ynl_dump_foreach(lists->tsms, tsm)
		json_object_array_add(tsms, tsm_document(tsm));
	ynl_dump_foreach(lists->devs, dev)
		json_object_array_add(devs, dev_document(dev));
	json_object_object_add(doc, "tsms", tsms);
	json_object_object_add(doc, "devices", devs);
	emit(doc);
}

int list_command(struct tsmctl *ctl, struct tsm_error *err)
{
	struct lists lists;

	if (lists_get(&lists, err))
		return -1;
	if (ctl->json) {
		emit_lists(ctl, &lists);
	} else {
		print_tsms(lists.tsms);
		putchar('\n');
		print_devs(lists.devs);
	}
	lists_free(&lists);
	return 0;
}

static void line(const char *what, const char *text)
{
	printf("  %-14s%s\n", what, or_dash(text));
}

static void print_state(const char *what, unsigned int state, unsigned int reason, uint64_t seq)
{
	printf("  %-14s%s (%s, transition %" PRIu64 ")\n", what,
	       named(pci_tsm_state_str(state), state),
	       named(pci_tsm_reason_str(reason), reason), seq);
}

static void print_counters(const struct pci_tsm_counters *c)
{
	printf("  %-14s%" PRIu64 " succeeded, %" PRIu64 " refused\n", "connects",
	       (uint64_t)c->connects, (uint64_t)c->refused);
	if (c->last_error)
		printf("  %-14s%s\n", "last error", strerror(c->last_error));
	printf("  %-14s%" PRIu64 "\n", "disconnects", (uint64_t)c->disconnects);
	printf("  %-14s%" PRIu64 "\n", "ops cancelled", (uint64_t)c->cancels);
	for (unsigned int i = 0; i < c->n_loss; i++)
		printf("  %-14s%" PRIu64 " by %s\n", i ? "" : "losses", (uint64_t)c->loss[i].count,
		       named(pci_tsm_reason_str(c->loss[i].reason), c->loss[i].reason));
}

static void print_dev(const struct pci_tsm_dev_get_rsp *dev)
{
	char text[64];

	printf("%s\n", safe(dev->name));
	line("role", named(pci_tsm_mode_str(dev->role), dev->role));
	line("capabilities", dev_caps(dev->caps));
	snprintf(text, sizeof(text), dev->_present.tsm_id ? "tsm%u" : "-", dev->tsm_id);
	line("TSM", text);
	line("DSM", safe(dev->dsm));
	print_state("state", dev->state, dev->reason, dev->seq);
	print_state("interface", dev->interface_state, dev->interface_reason, dev->interface_seq);
	line("identity", named(pci_tsm_identity_str(dev->identity), dev->identity));
	snprintf(text, sizeof(text), dev->generation ? "generation %" PRIu64 : "-",
		 (uint64_t)dev->generation);
	line("evidence", text);
	for (unsigned int i = 0; i < dev->n_stream; i++) {
		snprintf(text, sizeof(text), "%u, %.40s", dev->stream[i].id,
			 safe(dev->stream[i].name));
		line(i ? "" : "streams", text);
	}
	if (dev->_present.counters)
		print_counters(&dev->counters);
}

int show_command(struct tsmctl *ctl, struct tsm_error *err)
{
	struct pci_tsm_dev_get_req req = {};
	struct pci_tsm_dev_get_rsp *dev;
	struct tsm_client *client;
	struct json_object *doc;
	char name[TSM_NAME_MAX];

	if (parse_device(ctl->args[0], name, err))
		return -1;
	client = tsm_client_open(err);
	if (!client)
		return -1;
	req.name = name;
	req._present.name_len = strlen(name);
	dev = pci_tsm_dev_get(tsm_client_ynl(client), &req);
	if (!dev)
		tsm_client_fail(client, err, name);
	tsm_client_close(client);
	if (!dev)
		return -1;
	if (ctl->json) {
		doc = document(ctl);
		json_object_object_add(doc, "device", dev_document(dev));
		emit(doc);
	} else {
		print_dev(dev);
	}
	pci_tsm_dev_get_rsp_free(dev);
	return 0;
}
