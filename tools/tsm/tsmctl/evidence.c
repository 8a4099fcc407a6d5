// SPDX-License-Identifier: GPL-2.0
/*
 * tsmctl evidence: what proves what a device is, into a directory.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "tsmctl.h"

#define ALL_TYPES	((1u << TSM_TYPES) - 1)

static bool is_empty(const struct tsm_evidence *ev)
{
	for (unsigned int i = 0; i < TSM_TYPES; i++)
		if (ev->objects[i].there)
			return false;
	return true;
}

static void print_evidence(const struct tsm_evidence *ev)
{
	static const char *const heads[] = { "OBJECT", "LENGTH", "SLOT", "NONCE", "DIGEST", NULL };
	struct table *table = table_new(heads);
	char length[16], slot[8];

	for (unsigned int i = 0; i < TSM_TYPES; i++) {
		const struct tsm_object *obj = &ev->objects[i];
		const char *cells[] = {
			tsm_type_name(i), length, slot,
			obj->has_nonce ? hex(obj->nonce, sizeof(obj->nonce)) : "-",
			hex(obj->digest, obj->digest_len),
		};

		snprintf(length, sizeof(length), "%zu", obj->len);
		snprintf(slot, sizeof(slot), obj->slot >= 0 ? "%d" : "-", obj->slot);
		if (obj->there)
			table_add(table, cells);
	}
	printf("%s: generation %" PRIu64 ", SPDM %s, %s, %s\n", ev->device, ev->generation,
	       or_dash(version_text(ev->spdm_version)), or_dash(safe(ev->hash)),
	       or_dash(safe(ev->signature)));
	table_end(table);
}

static void emit_evidence(const struct tsmctl *ctl, const struct tsm_evidence *ev)
{
	struct json_object *doc = document(ctl), *list = json_object_new_array(), *item;

	add_text(doc, "name", ev->device);
	add_number(doc, "generation", ev->generation);
	add_text(doc, "spdm_version", version_text(ev->spdm_version));
	add_text(doc, "hash", ev->hash);
	add_text(doc, "signature", ev->signature);
	add_text(doc, "directory", ctl->dir);
	for (unsigned int i = 0; i < TSM_TYPES; i++) {
		const struct tsm_object *obj = &ev->objects[i];

		if (!obj->there)
			continue;
		item = json_object_new_object();
		add_text(item, "type", tsm_type_name(i));
		add_number(item, "length", obj->len);
		add_hex(item, "digest", obj->digest, obj->digest_len);
		if (obj->slot >= 0)
			add_number(item, "slot", obj->slot);
		if (obj->has_nonce)
			add_hex(item, "nonce", obj->nonce, sizeof(obj->nonce));
		json_object_array_add(list, item);
	}
	json_object_object_add(doc, "objects", list);
	emit(doc);
}

/* What the device says now, to a nonce; else what is known of it */
static int get_evidence(const struct tsmctl *ctl, struct tsm_client *client, const char *name,
			struct tsm_evidence *ev, struct tsm_error *err)
{
	struct tsm_ask ask = {
		.cmd = PCI_TSM_CMD_EVIDENCE_REFRESH, .device = name, .tsm_id = -1,
		.slot = ctl->slot, .types = ctl->types ?: ALL_TYPES, .nonce = ctl->nonce,
	};
	uint64_t cookie = 0;
	struct tsm_done done;

	if (ctl->has_nonce) {
		if (do_request(client, &ask, &done, err))
			return -1;
		cookie = done.cookie;
	}
	if (tsm_client_evidence(client, name, ctl->types, 0, cookie, ctl->digests, ev, err))
		return -1;
	if (!is_empty(ev))
		return 0;
	return tsm_fail(err, TSM_NOT_THERE, ENODATA, "%s: there is no such evidence", name);
}

int evidence_command(struct tsmctl *ctl, struct tsm_error *err)
{
	struct tsm_evidence ev = {};
	struct tsm_client *client;
	char name[TSM_NAME_MAX];
	int rc;

	if (!ctl->dir && !ctl->digests)
		return tsm_fail(err, TSM_USAGE, EINVAL, "where to? -o DIR, or --digests");
	if (ctl->dir && ctl->digests)
		return tsm_fail(err, TSM_USAGE, EINVAL,
				"digests alone are no evidence to write: -o DIR or --digests");
	if (ctl->slot >= 0 && !ctl->has_nonce)
		return tsm_fail(err, TSM_USAGE, EINVAL, "a slot signs a nonce: --nonce");
	if (parse_device(ctl->args[0], name, err))
		return -1;
	client = tsm_client_open(err);
	if (!client)
		return -1;
	rc = get_evidence(ctl, client, name, &ev, err);
	tsm_client_close(client);
	if (!rc && ctl->dir)
		rc = tsm_evidence_save(&ev, ctl->dir, err);
	if (!rc && ctl->json)
		emit_evidence(ctl, &ev);
	else if (!rc)
		print_evidence(&ev);
	tsm_evidence_free(&ev);
	return rc;
}
