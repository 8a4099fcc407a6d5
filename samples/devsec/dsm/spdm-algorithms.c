// SPDX-License-Identifier: GPL-2.0
/*
 * ALGORITHMS: of what the requester offers and we have, the first of our order.
 * A kind that has nothing in common is left out of the answer, and what needs it
 * is refused later; without a hash or a signature there is nothing to go on with.
 *
 * DSP0274 sec "NEGOTIATE_ALGORITHMS". External algorithms are read over.
 */
#include "responder.h"

#define DSM_NR_TYPES	(SPDM_ALG_SCHEDULE + 1)
#define DSM_MAX_EXT	20	/* external algorithms of a message; 8 in 1.0 */

/* In our order; 0 ends it */
static const uint32_t dsm_asym_order[] = {
	SPDM_ASYM_ECDSA_P384, SPDM_ASYM_ECDSA_P256, SPDM_ASYM_ECDSA_P521,
	SPDM_ASYM_RSASSA_3072, SPDM_ASYM_RSASSA_4096, SPDM_ASYM_RSASSA_2048, 0,
};

static const uint32_t dsm_hash_order[] = {
	SPDM_HASH_SHA384, SPDM_HASH_SHA256, SPDM_HASH_SHA512, 0,
};

static const uint32_t dsm_meas_order[] = {
	SPDM_MEAS_HASH_SHA384, SPDM_MEAS_HASH_SHA256, SPDM_MEAS_HASH_SHA512,
	SPDM_MEAS_HASH_SHA3_384, SPDM_MEAS_HASH_RAW, 0,
};

static const uint32_t dsm_dhe_order[] = { SPDM_DHE_P384, SPDM_DHE_P256, SPDM_DHE_P521, 0 };

static const uint32_t dsm_aead_order[] = { SPDM_AEAD_AES256_GCM, SPDM_AEAD_AES128_GCM, 0 };

struct dsm_offer {
	uint8_t meas_spec, other;
	uint32_t asym, hash;
	uint32_t table[DSM_NR_TYPES];	/* by type */
};

static uint32_t dsm_choose(const uint32_t *order, uint32_t ours, uint32_t theirs)
{
	for (; *order; order++)
		if (*order & ours & theirs)
			return *order;
	return 0;
}

/* Tables come by ascending type, each with two bytes of bits */
static bool dsm_read_tables(struct dsm_in *in, unsigned int nr, unsigned int ext,
			    struct dsm_offer *offer)
{
	uint8_t last = SPDM_ALG_DHE - 1;

	for (; nr; nr--) {
		uint8_t type = dsm_get8(in), count = dsm_get8(in);
		uint16_t bits = dsm_get16(in);

		ext += count & 0xf;
		dsm_get(in, (count & 0xf) * SPDM_EXT_ALG);
		if (in->bad || type <= last || type >= DSM_NR_TYPES || ext > DSM_MAX_EXT)
			return false;
		if ((count & 0xf0) != SPDM_ALG_COUNT || (!bits && !(count & 0xf)))
			return false;

		offer->table[type] = bits;
		last = type;
	}
	return true;
}

static bool dsm_read_offer(struct dsm_request *req, struct dsm_offer *offer)
{
	bool old = req->hdr.version < SPDM_VERSION_11;
	struct dsm_in *in = &req->in;
	uint8_t ext_asym, ext_hash;
	uint16_t length;

	length = dsm_get16(in);
	offer->meas_spec = dsm_get8(in);
	offer->other = dsm_get8(in);
	offer->asym = dsm_get32(in);
	offer->hash = dsm_get32(in);
	dsm_get(in, 12);
	ext_asym = dsm_get8(in);
	ext_hash = dsm_get8(in);
	dsm_get16(in);
	if (ext_asym + ext_hash > (old ? 8 : DSM_MAX_EXT))
		return false;

	dsm_get(in, (ext_asym + ext_hash) * SPDM_EXT_ALG);
	/* param1 is reserved in 1.0 */
	if (!old && !dsm_read_tables(in, req->hdr.param1, ext_asym + ext_hash, offer))
		return false;
	if (!dsm_request_end(req))
		return false;
	return length == req->len && length <= (old ? 64 : SPDM_MAX_ALGORITHMS);
}

static void dsm_select(const struct dsm_device *dev, const struct dsm_offer *offer,
		       struct dsm_conn *conn)
{
	const struct dsm_options *opt = &dev->options;

	conn->asym = dsm_choose(dsm_asym_order, opt->base_asym, offer->asym);
	conn->hash = dsm_choose(dsm_hash_order, opt->base_hash, offer->hash);
	conn->dhe = dsm_choose(dsm_dhe_order, opt->dhe, offer->table[SPDM_ALG_DHE]);
	conn->aead = dsm_choose(dsm_aead_order, opt->aead, offer->table[SPDM_ALG_AEAD]);
	conn->schedule = offer->table[SPDM_ALG_SCHEDULE] & SPDM_SCHEDULE_SPDM;
	if ((conn->caps & SPDM_CAP_MEAS_MASK) && (offer->meas_spec & SPDM_MEAS_SPEC_DMTF)) {
		conn->meas_spec = SPDM_MEAS_SPEC_DMTF;
		conn->meas_hash = dsm_choose(dsm_meas_order, opt->meas_hash, UINT32_MAX);
	}
	if (conn->version >= SPDM_VERSION_12)
		conn->other = offer->other & SPDM_OPAQUE_FMT1;

	conn->hash_size = dsm_hash_size(conn->hash);
	conn->sig_size = dsm_sig_size(conn->asym);
	conn->dhe_size = dsm_dhe_size(conn->dhe);
}

static void dsm_put_table(struct dsm_out *out, uint8_t type, uint16_t bits)
{
	if (!bits)
		return;

	dsm_put8(out, "ALGORITHMS.table_type", type);
	dsm_put8(out, "ALGORITHMS.table_count", SPDM_ALG_COUNT);
	dsm_put16(out, "ALGORITHMS.table_bits", bits);
}

static void dsm_put_algorithms(struct dsm_out *out, const struct dsm_conn *conn)
{
	static const uint8_t zeros[11];
	unsigned int tables = !!conn->dhe + !!conn->aead + !!conn->schedule;

	dsm_put_header(out, "ALGORITHMS", conn->version,
		       SPDM_RESPONSE(SPDM_NEGOTIATE_ALGORITHMS), tables, 0);
	dsm_put16(out, "ALGORITHMS.length", sizeof(struct spdm_algorithms_rsp) +
		  tables * sizeof(struct spdm_alg_table));
	dsm_put8(out, "ALGORITHMS.meas_spec", conn->meas_spec);
	dsm_put8(out, "ALGORITHMS.other", conn->other);
	dsm_put32(out, "ALGORITHMS.meas_hash", conn->meas_hash);
	dsm_put32(out, "ALGORITHMS.base_asym", conn->asym);
	dsm_put32(out, "ALGORITHMS.base_hash", conn->hash);
	dsm_put(out, "ALGORITHMS.reserved", zeros, sizeof(zeros));
	dsm_put8(out, "ALGORITHMS.mel_spec", 0);
	dsm_put8(out, "ALGORITHMS.ext_asym_count", 0);
	dsm_put8(out, "ALGORITHMS.ext_hash_count", 0);
	dsm_put16(out, "ALGORITHMS.reserved2", 0);
	dsm_put_table(out, SPDM_ALG_DHE, conn->dhe);
	dsm_put_table(out, SPDM_ALG_AEAD, conn->aead);
	dsm_put_table(out, SPDM_ALG_SCHEDULE, conn->schedule);
}

int dsm_negotiate(struct dsm_device *dev, struct dsm_request *req, struct dsm_out *out)
{
	struct dsm_conn conn = dev->conn;
	struct dsm_offer offer = {};
	size_t len;

	if (!dsm_read_offer(req, &offer))
		return SPDM_ERROR_INVALID_REQUEST;

	dsm_select(dev, &offer, &conn);
	if (!conn.asym || !conn.hash)
		return SPDM_ERROR_INVALID_REQUEST;

	dsm_put_algorithms(out, &conn);
	if (dsm_vca_pair(&conn, req, out))
		return SPDM_ERROR_UNSPECIFIED;

	/* Sessions need all of theirs */
	if (!conn.dhe || !conn.aead || !conn.schedule)
		conn.peer_caps &= ~SPDM_CAP_KEY_EX;
	conn.state = DSM_NEGOTIATED;
	dev->conn = conn;
	for (unsigned int slot = 0; slot < SPDM_NR_SLOTS; slot++)
		if (dsm_chain(dev, slot, &len))
			dev->conn.slots |= 1u << slot;
	if (dsm_challenge_restart(dev) || dsm_measurements_restart(dev, NULL))
		return SPDM_ERROR_UNSPECIFIED;
	return DSM_OK;
}
