// SPDX-License-Identifier: GPL-2.0
/*
 * crypto.h of the SPDM requester on OpenSSL 3, for conversations in user space:
 * hashes, key exchange and ciphers. x509-openssl.c has the certificates.
 *
 * It is no reference for crypto.c of the kernel, which has suites of its own.
 */
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/param_build.h>
#include <openssl/rand.h>

#include <linux/err.h>
#include <linux/slab.h>

#include "crypto.h"
#include "openssl.h"
#include "wire.h"

#define MAX_COORDINATE	(SPDM_MAX_DHE / 2)

struct spdm_hash {
	EVP_MD_CTX *ctx;
};

struct spdm_dhe {
	EVP_PKEY *key;
	const char *group;
	size_t width;		/* of a coordinate */
};

struct spdm_aead {
	const EVP_CIPHER *cipher;
	u8 key[SPDM_AEAD_MAX_KEY];
};

const EVP_MD *openssl_md(u32 hash)
{
	switch (hash) {
	case SPDM_HASH_SHA256:
		return EVP_sha256();
	case SPDM_HASH_SHA384:
		return EVP_sha384();
	case SPDM_HASH_SHA512:
		return EVP_sha512();
	default:
		return NULL;
	}
}

static const EVP_CIPHER *cipher_of(u16 aead)
{
	switch (aead) {
	case SPDM_AEAD_AES128_GCM:
		return EVP_aes_128_gcm();
	case SPDM_AEAD_AES256_GCM:
		return EVP_aes_256_gcm();
	default:
		return NULL;
	}
}

bool spdm_crypto_has_hash(u32 hash)
{
	return openssl_md(hash);
}

bool spdm_crypto_has_asym(u32 asym)
{
	return asym & (SPDM_ASYM_ECDSA_P256 | SPDM_ASYM_ECDSA_P384 | SPDM_ASYM_ECDSA_P521 |
		       SPDM_ASYM_RSASSA_2048 | SPDM_ASYM_RSASSA_3072 | SPDM_ASYM_RSASSA_4096);
}

bool spdm_crypto_has_dhe(u16 dhe)
{
	return dhe == SPDM_DHE_P256 || dhe == SPDM_DHE_P384;
}

bool spdm_crypto_has_aead(u16 aead)
{
	return cipher_of(aead);
}

struct spdm_hash *spdm_hash_new(u32 hash)
{
	const EVP_MD *md = openssl_md(hash);
	struct spdm_hash *h;

	if (!md)
		return ERR_PTR(-EOPNOTSUPP);
	h = kzalloc(sizeof(*h), GFP_KERNEL);
	if (!h)
		return ERR_PTR(-ENOMEM);
	h->ctx = EVP_MD_CTX_new();
	if (!h->ctx || !EVP_DigestInit_ex(h->ctx, md, NULL)) {
		spdm_hash_free(h);
		return ERR_PTR(-ENOMEM);
	}
	return h;
}

void spdm_hash_free(struct spdm_hash *h)
{
	if (IS_ERR_OR_NULL(h))
		return;
	EVP_MD_CTX_free(h->ctx);
	kfree(h);
}

int spdm_hash_add(struct spdm_hash *h, const void *data, size_t len)
{
	return EVP_DigestUpdate(h->ctx, data, len) ? 0 : -EIO;
}

int spdm_hash_peek(struct spdm_hash *h, u8 *digest)
{
	EVP_MD_CTX *copy = EVP_MD_CTX_new();
	int err = -EIO;

	if (copy && EVP_MD_CTX_copy_ex(copy, h->ctx) && EVP_DigestFinal_ex(copy, digest, NULL))
		err = 0;
	EVP_MD_CTX_free(copy);
	return err;
}

int spdm_hash_once(u32 hash, const void *data, size_t len, u8 *digest)
{
	const EVP_MD *md = openssl_md(hash);

	if (!md)
		return -EOPNOTSUPP;
	return EVP_Digest(data, len, digest, NULL, md, NULL) ? 0 : -EIO;
}

int spdm_hmac(u32 hash, const u8 *key, size_t key_len, const void *data, size_t len, u8 *mac)
{
	const EVP_MD *md = openssl_md(hash);

	if (!md)
		return -EOPNOTSUPP;
	return HMAC(md, key, key_len, data, len, mac, NULL) ? 0 : -EIO;
}

/* What was drawn, to be drawn again: bytes, and keys by their number */
static struct {
	u8 bytes[4096];
	size_t drawn, len;
	EVP_PKEY *keys[16];
	unsigned int key, nr_keys;
} chance;

void openssl_chance_rewind(void)
{
	chance.drawn = 0;
	chance.key = 0;
}

void openssl_chance_forget(void)
{
	for (unsigned int i = 0; i < chance.nr_keys; i++)
		EVP_PKEY_free(chance.keys[i]);
	memset(&chance, 0, sizeof(chance));
}

int spdm_random(void *buf, size_t len)
{
	size_t end = chance.drawn + len;

	if (end > sizeof(chance.bytes))
		return -EIO;
	if (end > chance.len) {
		if (RAND_bytes(chance.bytes + chance.len, end - chance.len) != 1)
			return -EIO;
		chance.len = end;
	}
	memcpy(buf, chance.bytes + chance.drawn, len);
	chance.drawn = end;
	return 0;
}

static EVP_PKEY *draw_key(const char *group)
{
	if (chance.key == ARRAY_SIZE(chance.keys))
		return NULL;
	if (chance.key == chance.nr_keys) {
		chance.keys[chance.nr_keys] = EVP_EC_gen(group);
		if (!chance.keys[chance.nr_keys])
			return NULL;
		chance.nr_keys++;
	}
	EVP_PKEY_up_ref(chance.keys[chance.key]);
	return chance.keys[chance.key++];
}

struct spdm_dhe *spdm_dhe_new(u16 dhe)
{
	struct spdm_dhe *d;

	if (!spdm_crypto_has_dhe(dhe))
		return ERR_PTR(-EOPNOTSUPP);
	d = kzalloc(sizeof(*d), GFP_KERNEL);
	if (!d)
		return ERR_PTR(-ENOMEM);
	d->group = dhe == SPDM_DHE_P256 ? "P-256" : "P-384";
	d->width = dhe == SPDM_DHE_P256 ? 32 : 48;
	d->key = draw_key(d->group);
	if (!d->key) {
		kfree(d);
		return ERR_PTR(-ENOMEM);
	}
	return d;
}

void spdm_dhe_free(struct spdm_dhe *dhe)
{
	if (IS_ERR_OR_NULL(dhe))
		return;
	EVP_PKEY_free(dhe->key);
	kfree(dhe);
}

int spdm_dhe_public(struct spdm_dhe *dhe, u8 *public, size_t len)
{
	u8 point[1 + 2 * MAX_COORDINATE];
	size_t got;

	if (len != 2 * dhe->width)
		return -EINVAL;
	if (!EVP_PKEY_get_octet_string_param(dhe->key, OSSL_PKEY_PARAM_PUB_KEY, point,
					     sizeof(point), &got) || got != 1 + len)
		return -EIO;
	memcpy(public, point + 1, len);
	return 0;
}

/* The peer's half as a key, or NULL if it is no point of the curve */
static EVP_PKEY *peer_key(const char *group, const u8 *public, size_t len)
{
	u8 point[1 + 2 * MAX_COORDINATE] = { POINT_CONVERSION_UNCOMPRESSED };
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, (char *)group, 0),
		OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point, 1 + len),
		OSSL_PARAM_construct_end(),
	};
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	EVP_PKEY *key = NULL;

	memcpy(point + 1, public, len);
	if (!ctx || EVP_PKEY_fromdata_init(ctx) != 1 ||
	    EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params) != 1)
		key = NULL;
	EVP_PKEY_CTX_free(ctx);
	return key;
}

int spdm_dhe_secret(struct spdm_dhe *dhe, const u8 *peer, size_t len, u8 *secret,
		    size_t secret_len)
{
	EVP_PKEY *theirs;
	EVP_PKEY_CTX *ctx;
	int err = -EKEYREJECTED;

	if (len != 2 * dhe->width || secret_len != dhe->width)
		return -EINVAL;
	theirs = peer_key(dhe->group, peer, len);
	if (!theirs)
		return -EKEYREJECTED;
	ctx = EVP_PKEY_CTX_new(dhe->key, NULL);
	if (ctx && EVP_PKEY_derive_init(ctx) == 1 &&
	    EVP_PKEY_derive_set_peer_ex(ctx, theirs, 1) == 1 &&
	    EVP_PKEY_derive(ctx, secret, &secret_len) == 1)
		err = 0;
	EVP_PKEY_CTX_free(ctx);
	EVP_PKEY_free(theirs);
	return err;
}

struct spdm_aead *spdm_aead_new(u16 aead, const u8 *key, size_t key_len)
{
	const EVP_CIPHER *cipher = cipher_of(aead);
	struct spdm_aead *a;

	if (!cipher)
		return ERR_PTR(-EOPNOTSUPP);
	if (key_len != (size_t)EVP_CIPHER_get_key_length(cipher))
		return ERR_PTR(-EINVAL);
	a = kzalloc(sizeof(*a), GFP_KERNEL);
	if (!a)
		return ERR_PTR(-ENOMEM);
	a->cipher = cipher;
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
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	int n, err = -EIO;

	if (ctx && EVP_EncryptInit_ex2(ctx, aead->cipher, aead->key, iv, NULL) &&
	    EVP_EncryptUpdate(ctx, NULL, &n, aad, aad_len) &&
	    EVP_EncryptUpdate(ctx, buf, &n, buf, len) &&
	    EVP_EncryptFinal_ex(ctx, (u8 *)buf + n, &n) &&
	    EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, SPDM_AEAD_TAG, tag))
		err = 0;
	EVP_CIPHER_CTX_free(ctx);
	return err;
}

int spdm_aead_open(struct spdm_aead *aead, const u8 *iv, const void *aad, size_t aad_len,
		   void *buf, size_t len, const u8 *tag)
{
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	int n, err = -EIO;

	if (ctx && EVP_DecryptInit_ex2(ctx, aead->cipher, aead->key, iv, NULL) &&
	    EVP_DecryptUpdate(ctx, NULL, &n, aad, aad_len) &&
	    EVP_DecryptUpdate(ctx, buf, &n, buf, len) &&
	    EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, SPDM_AEAD_TAG, (void *)tag))
		err = EVP_DecryptFinal_ex(ctx, (u8 *)buf + n, &n) ? 0 : -EKEYREJECTED;
	EVP_CIPHER_CTX_free(ctx);
	return err;
}
