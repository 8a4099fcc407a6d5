// SPDX-License-Identifier: GPL-2.0
/*
 * Messages between tsm-agent and tsm-hostd, to and from bytes.
 *
 * Numbers are little-endian. A frame is a head (magic, version, type, length of the
 * payload) and a payload; each type has its range of lengths, which is looked at
 * before anything else. Reading and writing past the end is an error that
 * stays, so that it is asked for once, at the end.
 */
#include <errno.h>
#include <string.h>

#include "wire.h"

#define OBJECT_HAS_NONCE	0x01

struct reader {
	const uint8_t *at;
	size_t left;
	bool bad;
};

struct writer {
	uint8_t *at;
	size_t left;
	bool bad;
};

struct kind {
	uint16_t type;
	const char *name;
	size_t min, max;
};

static const struct kind kinds[] = {
	{ WIRE_HELLO, "hello", 4, 4 },
	{ WIRE_LIST, "list", 0, 0 },
	{ WIRE_GET, "get", TSM_NONCE_SIZE + 6 + 1, TSM_NONCE_SIZE + 6 + TSM_NAME_MAX - 1 },
	{ WIRE_WELCOME, "welcome", 2, 2 },
	{ WIRE_DEVICE, "device", 2, 2 * TSM_NAME_MAX },
	{ WIRE_EVIDENCE, "evidence", 12, 9 + 3 * TSM_NAME_MAX },
	{ WIRE_OBJECT, "object", 16 + TSM_NONCE_SIZE, 16 + TSM_NONCE_SIZE + TSM_DIGEST_MAX },
	{ WIRE_PIECE, "piece", WIRE_PIECE_HEAD + 1, WIRE_PAYLOAD_MAX },
	{ WIRE_DONE, "done", 4, 4 },
	{ WIRE_ERROR, "error", 9, 9 + WIRE_TEXT_MAX },
};

static const struct kind *kind_of(unsigned int type)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (kinds[i].type == type)
			return &kinds[i];
	}
	return NULL;
}

const char *wire_type_name(unsigned int type)
{
	const struct kind *kind = kind_of(type);

	return kind ? kind->name : "unknown";
}

/* The one place that looks at what is left of the payload, and takes of it */
static const uint8_t *take(struct reader *r, size_t len)
{
	const uint8_t *at = r->at;

	if (r->bad || len > r->left) {
		r->bad = true;
		return NULL;
	}
	r->at += len;
	r->left -= len;
	return at;
}

static uint64_t get_number(struct reader *r, size_t size)
{
	const uint8_t *at = take(r, size);
	uint64_t v = 0;

	while (at && size--)
		v = v << 8 | at[size];
	return v;
}

static void get_bytes(struct reader *r, uint8_t *to, size_t len)
{
	const uint8_t *at = take(r, len);

	if (at && len)
		memcpy(to, at, len);
}

/* Text has its length before it, and only what can be printed in it */
static void get_text(struct reader *r, char *to, size_t size)
{
	size_t len = get_number(r, 1);
	const uint8_t *at = take(r, len);

	if (!at || len >= size) {
		r->bad = true;
		return;
	}
	for (size_t i = 0; i < len; i++) {
		if (at[i] < 0x20 || at[i] > 0x7e)
			r->bad = true;
		to[i] = (char)at[i];
	}
	to[len] = '\0';
}

static uint8_t *room(struct writer *w, size_t len)
{
	uint8_t *at = w->at;

	if (w->bad || len > w->left) {
		w->bad = true;
		return NULL;
	}
	w->at += len;
	w->left -= len;
	return at;
}

static void put_number(struct writer *w, size_t size, uint64_t v)
{
	uint8_t *at = room(w, size);

	for (size_t i = 0; at && i < size; i++)
		at[i] = (uint8_t)(v >> 8 * i);
}

static void put_bytes(struct writer *w, const uint8_t *from, size_t len)
{
	uint8_t *at = room(w, len);

	if (at && len)
		memcpy(at, from, len);
}

static void put_text(struct writer *w, const char *from, size_t size)
{
	size_t len = strnlen(from, size);

	put_number(w, 1, len);
	put_bytes(w, (const uint8_t *)from, len);
}

static bool slot_fits(int slot)
{
	return slot >= -1 && slot < TSM_SLOTS;
}

static int get_slot(struct reader *r)
{
	unsigned int slot = get_number(r, 1);

	if (slot == WIRE_NO_SLOT)
		return -1;
	if (slot >= TSM_SLOTS)
		r->bad = true;
	return (int)slot;
}

static void put_slot(struct writer *w, int slot)
{
	put_number(w, 1, slot < 0 ? WIRE_NO_SLOT : (unsigned int)slot);
}

static void decode_get(struct reader *r, struct wire_get *get)
{
	get_bytes(r, get->nonce, sizeof(get->nonce));
	get->types = get_number(r, 4);
	get->slot = get_slot(r);
	get_text(r, get->device, sizeof(get->device));
	if (!get->types || get->types & ~WIRE_TYPES || !get->device[0])
		r->bad = true;
}

static void encode_get(struct writer *w, const struct wire_get *get)
{
	put_bytes(w, get->nonce, sizeof(get->nonce));
	put_number(w, 4, get->types);
	put_slot(w, get->slot);
	put_text(w, get->device, sizeof(get->device));
}

static void decode_evidence(struct reader *r, struct wire_evidence *ev)
{
	ev->generation = get_number(r, 8);
	ev->spdm_version = get_number(r, 1);
	get_text(r, ev->device, sizeof(ev->device));
	get_text(r, ev->hash, sizeof(ev->hash));
	get_text(r, ev->signature, sizeof(ev->signature));
}

static void encode_evidence(struct writer *w, const struct wire_evidence *ev)
{
	put_number(w, 8, ev->generation);
	put_number(w, 1, ev->spdm_version);
	put_text(w, ev->device, sizeof(ev->device));
	put_text(w, ev->hash, sizeof(ev->hash));
	put_text(w, ev->signature, sizeof(ev->signature));
}

static bool object_fits(const struct wire_object *object)
{
	const struct tsm_object *head = &object->head;

	return object->type < TSM_TYPES && head->len && head->len <= TSM_OBJECT_MAX &&
	       slot_fits(head->slot) && head->digest_len <= TSM_DIGEST_MAX &&
	       head->record_offset <= head->len &&
	       head->record_len <= head->len - head->record_offset;
}

static void decode_object(struct reader *r, struct wire_object *object)
{
	static const uint8_t none[TSM_NONCE_SIZE];
	struct tsm_object *head = &object->head;
	unsigned int flags;

	object->type = get_number(r, 1);
	head->there = true;
	head->slot = get_slot(r);
	flags = get_number(r, 1);
	head->digest_len = get_number(r, 1);
	head->len = get_number(r, 4);
	head->record_offset = get_number(r, 4);
	head->record_len = get_number(r, 4);
	get_bytes(r, head->nonce, sizeof(head->nonce));
	if (r->bad || flags & ~OBJECT_HAS_NONCE || !object_fits(object)) {
		r->bad = true;
		return;
	}
	head->has_nonce = flags & OBJECT_HAS_NONCE;
	if (!head->has_nonce && memcmp(head->nonce, none, sizeof(none)))
		r->bad = true;
	get_bytes(r, head->digest, head->digest_len);
}

static void encode_object(struct writer *w, const struct wire_object *object)
{
	const struct tsm_object *head = &object->head;
	static const uint8_t none[TSM_NONCE_SIZE];

	if (!object_fits(object)) {
		w->bad = true;
		return;
	}
	put_number(w, 1, object->type);
	put_slot(w, head->slot);
	put_number(w, 1, head->has_nonce ? OBJECT_HAS_NONCE : 0);
	put_number(w, 1, head->digest_len);
	put_number(w, 4, head->len);
	put_number(w, 4, head->record_offset);
	put_number(w, 4, head->record_len);
	put_bytes(w, head->has_nonce ? head->nonce : none, sizeof(none));
	put_bytes(w, head->digest, head->digest_len);
}

static void decode_piece(struct reader *r, struct wire_piece *piece)
{
	piece->type = get_number(r, 1);
	if (get_number(r, 3))
		r->bad = true;
	piece->offset = get_number(r, 4);
	piece->len = r->left;
	piece->data = take(r, piece->len);
	if (piece->type >= TSM_TYPES || !piece->len || piece->offset >= TSM_OBJECT_MAX)
		r->bad = true;
}

static void encode_piece(struct writer *w, const struct wire_piece *piece)
{
	put_number(w, 1, piece->type);
	put_number(w, 3, 0);
	put_number(w, 4, piece->offset);
	put_bytes(w, piece->data, piece->len);
}

static void decode_payload(struct reader *r, struct wire_msg *msg)
{
	switch (msg->type) {
	case WIRE_HELLO:
		msg->hello.lowest = get_number(r, 2);
		msg->hello.highest = get_number(r, 2);
		break;
	case WIRE_LIST:
		break;
	case WIRE_GET:
		decode_get(r, &msg->get);
		break;
	case WIRE_WELCOME:
		msg->welcome.version = get_number(r, 2);
		break;
	case WIRE_DEVICE:
		get_text(r, msg->device.guest, sizeof(msg->device.guest));
		get_text(r, msg->device.host, sizeof(msg->device.host));
		break;
	case WIRE_EVIDENCE:
		decode_evidence(r, &msg->evidence);
		break;
	case WIRE_OBJECT:
		decode_object(r, &msg->object);
		break;
	case WIRE_PIECE:
		decode_piece(r, &msg->piece);
		break;
	case WIRE_DONE:
		msg->done.count = get_number(r, 4);
		break;
	case WIRE_ERROR:
		msg->error.kind = get_number(r, 4);
		msg->error.code = get_number(r, 4);
		get_text(r, msg->error.text, sizeof(msg->error.text));
		break;
	}
}

static void encode_payload(struct writer *w, const struct wire_msg *msg)
{
	switch (msg->type) {
	case WIRE_HELLO:
		put_number(w, 2, msg->hello.lowest);
		put_number(w, 2, msg->hello.highest);
		break;
	case WIRE_LIST:
		break;
	case WIRE_GET:
		encode_get(w, &msg->get);
		break;
	case WIRE_WELCOME:
		put_number(w, 2, msg->welcome.version);
		break;
	case WIRE_DEVICE:
		put_text(w, msg->device.guest, sizeof(msg->device.guest));
		put_text(w, msg->device.host, sizeof(msg->device.host));
		break;
	case WIRE_EVIDENCE:
		encode_evidence(w, &msg->evidence);
		break;
	case WIRE_OBJECT:
		encode_object(w, &msg->object);
		break;
	case WIRE_PIECE:
		encode_piece(w, &msg->piece);
		break;
	case WIRE_DONE:
		put_number(w, 4, msg->done.count);
		break;
	case WIRE_ERROR:
		put_number(w, 4, msg->error.kind);
		put_number(w, 4, msg->error.code);
		put_text(w, msg->error.text, sizeof(msg->error.text));
		break;
	}
}

ssize_t wire_decode_head(const uint8_t head[WIRE_HEAD])
{
	struct reader r = { .at = head, .left = WIRE_HEAD };
	const struct kind *kind;
	unsigned int version;
	size_t len;

	if (get_number(&r, 4) != WIRE_MAGIC)
		return -EBADMSG;
	version = get_number(&r, 2);
	kind = kind_of(get_number(&r, 2));
	len = get_number(&r, 4);
	if (version != WIRE_VERSION)
		return -EPROTONOSUPPORT;
	if (!kind)
		return -EPROTO;
	if (len < kind->min || len > kind->max)
		return -EMSGSIZE;
	return (ssize_t)len;
}

int wire_decode(const uint8_t *buf, size_t len, struct wire_msg *msg)
{
	struct reader r = { .at = buf, .left = len };
	ssize_t payload;

	memset(msg, 0, sizeof(*msg));
	if (len < WIRE_HEAD)
		return -EBADMSG;
	payload = wire_decode_head(buf);
	if (payload < 0)
		return (int)payload;
	if ((size_t)payload != len - WIRE_HEAD)
		return -EBADMSG;
	take(&r, 6);
	msg->type = get_number(&r, 2);
	take(&r, 4);
	decode_payload(&r, msg);
	return r.bad || r.left ? -EBADMSG : 0;
}

ssize_t wire_encode(const struct wire_msg *msg, uint8_t *buf, size_t size)
{
	struct writer payload = { .bad = size < WIRE_HEAD };
	struct writer head = { .at = buf, .left = WIRE_HEAD };
	struct wire_msg check;
	size_t len;

	if (payload.bad)
		return -EINVAL;
	payload.at = buf + WIRE_HEAD;
	payload.left = size - WIRE_HEAD;
	encode_payload(&payload, msg);
	if (payload.bad)
		return -EINVAL;
	len = payload.at - buf;
	put_number(&head, 4, WIRE_MAGIC);
	put_number(&head, 2, WIRE_VERSION);
	put_number(&head, 2, msg->type);
	put_number(&head, 4, len - WIRE_HEAD);
	/* What the other end would refuse is refused here, where it can be explained */
	return wire_decode(buf, len, &check) ? -EINVAL : (ssize_t)len;
}
