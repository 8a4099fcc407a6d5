// SPDX-License-Identifier: GPL-2.0
/*
 * From a request to its answer: what may come when, ERROR for what may not, and
 * answers that are late (ResponseNotReady, RESPOND_IF_READY). Handlers make the
 * messages, device.c deals with records.
 *
 * A request that is not RESPOND_IF_READY ends the wait for an answer, and that
 * answer is dropped as if its request had not come.
 */
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "responder.h"

/* Where a request may come */
#define DSM_CLEAR	0x1	/* outside of a session */
#define DSM_INSIDE	0x2	/* in a session that is up */
#define DSM_HANDSHAKE	0x4	/* in one that is not yet */
#define DSM_ANYWHERE	(DSM_CLEAR | DSM_INSIDE | DSM_HANDSHAKE)

#define DSM_SESSION_CAPS	(SPDM_CAP_KEY_EX | SPDM_CAP_ENCRYPT | SPDM_CAP_MAC)

/**
 * struct dsm_command - a request that is known
 * @code: its code
 * @minor: of the first version that has it
 * @where: DSM_CLEAR, ...
 * @any: one of these bits must be in our capabilities, if there are any
 * @common: all of these must be in both sides'
 * @exact: nothing but @state will do; else it is the least
 * @state: of the connection
 * @handle: makes the answer; NULL for what is not a message of its own
 */
static const struct dsm_command {
	uint8_t code, minor, where;
	uint32_t any, common;
	bool exact;
	enum dsm_state state;
	int (*handle)(struct dsm_device *dev, struct dsm_request *req, struct dsm_out *out);
} dsm_commands[] = {
	{ SPDM_GET_VERSION, 0, DSM_CLEAR, 0, 0, false, DSM_NEW, dsm_get_version },
	{ SPDM_GET_CAPABILITIES, 0, DSM_CLEAR, 0, 0, true, DSM_VERSION, dsm_get_capabilities },
	{ SPDM_NEGOTIATE_ALGORITHMS, 0, DSM_CLEAR, 0, 0, true, DSM_CAPABILITIES, dsm_negotiate },
	{ SPDM_GET_DIGESTS, 0, DSM_CLEAR | DSM_INSIDE, SPDM_CAP_CERT, 0, false, DSM_NEGOTIATED,
	  dsm_get_digests },
	{ SPDM_GET_CERTIFICATE, 0, DSM_CLEAR | DSM_INSIDE, SPDM_CAP_CERT, 0, false,
	  DSM_NEGOTIATED, dsm_get_certificate },
	{ SPDM_CHALLENGE, 0, DSM_CLEAR, SPDM_CAP_CHAL, 0, false, DSM_NEGOTIATED, dsm_challenge },
	{ SPDM_GET_MEASUREMENTS, 0, DSM_CLEAR | DSM_INSIDE, SPDM_CAP_MEAS_MASK, 0, false,
	  DSM_NEGOTIATED, dsm_get_measurements },
	{ SPDM_KEY_EXCHANGE, 1, DSM_CLEAR, 0, DSM_SESSION_CAPS, false, DSM_NEGOTIATED,
	  dsm_key_exchange },
	{ SPDM_FINISH, 1, DSM_HANDSHAKE, 0, DSM_SESSION_CAPS, false, DSM_NEGOTIATED, dsm_finish },
	{ SPDM_HEARTBEAT, 1, DSM_INSIDE, 0, DSM_SESSION_CAPS | SPDM_CAP_HBEAT, false,
	  DSM_NEGOTIATED, dsm_heartbeat },
	{ SPDM_KEY_UPDATE, 1, DSM_INSIDE, 0, DSM_SESSION_CAPS | SPDM_CAP_KEY_UPD, false,
	  DSM_NEGOTIATED, dsm_key_update },
	{ SPDM_END_SESSION, 1, DSM_INSIDE, 0, DSM_SESSION_CAPS, false, DSM_NEGOTIATED,
	  dsm_end_session },
	{ SPDM_VENDOR_DEFINED, 0, DSM_INSIDE, 0, DSM_SESSION_CAPS, false, DSM_NEGOTIATED,
	  dsm_vendor },
	{ SPDM_RESPOND_IF_READY, 0, DSM_ANYWHERE, 0, 0, false, DSM_NEGOTIATED, NULL },
	{ SPDM_CHUNK_SEND, 2, DSM_ANYWHERE, 0, SPDM_CAP_CHUNK, false, DSM_CAPABILITIES, NULL },
	{ SPDM_CHUNK_GET, 2, DSM_ANYWHERE, 0, SPDM_CAP_CHUNK, false, DSM_CAPABILITIES, NULL },
};

uint64_t dsm_now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000ULL + now.tv_nsec / 1000;
}

bool dsm_request_init(struct dsm_request *req, const uint8_t *data, size_t len, bool exact,
		      struct dsm_session *session)
{
	*req = (struct dsm_request){
		.data = data, .len = len, .exact = exact, .session = session,
	};
	dsm_in_init(&req->in, data, len);
	req->hdr.version = dsm_get8(&req->in);
	req->hdr.code = dsm_get8(&req->in);
	req->hdr.param1 = dsm_get8(&req->in);
	req->hdr.param2 = dsm_get8(&req->in);
	return !req->in.bad;
}

bool dsm_request_end(struct dsm_request *req)
{
	size_t left = req->in.left;

	if (req->in.bad || left > (req->exact ? 0 : 3))
		return false;

	for (size_t i = 0; i < left; i++)
		if (req->in.pos[i])
			return false;
	req->len -= left;
	return true;
}

/* Whatever is in @out is replaced. */
struct dsm_out *dsm_error(struct dsm_device *dev, struct dsm_out *out, uint8_t code, uint8_t data)
{
	dsm_out_init(out, out->buf, out->size, out->fields);
	dsm_put_header(out, "ERROR", dev->conn.version, SPDM_ERROR, code, data);
	return out;
}

/* What is to go wrong with an answer, does. */
struct dsm_out *dsm_faulty(struct dsm_device *dev, uint8_t code, struct dsm_out *out)
{
	if (!out->bad)
		out->len = dsm_fault_after(dev->faults, code, out->fields, out->buf, out->len,
					   out->size);
	return out;
}

int dsm_nonce(struct dsm_device *dev, uint8_t *nonce)
{
	if (dev->fault != DSM_FAULT_STALE_NONCE && dsm_random(dev->nonce, SPDM_NONCE))
		return SPDM_ERROR_UNSPECIFIED;

	memcpy(nonce, dev->nonce, SPDM_NONCE);
	return DSM_OK;
}

void dsm_pending_drop(struct dsm_device *dev)
{
	free(dev->pending.data);
	dev->pending = (struct dsm_pending){};
	if (dev->session && dev->session->state == DSM_SESSION_OPENING)
		dsm_session_free(dev);
}

int dsm_sign(struct dsm_device *dev, const char *context, unsigned int slot,
	     const EVP_MD_CTX *transcript,
	     int (*finish)(struct dsm_device *dev, const uint8_t *sig, struct dsm_out *out))
{
	const struct dsm_conn *conn = &dev->conn;
	struct dsm_sign_job job = {
		.identity = dev->identity, .asym = conn->asym, .hash = conn->hash, .slot = slot,
		.sig_len = conn->sig_size, .stranger = dev->fault == DSM_FAULT_BAD_SIGNATURE,
	};
	uint8_t hash[SPDM_MAX_HASH];

	if (dsm_hash_peek(transcript, hash) ||
	    dsm_sign_digest(conn->version, conn->hash, context, hash, job.digest))
		return SPDM_ERROR_UNSPECIFIED;

	dev->pending.finish = finish;
	dsm_worker_submit(dev->worker, &job);
	return DSM_LATER;
}

static const struct dsm_command *dsm_command_find(const struct dsm_device *dev, uint8_t code)
{
	for (size_t i = 0; i < sizeof(dsm_commands) / sizeof(dsm_commands[0]); i++) {
		const struct dsm_command *cmd = &dsm_commands[i];

		if (cmd->code == code && cmd->minor <= (dev->conn.version & 0xf))
			return cmd;
	}
	return NULL;
}

/* Is this the session, or the lack of one, for a request? */
static int dsm_gate_session(const struct dsm_device *dev, const struct dsm_request *req,
			    const struct dsm_command *cmd)
{
	const struct dsm_session *session = req->session;

	if (!session && !(cmd->where & DSM_CLEAR))
		return dev->conn.version < SPDM_VERSION_12 ? SPDM_ERROR_UNEXPECTED_REQUEST :
		       SPDM_ERROR_SESSION_REQUIRED;
	if (!session)
		return DSM_OK;

	if (!(cmd->where & (session->state == DSM_SESSION_UP ? DSM_INSIDE : DSM_HANDSHAKE)))
		return SPDM_ERROR_UNEXPECTED_REQUEST;
	/* Between a key update and its verification nothing else is said */
	if (session->verify && cmd->handle && cmd->code != SPDM_KEY_UPDATE)
		return SPDM_ERROR_UNEXPECTED_REQUEST;
	return DSM_OK;
}

static int dsm_gate_version(struct dsm_device *dev, const struct dsm_request *req)
{
	uint8_t code = req->hdr.code;

	if (code == SPDM_GET_VERSION)
		return req->hdr.version == SPDM_VERSION_10 ? DSM_OK : SPDM_ERROR_VERSION_MISMATCH;
	if (dev->conn.state == DSM_NEW)
		return dev->resynch ? SPDM_ERROR_RESYNCH : SPDM_ERROR_UNEXPECTED_REQUEST;
	/* The first request behind VERSION has the version that is chosen */
	if (dev->conn.state == DSM_VERSION)
		return code == SPDM_GET_CAPABILITIES ? DSM_OK : SPDM_ERROR_UNEXPECTED_REQUEST;
	return req->hdr.version == dev->conn.version ? DSM_OK : SPDM_ERROR_VERSION_MISMATCH;
}

/* May this come now? DSM_OK, or the error for it. */
static int dsm_gate(struct dsm_device *dev, const struct dsm_request *req,
		    const struct dsm_command **found)
{
	const struct dsm_command *cmd = dsm_command_find(dev, req->hdr.code);
	const int unsupported = DSM_ERROR(SPDM_ERROR_UNSUPPORTED_REQUEST, req->hdr.code);
	int ret = dsm_gate_version(dev, req);

	if (ret)
		return ret;
	if (!cmd)
		return unsupported;
	if (cmd->exact ? dev->conn.state != cmd->state : dev->conn.state < cmd->state)
		return SPDM_ERROR_UNEXPECTED_REQUEST;
	if ((cmd->any && !(dev->conn.caps & cmd->any)) || !dsm_common(dev, cmd->common))
		return unsupported;

	/* From 1.2 on a longer message has to come in chunks */
	if (dev->conn.version >= SPDM_VERSION_12 && !req->chunked &&
	    req->len > dev->options.transfer_size + (req->exact ? 0 : 3u))
		return SPDM_ERROR_REQUEST_TOO_LARGE;

	*found = cmd;
	return dsm_gate_session(dev, req, cmd);
}

/* The time from now on, as an exponent of microseconds */
static uint8_t dsm_exponent(uint64_t us)
{
	uint8_t exponent = 0;

	while (exponent < SPDM_MAX_CT_EXPONENT && 1ULL << exponent < us)
		exponent++;
	return exponent;
}

/*
 * It takes as long again as it took up to now, or as the last signature took:
 * whatever is more. The requester may come as late as eight times that.
 */
static struct dsm_out *dsm_not_ready(struct dsm_device *dev)
{
	uint64_t us = dsm_now_us() - dev->pending.start_us;
	struct dsm_out *out = &dev->wrap.out;

	if (dev->sign_us > us)
		us = dev->sign_us;
	dsm_error(dev, out, SPDM_ERROR_NOT_READY, 0);
	dsm_put8(out, "ERROR.rdt_exponent", dsm_exponent(us));
	dsm_put8(out, "ERROR.request_code", dev->pending.code);
	dsm_put8(out, "ERROR.token", dev->pending.token);
	dsm_put8(out, "ERROR.rdtm", 8);
	return out;
}

static void dsm_pending_begin(struct dsm_device *dev, const struct dsm_request *req)
{
	dev->pending.active = true;
	dev->pending.code = req->hdr.code;
	dev->pending.token = ++dev->token;
	dev->pending.session = req->session;
	dev->pending.start_us = dsm_now_us();
}

/* The request is put aside: RESPOND_IF_READY shall begin with it. */
static struct dsm_out *dsm_put_off(struct dsm_device *dev, const struct dsm_request *req)
{
	uint8_t *copy = malloc(req->len);

	if (!copy)
		return dsm_error(dev, &dev->wrap.out, SPDM_ERROR_UNSPECIFIED, 0);

	memcpy(copy, req->data, req->len);
	dsm_pending_begin(dev, req);
	dev->pending.deferred = true;
	dev->pending.data = copy;
	dev->pending.request = *req;
	dev->pending.request.data = copy;
	dsm_in_init(&dev->pending.request.in, copy + DSM_HEADER, req->len - DSM_HEADER);
	return dsm_not_ready(dev);
}

/* What a handler came to is made an answer */
static struct dsm_out *dsm_conclude(struct dsm_device *dev, struct dsm_session *session,
				    uint8_t code, int ret)
{
	struct dsm_out *out = &dev->answer.out;

	if (ret == DSM_SILENCE)
		return NULL;
	if (!ret && out->bad)
		ret = SPDM_ERROR_UNSPECIFIED;
	if (ret) {
		dsm_error(dev, out, ret & 0xff, ret >> 8);
		if (code == SPDM_GET_MEASUREMENTS)
			dsm_measurements_restart(dev, session);
	}
	return dsm_faulty(dev, code, out);
}

/* The signature is waited for, but not for long. */
static struct dsm_out *dsm_collect(struct dsm_device *dev)
{
	struct dsm_session *session = dev->pending.session;
	uint8_t code = dev->pending.code;
	uint8_t sig[SPDM_MAX_SIG];
	int ret;

	ret = dsm_worker_wait(dev->worker, dev->wait_ms, sig, &dev->sign_us);
	if (!ret)
		return dsm_not_ready(dev);

	if (ret > 0)
		ret = dev->pending.finish(dev, sig, &dev->answer.out);
	else
		ret = SPDM_ERROR_UNSPECIFIED;
	dsm_pending_drop(dev);
	return dsm_conclude(dev, session, code, ret);
}

/* Answers that a fault gives before anything is done; true: it did */
static bool dsm_fault_first(struct dsm_device *dev, uint8_t code, struct dsm_out **out)
{
	unsigned int arg = 0;

	*out = &dev->wrap.out;
	dev->fault = dsm_fault_before(dev->faults, code, &arg);
	switch (dev->fault) {
	case DSM_FAULT_SILENT:
		*out = NULL;
		return true;
	case DSM_FAULT_BUSY:
		dsm_error(dev, *out, SPDM_ERROR_BUSY, 0);
		return true;
	case DSM_FAULT_ERROR:
		dsm_error(dev, *out, arg, arg >> 8);
		return true;
	default:
		return false;
	}
}

/* All but RESPOND_IF_READY and chunks: through the gate, to the handler */
static struct dsm_out *dsm_execute(struct dsm_device *dev, struct dsm_request *req)
{
	const struct dsm_command *cmd;
	uint8_t code = req->hdr.code;
	struct dsm_out *out = &dev->answer.out;
	int ret = dsm_gate(dev, req, &cmd);

	dsm_out_init(out, dev->answer.buf, sizeof(dev->answer.buf), &dev->answer.fields);
	if (!ret && !cmd->handle)
		ret = SPDM_ERROR_INVALID_REQUEST;
	if (ret)
		return dsm_conclude(dev, req->session, code, ret);
	if (dev->fault == DSM_FAULT_NOT_READY)
		return dsm_put_off(dev, req);

	if (code != SPDM_GET_MEASUREMENTS && dev->conn.state >= DSM_NEGOTIATED &&
	    dsm_measurements_restart(dev, req->session))
		return dsm_conclude(dev, req->session, code, SPDM_ERROR_UNSPECIFIED);

	ret = cmd->handle(dev, req, out);
	if (ret != DSM_LATER)
		return dsm_conclude(dev, req->session, code, ret);

	dsm_pending_begin(dev, req);
	return dsm_collect(dev);
}

static struct dsm_out *dsm_respond_if_ready(struct dsm_device *dev, struct dsm_request *req)
{
	struct dsm_pending *pending = &dev->pending;
	struct dsm_out *out = &dev->wrap.out;
	const struct dsm_command *cmd;
	struct dsm_request again;
	uint8_t *copy;
	int ret = dsm_gate(dev, req, &cmd);

	if (!ret && !pending->active)
		ret = SPDM_ERROR_UNEXPECTED_REQUEST;
	if (!ret && (!dsm_request_end(req) || pending->session != req->session ||
		     pending->code != req->hdr.param1 || pending->token != req->hdr.param2))
		ret = SPDM_ERROR_INVALID_REQUEST;
	if (ret)
		return dsm_faulty(dev, req->hdr.code, dsm_error(dev, out, ret & 0xff, ret >> 8));

	dev->code = pending->code;
	if (dsm_fault_first(dev, pending->code, &out))
		return out;
	if (dev->fault == DSM_FAULT_NOT_READY)
		return dsm_not_ready(dev);
	if (!pending->deferred)
		return dsm_collect(dev);

	copy = pending->data;
	again = pending->request;
	again.room = req->room;
	pending->data = NULL;
	dsm_pending_drop(dev);
	out = dsm_execute(dev, &again);
	free(copy);
	return out;
}

struct dsm_out *dsm_perform(struct dsm_device *dev, struct dsm_request *req)
{
	struct dsm_out *out = &dev->wrap.out;

	dsm_out_init(out, dev->wrap.buf, sizeof(dev->wrap.buf), &dev->wrap.fields);
	dev->code = req->hdr.code;
	if (req->hdr.code == SPDM_RESPOND_IF_READY)
		return dsm_respond_if_ready(dev, req);

	if (dev->pending.active)
		dsm_pending_drop(dev);
	if (dsm_fault_first(dev, req->hdr.code, &out))
		return out;
	return dsm_execute(dev, req);
}

/* A chunk is there, or a request for one */
static struct dsm_out *dsm_respond_chunk(struct dsm_device *dev, struct dsm_request *req)
{
	struct dsm_out *out = &dev->wrap.out;
	const struct dsm_command *cmd;
	int ret;

	if (dsm_fault_first(dev, req->hdr.code, &out))
		return out;

	ret = dsm_gate(dev, req, &cmd);
	if (ret)
		return dsm_faulty(dev, req->hdr.code, dsm_error(dev, out, ret & 0xff, ret >> 8));
	return req->hdr.code == SPDM_CHUNK_SEND ? dsm_chunk_send(dev, req) :
						  dsm_chunk_get(dev, req);
}

/* Does this request end a transfer in chunks? Then it is not done itself. */
static bool dsm_interrupts(struct dsm_device *dev, uint8_t code)
{
	if (!(dev->send.data && code != SPDM_CHUNK_SEND) &&
	    !(dev->get.data && code != SPDM_CHUNK_GET))
		return false;

	dsm_large_drop(&dev->send);
	dsm_large_drop(&dev->get);
	return code != SPDM_GET_VERSION;
}

struct dsm_out *dsm_respond(struct dsm_device *dev, struct dsm_session *session,
			    const uint8_t *data, size_t len, bool exact, size_t room)
{
	struct dsm_out *out = &dev->wrap.out;
	struct dsm_request req;
	uint8_t code;

	if (dev->conn.version >= SPDM_VERSION_12 && dev->conn.peer_transfer < room)
		room = dev->conn.peer_transfer;
	dsm_out_init(out, dev->wrap.buf, sizeof(dev->wrap.buf), &dev->wrap.fields);
	if (!dsm_request_init(&req, data, len, exact, session))
		return dsm_error(dev, out, SPDM_ERROR_INVALID_REQUEST, 0);

	req.room = room;
	code = req.hdr.code;
	dev->code = code;
	if (dsm_interrupts(dev, code))
		return dsm_faulty(dev, code, dsm_error(dev, out, SPDM_ERROR_UNEXPECTED_REQUEST, 0));
	if (code == SPDM_CHUNK_SEND || code == SPDM_CHUNK_GET)
		return dsm_respond_chunk(dev, &req);

	out = dsm_perform(dev, &req);
	return out ? dsm_large_answer(dev, &req, out, room) : NULL;
}
