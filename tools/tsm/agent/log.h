/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Lines for a log, on stderr, with the priority that systemd's journal wants.
 */
#ifndef TSM_LOG_H
#define TSM_LOG_H

#include <systemd/sd-daemon.h>

#include "bucket.h"

/**
 * struct log_limit - warnings that strangers cause, as many as they like
 * @bucket: of those that may be told
 * @left_out: that were not, since that was told
 */
struct log_limit {
	struct bucket bucket;
	unsigned int left_out;
};

/* @level: SD_ERR and so on. What cannot be printed is replaced, as others choose the text */
void log_line(const char *level, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* A warning, if there is room for one; @now in ms */
void log_limited(struct log_limit *limit, const char *text, int64_t now);
/* How many were left out, if any, and if there is room for that */
void log_left_out(struct log_limit *limit, int64_t now);

#endif /* TSM_LOG_H */
