// SPDX-License-Identifier: GPL-2.0
/*
 * A host with devices, and a stream, that exist in memory only.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fake.h"

static struct wire_device devices[] = {
	{ .guest = FAKE_GUEST, .host = FAKE_HOST },
	{ .host = FAKE_PLAIN },
};

const struct vm fake_vm = { .cid = FAKE_CID, .nr_devices = 2, .devices = devices };
const struct limits fake_limits = { .connections = 4, .per_minute = 20, .seconds = 1 };

uint8_t fake_byte(unsigned int type, size_t at)
{
	return (uint8_t)(type * 37 + at * 11 + (at >> 8));
}

static int add(struct tsm_evidence *ev, unsigned int type, size_t len, const uint8_t *nonce)
{
	struct tsm_object *object = &ev->objects[type];

	object->data = malloc(len);
	if (!object->data)
		return -1;
	for (size_t i = 0; i < len; i++)
		object->data[i] = fake_byte(type, i);
	object->there = true;
	object->len = len;
	object->record_offset = 4;
	object->record_len = len - 4;
	object->digest_len = 48;
	memset(object->digest, (int)type, object->digest_len);
	object->slot = type < TSM_SLOTS ? (int)type : -1;
	if (nonce) {
		object->slot = 0;
		object->has_nonce = true;
		memcpy(object->nonce, nonce, TSM_NONCE_SIZE);
	}
	return 0;
}

int fake_collect(struct collector *collector, const char *device, const struct wire_get *get,
		 struct tsm_evidence *ev, struct tsm_error *err)
{
	const uint8_t *nonce = collector->priv ? collector->priv : get->nonce;

	memset(ev, 0, sizeof(*ev));
	if (!strcmp(device, FAKE_PLAIN))
		return tsm_fail(err, TSM_FAILED, EIO, "not\nconnected \xc3\xa4");
	snprintf(ev->device, sizeof(ev->device), "%s", device);
	snprintf(ev->hash, sizeof(ev->hash), "SHA-384");
	snprintf(ev->signature, sizeof(ev->signature), "ECDSA-P384");
	ev->generation = 0x1122334455667788;
	ev->spdm_version = 0x13;
	if (add(ev, TSM_SLOT0, FAKE_BIG, NULL) || add(ev, TSM_VCA, 200, NULL) ||
	    add(ev, TSM_MEASUREMENTS, 900, nonce)) {
		tsm_evidence_free(ev);
		return tsm_fail(err, TSM_FAILED, ENOMEM, "no memory");
	}
	return 0;
}

static ssize_t memory_read(struct stream *stream, uint8_t *buf, size_t len)
{
	struct memory *memory = stream->priv;

	if (len > memory->in_len)
		len = memory->in_len;
	if (len)
		memcpy(buf, memory->in, len);
	memory->in += len;
	memory->in_len -= len;
	return (ssize_t)len;
}

static ssize_t memory_write(struct stream *stream, const uint8_t *buf, size_t len)
{
	struct memory *memory = stream->priv;

	if (memory->out) {
		if (len > memory->out_size - memory->out_len)
			return -EPIPE;
		memcpy(memory->out + memory->out_len, buf, len);
	}
	memory->out_len += len;
	return (ssize_t)len;
}

void stream_of_memory(struct stream *stream, struct memory *memory)
{
	stream->read = memory_read;
	stream->write = memory_write;
	stream->fd = -1;
	stream->priv = memory;
}
