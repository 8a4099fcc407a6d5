/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A device for the suites of the single requests: it gives the good answer, from
 * real keys, or that answer spoilt in one place. It does not negotiate: a test
 * begins with what was agreed on. It is SHA-256, RSASSA-2048, P-256, AES-256-GCM.
 */
#ifndef __SPDM_FAKE_DEVICE_H
#define __SPDM_FAKE_DEVICE_H

#include <kunit/test.h>

#include "../spdm.h"

enum fake_cert {
	FAKE_ROOT,
	FAKE_INTER,
	FAKE_LEAF,		/* the one whose key the device has */
	FAKE_OTHER_ROOT,
	FAKE_NO_CA,
	FAKE_LEAF_OF_NO_CA,
	FAKE_NO_CERTS,		/* a CA whose keyUsage has no keyCertSign */
	FAKE_LEAF_OF_NO_CERTS,
	FAKE_LEAF_CA,
	FAKE_LEAF_AGREE,	/* keyUsage without digitalSignature */
	FAKE_LEAF_REQUESTER,
	FAKE_LEAF_HARDWARE,
	FAKE_LEAF_PAST,
	FAKE_LEAF_FUTURE,
	FAKE_LEAF_EC,
	FAKE_TOO_DEEP,		/* a CA that its issuer's pathLen does not allow */
	FAKE_LEAF_TOO_DEEP,
	FAKE_LEAF_LIMITS,	/* a critical extension of X.509's that is not known */
	FAKE_WEAK,		/* a CA with RSA-1024 */
	FAKE_LEAF_OF_WEAK,
	FAKE_END,
};

struct fake_der {
	const u8 *data;
	size_t len;
};

#define FAKE_HASH	32
#define FAKE_SIG	256
#define FAKE_DHE	64
#define FAKE_SIZE	(68 * 1024)
#define FAKE_RECORD	(7 + 32 + 7 + 8)	/* of measurements: a digest, and raw bytes */
#define FAKE_NAME	"ACME:WIDGET:0001"

/**
 * struct fake_spoil - what is wrong with one answer
 * @code: of the request
 * @at: offset into the answer; a negative one counts from its end
 * @flip: bits to flip there; 0 for none
 * @grow: bytes to add at the end (of value 1), or to take away there if negative
 * @error: answer with this ERROR instead
 * @after: let that many answers to @code be good before
 * @refusals: so many times nothing is done of what @code asks for; the answer is @error,
 *	or as if it were done where that is 0; and all is well afterwards
 */
struct fake_spoil {
	u8 code;
	int at;
	u8 flip;
	int grow;
	u8 error;
	unsigned int after;
	unsigned int refusals;
};

/**
 * struct fake_device - the device, and the requester that talks to it
 * @spdm: the requester
 * @spoil: what is wrong
 * @portion: the most bytes of a chain that it gives at once
 * @total_lie: added to the remainder of all portions but the first
 * @slots: mask of slots that have the chain
 * @multi_key: MULTI_KEY only
 * @cancel_at: all is cancelled once it has seen so many requests, 0 for never
 * @opaque: opaque data of KEY_EXCHANGE_RSP in place of its own, with @opaque_len
 * @mirror: its end of the session, and what was agreed
 * @m1: transcript of CHALLENGE
 * @l1: transcript of measurements
 * @th: transcript of a session
 * @chain: its certificate chain, @chain_len bytes, with @digest
 * @req: the last request, @req_len bytes
 * @req_secured: it came in the session
 * @refused: and was not done
 * @requests: how many came
 * @seen: how often each code came
 * @rsp: room for an answer
 */
struct fake_device {
	struct spdm *spdm;
	struct fake_spoil spoil;
	size_t portion;
	int total_lie;
	u8 slots;
	bool multi_key;
	unsigned int cancel_at;
	const u8 *opaque;
	size_t opaque_len;

	struct spdm *mirror;
	struct spdm_hash *m1;
	struct spdm_hash *l1;
	struct spdm_hash *th;
	u8 *chain;
	size_t chain_len;
	u8 digest[FAKE_HASH];
	u8 req[256];
	size_t req_len;
	bool req_secured;
	bool refused;
	unsigned int requests;
	unsigned int seen[256];
	u8 *rsp;
};

/*
 * For each test, in test->priv: with the chain root, inter, leaf in slot 0, and no
 * anchor, but trust on first use
 */
int fake_device_init(struct kunit *test);
void fake_device_exit(struct kunit *test);
/* Begin anew, as after NEGOTIATE_ALGORITHMS, with this version */
void fake_device_connect(struct kunit *test, struct fake_device *dev, u8 version);
/* Certificates up to FAKE_END; the root hash is that of the first one. */
void fake_device_set_chain(struct kunit *test, struct fake_device *dev,
			   const enum fake_cert *certs);
/* The same from bytes, with the head and all */
void fake_device_set_bytes(struct kunit *test, struct fake_device *dev, const void *chain,
			   size_t len);
/* For check_leaf of struct spdm_ops: no leaf is good enough. */
int fake_refuse_leaf(void *priv, const struct spdm_leaf *leaf);
/* The leaf is known, and the device authenticated by nothing */
void fake_device_identify(struct kunit *test, struct fake_device *dev);

/* fake-message.c: the good answer to a message; its length */
size_t fake_answer(struct fake_device *dev, const u8 *req, size_t len);
/* What is to happen once the answer is sealed */
void fake_answered(struct fake_device *dev, const u8 *req);

/* fake-certs.c */
const struct fake_der *fake_der(enum fake_cert cert);
int fake_sign(const u8 *digest, u8 *sig, size_t size);
struct key *fake_anchors(enum fake_cert cert);
void fake_anchors_free(struct key *keyring);

#endif /* __SPDM_FAKE_DEVICE_H */
