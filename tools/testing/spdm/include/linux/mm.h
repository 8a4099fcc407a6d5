/* SPDX-License-Identifier: GPL-2.0 */
#ifndef __SHIM_LINUX_MM_H
#define __SHIM_LINUX_MM_H

#include <linux/slab.h>

#endif /* __SHIM_LINUX_MM_H */
