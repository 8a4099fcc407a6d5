// SPDX-License-Identifier: GPL-2.0
/*
 * The events that user space acts upon: their order, what they say, and that
 * their numbers have no gaps.
 */
#include "../kselftest_harness.h"
#include "devsec.h"
#include "uevent.h"

/* An event of what the worker does may come late, and costs nothing when it does not */
#define EVENT_MS	10000

FIXTURE(uevent) {
	struct bdf pf0;
	struct bdf fn1;
	int fd;
};

FIXTURE_SETUP(uevent)
{
	self->fd = uevent_open();
	ASSERT_LE(0, self->fd);
	ASSERT_TRUE(devsec_load("topology=mf:2", NULL));
	ASSERT_TRUE(devsec_find(&self->pf0, "mf", "endpoint", 0));
	ASSERT_TRUE(devsec_find(&self->fn1, "mf", "endpoint", 1));
	EXPECT_EQ(0, uevent_drain(self->fd, NULL)) {
		TH_LOG("events without a TSM");
	}
	ASSERT_EQ(0, run("modprobe devsec_tsm"));
}

FIXTURE_TEARDOWN(uevent)
{
	put("clear", TSM_DEBUG "fault");
	EXPECT_TRUE(devsec_unload());
	close(self->fd);
}

static void tsm_event(struct __test_metadata *_metadata, struct _test_data_uevent *self,
		      const char *dev, const char *event)
{
	struct uevent u = {};

	EXPECT_TRUE(uevent_next(self->fd, NULL, &u, EVENT_MS));
	EXPECT_STREQ(dev, u.dev);
	EXPECT_STREQ("change", u.action);
	EXPECT_STREQ(event, u.event);
	EXPECT_STREQ("tsm0", u.tsm);
}

static void state_event(struct __test_metadata *_metadata, struct _test_data_uevent *self,
			const char *dev, const char *state, const char *reason, long seq)
{
	struct uevent u = {};

	EXPECT_TRUE(uevent_next(self->fd, NULL, &u, EVENT_MS));
	EXPECT_STREQ(dev, u.dev);
	EXPECT_STREQ("change", u.action);
	EXPECT_STREQ("state", u.event);
	EXPECT_STREQ("tsm0", u.tsm);
	EXPECT_STREQ(state, u.state);
	EXPECT_STREQ(reason, u.reason);
	EXPECT_EQ(seq, u.seq);
}

#define STATE(...)	state_event(_metadata, self, __VA_ARGS__)
#define TSM(...)	tsm_event(_metadata, self, __VA_ARGS__)
#define NO_MORE()	EXPECT_EQ(0, uevent_drain(self->fd, NULL))

TEST_F(uevent, a_life)
{
	const char *pf0 = self->pf0.s, *fn1 = self->fn1.s;

	/* Only for who can be connected */
	TSM(pf0, "available");
	NO_MORE();

	ASSERT_EQ(0, put("1", DEV "tsm/connect", pf0));
	STATE(pf0, "connecting", "request", 1);
	STATE(pf0, "connected", "request", 2);
	ASSERT_EQ(0, put(str("%s 7", fn1), TSM_DEBUG "bind"));
	STATE(fn1, "bound", "request", 1);
	ASSERT_EQ(0, put(fn1, TSM_DEBUG "unbind"));
	STATE(fn1, "unbound", "request", 2);
	ASSERT_EQ(0, put(str("%s 7", fn1), TSM_DEBUG "bind"));
	STATE(fn1, "bound", "request", 3);
	ASSERT_EQ(0, put("1", DEV "tsm/disconnect", pf0));
	STATE(pf0, "disconnecting", "request", 3);
	STATE(fn1, "unbound", "request", 4);
	STATE(pf0, "disconnected", "request", 4);
	NO_MORE();

	ASSERT_EQ(0, put("* connect error -5", TSM_DEBUG "fault"));
	ASSERT_EQ(-EIO, put("1", DEV "tsm/connect", pf0));
	STATE(pf0, "connecting", "request", 5);
	STATE(pf0, "disconnected", "refused", 6);
	ASSERT_EQ(0, put("clear", TSM_DEBUG "fault"));

	ASSERT_EQ(0, put("1", DEV "tsm/connect", pf0));
	STATE(pf0, "connecting", "request", 7);
	STATE(pf0, "connected", "request", 8);
	NO_MORE();
	ASSERT_EQ(0, run("rmmod devsec_tsm"));
	STATE(pf0, "disconnecting", "departure", 9);
	STATE(pf0, "disconnected", "departure", 10);
	TSM(pf0, "gone");
	NO_MORE();
	ASSERT_EQ(0, run("modprobe devsec_tsm"));
	TSM(pf0, "available");
	NO_MORE();
}

TEST_F(uevent, loss)
{
	const char *pf0 = self->pf0.s, *fn1 = self->fn1.s;

	ASSERT_EQ(0, put("1", DEV "tsm/connect", pf0));
	ASSERT_EQ(0, put(str("%s 7", fn1), TSM_DEBUG "bind"));
	uevent_drain(self->fd, NULL);
	ASSERT_EQ(0, put(str("%s 9", pf0), TSM_DEBUG "report"));
	/* The interface is closed before the DSM is called failed */
	STATE(fn1, "error", "session", 2);
	STATE(pf0, "failed", "session", 3);
	ASSERT_EQ(0, put("1", DEV "tsm/disconnect", pf0));
	STATE(pf0, "disconnecting", "request", 4);
	STATE(fn1, "unbound", "request", 3);
	STATE(pf0, "disconnected", "request", 5);
	NO_MORE();
}

TEST_F(uevent, removal_and_addition)
{
	const char *pf0 = self->pf0.s, *fn1 = self->fn1.s;

	ASSERT_EQ(0, put("1", DEV "tsm/connect", pf0));
	ASSERT_EQ(0, put(str("%s 7", fn1), TSM_DEBUG "bind"));
	uevent_drain(self->fd, NULL);
	ASSERT_EQ(0, put("1", DEV "remove", pf0));
	STATE(pf0, "disconnecting", "removal", 3);
	STATE(fn1, "unbound", "dsm-gone", 2);
	STATE(pf0, "disconnected", "removal", 4);
	NO_MORE();
	ASSERT_EQ(0, put("1", "/sys/bus/pci/rescan"));
	TSM(pf0, "available");
	NO_MORE();

	/* A new device counts from the beginning */
	ASSERT_EQ(0, put("1", DEV "tsm/connect", pf0));
	STATE(pf0, "connecting", "request", 1);
	STATE(pf0, "connected", "request", 2);
}

/* Many transitions of many devices: for each, every number once and in order */
TEST_F(uevent, numbers_have_no_gaps)
{
	struct bdf ep[8];
	pid_t child[8];
	long seq[8] = {};
	struct uevent u;

	ASSERT_TRUE(devsec_load("topology=ep*8", ""));
	for (int i = 0; i < 8; i++)
		ASSERT_TRUE(devsec_find(&ep[i], "ep", "endpoint", i));
	uevent_drain(self->fd, NULL);
	for (int i = 0; i < 8; i++) {
		child[i] = fork();
		if (child[i])
			continue;
		for (int n = 0; n < 20; n++)
			if (put("1", DEV "tsm/connect", ep[i].s) ||
			    put("1", DEV "tsm/disconnect", ep[i].s))
				_exit(1);
		_exit(0);
	}
	for (int i = 0; i < 8; i++)
		EXPECT_EQ(0, put_end(child[i]));
	while (uevent_next(self->fd, NULL, &u, 500))
		for (int i = 0; i < 8; i++)
			if (!strcmp(ep[i].s, u.dev))
				EXPECT_EQ(++seq[i], u.seq);
	for (int i = 0; i < 8; i++)
		EXPECT_EQ(80, seq[i]);
}

TEST_HARNESS_MAIN
