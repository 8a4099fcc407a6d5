// SPDX-License-Identifier: GPL-2.0
/*
 * A PCI driver for the emulated functions: it enables them, sets bus master and
 * lets user space switch VFs on. The BARs decode nothing, so it maps none.
 */
#include "devsec.h"

static int devsec_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	int rc = pci_enable_device(pdev);

	if (rc)
		return rc;

	pci_set_master(pdev);
	return 0;
}

static void devsec_remove(struct pci_dev *pdev)
{
	if (!pdev->is_virtfn)
		pci_disable_sriov(pdev);
	pci_clear_master(pdev);
	pci_disable_device(pdev);
}

static const struct pci_device_id devsec_ids[] = {
	{ PCI_DEVICE(DEVSEC_VENDOR_ID, DEVSEC_ID_ENDPOINT) },
	{ PCI_DEVICE(DEVSEC_VENDOR_ID, DEVSEC_ID_RCIEP) },
	{ PCI_DEVICE(DEVSEC_VENDOR_ID, DEVSEC_ID_VF) },
	{ }
};

struct pci_driver devsec_driver = {
	.name		 = "devsec",
	.id_table	 = devsec_ids,
	.probe		 = devsec_probe,
	.remove		 = devsec_remove,
	.sriov_configure = pci_sriov_configure_simple,
};
