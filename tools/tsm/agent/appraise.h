/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One device as the agent sees it: asked for, judged, and perhaps accepted.
 */
#ifndef TSM_APPRAISE_H
#define TSM_APPRAISE_H

#include "../lib/client.h"
#include "../lib/verify.h"
#include "ask.h"

/**
 * struct demands - what the agent wants of each device
 * @verify_args: CA, policy, digests; the nonce is each device's own
 * @types: bits of the types of evidence
 * @slot: of the key that is to sign, or -1
 * @verify_only: do not accept
 */
struct demands {
	struct tsm_verify_args verify_args;
	uint32_t types;
	int slot;
	bool verify_only;
};

/**
 * struct appraisal - what came of a device
 * @device: its name
 * @nonce: that was made for it
 * @when: it was judged
 * @generation: that the kernel has evidence of, and that is accepted; 0 for unknown
 * @ev: what the host sent
 * @judged: there is a verdict
 * @verdict: it
 * @bound: the VM's TSM vouched for the device that it is about
 * @accepted: the kernel trusts the device from here on
 * @err: why not all went well, kind TSM_OK otherwise
 */
struct appraisal {
	char device[TSM_NAME_MAX];
	uint8_t nonce[TSM_NONCE_SIZE];
	time_t when;
	uint64_t generation;
	struct tsm_evidence ev;
	bool judged;
	struct tsm_verdict verdict;
	bool bound;
	bool accepted;
	struct tsm_error err;
};

/*
 * Ask, judge, and accept @device. Whatever happens, @a tells of it, and is freed by the
 * caller. -1: the conversation with the host is over.
 */
int appraise(struct appraisal *a, const char *device, const struct demands *demands,
	     struct stream *host);
void appraise_free(struct appraisal *a);

#endif /* TSM_APPRAISE_H */
