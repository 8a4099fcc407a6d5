// SPDX-License-Identifier: GPL-2.0
/*
 * CHALLENGE: the proof that this device holds the key of a chain. Signed is all
 * that was said: VCA, then digests and certificates, then challenge and answer.
 *
 * DSP0274 sec "CHALLENGE". Mutual authentication is not asked for.
 */
#include "responder.h"

int dsm_challenge_restart(struct dsm_device *dev)
{
	struct dsm_conn *conn = &dev->conn;

	return dsm_hash_begin(&conn->m1, conn->hash, conn->vca, conn->vca_len);
}

static int dsm_challenge_signed(struct dsm_device *dev, const uint8_t *sig, struct dsm_out *out)
{
	dsm_put(out, "CHALLENGE_AUTH.signature", sig, dev->conn.sig_size);
	dev->conn.state = DSM_AUTHENTICATED;
	return dsm_challenge_restart(dev) ? SPDM_ERROR_UNSPECIFIED : DSM_OK;
}

static int dsm_challenge_body(struct dsm_device *dev, uint8_t slot, uint8_t type,
			      const uint8_t *context, struct dsm_out *out)
{
	uint8_t digest[SPDM_MAX_HASH], nonce[SPDM_NONCE], summary[SPDM_MAX_HASH];
	const struct dsm_conn *conn = &dev->conn;
	size_t chain_len, summary_len;
	const uint8_t *chain;
	int ret;

	chain = dsm_chain(dev, slot, &chain_len);
	if (!chain)
		return SPDM_ERROR_INVALID_REQUEST;
	if (dsm_hash(conn->hash, chain, chain_len, digest))
		return SPDM_ERROR_UNSPECIFIED;
	ret = dsm_summary(dev, type, summary, &summary_len);
	if (!ret)
		ret = dsm_nonce(dev, nonce);
	if (ret)
		return ret;

	dsm_put_header(out, "CHALLENGE_AUTH", conn->version, SPDM_RESPONSE(SPDM_CHALLENGE),
		       slot, conn->slots);
	dsm_put(out, "CHALLENGE_AUTH.chain_digest", digest, conn->hash_size);
	dsm_put(out, "CHALLENGE_AUTH.nonce", nonce, sizeof(nonce));
	dsm_put(out, "CHALLENGE_AUTH.summary", summary, summary_len);
	dsm_put16(out, "CHALLENGE_AUTH.opaque_length", 0);
	if (context)
		dsm_put(out, "CHALLENGE_AUTH.context", context, SPDM_CONTEXT);
	return out->bad ? SPDM_ERROR_UNSPECIFIED : DSM_OK;
}

int dsm_challenge(struct dsm_device *dev, struct dsm_request *req, struct dsm_out *out)
{
	const uint8_t *context = NULL;
	EVP_MD_CTX *transcript;
	int ret;

	dsm_get(&req->in, SPDM_NONCE);
	if (dev->conn.version >= SPDM_VERSION_13)
		context = dsm_get(&req->in, SPDM_CONTEXT);
	if (!dsm_request_end(req) || req->hdr.param1 >= SPDM_NR_SLOTS)
		return SPDM_ERROR_INVALID_REQUEST;

	ret = dsm_challenge_body(dev, req->hdr.param1, req->hdr.param2, context, out);
	if (ret)
		return ret;

	/* Should the answer be dropped, this challenge never was */
	transcript = EVP_MD_CTX_new();
	ret = SPDM_ERROR_UNSPECIFIED;
	if (transcript && EVP_MD_CTX_copy_ex(transcript, dev->conn.m1) == 1 &&
	    !dsm_hash_more(transcript, req->data, req->len) &&
	    !dsm_hash_more(transcript, out->buf, out->len))
		ret = dsm_sign(dev, "responder-challenge_auth signing", req->hdr.param1,
			       transcript, dsm_challenge_signed);
	EVP_MD_CTX_free(transcript);
	return ret;
}
