/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a fuzzer's input does to a good answer. An input is a list of decisions,
 * and these bytes begin one: what they say is part of the seeds.
 */
#ifndef __SPDM_SPOIL_H
#define __SPDM_SPOIL_H

#include "feed.h"

#define SPOIL_FLIP	0x80	/* and above: the low bits say how many flips */
#define SPOIL_CUT	0xa0	/* then how many bytes, from the end */
#define SPOIL_CUT_TO	0xa8	/* then how many bytes are left */
#define SPOIL_GROW	0xb0	/* then how many bytes */
#define SPOIL_RAW	0xc0	/* then a length of 16 bits, and that many bytes */
#define SPOIL_ERROR	0xd0	/* then code, data and the number of more bytes */
#define SPOIL_REPLAY	0xe0	/* the answer before */
#define SPOIL_FAIL	0xf0	/* the transport fails */
#define SPOIL_NONE	0xff

/**
 * struct spoil - what was said before
 * @last: the answer before
 * @last_len: its bytes
 */
struct spoil {
	uint8_t last[4096];
	size_t last_len;
};

/* Spoils the answer, or not: new length, or a negative errno. @version is for an ERROR. */
long spoil(struct spoil *s, struct feed *f, uint8_t version, uint8_t *rsp, size_t len,
	   size_t size);

#endif /* __SPDM_SPOIL_H */
