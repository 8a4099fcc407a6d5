// SPDX-License-Identifier: GPL-2.0
/*
 * Seeds for the fuzzers of the agents' protocol: a conversation, each end of it in a
 * file, and each message of it.
 *
 * usage: agent-seeds DIR
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "fake.h"

static const char *dir;
static unsigned int nr;

static void save(const char *target, const uint8_t *data, size_t len)
{
	char path[512];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, target);
	if (mkdir(path, 0755) && errno != EEXIST)
		exit(1);
	snprintf(path, sizeof(path), "%s/%s/%u", dir, target, nr++);
	f = fopen(path, "w");
	if (!f || fwrite(data, 1, len, f) != len || fclose(f))
		exit(1);
}

/* Each frame of @data by itself */
static void save_frames(const uint8_t *data, size_t len)
{
	while (len >= WIRE_HEAD) {
		ssize_t payload = wire_decode_head(data);

		if (payload < 0 || WIRE_HEAD + (size_t)payload > len)
			exit(1);
		/* Pieces are all alike */
		if (payload < 4096)
			save("agent-wire", data, WIRE_HEAD + payload);
		data += WIRE_HEAD + payload;
		len -= WIRE_HEAD + payload;
	}
}

int main(int argc, char **argv)
{
	static struct stream stream;
	static uint8_t in[4096], out[8 << 20];
	struct wire_msg msgs[] = {
		{ .type = WIRE_HELLO, .hello = { 1, 1 } },
		{ .type = WIRE_LIST },
		{ .type = WIRE_GET, .get = { .types = 1 << TSM_VCA | 1 << TSM_MEASUREMENTS,
					     .slot = -1, .device = FAKE_GUEST } },
		{ .type = WIRE_GET, .get = { .types = 1 << TSM_VCA, .slot = 3,
					     .device = FAKE_PLAIN } },
	};
	struct memory memory = { .in = in, .out = out, .out_size = sizeof(out) };
	struct collector collector = { .collect = fake_collect };
	struct bucket bucket = {};
	struct server server = {
		.stream = &stream, .vm = &fake_vm, .limits = &fake_limits,
		.collector = &collector, .bucket = &bucket,
	};
	struct tsm_error err;

	if (argc != 2)
		return 2;
	dir = argv[1];
	if (mkdir(dir, 0755) && errno != EEXIST)
		return 1;
	for (size_t i = 0; i < sizeof(msgs) / sizeof(msgs[0]); i++) {
		if (msgs[i].type == WIRE_GET)
			memset(msgs[i].get.nonce, 0x5a, TSM_NONCE_SIZE);
		memory.in_len += wire_encode(&msgs[i], in + memory.in_len,
					     sizeof(in) - memory.in_len);
	}
	save("agent-serve", in, memory.in_len);
	save_frames(in, memory.in_len);
	stream_of_memory(&stream, &memory);
	if (serve(&server, &err))
		return 1;
	save("agent-ask", out, memory.out_len);
	save_frames(out, memory.out_len);
	return 0;
}
