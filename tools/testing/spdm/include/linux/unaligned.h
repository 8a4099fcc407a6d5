/* SPDX-License-Identifier: GPL-2.0 */
/* Integers at any address, byte by byte */
#ifndef __SHIM_LINUX_UNALIGNED_H
#define __SHIM_LINUX_UNALIGNED_H

#include <linux/kernel.h>

static inline u64 shim_get(const void *from, unsigned int bytes, bool big)
{
	const u8 *p = from;
	u64 val = 0;

	for (unsigned int i = 0; i < bytes; i++)
		val |= (u64)p[i] << (8 * (big ? bytes - 1 - i : i));
	return val;
}

static inline void shim_put(u64 val, void *to, unsigned int bytes, bool big)
{
	u8 *p = to;

	for (unsigned int i = 0; i < bytes; i++)
		p[i] = val >> (8 * (big ? bytes - 1 - i : i));
}

#define get_unaligned_le16(p)	((u16)shim_get(p, 2, false))
#define get_unaligned_le24(p)	((u32)shim_get(p, 3, false))
#define get_unaligned_le32(p)	((u32)shim_get(p, 4, false))
#define get_unaligned_le64(p)	shim_get(p, 8, false)
#define get_unaligned_be16(p)	((u16)shim_get(p, 2, true))
#define get_unaligned_be24(p)	((u32)shim_get(p, 3, true))
#define get_unaligned_be32(p)	((u32)shim_get(p, 4, true))
#define get_unaligned_be64(p)	shim_get(p, 8, true)
#define put_unaligned_le16(v, p)	shim_put((u16)(v), p, 2, false)
#define put_unaligned_le24(v, p)	shim_put(v, p, 3, false)
#define put_unaligned_le32(v, p)	shim_put((u32)(v), p, 4, false)
#define put_unaligned_le64(v, p)	shim_put(v, p, 8, false)
#define put_unaligned_be16(v, p)	shim_put((u16)(v), p, 2, true)
#define put_unaligned_be32(v, p)	shim_put((u32)(v), p, 4, true)
#define put_unaligned_be64(v, p)	shim_put(v, p, 8, true)

#endif /* __SHIM_LINUX_UNALIGNED_H */
