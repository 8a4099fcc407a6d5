// SPDX-License-Identifier: GPL-2.0
/*
 * A device that hangs delays nobody: while an op of one runs for a minute, others
 * connect, are removed and found again, and a netlink family registers, each in
 * at most 1.5 times its usual time.
 */
#include "../kselftest_harness.h"
#include "devsec.h"

/* Longer than all that is done meanwhile; a disconnect cancels it */
#define HANG_MS		60000
#define REMOVE_MS	3000
#define ROUNDS		9
#define QUEUE_MAX	64

/*
 * The best of several rounds is compared, since load only ever adds. What is done
 * often enough in a round takes longer than SHORT_MS; should a fast machine need
 * less, one time slice of somebody else's could be half of it, and is forgiven.
 */
#define SHORT_MS	40
#define SLACK_MS	10

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

/*
 * Mailboxes that answer at once are asked again after a jiffy or not, as the
 * scheduler likes; a time of their own makes one connect as long as the other.
 */
FIXTURE_VARIANT(hang) {
	int (*op)(const char *ep);
	int times;		/* in each round */
	const char *doe_ms;
};

FIXTURE_VARIANT_ADD(hang, connect) { .op = do_connect, .times = 1, .doe_ms = "20" };
FIXTURE_VARIANT_ADD(hang, remove_and_rescan) { .op = do_remove, .times = 5 };
FIXTURE_VARIANT_ADD(hang, rescan) { .op = do_rescan, .times = 100 };
FIXTURE_VARIANT_ADD(hang, netlink_family) { .op = do_family, .times = 1 };

/* How long a round takes, in ms; if the op fails, or waits for the hang, too long */
static double round_ms(const struct _fixture_variant_hang *variant, const char *ep)
{
	double start = now_us();

	for (int i = 0; i < variant->times; i++)
		if (variant->op(ep))
			return HANG_MS;
	return (now_us() - start) / 1000;
}

/* The same while the other device hangs */
static void hung_round(struct __test_metadata *_metadata, struct _test_data_hang *self,
		       const struct _fixture_variant_hang *variant, double *ms)
{
	pid_t writer = put_begin("1", DEV "tsm/connect", self->hung.s);

	ASSERT_STREQ("connecting", await("connecting", BLOCKED_MS, DEV "tsm/state", self->hung.s));
	*ms = round_ms(variant, self->other.s);
	/* It did hang all the while, or this says nothing */
	EXPECT_STREQ("connecting", get(DEV "tsm/state", self->hung.s));
	EXPECT_EQ(0, put("1", DEV "tsm/disconnect", self->hung.s));
	EXPECT_EQ(-ECANCELED, put_end(writer));
}

TEST_F(hang, delays_nobody)
{
	double usual = HANG_MS, meanwhile = HANG_MS, limit;

	ASSERT_EQ(0, put(str("%s connect hang %d", self->hung.s, HANG_MS), TSM_DEBUG "fault"));
	ASSERT_EQ(0, put(variant->doe_ms ?: "0", DOE_LATENCY_MS));
	/* In turns, so that what else the machine does weighs on both */
	for (int i = 0; i < ROUNDS; i++) {
		double ms = round_ms(variant, self->other.s);

		usual = ms < usual ? ms : usual;
		hung_round(_metadata, self, variant, &ms);
		meanwhile = ms < meanwhile ? ms : meanwhile;
		/* No load explains this, be the next rounds as they may */
		ASSERT_GT(HANG_MS / 2, ms);
	}
	limit = usual * 1.5 + (usual < SHORT_MS ? SLACK_MS : 0);
	TH_LOG("usually %.1f ms, meanwhile %.1f ms, limit %.1f ms", usual, meanwhile, limit);
	EXPECT_GE(limit, meanwhile);
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
	ASSERT_STREQ("connecting", await("connecting", BLOCKED_MS, DEV "tsm/state", ep));
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
	ASSERT_STREQ("connecting", await("connecting", BLOCKED_MS, DEV "tsm/state", ep));
	start = now_ms();
	ASSERT_EQ(0, put(str("%s unplug", ep), BUS_DEBUG "fault"));
	EXPECT_NE(0, put_end(writer));
	EXPECT_STREQ("ENOENT", await("ENOENT", 20000, DEV "vendor", ep));
	EXPECT_GT(REMOVE_MS, now_ms() - start);
	EXPECT_EQ(0, counter("contexts "));
}

TEST_F(hung, tsm_leaves)
{
	const char *ep = self->h.hung.s;
	pid_t writer;
	long start;

	ASSERT_EQ(0, put("* connect hang 60000", TSM_DEBUG "fault"));
	writer = put_begin("1", DEV "tsm/connect", ep);
	ASSERT_STREQ("connecting", await("connecting", BLOCKED_MS, DEV "tsm/state", ep));
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
	ASSERT_STREQ("connecting", await("connecting", BLOCKED_MS, DEV "tsm/state", ep));
	for (int i = 1; i <= QUEUE_MAX; i++)
		writer[i] = put_begin("1", DEV "tsm/connect", ep);
	for (int i = 1; i <= QUEUE_MAX; i++)
		ASSERT_TRUE(wait_blocked(writer[i]));
	EXPECT_EQ(-EBUSY, put("1", DEV "tsm/connect", ep));
	ASSERT_EQ(0, put("1", DEV "remove", ep));
	for (int i = 0; i <= QUEUE_MAX; i++)
		EXPECT_EQ(-ENODEV, put_end(writer[i]));
}

TEST_HARNESS_MAIN
