/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Files of others, and JSON in them: nothing is believed of its type, its size or
 * its range. Messages name places, and never repeat what was found there.
 */
#ifndef TSM_JSON_FILE_H
#define TSM_JSON_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <json-c/json.h>

#include "error.h"

#define TSM_JSON_MAX	(1u << 20)

/**
 * struct tsm_bytes - bytes from malloc()
 * @data: the bytes
 * @len: how many
 */
struct tsm_bytes {
	uint8_t *data;
	size_t len;
};

/*
 * All of a file, at most @max bytes. One of a directory (@dir) is a regular file
 * of that directory, not a link to another; without a directory (AT_FDCWD) it is
 * what the user named, whatever that is. 0 or -1.
 */
int tsm_file_read(int dir, const char *name, size_t max, struct tsm_bytes *bytes,
		  struct tsm_error *err);
/* A file that is one JSON object, for json_object_put(); or NULL */
struct json_object *tsm_json_read(int dir, const char *name, struct tsm_error *err);

/* A member: false if it is not there, or of another type, or no C string */
bool tsm_json_string(const struct json_object *obj, const char *key, const char **value);
/* The same, for a number from 0 to @max */
bool tsm_json_number(const struct json_object *obj, const char *key, uint64_t max,
		     uint64_t *value);
/* The same, for bytes in hexadecimal, 1 to @max of them */
bool tsm_json_hex(const struct json_object *obj, const char *key, uint8_t *bytes, size_t max,
		  size_t *len);
bool tsm_json_has(const struct json_object *obj, const char *key);
/* Bytes of a hexadecimal string, 1 to @max; 0 if it is not one */
size_t tsm_hex_bytes(const char *hex, uint8_t *bytes, size_t max);
/* A key of @obj that is not in @known, which ends with NULL; or NULL */
const char *tsm_json_unknown(const struct json_object *obj, const char *const *known);

#endif /* TSM_JSON_FILE_H */
