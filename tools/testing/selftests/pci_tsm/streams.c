// SPDX-License-Identifier: GPL-2.0
/*
 * IDE streams run out: in the host bridge, in a root port. Who gets none is
 * refused with -ENOSPC and leaves nothing behind; names and counts are right.
 */
#include "../kselftest_harness.h"
#include "devsec.h"

#define HB	"/sys/devices/platform/devsec_bus/pci%.4s:00/"
#define NR	5

FIXTURE(streams) {
	struct bdf ep[NR];
};

FIXTURE_SETUP(streams)
{
}

FIXTURE_TEARDOWN(streams)
{
	EXPECT_TRUE(devsec_unload());
}

static void find_all(struct __test_metadata *_metadata, struct _test_data_streams *self,
		     const char *shape)
{
	for (int i = 0; i < NR; i++)
		ASSERT_TRUE(devsec_find(&self->ep[i], shape, "endpoint", i));
}

/* The names of all streams of the host bridge, and how many are left */
static const char *names(const char *ep)
{
	run("cd " HB "; echo $(ls -d s*.*.* 2>/dev/null) $(cat available_*) >/tmp/list", ep);
	return get("/tmp/list");
}

static bool leads_to(const char *name, const char *ep)
{
	return !run("[ $(readlink -f " HB "%s) = $(readlink -f " DEV ") ]", ep, name, ep);
}

/* For want of what @where says, as the log has it */
static void refused(struct __test_metadata *_metadata, const char *ep, int contexts,
		    const char *where)
{
	run("dmesg -c >/dev/null");
	EXPECT_EQ(-ENOSPC, put("1", DEV "tsm/connect", ep));
	EXPECT_EQ(0, run("dmesg | grep -q '%s: .*no stream left of the %s'", ep, where));
	EXPECT_STREQ("disconnected", get(DEV "tsm/state", ep));
	EXPECT_STREQ("refused", get(DEV "tsm/reason", ep));
	EXPECT_STREQ("", get(DEV "tsm/connect", ep));
	EXPECT_EQ(contexts, counter("contexts "));
	EXPECT_EQ(contexts, counter("streams "));
}

TEST_F(streams, host_bridge_with_four)
{
	const char *last;

	ASSERT_TRUE(devsec_load("topology=ep*5 hb_streams=4", ""));
	find_all(_metadata, self, "ep");
	last = self->ep[NR - 1].s;
	EXPECT_STREQ("4", names(last));

	for (int i = 0; i < 4; i++) {
		EXPECT_EQ(0, put("1", DEV "tsm/connect", self->ep[i].s));
		EXPECT_STREQ(str("%d", 3 - i), get(HB "available_secure_streams", last));
		EXPECT_TRUE(leads_to(str("stream%d.0.0", i), self->ep[i].s));
	}
	refused(_metadata, last, 4, "4 in host bridge pci");
	refused(_metadata, last, 4, "4 in host bridge pci");
	EXPECT_STREQ("stream0.0.0 stream1.0.0 stream2.0.0 stream3.0.0 0", names(last));

	/* The one that becomes free is the one that it gets */
	EXPECT_EQ(0, put("1", DEV "tsm/disconnect", self->ep[1].s));
	EXPECT_STREQ("stream0.0.0 stream2.0.0 stream3.0.0 1", names(last));
	EXPECT_EQ(0, put("1", DEV "tsm/connect", last));
	EXPECT_TRUE(leads_to("stream1.0.0", last));
	refused(_metadata, self->ep[1].s, 4, "4 in host bridge pci");

	for (int i = 0; i < NR; i++)
		EXPECT_EQ(i == 1 ? -ENXIO : 0, put("1", DEV "tsm/disconnect", self->ep[i].s));
	EXPECT_STREQ("4", names(last));
}

TEST_F(streams, root_port_with_two)
{
	const char *last;

	ASSERT_TRUE(devsec_load("topology=fswitch:5 streams=2", ""));
	find_all(_metadata, self, "fswitch");
	last = self->ep[NR - 1].s;
	EXPECT_EQ(0, put("1", DEV "tsm/connect", self->ep[0].s));
	EXPECT_EQ(0, put("1", DEV "tsm/connect", self->ep[1].s));
	EXPECT_STREQ("stream0.0.0 stream1.1.0 253", names(last));
	refused(_metadata, last, 2, "2 in root port ");

	EXPECT_EQ(0, put("1", DEV "tsm/disconnect", self->ep[0].s));
	EXPECT_EQ(0, put("1", DEV "tsm/connect", last));
	EXPECT_TRUE(leads_to("stream0.0.0", last));
	EXPECT_STREQ("stream0.0.0 stream1.1.0 253", names(last));
}

TEST_F(streams, host_bridge_without)
{
	ASSERT_TRUE(devsec_load("topology=ep*5 hb_streams=0", ""));
	find_all(_metadata, self, "ep");
	refused(_metadata, self->ep[0].s, 0, "0 in host bridge pci");
}

/* Two host bridges: the streams of one are not those of the other */
TEST_F(streams, two_host_bridges)
{
	struct bdf one, two;

	ASSERT_TRUE(devsec_load("bridges=2 topology=ep hb_streams=1", ""));
	ASSERT_TRUE(devsec_find(&one, "ep", "endpoint", 0));
	ASSERT_TRUE(devsec_find(&two, "ep", "endpoint", 1));
	EXPECT_NE(0, strncmp(one.s, two.s, 4));
	EXPECT_EQ(0, put("1", DEV "tsm/connect", one.s));
	EXPECT_STREQ("1", names(two.s));
	EXPECT_EQ(0, put("1", DEV "tsm/connect", two.s));
	EXPECT_STREQ("stream0.0.0 0", names(one.s));
	EXPECT_STREQ("stream0.0.0 0", names(two.s));
}

TEST_HARNESS_MAIN
