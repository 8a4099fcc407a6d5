// SPDX-License-Identifier: GPL-2.0-only
/*
 * The class of TEE Security Managers: names, numbers and lifetimes.
 *
 * What a TSM does for PCI devices is the business of drivers/pci/tsm.c, which
 * is told of each TSM that arrives and waits until it may leave.
 */
#define pr_fmt(fmt) "tsm: " fmt

#include <linux/device.h>
#include <linux/idr.h>
#include <linux/init.h>
#include <linux/module.h>
#include <linux/pci-tsm.h>
#include <linux/slab.h>
#include <linux/tsm-class.h>

static DEFINE_IDA(tsm_ida);

static ssize_t pci_mode_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct tsm_dev *tsm_dev = to_tsm_dev(dev);

	return sysfs_emit(buf, "%s\n", READ_ONCE(tsm_dev->pci_ops) ? "link" : "none");
}
static DEVICE_ATTR_RO(pci_mode);

static struct attribute *tsm_attrs[] = {
	&dev_attr_pci_mode.attr,
	NULL
};
ATTRIBUTE_GROUPS(tsm);

static void tsm_release(struct device *dev)
{
	struct tsm_dev *tsm_dev = to_tsm_dev(dev);

	put_device(dev->parent);
	ida_free(&tsm_ida, tsm_dev->id);
	kfree(tsm_dev);
}

static const struct class tsm_class = {
	.name		= "tsm",
	.dev_groups	= tsm_groups,
	.dev_release	= tsm_release,
};

static struct tsm_dev *tsm_dev_alloc(struct device *parent)
{
	struct tsm_dev *tsm_dev = kzalloc(sizeof(*tsm_dev), GFP_KERNEL);
	struct device *dev = tsm_dev ? &tsm_dev->dev : NULL;

	if (!dev)
		return ERR_PTR(-ENOMEM);
	tsm_dev->id = ida_alloc(&tsm_ida, GFP_KERNEL);
	if (tsm_dev->id < 0) {
		kfree(tsm_dev);
		return ERR_PTR(-ENOMEM);
	}

	/* From here on the object is for the last put to free */
	device_initialize(dev);
	dev->class = &tsm_class;
	/* Whoever has a reference on the TSM may ask for its parent, also after device_del() */
	dev->parent = get_device(parent);
	return tsm_dev;
}

/**
 * tsm_dev_register() - a TSM arrives
 * @parent: the device that the TSM is reached through, or NULL
 * @ops: what the TSM does for PCI devices, or NULL
 *
 * When this returns, devices that the TSM serves have their tsm/ directory and
 * user space has been told; ops may run even before.
 *
 * Context: process; may sleep. Takes no device lock but that of the new device.
 * Return: the TSM, or ERR_PTR: -ENOMEM, -EINVAL for incomplete @ops,
 * -EOPNOTSUPP where PCI/TSM is switched off.
 */
struct tsm_dev *tsm_dev_register(struct device *parent, const struct pci_tsm_ops *ops)
{
	struct tsm_dev *tsm_dev = tsm_dev_alloc(parent);
	int rc;

	if (IS_ERR(tsm_dev))
		return tsm_dev;

	tsm_dev->pci_ops = ops;
	rc = dev_set_name(&tsm_dev->dev, "tsm%d", tsm_dev->id);
	if (!rc)
		rc = device_add(&tsm_dev->dev);
	if (rc) {
		put_device(&tsm_dev->dev);
		return ERR_PTR(rc);
	}

	rc = ops ? pci_tsm_register(tsm_dev) : 0;
	if (rc) {
		device_unregister(&tsm_dev->dev);
		return ERR_PTR(rc);
	}
	/* Its name was there before it could do anything: tell that it can now */
	if (ops)
		kobject_uevent(&tsm_dev->dev.kobj, KOBJ_CHANGE);
	return tsm_dev;
}
EXPORT_SYMBOL_GPL(tsm_dev_register);

/**
 * tsm_dev_unregister() - a TSM leaves
 * @tsm_dev: from tsm_dev_register()
 *
 * Cancels what runs, tears down what is connected, waits, and only then takes
 * the ops away: when this returns no op runs and none ever will. A connected
 * device does not keep a TSM from leaving.
 *
 * Context: process; sleeps for as long as the longest op that cannot be
 * cancelled. May be called under the parent's device lock.
 */
void tsm_dev_unregister(struct tsm_dev *tsm_dev)
{
	if (tsm_dev->pci_ops)
		pci_tsm_unregister(tsm_dev);
	device_unregister(&tsm_dev->dev);
}
EXPORT_SYMBOL_GPL(tsm_dev_unregister);

/**
 * tsm_dev_next() - the TSM with a number, or else the one with the next higher one
 * @id: the number
 *
 * Context: process.
 * Return: the TSM with a reference on its device, or NULL.
 */
struct tsm_dev *tsm_dev_next(int id)
{
	struct tsm_dev *best = NULL;
	struct class_dev_iter iter;
	struct device *dev;

	class_dev_iter_init(&iter, &tsm_class, NULL, NULL);
	while ((dev = class_dev_iter_next(&iter))) {
		struct tsm_dev *tsm_dev = to_tsm_dev(dev);

		if (tsm_dev->id < id || (best && best->id < tsm_dev->id))
			continue;
		put_device(best ? &best->dev : NULL);
		best = to_tsm_dev(get_device(dev));
	}
	class_dev_iter_exit(&iter);
	return best;
}

static int __init tsm_init(void)
{
	return class_register(&tsm_class);
}
subsys_initcall(tsm_init);
