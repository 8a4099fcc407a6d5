// SPDX-License-Identifier: GPL-2.0
/*
 * Digests of objects: from somebody who is trusted, which is the TSM of a guest, in a
 * file; and those beside the objects, which only tell what got damaged on the way.
 *
 *	{ "hash": "SHA-384", "digests": { "slot0": "01ab...", ... } }
 *
 * or what "tsmctl --json evidence DEV --digests" prints.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "json-file.h"
#include "judge.h"

struct tsm_digests {
	const struct tsm_hash *hash;
	unsigned int there;
	uint8_t of[TSM_TYPES][TSM_DIGEST_MAX];
};

static int broken(const char *path, const char *what, struct tsm_error *err)
{
	return tsm_fail(err, TSM_BROKEN, 0, "%s: %s", path, what);
}

/* The hash comes first: it says how long the digests are. */
static bool read_hash(struct tsm_digests *digests, const struct json_object *root)
{
	const char *name;

	digests->hash = tsm_json_string(root, "hash", &name) ? tsm_hash_named(name) : NULL;
	return digests->hash;
}

/* The digest of an object of @type, which is @key of @from; NULL, or what is wrong */
static const char *read_digest(struct tsm_digests *digests, int type,
			       const struct json_object *from, const char *key)
{
	size_t len;

	if (type < 0)
		return "digest of a type that is not known";
	if (digests->there & 1u << type)
		return "digest of a type that is there twice";
	if (!tsm_json_hex(from, key, digests->of[type], TSM_DIGEST_MAX, &len) ||
	    len != digests->hash->size)
		return "digest that is none of that hash";
	digests->there |= 1u << type;
	return NULL;
}

static const char *read_table(struct tsm_digests *digests, const struct json_object *root)
{
	static const char *const known[] = { "hash", "digests", NULL };
	struct json_object *list;

	if (tsm_json_unknown(root, known))
		return "has members that are not known";
	if (!json_object_object_get_ex(root, "digests", &list) ||
	    !json_object_is_type(list, json_type_object))
		return "digests is missing, or no object";
	json_object_object_foreach(list, name, value) {
		const char *wrong = read_digest(digests, tsm_type_of(name), list, name);

		(void)value;
		if (wrong)
			return wrong;
	}
	return NULL;
}

/* Members that are new there do not change its version, and are none of ours. */
static const char *read_document(struct tsm_digests *digests, const struct json_object *root)
{
	const char *text, *wrong;
	struct json_object *list;
	uint64_t version;

	if (!tsm_json_string(root, "schema", &text) || strcmp(text, "tsmctl") ||
	    !tsm_json_number(root, "version", 1, &version) || version != 1 ||
	    !tsm_json_string(root, "command", &text) || strcmp(text, "evidence"))
		return "is no document of tsmctl evidence";
	if (!json_object_object_get_ex(root, "objects", &list) ||
	    !json_object_is_type(list, json_type_array))
		return "objects is missing, or no list";
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		const struct json_object *item = json_object_array_get_idx(list, i);

		if (!json_object_is_type(item, json_type_object) ||
		    !tsm_json_string(item, "type", &text))
			return "an object has no type";
		if (!tsm_json_has(item, "digest"))
			continue;
		wrong = read_digest(digests, tsm_type_of(text), item, "digest");
		if (wrong)
			return wrong;
	}
	return NULL;
}

static int read_digests(struct tsm_digests *digests, const struct json_object *root,
			const char *path, struct tsm_error *err)
{
	const char *wrong;

	if (!read_hash(digests, root))
		return broken(path, "hash is missing, or not known", err);
	wrong = tsm_json_has(root, "schema") ? read_document(digests, root) :
					       read_table(digests, root);
	if (!wrong && !digests->there)
		wrong = "has no digest";
	return wrong ? broken(path, wrong, err) : 0;
}

struct tsm_digests *tsm_digests_load(const char *path, struct tsm_error *err)
{
	struct json_object *root = tsm_json_read(AT_FDCWD, path, err);
	struct tsm_digests *digests;

	if (!root)
		return NULL;
	digests = calloc(1, sizeof(*digests));
	if (!digests) {
		tsm_fail(err, TSM_FAILED, 0, "no memory");
	} else if (read_digests(digests, root, path, err)) {
		free(digests);
		digests = NULL;
	}
	json_object_put(root);
	return digests;
}

void tsm_digests_free(struct tsm_digests *digests)
{
	free(digests);
}

static bool fits(const struct tsm_hash *hash, const struct tsm_object *obj, const uint8_t *digest)
{
	uint8_t own[TSM_DIGEST_MAX];

	return tsm_digest(hash, obj->data, obj->len, own) && !memcmp(own, digest, hash->size);
}

void tsm_digests_judge(const struct tsm_digests *digests, struct tsm_judge *j)
{
	for (unsigned int i = 0; i < TSM_TYPES; i++) {
		const struct tsm_object *obj = &j->ev->objects[i];
		bool good;

		if (!(digests->there & 1u << i))
			continue;
		if (!obj->there || !obj->data) {
			tsm_no(j, "the object is not in the evidence");
			tsm_line(j, TSM_NOT_CHECKED, "%s: digest from the file", tsm_type_name(i));
			continue;
		}
		good = fits(digests->hash, obj, digests->of[i]);
		if (good)
			j->covered |= 1u << i;
		else
			tsm_no(j, "the object has another one");
		tsm_check(j, good, "%s: digest from the file", tsm_type_name(i));
	}
}

void tsm_digests_own(struct tsm_judge *j)
{
	const struct tsm_hash *hash = j->has_vca ? j->vca.hash : tsm_hash_named(j->ev->hash);
	unsigned int good = 0, bad = 0;

	for (unsigned int i = 0; i < TSM_TYPES; i++) {
		const struct tsm_object *obj = &j->ev->objects[i];

		if (!obj->there || !obj->data || !obj->digest_len)
			continue;
		if (hash && obj->digest_len == hash->size && fits(hash, obj, obj->digest)) {
			good++;
			continue;
		}
		bad++;
		tsm_no(j, hash ? "the object has another one" : "of no known hash");
		tsm_line(j, TSM_FAIL, "%s: digest beside it", tsm_type_name(i));
	}
	if (good && !bad)
		tsm_line(j, TSM_PASS, "digests beside the objects");
}
