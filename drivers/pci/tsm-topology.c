// SPDX-License-Identifier: GPL-2.0
/*
 * PCI/TSM: which function holds the DSM of a function, and which functions a
 * DSM governs.
 *
 * A DSM lives in function 0 of a device, or in the upstream port of the switch
 * that the device is a part of (PCIe r7.0 sec 11). Nothing here takes
 * pci_bus_sem: bus numbers and parent pointers of a device do not change while
 * it is referenced, and devices are found by the driver core's own list.
 */
#include <linux/cleanup.h>
#include <linux/pci.h>

#include "tsm.h"

/* Function 0, also where ARI makes 256 functions of one device */
static bool is_function_0(struct pci_dev *pdev)
{
	if (pdev->is_virtfn)
		return false;
	if (pci_ari_enabled(pdev->bus))
		return pdev->devfn == 0;
	return PCI_FUNC(pdev->devfn) == 0;
}

static bool may_hold_dsm(struct pci_dev *pdev)
{
	if (!pci_is_pcie(pdev) || !is_function_0(pdev))
		return false;

	switch (pci_pcie_type(pdev)) {
	case PCI_EXP_TYPE_ENDPOINT:
	case PCI_EXP_TYPE_UPSTREAM:
	case PCI_EXP_TYPE_RC_END:
		return true;
	default:
		return false;
	}
}

/**
 * is_pci_tsm_pf0() - would any platform TSM serve this function as a DSM?
 * @pdev: the function
 *
 * It is function 0 of an endpoint, a root-complex-integrated endpoint or an
 * upstream port, and has selective IDE streams or the TEE-I/O bit.
 *
 * Context: any.
 * Return: true if one would.
 */
bool is_pci_tsm_pf0(struct pci_dev *pdev)
{
	/* A port of a switch that only lets streams pass has the capability too */
	return may_hold_dsm(pdev) && (pdev->nr_sel_ide || (pdev->devcap & PCI_EXP_DEVCAP_TEE));
}
EXPORT_SYMBOL_GPL(is_pci_tsm_pf0);

/**
 * pci_tsm_capable() - might there be a DSM, or at least an identity, in here?
 * @pdev: the function
 *
 * As is_pci_tsm_pf0(), or there is a mailbox for CMA-SPDM: a TSM with an op
 * match may take that too.
 *
 * Context: any.
 * Return: true if there might.
 */
bool pci_tsm_capable(struct pci_dev *pdev)
{
	if (!may_hold_dsm(pdev))
		return false;
	return is_pci_tsm_pf0(pdev) || pdev->cma_mailbox;
}

/* The function whose device @pdev is a part of: its PF if it is a VF */
static struct pci_dev *physical(struct pci_dev *pdev)
{
	return pci_physfn(pdev);
}

/* Function 0 of the device; a reference, or NULL */
static struct pci_dev *get_function_0(struct pci_dev *pf)
{
	unsigned int devfn = 0;

	if (is_function_0(pf))
		return pci_dev_get(pf);
	if (!pci_ari_enabled(pf->bus))
		devfn = PCI_DEVFN(PCI_SLOT(pf->devfn), 0);
	return pci_get_domain_bus_and_slot(pci_domain_nr(pf->bus), pf->bus->number, devfn);
}

/* The nearest upstream port above that can hold a DSM; no reference */
static struct pci_dev *upstream_dsm(struct pci_dev *pf)
{
	struct pci_dev *port = pci_upstream_bridge(pf);

	for (; port; port = pci_upstream_bridge(port))
		if (pci_pcie_type(port) == PCI_EXP_TYPE_UPSTREAM && pci_tsm_capable(port))
			return port;
	return NULL;
}

/**
 * pci_tsm_find_dsm() - the function that the DSM of a function lives in
 * @pdev: any function
 *
 * Context: process; takes no lock of the PCI core.
 * Return: a referenced function (maybe @pdev itself), or NULL.
 */
struct pci_dev *pci_tsm_find_dsm(struct pci_dev *pdev)
{
	struct pci_dev *pf = physical(pdev);
	struct pci_dev *pf0;

	if (!pci_is_pcie(pf))
		return NULL;
	/* The ports of a switch are its own business, not that of a DSM above */
	if (pci_pcie_type(pf) != PCI_EXP_TYPE_ENDPOINT && pci_pcie_type(pf) != PCI_EXP_TYPE_RC_END)
		return pci_tsm_capable(pf) ? pci_dev_get(pf) : NULL;

	/* Whose function 0 is away waits for it, and is nobody else's meanwhile */
	pf0 = get_function_0(pf);
	if (!pf0 || pci_tsm_capable(pf0))
		return pf0;
	pci_dev_put(pf0);
	return pci_dev_get(upstream_dsm(pf));
}

/**
 * pci_tsm_below() - is a function the given one, or below it?
 * @pdev: a function
 * @bridge: what may be above
 *
 * Context: any.
 * Return: true if it is.
 */
bool pci_tsm_below(struct pci_dev *pdev, struct pci_dev *bridge)
{
	struct pci_dev *d = physical(pdev);

	for (; d; d = pci_upstream_bridge(d))
		if (d == bridge)
			return true;
	return pdev == bridge;
}

/* The cheapest test first, for the many devices elsewhere; it asks no lock */
static bool is_elsewhere(struct pci_dev *pdev, struct pci_dev *dsm_pdev)
{
	return pdev->bus != dsm_pdev->bus && !pdev->is_virtfn &&
	       pci_pcie_type(dsm_pdev) != PCI_EXP_TYPE_UPSTREAM;
}

/* A cheap one next: the search for function 0 goes through all devices */
static bool may_be_governed(struct pci_dev *pdev, struct pci_dev *dsm_pdev)
{
	struct pci_dev *pf = physical(pdev);

	if (pci_pcie_type(dsm_pdev) == PCI_EXP_TYPE_UPSTREAM)
		return pci_tsm_below(pf, dsm_pdev);
	if (pf->bus != dsm_pdev->bus)
		return false;
	return pci_ari_enabled(pf->bus) || PCI_SLOT(pf->devfn) == PCI_SLOT(dsm_pdev->devfn);
}

static bool is_governed(struct pci_dev *pdev, struct pci_dev *dsm_pdev)
{
	struct pci_dev *found;

	if (!may_be_governed(pdev, dsm_pdev))
		return false;
	found = pci_tsm_find_dsm(pdev);
	pci_dev_put(found);
	return found == dsm_pdev;
}

/**
 * pci_tsm_walk_governed() - walk the functions that a DSM governs now
 * @dsm_pdev: the function that the DSM lives in
 * @fn: called for each of them, @dsm_pdev too; an error ends the walk
 * @data: argument of @fn
 *
 * Context: process; takes no lock of the PCI core.
 * Return: 0, or the error of @fn.
 */
int pci_tsm_walk_governed(struct pci_dev *dsm_pdev, pci_tsm_fn_cb fn, void *data)
{
	struct pci_dev *pdev = NULL;
	bool governed = false;
	int rc;

	for_each_pci_dev(pdev) {
		if (is_elsewhere(pdev, dsm_pdev))
			continue;
		/* What is going may have lost its PF already */
		scoped_guard(mutex, &pci_tsm_ptr_lock)
			governed = !pci_tsm_fn_closed(pdev) && is_governed(pdev, dsm_pdev);
		if (!governed)
			continue;
		rc = fn(pdev, data);
		if (rc) {
			pci_dev_put(pdev);
			return rc;
		}
	}
	return 0;
}
