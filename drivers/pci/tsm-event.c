// SPDX-License-Identifier: GPL-2.0
/*
 * PCI/TSM: transitions, told.
 *
 * pci_tsm_move() is the one place where a record changes its state. It runs on
 * the DSM's worker, and so tells of each transition in order, before the next
 * one can happen: tracepoint, uevent, poll. An event that cannot be allocated
 * is lost, and its sequence number shows that.
 */
#include <linux/kernfs.h>
#include <linux/kobject.h>
#include <linux/pci.h>
#include <linux/sysfs.h>

#include "tsm.h"

#define CREATE_TRACE_POINTS
#include <trace/events/pci_tsm.h>

#define ENV_MAX	40

/**
 * pci_tsm_notify_state() - wake whoever polls tsm/state
 * @fn: the function
 *
 * Context: process; takes no lock that the removal of the file may hold.
 */
void pci_tsm_notify_state(struct pci_tsm_fn *fn)
{
	struct kernfs_node *kn;

	scoped_guard(raw_spinlock_irqsave, &fn->dsm->lock) {
		kn = fn->state_kn;
		kernfs_get(kn);
	}
	if (kn)
		sysfs_notify_dirent(kn);
	sysfs_put(kn);
}

static int tsm_id(struct pci_tsm_dsm *dsm)
{
	return dsm->tsm ? dsm->tsm->tsm_dev->id : -1;
}

static void send_uevent(struct pci_tsm_dsm *dsm, struct pci_dev *pdev,
			const struct pci_tsm_change *change)
{
	char tsm[ENV_MAX], state[ENV_MAX], reason[ENV_MAX], seq[ENV_MAX];
	char event[] = "TSM_EVENT=state";
	char *env[6] = { event, tsm, state, reason, seq };

	if (tsm_id(dsm) < 0)
		strscpy(tsm, "TSM=");
	else
		snprintf(tsm, sizeof(tsm), "TSM=tsm%d", tsm_id(dsm));
	snprintf(state, sizeof(state), "TSM_STATE=%s", pci_tsm_state_name(change->new));
	snprintf(reason, sizeof(reason), "TSM_REASON=%s", pci_tsm_reason_name(change->reason));
	snprintf(seq, sizeof(seq), "TSM_SEQ=%llu", change->seq);
	kobject_uevent_env(&pdev->dev.kobj, KOBJ_CHANGE, env);
}

static struct pci_tsm_fn *find_own_fn(struct pci_tsm_dsm *dsm)
{
	struct pci_tsm_fn *fn;

	guard(raw_spinlock_irqsave)(&dsm->lock);
	list_for_each_entry(fn, &dsm->fns, node) {
		if (pci_tsm_fn_is_dsm(fn)) {
			kref_get(&fn->ref);
			return fn;
		}
	}
	return NULL;
}

/* A function that holds a DSM has two states; the one of the DSM is what it shows */
static enum pci_tsm_event event_of(struct pci_tsm_fn *fn)
{
	return fn && pci_tsm_fn_is_dsm(fn) ? PCI_TSM_EVENT_INTERFACE : PCI_TSM_EVENT_STATE;
}

/**
 * pci_tsm_move() - the one way to change a state
 * @dsm: the DSM
 * @fn: the function whose record is meant, NULL for that of the DSM itself
 * @step: what happens
 * @reason: why
 *
 * Context: the DSM's worker, in an item that the removal of the function waits
 * for; no lock held.
 * Return: as pci_tsm_record_step().
 */
int pci_tsm_move(struct pci_tsm_dsm *dsm, struct pci_tsm_fn *fn, enum pci_tsm_step step,
		 enum pci_tsm_reason reason)
{
	struct pci_tsm_fn *subject = fn ?: find_own_fn(dsm);
	struct pci_tsm_change change;
	int rc;

	rc = pci_tsm_record_step(fn ? &fn->rec : &dsm->rec, step, reason, &change);
	if (change.old != change.new && subject) {
		trace_pci_tsm_state(subject->pdev, tsm_id(dsm), &change);
		send_uevent(dsm, subject->pdev, &change);
		pci_tsm_nl_tell_dev(subject->pdev, event_of(fn), &change);
		pci_tsm_notify_state(subject);
	}
	if (!fn && subject)
		pci_tsm_fn_put(subject);
	return rc;
}

/**
 * pci_tsm_event_evidence() - tell that the generation of a DSM's evidence moved
 * @dsm: the DSM
 *
 * Context: as pci_tsm_move().
 */
void pci_tsm_event_evidence(struct pci_tsm_dsm *dsm)
{
	struct pci_tsm_fn *fn = find_own_fn(dsm);
	char event[] = "TSM_EVENT=evidence";
	char tsm[ENV_MAX];
	char *env[3] = { event, tsm };

	if (!fn)
		return;
	snprintf(tsm, sizeof(tsm), "TSM=tsm%d", tsm_id(dsm));
	kobject_uevent_env(&fn->pdev->dev.kobj, KOBJ_CHANGE, env);
	pci_tsm_nl_tell_dev(fn->pdev, PCI_TSM_EVENT_EVIDENCE, NULL);
	pci_tsm_fn_put(fn);
}

/**
 * pci_tsm_event_tsm() - tell that a TSM serves a device now, or does no more
 * @pdev: the device
 * @event: "available" or "gone"
 * @tsm_dev: the TSM, NULL if it is none in particular
 *
 * Nothing is told of a device that is being deleted: a uevent walks parents that
 * device_del() takes away, and that begins only after pci_tsm_dir_lock was had.
 *
 * Context: process.
 */
void pci_tsm_event_tsm(struct pci_dev *pdev, const char *event, struct tsm_dev *tsm_dev)
{
	char what[ENV_MAX], tsm[ENV_MAX];
	char *env[3] = { what, tsm };

	guard(mutex)(&pci_tsm_dir_lock);
	if (pci_tsm_fn_closed(pdev))
		return;
	snprintf(what, sizeof(what), "TSM_EVENT=%s", event);
	snprintf(tsm, sizeof(tsm), "TSM=%s", tsm_dev ? dev_name(&tsm_dev->dev) : "");
	kobject_uevent_env(&pdev->dev.kobj, KOBJ_CHANGE, env);
}
