// SPDX-License-Identifier: GPL-2.0
/*
 * PCI/TSM: the objects. A DSM, the functions that it governs, and the pointer
 * in struct pci_dev that leads to them.
 *
 * pci_dev::tsm is NULL for a function that nobody ever asked about, the
 * function's object once somebody did (of it or of its DSM), and an error
 * pointer for good once the function is going away. The object holds its DSM;
 * the DSM lists its functions. Nothing here speaks to a device or a TSM.
 */
#include <linux/cleanup.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/sysfs.h>

#include "tsm.h"
#include <trace/events/pci_tsm.h>

#define GONE	ERR_PTR(-ENODEV)

/* Protects pci_dev::tsm against other writers; device_del() begins after it was had */
DEFINE_MUTEX(pci_tsm_ptr_lock);

/* Protects the list of all DSMs, which holds no reference on them */
static DEFINE_RAW_SPINLOCK(pci_tsm_list_lock);
static LIST_HEAD(pci_tsm_list);

static void dsm_free(struct work_struct *work)
{
	struct pci_tsm_dsm *dsm = container_of(to_rcu_work(work), struct pci_tsm_dsm, free_work);

	pci_tsm_evidence_drop(dsm);
	pci_dev_put(dsm->pdev);
	kfree(dsm);
}

/* The last reference may go in a hard irq, so the rest is for a work item */
static void dsm_release(struct kref *ref)
{
	struct pci_tsm_dsm *dsm = container_of(ref, struct pci_tsm_dsm, ref);

	scoped_guard(raw_spinlock_irqsave, &pci_tsm_list_lock)
		list_del(&dsm->all_node);
	INIT_RCU_WORK(&dsm->free_work, dsm_free);
	queue_rcu_work(system_unbound_wq, &dsm->free_work);
}

/**
 * pci_tsm_dsm_tryget() - get a reference on a DSM that may be going
 * @dsm: the DSM, found under RCU or a lock that keeps its memory
 *
 * Context: any.
 * Return: true if there is a reference now.
 */
bool pci_tsm_dsm_tryget(struct pci_tsm_dsm *dsm)
{
	return kref_get_unless_zero(&dsm->ref);
}

/**
 * pci_tsm_dsm_put() - give a reference on a DSM back
 * @dsm: the DSM, or NULL
 *
 * Context: any.
 */
void pci_tsm_dsm_put(struct pci_tsm_dsm *dsm)
{
	if (dsm)
		kref_put(&dsm->ref, dsm_release);
}

/**
 * pci_tsm_dsm_next() - iterate over all DSMs
 * @dsm: NULL to begin, else the referenced one to go on from
 *
 * Gives the reference on @dsm back. DSMs that appear behind are missed by
 * design: callers first make sure that such a one is of no interest to them.
 *
 * Context: any.
 * Return: a referenced DSM, or NULL at the end.
 */
struct pci_tsm_dsm *pci_tsm_dsm_next(struct pci_tsm_dsm *dsm)
{
	struct pci_tsm_dsm *next = NULL, *pos = dsm;

	scoped_guard(raw_spinlock_irqsave, &pci_tsm_list_lock) {
		pos = list_prepare_entry(pos, &pci_tsm_list, all_node);
		list_for_each_entry_continue(pos, &pci_tsm_list, all_node) {
			if (pci_tsm_dsm_tryget(pos)) {
				next = pos;
				break;
			}
		}
	}
	pci_tsm_dsm_put(dsm);
	return next;
}

static struct pci_tsm_dsm *dsm_alloc(struct pci_dev *pdev)
{
	struct pci_tsm_dsm *dsm = kzalloc(sizeof(*dsm), GFP_KERNEL);

	if (!dsm)
		return NULL;

	kref_init(&dsm->ref);
	dsm->pdev = pci_dev_get(pdev);
	pci_tsm_record_init(&dsm->rec, PCI_TSM_STATE_DISCONNECTED);
	raw_spin_lock_init(&dsm->lock);
	INIT_LIST_HEAD(&dsm->fns);
	for (int i = 0; i < ARRAY_SIZE(dsm->queue); i++)
		INIT_LIST_HEAD(&dsm->queue[i]);
	init_waitqueue_head(&dsm->idle);
	mutex_init(&dsm->cancel_mutex);
	pci_tsm_dsm_init_work(dsm);

	scoped_guard(raw_spinlock_irqsave, &pci_tsm_list_lock)
		list_add_tail(&dsm->all_node, &pci_tsm_list);
	return dsm;
}

static void fn_free(struct work_struct *work)
{
	struct pci_tsm_fn *fn = container_of(to_rcu_work(work), struct pci_tsm_fn, free_work);

	sysfs_put(fn->state_kn);
	pci_dev_put(fn->pdev);
	pci_tsm_dsm_put(fn->dsm);
	kfree(fn);
}

static void fn_release(struct kref *ref)
{
	struct pci_tsm_fn *fn = container_of(ref, struct pci_tsm_fn, ref);

	INIT_RCU_WORK(&fn->free_work, fn_free);
	queue_rcu_work(system_unbound_wq, &fn->free_work);
}

/**
 * pci_tsm_fn_put() - give a reference on a function's object back
 * @fn: the object, or NULL
 *
 * Context: any.
 */
void pci_tsm_fn_put(struct pci_tsm_fn *fn)
{
	if (fn)
		kref_put(&fn->ref, fn_release);
}

/* The caller's reference on @dsm goes to the object */
static struct pci_tsm_fn *fn_alloc(struct pci_dev *pdev, struct pci_tsm_dsm *dsm)
{
	struct pci_tsm_fn *fn = kzalloc(sizeof(*fn), GFP_KERNEL);

	if (!fn)
		return NULL;

	kref_init(&fn->ref);
	fn->pdev = pci_dev_get(pdev);
	fn->dsm = dsm;
	INIT_LIST_HEAD(&fn->node);
	pci_tsm_record_init(&fn->rec, PCI_TSM_STATE_UNBOUND);
	return fn;
}

/**
 * pci_tsm_fn_get() - what the core keeps about a function
 * @pdev: the function
 *
 * Context: any.
 * Return: a referenced object, or NULL where there is none (any more).
 */
struct pci_tsm_fn *pci_tsm_fn_get(struct pci_dev *pdev)
{
	struct pci_tsm_fn *fn;

	guard(rcu)();
	fn = rcu_dereference(pdev->tsm);
	if (IS_ERR_OR_NULL(fn) || !kref_get_unless_zero(&fn->ref))
		return NULL;
	return fn;
}

/* What pci_dev::tsm says to somebody who may change it */
static struct pci_tsm_fn *fn_locked(struct pci_dev *pdev)
{
	return rcu_dereference_protected(pdev->tsm, lockdep_is_held(&pci_tsm_ptr_lock));
}

/**
 * pci_tsm_fn_set_state_kn() - remember or forget the file that pollers wait on
 * @fn: the function
 * @kn: a referenced node, which becomes @fn's, or NULL
 *
 * Context: process.
 */
void pci_tsm_fn_set_state_kn(struct pci_tsm_fn *fn, struct kernfs_node *kn)
{
	scoped_guard(raw_spinlock_irqsave, &fn->dsm->lock)
		swap(fn->state_kn, kn);
	sysfs_put(kn);
}

static void fn_publish(struct pci_tsm_fn *fn)
{
	lockdep_assert_held(&pci_tsm_ptr_lock);
	scoped_guard(raw_spinlock_irqsave, &fn->dsm->lock)
		list_add_tail(&fn->node, &fn->dsm->fns);
	rcu_assign_pointer(fn->pdev->tsm, fn);
	/* Whoever makes the file from now on finds the object; else it is there */
	pci_tsm_fn_set_state_kn(fn, pci_tsm_files_get_state(fn->pdev));
}

static void fn_unlink(struct pci_tsm_fn *fn)
{
	scoped_guard(raw_spinlock_irqsave, &fn->dsm->lock)
		list_del_init(&fn->node);
	wake_up_all(&fn->dsm->idle);
	pci_tsm_fn_put(fn);
}

/* An object may be replaced once its DSM is gone, unless its own end waits for it */
static int may_replace(struct pci_tsm_fn *old)
{
	if (IS_ERR_OR_NULL(old))
		return PTR_ERR_OR_ZERO(old);

	guard(raw_spinlock_irqsave)(&old->dsm->lock);
	if (old->gone || old->tsm)
		return -ENODEV;
	return old->dsm->gone ? 0 : -EEXIST;
}

/* Publish @fn unless the function has another object that counts, or is going */
static int fn_install(struct pci_tsm_fn *fn)
{
	struct pci_tsm_fn *old;
	int rc;

	scoped_guard(mutex, &pci_tsm_ptr_lock) {
		old = fn_locked(fn->pdev);
		rc = may_replace(old);
		if (rc)
			return rc;
		fn_publish(fn);
	}
	if (old)
		fn_unlink(old);
	return 0;
}

/* Make @pdev a function of @data, a DSM; an object that is there already is fine */
static int fn_adopt(struct pci_dev *pdev, void *data)
{
	struct pci_tsm_dsm *dsm = data;
	struct pci_tsm_fn *fn;
	int rc;

	fn = pci_tsm_fn_get(pdev);
	if (fn && fn->dsm == dsm) {
		pci_tsm_fn_put(fn);
		return 0;
	}
	pci_tsm_fn_put(fn);

	kref_get(&dsm->ref);
	fn = fn_alloc(pdev, dsm);
	if (!fn) {
		pci_tsm_dsm_put(dsm);
		return -ENOMEM;
	}
	rc = fn_install(fn);
	if (rc)
		pci_tsm_fn_put(fn);
	return rc == -ENOMEM ? rc : 0;
}

static struct pci_tsm_fn *dsm_make(struct pci_dev *pdev)
{
	struct pci_tsm_dsm *dsm = dsm_alloc(pdev);
	struct pci_tsm_fn *fn;
	int rc;

	if (!dsm)
		return ERR_PTR(-ENOMEM);
	fn = fn_alloc(pdev, dsm);
	if (!fn) {
		pci_tsm_dsm_put(dsm);
		return ERR_PTR(-ENOMEM);
	}

	rc = fn_install(fn);
	if (!rc)
		return pci_tsm_fn_get(pdev) ?: GONE;
	pci_tsm_fn_put(fn);
	if (rc == -EEXIST)
		return pci_tsm_fn_get(pdev) ?: GONE;
	return ERR_PTR(rc);
}

/**
 * pci_tsm_fn_get_or_make() - the same, made on first use
 * @pdev: a function that can hold a DSM
 *
 * Makes the DSM too, and objects for all the functions that it governs now;
 * those that appear later join by pci_tsm_fn_join().
 *
 * Context: process; takes no lock of the PCI core.
 * Return: a referenced object, or ERR_PTR: -ENOMEM, -ENODEV if @pdev is going.
 */
struct pci_tsm_fn *pci_tsm_fn_get_or_make(struct pci_dev *pdev)
{
	struct pci_tsm_fn *fn = pci_tsm_fn_get(pdev) ?: dsm_make(pdev);
	int rc;

	if (IS_ERR(fn))
		return fn;
	rc = pci_tsm_walk_governed(pdev, fn_adopt, fn->dsm);
	if (rc) {
		pci_tsm_fn_put(fn);
		return ERR_PTR(rc);
	}
	return fn;
}

/**
 * pci_tsm_fn_join() - a function appeared; its DSM may be in use already
 * @pdev: the function
 *
 * Only records it; the DSM's worker makes it known to the TSM later.
 *
 * Context: process; device lock of a PF and the rescan lock may be held.
 */
void pci_tsm_fn_join(struct pci_dev *pdev)
{
	struct pci_dev *dsm_pdev __free(pci_dev_put) = pci_tsm_find_dsm(pdev);
	struct pci_tsm_fn *owner;

	if (!dsm_pdev || dsm_pdev == pdev)
		return;
	owner = pci_tsm_fn_get(dsm_pdev);
	if (!owner)
		return;
	if (pci_tsm_fn_is_dsm(owner)) {
		if (fn_adopt(pdev, owner->dsm))
			pci_warn(pdev, "no memory to join the DSM at %s\n", pci_name(dsm_pdev));
		else
			pci_tsm_kick(owner->dsm);
	}
	pci_tsm_fn_put(owner);
}

/**
 * pci_tsm_fn_close() - the function is going: make no object for it any more
 * @pdev: the function
 *
 * Context: process.
 */
void pci_tsm_fn_close(struct pci_dev *pdev)
{
	guard(mutex)(&pci_tsm_ptr_lock);
	if (!fn_locked(pdev))
		rcu_assign_pointer(pdev->tsm, GONE);
}

/**
 * pci_tsm_fn_closed() - is the function going, so that it is to be left alone?
 * @pdev: the function
 *
 * If not, device_del() does not begin before the caller has given back
 * pci_tsm_ptr_lock, or pci_tsm_dir_lock.
 *
 * Context: process; one of those locks held, if the answer is to stay true.
 * Return: true if it is going.
 */
bool pci_tsm_fn_closed(struct pci_dev *pdev)
{
	struct pci_tsm_fn *fn;

	guard(rcu)();
	fn = rcu_dereference(pdev->tsm);
	return IS_ERR(fn) || (fn && READ_ONCE(fn->gone));
}

/**
 * pci_tsm_fn_leave() - take a function that is going from its DSM
 * @fn: its object, which nobody works on any more
 *
 * Context: process.
 */
void pci_tsm_fn_leave(struct pci_tsm_fn *fn)
{
	bool mine;

	scoped_guard(mutex, &pci_tsm_ptr_lock) {
		mine = fn_locked(fn->pdev) == fn;
		if (mine)
			rcu_assign_pointer(fn->pdev->tsm, GONE);
	}
	if (mine)
		fn_unlink(fn);
}

/* The record takes the loss also while something runs: only one of both may be too late */
static bool fn_lose(struct pci_tsm_fn *fn, enum pci_tsm_reason reason)
{
	bool cancelled = pci_tsm_mark_cancelled(fn);

	if (!pci_tsm_record_lose(&fn->rec, reason))
		return cancelled;
	pci_tsm_mark_wanted(fn->dsm);
	trace_pci_tsm_lost(fn->pdev, reason);
	fn->dsm->counters.losses[reason]++;
	return true;
}

/**
 * pci_tsm_fn_lose() - a function is lost, but not its DSM
 * @fn: the function
 * @reason: why
 *
 * Context: any.
 */
void pci_tsm_fn_lose(struct pci_tsm_fn *fn, enum pci_tsm_reason reason)
{
	bool act;

	scoped_guard(raw_spinlock_irqsave, &fn->dsm->lock)
		act = fn_lose(fn, reason);
	if (!act)
		return;
	pci_tsm_kick_urgent(fn->dsm);
	pci_tsm_kick(fn->dsm);
}

/**
 * pci_tsm_dsm_lose_below() - functions of a DSM are lost, but not the DSM
 * @dsm: the DSM
 * @bridge: what was reset: a bridge above the functions, a PF, or one of them
 * @reason: why they are lost
 *
 * Context: any.
 */
void pci_tsm_dsm_lose_below(struct pci_tsm_dsm *dsm, struct pci_dev *bridge,
			    enum pci_tsm_reason reason)
{
	struct pci_tsm_fn *fn;
	bool act = false;

	scoped_guard(raw_spinlock_irqsave, &dsm->lock)
		list_for_each_entry(fn, &dsm->fns, node)
			if (pci_tsm_below(fn->pdev, bridge))
				act |= fn_lose(fn, reason);
	if (!act)
		return;
	pci_tsm_kick_urgent(dsm);
	pci_tsm_kick(dsm);
}

/**
 * pci_tsm_view() - what there is to show of a function
 * @pdev: the function
 * @view: filled in
 *
 * Context: any; a snapshot, nothing waits.
 */
void pci_tsm_view(struct pci_dev *pdev, struct pci_tsm_view *view)
{
	struct pci_tsm_fn *fn = pci_tsm_fn_get(pdev);
	enum pci_tsm_reason loss;

	*view = (struct pci_tsm_view) {
		.dsm = { .new = PCI_TSM_STATE_DISCONNECTED },
		.fn = { .new = PCI_TSM_STATE_UNBOUND },
		.is_dsm = fn ? pci_tsm_fn_is_dsm(fn) : pci_tsm_capable(pdev),
		.tsm_id = -1,
	};
	if (!fn)
		return;

	pci_tsm_record_read(&fn->dsm->rec, &view->dsm);
	pci_tsm_record_read(&fn->rec, &view->fn);
	/* An interface is worth no more than the session behind it */
	loss = pci_tsm_record_loss(&fn->dsm->rec);
	if (loss && view->fn.new == PCI_TSM_STATE_BOUND) {
		view->fn.new = PCI_TSM_STATE_ERROR;
		view->fn.reason = loss;
	}
	view->verified = READ_ONCE(fn->dsm->verified);
	scoped_guard(raw_spinlock_irqsave, &fn->dsm->lock) {
		view->counters = fn->dsm->counters;
		if (fn->dsm->evidence)
			view->generation = fn->dsm->evidence->generation;
		if (fn->dsm->tsm)
			view->tsm_id = fn->dsm->tsm->tsm_dev->id;
		if (fn->tsm)
			strscpy(view->dsm_name, pci_name(fn->dsm->pdev));
	}
	pci_tsm_fn_put(fn);
}
