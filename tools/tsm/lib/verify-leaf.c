// SPDX-License-Identifier: GPL-2.0
/*
 * Verifier: the leaf of a chain, which stands for the device.
 *
 * DSP0274 1.3, "Leaf certificate"; PCIe r6.1 sec 6.31.3 (CMA). Which device it must
 * name is for a policy to say: the evidence knows its own only by hearsay.
 */
#include <ctype.h>
#include <fnmatch.h>
#include <stdio.h>
#include <string.h>

#include <openssl/asn1t.h>
#include <openssl/x509v3.h>

#include "judge.h"

#define CAP_ALIAS_CERT	(1u << 18)

/* OIDs of DMTF, and of names that PCI-SIG wants, without tag and length */
static const uint8_t responder_oid[] = { 0x2b, 6, 1, 4, 1, 0x83, 0x1c, 0x82, 0x12, 3 };
static const uint8_t requester_oid[] = { 0x2b, 6, 1, 4, 1, 0x83, 0x1c, 0x82, 0x12, 4 };
static const uint8_t extension_oid[] = { 0x2b, 6, 1, 4, 1, 0x83, 0x1c, 0x82, 0x12, 6 };
static const uint8_t hardware_der[] = { 6, 10, 0x2b, 6, 1, 4, 1, 0x83, 0x1c, 0x82, 0x12, 2 };
static const uint8_t pci_name_oid[] = { 0x67, 0x81, 0x13 };

#define IS_OID(obj, oid)	is_oid(obj, oid, sizeof(oid))

static bool is_oid(const ASN1_OBJECT *obj, const uint8_t *oid, size_t len)
{
	return OBJ_length(obj) == len && !memcmp(OBJ_get0_data(obj), oid, len);
}

X509 *tsm_chain_leaf(const struct tsm_chain *chain)
{
	return chain->nr ? chain->certs[chain->nr - 1] : NULL;
}

/* A key for requesters only is none of a device; one that says nothing is for both. */
static bool for_requesters_only(X509 *leaf)
{
	EXTENDED_KEY_USAGE *eku = X509_get_ext_d2i(leaf, NID_ext_key_usage, NULL, NULL);
	bool requester = false, responder = false;

	for (int i = 0; i < sk_ASN1_OBJECT_num(eku); i++) {
		requester |= IS_OID(sk_ASN1_OBJECT_value(eku, i), requester_oid);
		responder |= IS_OID(sk_ASN1_OBJECT_value(eku, i), responder_oid);
	}
	EXTENDED_KEY_USAGE_free(eku);
	return requester && !responder;
}

/*
 * Does SPDM's extension say that the certificate is that of the hardware? A list of
 * lists that begin with an OID; anywhere in there is enough for a no.
 */
static bool is_hardware(X509 *leaf)
{
	for (int i = 0; i < X509_get_ext_count(leaf); i++) {
		X509_EXTENSION *ext = X509_get_ext(leaf, i);
		const ASN1_OCTET_STRING *value = X509_EXTENSION_get_data(ext);

		if (IS_OID(X509_EXTENSION_get_object(ext), extension_oid) &&
		    memmem(ASN1_STRING_get0_data(value), ASN1_STRING_length(value),
			   hardware_der, sizeof(hardware_der)))
			return true;
	}
	return false;
}

bool tsm_leaf_good(struct tsm_judge *j, const struct tsm_chain *chain)
{
	X509 *leaf = tsm_chain_leaf(chain);
	uint32_t usage = X509_get_key_usage(leaf);

	if (!tsm_key_fits(X509_get0_pubkey(leaf), j->vca.asym))
		return tsm_no(j, "its key is not %s", j->vca.asym->name);
	if (X509_check_ca(leaf))
		return tsm_no(j, "it is a CA");
	if (j->vca.version >= TSM_VERSION_13 &&
	    X509_get_ext_by_NID(leaf, NID_basic_constraints, -1) < 0)
		return tsm_no(j, "it does not say that it is no CA");
	/* All bits are set where the extension is missing, which is no good, either. */
	if (!(usage & KU_DIGITAL_SIGNATURE) || (usage & KU_KEY_CERT_SIGN))
		return tsm_no(j, "its key is not for signatures, or for more than that");
	if (for_requesters_only(leaf))
		return tsm_no(j, "its key is for requesters only");
	if ((j->vca.caps & CAP_ALIAS_CERT) && is_hardware(leaf))
		return tsm_no(j, "it claims to be the hardware, in a chain of aliases");
	return true;
}

static bool name_fits(const GENERAL_NAME *name, const char *pattern)
{
	const ASN1_UTF8STRING *text;
	char copy[256];
	int len;

	if (name->type != GEN_OTHERNAME || !IS_OID(name->d.otherName->type_id, pci_name_oid) ||
	    ASN1_TYPE_get(name->d.otherName->value) != V_ASN1_UTF8STRING)
		return false;
	text = name->d.otherName->value->value.utf8string;
	len = ASN1_STRING_length(text);
	if (len <= 0 || (size_t)len >= sizeof(copy))
		return false;
	memcpy(copy, ASN1_STRING_get0_data(text), len);
	copy[len] = '\0';
	/* What follows a zero would not be looked at. */
	for (int i = 0; i < len; i++)
		if (!isascii(copy[i]) || !isprint(copy[i]))
			return false;
	return !fnmatch(pattern, copy, FNM_NOESCAPE);
}

bool tsm_leaf_named(const struct tsm_chain *chain, const char *pattern)
{
	GENERAL_NAMES *names = X509_get_ext_d2i(tsm_chain_leaf(chain), NID_subject_alt_name,
						NULL, NULL);
	bool found = false;

	for (int i = 0; !found && i < sk_GENERAL_NAME_num(names); i++)
		found = name_fits(sk_GENERAL_NAME_value(names, i), pattern);
	GENERAL_NAMES_free(names);
	return found;
}

/* The flags escape all that is not printable ASCII. */
void tsm_leaf_subject(const struct tsm_chain *chain, char *text, size_t size)
{
	BIO *bio = BIO_new(BIO_s_mem());
	int len = 0;

	if (bio && X509_NAME_print_ex(bio, X509_get_subject_name(tsm_chain_leaf(chain)), 0,
				      XN_FLAG_ONELINE) >= 0)
		len = BIO_read(bio, text, size - 1);
	text[len > 0 ? len : 0] = '\0';
	BIO_free(bio);
}
