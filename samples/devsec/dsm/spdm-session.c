// SPDX-License-Identifier: GPL-2.0
/*
 * KEY_EXCHANGE and FINISH: a session is agreed on, and then in use. What is said
 * in one is spdm-keepalive.c's and spdm-vendor.c's.
 *
 * DSP0274 sec "KEY_EXCHANGE", "FINISH"; DSP0277 for the opaque data, which agrees
 * on the version of records. No mutual authentication, and no handshake in the
 * clear. A device has one session; a second one is refused.
 */
#include <openssl/crypto.h>
#include <string.h>

#include "responder.h"

#define DSM_OPAQUE_MAX	16	/* of ours: a table head and an element */

/* Versions of secured messages that we know, highest first */
static const uint16_t dsm_record_versions[] = { 0x1200, 0x1100, 0x1000 };

struct dsm_exchange {
	uint16_t session_id;
	const uint8_t *public;
	uint16_t record_version;
};

/* The highest version of a list that both know, or 0 */
static uint16_t dsm_opaque_choose(struct dsm_in in, unsigned int count)
{
	uint16_t best = 0;

	for (; count; count--) {
		uint16_t version = dsm_get16(&in) & 0xff00;

		for (size_t i = 0; i < 3; i++)
			if (!in.bad && version == dsm_record_versions[i] && version > best)
				best = version;
	}
	return best;
}

/* One element; sets @version if it is the list of versions. false: malformed. */
static bool dsm_opaque_element(struct dsm_in *in, uint16_t *version)
{
	uint8_t id = dsm_get8(in), vendor_len = dsm_get8(in), data_id, count;
	uint16_t len;
	struct dsm_in data;

	dsm_get(in, vendor_len);
	len = dsm_get16(in);
	dsm_in_init(&data, in->pos, in->bad || len > in->left ? 0 : len);
	dsm_get(in, len);
	dsm_get(in, -(4 + vendor_len + len) & 3);
	if (in->bad)
		return false;
	if (id != SPDM_STANDARD_DMTF || vendor_len)
		return true;

	if (dsm_get8(&data) != SPDM_SM_DATA_VERSION)
		return !data.bad;
	data_id = dsm_get8(&data);
	if (data_id != SPDM_SM_SUPPORTED)
		return !data.bad;
	count = dsm_get8(&data);
	if (data.bad || !count || data.left != count * 2u || *version)
		return false;
	*version = dsm_opaque_choose(data, count);
	return *version;
}

/* The version of records to use, or 0 */
static uint16_t dsm_opaque_read(uint8_t version, const uint8_t *opaque, size_t len)
{
	uint16_t record_version = 0;
	unsigned int elements;
	struct dsm_in in;

	dsm_in_init(&in, opaque, len);
	if (version < SPDM_VERSION_12) {
		if (dsm_get32(&in) != SPDM_OPAQUE_SPEC_ID ||
		    dsm_get8(&in) != SPDM_OPAQUE_VERSION)
			return 0;
		elements = dsm_get8(&in);
		dsm_get16(&in);
	} else {
		elements = dsm_get8(&in);
		dsm_get(&in, 3);
	}

	for (; elements; elements--)
		if (!dsm_opaque_element(&in, &record_version))
			return 0;
	return in.bad || in.left ? 0 : record_version;
}

static void dsm_put_opaque(struct dsm_out *out, uint8_t version, uint16_t record_version)
{
	uint8_t opaque[DSM_OPAQUE_MAX];
	struct dsm_out table;

	dsm_out_init(&table, opaque, sizeof(opaque), NULL);
	if (version < SPDM_VERSION_12) {
		dsm_put32(&table, NULL, SPDM_OPAQUE_SPEC_ID);
		dsm_put8(&table, NULL, SPDM_OPAQUE_VERSION);
		dsm_put8(&table, NULL, 1);
		dsm_put16(&table, NULL, 0);
	} else {
		dsm_put32(&table, NULL, 1);
	}
	dsm_put8(&table, NULL, SPDM_STANDARD_DMTF);
	dsm_put8(&table, NULL, 0);
	dsm_put16(&table, NULL, 4);
	dsm_put8(&table, NULL, SPDM_SM_DATA_VERSION);
	dsm_put8(&table, NULL, SPDM_SM_SELECTION);
	dsm_put16(&table, NULL, record_version);

	dsm_put16(out, "KEY_EXCHANGE_RSP.opaque_length", table.len);
	dsm_put(out, "KEY_EXCHANGE_RSP.opaque", opaque, table.len);
}

static int dsm_exchange_parse(const struct dsm_device *dev, struct dsm_request *req,
			      struct dsm_exchange *ex)
{
	const struct dsm_conn *conn = &dev->conn;
	struct dsm_in *in = &req->in;
	const uint8_t *opaque;
	uint16_t len;

	ex->session_id = dsm_get16(in);
	dsm_get8(in);
	dsm_get8(in);
	dsm_get(in, SPDM_NONCE);
	ex->public = dsm_get(in, conn->dhe_size);
	len = dsm_get16(in);
	opaque = dsm_get(in, len);
	if (!dsm_request_end(req) || len > SPDM_MAX_OPAQUE)
		return SPDM_ERROR_INVALID_REQUEST;

	if (conn->version >= SPDM_VERSION_12 && !(conn->other & SPDM_OPAQUE_FMT1))
		return SPDM_ERROR_INVALID_REQUEST;
	ex->record_version = dsm_opaque_read(conn->version, opaque, len);
	if (!ex->record_version)
		return SPDM_ERROR_INVALID_REQUEST;
	return DSM_OK;
}

/* All but the signature, and what comes behind it */
static int dsm_exchange_body(struct dsm_device *dev, const struct dsm_request *req,
			     const struct dsm_exchange *ex, struct dsm_out *out)
{
	uint8_t summary[SPDM_MAX_HASH], random[SPDM_NONCE], public[SPDM_MAX_DHE];
	struct dsm_session *session = dev->session;
	const struct dsm_conn *conn = &dev->conn;
	size_t summary_len;
	int ret;

	ret = dsm_summary(dev, req->hdr.param1, summary, &summary_len);
	if (!ret)
		ret = dsm_nonce(dev, random);
	if (ret)
		return ret;
	/* The likely reason is a point that is not on the curve */
	if (dsm_ecdh(conn->dhe, ex->public, public, session->dhe))
		return SPDM_ERROR_INVALID_REQUEST;

	dsm_keylog(&dev->place, "dhe", session->dhe, conn->dhe_size / 2);

	if (dsm_common(dev, SPDM_CAP_HBEAT))
		session->heartbeat_s = dev->options.heartbeat_s;
	dsm_put_header(out, "KEY_EXCHANGE_RSP", conn->version, SPDM_RESPONSE(SPDM_KEY_EXCHANGE),
		       session->heartbeat_s, 0);
	dsm_put16(out, "KEY_EXCHANGE_RSP.session_id", session->id >> 16);
	dsm_put8(out, "KEY_EXCHANGE_RSP.mut_auth", 0);
	dsm_put8(out, "KEY_EXCHANGE_RSP.slot", 0);
	dsm_put(out, "KEY_EXCHANGE_RSP.random", random, sizeof(random));
	dsm_put(out, "KEY_EXCHANGE_RSP.public", public, conn->dhe_size);
	dsm_put(out, "KEY_EXCHANGE_RSP.summary", summary, summary_len);
	dsm_put_opaque(out, conn->version, ex->record_version);
	return out->bad ? SPDM_ERROR_UNSPECIFIED : DSM_OK;
}

/* The transcript of the handshake up to the signature */
static int dsm_exchange_transcript(struct dsm_device *dev, const struct dsm_request *req,
				   const struct dsm_out *out)
{
	struct dsm_session *session = dev->session;
	const struct dsm_conn *conn = &dev->conn;
	uint8_t digest[SPDM_MAX_HASH];
	const uint8_t *chain;
	size_t len;

	chain = dsm_chain(dev, req->hdr.param2, &len);
	if (!chain || dsm_hash(conn->hash, chain, len, digest))
		return -1;
	if (dsm_hash_begin(&session->th, conn->hash, conn->vca, conn->vca_len) ||
	    dsm_hash_more(session->th, digest, conn->hash_size) ||
	    dsm_hash_more(session->th, req->data, req->len) ||
	    dsm_hash_more(session->th, out->buf, out->len))
		return -1;
	return 0;
}

static void dsm_handshake_log(const struct dsm_device *dev, const uint8_t *rsp_finished)
{
	const struct dsm_session *session = dev->session;
	size_t size = dev->conn.hash_size;

	dsm_keylog(&dev->place, "handshake", session->schedule.handshake, size);
	dsm_keylog_keys(dev, "req-hs", &session->rx);
	dsm_keylog_keys(dev, "rsp-hs", &session->tx);
	dsm_keylog(&dev->place, "req-finished", session->req_finished, size);
	dsm_keylog(&dev->place, "rsp-finished", rsp_finished, size);
}

static int dsm_exchange_secrets(struct dsm_device *dev, uint8_t *verify)
{
	struct dsm_session *session = dev->session;
	struct dsm_schedule *schedule = &session->schedule;
	size_t dhe_len = dev->conn.dhe_size / 2;
	uint8_t th1[SPDM_MAX_HASH], finished[SPDM_MAX_HASH];
	int ret = -1;

	if (!dsm_hash_peek(session->th, th1) &&
	    !dsm_schedule_handshake(schedule, session->dhe, dhe_len, th1, &session->rx,
				    &session->tx) &&
	    !dsm_schedule_finished(schedule, &session->rx, session->req_finished) &&
	    !dsm_schedule_finished(schedule, &session->tx, finished)) {
		dsm_handshake_log(dev, finished);
		ret = dsm_hmac(schedule->hash, finished, th1, dsm_hash_size(schedule->hash),
			       verify);
	}
	OPENSSL_cleanse(session->dhe, sizeof(session->dhe));
	OPENSSL_cleanse(finished, sizeof(finished));
	return ret;
}

static int dsm_exchange_signed(struct dsm_device *dev, const uint8_t *sig, struct dsm_out *out)
{
	struct dsm_session *session = dev->session;
	const struct dsm_conn *conn = &dev->conn;
	uint8_t verify[SPDM_MAX_HASH];

	if (dsm_hash_more(session->th, sig, conn->sig_size) ||
	    dsm_exchange_secrets(dev, verify) ||
	    dsm_hash_more(session->th, verify, conn->hash_size))
		return SPDM_ERROR_UNSPECIFIED;

	dsm_put(out, "KEY_EXCHANGE_RSP.signature", sig, conn->sig_size);
	dsm_put(out, "KEY_EXCHANGE_RSP.verify_data", verify, conn->hash_size);
	if (!out->bad)
		session->state = DSM_SESSION_HANDSHAKE;
	return DSM_OK;
}

int dsm_key_exchange(struct dsm_device *dev, struct dsm_request *req, struct dsm_out *out)
{
	struct dsm_exchange ex;
	int ret;

	ret = dsm_exchange_parse(dev, req, &ex);
	if (ret)
		return ret;
	if (req->hdr.param2 >= SPDM_NR_SLOTS || !(dev->conn.slots & 1u << req->hdr.param2))
		return SPDM_ERROR_INVALID_REQUEST;
	if (dev->session)
		return SPDM_ERROR_SESSION_LIMIT;
	/* It ends what a challenge would have been over */
	if (dev->conn.state < DSM_AUTHENTICATED && dsm_challenge_restart(dev))
		return SPDM_ERROR_UNSPECIFIED;
	if (!dsm_session_new(dev))
		return SPDM_ERROR_UNSPECIFIED;

	dev->session->id |= ex.session_id;
	ret = dsm_exchange_body(dev, req, &ex, out);
	if (!ret && dsm_exchange_transcript(dev, req, out))
		ret = SPDM_ERROR_UNSPECIFIED;
	if (!ret)
		ret = dsm_sign(dev, "responder-key_exchange_rsp signing", req->hdr.param2,
			       dev->session->th, dsm_exchange_signed);
	if (ret != DSM_LATER)
		dsm_session_free(dev);
	return ret;
}

/* Does the requester hold the keys? The transcript has the request behind it then. */
static int dsm_finish_verify(struct dsm_session *session, const struct dsm_request *req,
			     const uint8_t *verify)
{
	uint8_t th[SPDM_MAX_HASH], expected[SPDM_MAX_HASH];
	uint32_t hash = session->schedule.hash;
	size_t size = dsm_hash_size(hash);

	if (dsm_hash_more(session->th, req->data, DSM_HEADER) ||
	    dsm_hash_peek(session->th, th) ||
	    dsm_hmac(hash, session->req_finished, th, size, expected))
		return SPDM_ERROR_UNSPECIFIED;
	if (CRYPTO_memcmp(expected, verify, size))
		return SPDM_ERROR_DECRYPT;
	return dsm_hash_more(session->th, verify, size) ? SPDM_ERROR_UNSPECIFIED : DSM_OK;
}

int dsm_finish(struct dsm_device *dev, struct dsm_request *req, struct dsm_out *out)
{
	struct dsm_session *session = req->session;
	const uint8_t *verify = dsm_get(&req->in, dev->conn.hash_size);
	uint8_t th2[SPDM_MAX_HASH];
	int ret;

	/* param1: a signature of the requester, which was not asked for */
	if (!dsm_request_end(req) || (req->hdr.param1 & 1))
		return SPDM_ERROR_INVALID_REQUEST;

	ret = dsm_finish_verify(session, req, verify);
	if (ret) {
		session->state = DSM_SESSION_ENDING;
		return ret;
	}

	dsm_put_header(out, "FINISH_RSP", dev->conn.version, SPDM_RESPONSE(SPDM_FINISH), 0, 0);
	if (dsm_hash_more(session->th, out->buf, out->len) ||
	    dsm_hash_peek(session->th, th2) ||
	    dsm_schedule_application(&session->schedule, th2, &session->app_rx,
				     &session->app_tx)) {
		session->state = DSM_SESSION_ENDING;
		return SPDM_ERROR_UNSPECIFIED;
	}
	dsm_keylog(&dev->place, "master", session->schedule.master, dev->conn.hash_size);
	dsm_keylog_keys(dev, "req-data", &session->app_rx);
	dsm_keylog_keys(dev, "rsp-data", &session->app_tx);
	session->state = DSM_SESSION_FINISHED;
	return DSM_OK;
}
