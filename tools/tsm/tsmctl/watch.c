// SPDX-License-Identifier: GPL-2.0
/*
 * tsmctl watch: events, as they come. When the socket has overrun, what there is
 * now is read anew, and that is said.
 */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tsmctl.h"
#include "ynl.h"

/**
 * struct seen - the numbers of a device's transitions that are known
 * @next: another device
 * @name: its name
 * @state: of the DSM, or of the interface of a function that holds none
 * @interface: of the interface
 */
struct seen {
	struct seen *next;
	char name[TSM_NAME_MAX];
	uint64_t state;
	uint64_t interface;
};

struct watch {
	const struct tsmctl *ctl;
	struct tsm_client *client;
	struct seen *seen;
};

static struct seen *find_seen(struct watch *w, const char *name)
{
	struct seen *seen;

	for (seen = w->seen; seen; seen = seen->next)
		if (!strcmp(seen->name, name))
			return seen;
	seen = calloc(1, sizeof(*seen));
	if (!seen)
		return NULL;
	snprintf(seen->name, sizeof(seen->name), "%s", name);
	/* Of a device that is new, any number is the next one */
	seen->state = UINT64_MAX;
	seen->interface = UINT64_MAX;
	seen->next = w->seen;
	w->seen = seen;
	return seen;
}

static void free_seen(struct watch *w)
{
	struct seen *seen;

	while ((seen = w->seen)) {
		w->seen = seen->next;
		free(seen);
	}
}

static const char *now_text(void)
{
	static char text[40];
	struct timespec now;
	struct tm tm;
	size_t len;

	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &tm);
	len = strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(text + len, sizeof(text) - len, ".%03ldZ", now.tv_nsec / 1000000);
	return text;
}

static struct json_object *event_document(const struct watch *w, const char *event)
{
	struct json_object *doc = document(w->ctl);

	add_text(doc, "time", now_text());
	add_text(doc, "event", event);
	return doc;
}

static void tell_tsm(const struct watch *w, const struct pci_tsm_tsm_get_rsp *tsm,
		     const char *event)
{
	struct json_object *doc;

	if (!w->ctl->json) {
		printf("%s %-13s %s\n", now_text(), safe(tsm->name), event);
		return;
	}
	doc = event_document(w, event);
	json_object_object_add(doc, "tsm", tsm_document(tsm));
	emit(doc);
}

static void print_dev_event(const struct pci_tsm_dev_get_rsp *dev, const char *event)
{
	bool interface = dev->event == PCI_TSM_EVENT_INTERFACE;
	unsigned int state = interface ? dev->interface_state : dev->state;
	unsigned int reason = interface ? dev->interface_reason : dev->reason;

	printf("%s %-13s %-9s ", now_text(), safe(dev->name), event);
	if (dev->event == PCI_TSM_EVENT_EVIDENCE) {
		printf("generation %" PRIu64 "\n", (uint64_t)dev->generation);
		return;
	}
	if (dev->event == PCI_TSM_EVENT_STREAM_FAILED) {
		printf("%s (%s)\n", safe(dev->failed_stream.name),
		       named(pci_tsm_reason_str(dev->failed_stream.reason),
			     dev->failed_stream.reason));
		return;
	}
	if (dev->_present.old_state)
		printf("%s -> ", named(pci_tsm_state_str(dev->old_state), dev->old_state));
	printf("%s (%s)\n", named(pci_tsm_state_str(state), state),
	       named(pci_tsm_reason_str(reason), reason));
}

static void tell_dev(const struct watch *w, const struct pci_tsm_dev_get_rsp *dev,
		     const char *event)
{
	struct json_object *doc;

	if (!w->ctl->json) {
		print_dev_event(dev, event);
		return;
	}
	doc = event_document(w, event);
	if (dev->_present.old_state)
		add_text(doc, "old_state",
			 named(pci_tsm_state_str(dev->old_state), dev->old_state));
	json_object_object_add(doc, "device", dev_document(dev));
	emit(doc);
}

static void tell_loss(const struct watch *w, const char *name)
{
	struct json_object *doc;

	if (!w->ctl->json) {
		printf("%s %-13s lost      %s\n", now_text(), name ? safe(name) : "-",
		       name ? "transitions are missing" : "events are missing, what there is now:");
		return;
	}
	doc = event_document(w, "lost");
	add_text(doc, "name", name);
	emit(doc);
}

static void learn(struct watch *w, const struct pci_tsm_dev_get_rsp *dev)
{
	struct seen *seen = find_seen(w, dev->name ?: "");

	if (!seen)
		return;
	seen->state = dev->seq;
	seen->interface = dev->interface_seq;
}

/* All that there is, by a socket that gets no events; told if @told */
static int read_all(struct watch *w, bool told, struct tsm_error *err)
{
	struct lists lists;

	if (lists_get(&lists, err))
		return -1;
	free_seen(w);
	ynl_dump_foreach(lists.tsms, tsm)
		if (told)
			tell_tsm(w, tsm, "sync");
	ynl_dump_foreach(lists.devs, dev) {
		learn(w, dev);
		if (told)
			tell_dev(w, dev, "sync");
	}
	lists_free(&lists);
	return 0;
}

/*
 * Transitions come in the order of their numbers. One that is older than what was
 * read anew is no news; a device that went away and came back begins with 1. With
 * the one after a gap comes all that there is to know of the device.
 */
static void got_dev(struct watch *w, const struct pci_tsm_dev_get_rsp *dev)
{
	bool interface = dev->event == PCI_TSM_EVENT_INTERFACE;
	struct seen *seen = find_seen(w, dev->name ?: "");
	uint64_t seq = interface ? dev->interface_seq : dev->seq, *last;

	if (seen && (interface || dev->event == PCI_TSM_EVENT_STATE)) {
		last = interface ? &seen->interface : &seen->state;
		if (*last != UINT64_MAX && seq > 1 && seq <= *last)
			return;
		if (*last != UINT64_MAX && seq > *last + 1)
			tell_loss(w, dev->name);
		*last = seq;
	}
	tell_dev(w, dev, named(pci_tsm_event_str(dev->event), dev->event));
}

static void got_events(struct watch *w)
{
	struct ynl_sock *ys = tsm_client_ynl(w->client);
	struct ynl_ntf_base_type *ntf;

	while ((ntf = ynl_ntf_dequeue(ys))) {
		if (ntf->cmd == PCI_TSM_CMD_DEV_NTF) {
			got_dev(w, &((struct pci_tsm_dev_get_ntf *)ntf)->obj);
		} else if (ntf->cmd == PCI_TSM_CMD_TSM_NTF) {
			struct pci_tsm_tsm_get_rsp *tsm = &((struct pci_tsm_tsm_get_ntf *)ntf)->obj;

			tell_tsm(w, tsm, named(pci_tsm_event_str(tsm->event), tsm->event));
		}
		ynl_ntf_free(ntf);
	}
	fflush(stdout);
}

static int watch_once(struct watch *w, struct tsm_error *err)
{
	struct ynl_sock *ys = tsm_client_ynl(w->client);
	struct pollfd pfd = { .fd = ynl_socket_get_fd(ys), .events = POLLIN };
	bool overran = false;
	int rc;

	if (poll(&pfd, 1, -1) < 0)
		return errno == EINTR ? 0 : tsm_fail(err, TSM_FAILED, errno, "poll: %s",
						     strerror(errno));
	do {
		ys->err.code = 0;
		errno = 0;
		rc = ynl_ntf_check(ys);
		overran |= rc && errno == ENOBUFS;
	} while (rc && errno == ENOBUFS);
	if (rc)
		return tsm_client_fail(w->client, err, "events");
	/* What came before the loss is told before it */
	got_events(w);
	if (!overran)
		return 0;
	tell_loss(w, NULL);
	rc = read_all(w, true, err);
	fflush(stdout);
	return rc;
}

int watch_command(struct tsmctl *ctl, struct tsm_error *err)
{
	struct watch w = { .ctl = ctl };
	int rc;

	catch_signals();
	w.client = tsm_client_open(err);
	if (!w.client)
		return -1;
	rc = ynl_subscribe(tsm_client_ynl(w.client), PCI_TSM_MCGRP_EVENTS);
	if (rc)
		tsm_client_fail(w.client, err, "events");
	else
		rc = read_all(&w, false, err);
	while (!rc && !interrupted)
		rc = watch_once(&w, err);
	free_seen(&w);
	tsm_client_close(w.client);
	return rc;
}
