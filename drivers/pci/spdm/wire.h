/* SPDX-License-Identifier: GPL-2.0 */
/*
 * SPDM on the wire: codes, bits, sizes and fixed parts of messages, for the
 * requester and for the software DSM alike; no logic.
 *
 * DMTF DSP0274 1.0 to 1.3 (SPDM), DSP0277 1.0 to 1.3 (secured messages); PCIe
 * r7.0 sec 6.31 (CMA-SPDM). Integers are little-endian, signatures and public
 * values of a key exchange big-endian. Variable parts follow the structures in
 * the order of the comments behind them.
 */
#ifndef __SPDM_WIRE_H
#define __SPDM_WIRE_H

#include <linux/types.h>

#ifndef __packed
#define __packed	__attribute__((__packed__))
#endif

/* Versions, as in the first byte of each message */
#define SPDM_VERSION_10		0x10
#define SPDM_VERSION_11		0x11
#define SPDM_VERSION_12		0x12
#define SPDM_VERSION_13		0x13
#define SPDM_VERSION_14		0x14

/* Request codes; the response to a request is its code without bit 7 */
#define SPDM_GET_DIGESTS		0x81
#define SPDM_GET_CERTIFICATE		0x82
#define SPDM_CHALLENGE			0x83
#define SPDM_GET_VERSION		0x84
#define SPDM_CHUNK_SEND			0x85
#define SPDM_CHUNK_GET			0x86
#define SPDM_GET_MEASUREMENTS		0xe0
#define SPDM_GET_CAPABILITIES		0xe1
#define SPDM_NEGOTIATE_ALGORITHMS	0xe3
#define SPDM_KEY_EXCHANGE		0xe4
#define SPDM_FINISH			0xe5
#define SPDM_HEARTBEAT			0xe8
#define SPDM_KEY_UPDATE			0xe9
#define SPDM_END_SESSION		0xec
#define SPDM_VENDOR_DEFINED		0xfe
#define SPDM_RESPOND_IF_READY		0xff

#define SPDM_RESPONSE(code)		((code) & 0x7f)
#define SPDM_ERROR			0x7f

/* param1 of ERROR */
#define SPDM_ERROR_INVALID_REQUEST	0x01
#define SPDM_ERROR_INVALID_SESSION	0x02
#define SPDM_ERROR_BUSY			0x03
#define SPDM_ERROR_UNEXPECTED_REQUEST	0x04
#define SPDM_ERROR_UNSPECIFIED		0x05
#define SPDM_ERROR_DECRYPT		0x06
#define SPDM_ERROR_UNSUPPORTED_REQUEST	0x07
#define SPDM_ERROR_IN_FLIGHT		0x08
#define SPDM_ERROR_INVALID_RESPONSE	0x09
#define SPDM_ERROR_SESSION_LIMIT	0x0a
#define SPDM_ERROR_SESSION_REQUIRED	0x0b
#define SPDM_ERROR_RESET_REQUIRED	0x0c
#define SPDM_ERROR_RESPONSE_TOO_LARGE	0x0d
#define SPDM_ERROR_REQUEST_TOO_LARGE	0x0e
#define SPDM_ERROR_LARGE_RESPONSE	0x0f
#define SPDM_ERROR_MESSAGE_LOST		0x10
#define SPDM_ERROR_INVALID_POLICY	0x11
#define SPDM_ERROR_VERSION_MISMATCH	0x41
#define SPDM_ERROR_NOT_READY		0x42
#define SPDM_ERROR_RESYNCH		0x43
#define SPDM_ERROR_OPERATION_FAILED	0x44
#define SPDM_ERROR_NO_PENDING		0x45
#define SPDM_ERROR_VENDOR		0xff

/* Capability flags (sec "GET_CAPABILITIES") */
#define SPDM_CAP_CACHE			(1u << 0)
#define SPDM_CAP_CERT			(1u << 1)
#define SPDM_CAP_CHAL			(1u << 2)
#define SPDM_CAP_MEAS_MASK		(3u << 3)
#define SPDM_CAP_MEAS_PLAIN		(1u << 3)
#define SPDM_CAP_MEAS_SIGNED		(2u << 3)
#define SPDM_CAP_MEAS_FRESH		(1u << 5)
#define SPDM_CAP_ENCRYPT		(1u << 6)
#define SPDM_CAP_MAC			(1u << 7)
#define SPDM_CAP_MUT_AUTH		(1u << 8)
#define SPDM_CAP_KEY_EX			(1u << 9)
#define SPDM_CAP_PSK_MASK		(3u << 10)
#define SPDM_CAP_ENCAP			(1u << 12)
#define SPDM_CAP_HBEAT			(1u << 13)
#define SPDM_CAP_KEY_UPD		(1u << 14)
#define SPDM_CAP_HANDSHAKE_CLEAR	(1u << 15)
#define SPDM_CAP_PUB_KEY_ID		(1u << 16)
#define SPDM_CAP_CHUNK			(1u << 17)
#define SPDM_CAP_ALIAS_CERT		(1u << 18)
#define SPDM_CAP_SET_CERT		(1u << 19)
#define SPDM_CAP_CSR			(1u << 20)
#define SPDM_CAP_CERT_RESET		(1u << 21)
#define SPDM_CAP_EP_INFO_MASK		(3u << 22)
#define SPDM_CAP_MEL			(1u << 24)
#define SPDM_CAP_EVENT			(1u << 25)
#define SPDM_CAP_MULTI_KEY_MASK		(3u << 26)
#define SPDM_CAP_GET_KEY_PAIR		(1u << 28)
#define SPDM_CAP_SET_KEY_PAIR		(1u << 29)

/* Algorithms (sec "NEGOTIATE_ALGORITHMS") */
#define SPDM_ASYM_RSASSA_2048		(1u << 0)
#define SPDM_ASYM_RSAPSS_2048		(1u << 1)
#define SPDM_ASYM_RSASSA_3072		(1u << 2)
#define SPDM_ASYM_RSAPSS_3072		(1u << 3)
#define SPDM_ASYM_ECDSA_P256		(1u << 4)
#define SPDM_ASYM_RSASSA_4096		(1u << 5)
#define SPDM_ASYM_RSAPSS_4096		(1u << 6)
#define SPDM_ASYM_ECDSA_P384		(1u << 7)
#define SPDM_ASYM_ECDSA_P521		(1u << 8)

#define SPDM_HASH_SHA256		(1u << 0)
#define SPDM_HASH_SHA384		(1u << 1)
#define SPDM_HASH_SHA512		(1u << 2)

#define SPDM_MEAS_HASH_RAW		(1u << 0)
#define SPDM_MEAS_HASH_SHA256		(1u << 1)
#define SPDM_MEAS_HASH_SHA384		(1u << 2)
#define SPDM_MEAS_HASH_SHA512		(1u << 3)
#define SPDM_MEAS_HASH_SHA3_256		(1u << 4)
#define SPDM_MEAS_HASH_SHA3_384		(1u << 5)
#define SPDM_MEAS_HASH_SHA3_512		(1u << 6)
#define SPDM_MEAS_HASH_SM3_256		(1u << 7)

#define SPDM_DHE_P256			(1u << 3)
#define SPDM_DHE_P384			(1u << 4)
#define SPDM_DHE_P521			(1u << 5)

#define SPDM_AEAD_AES128_GCM		(1u << 0)
#define SPDM_AEAD_AES256_GCM		(1u << 1)

#define SPDM_SCHEDULE_SPDM		(1u << 0)
#define SPDM_MEAS_SPEC_DMTF		(1u << 0)
#define SPDM_OPAQUE_FMT1		(1u << 1)
#define SPDM_OTHER_MULTI_KEY		(1u << 4)

/* AlgType of a structure table, which come in ascending order */
#define SPDM_ALG_DHE			2
#define SPDM_ALG_AEAD			3
#define SPDM_ALG_REQ_ASYM		4
#define SPDM_ALG_SCHEDULE		5
#define SPDM_ALG_COUNT			0x20	/* two bytes of bits, none external */

/* Limits of the specifications, in bytes */
#define SPDM_MIN_TRANSFER		42	/* DataTransferSize */
#define SPDM_MAX_HASH			64
#define SPDM_MAX_SIG			512	/* RSA-4096 */
#define SPDM_MAX_DHE			132	/* P-521 */
#define SPDM_MAX_OPAQUE			1024
#define SPDM_NONCE			32
#define SPDM_CONTEXT			8	/* RequesterContext, from 1.3 on */
#define SPDM_NR_SLOTS			8
#define SPDM_MAX_VENDOR_ID		255
#define SPDM_MAX_ALGORITHMS		128	/* of a request: Length, 64 in 1.0 */
#define SPDM_MAX_CT_EXPONENT		31
#define SPDM_SIGN_PREFIX		100	/* before the hash that is signed, from 1.2 on */

/* AES-GCM, as sessions use it */
#define SPDM_AEAD_IV			12
#define SPDM_AEAD_TAG			16
#define SPDM_AEAD_MAX_KEY		32

struct spdm_header {
	__u8 version;
	__u8 code;
	__u8 param1;
	__u8 param2;
} __packed;

/* VERSION: then count entries of __le16, whose bits 15:8 are a version */
struct spdm_version_rsp {
	struct spdm_header hdr;
	__u8 reserved;
	__u8 count;
} __packed;

/* GET_CAPABILITIES and CAPABILITIES; a request of 1.0 is the header only */
struct spdm_capabilities {
	struct spdm_header hdr;
	__u8 reserved;
	__u8 ct_exponent;
	__le16 reserved2;
	__le32 flags;
	/* from 1.2 on */
	__le32 data_transfer_size;
	__le32 max_message_size;
} __packed;

#define SPDM_CAPABILITIES_10		12	/* of the response; request: the header */
#define SPDM_CAPABILITIES_11		12	/* of both */
#define SPDM_CAPABILITIES_12		20	/* of both */

/* NEGOTIATE_ALGORITHMS: then external asym and hash, then the structure tables */
struct spdm_negotiate_req {
	struct spdm_header hdr;		/* param1: number of structure tables */
	__le16 length;
	__u8 meas_spec;
	__u8 other;
	__le32 base_asym;
	__le32 base_hash;
	__u8 reserved[12];
	__u8 ext_asym_count;
	__u8 ext_hash_count;
	__u8 reserved2;
	__u8 mel_spec;
} __packed;

/* ALGORITHMS: then as in the request */
struct spdm_algorithms_rsp {
	struct spdm_header hdr;
	__le16 length;
	__u8 meas_spec;
	__u8 other;
	__le32 meas_hash;
	__le32 base_asym;
	__le32 base_hash;
	__u8 reserved[11];
	__u8 mel_spec;
	__u8 ext_asym_count;
	__u8 ext_hash_count;
	__le16 reserved2;
} __packed;

/* A structure table: then AlgCount & 0xf external algorithms of 4 bytes */
struct spdm_alg_table {
	__u8 type;
	__u8 count;
	__le16 bits;
} __packed;

#define SPDM_EXT_ALG			4	/* bytes of an external algorithm */

/* DIGESTS: param2 is the mask of slots; then a digest for each, ascending */

/* GET_CERTIFICATE; param1 is the slot */
struct spdm_certificate_req {
	struct spdm_header hdr;
	__le16 offset;
	__le16 length;
} __packed;

/* CERTIFICATE: then the portion */
struct spdm_certificate_rsp {
	struct spdm_header hdr;
	__le16 portion;
	__le16 remainder;
} __packed;

/* A certificate chain: then the hash of the root, then certificates in DER */
struct spdm_chain {
	__le16 length;		/* of all of it */
	__le16 reserved;
} __packed;

/* CHALLENGE; param1 slot, param2 type of the summary. From 1.3 on: context */
struct spdm_challenge_req {
	struct spdm_header hdr;
	__u8 nonce[SPDM_NONCE];
} __packed;

/*
 * CHALLENGE_AUTH is the header, then: chain digest (H), nonce, [summary (H)],
 * opaque length (le16), opaque, [context, from 1.3 on], signature.
 */
#define SPDM_CHALLENGE_SLOT_MASK	0x0f
#define SPDM_CHALLENGE_MUT_AUTH		0x80

#define SPDM_SUMMARY_NONE		0
#define SPDM_SUMMARY_TCB		1
#define SPDM_SUMMARY_ALL		0xff

/* GET_MEASUREMENTS: param1 attributes, param2 operation; [nonce, [slot]], [context] */
#define SPDM_MEAS_ATTR_SIGN		0x01
#define SPDM_MEAS_ATTR_RAW		0x02	/* from 1.2 on */
#define SPDM_MEAS_ATTR_NEW		0x04	/* from 1.3 on */
#define SPDM_MEAS_COUNT			0
#define SPDM_MEAS_ALL			0xff

/*
 * MEASUREMENTS: then the record, nonce, opaque length (le16), opaque,
 * [context], [signature].
 */
struct spdm_measurements_rsp {
	struct spdm_header hdr;		/* param1: number of indices, for SPDM_MEAS_COUNT */
	__u8 blocks;
	__u8 record_len[3];
} __packed;

/* A measurement block: then value_size bytes */
struct spdm_meas_block {
	__u8 index;
	__u8 spec;
	__le16 size;		/* of what follows */
	__u8 type;		/* bit 7: not a digest */
	__le16 value_size;
} __packed;

#define SPDM_MEAS_RAW			0x80
#define SPDM_MEAS_TYPE_ROM		0
#define SPDM_MEAS_TYPE_FIRMWARE		1
#define SPDM_MEAS_TYPE_HW_CONFIG	2
#define SPDM_MEAS_TYPE_FW_CONFIG	3
#define SPDM_MEAS_TYPE_MANIFEST		4
#define SPDM_MEAS_TYPE_MODE		5
#define SPDM_MEAS_TYPE_VERSION		6
#define SPDM_MEAS_TYPE_SVN		7

/* KEY_EXCHANGE; param1 summary type, param2 slot; then public value, opaque length, opaque */
struct spdm_key_exchange_req {
	struct spdm_header hdr;
	__le16 session_id;
	__u8 policy;
	__u8 reserved;
	__u8 random[SPDM_NONCE];
} __packed;

/*
 * KEY_EXCHANGE_RSP; param1 heartbeat period in seconds; then public value,
 * [summary (H)], opaque length, opaque, signature, [verify data (H)].
 */
struct spdm_key_exchange_rsp {
	struct spdm_header hdr;
	__le16 session_id;
	__u8 mut_auth;
	__u8 slot;
	__u8 random[SPDM_NONCE];
} __packed;

/* FINISH: [signature], verify data (H); FINISH_RSP: [verify data (H)] */

/* KEY_UPDATE: param1 operation, param2 tag */
#define SPDM_KEY_UPDATE_ONE		1
#define SPDM_KEY_UPDATE_ALL		2
#define SPDM_KEY_UPDATE_VERIFY		3

/* END_SESSION: param1 */
#define SPDM_END_CLEAR_STATE		0x01

/* CHUNK_SEND, CHUNK_RESPONSE: chunk 0 has the size of the whole behind it; then the chunk */
struct spdm_chunk {
	struct spdm_header hdr;		/* param1 bit 0: last chunk; param2: handle */
	__le16 seq;
	__le16 reserved;
	__le32 size;
} __packed;

#define SPDM_CHUNK_LAST			0x01
#define SPDM_CHUNK_EARLY_ERROR		0x01	/* of an ack */

/* CHUNK_SEND_ACK: with the last chunk, the response to the large request follows */
struct spdm_chunk_ack {
	struct spdm_header hdr;
	__le16 seq;
} __packed;

/* CHUNK_GET; param2: handle */
struct spdm_chunk_get {
	struct spdm_header hdr;
	__le16 seq;
} __packed;

/* What ERROR has behind the header for SPDM_ERROR_NOT_READY */
struct spdm_not_ready {
	__u8 rdt_exponent;
	__u8 code;
	__u8 token;
	__u8 rdtm;
} __packed;

/* VENDOR_DEFINED, for a vendor id of two bytes; then the payload */
struct spdm_vendor {
	struct spdm_header hdr;
	__le16 standard;
	__u8 vendor_len;
	__le16 vendor;
	__le16 length;
} __packed;

#define SPDM_STANDARD_DMTF		0
#define SPDM_STANDARD_PCISIG		3
#define SPDM_VENDOR_PCISIG		0x0001
#define SPDM_PCISIG_IDE_KM		0
#define SPDM_PCISIG_TDISP		1

/*
 * A secured message over DOE: no sequence number on the wire, length counts what
 * follows it. The plaintext is the length of the message (le16), the message,
 * and random bytes up to the end.
 */
struct spdm_record {
	__le32 session_id;
	__le16 length;
} __packed;

/* Opaque data of KEY_EXCHANGE: general format 1, from 1.2 on */
struct spdm_opaque_table {
	__u8 elements;
	__u8 reserved[3];
} __packed;

/* The same, before 1.2 (DSP0277) */
struct spdm_opaque_table_11 {
	__le32 spec_id;
	__u8 version;
	__u8 elements;
	__le16 reserved;
} __packed;

#define SPDM_OPAQUE_SPEC_ID		0x444d5446
#define SPDM_OPAQUE_VERSION		1

/* An element without vendor id: then length bytes, and zeros up to a multiple of 4 */
struct spdm_opaque_element {
	__u8 id;
	__u8 vendor_len;
	__le16 length;
} __packed;

#define SPDM_SM_DATA_VERSION		1
#define SPDM_SM_SELECTION		0	/* then the le16 version that was chosen */
#define SPDM_SM_SUPPORTED		1	/* then a count and le16 versions */

#define SPDM_ASSERT(type, bytes) \
	_Static_assert(sizeof(struct type) == (bytes), #type)

SPDM_ASSERT(spdm_header, 4);
SPDM_ASSERT(spdm_version_rsp, 6);
SPDM_ASSERT(spdm_capabilities, SPDM_CAPABILITIES_12);
SPDM_ASSERT(spdm_negotiate_req, 32);
SPDM_ASSERT(spdm_algorithms_rsp, 36);
SPDM_ASSERT(spdm_alg_table, 4);
SPDM_ASSERT(spdm_certificate_req, 8);
SPDM_ASSERT(spdm_certificate_rsp, 8);
SPDM_ASSERT(spdm_chain, 4);
SPDM_ASSERT(spdm_challenge_req, 36);
SPDM_ASSERT(spdm_measurements_rsp, 8);
SPDM_ASSERT(spdm_meas_block, 7);
SPDM_ASSERT(spdm_key_exchange_req, 40);
SPDM_ASSERT(spdm_key_exchange_rsp, 40);
SPDM_ASSERT(spdm_chunk, 12);
SPDM_ASSERT(spdm_chunk_ack, 6);
SPDM_ASSERT(spdm_chunk_get, 6);
SPDM_ASSERT(spdm_not_ready, 4);
SPDM_ASSERT(spdm_vendor, 11);
SPDM_ASSERT(spdm_record, 6);
SPDM_ASSERT(spdm_opaque_table, 4);
SPDM_ASSERT(spdm_opaque_table_11, 8);
SPDM_ASSERT(spdm_opaque_element, 4);

#endif /* __SPDM_WIRE_H */
