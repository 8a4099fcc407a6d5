// SPDX-License-Identifier: GPL-2.0
/*
 * Native SPDM: new keys for a session, and for its stream, and whoever comes in between.
 */
#include <sys/wait.h>

#include "../kselftest_harness.h"
#include "native.h"

#define EVENT		"/sys/kernel/tracing/events/spdm/spdm_exchange_start/enable"
#define TRACE		"/sys/kernel/tracing/trace"

FIXTURE(keys) {
	struct bdf ep;
};

FIXTURE_SETUP(keys)
{
	ASSERT_TRUE(native_load("topology=ep*2", "", ""));
	ASSERT_TRUE(devsec_find(&self->ep, "ep", "endpoint", 0));
	ASSERT_EQ(0, put("1", EVENT));
}

FIXTURE_TEARDOWN(keys)
{
	put("0", EVENT);
	EXPECT_TRUE(native_unload());
}

/* A KEY_UPDATE goes out, the first one from here on */
static bool await_update(void)
{
	run("echo >" TRACE);
	for (int n = 0; n < 3000; n++, usleep(10000))
		if (!run("grep -q code=e9 " TRACE))
			return true;
	return false;
}

/* Within half a minute the stream has another set of keys than @set */
static bool await_other(const char *ep, const char *set)
{
	for (int n = 0; n < 300; n++, usleep(100000))
		if (strcmp(set, info(ep, "key_set")))
			return true;
	return false;
}

/* Neither stream nor key in any end */
static bool all_gone(void)
{
	return run("grep -q ' stream=\\|:key-' " BUS_DEBUG "state");
}

static bool is_running(pid_t pid)
{
	siginfo_t info = {};

	return !waitid(P_PID, pid, &info, WEXITED | WNOHANG | WNOWAIT) && !info.si_pid;
}

/* What has to wait for its turn while new keys are asked for does not hold a removal */
TEST_F(keys, a_device_that_is_busy_with_them_can_be_removed)
{
	const char *ep = self->ep.s;
	long begin;
	pid_t pid;

	ASSERT_TRUE(dsm_start("--fault busy:forever:KEY_UPDATE"));
	ASSERT_EQ(0, put("1", NATIVE_PARAM "rekey_s"));
	ASSERT_EQ(0, put("1", DEV "tsm/connect", ep));
	ASSERT_TRUE(await_update());
	pid = put_begin("random", NATIVE_DEBUG "%s/refresh", ep);
	usleep(200000);
	EXPECT_TRUE(is_running(pid));
	EXPECT_STREQ("connected", get(DEV "tsm/state", ep));
	begin = now_ms();
	EXPECT_EQ(0, put("1", DEV "remove", ep));
	EXPECT_GT(6000, now_ms() - begin);
	EXPECT_NE(0, put_end(pid));
	EXPECT_TRUE(all_gone());
	ASSERT_EQ(0, put("1", "/sys/bus/pci/rescan"));
}

/* It is asked again, and then both ends have new keys */
TEST_F(keys, a_device_that_is_busy_with_them_for_a_while_keeps_its_session)
{
	const char *ep = self->ep.s;
	char set[16];

	ASSERT_TRUE(dsm_start("--fault busy:3:KEY_UPDATE"));
	ASSERT_EQ(0, put("1", NATIVE_PARAM "rekey_s"));
	ASSERT_EQ(0, put("1", DEV "tsm/connect", ep));
	snprintf(set, sizeof(set), "%s", info(ep, "key_set"));
	EXPECT_TRUE(await_other(ep, set));
	EXPECT_EQ(0, put("random", NATIVE_DEBUG "%s/refresh", ep));
	EXPECT_STREQ("connected", get(DEV "tsm/state", ep));
	EXPECT_EQ(0, put("1", DEV "tsm/disconnect", ep));
	EXPECT_TRUE(all_gone());
}

/* They are under way when somebody disconnects: the device is told all the same */
TEST_F(keys, a_disconnect_while_they_change_ends_the_session)
{
	const char *ep = self->ep.s;

	ASSERT_TRUE(dsm_start("--fault late:150:KEY_UPDATE"));
	ASSERT_EQ(0, put("1", NATIVE_PARAM "rekey_s"));
	for (int i = 0; i < 4; i++) {
		ASSERT_EQ(0, put("1", DEV "tsm/connect", ep));
		ASSERT_TRUE(await_update());
		usleep(i * 60000);
		run("echo >" TRACE);
		EXPECT_EQ(0, put("1", DEV "tsm/disconnect", ep));
		/* END_SESSION */
		EXPECT_EQ(0, run("grep -q code=ec " TRACE));
		EXPECT_TRUE(all_gone());
	}
}

/* Nobody looks at the clock for them: there is no heartbeat, and no anchor to look for */
TEST_F(keys, are_renewed_after_so_many_messages)
{
	const char *ep = self->ep.s;
	char set[16];

	ASSERT_TRUE(dsm_start("--heartbeat 0"));
	ASSERT_EQ(0, put("0", NATIVE_PARAM "recheck_s"));
	ASSERT_EQ(0, put("1", NATIVE_PARAM "rekey_messages"));
	ASSERT_EQ(0, put("1", DEV "tsm/connect", ep));
	snprintf(set, sizeof(set), "%s", info(ep, "key_set"));
	EXPECT_EQ(0, put("random", NATIVE_DEBUG "%s/refresh", ep));
	EXPECT_TRUE(await_other(ep, set));
	/* Their own messages do not count: nothing was said since */
	snprintf(set, sizeof(set), "%s", info(ep, "key_set"));
	sleep(7);
	EXPECT_STREQ(set, info(ep, "key_set"));
	EXPECT_EQ(0, put("1", DEV "tsm/disconnect", ep));
}

TEST_F(keys, are_renewed_without_an_end_of_the_stream)
{
	const char *ep = self->ep.s;
	char set[16];

	ASSERT_EQ(0, put("2", NATIVE_PARAM "rekey_s"));
	ASSERT_EQ(0, put("1", DEV "tsm/connect", ep));
	for (int i = 0; i < 3; i++) {
		snprintf(set, sizeof(set), "%s", info(ep, "key_set"));
		EXPECT_TRUE(await_other(ep, set));
		EXPECT_STREQ("connected", get(DEV "tsm/state", ep));
		EXPECT_EQ(2, secure_ends());
	}
	EXPECT_EQ(0, put("1", DEV "tsm/disconnect", ep));
	EXPECT_TRUE(all_gone());
}

TEST_HARNESS_MAIN
