/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Unit tests of the tools: a table of functions, TAP on stdout.
 */
#ifndef TSM_TAP_H
#define TSM_TAP_H

#include <stdbool.h>
#include <stdio.h>

struct tap_test {
	const char *name;
	void (*run)(void);
};

static bool tap_failed;

/* The test goes on, but it has failed. */
#define EXPECT(cond)	tap_expect(cond, #cond, __FILE__, __LINE__)

static inline bool tap_expect(bool ok, const char *text, const char *file, int line)
{
	if (!ok)
		printf("# %s:%d: not so: %s\n", file, line, text);
	tap_failed |= !ok;
	return ok;
}

/* Ends with an empty row; the exit status of the program */
static inline int tap_run(const struct tap_test *tests)
{
	unsigned int nr = 0, bad = 0;

	printf("TAP version 13\n");
	for (; tests[nr].run; nr++) {
		tap_failed = false;
		tests[nr].run();
		bad += tap_failed;
		printf("%sok %u - %s\n", tap_failed ? "not " : "", nr + 1, tests[nr].name);
	}
	printf("1..%u\n", nr);
	return bad || !nr;
}

#endif /* TSM_TAP_H */
