// SPDX-License-Identifier: GPL-2.0
/*
 * Cryptography by the kernel's crypto API: hashes, HMAC, ECDH, AES-GCM, and
 * signatures by a public key that somebody else has found.
 *
 * All of it is synchronous. Memory of callers may be anywhere: what goes into a
 * scatterlist is ours, or is known to be in the linear map. X.509 is x509.c's.
 */
#include <crypto/aead.h>
#include <crypto/ecdh.h>
#include <crypto/hash.h>
#include <crypto/kpp.h>
#include <crypto/public_key.h>
#include <crypto/sig.h>
#include <kunit/visibility.h>
#include <linux/cleanup.h>
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/random.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>
#include <linux/spdm.h>
#include <linux/timekeeping.h>

#include "crypto.h"
#include "spdm.h"

#define HMAC_NAME(hash) "hmac(" hash ")"

/* All of these take NULL, and those of the API an error too. */
DEFINE_FREE(shash, struct crypto_shash *, crypto_free_shash(_T))
DEFINE_FREE(sig, struct crypto_sig *, crypto_free_sig(_T))
DEFINE_FREE(dhe, struct spdm_dhe *, spdm_dhe_free(_T))
DEFINE_FREE(aead, struct spdm_aead *, spdm_aead_free(_T))
DEFINE_FREE(sensitive, void *, kfree_sensitive(_T))

/* What is not in this kernel, by its configuration, is not supported; the rest is as it is. */
static int crypto_error(long err)
{
	return err == -ENOENT || err == -ENOPKG ? -EOPNOTSUPP : err;
}

/*
 * Names
 */

static const char *hash_alg(u32 hash)
{
	switch (hash) {
	case SPDM_HASH_SHA256:	return "sha256";
	case SPDM_HASH_SHA384:	return "sha384";
	case SPDM_HASH_SHA512:	return "sha512";
	default:		return NULL;
	}
}

static const char *hmac_alg(u32 hash)
{
	switch (hash) {
	case SPDM_HASH_SHA256:	return HMAC_NAME("sha256");
	case SPDM_HASH_SHA384:	return HMAC_NAME("sha384");
	case SPDM_HASH_SHA512:	return HMAC_NAME("sha512");
	default:		return NULL;
	}
}

static const char *dhe_alg(u16 dhe)
{
	switch (dhe) {
	case SPDM_DHE_P256:	return "ecdh-nist-p256";
	case SPDM_DHE_P384:	return "ecdh-nist-p384";
	default:		return NULL;
	}
}

static bool aead_known(u16 aead)
{
	return aead == SPDM_AEAD_AES128_GCM || aead == SPDM_AEAD_AES256_GCM;
}

static const char *ecdsa_alg(u32 asym)
{
	switch (asym) {
	case SPDM_ASYM_ECDSA_P256:	return "ecdsa-nist-p256";
	case SPDM_ASYM_ECDSA_P384:	return "ecdsa-nist-p384";
	case SPDM_ASYM_ECDSA_P521:	return "ecdsa-nist-p521";
	default:			return NULL;
	}
}

static bool is_rsa(u32 asym)
{
	return asym == SPDM_ASYM_RSASSA_2048 || asym == SPDM_ASYM_RSASSA_3072 ||
	       asym == SPDM_ASYM_RSASSA_4096;
}

bool spdm_crypto_has_hash(u32 hash)
{
	return hash_alg(hash) && crypto_has_shash(hash_alg(hash), 0, 0) &&
	       crypto_has_shash(hmac_alg(hash), 0, 0);
}

/* Templates are made on demand, so asking means to make one. */
bool spdm_crypto_has_asym(u32 asym)
{
	const char *name = is_rsa(asym) ? "pkcs1pad(rsa,sha256)" : ecdsa_alg(asym);
	struct crypto_sig *tfm __free(sig) = name ? crypto_alloc_sig(name, 0, 0) : NULL;

	return !IS_ERR_OR_NULL(tfm);
}

bool spdm_crypto_has_dhe(u16 dhe)
{
	return dhe_alg(dhe) && crypto_has_kpp(dhe_alg(dhe), 0, 0);
}

bool spdm_crypto_has_aead(u16 aead)
{
	return aead_known(aead) && crypto_has_aead("gcm(aes)", 0, 0);
}

/*
 * Hashes
 */

struct spdm_hash {
	struct crypto_shash *tfm;
	struct shash_desc *desc;	/* of what was added */
	struct shash_desc *copy;	/* finished by a look at the digest */
	u8 *state;			/* on its way from one to the other */
	size_t size;			/* of all three, which follow */
	u8 memory[] CRYPTO_MINALIGN_ATTR;
};

/* Where it wiped, and how much, is of use to a test. */
VISIBLE_IF_KUNIT const u8 *spdm_hash_wipe(struct spdm_hash *h, size_t *size)
{
	memzero_explicit(h->memory, h->size);
	*size = h->size;
	return h->memory;
}

void spdm_hash_free(struct spdm_hash *h)
{
	size_t size;

	if (!h)
		return;

	spdm_hash_wipe(h, &size);
	crypto_free_shash(h->tfm);
	kfree(h);
}

struct spdm_hash *spdm_hash_new(u32 hash)
{
	const char *name = hash_alg(hash);
	size_t desc, size;
	int rc;

	if (!name)
		return ERR_PTR(-EOPNOTSUPP);

	struct crypto_shash *tfm __free(shash) = crypto_alloc_shash(name, 0, 0);
	if (IS_ERR(tfm))
		return ERR_PTR(crypto_error(PTR_ERR(tfm)));

	desc = ALIGN(sizeof(struct shash_desc) + crypto_shash_descsize(tfm),
		     CRYPTO_MINALIGN);
	size = 2 * desc + crypto_shash_statesize(tfm);

	struct spdm_hash *h __free(kfree) = kzalloc(struct_size(h, memory, size), GFP_KERNEL);
	if (!h)
		return ERR_PTR(-ENOMEM);

	h->size = size;
	h->desc = (void *)h->memory;
	h->copy = (void *)(h->memory + desc);
	h->state = h->memory + 2 * desc;
	h->desc->tfm = tfm;
	h->copy->tfm = tfm;
	rc = crypto_shash_init(h->desc);
	if (rc)
		return ERR_PTR(rc);

	h->tfm = no_free_ptr(tfm);
	return_ptr(h);
}

int spdm_hash_add(struct spdm_hash *h, const void *data, size_t len)
{
	return len ? crypto_shash_update(h->desc, data, len) : 0;
}

int spdm_hash_peek(struct spdm_hash *h, u8 *digest)
{
	int rc = crypto_shash_export(h->desc, h->state);

	if (!rc)
		rc = crypto_shash_import(h->copy, h->state);
	if (!rc)
		rc = crypto_shash_final(h->copy, digest);
	return rc;
}

int spdm_hash_once(u32 hash, const void *data, size_t len, u8 *digest)
{
	const char *name = hash_alg(hash);

	if (!name)
		return -EOPNOTSUPP;

	struct crypto_shash *tfm __free(shash) = crypto_alloc_shash(name, 0, 0);
	if (IS_ERR(tfm))
		return crypto_error(PTR_ERR(tfm));

	return crypto_shash_tfm_digest(tfm, data, len, digest);
}

int spdm_hmac(u32 hash, const u8 *key, size_t key_len, const void *data, size_t len, u8 *mac)
{
	const char *name = hmac_alg(hash);
	int rc;

	if (!name)
		return -EOPNOTSUPP;

	struct crypto_shash *tfm __free(shash) = crypto_alloc_shash(name, 0, 0);
	if (IS_ERR(tfm))
		return crypto_error(PTR_ERR(tfm));

	rc = crypto_shash_setkey(tfm, key, key_len);
	if (rc)
		return rc;

	return crypto_shash_tfm_digest(tfm, data, len, mac);
}

int spdm_random(void *buf, size_t len)
{
	return get_random_bytes_wait(buf, len) ? -ECANCELED : 0;
}

/*
 * Key exchange
 */

struct spdm_dhe {
	struct crypto_kpp *tfm;
	size_t size;			/* of a public value */
	u8 in[SPDM_MAX_DHE];		/* what scatterlists point at */
	u8 out[SPDM_MAX_DHE];
};

void spdm_dhe_free(struct spdm_dhe *dhe)
{
	if (!dhe)
		return;

	crypto_free_kpp(dhe->tfm);	/* wipes the private key */
	kfree_sensitive(dhe);
}

/* A private key of length 0 is made by the cipher, where nobody sees it. */
static int dhe_set_key(struct spdm_dhe *dhe, const u8 *key, size_t len)
{
	struct ecdh params = { .key = (char *)key, .key_size = len };
	unsigned int size = crypto_ecdh_key_len(&params);
	int rc;

	void *buf __free(sensitive) = kzalloc(size, GFP_KERNEL);
	if (!buf)
		return -ENOMEM;

	rc = crypto_ecdh_encode_key(buf, size, &params);
	if (rc)
		return rc;

	return crypto_kpp_set_secret(dhe->tfm, buf, size);
}

VISIBLE_IF_KUNIT struct spdm_dhe *spdm_dhe_with_key(u16 alg, const u8 *key, size_t len)
{
	const char *name = dhe_alg(alg);
	int rc;

	if (!name)
		return ERR_PTR(-EOPNOTSUPP);

	struct spdm_dhe *dhe __free(dhe) = kzalloc(sizeof(*dhe), GFP_KERNEL);
	if (!dhe)
		return ERR_PTR(-ENOMEM);

	dhe->size = spdm_dhe_size(alg);
	dhe->tfm = crypto_alloc_kpp(name, 0, 0);
	if (IS_ERR(dhe->tfm))
		return ERR_PTR(crypto_error(PTR_ERR(dhe->tfm)));

	rc = dhe_set_key(dhe, key, len);
	if (rc)
		return ERR_PTR(rc);

	return_ptr(dhe);
}

struct spdm_dhe *spdm_dhe_new(u16 dhe)
{
	return spdm_dhe_with_key(dhe, NULL, 0);
}

/* One computation: the public value, or with @in_len the secret. The result is in dhe->out. */
static int dhe_compute(struct spdm_dhe *dhe, size_t in_len, size_t out_len)
{
	struct kpp_request *req = kpp_request_alloc(dhe->tfm, GFP_KERNEL);
	struct scatterlist in, out;
	DECLARE_CRYPTO_WAIT(wait);
	int rc;

	if (!req)
		return -ENOMEM;

	kpp_request_set_callback(req, CRYPTO_TFM_REQ_MAY_BACKLOG | CRYPTO_TFM_REQ_MAY_SLEEP,
				 crypto_req_done, &wait);
	sg_init_one(&out, dhe->out, out_len);
	kpp_request_set_output(req, &out, out_len);
	if (in_len) {
		sg_init_one(&in, dhe->in, in_len);
		kpp_request_set_input(req, &in, in_len);
		rc = crypto_wait_req(crypto_kpp_compute_shared_secret(req), &wait);
	} else {
		kpp_request_set_input(req, NULL, 0);
		rc = crypto_wait_req(crypto_kpp_generate_public_key(req), &wait);
	}

	kpp_request_free(req);
	return rc;
}

int spdm_dhe_public(struct spdm_dhe *dhe, u8 *public, size_t len)
{
	int rc;

	if (len != dhe->size)
		return -EINVAL;

	rc = dhe_compute(dhe, 0, len);
	if (!rc)
		memcpy(public, dhe->out, len);
	return rc;
}

/* The point is checked by the cipher, before anything is computed with it. */
int spdm_dhe_secret(struct spdm_dhe *dhe, const u8 *peer, size_t len, u8 *secret,
		    size_t secret_len)
{
	int rc;

	if (len != dhe->size || secret_len != dhe->size / 2)
		return -EINVAL;

	memcpy(dhe->in, peer, len);
	rc = dhe_compute(dhe, len, secret_len);
	if (!rc)
		memcpy(secret, dhe->out, secret_len);
	memzero_explicit(dhe->out, sizeof(dhe->out));

	return rc && rc != -ENOMEM ? -EKEYREJECTED : rc;
}

/*
 * Cipher of records
 */

#define AEAD_MAX_AAD	32

struct spdm_aead {
	struct crypto_aead *tfm;
	struct aead_request *req;
	struct scatterlist sg[3];
	u8 iv[SPDM_AEAD_IV];
	u8 aad[AEAD_MAX_AAD];
	u8 tag[SPDM_AEAD_TAG];
};

void spdm_aead_free(struct spdm_aead *aead)
{
	if (!aead)
		return;

	aead_request_free(aead->req);		/* wipes it */
	crypto_free_aead(aead->tfm);		/* wipes the key */
	kfree_sensitive(aead);
}

struct spdm_aead *spdm_aead_new(u16 alg, const u8 *key, size_t key_len)
{
	int rc;

	if (!aead_known(alg))
		return ERR_PTR(-EOPNOTSUPP);
	if (key_len != spdm_aead_key_size(alg))
		return ERR_PTR(-EINVAL);

	struct spdm_aead *aead __free(aead) = kzalloc(sizeof(*aead), GFP_KERNEL);
	if (!aead)
		return ERR_PTR(-ENOMEM);

	aead->tfm = crypto_alloc_aead("gcm(aes)", 0, 0);
	if (IS_ERR(aead->tfm))
		return ERR_PTR(crypto_error(PTR_ERR(aead->tfm)));

	rc = crypto_aead_setauthsize(aead->tfm, SPDM_AEAD_TAG);
	if (!rc)
		rc = crypto_aead_setkey(aead->tfm, key, key_len);
	if (rc)
		return ERR_PTR(rc);

	aead->req = aead_request_alloc(aead->tfm, GFP_KERNEL);
	if (!aead->req)
		return ERR_PTR(-ENOMEM);

	return_ptr(aead);
}

static int aead_crypt(struct spdm_aead *aead, bool seal, size_t aad_len, void *buf, size_t len)
{
	DECLARE_CRYPTO_WAIT(wait);
	size_t todo = seal ? len : len + SPDM_AEAD_TAG;
	unsigned int nr = 0;

	/* No empty entries: not every cipher steps over them. */
	sg_init_table(aead->sg, 1 + !!aad_len + !!len);
	if (aad_len)
		sg_set_buf(&aead->sg[nr++], aead->aad, aad_len);
	if (len)
		sg_set_buf(&aead->sg[nr++], buf, len);
	sg_set_buf(&aead->sg[nr], aead->tag, SPDM_AEAD_TAG);

	aead_request_set_callback(aead->req,
				  CRYPTO_TFM_REQ_MAY_BACKLOG | CRYPTO_TFM_REQ_MAY_SLEEP,
				  crypto_req_done, &wait);
	aead_request_set_ad(aead->req, aad_len);
	aead_request_set_crypt(aead->req, aead->sg, aead->sg, todo, aead->iv);

	return crypto_wait_req(seal ? crypto_aead_encrypt(aead->req) :
			       crypto_aead_decrypt(aead->req), &wait);
}

/* Memory outside of the linear map (vmalloc, a stack) has no place in a scatterlist. */
static int aead_crypt_anywhere(struct spdm_aead *aead, bool seal, const u8 *iv,
			       const void *aad, size_t aad_len, void *buf, size_t len)
{
	int rc;

	if (aad_len > AEAD_MAX_AAD)
		return -EINVAL;

	memcpy(aead->iv, iv, SPDM_AEAD_IV);
	memcpy(aead->aad, aad, aad_len);
	if (!len || virt_addr_valid(buf))
		return aead_crypt(aead, seal, aad_len, buf, len);

	void *copy __free(sensitive) = kmemdup(buf, len, GFP_KERNEL);
	if (!copy)
		return -ENOMEM;

	rc = aead_crypt(aead, seal, aad_len, copy, len);
	if (!rc)
		memcpy(buf, copy, len);
	return rc;
}

int spdm_aead_seal(struct spdm_aead *aead, const u8 *iv, const void *aad, size_t aad_len,
		   void *buf, size_t len, u8 *tag)
{
	int rc = aead_crypt_anywhere(aead, true, iv, aad, aad_len, buf, len);

	if (!rc)
		memcpy(tag, aead->tag, SPDM_AEAD_TAG);
	return rc;
}

int spdm_aead_open(struct spdm_aead *aead, const u8 *iv, const void *aad, size_t aad_len,
		   void *buf, size_t len, const u8 *tag)
{
	int rc;

	memcpy(aead->tag, tag, SPDM_AEAD_TAG);
	rc = aead_crypt_anywhere(aead, false, iv, aad, aad_len, buf, len);
	return rc == -EBADMSG ? -EKEYREJECTED : rc;
}

/*
 * Signatures
 */

/* An integer as in DER: no leading zeros, but one before a set top bit. */
static u8 *put_integer(u8 *pos, const u8 *val, size_t len)
{
	size_t pad;

	while (len > 1 && !*val) {
		val++;
		len--;
	}
	pad = *val >> 7;

	*pos++ = 0x02;
	*pos++ = pad + len;
	if (pad)
		*pos++ = 0;
	memcpy(pos, val, len);
	return pos + len;
}

/* SEQUENCE of two integers; the longest, of P-521, has 2 * (2 + 66) bytes inside */
#define DER_HEAD	3
#define DER_MAX		(DER_HEAD + 2 * (2 + 1 + SPDM_MAX_DHE / 2))

/*
 * r and s, as on the wire, to what the kernel takes. Neither may be 0: a verifier
 * that forgets to ask would accept it for any message.
 */
static ssize_t ecdsa_to_der(const u8 *sig, size_t len, u8 *der)
{
	size_t half = len / 2, inner;
	u8 *end;

	if (!memchr_inv(sig, 0, half) || !memchr_inv(sig + half, 0, half))
		return -EKEYREJECTED;

	end = put_integer(der + DER_HEAD, sig, half);
	end = put_integer(end, sig + half, half);
	inner = end - (der + DER_HEAD);

	if (inner >= 0x80) {
		der[0] = 0x30;
		der[1] = 0x81;
		der[2] = inner;
		return DER_HEAD + inner;
	}

	memmove(der + 2, der + DER_HEAD, inner);
	der[0] = 0x30;
	der[1] = inner;
	return 2 + inner;
}

bool spdm_key_fits(const struct public_key *pub, u32 asym)
{
	const char *curve = ecdsa_alg(asym);

	if (curve)
		return !strcmp(pub->pkey_algo, curve);
	if (!is_rsa(asym) || strcmp(pub->pkey_algo, "rsa"))
		return false;

	struct crypto_sig *tfm __free(sig) = crypto_alloc_sig("pkcs1pad(rsa,sha256)", 0, 0);
	if (IS_ERR(tfm) || crypto_sig_set_pubkey(tfm, pub->key, pub->keylen))
		return false;

	return crypto_sig_maxsize(tfm) == spdm_sig_size(asym);
}

/* All that can be wrong with a key or a signature is one thing for us. */
int spdm_key_error(int err)
{
	if (err == -ENOMEM)
		return err;
	if (err == -ENOPKG || err == -ENOENT)
		return -EOPNOTSUPP;
	return err ? -EKEYREJECTED : 0;
}

int spdm_key_verify(const struct public_key *pub, u32 asym, u32 hash, const u8 *digest,
		    const u8 *sig, size_t sig_len)
{
	struct public_key_signature s = {
		.digest = (u8 *)digest,
		.digest_size = spdm_hash_size(hash),
		.hash_algo = hash_alg(hash),
	};
	u8 der[DER_MAX];
	ssize_t len;

	if (!s.hash_algo || !sig_len || sig_len != spdm_sig_size(asym) ||
	    !spdm_key_fits(pub, asym))
		return -EKEYREJECTED;

	if (is_rsa(asym)) {
		s.s = (u8 *)sig;
		s.s_size = sig_len;
		s.pkey_algo = "rsa";
		s.encoding = "pkcs1";
	} else {
		len = ecdsa_to_der(sig, sig_len, der);
		if (len < 0)
			return len;
		s.s = der;
		s.s_size = len;
		s.pkey_algo = "ecdsa";
		s.encoding = "x962";
	}

	return spdm_key_error(public_key_verify_signature(pub, &s));
}

s64 spdm_clock(void)
{
	return ktime_get_real_seconds();
}
