// SPDX-License-Identifier: GPL-2.0
/*
 * PCI/TSM: the door in sysfs. Parses, checks permission, submits one request,
 * reports; no policy, no state. Documentation/ABI/testing/sysfs-bus-pci-tsm.
 *
 * The files of tsm/ are fixed as long as any TSM serves the device; only what
 * is in them changes. A store waits for its request with an active reference
 * on its file, so no file is ever removed on a worker.
 */
#include <linux/capability.h>
#include <linux/cleanup.h>
#include <linux/kernfs.h>
#include <linux/kstrtox.h>
#include <linux/pci.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "tsm.h"

/* Held while files come and go, and so while stores end; none of them takes it */
DEFINE_MUTEX(pci_tsm_dir_lock);

static ssize_t emit_tsm(char *buf, bool show, int id)
{
	if (!show || id < 0)
		return sysfs_emit(buf, "\n");
	return sysfs_emit(buf, "tsm%d\n", id);
}

/* "tsmN"; also a number that no TSM can have is a name of that form */
static int parse_name(const char *buf, int *id)
{
	if (strncmp(buf, "tsm", 3) || kstrtoint(buf + 3, 10, id))
		return -EINVAL;
	if (*id < 0)
		*id = PCI_TSM_ID_UNKNOWN;
	return 0;
}

static ssize_t connect_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct pci_tsm_view view;

	pci_tsm_view(to_pci_dev(dev), &view);
	return emit_tsm(buf, view.dsm.new == PCI_TSM_STATE_CONNECTED, view.tsm_id);
}

static ssize_t connect_store(struct device *dev, struct device_attribute *attr,
			     const char *buf, size_t len)
{
	int id = PCI_TSM_ID_ANY;
	int rc;

	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	if (!sysfs_streq(buf, "1")) {
		rc = parse_name(buf, &id);
		if (rc)
			return rc;
	}
	rc = pci_tsm_connect(to_pci_dev(dev), id, NULL);
	return rc ?: len;
}
static DEVICE_ATTR_RW(connect);

static ssize_t disconnect_store(struct device *dev, struct device_attribute *attr,
				const char *buf, size_t len)
{
	int id = PCI_TSM_ID_ANY;
	int rc;

	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	/* That nothing is connected says more than that the name is wrong */
	if (!sysfs_streq(buf, "1") && parse_name(buf, &id))
		id = PCI_TSM_ID_UNKNOWN;
	rc = pci_tsm_disconnect(to_pci_dev(dev), id);
	return rc ?: len;
}
static DEVICE_ATTR_WO(disconnect);

static ssize_t state_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct pci_tsm_view view;

	pci_tsm_view(to_pci_dev(dev), &view);
	return sysfs_emit(buf, "%s\n",
			  pci_tsm_state_name(view.is_dsm ? view.dsm.new : view.fn.new));
}
static DEVICE_ATTR_RO(state);

static ssize_t reason_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct pci_tsm_view view;

	pci_tsm_view(to_pci_dev(dev), &view);
	return sysfs_emit(buf, "%s\n",
			  pci_tsm_reason_name(view.is_dsm ? view.dsm.reason : view.fn.reason));
}
static DEVICE_ATTR_RO(reason);

static ssize_t dsm_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct pci_tsm_view view;

	pci_tsm_view(to_pci_dev(dev), &view);
	return sysfs_emit(buf, "%s\n", view.dsm_name);
}
static DEVICE_ATTR_RO(dsm);

static ssize_t bound_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct pci_tsm_view view;

	pci_tsm_view(to_pci_dev(dev), &view);
	return emit_tsm(buf, view.fn.new == PCI_TSM_STATE_BOUND, view.tsm_id);
}
static DEVICE_ATTR_RO(bound);

static ssize_t authenticated_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct pci_dev *pdev = to_pci_dev(dev);
	struct pci_tsm_view view;

	pci_tsm_view(pdev, &view);
	return emit_tsm(buf, pci_tsm_authentic(pdev), view.tsm_id);
}
static DEVICE_ATTR_RO(authenticated);

static struct attribute *pci_tsm_attrs[] = {
	&dev_attr_connect.attr,
	&dev_attr_disconnect.attr,
	&dev_attr_state.attr,
	&dev_attr_reason.attr,
	&dev_attr_dsm.attr,
	&dev_attr_bound.attr,
	NULL
};

/* Who is governed by the DSM of another function has no verbs of its own */
static umode_t pci_tsm_attr_visible(struct kobject *kobj, struct attribute *attr, int n)
{
	struct pci_dev *pdev = to_pci_dev(kobj_to_dev(kobj));

	if (attr == &dev_attr_connect.attr || attr == &dev_attr_disconnect.attr)
		return pci_tsm_capable(pdev) ? attr->mode : 0;
	return attr->mode;
}

static const struct attribute_group pci_tsm_group = {
	.name		= "tsm",
	.attrs		= pci_tsm_attrs,
	.is_visible	= pci_tsm_attr_visible,
};

static struct attribute *pci_tsm_device_attrs[] = {
	&dev_attr_authenticated.attr,
	NULL
};

static const struct attribute_group pci_tsm_device_group = {
	.attrs = pci_tsm_device_attrs,
};

static const struct attribute_group *pci_tsm_groups[] = {
	&pci_tsm_group,
	&pci_tsm_device_group,
	&pci_tsm_certs_group,
	NULL
};

static struct kernfs_node *get_dir(struct pci_dev *pdev)
{
	return pdev->dev.kobj.sd ? sysfs_get_dirent(pdev->dev.kobj.sd, pci_tsm_group.name) : NULL;
}

/**
 * pci_tsm_files_get_state() - the node of tsm/state
 * @pdev: the function
 *
 * Context: process; pci_tsm_ptr_lock or pci_tsm_dir_lock held, and the function
 * not closed.
 * Return: the referenced node, or NULL if there is no such file now.
 */
struct kernfs_node *pci_tsm_files_get_state(struct pci_dev *pdev)
{
	struct kernfs_node *dir = get_dir(pdev);
	struct kernfs_node *state = dir ? sysfs_get_dirent(dir, dev_attr_state.attr.name) : NULL;

	sysfs_put(dir);
	return state;
}

static void add_files(struct pci_dev *pdev)
{
	struct pci_tsm_fn *fn;
	int rc;

	rc = sysfs_create_groups(&pdev->dev.kobj, pci_tsm_groups);
	if (rc) {
		pci_warn(pdev, "TSM: no files: %d\n", rc);
		return;
	}
	fn = pci_tsm_fn_get(pdev);
	if (fn)
		pci_tsm_fn_set_state_kn(fn, pci_tsm_files_get_state(pdev));
	pci_tsm_fn_put(fn);
}

/**
 * pci_tsm_files_update() - add or remove the files of a function
 * @pdev: the function, between device_add() and device_del(), or after
 *
 * They come when a TSM serves the function, and go when none does any more.
 * Whoever comes last finds what is true then, so callers need no order: a TSM
 * that arrives or has left, the function itself, the function with its DSM.
 *
 * Context: process; may not be called where a store of the function is waited
 * for, nor on a worker.
 */
void pci_tsm_files_update(struct pci_dev *pdev)
{
	struct kernfs_node *dir;
	bool want;

	guard(mutex)(&pci_tsm_dir_lock);
	/* device_del() removes them, and may have done so */
	if (pci_tsm_fn_closed(pdev))
		return;
	want = pci_tsm_served(pdev);
	dir = get_dir(pdev);
	if (want && !dir)
		add_files(pdev);
	else if (!want && dir)
		sysfs_remove_groups(&pdev->dev.kobj, pci_tsm_groups);
	sysfs_put(dir);
}

/**
 * pci_tsm_files_close() - let whoever changes files or tells of them be done
 *
 * From then on they see that the function is going, which the caller marked.
 *
 * Context: process.
 */
void pci_tsm_files_close(void)
{
	mutex_lock(&pci_tsm_dir_lock);
	mutex_unlock(&pci_tsm_dir_lock);
}
