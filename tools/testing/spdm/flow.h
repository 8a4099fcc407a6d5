/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Conversations in steps, for tests that spoil them.
 */
#ifndef __SPDM_FLOW_H
#define __SPDM_FLOW_H

#include "pair.h"

enum step {
	STEP_CONNECT,
	STEP_AUTHENTICATE,
	STEP_SESSION,
	STEP_HEARTBEAT,
	STEP_UPDATE,
	STEP_MEASURE,
	STEP_VENDOR,
	STEP_END,
	NR_STEPS,	/* and for: none failed */
};

/* Which steps: with a challenge and in clear, or all in a session */
enum flow {
	FLOW_CLEAR,
	FLOW_SESSION,
};

/**
 * struct outcome - how a conversation went
 * @step: the one that failed
 * @err: with what
 * @messages: exchanges until then
 * @left: what was left behind that must not be, or NULL
 * @fault: what the library says
 */
struct outcome {
	enum step step;
	int err;
	unsigned int messages;
	const char *left;
	char fault[96];
};

/* All steps of @flow, @rounds times, until one fails */
struct outcome flow_run(struct pair *pair, enum flow flow, unsigned int rounds);
const char *step_name(enum step step);
/* A short name for an errno of the library */
const char *err_name(int err);

#endif /* __SPDM_FLOW_H */
