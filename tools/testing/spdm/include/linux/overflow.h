/* SPDX-License-Identifier: GPL-2.0 */
#ifndef __SHIM_LINUX_OVERFLOW_H
#define __SHIM_LINUX_OVERFLOW_H

#include <linux/kernel.h>

#endif /* __SHIM_LINUX_OVERFLOW_H */
