// SPDX-License-Identifier: GPL-2.0
/*
 * A secured session: KEY_EXCHANGE and FINISH open it, END_SESSION closes it.
 *
 * DSP0274 1.3, "KEY_EXCHANGE", "FINISH", "END_SESSION"; DSP0277 1.2, "Opaque
 * data". Only the device authenticates, the handshake is encrypted, and no
 * summary of measurements is asked for. Whatever fails after the first message,
 * nothing is left of the session; the device may think otherwise until it hears
 * GET_VERSION.
 */
#include <crypto/utils.h>
#include <linux/err.h>

#include "crypto.h"
#include "cursor.h"
#include "spdm.h"

#define ALIGN_ELEMENT	4	/* of opaque data */

/* Versions of DSP0277 that we speak, as in VERSION. 1.3 would add nothing that we use. */
static const u16 sm_versions[] = { 0x1000, 0x1100, 0x1200 };

#define MAX_REQUEST	(sizeof(struct spdm_key_exchange_req) + SPDM_MAX_DHE + 2 + 32)

/**
 * struct key_exchange - KEY_EXCHANGE_RSP, taken apart
 * @fixed: the part before the public value
 * @public: the device's public value
 * @opaque: opaque data
 * @opaque_len: bytes in it
 * @sig: the signature
 * @verify: the verify data
 */
struct key_exchange {
	const struct spdm_key_exchange_rsp *fixed;
	const u8 *public;
	const u8 *opaque;
	u16 opaque_len;
	const u8 *sig;
	const u8 *verify;
};

void spdm_session_drop(struct spdm *spdm)
{
	struct spdm_session *s = &spdm->session;

	spdm_direction_clear(&s->req);
	spdm_direction_clear(&s->rsp);
	spdm_direction_clear(&s->old_rsp);
	spdm_hash_free(s->th);
	s->th = NULL;
	spdm_secrets_wipe(&s->secrets);
	s->state = SPDM_SESSION_NONE;
	s->id = 0;
	s->heartbeat_s = 0;
	s->update_tag = 0;
}

/* What an open session does not need any more: all but the secrets of both directions */
static void wipe_handshake(struct spdm_secrets *secrets)
{
	memzero_explicit(secrets->handshake, sizeof(secrets->handshake));
	memzero_explicit(secrets->master, sizeof(secrets->master));
	memzero_explicit(secrets->req_finished, sizeof(secrets->req_finished));
	memzero_explicit(secrets->rsp_finished, sizeof(secrets->rsp_finished));
	memzero_explicit(secrets->key, sizeof(secrets->key));
	memzero_explicit(secrets->dhe, sizeof(secrets->dhe));
}

/* Our half of the next session's id: never 0, and no guess from outside */
static int next_id(struct spdm *spdm, u16 *id)
{
	struct spdm_session *s = &spdm->session;

	if (!s->next_id && spdm_random(&s->next_id, sizeof(s->next_id)))
		return spdm_fault(spdm, -ECANCELED, "no random numbers");
	if (!s->next_id)
		s->next_id = 1;
	*id = s->next_id++;
	return 0;
}

/* Opaque data: the versions of secured messages that we speak */
static void put_versions(const struct spdm *spdm, struct spdm_writer *w)
{
	struct spdm_opaque_table_11 old = {
		.spec_id = cpu_to_le32(SPDM_OPAQUE_SPEC_ID),
		.version = SPDM_OPAQUE_VERSION,
		.elements = 1,
	};
	struct spdm_opaque_table new = { .elements = 1 };
	size_t len = 2 + 1 + sizeof(sm_versions);
	struct spdm_opaque_element element = { .length = cpu_to_le16(len) };
	size_t padded = round_up(len, ALIGN_ELEMENT);

	if (spdm->version >= SPDM_VERSION_12) {
		spdm_put_le16(w, sizeof(new) + sizeof(element) + padded);
		spdm_put(w, &new, sizeof(new));
	} else {
		spdm_put_le16(w, sizeof(old) + sizeof(element) + padded);
		spdm_put(w, &old, sizeof(old));
	}
	spdm_put(w, &element, sizeof(element));
	spdm_put_u8(w, SPDM_SM_DATA_VERSION);
	spdm_put_u8(w, SPDM_SM_SUPPORTED);
	spdm_put_u8(w, ARRAY_SIZE(sm_versions));
	for (int i = 0; i < ARRAY_SIZE(sm_versions); i++)
		spdm_put_le16(w, sm_versions[i]);
	spdm_room(w, padded - len);
}

static int make_request(struct spdm *spdm, u8 slot, u16 id, struct spdm_dhe *dhe,
			struct spdm_writer *w)
{
	struct spdm_key_exchange_req req = { .session_id = cpu_to_le16(id) };
	u8 *public;
	int rc;

	spdm_header_init(spdm, &req.hdr, SPDM_KEY_EXCHANGE, SPDM_SUMMARY_NONE, slot);
	if (spdm_random(req.random, sizeof(req.random)))
		return spdm_fault(spdm, -ECANCELED, "no random numbers");
	spdm_put(w, &req, sizeof(req));
	public = spdm_room(w, spdm->algos.dhe_size);
	if (!public)
		return -EMSGSIZE;
	rc = spdm_dhe_public(dhe, public, spdm->algos.dhe_size);
	if (rc)
		return rc;
	put_versions(spdm, w);
	return w->bad ? -EMSGSIZE : 0;
}

static int parse(struct spdm *spdm, struct spdm_exchange *x, struct key_exchange *rsp)
{
	struct spdm_reader r;
	int rc;

	spdm_reader_init(&r, x->rsp, x->rsp_len);
	rsp->fixed = spdm_get(&r, sizeof(*rsp->fixed));
	rsp->public = spdm_get(&r, spdm->algos.dhe_size);
	rsp->opaque_len = spdm_get_le16(&r);
	rsp->opaque = spdm_get(&r, rsp->opaque_len);
	rsp->sig = spdm_get(&r, spdm->algos.sig_size);
	rsp->verify = spdm_get(&r, spdm->algos.hash_size);
	if (r.bad)
		return spdm_fault(spdm, -EBADMSG, "KEY_EXCHANGE_RSP is too short");
	rc = spdm_exchange_end(spdm, x, r.pos - x->rsp);
	if (rc)
		return rc;
	if (rsp->opaque_len > SPDM_MAX_OPAQUE)
		return spdm_fault(spdm, -EPROTO, "opaque data in KEY_EXCHANGE_RSP");
	return 0;
}

/* How many elements there are in opaque data; @r is left before the first. */
static int opaque_begin(const struct spdm *spdm, struct spdm_reader *r)
{
	const struct spdm_opaque_table_11 *old;
	const struct spdm_opaque_table *new;

	if (spdm->version >= SPDM_VERSION_12) {
		new = spdm_get(r, sizeof(*new));
		return new ? new->elements : -EBADMSG;
	}
	old = spdm_get(r, sizeof(*old));
	if (!old)
		return -EBADMSG;
	if (le32_to_cpu(old->spec_id) != SPDM_OPAQUE_SPEC_ID || old->version != SPDM_OPAQUE_VERSION)
		return -EPROTO;
	return old->elements;
}

/* One element of opaque data: the version that it selects, 0 if it is about something else */
static u16 selected_version(struct spdm_reader *r)
{
	const u8 *begin = r->pos;
	u8 id = spdm_get_u8(r);
	u8 vendor_len = spdm_get_u8(r);
	struct spdm_reader data = {};
	u16 len;

	spdm_get(r, vendor_len);
	len = spdm_get_le16(r);
	spdm_reader_init(&data, r->pos, len);
	data.bad = !spdm_get(r, len);
	spdm_get(r, round_up(r->pos - begin, ALIGN_ELEMENT) - (r->pos - begin));
	if (r->bad || id != SPDM_STANDARD_DMTF || vendor_len)
		return 0;
	if (spdm_get_u8(&data) != SPDM_SM_DATA_VERSION ||
	    spdm_get_u8(&data) != SPDM_SM_SELECTION || data.left != sizeof(u16))
		return 0;
	return spdm_get_le16(&data);
}

/* The device has to choose one of the versions that we offered, once. */
static int check_opaque(struct spdm *spdm, const struct key_exchange *rsp)
{
	unsigned int hits = 0, choices = 0;
	struct spdm_reader r;
	int elements;

	spdm_reader_init(&r, rsp->opaque, rsp->opaque_len);
	elements = opaque_begin(spdm, &r);
	if (elements < 0)
		return spdm_fault(spdm, elements, "opaque data in KEY_EXCHANGE_RSP");
	for (; elements && !r.bad; elements--) {
		u16 version = selected_version(&r);

		choices += !!version;
		for (int i = 0; i < ARRAY_SIZE(sm_versions); i++)
			hits += version == sm_versions[i];
	}
	if (r.bad || r.left)
		return spdm_fault(spdm, -EBADMSG, "opaque data in KEY_EXCHANGE_RSP");
	if (choices != 1 || hits != 1)
		return spdm_fault(spdm, -EPROTO, "version of secured messages");
	return 0;
}

static int add_th(struct spdm *spdm, const void *data, size_t len)
{
	return spdm_hash_add(spdm->session.th, data, len);
}

/*
 * The transcript up to the signature: VCA, DIGESTS if the device has many keys,
 * the digest of the chain, and the exchange of keys. @sig_at: bytes before it
 */
static int begin_th(struct spdm *spdm, u8 slot, const struct spdm_exchange *x, size_t sig_at)
{
	struct spdm_hash *th = spdm_transcript_new(spdm);
	int rc = 0;

	if (IS_ERR(th))
		return PTR_ERR(th);
	spdm->session.th = th;
	if (spdm->digests_len)
		rc = add_th(spdm, spdm->digests, spdm->digests_len);
	if (!rc)
		rc = add_th(spdm, spdm->slots[slot].digest, spdm->algos.hash_size);
	if (!rc)
		rc = add_th(spdm, x->req, x->req_len);
	return rc ?: add_th(spdm, x->rsp, sig_at);
}

static int check_signature(struct spdm *spdm, u8 slot, const struct spdm_exchange *x,
			   const struct key_exchange *rsp)
{
	u8 digest[SPDM_MAX_HASH];
	int rc = begin_th(spdm, slot, x, rsp->sig - x->rsp);

	if (!rc)
		rc = spdm_hash_peek(spdm->session.th, digest);
	if (rc)
		return rc;
	rc = spdm_check_signature(spdm, slot, "responder-key_exchange_rsp signing", digest,
				  rsp->sig);
	return rc ? spdm_fault(spdm, rc, "signature of KEY_EXCHANGE_RSP") : 0;
}

/* The keys of the handshake, and does the device have the same? */
static int agree_keys(struct spdm *spdm, struct spdm_dhe *dhe, const struct key_exchange *rsp)
{
	struct spdm_secrets *secrets = &spdm->session.secrets;
	struct spdm_algos *algos = &spdm->algos;
	u8 th1[SPDM_MAX_HASH], mac[SPDM_MAX_HASH];
	int rc;

	rc = add_th(spdm, rsp->sig, algos->sig_size);
	if (!rc)
		rc = spdm_hash_peek(spdm->session.th, th1);
	if (rc)
		return rc;
	rc = spdm_dhe_secret(dhe, rsp->public, algos->dhe_size, secrets->dhe,
			     algos->dhe_size / 2);
	if (rc)
		return spdm_fault(spdm, rc, "public value of the device");
	rc = spdm_schedule_handshake(spdm, th1);
	if (!rc)
		rc = spdm_hmac(algos->base_hash, secrets->rsp_finished, algos->hash_size, th1,
			       algos->hash_size, mac);
	if (rc)
		return rc;
	rc = crypto_memneq(mac, rsp->verify, algos->hash_size);
	memzero_explicit(mac, sizeof(mac));
	if (rc)
		return spdm_fault(spdm, -EKEYREJECTED, "verify data of KEY_EXCHANGE_RSP");
	return add_th(spdm, rsp->verify, algos->hash_size);
}

/* The message, with the key pair that is ours for it */
static int exchange_keys(struct spdm *spdm, u8 slot, struct spdm_dhe *dhe)
{
	struct spdm_session *s = &spdm->session;
	struct key_exchange rsp = {};
	u8 req[MAX_REQUEST];
	struct spdm_exchange x = { .req = req, .slow = true };
	struct spdm_writer w;
	u16 id;
	int rc;

	rc = next_id(spdm, &id);
	if (rc)
		return rc;
	spdm_writer_init(&w, req, sizeof(req));
	rc = make_request(spdm, slot, id, dhe, &w);
	if (rc)
		return rc;
	x.req_len = w.len;
	rc = spdm_exchange(spdm, &x);
	if (rc)
		return rc;
	rc = parse(spdm, &x, &rsp);
	if (rc)
		return rc;
	if (rsp.fixed->mut_auth)
		return spdm_fault(spdm, -EOPNOTSUPP, "device wants us to authenticate");
	rc = check_opaque(spdm, &rsp);
	if (!rc)
		rc = check_signature(spdm, slot, &x, &rsp);
	if (!rc)
		rc = agree_keys(spdm, dhe, &rsp);
	if (rc)
		return rc;
	s->id = (u32)le16_to_cpu(rsp.fixed->session_id) << 16 | id;
	/* From a device that has no heartbeats it is a number without meaning */
	s->heartbeat_s = spdm->caps & SPDM_CAP_HBEAT ? rsp.fixed->hdr.param1 : 0;
	s->state = SPDM_SESSION_HANDSHAKE;
	return 0;
}

static int key_exchange(struct spdm *spdm, u8 slot)
{
	struct spdm_dhe *dhe = spdm_dhe_new(spdm->algos.dhe);
	int rc;

	if (IS_ERR(dhe))
		return PTR_ERR(dhe);
	rc = exchange_keys(spdm, slot, dhe);
	spdm_dhe_free(dhe);
	return rc;
}

/* Our verify data, over all up to the header of FINISH */
static int make_finish(struct spdm *spdm, struct spdm_writer *w)
{
	size_t size = spdm->algos.hash_size;
	struct spdm_header hdr;
	u8 digest[SPDM_MAX_HASH];
	u8 *mac;
	int rc;

	spdm_header_init(spdm, &hdr, SPDM_FINISH, 0, 0);
	spdm_put(w, &hdr, sizeof(hdr));
	mac = spdm_room(w, size);
	if (!mac)
		return -EMSGSIZE;
	rc = add_th(spdm, &hdr, sizeof(hdr));
	if (!rc)
		rc = spdm_hash_peek(spdm->session.th, digest);
	if (!rc)
		rc = spdm_hmac(spdm->algos.base_hash, spdm->session.secrets.req_finished, size,
			       digest, size, mac);
	return rc ?: add_th(spdm, mac, size);
}

static int finish(struct spdm *spdm)
{
	struct spdm_session *s = &spdm->session;
	u8 req[sizeof(struct spdm_header) + SPDM_MAX_HASH];
	struct spdm_exchange x = { .req = req, .secured = true, .slow = true };
	u8 th2[SPDM_MAX_HASH];
	struct spdm_writer w;
	int rc;

	spdm_writer_init(&w, req, sizeof(req));
	rc = make_finish(spdm, &w);
	if (rc)
		return rc;
	x.req_len = w.len;
	rc = spdm_exchange(spdm, &x);
	if (!rc)
		rc = spdm_exchange_end(spdm, &x, sizeof(struct spdm_header));
	if (!rc)
		rc = add_th(spdm, x.rsp, x.rsp_len);
	if (!rc)
		rc = spdm_hash_peek(s->th, th2);
	if (!rc)
		rc = spdm_schedule_data(spdm, th2);
	if (rc)
		return rc;
	spdm_hash_free(s->th);
	s->th = NULL;
	wipe_handshake(&s->secrets);
	s->state = SPDM_SESSION_OPEN;
	return 0;
}

/* By what was negotiated, which the device signs in any case */
int spdm_session_able(struct spdm *spdm)
{
	u32 need = SPDM_CAP_KEY_EX | SPDM_CAP_ENCRYPT | SPDM_CAP_MAC;
	const struct spdm_algos *algos = &spdm->algos;

	if (spdm->version < SPDM_VERSION_11 || (spdm->caps & need) != need)
		return spdm_fault(spdm, -EOPNOTSUPP, "device has no encrypted sessions");
	if (!algos->dhe || !algos->aead || algos->schedule != SPDM_SCHEDULE_SPDM)
		return spdm_fault(spdm, -EOPNOTSUPP, "no algorithms for sessions in common");
	if (spdm->version >= SPDM_VERSION_12 && !(algos->other & SPDM_OPAQUE_FMT1))
		return spdm_fault(spdm, -EOPNOTSUPP, "no format of opaque data in common");
	return 0;
}

/* The signature of KEY_EXCHANGE_RSP authenticates the device just as CHALLENGE does. */
int spdm_open_session(struct spdm *spdm, u8 slot)
{
	int rc = spdm_session_able(spdm);

	if (!rc && spdm->session.state != SPDM_SESSION_NONE)
		rc = spdm_fault(spdm, -EBUSY, "there is a session already");
	if (rc)
		return rc;
	spdm->state = SPDM_STATE_CONNECTED;
	rc = spdm_identify(spdm, slot);
	spdm_m1_end(spdm);
	if (!rc)
		rc = key_exchange(spdm, slot);
	if (!rc)
		rc = finish(spdm);
	if (rc) {
		spdm_session_drop(spdm);
		return rc;
	}
	spdm->slot = slot;
	spdm->state = SPDM_STATE_AUTHENTICATED;
	return 0;
}

/* The session is gone in any case; what is returned is only how the device took it. */
int spdm_close_session(struct spdm *spdm)
{
	struct spdm_header req;
	struct spdm_exchange x = { .req = &req, .req_len = sizeof(req), .secured = true };
	int rc;

	if (spdm->session.state != SPDM_SESSION_OPEN) {
		spdm_session_drop(spdm);
		return spdm_fault(spdm, -ENOTCONN, "no session to end");
	}
	spdm_header_init(spdm, &req, SPDM_END_SESSION, 0, 0);
	rc = spdm_exchange(spdm, &x);
	if (!rc)
		rc = spdm_exchange_end(spdm, &x, sizeof(req));
	spdm_session_drop(spdm);
	return rc;
}
