// SPDX-License-Identifier: GPL-2.0
/*
 * Evidence of the emulated TSM: it asks the device by SPDM, as a platform TSM does
 * that keeps sessions and keys to itself. A conversation of its own for each
 * request, and nobody's identity is judged.
 *
 * Where the software DSM does not run, no device answers: that takes a time-out of
 * DOE, and is -EIO.
 */
#include <linux/bits.h>
#include <linux/cleanup.h>
#include <linux/err.h>
#include <linux/pci-cma.h>
#include <linux/slab.h>
#include <linux/spdm.h>

#include "link.h"

/* To the errors of Documentation/PCI/tsm.rst */
static int devsec_errno(int rc)
{
	switch (rc) {
	case -EBADMSG:
	case -EMSGSIZE:
	case -EREMOTEIO:
	case -ENOTCONN:
		return -EPROTO;
	case -EBUSY:
		return -EIO;
	default:
		return rc;
	}
}

/*
 * Chains are asked for only where there are some, so something has to be known of
 * them: by the one that is wanted, or that of the key that is to sign.
 */
static int devsec_learn_slots(struct spdm *spdm, u32 types, u8 slot)
{
	u32 slots = types & GENMASK(PCI_TSM_SLOTS - 1, 0);
	struct spdm_blob chain = {};
	int rc = spdm_read_chain(spdm, slots ? __ffs(slots) : slot, &chain);

	spdm_blob_free(&chain);
	return rc == -EOPNOTSUPP ? 0 : rc;
}

static int devsec_ask(struct spdm *spdm, u32 types, u8 slot, const u8 *nonce,
		      struct pci_tsm_evidence *result)
{
	int rc = spdm_connect(spdm);

	if (!rc && types != BIT(PCI_TSM_EVIDENCE_TYPE_VCA))
		rc = devsec_learn_slots(spdm, types, slot);
	for (unsigned int type = 0; !rc && type < PCI_TSM_NR_EVIDENCE; type++)
		if (types & BIT(type))
			rc = pci_cma_add_evidence(spdm, type, slot, nonce, result);
	return rc;
}

static int devsec_evidence(struct pci_dev *pdev, u32 types, u8 slot, const u8 *nonce,
			   struct pci_tsm_evidence *result)
{
	struct pci_cma *cma __free(kfree) = kzalloc(sizeof(*cma), GFP_KERNEL);
	struct spdm_config config = { .trust_unknown = true };
	struct spdm *spdm;
	int rc;

	if (!cma)
		return -ENOMEM;
	if (!to_pci_tsm_pf0(pci_tsm_of(pdev))->doe_mb)
		return -EOPNOTSUPP;
	pci_cma_init(cma, pdev);
	pci_cma_config(cma, &config);
	spdm = spdm_create(&config);
	if (IS_ERR(spdm))
		return PTR_ERR(spdm);
	rc = devsec_ask(spdm, types, slot, nonce, result);
	if (rc && rc != -ECANCELED)
		pci_tsm_explain(pdev, "evidence failed: %s", spdm_fault_text(spdm));
	spdm_destroy(spdm);
	return devsec_errno(rc);
}

/* The op */
int devsec_refresh_evidence(struct pci_tsm *tsm, u32 types, u8 slot,
			    const u8 nonce[PCI_TSM_NONCE_SIZE],
			    struct pci_tsm_evidence *result)
{
	int rc = devsec_tsm_fault(tsm->pdev, DEVSEC_OP_REFRESH);

	if (rc)
		return rc;
	/* What a test wants to be told goes before what the device says */
	if (devsec_bigobj_any())
		return devsec_bigobj_evidence(types, result);
	return devsec_evidence(tsm->pdev, types, slot, nonce, result);
}

/* Within a connect: who the device says it is, in slot 0 */
int devsec_tell_evidence(struct pci_dev *pdev)
{
	struct pci_tsm_evidence *result = kzalloc(sizeof(*result), GFP_KERNEL);
	u32 types = BIT(PCI_TSM_EVIDENCE_TYPE_SLOT0) | BIT(PCI_TSM_EVIDENCE_TYPE_VCA);
	int rc;

	if (!result)
		return -ENOMEM;
	rc = devsec_evidence(pdev, types, 0, NULL, result);
	if (!rc)
		pci_tsm_set_evidence(pdev, result);
	pci_tsm_evidence_free(result);
	kfree(result);
	return rc;
}
