// SPDX-License-Identifier: GPL-2.0
/*
 * Registers of PCI IDE: find the blocks, take over what firmware left in them,
 * work out what to put there, and write it.
 *
 * PCIe r7.0 sec 7.9.26. Parsing, encoding and arithmetic read no device, so
 * that tests can call them; who may use which block is the business of ide.c.
 */
#define dev_fmt(fmt) "PCI/IDE: " fmt

#include <linux/bitfield.h>
#include <linux/bitmap.h>
#include <linux/cleanup.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/pci.h>
#include <linux/pci-ide.h>
#include <linux/slab.h>

#include "ide.h"
#include "pci.h"
#include "tsm-hooks.h"

/**
 * struct ide_claim - a stream ID that a block had enabled when Linux found it
 * @node: in ide_claims
 * @pdev: the function with the block
 * @hb: the host bridge above it
 * @id: the stream ID
 *
 * Both ends of a stream claim the same ID, so it is free when the last claim
 * is gone.
 */
struct ide_claim {
	struct list_head node;
	struct pci_dev *pdev;
	struct pci_host_bridge *hb;
	u8 id;
};

/* Protects ide_claims; a leaf */
static DEFINE_MUTEX(ide_claims_lock);
static LIST_HEAD(ide_claims);

/**
 * ide_parse - find out which blocks of an IDE capability can be used
 * @cap: offset of the capability
 * @read: reads config space
 * @ctx: passed to @read
 *
 * A device may claim more blocks than extended config space holds, or blocks
 * of different sizes, whose places nobody can know: what follows is left out.
 *
 * Return: the layout; all zero for a device that does not answer.
 */
struct ide_layout ide_parse(u16 cap, ide_read_t read, void *ctx)
{
	unsigned int at = cap + PCI_IDE_LINK_STREAM_0;
	unsigned int claimed, assoc;
	struct ide_layout l = {};
	u32 val;

	if (at > PCI_CFG_SPACE_EXP_SIZE)
		return l;

	val = read(ctx, cap + PCI_IDE_CAP);
	if (PCI_POSSIBLE_ERROR(val))
		return l;

	if (val & PCI_IDE_CAP_LINK) {
		claimed = FIELD_GET(PCI_IDE_CAP_LINK_TC_NUM, val) + 1;
		l.nr_link = min(claimed, (PCI_CFG_SPACE_EXP_SIZE - at) / PCI_IDE_LINK_BLOCK_SIZE);
		at += claimed * PCI_IDE_LINK_BLOCK_SIZE;
	}

	if (!(val & PCI_IDE_CAP_SELECTIVE))
		return l;

	claimed = FIELD_GET(PCI_IDE_CAP_SEL_NUM, val) + 1;
	while (l.nr_sel < claimed && at + PCI_IDE_SEL_BLOCK_SIZE(0) <= PCI_CFG_SPACE_EXP_SIZE) {
		val = read(ctx, at + PCI_IDE_SEL_CAP);
		if (PCI_POSSIBLE_ERROR(val))
			break;

		assoc = FIELD_GET(PCI_IDE_SEL_CAP_ASSOC_NUM, val);
		if (l.nr_sel && assoc != l.nr_assoc)
			break;

		at += PCI_IDE_SEL_BLOCK_SIZE(assoc);
		if (at > PCI_CFG_SPACE_EXP_SIZE)
			break;

		l.nr_assoc = assoc;
		l.nr_sel++;
	}

	return l;
}

/**
 * ide_sel_offset - where a Selective IDE block is
 * @cap: offset of the capability
 * @layout: what ide_parse() found
 * @index: which block, below @layout->nr_sel
 *
 * Return: its offset in config space.
 */
u16 ide_sel_offset(u16 cap, const struct ide_layout *layout, unsigned int index)
{
	return cap + PCI_IDE_LINK_STREAM_0 + layout->nr_link * PCI_IDE_LINK_BLOCK_SIZE +
	       index * PCI_IDE_SEL_BLOCK_SIZE(layout->nr_assoc);
}

static bool region_is_empty(const struct pci_bus_region *region)
{
	/* {0, 0} is a region that nobody filled in, {0, -1} one of size 0 */
	return !region->end || region->end < region->start ||
	       region->end - region->start + 1 == 0;
}

/* Granules of 1 MiB: low bits of base are taken as 0, those of limit as 1 */
static void encode_addr(const struct pci_bus_region *region, struct pci_ide_addr *addr)
{
	u32 base = lower_32_bits(region->start) >> 20;
	u32 limit = lower_32_bits(region->end) >> 20;

	addr->assoc1 = PCI_IDE_SEL_ADDR_1_VALID |
		       FIELD_PREP(PCI_IDE_SEL_ADDR_1_BASE_LOW, base) |
		       FIELD_PREP(PCI_IDE_SEL_ADDR_1_LIMIT_LOW, limit);
	addr->assoc2 = upper_32_bits(region->end);
	addr->assoc3 = upper_32_bits(region->start);
}

/**
 * ide_encode_assoc - associations of one end, as register values
 * @p: the end's settings
 * @segment: segment of the other side's requester IDs
 * @room: Address Association blocks that this end has
 * @regs: the result
 *
 * PCIe r7.0 sec 7.9.26.5.4 and .5.5. Regions that find no room are dropped;
 * requests to them then travel outside of the stream, and a device that is
 * locked refuses them.
 */
void ide_encode_assoc(const struct pci_ide_partner *p, u8 segment, unsigned int room,
		      struct pci_ide_regs *regs)
{
	const struct pci_bus_region *regions[PCI_IDE_NR_ADDR] = { &p->mem_assoc, &p->pref_assoc };

	*regs = (struct pci_ide_regs) {
		.rid1 = FIELD_PREP(PCI_IDE_SEL_RID_1_LIMIT, p->rid_end),
		.rid2 = PCI_IDE_SEL_RID_2_VALID |
			FIELD_PREP(PCI_IDE_SEL_RID_2_BASE, p->rid_start) |
			FIELD_PREP(PCI_IDE_SEL_RID_2_SEG, segment),
	};

	for (int i = 0; i < PCI_IDE_NR_ADDR && regs->nr_addr < room; i++)
		if (!region_is_empty(regions[i]))
			encode_addr(regions[i], &regs->addr[regs->nr_addr++]);
}

/**
 * ide_encode_ctl - a value of the Selective IDE Stream Control Register
 * @ctl: its fields
 * @enable: whether the stream is to be on
 *
 * PCIe r7.0 sec 7.9.26.5.2. What is left 0 means AES-GCM with 256 bit, traffic
 * class 0, and neither aggregation nor header encryption nor PCRC.
 *
 * Return: the register value.
 */
u32 ide_encode_ctl(const struct ide_ctl *ctl, bool enable)
{
	return FIELD_PREP(PCI_IDE_SEL_CTL_EN, enable) |
	       FIELD_PREP(PCI_IDE_SEL_CTL_CFG_EN, ctl->cfg) |
	       FIELD_PREP(PCI_IDE_SEL_CTL_DEFAULT, ctl->dflt) |
	       FIELD_PREP(PCI_IDE_SEL_CTL_TEE_LIMITED, ctl->tee_limited) |
	       FIELD_PREP(PCI_IDE_SEL_CTL_ID, ctl->id);
}

/**
 * ide_last_vf - the last requester ID that a PF and its VFs can have
 * @vfs: the PF and its VFs
 * @bus_end: last bus below the port above; a VF beyond it cannot be enabled
 *
 * Offset and stride may depend on the number of VFs that is set, and mean
 * nothing while it is 0 (PCIe r7.0 sec 9.3.3.9, 9.3.3.10). What is known of all
 * numbers is the highest bus, and the bus of a link has one device only.
 *
 * Return: the end of that bus, or the PF's own ID if it has no VFs.
 */
u16 ide_last_vf(const struct ide_vfs *vfs, u8 bus_end)
{
	if (!vfs->total)
		return vfs->pf;

	return max(vfs->pf, PCI_DEVID(min(vfs->max_bus, bus_end), 0xff));
}

/**
 * ide_rids_overlap - have two ranges of requester IDs one in common?
 * @a_first: the lowest of one range
 * @a_last: the highest, inclusive
 * @b_first: the lowest of the other
 * @b_last: the highest, inclusive
 *
 * Return: whether they do.
 */
bool ide_rids_overlap(u16 a_first, u16 a_last, u16 b_first, u16 b_last)
{
	return a_first <= b_last && b_first <= a_last;
}

/**
 * ide_segment - the segment of requester IDs on a function's link
 * @pdev: the function
 *
 * Context: any that may access config space.
 * Return: the segment, 0 where TLPs do not carry one.
 */
u8 ide_segment(struct pci_dev *pdev)
{
	u16 sta2;

	/* Without flit mode no TLP does, PCIe r7.0 sec 6.33 */
	if (pcie_capability_read_word(pdev, PCI_EXP_LNKSTA2, &sta2) ||
	    !(sta2 & PCI_EXP_LNKSTA2_FLIT))
		return 0;

	return pci_domain_nr(pdev->bus);
}

static bool same_device(struct pci_dev *a, struct pci_dev *b)
{
	return a->bus == b->bus &&
	       (pci_ari_enabled(a->bus) || PCI_SLOT(a->devfn) == PCI_SLOT(b->devfn));
}

/* Function 0 speaks for its whole device, any other one for itself */
static bool is_function_0(struct pci_dev *pdev)
{
	return pci_ari_enabled(pdev->bus) ? !pdev->devfn : !PCI_FUNC(pdev->devfn);
}

static bool is_upstream_port(struct pci_dev *pdev)
{
	return pci_pcie_type(pdev) == PCI_EXP_TYPE_UPSTREAM;
}

/* Is @fn, or the device above it that @owner stands for, behind @owner's stream? */
static bool is_behind(struct pci_dev *owner, struct pci_dev *fn)
{
	for (; fn; fn = pci_upstream_bridge(fn)) {
		if (fn == owner || (is_function_0(owner) && same_device(owner, fn)))
			return true;
		if (!is_upstream_port(owner))
			return false;
	}

	return false;
}

/* The last requester ID of @fn and its VFs, also those that are not there yet */
static u16 last_own_rid(struct pci_dev *fn)
{
#ifdef CONFIG_PCI_IOV
	if (fn->is_physfn && fn->sriov) {
		/* Not driver_max_VFs: the next driver may allow more than this one */
		struct ide_vfs vfs = {
			.pf = pci_dev_id(fn),
			.total = fn->sriov->total_VFs,
			.max_bus = fn->sriov->max_VF_buses,
		};

		return ide_last_vf(&vfs, min_t(resource_size_t, fn->bus->busn_res.end, 0xff));
	}
#endif

	return pci_dev_id(fn);
}

/*
 * The last requester ID that comes from @fn, or from what is below it. The
 * association of a stream that runs does not change, so it is made wide enough
 * for all that can appear.
 */
static u16 last_rid(struct pci_dev *fn)
{
	u8 bus;

	if (fn->hdr_type != PCI_HEADER_TYPE_BRIDGE)
		return last_own_rid(fn);

	/* Not of @fn->subordinate, which goes before @fn does, and waits for nobody */
	if (pci_read_config_byte(fn, PCI_SUBORDINATE_BUS, &bus))
		bus = 0xff;

	return max(pci_dev_id(fn), PCI_DEVID(bus, 0xff));
}

/**
 * ide_rid_range - the requester IDs that can come from behind a stream
 * @pdev: the device's end
 * @first: the lowest of them
 * @last: the highest, inclusive
 *
 * A block has one range. If it took in a device that is not behind the stream,
 * that device's requests would count as the stream's, so it is refused. VFs
 * need no look of their own: their PF's IDs include theirs, and a VF that is
 * being removed does not keep its PF.
 *
 * Context: process; takes references on devices, and no pci_bus_sem.
 * Return: 0, or -ERANGE if another device is, or may come, in between.
 */
int ide_rid_range(struct pci_dev *pdev, u16 *first, u16 *last)
{
	struct pci_dev *fn = NULL;
	int rc = 0;

	*first = pci_dev_id(pdev);
	*last = last_rid(pdev);

	while (is_function_0(pdev) && (fn = pci_get_device(PCI_ANY_ID, PCI_ANY_ID, fn))) {
		if (fn->is_virtfn || !same_device(pdev, fn))
			continue;
		*first = min(*first, pci_dev_id(fn));
		*last = max(*last, last_rid(fn));
	}

	for_each_pci_dev(fn) {
		if (rc || fn->is_virtfn || pci_domain_nr(fn->bus) != pci_domain_nr(pdev->bus) ||
		    !ide_rids_overlap(pci_dev_id(fn), last_own_rid(fn), *first, *last) ||
		    is_behind(pdev, fn))
			continue;
		pci_err(pdev, "%s would be taken into the stream\n", pci_name(fn));
		rc = -ERANGE;
	}

	return rc;
}

/**
 * ide_window - a memory window of a bridge
 * @bridge: the bridge
 * @which: PCI_BRIDGE_MEM_WINDOW or PCI_BRIDGE_PREF_MEM_WINDOW
 *
 * Context: any.
 * Return: its bus addresses; a region of size 0 if it is closed.
 */
struct pci_bus_region ide_window(struct pci_dev *bridge, int which)
{
	struct resource *res = pci_resource_n(bridge, which);
	struct pci_bus_region region = { .start = 0, .end = -1 };

	if ((res->flags & IORESOURCE_MEM) && resource_size(res) &&
	    !(res->flags & (IORESOURCE_UNSET | IORESOURCE_DISABLED)))
		pcibios_resource_to_bus(bridge->bus, &region, res);

	return region;
}

static u16 sel_reg(struct pci_dev *pdev, unsigned int index, unsigned int reg)
{
	struct ide_layout layout = {
		.nr_link = pdev->nr_link_ide,
		.nr_assoc = pdev->nr_ide_mem,
		.nr_sel = pdev->nr_sel_ide,
	};

	return ide_sel_offset(pdev->ide_cap, &layout, index) + reg;
}

/**
 * ide_sel_read - read a register of a Selective IDE block
 * @pdev: the function
 * @index: which block
 * @reg: offset in the block
 *
 * Context: any that may access config space.
 * Return: its value; all ones where the device does not answer.
 */
u32 ide_sel_read(struct pci_dev *pdev, unsigned int index, unsigned int reg)
{
	u32 val;

	if (pci_read_config_dword(pdev, sel_reg(pdev, index, reg), &val))
		PCI_SET_ERROR_RESPONSE(&val);

	return val;
}

/**
 * ide_sel_write - write a register of a Selective IDE block
 * @pdev: the function
 * @index: which block
 * @reg: offset in the block
 * @val: what to write
 *
 * Context: any that may access config space.
 */
void ide_sel_write(struct pci_dev *pdev, unsigned int index, unsigned int reg, u32 val)
{
	pci_write_config_dword(pdev, sel_reg(pdev, index, reg), val);
}

static void write_addr(struct pci_dev *pdev, unsigned int index, unsigned int nr,
		       const struct pci_ide_addr *addr)
{
	/* Assoc 1 has the valid bit: off before the others change, on after */
	ide_sel_write(pdev, index, PCI_IDE_SEL_ADDR_1(nr), 0);
	ide_sel_write(pdev, index, PCI_IDE_SEL_ADDR_2(nr), addr->assoc2);
	ide_sel_write(pdev, index, PCI_IDE_SEL_ADDR_3(nr), addr->assoc3);
	if (addr->assoc1)
		ide_sel_write(pdev, index, PCI_IDE_SEL_ADDR_1(nr), addr->assoc1);
}

/**
 * ide_sel_program - give a Selective IDE block its associations
 * @pdev: the function
 * @index: which block
 * @regs: the associations
 * @ctl: Control, not enabled; some devices want the ID in it before their keys
 *
 * Context: any that may access config space. ide_sel_clear() is the undo.
 */
void ide_sel_program(struct pci_dev *pdev, unsigned int index,
		     const struct pci_ide_regs *regs, u32 ctl)
{
	static const struct pci_ide_addr none;

	ide_sel_write(pdev, index, PCI_IDE_SEL_RID_1, regs->rid1);
	ide_sel_write(pdev, index, PCI_IDE_SEL_RID_2, regs->rid2);
	for (int i = 0; i < pdev->nr_ide_mem; i++)
		write_addr(pdev, index, i, i < regs->nr_addr ? &regs->addr[i] : &none);
	ide_sel_write(pdev, index, PCI_IDE_SEL_CTL, ctl);
}

/**
 * ide_sel_disable - switch a Selective IDE block off, keep its associations
 * @pdev: the function
 * @index: which block
 *
 * The block goes back to the reserved ID: 0 is an ID like any other, which a
 * stream elsewhere on the port may have.
 *
 * Context: any that may access config space.
 */
void ide_sel_disable(struct pci_dev *pdev, unsigned int index)
{
	ide_sel_write(pdev, index, PCI_IDE_SEL_CTL,
		      FIELD_PREP(PCI_IDE_SEL_CTL_ID, PCI_IDE_RESERVED_STREAM_ID));
}

/**
 * ide_sel_clear - undo ide_sel_program()
 * @pdev: the function
 * @index: which block
 *
 * Context: any that may access config space.
 */
void ide_sel_clear(struct pci_dev *pdev, unsigned int index)
{
	static const struct pci_ide_addr none;

	ide_sel_disable(pdev, index);
	for (int i = pdev->nr_ide_mem; i-- > 0; )
		write_addr(pdev, index, i, &none);
	ide_sel_write(pdev, index, PCI_IDE_SEL_RID_2, 0);
	ide_sel_write(pdev, index, PCI_IDE_SEL_RID_1, 0);
}

static bool id_is_claimed(struct pci_host_bridge *hb, u8 id)
{
	struct ide_claim *claim;

	list_for_each_entry(claim, &ide_claims, node)
		if (claim->hb == hb && claim->id == id)
			return true;

	return false;
}

static int claim_id(struct pci_dev *pdev, u8 id)
{
	struct pci_host_bridge *hb = pci_find_host_bridge(pdev->bus);
	int rc;

	if (id == PCI_IDE_RESERVED_STREAM_ID)
		return 0;

	guard(mutex)(&ide_claims_lock);
	struct ide_claim *claim __free(kfree) = kzalloc(sizeof(*claim), GFP_KERNEL);

	if (!claim)
		return -ENOMEM;

	if (!id_is_claimed(hb, id)) {
		rc = ida_alloc_range(&hb->ide_stream_ids_ida, id, id, GFP_KERNEL);
		if (rc < 0)
			return rc;
	}

	claim->pdev = pdev;
	claim->hb = hb;
	claim->id = id;
	list_add(&no_free_ptr(claim)->node, &ide_claims);
	pci_info(pdev, "stream ID %u is enabled already, and stays so\n", id);

	return 0;
}

static void unclaim_ids(struct pci_dev *pdev)
{
	struct ide_claim *claim, *next;

	guard(mutex)(&ide_claims_lock);
	list_for_each_entry_safe(claim, next, &ide_claims, node) {
		if (claim->pdev != pdev)
			continue;

		list_del(&claim->node);
		if (!id_is_claimed(claim->hb, claim->id))
			ida_free(&claim->hb->ide_stream_ids_ida, claim->id);
		kfree(claim);
	}
}

static u16 link_ctl(struct pci_dev *pdev, unsigned int index)
{
	return pdev->ide_cap + PCI_IDE_LINK_STREAM_0 + index * PCI_IDE_LINK_BLOCK_SIZE +
	       PCI_IDE_LINK_CTL_0;
}

/*
 * Link and selective blocks have enable bit and ID in the same places.
 * Return: the ID of a block that is enabled, -ENOENT if it is idle, and has the
 * reserved ID now; or -ENODEV.
 */
static int park_block(struct pci_dev *pdev, u16 where)
{
	u32 ctl;

	static_assert(!(PCI_IDE_LINK_CTL_EN ^ PCI_IDE_SEL_CTL_EN));
	static_assert(!(PCI_IDE_LINK_CTL_ID ^ PCI_IDE_SEL_CTL_ID));

	if (pci_read_config_dword(pdev, where, &ctl) || PCI_POSSIBLE_ERROR(ctl))
		return -ENODEV;

	if (ctl & PCI_IDE_SEL_CTL_EN)
		return FIELD_GET(PCI_IDE_SEL_CTL_ID, ctl);

	if (FIELD_GET(PCI_IDE_SEL_CTL_ID, ctl) != PCI_IDE_RESERVED_STREAM_ID) {
		ctl |= FIELD_PREP(PCI_IDE_SEL_CTL_ID, PCI_IDE_RESERVED_STREAM_ID);
		pci_write_config_dword(pdev, where, ctl);
	}

	return -ENOENT;
}

/**
 * ide_park_idle - give idle blocks the reserved ID again
 * @pdev: the function
 * @used: its Selective IDE blocks that belong to somebody
 *
 * A reset leaves ID 0 in all of them.
 *
 * Context: any that may access config space.
 */
void ide_park_idle(struct pci_dev *pdev, const unsigned long *used)
{
	unsigned int i;

	for (i = 0; i < pdev->nr_link_ide; i++)
		park_block(pdev, link_ctl(pdev, i));

	for_each_clear_bit(i, used, pdev->nr_sel_ide)
		park_block(pdev, sel_reg(pdev, i, PCI_IDE_SEL_CTL));
}

/* Return: 1 if the block is somebody's, 0, or an errno */
static int adopt_block(struct pci_dev *pdev, u16 where)
{
	int id = park_block(pdev, where);

	if (id == -ENOENT)
		return 0;
	if (id < 0)
		return id;

	return claim_id(pdev, id) ?: 1;
}

static int adopt_blocks(struct pci_dev *pdev)
{
	int rc;

	for (int i = 0; i < pdev->nr_link_ide; i++) {
		rc = adopt_block(pdev, link_ctl(pdev, i));
		if (rc < 0)
			return rc;
	}

	for (int i = 0; i < pdev->nr_sel_ide; i++) {
		rc = adopt_block(pdev, sel_reg(pdev, i, PCI_IDE_SEL_CTL));
		if (rc > 0)
			rc = ida_alloc_range(&pdev->ide_stream_ida, i, i, GFP_KERNEL);
		if (rc < 0)
			return rc;
	}

	return 0;
}

static u32 read_config(void *ctx, u16 where)
{
	u32 val;

	if (pci_read_config_dword(ctx, where, &val))
		PCI_SET_ERROR_RESPONSE(&val);

	return val;
}

/**
 * pci_ide_init - find a function's IDE capability
 * @pdev: a function that is about to be added
 *
 * Streams that firmware enabled stay as they are: their blocks count as used,
 * and their IDs are not given to anybody else below the host bridge. Idle
 * blocks get the reserved ID.
 *
 * Context: process, before device_add().
 */
void pci_ide_init(struct pci_dev *pdev)
{
	struct ide_layout layout;
	u16 cap;
	u32 val;
	int rc;

	/* VFs have no capability of their own, PCIe r7.0 sec 9.3.7 */
	if (!pci_is_pcie(pdev) || pdev->is_virtfn)
		return;

	cap = pci_find_ext_capability(pdev, PCI_EXT_CAP_ID_IDE);
	if (!cap)
		return;

	val = read_config(pdev, cap + PCI_IDE_CAP);
	if (PCI_POSSIBLE_ERROR(val))
		return;

	layout = ide_parse(cap, read_config, pdev);
	ida_init(&pdev->ide_stream_ida);
	pdev->ide_cap = cap;
	pdev->nr_link_ide = layout.nr_link;
	pdev->nr_sel_ide = layout.nr_sel;
	pdev->nr_ide_mem = layout.nr_assoc;
	pdev->ide_cfg = FIELD_GET(PCI_IDE_CAP_SEL_CFG, val);
	pdev->ide_tee_limit = FIELD_GET(PCI_IDE_CAP_TEE_LIMITED, val);

	rc = adopt_blocks(pdev);
	if (rc) {
		pci_warn(pdev, "cannot take over the stream blocks: %d, none will be used\n", rc);
		pdev->nr_sel_ide = 0;
	}
}

/**
 * pci_ide_destroy - undo pci_ide_init()
 * @pdev: a function that is going away and has no stream any more
 *
 * Context: process.
 */
void pci_ide_destroy(struct pci_dev *pdev)
{
	if (!pdev->ide_cap)
		return;

	unclaim_ids(pdev);
	ida_destroy(&pdev->ide_stream_ida);
}
