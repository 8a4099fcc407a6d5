// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel's family pci-tsm, for programs: requests and their ends. Reading
 * evidence is client-evidence.c.
 *
 * The end of a request may come before the reply to its verb was read, or while
 * another one is waited for. So each request has a record, from whichever of its
 * submission and its end comes first until somebody has waited for it.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client-private.h"
#include "ynl.h"

#define TICK_MS		100
/* A device at rest for so many ticks has no request under way, if its end was lost */
#define TICKS_AT_REST	20

struct record {
	struct record *next;
	char device[TSM_NAME_MAX];
	bool ended;
	struct tsm_done done;
};

static void copy_text(char *to, size_t room, const char *from)
{
	snprintf(to, room, "%s", from ? from : "");
}

/*
 * Errors
 */

/* libynl's "Kernel error: 'text' (bad attribute: x)" without the ornaments */
static void plain_text(const char *msg, char *to, size_t room)
{
	static const char lead[] = "Kernel error: ";
	const char *end;

	if (strncmp(msg, lead, strlen(lead))) {
		copy_text(to, room, msg);
		return;
	}
	msg += strlen(lead);
	end = strrchr(msg, '\'');
	if (*msg != '\'' || end == msg)
		copy_text(to, room, msg);
	else
		snprintf(to, room, "%.*s%s", (int)(end - msg - 1), msg + 1, end + 1);
}

int tsm_client_fail(struct tsm_client *client, struct tsm_error *err, const char *what)
{
	const struct ynl_error *e = &client->ys->err;
	/* A system call that failed leaves nothing but errno */
	int code = e->code ? (int)e->code : errno;
	char text[200];

	if (code >= __YNL_ERRNO_END)
		return tsm_fail(err, TSM_BROKEN, 0, "%s: %s", what, e->msg);
	if (e->code && e->msg[0])
		plain_text(e->msg, text, sizeof(text));
	else
		copy_text(text, sizeof(text), strerror(code));
	return tsm_fail(err, tsm_exit_of(code), code, "%s: %s", what, text);
}

struct tsm_client *tsm_client_open(struct tsm_error *err)
{
	struct tsm_client *client = calloc(1, sizeof(*client));
	struct ynl_error error = {};

	if (!client) {
		tsm_fail(err, TSM_FAILED, ENOMEM, "out of memory");
		return NULL;
	}
	client->ys = ynl_sock_create(&ynl_pci_tsm_family, &error);
	if (client->ys)
		return client;
	free(client);
	if (error.code == ENOENT)
		tsm_fail(err, TSM_NO_SUPPORT, ENOENT,
			 "this kernel has no PCI/TSM, or not in this network namespace");
	else
		tsm_fail(err, TSM_FAILED, error.code, "no netlink socket: %s",
			 error.msg[0] ? error.msg : strerror(errno));
	return NULL;
}

void tsm_client_close(struct tsm_client *client)
{
	struct record *record;

	if (!client)
		return;
	while ((record = client->records)) {
		client->records = record->next;
		free(record);
	}
	ynl_sock_destroy(client->ys);
	free(client);
}

struct ynl_sock *tsm_client_ynl(struct tsm_client *client)
{
	return client->ys;
}

/*
 * Records
 */

static struct record **find_record(struct tsm_client *client, uint64_t cookie)
{
	struct record **at = &client->records;

	while (*at && (*at)->done.cookie != cookie)
		at = &(*at)->next;
	return at;
}

static struct record *get_record(struct tsm_client *client, uint64_t cookie)
{
	struct record **at = find_record(client, cookie);

	if (!*at) {
		*at = calloc(1, sizeof(**at));
		if (*at)
			(*at)->done.cookie = cookie;
	}
	return *at;
}

static void drop_record(struct tsm_client *client, uint64_t cookie)
{
	struct record **at = find_record(client, cookie), *record = *at;

	if (!record)
		return;
	*at = record->next;
	free(record);
}

/* An end that there is no memory for is as good as lost */
static void note_end(struct tsm_client *client, const struct pci_tsm_request_done_rsp *rsp)
{
	struct record *record;

	if (!rsp->_present.cookie || !rsp->_present.error)
		return;
	record = get_record(client, rsp->cookie);
	if (!record) {
		client->lost = true;
		return;
	}
	record->ended = true;
	record->done.error = rsp->error;
	record->done.generation = rsp->_present.generation ? rsp->generation : 0;
	copy_text(record->done.text, sizeof(record->done.text), rsp->text);
}

/*
 * Events are for whoever asked for them by a socket of his own: a socket that waits
 * for requests should not overrun for what nobody reads.
 */
static void take_ends(struct tsm_client *client)
{
	struct ynl_ntf_base_type *ntf;

	while ((ntf = ynl_ntf_dequeue(client->ys))) {
		if (ntf->cmd == PCI_TSM_CMD_REQUEST_DONE)
			note_end(client, &((struct pci_tsm_request_done *)ntf)->obj);
		ynl_ntf_free(ntf);
	}
}

/*
 * Verbs. Each has a request and a reply of its own in the generated client, all of
 * the same make.
 */

#define SET_DEVICE(req, ask) do {					\
	(req)->dev_name = (char *)(ask)->device;			\
	(req)->_present.dev_name_len = strlen((ask)->device);		\
} while (0)

#define SET_TSM(req, ask) do {						\
	(req)->_present.tsm_id = (ask)->tsm_id >= 0;			\
	(req)->tsm_id = (ask)->tsm_id;					\
} while (0)

/* The cookie of a reply, which is freed; 0 if there is none */
#define COOKIE_OF(verb, rsp) ({						\
	uint64_t _cookie = 0;						\
									\
	if (rsp) {							\
		_cookie = (rsp)->_present.cookie ? (rsp)->cookie : 0;	\
		pci_tsm_##verb##_rsp_free(rsp);				\
		errno = 0;						\
	}								\
	_cookie;							\
})

#define DEFINE_PLAIN_VERB(verb)						\
static uint64_t submit_##verb(struct ynl_sock *ys, const struct tsm_ask *ask)	\
{									\
	struct pci_tsm_##verb##_req req = {};				\
	struct pci_tsm_##verb##_rsp *rsp;				\
									\
	SET_DEVICE(&req, ask);						\
	SET_TSM(&req, ask);						\
	rsp = pci_tsm_##verb(ys, &req);					\
	return COOKIE_OF(verb, rsp);					\
}

DEFINE_PLAIN_VERB(disconnect)
DEFINE_PLAIN_VERB(lock)
DEFINE_PLAIN_VERB(unlock)

static uint64_t submit_connect(struct ynl_sock *ys, const struct tsm_ask *ask)
{
	struct pci_tsm_connect_req req = {};
	struct pci_tsm_connect_rsp *rsp;

	SET_DEVICE(&req, ask);
	SET_TSM(&req, ask);
	req._present.slot = ask->slot >= 0;
	req.slot = ask->slot;
	rsp = pci_tsm_connect(ys, &req);
	return COOKIE_OF(connect, rsp);
}

static uint64_t submit_accept(struct ynl_sock *ys, const struct tsm_ask *ask)
{
	struct pci_tsm_accept_req req = {};
	struct pci_tsm_accept_rsp *rsp;

	SET_DEVICE(&req, ask);
	req._present.generation = 1;
	req.generation = ask->generation;
	rsp = pci_tsm_accept(ys, &req);
	return COOKIE_OF(accept, rsp);
}

static uint64_t submit_refresh(struct ynl_sock *ys, const struct tsm_ask *ask)
{
	struct pci_tsm_evidence_refresh_req req = {};
	struct pci_tsm_evidence_refresh_rsp *rsp;

	SET_DEVICE(&req, ask);
	req._present.types = 1;
	req.types = ask->types;
	req._present.slot = ask->slot >= 0;
	req.slot = ask->slot;
	req._present.nonce_len = ask->nonce ? TSM_NONCE_SIZE : 0;
	req.nonce = (void *)ask->nonce;
	rsp = pci_tsm_evidence_refresh(ys, &req);
	return COOKIE_OF(evidence_refresh, rsp);
}

static uint64_t submit(struct ynl_sock *ys, const struct tsm_ask *ask)
{
	switch (ask->cmd) {
	case PCI_TSM_CMD_CONNECT:
		return submit_connect(ys, ask);
	case PCI_TSM_CMD_DISCONNECT:
		return submit_disconnect(ys, ask);
	case PCI_TSM_CMD_LOCK:
		return submit_lock(ys, ask);
	case PCI_TSM_CMD_UNLOCK:
		return submit_unlock(ys, ask);
	case PCI_TSM_CMD_ACCEPT:
		return submit_accept(ys, ask);
	default:
		return submit_refresh(ys, ask);
	}
}

int tsm_client_submit(struct tsm_client *client, const struct tsm_ask *ask, uint64_t *cookie,
		      struct tsm_error *err)
{
	struct record *record;

	*cookie = submit(client->ys, ask);
	take_ends(client);
	if (!*cookie && !client->ys->err.code && !errno)
		return tsm_fail(err, TSM_BROKEN, 0, "%s: an answer without a cookie", ask->device);
	if (!*cookie)
		return tsm_client_fail(client, err, ask->device);
	record = get_record(client, *cookie);
	if (!record)
		return tsm_fail(err, TSM_FAILED, ENOMEM, "%s: out of memory", ask->device);
	copy_text(record->device, sizeof(record->device), ask->device);
	return 0;
}

/*
 * Waiting
 */

/* What became of it is told by its end; that there is no such request, too */
static void cancel(struct tsm_client *client, uint64_t cookie)
{
	struct pci_tsm_request_cancel_req req = {};

	req._present.cookie = 1;
	req.cookie = cookie;
	pci_tsm_request_cancel(client->ys, &req);
}

/* Read what there is without waiting; 0, or -1 if the socket is of no use any more */
static int read_messages(struct tsm_client *client, struct tsm_error *err)
{
	int rc;

	do {
		client->ys->err.code = 0;
		errno = 0;
		rc = ynl_ntf_check(client->ys);
		take_ends(client);
		if (rc && errno == ENOBUFS)
			client->lost = true;
	} while (rc && (errno == ENOBUFS || errno == EINTR));
	return rc ? tsm_client_fail(client, err, "waiting for the kernel") : 0;
}

static int state_of(struct tsm_client *client, const char *device)
{
	struct pci_tsm_dev_get_req req = {};
	struct pci_tsm_dev_get_rsp *rsp;
	int state = -1;

	req.name = (char *)device;
	req._present.name_len = strlen(device);
	rsp = pci_tsm_dev_get(client->ys, &req);
	if (rsp) {
		state = rsp->_present.state ? rsp->state : PCI_TSM_STATE_NONE;
		pci_tsm_dev_get_rsp_free(rsp);
	}
	take_ends(client);
	return state;
}

static bool on_the_way(int state)
{
	return state == PCI_TSM_STATE_CONNECTING || state == PCI_TSM_STATE_DISCONNECTING ||
	       state == PCI_TSM_STATE_LOCKING || state == PCI_TSM_STATE_ACCEPTING ||
	       state == PCI_TSM_STATE_UNLOCKING;
}

/*
 * The socket overran, and the end that is waited for may be what was lost. Then
 * the device's state says when there is nothing more to wait for.
 */
static int look_at_device(struct tsm_client *client, uint64_t cookie, unsigned int *at_rest,
			  struct tsm_error *err)
{
	struct record *record = *find_record(client, cookie);
	const char *device = record ? record->device : "";
	int state = state_of(client, device);

	if (record && record->ended)
		return 0;
	if (state < 0)
		return tsm_client_fail(client, err, device);
	*at_rest = on_the_way(state) ? 0 : *at_rest + 1;
	if (*at_rest < TICKS_AT_REST)
		return 0;
	return tsm_fail(err, TSM_FAILED, ENOBUFS,
			"%s: the socket overran and the end of the request was lost; it is %s now",
			device, pci_tsm_state_str(state) ?: "in a new state");
}

/* One turn of about a tick; 0 to go on */
static int wait_turn(struct tsm_client *client, uint64_t cookie, unsigned int *at_rest,
		     struct tsm_error *err)
{
	struct pollfd pfd = { .fd = ynl_socket_get_fd(client->ys), .events = POLLIN };
	int rc = poll(&pfd, 1, TICK_MS);

	if (rc < 0 && errno != EINTR)
		return tsm_fail(err, TSM_FAILED, errno, "poll: %s", strerror(errno));
	if (rc > 0)
		return read_messages(client, err);
	return client->lost && !rc ? look_at_device(client, cookie, at_rest, err) : 0;
}

int tsm_client_wait(struct tsm_client *client, uint64_t cookie, struct tsm_done *done,
		    const volatile bool *stop, void (*tick)(void *), void *data,
		    struct tsm_error *err)
{
	unsigned int at_rest = 0;
	bool cancelled = false;
	struct record *record;

	for (;;) {
		take_ends(client);
		record = *find_record(client, cookie);
		if (!record)
			return tsm_fail(err, TSM_NOT_THERE, ENOENT, "no such request");
		if (record->ended)
			break;
		if (stop && *stop && !cancelled) {
			cancelled = true;
			cancel(client, cookie);
			continue;
		}
		if (wait_turn(client, cookie, &at_rest, err)) {
			drop_record(client, cookie);
			return -1;
		}
		if (tick)
			tick(data);
	}
	*done = record->done;
	drop_record(client, cookie);
	return 0;
}
