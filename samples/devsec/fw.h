/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What devsec_bus and devsec_tsm have in common: the ids of the emulated
 * functions, and the vendor-defined DOE protocol by which devsec_tsm programs
 * the IDE keys of a port.
 *
 * The protocol stands in for what platform firmware does by SPDM and IDE_KM at
 * the endpoint and by its own registers at the root port. It is not secret, and
 * nothing is encrypted by the keys.
 */
#ifndef __DEVSEC_FW_H
#define __DEVSEC_FW_H

#include <linux/build_bug.h>
#include <linux/types.h>

#define DEVSEC_VENDOR_ID	0xdec0

/* Device ids */
#define DEVSEC_ID_ROOT_PORT	0x0001
#define DEVSEC_ID_UPSTREAM	0x0002
#define DEVSEC_ID_DOWNSTREAM	0x0003
#define DEVSEC_ID_ENDPOINT	0x0010
#define DEVSEC_ID_RCIEP		0x0011
#define DEVSEC_ID_VF		0x0012

/* The DOE protocol: vendor DEVSEC_VENDOR_ID, type 1 */
#define DEVSEC_FW_DOE_TYPE	1
#define DEVSEC_FW_VERSION	1
#define DEVSEC_FW_KEY_SIZE	32

enum devsec_fw_op {
	DEVSEC_FW_KEY_PROG	= 1,	/* request carries the key */
	DEVSEC_FW_KEY_GO	= 2,	/* use what was programmed */
	DEVSEC_FW_KEY_STOP	= 3,	/* forget it */
	DEVSEC_FW_STATUS	= 4,
};

enum devsec_fw_status {
	DEVSEC_FW_OK		= 0,
	DEVSEC_FW_BAD_VERSION	= 1,
	DEVSEC_FW_BAD_OP	= 2,
	DEVSEC_FW_BAD_LENGTH	= 3,
	DEVSEC_FW_BAD_STREAM	= 4,	/* no selective block has that stream id */
	DEVSEC_FW_BAD_ORDER	= 5,	/* GO or STOP without key, PROG after GO */
};

/* detail of the answer to DEVSEC_FW_STATUS */
#define DEVSEC_FW_DETAIL_KEY	0x00000003	/* 0 none, 1 programmed, 2 in use, 3 some of it */
#define DEVSEC_FW_DETAIL_SECURE	0x00000100	/* the stream is Secure */

struct devsec_fw_request {
	u8 version;
	u8 op;
	u8 stream_id;
	u8 reserved;
	u8 key[DEVSEC_FW_KEY_SIZE];	/* KEY_PROG only */
} __packed;
static_assert(sizeof(struct devsec_fw_request) == 36);

#define DEVSEC_FW_REQUEST_SHORT	4	/* all but KEY_PROG */

struct devsec_fw_answer {
	u8 version;
	u8 op;
	u8 stream_id;
	u8 status;
	__le32 detail;
} __packed;
static_assert(sizeof(struct devsec_fw_answer) == 8);

#endif /* __DEVSEC_FW_H */
