/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Unit tests of the software DSM: a table of functions, KTAP on stdout.
 */
#ifndef __DEVSEC_DSM_CHECK_H
#define __DEVSEC_DSM_CHECK_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct check_case {
	const char *name;
	void (*run)(void);
};

static bool check_failed;

#define CHECK(cond)								\
	do {									\
		if (!(cond)) {							\
			printf("# %s:%d: not so: %s\n", __FILE__, __LINE__, #cond); \
			check_failed = true;					\
		}								\
	} while (0)

/* The exit status of the program */
static inline int check_all(const char *suite, const struct check_case *cases, unsigned int nr)
{
	unsigned int bad = 0;

	printf("TAP version 13\n1..%u\n", nr);
	for (unsigned int i = 0; i < nr; i++) {
		check_failed = false;
		cases[i].run();
		bad += check_failed;
		printf("%s %u %s.%s\n", check_failed ? "not ok" : "ok", i + 1, suite,
		       cases[i].name);
	}
	fflush(stdout);
	return bad ? 1 : 0;
}

#define CHECK_MAIN(suite, cases)						\
	int main(void)								\
	{									\
		return check_all(suite, cases, sizeof(cases) / sizeof(cases[0])); \
	}

#endif /* __DEVSEC_DSM_CHECK_H */
