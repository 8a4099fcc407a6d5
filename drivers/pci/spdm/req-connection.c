// SPDX-License-Identifier: GPL-2.0
/*
 * SPDM requester: GET_VERSION, GET_CAPABILITIES and NEGOTIATE_ALGORITHMS.
 *
 * What the device says of itself must make sense by the rules of its version, and
 * what it chose must have been offered; else there is no connection. A device is
 * not required to be of any use: whether it can do what is wanted, the steps that
 * want it find out. These three messages and their responses are the VCA.
 *
 * DSP0274 1.3 sec "GET_VERSION", "GET_CAPABILITIES" and "NEGOTIATE_ALGORITHMS".
 */
#include <linux/array_size.h>
#include <linux/bitops.h>
#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/stddef.h>
#include <linux/string.h>

#include "cursor.h"
#include "spdm.h"

/*
 * VERSION
 */

/* The highest version that both know, or 0; alpha and update are nobody's business. */
static u8 pick_version(struct spdm *spdm, struct spdm_reader *r)
{
	u8 best = 0;

	while (r->left >= sizeof(__le16)) {
		u8 version = spdm_get_le16(r) >> 8;

		if (version >= SPDM_VERSION_10 && version <= spdm->config.max_version)
			best = max(best, version);
	}
	return best;
}

static int get_version(struct spdm *spdm)
{
	struct spdm_header req;
	struct spdm_exchange x = { .req = &req, .req_len = sizeof(req) };
	const struct spdm_version_rsp *rsp;
	struct spdm_reader r;
	u8 version;
	int rc;

	spdm_header_init(spdm, &req, SPDM_GET_VERSION, 0, 0);
	rc = spdm_exchange(spdm, &x);
	if (rc)
		return rc;
	spdm_reader_init(&r, x.rsp, x.rsp_len);
	rsp = spdm_get(&r, sizeof(*rsp));
	if (!rsp)
		return spdm_fault(spdm, -EBADMSG, "VERSION is too short");
	rc = spdm_exchange_end(spdm, &x, sizeof(*rsp) + rsp->count * sizeof(__le16));
	if (rc)
		return rc;
	if (!rsp->count)
		return spdm_fault(spdm, -EPROTO, "VERSION lists none");

	spdm_reader_init(&r, r.pos, rsp->count * sizeof(__le16));
	version = pick_version(spdm, &r);
	if (!version)
		return spdm_fault(spdm, -EOPNOTSUPP, "the device speaks no version of ours");
	rc = spdm_vca_add(spdm, &x);
	if (!rc)
		spdm->version = version;
	return rc;
}

/*
 * CAPABILITIES
 */

#define MEAS_SIGNED	SPDM_CAP_MEAS_SIGNED	/* one bit, once 3 is ruled out */
#define EP_SIGNED	(2u << 22)
#define SESSION		(SPDM_CAP_KEY_EX | SPDM_CAP_PSK_MASK)
#define IDENTITY	(SPDM_CAP_CERT | SPDM_CAP_PUB_KEY_ID)
#define SIGNS		(SPDM_CAP_CHAL | SPDM_CAP_KEY_EX | MEAS_SIGNED | EP_SIGNED)

/**
 * struct cap_rule - what one capability demands of the others
 * @from: the first version that has it
 * @to: the last one
 * @if_any: with any of these
 * @need: one of these has to be there, if there are any
 * @bar: and none of these
 */
struct cap_rule {
	u8 from, to;
	u32 if_any, need, bar;
};

static const struct cap_rule cap_rules[] = {
	{ 0x10, 0x13, SPDM_CAP_MEAS_FRESH, SPDM_CAP_MEAS_MASK },
	{ 0x10, 0x10, SPDM_CAP_CHAL | MEAS_SIGNED, SPDM_CAP_CERT },
	{ 0x10, 0x10, SPDM_CAP_CERT, SPDM_CAP_CHAL | MEAS_SIGNED },
	{ 0x11, 0x13, SESSION, SPDM_CAP_ENCRYPT | SPDM_CAP_MAC },
	{ 0x11, 0x13, SPDM_CAP_ENCRYPT | SPDM_CAP_MAC | SPDM_CAP_HBEAT | SPDM_CAP_KEY_UPD,
	  SESSION },
	{ 0x11, 0x13, SPDM_CAP_HANDSHAKE_CLEAR, SPDM_CAP_KEY_EX },
	{ 0x11, 0x13, SPDM_CAP_CERT, 0, SPDM_CAP_PUB_KEY_ID },
	{ 0x11, 0x13, IDENTITY, SIGNS },
	{ 0x11, 0x13, SIGNS | SPDM_CAP_MUT_AUTH, IDENTITY },
	{ 0x11, 0x13, SPDM_CAP_MUT_AUTH, SPDM_CAP_KEY_EX | SPDM_CAP_CHAL },
	{ 0x11, 0x11, SPDM_CAP_MUT_AUTH, SPDM_CAP_ENCAP },
	{ 0x12, 0x13, SPDM_CAP_ALIAS_CERT | SPDM_CAP_SET_CERT, SPDM_CAP_CERT },
	{ 0x12, 0x13, SPDM_CAP_CSR, SPDM_CAP_SET_CERT },
	{ 0x13, 0x13, SPDM_CAP_EVENT, SESSION },
	{ 0x13, 0x13, SPDM_CAP_MULTI_KEY_MASK, SPDM_CAP_GET_KEY_PAIR },
	{ 0x13, 0x13, SPDM_CAP_MULTI_KEY_MASK, SPDM_CAP_CERT },
};

/* Two bits wide, and 3 means nothing */
static const u32 cap_pairs[] = {
	SPDM_CAP_MEAS_MASK, SPDM_CAP_PSK_MASK, SPDM_CAP_EP_INFO_MASK, SPDM_CAP_MULTI_KEY_MASK,
};

/* Flags that a version has; the others are reserved there, and ignored */
static u32 cap_mask(u8 version)
{
	switch (version) {
	case SPDM_VERSION_10:
		return GENMASK(5, 0);
	case SPDM_VERSION_11:
		return GENMASK(16, 0);
	case SPDM_VERSION_12:
		return GENMASK(21, 0);
	default:
		return GENMASK(29, 0);
	}
}

static bool caps_make_sense(u8 version, u32 caps)
{
	for (int i = 0; i < ARRAY_SIZE(cap_pairs); i++)
		if ((caps & cap_pairs[i]) == cap_pairs[i])
			return false;
	for (int i = 0; i < ARRAY_SIZE(cap_rules); i++) {
		const struct cap_rule *rule = &cap_rules[i];

		if (version < rule->from || version > rule->to || !(caps & rule->if_any))
			continue;
		if ((rule->need && !(caps & rule->need)) || (caps & rule->bar))
			return false;
	}
	return true;
}

/* Without a cipher or a group there is no session, and nothing that belongs to one. */
static bool can_offer_session(struct spdm *spdm)
{
	return spdm->version >= SPDM_VERSION_11 && spdm_known_dhe(&spdm->config) &&
	       spdm_known_aead(&spdm->config);
}

/* We have no certificate, are never challenged, and never asked anything. */
static u32 own_caps(struct spdm *spdm)
{
	u32 caps = 0;

	if (can_offer_session(spdm))
		caps |= SPDM_CAP_ENCRYPT | SPDM_CAP_MAC | SPDM_CAP_KEY_EX | SPDM_CAP_HBEAT |
			SPDM_CAP_KEY_UPD;
	if (spdm->version >= SPDM_VERSION_12)
		caps |= SPDM_CAP_CHUNK;
	return caps;
}

static size_t capabilities_size(u8 version)
{
	return version >= SPDM_VERSION_12 ? SPDM_CAPABILITIES_12 : SPDM_CAPABILITIES_11;
}

static int check_sizes(struct spdm *spdm, u32 caps, u32 transfer, u32 message)
{
	if (transfer < SPDM_MIN_TRANSFER)
		return spdm_fault(spdm, -EPROTO, "DataTransferSize is too small");
	if (transfer > message)
		return spdm_fault(spdm, -EPROTO, "DataTransferSize is above MaxSPDMmsgSize");
	if (!(caps & SPDM_CAP_CHUNK) && transfer != message)
		return spdm_fault(spdm, -EPROTO, "MaxSPDMmsgSize makes no sense without chunks");
	return 0;
}

static int take_capabilities(struct spdm *spdm, const struct spdm_exchange *x)
{
	u32 caps, transfer = SPDM_MAX_MESSAGE, message = SPDM_MAX_MESSAGE;
	struct spdm_reader r;
	u8 ct_exponent;
	int rc;

	spdm_reader_init(&r, x->rsp, x->rsp_len);
	spdm_get(&r, offsetof(struct spdm_capabilities, ct_exponent));
	ct_exponent = spdm_get_u8(&r);
	spdm_get_le16(&r);
	caps = spdm_get_le32(&r) & cap_mask(spdm->version);
	if (spdm->version >= SPDM_VERSION_12) {
		transfer = spdm_get_le32(&r);
		message = spdm_get_le32(&r);
	}
	if (r.bad)
		return spdm_fault(spdm, -EBADMSG, "CAPABILITIES is too short");
	/* CMA wants 23 at most; more is borne, since waiting has bounds of its own. */
	if (ct_exponent > SPDM_MAX_CT_EXPONENT)
		return spdm_fault(spdm, -EPROTO, "CTExponent is absurd");
	if (!caps_make_sense(spdm->version, caps))
		return spdm_fault(spdm, -EPROTO, "capabilities contradict each other");
	rc = check_sizes(spdm, caps, transfer, message);
	if (!rc)
		rc = spdm_vca_add(spdm, x);
	if (rc)
		return rc;

	spdm->caps = caps;
	spdm->ct_exponent = ct_exponent;
	spdm->peer_transfer = transfer;
	spdm->peer_message = message;
	return 0;
}

static int get_capabilities(struct spdm *spdm)
{
	struct spdm_capabilities req = {
		.flags = cpu_to_le32(own_caps(spdm)),
		.data_transfer_size = cpu_to_le32(spdm_transfer_size(spdm)),
		.max_message_size = cpu_to_le32(SPDM_MAX_MESSAGE),
	};
	size_t size = capabilities_size(spdm->version);
	struct spdm_exchange x = {
		.req = &req,
		.req_len = spdm->version == SPDM_VERSION_10 ? sizeof(req.hdr) : size,
	};
	int rc;

	spdm_header_init(spdm, &req.hdr, SPDM_GET_CAPABILITIES, 0, 0);
	rc = spdm_exchange(spdm, &x);
	if (!rc)
		rc = spdm_exchange_end(spdm, &x, size);
	return rc ?: take_capabilities(spdm, &x);
}

/*
 * ALGORITHMS
 */

/**
 * struct offer - what the device may choose from, all of it bits of the messages
 * @other: opaque format
 * @base_asym: signatures
 * @base_hash: hashes
 * @dhe: groups, 0 for no table
 * @aead: ciphers, 0 for no table
 * @schedule: key schedules, 0 for no table
 */
struct offer {
	u8 other;
	u32 base_asym;
	u32 base_hash;
	u16 dhe;
	u16 aead;
	u16 schedule;
};

#define MAX_TABLES	3
#define MAX_OFFER	(sizeof(struct spdm_negotiate_req) + \
			 MAX_TABLES * sizeof(struct spdm_alg_table))

static void make_offer(struct spdm *spdm, struct offer *offer)
{
	*offer = (struct offer) {
		.base_asym = spdm_known_asym(&spdm->config),
		.base_hash = spdm_known_hash(&spdm->config),
	};
	if (spdm->version >= SPDM_VERSION_12)
		offer->other = SPDM_OPAQUE_FMT1;
	if (can_offer_session(spdm)) {
		offer->dhe = spdm_known_dhe(&spdm->config);
		offer->aead = spdm_known_aead(&spdm->config);
		offer->schedule = SPDM_SCHEDULE_SPDM;
	}
}

static unsigned int put_table(struct spdm_writer *w, u8 type, u16 bits)
{
	struct spdm_alg_table table = {
		.type = type,
		.count = SPDM_ALG_COUNT,
		.bits = cpu_to_le16(bits),
	};

	if (!bits)
		return 0;
	spdm_put(w, &table, sizeof(table));
	return 1;
}

/* The length of the request */
static size_t put_offer(struct spdm *spdm, const struct offer *offer, u8 *buf)
{
	struct spdm_negotiate_req req = {
		.meas_spec = SPDM_MEAS_SPEC_DMTF,
		.other = offer->other,
		.base_asym = cpu_to_le32(offer->base_asym),
		.base_hash = cpu_to_le32(offer->base_hash),
	};
	unsigned int tables = 0;
	struct spdm_writer w;

	spdm_writer_init(&w, buf, MAX_OFFER);
	spdm_room(&w, sizeof(req));
	tables += put_table(&w, SPDM_ALG_DHE, offer->dhe);
	tables += put_table(&w, SPDM_ALG_AEAD, offer->aead);
	tables += put_table(&w, SPDM_ALG_SCHEDULE, offer->schedule);

	spdm_header_init(spdm, &req.hdr, SPDM_NEGOTIATE_ALGORITHMS, tables, 0);
	req.length = cpu_to_le16(w.len);
	memcpy(buf, &req, sizeof(req));
	return w.len;
}

/* One at most, and of those that were offered */
static bool chosen(u32 bits, u32 offered)
{
	return !(bits & ~offered) && hweight32(bits) <= 1;
}

static int take_table(struct spdm *spdm, const struct spdm_alg_table *table, u8 *last_type,
		      const struct offer *offer, struct spdm_algos *algos)
{
	u16 bits = le16_to_cpu(table->bits), offered, *where;

	switch (table->type) {
	case SPDM_ALG_DHE:
		offered = offer->dhe;
		where = &algos->dhe;
		break;
	case SPDM_ALG_AEAD:
		offered = offer->aead;
		where = &algos->aead;
		break;
	case SPDM_ALG_SCHEDULE:
		offered = offer->schedule;
		where = &algos->schedule;
		break;
	default:
		offered = 0;
	}
	if (!offered)
		return spdm_fault(spdm, -EPROTO, "ALGORITHMS has a table that was not asked for");
	if (table->type <= *last_type)
		return spdm_fault(spdm, -EPROTO, "tables of ALGORITHMS are out of order");
	if (table->count != SPDM_ALG_COUNT)
		return spdm_fault(spdm, -EPROTO, "a table of ALGORITHMS has an odd size");
	if (!chosen(bits, offered))
		return spdm_fault(spdm, -EPROTO, "ALGORITHMS has what was not offered");
	*last_type = table->type;
	*where = bits;
	return 0;
}

static int take_tables(struct spdm *spdm, struct spdm_reader *r, unsigned int nr,
		       const struct offer *offer, struct spdm_algos *algos)
{
	u8 last_type = 0;
	int rc;

	for (unsigned int i = 0; i < nr; i++) {
		const struct spdm_alg_table *table = spdm_get(r, sizeof(*table));

		if (!table)
			return spdm_fault(spdm, -EBADMSG, "tables of ALGORITHMS end too early");
		rc = take_table(spdm, table, &last_type, offer, algos);
		if (rc)
			return rc;
	}
	if (r->left)
		return spdm_fault(spdm, -EPROTO, "there is something behind the tables");
	return 0;
}

/* How measurements are hashed is the device's choice: we do not compute it. */
static int check_meas(struct spdm *spdm, const struct spdm_algos *algos)
{
	bool measures = algos->meas_spec && (spdm->caps & SPDM_CAP_MEAS_MASK);

	if (!chosen(algos->meas_spec, SPDM_MEAS_SPEC_DMTF) ||
	    (algos->meas_hash && !spdm_meas_hash_name(algos->meas_hash)))
		return spdm_fault(spdm, -EPROTO, "ALGORITHMS has what was not offered");
	if (measures && !algos->meas_hash)
		return spdm_fault(spdm, -EPROTO, "the device measures, but does not tell how");
	return 0;
}

static int check_base(struct spdm *spdm, const struct offer *offer,
		      const struct spdm_algos *algos)
{
	if (!chosen(algos->base_asym, offer->base_asym) ||
	    !chosen(algos->base_hash, offer->base_hash) ||
	    !chosen(algos->other, offer->other))
		return spdm_fault(spdm, -EPROTO, "ALGORITHMS has what was not offered");
	if (!algos->base_hash)
		return spdm_fault(spdm, -EOPNOTSUPP, "the device has no hash of ours");
	if (!algos->base_asym && (spdm->caps & (IDENTITY | SIGNS)))
		return spdm_fault(spdm, -EOPNOTSUPP, "the device has no signature of ours");
	return 0;
}

static int parse_algorithms(struct spdm *spdm, const struct spdm_exchange *x,
			    const struct offer *offer, struct spdm_algos *algos)
{
	bool has_tables = spdm->version >= SPDM_VERSION_11;
	const struct spdm_algorithms_rsp *rsp;
	struct spdm_reader r;
	int rc;

	spdm_reader_init(&r, x->rsp, x->rsp_len);
	rsp = spdm_get(&r, sizeof(*rsp));
	if (!rsp)
		return spdm_fault(spdm, -EBADMSG, "ALGORITHMS is too short");
	if (rsp->ext_asym_count || rsp->ext_hash_count)
		return spdm_fault(spdm, -EPROTO, "ALGORITHMS has external ones");

	*algos = (struct spdm_algos) {
		.meas_spec = rsp->meas_spec,
		.other = spdm->version >= SPDM_VERSION_12 ? rsp->other : 0,
		.meas_hash = le32_to_cpu(rsp->meas_hash),
		.base_asym = le32_to_cpu(rsp->base_asym),
		.base_hash = le32_to_cpu(rsp->base_hash),
	};
	rc = check_base(spdm, offer, algos);
	if (!rc)
		rc = check_meas(spdm, algos);
	if (!rc)
		rc = take_tables(spdm, &r, has_tables ? rsp->hdr.param1 : 0, offer, algos);
	return rc;
}

static void set_sizes(struct spdm_algos *algos)
{
	algos->hash_size = spdm_hash_size(algos->base_hash);
	algos->sig_size = spdm_sig_size(algos->base_asym);
	algos->dhe_size = spdm_dhe_size(algos->dhe);
}

static int negotiate_algorithms(struct spdm *spdm)
{
	u8 req[MAX_OFFER];
	struct spdm_exchange x = { .req = req };
	struct spdm_algos algos;
	struct offer offer;
	struct spdm_reader r;
	u16 len;
	int rc;

	make_offer(spdm, &offer);
	if (!offer.base_asym || !offer.base_hash)
		return spdm_fault(spdm, -EOPNOTSUPP, "this kernel has no algorithm to offer");
	x.req_len = put_offer(spdm, &offer, req);
	rc = spdm_exchange(spdm, &x);
	if (rc)
		return rc;

	spdm_reader_init(&r, x.rsp, x.rsp_len);
	spdm_get(&r, offsetof(struct spdm_algorithms_rsp, length));
	len = spdm_get_le16(&r);
	if (r.bad || len < sizeof(struct spdm_algorithms_rsp))
		return spdm_fault(spdm, -EBADMSG, "ALGORITHMS is too short");
	rc = spdm_exchange_end(spdm, &x, len);
	if (!rc)
		rc = parse_algorithms(spdm, &x, &offer, &algos);
	if (!rc)
		rc = spdm_vca_add(spdm, &x);
	if (rc)
		return rc;
	set_sizes(&algos);
	spdm->algos = algos;
	return 0;
}

/* Whatever there was is over: GET_VERSION makes the device forget, too. */
int spdm_negotiate(struct spdm *spdm)
{
	int rc;

	spdm_forget(spdm);
	rc = get_version(spdm);
	if (!rc)
		rc = get_capabilities(spdm);
	if (!rc)
		rc = negotiate_algorithms(spdm);
	if (!rc)
		spdm->state = SPDM_STATE_CONNECTED;
	return rc;
}
