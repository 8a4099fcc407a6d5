/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A device that knows the good answer to everything, with crypto-stub.c behind
 * it, for fuzzers: they take its answers as they are, or spoil them.
 */
#ifndef __SPDM_FAKE_H
#define __SPDM_FAKE_H

#include <linux/types.h>

#include "spdm.h"

#define FAKE_SIZE	(72 * 1024)	/* of a message */

/**
 * struct fake - the device
 * @versions: mask of minor versions it speaks, bit 0 for 1.0
 * @caps: SPDM_CAP_*
 * @transfer: its DataTransferSize
 * @pick: which of the algorithms offered it takes, by their number
 * @chain_len: bytes of its certificate chain, with padding
 * @heartbeat_s: period
 * The rest is how far it is.
 */
struct fake {
	u8 versions;
	u32 caps;
	u32 transfer;
	u8 pick;
	u16 chain_len;
	u8 heartbeat_s;

	u8 version;
	u32 asym;
	u32 hash;
	u16 dhe;
	u32 session_id;
	u32 peer_transfer;
	bool large_ready;	/* @large is an answer to be fetched, not a request */
	u8 large_handle;
	size_t large_len;
	size_t large_pos;
	u8 large[FAKE_SIZE];
	u8 chain[FAKE_SIZE];
};

/* The answer to an object: bytes in @rsp, which has FAKE_SIZE. */
size_t fake_answer(struct fake *fake, bool secured, const u8 *req, size_t len, u8 *rsp);

/* fake-message.c: the answer to a message that is whole */
size_t fake_message(struct fake *fake, const u8 *req, size_t len, u8 *rsp);

#endif /* __SPDM_FAKE_H */
