// SPDX-License-Identifier: GPL-2.0
/*
 * SR-IOV: the capability of a physical function, and which of its virtual
 * functions answer. VF n has requester id PF + 1 + n, so all are on the bus of
 * the PF; VF migration and resizable BARs are not offered.
 *
 * PCIe r7.0 sec 9.3.3.
 */
#include "devsec.h"

#define DEVSEC_VF_BAR_SIZE	SZ_64K

void devsec_sriov_add(struct devsec_fn *pf, u16 nr_vfs)
{
	struct devsec_cfg *cfg = pf->cfg;
	u16 pos = devsec_ext_cap(pf, PCI_EXT_CAP_ID_SRIOV, 1, PCI_EXT_CAP_SRIOV_SIZEOF);

	if (!pos)
		return;

	pf->sriov = pos;
	devsec_cfg_init(cfg, pos + PCI_SRIOV_CAP, 4, 0, 0);
	devsec_cfg_init(cfg, pos + PCI_SRIOV_CTRL, 2, 0,
			PCI_SRIOV_CTRL_VFE | PCI_SRIOV_CTRL_MSE | PCI_SRIOV_CTRL_ARI);
	devsec_cfg_init(cfg, pos + PCI_SRIOV_INITIAL_VF, 2, nr_vfs, 0);
	devsec_cfg_init(cfg, pos + PCI_SRIOV_TOTAL_VF, 2, nr_vfs, 0);
	devsec_cfg_init(cfg, pos + PCI_SRIOV_NUM_VF, 2, 0, 0xffff);
	devsec_cfg_init(cfg, pos + PCI_SRIOV_VF_OFFSET, 2, 1, 0);
	devsec_cfg_init(cfg, pos + PCI_SRIOV_VF_STRIDE, 2, 1, 0);
	devsec_cfg_init(cfg, pos + PCI_SRIOV_VF_DID, 2, DEVSEC_ID_VF, 0);
	devsec_cfg_init(cfg, pos + PCI_SRIOV_SUP_PGSIZE, 4, 0x553, 0);
	devsec_cfg_init(cfg, pos + PCI_SRIOV_SYS_PGSIZE, 4, 0x1, 0x553);
	devsec_cfg_init(cfg, pos + PCI_SRIOV_BAR, 4,
			PCI_BASE_ADDRESS_MEM_TYPE_64 | PCI_BASE_ADDRESS_MEM_PREFETCH,
			~(DEVSEC_VF_BAR_SIZE - 1));
	devsec_cfg_init(cfg, pos + PCI_SRIOV_BAR + 4, 4, 0, ~0);
}

/* Does the VF exist, as its PF's registers are now? */
bool devsec_sriov_vf_on(const struct devsec_fn *vf)
{
	const struct devsec_fn *pf = vf->pf;

	return pf->vfs_on &&
	       vf->vf_index < devsec_cfg_read(pf->cfg, pf->sriov + PCI_SRIOV_NUM_VF, 2);
}

/* VF Enable going up gives VFs that come out of reset: sec 9.3.3.3.1. */
void devsec_sriov_written(struct devsec_fn *pf, u16 where, int size)
{
	struct devsec_fn *vf;
	bool on;

	if (!pf->sriov || !devsec_touches(where, size, pf->sriov + PCI_SRIOV_CTRL, 2))
		return;

	on = devsec_cfg_read(pf->cfg, pf->sriov + PCI_SRIOV_CTRL, 2) & PCI_SRIOV_CTRL_VFE;
	if (on == pf->vfs_on)
		return;

	pf->vfs_on = on;
	list_for_each_entry(vf, &pf->host->fns, all) {
		if (vf->pf == pf)
			devsec_cfg_reset(vf->cfg, false);
	}
}
