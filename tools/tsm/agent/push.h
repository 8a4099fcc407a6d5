/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the agent tells the kernel of its VM.
 */
#ifndef TSM_PUSH_H
#define TSM_PUSH_H

#include "../lib/client.h"

/* Give the kernel an object of @device that the host brought. 0 or -1 */
int push_object(struct tsm_client *client, const char *device, uint64_t generation,
		unsigned int type, const struct tsm_object *object, struct tsm_error *err);
/* Trust @device as evidence of @generation describes it, no other. 0 or -1 */
int push_accept(struct tsm_client *client, const char *device, uint64_t generation,
		struct tsm_error *err);

#endif /* TSM_PUSH_H */
