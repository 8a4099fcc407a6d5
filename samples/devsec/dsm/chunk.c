// SPDX-License-Identifier: GPL-2.0
/*
 * Messages that are too long for one transfer: requests put together from
 * CHUNK_SEND, answers fetched with CHUNK_GET. One of each at a time, and any
 * other request ends them (respond.c sees to that).
 *
 * DSP0274 1.2, sec "CHUNK_SEND", "CHUNK_GET". Transcripts never see chunks.
 */
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

#include "responder.h"

void dsm_large_drop(struct dsm_large *large)
{
	if (large->data)
		OPENSSL_cleanse(large->data, large->len);
	free(large->data);
	*large = (struct dsm_large){};
}

static int dsm_large_begin(struct dsm_large *large, size_t len, uint8_t handle,
			   struct dsm_session *session)
{
	dsm_large_drop(large);
	large->data = malloc(len);
	if (!large->data)
		return -1;

	large->len = len;
	large->handle = handle;
	large->session = session;
	return 0;
}

/* ERROR with four bytes, or one, of extended data */
static struct dsm_out *dsm_large_error(struct dsm_device *dev, uint8_t code, uint32_t data,
				       size_t bytes)
{
	struct dsm_out *out = dsm_error(dev, &dev->wrap.out, code, 0);

	if (bytes == 1)
		dsm_put8(out, "ERROR.handle", data);
	else
		dsm_put32(out, "ERROR.size", data);
	return out;
}

struct dsm_out *dsm_large_answer(struct dsm_device *dev, const struct dsm_request *req,
				 struct dsm_out *out, size_t room)
{
	if (out->len <= room)
		return out;
	if (dev->conn.version < SPDM_VERSION_12)
		return dsm_error(dev, out, SPDM_ERROR_UNSPECIFIED, 0);
	if (!dsm_common(dev, SPDM_CAP_CHUNK) || out->len > dev->conn.peer_message)
		return dsm_large_error(dev, SPDM_ERROR_RESPONSE_TOO_LARGE, out->len, 4);

	if (dsm_large_begin(&dev->get, out->len, ++dev->handle, req->session))
		return dsm_error(dev, out, SPDM_ERROR_UNSPECIFIED, 0);

	memcpy(dev->get.data, out->buf, out->len);
	return dsm_large_error(dev, SPDM_ERROR_LARGE_RESPONSE, dev->handle, 1);
}

static void dsm_chunk_ack(struct dsm_device *dev, struct dsm_out *out, uint8_t flags,
			  uint8_t handle, uint16_t seq)
{
	dsm_out_init(out, dev->chunk.buf, sizeof(dev->chunk.buf), &dev->chunk.fields);
	dsm_put_header(out, "CHUNK_SEND_ACK", dev->conn.version,
		       SPDM_RESPONSE(SPDM_CHUNK_SEND), flags, handle);
	dsm_put16(out, "CHUNK_SEND_ACK.seq", seq);
}

static struct dsm_out *dsm_chunk_refuse(struct dsm_device *dev, uint8_t handle, uint16_t seq,
					uint8_t error)
{
	struct dsm_out *out = &dev->chunk.out;
	struct dsm_out *inner;

	dsm_large_drop(&dev->send);
	inner = dsm_error(dev, &dev->wrap.out, error, 0);
	dsm_chunk_ack(dev, out, SPDM_CHUNK_EARLY_ERROR, handle, seq);
	dsm_put(out, "CHUNK_SEND_ACK.response", inner->buf, inner->len);
	return dsm_faulty(dev, SPDM_CHUNK_SEND, out);
}

/* The first chunk says how long all of it is */
static uint8_t dsm_chunk_first(struct dsm_device *dev, const struct dsm_request *req,
			       uint32_t total)
{
	if (dev->send.data)
		return SPDM_ERROR_INVALID_REQUEST;
	if (total > dev->options.message_size || total > DSM_OBJECT_MAX)
		return SPDM_ERROR_REQUEST_TOO_LARGE;
	if (total < DSM_HEADER)
		return SPDM_ERROR_INVALID_REQUEST;
	if (dsm_large_begin(&dev->send, total, req->hdr.param2, req->session))
		return SPDM_ERROR_UNSPECIFIED;
	return 0;
}

/* 0, or the error that ends the transfer */
static uint8_t dsm_chunk_take(struct dsm_device *dev, struct dsm_request *req, uint16_t seq,
			      uint32_t size)
{
	bool last = req->hdr.param1 & SPDM_CHUNK_LAST;
	struct dsm_large *send = &dev->send;
	const uint8_t *chunk;

	chunk = dsm_get(&req->in, size);
	if (!chunk || !dsm_request_end(req))
		return SPDM_ERROR_INVALID_REQUEST;
	if (!send->data || send->session != req->session || send->handle != req->hdr.param2 ||
	    send->seq != seq)
		return SPDM_ERROR_INVALID_REQUEST;

	/* All chunks but the last have the least that any responder takes, or more */
	if (!last && req->len < SPDM_MIN_TRANSFER)
		return SPDM_ERROR_INVALID_REQUEST;
	if (!size || size > send->len - send->done || last != (size == send->len - send->done))
		return SPDM_ERROR_INVALID_REQUEST;

	memcpy(send->data + send->done, chunk, size);
	send->done += size;
	send->seq++;
	return 0;
}

/* The request is whole: do it, and send what comes of it with the last CHUNK_SEND_ACK. */
static struct dsm_out *dsm_chunk_finish(struct dsm_device *dev, struct dsm_request *req,
					uint8_t handle, uint16_t seq)
{
	struct dsm_out *inner, *out = &dev->chunk.out;
	size_t room = req->room - sizeof(struct spdm_chunk_ack);
	struct dsm_large whole = dev->send;
	struct dsm_request large;

	dev->send = (struct dsm_large){};
	if (!dsm_request_init(&large, whole.data, whole.len, true, whole.session)) {
		dsm_large_drop(&whole);
		return dsm_chunk_refuse(dev, handle, seq, SPDM_ERROR_INVALID_REQUEST);
	}

	large.room = room;
	large.chunked = true;
	inner = dsm_perform(dev, &large);
	if (inner)
		inner = dsm_large_answer(dev, &large, inner, room);
	if (inner) {
		dsm_chunk_ack(dev, out, 0, handle, seq);
		dsm_put(out, "CHUNK_SEND_ACK.response", inner->buf, inner->len);
		out = dsm_faulty(dev, SPDM_CHUNK_SEND, out);
	}
	dsm_large_drop(&whole);
	return inner ? out : NULL;
}

struct dsm_out *dsm_chunk_send(struct dsm_device *dev, struct dsm_request *req)
{
	uint8_t handle = req->hdr.param2, error = 0;
	struct dsm_out *out = &dev->chunk.out;
	uint16_t seq = dsm_get16(&req->in);
	uint32_t size;

	dsm_get16(&req->in);
	size = dsm_get32(&req->in);
	if (!req->in.bad && !seq)
		error = dsm_chunk_first(dev, req, dsm_get32(&req->in));
	if (req->in.bad)
		error = SPDM_ERROR_INVALID_REQUEST;
	if (!error)
		error = dsm_chunk_take(dev, req, seq, size);
	if (error)
		return dsm_chunk_refuse(dev, handle, seq, error);

	if (dev->send.done == dev->send.len)
		return dsm_chunk_finish(dev, req, handle, seq);

	dsm_chunk_ack(dev, out, 0, handle, seq);
	return dsm_faulty(dev, SPDM_CHUNK_SEND, out);
}

struct dsm_out *dsm_chunk_get(struct dsm_device *dev, struct dsm_request *req)
{
	uint16_t seq = dsm_get16(&req->in);
	struct dsm_large *get = &dev->get;
	struct dsm_out *out = &dev->chunk.out;
	size_t head = sizeof(struct spdm_chunk) + (seq ? 0 : 4), size;
	bool last;

	dsm_out_init(out, dev->chunk.buf, sizeof(dev->chunk.buf), &dev->chunk.fields);
	if (!get->data)
		return dsm_error(dev, out, SPDM_ERROR_UNEXPECTED_REQUEST, 0);
	if (!dsm_request_end(req) || get->session != req->session ||
	    get->handle != req->hdr.param2 || get->seq != seq || req->room <= head) {
		dsm_large_drop(get);
		return dsm_error(dev, out, SPDM_ERROR_INVALID_REQUEST, 0);
	}

	size = get->len - get->done;
	last = size <= req->room - head;
	if (!last)
		size = req->room - head;

	dsm_put_header(out, "CHUNK_RESPONSE", dev->conn.version,
		       SPDM_RESPONSE(SPDM_CHUNK_GET), last ? SPDM_CHUNK_LAST : 0, get->handle);
	dsm_put16(out, "CHUNK_RESPONSE.seq", seq);
	dsm_put16(out, "CHUNK_RESPONSE.reserved", 0);
	dsm_put32(out, "CHUNK_RESPONSE.size", size);
	if (!seq)
		dsm_put32(out, "CHUNK_RESPONSE.large_size", get->len);
	dsm_put(out, "CHUNK_RESPONSE.chunk", get->data + get->done, size);

	get->done += size;
	get->seq++;
	if (last)
		dsm_large_drop(get);
	return dsm_faulty(dev, SPDM_CHUNK_GET, out);
}
