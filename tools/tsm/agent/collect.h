/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Evidence from the kernel of the host.
 */
#ifndef TSM_COLLECT_H
#define TSM_COLLECT_H

#include "serve.h"

/* For struct collector; @priv is an unsigned int, the seconds that it may take */
int collect_from_kernel(struct collector *collector, const char *device,
			const struct wire_get *get, struct tsm_evidence *ev, struct tsm_error *err);

#endif /* TSM_COLLECT_H */
