// SPDX-License-Identifier: GPL-2.0
/*
 * Primitives against known answers: hashes (FIPS 180-4), HMAC (RFC 4231), HKDF
 * (RFC 5869), AES-GCM (McGrew and Viega), ECDH (RFC 5903), and the tables of
 * algorithms. Signatures are in signing_kunit.c.
 */
#include <kunit/test.h>
#include <linux/array_size.h>
#include <linux/err.h>
#include <linux/slab.h>
#include <linux/spdm.h>
#include <linux/vmalloc.h>

#include "../crypto.h"
#include "../spdm.h"
#include "vectors.h"

/* "abc", FIPS 180-4 */
static const u8 abc_sha256[] = {
	0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea, 0x41, 0x41, 0x40, 0xde, 0x5d, 0xae,
	0x22, 0x23, 0xb0, 0x03, 0x61, 0xa3, 0x96, 0x17, 0x7a, 0x9c, 0xb4, 0x10, 0xff, 0x61,
	0xf2, 0x00, 0x15, 0xad,
};

static const u8 abc_sha384[] = {
	0xcb, 0x00, 0x75, 0x3f, 0x45, 0xa3, 0x5e, 0x8b, 0xb5, 0xa0, 0x3d, 0x69, 0x9a, 0xc6,
	0x50, 0x07, 0x27, 0x2c, 0x32, 0xab, 0x0e, 0xde, 0xd1, 0x63, 0x1a, 0x8b, 0x60, 0x5a,
	0x43, 0xff, 0x5b, 0xed, 0x80, 0x86, 0x07, 0x2b, 0xa1, 0xe7, 0xcc, 0x23, 0x58, 0xba,
	0xec, 0xa1, 0x34, 0xc8, 0x25, 0xa7,
};

static const u8 abc_sha512[] = {
	0xdd, 0xaf, 0x35, 0xa1, 0x93, 0x61, 0x7a, 0xba, 0xcc, 0x41, 0x73, 0x49, 0xae, 0x20,
	0x41, 0x31, 0x12, 0xe6, 0xfa, 0x4e, 0x89, 0xa9, 0x7e, 0xa2, 0x0a, 0x9e, 0xee, 0xe6,
	0x4b, 0x55, 0xd3, 0x9a, 0x21, 0x92, 0x99, 0x2a, 0x27, 0x4f, 0xc1, 0xa8, 0x36, 0xba,
	0x3c, 0x23, 0xa3, 0xfe, 0xeb, 0xbd, 0x45, 0x4d, 0x44, 0x23, 0x64, 0x3c, 0xe8, 0x0e,
	0x2a, 0x9a, 0xc9, 0x4f, 0xa5, 0x4c, 0xa4, 0x9f,
};

static const struct hash_case {
	const char *desc;
	u32 hash;
	size_t size;
	const u8 *abc;
	const u8 *hmac_2, *hmac_6;
} hash_cases[] = {
	{ "SHA-256", SPDM_HASH_SHA256, 32, abc_sha256, hmac_2_sha256, hmac_6_sha256 },
	{ "SHA-384", SPDM_HASH_SHA384, 48, abc_sha384, hmac_2_sha384, hmac_6_sha384 },
	{ "SHA-512", SPDM_HASH_SHA512, 64, abc_sha512, hmac_2_sha512, hmac_6_sha512 },
};

KUNIT_ARRAY_PARAM_DESC(hash, hash_cases, desc);

static void a_digest_is_that_of_the_standard(struct kunit *test)
{
	const struct hash_case *c = test->param_value;
	u8 digest[SPDM_MAX_HASH + 1];

	digest[c->size] = 0xa5;
	KUNIT_ASSERT_EQ(test, spdm_hash_once(c->hash, "abc", 3, digest), 0);
	KUNIT_EXPECT_MEMEQ(test, digest, c->abc, c->size);
	KUNIT_EXPECT_EQ(test, digest[c->size], 0xa5);
}

static void a_look_at_a_digest_does_not_end_the_hash(struct kunit *test)
{
	const struct hash_case *c = test->param_value;
	struct spdm_hash *h = spdm_hash_new(c->hash);
	u8 digest[SPDM_MAX_HASH], empty[SPDM_MAX_HASH];

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, h);
	KUNIT_EXPECT_EQ(test, spdm_hash_once(c->hash, "", 0, empty), 0);
	KUNIT_EXPECT_EQ(test, spdm_hash_peek(h, digest), 0);
	KUNIT_EXPECT_MEMEQ(test, digest, empty, c->size);
	KUNIT_EXPECT_EQ(test, spdm_hash_add(h, "a", 1), 0);
	KUNIT_EXPECT_EQ(test, spdm_hash_peek(h, digest), 0);
	KUNIT_EXPECT_EQ(test, spdm_hash_peek(h, empty), 0);
	KUNIT_EXPECT_MEMEQ(test, digest, empty, c->size);
	KUNIT_EXPECT_EQ(test, spdm_hash_add(h, NULL, 0), 0);
	KUNIT_EXPECT_EQ(test, spdm_hash_add(h, "bc", 2), 0);
	KUNIT_EXPECT_EQ(test, spdm_hash_peek(h, digest), 0);
	KUNIT_EXPECT_MEMEQ(test, digest, c->abc, c->size);
	spdm_hash_free(h);
}

static void a_hash_leaves_nothing(struct kunit *test)
{
	const struct hash_case *c = test->param_value;
	struct spdm_hash *h = spdm_hash_new(c->hash);
	u8 digest[SPDM_MAX_HASH];
	const u8 *memory;
	size_t size;

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, h);
	KUNIT_EXPECT_EQ(test, spdm_hash_add(h, "a secret", 8), 0);
	KUNIT_EXPECT_EQ(test, spdm_hash_peek(h, digest), 0);
	memory = spdm_hash_wipe(h, &size);
	KUNIT_EXPECT_GE(test, size, 3 * c->size);
	KUNIT_EXPECT_NULL(test, memchr_inv(memory, 0, size));
	spdm_hash_free(h);
	spdm_hash_free(NULL);
}

static void an_hmac_is_that_of_the_standard(struct kunit *test)
{
	const struct hash_case *c = test->param_value;
	u8 mac[SPDM_MAX_HASH];

	KUNIT_ASSERT_EQ(test, spdm_hmac(c->hash, hmac_2_key, sizeof(hmac_2_key), hmac_2_data,
					sizeof(hmac_2_data), mac), 0);
	KUNIT_EXPECT_MEMEQ(test, mac, c->hmac_2, c->size);
	KUNIT_ASSERT_EQ(test, spdm_hmac(c->hash, hmac_6_key, sizeof(hmac_6_key), hmac_6_data,
					sizeof(hmac_6_data), mac), 0);
	KUNIT_EXPECT_MEMEQ(test, mac, c->hmac_6, c->size);
}

static void an_unknown_hash_is_refused(struct kunit *test)
{
	static const u32 unknown[] = { 0, SPDM_HASH_SHA256 | SPDM_HASH_SHA384, 1 << 3 };
	u8 digest[SPDM_MAX_HASH];

	for (size_t i = 0; i < ARRAY_SIZE(unknown); i++) {
		u32 hash = unknown[i];

		KUNIT_EXPECT_EQ(test, PTR_ERR_OR_ZERO(spdm_hash_new(hash)), -EOPNOTSUPP);
		KUNIT_EXPECT_EQ(test, spdm_hash_once(hash, "", 0, digest), -EOPNOTSUPP);
		KUNIT_EXPECT_EQ(test, spdm_hmac(hash, "k", 1, "", 0, digest), -EOPNOTSUPP);
		KUNIT_EXPECT_FALSE(test, spdm_crypto_has_hash(hash));
	}
}

static void hkdf_is_that_of_the_standard(struct kunit *test)
{
	u8 prk[SPDM_MAX_HASH], okm[82];
	u32 hash = SPDM_HASH_SHA256;

	KUNIT_ASSERT_EQ(test, spdm_hkdf_extract(hash, hkdf_1_salt, sizeof(hkdf_1_salt), hkdf_1_ikm,
						sizeof(hkdf_1_ikm), prk), 0);
	KUNIT_EXPECT_MEMEQ(test, prk, hkdf_1_prk, sizeof(hkdf_1_prk));
	KUNIT_ASSERT_EQ(test, spdm_hkdf_expand_info(hash, prk, hkdf_1_info, sizeof(hkdf_1_info),
						    okm, sizeof(hkdf_1_okm)), 0);
	KUNIT_EXPECT_MEMEQ(test, okm, hkdf_1_okm, sizeof(hkdf_1_okm));

	KUNIT_ASSERT_EQ(test, spdm_hkdf_extract(hash, hkdf_2_salt, sizeof(hkdf_2_salt), hkdf_2_ikm,
						sizeof(hkdf_2_ikm), prk), 0);
	KUNIT_EXPECT_MEMEQ(test, prk, hkdf_2_prk, sizeof(hkdf_2_prk));
	KUNIT_ASSERT_EQ(test, spdm_hkdf_expand_info(hash, prk, hkdf_2_info, sizeof(hkdf_2_info),
						    okm, sizeof(hkdf_2_okm)), 0);
	KUNIT_EXPECT_MEMEQ(test, okm, hkdf_2_okm, sizeof(hkdf_2_okm));
}

static void hkdf_refuses_what_it_has_no_room_for(struct kunit *test)
{
	static const u8 info[129];
	u8 out[32];

	KUNIT_EXPECT_EQ(test, spdm_hkdf_expand_info(SPDM_HASH_SHA256, hkdf_1_prk, info,
						    sizeof(info), out, sizeof(out)), -EINVAL);
	KUNIT_EXPECT_EQ(test, spdm_hkdf_expand_info(SPDM_HASH_SHA256, hkdf_1_prk, info, 1, out,
						    255 * 32 + 1), -EINVAL);
	KUNIT_EXPECT_EQ(test, spdm_hkdf_expand_info(0, hkdf_1_prk, info, 1, out, sizeof(out)),
			-EINVAL);
}

/*
 * Cipher
 */

static const struct gcm_case {
	const char *desc;
	u16 aead;
	const u8 *key;
	size_t key_len;
	const u8 *cipher, *tag;
} gcm_cases[] = {
	{ "AES-128-GCM", SPDM_AEAD_AES128_GCM, gcm_128_key, 16, gcm_128_cipher, gcm_128_tag },
	{ "AES-256-GCM", SPDM_AEAD_AES256_GCM, gcm_256_key, 32, gcm_256_cipher, gcm_256_tag },
};

KUNIT_ARRAY_PARAM_DESC(gcm, gcm_cases, desc);

#define GCM_LEN	sizeof(gcm_plain)

static int gcm_open(struct spdm_aead *aead, u8 *buf, const u8 *tag)
{
	return spdm_aead_open(aead, gcm_iv, gcm_aad, sizeof(gcm_aad), buf, GCM_LEN, tag);
}

/* There and back, wherever @buf is */
static void gcm_both_ways(struct kunit *test, const struct gcm_case *c, u8 *buf)
{
	struct spdm_aead *aead = spdm_aead_new(c->aead, c->key, c->key_len);
	u8 tag[SPDM_AEAD_TAG];

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, aead);
	memcpy(buf, gcm_plain, GCM_LEN);
	KUNIT_EXPECT_EQ(test, spdm_aead_seal(aead, gcm_iv, gcm_aad, sizeof(gcm_aad), buf, GCM_LEN,
					     tag), 0);
	KUNIT_EXPECT_MEMEQ(test, buf, c->cipher, GCM_LEN);
	KUNIT_EXPECT_MEMEQ(test, tag, c->tag, sizeof(tag));
	KUNIT_EXPECT_EQ(test, gcm_open(aead, buf, tag), 0);
	KUNIT_EXPECT_MEMEQ(test, buf, gcm_plain, GCM_LEN);
	spdm_aead_free(aead);
}

static void a_cipher_is_that_of_the_standard(struct kunit *test)
{
	u8 *heap = kunit_kzalloc(test, GCM_LEN + 1, GFP_KERNEL);
	u8 *far = vmalloc(2 * PAGE_SIZE);
	u8 stack[GCM_LEN];

	KUNIT_ASSERT_NOT_NULL(test, far);
	gcm_both_ways(test, test->param_value, heap);
	gcm_both_ways(test, test->param_value, heap + 1);
	gcm_both_ways(test, test->param_value, stack);
	/* Across two pages that need not be neighbours */
	gcm_both_ways(test, test->param_value, far + PAGE_SIZE - GCM_LEN / 2);
	vfree(far);
}

/* All that a tag covers, in one piece: a bit of it is one of these. */
struct gcm_parts {
	u8 cipher[GCM_LEN];
	u8 tag[SPDM_AEAD_TAG];
	u8 aad[sizeof(gcm_aad)];
	u8 iv[SPDM_AEAD_IV];
};

static void a_cipher_refuses_any_changed_bit(struct kunit *test)
{
	const struct gcm_case *c = test->param_value;
	struct spdm_aead *aead = spdm_aead_new(c->aead, c->key, c->key_len);
	struct gcm_parts *parts = kunit_kzalloc(test, sizeof(*parts), GFP_KERNEL);

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, aead);
	KUNIT_ASSERT_NOT_NULL(test, parts);
	for (size_t i = 0; i <= sizeof(*parts) * 8; i++) {
		memcpy(parts->cipher, c->cipher, sizeof(parts->cipher));
		memcpy(parts->tag, c->tag, sizeof(parts->tag));
		memcpy(parts->aad, gcm_aad, sizeof(parts->aad));
		memcpy(parts->iv, gcm_iv, sizeof(parts->iv));
		/* The last one is left as it is. */
		if (i < sizeof(*parts) * 8)
			((u8 *)parts)[i / 8] ^= 1 << i % 8;
		KUNIT_EXPECT_EQ_MSG(test, spdm_aead_open(aead, parts->iv, parts->aad,
							 sizeof(parts->aad), parts->cipher,
							 GCM_LEN, parts->tag),
				    i < sizeof(*parts) * 8 ? -EKEYREJECTED : 0, "bit %zu", i);
	}
	spdm_aead_free(aead);
}

static void a_cipher_takes_no_text_and_no_more(struct kunit *test)
{
	const struct gcm_case *c = test->param_value;
	struct spdm_aead *aead = spdm_aead_new(c->aead, c->key, c->key_len);
	u8 tag[SPDM_AEAD_TAG], big[64] = { };

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, aead);
	KUNIT_EXPECT_EQ(test, spdm_aead_seal(aead, gcm_iv, gcm_aad, 6, NULL, 0, tag), 0);
	KUNIT_EXPECT_EQ(test, spdm_aead_open(aead, gcm_iv, gcm_aad, 6, NULL, 0, tag), 0);
	tag[0] ^= 1;
	KUNIT_EXPECT_EQ(test, spdm_aead_open(aead, gcm_iv, gcm_aad, 6, NULL, 0, tag),
			-EKEYREJECTED);
	KUNIT_EXPECT_EQ(test, spdm_aead_seal(aead, gcm_iv, big, sizeof(big), NULL, 0, tag),
			-EINVAL);
	spdm_aead_free(aead);
}

static void a_key_that_is_none_is_refused(struct kunit *test)
{
	u8 key[33] = { };

	KUNIT_EXPECT_EQ(test, PTR_ERR_OR_ZERO(spdm_aead_new(0, key, 16)), -EOPNOTSUPP);
	KUNIT_EXPECT_EQ(test, PTR_ERR_OR_ZERO(spdm_aead_new(4, key, 32)), -EOPNOTSUPP);
	KUNIT_EXPECT_EQ(test, PTR_ERR_OR_ZERO(spdm_aead_new(SPDM_AEAD_AES128_GCM, key, 32)),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, PTR_ERR_OR_ZERO(spdm_aead_new(SPDM_AEAD_AES256_GCM, key, 16)),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, PTR_ERR_OR_ZERO(spdm_aead_new(SPDM_AEAD_AES256_GCM, key, 33)),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, PTR_ERR_OR_ZERO(spdm_aead_new(SPDM_AEAD_AES256_GCM, key, 0)),
			-EINVAL);
	spdm_aead_free(NULL);
}

/*
 * Key exchange
 */

static const struct ecdh_case {
	const char *desc;
	u16 dhe;
	size_t half;
	const u8 *i, *gi, *gr, *secret;
} ecdh_cases[] = {
	{ "P-256", SPDM_DHE_P256, 32, ecdh_256_i, ecdh_256_gi, ecdh_256_gr, ecdh_256_secret },
	{ "P-384", SPDM_DHE_P384, 48, ecdh_384_i, ecdh_384_gi, ecdh_384_gr, ecdh_384_secret },
};

KUNIT_ARRAY_PARAM_DESC(ecdh, ecdh_cases, desc);

static void a_secret_is_that_of_the_standard(struct kunit *test)
{
	const struct ecdh_case *c = test->param_value;
	struct spdm_dhe *dhe = spdm_dhe_with_key(c->dhe, c->i, c->half);
	u8 public[SPDM_MAX_DHE], secret[SPDM_MAX_DHE / 2];

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, dhe);
	KUNIT_ASSERT_EQ(test, spdm_dhe_public(dhe, public, 2 * c->half), 0);
	KUNIT_EXPECT_MEMEQ(test, public, c->gi, 2 * c->half);
	KUNIT_ASSERT_EQ(test, spdm_dhe_secret(dhe, c->gr, 2 * c->half, secret, c->half), 0);
	KUNIT_EXPECT_MEMEQ(test, secret, c->secret, c->half);
	spdm_dhe_free(dhe);
}

static void two_that_made_keys_agree(struct kunit *test)
{
	const struct ecdh_case *c = test->param_value;
	struct spdm_dhe *a = spdm_dhe_new(c->dhe), *b = spdm_dhe_new(c->dhe);
	u8 pub_a[SPDM_MAX_DHE], pub_b[SPDM_MAX_DHE];
	u8 of_a[SPDM_MAX_DHE / 2], of_b[SPDM_MAX_DHE / 2];

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, a);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, b);
	KUNIT_EXPECT_EQ(test, spdm_dhe_public(a, pub_a, 2 * c->half), 0);
	KUNIT_EXPECT_EQ(test, spdm_dhe_public(b, pub_b, 2 * c->half), 0);
	KUNIT_EXPECT_MEMNEQ(test, pub_a, pub_b, 2 * c->half);
	KUNIT_EXPECT_EQ(test, spdm_dhe_secret(a, pub_b, 2 * c->half, of_a, c->half), 0);
	KUNIT_EXPECT_EQ(test, spdm_dhe_secret(b, pub_a, 2 * c->half, of_b, c->half), 0);
	KUNIT_EXPECT_MEMEQ(test, of_a, of_b, c->half);
	spdm_dhe_free(a);
	spdm_dhe_free(b);
}

static void what_is_no_point_is_refused(struct kunit *test)
{
	const struct ecdh_case *c = test->param_value;
	struct spdm_dhe *dhe = spdm_dhe_with_key(c->dhe, c->i, c->half);
	u8 peer[SPDM_MAX_DHE] = { }, secret[SPDM_MAX_DHE / 2];

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, dhe);
	KUNIT_EXPECT_EQ(test, spdm_dhe_secret(dhe, peer, 2 * c->half, secret, c->half),
			-EKEYREJECTED);
	memset(peer, 0xff, sizeof(peer));
	KUNIT_EXPECT_EQ(test, spdm_dhe_secret(dhe, peer, 2 * c->half, secret, c->half),
			-EKEYREJECTED);
	for (size_t i = 0; i < 2 * c->half; i++) {
		memcpy(peer, c->gr, 2 * c->half);
		peer[i] ^= 0x10;
		KUNIT_EXPECT_EQ_MSG(test, spdm_dhe_secret(dhe, peer, 2 * c->half, secret, c->half),
				    -EKEYREJECTED, "byte %zu", i);
	}
	KUNIT_EXPECT_EQ(test, spdm_dhe_secret(dhe, c->gr, 2 * c->half - 1, secret, c->half),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, spdm_dhe_secret(dhe, c->gr, 2 * c->half, secret, c->half - 1),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, spdm_dhe_public(dhe, peer, 2 * c->half - 1), -EINVAL);
	KUNIT_EXPECT_EQ(test, spdm_dhe_secret(dhe, c->gr, 2 * c->half, secret, c->half), 0);
	spdm_dhe_free(dhe);
	spdm_dhe_free(NULL);
}

/*
 * Tables
 */

static void what_is_offered_can_be_had(struct kunit *test)
{
	struct spdm_config config = { };

	KUNIT_EXPECT_EQ(test, spdm_known_asym(NULL), 0x1b5);
	KUNIT_EXPECT_EQ(test, spdm_known_hash(NULL), 0x7);
	KUNIT_EXPECT_EQ(test, spdm_known_dhe(NULL), 0x18);
	KUNIT_EXPECT_EQ(test, spdm_known_aead(NULL), 0x3);
	KUNIT_EXPECT_EQ(test, spdm_known_asym(&config), 0x1b5);

	/* RSASSA-PSS, SHA-3, P-521 and ChaCha20 are wanted along, and are not there. */
	config.base_asym = SPDM_ASYM_ECDSA_P384 | SPDM_ASYM_RSAPSS_3072;
	config.base_hash = SPDM_HASH_SHA384 | 1 << 3;
	config.dhe = SPDM_DHE_P384 | SPDM_DHE_P521;
	config.aead = SPDM_AEAD_AES256_GCM | 1 << 2;
	KUNIT_EXPECT_EQ(test, spdm_known_asym(&config), SPDM_ASYM_ECDSA_P384);
	KUNIT_EXPECT_EQ(test, spdm_known_hash(&config), SPDM_HASH_SHA384);
	KUNIT_EXPECT_EQ(test, spdm_known_dhe(&config), SPDM_DHE_P384);
	KUNIT_EXPECT_EQ(test, spdm_known_aead(&config), SPDM_AEAD_AES256_GCM);
}

static void sizes_are_those_of_the_messages(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, spdm_sig_size(SPDM_ASYM_ECDSA_P256), 64);
	KUNIT_EXPECT_EQ(test, spdm_sig_size(SPDM_ASYM_ECDSA_P521), 132);
	KUNIT_EXPECT_EQ(test, spdm_sig_size(SPDM_ASYM_RSASSA_3072), 384);
	KUNIT_EXPECT_EQ(test, spdm_sig_size(SPDM_ASYM_RSAPSS_3072), 0);
	KUNIT_EXPECT_EQ(test, spdm_sig_size(0), 0);
	KUNIT_EXPECT_EQ(test, spdm_hash_size(SPDM_HASH_SHA384), 48);
	KUNIT_EXPECT_EQ(test, spdm_hash_size(SPDM_HASH_SHA256 | SPDM_HASH_SHA384), 0);
	KUNIT_EXPECT_EQ(test, spdm_meas_hash_size(SPDM_MEAS_HASH_SHA384), 48);
	KUNIT_EXPECT_EQ(test, spdm_meas_hash_size(SPDM_MEAS_HASH_RAW), 0);
	KUNIT_EXPECT_EQ(test, spdm_dhe_size(SPDM_DHE_P384), 96);
	KUNIT_EXPECT_EQ(test, spdm_dhe_size(SPDM_DHE_P521), 0);
	KUNIT_EXPECT_EQ(test, spdm_aead_key_size(SPDM_AEAD_AES128_GCM), 16);
	KUNIT_EXPECT_STREQ(test, spdm_asym_name(SPDM_ASYM_ECDSA_P384), "ECDSA-P384");
	KUNIT_EXPECT_STREQ(test, spdm_hash_name(SPDM_HASH_SHA512), "SHA-512");
	KUNIT_EXPECT_STREQ(test, spdm_meas_hash_name(SPDM_MEAS_HASH_RAW), "raw");
	KUNIT_EXPECT_STREQ(test, spdm_dhe_name(SPDM_DHE_P256), "secp256r1");
	KUNIT_EXPECT_STREQ(test, spdm_aead_name(SPDM_AEAD_AES256_GCM), "AES-256-GCM");
	KUNIT_EXPECT_NULL(test, spdm_asym_name(SPDM_ASYM_RSAPSS_2048));
	KUNIT_EXPECT_NULL(test, spdm_dhe_name(SPDM_DHE_P521));
}

static void random_bytes_differ(struct kunit *test)
{
	u8 a[32] = { }, b[32] = { };

	KUNIT_EXPECT_EQ(test, spdm_random(a, sizeof(a)), 0);
	KUNIT_EXPECT_EQ(test, spdm_random(b, sizeof(b)), 0);
	KUNIT_EXPECT_MEMNEQ(test, a, b, sizeof(a));
}

static struct kunit_case crypto_kunit_cases[] = {
	KUNIT_CASE_PARAM(a_digest_is_that_of_the_standard, hash_gen_params),
	KUNIT_CASE_PARAM(a_look_at_a_digest_does_not_end_the_hash, hash_gen_params),
	KUNIT_CASE_PARAM(a_hash_leaves_nothing, hash_gen_params),
	KUNIT_CASE_PARAM(an_hmac_is_that_of_the_standard, hash_gen_params),
	KUNIT_CASE(an_unknown_hash_is_refused),
	KUNIT_CASE(hkdf_is_that_of_the_standard),
	KUNIT_CASE(hkdf_refuses_what_it_has_no_room_for),
	KUNIT_CASE_PARAM(a_cipher_is_that_of_the_standard, gcm_gen_params),
	KUNIT_CASE_PARAM(a_cipher_refuses_any_changed_bit, gcm_gen_params),
	KUNIT_CASE_PARAM(a_cipher_takes_no_text_and_no_more, gcm_gen_params),
	KUNIT_CASE(a_key_that_is_none_is_refused),
	KUNIT_CASE_PARAM(a_secret_is_that_of_the_standard, ecdh_gen_params),
	KUNIT_CASE_PARAM(two_that_made_keys_agree, ecdh_gen_params),
	KUNIT_CASE_PARAM(what_is_no_point_is_refused, ecdh_gen_params),
	KUNIT_CASE(what_is_offered_can_be_had),
	KUNIT_CASE(sizes_are_those_of_the_messages),
	KUNIT_CASE(random_bytes_differ),
	{ }
};

static struct kunit_suite crypto_kunit_suite = {
	.name = "spdm_crypto",
	.test_cases = crypto_kunit_cases,
};

kunit_test_suite(crypto_kunit_suite);
