// SPDX-License-Identifier: GPL-2.0
/*
 * The vendor's DOE protocol of fw.h at the side of the port: IDE keys are
 * programmed, taken into use and dropped. It refuses what IDE_KM refuses: a
 * wrong length, a stream id that no register block has to itself, a wrong order.
 * Its one key stands for all of key set 0: both directions of all sub-streams.
 *
 * Called with the host's lock held.
 */
#include <linux/string.h>

#include "devsec.h"

/* Do @step with all keys of key set 0: 0 or the first error. */
static int devsec_fw_each(struct devsec_ide *ide, const struct devsec_fw_request *req,
			  int (*step)(struct devsec_ide *, const struct devsec_fw_request *,
				      struct devsec_key_at))
{
	struct devsec_key_at at = {};
	int rc = 0;

	for (at.dir = 0; at.dir < DEVSEC_KEY_DIRS && !rc; at.dir++) {
		for (at.sub = 0; at.sub < DEVSEC_KEY_SUBS && !rc; at.sub++)
			rc = step(ide, req, at);
	}
	return rc;
}

static int devsec_fw_prog_one(struct devsec_ide *ide, const struct devsec_fw_request *req,
			      struct devsec_key_at at)
{
	return devsec_key_prog(ide, req->stream_id, at, req->key);
}

static int devsec_fw_go_one(struct devsec_ide *ide, const struct devsec_fw_request *req,
			    struct devsec_key_at at)
{
	return devsec_key_go(ide, req->stream_id, at);
}

static enum devsec_fw_status devsec_fw_prog(struct devsec_ide *ide,
					    const struct devsec_fw_request *req)
{
	/* This protocol has no key refresh: either all keys change or none */
	if (devsec_keys_in_use(devsec_ide_block_of(ide, req->stream_id)) ||
	    devsec_fw_each(ide, req, devsec_fw_prog_one))
		return DEVSEC_FW_BAD_ORDER;
	return DEVSEC_FW_OK;
}

static enum devsec_fw_status devsec_fw_go(struct devsec_ide *ide,
					  const struct devsec_fw_request *req)
{
	struct devsec_block *block = devsec_ide_key_of(ide, req->stream_id);

	if (!block || devsec_keys_state(block, 0) != DEVSEC_KEY_PROGRAMMED ||
	    devsec_fw_each(ide, req, devsec_fw_go_one))
		return DEVSEC_FW_BAD_ORDER;
	return DEVSEC_FW_OK;
}

static enum devsec_fw_status devsec_fw_stop(struct devsec_ide *ide, u8 stream_id)
{
	struct devsec_block *block = devsec_ide_key_of(ide, stream_id);

	if (!block)
		return DEVSEC_FW_BAD_ORDER;

	devsec_keys_wipe(block);
	devsec_ide_settle(ide->fn);
	return DEVSEC_FW_OK;
}

static u32 devsec_fw_detail(struct devsec_ide *ide, u8 stream_id)
{
	struct devsec_block *block = devsec_ide_key_of(ide, stream_id);
	u32 detail = block ? devsec_keys_state(block, 0) : DEVSEC_KEY_NONE;

	if (devsec_ide_secure(ide, stream_id))
		detail |= DEVSEC_FW_DETAIL_SECURE;
	return detail;
}

static enum devsec_fw_status devsec_fw_do(struct devsec_ide *ide,
					  const struct devsec_fw_request *req,
					  size_t len, u32 *detail)
{
	size_t want = DEVSEC_FW_REQUEST_SHORT;

	if (req->version != DEVSEC_FW_VERSION)
		return DEVSEC_FW_BAD_VERSION;
	if (req->op < DEVSEC_FW_KEY_PROG || req->op > DEVSEC_FW_STATUS)
		return DEVSEC_FW_BAD_OP;
	if (req->op == DEVSEC_FW_KEY_PROG)
		want = sizeof(*req);
	if (len != want)
		return DEVSEC_FW_BAD_LENGTH;

	/* A key may outlive the register block's id: STOP goes by the key */
	if (!ide || (!devsec_ide_block_of(ide, req->stream_id) &&
		     (req->op != DEVSEC_FW_KEY_STOP ||
		      !devsec_ide_key_of(ide, req->stream_id))))
		return DEVSEC_FW_BAD_STREAM;

	switch (req->op) {
	case DEVSEC_FW_KEY_PROG:
		return devsec_fw_prog(ide, req);
	case DEVSEC_FW_KEY_GO:
		return devsec_fw_go(ide, req);
	case DEVSEC_FW_KEY_STOP:
		return devsec_fw_stop(ide, req->stream_id);
	default:
		*detail = devsec_fw_detail(ide, req->stream_id);
		return DEVSEC_FW_OK;
	}
}

/*
 * Answer one request of @len dwords, as they came from the mailbox. Returns the
 * dwords of the answer.
 */
unsigned int devsec_fw_answer(struct devsec_fn *fn, const u32 *req, unsigned int len,
			      u32 *resp)
{
	struct devsec_fw_request in = {};
	struct devsec_fw_answer out;
	__le32 raw[sizeof(in) / 4] = {};
	u32 detail = 0;

	lockdep_assert_held(&fn->host->lock);

	for (unsigned int i = 0; i < len && i < ARRAY_SIZE(raw); i++)
		raw[i] = cpu_to_le32(req[i]);
	memcpy(&in, raw, sizeof(in));

	out.version = DEVSEC_FW_VERSION;
	out.op = in.op;
	out.stream_id = in.stream_id;
	out.status = devsec_fw_do(fn->ide, &in, (size_t)len * 4, &detail);
	out.detail = cpu_to_le32(detail);
	memzero_explicit(&in, sizeof(in));
	memzero_explicit(raw, sizeof(raw));

	memcpy(raw, &out, sizeof(out));
	resp[0] = le32_to_cpu(raw[0]);
	resp[1] = le32_to_cpu(raw[1]);
	return sizeof(out) / 4;
}
