/* SPDX-License-Identifier: GPL-2.0 */
/* Nobody reads along: only that formats fit is checked. */
#ifndef __SHIM_LINUX_PRINTK_H
#define __SHIM_LINUX_PRINTK_H

#include <linux/kernel.h>

static inline __printf(1, 2) void shim_print(const char *fmt, ...)
{
	(void)fmt;
}

#define pr_err(...)			shim_print(__VA_ARGS__)
#define pr_warn(...)			shim_print(__VA_ARGS__)
#define pr_info(...)			shim_print(__VA_ARGS__)
#define pr_debug(...)			shim_print(__VA_ARGS__)
#define pr_err_ratelimited(...)		shim_print(__VA_ARGS__)
#define pr_warn_ratelimited(...)	shim_print(__VA_ARGS__)

#endif /* __SHIM_LINUX_PRINTK_H */
