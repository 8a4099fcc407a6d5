// SPDX-License-Identifier: GPL-2.0
/*
 * A device that hangs delays nobody: while an op of one runs for 10 s, others
 * connect, are removed and found again, and a netlink family registers, each in
 * at most 1.5 times its usual time. What is below FLOOR_MS is not judged: that
 * is noise on a slow machine, and far from the 10 s that are to be avoided.
 */
#include "../kselftest_harness.h"
#include "devsec.h"

#define HANG_MS		10000
#define FLOOR_MS	250
#define REMOVE_MS	3000
#define ROUNDS		5
#define QUEUE_MAX	64

FIXTURE(hang) {
	struct bdf hung;
	struct bdf other;
};

FIXTURE_SETUP(hang)
{
	ASSERT_TRUE(devsec_load("topology=ep*3", ""));
	ASSERT_TRUE(devsec_find(&self->hung, "ep", "endpoint", 0));
	ASSERT_TRUE(devsec_find(&self->other, "ep", "endpoint", 1));
}

FIXTURE_TEARDOWN(hang)
{
	put("clear", TSM_DEBUG "fault");
	EXPECT_TRUE(devsec_unload());
}

/* What the other device does meanwhile; 0 or not */
static int do_connect(const char *ep)
{
	return put("1", DEV "tsm/connect", ep) ?: put("1", DEV "tsm/disconnect", ep);
}

static int do_remove(const char *ep)
{
	int rc = put("1", DEV "remove", ep) ?: put("1", "/sys/bus/pci/rescan");

	return rc ?: strcmp("disconnected", get(DEV "tsm/state", ep));
}

static int do_rescan(const char *ep)
{
	return put("1", "/sys/bus/pci/rescan");
}

/* This module's init registers a generic netlink family */
static int do_family(const char *ep)
{
	return run("modprobe psample && rmmod psample");
}

static int compare(const void *a, const void *b)
{
	return *(long *)a - *(long *)b;
}

/* Median of some rounds, or -1 */
static long median_ms(int (*op)(const char *ep), const char *ep)
{
	long ms[ROUNDS];

	for (int i = 0; i < ROUNDS; i++) {
		long start = now_ms();

		if (op(ep))
			return -1;
		ms[i] = now_ms() - start;
	}
	qsort(ms, ROUNDS, sizeof(ms[0]), compare);
	return ms[ROUNDS / 2];
}

FIXTURE_VARIANT(hang) {
	int (*op)(const char *ep);
};

FIXTURE_VARIANT_ADD(hang, connect) { .op = do_connect };
FIXTURE_VARIANT_ADD(hang, remove_and_rescan) { .op = do_remove };
FIXTURE_VARIANT_ADD(hang, rescan) { .op = do_rescan };
FIXTURE_VARIANT_ADD(hang, netlink_family) { .op = do_family };

TEST_F(hang, delays_nobody)
{
	long usual = median_ms(variant->op, self->other.s);
	long meanwhile, limit;
	pid_t writer;

	ASSERT_LE(0, usual);
	ASSERT_EQ(0, put(str("%s connect hang %d", self->hung.s, HANG_MS), TSM_DEBUG "fault"));
	writer = put_begin("1", DEV "tsm/connect", self->hung.s);
	ASSERT_STREQ("connecting", await("connecting", 3000, DEV "tsm/state", self->hung.s));
	meanwhile = median_ms(variant->op, self->other.s);
	/* It did hang all the while, or this says nothing */
	ASSERT_STREQ("connecting", get(DEV "tsm/state", self->hung.s));
	limit = usual * 3 / 2 > FLOOR_MS ? usual * 3 / 2 : FLOOR_MS;
	TH_LOG("usually %ld ms, meanwhile %ld ms, limit %ld ms", usual, meanwhile, limit);
	EXPECT_LE(0, meanwhile);
	EXPECT_GE(limit, meanwhile);

	EXPECT_EQ(0, put("1", DEV "tsm/disconnect", self->hung.s));
	EXPECT_EQ(-ECANCELED, put_end(writer));
}

/* The hung device itself */
FIXTURE(hung) {
	FIXTURE_DATA(hang) h;
};

FIXTURE_SETUP(hung)
{
	hang_setup(_metadata, &self->h, NULL);
}

FIXTURE_TEARDOWN(hung)
{
	hang_teardown(_metadata, &self->h, NULL);
}

TEST_F(hung, removal)
{
	const char *ep = self->h.hung.s;
	pid_t writer;
	long start;

	ASSERT_EQ(0, put("* connect hang 60000", TSM_DEBUG "fault"));
	writer = put_begin("1", DEV "tsm/connect", ep);
	ASSERT_STREQ("connecting", await("connecting", 3000, DEV "tsm/state", ep));
	start = now_ms();
	EXPECT_EQ(0, put("1", DEV "remove", ep));
	EXPECT_GT(REMOVE_MS, now_ms() - start);
	EXPECT_EQ(-ENODEV, put_end(writer));
	EXPECT_EQ(0, counter("contexts "));
}

TEST_F(hung, surprise_removal)
{
	const char *ep = self->h.hung.s;
	pid_t writer;
	long start;

	ASSERT_EQ(0, put("* connect hang 60000", TSM_DEBUG "fault"));
	writer = put_begin("1", DEV "tsm/connect", ep);
	ASSERT_STREQ("connecting", await("connecting", 3000, DEV "tsm/state", ep));
	start = now_ms();
	ASSERT_EQ(0, put(str("%s unplug", ep), BUS_DEBUG "fault"));
	EXPECT_NE(0, put_end(writer));
	EXPECT_STREQ("ENOENT", await("ENOENT", 20000, DEV "vendor", ep));
	EXPECT_GT(REMOVE_MS, now_ms() - start);
	EXPECT_EQ(0, counter("contexts "));
}

TEST_F(hung, tsm_leaves)
{
	pid_t writer;
	long start;

	ASSERT_EQ(0, put("* connect hang 60000", TSM_DEBUG "fault"));
	writer = put_begin("1", DEV "tsm/connect", self->h.hung.s);
	ASSERT_STREQ("connecting", await("connecting", 3000, DEV "tsm/state", self->h.hung.s));
	start = now_ms();
	EXPECT_EQ(0, run("rmmod devsec_tsm"));
	EXPECT_GT(REMOVE_MS, now_ms() - start);
	EXPECT_EQ(-ENODEV, put_end(writer));
}

/* One runs and 64 wait; the next is refused, and all end with the first */
TEST_F(hung, queue_is_bounded)
{
	const char *ep = self->h.hung.s;
	pid_t writer[QUEUE_MAX + 1];

	ASSERT_EQ(0, put("* connect hang 60000", TSM_DEBUG "fault"));
	writer[0] = put_begin("1", DEV "tsm/connect", ep);
	ASSERT_STREQ("connecting", await("connecting", 3000, DEV "tsm/state", ep));
	for (int i = 1; i <= QUEUE_MAX; i++)
		writer[i] = put_begin("1", DEV "tsm/connect", ep);
	sleep(2);
	EXPECT_EQ(-EBUSY, put("1", DEV "tsm/connect", ep));
	ASSERT_EQ(0, put("1", DEV "remove", ep));
	for (int i = 0; i <= QUEUE_MAX; i++)
		EXPECT_EQ(-ENODEV, put_end(writer[i]));
}

TEST_HARNESS_MAIN
