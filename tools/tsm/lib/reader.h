/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Bytes of somebody else, from front to back. Behind the end there is nothing but
 * zeros, and the reader knows that it was there.
 */
#ifndef TSM_READER_H
#define TSM_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tsm_reader {
	const uint8_t *at;
	size_t left;
	bool over;
};

static inline struct tsm_reader tsm_reader(const uint8_t *data, size_t len)
{
	return (struct tsm_reader) { .at = data, .left = len };
}

/* The next @len bytes, or NULL, and nothing is left then */
static inline const uint8_t *tsm_take(struct tsm_reader *r, size_t len)
{
	const uint8_t *bytes = r->at;

	if (r->over || len > r->left) {
		r->over = true;
		r->left = 0;
		return NULL;
	}
	r->at += len;
	r->left -= len;
	return bytes;
}

/* A number of 1 to 4 bytes, the lowest first, as all of SPDM's are */
static inline uint32_t tsm_take_le(struct tsm_reader *r, unsigned int bytes)
{
	const uint8_t *from = tsm_take(r, bytes);
	uint32_t number = 0;

	while (from && bytes--)
		number = number << 8 | from[bytes];
	return number;
}

#endif /* TSM_READER_H */
