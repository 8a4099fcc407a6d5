/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What came of a device, for programs and for people.
 */
#ifndef TSM_RESULT_H
#define TSM_RESULT_H

#include "appraise.h"

#define RESULT_SCHEMA	"tsm-agent"
#define RESULT_VERSION	1

/* One line of JSON. 0, or -1 if there is no memory */
int result_json(const struct appraisal *a, const struct demands *demands);
/* A line, and one for each check that did not pass */
void result_text(const struct appraisal *a);

#endif /* TSM_RESULT_H */
