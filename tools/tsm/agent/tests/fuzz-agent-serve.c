// SPDX-License-Identifier: GPL-2.0
/*
 * Fuzz tsm-hostd's end of the protocol: a hostile VM. Whatever it sends, what it gets can
 * be read, and no device but its own is collected from.
 */
#include <stdlib.h>
#include <string.h>

#include "fake.h"

static int collect(struct collector *collector, const char *device, const struct wire_get *get,
		   struct tsm_evidence *ev, struct tsm_error *err)
{
	if (strcmp(device, FAKE_HOST) && strcmp(device, FAKE_PLAIN))
		abort();
	return fake_collect(collector, device, get, ev, err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t out[8 << 20];
	static struct stream stream;
	struct memory in = { .in = data, .in_len = size, .out = out, .out_size = sizeof(out) };
	struct collector collector = { .collect = collect };
	struct bucket bucket = {};
	struct server server = {
		.stream = &stream, .vm = &fake_vm, .limits = &fake_limits,
		.collector = &collector, .bucket = &bucket,
	};
	struct tsm_error err = {};
	struct memory sent = { .in = out };
	struct wire_msg msg;

	stream_of_memory(&stream, &in);
	if (serve(&server, &err) && !err.kind)
		abort();
	sent.in_len = in.out_len;
	stream_of_memory(&stream, &sent);
	while (sent.in_len) {
		if (stream_recv(&stream, &msg, &err) != 1 || msg.type < 0x80)
			abort();
	}
	return 0;
}
