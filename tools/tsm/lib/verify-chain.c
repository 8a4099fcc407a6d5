// SPDX-License-Identifier: GPL-2.0
/*
 * Verifier: certificate chains, from the bytes that SPDM has to an anchor of the
 * user's.
 *
 * DSP0274 1.3, "Certificates and certificate chains". That a way to an anchor exists
 * is not enough: each certificate that was sent has to be on it, and the root hash has
 * to be that of the root, so that no byte of the chain is left out.
 */
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include "judge.h"
#include "reader.h"

/* OpenSSL's: 112 bits of security, so that SHA-1 and short keys of RSA vouch for nothing */
#define AUTH_LEVEL	2

/* X509's own extensions, without tag and length */
static const uint8_t ce_oid[] = { 0x55, 0x1d };

/* Are these the bytes that the certificate would be written as? */
static bool is_der_of(X509 *cert, const uint8_t *bytes, size_t len)
{
	unsigned char *der = NULL;
	int size = i2d_X509(cert, &der);
	bool same = size > 0 && (size_t)size == len && !memcmp(der, bytes, len);

	OPENSSL_free(der);
	return same;
}

static bool same_cert(X509 *a, X509 *b)
{
	unsigned char *der = NULL;
	int size = i2d_X509(a, &der);
	bool same = size > 0 && is_der_of(b, der, size);

	OPENSSL_free(der);
	return same;
}

static bool self_issued(X509 *cert)
{
	return !X509_NAME_cmp(X509_get_subject_name(cert), X509_get_issuer_name(cert));
}

/* More than one way to write a certificate would be bytes that nobody signs. */
static bool take_cert(struct tsm_judge *j, struct tsm_reader *r, struct tsm_chain *chain)
{
	const unsigned char *end = r->at;
	X509 *cert;

	if (chain->nr == TSM_CERTS_MAX)
		return tsm_no(j, "more than %d certificates", TSM_CERTS_MAX);
	cert = d2i_X509(NULL, &end, r->left);
	if (!cert)
		return tsm_no(j, "certificate %u cannot be read", chain->nr);
	chain->certs[chain->nr++] = cert;
	if (!is_der_of(cert, r->at, end - r->at))
		return tsm_no(j, "certificate %u is not in DER", chain->nr - 1);
	return tsm_take(r, end - r->at);
}

bool tsm_chain_open(struct tsm_judge *j, const struct tsm_object *obj, struct tsm_chain *chain)
{
	struct tsm_reader r = tsm_reader(obj->data, obj->len);
	size_t len = tsm_take_le(&r, 2), reserved = tsm_take_le(&r, 2);
	bool ok = true;

	*chain = (struct tsm_chain) { .root_hash = tsm_take(&r, j->vca.hash->size) };
	if (r.over || len != obj->len || reserved)
		return tsm_no(j, "its head is not that of a chain");
	chain->record_offset = r.at - obj->data;
	while (ok && r.left)
		ok = take_cert(j, &r, chain);
	ERR_clear_error();
	if (ok && !chain->nr)
		return tsm_no(j, "it has no certificate");
	return ok;
}

void tsm_chain_close(struct tsm_chain *chain)
{
	while (chain->nr)
		X509_free(chain->certs[--chain->nr]);
}

/* Extensions that contradict themselves read as if they were not there. */
static bool well_formed(X509 *cert)
{
	return !(X509_get_extension_flags(cert) & EXFLAG_INVALID);
}

static bool signed_by_one_before(struct tsm_judge *j, const struct tsm_chain *chain,
				 unsigned int i)
{
	return X509_verify(chain->certs[i], X509_get0_pubkey(chain->certs[i - 1])) == 1 ||
	       tsm_no(j, "certificate %u is not signed by the one before it", i);
}

/* 1: a CA by its basic constraints; there are older ways, too */
static bool may_sign(X509 *cert)
{
	return X509_check_ca(cert) == 1 && (X509_get_key_usage(cert) & KU_KEY_CERT_SIGN);
}

bool tsm_chain_linked(struct tsm_judge *j, const struct tsm_chain *chain)
{
	for (unsigned int i = 0; i < chain->nr; i++)
		if (!well_formed(chain->certs[i]))
			return tsm_no(j, "certificate %u has extensions that are none", i);
	for (unsigned int i = 1; i < chain->nr; i++) {
		X509 *issuer = chain->certs[i - 1], *cert = chain->certs[i];

		if (!may_sign(issuer))
			return tsm_no(j, "certificate %u is no CA", i - 1);
		if (X509_NAME_cmp(X509_get_subject_name(issuer), X509_get_issuer_name(cert)))
			return tsm_no(j, "certificate %u is not of the one before it", i);
		/* The way to an anchor is checked where that is looked for. */
		if (!j->anchors && !signed_by_one_before(j, chain, i))
			return false;
	}
	return true;
}

/* The root hash, where there is a root; it says something if that root is @trusted */
static bool root_fits(struct tsm_judge *j, struct tsm_chain *chain, X509 *top, bool trusted)
{
	size_t size = j->vca.hash->size;
	uint8_t digest[EVP_MAX_MD_SIZE];

	if (!self_issued(top))
		return true;
	if (X509_digest(top, j->vca.hash->md(), digest, NULL) != 1 ||
	    memcmp(digest, chain->root_hash, size))
		return tsm_no(j, "root hash is not that of the root");
	chain->root_checked = trusted;
	return true;
}

/*
 * @path: from the leaf to the anchor. It may end above what was sent, or within: the
 * user may trust a CA below the root. A root is sent above that one, or nothing; its
 * bytes are then nobody's word, though it signed what is below.
 */
static bool path_fits(struct tsm_judge *j, struct tsm_chain *chain, STACK_OF(X509) *path)
{
	unsigned int len = sk_X509_num(path);

	for (unsigned int i = 0; i < len && i < chain->nr; i++)
		if (!same_cert(sk_X509_value(path, i), chain->certs[chain->nr - 1 - i]))
			return tsm_no(j, "certificates are sent that are not on the way to the CA");
	if (len > chain->nr + 1)
		return tsm_no(j, "certificates between the chain and the CA are missing");
	if (len > chain->nr)
		return root_fits(j, chain, sk_X509_value(path, len - 1), true);
	if (len < chain->nr && !self_issued(chain->certs[0]))
		return tsm_no(j, "nobody vouches for the first certificate");
	for (unsigned int i = 1; i <= chain->nr - len; i++)
		if (!signed_by_one_before(j, chain, i))
			return false;
	return root_fits(j, chain, chain->certs[0], len == chain->nr);
}

/* Is it about whom the certificate may vouch for, and OpenSSL does not know it? */
static bool limits_trust(X509_EXTENSION *ext)
{
	const ASN1_OBJECT *type = X509_EXTENSION_get_object(ext);

	return X509_EXTENSION_get_critical(ext) && !X509_supported_extension(ext) &&
	       OBJ_length(type) > sizeof(ce_oid) &&
	       !memcmp(OBJ_get0_data(type), ce_oid, sizeof(ce_oid));
}

/* As the kernel does, other critical extensions are stepped over: DICE's are everywhere. */
static int step_over(int ok, X509_STORE_CTX *ctx)
{
	X509 *cert = X509_STORE_CTX_get_current_cert(ctx);

	if (ok || X509_STORE_CTX_get_error(ctx) != X509_V_ERR_UNHANDLED_CRITICAL_EXTENSION)
		return ok;
	for (int i = 0; i < X509_get_ext_count(cert); i++)
		if (limits_trust(X509_get_ext(cert, i)))
			return 0;
	return 1;
}

static bool find_path(struct tsm_judge *j, struct tsm_chain *chain, X509_STORE_CTX *ctx,
		      STACK_OF(X509) *sent)
{
	for (unsigned int i = 0; i < chain->nr; i++)
		if (!sk_X509_push(sent, chain->certs[i]))
			return tsm_no(j, "no memory");
	if (X509_STORE_CTX_init(ctx, j->anchors, tsm_chain_leaf(chain), sent) != 1)
		return tsm_no(j, "no memory");
	X509_STORE_CTX_set_flags(ctx, X509_V_FLAG_PARTIAL_CHAIN);
	X509_STORE_CTX_set_verify_cb(ctx, step_over);
	X509_VERIFY_PARAM_set_time(X509_STORE_CTX_get0_param(ctx), j->now);
	X509_VERIFY_PARAM_set_auth_level(X509_STORE_CTX_get0_param(ctx), AUTH_LEVEL);
	if (X509_verify_cert(ctx) != 1)
		return tsm_no(j, "certificate %u: %s",
			      chain->nr - 1 - X509_STORE_CTX_get_error_depth(ctx),
			      X509_verify_cert_error_string(X509_STORE_CTX_get_error(ctx)));
	return path_fits(j, chain, X509_STORE_CTX_get0_chain(ctx));
}

bool tsm_chain_anchored(struct tsm_judge *j, struct tsm_chain *chain)
{
	STACK_OF(X509) *sent = sk_X509_new_null();
	X509_STORE_CTX *ctx = X509_STORE_CTX_new();
	bool ok = sent && ctx ? find_path(j, chain, ctx, sent) : tsm_no(j, "no memory");

	X509_STORE_CTX_free(ctx);
	sk_X509_free(sent);
	ERR_clear_error();
	return ok;
}
