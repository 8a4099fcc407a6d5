// SPDX-License-Identifier: GPL-2.0
/*
 * The fake device of the KUnit suites: its life, its records, and how an answer
 * is spoilt. The answers themselves are in fake-message.c.
 */
#include <linux/slab.h>
#include <linux/string.h>

#include "../crypto.h"
#include "../cursor.h"
#include "fake-device.h"

static const u8 vca[] = "what was said up to ALGORITHMS";

/* The good answer is in dev->rsp; what becomes of it */
static size_t spoil(struct fake_device *dev, u8 code, size_t len)
{
	struct fake_spoil *spoil = &dev->spoil;

	if (spoil->code != code)
		return len;
	if (spoil->after) {
		spoil->after--;
		return len;
	}
	if (spoil->error) {
		const u8 error[] = { dev->mirror->version, SPDM_ERROR, spoil->error, 0 };

		memcpy(dev->rsp, error, sizeof(error));
		return sizeof(error);
	}
	dev->rsp[spoil->at < 0 ? len + spoil->at : spoil->at] ^= spoil->flip;
	if (spoil->grow > 0)
		memset(dev->rsp + len, 1, spoil->grow);
	return len + spoil->grow;
}

/* Busy, say; or it only says that it did it */
static size_t refuse(struct fake_device *dev, const u8 *req)
{
	u8 error = dev->spoil.error;
	const u8 rsp[] = {
		dev->mirror->version, error ? SPDM_ERROR : SPDM_RESPONSE(req[1]),
		error ?: req[2], error ? 0 : req[3],
	};

	if (!--dev->spoil.refusals)
		dev->spoil.code = 0;
	memcpy(dev->rsp, rsp, sizeof(rsp));
	return sizeof(rsp);
}

static size_t answer(struct fake_device *dev, bool secured, const u8 *req, size_t len)
{
	dev->requests++;
	dev->seen[req[1]]++;
	dev->req_len = min(len, sizeof(dev->req));
	memcpy(dev->req, req, dev->req_len);
	dev->req_secured = secured;
	dev->refused = dev->spoil.code == req[1] && dev->spoil.refusals;
	if (dev->refused)
		return refuse(dev, req);
	return spoil(dev, req[1], fake_answer(dev, req, len));
}

static ssize_t answer_record(struct fake_device *dev, const void *req, size_t len, void *rsp,
			     size_t size)
{
	u8 *record = kmemdup(req, len, GFP_KERNEL);
	const u8 *msg;
	ssize_t n;

	if (!record)
		return -ENOMEM;
	n = spdm_open(dev->mirror, &dev->mirror->session.rsp, record, len, &msg);
	if (n >= (ssize_t)sizeof(struct spdm_header)) {
		n = spdm_seal(dev->mirror, dev->rsp, answer(dev, true, msg, n), rsp, size);
		if (!dev->refused)
			fake_answered(dev, msg);
	} else {
		n = -EIO;
	}
	kfree(record);
	return n;
}

static ssize_t exchange(void *priv, enum spdm_object type, const void *req, size_t len,
			void *rsp, size_t size)
{
	struct fake_device *dev = priv;
	size_t n;

	if (type == SPDM_OBJECT_SECURED)
		return answer_record(dev, req, len, rsp, size);
	n = answer(dev, false, req, len);
	if (n > size)
		return -EIO;
	memcpy(rsp, dev->rsp, n);
	return n;
}

static int check_leaf(void *priv, const struct spdm_leaf *leaf)
{
	if (leaf->nr == 1 && leaf->name_len[0] == strlen(FAKE_NAME) &&
	    !memcmp(leaf->names[0], FAKE_NAME, strlen(FAKE_NAME)))
		return 0;
	return -EKEYREJECTED;
}

int fake_refuse_leaf(void *priv, const struct spdm_leaf *leaf)
{
	return -EKEYREJECTED;
}

static bool cancelled(void *priv)
{
	struct fake_device *dev = priv;

	return dev->cancel_at && dev->requests >= dev->cancel_at;
}

static const struct spdm_ops ops = {
	.exchange = exchange,
	.cancelled = cancelled,
	.check_leaf = check_leaf,
};

void fake_device_set_bytes(struct kunit *test, struct fake_device *dev, const void *chain,
			   size_t len)
{
	memcpy(dev->chain, chain, len);
	dev->chain_len = len;
	KUNIT_ASSERT_EQ(test, spdm_hash_once(SPDM_HASH_SHA256, chain, len, dev->digest), 0);
}

void fake_device_set_chain(struct kunit *test, struct fake_device *dev,
			   const enum fake_cert *certs)
{
	const struct fake_der *first = fake_der(*certs);
	u8 root_hash[SPDM_MAX_HASH];
	struct spdm_writer w;

	KUNIT_ASSERT_EQ(test, spdm_hash_once(SPDM_HASH_SHA256, first->data, first->len,
					     root_hash), 0);
	spdm_writer_init(&w, dev->chain, FAKE_SIZE);
	spdm_room(&w, sizeof(struct spdm_chain));
	spdm_put(&w, root_hash, FAKE_HASH);
	for (; *certs != FAKE_END; certs++)
		spdm_put(&w, fake_der(*certs)->data, fake_der(*certs)->len);
	put_unaligned_le16(w.len, dev->chain);
	dev->chain_len = w.len;
	KUNIT_ASSERT_EQ(test, spdm_hash_once(SPDM_HASH_SHA256, dev->chain, w.len, dev->digest), 0);
}

void fake_device_connect(struct kunit *test, struct fake_device *dev, u8 version)
{
	struct spdm *spdm = dev->spdm;

	spdm_forget(spdm);
	spdm->state = SPDM_STATE_CONNECTED;
	spdm->version = version;
	spdm->caps = SPDM_CAP_CERT | SPDM_CAP_CHAL | SPDM_CAP_MEAS_SIGNED | SPDM_CAP_ENCRYPT |
		     SPDM_CAP_MAC | SPDM_CAP_KEY_EX | SPDM_CAP_HBEAT | SPDM_CAP_KEY_UPD;
	if (dev->multi_key)
		spdm->caps |= 1u << 26;
	spdm->peer_transfer = spdm->config.max_object;
	spdm->peer_message = spdm->config.max_object;
	spdm->algos = (struct spdm_algos) {
		.meas_spec = SPDM_MEAS_SPEC_DMTF,
		.other = version >= SPDM_VERSION_12 ? SPDM_OPAQUE_FMT1 : 0,
		.meas_hash = SPDM_MEAS_HASH_SHA256,
		.base_asym = SPDM_ASYM_RSASSA_2048,
		.base_hash = SPDM_HASH_SHA256,
		.dhe = SPDM_DHE_P256,
		.aead = SPDM_AEAD_AES256_GCM,
		.schedule = SPDM_SCHEDULE_SPDM,
		.hash_size = FAKE_HASH,
		.sig_size = FAKE_SIG,
		.dhe_size = FAKE_DHE,
	};
	memcpy(spdm->vca, vca, sizeof(vca));
	spdm->vca_len = sizeof(vca);
	dev->mirror->version = version;
	dev->mirror->algos = spdm->algos;
}

void fake_device_identify(struct kunit *test, struct fake_device *dev)
{
	KUNIT_ASSERT_EQ_MSG(test, spdm_identify(dev->spdm, 0), 0, "%s", dev->spdm->fault);
	KUNIT_ASSERT_NOT_NULL(test, dev->spdm->slots[0].leaf);
	memset(dev->seen, 0, sizeof(dev->seen));
}

void fake_device_exit(struct kunit *test)
{
	struct fake_device *dev = test->priv;

	if (!dev)
		return;
	if (!IS_ERR_OR_NULL(dev->spdm))
		spdm_destroy(dev->spdm);
	if (dev->mirror)
		spdm_session_drop(dev->mirror);
	if (dev->m1)
		spdm_hash_free(dev->m1);
	if (dev->l1)
		spdm_hash_free(dev->l1);
	if (dev->th)
		spdm_hash_free(dev->th);
	kvfree(dev->chain);
	kvfree(dev->rsp);
	test->priv = NULL;
}

int fake_device_init(struct kunit *test)
{
	static const enum fake_cert good[] = { FAKE_ROOT, FAKE_INTER, FAKE_LEAF, FAKE_END };
	struct fake_device *dev = kunit_kzalloc(test, sizeof(*dev), GFP_KERNEL);
	struct spdm_config config = { .ops = &ops, .priv = dev, .trust_unknown = true };

	if (!dev)
		return -ENOMEM;
	test->priv = dev;
	dev->mirror = kunit_kzalloc(test, sizeof(*dev->mirror), GFP_KERNEL);
	dev->chain = kvmalloc(FAKE_SIZE, GFP_KERNEL);
	dev->rsp = kvmalloc(FAKE_SIZE + 4096, GFP_KERNEL);
	dev->spdm = spdm_create(&config);
	if (!dev->mirror || !dev->chain || !dev->rsp || IS_ERR(dev->spdm)) {
		fake_device_exit(test);
		return -ENOMEM;
	}
	dev->portion = FAKE_SIZE;
	dev->slots = 1;
	fake_device_set_chain(test, dev, good);
	fake_device_connect(test, dev, SPDM_VERSION_12);
	return 0;
}
