/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A fuzzer's input, as a source of small decisions: zeros when it is used up.
 */
#ifndef __SPDM_FEED_H
#define __SPDM_FEED_H

#include <stdint.h>
#include <string.h>

struct feed {
	const uint8_t *pos;
	size_t left;
};

static inline uint8_t feed8(struct feed *f)
{
	if (!f->left)
		return 0;
	f->left--;
	return *f->pos++;
}

static inline uint16_t feed16(struct feed *f)
{
	uint16_t low = feed8(f);

	return low | feed8(f) << 8;
}

/* As many of @len bytes as there are: their number */
static inline size_t feed_bytes(struct feed *f, void *to, size_t len)
{
	if (len > f->left)
		len = f->left;
	if (len)
		memcpy(to, f->pos, len);
	f->pos += len;
	f->left -= len;
	return len;
}

#endif /* __SPDM_FEED_H */
