/* SPDX-License-Identifier: GPL-2.0 */
/* Arithmetic, bits, byte order, and what everything in the kernel has */
#ifndef __SHIM_LINUX_KERNEL_H
#define __SHIM_LINUX_KERNEL_H

#include <endian.h>
#include <errno.h>
#include <limits.h>
#include <linux/bug.h>
#include <linux/types.h>

#define ARRAY_SIZE(a)		(sizeof(a) / sizeof((a)[0]))
#define sizeof_field(t, m)	sizeof(((t *)0)->m)
#define offsetofend(t, m)	(offsetof(t, m) + sizeof_field(t, m))
#define container_of(p, t, m)	((t *)((char *)(p) - offsetof(t, m)))
#define struct_size(p, m, n)	(sizeof(*(p)) + sizeof(*(p)->m) * (n))

#define U8_MAX			0xff
#define U16_MAX			0xffff
#define U32_MAX			0xffffffffU
#define U64_MAX			0xffffffffffffffffULL
#define SZ_4K			0x1000
#define SZ_64K			0x10000
#define SZ_128K			0x20000
#define SZ_256K			0x40000
#define SZ_1M			0x100000

#define min(a, b)	({ __auto_type a_ = (a); __auto_type b_ = (b); a_ < b_ ? a_ : b_; })
#define max(a, b)	({ __auto_type a_ = (a); __auto_type b_ = (b); a_ > b_ ? a_ : b_; })
#define min_t(t, a, b)		min((t)(a), (t)(b))
#define max_t(t, a, b)		max((t)(a), (t)(b))
#define umin(a, b)		min((u64)(a), (u64)(b))
#define umax(a, b)		max((u64)(a), (u64)(b))
#define min3(a, b, c)		min(min(a, b), c)
#define clamp(v, lo, hi)	min(max(v, lo), hi)
#define clamp_t(t, v, lo, hi)	clamp((t)(v), (t)(lo), (t)(hi))
#define in_range(v, first, n)	((v) - (first) < (n))
#define swap(a, b)		\
	do { __typeof__(a) t_ = (a); (a) = (b); (b) = t_; } while (0)

#define DIV_ROUND_UP(n, d)	(((n) + (d) - 1) / (d))
#define DIV_ROUND_UP_ULL(n, d)	DIV_ROUND_UP((u64)(n), d)
#define DIV_ROUND_CLOSEST(n, d)	(((n) + (d) / 2) / (d))
#define round_up(n, to)		(((n) + (to) - 1) & ~((__typeof__(n))(to) - 1))
#define round_down(n, to)	((n) & ~((__typeof__(n))(to) - 1))
#define roundup(n, to)		(DIV_ROUND_UP(n, to) * (to))
#define ALIGN(n, to)		round_up(n, to)
#define IS_ALIGNED(n, to)	(!((n) & ((to) - 1)))

#define BIT(n)			(1UL << (n))
#define BIT_ULL(n)		(1ULL << (n))
#define GENMASK(hi, lo)		((~0UL << (lo)) & (~0UL >> (8 * sizeof(long) - 1 - (hi))))
#define GENMASK_ULL(hi, lo)	GENMASK(hi, lo)
#define FIELD_GET(mask, reg)	(((reg) & (mask)) / ((mask) & -(mask)))
#define FIELD_PREP(mask, val)	(((val) * ((mask) & -(mask))) & (mask))
#define FIELD_MAX(mask)		((mask) / ((mask) & -(mask)))
#define hweight8(x)		((unsigned int)__builtin_popcount((u8)(x)))
#define hweight16(x)		((unsigned int)__builtin_popcount((u16)(x)))
#define hweight32(x)		((unsigned int)__builtin_popcount(x))
#define __ffs(x)		((unsigned long)__builtin_ctzl(x))
#define ffs(x)			__builtin_ffs(x)
#define fls(x)			((x) ? 32 - __builtin_clz(x) : 0)
#define ilog2(x)		(63 - __builtin_clzll(x))
#define is_power_of_2(x)	((x) && !((x) & ((x) - 1)))
#define test_bit(n, map)	(((map)[(n) / 64] >> ((n) % 64)) & 1)
#define __set_bit(n, map)	((map)[(n) / 64] |= 1UL << ((n) % 64))
#define __clear_bit(n, map)	((map)[(n) / 64] &= ~(1UL << ((n) % 64)))
#define for_each_set_bit(n, map, size)	\
	for ((n) = 0; (n) < (size); (n)++) if (test_bit(n, map))

#define check_add_overflow(a, b, to)	__builtin_add_overflow(a, b, to)
#define check_sub_overflow(a, b, to)	__builtin_sub_overflow(a, b, to)
#define check_mul_overflow(a, b, to)	__builtin_mul_overflow(a, b, to)

static inline size_t size_add(size_t a, size_t b)
{
	size_t sum;

	return __builtin_add_overflow(a, b, &sum) ? SIZE_MAX : sum;
}

static inline size_t size_mul(size_t a, size_t b)
{
	size_t product;

	return __builtin_mul_overflow(a, b, &product) ? SIZE_MAX : product;
}

#define array_size(a, b)	size_mul(a, b)

#define cpu_to_le16		htole16
#define cpu_to_le32		htole32
#define cpu_to_le64		htole64
#define cpu_to_be16		htobe16
#define cpu_to_be32		htobe32
#define cpu_to_be64		htobe64
#define le16_to_cpu		le16toh
#define le32_to_cpu		le32toh
#define le64_to_cpu		le64toh
#define be16_to_cpu		be16toh
#define be32_to_cpu		be32toh
#define be64_to_cpu		be64toh
#define lower_32_bits(x)	((u32)(x))
#define upper_32_bits(x)	((u32)((x) >> 32))

#define might_sleep()		do { } while (0)
#define cond_resched()		do { } while (0)

#endif /* __SHIM_LINUX_KERNEL_H */
