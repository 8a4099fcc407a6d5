// SPDX-License-Identifier: GPL-2.0
/*
 * GET_DIGESTS and GET_CERTIFICATE: which slots of the device have a chain of
 * certificates, and the chain of one of them, in portions that fit the
 * transport; and both as far as they are needed to know who the device says it is.
 *
 * DSP0274 1.3, "DIGESTS", "CERTIFICATE". What a chain is worth, cert-chain.c
 * says; that the device holds its key, is not shown by any of this.
 */
#include <linux/bitops.h>
#include <linux/err.h>
#include <linux/math.h>
#include <linux/minmax.h>
#include <linux/slab.h>

#include "crypto.h"
#include "cursor.h"
#include "spdm.h"

#define SLOT_MASK	0x0f

/* MULTI_KEY: a key pair, a kind of certificate and a mask of uses for each slot */
#define MULTI_KEY_BYTES	(1 + 1 + 2)
#define MULTI_KEY_ONLY	BIT(26)

/* Portions that are smaller than what was asked for are borne this often. */
#define SPARE_ROUNDS	64

/* Does the device use several keys? One that lets us choose does not: we never ask for it. */
static bool multi_key(const struct spdm *spdm)
{
	return spdm->version >= SPDM_VERSION_13 &&
	       (spdm->caps & SPDM_CAP_MULTI_KEY_MASK) == MULTI_KEY_ONLY;
}

static void commit_digests(struct spdm *spdm, u8 mask, const u8 *digests)
{
	size_t size = spdm->algos.hash_size;

	for (int i = 0; i < SPDM_NR_SLOTS; i++) {
		struct spdm_slot *slot = &spdm->slots[i];
		bool same = false;

		if (mask & BIT(i)) {
			same = slot->has_digest && !memcmp(slot->digest, digests, size);
			if (!same) {
				spdm_slot_clear(slot);
				memcpy(slot->digest, digests, size);
				slot->has_digest = true;
			}
			digests += size;
		} else {
			spdm_slot_clear(slot);
		}
		if (!same && i == spdm->slot && spdm->state > SPDM_STATE_CONNECTED)
			spdm->state = SPDM_STATE_CONNECTED;
	}
	spdm->slot_mask = mask;
}

/*
 * The transcript of a session has the DIGESTS that follows ALGORITHMS, if any. A
 * later one is the same, byte by byte, as long as the device's slots are.
 */
static void keep_digests(struct spdm *spdm, const struct spdm_exchange *x)
{
	spdm->digests_len = 0;
	if (!multi_key(spdm) || x->rsp_len > sizeof(spdm->digests))
		return;
	memcpy(spdm->digests, x->rsp, x->rsp_len);
	spdm->digests_len = x->rsp_len;
}

int spdm_get_digests(struct spdm *spdm)
{
	size_t each = spdm->algos.hash_size;
	struct spdm_header req;
	struct spdm_exchange x = { .req = &req, .req_len = sizeof(req) };
	const struct spdm_header *rsp;
	struct spdm_reader r;
	unsigned int nr;
	int rc;

	if (!(spdm->caps & SPDM_CAP_CERT))
		return spdm_fault(spdm, -EOPNOTSUPP, "device has no certificates");
	spdm_header_init(spdm, &req, SPDM_GET_DIGESTS, 0, 0);
	rc = spdm_exchange(spdm, &x);
	if (rc)
		return rc;
	spdm_reader_init(&r, x.rsp, x.rsp_len);
	rsp = spdm_get(&r, sizeof(*rsp));
	if (!rsp)
		return spdm_fault(spdm, -EBADMSG, "DIGESTS is too short");
	nr = hweight8(rsp->param2);
	rc = spdm_exchange_end(spdm, &x, sizeof(*rsp) + nr * each +
			       (multi_key(spdm) ? nr * MULTI_KEY_BYTES : 0));
	if (rc)
		return rc;
	if (!nr)
		return spdm_fault(spdm, -EPROTO, "no slot has a certificate");

	/* What a device has said before is not in the next signature of CHALLENGE any more. */
	rc = spdm_m1_begin(spdm);
	if (!rc)
		rc = spdm_m1_add(spdm, &x, x.rsp_len);
	if (rc)
		return rc;
	keep_digests(spdm, &x);
	commit_digests(spdm, rsp->param2, spdm_get(&r, nr * each));
	return 0;
}

/**
 * struct chain_read - a chain on its way
 * @slot: its slot
 * @ask: bytes to ask for
 * @total: bytes of it, once the first portion has come
 * @have: bytes in @buf
 * @buf: room for @total bytes
 */
struct chain_read {
	u8 slot;
	u16 ask;
	size_t total;
	size_t have;
	u8 *buf;
};

/* The first portion says how long all is; later ones must say the same. */
static int check_portion(struct spdm *spdm, struct chain_read *c, u16 portion, u16 remainder)
{
	size_t total = c->have + portion + remainder;

	if (!portion || portion > c->ask)
		return spdm_fault(spdm, -EPROTO, "portion of a chain that was not asked for");
	if (c->buf)
		return total == c->total ? 0 :
			spdm_fault(spdm, -EPROTO, "chain changes its length");
	if (total > SPDM_CHAIN_MAX)
		return spdm_fault(spdm, -EMSGSIZE, "chain is too long");
	if (total <= sizeof(struct spdm_chain) + spdm->algos.hash_size)
		return spdm_fault(spdm, -EBADMSG, "chain is too short");
	c->buf = kvmalloc(total, GFP_KERNEL);
	if (!c->buf)
		return -ENOMEM;
	c->total = total;
	return 0;
}

static int read_portion(struct spdm *spdm, struct chain_read *c)
{
	struct spdm_certificate_req req;
	struct spdm_exchange x = { .req = &req, .req_len = sizeof(req) };
	const struct spdm_certificate_rsp *rsp;
	struct spdm_reader r;
	u16 portion;
	int rc;

	spdm_header_init(spdm, &req.hdr, SPDM_GET_CERTIFICATE, c->slot, 0);
	req.offset = cpu_to_le16(c->have);
	req.length = cpu_to_le16(c->ask);
	rc = spdm_exchange(spdm, &x);
	if (rc)
		return rc;
	spdm_reader_init(&r, x.rsp, x.rsp_len);
	rsp = spdm_get(&r, sizeof(*rsp));
	if (!rsp)
		return spdm_fault(spdm, -EBADMSG, "CERTIFICATE is too short");
	portion = le16_to_cpu(rsp->portion);
	rc = spdm_exchange_end(spdm, &x, sizeof(*rsp) + portion);
	if (rc)
		return rc;
	if ((rsp->hdr.param1 & SLOT_MASK) != c->slot)
		return spdm_fault(spdm, -EPROTO, "CERTIFICATE is of another slot");
	rc = check_portion(spdm, c, portion, le16_to_cpu(rsp->remainder));
	if (rc)
		return rc;
	rc = spdm_m1_add(spdm, &x, x.rsp_len);
	if (rc)
		return rc;
	memcpy(c->buf + c->have, spdm_get(&r, portion), portion);
	c->have += portion;
	return 0;
}

/* All portions. Each brings a byte at least, and the number of them is bounded too. */
static int read_portions(struct spdm *spdm, struct chain_read *c)
{
	unsigned int rounds = 0;
	int rc;

	do {
		rc = read_portion(spdm, c);
		if (rc)
			return rc;
		if (++rounds > SPARE_ROUNDS + 2 * DIV_ROUND_UP(c->total, c->ask))
			return spdm_fault(spdm, -EPROTO, "chain comes in crumbs");
	} while (c->have < c->total);
	return 0;
}

/* Is it what DIGESTS told? */
static int check_chain(struct spdm *spdm, const struct chain_read *c)
{
	u8 digest[SPDM_MAX_HASH];
	struct spdm_reader r;
	int rc;

	spdm_reader_init(&r, c->buf, c->total);
	if (spdm_get_le16(&r) != c->total)
		return spdm_fault(spdm, -EBADMSG, "chain has another length than it says");
	rc = spdm_hash_once(spdm->algos.base_hash, c->buf, c->total, digest);
	if (rc)
		return rc;
	if (memcmp(digest, spdm->slots[c->slot].digest, spdm->algos.hash_size))
		return spdm_fault(spdm, -EKEYREJECTED, "chain is not that of DIGESTS");
	return 0;
}

/* Bytes to ask for: what the largest data object holds, so that nothing needs chunks */
static u16 portion_size(const struct spdm *spdm)
{
	size_t around = SPDM_RECORD_OVERHEAD + sizeof(struct spdm_certificate_rsp);

	return min_t(size_t, spdm->config.max_object - around, SPDM_CHAIN_MAX);
}

static int begin_chain(struct spdm *spdm, u8 slot)
{
	if (slot >= SPDM_NR_SLOTS)
		return spdm_fault(spdm, -EINVAL, "no such slot");
	if (!spdm->slot_mask) {
		int rc = spdm_get_digests(spdm);

		if (rc)
			return rc;
	}
	if (!spdm->slots[slot].has_digest)
		return spdm_fault(spdm, -EOPNOTSUPP, "slot has no certificate");
	return 0;
}

/* Reads the chain of a slot, whether it is known or not; what it is worth is not looked at. */
int spdm_get_chain(struct spdm *spdm, u8 slot)
{
	struct chain_read c = { .slot = slot, .ask = portion_size(spdm) };
	struct spdm_slot *s;
	int rc = begin_chain(spdm, slot);

	if (rc)
		return rc;
	rc = read_portions(spdm, &c);
	if (!rc)
		rc = check_chain(spdm, &c);
	if (rc) {
		kvfree(c.buf);
		return rc;
	}
	s = &spdm->slots[slot];
	if (s->chain.data) {
		/* The same bytes, by their digest; the leaf may refer to the old ones. */
		kvfree(c.buf);
		return 0;
	}
	s->chain.data = c.buf;
	s->chain.len = c.total;
	return 0;
}

/* A chain that is known is judged all the same: time and anchors have moved on. */
int spdm_identify(struct spdm *spdm, u8 slot)
{
	struct spdm_chain_cache *cache = spdm->config.cache;
	u32 hash = spdm->algos.base_hash;
	int rc = begin_chain(spdm, slot);
	struct spdm_slot *s;

	if (rc)
		return rc;
	s = &spdm->slots[slot];
	if (!s->chain.data && !spdm_cache_find(cache, hash, s->digest, &s->chain)) {
		rc = spdm_get_chain(spdm, slot);
		if (rc)
			return rc;
	}
	rc = spdm_chain_judge(spdm, s);
	if (!rc)
		spdm_cache_add(cache, hash, s->digest, &s->chain);
	return rc;
}

/* Who uses the connection watches its own chain; nobody does so for those of other slots. */
int spdm_identify_signer(struct spdm *spdm, u8 slot)
{
	if (spdm->slots[slot].leaf && slot == spdm->slot)
		return 0;
	return spdm_identify(spdm, slot);
}
