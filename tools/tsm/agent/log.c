// SPDX-License-Identifier: GPL-2.0
/*
 * Lines for a log. The priority is written only where a journal listens: people
 * at a terminal have no use for it. Of what strangers cause there is only so much.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "log.h"

#define LIMITED_PER_MINUTE	30

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

void log_left_out(struct log_limit *limit, int64_t now)
{
	if (!limit->left_out || !bucket_take(&limit->bucket, LIMITED_PER_MINUTE, now))
		return;
	log_line(SD_WARNING, "%u warnings were left out", limit->left_out);
	limit->left_out = 0;
}

void log_limited(struct log_limit *limit, const char *text, int64_t now)
{
	log_left_out(limit, now);
	if (limit->left_out || !bucket_take(&limit->bucket, LIMITED_PER_MINUTE, now))
		limit->left_out++;
	else
		log_line(SD_WARNING, "%s", text);
}
