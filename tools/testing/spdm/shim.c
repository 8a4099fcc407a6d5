// SPDX-License-Identifier: GPL-2.0
/*
 * What the shim headers cannot do inline: memory that can be made to fail, and
 * time that only passes in sleeps, so that no test ever waits.
 */
#include <malloc.h>
#include <stdlib.h>

#include <linux/ktime.h>
#include <linux/slab.h>

#include "shim.h"

ktime_t shim_now;
unsigned long shim_fail_nth;
void (*shim_freed)(const void *p);

/* Nothing in the library is larger; a size beyond it came from the device, unchecked. */
#define ALLOC_MAX	SZ_1M

static bool fails(size_t size)
{
	BUG_ON(size > ALLOC_MAX);
	return shim_fail_nth && !--shim_fail_nth;
}

void *shim_alloc(size_t size)
{
	return fails(size) ? NULL : calloc(1, size ? size : 1);
}

void *shim_realloc(void *p, size_t size)
{
	return fails(size) ? NULL : realloc(p, size ? size : 1);
}

void kfree(const void *p)
{
	if (shim_freed && p)
		shim_freed(p);
	free((void *)p);
}

void kfree_sensitive(const void *p)
{
	if (p)
		memzero_explicit((void *)p, malloc_usable_size((void *)p));
	free((void *)p);
}
