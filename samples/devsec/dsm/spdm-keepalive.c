// SPDX-License-Identifier: GPL-2.0
/*
 * What keeps a session alive, and what ends it: HEARTBEAT, KEY_UPDATE and
 * END_SESSION. When it was silent for too long is device.c's to see.
 *
 * DSP0274 sec "HEARTBEAT", "KEY_UPDATE", "END_SESSION".
 */
#include "responder.h"

/* One that we have not asked for, without a period, is a sign of life as well. */
int dsm_heartbeat(struct dsm_device *dev, struct dsm_request *req, struct dsm_out *out)
{
	if (!dsm_request_end(req))
		return SPDM_ERROR_INVALID_REQUEST;

	dsm_put_header(out, "HEARTBEAT_ACK", dev->conn.version, SPDM_RESPONSE(SPDM_HEARTBEAT),
		       0, 0);
	return DSM_OK;
}

/*
 * The requester's key changes with KEY_UPDATE_ACK, and must be shown with
 * VerifyNewKey; ours, if all are updated, changes before it.
 */
int dsm_key_update(struct dsm_device *dev, struct dsm_request *req, struct dsm_out *out)
{
	struct dsm_session *session = req->session;
	uint8_t op = req->hdr.param1;

	if (!dsm_request_end(req))
		return SPDM_ERROR_INVALID_REQUEST;
	if (op != SPDM_KEY_UPDATE_ONE && op != SPDM_KEY_UPDATE_ALL && op != SPDM_KEY_UPDATE_VERIFY)
		return SPDM_ERROR_INVALID_REQUEST;
	if (session->verify ? op != SPDM_KEY_UPDATE_VERIFY : op == SPDM_KEY_UPDATE_VERIFY)
		return SPDM_ERROR_INVALID_REQUEST;

	session->verify = op != SPDM_KEY_UPDATE_VERIFY;
	if (op != SPDM_KEY_UPDATE_VERIFY && dsm_schedule_update(&session->schedule, &session->rx))
		return SPDM_ERROR_UNSPECIFIED;
	if (op == SPDM_KEY_UPDATE_ALL && dsm_schedule_update(&session->schedule, &session->tx))
		return SPDM_ERROR_UNSPECIFIED;
	if (op != SPDM_KEY_UPDATE_VERIFY)
		dsm_keylog_keys(dev, "req-data", &session->rx);
	if (op == SPDM_KEY_UPDATE_ALL)
		dsm_keylog_keys(dev, "rsp-data", &session->tx);

	dsm_put_header(out, "KEY_UPDATE_ACK", dev->conn.version, SPDM_RESPONSE(SPDM_KEY_UPDATE),
		       op, req->hdr.param2);
	return DSM_OK;
}

/* We keep no negotiated state, so there is none to clear. */
int dsm_end_session(struct dsm_device *dev, struct dsm_request *req, struct dsm_out *out)
{
	if (!dsm_request_end(req))
		return SPDM_ERROR_INVALID_REQUEST;

	dsm_put_header(out, "END_SESSION_ACK", dev->conn.version,
		       SPDM_RESPONSE(SPDM_END_SESSION), 0, 0);
	req->session->state = DSM_SESSION_ENDING;
	return DSM_OK;
}
