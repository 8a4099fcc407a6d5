/* SPDX-License-Identifier: GPL-2.0 */
/* Annotations of the kernel that say nothing here */
#ifndef __SHIM_LINUX_COMPILER_H
#define __SHIM_LINUX_COMPILER_H

#include <stddef.h>

#ifndef __packed
#define __packed		__attribute__((__packed__))
#endif
#define __aligned(n)		__attribute__((__aligned__(n)))
#define __maybe_unused		__attribute__((__unused__))
#define __always_unused		__attribute__((__unused__))
#define __must_check		__attribute__((__warn_unused_result__))
#define __printf(a, b)		__attribute__((__format__(__printf__, a, b)))
#define __cold
#define __force
#define __user
#define __init
#define __exit
#define __must_hold(lock)
#define __counted_by(member)
#define noinline		__attribute__((__noinline__))
#define fallthrough		__attribute__((__fallthrough__))
#define likely(x)		(x)
#define unlikely(x)		(x)
#define barrier_data(p)		__asm__ __volatile__("" : : "r"(p) : "memory")
#define READ_ONCE(x)		(x)
#define WRITE_ONCE(x, v)	((x) = (v))

#define SHIM_JOIN_(a, b)	a##b
#define SHIM_JOIN(a, b)		SHIM_JOIN_(a, b)
#define IS_ENABLED(option)	0

#endif /* __SHIM_LINUX_COMPILER_H */
