// SPDX-License-Identifier: GPL-2.0
/*
 * Conversations of the requester with the software DSM: every combination of
 * version, signature, hash, key exchange and cipher that both know, and each of
 * those that can be chunked with all that is long in chunks, too. Nothing is
 * left out; before 1.1 there are no sessions, before 1.2 no chunks.
 *
 * usage: converse [--record DIR] IDENTITY	TAP on stdout
 *
 * With --record the output is seeds for the fuzzers, from some of them.
 */
#include <stdio.h>

#include <linux/err.h>
#include <linux/slab.h>

#include "invariants.h"
#include "pair.h"
#include "tap.h"

/* Messages that the shortest ways take */
#define AUTHENTICATE		6
#define MEASURE_IN_SESSION	9
#define CACHED			1	/* less, with the chain in a cache */

/* Sizes that make all that is not tiny come and go in chunks */
#define SMALL_TRANSFER		SPDM_MIN_TRANSFER
#define SMALL_OBJECT		256

#define HEARTBEAT_S		10

static const u32 asyms[] = {
	SPDM_ASYM_ECDSA_P256, SPDM_ASYM_ECDSA_P384, SPDM_ASYM_ECDSA_P521,
	SPDM_ASYM_RSASSA_2048, SPDM_ASYM_RSASSA_3072, SPDM_ASYM_RSASSA_4096,
};

static const u32 hashes[] = { SPDM_HASH_SHA256, SPDM_HASH_SHA384, SPDM_HASH_SHA512 };

static const u16 dhes[] = { SPDM_DHE_P256, SPDM_DHE_P384 };

static const u16 aeads[] = { SPDM_AEAD_AES128_GCM, SPDM_AEAD_AES256_GCM };

static struct key anchors;
static char why[512];

static bool fail(struct spdm *spdm, const char *what, long ret)
{
	if (!why[0])
		snprintf(why, sizeof(why), "%s: %ld: %s", what, ret, spdm_fault_text(spdm));
	return false;
}

/* @messages: how many there must have been, 0 for any */
static bool counted(struct pair *p, const char *what, unsigned int messages)
{
	unsigned int took = p->spdm->messages - p->again;

	if (!messages || took == messages)
		return true;
	snprintf(why, sizeof(why), "%s took %u messages, not %u", what, took, messages);
	return false;
}

#define TRY(spdm, call)	\
	({ long ret_ = (call); ret_ < 0 ? fail(spdm, #call, ret_) : true; })

static bool agreed(struct spdm *spdm, const struct pair_options *o)
{
	const struct spdm_algos *a = &spdm->algos;
	bool ok = spdm->version == o->version && a->base_asym == o->asym &&
		  a->base_hash == o->hash && (!o->dhe || a->dhe == o->dhe) &&
		  (!o->aead || a->aead == o->aead);

	return ok ? true : fail(spdm, "other algorithms than asked for", 0);
}

static bool authenticate(struct pair *p, const struct pair_options *o, unsigned int messages)
{
	struct spdm_info info;

	if (!TRY(p->spdm, spdm_connect(p->spdm)) || !agreed(p->spdm, o) ||
	    !TRY(p->spdm, spdm_authenticate(p->spdm, 0)))
		return false;
	spdm_info(p->spdm, &info);
	if (info.identity != SPDM_IDENTITY_VERIFIED)
		return fail(p->spdm, "identity", info.identity);
	return counted(p, "authenticate", messages);
}

/* Signed, in the session if there is one; what was signed is given back whole. */
static bool measure(struct spdm *spdm)
{
	struct spdm_measure_args args = { .index = SPDM_MEAS_ALL, .sign = true };
	struct spdm_measurements m = { };
	bool ok;

	memset(args.nonce, 0x33, sizeof(args.nonce));
	ok = TRY(spdm, spdm_measure(spdm, &args, &m));
	if (ok && (!m.blocks || !m.record_len || m.transcript.len < spdm->algos.sig_size ||
		   m.record_offset + m.record_len > m.transcript.len))
		ok = fail(spdm, "measurements without a record", m.blocks);
	spdm_blob_free(&m.transcript);
	return ok;
}

/* A challenge for others: the caller's nonce, and one message once all else is signed */
static bool answers(struct pair *p, const struct pair_options *o)
{
	struct spdm *spdm = p->spdm;
	u8 nonce[SPDM_NONCE_SIZE];
	struct spdm_blob blob = { }, chain = { };
	unsigned int before = 0;
	bool ok;

	memset(nonce, 0x44, sizeof(nonce));
	/* The chain that nobody has asked for yet makes it more */
	ok = TRY(spdm, spdm_read_chain(spdm, 1, &chain));
	for (int i = 0; ok && i < 2; i++) {
		before = spdm->messages - p->again;
		ok = TRY(spdm, spdm_challenge_answer(spdm, 1, nonce, &blob));
		if (ok && (blob.len < 36 + spdm->algos.sig_size ||
			   memcmp(blob.data + 4, nonce, sizeof(nonce))))
			ok = fail(spdm, "a challenge without its nonce", blob.len);
		spdm_blob_free(&blob);
	}
	if (ok && !o->max_object && spdm->messages - p->again - before != 1)
		ok = fail(spdm, "messages of a challenge", spdm->messages - before);
	spdm_blob_free(&chain);
	return ok;
}

static bool nothing_left(struct spdm *spdm)
{
	const char *left = session_left(spdm);

	return left ? fail(spdm, left, 0) : true;
}

/* The shortest way to measurements in a session, and its end */
static bool session(struct pair *p, const struct pair_options *o, unsigned int messages)
{
	return TRY(p->spdm, spdm_connect(p->spdm)) && agreed(p->spdm, o) &&
	       TRY(p->spdm, spdm_session_start(p->spdm, 0)) && measure(p->spdm) &&
	       TRY(p->spdm, spdm_session_end(p->spdm)) && nothing_left(p->spdm) &&
	       counted(p, "session", messages);
}

/* What else there is, in one long conversation */
static bool upkeep(struct pair *p)
{
	static const u8 query[] = { 0, 0, 0, 0 };	/* IDE_KM, QUERY of port 0 */
	struct spdm *spdm = p->spdm;
	u8 rsp[1024];

	for (int i = 0; i < 2; i++) {
		if (!TRY(spdm, spdm_session_start(spdm, i)) || !TRY(spdm, spdm_heartbeat(spdm)) ||
		    !TRY(spdm, spdm_key_update(spdm)) || !measure(spdm) ||
		    !TRY(spdm, spdm_vendor_request(spdm, SPDM_STANDARD_PCISIG, SPDM_VENDOR_PCISIG,
						   query, sizeof(query), rsp, sizeof(rsp))) ||
		    !TRY(spdm, spdm_key_update(spdm)) || !TRY(spdm, spdm_heartbeat(spdm)) ||
		    !TRY(spdm, spdm_session_end(spdm)) || !nothing_left(spdm))
			return false;
	}
	return true;
}

/* Runs one conversation between two that have not met yet. */
static bool with_pair(const struct pair_options *o, struct tape *tape, unsigned int messages,
		      bool (*talk)(struct pair *, const struct pair_options *, unsigned int))
{
	struct pair p = { .tape = tape };
	int err = pair_open(&p, o, true);
	bool ok;

	if (err) {
		snprintf(why, sizeof(why), "pair: %d", err);
		return false;
	}
	ok = talk(&p, o, messages);
	pair_close(&p);
	return ok;
}

static bool long_talk(struct pair *p, const struct pair_options *o, unsigned int messages)
{
	return authenticate(p, o, messages) && measure(p->spdm) && answers(p, o) &&
	       (o->version < SPDM_VERSION_11 || upkeep(p)) && measure(p->spdm);
}

static bool combination(struct pair_options *o, bool chunks)
{
	bool sessions = o->version >= SPDM_VERSION_11;
	unsigned int auth = chunks ? 0 : AUTHENTICATE;
	unsigned int in_session = chunks ? 0 : MEASURE_IN_SESSION;
	bool ok;

	o->transfer = chunks ? SMALL_TRANSFER : 0;
	o->max_object = chunks ? SMALL_OBJECT : 0;
	o->cache = spdm_chain_cache_create(SZ_64K);
	ok = with_pair(o, NULL, auth, authenticate) &&
	     with_pair(o, NULL, auth ? auth - CACHED : 0, authenticate);
	spdm_chain_cache_destroy(o->cache);
	o->cache = spdm_chain_cache_create(SZ_64K);
	if (sessions)
		ok = ok && with_pair(o, NULL, in_session, session) &&
		     with_pair(o, NULL, in_session ? in_session - CACHED : 0, session);
	spdm_chain_cache_destroy(o->cache);
	o->cache = NULL;
	return ok && with_pair(o, NULL, 0, long_talk);
}

static void describe(const struct pair_options *o, bool chunks, char *name, size_t size)
{
	int n = snprintf(name, size, "%u.%u %s %s", o->version >> 4, o->version & 0xf,
			 spdm_asym_name(o->asym), spdm_hash_name(o->hash));

	if (o->dhe)
		n += snprintf(name + n, size - n, " %s %s", spdm_dhe_name(o->dhe),
			      spdm_aead_name(o->aead));
	snprintf(name + n, size - n, "%s", chunks ? " in chunks" : "");
}

static void one(struct pair_options *o, bool chunks)
{
	char name[256];

	describe(o, chunks, name, sizeof(name));
	why[0] = '\0';
	tap(combination(o, chunks), name, why);
}

static void with_sessions(struct pair_options *o)
{
	for (size_t d = 0; d < ARRAY_SIZE(dhes); d++) {
		for (size_t a = 0; a < ARRAY_SIZE(aeads); a++) {
			o->dhe = dhes[d];
			o->aead = aeads[a];
			one(o, false);
			if (o->version >= SPDM_VERSION_12)
				one(o, true);
		}
	}
}

static int all(const char *identity)
{
	for (u8 version = SPDM_VERSION_10; version <= SPDM_VERSION_13; version++) {
		for (size_t i = 0; i < ARRAY_SIZE(asyms) * ARRAY_SIZE(hashes); i++) {
			struct pair_options o = {
				.identity = identity,
				.version = version,
				.asym = asyms[i / ARRAY_SIZE(hashes)],
				.hash = hashes[i % ARRAY_SIZE(hashes)],
				.heartbeat_s = HEARTBEAT_S,
				.anchors = &anchors,
			};

			if (version == SPDM_VERSION_10)
				one(&o, false);
			else
				with_sessions(&o);
		}
	}
	return tap_end();
}

/* Long talks of each version, plain and in chunks */
static int record(const char *identity, const char *dir)
{
	static struct tape tape;
	int status = 0;

	for (int i = 0; i < 8 && !status; i++) {
		bool chunks = i & 1;
		struct pair_options o = {
			.identity = identity,
			.version = SPDM_VERSION_10 + i / 2,
			.asym = SPDM_ASYM_ECDSA_P256,
			.hash = SPDM_HASH_SHA256,
			.heartbeat_s = HEARTBEAT_S,
			.anchors = &anchors,
			.transfer = chunks ? SMALL_TRANSFER : 0,
			.max_object = chunks ? SMALL_OBJECT : 0,
		};
		char name[256];

		if (chunks && o.version < SPDM_VERSION_12)
			continue;
		describe(&o, chunks, name, sizeof(name));
		if (!with_pair(&o, &tape, 0, long_talk)) {
			fprintf(stderr, "%s: %s\n", name, why);
			status = 1;
		}
		for (char *c = name; *c; c++)
			*c = *c == ' ' || *c == '/' ? '-' : *c;
		if (tape_seeds(&tape, dir, name))
			status = 1;
		tape_clear(&tape);
	}
	return status;
}

int main(int argc, char **argv)
{
	const char *dir = NULL, *identity;
	int status;

	if (argc == 4 && !strcmp(argv[1], "--record"))
		dir = argv[2];
	else if (argc != 2)
		return 2;
	identity = argv[argc - 1];
	if (anchors_load(&anchors, identity))
		return 2;
	status = dir ? record(identity, dir) : all(identity);
	openssl_chance_forget();
	anchors_free(&anchors);
	return status;
}
