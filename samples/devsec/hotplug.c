// SPDX-License-Identifier: GPL-2.0
/*
 * Slots of root ports: presence and link, surprise removal and insertion, the
 * events by which pciehp learns of them. The slot has no power controller, no
 * latch, no button and no indicators. A hot reset takes the link down as well
 * but makes no event of it.
 *
 * PCIe r7.0 sec 6.7 (hot-plug), 7.5.3.9 to 7.5.3.11 (slot registers).
 */
#include "devsec.h"

void devsec_slot_add(struct devsec_fn *port)
{
	struct devsec_cfg *cfg = port->cfg;
	u16 pos = port->exp;

	devsec_cfg_init(cfg, pos + PCI_EXP_SLTCAP, 4,
			PCI_EXP_SLTCAP_HPC | PCI_EXP_SLTCAP_HPS | PCI_EXP_SLTCAP_NCCS |
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
	if (!up)
		devsec_reset_below(port);	/* sec 6.6.1: as a hot reset */
	return devsec_slot_event(port, PCI_EXP_SLTSTA_DLLSC);
}
