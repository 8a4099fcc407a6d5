// SPDX-License-Identifier: GPL-2.0
/*
 * PCI/TSM: helpers for TSM drivers. They fill in the base objects that the
 * drivers allocate; nothing here is needed by the core itself.
 */
#include <linux/pci.h>
#include <linux/pci-doe.h>
#include <linux/pci-tsm.h>

/**
 * pci_tsm_link_constructor() - fill in the context of any function
 * @pdev: the function
 * @tsm: its context, zeroed
 * @tsm_dev: the TSM
 *
 * Context: the op probe.
 * Return: 0, or -ENXIO where no DSM governs the function.
 */
int pci_tsm_link_constructor(struct pci_dev *pdev, struct pci_tsm *tsm,
			     struct tsm_dev *tsm_dev)
{
	struct pci_dev *dsm_dev = pci_tsm_dsm_dev(pdev);

	if (!dsm_dev)
		return -ENXIO;
	tsm->pdev = pdev;
	tsm->dsm_dev = dsm_dev;
	tsm->tsm_dev = tsm_dev;
	return 0;
}
EXPORT_SYMBOL_GPL(pci_tsm_link_constructor);

/**
 * pci_tsm_pf0_constructor() - fill in the context of the function with the DSM
 * @pdev: the function
 * @pf0: its context, zeroed
 * @tsm_dev: the TSM
 *
 * A function may do without a CMA-SPDM mailbox (on-chip devices).
 *
 * Context: the op probe.
 * Return: 0, or -ENXIO where the DSM is not in @pdev.
 */
int pci_tsm_pf0_constructor(struct pci_dev *pdev, struct pci_tsm_pf0 *pf0,
			    struct tsm_dev *tsm_dev)
{
	int rc = pci_tsm_link_constructor(pdev, &pf0->base_tsm, tsm_dev);

	if (rc)
		return rc;
	if (pf0->base_tsm.dsm_dev != pdev)
		return -ENXIO;
	mutex_init(&pf0->lock);
	pf0->doe_mb = pci_find_doe_mailbox(pdev, PCI_VENDOR_ID_PCI_SIG, PCI_TSM_DOE_CMA);
	return 0;
}
EXPORT_SYMBOL_GPL(pci_tsm_pf0_constructor);

/**
 * pci_tsm_pf0_destructor() - undo pci_tsm_pf0_constructor()
 * @pf0: the context
 *
 * Context: the op remove, or probe that fails.
 */
void pci_tsm_pf0_destructor(struct pci_tsm_pf0 *pf0)
{
	mutex_destroy(&pf0->lock);
}
EXPORT_SYMBOL_GPL(pci_tsm_pf0_destructor);

/**
 * to_pci_tsm_pf0() - from the context of a DSM's own function to the whole of it
 * @tsm: base_tsm of a struct pci_tsm_pf0
 *
 * Context: any.
 * Return: the struct pci_tsm_pf0; never NULL, so do not ask with another context.
 */
struct pci_tsm_pf0 *to_pci_tsm_pf0(struct pci_tsm *tsm)
{
	return container_of(tsm, struct pci_tsm_pf0, base_tsm);
}
EXPORT_SYMBOL_GPL(to_pci_tsm_pf0);

/**
 * pci_tsm_tdi_constructor() - fill in a TDI
 * @pdev: the function
 * @tdi: the TDI, zeroed
 * @kvm: the TVM
 * @tdi_id: the name that the TVM knows the function by
 *
 * Context: the op bind.
 */
void pci_tsm_tdi_constructor(struct pci_dev *pdev, struct pci_tdi *tdi,
			     struct kvm *kvm, u32 tdi_id)
{
	tdi->pdev = pdev;
	tdi->kvm = kvm;
	tdi->tdi_id = tdi_id;
}
EXPORT_SYMBOL_GPL(pci_tsm_tdi_constructor);

/**
 * pci_tsm_doe_transfer() - one exchange over the CMA-SPDM mailbox of the DSM
 * @pdev: the function that the DSM lives in
 * @type: PCI_TSM_DOE_CMA or PCI_TSM_DOE_SSESSION
 * @req: what to send, without the DOE header
 * @req_sz: bytes in @req
 * @resp: room for the answer, without the DOE header
 * @resp_sz: bytes in @resp
 *
 * Context: an op about a function of the DSM; sleeps for up to 1 s and the
 * abort that may follow, uninterruptibly.
 * Return: bytes received, at most @resp_sz (what is longer is cut);
 * -ENXIO no context or no mailbox; -EIO the exchange failed.
 */
int pci_tsm_doe_transfer(struct pci_dev *pdev, u8 type, const void *req, size_t req_sz,
			 void *resp, size_t resp_sz)
{
	struct pci_tsm *tsm = pci_tsm_of(pdev);
	struct pci_tsm_pf0 *pf0;
	int rc;

	if (!tsm || tsm->dsm_dev != pdev)
		return -ENXIO;
	pf0 = to_pci_tsm_pf0(tsm);
	if (!pf0->doe_mb)
		return -ENXIO;
	rc = pci_doe(pf0->doe_mb, PCI_VENDOR_ID_PCI_SIG, type, req, req_sz, resp, resp_sz);
	/* A busy mailbox would read as "already connected" */
	return rc == -EBUSY ? -EIO : rc;
}
EXPORT_SYMBOL_GPL(pci_tsm_doe_transfer);
