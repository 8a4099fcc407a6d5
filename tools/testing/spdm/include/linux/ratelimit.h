/* SPDX-License-Identifier: GPL-2.0 */
#ifndef __SHIM_LINUX_RATELIMIT_H
#define __SHIM_LINUX_RATELIMIT_H

#include <linux/printk.h>

#endif /* __SHIM_LINUX_RATELIMIT_H */
