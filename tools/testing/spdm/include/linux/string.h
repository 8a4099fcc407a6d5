/* SPDX-License-Identifier: GPL-2.0 */
#ifndef __SHIM_LINUX_STRING_H
#define __SHIM_LINUX_STRING_H

#include <string.h>
#include <linux/kernel.h>

static inline void memzero_explicit(void *p, size_t len)
{
	memset(p, 0, len);
	barrier_data(p);
}

static inline const void *memchr_inv(const void *p, int c, size_t len)
{
	for (const u8 *b = p; len; b++, len--) {
		if (*b != (u8)c)
			return b;
	}
	return NULL;
}

/* The same time, whatever the bytes are */
static inline unsigned long crypto_memneq(const void *a, const void *b, size_t len)
{
	const volatile u8 *x = a, *y = b;
	u8 differ = 0;

	for (size_t i = 0; i < len; i++)
		differ |= x[i] ^ y[i];
	return differ;
}

/* Always with a size: the form of the kernel without one is not for here. */
static inline ssize_t strscpy(char *to, const char *from, size_t size)
{
	size_t len = strnlen(from, size);

	if (!size || len == size)
		return -E2BIG;
	memcpy(to, from, len + 1);
	return len;
}

#define mem_is_zero(p, len)	(!memchr_inv(p, 0, len))
#define str_has_prefix(s, prefix)	\
	(strncmp(s, prefix, strlen(prefix)) ? 0 : strlen(prefix))

#endif /* __SHIM_LINUX_STRING_H */
