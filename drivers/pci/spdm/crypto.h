/* SPDX-License-Identifier: GPL-2.0 */
/*
 * All that the library needs of cryptography and X.509: the portability seam.
 * In the kernel crypto.c and x509.c are behind it; a test in user space puts
 * something else there. Everything here may sleep.
 */
#ifndef __SPDM_CRYPTO_H
#define __SPDM_CRYPTO_H

#include <linux/types.h>

struct key;
struct public_key;
struct spdm_aead;
struct spdm_cert;
struct spdm_dhe;
struct spdm_hash;
struct spdm_leaf;

/* Algorithms are named by their bit in the messages: SPDM_HASH_*, SPDM_ASYM_* and so on. */

/* Can it be had in this kernel, as it is configured? */
bool spdm_crypto_has_hash(u32 hash);
bool spdm_crypto_has_asym(u32 asym);
bool spdm_crypto_has_dhe(u16 dhe);
bool spdm_crypto_has_aead(u16 aead);

/* A running hash. Freeing wipes it. */
struct spdm_hash *spdm_hash_new(u32 hash);
void spdm_hash_free(struct spdm_hash *h);
int spdm_hash_add(struct spdm_hash *h, const void *data, size_t len);
/* The digest of what was added so far; more can be added afterwards. */
int spdm_hash_peek(struct spdm_hash *h, u8 *digest);
int spdm_hash_once(u32 hash, const void *data, size_t len, u8 *digest);

int spdm_hmac(u32 hash, const u8 *key, size_t key_len, const void *data, size_t len,
	      u8 *mac);

int spdm_random(void *buf, size_t len);

/*
 * An ephemeral key pair. Public values are as on the wire: X and Y, big-endian,
 * each of the width of the curve; the secret is X. A value that is no point of
 * the curve gives -EKEYREJECTED.
 */
struct spdm_dhe *spdm_dhe_new(u16 dhe);
void spdm_dhe_free(struct spdm_dhe *dhe);
int spdm_dhe_public(struct spdm_dhe *dhe, u8 *public, size_t len);
int spdm_dhe_secret(struct spdm_dhe *dhe, const u8 *peer, size_t len, u8 *secret,
		    size_t secret_len);

/* A key of a cipher, for one direction. @buf is @len bytes, changed in place. */
struct spdm_aead *spdm_aead_new(u16 aead, const u8 *key, size_t key_len);
void spdm_aead_free(struct spdm_aead *aead);
int spdm_aead_seal(struct spdm_aead *aead, const u8 *iv, const void *aad, size_t aad_len,
		   void *buf, size_t len, u8 *tag);
/* -EKEYREJECTED if the tag is not that of the message */
int spdm_aead_open(struct spdm_aead *aead, const u8 *iv, const void *aad, size_t aad_len,
		   void *buf, size_t len, const u8 *tag);

/**
 * struct spdm_cert_info - what the rules for chains look at
 * @ca: basicConstraints says CA
 * @has_ca: there are basicConstraints
 * @path_max: how many certificates may follow it in a chain; 0 for any number
 * @digital_signature: keyUsage has digitalSignature
 * @cert_sign: keyUsage has keyCertSign
 * @has_usage: there is keyUsage
 * @self_signed: issuer and subject are the same, and the signature is its own
 * @has_eku: there is extKeyUsage
 * @eku_responder: it has SPDM's responder authentication
 * @eku_requester: it has SPDM's requester authentication
 * @hw_identity: SPDM's extension says hardware identity
 * @from: begin of the validity, seconds since 1970
 * @to: its end
 * @subject: the subject as text, for people, with a terminator
 */
struct spdm_cert_info {
	bool ca;
	bool has_ca;
	u8 path_max;
	bool digital_signature;
	bool cert_sign;
	bool has_usage;
	bool self_signed;
	bool has_eku;
	bool eku_responder;
	bool eku_requester;
	bool hw_identity;
	s64 from;
	s64 to;
	char subject[128];
};

/*
 * One certificate in DER, which is kept by reference until it is freed: ERR_PTR
 * -EBADMSG if it is none, -EOPNOTSUPP with algorithms that the kernel has not.
 */
struct spdm_cert *spdm_cert_new(const void *der, size_t len);
void spdm_cert_free(struct spdm_cert *cert);
void spdm_cert_info(const struct spdm_cert *cert, struct spdm_cert_info *info);
/* Strings point into the certificate. */
int spdm_cert_leaf(const struct spdm_cert *cert, struct spdm_leaf *leaf);
/* Is the key of @cert one for signatures of this algorithm? */
bool spdm_cert_fits(const struct spdm_cert *cert, u32 asym);
/* 0, or -EKEYREJECTED: @cert was not signed by @issuer. */
int spdm_cert_check(const struct spdm_cert *cert, const struct spdm_cert *issuer);
/* 0, or -ENOKEY: nothing in the keyring is @cert, or signed it. -EKEYREJECTED if it did badly. */
int spdm_cert_anchor(const struct spdm_cert *cert, struct key *anchors);
/* Check a signature, as on the wire, of a digest. 0, or -EKEYREJECTED. */
int spdm_cert_verify(const struct spdm_cert *cert, u32 asym, u32 hash, const u8 *digest,
		     const u8 *sig, size_t sig_len);

/*
 * crypto.c, for x509.c: is the key one for signatures of this algorithm, is a
 * signature as on the wire good, and what an error of the kernel's means here.
 */
bool spdm_key_fits(const struct public_key *pub, u32 asym);
int spdm_key_verify(const struct public_key *pub, u32 asym, u32 hash, const u8 *digest,
		    const u8 *sig, size_t sig_len);
int spdm_key_error(int err);

/* Real time in seconds since 1970, as the clock has it */
s64 spdm_clock(void);

#if IS_ENABLED(CONFIG_KUNIT)
const u8 *spdm_hash_wipe(struct spdm_hash *h, size_t *size);
struct spdm_dhe *spdm_dhe_with_key(u16 alg, const u8 *key, size_t len);
#endif

#endif /* __SPDM_CRYPTO_H */
