// SPDX-License-Identifier: GPL-2.0
/*
 * Fuzz the records of a session: opening what the device sent, and sealing
 * messages of any size into buffers of any size.
 *
 * Input: how many bytes to seal, into how many; then a record.
 */
#include <linux/err.h>
#include <linux/slab.h>

#include "crypto.h"
#include "crypto-stub.h"
#include "feed.h"
#include "spdm.h"

#define SESSION	0x7e57ffff

static ssize_t exchange(void *priv, enum spdm_object type, const void *req, size_t req_len,
			void *rsp, size_t rsp_size)
{
	return -EIO;
}

static const struct spdm_ops ops = { .exchange = exchange };

static struct spdm *in_session(void)
{
	static const u8 key[32];
	struct spdm_config config = { .ops = &ops };
	struct spdm *spdm = spdm_create(&config);

	BUG_ON(IS_ERR(spdm));
	spdm->state = SPDM_STATE_CONNECTED;
	spdm->version = SPDM_VERSION_12;
	spdm->algos.aead = SPDM_AEAD_AES256_GCM;
	spdm->algos.base_hash = SPDM_HASH_SHA384;
	spdm->algos.hash_size = 48;
	spdm->session.state = SPDM_SESSION_OPEN;
	spdm->session.id = SESSION;
	spdm->session.req.aead = spdm_aead_new(SPDM_AEAD_AES256_GCM, key, sizeof(key));
	spdm->session.rsp.aead = spdm_aead_new(SPDM_AEAD_AES256_GCM, key, sizeof(key));
	return spdm;
}

static void seal(struct spdm *spdm, size_t len, size_t size)
{
	u8 *msg = kzalloc(len, GFP_KERNEL);
	u8 *record = kzalloc(size, GFP_KERNEL);
	ssize_t ret = spdm_seal(spdm, msg, len, record, size);

	BUG_ON(ret > (ssize_t)size);
	BUG_ON(ret >= 0 && (size_t)ret < len + SPDM_RECORD_OVERHEAD);
	kfree(record);
	kfree(msg);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct feed f = { data, size };
	struct spdm *spdm = in_session();
	size_t len = feed16(&f), room = feed16(&f);
	const u8 *msg = NULL;
	ssize_t ret;
	u8 *record;

	mutex_lock(&spdm->lock);
	seal(spdm, len, room);
	len = f.left;
	record = kmemdup(f.pos, len, GFP_KERNEL);
	spdm->session.rsp.seq = len & 1 ? U64_MAX : len;
	ret = spdm_open(spdm, &spdm->session.rsp, record, len, &msg);
	if (ret >= 0) {
		BUG_ON(msg < record || (size_t)ret > len || msg + ret > record + len);
		BUG_ON((size_t)ret + SPDM_RECORD_OVERHEAD > len);
	}
	kfree(record);
	mutex_unlock(&spdm->lock);
	spdm_destroy(spdm);
	return 0;
}
