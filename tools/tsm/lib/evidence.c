// SPDX-License-Identifier: GPL-2.0
/*
 * Evidence in memory: names of types, and an end to it. evidence-dir.c has it as
 * a directory.
 */
#include <stdlib.h>
#include <string.h>

#include "evidence.h"

static const char *const names[TSM_TYPES] = {
	"slot0", "slot1", "slot2", "slot3", "slot4", "slot5", "slot6", "slot7",
	[TSM_VCA] = "vca",
	[TSM_MEASUREMENTS] = "measurements",
	[TSM_REPORT] = "report",
	[TSM_CHALLENGE] = "challenge",
};

const char *tsm_type_name(unsigned int type)
{
	return type < TSM_TYPES ? names[type] : "unknown";
}

int tsm_type_of(const char *name)
{
	for (int i = 0; i < TSM_TYPES; i++)
		if (!strcmp(names[i], name))
			return i;
	return -1;
}

void tsm_evidence_free(struct tsm_evidence *ev)
{
	for (unsigned int i = 0; i < TSM_TYPES; i++)
		free(ev->objects[i].data);
	memset(ev, 0, sizeof(*ev));
}
