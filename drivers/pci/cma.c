// SPDX-License-Identifier: GPL-2.0
/*
 * Component Measurement and Authentication: what the SPDM library does not know
 * of PCI. It sends its data objects through the DOE mailbox of a DSM, and judges
 * whether a leaf certificate is one of that very function.
 *
 * PCIe r7.0 sec 6.31 and, for the name in a leaf, r6.1 sec 6.31.3. When to speak
 * to a device is up to the TSM driver.
 */
#include <linux/export.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/pci.h>
#include <linux/pci-cma.h>
#include <linux/pci-tsm.h>
#include <linux/sched.h>
#include <linux/spdm.h>
#include <linux/string.h>

#include "cma.h"

#define CMA_UNDO_S	5

/* 2.23.147, PCI-SIG's otherName for the ids of a component */
static const u8 cma_name_oid[] = { 0x67, 0x81, 0x13 };

/**
 * cma_name() - how the leaf certificate of a function has to name it
 * @cma: takes the names
 * @ids: what they are made of
 *
 * Context: any.
 */
void cma_name(struct pci_cma *cma, const struct cma_ids *ids)
{
	int len = scnprintf(cma->name, sizeof(cma->name),
			    "Vendor=%04x:Device=%04x:CC=%06x:REV=%02x",
			    ids->vendor, ids->device, ids->class, ids->revision);

	if (ids->has_sub)
		scnprintf(cma->name + len, sizeof(cma->name) - len, ":SSVID=%04x:SSID=%04x",
			  ids->subvendor, ids->subdevice);
	cma->serial_name[0] = '\0';
	if (ids->serial)
		scnprintf(cma->serial_name, sizeof(cma->serial_name), "%s:%016llx", cma->name,
			  ids->serial);
}

static bool is_name(const struct spdm_leaf *leaf, unsigned int i, const char *name)
{
	return *name && leaf->name_len[i] == strlen(name) &&
	       !memcmp(leaf->names[i], name, leaf->name_len[i]);
}

/**
 * cma_check_leaf() - does a leaf certificate name the function?
 * @cma: names of the function
 * @leaf: the names in the certificate
 *
 * One of PCI-SIG's names in there has to be the function's, all of it. The serial
 * number may be left out, since the text about it was dropped in PCIe r6.2; if it
 * is there it has to be right.
 *
 * Context: any.
 * Return: 0, or -EKEYREJECTED.
 */
int cma_check_leaf(const struct pci_cma *cma, const struct spdm_leaf *leaf)
{
	unsigned int nr = min_t(unsigned int, leaf->nr, ARRAY_SIZE(leaf->names));

	for (unsigned int i = 0; i < nr; i++) {
		if (leaf->name_oid_len[i] != sizeof(cma_name_oid) ||
		    memcmp(leaf->name_oid[i], cma_name_oid, sizeof(cma_name_oid)))
			continue;
		if (is_name(leaf, i, cma->name) || is_name(leaf, i, cma->serial_name))
			return 0;
	}
	return -EKEYREJECTED;
}

static ssize_t cma_exchange(void *priv, enum spdm_object type, const void *req, size_t req_len,
			    void *rsp, size_t rsp_size)
{
	u8 doe = type == SPDM_OBJECT_SECURED ? PCI_TSM_DOE_SSESSION : PCI_TSM_DOE_CMA;
	struct pci_cma *cma = priv;
	int rc;

	rc = pci_tsm_doe_transfer(cma->pdev, doe, req, req_len, rsp, rsp_size);
	return rc < 0 && rc != -ENOMEM ? -EIO : rc;
}

static bool cma_cancelled(void *priv)
{
	struct pci_cma *cma = priv;

	/* What runs outside of an op is not stopped by the cancel of an op, and vice versa */
	if (READ_ONCE(cma->upkeep) == current)
		return READ_ONCE(cma->stop);
	/* A device that is told to end does not make those wait who want it gone */
	if (cma->undo)
		return time_after(jiffies, cma->undo_until);
	return pci_tsm_cancelled(cma->pdev);
}

static int cma_spdm_check_leaf(void *priv, const struct spdm_leaf *leaf)
{
	return cma_check_leaf(priv, leaf);
}

static const struct spdm_ops cma_spdm_ops = {
	.exchange = cma_exchange,
	.cancelled = cma_cancelled,
	.check_leaf = cma_spdm_check_leaf,
};

/**
 * pci_cma_init() - make ready for SPDM with a function
 * @cma: to be filled in
 * @pdev: the function that the DSM lives in; it outlives @cma
 *
 * Context: process; reads config space.
 */
void pci_cma_init(struct pci_cma *cma, struct pci_dev *pdev)
{
	struct cma_ids ids = {
		.vendor = pdev->vendor,
		.device = pdev->device,
		.class = pdev->class,
		.revision = pdev->revision,
		.subvendor = pdev->subsystem_vendor,
		.subdevice = pdev->subsystem_device,
		.has_sub = pdev->hdr_type == PCI_HEADER_TYPE_NORMAL,
		.serial = pci_get_dsn(pdev),
	};

	*cma = (struct pci_cma) { .pdev = pdev };
	cma_name(cma, &ids);
}
EXPORT_SYMBOL_GPL(pci_cma_init);

/**
 * pci_cma_undo() - what is said from here on only undoes something
 * @cma: from pci_cma_init(), which is not connected by again
 *
 * The cancel of the op does not stop it, since the device would keep a session and
 * its keys; but the device gets little time for it.
 *
 * Context: an op of the TSM about the function.
 */
void pci_cma_undo(struct pci_cma *cma)
{
	cma->undo_until = jiffies + CMA_UNDO_S * HZ;
	cma->undo = true;
}
EXPORT_SYMBOL_GPL(pci_cma_undo);

/**
 * pci_cma_config() - fill in what a configuration of SPDM needs of PCI
 * @cma: from pci_cma_init(); outlives the connection
 * @config: callbacks and anchors are filled in
 *
 * What is said over the connection is said in an op of the TSM about the
 * function, or by the task in @cma->upkeep.
 *
 * Context: any.
 */
void pci_cma_config(struct pci_cma *cma, struct spdm_config *config)
{
	config->ops = &cma_spdm_ops;
	config->priv = cma;
	config->anchors = pci_cma_keyring();
}
EXPORT_SYMBOL_GPL(pci_cma_config);
