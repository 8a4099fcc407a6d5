/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The agent's end of the protocol: ask, and put together what comes.
 */
#ifndef TSM_ASK_H
#define TSM_ASK_H

#include "stream.h"

/* Agree on a version; to be called first. 0 or -1 */
int ask_hello(struct stream *stream, struct tsm_error *err);
/* The devices of this VM, at most @max: how many, or -1 */
int ask_devices(struct stream *stream, struct wire_device *devices, unsigned int max,
		struct tsm_error *err);
/*
 * Evidence as @get says. An answer over another nonce than its own is refused. 0; or 1 if
 * the host has none for us, and may be asked other things; or -1, and the conversation is
 * over. @ev is empty unless 0; what is in it is what the host says, to be verified.
 */
int ask_evidence(struct stream *stream, const struct wire_get *get, struct tsm_evidence *ev,
		 struct tsm_error *err);

#endif /* TSM_ASK_H */
