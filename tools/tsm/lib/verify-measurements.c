// SPDX-License-Identifier: GPL-2.0
/*
 * Verifier: measurements. Questions and answers, the last of which is signed, and the
 * blocks in them.
 *
 * DSP0274 1.3, "GET_MEASUREMENTS", "MEASUREMENTS", DMTF measurement specification.
 * Blocks go to the verdict; what they must say is a policy's business. Who composed the
 * questions may have left some out: whether all were asked for is kept for it, too.
 */
#include <string.h>

#include "judge.h"
#include "messages.h"
#include "reader.h"

#define ASK_SIGNED	0x01	/* in param1 of the request */
#define ASK_RAW		0x02
#define ASK_COUNT	0x00	/* in param2 */
#define ASK_ALL		0xff

#define DMTF		1	/* the only specification of measurements */
#define RAW		0x80	/* in the type of a block */
#define TYPE_MASK	0x7f

/* A question, taken apart */
struct question {
	bool sign;
	uint8_t index;
	const uint8_t *context;
};

const char *tsm_block_type(unsigned int type)
{
	static const char *const names[] = {
		"immutable ROM", "mutable firmware", "hardware configuration",
		"firmware configuration", "manifest", "device mode", "version",
		"security version number", "hash-extended measurement", "informational",
		"structured manifest",
	};

	return type < sizeof(names) / sizeof(names[0]) ? names[type] : "unknown";
}

static bool take_question(struct tsm_judge *j, struct tsm_reader *r, struct tsm_statement *st,
			  struct question *q)
{
	struct tsm_params p;

	if (!tsm_take_header(r, j->vca.version, GET_MEASUREMENTS, &p))
		return tsm_no(j, "no GET_MEASUREMENTS where one must be");
	/* E.g. 1.3's for measurements as they will be, after a reset, and are not yet */
	if (p.first & ~(ASK_SIGNED | ASK_RAW))
		return tsm_no(j, "GET_MEASUREMENTS asks for what is not known here");
	*q = (struct question) { .sign = p.first & ASK_SIGNED, .index = p.second };
	if (q->sign) {
		st->nonce = tsm_take(r, TSM_NONCE_SIZE);
		/* Before 1.1 there is no choice. */
		if (j->vca.version > 0x10)
			st->slot = tsm_take_le(r, 1) & SLOT_MASK;
	}
	if (j->vca.version >= TSM_VERSION_13)
		q->context = tsm_take(r, CONTEXT_SIZE);
	if (r->over)
		return tsm_no(j, "GET_MEASUREMENTS is too short");
	if (st->slot >= TSM_SLOTS)
		return tsm_no(j, "of a key that has no certificate");
	return true;
}

static bool same_block(const struct tsm_block *a, const struct tsm_block *b)
{
	return a->type == b->type && a->len == b->len && !memcmp(a->value, b->value, a->len);
}

/* A block may be asked for twice, as long as it says the same. */
static bool keep_block(struct tsm_judge *j, const struct tsm_block *block)
{
	struct tsm_verdict *v = j->verdict;

	for (unsigned int i = 0; i < v->nr_blocks; i++) {
		const struct tsm_block *old = &v->blocks[i];

		if (old->index != block->index || old->raw != block->raw)
			continue;
		return same_block(old, block) || tsm_no(j, "block %u has two values", block->index);
	}
	if (v->nr_blocks == TSM_BLOCKS_MAX)
		return tsm_no(j, "too many blocks");
	v->blocks[v->nr_blocks++] = *block;
	return true;
}

static bool take_block(struct tsm_judge *j, struct tsm_reader *r, uint8_t asked)
{
	unsigned int index = tsm_take_le(r, 1), spec = tsm_take_le(r, 1);
	size_t size = tsm_take_le(r, 2);
	uint8_t type = tsm_take_le(r, 1);
	struct tsm_block block = {
		.index = index,
		.type = type & TYPE_MASK,
		.raw = type & RAW,
		.len = tsm_take_le(r, 2),
	};

	block.value = tsm_take(r, block.len);
	if (r->over)
		return tsm_no(j, "a block ends behind the record");
	if (spec != DMTF || size != 3 + block.len)
		return tsm_no(j, "block %u is of no known form", index);
	if (!index || index == 0xff || (asked != ASK_ALL && index != asked))
		return tsm_no(j, "block %u was not asked for", index);
	if (!block.raw && block.len != j->vca.meas_size)
		return tsm_no(j, "digest in block %u has a wrong size", index);
	return keep_block(j, &block);
}

static bool take_record(struct tsm_judge *j, const struct tsm_statement *st, uint8_t asked,
			unsigned int blocks)
{
	struct tsm_reader r = tsm_reader(st->record, st->record_len);
	unsigned int nr = 0;

	for (; r.left; nr++)
		if (!take_block(j, &r, asked))
			return false;
	if (nr != blocks)
		return tsm_no(j, "%u blocks, and not %u", nr, blocks);
	if (asked != ASK_ALL && nr != (asked == ASK_COUNT ? 0 : 1))
		return tsm_no(j, "not the one block that was asked for");
	return true;
}

/* *@total: how many blocks the device has, where the answer says so */
static bool take_answer(struct tsm_judge *j, struct tsm_reader *r, struct tsm_statement *st,
			const struct question *q, unsigned int *total)
{
	const uint8_t *echo = NULL;
	struct tsm_params p;
	unsigned int blocks;

	if (!tsm_take_header(r, j->vca.version, RESPONSE(GET_MEASUREMENTS), &p))
		return tsm_no(j, "GET_MEASUREMENTS without MEASUREMENTS");
	if (q->index == ASK_COUNT)
		*total = p.first;
	blocks = tsm_take_le(r, 1);
	st->record_len = tsm_take_le(r, 3);
	st->record = tsm_take(r, st->record_len);
	tsm_take(r, TSM_NONCE_SIZE);		/* of the device */
	tsm_take(r, tsm_take_le(r, 2));		/* opaque data */
	if (q->context)
		echo = tsm_take(r, CONTEXT_SIZE);
	if (q->sign) {
		st->signed_len = r->at - st->data;
		st->sig = tsm_take(r, j->vca.asym->size);
	}
	if (r->over)
		return tsm_no(j, "MEASUREMENTS is too short");
	if (echo && memcmp(echo, q->context, CONTEXT_SIZE))
		return tsm_no(j, "MEASUREMENTS has another context");
	if (q->sign && j->vca.version > 0x10 && (p.second & SLOT_MASK) != st->slot)
		return tsm_no(j, "MEASUREMENTS is of another slot");
	return take_record(j, st, q->index, blocks);
}

/* A block may be there as a digest and as it is, which is one for the device. */
static unsigned int different_blocks(const struct tsm_verdict *v)
{
	bool seen[TSM_BLOCKS_MAX + 1] = { false };
	unsigned int nr = 0;

	for (unsigned int i = 0; i < v->nr_blocks; i++) {
		nr += !seen[v->blocks[i].index];
		seen[v->blocks[i].index] = true;
	}
	return nr;
}

bool tsm_measurements_parse(struct tsm_judge *j, const struct tsm_object *obj,
			    struct tsm_statement *st)
{
	struct tsm_reader r = tsm_reader(obj->data, obj->len);
	struct question q = { 0 };
	unsigned int total = 0;
	bool all = false;

	*st = (struct tsm_statement) {
		.purpose = "responder-measurements signing",
		.with_vca = j->vca.version >= TSM_VERSION_12,
		.data = obj->data,
	};
	while (r.left) {
		if (st->sig)
			return tsm_no(j, "bytes behind the signature");
		if (!take_question(j, &r, st, &q) || !take_answer(j, &r, st, &q, &total))
			return false;
		all |= q.index == ASK_ALL;
	}
	/* All of this is signed, by the signature at the end. */
	j->verdict->asked_all = all || (total && total == different_blocks(j->verdict));
	return st->sig || tsm_no(j, "no signature was asked for");
}
