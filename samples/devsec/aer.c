// SPDX-License-Identifier: GPL-2.0
/*
 * Advanced Error Reporting: status, mask and severity in every port and
 * endpoint, and how an uncorrectable error travels to the root port. Only
 * uncorrectable errors are made; the header log stays empty.
 *
 * PCIe r7.0 sec 6.2 (error signalling), 7.8.4 (registers).
 */
#include <linux/bitops.h>

#include "devsec.h"

#define DEVSEC_AER_SIZE		0x38
#define DEVSEC_AER_ROOT_SIZE	0x48

/* What is emulated: all up to bit 30, PCRC Check Failed */
#define DEVSEC_AER_UNCOR	0x7ffff030

/* IDE Check Failed, Misrouted IDE TLP, PCRC Check Failed */
#define DEVSEC_AER_IDE		(BIT(28) | BIT(29) | BIT(30))

/*
 * The IDE errors start masked: whether hardware does that is not known to us,
 * and software that relies on them should not rely on the default.
 */
#define DEVSEC_AER_MASK_INIT	(DEVSEC_AER_IDE | PCI_ERR_UNC_INTN)
#define DEVSEC_AER_SEVER_INIT	(DEVSEC_AER_IDE | PCI_ERR_UNC_DLP | PCI_ERR_UNC_SURPDN | \
				 PCI_ERR_UNC_FCP | PCI_ERR_UNC_RX_OVER | \
				 PCI_ERR_UNC_MALF_TLP | PCI_ERR_UNC_INTN)

void devsec_aer_add(struct devsec_fn *fn)
{
	bool root = fn->kind == DEVSEC_ROOT_PORT;
	u16 size = root ? DEVSEC_AER_ROOT_SIZE : DEVSEC_AER_SIZE;
	struct devsec_cfg *cfg = fn->cfg;
	u16 pos;

	pos = devsec_ext_cap(fn, PCI_EXT_CAP_ID_ERR, 2, size);
	fn->aer = pos;
	devsec_cfg_w1c(cfg, pos + PCI_ERR_UNCOR_STATUS, 4, DEVSEC_AER_UNCOR);
	devsec_cfg_init(cfg, pos + PCI_ERR_UNCOR_MASK, 4,
			DEVSEC_AER_MASK_INIT, DEVSEC_AER_UNCOR);
	devsec_cfg_init(cfg, pos + PCI_ERR_UNCOR_SEVER, 4,
			DEVSEC_AER_SEVER_INIT, DEVSEC_AER_UNCOR);
	devsec_cfg_w1c(cfg, pos + PCI_ERR_COR_STATUS, 4, 0x0000f1c1);
	devsec_cfg_init(cfg, pos + PCI_ERR_COR_MASK, 4, 0x00002000, 0x0000f1c1);

	if (root) {
		devsec_cfg_init(cfg, pos + PCI_ERR_ROOT_COMMAND, 4, 0, 0x7);
		devsec_cfg_w1c(cfg, pos + PCI_ERR_ROOT_STATUS, 4, 0x7f);
	}
	/* All of it is sticky: an error that led to a reset can be read after it */
	bitmap_set(cfg->sticky, pos, size);
}

/* The root port got ERR_FATAL or ERR_NONFATAL. True if an interrupt is due. */
static bool devsec_aer_root(struct devsec_fn *root, u16 source, bool fatal)
{
	struct devsec_cfg *cfg = root->cfg;
	u32 enable = fatal ? PCI_ERR_ROOT_CMD_FATAL_EN : PCI_ERR_ROOT_CMD_NONFATAL_EN;
	u16 pos = root->aer + PCI_ERR_ROOT_STATUS;
	u32 status = devsec_cfg_read(cfg, pos, 4);

	if (status & PCI_ERR_ROOT_UNCOR_RCV) {
		status |= PCI_ERR_ROOT_MULTI_UNCOR_RCV;
	} else {
		devsec_cfg_set(cfg, root->aer + PCI_ERR_ROOT_ERR_SRC + 2, 2, source);
		status |= PCI_ERR_ROOT_UNCOR_RCV;
		if (fatal)
			status |= PCI_ERR_ROOT_FIRST_FATAL;
	}
	status |= fatal ? PCI_ERR_ROOT_FATAL_RCV : PCI_ERR_ROOT_NONFATAL_RCV;
	devsec_cfg_set(cfg, pos, 4, status);

	return devsec_cfg_read(cfg, root->aer + PCI_ERR_ROOT_COMMAND, 4) & enable;
}

static void devsec_aer_log(struct devsec_cfg *cfg, u16 where, u16 bits)
{
	devsec_cfg_set(cfg, where, 2, devsec_cfg_read(cfg, where, 2) | bits);
}

/* Send ERR_FATAL or ERR_NONFATAL, if one of its two enable bits is set: sec 6.2.6. */
static bool devsec_aer_send(struct devsec_fn *fn, bool fatal)
{
	u16 ctl = devsec_cfg_read(fn->cfg, fn->exp + PCI_EXP_DEVCTL, 2);
	bool serr = devsec_cfg_read(fn->cfg, PCI_COMMAND, 2) & PCI_COMMAND_SERR;

	if (!serr && !(ctl & (fatal ? PCI_EXP_DEVCTL_FERE : PCI_EXP_DEVCTL_NFERE)))
		return false;
	if (serr)
		devsec_aer_log(fn->cfg, PCI_STATUS, PCI_STATUS_SIG_SYSTEM_ERROR);
	return devsec_aer_root(fn->root, devsec_fn_bus(fn) << 8 | fn->devfn, fatal);
}

/*
 * A function detects uncorrectable errors. Called with the host's lock held.
 * Returns whether the root port's interrupt is due (devsec_irq_raise()).
 */
bool devsec_aer_raise(struct devsec_fn *fn, u32 errors)
{
	struct devsec_cfg *cfg = fn->cfg;
	u16 pos = fn->aer;
	bool irq = false;
	u32 mask, sever;

	lockdep_assert_held(&fn->host->lock);

	if (!pos || !fn->root || !devsec_fn_reachable(fn))
		return false;

	errors &= DEVSEC_AER_UNCOR;
	devsec_cfg_set(cfg, pos + PCI_ERR_UNCOR_STATUS, 4,
		       devsec_cfg_read(cfg, pos + PCI_ERR_UNCOR_STATUS, 4) | errors);

	mask = devsec_cfg_read(cfg, pos + PCI_ERR_UNCOR_MASK, 4);
	sever = devsec_cfg_read(cfg, pos + PCI_ERR_UNCOR_SEVER, 4);
	for (u32 bit; errors; errors &= ~bit) {
		bool fatal;

		bit = BIT(__ffs(errors));
		fatal = sever & bit;
		/* Masked or not: sec 7.5.3.5 */
		devsec_aer_log(cfg, fn->exp + PCI_EXP_DEVSTA,
			       fatal ? PCI_EXP_DEVSTA_FED : PCI_EXP_DEVSTA_NFED);
		if (!(mask & bit))
			irq |= devsec_aer_send(fn, fatal);
	}
	return irq;
}
