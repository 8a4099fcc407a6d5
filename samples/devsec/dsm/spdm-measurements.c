// SPDX-License-Identifier: GPL-2.0
/*
 * MEASUREMENTS: their number, one, or all, signed or not; and the summary that
 * other answers have. The record itself is identity.c's.
 *
 * DSP0274 sec "GET_MEASUREMENTS". Signed is all that was asked and answered
 * since the last signature, or since another request came between; from 1.2 on
 * behind VCA. A session has a transcript of its own.
 */
#include <string.h>

#include "responder.h"

#define DSM_MEAS_UNCHANGED	(2 << 4)	/* in param2: since the session began */

/* What a request asks for */
struct dsm_measure {
	bool sign, raw;
	uint8_t index, slot;
	const uint8_t *context;
};

static EVP_MD_CTX **dsm_l1(struct dsm_device *dev, struct dsm_session *session)
{
	return session ? &session->l1 : &dev->conn.l1;
}

int dsm_measurements_restart(struct dsm_device *dev, struct dsm_session *session)
{
	struct dsm_conn *conn = &dev->conn;

	return dsm_hash_begin(dsm_l1(dev, session), conn->hash, conn->vca,
			      conn->version >= SPDM_VERSION_12 ? conn->vca_len : 0);
}

/* Blocks of what never changes, and of the firmware: our trusted computing base */
static bool dsm_is_tcb(uint8_t type)
{
	type &= ~SPDM_MEAS_RAW;
	return type == SPDM_MEAS_TYPE_ROM || type == SPDM_MEAS_TYPE_FIRMWARE;
}

/* Keep only the blocks of the TCB. Returns what is left. */
static size_t dsm_tcb_blocks(uint8_t *record, size_t len)
{
	struct dsm_in in;
	size_t kept = 0;

	dsm_in_init(&in, record, len);
	while (in.left) {
		const uint8_t *block = in.pos;
		size_t size;

		dsm_get16(&in);
		size = dsm_get16(&in);
		if (!dsm_get(&in, size) || !size)
			return 0;
		if (!dsm_is_tcb(block[4]))
			continue;
		memmove(record + kept, block, 4 + size);
		kept += 4 + size;
	}
	return kept;
}

int dsm_summary(struct dsm_device *dev, uint8_t type, uint8_t *summary, size_t *len)
{
	const struct dsm_conn *conn = &dev->conn;
	uint8_t record[16 * 1024];
	unsigned int blocks;
	size_t size;

	*len = 0;
	if (type != SPDM_SUMMARY_NONE && type != SPDM_SUMMARY_TCB && type != SPDM_SUMMARY_ALL)
		return SPDM_ERROR_INVALID_REQUEST;
	if (type == SPDM_SUMMARY_NONE || !(conn->caps & SPDM_CAP_MEAS_MASK))
		return DSM_OK;

	size = dsm_identity_measure(dev->identity, conn->meas_hash, SPDM_MEAS_ALL, false, record,
				    sizeof(record), &blocks);
	if (type == SPDM_SUMMARY_TCB)
		size = dsm_tcb_blocks(record, size);
	if (!size || dsm_hash(conn->hash, record, size, summary))
		return SPDM_ERROR_UNSPECIFIED;

	*len = conn->hash_size;
	return DSM_OK;
}

static int dsm_measure_parse(const struct dsm_device *dev, struct dsm_request *req,
			     struct dsm_measure *ask)
{
	uint8_t attr = req->hdr.param1, version = dev->conn.version;

	*ask = (struct dsm_measure){
		.sign = attr & SPDM_MEAS_ATTR_SIGN,
		.raw = version >= SPDM_VERSION_12 && (attr & SPDM_MEAS_ATTR_RAW),
		.index = req->hdr.param2,
	};
	if (ask->sign) {
		dsm_get(&req->in, SPDM_NONCE);
		if (version >= SPDM_VERSION_11)
			ask->slot = dsm_get8(&req->in) & SPDM_CHALLENGE_SLOT_MASK;
	}
	if (version >= SPDM_VERSION_13)
		ask->context = dsm_get(&req->in, SPDM_CONTEXT);
	if (!dsm_request_end(req))
		return SPDM_ERROR_INVALID_REQUEST;

	if (!dev->conn.meas_spec)
		return SPDM_ERROR_UNEXPECTED_REQUEST;
	if (ask->sign && (dev->conn.caps & SPDM_CAP_MEAS_MASK) != SPDM_CAP_MEAS_SIGNED)
		return DSM_ERROR(SPDM_ERROR_UNSUPPORTED_REQUEST, req->hdr.code);
	if (ask->sign && !(dev->conn.slots & 1u << ask->slot))
		return SPDM_ERROR_INVALID_REQUEST;
	return DSM_OK;
}

/* Each block has a name for its head and one for its value */
static void dsm_put_record(struct dsm_out *out, const uint8_t *record, size_t len)
{
	struct dsm_in in;

	dsm_in_init(&in, record, len);
	while (in.left) {
		uint8_t index = dsm_get8(&in), spec = dsm_get8(&in);
		uint16_t size = dsm_get16(&in);
		uint8_t type = dsm_get8(&in);
		uint16_t value_size = dsm_get16(&in);
		const uint8_t *value = dsm_get(&in, value_size);

		if (!value) {
			out->bad = true;
			return;
		}
		dsm_put8(out, "MEASUREMENTS.block_index", index);
		dsm_put8(out, "MEASUREMENTS.block_spec", spec);
		dsm_put16(out, "MEASUREMENTS.block_size", size);
		dsm_put8(out, "MEASUREMENTS.block_type", type);
		dsm_put16(out, "MEASUREMENTS.block_value_size", value_size);
		dsm_put(out, "MEASUREMENTS.block_value", value, value_size);
	}
}

static int dsm_measure_body(struct dsm_device *dev, const struct dsm_measure *ask,
			    struct dsm_out *out)
{
	bool count = ask->index == SPDM_MEAS_COUNT;
	const struct dsm_conn *conn = &dev->conn;
	uint8_t record[16 * 1024], nonce[SPDM_NONCE], record_len[3];
	unsigned int blocks = 0;
	uint8_t param2 = 0;
	size_t len;

	len = dsm_identity_measure(dev->identity, conn->meas_hash,
				   count ? SPDM_MEAS_ALL : ask->index, ask->raw, record,
				   sizeof(record), &blocks);
	if (!len || !blocks)
		return count || ask->index == SPDM_MEAS_ALL ? SPDM_ERROR_UNSPECIFIED :
		       SPDM_ERROR_INVALID_REQUEST;
	if (dsm_nonce(dev, nonce))
		return SPDM_ERROR_UNSPECIFIED;

	if (ask->sign)
		param2 = ask->slot | (conn->version >= SPDM_VERSION_12 ? DSM_MEAS_UNCHANGED : 0);
	if (count)
		len = 0;
	dsm_put_header(out, "MEASUREMENTS", conn->version, SPDM_RESPONSE(SPDM_GET_MEASUREMENTS),
		       count ? blocks : 0, param2);
	dsm_put8(out, "MEASUREMENTS.blocks", count ? 0 : blocks);
	record_len[0] = len;
	record_len[1] = len >> 8;
	record_len[2] = len >> 16;
	dsm_put(out, "MEASUREMENTS.record_len", record_len, sizeof(record_len));
	dsm_put_record(out, record, len);
	dsm_put(out, "MEASUREMENTS.nonce", nonce, sizeof(nonce));
	dsm_put16(out, "MEASUREMENTS.opaque_length", 0);
	if (ask->context)
		dsm_put(out, "MEASUREMENTS.context", ask->context, SPDM_CONTEXT);
	return out->bad ? SPDM_ERROR_UNSPECIFIED : DSM_OK;
}

static int dsm_measure_signed(struct dsm_device *dev, const uint8_t *sig, struct dsm_out *out)
{
	dsm_put(out, "MEASUREMENTS.signature", sig, dev->conn.sig_size);
	return dsm_measurements_restart(dev, dev->pending.session) ? SPDM_ERROR_UNSPECIFIED :
								     DSM_OK;
}

int dsm_get_measurements(struct dsm_device *dev, struct dsm_request *req, struct dsm_out *out)
{
	EVP_MD_CTX *transcript, **l1 = dsm_l1(dev, req->session);
	struct dsm_measure ask;
	int ret;

	ret = dsm_measure_parse(dev, req, &ask);
	if (ret)
		return ret;
	/* It ends what a challenge would have been over */
	if (!req->session && dev->conn.state < DSM_AUTHENTICATED && dsm_challenge_restart(dev))
		return SPDM_ERROR_UNSPECIFIED;
	if (!*l1 && dsm_measurements_restart(dev, req->session))
		return SPDM_ERROR_UNSPECIFIED;
	ret = dsm_measure_body(dev, &ask, out);
	if (ret)
		return ret;

	if (!ask.sign)
		return dsm_hash_more(*l1, req->data, req->len) ||
		       dsm_hash_more(*l1, out->buf, out->len) ? SPDM_ERROR_UNSPECIFIED : DSM_OK;

	transcript = EVP_MD_CTX_new();
	ret = SPDM_ERROR_UNSPECIFIED;
	if (transcript && EVP_MD_CTX_copy_ex(transcript, *l1) == 1 &&
	    !dsm_hash_more(transcript, req->data, req->len) &&
	    !dsm_hash_more(transcript, out->buf, out->len))
		ret = dsm_sign(dev, "responder-measurements signing", ask.slot, transcript,
			       dsm_measure_signed);
	EVP_MD_CTX_free(transcript);
	return ret;
}
