// SPDX-License-Identifier: GPL-2.0
/*
 * Messages to bytes and back: each type at each length that it does not have, with each
 * field that does not fit, and one against bytes that were written down by hand.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../wire.h"
#include "tap.h"

#define NR(a) (sizeof(a) / sizeof((a)[0]))

static const uint8_t data[] = { 1, 2, 3, 4, 5 };

static const struct wire_msg samples[] = {
	{ .type = WIRE_HELLO, .hello = { 1, 3 } },
	{ .type = WIRE_LIST },
	{ .type = WIRE_GET, .get = { .nonce = { 7 }, .types = 0x301, .slot = -1,
				     .device = "0000:00:05.0" } },
	{ .type = WIRE_GET, .get = { .types = 0x80, .slot = 7, .device = "x" } },
	{ .type = WIRE_WELCOME, .welcome = { 1 } },
	{ .type = WIRE_DEVICE, .device = { .host = "0010:01:00.0" } },
	{ .type = WIRE_DEVICE, .device = { "0000:00:05.0", "0010:01:00.0" } },
	{ .type = WIRE_EVIDENCE, .evidence = { .generation = 1ull << 40, .spdm_version = 0x12,
		.device = "0010:01:00.0", .hash = "SHA-384", .signature = "ECDSA-P384" } },
	{ .type = WIRE_OBJECT, .object = { .type = TSM_MEASUREMENTS, .head = {
		.there = true, .len = 100, .record_offset = 10, .record_len = 90, .slot = 2,
		.digest_len = 48, .digest = { 9 }, .has_nonce = true, .nonce = { 5 } } } },
	{ .type = WIRE_OBJECT, .object = { .type = TSM_SLOT0, .head = {
		.there = true, .len = TSM_OBJECT_MAX, .record_offset = TSM_OBJECT_MAX,
		.slot = -1 } } },
	{ .type = WIRE_PIECE, .piece = { .type = TSM_VCA, .offset = 77, .data = data,
					 .len = sizeof(data) } },
	{ .type = WIRE_DONE, .done = { 3 } },
	{ .type = WIRE_ERROR, .error = { TSM_BUSY, EBUSY, "later" } },
};

/* A buffer that ends where its bytes do, so that ASAN sees what reads beyond */
static int decode_exact(const uint8_t *buf, size_t len, struct wire_msg *msg)
{
	uint8_t *copy = malloc(len ? len : 1);
	int ret;

	if (len)
		memcpy(copy, buf, len);
	ret = wire_decode(copy, len, msg);
	/* It would point to what is freed here */
	if (!ret && msg->type == WIRE_PIECE && memcmp(msg->piece.data, data, msg->piece.len))
		ret = 1;
	msg->piece.data = msg->type == WIRE_PIECE ? data : msg->piece.data;
	free(copy);
	return ret;
}

static bool same(const struct wire_msg *a, const struct wire_msg *b)
{
	uint8_t x[1024], y[1024];
	ssize_t n = wire_encode(a, x, sizeof(x));

	return n > 0 && n == wire_encode(b, y, sizeof(y)) && !memcmp(x, y, n);
}

static void test_round_trip(const struct wire_msg *msg, size_t nr)
{
	struct wire_msg back = {};
	uint8_t buf[1024];
	ssize_t len = wire_encode(msg, buf, sizeof(buf));
	char name[64];

	snprintf(name, sizeof(name), "%s, sample %zu: comes back as it went",
		 wire_type_name(msg->type), nr);
	tap(len > 0 && !decode_exact(buf, len, &back) && same(msg, &back), name, NULL);
}

static void put_len(uint8_t *buf, size_t payload)
{
	for (int i = 0; i < 4; i++)
		buf[8 + i] = (uint8_t)(payload >> 8 * i);
}

/* Cut off at each length, with the head as it was, and with one that says so */
static void test_truncated(const struct wire_msg *msg, size_t nr)
{
	struct wire_msg back;
	uint8_t buf[1024];
	ssize_t len = wire_encode(msg, buf, sizeof(buf));
	unsigned int taken = 0;
	char name[64];

	for (ssize_t cut = 0; cut < len; cut++)
		taken += !decode_exact(buf, cut, &back);
	snprintf(name, sizeof(name), "%s, sample %zu: cut off anywhere", wire_type_name(msg->type),
		 nr);
	tap(!taken, name, NULL);
	if (msg->type == WIRE_PIECE)	/* whose length is the frame's */
		return;
	taken = 0;
	for (ssize_t cut = WIRE_HEAD; cut < len; cut++) {
		put_len(buf, cut - WIRE_HEAD);
		taken += !decode_exact(buf, cut, &back);
	}
	snprintf(name, sizeof(name), "%s, sample %zu: too short by its own word",
		 wire_type_name(msg->type), nr);
	tap(!taken, name, NULL);
	wire_encode(msg, buf, sizeof(buf));
	buf[len] = 0;
	put_len(buf, len - WIRE_HEAD + 1);
	snprintf(name, sizeof(name), "%s, sample %zu: a byte too much",
		 wire_type_name(msg->type), nr);
	tap(decode_exact(buf, len + 1, &back) < 0, name, NULL);
}

static void test_golden(void)
{
	static const uint8_t hello[] = {
		'P', 'T', 'S', 'A', 1, 0, 1, 0, 4, 0, 0, 0, 1, 0, 3, 0,
	};
	static const uint8_t piece[] = {
		'P', 'T', 'S', 'A', 1, 0, 0x85, 0, 13, 0, 0, 0, 8, 0, 0, 0, 77, 0, 0, 0,
		1, 2, 3, 4, 5,
	};
	uint8_t buf[64];

	tap(wire_encode(&samples[0], buf, sizeof(buf)) == sizeof(hello) &&
	    !memcmp(buf, hello, sizeof(hello)), "hello, byte for byte", NULL);
	tap(wire_encode(&samples[10], buf, sizeof(buf)) == sizeof(piece) &&
	    !memcmp(buf, piece, sizeof(piece)), "a piece, byte for byte", NULL);
}

static void test_head(void)
{
	static const struct {
		const char *name;
		unsigned int at;
		uint8_t value;
		int ret;
	} cases[] = {
		{ "head: another magic", 0, 'Q', -EBADMSG },
		{ "head: a later version", 4, 2, -EPROTONOSUPPORT },
		{ "head: version 0", 4, 0, -EPROTONOSUPPORT },
		{ "head: type 0", 6, 0, -EPROTO },
		{ "head: a type after the requests", 6, 4, -EPROTO },
		{ "head: a type before the answers", 6, 0x80, -EPROTO },
		{ "head: a type after the answers", 6, 0x88, -EPROTO },
		{ "head: a type of two bytes", 7, 1, -EPROTO },
		{ "head: a length that is too large", 11, 0x80, -EMSGSIZE },
		{ "head: a length that is too large by one", 8, 5, -EMSGSIZE },
		{ "head: a length that is too small", 8, 3, -EMSGSIZE },
	};

	for (size_t i = 0; i < NR(cases); i++) {
		uint8_t buf[WIRE_HEAD + 4];

		wire_encode(&samples[0], buf, sizeof(buf));
		buf[cases[i].at] = cases[i].value;
		tap(wire_decode_head(buf) == cases[i].ret, cases[i].name, NULL);
	}
}

/* Byte @at of the payload of sample @sample becomes @value */
static const struct {
	const char *name;
	unsigned int sample, at;
	uint8_t value;
} spoilt[] = {
	{ "get: no types", 3, 32, 0 },
	{ "get: types that there are not", 2, 35, 0x80 },
	{ "get: slot 8", 2, 36, 8 },
	{ "get: a name that is longer than the frame", 2, 37, 13 },
	{ "get: a name that is shorter", 2, 37, 11 },
	{ "get: a name with a control character", 2, 38, '\n' },
	{ "get: a name with a zero", 2, 39, 0 },
	{ "get: a name that is no ASCII", 2, 38, 0xc3 },
	{ "device: a name that is longer than the frame", 6, 0, 32 },
	{ "evidence: a name of 255", 7, 9, 255 },
	{ "object: a type that there is not", 8, 0, TSM_TYPES },
	{ "object: slot 9", 8, 1, 9 },
	{ "object: flags that there are not", 8, 2, 3 },
	{ "object: a nonce, and no flag", 8, 2, 0 },
	{ "object: a digest of 65 bytes", 8, 3, 65 },
	{ "object: a digest of another length", 8, 3, 47 },
	{ "object: too large", 9, 7, 2 },
	{ "object: a record that begins after the end", 8, 8, 101 },
	{ "object: a record that ends after the end", 8, 12, 91 },
	{ "object: a record beyond any length", 8, 15, 0xff },
	{ "piece: a type that there is not", 10, 0, TSM_TYPES },
	{ "piece: what is reserved", 10, 2, 1 },
	{ "piece: an offset that is too large", 10, 7, 1 },
	{ "error: text with an escape", 12, 9, 0x1b },
};

static void test_spoilt(void)
{
	for (size_t i = 0; i < NR(spoilt); i++) {
		struct wire_msg back;
		uint8_t buf[1024];
		ssize_t len = wire_encode(&samples[spoilt[i].sample], buf, sizeof(buf));

		buf[WIRE_HEAD + spoilt[i].at] = spoilt[i].value;
		tap(decode_exact(buf, len, &back) == -EBADMSG, spoilt[i].name, NULL);
	}
}

/* What cannot be said is not sent */
static void test_encode(void)
{
	static uint8_t huge[WIRE_PAYLOAD_MAX];
	static uint8_t buf[2 * WIRE_FRAME_MAX];
	struct wire_msg msg = { .type = WIRE_PIECE,
				.piece = { .data = huge, .len = WIRE_PIECE_MAX } };

	tap(wire_encode(&msg, buf, sizeof(buf)) == WIRE_FRAME_MAX, "piece: the largest", NULL);
	msg.piece.len++;
	tap(wire_encode(&msg, buf, sizeof(buf)) == -EINVAL, "piece: larger than that", NULL);
	msg.piece.len = 0;
	tap(wire_encode(&msg, buf, sizeof(buf)) == -EINVAL, "piece: empty", NULL);
	msg = samples[8];
	msg.object.head.len = 0;
	tap(wire_encode(&msg, buf, sizeof(buf)) == -EINVAL, "object: empty", NULL);
	msg = samples[8];
	msg.object.head.record_len = 91;
	tap(wire_encode(&msg, buf, sizeof(buf)) == -EINVAL, "object: record beyond its end", NULL);
	msg = samples[2];
	msg.get.slot = 8;
	tap(wire_encode(&msg, buf, sizeof(buf)) == -EINVAL, "get: slot 8, to encode", NULL);
	tap(wire_encode(&samples[0], buf, WIRE_HEAD + 3) == -EINVAL, "no room for a payload", NULL);
	tap(wire_encode(&samples[0], buf, WIRE_HEAD - 1) == -EINVAL, "no room for a head", NULL);
	msg.type = 0x80;
	tap(wire_encode(&msg, buf, sizeof(buf)) == -EINVAL, "a type that there is not", NULL);
}

int main(void)
{
	test_golden();
	for (size_t i = 0; i < NR(samples); i++) {
		test_round_trip(&samples[i], i);
		test_truncated(&samples[i], i);
	}
	test_head();
	test_spoilt();
	test_encode();
	return tap_end();
}
