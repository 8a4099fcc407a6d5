// SPDX-License-Identifier: GPL-2.0
/*
 * PCI/TSM: the DSM's worker. Which item is next, how its op is cancelled, and how
 * others wait for it. What an item does with the TSM's ops is tsm-link.c; how
 * requests come and go is tsm-request.c.
 *
 * What must happen in any case (losses, removal, departure, unbind, sleep) is
 * not a request but a condition that the worker finds in the objects: it needs
 * no memory, cannot get lost, and is the same however often it is reported.
 */
#include <linux/cleanup.h>
#include <linux/init.h>
#include <linux/lockdep.h>
#include <linux/pci.h>
#include <linux/sched/mm.h>

#include "tsm.h"

/* For the workers, and for what must not wait behind one */
static struct workqueue_struct *pci_tsm_wq;
static struct workqueue_struct *pci_tsm_urgent_wq;

/* Shows lockdep what a completion hides: who waits for the worker holding what */
static struct lockdep_map pci_tsm_worker_map __maybe_unused;
static struct lock_class_key pci_tsm_worker_key __maybe_unused;

/**
 * pci_tsm_might_wait() - who calls this waits for a worker next
 *
 * Context: process; no lock that an op may need.
 */
void pci_tsm_might_wait(void)
{
	might_sleep();
	lock_map_acquire(&pci_tsm_worker_map);
	lock_map_release(&pci_tsm_worker_map);
}

static void kick_work(struct pci_tsm_dsm *dsm, struct workqueue_struct *wq,
		      struct work_struct *work)
{
	if (!pci_tsm_dsm_tryget(dsm))
		return;
	if (!queue_work(wq, work))
		pci_tsm_dsm_put(dsm);
}

/**
 * pci_tsm_kick() - let the worker look what there is to do
 * @dsm: the DSM
 *
 * Context: any.
 */
void pci_tsm_kick(struct pci_tsm_dsm *dsm)
{
	kick_work(dsm, pci_tsm_wq, &dsm->work);
}

/**
 * pci_tsm_kick_urgent() - cancel what runs and quiesce what is lost, at once
 * @dsm: the DSM
 *
 * Context: any.
 */
void pci_tsm_kick_urgent(struct pci_tsm_dsm *dsm)
{
	kick_work(dsm, pci_tsm_urgent_wq, &dsm->urgent);
}

/**
 * pci_tsm_op_cancelled() - was the op that runs told to stop?
 * @dsm: the DSM, its lock held
 *
 * The removal of the function that it is about tells it so, and no more of the
 * item than that op.
 *
 * Context: any.
 * Return: true if it was.
 */
bool pci_tsm_op_cancelled(struct pci_tsm_dsm *dsm)
{
	lockdep_assert_held(&dsm->lock);
	return dsm->op_cancellable && (dsm->op_cancelled || (dsm->op_fn && dsm->op_fn->gone));
}

/**
 * pci_tsm_cancel() - wake the op that runs, if it was told to stop
 * @dsm: the DSM
 *
 * The mutex holds the op in place: the worker passes through it before it
 * begins the next one.
 *
 * Context: process; sleeps while the op cancel does.
 */
void pci_tsm_cancel(struct pci_tsm_dsm *dsm)
{
	struct pci_tsm_provider *tsm = NULL;

	guard(mutex)(&dsm->cancel_mutex);
	scoped_guard(raw_spinlock_irqsave, &dsm->lock) {
		if (dsm->op_fn && pci_tsm_op_cancelled(dsm)) {
			tsm = dsm->tsm;
			dsm->counters.cancels++;
		}
	}
	if (tsm && tsm->ops->cancel)
		tsm->ops->cancel(tsm->tsm_dev, dsm->pdev);
}

/**
 * pci_tsm_wait_idle() - wait until the worker has done something
 * @dsm: the DSM
 * @idle: is it done? called with no lock held
 * @data: argument of @idle
 * @timeout: in jiffies, or MAX_SCHEDULE_TIMEOUT
 *
 * Context: process; uninterruptible, since only teardown waits here.
 * Return: jiffies left, 0 if time ran out.
 */
long pci_tsm_wait_idle(struct pci_tsm_dsm *dsm, bool (*idle)(struct pci_tsm_dsm *, void *),
		       void *data, long timeout)
{
	pci_tsm_might_wait();
	return wait_event_timeout(dsm->idle, idle(dsm, data), timeout);
}

/**
 * pci_tsm_op_begin() - an op is about to be called
 * @dsm: the DSM
 * @fn: the function that it is about
 * @cancellable: false for what undoes something
 *
 * Context: the worker.
 */
void pci_tsm_op_begin(struct pci_tsm_dsm *dsm, struct pci_tsm_fn *fn, bool cancellable)
{
	guard(raw_spinlock_irqsave)(&dsm->lock);
	dsm->op_fn = fn;
	dsm->op_cancellable = cancellable;
	fn->users++;
}

/**
 * pci_tsm_op_end() - the op has returned
 * @dsm: the DSM
 *
 * Context: the worker.
 */
void pci_tsm_op_end(struct pci_tsm_dsm *dsm)
{
	scoped_guard(raw_spinlock_irqsave, &dsm->lock) {
		dsm->op_fn->users--;
		dsm->op_fn = NULL;
	}
	/* Whoever cancels this op now is done with it before the next begins */
	mutex_lock(&dsm->cancel_mutex);
	mutex_unlock(&dsm->cancel_mutex);
	wake_up_all(&dsm->idle);
}

static bool item_cancelled(struct pci_tsm_dsm *dsm)
{
	lockdep_assert_held(&dsm->lock);
	return dsm->op_cancelled || dsm->gone || pci_tsm_asleep() ||
	       (dsm->tsm && READ_ONCE(dsm->tsm->leaving));
}

/**
 * pci_tsm_item_cancelled() - was the item that runs told to stop?
 * @dsm: the DSM
 *
 * Context: the worker.
 * Return: true if it was.
 */
bool pci_tsm_item_cancelled(struct pci_tsm_dsm *dsm)
{
	guard(raw_spinlock_irqsave)(&dsm->lock);
	return item_cancelled(dsm);
}

/**
 * pci_tsm_item_commit() - the request that runs has succeeded
 * @dsm: the DSM
 *
 * From now on its waiter learns that, also if it is killed.
 *
 * Context: the worker.
 * Return: false if the request was told to stop before.
 */
bool pci_tsm_item_commit(struct pci_tsm_dsm *dsm)
{
	guard(raw_spinlock_irqsave)(&dsm->lock);
	dsm->req->committed = !item_cancelled(dsm);
	return dsm->req->committed;
}

/**
 * pci_tsm_find_fn() - first function of a DSM that something holds for
 * @dsm: the DSM
 * @match: the question, asked under the DSM's lock
 *
 * Context: process.
 * Return: the function with a reference and a user, or NULL; pci_tsm_unuse_fn()
 * gives both back.
 */
struct pci_tsm_fn *pci_tsm_find_fn(struct pci_tsm_dsm *dsm, bool (*match)(struct pci_tsm_fn *fn))
{
	struct pci_tsm_fn *fn;

	guard(raw_spinlock_irqsave)(&dsm->lock);
	list_for_each_entry(fn, &dsm->fns, node) {
		if (match(fn)) {
			kref_get(&fn->ref);
			fn->users++;
			return fn;
		}
	}
	return NULL;
}

/**
 * pci_tsm_unuse_fn() - the end of what pci_tsm_find_fn() began
 * @fn: the function
 *
 * Context: process.
 */
void pci_tsm_unuse_fn(struct pci_tsm_fn *fn)
{
	scoped_guard(raw_spinlock_irqsave, &fn->dsm->lock)
		fn->users--;
	wake_up_all(&fn->dsm->idle);
	pci_tsm_fn_put(fn);
}

static bool fn_lost(struct pci_tsm_fn *fn)
{
	return pci_tsm_record_to_withdraw(&fn->rec);
}

static bool fn_unwanted(struct pci_tsm_fn *fn)
{
	return fn->want_unbind;
}

/* The DSM's own function leaves by a teardown, which may be due only since this item began */
static bool fn_leaving(struct pci_tsm_fn *fn)
{
	return fn->gone && fn->tsm && !pci_tsm_fn_is_dsm(fn);
}

bool pci_tsm_fn_unprobed(struct pci_tsm_fn *fn)
{
	return !fn->tsm && !fn->probe_failed && !fn->gone;
}

/* Must all of it be undone, and why? */
static bool must_tear_down(struct pci_tsm_dsm *dsm, enum pci_tsm_step *step,
			   enum pci_tsm_reason *reason)
{
	enum pci_tsm_reason asleep = pci_tsm_asleep();

	guard(raw_spinlock_irqsave)(&dsm->lock);
	if (!dsm->tsm)
		return false;
	if (dsm->gone) {
		*step = PCI_TSM_STEP_REMOVAL;
		*reason = PCI_TSM_REASON_REMOVAL;
	} else if (READ_ONCE(dsm->tsm->leaving)) {
		*step = PCI_TSM_STEP_DEPARTURE;
		*reason = PCI_TSM_REASON_DEPARTURE;
	} else if (asleep) {
		*step = PCI_TSM_STEP_SLEEP;
		*reason = asleep;
	} else {
		return false;
	}
	return true;
}

static bool do_fn(struct pci_tsm_dsm *dsm, bool (*match)(struct pci_tsm_fn *fn),
		  void (*act)(struct pci_tsm_dsm *dsm, struct pci_tsm_fn *fn))
{
	struct pci_tsm_fn *fn = pci_tsm_find_fn(dsm, match);

	if (!fn)
		return false;
	act(dsm, fn);
	pci_tsm_unuse_fn(fn);
	return true;
}

static void unbind_fn(struct pci_tsm_dsm *dsm, struct pci_tsm_fn *fn)
{
	pci_tsm_link_unbind(dsm, fn, PCI_TSM_STEP_UNBIND, PCI_TSM_REASON_REQUEST);
	scoped_guard(raw_spinlock_irqsave, &dsm->lock)
		fn->want_unbind = false;
}

/* What was to stop a request about @fn came before there was one that ran */
static bool is_unwelcome(struct pci_tsm_req *req)
{
	return (req->verb == PCI_TSM_VERB_BIND || req->verb == PCI_TSM_VERB_GUEST_REQ) &&
	       (fn_unwanted(req->fn) || fn_lost(req->fn));
}

/* Is there something to do for a function, since the worker looked? It will look again */
static bool is_wanted(struct pci_tsm_dsm *dsm)
{
	struct pci_tsm_fn *fn;

	lockdep_assert_held(&dsm->lock);
	list_for_each_entry(fn, &dsm->fns, node)
		if (fn_unwanted(fn) || fn_lost(fn) || fn_leaving(fn))
			return true;
	return false;
}

/* A disconnect, or else the first request of the classes from @first on begins */
static struct pci_tsm_req *begin_request(struct pci_tsm_dsm *dsm, unsigned int first)
{
	struct pci_tsm_req *req;

	guard(raw_spinlock_irqsave)(&dsm->lock);
	req = list_first_entry_or_null(&dsm->queue[0], struct pci_tsm_req, node);
	for (int i = first; i < ARRAY_SIZE(dsm->queue) && !req; i++)
		req = list_first_entry_or_null(&dsm->queue[i], struct pci_tsm_req, node);
	if (!req || (req->verb == PCI_TSM_VERB_REFRESH && is_wanted(dsm)))
		return NULL;
	list_del_init(&req->node);
	dsm->nr_queued--;
	dsm->req = req;
	dsm->op_cancelled |= is_unwelcome(req);
	return req;
}

static bool is_going(struct pci_tsm_dsm *dsm, struct pci_tsm_fn *fn)
{
	guard(raw_spinlock_irqsave)(&dsm->lock);
	return dsm->gone || fn->gone;
}

/*
 * The end of an item that was about a request. One that has more to do comes next in
 * its class; what is more urgent goes first.
 */
static bool put_back(struct pci_tsm_dsm *dsm, struct pci_tsm_req *req, ssize_t *result)
{
	guard(raw_spinlock_irqsave)(&dsm->lock);
	dsm->req = NULL;
	if (req->verb != PCI_TSM_VERB_REFRESH || *result != PCI_TSM_MORE)
		return false;
	if (item_cancelled(dsm)) {
		*result = -ECANCELED;
		return false;
	}
	list_add(&req->node, &dsm->queue[pci_tsm_verb_class(req->verb)]);
	dsm->nr_queued++;
	return true;
}

static bool do_request(struct pci_tsm_dsm *dsm, unsigned int first)
{
	struct pci_tsm_req *req = begin_request(dsm, first);
	ssize_t result;

	if (!req)
		return false;

	dsm->guests_turn = req->verb != PCI_TSM_VERB_GUEST_REQ;
	result = is_going(dsm, req->fn) ? -ENODEV : pci_tsm_link_run(dsm, req);
	if (!put_back(dsm, req, &result))
		pci_tsm_req_finish(req, result);
	return true;
}

static bool do_arrival(struct pci_tsm_dsm *dsm)
{
	return dsm->up && do_fn(dsm, pci_tsm_fn_unprobed, pci_tsm_link_probe);
}

/* One item, the most urgent there is */
static bool do_item(struct pci_tsm_dsm *dsm)
{
	enum pci_tsm_reason reason;
	enum pci_tsm_step step;

	scoped_guard(raw_spinlock_irqsave, &dsm->lock)
		dsm->op_cancelled = false;

	if (pci_tsm_record_to_withdraw(&dsm->rec)) {
		pci_tsm_link_withdraw(dsm);
		return true;
	}
	if (do_fn(dsm, fn_lost, pci_tsm_link_withdraw_fn))
		return true;
	if (must_tear_down(dsm, &step, &reason)) {
		pci_tsm_link_teardown(dsm, step, reason);
		return true;
	}
	if (do_fn(dsm, fn_leaving, pci_tsm_link_drop_fn) || do_fn(dsm, fn_unwanted, unbind_fn))
		return true;
	/* Guests that ask all the time do not keep others from their turn */
	if (!dsm->guests_turn && (do_request(dsm, pci_tsm_verb_class(PCI_TSM_VERB_CONNECT)) ||
				  do_arrival(dsm))) {
		dsm->guests_turn = true;
		return true;
	}
	return do_request(dsm, 0) || do_arrival(dsm);
}

static void dsm_work(struct work_struct *work)
{
	struct pci_tsm_dsm *dsm = container_of(work, struct pci_tsm_dsm, work);
	/* The device may be the one that memory is swapped to */
	unsigned int noio = memalloc_noio_save();
	bool more;

	do {
		lock_map_acquire(&pci_tsm_worker_map);
		more = do_item(dsm);
		lock_map_release(&pci_tsm_worker_map);
		wake_up_all(&dsm->idle);
		cond_resched();
	} while (more);

	memalloc_noio_restore(noio);
	pci_tsm_dsm_put(dsm);
}

/* Lost, by itself or with its DSM, and perhaps still doing DMA; also while it is unbound */
static bool fn_to_quiesce(struct pci_tsm_fn *fn)
{
	struct pci_tsm_change now;

	if (fn->quiesced || fn->gone)
		return false;
	pci_tsm_record_read(&fn->rec, &now);
	return now.new == PCI_TSM_STATE_ERROR ||
	       (now.new == PCI_TSM_STATE_BOUND && pci_tsm_record_loss(&fn->dsm->rec));
}

static bool fn_is_dsm(struct pci_tsm_fn *fn)
{
	return pci_tsm_fn_is_dsm(fn) && !fn->gone;
}

static void notify_fn(struct pci_tsm_dsm *dsm, struct pci_tsm_fn *fn)
{
	pci_tsm_notify_state(fn);
}

static void quiesce_fn(struct pci_tsm_dsm *dsm, struct pci_tsm_fn *fn)
{
	scoped_guard(raw_spinlock_irqsave, &dsm->lock)
		fn->quiesced = true;
	pci_clear_master(fn->pdev);
	pci_tsm_notify_state(fn);
}

/* What does not wait for the worker: neither allocates, nor waits for an op */
static void dsm_urgent(struct work_struct *work)
{
	struct pci_tsm_dsm *dsm = container_of(work, struct pci_tsm_dsm, urgent);

	pci_tsm_cancel(dsm);
	while (do_fn(dsm, fn_to_quiesce, quiesce_fn))
		;
	if (pci_tsm_record_loss(&dsm->rec))
		do_fn(dsm, fn_is_dsm, notify_fn);
	pci_tsm_dsm_put(dsm);
}

/**
 * pci_tsm_dsm_init_work() - make a DSM ready to be kicked
 * @dsm: the DSM
 *
 * Context: any; nobody else knows the DSM yet.
 */
void pci_tsm_dsm_init_work(struct pci_tsm_dsm *dsm)
{
	INIT_WORK(&dsm->work, dsm_work);
	INIT_WORK(&dsm->urgent, dsm_urgent);
}

/* Hung devices must not use up what other devices need, on any NUMA node */
static int __init pci_tsm_worker_init(void)
{
	lockdep_init_map(&pci_tsm_worker_map, "pci_tsm_worker", &pci_tsm_worker_key, 0);
	pci_tsm_wq = alloc_workqueue("pci_tsm", WQ_UNBOUND, WQ_MAX_ACTIVE);
	pci_tsm_urgent_wq = alloc_workqueue("pci_tsm_urgent", WQ_MEM_RECLAIM | WQ_HIGHPRI, 0);
	if (!pci_tsm_wq || !pci_tsm_urgent_wq)
		panic("pci_tsm: no memory for workqueues\n");
	workqueue_set_min_active(pci_tsm_wq, WQ_MAX_ACTIVE);
	return 0;
}
core_initcall(pci_tsm_worker_init);
