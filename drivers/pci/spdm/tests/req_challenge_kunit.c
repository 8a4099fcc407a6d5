// SPDX-License-Identifier: GPL-2.0
/*
 * CHALLENGE: a device that proves itself, and answers that do not.
 *
 * CHALLENGE_AUTH of 1.2: slot at 2, slot mask at 3, digest at 4, nonce at 36,
 * length of opaque data at 68, signature at 70; of 1.3, context at 70.
 */
#include <linux/err.h>
#include <linux/string.h>

#include "../crypto.h"
#include "fake-device.h"

struct challenge_case {
	const char *desc;
	u8 version;
	struct fake_spoil spoil;
	int want;
};

#define CH	SPDM_CHALLENGE
#define V12	SPDM_VERSION_12
#define V13	SPDM_VERSION_13

static const struct challenge_case challenge_cases[] = {
	{ "it is of another version", V12, { CH, .at = 0, .flip = 1 }, -EPROTO },
	{ "it is another response", V12, { CH, .at = 1, .flip = 1 }, -EPROTO },
	{ "it is of another slot", V12, { CH, .at = 2, .flip = 1 }, -EPROTO },
	{ "it wants mutual authentication", V12, { CH, .at = 2, .flip = 0x80 }, -EOPNOTSUPP },
	{ "the slot is not listed", V12, { CH, .at = 3, .flip = 1 }, -EPROTO },
	{ "another slot is listed besides", V12, { CH, .at = 3, .flip = 2 }, -EKEYREJECTED },
	{ "the digest is another one", V12, { CH, .at = 4, .flip = 1 }, -EPROTO },
	{ "the nonce is another one", V12, { CH, .at = 36, .flip = 1 }, -EKEYREJECTED },
	{ "opaque data without an end", V12, { CH, .at = 69, .flip = 0x80 }, -EBADMSG },
	{ "opaque data into the signature", V12, { CH, .at = 68, .flip = 1 }, -EBADMSG },
	{ "the signature is another one", V12, { CH, .at = 70, .flip = 1 }, -EKEYREJECTED },
	{ "the signature's end is another one", V12, { CH, .at = -1, .flip = 1 }, -EKEYREJECTED },
	{ "it is a byte short", V12, { CH, .grow = -1 }, -EBADMSG },
	{ "it has no signature", V12, { CH, .grow = -FAKE_SIG }, -EBADMSG },
	{ "it is a header", V12, { CH, .grow = -(70 - 4 + FAKE_SIG) }, -EBADMSG },
	{ "it is a byte long", V12, { CH, .grow = 1 }, -EMSGSIZE },
	{ "it is an ERROR", V12, { CH, .error = SPDM_ERROR_UNEXPECTED_REQUEST }, -EREMOTEIO },
	{ "the context is another one", V13, { CH, .at = 70, .flip = 1 }, -EPROTO },
	{ "the signature of 1.3 is another one", V13, { CH, .at = 78, .flip = 1 }, -EKEYREJECTED },
	{ "the signature of 1.1 is another one", SPDM_VERSION_11, { CH, .at = 70, .flip = 1 },
	  -EKEYREJECTED },
};

KUNIT_ARRAY_PARAM_DESC(challenges, challenge_cases, desc);

static void a_spoilt_answer_authenticates_nobody(struct kunit *test)
{
	const struct challenge_case *c = test->param_value;
	struct fake_device *dev = test->priv;

	fake_device_connect(test, dev, c->version);
	fake_device_identify(test, dev);
	dev->spoil = c->spoil;
	KUNIT_EXPECT_EQ(test, spdm_challenge(dev->spdm, 0), c->want);
	KUNIT_EXPECT_EQ(test, dev->spdm->state, SPDM_STATE_CONNECTED);
	KUNIT_EXPECT_NULL(test, dev->spdm->m1);
}

static void a_device_that_was_good_is_so_no_more(struct kunit *test)
{
	struct fake_device *dev = test->priv;

	fake_device_identify(test, dev);
	KUNIT_ASSERT_EQ(test, spdm_challenge(dev->spdm, 0), 0);
	KUNIT_ASSERT_EQ(test, dev->spdm->state, SPDM_STATE_AUTHENTICATED);
	dev->spoil = (struct fake_spoil) { CH, .at = -1, .flip = 1 };
	KUNIT_EXPECT_EQ(test, spdm_challenge(dev->spdm, 0), -EKEYREJECTED);
	KUNIT_EXPECT_EQ(test, dev->spdm->state, SPDM_STATE_CONNECTED);
}

/* Opaque data is free before 1.2, and from then on in a format that was agreed on. */
static void opaque_data_needs_a_format(struct kunit *test)
{
	struct fake_device *dev = test->priv;

	fake_device_identify(test, dev);
	dev->spdm->algos.other = 0;
	/* a byte of opaque data, and one more at the end for it */
	dev->spoil = (struct fake_spoil) { CH, .at = 68, .flip = 1, .grow = 1 };
	KUNIT_EXPECT_EQ(test, spdm_challenge(dev->spdm, 0), -EPROTO);
	fake_device_connect(test, dev, V12);
	fake_device_identify(test, dev);
	KUNIT_EXPECT_EQ(test, spdm_challenge(dev->spdm, 0), -EKEYREJECTED);

	fake_device_connect(test, dev, V12);
	fake_device_identify(test, dev);
	dev->spoil = (struct fake_spoil) { CH, .at = 69, .flip = 5, .grow = 5 << 8 };
	KUNIT_EXPECT_EQ_MSG(test, spdm_challenge(dev->spdm, 0), -EPROTO, "more than 1024");
}

static const u8 versions[] = {
	SPDM_VERSION_10, SPDM_VERSION_11, SPDM_VERSION_12, SPDM_VERSION_13,
};

static void version_desc(const u8 *version, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "SPDM %u.%u", *version >> 4, *version & 0xf);
}

KUNIT_ARRAY_PARAM(versions, versions, version_desc);

static void a_good_device_is_authenticated(struct kunit *test)
{
	const u8 *version = test->param_value;
	struct fake_device *dev = test->priv;
	u8 before[SPDM_NONCE];

	fake_device_connect(test, dev, *version);
	KUNIT_ASSERT_EQ(test, spdm_identify(dev->spdm, 0), 0);
	KUNIT_ASSERT_EQ_MSG(test, spdm_challenge(dev->spdm, 0), 0, "%s", dev->spdm->fault);
	KUNIT_EXPECT_EQ(test, dev->spdm->messages, 3);
	KUNIT_EXPECT_EQ(test, dev->spdm->state, SPDM_STATE_AUTHENTICATED);
	KUNIT_EXPECT_EQ(test, dev->spdm->slot, 0);
	KUNIT_EXPECT_NULL(test, dev->spdm->m1);
	KUNIT_EXPECT_EQ(test, dev->req_len, *version >= V13 ? 44 : 36);
	KUNIT_EXPECT_EQ(test, dev->req[2], 0);
	KUNIT_EXPECT_EQ(test, dev->req[3], SPDM_SUMMARY_NONE);

	/* Once more: the transcript begins anew on both ends, and the nonce is fresh */
	memcpy(before, dev->req + 4, SPDM_NONCE);
	KUNIT_EXPECT_EQ(test, spdm_challenge(dev->spdm, 0), 0);
	KUNIT_EXPECT_MEMNEQ(test, before, dev->req + 4, SPDM_NONCE);
}

static void portions_are_in_the_transcript(struct kunit *test)
{
	struct fake_device *dev = test->priv;

	dev->portion = 300;
	KUNIT_ASSERT_EQ(test, spdm_identify(dev->spdm, 0), 0);
	KUNIT_EXPECT_EQ(test, spdm_challenge(dev->spdm, 0), 0);
}

static void a_device_that_cannot_is_not_challenged(struct kunit *test)
{
	struct fake_device *dev = test->priv;

	KUNIT_EXPECT_EQ_MSG(test, spdm_challenge(dev->spdm, 0), -EPROTO, "no leaf is known");
	fake_device_identify(test, dev);
	KUNIT_EXPECT_EQ(test, spdm_challenge(dev->spdm, 1), -EPROTO);
	KUNIT_EXPECT_EQ(test, spdm_challenge(dev->spdm, SPDM_NR_SLOTS), -EPROTO);
	dev->spdm->caps &= ~SPDM_CAP_CHAL;
	KUNIT_EXPECT_EQ(test, spdm_challenge(dev->spdm, 0), -EOPNOTSUPP);
	KUNIT_EXPECT_EQ(test, dev->seen[CH], 0);
}

static const u8 callers_nonce[SPDM_NONCE] = { 1, 2, 3, 4, 5, 6, 7, 8, [31] = 9 };

/* As a verifier does it: the VCA and the bytes, but for the signature at their end */
static void expect_signed(struct kunit *test, const struct spdm_blob *answer)
{
	struct fake_device *dev = test->priv;
	size_t len = answer->len - FAKE_SIG;
	u8 digest[SPDM_MAX_HASH];
	struct spdm_hash *h = spdm_transcript_new(dev->spdm);

	KUNIT_ASSERT_FALSE(test, IS_ERR(h));
	KUNIT_EXPECT_EQ(test, spdm_hash_add(h, answer->data, len), 0);
	KUNIT_EXPECT_EQ(test, spdm_hash_peek(h, digest), 0);
	spdm_hash_free(h);
	KUNIT_EXPECT_EQ(test, spdm_check_signature(dev->spdm, 0, "responder-challenge_auth signing",
						   digest, answer->data + len), 0);
}

/* What was said of certificates before is not in it. */
static void an_answer_stands_alone(struct kunit *test)
{
	const u8 *version = test->param_value;
	struct fake_device *dev = test->priv;
	struct spdm_blob answer = {};
	int rc;

	fake_device_connect(test, dev, *version);
	fake_device_identify(test, dev);
	for (unsigned int seen = 2; seen <= 3; seen++) {
		rc = spdm_challenge_answer(dev->spdm, 0, callers_nonce, &answer);
		KUNIT_ASSERT_EQ_MSG(test, rc, 0, "%s", dev->spdm->fault);
		/* Once more only for the first, so that both ends begin anew */
		KUNIT_EXPECT_EQ(test, dev->seen[CH], seen);
		KUNIT_EXPECT_EQ(test, dev->seen[SPDM_GET_DIGESTS], 1);
		KUNIT_EXPECT_MEMEQ(test, answer.data, dev->req, dev->req_len);
		KUNIT_EXPECT_MEMEQ(test, answer.data + 4, callers_nonce, SPDM_NONCE);
		expect_signed(test, &answer);
		spdm_blob_free(&answer);
	}
	KUNIT_EXPECT_EQ(test, dev->seen[SPDM_GET_CERTIFICATE], 0);
	KUNIT_EXPECT_EQ_MSG(test, dev->spdm->state, SPDM_STATE_CONNECTED, "that is for others");
}

static void an_answer_after_measurements_stands_alone(struct kunit *test)
{
	struct spdm_measure_args args = { .index = SPDM_MEAS_ALL };
	struct fake_device *dev = test->priv;
	struct spdm_measurements result = {};
	struct spdm_blob answer = {};

	/* No chain is known: it is read */
	KUNIT_ASSERT_EQ(test, spdm_measure(dev->spdm, &args, &result), 0);
	spdm_blob_free(&result.transcript);
	KUNIT_ASSERT_EQ(test, spdm_challenge_answer(dev->spdm, 0, callers_nonce, &answer), 0);
	expect_signed(test, &answer);
	spdm_blob_free(&answer);
}

/* Some of a chain came: the device has that in its transcript, and we have not. */
static void an_answer_after_half_a_chain_stands_alone(struct kunit *test)
{
	struct fake_device *dev = test->priv;
	struct spdm_blob answer = {};

	fake_device_identify(test, dev);
	KUNIT_ASSERT_EQ(test, spdm_challenge(dev->spdm, 0), 0);
	dev->spoil = (struct fake_spoil) { SPDM_GET_CERTIFICATE, .at = 1, .flip = 1 };
	KUNIT_EXPECT_EQ(test, spdm_get_chain(dev->spdm, 0), -EPROTO);
	dev->spoil = (struct fake_spoil) {};
	KUNIT_ASSERT_EQ(test, spdm_challenge_answer(dev->spdm, 0, callers_nonce, &answer), 0);
	expect_signed(test, &answer);
	spdm_blob_free(&answer);
	KUNIT_EXPECT_EQ(test, dev->spdm->state, SPDM_STATE_AUTHENTICATED);
}

static void a_spoilt_answer_is_not_given(struct kunit *test)
{
	const struct challenge_case *c = test->param_value;
	struct fake_device *dev = test->priv;
	struct spdm_blob answer = {};

	fake_device_connect(test, dev, c->version);
	fake_device_identify(test, dev);
	KUNIT_ASSERT_EQ(test, spdm_challenge(dev->spdm, 0), 0);
	dev->spoil = c->spoil;
	KUNIT_EXPECT_EQ(test, spdm_challenge_answer(dev->spdm, 0, callers_nonce, &answer), c->want);
	KUNIT_EXPECT_NULL(test, answer.data);
	KUNIT_EXPECT_NULL(test, dev->spdm->m1);
	KUNIT_EXPECT_EQ(test, dev->spdm->state, c->want == -EKEYREJECTED ?
			SPDM_STATE_CONNECTED : SPDM_STATE_AUTHENTICATED);
}

static void no_answer_in_a_session_nor_of_a_device_that_cannot(struct kunit *test)
{
	struct fake_device *dev = test->priv;
	struct spdm_blob answer = {};

	fake_device_identify(test, dev);
	dev->spdm->session.state = SPDM_SESSION_OPEN;
	KUNIT_EXPECT_EQ(test, spdm_challenge_answer(dev->spdm, 0, callers_nonce, &answer),
			-EOPNOTSUPP);
	dev->spdm->session.state = SPDM_SESSION_NONE;
	dev->spdm->caps &= ~SPDM_CAP_CHAL;
	KUNIT_EXPECT_EQ(test, spdm_challenge_answer(dev->spdm, 0, callers_nonce, &answer),
			-EOPNOTSUPP);
	KUNIT_EXPECT_EQ(test, dev->seen[CH], 0);
	KUNIT_EXPECT_NULL(test, answer.data);
}

static struct kunit_case cases[] = {
	KUNIT_CASE_PARAM(a_spoilt_answer_authenticates_nobody, challenges_gen_params),
	KUNIT_CASE(a_device_that_was_good_is_so_no_more),
	KUNIT_CASE(opaque_data_needs_a_format),
	KUNIT_CASE_PARAM(a_good_device_is_authenticated, versions_gen_params),
	KUNIT_CASE(portions_are_in_the_transcript),
	KUNIT_CASE(a_device_that_cannot_is_not_challenged),
	KUNIT_CASE_PARAM(an_answer_stands_alone, versions_gen_params),
	KUNIT_CASE(an_answer_after_measurements_stands_alone),
	KUNIT_CASE(an_answer_after_half_a_chain_stands_alone),
	KUNIT_CASE_PARAM(a_spoilt_answer_is_not_given, challenges_gen_params),
	KUNIT_CASE(no_answer_in_a_session_nor_of_a_device_that_cannot),
	{}
};

static struct kunit_suite suite = {
	.name = "spdm_req_challenge",
	.init = fake_device_init,
	.exit = fake_device_exit,
	.test_cases = cases,
};

kunit_test_suite(suite);
