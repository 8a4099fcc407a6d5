// SPDX-License-Identifier: GPL-2.0
/*
 * Verifier: what is looked at, in which order, and the table of it.
 *
 * The VCA tells version and algorithms; with them each signed statement is taken
 * apart and its signature is checked with the key of the chain that it names, which
 * has to lead to the user's CA. What evidence.json says is compared with the bytes
 * and never used instead of them. Policy and digests come last: they are about bytes
 * that are known to be signed, or not, by then.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <openssl/err.h>

#include "judge.h"

/*
 * The table
 */

bool tsm_no(struct tsm_judge *j, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(j->why, sizeof(j->why), format, args);
	va_end(args);
	return false;
}

static void add_line(struct tsm_judge *j, enum tsm_result result, const char *format,
		     va_list args)
{
	struct tsm_verdict *v = j->verdict;
	struct tsm_check *check = &v->checks[v->nr_checks];

	j->failed |= result == TSM_FAIL;
	/* The last line is for what the table has no room for. */
	if (v->nr_checks == TSM_CHECKS_MAX) {
		check--;
		snprintf(check->what, sizeof(check->what), "more checks than lines");
		check->detail[0] = '\0';
		check->result = j->failed ? TSM_FAIL : TSM_NOT_CHECKED;
	} else {
		vsnprintf(check->what, sizeof(check->what), format, args);
		memcpy(check->detail, j->why, sizeof(check->detail));
		check->result = result;
		v->nr_checks++;
	}
	j->why[0] = '\0';
}

void tsm_line(struct tsm_judge *j, enum tsm_result result, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	add_line(j, result, format, args);
	va_end(args);
}

void tsm_check(struct tsm_judge *j, bool ok, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	add_line(j, ok ? TSM_PASS : TSM_FAIL, format, args);
	va_end(args);
}

static const struct tsm_object *object(const struct tsm_judge *j, unsigned int type)
{
	const struct tsm_object *obj = &j->ev->objects[type];

	return obj->there && obj->data && obj->len ? obj : NULL;
}

/*
 * The VCA
 */

static void judge_vca(struct tsm_judge *j)
{
	const struct tsm_object *obj = object(j, TSM_VCA);
	struct tsm_verdict *v = j->verdict;

	if (obj)
		j->has_vca = tsm_vca_parse(j, obj, &j->vca);
	else
		tsm_no(j, "is missing: neither version nor algorithms are known");
	if (j->has_vca) {
		v->version = j->vca.version;
		snprintf(v->hash, sizeof(v->hash), "%s", j->vca.hash->name);
		snprintf(v->signature, sizeof(v->signature), "%s", j->vca.asym->name);
		tsm_no(j, "SPDM 1.%u, %s, %s", j->vca.version & 0xfu, v->hash, v->signature);
	}
	tsm_check(j, j->has_vca, "vca: version and algorithms");
}

static bool head_agrees(struct tsm_judge *j)
{
	const struct tsm_evidence *ev = j->ev;

	if (ev->spdm_version && ev->spdm_version != j->vca.version)
		return tsm_no(j, "the VCA has another version");
	if (ev->hash[0] && strcmp(ev->hash, j->vca.hash->name))
		return tsm_no(j, "the VCA has another hash");
	if (ev->signature[0] && strcmp(ev->signature, j->vca.asym->name))
		return tsm_no(j, "the VCA has another signature algorithm");
	return true;
}

/*
 * Chains
 */

/* Once for each slot, however many statements it signed */
static void judge_signer(struct tsm_judge *j, unsigned int slot)
{
	const struct tsm_object *obj = object(j, slot);
	struct tsm_signer *signer = &j->signers[slot];
	struct tsm_chain *chain = &signer->chain;
	bool whole, leads = false;

	if (signer->judged)
		return;
	signer->judged = true;
	whole = obj ? tsm_chain_open(j, obj, chain) && tsm_chain_linked(j, chain) :
		      tsm_no(j, "is missing");
	tsm_check(j, whole, "slot%u: chain", slot);
	if (!whole)
		return;
	signer->usable = tsm_leaf_good(j, chain);
	if (!j->verdict->subject[0])
		tsm_leaf_subject(chain, j->verdict->subject, sizeof(j->verdict->subject));
	tsm_check(j, signer->usable, "slot%u: leaf", slot);
	if (j->anchors) {
		leads = tsm_chain_anchored(j, chain);
		tsm_check(j, leads, "slot%u: leads to the CA", slot);
	} else {
		tsm_no(j, "no CA was given");
		tsm_line(j, TSM_NOT_CHECKED, "slot%u: leads to the CA", slot);
	}
	signer->trusted = signer->usable && leads;
}

/*
 * A chain vouches for itself where each certificate is signed up to the anchor, and
 * its head names a root that is known. Of the other slots it is only told what a
 * trusted key said of them.
 */
static void cover_chain(struct tsm_judge *j, unsigned int slot)
{
	const struct tsm_signer *signer = &j->signers[slot];

	if (signer->trusted && signer->signed_well && signer->chain.root_checked)
		j->covered |= 1u << slot;
}

/*
 * Statements
 */

/* The chains' digests in what was signed */
static bool chains_agree(struct tsm_judge *j, const struct tsm_statement *st, unsigned int *agree)
{
	uint8_t digest[TSM_DIGEST_MAX];

	*agree = 0;
	for (unsigned int i = 0; i < TSM_SLOTS; i++) {
		const struct tsm_object *obj = object(j, i);

		if (!st->digests[i] || !obj)
			continue;
		if (!tsm_digest(j->vca.hash, obj->data, obj->len, digest) ||
		    memcmp(digest, st->digests[i], j->vca.hash->size))
			return tsm_no(j, "slot%u is another chain", i);
		*agree |= 1u << i;
	}
	return true;
}

static void judge_nonce(struct tsm_judge *j, unsigned int type, const struct tsm_statement *st)
{
	if (!j->args->nonce) {
		tsm_no(j, "none was given: how old it is, nobody knows");
		tsm_line(j, TSM_NOT_CHECKED, "%s: nonce", tsm_type_name(type));
		return;
	}
	tsm_check(j, !memcmp(j->args->nonce, st->nonce, TSM_NONCE_SIZE) ||
		  tsm_no(j, "another one was signed: an answer to somebody else, or an old one"),
		  "%s: nonce", tsm_type_name(type));
}

/* What evidence.json says of the object; where it says nothing, there is nothing to compare */
static bool note_agrees(struct tsm_judge *j, const struct tsm_object *obj,
			const struct tsm_statement *st)
{
	bool some = obj->record_len && obj->record_len != obj->len;

	if (obj->slot >= 0 && (unsigned int)obj->slot != st->slot)
		return tsm_no(j, "slot %u signed, and not %d", st->slot, obj->slot);
	if (obj->has_nonce && memcmp(obj->nonce, st->nonce, TSM_NONCE_SIZE))
		return tsm_no(j, "another nonce was signed");
	if (some && st->record && (obj->record_offset != (size_t)(st->record - obj->data) ||
				   obj->record_len != st->record_len))
		return tsm_no(j, "the record is elsewhere");
	return true;
}

static void judge_signature(struct tsm_judge *j, unsigned int type, const struct tsm_statement *st)
{
	struct tsm_signer *signer = &j->signers[st->slot];
	unsigned int agree;
	bool good;

	if (!signer->usable)
		good = tsm_no(j, "there is no key to check it with");
	else
		good = tsm_signature_good(j, st, X509_get0_pubkey(tsm_chain_leaf(&signer->chain)));
	tsm_check(j, good, "%s: signature of slot%u", tsm_type_name(type), st->slot);
	signer->signed_well |= good;
	if (type == TSM_CHALLENGE)
		tsm_check(j, chains_agree(j, st, &agree), "%s: chains", tsm_type_name(type));
	else
		agree = 0;
	if (!good || !signer->trusted)
		return;
	j->signed_well = true;
	j->covered |= 1u << type | (st->with_vca ? 1u << TSM_VCA : 0) | agree;
}

static void judge_statement(struct tsm_judge *j, unsigned int type,
			    bool (*parse)(struct tsm_judge *, const struct tsm_object *,
					  struct tsm_statement *))
{
	const struct tsm_object *obj = object(j, type);
	const char *name = tsm_type_name(type);
	struct tsm_statement st;
	bool ok;

	if (!obj)
		return;
	ok = j->has_vca ? parse(j, obj, &st) : tsm_no(j, "cannot be read without the VCA");
	tsm_check(j, ok, "%s: form", name);
	if (!ok)
		return;
	judge_signer(j, st.slot);
	judge_signature(j, type, &st);
	judge_nonce(j, type, &st);
	tsm_check(j, note_agrees(j, obj, &st), "%s: agrees with evidence.json", name);
}

/*
 * Verdict
 */

static void judge_signed(struct tsm_judge *j)
{
	if (object(j, TSM_MEASUREMENTS) || object(j, TSM_CHALLENGE))
		return;
	tsm_no(j, "neither measurements nor a challenge is there");
	tsm_line(j, TSM_FAIL, "signature over a nonce");
}

static void name_uncovered(struct tsm_judge *j)
{
	for (unsigned int i = 0; i < TSM_TYPES; i++) {
		if (!j->ev->objects[i].there || (j->covered & 1u << i))
			continue;
		j->verdict->uncovered |= 1u << i;
		tsm_no(j, "no trusted signature and no digest covers it");
		tsm_line(j, TSM_NOT_CHECKED, "%s: its bytes", tsm_type_name(i));
	}
}

static void judge(struct tsm_judge *j, const struct tsm_policy *policy,
		  const struct tsm_digests *digests)
{
	judge_vca(j);
	if (j->has_vca)
		tsm_check(j, head_agrees(j), "vca: agrees with evidence.json");
	tsm_digests_own(j);
	judge_statement(j, TSM_MEASUREMENTS, tsm_measurements_parse);
	judge_statement(j, TSM_CHALLENGE, tsm_challenge_parse);
	judge_signed(j);
	for (unsigned int i = 0; i < TSM_SLOTS; i++)
		cover_chain(j, i);
	if (digests)
		tsm_digests_judge(digests, j);
	if (policy)
		tsm_policy_judge(policy, j);
	name_uncovered(j);
	j->verdict->ok = j->signed_well && !j->failed;
}

static X509_STORE *load_anchors(const char *path, struct tsm_error *err)
{
	X509_STORE *store = X509_STORE_new();
	bool there = !access(path, R_OK);

	if (there && store && X509_STORE_load_file(store, path) == 1)
		return store;
	if (there)
		tsm_fail(err, TSM_BROKEN, 0, "%s: has no certificate in PEM", path);
	else
		tsm_fail(err, tsm_exit_of(errno), errno, "%s: %s", path, strerror(errno));
	ERR_clear_error();
	X509_STORE_free(store);
	return NULL;
}

int tsm_verify(const struct tsm_evidence *ev, const struct tsm_verify_args *args,
	       struct tsm_verdict *verdict, struct tsm_error *err)
{
	struct tsm_judge j = {
		.ev = ev, .args = args, .verdict = verdict,
		.now = args->now ? args->now : time(NULL),
	};
	struct tsm_digests *digests = NULL;
	struct tsm_policy *policy = NULL;
	int ret = -1;

	memset(verdict, 0, sizeof(*verdict));
	if (args->ca_file) {
		j.anchors = load_anchors(args->ca_file, err);
		if (!j.anchors)
			goto out;
	}
	if (args->policy_file) {
		policy = tsm_policy_load(args->policy_file, err);
		if (!policy)
			goto out;
	}
	if (args->digests_file) {
		digests = tsm_digests_load(args->digests_file, err);
		if (!digests)
			goto out;
	}
	judge(&j, policy, digests);
	ret = 0;
out:
	for (unsigned int i = 0; i < TSM_SLOTS; i++)
		tsm_chain_close(&j.signers[i].chain);
	tsm_digests_free(digests);
	tsm_policy_free(policy);
	X509_STORE_free(j.anchors);
	return ret;
}
