// SPDX-License-Identifier: GPL-2.0
/*
 * Evidence as the kernel would have it, of a conversation with the software DSM.
 */
#include <stdio.h>
#include <stdlib.h>

#include <openssl/evp.h>

#include <linux/err.h>
#include <linux/slab.h>

#include "evidence.h"
#include "responder.h"

/* The digest comes later, when the hash is known. */
static int keep(struct tsm_evidence *ev, unsigned int type, const void *data, size_t len)
{
	struct tsm_object *obj = &ev->objects[type];

	obj->data = malloc(len);
	if (!obj->data)
		return -ENOMEM;
	memcpy(obj->data, data, len);
	obj->len = len;
	obj->there = true;
	obj->slot = -1;
	return 0;
}

/* The bytes are the library's, and freed */
static int keep_blob(struct tsm_evidence *ev, unsigned int type, struct spdm_blob *blob)
{
	int err = keep(ev, type, blob->data, blob->len);

	spdm_blob_free(blob);
	return err;
}

static void note_answer(struct tsm_evidence *ev, unsigned int type, unsigned int slot, u8 nonce)
{
	struct tsm_object *obj = &ev->objects[type];

	obj->slot = slot;
	obj->has_nonce = true;
	memset(obj->nonce, nonce, sizeof(obj->nonce));
}

static int add_chain(struct tsm_evidence *ev, struct spdm *spdm, unsigned int slot)
{
	struct spdm_blob chain;
	int err = spdm_read_chain(spdm, slot, &chain);

	if (err)
		return err;
	err = keep_blob(ev, slot, &chain);
	if (err)
		return err;
	ev->objects[slot].record_offset = 4 + spdm->algos.hash_size;
	ev->objects[slot].record_len = ev->objects[slot].len - ev->objects[slot].record_offset;
	return 0;
}

static int add_measurements(struct tsm_evidence *ev, struct spdm *spdm, const struct wish *wish)
{
	struct spdm_measure_args args = { .slot = wish->slot, .index = SPDM_MEAS_ALL };
	struct tsm_object *obj = &ev->objects[TSM_MEASUREMENTS];
	struct spdm_measurements m;
	int err;

	/* One that is not signed, and one that is: both are what is signed in the end */
	memset(args.nonce, wish->nonce, sizeof(args.nonce));
	args.index = 1;
	err = spdm_measure(spdm, &args, &m);
	if (err)
		return err;
	spdm_blob_free(&m.transcript);
	args.index = wish->only ?: SPDM_MEAS_ALL;
	args.sign = true;
	err = spdm_measure(spdm, &args, &m);
	if (err)
		return err;
	err = keep_blob(ev, TSM_MEASUREMENTS, &m.transcript);
	if (err)
		return err;
	obj->record_offset = m.record_offset;
	obj->record_len = m.record_len;
	note_answer(ev, TSM_MEASUREMENTS, wish->slot, wish->nonce);
	return 0;
}

static int add_challenge(struct tsm_evidence *ev, struct spdm *spdm, const struct wish *wish)
{
	u8 nonce[SPDM_NONCE_SIZE];
	struct spdm_blob answer;
	int err;

	memset(nonce, wish->nonce, sizeof(nonce));
	err = spdm_challenge_answer(spdm, wish->slot, nonce, &answer);
	if (err)
		return err;
	err = keep_blob(ev, TSM_CHALLENGE, &answer);
	if (!err)
		note_answer(ev, TSM_CHALLENGE, wish->slot, wish->nonce);
	return err;
}

/*
 * The library never asks for a summary; other TSMs may. Right behind the VCA, and the
 * device does not care who asks.
 */
static int add_summary(struct tsm_evidence *ev, struct pair *p, const struct wish *wish)
{
	const struct spdm *spdm = p->spdm;
	size_t len = 4 + SPDM_NONCE + (spdm->version >= SPDM_VERSION_13 ? SPDM_CONTEXT : 0);
	u8 both[4096] = { spdm->version, SPDM_CHALLENGE, wish->slot, SPDM_SUMMARY_ALL };
	bool secured = false;
	ssize_t got;
	int err;

	memset(both + 4, wish->nonce, SPDM_NONCE);
	memset(both + 4 + SPDM_NONCE, 0x5c, len - 4 - SPDM_NONCE);
	got = dsm_device_handle(p->dev, &secured, both, len, both + len, sizeof(both) - len);
	if (got < 4 || both[len + 1] != SPDM_RESPONSE(SPDM_CHALLENGE))
		return -EREMOTEIO;
	err = keep(ev, TSM_CHALLENGE, both, len + got);
	if (!err)
		note_answer(ev, TSM_CHALLENGE, wish->slot, wish->nonce);
	return err;
}

static int add_vca(struct tsm_evidence *ev, struct spdm *spdm)
{
	struct spdm_blob vca;
	int err = spdm_vca(spdm, &vca);

	return err ?: keep_blob(ev, TSM_VCA, &vca);
}

/* As long as it says; nobody signs it */
static int add_report(struct tsm_evidence *ev)
{
	static const u8 report[64] = { 0x01, 0x00, 0x02 };

	return keep(ev, TSM_REPORT, report, sizeof(report));
}

static int add_digests(struct tsm_evidence *ev, const struct spdm *spdm)
{
	for (unsigned int i = 0; i < TSM_TYPES; i++) {
		struct tsm_object *obj = &ev->objects[i];

		if (!obj->there)
			continue;
		obj->digest_len = spdm->algos.hash_size;
		if (!EVP_Digest(obj->data, obj->len, obj->digest, NULL,
				openssl_md(spdm->algos.base_hash), NULL))
			return -EIO;
	}
	return 0;
}

static int add_head(struct tsm_evidence *ev, struct spdm *spdm)
{
	struct spdm_info info;

	spdm_info(spdm, &info);
	ev->generation = 7;
	ev->spdm_version = info.version;
	snprintf(ev->device, sizeof(ev->device), "0010:01:00.0");
	snprintf(ev->hash, sizeof(ev->hash), "%s", info.base_hash);
	snprintf(ev->signature, sizeof(ev->signature), "%s", info.base_asym);
	return add_digests(ev, spdm);
}

static int converse(struct tsm_evidence *ev, struct pair *p, const struct wish *wish)
{
	struct spdm *spdm = p->spdm;
	int err = spdm_connect(spdm);

	err = err ?: add_vca(ev, spdm);
	if (wish->what & GET_SUMMARY)
		err = err ?: add_summary(ev, p, wish);
	else if (wish->what & GET_CHALLENGED)
		err = err ?: add_challenge(ev, spdm, wish);
	if (wish->session)
		err = err ?: spdm_session_start(spdm, wish->slot);
	err = err ?: add_chain(ev, spdm, wish->slot);
	if (wish->what & GET_MEASURED)
		err = err ?: add_measurements(ev, spdm, wish);
	if (wish->what & GET_OTHER_CHAIN)
		err = err ?: add_chain(ev, spdm, wish->slot ^ 1);
	if (wish->what & GET_REPORT)
		err = err ?: add_report(ev);
	if (wish->session)
		err = err ?: spdm_session_end(spdm);
	return err ?: add_head(ev, spdm);
}

static int finish(struct tsm_evidence *ev, struct pair *p, int err)
{
	if (err) {
		printf("# %d: %s\n", err, spdm_fault_text(p->spdm));
		tsm_evidence_free(ev);
	}
	pair_close(p);
	return err ? -1 : 0;
}

int evidence_make(struct tsm_evidence *ev, const struct wish *wish)
{
	struct pair p = { };

	memset(ev, 0, sizeof(*ev));
	if (pair_open(&p, wish->options, true)) {
		printf("# no pair\n");
		return -1;
	}
	return finish(ev, &p, converse(ev, &p, wish));
}

/* How long is the message, without padding? Of those that a challenge signs. */
static size_t true_length(const struct spdm *spdm, const u8 *msg, size_t len)
{
	switch (msg[1]) {
	case SPDM_RESPONSE(SPDM_GET_DIGESTS):
		return 4 + hweight8(msg[3]) * spdm->algos.hash_size;
	case SPDM_RESPONSE(SPDM_GET_CERTIFICATE):
		return 8 + (msg[4] | msg[5] << 8);
	case SPDM_RESPONSE(SPDM_CHALLENGE):
		/* No summary, no opaque data */
		return 4 + spdm->algos.hash_size + SPDM_NONCE + 2 +
		       (spdm->version >= SPDM_VERSION_13 ? SPDM_CONTEXT : 0) +
		       spdm->algos.sig_size;
	default:
		return len;
	}
}

static int from_tape(struct tsm_evidence *ev, const struct spdm *spdm, const struct tape *tape)
{
	static u8 all[SZ_64K];
	size_t len = 0;

	for (unsigned int i = 3; i < tape->nr; i++) {
		const struct taped *x = &tape->at[i];
		size_t rsp_len = true_length(spdm, x->rsp, x->rsp_len);

		if (x->req[1] != SPDM_GET_DIGESTS && x->req[1] != SPDM_GET_CERTIFICATE &&
		    x->req[1] != SPDM_CHALLENGE)
			continue;
		if (rsp_len > x->rsp_len || x->req_len + rsp_len > sizeof(all) - len)
			return -EMSGSIZE;
		memcpy(all + len, x->req, x->req_len);
		memcpy(all + len + x->req_len, x->rsp, rsp_len);
		len += x->req_len + rsp_len;
	}
	return keep(ev, TSM_CHALLENGE, all, len);
}

int evidence_authenticate(struct tsm_evidence *ev, const struct pair_options *options)
{
	static struct tape tape;
	struct pair p = { .tape = &tape };
	int err;

	memset(ev, 0, sizeof(*ev));
	if (pair_open(&p, options, true))
		return -1;
	err = spdm_connect(p.spdm);
	err = err ?: spdm_authenticate(p.spdm, 0);
	err = err ?: add_vca(ev, p.spdm);
	err = err ?: from_tape(ev, p.spdm, &tape);
	/* After the challenge, so that it is not part of it */
	err = err ?: add_chain(ev, p.spdm, 0);
	err = err ?: add_chain(ev, p.spdm, 1);
	err = err ?: add_head(ev, p.spdm);
	tape_clear(&tape);
	return finish(ev, &p, err);
}
