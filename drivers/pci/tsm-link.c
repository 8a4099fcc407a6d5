// SPDX-License-Identifier: GPL-2.0
/*
 * PCI/TSM: what the DSM's worker does with the ops of a TSM in the link role.
 *
 * All of it runs on the worker, one item at a time, without any lock. Each
 * thing that is done has its undo in here, and the undo works from every
 * partly done state: the context of a function (pci_tsm_fn::tsm), its TDI,
 * the connection (pci_tsm_dsm::up) each say for themselves that they exist.
 */
#define dev_fmt(fmt) "TSM: " fmt

#include <linux/cleanup.h>
#include <linux/pci.h>
#include <linux/pm_runtime.h>
#include <linux/sched/mm.h>

#include "tsm.h"
#include "tsm-hooks.h"

static const struct pci_tsm_ops *ops_of(struct pci_tsm_dsm *dsm)
{
	return dsm->tsm->ops;
}

static void set_tsm(struct pci_tsm_dsm *dsm, struct pci_tsm_provider *tsm)
{
	guard(raw_spinlock_irqsave)(&dsm->lock);
	dsm->tsm = tsm;
}

static void set_context(struct pci_tsm_dsm *dsm, struct pci_tsm_fn *fn, struct pci_tsm *tsm)
{
	guard(raw_spinlock_irqsave)(&dsm->lock);
	fn->tsm = tsm;
}

static bool is_dsm_fn(struct pci_tsm_fn *fn)
{
	return pci_tsm_fn_is_dsm(fn);
}

static bool has_tdi(struct pci_tsm_fn *fn)
{
	return fn->tsm && fn->tsm->tdi;
}

static bool is_member_with_context(struct pci_tsm_fn *fn)
{
	return fn->tsm && !pci_tsm_fn_is_dsm(fn);
}

static bool is_not_at_rest(struct pci_tsm_fn *fn)
{
	struct pci_tsm_change now;

	pci_tsm_record_read(&fn->rec, &now);
	return now.new != PCI_TSM_STATE_UNBOUND;
}

/* A TSM may hand out an error, or NULL as older drivers do */
static int probe_fn(struct pci_tsm_dsm *dsm, struct pci_tsm_fn *fn)
{
	struct pci_tsm *tsm;

	pci_tsm_op_begin(dsm, fn, true);
	tsm = ops_of(dsm)->probe(dsm->tsm->tsm_dev, fn->pdev);
	if (!IS_ERR_OR_NULL(tsm))
		set_context(dsm, fn, tsm);
	pci_tsm_op_end(dsm);
	return tsm ? PTR_ERR_OR_ZERO(tsm) : -ENXIO;
}

static void remove_fn(struct pci_tsm_dsm *dsm, struct pci_tsm_fn *fn)
{
	struct pci_tsm *tsm = fn->tsm;

	if (!tsm)
		return;
	pci_tsm_op_begin(dsm, fn, false);
	set_context(dsm, fn, NULL);
	ops_of(dsm)->remove(tsm);
	pci_tsm_op_end(dsm);
}

/**
 * pci_tsm_link_probe() - make a function known to the TSM, if the DSM is up
 * @dsm: the DSM
 * @fn: the function
 *
 * Context: the worker.
 */
void pci_tsm_link_probe(struct pci_tsm_dsm *dsm, struct pci_tsm_fn *fn)
{
	int rc = probe_fn(dsm, fn);

	if (!rc)
		return;
	pci_dbg(fn->pdev, "not served: %d\n", rc);
	scoped_guard(raw_spinlock_irqsave, &dsm->lock)
		fn->probe_failed = true;
}

static void probe_members(struct pci_tsm_dsm *dsm)
{
	struct pci_tsm_fn *fn;

	while (!pci_tsm_item_cancelled(dsm) && (fn = pci_tsm_find_fn(dsm, pci_tsm_fn_unprobed))) {
		pci_tsm_link_probe(dsm, fn);
		pci_tsm_unuse_fn(fn);
	}
}

/* A TSM that refused a function may take it next time */
static void forget_refusals(struct pci_tsm_dsm *dsm)
{
	struct pci_tsm_fn *fn;

	guard(raw_spinlock_irqsave)(&dsm->lock);
	list_for_each_entry(fn, &dsm->fns, node)
		fn->probe_failed = false;
}

static void let_sleep(struct pci_tsm_dsm *dsm)
{
	if (dsm->awake)
		pm_runtime_put(&dsm->pdev->dev);
	dsm->awake = false;
}

static int call_connect(struct pci_tsm_dsm *dsm, struct pci_tsm_fn *fn,
			const struct pci_tsm_connect_args *args)
{
	int rc;

	pci_tsm_op_begin(dsm, fn, true);
	rc = ops_of(dsm)->connect(fn->pdev, args);
	dsm->up = !rc;
	if (rc == -EIO && pci_doe_dead(fn->pdev))
		pci_notice_ratelimited(fn->pdev, "mailbox is dead, reset the function\n");
	pci_tsm_op_end(dsm);
	return rc;
}

static void call_disconnect(struct pci_tsm_dsm *dsm)
{
	struct pci_tsm_fn *fn = dsm->up ? pci_tsm_find_fn(dsm, is_dsm_fn) : NULL;

	if (!fn)
		return;
	pci_tsm_op_begin(dsm, fn, false);
	dsm->up = false;
	ops_of(dsm)->disconnect(fn->pdev);
	pci_tsm_op_end(dsm);
	pci_tsm_unuse_fn(fn);
	scoped_guard(raw_spinlock_irqsave, &dsm->lock)
		dsm->counters.disconnects++;
}

static int bring_up(struct pci_tsm_dsm *dsm, struct pci_tsm_fn *fn,
		    const struct pci_tsm_connect_args *args)
{
	int rc;

	forget_refusals(dsm);
	WRITE_ONCE(dsm->verified, false);
	rc = pci_tsm_item_cancelled(dsm) ? -ECANCELED : probe_fn(dsm, fn);
	if (rc)
		return rc;
	rc = pci_tsm_item_cancelled(dsm) ? -ECANCELED : call_connect(dsm, fn, args);
	if (rc)
		return rc;
	probe_members(dsm);
	return pci_tsm_item_cancelled(dsm) ? -ECANCELED : 0;
}

static void unbind_all(struct pci_tsm_dsm *dsm, enum pci_tsm_step step, enum pci_tsm_reason reason)
{
	struct pci_tsm_fn *fn;

	while ((fn = pci_tsm_find_fn(dsm, has_tdi))) {
		pci_tsm_link_unbind(dsm, fn, step, reason);
		pci_tsm_unuse_fn(fn);
	}
}

/* A function that was lost rests again; a step that has no meaning for it ends this */
static void settle_all(struct pci_tsm_dsm *dsm, enum pci_tsm_step step, enum pci_tsm_reason reason)
{
	struct pci_tsm_fn *fn;
	int rc = 0;

	while (!rc && (fn = pci_tsm_find_fn(dsm, is_not_at_rest))) {
		rc = pci_tsm_move(dsm, fn, step, reason);
		pci_tsm_unuse_fn(fn);
	}
}

/* Undo all that bring_up() did, and what came after it */
static void bring_down(struct pci_tsm_dsm *dsm, enum pci_tsm_step step,
		       enum pci_tsm_reason reason)
{
	struct pci_tsm_fn *fn;

	unbind_all(dsm, step, reason);
	settle_all(dsm, step, reason);
	while ((fn = pci_tsm_find_fn(dsm, is_member_with_context))) {
		remove_fn(dsm, fn);
		pci_tsm_unuse_fn(fn);
	}
	call_disconnect(dsm);
	fn = pci_tsm_find_fn(dsm, is_dsm_fn);
	if (fn) {
		remove_fn(dsm, fn);
		pci_tsm_unuse_fn(fn);
	}
	pci_tsm_evidence_drop(dsm);
	let_sleep(dsm);
}

static void count_connect(struct pci_tsm_dsm *dsm, int rc)
{
	guard(raw_spinlock_irqsave)(&dsm->lock);
	dsm->counters.last_errno = rc;
	if (rc)
		dsm->counters.refused++;
	else
		dsm->counters.connects++;
}

static bool is_gone(struct pci_tsm_dsm *dsm)
{
	guard(raw_spinlock_irqsave)(&dsm->lock);
	return dsm->gone;
}

/* A device that is reset meanwhile breaks every protocol; a timeout is the op's own verdict */
static bool is_cut_short(struct pci_tsm_dsm *dsm)
{
	return pci_tsm_item_cancelled(dsm) &&
	       pci_tsm_record_loss(&dsm->rec) != PCI_TSM_REASON_IDE_TIMEOUT;
}

static void refuse_reason(struct pci_tsm_dsm *dsm, int rc, enum pci_tsm_step *step,
			  enum pci_tsm_reason *reason)
{
	enum pci_tsm_reason asleep = pci_tsm_asleep();

	*step = PCI_TSM_STEP_REFUSED;
	*reason = rc == -ECANCELED ? PCI_TSM_REASON_CANCELLED : PCI_TSM_REASON_REFUSED;
	if (rc != -ECANCELED)
		return;
	if (is_gone(dsm))
		*reason = PCI_TSM_REASON_REMOVAL;
	else if (READ_ONCE(dsm->tsm->leaving))
		*reason = PCI_TSM_REASON_DEPARTURE;
	else if (asleep)
		*reason = asleep;
}

static int do_connect(struct pci_tsm_dsm *dsm, struct pci_tsm_req *req)
{
	enum pci_tsm_reason reason;
	enum pci_tsm_step step;
	int rc;

	if (req->outdated)
		return -ECANCELED;
	rc = pci_tsm_table(dsm->rec.state, PCI_TSM_STEP_CONNECT);
	if (rc < 0)
		return rc;
	/* From here on the device stays awake until it is disconnected */
	swap(dsm->awake, req->awake);
	set_tsm(dsm, req->tsm);
	rc = pci_tsm_move(dsm, NULL, PCI_TSM_STEP_CONNECT, PCI_TSM_REASON_REQUEST);
	if (!rc)
		rc = bring_up(dsm, req->fn, &req->connect);
	if (rc && is_cut_short(dsm))
		rc = -ECANCELED;
	if (!rc)
		rc = pci_tsm_move(dsm, NULL, PCI_TSM_STEP_CONNECTED, PCI_TSM_REASON_REQUEST);
	count_connect(dsm, rc);
	if (!rc)
		return 0;

	refuse_reason(dsm, rc, &step, &reason);
	bring_down(dsm, step, reason);
	pci_tsm_move(dsm, NULL, step, reason);
	set_tsm(dsm, NULL);
	return READ_ONCE(req->tsm->leaving) || is_gone(dsm) ? -ENODEV : rc;
}

/* Which TSM the request names must be the one that is connected */
static int do_disconnect(struct pci_tsm_dsm *dsm, struct pci_tsm_req *req)
{
	int rc = pci_tsm_table(dsm->rec.state, PCI_TSM_STEP_DISCONNECT);

	if (rc < 0)
		return req->ended_connect ? 0 : rc;
	if (req->id != PCI_TSM_ID_ANY && req->id != dsm->tsm->tsm_dev->id)
		return -EINVAL;
	pci_tsm_link_teardown(dsm, PCI_TSM_STEP_DISCONNECT, PCI_TSM_REASON_REQUEST);
	return 0;
}

/* How a disconnect by others shows in the functions */
static enum pci_tsm_reason fn_reason(enum pci_tsm_reason reason)
{
	return reason == PCI_TSM_REASON_REMOVAL ? PCI_TSM_REASON_DSM_GONE : reason;
}

/**
 * pci_tsm_link_teardown() - disconnect, whatever state there is
 * @dsm: a DSM that a TSM serves
 * @step: who wants it
 * @reason: and why
 *
 * Context: the worker, between requests.
 */
void pci_tsm_link_teardown(struct pci_tsm_dsm *dsm, enum pci_tsm_step step,
			   enum pci_tsm_reason reason)
{
	pci_tsm_move(dsm, NULL, step, reason);
	bring_down(dsm, step, fn_reason(reason));
	pci_tsm_move(dsm, NULL, PCI_TSM_STEP_DISCONNECTED, reason);
	set_tsm(dsm, NULL);
}

/**
 * pci_tsm_link_withdraw() - act upon the loss of a DSM
 * @dsm: a connected DSM whose record is lost
 *
 * Interfaces are closed and the session ended. The contexts stay until somebody
 * disconnects, so that "failed" can be seen and asked about.
 *
 * Context: the worker, between requests.
 */
void pci_tsm_link_withdraw(struct pci_tsm_dsm *dsm)
{
	enum pci_tsm_reason reason = dsm->rec.lost_reason;

	dev_warn_ratelimited(&dsm->pdev->dev, "connection lost: %s\n",
			     pci_tsm_reason_name(reason));
	unbind_all(dsm, PCI_TSM_STEP_LOSS, reason);
	call_disconnect(dsm);
	pci_tsm_move(dsm, NULL, PCI_TSM_STEP_LOSS, reason);
}

/**
 * pci_tsm_link_withdraw_fn() - act upon the loss of one TDI
 * @dsm: its DSM
 * @fn: a bound function whose record is lost
 *
 * Context: the worker, between requests.
 */
void pci_tsm_link_withdraw_fn(struct pci_tsm_dsm *dsm, struct pci_tsm_fn *fn)
{
	dev_warn_ratelimited(&fn->pdev->dev, "interface lost: %s\n",
			     pci_tsm_reason_name(fn->rec.lost_reason));
	pci_tsm_link_unbind(dsm, fn, PCI_TSM_STEP_LOSS, fn->rec.lost_reason);
}

/**
 * pci_tsm_link_drop_fn() - forget a function that is going away
 * @dsm: its DSM
 * @fn: the function, not the DSM's own
 *
 * Context: the worker, between requests.
 */
void pci_tsm_link_drop_fn(struct pci_tsm_dsm *dsm, struct pci_tsm_fn *fn)
{
	pci_tsm_link_unbind(dsm, fn, PCI_TSM_STEP_REMOVAL, PCI_TSM_REASON_REMOVAL);
	remove_fn(dsm, fn);
}

static int do_bind(struct pci_tsm_dsm *dsm, struct pci_tsm_req *req)
{
	struct pci_tsm_fn *fn = req->fn;
	struct pci_tdi *tdi;
	int rc;

	rc = pci_tsm_table(dsm->rec.state, PCI_TSM_STEP_BIND);
	if (rc > 0)
		rc = pci_tsm_table(fn->rec.state, PCI_TSM_STEP_BIND);
	if (rc < 0)
		return rc;
	if (!fn->tsm)
		return -ENXIO;
	if (!ops_of(dsm)->bind)
		return -EOPNOTSUPP;

	pci_tsm_op_begin(dsm, fn, true);
	tdi = ops_of(dsm)->bind(fn->pdev, req->bind.kvm, req->bind.tdi_id);
	if (!IS_ERR_OR_NULL(tdi)) {
		scoped_guard(raw_spinlock_irqsave, &dsm->lock) {
			fn->tsm->tdi = tdi;
			fn->quiesced = false;
		}
		fn->invalidate = req->bind.invalidate;
		fn->invalidate_data = req->bind.data;
	}
	pci_tsm_op_end(dsm);
	if (IS_ERR_OR_NULL(tdi))
		return tdi ? PTR_ERR(tdi) : -ENXIO;

	/* A loss from now on is recorded; one before it has cancelled the item */
	rc = pci_tsm_item_cancelled(dsm) ? -ECANCELED :
	     pci_tsm_move(dsm, fn, PCI_TSM_STEP_BIND, PCI_TSM_REASON_REQUEST);
	if (!rc && !pci_tsm_record_loss(&dsm->rec) && pci_tsm_item_commit(dsm))
		return 0;
	/* The submitter may have given up, and nobody would unbind then */
	pci_tsm_link_unbind(dsm, fn, PCI_TSM_STEP_UNBIND, PCI_TSM_REASON_CANCELLED);
	return -ECANCELED;
}

/**
 * pci_tsm_link_unbind() - undo a bind, whatever is there of it
 * @dsm: the DSM
 * @fn: the function
 * @step: what happened
 * @reason: why
 *
 * Context: the worker.
 */
void pci_tsm_link_unbind(struct pci_tsm_dsm *dsm, struct pci_tsm_fn *fn, enum pci_tsm_step step,
			 enum pci_tsm_reason reason)
{
	struct pci_tdi *tdi = fn->tsm ? fn->tsm->tdi : NULL;

	if (tdi) {
		/* Whoever asked for the unbind needs no telling */
		if (fn->invalidate && step != PCI_TSM_STEP_UNBIND)
			fn->invalidate(fn->invalidate_data);
		pci_tsm_op_begin(dsm, fn, false);
		scoped_guard(raw_spinlock_irqsave, &dsm->lock)
			fn->tsm->tdi = NULL;
		ops_of(dsm)->unbind(tdi);
		pci_tsm_op_end(dsm);
		/* The urgent work does this first, if it comes before the worker */
		if (step == PCI_TSM_STEP_LOSS || pci_tsm_record_loss(&dsm->rec))
			pci_clear_master(fn->pdev);
		fn->invalidate = NULL;
		fn->invalidate_data = NULL;
	}
	pci_tsm_move(dsm, fn, step, reason);
}

static ssize_t do_guest_req(struct pci_tsm_dsm *dsm, struct pci_tsm_req *req)
{
	struct pci_tsm_fn *fn = req->fn;
	ssize_t rc;

	if (!has_tdi(fn))
		return -ENXIO;
	if (!ops_of(dsm)->guest_req)
		return -EOPNOTSUPP;
	pci_tsm_op_begin(dsm, fn, true);
	rc = ops_of(dsm)->guest_req(fn->tsm->tdi, &req->guest);
	pci_tsm_op_end(dsm);
	return rc;
}

/* What was brought of an earlier connection is of no use */
static int check_connection(struct pci_tsm_dsm *dsm, struct pci_tsm_req *req)
{
	struct pci_tsm_refresh *r = req->refresh;
	bool up = dsm->up && req->fn->tsm;

	if (!r->connection && !up)
		return -ENXIO;
	if (!r->connection)
		r->connection = dsm->counters.connects;
	return up && r->connection == dsm->counters.connects ? 0 : -ECANCELED;
}

/* Signatures are over the VCA, which is of the same conversation then */
#define SIGNED_TYPES	(BIT(PCI_TSM_EVIDENCE_TYPE_VCA) |		\
			 BIT(PCI_TSM_EVIDENCE_TYPE_MEASUREMENTS) |	\
			 BIT(PCI_TSM_EVIDENCE_TYPE_CHALLENGE))

/* One chain, or what is signed; what a failed op has left there is freed with the request */
static int refresh_next(struct pci_tsm_dsm *dsm, struct pci_tsm_req *req)
{
	struct pci_tsm_refresh *r = req->refresh;
	u32 types = BIT(__ffs(r->types));
	int rc;

	if (types & SIGNED_TYPES)
		types = r->types & SIGNED_TYPES;
	pci_tsm_op_begin(dsm, req->fn, true);
	rc = ops_of(dsm)->refresh_evidence(req->fn->tsm, types, r->slot, r->nonce, &r->result);
	pci_tsm_op_end(dsm);
	r->types &= ~types;
	return rc;
}

/* Piece by piece, so that nothing that is more urgent waits for all of them */
static ssize_t do_refresh(struct pci_tsm_dsm *dsm, struct pci_tsm_req *req)
{
	struct pci_tsm_refresh *r = req->refresh;
	struct pci_tsm_snapshot *answer;
	int rc = check_connection(dsm, req);

	if (rc)
		return rc;
	if (!ops_of(dsm)->refresh_evidence)
		return -EOPNOTSUPP;
	rc = refresh_next(dsm, req);
	if (rc)
		return rc < 0 ? rc : -EPROTO;
	if (r->types)
		return PCI_TSM_MORE;
	answer = pci_tsm_snapshot_make(&r->result, r);
	if (IS_ERR(answer))
		return PTR_ERR(answer);
	rc = pci_tsm_evidence_learn(dsm, answer);
	if (rc < 0) {
		pci_tsm_snapshot_put(answer);
		return rc;
	}
	r->answer = answer;
	if (rc)
		pci_tsm_event_evidence(dsm);
	return 0;
}

/* Who asked pays for what comes */
static ssize_t do_charged_refresh(struct pci_tsm_dsm *dsm, struct pci_tsm_req *req)
{
	struct mem_cgroup *old = set_active_memcg(req->refresh->memcg);
	ssize_t rc = do_refresh(dsm, req);

	set_active_memcg(old);
	return rc;
}

/**
 * pci_tsm_link_run() - serve a request
 * @dsm: the DSM
 * @req: the request
 *
 * Context: the worker.
 * Return: the request's result, or PCI_TSM_MORE.
 */
ssize_t pci_tsm_link_run(struct pci_tsm_dsm *dsm, struct pci_tsm_req *req)
{
	/* Told to stop before it began; the others look for themselves */
	if ((req->verb == PCI_TSM_VERB_BIND || req->verb == PCI_TSM_VERB_GUEST_REQ ||
	     req->verb == PCI_TSM_VERB_REFRESH) && pci_tsm_item_cancelled(dsm))
		return -ECANCELED;

	switch (req->verb) {
	case PCI_TSM_VERB_CONNECT:
		return do_connect(dsm, req);
	case PCI_TSM_VERB_DISCONNECT:
		return do_disconnect(dsm, req);
	case PCI_TSM_VERB_BIND:
		return do_bind(dsm, req);
	case PCI_TSM_VERB_GUEST_REQ:
		return do_guest_req(dsm, req);
	case PCI_TSM_VERB_REFRESH:
		return do_charged_refresh(dsm, req);
	}
	return -EOPNOTSUPP;
}
