// SPDX-License-Identifier: GPL-2.0
/*
 * DIGESTS and CERTIFICATE, what a chain is worth, and the cache of chains.
 *
 * The device has real certificates; each case spoils one thing. That a chain is
 * refused is not enough: the fault says for which reason.
 */
#include <linux/slab.h>
#include <linux/string.h>

#include "../crypto.h"
#include "../cursor.h"
#include "fake-device.h"

struct message_case {
	const char *desc;
	struct fake_spoil spoil;
	int want;
};

/* CERTIFICATE: slot at 2, portion at 4, remainder at 6, data from 8 on */
static const struct message_case message_cases[] = {
	{ "DIGESTS is a byte short", { SPDM_GET_DIGESTS, .grow = -1 }, -EBADMSG },
	{ "DIGESTS is a header", { SPDM_GET_DIGESTS, .grow = -32 }, -EBADMSG },
	{ "DIGESTS is shorter than a header", { SPDM_GET_DIGESTS, .grow = -33 }, -EBADMSG },
	{ "DIGESTS is a byte long", { SPDM_GET_DIGESTS, .grow = 1 }, -EMSGSIZE },
	{ "DIGESTS lists one more slot", { SPDM_GET_DIGESTS, .at = 3, .flip = 2 }, -EBADMSG },
	{ "DIGESTS lists no slot", { SPDM_GET_DIGESTS, .at = 3, .flip = 1, .grow = -32 }, -EPROTO },
	{ "DIGESTS is of another version", { SPDM_GET_DIGESTS, .at = 0, .flip = 1 }, -EPROTO },
	{ "DIGESTS is another response", { SPDM_GET_DIGESTS, .at = 1, .flip = 2 }, -EPROTO },
	{ "DIGESTS has another digest", { SPDM_GET_DIGESTS, .at = 4, .flip = 1 }, -EKEYREJECTED },
	{ "DIGESTS is an ERROR", { SPDM_GET_DIGESTS, .error = SPDM_ERROR_UNSPECIFIED },
	  -EREMOTEIO },
	{ "CERTIFICATE is a byte short", { SPDM_GET_CERTIFICATE, .grow = -1 }, -EBADMSG },
	{ "CERTIFICATE is a byte long", { SPDM_GET_CERTIFICATE, .grow = 1 }, -EMSGSIZE },
	{ "CERTIFICATE is of another slot", { SPDM_GET_CERTIFICATE, .at = 2, .flip = 1 },
	  -EPROTO },
	{ "CERTIFICATE has a larger portion", { SPDM_GET_CERTIFICATE, .at = 5, .flip = 0x80 },
	  -EBADMSG },
	{ "the chain is longer than one can be", { SPDM_GET_CERTIFICATE, .at = 7, .flip = 0xff },
	  -EMSGSIZE },
	{ "the chain has another length inside", { SPDM_GET_CERTIFICATE, .at = 8, .flip = 1 },
	  -EBADMSG },
	{ "the root hash is another one", { SPDM_GET_CERTIFICATE, .at = 12, .flip = 1 },
	  -EKEYREJECTED },
	{ "the last byte of the leaf is another one",
	  { SPDM_GET_CERTIFICATE, .at = -1, .flip = 1 }, -EKEYREJECTED },
	{ "CERTIFICATE is an ERROR", { SPDM_GET_CERTIFICATE, .error = SPDM_ERROR_UNSPECIFIED },
	  -EREMOTEIO },
};

KUNIT_ARRAY_PARAM_DESC(messages, message_cases, desc);

static void expect_nothing_known(struct kunit *test, struct fake_device *dev)
{
	for (int i = 0; i < SPDM_NR_SLOTS; i++) {
		KUNIT_EXPECT_NULL(test, dev->spdm->slots[i].leaf);
		KUNIT_EXPECT_EQ(test, dev->spdm->slots[i].identity, SPDM_IDENTITY_NONE);
	}
	KUNIT_EXPECT_EQ(test, dev->spdm->state, SPDM_STATE_CONNECTED);
}

static void a_spoilt_message_is_refused(struct kunit *test)
{
	const struct message_case *c = test->param_value;
	struct fake_device *dev = test->priv;

	dev->spoil = c->spoil;
	KUNIT_EXPECT_EQ(test, spdm_identify(dev->spdm, 0), c->want);
	expect_nothing_known(test, dev);
	KUNIT_EXPECT_NULL(test, dev->spdm->slots[0].chain.data);

	/* and nothing is left that a good device would stumble over */
	dev->spoil = (struct fake_spoil) {};
	fake_device_connect(test, dev, SPDM_VERSION_12);
	fake_device_identify(test, dev);
}

static void a_good_chain_takes_two_messages(struct kunit *test)
{
	struct fake_device *dev = test->priv;
	struct spdm_slot *slot = &dev->spdm->slots[0];

	KUNIT_ASSERT_EQ(test, spdm_identify(dev->spdm, 0), 0);
	KUNIT_EXPECT_EQ(test, dev->spdm->messages, 2);
	KUNIT_EXPECT_EQ(test, slot->chain.len, dev->chain_len);
	KUNIT_EXPECT_MEMEQ(test, slot->chain.data, dev->chain, dev->chain_len);
	KUNIT_EXPECT_MEMEQ(test, slot->digest, dev->digest, FAKE_HASH);
	KUNIT_EXPECT_EQ(test, slot->identity, SPDM_IDENTITY_UNVERIFIED);

	KUNIT_EXPECT_EQ(test, spdm_identify(dev->spdm, 0), 0);
	KUNIT_EXPECT_EQ_MSG(test, dev->spdm->messages, 2, "what is known is not asked again");
	KUNIT_EXPECT_EQ(test, spdm_identify(dev->spdm, 1), -EOPNOTSUPP);
	KUNIT_EXPECT_EQ(test, spdm_identify(dev->spdm, SPDM_NR_SLOTS), -EINVAL);
	KUNIT_EXPECT_EQ(test, dev->spdm->messages, 2);
}

static void a_chain_that_is_read_again_stays_where_it_is(struct kunit *test)
{
	struct fake_device *dev = test->priv;
	const void *chain;

	fake_device_identify(test, dev);
	chain = dev->spdm->slots[0].chain.data;
	KUNIT_EXPECT_EQ(test, spdm_get_chain(dev->spdm, 0), 0);
	KUNIT_EXPECT_EQ(test, dev->seen[SPDM_GET_CERTIFICATE], 1);
	KUNIT_EXPECT_PTR_EQ(test, dev->spdm->slots[0].chain.data, chain);
}

static void another_digest_ends_what_was_known(struct kunit *test)
{
	struct fake_device *dev = test->priv;

	fake_device_identify(test, dev);
	KUNIT_ASSERT_EQ(test, spdm_challenge(dev->spdm, 0), 0);
	KUNIT_EXPECT_EQ(test, spdm_get_digests(dev->spdm), 0);
	KUNIT_EXPECT_EQ(test, dev->spdm->state, SPDM_STATE_AUTHENTICATED);
	KUNIT_EXPECT_NOT_NULL(test, dev->spdm->slots[0].leaf);
	dev->digest[0] ^= 1;
	KUNIT_EXPECT_EQ(test, spdm_get_digests(dev->spdm), 0);
	expect_nothing_known(test, dev);
	KUNIT_EXPECT_NULL(test, dev->spdm->slots[0].chain.data);
}

static void a_certificate_message_has_its_fixed_part(struct kunit *test)
{
	struct fake_device *dev = test->priv;

	dev->spoil = (struct fake_spoil) { SPDM_GET_CERTIFICATE, .grow = -1 - dev->chain_len };
	KUNIT_EXPECT_EQ(test, spdm_identify(dev->spdm, 0), -EBADMSG);
	KUNIT_EXPECT_STREQ(test, dev->spdm->fault, "CERTIFICATE is too short");
	expect_nothing_known(test, dev);
}

static void a_chain_of_a_head_only_is_refused(struct kunit *test)
{
	static const u8 head[4 + FAKE_HASH] = { sizeof(head) };
	struct fake_device *dev = test->priv;

	fake_device_set_bytes(test, dev, head, sizeof(head));
	KUNIT_EXPECT_EQ(test, spdm_identify(dev->spdm, 0), -EBADMSG);
	KUNIT_EXPECT_STREQ(test, dev->spdm->fault, "chain is too short");
	KUNIT_EXPECT_NULL(test, dev->spdm->slots[0].chain.data);
}

static void a_device_without_certificates_is_not_asked(struct kunit *test)
{
	struct fake_device *dev = test->priv;

	dev->spdm->caps &= ~SPDM_CAP_CERT;
	KUNIT_EXPECT_EQ(test, spdm_identify(dev->spdm, 0), -EOPNOTSUPP);
	KUNIT_EXPECT_EQ(test, dev->spdm->messages, 0);
}

static void portions_are_put_together(struct kunit *test)
{
	struct fake_device *dev = test->priv;

	dev->portion = 100;
	KUNIT_ASSERT_EQ(test, spdm_identify(dev->spdm, 0), 0);
	KUNIT_EXPECT_EQ(test, dev->seen[SPDM_GET_CERTIFICATE],
			DIV_ROUND_UP(dev->chain_len, 100));
	KUNIT_EXPECT_MEMEQ(test, dev->spdm->slots[0].chain.data, dev->chain, dev->chain_len);
}

static void crumbs_are_borne_only_so_long(struct kunit *test)
{
	struct fake_device *dev = test->priv;

	dev->portion = 1;
	KUNIT_EXPECT_EQ(test, spdm_identify(dev->spdm, 0), -EPROTO);
	KUNIT_EXPECT_LT(test, dev->seen[SPDM_GET_CERTIFICATE], 100);
	expect_nothing_known(test, dev);
}

static void an_empty_portion_is_refused(struct kunit *test)
{
	struct fake_device *dev = test->priv;

	dev->portion = 0;
	KUNIT_EXPECT_EQ(test, spdm_identify(dev->spdm, 0), -EPROTO);
	KUNIT_EXPECT_EQ(test, dev->seen[SPDM_GET_CERTIFICATE], 1);
}

static void a_chain_keeps_its_length(struct kunit *test)
{
	struct fake_device *dev = test->priv;

	dev->portion = 500;
	dev->total_lie = 1;
	KUNIT_EXPECT_EQ(test, spdm_identify(dev->spdm, 0), -EPROTO);
	KUNIT_EXPECT_EQ(test, dev->seen[SPDM_GET_CERTIFICATE], 2);
	fake_device_connect(test, dev, SPDM_VERSION_12);
	dev->total_lie = -1;
	KUNIT_EXPECT_EQ(test, spdm_identify(dev->spdm, 0), -EPROTO);
	expect_nothing_known(test, dev);
}

/* Not one that is good for anything, but it is read before anybody can know that */
static void the_longest_chain_is_read(struct kunit *test)
{
	struct fake_device *dev = test->priv;
	u8 *bytes = kunit_kzalloc(test, SPDM_CHAIN_MAX, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, bytes);
	put_unaligned_le16(SPDM_CHAIN_MAX, bytes);
	fake_device_set_bytes(test, dev, bytes, SPDM_CHAIN_MAX);
	KUNIT_EXPECT_EQ(test, spdm_get_chain(dev->spdm, 0), 0);
	KUNIT_EXPECT_EQ(test, dev->spdm->slots[0].chain.len, SPDM_CHAIN_MAX);
	KUNIT_EXPECT_EQ(test, spdm_identify(dev->spdm, 0), -EBADMSG);
}

static void multi_key_makes_digests_longer(struct kunit *test)
{
	struct fake_device *dev = test->priv;

	dev->multi_key = true;
	dev->slots = 0x13;
	fake_device_connect(test, dev, SPDM_VERSION_13);
	KUNIT_ASSERT_EQ(test, spdm_get_digests(dev->spdm), 0);
	KUNIT_EXPECT_EQ(test, dev->spdm->slot_mask, 0x13);
	KUNIT_EXPECT_EQ(test, dev->spdm->digests_len, 4 + 3 * (FAKE_HASH + 4));
	KUNIT_EXPECT_TRUE(test, dev->spdm->slots[4].has_digest);
	KUNIT_EXPECT_FALSE(test, dev->spdm->slots[2].has_digest);

	/* A device that leaves it to us does not use it. */
	dev->multi_key = false;
	fake_device_connect(test, dev, SPDM_VERSION_13);
	dev->spdm->caps |= 2u << 26;
	KUNIT_ASSERT_EQ(test, spdm_get_digests(dev->spdm), 0);
	KUNIT_EXPECT_EQ(test, dev->spdm->digests_len, 0);
}

/*
 * What a chain is worth
 */

struct chain_case {
	const char *desc;
	enum fake_cert certs[20];
	int want;
	const char *fault;
};

#define R	FAKE_ROOT
#define END	FAKE_END

static const struct chain_case chain_cases[] = {
	{ "an issuer is no CA", { R, FAKE_NO_CA, FAKE_LEAF_OF_NO_CA, END },
	  -EKEYREJECTED, "issuer in the chain is no CA" },
	{ "there is one CA too many", { R, FAKE_INTER, FAKE_TOO_DEEP, FAKE_LEAF_TOO_DEEP, END },
	  -EKEYREJECTED, "chain is longer than an issuer allows" },
	{ "it has limits that are not known", { R, FAKE_LEAF_LIMITS, END },
	  -EKEYREJECTED, "certificate cannot be used" },
	{ "an issuer has RSA-1024", { R, FAKE_WEAK, FAKE_LEAF_OF_WEAK, END },
	  -EOPNOTSUPP, "certificate is not signed by the one before it" },
	{ "an issuer may not sign certificates", { R, FAKE_NO_CERTS, FAKE_LEAF_OF_NO_CERTS, END },
	  -EKEYREJECTED, "issuer in the chain is no CA" },
	{ "a link is missing", { R, FAKE_LEAF, END },
	  -EKEYREJECTED, "certificate is not signed by the one before it" },
	{ "the order is wrong", { R, FAKE_LEAF, FAKE_INTER, END },
	  -EKEYREJECTED, "certificate is not signed by the one before it" },
	{ "the root is another one", { FAKE_OTHER_ROOT, FAKE_INTER, FAKE_LEAF, END },
	  -EKEYREJECTED, "certificate is not signed by the one before it" },
	{ "the leaf is a CA", { R, FAKE_LEAF_CA, END },
	  -EKEYREJECTED, "leaf certificate is a CA" },
	{ "there is a root only", { R, END }, -EKEYREJECTED, "leaf certificate is a CA" },
	{ "the leaf may not sign", { R, FAKE_LEAF_AGREE, END },
	  -EKEYREJECTED, "key usage of the leaf certificate" },
	{ "the leaf is for requesters", { R, FAKE_LEAF_REQUESTER, END },
	  -EKEYREJECTED, "leaf certificate is for requesters only" },
	{ "an alias claims to be the hardware", { R, FAKE_LEAF_HARDWARE, END },
	  -EKEYREJECTED, "leaf of an alias chain claims to be the hardware" },
	{ "the leaf has expired", { R, FAKE_LEAF_PAST, END },
	  -EKEYREJECTED, "certificate has expired" },
	{ "the leaf is not valid yet", { R, FAKE_LEAF_FUTURE, END },
	  -EKEYREJECTED, "certificate is not valid yet, or the clock is not set" },
	{ "the key is of another algorithm", { R, FAKE_LEAF_EC, END },
	  -EKEYREJECTED, "key of the leaf is of another algorithm" },
	{ "the root was left out, without an anchor", { FAKE_INTER, FAKE_LEAF, END },
	  -ENOKEY, "no anchor for the chain, which has no root" },
};

KUNIT_ARRAY_PARAM_DESC(chains, chain_cases, desc);

static void a_bad_chain_is_refused_for_its_reason(struct kunit *test)
{
	const struct chain_case *c = test->param_value;
	struct fake_device *dev = test->priv;

	fake_device_set_chain(test, dev, c->certs);
	dev->spdm->caps |= SPDM_CAP_ALIAS_CERT;
	KUNIT_EXPECT_EQ(test, spdm_identify(dev->spdm, 0), c->want);
	KUNIT_EXPECT_STREQ(test, dev->spdm->fault, c->fault);
	expect_nothing_known(test, dev);
}

/* The chain of @certs with one byte changed, counted from the first certificate's first */
static int identify_with(struct kunit *test, const enum fake_cert *certs, size_t at, u8 val)
{
	struct fake_device *dev = test->priv;

	fake_device_set_chain(test, dev, certs);
	dev->chain[sizeof(struct spdm_chain) + FAKE_HASH + at] = val;
	fake_device_set_bytes(test, dev, dev->chain, dev->chain_len);
	fake_device_connect(test, dev, SPDM_VERSION_12);
	return spdm_identify(dev->spdm, 0);
}

static void lengths_in_a_chain_are_bounded(struct kunit *test)
{
	static const enum fake_cert certs[] = { R, FAKE_INTER, FAKE_LEAF, END };
	struct fake_device *dev = test->priv;

	KUNIT_EXPECT_EQ_MSG(test, identify_with(test, certs, 0, 0x31), -EBADMSG, "tag");
	KUNIT_EXPECT_EQ_MSG(test, identify_with(test, certs, 1, 0x80), -EBADMSG, "indefinite");
	KUNIT_EXPECT_EQ_MSG(test, identify_with(test, certs, 1, 0x85), -EBADMSG, "5 bytes");
	KUNIT_EXPECT_EQ_MSG(test, identify_with(test, certs, 1, 0x84), -EBADMSG, "huge");
	KUNIT_EXPECT_EQ_MSG(test, identify_with(test, certs, 2, 0xff), -EBADMSG, "too long");
	KUNIT_EXPECT_EQ_MSG(test, identify_with(test, certs, 1, 0x02), -EBADMSG, "empty");
	expect_nothing_known(test, dev);
}

static void a_chain_may_have_only_so_many_certificates(struct kunit *test)
{
	enum fake_cert certs[18];
	struct fake_device *dev = test->priv;

	/* The root signs itself, so it can stand before itself. */
	for (int i = 0; i < 17; i++)
		certs[i] = R;
	certs[17] = END;
	fake_device_set_chain(test, dev, certs);
	KUNIT_EXPECT_EQ(test, spdm_identify(dev->spdm, 0), -EMSGSIZE);

	fake_device_connect(test, dev, SPDM_VERSION_12);
	certs[14] = FAKE_INTER;
	certs[15] = FAKE_LEAF;
	certs[16] = END;
	fake_device_set_chain(test, dev, certs);
	KUNIT_EXPECT_EQ(test, spdm_identify(dev->spdm, 0), 0);
}

static void the_root_hash_is_checked(struct kunit *test)
{
	struct fake_device *dev = test->priv;

	dev->chain[sizeof(struct spdm_chain)] ^= 1;
	fake_device_set_bytes(test, dev, dev->chain, dev->chain_len);
	KUNIT_EXPECT_EQ(test, spdm_identify(dev->spdm, 0), -EKEYREJECTED);
	KUNIT_EXPECT_STREQ(test, dev->spdm->fault, "root hash is not that of the root");
	expect_nothing_known(test, dev);
}

static void hardware_may_say_that_it_is_hardware(struct kunit *test)
{
	static const enum fake_cert certs[] = { R, FAKE_LEAF_HARDWARE, END };
	struct fake_device *dev = test->priv;

	fake_device_set_chain(test, dev, certs);
	KUNIT_EXPECT_EQ(test, spdm_identify(dev->spdm, 0), -EKEYREJECTED);
	KUNIT_EXPECT_STREQ(test, dev->spdm->fault, "key of the leaf is of another algorithm");
}

static void a_leaf_of_another_device_is_refused(struct kunit *test)
{
	struct fake_device *dev = test->priv;
	struct spdm_ops ops = *dev->spdm->config.ops;

	/* One whose names are not looked at is fine, so that it is the names below. */
	ops.check_leaf = NULL;
	dev->spdm->config.ops = &ops;
	KUNIT_EXPECT_EQ(test, spdm_identify(dev->spdm, 0), 0);
	fake_device_connect(test, dev, SPDM_VERSION_12);
	ops.check_leaf = fake_refuse_leaf;
	KUNIT_EXPECT_EQ(test, spdm_identify(dev->spdm, 0), -EKEYREJECTED);
	KUNIT_EXPECT_STREQ(test, dev->spdm->fault, "leaf certificate is not for this device");
	expect_nothing_known(test, dev);
}

static void without_an_anchor_nobody_is_trusted(struct kunit *test)
{
	struct fake_device *dev = test->priv;

	dev->spdm->config.trust_unknown = false;
	KUNIT_EXPECT_EQ(test, spdm_identify(dev->spdm, 0), -ENOKEY);
	expect_nothing_known(test, dev);
}

static void an_anchor_verifies_with_the_root_and_without(struct kunit *test)
{
	static const enum fake_cert rootless[] = { FAKE_INTER, FAKE_LEAF, END };
	struct fake_device *dev = test->priv;
	struct spdm *spdm = dev->spdm;
	struct key *anchors = fake_anchors(R), *others = fake_anchors(FAKE_OTHER_ROOT);

	KUNIT_ASSERT_FALSE(test, IS_ERR(anchors) || IS_ERR(others));
	spdm->config.anchors = anchors;
	spdm->config.trust_unknown = false;
	KUNIT_EXPECT_EQ(test, spdm_identify(spdm, 0), 0);
	KUNIT_EXPECT_EQ(test, spdm->slots[0].identity, SPDM_IDENTITY_VERIFIED);
	KUNIT_EXPECT_EQ(test, spdm_chain_anchored(spdm, &spdm->slots[0]), 0);
	spdm->config.anchors = others;
	KUNIT_EXPECT_EQ(test, spdm_chain_anchored(spdm, &spdm->slots[0]), -ENOKEY);

	fake_device_connect(test, dev, SPDM_VERSION_12);
	KUNIT_EXPECT_EQ(test, spdm_identify(spdm, 0), -ENOKEY);
	fake_device_connect(test, dev, SPDM_VERSION_12);
	spdm->config.anchors = anchors;
	fake_device_set_chain(test, dev, rootless);
	KUNIT_EXPECT_EQ(test, spdm_identify(spdm, 0), 0);
	KUNIT_EXPECT_EQ(test, spdm->slots[0].identity, SPDM_IDENTITY_VERIFIED);

	spdm_forget(spdm);
	spdm->config.anchors = NULL;
	fake_anchors_free(anchors);
	fake_anchors_free(others);
}

/*
 * The cache
 */

static void a_known_chain_is_not_read_again(struct kunit *test)
{
	struct fake_device *dev = test->priv;
	struct spdm *spdm = dev->spdm;
	struct spdm_chain_cache *cache = spdm_chain_cache_create(65536);

	KUNIT_ASSERT_FALSE(test, IS_ERR(cache));
	spdm->config.cache = cache;
	KUNIT_EXPECT_EQ(test, spdm_identify(spdm, 0), 0);
	fake_device_connect(test, dev, SPDM_VERSION_12);
	KUNIT_EXPECT_EQ(test, spdm_identify(spdm, 0), 0);
	KUNIT_EXPECT_EQ(test, dev->seen[SPDM_GET_DIGESTS], 2);
	KUNIT_EXPECT_EQ(test, dev->seen[SPDM_GET_CERTIFICATE], 1);
	KUNIT_EXPECT_MEMEQ(test, spdm->slots[0].chain.data, dev->chain, dev->chain_len);

	/* What is cached is judged as if it had come just now. */
	fake_device_connect(test, dev, SPDM_VERSION_12);
	spdm->config.trust_unknown = false;
	KUNIT_EXPECT_EQ(test, spdm_identify(spdm, 0), -ENOKEY);
	expect_nothing_known(test, dev);
	spdm->config.cache = NULL;
	spdm_chain_cache_destroy(cache);
}

static void a_refused_chain_is_not_cached(struct kunit *test)
{
	struct fake_device *dev = test->priv;
	struct spdm_chain_cache *cache = spdm_chain_cache_create(65536);
	struct spdm_blob found = {};

	KUNIT_ASSERT_FALSE(test, IS_ERR(cache));
	dev->spdm->config.cache = cache;
	dev->spdm->config.trust_unknown = false;
	KUNIT_EXPECT_EQ(test, spdm_identify(dev->spdm, 0), -ENOKEY);
	KUNIT_EXPECT_FALSE(test, spdm_cache_find(cache, SPDM_HASH_SHA256, dev->digest, &found));
	dev->spdm->config.cache = NULL;
	spdm_chain_cache_destroy(cache);
}

static bool has(struct spdm_chain_cache *cache, u32 hash, u8 n)
{
	u8 digest[SPDM_MAX_HASH] = { n };
	struct spdm_blob found = {};
	bool there = spdm_cache_find(cache, hash, digest, &found);

	spdm_blob_free(&found);
	return there;
}

static void put(struct spdm_chain_cache *cache, u8 n, void *data, size_t len)
{
	const struct spdm_blob chain = { .data = data, .len = len };
	u8 digest[SPDM_MAX_HASH] = { n };

	spdm_cache_add(cache, SPDM_HASH_SHA256, digest, &chain);
}

static void the_cache_is_bounded_and_drops_what_is_used_least(struct kunit *test)
{
	u8 *data = kunit_kzalloc(test, 4096, GFP_KERNEL);
	struct spdm_chain_cache *cache = spdm_chain_cache_create(3 * 1200);

	KUNIT_ASSERT_NOT_NULL(test, data);
	KUNIT_ASSERT_FALSE(test, IS_ERR(cache));
	for (u8 n = 1; n <= 3; n++)
		put(cache, n, data, 1000);
	KUNIT_EXPECT_TRUE(test, has(cache, SPDM_HASH_SHA256, 1));
	put(cache, 4, data, 1000);
	KUNIT_EXPECT_TRUE(test, has(cache, SPDM_HASH_SHA256, 1));
	KUNIT_EXPECT_FALSE(test, has(cache, SPDM_HASH_SHA256, 2));
	KUNIT_EXPECT_TRUE(test, has(cache, SPDM_HASH_SHA256, 3));
	KUNIT_EXPECT_TRUE(test, has(cache, SPDM_HASH_SHA256, 4));
	KUNIT_EXPECT_FALSE_MSG(test, has(cache, SPDM_HASH_SHA384, 4), "of another hash");
	put(cache, 5, data, 4096);
	KUNIT_EXPECT_FALSE_MSG(test, has(cache, SPDM_HASH_SHA256, 5), "larger than the cache");
	KUNIT_EXPECT_TRUE(test, has(cache, SPDM_HASH_SHA256, 4));
	spdm_chain_cache_destroy(cache);
}

static struct kunit_case cases[] = {
	KUNIT_CASE_PARAM(a_spoilt_message_is_refused, messages_gen_params),
	KUNIT_CASE(a_good_chain_takes_two_messages),
	KUNIT_CASE(a_chain_that_is_read_again_stays_where_it_is),
	KUNIT_CASE(another_digest_ends_what_was_known),
	KUNIT_CASE(a_certificate_message_has_its_fixed_part),
	KUNIT_CASE(a_chain_of_a_head_only_is_refused),
	KUNIT_CASE(a_device_without_certificates_is_not_asked),
	KUNIT_CASE(portions_are_put_together),
	KUNIT_CASE(crumbs_are_borne_only_so_long),
	KUNIT_CASE(an_empty_portion_is_refused),
	KUNIT_CASE(a_chain_keeps_its_length),
	KUNIT_CASE(the_longest_chain_is_read),
	KUNIT_CASE(multi_key_makes_digests_longer),
	KUNIT_CASE_PARAM(a_bad_chain_is_refused_for_its_reason, chains_gen_params),
	KUNIT_CASE(lengths_in_a_chain_are_bounded),
	KUNIT_CASE(a_chain_may_have_only_so_many_certificates),
	KUNIT_CASE(the_root_hash_is_checked),
	KUNIT_CASE(hardware_may_say_that_it_is_hardware),
	KUNIT_CASE(a_leaf_of_another_device_is_refused),
	KUNIT_CASE(without_an_anchor_nobody_is_trusted),
	KUNIT_CASE(an_anchor_verifies_with_the_root_and_without),
	KUNIT_CASE(a_known_chain_is_not_read_again),
	KUNIT_CASE(a_refused_chain_is_not_cached),
	KUNIT_CASE(the_cache_is_bounded_and_drops_what_is_used_least),
	{}
};

static struct kunit_suite suite = {
	.name = "spdm_req_certificate",
	.init = fake_device_init,
	.exit = fake_device_exit,
	.test_cases = cases,
};

kunit_test_suite(suite);
