// SPDX-License-Identifier: GPL-2.0
/*
 * PCI/TSM: suspend, hibernation, reboot.
 *
 * Sleep drops keys and sessions, and a kernel that is started by kexec would
 * meet streams that it knows nothing of. So everything in the link role is
 * disconnected first, with a time limit. Afterwards the devices are announced
 * again, and user space connects them anew.
 */
#define pr_fmt(fmt) "PCI/TSM: " fmt

#include <linux/init.h>
#include <linux/jiffies.h>
#include <linux/notifier.h>
#include <linux/pci.h>
#include <linux/reboot.h>
#include <linux/suspend.h>

#include "tsm.h"

#define SLEEP_LIMIT	(10 * HZ)

/* PCI_TSM_REASON_NONE while awake */
static enum pci_tsm_reason asleep_reason;

/**
 * pci_tsm_asleep() - is the system on its way to sleep or reboot?
 *
 * Context: any.
 * Return: the reason, or PCI_TSM_REASON_NONE.
 */
enum pci_tsm_reason pci_tsm_asleep(void)
{
	return READ_ONCE(asleep_reason);
}

static bool is_disconnected(struct pci_tsm_dsm *dsm, void *data)
{
	guard(raw_spinlock_irqsave)(&dsm->lock);
	return !dsm->tsm && !dsm->req;
}

/* All at once, then wait for each within the one limit */
static bool disconnect_all(enum pci_tsm_reason reason)
{
	unsigned long end = jiffies + SLEEP_LIMIT;
	struct pci_tsm_dsm *dsm = NULL;
	bool done = true;

	WRITE_ONCE(asleep_reason, reason);
	while ((dsm = pci_tsm_dsm_next(dsm))) {
		pci_tsm_expel(dsm, NULL, NULL, -EBUSY);
		pci_tsm_kick(dsm);
	}
	while ((dsm = pci_tsm_dsm_next(dsm))) {
		long left = max_t(long, end - jiffies, 1);

		if (pci_tsm_wait_idle(dsm, is_disconnected, NULL, left))
			continue;
		pci_warn(dsm->pdev, "TSM: does not disconnect\n");
		done = false;
	}
	return done;
}

static void wake_up_to_verbs(void)
{
	struct pci_tsm_dsm *dsm = NULL;

	WRITE_ONCE(asleep_reason, PCI_TSM_REASON_NONE);
	while ((dsm = pci_tsm_dsm_next(dsm)))
		pci_tsm_announce(dsm->pdev);
}

static int pci_tsm_pm(struct notifier_block *nb, unsigned long event, void *data)
{
	switch (event) {
	case PM_SUSPEND_PREPARE:
	case PM_HIBERNATION_PREPARE:
	case PM_RESTORE_PREPARE:
		if (disconnect_all(PCI_TSM_REASON_SUSPEND))
			return NOTIFY_OK;
		wake_up_to_verbs();
		return notifier_from_errno(-EBUSY);
	case PM_POST_SUSPEND:
	case PM_POST_HIBERNATION:
	case PM_POST_RESTORE:
		wake_up_to_verbs();
		return NOTIFY_OK;
	}
	return NOTIFY_DONE;
}

static int pci_tsm_reboot(struct notifier_block *nb, unsigned long event, void *data)
{
	if (!disconnect_all(PCI_TSM_REASON_REBOOT))
		pr_warn("rebooting with connected devices\n");
	return NOTIFY_OK;
}

static struct notifier_block pci_tsm_pm_nb = {
	.notifier_call = pci_tsm_pm,
};

static struct notifier_block pci_tsm_reboot_nb = {
	.notifier_call = pci_tsm_reboot,
};

static int __init pci_tsm_pm_init(void)
{
	int rc = register_pm_notifier(&pci_tsm_pm_nb);

	return rc ?: register_reboot_notifier(&pci_tsm_reboot_nb);
}
core_initcall(pci_tsm_pm_init);
