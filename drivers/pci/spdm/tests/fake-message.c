// SPDX-License-Identifier: GPL-2.0
/*
 * The fake device's good answers, a function a message. It computes transcripts
 * and signatures on its own, from the bytes; keys of a session come from the
 * library's key schedule, which has a suite with vectors.
 */
#include <linux/bitops.h>
#include <linux/minmax.h>
#include <linux/string.h>

#include "../crypto.h"
#include "../cursor.h"
#include "fake-device.h"

#define PREFIX		100
#define DEVICE_ID	0x7e57

static void head(struct fake_device *dev, struct spdm_writer *w, const u8 *req, u8 param1,
		 u8 param2)
{
	spdm_put_u8(w, dev->mirror->version);
	spdm_put_u8(w, SPDM_RESPONSE(req[1]));
	spdm_put_u8(w, param1);
	spdm_put_u8(w, param2);
}

/* A transcript that begins with the VCA, or with nothing */
static struct spdm_hash *begin(struct fake_device *dev, bool vca)
{
	struct spdm_hash *h = spdm_hash_new(SPDM_HASH_SHA256);

	if (IS_ERR(h))
		return NULL;
	if (vca)
		spdm_hash_add(h, dev->spdm->vca, dev->spdm->vca_len);
	return h;
}

static void end(struct spdm_hash **h)
{
	if (*h)
		spdm_hash_free(*h);
	*h = NULL;
}

static void add(struct spdm_hash *h, const void *data, size_t len)
{
	if (h)
		spdm_hash_add(h, data, len);
}

/* Signs a transcript, with what SPDM 1.2 puts before it. */
static void put_signature(struct fake_device *dev, struct spdm_writer *w, struct spdm_hash *h,
			  const char *context)
{
	u8 digest[FAKE_HASH] = {}, text[PREFIX + FAKE_HASH] = {};
	u8 *sig = spdm_room(w, FAKE_SIG);

	if (!h || !sig)
		return;
	spdm_hash_peek(h, digest);
	if (dev->mirror->version >= SPDM_VERSION_12) {
		for (int i = 0; i < 4; i++) {
			memcpy(text + 16 * i, "dmtf-spdm-v1.2.*", 16);
			text[16 * i + 13] = '0' + (dev->mirror->version & 0xf);
		}
		memcpy(text + PREFIX - strlen(context), context, strlen(context));
		memcpy(text + PREFIX, digest, sizeof(digest));
		spdm_hash_once(SPDM_HASH_SHA256, text, sizeof(text), digest);
	}
	if (fake_sign(digest, sig, FAKE_SIG))
		memset(sig, 0, FAKE_SIG);
}

static void digests(struct fake_device *dev, const u8 *req, struct spdm_writer *w)
{
	unsigned int nr = hweight8(dev->slots);

	head(dev, w, req, dev->slots, dev->slots);
	for (unsigned int i = 0; i < nr; i++)
		spdm_put(w, dev->digest, sizeof(dev->digest));
	if (dev->multi_key)
		memset(spdm_room(w, nr * 4), 1, nr * 4);
	end(&dev->m1);
	dev->m1 = begin(dev, true);
}

static void certificate(struct fake_device *dev, const u8 *req, struct spdm_reader *r,
			struct spdm_writer *w)
{
	size_t offset = spdm_get_le16(r), len = spdm_get_le16(r), rest;

	offset = min(offset, dev->chain_len);
	len = min3(len, dev->portion, dev->chain_len - offset);
	rest = dev->chain_len - offset - len;
	head(dev, w, req, req[2], 0);
	spdm_put_le16(w, len);
	spdm_put_le16(w, rest + (offset ? dev->total_lie : 0));
	spdm_put(w, dev->chain + offset, len);
}

static void put_context(struct fake_device *dev, struct spdm_reader *r, struct spdm_writer *w)
{
	const u8 *context;

	if (dev->mirror->version < SPDM_VERSION_13)
		return;
	context = spdm_get(r, SPDM_CONTEXT);
	if (context)
		spdm_put(w, context, SPDM_CONTEXT);
}

static void challenge(struct fake_device *dev, const u8 *req, size_t len,
		      struct spdm_reader *r, struct spdm_writer *w)
{
	spdm_get(r, SPDM_NONCE);
	head(dev, w, req, req[2], dev->slots);
	spdm_put(w, dev->digest, sizeof(dev->digest));
	memset(spdm_room(w, SPDM_NONCE), 0x11, SPDM_NONCE);
	spdm_put_le16(w, 0);
	put_context(dev, r, w);
	if (!dev->m1)
		dev->m1 = begin(dev, true);
	add(dev->m1, req, len);
	add(dev->m1, w->buf, w->len);
	put_signature(dev, w, dev->m1, "responder-challenge_auth signing");
	end(&dev->m1);
}

/* Index 1 is a digest of firmware, 2 a number of 8 bytes */
static void put_block(struct spdm_writer *w, u8 index)
{
	u16 len = index == 1 ? 32 : 8;

	spdm_put_u8(w, index);
	spdm_put_u8(w, SPDM_MEAS_SPEC_DMTF);
	spdm_put_le16(w, 3 + len);
	spdm_put_u8(w, index == 1 ? SPDM_MEAS_TYPE_FIRMWARE : SPDM_MEAS_RAW | SPDM_MEAS_TYPE_SVN);
	spdm_put_le16(w, len);
	memset(spdm_room(w, len), 0x20 + index, len);
}

static void measure(struct fake_device *dev, const u8 *req, size_t len,
		    struct spdm_reader *r, struct spdm_writer *w)
{
	bool sign = req[2] & SPDM_MEAS_ATTR_SIGN;
	size_t record;
	u8 slot = 0;

	if (sign) {
		spdm_get(r, SPDM_NONCE);
		slot = dev->mirror->version >= SPDM_VERSION_11 ? spdm_get_u8(r) : 0;
	}
	/* content changed: no */
	head(dev, w, req, 0, slot | (sign && dev->mirror->version >= SPDM_VERSION_12 ? 0x20 : 0));
	spdm_put_u8(w, req[3] == SPDM_MEAS_ALL ? 2 : 1);
	spdm_room(w, 3);
	record = w->len;
	for (int i = 1; i <= 2; i++) {
		if (req[3] == SPDM_MEAS_ALL || req[3] == i)
			put_block(w, i);
	}
	put_unaligned_le24(w->len - record, w->buf + 5);
	memset(spdm_room(w, SPDM_NONCE), 0x12, SPDM_NONCE);
	spdm_put_le16(w, 0);
	put_context(dev, r, w);
	if (!dev->l1)
		dev->l1 = begin(dev, dev->mirror->version >= SPDM_VERSION_12);
	add(dev->l1, req, len);
	add(dev->l1, w->buf, w->len);
	if (!sign)
		return;
	put_signature(dev, w, dev->l1, "responder-measurements signing");
	end(&dev->l1);
}

static void put_opaque(struct fake_device *dev, struct spdm_writer *w)
{
	/* One element: version 1.1 of secured messages is chosen */
	static const u8 element[] = { 0, 0, 4, 0, 1, 0, 0x00, 0x11 };
	static const u8 since_12[] = { 1, 0, 0, 0 };
	static const u8 before_12[] = { 0x46, 0x54, 0x4d, 0x44, 1, 1, 0, 0 };

	if (dev->opaque) {
		spdm_put_le16(w, dev->opaque_len);
		spdm_put(w, dev->opaque, dev->opaque_len);
	} else if (dev->mirror->version >= SPDM_VERSION_12) {
		spdm_put_le16(w, sizeof(since_12) + sizeof(element));
		spdm_put(w, since_12, sizeof(since_12));
		spdm_put(w, element, sizeof(element));
	} else {
		spdm_put_le16(w, sizeof(before_12) + sizeof(element));
		spdm_put(w, before_12, sizeof(before_12));
		spdm_put(w, element, sizeof(element));
	}
}

/* The library fills in keys as the requester has them: here they are the other way round. */
static void turn_round(struct fake_device *dev)
{
	swap(dev->mirror->session.req, dev->mirror->session.rsp);
}

static void put_verify(struct fake_device *dev, struct spdm_writer *w)
{
	struct spdm_session *s = &dev->mirror->session;
	u8 th1[FAKE_HASH] = {}, mac[SPDM_MAX_HASH] = {};

	spdm_hash_peek(dev->th, th1);
	spdm_schedule_handshake(dev->mirror, th1);
	turn_round(dev);
	spdm_hmac(SPDM_HASH_SHA256, s->secrets.rsp_finished, FAKE_HASH, th1, FAKE_HASH, mac);
	spdm_put(w, mac, FAKE_HASH);
	add(dev->th, mac, FAKE_HASH);
}

static void key_exchange(struct fake_device *dev, const u8 *req, size_t len,
			 struct spdm_reader *r, struct spdm_writer *w)
{
	struct spdm_session *s = &dev->mirror->session;
	struct spdm_dhe *dhe = spdm_dhe_new(SPDM_DHE_P256);
	u16 id = spdm_get_le16(r);
	const u8 *peer;

	spdm_get(r, 2 + SPDM_NONCE);
	peer = spdm_get(r, FAKE_DHE);
	if (IS_ERR(dhe) || !peer)
		return;
	s->id = DEVICE_ID << 16 | id;
	head(dev, w, req, 30, 0);
	spdm_put_le16(w, DEVICE_ID);
	spdm_put_le16(w, 0);
	memset(spdm_room(w, SPDM_NONCE), 0x13, SPDM_NONCE);
	spdm_dhe_public(dhe, spdm_room(w, FAKE_DHE), FAKE_DHE);
	spdm_dhe_secret(dhe, peer, FAKE_DHE, s->secrets.dhe, FAKE_DHE / 2);
	spdm_dhe_free(dhe);
	put_opaque(dev, w);

	end(&dev->th);
	dev->th = begin(dev, true);
	if (!dev->th)
		return;
	if (dev->multi_key)
		add(dev->th, dev->spdm->digests, dev->spdm->digests_len);
	add(dev->th, dev->digest, sizeof(dev->digest));
	add(dev->th, req, len);
	add(dev->th, w->buf, w->len);
	put_signature(dev, w, dev->th, "responder-key_exchange_rsp signing");
	add(dev->th, w->buf + w->len - FAKE_SIG, FAKE_SIG);
	put_verify(dev, w);
}

/* A wrong verify data of the requester gets the answer that the specification wants. */
static void finish(struct fake_device *dev, const u8 *req, size_t len, struct spdm_writer *w)
{
	struct spdm_session *s = &dev->mirror->session;
	u8 digest[FAKE_HASH] = {}, mac[SPDM_MAX_HASH] = {};

	add(dev->th, req, 4);
	if (dev->th)
		spdm_hash_peek(dev->th, digest);
	spdm_hmac(SPDM_HASH_SHA256, s->secrets.req_finished, FAKE_HASH, digest, FAKE_HASH, mac);
	if (len != 4 + FAKE_HASH || memcmp(mac, req + 4, FAKE_HASH)) {
		spdm_put_u8(w, dev->mirror->version);
		spdm_put_u8(w, SPDM_ERROR);
		spdm_put_u8(w, SPDM_ERROR_DECRYPT);
		spdm_put_u8(w, 0);
		return;
	}
	head(dev, w, req, 0, 0);
	add(dev->th, req + 4, FAKE_HASH);
	add(dev->th, w->buf, w->len);
}

static void vendor(struct fake_device *dev, const u8 *req, struct spdm_reader *r,
		   struct spdm_writer *w)
{
	head(dev, w, req, 0, 0);
	spdm_put(w, r->pos, r->left);
}

/* Keys that come into use with, or after, the answer */
void fake_answered(struct fake_device *dev, const u8 *req)
{
	struct spdm_session *s = &dev->mirror->session;
	u8 th2[FAKE_HASH] = {};

	switch (req[1]) {
	case SPDM_FINISH:
		if (dev->th)
			spdm_hash_peek(dev->th, th2);
		spdm_schedule_data(dev->mirror, th2);
		turn_round(dev);
		end(&dev->th);
		break;
	case SPDM_KEY_UPDATE:
		if (req[2] == SPDM_KEY_UPDATE_ALL)
			spdm_schedule_update(dev->mirror, s->secrets.req, &s->rsp);
		break;
	case SPDM_END_SESSION:
		spdm_direction_clear(&s->req);
		spdm_direction_clear(&s->rsp);
		break;
	}
}

size_t fake_answer(struct fake_device *dev, const u8 *req, size_t len)
{
	struct spdm_session *s = &dev->mirror->session;
	struct spdm_reader r;
	struct spdm_writer w;

	spdm_reader_init(&r, req + 4, len - 4);
	spdm_writer_init(&w, dev->rsp, FAKE_SIZE);
	if (req[1] != SPDM_GET_MEASUREMENTS)
		end(&dev->l1);
	switch (req[1]) {
	case SPDM_GET_DIGESTS:
		digests(dev, req, &w);
		break;
	case SPDM_GET_CERTIFICATE:
		certificate(dev, req, &r, &w);
		break;
	case SPDM_CHALLENGE:
		challenge(dev, req, len, &r, &w);
		break;
	case SPDM_GET_MEASUREMENTS:
		measure(dev, req, len, &r, &w);
		break;
	case SPDM_KEY_EXCHANGE:
		key_exchange(dev, req, len, &r, &w);
		break;
	case SPDM_FINISH:
		finish(dev, req, len, &w);
		break;
	case SPDM_KEY_UPDATE:
		if (req[2] == SPDM_KEY_UPDATE_ALL)
			spdm_schedule_update(dev->mirror, s->secrets.rsp, &s->req);
		head(dev, &w, req, req[2], req[3]);
		break;
	case SPDM_VENDOR_DEFINED:
		vendor(dev, req, &r, &w);
		break;
	default:
		head(dev, &w, req, 0, 0);
	}
	if (req[1] == SPDM_GET_DIGESTS || req[1] == SPDM_GET_CERTIFICATE) {
		if (!dev->m1)
			dev->m1 = begin(dev, true);
		add(dev->m1, req, len);
		add(dev->m1, dev->rsp, w.len);
	}
	return w.len;
}
