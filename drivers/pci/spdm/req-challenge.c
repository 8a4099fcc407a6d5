// SPDX-License-Identifier: GPL-2.0
/*
 * CHALLENGE: the device proves that it holds the key of the chain that it told
 * about, by a signature over all that was said so far and a fresh nonce. Or, for
 * somebody else to see, over theirs and nothing that was said in between.
 *
 * DSP0274 1.3, "CHALLENGE", "CHALLENGE_AUTH". No summary of measurements is
 * asked for, and no authentication of ourselves to the device is had.
 */
#include <linux/bitops.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "crypto.h"
#include "cursor.h"
#include "spdm.h"

#define MAX_REQUEST	(sizeof(struct spdm_challenge_req) + SPDM_CONTEXT)

/**
 * struct challenge_auth - CHALLENGE_AUTH, taken apart
 * @hdr: its header
 * @digest: of the chain
 * @context: what we sent, from 1.3 on, or NULL
 * @sig: the signature
 */
struct challenge_auth {
	const struct spdm_header *hdr;
	const u8 *digest;
	const u8 *context;
	const u8 *sig;
};

/* @nonce: NULL for a new one */
static int make_request(struct spdm *spdm, u8 slot, const u8 *nonce, u8 *req, size_t *len)
{
	struct spdm_header hdr;
	struct spdm_writer w;
	u8 *fresh;

	spdm_header_init(spdm, &hdr, SPDM_CHALLENGE, slot, SPDM_SUMMARY_NONE);
	spdm_writer_init(&w, req, MAX_REQUEST);
	spdm_put(&w, &hdr, sizeof(hdr));
	*len = SPDM_NONCE + (spdm->version >= SPDM_VERSION_13 ? SPDM_CONTEXT : 0);
	fresh = spdm_room(&w, *len);
	if (!fresh)
		return -EMSGSIZE;
	/* The nonce, and the context behind it: both are only to be new */
	if (spdm_random(fresh, *len))
		return spdm_fault(spdm, -ECANCELED, "no random numbers");
	if (nonce)
		memcpy(fresh, nonce, SPDM_NONCE);
	*len = w.len;
	return 0;
}

static int parse(struct spdm *spdm, struct spdm_exchange *x, struct challenge_auth *rsp)
{
	bool free_opaque = spdm->version < SPDM_VERSION_12 ||
			   (spdm->algos.other & SPDM_OPAQUE_FMT1);
	size_t size = spdm->algos.hash_size;
	struct spdm_reader r;
	u16 opaque;
	int rc;

	spdm_reader_init(&r, x->rsp, x->rsp_len);
	rsp->hdr = spdm_get(&r, sizeof(*rsp->hdr));
	rsp->digest = spdm_get(&r, size);
	spdm_get(&r, SPDM_NONCE);
	opaque = spdm_get_le16(&r);
	spdm_get(&r, opaque);
	if (spdm->version >= SPDM_VERSION_13)
		rsp->context = spdm_get(&r, SPDM_CONTEXT);
	rsp->sig = spdm_get(&r, spdm->algos.sig_size);
	if (r.bad)
		return spdm_fault(spdm, -EBADMSG, "CHALLENGE_AUTH is too short");
	rc = spdm_exchange_end(spdm, x, r.pos - x->rsp);
	if (rc)
		return rc;
	if (opaque > SPDM_MAX_OPAQUE || (opaque && !free_opaque))
		return spdm_fault(spdm, -EPROTO, "opaque data in CHALLENGE_AUTH");
	return 0;
}

static int check(struct spdm *spdm, u8 slot, const struct challenge_auth *rsp,
		 const u8 *context)
{
	if (rsp->hdr->param1 & SPDM_CHALLENGE_MUT_AUTH)
		return spdm_fault(spdm, -EOPNOTSUPP, "device wants us to authenticate");
	if ((rsp->hdr->param1 & SPDM_CHALLENGE_SLOT_MASK) != slot)
		return spdm_fault(spdm, -EPROTO, "CHALLENGE_AUTH is of another slot");
	if (!(rsp->hdr->param2 & BIT(slot)))
		return spdm_fault(spdm, -EPROTO, "CHALLENGE_AUTH does not list its slot");
	if (memcmp(rsp->digest, spdm->slots[slot].digest, spdm->algos.hash_size))
		return spdm_fault(spdm, -EPROTO, "CHALLENGE_AUTH is of another chain");
	if (rsp->context && memcmp(rsp->context, context, SPDM_CONTEXT))
		return spdm_fault(spdm, -EPROTO, "CHALLENGE_AUTH has another context");
	return 0;
}

static int check_signature(struct spdm *spdm, u8 slot, const struct spdm_exchange *x,
			   const u8 *sig)
{
	u8 digest[SPDM_MAX_HASH];
	int rc;

	rc = spdm_m1_add(spdm, x, x->rsp_len - spdm->algos.sig_size);
	if (rc)
		return rc;
	rc = spdm_hash_peek(spdm->m1, digest);
	if (rc)
		return rc;
	rc = spdm_check_signature(spdm, slot, "responder-challenge_auth signing", digest, sig);
	return rc ? spdm_fault(spdm, rc, "signature of CHALLENGE_AUTH") : 0;
}

static int give(const struct spdm_exchange *x, struct spdm_blob *answer)
{
	u8 *copy = kvmalloc(x->req_len + x->rsp_len, GFP_KERNEL_ACCOUNT);

	if (!copy)
		return -ENOMEM;
	memcpy(copy, x->req, x->req_len);
	memcpy(copy + x->req_len, x->rsp, x->rsp_len);
	answer->data = copy;
	answer->len = x->req_len + x->rsp_len;
	return 0;
}

/* @nonce, @answer: NULL where nobody is to be shown anything */
static int challenge(struct spdm *spdm, u8 slot, const u8 *nonce, struct spdm_blob *answer)
{
	struct challenge_auth rsp = {};
	u8 req[MAX_REQUEST];
	struct spdm_exchange x = { .req = req, .slow = true };
	int rc;

	rc = make_request(spdm, slot, nonce, req, &x.req_len);
	if (rc)
		return rc;
	rc = spdm_exchange(spdm, &x);
	if (rc)
		return rc;
	rc = parse(spdm, &x, &rsp);
	if (rc)
		return rc;
	rc = check(spdm, slot, &rsp, req + sizeof(struct spdm_challenge_req));
	if (rc)
		return rc;
	rc = check_signature(spdm, slot, &x, rsp.sig);
	spdm_m1_end(spdm);
	if (rc)
		return rc;
	/* A signature ends the transcript on both ends */
	spdm->m1_said = false;
	return answer ? give(&x, answer) : 0;
}

static int prepare(struct spdm *spdm, u8 slot)
{
	if (!(spdm->caps & SPDM_CAP_CHAL))
		return spdm_fault(spdm, -EOPNOTSUPP, "device cannot be challenged");
	if (slot >= SPDM_NR_SLOTS || !spdm->slots[slot].leaf)
		return spdm_fault(spdm, -EPROTO, "no certificate of the slot to challenge");
	return 0;
}

/* The slot was identified. If anything fails, the device is not authenticated any more. */
int spdm_challenge(struct spdm *spdm, u8 slot)
{
	int rc = prepare(spdm, slot);

	if (!rc)
		rc = challenge(spdm, slot, NULL, NULL);
	if (rc) {
		spdm_m1_end(spdm);
		if (spdm->state > SPDM_STATE_CONNECTED)
			spdm->state = SPDM_STATE_CONNECTED;
		return rc;
	}
	spdm->slot = slot;
	spdm->state = SPDM_STATE_AUTHENTICATED;
	return 0;
}

/* With DIGESTS both ends begin a transcript, and with a signature they end it. */
static int settle(struct spdm *spdm, u8 slot)
{
	int rc = spdm_get_digests(spdm);

	/* Its chain is another one by now */
	if (!rc && !spdm->slots[slot].leaf)
		rc = spdm_identify(spdm, slot);
	return rc ?: challenge(spdm, slot, NULL, NULL);
}

/* Nothing but the VCA comes before the challenge in what is signed. */
int spdm_challenge_alone(struct spdm *spdm, u8 slot, const u8 *nonce, struct spdm_blob *answer)
{
	int rc;

	if (!(spdm->caps & SPDM_CAP_CHAL))
		return spdm_fault(spdm, -EOPNOTSUPP, "device cannot be challenged");
	rc = spdm_identify_signer(spdm, slot);
	if (!rc && spdm->m1_said)
		rc = settle(spdm, slot);
	if (!rc)
		rc = challenge(spdm, slot, nonce, answer);
	spdm_m1_end(spdm);
	if (rc == -EKEYREJECTED && slot == spdm->slot && spdm->state > SPDM_STATE_CONNECTED)
		spdm->state = SPDM_STATE_CONNECTED;
	return rc;
}
