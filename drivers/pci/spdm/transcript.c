// SPDX-License-Identifier: GPL-2.0
/*
 * SPDM requester: transcripts, i.e. what the device's signatures cover.
 *
 * The VCA (VERSION to ALGORITHMS) is kept as bytes, since verifiers want it; M1
 * (what CHALLENGE_AUTH signs) as a running hash; the measurements as bytes, since
 * they are handed out. Only messages that were found good get here, at their true
 * length. Which request makes which transcript void is decided here, too; what is
 * signed is not: the steps know where a signature begins.
 *
 * DSP0274 1.3 sec "Message Transcript" and the rules for M1/M2 and L1/L2.
 */
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "crypto.h"
#include "spdm.h"

#define MEAS_FIRST_ROOM		1024

static u8 code_of(const struct spdm_exchange *x)
{
	const struct spdm_header *hdr = x->req;

	return hdr->code;
}

static bool in_m1(u8 code)
{
	return code == SPDM_GET_DIGESTS || code == SPDM_GET_CERTIFICATE || code == SPDM_CHALLENGE;
}

/*
 * A request is about to be sent: what does it make void? Repetitions, chunks and
 * RESPOND_IF_READY are parts of it, and do not come here.
 */
void spdm_transcript_request(struct spdm *spdm, const struct spdm_exchange *x)
{
	bool measures = code_of(x) == SPDM_GET_MEASUREMENTS;
	bool same = x->secured == spdm->meas_secured;

	/* Noted before it is known whether the device got it, or we its answer */
	if (!x->secured && in_m1(code_of(x)))
		spdm->m1_said = true;
	/* The session has measurements of its own, which no other request outside ends. */
	if (measures != same)
		spdm_meas_end(spdm);
}

static int hash_both(struct spdm_hash *h, const struct spdm_exchange *x, size_t rsp_len)
{
	int rc = spdm_hash_add(h, x->req, x->req_len);

	return rc ?: spdm_hash_add(h, x->rsp, rsp_len);
}

/*
 * VCA
 */

int spdm_vca_add(struct spdm *spdm, const struct spdm_exchange *x)
{
	size_t room = sizeof(spdm->vca) - spdm->vca_len;
	u8 *end = spdm->vca + spdm->vca_len;

	if (x->req_len > room || x->rsp_len > room - x->req_len)
		return spdm_fault(spdm, -EMSGSIZE, "the messages up to ALGORITHMS are too long");
	memcpy(end, x->req, x->req_len);
	memcpy(end + x->req_len, x->rsp, x->rsp_len);
	spdm->vca_len += x->req_len + x->rsp_len;
	return 0;
}

/* An ERR_PTR, or a hash that has the VCA in it, for spdm_hash_free() */
struct spdm_hash *spdm_transcript_new(struct spdm *spdm)
{
	struct spdm_hash *h = spdm_hash_new(spdm->algos.base_hash);
	int rc;

	if (IS_ERR(h))
		return h;
	rc = spdm_hash_add(h, spdm->vca, spdm->vca_len);
	if (rc) {
		spdm_hash_free(h);
		return ERR_PTR(rc);
	}
	return h;
}

/*
 * M1: VCA, then digests and certificates, then the challenge
 */

void spdm_m1_end(struct spdm *spdm)
{
	if (spdm->m1)
		spdm_hash_free(spdm->m1);
	spdm->m1 = NULL;
}

int spdm_m1_begin(struct spdm *spdm)
{
	struct spdm_hash *h = spdm_transcript_new(spdm);

	if (IS_ERR(h))
		return PTR_ERR(h);
	spdm_m1_end(spdm);
	spdm->m1 = h;
	return 0;
}

/* What is said in a session is no part of it. */
int spdm_m1_add(struct spdm *spdm, const struct spdm_exchange *x, size_t rsp_len)
{
	int rc;

	if (x->secured)
		return 0;
	if (rsp_len > x->rsp_len)
		return -EINVAL;
	if (!spdm->m1) {
		rc = spdm_m1_begin(spdm);
		if (rc)
			return rc;
	}
	rc = hash_both(spdm->m1, x, rsp_len);
	/* Half of a message in it is worse than none of it */
	if (rc)
		spdm_m1_end(spdm);
	return rc;
}

/*
 * L1: from 1.2 on the VCA, then measurements
 */

void spdm_meas_end(struct spdm *spdm)
{
	kvfree(spdm->meas.data);
	spdm->meas.data = NULL;
	spdm->meas.len = 0;
	spdm->meas_room = 0;
}

static int meas_grow(struct spdm *spdm, size_t len)
{
	size_t room = spdm->meas_room ?: MEAS_FIRST_ROOM;
	void *data;

	if (len <= spdm->meas_room)
		return 0;
	while (room < len)
		room *= 2;
	data = kvmalloc(room, GFP_KERNEL);
	if (!data)
		return -ENOMEM;
	if (spdm->meas.len)
		memcpy(data, spdm->meas.data, spdm->meas.len);
	kvfree(spdm->meas.data);
	spdm->meas.data = data;
	spdm->meas_room = room;
	return 0;
}

int spdm_meas_add(struct spdm *spdm, const struct spdm_exchange *x)
{
	size_t room = SPDM_MAX_TRANSCRIPT - spdm->meas.len;
	u8 *end;
	int rc;

	if (x->req_len > room || x->rsp_len > room - x->req_len)
		return spdm_fault(spdm, -EMSGSIZE, "too many measurements without a signature");
	rc = meas_grow(spdm, spdm->meas.len + x->req_len + x->rsp_len);
	if (rc)
		return rc;

	end = (u8 *)spdm->meas.data + spdm->meas.len;
	memcpy(end, x->req, x->req_len);
	memcpy(end + x->req_len, x->rsp, x->rsp_len);
	spdm->meas.len += x->req_len + x->rsp_len;
	spdm->meas_secured = x->secured;
	return 0;
}

/* The digest that is signed; @signed_len bytes of the measurements come before the signature. */
int spdm_meas_digest(struct spdm *spdm, size_t signed_len, u8 *digest)
{
	struct spdm_hash *h;
	int rc;

	if (signed_len > spdm->meas.len)
		return -EINVAL;
	h = spdm->version >= SPDM_VERSION_12 ? spdm_transcript_new(spdm) :
					       spdm_hash_new(spdm->algos.base_hash);
	if (IS_ERR(h))
		return PTR_ERR(h);
	rc = spdm_hash_add(h, spdm->meas.data, signed_len);
	if (!rc)
		rc = spdm_hash_peek(h, digest);
	spdm_hash_free(h);
	return rc;
}
