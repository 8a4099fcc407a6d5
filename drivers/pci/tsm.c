// SPDX-License-Identifier: GPL-2.0
/*
 * PCI/TSM core: devices come and go, and what the rest of the kernel may ask
 * for.
 *
 * PCIe r7.0 sec 6.31 (CMA-SPDM), 6.33 (IDE), 11 (TDISP). Everything that is
 * done to a device is done by the worker of its DSM (tsm-worker.c); the
 * functions here submit requests to it, mark what it must act upon, and wait.
 */
#define dev_fmt(fmt) "TSM: " fmt

#include <linux/cleanup.h>
#include <linux/pci.h>
#include <linux/pci-doe.h>
#include <linux/pci-tsm.h>
#include <linux/pm_runtime.h>
#include <linux/slab.h>

#include "pci.h"
#include "tsm.h"
#include <trace/events/pci_tsm.h>

static ssize_t run_and_put(struct pci_tsm_req *req)
{
	ssize_t rc = pci_tsm_req_run(req);

	pci_tsm_req_put(req);
	return rc;
}

/* The end of a request that never began */
static struct pci_tsm_req *abandon(struct pci_tsm_req *req, int rc)
{
	pci_tsm_req_finish(req, rc);
	pci_tsm_req_put(req);
	return ERR_PTR(rc);
}

/**
 * pci_tsm_pick_for_connect() - the TSM that a connect means
 * @pdev: the function that the DSM lives in
 * @id: the TSM to use, PCI_TSM_ID_ANY or _UNKNOWN
 *
 * Context: process.
 * Return: as pci_tsm_pick(), or -EBUSY for what is connected already.
 */
struct pci_tsm_provider *pci_tsm_pick_for_connect(struct pci_dev *pdev, int id)
{
	struct pci_tsm_provider *tsm = pci_tsm_pick(pdev, id);
	struct pci_tsm_view view;

	if (PTR_ERR_OR_ZERO(tsm) != -ENXIO)
		return tsm;
	/* That it is connected already says more than that another one is not there */
	pci_tsm_view(pdev, &view);
	return view.tsm_id >= 0 ? ERR_PTR(-EBUSY) : tsm;
}

/**
 * pci_tsm_connect_req() - make a request to connect
 * @pdev: the function that the DSM lives in
 * @tsm: the TSM, with a share in its in-flight reference, which is given away
 * @args: parameters, NULL for the defaults
 *
 * Context: process; waits for the device to wake up.
 * Return: the request, or ERR_PTR: -ENODEV, -ENOMEM, -EIO the device does not
 * wake up.
 */
struct pci_tsm_req *pci_tsm_connect_req(struct pci_dev *pdev, struct pci_tsm_provider *tsm,
					const struct pci_tsm_connect_args *args)
{
	struct pci_tsm_fn *fn __free(pci_tsm_fn_put) = pci_tsm_fn_get_or_make(pdev);
	struct pci_tsm_req *req;
	int rc;

	req = IS_ERR(fn) ? NULL : pci_tsm_req_alloc(PCI_TSM_VERB_CONNECT, fn);
	if (!req) {
		percpu_ref_put(&tsm->inflight);
		return IS_ERR(fn) ? ERR_CAST(fn) : ERR_PTR(-ENOMEM);
	}
	req->tsm = tsm;
	if (args)
		req->connect = *args;
	/* D3cold drops keys and streams; the worker must not wake bridges itself */
	rc = pm_runtime_get_sync(&pdev->dev);
	req->awake = true;
	/* -EACCES: without runtime PM it is on */
	return rc < 0 && rc != -EACCES ? abandon(req, -EIO) : req;
}

/**
 * pci_tsm_connect() - the verb: bring up session and stream of a DSM
 * @pdev: the function that the DSM lives in
 * @id: the TSM to use, PCI_TSM_ID_ANY or _UNKNOWN
 * @args: parameters, NULL for the defaults
 *
 * Context: process; waits killably; no lock that an op may need.
 * Return: 0 or the errnos of Documentation/PCI/tsm.rst.
 */
int pci_tsm_connect(struct pci_dev *pdev, int id, const struct pci_tsm_connect_args *args)
{
	struct pci_tsm_provider *tsm = pci_tsm_pick_for_connect(pdev, id);
	struct pci_tsm_req *req;

	if (IS_ERR(tsm))
		return PTR_ERR(tsm);
	req = pci_tsm_connect_req(pdev, tsm, args);
	return IS_ERR(req) ? PTR_ERR(req) : run_and_put(req);
}

/**
 * pci_tsm_disconnect_req() - make a request to disconnect
 * @pdev: the function that the DSM lives in
 * @id: the TSM that must be the connected one, PCI_TSM_ID_ANY or _UNKNOWN
 *
 * Context: process.
 * Return: the request, or ERR_PTR: -ENXIO not connected, -ENODEV the device is going
 * away, -ENOMEM.
 */
struct pci_tsm_req *pci_tsm_disconnect_req(struct pci_dev *pdev, int id)
{
	struct pci_tsm_fn *fn __free(pci_tsm_fn_put) = pci_tsm_fn_get(pdev);
	struct pci_tsm_req *req;

	if (!fn)
		return ERR_PTR(pci_tsm_fn_closed(pdev) ? -ENODEV : -ENXIO);
	req = pci_tsm_req_alloc(PCI_TSM_VERB_DISCONNECT, fn);
	if (!req)
		return ERR_PTR(-ENOMEM);
	req->id = id;
	return req;
}

/**
 * pci_tsm_disconnect() - the verb: undo a connect
 * @pdev: the function that the DSM lives in
 * @id: the TSM that must be the connected one, PCI_TSM_ID_ANY or _UNKNOWN
 *
 * Context: process; waits killably, but is never given up.
 * Return: 0; -ENXIO not connected; -EINVAL another TSM's name; -EINTR killed;
 * -ENODEV the device is going away; -ENOMEM.
 */
int pci_tsm_disconnect(struct pci_dev *pdev, int id)
{
	struct pci_tsm_req *req = pci_tsm_disconnect_req(pdev, id);

	return IS_ERR(req) ? PTR_ERR(req) : run_and_put(req);
}

/**
 * pci_tsm_bind() - give a function to a TVM: lock its interface
 * @pdev: the function; its DSM is connected
 * @kvm: the TVM; must stay valid until pci_tsm_unbind() has returned, also when
 *	this call was killed
 * @tdi_id: the name that the TVM knows the function by
 * @invalidate: called, without any lock, before the core unbinds by itself;
 *	must not sleep; never called after pci_tsm_unbind() has returned
 * @data: argument of @invalidate
 *
 * Context: process; waits killably; no lock that an op may need.
 * Return: 0; -ENXIO not connected or not served; -EBUSY bound already, or too
 * many requests; -EOPNOTSUPP the TSM cannot; -ENODEV going away; -EINTR killed;
 * -ECANCELED; -ENOMEM; or the TSM's error.
 */
int pci_tsm_bind(struct pci_dev *pdev, struct kvm *kvm, u32 tdi_id,
		 void (*invalidate)(void *data), void *data)
{
	struct pci_tsm_fn *fn __free(pci_tsm_fn_put) = pci_tsm_fn_get(pdev);
	struct pci_tsm_req *req;

	if (!fn)
		return -ENXIO;
	req = pci_tsm_req_alloc(PCI_TSM_VERB_BIND, fn);
	if (!req)
		return -ENOMEM;
	req->bind.kvm = kvm;
	req->bind.tdi_id = tdi_id;
	req->bind.invalidate = invalidate;
	req->bind.data = data;
	return run_and_put(req);
}
EXPORT_SYMBOL_GPL(pci_tsm_bind);

static bool is_unbound(struct pci_tsm_dsm *dsm, void *data)
{
	struct pci_tsm_fn *fn = data;

	guard(raw_spinlock_irqsave)(&dsm->lock);
	return !fn->want_unbind || list_empty(&fn->node);
}

/**
 * pci_tsm_unbind() - take a function back from its TVM
 * @pdev: the function, in whatever state
 *
 * Needs no memory and cannot fail: it is not a request, but a condition that
 * the worker acts upon before it serves any request.
 *
 * Context: process; waits uninterruptibly, for as long as the TSM's op.
 */
void pci_tsm_unbind(struct pci_dev *pdev)
{
	struct pci_tsm_fn *fn __free(pci_tsm_fn_put) = pci_tsm_fn_get(pdev);

	if (!fn)
		return;
	scoped_guard(raw_spinlock_irqsave, &fn->dsm->lock) {
		fn->want_unbind = true;
		pci_tsm_mark_cancelled(fn);
		pci_tsm_mark_wanted(fn->dsm);
	}
	pci_tsm_cancel(fn->dsm);
	pci_tsm_kick(fn->dsm);
	pci_tsm_wait_idle(fn->dsm, is_unbound, fn, MAX_SCHEDULE_TIMEOUT);
}
EXPORT_SYMBOL_GPL(pci_tsm_unbind);

static int copy_guest_req(struct pci_tsm_req *req, sockptr_t in)
{
	void *buf = kvzalloc(req->guest.req_len, GFP_KERNEL_ACCOUNT);

	req->guest.req = KERNEL_SOCKPTR(buf);
	if (!buf)
		return -ENOMEM;
	if (copy_from_sockptr(buf, in, req->guest.req_len))
		return -EFAULT;
	buf = kvzalloc(req->guest.resp_len, GFP_KERNEL_ACCOUNT);
	req->guest.resp = KERNEL_SOCKPTR(buf);
	return buf ? 0 : -ENOMEM;
}

static ssize_t run_guest_req(struct pci_tsm_req *req, sockptr_t in, sockptr_t out, u64 *tsm_code)
{
	ssize_t rc = copy_guest_req(req, in);

	if (rc) {
		pci_tsm_req_finish(req, rc);
		return rc;
	}
	rc = pci_tsm_req_run(req);
	/* Killed: the worker may still write to it */
	if (rc == -EINTR)
		return rc;
	if (tsm_code)
		*tsm_code = req->guest.tsm_code;
	if (rc >= 0 && copy_to_sockptr(out, req->guest.resp.kernel, req->guest.resp_len))
		return -EFAULT;
	return rc;
}

/**
 * pci_tsm_guest_req() - pass a guest's request about its TDI to the TSM
 * @pdev: the bound function
 * @scope: how far the request may reach
 * @req_in: the request
 * @in_len: bytes in @req_in, at most PCI_TSM_GUEST_REQ_MAX
 * @req_out: room for the answer
 * @out_len: bytes in @req_out, at most PCI_TSM_GUEST_REQ_MAX
 * @tsm_code: set to the TSM's own result code; may be NULL
 *
 * The TSM works on copies. Requests of different TDIs take turns.
 *
 * Context: process; waits killably; user memory of the caller may be used.
 * Return: 0, a residue in bytes, or: -EINVAL for a scope that is not allowed or
 * a length over the limit; -ENXIO not bound; -EBUSY a request of this TDI is
 * on its way; -EOPNOTSUPP; -EFAULT; -ENOMEM; -EINTR; -ECANCELED; -ENODEV; or
 * the TSM's error.
 */
ssize_t pci_tsm_guest_req(struct pci_dev *pdev, enum pci_tsm_req_scope scope,
			  sockptr_t req_in, size_t in_len,
			  sockptr_t req_out, size_t out_len, u64 *tsm_code)
{
	struct pci_tsm_fn *fn __free(pci_tsm_fn_put) = pci_tsm_fn_get(pdev);
	struct pci_tsm_req *req;
	ssize_t rc;

	if ((unsigned int)scope > PCI_TSM_REQ_STATE_CHANGE)
		return -EINVAL;
	if (in_len > PCI_TSM_GUEST_REQ_MAX || out_len > PCI_TSM_GUEST_REQ_MAX)
		return -EINVAL;
	if (!fn)
		return -ENXIO;

	req = pci_tsm_req_alloc(PCI_TSM_VERB_GUEST_REQ, fn);
	if (!req)
		return -ENOMEM;
	req->guest.scope = scope;
	req->guest.req_len = in_len;
	req->guest.resp_len = out_len;
	rc = run_guest_req(req, req_in, req_out, tsm_code);
	pci_tsm_req_put(req);
	return rc;
}
EXPORT_SYMBOL_GPL(pci_tsm_guest_req);

/* Some reasons concern one interface; the rest concern the DSM and all it governs */
static bool is_loss_of_fn(struct pci_tsm_fn *fn, enum pci_tsm_reason reason)
{
	if (reason == PCI_TSM_REASON_TDI)
		return true;
	return !pci_tsm_fn_is_dsm(fn) && (reason == PCI_TSM_REASON_RESET ||
					  reason == PCI_TSM_REASON_UNPLUGGED);
}

static void fn_report_lost(struct pci_tsm_fn *fn, enum pci_tsm_reason reason)
{
	struct pci_tsm_dsm *dsm = fn->dsm;

	if (is_loss_of_fn(fn, reason)) {
		pci_tsm_fn_lose(fn, reason);
		return;
	}
	if (!pci_tsm_record_lose(&dsm->rec, reason))
		return;
	trace_pci_tsm_lost(fn->pdev, reason);
	scoped_guard(raw_spinlock_irqsave, &dsm->lock) {
		dsm->counters.losses[reason]++;
		pci_tsm_mark_lost(dsm);
	}
	pci_tsm_kick_urgent(dsm);
	pci_tsm_kick(dsm);
}

/**
 * pci_tsm_report_lost() - trust in a function is lost
 * @pdev: the function
 * @reason: why
 *
 * From this moment every reader sees "failed" or "error". What runs is
 * cancelled and the TSM told to close the interfaces, soon.
 *
 * Context: any, hard irq too.
 */
void pci_tsm_report_lost(struct pci_dev *pdev, enum pci_tsm_reason reason)
{
	struct pci_tsm_fn *fn __free(pci_tsm_fn_put) = pci_tsm_fn_get(pdev);

	if (fn && (unsigned int)reason < PCI_TSM_NR_REASONS)
		fn_report_lost(fn, reason);
}
EXPORT_SYMBOL_GPL(pci_tsm_report_lost);

/**
 * pci_tsm_cancelled() - should the op that runs on a function's DSM stop?
 * @pdev: the function
 *
 * For long steps of a TSM driver's op, between two waits, and as a condition of
 * them. Never true for ops that undo something.
 *
 * Context: any.
 * Return: true if it should.
 */
bool pci_tsm_cancelled(struct pci_dev *pdev)
{
	struct pci_tsm_fn *fn __free(pci_tsm_fn_put) = pci_tsm_fn_get(pdev);

	if (!fn)
		return true;
	guard(raw_spinlock_irqsave)(&fn->dsm->lock);
	return pci_tsm_op_cancelled(fn->dsm);
}
EXPORT_SYMBOL_GPL(pci_tsm_cancelled);

/**
 * pci_tsm_of() - the TSM driver's context of a function
 * @pdev: the function
 *
 * Context: an op about the function, or anything that keeps it from ending.
 * Return: what the op probe returned, NULL outside of probe and remove.
 */
struct pci_tsm *pci_tsm_of(struct pci_dev *pdev)
{
	struct pci_tsm_fn *fn __free(pci_tsm_fn_put) = pci_tsm_fn_get(pdev);

	return fn ? READ_ONCE(fn->tsm) : NULL;
}
EXPORT_SYMBOL_GPL(pci_tsm_of);

/**
 * pci_tsm_dsm_dev() - the function that the DSM of a function lives in
 * @pdev: a function that an op was called for
 *
 * Context: an op about the function.
 * Return: the function, without a reference: it outlives the op, and the
 * context that the op probe returns; NULL for none.
 */
struct pci_dev *pci_tsm_dsm_dev(struct pci_dev *pdev)
{
	struct pci_tsm_fn *fn __free(pci_tsm_fn_put) = pci_tsm_fn_get(pdev);

	return fn ? fn->dsm->pdev : NULL;
}
EXPORT_SYMBOL_GPL(pci_tsm_dsm_dev);

/**
 * pci_tsm_authentic() - has the device of a function proved who it is?
 * @pdev: the function
 *
 * Context: process.
 * Return: true if its DSM is connected and the TSM verified its identity to an
 * anchor in this session.
 */
bool pci_tsm_authentic(struct pci_dev *pdev)
{
	struct pci_tsm_fn *fn __free(pci_tsm_fn_put) = pci_tsm_fn_get(pdev);
	struct pci_tsm_change now;

	if (!fn)
		return false;
	pci_tsm_record_read(&fn->dsm->rec, &now);
	return now.new == PCI_TSM_STATE_CONNECTED && READ_ONCE(fn->dsm->verified);
}

/**
 * pci_tsm_set_verified() - the TSM verified the identity of the device
 * @pdev: the function that the DSM lives in
 *
 * Holds until the end of the connection.
 *
 * Context: the op connect.
 */
void pci_tsm_set_verified(struct pci_dev *pdev)
{
	struct pci_tsm_fn *fn __free(pci_tsm_fn_put) = pci_tsm_fn_get(pdev);

	if (fn)
		WRITE_ONCE(fn->dsm->verified, true);
}
EXPORT_SYMBOL_GPL(pci_tsm_set_verified);

/**
 * pci_tsm_explain() - say what went wrong, besides the errno
 * @pdev: the function that the DSM lives in
 * @fmt: text for people, one line without a newline; nothing that the device
 *	sent, since it goes to terminals
 *
 * It goes to whoever asked for what fails now.
 *
 * Context: an op that somebody asked for.
 */
void pci_tsm_explain(struct pci_dev *pdev, const char *fmt, ...)
{
	struct pci_tsm_fn *fn __free(pci_tsm_fn_put) = pci_tsm_fn_get(pdev);
	char text[PCI_TSM_TEXT_MAX];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	if (!fn)
		return;
	guard(raw_spinlock_irqsave)(&fn->dsm->lock);
	if (fn->dsm->req)
		strscpy(fn->dsm->req->text, text);
}
EXPORT_SYMBOL_GPL(pci_tsm_explain);

static int update_files(struct pci_dev *pdev, void *data)
{
	pci_tsm_files_update(pdev);
	return 0;
}

/**
 * pci_tsm_init() - hook: a function was added
 * @pdev: the function, after device_add()
 *
 * Context: process; device lock of a PF and the rescan lock may be held.
 */
void pci_tsm_init(struct pci_dev *pdev)
{
	if (pci_tsm_off())
		return;
	pdev->cma_mailbox = !!pci_find_doe_mailbox(pdev, PCI_VENDOR_ID_PCI_SIG, PCI_TSM_DOE_CMA);
	pci_tsm_fn_join(pdev);
	pci_tsm_files_update(pdev);
	/* Functions that were there before have a DSM now */
	if (pci_tsm_capable(pdev) && pci_tsm_served(pdev))
		pci_tsm_walk_governed(pdev, update_files, NULL);
	pci_tsm_announce(pdev);
}

static void fn_mark_gone(struct pci_tsm_fn *fn)
{
	guard(raw_spinlock_irqsave)(&fn->dsm->lock);
	fn->gone = true;
	if (pci_tsm_fn_is_dsm(fn))
		fn->dsm->gone = true;
	if (pci_tsm_fn_is_dsm(fn) || (fn->dsm->req && fn->dsm->req->fn == fn))
		fn->dsm->op_cancelled = true;
	if (fn->tsm)
		pci_tsm_mark_wanted(fn->dsm);
}

/**
 * pci_tsm_stop() - hook: a function is about to be removed
 * @pdev: the function
 *
 * Cancels, and waits for nothing: the driver core is going to wait for stores
 * that wait for us.
 *
 * Context: process; the rescan lock is held, perhaps the device lock of a PF.
 */
void pci_tsm_stop(struct pci_dev *pdev)
{
	struct pci_tsm_fn *fn;

	pci_tsm_fn_close(pdev);
	fn = pci_tsm_fn_get(pdev);
	if (!fn)
		return;
	fn_mark_gone(fn);
	pci_tsm_kick_urgent(fn->dsm);
	pci_tsm_kick(fn->dsm);
	pci_tsm_fn_put(fn);
}

/* Nobody works on the function, and nothing is left to undo */
static bool is_removable(struct pci_tsm_dsm *dsm, void *data)
{
	struct pci_tsm_fn *fn = data;

	guard(raw_spinlock_irqsave)(&dsm->lock);
	if (pci_tsm_fn_is_dsm(fn) && (dsm->tsm || dsm->req))
		return false;
	return !fn->tsm && !fn->users;
}

/**
 * pci_tsm_destroy() - hook: a function is being removed
 * @pdev: the function, before device_del()
 *
 * Waits at most for the cancel of what runs, and for the teardown. A function
 * that a TSM knows waits for the worker, and so for an op about another function
 * of its DSM too, which its removal does not cancel.
 *
 * Context: process; as pci_tsm_stop().
 */
void pci_tsm_destroy(struct pci_dev *pdev)
{
	struct pci_tsm_fn *fn;

	pci_tsm_fn_close(pdev);
	while ((fn = pci_tsm_fn_get(pdev))) {
		fn_mark_gone(fn);
		pci_tsm_expel(fn->dsm, pci_tsm_fn_is_dsm(fn) ? NULL : fn, NULL, -ENODEV);
		pci_tsm_kick(fn->dsm);
		pci_tsm_wait_idle(fn->dsm, is_removable, fn, MAX_SCHEDULE_TIMEOUT);
		pci_tsm_fn_leave(fn);
		pci_tsm_fn_put(fn);
	}
	pci_tsm_files_close();
}

/**
 * pci_tsm_reset() - hook: a function, or what is below a bridge, is reset
 * @pdev: the function or bridge; NULL for none
 *
 * Context: process; device locks and pci_slot_mutex may be held.
 */
void pci_tsm_reset(struct pci_dev *pdev)
{
	struct pci_tsm_dsm *dsm = NULL;

	if (!pdev)
		return;
	while ((dsm = pci_tsm_dsm_next(dsm))) {
		if (pci_tsm_below(dsm->pdev, pdev))
			pci_tsm_report_lost(dsm->pdev, PCI_TSM_REASON_RESET);
		else
			pci_tsm_dsm_lose_below(dsm, pdev, PCI_TSM_REASON_RESET);
	}
}

/**
 * pci_tsm_reset_done() - hook: a function was reset, or it failed half way
 * @pdev: the function
 *
 * What connected while the reset was on its way is lost too.
 *
 * Context: process; as pci_tsm_reset().
 */
void pci_tsm_reset_done(struct pci_dev *pdev)
{
	struct pci_tsm_view view;

	pci_doe_revive(pdev);
	pci_tsm_reset(pdev);
	/* What was saved before the loss must not bring DMA back */
	pci_tsm_view(pdev, &view);
	if (view.fn.new == PCI_TSM_STATE_ERROR)
		pci_clear_master(pdev);
}

/**
 * pci_tsm_unplugged() - hook: a function does not answer any more
 * @pdev: the function
 *
 * Context: any.
 */
void pci_tsm_unplugged(struct pci_dev *pdev)
{
	pci_tsm_report_lost(pdev, PCI_TSM_REASON_UNPLUGGED);
}
