// SPDX-License-Identifier: GPL-2.0
/*
 * Native TSM: evidence. The bytes that the device sent and signed, for another
 * program to judge: certificate chains, the VCA, and over the nonce of whoever asks
 * the transcript of measurements, or without a session a challenge.
 *
 * Signatures were checked by the library, against the same chain that authenticated
 * the device or one of its other slots; nothing is kept in here.
 */
#include <linux/bits.h>
#include <linux/delay.h>
#include <linux/mutex.h>
#include <linux/pci-cma.h>
#include <linux/pci-tsm.h>
#include <linux/slab.h>

#include "native.h"

#define TURN_MS		20

/* The upkeep may be with a device that is busy for long, and the op be cancelled meanwhile */
static int take_turn(struct native_dsm *dsm)
{
	while (!mutex_trylock(&dsm->turn)) {
		if (pci_tsm_cancelled(dsm->cma.pdev))
			return -ECANCELED;
		msleep(TURN_MS);
	}
	return 0;
}

static int add(struct native_dsm *dsm, unsigned int type, u8 slot, const u8 *nonce,
	       struct pci_tsm_evidence *result)
{
	int rc = take_turn(dsm);

	if (rc)
		return rc;
	rc = pci_cma_add_evidence(dsm->spdm, type, slot, nonce, result);
	/* Whatever came of it, it may have shown that the device has other certificates now */
	native_upkeep_look(dsm);
	mutex_unlock(&dsm->turn);
	return rc;
}

/* The op: evidence anew, and what is signed at the end, so that it is the freshest */
int native_refresh_evidence(struct pci_tsm *tsm, u32 types, u8 slot,
			    const u8 nonce[PCI_TSM_NONCE_SIZE],
			    struct pci_tsm_evidence *result)
{
	struct native_dsm *dsm = container_of(to_pci_tsm_pf0(tsm), struct native_dsm, pf0);
	int rc = 0;

	for (unsigned int type = 0; !rc && type < PCI_TSM_NR_EVIDENCE; type++)
		if (types & BIT(type))
			rc = add(dsm, type, slot, nonce, result);
	/* Stopped between two exchanges, which is nobody's failure */
	return rc && rc != -ECANCELED ? native_fail(dsm, dsm->spdm, "evidence", rc) : rc;
}

/*
 * At the end of connect: what that has learned anyway, with no message more. Without
 * memory there is nothing until somebody asks.
 */
void native_tell_evidence(struct native_dsm *dsm, u8 slot)
{
	struct pci_tsm_evidence *result = kzalloc(sizeof(*result), GFP_KERNEL);
	int rc;

	if (!result)
		return;
	rc = pci_cma_add_evidence(dsm->spdm, slot, slot, NULL, result);
	if (!rc)
		rc = pci_cma_add_evidence(dsm->spdm, PCI_TSM_EVIDENCE_TYPE_VCA, slot, NULL, result);
	if (!rc)
		pci_tsm_set_evidence(dsm->cma.pdev, result);
	pci_tsm_evidence_free(result);
	kfree(result);
}
