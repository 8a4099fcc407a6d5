// SPDX-License-Identifier: GPL-2.0
/*
 * What a signature of the device covers, besides the transcript.
 *
 * Up to 1.1 the digest of the transcript is signed as it is. From 1.2 on, version
 * and purpose come before it, so that no signature can stand for another; that is
 * hashed again, and signed.
 *
 * DMTF DSP0274, sec "Signature generation".
 */
#include <kunit/visibility.h>
#include <linux/spdm.h>
#include <linux/string.h>

#include "crypto.h"
#include "cursor.h"
#include "spdm.h"

#define PREFIX_VERSION	"dmtf-spdm-v1.X.*"
#define PREFIX_REPEATED	4

VISIBLE_IF_KUNIT int spdm_signed_digest(u8 version, u32 hash, const char *context,
					const u8 *digest, u8 *signed_digest)
{
	size_t size = spdm_hash_size(hash), len = strlen(context), room;
	u8 buf[SPDM_SIGN_PREFIX + SPDM_MAX_HASH];
	char text[] = PREFIX_VERSION;
	struct spdm_writer w;

	if (version < SPDM_VERSION_12) {
		memcpy(signed_digest, digest, size);
		return 0;
	}

	text[strlen("dmtf-spdm-v1.")] = '0' + (version & 0xf);
	spdm_writer_init(&w, buf, sizeof(buf));
	for (int i = 0; i < PREFIX_REPEATED; i++)
		spdm_put(&w, text, strlen(text));

	/* The purpose ends where the prefix does. */
	room = SPDM_SIGN_PREFIX - w.len;
	if (len > room)
		return -EINVAL;
	spdm_room(&w, room - len);
	spdm_put(&w, context, len);
	spdm_put(&w, digest, size);
	if (w.bad)
		return -EINVAL;

	return spdm_hash_once(hash, buf, w.len, signed_digest);
}

/**
 * spdm_check_signature() - did the device sign this?
 * @spdm: connection
 * @slot: slot whose leaf is to have signed it
 * @context: purpose, as the specification names it
 * @digest: of the transcript
 * @sig: the signature, spdm->algos.sig_size bytes
 *
 * Return: 0, -EKEYREJECTED if the signature is not good, -ENOKEY if the slot has
 * no leaf that was judged, or another negative errno.
 */
int spdm_check_signature(struct spdm *spdm, u8 slot, const char *context, const u8 *digest,
			 const u8 *sig)
{
	const struct spdm_algos *algos = &spdm->algos;
	u8 signed_digest[SPDM_MAX_HASH];
	int rc;

	if (slot >= SPDM_NR_SLOTS || !spdm->slots[slot].leaf)
		return -ENOKEY;

	rc = spdm_signed_digest(spdm->version, algos->base_hash, context, digest, signed_digest);
	if (rc)
		return rc;

	return spdm_cert_verify(spdm->slots[slot].leaf, algos->base_asym, algos->base_hash,
				signed_digest, sig, algos->sig_size);
}
