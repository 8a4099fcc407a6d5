// SPDX-License-Identifier: GPL-2.0
/*
 * Slots of root ports: presence and link, surprise removal and insertion. The
 * slot has no power controller, no latch, no button and no indicators. A hot
 * reset takes the link down as well but makes no event of it.
 *
 * Who adds and removes devices is a driver of ours by default, or pciehp by the
 * parameter of that name: in 6.12 pciehp takes its reset_lock and the rescan lock
 * in both orders at each removal, so that lockdep reports it and is off then.
 *
 * PCIe r7.0 sec 6.7 (hot-plug), 7.5.3.9 to 7.5.3.11 (slot registers).
 */
#include <linux/module.h>
#include <linux/pci-tsm.h>

#include "devsec.h"

static bool pciehp;
module_param(pciehp, bool, 0444);
MODULE_PARM_DESC(pciehp, "Leave hot-plug to pciehp (default off)");

static int devsec_hotplug_dead(struct pci_dev *pdev, void *unused)
{
	/* As pciehp does: nobody waits for answers any more */
	xchg(&pdev->error_state, pci_channel_io_perm_failure);
	pci_tsm_report_lost(pdev, PCI_TSM_REASON_UNPLUGGED);
	return 0;
}

static void devsec_hotplug_remove(struct pci_bus *bus)
{
	struct pci_dev *pdev;

	pci_walk_bus(bus, devsec_hotplug_dead, NULL);
	/* From the front: a PF takes its VFs along, one by one they leak it */
	while ((pdev = list_first_entry_or_null(&bus->devices, struct pci_dev, bus_list)))
		pci_stop_and_remove_bus_device(pdev);
}

static void devsec_hotplug_add(struct pci_dev *bridge)
{
	pci_scan_child_bus(bridge->subordinate);
	pci_assign_unassigned_bridge_resources(bridge);
	pci_bus_add_devices(bridge->subordinate);
}

static void devsec_hotplug_work(struct work_struct *work)
{
	struct devsec_fn *port = container_of(work, struct devsec_fn, hotplug);
	struct devsec_host *host = port->host;
	struct pci_dev *bridge;
	unsigned long flags;
	bool pulled, there;

	pci_lock_rescan_remove();
	raw_spin_lock_irqsave(&host->lock, flags);
	pulled = port->pulled;
	port->pulled = false;
	there = devsec_cfg_read(port->cfg, port->exp + PCI_EXP_LNKSTA, 2) &
		PCI_EXP_LNKSTA_DLLLA;
	raw_spin_unlock_irqrestore(&host->lock, flags);

	bridge = pci_get_domain_bus_and_slot(host->domain, 0, port->devfn);
	if (bridge && bridge->subordinate) {
		if (pulled)
			devsec_hotplug_remove(bridge->subordinate);
		if (there)
			devsec_hotplug_add(bridge);
	}
	pci_dev_put(bridge);
	pci_unlock_rescan_remove();
}

/* No more faults can be made; the host bridge is about to go. */
void devsec_hotplug_stop(struct devsec_host *host)
{
	struct devsec_fn *fn;

	list_for_each_entry(fn, &host->fns, all) {
		if (devsec_has_slot(fn))
			cancel_work_sync(&fn->hotplug);
	}
}

void devsec_slot_add(struct devsec_fn *port)
{
	struct devsec_cfg *cfg = port->cfg;
	u16 pos = port->exp;

	INIT_WORK(&port->hotplug, devsec_hotplug_work);
	devsec_cfg_init(cfg, pos + PCI_EXP_SLTCAP, 4,
			(pciehp ? PCI_EXP_SLTCAP_HPC | PCI_EXP_SLTCAP_HPS : 0) |
			PCI_EXP_SLTCAP_NCCS |
			(u32)((port->host->domain << 8 | port->host->nr_ports++) & 0x1fff) << 19,
			0);
	devsec_cfg_init(cfg, pos + PCI_EXP_SLTCTL, 2, 0,
			PCI_EXP_SLTCTL_PDCE | PCI_EXP_SLTCTL_HPIE | PCI_EXP_SLTCTL_DLLSCE);
	devsec_cfg_w1c(cfg, pos + PCI_EXP_SLTSTA, 2,
		       PCI_EXP_SLTSTA_PDC | PCI_EXP_SLTSTA_DLLSC);
}

static bool devsec_slot_occupied(const struct devsec_fn *port)
{
	const struct devsec_fn *fn;

	list_for_each_entry(fn, &port->below, level) {
		if (!fn->gone)
			return true;
	}
	return false;
}

/* Presence and link as they are now; downstream ports of switches have a link only. */
void devsec_slot_update(struct devsec_fn *port)
{
	u16 sta = port->exp + PCI_EXP_SLTSTA;
	u16 lnk = port->exp + PCI_EXP_LNKSTA;
	bool there = devsec_slot_occupied(port);
	struct devsec_cfg *cfg = port->cfg;
	u32 val;

	if (devsec_has_slot(port)) {
		val = devsec_cfg_read(cfg, sta, 2) & ~PCI_EXP_SLTSTA_PDS;
		devsec_cfg_set(cfg, sta, 2, val | (there ? PCI_EXP_SLTSTA_PDS : 0));
	}

	val = devsec_cfg_read(cfg, lnk, 2) & ~PCI_EXP_LNKSTA_DLLLA;
	if (there && !port->in_reset && !port->link_down)
		val |= PCI_EXP_LNKSTA_DLLLA;
	devsec_cfg_set(cfg, lnk, 2, val);
}

/* Returns whether the interrupt is due. */
static bool devsec_slot_event(struct devsec_fn *port, u16 events)
{
	u16 sta = port->exp + PCI_EXP_SLTSTA;
	u16 ctl;

	devsec_slot_update(port);
	if (!pciehp)
		queue_work(devsec_wq, &port->hotplug);
	devsec_cfg_set(port->cfg, sta, 2, devsec_cfg_read(port->cfg, sta, 2) | events);
	ctl = devsec_cfg_read(port->cfg, port->exp + PCI_EXP_SLTCTL, 2);
	if (!(ctl & PCI_EXP_SLTCTL_HPIE))
		return false;
	return (events & PCI_EXP_SLTSTA_PDC && ctl & PCI_EXP_SLTCTL_PDCE) ||
	       (events & PCI_EXP_SLTSTA_DLLSC && ctl & PCI_EXP_SLTCTL_DLLSCE);
}

/*
 * Pull what is in the slot, without a warning; or put it back. Called with the
 * host's lock held. Both return whether the interrupt is due.
 */
bool devsec_slot_unplug(struct devsec_fn *port)
{
	struct devsec_fn *fn;

	lockdep_assert_held(&port->host->lock);

	if (!devsec_slot_occupied(port))
		return false;

	list_for_each_entry(fn, &port->below, level)
		fn->gone = true;
	/* Without power nothing keeps its registers, keys and streams */
	devsec_reset_below(port);
	port->pulled = true;
	return devsec_slot_event(port, PCI_EXP_SLTSTA_PDC | PCI_EXP_SLTSTA_DLLSC);
}

bool devsec_slot_plug(struct devsec_fn *port)
{
	struct devsec_fn *fn;

	lockdep_assert_held(&port->host->lock);

	if (devsec_slot_occupied(port))
		return false;

	list_for_each_entry(fn, &port->below, level)
		fn->gone = false;
	return devsec_slot_event(port, PCI_EXP_SLTSTA_PDC | PCI_EXP_SLTSTA_DLLSC);
}

/* The link goes down, or up again, with the device in its slot. As above. */
bool devsec_slot_link(struct devsec_fn *port, bool up)
{
	lockdep_assert_held(&port->host->lock);

	if (port->link_down == !up)
		return false;

	port->link_down = !up;
	if (!up) {
		devsec_reset_below(port);	/* sec 6.6.1: as a hot reset */
		port->pulled = true;
	}
	return devsec_slot_event(port, PCI_EXP_SLTSTA_DLLSC);
}
