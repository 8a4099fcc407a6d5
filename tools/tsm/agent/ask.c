// SPDX-License-Identifier: GPL-2.0
/*
 * The agent's end of the protocol.
 *
 * An answer is EVIDENCE, then for each object OBJECT and its PIECEs in order, then DONE.
 * ERROR may take the place of any of them. Whatever else comes, the host is broken
 * or hostile, and the conversation ends. Nothing that comes here is believed, the
 * verifier looks at the bytes; but an answer over another nonce can be told at once.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ask.h"

/**
 * struct answer - what came so far
 * @get: what was asked
 * @ev: where it goes
 * @began: EVIDENCE came
 * @type: of the object that began last
 * @got: bytes of it
 * @count: objects that began
 * @total: bytes of all objects
 * @done: that was all
 */
struct answer {
	const struct wire_get *get;
	struct tsm_evidence *ev;
	bool began;
	unsigned int type;
	size_t got;
	unsigned int count;
	size_t total;
	bool done;
};

static void refused(const struct wire_error *error, struct tsm_error *err)
{
	enum tsm_exit kind = error->kind;

	/* A host cannot make a refusal look like success, nor like a verdict of ours */
	if (!error->kind || error->kind > TSM_NO_SUPPORT || error->kind == TSM_UNTRUSTED)
		kind = TSM_FAILED;
	tsm_fail(err, kind, error->code <= 4095 ? (int)error->code : 0, "host: %s", error->text);
}

static int unexpected(const struct wire_msg *msg, struct tsm_error *err)
{
	return tsm_fail(err, TSM_BROKEN, EPROTO, "host: '%s' is out of place",
			wire_type_name(msg->type));
}

/* The next message; 1 if it is an ERROR, which @err has then */
static int next(struct stream *stream, struct wire_msg *msg, struct tsm_error *err)
{
	int ret = stream_recv(stream, msg, err);

	if (ret < 0)
		return -1;
	if (!ret)
		return tsm_fail(err, TSM_FAILED, EPIPE, "host: closed the connection");
	if (msg->type != WIRE_ERROR)
		return 0;
	refused(&msg->error, err);
	return 1;
}

int ask_hello(struct stream *stream, struct tsm_error *err)
{
	struct wire_msg msg = {
		.type = WIRE_HELLO,
		.hello = { .lowest = WIRE_VERSION, .highest = WIRE_VERSION },
	};
	struct tsm_error why;
	int sent, ret;

	/* A host that does not serve this VM says so, closes, and may not take this any more */
	sent = stream_send(stream, &msg, err);
	why = *err;
	ret = next(stream, &msg, err);
	if (sent && ret <= 0)
		*err = why;
	if (sent || ret)
		return -1;
	if (msg.type != WIRE_WELCOME)
		return unexpected(&msg, err);
	if (msg.welcome.version != WIRE_VERSION)
		return tsm_fail(err, TSM_NO_SUPPORT, EPROTONOSUPPORT,
				"host: wants version %u of the protocol", msg.welcome.version);
	return 0;
}

int ask_devices(struct stream *stream, struct wire_device *devices, unsigned int max,
		struct tsm_error *err)
{
	struct wire_msg msg = { .type = WIRE_LIST };
	unsigned int n = 0;

	if (stream_send(stream, &msg, err))
		return -1;
	for (;;) {
		if (next(stream, &msg, err))
			return -1;
		if (msg.type == WIRE_DONE)
			break;
		if (msg.type != WIRE_DEVICE)
			return unexpected(&msg, err);
		if (n == max)
			return tsm_fail(err, TSM_BROKEN, EMSGSIZE, "host: too many devices");
		devices[n++] = msg.device;
	}
	if (msg.done.count != n)
		return tsm_fail(err, TSM_BROKEN, EPROTO, "host: devices are missing");
	return (int)n;
}

static bool object_complete(const struct answer *answer)
{
	return !answer->count || answer->got == answer->ev->objects[answer->type].len;
}

static int take_evidence(struct answer *answer, const struct wire_msg *msg, struct tsm_error *err)
{
	struct tsm_evidence *ev = answer->ev;

	if (answer->began)
		return unexpected(msg, err);
	answer->began = true;
	ev->generation = msg->evidence.generation;
	ev->spdm_version = msg->evidence.spdm_version;
	memcpy(ev->device, msg->evidence.device, sizeof(ev->device));
	memcpy(ev->hash, msg->evidence.hash, sizeof(ev->hash));
	memcpy(ev->signature, msg->evidence.signature, sizeof(ev->signature));
	return 0;
}

static int take_object(struct answer *answer, const struct wire_msg *msg, struct tsm_error *err)
{
	const struct tsm_object *head = &msg->object.head;
	unsigned int type = msg->object.type;
	struct tsm_object *object = &answer->ev->objects[type];

	if (!answer->began || !object_complete(answer) || object->there)
		return unexpected(msg, err);
	if (!(answer->get->types & 1u << type))
		return tsm_fail(err, TSM_BROKEN, EPROTO, "host: %s was not asked for",
				tsm_type_name(type));
	if (head->has_nonce && memcmp(head->nonce, answer->get->nonce, TSM_NONCE_SIZE))
		return tsm_fail(err, TSM_UNTRUSTED, ESTALE,
				"%s: the answer is over another nonce, so it may be an old one",
				tsm_type_name(type));
	if (head->len > WIRE_ANSWER_MAX - answer->total)
		return tsm_fail(err, TSM_BROKEN, EMSGSIZE, "host: too much evidence");
	*object = *head;
	object->data = malloc(head->len);
	if (!object->data)
		return tsm_fail(err, TSM_FAILED, ENOMEM, "no memory");
	answer->total += head->len;
	answer->type = type;
	answer->got = 0;
	answer->count++;
	return 0;
}

static int take_piece(struct answer *answer, const struct wire_msg *msg, struct tsm_error *err)
{
	const struct wire_piece *piece = &msg->piece;
	struct tsm_object *object;

	if (!answer->count || piece->type != answer->type)
		return unexpected(msg, err);
	object = &answer->ev->objects[answer->type];
	if (piece->offset != answer->got || piece->len > object->len - answer->got)
		return tsm_fail(err, TSM_BROKEN, EPROTO, "host: a piece of %s is in a wrong place",
				tsm_type_name(answer->type));
	memcpy(object->data + answer->got, piece->data, piece->len);
	answer->got += piece->len;
	return 0;
}

static int take(struct answer *answer, const struct wire_msg *msg, struct tsm_error *err)
{
	switch (msg->type) {
	case WIRE_EVIDENCE:
		return take_evidence(answer, msg, err);
	case WIRE_OBJECT:
		return take_object(answer, msg, err);
	case WIRE_PIECE:
		return take_piece(answer, msg, err);
	case WIRE_DONE:
		if (!answer->began || !object_complete(answer) || msg->done.count != answer->count)
			return tsm_fail(err, TSM_BROKEN, EPROTO,
					"host: an answer that is not complete");
		answer->done = true;
		return 0;
	default:
		return unexpected(msg, err);
	}
}

int ask_evidence(struct stream *stream, const struct wire_get *get, struct tsm_evidence *ev,
		 struct tsm_error *err)
{
	struct answer answer = { .get = get, .ev = ev };
	struct wire_msg msg = { .type = WIRE_GET, .get = *get };
	int ret;

	memset(ev, 0, sizeof(*ev));
	ret = stream_send(stream, &msg, err);
	while (!ret && !answer.done) {
		ret = next(stream, &msg, err);
		if (!ret)
			ret = take(&answer, &msg, err);
	}
	if (ret)
		tsm_evidence_free(ev);
	return ret;
}
