// SPDX-License-Identifier: GPL-2.0
/*
 * Who a device is: certificate chains and keys that gen-identity.sh made, and
 * measurements, which are invented but always the same for the same place.
 *
 * Slots 0, 2, ... have one leaf, slots 1, 3, ... another with a key of its own.
 * Nothing here knows which slot or algorithm a conversation may use.
 *
 * DSP0274 sec "GET_CERTIFICATE", "GET_MEASUREMENTS", "Signature generation".
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "dsm.h"

#define NR_ASYM		6
#define NR_HASH		3
#define NR_LEAVES	2
#define NR_LINKS	3		/* root, intermediate, leaf */
#define CHAIN_MAX	65535		/* what its Length can say */
#define MEAS_MAX	1024		/* bytes of a value */

static const struct {
	uint32_t bit;
	const char *name;
	unsigned int coord;		/* bytes of r and of s; 0 for RSA */
} asyms[NR_ASYM] = {
	{ SPDM_ASYM_ECDSA_P256, "ecdsa-p256", 32 },
	{ SPDM_ASYM_ECDSA_P384, "ecdsa-p384", 48 },
	{ SPDM_ASYM_ECDSA_P521, "ecdsa-p521", 66 },
	{ SPDM_ASYM_RSASSA_2048, "rsassa-2048", 0 },
	{ SPDM_ASYM_RSASSA_3072, "rsassa-3072", 0 },
	{ SPDM_ASYM_RSASSA_4096, "rsassa-4096", 0 },
};

struct blob {
	uint8_t *data;
	size_t len;
};

struct chain {
	EVP_PKEY *key;
	struct blob spdm[NR_HASH];
};

struct dsm_identity {
	struct dsm_place place;
	struct chain chain[NR_ASYM][NR_LEAVES];
};

static const EVP_MD *hash_md(unsigned int i)
{
	return i == 0 ? EVP_sha256() : i == 1 ? EVP_sha384() : EVP_sha512();
}

static int hash_index(uint32_t hash)
{
	switch (hash) {
	case SPDM_HASH_SHA256:
		return 0;
	case SPDM_HASH_SHA384:
		return 1;
	case SPDM_HASH_SHA512:
		return 2;
	}
	return -1;
}

static int asym_index(uint32_t asym)
{
	for (int i = 0; i < NR_ASYM; i++) {
		if (asyms[i].bit == asym)
			return i;
	}
	return -1;
}

static void blob_free(struct blob *blob)
{
	free(blob->data);
	memset(blob, 0, sizeof(*blob));
}

/* A file of a variant, or where the variant is no different, of the good identity. */
static FILE *open_file(const char *dir, const char *alg, const char *name)
{
	static const char *const where[] = { "", "/.." };
	char path[4096];

	for (unsigned int i = 0; i < 2; i++) {
		int n = snprintf(path, sizeof(path), "%s%s/%s/%s", dir, where[i], alg, name);
		FILE *f;

		if (n < 0 || (size_t)n >= sizeof(path))
			return NULL;
		f = fopen(path, "rb");
		if (f)
			return f;
	}
	return NULL;
}

static int read_blob(const char *dir, const char *alg, const char *name, struct blob *blob)
{
	FILE *f = open_file(dir, alg, name);
	size_t len;

	if (!f)
		return -1;
	blob->data = malloc(CHAIN_MAX + 1);
	len = blob->data ? fread(blob->data, 1, CHAIN_MAX + 1, f) : 0;
	fclose(f);
	if (!len || len > CHAIN_MAX) {
		blob_free(blob);
		return -1;
	}
	blob->len = len;
	return 0;
}

static EVP_PKEY *read_key(const char *dir, const char *alg, unsigned int leaf)
{
	FILE *f = open_file(dir, alg, leaf ? "b.key" : "a.key");
	EVP_PKEY *key;

	if (!f)
		return NULL;
	key = PEM_read_PrivateKey(f, NULL, NULL, NULL);
	fclose(f);
	return key;
}

/*
 * The keys of a folder are read once: decoding them takes longer than a device may for
 * its first answer. Whoever gets one has a reference.
 */
static pthread_mutex_t keys_lock = PTHREAD_MUTEX_INITIALIZER;
static char keys_dir[4096];
static EVP_PKEY *keys[NR_ASYM][NR_LEAVES];

static EVP_PKEY *get_key_locked(const char *dir, unsigned int asym, unsigned int leaf)
{
	EVP_PKEY **key = &keys[asym][leaf];

	if (strcmp(keys_dir, dir)) {
		for (unsigned int i = 0; i < NR_ASYM * NR_LEAVES; i++) {
			EVP_PKEY_free(keys[i / NR_LEAVES][i % NR_LEAVES]);
			keys[i / NR_LEAVES][i % NR_LEAVES] = NULL;
		}
		snprintf(keys_dir, sizeof(keys_dir), "%s", dir);
	}
	if (!*key)
		*key = read_key(dir, asyms[asym].name, leaf);
	if (*key)
		EVP_PKEY_up_ref(*key);
	return *key;
}

static EVP_PKEY *get_key(const char *dir, unsigned int asym, unsigned int leaf)
{
	EVP_PKEY *key;

	pthread_mutex_lock(&keys_lock);
	key = get_key_locked(dir, asym, leaf);
	pthread_mutex_unlock(&keys_lock);
	return key;
}

static size_t links_len(const struct blob link[NR_LINKS])
{
	size_t len = 0;

	for (unsigned int i = 0; i < NR_LINKS; i++)
		len += link[i].len;
	return len;
}

/*
 * The only ways to make a chain longer are more certificates and longer ones: take the
 * smallest intermediate that does.
 */
static int read_links(const char *dir, const char *alg, const struct dsm_place *place,
		      unsigned int leaf, size_t at_least, struct blob link[NR_LINKS])
{
	static const char *const inter[] = { "inter.der", "inter-big.der", "inter-huge.der" };
	char name[64];

	snprintf(name, sizeof(name), "leaf-%04x-%04x%s.der", place->vendor, place->device,
		 leaf ? "-b" : "");
	if (read_blob(dir, alg, "root.der", &link[0]) || read_blob(dir, alg, name, &link[2]))
		return -1;
	for (unsigned int i = 0; i < 3; i++) {
		blob_free(&link[1]);
		if (read_blob(dir, alg, inter[i], &link[1]))
			return -1;
		if (links_len(link) >= at_least)
			return 0;
	}
	return 0;
}

/* Head, hash of the root, certificates from the root to the leaf. */
static int make_chain(struct blob *spdm, const struct blob link[NR_LINKS], const EVP_MD *md)
{
	size_t len = sizeof(struct spdm_chain) + EVP_MD_size(md) + links_len(link);
	struct dsm_out out;
	uint8_t hash[EVP_MAX_MD_SIZE];

	if (len > CHAIN_MAX || !EVP_Digest(link[0].data, link[0].len, hash, NULL, md, NULL))
		return -1;
	spdm->data = malloc(len);
	if (!spdm->data)
		return -1;
	spdm->len = len;

	dsm_out_init(&out, spdm->data, len, NULL);
	dsm_put16(&out, NULL, len);
	dsm_put16(&out, NULL, 0);
	dsm_put(&out, NULL, hash, EVP_MD_size(md));
	for (unsigned int i = 0; i < NR_LINKS; i++)
		dsm_put(&out, NULL, link[i].data, link[i].len);
	return out.bad ? -1 : 0;
}

static int load_chain(struct chain *chain, const char *dir, unsigned int asym,
		      const struct dsm_place *place, unsigned int leaf, size_t at_least)
{
	struct blob link[NR_LINKS] = {};
	int rc;

	rc = read_links(dir, asyms[asym].name, place, leaf, at_least, link);
	for (unsigned int i = 0; !rc && i < NR_HASH; i++)
		rc = make_chain(&chain->spdm[i], link, hash_md(i));
	for (unsigned int i = 0; i < NR_LINKS; i++)
		blob_free(&link[i]);
	if (rc)
		return rc;

	chain->key = get_key(dir, asym, leaf);
	return chain->key ? 0 : -1;
}

static void free_chain(struct chain *chain)
{
	for (unsigned int i = 0; i < NR_HASH; i++)
		blob_free(&chain->spdm[i]);
	EVP_PKEY_free(chain->key);
	chain->key = NULL;
}

/* An algorithm whose files are not there is one that the device does not have. */
struct dsm_identity *dsm_identity_load(const char *dir, const struct dsm_place *place,
				       unsigned int chain_size)
{
	struct dsm_identity *id = calloc(1, sizeof(*id));
	unsigned int loaded = 0;

	if (!id)
		return NULL;
	id->place = *place;
	for (unsigned int i = 0; i < NR_ASYM; i++) {
		for (unsigned int leaf = 0; leaf < NR_LEAVES; leaf++) {
			if (load_chain(&id->chain[i][leaf], dir, i, place, leaf,
				       chain_size))
				free_chain(&id->chain[i][leaf]);
			else
				loaded++;
		}
	}
	if (!loaded) {
		fprintf(stderr, "devsec-dsm: no identity of %04x:%04x in %s\n", place->vendor,
			place->device, dir);
		dsm_identity_free(id);
		return NULL;
	}
	return id;
}

void dsm_identity_free(struct dsm_identity *id)
{
	if (!id)
		return;
	for (unsigned int i = 0; i < NR_ASYM; i++) {
		for (unsigned int leaf = 0; leaf < NR_LEAVES; leaf++)
			free_chain(&id->chain[i][leaf]);
	}
	free(id);
}

const uint8_t *dsm_identity_chain(const struct dsm_identity *id, uint32_t asym, uint32_t hash,
				  unsigned int slot, size_t *len)
{
	int a = asym_index(asym), h = hash_index(hash);
	const struct chain *chain;

	if (a < 0 || h < 0)
		return NULL;
	chain = &id->chain[a][slot % NR_LEAVES];
	if (!chain->key)
		return NULL;
	*len = chain->spdm[h].len;
	return chain->spdm[h].data;
}

/* Both numbers of an ECDSA signature, each as wide as the curve. */
static int split_ecdsa(const uint8_t *der, size_t der_len, unsigned int coord, uint8_t *sig)
{
	ECDSA_SIG *s = d2i_ECDSA_SIG(NULL, &der, der_len);
	int rc = -1;

	if (s && BN_bn2binpad(ECDSA_SIG_get0_r(s), sig, coord) == (int)coord &&
	    BN_bn2binpad(ECDSA_SIG_get0_s(s), sig + coord, coord) == (int)coord)
		rc = 0;
	ECDSA_SIG_free(s);
	return rc;
}

static int sign_raw(EVP_PKEY *key, const EVP_MD *md, const uint8_t *digest, uint8_t *sig,
		    size_t *len)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key, NULL);
	int rc = -1;

	if (ctx && EVP_PKEY_sign_init(ctx) > 0 && EVP_PKEY_CTX_set_signature_md(ctx, md) > 0 &&
	    (EVP_PKEY_base_id(key) != EVP_PKEY_RSA ||
	     EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) > 0) &&
	    EVP_PKEY_sign(ctx, sig, len, digest, EVP_MD_size(md)) > 0)
		rc = 0;
	EVP_PKEY_CTX_free(ctx);
	return rc;
}

int dsm_identity_sign(const struct dsm_identity *id, uint32_t asym, uint32_t hash,
		      unsigned int slot, const uint8_t *digest, uint8_t *sig, size_t sig_len)
{
	int a = asym_index(asym), h = hash_index(hash);
	uint8_t raw[SPDM_MAX_SIG + 64];
	size_t len = sizeof(raw);
	EVP_PKEY *key;

	if (a < 0 || h < 0)
		return -1;
	key = id->chain[a][slot % NR_LEAVES].key;
	if (!key || sign_raw(key, hash_md(h), digest, raw, &len))
		return -1;
	if (asyms[a].coord)
		return sig_len == 2 * asyms[a].coord ?
		       split_ecdsa(raw, len, asyms[a].coord, sig) : -1;
	if (len != sig_len)
		return -1;
	memcpy(sig, raw, len);
	return 0;
}

/*
 * Measurements. The value of a block is what is measured; a digest of it is what is told,
 * unless it is raw by nature or was asked for raw.
 */
struct measurement {
	uint8_t index;
	uint8_t type;
	bool raw;
	const char *text;		/* of a value that is made from the place */
};

static const struct measurement measurements[] = {
	{ 0x01, SPDM_MEAS_TYPE_ROM, false, "boot ROM" },
	{ 0x02, SPDM_MEAS_TYPE_FIRMWARE, false, "firmware" },
	{ 0x03, SPDM_MEAS_TYPE_HW_CONFIG, false, "hardware configuration" },
	{ 0x04, SPDM_MEAS_TYPE_FW_CONFIG, false, "firmware configuration" },
	{ 0x10, SPDM_MEAS_TYPE_SVN, true, NULL },
	{ 0x11, SPDM_MEAS_TYPE_VERSION, true, NULL },
	{ 0xfd, SPDM_MEAS_TYPE_MANIFEST, true, "manifest" },
	{ 0xfe, SPDM_MEAS_TYPE_MODE, true, NULL },
};

/* What the command line puts in the place of a value; set before there are devices */
static struct blob changed[256];

int dsm_identity_set_measurement(unsigned int index, const uint8_t *value, size_t len)
{
	if (len > MEAS_MAX)
		return -1;
	for (unsigned int i = 0; i < sizeof(measurements) / sizeof(measurements[0]); i++) {
		if (measurements[i].index != index)
			continue;
		blob_free(&changed[index]);
		changed[index].data = malloc(len + 1);
		if (!changed[index].data)
			return -1;
		memcpy(changed[index].data, value, len);
		changed[index].len = len;
		return 0;
	}
	return -1;
}

static size_t measured_value(const struct dsm_place *place, const struct measurement *m,
			     uint8_t *value)
{
	struct dsm_out out;

	dsm_out_init(&out, value, MEAS_MAX, NULL);
	if (changed[m->index].data) {
		dsm_put(&out, NULL, changed[m->index].data, changed[m->index].len);
		return out.len;
	}
	switch (m->type) {
	case SPDM_MEAS_TYPE_SVN:
		dsm_put64(&out, NULL, 7);
		break;
	case SPDM_MEAS_TYPE_VERSION:
		dsm_put(&out, NULL, "1.2.3.4", 7);
		break;
	case SPDM_MEAS_TYPE_MODE:
		dsm_put32(&out, NULL, 0x3f);	/* all operational modes can be told */
		dsm_put32(&out, NULL, 0x04);	/* normal */
		dsm_put32(&out, NULL, 0x1f);	/* all of debug can be told */
		dsm_put32(&out, NULL, 0);	/* never was active */
		break;
	default:
		return snprintf((char *)value, MEAS_MAX, "devsec %04x:%04x %06x %s",
				place->vendor, place->device, place->class_rev >> 8, m->text);
	}
	return out.len;
}

static const EVP_MD *meas_md(uint32_t meas_hash)
{
	switch (meas_hash) {
	case SPDM_MEAS_HASH_SHA256:
		return EVP_sha256();
	case SPDM_MEAS_HASH_SHA384:
		return EVP_sha384();
	case SPDM_MEAS_HASH_SHA512:
		return EVP_sha512();
	case SPDM_MEAS_HASH_SHA3_384:
		return EVP_sha3_384();
	}
	return NULL;
}

static void put_block(struct dsm_out *out, const struct dsm_place *place,
		      const struct measurement *m, const EVP_MD *md, bool raw)
{
	uint8_t value[MEAS_MAX], digest[EVP_MAX_MD_SIZE];
	size_t len = measured_value(place, m, value);
	const uint8_t *told = value;

	raw |= m->raw || !md;
	if (!raw) {
		if (!EVP_Digest(value, len, digest, NULL, md, NULL)) {
			out->bad = true;
			return;
		}
		told = digest;
		len = EVP_MD_size(md);
	}
	dsm_put8(out, NULL, m->index);
	dsm_put8(out, NULL, SPDM_MEAS_SPEC_DMTF);
	dsm_put16(out, NULL, 3 + len);
	dsm_put8(out, NULL, m->type | (raw ? SPDM_MEAS_RAW : 0));
	dsm_put16(out, NULL, len);
	dsm_put(out, NULL, told, len);
}

size_t dsm_identity_measure(const struct dsm_identity *id, uint32_t meas_hash, unsigned int index,
			    bool raw, uint8_t *record, size_t size, unsigned int *blocks)
{
	const EVP_MD *md = meas_md(meas_hash);
	struct dsm_out out;

	dsm_out_init(&out, record, size, NULL);
	*blocks = 0;
	for (unsigned int i = 0; i < sizeof(measurements) / sizeof(measurements[0]); i++) {
		if (index != SPDM_MEAS_ALL && index != measurements[i].index)
			continue;
		put_block(&out, &id->place, &measurements[i], md, raw);
		++*blocks;
	}
	if (!out.bad)
		return out.len;
	*blocks = 0;
	return 0;
}
