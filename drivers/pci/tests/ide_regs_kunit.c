// SPDX-License-Identifier: GPL-2.0
/*
 * PCI IDE: parsing, encoding and arithmetic, against constants worked out by
 * hand from the register layout (PCIe r7.0 sec 7.9.26). No device is read.
 */
#include <kunit/test.h>
#include <linux/pci.h>
#include <linux/pci-ide.h>
#include <linux/slab.h>

#include "../ide.h"

#define SELECTIVE(n)	(0x2 | ((n) - 1) << 16)
#define LINK(n)		(0x1 | ((n) - 1) << 13)

static const struct assoc_case {
	const char *desc;
	u16 rid_start, rid_end;
	u8 segment, room;
	u64 mem_start, mem_end, pref_start, pref_end;
	u32 want_rid1, want_rid2;
	int want_nr;
	u32 want[6];
} assoc_cases[] = {
	{ "one RID, no addresses", 0x0008, 0x0008, 0, 2, 0, -1, 0, -1,
	  0x00000800, 0x00000801, 0, { } },
	{ "settings that nobody filled in", 0, 0, 0, 2, 0, 0, 0, 0,
	  0x00000000, 0x00000001, 0, { } },
	{ "RID range", 0x0100, 0x011f, 0, 2, 0, -1, 0, -1,
	  0x00011f00, 0x00010001, 0, { } },
	{ "segment", 0x0100, 0xffff, 0x12, 2, 0, -1, 0, -1,
	  0x00ffff00, 0x12010001, 0, { } },
	{ "highest segment", 0xffff, 0xffff, 0xff, 2, 0, -1, 0, -1,
	  0x00ffff00, 0xffffff01, 0, { } },
	{ "16 MiB below 4 GiB", 0, 0, 0, 2, 0xe0000000, 0xe0ffffff, 0, -1,
	  0, 1, 1, { 0xe0fe0001, 0, 0 } },
	{ "1 MiB exactly", 0, 0, 0, 2, 0x100000, 0x1fffff, 0, -1,
	  0, 1, 1, { 0x00100101, 0, 0 } },
	{ "one byte into the next MiB", 0, 0, 0, 2, 0x100000, 0x200000, 0, -1,
	  0, 1, 1, { 0x00200101, 0, 0 } },
	{ "one byte before the MiB", 0, 0, 0, 2, 0x1fffff, 0x2fffff, 0, -1,
	  0, 1, 1, { 0x00200101, 0, 0 } },
	{ "last MiB below 4 GiB", 0, 0, 0, 2, 0xfff00000, 0xffffffff, 0, -1,
	  0, 1, 1, { 0xffffff01, 0, 0 } },
	{ "first MiB above 4 GiB", 0, 0, 0, 2, 0, -1, 0x100000000, 0x1000fffff,
	  0, 1, 1, { 0x00000001, 1, 1 } },
	{ "across 4 GiB", 0, 0, 0, 2, 0, -1, 0xfff00000, 0x1001fffff,
	  0, 1, 1, { 0x001fff01, 1, 0 } },
	{ "far above 4 GiB", 0, 0, 0, 2, 0, -1, 0x380000100000, 0x3800002fffff,
	  0, 1, 1, { 0x00200101, 0x3800, 0x3800 } },
	{ "both windows", 0, 0, 0, 2, 0xe0000000, 0xe0ffffff, 0x400000000, 0x4000fffff,
	  0, 1, 2, { 0xe0fe0001, 0, 0, 0x00000001, 4, 4 } },
	{ "both windows, room for one", 0, 0, 0, 1, 0xe0000000, 0xe0ffffff,
	  0x400000000, 0x4000fffff, 0, 1, 1, { 0xe0fe0001, 0, 0 } },
	{ "both windows, no room", 0, 0, 0, 0, 0xe0000000, 0xe0ffffff,
	  0x400000000, 0x4000fffff, 0, 1, 0, { } },
};

KUNIT_ARRAY_PARAM_DESC(assoc, assoc_cases, desc);

static void settings_become_association_registers(struct kunit *test)
{
	const struct assoc_case *c = test->param_value;
	struct pci_ide_partner p = {
		.rid_start = c->rid_start, .rid_end = c->rid_end,
		.mem_assoc = { c->mem_start, c->mem_end },
		.pref_assoc = { c->pref_start, c->pref_end },
	};
	struct pci_ide_regs regs;

	if (p.pref_assoc.start != c->pref_start)
		kunit_skip(test, "bus addresses have 32 bits here");

	memset(&regs, 0xa5, sizeof(regs));
	ide_encode_assoc(&p, c->segment, c->room, &regs);
	KUNIT_EXPECT_EQ(test, regs.rid1, c->want_rid1);
	KUNIT_EXPECT_EQ(test, regs.rid2, c->want_rid2);
	KUNIT_EXPECT_EQ(test, regs.nr_addr, c->want_nr);
	KUNIT_EXPECT_MEMEQ(test, regs.addr, c->want, sizeof(c->want));
}

static const struct ctl_case {
	const char *desc;
	struct ide_ctl ctl;
	bool enable;
	u32 want;
} ctl_cases[] = {
	{ "ID only", { .id = 5 }, false, 0x05000000 },
	{ "ID 0 enabled", { .id = 0 }, true, 0x00000001 },
	{ "default stream", { .id = 5, .dflt = true }, false, 0x05400000 },
	{ "TEE-limited", { .id = 5, .tee_limited = true }, true, 0x05800001 },
	{ "configuration requests", { .id = 5, .cfg = true }, true, 0x05000201 },
	{ "all", { 254, true, true, true }, true, 0xfec00201 },
};

KUNIT_ARRAY_PARAM_DESC(ctl, ctl_cases, desc);

static void settings_become_the_control_register(struct kunit *test)
{
	const struct ctl_case *c = test->param_value;

	KUNIT_EXPECT_EQ(test, ide_encode_ctl(&c->ctl, c->enable), c->want);
}

struct image {
	u16 cap;
	u32 cap_reg;
	u32 sel_cap;
	unsigned int other_at;	/* Selective block that has another SEL_CAP */
	u32 other;
};

static u32 image_read(void *ctx, u16 where)
{
	const struct image *im = ctx;
	unsigned int links = im->cap_reg & 1 ? (im->cap_reg >> 13 & 7) + 1 : 0;
	unsigned int first = im->cap + 0x0c + links * 8;
	unsigned int block = 20 + 12 * (im->sel_cap & 0xf);

	if (where >= 0x1000)
		return ~0;
	if (where == im->cap + 4)
		return im->cap_reg;
	if (im->other_at && where == first + im->other_at * block)
		return im->other;

	return im->sel_cap;
}

static const struct parse_case {
	const char *desc;
	struct image image;
	struct ide_layout want;
} parse_cases[] = {
	{ "nothing", { 0x100, 0 }, { } },
	{ "device gone", { 0x100, ~0, ~0 }, { } },
	{ "four selective", { 0x100, SELECTIVE(4), 2 }, { 0, 2, 4 } },
	{ "link and selective", { 0x200, LINK(4) | SELECTIVE(1), 1 }, { 4, 1, 1 } },
	{ "link only", { 0x200, LINK(8), 1 }, { 8, 0, 0 } },
	{ "numbers without the feature bits", { 0x100, 0x00ffe000, 2 }, { } },
	{ "256 large blocks", { 0x100, SELECTIVE(256), 15 }, { 0, 15, 19 } },
	{ "256 small blocks", { 0x100, SELECTIVE(256), 0 }, { 0, 0, 191 } },
	{ "block that ends with config space", { 0xfe0, SELECTIVE(9), 0 }, { 0, 0, 1 } },
	{ "block that ends behind it", { 0xfe4, SELECTIVE(9), 0 }, { } },
	{ "associations behind it", { 0xfe0, SELECTIVE(9), 1 }, { } },
	{ "link blocks behind it", { 0xff0, LINK(8) | SELECTIVE(1), 0 }, { } },
	{ "one link block fits", { 0xfe8, LINK(8) | SELECTIVE(1), 0 }, { 1, 0, 0 } },
	{ "header behind it", { 0xff8, SELECTIVE(1), 0 }, { } },
	{ "more associations later", { 0x100, SELECTIVE(4), 2, 2, 3 }, { 0, 2, 2 } },
	{ "fewer associations later", { 0x100, SELECTIVE(4), 2, 1, 0 }, { 0, 2, 1 } },
	{ "gone while it is read", { 0x100, SELECTIVE(4), 15, 3, ~0 }, { 0, 15, 3 } },
};

KUNIT_ARRAY_PARAM_DESC(parse, parse_cases, desc);

static void only_blocks_with_a_known_place_are_used(struct kunit *test)
{
	const struct parse_case *c = test->param_value;
	struct image image = c->image;
	struct ide_layout l = ide_parse(image.cap, image_read, &image);

	KUNIT_EXPECT_EQ(test, l.nr_link, c->want.nr_link);
	KUNIT_EXPECT_EQ(test, l.nr_sel, c->want.nr_sel);
	KUNIT_EXPECT_EQ(test, l.nr_assoc, c->want.nr_assoc);
	if (l.nr_sel)
		KUNIT_EXPECT_LE(test, ide_sel_offset(image.cap, &l, l.nr_sel), 0x1000);
}

static const struct vf_case {
	const char *desc;
	struct ide_vfs vfs;	/* pf, total, max_bus */
	u8 bus_end;
	u16 want;
} vf_cases[] = {
	{ "no VFs", { 0x0100, 0, 0 }, 0xff, 0x0100 },
	{ "one VF", { 0x0100, 1, 1 }, 1, 0x01ff },
	{ "PF that is not function 0", { 0x0103, 8, 1 }, 1, 0x01ff },
	{ "PF that is the last function", { 0x01ff, 8, 1 }, 1, 0x01ff },
	{ "VFs on the next bus", { 0x0100, 256, 2 }, 2, 0x02ff },
	{ "VFs on a bus below that of others", { 0x0100, 256, 2 }, 5, 0x02ff },
	{ "bus numbers for some VFs only", { 0x0100, 1024, 0x11 }, 2, 0x02ff },
	{ "bus numbers for no VF", { 0x0100, 8, 2 }, 1, 0x01ff },
	{ "last bus", { 0xfe00, 0xffff, 0xff }, 0xff, 0xffff },
	{ "bus that nobody filled in", { 0x0100, 8, 0 }, 1, 0x0100 },
};

KUNIT_ARRAY_PARAM_DESC(vf, vf_cases, desc);

static void range_reaches_all_possible_vfs(struct kunit *test)
{
	const struct vf_case *c = test->param_value;

	KUNIT_EXPECT_EQ(test, ide_last_vf(&c->vfs, c->bus_end), c->want);
}

static const struct overlap_case {
	const char *desc;
	u16 a_first, a_last, b_first, b_last;
	bool want;
} overlap_cases[] = {
	{ "side by side", 0x0100, 0x01ff, 0x0200, 0x02ff, false },
	{ "far apart", 0x0000, 0x0000, 0xffff, 0xffff, false },
	{ "one in common", 0x0100, 0x0200, 0x0200, 0x02ff, true },
	{ "the same one", 0x0100, 0x0100, 0x0100, 0x0100, true },
	{ "one within the other", 0x0100, 0x05ff, 0x0300, 0x0307, true },
	{ "all and the last", 0x0000, 0xffff, 0xffff, 0xffff, true },
	{ "all and the first", 0x0000, 0xffff, 0x0000, 0x0000, true },
};

KUNIT_ARRAY_PARAM_DESC(overlap, overlap_cases, desc);

static void overlap_is_mutual(struct kunit *test)
{
	const struct overlap_case *c = test->param_value;

	KUNIT_EXPECT_EQ(test, ide_rids_overlap(c->a_first, c->a_last, c->b_first, c->b_last),
			c->want);
	KUNIT_EXPECT_EQ(test, ide_rids_overlap(c->b_first, c->b_last, c->a_first, c->a_last),
			c->want);
}

static void status_says_why_a_stream_is_given_up(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, ide_status_reason(0x2), PCI_TSM_REASON_NONE);
	KUNIT_EXPECT_EQ(test, ide_status_reason(0x0), PCI_TSM_REASON_IDE_INSECURE);
	KUNIT_EXPECT_EQ(test, ide_status_reason(0xf), PCI_TSM_REASON_IDE_INSECURE);
	KUNIT_EXPECT_EQ(test, ide_status_reason(0x80000002), PCI_TSM_REASON_IDE_FAIL);
	KUNIT_EXPECT_EQ(test, ide_status_reason(0x80000000), PCI_TSM_REASON_IDE_FAIL);
	KUNIT_EXPECT_EQ(test, ide_status_reason(~0), PCI_TSM_REASON_UNPLUGGED);
}

static void name_has_host_bridge_root_port_endpoint(struct kunit *test)
{
	char *low = ide_stream_name(0, 1, 2), *high = ide_stream_name(255, 254, 253);

	KUNIT_EXPECT_STREQ(test, low, "stream0.1.2");
	KUNIT_EXPECT_STREQ(test, high, "stream255.254.253");
	kfree(low);
	kfree(high);
}

static struct kunit_case ide_regs_cases[] = {
	KUNIT_CASE_PARAM(settings_become_association_registers, assoc_gen_params),
	KUNIT_CASE_PARAM(settings_become_the_control_register, ctl_gen_params),
	KUNIT_CASE_PARAM(only_blocks_with_a_known_place_are_used, parse_gen_params),
	KUNIT_CASE_PARAM(range_reaches_all_possible_vfs, vf_gen_params),
	KUNIT_CASE_PARAM(overlap_is_mutual, overlap_gen_params),
	KUNIT_CASE(status_says_why_a_stream_is_given_up),
	KUNIT_CASE(name_has_host_bridge_root_port_endpoint),
	{ }
};

static struct kunit_suite ide_regs_suite = {
	.name = "pci_ide_regs",
	.test_cases = ide_regs_cases,
};

kunit_test_suite(ide_regs_suite);
