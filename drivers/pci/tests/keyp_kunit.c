// SPDX-License-Identifier: GPL-2.0
/*
 * The ACPI table KEYP, on byte arrays: what is in it, and lengths that lie. Each
 * table is in memory of its own size, so that KASAN sees a byte too far.
 */
#include <kunit/test.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/unaligned.h>

#include "../ide-keyp.h"

#define HEAD	"KEYP\0\0\0\0\1\0OEM   TABLE   \1\0\0\0MAKE\1\0\0\0\0\0\0\0"

/* Unit for PCIe at 0x123456000 with two ports; one for CXL; one with no port */
#define UNIT	"\0\0\x18\0\1\1\2\0\0\x60\x45\x23\1\0\0\0\x34\x12\x40\x18\0\0\0\x09"
#define CXL	"\0\0\x14\0\2\1\1\0\0\x60\x45\x23\1\0\0\0\0\0\0\x08"
#define EMPTY	"\0\0\x10\0\1\1\0\0\0\x70\0\0\0\0\0\0"
#define OTHER	"\7\0\6\0\xff\xff"

struct body {
	const char *bytes;
	size_t len;
};

struct keyp_case {
	const char *desc;
	struct body body;
	int units;	/* how many come before the end */
	int rc;		/* what the end is */
};

#define BODY(text)	{ (text), sizeof(text) - 1 }

static const struct keyp_case cases[] = {
	{ "no units", BODY(""), 0, 0 },
	{ "one unit", BODY(UNIT), 1, 0 },
	{ "two units", BODY(UNIT EMPTY), 2, 0 },
	{ "units of other kinds between", BODY(OTHER UNIT CXL OTHER EMPTY), 2, 0 },
	{ "CXL only", BODY(CXL CXL), 0, 0 },
	{ "one byte left", BODY(UNIT "\0"), 1, -EINVAL },
	{ "three bytes left", BODY(UNIT "\7\0\4"), 1, -EINVAL },
	{ "length 0", BODY("\7\0\0\0\0\0"), 0, -EINVAL },
	{ "length less than its own field", BODY("\7\0\3\0"), 0, -EINVAL },
	{ "length of 64 KiB", BODY("\7\0\xff\xff"), 0, -EINVAL },
	{ "one byte more than there is", BODY("\7\0\7\0\xff\xff"), 0, -EINVAL },
	{ "unit shorter than a unit", BODY("\0\0\x0f\0\1\1\0\0\0\x70\0\0\0\0\0"), 0, -EINVAL },
	{ "one port too many", BODY("\0\0\x10\0\1\1\1\0\0\x70\0\0\0\0\0\0"), 0, -EINVAL },
	{ "255 ports in the length of one",
	  BODY("\0\0\x14\0\1\1\xff\0\0\x70\0\0\0\0\0\0\0\0\0\x08"), 0, -EINVAL },
	{ "hostile CXL", BODY("\0\0\x10\0\2\1\1\0\0\x60\x45\x23\1\0\0\0"), 0, -EINVAL },
};

KUNIT_ARRAY_PARAM_DESC(keyp, cases, desc);

static u8 *make_table(struct kunit *test, struct body body)
{
	size_t size = sizeof(HEAD) - 1 + body.len;
	u8 *table = kunit_kmalloc(test, size, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, table);
	KUNIT_ASSERT_EQ(test, sizeof(HEAD) - 1, 40);
	memcpy(table, HEAD, 40);
	memcpy(table + 40, body.bytes, body.len);
	put_unaligned_le32(size, table + 4);
	return table;
}

static void table_ends_where_it_should(struct kunit *test)
{
	const struct keyp_case *c = test->param_value;
	u8 *table = make_table(test, c->body);
	struct keyp_unit *unit = kunit_kzalloc(test, sizeof(*unit), GFP_KERNEL);
	size_t pos, end;
	int units = 0;
	int rc;

	KUNIT_ASSERT_NOT_NULL(test, unit);
	rc = keyp_begin(table, 40 + c->body.len, &end);
	KUNIT_ASSERT_EQ(test, rc, 40);
	for (pos = rc; (rc = keyp_next(table, end, &pos, unit)) > 0; units++)
		KUNIT_ASSERT_LE(test, pos, end);
	KUNIT_EXPECT_EQ(test, units, c->units);
	KUNIT_EXPECT_EQ(test, rc, c->rc);
}

static void unit_is_what_the_table_says(struct kunit *test)
{
	u8 *table = make_table(test, (struct body)BODY(UNIT EMPTY));
	struct keyp_unit *unit = kunit_kzalloc(test, sizeof(*unit), GFP_KERNEL);
	size_t pos = 40, end;

	KUNIT_ASSERT_NOT_NULL(test, unit);
	KUNIT_ASSERT_EQ(test, keyp_begin(table, 80, &end), 40);
	KUNIT_EXPECT_EQ(test, end, 80);
	KUNIT_ASSERT_EQ(test, keyp_next(table, end, &pos, unit), 1);
	KUNIT_EXPECT_EQ(test, unit->base, 0x123456000ULL);
	KUNIT_ASSERT_EQ(test, unit->nr_ports, 2);
	KUNIT_EXPECT_EQ(test, unit->ports[0].segment, 0x1234);
	KUNIT_EXPECT_EQ(test, unit->ports[0].bus, 0x40);
	KUNIT_EXPECT_EQ(test, unit->ports[0].devfn, 0x18);
	KUNIT_EXPECT_EQ(test, unit->ports[1].segment, 0);
	KUNIT_EXPECT_EQ(test, unit->ports[1].devfn, 9);
	KUNIT_ASSERT_EQ(test, keyp_next(table, end, &pos, unit), 1);
	KUNIT_EXPECT_EQ(test, unit->base, 0x7000ULL);
	KUNIT_EXPECT_EQ(test, unit->nr_ports, 0);
	KUNIT_EXPECT_EQ(test, pos, end);
}

static void heads_that_lie_are_refused(struct kunit *test)
{
	u8 *table = make_table(test, (struct body)BODY(UNIT));
	size_t end;

	KUNIT_EXPECT_EQ(test, keyp_begin(table, 63, &end), -EINVAL);
	KUNIT_EXPECT_EQ(test, keyp_begin(table, 39, &end), -EINVAL);
	KUNIT_EXPECT_EQ(test, keyp_begin(table, 0, &end), -EINVAL);
	put_unaligned_le32(39, table + 4);
	KUNIT_EXPECT_EQ(test, keyp_begin(table, 64, &end), -EINVAL);
	put_unaligned_le32(U32_MAX, table + 4);
	KUNIT_EXPECT_EQ(test, keyp_begin(table, 64, &end), -EINVAL);
	put_unaligned_le32(64, table + 4);
	KUNIT_EXPECT_EQ(test, keyp_begin(table, 64, &end), 40);
	table[3] = 'Q';
	KUNIT_EXPECT_EQ(test, keyp_begin(table, 64, &end), -EINVAL);
}

/* Every length of every prefix, with every value in the fields that steer */
static void no_lie_leads_out_of_the_table(struct kunit *test)
{
	struct keyp_unit *unit = kunit_kzalloc(test, sizeof(*unit), GFP_KERNEL);
	size_t pos, end;
	u8 *table;

	KUNIT_ASSERT_NOT_NULL(test, unit);
	for (size_t len = 0; len <= sizeof(UNIT) - 1; len++) {
		table = kmalloc(40 + len, GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, table);
		memcpy(table, HEAD, 40);
		memcpy(table + 40, UNIT, len);
		put_unaligned_le32(40 + len, table + 4);
		for (int val = 0; val < 256 && len > 6; val++) {
			table[40 + 2] = val;
			table[40 + 6] = 255 - val;
			KUNIT_EXPECT_EQ(test, keyp_begin(table, 40 + len, &end), 40);
			for (pos = 40; keyp_next(table, end, &pos, unit) > 0;)
				KUNIT_EXPECT_LE(test, pos, end);
		}
		kfree(table);
	}
}

static struct kunit_case keyp_cases[] = {
	KUNIT_CASE_PARAM(table_ends_where_it_should, keyp_gen_params),
	KUNIT_CASE(unit_is_what_the_table_says),
	KUNIT_CASE(heads_that_lie_are_refused),
	KUNIT_CASE(no_lie_leads_out_of_the_table),
	{ }
};

static struct kunit_suite keyp_suite = {
	.name = "pci_ide_keyp",
	.test_cases = keyp_cases,
};

kunit_test_suite(keyp_suite);
