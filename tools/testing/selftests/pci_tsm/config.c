// SPDX-License-Identifier: GPL-2.0
/*
 * Config space of emulated functions behaves as that of hardware: which bits a
 * write changes or clears, what the mailbox does, and what resets leave.
 */
#include "../kselftest_harness.h"
#include "cfg.h"

#define PLUG_MS	20000

FIXTURE(config) {
	struct bdf ep_bdf, rp_bdf;
	struct cfg ep, rp;
};

FIXTURE_SETUP(config)
{
	ASSERT_TRUE(devsec_load("topology=ep,sriov:1,fswitch:1 streams=1 addr_blocks=1", NULL));
	ASSERT_TRUE(devsec_find(&self->ep_bdf, "ep", "endpoint", 0));
	ASSERT_TRUE(devsec_find(&self->rp_bdf, "ep", "root-port", 0));
	ASSERT_TRUE(unbind_driver(self->ep_bdf.s));
	ASSERT_TRUE(cfg_open(&self->ep, self->ep_bdf.s));
	ASSERT_TRUE(cfg_open(&self->rp, self->rp_bdf.s));
}

FIXTURE_TEARDOWN(config)
{
	close(self->ep.fd);
	close(self->rp.fd);
	EXPECT_TRUE(devsec_unload());
}

/* Bits of a register that can be written; what is not listed is read-only. */
struct reg {
	__u32 cap;		/* 0: @where is an offset in config space */
	int where;
	__u32 mask;
	__u32 act;		/* of these, written alone they do something: left out */
};

#define AER	PCI_EXT_CAP_ID_ERR
#define IDE	IDE_CAP_ID
#define SRIOV	PCI_EXT_CAP_ID_SRIOV

static const struct reg aer[] = {
	{ AER, 0x08, 0x7ffff030 }, { AER, 0x0c, 0x7ffff030 }, { AER, 0x14, 0xf1c1 }, {}
};

static const struct reg ide[] = {
	{ IDE, 0x0c, 0xff000001 }, { IDE, 0x18, 0xfff80201 }, { IDE, 0x20, 0x00ffff00 },
	{ IDE, 0x24, 0xffffff01 }, { IDE, 0x28, 0xffffff01 }, { IDE, 0x2c, ~0u },
	{ IDE, 0x30, ~0u }, {}
};

static const struct reg flow[] = { { IDE, 0x08, 0x4 }, {} };

static const struct reg endpoint[] = {
	{ 0, 0x04, 0x0546 }, { 0, 0x0c, 0xff }, { 0, 0x10, 0xfffe0000 }, { 0, 0x14, ~0u },
	{ 0, 0x18, 0xffff0000 }, { 0, 0x3c, 0xff }, { 0, EXP + 0x08, 0x7fff, 0x8000 },
	{ 0, EXP + 0x10, 0xc8 }, { 0, EXP + 0x30, 0xf }, {}
};

static const struct reg pf[] = {
	{ SRIOV, 0x08, 0x18, 0x1 }, { SRIOV, 0x10, 0xffff }, { SRIOV, 0x20, 0x553 },
	{ SRIOV, 0x24, 0xffff0000 }, { SRIOV, 0x28, ~0u }, {}
};

static const struct reg vf[] = { { 0, 0x04, 0x4 }, { 0, EXP + 0x08, 0, 0x8000 }, {} };

/* Bus numbers and windows; what acts is reset and disable of what is below */
static const struct reg bridge[] = {
	{ 0, 0x04, 0x0546 }, { 0, 0x0c, 0xff }, { 0, 0x18, 0x00ffffff }, { 0, 0x20, 0xfff0fff0 },
	{ 0, 0x24, 0xfff0fff0 }, { 0, 0x28, ~0u }, { 0, 0x2c, ~0u },
	{ 0, 0x3c, 0x000300ff, 0x00400000 }, { 0, EXP + 0x08, 0x7fff },
	{ 0, EXP + 0x10, 0xc8, 0x10 }, { 0, EXP + 0x30, 0xf }, {}
};

static const struct reg upstream[] = { { 0, EXP + 0x10, 0xc8 }, {} };
static const struct reg downstream[] = { { 0, EXP + 0x28, 0x20 }, {} };
static const struct reg root_port[] = {
	{ 0, EXP + 0x18, 0x1028 }, { 0, EXP + 0x1c, 0xf }, { 0, EXP + 0x28, 0x20 },
	{ AER, 0x2c, 0x7 }, {}
};

/* A kind of function and its tables, of which the first that has a register counts */
FIXTURE_VARIANT(config) {
	const char *shape;
	const char *kind;
	const struct reg *regs[5];
};

FIXTURE_VARIANT_ADD(config, endpoint) { "ep", "endpoint", { endpoint, aer, ide } };
FIXTURE_VARIANT_ADD(config, pf) { "sriov", "endpoint", { endpoint, aer, ide, pf } };
FIXTURE_VARIANT_ADD(config, vf) { "sriov", "vf", { vf } };
FIXTURE_VARIANT_ADD(config, root_port) { "ep", "root-port", { root_port, bridge, aer, ide } };
FIXTURE_VARIANT_ADD(config, upstream) { "fswitch", "upstream", { upstream, bridge, aer, flow } };
FIXTURE_VARIANT_ADD(config, downstream) {
	"fswitch", "downstream", { downstream, bridge, aer, flow }
};

static int where_of(const struct cfg *cfg, const struct reg *reg)
{
	switch (reg->cap) {
	case AER:
		return cfg->aer + reg->where;
	case IDE:
		return cfg->ide + reg->where;
	case SRIOV:
		return cfg->sriov + reg->where;
	default:
		return reg->where;
	}
}

static struct reg reg_at(const struct cfg *cfg, const struct reg * const *regs, int where)
{
	for (; *regs; regs++)
		for (const struct reg *reg = *regs; reg->where; reg++)
			if (where == where_of(cfg, reg))
				return *reg;
	return (struct reg){};
}

/* Write ones and zeros by @size bytes at a time; what was there comes back */
static bool obeys(const struct cfg *cfg, int where, int size, struct reg reg)
{
	for (int at = 0; at < 4; at += size) {
		__u32 all = size == 4 ? ~0u : (1u << 8 * size) - 1;
		__u32 mask = reg.mask >> 8 * at & all;
		__u32 act = reg.act >> 8 * at & all;
		__u32 was = rd(cfg->fd, where + at, size), ones, zeros;

		wr(cfg->fd, where + at, size, (all & ~act) | (was & act));
		ones = rd(cfg->fd, where + at, size);
		wr(cfg->fd, where + at, size, was & act);
		zeros = rd(cfg->fd, where + at, size);
		wr(cfg->fd, where + at, size, was);
		if (ones == (was | mask) && zeros == (was & ~mask))
			continue;
		ksft_print_msg("%#x, %d bytes: %#x, after ones %#x, after zeros %#x\n",
			       where + at, size, was, ones, zeros);
		return false;
	}
	return true;
}

/* All of it, so that the table has all that can be written */
TEST_F(config, masks)
{
	struct bdf bdf;
	struct cfg cfg;

	if (!strcmp(variant->kind, "vf")) {
		ASSERT_TRUE(devsec_find(&bdf, "sriov", "endpoint", 0));
		ASSERT_EQ(0, put("1", DEV "sriov_numvfs", bdf.s));
	}
	ASSERT_TRUE(devsec_find(&bdf, variant->shape, variant->kind, 0));
	ASSERT_TRUE(cfg_open(&cfg, bdf.s));
	for (int where = 0; where < 4096; where += 4) {
		struct reg reg = reg_at(&cfg, variant->regs, where);

		for (int size = 4; size; size /= 2)
			EXPECT_TRUE(obeys(&cfg, where, size, reg));
	}
	close(cfg.fd);
}

/* The rest needs no variants */
FIXTURE(cfg) {
	FIXTURE_DATA(config) c;
};

FIXTURE_SETUP(cfg)
{
	config_setup(_metadata, &self->c, NULL);
}

FIXTURE_TEARDOWN(cfg)
{
	config_teardown(_metadata, &self->c, NULL);
}

TEST_F(cfg, identity)
{
	int ep = self->c.ep.fd, rp = self->c.rp.fd;

	EXPECT_EQ(0x0010dec0, rd(ep, PCI_VENDOR_ID, 4));
	EXPECT_EQ(0x0001dec0, rd(rp, PCI_VENDOR_ID, 4));
	EXPECT_EQ(0x120000, rd(ep, PCI_CLASS_REVISION, 4) >> 8);
	EXPECT_EQ(0x060400, rd(rp, PCI_CLASS_REVISION, 4) >> 8);
	EXPECT_EQ(0, rd(ep, PCI_HEADER_TYPE, 1));
	EXPECT_EQ(1, rd(rp, PCI_HEADER_TYPE, 1));
	/* TEE-I/O and FLR */
	EXPECT_EQ(0x50000000, rd(ep, EXP + PCI_EXP_DEVCAP, 4) & 0x50000000);
	EXPECT_EQ(0, rd(rp, EXP + PCI_EXP_DEVCAP, 4) & 0x50000000);
	/* Selective, Link, for config, TEE-limited; IDE_KM only with CMA-SPDM */
	EXPECT_EQ(0x010000c3, rd(ep, self->c.ep.ide + 4, 4));
	EXPECT_EQ(0x01000083, rd(rp, self->c.rp.ide + 4, 4));
}

TEST_F(cfg, sizes_of_bars)
{
	static const __u32 want[] = { 0xfffe000c, ~0u, 0xffff0000, 0, 0, 0 };
	int fd = self->c.ep.fd;
	__u32 was[6];

	wr(fd, PCI_COMMAND, 2, rd(fd, PCI_COMMAND, 2) & ~PCI_COMMAND_MEMORY);
	for (int i = 0; i < 6; i++) {
		was[i] = rd(fd, PCI_BASE_ADDRESS_0 + 4 * i, 4);
		wr(fd, PCI_BASE_ADDRESS_0 + 4 * i, 4, ~0);
	}
	for (int i = 0; i < 6; i++)
		EXPECT_EQ(want[i], rd(fd, PCI_BASE_ADDRESS_0 + 4 * i, 4));
	for (int i = 0; i < 6; i++) {
		wr(fd, PCI_BASE_ADDRESS_0 + 4 * i, 4, was[i]);
		EXPECT_EQ(was[i], rd(fd, PCI_BASE_ADDRESS_0 + 4 * i, 4));
	}
	EXPECT_NE(0, was[0] >> 4);
	EXPECT_EQ(0, rd(fd, PCI_ROM_ADDRESS, 4));
	/* sysfs knows the same */
	EXPECT_EQ(0, run("[ $(stat -c %%s " DEV "resource0) = %d ]", self->c.ep_bdf.s, 1 << 17));
	EXPECT_EQ(0, run("[ $(stat -c %%s " DEV "resource2) = %d ]", self->c.ep_bdf.s, 1 << 16));
}

/* @bits are set now: a 0 leaves each of them, a 1 clears it and no other */
static void cleared_by_one(struct __test_metadata *_metadata, int fd, int where, int size,
			   __u32 bits)
{
	__u32 others = rd(fd, where, size) & ~bits;

	EXPECT_EQ(bits | others, rd(fd, where, size));
	wr(fd, where, size, 0);
	EXPECT_EQ(bits | others, rd(fd, where, size));
	for (__u32 bit = 1; bit; bit <<= 1) {
		if (!(bits & bit))
			continue;
		wr(fd, where, size, bit);
		bits &= ~bit;
		EXPECT_EQ(bits | others, rd(fd, where, size));
	}
}

/* Of these the first is masked after a reset; the others are not fatal, and fatal */
#define IDE_CHECK	0x10000000
#define TIMEOUT		0x00004000
#define MALFORMED	0x00040000

static void raise_aer(struct __test_metadata *_metadata, struct _test_data_cfg *self, int errors)
{
	/* Nobody is to be interrupted by it, who would clear it */
	wr(self->c.rp.fd, self->c.rp.aer + PCI_ERR_ROOT_COMMAND, 4, 0);
	wr(self->c.ep.fd, PCI_COMMAND, 2, PCI_COMMAND_SERR);
	ASSERT_EQ(0, put(str("%s aer %#x", self->c.ep_bdf.s, errors), BUS_DEBUG "fault"));
}

TEST_F(cfg, status_bits_of_errors_are_cleared_by_one)
{
	struct cfg *ep = &self->c.ep, *rp = &self->c.rp;
	__u32 source;

	raise_aer(_metadata, self, IDE_CHECK | TIMEOUT | MALFORMED);
	source = strtol(self->c.ep_bdf.s + 5, NULL, 16) << 24;
	EXPECT_EQ(source, rd(rp->fd, rp->aer + PCI_ERR_ROOT_ERR_SRC, 4));
	wr(rp->fd, rp->aer + PCI_ERR_ROOT_ERR_SRC, 4, ~0);
	EXPECT_EQ(source, rd(rp->fd, rp->aer + PCI_ERR_ROOT_ERR_SRC, 4));

	cleared_by_one(_metadata, ep->fd, ep->aer + PCI_ERR_UNCOR_STATUS, 4,
		       IDE_CHECK | TIMEOUT | MALFORMED);
	cleared_by_one(_metadata, ep->fd, EXP + PCI_EXP_DEVSTA, 2, 0x6);
	cleared_by_one(_metadata, ep->fd, PCI_STATUS, 2, PCI_STATUS_SIG_SYSTEM_ERROR);
	cleared_by_one(_metadata, rp->fd, rp->aer + PCI_ERR_ROOT_STATUS, 4, 0x6c);
}

TEST_F(cfg, masked_error_is_logged_and_not_sent)
{
	struct cfg *ep = &self->c.ep, *rp = &self->c.rp;

	raise_aer(_metadata, self, IDE_CHECK);
	EXPECT_EQ(IDE_CHECK, rd(ep->fd, ep->aer + PCI_ERR_UNCOR_STATUS, 4));
	EXPECT_EQ(PCI_EXP_DEVSTA_FED, rd(ep->fd, EXP + PCI_EXP_DEVSTA, 2));
	EXPECT_EQ(0, rd(ep->fd, PCI_STATUS, 2) & PCI_STATUS_SIG_SYSTEM_ERROR);
	EXPECT_EQ(0, rd(rp->fd, rp->aer + PCI_ERR_ROOT_STATUS, 4));
}

TEST_F(cfg, ide_fail_is_cleared_by_one)
{
	struct cfg *ep = &self->c.ep;
	int sts = sel(ep, 0) + IDE_SEL_STS;

	wr(ep->fd, sel(ep, 0) + IDE_SEL_CTL, 4, IDE_EN);
	ASSERT_EQ(0, put(str("%s ide fail", self->c.ep_bdf.s), BUS_DEBUG "fault"));
	cleared_by_one(_metadata, ep->fd, sts, 4, IDE_FAIL);
	EXPECT_EQ(0, rd(ep->fd, sts, 4));
	wr(ep->fd, sel(ep, 0) + IDE_SEL_CTL, 4, 0);
}

/* Presence Detect Changed and Data Link Layer State Changed; the state is read-only */
TEST_F(cfg, slot_events_are_cleared_by_one)
{
	int rp = self->c.rp.fd;

	EXPECT_EQ(PCI_EXP_SLTSTA_PDS, rd(rp, EXP + PCI_EXP_SLTSTA, 2));
	ASSERT_EQ(0, put(str("%s unplug", self->c.rp_bdf.s), BUS_DEBUG "fault"));
	cleared_by_one(_metadata, rp, EXP + PCI_EXP_SLTSTA, 2,
		       PCI_EXP_SLTSTA_PDC | PCI_EXP_SLTSTA_DLLSC);
	EXPECT_EQ(0, rd(rp, EXP + PCI_EXP_LNKSTA, 2) & PCI_EXP_LNKSTA_DLLLA);
	ASSERT_EQ(0, put(str("%s plug", self->c.rp_bdf.s), BUS_DEBUG "fault"));
	cleared_by_one(_metadata, rp, EXP + PCI_EXP_SLTSTA, 2,
		       PCI_EXP_SLTSTA_PDC | PCI_EXP_SLTSTA_DLLSC);
	EXPECT_EQ(PCI_EXP_SLTSTA_PDS, rd(rp, EXP + PCI_EXP_SLTSTA, 2));
}

/* Registers that a reset brings back, that it leaves, and that no reset touches */
static void disturb(const struct cfg *ep)
{
	wr(ep->fd, PCI_COMMAND, 2, PCI_COMMAND_MASTER | PCI_COMMAND_SERR);
	wr(ep->fd, PCI_BASE_ADDRESS_2, 4, 0x40000000);
	wr(ep->fd, EXP + PCI_EXP_DEVCTL, 2, PCI_EXP_DEVCTL_PAYLOAD_256B | PCI_EXP_DEVCTL_FERE);
	wr(ep->fd, EXP + PCI_EXP_LNKCTL, 2, PCI_EXP_LNKCTL_CCC);
	wr(ep->fd, ep->aer + PCI_ERR_UNCOR_MASK, 4, TIMEOUT);
	wr(ep->fd, sel(ep, 0) + IDE_SEL_RID1, 4, 0x00123400);
	wr(ep->fd, sel(ep, 0) + IDE_SEL_CTL, 4, 0x12000000 | IDE_EN);
	doe_put(ep, (__u32[]){ DOE_DISCOVERY, 3, 0 }, 3);
	doe_ctrl(ep, PCI_DOE_CTRL_GO);
	doe_put(ep, (__u32[]){ DOE_DISCOVERY }, 1);
}

static void was_reset(struct __test_metadata *_metadata, const struct cfg *ep)
{
	EXPECT_EQ(0, rd(ep->fd, PCI_COMMAND, 2));
	EXPECT_EQ(0, rd(ep->fd, PCI_BASE_ADDRESS_2, 4));
	EXPECT_EQ(0x2810, rd(ep->fd, EXP + PCI_EXP_DEVCTL, 2) & ~PCI_EXP_DEVCTL_PAYLOAD);
	EXPECT_EQ(TIMEOUT, rd(ep->fd, ep->aer + PCI_ERR_UNCOR_MASK, 4));
	EXPECT_EQ(0, rd(ep->fd, sel(ep, 0) + IDE_SEL_RID1, 4));
	EXPECT_EQ(0, rd(ep->fd, sel(ep, 0) + IDE_SEL_CTL, 4));
	EXPECT_EQ(0, doe_status(ep));
	EXPECT_EQ(0x01000001, doe_discover(ep, 0));
}

/* PCIe r7.0 sec 6.6.2: payload size and link control are not an FLR's business */
TEST_F(cfg, flr_by_hand)
{
	struct cfg *ep = &self->c.ep;

	disturb(ep);
	wr(ep->fd, EXP + PCI_EXP_DEVCTL + 1, 1, PCI_EXP_DEVCTL_BCR_FLR >> 8);
	was_reset(_metadata, ep);
	EXPECT_EQ(PCI_EXP_DEVCTL_PAYLOAD_256B,
		  rd(ep->fd, EXP + PCI_EXP_DEVCTL, 2) & PCI_EXP_DEVCTL_PAYLOAD);
	EXPECT_EQ(PCI_EXP_LNKCTL_CCC, rd(ep->fd, EXP + PCI_EXP_LNKCTL, 2));
}

/* The kernel saves and restores what it knows of: no stream, no data object */
TEST_F(cfg, flr_by_reset_file)
{
	struct cfg *ep = &self->c.ep;
	__u32 bar = rd(ep->fd, PCI_BASE_ADDRESS_0, 4);

	ASSERT_EQ(0, put("flr", DEV "reset_method", self->c.ep_bdf.s));
	disturb(ep);
	ASSERT_EQ(DOE_READY, doe_status(ep));
	ASSERT_EQ(0, put("1", DEV "reset", self->c.ep_bdf.s));
	EXPECT_EQ(PCI_COMMAND_MASTER | PCI_COMMAND_SERR, rd(ep->fd, PCI_COMMAND, 2));
	EXPECT_EQ(bar, rd(ep->fd, PCI_BASE_ADDRESS_0, 4));
	EXPECT_EQ(TIMEOUT, rd(ep->fd, ep->aer + PCI_ERR_UNCOR_MASK, 4));
	EXPECT_EQ(0, rd(ep->fd, sel(ep, 0) + IDE_SEL_CTL, 4) & IDE_EN);
	EXPECT_EQ(0, rd(ep->fd, sel(ep, 0) + IDE_SEL_RID1, 4));
	EXPECT_EQ(0, doe_status(ep));
	EXPECT_EQ(0x01000001, doe_discover(ep, 0));
}

static void hot_reset(struct __test_metadata *_metadata, struct _test_data_cfg *self, int where,
		      __u32 bit)
{
	struct cfg *ep = &self->c.ep, *rp = &self->c.rp;
	__u32 was = rd(rp->fd, where, 2);

	disturb(ep);
	wr(rp->fd, where, 2, was | bit);
	EXPECT_EQ(0, rd(rp->fd, EXP + PCI_EXP_LNKSTA, 2) & PCI_EXP_LNKSTA_DLLLA);
	EXPECT_EQ(~0u, rd(ep->fd, PCI_VENDOR_ID, 4));
	wr(ep->fd, PCI_COMMAND, 2, PCI_COMMAND_MASTER);
	wr(rp->fd, where, 2, was);
	EXPECT_NE(0, rd(rp->fd, EXP + PCI_EXP_LNKSTA, 2) & PCI_EXP_LNKSTA_DLLLA);
	was_reset(_metadata, ep);
	EXPECT_EQ(0, rd(ep->fd, EXP + PCI_EXP_DEVCTL, 2) & PCI_EXP_DEVCTL_PAYLOAD);
	EXPECT_EQ(0, rd(ep->fd, EXP + PCI_EXP_LNKCTL, 2));
}

TEST_F(cfg, hot_reset_by_bridge_control)
{
	hot_reset(_metadata, self, PCI_BRIDGE_CONTROL, PCI_BRIDGE_CTL_BUS_RESET);
}

TEST_F(cfg, hot_reset_by_link_disable)
{
	hot_reset(_metadata, self, EXP + PCI_EXP_LNKCTL, PCI_EXP_LNKCTL_LD);
}

/* What is sticky outlives a loss of link, but not one of power */
TEST_F(cfg, sticky_as_long_as_there_is_power)
{
	static const char * const off_on[][2] = { { "link down", "link up" },
						  { "unplug", "plug" } };
	__u32 mask = rd(self->c.ep.fd, self->c.ep.aer + PCI_ERR_UNCOR_MASK, 4);
	struct cfg ep;

	wr(self->c.ep.fd, self->c.ep.aer + PCI_ERR_UNCOR_MASK, 4, TIMEOUT);
	for (int i = 0; i < 2; i++) {
		const char *bdf = self->c.ep_bdf.s;

		ASSERT_EQ(0, put(str("%s %s", bdf, off_on[i][0]), BUS_DEBUG "fault"));
		EXPECT_STREQ("ENOENT", await("ENOENT", PLUG_MS, DEV "vendor", bdf));
		ASSERT_EQ(0, put(str("%s %s", self->c.rp_bdf.s, off_on[i][1]), BUS_DEBUG "fault"));
		EXPECT_STREQ("0xdec0", await("0xdec0", PLUG_MS, DEV "vendor", bdf));
		ASSERT_TRUE(cfg_open(&ep, bdf));
		EXPECT_EQ(i ? mask : TIMEOUT, rd(ep.fd, ep.aer + PCI_ERR_UNCOR_MASK, 4));
		close(ep.fd);
	}
}

/* VFs answer only while they are on, and come up as new */
TEST_F(cfg, flr_of_pf_takes_vfs_along)
{
	struct bdf pf, vf;
	struct cfg cfg;

	ASSERT_TRUE(devsec_find(&pf, "sriov", "endpoint", 0));
	ASSERT_EQ(0, put("1", DEV "sriov_numvfs", pf.s));
	ASSERT_TRUE(devsec_find(&vf, "sriov", "vf", 0));
	ASSERT_TRUE(cfg_open(&cfg, vf.s));
	EXPECT_EQ(~0u, rd(cfg.fd, PCI_VENDOR_ID, 4));	/* sec 9.3.4.1.1 */
	EXPECT_EQ(PCI_COMMAND_MASTER, rd(cfg.fd, PCI_COMMAND, 2));
	wr(cfg.fd, EXP + PCI_EXP_DEVCTL, 2, PCI_EXP_DEVCTL_BCR_FLR);
	EXPECT_EQ(0, rd(cfg.fd, PCI_COMMAND, 2));
	close(cfg.fd);

	ASSERT_TRUE(cfg_open(&cfg, pf.s));
	wr(cfg.fd, EXP + PCI_EXP_DEVCTL, 2, PCI_EXP_DEVCTL_BCR_FLR);
	EXPECT_EQ(0, rd(cfg.fd, cfg.sriov + PCI_SRIOV_CTRL, 2) & PCI_SRIOV_CTRL_VFE);
	EXPECT_EQ(0, run("grep '^%s .* vf off' " BUS_DEBUG "state", vf.s));
	close(cfg.fd);
}

TEST_HARNESS_MAIN
