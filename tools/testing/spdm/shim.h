/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The knob of shim.c for tests.
 */
#ifndef __SPDM_SHIM_H
#define __SPDM_SHIM_H

/* Let this allocation fail, counted from the next, which is 1; 0 for none */
extern unsigned long shim_fail_nth;

#endif /* __SPDM_SHIM_H */
