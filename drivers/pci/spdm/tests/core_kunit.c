// SPDX-License-Identifier: GPL-2.0
/*
 * SPDM entry points: what they refuse before anything is said to the device, and
 * what a connection keeps and forgets; transcripts, as far as no signature is
 * needed to see them.
 */
#include <kunit/test.h>
#include <linux/err.h>
#include <linux/slab.h>
#include <linux/spdm.h>

#include "../crypto.h"
#include "../spdm.h"
#include "fake-responder.h"

/*
 * Life
 */

static void expect_refused(struct kunit *test, const struct spdm_config *config)
{
	struct spdm *spdm = spdm_create(config);

	KUNIT_EXPECT_TRUE(test, IS_ERR(spdm));
	if (IS_ERR(spdm))
		KUNIT_EXPECT_EQ(test, PTR_ERR(spdm), -EINVAL);
	else
		spdm_destroy(spdm);
}

static void config_out_of_bounds_is_refused(struct kunit *test)
{
	static const struct spdm_ops none;
	static const u32 objects[] = { 1, 255, 65537, U32_MAX };
	static const u8 versions[] = { 1, 0x0f, 0x14, 0xff };
	struct fake_responder *fake = test->priv;
	struct spdm_config config = fake->config;

	for (int i = 0; i < ARRAY_SIZE(objects); i++) {
		config.max_object = objects[i];
		expect_refused(test, &config);
	}
	config.max_object = 0;
	for (int i = 0; i < ARRAY_SIZE(versions); i++) {
		config.max_version = versions[i];
		expect_refused(test, &config);
	}
	config.max_version = 0;
	config.ops = NULL;
	expect_refused(test, &config);
	config.ops = &none;
	expect_refused(test, &config);
	spdm_destroy(NULL);
}

static void zero_is_the_default(struct kunit *test)
{
	struct fake_responder *fake = test->priv;

	KUNIT_EXPECT_EQ(test, fake->spdm->config.max_object, 4096);
	KUNIT_EXPECT_EQ(test, fake->spdm->config.max_version, SPDM_VERSION_13);
	fake->config.max_object = 259;
	fake_create(test);
	KUNIT_EXPECT_EQ(test, fake->spdm->config.max_object, 256);
}

static void nothing_goes_without_a_connection(struct kunit *test)
{
	struct spdm_measure_args args = { .index = SPDM_MEAS_ALL };
	struct fake_responder *fake = test->priv;
	struct spdm *spdm = fake->spdm;
	u8 digest[SPDM_DIGEST_MAX], nonce[SPDM_NONCE_SIZE] = {}, rsp[4];
	struct spdm_measurements meas;
	struct spdm_blob blob;

	KUNIT_EXPECT_EQ(test, spdm_authenticate(spdm, 0), -ENOTCONN);
	KUNIT_EXPECT_EQ(test, spdm_recheck_anchor(spdm), -ENOTCONN);
	KUNIT_EXPECT_EQ(test, spdm_session_start(spdm, 0), -ENOTCONN);
	KUNIT_EXPECT_EQ(test, spdm_session_end(spdm), -ENOTCONN);
	KUNIT_EXPECT_EQ(test, spdm_heartbeat(spdm), -ENOTCONN);
	KUNIT_EXPECT_EQ(test, spdm_key_update(spdm), -ENOTCONN);
	KUNIT_EXPECT_EQ(test, spdm_vendor_request(spdm, 3, 1, rsp, 1, rsp, 4), -ENOTCONN);
	KUNIT_EXPECT_EQ(test, spdm_read_chain(spdm, 0, &blob), -ENOTCONN);
	KUNIT_EXPECT_EQ(test, spdm_measure(spdm, &args, &meas), -ENOTCONN);
	KUNIT_EXPECT_EQ(test, spdm_challenge_answer(spdm, 0, nonce, &blob), -ENOTCONN);
	KUNIT_EXPECT_EQ(test, spdm_vca(spdm, &blob), -ENOTCONN);
	KUNIT_EXPECT_EQ(test, spdm_digest(spdm, rsp, 1, digest), -ENOTCONN);
	KUNIT_EXPECT_STREQ(test, spdm_fault_text(spdm), "there is no connection");
	KUNIT_EXPECT_EQ(test, fake->objects, 0);
}

static void nothing_is_said_for_what_cannot_be(struct kunit *test)
{
	struct spdm_measure_args args = { .slot = 8, .index = SPDM_MEAS_ALL };
	static const u8 nonce[SPDM_NONCE_SIZE];
	struct fake_responder *fake = test->priv;
	struct spdm *spdm = fake->spdm;
	struct spdm_measurements meas;
	struct spdm_blob blob;
	u8 rsp[4];

	fake_connect(test);
	fake->objects = 0;
	KUNIT_EXPECT_EQ(test, spdm_authenticate(spdm, 8), -EINVAL);
	KUNIT_EXPECT_EQ(test, spdm_session_start(spdm, 255), -EINVAL);
	KUNIT_EXPECT_EQ(test, spdm_read_chain(spdm, 8, &blob), -EINVAL);
	KUNIT_EXPECT_EQ(test, spdm_challenge_answer(spdm, 8, nonce, &blob), -EINVAL);
	KUNIT_EXPECT_EQ(test, spdm_measure(spdm, &args, &meas), -EINVAL);
	args.slot = 0;
	args.index = SPDM_MEAS_COUNT;
	KUNIT_EXPECT_EQ(test, spdm_measure(spdm, &args, &meas), -EINVAL);
	KUNIT_EXPECT_EQ(test, spdm_recheck_anchor(spdm), -ENOTCONN);
	KUNIT_EXPECT_EQ(test, spdm_session_end(spdm), -ENOTCONN);
	KUNIT_EXPECT_EQ(test, spdm_heartbeat(spdm), -ENOTCONN);
	KUNIT_EXPECT_EQ(test, spdm_key_update(spdm), -ENOTCONN);
	KUNIT_EXPECT_EQ(test, spdm_vendor_request(spdm, 3, 1, rsp, 1, rsp, 4), -ENOTCONN);
	KUNIT_EXPECT_STREQ(test, spdm_fault_text(spdm), "there is no session");
	KUNIT_EXPECT_EQ(test, fake->objects, 0);
	KUNIT_EXPECT_EQ(test, spdm->state, SPDM_STATE_CONNECTED);
}

/* A refusal by the device is no identity, and nothing half of one. */
static void failure_to_authenticate_leaves_a_connection(struct kunit *test)
{
	struct fake_responder *fake = test->priv;
	struct spdm_info info;

	fake_connect(test);
	KUNIT_EXPECT_EQ(test, spdm_authenticate(fake->spdm, 0), -EOPNOTSUPP);
	KUNIT_EXPECT_NULL(test, fake->spdm->m1);
	spdm_info(fake->spdm, &info);
	KUNIT_EXPECT_EQ(test, info.identity, SPDM_IDENTITY_NONE);
	KUNIT_EXPECT_EQ(test, info.version, SPDM_VERSION_12);
	KUNIT_EXPECT_EQ(test, spdm_recheck_anchor(fake->spdm), -ENOTCONN);
	KUNIT_EXPECT_STREQ(test, spdm_fault_text(fake->spdm), "the device is not authenticated");
}

static void failed_reconnect_forgets(struct kunit *test)
{
	struct fake_responder *fake = test->priv;
	struct spdm_info info;

	fake_connect(test);
	fake_script_err(fake, SPDM_GET_CAPABILITIES, 1, -EIO);
	KUNIT_EXPECT_EQ(test, spdm_connect(fake->spdm), -EIO);
	spdm_info(fake->spdm, &info);
	KUNIT_EXPECT_EQ(test, info.version, 0);
	KUNIT_EXPECT_EQ(test, info.messages, 3 + 2);
	KUNIT_EXPECT_EQ(test, fake->spdm->peer_transfer, 0);

	/* A text is that of the last call */
	fake_connect(test);
	KUNIT_EXPECT_STREQ(test, spdm_fault_text(fake->spdm), "");
}

/*
 * Transcripts
 */

/**
 * struct tape - all that went over the transport, in order
 * @ops: records
 * @inner: answers
 * @fake: its first argument
 * @len: bytes in @data
 * @data: requests and responses
 */
struct tape {
	struct spdm_ops ops;
	const struct spdm_ops *inner;
	struct fake_responder *fake;
	size_t len;
	u8 data[1024];
};

static ssize_t record(void *priv, enum spdm_object type, const void *req, size_t req_len,
		      void *rsp, size_t rsp_size)
{
	struct tape *tape = priv;
	ssize_t n = tape->inner->exchange(tape->fake, type, req, req_len, rsp, rsp_size);

	if (n < 0 || tape->len + req_len + n > sizeof(tape->data))
		return -EIO;
	memcpy(tape->data + tape->len, req, req_len);
	memcpy(tape->data + tape->len + req_len, rsp, n);
	tape->len += req_len + n;
	return n;
}

static void vca_is_what_was_on_the_wire(struct kunit *test)
{
	struct tape *tape = kunit_kzalloc(test, sizeof(*tape), GFP_KERNEL);
	struct fake_responder *fake = test->priv;
	struct spdm_blob vca;

	KUNIT_ASSERT_NOT_NULL(test, tape);
	tape->inner = fake->config.ops;
	tape->fake = fake;
	tape->ops.exchange = record;
	fake->config.ops = &tape->ops;
	fake->config.priv = tape;
	fake_create(test);
	/* Twice, since the second one begins anew */
	fake_connect(test);
	tape->len = 0;
	fake_connect(test);
	KUNIT_EXPECT_EQ(test, tape->len, 4 + 8 + 20 + 20 + 44 + 48);
	KUNIT_ASSERT_EQ(test, spdm_vca(fake->spdm, &vca), 0);
	KUNIT_EXPECT_EQ(test, vca.len, tape->len);
	KUNIT_EXPECT_MEMEQ(test, vca.data, tape->data, tape->len);
	spdm_blob_free(&vca);
	KUNIT_EXPECT_NULL(test, vca.data);
	KUNIT_EXPECT_EQ(test, vca.len, 0);
}

/* With padding on the wire, there is none in the transcript. */
static void vca_has_no_padding(struct kunit *test)
{
	struct fake_responder *fake = test->priv;

	fake->versions[1] = 0x1000;
	fake->pad = true;
	fake_connect(test);
	KUNIT_EXPECT_EQ(test, fake->spdm->vca_len, 4 + 10 + 20 + 20 + 44 + 48);
}

/* One exchange of a header with this code, which the device refuses */
static void say(struct kunit *test, u8 code)
{
	struct fake_responder *fake = test->priv;
	const u8 req[] = { fake->spdm->version, code, 0, 0 };
	struct spdm_exchange x = {};

	KUNIT_EXPECT_EQ(test, fake_exchange(fake, &x, req, sizeof(req)), -EOPNOTSUPP);
}

static const u8 meas_req[] = { 0x12, SPDM_GET_MEASUREMENTS, 0, 1 };
static const u8 meas_rsp[] = { 0x12, SPDM_RESPONSE(SPDM_GET_MEASUREMENTS), 0, 0, 1, 2, 3, 4 };

static void add_measurements(struct kunit *test, unsigned int times)
{
	struct fake_responder *fake = test->priv;
	struct spdm_exchange x = {};

	fake_script(fake, SPDM_GET_MEASUREMENTS, times, meas_rsp, sizeof(meas_rsp));
	while (times--) {
		KUNIT_ASSERT_EQ(test, fake_exchange(fake, &x, meas_req, sizeof(meas_req)), 0);
		KUNIT_ASSERT_EQ(test, spdm_exchange_end(fake->spdm, &x, sizeof(meas_rsp)), 0);
		KUNIT_ASSERT_EQ(test, spdm_meas_add(fake->spdm, &x), 0);
	}
}

static void measurements_pile_up_until_another_request(struct kunit *test)
{
	struct fake_responder *fake = test->priv;
	const size_t each = sizeof(meas_req) + sizeof(meas_rsp);
	static const u8 other[] = { 0x12, SPDM_GET_DIGESTS, 0, 0 };
	struct spdm_blob *meas = &fake->spdm->meas;
	struct spdm_exchange x = {};

	fake_connect(test);
	add_measurements(test, 200);
	KUNIT_EXPECT_EQ(test, meas->len, 200 * each);
	KUNIT_EXPECT_MEMEQ(test, meas->data + 199 * each, meas_req, sizeof(meas_req));
	KUNIT_EXPECT_MEMEQ(test, meas->data + 199 * each + sizeof(meas_req), meas_rsp,
			   sizeof(meas_rsp));
	fake_answer(fake, SPDM_GET_DIGESTS, 1, 0x12, SPDM_RESPONSE(SPDM_GET_DIGESTS), 0, 0);
	KUNIT_EXPECT_EQ(test, fake_exchange(fake, &x, other, sizeof(other)), 0);
	KUNIT_EXPECT_EQ(test, meas->len, 0);
	KUNIT_EXPECT_NULL(test, meas->data);

	/* An error ends them as well */
	add_measurements(test, 2);
	KUNIT_EXPECT_EQ(test, meas->len, 2 * each);
	say(test, SPDM_GET_MEASUREMENTS);
	KUNIT_EXPECT_EQ(test, meas->len, 0);
}

static void measurements_are_bounded(struct kunit *test)
{
	struct fake_responder *fake = test->priv;
	struct spdm_exchange x = {
		.req = meas_req,
		.req_len = sizeof(meas_req),
		.rsp = fake->in,
		.rsp_len = SPDM_MAX_TRANSCRIPT / 4 - sizeof(meas_req),
	};

	fake_connect(test);
	BUILD_BUG_ON(sizeof(fake->in) < SPDM_MAX_TRANSCRIPT / 4);
	for (int i = 0; i < 4; i++)
		KUNIT_ASSERT_EQ(test, spdm_meas_add(fake->spdm, &x), 0);
	x.rsp_len = 0;
	KUNIT_EXPECT_EQ(test, spdm_meas_add(fake->spdm, &x), -EMSGSIZE);
	KUNIT_EXPECT_EQ(test, fake->spdm->meas.len, SPDM_MAX_TRANSCRIPT);
}

/* L1 begins with the VCA from 1.2 on. */
static void digest_of_measurements_is_that_of_the_bytes(struct kunit *test)
{
	struct fake_responder *fake = test->priv;
	u8 digest[SPDM_MAX_HASH], expected[SPDM_MAX_HASH];
	struct spdm *spdm = fake->spdm;

	fake_connect(test);
	add_measurements(test, 2);
	memcpy(fake->in, spdm->vca, spdm->vca_len);
	memcpy(fake->in + spdm->vca_len, spdm->meas.data, spdm->meas.len);
	KUNIT_ASSERT_EQ(test, spdm_hash_once(spdm->algos.base_hash, fake->in,
					     spdm->vca_len + spdm->meas.len - 3, expected), 0);
	KUNIT_EXPECT_EQ(test, spdm_meas_digest(spdm, spdm->meas.len - 3, digest), 0);
	KUNIT_EXPECT_MEMEQ(test, digest, expected, 48);
	KUNIT_EXPECT_EQ(test, spdm_meas_digest(spdm, spdm->meas.len + 1, digest), -EINVAL);

	spdm->version = SPDM_VERSION_11;
	KUNIT_ASSERT_EQ(test, spdm_hash_once(spdm->algos.base_hash, spdm->meas.data,
					     spdm->meas.len, expected), 0);
	KUNIT_EXPECT_EQ(test, spdm_meas_digest(spdm, spdm->meas.len, digest), 0);
	KUNIT_EXPECT_MEMEQ(test, digest, expected, 48);
}

static void a_digest_is_by_the_hash_that_was_agreed_on(struct kunit *test)
{
	u8 digest[SPDM_DIGEST_MAX], expected[SPDM_MAX_HASH];
	struct fake_responder *fake = test->priv;

	fake_connect(test);
	fake->objects = 0;
	KUNIT_ASSERT_EQ(test, spdm_hash_once(fake->spdm->algos.base_hash, "abc", 3, expected), 0);
	KUNIT_EXPECT_EQ(test, spdm_digest(fake->spdm, "abc", 3, digest), 48);
	KUNIT_EXPECT_MEMEQ(test, digest, expected, 48);
	KUNIT_EXPECT_EQ(test, fake->objects, 0);
}

static struct kunit_case core_cases[] = {
	KUNIT_CASE(config_out_of_bounds_is_refused),
	KUNIT_CASE(zero_is_the_default),
	KUNIT_CASE(nothing_goes_without_a_connection),
	KUNIT_CASE(nothing_is_said_for_what_cannot_be),
	KUNIT_CASE(failure_to_authenticate_leaves_a_connection),
	KUNIT_CASE(failed_reconnect_forgets),
	KUNIT_CASE(vca_is_what_was_on_the_wire),
	KUNIT_CASE(vca_has_no_padding),
	KUNIT_CASE(measurements_pile_up_until_another_request),
	KUNIT_CASE(measurements_are_bounded),
	KUNIT_CASE(digest_of_measurements_is_that_of_the_bytes),
	KUNIT_CASE(a_digest_is_by_the_hash_that_was_agreed_on),
	{}
};

static struct kunit_suite core_suite = {
	.name = "spdm_core",
	.init = fake_init,
	.exit = fake_exit,
	.test_cases = core_cases,
};

kunit_test_suite(core_suite);
