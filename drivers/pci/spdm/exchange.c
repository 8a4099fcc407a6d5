// SPDX-License-Identifier: GPL-2.0
/*
 * SPDM requester: one request and its response.
 *
 * What all responses have in common is judged here: header, version, code, ERROR,
 * and the length, once a step knows it from the fields. Requests that the device
 * is too busy for, or needs time for, are repeated or asked about within bounds of
 * number and time; all chunks of an exchange have one of time. The contents of a
 * response belong to the step that asked.
 *
 * DSP0274 1.3 sec "ERROR response message", "RESPOND_IF_READY" and "Timing".
 */
#include <linux/errno.h>
#include <linux/math.h>
#include <linux/minmax.h>
#include <linux/string.h>

#include "cursor.h"
#include "spdm.h"
#include "trace.h"

#define MAX_ROUNDS		64	/* of one exchange */
#define BUSY_FIRST_MS		10
#define BUSY_MAX_MS		1000
#define WAIT_QUICK_MS		10000	/* in all, where the device does not compute */
#define WAIT_MAX_MS		60000	/* in all, wherever */
#define CHUNKS_MAX_MS		60000	/* of transfers in chunks, on top of waiting */
#define WAIT_STEP_MS		20	/* how long nobody looks whether it is cancelled */
#define ERROR_MAX_DATA		32	/* behind the header */

/**
 * struct talk - one exchange that may take several rounds
 * @ready: RESPOND_IF_READY
 * @asking: it is what is to be sent, in place of the request
 * @busy_ms: how long to wait when the device is busy
 * @left_ms: how long waiting may take from here on, in all
 */
struct talk {
	struct spdm_header ready;
	bool asking;
	unsigned int busy_ms;
	unsigned int left_ms;
};

/* What the codes of ERROR come to. -EBUSY: it is tried again, where that makes sense. */
static const struct {
	u8 code;
	u8 data;	/* bytes behind the header, at least */
	int err;
	const char *what;
} errors[] = {
	{ SPDM_ERROR_INVALID_REQUEST, 0, -EREMOTEIO, "device: InvalidRequest" },
	{ SPDM_ERROR_INVALID_SESSION, 0, -EREMOTEIO, "device: InvalidSession" },
	{ SPDM_ERROR_BUSY, 0, -EBUSY, "device: Busy" },
	{ SPDM_ERROR_UNEXPECTED_REQUEST, 0, -EREMOTEIO, "device: UnexpectedRequest" },
	{ SPDM_ERROR_UNSPECIFIED, 0, -EREMOTEIO, "device: Unspecified" },
	{ SPDM_ERROR_DECRYPT, 0, -EREMOTEIO, "device: DecryptError" },
	{ SPDM_ERROR_UNSUPPORTED_REQUEST, 0, -EOPNOTSUPP, "device: UnsupportedRequest" },
	{ SPDM_ERROR_IN_FLIGHT, 0, -EREMOTEIO, "device: RequestInFlight" },
	{ SPDM_ERROR_INVALID_RESPONSE, 0, -EREMOTEIO, "device: InvalidResponseCode" },
	{ SPDM_ERROR_SESSION_LIMIT, 0, -EREMOTEIO, "device: SessionLimitExceeded" },
	{ SPDM_ERROR_SESSION_REQUIRED, 0, -EREMOTEIO, "device: SessionRequired" },
	{ SPDM_ERROR_RESET_REQUIRED, 0, -EREMOTEIO, "device: ResetRequired" },
	{ SPDM_ERROR_RESPONSE_TOO_LARGE, 4, -EREMOTEIO, "device: ResponseTooLarge" },
	{ SPDM_ERROR_REQUEST_TOO_LARGE, 0, -EREMOTEIO, "device: RequestTooLarge" },
	{ SPDM_ERROR_LARGE_RESPONSE, 1, -EPROTO, "device: LargeResponse, out of place" },
	{ SPDM_ERROR_MESSAGE_LOST, 0, -EREMOTEIO, "device: MessageLost" },
	{ SPDM_ERROR_INVALID_POLICY, 0, -EREMOTEIO, "device: InvalidPolicy" },
	{ SPDM_ERROR_VERSION_MISMATCH, 0, -EREMOTEIO, "device: VersionMismatch" },
	{ SPDM_ERROR_NOT_READY, 4, -EPROTO, "device: ResponseNotReady, out of place" },
	{ SPDM_ERROR_RESYNCH, 0, -EREMOTEIO, "device: RequestResynch, connect again" },
	{ SPDM_ERROR_OPERATION_FAILED, 0, -EREMOTEIO, "device: OperationFailed" },
	{ SPDM_ERROR_NO_PENDING, 0, -EREMOTEIO, "device: NoPendingRequests" },
	{ SPDM_ERROR_VENDOR, 1, -EREMOTEIO, "device: an error of its vendor's" },
};

static size_t error_index(u8 code)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(errors); i++)
		if (errors[i].code == code)
			break;
	return i;
}

static int check_error(struct spdm *spdm, const struct spdm_header *hdr, size_t len)
{
	size_t i = error_index(hdr->param1), data = len - sizeof(*hdr);

	if (i < ARRAY_SIZE(errors) && data < errors[i].data)
		return spdm_fault(spdm, -EBADMSG, "an ERROR ends before its data");
	/* Vendors and later versions may say more; the transport may pad up to a DW */
	if (data > ERROR_MAX_DATA + 3)
		return spdm_fault(spdm, -EMSGSIZE, "an ERROR is too long");
	return 1;
}

int spdm_response_check(struct spdm *spdm, u8 version, u8 code, const u8 *rsp, size_t len)
{
	const struct spdm_header *hdr = (const void *)rsp;

	if (len < sizeof(*hdr))
		return spdm_fault(spdm, -EBADMSG, "a response is shorter than a header");
	if (hdr->version != version)
		return spdm_fault(spdm, -EPROTO, "a response has another version");
	if (hdr->code == SPDM_ERROR)
		return check_error(spdm, hdr, len);
	if (hdr->code != SPDM_RESPONSE(code))
		return spdm_fault(spdm, -EPROTO, "a response is not that to the request");
	return 0;
}

int spdm_response_error(struct spdm *spdm, bool secured, const u8 *rsp)
{
	const struct spdm_header *hdr = (const void *)rsp;
	u8 code = hdr->param1;
	size_t i = error_index(code);

	/* The other end has forgotten, too; nothing of @rsp is used any more. */
	if (code == SPDM_ERROR_RESYNCH)
		spdm_forget(spdm);
	if (code == SPDM_ERROR_DECRYPT && secured)
		spdm_session_drop(spdm);
	if (i == ARRAY_SIZE(errors))
		return spdm_fault(spdm, -EREMOTEIO, "device: an error of unknown code");
	return spdm_fault(spdm, errors[i].err, errors[i].what);
}

int spdm_response_end(struct spdm *spdm, bool padded, const u8 *rsp, size_t received,
		      size_t len)
{
	if (received < len)
		return spdm_fault(spdm, -EBADMSG, "a response is shorter than its fields say");
	if (received - len > (padded ? 3 : 0) ||
	    memchr_inv(rsp + len, 0, received - len))
		return spdm_fault(spdm, -EMSGSIZE, "a response is longer than its fields say");
	return 0;
}

int spdm_exchange_end(struct spdm *spdm, struct spdm_exchange *x, size_t len)
{
	/* Lengths of records and of messages in chunks are exact. */
	bool padded = !x->secured && x->rsp != spdm->big.data;
	int rc = spdm_response_end(spdm, padded, x->rsp, x->rsp_len, len);

	if (!rc)
		x->rsp_len = len;
	return rc;
}

/*
 * One data object there and back
 */

/* Whatever a transport returns: the library has its own errors. */
static ssize_t carry(struct spdm *spdm, enum spdm_object type, const void *req,
		     size_t req_len)
{
	const struct spdm_config *config = &spdm->config;
	ssize_t n;

	n = config->ops->exchange(config->priv, type, req, req_len, spdm->rx,
				  config->max_object);
	if (n == -ECANCELED || n == -ENOMEM)
		return spdm_fault(spdm, n, "the transport gave up");
	if (n < 0)
		return spdm_fault(spdm, -EIO, "the transport failed");
	if (n > config->max_object)
		return spdm_fault(spdm, -EIO, "the transport overran its buffer");
	return n;
}

static bool is_error(const u8 *rsp, ssize_t len)
{
	return len >= (ssize_t)sizeof(struct spdm_header) &&
	       ((const struct spdm_header *)rsp)->code == SPDM_ERROR;
}

/*
 * Until something came under a new key, an ERROR may come under the old one, and nothing
 * else. A record is opened in place, and is spoilt if it does not open; what went out is
 * not needed any more.
 */
static ssize_t open_record(struct spdm *spdm, size_t len, const u8 **rsp)
{
	struct spdm_session *s = &spdm->session;
	ssize_t n;

	if (!s->old_rsp.aead || s->rsp.seq)
		return spdm_open(spdm, &s->rsp, spdm->rx, len, rsp);
	memcpy(spdm->record, spdm->rx, len);
	n = spdm_open(spdm, &s->rsp, spdm->rx, len, rsp);
	if (n != -EKEYREJECTED)
		return n;
	n = spdm_open(spdm, &s->old_rsp, spdm->record, len, rsp);
	return n < 0 || is_error(*rsp, n) ? n : -EKEYREJECTED;
}

static ssize_t transfer_record(struct spdm *spdm, const void *req, size_t req_len,
			       const u8 **rsp)
{
	ssize_t n;

	if (spdm->session.state == SPDM_SESSION_NONE)
		return spdm_fault(spdm, -ENOTCONN, "there is no session");
	n = spdm_seal(spdm, req, req_len, spdm->record, spdm->config.max_object);
	if (n < 0)
		return n;
	n = carry(spdm, SPDM_OBJECT_SECURED, spdm->record, n);
	if (n >= 0) {
		n = open_record(spdm, n, rsp);
		if (n < 0)
			spdm_fault(spdm, n, "a record does not open");
	}
	/* Both ends count records: once one is lost, no later one can be opened. */
	if (n < 0)
		spdm_session_drop(spdm);
	return n;
}

ssize_t spdm_transfer(struct spdm *spdm, bool secured, const void *req, size_t req_len,
		      const u8 **rsp)
{
	bool insist = spdm->insist;

	spdm->insist = false;
	if (!insist && spdm_cancelled(spdm))
		return spdm_fault(spdm, -ECANCELED, "cancelled");
	if (req_len > spdm_chunk_limit(spdm, secured))
		return spdm_fault(spdm, -EMSGSIZE, "a request is too long for the device");
	spdm->messages++;
	if (secured)
		return transfer_record(spdm, req, req_len, rsp);
	*rsp = spdm->rx;
	return carry(spdm, SPDM_OBJECT_CLEAR, req, req_len);
}

/*
 * Waiting
 */

static unsigned int patience_ms(const struct spdm *spdm, bool slow)
{
	u64 ms = DIV_ROUND_UP_ULL(1ULL << spdm->ct_exponent, 1000);

	if (!slow)
		return WAIT_QUICK_MS;
	/* Some devices compute for several at once, and count only themselves */
	return clamp_t(u64, 8 * ms, WAIT_QUICK_MS, WAIT_MAX_MS);
}

static int wait_for_device(struct spdm *spdm, struct talk *talk, unsigned int ms)
{
	if (ms > talk->left_ms)
		return spdm_fault(spdm, -EBUSY, "the device wants more time than it gets");
	talk->left_ms -= ms;
	while (ms) {
		unsigned int step = min(ms, WAIT_STEP_MS);

		if (spdm_cancelled(spdm))
			return spdm_fault(spdm, -ECANCELED, "cancelled");
		spdm->sleep(spdm, step);
		ms -= step;
	}
	return 0;
}

static int wait_busy(struct spdm *spdm, struct talk *talk)
{
	unsigned int ms = talk->busy_ms;

	talk->busy_ms = min(2 * ms, BUSY_MAX_MS);
	return wait_for_device(spdm, talk, ms);
}

static bool may_be_not_ready(u8 code)
{
	return code != SPDM_GET_VERSION && code != SPDM_GET_CAPABILITIES &&
	       code != SPDM_NEGOTIATE_ALGORITHMS;
}

static int wait_ready(struct spdm *spdm, struct talk *talk, u8 code, const u8 *rsp)
{
	const struct spdm_not_ready *late = (const void *)(rsp + sizeof(struct spdm_header));

	if (!may_be_not_ready(code))
		return spdm_fault(spdm, -EPROTO, "ResponseNotReady to what needs no time");
	if (late->code != code)
		return spdm_fault(spdm, -EPROTO, "ResponseNotReady of another request");
	if (late->rdt_exponent > SPDM_MAX_CT_EXPONENT)
		return spdm_fault(spdm, -EPROTO, "ResponseNotReady for an absurd time");
	/* Devices send 1, though it means that they forget just when they are asked */
	if (!late->rdtm)
		return spdm_fault(spdm, -EPROTO, "ResponseNotReady without a multiplier");

	spdm_header_init(spdm, &talk->ready, SPDM_RESPOND_IF_READY, code, late->token);
	talk->asking = true;
	return wait_for_device(spdm, talk, DIV_ROUND_UP(1U << late->rdt_exponent, 1000));
}

/*
 * One exchange
 */

static ssize_t send_round(struct spdm *spdm, const struct spdm_exchange *x,
			  const struct talk *talk, const u8 **rsp)
{
	if (talk->asking)
		return spdm_transfer(spdm, x->secured, &talk->ready, sizeof(talk->ready), rsp);
	if (x->req_len > spdm_chunk_limit(spdm, x->secured))
		return spdm_chunk_send(spdm, x, rsp);
	return spdm_transfer(spdm, x->secured, x->req, x->req_len, rsp);
}

static int large_response(struct spdm *spdm, struct spdm_exchange *x, const u8 *rsp)
{
	const struct spdm_header *req = x->req;
	ssize_t len;
	int rc;

	if (!spdm_chunk_able(spdm))
		return spdm_fault(spdm, -EPROTO, "LargeResponse without the capability");
	len = spdm_chunk_get(spdm, x, rsp[sizeof(*req)], &rsp);
	if (len < 0)
		return len;
	rc = spdm_response_check(spdm, req->version, req->code, rsp, len);
	if (rc > 0)
		return spdm_fault(spdm, -EPROTO, "an ERROR came in chunks");
	if (rc)
		return rc;
	x->rsp = rsp;
	x->rsp_len = len;
	return 0;
}

/* One round; 1 if another one is to follow */
static int round_trip(struct spdm *spdm, struct spdm_exchange *x, struct talk *talk)
{
	const struct spdm_header *req = x->req, *hdr;
	const u8 *rsp = NULL;
	ssize_t len = send_round(spdm, x, talk, &rsp);
	bool torn = spdm->torn;
	int rc;

	if (len < 0)
		return len;
	spdm->torn = false;
	rc = spdm_response_check(spdm, req->version, req->code, rsp, len);
	if (rc < 0)
		return rc;
	if (!rc) {
		x->rsp = rsp;
		x->rsp_len = len;
		return 0;
	}

	hdr = (const void *)rsp;
	switch (hdr->param1) {
	case SPDM_ERROR_BUSY:
		return wait_busy(spdm, talk) ?: 1;
	case SPDM_ERROR_NOT_READY:
		return wait_ready(spdm, talk, req->code, rsp) ?: 1;
	case SPDM_ERROR_LARGE_RESPONSE:
		return large_response(spdm, x, rsp);
	case SPDM_ERROR_UNEXPECTED_REQUEST:
		/* Now it knows that nobody waits for the rest of what came in chunks */
		if (torn)
			return 1;
		fallthrough;
	default:
		return spdm_response_error(spdm, x->secured, rsp);
	}
}

static int talk_it_out(struct spdm *spdm, struct spdm_exchange *x)
{
	struct talk talk = {
		.busy_ms = BUSY_FIRST_MS,
		.left_ms = patience_ms(spdm, x->slow),
	};
	int rc;

	x->deadline = spdm->now(spdm) + talk.left_ms + CHUNKS_MAX_MS;
	for (int round = 0; round < MAX_ROUNDS; round++) {
		rc = round_trip(spdm, x, &talk);
		if (rc <= 0)
			return rc;
	}
	return spdm_fault(spdm, -EBUSY, "the device asked to wait too often");
}

/*
 * The response is in @x, its header checked, until the next exchange; the step
 * finds its length, and says so with spdm_exchange_end() before it uses more.
 */
int spdm_exchange(struct spdm *spdm, struct spdm_exchange *x)
{
	const struct spdm_header *req = x->req;
	int rc;

	if (x->req_len < sizeof(*req) || x->req_len > SPDM_MAX_MESSAGE)
		return -EINVAL;
	x->rsp = NULL;
	x->rsp_len = 0;
	spdm_big_free(spdm);
	spdm_transcript_request(spdm, x);

	trace_spdm_exchange_start(spdm, req->version, req->code, x->secured, x->req_len);
	rc = talk_it_out(spdm, x);
	trace_spdm_exchange_end(spdm, req->version, req->code, x->secured, x->rsp_len, rc);
	/* A device forgets its measurements over an ERROR, and who knows what over others. */
	if (rc) {
		spdm_meas_end(spdm);
		spdm_big_free(spdm);
	}
	return rc;
}
