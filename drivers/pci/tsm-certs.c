// SPDX-License-Identifier: GPL-2.0
/*
 * PCI/TSM: certificates/slotN of functions that may hold a DSM. What the device
 * has told of itself, for whoever wants to see it: no state and no request in here,
 * nothing is asked of the device. Documentation/ABI/testing/sysfs-bus-pci-tsm.
 */
#include <linux/build_bug.h>
#include <linux/cleanup.h>
#include <linux/fs.h>
#include <linux/pci.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "tsm.h"

static_assert(PCI_TSM_EVIDENCE_TYPE_SLOT0 == 0);
static_assert(PCI_TSM_SLOTS == 8);

/* Of the snapshot that there is now; a chain of more than a page takes several reads */
static ssize_t slot_read(struct file *file, struct kobject *kobj, struct bin_attribute *attr,
			 char *buf, loff_t off, size_t count)
{
	struct pci_tsm_fn *fn __free(pci_tsm_fn_put) =
		pci_tsm_fn_get(to_pci_dev(kobj_to_dev(kobj)));
	struct pci_tsm_snapshot *snap __free(pci_tsm_snapshot_put) = NULL;
	const struct pci_tsm_blob *blob;

	if (!fn || !pci_tsm_fn_is_dsm(fn))
		return 0;
	snap = pci_tsm_snapshot_get(fn->dsm);
	blob = snap ? snap->blobs[(unsigned long)attr->private] : NULL;
	if (!blob)
		return 0;
	return memory_read_from_buffer(buf, count, &off, blob->obj.data + blob->obj.record_offset,
				       blob->obj.record_len);
}

#define SLOT(n)							\
static struct bin_attribute slot##n = {				\
	.attr		= { .name = "slot" #n, .mode = 0444 },	\
	.private	= (void *)n##UL,			\
	.read		= slot_read,				\
}

SLOT(0);
SLOT(1);
SLOT(2);
SLOT(3);
SLOT(4);
SLOT(5);
SLOT(6);
SLOT(7);

static struct bin_attribute *slots[] = {
	&slot0, &slot1, &slot2, &slot3, &slot4, &slot5, &slot6, &slot7, NULL
};

/* With none of its files visible, there is no directory either */
static umode_t slot_visible(struct kobject *kobj, struct bin_attribute *attr, int n)
{
	return pci_tsm_capable(to_pci_dev(kobj_to_dev(kobj))) ? attr->attr.mode :
								SYSFS_GROUP_INVISIBLE;
}

const struct attribute_group pci_tsm_certs_group = {
	.name		= "certificates",
	.bin_attrs	= slots,
	.is_bin_visible	= slot_visible,
};
