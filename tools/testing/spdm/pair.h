/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A requester and a software DSM that talk to each other in one process, and a
 * tape of what they said.
 */
#ifndef __SPDM_PAIR_H
#define __SPDM_PAIR_H

#include <linux/types.h>

#include "openssl.h"
#include "spdm.h"

struct dsm_device;
struct dsm_faults;

#define TAPE_MAX	512	/* exchanges */
#define OBJECT_MAX	(72 * 1024)

/* One exchange, as it was on the wire */
struct taped {
	bool secured, answer_secured;
	u8 *req, *rsp;
	size_t req_len, rsp_len;
};

struct tape {
	struct taped at[TAPE_MAX];
	unsigned int nr;
};

/**
 * struct pair_options - what to agree on; 0 leaves it to the two
 * @version: the only one that the DSM speaks
 * @asym: the only signature, and so on
 * @transfer: DataTransferSize of the DSM
 * @max_object: the largest object of the requester
 * @caps: of the DSM, all that it has if 0
 * @faults: of the DSM
 * @cache: of the requester
 * @anchors: for the chains, NULL for all of the identity
 */
struct pair_options {
	const char *identity;
	u8 version;
	u32 asym, hash;
	u16 dhe, aead;
	u32 transfer, max_object;
	u32 caps;
	u8 heartbeat_s;
	const struct dsm_faults *faults;
	struct spdm_chain_cache *cache;
	struct key *anchors;
};

/**
 * struct pair - the two
 * @spdm: the requester
 * @dev: the device, NULL if the tape answers
 * @tape: what was said, or what is to be said
 * @at: number of the next exchange
 * @again: requests that only asked for an answer that was not ready
 * @diverged: the requester said something else than on the tape
 * @again_random: the random numbers of the conversation before
 * @spoil: called with each answer: its new length; optional
 */
struct pair {
	struct spdm *spdm;
	struct dsm_device *dev;
	struct tape *tape;
	unsigned int at;
	unsigned int again;
	bool diverged;
	bool again_random;
	size_t (*spoil)(struct pair *pair, struct taped *x, u8 *rsp, size_t len);
	void *spoil_arg;
};

/* All anchors of an identity that gen-identity.sh made */
int anchors_load(struct key *anchors, const char *dir);
void anchors_free(struct key *anchors);

/* Against a DSM, taped if there is a tape; or, without @live, against the tape. 0, or an errno. */
int pair_open(struct pair *pair, const struct pair_options *options, bool live);
void pair_close(struct pair *pair);

/* tape.c */
int tape_add(struct tape *tape, bool secured, const void *req, size_t req_len,
	     bool answer_secured, const void *rsp, size_t rsp_len);
void tape_clear(struct tape *tape);
/* Writes seeds for the fuzzers into folders below @dir. 0, or -1. */
int tape_seeds(const struct tape *tape, const char *dir, const char *name);

#endif /* __SPDM_PAIR_H */
