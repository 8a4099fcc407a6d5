/* SPDX-License-Identifier: GPL-2.0 */
#ifndef __SHIM_LINUX_LOCKDEP_H
#define __SHIM_LINUX_LOCKDEP_H

#include <linux/mutex.h>

#endif /* __SHIM_LINUX_LOCKDEP_H */
