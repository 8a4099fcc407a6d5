// SPDX-License-Identifier: GPL-2.0
/*
 * Identities as a verifier sees them: chains that end in their root, leaves with
 * the names of their devices, signatures, and what is wrong with the bad ones.
 *
 * IDENTITY names the folder that gen-identity.sh made.
 */
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include "check.h"
#include "dsm.h"

#define NR_ASYM	6

static const struct {
	uint32_t bit;
	const char *name;
	size_t sig_len;
} asyms[NR_ASYM] = {
	{ SPDM_ASYM_ECDSA_P256, "ecdsa-p256", 64 },
	{ SPDM_ASYM_ECDSA_P384, "ecdsa-p384", 96 },
	{ SPDM_ASYM_ECDSA_P521, "ecdsa-p521", 132 },
	{ SPDM_ASYM_RSASSA_2048, "rsassa-2048", 256 },
	{ SPDM_ASYM_RSASSA_3072, "rsassa-3072", 384 },
	{ SPDM_ASYM_RSASSA_4096, "rsassa-4096", 512 },
};

static const uint32_t hashes[] = { SPDM_HASH_SHA256, SPDM_HASH_SHA384, SPDM_HASH_SHA512 };

static const struct dsm_place endpoint = { .vendor = 0xdec0, .device = 0x0010 };
static const struct dsm_place upstream = { .vendor = 0xdec0, .device = 0x0002 };
static const struct dsm_place nvme = { .vendor = 0x1b36, .device = 0x0010 };

static const EVP_MD *md_of(uint32_t hash)
{
	return hash == SPDM_HASH_SHA256 ? EVP_sha256() :
	       hash == SPDM_HASH_SHA384 ? EVP_sha384() : EVP_sha512();
}

static struct dsm_identity *load(const char *variant, const struct dsm_place *place,
				 unsigned int chain_size)
{
	const char *dir = getenv("IDENTITY");
	struct dsm_identity *id;
	char path[4096];

	snprintf(path, sizeof(path), "%s%s%s", dir ? dir : "", *variant ? "/" : "", variant);
	id = dsm_identity_load(path, place, chain_size);
	if (!id)
		printf("# no identity in '%s'\n", path);
	CHECK(id);
	return id;
}

/* Certificates of a chain, root first; how many */
static int split(const uint8_t *chain, size_t len, size_t hash_len, X509 **certs, int max)
{
	const uint8_t *pos = chain + 4 + hash_len, *end = chain + len;
	int n = 0;

	while (pos < end && n < max) {
		certs[n] = d2i_X509(NULL, &pos, end - pos);
		if (!certs[n])
			return -1;
		n++;
	}
	return pos == end ? n : -1;
}

/* The verdict of OpenSSL on the certificates, with the root as its only anchor */
static int verify(X509 **certs, X509 *root)
{
	X509_STORE *store = X509_STORE_new();
	X509_STORE_CTX *ctx = X509_STORE_CTX_new();
	STACK_OF(X509) *inter = sk_X509_new_null();
	int err;

	X509_STORE_add_cert(store, root);
	sk_X509_push(inter, certs[1]);
	X509_STORE_CTX_init(ctx, store, certs[2], inter);
	err = X509_verify_cert(ctx) == 1 ? X509_V_OK : X509_STORE_CTX_get_error(ctx);
	sk_X509_free(inter);
	X509_STORE_CTX_free(ctx);
	X509_STORE_free(store);
	return err;
}

static void free_certs(X509 **certs, int n)
{
	while (n > 0)
		X509_free(certs[--n]);
}

static void check_chain(const struct dsm_identity *id, unsigned int a, uint32_t hash,
			unsigned int slot)
{
	uint8_t digest[EVP_MAX_MD_SIZE];
	X509 *certs[4] = {};
	const uint8_t *chain;
	unsigned int n, h;
	size_t len = 0;
	uint8_t *root;
	int root_len;

	chain = dsm_identity_chain(id, asyms[a].bit, hash, slot, &len);
	CHECK(chain && len > 500);
	if (!chain)
		return;
	h = EVP_MD_size(md_of(hash));
	CHECK((size_t)(chain[0] | chain[1] << 8) == len && !chain[2] && !chain[3]);
	n = split(chain, len, h, certs, 4);
	CHECK(n == 3);
	if (n == 3) {
		root = NULL;
		root_len = i2d_X509(certs[0], &root);
		EVP_Digest(root, root_len, digest, NULL, md_of(hash), NULL);
		CHECK(!memcmp(digest, chain + 4, h));
		CHECK(verify(certs, certs[0]) == X509_V_OK);
		CHECK(X509_check_ca(certs[1]) == 1 && X509_check_ca(certs[2]) == 0);
		OPENSSL_free(root);
	}
	free_certs(certs, n);
}

static void chains_end_in_their_roots(void)
{
	struct dsm_identity *id = load("", &endpoint, 0);

	for (unsigned int a = 0; id && a < NR_ASYM; a++) {
		for (unsigned int h = 0; h < 3; h++) {
			check_chain(id, a, hashes[h], 0);
			check_chain(id, a, hashes[h], 7);
		}
	}
	dsm_identity_free(id);
}

static void chains_are_as_long_as_asked(void)
{
	static const unsigned int sizes[] = { 20000, 57000 };

	for (unsigned int i = 0; i < 2; i++) {
		struct dsm_identity *id = load("", &endpoint, sizes[i]);
		size_t len = 0;

		for (unsigned int a = 0; id && a < NR_ASYM; a++) {
			check_chain(id, a, SPDM_HASH_SHA512, 0);
			dsm_identity_chain(id, asyms[a].bit, SPDM_HASH_SHA512, 0, &len);
			CHECK(len >= sizes[i] && len <= 65535);
		}
		dsm_identity_free(id);
	}
}

/* The key of a leaf of a chain */
static EVP_PKEY *leaf_key(const struct dsm_identity *id, unsigned int a, uint32_t hash,
			  unsigned int slot)
{
	X509 *certs[4] = {};
	EVP_PKEY *key = NULL;
	size_t len;
	const uint8_t *chain = dsm_identity_chain(id, asyms[a].bit, hash, slot, &len);
	int n = chain ? split(chain, len, EVP_MD_size(md_of(hash)), certs, 4) : 0;

	if (n == 3)
		key = X509_get_pubkey(certs[2]);
	free_certs(certs, n);
	return key;
}

/* What is on the wire, as OpenSSL has it */
static int to_der(uint8_t *sig, size_t *len, bool ecdsa)
{
	uint8_t *pos = sig;
	ECDSA_SIG *s;
	int n;

	if (!ecdsa)
		return 0;
	s = ECDSA_SIG_new();
	ECDSA_SIG_set0(s, BN_bin2bn(sig, *len / 2, NULL),
		       BN_bin2bn(sig + *len / 2, *len / 2, NULL));
	n = i2d_ECDSA_SIG(s, &pos);
	ECDSA_SIG_free(s);
	*len = n;
	return n > 0 ? 0 : -1;
}

static bool verifies(EVP_PKEY *key, uint32_t hash, const uint8_t *digest, const uint8_t *wire,
		     size_t len)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key, NULL);
	bool ecdsa = EVP_PKEY_base_id(key) == EVP_PKEY_EC;
	uint8_t sig[600];
	bool good;

	memcpy(sig, wire, len);
	good = !to_der(sig, &len, ecdsa) && EVP_PKEY_verify_init(ctx) > 0 &&
	       (ecdsa || EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) > 0) &&
	       EVP_PKEY_CTX_set_signature_md(ctx, md_of(hash)) > 0 &&
	       EVP_PKEY_verify(ctx, sig, len, digest, EVP_MD_size(md_of(hash))) == 1;
	EVP_PKEY_CTX_free(ctx);
	return good;
}

static void check_signature(const struct dsm_identity *id, unsigned int a, uint32_t hash)
{
	EVP_PKEY *even = leaf_key(id, a, hash, 0), *odd = leaf_key(id, a, hash, 1);
	uint8_t digest[64], sig[512];

	CHECK(even && odd);
	if (!even || !odd)
		return;
	memset(digest, 0x5a, sizeof(digest));
	CHECK(!dsm_identity_sign(id, asyms[a].bit, hash, 0, digest, sig, asyms[a].sig_len));
	CHECK(verifies(even, hash, digest, sig, asyms[a].sig_len));
	CHECK(!verifies(odd, hash, digest, sig, asyms[a].sig_len));
	digest[0] ^= 1;
	CHECK(!verifies(even, hash, digest, sig, asyms[a].sig_len));
	CHECK(!dsm_identity_sign(id, asyms[a].bit, hash, 3, digest, sig, asyms[a].sig_len));
	CHECK(verifies(odd, hash, digest, sig, asyms[a].sig_len));
	CHECK(dsm_identity_sign(id, asyms[a].bit, hash, 0, digest, sig, asyms[a].sig_len - 1));
	EVP_PKEY_free(even);
	EVP_PKEY_free(odd);
}

static void signs_with_the_key_of_the_leaf(void)
{
	struct dsm_identity *id = load("", &endpoint, 0);

	for (unsigned int a = 0; id && a < NR_ASYM; a++) {
		for (unsigned int h = 0; h < 3; h++)
			check_signature(id, a, hashes[h]);
	}
	dsm_identity_free(id);
}

/* The otherName 2.23.147 of a leaf is a text */
static bool has_name(X509 *leaf, const char *text)
{
	GENERAL_NAMES *names = X509_get_ext_d2i(leaf, NID_subject_alt_name, NULL, NULL);
	bool found = false;
	char oid[64];

	for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
		const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);
		const ASN1_UTF8STRING *s;

		if (name->type != GEN_OTHERNAME ||
		    name->d.otherName->value->type != V_ASN1_UTF8STRING)
			continue;
		OBJ_obj2txt(oid, sizeof(oid), name->d.otherName->type_id, 1);
		s = name->d.otherName->value->value.utf8string;
		found |= !strcmp(oid, "2.23.147") && s->length == (int)strlen(text) &&
			 !memcmp(s->data, text, s->length);
	}
	GENERAL_NAMES_free(names);
	return found;
}

/* The first extended usage of a leaf is an OID */
static bool has_usage(X509 *leaf, const char *want)
{
	EXTENDED_KEY_USAGE *eku = X509_get_ext_d2i(leaf, NID_ext_key_usage, NULL, NULL);
	char oid[64] = "";

	if (eku && sk_ASN1_OBJECT_num(eku) == 1)
		OBJ_obj2txt(oid, sizeof(oid), sk_ASN1_OBJECT_value(eku, 0), 1);
	EXTENDED_KEY_USAGE_free(eku);
	return !strcmp(oid, want);
}

#define RESPONDER	"1.3.6.1.4.1.412.274.3"
#define REQUESTER	"1.3.6.1.4.1.412.274.4"
#define ENDPOINT_NAME	"Vendor=dec0:Device=0010:CC=120000:REV=01:SSVID=dec0:SSID=0010"
#define UPSTREAM_NAME	"Vendor=dec0:Device=0002:CC=060400:REV=01"
#define NVME_NAME	"Vendor=1b36:Device=0010:CC=010802:REV=02:SSVID=1af4:SSID=1100"

/* The certificates of one chain of a variant, 3 of them; and the good root in certs[3] */
static bool get_certs(const char *variant, const struct dsm_place *place, X509 **certs)
{
	struct dsm_identity *id = load(variant, place, 0), *good = load("", place, 0);
	const uint8_t *chain, *pos;
	size_t len;
	int n = 0;

	if (id && good) {
		chain = dsm_identity_chain(id, SPDM_ASYM_ECDSA_P384, SPDM_HASH_SHA384, 0, &len);
		n = chain ? split(chain, len, 48, certs, 3) : 0;
		chain = dsm_identity_chain(good, SPDM_ASYM_ECDSA_P384, SPDM_HASH_SHA384, 0, &len);
		pos = chain + 4 + 48;
		certs[3] = chain ? d2i_X509(NULL, &pos, len - 52) : NULL;
	}
	dsm_identity_free(id);
	dsm_identity_free(good);
	CHECK(n == 3 && certs[3]);
	return n == 3 && certs[3];
}

static void leaves_have_the_names_of_their_devices(void)
{
	X509 *certs[4];

	if (get_certs("", &endpoint, certs)) {
		CHECK(has_name(certs[2], ENDPOINT_NAME) && has_usage(certs[2], RESPONDER));
		CHECK(X509_get_key_usage(certs[2]) == KU_DIGITAL_SIGNATURE);
		free_certs(certs, 4);
	}
	if (get_certs("", &nvme, certs)) {
		CHECK(has_name(certs[2], NVME_NAME));
		free_certs(certs, 4);
	}
	if (get_certs("", &upstream, certs)) {
		CHECK(has_name(certs[2], UPSTREAM_NAME));
		free_certs(certs, 4);
	}
}

static void bad_identities_are_bad_in_one_way(void)
{
	static const struct {
		const char *variant;
		int err;		/* of OpenSSL, which knows no CMA */
		const char *name, *usage;
		bool ca;
		uint32_t key_usage;
	} bad[] = {
		{ "expired", X509_V_ERR_CERT_HAS_EXPIRED, ENDPOINT_NAME, RESPONDER, false,
		  KU_DIGITAL_SIGNATURE },
		{ "wrong-san", X509_V_OK,
		  "Vendor=ffff:Device=0010:CC=120000:REV=01:SSVID=dec0:SSID=0010", RESPONDER, false,
		  KU_DIGITAL_SIGNATURE },
		{ "leaf-ca", X509_V_OK, ENDPOINT_NAME, RESPONDER, true,
		  KU_DIGITAL_SIGNATURE | KU_KEY_CERT_SIGN },
		{ "no-digsig", X509_V_OK, ENDPOINT_NAME, RESPONDER, false, KU_KEY_AGREEMENT },
		{ "no-constraints", X509_V_OK, ENDPOINT_NAME, RESPONDER, false,
		  KU_DIGITAL_SIGNATURE },
		{ "wrong-eku", X509_V_OK, ENDPOINT_NAME, REQUESTER, false, KU_DIGITAL_SIGNATURE },
		{ "bad-link", X509_V_ERR_CERT_SIGNATURE_FAILURE, ENDPOINT_NAME, RESPONDER, false,
		  KU_DIGITAL_SIGNATURE },
	};
	X509 *certs[4];

	for (unsigned int i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (!get_certs(bad[i].variant, &endpoint, certs))
			continue;
		printf("# %s\n", bad[i].variant);
		CHECK(verify(certs, certs[3]) == bad[i].err);
		CHECK(has_name(certs[2], bad[i].name) && has_usage(certs[2], bad[i].usage));
		CHECK((X509_check_ca(certs[2]) == 1) == bad[i].ca);
		CHECK(X509_get_key_usage(certs[2]) == bad[i].key_usage);
		free_certs(certs, 4);
	}
}

static void foreign_is_good_by_its_own_root_only(void)
{
	X509 *certs[4];

	if (!get_certs("foreign", &endpoint, certs))
		return;
	CHECK(verify(certs, certs[0]) == X509_V_OK);
	CHECK(verify(certs, certs[3]) != X509_V_OK);
	CHECK(X509_cmp(certs[0], certs[3]));
	free_certs(certs, 4);
}

/* Sum of the sizes of the blocks of a record, -1 if they are not well formed */
static int walk(const uint8_t *record, size_t len, unsigned int want_blocks)
{
	struct dsm_in in;
	uint16_t size;

	dsm_in_init(&in, record, len);
	for (unsigned int i = 0; i < want_blocks; i++) {
		dsm_get16(&in);
		size = dsm_get16(&in);
		dsm_get8(&in);
		if (dsm_get16(&in) + 3 != size || !dsm_get(&in, size - 3))
			return -1;
	}
	return in.bad || in.left ? -1 : 0;
}

static void measurements_are_blocks(void)
{
	struct dsm_identity *id = load("", &endpoint, 0);
	uint8_t all[2048], again[2048], one[512];
	unsigned int blocks;
	size_t len;

	if (!id)
		return;
	len = dsm_identity_measure(id, SPDM_MEAS_HASH_SHA384, 255, false, all, sizeof(all),
				   &blocks);
	CHECK(blocks == 8 && !walk(all, len, 8));
	CHECK(dsm_identity_measure(id, SPDM_MEAS_HASH_SHA384, 255, false, again, sizeof(again),
				   &blocks) == len && !memcmp(all, again, len));
	CHECK(dsm_identity_measure(id, SPDM_MEAS_HASH_SHA384, 1, false, one, sizeof(one),
				   &blocks) == 7 + 48);
	CHECK(blocks == 1 && !memcmp(all, one, 7 + 48) && one[4] == 0);
	CHECK(dsm_identity_measure(id, SPDM_MEAS_HASH_SHA256, 2, true, one, sizeof(one), &blocks) >
	      7 && blocks == 1 && one[4] == 0x81);
	CHECK(!dsm_identity_measure(id, SPDM_MEAS_HASH_SHA256, 5, false, one, sizeof(one),
				    &blocks) && !blocks);
	CHECK(!dsm_identity_measure(id, SPDM_MEAS_HASH_SHA384, 255, false, all, 100, &blocks) &&
	      !blocks);
	CHECK(dsm_identity_measure(id, SPDM_MEAS_HASH_RAW, 1, false, one, sizeof(one), &blocks) &&
	      one[4] == 0x80);
	dsm_identity_free(id);
}

static void measurements_change_on_demand(void)
{
	struct dsm_identity *id = load("", &endpoint, 0);
	uint8_t before[256], after[256];
	unsigned int blocks;

	CHECK(dsm_identity_set_measurement(5, before, 1) == -1);
	CHECK(dsm_identity_set_measurement(2, before, 1025) == -1);
	if (!id)
		return;
	dsm_identity_measure(id, SPDM_MEAS_HASH_SHA256, 2, false, before, sizeof(before), &blocks);
	CHECK(!dsm_identity_set_measurement(2, (const uint8_t *)"evil", 4));
	dsm_identity_measure(id, SPDM_MEAS_HASH_SHA256, 2, false, after, sizeof(after), &blocks);
	CHECK(memcmp(before, after, 7 + 32));
	CHECK(dsm_identity_measure(id, SPDM_MEAS_HASH_SHA256, 2, true, after, sizeof(after),
				   &blocks) == 11 && !memcmp(after + 7, "evil", 4));
	dsm_identity_free(id);
}

static const struct check_case cases[] = {
	{ "chains_end_in_their_roots", chains_end_in_their_roots },
	{ "chains_are_as_long_as_asked", chains_are_as_long_as_asked },
	{ "signs_with_the_key_of_the_leaf", signs_with_the_key_of_the_leaf },
	{ "leaves_have_the_names_of_their_devices", leaves_have_the_names_of_their_devices },
	{ "bad_identities_are_bad_in_one_way", bad_identities_are_bad_in_one_way },
	{ "foreign_is_good_by_its_own_root_only", foreign_is_good_by_its_own_root_only },
	{ "measurements_are_blocks", measurements_are_blocks },
	{ "measurements_change_on_demand", measurements_change_on_demand },
};

CHECK_MAIN("dsm_identity", cases)
