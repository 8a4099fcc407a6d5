// SPDX-License-Identifier: GPL-2.0
/*
 * crypto.h of the SPDM requester without cryptography, for fuzzing: hashes mix
 * quickly, ciphers do nothing, and what a fuzzer could never guess is good if
 * it begins with four bytes that it can. All is deterministic.
 */
#include <linux/err.h>
#include <linux/slab.h>
#include <linux/spdm.h>
#include <linux/unaligned.h>

#include "crypto.h"
#include "crypto-stub.h"
#include "spdm.h"

#define NOW	1000000

unsigned int stub_accepted;

struct spdm_hash {
	u64 state;
	u32 hash;
};

struct spdm_dhe {
	u16 dhe;
};

struct spdm_aead {
	u8 key[SPDM_AEAD_MAX_KEY];
};

struct spdm_cert {
	const struct stub_cert *stub;
	const char *name;
};

static int good(const u8 *proof)
{
	if (memcmp(proof, STUB_GOOD, STUB_GOOD_LEN))
		return -EKEYREJECTED;
	stub_accepted++;
	return 0;
}

bool spdm_crypto_has_hash(u32 hash)
{
	return hash <= SPDM_HASH_SHA512;
}

bool spdm_crypto_has_asym(u32 asym)
{
	return !(asym & (SPDM_ASYM_RSAPSS_2048 | SPDM_ASYM_RSAPSS_3072 | SPDM_ASYM_RSAPSS_4096));
}

bool spdm_crypto_has_dhe(u16 dhe)
{
	return dhe != SPDM_DHE_P521;
}

bool spdm_crypto_has_aead(u16 aead)
{
	return aead;
}

struct spdm_hash *spdm_hash_new(u32 hash)
{
	struct spdm_hash *h;

	if (!spdm_hash_size(hash))
		return ERR_PTR(-EOPNOTSUPP);
	h = kzalloc(sizeof(*h), GFP_KERNEL);
	if (!h)
		return ERR_PTR(-ENOMEM);
	h->hash = hash;
	return h;
}

void spdm_hash_free(struct spdm_hash *h)
{
	if (!IS_ERR_OR_NULL(h))
		kfree_sensitive(h);
}

/* Every byte is read, so that a length that is too large is seen. */
int spdm_hash_add(struct spdm_hash *h, const void *data, size_t len)
{
	const u8 *p = data;

	for (size_t i = 0; i < len; i++)
		h->state = (h->state ^ p[i]) * 0x100000001b3ULL + 1;
	return 0;
}

int spdm_hash_peek(struct spdm_hash *h, u8 *digest)
{
	u64 x = h->state;

	for (size_t i = 0; i < spdm_hash_size(h->hash); i += 8, x = x * 31 + 7)
		put_unaligned_le64(x, digest + i);
	return 0;
}

int spdm_hash_once(u32 hash, const void *data, size_t len, u8 *digest)
{
	struct spdm_hash h = { .hash = hash };

	if (!spdm_hash_size(hash))
		return -EOPNOTSUPP;
	spdm_hash_add(&h, data, len);
	return spdm_hash_peek(&h, digest);
}

int spdm_hmac(u32 hash, const u8 *key, size_t key_len, const void *data, size_t len, u8 *mac)
{
	u8 digest[SPDM_MAX_HASH];
	int err = spdm_hash_once(hash, key, key_len, digest) ?:
		  spdm_hash_once(hash, data, len, digest);

	if (!err)
		memset(mac, STUB_MAC, spdm_hash_size(hash));
	return err;
}

int spdm_random(void *buf, size_t len)
{
	memset(buf, 0x5a, len);
	return 0;
}

struct spdm_dhe *spdm_dhe_new(u16 dhe)
{
	struct spdm_dhe *d = kzalloc(sizeof(*d), GFP_KERNEL);

	if (!d)
		return ERR_PTR(-ENOMEM);
	d->dhe = dhe;
	return d;
}

void spdm_dhe_free(struct spdm_dhe *dhe)
{
	if (!IS_ERR_OR_NULL(dhe))
		kfree(dhe);
}

int spdm_dhe_public(struct spdm_dhe *dhe, u8 *public, size_t len)
{
	BUG_ON(len != spdm_dhe_size(dhe->dhe));
	memset(public, 0xd1, len);
	return 0;
}

/* Zero is on no curve. */
int spdm_dhe_secret(struct spdm_dhe *dhe, const u8 *peer, size_t len, u8 *secret,
		    size_t secret_len)
{
	BUG_ON(len != spdm_dhe_size(dhe->dhe) || secret_len != len / 2);
	if (!memchr_inv(peer, 0, len))
		return -EKEYREJECTED;
	memcpy(secret, peer, secret_len);
	return 0;
}

struct spdm_aead *spdm_aead_new(u16 aead, const u8 *key, size_t key_len)
{
	struct spdm_aead *a;

	BUG_ON(key_len != spdm_aead_key_size(aead));
	a = kzalloc(sizeof(*a), GFP_KERNEL);
	if (!a)
		return ERR_PTR(-ENOMEM);
	memcpy(a->key, key, key_len);
	return a;
}

void spdm_aead_free(struct spdm_aead *aead)
{
	if (!IS_ERR_OR_NULL(aead))
		kfree_sensitive(aead);
}

int spdm_aead_seal(struct spdm_aead *aead, const u8 *iv, const void *aad, size_t aad_len,
		   void *buf, size_t len, u8 *tag)
{
	memset(tag, 0, SPDM_AEAD_TAG);
	memcpy(tag, STUB_GOOD, STUB_GOOD_LEN);
	return 0;
}

int spdm_aead_open(struct spdm_aead *aead, const u8 *iv, const void *aad, size_t aad_len,
		   void *buf, size_t len, const u8 *tag)
{
	struct spdm_hash all = { };

	spdm_hash_add(&all, aad, aad_len);
	spdm_hash_add(&all, buf, len);
	return good(tag);
}

struct spdm_cert *spdm_cert_new(const void *der, size_t len)
{
	const u8 *p = der;
	size_t head = len >= 2 && p[1] & 0x80 ? 2 + (p[1] & 0x7f) : 2;
	const struct stub_cert *stub = (const void *)(p + head);
	struct spdm_cert *cert;

	if (len < head + sizeof(*stub) || len - head - sizeof(*stub) < stub->name_len)
		return ERR_PTR(-EBADMSG);
	if (stub->flags & STUB_CERT_NO_KEY)
		return ERR_PTR(-EOPNOTSUPP);
	cert = kzalloc(sizeof(*cert), GFP_KERNEL);
	if (!cert)
		return ERR_PTR(-ENOMEM);
	cert->stub = stub;
	cert->name = (const char *)(stub + 1);
	return cert;
}

void spdm_cert_free(struct spdm_cert *cert)
{
	if (!IS_ERR_OR_NULL(cert))
		kfree(cert);
}

void spdm_cert_info(const struct spdm_cert *cert, struct spdm_cert_info *info)
{
	const struct stub_cert *stub = cert->stub;

	*info = (struct spdm_cert_info) {
		.ca = stub->flags & STUB_CERT_CA,
		.has_ca = stub->flags & STUB_CERT_HAS_CA,
		.digital_signature = stub->flags & STUB_CERT_SIGNS,
		.cert_sign = stub->flags & STUB_CERT_CERT_SIGN,
		.has_usage = stub->flags & STUB_CERT_HAS_USAGE,
		.self_signed = stub->id == stub->issuer,
		.has_eku = stub->eku & STUB_EKU,
		.eku_responder = stub->eku & STUB_EKU_RESPONDER,
		.eku_requester = stub->eku & STUB_EKU_REQUESTER,
		.hw_identity = stub->flags & STUB_CERT_HW,
		.to = stub->flags & STUB_CERT_EXPIRED ? NOW - 1 : NOW + 1,
		.subject = "stub",
	};
}

int spdm_cert_leaf(const struct spdm_cert *cert, struct spdm_leaf *leaf)
{
	static const u8 oid[] = { 0x67, 0x81, 0x13 };	/* 2.23.147 */

	leaf->names[0] = cert->name;
	leaf->name_len[0] = cert->stub->name_len;
	leaf->name_oid[0] = oid;
	leaf->name_oid_len[0] = sizeof(oid);
	leaf->nr = 1;
	return 0;
}

bool spdm_cert_fits(const struct spdm_cert *cert, u32 asym)
{
	return asym == le16_to_cpu(cert->stub->asym);
}

int spdm_cert_check(const struct spdm_cert *cert, const struct spdm_cert *issuer)
{
	return cert->stub->issuer == issuer->stub->id ? 0 : -EKEYREJECTED;
}

int spdm_cert_anchor(const struct spdm_cert *cert, struct key *anchors)
{
	return anchors->ids >> (cert->stub->issuer % 32) & 1 ? 0 : -ENOKEY;
}

int spdm_cert_verify(const struct spdm_cert *cert, u32 asym, u32 hash, const u8 *digest,
		     const u8 *sig, size_t sig_len)
{
	struct spdm_hash all = { };

	BUG_ON(sig_len != spdm_sig_size(asym));
	spdm_hash_add(&all, sig, sig_len);
	spdm_hash_add(&all, digest, spdm_hash_size(hash));
	return good(sig);
}

s64 spdm_clock(void)
{
	return NOW;
}
