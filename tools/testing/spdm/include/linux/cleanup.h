/* SPDX-License-Identifier: GPL-2.0 */
/* Resources that go with their scope: the subset that the library uses */
#ifndef __SHIM_LINUX_CLEANUP_H
#define __SHIM_LINUX_CLEANUP_H

#include <linux/kernel.h>

#define __cleanup(func)		__attribute__((__cleanup__(func)))

#define DEFINE_FREE(name, type, code)			\
	static inline __maybe_unused void shim_free_##name(void *p)	\
	{						\
		type _T = *(type *)p;			\
							\
		code;					\
	}						\
	struct shim_free_##name##_end
#define __free(name)		__cleanup(shim_free_##name)

#define no_free_ptr(p)		({ __typeof__(p) p_ = (p); (p) = NULL; p_; })
#define return_ptr(p)		return no_free_ptr(p)
#define retain_and_null_ptr(p)	((void)((p) = NULL))

/* shim_guard_NAME: a type; shim_lock_NAME, shim_unlock_NAME: see mutex.h */
#define guard(name)	\
	shim_guard_##name __maybe_unused SHIM_JOIN(guard_, __COUNTER__)	\
		__cleanup(shim_unlock_##name) = shim_lock_##name
#define scoped_guard(name, ...)	\
	for (shim_guard_##name scope_ __cleanup(shim_unlock_##name) =	\
		     shim_lock_##name(__VA_ARGS__), *once_ = &scope_;	\
	     once_; once_ = NULL)

#endif /* __SHIM_LINUX_CLEANUP_H */
