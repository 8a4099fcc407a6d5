// SPDX-License-Identifier: GPL-2.0
/*
 * Lock classes for the device locks of emulated functions, so that lockdep
 * checks them: those of other devices are exempt. One class for each depth of
 * bus and place on the bus, since bus resets lock all functions of a bus.
 *
 * Only on request, and not together with AER recovery or with bus resets: the
 * base takes device locks under pci_bus_sem when it reports an error, and
 * pci_bus_sem and pciehp's reset_lock under device locks when it resets a bus.
 * Two kinds stay exempt always, as their locks are taken in both orders too.
 * Physical functions: with the rescan lock, when VFs are switched and at removal.
 * Ports with a slot: with pci_slot_mutex, when pciehp makes the slot and when AER
 * resets it. lockdep reports once, so true reports about the base would hide all
 * others.
 */
#include <linux/device/bus.h>
#include <linux/lockdep.h>
#include <linux/module.h>

#include "devsec.h"

#define DEVSEC_DEPTHS	4
#define DEVSEC_PLACES	32

static bool lock_classes;
module_param(lock_classes, bool, 0444);
MODULE_PARM_DESC(lock_classes, "Let lockdep check device locks; not with AER and bus resets, where the base fails it (default off)");

#ifdef CONFIG_LOCKDEP

static struct lock_class_key devsec_lock_keys[DEVSEC_DEPTHS][DEVSEC_PLACES];

static struct lock_class_key *devsec_lock_key(struct pci_dev *pdev)
{
	unsigned int depth = 0;
	unsigned int place;

	for (struct pci_bus *bus = pdev->bus; bus->parent; bus = bus->parent)
		depth++;
	/* On the root bus there is nothing to be locked together */
	place = depth ? pdev->devfn : 0;
	if (depth >= DEVSEC_DEPTHS || place >= DEVSEC_PLACES)
		return NULL;
	return &devsec_lock_keys[depth][place];
}

static int devsec_lockdep_notify(struct notifier_block *nb, unsigned long event, void *data)
{
	struct pci_dev *pdev = to_pci_dev(data);
	struct lock_class_key *key;

	if (pdev->vendor != DEVSEC_VENDOR_ID)
		return NOTIFY_DONE;

	if (event == BUS_NOTIFY_ADD_DEVICE) {
		key = devsec_lock_key(pdev);
		if (!key || pdev->is_hotplug_bridge ||
		    pci_find_ext_capability(pdev, PCI_EXT_CAP_ID_SRIOV))
			return NOTIFY_DONE;
		/*
		 * Not by device_lock_set_class(): it wants the lock held, under
		 * which drivers' probe calls these notifiers
		 */
		lockdep_set_class_and_name(&pdev->dev.mutex, key, "devsec function");
	} else if (event == BUS_NOTIFY_REMOVED_DEVICE) {
		/* The device may outlive this module, and with it the key */
		if (!mutex_is_locked(&pdev->dev.mutex))
			lockdep_init_map(&pdev->dev.mutex.dep_map, "&dev->mutex",
					 &__lockdep_no_validate__, 0);
	}
	return NOTIFY_DONE;
}

static struct notifier_block devsec_lockdep_nb = {
	.notifier_call = devsec_lockdep_notify,
};

int devsec_lockdep_init(void)
{
	return lock_classes ? bus_register_notifier(&pci_bus_type, &devsec_lockdep_nb) : 0;
}

void devsec_lockdep_exit(void)
{
	if (lock_classes)
		bus_unregister_notifier(&pci_bus_type, &devsec_lockdep_nb);
}

#else

int devsec_lockdep_init(void)
{
	return 0;
}

void devsec_lockdep_exit(void)
{
}

#endif /* CONFIG_LOCKDEP */
