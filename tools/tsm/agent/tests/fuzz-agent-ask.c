// SPDX-License-Identifier: GPL-2.0
/*
 * Fuzz tsm-agent's end of the protocol: a hostile host. What is taken is complete, within
 * the limits, of the types and over the nonce that were asked for.
 */
#include <stdlib.h>
#include <string.h>

#include "../ask.h"
#include "fake.h"

static void judge(const struct tsm_evidence *ev, const struct wire_get *get)
{
	size_t total = 0;

	for (unsigned int type = 0; type < TSM_TYPES; type++) {
		const struct tsm_object *object = &ev->objects[type];

		if (!object->there)
			continue;
		if (!object->data || !object->len || !(get->types & 1u << type) ||
		    (object->has_nonce && memcmp(object->nonce, get->nonce, TSM_NONCE_SIZE)) ||
		    object->record_len > object->len - object->record_offset)
			abort();
		total += object->len;
	}
	if (total > WIRE_ANSWER_MAX)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct wire_device devices[4];
	static struct stream stream;
	struct wire_get get = { .types = 0x30f, .slot = -1, .device = FAKE_GUEST };
	struct memory memory = { .in = data, .in_len = size };
	struct tsm_error err = {};
	struct tsm_evidence ev;

	memset(get.nonce, 0x5a, sizeof(get.nonce));
	stream_of_memory(&stream, &memory);
	if (ask_hello(&stream, &err) || ask_devices(&stream, devices, 4, &err) < 0)
		return 0;
	while (memory.in_len) {
		int ret = ask_evidence(&stream, &get, &ev, &err);

		if (!ret)
			judge(&ev, &get);
		else if (!err.kind)
			abort();
		tsm_evidence_free(&ev);
		if (ret < 0)
			break;
	}
	return 0;
}
