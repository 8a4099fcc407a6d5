// SPDX-License-Identifier: GPL-2.0
/*
 * Lines for a log. The priority is written only where a journal listens: people
 * at a terminal have no use for it.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "log.h"

void log_line(const char *level, const char *format, ...)
{
	char line[512];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	for (char *c = line; *c; c++) {
		if (*c < 0x20 || *c > 0x7e)
			*c = '?';
	}
	fprintf(stderr, "%s%s\n", getenv("JOURNAL_STREAM") ? level : "", line);
}
