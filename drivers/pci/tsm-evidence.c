// SPDX-License-Identifier: GPL-2.0
/*
 * PCI/TSM: evidence, what another program needs to judge a device by. Asking for
 * it is a request to the worker of the device's DSM; the TSM driver gets it.
 *
 * What is known of a device is a snapshot: immutable, counted, with a generation
 * that no other snapshot ever had. An answer to a nonce is a snapshot too; it
 * belongs to who asked. It moves the device's own only where it says something
 * new of the device: a record differs, or was not known before.
 */
#include <linux/atomic.h>
#include <linux/bits.h>
#include <linux/cleanup.h>
#include <linux/err.h>
#include <linux/memcontrol.h>
#include <linux/mm.h>
#include <linux/pci.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "tsm.h"

#define EVIDENCE_ALL	GENMASK(PCI_TSM_NR_EVIDENCE - 1, 0)

/* The last generation of any device; 0 is none */
static atomic64_t pci_tsm_generation;

/**
 * pci_tsm_evidence_free() - free what is in there
 * @evidence: evidence; it is empty afterwards
 *
 * Context: process.
 */
void pci_tsm_evidence_free(struct pci_tsm_evidence *evidence)
{
	for (unsigned int i = 0; i < PCI_TSM_NR_EVIDENCE; i++)
		kvfree(evidence->objects[i].data);
	memset(evidence, 0, sizeof(*evidence));
}
EXPORT_SYMBOL_GPL(pci_tsm_evidence_free);

static void blob_put(struct pci_tsm_blob *blob)
{
	if (!blob || !refcount_dec_and_test(&blob->ref))
		return;
	kvfree(blob->obj.data);
	kfree(blob);
}

/**
 * pci_tsm_snapshot_put() - give a reference on a snapshot back
 * @snap: the snapshot, or NULL
 *
 * Context: process; may sleep.
 */
void pci_tsm_snapshot_put(struct pci_tsm_snapshot *snap)
{
	if (!snap || !refcount_dec_and_test(&snap->ref))
		return;
	for (unsigned int i = 0; i < PCI_TSM_NR_EVIDENCE; i++)
		blob_put(snap->blobs[i]);
	kfree(snap);
}

static struct pci_tsm_snapshot *snapshot_alloc(void)
{
	struct pci_tsm_snapshot *snap = kzalloc(sizeof(*snap), GFP_KERNEL_ACCOUNT);

	if (snap)
		refcount_set(&snap->ref, 1);
	return snap;
}

/* A TSM's firmware may be wrong, and the device behind it lies */
static bool object_ok(const struct pci_tsm_object *obj)
{
	return obj->type < PCI_TSM_NR_EVIDENCE && obj->data &&
	       obj->len && obj->len <= PCI_TSM_OBJECT_MAX &&
	       obj->record_offset <= obj->len &&
	       obj->record_len <= obj->len - obj->record_offset &&
	       obj->digest_len <= PCI_TSM_DIGEST_MAX;
}

/* The bytes change hands */
static int add_blob(struct pci_tsm_snapshot *snap, struct pci_tsm_object *obj,
		    const struct pci_tsm_refresh *refresh)
{
	struct pci_tsm_blob *blob;

	if (!object_ok(obj) || snap->blobs[obj->type])
		return -EPROTO;
	blob = kzalloc(sizeof(*blob), GFP_KERNEL_ACCOUNT);
	if (!blob)
		return -ENOMEM;
	refcount_set(&blob->ref, 1);
	blob->obj = *obj;
	obj->data = NULL;
	if (!blob->obj.record_len) {
		blob->obj.record_offset = 0;
		blob->obj.record_len = blob->obj.len;
	}
	blob->obj.answer &= !!refresh;
	if (blob->obj.answer) {
		blob->slot = refresh->slot;
		memcpy(blob->nonce, refresh->nonce, sizeof(blob->nonce));
	}
	snap->blobs[blob->obj.type] = blob;
	return 0;
}

/**
 * pci_tsm_snapshot_make() - make a snapshot of what a TSM driver brought
 * @evidence: it; empty afterwards
 * @refresh: what was asked for, NULL for nothing in particular
 *
 * Context: process.
 * Return: a snapshot without a generation, or ERR_PTR: -EPROTO for objects that
 * cannot be, -ENOMEM.
 */
struct pci_tsm_snapshot *pci_tsm_snapshot_make(struct pci_tsm_evidence *evidence,
					       const struct pci_tsm_refresh *refresh)
{
	struct pci_tsm_snapshot *snap = snapshot_alloc();
	int rc = snap ? 0 : -ENOMEM;

	if (evidence->nr > PCI_TSM_NR_EVIDENCE)
		rc = -EPROTO;
	for (unsigned int i = 0; !rc && i < evidence->nr; i++)
		rc = add_blob(snap, &evidence->objects[i], refresh);
	if (!rc) {
		snap->spdm_version = evidence->spdm_version;
		strscpy(snap->hash, evidence->hash);
		strscpy(snap->signature, evidence->signature);
	}
	pci_tsm_evidence_free(evidence);
	if (!rc)
		return snap;
	pci_tsm_snapshot_put(snap);
	return ERR_PTR(rc);
}

/**
 * pci_tsm_snapshot_get() - the evidence of a DSM, as it is now
 * @dsm: the DSM
 *
 * Context: any.
 * Return: a referenced snapshot, or NULL if there is no evidence.
 */
struct pci_tsm_snapshot *pci_tsm_snapshot_get(struct pci_tsm_dsm *dsm)
{
	guard(raw_spinlock_irqsave)(&dsm->lock);
	if (dsm->evidence)
		refcount_inc(&dsm->evidence->ref);
	return dsm->evidence;
}

static void publish(struct pci_tsm_dsm *dsm, struct pci_tsm_snapshot *snap)
{
	scoped_guard(raw_spinlock_irqsave, &dsm->lock)
		swap(dsm->evidence, snap);
	pci_tsm_snapshot_put(snap);
}

static bool same_record(const struct pci_tsm_blob *a, const struct pci_tsm_blob *b)
{
	return a && a->obj.record_len == b->obj.record_len &&
	       !memcmp(a->obj.data + a->obj.record_offset, b->obj.data + b->obj.record_offset,
		       a->obj.record_len);
}

static bool says_something_new(const struct pci_tsm_snapshot *old,
			       const struct pci_tsm_snapshot *answer)
{
	if (!old)
		return true;
	for (unsigned int i = 0; i < PCI_TSM_NR_EVIDENCE; i++)
		/* A proof of possession says nothing of what the device is */
		if (answer->blobs[i] && i != PCI_TSM_EVIDENCE_TYPE_CHALLENGE &&
		    !same_record(old->blobs[i], answer->blobs[i]))
			return true;
	return false;
}

/* What the answer has, and else what was known before */
static struct pci_tsm_snapshot *merge(const struct pci_tsm_snapshot *old,
				      const struct pci_tsm_snapshot *answer)
{
	struct pci_tsm_snapshot *snap = snapshot_alloc();
	struct pci_tsm_blob *blob;

	if (!snap)
		return NULL;
	snap->spdm_version = answer->spdm_version;
	strscpy(snap->hash, answer->hash);
	strscpy(snap->signature, answer->signature);
	for (unsigned int i = 0; i < PCI_TSM_NR_EVIDENCE; i++) {
		blob = answer->blobs[i] ?: old ? old->blobs[i] : NULL;
		if (blob)
			refcount_inc(&blob->ref);
		snap->blobs[i] = blob;
	}
	return snap;
}

/**
 * pci_tsm_evidence_learn() - let a DSM's evidence know what an answer says
 * @dsm: the DSM
 * @answer: the answer; gets the generation that it belongs to
 *
 * Context: the DSM's worker.
 * Return: 1 if the generation moved, 0 if not, or -ENOMEM, nothing changed then.
 */
int pci_tsm_evidence_learn(struct pci_tsm_dsm *dsm, struct pci_tsm_snapshot *answer)
{
	/* Only the worker changes it, so no reference is needed */
	const struct pci_tsm_snapshot *old = dsm->evidence;
	struct pci_tsm_snapshot *snap;

	if (!says_something_new(old, answer)) {
		answer->generation = old->generation;
		return 0;
	}
	snap = merge(old, answer);
	if (!snap)
		return -ENOMEM;
	snap->generation = atomic64_inc_return(&pci_tsm_generation);
	answer->generation = snap->generation;
	publish(dsm, snap);
	return 1;
}

/**
 * pci_tsm_evidence_drop() - the connection that the evidence is of has ended
 * @dsm: the DSM
 *
 * Context: the DSM's worker, or the end of the DSM.
 */
void pci_tsm_evidence_drop(struct pci_tsm_dsm *dsm)
{
	publish(dsm, NULL);
}

/**
 * pci_tsm_set_evidence() - what the TSM learned of a device while it connected
 * @pdev: the function that the DSM lives in
 * @evidence: it; empty afterwards
 *
 * Certificates and the like, so that nobody needs to ask for them once more. It
 * is no reason for a connect to fail that they cannot be kept.
 *
 * Context: the op connect.
 */
void pci_tsm_set_evidence(struct pci_dev *pdev, struct pci_tsm_evidence *evidence)
{
	struct pci_tsm_fn *fn __free(pci_tsm_fn_put) = pci_tsm_fn_get(pdev);
	struct pci_tsm_snapshot *snap = pci_tsm_snapshot_make(evidence, NULL);

	if (IS_ERR(snap)) {
		pci_dbg(pdev, "TSM: evidence of no use: %pe\n", snap);
		return;
	}
	if (fn)
		pci_tsm_evidence_learn(fn->dsm, snap);
	pci_tsm_snapshot_put(snap);
}
EXPORT_SYMBOL_GPL(pci_tsm_set_evidence);

/**
 * pci_tsm_refresh_req() - make a request for evidence
 * @fn: the function that the DSM lives in
 * @types: bits of the types that are wanted
 * @slot: certificate slot that is to sign, 0 to 7
 * @nonce: what it signs along
 *
 * What comes back is charged to the caller.
 *
 * Context: process.
 * Return: the request, or ERR_PTR: -EINVAL types or slot that there are not, or
 * the DSM lives elsewhere; -ENOMEM.
 */
struct pci_tsm_req *pci_tsm_refresh_req(struct pci_tsm_fn *fn, u32 types, u8 slot,
					const u8 nonce[PCI_TSM_NONCE_SIZE])
{
	struct pci_tsm_refresh *refresh __free(kfree) = NULL;
	struct pci_tsm_req *req;

	if (!types || types & ~EVIDENCE_ALL || slot >= PCI_TSM_SLOTS || !pci_tsm_fn_is_dsm(fn))
		return ERR_PTR(-EINVAL);
	refresh = kzalloc(sizeof(*refresh), GFP_KERNEL_ACCOUNT);
	req = pci_tsm_req_alloc(PCI_TSM_VERB_REFRESH, fn);
	if (!req)
		return ERR_PTR(-ENOMEM);
	if (!refresh) {
		pci_tsm_req_finish(req, -ENOMEM);
		pci_tsm_req_put(req);
		return ERR_PTR(-ENOMEM);
	}
	refresh->types = types;
	refresh->slot = slot;
	memcpy(refresh->nonce, nonce, sizeof(refresh->nonce));
	refresh->memcg = get_mem_cgroup_from_mm(current->mm);
	req->refresh = no_free_ptr(refresh);
	return req;
}

/**
 * pci_tsm_refresh_free() - the end of what belongs to a request for evidence
 * @refresh: it, or NULL
 *
 * Context: process.
 */
void pci_tsm_refresh_free(struct pci_tsm_refresh *refresh)
{
	if (!refresh)
		return;
	pci_tsm_evidence_free(&refresh->result);
	pci_tsm_snapshot_put(refresh->answer);
	mem_cgroup_put(refresh->memcg);
	kfree(refresh);
}

/* The caller's own copy; the snapshot's bytes belong to everybody */
static int copy_out(const struct pci_tsm_snapshot *snap, struct pci_tsm_evidence *result)
{
	for (unsigned int i = 0; i < PCI_TSM_NR_EVIDENCE; i++) {
		struct pci_tsm_object *to = &result->objects[result->nr];

		if (!snap->blobs[i])
			continue;
		*to = snap->blobs[i]->obj;
		to->data = kvmemdup(to->data, to->len, GFP_KERNEL_ACCOUNT);
		if (!to->data) {
			pci_tsm_evidence_free(result);
			return -ENOMEM;
		}
		result->nr++;
	}
	result->spdm_version = snap->spdm_version;
	strscpy(result->hash, snap->hash);
	strscpy(result->signature, snap->signature);
	return 0;
}

/**
 * pci_tsm_refresh_evidence() - get evidence anew from a device
 * @pdev: the function that the DSM lives in
 * @types: bits of the types that are wanted
 * @slot: certificate slot that is to sign measurements, 0 to 7
 * @nonce: what it signs along
 * @result: out: the evidence, the caller's to free with pci_tsm_evidence_free();
 *	empty on failure
 *
 * Context: process; waits killably; no lock that an op may need.
 * Return: 0, or: -EINVAL types or slot that there are not, or the DSM lives
 * elsewhere; -ENXIO not connected; -EOPNOTSUPP; -ENOMEM; -EBUSY; -EINTR;
 * -ECANCELED; -ENODEV; or the TSM's error.
 */
int pci_tsm_refresh_evidence(struct pci_dev *pdev, u32 types, u8 slot,
			     const u8 nonce[PCI_TSM_NONCE_SIZE],
			     struct pci_tsm_evidence *result)
{
	struct pci_tsm_fn *fn __free(pci_tsm_fn_put) = pci_tsm_fn_get(pdev);
	struct pci_tsm_req *req;
	int rc;

	memset(result, 0, sizeof(*result));
	if (!types || types & ~EVIDENCE_ALL || slot >= PCI_TSM_SLOTS)
		return -EINVAL;
	if (!fn)
		return -ENXIO;
	req = pci_tsm_refresh_req(fn, types, slot, nonce);
	if (IS_ERR(req))
		return PTR_ERR(req);
	rc = pci_tsm_req_run(req);
	/* Killed: the worker may still write to it */
	if (!rc)
		rc = copy_out(req->refresh->answer, result);
	pci_tsm_req_put(req);
	return rc;
}
EXPORT_SYMBOL_GPL(pci_tsm_refresh_evidence);
