/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the parts of tamper share.
 */
#ifndef __SPDM_TAMPER_H
#define __SPDM_TAMPER_H

#include "dsm.h"
#include "flow.h"

/**
 * struct fault_case - a fault of the DSM, and what must come of it
 * @fault: as --fault of devsec-dsm takes it
 * @flow: the conversation
 * @step: where it is to be noticed; NR_STEPS if it does no harm
 * @err: as what
 * @from: first version, 0 for the first that has the conversation
 * @to: last version, 0 for the last
 * @rounds: how often the conversation is had, 0 for once
 * @chunks: with all that is long in chunks
 */
struct fault_case {
	const char *fault;
	enum flow flow;
	enum step step;
	int err;
	u8 from, to;
	unsigned int rounds;
	bool chunks;
};

/* tamper-table.c */
extern const struct fault_case fault_cases[];
extern const unsigned int nr_fault_cases;

/* tamper-bytes.c */
void tamper_bytes(const struct pair_options *options, enum flow flow, bool print);

#endif /* __SPDM_TAMPER_H */
