// SPDX-License-Identifier: GPL-2.0
/*
 * Does evidence hold, and does it still with one bit of it changed?
 */
#include <stdio.h>

#include <linux/bits.h>
#include <linux/string.h>

#include "evidence.h"

void judgement_init(struct judgement *j, const char *ca_file, u8 nonce)
{
	memset(j, 0, sizeof(*j));
	memset(j->nonce, nonce, sizeof(j->nonce));
	j->args.ca_file = ca_file;
	j->args.nonce = j->nonce;
}

bool holds(struct judgement *j, const struct tsm_evidence *ev)
{
	return !tsm_verify(ev, &j->args, &j->verdict, &j->err) && j->verdict.ok;
}

u32 covered_by(const struct tsm_evidence *ev, unsigned int slot)
{
	bool challenged = ev->objects[TSM_CHALLENGE].there;
	u32 covered = BIT(slot);

	if (challenged)
		covered |= BIT(TSM_CHALLENGE) | BIT(TSM_VCA);
	if (ev->objects[TSM_MEASUREMENTS].there) {
		covered |= BIT(TSM_MEASUREMENTS);
		if (ev->spdm_version >= SPDM_VERSION_12)
			covered |= BIT(TSM_VCA);
	}
	return covered;
}

bool flips_noticed(struct judgement *j, struct tsm_evidence *ev, u32 types, size_t some,
		   char *where, size_t size)
{
	/* Each bit of a byte gets its turn as the bytes go by. */
	unsigned int bit = 0;

	for (unsigned int i = 0; i < TSM_TYPES; i++) {
		struct tsm_object *obj = &ev->objects[i];
		size_t step = some && obj->len > some ? obj->len / some : 1;

		for (size_t at = step / 2; (types & BIT(i)) && at < obj->len; at += step) {
			u8 mask = BIT(bit++ % 8);
			bool held;

			obj->data[at] ^= mask;
			held = holds(j, ev);
			obj->data[at] ^= mask;
			if (held) {
				snprintf(where, size, "%s: byte %zu of %zu, bits %02x",
					 tsm_type_name(i), at, obj->len, mask);
				return false;
			}
		}
	}
	return true;
}
