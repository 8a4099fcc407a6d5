// SPDX-License-Identifier: GPL-2.0
/*
 * One emulated function: its header and its PCI Express capability, what a
 * write to them sets off, and resets. Ports and endpoints are the same here but
 * for the header's type.
 *
 * Extended capabilities are in files of their own; which function sits where
 * is topology.c.
 *
 * PCIe r7.0 sec 6.6 (resets), 7.5 (headers, PCI Express capability).
 */
#include <linux/slab.h>

#include "devsec.h"

#define DEVSEC_EXP_POS		0x40
#define DEVSEC_BAR0_SIZE	SZ_128K		/* 64 bit, prefetchable */
#define DEVSEC_BAR2_SIZE	SZ_64K		/* 32 bit */
#define DEVSEC_CLASS		0x120000	/* processing accelerator */

static const u16 devsec_device_id[] = {
	[DEVSEC_ROOT_PORT]	= DEVSEC_ID_ROOT_PORT,
	[DEVSEC_UPSTREAM]	= DEVSEC_ID_UPSTREAM,
	[DEVSEC_DOWNSTREAM]	= DEVSEC_ID_DOWNSTREAM,
	[DEVSEC_ENDPOINT]	= DEVSEC_ID_ENDPOINT,
	[DEVSEC_RCIEP]		= DEVSEC_ID_RCIEP,
	[DEVSEC_VF]		= 0xffff,	/* sec 9.3.4.1.1: the PF tells */
};

static const u8 devsec_exp_type[] = {
	[DEVSEC_ROOT_PORT]	= PCI_EXP_TYPE_ROOT_PORT,
	[DEVSEC_UPSTREAM]	= PCI_EXP_TYPE_UPSTREAM,
	[DEVSEC_DOWNSTREAM]	= PCI_EXP_TYPE_DOWNSTREAM,
	[DEVSEC_ENDPOINT]	= PCI_EXP_TYPE_ENDPOINT,
	[DEVSEC_RCIEP]		= PCI_EXP_TYPE_RC_END,
	[DEVSEC_VF]		= PCI_EXP_TYPE_ENDPOINT,
};

static void devsec_header_common(struct devsec_fn *fn, u8 type, u32 class)
{
	struct devsec_cfg *cfg = fn->cfg;

	devsec_cfg_init(cfg, PCI_VENDOR_ID, 2,
			fn->kind == DEVSEC_VF ? 0xffff : DEVSEC_VENDOR_ID, 0);
	devsec_cfg_init(cfg, PCI_DEVICE_ID, 2, devsec_device_id[fn->kind], 0);
	devsec_cfg_init(cfg, PCI_COMMAND, 2, 0,
			PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER | PCI_COMMAND_PARITY |
			PCI_COMMAND_SERR | PCI_COMMAND_INTX_DISABLE);
	devsec_cfg_init(cfg, PCI_STATUS, 2, PCI_STATUS_CAP_LIST, 0);
	devsec_cfg_w1c(cfg, PCI_STATUS, 2, 0xf900);
	devsec_cfg_init(cfg, PCI_CLASS_REVISION, 4, class << 8 | 1, 0);
	devsec_cfg_init(cfg, PCI_CACHE_LINE_SIZE, 1, 0, 0xff);
	devsec_cfg_init(cfg, PCI_HEADER_TYPE, 1,
			type | (fn->has & DEVSEC_HAS_SIBLINGS ? PCI_HEADER_TYPE_MFD : 0), 0);
	devsec_cfg_init(cfg, PCI_CAPABILITY_LIST, 1, fn->exp, 0);
	devsec_cfg_init(cfg, PCI_INTERRUPT_LINE, 1, 0, 0xff);
}

static void devsec_header_endpoint(struct devsec_fn *fn)
{
	struct devsec_cfg *cfg = fn->cfg;

	devsec_header_common(fn, PCI_HEADER_TYPE_NORMAL, DEVSEC_CLASS);
	if (fn->kind == DEVSEC_VF) {
		/* sec 9.3.4.1: it is a bus master by itself; the PF has the rest, and BARs */
		devsec_cfg_init(cfg, PCI_COMMAND, 2, 0, PCI_COMMAND_MASTER);
		devsec_cfg_init(cfg, PCI_CACHE_LINE_SIZE, 1, 0, 0);
		devsec_cfg_init(cfg, PCI_INTERRUPT_LINE, 1, 0, 0);
		return;
	}

	devsec_cfg_init(cfg, PCI_BASE_ADDRESS_0, 4,
			PCI_BASE_ADDRESS_MEM_TYPE_64 | PCI_BASE_ADDRESS_MEM_PREFETCH,
			~(DEVSEC_BAR0_SIZE - 1));
	devsec_cfg_init(cfg, PCI_BASE_ADDRESS_1, 4, 0, ~0);
	devsec_cfg_init(cfg, PCI_BASE_ADDRESS_2, 4, 0, ~(DEVSEC_BAR2_SIZE - 1));
	devsec_cfg_init(cfg, PCI_SUBSYSTEM_VENDOR_ID, 2, DEVSEC_VENDOR_ID, 0);
	devsec_cfg_init(cfg, PCI_SUBSYSTEM_ID, 2, devsec_device_id[fn->kind], 0);
}

static void devsec_header_bridge(struct devsec_fn *fn)
{
	struct devsec_cfg *cfg = fn->cfg;

	devsec_header_common(fn, PCI_HEADER_TYPE_BRIDGE, PCI_CLASS_BRIDGE_PCI_NORMAL);
	devsec_cfg_init(cfg, PCI_PRIMARY_BUS, 4, 0, 0x00ffffff);
	devsec_cfg_w1c(cfg, PCI_SEC_STATUS, 2, 0xf900);
	devsec_cfg_init(cfg, PCI_MEMORY_BASE, 4, 0, 0xfff0fff0);
	/* The low nibbles say: 64-bit addresses, upper halves below */
	devsec_cfg_init(cfg, PCI_PREF_MEMORY_BASE, 4, 0x00010001, 0xfff0fff0);
	devsec_cfg_init(cfg, PCI_PREF_BASE_UPPER32, 4, 0, ~0);
	devsec_cfg_init(cfg, PCI_PREF_LIMIT_UPPER32, 4, 0, ~0);
	/* AER and hot-plug of root ports come by INTA */
	devsec_cfg_init(cfg, PCI_INTERRUPT_PIN, 1, devsec_has_slot(fn), 0);
	devsec_cfg_init(cfg, PCI_BRIDGE_CONTROL, 2, 0,
			PCI_BRIDGE_CTL_PARITY | PCI_BRIDGE_CTL_SERR |
			PCI_BRIDGE_CTL_BUS_RESET);
}

static void devsec_exp_link(struct devsec_fn *fn)
{
	bool down = devsec_has_link_below(fn);
	struct devsec_cfg *cfg = fn->cfg;
	u16 pos = fn->exp;

	devsec_cfg_init(cfg, pos + PCI_EXP_LNKCAP, 4,
			PCI_EXP_LNKCAP_SLS_16_0GB | 4 << 4 |
			(down ? PCI_EXP_LNKCAP_DLLLARC : 0), 0);
	devsec_cfg_init(cfg, pos + PCI_EXP_LNKCTL, 2, 0,
			PCI_EXP_LNKCTL_RCB | PCI_EXP_LNKCTL_CCC | PCI_EXP_LNKCTL_ES |
			(down ? PCI_EXP_LNKCTL_LD : 0));
	devsec_cfg_init(cfg, pos + PCI_EXP_LNKSTA, 2,
			PCI_EXP_LNKSTA_CLS_16_0GB | PCI_EXP_LNKSTA_NLW_X4, 0);
	devsec_cfg_init(cfg, pos + PCI_EXP_LNKCAP2, 4,
			PCI_EXP_LNKCAP2_SLS_2_5GB | PCI_EXP_LNKCAP2_SLS_5_0GB |
			PCI_EXP_LNKCAP2_SLS_8_0GB | PCI_EXP_LNKCAP2_SLS_16_0GB, 0);
	devsec_cfg_init(cfg, pos + PCI_EXP_LNKCTL2, 2, PCI_EXP_LNKCTL2_TLS_16_0GT,
			PCI_EXP_LNKCTL2_TLS);
}

static void devsec_exp_add(struct devsec_fn *fn)
{
	bool bridge = devsec_is_bridge(fn);
	struct devsec_cfg *cfg = fn->cfg;
	u16 pos = fn->exp;
	u32 devcap = 1;		/* 256 bytes of payload */

	if (!bridge)
		devcap |= PCI_EXP_DEVCAP_FLR;
	if (fn->has & DEVSEC_HAS_TEE)
		devcap |= PCI_EXP_DEVCAP_TEE;

	devsec_cfg_init(cfg, pos, 1, PCI_CAP_ID_EXP, 0);
	devsec_cfg_init(cfg, pos + PCI_EXP_FLAGS, 2,
			2 | devsec_exp_type[fn->kind] << 4 |
			(devsec_has_slot(fn) ? PCI_EXP_FLAGS_SLOT : 0), 0);
	devsec_cfg_init(cfg, pos + PCI_EXP_DEVCAP, 4, devcap | PCI_EXP_DEVCAP_RBER, 0);
	devsec_cfg_init(cfg, pos + PCI_EXP_DEVCTL, 2, 0x2810,
			bridge ? 0x7fff : 0xffff);
	devsec_cfg_w1c(cfg, pos + PCI_EXP_DEVSTA, 2, 0x000f);
	if (devsec_has_link_below(fn)) {
		devsec_cfg_init(cfg, pos + PCI_EXP_DEVCAP2, 4, PCI_EXP_DEVCAP2_ARI, 0);
		devsec_cfg_init(cfg, pos + PCI_EXP_DEVCTL2, 2, 0, PCI_EXP_DEVCTL2_ARI);
	}
	if (fn->kind == DEVSEC_ROOT_PORT)
		devsec_cfg_init(cfg, pos + PCI_EXP_RTCTL, 2, 0,
				PCI_EXP_RTCTL_SECEE | PCI_EXP_RTCTL_SENFEE |
				PCI_EXP_RTCTL_SEFEE | PCI_EXP_RTCTL_PMEIE);
	if (fn->kind != DEVSEC_RCIEP)
		devsec_exp_link(fn);
	if (fn->kind == DEVSEC_VF) {
		/* sec 9.3.5: settings are those of the PF */
		devsec_cfg_init(cfg, pos + PCI_EXP_DEVCTL, 2, 0, PCI_EXP_DEVCTL_BCR_FLR);
		devsec_cfg_init(cfg, pos + PCI_EXP_LNKCTL, 2, 0, 0);
		devsec_cfg_init(cfg, pos + PCI_EXP_LNKCTL2, 2, 0, 0);
	}
}

/* Append an extended capability; 0 if there is no room for it. */
u16 devsec_ext_cap(struct devsec_fn *fn, u16 id, u8 version, u16 size)
{
	u16 pos = fn->ext_end;

	size = ALIGN(size, 4);
	if (pos + size > DEVSEC_CFG_SIZE)
		return 0;

	devsec_cfg_init(fn->cfg, pos, 4, id | version << 16, 0);
	if (fn->ext_last)
		devsec_cfg_init(fn->cfg, fn->ext_last + 2, 2,
				(devsec_cfg_read(fn->cfg, fn->ext_last + 2, 2) & 0xf) |
				pos << 4, 0);
	fn->ext_last = pos;
	fn->ext_end = pos + size;
	return pos;
}

static int devsec_ext_caps(struct devsec_fn *fn)
{
	int rc;

	if (fn->kind != DEVSEC_VF && fn->kind != DEVSEC_RCIEP)
		devsec_aer_add(fn);

	/* Next Function is filled in where the siblings are known: topology.c */
	if (fn->has & DEVSEC_HAS_ARI)
		fn->ari = devsec_ext_cap(fn, PCI_EXT_CAP_ID_ARI, 1,
					 PCI_EXT_CAP_ARI_SIZEOF);

	if (fn->has & (DEVSEC_HAS_CMA | DEVSEC_HAS_FW)) {
		rc = devsec_doe_add(fn);
		if (rc)
			return rc;
	}

	if (fn->has & DEVSEC_HAS_IDE)
		return devsec_ide_add(fn);
	if (fn->has & DEVSEC_HAS_FLOW)
		return devsec_ide_add_flow(fn);
	return 0;
}

struct devsec_fn *devsec_fn_create(struct devsec_host *host, struct devsec_fn *port,
				   enum devsec_kind kind, u8 devfn, u32 has,
				   const char *shape)
{
	struct devsec_fn *fn = kzalloc(sizeof(*fn), GFP_KERNEL);
	int rc = -ENOMEM;

	if (!fn)
		return ERR_PTR(-ENOMEM);

	fn->host = host;
	fn->port = port;
	fn->root = kind == DEVSEC_ROOT_PORT ? fn : port ? port->root : NULL;
	fn->shape = shape;
	fn->kind = kind;
	fn->has = has;
	fn->devfn = devfn;
	fn->exp = DEVSEC_EXP_POS;
	fn->ext_end = PCI_CFG_SPACE_SIZE;
	INIT_LIST_HEAD(&fn->below);
	list_add_tail(&fn->all, &host->fns);
	list_add_tail(&fn->level, port ? &port->below : &host->roots);

	fn->cfg = kvzalloc(sizeof(*fn->cfg), GFP_KERNEL);
	if (fn->cfg) {
		if (devsec_is_bridge(fn))
			devsec_header_bridge(fn);
		else
			devsec_header_endpoint(fn);
		devsec_exp_add(fn);
		if (devsec_has_slot(fn))
			devsec_slot_add(fn);
		rc = devsec_ext_caps(fn);
		if (!rc && devsec_has_slot(fn))
			rc = devsec_irq_add(fn);
	}
	if (rc) {
		devsec_fn_destroy(fn);
		return ERR_PTR(rc);
	}
	return fn;
}

/* Wait for work, and let none begin; nobody may give it any. */
void devsec_fn_stop(struct devsec_fn *fn)
{
	if (fn->doe)
		cancel_delayed_work_sync(&fn->doe->answer);
	if (fn->ide)
		cancel_delayed_work_sync(&fn->ide->settle);
}

void devsec_fn_destroy(struct devsec_fn *fn)
{
	list_del(&fn->level);
	list_del(&fn->all);
	devsec_irq_free(fn);
	devsec_ide_free(fn);
	devsec_doe_free(fn);
	kvfree(fn->cfg);
	kfree(fn);
}

/* All capabilities are there. */
void devsec_fn_seal(struct devsec_fn *fn)
{
	devsec_cfg_seal(fn->cfg);
}

/* The bus that a function answers on, as the bridge above it was told. */
u8 devsec_fn_bus(const struct devsec_fn *fn)
{
	return fn->port ? devsec_cfg_read(fn->port->cfg, PCI_SECONDARY_BUS, 1) : 0;
}

/* Is the function there, and each link above it up? */
bool devsec_fn_reachable(const struct devsec_fn *fn)
{
	if (fn->gone || (fn->pf && !devsec_sriov_vf_on(fn)))
		return false;

	for (const struct devsec_fn *port = fn->port; port; port = port->port) {
		if (port->gone || port->in_reset || port->link_down)
			return false;
	}
	return true;
}

u32 devsec_fn_read(struct devsec_fn *fn, u16 where, int size)
{
	if (devsec_doe_owns(fn, where))
		return devsec_doe_read(fn->doe, where, size);
	return devsec_cfg_read(fn->cfg, where, size);
}

/* sec 6.6.2: an FLR leaves the link alone, and the size of what is on it. */
static void devsec_flr(struct devsec_fn *fn)
{
	u16 devctl = fn->exp + PCI_EXP_DEVCTL;
	u16 lnkctl = fn->exp + PCI_EXP_LNKCTL;
	u16 lnkctl2 = fn->exp + PCI_EXP_LNKCTL2;
	struct devsec_cfg *cfg = fn->cfg;
	u32 payload = devsec_cfg_read(cfg, devctl, 2) & PCI_EXP_DEVCTL_PAYLOAD;
	u32 link = devsec_cfg_read(cfg, lnkctl, 2);
	u32 link2 = devsec_cfg_read(cfg, lnkctl2, 2);

	devsec_fn_reset(fn);
	devsec_cfg_set(cfg, devctl, 2, payload |
		       (devsec_cfg_read(cfg, devctl, 2) & ~PCI_EXP_DEVCTL_PAYLOAD));
	devsec_cfg_set(cfg, lnkctl, 2, link);
	devsec_cfg_set(cfg, lnkctl2, 2, link2);
}

static void devsec_flr_check(struct devsec_fn *fn, u16 where, int size)
{
	u16 pos = fn->exp + PCI_EXP_DEVCTL;
	u16 ctl;

	if (devsec_is_bridge(fn) || !devsec_touches(where, size, pos, 2))
		return;

	ctl = devsec_cfg_read(fn->cfg, pos, 2);
	if (ctl & PCI_EXP_DEVCTL_BCR_FLR)
		devsec_flr(fn);
}

/* Secondary Bus Reset and Link Disable: what is below is reset, and out of reach. */
static void devsec_hot_reset_check(struct devsec_fn *fn, u16 where, int size)
{
	u16 lnkctl = fn->exp + PCI_EXP_LNKCTL;
	bool reset;

	if (!devsec_is_bridge(fn) || (!devsec_touches(where, size, PCI_BRIDGE_CONTROL, 2) &&
				      !devsec_touches(where, size, lnkctl, 2)))
		return;

	reset = (devsec_cfg_read(fn->cfg, PCI_BRIDGE_CONTROL, 2) & PCI_BRIDGE_CTL_BUS_RESET) ||
		(devsec_cfg_read(fn->cfg, lnkctl, 2) & PCI_EXP_LNKCTL_LD);
	if (reset == fn->in_reset)
		return;

	fn->in_reset = reset;
	if (reset)
		devsec_reset_below(fn);
	if (devsec_has_link_below(fn))
		devsec_slot_update(fn);
}

void devsec_fn_write(struct devsec_fn *fn, u16 where, int size, u32 val)
{
	bool changed;

	if (devsec_doe_owns(fn, where)) {
		devsec_doe_write(fn->doe, where, size, val);
		return;
	}

	changed = devsec_cfg_write(fn->cfg, where, size, val);
	devsec_ide_written(fn, where, size, changed);
	devsec_sriov_written(fn, where, size);
	devsec_hot_reset_check(fn, where, size);
	devsec_flr_check(fn, where, size);
}

/* Pulled out of its slot, or below what was? */
static bool devsec_fn_powered(const struct devsec_fn *fn)
{
	for (; fn; fn = fn->port) {
		if (fn->gone)
			return false;
	}
	return true;
}

/* FLR, hot reset or loss of power: registers, mailbox, keys and streams. */
void devsec_fn_reset(struct devsec_fn *fn)
{
	bool cold = !devsec_fn_powered(fn);
	struct devsec_fn *vf;

	devsec_cfg_reset(fn->cfg, cold);
	fn->in_reset = false;
	if (devsec_has_link_below(fn))
		devsec_slot_update(fn);
	if (fn->doe)
		devsec_doe_reset(fn->doe);
	if (fn->ide)
		devsec_ide_reset(fn);

	/* The VFs of a PF go with it: sec 9.2.2.2 */
	fn->vfs_on = false;
	list_for_each_entry(vf, &fn->host->fns, all) {
		if (vf->pf == fn)
			devsec_cfg_reset(vf->cfg, cold);
	}
}

/*
 * Hot reset, or loss of power, of all that is below a bridge. Topologies are
 * three bridges deep at most, so this may call itself.
 */
void devsec_reset_below(struct devsec_fn *port)
{
	struct devsec_fn *fn;

	list_for_each_entry(fn, &port->below, level) {
		if (devsec_is_bridge(fn))
			devsec_reset_below(fn);
		if (!fn->pf)
			devsec_fn_reset(fn);
	}
}
