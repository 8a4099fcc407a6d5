/* SPDX-License-Identifier: GPL-2.0 */
#ifndef __SHIM_LINUX_ERR_H
#define __SHIM_LINUX_ERR_H

#include <linux/kernel.h>

#define MAX_ERRNO		4095
#define IS_ERR_VALUE(x)		((unsigned long)(x) >= (unsigned long)-MAX_ERRNO)
#define IS_ERR(p)		IS_ERR_VALUE((unsigned long)(p))
#define IS_ERR_OR_NULL(p)	(!(p) || IS_ERR(p))
#define PTR_ERR(p)		((long)(p))
#define PTR_ERR_OR_ZERO(p)	(IS_ERR(p) ? (int)PTR_ERR(p) : 0)
#define ERR_CAST(p)		((void *)(p))

static inline void *ERR_PTR(long err)
{
	return (void *)err;
}

#endif /* __SHIM_LINUX_ERR_H */
