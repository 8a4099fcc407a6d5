// SPDX-License-Identifier: GPL-2.0
/*
 * Transcripts, key schedule, signatures and records against a captured session,
 * with every value in between.
 */
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/param_build.h>

#include "check.h"
#include "responder.h"
#include "vectors.h"

#define HASH	SPDM_HASH_SHA384
#define AEAD	SPDM_AEAD_AES256_GCM
#define H	48
#define SIG_AT	198	/* of KEY_EXCHANGE_RSP: the signature, */
#define MAC_AT	294	/* and the verify data */

struct bytes {
	uint8_t data[512];
	size_t len;
};

static struct bytes hex(const char *text)
{
	struct bytes b = {};
	unsigned int byte;

	for (; b.len < sizeof(b.data) && sscanf(text, "%2x", &byte) == 1; text += 2)
		b.data[b.len++] = byte;
	return b;
}

static bool is(const char *text, const uint8_t *data, size_t len)
{
	struct bytes b = hex(text);

	return b.len == len && !memcmp(b.data, data, len);
}

static EVP_MD_CTX *th;

static void add(const char *text, size_t len)
{
	struct bytes b = hex(text);

	CHECK(len <= b.len && !dsm_hash_more(th, b.data, len ? len : b.len));
}

/* VCA, the chain, and KEY_EXCHANGE up to the signature */
static void begin(void)
{
	CHECK(!dsm_hash_begin(&th, HASH, "", 0));
	add(vec_get_version, 0);
	add(vec_version, 0);
	add(vec_get_caps, 0);
	add(vec_caps, 0);
	add(vec_neg_alg, 0);
	add(vec_alg, 0);
	add(vec_ct, 0);
	add(vec_key_exchange, 0);
	add(vec_key_exchange_rsp, SIG_AT);
}

static void end(void)
{
	EVP_MD_CTX_free(th);
	th = NULL;
}

/* Has the captured leaf signed this digest? */
static bool signed_by_leaf(const uint8_t *digest)
{
	struct bytes x = hex(vec_leaf_x), y = hex(vec_leaf_y), rsp = hex(vec_key_exchange_rsp);
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	uint8_t point[1 + 2 * H] = { POINT_CONVERSION_UNCOMPRESSED }, *der = NULL;
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, "P-384", 0),
		OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point, sizeof(point)),
		OSSL_PARAM_construct_end(),
	};
	ECDSA_SIG *rs = ECDSA_SIG_new();
	EVP_PKEY *key = NULL;
	bool good = false;
	int len;

	memcpy(point + 1, x.data, H);
	memcpy(point + 1 + H, y.data, H);
	ECDSA_SIG_set0(rs, BN_bin2bn(rsp.data + SIG_AT, H, NULL),
		       BN_bin2bn(rsp.data + SIG_AT + H, H, NULL));
	len = i2d_ECDSA_SIG(rs, &der);
	if (EVP_PKEY_fromdata_init(ctx) == 1 &&
	    EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params) == 1) {
		EVP_PKEY_CTX_free(ctx);
		ctx = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
		good = EVP_PKEY_verify_init(ctx) == 1 &&
		       EVP_PKEY_verify(ctx, der, len, digest, H) == 1;
	}
	ECDSA_SIG_free(rs);
	OPENSSL_free(der);
	EVP_PKEY_free(key);
	EVP_PKEY_CTX_free(ctx);
	return good;
}

static void signed_hash_is_as_captured(void)
{
	uint8_t hash[SPDM_MAX_HASH], digest[SPDM_MAX_HASH];

	begin();
	CHECK(!dsm_hash_peek(th, hash) && is(vec_sig_hash, hash, H));
	CHECK(!dsm_sign_digest(SPDM_VERSION_12, HASH, "responder-key_exchange_rsp signing", hash,
			       digest));
	CHECK(is(vec_sig_digest, digest, H));
	CHECK(signed_by_leaf(digest) && !signed_by_leaf(hash));
	CHECK(!dsm_sign_digest(SPDM_VERSION_11, HASH, "responder-key_exchange_rsp signing", hash,
			       digest));
	CHECK(!memcmp(hash, digest, H));
	end();
}

static void schedule_is_as_captured(void)
{
	struct dsm_schedule sch = { .version = SPDM_VERSION_12, .hash = HASH, .aead = AEAD };
	struct bytes dhe = hex(vec_dhe), rsp = hex(vec_key_exchange_rsp), fin = hex(vec_finish);
	uint8_t hash[SPDM_MAX_HASH], finished[SPDM_MAX_HASH], mac[SPDM_MAX_HASH];
	struct dsm_keys rx, tx;

	begin();
	CHECK(!dsm_hash_more(th, rsp.data + SIG_AT, MAC_AT - SIG_AT));
	CHECK(!dsm_hash_peek(th, hash) && is(vec_th1, hash, H));
	CHECK(!dsm_schedule_handshake(&sch, dhe.data, dhe.len, hash, &rx, &tx));
	CHECK(is(vec_hs, sch.handshake, H));
	CHECK(is(vec_req_hs, rx.secret, H) && is(vec_rsp_hs, tx.secret, H));
	CHECK(is(vec_req_hs_key, rx.key, 32) && is(vec_req_hs_iv, rx.iv, 12));
	CHECK(is(vec_rsp_hs_key, tx.key, 32) && is(vec_rsp_hs_iv, tx.iv, 12));

	CHECK(!dsm_schedule_finished(&sch, &tx, finished) && is(vec_rsp_finished, finished, H));
	CHECK(!dsm_hmac(HASH, finished, hash, H, mac) && !memcmp(mac, rsp.data + MAC_AT, H));
	CHECK(!dsm_hash_more(th, mac, H));

	CHECK(!dsm_schedule_finished(&sch, &rx, finished) && is(vec_req_finished, finished, H));
	CHECK(!dsm_hash_more(th, fin.data, 4) && !dsm_hash_peek(th, hash));
	CHECK(!dsm_hmac(HASH, finished, hash, H, mac) && !memcmp(mac, fin.data + 4, H));

	CHECK(!dsm_hash_more(th, mac, H));
	add(vec_finish_rsp, 0);
	CHECK(!dsm_hash_peek(th, hash) && is(vec_th2, hash, H));
	CHECK(!dsm_schedule_application(&sch, hash, &rx, &tx));
	CHECK(is(vec_ms, sch.master, H));
	CHECK(is(vec_req_app, rx.secret, H) && is(vec_rsp_app, tx.secret, H));
	CHECK(is(vec_req_app_key, rx.key, 32) && is(vec_req_app_iv, rx.iv, 12));
	CHECK(is(vec_rsp_app_key, tx.key, 32) && is(vec_rsp_app_iv, tx.iv, 12));
	end();
}

static void key_from(struct dsm_keys *keys, const char *key, const char *iv)
{
	struct bytes k = hex(key), i = hex(iv);

	memset(keys, 0, sizeof(*keys));
	memcpy(keys->key, k.data, k.len);
	memcpy(keys->iv, i.data, i.len);
}

static void records_are_as_captured(void)
{
	struct bytes req = hex(vec_doe_finish), msg = hex(vec_finish_rsp);
	struct dsm_session session = { .id = 0xffffffff };
	struct dsm_fields fields;
	uint8_t plain[512], rsp[64];

	key_from(&session.rx, vec_req_hs_key, vec_req_hs_iv);
	key_from(&session.tx, vec_rsp_hs_key, vec_rsp_hs_iv);
	CHECK(dsm_record_open(&session, AEAD, req.data, req.len, plain) == 52);
	CHECK(is(vec_finish, plain, 52));
	/* The object has padding behind the record */
	CHECK(dsm_record_seal(&session, AEAD, 0, msg.data, msg.len, rsp, sizeof(rsp), &fields) ==
	      hex(vec_doe_finish_rsp).len);
	CHECK(is(vec_doe_finish_rsp, rsp, hex(vec_doe_finish_rsp).len));
	CHECK(fields.nr == 4 && fields.field[2].len == 6 && fields.field[3].offset == 12);
}

/* A record whose plaintext is ours; its length on the wire */
static size_t seal(struct dsm_session *session, unsigned int tail, uint8_t *record, size_t size)
{
	struct dsm_fields fields;

	return dsm_record_seal(session, AEAD, tail, (const uint8_t *)"\x12\xe8\0\0", 4, record,
			       size, &fields);
}

static void records_open_once_and_whole(void)
{
	struct dsm_session tx = { .id = 7 }, rx;
	uint8_t record[128], plain[128];
	size_t len;

	key_from(&tx.tx, vec_req_app_key, vec_req_app_iv);
	tx.rx = tx.tx;
	rx = tx;
	for (unsigned int tail = 0; tail < 40; tail += 13) {
		len = seal(&tx, tail, record, sizeof(record));
		CHECK(len == 6 + 2 + 4 + tail + 16);
		CHECK(dsm_record_open(&rx, AEAD, record, len - 1, plain) == -1);
		memset(record + len, 0, 4);
		CHECK(dsm_record_open(&rx, AEAD, record, len + 4, plain) == -1);
		record[len + 2] = 1;
		CHECK(dsm_record_open(&rx, AEAD, record, len + 3, plain) == -1);
		record[len + 2] = 0;
		CHECK(dsm_record_open(&rx, AEAD, record, len + 3, plain) == 4);
		CHECK(!memcmp(plain, "\x12\xe8\0\0", 4));
		CHECK(dsm_record_open(&rx, AEAD, record, len, plain) == -1);
	}
	for (unsigned int at = 0; at < 28; at++) {
		len = seal(&tx, 0, record, sizeof(record));
		record[at] ^= 1;
		CHECK(dsm_record_open(&rx, AEAD, record, len, plain) == -1);
		record[at] ^= 1;
		CHECK(dsm_record_open(&rx, AEAD, record, len, plain) == 4);
	}
	CHECK(!seal(&tx, 0, record, 27));
}

static void keys_are_updated_in_step(void)
{
	struct dsm_schedule sch = { .version = SPDM_VERSION_12, .hash = HASH, .aead = AEAD };
	struct bytes secret = hex(vec_req_app);
	struct dsm_keys keys = { .seq = 5 }, twice;

	memcpy(keys.secret, secret.data, secret.len);
	twice = keys;
	CHECK(!dsm_schedule_update(&sch, &keys) && !keys.seq);
	CHECK(memcmp(keys.secret, secret.data, H));
	CHECK(!dsm_schedule_update(&sch, &twice) && !memcmp(&keys, &twice, sizeof(keys)));
	CHECK(!dsm_schedule_update(&sch, &twice) && memcmp(keys.key, twice.key, 32));
}

static const struct check_case cases[] = {
	{ "signed_hash_is_as_captured", signed_hash_is_as_captured },
	{ "schedule_is_as_captured", schedule_is_as_captured },
	{ "records_are_as_captured", records_are_as_captured },
	{ "records_open_once_and_whole", records_open_once_and_whole },
	{ "keys_are_updated_in_step", keys_are_updated_in_step },
};

CHECK_MAIN("dsm_schedule", cases)
