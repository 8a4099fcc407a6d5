// SPDX-License-Identifier: GPL-2.0
/*
 * Suspend disconnects first, refuses what comes meanwhile, announces the
 * devices afterwards; and is refused itself by what cannot be stopped within
 * 10 s. A connected device is held awake. By pm_test: no machine sleeps here.
 */
#include "../kselftest_harness.h"
#include "devsec.h"
#include "uevent.h"

/* What the core gives all disconnects together */
#define SLEEP_LIMIT_MS	10000

FIXTURE(pm) {
	struct bdf a;
	struct bdf b;
	struct bdf never;
	int events;
};

FIXTURE_SETUP(pm)
{
	ASSERT_TRUE(devsec_load("topology=ep*3", ""));
	ASSERT_TRUE(devsec_find(&self->a, "ep", "endpoint", 0));
	ASSERT_TRUE(devsec_find(&self->b, "ep", "endpoint", 1));
	ASSERT_TRUE(devsec_find(&self->never, "ep", "endpoint", 2));
	self->events = uevent_open();
	ASSERT_EQ(0, put("devices", "/sys/power/pm_test"));
	ASSERT_EQ(0, put("1", "/sys/module/suspend/parameters/pm_test_delay"));
}

FIXTURE_TEARDOWN(pm)
{
	put("none", "/sys/power/pm_test");
	put("clear", TSM_DEBUG "fault");
	EXPECT_TRUE(devsec_unload());
}

TEST_F(pm, suspend_disconnects)
{
	struct uevent u;

	ASSERT_EQ(0, put("1", DEV "tsm/connect", self->a.s));
	ASSERT_EQ(0, put("1", DEV "tsm/connect", self->b.s));
	ASSERT_EQ(0, put(str("%s 7", self->b.s), TSM_DEBUG "bind"));
	uevent_drain(self->events, NULL);

	ASSERT_EQ(0, put("freeze", "/sys/power/state"));
	EXPECT_STREQ("disconnected", get(DEV "tsm/state", self->a.s));
	EXPECT_STREQ("suspend", get(DEV "tsm/reason", self->a.s));
	EXPECT_STREQ("disconnected", get(DEV "tsm/state", self->b.s));
	EXPECT_STREQ("", get(DEV "tsm/bound", self->b.s));
	EXPECT_STREQ("disconnected", get(DEV "tsm/state", self->never.s));
	EXPECT_STREQ("none", get(DEV "tsm/reason", self->never.s));
	EXPECT_EQ(0, counter("tdis "));
	EXPECT_EQ(0, counter("streams "));
	EXPECT_EQ(1, counter("invalidates "));

	/* Down, down, and there again */
	ASSERT_TRUE(uevent_next(self->events, self->a.s, &u, 0));
	EXPECT_STREQ("disconnecting", u.state);
	EXPECT_STREQ("suspend", u.reason);
	ASSERT_TRUE(uevent_next(self->events, self->a.s, &u, 0));
	EXPECT_STREQ("disconnected", u.state);
	ASSERT_TRUE(uevent_next(self->events, self->a.s, &u, 10000));
	EXPECT_STREQ("available", u.event);
	EXPECT_STREQ("tsm0", u.tsm);

	EXPECT_EQ(0, put("1", DEV "tsm/connect", self->a.s));
	EXPECT_EQ(0, put("1", DEV "tsm/connect", self->b.s));
}

TEST_F(pm, suspend_cancels_a_connect)
{
	pid_t writer;

	ASSERT_EQ(0, put("* connect hang 60000", TSM_DEBUG "fault"));
	writer = put_begin("1", DEV "tsm/connect", self->a.s);
	ASSERT_STREQ("connecting", await("connecting", BLOCKED_MS, DEV "tsm/state", self->a.s));
	ASSERT_EQ(0, put("mem", "/sys/power/state"));
	EXPECT_EQ(-ECANCELED, put_end(writer));
	EXPECT_STREQ("disconnected", get(DEV "tsm/state", self->a.s));
	put("clear", TSM_DEBUG "fault");
	EXPECT_EQ(0, put("1", DEV "tsm/connect", self->a.s));
}

/* While a disconnects slowly, before processes are frozen */
TEST_F(pm, verbs_meanwhile)
{
	pid_t suspend;

	ASSERT_EQ(0, put("1", DEV "tsm/connect", self->a.s));
	ASSERT_EQ(0, put(str("%s disconnect hard 3000", self->a.s), TSM_DEBUG "fault"));
	suspend = put_begin("freeze", "/sys/power/state");
	ASSERT_STREQ("disconnecting", await("disconnecting", 30000, DEV "tsm/state", self->a.s));
	EXPECT_EQ(-EBUSY, put("1", DEV "tsm/connect", self->b.s));
	EXPECT_EQ(-EBUSY, put("1", DEV "tsm/connect", self->never.s));
	EXPECT_STREQ("disconnecting", get(DEV "tsm/state", self->a.s));
	EXPECT_EQ(0, put_end(suspend));
	EXPECT_EQ(0, put("1", DEV "tsm/connect", self->b.s));
}

/* What cannot be stopped keeps the system awake, and working */
TEST_F(pm, suspend_is_refused)
{
	pid_t binder;
	long start;

	ASSERT_EQ(0, put("1", DEV "tsm/connect", self->a.s));
	ASSERT_EQ(0, put("1", DEV "tsm/connect", self->b.s));
	ASSERT_EQ(0, put(str("%s bind hard 15000", self->a.s), TSM_DEBUG "fault"));
	binder = put_begin(str("%s 7", self->a.s), TSM_DEBUG "bind");
	ASSERT_TRUE(wait_running(binder));
	start = now_ms();
	EXPECT_EQ(-EBUSY, put("freeze", "/sys/power/state"));
	EXPECT_LE(SLEEP_LIMIT_MS - 100, now_ms() - start);
	EXPECT_GT(SLEEP_LIMIT_MS + 3000, now_ms() - start);

	/* The others were disconnected, and may be connected again at once */
	EXPECT_STREQ("disconnected", get(DEV "tsm/state", self->b.s));
	EXPECT_STREQ("suspend", get(DEV "tsm/reason", self->b.s));
	EXPECT_EQ(0, put("1", DEV "tsm/connect", self->b.s));
	EXPECT_EQ(-ECANCELED, put_end(binder));
	EXPECT_EQ(0, counter("tdis "));
	ASSERT_EQ(0, put("clear", TSM_DEBUG "fault"));
	EXPECT_STREQ("connected", get(DEV "tsm/state", self->a.s));
	EXPECT_EQ(0, put(str("%s 7", self->a.s), TSM_DEBUG "bind"));
	EXPECT_EQ(0, put("freeze", "/sys/power/state"));
}

static int usage(const char *ep)
{
	return atoi(get(DEV "power/runtime_usage", ep));
}

TEST_F(pm, connected_means_awake)
{
	const char *ep = self->a.s;
	int before = usage(ep);

	EXPECT_EQ(0, put("1", DEV "tsm/connect", ep));
	EXPECT_EQ(before + 1, usage(ep));
	EXPECT_EQ(0, put("1", DEV "tsm/disconnect", ep));
	EXPECT_EQ(before, usage(ep));
	ASSERT_EQ(0, put("* connect error -5", TSM_DEBUG "fault"));
	EXPECT_EQ(-EIO, put("1", DEV "tsm/connect", ep));
	EXPECT_EQ(before, usage(ep));
	ASSERT_EQ(0, put("clear", TSM_DEBUG "fault"));

	/* Also from failed, until somebody disconnects */
	EXPECT_EQ(0, put("1", DEV "tsm/connect", ep));
	EXPECT_EQ(0, put(str("%s 9", ep), TSM_DEBUG "report"));
	EXPECT_EQ(0, put("1", DEV "tsm/disconnect", ep));
	EXPECT_EQ(before, usage(ep));
}

TEST_HARNESS_MAIN
