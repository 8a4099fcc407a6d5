// SPDX-License-Identifier: GPL-2.0
/*
 * tsmctl verify: does evidence hold? lib/verify.c judges, this tells the verdict.
 */
#include <stdio.h>

#include "../lib/verify.h"
#include "tsmctl.h"

static const char *result_text(enum tsm_result result)
{
	switch (result) {
	case TSM_PASS:
		return "pass";
	case TSM_FAIL:
		return "FAIL";
	default:
		return "not checked";
	}
}

static void print_checks(const struct tsm_verdict *v)
{
	static const char *const heads[] = { "CHECK", "RESULT", "DETAIL", NULL };
	struct table *table = table_new(heads);

	for (unsigned int i = 0; i < v->nr_checks; i++) {
		const char *cells[] = {
			safe(v->checks[i].what), result_text(v->checks[i].result),
			safe(v->checks[i].detail),
		};

		table_add(table, cells);
	}
	table_end(table);
}

static void print_blocks(const struct tsm_verdict *v)
{
	static const char *const heads[] = { "INDEX", "MEASUREMENT", "FORM", "VALUE", NULL };
	struct table *table;
	char index[12];

	if (!v->nr_blocks)
		return;
	putchar('\n');
	table = table_new(heads);
	for (unsigned int i = 0; i < v->nr_blocks; i++) {
		const struct tsm_block *block = &v->blocks[i];
		const char *cells[] = {
			index, tsm_block_type(block->type), block->raw ? "raw" : "digest",
			hex(block->value, block->len),
		};

		snprintf(index, sizeof(index), "%u", block->index);
		table_add(table, cells);
	}
	table_end(table);
}

/* @fresh: it was signed over the user's own nonce */
static void print_verdict(const struct tsm_evidence *ev, const struct tsm_verdict *v, bool fresh)
{
	printf("%s: SPDM %s, %s, %s\n", safe(ev->device), or_dash(version_text(v->version)),
	       or_dash(safe(v->hash)), or_dash(safe(v->signature)));
	if (*v->subject)
		printf("signed by %s\n", safe(v->subject));
	putchar('\n');
	print_checks(v);
	print_blocks(v);
	putchar('\n');
	for (unsigned int i = 0; i < TSM_TYPES; i++)
		if (v->uncovered & (1u << i))
			printf("%s: no signature and no digest covers it\n", tsm_type_name(i));
	if (!v->ok)
		puts("The evidence does NOT hold.");
	else
		puts(fresh ? "The evidence holds." :
			     "The evidence holds; how old it is, nobody knows.");
}

static struct json_object *checks_document(const struct tsm_verdict *v)
{
	static const char *const results[] = { "pass", "fail", "not-checked" };
	struct json_object *list = json_object_new_array(), *item;

	for (unsigned int i = 0; i < v->nr_checks; i++) {
		item = json_object_new_object();
		add_text(item, "what", v->checks[i].what);
		add_text(item, "result", results[v->checks[i].result]);
		add_text(item, "detail", v->checks[i].detail);
		json_object_array_add(list, item);
	}
	return list;
}

static struct json_object *blocks_document(const struct tsm_verdict *v)
{
	struct json_object *list = json_object_new_array(), *item;

	for (unsigned int i = 0; i < v->nr_blocks; i++) {
		const struct tsm_block *block = &v->blocks[i];

		item = json_object_new_object();
		add_number(item, "index", block->index);
		add_number(item, "type", block->type);
		add_text(item, "name", tsm_block_type(block->type));
		json_object_object_add(item, "raw", json_object_new_boolean(block->raw));
		add_hex(item, "value", block->value, block->len);
		json_object_array_add(list, item);
	}
	return list;
}

static void emit_verdict(const struct tsmctl *ctl, const struct tsm_evidence *ev,
			 const struct tsm_verdict *v)
{
	struct json_object *doc = document(ctl), *uncovered = json_object_new_array();

	add_text(doc, "name", ev->device);
	json_object_object_add(doc, "ok", json_object_new_boolean(v->ok));
	add_text(doc, "spdm_version", version_text(v->version));
	add_text(doc, "hash", v->hash);
	add_text(doc, "signature", v->signature);
	add_text(doc, "subject", v->subject);
	json_object_object_add(doc, "checks", checks_document(v));
	json_object_object_add(doc, "measurements", blocks_document(v));
	for (unsigned int i = 0; i < TSM_TYPES; i++)
		if (v->uncovered & (1u << i))
			json_object_array_add(uncovered, json_object_new_string(tsm_type_name(i)));
	json_object_object_add(doc, "uncovered", uncovered);
	emit(doc);
}

int verify_command(struct tsmctl *ctl, struct tsm_error *err)
{
	struct tsm_verify_args args = {
		.ca_file = ctl->ca, .policy_file = ctl->policy, .digests_file = ctl->digests_file,
		.nonce = ctl->has_nonce ? ctl->nonce : NULL,
	};
	static struct tsm_verdict verdict;
	struct tsm_evidence ev;
	int rc;

	if (tsm_evidence_load(&ev, ctl->args[0], err))
		return -1;
	rc = tsm_verify(&ev, &args, &verdict, err);
	if (!rc && ctl->json)
		emit_verdict(ctl, &ev, &verdict);
	else if (!rc)
		print_verdict(&ev, &verdict, ctl->has_nonce);
	tsm_evidence_free(&ev);
	if (rc)
		return rc;
	return verdict.ok ? TSM_OK : TSM_UNTRUSTED;
}
