/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Allocations that fail, one after the other: those of a task, by its fail-nth, and
 * those of a DSM's worker, by failslab with a filter for the worker's stack and a
 * budget of bytes. What is done meanwhile, and what must be true then, is the
 * program's own.
 */
#ifndef FAIL_NTH_H
#define FAIL_NTH_H

#include "devsec.h"

#define FAILSLAB	"/sys/kernel/debug/failslab/"
#define FAIL_PAGE	"/sys/kernel/debug/fail_page_alloc/"
#define NTH_MAX		400
#define BUDGET_MAX	0x100000	/* bytes; more than a verb needs by far */
#define BUDGET_STEP	8		/* the smallest allocation */

/* The test's own limit; whoever runs it has one that grows with the rounds */
#define SWEEP_TIMEOUT	100000

static inline void knob(const char *name, const char *value)
{
	put(value, FAILSLAB "%s", name);
	put(value, FAIL_PAGE "%s", name);
}

static inline void injection_off(void)
{
	put("0", FAILSLAB "probability");
	put("0", FAIL_PAGE "probability");
}

/* Defaults spare every allocation that may wait: all of those meant here */
static inline void injection_prepare(void)
{
	injection_off();
	knob("verbose", "0");
	knob("ignore-gfp-wait", "N");
	knob("task-filter", "N");
	knob("interval", "1");
	/* Of any stack, whatever a program before has aimed at */
	knob("require-start", "0");
	knob("require-end", "0xffffffffffffffff");
	put("0", FAIL_PAGE "min-order");
	put("N", FAILSLAB "cache-filter");
}

/*
 * Write @text with the nth allocation of this task failing. Returns the result of the
 * write; @hit: there was an nth.
 */
static inline int put_nth(const char *text, const char *path, unsigned int nth, bool *hit)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	int knob_fd = open("/proc/self/fail-nth", O_RDWR | O_CLOEXEC);
	char left[16] = "";
	int rc;

	rc = dprintf(knob_fd, "%u", nth) < 0 ? -EBADF : 0;
	if (!rc && write(fd, text, strlen(text)) < 0)
		rc = -errno;
	*hit = pread(knob_fd, left, sizeof(left) - 1, 0) > 0 && !atoi(left);
	if (pwrite(knob_fd, "0", 1, 0) < 0)
		rc = -EBADF;
	close(knob_fd);
	close(fd);
	return rc;
}

static inline int rounds(void)
{
	const char *env = getenv("SWEEP_ROUNDS");

	return env && *env ? atoi(env) : 1;
}

/* Only stacks with the worker's function in them */
static inline bool aim_at_worker(const char *dir)
{
	unsigned long start, end;

	run("sort /proc/kallsyms | grep -A1 ' dsm_work$' | cut -c1-16 >/tmp/dsm_work");
	if (sscanf(get("/tmp/dsm_work"), "%lx %lx", &start, &end) != 2)
		return false;
	return !put(str("0x%lx", start), "%srequire-start", dir) &&
	       !put(str("0x%lx", end), "%srequire-end", dir) &&
	       !put("32", "%sstacktrace-depth", dir);
}

/* Write @text to @path with @times allocations of the worker failing after @budget */
static inline int put_budget(const char *dir, const char *text, const char *path, int budget,
			     int times)
{
	int rc;

	put(str("%d", budget), "%sspace", dir);
	put(str("%d", times), "%stimes", dir);
	put("100", "%sprobability", dir);
	rc = put_path(text, path);
	put("0", "%sprobability", dir);
	return rc;
}

#endif /* FAIL_NTH_H */
