// SPDX-License-Identifier: GPL-2.0
/*
 * What goes on in an open session: HEARTBEAT, KEY_UPDATE, and VENDOR_DEFINED for
 * the protocols of a bus.
 *
 * DSP0274 1.3, "HEARTBEAT", "KEY_UPDATE", "VENDOR_DEFINED_REQUEST". When they are
 * due, is for the caller to say. None of them is sent without a session: vendors'
 * messages carry keys.
 */
#include <linux/limits.h>
#include <linux/slab.h>

#include "cursor.h"
#include "spdm.h"

#define VENDOR_ID_LEN	2

static int need_session(struct spdm *spdm)
{
	if (spdm->session.state != SPDM_SESSION_OPEN)
		return spdm_fault(spdm, -ENOTCONN, "no session");
	return 0;
}

int spdm_send_heartbeat(struct spdm *spdm)
{
	struct spdm_header req;
	struct spdm_exchange x = { .req = &req, .req_len = sizeof(req), .secured = true };
	int rc = need_session(spdm);

	if (rc)
		return rc;
	if (!(spdm->caps & SPDM_CAP_HBEAT))
		return spdm_fault(spdm, -EOPNOTSUPP, "device knows no heartbeat");
	spdm_header_init(spdm, &req, SPDM_HEARTBEAT, 0, 0);
	rc = spdm_exchange(spdm, &x);
	return rc ?: spdm_exchange_end(spdm, &x, sizeof(req));
}

/* KEY_UPDATE_ACK has to repeat what it acknowledges. */
static int send_update(struct spdm *spdm, u8 operation)
{
	struct spdm_header req;
	struct spdm_exchange x = {
		.req = &req,
		.req_len = sizeof(req),
		.secured = true,
		.slow = true,
	};
	const struct spdm_header *rsp;
	struct spdm_reader r;
	int rc;

	spdm_header_init(spdm, &req, SPDM_KEY_UPDATE, operation, ++spdm->session.update_tag);
	rc = spdm_exchange(spdm, &x);
	if (!rc)
		rc = spdm_exchange_end(spdm, &x, sizeof(*rsp));
	if (rc)
		return rc;
	spdm_reader_init(&r, x.rsp, x.rsp_len);
	rsp = spdm_get(&r, sizeof(*rsp));
	if (!rsp || rsp->param1 != req.param1 || rsp->param2 != req.param2)
		return spdm_fault(spdm, -EPROTO, "answer to another key update");
	return 0;
}

static void forget_old(struct spdm_session *s)
{
	spdm_direction_clear(&s->old_rsp);
	memzero_explicit(s->secrets.old_rsp, sizeof(s->secrets.old_rsp));
}

static void return_to_old(struct spdm_session *s)
{
	swap(s->rsp, s->old_rsp);
	memcpy(s->secrets.rsp, s->secrets.old_rsp, sizeof(s->secrets.rsp));
	forget_old(s);
}

/*
 * The device acknowledges the update of both directions under its new key already, so that
 * is made before. One that does not, or is busy, says so under the old one: as long as
 * nothing came under the new one, the session is as it was.
 */
static int update_theirs(struct spdm *spdm)
{
	struct spdm_session *s = &spdm->session;
	int rc;

	s->old_rsp = s->rsp;
	s->rsp = (struct spdm_direction){};
	memcpy(s->secrets.old_rsp, s->secrets.rsp, sizeof(s->secrets.old_rsp));
	rc = spdm_schedule_update(spdm, s->secrets.rsp, &s->rsp);
	if (!rc)
		rc = send_update(spdm, SPDM_KEY_UPDATE_ALL);
	if (rc && s->state == SPDM_SESSION_OPEN) {
		if (s->rsp.seq)
			spdm_session_drop(spdm);
		else
			return_to_old(s);
	}
	forget_old(s);
	return rc;
}

/*
 * Our key comes into use with the message that shows it. The device waits for that, so it
 * goes out even if all was cancelled; if it fails, nobody knows which keys the device has.
 */
static int update_ours(struct spdm *spdm)
{
	struct spdm_session *s = &spdm->session;
	int rc = spdm_schedule_update(spdm, s->secrets.req, &s->req);

	if (!rc) {
		spdm->insist = true;
		rc = send_update(spdm, SPDM_KEY_UPDATE_VERIFY);
	}
	if (rc)
		spdm_session_drop(spdm);
	return rc;
}

int spdm_update_keys(struct spdm *spdm)
{
	int rc = need_session(spdm);

	if (rc)
		return rc;
	if (!(spdm->caps & SPDM_CAP_KEY_UPD))
		return spdm_fault(spdm, -EOPNOTSUPP, "device cannot update keys");
	rc = update_theirs(spdm);
	return rc ?: update_ours(spdm);
}

static int check_vendor(struct spdm *spdm, const struct spdm_vendor *rsp, u16 standard,
			u16 vendor)
{
	if (le16_to_cpu(rsp->standard) != standard || rsp->vendor_len != VENDOR_ID_LEN ||
	    le16_to_cpu(rsp->vendor) != vendor)
		return spdm_fault(spdm, -EPROTO, "answer of another vendor");
	return 0;
}

/* Sends the message, and copies what the answer carries. */
static ssize_t exchange_vendor(struct spdm *spdm, const struct spdm_vendor *req, size_t len,
			       void *rsp, size_t rsp_size)
{
	struct spdm_exchange x = { .req = req, .req_len = len, .secured = true, .slow = true };
	const struct spdm_vendor *head;
	struct spdm_reader r;
	u16 payload;
	int rc;

	rc = spdm_exchange(spdm, &x);
	if (rc)
		return rc;
	spdm_reader_init(&r, x.rsp, x.rsp_len);
	head = spdm_get(&r, sizeof(*head));
	if (!head)
		return spdm_fault(spdm, -EBADMSG, "VENDOR_DEFINED_RESPONSE is too short");
	rc = check_vendor(spdm, head, le16_to_cpu(req->standard), le16_to_cpu(req->vendor));
	if (rc)
		return rc;
	payload = le16_to_cpu(head->length);
	rc = spdm_exchange_end(spdm, &x, sizeof(*head) + payload);
	if (rc)
		return rc;
	if (payload > rsp_size)
		return spdm_fault(spdm, -EMSGSIZE, "answer is larger than its reader wants");
	memcpy(rsp, spdm_get(&r, payload), payload);
	return payload;
}

/* Bytes of the answer's payload, or a negative errno */
ssize_t spdm_send_vendor(struct spdm *spdm, u16 standard, u16 vendor, const void *req,
			 size_t req_len, void *rsp, size_t rsp_size)
{
	struct spdm_vendor head = {
		.standard = cpu_to_le16(standard),
		.vendor_len = VENDOR_ID_LEN,
		.vendor = cpu_to_le16(vendor),
		.length = cpu_to_le16(req_len),
	};
	ssize_t rc = need_session(spdm);
	struct spdm_writer w;
	void *msg;

	if (rc)
		return rc;
	if (req_len > U16_MAX)
		return spdm_fault(spdm, -EMSGSIZE, "message of a vendor is too long");
	msg = kmalloc(sizeof(head) + req_len, GFP_KERNEL);
	if (!msg)
		return -ENOMEM;
	spdm_header_init(spdm, &head.hdr, SPDM_VENDOR_DEFINED, 0, 0);
	spdm_writer_init(&w, msg, sizeof(head) + req_len);
	spdm_put(&w, &head, sizeof(head));
	spdm_put(&w, req, req_len);
	rc = exchange_vendor(spdm, msg, w.len, rsp, rsp_size);
	/* It may have been a key for the link. */
	kfree_sensitive(msg);
	return rc;
}
