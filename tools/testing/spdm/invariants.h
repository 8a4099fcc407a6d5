/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is always true of a connection that nobody is using at the moment.
 */
#ifndef __SPDM_INVARIANTS_H
#define __SPDM_INVARIANTS_H

#include "spdm.h"

struct invariants {
	unsigned int messages;
	ktime_t now;
};

struct invariants invariants_begin(struct spdm *spdm);
/* After a call that returned @ret; ends the program if anything is wrong. */
void invariants_end(struct spdm *spdm, const struct invariants *before, long ret);
/* No session, no secret, no cipher: NULL, or what there is */
const char *session_left(const struct spdm *spdm);

#endif /* __SPDM_INVARIANTS_H */
