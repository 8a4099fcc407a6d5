// SPDX-License-Identifier: GPL-2.0
/*
 * Algorithms: which there are, their sizes on the wire, and their names for
 * people. What is not in a table here is neither offered nor accepted: RSASSA-PSS,
 * SHA-3 and the rest of the specification's have no code in this kernel. Hashes of
 * measurements are the device's choice, and only their sizes matter.
 *
 * DMTF DSP0274, sec "NEGOTIATE_ALGORITHMS".
 */
#include <linux/limits.h>
#include <linux/spdm.h>

#include "crypto.h"
#include "spdm.h"

struct algo {
	u32 bit;
	size_t size;	/* in bytes: of a digest, signature, public value or key */
	const char *name;
};

static const struct algo asyms[] = {
	{ SPDM_ASYM_RSASSA_2048, 256, "RSASSA-2048" },
	{ SPDM_ASYM_RSASSA_3072, 384, "RSASSA-3072" },
	{ SPDM_ASYM_ECDSA_P256, 64, "ECDSA-P256" },
	{ SPDM_ASYM_RSASSA_4096, 512, "RSASSA-4096" },
	{ SPDM_ASYM_ECDSA_P384, 96, "ECDSA-P384" },
	{ SPDM_ASYM_ECDSA_P521, 132, "ECDSA-P521" },
	{ }
};

static const struct algo hashes[] = {
	{ SPDM_HASH_SHA256, 32, "SHA-256" },
	{ SPDM_HASH_SHA384, 48, "SHA-384" },
	{ SPDM_HASH_SHA512, 64, "SHA-512" },
	{ }
};

static const struct algo meas_hashes[] = {
	{ SPDM_MEAS_HASH_RAW, 0, "raw" },
	{ SPDM_MEAS_HASH_SHA256, 32, "SHA-256" },
	{ SPDM_MEAS_HASH_SHA384, 48, "SHA-384" },
	{ SPDM_MEAS_HASH_SHA512, 64, "SHA-512" },
	{ SPDM_MEAS_HASH_SHA3_256, 32, "SHA3-256" },
	{ SPDM_MEAS_HASH_SHA3_384, 48, "SHA3-384" },
	{ SPDM_MEAS_HASH_SHA3_512, 64, "SHA3-512" },
	{ SPDM_MEAS_HASH_SM3_256, 32, "SM3-256" },
	{ }
};

/* The kernel has no key exchange on P-521. */
static const struct algo dhes[] = {
	{ SPDM_DHE_P256, 64, "secp256r1" },
	{ SPDM_DHE_P384, 96, "secp384r1" },
	{ }
};

static const struct algo aeads[] = {
	{ SPDM_AEAD_AES128_GCM, 16, "AES-128-GCM" },
	{ SPDM_AEAD_AES256_GCM, 32, "AES-256-GCM" },
	{ }
};

/* Tables are short, and end with an empty row. */
static const struct algo *algo_find(const struct algo *table, u32 bit)
{
	for (; table->bit; table++)
		if (table->bit == bit)
			return table;
	return NULL;
}

static size_t algo_size(const struct algo *algo)
{
	return algo ? algo->size : 0;
}

static const char *algo_name(const struct algo *algo)
{
	return algo ? algo->name : NULL;
}

/*
 * What is known: in the table, wanted by the configuration, and in this kernel.
 * Without a configuration, or with 0 in it, all is wanted.
 */

u32 spdm_known_asym(const struct spdm_config *config)
{
	u32 wanted = config && config->base_asym ? config->base_asym : U32_MAX;
	u32 known = 0;

	for (const struct algo *a = asyms; a->bit; a++)
		if ((a->bit & wanted) && spdm_crypto_has_asym(a->bit))
			known |= a->bit;
	return known;
}

u32 spdm_known_hash(const struct spdm_config *config)
{
	u32 wanted = config && config->base_hash ? config->base_hash : U32_MAX;
	u32 known = 0;

	for (const struct algo *a = hashes; a->bit; a++)
		if ((a->bit & wanted) && spdm_crypto_has_hash(a->bit))
			known |= a->bit;
	return known;
}

u16 spdm_known_dhe(const struct spdm_config *config)
{
	u16 wanted = config && config->dhe ? config->dhe : U16_MAX;
	u16 known = 0;

	for (const struct algo *a = dhes; a->bit; a++)
		if ((a->bit & wanted) && spdm_crypto_has_dhe(a->bit))
			known |= a->bit;
	return known;
}

u16 spdm_known_aead(const struct spdm_config *config)
{
	u16 wanted = config && config->aead ? config->aead : U16_MAX;
	u16 known = 0;

	for (const struct algo *a = aeads; a->bit; a++)
		if ((a->bit & wanted) && spdm_crypto_has_aead(a->bit))
			known |= a->bit;
	return known;
}

size_t spdm_hash_size(u32 hash)
{
	return algo_size(algo_find(hashes, hash));
}

size_t spdm_meas_hash_size(u32 meas_hash)
{
	return algo_size(algo_find(meas_hashes, meas_hash));
}

size_t spdm_sig_size(u32 asym)
{
	return algo_size(algo_find(asyms, asym));
}

size_t spdm_dhe_size(u16 dhe)
{
	return algo_size(algo_find(dhes, dhe));
}

size_t spdm_aead_key_size(u16 aead)
{
	return algo_size(algo_find(aeads, aead));
}

const char *spdm_asym_name(u32 asym)
{
	return algo_name(algo_find(asyms, asym));
}

const char *spdm_hash_name(u32 hash)
{
	return algo_name(algo_find(hashes, hash));
}

const char *spdm_meas_hash_name(u32 meas_hash)
{
	return algo_name(algo_find(meas_hashes, meas_hash));
}

const char *spdm_dhe_name(u16 dhe)
{
	return algo_name(algo_find(dhes, dhe));
}

const char *spdm_aead_name(u16 aead)
{
	return algo_name(algo_find(aeads, aead));
}
