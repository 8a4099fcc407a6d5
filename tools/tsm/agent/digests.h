/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the VM's own TSM knows of a device, against what the host brought.
 */
#ifndef TSM_DIGESTS_H
#define TSM_DIGESTS_H

#include "../lib/verify.h"

/*
 * Compare @ev with the digests in @own, and add a check for each object to @verdict, which
 * is not ok any more if one fails. What has its digest is no longer uncovered.
 */
void digests_check(const struct tsm_evidence *own, const struct tsm_evidence *ev,
		   struct tsm_verdict *verdict);

#endif /* TSM_DIGESTS_H */
