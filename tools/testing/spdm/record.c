// SPDX-License-Identifier: GPL-2.0
/*
 * Look into the records of a session, and make others, with the ciphers of the
 * requester: a test owns both ends. DSP0277; not a line of secured.c.
 */
#include <linux/string.h>
#include <linux/unaligned.h>

#include "crypto.h"
#include "record.h"

#define HEAD	sizeof(struct spdm_record)

static void make_nonce(const struct spdm_direction *dir, u64 seq, u8 *nonce)
{
	memcpy(nonce, dir->iv, SPDM_AEAD_IV);
	for (int i = 0; i < 8; i++)
		nonce[i] ^= seq >> (8 * i);
}

ssize_t record_open(const struct spdm_direction *dir, u64 seq, const u8 *record, size_t len,
		    u8 *msg, size_t size)
{
	u8 nonce[SPDM_AEAD_IV], plain[RECORD_MAX];
	size_t body, n;

	if (!dir->aead || len < HEAD + 2 + SPDM_AEAD_TAG)
		return -EBADMSG;
	body = get_unaligned_le16(record + 4);
	if (body > len - HEAD || body < 2 + SPDM_AEAD_TAG || body > sizeof(plain))
		return -EBADMSG;
	body -= SPDM_AEAD_TAG;
	memcpy(plain, record + HEAD, body);
	make_nonce(dir, seq, nonce);
	if (spdm_aead_open(dir->aead, nonce, record, HEAD, plain, body, record + HEAD + body))
		return -EKEYREJECTED;
	n = get_unaligned_le16(plain);
	if (n > body - 2 || n > size)
		return -EBADMSG;
	memcpy(msg, plain + 2, n);
	return n;
}

size_t record_seal(const struct spdm_direction *dir, u64 seq, u32 id, const u8 *msg, size_t len,
		   u8 *record)
{
	u8 nonce[SPDM_AEAD_IV];

	put_unaligned_le32(id, record);
	put_unaligned_le16(2 + len + SPDM_AEAD_TAG, record + 4);
	put_unaligned_le16(len, record + HEAD);
	memcpy(record + HEAD + 2, msg, len);
	make_nonce(dir, seq, nonce);
	if (spdm_aead_seal(dir->aead, nonce, record, HEAD, record + HEAD, 2 + len,
			   record + HEAD + 2 + len))
		return 0;
	return HEAD + 2 + len + SPDM_AEAD_TAG;
}
