// SPDX-License-Identifier: GPL-2.0
/*
 * SPDM cursors: nothing is read or written beyond the end, shown by a buffer that
 * ends where its page does, with nothing mapped behind it.
 */
#include <kunit/test.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#include "../cursor.h"

#define ROOM	16

static int map_page(struct kunit *test)
{
	test->priv = vmalloc(PAGE_SIZE);
	return test->priv ? 0 : -ENOMEM;
}

static void unmap_page(struct kunit *test)
{
	vfree(test->priv);
}

/* The last @len bytes before the hole, 1, 2, 3 and so on */
static u8 *at_end(struct kunit *test, size_t len)
{
	u8 *buf = (u8 *)test->priv + PAGE_SIZE - len;

	for (size_t i = 0; i < len; i++)
		buf[i] = i + 1;
	return buf;
}

/**
 * struct width - one of the typed readers
 * @desc: its name
 * @bytes: what it takes
 * @val: what it makes of 1, 2, 3, 4
 * @get: itself
 */
struct width {
	const char *desc;
	size_t bytes;
	u32 val;
	u32 (*get)(struct spdm_reader *r);
};

static u32 get_u8(struct spdm_reader *r)
{
	return spdm_get_u8(r);
}

static u32 get_le16(struct spdm_reader *r)
{
	return spdm_get_le16(r);
}

static const struct width widths[] = {
	{ "u8", 1, 0x01, get_u8 },
	{ "le16", 2, 0x0201, get_le16 },
	{ "le24", 3, 0x030201, spdm_get_le24 },
	{ "le32", 4, 0x04030201, spdm_get_le32 },
};

KUNIT_ARRAY_PARAM_DESC(width, widths, desc);

static void reader_takes_what_is_there(struct kunit *test)
{
	const struct width *w = test->param_value;
	struct spdm_reader r;

	spdm_reader_init(&r, at_end(test, w->bytes), w->bytes);
	KUNIT_EXPECT_EQ(test, w->get(&r), w->val);
	KUNIT_EXPECT_FALSE(test, r.bad);
	KUNIT_EXPECT_EQ(test, r.left, 0);
}

static void reader_takes_nothing_past_the_end(struct kunit *test)
{
	const struct width *w = test->param_value;
	struct spdm_reader r;

	for (size_t len = 0; len < w->bytes; len++) {
		spdm_reader_init(&r, at_end(test, len), len);
		KUNIT_EXPECT_EQ(test, w->get(&r), 0);
		KUNIT_EXPECT_TRUE(test, r.bad);
	}
}

static void reader_stays_bad(struct kunit *test)
{
	struct spdm_reader r;

	spdm_reader_init(&r, at_end(test, 4), 4);
	KUNIT_EXPECT_NULL(test, spdm_get(&r, 5));
	KUNIT_EXPECT_TRUE(test, r.bad);
	KUNIT_EXPECT_EQ(test, spdm_get_u8(&r), 0);
	KUNIT_EXPECT_NULL(test, spdm_get(&r, 0));
	KUNIT_EXPECT_TRUE(test, r.bad);
	KUNIT_EXPECT_EQ(test, r.left, 0);
}

static void reader_refuses_any_absurd_length(struct kunit *test)
{
	static const size_t lengths[] = { ROOM + 1, U32_MAX, SIZE_MAX - ROOM, SIZE_MAX };
	struct spdm_reader r;

	for (int i = 0; i < ARRAY_SIZE(lengths); i++) {
		spdm_reader_init(&r, at_end(test, ROOM), ROOM);
		KUNIT_EXPECT_NULL(test, spdm_get(&r, lengths[i]));
		KUNIT_EXPECT_TRUE(test, r.bad);
	}
}

static void nothing_can_be_read_at_the_end(struct kunit *test)
{
	struct spdm_reader r;

	spdm_reader_init(&r, at_end(test, 2), 2);
	KUNIT_EXPECT_NOT_NULL(test, spdm_get(&r, 2));
	KUNIT_EXPECT_NOT_NULL(test, spdm_get(&r, 0));
	KUNIT_EXPECT_FALSE(test, r.bad);
}

static void writer_fills_its_room(struct kunit *test)
{
	static const u8 expected[] = { 9, 0x02, 0x01, 0x06, 0x05, 0x04, 0x03, 7, 8, 0, 0, 0 };
	u8 *buf = at_end(test, sizeof(expected));
	struct spdm_writer w;

	spdm_writer_init(&w, buf, sizeof(expected));
	spdm_put_u8(&w, 9);
	spdm_put_le16(&w, 0x0102);
	spdm_put_le32(&w, 0x03040506);
	spdm_put(&w, (const u8 []){ 7, 8 }, 2);
	KUNIT_EXPECT_PTR_EQ(test, spdm_room(&w, 3), (void *)(buf + 9));
	KUNIT_EXPECT_FALSE(test, w.bad);
	KUNIT_EXPECT_EQ(test, w.len, sizeof(expected));
	KUNIT_EXPECT_MEMEQ(test, buf, expected, sizeof(expected));
}

static void writer_writes_nothing_past_the_end(struct kunit *test)
{
	u8 *buf = at_end(test, 3);
	struct spdm_writer w;

	spdm_writer_init(&w, buf, 3);
	spdm_put_u8(&w, 0xaa);
	spdm_put_le32(&w, 0x55555555);
	KUNIT_EXPECT_TRUE(test, w.bad);
	/* Not even what would fit, once something did not */
	spdm_put_u8(&w, 0x55);
	KUNIT_EXPECT_NULL(test, spdm_room(&w, SIZE_MAX));
	KUNIT_EXPECT_TRUE(test, w.bad);
	KUNIT_EXPECT_EQ(test, w.len, 1);
	KUNIT_EXPECT_MEMEQ(test, buf, ((const u8 []){ 0xaa, 2, 3 }), 3);
}

static struct kunit_case cursor_cases[] = {
	KUNIT_CASE_PARAM(reader_takes_what_is_there, width_gen_params),
	KUNIT_CASE_PARAM(reader_takes_nothing_past_the_end, width_gen_params),
	KUNIT_CASE(reader_stays_bad),
	KUNIT_CASE(reader_refuses_any_absurd_length),
	KUNIT_CASE(nothing_can_be_read_at_the_end),
	KUNIT_CASE(writer_fills_its_room),
	KUNIT_CASE(writer_writes_nothing_past_the_end),
	{}
};

static struct kunit_suite cursor_suite = {
	.name = "spdm_cursor",
	.init = map_page,
	.exit = unmap_page,
	.test_cases = cursor_cases,
};

kunit_test_suite(cursor_suite);
