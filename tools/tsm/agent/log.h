/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Lines for a log, on stderr, with the priority that systemd's journal wants.
 */
#ifndef TSM_LOG_H
#define TSM_LOG_H

#include <systemd/sd-daemon.h>

/* @level: SD_ERR and so on. What cannot be printed is replaced, as others choose the text */
void log_line(const char *level, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif /* TSM_LOG_H */
