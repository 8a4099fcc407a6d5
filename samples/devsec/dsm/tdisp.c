// SPDX-License-Identifier: GPL-2.0
/*
 * TDISP: the interface of the device's own function, locked and started by
 * messages inside of a session. Errors do not change its state, violations do.
 *
 * The session that locks the interface owns it until it is unlocked or fails:
 * others get no answer. MMIO ranges are those of devsec_bus's functions in size;
 * where they are is not known here, so they are reported at fixed addresses.
 *
 * PCIe r7.0 sec 11.3 (messages), 11.2 (states, what makes them change).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include "dsm.h"

#define TDISP_VERSION		0x10

#define TDISP_GET_VERSION	0x81
#define TDISP_GET_CAPABILITIES	0x82
#define TDISP_LOCK		0x83
#define TDISP_GET_REPORT	0x84
#define TDISP_GET_STATE		0x85
#define TDISP_START		0x86
#define TDISP_STOP		0x87
#define TDISP_BIND_P2P		0x88
#define TDISP_UNBIND_P2P	0x89
#define TDISP_SET_MMIO		0x8a
#define TDISP_ERROR		0x7f

#define TDISP_REQUESTS		0x07fe	/* a bit for each code - 0x80 */

#define TDISP_INVALID_REQUEST	0x01
#define TDISP_INVALID_STATE	0x04
#define TDISP_UNSUPPORTED	0x07
#define TDISP_VERSION_MISMATCH	0x41
#define TDISP_INVALID_INTERFACE	0x101
#define TDISP_INVALID_NONCE	0x102
#define TDISP_NO_ENTROPY	0x103
#define TDISP_INVALID_CONFIG	0x104

/* No code: no answer, and an answer that was made */
#define TDISP_SILENCE		0xffffffff
#define TDISP_OK		0

#define TDISP_NONCE		32
#define TDISP_INTERFACE		12
#define TDISP_SEGMENT_VALID	0x01000000

#define TDISP_LOCK_NO_FW_UPDATE	0x01
#define TDISP_LOCK_LINE_128	0x02
#define TDISP_LOCK_MSIX		0x04
#define TDISP_LOCK_P2P		0x08
#define TDISP_LOCK_REDIRECT	0x10
#define TDISP_LOCK_FLAGS	0x1f
/* Lines of 64 bytes only; there is no MSI-X, so locking that is easy */
#define TDISP_LOCK_SUPPORTED	(TDISP_LOCK_FLAGS & ~TDISP_LOCK_LINE_128)

#define TDISP_INFO_NO_FW_UPDATE	0x01
#define TDISP_INFO_DMA		0x02	/* without PASID */

#define TDISP_RANGE_NON_TEE	0x04
#define TDISP_RANGE_UPDATABLE	0x08

#define TDISP_ADDRESS_WIDTH	52
#define TDISP_REPORT_MAX	256

enum tdisp_state {
	TDISP_UNLOCKED,
	TDISP_LOCKED,
	TDISP_RUN,
	TDISP_FAILED,
};

/* In pages of 4 KiB */
struct tdisp_range {
	uint64_t page;
	uint32_t pages;
	uint16_t attributes;
	uint16_t id;
};

/* BAR 0, 128 KiB, and BAR 2, 64 KiB */
static const struct tdisp_range default_ranges[] = {
	{ 0x100000000ull >> 12, 32, 0, 0 },
	{ 0xe0000000ull >> 12, 16, TDISP_RANGE_UPDATABLE, 2 },
};

#define TDISP_NR_RANGES	(sizeof(default_ranges) / sizeof(default_ranges[0]))

struct dsm_tdisp {
	struct dsm_place place;
	const struct dsm_km *km;
	enum tdisp_state state;
	uint32_t owner;			/* session, while LOCKED or RUN */
	uint16_t flags;			/* of LOCK */
	uint8_t stream_id;		/* the default stream */
	uint8_t nonce[TDISP_NONCE];	/* while LOCKED */
	uint8_t p2p[256];		/* streams that are bound */
	struct tdisp_range range[TDISP_NR_RANGES];
	uint8_t report[TDISP_REPORT_MAX];
	size_t report_len;
	size_t report_next;		/* where the next portion begins */
};

struct tdisp_request {
	uint8_t version;
	uint8_t code;
	uint8_t interface[TDISP_INTERFACE];
	uint32_t session_id;
	struct dsm_in in;		/* behind the interface */
	uint32_t data;			/* of an error */
};

struct dsm_tdisp *dsm_tdisp_new(const struct dsm_place *place, const struct dsm_km *km)
{
	struct dsm_tdisp *tdisp = calloc(1, sizeof(*tdisp));

	if (!tdisp)
		return NULL;
	tdisp->place = *place;
	tdisp->km = km;
	return tdisp;
}

void dsm_tdisp_free(struct dsm_tdisp *tdisp)
{
	free(tdisp);
}

/* What belonged to LOCKED and RUN is gone. */
static void leave(struct dsm_tdisp *tdisp, enum tdisp_state state)
{
	OPENSSL_cleanse(tdisp->nonce, sizeof(tdisp->nonce));
	memset(tdisp->p2p, 0, sizeof(tdisp->p2p));
	tdisp->owner = 0;
	tdisp->report_len = 0;
	tdisp->state = state;
}

void dsm_tdisp_reset(struct dsm_tdisp *tdisp)
{
	leave(tdisp, TDISP_UNLOCKED);
}

void dsm_tdisp_violation(struct dsm_tdisp *tdisp)
{
	if (tdisp->state == TDISP_LOCKED || tdisp->state == TDISP_RUN)
		leave(tdisp, TDISP_FAILED);
}

/* Nobody says when a stream loses its keys: it is seen at the next message. */
static void check_stream(struct dsm_tdisp *tdisp)
{
	if (tdisp->owner && tdisp->place.ide &&
	    !dsm_km_ready(tdisp->km, tdisp->owner, tdisp->stream_id))
		dsm_tdisp_violation(tdisp);
}

static void make_report(struct dsm_tdisp *tdisp, uint64_t mmio_offset)
{
	uint16_t info = TDISP_INFO_DMA;
	struct dsm_out out;
	char text[32];
	int len;

	if (tdisp->flags & TDISP_LOCK_NO_FW_UPDATE)
		info |= TDISP_INFO_NO_FW_UPDATE;
	len = snprintf(text, sizeof(text), "devsec %04x:%04x", tdisp->place.vendor,
		       tdisp->place.device);

	dsm_out_init(&out, tdisp->report, sizeof(tdisp->report), NULL);
	dsm_put16(&out, NULL, info);
	dsm_put16(&out, NULL, 0);
	dsm_put16(&out, NULL, 0);	/* no MSI-X */
	dsm_put16(&out, NULL, 0);
	dsm_put32(&out, NULL, 0);	/* no TPH */
	dsm_put32(&out, NULL, TDISP_NR_RANGES);
	for (unsigned int i = 0; i < TDISP_NR_RANGES; i++) {
		struct tdisp_range *range = &tdisp->range[i];

		*range = default_ranges[i];
		range->page += mmio_offset >> 12;
		dsm_put64(&out, NULL, range->page);
		dsm_put32(&out, NULL, range->pages);
		dsm_put16(&out, NULL, range->attributes);
		dsm_put16(&out, NULL, range->id);
	}
	dsm_put32(&out, NULL, len);
	dsm_put(&out, NULL, text, len);
	tdisp->report_len = out.len;
	tdisp->report_next = 0;
}

static void put_head(struct dsm_out *out, const struct tdisp_request *req, uint8_t code)
{
	dsm_put8(out, "TDISP.protocol", SPDM_PCISIG_TDISP);
	dsm_put8(out, "TDISP.version", TDISP_VERSION);
	dsm_put8(out, "TDISP.code", code);
	dsm_put16(out, "TDISP.reserved", 0);
	dsm_put(out, "TDISP.interface", req->interface, TDISP_INTERFACE);
}

static void put_answer(struct dsm_out *out, const struct tdisp_request *req)
{
	put_head(out, req, req->code & 0x7f);
}

/* Does the request have exactly what was read? */
static bool complete(const struct tdisp_request *req)
{
	return !req->in.bad && !req->in.left;
}

static uint32_t get_version(struct dsm_tdisp *tdisp, struct tdisp_request *req, struct dsm_out *out)
{
	(void)tdisp;
	if (!complete(req))
		return TDISP_INVALID_REQUEST;
	put_answer(out, req);
	dsm_put8(out, "TDISP_VERSION.count", 1);
	dsm_put8(out, "TDISP_VERSION.entry", TDISP_VERSION);
	return TDISP_OK;
}

static uint32_t get_capabilities(struct dsm_tdisp *tdisp, struct tdisp_request *req,
				 struct dsm_out *out)
{
	static const uint8_t reserved[3];
	uint8_t supported[16] = { TDISP_REQUESTS & 0xff, TDISP_REQUESTS >> 8 };

	(void)tdisp;
	dsm_get32(&req->in);
	if (!complete(req))
		return TDISP_INVALID_REQUEST;
	put_answer(out, req);
	dsm_put32(out, "TDISP_CAPABILITIES.caps", 0);
	dsm_put(out, "TDISP_CAPABILITIES.requests", supported, sizeof(supported));
	dsm_put16(out, "TDISP_CAPABILITIES.lock_flags", TDISP_LOCK_SUPPORTED);
	dsm_put(out, "TDISP_CAPABILITIES.reserved", reserved, sizeof(reserved));
	dsm_put8(out, "TDISP_CAPABILITIES.address_width", TDISP_ADDRESS_WIDTH);
	dsm_put8(out, "TDISP_CAPABILITIES.requests_this", 1);
	dsm_put8(out, "TDISP_CAPABILITIES.requests_all", 1);
	return TDISP_OK;
}

static uint32_t lock_interface(struct dsm_tdisp *tdisp, struct tdisp_request *req,
			       struct dsm_out *out)
{
	uint16_t flags = dsm_get16(&req->in);
	uint8_t stream_id = dsm_get8(&req->in);
	uint64_t mmio_offset;

	dsm_get8(&req->in);
	mmio_offset = dsm_get64(&req->in);
	dsm_get64(&req->in);	/* mask of P2P addresses: there is nothing to match */
	if (!complete(req) || flags & ~TDISP_LOCK_FLAGS)
		return TDISP_INVALID_REQUEST;
	if (tdisp->state != TDISP_UNLOCKED)
		return TDISP_INVALID_STATE;
	if (tdisp->place.ide && !dsm_km_ready(tdisp->km, req->session_id, stream_id))
		return TDISP_INVALID_REQUEST;
	if (flags & TDISP_LOCK_LINE_128)
		return TDISP_INVALID_CONFIG;
	if (RAND_bytes(tdisp->nonce, sizeof(tdisp->nonce)) != 1)
		return TDISP_NO_ENTROPY;

	tdisp->owner = req->session_id;
	tdisp->flags = flags;
	tdisp->stream_id = stream_id;
	tdisp->state = TDISP_LOCKED;
	make_report(tdisp, mmio_offset);
	put_answer(out, req);
	dsm_put(out, "LOCK_INTERFACE.nonce", tdisp->nonce, sizeof(tdisp->nonce));
	return TDISP_OK;
}

/* From the beginning, or where the last portion ended. */
static uint32_t get_report(struct dsm_tdisp *tdisp, struct tdisp_request *req, struct dsm_out *out)
{
	uint16_t offset = dsm_get16(&req->in);
	uint16_t len = dsm_get16(&req->in);
	size_t left;

	if (!complete(req))
		return TDISP_INVALID_REQUEST;
	if (tdisp->state != TDISP_LOCKED && tdisp->state != TDISP_RUN)
		return TDISP_INVALID_STATE;
	if (!len || (offset && offset != tdisp->report_next) || offset >= tdisp->report_len)
		return TDISP_INVALID_REQUEST;

	left = tdisp->report_len - offset;
	if (len > left)
		len = left;
	tdisp->report_next = offset + len;
	put_answer(out, req);
	dsm_put16(out, "INTERFACE_REPORT.portion", len);
	dsm_put16(out, "INTERFACE_REPORT.remainder", left - len);
	dsm_put(out, "INTERFACE_REPORT.report", tdisp->report + offset, len);
	return TDISP_OK;
}

static uint32_t get_state(struct dsm_tdisp *tdisp, struct tdisp_request *req, struct dsm_out *out)
{
	if (!complete(req))
		return TDISP_INVALID_REQUEST;
	put_answer(out, req);
	dsm_put8(out, "INTERFACE_STATE.state", tdisp->state);
	return TDISP_OK;
}

static uint32_t start_interface(struct dsm_tdisp *tdisp, struct tdisp_request *req,
				struct dsm_out *out)
{
	const uint8_t *nonce = dsm_get(&req->in, TDISP_NONCE);

	if (!nonce || !complete(req))
		return TDISP_INVALID_REQUEST;
	if (tdisp->state != TDISP_LOCKED)
		return TDISP_INVALID_STATE;
	if (CRYPTO_memcmp(nonce, tdisp->nonce, TDISP_NONCE))
		return TDISP_INVALID_NONCE;

	OPENSSL_cleanse(tdisp->nonce, sizeof(tdisp->nonce));
	tdisp->state = TDISP_RUN;
	put_answer(out, req);
	return TDISP_OK;
}

static uint32_t stop_interface(struct dsm_tdisp *tdisp, struct tdisp_request *req,
			       struct dsm_out *out)
{
	if (!complete(req))
		return TDISP_INVALID_REQUEST;
	leave(tdisp, TDISP_UNLOCKED);
	put_answer(out, req);
	return TDISP_OK;
}

static uint32_t bind_p2p(struct dsm_tdisp *tdisp, struct tdisp_request *req, struct dsm_out *out)
{
	bool bind = req->code == TDISP_BIND_P2P;
	uint8_t stream_id = dsm_get8(&req->in);

	if (!complete(req))
		return TDISP_INVALID_REQUEST;
	if (tdisp->state != TDISP_RUN)
		return TDISP_INVALID_STATE;
	if (!(tdisp->flags & TDISP_LOCK_P2P) || tdisp->p2p[stream_id] == bind)
		return TDISP_INVALID_REQUEST;
	if (bind && (stream_id == tdisp->stream_id ||
		     !dsm_km_ready(tdisp->km, req->session_id, stream_id)))
		return TDISP_INVALID_REQUEST;

	tdisp->p2p[stream_id] = bind;
	put_answer(out, req);
	return TDISP_OK;
}

/* One of the ranges of the report, whose attribute may change. */
static uint32_t set_mmio(struct dsm_tdisp *tdisp, struct tdisp_request *req, struct dsm_out *out)
{
	struct tdisp_range want = {};

	want.page = dsm_get64(&req->in);
	want.pages = dsm_get32(&req->in);
	want.attributes = dsm_get16(&req->in);
	want.id = dsm_get16(&req->in);
	if (!complete(req))
		return TDISP_INVALID_REQUEST;
	if (tdisp->state != TDISP_RUN)
		return TDISP_INVALID_STATE;

	for (unsigned int i = 0; i < TDISP_NR_RANGES; i++) {
		struct tdisp_range *range = &tdisp->range[i];

		if (range->page != want.page || range->pages != want.pages ||
		    range->id != want.id || !(range->attributes & TDISP_RANGE_UPDATABLE))
			continue;
		range->attributes &= ~TDISP_RANGE_NON_TEE;
		range->attributes |= want.attributes & TDISP_RANGE_NON_TEE;
		put_answer(out, req);
		return TDISP_OK;
	}
	return TDISP_INVALID_REQUEST;
}

static uint32_t (*const handlers[])(struct dsm_tdisp *tdisp, struct tdisp_request *req,
				    struct dsm_out *out) = {
	[TDISP_GET_VERSION - 0x80] = get_version,
	[TDISP_GET_CAPABILITIES - 0x80] = get_capabilities,
	[TDISP_LOCK - 0x80] = lock_interface,
	[TDISP_GET_REPORT - 0x80] = get_report,
	[TDISP_GET_STATE - 0x80] = get_state,
	[TDISP_START - 0x80] = start_interface,
	[TDISP_STOP - 0x80] = stop_interface,
	[TDISP_BIND_P2P - 0x80] = bind_p2p,
	[TDISP_UNBIND_P2P - 0x80] = bind_p2p,
	[TDISP_SET_MMIO - 0x80] = set_mmio,
};

static bool is_own(const struct dsm_place *place, const uint8_t interface[TDISP_INTERFACE])
{
	uint32_t function;
	struct dsm_in in;

	dsm_in_init(&in, interface, TDISP_INTERFACE);
	function = dsm_get32(&in);
	if ((function & 0xffff) != place->rid || function >> 25)
		return false;
	return !(function & TDISP_SEGMENT_VALID) ||
	       (function >> 16 & 0xff) == (place->domain & 0xff);
}

static uint32_t handle(struct dsm_tdisp *tdisp, struct tdisp_request *req, struct dsm_out *out)
{
	unsigned int nr = req->code - 0x80u;

	if (req->in.bad || !(req->code & 0x80))
		return TDISP_INVALID_REQUEST;
	if (req->version != TDISP_VERSION)
		return TDISP_VERSION_MISMATCH;
	if (nr >= sizeof(handlers) / sizeof(handlers[0]) || !handlers[nr]) {
		req->data = req->code;
		return TDISP_UNSUPPORTED;
	}
	if (!is_own(&tdisp->place, req->interface))
		return TDISP_INVALID_INTERFACE;

	check_stream(tdisp);
	if (tdisp->owner && tdisp->owner != req->session_id)
		return TDISP_SILENCE;
	return handlers[nr](tdisp, req, out);
}

bool dsm_tdisp_handle(struct dsm_tdisp *tdisp, uint32_t session_id, struct dsm_in *in,
		      struct dsm_out *out)
{
	struct tdisp_request req = { .session_id = session_id };
	const uint8_t *interface;
	uint32_t code;

	if (!tdisp->place.tee || !session_id)
		return false;

	req.version = dsm_get8(in);
	req.code = dsm_get8(in);
	dsm_get16(in);
	interface = dsm_get(in, TDISP_INTERFACE);
	if (interface)
		memcpy(req.interface, interface, TDISP_INTERFACE);
	req.in = *in;

	code = handle(tdisp, &req, out);
	if (code == TDISP_SILENCE)
		return false;
	if (code == TDISP_OK)
		return true;
	put_head(out, &req, TDISP_ERROR);
	dsm_put32(out, "TDISP_ERROR.code", code);
	dsm_put32(out, "TDISP_ERROR.data", req.data);
	return true;
}
