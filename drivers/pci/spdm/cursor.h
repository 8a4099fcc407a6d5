/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A bounded reader and a bounded writer. What does not fit sets a flag that
 * stays, and gives zeros; whoever is done asks once. No other place in here
 * computes with pointers into a message.
 */
#ifndef __SPDM_CURSOR_H
#define __SPDM_CURSOR_H

#include <linux/string.h>
#include <linux/types.h>
#include <linux/unaligned.h>

/**
 * struct spdm_reader - reads what the peer sent
 * @pos: the next byte
 * @left: bytes from @pos on
 * @bad: more was asked for than there is
 */
struct spdm_reader {
	const u8 *pos;
	size_t left;
	bool bad;
};

static inline void spdm_reader_init(struct spdm_reader *r, const void *data, size_t len)
{
	r->pos = data;
	r->left = len;
	r->bad = false;
}

/* The next @len bytes, or NULL; nothing is read any more after a NULL. */
static inline const void *spdm_get(struct spdm_reader *r, size_t len)
{
	const u8 *pos = r->pos;

	if (r->bad || len > r->left) {
		r->bad = true;
		r->left = 0;
		return NULL;
	}
	r->pos += len;
	r->left -= len;
	return pos;
}

static inline u8 spdm_get_u8(struct spdm_reader *r)
{
	const u8 *p = spdm_get(r, 1);

	return p ? *p : 0;
}

static inline u16 spdm_get_le16(struct spdm_reader *r)
{
	const u8 *p = spdm_get(r, 2);

	return p ? get_unaligned_le16(p) : 0;
}

static inline u32 spdm_get_le24(struct spdm_reader *r)
{
	const u8 *p = spdm_get(r, 3);

	return p ? get_unaligned_le24(p) : 0;
}

static inline u32 spdm_get_le32(struct spdm_reader *r)
{
	const u8 *p = spdm_get(r, 4);

	return p ? get_unaligned_le32(p) : 0;
}

/**
 * struct spdm_writer - makes a message
 * @buf: where it begins
 * @size: room, in bytes
 * @len: bytes so far
 * @bad: there was not room enough
 */
struct spdm_writer {
	u8 *buf;
	size_t size;
	size_t len;
	bool bad;
};

static inline void spdm_writer_init(struct spdm_writer *w, void *buf, size_t size)
{
	w->buf = buf;
	w->size = size;
	w->len = 0;
	w->bad = false;
}

/* Room for @len bytes, zeroed, or NULL. */
static inline void *spdm_room(struct spdm_writer *w, size_t len)
{
	u8 *pos = w->buf + w->len;

	if (w->bad || len > w->size - w->len) {
		w->bad = true;
		return NULL;
	}
	w->len += len;
	memset(pos, 0, len);
	return pos;
}

static inline void spdm_put(struct spdm_writer *w, const void *data, size_t len)
{
	void *pos = spdm_room(w, len);

	if (pos && len)
		memcpy(pos, data, len);
}

static inline void spdm_put_u8(struct spdm_writer *w, u8 val)
{
	spdm_put(w, &val, sizeof(val));
}

static inline void spdm_put_le16(struct spdm_writer *w, u16 val)
{
	u8 *pos = spdm_room(w, 2);

	if (pos)
		put_unaligned_le16(val, pos);
}

static inline void spdm_put_le32(struct spdm_writer *w, u32 val)
{
	u8 *pos = spdm_room(w, 4);

	if (pos)
		put_unaligned_le32(val, pos);
}

#endif /* __SPDM_CURSOR_H */
