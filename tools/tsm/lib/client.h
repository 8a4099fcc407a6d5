/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The kernel's family pci-tsm, for programs: one socket, requests that are waited
 * for, evidence put together from its pieces. On top of the client that is
 * generated from the spec (generated/pci-tsm-user.h), whose structures are used
 * where they say all.
 */
#ifndef TSM_CLIENT_H
#define TSM_CLIENT_H

#include "evidence.h"
#include "generated/pci-tsm-user.h"

struct tsm_client;

/* NULL and @err filled in if there is no such family, or no socket */
struct tsm_client *tsm_client_open(struct tsm_error *err);
void tsm_client_close(struct tsm_client *client);
/* The generated client's socket, for what is not in here */
struct ynl_sock *tsm_client_ynl(struct tsm_client *client);
/* Call the generated client's error ours; for after a NULL or negative return */
int tsm_client_fail(struct tsm_client *client, struct tsm_error *err, const char *what);

/**
 * struct tsm_ask - a verb
 * @cmd: PCI_TSM_CMD_CONNECT, _DISCONNECT, _LOCK, _UNLOCK, _ACCEPT or _EVIDENCE_REFRESH
 * @device: its name
 * @tsm_id: the TSM that is meant, or -1
 * @slot: certificate slot, or -1
 * @types: bits of the types of evidence to get anew
 * @nonce: TSM_NONCE_SIZE bytes, or NULL
 * @generation: for accept
 */
struct tsm_ask {
	int cmd;
	const char *device;
	int tsm_id;
	int slot;
	uint32_t types;
	const uint8_t *nonce;
	uint64_t generation;
};

/**
 * struct tsm_done - the end of a verb
 * @cookie: of the request
 * @error: errno, 0 for success
 * @generation: of the evidence afterwards, 0 if there is none
 * @text: what went wrong, or empty
 */
struct tsm_done {
	uint64_t cookie;
	int error;
	uint64_t generation;
	char text[128];
};

/* Submit a verb; 0 and its cookie, or -1 */
int tsm_client_submit(struct tsm_client *client, const struct tsm_ask *ask, uint64_t *cookie,
		      struct tsm_error *err);
/*
 * Wait for the end of a request; others that end meanwhile are kept. *@stop, if
 * there is such a one, becoming true (by a signal's handler) cancels the request, and
 * the wait goes on for its end. @tick, if any, is called about every 100 ms.
 * 0: there is an end, of whatever kind; -1: there will be none.
 */
int tsm_client_wait(struct tsm_client *client, uint64_t cookie, struct tsm_done *done,
		    const volatile bool *stop, void (*tick)(void *), void *data,
		    struct tsm_error *err);
/*
 * Read evidence: of the request @cookie, or else of @generation, or else (both 0) what
 * is current. @types 0: all that the caller may have. A generation that goes away
 * meanwhile is read again if none was named. 0 or -1, @ev is empty on failure.
 */
int tsm_client_evidence(struct tsm_client *client, const char *device, uint32_t types,
			uint64_t generation, uint64_t cookie, bool digests,
			struct tsm_evidence *ev, struct tsm_error *err);

#endif /* TSM_CLIENT_H */
