// SPDX-License-Identifier: GPL-2.0
/*
 * Component Measurement and Authentication: evidence, the bytes that a device sent
 * and signed in a conversation of the SPDM library's, as objects of the TSM core's.
 * A module of its own, since the library may be one.
 *
 * DSP0274 sec CERTIFICATE, MEASUREMENTS and CHALLENGE_AUTH. Signatures were checked
 * by the library; what the bytes are worth is for another program to judge.
 */
#include <linux/bits.h>
#include <linux/build_bug.h>
#include <linux/err.h>
#include <linux/export.h>
#include <linux/module.h>
#include <linux/pci-cma.h>
#include <linux/pci-tsm.h>
#include <linux/spdm.h>
#include <linux/string.h>

#define ALL_BLOCKS	255

static_assert(SPDM_DIGEST_MAX == PCI_TSM_DIGEST_MAX);
static_assert(SPDM_NONCE_SIZE == PCI_TSM_NONCE_SIZE);

/* The bytes change hands, from the library to the core; it frees them as we would */
static struct pci_tsm_object *add_object(struct spdm *spdm, unsigned int type,
					 struct spdm_blob *blob, struct pci_tsm_evidence *result)
{
	struct pci_tsm_object *obj = &result->objects[result->nr++];
	int size;

	*obj = (struct pci_tsm_object) {
		.type = type,
		.data = blob->data,
		.len = blob->len,
	};
	*blob = (struct spdm_blob) {};
	size = spdm_digest(spdm, obj->data, obj->len, obj->digest);
	if (size < 0)
		return ERR_PTR(size);
	obj->digest_len = size;
	return obj;
}

static bool has_slot(struct spdm *spdm, unsigned int slot)
{
	struct spdm_info info;

	spdm_info(spdm, &info);
	return info.slots & BIT(slot);
}

static int add_chain(struct spdm *spdm, unsigned int slot, struct pci_tsm_evidence *result)
{
	struct spdm_blob chain = {};
	struct pci_tsm_object *obj;
	int rc;

	if (!has_slot(spdm, slot))
		return 0;
	rc = spdm_read_chain(spdm, slot, &chain);
	if (rc)
		return rc;
	obj = add_object(spdm, slot, &chain, result);
	if (IS_ERR(obj))
		return PTR_ERR(obj);
	/* The library has seen to it that there is more than that */
	obj->record_offset = SPDM_CHAIN_HEAD + obj->digest_len;
	obj->record_len = obj->len - obj->record_offset;
	return 0;
}

static int add_vca(struct spdm *spdm, struct pci_tsm_evidence *result)
{
	struct spdm_blob vca = {};
	int rc = spdm_vca(spdm, &vca);

	if (rc)
		return rc;
	return PTR_ERR_OR_ZERO(add_object(spdm, PCI_TSM_EVIDENCE_TYPE_VCA, &vca, result));
}

/* A device that measures nothing has no such evidence */
static int add_measurements(struct spdm *spdm, u8 slot, const u8 *nonce,
			    struct pci_tsm_evidence *result)
{
	struct spdm_measure_args args = { .slot = slot, .index = ALL_BLOCKS, .sign = true };
	struct spdm_measurements got = {};
	struct pci_tsm_object *obj;
	int rc;

	if (!has_slot(spdm, slot))
		return -EOPNOTSUPP;
	memcpy(args.nonce, nonce, sizeof(args.nonce));
	rc = spdm_measure(spdm, &args, &got);
	if (rc)
		return rc == -EOPNOTSUPP ? 0 : rc;
	obj = add_object(spdm, PCI_TSM_EVIDENCE_TYPE_MEASUREMENTS, &got.transcript, result);
	if (IS_ERR(obj))
		return PTR_ERR(obj);
	obj->record_offset = got.record_offset;
	obj->record_len = got.record_len;
	obj->answer = true;
	return 0;
}

/* A session has proven as much, and some devices cannot be challenged */
static int add_challenge(struct spdm *spdm, u8 slot, const u8 *nonce,
			 struct pci_tsm_evidence *result)
{
	struct spdm_blob answer = {};
	struct pci_tsm_object *obj;
	struct spdm_info info;
	int rc;

	spdm_info(spdm, &info);
	if (info.session_id)
		return 0;
	if (!has_slot(spdm, slot))
		return -EOPNOTSUPP;
	rc = spdm_challenge_answer(spdm, slot, nonce, &answer);
	if (rc)
		return rc == -EOPNOTSUPP ? 0 : rc;
	obj = add_object(spdm, PCI_TSM_EVIDENCE_TYPE_CHALLENGE, &answer, result);
	if (IS_ERR(obj))
		return PTR_ERR(obj);
	obj->answer = true;
	return 0;
}

static int add_type(struct spdm *spdm, unsigned int type, u8 slot, const u8 *nonce,
		    struct pci_tsm_evidence *result)
{
	switch (type) {
	case 0 ... PCI_TSM_SLOTS - 1:
		return add_chain(spdm, type, result);
	case PCI_TSM_EVIDENCE_TYPE_VCA:
		return add_vca(spdm, result);
	case PCI_TSM_EVIDENCE_TYPE_MEASUREMENTS:
		return add_measurements(spdm, slot, nonce, result);
	case PCI_TSM_EVIDENCE_TYPE_CHALLENGE:
		return add_challenge(spdm, slot, nonce, result);
	default:
		return 0;
	}
}

/**
 * pci_cma_add_evidence() - add evidence of one type, as far as there is any
 * @spdm: a connection whose device has told of its certificates
 * @type: enum pci_tsm_evidence_type
 * @slot: certificate slot that is to sign
 * @nonce: what it signs along
 * @result: what it is added to; types are added in ascending order
 *
 * A chain that the connection knows, and the VCA, cost no message.
 *
 * Context: as spdm_connect().
 * Return: 0, also for what SPDM does not have, or an errno as in linux/spdm.h:
 * -EOPNOTSUPP if @slot has no certificate.
 */
int pci_cma_add_evidence(struct spdm *spdm, unsigned int type, u8 slot,
			 const u8 nonce[PCI_TSM_NONCE_SIZE], struct pci_tsm_evidence *result)
{
	struct spdm_info info;
	int rc = add_type(spdm, type, slot, nonce, result);

	if (rc)
		return rc;
	spdm_info(spdm, &info);
	result->spdm_version = info.version;
	strscpy(result->hash, info.base_hash ?: "");
	strscpy(result->signature, info.base_asym ?: "");
	return 0;
}
EXPORT_SYMBOL_GPL(pci_cma_add_evidence);

MODULE_DESCRIPTION("Evidence of PCI devices by SPDM");
MODULE_LICENSE("GPL");
