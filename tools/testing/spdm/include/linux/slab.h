/* SPDX-License-Identifier: GPL-2.0 */
/* Memory: see ../../shim.c */
#ifndef __SHIM_LINUX_SLAB_H
#define __SHIM_LINUX_SLAB_H

#include <linux/cleanup.h>
#include <linux/err.h>
#include <linux/module.h>
#include <linux/string.h>

#define GFP_KERNEL		0U
#define GFP_KERNEL_ACCOUNT	0U
#define __GFP_NOWARN		0U
#define __GFP_ZERO		0U

void *shim_alloc(size_t size);
void *shim_realloc(void *p, size_t size);
void kfree(const void *p);
void kfree_sensitive(const void *p);

/* The content is zero in any case: what the kernel leaves to chance, a sanitizer would not see. */
#define kmalloc(size, gfp)		((void)(gfp), shim_alloc(size))
#define kzalloc(size, gfp)		kmalloc(size, gfp)
#define kcalloc(n, size, gfp)		kmalloc(size_mul(n, size), gfp)
#define kmalloc_array(n, size, gfp)	kcalloc(n, size, gfp)
#define krealloc(p, size, gfp)		((void)(gfp), shim_realloc(p, size))
#define kvmalloc(size, gfp)		kmalloc(size, gfp)
#define kvzalloc(size, gfp)		kmalloc(size, gfp)
#define kvcalloc(n, size, gfp)		kcalloc(n, size, gfp)
#define kvmalloc_array(n, size, gfp)	kcalloc(n, size, gfp)
#define kvrealloc(p, size, gfp)		krealloc(p, size, gfp)
#define kvfree(p)			kfree(p)
#define kvfree_sensitive(p, len)	((void)(len), kfree_sensitive(p))

static inline void *shim_dup(const void *from, size_t len)
{
	void *p = shim_alloc(len);

	if (p && len)
		memcpy(p, from, len);
	return p;
}

#define kmemdup(from, len, gfp)		((void)(gfp), shim_dup(from, len))
#define kvmemdup(from, len, gfp)	kmemdup(from, len, gfp)
#define kstrdup(s, gfp)			((char *)kmemdup(s, strlen(s) + 1, gfp))

DEFINE_FREE(kfree, void *, if (!IS_ERR_OR_NULL(_T)) kfree(_T));
DEFINE_FREE(kvfree, void *, if (!IS_ERR_OR_NULL(_T)) kfree(_T));
DEFINE_FREE(kfree_sensitive, void *, if (!IS_ERR_OR_NULL(_T)) kfree_sensitive(_T));

#endif /* __SHIM_LINUX_SLAB_H */
