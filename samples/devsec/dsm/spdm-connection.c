// SPDX-License-Identifier: GPL-2.0
/*
 * VERSION and CAPABILITIES: how a connection begins, and begins again. The
 * algorithms are spdm-algorithms.c's.
 *
 * DSP0274 sec "GET_VERSION", "GET_CAPABILITIES". GET_VERSION is answered at any
 * time, and ends all there was. The block of algorithms that CAPABILITIES can
 * have in 1.3 is not offered.
 */
#include <string.h>

#include "responder.h"

/* What there is code for, by the minor version that brought it */
static const uint32_t dsm_caps_since[] = {
	SPDM_CAP_CERT | SPDM_CAP_CHAL | SPDM_CAP_MEAS_MASK | SPDM_CAP_MEAS_FRESH,
	SPDM_CAP_ENCRYPT | SPDM_CAP_MAC | SPDM_CAP_KEY_EX | SPDM_CAP_HBEAT | SPDM_CAP_KEY_UPD,
	SPDM_CAP_CHUNK | SPDM_CAP_ALIAS_CERT,
	0,
};

void dsm_conn_reset(struct dsm_device *dev)
{
	struct dsm_conn *conn = &dev->conn;

	dsm_pending_drop(dev);
	dsm_session_free(dev);
	dsm_large_drop(&dev->send);
	dsm_large_drop(&dev->get);
	EVP_MD_CTX_free(conn->m1);
	EVP_MD_CTX_free(conn->l1);
	*conn = (struct dsm_conn){ .version = SPDM_VERSION_10 };
}

/* Do both sides have all of @caps? */
bool dsm_common(const struct dsm_device *dev, uint32_t caps)
{
	return (dev->conn.caps & dev->conn.peer_caps & caps) == caps;
}

const uint8_t *dsm_chain(const struct dsm_device *dev, unsigned int slot, size_t *len)
{
	const struct dsm_conn *conn = &dev->conn;

	if (slot >= SPDM_NR_SLOTS || !(dev->options.slots & 1u << slot))
		return NULL;
	return dsm_identity_chain(dev->identity, conn->asym, conn->hash, slot, len);
}

/* A message of the beginning; false: no room, which no such message can cause */
static bool dsm_vca_add(struct dsm_conn *conn, const void *data, size_t len)
{
	if (len > sizeof(conn->vca) - conn->vca_len)
		return false;

	memcpy(conn->vca + conn->vca_len, data, len);
	conn->vca_len += len;
	return true;
}

int dsm_vca_pair(struct dsm_conn *conn, const struct dsm_request *req, const struct dsm_out *out)
{
	if (out->bad || !dsm_vca_add(conn, req->data, req->len) ||
	    !dsm_vca_add(conn, out->buf, out->len))
		return SPDM_ERROR_UNSPECIFIED;
	return DSM_OK;
}

static uint8_t dsm_versions(const struct dsm_device *dev)
{
	return dev->options.versions & ((1u << (DSM_MAX_MINOR + 1)) - 1);
}

int dsm_get_version(struct dsm_device *dev, struct dsm_request *req, struct dsm_out *out)
{
	uint8_t versions = dsm_versions(dev);

	if (!dsm_request_end(req))
		return SPDM_ERROR_INVALID_REQUEST;

	dsm_conn_reset(dev);
	dev->resynch = false;
	dsm_put_header(out, "VERSION", SPDM_VERSION_10, SPDM_RESPONSE(SPDM_GET_VERSION), 0, 0);
	dsm_put8(out, "VERSION.reserved", 0);
	dsm_put8(out, "VERSION.count", __builtin_popcount(versions));
	for (unsigned int minor = 0; minor <= DSM_MAX_MINOR; minor++)
		if (versions & 1u << minor)
			dsm_put16(out, "VERSION.entry", 0x1000 | minor << 8);

	dev->conn.state = DSM_VERSION;
	return dsm_vca_pair(&dev->conn, req, out);
}

/* What we offer in a version, without what makes no sense alone */
static uint32_t dsm_own_caps(const struct dsm_device *dev, uint8_t version)
{
	uint32_t known = 0, caps;

	for (unsigned int minor = 0; minor <= (version & 0xf); minor++)
		known |= dsm_caps_since[minor];

	caps = dev->options.caps & known;
	if (!(caps & SPDM_CAP_KEY_EX) || !(caps & SPDM_CAP_ENCRYPT) || !(caps & SPDM_CAP_MAC))
		caps &= ~dsm_caps_since[1];
	if (!(caps & SPDM_CAP_MEAS_MASK))
		caps &= ~SPDM_CAP_MEAS_FRESH;
	if (!(caps & SPDM_CAP_CERT))
		caps &= ~SPDM_CAP_ALIAS_CERT;
	return caps;
}

/* Are flags of a requester possible together? DSP0274, table "Requester flag fields" */
static bool dsm_caps_valid(uint8_t version, uint32_t caps)
{
	const uint32_t session = SPDM_CAP_KEY_EX | SPDM_CAP_PSK_MASK;
	const uint32_t needs_session = SPDM_CAP_ENCRYPT | SPDM_CAP_MAC | SPDM_CAP_HBEAT |
				       SPDM_CAP_KEY_UPD | SPDM_CAP_HANDSHAKE_CLEAR;

	if ((caps & session) && !(caps & (SPDM_CAP_ENCRYPT | SPDM_CAP_MAC)))
		return false;
	if (!(caps & session) && (caps & needs_session))
		return false;
	if ((caps & SPDM_CAP_HANDSHAKE_CLEAR) && !(caps & SPDM_CAP_KEY_EX))
		return false;
	/* A requester has one bit for pre-shared keys; 3 is reserved in all pairs of bits */
	if (caps & SPDM_CAP_PSK_MASK & ~(SPDM_CAP_PSK_MASK >> 1))
		return false;
	if ((caps & SPDM_CAP_CERT) && (caps & SPDM_CAP_PUB_KEY_ID))
		return false;
	if ((caps & SPDM_CAP_MUT_AUTH) && !(caps & (SPDM_CAP_CERT | SPDM_CAP_PUB_KEY_ID)))
		return false;
	if (version >= SPDM_VERSION_13 &&
	    ((caps & SPDM_CAP_EP_INFO_MASK) == SPDM_CAP_EP_INFO_MASK ||
	     (caps & SPDM_CAP_MULTI_KEY_MASK) == SPDM_CAP_MULTI_KEY_MASK))
		return false;
	return true;
}

/* What the requester says of itself, as far as its version says it; false: it cannot be */
static bool dsm_peer_caps(struct dsm_request *req, struct dsm_conn *peer)
{
	uint8_t exponent;

	peer->peer_transfer = UINT32_MAX;
	peer->peer_message = UINT32_MAX;
	if (req->hdr.version >= SPDM_VERSION_11) {
		dsm_get8(&req->in);
		exponent = dsm_get8(&req->in);
		dsm_get16(&req->in);
		peer->peer_caps = dsm_get32(&req->in);
		if (exponent > SPDM_MAX_CT_EXPONENT ||
		    !dsm_caps_valid(req->hdr.version, peer->peer_caps))
			return false;
	}
	if (req->hdr.version >= SPDM_VERSION_12) {
		peer->peer_transfer = dsm_get32(&req->in);
		peer->peer_message = dsm_get32(&req->in);
		if (peer->peer_transfer < SPDM_MIN_TRANSFER ||
		    peer->peer_message < peer->peer_transfer)
			return false;
		if (!(peer->peer_caps & SPDM_CAP_CHUNK) &&
		    peer->peer_message != peer->peer_transfer)
			return false;
		/* Bit 0 asks for the block of algorithms, which needs chunks */
		if (req->hdr.version >= SPDM_VERSION_13 && (req->hdr.param1 & 1) &&
		    !(peer->peer_caps & SPDM_CAP_CHUNK))
			return false;
	}
	return dsm_request_end(req);
}

int dsm_get_capabilities(struct dsm_device *dev, struct dsm_request *req, struct dsm_out *out)
{
	uint8_t version = req->hdr.version;
	struct dsm_conn *conn = &dev->conn;
	struct dsm_conn peer = {};
	uint32_t caps;

	if (version >> 4 != SPDM_VERSION_10 >> 4 || (version & 0xf) > DSM_MAX_MINOR ||
	    !(dsm_versions(dev) & 1u << (version & 0xf)))
		return SPDM_ERROR_VERSION_MISMATCH;
	if (!dsm_peer_caps(req, &peer))
		return SPDM_ERROR_INVALID_REQUEST;

	caps = dsm_own_caps(dev, version);
	dsm_put_header(out, "CAPABILITIES", version, SPDM_RESPONSE(SPDM_GET_CAPABILITIES), 0, 0);
	dsm_put8(out, "CAPABILITIES.reserved", 0);
	dsm_put8(out, "CAPABILITIES.ct_exponent", dev->options.ct_exponent);
	dsm_put16(out, "CAPABILITIES.reserved2", 0);
	dsm_put32(out, "CAPABILITIES.flags", caps);
	if (version >= SPDM_VERSION_12) {
		dsm_put32(out, "CAPABILITIES.data_transfer_size", dev->options.transfer_size);
		dsm_put32(out, "CAPABILITIES.max_message_size", caps & SPDM_CAP_CHUNK ?
			  dev->options.message_size : dev->options.transfer_size);
	}
	if (dsm_vca_pair(conn, req, out))
		return SPDM_ERROR_UNSPECIFIED;

	conn->version = version;
	conn->caps = caps;
	conn->peer_caps = peer.peer_caps;
	conn->peer_transfer = peer.peer_transfer;
	conn->peer_message = peer.peer_message;
	conn->state = DSM_CAPABILITIES;
	return DSM_OK;
}
