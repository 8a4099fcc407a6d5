// SPDX-License-Identifier: GPL-2.0
/*
 * Several TSMs side by side, and the order in which modules come and go: rank
 * decides what "1" means, a name picks, nothing falls back to another TSM, and
 * one arrives or leaves while others serve.
 */
#include "../kselftest_harness.h"
#include <sys/stat.h>

#include "devsec.h"
#include "uevent.h"

#define ORDERS	10

/* What may take a cancel; the design gives it this long */
#define CANCEL_MS	2000

FIXTURE(tsms) {
	struct bdf a;
	struct bdf b;
	struct bdf c;
};

FIXTURE_SETUP(tsms)
{
}

FIXTURE_TEARDOWN(tsms)
{
	put("clear", TSM_DEBUG "fault");
	EXPECT_TRUE(devsec_unload());
}

static void load(struct __test_metadata *_metadata, struct _test_data_tsms *self,
		 const char *params)
{
	ASSERT_TRUE(devsec_load("topology=ep*3", params));
	ASSERT_TRUE(devsec_find(&self->a, "ep", "endpoint", 0));
	ASSERT_TRUE(devsec_find(&self->b, "ep", "endpoint", 1));
	ASSERT_TRUE(devsec_find(&self->c, "ep", "endpoint", 2));
}

/* What "1" connects to */
static const char *one(const char *ep)
{
	const char *tsm;
	int rc = put("1", DEV "tsm/connect", ep);

	if (rc)
		return strerrorname_np(-rc);
	tsm = get(DEV "tsm/connect", ep);
	put("1", DEV "tsm/disconnect", ep);
	return tsm;
}

TEST_F(tsms, pci_mode)
{
	load(_metadata, self, "tsms=2");
	EXPECT_STREQ("link", get("/sys/class/tsm/tsm0/pci_mode"));
	EXPECT_STREQ("link", get("/sys/class/tsm/tsm1/pci_mode"));
	EXPECT_STREQ("ENOENT", get("/sys/class/tsm/tsm2/pci_mode"));
	EXPECT_EQ(0, run("rmmod devsec_tsm"));
	EXPECT_STREQ("ENOENT", get("/sys/class/tsm/tsm0/pci_mode"));
}

TEST_F(tsms, rank_decides)
{
	load(_metadata, self, "tsms=3 ranks=1,5,2");
	EXPECT_STREQ("tsm1", one(self->a.s));
	load(_metadata, self, "tsms=3 ranks=-3,-2,-1");
	EXPECT_STREQ("tsm2", one(self->a.s));
	load(_metadata, self, "tsms=3 ranks=4,4,4");
	EXPECT_STREQ("tsm0", one(self->a.s));
}

TEST_F(tsms, name_picks)
{
	load(_metadata, self, "tsms=3 ranks=9,1,2");
	EXPECT_EQ(0, put("tsm0", DEV "tsm/connect", self->a.s));
	EXPECT_EQ(0, put("tsm1", DEV "tsm/connect", self->b.s));
	EXPECT_EQ(0, put("tsm2", DEV "tsm/connect", self->c.s));
	EXPECT_STREQ("tsm0", get(DEV "tsm/connect", self->a.s));
	EXPECT_STREQ("tsm1", get(DEV "tsm/connect", self->b.s));
	EXPECT_STREQ("tsm2", get(DEV "tsm/connect", self->c.s));
	EXPECT_EQ(-EINVAL, put("tsm0", DEV "tsm/disconnect", self->b.s));
	EXPECT_STREQ("connected", get(DEV "tsm/state", self->b.s));
	EXPECT_EQ(0, put("tsm1", DEV "tsm/disconnect", self->b.s));
	EXPECT_EQ(0, put("1", DEV "tsm/disconnect", self->a.s));
	EXPECT_STREQ("tsm2", get(DEV "tsm/connect", self->c.s));
}

/* A device that could make the better TSM fail would choose the worse one */
TEST_F(tsms, no_fallback)
{
	load(_metadata, self, "tsms=2 ranks=1,2");
	ASSERT_EQ(0, put("* connect error -5", TSM_DEBUG "fault"));
	EXPECT_EQ(-EIO, put("1", DEV "tsm/connect", self->a.s));
	EXPECT_STREQ("disconnected", get(DEV "tsm/state", self->a.s));
	/* tsm0's line comes first: it was not even asked for a context */
	EXPECT_EQ(0, strncmp(get(TSM_DEBUG "counters"), "tsm0 contexts 0 ", 16));
	EXPECT_EQ(0, counter(" connects "));
	ASSERT_EQ(0, put("clear", TSM_DEBUG "fault"));
	EXPECT_STREQ("tsm1", one(self->a.s));
}

/* rmmod takes tsm1 first, which waits for the slow disconnect of b */
TEST_F(tsms, one_leaves_while_the_other_serves)
{
	pid_t rmmod;

	load(_metadata, self, "tsms=2 ranks=1,2");
	ASSERT_EQ(0, put("tsm0", DEV "tsm/connect", self->a.s));
	ASSERT_EQ(0, put("tsm1", DEV "tsm/connect", self->b.s));
	ASSERT_EQ(0, put(str("%s disconnect hard 4000", self->b.s), TSM_DEBUG "fault"));
	rmmod = fork();
	if (!rmmod)
		_exit(run("rmmod devsec_tsm"));
	EXPECT_STREQ("disconnecting", await("disconnecting", 3000, DEV "tsm/state", self->b.s));
	EXPECT_STREQ("departure", get(DEV "tsm/reason", self->b.s));

	/* tsm1 had the better rank, but it is on its way out */
	EXPECT_EQ(-ENODEV, put("tsm1", DEV "tsm/connect", self->c.s));
	EXPECT_STREQ("tsm0", one(self->c.s));
	EXPECT_STREQ("tsm0", get(DEV "tsm/connect", self->a.s));
	EXPECT_STREQ("disconnecting", get(DEV "tsm/state", self->b.s));

	EXPECT_EQ(0, put_end(rmmod));
	EXPECT_STREQ("ENOENT", get(DEV "tsm/state", self->a.s));
}

/* One "gone" for each device and TSM, after the last change of state by it */
TEST_F(tsms, gone_events)
{
	struct uevent u, last = {};
	int fd, gone = 0;

	load(_metadata, self, "tsms=2");
	ASSERT_EQ(0, put("tsm1", DEV "tsm/connect", self->a.s));
	fd = uevent_open();
	EXPECT_EQ(0, run("rmmod devsec_tsm"));
	while (uevent_next(fd, self->a.s, &u, 0)) {
		if (strcmp(u.event, "gone")) {
			EXPECT_EQ(0, gone);
			last = u;
			continue;
		}
		EXPECT_STREQ(gone++ ? "tsm0" : "tsm1", u.tsm);
	}
	EXPECT_EQ(2, gone);
	EXPECT_STREQ("disconnected", last.state);
	EXPECT_STREQ("departure", last.reason);
	EXPECT_STREQ("tsm1", last.tsm);
	close(fd);
}

#define ADD(rank)	put("add " #rank, TSM_DEBUG "tsms")
#define DEL(n)		put("del " #n, TSM_DEBUG "tsms")

/* Devices a and b are connected to tsm0 and tsm1, of ranks 1 and 2; c is free */
FIXTURE(third) {
	FIXTURE_DATA(tsms) t;
	struct stat file;
	int events;
};

FIXTURE_SETUP(third)
{
	load(_metadata, &self->t, "tsms=2 ranks=1,2");
	ASSERT_EQ(0, put("tsm0", DEV "tsm/connect", self->t.a.s));
	ASSERT_EQ(0, put("tsm1", DEV "tsm/connect", self->t.b.s));
	ASSERT_EQ(0, put(str("%s 7", self->t.a.s), TSM_DEBUG "bind"));
	ASSERT_EQ(0, stat(str(DEV "tsm/state", self->t.a.s), &self->file));
	self->events = uevent_open();
	ASSERT_LE(0, self->events);
}

FIXTURE_TEARDOWN(third)
{
	/* Whatever came and went */
	EXPECT_STREQ("connected", get(DEV "tsm/state", self->t.a.s));
	EXPECT_STREQ("tsm0", get(DEV "tsm/bound", self->t.a.s));
	EXPECT_STREQ("connected", get(DEV "tsm/state", self->t.b.s));
	EXPECT_STREQ("tsm1", get(DEV "tsm/connect", self->t.b.s));
	put("clear", TSM_DEBUG "fault");
	EXPECT_TRUE(devsec_unload());
}

/* One event about the connected device a, that @tsm came or left; and the same file */
static void told(struct __test_metadata *_metadata, struct _test_data_third *self,
		 const char *event, const char *tsm)
{
	struct stat now;
	struct uevent u;

	ASSERT_TRUE(uevent_next(self->events, self->t.a.s, &u, 3000));
	EXPECT_STREQ(event, u.event);
	EXPECT_STREQ(tsm, u.tsm);
	EXPECT_EQ(0, uevent_drain(self->events, self->t.a.s));
	ASSERT_EQ(0, stat(str(DEV "tsm/state", self->t.a.s), &now));
	EXPECT_EQ(self->file.st_ino, now.st_ino);
}

/* "1" is a question of now, also for devices that were there before */
TEST_F(third, arrives_and_leaves)
{
	const char *c = self->t.c.s;

	EXPECT_STREQ("tsm1", one(c));
	uevent_drain(self->events, NULL);
	ASSERT_EQ(0, ADD(5));
	told(_metadata, self, "available", "tsm2");
	EXPECT_STREQ("link", get("/sys/class/tsm/tsm2/pci_mode"));
	EXPECT_STREQ("tsm2", one(c));
	EXPECT_EQ(-EBUSY, put("tsm2", DEV "tsm/connect", self->t.a.s));

	/* One of less rank changes nothing; one of the same comes behind */
	ASSERT_EQ(0, ADD(-1));
	told(_metadata, self, "available", "tsm3");
	ASSERT_EQ(0, ADD(5));
	told(_metadata, self, "available", "tsm4");
	EXPECT_STREQ("tsm2", one(c));
	uevent_drain(self->events, NULL);

	ASSERT_EQ(0, DEL(2));
	told(_metadata, self, "gone", "tsm2");
	EXPECT_STREQ("tsm4", one(c));
	EXPECT_EQ(-ENXIO, put("tsm2", DEV "tsm/connect", c));
	uevent_drain(self->events, NULL);
	ASSERT_EQ(0, DEL(4));
	told(_metadata, self, "gone", "tsm4");
	EXPECT_STREQ("tsm1", one(c));
	uevent_drain(self->events, NULL);
	ASSERT_EQ(0, DEL(3));
	told(_metadata, self, "gone", "tsm3");
	EXPECT_EQ(-ENXIO, DEL(3));
}

/* It takes what it serves along, and that only; nobody else steps in */
TEST_F(third, leaves_while_it_serves)
{
	const char *c = self->t.c.s;
	struct uevent u;

	ASSERT_EQ(0, ADD(5));
	ASSERT_EQ(0, put("1", DEV "tsm/connect", c));
	ASSERT_STREQ("tsm2", get(DEV "tsm/connect", c));
	ASSERT_EQ(0, put(str("%s 8", c), TSM_DEBUG "bind"));
	uevent_drain(self->events, NULL);
	ASSERT_EQ(0, DEL(2));
	EXPECT_STREQ("disconnected", get(DEV "tsm/state", c));
	EXPECT_STREQ("departure", get(DEV "tsm/reason", c));
	EXPECT_STREQ("", get(DEV "tsm/connect", c));
	EXPECT_STREQ("", get(DEV "tsm/bound", c));
	EXPECT_EQ(1, counter("invalidates "));

	/* Down, the binding, down: and "gone" at the end, for everybody */
	ASSERT_TRUE(uevent_next(self->events, c, &u, 0));
	EXPECT_STREQ("disconnecting", u.state);
	ASSERT_TRUE(uevent_next(self->events, c, &u, 0));
	EXPECT_STREQ("unbound", u.state);
	EXPECT_STREQ("departure", u.reason);
	ASSERT_TRUE(uevent_next(self->events, c, &u, 0));
	EXPECT_STREQ("disconnected", u.state);
	EXPECT_STREQ("departure", u.reason);
	EXPECT_STREQ("tsm2", u.tsm);
	ASSERT_TRUE(uevent_next(self->events, c, &u, 0));
	EXPECT_STREQ("gone", u.event);
	EXPECT_STREQ("tsm1", one(c));
}

TEST_F(third, leaves_while_it_connects)
{
	const char *c = self->t.c.s;
	pid_t writer, queued;
	long start;

	ASSERT_EQ(0, ADD(5));
	ASSERT_EQ(0, put(str("%s connect hang 15000", c), TSM_DEBUG "fault"));
	writer = put_begin("1", DEV "tsm/connect", c);
	ASSERT_TRUE(wait_running(writer));
	/* What the other one is to do is none of its business */
	queued = put_begin("tsm0", DEV "tsm/connect", c);
	ASSERT_TRUE(wait_blocked(queued));
	ASSERT_EQ(0, put("clear", TSM_DEBUG "fault"));
	ASSERT_EQ(0, DEL(2));
	EXPECT_EQ(-ENODEV, put_end(writer));
	EXPECT_EQ(0, put_end(queued));
	EXPECT_STREQ("tsm0", get(DEV "tsm/connect", c));
	ASSERT_EQ(0, put("1", DEV "tsm/disconnect", c));

	/* With nobody in the queue it stays disconnected */
	ASSERT_EQ(0, ADD(5));
	ASSERT_STREQ("link", get("/sys/class/tsm/tsm2/pci_mode"));
	ASSERT_EQ(0, put(str("%s connect hang 15000", c), TSM_DEBUG "fault"));
	writer = put_begin("1", DEV "tsm/connect", c);
	ASSERT_TRUE(wait_running(writer));
	start = now_ms();
	ASSERT_EQ(0, DEL(2));
	EXPECT_EQ(-ENODEV, put_end(writer));
	EXPECT_GT(CANCEL_MS, now_ms() - start);
	EXPECT_STREQ("disconnected", get(DEV "tsm/state", c));
	EXPECT_STREQ("departure", get(DEV "tsm/reason", c));
	EXPECT_STREQ("", get(DEV "tsm/connect", c));
}

/* The files are there as long as anybody serves the device */
TEST_F(tsms, all_leave_and_one_arrives)
{
	load(_metadata, self, "tsms=2");
	ASSERT_EQ(0, put("tsm1", DEV "tsm/connect", self->a.s));
	ASSERT_EQ(0, DEL(0));
	EXPECT_STREQ("connected", get(DEV "tsm/state", self->a.s));
	ASSERT_EQ(0, DEL(1));
	EXPECT_STREQ("ENOENT", get(DEV "tsm/state", self->a.s));
	EXPECT_STREQ("ENOENT", get(DEV "authenticated", self->a.s));
	EXPECT_EQ(-ENXIO, DEL(1));
	ASSERT_EQ(0, ADD(0));
	EXPECT_STREQ("disconnected", get(DEV "tsm/state", self->a.s));
	EXPECT_STREQ("departure", get(DEV "tsm/reason", self->a.s));
	EXPECT_STREQ("tsm0", one(self->a.s));
}

/* Which of both modules is loaded first, and which is unloaded first */
static void order(struct __test_metadata *_metadata, const char *first, const char *second,
		  const char *leaves)
{
	struct bdf ep;

	for (int i = 0; i < ORDERS; i++) {
		ASSERT_EQ(0, run("modprobe %s && modprobe %s", first, second));
		ASSERT_TRUE(devsec_find(&ep, "ep", "endpoint", 0));
		EXPECT_STREQ("disconnected", get(DEV "tsm/state", ep.s));
		ASSERT_EQ(0, put("1", DEV "tsm/connect", ep.s));
		EXPECT_STREQ("connected", get(DEV "tsm/state", ep.s));
		ASSERT_EQ(0, run("rmmod %s", leaves));
		EXPECT_STREQ("ENOENT", get(DEV "tsm/state", ep.s));
		EXPECT_TRUE(devsec_unload());
	}
}

TEST_F(tsms, bus_first_then_tsm_leaves)
{
	devsec_load(NULL, NULL);
	order(_metadata, "devsec_bus topology=ep", "devsec_tsm", "devsec_tsm");
}

TEST_F(tsms, bus_first_then_bus_leaves)
{
	devsec_load(NULL, NULL);
	order(_metadata, "devsec_bus topology=ep", "devsec_tsm", "devsec_bus");
}

TEST_F(tsms, tsm_first_then_tsm_leaves)
{
	devsec_load(NULL, NULL);
	order(_metadata, "devsec_tsm", "devsec_bus topology=ep", "devsec_tsm");
}

TEST_F(tsms, tsm_first_then_bus_leaves)
{
	devsec_load(NULL, NULL);
	order(_metadata, "devsec_tsm", "devsec_bus topology=ep", "devsec_bus");
}

TEST_HARNESS_MAIN
