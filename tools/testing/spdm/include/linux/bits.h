/* SPDX-License-Identifier: GPL-2.0 */
#ifndef __SHIM_LINUX_BITS_H
#define __SHIM_LINUX_BITS_H

#include <linux/kernel.h>

#endif /* __SHIM_LINUX_BITS_H */
