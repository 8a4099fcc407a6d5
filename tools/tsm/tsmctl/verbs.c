// SPDX-License-Identifier: GPL-2.0
/*
 * tsmctl connect, disconnect, lock, unlock, accept: what changes a device's state.
 */
#include <stdio.h>
#include <string.h>

#include "tsmctl.h"

static int cmd_of(const char *name)
{
	static const int verbs[] = {
		PCI_TSM_CMD_CONNECT, PCI_TSM_CMD_DISCONNECT, PCI_TSM_CMD_LOCK,
		PCI_TSM_CMD_UNLOCK, PCI_TSM_CMD_ACCEPT,
	};

	for (size_t i = 0; i < sizeof(verbs) / sizeof(*verbs); i++)
		if (!strcmp(pci_tsm_op_str(verbs[i]), name))
			return verbs[i];
	return -1;
}

static struct pci_tsm_dev_get_rsp *get_dev(struct tsm_client *client, char *name)
{
	struct pci_tsm_dev_get_req req = { .name = name };

	req._present.name_len = strlen(name);
	return pci_tsm_dev_get(tsm_client_ynl(client), &req);
}

/* Who names no generation accepts what is known now, and not what comes after */
static int current_generation(struct tsm_client *client, struct tsm_ask *ask,
			      struct tsm_error *err)
{
	struct pci_tsm_dev_get_rsp *dev = get_dev(client, (char *)ask->device);

	if (!dev)
		return tsm_client_fail(client, err, ask->device);
	ask->generation = dev->generation;
	pci_tsm_dev_get_rsp_free(dev);
	return 0;
}

/* The device may be gone by now, which is no failure of the request */
static void report(const struct tsmctl *ctl, struct tsm_client *client, char *name,
		   const struct tsm_done *done)
{
	struct pci_tsm_dev_get_rsp *dev = get_dev(client, name);
	struct json_object *doc;

	if (ctl->json) {
		doc = document(ctl);
		add_text(doc, "name", name);
		add_number(doc, "generation", done->generation);
		if (dev)
			json_object_object_add(doc, "device", dev_document(dev));
		emit(doc);
	} else if (dev) {
		printf("%s: %s\n", name, named(pci_tsm_state_str(dev->state), dev->state));
	} else {
		printf("%s: done\n", name);
	}
	if (dev)
		pci_tsm_dev_get_rsp_free(dev);
}

int verb_command(struct tsmctl *ctl, struct tsm_error *err)
{
	struct tsm_ask ask = { .tsm_id = -1, .slot = ctl->slot, .generation = ctl->generation };
	struct tsm_client *client;
	char name[TSM_NAME_MAX];
	struct tsm_done done;
	int rc;

	ask.cmd = cmd_of(ctl->command);
	ask.device = name;
	if (parse_device(ctl->args[0], name, err))
		return -1;
	if (ctl->nr_args > 1 && parse_tsm(ctl->args[1], &ask.tsm_id, err))
		return -1;
	client = tsm_client_open(err);
	if (!client)
		return -1;
	rc = ask.cmd == PCI_TSM_CMD_ACCEPT && !ctl->has_generation ?
	     current_generation(client, &ask, err) : 0;
	if (!rc)
		rc = do_request(client, &ask, &done, err);
	if (!rc)
		report(ctl, client, name, &done);
	tsm_client_close(client);
	return rc;
}
