// SPDX-License-Identifier: GPL-2.0
/*
 * PCI/TSM: evidence, what another program needs to judge a device by. Asking for
 * it is a request to the worker of the device's DSM; the TSM driver gets it.
 *
 * Nothing is kept here: what comes back belongs to who asked.
 */
#include <linux/bits.h>
#include <linux/cleanup.h>
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/pci.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "tsm.h"

#define EVIDENCE_ALL	GENMASK(PCI_TSM_NR_EVIDENCE - 1, 0)

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

static struct pci_tsm_req *make_refresh(struct pci_tsm_fn *fn, u32 types, u8 slot,
					const u8 *nonce)
{
	struct pci_tsm_refresh *refresh __free(kfree) = kzalloc(sizeof(*refresh), GFP_KERNEL);
	struct pci_tsm_req *req = pci_tsm_req_alloc(PCI_TSM_VERB_REFRESH, fn);

	if (!req)
		return NULL;
	if (!refresh) {
		pci_tsm_req_finish(req, -ENOMEM);
		pci_tsm_req_put(req);
		return NULL;
	}
	refresh->types = types;
	refresh->slot = slot;
	memcpy(refresh->nonce, nonce, sizeof(refresh->nonce));
	req->refresh = no_free_ptr(refresh);
	return req;
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
	if (!types || types & ~EVIDENCE_ALL || slot >= PCI_TSM_EVIDENCE_SLOTS)
		return -EINVAL;
	if (!fn)
		return -ENXIO;
	if (!pci_tsm_fn_is_dsm(fn))
		return -EINVAL;

	req = make_refresh(fn, types, slot, nonce);
	if (!req)
		return -ENOMEM;
	rc = pci_tsm_req_run(req);
	/* Killed: the worker may still write to it */
	if (!rc)
		swap(*result, req->refresh->result);
	pci_tsm_req_put(req);
	return rc;
}
EXPORT_SYMBOL_GPL(pci_tsm_refresh_evidence);
