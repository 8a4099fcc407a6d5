// SPDX-License-Identifier: GPL-2.0
/*
 * SPDM exchanges: what is wrong with any response, errors by their names, and
 * devices that are busy, not ready, gone, or given up.
 */
#include <kunit/test.h>
#include <linux/spdm.h>

#include "../spdm.h"
#include "fake-responder.h"

#define CODE		SPDM_GET_DIGESTS
#define QUICK_MS	10000		/* how long the library waits where nothing is computed */
#define SLOW_MS		60000		/* and at most */
#define ROUNDS		64

static const u8 request[] = { 0x12, CODE, 0x00, 0x00 };
static const u8 good[] = { 0x12, SPDM_RESPONSE(CODE), 0x00, 0x00 };

static int connect(struct kunit *test)
{
	struct fake_responder *fake;
	int rc = fake_init(test);

	if (rc)
		return rc;
	fake = test->priv;
	fake_connect(test);
	fake->objects = 0;
	return 0;
}

/* What comes of the request, with the scripts as they are */
static int outcome(struct kunit *test)
{
	struct fake_responder *fake = test->priv;
	struct spdm_exchange x = {};

	return fake_exchange(fake, &x, request, sizeof(request));
}

/*
 * One response
 */

/**
 * struct reply - a response, and what it comes to
 * @desc: what is wrong
 * @err: errno
 * @len: bytes of it
 * @data: itself
 */
struct reply {
	const char *desc;
	int err;
	size_t len;
	u8 data[48];
};

static const struct reply replies[] = {
	{ "good", 0, 4, { 0x12, 0x01 } },
	{ "good and longer", 0, 7, { 0x12, 0x01, 0, 0, 1, 2, 3 } },
	{ "nothing", -EBADMSG, 0 },
	{ "one byte", -EBADMSG, 1, { 0x12 } },
	{ "header cut short", -EBADMSG, 3, { 0x12, 0x01, 0 } },
	{ "version below", -EPROTO, 4, { 0x11, 0x01 } },
	{ "version above", -EPROTO, 4, { 0x13, 0x01 } },
	{ "version of GET_VERSION", -EPROTO, 4, { 0x10, 0x01 } },
	{ "response to another request", -EPROTO, 4, { 0x12, 0x02 } },
	{ "the request", -EPROTO, 4, { 0x12, 0x81 } },
	{ "error of another version", -EPROTO, 4, { 0x10, 0x7f, 0x01 } },
	{ "error with the most data", -EREMOTEIO, 4 + 32, { 0x12, 0x7f, 0x01 } },
	{ "error with too much data", -EMSGSIZE, 4 + 32 + 4, { 0x12, 0x7f, 0x01 } },
	{ "not ready without a token", -EBADMSG, 7, { 0x12, 0x7f, 0x42, 0, 1, CODE, 7 } },
	{ "not ready without data", -EBADMSG, 4, { 0x12, 0x7f, 0x42 } },
	{ "large without a handle", -EBADMSG, 4, { 0x12, 0x7f, 0x0f } },
	{ "too large without a size", -EBADMSG, 7, { 0x12, 0x7f, 0x0d } },
	{ "vendor's without a vendor", -EBADMSG, 4, { 0x12, 0x7f, 0xff } },
	{ "not ready of another request", -EPROTO, 8, { 0x12, 0x7f, 0x42, 0, 1, 0x82, 7, 2 } },
	{ "not ready for too long", -EBUSY, 8, { 0x12, 0x7f, 0x42, 0, 24, CODE, 7, 2 } },
	{ "not ready for very long", -EBUSY, 8, { 0x12, 0x7f, 0x42, 0, 31, CODE, 7, 2 } },
	{ "not ready for ever", -EPROTO, 8, { 0x12, 0x7f, 0x42, 0, 32, CODE, 7, 2 } },
	{ "not ready, multiplied by 0", -EPROTO, 8, { 0x12, 0x7f, 0x42, 0, 1, CODE, 7, 0 } },
};

KUNIT_ARRAY_PARAM_DESC(reply, replies, desc);

static void response_is_judged(struct kunit *test)
{
	const struct reply *reply = test->param_value;
	struct fake_responder *fake = test->priv;

	fake_script(fake, CODE, 1, reply->data, reply->len);
	KUNIT_EXPECT_EQ_MSG(test, outcome(test), reply->err, "%s", spdm_fault_text(fake->spdm));
	KUNIT_EXPECT_EQ(test, fake->objects, 1);
	KUNIT_EXPECT_EQ(test, fake->slept_ms, 0);
}

/**
 * struct named - an error
 * @desc: what the fault text has to be
 * @code: its code
 * @err: errno
 */
struct named {
	const char *desc;
	u8 code;
	int err;
};

static const struct named errors[] = {
	{ "device: InvalidRequest", 0x01, -EREMOTEIO },
	{ "device: InvalidSession", 0x02, -EREMOTEIO },
	{ "device: UnexpectedRequest", 0x04, -EREMOTEIO },
	{ "device: Unspecified", 0x05, -EREMOTEIO },
	{ "device: DecryptError", 0x06, -EREMOTEIO },
	{ "device: UnsupportedRequest", 0x07, -EOPNOTSUPP },
	{ "device: RequestInFlight", 0x08, -EREMOTEIO },
	{ "device: InvalidResponseCode", 0x09, -EREMOTEIO },
	{ "device: SessionLimitExceeded", 0x0a, -EREMOTEIO },
	{ "device: SessionRequired", 0x0b, -EREMOTEIO },
	{ "device: ResetRequired", 0x0c, -EREMOTEIO },
	{ "device: ResponseTooLarge", 0x0d, -EREMOTEIO },
	{ "device: RequestTooLarge", 0x0e, -EREMOTEIO },
	{ "device: MessageLost", 0x10, -EREMOTEIO },
	{ "device: InvalidPolicy", 0x11, -EREMOTEIO },
	{ "device: VersionMismatch", 0x41, -EREMOTEIO },
	{ "device: OperationFailed", 0x44, -EREMOTEIO },
	{ "device: NoPendingRequests", 0x45, -EREMOTEIO },
	{ "device: an error of its vendor's", 0xff, -EREMOTEIO },
	{ "device: an error of unknown code", 0x77, -EREMOTEIO },
	{ "device: an error of unknown code", 0x00, -EREMOTEIO },
};

KUNIT_ARRAY_PARAM_DESC(named, errors, desc);

static void error_is_told_by_its_name(struct kunit *test)
{
	const struct named *error = test->param_value;
	struct fake_responder *fake = test->priv;

	fake_answer(fake, CODE, 1, 0x12, SPDM_ERROR, error->code, 0, 1, 2, 3, 4);
	KUNIT_EXPECT_EQ(test, outcome(test), error->err);
	KUNIT_EXPECT_STREQ(test, spdm_fault_text(fake->spdm), error->desc);
	KUNIT_EXPECT_EQ(test, fake->spdm->state, SPDM_STATE_CONNECTED);
}

static void resynch_forgets_everything(struct kunit *test)
{
	struct fake_responder *fake = test->priv;
	struct spdm_blob vca;

	fake_answer(fake, CODE, 1, 0x12, SPDM_ERROR, SPDM_ERROR_RESYNCH, 0);
	KUNIT_EXPECT_EQ(test, outcome(test), -EREMOTEIO);
	KUNIT_EXPECT_STREQ(test, spdm_fault_text(fake->spdm),
			   "device: RequestResynch, connect again");
	KUNIT_EXPECT_EQ(test, fake->spdm->state, SPDM_STATE_NEW);
	KUNIT_EXPECT_EQ(test, fake->spdm->version, 0);
	KUNIT_EXPECT_EQ(test, fake->spdm->vca_len, 0);
	KUNIT_EXPECT_EQ(test, spdm_vca(fake->spdm, &vca), -ENOTCONN);
	fake_connect(test);
}

/*
 * Length
 */

/**
 * struct ending - a response with something behind it
 * @desc: what
 * @err: errno
 * @received: bytes that came
 * @len: bytes that the fields say
 * @fill: of what is behind
 * @secured: in a session, where lengths are exact
 */
struct ending {
	const char *desc;
	int err;
	size_t received;
	size_t len;
	u8 fill;
	bool secured;
};

static const struct ending endings[] = {
	{ "exact", 0, 8, 8 },
	{ "one byte short", -EBADMSG, 7, 8 },
	{ "header only", -EBADMSG, 4, 8 },
	{ "absurd", -EBADMSG, 8, SIZE_MAX },
	{ "one byte of padding", 0, 9, 8 },
	{ "three bytes of padding", 0, 11, 8 },
	{ "four bytes of padding", -EMSGSIZE, 12, 8 },
	{ "one byte more", -EMSGSIZE, 9, 8, 0x01 },
	{ "three bytes more", -EMSGSIZE, 11, 8, 0x80 },
	{ "much more", -EMSGSIZE, 64, 8, 0xff },
	{ "exact in a record", 0, 8, 8, 0, true },
	{ "short in a record", -EBADMSG, 7, 8, 0, true },
	{ "padding in a record", -EMSGSIZE, 9, 8, 0, true },
};

KUNIT_ARRAY_PARAM_DESC(ending, endings, desc);

static void length_is_exact(struct kunit *test)
{
	const struct ending *end = test->param_value;
	struct fake_responder *fake = test->priv;
	u8 rsp[64];
	struct spdm_exchange x = {
		.secured = end->secured,
		.rsp = rsp,
		.rsp_len = end->received,
	};

	memset(rsp, end->fill, sizeof(rsp));
	KUNIT_EXPECT_EQ(test, spdm_exchange_end(fake->spdm, &x, end->len), end->err);
	KUNIT_EXPECT_EQ(test, x.rsp_len, end->err ? end->received : end->len);
}

/*
 * Waiting
 */

static void busy_device_is_asked_again(struct kunit *test)
{
	struct fake_responder *fake = test->priv;

	fake_answer(fake, CODE, 3, 0x12, SPDM_ERROR, SPDM_ERROR_BUSY, 0);
	fake_script(fake, CODE, 1, good, sizeof(good));
	KUNIT_EXPECT_EQ(test, outcome(test), 0);
	KUNIT_EXPECT_EQ(test, fake->seen[CODE], 4);
	KUNIT_EXPECT_MEMEQ(test, fake->last, request, sizeof(request));
	KUNIT_EXPECT_EQ(test, fake->slept_ms, 10 + 20 + 40);
	KUNIT_EXPECT_EQ(test, fake->spdm->messages, 3 + 4);
}

static void busy_for_ever_is_given_up(struct kunit *test)
{
	struct fake_responder *fake = test->priv;

	fake_answer(fake, CODE, FAKE_FOREVER, 0x12, SPDM_ERROR, SPDM_ERROR_BUSY, 0);
	KUNIT_EXPECT_EQ(test, outcome(test), -EBUSY);
	KUNIT_EXPECT_LE(test, fake->objects, ROUNDS);
	KUNIT_EXPECT_GT(test, fake->slept_ms, QUICK_MS / 2);
	KUNIT_EXPECT_LE(test, fake->slept_ms, QUICK_MS);
}

static void device_is_asked_whether_it_is_ready(struct kunit *test)
{
	struct fake_responder *fake = test->priv;

	/* 2^14 us */
	fake_answer(fake, CODE, 1, 0x12, SPDM_ERROR, SPDM_ERROR_NOT_READY, 0, 14, CODE, 0x5a, 1);
	fake_answer(fake, SPDM_RESPOND_IF_READY, 4, 0x12, SPDM_ERROR, SPDM_ERROR_NOT_READY, 0,
		    0, CODE, 0xa5, 2);
	fake_script(fake, SPDM_RESPOND_IF_READY, 1, good, sizeof(good));
	KUNIT_EXPECT_EQ(test, outcome(test), 0);
	KUNIT_EXPECT_EQ(test, fake->seen[CODE], 1);
	KUNIT_EXPECT_EQ(test, fake->seen[SPDM_RESPOND_IF_READY], 5);
	KUNIT_EXPECT_EQ(test, fake->last_len, 4);
	KUNIT_EXPECT_MEMEQ(test, fake->last, ((const u8 []){ 0x12, 0xff, CODE, 0xa5 }), 4);
	KUNIT_EXPECT_EQ(test, fake->slept_ms, 17 + 4);
}

static void never_ready_is_given_up(struct kunit *test)
{
	struct fake_responder *fake = test->priv;

	fake_answer(fake, CODE, 1, 0x12, SPDM_ERROR, SPDM_ERROR_NOT_READY, 0, 1, CODE, 7, 2);
	fake_answer(fake, SPDM_RESPOND_IF_READY, FAKE_FOREVER, 0x12, SPDM_ERROR,
		    SPDM_ERROR_NOT_READY, 0, 1, CODE, 7, 2);
	KUNIT_EXPECT_EQ(test, outcome(test), -EBUSY);
	KUNIT_EXPECT_EQ(test, fake->objects, ROUNDS);
}

static void late_response_is_judged_as_any(struct kunit *test)
{
	struct fake_responder *fake = test->priv;

	fake_answer(fake, CODE, FAKE_FOREVER, 0x12, SPDM_ERROR, SPDM_ERROR_NOT_READY, 0, 1,
		    CODE, 7, 2);
	fake_answer(fake, SPDM_RESPOND_IF_READY, 1, 0x12, SPDM_ERROR, SPDM_ERROR_UNSPECIFIED, 0);
	KUNIT_EXPECT_EQ(test, outcome(test), -EREMOTEIO);
	fake_answer(fake, SPDM_RESPOND_IF_READY, 1, 0x12, SPDM_RESPONSE(SPDM_CHALLENGE), 0, 0);
	KUNIT_EXPECT_EQ(test, outcome(test), -EPROTO);
	fake_answer(fake, SPDM_RESPOND_IF_READY, 1, 0x12, SPDM_ERROR, SPDM_ERROR_NOT_READY, 0,
		    1, SPDM_RESPOND_IF_READY, 7, 2);
	KUNIT_EXPECT_EQ(test, outcome(test), -EPROTO);
}

/* @exponent: of the time that the device asks for */
static int outcome_of_wait(struct kunit *test, u8 exponent, bool slow)
{
	const u8 late[] = { 0x12, SPDM_ERROR, SPDM_ERROR_NOT_READY, 0, exponent, CODE, 7, 2 };
	struct fake_responder *fake = test->priv;
	struct spdm_exchange x = { .slow = slow };

	fake->slept_ms = 0;
	fake_script(fake, CODE, 1, late, sizeof(late));
	fake_script(fake, SPDM_RESPOND_IF_READY, 1, good, sizeof(good));
	return fake_exchange(fake, &x, request, sizeof(request));
}

static void patience_grows_with_ct_exponent(struct kunit *test)
{
	struct fake_responder *fake = test->priv;

	/* 2^24 us are 17 s */
	KUNIT_EXPECT_EQ(test, outcome_of_wait(test, 24, true), -EBUSY);
	KUNIT_EXPECT_EQ(test, fake->slept_ms, 0);

	fake->nr_scripts = 0;
	fake->ct_exponent = 23;
	fake_connect(test);
	KUNIT_EXPECT_EQ(test, outcome_of_wait(test, 24, false), -EBUSY);
	fake->nr_scripts = 0;
	KUNIT_EXPECT_EQ(test, outcome_of_wait(test, 24, true), 0);
	KUNIT_EXPECT_EQ(test, fake->slept_ms, 16778);

	fake->nr_scripts = 0;
	fake->ct_exponent = SPDM_MAX_CT_EXPONENT;
	fake_connect(test);
	KUNIT_EXPECT_EQ(test, outcome_of_wait(test, 26, true), -EBUSY);
	fake->nr_scripts = 0;
	KUNIT_EXPECT_EQ(test, outcome_of_wait(test, 25, true), 0);
	KUNIT_EXPECT_LE(test, fake->slept_ms, SLOW_MS);
}

static void cancelling_ends_a_wait(struct kunit *test)
{
	struct fake_responder *fake = test->priv;

	fake_answer(fake, CODE, FAKE_FOREVER, 0x12, SPDM_ERROR, SPDM_ERROR_BUSY, 0);
	fake->cancel_at = 2;
	KUNIT_EXPECT_EQ(test, outcome(test), -ECANCELED);
	KUNIT_EXPECT_EQ(test, fake->objects, 2);
	KUNIT_EXPECT_EQ(test, fake->slept_ms, 10);
	/* Nothing is said to the device any more */
	KUNIT_EXPECT_EQ(test, outcome(test), -ECANCELED);
	KUNIT_EXPECT_EQ(test, fake->objects, 2);
}

/*
 * Transport
 */

static void failures_of_the_transport_are_told_apart(struct kunit *test)
{
	static const int errs[][2] = {
		{ -ETIMEDOUT, -EIO }, { -EIO, -EIO }, { -ENODEV, -EIO }, { -EINTR, -EIO },
		{ -ENOMEM, -ENOMEM }, { -ECANCELED, -ECANCELED },
	};
	struct fake_responder *fake = test->priv;

	for (int i = 0; i < ARRAY_SIZE(errs); i++) {
		fake_script_err(fake, CODE, 1, errs[i][0]);
		KUNIT_EXPECT_EQ(test, outcome(test), errs[i][1]);
	}
}

static ssize_t claim_too_much(void *priv, enum spdm_object type, const void *req,
			      size_t req_len, void *rsp, size_t rsp_size)
{
	return rsp_size + 1;
}

static void transport_that_claims_too_much_is_refused(struct kunit *test)
{
	static const struct spdm_ops ops = { .exchange = claim_too_much };
	struct fake_responder *fake = test->priv;

	fake->config.ops = &ops;
	fake_create(test);
	KUNIT_EXPECT_EQ(test, spdm_connect(fake->spdm), -EIO);
}

static void nothing_is_secured_without_a_session(struct kunit *test)
{
	struct fake_responder *fake = test->priv;
	struct spdm_exchange x = { .secured = true };

	KUNIT_EXPECT_EQ(test, fake_exchange(fake, &x, request, sizeof(request)), -ENOTCONN);
	KUNIT_EXPECT_EQ(test, fake->objects, 0);
}

static void request_without_a_header_is_refused(struct kunit *test)
{
	struct fake_responder *fake = test->priv;
	struct spdm_exchange x = {};

	KUNIT_EXPECT_EQ(test, fake_exchange(fake, &x, request, 3), -EINVAL);
	KUNIT_EXPECT_EQ(test, fake_exchange(fake, &x, fake->in, SPDM_MAX_MESSAGE + 1), -EINVAL);
	KUNIT_EXPECT_EQ(test, fake->objects, 0);
}

static struct kunit_case exchange_cases[] = {
	KUNIT_CASE_PARAM(response_is_judged, reply_gen_params),
	KUNIT_CASE_PARAM(error_is_told_by_its_name, named_gen_params),
	KUNIT_CASE(resynch_forgets_everything),
	KUNIT_CASE_PARAM(length_is_exact, ending_gen_params),
	KUNIT_CASE(busy_device_is_asked_again),
	KUNIT_CASE(busy_for_ever_is_given_up),
	KUNIT_CASE(device_is_asked_whether_it_is_ready),
	KUNIT_CASE(never_ready_is_given_up),
	KUNIT_CASE(late_response_is_judged_as_any),
	KUNIT_CASE(patience_grows_with_ct_exponent),
	KUNIT_CASE(cancelling_ends_a_wait),
	KUNIT_CASE(failures_of_the_transport_are_told_apart),
	KUNIT_CASE(transport_that_claims_too_much_is_refused),
	KUNIT_CASE(nothing_is_secured_without_a_session),
	KUNIT_CASE(request_without_a_header_is_refused),
	{}
};

static struct kunit_suite exchange_suite = {
	.name = "spdm_exchange",
	.init = connect,
	.exit = fake_exit,
	.test_cases = exchange_cases,
};

kunit_test_suite(exchange_suite);
