// SPDX-License-Identifier: GPL-2.0
/*
 * A device of the software DSM: its life, and its objects, which are messages
 * in the clear or records of its session. Whatever device it is, it is used
 * under its own lock; devices share nothing that changes.
 *
 * What cannot be answered in a session is answered by an ERROR in the clear: a
 * record of no session we know (InvalidSession), one that does not open
 * (DecryptError; the session is over). DOE wants an answer of the type of the
 * request, so this comes as an object of secured messages all the same: it
 * begins with a version byte and the code of ERROR, and no session has such an
 * id, since ids here count up from 1 in their upper half.
 */
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

#include "responder.h"

struct dsm_device *dsm_device_new(const struct dsm_options *options, const struct dsm_place *place,
				  const struct dsm_port_ops *port, void *port_priv)
{
	struct dsm_device *dev = calloc(1, sizeof(*dev));

	if (!dev)
		return NULL;

	pthread_mutex_init(&dev->lock, NULL);
	dev->options = *options;
	dev->place = *place;
	dev->conn.version = SPDM_VERSION_10;
	dev->wait_ms = DSM_WAIT_MS;
	dev->identity = dsm_identity_load(options->identity_dir, place, options->chain_size);
	dev->km = dsm_km_new(place, port, port_priv);
	dev->tdisp = dev->km ? dsm_tdisp_new(place, dev->km) : NULL;
	dev->faults = dsm_fault_state_new(options->faults);
	dev->worker = dsm_worker_new();
	if (!dev->identity || !dev->tdisp || !dev->faults || !dev->worker) {
		dsm_device_free(dev);
		return NULL;
	}
	return dev;
}

void dsm_device_free(struct dsm_device *dev)
{
	if (!dev)
		return;

	if (dev->km)
		dsm_conn_reset(dev);
	dsm_worker_free(dev->worker);
	for (size_t i = 0; i < sizeof(dev->past) / sizeof(dev->past[0]); i++)
		free(dev->past[i].data);
	dsm_fault_state_free(dev->faults);
	dsm_tdisp_free(dev->tdisp);
	dsm_km_free(dev->km);
	dsm_identity_free(dev->identity);
	pthread_mutex_destroy(&dev->lock);
	free(dev);
}

/* A requester that goes on as if nothing had happened is told to begin again. */
void dsm_device_reset(struct dsm_device *dev)
{
	pthread_mutex_lock(&dev->lock);
	if (dev->conn.state != DSM_NEW)
		dev->resynch = true;
	dsm_conn_reset(dev);
	dsm_km_reset(dev->km);
	dsm_tdisp_reset(dev->tdisp);
	pthread_mutex_unlock(&dev->lock);
}

static size_t dsm_device_copy(const struct dsm_out *out, uint8_t *rsp, size_t size)
{
	if (!out || out->bad || out->len > size)
		return 0;

	memcpy(rsp, out->buf, out->len);
	return out->len;
}

static size_t dsm_device_clear(struct dsm_device *dev, const uint8_t *req, size_t len,
			       uint8_t *rsp, size_t size)
{
	return dsm_device_copy(dsm_respond(dev, NULL, req, len, false, size), rsp, size);
}

/* A record that leads nowhere: see the top */
static size_t dsm_device_refuse(struct dsm_device *dev, uint8_t code, uint8_t *rsp, size_t size)
{
	struct dsm_out *out = &dev->wrap.out;

	dsm_out_init(out, dev->wrap.buf, sizeof(dev->wrap.buf), &dev->wrap.fields);
	return dsm_device_copy(dsm_error(dev, out, code, 0), rsp, size);
}

/* The session of a record, unless it was silent for two periods of its heartbeat */
static struct dsm_session *dsm_device_session(struct dsm_device *dev, uint32_t id)
{
	struct dsm_session *session = dev->session;

	if (!session || session->id != id || session->state == DSM_SESSION_OPENING)
		return NULL;
	if (session->heartbeat_s && session->state == DSM_SESSION_UP &&
	    dsm_now_us() - session->alive_us > session->heartbeat_s * 2000000ULL) {
		dsm_session_free(dev);
		return NULL;
	}
	return session;
}

static size_t dsm_device_seal(struct dsm_device *dev, struct dsm_session *session,
			      const struct dsm_out *out, uint8_t *rsp, size_t size)
{
	struct dsm_fields fields;
	size_t len;

	len = dsm_record_seal(session, dev->conn.aead, dev->options.record_tail, out->buf,
			      out->len, rsp, size, &fields);
	if (len)
		len = dsm_fault_after(dev->faults, DSM_CODE_RECORD, &fields, rsp, len, size);
	dsm_session_sealed(dev);
	return len;
}

static size_t dsm_device_record(struct dsm_device *dev, const uint8_t *req, size_t len,
				uint8_t *rsp, size_t size)
{
	struct dsm_session *session;
	struct dsm_out *out;
	struct dsm_in in;
	long plain_len;

	dsm_in_init(&in, req, len);
	session = dsm_device_session(dev, dsm_get32(&in));
	if (in.bad || len > sizeof(dev->plain))
		return dsm_device_refuse(dev, SPDM_ERROR_INVALID_REQUEST, rsp, size);
	if (!session)
		return dsm_device_refuse(dev, SPDM_ERROR_INVALID_SESSION, rsp, size);

	plain_len = dsm_record_open(session, dev->conn.aead, req, len, dev->plain);
	if (plain_len < 0) {
		dsm_session_free(dev);
		return dsm_device_refuse(dev, SPDM_ERROR_DECRYPT, rsp, size);
	}

	session->alive_us = dsm_now_us();
	out = dsm_respond(dev, session, dev->plain, plain_len, true, dsm_record_room(dev, size));
	OPENSSL_cleanse(dev->plain, plain_len);
	if (!out || out->bad) {
		dsm_session_sealed(dev);
		return 0;
	}
	return dsm_device_seal(dev, session, out, rsp, size);
}

/* The answer becomes the one of before, if that is the fault; this one is the next "before". */
static size_t dsm_device_replay(struct dsm_device *dev, bool *secured, uint8_t *rsp, size_t len,
				size_t size)
{
	struct dsm_past *past = &dev->past[dev->code & 0x7f];
	struct dsm_past now = { malloc(len), len, *secured };

	if (!now.data)
		return len;

	memcpy(now.data, rsp, len);
	if (dev->fault == DSM_FAULT_STALE_ANSWER && past->data && past->len <= size) {
		memcpy(rsp, past->data, past->len);
		len = past->len;
		*secured = past->secured;
	}
	free(past->data);
	*past = now;
	return len;
}

size_t dsm_device_handle(struct dsm_device *dev, bool *secured, const uint8_t *req, size_t len,
			 uint8_t *rsp, size_t size)
{
	size_t rsp_len;

	pthread_mutex_lock(&dev->lock);
	dev->fault = DSM_FAULT_NONE;
	dev->code = 0;
	rsp_len = *secured ? dsm_device_record(dev, req, len, rsp, size) :
			     dsm_device_clear(dev, req, len, rsp, size);
	/* Nobody replays what no fault asks for */
	if (rsp_len && dev->options.faults)
		rsp_len = dsm_device_replay(dev, secured, rsp, rsp_len, size);
	pthread_mutex_unlock(&dev->lock);
	return rsp_len;
}
