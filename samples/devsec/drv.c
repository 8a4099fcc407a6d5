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
	pci_save_state(pdev);
	return 0;
}

static void devsec_remove(struct pci_dev *pdev)
{
	if (!pdev->is_virtfn)
		pci_disable_sriov(pdev);
	pci_clear_master(pdev);
	pci_disable_device(pdev);
}

/* The emulated functions keep no state that a reset could lose. */
static pci_ers_result_t devsec_error_detected(struct pci_dev *pdev, pci_channel_state_t state)
{
	switch (state) {
	case pci_channel_io_normal:
		return PCI_ERS_RESULT_CAN_RECOVER;
	case pci_channel_io_frozen:
		return PCI_ERS_RESULT_NEED_RESET;
	default:
		return PCI_ERS_RESULT_DISCONNECT;
	}
}

static pci_ers_result_t devsec_slot_reset(struct pci_dev *pdev)
{
	pci_restore_state(pdev);
	pci_save_state(pdev);
	return PCI_ERS_RESULT_RECOVERED;
}

static const struct pci_error_handlers devsec_err_handler = {
	.error_detected = devsec_error_detected,
	.slot_reset = devsec_slot_reset,
};

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
	.err_handler	 = &devsec_err_handler,
};
