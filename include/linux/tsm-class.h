/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The class of TEE Security Managers: /sys/class/tsm/tsmN.
 *
 * A TSM driver registers one device of this class for each trusted agent that
 * it speaks for. What the agent does for PCI devices is in <linux/pci-tsm.h>.
 *
 * The names tsm_register() and tsm_unregister() belong to configfs-tsm reports
 * in 6.12 (<linux/tsm.h>), so the class says tsm_dev_register().
 */
#ifndef __TSM_CLASS_H
#define __TSM_CLASS_H

#include <linux/device.h>

struct pci_tsm_ops;
struct pci_tsm_provider;

/**
 * struct tsm_dev - one TEE Security Manager
 * @dev: the class device, named "tsmN"; its reference count rules this object
 * @id: N, unique among the TSMs that are registered
 * @pci_ops: what the TSM does for PCI devices; NULL for none, and NULL again
 *	once the TSM has left
 * @provider: private to the PCI/TSM core
 */
struct tsm_dev {
	struct device dev;
	int id;
	const struct pci_tsm_ops *pci_ops;
	struct pci_tsm_provider *provider;
};

#define to_tsm_dev(d) container_of(d, struct tsm_dev, dev)

#ifdef CONFIG_TSM
struct tsm_dev *tsm_dev_register(struct device *parent, const struct pci_tsm_ops *ops);
void tsm_dev_unregister(struct tsm_dev *tsm_dev);
struct tsm_dev *tsm_dev_next(int id);
#else
static inline struct tsm_dev *tsm_dev_register(struct device *parent,
					       const struct pci_tsm_ops *ops)
{
	return ERR_PTR(-EOPNOTSUPP);
}

static inline void tsm_dev_unregister(struct tsm_dev *tsm_dev)
{
}
#endif

#endif /* __TSM_CLASS_H */
