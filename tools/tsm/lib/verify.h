/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Does the evidence hold? A verifier of its own, which shares nothing with the
 * kernel's: OpenSSL, and what DSP0274 says of the bytes.
 *
 * The version and the algorithms are read from the VCA, which the device signs
 * from SPDM 1.2 on, not from what came beside the objects.
 */
#ifndef TSM_VERIFY_H
#define TSM_VERIFY_H

#include <time.h>

#include "evidence.h"

#define TSM_CHECKS_MAX	64
#define TSM_BLOCKS_MAX	255

enum tsm_result {
	TSM_PASS,
	TSM_FAIL,
	TSM_NOT_CHECKED,	/* there is nothing to check it against */
};

/**
 * struct tsm_check - a line of the table
 * @what: was looked at, e.g. "slot0: chain leads to the CA"
 * @result: how it ended
 * @detail: why, or what was seen; may be empty
 */
struct tsm_check {
	char what[64];
	enum tsm_result result;
	char detail[160];
};

/**
 * struct tsm_block - one measurement
 * @index: as the device numbers it
 * @type: DMTF type, e.g. 1 for mutable firmware; see tsm_block_type()
 * @raw: @value is no digest
 * @value: its bytes, in the evidence that was verified
 * @len: how many
 */
struct tsm_block {
	unsigned int index;
	unsigned int type;
	bool raw;
	const uint8_t *value;
	size_t len;
};

/**
 * struct tsm_verify_args - what is asked
 * @ca_file: PEM file with the anchors; NULL: no anchor, so the chain is not trusted
 * @policy_file: JSON file with reference values, or NULL
 * @digests_file: JSON file with digests of objects from somebody who is trusted
 *	(the guest's TSM), or NULL
 * @nonce: what must have been signed along, TSM_NONCE_SIZE bytes; NULL: the one in
 *	the evidence, of which nobody knows how old it is
 * @now: when certificates must be valid; 0 for now
 */
struct tsm_verify_args {
	const char *ca_file;
	const char *policy_file;
	const char *digests_file;
	const uint8_t *nonce;
	time_t now;
};

/**
 * struct tsm_verdict - what came of it
 * @ok: every check passed, and the identity and at least one signature over a
 *	nonce are among them
 * @nr_checks: lines in @checks
 * @checks: the table
 * @uncovered: bits of the types that no signature and no digest covers
 * @subject: of the leaf that signed, as text; escaped, since the device chose it
 * @version: of SPDM, as in the VCA; 0 for none
 * @hash: name of the hash, as in the VCA
 * @signature: name of the signature algorithm, likewise
 * @asked_all: no measurement was left out of the questions
 * @listed: bits of the types of measurements that the policy has a row for
 * @unlisted: and of those that it has none for; a type may be in both
 * @nr_blocks: in @blocks
 * @blocks: the measurements, in the device's order
 */
struct tsm_verdict {
	bool ok;
	unsigned int nr_checks;
	struct tsm_check checks[TSM_CHECKS_MAX];
	unsigned int uncovered;
	char subject[256];
	uint8_t version;
	char hash[TSM_NAME_MAX];
	char signature[TSM_NAME_MAX];
	bool asked_all;
	uint32_t listed, unlisted;
	unsigned int nr_blocks;
	struct tsm_block blocks[TSM_BLOCKS_MAX];
};

/*
 * Judge @ev. 0: there is a verdict, of whatever kind; -1: a file of @args cannot be
 * used, see @err. @verdict points into @ev.
 */
int tsm_verify(const struct tsm_evidence *ev, const struct tsm_verify_args *args,
	       struct tsm_verdict *verdict, struct tsm_error *err);
/* What a DMTF measurement type means, e.g. "mutable firmware" */
const char *tsm_block_type(unsigned int type);

#endif /* TSM_VERIFY_H */
