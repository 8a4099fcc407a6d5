/* SPDX-License-Identifier: GPL-2.0 */
#ifndef __SHIM_LINUX_TIMEKEEPING_H
#define __SHIM_LINUX_TIMEKEEPING_H

#include <linux/ktime.h>

#endif /* __SHIM_LINUX_TIMEKEEPING_H */
