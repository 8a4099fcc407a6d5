// SPDX-License-Identifier: GPL-2.0
/*
 * PCI/TSM: the registry. Which TSMs there are, which of them serves a device,
 * and how one arrives and leaves.
 *
 * A TSM is live, leaving or gone. A connect holds a share of its in-flight
 * reference from the moment that the TSM was chosen; what is connected holds
 * none, so that nothing keeps a TSM from leaving but what runs.
 */
#include <linux/cleanup.h>
#include <linux/init.h>
#include <linux/pci.h>
#include <linux/rwsem.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "tsm.h"

/* Protects the registry below; never held over an op, a device or sysfs */
static DECLARE_RWSEM(pci_tsm_rwsem);
static LIST_HEAD(pci_tsm_providers);

static bool off __ro_after_init;

static int __init pci_tsm_setup(char *arg)
{
	if (strcmp(arg, "off"))
		return -EINVAL;
	off = true;
	return 0;
}
early_param("pci_tsm", pci_tsm_setup);

/**
 * pci_tsm_off() - was all of this switched off on the command line?
 *
 * Context: any.
 * Return: true if it was.
 */
bool pci_tsm_off(void)
{
	return off;
}

/* Does this TSM serve the DSM in @dsm_pdev? */
static bool provider_matches(struct pci_tsm_provider *tsm, struct pci_dev *dsm_pdev)
{
	if (!pci_tsm_capable(dsm_pdev))
		return false;
	if (tsm->ops->match)
		return tsm->ops->match(tsm->tsm_dev, dsm_pdev);
	return is_pci_tsm_pf0(dsm_pdev);
}

/**
 * pci_tsm_served() - does any TSM serve the DSM of a function?
 * @pdev: the function
 *
 * Context: process; pci_tsm_dir_lock may be held.
 * Return: true if one does.
 */
bool pci_tsm_served(struct pci_dev *pdev)
{
	struct pci_dev *dsm_pdev __free(pci_dev_put) = NULL;
	struct pci_tsm_provider *tsm;

	guard(rwsem_read)(&pci_tsm_rwsem);
	if (list_empty(&pci_tsm_providers))
		return false;
	dsm_pdev = pci_tsm_find_dsm(pdev);
	if (!dsm_pdev)
		return false;
	list_for_each_entry(tsm, &pci_tsm_providers, node)
		if (provider_matches(tsm, dsm_pdev))
			return true;
	return false;
}

/**
 * pci_tsm_pick() - the TSM that a connect names
 * @pdev: a function that can hold a DSM
 * @id: number of the TSM, or PCI_TSM_ID_ANY for the best one
 *
 * Context: process.
 * Return: the TSM with a share in its in-flight reference; ERR_PTR: -ENXIO for
 * none that serves the function, -ENODEV for one that is leaving.
 */
struct pci_tsm_provider *pci_tsm_pick(struct pci_dev *pdev, int id)
{
	struct pci_tsm_provider *tsm, *best = NULL;
	int rc = -ENXIO;

	guard(rwsem_read)(&pci_tsm_rwsem);
	list_for_each_entry(tsm, &pci_tsm_providers, node) {
		if (id != PCI_TSM_ID_ANY && id != tsm->tsm_dev->id)
			continue;
		if (!provider_matches(tsm, pdev))
			continue;
		if (READ_ONCE(tsm->leaving)) {
			rc = -ENODEV;
			continue;
		}
		if (!best || tsm->ops->rank > best->ops->rank)
			best = tsm;
	}
	if (!best)
		return ERR_PTR(rc);
	return percpu_ref_tryget_live(&best->inflight) ? best : ERR_PTR(-ENODEV);
}

/**
 * pci_tsm_announce() - tell user space that a DSM may be connected now
 * @pdev: the function that it lives in; others are left alone
 *
 * Context: process.
 */
void pci_tsm_announce(struct pci_dev *pdev)
{
	struct pci_tsm_provider *tsm = pci_tsm_pick(pdev, PCI_TSM_ID_ANY);

	if (IS_ERR(tsm))
		return;
	pci_tsm_event_tsm(pdev, "available", tsm->tsm_dev);
	percpu_ref_put(&tsm->inflight);
}

static u32 caps_of(const struct pci_tsm_ops *ops)
{
	return (ops->bind ? PCI_TSM_TSM_CAP_BIND : 0) |
	       (ops->guest_req ? PCI_TSM_TSM_CAP_GUEST_REQ : 0) |
	       (ops->refresh_evidence ? PCI_TSM_TSM_CAP_EVIDENCE : 0) |
	       (ops->cancel ? PCI_TSM_TSM_CAP_CANCEL : 0);
}

static bool is_served_by(struct pci_tsm_dsm *dsm, struct pci_tsm_provider *tsm)
{
	guard(raw_spinlock_irqsave)(&dsm->lock);
	return dsm->tsm == tsm;
}

/**
 * pci_tsm_provider_info() - what there is to show of a TSM
 * @tsm_dev: the TSM
 * @info: filled in
 *
 * Context: process.
 */
void pci_tsm_provider_info(struct tsm_dev *tsm_dev, struct pci_tsm_provider_info *info)
{
	struct pci_tsm_dsm *dsm = NULL;
	struct pci_tsm_provider *tsm;

	*info = (struct pci_tsm_provider_info) { .mode = PCI_TSM_MODE_NONE };
	guard(rwsem_read)(&pci_tsm_rwsem);
	list_for_each_entry(tsm, &pci_tsm_providers, node) {
		if (tsm->tsm_dev != tsm_dev)
			continue;
		info->mode = PCI_TSM_MODE_LINK;
		info->rank = tsm->ops->rank;
		info->caps = caps_of(tsm->ops);
		while ((dsm = pci_tsm_dsm_next(dsm)))
			info->connections += is_served_by(dsm, tsm);
		return;
	}
}

static void provider_drained(struct percpu_ref *ref)
{
	struct pci_tsm_provider *tsm = container_of(ref, struct pci_tsm_provider, inflight);

	complete(&tsm->drained);
}

static void provider_confirmed(struct percpu_ref *ref)
{
	struct pci_tsm_provider *tsm = container_of(ref, struct pci_tsm_provider, inflight);

	complete(&tsm->confirmed);
}

static void update_all_files(const char *event, struct pci_tsm_provider *tsm)
{
	struct pci_dev *pdev = NULL;

	for_each_pci_dev(pdev) {
		pci_tsm_files_update(pdev);
		if (provider_matches(tsm, pdev))
			pci_tsm_event_tsm(pdev, event, tsm->tsm_dev);
	}
}

/**
 * pci_tsm_register() - a TSM with PCI ops arrives
 * @tsm_dev: the TSM, for tsm_dev_register()
 *
 * Context: process.
 * Return: 0; -EINVAL for ops that lack what every TSM needs; -EOPNOTSUPP with
 * pci_tsm=off; -ENOMEM.
 */
int pci_tsm_register(struct tsm_dev *tsm_dev)
{
	const struct pci_tsm_ops *ops = tsm_dev->pci_ops;
	struct pci_tsm_provider *tsm;

	if (!ops->probe || !ops->remove || !ops->connect || !ops->disconnect ||
	    !ops->bind != !ops->unbind)
		return -EINVAL;
	if (off)
		return -EOPNOTSUPP;

	tsm = kzalloc(sizeof(*tsm), GFP_KERNEL);
	if (!tsm)
		return -ENOMEM;
	if (percpu_ref_init(&tsm->inflight, provider_drained, 0, GFP_KERNEL)) {
		kfree(tsm);
		return -ENOMEM;
	}
	init_completion(&tsm->confirmed);
	init_completion(&tsm->drained);
	tsm->tsm_dev = tsm_dev;
	tsm->ops = ops;
	tsm_dev->provider = tsm;

	/* Not while files are removed: their last stores must not find a TSM */
	scoped_guard(mutex, &pci_tsm_dir_lock)
		scoped_guard(rwsem_write, &pci_tsm_rwsem)
			list_add_tail(&tsm->node, &pci_tsm_providers);
	update_all_files("available", tsm);
	pci_tsm_nl_tell_tsm(tsm_dev, PCI_TSM_EVENT_AVAILABLE);
	return 0;
}

static bool is_rid_of(struct pci_tsm_dsm *dsm, void *data)
{
	guard(raw_spinlock_irqsave)(&dsm->lock);
	return dsm->tsm != data;
}

/**
 * pci_tsm_unregister() - a TSM leaves
 * @tsm_dev: the TSM, for tsm_dev_unregister()
 *
 * First nothing new begins; then what runs is cancelled and what is connected
 * torn down, on all DSMs at once; then the ops are taken away.
 *
 * Context: process; waits uninterruptibly.
 */
void pci_tsm_unregister(struct tsm_dev *tsm_dev)
{
	struct pci_tsm_provider *tsm = tsm_dev->provider;
	struct pci_tsm_dsm *dsm = NULL;

	WRITE_ONCE(tsm->leaving, true);
	percpu_ref_kill_and_confirm(&tsm->inflight, provider_confirmed);
	wait_for_completion(&tsm->confirmed);

	while ((dsm = pci_tsm_dsm_next(dsm))) {
		pci_tsm_expel(dsm, NULL, tsm, -ENODEV);
		pci_tsm_kick(dsm);
	}
	while ((dsm = pci_tsm_dsm_next(dsm)))
		pci_tsm_wait_idle(dsm, is_rid_of, tsm, MAX_SCHEDULE_TIMEOUT);
	wait_for_completion(&tsm->drained);

	/* Files stay until nothing is left that their stores could wait for */
	scoped_guard(rwsem_write, &pci_tsm_rwsem)
		list_del(&tsm->node);
	update_all_files("gone", tsm);
	pci_tsm_nl_tell_tsm(tsm_dev, PCI_TSM_EVENT_GONE);
	WRITE_ONCE(tsm_dev->pci_ops, NULL);
	tsm_dev->provider = NULL;
	percpu_ref_exit(&tsm->inflight);
	kfree(tsm);
}
