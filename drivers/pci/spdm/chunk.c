// SPDX-License-Identifier: GPL-2.0
/*
 * SPDM requester: messages that do not fit in one transfer, in chunks.
 *
 * The device names the size of a large response, and so sizes an allocation: it
 * is held against our own limit first. Handle, sequence and sum must be exact, and
 * no chunk but the last may be small, which bounds their number. Each of them may
 * take the transport a second, so the exchange has a deadline. Nothing in here
 * waits: a device that is not done says so before it offers a large response.
 *
 * DSP0274 1.2 and 1.3 sec "Large SPDM message transfer mechanism".
 */
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "cursor.h"
#include "spdm.h"

/**
 * struct chunks - a large response as far as it is here
 * @data: the message
 * @len: bytes of it so far
 * @total: bytes that it is to have
 */
struct chunks {
	u8 *data;
	size_t len;
	size_t total;
};

bool spdm_chunk_able(const struct spdm *spdm)
{
	return spdm->version >= SPDM_VERSION_12 && (spdm->caps & SPDM_CAP_CHUNK);
}

/* The longest message that can come in one object, inside of a session or not */
u32 spdm_transfer_size(const struct spdm *spdm)
{
	return spdm->config.max_object - SPDM_RECORD_OVERHEAD;
}

/* The longest message that may go out in one object */
size_t spdm_chunk_limit(const struct spdm *spdm, bool secured)
{
	size_t limit = spdm->config.max_object - (secured ? SPDM_RECORD_OVERHEAD : 0);

	if (spdm->peer_transfer)
		limit = min_t(size_t, limit, spdm->peer_transfer);
	return limit;
}

void spdm_big_free(struct spdm *spdm)
{
	kvfree_sensitive(spdm->big.data, spdm->big.len);
	spdm->big.data = NULL;
	spdm->big.len = 0;
}

static bool too_late(struct spdm *spdm, const struct spdm_exchange *x)
{
	return spdm->now(spdm) > x->deadline;
}

/*
 * Large requests
 */

/* One chunk; returns the bytes of the request that are in it, or an errno. */
static ssize_t put_chunk(struct spdm *spdm, const struct spdm_exchange *x, u8 handle, u16 seq,
			 size_t done, size_t *msg_len)
{
	struct spdm_chunk head = {};
	struct spdm_writer w;
	size_t part;

	spdm_writer_init(&w, spdm->chunk, spdm_chunk_limit(spdm, x->secured));
	part = min(x->req_len - done, w.size - sizeof(head) - (seq ? 0 : sizeof(__le32)));

	spdm_header_init(spdm, &head.hdr, SPDM_CHUNK_SEND,
			 done + part == x->req_len ? SPDM_CHUNK_LAST : 0, handle);
	head.seq = cpu_to_le16(seq);
	head.size = cpu_to_le32(part);
	spdm_put(&w, &head, sizeof(head));
	if (!seq)
		spdm_put_le32(&w, x->req_len);
	spdm_put(&w, (const u8 *)x->req + done, part);
	*msg_len = w.len;
	return w.bad ? -EMSGSIZE : part;
}

/*
 * 0: go on; more: the response to the large request, of that length, is in *@rsp.
 * It comes with the last chunk, or sooner if the device knows enough to refuse.
 */
static ssize_t take_ack(struct spdm *spdm, bool secured, u8 handle, u16 seq, bool last,
			const u8 **rsp, size_t len)
{
	const struct spdm_chunk_ack *ack = (const void *)*rsp;
	bool early;
	int rc;

	rc = spdm_response_check(spdm, spdm->version, SPDM_CHUNK_SEND, *rsp, len);
	/* It may be about chunks that were given up before these: then that is the answer */
	if (rc > 0 && spdm->torn && !seq)
		return len;
	if (rc > 0)
		return spdm_response_error(spdm, secured, *rsp);
	if (rc)
		return rc;
	if (len < sizeof(*ack))
		return spdm_fault(spdm, -EBADMSG, "CHUNK_SEND_ACK is too short");
	if (ack->hdr.param2 != handle)
		return spdm_fault(spdm, -EPROTO, "CHUNK_SEND_ACK of another message");
	if (le16_to_cpu(ack->seq) != seq)
		return spdm_fault(spdm, -EPROTO, "CHUNK_SEND_ACK of another chunk");

	early = ack->hdr.param1 & SPDM_CHUNK_EARLY_ERROR;
	if (!last && !early)
		return spdm_response_end(spdm, !secured, *rsp, len, sizeof(*ack));
	*rsp += sizeof(*ack);
	len -= sizeof(*ack);
	if (len < sizeof(struct spdm_header))
		return spdm_fault(spdm, -EBADMSG, "CHUNK_SEND_ACK without a response");
	if (early && ((const struct spdm_header *)*rsp)->code != SPDM_ERROR)
		return spdm_fault(spdm, -EPROTO, "CHUNK_SEND_ACK has an early error that is none");
	return len;
}

static ssize_t send_chunks(struct spdm *spdm, const struct spdm_exchange *x, u8 handle,
			   const u8 **rsp)
{
	size_t done = 0, msg_len;
	ssize_t n;

	for (unsigned int seq = 0; seq <= U16_MAX; seq++) {
		if (too_late(spdm, x))
			return spdm_fault(spdm, -EBUSY, "the chunks of a request take too long");
		n = put_chunk(spdm, x, handle, seq, done, &msg_len);
		if (n < 0)
			return n;
		done += n;
		n = spdm_transfer(spdm, x->secured, spdm->chunk, msg_len, rsp);
		if (n < 0)
			return n;
		n = take_ack(spdm, x->secured, handle, seq, done == x->req_len, rsp, n);
		if (n)
			return n;
	}
	return spdm_fault(spdm, -EMSGSIZE, "a request has too many chunks");
}

ssize_t spdm_chunk_send(struct spdm *spdm, const struct spdm_exchange *x, const u8 **rsp)
{
	ssize_t n;

	if (!spdm_chunk_able(spdm))
		return spdm_fault(spdm, -EMSGSIZE, "a request is too long for the device");
	if (x->req_len > spdm->peer_message)
		return spdm_fault(spdm, -EMSGSIZE, "a request is above MaxSPDMmsgSize");

	n = send_chunks(spdm, x, spdm->chunk_handle++, rsp);
	if (n < 0)
		spdm->torn = true;
	/* What went through a session may have been a key. */
	if (x->secured)
		memzero_explicit(spdm->chunk, spdm->config.max_object);
	return n;
}

/*
 * Large responses
 */

static ssize_t ask_chunk(struct spdm *spdm, bool secured, u8 handle, u16 seq, const u8 **rsp)
{
	struct spdm_chunk_get req = {};
	ssize_t len;
	int rc;

	spdm_header_init(spdm, &req.hdr, SPDM_CHUNK_GET, 0, handle);
	req.seq = cpu_to_le16(seq);
	len = spdm_transfer(spdm, secured, &req, sizeof(req), rsp);
	if (len < 0)
		return len;
	rc = spdm_response_check(spdm, spdm->version, SPDM_CHUNK_GET, *rsp, len);
	if (rc > 0)
		return spdm_response_error(spdm, secured, *rsp);
	return rc ?: len;
}

static int begin_message(struct spdm *spdm, struct chunks *c, u32 total)
{
	if (total > SPDM_MAX_MESSAGE)
		return spdm_fault(spdm, -EMSGSIZE, "a large response is larger than was offered");
	if (total < sizeof(struct spdm_header))
		return spdm_fault(spdm, -EPROTO, "a large response is smaller than a header");
	c->data = kvmalloc(total, GFP_KERNEL);
	if (!c->data)
		return -ENOMEM;
	c->total = total;
	return 0;
}

/* @head is how long the chunk's message is without the chunk */
static int check_chunk(struct spdm *spdm, const struct chunks *c, size_t head, u32 size,
		       bool last)
{
	if (size > c->total - c->len)
		return spdm_fault(spdm, -EPROTO, "chunks are more than their message");
	if (last && size != c->total - c->len)
		return spdm_fault(spdm, -EPROTO, "chunks are less than their message");
	if (!last && size == c->total - c->len)
		return spdm_fault(spdm, -EPROTO, "the last chunk does not say so");
	if (!last && head + size < SPDM_MIN_TRANSFER)
		return spdm_fault(spdm, -EPROTO, "a chunk is smaller than any transfer");
	return 0;
}

/* 1 after the last one */
static int take_chunk(struct spdm *spdm, bool secured, u8 handle, u16 seq, struct chunks *c,
		      const u8 *rsp, size_t len)
{
	const struct spdm_chunk *chunk;
	struct spdm_reader r;
	u32 size, total = 0;
	const u8 *part;
	size_t head;
	bool last;
	int rc;

	spdm_reader_init(&r, rsp, len);
	chunk = spdm_get(&r, sizeof(*chunk));
	if (!seq)
		total = spdm_get_le32(&r);
	if (!chunk || r.bad)
		return spdm_fault(spdm, -EBADMSG, "CHUNK_RESPONSE is too short");
	if (chunk->hdr.param2 != handle)
		return spdm_fault(spdm, -EPROTO, "CHUNK_RESPONSE of another message");
	if (le16_to_cpu(chunk->seq) != seq)
		return spdm_fault(spdm, -EPROTO, "CHUNK_RESPONSE of another chunk");

	size = le32_to_cpu(chunk->size);
	last = chunk->hdr.param1 & SPDM_CHUNK_LAST;
	head = len - r.left;
	part = spdm_get(&r, size);
	if (!part)
		return spdm_fault(spdm, -EBADMSG, "CHUNK_RESPONSE ends before its chunk");
	rc = spdm_response_end(spdm, !secured, rsp, len, head + size);
	if (!rc && !seq)
		rc = begin_message(spdm, c, total);
	if (!rc)
		rc = check_chunk(spdm, c, head, size, last);
	if (rc)
		return rc;
	memcpy(c->data + c->len, part, size);
	c->len += size;
	return last;
}

static int get_chunks(struct spdm *spdm, const struct spdm_exchange *x, u8 handle,
		      struct chunks *c)
{
	const u8 *rsp = NULL;
	ssize_t len;
	int rc;

	for (unsigned int seq = 0; seq <= U16_MAX; seq++) {
		if (too_late(spdm, x))
			return spdm_fault(spdm, -EBUSY, "the chunks of a response take too long");
		len = ask_chunk(spdm, x->secured, handle, seq, &rsp);
		if (len < 0)
			return len;
		rc = take_chunk(spdm, x->secured, handle, seq, c, rsp, len);
		if (rc)
			return rc;
	}
	return spdm_fault(spdm, -EMSGSIZE, "a response has too many chunks");
}

/* Returns the length of the message, in *@rsp until the next exchange. */
ssize_t spdm_chunk_get(struct spdm *spdm, const struct spdm_exchange *x, u8 handle,
		       const u8 **rsp)
{
	struct chunks c = {};
	int rc = get_chunks(spdm, x, handle, &c);

	spdm_big_free(spdm);
	if (rc < 0) {
		spdm->torn = true;
		kvfree_sensitive(c.data, c.total);
		return rc;
	}
	spdm->big.data = c.data;
	spdm->big.len = c.len;
	*rsp = c.data;
	return c.len;
}
