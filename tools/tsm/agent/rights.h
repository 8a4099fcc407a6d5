/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Give up what is not needed.
 */
#ifndef TSM_RIGHTS_H
#define TSM_RIGHTS_H

#include "../lib/error.h"

/* Keep CAP_SYS_ADMIN, which the kernel wants for evidence, and nothing else. 0 or -1 */
int rights_drop(struct tsm_error *err);

#endif /* TSM_RIGHTS_H */
