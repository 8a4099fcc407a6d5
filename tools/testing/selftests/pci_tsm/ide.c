// SPDX-License-Identifier: GPL-2.0
/*
 * IDE as a device sees it: what a connect puts into the registers of both ends,
 * and what is left of it after a disconnect, a reset, an error, or where
 * somebody else has a stream. Registers are read from config space; what they
 * should be is worked out here, from the topology and PCIe r7.0 sec 7.9.26.
 */
#include "../kselftest_harness.h"
#include <linux/pci_regs.h>

#include "devsec.h"

#define HB	"/sys/devices/platform/devsec_bus/pci%.4s:00/"

#define POLL_MS	"/sys/module/pci_ide/parameters/poll_ms"

/* Names that the headers of the build machine need not have */
enum {
	CAP_IDE = 0x30, IDE_CAP = 0x04, IDE_CTL = 0x08, IDE_BLOCKS = 0x0c,
	SEL_CTL = 0x04, SEL_RID_1 = 0x0c, SEL_RID_2 = 0x10, SEL_ADDR = 0x14,
	FLOW_THROUGH = 0x4,
	ENABLE = 0x1, CFG_EN = 0x200, DFLT = 0x400000, TEE_LIMITED = 0x800000,
};

#define PARKED		0xff000000
#define AER_IDE		0x70000000	/* IDE Check Failed, Misrouted IDE TLP, PCRC */
#define NR_SEL		4		/* blocks of each port and endpoint */
#define SEL_DW		11		/* DWs of a block with two address associations */

static unsigned int cfg(const char *bdf, int where)
{
	int fd = open(str(DEV "config", bdf), O_RDONLY | O_CLOEXEC);
	unsigned int val = ~0;

	if (pread(fd, &val, sizeof(val), where) != sizeof(val))
		val = ~0;
	close(fd);
	return val;
}

static void cfg_write(const char *bdf, int where, unsigned int val)
{
	int fd = open(str(DEV "config", bdf), O_WRONLY | O_CLOEXEC);

	if (pwrite(fd, &val, sizeof(val), where) != sizeof(val))
		ksft_print_msg("%s: no write to %#x\n", bdf, where);
	close(fd);
}

/* Offset of an extended capability; config space is all zero behind the last */
static int ext_cap(const char *bdf, int id)
{
	int at = 0x100;

	for (int i = 0; at && i < 100; i++) {
		unsigned int header = cfg(bdf, at);

		if ((header & 0xffff) == id)
			return at;
		at = header >> 20;
	}
	return 0;
}

static int sel_at(const char *bdf, int index)
{
	int at = ext_cap(bdf, CAP_IDE);
	unsigned int cap = cfg(bdf, at + IDE_CAP);

	at += IDE_BLOCKS;
	if (cap & 1)
		at += ((cap >> 13 & 7) + 1) * 8;
	return at + index * SEL_DW * 4;
}

static unsigned int sel(const char *bdf, int index, int reg)
{
	return cfg(bdf, sel_at(bdf, index) + reg);
}

static unsigned int aer(const char *bdf, int reg)
{
	return cfg(bdf, ext_cap(bdf, PCI_EXT_CAP_ID_ERR) + reg);
}

static unsigned int rid(const char *bdf)
{
	unsigned int domain, bus, slot, fn;

	if (sscanf(bdf, "%x:%x:%x.%x", &domain, &bus, &slot, &fn) != 4)
		return 0xffff;
	return bus << 8 | slot << 3 | fn;
}

FIXTURE(ide) {
	struct bdf rp, ep, other;
};

FIXTURE_SETUP(ide)
{
}

FIXTURE_TEARDOWN(ide)
{
	EXPECT_EQ(0, put("1000", POLL_MS));
	EXPECT_TRUE(devsec_unload());
}

/* Blocks of @bdf from @first on, and the link block, are nobody's */
static void idle(struct __test_metadata *_metadata, const char *bdf, int first)
{
	EXPECT_EQ(PARKED, cfg(bdf, ext_cap(bdf, CAP_IDE) + IDE_BLOCKS));
	for (int i = first; i < NR_SEL; i++) {
		EXPECT_EQ(PARKED, sel(bdf, i, SEL_CTL));
		for (int reg = SEL_RID_1; reg < SEL_DW * 4; reg += 4)
			EXPECT_EQ(0, sel(bdf, i, reg));
	}
}

/* Address association blocks of the root port: the windows of @bridge, then none */
static void addresses(struct __test_metadata *_metadata, const char *rp, const char *bridge)
{
	unsigned int mem = cfg(bridge, PCI_MEMORY_BASE), pref = cfg(bridge, PCI_PREF_MEMORY_BASE);

	/* Bits 15:4 of either half are bits 31:20 of an address */
	ASSERT_LE(mem & 0xfff0, mem >> 16);
	ASSERT_LE(pref & 0xfff0, pref >> 16);
	EXPECT_EQ((mem & 0xfff0) << 4 | (mem >> 20) << 20 | 1, sel(rp, 0, SEL_ADDR));
	EXPECT_EQ(0, sel(rp, 0, SEL_ADDR + 4));
	EXPECT_EQ(0, sel(rp, 0, SEL_ADDR + 8));
	EXPECT_EQ((pref & 0xfff0) << 4 | (pref >> 20) << 20 | 1, sel(rp, 0, SEL_ADDR + 12));
	EXPECT_EQ(cfg(bridge, PCI_PREF_LIMIT_UPPER32), sel(rp, 0, SEL_ADDR + 16));
	EXPECT_EQ(cfg(bridge, PCI_PREF_BASE_UPPER32), sel(rp, 0, SEL_ADDR + 20));
}

FIXTURE(ends) {
	FIXTURE_DATA(ide) i;
};

/* Where the DSM is, the bridge above it, and the last requester ID after its own */
FIXTURE_VARIANT(ends) {
	const char *topology;
	const char *dsm;
	const char *bridge;
	int more;
};

FIXTURE_VARIANT_ADD(ends, ep) { "ep", "endpoint", "root-port", 0 };
FIXTURE_VARIANT_ADD(ends, multi_function) { "mf:4", "endpoint", "root-port", 3 };
FIXTURE_VARIANT_ADD(ends, ari) { "ari:12", "endpoint", "root-port", 11 };
/* Wherever VFs appear on the bus, they are in it before there is any */
FIXTURE_VARIANT_ADD(ends, sriov) { "sriov:4", "endpoint", "root-port", 0xff };
/* Ports of the switch on the next bus, endpoints on the two after that */
FIXTURE_VARIANT_ADD(ends, switch) { "switch:2", "upstream", "root-port", 0x3ff };
FIXTURE_VARIANT_ADD(ends, fswitch) { "fswitch:1", "endpoint", "downstream", 0 };

FIXTURE_SETUP(ends)
{
	struct bdf *rp = &self->i.rp;
	char shape[16];

	snprintf(shape, sizeof(shape), "%.*s", (int)strcspn(variant->topology, ":"),
		 variant->topology);
	ASSERT_TRUE(devsec_load(str("topology=%s", variant->topology), ""));
	ASSERT_TRUE(devsec_find(rp, shape, "root-port", 0));
	ASSERT_TRUE(devsec_find(&self->i.ep, shape, variant->dsm, 0));
	ASSERT_TRUE(devsec_find(&self->i.other, shape, variant->bridge, 0));
}

FIXTURE_TEARDOWN(ends)
{
	ide_teardown(_metadata, &self->i, NULL);
}

TEST_F(ends, associate_each_other)
{
	const char *rp = self->i.rp.s, *ep = self->i.ep.s;
	unsigned int last = rid(ep) + variant->more;

	idle(_metadata, rp, 0);
	idle(_metadata, ep, 0);
	ASSERT_EQ(0, put("1", DEV "tsm/connect", ep));

	EXPECT_EQ(ENABLE | CFG_EN | TEE_LIMITED, sel(rp, 0, SEL_CTL));
	EXPECT_EQ(last << 8, sel(rp, 0, SEL_RID_1));
	EXPECT_EQ(rid(ep) << 8 | 1, sel(rp, 0, SEL_RID_2));
	addresses(_metadata, rp, self->i.other.s);

	EXPECT_EQ(ENABLE | CFG_EN | TEE_LIMITED | DFLT, sel(ep, 0, SEL_CTL));
	EXPECT_EQ(rid(rp) << 8, sel(ep, 0, SEL_RID_1));
	EXPECT_EQ(rid(rp) << 8 | 1, sel(ep, 0, SEL_RID_2));
	for (int reg = SEL_ADDR; reg < SEL_DW * 4; reg += 4)
		EXPECT_EQ(0, sel(ep, 0, reg));

	idle(_metadata, rp, 1);
	idle(_metadata, ep, 1);
	EXPECT_EQ(0, put("1", DEV "tsm/disconnect", ep));
	idle(_metadata, rp, 0);
	idle(_metadata, ep, 0);
}

/* More of them than the bridge can have: what is below its neighbour as well */
TEST_F(ide, range_with_another_device_in_it)
{
	const char *up;
	unsigned int buses;

	ASSERT_TRUE(devsec_load("topology=switch:1,ep", ""));
	ASSERT_TRUE(devsec_find(&self->ep, "switch", "upstream", 0));
	ASSERT_TRUE(devsec_find(&self->other, "ep", "endpoint", 0));
	up = self->ep.s;
	ASSERT_LT(rid(up), rid(self->other.s));
	buses = cfg(up, PCI_PRIMARY_BUS);
	cfg_write(up, PCI_PRIMARY_BUS, buses | 0xff0000);
	EXPECT_EQ(-ERANGE, put("1", DEV "tsm/connect", up));
	EXPECT_EQ(0, run("dmesg | grep -q '%s: .*%s would be taken into the stream'", up,
			 self->other.s));
	EXPECT_STREQ("refused", get(DEV "tsm/reason", up));
	EXPECT_STREQ("255", get(HB "available_secure_streams", up));
	cfg_write(up, PCI_PRIMARY_BUS, buses);
	EXPECT_EQ(0, put("1", DEV "tsm/connect", up));
}

static void reset_and_reconnect(struct __test_metadata *_metadata, const char *ep,
				const char *method)
{
	ASSERT_EQ(0, put("1", DEV "tsm/connect", ep));
	ASSERT_EQ(0, put(method, DEV "reset_method", ep));
	ASSERT_EQ(0, put("1", DEV "reset", ep));
	EXPECT_STREQ("failed", get(DEV "tsm/state", ep));
	EXPECT_EQ(0, put("1", DEV "tsm/disconnect", ep));
	/* Otherwise this tests nothing */
	EXPECT_EQ(0, sel(ep, 1, SEL_CTL));

	EXPECT_EQ(0, put("1", DEV "tsm/connect", ep));
	EXPECT_EQ(ENABLE, sel(ep, 0, SEL_CTL) & (PARKED | ENABLE));
	idle(_metadata, ep, 1);
	EXPECT_EQ(0, put("1", DEV "tsm/disconnect", ep));
}

TEST_F(ide, idle_blocks_after_a_reset)
{
	const char *rp, *ep;

	ASSERT_TRUE(devsec_load("topology=ep", ""));
	ASSERT_TRUE(devsec_find(&self->rp, "ep", "root-port", 0));
	ASSERT_TRUE(devsec_find(&self->ep, "ep", "endpoint", 0));
	rp = self->rp.s;
	ep = self->ep.s;
	reset_and_reconnect(_metadata, ep, "flr");
	reset_and_reconnect(_metadata, ep, "bus");

	/* A root port loses them while the system sleeps */
	cfg_write(rp, ext_cap(rp, CAP_IDE) + IDE_BLOCKS, 0);
	for (int i = 0; i < NR_SEL; i++)
		cfg_write(rp, sel_at(rp, i) + SEL_CTL, 0);
	EXPECT_EQ(0, put("1", DEV "tsm/connect", ep));
	idle(_metadata, rp, 1);
}

/* A switch was reset, and nobody has looked at the streams of the others since */
TEST_F(ide, flow_through_after_a_reset)
{
	const char *a, *b, *up;
	struct bdf bdf;
	int ctl;

	ASSERT_TRUE(devsec_load("topology=fswitch:2", ""));
	ASSERT_TRUE(devsec_find(&bdf, "fswitch", "upstream", 0));
	ASSERT_TRUE(devsec_find(&self->ep, "fswitch", "endpoint", 0));
	ASSERT_TRUE(devsec_find(&self->other, "fswitch", "endpoint", 1));
	up = bdf.s;
	a = self->ep.s;
	b = self->other.s;
	ctl = ext_cap(up, CAP_IDE) + IDE_CTL;
	EXPECT_EQ(0, cfg(up, ctl));
	ASSERT_EQ(0, put("1", DEV "tsm/connect", a));
	ASSERT_EQ(0, put("1", DEV "tsm/connect", b));
	EXPECT_EQ(FLOW_THROUGH, cfg(up, ctl));

	ASSERT_EQ(0, put("0", POLL_MS));
	cfg_write(up, ctl, 0);
	EXPECT_EQ(0, put("1", DEV "tsm/disconnect", a));
	EXPECT_STREQ("connected", get(DEV "tsm/state", b));
	EXPECT_EQ(0, put("1", DEV "tsm/connect", a));
	EXPECT_EQ(FLOW_THROUGH, cfg(up, ctl));
	ASSERT_EQ(0, put("1000", POLL_MS));
	EXPECT_STREQ("failed", await("failed", 5000, DEV "tsm/state", b));
	EXPECT_STREQ("connected", get(DEV "tsm/state", a));
	EXPECT_EQ(0, put("1", DEV "tsm/disconnect", b));
	EXPECT_EQ(FLOW_THROUGH, cfg(up, ctl));
	EXPECT_EQ(0, put("1", DEV "tsm/disconnect", a));
	EXPECT_EQ(0, cfg(up, ctl));
}

static void wait_for_recovery(struct __test_metadata *_metadata)
{
	for (int i = 0; run("dmesg | grep -q 'device recovery'"); i++) {
		ASSERT_LT(i, 200);
		usleep(100000);
	}
	run("dmesg -c >/dev/null");
}

TEST_F(ide, errors_are_masked_but_while_connected)
{
	const char *ends[2];
	unsigned int was[2];

	ASSERT_TRUE(devsec_load("topology=ep", ""));
	ASSERT_TRUE(devsec_find(&self->rp, "ep", "root-port", 0));
	ASSERT_TRUE(devsec_find(&self->ep, "ep", "endpoint", 0));
	ends[0] = self->rp.s;
	ends[1] = self->ep.s;
	/* The one as it comes, the other with a bit that was clear already */
	cfg_write(self->rp.s, ext_cap(self->rp.s, PCI_EXT_CAP_ID_ERR) + PCI_ERR_UNCOR_MASK,
		  0x50000000);
	for (int i = 0; i < 2; i++) {
		was[i] = aer(ends[i], PCI_ERR_UNCOR_MASK);
		EXPECT_NE(0, was[i] & AER_IDE);
	}
	ASSERT_EQ(0, put("1", DEV "tsm/connect", self->ep.s));
	for (int i = 0; i < 2; i++)
		EXPECT_EQ(was[i] & ~AER_IDE, aer(ends[i], PCI_ERR_UNCOR_MASK));
	ASSERT_EQ(0, put("1", DEV "tsm/disconnect", self->ep.s));
	for (int i = 0; i < 2; i++)
		EXPECT_EQ(was[i], aer(ends[i], PCI_ERR_UNCOR_MASK));
}

/* A function without a stream keeps IDE errors to itself, also when it has another one */
TEST_F(ide, masked_error_of_a_sibling)
{
	const char *pf0, *fn1;

	ASSERT_TRUE(devsec_load("topology=mf:2", ""));
	ASSERT_TRUE(devsec_find(&self->ep, "mf", "endpoint", 0));
	ASSERT_TRUE(devsec_find(&self->other, "mf", "endpoint", 1));
	pf0 = self->ep.s;
	fn1 = self->other.s;
	ASSERT_EQ(0, put("1", DEV "tsm/connect", pf0));
	ASSERT_EQ(AER_IDE, aer(fn1, PCI_ERR_UNCOR_MASK) & AER_IDE);
	run("dmesg -c >/dev/null");
	ASSERT_EQ(0, put(str("%s aer %#x", fn1, 0x10000000 | PCI_ERR_UNC_COMP_TIME),
			 BUS_DEBUG "fault"));
	wait_for_recovery(_metadata);
	EXPECT_STREQ("connected", get(DEV "tsm/state", pf0));
	EXPECT_EQ(1, counter("streams "));
}

/* What ended one stream does not end the next, when something else goes wrong */
TEST_F(ide, error_of_the_past)
{
	const char *rp, *ep;

	ASSERT_TRUE(devsec_load("topology=fswitch:2", ""));
	ASSERT_TRUE(devsec_find(&self->rp, "fswitch", "root-port", 0));
	ASSERT_TRUE(devsec_find(&self->ep, "fswitch", "endpoint", 0));
	ASSERT_TRUE(devsec_find(&self->other, "fswitch", "endpoint", 1));
	rp = self->rp.s;
	ep = self->ep.s;
	ASSERT_EQ(0, put("1", DEV "tsm/connect", ep));
	ASSERT_EQ(0, put("1", DEV "tsm/connect", self->other.s));
	run("dmesg -c >/dev/null");
	ASSERT_EQ(0, put(str("%s ide aer", ep), BUS_DEBUG "fault"));
	EXPECT_STREQ("failed", await("failed", 5000, DEV "tsm/state", ep));
	EXPECT_STREQ("aer", get(DEV "tsm/reason", ep));
	wait_for_recovery(_metadata);
	EXPECT_EQ(0, aer(rp, PCI_ERR_UNCOR_STATUS) & AER_IDE);

	EXPECT_EQ(0, put("1", DEV "tsm/disconnect", ep));
	EXPECT_EQ(0, put("1", DEV "tsm/connect", ep));
	ASSERT_EQ(0, put(str("%s aer %#x", rp, PCI_ERR_UNC_COMP_TIME), BUS_DEBUG "fault"));
	wait_for_recovery(_metadata);
	EXPECT_STREQ("connected", get(DEV "tsm/state", ep));
}

static void read_block(const char *bdf, unsigned int *block)
{
	for (int i = 0; i < SEL_DW; i++)
		block[i] = sel(bdf, 0, 4 * i);
}

/* As firmware leaves a stream of its own behind: ID 0, block 0 of both ends */
static void preset(struct __test_metadata *_metadata, struct _test_data_ide *self,
		   unsigned int rp_ctl, unsigned int ep_ctl)
{
	const char *rp = self->rp.s, *ep = self->ep.s;

	cfg_write(rp, sel_at(rp, 0) + SEL_RID_1, 0x00012300);
	cfg_write(rp, sel_at(rp, 0) + SEL_RID_2, 0x00012001);
	cfg_write(rp, sel_at(rp, 0) + SEL_ADDR, 0x12345601);
	cfg_write(rp, sel_at(rp, 0) + SEL_CTL, rp_ctl);
	cfg_write(ep, sel_at(ep, 0) + SEL_CTL, ep_ctl);
	run("dmesg -c >/dev/null");
	ASSERT_EQ(0, put("1", DEV "remove", rp));
	ASSERT_EQ(0, put("1", "/sys/bus/pci/rescan"));
	EXPECT_STREQ("disconnected", await("disconnected", 5000, DEV "tsm/state", ep));
}

TEST_F(ide, stream_of_the_firmware)
{
	unsigned int rp_was[SEL_DW], ep_was[SEL_DW], now[SEL_DW];
	const char *rp, *ep;

	ASSERT_TRUE(devsec_load("topology=ep", ""));
	ASSERT_TRUE(devsec_find(&self->rp, "ep", "root-port", 0));
	ASSERT_TRUE(devsec_find(&self->ep, "ep", "endpoint", 0));
	rp = self->rp.s;
	ep = self->ep.s;
	preset(_metadata, self, ENABLE, ENABLE | DFLT);
	EXPECT_EQ(0, run("[ $(dmesg | grep -c 'stream ID 0 is enabled already') = 2 ]"));
	read_block(rp, rp_was);
	read_block(ep, ep_was);
	EXPECT_EQ(ENABLE, rp_was[SEL_CTL / 4]);
	EXPECT_EQ(ENABLE | DFLT, ep_was[SEL_CTL / 4]);

	ASSERT_EQ(0, put("1", DEV "tsm/connect", ep));
	EXPECT_EQ(0, run("[ -e " HB "stream0.1.1 ]", ep));
	EXPECT_EQ(1, sel(rp, 1, SEL_CTL) >> 24);
	EXPECT_EQ(1, sel(ep, 1, SEL_CTL) >> 24);
	idle(_metadata, rp, 2);
	idle(_metadata, ep, 2);
	for (int round = 0; round < 2; round++) {
		read_block(rp, now);
		EXPECT_EQ(0, memcmp(now, rp_was, sizeof(now)));
		read_block(ep, now);
		EXPECT_EQ(0, memcmp(now, ep_was, sizeof(now)));
		EXPECT_EQ(round ? -ENXIO : 0, put("1", DEV "tsm/disconnect", ep));
	}

	/* The firmware is done with it */
	preset(_metadata, self, 0, 0);
	ASSERT_EQ(0, put("1", DEV "tsm/connect", ep));
	EXPECT_EQ(0, run("[ -e " HB "stream0.0.0 ]", ep));
	EXPECT_EQ(0, sel(ep, 0, SEL_CTL) >> 24);
}

/* A link could be encrypted as a whole, but no TSM asks for that: session only */
TEST_F(ide, link_streams_only)
{
	const char *ep;

	ASSERT_TRUE(devsec_load("topology=ep streams=0", ""));
	ASSERT_TRUE(devsec_find(&self->ep, "ep", "endpoint", 0));
	ep = self->ep.s;
	ASSERT_NE(0, ext_cap(ep, CAP_IDE));
	EXPECT_EQ(0, put("1", DEV "tsm/connect", ep));
	EXPECT_STREQ("connected", get(DEV "tsm/state", ep));
	EXPECT_STREQ("255", get(HB "available_secure_streams", ep));
	EXPECT_EQ(0, put("1", DEV "tsm/disconnect", ep));
}

/* Less than a cancel may take, which does not end the wait */
TEST(secure_timeout_has_bounds)
{
	static const char path[] = "/sys/module/pci_ide/parameters/secure_timeout_ms";

	EXPECT_STREQ("100", get(path));
	EXPECT_EQ(-EINVAL, put("0", path));
	EXPECT_EQ(-EINVAL, put("1001", path));
	EXPECT_STREQ("100", get(path));
	EXPECT_EQ(0, put("1000", path));
	EXPECT_STREQ("1000", get(path));
	EXPECT_EQ(0, put("100", path));
}

TEST_HARNESS_MAIN
