/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What tests and fuzzers have in place of a host with devices.
 */
#ifndef TSM_FAKE_H
#define TSM_FAKE_H

#include "../serve.h"

/* 3 has ...:01 as its 05.0 and ...:02 under the host's name only */
#define FAKE_CID	3
#define FAKE_GUEST	"0000:00:05.0"
#define FAKE_HOST	"0010:01:00.0"
#define FAKE_PLAIN	"0010:02:00.0"
#define FAKE_OTHER	"0010:03:00.0"	/* is another VM's */
#define FAKE_BIG	200000		/* bytes of slot 0's chain */

extern const struct vm fake_vm;
extern const struct limits fake_limits;

/* For struct collector: evidence of any device; @priv may point to a nonce to answer over */
int fake_collect(struct collector *collector, const char *device, const struct wire_get *get,
		 struct tsm_evidence *ev, struct tsm_error *err);
/* Byte @at of the object of @type */
uint8_t fake_byte(unsigned int type, size_t at);

/**
 * struct memory - a stream that is a buffer
 * @in: what comes
 * @in_len: bytes of it that are left
 * @out: what went, unless NULL
 * @out_len: bytes of it
 * @out_size: room
 */
struct memory {
	const uint8_t *in;
	size_t in_len;
	uint8_t *out;
	size_t out_len;
	size_t out_size;
};

/* Set @stream up for @memory */
void stream_of_memory(struct stream *stream, struct memory *memory);

#endif /* TSM_FAKE_H */
