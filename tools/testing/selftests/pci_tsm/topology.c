// SPDX-License-Identifier: GPL-2.0
/*
 * Which function holds the DSM of which: multi-function devices, ARI, SR-IOV,
 * switches, devices without a root port; and devices that come and go. Domains
 * beyond 0xff are left out: devsec_bus makes none.
 */
#include "../kselftest_harness.h"
#include "devsec.h"

#define HB	"/sys/devices/platform/devsec_bus/pci%.4s:00/"

/* A slow machine and pciehp's own second of waiting */
#define PLUG_MS	20000

FIXTURE(topo) {
	struct bdf a, b, c;
};

FIXTURE_SETUP(topo)
{
}

FIXTURE_TEARDOWN(topo)
{
	EXPECT_TRUE(devsec_unload());
}

/* A function with a DSM of its own */
static void owner(struct __test_metadata *_metadata, const char *bdf)
{
	EXPECT_STREQ("disconnected", get(DEV "tsm/state", bdf));
	EXPECT_EQ(0, access(str(DEV "tsm/connect", bdf), F_OK));
	EXPECT_EQ(0, access(str(DEV "tsm/disconnect", bdf), F_OK));
	EXPECT_EQ(0, access(str(DEV "authenticated", bdf), F_OK));
}

/* One that is governed by the DSM of another */
static void member(struct __test_metadata *_metadata, const char *bdf)
{
	EXPECT_STREQ("unbound", get(DEV "tsm/state", bdf));
	EXPECT_STREQ("none", get(DEV "tsm/reason", bdf));
	EXPECT_STREQ("", get(DEV "tsm/dsm", bdf));
	EXPECT_STREQ("ENOENT", get(DEV "tsm/connect", bdf));
	EXPECT_NE(0, access(str(DEV "tsm/disconnect", bdf), F_OK));
	EXPECT_STREQ("", get(DEV "authenticated", bdf));
}

static void outsider(struct __test_metadata *_metadata, const char *bdf)
{
	EXPECT_STREQ("ENOENT", get(DEV "tsm/state", bdf));
	EXPECT_STREQ("ENOENT", get(DEV "authenticated", bdf));
}

/* Functions 0 to @n - 1 of @shape: the first is the owner of all the others */
static void one_dsm(struct __test_metadata *_metadata, const char *shape, int n)
{
	struct bdf pf0, fn;

	ASSERT_TRUE(devsec_find(&pf0, shape, "endpoint", 0));
	ASSERT_FALSE(devsec_find(&fn, shape, "endpoint", n));
	owner(_metadata, pf0.s);
	for (int i = 1; i < n; i++) {
		ASSERT_TRUE(devsec_find(&fn, shape, "endpoint", i));
		member(_metadata, fn.s);
	}
	ASSERT_EQ(0, put("1", DEV "tsm/connect", pf0.s));
	EXPECT_EQ(n, counter("contexts "));
	for (int i = 0; i < n; i++) {
		ASSERT_TRUE(devsec_find(&fn, shape, "endpoint", i));
		EXPECT_STREQ(pf0.s, get(DEV "tsm/dsm", fn.s));
		EXPECT_STREQ("", get(DEV "tsm/bound", fn.s));
	}
	EXPECT_EQ(0, put("1", DEV "tsm/disconnect", pf0.s));
	EXPECT_EQ(0, counter("contexts "));
	EXPECT_STREQ("", get(DEV "tsm/dsm", fn.s));
	EXPECT_STREQ(n > 1 ? "unbound" : "disconnected", get(DEV "tsm/state", fn.s));
}

TEST_F(topo, function_0_alone)
{
	ASSERT_TRUE(devsec_load("topology=ep", ""));
	ASSERT_TRUE(devsec_find(&self->a, "ep", "root-port", 0));
	outsider(_metadata, self->a.s);
	one_dsm(_metadata, "ep", 1);
}

TEST_F(topo, multi_function)
{
	ASSERT_TRUE(devsec_load("topology=mf:4", ""));
	one_dsm(_metadata, "mf", 4);
}

TEST_F(topo, ari_with_12_functions)
{
	ASSERT_TRUE(devsec_load("topology=ari:12", ""));
	one_dsm(_metadata, "ari", 12);
	/* The last ones are beyond the seven of a device without ARI */
	ASSERT_TRUE(devsec_find(&self->a, "ari", "endpoint", 11));
	EXPECT_STREQ(".3", self->a.s + 10);
	EXPECT_EQ(0, strncmp(self->a.s + 8, "01", 2));
}

static void vf_dsm(struct __test_metadata *_metadata, const char *pf, const char *dsm)
{
	struct bdf vf;

	for (int i = 0; i < 3; i++) {
		ASSERT_TRUE(devsec_find(&vf, "sriov", "vf", i));
		EXPECT_STREQ(dsm, await(dsm, 5000, DEV "tsm/dsm", vf.s));
		EXPECT_STREQ("unbound", get(DEV "tsm/state", vf.s));
		EXPECT_STREQ("ENOENT", get(DEV "tsm/connect", vf.s));
	}
}

TEST_F(topo, vfs_before_connect)
{
	ASSERT_TRUE(devsec_load("topology=sriov:4", ""));
	ASSERT_TRUE(devsec_find(&self->a, "sriov", "endpoint", 0));
	ASSERT_EQ(0, put("3", DEV "sriov_numvfs", self->a.s));
	vf_dsm(_metadata, self->a.s, "");
	ASSERT_EQ(0, put("1", DEV "tsm/connect", self->a.s));
	vf_dsm(_metadata, self->a.s, self->a.s);
	EXPECT_EQ(4, counter("contexts "));
	EXPECT_EQ(0, put("1", DEV "tsm/disconnect", self->a.s));
	vf_dsm(_metadata, self->a.s, "");
	EXPECT_EQ(0, put("0", DEV "sriov_numvfs", self->a.s));
}

TEST_F(topo, vfs_after_connect)
{
	ASSERT_TRUE(devsec_load("topology=sriov:4", ""));
	ASSERT_TRUE(devsec_find(&self->a, "sriov", "endpoint", 0));
	ASSERT_EQ(0, put("1", DEV "tsm/connect", self->a.s));
	ASSERT_EQ(0, put("3", DEV "sriov_numvfs", self->a.s));
	vf_dsm(_metadata, self->a.s, self->a.s);
	EXPECT_EQ(4, counter("contexts "));

	/* A bound VF is taken back before it goes */
	ASSERT_TRUE(devsec_find(&self->b, "sriov", "vf", 1));
	EXPECT_EQ(0, put(str("%s 5", self->b.s), TSM_DEBUG "bind"));
	EXPECT_STREQ("bound", get(DEV "tsm/state", self->b.s));
	EXPECT_EQ(0, put("0", DEV "sriov_numvfs", self->a.s));
	EXPECT_EQ(1, counter("contexts "));
	EXPECT_EQ(0, counter("tdis "));
	EXPECT_EQ(1, counter("invalidates "));
	EXPECT_STREQ("connected", get(DEV "tsm/state", self->a.s));

	/* A second time, and the PF goes with its VFs */
	ASSERT_EQ(0, put("3", DEV "sriov_numvfs", self->a.s));
	vf_dsm(_metadata, self->a.s, self->a.s);
	EXPECT_EQ(0, put("1", DEV "remove", self->a.s));
	EXPECT_EQ(0, counter("contexts "));
	EXPECT_EQ(0, counter("streams "));
}

TEST_F(topo, vfs_while_connecting)
{
	pid_t writer;

	ASSERT_TRUE(devsec_load("topology=sriov:4", ""));
	ASSERT_TRUE(devsec_find(&self->a, "sriov", "endpoint", 0));
	ASSERT_EQ(0, put("* connect hang 3000", TSM_DEBUG "fault"));
	writer = put_begin("1", DEV "tsm/connect", self->a.s);
	EXPECT_STREQ("connecting", await("connecting", 3000, DEV "tsm/state", self->a.s));
	/* This holds the PF's device lock and the rescan lock: it must not wait */
	EXPECT_EQ(0, put("3", DEV "sriov_numvfs", self->a.s));
	EXPECT_STREQ("connecting", get(DEV "tsm/state", self->a.s));
	EXPECT_EQ(0, put_end(writer));
	vf_dsm(_metadata, self->a.s, self->a.s);
	EXPECT_EQ(4, counter("contexts "));
}

TEST_F(topo, switch_speaks_for_its_endpoints)
{
	ASSERT_TRUE(devsec_load("topology=switch:2", ""));
	ASSERT_TRUE(devsec_find(&self->a, "switch", "upstream", 0));
	ASSERT_TRUE(devsec_find(&self->b, "switch", "endpoint", 0));
	ASSERT_TRUE(devsec_find(&self->c, "switch", "endpoint", 1));
	owner(_metadata, self->a.s);
	member(_metadata, self->b.s);
	member(_metadata, self->c.s);
	ASSERT_EQ(0, put("1", DEV "tsm/connect", self->a.s));
	EXPECT_STREQ(self->a.s, get(DEV "tsm/dsm", self->a.s));
	EXPECT_STREQ(self->a.s, get(DEV "tsm/dsm", self->b.s));
	EXPECT_STREQ(self->a.s, get(DEV "tsm/dsm", self->c.s));
	EXPECT_EQ(3, counter("contexts "));
	EXPECT_EQ(1, counter("streams "));
	EXPECT_EQ(0, put(str("%s 5", self->c.s), TSM_DEBUG "bind"));
	EXPECT_STREQ("bound", get(DEV "tsm/state", self->c.s));

	ASSERT_TRUE(devsec_find(&self->b, "switch", "downstream", 0));
	outsider(_metadata, self->b.s);

	/* All below it goes too, last the DSM */
	EXPECT_EQ(0, put("1", DEV "remove", self->a.s));
	EXPECT_EQ(0, counter("contexts "));
	EXPECT_EQ(0, counter("tdis "));
}

TEST_F(topo, switch_that_lets_streams_pass)
{
	ASSERT_TRUE(devsec_load("topology=fswitch:2", ""));
	ASSERT_TRUE(devsec_find(&self->a, "fswitch", "upstream", 0));
	ASSERT_TRUE(devsec_find(&self->b, "fswitch", "endpoint", 0));
	ASSERT_TRUE(devsec_find(&self->c, "fswitch", "endpoint", 1));
	outsider(_metadata, self->a.s);
	owner(_metadata, self->b.s);
	owner(_metadata, self->c.s);
	ASSERT_EQ(0, put("1", DEV "tsm/connect", self->b.s));
	ASSERT_EQ(0, put("1", DEV "tsm/connect", self->c.s));
	EXPECT_STREQ("253", get(HB "available_secure_streams", self->b.s));

	/* The switch stays open for the one while the other leaves */
	EXPECT_EQ(0, put("1", DEV "tsm/disconnect", self->b.s));
	usleep(2500000);
	EXPECT_STREQ("connected", get(DEV "tsm/state", self->c.s));
	EXPECT_EQ(0, put("1", DEV "tsm/connect", self->b.s));
}

/* A session, but no link that could be encrypted */
static void without_stream(struct __test_metadata *_metadata, const char *shape,
			   const char *kind)
{
	struct bdf bdf;

	ASSERT_TRUE(devsec_find(&bdf, shape, kind, 0));
	owner(_metadata, bdf.s);
	EXPECT_EQ(0, put("1", DEV "tsm/connect", bdf.s));
	EXPECT_STREQ("connected", get(DEV "tsm/state", bdf.s));
	EXPECT_STREQ("255", get(HB "available_secure_streams", bdf.s));
	EXPECT_EQ(0, put(str("%s 5", bdf.s), TSM_DEBUG "bind"));
	EXPECT_EQ(0, put("1", DEV "tsm/disconnect", bdf.s));
	EXPECT_EQ(0, counter("tdis "));
}

TEST_F(topo, endpoint_in_the_root_complex)
{
	ASSERT_TRUE(devsec_load("topology=rciep", ""));
	without_stream(_metadata, "rciep", "rciep");
}

TEST_F(topo, without_ide)
{
	ASSERT_TRUE(devsec_load("topology=noide", ""));
	without_stream(_metadata, "noide", "endpoint");
}

TEST_F(topo, without_tee_bit)
{
	ASSERT_TRUE(devsec_load("topology=notee", ""));
	one_dsm(_metadata, "notee", 1);
}

TEST_F(topo, only_an_identity)
{
	ASSERT_TRUE(devsec_load("topology=cma,ep", ""));
	ASSERT_TRUE(devsec_find(&self->a, "cma", "endpoint", 0));
	outsider(_metadata, self->a.s);

	/* A TSM that says it serves such a device gets it */
	ASSERT_TRUE(devsec_load("topology=cma,ep", "cma=1"));
	ASSERT_TRUE(devsec_find(&self->a, "cma", "endpoint", 0));
	without_stream(_metadata, "cma", "endpoint");
}

TEST_F(topo, hot_plug)
{
	struct bdf *ep = &self->a, *port = &self->b;

	ASSERT_TRUE(devsec_load("topology=ep,empty", ""));
	ASSERT_TRUE(devsec_find(ep, "ep", "endpoint", 0));
	ASSERT_EQ(0, put("1", DEV "tsm/connect", ep->s));
	ASSERT_EQ(0, put(str("%s unplug", ep->s), BUS_DEBUG "fault"));
	EXPECT_STREQ("ENOENT", await("ENOENT", PLUG_MS, DEV "vendor", ep->s));
	EXPECT_EQ(0, counter("contexts "));
	EXPECT_EQ(0, counter("streams "));
	EXPECT_STREQ("255", get(HB "available_secure_streams", ep->s));

	ASSERT_TRUE(devsec_find(port, "ep", "root-port", 0));
	ASSERT_EQ(0, slot_do(port->s, "plug"));
	EXPECT_STREQ("disconnected", get(DEV "tsm/state", ep->s));
	EXPECT_STREQ("none", get(DEV "tsm/reason", ep->s));
	EXPECT_EQ(0, put("1", DEV "tsm/connect", ep->s));

	/* Into a slot that was empty from the beginning */
	ASSERT_TRUE(devsec_find(port, "empty", "root-port", 0));
	ASSERT_EQ(0, slot_do(port->s, "plug"));
	ASSERT_TRUE(devsec_find(ep, "empty", "endpoint", 0));
	EXPECT_STREQ("disconnected", get(DEV "tsm/state", ep->s));
	EXPECT_EQ(0, put("1", DEV "tsm/connect", ep->s));
}

/* With all that is below, and with what was bound */
static void unplug_tree(struct __test_metadata *_metadata, const char *dsm, const char *bound)
{
	ASSERT_EQ(0, put("1", DEV "tsm/connect", dsm));
	ASSERT_EQ(0, put(str("%s 5", bound), TSM_DEBUG "bind"));
	ASSERT_EQ(0, put(str("%s unplug", dsm), BUS_DEBUG "fault"));
	EXPECT_STREQ("ENOENT", await("ENOENT", PLUG_MS, DEV "vendor", dsm));
	EXPECT_STREQ("ENOENT", get(DEV "vendor", bound));
	EXPECT_EQ(0, counter("contexts "));
	EXPECT_EQ(0, counter("tdis "));
	EXPECT_EQ(1, counter("invalidates "));
}

TEST_F(topo, surprise_removal_with_vfs)
{
	ASSERT_TRUE(devsec_load("topology=sriov:4", ""));
	ASSERT_TRUE(devsec_find(&self->a, "sriov", "endpoint", 0));
	ASSERT_EQ(0, put("3", DEV "sriov_numvfs", self->a.s));
	ASSERT_TRUE(devsec_find(&self->b, "sriov", "vf", 1));
	unplug_tree(_metadata, self->a.s, self->b.s);
}

TEST_F(topo, surprise_removal_of_a_switch)
{
	ASSERT_TRUE(devsec_load("topology=switch:2", ""));
	ASSERT_TRUE(devsec_find(&self->a, "switch", "upstream", 0));
	ASSERT_TRUE(devsec_find(&self->b, "switch", "endpoint", 1));
	ASSERT_TRUE(devsec_find(&self->c, "switch", "root-port", 0));
	unplug_tree(_metadata, self->a.s, self->b.s);
	ASSERT_EQ(0, slot_do(self->c.s, "plug"));
	EXPECT_STREQ("disconnected", get(DEV "tsm/state", self->a.s));
	EXPECT_EQ(0, put("1", DEV "tsm/connect", self->a.s));
}

TEST_F(topo, remove_and_rescan)
{
	struct bdf *pf0 = &self->a, *fn1 = &self->b;

	ASSERT_TRUE(devsec_load("topology=mf:2", ""));
	ASSERT_TRUE(devsec_find(pf0, "mf", "endpoint", 0));
	ASSERT_TRUE(devsec_find(fn1, "mf", "endpoint", 1));
	ASSERT_EQ(0, put("1", DEV "tsm/connect", pf0->s));
	ASSERT_EQ(0, put(str("%s 5", fn1->s), TSM_DEBUG "bind"));

	/* The DSM goes; what it governed stays, without it */
	EXPECT_EQ(0, put("1", DEV "remove", pf0->s));
	EXPECT_STREQ("unbound", get(DEV "tsm/state", fn1->s));
	EXPECT_STREQ("dsm-gone", get(DEV "tsm/reason", fn1->s));
	EXPECT_STREQ("", get(DEV "tsm/dsm", fn1->s));
	EXPECT_EQ(0, counter("contexts "));
	EXPECT_EQ(-ENODEV, put(str("%s 5", fn1->s), TSM_DEBUG "bind"));

	EXPECT_EQ(0, put("1", "/sys/bus/pci/rescan"));
	EXPECT_EQ(0, put("1", DEV "tsm/connect", pf0->s));
	EXPECT_STREQ(pf0->s, await(pf0->s, 5000, DEV "tsm/dsm", fn1->s));
	EXPECT_EQ(2, counter("contexts "));

	/* Only the other function */
	EXPECT_EQ(0, put("1", DEV "remove", fn1->s));
	EXPECT_EQ(1, counter("contexts "));
	EXPECT_EQ(0, put("1", "/sys/bus/pci/rescan"));
	EXPECT_STREQ(pf0->s, await(pf0->s, 5000, DEV "tsm/dsm", fn1->s));
	EXPECT_STREQ("connected", get(DEV "tsm/state", pf0->s));
}

TEST_HARNESS_MAIN
