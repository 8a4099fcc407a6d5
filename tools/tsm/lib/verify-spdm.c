// SPDX-License-Identifier: GPL-2.0
/*
 * Verifier: messages of SPDM, apart from measurements. What began the connection
 * tells version and algorithms; a challenge, which chains the device has.
 *
 * DSP0274 1.3, "GET_VERSION" to "ALGORITHMS", "CHALLENGE". Written from the
 * specification, not from the kernel's parser, and stricter where it costs nothing:
 * what is not understood may not be signed over.
 */
#include <string.h>

#include "judge.h"
#include "messages.h"
#include "reader.h"

#define CAP_MULTI_KEY_SHIFT	26
#define ALGS_BLOCK		1	/* in param1 of CAPABILITIES: see there */
#define OTHER_MULTI_KEY		0x10

#define REQUEST_FIXED		32	/* bytes of NEGOTIATE_ALGORITHMS, without lists */
#define RESPONSE_FIXED		36	/* bytes of ALGORITHMS, likewise */

bool tsm_take_header(struct tsm_reader *r, uint8_t version, uint8_t code, struct tsm_params *p)
{
	const uint8_t *hdr = tsm_take(r, 4);

	if (!hdr || hdr[0] != version || hdr[1] != code)
		return false;
	*p = (struct tsm_params) { .first = hdr[2], .second = hdr[3] };
	return true;
}

/*
 * VCA
 */

/* What was negotiated, before it is judged */
struct offer {
	uint32_t versions;	/* bits of minor versions */
	uint32_t asked_asym, asked_hash;
	uint32_t asym, hash, meas_hash;
	uint32_t foreign;	/* algorithms of other registries, and of later versions */
	uint8_t asked_other, other;
};

static bool take_versions(struct tsm_judge *j, struct tsm_reader *r, struct offer *offer)
{
	struct tsm_params p;
	unsigned int nr;

	if (!tsm_take_header(r, 0x10, GET_VERSION, &p) ||
	    !tsm_take_header(r, 0x10, RESPONSE(GET_VERSION), &p))
		return tsm_no(j, "does not begin with GET_VERSION and VERSION");
	tsm_take(r, 1);
	nr = tsm_take_le(r, 1);
	while (nr--) {
		uint16_t entry = tsm_take_le(r, 2);

		if (entry >> 12 == 1)
			offer->versions |= 1u << (entry >> 8 & 0xf);
	}
	return !r->over || tsm_no(j, "VERSION is too short");
}

/*
 * From 1.3 on a device may repeat its algorithms here; they are behind the rest, as
 * in NEGOTIATE_ALGORITHMS, and what counts is ALGORITHMS.
 */
static bool take_block(struct tsm_reader *r)
{
	size_t len;

	tsm_take(r, 2);
	len = tsm_take_le(r, 2);
	return len >= 4 && tsm_take(r, len - 4);
}

static bool take_capabilities(struct tsm_judge *j, struct tsm_reader *r, struct tsm_vca *vca)
{
	size_t request, response;
	const uint8_t *flags;
	struct tsm_params p;

	vca->version = r->left ? *r->at : 0;
	if (vca->version < 0x10 || vca->version > TSM_VERSION_13)
		return tsm_no(j, "SPDM of an unknown version");
	request = vca->version == 0x10 ? 0 : vca->version < TSM_VERSION_12 ? 8 : 16;
	response = vca->version < TSM_VERSION_12 ? 8 : 16;
	if (!tsm_take_header(r, vca->version, GET_CAPABILITIES, &p) ||
	    (request && !tsm_take(r, request)) ||
	    !tsm_take_header(r, vca->version, RESPONSE(GET_CAPABILITIES), &p))
		return tsm_no(j, "no GET_CAPABILITIES and CAPABILITIES");
	flags = tsm_take(r, response);
	if (flags)
		vca->caps = flags[4] | flags[5] << 8 | flags[6] << 16 | (uint32_t)flags[7] << 24;
	if (vca->version >= TSM_VERSION_13 && (p.first & ALGS_BLOCK) && !take_block(r))
		r->over = true;
	return !r->over || tsm_no(j, "CAPABILITIES is too short");
}

/* The rest of a message that says how long it is, read up to @fixed; lists follow */
static bool take_rest(struct tsm_reader *r, size_t len, size_t fixed)
{
	if (len < fixed)
		return false;
	return len == fixed || tsm_take(r, len - fixed);
}

static bool take_negotiate(struct tsm_judge *j, struct tsm_reader *r, uint8_t version,
			   struct offer *offer)
{
	struct tsm_params p;
	size_t len;

	if (!tsm_take_header(r, version, NEGOTIATE_ALGORITHMS, &p))
		return tsm_no(j, "no NEGOTIATE_ALGORITHMS");
	len = tsm_take_le(r, 2);
	tsm_take(r, 1);			/* specification of measurements */
	offer->asked_other = tsm_take_le(r, 1);
	offer->asked_asym = tsm_take_le(r, 4);
	offer->asked_hash = tsm_take_le(r, 4);
	tsm_take(r, REQUEST_FIXED - 16);
	if (!take_rest(r, len, REQUEST_FIXED) || r->over)
		return tsm_no(j, "NEGOTIATE_ALGORITHMS is too short");
	return true;
}

static bool take_algorithms(struct tsm_judge *j, struct tsm_reader *r, uint8_t version,
			    struct offer *offer)
{
	struct tsm_params p;
	size_t len;

	if (!tsm_take_header(r, version, RESPONSE(NEGOTIATE_ALGORITHMS), &p))
		return tsm_no(j, "no ALGORITHMS");
	len = tsm_take_le(r, 2);
	tsm_take(r, 1);
	offer->other = tsm_take_le(r, 1);
	offer->meas_hash = tsm_take_le(r, 4);
	offer->asym = tsm_take_le(r, 4);
	offer->hash = tsm_take_le(r, 4);
	offer->foreign = tsm_take_le(r, 4);	/* post-quantum, from 1.4 on */
	tsm_take(r, 8);
	offer->foreign |= tsm_take_le(r, 2);	/* how many there are of other registries */
	tsm_take(r, 2);
	if (!take_rest(r, len, RESPONSE_FIXED) || r->over)
		return tsm_no(j, "ALGORITHMS is too short");
	return true;
}

static bool one_bit(uint32_t bits)
{
	return bits && !(bits & (bits - 1));
}

static bool judge_offer(struct tsm_judge *j, const struct offer *offer, struct tsm_vca *vca)
{
	unsigned int multi = vca->caps >> CAP_MULTI_KEY_SHIFT & 3;

	if (!(offer->versions & 1u << (vca->version & 0xf)))
		return tsm_no(j, "the device does not offer the version that was spoken");
	if (offer->foreign || !one_bit(offer->asym) || !one_bit(offer->hash))
		return tsm_no(j, "not one signature and one hash were chosen");
	if (!(offer->asym & offer->asked_asym) || !(offer->hash & offer->asked_hash))
		return tsm_no(j, "algorithms were chosen that nobody asked for");
	vca->hash = tsm_hash_of(offer->hash);
	vca->asym = tsm_asym_of(offer->asym);
	if (!vca->hash || !vca->asym)
		return tsm_no(j, "algorithms were chosen that are not known here");
	vca->meas_size = tsm_measurement_size(offer->meas_hash);
	vca->multi_key = vca->version >= TSM_VERSION_13 &&
			 (multi == 1 || (multi == 2 && (offer->asked_other & OTHER_MULTI_KEY)));
	return true;
}

bool tsm_vca_parse(struct tsm_judge *j, const struct tsm_object *obj, struct tsm_vca *vca)
{
	struct tsm_reader r = tsm_reader(obj->data, obj->len);
	struct offer offer = { 0 };

	memset(vca, 0, sizeof(*vca));
	if (!take_versions(j, &r, &offer) || !take_capabilities(j, &r, vca) ||
	    !take_negotiate(j, &r, vca->version, &offer) ||
	    !take_algorithms(j, &r, vca->version, &offer))
		return false;
	if (r.left)
		return tsm_no(j, "bytes behind ALGORITHMS");
	return judge_offer(j, &offer, vca);
}

/*
 * Challenge
 */

/* One digest for each slot that has a chain; and of each key, if there are several */
static bool take_digests(struct tsm_judge *j, struct tsm_reader *r, struct tsm_statement *st)
{
	unsigned int nr = 0, mask;
	struct tsm_params p;

	if (!tsm_take_header(r, j->vca.version, GET_DIGESTS, &p) ||
	    !tsm_take_header(r, j->vca.version, RESPONSE(GET_DIGESTS), &p))
		return tsm_no(j, "GET_DIGESTS without DIGESTS");
	mask = p.second;
	for (unsigned int i = 0; i < TSM_SLOTS; i++) {
		st->digests[i] = mask & 1u << i ? tsm_take(r, j->vca.hash->size) : NULL;
		nr += !!st->digests[i];
	}
	if (j->vca.multi_key)
		tsm_take(r, 4 * nr);
	return !r->over || tsm_no(j, "DIGESTS is too short");
}

static bool take_certificate(struct tsm_judge *j, struct tsm_reader *r)
{
	struct tsm_params p;
	size_t len;

	if (!tsm_take_header(r, j->vca.version, GET_CERTIFICATE, &p) || !tsm_take(r, 4) ||
	    !tsm_take_header(r, j->vca.version, RESPONSE(GET_CERTIFICATE), &p))
		return tsm_no(j, "GET_CERTIFICATE without CERTIFICATE");
	len = tsm_take_le(r, 2);
	tsm_take(r, 2);
	tsm_take(r, len);
	return !r->over || tsm_no(j, "CERTIFICATE is too short");
}

/* CHALLENGE_AUTH, up to its end */
static bool take_auth(struct tsm_judge *j, struct tsm_reader *r, struct tsm_statement *st,
		      const uint8_t *context, bool summary)
{
	const uint8_t *digest, *echo;
	struct tsm_params p;

	if (!tsm_take_header(r, j->vca.version, RESPONSE(CHALLENGE), &p))
		return tsm_no(j, "CHALLENGE without CHALLENGE_AUTH");
	digest = tsm_take(r, j->vca.hash->size);
	tsm_take(r, TSM_NONCE_SIZE);
	if (summary && (j->vca.caps & TSM_CAP_MEAS))
		tsm_take(r, j->vca.hash->size);
	tsm_take(r, tsm_take_le(r, 2));
	echo = context ? tsm_take(r, CONTEXT_SIZE) : NULL;
	st->signed_len = r->at - st->data;
	st->sig = tsm_take(r, j->vca.asym->size);
	if (r->over)
		return tsm_no(j, "CHALLENGE_AUTH is too short");
	if ((p.first & SLOT_MASK) != st->slot || !(p.second & 1u << st->slot))
		return tsm_no(j, "CHALLENGE_AUTH is of another slot");
	if (echo && memcmp(echo, context, CONTEXT_SIZE))
		return tsm_no(j, "CHALLENGE_AUTH has another context");
	st->digests[st->slot] = digest;
	return true;
}

static bool take_challenge(struct tsm_judge *j, struct tsm_reader *r, struct tsm_statement *st)
{
	const uint8_t *context = NULL;
	struct tsm_params p;

	if (!tsm_take_header(r, j->vca.version, CHALLENGE, &p))
		return tsm_no(j, "no CHALLENGE");
	st->slot = p.first;
	st->nonce = tsm_take(r, TSM_NONCE_SIZE);
	if (j->vca.version >= TSM_VERSION_13)
		context = tsm_take(r, CONTEXT_SIZE);
	if (r->over)
		return tsm_no(j, "CHALLENGE is too short");
	if (st->slot >= TSM_SLOTS)
		return tsm_no(j, "of a key that has no certificate");
	if (!take_auth(j, r, st, context, p.second))
		return false;
	return !r->left || tsm_no(j, "bytes behind CHALLENGE_AUTH");
}

/*
 * Digests and certificates come first where the device was asked for them in the same
 * connection: they are signed along then.
 */
bool tsm_challenge_parse(struct tsm_judge *j, const struct tsm_object *obj,
			 struct tsm_statement *st)
{
	struct tsm_reader r = tsm_reader(obj->data, obj->len);

	*st = (struct tsm_statement) {
		.purpose = "responder-challenge_auth signing",
		.with_vca = true,
		.data = obj->data,
	};
	while (r.left >= 2 && r.at[1] == GET_DIGESTS)
		if (!take_digests(j, &r, st))
			return false;
	while (r.left >= 2 && r.at[1] == GET_CERTIFICATE)
		if (!take_certificate(j, &r))
			return false;
	return take_challenge(j, &r, st);
}
