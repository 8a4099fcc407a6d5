/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The knobs of shim.c for tests.
 */
#ifndef __SPDM_SHIM_H
#define __SPDM_SHIM_H

/* Let this allocation fail, counted from the next, which is 1; 0 for none */
extern unsigned long shim_fail_nth;

/* If there is one, it sees what kfree() is about to free */
extern void (*shim_freed)(const void *p);

#endif /* __SPDM_SHIM_H */
