// SPDX-License-Identifier: GPL-2.0
/*
 * Evidence as a directory: evidence.json and a file for each object, which is named
 * by its type.
 *
 * Who reads one takes it for the work of an enemy: no name is followed out of it, no
 * size is believed. Who writes one removes evidence.json first and puts it there
 * last, so that what was not finished has none.
 */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "evidence.h"
#include "json-file.h"

#define SCHEMA		"pci-tsm-evidence"
#define SCHEMA_VERSION	1
#define INDEX		"evidence.json"
#define NAME_ROOM	32	/* for names of files, which are ours */

static const char *const versions[] = { "1.0", "1.1", "1.2", "1.3" };

static void file_name(unsigned int type, char *name)
{
	snprintf(name, NAME_ROOM, "%s.bin", tsm_type_name(type));
}

/*
 * Writing
 */

static int fail_write(struct tsm_error *err, const char *name)
{
	int code = errno;

	return tsm_fail(err, tsm_exit_of(code), code, "%s: cannot be written: %s", name,
			strerror(code));
}

static int write_all(int fd, const uint8_t *data, size_t len)
{
	while (len) {
		ssize_t done = write(fd, data, len);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return -1;
		data += done;
		len -= done;
	}
	return fsync(fd);
}

/* Under another name first: under its own it is whole, or not there. */
static int write_file(int dir, const char *name, const void *data, size_t len,
		      struct tsm_error *err)
{
	char part[NAME_ROOM + 8];
	int fd, ret;

	snprintf(part, sizeof(part), "%s.part", name);
	unlinkat(dir, part, 0);
	fd = openat(dir, part, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
	if (fd < 0)
		return fail_write(err, name);
	ret = write_all(fd, data, len);
	if (!ret)
		ret = renameat(dir, part, dir, name);
	if (ret)
		ret = fail_write(err, name);
	close(fd);
	if (ret)
		unlinkat(dir, part, 0);
	return ret;
}

static void add_hex(struct json_object *obj, const char *key, const uint8_t *bytes, size_t len)
{
	char hex[2 * TSM_DIGEST_MAX + 1];

	for (size_t i = 0; i < len; i++)
		snprintf(hex + 2 * i, 3, "%02x", bytes[i]);
	if (len)
		json_object_object_add(obj, key, json_object_new_string(hex));
}

static struct json_object *describe_object(unsigned int type, const struct tsm_object *from)
{
	struct json_object *obj = json_object_new_object();
	char name[NAME_ROOM];

	file_name(type, name);
	json_object_object_add(obj, "type", json_object_new_string(tsm_type_name(type)));
	json_object_object_add(obj, "file", json_object_new_string(name));
	json_object_object_add(obj, "length", json_object_new_uint64(from->len));
	add_hex(obj, "digest", from->digest, from->digest_len);
	json_object_object_add(obj, "record_offset",
			       json_object_new_uint64(from->record_offset));
	json_object_object_add(obj, "record_length", json_object_new_uint64(from->record_len));
	if (from->slot >= 0)
		json_object_object_add(obj, "slot", json_object_new_int(from->slot));
	if (from->has_nonce)
		add_hex(obj, "nonce", from->nonce, sizeof(from->nonce));
	return obj;
}

static struct json_object *describe(const struct tsm_evidence *ev)
{
	struct json_object *obj = json_object_new_object(), *list = json_object_new_array();
	bool known = ev->spdm_version >= 0x10 && ev->spdm_version <= 0x13;
	const char *version = known ? versions[ev->spdm_version & 3] : "";

	json_object_object_add(obj, "schema", json_object_new_string(SCHEMA));
	json_object_object_add(obj, "version", json_object_new_int(SCHEMA_VERSION));
	json_object_object_add(obj, "device", json_object_new_string(ev->device));
	json_object_object_add(obj, "generation", json_object_new_uint64(ev->generation));
	json_object_object_add(obj, "spdm_version", json_object_new_string(version));
	json_object_object_add(obj, "hash", json_object_new_string(ev->hash));
	json_object_object_add(obj, "signature", json_object_new_string(ev->signature));
	for (unsigned int i = 0; i < TSM_TYPES; i++)
		if (ev->objects[i].there)
			json_object_array_add(list, describe_object(i, &ev->objects[i]));
	json_object_object_add(obj, "objects", list);
	return obj;
}

static int write_index(int dir, const struct tsm_evidence *ev, struct tsm_error *err)
{
	struct json_object *obj = describe(ev);
	const char *text = json_object_to_json_string_ext(obj, JSON_C_TO_STRING_PRETTY);
	size_t len = strlen(text);
	char *line = malloc(len + 2);
	int ret;

	if (line) {
		snprintf(line, len + 2, "%s\n", text);
		ret = write_file(dir, INDEX, line, len + 1, err);
	} else {
		ret = tsm_fail(err, TSM_FAILED, ENOMEM, "no memory");
	}
	free(line);
	json_object_put(obj);
	return ret;
}

/* Before anything of what was in the directory goes away */
static int check_objects(const struct tsm_evidence *ev, struct tsm_error *err)
{
	for (unsigned int i = 0; i < TSM_TYPES; i++) {
		const struct tsm_object *obj = &ev->objects[i];

		if (obj->there && (!obj->data || !obj->len))
			return tsm_fail(err, TSM_USAGE, 0, "%s: its bytes were not read",
					tsm_type_name(i));
	}
	return 0;
}

static int write_objects(int dir, const struct tsm_evidence *ev, struct tsm_error *err)
{
	char name[NAME_ROOM];

	for (unsigned int i = 0; i < TSM_TYPES; i++) {
		const struct tsm_object *obj = &ev->objects[i];

		file_name(i, name);
		if (!obj->there) {
			/* Of evidence that was here before */
			unlinkat(dir, name, 0);
			continue;
		}
		if (write_file(dir, name, obj->data, obj->len, err))
			return -1;
	}
	return 0;
}

static int open_dir(const char *path, struct tsm_error *err)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		tsm_fail(err, tsm_exit_of(errno), errno, "%s: %s", path, strerror(errno));
	return fd;
}

int tsm_evidence_save(const struct tsm_evidence *ev, const char *path, struct tsm_error *err)
{
	int dir, ret;

	if (check_objects(ev, err))
		return -1;
	if (mkdir(path, 0777) < 0 && errno != EEXIST)
		return tsm_fail(err, tsm_exit_of(errno), errno, "%s: cannot be made: %s", path,
				strerror(errno));
	dir = open_dir(path, err);
	if (dir < 0)
		return -1;
	if (unlinkat(dir, INDEX, 0) < 0 && errno != ENOENT)
		ret = fail_write(err, INDEX);
	else
		ret = write_objects(dir, ev, err);
	if (!ret && fsync(dir) < 0)
		ret = fail_write(err, path);
	if (!ret)
		ret = write_index(dir, ev, err);
	if (!ret && fsync(dir) < 0)
		ret = fail_write(err, path);
	close(dir);
	return ret;
}

/*
 * Reading
 */

static int broken(struct tsm_error *err, const char *what)
{
	return tsm_fail(err, TSM_BROKEN, 0, INDEX ": %s", what);
}

/* Names come to people's terminals: only what names of devices and algorithms have */
static bool read_name(const struct json_object *obj, const char *key, char *name)
{
	const char *text;

	if (!tsm_json_string(obj, key, &text) || strlen(text) >= TSM_NAME_MAX)
		return false;
	for (const char *c = text; *c; c++)
		if (!isascii(*c) || (!isalnum(*c) && !strchr("-_.:", *c)))
			return false;
	strcpy(name, text);
	return true;
}

static bool read_version(const struct json_object *obj, uint8_t *version)
{
	const char *text;

	if (!tsm_json_string(obj, "spdm_version", &text))
		return false;
	*version = 0;
	if (!*text)
		return true;
	for (unsigned int i = 0; i < sizeof(versions) / sizeof(versions[0]); i++)
		if (!strcmp(versions[i], text))
			*version = 0x10 + i;
	return *version;
}

/* What says of which device all of this is */
static int read_head(const struct json_object *root, struct tsm_evidence *ev,
		     struct tsm_error *err)
{
	const char *schema;
	uint64_t version;

	if (!tsm_json_string(root, "schema", &schema) || strcmp(schema, SCHEMA))
		return broken(err, "schema is not " SCHEMA);
	if (!tsm_json_number(root, "version", UINT64_MAX, &version))
		return broken(err, "version is missing, or no number");
	if (version != SCHEMA_VERSION)
		return tsm_fail(err, TSM_NO_SUPPORT, 0, INDEX ": version %llu is not known here",
				(unsigned long long)version);
	if (!read_name(root, "device", ev->device))
		return broken(err, "device is missing, or no name of a device");
	if (!tsm_json_number(root, "generation", UINT64_MAX, &ev->generation))
		return broken(err, "generation is missing, or no number");
	if (!read_version(root, &ev->spdm_version))
		return broken(err, "spdm_version is missing, or not known");
	if (!read_name(root, "hash", ev->hash))
		return broken(err, "hash is missing, or no name of an algorithm");
	if (!read_name(root, "signature", ev->signature))
		return broken(err, "signature is missing, or no name of an algorithm");
	return 0;
}

/* The members of an object that need not be there */
static const char *read_options(const struct json_object *item, struct tsm_object *obj)
{
	uint64_t number;
	size_t len;

	obj->slot = -1;
	if (tsm_json_has(item, "digest") &&
	    !tsm_json_hex(item, "digest", obj->digest, sizeof(obj->digest), &obj->digest_len))
		return "digest is none";
	if (tsm_json_has(item, "record_offset")) {
		if (!tsm_json_number(item, "record_offset", obj->len, &number))
			return "record_offset is behind the object";
		obj->record_offset = number;
	}
	if (tsm_json_has(item, "record_length")) {
		if (!tsm_json_number(item, "record_length", obj->len - obj->record_offset,
				     &number))
			return "record_length is more than there is";
		obj->record_len = number;
	}
	if (tsm_json_has(item, "slot")) {
		if (!tsm_json_number(item, "slot", TSM_SLOTS - 1, &number))
			return "slot is none";
		obj->slot = number;
	}
	if (tsm_json_has(item, "nonce")) {
		if (!tsm_json_hex(item, "nonce", obj->nonce, sizeof(obj->nonce), &len) ||
		    len != sizeof(obj->nonce))
			return "nonce is none";
		obj->has_nonce = true;
	}
	return NULL;
}

static int read_bytes(int dir, unsigned int type, struct tsm_object *obj, struct tsm_error *err)
{
	struct tsm_bytes bytes;
	char name[NAME_ROOM];

	file_name(type, name);
	if (tsm_file_read(dir, name, obj->len, &bytes, err))
		return -1;
	obj->data = bytes.data;
	if (bytes.len != obj->len)
		return tsm_fail(err, TSM_BROKEN, 0, "%s: has %zu bytes, and not %zu", name,
				bytes.len, obj->len);
	return 0;
}

static int read_object(int dir, const struct json_object *item, struct tsm_evidence *ev,
		       struct tsm_error *err)
{
	const char *text, *file, *wrong;
	struct tsm_object *obj;
	char name[NAME_ROOM];
	uint64_t len;
	int type;

	if (!json_object_is_type(item, json_type_object))
		return broken(err, "what is in objects is no object");
	type = tsm_json_string(item, "type", &text) ? tsm_type_of(text) : -1;
	if (type < 0)
		return broken(err, "type of an object is missing, or not known");
	obj = &ev->objects[type];
	if (obj->there)
		return tsm_fail(err, TSM_BROKEN, 0, INDEX ": %s is there twice", text);
	file_name(type, name);
	if (!tsm_json_string(item, "file", &file) || strcmp(file, name))
		return tsm_fail(err, TSM_BROKEN, 0, INDEX ": file of %s is not %s", text, name);
	if (!tsm_json_number(item, "length", TSM_OBJECT_MAX, &len) || !len)
		return tsm_fail(err, TSM_BROKEN, 0, INDEX ": length of %s is none", text);
	obj->there = true;
	obj->len = len;
	wrong = read_options(item, obj);
	if (wrong)
		return tsm_fail(err, TSM_BROKEN, 0, INDEX ": %s: %s", text, wrong);
	return read_bytes(dir, type, obj, err);
}

static int read_all(int dir, const struct json_object *root, struct tsm_evidence *ev,
		    struct tsm_error *err)
{
	struct json_object *list;

	if (read_head(root, ev, err))
		return -1;
	if (!json_object_object_get_ex(root, "objects", &list) ||
	    !json_object_is_type(list, json_type_array))
		return broken(err, "objects is missing, or no list");
	for (size_t i = 0; i < json_object_array_length(list); i++)
		if (read_object(dir, json_object_array_get_idx(list, i), ev, err))
			return -1;
	return 0;
}

int tsm_evidence_load(struct tsm_evidence *ev, const char *path, struct tsm_error *err)
{
	struct json_object *root;
	int dir, ret = -1;

	memset(ev, 0, sizeof(*ev));
	dir = open_dir(path, err);
	if (dir < 0)
		return -1;
	root = tsm_json_read(dir, INDEX, err);
	if (root)
		ret = read_all(dir, root, ev, err);
	json_object_put(root);
	close(dir);
	if (ret)
		tsm_evidence_free(ev);
	return ret;
}
