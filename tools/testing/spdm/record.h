/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Records of a session, for tests: see record.c.
 */
#ifndef __SPDM_RECORD_H
#define __SPDM_RECORD_H

#include "spdm.h"

#define RECORD_MAX	8192

/* The message of a record: its bytes, or an errno */
ssize_t record_open(const struct spdm_direction *dir, u64 seq, const u8 *record, size_t len,
		    u8 *msg, size_t size);
/* A record with this message, in place of one that the device made: its bytes */
size_t record_seal(const struct spdm_direction *dir, u64 seq, u32 id, const u8 *msg, size_t len,
		   u8 *record);

#endif /* __SPDM_RECORD_H */
