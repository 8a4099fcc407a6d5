// SPDX-License-Identifier: GPL-2.0
/*
 * GET_MEASUREMENTS: what the device runs, all of it or one block, signed over
 * the caller's nonce or not; inside of the session if there is one.
 *
 * DSP0274 1.3, "GET_MEASUREMENTS", "MEASUREMENTS". The caller gets the bytes
 * that were signed. What is in a block is for a verifier: here only its shape is
 * looked at.
 */
#include <linux/slab.h>

#include "crypto.h"
#include "cursor.h"
#include "spdm.h"

#define MAX_REQUEST	(sizeof(struct spdm_header) + SPDM_NONCE + 1 + SPDM_CONTEXT)

#define SLOT_MASK	0x0f
#define CHANGED_SHIFT	4
#define CHANGED_MASK	3
#define CHANGED_INVALID	3

#define INDEX_NONE	0	/* of a block: reserved */
#define INDEX_LAST	0xfe

/**
 * struct measurements - MEASUREMENTS, taken apart
 * @fixed: the part before the record
 * @record: the record
 * @record_len: bytes in it
 * @context: what we sent, from 1.3 on, or NULL
 * @sig: the signature, or NULL
 */
struct measurements {
	const struct spdm_measurements_rsp *fixed;
	const u8 *record;
	u32 record_len;
	const u8 *context;
	const u8 *sig;
};

static int check_args(struct spdm *spdm, const struct spdm_measure_args *args)
{
	u32 can = spdm->caps & SPDM_CAP_MEAS_MASK;

	if (args->slot >= SPDM_NR_SLOTS || !args->index)
		return spdm_fault(spdm, -EINVAL, "no such measurement");
	if (can != SPDM_CAP_MEAS_SIGNED && (can != SPDM_CAP_MEAS_PLAIN || args->sign))
		return spdm_fault(spdm, -EOPNOTSUPP, "device does not measure itself like this");
	if (spdm->algos.meas_spec != SPDM_MEAS_SPEC_DMTF)
		return spdm_fault(spdm, -EOPNOTSUPP, "measurements of an unknown specification");
	if (args->raw && spdm->version < SPDM_VERSION_12)
		return spdm_fault(spdm, -EOPNOTSUPP, "no raw measurements before SPDM 1.2");
	return 0;
}

/* @context: SPDM_CONTEXT bytes, sent along from 1.3 on */
static int make_request(struct spdm *spdm, const struct spdm_measure_args *args,
			const u8 *context, u8 *req, size_t *len)
{
	u8 attributes = (args->sign ? SPDM_MEAS_ATTR_SIGN : 0) |
			(args->raw ? SPDM_MEAS_ATTR_RAW : 0);
	struct spdm_header hdr;
	struct spdm_writer w;

	spdm_header_init(spdm, &hdr, SPDM_GET_MEASUREMENTS, attributes, args->index);
	spdm_writer_init(&w, req, MAX_REQUEST);
	spdm_put(&w, &hdr, sizeof(hdr));
	if (args->sign) {
		spdm_put(&w, args->nonce, SPDM_NONCE);
		if (spdm->version >= SPDM_VERSION_11)
			spdm_put_u8(&w, args->slot);
	}
	if (spdm->version >= SPDM_VERSION_13)
		spdm_put(&w, context, SPDM_CONTEXT);
	*len = w.len;
	return w.bad ? -EMSGSIZE : 0;
}

static int parse(struct spdm *spdm, bool sign, struct spdm_exchange *x,
		 struct measurements *rsp)
{
	bool free_opaque = spdm->version < SPDM_VERSION_12 ||
			   (spdm->algos.other & SPDM_OPAQUE_FMT1);
	struct spdm_reader r;
	u16 opaque;
	int rc;

	spdm_reader_init(&r, x->rsp, x->rsp_len);
	rsp->fixed = spdm_get(&r, sizeof(*rsp->fixed));
	if (rsp->fixed)
		rsp->record_len = get_unaligned_le24(rsp->fixed->record_len);
	rsp->record = spdm_get(&r, rsp->record_len);
	spdm_get(&r, SPDM_NONCE);
	opaque = spdm_get_le16(&r);
	spdm_get(&r, opaque);
	if (spdm->version >= SPDM_VERSION_13)
		rsp->context = spdm_get(&r, SPDM_CONTEXT);
	if (sign)
		rsp->sig = spdm_get(&r, spdm->algos.sig_size);
	if (r.bad)
		return spdm_fault(spdm, -EBADMSG, "MEASUREMENTS is too short");
	rc = spdm_exchange_end(spdm, x, r.pos - x->rsp);
	if (rc)
		return rc;
	if (opaque > SPDM_MAX_OPAQUE || (opaque && !free_opaque))
		return spdm_fault(spdm, -EPROTO, "opaque data in MEASUREMENTS");
	return 0;
}

/* One block: its sizes agree with each other and with the hash, its index with the question */
static int check_block(struct spdm *spdm, struct spdm_reader *r, u8 index)
{
	const struct spdm_meas_block *block = spdm_get(r, sizeof(*block));
	u16 size;

	if (!block)
		return spdm_fault(spdm, -EBADMSG, "measurement block is too short");
	size = le16_to_cpu(block->value_size);
	if (!spdm_get(r, size))
		return spdm_fault(spdm, -EBADMSG, "measurement block ends behind the record");
	if (le16_to_cpu(block->size) != sizeof(block->type) + sizeof(block->value_size) + size)
		return spdm_fault(spdm, -EBADMSG, "measurement block contradicts itself");
	if (block->spec != SPDM_MEAS_SPEC_DMTF)
		return spdm_fault(spdm, -EPROTO, "measurement block of an unknown specification");
	if (block->index == INDEX_NONE || block->index > INDEX_LAST)
		return spdm_fault(spdm, -EPROTO, "measurement block with a reserved index");
	if (index != SPDM_MEAS_ALL && block->index != index)
		return spdm_fault(spdm, -EPROTO, "measurement block was not asked for");
	if (!(block->type & SPDM_MEAS_RAW) &&
	    size != spdm_meas_hash_size(spdm->algos.meas_hash))
		return spdm_fault(spdm, -EPROTO, "digest of a measurement has a wrong size");
	return 0;
}

static int check_record(struct spdm *spdm, const struct measurements *rsp, u8 index)
{
	unsigned int blocks = 0;
	struct spdm_reader r;

	spdm_reader_init(&r, rsp->record, rsp->record_len);
	for (; r.left; blocks++) {
		int rc = check_block(spdm, &r, index);

		if (rc)
			return rc;
	}
	if (blocks != rsp->fixed->blocks)
		return spdm_fault(spdm, -EBADMSG, "number of measurement blocks");
	if (index != SPDM_MEAS_ALL && blocks != 1)
		return spdm_fault(spdm, -EPROTO, "not the one measurement block");
	return 0;
}

static u8 changed(const struct spdm *spdm, const struct spdm_measurements_rsp *fixed, bool sign)
{
	if (!sign || spdm->version < SPDM_VERSION_12)
		return 0;
	return fixed->hdr.param2 >> CHANGED_SHIFT & CHANGED_MASK;
}

static int check(struct spdm *spdm, const struct spdm_measure_args *args,
		 const struct measurements *rsp, const u8 *context)
{
	const struct spdm_header *hdr = &rsp->fixed->hdr;

	if (args->sign && spdm->version >= SPDM_VERSION_11 &&
	    (hdr->param2 & SLOT_MASK) != args->slot)
		return spdm_fault(spdm, -EPROTO, "MEASUREMENTS is of another slot");
	if (changed(spdm, rsp->fixed, args->sign) == CHANGED_INVALID)
		return spdm_fault(spdm, -EPROTO, "MEASUREMENTS with a reserved value");
	if (rsp->context && memcmp(rsp->context, context, SPDM_CONTEXT))
		return spdm_fault(spdm, -EPROTO, "MEASUREMENTS has another context");
	return check_record(spdm, rsp, args->index);
}

static int check_signature(struct spdm *spdm, u8 slot, const u8 *sig)
{
	u8 digest[SPDM_MAX_HASH];
	int rc;

	rc = spdm_meas_digest(spdm, spdm->meas.len - spdm->algos.sig_size, digest);
	if (rc)
		return rc;
	rc = spdm_check_signature(spdm, slot, "responder-measurements signing", digest, sig);
	return rc ? spdm_fault(spdm, rc, "signature of MEASUREMENTS") : 0;
}

/* A copy of the transcript, which ends with what came in now */
static int give(struct spdm *spdm, const struct spdm_exchange *x,
		const struct measurements *rsp, bool sign, struct spdm_measurements *result)
{
	size_t begin = spdm->meas.len - x->rsp_len;
	void *copy = kvmalloc(spdm->meas.len, GFP_KERNEL_ACCOUNT);

	if (!copy)
		return -ENOMEM;
	memcpy(copy, spdm->meas.data, spdm->meas.len);
	*result = (struct spdm_measurements) {
		.transcript = { .data = copy, .len = spdm->meas.len },
		.record_offset = begin + (rsp->record - x->rsp),
		.record_len = rsp->record_len,
		.blocks = rsp->fixed->blocks,
		.changed = changed(spdm, rsp->fixed, sign),
	};
	return 0;
}

static int measure(struct spdm *spdm, const struct spdm_measure_args *args,
		   struct spdm_measurements *result)
{
	struct measurements rsp = {};
	u8 context[SPDM_CONTEXT];
	u8 req[MAX_REQUEST];
	struct spdm_exchange x = {
		.req = req,
		.secured = spdm->session.state == SPDM_SESSION_OPEN,
		.slow = true,
	};
	int rc;

	if (spdm_random(context, sizeof(context)))
		return spdm_fault(spdm, -ECANCELED, "no random numbers");
	rc = make_request(spdm, args, context, req, &x.req_len);
	if (rc)
		return rc;
	rc = spdm_exchange(spdm, &x);
	if (rc)
		return rc;
	rc = parse(spdm, args->sign, &x, &rsp);
	if (rc)
		return rc;
	rc = check(spdm, args, &rsp, context);
	if (rc)
		return rc;
	rc = spdm_meas_add(spdm, &x);
	if (rc)
		return rc;
	if (args->sign) {
		rc = check_signature(spdm, args->slot, rsp.sig);
		if (rc)
			return rc;
	}
	return give(spdm, &x, &rsp, args->sign, result);
}

/*
 * An unsigned answer stays in the transcript, for a signed one that may follow.
 * A signature ends it, and so does whatever goes wrong.
 */
int spdm_get_measurements(struct spdm *spdm, const struct spdm_measure_args *args,
			  struct spdm_measurements *result)
{
	int rc = check_args(spdm, args);

	if (!rc && args->sign)
		rc = spdm_identify_signer(spdm, args->slot);
	if (rc)
		return rc;
	rc = measure(spdm, args, result);
	if (rc || args->sign)
		spdm_meas_end(spdm);
	return rc;
}
