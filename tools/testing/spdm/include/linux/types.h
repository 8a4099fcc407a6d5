/* SPDX-License-Identifier: GPL-2.0 */
/* Types of the kernel; those of its uapi are the system's */
#ifndef __SHIM_LINUX_TYPES_H
#define __SHIM_LINUX_TYPES_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include_next <linux/types.h>
#include <linux/compiler.h>

typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;
typedef __s8 s8;
typedef __s16 s16;
typedef __s32 s32;
typedef __s64 s64;
typedef unsigned int gfp_t;
typedef s64 ktime_t;

struct list_head {
	struct list_head *next, *prev;
};

#endif /* __SHIM_LINUX_TYPES_H */
