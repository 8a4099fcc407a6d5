// SPDX-License-Identifier: GPL-2.0
/*
 * Key schedule against a conversation that was captured from DMTF's spdm-emu:
 * transcripts are hashed from its messages, and each value on the way from the
 * shared secret to the keys is compared.
 */
#include <kunit/test.h>
#include <linux/err.h>
#include <linux/slab.h>
#include <linux/spdm.h>

#include "../crypto.h"
#include "../spdm.h"
#include "vectors.h"

#define H 48

static struct spdm *session_new(struct kunit *test)
{
	struct spdm *spdm = kunit_kzalloc(test, sizeof(*spdm), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, spdm);
	spdm->version = SPDM_VERSION_12;
	spdm->algos.base_hash = SPDM_HASH_SHA384;
	spdm->algos.hash_size = H;
	spdm->algos.dhe = SPDM_DHE_P384;
	spdm->algos.dhe_size = 96;
	spdm->algos.aead = SPDM_AEAD_AES256_GCM;
	memcpy(spdm->session.secrets.dhe, session_dhe_secret, sizeof(session_dhe_secret));
	return spdm;
}

static void session_end(struct spdm *spdm)
{
	spdm_direction_clear(&spdm->session.req);
	spdm_direction_clear(&spdm->session.rsp);
}

static struct spdm_hash *vca(struct kunit *test)
{
	struct spdm_hash *h = spdm_hash_new(SPDM_HASH_SHA384);
	int rc = 0;

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, h);
	rc |= spdm_hash_add(h, session_get_version, sizeof(session_get_version));
	rc |= spdm_hash_add(h, session_version, sizeof(session_version));
	rc |= spdm_hash_add(h, session_get_capabilities, sizeof(session_get_capabilities));
	rc |= spdm_hash_add(h, session_capabilities, sizeof(session_capabilities));
	rc |= spdm_hash_add(h, session_negotiate, sizeof(session_negotiate));
	rc |= spdm_hash_add(h, session_algorithms, sizeof(session_algorithms));
	KUNIT_ASSERT_EQ(test, rc, 0);
	return h;
}

#define SIG_AT		198	/* in KEY_EXCHANGE_RSP */
#define VERIFY_AT	294

static void transcripts_are_those_of_the_conversation(struct kunit *test)
{
	struct spdm_hash *h = vca(test);
	u8 digest[H], mac[H];
	int rc = 0;

	rc |= spdm_hash_add(h, session_chain_digest, H);
	rc |= spdm_hash_add(h, session_key_exchange, sizeof(session_key_exchange));
	rc |= spdm_hash_add(h, session_key_exchange_rsp, SIG_AT);
	rc |= spdm_hash_peek(h, digest);
	KUNIT_EXPECT_MEMEQ(test, digest, session_th_sig, H);

	rc |= spdm_hash_add(h, session_key_exchange_rsp + SIG_AT, VERIFY_AT - SIG_AT);
	rc |= spdm_hash_peek(h, digest);
	KUNIT_EXPECT_MEMEQ(test, digest, session_th1, H);
	rc |= spdm_hmac(SPDM_HASH_SHA384, session_rsp_finished, H, digest, H, mac);
	KUNIT_EXPECT_MEMEQ(test, mac, session_key_exchange_rsp + VERIFY_AT, H);

	rc |= spdm_hash_add(h, session_key_exchange_rsp + VERIFY_AT, H);
	rc |= spdm_hash_add(h, session_finish, sizeof(struct spdm_header));
	rc |= spdm_hash_peek(h, digest);
	rc |= spdm_hmac(SPDM_HASH_SHA384, session_req_finished, H, digest, H, mac);
	KUNIT_EXPECT_MEMEQ(test, mac, session_finish + sizeof(struct spdm_header), H);

	rc |= spdm_hash_add(h, session_finish + sizeof(struct spdm_header), H);
	rc |= spdm_hash_add(h, session_finish_rsp, sizeof(session_finish_rsp));
	rc |= spdm_hash_peek(h, digest);
	KUNIT_EXPECT_MEMEQ(test, digest, session_th2, H);
	KUNIT_EXPECT_EQ(test, rc, 0);
	spdm_hash_free(h);
}

static void expect_expanded(struct kunit *test, const u8 *prk, const char *label,
			    const u8 *context, const u8 *want, size_t len)
{
	u8 out[H];

	KUNIT_EXPECT_EQ(test, spdm_hkdf_expand(SPDM_HASH_SHA384, prk, label, SPDM_VERSION_12,
					       context, out, len), 0);
	KUNIT_EXPECT_MEMEQ(test, out, want, len);
}

static void each_value_is_that_of_the_conversation(struct kunit *test)
{
	static const u8 zeros[H];
	u8 prk[H];

	KUNIT_EXPECT_EQ(test, spdm_hkdf_extract(SPDM_HASH_SHA384, zeros, H, session_dhe_secret, H,
						prk), 0);
	KUNIT_EXPECT_MEMEQ(test, prk, session_handshake_secret, H);
	expect_expanded(test, session_handshake_secret, "req hs data", session_th1,
			session_req_hs, H);
	expect_expanded(test, session_handshake_secret, "rsp hs data", session_th1,
			session_rsp_hs, H);
	expect_expanded(test, session_req_hs, "finished", NULL, session_req_finished, H);
	expect_expanded(test, session_rsp_hs, "finished", NULL, session_rsp_finished, H);
	expect_expanded(test, session_req_hs, "key", NULL, session_req_hs_key, 32);
	expect_expanded(test, session_req_hs, "iv", NULL, session_req_hs_iv, 12);
	expect_expanded(test, session_rsp_hs, "key", NULL, session_rsp_hs_key, 32);
	expect_expanded(test, session_rsp_hs, "iv", NULL, session_rsp_hs_iv, 12);
	expect_expanded(test, session_handshake_secret, "derived", NULL, session_salt_1, H);
	KUNIT_EXPECT_EQ(test, spdm_hkdf_extract(SPDM_HASH_SHA384, session_salt_1, H, zeros, H,
						prk), 0);
	KUNIT_EXPECT_MEMEQ(test, prk, session_master, H);
	expect_expanded(test, session_master, "req app data", session_th2, session_req_app, H);
	expect_expanded(test, session_master, "rsp app data", session_th2, session_rsp_app, H);
	expect_expanded(test, session_master, "exp master", session_th2,
			session_export_master, H);
	expect_expanded(test, session_req_app, "key", NULL, session_req_app_key, 32);
	expect_expanded(test, session_req_app, "iv", NULL, session_req_app_iv, 12);
	expect_expanded(test, session_rsp_app, "key", NULL, session_rsp_app_key, 32);
	expect_expanded(test, session_rsp_app, "iv", NULL, session_rsp_app_iv, 12);
}

/* Which key is in a cipher shows by what it makes of zeros. */
static void expect_direction(struct kunit *test, struct spdm_direction *dir, const u8 *key,
			     const u8 *iv)
{
	struct spdm_aead *want = spdm_aead_new(SPDM_AEAD_AES256_GCM, key, 32);
	u8 *a = kunit_kzalloc(test, 32, GFP_KERNEL), *b = kunit_kzalloc(test, 32, GFP_KERNEL);
	u8 tag_a[SPDM_AEAD_TAG] = { 1 }, tag_b[SPDM_AEAD_TAG] = { 2 };

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, want);
	KUNIT_ASSERT_NOT_NULL(test, dir->aead);
	KUNIT_EXPECT_MEMEQ(test, dir->iv, iv, SPDM_AEAD_IV);
	KUNIT_EXPECT_EQ(test, dir->seq, 0);
	KUNIT_EXPECT_EQ(test, spdm_aead_seal(dir->aead, iv, "x", 1, a, 32, tag_a), 0);
	KUNIT_EXPECT_EQ(test, spdm_aead_seal(want, iv, "x", 1, b, 32, tag_b), 0);
	KUNIT_EXPECT_MEMEQ(test, a, b, 32);
	KUNIT_EXPECT_MEMEQ(test, tag_a, tag_b, sizeof(tag_a));
	spdm_aead_free(want);
}

#define EXPECT_WIPED(test, field) \
	KUNIT_EXPECT_NULL(test, memchr_inv(field, 0, sizeof(field)))

static void a_handshake_gets_its_keys(struct kunit *test)
{
	struct spdm *spdm = session_new(test);
	struct spdm_secrets *s = &spdm->session.secrets;

	KUNIT_ASSERT_EQ(test, spdm_schedule_handshake(spdm, session_th1), 0);
	KUNIT_EXPECT_MEMEQ(test, s->handshake, session_handshake_secret, H);
	KUNIT_EXPECT_MEMEQ(test, s->req, session_req_hs, H);
	KUNIT_EXPECT_MEMEQ(test, s->rsp, session_rsp_hs, H);
	KUNIT_EXPECT_MEMEQ(test, s->req_finished, session_req_finished, H);
	KUNIT_EXPECT_MEMEQ(test, s->rsp_finished, session_rsp_finished, H);
	EXPECT_WIPED(test, s->dhe);
	EXPECT_WIPED(test, s->key);
	EXPECT_WIPED(test, s->master);
	expect_direction(test, &spdm->session.req, session_req_hs_key, session_req_hs_iv);
	expect_direction(test, &spdm->session.rsp, session_rsp_hs_key, session_rsp_hs_iv);
	session_end(spdm);
}

static void an_application_gets_its_keys(struct kunit *test)
{
	struct spdm *spdm = session_new(test);
	struct spdm_secrets *s = &spdm->session.secrets;

	KUNIT_ASSERT_EQ(test, spdm_schedule_handshake(spdm, session_th1), 0);
	spdm->session.req.seq = 1;
	spdm->session.rsp.seq = 1;
	KUNIT_ASSERT_EQ(test, spdm_schedule_data(spdm, session_th2), 0);
	KUNIT_EXPECT_MEMEQ(test, s->master, session_master, H);
	KUNIT_EXPECT_MEMEQ(test, s->req, session_req_app, H);
	KUNIT_EXPECT_MEMEQ(test, s->rsp, session_rsp_app, H);
	EXPECT_WIPED(test, s->handshake);
	EXPECT_WIPED(test, s->req_finished);
	EXPECT_WIPED(test, s->rsp_finished);
	EXPECT_WIPED(test, s->key);
	expect_direction(test, &spdm->session.req, session_req_app_key, session_req_app_iv);
	expect_direction(test, &spdm->session.rsp, session_rsp_app_key, session_rsp_app_iv);
	session_end(spdm);
}

static void an_update_moves_one_direction(struct kunit *test)
{
	struct spdm *spdm = session_new(test);
	struct spdm_secrets *s = &spdm->session.secrets;
	struct spdm_direction before;
	u8 next[H], key[32], iv[12];
	int rc = 0;

	memcpy(s->req, session_req_app, H);
	memcpy(s->rsp, session_rsp_app, H);
	KUNIT_ASSERT_EQ(test, spdm_direction_init(spdm, s->req, &spdm->session.req), 0);
	KUNIT_ASSERT_EQ(test, spdm_direction_init(spdm, s->rsp, &spdm->session.rsp), 0);
	spdm->session.req.seq = 7;
	spdm->session.rsp.seq = 5;
	before = spdm->session.rsp;

	KUNIT_ASSERT_EQ(test, spdm_schedule_update(spdm, s->req, &spdm->session.req), 0);
	rc |= spdm_hkdf_expand(SPDM_HASH_SHA384, session_req_app, "traffic upd", SPDM_VERSION_12,
			       NULL, next, H);
	rc |= spdm_hkdf_expand(SPDM_HASH_SHA384, next, "key", SPDM_VERSION_12, NULL, key, 32);
	rc |= spdm_hkdf_expand(SPDM_HASH_SHA384, next, "iv", SPDM_VERSION_12, NULL, iv, 12);
	KUNIT_EXPECT_EQ(test, rc, 0);
	KUNIT_EXPECT_MEMEQ(test, s->req, next, H);
	KUNIT_EXPECT_MEMNEQ(test, s->req, session_req_app, H);
	expect_direction(test, &spdm->session.req, key, iv);
	KUNIT_EXPECT_MEMEQ(test, s->rsp, session_rsp_app, H);
	KUNIT_EXPECT_MEMEQ(test, &spdm->session.rsp, &before, sizeof(before));
	session_end(spdm);
}

static void labels_name_the_version(struct kunit *test)
{
	u8 out[H];

	KUNIT_EXPECT_EQ(test, spdm_hkdf_expand(SPDM_HASH_SHA384, session_req_hs, "finished",
					       SPDM_VERSION_13, NULL, out, H), 0);
	KUNIT_EXPECT_MEMNEQ(test, out, session_req_finished, H);
}

static void a_failure_leaves_a_direction_alone(struct kunit *test)
{
	struct spdm *spdm = session_new(test);
	struct spdm_direction before;

	KUNIT_ASSERT_EQ(test, spdm_schedule_handshake(spdm, session_th1), 0);
	before = spdm->session.req;
	spdm->algos.aead = 0;
	KUNIT_EXPECT_NE(test, spdm_direction_init(spdm, session_req_app, &spdm->session.req), 0);
	KUNIT_EXPECT_MEMEQ(test, &spdm->session.req, &before, sizeof(before));
	EXPECT_WIPED(test, spdm->session.secrets.key);
	session_end(spdm);
}

static void nothing_is_left_of_secrets(struct kunit *test)
{
	struct spdm *spdm = session_new(test);

	KUNIT_ASSERT_EQ(test, spdm_schedule_handshake(spdm, session_th1), 0);
	spdm->session.req.seq = 3;
	spdm_direction_clear(&spdm->session.req);
	spdm_direction_clear(&spdm->session.rsp);
	spdm_secrets_wipe(&spdm->session.secrets);
	KUNIT_EXPECT_NULL(test, memchr_inv(&spdm->session.req, 0, sizeof(spdm->session.req)));
	KUNIT_EXPECT_NULL(test, memchr_inv(&spdm->session.rsp, 0, sizeof(spdm->session.rsp)));
	KUNIT_EXPECT_NULL(test, memchr_inv(&spdm->session.secrets, 0,
					   sizeof(spdm->session.secrets)));
	/* Once more is no harm. */
	spdm_direction_clear(&spdm->session.req);
}

static struct kunit_case key_schedule_kunit_cases[] = {
	KUNIT_CASE(transcripts_are_those_of_the_conversation),
	KUNIT_CASE(each_value_is_that_of_the_conversation),
	KUNIT_CASE(a_handshake_gets_its_keys),
	KUNIT_CASE(an_application_gets_its_keys),
	KUNIT_CASE(an_update_moves_one_direction),
	KUNIT_CASE(labels_name_the_version),
	KUNIT_CASE(a_failure_leaves_a_direction_alone),
	KUNIT_CASE(nothing_is_left_of_secrets),
	{ }
};

static struct kunit_suite key_schedule_kunit_suite = {
	.name = "spdm_key_schedule",
	.test_cases = key_schedule_kunit_cases,
};

kunit_test_suite(key_schedule_kunit_suite);
