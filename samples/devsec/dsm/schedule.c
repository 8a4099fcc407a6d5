// SPDX-License-Identifier: GPL-2.0
/*
 * Secrets and keys of a session, derived from what the key exchange gave.
 * No state: a session has that.
 *
 * DSP0274 sec "Key schedule"; HKDF with the hash that was negotiated.
 */
#include <openssl/crypto.h>
#include <string.h>

#include "responder.h"

/* The longest label is that of the application secrets, with a hash behind it */
#define DSM_BIN_MAX	(2 + 8 + 16 + SPDM_MAX_HASH)

/* Expand with the length, the version, a label and perhaps a hash as the info. */
static int dsm_derive(const struct dsm_schedule *sch, const uint8_t *secret, const char *label,
		      const uint8_t *th, uint8_t *okm, size_t len)
{
	uint8_t info[DSM_BIN_MAX];
	char version[] = "spdm1.x ";
	struct dsm_out out;

	version[6] = '0' + (sch->version & 0xf);
	dsm_out_init(&out, info, sizeof(info), NULL);
	dsm_put16(&out, NULL, len);
	dsm_put(&out, NULL, version, strlen(version));
	dsm_put(&out, NULL, label, strlen(label));
	if (th)
		dsm_put(&out, NULL, th, dsm_hash_size(sch->hash));
	if (out.bad)
		return -1;
	return dsm_expand(sch->hash, secret, info, out.len, okm, len);
}

/* Key and IV of a direction, for the secret that it has */
static int dsm_derive_keys(const struct dsm_schedule *sch, struct dsm_keys *keys)
{
	keys->seq = 0;
	if (dsm_derive(sch, keys->secret, "key", NULL, keys->key, dsm_key_size(sch->aead)))
		return -1;
	return dsm_derive(sch, keys->secret, "iv", NULL, keys->iv, SPDM_AEAD_IV);
}

static int dsm_derive_both(const struct dsm_schedule *sch, const uint8_t *from,
			   const char *req_label, const char *rsp_label, const uint8_t *th,
			   struct dsm_keys *req, struct dsm_keys *rsp)
{
	size_t size = dsm_hash_size(sch->hash);

	if (dsm_derive(sch, from, req_label, th, req->secret, size) ||
	    dsm_derive(sch, from, rsp_label, th, rsp->secret, size) ||
	    dsm_derive_keys(sch, req) || dsm_derive_keys(sch, rsp))
		return -1;
	return 0;
}

int dsm_schedule_handshake(struct dsm_schedule *sch, const uint8_t *dhe, size_t len,
			   const uint8_t *th1, struct dsm_keys *req, struct dsm_keys *rsp)
{
	static const uint8_t zeros[SPDM_MAX_HASH];

	if (dsm_extract(sch->hash, zeros, dhe, len, sch->handshake))
		return -1;
	return dsm_derive_both(sch, sch->handshake, "req hs data", "rsp hs data", th1, req, rsp);
}

int dsm_schedule_application(struct dsm_schedule *sch, const uint8_t *th2,
			     struct dsm_keys *req, struct dsm_keys *rsp)
{
	static const uint8_t zeros[SPDM_MAX_HASH];
	size_t size = dsm_hash_size(sch->hash);
	uint8_t salt[SPDM_MAX_HASH];
	int ret = -1;

	if (!dsm_derive(sch, sch->handshake, "derived", NULL, salt, size) &&
	    !dsm_extract(sch->hash, salt, zeros, size, sch->master))
		ret = dsm_derive_both(sch, sch->master, "req app data", "rsp app data", th2,
				      req, rsp);
	OPENSSL_cleanse(salt, sizeof(salt));
	return ret;
}

int dsm_schedule_finished(const struct dsm_schedule *sch, const struct dsm_keys *keys,
			  uint8_t *finished)
{
	return dsm_derive(sch, keys->secret, "finished", NULL, finished,
			  dsm_hash_size(sch->hash));
}

/* KEY_UPDATE: the next secret of a direction, and its keys */
int dsm_schedule_update(const struct dsm_schedule *sch, struct dsm_keys *keys)
{
	uint8_t next[SPDM_MAX_HASH];
	size_t size = dsm_hash_size(sch->hash);
	int ret = dsm_derive(sch, keys->secret, "traffic upd", NULL, next, size);

	if (!ret) {
		memcpy(keys->secret, next, size);
		ret = dsm_derive_keys(sch, keys);
	}
	OPENSSL_cleanse(next, sizeof(next));
	return ret;
}
