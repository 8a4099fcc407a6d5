// SPDX-License-Identifier: GPL-2.0
/*
 * Policies: what a device must be and run, by somebody who knows.
 *
 *	{ "schema": "pci-tsm-policy", "version": 1,
 *	  "min_spdm_version": "1.2", "hashes": [ "SHA-384" ], "signatures": [ "ECDSA-P384" ],
 *	  "names": [ "Vendor=dec0:Device=0010:*" ],
 *	  "measurements": [
 *		{ "index": 1, "digests": [ "01ab...", "23cd..." ] },
 *		{ "index": 16, "type": 7, "min_svn": 3 } ],
 *	  "allow_unlisted": false }
 *
 * All but the first two may be left out. A row of measurements is for the blocks of its
 * index, its type, or both. Digests are for blocks that are digests, values for blocks
 * that are not, so that neither passes for the other. A row whose block is missing is
 * not fulfilled, and a block that no row is for is refused, unless allow_unlisted is
 * true; so is evidence that may lack such a block, as not all were asked for. What is
 * not known here is an error: it would be a rule that nobody checks.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "json-file.h"
#include "judge.h"

#define SCHEMA		"pci-tsm-policy"
#define SCHEMA_VERSION	1
#define VALUE_MAX	65535
#define INDEX_MAX	254
#define TYPE_MAX	127
#define TYPE_SVN	7
#define SVN_SIZE	8
#define BAD_MAX		8	/* rows and blocks that are told one by one */

struct tsm_policy {
	struct json_object *root;
	uint8_t min_version;
	bool allow_unlisted;
};

/*
 * Reading: what is there is of the right type afterwards
 */

static int broken(const char *path, const char *what, struct tsm_error *err)
{
	return tsm_fail(err, TSM_BROKEN, 0, "%s: %s", path, what);
}

static struct json_object *list_of(const struct json_object *obj, const char *key)
{
	struct json_object *list;

	if (!json_object_object_get_ex(obj, key, &list) ||
	    !json_object_is_type(list, json_type_array))
		return NULL;
	return list;
}

static bool is_hex(const char *text)
{
	static uint8_t bytes[VALUE_MAX];

	return tsm_hex_bytes(text, bytes, sizeof(bytes));
}

static bool is_hash(const char *text)
{
	return tsm_hash_named(text);
}

static bool is_asym(const char *text)
{
	return tsm_asym_named(text);
}

static bool is_text(const char *text)
{
	return *text;
}

/* A list that may be missing, but not be empty, of strings that are all @good */
static bool check_list(const struct json_object *obj, const char *key, bool (*good)(const char *))
{
	struct json_object *list = list_of(obj, key);

	if (!list)
		return !tsm_json_has(obj, key);
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		struct json_object *item = json_object_array_get_idx(list, i);

		if (!json_object_is_type(item, json_type_string) ||
		    !good(json_object_get_string(item)))
			return false;
	}
	return json_object_array_length(list);
}

/* A number that may be missing; *@has says whether it is */
static bool check_number(const struct json_object *obj, const char *key, uint64_t max, bool *has)
{
	uint64_t number;

	*has = tsm_json_has(obj, key);
	return !*has || tsm_json_number(obj, key, max, &number);
}

static const char *check_row(const struct json_object *row)
{
	static const char *const known[] = {
		"index", "type", "digests", "values", "min_svn", "comment", NULL
	};
	bool index, type, svn;

	if (!json_object_is_type(row, json_type_object))
		return "a row of measurements is no object";
	if (tsm_json_unknown(row, known))
		return "a row of measurements has members that are not known";
	if (!check_number(row, "index", INDEX_MAX, &index) ||
	    !check_number(row, "type", TYPE_MAX, &type) || (!index && !type))
		return "a row of measurements has no index and no type";
	if (!check_number(row, "min_svn", UINT64_MAX, &svn))
		return "min_svn is no number";
	if (!check_list(row, "digests", is_hex) || !check_list(row, "values", is_hex))
		return "digests or values are no list of hexadecimal strings";
	if (!svn && !tsm_json_has(row, "digests") && !tsm_json_has(row, "values"))
		return "a row of measurements asks for nothing";
	return NULL;
}

static const char *check_measurements(const struct json_object *root)
{
	struct json_object *list = list_of(root, "measurements");

	if (!list)
		return tsm_json_has(root, "measurements") ? "measurements is no list" : NULL;
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		const char *wrong = check_row(json_object_array_get_idx(list, i));

		if (wrong)
			return wrong;
	}
	return NULL;
}

static bool read_version(struct tsm_policy *policy)
{
	const char *text;

	if (!tsm_json_has(policy->root, "min_spdm_version"))
		return true;
	if (!tsm_json_string(policy->root, "min_spdm_version", &text) || strlen(text) != 3 ||
	    memcmp(text, "1.", 2) || text[2] < '0' || text[2] > '3')
		return false;
	policy->min_version = 0x10 + text[2] - '0';
	return true;
}

static bool read_allow(struct tsm_policy *policy)
{
	struct json_object *allow;

	if (!json_object_object_get_ex(policy->root, "allow_unlisted", &allow))
		return true;
	policy->allow_unlisted = json_object_get_boolean(allow);
	return json_object_is_type(allow, json_type_boolean);
}

static int read_policy(struct tsm_policy *policy, const char *path, struct tsm_error *err)
{
	static const char *const known[] = {
		"schema", "version", "min_spdm_version", "hashes", "signatures", "names",
		"measurements", "allow_unlisted", "comment", NULL
	};
	const struct json_object *root = policy->root;
	const char *text;
	uint64_t version;

	if (!tsm_json_string(root, "schema", &text) || strcmp(text, SCHEMA) ||
	    !tsm_json_number(root, "version", UINT64_MAX, &version))
		return broken(path, "schema is not " SCHEMA ", or has no version", err);
	if (version != SCHEMA_VERSION)
		return tsm_fail(err, TSM_NO_SUPPORT, 0, "%s: version %llu is not known here",
				path, (unsigned long long)version);
	if (tsm_json_unknown(root, known))
		return broken(path, "has members that are not known", err);
	if (!read_version(policy))
		return broken(path, "min_spdm_version is none", err);
	if (!check_list(root, "hashes", is_hash) || !check_list(root, "signatures", is_asym))
		return broken(path, "hashes or signatures are no list of known algorithms", err);
	if (!check_list(root, "names", is_text))
		return broken(path, "names is no list of patterns", err);
	if (!read_allow(policy))
		return broken(path, "allow_unlisted is neither true nor false", err);
	text = check_measurements(root);
	return text ? broken(path, text, err) : 0;
}

struct tsm_policy *tsm_policy_load(const char *path, struct tsm_error *err)
{
	struct tsm_policy *policy = calloc(1, sizeof(*policy));

	if (!policy) {
		tsm_fail(err, TSM_FAILED, 0, "no memory");
		return NULL;
	}
	policy->root = tsm_json_read(AT_FDCWD, path, err);
	if (policy->root && !read_policy(policy, path, err))
		return policy;
	tsm_policy_free(policy);
	return NULL;
}

void tsm_policy_free(struct tsm_policy *policy)
{
	if (policy)
		json_object_put(policy->root);
	free(policy);
}

/*
 * Judging
 */

/* Is @name in a list, or is there no such list? */
static bool listed(const struct json_object *obj, const char *key, const char *name)
{
	struct json_object *list = list_of(obj, key);

	for (size_t i = 0; list && i < json_object_array_length(list); i++)
		if (!strcmp(json_object_get_string(json_object_array_get_idx(list, i)), name))
			return true;
	return !list;
}

static void judge_algorithms(const struct tsm_policy *policy, struct tsm_judge *j)
{
	if (!j->has_vca) {
		tsm_no(j, "there is no VCA to tell them");
		tsm_line(j, TSM_FAIL, "policy: version and algorithms");
		return;
	}
	if (policy->min_version) {
		tsm_check(j, j->vca.version >= policy->min_version ||
			  tsm_no(j, "1.%u is too old", j->vca.version & 0xfu),
			  "policy: SPDM version");
	}
	if (tsm_json_has(policy->root, "hashes"))
		tsm_check(j, listed(policy->root, "hashes", j->vca.hash->name) ||
			  tsm_no(j, "%s is not in the list", j->vca.hash->name),
			  "policy: hash");
	if (tsm_json_has(policy->root, "signatures"))
		tsm_check(j, listed(policy->root, "signatures", j->vca.asym->name) ||
			  tsm_no(j, "%s is not in the list", j->vca.asym->name),
			  "policy: signature");
}

static bool named(const struct json_object *list, const struct tsm_chain *chain)
{
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		struct json_object *item = json_object_array_get_idx(list, i);

		if (tsm_leaf_named(chain, json_object_get_string(item)))
			return true;
	}
	return false;
}

static void judge_names(const struct tsm_policy *policy, struct tsm_judge *j)
{
	struct json_object *list = list_of(policy->root, "names");
	bool any = false;

	for (unsigned int i = 0; list && i < TSM_SLOTS; i++) {
		const struct tsm_signer *signer = &j->signers[i];

		if (!signer->usable)
			continue;
		any = true;
		tsm_check(j, named(list, &signer->chain) ||
			  tsm_no(j, "the leaf has no name that is in the list"),
			  "policy: name in slot%u", i);
	}
	if (list && !any) {
		tsm_no(j, "there is no chain of a signer");
		tsm_line(j, TSM_FAIL, "policy: name");
	}
}

static bool row_is_for(const struct json_object *row, const struct tsm_block *block)
{
	uint64_t number;

	if (tsm_json_number(row, "index", INDEX_MAX, &number) && number != block->index)
		return false;
	return !tsm_json_number(row, "type", TYPE_MAX, &number) || number == block->type;
}

static bool accepted(const struct json_object *row, const char *key, const struct tsm_block *block)
{
	struct json_object *list = list_of(row, key);
	static uint8_t bytes[VALUE_MAX];

	for (size_t i = 0; list && i < json_object_array_length(list); i++) {
		const char *hex = json_object_get_string(json_object_array_get_idx(list, i));

		if (tsm_hex_bytes(hex, bytes, sizeof(bytes)) == block->len &&
		    !memcmp(bytes, block->value, block->len))
			return true;
	}
	return false;
}

static bool new_enough(const struct json_object *row, const struct tsm_block *block)
{
	uint64_t min, svn = 0;

	if (!tsm_json_number(row, "min_svn", UINT64_MAX, &min))
		return true;
	if (block->type != TYPE_SVN || !block->raw || block->len != SVN_SIZE)
		return false;
	for (int i = SVN_SIZE - 1; i >= 0; i--)
		svn = svn << 8 | block->value[i];
	return svn >= min;
}

static bool fulfilled(const struct json_object *row, const struct tsm_block *block)
{
	if (!new_enough(row, block))
		return false;
	if (!tsm_json_has(row, "digests") && !tsm_json_has(row, "values"))
		return true;
	return accepted(row, block->raw ? "values" : "digests", block);
}

/* A line for each of the first ones that are bad: there may be hundreds. */
static void bad_line(struct tsm_judge *j, unsigned int *bad, unsigned int index, const char *why)
{
	if ((*bad)++ >= BAD_MAX)
		return;
	tsm_no(j, "%s", why);
	tsm_line(j, TSM_FAIL, "policy: measurement %u", index);
}

static void note_type(struct tsm_verdict *v, unsigned int type, bool listed)
{
	if (type < 32)
		*(listed ? &v->listed : &v->unlisted) |= 1u << type;
}

static bool judge_block(const struct tsm_policy *policy, struct tsm_judge *j,
			const struct tsm_block *block, unsigned int *bad)
{
	struct json_object *list = list_of(policy->root, "measurements");
	bool any = false;

	for (size_t i = 0; list && i < json_object_array_length(list); i++) {
		const struct json_object *row = json_object_array_get_idx(list, i);

		if (!row_is_for(row, block))
			continue;
		any = true;
		if (fulfilled(row, block))
			continue;
		bad_line(j, bad, block->index, tsm_json_has(row, "min_svn") &&
			 !new_enough(row, block) ? "security version number is too low, or none" :
			 "value is none of those that are accepted");
		return false;
	}
	note_type(j->verdict, block->type, any);
	if (!any && !policy->allow_unlisted)
		bad_line(j, bad, block->index, "is not in the list");
	return any;
}

static void judge_missing(const struct json_object *row, struct tsm_judge *j, unsigned int *bad)
{
	uint64_t number = 0;

	for (unsigned int i = 0; i < j->verdict->nr_blocks; i++)
		if (row_is_for(row, &j->verdict->blocks[i]))
			return;
	if (tsm_json_number(row, "index", INDEX_MAX, &number)) {
		bad_line(j, bad, number, "is missing");
		return;
	}
	tsm_json_number(row, "type", TYPE_MAX, &number);
	if ((*bad)++ >= BAD_MAX)
		return;
	tsm_no(j, "there is none of type %u", (unsigned int)number);
	tsm_line(j, TSM_FAIL, "policy: measurements");
}

/* Who asked is not trusted, and may have left out the block that is not in the list. */
static void judge_complete(struct tsm_judge *j)
{
	bool there = j->ev->objects[TSM_MEASUREMENTS].there;
	bool nothing = j->has_vca && !(j->vca.caps & TSM_CAP_MEAS) && !there;

	if (nothing)
		tsm_no(j, "the device measures nothing");
	else if (!j->verdict->asked_all)
		tsm_no(j, there ? "not all were asked for" : "none were asked for");
	tsm_check(j, nothing || j->verdict->asked_all, "policy: no measurement is left out");
}

static void judge_measurements(const struct tsm_policy *policy, struct tsm_judge *j)
{
	struct json_object *list = list_of(policy->root, "measurements");
	unsigned int good = 0, bad = 0;

	for (unsigned int i = 0; i < j->verdict->nr_blocks; i++)
		good += judge_block(policy, j, &j->verdict->blocks[i], &bad);
	for (size_t i = 0; list && i < json_object_array_length(list); i++)
		judge_missing(json_object_array_get_idx(list, i), j, &bad);
	tsm_no(j, "%u of %u as they must be", good, j->verdict->nr_blocks);
	tsm_line(j, bad ? TSM_FAIL : TSM_PASS, "policy: measurements, all of them");
}

void tsm_policy_judge(const struct tsm_policy *policy, struct tsm_judge *j)
{
	judge_algorithms(policy, j);
	judge_names(policy, j);
	judge_measurements(policy, j);
	if (!policy->allow_unlisted)
		judge_complete(j);
}
