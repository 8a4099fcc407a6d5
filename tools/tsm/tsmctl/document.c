// SPDX-License-Identifier: GPL-2.0
/*
 * Documents for programs: JSON, one a line. tsmctl(1) describes what is in them.
 */
#include <stdio.h>

#include "tsmctl.h"

struct json_object *document(const struct tsmctl *ctl)
{
	struct json_object *doc = json_object_new_object();

	json_object_object_add(doc, "schema", json_object_new_string("tsmctl"));
	json_object_object_add(doc, "version", json_object_new_int(SCHEMA_VERSION));
	json_object_object_add(doc, "command", json_object_new_string(ctl->command));
	return doc;
}

void emit(struct json_object *doc)
{
	puts(json_object_to_json_string_ext(doc, JSON_C_TO_STRING_PLAIN |
					    JSON_C_TO_STRING_NOSLASHESCAPE));
	fflush(stdout);
	json_object_put(doc);
}

void add_text(struct json_object *to, const char *key, const char *text)
{
	if (text && *text)
		json_object_object_add(to, key, json_object_new_string(safe(text)));
}

void add_number(struct json_object *to, const char *key, uint64_t value)
{
	json_object_object_add(to, key, json_object_new_uint64(value));
}

void add_hex(struct json_object *to, const char *key, const void *data, size_t len)
{
	const uint8_t *bytes = data;
	char text[2 * UINT16_MAX + 1];

	if (!len)
		return;
	if (len > UINT16_MAX)
		len = UINT16_MAX;
	for (size_t i = 0; i < len; i++)
		sprintf(text + 2 * i, "%02x", bytes[i]);
	json_object_object_add(to, key, json_object_new_string_len(text, 2 * len));
}

static void add_set(struct json_object *to, const char *key, uint32_t set, bool dev)
{
	struct json_object *list = json_object_new_array();

	for (unsigned int i = 0; i < 32; i++) {
		uint32_t bit = 1u << i;
		const char *name = dev ? pci_tsm_dev_cap_str(bit) : pci_tsm_tsm_cap_str(bit);

		if (set & bit)
			json_object_array_add(list, json_object_new_string(named(name, i)));
	}
	json_object_object_add(to, key, list);
}

static struct json_object *counters_document(const struct pci_tsm_counters *c)
{
	struct json_object *doc = json_object_new_object();
	struct json_object *losses = json_object_new_object();

	add_number(doc, "connects", c->connects);
	add_number(doc, "refused", c->refused);
	add_number(doc, "disconnects", c->disconnects);
	add_number(doc, "cancels", c->cancels);
	add_number(doc, "last_error", c->last_error);
	for (unsigned int i = 0; i < c->n_loss; i++)
		add_number(losses, named(pci_tsm_reason_str(c->loss[i].reason), c->loss[i].reason),
			   c->loss[i].count);
	json_object_object_add(doc, "losses", losses);
	return doc;
}

static struct json_object *interface_document(const struct pci_tsm_dev_get_rsp *dev)
{
	struct json_object *doc = json_object_new_object();

	add_text(doc, "state",
		 named(pci_tsm_state_str(dev->interface_state), dev->interface_state));
	add_text(doc, "reason",
		 named(pci_tsm_reason_str(dev->interface_reason), dev->interface_reason));
	add_number(doc, "seq", dev->interface_seq);
	return doc;
}

static struct json_object *stream_document(const struct pci_tsm_stream *stream)
{
	struct json_object *doc = json_object_new_object();

	add_number(doc, "id", stream->id);
	add_text(doc, "name", stream->name);
	if (stream->_present.reason)
		add_text(doc, "reason", named(pci_tsm_reason_str(stream->reason), stream->reason));
	return doc;
}

struct json_object *dev_document(const struct pci_tsm_dev_get_rsp *dev)
{
	struct json_object *doc = json_object_new_object();
	struct json_object *streams = json_object_new_array();

	add_text(doc, "name", dev->name);
	add_text(doc, "role", named(pci_tsm_mode_str(dev->role), dev->role));
	add_set(doc, "caps", dev->caps, true);
	add_text(doc, "dsm", dev->dsm);
	if (dev->_present.tsm_id)
		add_number(doc, "tsm", dev->tsm_id);
	add_text(doc, "state", named(pci_tsm_state_str(dev->state), dev->state));
	add_text(doc, "reason", named(pci_tsm_reason_str(dev->reason), dev->reason));
	add_number(doc, "seq", dev->seq);
	json_object_object_add(doc, "interface", interface_document(dev));
	add_text(doc, "identity", named(pci_tsm_identity_str(dev->identity), dev->identity));
	add_number(doc, "generation", dev->generation);
	for (unsigned int i = 0; i < dev->n_stream; i++)
		json_object_array_add(streams, stream_document(&dev->stream[i]));
	json_object_object_add(doc, "streams", streams);
	if (dev->_present.failed_stream)
		json_object_object_add(doc, "failed_stream", stream_document(&dev->failed_stream));
	if (dev->_present.counters)
		json_object_object_add(doc, "counters", counters_document(&dev->counters));
	return doc;
}

struct json_object *tsm_document(const struct pci_tsm_tsm_get_rsp *tsm)
{
	struct json_object *doc = json_object_new_object();

	add_number(doc, "id", tsm->id);
	add_text(doc, "name", tsm->name);
	add_text(doc, "parent", tsm->parent);
	add_text(doc, "mode", named(pci_tsm_mode_str(tsm->mode), tsm->mode));
	json_object_object_add(doc, "rank", json_object_new_int(tsm->rank));
	add_set(doc, "caps", tsm->caps, false);
	add_number(doc, "connections", tsm->connections);
	return doc;
}
