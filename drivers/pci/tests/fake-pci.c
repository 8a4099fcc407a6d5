// SPDX-License-Identifier: GPL-2.0
/*
 * Functions that do not exist: what they do when they are read and written, and
 * how they come and go.
 */
#include <kunit/test-bug.h>
#include <linux/pci-ide.h>
#include <linux/slab.h>

#include "../tsm-hooks.h"
#include "fake-pci.h"

static int fake_read(struct pci_bus *bus, unsigned int devfn, int where, int size, u32 *val)
{
	struct fake_fn *fn = container_of(bus, struct fake_fn, bus);

	fn->reads++;
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

	fn->writes++;
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

void fake_domain(struct pci_bus *bus, int nr)
{
#ifdef CONFIG_PCI_DOMAINS_GENERIC
	bus->domain_nr = nr;
#elif defined(CONFIG_X86)
	static struct pci_sysdata sysdata;

	sysdata.domain = nr;
	bus->sysdata = &sysdata;
#endif
}

void fake_remove(void *data)
{
	struct fake_fn *fn = data;

	device_del(&fn->pdev.dev);
	pci_ide_destroy(&fn->pdev);
}

struct fake_fn *fake_make(struct kunit *test, struct fake_fn *above, int type)
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
	fn->pdev.hdr_type = type == PCI_EXP_TYPE_ENDPOINT ? PCI_HEADER_TYPE_NORMAL :
							    PCI_HEADER_TYPE_BRIDGE;
	fn->pdev.error_state = pci_channel_io_normal;
	fn->cfg[CAP / 4] = PCI_EXT_CAP_ID_IDE | 1 << 16;

	return fn;
}

void fake_add(struct kunit *test, struct fake_fn *fn)
{
	dev_set_name(&fn->pdev.dev, "fake-ide-%02x", fn->bus.number);
	KUNIT_ASSERT_EQ(test, device_add(&fn->pdev.dev), 0);
	pci_ide_init(&fn->pdev);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, fake_remove, fn), 0);
}

u32 *fake_sel(struct fake_fn *fn, int index, int reg)
{
	int links = fn->cfg[CAP / 4 + 1] & LINK;

	return &fn->cfg[CAP / 4 + 3 + 2 * links + 8 * index + reg / 4];
}

u32 *fake_link_ctl(struct fake_fn *fn)
{
	return &fn->cfg[CAP / 4 + 3];
}

/* A function with @nr selective blocks of one address association each */
struct fake_fn *fake_end(struct kunit *test, struct fake_fn *above, int type, int nr)
{
	struct fake_fn *fn = fake_make(test, above, type);

	fn->cfg[CAP / 4 + 1] = SELECTIVE(nr);
	if (type == PCI_EXP_TYPE_ROOT_PORT)
		fn->cfg[CAP / 4 + 1] |= LINK;
	for (int i = 0; i < nr; i++)
		*fake_sel(fn, i, PCI_IDE_SEL_CAP) = 1;

	return fn;
}

static void put_hb(void *data)
{
	struct kunit *test = kunit_get_current_test();
	struct pci_host_bridge *hb = data;

	KUNIT_EXPECT_TRUE(test, ida_is_empty(&hb->ide_stream_ids_ida));
	device_del(&hb->dev);
	pci_free_host_bridge(hb);
}

/* The init of a suite: a host bridge, and both ends of a link with IDE */
int fake_hb_init(struct kunit *test)
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
