// SPDX-License-Identifier: GPL-2.0
/*
 * Evidence that is spoilt in other ways than by a bit: objects cut, lengthened and
 * swapped, other anchors, other reference values, other digests; and what is good in
 * spite of it.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/evp.h>
#include <openssl/pem.h>

#include <linux/slab.h>

#include "evidence.h"
#include "tap.h"

#define NONCE	0x4d
#define ALL	(GET_MEASURED | GET_CHALLENGED | GET_REPORT | GET_OTHER_CHAIN)

static const u32 roots[] = {
	SPDM_ASYM_ECDSA_P256, SPDM_ASYM_ECDSA_P384, SPDM_ASYM_ECDSA_P521,
	SPDM_ASYM_RSASSA_2048, SPDM_ASYM_RSASSA_3072, SPDM_ASYM_RSASSA_4096,
};

static char dir[] = "/tmp/evidence.XXXXXX";
static struct pair_options options;
static struct tsm_evidence ev;	/* good, whole, of slot 0 */
static char why[512];

static const char *path_of(const char *name)
{
	static char path[4][256];
	static unsigned int next;
	char *p = path[next++ % ARRAY_SIZE(path)];

	snprintf(p, sizeof(path[0]), "%s/%s", dir, name);
	return p;
}

const char *ca_of(u32 asym)
{
	char name[64];

	snprintf(name, sizeof(name), "%s.pem", spdm_asym_name(asym));
	return path_of(name);
}

static void remove_dir(const char *path)
{
	DIR *d = opendir(path);
	struct dirent *e;

	while (d && (e = readdir(d))) {
		char name[512];

		snprintf(name, sizeof(name), "%s/%s", path, e->d_name);
		if (e->d_name[0] != '.' && unlink(name))
			remove_dir(name);
	}
	if (d)
		closedir(d);
	rmdir(path);
}

static void remove_all(void)
{
	remove_dir(dir);
}

static void write_text(const char *name, const char *text)
{
	FILE *f = fopen(path_of(name), "w");

	if (!f || fputs(text, f) < 0 || fclose(f))
		exit(2);
}

static void write_pem(const char *path, X509 *cert)
{
	FILE *f = fopen(path, "w");

	if (!f || PEM_write_X509(f, cert) != 1 || fclose(f))
		exit(2);
}

/* A certificate of the identity as a PEM file */
static const char *pem_of(const char *identity, const char *der)
{
	char path[4096];
	X509 *cert;
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", identity, der);
	f = fopen(path, "rb");
	cert = f ? d2i_X509_fp(f, NULL) : NULL;
	if (!cert)
		exit(2);
	fclose(f);
	write_pem(path_of("other.pem"), cert);
	X509_free(cert);
	return path_of("other.pem");
}

static bool fail(const char *what)
{
	if (!why[0])
		snprintf(why, sizeof(why), "%s", what);
	return false;
}

static void done(bool ok, const char *name)
{
	tap(ok, name, why);
	why[0] = '\0';
}

static struct judgement standard(void)
{
	struct judgement j;

	judgement_init(&j, ca_of(SPDM_ASYM_ECDSA_P256), NONCE);
	return j;
}

/* What the table says of a check, or -1 if it is not there */
static int line(const struct judgement *j, const char *what)
{
	for (unsigned int i = 0; i < j->verdict.nr_checks; i++)
		if (!strcmp(j->verdict.checks[i].what, what))
			return j->verdict.checks[i].result;
	return -1;
}

static bool held(struct judgement *j, bool want)
{
	/* A nonce is where the caller's judgement is, not where it was made. */
	if (j->args.nonce)
		j->args.nonce = j->nonce;
	if (holds(j, &ev) == want)
		return true;
	for (unsigned int i = 0; i < j->verdict.nr_checks; i++)
		if (j->verdict.checks[i].result == TSM_FAIL)
			snprintf(why, sizeof(why), "%s: %s", j->verdict.checks[i].what,
				 j->verdict.checks[i].detail);
	return fail(want ? j->err.text : "holds, and must not");
}

/*
 * Anchors
 */

static void anchors_tests(const char *identity)
{
	struct judgement j = standard();
	bool ok = held(&j, true) && line(&j, "slot0: leads to the CA") == TSM_PASS;

	done(ok, "whole");

	j.args.ca_file = ca_of(SPDM_ASYM_ECDSA_P384);
	ok = held(&j, false) && line(&j, "slot0: leads to the CA") == TSM_FAIL &&
	     line(&j, "measurements: signature of slot0") == TSM_PASS;
	done(ok, "CA of another device");

	j.args.ca_file = pem_of(identity, "foreign/ecdsa-p256/root.der");
	ok = held(&j, false) && line(&j, "slot0: leads to the CA") == TSM_FAIL;
	done(ok, "CA that is foreign");

	j.args.ca_file = NULL;
	ok = held(&j, false) && line(&j, "slot0: leads to the CA") == TSM_NOT_CHECKED &&
	     j.verdict.uncovered == (covered_by(&ev, 0) | BIT(1) | BIT(TSM_REPORT));
	done(ok, "no CA");

	j.args.ca_file = pem_of(identity, "ecdsa-p256/inter.der");
	done(held(&j, true), "CA below the root");
	/* A challenge has a digest of the chain, which measurements do not. */
	ev.objects[TSM_CHALLENGE].there = false;
	ok = held(&j, true) && (j.verdict.uncovered & BIT(0)) &&
	     line(&j, "slot0: its bytes") == TSM_NOT_CHECKED;
	ev.objects[TSM_CHALLENGE].there = true;
	done(ok, "CA below the root, with nobody's word for the root");

	j = standard();
	j.args.nonce = NULL;
	ok = held(&j, true) && line(&j, "measurements: nonce") == TSM_NOT_CHECKED;
	done(ok, "no nonce to compare");

	j.args.now = 1;
	done(held(&j, false) && line(&j, "slot0: leads to the CA") == TSM_FAIL,
	     "before the certificates are valid");
	j.args.ca_file = path_of("nowhere.pem");
	done(tsm_verify(&ev, &j.args, &j.verdict, &j.err) && j.err.kind == TSM_NOT_THERE,
	     "CA file that is not there");
}

/* Identities that are not good, each in its own way */
static void variants_tests(const char *identity)
{
	static const struct {
		const char *name, *line;
		u8 version;
		bool good;
	} variants[] = {
		{ "expired", "slot0: leads to the CA" },
		{ "leaf-ca", "slot0: leaf" },
		{ "no-digsig", "slot0: leaf" },
		{ "no-constraints", "slot0: leaf", SPDM_VERSION_13 },
		{ "no-constraints", "slot0: leaf", SPDM_VERSION_12, true },
		{ "wrong-eku", "slot0: leaf" },
		{ "bad-link", "slot0: leads to the CA" },
		{ "foreign", "slot0: leads to the CA" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(variants); i++) {
		char path[4096], name[64];
		struct pair_options o = options;
		struct wish wish = { .options = &o, .what = GET_SUMMARY, .nonce = NONCE };
		struct tsm_evidence bad, good = ev;
		struct judgement j = standard();

		snprintf(path, sizeof(path), "%s/%s", identity, variants[i].name);
		snprintf(name, sizeof(name), "identity %s", variants[i].name);
		o.identity = path;
		if (variants[i].version)
			o.version = variants[i].version;
		if (evidence_make(&bad, &wish)) {
			done(false, name);
			continue;
		}
		ev = bad;
		done(held(&j, variants[i].good) &&
		     line(&j, variants[i].line) == (variants[i].good ? TSM_PASS : TSM_FAIL), name);
		ev = good;
		tsm_evidence_free(&bad);
	}
}

/*
 * Objects that are not what they were
 */

static bool cut_is_noticed(struct tsm_object *obj, size_t len)
{
	struct judgement j = standard();
	size_t whole = obj->len;
	bool ok;

	obj->len = len;
	obj->there = len;
	ok = held(&j, false);
	obj->len = whole;
	obj->there = true;
	return ok;
}

static void cut_tests(void)
{
	for (unsigned int i = 0; i < TSM_TYPES; i++) {
		struct tsm_object *obj = &ev.objects[i];
		struct judgement j;
		char name[64];
		bool ok = true;

		if (!(covered_by(&ev, 0) & BIT(i)))
			continue;
		/* Without a challenge the rest is whole, and the other way round. */
		for (size_t len = i < TSM_MEASUREMENTS ? 0 : 1; ok && len < obj->len; len++)
			ok = cut_is_noticed(obj, len);
		snprintf(name, sizeof(name), "%s cut", tsm_type_name(i));
		done(ok, name);

		obj->data = realloc(obj->data, obj->len + 1);
		obj->data[obj->len++] = 0;
		snprintf(name, sizeof(name), "%s longer by a zero", tsm_type_name(i));
		j = standard();
		done(held(&j, false), name);
		obj->len--;
	}
}

/* An object of another device in place of ours, with its notes or without */
static void swap_tests(void)
{
	struct pair_options other_options = options;
	struct wish wish = { .options = &other_options, .what = ALL, .slot = 1, .nonce = NONCE };
	struct tsm_evidence other;

	other_options.hash = SPDM_HASH_SHA384;
	if (evidence_make(&other, &wish)) {
		done(false, "another device");
		return;
	}
	for (unsigned int i = 0; i < TSM_TYPES; i++) {
		struct tsm_object mine = ev.objects[i];
		unsigned int from = i < TSM_SLOTS ? 1 : i;
		struct judgement j;
		char name[64];

		if (!(covered_by(&ev, 0) & BIT(i)))
			continue;
		ev.objects[i] = other.objects[from];
		ev.objects[i].slot = -1;
		ev.objects[i].digest_len = 0;
		snprintf(name, sizeof(name), "%s of another device", tsm_type_name(i));
		j = standard();
		done(held(&j, false), name);
		ev.objects[i] = mine;
	}
	tsm_evidence_free(&other);
}

/* An old answer of the same device */
static void replay_test(void)
{
	struct wish wish = { .options = &options, .what = ALL, .nonce = NONCE + 1 };
	struct tsm_object mine = ev.objects[TSM_MEASUREMENTS];
	struct judgement j = standard();
	struct tsm_evidence old;
	bool ok;

	if (evidence_make(&old, &wish)) {
		done(false, "an old answer");
		return;
	}
	ev.objects[TSM_MEASUREMENTS] = old.objects[TSM_MEASUREMENTS];
	ok = held(&j, false) && line(&j, "measurements: nonce") == TSM_FAIL &&
	     line(&j, "measurements: signature of slot0") == TSM_PASS;
	done(ok, "an old answer");
	ev.objects[TSM_MEASUREMENTS] = mine;
	tsm_evidence_free(&old);
}

/* What evidence.json says, against the bytes */
static void notes_tests(void)
{
	struct tsm_object *obj = &ev.objects[TSM_MEASUREMENTS];
	struct tsm_evidence good = ev;
	struct judgement j = standard();
	bool ok;

	ev.spdm_version = 0x11;
	ok = held(&j, false);
	ev = good;
	snprintf(ev.hash, sizeof(ev.hash), "SHA-512");
	ok = ok && held(&j, false);
	ev = good;
	snprintf(ev.signature, sizeof(ev.signature), "ECDSA-P384");
	ok = ok && held(&j, false);
	ev = good;
	obj->slot = 1;
	ok = ok && held(&j, false);
	ev = good;
	obj->nonce[5] ^= 1;
	ok = ok && held(&j, false);
	ev = good;
	obj->record_offset++;
	ok = ok && held(&j, false);
	ev = good;
	obj->digest[0] ^= 1;
	ok = ok && held(&j, false);
	ev = good;
	obj->digest_len--;
	ok = ok && held(&j, false);
	ev = good;
	/* Nobody needs to say anything */
	ev.spdm_version = 0;
	ev.hash[0] = '\0';
	ev.signature[0] = '\0';
	for (unsigned int i = 0; i < TSM_TYPES; i++) {
		ev.objects[i].digest_len = 0;
		ev.objects[i].has_nonce = false;
		ev.objects[i].slot = -1;
		ev.objects[i].record_len = 0;
	}
	ok = ok && held(&j, true);
	ev = good;
	done(ok, "notes that contradict the bytes");
}

/* Nothing covers report and other chain; digests beside them notice damage. */
static void uncovered_tests(void)
{
	struct judgement j = standard();
	struct tsm_object *report = &ev.objects[TSM_REPORT];
	bool ok = held(&j, true) && j.verdict.uncovered == (BIT(TSM_REPORT) | BIT(1)) &&
		  line(&j, "report: its bytes") == TSM_NOT_CHECKED &&
		  line(&j, "slot1: its bytes") == TSM_NOT_CHECKED &&
		  line(&j, "slot0: its bytes") == -1;

	done(ok, "what nothing covers is named");
	done(flips_noticed(&j, &ev, BIT(TSM_REPORT), 0, why, sizeof(why)),
	     "digest beside an object");
	report->digest_len = 0;
	report->data[3] ^= 1;
	done(held(&j, true) && j.verdict.uncovered & BIT(TSM_REPORT), "nothing beside it");
	report->data[3] ^= 1;
	report->digest_len = 32;
}

/*
 * Digests from somebody who is trusted
 */

static void write_digests(const char *name, unsigned int spoil)
{
	char text[8192];
	int n = snprintf(text, sizeof(text), "{\"hash\": \"SHA-512\", \"digests\": {");
	const char *comma = "";

	for (unsigned int i = 0; i < TSM_TYPES; i++) {
		const struct tsm_object *obj = &ev.objects[i];
		u8 digest[64];

		if (!obj->there)
			continue;
		EVP_Digest(obj->data, obj->len, digest, NULL, EVP_sha512(), NULL);
		if (i == spoil)
			digest[63] ^= 0x80;
		n += snprintf(text + n, sizeof(text) - n, "%s\"%s\": \"", comma, tsm_type_name(i));
		for (unsigned int k = 0; k < sizeof(digest); k++)
			n += snprintf(text + n, sizeof(text) - n, "%02x", digest[k]);
		n += snprintf(text + n, sizeof(text) - n, "\"");
		comma = ", ";
	}
	snprintf(text + n, sizeof(text) - n, "}}");
	write_text(name, text);
}

static void digests_tests(void)
{
	struct judgement j = standard();
	bool ok = true;

	write_digests("digests.json", TSM_TYPES);
	j.args.digests_file = path_of("digests.json");
	done(held(&j, true) && !j.verdict.uncovered, "digests cover all");
	for (unsigned int i = 0; i < TSM_TYPES; i++)
		ev.objects[i].digest_len = 0;
	done(flips_noticed(&j, &ev, BIT(TSM_REPORT) | BIT(1), 100, why, sizeof(why)),
	     "digests notice what no signature does");
	for (unsigned int i = 0; ok && i < TSM_TYPES; i++) {
		if (!ev.objects[i].there)
			continue;
		write_digests("digests.json", i);
		j.args.digests_file = path_of("digests.json");
		ok = held(&j, false);
	}
	done(ok, "digest of something else");
	write_text("digests.json", "{\"hash\": \"SHA-512\", \"digests\": {\"slot9\": \"00\"}}");
	done(tsm_verify(&ev, &j.args, &j.verdict, &j.err) && j.err.kind == TSM_BROKEN,
	     "digests that are none");
}

/*
 * Policy
 */

/* Rows for what the device has, less @skip; @spoil gets another value. */
static int rows(const struct tsm_verdict *v, char *text, size_t size, unsigned int skip,
		unsigned int spoil)
{
	const char *comma = "";
	int n = 0;

	for (unsigned int i = 0; i < v->nr_blocks; i++) {
		const struct tsm_block *b = &v->blocks[i];

		if (b->index == skip)
			continue;
		n += snprintf(text + n, size - n, "%s{\"index\": %u, \"type\": %u, \"%s\": [\"",
			      comma, b->index, b->type, b->raw ? "values" : "digests");
		for (size_t k = 0; k < b->len; k++)
			n += snprintf(text + n, size - n, "%02x",
				      b->value[k] ^ (b->index == spoil && !k));
		n += snprintf(text + n, size - n, "\"]}");
		comma = ", ";
	}
	return n;
}

static void write_policy(const struct tsm_verdict *v, const char *more, unsigned int skip,
			 unsigned int spoil)
{
	char text[16384];
	int n = snprintf(text, sizeof(text), "{\"schema\": \"pci-tsm-policy\", \"version\": 1, "
			 "%s \"measurements\": [", more);

	n += rows(v, text + n, sizeof(text) - n, skip, spoil);
	snprintf(text + n, sizeof(text) - n, "]}");
	write_text("policy.json", text);
}

static bool under(const char *more, unsigned int skip, unsigned int spoil, bool want)
{
	struct judgement plain = standard(), j = standard();

	if (!held(&plain, true))
		return false;
	write_policy(&plain.verdict, more, skip, spoil);
	j.args.policy_file = path_of("policy.json");
	return held(&j, want);
}

static void policy_tests(void)
{
	static const char names[] =
		"\"min_spdm_version\": \"1.2\", \"hashes\": [\"SHA-256\"], "
		"\"signatures\": [\"ECDSA-P384\", \"ECDSA-P256\"], "
		"\"names\": [\"Vendor=dec0:Device=0010:*\"],";

	done(under(names, 0, 0, true), "policy: all as it must be");
	done(under("", 0, 1, false), "policy: another reference value");
	done(under("", 1, 0, false), "policy: a measurement that is not listed");
	done(under("\"allow_unlisted\": true,", 1, 0, true), "policy: unlisted ones allowed");
	done(under("\"min_spdm_version\": \"1.3\",", 0, 0, false), "policy: version");
	done(under("\"hashes\": [\"SHA-384\", \"SHA-512\"],", 0, 0, false), "policy: hash");
	done(under("\"signatures\": [\"RSASSA-3072\"],", 0, 0, false), "policy: signature");
	done(under("\"names\": [\"Vendor=dec0:Device=0011:*\"],", 0, 0, false), "policy: name");
}

static const char left_out[] = "policy: no measurement is left out";

/* Measurements that are not there, of which a policy speaks */
static void missing_test(void)
{
	struct judgement j = standard();
	struct tsm_evidence whole = ev;

	if (held(&j, true))
		write_policy(&j.verdict, "\"allow_unlisted\": true,", 0, 0);
	j.args.policy_file = path_of("policy.json");
	ev.objects[TSM_MEASUREMENTS].there = false;
	done(held(&j, false), "policy: no measurements");
	write_text("policy.json", "{\"schema\": \"pci-tsm-policy\", \"version\": 1}");
	ev.objects[TSM_MEASUREMENTS].there = false;
	done(held(&j, false) && line(&j, left_out) == TSM_FAIL,
	     "policy without rows: no measurements of a device that has some");
	ev = whole;
}

/* Two blocks, which the policy knows, of a device that has more */
static void subset_tests(void)
{
	struct wish wish = { .options = &options, .what = ALL, .nonce = NONCE, .only = 2 };
	struct tsm_evidence whole = ev, part;
	bool ok;

	if (evidence_make(&part, &wish)) {
		done(false, "measurements left out");
		return;
	}
	ev = part;
	ok = under("", 0, 0, false);
	done(ok, "policy: a measurement was left out");
	done(under("\"allow_unlisted\": true,", 0, 0, true),
	     "policy: a measurement was left out, and unlisted ones allowed");
	ev = whole;
	tsm_evidence_free(&part);
}

/* A device that measures nothing has a challenge only, and nothing to ask for */
static void unmeasured_test(void)
{
	struct pair_options o = options;
	struct wish wish = { .options = &o, .what = GET_CHALLENGED, .nonce = NONCE };
	struct tsm_evidence whole = ev, bare;
	struct judgement j = standard();

	o.caps = SPDM_CAP_CERT | SPDM_CAP_CHAL;
	if (evidence_make(&bare, &wish)) {
		done(false, "policy: a device that measures nothing");
		return;
	}
	ev = bare;
	write_text("policy.json", "{\"schema\": \"pci-tsm-policy\", \"version\": 1}");
	j.args.policy_file = path_of("policy.json");
	done(held(&j, true) && line(&j, left_out) == TSM_PASS,
	     "policy: a device that measures nothing");
	ev = whole;
	tsm_evidence_free(&bare);
}

/*
 * The directory, and a challenge with all that it may have before it
 */

static void directory_test(void)
{
	struct tsm_evidence whole = ev, loaded;
	struct judgement j = standard();
	struct tsm_error err = { };
	bool ok;

	if (tsm_evidence_save(&ev, path_of("ev"), &err) ||
	    tsm_evidence_load(&loaded, path_of("ev"), &err)) {
		fail(err.text);
		done(false, "directory");
		return;
	}
	ev = loaded;
	ok = held(&j, true);
	ok = ok && flips_noticed(&j, &ev, BIT(TSM_REPORT) | BIT(1), 20, why, sizeof(why));
	ev = whole;
	tsm_evidence_free(&loaded);
	done(ok, "directory");
}

static void authenticate_tests(void)
{
	for (u8 version = SPDM_VERSION_10; version <= SPDM_VERSION_13; version++) {
		struct tsm_evidence whole = ev, other;
		struct pair_options o = options;
		struct judgement j = standard();
		char name[64];
		bool ok;

		o.version = version;
		snprintf(name, sizeof(name), "1.%u challenge behind certificates", version & 0xf);
		if (evidence_authenticate(&other, &o)) {
			done(false, name);
			continue;
		}
		j.args.nonce = NULL;
		ev = other;
		/* DIGESTS, which is signed, tells of the other slot, too. */
		ok = held(&j, true) && !j.verdict.uncovered;
		for (unsigned int i = 0; i < TSM_TYPES; i++)
			ev.objects[i].digest_len = 0;
		ok = ok && flips_noticed(&j, &ev, BIT(0) | BIT(1) | BIT(TSM_VCA) |
					 BIT(TSM_CHALLENGE), 200, why, sizeof(why));
		ev = whole;
		tsm_evidence_free(&other);
		done(ok, name);
	}
}

void evidence_files(struct key *anchors)
{
	if (!mkdtemp(dir))
		exit(2);
	atexit(remove_all);
	for (size_t i = 0; i < ARRAY_SIZE(roots); i++)
		write_pem(ca_of(roots[i]), sk_X509_value(anchors->certs, i));
}

void evidence_cases(const char *identity, struct key *anchors)
{
	struct wish wish = { .options = &options, .what = ALL, .nonce = NONCE };

	options = (struct pair_options) {
		.identity = identity,
		.version = SPDM_VERSION_12,
		.asym = SPDM_ASYM_ECDSA_P256,
		.hash = SPDM_HASH_SHA256,
		.anchors = anchors,
	};
	if (evidence_make(&ev, &wish)) {
		done(false, "evidence");
		return;
	}
	anchors_tests(identity);
	variants_tests(identity);
	uncovered_tests();
	directory_test();
	notes_tests();
	policy_tests();
	missing_test();
	subset_tests();
	unmeasured_test();
	swap_tests();
	replay_test();
	authenticate_tests();
	digests_tests();
	cut_tests();
	tsm_evidence_free(&ev);
}
