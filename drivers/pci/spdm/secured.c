// SPDX-License-Identifier: GPL-2.0
/*
 * Records: messages of a session, sealed on their way out and opened on their way
 * in. The sequence number is not on the wire: a record that was lost, repeated or
 * put in another order does not open, and the caller drops the session then.
 *
 * DMTF DSP0277, with the binding to PCIe DOE. Sessions without encryption
 * (integrity only) are not supported.
 */
#include <linux/spdm.h>
#include <linux/string.h>
#include <linux/unaligned.h>

#include "crypto.h"
#include "cursor.h"
#include "spdm.h"

#define APP_LEN		sizeof(__le16)	/* length of the message, before it */
#define MAX_PADDING	3		/* DOE's, up to a multiple of a DW */

/* The sequence number goes little-endian into the first bytes of the iv. */
static void record_iv(const struct spdm_direction *dir, u8 *iv)
{
	memcpy(iv, dir->iv, SPDM_AEAD_IV);
	put_unaligned_le64(get_unaligned_le64(iv) ^ dir->seq, iv);
}

/* No number is used twice with one key, not even by a session that lives for ever. */
static bool direction_usable(const struct spdm_direction *dir)
{
	return dir->aead && dir->seq != U64_MAX;
}

/**
 * spdm_seal() - make a record of a message
 * @spdm: connection with a session
 * @msg: the message; may not overlap with @record
 * @len: its length in bytes
 * @record: where the record goes
 * @size: room there, in bytes
 *
 * Return: length of the record, -EMSGSIZE if there is no room for it, -ENOTCONN
 * without a key, or with one that is used up.
 */
ssize_t spdm_seal(struct spdm *spdm, const void *msg, size_t len, u8 *record, size_t size)
{
	struct spdm_direction *dir = &spdm->session.req;
	struct spdm_record head = { };
	u8 iv[SPDM_AEAD_IV];
	struct spdm_writer w;
	u8 *plain, *tag;
	int rc;

	if (!direction_usable(dir))
		return -ENOTCONN;
	if (len > U16_MAX - APP_LEN - SPDM_AEAD_TAG)
		return -EMSGSIZE;

	put_unaligned_le32(spdm->session.id, &head.session_id);
	put_unaligned_le16(APP_LEN + len + SPDM_AEAD_TAG, &head.length);

	spdm_writer_init(&w, record, size);
	spdm_put(&w, &head, sizeof(head));
	plain = w.buf + w.len;
	spdm_put_le16(&w, len);
	spdm_put(&w, msg, len);
	tag = spdm_room(&w, SPDM_AEAD_TAG);
	if (w.bad)
		return -EMSGSIZE;

	record_iv(dir, iv);
	rc = spdm_aead_seal(dir->aead, iv, &head, sizeof(head), plain, APP_LEN + len, tag);
	memzero_explicit(iv, sizeof(iv));
	if (rc) {
		memzero_explicit(record, w.len);
		return rc;
	}

	dir->seq++;
	return w.len;
}

/*
 * The message in what was decrypted. What follows it is there to hide its length,
 * and was authenticated along.
 */
static ssize_t app_message(const u8 *plain, size_t len, const u8 **msg)
{
	struct spdm_reader r;
	size_t app_len;

	spdm_reader_init(&r, plain, len);
	app_len = spdm_get_le16(&r);
	*msg = spdm_get(&r, app_len);
	if (r.bad) {
		*msg = NULL;
		return -EBADMSG;
	}
	return app_len;
}

/**
 * spdm_open() - the message of a record
 * @spdm: connection with a session
 * @dir: direction from the device, as of now or before an update of keys
 * @record: the record, which is changed
 * @len: what was received, in bytes, with up to three of padding
 * @msg: where the message begins, in @record
 *
 * After any error the session is to be dropped, unless another @dir opens it: the two
 * ends do not agree any more on which record is next.
 *
 * Return: length of the message; -EKEYREJECTED if it is not the record that comes
 * next, as the device sealed it; -EBADMSG if it is too short; -EMSGSIZE if it is
 * longer than it says; -EPROTO if it is another session's; -ENOTCONN without a key.
 */
ssize_t spdm_open(struct spdm *spdm, struct spdm_direction *dir, u8 *record, size_t len,
		  const u8 **msg)
{
	size_t length, plain_len;
	u8 iv[SPDM_AEAD_IV];
	struct spdm_reader r;
	const u8 *tag;
	u8 *plain;
	u32 id;
	int rc;

	*msg = NULL;
	if (!direction_usable(dir))
		return -ENOTCONN;

	spdm_reader_init(&r, record, len);
	id = spdm_get_le32(&r);
	length = spdm_get_le16(&r);
	if (r.bad || length > r.left || length < APP_LEN + SPDM_AEAD_TAG)
		return -EBADMSG;
	if (r.left - length > MAX_PADDING)
		return -EMSGSIZE;
	if (id != spdm->session.id)
		return -EPROTO;

	plain_len = length - SPDM_AEAD_TAG;
	plain = record + sizeof(struct spdm_record);
	tag = plain + plain_len;
	record_iv(dir, iv);
	rc = spdm_aead_open(dir->aead, iv, record, sizeof(struct spdm_record), plain, plain_len,
			    tag);
	memzero_explicit(iv, sizeof(iv));
	if (rc) {
		/* Some ciphers leave there what nobody vouches for. */
		memzero_explicit(plain, plain_len);
		return rc;
	}

	dir->seq++;
	return app_message(plain, plain_len, msg);
}
