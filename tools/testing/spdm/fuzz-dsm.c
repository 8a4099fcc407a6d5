// SPDX-License-Identifier: GPL-2.0
/*
 * Fuzz the software DSM as its transports do: objects, one after the other, in
 * clear and as records. The seeds are what a requester said in earnest. Records of
 * those are of other keys, so that this ends at the opening of a record: what is
 * behind it is for fuzz-dsm-session.c.
 *
 * Input: a byte that says what the device is like, then for each object a byte
 * (bit 0: a record, bit 7: a reset first), a length of 16 bits, and the bytes.
 * environment: IDENTITY, made by gen-identity.sh
 */
#include <stdlib.h>

#include "dsm.h"
#include "feed.h"

#define OBJECTS	32

static const struct dsm_place place = {
	.domain = 0x10, .rid = 0x100, .vendor = 0xdec0, .device = 0x0010,
	.sub_vendor = 0xdec0, .sub_device = 0x0010, .class_rev = 0x12000001,
	.ide = true, .tee = true,
};

static struct dsm_options options = {
	.versions = 0xf,
	.caps = SPDM_CAP_CERT | SPDM_CAP_CHAL | SPDM_CAP_MEAS_SIGNED | SPDM_CAP_ENCRYPT |
		SPDM_CAP_MAC | SPDM_CAP_KEY_EX | SPDM_CAP_HBEAT | SPDM_CAP_KEY_UPD |
		SPDM_CAP_CHUNK,
	.base_asym = SPDM_ASYM_ECDSA_P256,
	.base_hash = ~0U,
	.meas_hash = ~0U,
	.dhe = 0xffff,
	.aead = 0xffff,
	.slots = 0x0f,
	.message_size = 65536,
	.ct_exponent = 20,
	.heartbeat_s = 10,
};

/* One of each kind: to load an identity takes longer than anything else. */
static struct dsm_device *devices[2];

static void make_devices(void)
{
	options.identity_dir = getenv("IDENTITY");
	for (int i = 0; i < 2; i++) {
		options.transfer_size = i ? 42 : 4096;
		devices[i] = dsm_device_new(&options, &place, NULL, NULL);
		if (!devices[i])
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t rsp[DSM_OBJECT_MAX];
	struct feed f = { data, size };
	struct dsm_device *dev;

	if (!devices[0])
		make_devices();
	dev = devices[feed8(&f) & 1];
	dsm_device_reset(dev);
	for (int i = 0; i < OBJECTS && f.left; i++) {
		uint8_t kind = feed8(&f);
		size_t len = feed16(&f), n;
		bool secured = kind & 1;
		uint8_t *req;

		if (kind & 0x80)
			dsm_device_reset(dev);
		len = len < f.left ? len : f.left;
		/* Memory of exactly this size: what is read beyond is seen. */
		req = malloc(len ? len : 1);
		feed_bytes(&f, req, len);
		n = dsm_device_handle(dev, &secured, req, len, rsp, sizeof(rsp));
		if (n > sizeof(rsp))
			abort();
		free(req);
	}
	return 0;
}
