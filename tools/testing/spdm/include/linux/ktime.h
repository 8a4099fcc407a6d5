/* SPDX-License-Identifier: GPL-2.0 */
/* Time passes when somebody sleeps, and only then: see ../../shim.c. */
#ifndef __SHIM_LINUX_KTIME_H
#define __SHIM_LINUX_KTIME_H

#include <linux/kernel.h>

#define HZ		1000
#define NSEC_PER_USEC	1000LL
#define NSEC_PER_MSEC	1000000LL
#define NSEC_PER_SEC	1000000000LL
#define USEC_PER_MSEC	1000L
#define USEC_PER_SEC	1000000L
#define MSEC_PER_SEC	1000L

extern ktime_t shim_now;	/* nanoseconds */

#define jiffies			((unsigned long)(shim_now / NSEC_PER_MSEC))
#define msecs_to_jiffies(ms)	((unsigned long)(ms))
#define usecs_to_jiffies(us)	((unsigned long)DIV_ROUND_UP(us, 1000))
#define jiffies_to_msecs(j)	((unsigned int)(j))
#define time_after(a, b)	((long)((b) - (a)) < 0)
#define time_before(a, b)	time_after(b, a)
#define time_after_eq(a, b)	(!time_before(a, b))
#define time_before_eq(a, b)	(!time_after(a, b))

#define ktime_get()		shim_now
#define ktime_get_ns()		((u64)shim_now)
#define ktime_add_ns(t, ns)	((t) + (ktime_t)(ns))
#define ktime_add_us(t, us)	((t) + (ktime_t)(us) * NSEC_PER_USEC)
#define ktime_add_ms(t, ms)	((t) + (ktime_t)(ms) * NSEC_PER_MSEC)
#define ktime_sub(a, b)		((a) - (b))
#define ktime_after(a, b)	((a) > (b))
#define ktime_before(a, b)	((a) < (b))
#define ktime_compare(a, b)	((a) < (b) ? -1 : (a) > (b))
#define ktime_to_ns(t)		(t)
#define ktime_to_us(t)		((t) / NSEC_PER_USEC)
#define ktime_to_ms(t)		((t) / NSEC_PER_MSEC)
#define ktime_us_delta(a, b)	ktime_to_us((a) - (b))
#define ktime_ms_delta(a, b)	ktime_to_ms((a) - (b))

static inline void fsleep(unsigned long us)
{
	shim_now += (ktime_t)us * NSEC_PER_USEC;
}

#define usleep_range(lo, hi)	fsleep(lo)
#define msleep(ms)		fsleep((unsigned long)(ms) * 1000)
#define udelay(us)		fsleep(us)
#define schedule_timeout_uninterruptible(j)	msleep(j)

#endif /* __SHIM_LINUX_KTIME_H */
