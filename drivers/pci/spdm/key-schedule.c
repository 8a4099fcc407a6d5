// SPDX-License-Identifier: GPL-2.0
/*
 * Key schedule: from the secret of a key exchange to the keys of each direction.
 *
 * Secrets are in struct spdm_secrets only, from where they are wiped as soon as
 * nothing comes from them any more. Nothing here knows which message is next.
 *
 * DMTF DSP0274, sec "Key schedule"; RFC 5869 (HKDF).
 */
#include <kunit/visibility.h>
#include <linux/cleanup.h>
#include <linux/err.h>
#include <linux/minmax.h>
#include <linux/spdm.h>
#include <linux/string.h>

#include "crypto.h"
#include "cursor.h"
#include "spdm.h"

#define LABEL_PREFIX	"spdm1.X "
#define MAX_INFO	128

static const u8 zeros[SPDM_MAX_HASH];

/**
 * spdm_hkdf_extract() - concentrate secret material into a key
 * @hash: SPDM_HASH_*
 * @salt: need not be secret
 * @salt_len: its length in bytes
 * @ikm: the material
 * @ikm_len: its length in bytes
 * @prk: result, as long as a digest; may be @salt
 *
 * Return: 0 or a negative errno.
 */
int spdm_hkdf_extract(u32 hash, const u8 *salt, size_t salt_len, const u8 *ikm,
		      size_t ikm_len, u8 *prk)
{
	return spdm_hmac(hash, salt, salt_len, ikm, ikm_len, prk);
}

/* HMAC after HMAC over the one before, @info and a counter, until there is enough */
VISIBLE_IF_KUNIT int spdm_hkdf_expand_info(u32 hash, const u8 *prk, const void *info,
					   size_t info_len, u8 *out, size_t out_len)
{
	u8 in[SPDM_MAX_HASH + MAX_INFO + 1], mac[SPDM_MAX_HASH];
	size_t size = spdm_hash_size(hash), before = 0, nr;
	int rc = 0;

	if (!size || info_len > MAX_INFO || out_len > 255 * size)
		return -EINVAL;

	for (size_t done = 0; done < out_len && !rc; done += nr) {
		nr = min(size, out_len - done);
		memcpy(in, mac, before);
		memcpy(in + before, info, info_len);
		in[before + info_len] = done / size + 1;
		rc = spdm_hmac(hash, prk, size, in, before + info_len + 1, mac);
		memcpy(out + done, mac, nr);
		before = size;
	}

	memzero_explicit(in, sizeof(in));
	memzero_explicit(mac, sizeof(mac));
	if (rc)
		memzero_explicit(out, out_len);
	return rc;
}

/**
 * spdm_hkdf_expand() - make a key for one purpose
 * @hash: SPDM_HASH_*
 * @prk: secret that it comes from, as long as a digest
 * @label: what it is for
 * @version: version byte of the connection
 * @context: digest of a transcript, or NULL
 * @out: result; may be @prk if it is not longer than a digest
 * @out_len: its length in bytes
 *
 * Return: 0 or a negative errno.
 */
int spdm_hkdf_expand(u32 hash, const u8 *prk, const char *label, u8 version,
		     const u8 *context, u8 *out, size_t out_len)
{
	char prefix[] = LABEL_PREFIX;
	struct spdm_writer w;
	u8 info[MAX_INFO];

	prefix[strlen("spdm1.")] = '0' + (version & 0xf);
	spdm_writer_init(&w, info, sizeof(info));
	spdm_put_le16(&w, out_len);
	spdm_put(&w, prefix, strlen(prefix));
	spdm_put(&w, label, strlen(label));
	if (context)
		spdm_put(&w, context, spdm_hash_size(hash));
	if (w.bad)
		return -EINVAL;

	return spdm_hkdf_expand_info(hash, prk, info, w.len, out, out_len);
}

/* A secret of as many bytes as a digest has */
static int expand(struct spdm *spdm, const u8 *prk, const char *label, const u8 *context,
		  u8 *out)
{
	u32 hash = spdm->algos.base_hash;

	return spdm_hkdf_expand(hash, prk, label, spdm->version, context, out,
				spdm_hash_size(hash));
}

/**
 * spdm_direction_clear() - forget key, iv and sequence number
 * @dir: direction
 */
void spdm_direction_clear(struct spdm_direction *dir)
{
	spdm_aead_free(dir->aead);
	memzero_explicit(dir, sizeof(*dir));
}

/**
 * spdm_direction_init() - key, iv and sequence number 0 for a secret
 * @spdm: connection
 * @secret: secret of the direction
 * @dir: changed only if all went well; what was there is wiped then
 *
 * Return: 0 or a negative errno.
 */
int spdm_direction_init(struct spdm *spdm, const u8 *secret, struct spdm_direction *dir)
{
	size_t len = spdm_aead_key_size(spdm->algos.aead);
	u8 *key = spdm->session.secrets.key;
	struct spdm_direction next = { };
	int rc;

	rc = spdm_hkdf_expand(spdm->algos.base_hash, secret, "key", spdm->version, NULL, key, len);
	if (!rc)
		rc = spdm_hkdf_expand(spdm->algos.base_hash, secret, "iv", spdm->version, NULL,
				      next.iv, sizeof(next.iv));
	if (!rc) {
		next.aead = spdm_aead_new(spdm->algos.aead, key, len);
		rc = PTR_ERR_OR_ZERO(next.aead);
	}
	memzero_explicit(key, sizeof(spdm->session.secrets.key));

	if (!rc) {
		spdm_direction_clear(dir);
		*dir = next;
	}
	memzero_explicit(&next, sizeof(next));
	return rc;
}

static int directions_init(struct spdm *spdm)
{
	struct spdm_session *s = &spdm->session;
	int rc = spdm_direction_init(spdm, s->secrets.req, &s->req);

	return rc ?: spdm_direction_init(spdm, s->secrets.rsp, &s->rsp);
}

/**
 * spdm_schedule_handshake() - keys of the handshake, from the shared secret
 * @spdm: connection, with the shared secret in its session's secrets, where it
 *	is wiped
 * @th1: digest of the transcript up to the signature of KEY_EXCHANGE_RSP
 *
 * On an error the session is to be dropped.
 *
 * Return: 0 or a negative errno.
 */
int spdm_schedule_handshake(struct spdm *spdm, const u8 *th1)
{
	struct spdm_secrets *s = &spdm->session.secrets;
	u32 hash = spdm->algos.base_hash;
	int rc;

	rc = spdm_hkdf_extract(hash, zeros, spdm_hash_size(hash), s->dhe,
			       spdm->algos.dhe_size / 2, s->handshake);
	memzero_explicit(s->dhe, sizeof(s->dhe));
	if (!rc)
		rc = expand(spdm, s->handshake, "req hs data", th1, s->req);
	if (!rc)
		rc = expand(spdm, s->handshake, "rsp hs data", th1, s->rsp);
	if (!rc)
		rc = expand(spdm, s->req, "finished", NULL, s->req_finished);
	if (!rc)
		rc = expand(spdm, s->rsp, "finished", NULL, s->rsp_finished);

	return rc ?: directions_init(spdm);
}

/**
 * spdm_schedule_data() - keys of the application, from those of the handshake
 * @spdm: connection; the secrets of the handshake are wiped
 * @th2: digest of the transcript up to FINISH_RSP
 *
 * On an error the session is to be dropped.
 *
 * Return: 0 or a negative errno.
 */
int spdm_schedule_data(struct spdm *spdm, const u8 *th2)
{
	struct spdm_secrets *s = &spdm->session.secrets;
	u32 hash = spdm->algos.base_hash;
	size_t size = spdm_hash_size(hash);
	int rc;

	/* The salt of the master secret is a secret too, and is where that will be. */
	rc = expand(spdm, s->handshake, "derived", NULL, s->master);
	if (!rc)
		rc = spdm_hkdf_extract(hash, s->master, size, zeros, size, s->master);
	if (!rc)
		rc = expand(spdm, s->master, "req app data", th2, s->req);
	if (!rc)
		rc = expand(spdm, s->master, "rsp app data", th2, s->rsp);

	memzero_explicit(s->handshake, sizeof(s->handshake));
	memzero_explicit(s->req_finished, sizeof(s->req_finished));
	memzero_explicit(s->rsp_finished, sizeof(s->rsp_finished));

	return rc ?: directions_init(spdm);
}

/**
 * spdm_schedule_update() - the next keys of a direction
 * @spdm: connection
 * @secret: secret of the direction, replaced by the next
 * @dir: the direction
 *
 * On an error the session is to be dropped, or @secret and @dir to be as before.
 *
 * Return: 0 or a negative errno.
 */
int spdm_schedule_update(struct spdm *spdm, u8 *secret, struct spdm_direction *dir)
{
	int rc = expand(spdm, secret, "traffic upd", NULL, secret);

	return rc ?: spdm_direction_init(spdm, secret, dir);
}

/**
 * spdm_secrets_wipe() - leave nothing of a session's secrets
 * @secrets: they
 */
void spdm_secrets_wipe(struct spdm_secrets *secrets)
{
	memzero_explicit(secrets, sizeof(*secrets));
}
