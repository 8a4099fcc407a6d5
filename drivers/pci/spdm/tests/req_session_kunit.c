// SPDX-License-Identifier: GPL-2.0
/*
 * Sessions: how one opens, what goes on in it, how it ends; and that nothing is
 * left of one that does not open, or in which something goes wrong.
 *
 * KEY_EXCHANGE_RSP of 1.2: half of the id at 4, mutual authentication at 6,
 * random at 8, public value at 40, length of opaque data at 104, opaque data at
 * 106, signature at 118, verify data at 374; 406 bytes.
 */
#include <linux/string.h>

#include "../cursor.h"
#include "fake-device.h"

#define KX	SPDM_KEY_EXCHANGE
#define FI	SPDM_FINISH
#define KU	SPDM_KEY_UPDATE
#define VE	SPDM_VENDOR_DEFINED

struct session_case {
	const char *desc;
	struct fake_spoil spoil;
	int want;
};

static const struct session_case open_cases[] = {
	{ "it is of another version", { KX, .at = 0, .flip = 1 }, -EPROTO },
	{ "it is another response", { KX, .at = 1, .flip = 1 }, -EPROTO },
	{ "the heartbeat is another one", { KX, .at = 2, .flip = 1 }, -EKEYREJECTED },
	{ "the id is another one", { KX, .at = 4, .flip = 1 }, -EKEYREJECTED },
	{ "it wants mutual authentication", { KX, .at = 6, .flip = 1 }, -EOPNOTSUPP },
	{ "it wants it encapsulated", { KX, .at = 6, .flip = 2 }, -EOPNOTSUPP },
	{ "the random number is another one", { KX, .at = 8, .flip = 1 }, -EKEYREJECTED },
	{ "the public value is another one", { KX, .at = 40, .flip = 1 }, -EKEYREJECTED },
	{ "opaque data into the signature", { KX, .at = 104, .flip = 1 }, -EBADMSG },
	{ "opaque data without an end", { KX, .at = 105, .flip = 0x80 }, -EBADMSG },
	{ "opaque data of more than 1024", { KX, .at = 105, .flip = 5, .grow = 5 << 8 }, -EPROTO },
	{ "the signature is another one", { KX, .at = 118, .flip = 1 }, -EKEYREJECTED },
	{ "the signature's end is another one", { KX, .at = 373, .flip = 1 }, -EKEYREJECTED },
	{ "the verify data is another one", { KX, .at = 374, .flip = 1 }, -EKEYREJECTED },
	{ "the verify data's end is another one", { KX, .at = -1, .flip = 1 }, -EKEYREJECTED },
	{ "it has no verify data", { KX, .grow = -FAKE_HASH }, -EBADMSG },
	{ "it is a byte short", { KX, .grow = -1 }, -EBADMSG },
	{ "it is a byte long", { KX, .grow = 1 }, -EMSGSIZE },
	{ "it is a header", { KX, .grow = -402 }, -EBADMSG },
	{ "it is an ERROR", { KX, .error = SPDM_ERROR_SESSION_LIMIT }, -EREMOTEIO },
	{ "FINISH_RSP is of another version", { FI, .at = 0, .flip = 1 }, -EPROTO },
	{ "FINISH_RSP is another response", { FI, .at = 1, .flip = 1 }, -EPROTO },
	{ "FINISH_RSP is a byte short", { FI, .grow = -1 }, -EBADMSG },
	{ "FINISH_RSP is a byte long", { FI, .grow = 1 }, -EMSGSIZE },
	{ "FINISH_RSP has verify data", { FI, .grow = FAKE_HASH }, -EMSGSIZE },
	{ "FINISH_RSP is an ERROR", { FI, .error = SPDM_ERROR_DECRYPT }, -EREMOTEIO },
};

KUNIT_ARRAY_PARAM_DESC(opens, open_cases, desc);

static void expect_nothing_left(struct kunit *test, struct spdm *spdm)
{
	const struct spdm_session *s = &spdm->session;

	KUNIT_EXPECT_EQ(test, s->state, SPDM_SESSION_NONE);
	KUNIT_EXPECT_EQ(test, s->id, 0);
	KUNIT_EXPECT_EQ(test, s->heartbeat_s, 0);
	KUNIT_EXPECT_NULL(test, s->th);
	KUNIT_EXPECT_NULL(test, memchr_inv(&s->req, 0, sizeof(s->req)));
	KUNIT_EXPECT_NULL(test, memchr_inv(&s->rsp, 0, sizeof(s->rsp)));
	KUNIT_EXPECT_NULL(test, memchr_inv(&s->old_rsp, 0, sizeof(s->old_rsp)));
	KUNIT_EXPECT_NULL(test, memchr_inv(&s->secrets, 0, sizeof(s->secrets)));
}

static void nothing_is_left_of_one_that_does_not_open(struct kunit *test)
{
	const struct session_case *c = test->param_value;
	struct fake_device *dev = test->priv;

	fake_device_identify(test, dev);
	dev->spoil = c->spoil;
	KUNIT_EXPECT_EQ(test, spdm_open_session(dev->spdm, 0), c->want);
	expect_nothing_left(test, dev->spdm);
	KUNIT_EXPECT_EQ(test, dev->spdm->state, SPDM_STATE_CONNECTED);

	/* and the next one opens */
	dev->spoil = (struct fake_spoil) {};
	KUNIT_EXPECT_EQ(test, spdm_open_session(dev->spdm, 0), 0);
}

static void open_one(struct kunit *test, struct fake_device *dev)
{
	fake_device_identify(test, dev);
	KUNIT_ASSERT_EQ_MSG(test, spdm_open_session(dev->spdm, 0), 0, "%s", dev->spdm->fault);
	memset(dev->seen, 0, sizeof(dev->seen));
}

static const u8 versions[] = { SPDM_VERSION_11, SPDM_VERSION_12, SPDM_VERSION_13 };

static void version_desc(const u8 *version, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "SPDM %u.%u", *version >> 4, *version & 0xf);
}

KUNIT_ARRAY_PARAM(versions, versions, version_desc);

static void a_session_opens_and_ends(struct kunit *test)
{
	const u8 *version = test->param_value;
	struct fake_device *dev = test->priv;
	struct spdm *spdm = dev->spdm;
	struct spdm_secrets *secrets = &spdm->session.secrets;

	fake_device_connect(test, dev, *version);
	fake_device_identify(test, dev);
	KUNIT_ASSERT_EQ_MSG(test, spdm_open_session(spdm, 0), 0, "%s", spdm->fault);
	KUNIT_EXPECT_EQ(test, dev->seen[KX] + dev->seen[FI], 2);
	KUNIT_EXPECT_TRUE(test, dev->req_secured);
	KUNIT_EXPECT_EQ(test, spdm->session.state, SPDM_SESSION_OPEN);
	KUNIT_EXPECT_EQ(test, spdm->state, SPDM_STATE_AUTHENTICATED);
	KUNIT_EXPECT_EQ(test, spdm->session.id, dev->mirror->session.id);
	KUNIT_EXPECT_NE(test, spdm->session.id & 0xffff, 0);
	KUNIT_EXPECT_EQ(test, spdm->session.heartbeat_s, 30);
	KUNIT_EXPECT_NULL(test, spdm->session.th);

	/* Only what a key update needs is kept. */
	KUNIT_EXPECT_NOT_NULL(test, memchr_inv(secrets->req, 0, FAKE_HASH));
	KUNIT_EXPECT_NOT_NULL(test, memchr_inv(secrets->rsp, 0, FAKE_HASH));
	KUNIT_EXPECT_NULL(test, memchr_inv(secrets->handshake, 0, SPDM_MAX_HASH));
	KUNIT_EXPECT_NULL(test, memchr_inv(secrets->master, 0, SPDM_MAX_HASH));
	KUNIT_EXPECT_NULL(test, memchr_inv(secrets->req_finished, 0, SPDM_MAX_HASH));
	KUNIT_EXPECT_NULL(test, memchr_inv(secrets->rsp_finished, 0, SPDM_MAX_HASH));
	KUNIT_EXPECT_NULL(test, memchr_inv(secrets->key, 0, sizeof(secrets->key)));
	KUNIT_EXPECT_NULL(test, memchr_inv(secrets->dhe, 0, sizeof(secrets->dhe)));

	KUNIT_EXPECT_EQ(test, spdm_close_session(spdm), 0);
	KUNIT_EXPECT_TRUE(test, dev->req_secured);
	KUNIT_EXPECT_EQ(test, dev->req[1], SPDM_END_SESSION);
	expect_nothing_left(test, spdm);
	KUNIT_EXPECT_EQ(test, spdm_close_session(spdm), -ENOTCONN);
}

/* As in recorded conversations: a head that depends on the version, then one element */
static void the_offer_of_versions_is_as_specified(struct kunit *test)
{
	static const u8 since_12[] = { 20, 0, 1, 0, 0, 0, 0, 0, 9, 0, 1, 1, 3,
				       0, 0x10, 0, 0x11, 0, 0x12, 0, 0, 0 };
	static const u8 before_12[] = { 24, 0, 0x46, 0x54, 0x4d, 0x44, 1, 1, 0, 0, 0, 0, 9, 0,
					1, 1, 3, 0, 0x10, 0, 0x11, 0, 0x12, 0, 0, 0 };
	struct fake_device *dev = test->priv;

	dev->spoil = (struct fake_spoil) { KX, .error = SPDM_ERROR_UNSPECIFIED };
	KUNIT_EXPECT_EQ(test, spdm_open_session(dev->spdm, 0), -EREMOTEIO);
	KUNIT_ASSERT_EQ(test, dev->req_len, 104 + sizeof(since_12));
	KUNIT_EXPECT_MEMEQ(test, dev->req + 104, since_12, sizeof(since_12));
	KUNIT_EXPECT_EQ(test, dev->req[2], SPDM_SUMMARY_NONE);

	fake_device_connect(test, dev, SPDM_VERSION_11);
	KUNIT_EXPECT_EQ(test, spdm_open_session(dev->spdm, 0), -EREMOTEIO);
	KUNIT_ASSERT_EQ(test, dev->req_len, 104 + sizeof(before_12));
	KUNIT_EXPECT_MEMEQ(test, dev->req + 104, before_12, sizeof(before_12));
}

static void no_id_is_used_twice_in_a_row(struct kunit *test)
{
	struct fake_device *dev = test->priv;
	u32 first;

	open_one(test, dev);
	first = dev->spdm->session.id;
	KUNIT_ASSERT_EQ(test, spdm_close_session(dev->spdm), 0);
	open_one(test, dev);
	KUNIT_EXPECT_NE(test, dev->spdm->session.id, first);
	KUNIT_EXPECT_EQ(test, spdm_open_session(dev->spdm, 0), -EBUSY);
	KUNIT_EXPECT_EQ(test, dev->spdm->session.state, SPDM_SESSION_OPEN);

	/* 0 is no id, so it is stepped over */
	KUNIT_ASSERT_EQ(test, spdm_close_session(dev->spdm), 0);
	dev->spdm->session.next_id = 0xffff;
	open_one(test, dev);
	KUNIT_ASSERT_EQ(test, spdm_close_session(dev->spdm), 0);
	open_one(test, dev);
	KUNIT_EXPECT_NE(test, dev->spdm->session.id & 0xffff, 0);
}

static void multi_key_puts_digests_into_the_transcript(struct kunit *test)
{
	struct fake_device *dev = test->priv;

	dev->multi_key = true;
	fake_device_connect(test, dev, SPDM_VERSION_13);
	open_one(test, dev);
	KUNIT_EXPECT_EQ(test, dev->spdm->digests_len, 4 + FAKE_HASH + 4);
}

static void a_device_without_sessions_is_not_asked(struct kunit *test)
{
	struct fake_device *dev = test->priv;
	struct spdm *spdm = dev->spdm;

	fake_device_identify(test, dev);
	spdm->caps &= ~SPDM_CAP_ENCRYPT;
	KUNIT_EXPECT_EQ(test, spdm_open_session(spdm, 0), -EOPNOTSUPP);
	fake_device_connect(test, dev, SPDM_VERSION_12);
	spdm->algos.other = 0;
	KUNIT_EXPECT_EQ(test, spdm_open_session(spdm, 0), -EOPNOTSUPP);
	fake_device_connect(test, dev, SPDM_VERSION_12);
	spdm->algos.aead = 0;
	KUNIT_EXPECT_EQ(test, spdm_open_session(spdm, 0), -EOPNOTSUPP);
	fake_device_connect(test, dev, SPDM_VERSION_10);
	KUNIT_EXPECT_EQ(test, spdm_open_session(spdm, 0), -EOPNOTSUPP);
	KUNIT_EXPECT_EQ(test, dev->seen[KX], 0);
}

/*
 * Which version of secured messages the device chooses
 */

struct opaque_case {
	const char *desc;
	u8 data[24];
	size_t len;
	int want;
};

#define TABLE(n)	n "\0\0\0"
#define CHOICE(minor)	"\0\0\4\0\1\0\0" minor
/* It would be a choice if it were DMTF's. */
#define VENDOR		"\3\2\1\0\4\0\1\0\0\x11\0\0"

static const struct opaque_case opaque_cases[] = {
	{ "1.0", TABLE("\1") CHOICE("\x10"), 12, 0 },
	{ "1.2", TABLE("\1") CHOICE("\x12"), 12, 0 },
	{ "1.1 behind what is of a vendor", TABLE("\2") VENDOR CHOICE("\x11"), 24, 0 },
	{ "1.3, which was not offered", TABLE("\1") CHOICE("\x13"), 12, -EPROTO },
	{ "two choices", TABLE("\2") CHOICE("\x11") CHOICE("\x12"), 20, -EPROTO },
	{ "no choice", TABLE("\0"), 4, -EPROTO },
	{ "what is of a vendor only", TABLE("\1") VENDOR, 16, -EPROTO },
	{ "nothing", "", 0, -EBADMSG },
	{ "a table cut short", TABLE("\1"), 3, -EBADMSG },
	{ "an element cut short", TABLE("\1") CHOICE("\x11"), 11, -EBADMSG },
	{ "an element that is not there", TABLE("\2") CHOICE("\x11"), 12, -EBADMSG },
	{ "something behind the elements", TABLE("\1") CHOICE("\x11") VENDOR, 24, -EBADMSG },
	{ "a length beyond the end", TABLE("\1") "\0\0\5\0\1\0\0\x11", 12, -EBADMSG },
	{ "a choice of one byte", TABLE("\1") "\0\0\3\0\1\0\x11\0", 12, -EPROTO },
	{ "another version of the element", TABLE("\1") "\0\0\4\0\2\0\0\x11", 12, -EPROTO },
	{ "a list in place of a choice", TABLE("\1") "\0\0\4\0\1\1\0\x11", 12, -EPROTO },
};

KUNIT_ARRAY_PARAM_DESC(opaques, opaque_cases, desc);

static void the_choice_of_the_device_is_one_of_ours(struct kunit *test)
{
	const struct opaque_case *c = test->param_value;
	struct fake_device *dev = test->priv;

	fake_device_identify(test, dev);
	dev->opaque = c->data;
	dev->opaque_len = c->len;
	KUNIT_EXPECT_EQ(test, spdm_open_session(dev->spdm, 0), c->want);
	if (c->want)
		expect_nothing_left(test, dev->spdm);
}

static void the_choice_of_1_1_has_its_own_head(struct kunit *test)
{
	static const u8 other_spec[] = "GTMD\1\1\0\0" CHOICE("\x11");
	static const u8 other_version[] = "FTMD\2\1\0\0" CHOICE("\x11");
	struct fake_device *dev = test->priv;

	fake_device_connect(test, dev, SPDM_VERSION_11);
	fake_device_identify(test, dev);
	dev->opaque = other_spec;
	dev->opaque_len = sizeof(other_spec) - 1;
	KUNIT_EXPECT_EQ(test, spdm_open_session(dev->spdm, 0), -EPROTO);
	dev->opaque = other_version;
	KUNIT_EXPECT_EQ(test, spdm_open_session(dev->spdm, 0), -EPROTO);
	expect_nothing_left(test, dev->spdm);
}

/*
 * In the session
 */

static void a_heartbeat_is_answered(struct kunit *test)
{
	struct fake_device *dev = test->priv;

	KUNIT_EXPECT_EQ(test, spdm_send_heartbeat(dev->spdm), -ENOTCONN);
	open_one(test, dev);
	KUNIT_EXPECT_EQ(test, spdm_send_heartbeat(dev->spdm), 0);
	KUNIT_EXPECT_TRUE(test, dev->req_secured);
	dev->spoil = (struct fake_spoil) { SPDM_HEARTBEAT, .grow = 1 };
	KUNIT_EXPECT_EQ(test, spdm_send_heartbeat(dev->spdm), -EMSGSIZE);
	dev->spdm->caps &= ~SPDM_CAP_HBEAT;
	KUNIT_EXPECT_EQ(test, spdm_send_heartbeat(dev->spdm), -EOPNOTSUPP);
}

static void keys_are_updated_and_used(struct kunit *test)
{
	struct fake_device *dev = test->priv;
	struct spdm_session *s = &dev->spdm->session;
	struct spdm_secrets before;

	KUNIT_EXPECT_EQ(test, spdm_update_keys(dev->spdm), -ENOTCONN);
	open_one(test, dev);
	for (int i = 0; i < 3; i++) {
		before = s->secrets;
		KUNIT_ASSERT_EQ(test, spdm_update_keys(dev->spdm), 0);
		KUNIT_EXPECT_MEMNEQ(test, before.req, s->secrets.req, FAKE_HASH);
		KUNIT_EXPECT_MEMNEQ(test, before.rsp, s->secrets.rsp, FAKE_HASH);
		/* the request that verifies was the first with our new key, and both answers */
		KUNIT_EXPECT_EQ(test, s->req.seq, 1);
		KUNIT_EXPECT_EQ(test, s->rsp.seq, 2);
		KUNIT_ASSERT_EQ(test, spdm_send_heartbeat(dev->spdm), 0);
	}
	KUNIT_EXPECT_EQ(test, dev->seen[KU], 6);
	dev->spdm->caps &= ~SPDM_CAP_KEY_UPD;
	KUNIT_EXPECT_EQ(test, spdm_update_keys(dev->spdm), -EOPNOTSUPP);
	KUNIT_EXPECT_EQ(test, s->state, SPDM_SESSION_OPEN);
}

static const struct session_case update_cases[] = {
	{ "the operation is another one", { KU, .at = 2, .flip = 1 }, -EPROTO },
	{ "the tag is another one", { KU, .at = 3, .flip = 1 }, -EPROTO },
	{ "it is a byte long", { KU, .grow = 1 }, -EMSGSIZE },
	{ "it is a byte short", { KU, .grow = -1 }, -EBADMSG },
	{ "it is an ERROR", { KU, .error = SPDM_ERROR_UNEXPECTED_REQUEST }, -EREMOTEIO },
	{ "the second tag is another one", { KU, .at = 3, .flip = 1, .after = 1 }, -EPROTO },
	{ "the second one is an ERROR", { KU, .error = SPDM_ERROR_INVALID_REQUEST, .after = 1 },
	  -EREMOTEIO },
};

KUNIT_ARRAY_PARAM_DESC(updates, update_cases, desc);

static void a_failed_key_update_ends_the_session(struct kunit *test)
{
	const struct session_case *c = test->param_value;
	struct fake_device *dev = test->priv;

	open_one(test, dev);
	dev->spoil = c->spoil;
	KUNIT_EXPECT_EQ(test, spdm_update_keys(dev->spdm), c->want);
	expect_nothing_left(test, dev->spdm);
}

/* Both directions work, and nothing is left of the keys before */
static void expect_open(struct kunit *test, struct fake_device *dev)
{
	struct spdm_session *s = &dev->spdm->session;

	KUNIT_EXPECT_EQ(test, s->state, SPDM_SESSION_OPEN);
	KUNIT_EXPECT_NULL(test, memchr_inv(&s->old_rsp, 0, sizeof(s->old_rsp)));
	KUNIT_EXPECT_NULL(test, memchr_inv(s->secrets.old_rsp, 0, sizeof(s->secrets.old_rsp)));
	KUNIT_EXPECT_EQ(test, spdm_send_heartbeat(dev->spdm), 0);
}

static void a_busy_device_updates_its_keys_later(struct kunit *test)
{
	struct fake_device *dev = test->priv;

	open_one(test, dev);
	dev->spoil = (struct fake_spoil) { KU, .error = SPDM_ERROR_BUSY, .refusals = 2 };
	KUNIT_EXPECT_EQ(test, spdm_update_keys(dev->spdm), 0);
	KUNIT_EXPECT_EQ(test, dev->seen[KU], 4);
	expect_open(test, dev);
}

/* It says so under the old keys, and they are those that hold */
static void a_refused_key_update_changes_nothing(struct kunit *test)
{
	struct fake_device *dev = test->priv;
	struct spdm_secrets *secrets = &dev->spdm->session.secrets, before;

	open_one(test, dev);
	before = *secrets;
	dev->spoil = (struct fake_spoil) { KU, .error = SPDM_ERROR_UNSPECIFIED, .refusals = 1 };
	KUNIT_EXPECT_EQ(test, spdm_update_keys(dev->spdm), -EREMOTEIO);
	KUNIT_EXPECT_MEMEQ(test, &before, secrets, sizeof(before));
	expect_open(test, dev);
	KUNIT_EXPECT_EQ(test, spdm_update_keys(dev->spdm), 0);
	expect_open(test, dev);
	memzero_explicit(&before, sizeof(before));
}

/* A device that keeps its old key, and says that it has a new one */
static void an_acknowledgement_under_the_old_key_is_none(struct kunit *test)
{
	struct fake_device *dev = test->priv;

	open_one(test, dev);
	dev->spoil = (struct fake_spoil) { KU, .refusals = 1 };
	KUNIT_EXPECT_EQ(test, spdm_update_keys(dev->spdm), -EKEYREJECTED);
	expect_nothing_left(test, dev->spdm);
}

/* All of it, or nothing: in between, the device could not be told of an end */
static void a_cancelled_key_update_leaves_the_session(struct kunit *test)
{
	struct fake_device *dev = test->priv;
	struct spdm_secrets *secrets = &dev->spdm->session.secrets, before;

	open_one(test, dev);
	before = *secrets;
	dev->cancel_at = dev->requests;
	KUNIT_EXPECT_EQ(test, spdm_update_keys(dev->spdm), -ECANCELED);
	KUNIT_EXPECT_EQ(test, dev->seen[KU], 0);
	KUNIT_EXPECT_MEMEQ(test, &before, secrets, sizeof(before));

	dev->cancel_at = dev->requests + 1;
	dev->spoil = (struct fake_spoil) { KU, .error = SPDM_ERROR_BUSY, .refusals = 9 };
	KUNIT_EXPECT_EQ(test, spdm_update_keys(dev->spdm), -ECANCELED);
	KUNIT_EXPECT_EQ(test, dev->seen[KU], 1);
	KUNIT_EXPECT_MEMEQ(test, &before, secrets, sizeof(before));

	dev->cancel_at = dev->requests + 1;
	dev->spoil = (struct fake_spoil) {};
	KUNIT_EXPECT_EQ(test, spdm_update_keys(dev->spdm), 0);
	KUNIT_EXPECT_EQ(test, dev->seen[KU], 3);
	KUNIT_EXPECT_MEMNEQ(test, &before, secrets, sizeof(before));
	KUNIT_EXPECT_EQ(test, spdm_send_heartbeat(dev->spdm), -ECANCELED);
	dev->cancel_at = 0;
	expect_open(test, dev);
	memzero_explicit(&before, sizeof(before));
}

static void measurements_are_read_in_the_session(struct kunit *test)
{
	const struct spdm_measure_args args = { .index = SPDM_MEAS_ALL, .sign = true };
	struct fake_device *dev = test->priv;
	struct spdm_measurements result = {};

	open_one(test, dev);
	KUNIT_ASSERT_EQ(test, spdm_get_measurements(dev->spdm, &args, &result), 0);
	KUNIT_EXPECT_TRUE(test, dev->req_secured);
	KUNIT_EXPECT_EQ(test, result.blocks, 2);
	spdm_blob_free(&result.transcript);
}

/* What is said outside meanwhile leaves those of the session alone, at both ends. */
static void measurements_of_a_session_are_its_own(struct kunit *test)
{
	struct spdm_measure_args args = { .index = SPDM_MEAS_ALL };
	struct fake_device *dev = test->priv;
	struct spdm *spdm = dev->spdm;
	struct spdm_measurements result = {};
	size_t len;

	open_one(test, dev);
	KUNIT_ASSERT_EQ(test, spdm_get_measurements(spdm, &args, &result), 0);
	spdm_blob_free(&result.transcript);
	len = spdm->meas.len;
	KUNIT_EXPECT_EQ(test, spdm_get_digests(spdm), 0);
	KUNIT_EXPECT_EQ(test, spdm->meas.len, len);
	KUNIT_EXPECT_EQ(test, spdm_send_heartbeat(spdm), 0);
	KUNIT_EXPECT_EQ(test, spdm->meas.len, 0);
}

/* Who signs a challenge need not be the one at the other end of the session. */
static void nobody_is_challenged_in_a_session(struct kunit *test)
{
	struct fake_device *dev = test->priv;
	struct spdm_info info;

	open_one(test, dev);
	KUNIT_EXPECT_EQ(test, spdm_authenticate(dev->spdm, 0), -EBUSY);
	KUNIT_EXPECT_EQ(test, dev->seen[SPDM_GET_DIGESTS] + dev->seen[SPDM_CHALLENGE], 0);
	spdm_info(dev->spdm, &info);
	KUNIT_EXPECT_EQ(test, info.identity, SPDM_IDENTITY_UNVERIFIED);
	KUNIT_EXPECT_EQ(test, info.session_id, dev->spdm->session.id);
}

static void the_next_session_needs_an_anchor_too(struct kunit *test)
{
	struct fake_device *dev = test->priv;
	struct spdm *spdm = dev->spdm;
	struct key *anchors = fake_anchors(FAKE_ROOT);
	struct spdm_info info;

	KUNIT_ASSERT_FALSE(test, IS_ERR(anchors));
	spdm->config.anchors = anchors;
	spdm->config.trust_unknown = false;
	open_one(test, dev);
	KUNIT_ASSERT_EQ(test, spdm_session_end(spdm), 0);
	spdm->config.anchors = NULL;
	fake_anchors_free(anchors);

	KUNIT_EXPECT_EQ(test, spdm_session_start(spdm, 0), -ENOKEY);
	expect_nothing_left(test, spdm);
	spdm_info(spdm, &info);
	KUNIT_EXPECT_EQ(test, info.identity, SPDM_IDENTITY_NONE);
	KUNIT_EXPECT_NULL(test, spdm->slots[0].leaf);
	KUNIT_EXPECT_EQ(test, dev->seen[SPDM_KEY_EXCHANGE], 0);
}

static void the_end_comes_even_if_the_device_disagrees(struct kunit *test)
{
	struct fake_device *dev = test->priv;

	open_one(test, dev);
	dev->spoil = (struct fake_spoil) { SPDM_END_SESSION,
					   .error = SPDM_ERROR_UNEXPECTED_REQUEST };
	KUNIT_EXPECT_EQ(test, spdm_close_session(dev->spdm), -EREMOTEIO);
	expect_nothing_left(test, dev->spdm);
}

/*
 * VENDOR_DEFINED: standard at 4, length of the vendor's id at 6, id at 7, length
 * of the payload at 9. The device returns what it got.
 */

static const struct session_case vendor_cases[] = {
	{ "the standard is another one", { VE, .at = 4, .flip = 1 }, -EPROTO },
	{ "the vendor's id has another length", { VE, .at = 6, .flip = 1 }, -EPROTO },
	{ "the vendor is another one", { VE, .at = 7, .flip = 2 }, -EPROTO },
	{ "the payload is longer", { VE, .at = 9, .flip = 1 }, -EBADMSG },
	{ "the payload is shorter", { VE, .at = 9, .flip = 2 }, -EMSGSIZE },
	{ "it is a byte short", { VE, .grow = -1 }, -EBADMSG },
	{ "it is a byte long", { VE, .grow = 1 }, -EMSGSIZE },
	{ "it ends in its head", { VE, .grow = -7 }, -EBADMSG },
	{ "the caller has no room for it", { VE, .at = 9, .flip = 0x10, .grow = 16 }, -EMSGSIZE },
	{ "it is an ERROR", { VE, .error = SPDM_ERROR_UNSUPPORTED_REQUEST }, -EOPNOTSUPP },
};

KUNIT_ARRAY_PARAM_DESC(vendors, vendor_cases, desc);

static ssize_t send_vendor(struct fake_device *dev, const void *req, size_t len, void *rsp,
			   size_t size)
{
	return spdm_send_vendor(dev->spdm, SPDM_STANDARD_PCISIG, SPDM_VENDOR_PCISIG, req, len,
				rsp, size);
}

static void a_spoilt_answer_of_a_vendor_is_refused(struct kunit *test)
{
	static const u8 query[6] = { 1, 2, 3, 4, 5, 6 };
	const struct session_case *c = test->param_value;
	struct fake_device *dev = test->priv;
	u8 rsp[8] = {};

	open_one(test, dev);
	dev->spoil = c->spoil;
	KUNIT_EXPECT_EQ(test, send_vendor(dev, query, sizeof(query), rsp, sizeof(rsp)), c->want);
	KUNIT_EXPECT_NULL(test, memchr_inv(rsp, 0, sizeof(rsp)));
}

static void a_vendor_is_spoken_to_in_a_session_only(struct kunit *test)
{
	/* as in the fact sheets of IDE_KM: QUERY of port 0 */
	static const u8 query[4] = { SPDM_PCISIG_IDE_KM, 0, 0, 1 };
	static const u8 message[] = { 0x12, 0xfe, 0, 0, 3, 0, 2, 1, 0, 4, 0, 0, 0, 0, 1 };
	struct fake_device *dev = test->priv;
	u8 rsp[8];

	KUNIT_EXPECT_EQ(test, send_vendor(dev, query, sizeof(query), rsp, sizeof(rsp)), -ENOTCONN);
	KUNIT_EXPECT_EQ(test, dev->spdm->messages, 0);
	open_one(test, dev);
	KUNIT_EXPECT_EQ(test, send_vendor(dev, query, sizeof(query), rsp, sizeof(rsp)), 4);
	KUNIT_EXPECT_MEMEQ(test, rsp, query, sizeof(query));
	KUNIT_EXPECT_EQ(test, dev->req_len, sizeof(message));
	KUNIT_EXPECT_MEMEQ(test, dev->req, message, sizeof(message));
	KUNIT_EXPECT_TRUE(test, dev->req_secured);
	KUNIT_EXPECT_EQ_MSG(test, send_vendor(dev, query, 0, rsp, 0), 0, "empty");
	KUNIT_EXPECT_EQ(test, send_vendor(dev, query, 65536, rsp, 0), -EMSGSIZE);
}

static struct kunit_case cases[] = {
	KUNIT_CASE_PARAM(nothing_is_left_of_one_that_does_not_open, opens_gen_params),
	KUNIT_CASE_PARAM(a_session_opens_and_ends, versions_gen_params),
	KUNIT_CASE(the_offer_of_versions_is_as_specified),
	KUNIT_CASE(no_id_is_used_twice_in_a_row),
	KUNIT_CASE(multi_key_puts_digests_into_the_transcript),
	KUNIT_CASE(a_device_without_sessions_is_not_asked),
	KUNIT_CASE_PARAM(the_choice_of_the_device_is_one_of_ours, opaques_gen_params),
	KUNIT_CASE(the_choice_of_1_1_has_its_own_head),
	KUNIT_CASE(a_heartbeat_is_answered),
	KUNIT_CASE(keys_are_updated_and_used),
	KUNIT_CASE_PARAM(a_failed_key_update_ends_the_session, updates_gen_params),
	KUNIT_CASE(a_busy_device_updates_its_keys_later),
	KUNIT_CASE(a_refused_key_update_changes_nothing),
	KUNIT_CASE(an_acknowledgement_under_the_old_key_is_none),
	KUNIT_CASE(a_cancelled_key_update_leaves_the_session),
	KUNIT_CASE(measurements_are_read_in_the_session),
	KUNIT_CASE(measurements_of_a_session_are_its_own),
	KUNIT_CASE(nobody_is_challenged_in_a_session),
	KUNIT_CASE(the_next_session_needs_an_anchor_too),
	KUNIT_CASE(the_end_comes_even_if_the_device_disagrees),
	KUNIT_CASE_PARAM(a_spoilt_answer_of_a_vendor_is_refused, vendors_gen_params),
	KUNIT_CASE(a_vendor_is_spoken_to_in_a_session_only),
	{}
};

static struct kunit_suite suite = {
	.name = "spdm_req_session",
	.init = fake_device_init,
	.exit = fake_device_exit,
	.test_cases = cases,
};

kunit_test_suite(suite);
