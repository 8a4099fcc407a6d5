// SPDX-License-Identifier: GPL-2.0
/*
 * Records against those of a conversation that was captured from DMTF's spdm-emu:
 * sealed byte for byte, opened, and refused once anything is changed, cut off,
 * repeated or left out.
 */
#include <kunit/test.h>
#include <linux/err.h>
#include <linux/minmax.h>
#include <linux/slab.h>
#include <linux/spdm.h>
#include <linux/unaligned.h>
#include <linux/vmalloc.h>

#include "../crypto.h"
#include "../spdm.h"
#include "vectors.h"

#define H	48
#define DOE	8	/* head of a data object */
#define ID	0xffffffff

/* Of a data object, the record; what pads it is the object's */
#define RECORD(object)		((object) + DOE)
#define RECORD_LEN(object) \
	(sizeof(struct spdm_record) + get_unaligned_le16(RECORD(object) + sizeof(__le32)))

struct ctx {
	struct spdm *spdm;
	u8 *buf;
};

static int secured_init(struct kunit *test)
{
	struct ctx *ctx = kunit_kzalloc(test, sizeof(*ctx), GFP_KERNEL);
	struct spdm *spdm = kunit_kzalloc(test, sizeof(*spdm), GFP_KERNEL);

	if (!ctx || !spdm)
		return -ENOMEM;

	ctx->buf = kunit_kzalloc(test, 512, GFP_KERNEL);
	if (!ctx->buf)
		return -ENOMEM;

	spdm->version = SPDM_VERSION_12;
	spdm->algos.base_hash = SPDM_HASH_SHA384;
	spdm->algos.hash_size = H;
	spdm->algos.dhe_size = 96;
	spdm->algos.aead = SPDM_AEAD_AES256_GCM;
	spdm->session.id = ID;
	memcpy(spdm->session.secrets.dhe, session_dhe_secret, H);
	ctx->spdm = spdm;
	test->priv = ctx;
	return spdm_schedule_handshake(spdm, session_th1);
}

static void secured_exit(struct kunit *test)
{
	struct ctx *ctx = test->priv;

	if (!ctx)
		return;
	spdm_direction_clear(&ctx->spdm->session.req);
	spdm_direction_clear(&ctx->spdm->session.rsp);
}

static void application(struct kunit *test)
{
	struct ctx *ctx = test->priv;

	KUNIT_ASSERT_EQ(test, spdm_schedule_data(ctx->spdm, session_th2), 0);
}

/* The device's end of the session: what we seal is what it opens. */
static void change_sides(struct spdm *spdm)
{
	swap(spdm->session.req, spdm->session.rsp);
}

static void expect_sealed(struct kunit *test, const u8 *msg, size_t len, const u8 *object)
{
	struct ctx *ctx = test->priv;
	size_t want = RECORD_LEN(object);

	memset(ctx->buf, 0xa5, 512);
	KUNIT_ASSERT_EQ(test, spdm_seal(ctx->spdm, msg, len, ctx->buf, want), want);
	KUNIT_EXPECT_MEMEQ(test, ctx->buf, RECORD(object), want);
	KUNIT_EXPECT_EQ(test, ctx->buf[want], 0xa5);
	KUNIT_EXPECT_EQ(test, want, len + SPDM_RECORD_OVERHEAD);
}

static void expect_opened(struct kunit *test, const u8 *object, size_t padding, const u8 *want,
			  size_t len)
{
	struct ctx *ctx = test->priv;
	size_t record = RECORD_LEN(object);
	const u8 *msg;

	memset(ctx->buf, 0, 512);
	memcpy(ctx->buf, RECORD(object), record);
	KUNIT_ASSERT_EQ(test, spdm_open(ctx->spdm, &ctx->spdm->session.rsp, ctx->buf,
					record + padding, &msg), len);
	KUNIT_EXPECT_MEMEQ(test, msg, want, len);
}

/* The record of FINISH_RSP with one thing done to it */
static ssize_t open_finish_rsp(struct ctx *ctx, size_t at, u8 change, size_t len)
{
	const u8 *msg;

	memset(ctx->buf, 0, 512);
	memcpy(ctx->buf, RECORD(session_doe_finish_rsp), RECORD_LEN(session_doe_finish_rsp));
	ctx->buf[at] ^= change;
	return spdm_open(ctx->spdm, &ctx->spdm->session.rsp, ctx->buf, len, &msg);
}

static void a_conversation_is_sealed_and_opened(struct kunit *test)
{
	struct ctx *ctx = test->priv;

	expect_sealed(test, session_finish, sizeof(session_finish), session_doe_finish);
	expect_opened(test, session_doe_finish_rsp, 0, session_finish_rsp,
		      sizeof(session_finish_rsp));
	KUNIT_EXPECT_EQ(test, ctx->spdm->session.req.seq, 1);
	KUNIT_EXPECT_EQ(test, ctx->spdm->session.rsp.seq, 1);

	application(test);
	expect_sealed(test, session_app_0 + 2, sizeof(session_app_0) - 2, session_doe_app_0);
	expect_sealed(test, session_app_1 + 2, sizeof(session_app_1) - 2, session_doe_app_1);
	KUNIT_EXPECT_EQ(test, ctx->spdm->session.req.seq, 2);
}

static void the_other_side_opens_it(struct kunit *test)
{
	struct ctx *ctx = test->priv;

	change_sides(ctx->spdm);
	expect_opened(test, session_doe_finish, 2, session_finish, sizeof(session_finish));
	expect_sealed(test, session_finish_rsp, sizeof(session_finish_rsp),
		      session_doe_finish_rsp);

	change_sides(ctx->spdm);
	application(test);
	change_sides(ctx->spdm);
	expect_opened(test, session_doe_app_0, 1, session_app_0 + 2, sizeof(session_app_0) - 2);
	expect_opened(test, session_doe_app_1, 3, session_app_1 + 2, sizeof(session_app_1) - 2);
}

static void any_changed_bit_is_refused(struct kunit *test)
{
	struct ctx *ctx = test->priv;
	size_t len = RECORD_LEN(session_doe_finish_rsp);

	for (size_t i = 0; i < len * 8; i++) {
		ssize_t rc = open_finish_rsp(ctx, i / 8, 1 << i % 8, len);

		/* Head: session, then length, which shows before anything is opened. */
		if (i < 32)
			KUNIT_EXPECT_EQ_MSG(test, rc, -EPROTO, "bit %zu", i);
		else if (i < 48)
			KUNIT_EXPECT_TRUE_MSG(test, rc == -EBADMSG || rc == -EMSGSIZE ||
					      rc == -EKEYREJECTED, "bit %zu: %zd", i, rc);
		else
			KUNIT_EXPECT_EQ_MSG(test, rc, -EKEYREJECTED, "bit %zu", i);
	}
	KUNIT_EXPECT_EQ(test, ctx->spdm->session.rsp.seq, 0);
	KUNIT_EXPECT_EQ(test, open_finish_rsp(ctx, 0, 0, len), sizeof(session_finish_rsp));
}

static void a_tag_alone_does_not_cover_another_length(struct kunit *test)
{
	struct ctx *ctx = test->priv;
	size_t len = RECORD_LEN(session_doe_finish_rsp);

	/* One byte less is said, and is there as padding: the tag is looked for too early. */
	KUNIT_EXPECT_EQ(test, open_finish_rsp(ctx, 4, 0x16 ^ 0x15, len), -EKEYREJECTED);
	/* Four less is more padding than there can be. */
	KUNIT_EXPECT_EQ(test, open_finish_rsp(ctx, 4, 0x16 ^ 0x12, len), -EMSGSIZE);
	/* One more than is there */
	KUNIT_EXPECT_EQ(test, open_finish_rsp(ctx, 4, 0x16 ^ 0x17, len), -EBADMSG);
	KUNIT_EXPECT_EQ(test, open_finish_rsp(ctx, 4, 0x16 ^ 0x17, len + 1), -EKEYREJECTED);
	/* Not even a tag and a length */
	KUNIT_EXPECT_EQ(test, open_finish_rsp(ctx, 4, 0x16 ^ 0x11, len), -EBADMSG);
}

static void only_padding_of_the_object_may_follow(struct kunit *test)
{
	struct ctx *ctx = test->priv;
	size_t len = RECORD_LEN(session_doe_finish_rsp);

	KUNIT_EXPECT_EQ(test, open_finish_rsp(ctx, 0, 0, len + 4), -EMSGSIZE);
	KUNIT_EXPECT_EQ(test, open_finish_rsp(ctx, 0, 0, 500), -EMSGSIZE);
	KUNIT_EXPECT_EQ(test, open_finish_rsp(ctx, len, 0xff, len + 3),
			sizeof(session_finish_rsp));
}

/* Each length, up to the end of a page that nothing follows */
static void what_is_too_short_is_refused(struct kunit *test)
{
	struct ctx *ctx = test->priv;
	size_t len = RECORD_LEN(session_doe_finish_rsp);
	u8 *page = vmalloc(PAGE_SIZE);
	const u8 *msg;

	KUNIT_ASSERT_NOT_NULL(test, page);
	for (size_t n = 0; n < len; n++) {
		u8 *record = page + PAGE_SIZE - n;

		memcpy(record, RECORD(session_doe_finish_rsp), n);
		KUNIT_EXPECT_EQ_MSG(test, spdm_open(ctx->spdm, &ctx->spdm->session.rsp, record, n,
						    &msg), -EBADMSG, "%zu bytes", n);
		KUNIT_EXPECT_NULL(test, msg);
	}
	memcpy(page + PAGE_SIZE - len, RECORD(session_doe_finish_rsp), len);
	KUNIT_EXPECT_EQ(test, spdm_open(ctx->spdm, &ctx->spdm->session.rsp, page + PAGE_SIZE - len,
					len, &msg), sizeof(session_finish_rsp));
	vfree(page);
}

static void a_replayed_record_is_refused(struct kunit *test)
{
	struct ctx *ctx = test->priv;
	size_t len = RECORD_LEN(session_doe_finish_rsp);

	KUNIT_EXPECT_EQ(test, open_finish_rsp(ctx, 0, 0, len), sizeof(session_finish_rsp));
	KUNIT_EXPECT_EQ(test, open_finish_rsp(ctx, 0, 0, len), -EKEYREJECTED);
}

static void a_record_out_of_order_is_refused(struct kunit *test)
{
	struct ctx *ctx = test->priv;
	const u8 *msg;

	application(test);
	change_sides(ctx->spdm);
	memcpy(ctx->buf, RECORD(session_doe_app_1), RECORD_LEN(session_doe_app_1));
	KUNIT_EXPECT_EQ(test, spdm_open(ctx->spdm, &ctx->spdm->session.rsp, ctx->buf,
					RECORD_LEN(session_doe_app_1), &msg), -EKEYREJECTED);
}

static void nothing_of_a_bad_record_is_left(struct kunit *test)
{
	struct ctx *ctx = test->priv;
	size_t len = RECORD_LEN(session_doe_finish_rsp);

	KUNIT_EXPECT_EQ(test, open_finish_rsp(ctx, len - 1, 1, len), -EKEYREJECTED);
	KUNIT_EXPECT_NULL(test, memchr_inv(ctx->buf + sizeof(struct spdm_record), 0,
					   len - sizeof(struct spdm_record) - SPDM_AEAD_TAG));
}

/* A record of the device's with @plain as it is; its length field can say what it likes. */
static ssize_t open_plain(struct kunit *test, const u8 *plain, size_t len, const u8 **msg)
{
	struct ctx *ctx = test->priv;
	struct spdm_direction *dir = &ctx->spdm->session.rsp;

	put_unaligned_le32(ID, ctx->buf);
	put_unaligned_le16(len + SPDM_AEAD_TAG, ctx->buf + 4);
	memcpy(ctx->buf + 6, plain, len);
	KUNIT_ASSERT_EQ(test, dir->seq, 0);
	KUNIT_ASSERT_EQ(test, spdm_aead_seal(dir->aead, dir->iv, ctx->buf, 6, ctx->buf + 6, len,
					     ctx->buf + 6 + len), 0);
	return spdm_open(ctx->spdm, &ctx->spdm->session.rsp, ctx->buf, 6 + len + SPDM_AEAD_TAG,
			 msg);
}

static void the_random_tail_is_skipped(struct kunit *test)
{
	static const u8 plain[] = { 4, 0, 0x12, 0x65, 0, 0, 0xde, 0xad, 0xbe };
	const u8 *msg;

	KUNIT_EXPECT_EQ(test, open_plain(test, plain, sizeof(plain), &msg), 4);
	KUNIT_EXPECT_MEMEQ(test, msg, plain + 2, 4);
}

static void a_message_longer_than_its_record_is_refused(struct kunit *test)
{
	static const u8 plain[] = { 5, 0, 0x12, 0x65, 0, 0 };
	const u8 *msg;

	KUNIT_EXPECT_EQ(test, open_plain(test, plain, sizeof(plain), &msg), -EBADMSG);
	KUNIT_EXPECT_NULL(test, msg);
}

static void no_number_is_used_twice(struct kunit *test)
{
	struct ctx *ctx = test->priv;
	size_t len = RECORD_LEN(session_doe_finish_rsp);
	u8 msg[4] = { };

	ctx->spdm->session.req.seq = U64_MAX - 1;
	KUNIT_EXPECT_EQ(test, spdm_seal(ctx->spdm, msg, 4, ctx->buf, 512),
			4 + SPDM_RECORD_OVERHEAD);
	KUNIT_EXPECT_EQ(test, spdm_seal(ctx->spdm, msg, 4, ctx->buf, 512), -ENOTCONN);
	KUNIT_EXPECT_EQ(test, ctx->spdm->session.req.seq, U64_MAX);
	ctx->spdm->session.rsp.seq = U64_MAX;
	KUNIT_EXPECT_EQ(test, open_finish_rsp(ctx, 0, 0, len), -ENOTCONN);
}

static void sealing_needs_room_and_a_key(struct kunit *test)
{
	struct ctx *ctx = test->priv;
	u8 msg[4] = { };

	KUNIT_EXPECT_EQ(test, spdm_seal(ctx->spdm, msg, 4, ctx->buf, 4 + SPDM_RECORD_OVERHEAD - 1),
			-EMSGSIZE);
	KUNIT_EXPECT_EQ(test, spdm_seal(ctx->spdm, msg, 0x10000, ctx->buf, 512), -EMSGSIZE);
	KUNIT_EXPECT_EQ(test, spdm_seal(ctx->spdm, msg, 0xffff - 17, ctx->buf, 512), -EMSGSIZE);
	KUNIT_EXPECT_EQ(test, ctx->spdm->session.req.seq, 0);
	spdm_direction_clear(&ctx->spdm->session.req);
	KUNIT_EXPECT_EQ(test, spdm_seal(ctx->spdm, msg, 4, ctx->buf, 512), -ENOTCONN);
}

static struct kunit_case secured_kunit_cases[] = {
	KUNIT_CASE(a_conversation_is_sealed_and_opened),
	KUNIT_CASE(the_other_side_opens_it),
	KUNIT_CASE(any_changed_bit_is_refused),
	KUNIT_CASE(a_tag_alone_does_not_cover_another_length),
	KUNIT_CASE(only_padding_of_the_object_may_follow),
	KUNIT_CASE(what_is_too_short_is_refused),
	KUNIT_CASE(a_replayed_record_is_refused),
	KUNIT_CASE(a_record_out_of_order_is_refused),
	KUNIT_CASE(nothing_of_a_bad_record_is_left),
	KUNIT_CASE(the_random_tail_is_skipped),
	KUNIT_CASE(a_message_longer_than_its_record_is_refused),
	KUNIT_CASE(no_number_is_used_twice),
	KUNIT_CASE(sealing_needs_room_and_a_key),
	{ }
};

static struct kunit_suite secured_kunit_suite = {
	.name = "spdm_secured",
	.init = secured_init,
	.exit = secured_exit,
	.test_cases = secured_kunit_cases,
};

kunit_test_suite(secured_kunit_suite);
