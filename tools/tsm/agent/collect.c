// SPDX-License-Identifier: GPL-2.0
/*
 * Evidence from the kernel of the host.
 *
 * All that the VM wants is got anew, over its nonce, and is read by the cookie of that
 * request. What a TSM does not get anew is that of the generation which the kernel had
 * when the request ended, so that all of an answer is of one device in one state.
 */
#include <errno.h>
#include <string.h>

#include "../lib/client.h"
#include "collect.h"

/* What a signature over the nonce ends; an old one is of no use */
#define SIGNED_TYPES	(1u << TSM_MEASUREMENTS | 1u << TSM_CHALLENGE)
#define TRIES		2

struct patience {
	int64_t deadline;
	volatile bool stop;
};

static void tick(void *data)
{
	struct patience *patience = data;

	if (stream_now() > patience->deadline)
		patience->stop = true;
}

static uint32_t types_of(const struct tsm_evidence *ev)
{
	uint32_t types = 0;

	for (unsigned int type = 0; type < TSM_TYPES; type++) {
		if (ev->objects[type].there)
			types |= 1u << type;
	}
	return types;
}

/* Have the device sign over the nonce; which generation it is of, and the cookie */
static int refresh(struct tsm_client *client, const char *device, const struct wire_get *get,
		   struct patience *patience, struct tsm_done *done, struct tsm_error *err)
{
	struct tsm_ask ask = {
		.cmd = PCI_TSM_CMD_EVIDENCE_REFRESH,
		.device = device,
		.tsm_id = -1,
		.slot = get->slot,
		.types = get->types,
		.nonce = get->nonce,
	};
	uint64_t cookie;

	if (tsm_client_submit(client, &ask, &cookie, err) ||
	    tsm_client_wait(client, cookie, done, &patience->stop, tick, patience, err))
		return -1;
	if (done->error)
		return tsm_fail(err, tsm_exit_of(done->error), done->error, "%s: %s",
				patience->stop ? "takes too long" : "refresh",
				done->text[0] ? done->text : strerror(done->error));
	done->cookie = cookie;
	return 0;
}

/* Move the objects of @from into @to, which has none of these types */
static void merge(struct tsm_evidence *to, struct tsm_evidence *from)
{
	for (unsigned int type = 0; type < TSM_TYPES; type++) {
		if (to->objects[type].there)
			continue;
		to->objects[type] = from->objects[type];
		memset(&from->objects[type], 0, sizeof(from->objects[type]));
	}
	tsm_evidence_free(from);
}

static int collect_once(struct tsm_client *client, const char *device, const struct wire_get *get,
			struct patience *patience, struct tsm_evidence *ev, struct tsm_error *err)
{
	struct tsm_done done = {};
	struct tsm_evidence rest;
	uint32_t missing;

	if (refresh(client, device, get, patience, &done, err) ||
	    tsm_client_evidence(client, device, get->types, 0, done.cookie, false, ev, err))
		return -1;
	missing = get->types & ~types_of(ev) & ~SIGNED_TYPES;
	if (!missing || !done.generation)
		return 0;
	if (tsm_client_evidence(client, device, missing, done.generation, 0, false, &rest, err)) {
		tsm_evidence_free(ev);
		return -1;
	}
	merge(ev, &rest);
	return 0;
}

int collect_from_kernel(struct collector *collector, const char *device,
			const struct wire_get *get, struct tsm_evidence *ev, struct tsm_error *err)
{
	unsigned int seconds = *(unsigned int *)collector->priv;
	struct patience patience = { .deadline = stream_now() + (int64_t)seconds * 1000 };
	struct tsm_client *client = tsm_client_open(err);
	int ret = -1;

	if (!client)
		return -1;
	/* The generation that it was signed in may be gone already: once more, then */
	for (int i = 0; ret && i < TRIES && !patience.stop; i++) {
		ret = collect_once(client, device, get, &patience, ev, err);
		if (ret && err->code != EAGAIN)
			break;
	}
	tsm_client_close(client);
	return ret;
}
