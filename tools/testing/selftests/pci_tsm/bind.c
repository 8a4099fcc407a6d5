// SPDX-License-Identifier: GPL-2.0
/*
 * What a VMM's driver does by calls in the kernel, made through debugfs: bind,
 * unbind, guest requests. What is refused, and what takes a bound function back.
 */
#include "../kselftest_harness.h"
#include "devsec.h"

#define BIND(fn)	put(str("%s 7", fn), TSM_DEBUG "bind")
#define UNBIND(fn)	put(fn, TSM_DEBUG "unbind")
#define GUEST(fn, hex)	put(str("%s 0 %s", fn, hex), TSM_DEBUG "guest_req")

FIXTURE(bind) {
	struct bdf pf0;
	struct bdf fn1;
};

FIXTURE_SETUP(bind)
{
	ASSERT_TRUE(devsec_load("topology=mf:2", ""));
	ASSERT_TRUE(devsec_find(&self->pf0, "mf", "endpoint", 0));
	ASSERT_TRUE(devsec_find(&self->fn1, "mf", "endpoint", 1));
}

FIXTURE_TEARDOWN(bind)
{
	put("clear", TSM_DEBUG "fault");
	EXPECT_TRUE(devsec_unload());
}

TEST_F(bind, refused_while_disconnected)
{
	const char *fn = self->fn1.s;

	EXPECT_EQ(-ENXIO, BIND(fn));
	EXPECT_EQ(-ENXIO, BIND(self->pf0.s));
	EXPECT_EQ(-ENXIO, GUEST(fn, "00"));
	/* Again, now that the core knows the functions */
	ASSERT_EQ(0, put("1", DEV "tsm/connect", self->pf0.s));
	EXPECT_EQ(-ENXIO, GUEST(fn, "00"));
	ASSERT_EQ(0, put("1", DEV "tsm/disconnect", self->pf0.s));
	EXPECT_EQ(-ENXIO, BIND(fn));
	EXPECT_EQ(-ENXIO, GUEST(fn, "00"));
	EXPECT_STREQ("unbound", get(DEV "tsm/state", fn));
}

TEST_F(bind, there_and_back)
{
	const char *fn = self->fn1.s;

	ASSERT_EQ(0, put("1", DEV "tsm/connect", self->pf0.s));
	for (int i = 0; i < 10; i++) {
		ASSERT_EQ(0, BIND(fn));
		EXPECT_STREQ("bound", get(DEV "tsm/state", fn));
		EXPECT_STREQ("request", get(DEV "tsm/reason", fn));
		EXPECT_STREQ("tsm0", get(DEV "tsm/bound", fn));
		EXPECT_STREQ("", get(DEV "tsm/bound", self->pf0.s));
		EXPECT_EQ(1, counter("tdis "));
		EXPECT_EQ(-EBUSY, BIND(fn));
		EXPECT_EQ(1, counter("tdis "));
		ASSERT_EQ(0, UNBIND(fn));
		EXPECT_STREQ("unbound", get(DEV "tsm/state", fn));
		EXPECT_STREQ("", get(DEV "tsm/bound", fn));
		EXPECT_EQ(0, counter("tdis "));
	}
	/* Who asks for an unbind is not told of it */
	EXPECT_EQ(0, counter("invalidates "));
}

TEST_F(bind, unbind_of_an_unbound_is_harmless)
{
	ASSERT_EQ(0, put("1", DEV "tsm/connect", self->pf0.s));
	EXPECT_EQ(-ENXIO, UNBIND(self->fn1.s));
	ASSERT_EQ(0, BIND(self->fn1.s));
	ASSERT_EQ(0, UNBIND(self->fn1.s));
	EXPECT_EQ(-ENXIO, UNBIND(self->fn1.s));

	/* Taken back by a disconnect, then let go by who had bound it */
	ASSERT_EQ(0, BIND(self->fn1.s));
	ASSERT_EQ(0, put("1", DEV "tsm/disconnect", self->pf0.s));
	EXPECT_EQ(0, UNBIND(self->fn1.s));
	EXPECT_STREQ("unbound", get(DEV "tsm/state", self->fn1.s));
	EXPECT_EQ(1, counter("invalidates "));
}

TEST_F(bind, function_0_is_a_function_too)
{
	ASSERT_EQ(0, put("1", DEV "tsm/connect", self->pf0.s));
	ASSERT_EQ(0, BIND(self->pf0.s));
	EXPECT_STREQ("connected", get(DEV "tsm/state", self->pf0.s));
	EXPECT_STREQ("tsm0", get(DEV "tsm/bound", self->pf0.s));
	ASSERT_EQ(0, BIND(self->fn1.s));
	EXPECT_EQ(2, counter("tdis "));
	ASSERT_EQ(0, put("1", DEV "tsm/disconnect", self->pf0.s));
	EXPECT_EQ(0, counter("tdis "));
	EXPECT_EQ(2, counter("invalidates "));
	EXPECT_STREQ("", get(DEV "tsm/bound", self->pf0.s));
}

TEST_F(bind, tsm_refuses)
{
	ASSERT_EQ(0, put("1", DEV "tsm/connect", self->pf0.s));
	ASSERT_EQ(0, put("* bind error -121", TSM_DEBUG "fault"));
	EXPECT_EQ(-EREMOTEIO, BIND(self->fn1.s));
	EXPECT_STREQ("unbound", get(DEV "tsm/state", self->fn1.s));
	ASSERT_EQ(0, put("clear", TSM_DEBUG "fault"));
	EXPECT_EQ(0, BIND(self->fn1.s));
}

TEST_F(bind, guest_request)
{
	const char *fn = self->fn1.s;

	ASSERT_EQ(0, put("1", DEV "tsm/connect", self->pf0.s));
	ASSERT_EQ(0, BIND(fn));
	/* The answer is the request inverted; the code, the TDI's name and a count */
	ASSERT_EQ(0, GUEST(fn, "00ff55"));
	EXPECT_STREQ("0 0x700000001 ff00aa", get(TSM_DEBUG "guest_req"));
	ASSERT_EQ(0, GUEST(fn, "0102"));
	EXPECT_STREQ("0 0x700000002 fefd", get(TSM_DEBUG "guest_req"));

	/* Scopes: 0 and 1 pass, those of a debugger and beyond do not */
	EXPECT_EQ(0, put(str("%s 1 00", fn), TSM_DEBUG "guest_req"));
	for (int scope = 2; scope < 6; scope++)
		EXPECT_EQ(-EINVAL, put(str("%s %d 00", fn, scope), TSM_DEBUG "guest_req"));
	EXPECT_EQ(-EINVAL, put(str("%s 4294967295 00", fn), TSM_DEBUG "guest_req"));

	ASSERT_EQ(0, put("* guest_req error -121", TSM_DEBUG "fault"));
	EXPECT_EQ(-EREMOTEIO, GUEST(fn, "00"));
	EXPECT_STREQ("bound", get(DEV "tsm/state", fn));
}

TEST_F(bind, second_request_of_a_tdi_while_one_hangs)
{
	const char *fn = self->fn1.s;
	pid_t first;

	ASSERT_EQ(0, put("1", DEV "tsm/connect", self->pf0.s));
	ASSERT_EQ(0, BIND(fn));
	ASSERT_EQ(0, put("* guest_req hang 60000", TSM_DEBUG "fault"));
	first = put_begin(str("%s 0 00", fn), TSM_DEBUG "guest_req");
	usleep(300000);
	EXPECT_EQ(-EBUSY, GUEST(fn, "00"));

	/* An unbind stops it */
	EXPECT_EQ(0, UNBIND(fn));
	EXPECT_EQ(-ECANCELED, put_end(first));
	EXPECT_STREQ("unbound", get(DEV "tsm/state", fn));
	EXPECT_STREQ("connected", get(DEV "tsm/state", self->pf0.s));
}

TEST_F(bind, killed_guest_request)
{
	const char *fn = self->fn1.s;
	pid_t first;

	ASSERT_EQ(0, put("1", DEV "tsm/connect", self->pf0.s));
	ASSERT_EQ(0, BIND(fn));
	ASSERT_EQ(0, put("* guest_req hang 60000", TSM_DEBUG "fault"));
	first = put_begin(str("%s 0 00", fn), TSM_DEBUG "guest_req");
	usleep(300000);
	kill(first, SIGKILL);
	EXPECT_EQ(-EINTR, put_end(first));
	ASSERT_EQ(0, put("clear", TSM_DEBUG "fault"));
	/* The request is gone with its sender, the binding is not */
	EXPECT_STREQ("bound", get(DEV "tsm/state", fn));
	EXPECT_EQ(0, UNBIND(fn));
	EXPECT_EQ(0, BIND(fn));
	EXPECT_EQ(0, GUEST(fn, "00"));
}

TEST_F(bind, killed_binder)
{
	const char *fn = self->fn1.s;
	pid_t binder;

	ASSERT_EQ(0, put("1", DEV "tsm/connect", self->pf0.s));
	ASSERT_EQ(0, put("* bind hang 60000", TSM_DEBUG "fault"));
	binder = put_begin(str("%s 7", fn), TSM_DEBUG "bind");
	usleep(300000);
	kill(binder, SIGKILL);
	EXPECT_EQ(-EINTR, put_end(binder));

	/* One that cannot be stopped: it succeeds, and is undone at once */
	ASSERT_EQ(0, put("* bind hard 1500", TSM_DEBUG "fault"));
	binder = put_begin(str("%s 7", fn), TSM_DEBUG "bind");
	usleep(300000);
	kill(binder, SIGKILL);
	EXPECT_EQ(-EINTR, put_end(binder));
	ASSERT_EQ(0, put("clear", TSM_DEBUG "fault"));
	/* In the queue behind what the killed ones left */
	EXPECT_EQ(-ENXIO, GUEST(fn, "00"));
	EXPECT_STREQ("unbound", get(DEV "tsm/state", fn));
	EXPECT_EQ(0, counter("tdis "));
	EXPECT_EQ(0, BIND(fn));
	EXPECT_EQ(1, counter("tdis "));
}

TEST_F(bind, loss_stops_a_bind_that_runs)
{
	pid_t binder;

	ASSERT_EQ(0, put("1", DEV "tsm/connect", self->pf0.s));
	ASSERT_EQ(0, put("* bind hang 60000", TSM_DEBUG "fault"));
	binder = put_begin(str("%s 7", self->fn1.s), TSM_DEBUG "bind");
	usleep(300000);
	ASSERT_EQ(0, put(str("%s 9", self->pf0.s), TSM_DEBUG "report"));
	EXPECT_EQ(-ECANCELED, put_end(binder));
	EXPECT_STREQ("unbound", get(DEV "tsm/state", self->fn1.s));
	EXPECT_EQ(0, counter("tdis "));
}

TEST_F(bind, tsm_leaves)
{
	ASSERT_EQ(0, put("1", DEV "tsm/connect", self->pf0.s));
	ASSERT_EQ(0, BIND(self->fn1.s));
	EXPECT_EQ(0, run("rmmod devsec_tsm"));
	EXPECT_STREQ("ENOENT", get(DEV "tsm/state", self->fn1.s));
}

TEST_HARNESS_MAIN
