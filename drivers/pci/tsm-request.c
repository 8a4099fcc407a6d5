// SPDX-License-Identifier: GPL-2.0
/*
 * PCI/TSM: requests. How one is made, queued, waited for, given up by who made it,
 * and expelled where nobody will serve it any more. Serving them is the worker's
 * business (tsm-worker.c).
 *
 * A request has two references: the queue's, which passes to the worker, and the
 * waiter's. So either may be gone first.
 */
#include <linux/cleanup.h>
#include <linux/lockdep.h>
#include <linux/pci.h>
#include <linux/pm_runtime.h>
#include <linux/slab.h>

#include "tsm.h"

/**
 * pci_tsm_verb_class() - the queue of a verb
 * @verb: the verb
 *
 * Context: any.
 * Return: its index; the lower one is served first.
 */
unsigned int pci_tsm_verb_class(enum pci_tsm_verb verb)
{
	switch (verb) {
	case PCI_TSM_VERB_DISCONNECT:
		return 0;
	case PCI_TSM_VERB_GUEST_REQ:
		return 1;
	case PCI_TSM_VERB_REFRESH:
		return 3;
	default:
		return 2;
	}
}

/**
 * pci_tsm_req_alloc() - a request about a function
 * @verb: what to do; its input is for the caller to fill in
 * @fn: the function, of which the request takes a reference
 *
 * Context: process.
 * Return: the request with two references, or NULL.
 */
struct pci_tsm_req *pci_tsm_req_alloc(enum pci_tsm_verb verb, struct pci_tsm_fn *fn)
{
	struct pci_tsm_req *req = kzalloc(sizeof(*req), GFP_KERNEL_ACCOUNT);

	if (!req)
		return NULL;
	refcount_set(&req->ref, 2);
	INIT_LIST_HEAD(&req->node);
	init_completion(&req->done);
	req->verb = verb;
	kref_get(&fn->ref);
	req->fn = fn;
	return req;
}

static void req_free(struct pci_tsm_req *req)
{
	if (req->verb == PCI_TSM_VERB_GUEST_REQ) {
		kvfree_sensitive(req->guest.req.kernel, req->guest.req_len);
		kvfree_sensitive(req->guest.resp.kernel, req->guest.resp_len);
	}
	if (req->verb == PCI_TSM_VERB_REFRESH)
		pci_tsm_refresh_free(req->refresh);
	if (req->awake)
		pm_runtime_put(&req->fn->pdev->dev);
	pci_tsm_fn_put(req->fn);
	kfree(req);
}

/**
 * pci_tsm_req_put() - give a reference on a request back
 * @req: the request
 *
 * Context: process.
 */
void pci_tsm_req_put(struct pci_tsm_req *req)
{
	if (refcount_dec_and_test(&req->ref))
		req_free(req);
}

/**
 * pci_tsm_req_finish() - the end of a request
 * @req: the request, in no queue (any more), and not running; the queue's
 *	reference is given back, and its share in the TSM
 * @result: how it ended
 *
 * Context: process.
 */
void pci_tsm_req_finish(struct pci_tsm_req *req, ssize_t result)
{
	req->result = result;
	if (req->tsm)
		percpu_ref_put(&req->tsm->inflight);
	req->tsm = NULL;
	if (req->end)
		req->end(req);
	complete(&req->done);
	pci_tsm_req_put(req);
}

/* One request of a TDI at a time: no guest can starve another one */
static bool has_guest_req(struct pci_tsm_dsm *dsm, struct pci_tsm_fn *fn)
{
	struct pci_tsm_req *req;

	lockdep_assert_held(&dsm->lock);
	if (dsm->req && dsm->req->verb == PCI_TSM_VERB_GUEST_REQ && dsm->req->fn == fn)
		return true;
	list_for_each_entry(req, &dsm->queue[pci_tsm_verb_class(PCI_TSM_VERB_GUEST_REQ)], node)
		if (req->fn == fn)
			return true;
	return false;
}

static bool means(const struct pci_tsm_req *disconnect, const struct pci_tsm_provider *tsm)
{
	return disconnect->id == PCI_TSM_ID_ANY || disconnect->id == tsm->tsm_dev->id;
}

/* A connect that was asked for before is not served after it */
static void disconnect_outdates(struct pci_tsm_dsm *dsm, struct pci_tsm_req *req)
{
	struct pci_tsm_req *pos;

	lockdep_assert_held(&dsm->lock);
	list_for_each_entry(pos, &dsm->queue[pci_tsm_verb_class(PCI_TSM_VERB_CONNECT)], node) {
		if (pos->verb != PCI_TSM_VERB_CONNECT || !means(req, pos->tsm))
			continue;
		pos->outdated = true;
		req->ended_connect = true;
	}
}

/* Whoever disconnects does not wait for what the end of the connection makes useless */
static void disconnect_cancels(struct pci_tsm_dsm *dsm, struct pci_tsm_req *req)
{
	struct pci_tsm_provider *tsm = dsm->req && dsm->req->tsm ? dsm->req->tsm : dsm->tsm;

	lockdep_assert_held(&dsm->lock);
	if (!tsm || !means(req, tsm))
		return;
	if (dsm->req ? dsm->req->verb == PCI_TSM_VERB_DISCONNECT : !dsm->op_fn)
		return;
	req->cancels = true;
	req->ended_connect |= dsm->req && dsm->req->verb == PCI_TSM_VERB_CONNECT;
	dsm->op_cancelled = true;
}

/* The device is, or the TSM that serves it; a connect may mean another one */
static bool is_going(struct pci_tsm_dsm *dsm, struct pci_tsm_req *req)
{
	if (dsm->gone || req->fn->gone)
		return true;
	return req->verb != PCI_TSM_VERB_CONNECT && dsm->tsm && READ_ONCE(dsm->tsm->leaving);
}

static int req_submit(struct pci_tsm_dsm *dsm, struct pci_tsm_req *req)
{
	guard(raw_spinlock_irqsave)(&dsm->lock);
	if (is_going(dsm, req))
		return -ENODEV;
	/* Here, and not before: whoever wants to sleep takes the lock afterwards */
	if (req->verb != PCI_TSM_VERB_DISCONNECT && pci_tsm_asleep())
		return -EBUSY;
	if (dsm->nr_queued >= PCI_TSM_QUEUE_MAX)
		return -EBUSY;
	if (req->verb == PCI_TSM_VERB_GUEST_REQ && has_guest_req(dsm, req->fn))
		return -EBUSY;
	if (req->verb == PCI_TSM_VERB_DISCONNECT) {
		disconnect_outdates(dsm, req);
		disconnect_cancels(dsm, req);
	}
	list_add_tail(&req->node, &dsm->queue[pci_tsm_verb_class(req->verb)]);
	dsm->nr_queued++;
	return 0;
}

/**
 * pci_tsm_req_cancel() - take a request back, or tell it to stop
 * @req: a request that was started, no disconnect
 *
 * Context: process; sleeps while the op cancel does.
 * Return: false if it is too late, since it has succeeded.
 */
bool pci_tsm_req_cancel(struct pci_tsm_req *req)
{
	struct pci_tsm_dsm *dsm = req->fn->dsm;
	bool queued;

	scoped_guard(raw_spinlock_irqsave, &dsm->lock) {
		queued = !list_empty(&req->node);
		if (req->committed)
			return false;
		if (queued) {
			list_del_init(&req->node);
			dsm->nr_queued--;
		} else if (dsm->req == req) {
			dsm->op_cancelled = true;
		}
	}
	if (queued)
		pci_tsm_req_finish(req, -ECANCELED);
	else
		pci_tsm_cancel(dsm);
	return true;
}

/**
 * pci_tsm_req_start() - submit a request
 * @req: the request; one reference is given to the queue
 *
 * It may have ended when this returns: -EBUSY for too many requests or while the
 * system is about to sleep, -ENODEV for a device that is going.
 *
 * Context: process; sleeps while the op cancel does.
 */
void pci_tsm_req_start(struct pci_tsm_req *req)
{
	struct pci_tsm_dsm *dsm = req->fn->dsm;
	int rc = req_submit(dsm, req);

	if (rc) {
		pci_tsm_req_finish(req, rc);
		return;
	}
	if (req->cancels)
		pci_tsm_cancel(dsm);
	pci_tsm_kick(dsm);
}

/**
 * pci_tsm_req_run() - submit a request and wait for its end
 * @req: the request; one reference is given to the queue
 *
 * A fatal signal ends the wait. It also cancels the request, unless that is a
 * disconnect, which is never given up.
 *
 * Context: process; no lock that an op may need.
 * Return: the request's result; -EINTR if killed; or as pci_tsm_req_start().
 */
ssize_t pci_tsm_req_run(struct pci_tsm_req *req)
{
	pci_tsm_req_start(req);
	pci_tsm_might_wait();
	if (wait_for_completion_killable(&req->done)) {
		if (req->verb != PCI_TSM_VERB_DISCONNECT && !pci_tsm_req_cancel(req))
			wait_for_completion(&req->done);
		else if (!try_wait_for_completion(&req->done))
			return -EINTR;
	}
	return req->result;
}

/**
 * pci_tsm_mark_cancelled() - tell a bind or guest request that runs to stop
 * @fn: the function that it is about; the lock of its DSM is held
 *
 * Context: any; somebody must call pci_tsm_cancel() or kick the urgent work.
 * Return: true if there is one.
 */
bool pci_tsm_mark_cancelled(struct pci_tsm_fn *fn)
{
	struct pci_tsm_req *req = fn->dsm->req;

	lockdep_assert_held(&fn->dsm->lock);
	if (!req || req->fn != fn ||
	    (req->verb != PCI_TSM_VERB_BIND && req->verb != PCI_TSM_VERB_GUEST_REQ))
		return false;
	fn->dsm->op_cancelled = true;
	return true;
}

/**
 * pci_tsm_mark_wanted() - tell a refresh that runs to stop, since the worker is wanted
 * @dsm: the DSM, its lock held
 *
 * A device that takes its time could draw it out, while the end of one of its
 * functions waits for the worker.
 *
 * Context: any; as pci_tsm_mark_cancelled().
 */
void pci_tsm_mark_wanted(struct pci_tsm_dsm *dsm)
{
	lockdep_assert_held(&dsm->lock);
	if (dsm->req && dsm->req->verb == PCI_TSM_VERB_REFRESH)
		dsm->op_cancelled = true;
}

/**
 * pci_tsm_mark_lost() - tell whatever runs to stop, if the DSM is lost
 * @dsm: the DSM, its lock held
 *
 * The worker may have acted upon the loss already; what runs then is new.
 *
 * Context: any; as pci_tsm_mark_cancelled().
 */
void pci_tsm_mark_lost(struct pci_tsm_dsm *dsm)
{
	lockdep_assert_held(&dsm->lock);
	if (pci_tsm_record_to_withdraw(&dsm->rec))
		dsm->op_cancelled = true;
}

/* Does @req fall under what is expelled? */
static bool req_concerned(struct pci_tsm_dsm *dsm, struct pci_tsm_req *req,
			  struct pci_tsm_fn *fn, struct pci_tsm_provider *tsm)
{
	if (tsm)
		return req->tsm == tsm || (!req->tsm && dsm->tsm == tsm);
	return !fn || req->fn == fn;
}

/* One at a time: what is out of the queue is nobody's but the caller's */
static struct pci_tsm_req *take_concerned(struct pci_tsm_dsm *dsm, struct pci_tsm_fn *fn,
					  struct pci_tsm_provider *tsm)
{
	struct pci_tsm_req *req;

	guard(raw_spinlock_irqsave)(&dsm->lock);
	for (int i = 0; i < ARRAY_SIZE(dsm->queue); i++) {
		list_for_each_entry(req, &dsm->queue[i], node) {
			if (!req_concerned(dsm, req, fn, tsm))
				continue;
			list_del_init(&req->node);
			dsm->nr_queued--;
			return req;
		}
	}
	return NULL;
}

/**
 * pci_tsm_expel() - end queued requests, and tell the one that runs to stop
 * @dsm: the DSM
 * @fn: only what is about this function; NULL for any
 * @tsm: only what has a share in this TSM; NULL for any
 * @error: the result of those that are ended
 *
 * Context: process; sleeps while the op cancel does.
 */
void pci_tsm_expel(struct pci_tsm_dsm *dsm, struct pci_tsm_fn *fn,
		   struct pci_tsm_provider *tsm, int error)
{
	struct pci_tsm_req *req;

	while ((req = take_concerned(dsm, fn, tsm)))
		pci_tsm_req_finish(req, error);
	scoped_guard(raw_spinlock_irqsave, &dsm->lock)
		if (tsm ? dsm->tsm == tsm : !fn || (dsm->req && dsm->req->fn == fn))
			dsm->op_cancelled = true;
	pci_tsm_cancel(dsm);
}
