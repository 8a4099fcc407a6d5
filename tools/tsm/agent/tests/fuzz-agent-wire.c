// SPDX-License-Identifier: GPL-2.0
/*
 * Fuzz the decoder of the agents' protocol: whatever it takes, it can say again, and
 * in the same bytes.
 */
#include <stdlib.h>
#include <string.h>

#include "../wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t again[WIRE_FRAME_MAX];
	struct wire_msg msg;
	/* Memory of exactly this size: what is read beyond is seen */
	uint8_t *copy = malloc(size ? size : 1);

	if (!copy)
		abort();
	if (size)
		memcpy(copy, data, size);
	if (!wire_decode(copy, size, &msg)) {
		if (wire_encode(&msg, again, sizeof(again)) != (ssize_t)size ||
		    memcmp(again, copy, size))
			abort();
	}
	free(copy);
	return 0;
}
