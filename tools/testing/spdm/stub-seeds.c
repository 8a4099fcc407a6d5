// SPDX-License-Identifier: GPL-2.0
/*
 * Seeds for the fuzzers that have crypto-stub.c or no cryptography behind them:
 * chains as it takes them for good, and conversations of all steps with nothing
 * spoilt.
 *
 * usage: stub-seeds DIR
 */
#include <stdio.h>
#include <sys/stat.h>

#include <linux/string.h>

#include "crypto-stub.h"
#include "fake.h"

/* Zeros are answers that are left alone; more than a step needs are steps themselves. */
#define ANSWERS	3

static FILE *seed(const char *dir, const char *target, int n)
{
	char path[4096];

	mkdir(dir, 0777);
	snprintf(path, sizeof(path), "%s/%s", dir, target);
	mkdir(path, 0777);
	snprintf(path, sizeof(path), "%s/%s/stub-%d", dir, target, n);
	return fopen(path, "wb");
}

/* A chain for SHA-256 or SHA-512, ECDSA P-256 or P-384; see fuzz-chain.c for the first byte */
static int chain(const char *dir, int n)
{
	static struct fake fake;
	static u8 rsp[FAKE_SIZE];
	struct spdm_negotiate_req req = {
		.hdr = { SPDM_VERSION_12, SPDM_NEGOTIATE_ALGORITHMS, 0, 0 },
		.base_asym = cpu_to_le32(n & 2 ? SPDM_ASYM_ECDSA_P256 : SPDM_ASYM_ECDSA_P384),
		.base_hash = cpu_to_le32(n & 1 ? SPDM_HASH_SHA512 : SPDM_HASH_SHA256),
	};
	FILE *f = seed(dir, "chain", n);

	if (!f)
		return -1;
	memset(&fake, 0, sizeof(fake));
	fake.version = SPDM_VERSION_12;
	fake.chain_len = n & 4 ? 600 : 0;
	fake_message(&fake, (const u8 *)&req, sizeof(req), rsp);
	fputc((n & 3) << 3, f);
	fwrite(fake.chain, 1, fake.chain_len, f);
	return fclose(f);
}

/* See fuzz-requester.c: the device and the user, then steps */
static int script(const char *dir, int n)
{
	/* Each step with its argument, if it has one */
	static const u8 steps[][2] = {
		{ 2 }, { 0 }, { 3 }, { 5, 5 }, { 7 }, { 8 }, { 9, 16 }, { 12 }, { 13 }, { 5, 4 },
		{ 11 }, { 10 },
	};
	const u8 setup[] = { 0x0f & (1 << n % 4), n & 4 ? 1 : 0, n & 8 ? 2 : 4, 0xe0 };
	FILE *f = seed(dir, "requester", n);

	if (!f)
		return -1;
	fwrite(setup, 1, sizeof(setup), f);
	for (size_t i = 0; i < ARRAY_SIZE(steps); i++) {
		fputc(steps[i][0], f);
		if (steps[i][1])
			fputc(steps[i][1], f);
		for (int zeros = 0; zeros < ANSWERS; zeros++)
			fputc(0, f);
	}
	return fclose(f);
}

/* See fuzz-ide-km.c: stream, port, no failing allocation, then what the user does */
static int ide_km(const char *dir, int n)
{
	/* Query, start, refresh, stop, only keys: each with zeros for all that follows */
	static const u8 doings[][6] = {
		{ 0, 1, 2, 2, 3, 1 },
		{ 1, 2, 4, 0, 1, 3 },
		{ 4, 0, 1, 1, 2, 2 },
		{ 2, 1, 3, 3, 2, 0 },
	};
	static const u8 zeros[] = { 2, 18, 24, 6, 14 };
	const u8 setup[] = { n * 16, n % 8, 0 };
	FILE *f = seed(dir, "ide-km", n);

	if (!f)
		return -1;
	fwrite(setup, 1, sizeof(setup), f);
	for (size_t i = 0; i < ARRAY_SIZE(doings[0]); i++) {
		fputc(doings[n % 4][i], f);
		for (int z = 0; z < zeros[doings[n % 4][i]]; z++)
			fputc(0, f);
	}
	return fclose(f);
}

int main(int argc, char **argv)
{
	int status = argc == 2 ? 0 : 2;

	for (int n = 0; n < 16 && !status; n++)
		status = (n < 8 && chain(argv[1], n)) || (n < 4 && ide_km(argv[1], n)) ||
			 script(argv[1], n);
	return status;
}
