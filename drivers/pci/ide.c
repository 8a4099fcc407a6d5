// SPDX-License-Identifier: GPL-2.0
/*
 * Selective IDE streams: who gets which, what their ends are to be programmed
 * with, and each step from allocation to an enabled stream with its undo.
 *
 * No keys here: the TSM (or its driver) exchanges and programs them between
 * setup and enable. The calls about one stream are serialised by its owner, as
 * the worker of a DSM does; none takes a device lock or pci_bus_sem.
 *
 * PCIe r7.0 sec 6.33 and 7.9.26.
 */
#define dev_fmt(fmt) "PCI/IDE: " fmt

#include <linux/bitmap.h>
#include <linux/cleanup.h>
#include <linux/err.h>
#include <linux/mutex.h>
#include <linux/pci.h>
#include <linux/pci-ide.h>
#include <linux/pci-tsm.h>
#include <linux/slab.h>
#include <linux/sysfs.h>

#include "ide.h"
#include "pci.h"
#include "tsm-hooks.h"

#define IDE_NR_STREAM_IDS	256
#define IDE_NR_SLOTS		(PCI_IDE_HB + 1)

/* Protects ide_streams, all streams of the system; a leaf */
static DEFINE_MUTEX(ide_streams_lock);
static LIST_HEAD(ide_streams);

/*
 * Slots
 */

static struct pci_host_bridge *stream_hb(struct pci_ide *ide)
{
	return pci_find_host_bridge(ide->rp->bus);
}

static struct pci_dev *stream_end(struct pci_ide *ide, enum pci_ide_partner_select where)
{
	return where == PCI_IDE_EP ? ide->pdev : ide->rp;
}

static struct ida *slots_of(struct pci_ide *ide, enum pci_ide_partner_select where,
			    unsigned int *nr)
{
	struct pci_host_bridge *hb = stream_hb(ide);
	struct pci_dev *pdev;

	if (where == PCI_IDE_HB) {
		*nr = READ_ONCE(hb->nr_ide_streams);
		return &hb->ide_stream_ida;
	}

	pdev = stream_end(ide, where);
	*nr = pdev->nr_sel_ide;

	return &pdev->ide_stream_ida;
}

static int take_slot(struct pci_ide *ide, enum pci_ide_partner_select where)
{
	static const char * const names[IDE_NR_SLOTS] = { "endpoint", "root port", "host bridge" };
	struct device *dev = &stream_hb(ide)->dev;
	unsigned int nr;
	struct ida *ida = slots_of(ide, where, &nr);
	int rc = nr ? ida_alloc_max(ida, nr - 1, GFP_KERNEL) : -ENOSPC;

	if (where != PCI_IDE_HB)
		dev = &stream_end(ide, where)->dev;
	if (rc == -ENOSPC)
		pci_err(ide->pdev, "no stream left of the %u in %s %s\n", nr, names[where],
			dev_name(dev));

	return rc;
}

static void give_slot(struct pci_ide *ide, enum pci_ide_partner_select where, int slot)
{
	unsigned int nr;

	ida_free(slots_of(ide, where, &nr), slot);
}

static void give_slots(struct pci_ide *ide)
{
	give_slot(ide, PCI_IDE_HB, ide->host_bridge_stream);
	give_slot(ide, PCI_IDE_RP, ide->partner[PCI_IDE_RP].stream_index);
	give_slot(ide, PCI_IDE_EP, ide->partner[PCI_IDE_EP].stream_index);
}

static int take_slots(struct pci_ide *ide)
{
	int slot[IDE_NR_SLOTS], rc;

	for (int i = 0; i < IDE_NR_SLOTS; i++) {
		slot[i] = take_slot(ide, i);
		if (slot[i] >= 0)
			continue;

		rc = slot[i];
		while (i-- > 0)
			give_slot(ide, i, slot[i]);
		return rc;
	}

	ide->partner[PCI_IDE_EP].stream_index = slot[PCI_IDE_EP];
	ide->partner[PCI_IDE_RP].stream_index = slot[PCI_IDE_RP];
	ide->host_bridge_stream = slot[PCI_IDE_HB];

	return 0;
}

static bool can_have_streams(struct pci_dev *pdev)
{
	return pdev && pdev->ide_cap && pdev->nr_sel_ide;
}

static int stream_check(struct pci_dev *pdev, struct pci_dev *rp)
{
	int type = pci_is_pcie(pdev) ? pci_pcie_type(pdev) : -1;

	if (type != PCI_EXP_TYPE_ENDPOINT && type != PCI_EXP_TYPE_UPSTREAM)
		return -EOPNOTSUPP;

	if (!can_have_streams(pdev) || !can_have_streams(rp))
		return -EOPNOTSUPP;

	/* The segment of a requester ID has 8 bits */
	if (pci_domain_nr(pdev->bus) > 0xff)
		return -EOPNOTSUPP;

	return ide_path_check(pdev, rp);
}

static int fill_partners(struct pci_ide *ide)
{
	struct pci_ide_partner *ep = &ide->partner[PCI_IDE_EP], *rp = &ide->partner[PCI_IDE_RP];
	struct pci_dev *bridge = pci_upstream_bridge(ide->pdev);
	int rc = ide_rid_range(ide->pdev, &ide->first_rid, &ide->last_rid);

	if (rc)
		return rc;

	ep->rid_start = pci_dev_id(ide->rp);
	ep->rid_end = pci_dev_id(ide->rp);
	ep->mem_assoc.end = -1;
	ep->pref_assoc.end = -1;
	ep->cfg = ide->pdev->ide_cfg;
	ep->tee_limited = ide->pdev->ide_tee_limit;

	rp->rid_start = ide->first_rid;
	rp->rid_end = ide->last_rid;
	rp->mem_assoc = ide_window(bridge, PCI_BRIDGE_MEM_WINDOW);
	rp->pref_assoc = ide_window(bridge, PCI_BRIDGE_PREF_MEM_WINDOW);
	/* A device that does not know them in a stream would lose them */
	rp->cfg = ide->rp->ide_cfg && ide->pdev->ide_cfg;
	rp->tee_limited = ide->rp->ide_tee_limit;

	return 0;
}

/* In the root port, requests would match two streams: of a switch, and of what is below it */
static int enlist(struct pci_ide *ide)
{
	struct pci_ide *other;

	guard(mutex)(&ide_streams_lock);
	list_for_each_entry(other, &ide_streams, node) {
		if (other->rp != ide->rp || other->pdev == ide->pdev ||
		    !ide_rids_overlap(ide->first_rid, ide->last_rid,
				      other->first_rid, other->last_rid))
			continue;

		pci_err(ide->pdev, "a stream of %s takes in the same requester IDs\n",
			pci_name(other->pdev));
		return -ERANGE;
	}
	list_add(&ide->node, &ide_streams);

	return 0;
}

/**
 * pci_ide_stream_alloc - reserve a stream between a device and its root port
 * @pdev: the device's end: an endpoint's function, or the upstream port of a
 *	switch. Function 0 stands for all functions of its device, and any of
 *	them for its VFs, those included that are not enabled yet
 *
 * A stream slot of the host bridge and a register block of each end are taken,
 * and the settings filled in: the root port associates the requester IDs of
 * the device (PCIe r7.0 sec 6.33) and the windows of the bridge right above
 * it, the device associates the root port's requester ID. The stream ID is
 * left open. No register is written.
 *
 * Context: process; may be called on a DSM's worker.
 * Return: the stream, to be given to pci_ide_stream_release(), or ERR_PTR:
 * -EOPNOTSUPP  the device, its root port or a switch in between lacks IDE, or
 *              there is no root port, or its segment is above 0xff;
 * -ERANGE      the range of requester IDs would take in another device, or a
 *              function that @pdev does not stand for, or overlap with that of
 *              another device's stream below the root port: one is above the
 *              other;
 * -ENOSPC      host bridge, root port or device have no stream left;
 * -ENOMEM.
 */
struct pci_ide *pci_ide_stream_alloc(struct pci_dev *pdev)
{
	struct pci_dev *rp = pcie_find_root_port(pdev);
	int rc = stream_check(pdev, rp);

	if (rc)
		return ERR_PTR(rc);

	struct pci_ide *ide __free(kfree) = kzalloc(sizeof(*ide), GFP_KERNEL);

	if (!ide)
		return ERR_PTR(-ENOMEM);

	ide->pdev = pdev;
	ide->rp = rp;
	ide->stream_id = -1;
	rc = fill_partners(ide) ?: take_slots(ide);
	if (rc)
		return ERR_PTR(rc);

	rc = enlist(ide);
	if (rc) {
		give_slots(ide);
		return ERR_PTR(rc);
	}

	pci_dev_get(pdev);
	pci_dev_get(rp);

	return_ptr(ide);
}
EXPORT_SYMBOL_GPL(pci_ide_stream_alloc);

/**
 * pci_ide_stream_free - undo pci_ide_stream_alloc()
 * @ide: a stream that is neither registered nor set up
 *
 * Context: process.
 */
void pci_ide_stream_free(struct pci_ide *ide)
{
	scoped_guard(mutex, &ide_streams_lock)
		list_del(&ide->node);

	give_slots(ide);
	pci_dev_put(ide->rp);
	pci_dev_put(ide->pdev);
	kfree(ide);
}
EXPORT_SYMBOL_GPL(pci_ide_stream_free);

/**
 * ide_stream_name - what a stream is called in sysfs
 * @hb: its slot in the host bridge
 * @rp: its block in the root port
 * @ep: its block in the device
 *
 * Context: process.
 * Return: the name, to be freed with kfree(), or NULL.
 */
char *ide_stream_name(u8 hb, u8 rp, u8 ep)
{
	return kasprintf(GFP_KERNEL, "stream%u.%u.%u", hb, rp, ep);
}

static int take_stream_id(struct pci_ide *ide)
{
	struct ida *ids = &stream_hb(ide)->ide_stream_ids_ida;
	int id = ide->stream_id;

	if (id < 0)
		return ida_alloc_max(ids, PCI_IDE_RESERVED_STREAM_ID - 1, GFP_KERNEL);

	if (id >= PCI_IDE_RESERVED_STREAM_ID)
		return -EINVAL;

	id = ida_alloc_range(ids, id, id, GFP_KERNEL);

	return id == -ENOSPC ? -EBUSY : id;
}

/**
 * pci_ide_stream_register - reserve a stream's ID and show the stream in sysfs
 * @ide: the stream; @ide->stream_id is the ID wanted, or negative for any
 *
 * Context: process. pci_ide_stream_unregister() is the undo.
 * Return: 0, with @ide->stream_id and @ide->name set, or
 * -EINVAL  there is no such ID, or it is the reserved one;
 * -EBUSY   the ID is in use below the host bridge, or @ide is registered;
 * -ENOSPC  no ID is left;
 * -EEXIST, -ENOMEM  from sysfs.
 */
int pci_ide_stream_register(struct pci_ide *ide)
{
	struct pci_host_bridge *hb = stream_hb(ide);
	int id, rc;

	if (ide->name)
		return -EBUSY;

	char *name __free(kfree) = ide_stream_name(ide->host_bridge_stream,
						   ide->partner[PCI_IDE_RP].stream_index,
						   ide->partner[PCI_IDE_EP].stream_index);

	if (!name)
		return -ENOMEM;

	id = take_stream_id(ide);
	if (id < 0)
		return id;

	rc = sysfs_create_link(&hb->dev.kobj, &ide->pdev->dev.kobj, name);
	if (rc) {
		ida_free(&hb->ide_stream_ids_ida, id);
		return rc;
	}

	ide->any_id = ide->stream_id < 0;
	ide->stream_id = id;
	ide->name = no_free_ptr(name);

	return 0;
}
EXPORT_SYMBOL_GPL(pci_ide_stream_register);

/**
 * pci_ide_stream_unregister - undo pci_ide_stream_register()
 * @ide: the stream; nothing is done if it is not registered
 *
 * The ID may be given to another stream at once, so no end should be set up.
 *
 * Context: process.
 */
void pci_ide_stream_unregister(struct pci_ide *ide)
{
	struct pci_host_bridge *hb = stream_hb(ide);

	if (!ide->name)
		return;

	sysfs_remove_link(&hb->dev.kobj, ide->name);
	ida_free(&hb->ide_stream_ids_ida, ide->stream_id);
	if (ide->any_id)
		ide->stream_id = -1;
	kfree(ide->name);
	ide->name = NULL;
}
EXPORT_SYMBOL_GPL(pci_ide_stream_unregister);

/**
 * pci_ide_to_settings - the settings of one end of a stream
 * @pdev: the function at that end
 * @ide: the stream
 *
 * Context: any.
 * Return: the settings, or NULL if @pdev is at neither end.
 */
struct pci_ide_partner *pci_ide_to_settings(struct pci_dev *pdev, struct pci_ide *ide)
{
	for (int i = 0; i < PCI_IDE_PARTNER_MAX; i++)
		if (stream_end(ide, i) == pdev)
			return &ide->partner[i];

	return NULL;
}
EXPORT_SYMBOL_GPL(pci_ide_to_settings);

/**
 * pci_ide_stream_to_regs - the associations of one end, as register values
 * @pdev: the function at that end
 * @ide: the stream
 * @regs: the result; all zero if @pdev is at neither end
 *
 * For TSMs that program the registers themselves, or measure them.
 *
 * Context: process; reads config space.
 */
void pci_ide_stream_to_regs(struct pci_dev *pdev, struct pci_ide *ide,
			    struct pci_ide_regs *regs)
{
	struct pci_ide_partner *settings = pci_ide_to_settings(pdev, ide);

	if (settings)
		ide_encode_assoc(settings, ide_segment(pdev), pdev->nr_ide_mem, regs);
	else
		*regs = (struct pci_ide_regs) {};
}
EXPORT_SYMBOL_GPL(pci_ide_stream_to_regs);

static u32 stream_ctl(struct pci_ide *ide, struct pci_ide_partner *settings, bool enable)
{
	struct ide_ctl ctl = {
		.id = ide->stream_id,
		.dflt = settings->default_stream,
		.cfg = settings->cfg,
		.tee_limited = settings->tee_limited,
	};

	return ide_encode_ctl(&ctl, enable);
}

static void park_others(struct pci_dev *pdev)
{
	DECLARE_BITMAP(used, U8_MAX + 1) = {};
	struct pci_ide_partner *settings;
	struct pci_ide *ide;

	guard(mutex)(&ide_streams_lock);
	list_for_each_entry(ide, &ide_streams, node) {
		settings = pci_ide_to_settings(pdev, ide);
		if (settings)
			__set_bit(settings->stream_index, used);
	}
	ide_park_idle(pdev, used);
}

/**
 * pci_ide_stream_setup - program one end of a stream, without enabling it
 * @pdev: the function at that end
 * @ide: a registered stream
 *
 * The first end to be set up also opens the switches in between. Keys can be
 * programmed once both ends are set up. Blocks of @pdev that nobody uses get the
 * reserved ID, as a reset may have left another in them.
 *
 * Context: process. pci_ide_stream_teardown() is the undo.
 * Return: 0, or with nothing changed
 * -EINVAL      @pdev is at neither end, the stream is not registered, or its
 *              range of requester IDs is empty;
 * -EBUSY       this end is set up, or its block was enabled by somebody else;
 * -ENODEV      the device does not answer;
 * -EOPNOTSUPP  a switch in between has no flow-through;
 * -ENOMEM.
 */
int pci_ide_stream_setup(struct pci_dev *pdev, struct pci_ide *ide)
{
	struct pci_ide_partner *settings = pci_ide_to_settings(pdev, ide);
	struct pci_ide_regs regs;
	u32 ctl;
	int rc;

	if (!settings || !ide->name || settings->rid_start > settings->rid_end)
		return -EINVAL;

	if (settings->setup)
		return -EBUSY;

	ctl = ide_sel_read(pdev, settings->stream_index, PCI_IDE_SEL_CTL);
	if (PCI_POSSIBLE_ERROR(ctl))
		return -ENODEV;

	if (ctl & PCI_IDE_SEL_CTL_EN)
		return -EBUSY;

	if (!ide->through) {
		rc = ide_path_open(ide->pdev, ide->rp);
		if (rc)
			return rc;
		ide->through = 1;
	}

	park_others(pdev);
	pci_ide_stream_to_regs(pdev, ide, &regs);
	ide_sel_program(pdev, settings->stream_index, &regs, stream_ctl(ide, settings, false));
	settings->setup = 1;

	return 0;
}
EXPORT_SYMBOL_GPL(pci_ide_stream_setup);

/**
 * pci_ide_stream_teardown - undo pci_ide_stream_setup()
 * @pdev: the function at that end
 * @ide: the stream; nothing is done if this end is not set up, and an end that
 *	is enabled is disabled first
 *
 * Context: process.
 */
void pci_ide_stream_teardown(struct pci_dev *pdev, struct pci_ide *ide)
{
	struct pci_ide_partner *settings = pci_ide_to_settings(pdev, ide);

	if (!settings || !settings->setup)
		return;

	pci_ide_stream_disable(pdev, ide);
	ide_sel_clear(pdev, settings->stream_index);
	settings->setup = 0;

	if (ide->partner[PCI_IDE_EP].setup || ide->partner[PCI_IDE_RP].setup)
		return;

	ide_path_close(ide->pdev, ide->rp);
	ide->through = 0;
}
EXPORT_SYMBOL_GPL(pci_ide_stream_teardown);

static int switch_on(struct pci_dev *pdev, struct pci_ide *ide, struct pci_ide_partner *settings)
{
	unsigned int index = settings->stream_index;
	int rc;

	/* An IDE_FAIL from before is not about the keys of now */
	ide_sel_write(pdev, index, PCI_IDE_SEL_STS, PCI_IDE_SEL_STS_IDE_FAIL);
	ide_sel_write(pdev, index, PCI_IDE_SEL_CTL, stream_ctl(ide, settings, true));
	rc = ide_wait_secure(pdev, index);
	/* So that the DSM says why its connect failed */
	if (rc == -EIO)
		pci_tsm_report_lost(ide->pdev, PCI_TSM_REASON_IDE_TIMEOUT);
	if (rc)
		ide_sel_write(pdev, index, PCI_IDE_SEL_CTL, stream_ctl(ide, settings, false));

	return rc;
}

/**
 * pci_ide_stream_enable - switch one end of a stream on
 * @pdev: the function at that end
 * @ide: a stream with this end set up, and keys programmed and set to go
 *
 * Waits until the end reports Secure, pci_ide.secure_timeout_ms at most (100 by
 * default). From then on the end is watched: if the stream breaks there,
 * pci_tsm_report_lost() is called for the device. The other end may be left to
 * firmware, which then has to watch it.
 *
 * Context: process; sleeps. pci_ide_stream_disable() is the undo.
 * Return: 0, or with the end as pci_ide_stream_setup() left it
 * -EINVAL  @pdev is at neither end, or that end is not set up;
 * -EBUSY   it is on already;
 * -EIO     it did not become Secure in time;
 * -ENODEV  the device does not answer;
 * -ENOMEM.
 */
int pci_ide_stream_enable(struct pci_dev *pdev, struct pci_ide *ide)
{
	struct pci_ide_partner *settings = pci_ide_to_settings(pdev, ide);
	int rc;

	if (!settings || !settings->setup)
		return -EINVAL;

	if (settings->enable)
		return -EBUSY;

	rc = ide_aer_unmask(pdev);
	if (rc)
		return rc;

	rc = switch_on(pdev, ide, settings);
	if (rc) {
		ide_aer_restore(pdev);
		return rc;
	}

	settings->enable = 1;
	rc = ide_watch_add(ide);
	if (rc) {
		ide_sel_write(pdev, settings->stream_index, PCI_IDE_SEL_CTL,
			      stream_ctl(ide, settings, false));
		ide_aer_restore(pdev);
		settings->enable = 0;
	}

	return rc;
}
EXPORT_SYMBOL_GPL(pci_ide_stream_enable);

/**
 * pci_ide_stream_disable - switch one end of a stream off
 * @pdev: the function at that end
 * @ide: the stream; nothing is done if this end is not enabled
 *
 * Associations stay; the block goes back to the reserved stream ID. When it
 * returns, the stream's loss is not reported any more, whatever the other end.
 *
 * Context: process.
 */
void pci_ide_stream_disable(struct pci_dev *pdev, struct pci_ide *ide)
{
	struct pci_ide_partner *settings = pci_ide_to_settings(pdev, ide);

	if (!settings || !settings->enable)
		return;

	ide_watch_del(ide);
	ide_sel_disable(pdev, settings->stream_index);
	ide_aer_restore(pdev);
	settings->enable = 0;
}
EXPORT_SYMBOL_GPL(pci_ide_stream_disable);

/**
 * pci_ide_stream_release - undo whatever was done with a stream, and free it
 * @ide: the stream, in any state; NULL and ERR_PTR are ignored
 *
 * Context: process.
 */
void pci_ide_stream_release(struct pci_ide *ide)
{
	if (IS_ERR_OR_NULL(ide))
		return;

	/* Both ends off before either forgets which requests are the stream's */
	pci_ide_stream_disable(ide->rp, ide);
	pci_ide_stream_disable(ide->pdev, ide);
	pci_ide_stream_teardown(ide->rp, ide);
	pci_ide_stream_teardown(ide->pdev, ide);
	pci_ide_stream_unregister(ide);
	pci_ide_stream_free(ide);
}
EXPORT_SYMBOL_GPL(pci_ide_stream_release);

/*
 * Host bridges
 */

static unsigned int streams_of(struct pci_host_bridge *hb)
{
	unsigned int nr = 0;
	struct pci_ide *ide;

	guard(mutex)(&ide_streams_lock);
	list_for_each_entry(ide, &ide_streams, node)
		nr += stream_hb(ide) == hb;

	return nr;
}

static ssize_t available_secure_streams_show(struct device *dev, struct device_attribute *attr,
					     char *buf)
{
	struct pci_host_bridge *hb = to_pci_host_bridge(dev);
	unsigned int nr = READ_ONCE(hb->nr_ide_streams), used = streams_of(hb);

	return sysfs_emit(buf, "%u\n", nr - min(nr, used));
}
static DEVICE_ATTR_RO(available_secure_streams);

static struct attribute *ide_hb_attrs[] = {
	&dev_attr_available_secure_streams.attr,
	NULL
};
ATTRIBUTE_GROUPS(ide_hb);

/**
 * pci_ide_set_nr_streams - tell how many streams a host bridge can have
 * @hb: the host bridge
 * @nr: how many; more than there are stream IDs (256) counts as that many
 *
 * For platform code that knows of a limit, before the first stream. Streams
 * above a new, lower limit stay.
 *
 * Context: any.
 */
void pci_ide_set_nr_streams(struct pci_host_bridge *hb, u16 nr)
{
	WRITE_ONCE(hb->nr_ide_streams, min(nr, IDE_NR_STREAM_IDS));
}
EXPORT_SYMBOL_GPL(pci_ide_set_nr_streams);

/**
 * pci_ide_init_host_bridge - give a host bridge its pools and its attribute
 * @hb: a host bridge that is being allocated
 *
 * Context: process, before device_initialize().
 */
void pci_ide_init_host_bridge(struct pci_host_bridge *hb)
{
	hb->nr_ide_streams = IDE_NR_STREAM_IDS;
	ida_init(&hb->ide_stream_ida);
	ida_init(&hb->ide_stream_ids_ida);
	hb->dev.groups = ide_hb_groups;
}

/**
 * pci_ide_release_host_bridge - undo pci_ide_init_host_bridge()
 * @hb: a host bridge whose last reference is gone
 *
 * Context: process.
 */
void pci_ide_release_host_bridge(struct pci_host_bridge *hb)
{
	ida_destroy(&hb->ide_stream_ids_ida);
	ida_destroy(&hb->ide_stream_ida);
}
