// SPDX-License-Identifier: GPL-2.0
/*
 * The life of a session, and its records: how they are opened and sealed, and
 * which keys are next. A device has one session at most. What is said inside
 * is spdm-session.c's and spdm-keepalive.c's.
 *
 * DSP0277: over DOE a record has no sequence number, and the nonce is the IV with
 * the number of the record in its first eight bytes, little-endian. Behind the
 * message a peer may have any bytes, which count for nothing.
 */
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

#include "responder.h"

#define DSM_RECORD_HEAD	sizeof(struct spdm_record)
#define DSM_RECORD_LEN	sizeof(uint16_t)	/* of the message, before it */

/* Ids are not used again soon; with what the requester adds, never 0 */
static uint16_t dsm_session_number(struct dsm_device *dev)
{
	if (!++dev->session_nr)
		dev->session_nr = 1;
	return dev->session_nr;
}

struct dsm_session *dsm_session_new(struct dsm_device *dev)
{
	struct dsm_session *session = calloc(1, sizeof(*session));

	if (!session)
		return NULL;

	session->id = (uint32_t)dsm_session_number(dev) << 16;
	session->schedule = (struct dsm_schedule){
		.version = dev->conn.version,
		.hash = dev->conn.hash,
		.aead = dev->conn.aead,
	};
	session->alive_us = dsm_now_us();
	dev->session = session;
	return session;
}

/* Its keys are gone, those that IDE_KM was given in it, and what TDISP has locked. */
void dsm_session_free(struct dsm_device *dev)
{
	struct dsm_session *session = dev->session;

	if (!session)
		return;

	dev->session = NULL;
	if (dev->send.session == session)
		dsm_large_drop(&dev->send);
	if (dev->get.session == session)
		dsm_large_drop(&dev->get);
	if (dev->pending.session == session)
		dsm_pending_drop(dev);
	dsm_km_reset(dev->km);
	dsm_tdisp_violation(dev->tdisp);

	EVP_MD_CTX_free(session->th);
	EVP_MD_CTX_free(session->l1);
	OPENSSL_cleanse(session, sizeof(*session));
	free(session);
}

/* How long a message may be whose record has to fit */
size_t dsm_record_room(const struct dsm_device *dev, size_t size)
{
	size_t around = DSM_RECORD_HEAD + DSM_RECORD_LEN + dev->options.record_tail +
			SPDM_AEAD_TAG;
	size_t max = UINT16_MAX - (around - DSM_RECORD_HEAD);

	if (size < around)
		return 0;
	return size - around < max ? size - around : max;
}

static void dsm_record_nonce(const struct dsm_keys *keys, uint8_t *nonce)
{
	memcpy(nonce, keys->iv, SPDM_AEAD_IV);
	for (unsigned int i = 0; i < sizeof(keys->seq); i++)
		nonce[i] ^= keys->seq >> (8 * i);
}

/* What DOE puts behind an object, to fill a dword */
static bool dsm_is_padding(const struct dsm_in *in)
{
	for (size_t i = 0; i < in->left; i++)
		if (in->pos[i])
			return false;
	return in->left < 4;
}

long dsm_record_open(struct dsm_session *session, uint16_t aead, const uint8_t *data, size_t len,
		     uint8_t *plain)
{
	struct dsm_keys *keys = &session->rx;
	uint8_t nonce[SPDM_AEAD_IV];
	const uint8_t *body, *tag;
	size_t body_len, msg_len;
	struct dsm_in in;

	dsm_in_init(&in, data, len);
	dsm_get32(&in);
	body_len = dsm_get16(&in);
	if (in.bad || body_len < DSM_RECORD_LEN + SPDM_AEAD_TAG)
		return -1;

	body_len -= SPDM_AEAD_TAG;
	body = dsm_get(&in, body_len);
	tag = dsm_get(&in, SPDM_AEAD_TAG);
	if (in.bad || !dsm_is_padding(&in) || keys->seq == UINT64_MAX)
		return -1;

	dsm_record_nonce(keys, nonce);
	if (dsm_open(aead, keys->key, nonce, data, DSM_RECORD_HEAD, body, body_len, tag, plain))
		return -1;
	keys->seq++;

	msg_len = plain[0] | plain[1] << 8;
	if (msg_len > body_len - DSM_RECORD_LEN)
		return -1;

	memmove(plain, plain + DSM_RECORD_LEN, msg_len);
	return msg_len;
}

size_t dsm_record_seal(struct dsm_session *session, uint16_t aead, unsigned int tail,
		       const uint8_t *msg, size_t len, uint8_t *rsp, size_t size,
		       struct dsm_fields *fields)
{
	size_t body_len = DSM_RECORD_LEN + len + tail;
	uint8_t more[UINT8_MAX], nonce[SPDM_AEAD_IV];
	uint8_t tag[SPDM_AEAD_TAG] = {};
	struct dsm_keys *keys = &session->tx;
	struct dsm_out out;
	uint8_t *body;

	if (tail > sizeof(more) || body_len + SPDM_AEAD_TAG > UINT16_MAX ||
	    keys->seq == UINT64_MAX || dsm_random(more, tail))
		return 0;

	dsm_out_init(&out, rsp, size, fields);
	dsm_put32(&out, "RECORD.session_id", session->id);
	dsm_put16(&out, "RECORD.length", body_len + SPDM_AEAD_TAG);
	body = rsp + out.len;
	dsm_put16(&out, "RECORD.ciphertext", len);
	dsm_put(&out, NULL, msg, len);
	dsm_put(&out, NULL, more, tail);
	dsm_put(&out, "RECORD.tag", tag, sizeof(tag));
	if (out.bad)
		return 0;

	fields->field[2].len = body_len;
	dsm_record_nonce(keys, nonce);
	if (dsm_seal(aead, keys->key, nonce, rsp, DSM_RECORD_HEAD, body, body_len,
		     body + body_len))
		return 0;
	keys->seq++;
	return out.len;
}

void dsm_session_sealed(struct dsm_device *dev)
{
	struct dsm_session *session = dev->session;

	if (session->state == DSM_SESSION_ENDING) {
		dsm_session_free(dev);
		return;
	}
	if (session->state != DSM_SESSION_FINISHED)
		return;

	session->rx = session->app_rx;
	session->tx = session->app_tx;
	OPENSSL_cleanse(&session->app_rx, sizeof(session->app_rx));
	OPENSSL_cleanse(&session->app_tx, sizeof(session->app_tx));
	OPENSSL_cleanse(session->schedule.handshake, sizeof(session->schedule.handshake));
	OPENSSL_cleanse(session->schedule.master, sizeof(session->schedule.master));
	OPENSSL_cleanse(session->req_finished, sizeof(session->req_finished));
	session->state = DSM_SESSION_UP;
}
