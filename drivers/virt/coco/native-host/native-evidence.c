// SPDX-License-Identifier: GPL-2.0
/*
 * Native TSM: evidence. The bytes that the device sent and signed, for another
 * program to judge: certificate chains, the VCA, and the transcript of
 * measurements over the nonce of whoever asks.
 *
 * DSP0274 sec CERTIFICATE and MEASUREMENTS. Signatures were checked by the
 * library, against the same chain that authenticated the device or one of its
 * other slots; nothing is kept.
 */
#include <linux/bits.h>
#include <linux/delay.h>
#include <linux/mutex.h>
#include <linux/pci.h>
#include <linux/pci-tsm.h>
#include <linux/spdm.h>
#include <linux/string.h>

#include "native.h"

#define ALL_BLOCKS	255
#define TURN_MS		20

/* The bytes change hands, from the library to the core; it frees them as we would */
static void add_object(struct pci_tsm_evidence *result, unsigned int type, struct spdm_blob *blob)
{
	result->objects[result->nr++] = (struct pci_tsm_object) {
		.type = type,
		.data = blob->data,
		.len = blob->len,
	};
	*blob = (struct spdm_blob) {};
}

static int add_chain(struct spdm *spdm, unsigned int slot, struct pci_tsm_evidence *result)
{
	struct spdm_blob chain = {};
	struct spdm_info info;
	int rc;

	spdm_info(spdm, &info);
	if (!(info.slots & BIT(slot)))
		return 0;
	rc = spdm_read_chain(spdm, slot, &chain);
	if (!rc)
		add_object(result, slot, &chain);
	return rc;
}

static int add_vca(struct spdm *spdm, struct pci_tsm_evidence *result)
{
	struct spdm_blob vca = {};
	int rc = spdm_vca(spdm, &vca);

	if (!rc)
		add_object(result, PCI_TSM_EVIDENCE_TYPE_VCA, &vca);
	return rc;
}

/* A device that measures nothing has no such evidence */
static int add_measurements(struct spdm *spdm, u8 slot, const u8 *nonce,
			    struct pci_tsm_evidence *result)
{
	struct spdm_measure_args args = { .slot = slot, .index = ALL_BLOCKS, .sign = true };
	struct spdm_measurements got = {};
	struct spdm_info info;
	int rc;

	spdm_info(spdm, &info);
	if (!(info.slots & BIT(slot)))
		return -EOPNOTSUPP;
	memcpy(args.nonce, nonce, sizeof(args.nonce));
	rc = spdm_measure(spdm, &args, &got);
	if (rc)
		return rc == -EOPNOTSUPP ? 0 : rc;
	add_object(result, PCI_TSM_EVIDENCE_TYPE_MEASUREMENTS, &got.transcript);
	return 0;
}

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
	if (type < PCI_TSM_SLOTS)
		rc = add_chain(dsm->spdm, type, result);
	else if (type == PCI_TSM_EVIDENCE_TYPE_VCA)
		rc = add_vca(dsm->spdm, result);
	else if (type == PCI_TSM_EVIDENCE_TYPE_MEASUREMENTS)
		rc = add_measurements(dsm->spdm, slot, nonce, result);
	mutex_unlock(&dsm->turn);
	return rc;
}

/* The op: evidence anew, with measurements last, so that they are the freshest */
int native_refresh_evidence(struct pci_tsm *tsm, u32 types, u8 slot,
			    const u8 nonce[PCI_TSM_NONCE_SIZE],
			    struct pci_tsm_evidence *result)
{
	struct native_dsm *dsm = container_of(to_pci_tsm_pf0(tsm), struct native_dsm, pf0);
	int rc = 0;

	for (unsigned int type = 0; !rc && type < PCI_TSM_NR_EVIDENCE; type++)
		if (types & BIT(type))
			rc = add(dsm, type, slot, nonce, result);
	if (!rc)
		return 0;
	/* Stopped between two exchanges, which does no harm */
	if (rc == -ECANCELED)
		return rc;
	rc = native_fail(dsm, dsm->spdm, "evidence", rc);
	native_upkeep_look(dsm);
	return rc;
}
