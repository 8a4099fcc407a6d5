// SPDX-License-Identifier: GPL-2.0
/*
 * What is around the messages of the fake device: records of a session, as
 * crypto-stub.c seals them, and chunks.
 */
#include <linux/string.h>

#include "crypto-stub.h"
#include "cursor.h"
#include "fake.h"

static size_t error(const struct fake *fake, u8 code, const void *data, size_t len, u8 *rsp)
{
	struct spdm_writer w;

	spdm_writer_init(&w, rsp, FAKE_SIZE);
	spdm_put_u8(&w, fake->version ?: SPDM_VERSION_10);
	spdm_put_u8(&w, SPDM_ERROR);
	spdm_put_u8(&w, code);
	spdm_put_u8(&w, 0);
	spdm_put(&w, data, len);
	return w.len;
}

/* Room for data behind the head of a chunk, in a message of the other end's size */
static size_t chunk_room(const struct fake *fake, u16 seq)
{
	size_t head = sizeof(struct spdm_chunk) + (seq ? 0 : 4);

	return max(fake->peer_transfer, 64U) - head;
}

static size_t chunk_get(struct fake *fake, u16 seq, u8 *rsp)
{
	size_t n = min(fake->large_len - fake->large_pos, chunk_room(fake, seq));
	bool last = fake->large_pos + n == fake->large_len;
	struct spdm_writer w;

	if (!fake->large_ready)
		return error(fake, SPDM_ERROR_UNEXPECTED_REQUEST, NULL, 0, rsp);
	spdm_writer_init(&w, rsp, FAKE_SIZE);
	spdm_put_u8(&w, fake->version);
	spdm_put_u8(&w, SPDM_RESPONSE(SPDM_CHUNK_GET));
	spdm_put_u8(&w, last ? SPDM_CHUNK_LAST : 0);
	spdm_put_u8(&w, fake->large_handle);
	spdm_put_le16(&w, seq);
	spdm_put_le16(&w, 0);
	spdm_put_le32(&w, n);
	if (!seq)
		spdm_put_le32(&w, fake->large_len);
	spdm_put(&w, fake->large + fake->large_pos, n);
	fake->large_pos += n;
	fake->large_ready = !last;
	return w.len;
}

/* An answer, or word that it has to be fetched; only @fake->large may hold it then. */
static size_t fitting(struct fake *fake, size_t len, u8 *rsp)
{
	if (len <= fake->peer_transfer || !(fake->caps & SPDM_CAP_CHUNK) ||
	    fake->version < SPDM_VERSION_12)
		return len;
	memcpy(fake->large, rsp, len);
	fake->large_len = len;
	fake->large_pos = 0;
	fake->large_ready = true;
	fake->large_handle++;
	return error(fake, SPDM_ERROR_LARGE_RESPONSE, &fake->large_handle, 1, rsp);
}

static size_t chunk_send(struct fake *fake, const u8 *req, size_t len, u8 *rsp)
{
	size_t head = sizeof(struct spdm_chunk);
	struct spdm_writer w;
	u16 seq;

	if (len < head)
		return error(fake, SPDM_ERROR_INVALID_REQUEST, NULL, 0, rsp);
	seq = get_unaligned_le16(req + 4);
	if (!seq) {
		head += 4;
		fake->large_len = 0;
		fake->large_ready = false;
	}
	if (len > head && len - head <= FAKE_SIZE - fake->large_len) {
		memcpy(fake->large + fake->large_len, req + head, len - head);
		fake->large_len += len - head;
	}
	spdm_writer_init(&w, rsp, FAKE_SIZE);
	spdm_put_u8(&w, fake->version);
	spdm_put_u8(&w, SPDM_RESPONSE(SPDM_CHUNK_SEND));
	spdm_put_u8(&w, 0);
	spdm_put_u8(&w, req[3]);
	spdm_put_le16(&w, seq);
	if (!(req[2] & SPDM_CHUNK_LAST))
		return w.len;
	len = fake_message(fake, fake->large, fake->large_len, rsp + w.len);
	return w.len + fitting(fake, len, rsp + w.len);
}

static size_t plain(struct fake *fake, const u8 *req, size_t len, u8 *rsp)
{
	if (len >= sizeof(struct spdm_chunk_get) && req[1] == SPDM_CHUNK_GET)
		return chunk_get(fake, get_unaligned_le16(req + 4), rsp);
	if (len >= 4 && req[1] == SPDM_CHUNK_SEND)
		return chunk_send(fake, req, len, rsp);
	return fitting(fake, fake_message(fake, req, len, rsp), rsp);
}

size_t fake_answer(struct fake *fake, bool secured, const u8 *req, size_t len, u8 *rsp)
{
	size_t head = sizeof(struct spdm_record) + 2;
	size_t n;

	if (!secured)
		return plain(fake, req, len, rsp);
	if (len < head)
		return 0;
	n = min(len - head, (size_t)get_unaligned_le16(req + head - 2));
	n = plain(fake, req + head, n, rsp + head);
	put_unaligned_le32(fake->session_id, rsp);
	put_unaligned_le16(2 + n + SPDM_AEAD_TAG, rsp + 4);
	put_unaligned_le16(n, rsp + 6);
	memset(rsp + head + n, 0, SPDM_AEAD_TAG);
	memcpy(rsp + head + n, STUB_GOOD, STUB_GOOD_LEN);
	return head + n + SPDM_AEAD_TAG;
}
