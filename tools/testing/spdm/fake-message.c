// SPDX-License-Identifier: GPL-2.0
/*
 * The answers of the fake device, one function a message (DSP0274). It asks
 * for nothing: what the requester sent is read as far as an answer needs it,
 * and zeros stand for what is missing.
 */
#include <linux/string.h>

#include "crypto.h"
#include "crypto-stub.h"
#include "cursor.h"
#include "fake.h"

#define DEVICE_ID	2
#define ROOT_ID		1
#define NAME		"Vendor=1b36:Device=0010"

/* The header of the answer to @req */
static void head(const struct fake *fake, struct spdm_writer *w, u8 code, u8 param1, u8 param2)
{
	spdm_put_u8(w, fake->version ?: SPDM_VERSION_10);
	spdm_put_u8(w, SPDM_RESPONSE(code));
	spdm_put_u8(w, param1);
	spdm_put_u8(w, param2);
}

static void put_signature(const struct fake *fake, struct spdm_writer *w)
{
	u8 *sig = spdm_room(w, spdm_sig_size(fake->asym));

	if (sig)
		memcpy(sig, STUB_GOOD, STUB_GOOD_LEN);
}

static void put_digest(const struct fake *fake, struct spdm_writer *w, const void *data, size_t len)
{
	u8 digest[SPDM_MAX_HASH];

	if (!spdm_hash_once(fake->hash, data, len, digest))
		spdm_put(w, digest, spdm_hash_size(fake->hash));
}

/* A measurement of each kind: a digest, and raw bytes */
static size_t make_record(struct spdm_writer *w, unsigned int index)
{
	size_t begin = w->len;

	for (u8 i = 1; i <= 2; i++) {
		if (index != i && index != SPDM_MEAS_ALL)
			continue;
		spdm_put_u8(w, i);
		spdm_put_u8(w, SPDM_MEAS_SPEC_DMTF);
		spdm_put_le16(w, 3 + (i == 1 ? 32 : 8));
		spdm_put_u8(w, i == 1 ? SPDM_MEAS_TYPE_FIRMWARE :
					SPDM_MEAS_RAW | SPDM_MEAS_TYPE_SVN);
		spdm_put_le16(w, i == 1 ? 32 : 8);
		spdm_room(w, i == 1 ? 32 : 8);
	}
	return w->len - begin;
}

static void put_summary(const struct fake *fake, struct spdm_writer *w, u8 type)
{
	u8 record[128];
	struct spdm_writer r;

	if (!type || !(fake->caps & SPDM_CAP_MEAS_MASK))
		return;
	spdm_writer_init(&r, record, sizeof(record));
	make_record(&r, SPDM_MEAS_ALL);
	put_digest(fake, w, record, r.len);
}

static void put_cert(const struct fake *fake, struct spdm_writer *w, u8 id, u8 flags, size_t pad)
{
	struct stub_cert cert = {
		.flags = flags,
		.asym = cpu_to_le16(fake->asym),
		.id = id,
		.issuer = ROOT_ID,
		.name_len = sizeof(NAME) - 1,
	};
	size_t len = sizeof(cert) + cert.name_len + pad;

	spdm_put_u8(w, 0x30);
	spdm_put_u8(w, 0x82);
	spdm_put_u8(w, len >> 8);
	spdm_put_u8(w, len);
	spdm_put(w, &cert, sizeof(cert));
	spdm_put(w, NAME, cert.name_len);
	spdm_room(w, pad);
}

static void make_chain(struct fake *fake)
{
	u8 root[64];
	struct spdm_writer w, r;

	spdm_writer_init(&r, root, sizeof(root));
	put_cert(fake, &r, ROOT_ID, STUB_CERT_CA | STUB_CERT_HAS_CA | STUB_CERT_HAS_USAGE |
		 STUB_CERT_CERT_SIGN, 0);
	spdm_writer_init(&w, fake->chain, SPDM_CHAIN_MAX);
	spdm_put_le16(&w, 0);
	spdm_put_le16(&w, 0);
	put_digest(fake, &w, root, r.len);
	spdm_put(&w, root, r.len);
	put_cert(fake, &w, DEVICE_ID, STUB_CERT_HAS_CA | STUB_CERT_HAS_USAGE | STUB_CERT_SIGNS,
		 fake->chain_len > 256 ? fake->chain_len - 256 : 0);
	fake->chain_len = w.len;
	put_unaligned_le16(w.len, fake->chain);
}

static void version(struct fake *fake, struct spdm_writer *w)
{
	fake->version = 0;
	fake->session_id = 0;
	head(fake, w, SPDM_GET_VERSION, 0, 0);
	spdm_put_u8(w, 0);
	spdm_put_u8(w, hweight8(fake->versions));
	for (int i = 0; i < 8; i++) {
		if (fake->versions & BIT(i))
			spdm_put_le16(w, 0x1000 | i << 8);
	}
}

static void capabilities(struct fake *fake, struct spdm_reader *r, struct spdm_writer *w, u8 asked)
{
	fake->version = asked;
	head(fake, w, SPDM_GET_CAPABILITIES, 0, 0);
	spdm_put_le32(w, 12 << 8);
	spdm_put_le32(w, fake->caps);
	spdm_get(r, 8);
	fake->peer_transfer = spdm_get_le32(r) ?: FAKE_SIZE;
	if (asked < SPDM_VERSION_12)
		return;
	spdm_put_le32(w, fake->transfer);
	spdm_put_le32(w, fake->caps & SPDM_CAP_CHUNK ? FAKE_SIZE : fake->transfer);
}

/* One of the bits of @offer, which one the device's taste says */
static u32 pick(const struct fake *fake, u32 offer)
{
	for (unsigned int n = hweight32(offer) ? fake->pick % hweight32(offer) : 0; n; n--)
		offer &= offer - 1;
	return offer & -offer;
}

static void algorithms(struct fake *fake, struct spdm_reader *r, struct spdm_writer *w, u8 tables)
{
	u8 meas, other;

	spdm_get_le16(r);
	meas = spdm_get_u8(r);
	other = spdm_get_u8(r) & SPDM_OPAQUE_FMT1;
	fake->asym = pick(fake, spdm_get_le32(r));
	fake->hash = pick(fake, spdm_get_le32(r));
	spdm_get(r, 16);
	make_chain(fake);
	head(fake, w, SPDM_NEGOTIATE_ALGORITHMS, tables, 0);
	spdm_put_le16(w, sizeof(struct spdm_algorithms_rsp) + 4 * tables);
	spdm_put_u8(w, meas);
	spdm_put_u8(w, other);
	spdm_put_le32(w, meas ? SPDM_MEAS_HASH_SHA256 : 0);
	spdm_put_le32(w, fake->asym);
	spdm_put_le32(w, fake->hash);
	spdm_room(w, 16);
	while (tables--) {
		u8 type = spdm_get_u8(r);
		u16 bits;

		spdm_put_u8(w, type);
		spdm_put_u8(w, spdm_get_u8(r));
		bits = pick(fake, spdm_get_le16(r));
		spdm_put_le16(w, bits);
		if (type == SPDM_ALG_DHE)
			fake->dhe = bits;
	}
}

static void certificate(struct fake *fake, struct spdm_reader *r, struct spdm_writer *w, u8 slot)
{
	u16 offset = spdm_get_le16(r);
	u16 len = spdm_get_le16(r);

	offset = min(offset, fake->chain_len);
	len = min(len, fake->chain_len - offset);
	head(fake, w, SPDM_GET_CERTIFICATE, slot, 0);
	spdm_put_le16(w, len);
	spdm_put_le16(w, fake->chain_len - offset - len);
	spdm_put(w, fake->chain + offset, len);
}

static void challenge(struct fake *fake, struct spdm_reader *r, struct spdm_writer *w,
		      u8 slot, u8 summary)
{
	head(fake, w, SPDM_CHALLENGE, slot, 1);
	put_digest(fake, w, fake->chain, fake->chain_len);
	spdm_room(w, SPDM_NONCE);
	put_summary(fake, w, summary);
	spdm_put_le16(w, 0);
	spdm_get(r, SPDM_NONCE);
	if (fake->version >= SPDM_VERSION_13) {
		const u8 *context = spdm_get(r, SPDM_CONTEXT);

		if (context)
			spdm_put(w, context, SPDM_CONTEXT);
	}
	put_signature(fake, w);
}

static void measurements(struct fake *fake, struct spdm_reader *r, struct spdm_writer *w,
			 u8 attr, u8 index)
{
	bool sign = attr & SPDM_MEAS_ATTR_SIGN;
	u8 slot = 0;
	size_t len;

	if (sign) {
		spdm_get(r, SPDM_NONCE);
		slot = fake->version >= SPDM_VERSION_11 ? spdm_get_u8(r) : 0;
	}
	head(fake, w, SPDM_GET_MEASUREMENTS, index ? 0 : 2, slot);
	spdm_put_u8(w, index == SPDM_MEAS_ALL ? 2 : !!index);
	spdm_room(w, 3);
	len = make_record(w, index);
	w->buf[5] = len;
	spdm_room(w, SPDM_NONCE);
	spdm_put_le16(w, 0);
	if (fake->version >= SPDM_VERSION_13) {
		const u8 *context = spdm_get(r, SPDM_CONTEXT);

		if (context)
			spdm_put(w, context, SPDM_CONTEXT);
	}
	if (sign)
		put_signature(fake, w);
}

static void put_opaque(const struct fake *fake, struct spdm_writer *w)
{
	static const u8 before_12[] = { 0x46, 0x54, 0x4d, 0x44, 1, 1, 0, 0 };
	static const u8 from_12[] = { 1, 0, 0, 0 };
	static const u8 selection[] = { 0, 0, 4, 0, 1, 0, 0, 0x11 };
	bool old = fake->version < SPDM_VERSION_12;

	spdm_put_le16(w, sizeof(selection) + (old ? sizeof(before_12) : sizeof(from_12)));
	if (old)
		spdm_put(w, before_12, sizeof(before_12));
	else
		spdm_put(w, from_12, sizeof(from_12));
	spdm_put(w, selection, sizeof(selection));
}

static void key_exchange(struct fake *fake, struct spdm_reader *r, struct spdm_writer *w,
			 u8 summary)
{
	u8 *key;

	fake->session_id = spdm_get_le16(r) | 0x7e570000;
	head(fake, w, SPDM_KEY_EXCHANGE, fake->heartbeat_s, 0);
	spdm_put_le16(w, fake->session_id >> 16);
	spdm_put_le16(w, 0);
	spdm_room(w, SPDM_NONCE);
	key = spdm_room(w, spdm_dhe_size(fake->dhe));
	if (key)
		memset(key, 0xd2, spdm_dhe_size(fake->dhe));
	put_summary(fake, w, summary);
	put_opaque(fake, w);
	put_signature(fake, w);
	key = spdm_room(w, spdm_hash_size(fake->hash));
	if (key)
		memset(key, STUB_MAC, spdm_hash_size(fake->hash));
}

static void vendor(struct fake *fake, struct spdm_reader *r, struct spdm_writer *w)
{
	head(fake, w, SPDM_VENDOR_DEFINED, 0, 0);
	spdm_put_le16(w, spdm_get_le16(r));
	spdm_put_u8(w, spdm_get_u8(r));
	spdm_put_le16(w, spdm_get_le16(r));
	spdm_put_le16(w, spdm_get_le16(r));
	spdm_put(w, r->pos, r->left);
}

size_t fake_message(struct fake *fake, const u8 *req, size_t len, u8 *rsp)
{
	struct spdm_reader r;
	struct spdm_writer w;
	u8 asked, code, param1, param2;

	spdm_reader_init(&r, req, len);
	asked = spdm_get_u8(&r);
	code = spdm_get_u8(&r);
	param1 = spdm_get_u8(&r);
	param2 = spdm_get_u8(&r);
	spdm_writer_init(&w, rsp, FAKE_SIZE);
	switch (code) {
	case SPDM_GET_VERSION:
		version(fake, &w);
		break;
	case SPDM_GET_CAPABILITIES:
		capabilities(fake, &r, &w, asked);
		break;
	case SPDM_NEGOTIATE_ALGORITHMS:
		algorithms(fake, &r, &w, param1);
		break;
	case SPDM_GET_DIGESTS:
		head(fake, &w, code, fake->version >= SPDM_VERSION_13, 1);
		put_digest(fake, &w, fake->chain, fake->chain_len);
		break;
	case SPDM_GET_CERTIFICATE:
		certificate(fake, &r, &w, param1);
		break;
	case SPDM_CHALLENGE:
		challenge(fake, &r, &w, param1, param2);
		break;
	case SPDM_GET_MEASUREMENTS:
		measurements(fake, &r, &w, param1, param2);
		break;
	case SPDM_KEY_EXCHANGE:
		key_exchange(fake, &r, &w, param1);
		break;
	case SPDM_VENDOR_DEFINED:
		vendor(fake, &r, &w);
		break;
	default:	/* an ACK; of a key update, it repeats both */
		head(fake, &w, code, code == SPDM_KEY_UPDATE ? param1 : 0,
		     code == SPDM_KEY_UPDATE ? param2 : 0);
	}
	return w.len;
}
