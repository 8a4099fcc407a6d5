// SPDX-License-Identifier: GPL-2.0
/*
 * Chains of certificates that are made here, each with something about it: which lead
 * to the anchor, and which do not.
 */
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include "lib/judge.h"
#include "tap.h"

#define HASH_SIZE	32
#define DICE		"2.23.133.5.4.1"	/* TcbInfo, which devices have as critical */
#define OF_X509		"2.5.29.99"

enum { ROOT, INTER, LEAF, NR };

/**
 * struct recipe - how a chain is made
 * @critical: object ids of extensions of the certificate, which are critical, or NULL
 * @md: that the certificate is signed with, SHA-256 if NULL
 * @rsa: bits of its key, which is one of P-256 if 0
 * @forged: the leaf is not signed by the intermediate's key
 */
struct recipe {
	const char *critical[NR][2];
	const EVP_MD *(*md[NR])(void);
	int rsa[NR];
	bool forged;
};

static X509 *certs[NR];
static EVP_PKEY *keys[NR];

static void add_ext(X509 *cert, int nid, const char *value)
{
	X509_EXTENSION *ext = X509V3_EXT_conf_nid(NULL, NULL, nid, value);

	EXPECT(ext && X509_add_ext(cert, ext, -1) == 1);
	X509_EXTENSION_free(ext);
}

/* One that OpenSSL does not know */
static void add_critical(X509 *cert, const char *oid)
{
	ASN1_OBJECT *obj = OBJ_txt2obj(oid, 1);
	ASN1_OCTET_STRING *value = ASN1_OCTET_STRING_new();
	X509_EXTENSION *ext;

	ASN1_OCTET_STRING_set(value, (const unsigned char *)"\x30\x00", 2);
	ext = X509_EXTENSION_create_by_OBJ(NULL, obj, 1, value);
	EXPECT(ext && X509_add_ext(cert, ext, -1) == 1);
	X509_EXTENSION_free(ext);
	ASN1_OCTET_STRING_free(value);
	ASN1_OBJECT_free(obj);
}

static void set_name(X509_NAME *name, int i)
{
	static const char *const names[] = { "root", "intermediate", "leaf" };

	X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)names[i], -1,
				   -1, 0);
}

static void make_cert(const struct recipe *r, int i)
{
	X509 *cert = X509_new();
	int by = i ? i - 1 : 0;

	X509_set_version(cert, X509_VERSION_3);
	ASN1_INTEGER_set(X509_get_serialNumber(cert), i + 1);
	X509_gmtime_adj(X509_getm_notBefore(cert), -3600);
	X509_gmtime_adj(X509_getm_notAfter(cert), 3600);
	set_name(X509_get_subject_name(cert), i);
	set_name(X509_get_issuer_name(cert), by);
	keys[i] = r->rsa[i] ? EVP_RSA_gen((unsigned int)r->rsa[i]) : EVP_EC_gen("P-256");
	X509_set_pubkey(cert, keys[i]);
	add_ext(cert, NID_basic_constraints, i == LEAF ? "critical,CA:FALSE" : "critical,CA:TRUE");
	add_ext(cert, NID_key_usage,
		i == LEAF ? "critical,digitalSignature" : "critical,keyCertSign");
	for (int k = 0; k < 2; k++)
		if (r->critical[i][k])
			add_critical(cert, r->critical[i][k]);
	if (r->forged && i == LEAF)
		by = ROOT;
	EXPECT(X509_sign(cert, keys[by], r->md[i] ? r->md[i]() : EVP_sha256()) > 0);
	certs[i] = cert;
}

/* The certificates from @first on as SPDM has them, below the root's hash */
static struct tsm_object chain_of(int first)
{
	struct tsm_object obj = { .there = true, .len = 4 + HASH_SIZE };
	uint8_t *at;

	for (int i = first; i < NR; i++)
		obj.len += i2d_X509(certs[i], NULL);
	obj.data = calloc(1, obj.len);
	obj.data[0] = obj.len & 0xff;
	obj.data[1] = obj.len >> 8;
	X509_digest(certs[ROOT], EVP_sha256(), obj.data + 4, NULL);
	at = obj.data + 4 + HASH_SIZE;
	for (int i = first; i < NR; i++)
		i2d_X509(certs[i], &at);
	return obj;
}

/* Does the chain, which begins with @first, lead to @anchor? *@root: is its root known? */
static bool leads(const struct recipe *r, int first, int anchor, bool *root)
{
	struct tsm_verdict verdict = { 0 };
	struct tsm_judge j = {
		.verdict = &verdict, .now = time(NULL), .anchors = X509_STORE_new(),
		.vca = { .version = 0x12, .hash = tsm_hash_named("SHA-256") },
	};
	struct tsm_chain chain = { .nr = 0 };
	struct tsm_object obj;
	bool ok;

	for (int i = 0; i < NR; i++)
		make_cert(r, i);
	obj = chain_of(first);
	X509_STORE_add_cert(j.anchors, certs[anchor]);
	ok = EXPECT(tsm_chain_open(&j, &obj, &chain)) && EXPECT(tsm_chain_linked(&j, &chain)) &&
	     tsm_chain_anchored(&j, &chain);
	*root = chain.root_checked;
	if (!ok)
		printf("# %s\n", j.why);
	tsm_chain_close(&chain);
	X509_STORE_free(j.anchors);
	free(obj.data);
	for (int i = 0; i < NR; i++) {
		X509_free(certs[i]);
		EVP_PKEY_free(keys[i]);
	}
	ERR_clear_error();
	return ok;
}

static bool good(const struct recipe *r)
{
	bool root;

	return leads(r, ROOT, ROOT, &root);
}

static void critical(void)
{
	EXPECT(good(&(struct recipe) { .forged = false }));
	EXPECT(!good(&(struct recipe) { .forged = true }));
	EXPECT(good(&(struct recipe) { .critical[LEAF] = { DICE } }));
	EXPECT(good(&(struct recipe) { .critical[INTER] = { DICE, "1.2.3.4" } }));
	EXPECT(!good(&(struct recipe) { .critical[LEAF] = { OF_X509 } }));
	EXPECT(!good(&(struct recipe) { .critical[INTER] = { OF_X509, DICE } }));
	EXPECT(!good(&(struct recipe) { .critical[LEAF] = { DICE, OF_X509 } }));
	EXPECT(!good(&(struct recipe) { .critical[LEAF] = { DICE }, .forged = true }));
}

static void weak(void)
{
	EXPECT(!good(&(struct recipe) { .md[LEAF] = EVP_sha1 }));
	EXPECT(!good(&(struct recipe) { .md[INTER] = EVP_sha1 }));
	EXPECT(!good(&(struct recipe) { .rsa[INTER] = 1024 }));
	EXPECT(!good(&(struct recipe) { .rsa[LEAF] = 1024 }));
	EXPECT(good(&(struct recipe) { .rsa[INTER] = 2048 }));
	/* How an anchor signed itself is nothing to rely on. */
	EXPECT(good(&(struct recipe) { .md[ROOT] = EVP_sha1 }));
}

static void roots(void)
{
	static const struct recipe plain;
	bool root;

	EXPECT(leads(&plain, ROOT, ROOT, &root) && root);
	EXPECT(leads(&plain, INTER, ROOT, &root) && root);
	/* A root that was sent above the anchor, and none */
	EXPECT(leads(&plain, ROOT, INTER, &root) && !root);
	EXPECT(leads(&plain, INTER, INTER, &root) && !root);
}

int main(void)
{
	static const struct tap_test tests[] = {
		{ "critical extensions", critical },
		{ "hashes and keys that are too weak", weak },
		{ "roots and anchors", roots },
		{ }
	};

	return tap_run(tests);
}
