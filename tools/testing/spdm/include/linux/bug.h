/* SPDX-License-Identifier: GPL-2.0 */
/* What the kernel would only warn about ends the program: a peer must not get there. */
#ifndef __SHIM_LINUX_BUG_H
#define __SHIM_LINUX_BUG_H

#include <stdio.h>
#include <stdlib.h>
#include <linux/compiler.h>

static inline int shim_bug(const char *file, int line, const char *what)
{
	fprintf(stderr, "%s:%d: %s\n", file, line, what);
	abort();
	return 1;
}

#define WARN_ON(x)		((x) ? shim_bug(__FILE__, __LINE__, "WARN_ON(" #x ")") : 0)
#define WARN_ON_ONCE(x)		WARN_ON(x)
#define WARN(x, fmt, ...)	WARN_ON(x)
#define WARN_ONCE(x, fmt, ...)	WARN_ON(x)
#define BUG_ON(x)		((void)WARN_ON(x))
#define BUILD_BUG_ON(x)		_Static_assert(!(x), #x)
#ifndef static_assert
#define static_assert(x, ...)	_Static_assert(x, #x)
#endif

#endif /* __SHIM_LINUX_BUG_H */
