// SPDX-License-Identifier: GPL-2.0
/*
 * Several TSMs side by side, and the order in which modules come and go: rank
 * decides what "1" means, a name picks, nothing falls back to another TSM, and
 * one leaves while the other serves.
 */
#include "../kselftest_harness.h"
#include "devsec.h"
#include "uevent.h"

#define ORDERS	10

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
