// SPDX-License-Identifier: GPL-2.0
/*
 * Signatures as on the wire: ECDSA (RFC 6979), RSASSA-PKCS1-v1_5 (made by the
 * openssl command), and two of a conversation that was captured from DMTF's
 * spdm-emu, whose transcripts are hashed from the messages.
 */
#include <crypto/public_key.h>
#include <kunit/test.h>
#include <linux/array_size.h>
#include <linux/err.h>
#include <linux/slab.h>
#include <linux/spdm.h>
#include <linux/string.h>

#include "../crypto.h"
#include "../spdm.h"
#include "vectors.h"

static const struct sig_case {
	const char *desc;
	u32 asym, hash;
	const char *algo;
	const u8 *key;
	size_t key_len;
	const u8 *sig;
	size_t sig_len;
} sig_cases[] = {
#define ECDSA(bits, hash) \
	{ "ECDSA P-" #bits, SPDM_ASYM_ECDSA_P##bits, SPDM_HASH_SHA##hash, \
	  "ecdsa-nist-p" #bits, ecdsa_##bits##_xy, sizeof(ecdsa_##bits##_xy), \
	  ecdsa_##bits##_rs, sizeof(ecdsa_##bits##_rs) }
#define RSA(bits, hash) \
	{ "RSASSA-" #bits " SHA-" #hash, SPDM_ASYM_RSASSA_##bits, SPDM_HASH_SHA##hash, "rsa", \
	  rsa_##bits##_key, sizeof(rsa_##bits##_key), \
	  rsa_##bits##_sha##hash, sizeof(rsa_##bits##_sha##hash) }
	ECDSA(256, 256), ECDSA(384, 384), ECDSA(521, 512),
	RSA(2048, 256), RSA(2048, 384), RSA(2048, 512),
	RSA(3072, 256), RSA(3072, 384), RSA(3072, 512),
	RSA(4096, 256), RSA(4096, 384), RSA(4096, 512),
};

KUNIT_ARRAY_PARAM_DESC(sig, sig_cases, desc);

static bool is_ecdsa(const char *algo)
{
	return algo[0] == 'e';
}

/* A key as in a certificate: of a curve's, a point that is not compressed */
static struct public_key *key_new(struct kunit *test, const char *algo, const u8 *key, size_t len)
{
	struct public_key *pub = kunit_kzalloc(test, sizeof(*pub), GFP_KERNEL);
	u8 *data = kunit_kzalloc(test, 1 + len, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, pub);
	KUNIT_ASSERT_NOT_NULL(test, data);
	data[0] = 4;
	memcpy(data + is_ecdsa(algo), key, len);
	pub->key = data;
	pub->keylen = len + is_ecdsa(algo);
	pub->pkey_algo = algo;
	return pub;
}

/* A case, with a copy of its signature for a test to change */
struct sig_test {
	const struct sig_case *c;
	struct public_key *pub;
	u8 digest[SPDM_MAX_HASH];
	u8 *sig;
};

static struct sig_test *sig_test_new(struct kunit *test)
{
	struct sig_test *t = kunit_kzalloc(test, sizeof(*t), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, t);
	t->c = test->param_value;
	t->pub = key_new(test, t->c->algo, t->c->key, t->c->key_len);
	t->sig = kunit_kzalloc(test, t->c->sig_len + 1, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, t->sig);
	memcpy(t->sig, t->c->sig, t->c->sig_len);
	KUNIT_ASSERT_EQ(test, spdm_hash_once(t->c->hash, "sample", 6, t->digest), 0);
	return t;
}

static int verify(const struct sig_test *t)
{
	return spdm_key_verify(t->pub, t->c->asym, t->c->hash, t->digest, t->sig, t->c->sig_len);
}

static void a_good_signature_is_taken(struct kunit *test)
{
	struct sig_test *t = sig_test_new(test);

	KUNIT_EXPECT_TRUE(test, spdm_key_fits(t->pub, t->c->asym));
	KUNIT_EXPECT_EQ(test, t->c->sig_len, spdm_sig_size(t->c->asym));
	KUNIT_EXPECT_EQ(test, verify(t), 0);
}

static void a_changed_signature_is_refused(struct kunit *test)
{
	struct sig_test *t = sig_test_new(test);

	/* One bit in each byte, or in some; all of them would be a matter of minutes. */
	for (size_t i = 0; i < t->c->sig_len; i += is_ecdsa(t->c->algo) ? 1 : 17) {
		t->sig[i] ^= 1 << i % 8;
		KUNIT_EXPECT_EQ_MSG(test, verify(t), -EKEYREJECTED, "byte %zu", i);
		t->sig[i] ^= 1 << i % 8;
	}
	KUNIT_EXPECT_EQ(test, verify(t), 0);
}

static void another_digest_is_refused(struct kunit *test)
{
	struct sig_test *t = sig_test_new(test);

	for (size_t i = 0; i < spdm_hash_size(t->c->hash); i++) {
		t->digest[i] ^= 1 << i % 8;
		KUNIT_EXPECT_EQ_MSG(test, verify(t), -EKEYREJECTED, "byte %zu", i);
		t->digest[i] ^= 1 << i % 8;
	}
}

static void another_length_is_refused(struct kunit *test)
{
	struct sig_test *t = sig_test_new(test);
	size_t lens[] = { 0, 1, t->c->sig_len / 2, t->c->sig_len - 1, t->c->sig_len + 1 };

	for (size_t i = 0; i < ARRAY_SIZE(lens); i++)
		KUNIT_EXPECT_EQ(test, spdm_key_verify(t->pub, t->c->asym, t->c->hash, t->digest,
						      t->sig, lens[i]), -EKEYREJECTED);
}

static void another_algorithm_is_refused(struct kunit *test)
{
	struct sig_test *t = sig_test_new(test);

	for (u32 asym = 1; asym && asym <= 1 << 11; asym <<= 1) {
		if (asym == t->c->asym)
			continue;
		KUNIT_EXPECT_FALSE(test, spdm_key_fits(t->pub, asym));
		KUNIT_EXPECT_EQ(test, spdm_key_verify(t->pub, asym, t->c->hash, t->digest, t->sig,
						      t->c->sig_len), -EKEYREJECTED);
	}
	KUNIT_EXPECT_EQ(test, spdm_key_verify(t->pub, t->c->asym, 0, t->digest, t->sig,
					      t->c->sig_len), -EKEYREJECTED);
	KUNIT_EXPECT_EQ(test, spdm_key_verify(t->pub, t->c->asym, 8, t->digest, t->sig,
					      t->c->sig_len), -EKEYREJECTED);
}

static void a_signature_of_nothing_is_refused(struct kunit *test)
{
	struct sig_test *t = sig_test_new(test);
	size_t half = t->c->sig_len / 2;

	/* r, s, both; and as large as there is room for */
	memset(t->sig, 0, half);
	KUNIT_EXPECT_EQ(test, verify(t), -EKEYREJECTED);
	memset(t->sig, 0, t->c->sig_len);
	KUNIT_EXPECT_EQ(test, verify(t), -EKEYREJECTED);
	memcpy(t->sig, t->c->sig, half);
	KUNIT_EXPECT_EQ(test, verify(t), -EKEYREJECTED);
	memset(t->sig, 0xff, t->c->sig_len);
	KUNIT_EXPECT_EQ(test, verify(t), -EKEYREJECTED);
	/* A small one, which is short in DER */
	memset(t->sig, 0, t->c->sig_len);
	t->sig[half - 1] = 1;
	t->sig[t->c->sig_len - 1] = 1;
	KUNIT_EXPECT_EQ(test, verify(t), -EKEYREJECTED);
}

static void a_key_that_is_none_is_refused(struct kunit *test)
{
	struct sig_test *t = sig_test_new(test);
	u8 *key = t->pub->key;

	key[t->pub->keylen / 2] ^= 1;
	KUNIT_EXPECT_EQ(test, verify(t), -EKEYREJECTED);
	key[t->pub->keylen / 2] ^= 1;
	key[0] ^= 1;
	KUNIT_EXPECT_EQ(test, verify(t), -EKEYREJECTED);
	key[0] ^= 1;
	for (size_t n = 0; n < 8; n++) {
		t->pub->keylen = n;
		KUNIT_EXPECT_EQ(test, verify(t), -EKEYREJECTED);
	}
}

/*
 * Signatures of a conversation
 */

#define H		48
#define SIG_AT		198	/* in KEY_EXCHANGE_RSP */
#define MEAS_SIG_AT	570	/* in MEASUREMENTS */

static struct public_key *device_key(struct kunit *test)
{
	u8 xy[2 * H];

	memcpy(xy, session_leaf_x, H);
	memcpy(xy + H, session_leaf_y, H);
	return key_new(test, "ecdsa-nist-p384", xy, sizeof(xy));
}

static int add_vca(struct spdm_hash *h, const u8 *get_capabilities)
{
	return spdm_hash_add(h, session_get_version, sizeof(session_get_version)) ?:
	       spdm_hash_add(h, session_version, sizeof(session_version)) ?:
	       spdm_hash_add(h, get_capabilities, sizeof(session_get_capabilities)) ?:
	       spdm_hash_add(h, session_capabilities, sizeof(session_capabilities)) ?:
	       spdm_hash_add(h, session_negotiate, sizeof(session_negotiate)) ?:
	       spdm_hash_add(h, session_algorithms, sizeof(session_algorithms));
}

/* Is @sig that of the device for this purpose? */
static int device_signed(const struct public_key *pub, u8 version, const char *context,
			 const u8 *digest, const u8 *sig)
{
	u8 signed_digest[SPDM_MAX_HASH];

	return spdm_signed_digest(version, SPDM_HASH_SHA384, context, digest, signed_digest) ?:
	       spdm_key_verify(pub, SPDM_ASYM_ECDSA_P384, SPDM_HASH_SHA384, signed_digest, sig,
			       2 * H);
}

static void a_key_exchange_was_signed_by_the_device(struct kunit *test)
{
	static const char context[] = "responder-key_exchange_rsp signing";
	struct spdm_hash *h = spdm_hash_new(SPDM_HASH_SHA384);
	struct public_key *pub = device_key(test);
	const u8 *sig = session_key_exchange_rsp + SIG_AT;
	u8 digest[H], signed_digest[H];
	int rc;

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, h);
	rc = add_vca(h, session_get_capabilities) ?:
	     spdm_hash_add(h, session_chain_digest, H) ?:
	     spdm_hash_add(h, session_key_exchange, sizeof(session_key_exchange)) ?:
	     spdm_hash_add(h, session_key_exchange_rsp, SIG_AT) ?:
	     spdm_hash_peek(h, digest);
	KUNIT_EXPECT_EQ(test, rc, 0);
	KUNIT_EXPECT_MEMEQ(test, digest, session_th_sig, H);
	KUNIT_EXPECT_EQ(test, spdm_signed_digest(SPDM_VERSION_12, SPDM_HASH_SHA384, context,
						 digest, signed_digest), 0);
	KUNIT_EXPECT_MEMEQ(test, signed_digest, session_th_sig_signed, H);
	KUNIT_EXPECT_EQ(test, device_signed(pub, SPDM_VERSION_12, context, digest, sig), 0);

	/* Another version, another purpose, another transcript */
	KUNIT_EXPECT_EQ(test, device_signed(pub, SPDM_VERSION_13, context, digest, sig),
			-EKEYREJECTED);
	KUNIT_EXPECT_EQ(test, device_signed(pub, SPDM_VERSION_11, context, digest, sig),
			-EKEYREJECTED);
	KUNIT_EXPECT_EQ(test, device_signed(pub, SPDM_VERSION_12, "responder-measurements signing",
					    digest, sig), -EKEYREJECTED);
	digest[0] ^= 1;
	KUNIT_EXPECT_EQ(test, device_signed(pub, SPDM_VERSION_12, context, digest, sig),
			-EKEYREJECTED);
	spdm_hash_free(h);
}

static void measurements_were_signed_by_the_device(struct kunit *test)
{
	static const char context[] = "responder-measurements signing";
	struct spdm_hash *h = spdm_hash_new(SPDM_HASH_SHA384);
	const u8 *sig = meas_response + MEAS_SIG_AT;
	u8 digest[H], signed_digest[H];
	int rc;

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, h);
	rc = add_vca(h, meas_get_capabilities) ?:
	     spdm_hash_add(h, meas_request, sizeof(meas_request)) ?:
	     spdm_hash_add(h, meas_response, MEAS_SIG_AT) ?:
	     spdm_hash_peek(h, digest);
	KUNIT_EXPECT_EQ(test, rc, 0);
	KUNIT_EXPECT_MEMEQ(test, digest, meas_l1, H);
	KUNIT_EXPECT_EQ(test, spdm_signed_digest(SPDM_VERSION_12, SPDM_HASH_SHA384, context,
						 digest, signed_digest), 0);
	KUNIT_EXPECT_MEMEQ(test, signed_digest, meas_l1_signed, H);
	KUNIT_EXPECT_EQ(test, device_signed(device_key(test), SPDM_VERSION_12, context, digest,
					    sig), 0);
	spdm_hash_free(h);
}

static void a_purpose_has_its_place(struct kunit *test)
{
	char context[38];
	u8 digest[H] = { }, out[H];

	/* 36 bytes are left of the prefix. */
	memset(context, 'x', 36);
	context[36] = 0;
	KUNIT_EXPECT_EQ(test, spdm_signed_digest(SPDM_VERSION_12, SPDM_HASH_SHA384, context,
						 digest, out), 0);
	context[36] = 'x';
	context[37] = 0;
	KUNIT_EXPECT_EQ(test, spdm_signed_digest(SPDM_VERSION_12, SPDM_HASH_SHA384, context,
						 digest, out), -EINVAL);
}

/*
 * The whole way, with a leaf
 */

static void a_leaf_stands_for_its_slot(struct kunit *test)
{
	static const char context[] = "responder-challenge_auth signing";
	struct spdm *spdm = kunit_kzalloc(test, sizeof(*spdm), GFP_KERNEL);
	struct spdm_cert *leaf = spdm_cert_new(cert_leaf, sizeof(cert_leaf));

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, leaf);
	spdm->algos.base_asym = SPDM_ASYM_ECDSA_P384;
	spdm->algos.base_hash = SPDM_HASH_SHA384;
	spdm->algos.sig_size = 96;
	spdm->slots[3].leaf = leaf;

	for (u8 v = SPDM_VERSION_10; v <= SPDM_VERSION_13; v++) {
		spdm->version = v;
		KUNIT_EXPECT_EQ(test, spdm_check_signature(spdm, 3, context, leaf_transcript,
							   leaf_sig_12),
				v == SPDM_VERSION_12 ? 0 : -EKEYREJECTED);
		KUNIT_EXPECT_EQ(test, spdm_check_signature(spdm, 3, context, leaf_transcript,
							   leaf_sig_11),
				v <= SPDM_VERSION_11 ? 0 : -EKEYREJECTED);
	}
	KUNIT_EXPECT_EQ(test, spdm_check_signature(spdm, 2, context, leaf_transcript,
						   leaf_sig_12), -ENOKEY);
	KUNIT_EXPECT_EQ(test, spdm_check_signature(spdm, 8, context, leaf_transcript,
						   leaf_sig_12), -ENOKEY);
	spdm_cert_free(leaf);
}

static const struct sig_case *ecdsa_next(const struct sig_case *c)
{
	return c && !is_ecdsa(c[1].algo) ? NULL : c ? c + 1 : sig_cases;
}

static const void *ecdsa_gen_params(const void *prev, char *desc)
{
	const struct sig_case *c = ecdsa_next(prev);

	if (c)
		strscpy(desc, c->desc, KUNIT_PARAM_DESC_SIZE);
	return c;
}

static struct kunit_case signing_kunit_cases[] = {
	KUNIT_CASE_PARAM(a_good_signature_is_taken, sig_gen_params),
	KUNIT_CASE_PARAM(a_changed_signature_is_refused, sig_gen_params),
	KUNIT_CASE_PARAM(another_digest_is_refused, sig_gen_params),
	KUNIT_CASE_PARAM(another_length_is_refused, sig_gen_params),
	KUNIT_CASE_PARAM(another_algorithm_is_refused, sig_gen_params),
	KUNIT_CASE_PARAM(a_signature_of_nothing_is_refused, ecdsa_gen_params),
	KUNIT_CASE_PARAM(a_key_that_is_none_is_refused, sig_gen_params),
	KUNIT_CASE(a_key_exchange_was_signed_by_the_device),
	KUNIT_CASE(measurements_were_signed_by_the_device),
	KUNIT_CASE(a_purpose_has_its_place),
	KUNIT_CASE(a_leaf_stands_for_its_slot),
	{ }
};

static struct kunit_suite signing_kunit_suite = {
	.name = "spdm_signing",
	.test_cases = signing_kunit_cases,
};

kunit_test_suite(signing_kunit_suite);
