// SPDX-License-Identifier: GPL-2.0
/*
 * Digests of objects: from somebody who is trusted, which is the TSM of a guest, in a
 * file; and those beside the objects, which only tell what got damaged on the way.
 *
 *	{ "hash": "SHA-384", "digests": { "slot0": "01ab...", ... } }
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

static int read_digests(struct tsm_digests *digests, const struct json_object *root,
			const char *path, struct tsm_error *err)
{
	static const char *const known[] = { "hash", "digests", NULL };
	struct json_object *list;
	const char *name;

	if (tsm_json_unknown(root, known))
		return broken(path, "has members that are not known", err);
	digests->hash = tsm_json_string(root, "hash", &name) ? tsm_hash_named(name) : NULL;
	if (!digests->hash)
		return broken(path, "hash is missing, or not known", err);
	if (!json_object_object_get_ex(root, "digests", &list) ||
	    !json_object_is_type(list, json_type_object) || !json_object_object_length(list))
		return broken(path, "digests is missing, or empty", err);
	json_object_object_foreach(list, type_name, value) {
		int type = tsm_type_of(type_name);
		size_t len;

		(void)value;
		if (type < 0)
			return broken(path, "digest of a type that is not known", err);
		if (!tsm_json_hex(list, type_name, digests->of[type], TSM_DIGEST_MAX, &len) ||
		    len != digests->hash->size)
			return broken(path, "digest that is none of that hash", err);
		digests->there |= 1u << type;
	}
	return 0;
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
