// SPDX-License-Identifier: GPL-2.0
/*
 * Certificates, all made by the openssl command: what is read from them, who signed
 * whom, and what a keyring vouches for. What they have to be in a chain is not
 * tested here.
 */
#include <keys/asymmetric-type.h>
#include <kunit/test.h>
#include <linux/array_size.h>
#include <linux/cred.h>
#include <linux/err.h>
#include <linux/key.h>
#include <linux/slab.h>
#include <linux/spdm.h>
#include <linux/unaligned.h>
#include <linux/vmalloc.h>

#include "../crypto.h"
#include "../spdm.h"
#include "vectors.h"

KUNIT_DEFINE_ACTION_WRAPPER(cert_free, spdm_cert_free, struct spdm_cert *);
KUNIT_DEFINE_ACTION_WRAPPER(keyring_put, key_put, struct key *);

static struct spdm_cert *cert_new(struct kunit *test, const u8 *der, size_t len)
{
	struct spdm_cert *cert = spdm_cert_new(der, len);

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, cert);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, cert_free, cert), 0);
	return cert;
}

#define CERT(test, name) cert_new(test, cert_##name, sizeof(cert_##name))

static void a_leaf_is_read(struct kunit *test)
{
	struct spdm_cert_info info;
	struct spdm_leaf leaf;

	spdm_cert_info(CERT(test, leaf), &info);
	KUNIT_EXPECT_FALSE(test, info.ca);
	KUNIT_EXPECT_TRUE(test, info.has_ca);
	KUNIT_EXPECT_TRUE(test, info.has_usage);
	KUNIT_EXPECT_TRUE(test, info.digital_signature);
	KUNIT_EXPECT_FALSE(test, info.cert_sign);
	KUNIT_EXPECT_FALSE(test, info.self_signed);
	KUNIT_EXPECT_TRUE(test, info.has_eku);
	KUNIT_EXPECT_TRUE(test, info.eku_responder);
	KUNIT_EXPECT_FALSE(test, info.eku_requester);
	KUNIT_EXPECT_TRUE(test, info.hw_identity);
	KUNIT_EXPECT_EQ(test, info.from, CERT_LEAF_FROM);
	KUNIT_EXPECT_EQ(test, info.to, CERT_LEAF_TO);
	KUNIT_EXPECT_STREQ(test, info.subject, "Example: Leaf");

	KUNIT_EXPECT_EQ(test, spdm_cert_leaf(CERT(test, leaf), &leaf), 0);
	KUNIT_ASSERT_EQ(test, leaf.nr, 2);
	KUNIT_ASSERT_EQ(test, leaf.name_len[0], strlen(CERT_LEAF_NAME_0));
	KUNIT_EXPECT_MEMEQ(test, leaf.names[0], CERT_LEAF_NAME_0, leaf.name_len[0]);
	KUNIT_ASSERT_EQ(test, leaf.name_len[1], strlen(CERT_LEAF_NAME_1));
	KUNIT_EXPECT_MEMEQ(test, leaf.names[1], CERT_LEAF_NAME_1, leaf.name_len[1]);
	/* 2.23.147 */
	KUNIT_ASSERT_EQ(test, leaf.name_oid_len[0], 3);
	KUNIT_EXPECT_MEMEQ(test, leaf.name_oid[0], "\x67\x81\x13", 3);
	KUNIT_EXPECT_EQ(test, leaf.name_oid_len[1], 10);
}

static void a_root_is_read(struct kunit *test)
{
	struct spdm_cert_info info;
	struct spdm_leaf leaf;

	spdm_cert_info(CERT(test, root), &info);
	KUNIT_EXPECT_TRUE(test, info.ca);
	KUNIT_EXPECT_TRUE(test, info.cert_sign);
	KUNIT_EXPECT_FALSE(test, info.digital_signature);
	KUNIT_EXPECT_TRUE(test, info.self_signed);
	KUNIT_EXPECT_FALSE(test, info.has_eku);
	KUNIT_EXPECT_FALSE(test, info.hw_identity);
	KUNIT_EXPECT_STREQ(test, info.subject, "Example: Root");
	KUNIT_EXPECT_EQ(test, spdm_cert_leaf(CERT(test, root), &leaf), 0);
	KUNIT_EXPECT_EQ(test, leaf.nr, 0);
}

static void what_is_not_there_is_not_seen(struct kunit *test)
{
	struct spdm_cert_info info;

	spdm_cert_info(CERT(test, rsa), &info);
	KUNIT_EXPECT_FALSE(test, info.has_ca);
	KUNIT_EXPECT_FALSE(test, info.has_usage);
	KUNIT_EXPECT_FALSE(test, info.has_eku);
	KUNIT_EXPECT_FALSE(test, info.digital_signature);
	KUNIT_EXPECT_FALSE(test, info.self_signed);
}

static void names_beyond_the_array_are_left_out(struct kunit *test)
{
	struct spdm_cert_info info;
	struct spdm_leaf leaf;

	KUNIT_EXPECT_EQ(test, spdm_cert_leaf(CERT(test, many), &leaf), 0);
	KUNIT_EXPECT_EQ(test, leaf.nr, ARRAY_SIZE(leaf.names));
	KUNIT_EXPECT_EQ(test, leaf.name_len[3], 6);
	KUNIT_EXPECT_MEMEQ(test, leaf.names[3], "name 3", 6);
	spdm_cert_info(CERT(test, many), &info);
	KUNIT_EXPECT_TRUE(test, info.eku_requester);
	KUNIT_EXPECT_FALSE(test, info.eku_responder);
}

static void a_subject_is_fit_for_a_log(struct kunit *test)
{
	struct spdm_cert_info info;

	spdm_cert_info(CERT(test, control), &info);
	KUNIT_EXPECT_TRUE(test, strstarts(info.subject, "a?[31m??%sxxx"));
	for (const char *p = info.subject; *p; p++)
		KUNIT_EXPECT_TRUE(test, *p >= ' ' && *p <= '~');
}

static void an_extension_that_is_there_twice_is_refused(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, PTR_ERR_OR_ZERO(spdm_cert_new(cert_twice, sizeof(cert_twice))),
			-EBADMSG);
}

static void keys_are_for_their_algorithm(struct kunit *test)
{
	struct spdm_cert *leaf = CERT(test, leaf), *rsa = CERT(test, rsa);

	for (u32 asym = 1; asym <= 1 << 11; asym <<= 1) {
		KUNIT_EXPECT_EQ(test, spdm_cert_fits(leaf, asym), asym == SPDM_ASYM_ECDSA_P384);
		KUNIT_EXPECT_EQ(test, spdm_cert_fits(rsa, asym), asym == SPDM_ASYM_RSASSA_3072);
	}
	KUNIT_EXPECT_TRUE(test, spdm_cert_fits(CERT(test, inter), SPDM_ASYM_ECDSA_P256));
	KUNIT_EXPECT_TRUE(test, spdm_cert_fits(CERT(test, many), SPDM_ASYM_ECDSA_P521));
}

/* At the end of a page that nothing follows */
static void a_certificate_that_is_cut_off_is_refused(struct kunit *test)
{
	u8 *page = vmalloc(PAGE_SIZE);

	KUNIT_ASSERT_NOT_NULL(test, page);
	KUNIT_ASSERT_LT(test, sizeof(cert_leaf), PAGE_SIZE);
	for (size_t n = 0; n < sizeof(cert_leaf); n++) {
		u8 *der = page + PAGE_SIZE - n;

		memcpy(der, cert_leaf, n);
		KUNIT_EXPECT_EQ_MSG(test, PTR_ERR_OR_ZERO(spdm_cert_new(der, n)), -EBADMSG,
				    "%zu bytes", n);
	}
	vfree(page);
}

static void what_is_around_it_has_to_fit(struct kunit *test)
{
	size_t len = sizeof(cert_leaf);
	u8 *der = kunit_kzalloc(test, len + 2, GFP_KERNEL);

	/* Something follows */
	memcpy(der, cert_leaf, len);
	KUNIT_EXPECT_EQ(test, PTR_ERR_OR_ZERO(spdm_cert_new(der, len + 1)), -EBADMSG);
	/* No end is told, as BER can: two zeros are it. */
	der[1] = 0x80;
	memmove(der + 2, cert_leaf + 4, len - 4);
	memset(der + len - 2, 0, 4);
	KUNIT_EXPECT_EQ(test, PTR_ERR_OR_ZERO(spdm_cert_new(der, len)), -EBADMSG);
	/* No SEQUENCE */
	memcpy(der, cert_leaf, len);
	der[0] = 0x31;
	KUNIT_EXPECT_EQ(test, PTR_ERR_OR_ZERO(spdm_cert_new(der, len)), -EBADMSG);
}

/*
 * What is signed comes first in a certificate: nothing of it can be another. Behind
 * it, the decoder of the kernel takes some signatures that are not quite DER.
 */
static void a_changed_certificate_is_refused(struct kunit *test)
{
	struct spdm_cert *inter = CERT(test, inter);
	u8 *der = kunit_kzalloc(test, sizeof(cert_leaf), GFP_KERNEL);
	size_t end = 8 + get_unaligned_be16(cert_leaf + 6);
	struct spdm_cert *cert;

	/* Both heads have a length of two bytes. */
	KUNIT_ASSERT_EQ(test, get_unaligned_be16(cert_leaf), 0x3082);
	KUNIT_ASSERT_EQ(test, get_unaligned_be16(cert_leaf + 4), 0x3082);
	KUNIT_ASSERT_LT(test, end, sizeof(cert_leaf));
	for (size_t i = 0; i < end; i++) {
		memcpy(der, cert_leaf, sizeof(cert_leaf));
		der[i] ^= 1 << i % 8;
		cert = spdm_cert_new(der, sizeof(cert_leaf));
		if (IS_ERR(cert))
			continue;
		KUNIT_EXPECT_NE_MSG(test, spdm_cert_check(cert, inter), 0, "byte %zu", i);
		spdm_cert_free(cert);
	}
}

static void a_chain_holds(struct kunit *test)
{
	struct spdm_cert *root = CERT(test, root), *inter = CERT(test, inter);
	struct spdm_cert *leaf = CERT(test, leaf);

	KUNIT_EXPECT_EQ(test, spdm_cert_check(leaf, inter), 0);
	KUNIT_EXPECT_EQ(test, spdm_cert_check(inter, root), 0);
	KUNIT_EXPECT_EQ(test, spdm_cert_check(root, root), 0);
	KUNIT_EXPECT_EQ(test, spdm_cert_check(CERT(test, rsa), root), 0);
	KUNIT_EXPECT_EQ(test, spdm_cert_check(CERT(test, by_leaf), leaf), 0);
}

static void who_did_not_sign_is_no_issuer(struct kunit *test)
{
	struct spdm_cert *root = CERT(test, root), *inter = CERT(test, inter);
	struct spdm_cert *leaf = CERT(test, leaf), *other = CERT(test, other_root);
	struct spdm_cert *other_leaf = CERT(test, other_leaf);

	KUNIT_EXPECT_EQ(test, spdm_cert_check(leaf, root), -EKEYREJECTED);
	KUNIT_EXPECT_EQ(test, spdm_cert_check(leaf, leaf), -EKEYREJECTED);
	KUNIT_EXPECT_EQ(test, spdm_cert_check(root, inter), -EKEYREJECTED);
	/* The right name: refused by the identifier of the key, or by the signature */
	KUNIT_EXPECT_EQ(test, spdm_cert_check(inter, other), -EKEYREJECTED);
	KUNIT_EXPECT_EQ(test, spdm_cert_check(other_leaf, root), -EKEYREJECTED);
	KUNIT_EXPECT_EQ(test, spdm_cert_check(other_leaf, other), 0);
}

static void sha1_vouches_for_nothing(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, spdm_cert_check(CERT(test, sha1), CERT(test, root)), -EOPNOTSUPP);
}

/*
 * Anchors
 */

static struct key *keyring_new(struct kunit *test)
{
	struct key *ring = keyring_alloc("spdm_kunit", GLOBAL_ROOT_UID, GLOBAL_ROOT_GID,
					 current_cred(), KEY_POS_ALL | KEY_USR_ALL,
					 KEY_ALLOC_NOT_IN_QUOTA, NULL, NULL);

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, ring);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, keyring_put, ring), 0);
	return ring;
}

static struct key *keyring_add(struct kunit *test, struct key *ring, const u8 *der, size_t len)
{
	key_ref_t ref = key_create_or_update(make_key_ref(ring, 1), "asymmetric", NULL, der, len,
					     KEY_POS_ALL | KEY_USR_ALL, KEY_ALLOC_NOT_IN_QUOTA);

	KUNIT_ASSERT_FALSE(test, IS_ERR(ref));
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, keyring_put, key_ref_to_ptr(ref)),
			0);
	return key_ref_to_ptr(ref);
}

#define ANCHOR(test, ring, name) keyring_add(test, ring, cert_##name, sizeof(cert_##name))

static void a_keyring_vouches_for_what_it_signed(struct kunit *test)
{
	struct key *ring = keyring_new(test);

	KUNIT_EXPECT_EQ(test, spdm_cert_anchor(CERT(test, inter), NULL), -ENOKEY);
	KUNIT_EXPECT_EQ(test, spdm_cert_anchor(CERT(test, inter), ring), -ENOKEY);
	ANCHOR(test, ring, root);
	KUNIT_EXPECT_EQ(test, spdm_cert_anchor(CERT(test, inter), ring), 0);
	KUNIT_EXPECT_EQ(test, spdm_cert_anchor(CERT(test, rsa), ring), 0);
	KUNIT_EXPECT_EQ(test, spdm_cert_anchor(CERT(test, root), ring), 0);
	KUNIT_EXPECT_EQ(test, spdm_cert_anchor(CERT(test, leaf), ring), -ENOKEY);
	KUNIT_EXPECT_EQ(test, spdm_cert_anchor(CERT(test, sha1), ring), -EOPNOTSUPP);
}

static void a_name_alone_is_no_anchor(struct kunit *test)
{
	struct key *ring = keyring_new(test);

	ANCHOR(test, ring, root);
	KUNIT_EXPECT_EQ(test, spdm_cert_anchor(CERT(test, other_root), ring), -ENOKEY);
	KUNIT_EXPECT_EQ(test, spdm_cert_anchor(CERT(test, other_leaf), ring), -EKEYREJECTED);
}

static void a_certificate_in_the_keyring_is_anchored(struct kunit *test)
{
	struct key *ring = keyring_new(test);

	ANCHOR(test, ring, leaf);
	KUNIT_EXPECT_EQ(test, spdm_cert_anchor(CERT(test, leaf), ring), 0);
	/* It is no CA. */
	KUNIT_EXPECT_EQ(test, spdm_cert_anchor(CERT(test, by_leaf), ring), -ENOKEY);
}

static void a_key_that_was_revoked_does_not_count(struct kunit *test)
{
	struct key *ring = keyring_new(test);
	struct key *root = ANCHOR(test, ring, root);

	KUNIT_EXPECT_EQ(test, spdm_cert_anchor(CERT(test, inter), ring), 0);
	key_revoke(root);
	KUNIT_EXPECT_EQ(test, spdm_cert_anchor(CERT(test, inter), ring), -ENOKEY);
	KUNIT_EXPECT_EQ(test, spdm_cert_anchor(CERT(test, root), ring), -ENOKEY);
}

static void a_key_that_expired_does_not_count(struct kunit *test)
{
	struct key *ring = keyring_new(test);
	struct key *root = ANCHOR(test, ring, root);

	key_set_timeout(root, 1);
	WRITE_ONCE(root->expiry, 1);
	KUNIT_EXPECT_EQ(test, spdm_cert_anchor(CERT(test, inter), ring), -ENOKEY);
	KUNIT_EXPECT_EQ(test, spdm_cert_anchor(CERT(test, root), ring), -ENOKEY);
}

static struct kunit_case x509_kunit_cases[] = {
	KUNIT_CASE(a_leaf_is_read),
	KUNIT_CASE(a_root_is_read),
	KUNIT_CASE(what_is_not_there_is_not_seen),
	KUNIT_CASE(names_beyond_the_array_are_left_out),
	KUNIT_CASE(a_subject_is_fit_for_a_log),
	KUNIT_CASE(an_extension_that_is_there_twice_is_refused),
	KUNIT_CASE(keys_are_for_their_algorithm),
	KUNIT_CASE(a_certificate_that_is_cut_off_is_refused),
	KUNIT_CASE(what_is_around_it_has_to_fit),
	KUNIT_CASE(a_changed_certificate_is_refused),
	KUNIT_CASE(a_chain_holds),
	KUNIT_CASE(who_did_not_sign_is_no_issuer),
	KUNIT_CASE(sha1_vouches_for_nothing),
	KUNIT_CASE(a_keyring_vouches_for_what_it_signed),
	KUNIT_CASE(a_name_alone_is_no_anchor),
	KUNIT_CASE(a_certificate_in_the_keyring_is_anchored),
	KUNIT_CASE(a_key_that_was_revoked_does_not_count),
	KUNIT_CASE(a_key_that_expired_does_not_count),
	{ }
};

static struct kunit_suite x509_kunit_suite = {
	.name = "spdm_x509",
	.test_cases = x509_kunit_cases,
};

kunit_test_suite(x509_kunit_suite);
