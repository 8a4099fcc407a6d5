/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the parts of the verifier share. A part answers with a bool; where that is
 * false, why is in the judge, for the line of the table.
 */
#ifndef TSM_JUDGE_H
#define TSM_JUDGE_H

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "verify.h"

#define TSM_CERTS_MAX	16
#define TSM_VERSION_12	0x12
#define TSM_VERSION_13	0x13
#define TSM_CAP_MEAS	0x18	/* in the flags of a device: it measures itself */

/**
 * struct tsm_hash - a hash
 * @bit: in BaseHashAlgo of SPDM
 * @name: as the kernel and policies call it
 * @size: bytes of a digest
 * @md: OpenSSL's
 */
struct tsm_hash {
	uint32_t bit;
	const char *name;
	size_t size;
	const EVP_MD *(*md)(void);
};

/**
 * struct tsm_asym - a signature algorithm
 * @bit: in BaseAsymAlgo of SPDM
 * @name: as the kernel and policies call it
 * @group: OpenSSL's name of the curve, NULL for RSA
 * @bits: of the key
 * @size: bytes of a signature
 */
struct tsm_asym {
	uint32_t bit;
	const char *name;
	const char *group;
	int bits;
	size_t size;
};

/**
 * struct tsm_vca - what both ends agreed on
 * @version: of SPDM
 * @caps: flags of the device
 * @hash: for signatures and digests of chains
 * @asym: for signatures
 * @meas_size: bytes of a digest in a measurement, 0 if there is none
 * @multi_key: DIGESTS tells of keys, too
 */
struct tsm_vca {
	uint8_t version;
	uint32_t caps;
	const struct tsm_hash *hash;
	const struct tsm_asym *asym;
	size_t meas_size;
	bool multi_key;
};

/**
 * struct tsm_statement - a message that is signed, taken apart
 * @purpose: what the signature says that it is for
 * @with_vca: the VCA is signed along
 * @slot: whose key signed
 * @nonce: of the requester
 * @digests: of the chain of each slot, as far as the device tells, or NULL
 * @record: what it says of the device, or NULL
 * @record_len: bytes of it
 * @data: the object
 * @signed_len: bytes of it that come before the signature
 * @sig: the signature
 */
struct tsm_statement {
	const char *purpose;
	bool with_vca;
	unsigned int slot;
	const uint8_t *nonce;
	const uint8_t *digests[TSM_SLOTS];
	const uint8_t *record;
	size_t record_len;
	const uint8_t *data;
	size_t signed_len;
	const uint8_t *sig;
};

/**
 * struct tsm_chain - a certificate chain
 * @certs: root side first
 * @nr: how many
 * @root_hash: in its head
 * @record_offset: where the certificates begin
 * @root_checked: @root_hash is that of a root that is here, and the way to the anchor
 *	reaches all that was sent
 */
struct tsm_chain {
	X509 *certs[TSM_CERTS_MAX];
	unsigned int nr;
	const uint8_t *root_hash;
	size_t record_offset;
	bool root_checked;
};

/**
 * struct tsm_signer - a slot whose key is said to have signed
 * @judged: the rest is known
 * @usable: the leaf has a key that may sign
 * @trusted: the chain leads to an anchor, too, and all in it is good
 * @signed_well: a signature of the key was good
 * @chain: the chain
 */
struct tsm_signer {
	bool judged, usable, trusted, signed_well;
	struct tsm_chain chain;
};

/**
 * struct tsm_judge - a verification under way
 * @ev: what is judged
 * @args: by which standards
 * @verdict: what came of it
 * @anchors: of the user, or NULL
 * @now: for certificates
 * @vca: what was agreed on, if @has_vca
 * @signers: by slot
 * @signed_well: a statement of somebody trusted was good
 * @failed: a check failed, be it in the table or not
 * @covered: bits of types that something vouches for
 * @why: why the last answer was no, or what there is to say about a yes
 */
struct tsm_judge {
	const struct tsm_evidence *ev;
	const struct tsm_verify_args *args;
	struct tsm_verdict *verdict;
	X509_STORE *anchors;
	time_t now;
	bool has_vca;
	struct tsm_vca vca;
	struct tsm_signer signers[TSM_SLOTS];
	bool signed_well, failed;
	unsigned int covered;
	char why[160];
};

/* verify.c */
/* Sets why; false, so that parts can return it at once */
bool tsm_no(struct tsm_judge *j, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Add a line, whose detail is why, and empty that */
void tsm_line(struct tsm_judge *j, enum tsm_result result, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void tsm_check(struct tsm_judge *j, bool ok, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* verify-spdm.c */
bool tsm_vca_parse(struct tsm_judge *j, const struct tsm_object *obj, struct tsm_vca *vca);
bool tsm_challenge_parse(struct tsm_judge *j, const struct tsm_object *obj,
			 struct tsm_statement *st);

/* verify-measurements.c */
bool tsm_measurements_parse(struct tsm_judge *j, const struct tsm_object *obj,
			    struct tsm_statement *st);

/* verify-chain.c */
/* An object that is a chain, cut into certificates; for tsm_chain_close() in any case */
bool tsm_chain_open(struct tsm_judge *j, const struct tsm_object *obj, struct tsm_chain *chain);
void tsm_chain_close(struct tsm_chain *chain);
/* Each certificate is one of the one before it, which is a CA */
bool tsm_chain_linked(struct tsm_judge *j, const struct tsm_chain *chain);
/* Each is signed, from an anchor on, and from the root on if that was sent */
bool tsm_chain_anchored(struct tsm_judge *j, struct tsm_chain *chain);

/* verify-leaf.c */
X509 *tsm_chain_leaf(const struct tsm_chain *chain);
/* May the leaf's key sign for a device? */
bool tsm_leaf_good(struct tsm_judge *j, const struct tsm_chain *chain);
/* Does one of PCI-SIG's names in the leaf fit the pattern? */
bool tsm_leaf_named(const struct tsm_chain *chain, const char *pattern);
void tsm_leaf_subject(const struct tsm_chain *chain, char *text, size_t size);

/* verify-signature.c */
const struct tsm_hash *tsm_hash_of(uint32_t bit);
/* Bytes of a digest, by the bit in MeasurementHashAlgo; 0 if there are none */
size_t tsm_measurement_size(uint32_t bit);
const struct tsm_hash *tsm_hash_named(const char *name);
const struct tsm_asym *tsm_asym_of(uint32_t bit);
const struct tsm_asym *tsm_asym_named(const char *name);
bool tsm_key_fits(EVP_PKEY *key, const struct tsm_asym *asym);
bool tsm_digest(const struct tsm_hash *hash, const uint8_t *data, size_t len, uint8_t *digest);
bool tsm_signature_good(struct tsm_judge *j, const struct tsm_statement *st, EVP_PKEY *key);

/* policy.c */
struct tsm_policy;
struct tsm_policy *tsm_policy_load(const char *path, struct tsm_error *err);
void tsm_policy_free(struct tsm_policy *policy);
void tsm_policy_judge(const struct tsm_policy *policy, struct tsm_judge *j);

/* digests.c */
struct tsm_digests;
struct tsm_digests *tsm_digests_load(const char *path, struct tsm_error *err);
void tsm_digests_free(struct tsm_digests *digests);
void tsm_digests_judge(const struct tsm_digests *digests, struct tsm_judge *j);
/* Those in the evidence, which who made it may have made to fit */
void tsm_digests_own(struct tsm_judge *j);

#endif /* TSM_JUDGE_H */
