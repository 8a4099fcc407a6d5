/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Results as TAP, for one program of tests.
 */
#ifndef __SPDM_TAP_H
#define __SPDM_TAP_H

#include <stdbool.h>

/* One result; @why, if it failed */
void tap(bool ok, const char *name, const char *why);
/* The plan; returns the exit status */
int tap_end(void);

#endif /* __SPDM_TAP_H */
