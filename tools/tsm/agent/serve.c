// SPDX-License-Identifier: GPL-2.0
/*
 * The host's end of the protocol.
 *
 * HELLO comes first, then LIST and GET as often as the VM likes, within its rate, which
 * all of them take from before anything is looked at. What
 * the VM may not have, and what cannot be had, is answered with ERROR, and the
 * conversation goes on; after a message that is out of place it ends.
 * A device of another VM's is answered just like one that does not exist.
 */
#include <errno.h>
#include <string.h>

#include "serve.h"

/* Text of whatever origin as the protocol takes it */
static void copy_text(char *to, size_t size, const char *from)
{
	size_t i;

	for (i = 0; from[i] && i < size - 1; i++)
		to[i] = from[i] < 0x20 || from[i] > 0x7e ? '?' : from[i];
	to[i] = '\0';
}

static int send_error(struct server *server, const struct tsm_error *what, struct tsm_error *err)
{
	struct wire_msg msg = {
		.type = WIRE_ERROR,
		.error = { .kind = what->kind, .code = what->code > 0 ? what->code : 0 },
	};

	copy_text(msg.error.text, sizeof(msg.error.text), what->text);
	return stream_send(server->stream, &msg, err);
}

static int send_done(struct server *server, unsigned int count, struct tsm_error *err)
{
	struct wire_msg msg = { .type = WIRE_DONE, .done.count = count };

	return stream_send(server->stream, &msg, err);
}

/* Something that ends the conversation; the VM is told, if it still listens */
static int hang_up(struct server *server, struct tsm_error *err)
{
	struct tsm_error why = *err, ignored;

	send_error(server, &why, &ignored);
	return -1;
}

static int hello(struct server *server, struct tsm_error *err)
{
	struct wire_msg msg;
	int ret = stream_recv(server->stream, &msg, err);

	if (ret <= 0)
		return ret < 0 ? hang_up(server, err) : 0;
	if (msg.type != WIRE_HELLO) {
		tsm_fail(err, TSM_BROKEN, EPROTO, "'%s' is out of place",
			 wire_type_name(msg.type));
		return hang_up(server, err);
	}
	if (msg.hello.lowest > WIRE_VERSION || msg.hello.highest < WIRE_VERSION) {
		tsm_fail(err, TSM_NO_SUPPORT, EPROTONOSUPPORT,
			 "only version %u of the protocol is spoken here", WIRE_VERSION);
		return hang_up(server, err);
	}
	msg = (struct wire_msg){ .type = WIRE_WELCOME, .welcome.version = WIRE_VERSION };
	return stream_send(server->stream, &msg, err) ? -1 : 1;
}

static int send_list(struct server *server, struct tsm_error *err)
{
	const struct vm *vm = server->vm;

	for (unsigned int i = 0; i < vm->nr_devices; i++) {
		struct wire_msg msg = { .type = WIRE_DEVICE, .device = vm->devices[i] };

		if (stream_send(server->stream, &msg, err))
			return -1;
	}
	return send_done(server, vm->nr_devices, err);
}

static int send_object(struct server *server, unsigned int type, const struct tsm_object *object,
		       struct tsm_error *err)
{
	struct wire_msg msg = { .type = WIRE_OBJECT, .object = { .type = type, .head = *object } };

	if (stream_send(server->stream, &msg, err))
		return -1;
	for (size_t at = 0; at < object->len; at += msg.piece.len) {
		size_t left = object->len - at;

		msg = (struct wire_msg){ .type = WIRE_PIECE, .piece = {
			.type = type,
			.offset = at,
			.data = object->data + at,
			.len = left < WIRE_PIECE_MAX ? left : WIRE_PIECE_MAX,
		} };
		if (stream_send(server->stream, &msg, err))
			return -1;
	}
	return 0;
}

static int send_evidence(struct server *server, const struct wire_get *get,
			 const struct tsm_evidence *ev, struct tsm_error *err)
{
	struct wire_msg msg = {
		.type = WIRE_EVIDENCE,
		.evidence = { .generation = ev->generation, .spdm_version = ev->spdm_version },
	};
	unsigned int count = 0;

	copy_text(msg.evidence.device, sizeof(msg.evidence.device), ev->device);
	copy_text(msg.evidence.hash, sizeof(msg.evidence.hash), ev->hash);
	copy_text(msg.evidence.signature, sizeof(msg.evidence.signature), ev->signature);
	if (stream_send(server->stream, &msg, err))
		return -1;
	for (unsigned int type = 0; type < TSM_TYPES; type++) {
		const struct tsm_object *object = &ev->objects[type];

		if (!object->there || !object->data || !object->len ||
		    !(get->types & 1u << type))
			continue;
		if (send_object(server, type, object, err))
			return -1;
		count++;
	}
	return send_done(server, count, err);
}

static int get_evidence(struct server *server, const struct wire_get *get, struct tsm_error *err)
{
	const char *device = vm_device(server->vm, get->device);
	struct tsm_error why = {};
	struct tsm_evidence ev = {};
	int ret;

	if (!device)
		ret = tsm_fail(&why, TSM_NOT_ALLOWED, ENODEV, "%s: this VM has no such device",
			       get->device);
	else
		ret = server->collector->collect(server->collector, device, get, &ev, &why);
	if (server->log)
		server->log(server, device ? device : get->device, ret ? &why : NULL);
	stream_deadline(server->stream, server->limits->seconds);
	if (ret)
		return send_error(server, &why, err);
	ret = send_evidence(server, get, &ev, err);
	tsm_evidence_free(&ev);
	return ret;
}

static int answer(struct server *server, const struct wire_msg *msg, struct tsm_error *err)
{
	struct tsm_error why;

	if (!bucket_take(server->bucket, server->limits->per_minute, stream_now())) {
		tsm_fail(&why, TSM_BUSY, EBUSY, "too many requests, try again later");
		return send_error(server, &why, err);
	}
	return msg->type == WIRE_LIST ? send_list(server, err) :
					get_evidence(server, &msg->get, err);
}

int serve(struct server *server, struct tsm_error *err)
{
	struct wire_msg msg;
	int ret;

	stream_deadline(server->stream, server->limits->seconds);
	ret = hello(server, err);
	if (ret <= 0)
		return ret;
	for (;;) {
		stream_deadline(server->stream, server->limits->seconds);
		ret = stream_recv(server->stream, &msg, err);
		if (ret <= 0)
			return ret < 0 ? hang_up(server, err) : 0;
		if (msg.type != WIRE_LIST && msg.type != WIRE_GET) {
			tsm_fail(err, TSM_BROKEN, EPROTO, "'%s' is out of place",
				 wire_type_name(msg.type));
			return hang_up(server, err);
		}
		if (answer(server, &msg, err))
			return -1;
	}
}
