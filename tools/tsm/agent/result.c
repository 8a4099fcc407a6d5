// SPDX-License-Identifier: GPL-2.0
/*
 * What came of a device.
 *
 * The JSON has what an attestation service needs to judge by itself (a list of class,
 * type and evidence, with the nonce) and our own verdict in the form of EAR (EAT
 * attestation results), with claims by the numbers of AR4SI. It is not signed: it is for
 * programs of the same VM. tsm-agent(8) describes it.
 */
#include <inttypes.h>
#include <json-c/json.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "result.h"

#define EAR_PROFILE	"tag:github.com,2023:veraison/ear"

/* Claims of AR4SI: what is as it should be, what nobody looked at, what does not hold */
enum claim {
	CLAIM_NONE = 0,
	CLAIM_AFFIRMING = 2,
	CLAIM_UNVERIFIED = 99,
};

/* DMTF's types of measurements: ROM and firmware; configurations, and the mode */
#define EXECUTABLES	(1u << 0 | 1u << 1)
#define CONFIGURATION	(1u << 2 | 1u << 3 | 1u << 5)

static void add_text(struct json_object *to, const char *key, const char *text)
{
	json_object_object_add(to, key, json_object_new_string(text));
}

static void add_hex(struct json_object *to, const char *key, const uint8_t *data, size_t len)
{
	char *hex = malloc(2 * len + 1);

	if (!hex)
		return;
	hex[0] = '\0';
	for (size_t i = 0; i < len; i++)
		sprintf(hex + 2 * i, "%02x", data[i]);
	add_text(to, key, hex);
	free(hex);
}

static void add_base64(struct json_object *to, const char *key, const uint8_t *data, size_t len)
{
	char *text = malloc(4 * ((len + 2) / 3) + 1);

	if (!text)
		return;
	EVP_EncodeBlock((unsigned char *)text, data, (int)len);
	add_text(to, key, text);
	free(text);
}

static struct json_object *evidence_json(const struct tsm_evidence *ev)
{
	struct json_object *list = json_object_new_array();

	for (unsigned int type = 0; type < TSM_TYPES; type++) {
		const struct tsm_object *object = &ev->objects[type];
		struct json_object *entry;

		if (!object->there || !object->data)
			continue;
		entry = json_object_new_object();
		add_text(entry, "class", "pci");
		add_text(entry, "type", tsm_type_name(type));
		add_base64(entry, "evidence", object->data, object->len);
		json_object_array_add(list, entry);
	}
	return list;
}

static const char *result_name(enum tsm_result result)
{
	switch (result) {
	case TSM_PASS:
		return "pass";
	case TSM_FAIL:
		return "fail";
	default:
		return "not checked";
	}
}

static struct json_object *checks_json(const struct tsm_verdict *verdict)
{
	struct json_object *list = json_object_new_array();

	for (unsigned int i = 0; i < verdict->nr_checks; i++) {
		struct json_object *entry = json_object_new_object();

		add_text(entry, "what", verdict->checks[i].what);
		add_text(entry, "result", result_name(verdict->checks[i].result));
		add_text(entry, "detail", verdict->checks[i].detail);
		json_object_array_add(list, entry);
	}
	return list;
}

static struct json_object *blocks_json(const struct tsm_verdict *verdict)
{
	struct json_object *list = json_object_new_array();

	for (unsigned int i = 0; i < verdict->nr_blocks; i++) {
		const struct tsm_block *block = &verdict->blocks[i];
		struct json_object *entry = json_object_new_object();

		json_object_object_add(entry, "index", json_object_new_int((int)block->index));
		add_text(entry, "type", tsm_block_type(block->type));
		json_object_object_add(entry, "raw", json_object_new_boolean(block->raw));
		add_hex(entry, "value", block->value, block->len);
		json_object_array_add(list, entry);
	}
	return list;
}

static struct json_object *uncovered_json(const struct tsm_verdict *verdict)
{
	struct json_object *list = json_object_new_array();

	for (unsigned int type = 0; type < TSM_TYPES; type++) {
		if (verdict->uncovered & 1u << type)
			json_object_array_add(list, json_object_new_string(tsm_type_name(type)));
	}
	return list;
}

static struct json_object *verdict_json(const struct tsm_verdict *verdict)
{
	struct json_object *json = json_object_new_object();
	char version[8];

	snprintf(version, sizeof(version), "%u.%u", verdict->version >> 4, verdict->version & 0xf);
	add_text(json, "spdm_version", version);
	add_text(json, "hash", verdict->hash);
	add_text(json, "signature", verdict->signature);
	add_text(json, "subject", verdict->subject);
	json_object_object_add(json, "checks", checks_json(verdict));
	json_object_object_add(json, "measurements", blocks_json(verdict));
	json_object_object_add(json, "uncovered", uncovered_json(verdict));
	return json;
}

/*
 * One word for all. That the device is the one behind the name, only the VM's TSM knows:
 * where it was not asked, there is less to say, and nothing if it had to be.
 */
static const char *status_of(const struct appraisal *a, const struct demands *demands)
{
	if (a->err.kind == TSM_UNTRUSTED || (a->judged && !a->verdict.ok))
		return "contraindicated";
	if (!a->judged || (!a->bound && !demands->verify_only))
		return "none";
	return a->verdict.uncovered || !a->bound ? "warning" : "affirming";
}

/* Measurements of @types: the policy knows each that the device has, and there are some */
static enum claim measured(const struct tsm_verdict *verdict, uint32_t types)
{
	if (!verdict->asked_all || !(verdict->listed & types) || (verdict->unlisted & types))
		return CLAIM_NONE;
	return CLAIM_AFFIRMING;
}

static void add_claim(struct json_object *to, const char *key, enum claim claim)
{
	json_object_object_add(to, key, json_object_new_int(claim));
}

static struct json_object *vector_json(const struct appraisal *a, const struct demands *demands)
{
	struct json_object *json = json_object_new_object();
	const char *status = status_of(a, demands);
	bool bad = !strcmp(status, "contraindicated"), none = !strcmp(status, "none");
	enum claim all = bad ? CLAIM_UNVERIFIED : CLAIM_NONE;
	bool same = bad || none;

	add_claim(json, "instance-identity", same || !a->bound ? all : CLAIM_AFFIRMING);
	add_claim(json, "hardware", same ? all : CLAIM_AFFIRMING);
	add_claim(json, "executables", same ? all : measured(&a->verdict, EXECUTABLES));
	add_claim(json, "configuration", same ? all : measured(&a->verdict, CONFIGURATION));
	return json;
}

static struct json_object *ear_json(const struct appraisal *a, const struct demands *demands)
{
	struct json_object *ear = json_object_new_object();
	struct json_object *verifier = json_object_new_object();
	struct json_object *submods = json_object_new_object();
	struct json_object *mod = json_object_new_object();

	add_text(ear, "eat_profile", EAR_PROFILE);
	json_object_object_add(ear, "iat", json_object_new_int64(a->when));
	add_text(verifier, "developer", "pci-tsm");
	add_text(verifier, "build", "tsm-agent " TSM_VERSION);
	json_object_object_add(ear, "ear.verifier-id", verifier);
	add_text(mod, "ear.status", status_of(a, demands));
	json_object_object_add(mod, "ear.trustworthiness-vector", vector_json(a, demands));
	if (demands->verify_args.policy_file)
		add_text(mod, "ear.appraisal-policy-id", demands->verify_args.policy_file);
	json_object_object_add(submods, a->device, mod);
	json_object_object_add(ear, "submods", submods);
	return ear;
}

int result_json(const struct appraisal *a, const struct demands *demands)
{
	struct json_object *json = json_object_new_object();
	const char *line;

	if (!json)
		return -1;
	add_text(json, "schema", RESULT_SCHEMA);
	json_object_object_add(json, "version", json_object_new_int(RESULT_VERSION));
	add_text(json, "device", a->device);
	add_text(json, "host_device", a->ev.device);
	add_hex(json, "nonce", a->nonce, sizeof(a->nonce));
	json_object_object_add(json, "generation", json_object_new_uint64(a->generation));
	json_object_object_add(json, "exit", json_object_new_int(a->err.kind));
	add_text(json, "reason", a->err.text);
	json_object_object_add(json, "accepted", json_object_new_boolean(a->accepted));
	json_object_object_add(json, "evidence", evidence_json(&a->ev));
	if (a->judged)
		json_object_object_add(json, "verdict", verdict_json(&a->verdict));
	json_object_object_add(json, "ear", ear_json(a, demands));
	line = json_object_to_json_string_ext(json, JSON_C_TO_STRING_PLAIN |
						    JSON_C_TO_STRING_NOSLASHESCAPE);
	if (line)
		puts(line);
	json_object_put(json);
	fflush(stdout);
	return line ? 0 : -1;
}

void result_text(const struct appraisal *a)
{
	printf("%s: ", a->device);
	if (a->accepted)
		printf("accepted, generation %" PRIu64 "\n", a->generation);
	else if (a->err.kind)
		printf("refused: %s\n", a->err.text);
	else
		printf("verified: %s\n", a->verdict.subject);
	for (unsigned int i = 0; a->judged && i < a->verdict.nr_checks; i++) {
		const struct tsm_check *check = &a->verdict.checks[i];

		if (check->result != TSM_PASS)
			printf("  %s: %s%s%s\n", check->what, result_name(check->result),
			       check->detail[0] ? ", " : "", check->detail);
	}
	fflush(stdout);
}
