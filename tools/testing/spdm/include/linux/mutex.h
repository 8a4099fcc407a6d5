/* SPDX-License-Identifier: GPL-2.0 */
/* One thread: a lock that is taken twice, or missing, is a fault. */
#ifndef __SHIM_LINUX_MUTEX_H
#define __SHIM_LINUX_MUTEX_H

#include <linux/cleanup.h>

struct mutex {
	bool held;
};

#define DEFINE_MUTEX(name)	struct mutex name

static inline void mutex_init(struct mutex *lock)
{
	lock->held = false;
}

static inline void mutex_destroy(struct mutex *lock)
{
	BUG_ON(lock->held);
}

static inline void mutex_lock(struct mutex *lock)
{
	BUG_ON(lock->held);
	lock->held = true;
}

static inline void mutex_unlock(struct mutex *lock)
{
	BUG_ON(!lock->held);
	lock->held = false;
}

#define lockdep_assert_held(lock)	BUG_ON(!(lock)->held)
#define lockdep_assert_not_held(lock)	BUG_ON((lock)->held)

typedef struct mutex *shim_guard_mutex;

static inline struct mutex *shim_lock_mutex(struct mutex *lock)
{
	mutex_lock(lock);
	return lock;
}

static inline void shim_unlock_mutex(struct mutex **lock)
{
	mutex_unlock(*lock);
}

#endif /* __SHIM_LINUX_MUTEX_H */
