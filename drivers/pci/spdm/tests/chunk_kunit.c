// SPDX-License-Identifier: GPL-2.0
/*
 * SPDM messages in chunks: all sizes around what fits, both ways, and devices that
 * lie about handle, sequence, sizes and sums.
 */
#include <kunit/test.h>
#include <linux/spdm.h>
#include <linux/unaligned.h>

#include "../spdm.h"
#include "fake-responder.h"

#define CODE		SPDM_VENDOR_DEFINED
#define OURS		(256 - 24)	/* our DataTransferSize at the smallest object */
#define CHUNK		(OURS - 12)	/* what goes into a chunk but the first */
#define PEERS		64		/* the device's */
#define CHUNK_GET_RSP	SPDM_RESPONSE(SPDM_CHUNK_GET)
#define CHUNK_SEND_RSP	SPDM_RESPONSE(SPDM_CHUNK_SEND)

static const u8 request[] = { 0x12, CODE, 0x00, 0x00 };

/* A message whose bytes tell where they belong; none of them is 0 but param1 and 2 */
static void fill(u8 *msg, u8 code, size_t len)
{
	for (size_t i = 0; i < len; i++)
		msg[i] = 1 + i % 251;
	msg[0] = SPDM_VERSION_12;
	msg[1] = code;
	msg[2] = 0;
	msg[3] = 0;
}

/* @priv: how long the answer is to be */
static size_t long_answer(struct fake_responder *fake, const u8 *req, size_t len, u8 *rsp)
{
	if (req[1] != CODE)
		return 0;
	fill(rsp, SPDM_RESPONSE(CODE), *(size_t *)fake->priv);
	return *(size_t *)fake->priv;
}

static int connect_small(struct kunit *test)
{
	struct fake_responder *fake;
	int rc = fake_init(test);

	if (rc)
		return rc;
	fake = test->priv;
	fake->config.max_object = 256;
	fake->transfer = PEERS;
	fake_create(test);
	fake_connect(test);
	fake->objects = 0;
	return 0;
}

/*
 * Responses
 */

static void response_of(struct kunit *test, size_t len, unsigned int chunks)
{
	struct fake_responder *fake = test->priv;
	struct spdm_exchange x = {};
	u8 *expected = fake->in;

	fake->priv = &len;
	fake->handle = long_answer;
	fake->seen[SPDM_CHUNK_GET] = 0;
	KUNIT_ASSERT_EQ_MSG(test, fake_exchange(fake, &x, request, sizeof(request)), 0, "%s",
			    spdm_fault_text(fake->spdm));
	KUNIT_EXPECT_EQ(test, fake->seen[SPDM_CHUNK_GET], chunks);
	KUNIT_EXPECT_EQ(test, spdm_exchange_end(fake->spdm, &x, len), 0);
	fill(expected, SPDM_RESPONSE(CODE), len);
	KUNIT_EXPECT_MEMEQ(test, x.rsp, expected, len);
}

static void responses_of_all_sizes_come(struct kunit *test)
{
	response_of(test, 4, 0);
	response_of(test, OURS, 0);
	response_of(test, OURS + 1, 2);
	response_of(test, 2 * CHUNK - 4, 2);
	response_of(test, 2 * CHUNK - 3, 3);
	response_of(test, SPDM_MAX_MESSAGE, DIV_ROUND_UP(SPDM_MAX_MESSAGE + 4, CHUNK));
}

static void padding_is_no_part_of_a_chunk(struct kunit *test)
{
	struct fake_responder *fake = test->priv;

	fake->pad = true;
	for (size_t len = OURS + 1; len < OURS + 6; len++)
		response_of(test, len, 2);
}

/* The length of a message in chunks is exact: there is no transport to pad it. */
static void large_response_has_no_padding(struct kunit *test)
{
	struct fake_responder *fake = test->priv;
	struct spdm_exchange x = {};
	size_t len = 500;

	fake->priv = &len;
	fake->handle = long_answer;
	KUNIT_ASSERT_EQ(test, fake_exchange(fake, &x, request, sizeof(request)), 0);
	memset((void *)(x.rsp + 497), 0, 3);
	KUNIT_EXPECT_EQ(test, spdm_exchange_end(fake->spdm, &x, 497), -EMSGSIZE);
	KUNIT_EXPECT_EQ(test, spdm_exchange_end(fake->spdm, &x, 501), -EBADMSG);
}

/**
 * struct lie - something wrong with one chunk, or one acknowledgment
 * @desc: what
 * @err: what comes of it
 * @code: of the response that lies
 * @seq: which one
 * @at: where in it
 * @width: how many bytes of @val go there; 0 to leave them
 * @val: what it says there
 * @len: how long the response is then; 0 to leave it
 * @objects: data objects after which it has to be noticed
 */
struct lie {
	const char *desc;
	int err;
	u8 code;
	u16 seq;
	u8 at;
	u8 width;
	u32 val;
	u16 len;
	unsigned int objects;
};

static size_t tell_lie(struct fake_responder *fake, u8 *rsp, size_t len)
{
	const struct lie *lie = fake->priv;

	if (rsp[1] != lie->code || get_unaligned_le16(rsp + 4) != lie->seq)
		return len;
	for (int i = 0; i < lie->width; i++)
		rsp[lie->at + i] = lie->val >> 8 * i;
	return lie->len ?: len;
}

/* Three chunks: of 216, 220 and 64 bytes */
#define LENGTH	500
#define FIRST	(CHUNK - 4)
#define LAST	(LENGTH - FIRST - CHUNK)

static const struct lie get_lies[] = {
	{ "another handle", -EPROTO, CHUNK_GET_RSP, 0, 3, 1, 9, 0, 2 },
	{ "another handle later", -EPROTO, CHUNK_GET_RSP, 1, 3, 1, 9, 0, 3 },
	{ "a sequence that begins with 1", -EPROTO, CHUNK_GET_RSP, 0, 4, 2, 1, 0, 2 },
	{ "a chunk again", -EPROTO, CHUNK_GET_RSP, 1, 4, 2, 0, 0, 3 },
	{ "a chunk left out", -EPROTO, CHUNK_GET_RSP, 1, 4, 2, 2, 0, 3 },
	{ "chunk larger than it is", -EBADMSG, CHUNK_GET_RSP, 0, 8, 4, FIRST + 1, 0, 2 },
	{ "chunk of 4 GiB", -EBADMSG, CHUNK_GET_RSP, 0, 8, 4, U32_MAX, 0, 2 },
	{ "chunk smaller than it is", -EMSGSIZE, CHUNK_GET_RSP, 0, 8, 4, FIRST - 1, 0, 2 },
	{ "chunk much smaller than it is", -EMSGSIZE, CHUNK_GET_RSP, 1, 8, 4, 100, 0, 3 },
	{ "no chunk", -EPROTO, CHUNK_GET_RSP, 1, 8, 4, 0, 12, 3 },
	{ "a small chunk", -EPROTO, CHUNK_GET_RSP, 1, 8, 4, 29, 12 + 29, 3 },
	{ "a small first chunk", -EPROTO, CHUNK_GET_RSP, 0, 8, 4, 25, 16 + 25, 2 },
	{ "message of 4 GiB", -EMSGSIZE, CHUNK_GET_RSP, 0, 12, 4, U32_MAX, 0, 2 },
	{ "message above what was offered", -EMSGSIZE, CHUNK_GET_RSP, 0, 12, 4,
	  SPDM_MAX_MESSAGE + 1, 0, 2 },
	{ "message of no bytes", -EPROTO, CHUNK_GET_RSP, 0, 12, 4, 0, 0, 2 },
	{ "message below a header", -EPROTO, CHUNK_GET_RSP, 0, 12, 4, 3, 0, 2 },
	{ "message below its first chunk", -EPROTO, CHUNK_GET_RSP, 0, 12, 4, FIRST - 1, 0, 2 },
	{ "message that ends before it ends", -EPROTO, CHUNK_GET_RSP, 0, 12, 4, FIRST, 0, 2 },
	{ "sum one too small", -EPROTO, CHUNK_GET_RSP, 0, 12, 4, LENGTH + 1, 0, 4 },
	{ "sum one too large", -EPROTO, CHUNK_GET_RSP, 0, 12, 4, LENGTH - 1, 0, 4 },
	{ "last one too early", -EPROTO, CHUNK_GET_RSP, 0, 2, 1, 1, 0, 2 },
	{ "last one in the middle", -EPROTO, CHUNK_GET_RSP, 1, 2, 1, 1, 0, 3 },
	{ "last one does not say so", -EPROTO, CHUNK_GET_RSP, 2, 2, 1, 0, 0, 4 },
	{ "header cut off", -EBADMSG, CHUNK_GET_RSP, 1, 0, 0, 0, 11, 3 },
	{ "size of the message cut off", -EBADMSG, CHUNK_GET_RSP, 0, 0, 0, 0, 15, 2 },
	{ "chunk cut off", -EBADMSG, CHUNK_GET_RSP, 1, 0, 0, 0, 12 + CHUNK - 1, 3 },
	{ "last chunk cut off", -EBADMSG, CHUNK_GET_RSP, 2, 0, 0, 0, 12 + LAST - 1, 4 },
	{ "last chunk with more behind it", -EMSGSIZE, CHUNK_GET_RSP, 2, 0, 0, 0, 12 + LAST + 4,
	  4 },
	{ "another version", -EPROTO, CHUNK_GET_RSP, 1, 0, 1, 0x13, 0, 3 },
	{ "another code", -EPROTO, CHUNK_GET_RSP, 1, 1, 1, CHUNK_SEND_RSP, 0, 3 },
	{ "an error", -EREMOTEIO, CHUNK_GET_RSP, 1, 1, 2, 0x057f, 4, 3 },
	{ "busy in the middle", -EBUSY, CHUNK_GET_RSP, 1, 1, 2, 0x037f, 4, 3 },
	{ "not ready in the middle", -EPROTO, CHUNK_GET_RSP, 1, 1, 2, 0x427f, 8, 3 },
	{ "large in large", -EPROTO, CHUNK_GET_RSP, 1, 1, 2, 0x0f7f, 5, 3 },
	{ "the message has another version", -EPROTO, CHUNK_GET_RSP, 0, 16, 1, 0x11, 0, 4 },
	{ "the message is another one", -EPROTO, CHUNK_GET_RSP, 0, 17, 1, 0x01, 0, 4 },
	{ "the message is an error", -EMSGSIZE, CHUNK_GET_RSP, 0, 17, 1, SPDM_ERROR, 0, 4 },
	{ "the first chunk is an error", -EREMOTEIO, CHUNK_GET_RSP, 0, 1, 2, 0x017f, 4, 2 },
};

KUNIT_ARRAY_PARAM_DESC(get_lie, get_lies, desc);

static size_t answer_500(struct fake_responder *fake, const u8 *req, size_t len, u8 *rsp)
{
	if (req[1] != CODE)
		return 0;
	fill(rsp, SPDM_RESPONSE(CODE), LENGTH);
	return LENGTH;
}

static void lie_in_a_large_response_is_seen(struct kunit *test)
{
	const struct lie *lie = test->param_value;
	struct fake_responder *fake = test->priv;
	struct spdm_exchange x = {};

	fake->handle = answer_500;
	fake->spoil = tell_lie;
	fake->priv = (void *)lie;
	KUNIT_EXPECT_EQ_MSG(test, fake_exchange(fake, &x, request, sizeof(request)), lie->err,
			    "%s", spdm_fault_text(fake->spdm));
	KUNIT_EXPECT_EQ(test, fake->objects, lie->objects);
	KUNIT_EXPECT_NULL(test, fake->spdm->big.data);
	KUNIT_EXPECT_NULL(test, x.rsp);

	/* The connection has not suffered. */
	fake->spoil = NULL;
	KUNIT_EXPECT_EQ(test, fake_exchange(fake, &x, request, sizeof(request)), 0);
	KUNIT_EXPECT_EQ(test, spdm_exchange_end(fake->spdm, &x, LENGTH), 0);
}

static void error_in_chunks_is_refused(struct kunit *test)
{
	struct fake_responder *fake = test->priv;
	struct spdm_exchange x = {};

	fake_answer(fake, CODE, 1, 0x12, SPDM_ERROR, SPDM_ERROR_LARGE_RESPONSE, 0, 0x07);
	fake_answer(fake, SPDM_CHUNK_GET, 1, 0x12, CHUNK_GET_RSP, SPDM_CHUNK_LAST, 0x07, 0, 0,
		    0, 0, 4, 0, 0, 0, 4, 0, 0, 0, 0x12, SPDM_ERROR, SPDM_ERROR_BUSY, 0);
	KUNIT_EXPECT_EQ(test, fake_exchange(fake, &x, request, sizeof(request)), -EPROTO);
	KUNIT_EXPECT_STREQ(test, spdm_fault_text(fake->spdm), "an ERROR came in chunks");
	KUNIT_EXPECT_EQ(test, fake->objects, 2);
}

static void large_response_without_the_capability_is_refused(struct kunit *test)
{
	struct fake_responder *fake = test->priv;
	struct spdm_exchange x = {};

	fake->caps &= ~SPDM_CAP_CHUNK;
	fake->message = fake->transfer;
	fake_connect(test);
	fake->handle = answer_500;
	fake->objects = 0;
	KUNIT_EXPECT_EQ(test, fake_exchange(fake, &x, request, sizeof(request)), -EPROTO);
	KUNIT_EXPECT_EQ(test, fake->objects, 1);
}

static void chunks_are_cancelled_between_two(struct kunit *test)
{
	struct fake_responder *fake = test->priv;
	struct spdm_exchange x = {};

	fake->handle = answer_500;
	fake->cancel_at = 2;
	KUNIT_EXPECT_EQ(test, fake_exchange(fake, &x, request, sizeof(request)), -ECANCELED);
	KUNIT_EXPECT_EQ(test, fake->objects, 2);

	/* Of which the device learns by the next request, that is asked once more then */
	fake->cancel_at = 0;
	fake->objects = 0;
	KUNIT_EXPECT_EQ(test, fake_exchange(fake, &x, request, sizeof(request)), 0);
	KUNIT_EXPECT_EQ(test, spdm_exchange_end(fake->spdm, &x, 500), 0);
	KUNIT_EXPECT_LT(test, 4, fake->objects);
}

/* It is excused once, and only for chunks that were given up */
static void unexpected_request_is_an_error(struct kunit *test)
{
	static const u8 error[] = { 0x12, SPDM_ERROR, SPDM_ERROR_UNEXPECTED_REQUEST, 0 };
	struct fake_responder *fake = test->priv;
	struct spdm_exchange x = {};

	fake->handle = answer_500;
	fake->cancel_at = 2;
	KUNIT_EXPECT_EQ(test, fake_exchange(fake, &x, request, sizeof(request)), -ECANCELED);
	fake->cancel_at = 0;
	fake_script(fake, request[1], 9, error, sizeof(error));
	fake->objects = 0;
	KUNIT_EXPECT_EQ(test, fake_exchange(fake, &x, request, sizeof(request)), -EREMOTEIO);
	KUNIT_EXPECT_EQ(test, fake->objects, 2);
	KUNIT_EXPECT_EQ(test, fake_exchange(fake, &x, request, sizeof(request)), -EREMOTEIO);
	KUNIT_EXPECT_EQ(test, fake->objects, 3);
}

/* Each of them within a second, which DOE allows; and 70 s of patience in all */
static void slow_chunks_of_a_response_have_an_end(struct kunit *test)
{
	struct fake_responder *fake = test->priv;
	struct spdm_exchange x = {};
	size_t len = 10000;

	fake->priv = &len;
	fake->handle = long_answer;
	fake->object_ms = 990;
	KUNIT_EXPECT_EQ(test, fake_exchange(fake, &x, request, sizeof(request)), 0);
	KUNIT_EXPECT_EQ(test, spdm_exchange_end(fake->spdm, &x, len), 0);

	len = SPDM_MAX_MESSAGE;
	fake->objects = 0;
	KUNIT_EXPECT_EQ(test, fake_exchange(fake, &x, request, sizeof(request)), -EBUSY);
	KUNIT_EXPECT_STREQ(test, spdm_fault_text(fake->spdm),
			   "the chunks of a response take too long");
	KUNIT_EXPECT_EQ(test, fake->objects, 70000 / 990 + 1);
	KUNIT_EXPECT_NULL(test, fake->spdm->big.data);

	/* The next exchange has time of its own. */
	len = LENGTH;
	KUNIT_EXPECT_EQ(test, fake_exchange(fake, &x, request, sizeof(request)), 0);
}

/*
 * Requests
 */

static void request_of(struct kunit *test, size_t len, unsigned int chunks)
{
	static const u8 answer[] = { 0x12, SPDM_RESPONSE(CODE), 0, 0 };
	struct fake_responder *fake = test->priv;
	struct spdm_exchange x = {};
	u8 *req = fake->object + FAKE_SIZE / 8;

	fill(req, CODE, len);
	fake->nr_scripts = 0;
	fake_script(fake, CODE, 1, answer, sizeof(answer));
	fake->seen[SPDM_CHUNK_SEND] = 0;
	KUNIT_EXPECT_EQ_MSG(test, fake_exchange(fake, &x, req, len), 0, "%s",
			    spdm_fault_text(fake->spdm));
	KUNIT_EXPECT_EQ(test, fake->seen[SPDM_CHUNK_SEND], chunks);
	KUNIT_EXPECT_EQ(test, fake->last_len, len);
	KUNIT_EXPECT_MEMEQ(test, fake->last, req, len);
	KUNIT_EXPECT_EQ(test, spdm_exchange_end(fake->spdm, &x, sizeof(answer)), 0);
}

static void requests_of_all_sizes_go(struct kunit *test)
{
	const size_t first = PEERS - 16, more = PEERS - 12;

	request_of(test, 4, 0);
	request_of(test, PEERS, 0);
	request_of(test, PEERS + 1, 2);
	request_of(test, first + more, 2);
	request_of(test, first + more + 1, 3);
	request_of(test, first + 150 * more, 151);
}

/* The first of its chunks is what tells the device so, and all of it is sent once more */
static void large_request_follows_chunks_that_were_given_up(struct kunit *test)
{
	struct fake_responder *fake = test->priv;
	struct spdm_exchange x = {};

	fake->handle = answer_500;
	fake->cancel_at = 2;
	KUNIT_EXPECT_EQ(test, fake_exchange(fake, &x, request, sizeof(request)), -ECANCELED);
	fake->cancel_at = 0;
	fake->objects = 0;
	request_of(test, PEERS + 1, 2);
	KUNIT_EXPECT_EQ(test, fake->objects, 1 + 2);
}

static void large_request_gets_a_large_response(struct kunit *test)
{
	struct fake_responder *fake = test->priv;
	struct spdm_exchange x = {};
	u8 req[2 * PEERS];

	fill(req, CODE, sizeof(req));
	fake->handle = answer_500;
	KUNIT_EXPECT_EQ(test, fake_exchange(fake, &x, req, sizeof(req)), 0);
	KUNIT_EXPECT_EQ(test, spdm_exchange_end(fake->spdm, &x, LENGTH), 0);
	KUNIT_EXPECT_EQ(test, fake->objects, 3 + 3);
}

static void large_request_to_a_busy_device_is_sent_again(struct kunit *test)
{
	struct fake_responder *fake = test->priv;
	struct spdm_exchange x = {};
	u8 req[2 * PEERS];

	fill(req, CODE, sizeof(req));
	fake_answer(fake, CODE, 1, 0x12, SPDM_ERROR, SPDM_ERROR_BUSY, 0);
	fake_answer(fake, CODE, 1, 0x12, SPDM_ERROR, SPDM_ERROR_NOT_READY, 0, 1, CODE, 3, 2);
	fake_answer(fake, SPDM_RESPOND_IF_READY, 1, 0x12, SPDM_RESPONSE(CODE), 0, 0);
	KUNIT_EXPECT_EQ(test, fake_exchange(fake, &x, req, sizeof(req)), 0);
	KUNIT_EXPECT_EQ(test, fake->seen[SPDM_CHUNK_SEND], 2 * 3);
	KUNIT_EXPECT_EQ(test, fake->seen[SPDM_RESPOND_IF_READY], 1);
}

/* Chunks anew for each time that it is busy: they share one deadline. */
static void slow_chunks_of_a_request_have_an_end(struct kunit *test)
{
	struct fake_responder *fake = test->priv;
	struct spdm_exchange x = {};
	u8 req[10 * PEERS];

	fill(req, CODE, sizeof(req));
	fake_answer(fake, CODE, FAKE_FOREVER, 0x12, SPDM_ERROR, SPDM_ERROR_BUSY, 0);
	fake->object_ms = 990;
	KUNIT_EXPECT_EQ(test, fake_exchange(fake, &x, req, sizeof(req)), -EBUSY);
	KUNIT_EXPECT_STREQ(test, spdm_fault_text(fake->spdm),
			   "the chunks of a request take too long");
	KUNIT_EXPECT_LE(test, fake->now_ms, 71000);
}

/* Three chunks; their acknowledgments are of 6 bytes, the last one has a response more. */
static const struct lie send_lies[] = {
	{ "another handle", -EPROTO, CHUNK_SEND_RSP, 0, 3, 1, 99, 0, 1 },
	{ "another chunk", -EPROTO, CHUNK_SEND_RSP, 1, 4, 2, 2, 0, 2 },
	{ "the last chunk again", -EPROTO, CHUNK_SEND_RSP, 1, 4, 2, 0, 0, 2 },
	{ "cut off", -EBADMSG, CHUNK_SEND_RSP, 0, 0, 0, 0, 5, 1 },
	{ "nothing but a header", -EBADMSG, CHUNK_SEND_RSP, 0, 0, 0, 0, 4, 1 },
	{ "more behind it", -EMSGSIZE, CHUNK_SEND_RSP, 0, 6, 1, 1, 7, 1 },
	{ "more padding than a DW has", -EMSGSIZE, CHUNK_SEND_RSP, 0, 6, 4, 0, 10, 1 },
	{ "no response with the last one", -EBADMSG, CHUNK_SEND_RSP, 2, 0, 0, 0, 6, 3 },
	{ "half a response", -EBADMSG, CHUNK_SEND_RSP, 2, 0, 0, 0, 9, 3 },
	{ "response of another version", -EPROTO, CHUNK_SEND_RSP, 2, 6, 1, 0x10, 0, 3 },
	{ "response to another request", -EPROTO, CHUNK_SEND_RSP, 2, 7, 1, 0x02, 0, 3 },
	{ "early error that is none", -EPROTO, CHUNK_SEND_RSP, 2, 2, 1, 1, 0, 3 },
	{ "early error without an error", -EBADMSG, CHUNK_SEND_RSP, 0, 2, 1, 1, 0, 1 },
	{ "another version", -EPROTO, CHUNK_SEND_RSP, 1, 0, 1, 0x11, 0, 2 },
	{ "another code", -EPROTO, CHUNK_SEND_RSP, 1, 1, 1, CHUNK_GET_RSP, 0, 2 },
	{ "an error in place of it", -EREMOTEIO, CHUNK_SEND_RSP, 1, 1, 2, 0x017f, 4, 2 },
	{ "unsupported", -EOPNOTSUPP, CHUNK_SEND_RSP, 0, 1, 2, 0x077f, 4, 1 },
};

KUNIT_ARRAY_PARAM_DESC(send_lie, send_lies, desc);

static void lie_about_a_large_request_is_seen(struct kunit *test)
{
	static const u8 answer[] = { 0x12, SPDM_RESPONSE(CODE), 0, 0 };
	const struct lie *lie = test->param_value;
	struct fake_responder *fake = test->priv;
	struct spdm_exchange x = {};
	u8 req[2 * PEERS];

	fill(req, CODE, sizeof(req));
	fake_script(fake, CODE, FAKE_FOREVER, answer, sizeof(answer));
	fake->spoil = tell_lie;
	fake->priv = (void *)lie;
	KUNIT_EXPECT_EQ_MSG(test, fake_exchange(fake, &x, req, sizeof(req)), lie->err, "%s",
			    spdm_fault_text(fake->spdm));
	KUNIT_EXPECT_EQ(test, fake->objects, lie->objects);
	KUNIT_EXPECT_NULL(test, x.rsp);
}

/* It knows from the first chunk that it does not want the message. */
static size_t early_error(struct fake_responder *fake, u8 *rsp, size_t len)
{
	static const u8 error[] = { 0x12, SPDM_ERROR, SPDM_ERROR_REQUEST_TOO_LARGE, 0 };

	if (rsp[1] != CHUNK_SEND_RSP)
		return len;
	rsp[2] = SPDM_CHUNK_EARLY_ERROR;
	memcpy(rsp + 6, error, sizeof(error));
	return 6 + sizeof(error);
}

static void early_error_ends_a_large_request(struct kunit *test)
{
	struct fake_responder *fake = test->priv;
	struct spdm_exchange x = {};
	u8 req[4 * PEERS];

	fill(req, CODE, sizeof(req));
	fake->spoil = early_error;
	KUNIT_EXPECT_EQ(test, fake_exchange(fake, &x, req, sizeof(req)), -EREMOTEIO);
	KUNIT_EXPECT_STREQ(test, spdm_fault_text(fake->spdm), "device: RequestTooLarge");
	KUNIT_EXPECT_EQ(test, fake->objects, 1);
}

static void request_above_what_the_device_takes_is_not_sent(struct kunit *test)
{
	struct fake_responder *fake = test->priv;
	struct spdm_exchange x = {};
	u8 req[2 * PEERS];

	fill(req, CODE, sizeof(req));
	fake->message = sizeof(req) - 1;
	fake_connect(test);
	fake->objects = 0;
	KUNIT_EXPECT_EQ(test, fake_exchange(fake, &x, req, sizeof(req)), -EMSGSIZE);

	fake->caps &= ~SPDM_CAP_CHUNK;
	fake->message = fake->transfer;
	fake_connect(test);
	fake->objects = 0;
	KUNIT_EXPECT_EQ(test, fake_exchange(fake, &x, req, PEERS + 1), -EMSGSIZE);
	KUNIT_EXPECT_EQ(test, fake->objects, 0);
}

static struct kunit_case chunk_cases[] = {
	KUNIT_CASE(responses_of_all_sizes_come),
	KUNIT_CASE(padding_is_no_part_of_a_chunk),
	KUNIT_CASE(large_response_has_no_padding),
	KUNIT_CASE_PARAM(lie_in_a_large_response_is_seen, get_lie_gen_params),
	KUNIT_CASE(error_in_chunks_is_refused),
	KUNIT_CASE(large_response_without_the_capability_is_refused),
	KUNIT_CASE(chunks_are_cancelled_between_two),
	KUNIT_CASE(unexpected_request_is_an_error),
	KUNIT_CASE(slow_chunks_of_a_response_have_an_end),
	KUNIT_CASE(requests_of_all_sizes_go),
	KUNIT_CASE(large_request_follows_chunks_that_were_given_up),
	KUNIT_CASE(large_request_gets_a_large_response),
	KUNIT_CASE(large_request_to_a_busy_device_is_sent_again),
	KUNIT_CASE_PARAM(lie_about_a_large_request_is_seen, send_lie_gen_params),
	KUNIT_CASE(early_error_ends_a_large_request),
	KUNIT_CASE(request_above_what_the_device_takes_is_not_sent),
	KUNIT_CASE(slow_chunks_of_a_request_have_an_end),
	{}
};

static struct kunit_suite chunk_suite = {
	.name = "spdm_chunk",
	.init = connect_small,
	.exit = fake_exit,
	.test_cases = chunk_cases,
};

kunit_test_suite(chunk_suite);
