// SPDX-License-Identifier: GPL-2.0
/*
 * VENDOR_DEFINED: the way to the protocols of PCI-SIG, which are IDE_KM and
 * TDISP, and only in a session. What they say is ide-km.c's and tdisp.c's.
 *
 * DSP0274 sec "VENDOR_DEFINED_REQUEST"; PCIe r7.0 sec 6.31.3 for the ids.
 */
#include "responder.h"

/* The payload, its protocol first, behind the header of @out; false: nothing to say */
static bool dsm_vendor_payload(struct dsm_device *dev, uint32_t session_id, uint8_t protocol,
			       struct dsm_in *in, struct dsm_out *out)
{
	if (protocol == SPDM_PCISIG_IDE_KM)
		return dsm_km_handle(dev->km, session_id, in, out);
	return dsm_tdisp_handle(dev->tdisp, session_id, in, out);
}

static bool dsm_vendor_has(const struct dsm_device *dev, uint8_t protocol)
{
	switch (protocol) {
	case SPDM_PCISIG_IDE_KM:
		return dev->place.ide;
	case SPDM_PCISIG_TDISP:
		return dev->place.tee;
	default:
		return false;
	}
}

int dsm_vendor(struct dsm_device *dev, struct dsm_request *req, struct dsm_out *out)
{
	const int unsupported = DSM_ERROR(SPDM_ERROR_UNSUPPORTED_REQUEST, req->hdr.code);
	uint16_t standard = dsm_get16(&req->in);
	uint8_t vendor_len = dsm_get8(&req->in), protocol;
	const uint8_t *vendor, *payload;
	uint16_t len;
	struct dsm_in in;
	size_t begin;

	vendor = dsm_get(&req->in, vendor_len);
	len = dsm_get16(&req->in);
	payload = dsm_get(&req->in, len);
	if (!dsm_request_end(req) || !len)
		return SPDM_ERROR_INVALID_REQUEST;
	if (standard != SPDM_STANDARD_PCISIG || vendor_len != 2 ||
	    (vendor[0] | vendor[1] << 8) != SPDM_VENDOR_PCISIG)
		return unsupported;

	dsm_in_init(&in, payload, len);
	protocol = dsm_get8(&in);
	if (!dsm_vendor_has(dev, protocol))
		return unsupported;

	dsm_put_header(out, "VENDOR_DEFINED_RSP", dev->conn.version,
		       SPDM_RESPONSE(SPDM_VENDOR_DEFINED), 0, 0);
	dsm_put16(out, "VENDOR_DEFINED_RSP.standard", SPDM_STANDARD_PCISIG);
	dsm_put8(out, "VENDOR_DEFINED_RSP.vendor_len", 2);
	dsm_put16(out, "VENDOR_DEFINED_RSP.vendor", SPDM_VENDOR_PCISIG);
	dsm_put16(out, "VENDOR_DEFINED_RSP.length", 0);
	begin = out->len;
	if (!dsm_vendor_payload(dev, req->session->id, protocol, &in, out))
		return DSM_SILENCE;

	len = out->len - begin;
	if (out->bad || out->len - begin > UINT16_MAX)
		return SPDM_ERROR_UNSPECIFIED;
	out->buf[begin - 2] = len;
	out->buf[begin - 1] = len >> 8;
	return DSM_OK;
}
