// SPDX-License-Identifier: GPL-2.0
/*
 * Fuzz the software DSM inside of a session: what is in a record that could be
 * opened. The connection is agreed on with good requests; the session is put
 * there, since no input finds its way through a key exchange. Among the messages
 * are those of IDE_KM and TDISP.
 *
 * Input: for each message a length of 16 bits, whose bit 15 puts the head of a
 * vendor message of PCI-SIG before it, and the bytes.
 * environment: IDENTITY, made by gen-identity.sh
 */
#include <stdlib.h>

#include "feed.h"
#include "responder.h"

#define MESSAGES	32
#define ROOM		4096
#define VENDOR_HEAD	11

static const uint8_t get_version[] = { 0x10, 0x84, 0, 0 };

static const uint8_t get_capabilities[] = {
	0x12, 0xe1, 0, 0, 0, 20, 0, 0,
	0xc0, 0x62, 0x02, 0,	/* sessions, heartbeat, key update, chunks */
	0, 0x10, 0, 0, 0, 0, 1, 0,
};

static const uint8_t negotiate[48] = {
	0x12, 0xe3, 4, 0, 48, 0, 1, 2, 0x10, 0, 0, 0, 1, 0, 0, 0,
	[32] = 2, 0x20, 0x08, 0, 3, 0x20, 2, 0, 4, 0x20, 0x10, 0, 5, 0x20, 1, 0,
};

static int port_key(void *priv, const struct dsm_place *where, uint8_t op, uint8_t stream_id,
		    uint8_t key_sub, const uint8_t *key, uint64_t ifv)
{
	return 0;
}

static int port_regs(void *priv, const struct dsm_place *where, uint32_t *regs, unsigned int max,
		     unsigned int *nr)
{
	*nr = 4;
	memset(regs, 0, *nr * sizeof(*regs));
	return 0;
}

static const struct dsm_port_ops port = { .key = port_key, .regs = port_regs };

static struct dsm_device *make_device(void)
{
	static const struct dsm_place place = {
		.domain = 0x10, .rid = 0x100, .vendor = 0xdec0, .device = 0x0010,
		.sub_vendor = 0xdec0, .sub_device = 0x0010, .class_rev = 0x12000001,
		.ide = true, .tee = true,
	};
	struct dsm_options options = {
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
		.transfer_size = 4096,
		.message_size = 65536,
		.ct_exponent = 20,
		.heartbeat_s = 10,
		.identity_dir = getenv("IDENTITY"),
	};

	return dsm_device_new(&options, &place, &port, NULL);
}

static void say(struct dsm_device *dev, const uint8_t *req, size_t len)
{
	static uint8_t rsp[DSM_OBJECT_MAX];
	bool secured = false;

	if (!dsm_device_handle(dev, &secured, req, len, rsp, sizeof(rsp)) || rsp[1] == SPDM_ERROR)
		abort();
}

static void message(struct dsm_device *dev, struct feed *f)
{
	size_t len = feed16(f), head = len & 0x8000 ? VENDOR_HEAD : 0;
	uint8_t *msg;

	len &= 0x1fff;
	len = len < f->left ? len : f->left;
	/* Memory of exactly this size: what is read beyond is seen. */
	msg = malloc(head + len + 1);
	if (head) {
		const uint8_t vendor[VENDOR_HEAD] = {
			0x12, SPDM_VENDOR_DEFINED, 0, 0, SPDM_STANDARD_PCISIG, 0, 2,
			SPDM_VENDOR_PCISIG, 0, len & 0xff, len >> 8,
		};

		memcpy(msg, vendor, head);
	}
	feed_bytes(f, msg + head, len);
	msg = realloc(msg, head + len ? head + len : 1);
	dsm_respond(dev, dev->session, msg, head + len, true, ROOM);
	dsm_session_sealed(dev);
	free(msg);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct dsm_device *dev;
	struct feed f = { data, size };

	if (!dev)
		dev = make_device();
	if (!dev)
		abort();
	dsm_device_reset(dev);
	/* After a reset, the first request is refused: the other end has to know. */
	dev->resynch = false;
	say(dev, get_version, sizeof(get_version));
	say(dev, get_capabilities, sizeof(get_capabilities));
	say(dev, negotiate, sizeof(negotiate));
	if (!dsm_session_new(dev))
		abort();
	dev->session->state = DSM_SESSION_UP;
	/* It ends by END_SESSION, or by something that kills it. */
	for (int i = 0; i < MESSAGES && f.left && dev->session; i++)
		message(dev, &f);
	return 0;
}
