// SPDX-License-Identifier: GPL-2.0
/*
 * crypto.h of the SPDM requester on OpenSSL 3: certificates, anchors and the
 * signatures of the device. See crypto-openssl.c.
 */
#include <string.h>
#include <time.h>

#include <openssl/asn1.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/objects.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include <linux/err.h>
#include <linux/slab.h>
#include <linux/spdm.h>

#include "crypto.h"
#include "openssl.h"
#include "wire.h"

/* DMTF's arc, 1.3.6.1.4.1.412.274, as in DER; a byte behind it says which */
static const u8 dmtf_arc[] = { 0x2b, 0x06, 0x01, 0x04, 0x01, 0x83, 0x1c, 0x82, 0x12 };

#define DMTF_HW_IDENTITY	2
#define DMTF_RESPONDER		3
#define DMTF_REQUESTER		4
#define DMTF_EXTENSION		6

struct spdm_cert {
	X509 *x509;
	GENERAL_NAMES *names;	/* of subjectAltName; a leaf's strings point into it */
};

static const struct asym {
	u32 bit;
	int type;
	int bits;
} asyms[] = {
	{ SPDM_ASYM_RSASSA_2048, EVP_PKEY_RSA, 2048 },
	{ SPDM_ASYM_RSASSA_3072, EVP_PKEY_RSA, 3072 },
	{ SPDM_ASYM_RSASSA_4096, EVP_PKEY_RSA, 4096 },
	{ SPDM_ASYM_ECDSA_P256, EVP_PKEY_EC, 256 },
	{ SPDM_ASYM_ECDSA_P384, EVP_PKEY_EC, 384 },
	{ SPDM_ASYM_ECDSA_P521, EVP_PKEY_EC, 521 },
};

static u32 asym_of(const X509 *x509)
{
	EVP_PKEY *key = X509_get0_pubkey(x509);

	for (size_t i = 0; key && i < ARRAY_SIZE(asyms); i++) {
		if (EVP_PKEY_get_base_id(key) == asyms[i].type &&
		    EVP_PKEY_get_bits(key) == asyms[i].bits)
			return asyms[i].bit;
	}
	return 0;
}

struct spdm_cert *spdm_cert_new(const void *der, size_t len)
{
	const u8 *pos = der;
	struct spdm_cert *cert = kzalloc(sizeof(*cert), GFP_KERNEL);

	if (!cert)
		return ERR_PTR(-ENOMEM);
	cert->x509 = d2i_X509(NULL, &pos, len);
	if (!cert->x509 || pos != (const u8 *)der + len) {
		spdm_cert_free(cert);
		return ERR_PTR(-EBADMSG);
	}
	if (!asym_of(cert->x509)) {
		spdm_cert_free(cert);
		return ERR_PTR(-EOPNOTSUPP);
	}
	cert->names = X509_get_ext_d2i(cert->x509, NID_subject_alt_name, NULL, NULL);
	return cert;
}

void spdm_cert_free(struct spdm_cert *cert)
{
	if (IS_ERR_OR_NULL(cert))
		return;
	GENERAL_NAMES_free(cert->names);
	X509_free(cert->x509);
	kfree(cert);
}

static bool oid_is(const ASN1_OBJECT *obj, u8 which)
{
	const u8 *oid = OBJ_get0_data(obj);

	return OBJ_length(obj) == sizeof(dmtf_arc) + 1 &&
	       !memcmp(oid, dmtf_arc, sizeof(dmtf_arc)) && oid[sizeof(dmtf_arc)] == which;
}

/* SPDM's extension is a list of lists that begin with an OID. */
static bool has_hw_identity(const X509 *x509)
{
	bool found = false;

	for (int i = 0; i < X509_get_ext_count(x509); i++) {
		X509_EXTENSION *ext = X509_get_ext(x509, i);
		const ASN1_OCTET_STRING *val = X509_EXTENSION_get_data(ext);
		const u8 *pos = ASN1_STRING_get0_data(val);
		ASN1_SEQUENCE_ANY *outer;

		if (!oid_is(X509_EXTENSION_get_object(ext), DMTF_EXTENSION))
			continue;
		outer = d2i_ASN1_SEQUENCE_ANY(NULL, &pos, ASN1_STRING_length(val));
		for (int j = 0; j < sk_ASN1_TYPE_num(outer); j++) {
			ASN1_TYPE *item = sk_ASN1_TYPE_value(outer, j);
			ASN1_SEQUENCE_ANY *inner = NULL;

			if (ASN1_TYPE_get(item) == V_ASN1_SEQUENCE)
				inner = ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(ASN1_SEQUENCE_ANY),
								  item);
			if (sk_ASN1_TYPE_num(inner) > 0) {
				ASN1_TYPE *first = sk_ASN1_TYPE_value(inner, 0);

				if (ASN1_TYPE_get(first) == V_ASN1_OBJECT)
					found |= oid_is(first->value.object, DMTF_HW_IDENTITY);
			}
			sk_ASN1_TYPE_pop_free(inner, ASN1_TYPE_free);
		}
		sk_ASN1_TYPE_pop_free(outer, ASN1_TYPE_free);
	}
	return found;
}

static void read_eku(const X509 *x509, struct spdm_cert_info *info)
{
	EXTENDED_KEY_USAGE *eku = X509_get_ext_d2i(x509, NID_ext_key_usage, NULL, NULL);

	info->has_eku = eku;
	for (int i = 0; i < sk_ASN1_OBJECT_num(eku); i++) {
		info->eku_responder |= oid_is(sk_ASN1_OBJECT_value(eku, i), DMTF_RESPONDER);
		info->eku_requester |= oid_is(sk_ASN1_OBJECT_value(eku, i), DMTF_REQUESTER);
	}
	EXTENDED_KEY_USAGE_free(eku);
}

static s64 seconds_of(const ASN1_TIME *t)
{
	struct tm tm;

	return ASN1_TIME_to_tm(t, &tm) ? timegm(&tm) : 0;
}

void spdm_cert_info(const struct spdm_cert *cert, struct spdm_cert_info *info)
{
	X509 *x509 = cert->x509;
	BASIC_CONSTRAINTS *ca = X509_get_ext_d2i(x509, NID_basic_constraints, NULL, NULL);
	ASN1_BIT_STRING *usage = X509_get_ext_d2i(x509, NID_key_usage, NULL, NULL);

	memset(info, 0, sizeof(*info));
	info->has_ca = ca;
	info->ca = ca && ca->ca;
	info->has_usage = usage;
	info->digital_signature = usage && ASN1_BIT_STRING_get_bit(usage, 0);
	info->cert_sign = usage && ASN1_BIT_STRING_get_bit(usage, 5);
	info->self_signed = !spdm_cert_check(cert, cert);
	info->hw_identity = has_hw_identity(x509);
	read_eku(x509, info);
	info->from = seconds_of(X509_get0_notBefore(x509));
	info->to = seconds_of(X509_get0_notAfter(x509));
	X509_NAME_oneline(X509_get_subject_name(x509), info->subject, sizeof(info->subject));
	ASN1_BIT_STRING_free(usage);
	BASIC_CONSTRAINTS_free(ca);
}

int spdm_cert_leaf(const struct spdm_cert *cert, struct spdm_leaf *leaf)
{
	memset(leaf, 0, sizeof(*leaf));
	for (int i = 0; i < sk_GENERAL_NAME_num(cert->names); i++) {
		const GENERAL_NAME *name = sk_GENERAL_NAME_value(cert->names, i);
		const OTHERNAME *other = name->d.otherName;
		unsigned int nr = leaf->nr;

		if (name->type != GEN_OTHERNAME || ASN1_TYPE_get(other->value) != V_ASN1_UTF8STRING)
			continue;
		if (nr == ARRAY_SIZE(leaf->names))
			break;
		leaf->names[nr] = (const char *)other->value->value.utf8string->data;
		leaf->name_len[nr] = other->value->value.utf8string->length;
		leaf->name_oid[nr] = OBJ_get0_data(other->type_id);
		leaf->name_oid_len[nr] = OBJ_length(other->type_id);
		leaf->nr++;
	}
	return 0;
}

bool spdm_cert_fits(const struct spdm_cert *cert, u32 asym)
{
	return asym && asym_of(cert->x509) == asym;
}

static int check_x509(X509 *cert, X509 *issuer)
{
	if (X509_NAME_cmp(X509_get_issuer_name(cert), X509_get_subject_name(issuer)))
		return -ENOKEY;
	return X509_verify(cert, X509_get0_pubkey(issuer)) == 1 ? 0 : -EKEYREJECTED;
}

int spdm_cert_check(const struct spdm_cert *cert, const struct spdm_cert *issuer)
{
	return check_x509(cert->x509, issuer->x509) ? -EKEYREJECTED : 0;
}

int spdm_cert_anchor(const struct spdm_cert *cert, struct key *anchors)
{
	int err = -ENOKEY;

	for (int i = 0; anchors && i < sk_X509_num(anchors->certs); i++) {
		X509 *anchor = sk_X509_value(anchors->certs, i);
		int ret = X509_cmp(cert->x509, anchor) ? check_x509(cert->x509, anchor) : 0;

		if (!ret)
			return 0;
		if (ret != -ENOKEY)
			err = ret;
	}
	return err;
}

/* An ECDSA signature as OpenSSL takes it: bytes in @der, or 0 */
static size_t ecdsa_to_der(const u8 *sig, size_t len, u8 *der, size_t size)
{
	ECDSA_SIG *pair = ECDSA_SIG_new();
	BIGNUM *r = BN_bin2bn(sig, len / 2, NULL);
	BIGNUM *s = BN_bin2bn(sig + len / 2, len / 2, NULL);
	int got = 0;

	if (pair && r && s && ECDSA_SIG_set0(pair, r, s)) {
		if (i2d_ECDSA_SIG(pair, NULL) <= (int)size)
			got = i2d_ECDSA_SIG(pair, &der);
	} else {
		BN_free(r);
		BN_free(s);
	}
	ECDSA_SIG_free(pair);
	return got > 0 ? got : 0;
}

int spdm_cert_verify(const struct spdm_cert *cert, u32 asym, u32 hash, const u8 *digest,
		     const u8 *sig, size_t sig_len)
{
	EVP_PKEY *key = X509_get0_pubkey(cert->x509);
	bool rsa = EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA;
	const EVP_MD *md = openssl_md(hash);
	u8 der[2 * SPDM_MAX_DHE];
	EVP_PKEY_CTX *ctx;
	int err = -EKEYREJECTED;

	if (!md || !spdm_cert_fits(cert, asym))
		return -EKEYREJECTED;
	if (!rsa) {
		sig_len = ecdsa_to_der(sig, sig_len, der, sizeof(der));
		sig = der;
	}
	ctx = EVP_PKEY_CTX_new(key, NULL);
	if (sig_len && ctx && EVP_PKEY_verify_init(ctx) == 1 &&
	    (!rsa || EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) == 1) &&
	    EVP_PKEY_CTX_set_signature_md(ctx, md) == 1 &&
	    EVP_PKEY_verify(ctx, sig, sig_len, digest, EVP_MD_get_size(md)) == 1)
		err = 0;
	EVP_PKEY_CTX_free(ctx);
	return err;
}

s64 spdm_clock(void)
{
	return time(NULL);
}
