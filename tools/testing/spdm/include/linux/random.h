/* SPDX-License-Identifier: GPL-2.0 */
#ifndef __SHIM_LINUX_RANDOM_H
#define __SHIM_LINUX_RANDOM_H

#include <linux/types.h>

/* Of the program that needs it: what is random in there has to come again */
int get_random_bytes_wait(void *buf, size_t len);

#endif /* __SHIM_LINUX_RANDOM_H */
