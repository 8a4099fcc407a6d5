// SPDX-License-Identifier: GPL-2.0
/*
 * Connect and disconnect of one device by one TSM: what each file says in each
 * state, the stream that comes and goes, and that nothing stays behind.
 */
#include "../kselftest_harness.h"
#include "devsec.h"

#define HB	"/sys/devices/platform/devsec_bus/pci%.4s:00/"

FIXTURE(connect) {
	struct bdf ep;
	struct bdf rp;
};

FIXTURE_SETUP(connect)
{
	ASSERT_TRUE(devsec_load("topology=ep", ""));
	ASSERT_TRUE(devsec_find(&self->ep, "ep", "endpoint", 0));
	ASSERT_TRUE(devsec_find(&self->rp, "ep", "root-port", 0));
}

FIXTURE_TEARDOWN(connect)
{
	put("clear", TSM_DEBUG "fault");
	EXPECT_TRUE(devsec_unload());
}

static void files(struct __test_metadata *_metadata, const char *ep, const char *state,
		  const char *reason, const char *tsm, const char *dsm)
{
	EXPECT_STREQ(state, get(DEV "tsm/state", ep));
	EXPECT_STREQ(reason, get(DEV "tsm/reason", ep));
	EXPECT_STREQ(tsm, get(DEV "tsm/connect", ep));
	EXPECT_STREQ(dsm, get(DEV "tsm/dsm", ep));
	EXPECT_STREQ("", get(DEV "tsm/bound", ep));
	/* The emulated TSM verifies nobody, unless it is told to */
	EXPECT_STREQ("", get(DEV "authenticated", ep));
}

static void no_stream(struct __test_metadata *_metadata, const char *ep)
{
	EXPECT_STREQ("255", get(HB "available_secure_streams", ep));
	EXPECT_NE(0, run("ls -d " HB "stream* 2>/dev/null", ep));
}

static void one_stream(struct __test_metadata *_metadata, const char *ep)
{
	EXPECT_STREQ("254", get(HB "available_secure_streams", ep));
	EXPECT_EQ(0, run("[ $(readlink -f " HB "stream0.0.0) = $(readlink -f " DEV ") ]", ep, ep));
	EXPECT_EQ(0, run("[ $(ls -d " HB "stream* | wc -l) = 1 ]", ep));
}

TEST_F(connect, by_one)
{
	const char *ep = self->ep.s;

	files(_metadata, ep, "disconnected", "none", "", "");
	no_stream(_metadata, ep);

	EXPECT_EQ(0, put("1", DEV "tsm/connect", ep));
	files(_metadata, ep, "connected", "request", "tsm0", ep);
	one_stream(_metadata, ep);

	EXPECT_EQ(0, put("1", DEV "tsm/disconnect", ep));
	files(_metadata, ep, "disconnected", "request", "", "");
	no_stream(_metadata, ep);
}

TEST_F(connect, by_name)
{
	EXPECT_EQ(0, put("tsm0\n", DEV "tsm/connect", self->ep.s));
	files(_metadata, self->ep.s, "connected", "request", "tsm0", self->ep.s);
	EXPECT_EQ(0, put("tsm0\n", DEV "tsm/disconnect", self->ep.s));
	files(_metadata, self->ep.s, "disconnected", "request", "", "");
	no_stream(_metadata, self->ep.s);
}

TEST_F(connect, files_while_connecting)
{
	const char *ep = self->ep.s;
	pid_t writer;

	ASSERT_EQ(0, put("* connect hang 10000", TSM_DEBUG "fault"));
	writer = put_begin("1", DEV "tsm/connect", ep);
	EXPECT_STREQ("connecting", await("connecting", 5000, DEV "tsm/state", ep));
	/* The TSM's context comes a moment later */
	EXPECT_STREQ(ep, await(ep, 5000, DEV "tsm/dsm", ep));
	files(_metadata, ep, "connecting", "request", "", ep);

	/* A disconnect takes the connect back, which is what was asked for */
	EXPECT_EQ(0, put("1", DEV "tsm/disconnect", ep));
	EXPECT_EQ(-ECANCELED, put_end(writer));
	files(_metadata, ep, "disconnected", "cancelled", "", "");
	no_stream(_metadata, ep);
}

TEST_F(connect, files_while_disconnecting)
{
	const char *ep = self->ep.s;
	pid_t writer;

	ASSERT_EQ(0, put("1", DEV "tsm/connect", ep));
	ASSERT_EQ(0, put("* disconnect hard 2000", TSM_DEBUG "fault"));
	writer = put_begin("1", DEV "tsm/disconnect", ep);
	EXPECT_STREQ("disconnecting", await("disconnecting", 5000, DEV "tsm/state", ep));
	files(_metadata, ep, "disconnecting", "request", "", ep);
	EXPECT_EQ(0, put_end(writer));
	files(_metadata, ep, "disconnected", "request", "", "");
	no_stream(_metadata, ep);
}

TEST_F(connect, files_when_failed)
{
	const char *ep = self->ep.s;

	ASSERT_EQ(0, put("1", DEV "tsm/connect", ep));
	ASSERT_EQ(0, put(str("%s 9", ep), TSM_DEBUG "report"));
	/* The mark is to be seen at once, whatever the worker does */
	EXPECT_STREQ("failed", get(DEV "tsm/state", ep));
	EXPECT_STREQ("session", get(DEV "tsm/reason", ep));
	EXPECT_STREQ("", get(DEV "tsm/connect", ep));
	EXPECT_STREQ("255", await("255", 5000, HB "available_secure_streams", ep));
	files(_metadata, ep, "failed", "session", "", ep);
	EXPECT_EQ(-EBUSY, put("1", DEV "tsm/connect", ep));
	EXPECT_EQ(0, put("1", DEV "tsm/disconnect", ep));
	files(_metadata, ep, "disconnected", "request", "", "");
	EXPECT_EQ(0, put("1", DEV "tsm/connect", ep));
}

TEST_F(connect, refused_by_tsm)
{
	const char *ep = self->ep.s;

	ASSERT_EQ(0, put("* connect error -121", TSM_DEBUG "fault"));
	EXPECT_EQ(-EREMOTEIO, put("1", DEV "tsm/connect", ep));
	files(_metadata, ep, "disconnected", "refused", "", "");
	ASSERT_EQ(0, put("* probe null", TSM_DEBUG "fault"));
	EXPECT_EQ(-ENXIO, put("1", DEV "tsm/connect", ep));
	files(_metadata, ep, "disconnected", "refused", "", "");
	no_stream(_metadata, ep);

	ASSERT_EQ(0, put("clear", TSM_DEBUG "fault"));
	EXPECT_EQ(0, put("1", DEV "tsm/connect", ep));
}

TEST_F(connect, killed_writer)
{
	const char *ep = self->ep.s;
	pid_t writer;

	ASSERT_EQ(0, put("* connect hang 60000", TSM_DEBUG "fault"));
	writer = put_begin("1", DEV "tsm/connect", ep);
	EXPECT_STREQ("connecting", await("connecting", 5000, DEV "tsm/state", ep));
	kill(writer, SIGKILL);
	EXPECT_EQ(-EINTR, put_end(writer));
	EXPECT_STREQ("disconnected", await("disconnected", 3000, DEV "tsm/state", ep));
	files(_metadata, ep, "disconnected", "cancelled", "", "");
	no_stream(_metadata, ep);
}

#define VERIFIED	"/sys/module/devsec_tsm/parameters/verified"

/* A device with a function that does not hold the DSM, and a VF */
FIXTURE(identity) {
	struct bdf pf0, fn1, pf, vf;
};

FIXTURE_SETUP(identity)
{
	ASSERT_TRUE(devsec_load("topology=mf:2,sriov:1", "verified=1"));
	ASSERT_TRUE(devsec_find(&self->pf0, "mf", "endpoint", 0));
	ASSERT_TRUE(devsec_find(&self->fn1, "mf", "endpoint", 1));
	ASSERT_TRUE(devsec_find(&self->pf, "sriov", "endpoint", 0));
	ASSERT_EQ(0, put("1", DEV "sriov_numvfs", self->pf.s));
	ASSERT_TRUE(devsec_find(&self->vf, "sriov", "vf", 0));
}

FIXTURE_TEARDOWN(identity)
{
	put("clear", TSM_DEBUG "fault");
	EXPECT_TRUE(devsec_unload());
}

/* What both functions of a device say about its identity */
static void authenticated(struct __test_metadata *_metadata, const char *want,
			  const char *dsm, const char *fn)
{
	EXPECT_STREQ(want, get(DEV "authenticated", dsm));
	EXPECT_STREQ(want, get(DEV "authenticated", fn));
}

TEST_F(identity, is_verified_as_long_as_the_connection_lasts)
{
	const char *pf0 = self->pf0.s, *fn1 = self->fn1.s;

	authenticated(_metadata, "", pf0, fn1);
	ASSERT_EQ(0, put("1", DEV "tsm/connect", pf0));
	authenticated(_metadata, "tsm0", pf0, fn1);
	/* Nobody else's */
	authenticated(_metadata, "", self->pf.s, self->vf.s);
	ASSERT_EQ(0, put("1", DEV "tsm/disconnect", pf0));
	authenticated(_metadata, "", pf0, fn1);

	ASSERT_EQ(0, put("1", DEV "tsm/connect", self->pf.s));
	authenticated(_metadata, "tsm0", self->pf.s, self->vf.s);
	authenticated(_metadata, "", pf0, fn1);
}

TEST_F(identity, ends_with_a_loss)
{
	const char *pf0 = self->pf0.s, *fn1 = self->fn1.s;

	ASSERT_EQ(0, put("1", DEV "tsm/connect", pf0));
	ASSERT_EQ(0, put(str("%s 9", pf0), TSM_DEBUG "report"));
	/* At once, as the state, and for good */
	authenticated(_metadata, "", pf0, fn1);
	EXPECT_STREQ("255", await("255", 5000, HB "available_secure_streams", pf0));
	authenticated(_metadata, "", pf0, fn1);
	ASSERT_EQ(0, put("1", DEV "tsm/disconnect", pf0));
	ASSERT_EQ(0, put("1", DEV "tsm/connect", pf0));
	authenticated(_metadata, "tsm0", pf0, fn1);
}

/* The loss of an interface, or of a function, says nothing about the device */
TEST_F(identity, outlives_the_loss_of_an_interface)
{
	const char *pf0 = self->pf0.s, *fn1 = self->fn1.s;

	ASSERT_EQ(0, put("1", DEV "tsm/connect", pf0));
	ASSERT_EQ(0, put(str("%s 7", fn1), TSM_DEBUG "bind"));
	ASSERT_EQ(0, put(str("%s 15", fn1), TSM_DEBUG "report"));
	EXPECT_STREQ("error", get(DEV "tsm/state", fn1));
	authenticated(_metadata, "tsm0", pf0, fn1);
}

TEST_F(identity, is_verified_anew_in_each_connection)
{
	const char *pf0 = self->pf0.s, *fn1 = self->fn1.s;

	ASSERT_EQ(0, put("1", DEV "tsm/connect", pf0));
	ASSERT_EQ(0, put("1", DEV "tsm/disconnect", pf0));
	ASSERT_EQ(0, put("0", VERIFIED));
	ASSERT_EQ(0, put("1", DEV "tsm/connect", pf0));
	EXPECT_STREQ("tsm0", get(DEV "tsm/connect", pf0));
	authenticated(_metadata, "", pf0, fn1);
}

/* Verified, and then the stream did not come up; the next one does not profit */
TEST_F(identity, of_a_connect_that_fails)
{
	const char *pf0 = self->pf0.s, *fn1 = self->fn1.s;
	pid_t writer;

	ASSERT_EQ(0, put(str("%s ide stuck", pf0), BUS_DEBUG "fault"));
	EXPECT_EQ(-EIO, put("1", DEV "tsm/connect", pf0));
	authenticated(_metadata, "", pf0, fn1);
	ASSERT_EQ(0, put(str("%s clear", pf0), BUS_DEBUG "fault"));
	ASSERT_EQ(0, put("0", VERIFIED));
	ASSERT_EQ(0, put("1", DEV "tsm/connect", pf0));
	authenticated(_metadata, "", pf0, fn1);
	ASSERT_EQ(0, put("1", DEV "tsm/disconnect", pf0));

	/* Not before the connect has ended: function 1 is probed after the verification */
	ASSERT_EQ(0, put("1", VERIFIED));
	ASSERT_EQ(0, put(str("%s probe hang 1500", fn1), TSM_DEBUG "fault"));
	writer = put_begin("1", DEV "tsm/connect", pf0);
	EXPECT_STREQ("254", await("254", 5000, HB "available_secure_streams", pf0));
	EXPECT_STREQ("connecting", get(DEV "tsm/state", pf0));
	authenticated(_metadata, "", pf0, fn1);
	EXPECT_EQ(0, put_end(writer));
	authenticated(_metadata, "tsm0", pf0, fn1);
}

TEST_F(connect, fifty_times)
{
	for (int i = 0; i < 50; i++) {
		ASSERT_EQ(0, put("1", DEV "tsm/connect", self->ep.s));
		one_stream(_metadata, self->ep.s);
		ASSERT_EQ(0, put("1", DEV "tsm/disconnect", self->ep.s));
	}
	files(_metadata, self->ep.s, "disconnected", "request", "", "");
	no_stream(_metadata, self->ep.s);
	EXPECT_EQ(50, counter(" connects "));
	EXPECT_EQ(50, counter("disconnects "));
	EXPECT_EQ(0, counter("contexts "));
	EXPECT_EQ(0, counter("streams "));
}

TEST_HARNESS_MAIN
