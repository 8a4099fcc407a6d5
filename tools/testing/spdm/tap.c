// SPDX-License-Identifier: GPL-2.0
/*
 * Results as TAP. The plan comes last, so that a program that ends early has none.
 */
#include <stdio.h>

#include "tap.h"

static unsigned int nr, failed;

void tap(bool ok, const char *name, const char *why)
{
	nr++;
	failed += !ok;
	printf("%sok %u - %s\n", ok ? "" : "not ", nr, name);
	if (!ok && why)
		printf("# %s\n", why);
	fflush(stdout);
}

int tap_end(void)
{
	printf("1..%u\n", nr);
	return failed || !nr;
}
