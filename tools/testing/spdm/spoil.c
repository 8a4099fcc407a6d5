// SPDX-License-Identifier: GPL-2.0
/*
 * Spoil good answers as a fuzzer's input says. Most values of its first byte
 * leave the answer alone, so that conversations get somewhere.
 */
#include <errno.h>

#include "spoil.h"

static long flip(struct feed *f, unsigned int times, uint8_t *rsp, size_t len)
{
	while (len && times--) {
		size_t at = feed16(f) % len;

		rsp[at] ^= feed8(f) ?: 0xff;
	}
	return len;
}

static long grow(struct feed *f, uint8_t *rsp, size_t len, size_t size)
{
	size_t more = feed8(f);

	if (more > size - len)
		more = size - len;
	memset(rsp + len, 0, more);
	return len + more;
}

static long raw(struct feed *f, uint8_t *rsp, size_t size)
{
	size_t len = feed16(f);

	return feed_bytes(f, rsp, len < size ? len : size);
}

static long error(struct feed *f, uint8_t version, uint8_t *rsp)
{
	rsp[0] = version;
	rsp[1] = 0x7f;
	rsp[2] = feed8(f);
	rsp[3] = feed8(f);
	return 4 + feed_bytes(f, rsp + 4, feed8(f) % 33);
}

static long replay(struct spoil *s, uint8_t *rsp, size_t size)
{
	size_t len = s->last_len < size ? s->last_len : size;

	memcpy(rsp, s->last, len);
	return len;
}

static long choose(struct spoil *s, struct feed *f, uint8_t version, uint8_t *rsp, size_t len,
		   size_t size)
{
	uint8_t how = feed8(f);
	size_t n;

	switch (how & 0xf8) {
	case SPOIL_FLIP:
		return flip(f, 1 + (how & 7), rsp, len);
	case SPOIL_CUT:
		n = feed8(f);
		return n < len ? len - n : 0;
	case SPOIL_CUT_TO:
		n = feed8(f);
		return n < len ? n : len;
	case SPOIL_GROW:
		return grow(f, rsp, len, size);
	case SPOIL_RAW:
		return raw(f, rsp, size);
	case SPOIL_ERROR:
		return error(f, version, rsp);
	case SPOIL_REPLAY:
		return replay(s, rsp, size);
	case SPOIL_FAIL:
		return -EIO;
	default:
		return len;
	}
}

long spoil(struct spoil *s, struct feed *f, uint8_t version, uint8_t *rsp, size_t len, size_t size)
{
	uint8_t good[sizeof(s->last)];
	size_t keep = len < sizeof(good) ? len : sizeof(good);

	memcpy(good, rsp, keep);
	len = choose(s, f, version, rsp, len, size);
	memcpy(s->last, good, keep);
	s->last_len = keep;
	return len;
}
