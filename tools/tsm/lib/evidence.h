/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Evidence: the objects of one device, in memory and as a directory.
 *
 * A directory is self-contained, so that it can be judged on another machine:
 * evidence.json says what there is, and each object is a file of its own with
 * the bytes of the kernel. Nothing in evidence.json is trusted by a verifier
 * without a look at the bytes.
 */
#ifndef TSM_EVIDENCE_H
#define TSM_EVIDENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"

#define TSM_SLOTS		8
#define TSM_NONCE_SIZE		32
#define TSM_DIGEST_MAX		64
#define TSM_OBJECT_MAX		(16u << 20)
#define TSM_NAME_MAX		32

/* Types of objects, as the kernel numbers them; 0 to 7 are certificate chains */
enum tsm_type {
	TSM_SLOT0,
	TSM_VCA = 8,
	TSM_MEASUREMENTS,
	TSM_REPORT,
	TSM_CHALLENGE,
	TSM_TYPES,
};

/**
 * struct tsm_object - one object
 * @there: it is; all else is zero if it is not
 * @data: its bytes, from malloc(); NULL where only digests were asked for
 * @len: how many the whole object has
 * @digest: of the whole object, as the kernel says
 * @digest_len: its bytes, 0 for none
 * @record_offset: where its record begins, i.e. what it says of the device
 * @record_len: bytes of the record
 * @slot: whose key signed it, or -1
 * @has_nonce: it is an answer to @nonce
 * @nonce: what the asker chose
 */
struct tsm_object {
	bool there;
	uint8_t *data;
	size_t len;
	uint8_t digest[TSM_DIGEST_MAX];
	size_t digest_len;
	size_t record_offset;
	size_t record_len;
	int slot;
	bool has_nonce;
	uint8_t nonce[TSM_NONCE_SIZE];
};

/**
 * struct tsm_evidence - what is known of one device
 * @device: its name, DDDD:BB:DD.F
 * @generation: of the kernel's evidence; 0 for unknown
 * @spdm_version: 0x10 to 0x13, or 0 for unknown; as the kernel says
 * @hash: name of the hash, likewise
 * @signature: name of the signature algorithm, likewise
 * @objects: by type
 */
struct tsm_evidence {
	char device[TSM_NAME_MAX];
	uint64_t generation;
	uint8_t spdm_version;
	char hash[TSM_NAME_MAX];
	char signature[TSM_NAME_MAX];
	struct tsm_object objects[TSM_TYPES];
};

/* "slot0" to "slot7", "vca", "measurements", "report", "challenge" */
const char *tsm_type_name(unsigned int type);
/* The type of a name, or -1 */
int tsm_type_of(const char *name);

/* Free all objects; @ev is all zero afterwards */
void tsm_evidence_free(struct tsm_evidence *ev);
/* Write @ev into the directory @dir, which is made if need be; 0 or -1 */
int tsm_evidence_save(const struct tsm_evidence *ev, const char *dir, struct tsm_error *err);
/* Read a directory that anybody may have written; @ev is empty on failure; 0 or -1 */
int tsm_evidence_load(struct tsm_evidence *ev, const char *dir, struct tsm_error *err);

#endif /* TSM_EVIDENCE_H */
