// SPDX-License-Identifier: GPL-2.0
/*
 * What the responder needs of cryptography, on OpenSSL 3: hashes, HMAC, HKDF,
 * ECDH and AES-GCM, by the bits of SPDM's messages. Keys of identities are
 * identity.c's, key schedules are schedule.c's.
 *
 * RFC 5869 (HKDF), DSP0274 sec "Signature generation" for what is signed.
 */
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/hmac.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <string.h>

#include "responder.h"

const EVP_MD *dsm_md(uint32_t hash)
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

size_t dsm_hash_size(uint32_t hash)
{
	const EVP_MD *md = dsm_md(hash);

	return md ? EVP_MD_get_size(md) : 0;
}

/* What signatures are: a curve, or the bits of a modulus */
static const struct dsm_asym {
	uint32_t asym;
	size_t size;
	const char *curve;
	unsigned int bits;
} dsm_asyms[] = {
	{ SPDM_ASYM_ECDSA_P256, 64, "P-256", 0 },
	{ SPDM_ASYM_ECDSA_P384, 96, "P-384", 0 },
	{ SPDM_ASYM_ECDSA_P521, 132, "P-521", 0 },
	{ SPDM_ASYM_RSASSA_2048, 256, NULL, 2048 },
	{ SPDM_ASYM_RSASSA_3072, 384, NULL, 3072 },
	{ SPDM_ASYM_RSASSA_4096, 512, NULL, 4096 },
};

static const struct dsm_asym *dsm_asym_find(uint32_t asym)
{
	for (size_t i = 0; i < sizeof(dsm_asyms) / sizeof(dsm_asyms[0]); i++)
		if (dsm_asyms[i].asym == asym)
			return &dsm_asyms[i];
	return NULL;
}

size_t dsm_sig_size(uint32_t asym)
{
	const struct dsm_asym *a = dsm_asym_find(asym);

	return a ? a->size : 0;
}

size_t dsm_dhe_size(uint16_t dhe)
{
	switch (dhe) {
	case SPDM_DHE_P256:
		return 64;
	case SPDM_DHE_P384:
		return 96;
	case SPDM_DHE_P521:
		return 132;
	default:
		return 0;
	}
}

size_t dsm_key_size(uint16_t aead)
{
	switch (aead) {
	case SPDM_AEAD_AES128_GCM:
		return 16;
	case SPDM_AEAD_AES256_GCM:
		return 32;
	default:
		return 0;
	}
}

int dsm_random(void *data, size_t len)
{
	return RAND_bytes(data, len) == 1 ? 0 : -1;
}

int dsm_hash(uint32_t hash, const void *data, size_t len, uint8_t *digest)
{
	const EVP_MD *md = dsm_md(hash);

	return md && EVP_Digest(data, len, digest, NULL, md, NULL) == 1 ? 0 : -1;
}

int dsm_hash_begin(EVP_MD_CTX **ctx, uint32_t hash, const void *data, size_t len)
{
	const EVP_MD *md = dsm_md(hash);

	if (!*ctx)
		*ctx = EVP_MD_CTX_new();
	if (!*ctx || !md || EVP_DigestInit_ex(*ctx, md, NULL) != 1)
		return -1;
	return dsm_hash_more(*ctx, data, len);
}

int dsm_hash_more(EVP_MD_CTX *ctx, const void *data, size_t len)
{
	return ctx && EVP_DigestUpdate(ctx, data, len) == 1 ? 0 : -1;
}

int dsm_hash_peek(const EVP_MD_CTX *ctx, uint8_t *digest)
{
	EVP_MD_CTX *copy = EVP_MD_CTX_new();
	int ret = -1;

	if (ctx && copy && EVP_MD_CTX_copy_ex(copy, ctx) == 1 &&
	    EVP_DigestFinal_ex(copy, digest, NULL) == 1)
		ret = 0;
	EVP_MD_CTX_free(copy);
	return ret;
}

/* The key has the size of the hash, as all of SPDM's have. */
int dsm_hmac(uint32_t hash, const uint8_t *key, const uint8_t *data, size_t len, uint8_t *mac)
{
	const EVP_MD *md = dsm_md(hash);

	return md && HMAC(md, key, dsm_hash_size(hash), data, len, mac, NULL) ? 0 : -1;
}

static int dsm_hkdf(uint32_t hash, int mode, const uint8_t *key, size_t key_len,
		    const char *more_name, const uint8_t *more, size_t more_len,
		    uint8_t *okm, size_t len)
{
	const EVP_MD *md = dsm_md(hash);
	EVP_KDF *kdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
	EVP_KDF_CTX *ctx = kdf ? EVP_KDF_CTX_new(kdf) : NULL;
	int ret = -1;

	if (ctx && md) {
		OSSL_PARAM params[] = {
			OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST,
							 (char *)EVP_MD_get0_name(md), 0),
			OSSL_PARAM_construct_int(OSSL_KDF_PARAM_MODE, &mode),
			OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, (void *)key,
							  key_len),
			OSSL_PARAM_construct_octet_string(more_name, (void *)more, more_len),
			OSSL_PARAM_construct_end(),
		};

		if (EVP_KDF_derive(ctx, okm, len, params) == 1)
			ret = 0;
	}
	EVP_KDF_CTX_free(ctx);
	EVP_KDF_free(kdf);
	return ret;
}

/* @salt has the size of the hash */
int dsm_extract(uint32_t hash, const uint8_t *salt, const uint8_t *ikm, size_t len, uint8_t *prk)
{
	return dsm_hkdf(hash, EVP_KDF_HKDF_MODE_EXTRACT_ONLY, ikm, len, OSSL_KDF_PARAM_SALT,
			salt, dsm_hash_size(hash), prk, dsm_hash_size(hash));
}

int dsm_expand(uint32_t hash, const uint8_t *prk, const uint8_t *info, size_t info_len,
	       uint8_t *okm, size_t len)
{
	return dsm_hkdf(hash, EVP_KDF_HKDF_MODE_EXPAND_ONLY, prk, dsm_hash_size(hash),
			OSSL_KDF_PARAM_INFO, info, info_len, okm, len);
}

static const char *dsm_dhe_curve(uint16_t dhe)
{
	switch (dhe) {
	case SPDM_DHE_P256:
		return "P-256";
	case SPDM_DHE_P384:
		return "P-384";
	case SPDM_DHE_P521:
		return "P-521";
	default:
		return NULL;
	}
}

/* OpenSSL refuses a point that is not on the curve */
static EVP_PKEY *dsm_ecdh_peer(const char *curve, const uint8_t *xy, size_t len)
{
	uint8_t point[1 + SPDM_MAX_DHE];
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	EVP_PKEY *peer = NULL;
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, (char *)curve, 0),
		OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point, len + 1),
		OSSL_PARAM_construct_end(),
	};

	point[0] = POINT_CONVERSION_UNCOMPRESSED;
	memcpy(point + 1, xy, len);
	if (ctx && EVP_PKEY_fromdata_init(ctx) == 1)
		EVP_PKEY_fromdata(ctx, &peer, EVP_PKEY_PUBLIC_KEY, params);
	EVP_PKEY_CTX_free(ctx);
	return peer;
}

static int dsm_ecdh_derive(EVP_PKEY *own, EVP_PKEY *peer, uint8_t *secret, size_t want)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, own, NULL);
	size_t len = want;
	int ret = -1;

	if (ctx && EVP_PKEY_derive_init(ctx) == 1 &&
	    EVP_PKEY_derive_set_peer_ex(ctx, peer, 1) == 1 &&
	    EVP_PKEY_derive(ctx, secret, &len) == 1 && len == want)
		ret = 0;
	EVP_PKEY_CTX_free(ctx);
	return ret;
}

/* A key of our own, for this once: its public value, and what it shares with the peer's */
int dsm_ecdh(uint16_t dhe, const uint8_t *peer, uint8_t *pub, uint8_t *secret)
{
	const char *curve = dsm_dhe_curve(dhe);
	size_t len = dsm_dhe_size(dhe), got = 0;
	uint8_t point[1 + SPDM_MAX_DHE];
	EVP_PKEY *own, *other;
	int ret = -1;

	if (!curve)
		return -1;

	own = EVP_EC_gen(curve);
	other = dsm_ecdh_peer(curve, peer, len);
	if (own && other &&
	    EVP_PKEY_get_octet_string_param(own, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof(point),
					    &got) == 1 &&
	    got == len + 1 && point[0] == POINT_CONVERSION_UNCOMPRESSED) {
		memcpy(pub, point + 1, len);
		ret = dsm_ecdh_derive(own, other, secret, len / 2);
	}
	EVP_PKEY_free(other);
	EVP_PKEY_free(own);
	return ret;
}

static const EVP_CIPHER *dsm_cipher(uint16_t aead)
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

/* In place */
int dsm_seal(uint16_t aead, const uint8_t *key, const uint8_t *iv, const uint8_t *aad,
	     size_t aad_len, uint8_t *data, size_t len, uint8_t *tag)
{
	const EVP_CIPHER *cipher = dsm_cipher(aead);
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	int n, ret = -1;

	if (ctx && cipher && EVP_EncryptInit_ex(ctx, cipher, NULL, key, iv) == 1 &&
	    EVP_EncryptUpdate(ctx, NULL, &n, aad, aad_len) == 1 &&
	    EVP_EncryptUpdate(ctx, data, &n, data, len) == 1 && (size_t)n == len &&
	    EVP_EncryptFinal_ex(ctx, data + n, &n) == 1 &&
	    EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, SPDM_AEAD_TAG, tag) == 1)
		ret = 0;
	EVP_CIPHER_CTX_free(ctx);
	return ret;
}

/* Nothing of a message whose tag is wrong stays in @plain. */
int dsm_open(uint16_t aead, const uint8_t *key, const uint8_t *iv, const uint8_t *aad,
	     size_t aad_len, const uint8_t *data, size_t len, const uint8_t *tag, uint8_t *plain)
{
	const EVP_CIPHER *cipher = dsm_cipher(aead);
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	int n, ret = -1;

	if (ctx && cipher && EVP_DecryptInit_ex(ctx, cipher, NULL, key, iv) == 1 &&
	    EVP_DecryptUpdate(ctx, NULL, &n, aad, aad_len) == 1 &&
	    EVP_DecryptUpdate(ctx, plain, &n, data, len) == 1 && (size_t)n == len &&
	    EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, SPDM_AEAD_TAG, (void *)tag) == 1 &&
	    EVP_DecryptFinal_ex(ctx, plain + n, &n) == 1)
		ret = 0;
	if (ret)
		OPENSSL_cleanse(plain, len);
	EVP_CIPHER_CTX_free(ctx);
	return ret;
}

/*
 * From 1.2 on the hash of a transcript is signed behind a prefix: the version
 * four times, then zeros, then the context up to the end.
 */
int dsm_sign_digest(uint8_t version, uint32_t hash, const char *context,
		    const uint8_t *transcript, uint8_t *digest)
{
	uint8_t signed_data[SPDM_SIGN_PREFIX + SPDM_MAX_HASH] = {};
	size_t size = dsm_hash_size(hash), len = strlen(context);
	char mark[] = "dmtf-spdm-v1.x.*";

	if (version < SPDM_VERSION_12) {
		memcpy(digest, transcript, size);
		return 0;
	}

	mark[13] = '0' + (version & 0xf);
	for (unsigned int i = 0; i < 4; i++)
		memcpy(signed_data + i * strlen(mark), mark, strlen(mark));
	memcpy(signed_data + SPDM_SIGN_PREFIX - len, context, len);
	memcpy(signed_data + SPDM_SIGN_PREFIX, transcript, size);
	return dsm_hash(hash, signed_data, SPDM_SIGN_PREFIX + size, digest);
}

static int dsm_sign_fixed(const uint8_t *der, size_t der_len, uint8_t *sig, size_t len)
{
	ECDSA_SIG *rs = d2i_ECDSA_SIG(NULL, &der, der_len);
	int ret = -1;

	if (rs && BN_bn2binpad(ECDSA_SIG_get0_r(rs), sig, len / 2) > 0 &&
	    BN_bn2binpad(ECDSA_SIG_get0_s(rs), sig + len / 2, len / 2) > 0)
		ret = 0;
	ECDSA_SIG_free(rs);
	return ret;
}

/* More primes make a large RSA key in much less time, and verify the same. */
static EVP_PKEY *dsm_rsa_stranger(unsigned int bits)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	EVP_PKEY *key = NULL;

	if (ctx && EVP_PKEY_keygen_init(ctx) == 1 &&
	    EVP_PKEY_CTX_set_rsa_keygen_bits(ctx, bits) == 1 &&
	    EVP_PKEY_CTX_set_rsa_keygen_primes(ctx, bits < 4096 ? 3 : 4) == 1)
		EVP_PKEY_generate(ctx, &key);
	EVP_PKEY_CTX_free(ctx);
	return key;
}

int dsm_sign_stranger(uint32_t asym, uint32_t hash, const uint8_t *digest, uint8_t *sig,
		      size_t len)
{
	const struct dsm_asym *a = dsm_asym_find(asym);
	uint8_t raw[SPDM_MAX_SIG];
	size_t raw_len = sizeof(raw);
	EVP_PKEY_CTX *ctx;
	EVP_PKEY *key;
	int ret = -1;

	if (!a || a->size != len)
		return -1;

	key = a->curve ? EVP_EC_gen(a->curve) : dsm_rsa_stranger(a->bits);
	ctx = key ? EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL) : NULL;
	if (ctx && EVP_PKEY_sign_init(ctx) == 1 &&
	    (a->curve || EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) == 1) &&
	    EVP_PKEY_CTX_set_signature_md(ctx, dsm_md(hash)) == 1 &&
	    EVP_PKEY_sign(ctx, raw, &raw_len, digest, dsm_hash_size(hash)) == 1) {
		if (a->curve) {
			ret = dsm_sign_fixed(raw, raw_len, sig, len);
		} else if (raw_len == len) {
			memcpy(sig, raw, len);
			ret = 0;
		}
	}
	EVP_PKEY_CTX_free(ctx);
	EVP_PKEY_free(key);
	return ret;
}
