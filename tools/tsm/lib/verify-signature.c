// SPDX-License-Identifier: GPL-2.0
/*
 * Verifier: algorithms, and signatures of the device.
 *
 * DSP0274 1.3, "Signature generation": up to 1.1 the hash of the transcript is what
 * is signed, from 1.2 on a prefix with version and purpose and that hash, hashed
 * again. ECDSA is r and s of a fixed width, RSA is PKCS#1 1.5.
 */
#include <string.h>

#include <openssl/bn.h>
#include <openssl/ecdsa.h>
#include <openssl/rsa.h>

#include "judge.h"

#define PREFIX_SIZE	100
#define PREFIX_TEXT	64	/* four times the version; then the purpose, at the right */
#define DER_MAX		160	/* of an ECDSA signature of 521 bits */

static const struct tsm_hash hashes[] = {
	{ 0x01, "SHA-256", 32, EVP_sha256 },
	{ 0x02, "SHA-384", 48, EVP_sha384 },
	{ 0x04, "SHA-512", 64, EVP_sha512 },
};

static const struct tsm_asym asyms[] = {
	{ 0x001, "RSASSA-2048", NULL, 2048, 256 },
	{ 0x004, "RSASSA-3072", NULL, 3072, 384 },
	{ 0x010, "ECDSA-P256", "prime256v1", 256, 64 },
	{ 0x020, "RSASSA-4096", NULL, 4096, 512 },
	{ 0x080, "ECDSA-P384", "secp384r1", 384, 96 },
	{ 0x100, "ECDSA-P521", "secp521r1", 521, 132 },
};

#define NR(table)	(sizeof(table) / sizeof((table)[0]))

const struct tsm_hash *tsm_hash_of(uint32_t bit)
{
	for (size_t i = 0; i < NR(hashes); i++)
		if (hashes[i].bit == bit)
			return &hashes[i];
	return NULL;
}

/* They are compared, and not computed, so all of them are known: raw, SHA-2, SHA-3, SM3 */
size_t tsm_measurement_size(uint32_t bit)
{
	static const size_t sizes[] = { 0, 32, 48, 64, 32, 48, 64, 32 };

	for (size_t i = 0; i < NR(sizes); i++)
		if (bit == 1u << i)
			return sizes[i];
	return 0;
}

const struct tsm_hash *tsm_hash_named(const char *name)
{
	for (size_t i = 0; i < NR(hashes); i++)
		if (!strcmp(hashes[i].name, name))
			return &hashes[i];
	return NULL;
}

const struct tsm_asym *tsm_asym_of(uint32_t bit)
{
	for (size_t i = 0; i < NR(asyms); i++)
		if (asyms[i].bit == bit)
			return &asyms[i];
	return NULL;
}

const struct tsm_asym *tsm_asym_named(const char *name)
{
	for (size_t i = 0; i < NR(asyms); i++)
		if (!strcmp(asyms[i].name, name))
			return &asyms[i];
	return NULL;
}

bool tsm_key_fits(EVP_PKEY *key, const struct tsm_asym *asym)
{
	char group[32];
	size_t len;

	if (!key || EVP_PKEY_get_bits(key) != asym->bits)
		return false;
	if (!asym->group)
		return EVP_PKEY_is_a(key, "RSA");
	/* There are other curves of the same width. */
	return EVP_PKEY_is_a(key, "EC") &&
	       EVP_PKEY_get_group_name(key, group, sizeof(group), &len) == 1 &&
	       !strcmp(group, asym->group);
}

bool tsm_digest(const struct tsm_hash *hash, const uint8_t *data, size_t len, uint8_t *digest)
{
	return EVP_Digest(data, len, digest, NULL, hash->md(), NULL) == 1;
}

static bool hash_transcript(const struct tsm_judge *j, const struct tsm_statement *st,
			    uint8_t *digest)
{
	const struct tsm_object *vca = &j->ev->objects[TSM_VCA];
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool ok = ctx && EVP_DigestInit_ex(ctx, j->vca.hash->md(), NULL) == 1;

	if (ok && st->with_vca)
		ok = EVP_DigestUpdate(ctx, vca->data, vca->len) == 1;
	ok = ok && EVP_DigestUpdate(ctx, st->data, st->signed_len) == 1 &&
	     EVP_DigestFinal_ex(ctx, digest, NULL) == 1;
	EVP_MD_CTX_free(ctx);
	return ok;
}

/* From the hash of the transcript, in @digest, to that of what is signed */
static bool hash_with_prefix(const struct tsm_judge *j, const char *purpose, uint8_t *digest)
{
	uint8_t message[PREFIX_SIZE + TSM_DIGEST_MAX] = { 0 };
	size_t len = strlen(purpose), size = j->vca.hash->size;
	char text[] = "dmtf-spdm-v1.?.*";

	*strchr(text, '?') = '0' + (j->vca.version & 0xf);
	for (size_t i = 0; i < PREFIX_TEXT; i += sizeof(text) - 1)
		memcpy(message + i, text, sizeof(text) - 1);
	memcpy(message + PREFIX_SIZE - len, purpose, len);
	memcpy(message + PREFIX_SIZE, digest, size);
	return tsm_digest(j->vca.hash, message, PREFIX_SIZE + size, digest);
}

/* An ECDSA signature as OpenSSL wants it: bytes of @der, 0 for an error */
static size_t ecdsa_der(const uint8_t *sig, size_t len, uint8_t *der)
{
	BIGNUM *r = BN_bin2bn(sig, len / 2, NULL), *s = BN_bin2bn(sig + len / 2, len / 2, NULL);
	ECDSA_SIG *both = ECDSA_SIG_new();
	int size = 0;

	if (r && s && both && ECDSA_SIG_set0(both, r, s)) {
		/* They are the pair's now. */
		r = NULL;
		s = NULL;
		if (i2d_ECDSA_SIG(both, NULL) <= DER_MAX)
			size = i2d_ECDSA_SIG(both, &der);
	}
	BN_free(r);
	BN_free(s);
	ECDSA_SIG_free(both);
	return size > 0 ? size : 0;
}

static bool verify(const struct tsm_judge *j, const uint8_t *digest, const uint8_t *sig,
		   EVP_PKEY *key)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key, NULL);
	size_t len = j->vca.asym->size;
	uint8_t der[DER_MAX];
	bool ok;

	if (j->vca.asym->group) {
		len = ecdsa_der(sig, len, der);
		sig = der;
	}
	ok = ctx && len && EVP_PKEY_verify_init(ctx) == 1 &&
	     (j->vca.asym->group ||
	      EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) == 1) &&
	     EVP_PKEY_CTX_set_signature_md(ctx, j->vca.hash->md()) == 1 &&
	     EVP_PKEY_verify(ctx, sig, len, digest, j->vca.hash->size) == 1;
	EVP_PKEY_CTX_free(ctx);
	return ok;
}

bool tsm_signature_good(struct tsm_judge *j, const struct tsm_statement *st, EVP_PKEY *key)
{
	uint8_t digest[TSM_DIGEST_MAX];

	if (!hash_transcript(j, st, digest) ||
	    (j->vca.version >= TSM_VERSION_12 && !hash_with_prefix(j, st->purpose, digest)))
		return tsm_no(j, "cannot be hashed");
	if (!tsm_key_fits(key, j->vca.asym) || !verify(j, digest, st->sig, key))
		return tsm_no(j, "is not of that key over these bytes");
	return true;
}
