// SPDX-License-Identifier: GPL-2.0
/*
 * Cursors over messages: one that reads what was received, and one that makes
 * an answer and remembers which field is where. Both keep their first error, so
 * that whoever uses them asks once, at the end. Integers are little-endian.
 */
#include <string.h>

#include "dsm.h"

void dsm_in_init(struct dsm_in *in, const void *data, size_t len)
{
	*in = (struct dsm_in){ .pos = data, .left = len };
}

/* @len bytes of the message, or NULL, and nothing more comes after that */
const uint8_t *dsm_get(struct dsm_in *in, size_t len)
{
	const uint8_t *pos = in->pos;

	if (in->bad || len > in->left) {
		in->bad = true;
		in->left = 0;
		return NULL;
	}
	in->pos += len;
	in->left -= len;
	return pos;
}

static uint64_t dsm_get_le(struct dsm_in *in, unsigned int bytes)
{
	const uint8_t *p = dsm_get(in, bytes);
	uint64_t val = 0;

	if (!p)
		return 0;

	while (bytes--)
		val = val << 8 | p[bytes];
	return val;
}

uint8_t dsm_get8(struct dsm_in *in)
{
	return dsm_get_le(in, 1);
}

uint16_t dsm_get16(struct dsm_in *in)
{
	return dsm_get_le(in, 2);
}

uint32_t dsm_get32(struct dsm_in *in)
{
	return dsm_get_le(in, 4);
}

uint64_t dsm_get64(struct dsm_in *in)
{
	return dsm_get_le(in, 8);
}

void dsm_out_init(struct dsm_out *out, void *buf, size_t size, struct dsm_fields *fields)
{
	*out = (struct dsm_out){ .buf = buf, .size = size, .fields = fields };
	if (fields)
		fields->nr = 0;
}

/* Fields beyond DSM_FIELDS_MAX are in the message, and have no name. */
static void dsm_out_name(struct dsm_out *out, const char *field, size_t len)
{
	struct dsm_fields *fields = out->fields;

	if (!field || !len || !fields || fields->nr >= DSM_FIELDS_MAX)
		return;

	fields->field[fields->nr++] = (struct dsm_field){
		.name = field, .offset = out->len, .len = len,
	};
}

void dsm_put(struct dsm_out *out, const char *field, const void *data, size_t len)
{
	if (out->bad || len > out->size - out->len) {
		out->bad = true;
		return;
	}
	if (!len)
		return;

	dsm_out_name(out, field, len);
	memcpy(out->buf + out->len, data, len);
	out->len += len;
}

static void dsm_put_le(struct dsm_out *out, const char *field, uint64_t val, unsigned int bytes)
{
	uint8_t le[sizeof(val)];

	for (unsigned int i = 0; i < bytes; i++)
		le[i] = val >> (8 * i);
	dsm_put(out, field, le, bytes);
}

void dsm_put8(struct dsm_out *out, const char *field, uint8_t val)
{
	dsm_put_le(out, field, val, 1);
}

void dsm_put16(struct dsm_out *out, const char *field, uint16_t val)
{
	dsm_put_le(out, field, val, 2);
}

void dsm_put32(struct dsm_out *out, const char *field, uint32_t val)
{
	dsm_put_le(out, field, val, 4);
}

void dsm_put64(struct dsm_out *out, const char *field, uint64_t val)
{
	dsm_put_le(out, field, val, 8);
}
