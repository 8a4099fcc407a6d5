/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Operations at random, by one thread or by several: which is next, what it may
 * be refused with, and that it ends. For programs that do many of them.
 */
#ifndef OPS_H
#define OPS_H

#include <pthread.h>

#include "devsec.h"

#define HB		"/sys/devices/platform/devsec_bus/pci0010:00/"

#define WATCHDOG_MS	60000
#define PROGRESS_MS	15000
#define OP_ERRNOS	12
#define WORKERS_MAX	4

struct slot;			/* what it is done to: the program's own */

struct worker {
	pthread_t thread;
	unsigned int seed;
	const char *doing;	/* NULL: between operations */
	long since;
	pid_t tid;
};

/* What is done how often; what is documented that it may be refused with; and how it went */
struct op {
	const char *name;
	int share;
	int (*go)(struct worker *w, struct slot *s);
	const int *errnos;	/* ends with 0; NULL: none */
	long done;
	long refused[OP_ERRNOS];
};

static struct plan {
	struct op *ops;
	size_t nr_ops;
	struct slot *(*slot)(struct worker *w);		/* the next one's */
	long left;
	int running;
	struct worker workers[WORKERS_MAX];
} plan;

static int failures;

static inline int roll(struct worker *w, int n)
{
	return rand_r(&w->seed) % n;
}

static inline void failure(const char *what, const char *detail)
{
	printf("# %s: %s\n", what, detail);
	__atomic_add_fetch(&failures, 1, __ATOMIC_RELAXED);
}

/* A parameter from the environment; empty is as good as none */
static inline unsigned long param(const char *name, unsigned long otherwise)
{
	const char *env = getenv(name);

	return env && *env ? strtoul(env, NULL, 0) : otherwise;
}

static inline int result(bool ok, int n, const char *what)
{
	printf("%sok %d %s\n", ok ? "" : "not ", n, what);
	return !ok;
}

static inline void op_judge(struct op *op, int rc)
{
	long *count = rc ? NULL : &op->done;

	for (int i = 0; op->errnos && op->errnos[i]; i++)
		if (rc == -op->errnos[i])
			count = &op->refused[i];
	if (count)
		__atomic_add_fetch(count, 1, __ATOMIC_RELAXED);
	else
		failure(op->name, strerrorname_np(-rc) ?: "no errno at all");
}

static inline struct op *op_pick(struct worker *w)
{
	int n = 0;
	size_t i;

	for (i = 0; i < plan.nr_ops; i++)
		n += plan.ops[i].share;
	n = roll(w, n);
	for (i = 0; n >= plan.ops[i].share; i++)
		n -= plan.ops[i].share;
	return &plan.ops[i];
}

static inline void *op_work(void *data)
{
	struct worker *w = data;

	w->tid = gettid();
	while (__atomic_sub_fetch(&plan.left, 1, __ATOMIC_RELAXED) >= 0) {
		struct op *op = op_pick(w);

		w->since = now_ms();
		__atomic_store_n(&w->doing, op->name, __ATOMIC_RELEASE);
		op_judge(op, op->go(w, plan.slot(w)));
		__atomic_store_n(&w->doing, NULL, __ATOMIC_RELEASE);
	}
	__atomic_sub_fetch(&plan.running, 1, __ATOMIC_RELEASE);
	return NULL;
}

/* Nothing may take longer than a minute; the rest cannot be trusted then */
static inline void op_watch(struct worker *w)
{
	const char *doing = __atomic_load_n(&w->doing, __ATOMIC_ACQUIRE);

	if (!doing || now_ms() - w->since < WATCHDOG_MS)
		return;
	printf("# stuck in %s:\n%s\nnot ok 1 no task is stuck\n", doing,
	       get("/proc/%d/stack", w->tid));
	run("echo w >/proc/sysrq-trigger");
	_exit(1);
}

/* Do @total operations by @nr threads; returns when all are done */
static inline void ops_run(long total, unsigned int seed, int nr)
{
	plan.left = total;
	plan.running = nr;
	for (int i = 0; i < nr; i++) {
		plan.workers[i].seed = seed * nr + i;
		pthread_create(&plan.workers[i].thread, NULL, op_work, &plan.workers[i]);
	}
	for (long last = now_ms(); __atomic_load_n(&plan.running, __ATOMIC_ACQUIRE);) {
		for (int i = 0; i < nr; i++)
			op_watch(&plan.workers[i]);
		if (now_ms() - last > PROGRESS_MS) {
			printf("# %ld operations to go\n", plan.left);
			last = now_ms();
		}
		usleep(100000);
	}
	for (int i = 0; i < nr; i++)
		pthread_join(plan.workers[i].thread, NULL);
}

/* How it went. Was each of them done at least once? Only long runs can say. */
static inline bool ops_report(long total)
{
	bool all = true;

	for (size_t i = 0; i < plan.nr_ops; i++) {
		struct op *op = &plan.ops[i];

		printf("# %-18s %6ld done, refused:", op->name, op->done);
		for (int k = 0; k < OP_ERRNOS; k++)
			if (op->refused[k])
				printf(" %ld %s", op->refused[k], strerrorname_np(op->errnos[k]));
		printf("\n");
		all &= op->done > 0;
	}
	return all || total < 1000;
}

/* After all was disconnected, of @tsms TSMs */
static inline bool nothing_left(int tsms)
{
	const char *counters = get(TSM_DEBUG "counters");

	printf("# %s\n", strtok(strdup(counters), "\n"));
	for (; (counters = strstr(counters, "contexts 0 streams 0 tdis 0")); counters++)
		tsms--;
	return !tsms && !strcmp("255", get(HB "available_secure_streams")) &&
	       run("ls -d " HB "stream* 2>/dev/null");
}

#endif /* OPS_H */
