// SPDX-License-Identifier: GPL-2.0
/*
 * SPDM requester: where the code of its tracepoints is made, once. trace.h says
 * what they tell, and what they never do.
 */
#include <linux/types.h>

#define CREATE_TRACE_POINTS
#include "trace.h"
