// SPDX-License-Identifier: GPL-2.0
/*
 * Reading files of others, and the JSON in them.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "json-file.h"

#define DEPTH_MAX	8	/* of JSON: none of our files has more than five */
#define FIRST_ROOM	4096

static int fail_errno(struct tsm_error *err, const char *name, const char *what)
{
	int code = errno;

	return tsm_fail(err, tsm_exit_of(code), code, "%s: %s: %s", name, what, strerror(code));
}

static int open_file(int dir, const char *name, size_t max, struct tsm_error *err)
{
	/* O_NONBLOCK: a FIFO without a writer would be waited for */
	int flags = dir == AT_FDCWD ? O_RDONLY : O_RDONLY | O_NOFOLLOW | O_NONBLOCK;
	int fd = openat(dir, name, flags | O_CLOEXEC);
	struct stat st;

	if (fd < 0 && errno == ELOOP && dir != AT_FDCWD)
		return tsm_fail(err, TSM_BROKEN, 0, "%s: is a symbolic link", name);
	if (fd < 0)
		return fail_errno(err, name, "cannot be opened");
	if (fstat(fd, &st) < 0)
		fail_errno(err, name, "cannot be looked at");
	else if (S_ISDIR(st.st_mode) || (dir != AT_FDCWD && !S_ISREG(st.st_mode)))
		tsm_fail(err, TSM_BROKEN, 0, "%s: is no regular file", name);
	else if (S_ISREG(st.st_mode) && (uint64_t)st.st_size > max)
		tsm_fail(err, TSM_BROKEN, 0, "%s: has more than %zu bytes", name, max);
	else
		return fd;
	close(fd);
	return -1;
}

/* It may grow while it is read, or be a pipe: the size is known at the end only. */
static int read_all(int fd, const char *name, size_t max, struct tsm_bytes *bytes,
		    struct tsm_error *err)
{
	size_t room = 0;

	for (;;) {
		ssize_t got;

		if (bytes->len == room) {
			uint8_t *data;

			room = room ? 2 * room : FIRST_ROOM;
			data = realloc(bytes->data, room);
			if (!data)
				return tsm_fail(err, TSM_FAILED, ENOMEM, "%s: no memory", name);
			bytes->data = data;
		}
		got = read(fd, bytes->data + bytes->len, room - bytes->len);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return fail_errno(err, name, "cannot be read");
		if (!got)
			return 0;
		bytes->len += got;
		if (bytes->len > max)
			return tsm_fail(err, TSM_BROKEN, 0, "%s: has more than %zu bytes", name,
					max);
	}
}

int tsm_file_read(int dir, const char *name, size_t max, struct tsm_bytes *bytes,
		  struct tsm_error *err)
{
	int fd = open_file(dir, name, max, err);
	int ret;

	*bytes = (struct tsm_bytes) { 0 };
	if (fd < 0)
		return -1;
	ret = read_all(fd, name, max, bytes, err);
	close(fd);
	if (ret) {
		free(bytes->data);
		*bytes = (struct tsm_bytes) { 0 };
	}
	return ret;
}

static struct json_object *parse(const struct tsm_bytes *bytes)
{
	struct json_tokener *tok = json_tokener_new_ex(DEPTH_MAX);
	struct json_object *obj;

	if (!tok)
		return NULL;
	json_tokener_set_flags(tok, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	obj = json_tokener_parse_ex(tok, (const char *)bytes->data, bytes->len);
	if (json_tokener_get_error(tok) != json_tokener_success ||
	    !json_object_is_type(obj, json_type_object)) {
		json_object_put(obj);
		obj = NULL;
	}
	json_tokener_free(tok);
	return obj;
}

struct json_object *tsm_json_read(int dir, const char *name, struct tsm_error *err)
{
	struct json_object *obj = NULL;
	struct tsm_bytes bytes;

	if (tsm_file_read(dir, name, TSM_JSON_MAX, &bytes, err))
		return NULL;
	/* The parser would take a zero for the end, and not look behind it. */
	if (bytes.len && !memchr(bytes.data, 0, bytes.len))
		obj = parse(&bytes);
	if (!obj)
		tsm_fail(err, TSM_BROKEN, 0, "%s: is no JSON object", name);
	free(bytes.data);
	return obj;
}

bool tsm_json_has(const struct json_object *obj, const char *key)
{
	return json_object_object_get_ex(obj, key, NULL);
}

bool tsm_json_string(const struct json_object *obj, const char *key, const char **value)
{
	struct json_object *member;

	if (!json_object_object_get_ex(obj, key, &member) ||
	    !json_object_is_type(member, json_type_string))
		return false;
	*value = json_object_get_string(member);
	return strlen(*value) == (size_t)json_object_get_string_len(member);
}

bool tsm_json_number(const struct json_object *obj, const char *key, uint64_t max,
		     uint64_t *value)
{
	struct json_object *member;

	if (!json_object_object_get_ex(obj, key, &member) ||
	    !json_object_is_type(member, json_type_int) || json_object_get_int64(member) < 0)
		return false;
	*value = json_object_get_uint64(member);
	return *value <= max;
}

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

size_t tsm_hex_bytes(const char *hex, uint8_t *bytes, size_t max)
{
	size_t len = strlen(hex);

	if (!len || len % 2 || len / 2 > max)
		return 0;
	for (size_t i = 0; i < len / 2; i++) {
		int high = digit(hex[2 * i]), low = digit(hex[2 * i + 1]);

		if (high < 0 || low < 0)
			return 0;
		bytes[i] = high << 4 | low;
	}
	return len / 2;
}

bool tsm_json_hex(const struct json_object *obj, const char *key, uint8_t *bytes, size_t max,
		  size_t *len)
{
	const char *hex;

	if (!tsm_json_string(obj, key, &hex))
		return false;
	*len = tsm_hex_bytes(hex, bytes, max);
	return *len;
}

const char *tsm_json_unknown(const struct json_object *obj, const char *const *known)
{
	struct json_object_iterator it = json_object_iter_begin((struct json_object *)obj);
	struct json_object_iterator end = json_object_iter_end(obj);

	for (; !json_object_iter_equal(&it, &end); json_object_iter_next(&it)) {
		const char *key = json_object_iter_peek_name(&it);
		const char *const *k = known;

		while (*k && strcmp(*k, key))
			k++;
		if (!*k)
			return key;
	}
	return NULL;
}
