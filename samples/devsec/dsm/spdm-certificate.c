// SPDX-License-Identifier: GPL-2.0
/*
 * DIGESTS and CERTIFICATE: chains of the slots, in portions. What is said outside
 * of a session is part of what a challenge is signed over.
 *
 * DSP0274 sec "GET_DIGESTS", "GET_CERTIFICATE". Several keys per connection
 * (MULTI_KEY of 1.3) are not offered, so there is no information per key.
 */
#include "responder.h"

#define DSM_SLOT_SIZE_REQUESTED	0x01	/* in param2, from 1.3 on */

/* Both messages belong to the transcript of a challenge; no harm in a session. */
static int dsm_b_add(struct dsm_device *dev, const struct dsm_request *req,
		     const struct dsm_out *out)
{
	if (req->session)
		return DSM_OK;
	if (out->bad || dsm_hash_more(dev->conn.m1, req->data, req->len) ||
	    dsm_hash_more(dev->conn.m1, out->buf, out->len))
		return SPDM_ERROR_UNSPECIFIED;
	return DSM_OK;
}

int dsm_get_digests(struct dsm_device *dev, struct dsm_request *req, struct dsm_out *out)
{
	struct dsm_conn *conn = &dev->conn;
	bool masks = conn->version >= SPDM_VERSION_13;

	if (!dsm_request_end(req))
		return SPDM_ERROR_INVALID_REQUEST;
	if (!conn->slots)
		return SPDM_ERROR_UNSPECIFIED;

	dsm_put_header(out, "DIGESTS", conn->version, SPDM_RESPONSE(SPDM_GET_DIGESTS),
		       masks ? conn->slots : 0, conn->slots);
	for (unsigned int slot = 0; slot < SPDM_NR_SLOTS; slot++) {
		uint8_t digest[SPDM_MAX_HASH];
		const uint8_t *chain;
		size_t len;

		chain = dsm_chain(dev, slot, &len);
		if (!chain)
			continue;
		if (dsm_hash(conn->hash, chain, len, digest))
			return SPDM_ERROR_UNSPECIFIED;
		dsm_put(out, "DIGESTS.digest", digest, conn->hash_size);
	}

	if (!req->session && dsm_challenge_restart(dev))
		return SPDM_ERROR_UNSPECIFIED;
	return dsm_b_add(dev, req, out);
}

/* The longest portion there is room for; chunks are for those who can put them together. */
static size_t dsm_portion_max(const struct dsm_device *dev, const struct dsm_request *req)
{
	const size_t head = sizeof(struct spdm_certificate_rsp);
	size_t room = dsm_common(dev, SPDM_CAP_CHUNK) ? dev->conn.peer_message : req->room;

	if (room > DSM_OBJECT_MAX)
		room = DSM_OBJECT_MAX;
	return room > head ? room - head : 0;
}

int dsm_get_certificate(struct dsm_device *dev, struct dsm_request *req, struct dsm_out *out)
{
	unsigned int slot = req->hdr.param1 & SPDM_CHALLENGE_SLOT_MASK;
	uint16_t offset = dsm_get16(&req->in);
	size_t want = dsm_get16(&req->in);
	const uint8_t *chain;
	size_t len;
	bool size;

	if (!dsm_request_end(req))
		return SPDM_ERROR_INVALID_REQUEST;

	chain = dsm_chain(dev, slot, &len);
	if (!chain)
		return SPDM_ERROR_INVALID_REQUEST;

	/* Only how long it is: offset and length do not count */
	size = dev->conn.version >= SPDM_VERSION_13 &&
	       (req->hdr.param2 & DSM_SLOT_SIZE_REQUESTED);
	if (size) {
		offset = 0;
		want = 0;
	} else {
		if (offset >= len || !want)
			return SPDM_ERROR_INVALID_REQUEST;
		if (want > len - offset)
			want = len - offset;
		if (want > dsm_portion_max(dev, req))
			want = dsm_portion_max(dev, req);
	}

	dsm_put_header(out, "CERTIFICATE", dev->conn.version,
		       SPDM_RESPONSE(SPDM_GET_CERTIFICATE), slot, 0);
	dsm_put16(out, "CERTIFICATE.portion", want);
	dsm_put16(out, "CERTIFICATE.remainder", len - offset - want);
	dsm_put(out, "CERTIFICATE.chain", chain + offset, want);
	return dsm_b_add(dev, req, out);
}
