// SPDX-License-Identifier: GPL-2.0
/*
 * Certificates: the kernel's parser for what it takes, grammars of our own for
 * the extensions that it does not, and anchors in a keyring.
 *
 * What a certificate has to be to stand in a chain is not decided here, nor is
 * the clock asked. An unknown extension is stepped over even where it is marked
 * critical: those of DICE are, and devices have them. X.509's own are refused
 * then, since they are about whom the certificate may vouch for.
 *
 * RFC 5280; DMTF DSP0274, annex on leaf certificates.
 */
#include <crypto/public_key.h>
#include <keys/asymmetric-subtype.h>
#include <keys/asymmetric-type.h>
#include <linux/array_size.h>
#include <linux/asn1.h>
#include <linux/asn1_decoder.h>
#include <linux/cleanup.h>
#include <linux/ctype.h>
#include <linux/err.h>
#include <linux/key.h>
#include <linux/limits.h>
#include <linux/slab.h>
#include <linux/spdm.h>
#include <linux/string.h>

#include "crypto.h"
#include "cursor.h"
#include "spdm.h"
#include "spdm_eku.asn1.h"
#include "spdm_ext.asn1.h"
#include "spdm_ids.asn1.h"
#include "spdm_san.asn1.h"
#include "x509_parser.h"

struct oid {
	const u8 *data;
	size_t len;
};

/* OIDs as in DER. 1.3.6.1.4.1.412.274 is DMTF's for SPDM. */
#define OID(text)	{ (const u8 *)(text), sizeof(text) - 1 }
#define OID_SPDM	"\x2b\x06\x01\x04\x01\x83\x1c\x82\x12"
#define OID_CE		"\x55\x1d"

static const struct oid oid_hw_identity = OID(OID_SPDM "\x02");
static const struct oid oid_responder = OID(OID_SPDM "\x03");
static const struct oid oid_requester = OID(OID_SPDM "\x04");

/**
 * struct spdm_cert - a certificate
 * @x509: as the kernel's parser has it
 * @info: for the rules of chains
 * @leaf: names, for the judgement of a bus
 */
struct spdm_cert {
	struct x509_certificate *x509;
	struct spdm_cert_info info;
	struct spdm_leaf leaf;
};

/*
 * Extensions
 */

enum ext {
	EXT_KEY_USAGE,
	EXT_ALT_NAME,
	EXT_CONSTRAINTS,
	EXT_EXT_KEY_USAGE,
	EXT_SPDM_IDS,
	EXT_OTHER,
};

static const struct oid ext_oids[EXT_OTHER] = {
	[EXT_KEY_USAGE]		= OID(OID_CE "\x0f"),
	[EXT_ALT_NAME]		= OID(OID_CE "\x11"),
	[EXT_CONSTRAINTS]	= OID(OID_CE "\x13"),
	[EXT_EXT_KEY_USAGE]	= OID(OID_CE "\x25"),
	[EXT_SPDM_IDS]		= OID(OID_SPDM "\x06"),
};

struct ext_context {
	struct spdm_cert *cert;
	enum ext type;		/* the extension that is read */
	bool ce;		/* it is one of X.509's own */
	bool critical;		/* nobody may step over it */
	unsigned long seen;	/* those that were */
	struct oid name_type;	/* type of the other name that is read */
};

static bool oid_is(const void *value, size_t len, const struct oid *oid)
{
	return len == oid->len && !memcmp(value, oid->data, len);
}

int spdm_ext_type(void *context, size_t hdrlen, unsigned char tag, const void *value,
		  size_t vlen)
{
	struct ext_context *c = context;

	c->ce = vlen > strlen(OID_CE) && !memcmp(value, OID_CE, strlen(OID_CE));
	c->critical = false;
	for (c->type = 0; c->type < EXT_OTHER; c->type++)
		if (oid_is(value, vlen, &ext_oids[c->type]))
			break;
	return 0;
}

int spdm_ext_critical(void *context, size_t hdrlen, unsigned char tag, const void *value,
		      size_t vlen)
{
	struct ext_context *c = context;

	c->critical = memchr_inv(value, 0, vlen);
	return 0;
}

int spdm_san_type(void *context, size_t hdrlen, unsigned char tag, const void *value,
		  size_t vlen)
{
	struct ext_context *c = context;

	c->name_type.data = value;
	c->name_type.len = vlen;
	return 0;
}

/* The action of an explicitly tagged ANY is given what is inside of the tag. */
int spdm_san_value(void *context, size_t hdrlen, unsigned char tag, const void *value,
		   size_t vlen)
{
	struct ext_context *c = context;
	struct spdm_leaf *leaf = &c->cert->leaf;

	if (tag != ASN1_UTF8STR || leaf->nr == ARRAY_SIZE(leaf->names))
		return 0;

	leaf->names[leaf->nr] = value;
	leaf->name_len[leaf->nr] = vlen;
	leaf->name_oid[leaf->nr] = c->name_type.data;
	leaf->name_oid_len[leaf->nr] = c->name_type.len;
	leaf->nr++;
	return 0;
}

int spdm_eku_purpose(void *context, size_t hdrlen, unsigned char tag, const void *value,
		     size_t vlen)
{
	struct spdm_cert_info *info = &((struct ext_context *)context)->cert->info;

	if (oid_is(value, vlen, &oid_responder))
		info->eku_responder = true;
	if (oid_is(value, vlen, &oid_requester))
		info->eku_requester = true;
	return 0;
}

int spdm_ids_id(void *context, size_t hdrlen, unsigned char tag, const void *value, size_t vlen)
{
	struct spdm_cert_info *info = &((struct ext_context *)context)->cert->info;

	if (oid_is(value, vlen, &oid_hw_identity))
		info->hw_identity = true;
	return 0;
}

/*
 * pathLenConstraint, which the kernel's parser does not look at. It has seen to
 * what comes before: there is a SEQUENCE, empty, or that begins with cA TRUE.
 */
static int note_constraints(struct spdm_cert_info *info, const void *value, size_t len)
{
	u8 tag, size, path;
	struct spdm_reader r;

	info->has_ca = true;
	spdm_reader_init(&r, value, len);
	spdm_get(&r, 2 + 3);
	if (!r.left)
		return 0;
	tag = spdm_get_u8(&r);
	size = spdm_get_u8(&r);
	path = spdm_get_u8(&r);
	if (r.bad || r.left || tag != ASN1_INT || size != 1 || path > S8_MAX)
		return -EBADMSG;
	info->path_max = path + 1;
	return 0;
}

/*
 * An extension that is there twice is refused: the kernel's parser would take
 * what either of them permits.
 */
int spdm_ext_value(void *context, size_t hdrlen, unsigned char tag, const void *value,
		   size_t vlen)
{
	struct ext_context *c = context;
	struct spdm_cert_info *info = &c->cert->info;

	if (c->type != EXT_OTHER && __test_and_set_bit(c->type, &c->seen))
		return -EBADMSG;

	switch (c->type) {
	case EXT_KEY_USAGE:
		info->has_usage = true;
		return 0;
	case EXT_CONSTRAINTS:
		return note_constraints(info, value, vlen);
	case EXT_ALT_NAME:
		return asn1_ber_decoder(&spdm_san_decoder, c, value, vlen);
	case EXT_EXT_KEY_USAGE:
		info->has_eku = true;
		return asn1_ber_decoder(&spdm_eku_decoder, c, value, vlen);
	case EXT_SPDM_IDS:
		return asn1_ber_decoder(&spdm_ids_decoder, c, value, vlen);
	default:
		return c->critical && c->ce ? -EKEYREJECTED : 0;
	}
}

/*
 * Certificates
 */

/*
 * Is it one SEQUENCE that fills all of @len? The decoder takes forms that are not
 * DER, and does not look behind the end.
 */
static bool der_is_sequence(const void *der, size_t len)
{
	struct spdm_reader r;
	size_t inner;
	u8 nr;

	spdm_reader_init(&r, der, len);
	if (spdm_get_u8(&r) != (ASN1_CONS_BIT | ASN1_SEQ))
		return false;

	inner = spdm_get_u8(&r);
	if (inner & 0x80) {
		nr = inner & 0x7f;
		if (!nr || nr > sizeof(u16))
			return false;
		for (inner = 0; nr; nr--)
			inner = inner << 8 | spdm_get_u8(&r);
	}
	return !r.bad && inner == r.left;
}

/* For people, who may read it on a terminal */
static void subject_text(const char *subject, char *text, size_t size)
{
	strscpy(text, subject ?: "", size);
	for (; *text; text++)
		if (!isascii(*text) || !isprint(*text))
			*text = '?';
}

static void cert_info(struct spdm_cert *cert)
{
	const struct x509_certificate *x509 = cert->x509;
	struct spdm_cert_info *info = &cert->info;
	unsigned long flags = x509->pub->key_eflags;

	info->ca = test_bit(KEY_EFLAG_CA, &flags);
	info->digital_signature = test_bit(KEY_EFLAG_DIGITALSIG, &flags);
	info->cert_sign = test_bit(KEY_EFLAG_KEYCERTSIGN, &flags);
	info->self_signed = x509->self_signed;
	info->from = x509->valid_from;
	info->to = x509->valid_to;
	subject_text(x509->subject, info->subject, sizeof(info->subject));
}

void spdm_cert_free(struct spdm_cert *cert)
{
	if (!cert)
		return;

	if (!IS_ERR(cert->x509))
		x509_free_certificate(cert->x509);
	kfree(cert);
}

DEFINE_FREE(cert, struct spdm_cert *, spdm_cert_free(_T))

static int parse_error(long err)
{
	switch (err) {
	case -ENOMEM:
	case -EKEYREJECTED:	/* signed by itself, badly; or with demands that nobody knows */
		return err;
	case -ENOPKG:
		return -EOPNOTSUPP;
	default:
		return -EBADMSG;
	}
}

struct spdm_cert *spdm_cert_new(const void *der, size_t len)
{
	struct ext_context c = { };
	int rc;

	if (!der_is_sequence(der, len))
		return ERR_PTR(-EBADMSG);

	struct spdm_cert *cert __free(cert) = kzalloc(sizeof(*cert), GFP_KERNEL);
	if (!cert)
		return ERR_PTR(-ENOMEM);

	cert->x509 = x509_cert_parse(der, len);
	if (IS_ERR(cert->x509))
		return ERR_PTR(parse_error(PTR_ERR(cert->x509)));
	if (cert->x509->blacklisted)
		return ERR_PTR(-EKEYREJECTED);

	c.cert = cert;
	rc = asn1_ber_decoder(&spdm_ext_decoder, &c, cert->x509->tbs, cert->x509->tbs_size);
	if (rc)
		return ERR_PTR(parse_error(rc));

	cert_info(cert);
	return_ptr(cert);
}

void spdm_cert_info(const struct spdm_cert *cert, struct spdm_cert_info *info)
{
	*info = cert->info;
}

int spdm_cert_leaf(const struct spdm_cert *cert, struct spdm_leaf *leaf)
{
	*leaf = cert->leaf;
	return 0;
}

bool spdm_cert_fits(const struct spdm_cert *cert, u32 asym)
{
	return spdm_key_fits(cert->x509->pub, asym);
}

/*
 * Signatures of certificates
 */

#define RSA_MIN_SIZE	256	/* bytes; the smallest that SPDM knows */

/*
 * Digests that somebody could have made a second message for vouch for nothing,
 * nor do keys that somebody could have factored.
 */
static bool sig_usable(const struct x509_certificate *x509)
{
	const struct public_key_signature *sig = x509->sig;
	const char *hash = sig->hash_algo;

	if (x509->unsupported_sig || !hash || !strcmp(hash, "sha1") || !strcmp(hash, "sha224"))
		return false;
	return strcmp(sig->pkey_algo, "rsa") || sig->s_size >= RSA_MIN_SIZE;
}

/* Does @x509 name @issuer as its issuer, by each of the names that it gives? */
static bool names_issuer(const struct x509_certificate *x509,
			 const struct x509_certificate *issuer)
{
	const struct asymmetric_key_id *by_serial = x509->sig->auth_ids[0];
	const struct asymmetric_key_id *by_key = x509->sig->auth_ids[1];

	if (x509->raw_issuer_size != issuer->raw_subject_size ||
	    memcmp(x509->raw_issuer, issuer->raw_subject, x509->raw_issuer_size))
		return false;
	if (by_serial && !asymmetric_key_id_same(by_serial, issuer->id))
		return false;

	return !by_key || !issuer->skid || asymmetric_key_id_same(by_key, issuer->skid);
}

int spdm_cert_check(const struct spdm_cert *cert, const struct spdm_cert *issuer)
{
	const struct x509_certificate *x509 = cert->x509;

	if (!names_issuer(x509, issuer->x509))
		return -EKEYREJECTED;
	if (!sig_usable(x509))
		return -EOPNOTSUPP;

	return spdm_key_error(public_key_verify_signature(issuer->x509->pub, x509->sig));
}

/*
 * Anchors
 */

static void put_found(struct key *key)
{
	if (!IS_ERR(key))
		key_put(key);
}

DEFINE_FREE(put_found, struct key *, put_found(_T))

/* Is the key in the keyring the certificate itself? Its number alone says nothing. */
static bool key_is_cert(const struct key *key, const struct x509_certificate *x509)
{
	const struct asymmetric_key_ids *ids = asymmetric_key_ids(key);
	const struct public_key *pub = key->payload.data[asym_crypto];

	return ids && pub && asymmetric_key_id_same(ids->id[0], x509->id) &&
	       pub->algo == x509->pub->algo &&
	       pub->keylen == x509->pub->keylen &&
	       !memcmp(pub->key, x509->pub->key, pub->keylen) &&
	       pub->paramlen == x509->pub->paramlen &&
	       !memcmp(pub->params, x509->pub->params, pub->paramlen);
}

static bool key_usable(const struct key *key)
{
	return asymmetric_key_subtype(key) == &public_key_subtype && !key_validate(key);
}

static int cert_in_keyring(const struct x509_certificate *x509, struct key *anchors)
{
	struct key *key __free(put_found) =
		find_asymmetric_key(anchors, x509->id, NULL, NULL, false);

	if (IS_ERR(key))
		return PTR_ERR(key) == -ENOMEM ? -ENOMEM : -ENOKEY;

	return key_usable(key) && key_is_cert(key, x509) ? 0 : -ENOKEY;
}

/* A key that may not sign certificates is no anchor for any but its own. */
static bool key_is_ca(const struct key *key)
{
	const struct public_key *pub = key->payload.data[asym_crypto];

	return pub && test_bit(KEY_EFLAG_CA, &pub->key_eflags);
}

static int cert_signed_by_keyring(const struct x509_certificate *x509, struct key *anchors)
{
	const struct public_key_signature *sig = x509->sig;
	const struct asymmetric_key_ids *ids;

	struct key *key __free(put_found) =
		find_asymmetric_key(anchors, sig->auth_ids[0], sig->auth_ids[1], sig->auth_ids[2],
				    false);
	if (IS_ERR(key))
		return PTR_ERR(key) == -ENOMEM ? -ENOMEM : -ENOKEY;
	if (!key_usable(key) || !key_is_ca(key))
		return -ENOKEY;

	/* It may have been found by the identifier of its key: the names must agree too. */
	ids = asymmetric_key_ids(key);
	if (!asymmetric_key_id_same(ids->id[2], sig->auth_ids[2]))
		return -ENOKEY;
	if (!sig_usable(x509))
		return -EOPNOTSUPP;

	return spdm_key_error(verify_signature(key, sig));
}

int spdm_cert_anchor(const struct spdm_cert *cert, struct key *anchors)
{
	int rc;

	if (!anchors)
		return -ENOKEY;

	/* Who signed itself is known, or not; another of the same name has not to do with it. */
	rc = cert_in_keyring(cert->x509, anchors);
	if (rc == -ENOKEY && !cert->x509->self_signed)
		rc = cert_signed_by_keyring(cert->x509, anchors);
	return rc;
}

int spdm_cert_verify(const struct spdm_cert *cert, u32 asym, u32 hash, const u8 *digest,
		     const u8 *sig, size_t sig_len)
{
	return spdm_key_verify(cert->x509->pub, asym, hash, digest, sig, sig_len);
}
