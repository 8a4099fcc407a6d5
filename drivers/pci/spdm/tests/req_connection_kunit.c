// SPDX-License-Identifier: GPL-2.0
/*
 * SPDM connections: which version is picked, what a device may say of itself, and
 * what it may choose.
 */
#include <kunit/test.h>
#include <linux/bits.h>
#include <linux/spdm.h>
#include <linux/unaligned.h>

#include "../spdm.h"
#include "fake-responder.h"

static int connect(struct kunit *test)
{
	struct fake_responder *fake = test->priv;

	return spdm_connect(fake->spdm);
}

/* The connection is as if nothing had been said. */
static void expect_nothing(struct kunit *test)
{
	struct fake_responder *fake = test->priv;
	struct spdm_info info;

	spdm_info(fake->spdm, &info);
	KUNIT_EXPECT_EQ(test, fake->spdm->state, SPDM_STATE_NEW);
	KUNIT_EXPECT_EQ(test, info.version, 0);
	KUNIT_EXPECT_EQ(test, info.caps, 0);
	KUNIT_EXPECT_NULL(test, info.base_hash);
	KUNIT_EXPECT_EQ(test, fake->spdm->vca_len, 0);
	KUNIT_EXPECT_EQ(test, fake->spdm->peer_transfer, 0);
}

static void expect(struct kunit *test, int err, unsigned int objects)
{
	struct fake_responder *fake = test->priv;

	fake->objects = 0;
	KUNIT_EXPECT_EQ_MSG(test, connect(test), err, "%s", spdm_fault_text(fake->spdm));
	KUNIT_EXPECT_EQ(test, fake->objects, objects);
	if (err)
		expect_nothing(test);
	else
		KUNIT_EXPECT_EQ(test, fake->spdm->state, SPDM_STATE_CONNECTED);
}

/**
 * struct answer - one response, byte by byte
 * @desc: what is special about it
 * @err: errno
 * @len: bytes of it
 * @data: itself
 */
struct answer {
	const char *desc;
	int err;
	size_t len;
	u8 data[64];
};

/*
 * VERSION
 */

static const struct answer versions[] = {
	{ "recorded", 0, 16, { 0x10, 0x04, 0, 0, 0, 5, 0, 0x10, 0, 0x11, 0, 0x12, 0, 0x13,
			       0, 0x14 } },
	{ "updates and alphas", 0, 8, { 0x10, 0x04, 0, 0, 0, 1, 0x21, 0x12 } },
	{ "padded", 0, 10, { 0x10, 0x04, 0, 0, 0, 1, 0, 0x12 } },
	{ "nothing", -EBADMSG, 0 },
	{ "header only", -EBADMSG, 4, { 0x10, 0x04 } },
	{ "no count", -EBADMSG, 5, { 0x10, 0x04, 0, 0, 0 } },
	{ "no entries", -EPROTO, 6, { 0x10, 0x04 } },
	{ "an entry missing", -EBADMSG, 6, { 0x10, 0x04, 0, 0, 0, 1 } },
	{ "half an entry", -EBADMSG, 7, { 0x10, 0x04, 0, 0, 0, 1, 0 } },
	{ "one of 255 entries", -EBADMSG, 8, { 0x10, 0x04, 0, 0, 0, 255, 0, 0x12 } },
	{ "an entry more", -EMSGSIZE, 10, { 0x10, 0x04, 0, 0, 0, 1, 0, 0x12, 0, 0x13 } },
	{ "too much padding", -EMSGSIZE, 12 + 4, { 0x10, 0x04, 0, 0, 0, 3, 0, 0x12 } },
	{ "another version", -EPROTO, 8, { 0x12, 0x04, 0, 0, 0, 1, 0, 0x12 } },
	{ "another code", -EPROTO, 8, { 0x10, 0x61, 0, 0, 0, 1, 0, 0x12 } },
	{ "only 1.4", -EOPNOTSUPP, 8, { 0x10, 0x04, 0, 0, 0, 1, 0, 0x14 } },
	{ "only 2.0", -EOPNOTSUPP, 8, { 0x10, 0x04, 0, 0, 0, 1, 0, 0x20 } },
	{ "only 0.9", -EOPNOTSUPP, 8, { 0x10, 0x04, 0, 0, 0, 1, 0, 0x09 } },
	{ "nothing at all", -EOPNOTSUPP, 8, { 0x10, 0x04, 0, 0, 0, 1, 0, 0 } },
	{ "mismatch", -EREMOTEIO, 4, { 0x10, 0x7f, 0x41 } },
	{ "not ready", -EPROTO, 8, { 0x10, 0x7f, 0x42, 0, 1, 0x84, 1, 2 } },
	{ "large", -EPROTO, 5, { 0x10, 0x7f, 0x0f, 0, 1 } },
};

KUNIT_ARRAY_PARAM_DESC(version, versions, desc);

static void version_is_judged(struct kunit *test)
{
	const struct answer *a = test->param_value;
	struct fake_responder *fake = test->priv;

	fake->config.max_version = SPDM_VERSION_12;
	fake_create(test);
	fake_script(fake, SPDM_GET_VERSION, 1, a->data, a->len);
	expect(test, a->err, a->err ? 1 : 3);
}

/**
 * struct pick - what is offered, allowed and taken
 * @desc: for people
 * @versions: of the device
 * @max: ours
 * @version: what comes of it
 */
struct pick {
	const char *desc;
	u16 versions[8];
	u8 max;
	u8 version;
};

static const struct pick picks[] = {
	{ "1.0 only", { 0x1000 }, 0, SPDM_VERSION_10 },
	{ "1.1 of a mixed lot", { 0x1100, 0x1000 }, 0, SPDM_VERSION_11 },
	{ "1.2 in the middle", { 0x1000, 0x1200, 0x1100 }, 0, SPDM_VERSION_12 },
	{ "1.3 of a device that knows 1.4", { 0x1000, 0x1300, 0x1400, 0x1200 }, 0,
	  SPDM_VERSION_13 },
	{ "capped to 1.1", { 0x1000, 0x1100, 0x1200, 0x1300 }, SPDM_VERSION_11,
	  SPDM_VERSION_11 },
	{ "capped to 1.0", { 0x1300, 0x1000 }, SPDM_VERSION_10, SPDM_VERSION_10 },
};

KUNIT_ARRAY_PARAM_DESC(pick, picks, desc);

static void highest_common_version_is_taken(struct kunit *test)
{
	const struct pick *pick = test->param_value;
	struct fake_responder *fake = test->priv;

	fake->config.max_version = pick->max;
	fake_create(test);
	fake_version(fake, pick->version);
	memcpy(fake->versions, pick->versions, sizeof(fake->versions));
	expect(test, 0, 3);
	KUNIT_EXPECT_EQ(test, fake->spdm->version, pick->version);
	KUNIT_EXPECT_EQ(test, fake->last[0], pick->version);
}

/*
 * CAPABILITIES
 */

/**
 * struct capable - capabilities, and whether they make sense
 * @desc: what is special about them
 * @err: errno
 * @version: the version that is spoken
 * @caps: the flags
 * @transfer: DataTransferSize, or 0 for one that is good
 * @message: MaxSPDMmsgSize, the same
 * @ct: CTExponent
 */
struct capable {
	const char *desc;
	int err;
	u8 version;
	u32 caps;
	u32 transfer;
	u32 message;
	u8 ct;
};

#define ID	(SPDM_CAP_CERT | SPDM_CAP_CHAL)
#define KEX	(SPDM_CAP_KEY_EX | SPDM_CAP_ENCRYPT | SPDM_CAP_MAC)
#define ALL	(ID | KEX | SPDM_CAP_CHUNK)

static const struct capable capables[] = {
	{ "1.0", 0, 0x10, ID },
	{ "1.0 with reserved bits", 0, 0x10, ID | 0xffffffc0 },
	{ "1.0 signs, no challenge", 0, 0x10, SPDM_CAP_CERT | SPDM_CAP_MEAS_SIGNED },
	{ "1.0 certificate for nothing", -EPROTO, 0x10, SPDM_CAP_CERT },
	{ "1.0 challenge without certificate", -EPROTO, 0x10, SPDM_CAP_CHAL },
	{ "1.0 signs without certificate", -EPROTO, 0x10, SPDM_CAP_MEAS_SIGNED },
	{ "1.0 measures only", 0, 0x10, SPDM_CAP_MEAS_PLAIN },
	{ "MEAS 3", -EPROTO, 0x10, ID | SPDM_CAP_MEAS_MASK },
	{ "fresh without measurements", -EPROTO, 0x12, ALL | SPDM_CAP_MEAS_FRESH },
	{ "fresh", 0, 0x12, ALL | SPDM_CAP_MEAS_FRESH | SPDM_CAP_MEAS_PLAIN },
	{ "1.1", 0, 0x11, ID | KEX },
	{ "1.1 with reserved bits", 0, 0x11, ID | KEX | 0xfffe0000 },
	{ "recorded", 0, 0x12, 0x1afbf7 },
	{ "nothing", 0, 0x12, SPDM_CAP_CHUNK },
	{ "key exchange without keys", -EPROTO, 0x12, ID | SPDM_CAP_KEY_EX | SPDM_CAP_CHUNK },
	{ "integrity only", 0, 0x12, ID | SPDM_CAP_KEY_EX | SPDM_CAP_MAC | SPDM_CAP_CHUNK },
	{ "cipher without a session", -EPROTO, 0x12, ID | SPDM_CAP_ENCRYPT | SPDM_CAP_CHUNK },
	{ "heartbeat without a session", -EPROTO, 0x12, ID | SPDM_CAP_HBEAT | SPDM_CAP_CHUNK },
	{ "key update without a session", -EPROTO, 0x12, ID | SPDM_CAP_KEY_UPD | SPDM_CAP_CHUNK },
	{ "clear handshake by PSK", -EPROTO, 0x12, ID | SPDM_CAP_MAC | (1u << 10) |
	  SPDM_CAP_HANDSHAKE_CLEAR | SPDM_CAP_CHUNK },
	{ "PSK", 0, 0x12, SPDM_CAP_MAC | (2u << 10) | SPDM_CAP_CHUNK },
	{ "PSK 3", -EPROTO, 0x12, ALL | SPDM_CAP_PSK_MASK },
	{ "both identities", -EPROTO, 0x12, ALL | SPDM_CAP_PUB_KEY_ID },
	{ "public key", 0, 0x12, SPDM_CAP_PUB_KEY_ID | SPDM_CAP_CHAL | SPDM_CAP_CHUNK },
	{ "identity for nothing", -EPROTO, 0x12, SPDM_CAP_CERT | SPDM_CAP_CHUNK },
	{ "challenge without identity", -EPROTO, 0x12, SPDM_CAP_CHAL | SPDM_CAP_CHUNK },
	{ "key exchange without identity", -EPROTO, 0x12, KEX | SPDM_CAP_CHUNK },
	{ "signature without identity", -EPROTO, 0x12, SPDM_CAP_MEAS_SIGNED | SPDM_CAP_CHUNK },
	{ "mutual without a reason", -EPROTO, 0x12, SPDM_CAP_CERT | SPDM_CAP_MEAS_SIGNED |
	  SPDM_CAP_MUT_AUTH | SPDM_CAP_CHUNK },
	{ "1.1 mutual without encapsulation", -EPROTO, 0x11, ID | KEX | SPDM_CAP_MUT_AUTH },
	{ "1.1 mutual", 0, 0x11, ID | KEX | SPDM_CAP_MUT_AUTH | SPDM_CAP_ENCAP },
	{ "alias without certificate", -EPROTO, 0x12, SPDM_CAP_ALIAS_CERT | SPDM_CAP_CHUNK },
	{ "settable without certificate", -EPROTO, 0x12, SPDM_CAP_SET_CERT | SPDM_CAP_CHUNK },
	{ "CSR without a way back", -EPROTO, 0x12, ALL | SPDM_CAP_CSR },
	{ "1.3", 0, 0x13, ALL },
	{ "1.3 events without a session", -EPROTO, 0x13, ID | SPDM_CAP_EVENT | SPDM_CAP_CHUNK },
	{ "1.2 has no events", 0, 0x12, ID | SPDM_CAP_EVENT | SPDM_CAP_CHUNK },
	{ "EP_INFO 3", -EPROTO, 0x13, ALL | SPDM_CAP_EP_INFO_MASK },
	{ "MULTI_KEY 3", -EPROTO, 0x13, ALL | SPDM_CAP_MULTI_KEY_MASK | SPDM_CAP_GET_KEY_PAIR },
	{ "MULTI_KEY without key pairs", -EPROTO, 0x13, ALL | (1u << 26) },
	{ "MULTI_KEY", 0, 0x13, ALL | (1u << 26) | SPDM_CAP_GET_KEY_PAIR },
	{ "MULTI_KEY with a public key", -EPROTO, 0x13, SPDM_CAP_PUB_KEY_ID | SPDM_CAP_CHAL |
	  SPDM_CAP_CHUNK | (1u << 26) | SPDM_CAP_GET_KEY_PAIR },
	{ "CMA's longest time", 0, 0x12, ALL, 0, 0, 23 },
	{ "the longest time", 0, 0x12, ALL, 0, 0, 31 },
	{ "an absurd time", -EPROTO, 0x12, ALL, 0, 0, 32 },
	{ "an absurd time in 1.0", -EPROTO, 0x10, ID, 0, 0, 255 },
	{ "too small for an offer", -EMSGSIZE, 0x12, ALL, 42, 42 },
	{ "less than that", -EPROTO, 0x12, ALL, 41, 4096 },
	{ "no transfer", -EPROTO, 0x12, ALL, U32_MAX, 1 },
	{ "transfer above message", -EPROTO, 0x12, ALL, 4096, 4095 },
	{ "the largest sizes", 0, 0x12, ALL, U32_MAX, U32_MAX },
	{ "large without chunks", -EPROTO, 0x12, ID | KEX, 4096, 4097 },
	{ "no chunks", 0, 0x12, ID | KEX, 4096, 4096 },
};

KUNIT_ARRAY_PARAM_DESC(capable, capables, desc);

static void capabilities_are_judged(struct kunit *test)
{
	const struct capable *c = test->param_value;
	struct fake_responder *fake = test->priv;

	fake_version(fake, c->version);
	fake->caps = c->caps;
	fake->ct_exponent = c->ct;
	fake->transfer = c->transfer ?: 4096;
	fake->message = c->message ?: 65536;
	expect(test, c->err, c->err ? 2 : 3);
	if (c->err)
		return;
	KUNIT_EXPECT_EQ(test, fake->spdm->ct_exponent, c->ct);
	KUNIT_EXPECT_EQ(test, fake->spdm->caps & ~c->caps, 0);
	/* No flag that the version does not have */
	if (c->version == SPDM_VERSION_10)
		KUNIT_EXPECT_EQ(test, fake->spdm->caps & ~0x3f, 0);
	if (c->version == SPDM_VERSION_11)
		KUNIT_EXPECT_EQ(test, fake->spdm->caps & ~0x1ffff, 0);
	if (c->version == SPDM_VERSION_12)
		KUNIT_EXPECT_EQ(test, fake->spdm->caps & ~0x3fffff, 0);
}

/* 44 bytes into 42 */
static void smallest_device_gets_its_offer_in_chunks(struct kunit *test)
{
	struct fake_responder *fake = test->priv;

	fake->transfer = SPDM_MIN_TRANSFER;
	fake->message = 44;
	expect(test, 0, 4);
	KUNIT_EXPECT_EQ(test, fake->seen[SPDM_CHUNK_SEND], 2);
	KUNIT_EXPECT_EQ(test, fake->spdm->vca_len, 4 + 8 + 20 + 20 + 44 + 48);
}

static const struct answer lengths[] = {
	{ "header only", -EBADMSG, 4, { 0x12, 0x61 } },
	{ "cut off", -EBADMSG, 19, { 0x12, 0x61 } },
	{ "that of 1.1", -EBADMSG, 12, { 0x12, 0x61 } },
	{ "too long", -EMSGSIZE, 24, { 0x12, 0x61, [20] = 0 } },
	{ "not padding", -EMSGSIZE, 21, { 0x12, 0x61, [20] = 1 } },
	{ "not ready", -EPROTO, 8, { 0x12, 0x7f, 0x42, 0, 1, 0xe1, 1, 2 } },
	{ "unsupported", -EOPNOTSUPP, 4, { 0x12, 0x7f, 0x07, 0xe1 } },
	{ "another version", -EPROTO, 20, { 0x13, 0x61 } },
	{ "large", -EPROTO, 5, { 0x12, 0x7f, 0x0f, 0, 1 } },
};

KUNIT_ARRAY_PARAM_DESC(length, lengths, desc);

static void malformed_capabilities_are_refused(struct kunit *test)
{
	const struct answer *a = test->param_value;
	struct fake_responder *fake = test->priv;

	fake_script(fake, SPDM_GET_CAPABILITIES, 1, a->data, a->len);
	expect(test, a->err, 2);
}

static void own_capabilities_are_those_of_the_version(struct kunit *test)
{
	static const struct { u8 version; size_t len; u32 flags; } own[] = {
		{ SPDM_VERSION_10, 4, 0 },
		{ SPDM_VERSION_11, 12, 0x0062c0 },
		{ SPDM_VERSION_12, 20, 0x0262c0 },
		{ SPDM_VERSION_13, 20, 0x0262c0 },
	};
	static const u8 stop[] = { 0x7f };
	struct fake_responder *fake = test->priv;

	for (int i = 0; i < ARRAY_SIZE(own); i++) {
		fake_version(fake, own[i].version);
		fake_script(fake, SPDM_GET_CAPABILITIES, 1, stop, sizeof(stop));
		expect(test, -EBADMSG, 2);
		KUNIT_ASSERT_EQ(test, fake->last_len, own[i].len);
		KUNIT_EXPECT_EQ(test, fake->last[0], own[i].version);
		if (own[i].len > 4)
			KUNIT_EXPECT_EQ(test, get_unaligned_le32(fake->last + 8), own[i].flags);
		if (own[i].len < 20)
			continue;
		KUNIT_EXPECT_EQ(test, get_unaligned_le32(fake->last + 12), 4096 - 24);
		KUNIT_EXPECT_EQ(test, get_unaligned_le32(fake->last + 16), SPDM_MAX_MESSAGE);
	}
}

/*
 * ALGORITHMS
 */

static void offer_has_its_tables_in_order(struct kunit *test)
{
	static const u8 expected[] = {
		0x12, 0xe3, 0x03, 0x00, 0x2c, 0x00, 0x01, 0x02, 0x80, 0x00, 0x00, 0x00, 0x02,
		0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
		0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x20, 0x10, 0x00, 0x03, 0x20, 0x02,
		0x00, 0x05, 0x20, 0x01, 0x00,
	};
	struct fake_responder *fake = test->priv;

	fake->config.base_asym = SPDM_ASYM_ECDSA_P384;
	fake->config.base_hash = SPDM_HASH_SHA384;
	fake->config.dhe = SPDM_DHE_P384;
	fake->config.aead = SPDM_AEAD_AES256_GCM;
	fake_create(test);
	fake_connect(test);
	KUNIT_EXPECT_EQ(test, fake->last_len, sizeof(expected));
	KUNIT_EXPECT_MEMEQ(test, fake->last, expected, sizeof(expected));
}

static void version_10_is_offered_no_tables(struct kunit *test)
{
	struct fake_responder *fake = test->priv;

	fake_version(fake, SPDM_VERSION_10);
	fake_connect(test);
	KUNIT_EXPECT_EQ(test, fake->last_len, 32);
	KUNIT_EXPECT_EQ(test, fake->last[2], 0);
	KUNIT_EXPECT_EQ(test, get_unaligned_le16(fake->last + 4), 32);
	KUNIT_EXPECT_EQ(test, fake->last[7], 0);
}

/**
 * struct choice - one change to a good choice
 * @desc: what is wrong with it
 * @err: errno
 * @at: where in ALGORITHMS
 * @val: the byte there
 * @len: length of the message, 0 for the right one
 */
struct choice {
	const char *desc;
	int err;
	u8 at;
	u8 val;
	u8 len;
};

/* With three tables it has 48 bytes: DHE at 36, AEAD at 40, the schedule at 44. */
static const struct choice choices[] = {
	{ "good", 0, 3, 0 },
	{ "no group", 0, 38, 0 },
	{ "no cipher", 0, 42, 0 },
	{ "another opaque format", -EPROTO, 7, 0x01 },
	{ "no opaque format", 0, 7, 0 },
	{ "several keys", -EPROTO, 7, 0x12 },
	{ "two measurement specifications", -EPROTO, 6, 0x03 },
	{ "another measurement specification", -EPROTO, 6, 0x02 },
	{ "two measurement hashes", -EPROTO, 8, 0x06 },
	{ "measurements without a hash", -EPROTO, 8, 0 },
	{ "raw measurements", 0, 8, 0x01 },
	{ "measurements by SHA3-512", 0, 8, 0x40 },
	{ "no signature", -EOPNOTSUPP, 12, 0 },
	{ "two signatures", -EPROTO, 12, 0x90 },
	{ "a signature that we do not know", -EPROTO, 13, 0x04 },
	{ "RSAPSS", -EPROTO, 12, 0x08 },
	{ "no hash", -EOPNOTSUPP, 16, 0 },
	{ "two hashes", -EPROTO, 16, 0x03 },
	{ "SM3", -EPROTO, 16, 0x40 },
	{ "an external signature", -EPROTO, 32, 1 },
	{ "an external hash", -EPROTO, 33, 1 },
	{ "two groups", -EPROTO, 38, 0x18 },
	{ "a group that was not offered", -EPROTO, 38, 0x01 },
	{ "a cipher that was not offered", -EPROTO, 42, 0x04 },
	{ "another schedule", -EPROTO, 46, 0x02 },
	{ "a table that was not asked for", -EPROTO, 40, 4 },
	{ "a table of no type", -EPROTO, 36, 0 },
	{ "external ones in a table", -EPROTO, 37, 0x21 },
	{ "a table of four bytes", -EPROTO, 37, 0x40 },
	{ "a table more than there is", -EBADMSG, 2, 4 },
	{ "255 tables", -EBADMSG, 2, 255 },
	{ "a table less than there is", -EPROTO, 2, 2 },
	{ "no tables, though there are", -EPROTO, 2, 0 },
	{ "length below the fixed part", -EBADMSG, 4, 35 },
	{ "no length", -EBADMSG, 4, 0 },
	{ "length one less", -EBADMSG, 4, 47 },
	{ "length two less", -EMSGSIZE, 4, 46 },
	{ "length a table less", -EMSGSIZE, 4, 44 },
	{ "length one more", -EBADMSG, 4, 49 },
	{ "absurd length", -EBADMSG, 5, 0xff },
	{ "cut off in a table", -EBADMSG, 3, 0, 47 },
	{ "cut off after the fixed part", -EBADMSG, 3, 0, 36 },
	{ "cut off before the end of it", -EBADMSG, 3, 0, 35 },
	{ "cut off before its length", -EBADMSG, 3, 0, 5 },
	{ "header only", -EBADMSG, 3, 0, 4 },
	{ "too long", -EMSGSIZE, 3, 0, 52 },
	{ "another version", -EPROTO, 0, 0x13 },
	{ "another code", -EPROTO, 1, 0x61 },
};

KUNIT_ARRAY_PARAM_DESC(choice, choices, desc);

static size_t change(struct fake_responder *fake, u8 *rsp, size_t len)
{
	const struct choice *choice = fake->priv;

	if (rsp[1] != SPDM_RESPONSE(SPDM_NEGOTIATE_ALGORITHMS))
		return len;
	rsp[choice->at] = choice->val;
	return choice->len ?: len;
}

static void choice_is_judged(struct kunit *test)
{
	const struct choice *choice = test->param_value;
	struct fake_responder *fake = test->priv;

	fake->spoil = change;
	fake->priv = (void *)choice;
	expect(test, choice->err, 3);
}

/* The device's three tables, each of them good, in an order that is not */
static const u8 orders[][3 * sizeof(struct spdm_alg_table)] = {
	{ 2, 0x20, 0x10, 0, 2, 0x20, 0x10, 0, 5, 0x20, 1, 0 },
	{ 3, 0x20, 2, 0, 2, 0x20, 0x10, 0, 5, 0x20, 1, 0 },
	{ 2, 0x20, 0x10, 0, 5, 0x20, 1, 0, 3, 0x20, 2, 0 },
};

static size_t reorder(struct fake_responder *fake, u8 *rsp, size_t len)
{
	if (rsp[1] == SPDM_RESPONSE(SPDM_NEGOTIATE_ALGORITHMS))
		memcpy(rsp + sizeof(struct spdm_algorithms_rsp), fake->priv, sizeof(orders[0]));
	return len;
}

static void order_of_tables_is_judged(struct kunit *test)
{
	struct fake_responder *fake = test->priv;

	fake->spoil = reorder;
	for (int i = 0; i < ARRAY_SIZE(orders); i++) {
		fake->priv = (void *)orders[i];
		expect(test, -EPROTO, 3);
		KUNIT_EXPECT_STREQ(test, spdm_fault_text(fake->spdm),
				   "tables of ALGORITHMS are out of order");
	}
}

static void what_was_not_offered_is_not_taken(struct kunit *test)
{
	struct fake_responder *fake = test->priv;

	fake->config.base_asym = SPDM_ASYM_ECDSA_P256;
	fake_create(test);
	expect(test, -EPROTO, 3);
	fake->config.base_asym = 0;
	fake->config.aead = SPDM_AEAD_AES128_GCM;
	fake_create(test);
	expect(test, -EPROTO, 3);
}

static void nothing_to_offer_is_not_sent(struct kunit *test)
{
	struct fake_responder *fake = test->priv;

	fake->config.base_asym = SPDM_ASYM_RSAPSS_2048;
	fake_create(test);
	expect(test, -EOPNOTSUPP, 2);
}

/* A device without any key needs no signature. */
static void mute_device_is_connected(struct kunit *test)
{
	struct fake_responder *fake = test->priv;

	fake->caps = SPDM_CAP_CHUNK;
	fake->algos = (struct spdm_algos) { .base_hash = SPDM_HASH_SHA256 };
	expect(test, 0, 3);
	KUNIT_EXPECT_EQ(test, spdm_session_start(fake->spdm, 0), -EOPNOTSUPP);
}

static void choice_is_remembered(struct kunit *test)
{
	struct fake_responder *fake = test->priv;
	const struct spdm_algos *algos = &fake->spdm->algos;
	struct spdm_info info;

	fake_connect(test);
	KUNIT_EXPECT_EQ(test, algos->base_asym, SPDM_ASYM_ECDSA_P384);
	KUNIT_EXPECT_EQ(test, algos->base_hash, SPDM_HASH_SHA384);
	KUNIT_EXPECT_EQ(test, algos->meas_hash, SPDM_MEAS_HASH_SHA384);
	KUNIT_EXPECT_EQ(test, algos->dhe, SPDM_DHE_P384);
	KUNIT_EXPECT_EQ(test, algos->aead, SPDM_AEAD_AES256_GCM);
	KUNIT_EXPECT_EQ(test, algos->schedule, SPDM_SCHEDULE_SPDM);
	KUNIT_EXPECT_EQ(test, algos->hash_size, 48);
	KUNIT_EXPECT_EQ(test, algos->sig_size, 96);
	KUNIT_EXPECT_EQ(test, algos->dhe_size, 96);
	spdm_info(fake->spdm, &info);
	KUNIT_EXPECT_EQ(test, info.version, SPDM_VERSION_12);
	KUNIT_EXPECT_NOT_NULL(test, info.base_asym);
	KUNIT_EXPECT_NOT_NULL(test, info.base_hash);
	KUNIT_EXPECT_EQ(test, info.identity, SPDM_IDENTITY_NONE);
	KUNIT_EXPECT_EQ(test, info.messages, 3);
}

static struct kunit_case connection_cases[] = {
	KUNIT_CASE_PARAM(version_is_judged, version_gen_params),
	KUNIT_CASE_PARAM(highest_common_version_is_taken, pick_gen_params),
	KUNIT_CASE_PARAM(capabilities_are_judged, capable_gen_params),
	KUNIT_CASE(smallest_device_gets_its_offer_in_chunks),
	KUNIT_CASE_PARAM(malformed_capabilities_are_refused, length_gen_params),
	KUNIT_CASE(own_capabilities_are_those_of_the_version),
	KUNIT_CASE(offer_has_its_tables_in_order),
	KUNIT_CASE(version_10_is_offered_no_tables),
	KUNIT_CASE_PARAM(choice_is_judged, choice_gen_params),
	KUNIT_CASE(order_of_tables_is_judged),
	KUNIT_CASE(what_was_not_offered_is_not_taken),
	KUNIT_CASE(nothing_to_offer_is_not_sent),
	KUNIT_CASE(mute_device_is_connected),
	KUNIT_CASE(choice_is_remembered),
	{}
};

static struct kunit_suite connection_suite = {
	.name = "spdm_req_connection",
	.init = fake_init,
	.exit = fake_exit,
	.test_cases = connection_cases,
};

kunit_test_suite(connection_suite);
