// SPDX-License-Identifier: GPL-2.0
/*
 * What each fault of a mailbox or of the link makes of a connect: its errno and
 * reason, that nothing is left, and that the next connect works. A connect makes
 * two exchanges with each end, the device first; undoing makes one with each.
 */
#include "../kselftest_harness.h"
#include "devsec.h"

#define HB	"/sys/devices/platform/devsec_bus/pci%.4s:00/"

/* What the base waits for an answer */
#define DOE_MS	1000
/* The kernel counts in ticks, of which emulated machines may lose some */
#define TICKS_MS	50
#define PLUG_MS	20000

FIXTURE(faults) {
	struct bdf ep;
	struct bdf rp;
};

FIXTURE_SETUP(faults)
{
	ASSERT_TRUE(devsec_load("topology=ep", ""));
	ASSERT_TRUE(devsec_find(&self->ep, "ep", "endpoint", 0));
	ASSERT_TRUE(devsec_find(&self->rp, "ep", "root-port", 0));
}

FIXTURE_TEARDOWN(faults)
{
	put("clear", TSM_DEBUG "fault");
	EXPECT_TRUE(devsec_unload());
}

/* Neither stream nor context nor key */
static void nothing_left(struct __test_metadata *_metadata, const char *ep)
{
	EXPECT_STREQ("255", get(HB "available_secure_streams", ep));
	EXPECT_NE(0, run("ls -d " HB "stream* 2>/dev/null", ep));
	EXPECT_EQ(0, counter("contexts "));
	EXPECT_EQ(0, counter("streams "));
	EXPECT_NE(0, run("grep stream= " BUS_DEBUG "state"));
}

static void connected(struct __test_metadata *_metadata, const char *ep)
{
	EXPECT_STREQ("connected", get(DEV "tsm/state", ep));
	EXPECT_STREQ("request", get(DEV "tsm/reason", ep));
	EXPECT_STREQ("254", get(HB "available_secure_streams", ep));
	EXPECT_EQ(0, run("[ $(grep -c ' stream=0:enabled:secure:key-in-use$' %s) = 2 ]",
			 BUS_DEBUG "state"));
}

static void refused(struct __test_metadata *_metadata, const char *ep)
{
	EXPECT_STREQ("disconnected", get(DEV "tsm/state", ep));
	EXPECT_STREQ("refused", get(DEV "tsm/reason", ep));
	EXPECT_STREQ("", get(DEV "tsm/connect", ep));
	nothing_left(_metadata, ep);
}

/* A fault of a mailbox, and what a connect gives after @min_ms at least */
FIXTURE_VARIANT(faults) {
	const char *line;
	int rc;
	long min_ms;
	bool rp;		/* of the root port's, not of the device's */
};

FIXTURE_VARIANT_ADD(faults, drop) { "drop", -EIO, DOE_MS };
FIXTURE_VARIANT_ADD(faults, drop_twice) { "drop 2", -EIO, 2 * DOE_MS };
FIXTURE_VARIANT_ADD(faults, short_delay) { "delay 300", 0, 300 };
FIXTURE_VARIANT_ADD(faults, four_delays) { "delay 200 4", 0, 400 };
FIXTURE_VARIANT_ADD(faults, long_delay) { "delay 1500", -EIO, DOE_MS };
FIXTURE_VARIANT_ADD(faults, error) { "error", -EIO };
FIXTURE_VARIANT_ADD(faults, error_twice) { "error 2", -EIO };
FIXTURE_VARIANT_ADD(faults, too_short) { "short", -EPROTO };
FIXTURE_VARIANT_ADD(faults, too_short_twice) { "short 2", -EPROTO };
/* What was not asked for is dropped */
FIXTURE_VARIANT_ADD(faults, too_long) { "long", 0 };
FIXTURE_VARIANT_ADD(faults, wrong_type) { "wrong-type", -EIO };
FIXTURE_VARIANT_ADD(faults, wrong_type_twice) { "wrong-type 2", -EIO };
FIXTURE_VARIANT_ADD(faults, corrupt_vendor) { "corrupt 0", -EIO };
FIXTURE_VARIANT_ADD(faults, corrupt_type) { "corrupt 2", -EIO };
FIXTURE_VARIANT_ADD(faults, corrupt_length) { "corrupt 4", 0 };
FIXTURE_VARIANT_ADD(faults, corrupt_version) { "corrupt 8", -EPROTO };
FIXTURE_VARIANT_ADD(faults, corrupt_op) { "corrupt 9", -EPROTO };
FIXTURE_VARIANT_ADD(faults, corrupt_stream) { "corrupt 10", -EPROTO };
FIXTURE_VARIANT_ADD(faults, corrupt_status) { "corrupt 11", -EPROTO };
FIXTURE_VARIANT_ADD(faults, corrupt_status_twice) { "corrupt 11 2", -EPROTO };
FIXTURE_VARIANT_ADD(faults, corrupt_detail) { "corrupt 12", 0 };	/* means nothing here */
FIXTURE_VARIANT_ADD(faults, corrupt_nothing) { "corrupt 16", 0 };

FIXTURE_VARIANT_ADD(faults, rp_drop) { "drop", -EIO, DOE_MS, true };
FIXTURE_VARIANT_ADD(faults, rp_delay) { "delay 300", 0, 300, true };
FIXTURE_VARIANT_ADD(faults, rp_error) { "error", -EIO, 0, true };
FIXTURE_VARIANT_ADD(faults, rp_too_short) { "short", -EPROTO, 0, true };
FIXTURE_VARIANT_ADD(faults, rp_too_long) { "long", 0, 0, true };
FIXTURE_VARIANT_ADD(faults, rp_wrong_type) { "wrong-type", -EIO, 0, true };
FIXTURE_VARIANT_ADD(faults, rp_corrupt_status) { "corrupt 11", -EPROTO, 0, true };

TEST_F(faults, of_a_mailbox)
{
	const char *ep = self->ep.s;
	long start = now_ms();

	ASSERT_EQ(0, put(str("%s doe %s", variant->rp ? self->rp.s : ep, variant->line),
			 BUS_DEBUG "fault"));
	EXPECT_EQ(variant->rc, put("1", DEV "tsm/connect", ep));
	EXPECT_LE(variant->min_ms, now_ms() - start + TICKS_MS);
	if (variant->rc) {
		refused(_metadata, ep);
	} else {
		connected(_metadata, ep);
		EXPECT_EQ(0, put("1", DEV "tsm/disconnect", ep));
		nothing_left(_metadata, ep);
	}

	/* The fault is used up: nobody has to clear it */
	EXPECT_EQ(0, put("1", DEV "tsm/connect", ep));
	connected(_metadata, ep);
	EXPECT_EQ(0, put("1", DEV "tsm/disconnect", ep));
	nothing_left(_metadata, ep);
}

/* The rest, each once */
FIXTURE(fault) {
	FIXTURE_DATA(faults) f;
};

FIXTURE_SETUP(fault)
{
	faults_setup(_metadata, &self->f, NULL);
}

FIXTURE_TEARDOWN(fault)
{
	faults_teardown(_metadata, &self->f, NULL);
}

/* The base does not use a mailbox again that did not obey an Abort, until a reset */
TEST_F(fault, busy)
{
	const char *ep = self->f.ep.s;

	ASSERT_EQ(0, put(str("%s doe busy", ep), BUS_DEBUG "fault"));
	EXPECT_EQ(-EIO, put("1", DEV "tsm/connect", ep));
	EXPECT_EQ(0, run("grep '^%s .* doe:busy' " BUS_DEBUG "state", ep));
	refused(_metadata, ep);
	EXPECT_EQ(-EIO, put("1", DEV "tsm/connect", ep));
	refused(_metadata, ep);
	ASSERT_EQ(0, put("1", DEV "reset", ep));
	EXPECT_NE(0, run("grep '^%s .* doe:busy' " BUS_DEBUG "state", ep));
	EXPECT_EQ(0, put("1", DEV "tsm/connect", ep));
	connected(_metadata, ep);
}

TEST_F(fault, clear_before_it_happens)
{
	const char *ep = self->f.ep.s;

	ASSERT_EQ(0, put(str("%s doe drop 100", ep), BUS_DEBUG "fault"));
	ASSERT_EQ(0, put(str("%s clear", ep), BUS_DEBUG "fault"));
	EXPECT_EQ(0, put("1", DEV "tsm/connect", ep));
	connected(_metadata, ep);
}

/* A disconnect always succeeds; here the device does not answer, but obeys */
TEST_F(fault, during_disconnect)
{
	static const char * const lines[] = { "short", "wrong-type", "corrupt 11", "delay 300" };
	const char *ep = self->f.ep.s;

	for (int i = 0; i < ARRAY_SIZE(lines); i++) {
		ASSERT_EQ(0, put("1", DEV "tsm/connect", ep));
		ASSERT_EQ(0, put(str("%s doe %s", ep, lines[i]), BUS_DEBUG "fault"));
		EXPECT_EQ(0, put("1", DEV "tsm/disconnect", ep));
		EXPECT_STREQ("disconnected", get(DEV "tsm/state", ep));
		nothing_left(_metadata, ep);
	}
}

static void link_up(struct __test_metadata *_metadata, struct _test_data_fault *self)
{
	const char *ep = self->f.ep.s;

	nothing_left(_metadata, ep);
	EXPECT_EQ(0, run("grep '^%s .* endpoint absent' " BUS_DEBUG "state", ep));
	ASSERT_EQ(0, put(str("%s link up", self->f.rp.s), BUS_DEBUG "fault"));
	EXPECT_STREQ("disconnected", await("disconnected", PLUG_MS, DEV "tsm/state", ep));
	EXPECT_STREQ("none", get(DEV "tsm/reason", ep));
	EXPECT_EQ(0, put("1", DEV "tsm/connect", ep));
	connected(_metadata, ep);
}

TEST_F(fault, link_down_while_connected)
{
	const char *ep = self->f.ep.s;

	ASSERT_EQ(0, put("1", DEV "tsm/connect", ep));
	ASSERT_EQ(0, put(str("%s link down", ep), BUS_DEBUG "fault"));
	EXPECT_STREQ("ENOENT", await("ENOENT", PLUG_MS, DEV "vendor", ep));
	EXPECT_EQ(-ENOENT, put("1", DEV "tsm/connect", ep));
	link_up(_metadata, self);
}

TEST_F(fault, link_down_during_connect)
{
	const char *ep = self->f.ep.s;
	pid_t writer;
	int rc;

	ASSERT_EQ(0, put("* connect hang 60000", TSM_DEBUG "fault"));
	writer = put_begin("1", DEV "tsm/connect", ep);
	ASSERT_STREQ("connecting", await("connecting", 5000, DEV "tsm/state", ep));
	ASSERT_EQ(0, put(str("%s link down", ep), BUS_DEBUG "fault"));
	/* First the loss cancels it, then the device goes: it may see the one or the other */
	rc = put_end(writer);
	EXPECT_TRUE(rc == -ECANCELED || rc == -ENODEV) {
		TH_LOG("%d", rc);
	}
	ASSERT_EQ(0, put("clear", TSM_DEBUG "fault"));
	EXPECT_STREQ("ENOENT", await("ENOENT", PLUG_MS, DEV "vendor", ep));
	link_up(_metadata, self);
}

/* Down is down, and so is up: no second event */
TEST_F(fault, link_twice)
{
	const char *ep = self->f.ep.s;

	EXPECT_EQ(0, put(str("%s link up", ep), BUS_DEBUG "fault"));
	EXPECT_EQ(0, put("1", DEV "tsm/connect", ep));
	connected(_metadata, ep);
	for (int i = 0; i < 2; i++) {
		ASSERT_EQ(0, put(str("%s link down", self->f.rp.s), BUS_DEBUG "fault"));
		EXPECT_STREQ("ENOENT", await("ENOENT", PLUG_MS, DEV "vendor", ep));
	}
	link_up(_metadata, self);
}

TEST_HARNESS_MAIN
