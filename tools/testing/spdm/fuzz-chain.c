// SPDX-License-Identifier: GPL-2.0
/*
 * Fuzz the judgement on certificate chains: cutting a chain into certificates,
 * and what is made of them, with certificates as crypto-stub.c has them.
 *
 * Input: a byte that says how strict to be, then the chain.
 */
#include <linux/err.h>
#include <linux/slab.h>

#include "crypto-stub.h"
#include "spdm.h"

static ssize_t exchange(void *priv, enum spdm_object type, const void *req, size_t req_len,
			void *rsp, size_t rsp_size)
{
	return -EIO;
}

static const struct spdm_ops ops = { .exchange = exchange };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	u8 how = size ? data[0] : 0;
	struct key anchors = { .ids = how & 1 ? 0xff00ff00 : 0x00ff00ff };
	struct spdm_config config = {
		.ops = &ops,
		.anchors = how & 2 ? NULL : &anchors,
		.trust_unknown = how & 4,
	};
	struct spdm_slot *slot;
	struct spdm *spdm;

	if (size < 2 || size > SPDM_CHAIN_MAX)
		return 0;
	spdm = spdm_create(&config);
	BUG_ON(IS_ERR(spdm));
	spdm->algos.base_hash = how & 8 ? SPDM_HASH_SHA512 : SPDM_HASH_SHA256;
	spdm->algos.hash_size = spdm_hash_size(spdm->algos.base_hash);
	spdm->algos.base_asym = how & 16 ? SPDM_ASYM_ECDSA_P256 : SPDM_ASYM_ECDSA_P384;
	spdm->caps = how & 32 ? SPDM_CAP_ALIAS_CERT : 0;
	slot = &spdm->slots[how >> 6];
	/* Memory of its own, of exactly this size: what is read beyond is seen. */
	slot->chain.len = size - 1;
	slot->chain.data = kmemdup(data + 1, size - 1, GFP_KERNEL);
	BUG_ON(!slot->chain.data);

	mutex_lock(&spdm->lock);
	if (!spdm_chain_judge(spdm, slot)) {
		BUG_ON(!slot->leaf || slot->identity == SPDM_IDENTITY_NONE);
		BUG_ON(slot->identity == SPDM_IDENTITY_UNVERIFIED && !config.trust_unknown);
		spdm_chain_anchored(spdm, slot);
	} else {
		BUG_ON(slot->leaf || slot->identity != SPDM_IDENTITY_NONE);
	}
	mutex_unlock(&spdm->lock);
	spdm_destroy(spdm);
	return 0;
}
