// SPDX-License-Identifier: GPL-2.0
/*
 * MEASUREMENTS: signed and not, all and one, and what is wrong with others.
 *
 * The answer for all, of 1.2: slot and changed at 3, blocks at 4, length of the
 * record at 5, the record at 8: a block with a digest, and one with 8 bytes at
 * 47. Behind it the nonce at 62, length of opaque data at 94, signature at 96;
 * of 1.3, context at 96.
 */
#include <linux/string.h>

#include "../cursor.h"
#include "fake-device.h"

#define ME	SPDM_GET_MEASUREMENTS
#define V12	SPDM_VERSION_12
#define V13	SPDM_VERSION_13
#define RECORD	8

static const struct spdm_measure_args all_signed = {
	.index = SPDM_MEAS_ALL,
	.sign = true,
	.nonce = { 1, 2, 3, 4, 5, 6, 7, 8, [31] = 9 },
};

struct measure_case {
	const char *desc;
	u8 version;
	struct fake_spoil spoil;
	int want;
};

static const struct measure_case measure_cases[] = {
	{ "it is of another version", V12, { ME, .at = 0, .flip = 1 }, -EPROTO },
	{ "it is another response", V12, { ME, .at = 1, .flip = 1 }, -EPROTO },
	{ "it is of another slot", V12, { ME, .at = 3, .flip = 1 }, -EPROTO },
	{ "changed is a reserved value", V12, { ME, .at = 3, .flip = 0x10 }, -EPROTO },
	{ "changed is another value", V12, { ME, .at = 3, .flip = 0x30 }, -EKEYREJECTED },
	{ "there is a block more", V12, { ME, .at = 4, .flip = 1 }, -EBADMSG },
	{ "there is no block", V12, { ME, .at = 4, .flip = 2 }, -EBADMSG },
	{ "the record is a byte longer", V12, { ME, .at = 5, .flip = 1 }, -EBADMSG },
	{ "the record has no end", V12, { ME, .at = 7, .flip = 0xff }, -EBADMSG },
	{ "the index is 0", V12, { ME, .at = RECORD, .flip = 1 }, -EPROTO },
	{ "the index is 255", V12, { ME, .at = RECORD, .flip = 0xfe }, -EPROTO },
	{ "the index is another one", V12, { ME, .at = RECORD, .flip = 4 }, -EKEYREJECTED },
	{ "it is of another specification", V12, { ME, .at = RECORD + 1, .flip = 2 }, -EPROTO },
	{ "a block is a byte longer", V12, { ME, .at = RECORD + 2, .flip = 4 }, -EBADMSG },
	{ "a digest is raw bytes", V12, { ME, .at = RECORD + 4, .flip = 0x80 }, -EKEYREJECTED },
	{ "raw bytes are a digest", V12, { ME, .at = 47 + 4, .flip = 0x80 }, -EPROTO },
	{ "a value is longer", V12, { ME, .at = RECORD + 5, .flip = 1 }, -EBADMSG },
	{ "a value ends behind the record", V12, { ME, .at = RECORD + 6, .flip = 1 }, -EBADMSG },
	{ "a value is another one", V12, { ME, .at = RECORD + 7, .flip = 1 }, -EKEYREJECTED },
	{ "the nonce is another one", V12, { ME, .at = 62, .flip = 1 }, -EKEYREJECTED },
	{ "opaque data into the signature", V12, { ME, .at = 94, .flip = 1 }, -EBADMSG },
	{ "opaque data without an end", V12, { ME, .at = 95, .flip = 0x80 }, -EBADMSG },
	{ "opaque data of more than 1024", V12, { ME, .at = 95, .flip = 5, .grow = 5 << 8 },
	  -EPROTO },
	{ "the signature is another one", V12, { ME, .at = 96, .flip = 1 }, -EKEYREJECTED },
	{ "the signature's end is another one", V12, { ME, .at = -1, .flip = 1 }, -EKEYREJECTED },
	{ "there is no signature", V12, { ME, .grow = -FAKE_SIG }, -EBADMSG },
	{ "there is neither nonce nor signature", V12, { ME, .grow = -FAKE_SIG - 34 }, -EBADMSG },
	{ "it is a header", V12, { ME, .grow = -(92 + FAKE_SIG) }, -EBADMSG },
	{ "it is a byte short", V12, { ME, .grow = -1 }, -EBADMSG },
	{ "it is a byte long", V12, { ME, .grow = 1 }, -EMSGSIZE },
	{ "it is an ERROR", V12, { ME, .error = SPDM_ERROR_UNSPECIFIED }, -EREMOTEIO },
	{ "the context is another one", V13, { ME, .at = 96, .flip = 1 }, -EPROTO },
};

KUNIT_ARRAY_PARAM_DESC(measures, measure_cases, desc);

static void a_spoilt_answer_is_refused(struct kunit *test)
{
	const struct measure_case *c = test->param_value;
	struct fake_device *dev = test->priv;
	struct spdm_measurements result = {};

	fake_device_connect(test, dev, c->version);
	fake_device_identify(test, dev);
	dev->spoil = c->spoil;
	KUNIT_EXPECT_EQ(test, spdm_get_measurements(dev->spdm, &all_signed, &result), c->want);
	KUNIT_EXPECT_NULL(test, result.transcript.data);
	KUNIT_EXPECT_EQ(test, dev->spdm->meas.len, 0);
}

static const u8 versions[] = {
	SPDM_VERSION_10, SPDM_VERSION_11, SPDM_VERSION_12, SPDM_VERSION_13,
};

static void version_desc(const u8 *version, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "SPDM %u.%u", *version >> 4, *version & 0xf);
}

KUNIT_ARRAY_PARAM(versions, versions, version_desc);

static void a_signed_answer_comes_with_what_was_signed(struct kunit *test)
{
	static const size_t request_sizes[] = { 36, 37, 37, 45 };
	const u8 *version = test->param_value;
	struct fake_device *dev = test->priv;
	struct spdm_measurements result = {};
	const u8 *bytes;

	fake_device_connect(test, dev, *version);
	fake_device_identify(test, dev);
	KUNIT_ASSERT_EQ_MSG(test, spdm_get_measurements(dev->spdm, &all_signed, &result), 0,
			    "%s", dev->spdm->fault);
	KUNIT_EXPECT_EQ(test, dev->req_len, request_sizes[*version & 0xf]);
	KUNIT_EXPECT_FALSE(test, dev->req_secured);
	KUNIT_EXPECT_MEMEQ(test, dev->req + 4, all_signed.nonce, SPDM_NONCE);

	KUNIT_EXPECT_EQ(test, result.blocks, 2);
	KUNIT_EXPECT_EQ(test, result.changed, *version >= V12 ? 2 : 0);
	KUNIT_EXPECT_EQ(test, result.record_len, FAKE_RECORD);
	KUNIT_ASSERT_EQ(test, result.record_offset, dev->req_len + RECORD);
	bytes = result.transcript.data;
	KUNIT_EXPECT_MEMEQ(test, bytes, dev->req, dev->req_len);
	KUNIT_EXPECT_EQ(test, bytes[result.record_offset], 1);
	KUNIT_EXPECT_EQ(test, result.transcript.len, dev->req_len + RECORD + FAKE_RECORD +
			SPDM_NONCE + 2 + (*version >= V13 ? SPDM_CONTEXT : 0) + FAKE_SIG);
	KUNIT_EXPECT_EQ_MSG(test, dev->spdm->meas.len, 0, "the signature ends the transcript");
	spdm_blob_free(&result.transcript);
}

static void what_came_unsigned_is_signed_later(struct kunit *test)
{
	struct spdm_measure_args args = { .index = 1 };
	struct fake_device *dev = test->priv;
	struct spdm_measurements result = {};
	size_t first;

	fake_device_identify(test, dev);
	KUNIT_ASSERT_EQ(test, spdm_get_measurements(dev->spdm, &args, &result), 0);
	KUNIT_EXPECT_EQ(test, dev->req_len, 4);
	KUNIT_EXPECT_EQ(test, result.blocks, 1);
	KUNIT_EXPECT_EQ(test, result.changed, 0);
	first = result.transcript.len;
	spdm_blob_free(&result.transcript);

	KUNIT_ASSERT_EQ(test, spdm_get_measurements(dev->spdm, &all_signed, &result), 0);
	KUNIT_EXPECT_EQ(test, result.record_offset, first + dev->req_len + RECORD);
	spdm_blob_free(&result.transcript);
}

/* Nobody watches who vouches for a chain that the connection does not rest on */
static void another_slot_is_judged_each_time(struct kunit *test)
{
	struct spdm_measure_args args = all_signed;
	struct fake_device *dev = test->priv;
	struct spdm_measurements result = {};
	unsigned int messages;

	dev->slots = 3;
	fake_device_identify(test, dev);
	args.slot = 1;
	KUNIT_ASSERT_EQ(test, spdm_get_measurements(dev->spdm, &args, &result), 0);
	spdm_blob_free(&result.transcript);
	dev->spdm->config.trust_unknown = false;
	messages = dev->spdm->messages;
	KUNIT_EXPECT_EQ(test, spdm_get_measurements(dev->spdm, &args, &result), -ENOKEY);
	KUNIT_EXPECT_EQ(test, dev->spdm->messages, messages);
	KUNIT_EXPECT_EQ(test, spdm_get_measurements(dev->spdm, &all_signed, &result), 0);
	spdm_blob_free(&result.transcript);
}

static void an_unsigned_answer_needs_no_certificate(struct kunit *test)
{
	struct spdm_measure_args args = { .index = SPDM_MEAS_ALL };
	struct fake_device *dev = test->priv;
	struct spdm_measurements result = {};

	dev->spdm->caps &= ~SPDM_CAP_MEAS_MASK;
	dev->spdm->caps |= SPDM_CAP_MEAS_PLAIN;
	KUNIT_ASSERT_EQ(test, spdm_get_measurements(dev->spdm, &args, &result), 0);
	KUNIT_EXPECT_EQ(test, dev->spdm->messages, 1);
	KUNIT_EXPECT_EQ(test, result.blocks, 2);
	spdm_blob_free(&result.transcript);
	KUNIT_EXPECT_EQ(test, spdm_get_measurements(dev->spdm, &all_signed, &result), -EOPNOTSUPP);
}

static void one_block_is_the_one_asked_for(struct kunit *test)
{
	struct spdm_measure_args args = { .index = 2 };
	struct fake_device *dev = test->priv;
	struct spdm_measurements result = {};

	KUNIT_ASSERT_EQ(test, spdm_get_measurements(dev->spdm, &args, &result), 0);
	KUNIT_EXPECT_EQ(test, result.blocks, 1);
	KUNIT_EXPECT_EQ(test, result.record_len, 7 + 8);
	spdm_blob_free(&result.transcript);
	dev->spoil = (struct fake_spoil) { ME, .at = RECORD, .flip = 1 };
	KUNIT_EXPECT_EQ(test, spdm_get_measurements(dev->spdm, &args, &result), -EPROTO);
	KUNIT_EXPECT_NULL(test, result.transcript.data);
}

static void raw_bytes_are_asked_for_from_1_2_on(struct kunit *test)
{
	struct spdm_measure_args args = { .index = 2, .raw = true };
	struct fake_device *dev = test->priv;
	struct spdm_measurements result = {};

	KUNIT_ASSERT_EQ(test, spdm_get_measurements(dev->spdm, &args, &result), 0);
	KUNIT_EXPECT_EQ(test, dev->req[2], SPDM_MEAS_ATTR_RAW);
	spdm_blob_free(&result.transcript);
	fake_device_connect(test, dev, SPDM_VERSION_11);
	KUNIT_EXPECT_EQ(test, spdm_get_measurements(dev->spdm, &args, &result), -EOPNOTSUPP);
}

static void what_cannot_be_is_not_asked(struct kunit *test)
{
	struct spdm_measure_args args = { .index = 0 };
	struct fake_device *dev = test->priv;
	struct spdm_measurements result = {};

	KUNIT_EXPECT_EQ(test, spdm_get_measurements(dev->spdm, &args, &result), -EINVAL);
	args = (struct spdm_measure_args) { .index = 1, .slot = SPDM_NR_SLOTS };
	KUNIT_EXPECT_EQ(test, spdm_get_measurements(dev->spdm, &args, &result), -EINVAL);
	args = (struct spdm_measure_args) { .index = 1 };
	dev->spdm->algos.meas_spec = 0;
	KUNIT_EXPECT_EQ(test, spdm_get_measurements(dev->spdm, &args, &result), -EOPNOTSUPP);
	dev->spdm->algos.meas_spec = SPDM_MEAS_SPEC_DMTF;
	dev->spdm->caps &= ~SPDM_CAP_MEAS_MASK;
	KUNIT_EXPECT_EQ(test, spdm_get_measurements(dev->spdm, &args, &result), -EOPNOTSUPP);
	dev->spdm->caps |= SPDM_CAP_MEAS_MASK;
	KUNIT_EXPECT_EQ_MSG(test, spdm_get_measurements(dev->spdm, &args, &result), -EOPNOTSUPP,
			    "3 is no capability");
	KUNIT_EXPECT_EQ(test, dev->spdm->messages, 0);
}

static struct kunit_case cases[] = {
	KUNIT_CASE_PARAM(a_spoilt_answer_is_refused, measures_gen_params),
	KUNIT_CASE_PARAM(a_signed_answer_comes_with_what_was_signed, versions_gen_params),
	KUNIT_CASE(what_came_unsigned_is_signed_later),
	KUNIT_CASE(another_slot_is_judged_each_time),
	KUNIT_CASE(an_unsigned_answer_needs_no_certificate),
	KUNIT_CASE(one_block_is_the_one_asked_for),
	KUNIT_CASE(raw_bytes_are_asked_for_from_1_2_on),
	KUNIT_CASE(what_cannot_be_is_not_asked),
	{}
};

static struct kunit_suite suite = {
	.name = "spdm_req_measurements",
	.init = fake_device_init,
	.exit = fake_device_exit,
	.test_cases = cases,
};

kunit_test_suite(suite);
