/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the parts of evidence share: evidence of a software DSM, and what a verifier
 * says of it.
 */
#ifndef __SPDM_EVIDENCE_H
#define __SPDM_EVIDENCE_H

#include "pair.h"
#include "lib/verify.h"

/* What to get of a device, besides its VCA and the chain of the slot */
#define GET_MEASURED	BIT(TSM_MEASUREMENTS)
#define GET_CHALLENGED	BIT(TSM_CHALLENGE)
#define GET_REPORT	BIT(TSM_REPORT)
#define GET_OTHER_CHAIN	BIT(31)
#define GET_SUMMARY	BIT(30)	/* of measurements, in the challenge */

/**
 * struct wish - evidence that is wanted
 * @options: what the two agree on
 * @what: GET_*
 * @slot: whose key signs
 * @only: the block that is signed, besides the first one; 0 for all
 * @session: measurements in a session
 * @nonce: all of its bytes
 */
struct wish {
	const struct pair_options *options;
	u32 what;
	unsigned int slot;
	u8 only;
	bool session;
	u8 nonce;
};

/**
 * struct judgement - what a verifier is asked, and says
 * @args: what it is asked
 * @nonce: the one in there
 * @verdict: what it said last
 * @err: why it said nothing
 */
struct judgement {
	struct tsm_verify_args args;
	u8 nonce[TSM_NONCE_SIZE];
	struct tsm_verdict verdict;
	struct tsm_error err;
};

/* evidence-make.c */
/* Converse, and keep what comes of it; 0, or -1 and why on stdout */
int evidence_make(struct tsm_evidence *ev, const struct wish *wish);
/* A challenge with all that came before it in the conversation of spdm_authenticate() */
int evidence_authenticate(struct tsm_evidence *ev, const struct pair_options *options);

/* evidence-spoil.c */
void judgement_init(struct judgement *j, const char *ca_file, u8 nonce);
bool holds(struct judgement *j, const struct tsm_evidence *ev);
/* Types that what was signed covers, if the signer is trusted */
u32 covered_by(const struct tsm_evidence *ev, unsigned int slot);
/*
 * Flip a bit in each byte of the objects in @types, or in about @some of each, one at a
 * time; each time the evidence must not hold. Returns false, and where it was, if it did.
 */
bool flips_noticed(struct judgement *j, struct tsm_evidence *ev, u32 types, size_t some,
		   char *where, size_t size);

/* evidence-cases.c */
/* Make a folder for files of the tests, and in there roots in PEM */
void evidence_files(struct key *anchors);
/* The file of a root */
const char *ca_of(u32 asym);
void evidence_cases(const char *identity, struct key *anchors);

#endif /* __SPDM_EVIDENCE_H */
