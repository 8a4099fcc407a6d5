// SPDX-License-Identifier: GPL-2.0
/*
 * PCI IDE: the arithmetic against constants worked out by hand from the register
 * layout (PCIe r7.0 sec 7.9.26), and the life of a stream on functions whose
 * config space is an array.
 */
#include <kunit/test-bug.h>
#include <kunit/test.h>
#include <linux/pci.h>
#include <linux/pci-ide.h>
#include <linux/slab.h>

#include "../ide.h"
#include "../tsm-hooks.h"

#define CAP		PCI_CFG_SPACE_SIZE	/* Where the fakes have the capability */
#define PARKED		0xff000000
#define SELECTIVE(n)	(0x2 | ((n) - 1) << 16)
#define LINK(n)		(0x1 | ((n) - 1) << 13)
#define FLOWTHROUGH	0x4

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
	struct ide_vfs vfs;	/* pf, total, offset, stride, max_bus */
	u8 bus_end;
	u16 want;
} vf_cases[] = {
	{ "no VFs", { 0x0100, 0, 0, 0, 0 }, 0xff, 0x0100 },
	{ "one VF", { 0x0100, 1, 4, 0, 1 }, 1, 0x0104 },
	{ "stride 1", { 0x0100, 8, 1, 1, 1 }, 1, 0x0108 },
	{ "stride 2", { 0x0100, 8, 0x80, 2, 1 }, 1, 0x018e },
	{ "VFs on the next bus", { 0x0100, 256, 0x100, 1, 2 }, 2, 0x02ff },
	{ "bus numbers for some VFs only", { 0x0100, 1024, 0x80, 4, 0x11 }, 2, 0x02fc },
	{ "bus numbers for no VF", { 0x0100, 8, 0x100, 1, 2 }, 1, 0x01ff },
	{ "offset and stride unknown", { 0x0100, 8, 0, 0, 3 }, 5, 0x03ff },
	{ "offset and stride too small", { 0x0100, 8, 1, 1, 3 }, 5, 0x03ff },
	{ "beyond bus 255", { 0xfe00, 0xffff, 1, 0xffff, 0xfe }, 0xff, 0xfe01 },
};

KUNIT_ARRAY_PARAM_DESC(vf, vf_cases, desc);

static void range_reaches_the_last_possible_vf(struct kunit *test)
{
	const struct vf_case *c = test->param_value;

	KUNIT_EXPECT_EQ(test, ide_last_vf(&c->vfs, c->bus_end), c->want);
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

/*
 * Functions that do not exist: a struct pci_dev of its own bus each, outside
 * of the PCI bus type, so that nothing binds to them or lists them.
 */

struct fake_fn {
	struct pci_dev pdev;
	struct pci_bus bus;	/* The bus that the function is on */
	struct pci_ops ops;
	u32 cfg[1024];
	bool never_secure;
};

struct fake_hb {
	struct pci_host_bridge *hb;
	struct fake_fn *rp, *ep;
};

static int fake_read(struct pci_bus *bus, unsigned int devfn, int where, int size, u32 *val)
{
	struct fake_fn *fn = container_of(bus, struct fake_fn, bus);

	*val = fn->cfg[where / 4] >> 8 * (where & 3);
	if (size < 4)
		*val &= GENMASK(8 * size - 1, 0);

	return 0;
}

/* Aligned writes only; status follows Control, its bit 31 is cleared by 1 */
static int fake_write(struct pci_bus *bus, unsigned int devfn, int where, int size, u32 val)
{
	struct fake_fn *fn = container_of(bus, struct fake_fn, bus);
	unsigned int block = PCI_IDE_SEL_BLOCK_SIZE(fn->pdev.nr_ide_mem);
	unsigned int first = CAP + 0x0c + fn->pdev.nr_link_ide * 8;
	u32 *reg = &fn->cfg[where / 4];

	if (where < first || !fn->pdev.nr_sel_ide) {
		*reg = val;
	} else if ((where - first) % block == PCI_IDE_SEL_STS) {
		*reg &= ~(val & BIT(31));
	} else {
		*reg = val;
		if ((where - first) % block == PCI_IDE_SEL_CTL)
			reg[1] = (reg[1] & BIT(31)) | ((val & 1) && !fn->never_secure ? 2 : 0);
	}

	return 0;
}

/* Perhaps after the test: CONFIG_DEBUG_KOBJECT_RELEASE puts it off */
static void fake_release(struct device *dev)
{
	kfree(container_of(dev, struct fake_fn, pdev.dev));
}

static void fake_put(void *data)
{
	struct kunit *test = kunit_get_current_test();
	struct fake_fn *fn = data;

	KUNIT_EXPECT_EQ(test, kref_read(&fn->pdev.dev.kobj.kref), 1);
	put_device(&fn->pdev.dev);
}

static void fake_domain(struct pci_bus *bus, int nr)
{
#ifdef CONFIG_PCI_DOMAINS_GENERIC
	bus->domain_nr = nr;
#elif defined(CONFIG_X86)
	static struct pci_sysdata sysdata;

	sysdata.domain = nr;
	bus->sysdata = &sysdata;
#endif
}

static void fake_remove(void *data)
{
	struct fake_fn *fn = data;

	device_del(&fn->pdev.dev);
	pci_ide_destroy(&fn->pdev);
}

static struct fake_fn *fake_make(struct kunit *test, struct fake_fn *above, int type)
{
	struct fake_hb *f = test->priv;
	struct fake_fn *fn = kzalloc(sizeof(*fn), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, fn);
	device_initialize(&fn->pdev.dev);
	fn->pdev.dev.release = fake_release;
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, fake_put, fn), 0);
	fn->ops.read = fake_read;
	fn->ops.write = fake_write;
	fn->bus.ops = &fn->ops;
	fn->bus.bridge = &f->hb->dev;
	fn->bus.number = above ? above->bus.number + 1 : 0;
	fn->bus.busn_res.end = 0xff;
	fn->bus.parent = above ? &above->bus : NULL;
	fn->bus.self = above ? &above->pdev : NULL;
	fake_domain(&fn->bus, 0x10);
	fn->pdev.bus = &fn->bus;
	fn->pdev.cfg_size = PCI_CFG_SPACE_EXP_SIZE;
	fn->pdev.pcie_cap = 0x40;
	fn->pdev.pcie_flags_reg = type << 4 | 2;
	fn->pdev.error_state = pci_channel_io_normal;
	fn->cfg[CAP / 4] = PCI_EXT_CAP_ID_IDE | 1 << 16;

	return fn;
}

static void fake_add(struct kunit *test, struct fake_fn *fn)
{
	dev_set_name(&fn->pdev.dev, "fake-ide-%02x", fn->bus.number);
	KUNIT_ASSERT_EQ(test, device_add(&fn->pdev.dev), 0);
	pci_ide_init(&fn->pdev);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, fake_remove, fn), 0);
}

/* A function with @nr selective blocks of one address association each */
static struct fake_fn *fake_end(struct kunit *test, struct fake_fn *above, int type, int nr)
{
	struct fake_fn *fn = fake_make(test, above, type);

	fn->cfg[CAP / 4 + 1] = SELECTIVE(nr);
	for (int i = 0; i < nr; i++)
		fn->cfg[CAP / 4 + 3 + 8 * i] = 1;

	return fn;
}

static u32 *sel(struct fake_fn *fn, int index, int reg)
{
	return &fn->cfg[CAP / 4 + 3 + 8 * index + reg / 4];
}

static void expect_idle(struct kunit *test, struct fake_fn *fn, int index)
{
	KUNIT_EXPECT_EQ(test, *sel(fn, index, PCI_IDE_SEL_CTL), PARKED);
	for (int reg = PCI_IDE_SEL_RID_1; reg < 32; reg += 4)
		KUNIT_EXPECT_EQ(test, *sel(fn, index, reg), 0);
}

static void put_hb(void *data)
{
	struct kunit *test = kunit_get_current_test();
	struct pci_host_bridge *hb = data;

	KUNIT_EXPECT_TRUE(test, ida_is_empty(&hb->ide_stream_ids_ida));
	device_del(&hb->dev);
	pci_free_host_bridge(hb);
}

static int ide_test_init(struct kunit *test)
{
	struct fake_hb *f = kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, f);
	test->priv = f;
	f->hb = pci_alloc_host_bridge(0);
	KUNIT_ASSERT_NOT_NULL(test, f->hb);
	dev_set_name(&f->hb->dev, "fake-ide-hb");
	KUNIT_ASSERT_EQ(test, device_add(&f->hb->dev), 0);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, put_hb, f->hb), 0);
	f->rp = fake_end(test, NULL, PCI_EXP_TYPE_ROOT_PORT, 3);
	f->ep = fake_end(test, f->rp, PCI_EXP_TYPE_ENDPOINT, 2);

	return 0;
}

static void add_ends(struct kunit *test)
{
	struct fake_hb *f = test->priv;

	fake_add(test, f->rp);
	fake_add(test, f->ep);
}

static void idle_blocks_get_the_reserved_id(struct kunit *test)
{
	struct fake_hb *f = test->priv;

	add_ends(test);
	for (int i = 0; i < 2; i++)
		expect_idle(test, f->ep, i);
	for (int i = 0; i < 3; i++)
		expect_idle(test, f->rp, i);
}

/* As far as @steps says; then whatever was done is undone by release */
static void do_steps(struct kunit *test, struct pci_ide *ide, int steps)
{
	struct fake_hb *f = test->priv;

	if (steps > 0)
		KUNIT_EXPECT_EQ(test, pci_ide_stream_register(ide), 0);
	if (steps > 1)
		KUNIT_EXPECT_EQ(test, pci_ide_stream_setup(&f->ep->pdev, ide), 0);
	if (steps > 2)
		KUNIT_EXPECT_EQ(test, pci_ide_stream_setup(&f->rp->pdev, ide), 0);
	if (steps > 3)
		KUNIT_EXPECT_EQ(test, pci_ide_stream_enable(&f->rp->pdev, ide), 0);
	if (steps > 4)
		KUNIT_EXPECT_EQ(test, pci_ide_stream_enable(&f->ep->pdev, ide), 0);
}

static void release_undoes_every_partial_state(struct kunit *test)
{
	struct fake_hb *f = test->priv;
	struct pci_ide *ide;

	add_ends(test);
	for (int steps = 0; steps <= 5; steps++) {
		ide = pci_ide_stream_alloc(&f->ep->pdev);
		KUNIT_ASSERT_FALSE(test, IS_ERR(ide));
		do_steps(test, ide, steps);
		pci_ide_stream_release(ide);
		expect_idle(test, f->ep, 0);
		expect_idle(test, f->rp, 0);
		KUNIT_EXPECT_TRUE(test, ida_is_empty(&f->ep->pdev.ide_stream_ida));
		KUNIT_EXPECT_TRUE(test, ida_is_empty(&f->rp->pdev.ide_stream_ida));
		KUNIT_EXPECT_TRUE(test, ida_is_empty(&f->hb->ide_stream_ida));
		KUNIT_EXPECT_TRUE(test, ida_is_empty(&f->hb->ide_stream_ids_ida));
	}
}

static void enabled_stream_has_its_registers(struct kunit *test)
{
	struct fake_hb *f = test->priv;
	struct pci_ide *ide;

	add_ends(test);
	ide = pci_ide_stream_alloc(&f->ep->pdev);
	KUNIT_ASSERT_FALSE(test, IS_ERR(ide));
	ide->stream_id = 9;
	ide->partner[PCI_IDE_EP].default_stream = 1;
	do_steps(test, ide, 3);
	KUNIT_EXPECT_STREQ(test, ide->name, "stream0.0.0");
	KUNIT_EXPECT_EQ(test, *sel(f->ep, 0, PCI_IDE_SEL_CTL), 0x09400000);
	KUNIT_EXPECT_EQ(test, *sel(f->ep, 0, PCI_IDE_SEL_RID_1), 0x00000000);
	KUNIT_EXPECT_EQ(test, *sel(f->ep, 0, PCI_IDE_SEL_RID_2), 0x00000001);
	KUNIT_EXPECT_EQ(test, *sel(f->rp, 0, PCI_IDE_SEL_CTL), 0x09000000);
	KUNIT_EXPECT_EQ(test, *sel(f->rp, 0, PCI_IDE_SEL_RID_1), 0x00010000);
	KUNIT_EXPECT_EQ(test, *sel(f->rp, 0, PCI_IDE_SEL_RID_2), 0x00010001);
	KUNIT_EXPECT_EQ(test, pci_ide_stream_enable(&f->ep->pdev, ide), 0);
	KUNIT_EXPECT_EQ(test, *sel(f->ep, 0, PCI_IDE_SEL_CTL), 0x09400001);
	pci_ide_stream_disable(&f->ep->pdev, ide);
	KUNIT_EXPECT_EQ(test, *sel(f->ep, 0, PCI_IDE_SEL_CTL), PARKED);
	KUNIT_EXPECT_EQ(test, *sel(f->ep, 0, PCI_IDE_SEL_RID_2), 0x00000001);
	pci_ide_stream_release(ide);
}

static void steps_out_of_order_are_refused(struct kunit *test)
{
	struct fake_hb *f = test->priv;
	struct pci_dev *ep = &f->ep->pdev;
	struct pci_ide *ide;

	add_ends(test);
	ide = pci_ide_stream_alloc(ep);
	KUNIT_ASSERT_FALSE(test, IS_ERR(ide));
	KUNIT_EXPECT_EQ(test, pci_ide_stream_setup(ep, ide), -EINVAL);
	KUNIT_EXPECT_EQ(test, pci_ide_stream_enable(ep, ide), -EINVAL);
	ide->stream_id = PCI_IDE_RESERVED_STREAM_ID;
	KUNIT_EXPECT_EQ(test, pci_ide_stream_register(ide), -EINVAL);
	ide->stream_id = 254;
	do_steps(test, ide, 5);
	KUNIT_EXPECT_EQ(test, pci_ide_stream_register(ide), -EBUSY);
	KUNIT_EXPECT_EQ(test, pci_ide_stream_setup(ep, ide), -EBUSY);
	KUNIT_EXPECT_EQ(test, pci_ide_stream_enable(ep, ide), -EBUSY);
	pci_ide_stream_release(ide);
}

static void each_pool_runs_dry_with_enospc(struct kunit *test)
{
	struct fake_hb *f = test->priv;
	struct pci_ide *a, *b;

	add_ends(test);
	a = pci_ide_stream_alloc(&f->ep->pdev);
	b = pci_ide_stream_alloc(&f->ep->pdev);
	KUNIT_ASSERT_FALSE(test, IS_ERR(a));
	KUNIT_ASSERT_FALSE(test, IS_ERR(b));
	KUNIT_EXPECT_EQ(test, PTR_ERR(pci_ide_stream_alloc(&f->ep->pdev)), -ENOSPC);
	pci_ide_stream_release(b);

	pci_ide_set_nr_streams(f->hb, 1);
	KUNIT_EXPECT_EQ(test, PTR_ERR(pci_ide_stream_alloc(&f->ep->pdev)), -ENOSPC);
	pci_ide_stream_release(a);
	pci_ide_set_nr_streams(f->hb, 0);
	KUNIT_EXPECT_EQ(test, PTR_ERR(pci_ide_stream_alloc(&f->ep->pdev)), -ENOSPC);
	pci_ide_set_nr_streams(f->hb, 0xffff);
	KUNIT_EXPECT_EQ(test, f->hb->nr_ide_streams, 256);
}

static void firmware_keeps_its_stream(struct kunit *test)
{
	struct fake_hb *f = test->priv;
	struct pci_ide *ide;

	*sel(f->rp, 1, PCI_IDE_SEL_CTL) = 0x07000001;
	*sel(f->ep, 0, PCI_IDE_SEL_CTL) = 0x07400001;
	add_ends(test);
	KUNIT_EXPECT_EQ(test, *sel(f->ep, 0, PCI_IDE_SEL_CTL), 0x07400001);

	ide = pci_ide_stream_alloc(&f->ep->pdev);
	KUNIT_ASSERT_FALSE(test, IS_ERR(ide));
	KUNIT_EXPECT_EQ(test, ide->partner[PCI_IDE_EP].stream_index, 1);
	KUNIT_EXPECT_EQ(test, ide->partner[PCI_IDE_RP].stream_index, 0);
	ide->stream_id = 7;
	KUNIT_EXPECT_EQ(test, pci_ide_stream_register(ide), -EBUSY);
	ide->stream_id = 8;
	do_steps(test, ide, 5);
	pci_ide_stream_release(ide);
	KUNIT_EXPECT_EQ(test, *sel(f->rp, 1, PCI_IDE_SEL_CTL), 0x07000001);

	/* The root port's end holds the ID when the device is unplugged */
	kunit_release_action(test, fake_remove, f->ep);
	KUNIT_EXPECT_FALSE(test, ida_is_empty(&f->hb->ide_stream_ids_ida));
	kunit_release_action(test, fake_remove, f->rp);
	KUNIT_EXPECT_TRUE(test, ida_is_empty(&f->hb->ide_stream_ids_ida));
}

static void enable_fails_if_never_secure(struct kunit *test)
{
	struct fake_hb *f = test->priv;
	struct pci_ide *ide;

	f->ep->never_secure = true;
	add_ends(test);
	ide = pci_ide_stream_alloc(&f->ep->pdev);
	KUNIT_ASSERT_FALSE(test, IS_ERR(ide));
	do_steps(test, ide, 4);
	KUNIT_EXPECT_EQ(test, pci_ide_stream_enable(&f->ep->pdev, ide), -EIO);
	KUNIT_EXPECT_EQ(test, *sel(f->ep, 0, PCI_IDE_SEL_CTL), 0);
	f->ep->never_secure = false;
	KUNIT_EXPECT_EQ(test, pci_ide_stream_enable(&f->ep->pdev, ide), 0);
	pci_ide_stream_release(ide);
}

static void functions_that_cannot_have_streams_are_refused(struct kunit *test)
{
	struct fake_hb *f = test->priv;
	struct pci_dev *ep = &f->ep->pdev;

	f->rp->cfg[CAP / 4 + 1] = 0;
	add_ends(test);
	KUNIT_EXPECT_EQ(test, PTR_ERR(pci_ide_stream_alloc(ep)), -EOPNOTSUPP);
	KUNIT_EXPECT_EQ(test, PTR_ERR(pci_ide_stream_alloc(&f->rp->pdev)), -EOPNOTSUPP);

	f->rp->pdev.nr_sel_ide = 3;
	f->ep->bus.parent = NULL;
	KUNIT_EXPECT_EQ(test, PTR_ERR(pci_ide_stream_alloc(ep)), -EOPNOTSUPP);
	f->ep->bus.parent = &f->rp->bus;

	fake_domain(&f->ep->bus, 0x100);
	if (pci_domain_nr(&f->ep->bus) != 0x100)
		kunit_skip(test, "there is one domain here");
	KUNIT_EXPECT_EQ(test, PTR_ERR(pci_ide_stream_alloc(ep)), -EOPNOTSUPP);
}

static void aer_looks_at_streams_that_run(struct kunit *test)
{
	struct fake_hb *f = test->priv;
	struct pci_ide *ide;

	add_ends(test);
	ide = pci_ide_stream_alloc(&f->ep->pdev);
	KUNIT_ASSERT_FALSE(test, IS_ERR(ide));
	do_steps(test, ide, 5);
	*sel(f->ep, 0, PCI_IDE_SEL_STS) |= BIT(31);
	pci_ide_aer(&f->rp->pdev, PCI_ERR_UNC_SURPDN);
	KUNIT_EXPECT_EQ(test, *sel(f->ep, 0, PCI_IDE_SEL_STS), 0x80000002);
	pci_ide_aer(&f->rp->pdev, PCI_ERR_UNC_MISR_IDE);
	KUNIT_EXPECT_EQ(test, *sel(f->ep, 0, PCI_IDE_SEL_STS), 0x00000002);

	pci_ide_stream_disable(&f->rp->pdev, ide);
	*sel(f->ep, 0, PCI_IDE_SEL_STS) |= BIT(31);
	pci_ide_aer(&f->rp->pdev, PCI_ERR_UNC_IDE_CHECK);
	KUNIT_EXPECT_EQ(test, *sel(f->ep, 0, PCI_IDE_SEL_STS), 0x80000002);
	pci_ide_stream_release(ide);
}

static void switch_passes_streams_while_there_are_any(struct kunit *test)
{
	struct fake_hb *f = test->priv;
	struct fake_fn *up = fake_make(test, f->rp, PCI_EXP_TYPE_UPSTREAM);
	struct fake_fn *down = fake_make(test, up, PCI_EXP_TYPE_DOWNSTREAM);
	struct pci_ide *a, *b;

	up->cfg[CAP / 4 + 1] = FLOWTHROUGH;
	f->ep = fake_end(test, down, PCI_EXP_TYPE_ENDPOINT, 2);
	fake_add(test, f->rp);
	fake_add(test, up);
	fake_add(test, down);
	fake_add(test, f->ep);
	KUNIT_EXPECT_EQ(test, PTR_ERR(pci_ide_stream_alloc(&f->ep->pdev)), -EOPNOTSUPP);

	down->cfg[CAP / 4 + 1] = FLOWTHROUGH;
	a = pci_ide_stream_alloc(&f->ep->pdev);
	b = pci_ide_stream_alloc(&f->ep->pdev);
	KUNIT_ASSERT_FALSE(test, IS_ERR(a));
	KUNIT_ASSERT_FALSE(test, IS_ERR(b));
	do_steps(test, a, 3);
	do_steps(test, b, 3);
	KUNIT_EXPECT_EQ(test, up->cfg[CAP / 4 + 2], FLOWTHROUGH);
	KUNIT_EXPECT_EQ(test, down->cfg[CAP / 4 + 2], FLOWTHROUGH);
	pci_ide_stream_release(a);
	KUNIT_EXPECT_EQ(test, down->cfg[CAP / 4 + 2], FLOWTHROUGH);
	pci_ide_stream_release(b);
	KUNIT_EXPECT_EQ(test, up->cfg[CAP / 4 + 2], 0);
	KUNIT_EXPECT_EQ(test, down->cfg[CAP / 4 + 2], 0);
}

static struct kunit_case ide_cases[] = {
	KUNIT_CASE_PARAM(settings_become_association_registers, assoc_gen_params),
	KUNIT_CASE_PARAM(settings_become_the_control_register, ctl_gen_params),
	KUNIT_CASE_PARAM(only_blocks_with_a_known_place_are_used, parse_gen_params),
	KUNIT_CASE_PARAM(range_reaches_the_last_possible_vf, vf_gen_params),
	KUNIT_CASE(status_says_why_a_stream_is_given_up),
	KUNIT_CASE(name_has_host_bridge_root_port_endpoint),
	KUNIT_CASE(idle_blocks_get_the_reserved_id),
	KUNIT_CASE(release_undoes_every_partial_state),
	KUNIT_CASE(enabled_stream_has_its_registers),
	KUNIT_CASE(steps_out_of_order_are_refused),
	KUNIT_CASE(each_pool_runs_dry_with_enospc),
	KUNIT_CASE(firmware_keeps_its_stream),
	KUNIT_CASE(enable_fails_if_never_secure),
	KUNIT_CASE(functions_that_cannot_have_streams_are_refused),
	KUNIT_CASE(aer_looks_at_streams_that_run),
	KUNIT_CASE(switch_passes_streams_while_there_are_any),
	{ }
};

static struct kunit_suite ide_suite = {
	.name = "pci_ide",
	.init = ide_test_init,
	.test_cases = ide_cases,
};

kunit_test_suite(ide_suite);

MODULE_DESCRIPTION("Tests of PCI IDE");
MODULE_LICENSE("GPL");
