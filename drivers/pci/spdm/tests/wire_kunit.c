// SPDX-License-Identifier: GPL-2.0
/*
 * SPDM on the wire: the structures lie where they should, by messages that were
 * recorded between other implementations (DMTF's spdm-emu; SPDM 1.2, P-384).
 */
#include <kunit/test.h>
#include <linux/unaligned.h>

#include "../wire.h"

static const u8 version[] = {
	0x10, 0x04, 0x00, 0x00, 0x00, 0x05, 0x00, 0x10, 0x00, 0x11, 0x00, 0x12, 0x00, 0x13,
	0x00, 0x14,
};

static const u8 capabilities[] = {
	0x12, 0x61, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xf7, 0xfb, 0x1a, 0x00, 0x00, 0x12,
	0x00, 0x00, 0x00, 0x80, 0x02, 0x00,
};

static const u8 negotiate[] = {
	0x12, 0xe3, 0x04, 0x00, 0x30, 0x00, 0x01, 0x02, 0x90, 0x00, 0x00, 0x00, 0x03, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x02, 0x20, 0x1b, 0x00, 0x03, 0x20, 0x06, 0x00, 0x04, 0x20,
	0x0f, 0x00, 0x05, 0x20, 0x01, 0x00,
};

static const u8 algorithms[] = {
	0x12, 0x63, 0x04, 0x00, 0x34, 0x00, 0x01, 0x02, 0x08, 0x00, 0x00, 0x00, 0x80, 0x00,
	0x00, 0x00, 0x02, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x20, 0x10, 0x00, 0x03, 0x20,
	0x02, 0x00, 0x04, 0x20, 0x08, 0x00, 0x05, 0x20, 0x01, 0x00,
};

/* The head of MEASUREMENTS, and its first block up to the value */
static const u8 measurements[] = {
	0x12, 0x60, 0x00, 0x20, 0x08, 0x10, 0x02, 0x00, 0x01, 0x01, 0x43, 0x00, 0x00, 0x40, 0x00,
};

static const u8 vendor[] = {
	0x12, 0xfe, 0x00, 0x00, 0x03, 0x00, 0x02, 0x01, 0x00, 0x04, 0x00, 0x00, 0x00, 0x00, 0x01,
};

/* The begin of the record that FINISH was in */
static const u8 record[] = { 0xff, 0xff, 0xff, 0xff, 0x46, 0x00 };

static void version_is_read(struct kunit *test)
{
	const struct spdm_version_rsp *rsp = (const void *)version;

	KUNIT_EXPECT_EQ(test, rsp->hdr.version, SPDM_VERSION_10);
	KUNIT_EXPECT_EQ(test, rsp->hdr.code, SPDM_RESPONSE(SPDM_GET_VERSION));
	KUNIT_EXPECT_EQ(test, rsp->count, 5);
	KUNIT_EXPECT_EQ(test, sizeof(*rsp) + 2 * rsp->count, sizeof(version));
	KUNIT_EXPECT_EQ(test, get_unaligned_le16(rsp + 1) >> 8, SPDM_VERSION_10);
}

static void capabilities_are_read(struct kunit *test)
{
	const struct spdm_capabilities *rsp = (const void *)capabilities;
	u32 flags = le32_to_cpu(rsp->flags);

	KUNIT_EXPECT_EQ(test, sizeof(*rsp), sizeof(capabilities));
	KUNIT_EXPECT_EQ(test, flags, 0x1afbf7);
	KUNIT_EXPECT_EQ(test, flags & SPDM_CAP_MEAS_MASK, SPDM_CAP_MEAS_SIGNED);
	KUNIT_EXPECT_TRUE(test, flags & SPDM_CAP_CHUNK);
	KUNIT_EXPECT_EQ(test, le32_to_cpu(rsp->data_transfer_size), 0x1200);
	KUNIT_EXPECT_EQ(test, le32_to_cpu(rsp->max_message_size), 0x28000);
}

static void algorithms_are_read(struct kunit *test)
{
	const struct spdm_negotiate_req *req = (const void *)negotiate;
	const struct spdm_algorithms_rsp *rsp = (const void *)algorithms;
	const struct spdm_alg_table *table = (const void *)(rsp + 1);

	KUNIT_EXPECT_EQ(test, le16_to_cpu(req->length), sizeof(negotiate));
	KUNIT_EXPECT_EQ(test, le32_to_cpu(req->base_asym),
			SPDM_ASYM_ECDSA_P256 | SPDM_ASYM_ECDSA_P384);
	KUNIT_EXPECT_EQ(test, le32_to_cpu(req->base_hash), SPDM_HASH_SHA256 | SPDM_HASH_SHA384);
	KUNIT_EXPECT_EQ(test, le16_to_cpu(rsp->length), sizeof(algorithms));
	KUNIT_EXPECT_EQ(test, rsp->meas_spec, SPDM_MEAS_SPEC_DMTF);
	KUNIT_EXPECT_EQ(test, rsp->other, SPDM_OPAQUE_FMT1);
	KUNIT_EXPECT_EQ(test, le32_to_cpu(rsp->meas_hash), SPDM_MEAS_HASH_SHA512);
	KUNIT_EXPECT_EQ(test, le32_to_cpu(rsp->base_asym), SPDM_ASYM_ECDSA_P384);
	KUNIT_EXPECT_EQ(test, le32_to_cpu(rsp->base_hash), SPDM_HASH_SHA384);
	KUNIT_EXPECT_EQ(test, rsp->ext_asym_count + rsp->ext_hash_count, 0);
	KUNIT_EXPECT_EQ(test, rsp->hdr.param1, 4);
	KUNIT_EXPECT_EQ(test, table[0].type, SPDM_ALG_DHE);
	KUNIT_EXPECT_EQ(test, table[0].count, SPDM_ALG_COUNT);
	KUNIT_EXPECT_EQ(test, le16_to_cpu(table[0].bits), SPDM_DHE_P384);
	KUNIT_EXPECT_EQ(test, table[1].type, SPDM_ALG_AEAD);
	KUNIT_EXPECT_EQ(test, le16_to_cpu(table[1].bits), SPDM_AEAD_AES256_GCM);
	KUNIT_EXPECT_EQ(test, table[2].type, SPDM_ALG_REQ_ASYM);
	KUNIT_EXPECT_EQ(test, table[3].type, SPDM_ALG_SCHEDULE);
	KUNIT_EXPECT_EQ(test, le16_to_cpu(table[3].bits), SPDM_SCHEDULE_SPDM);
}

static void measurements_are_read(struct kunit *test)
{
	const struct spdm_measurements_rsp *rsp = (const void *)measurements;
	const struct spdm_meas_block *block = (const void *)(rsp + 1);

	KUNIT_EXPECT_EQ(test, rsp->hdr.code, SPDM_RESPONSE(SPDM_GET_MEASUREMENTS));
	KUNIT_EXPECT_EQ(test, rsp->blocks, 8);
	KUNIT_EXPECT_EQ(test, get_unaligned_le24(rsp->record_len), 528);
	KUNIT_EXPECT_EQ(test, block->index, 1);
	KUNIT_EXPECT_EQ(test, block->spec, SPDM_MEAS_SPEC_DMTF);
	KUNIT_EXPECT_EQ(test, le16_to_cpu(block->size), 3 + 64);
	KUNIT_EXPECT_EQ(test, block->type, SPDM_MEAS_TYPE_ROM);
	KUNIT_EXPECT_EQ(test, le16_to_cpu(block->value_size), 64);
}

static void vendor_message_is_read(struct kunit *test)
{
	const struct spdm_vendor *req = (const void *)vendor;

	KUNIT_EXPECT_EQ(test, req->hdr.code, SPDM_VENDOR_DEFINED);
	KUNIT_EXPECT_EQ(test, le16_to_cpu(req->standard), SPDM_STANDARD_PCISIG);
	KUNIT_EXPECT_EQ(test, req->vendor_len, 2);
	KUNIT_EXPECT_EQ(test, le16_to_cpu(req->vendor), SPDM_VENDOR_PCISIG);
	KUNIT_EXPECT_EQ(test, sizeof(*req) + le16_to_cpu(req->length), sizeof(vendor));
	KUNIT_EXPECT_EQ(test, vendor[sizeof(*req)], SPDM_PCISIG_IDE_KM);
}

static void record_is_read(struct kunit *test)
{
	const struct spdm_record *head = (const void *)record;

	KUNIT_EXPECT_EQ(test, sizeof(*head), sizeof(record));
	KUNIT_EXPECT_EQ(test, le32_to_cpu(head->session_id), 0xffffffff);
	KUNIT_EXPECT_EQ(test, le16_to_cpu(head->length), 2 + 52 + SPDM_AEAD_TAG);
}

static struct kunit_case wire_cases[] = {
	KUNIT_CASE(version_is_read),
	KUNIT_CASE(capabilities_are_read),
	KUNIT_CASE(algorithms_are_read),
	KUNIT_CASE(measurements_are_read),
	KUNIT_CASE(vendor_message_is_read),
	KUNIT_CASE(record_is_read),
	{}
};

static struct kunit_suite wire_suite = {
	.name = "spdm_wire",
	.test_cases = wire_cases,
};

kunit_test_suite(wire_suite);
