// SPDX-License-Identifier: GPL-2.0
/*
 * The verifier of tools/tsm, on evidence of the software DSM: of every combination of
 * version, signature, hash, key exchange and cipher that the requester knows, those
 * that can be chunked in chunks, too, evidence must hold with the root of the identity,
 * and not hold with a bit changed that a signature covers.
 *
 * Each byte of what is signed is tried for each version and signature. A chain is the
 * same in all versions: each byte of it is tried in one of them, or 500 bytes where RSA
 * keys are larger, which makes nothing longer but numbers. In all other combinations it
 * is some bytes of each object. Digests beside the objects are left out there: they
 * would notice all of it.
 *
 * usage: evidence IDENTITY	TAP on stdout
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/slab.h>

#include "evidence.h"
#include "tap.h"

#define NONCE		0x6e
#define SMALL_TRANSFER	SPDM_MIN_TRANSFER
#define SMALL_OBJECT	256

#define WORKERS		2
#define SOME		2	/* bytes of an object, where not each is tried */
#define MANY		500

static const u32 asyms[] = {
	SPDM_ASYM_ECDSA_P256, SPDM_ASYM_ECDSA_P384, SPDM_ASYM_ECDSA_P521,
	SPDM_ASYM_RSASSA_2048, SPDM_ASYM_RSASSA_3072, SPDM_ASYM_RSASSA_4096,
};

static const u32 hashes[] = { SPDM_HASH_SHA256, SPDM_HASH_SHA384, SPDM_HASH_SHA512 };

static const u16 dhes[] = { SPDM_DHE_P256, SPDM_DHE_P384 };

static const u16 aeads[] = { SPDM_AEAD_AES128_GCM, SPDM_AEAD_AES256_GCM };

static struct key anchors;
static char why[256];

/* In the child: the result, the name, a tab, and why */
static FILE *results;
static bool in_child;

static void result(bool ok, const char *name)
{
	if (in_child)
		fprintf(results, "%d%s\t%s\n", ok, name, why);
	else
		tap(ok, name, why);
}

static bool fail(const char *what)
{
	if (!why[0])
		snprintf(why, sizeof(why), "%s", what);
	return false;
}

/* The first line of the table that is not good */
static bool fail_verdict(const struct judgement *j)
{
	for (unsigned int i = 0; i < j->verdict.nr_checks; i++) {
		const struct tsm_check *check = &j->verdict.checks[i];

		if (check->result == TSM_FAIL) {
			snprintf(why, sizeof(why), "%s: %s", check->what, check->detail);
			return false;
		}
	}
	return fail(j->err.text[0] ? j->err.text : "does not hold");
}

static void forget_digests(struct tsm_evidence *ev)
{
	for (unsigned int i = 0; i < TSM_TYPES; i++)
		ev->objects[i].digest_len = 0;
}

static bool says_what_it_is(const struct tsm_verdict *v, const struct pair_options *o)
{
	return v->version == o->version && !strcmp(v->hash, spdm_hash_name(o->hash)) &&
	       !strcmp(v->signature, spdm_asym_name(o->asym)) && v->subject[0];
}

/* It holds; what nothing covers is named, and another nonce is refused. */
static bool good(struct judgement *j, const struct tsm_evidence *ev, const struct wish *wish,
		 u32 covered)
{
	u32 there = 0;

	for (unsigned int i = 0; i < TSM_TYPES; i++)
		there |= ev->objects[i].there ? BIT(i) : 0;
	if (!holds(j, ev))
		return fail_verdict(j);
	if (j->verdict.uncovered != (there & ~covered))
		return fail("other objects are uncovered");
	if (!says_what_it_is(&j->verdict, wish->options))
		return fail("other algorithms");
	if ((wish->what & GET_MEASURED) && !j->verdict.nr_blocks)
		return fail("no measurements");
	j->nonce[TSM_NONCE_SIZE - 1] ^= 1;
	if (holds(j, ev))
		return fail("another nonce does as well");
	j->nonce[TSM_NONCE_SIZE - 1] ^= 1;
	return true;
}

/* @dense: objects of which each byte is tried; @some: how many are of the others */
static bool judge(const struct wish *wish, u32 dense, size_t some)
{
	struct tsm_evidence ev;
	struct judgement j;
	u32 covered;
	bool ok;

	if (evidence_make(&ev, wish))
		return fail("no evidence");
	covered = covered_by(&ev, wish->slot);
	judgement_init(&j, ca_of(wish->options->asym), wish->nonce);
	ok = good(&j, &ev, wish, covered);
	forget_digests(&ev);
	ok = ok && flips_noticed(&j, &ev, covered & dense, 0, why, sizeof(why)) &&
	     flips_noticed(&j, &ev, covered & ~dense, some, why, sizeof(why));
	tsm_evidence_free(&ev);
	return ok;
}

static void one(const struct wish *wish, bool chunks, u32 dense, size_t some)
{
	const struct pair_options *o = wish->options;
	char name[256];
	int n = snprintf(name, sizeof(name), "%u.%u %s %s", o->version >> 4, o->version & 0xf,
			 spdm_asym_name(o->asym), spdm_hash_name(o->hash));

	if (o->dhe)
		n += snprintf(name + n, sizeof(name) - n, " %s %s", spdm_dhe_name(o->dhe),
			      spdm_aead_name(o->aead));
	snprintf(name + n, sizeof(name) - n, "%s%s%s%s", chunks ? " in chunks" : "",
		 wish->session ? " in a session" : "",
		 wish->what & GET_MEASURED ? " measured" : "",
		 wish->what & GET_CHALLENGED ? " challenged" : "");
	why[0] = '\0';
	result(judge(wish, dense, some), name);
}

static void with_sessions(struct pair_options *o, unsigned int nr)
{
	struct wish wish = {
		.options = o,
		.what = GET_MEASURED,
		.session = true,
		.nonce = NONCE,
	};

	for (size_t i = 0; i < ARRAY_SIZE(dhes) * ARRAY_SIZE(aeads); i++) {
		o->dhe = dhes[i / ARRAY_SIZE(aeads)];
		o->aead = aeads[i % ARRAY_SIZE(aeads)];
		o->transfer = 0;
		o->max_object = 0;
		wish.slot = (nr + i) % 2;
		one(&wish, false, 0, SOME);
		if (o->version < SPDM_VERSION_12)
			continue;
		o->transfer = SMALL_TRANSFER;
		o->max_object = SMALL_OBJECT;
		one(&wish, true, 0, SOME);
	}
	o->dhe = 0;
	o->aead = 0;
	o->transfer = 0;
	o->max_object = 0;
}

/* All of a version, a signature and a hash */
static void all_of(struct pair_options *o, unsigned int nr, unsigned int hash)
{
	/* Each signature of a version with another hash, in clear, byte by byte */
	bool dense = hash == (nr + o->version) % ARRAY_SIZE(hashes);
	struct wish wish = { .options = o, .nonce = NONCE };
	bool large = o->asym & (SPDM_ASYM_RSASSA_3072 | SPDM_ASYM_RSASSA_4096);
	bool chain = dense && o->version == SPDM_VERSION_12;
	/* Measurements sign it, or else the challenge does. */
	u32 vca = o->version < SPDM_VERSION_12 ? BIT(TSM_VCA) : 0;

	wish.what = GET_MEASURED | GET_REPORT | GET_OTHER_CHAIN;
	one(&wish, false, (dense ? BIT(TSM_MEASUREMENTS) | BIT(TSM_VCA) : 0) |
	    (chain && !large ? BIT(0) : 0), chain ? MANY : SOME);
	wish.what = GET_CHALLENGED | GET_REPORT | GET_OTHER_CHAIN;
	if (hash == 2)
		wish.what |= GET_SUMMARY;
	wish.slot = hash % 2;
	one(&wish, false, dense ? BIT(TSM_CHALLENGE) | vca : 0, SOME);
	wish.what = GET_MEASURED | GET_CHALLENGED;
	/* Before 1.1 measurements are signed by slot 0. */
	if (o->version == SPDM_VERSION_10)
		wish.slot = 0;
	one(&wish, false, 0, SOME);
	if (o->version > SPDM_VERSION_10)
		with_sessions(o, nr);
}

static void all(const char *identity, unsigned int worker)
{
	for (u8 version = SPDM_VERSION_10; version <= SPDM_VERSION_13; version++) {
		for (size_t i = 0; i < ARRAY_SIZE(asyms) * ARRAY_SIZE(hashes); i++) {
			unsigned int asym = i / ARRAY_SIZE(hashes), hash = i % ARRAY_SIZE(hashes);
			struct pair_options o = {
				.identity = identity,
				.version = version,
				.asym = asyms[asym],
				.hash = hashes[hash],
				.anchors = &anchors,
			};

			if (asym % WORKERS == worker)
				all_of(&o, asym, hash);
		}
	}
}

/*
 * Two processes, since all of it takes a minute: what the child finds is told after
 * what the parent did.
 */
static pid_t begin_child(const char *identity)
{
	pid_t pid;

	results = tmpfile();
	if (!results)
		exit(2);
	fflush(stdout);
	pid = fork();
	if (pid < 0)
		exit(2);
	if (pid)
		return pid;
	in_child = true;
	all(identity, 1);
	fflush(results);
	/* The parent's folder is not ours to remove. */
	_exit(0);
}

static void end_child(pid_t pid)
{
	char line[1024];
	int status = -1;

	waitpid(pid, &status, 0);
	rewind(results);
	while (fgets(line, sizeof(line), results)) {
		char *text = strchr(line, '\t');

		line[strcspn(line, "\n")] = '\0';
		if (text) {
			*text++ = '\0';
			tap(line[0] == '1', line + 1, text);
		}
	}
	tap(!status, "worker came to its end", NULL);
	fclose(results);
}

int main(int argc, char **argv)
{
	pid_t child;

	if (argc != 2 || anchors_load(&anchors, argv[1]))
		return 2;
	evidence_files(&anchors);
	child = begin_child(argv[1]);
	evidence_cases(argv[1], &anchors);
	all(argv[1], 0);
	end_child(child);
	openssl_chance_forget();
	anchors_free(&anchors);
	return tap_end();
}
