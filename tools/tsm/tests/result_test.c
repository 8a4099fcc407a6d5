// SPDX-License-Identifier: GPL-2.0
/*
 * What the agent tells other programs: it claims nothing that nobody looked at.
 */
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "agent/result.h"
#include "tap.h"

#define DEVICE	"0000:00:05.0"

static struct appraisal a;
static struct demands demands;

static struct json_object *member(struct json_object *obj, const char *key)
{
	struct json_object *value = NULL;

	json_object_object_get_ex(obj, key, &value);
	return value;
}

/* The status, and the claims in the order of the manual page, as one text */
static const char *claims(void)
{
	static const char *const names[] = {
		"instance-identity", "hardware", "executables", "configuration",
	};
	struct json_object *doc, *mod, *vector;
	FILE *out = stdout;
	static char text[128];
	char *line = NULL;
	size_t len;
	int n;

	stdout = open_memstream(&line, &len);
	EXPECT(!result_json(&a, &demands));
	fclose(stdout);
	stdout = out;
	doc = json_tokener_parse(line);
	free(line);
	mod = member(member(member(doc, "ear"), "submods"), DEVICE);
	vector = member(mod, "ear.trustworthiness-vector");
	n = snprintf(text, sizeof(text), "%s", json_object_get_string(member(mod, "ear.status")));
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		n += snprintf(text + n, sizeof(text) - n, " %d",
			      json_object_get_int(member(vector, names[i])));
	json_object_put(doc);
	return text;
}

static bool claimed(const char *want)
{
	const char *got = claims();

	if (!strcmp(got, want))
		return true;
	printf("# %s, and not %s\n", got, want);
	return false;
}

/* All holds: each measurement is in the policy's list, and the TSM vouches for it */
static void begin(void)
{
	memset(&a, 0, sizeof(a));
	memset(&demands, 0, sizeof(demands));
	strcpy(a.device, DEVICE);
	a.judged = true;
	a.bound = true;
	a.verdict.ok = true;
	a.verdict.asked_all = true;
	a.verdict.listed = 0x3f;
}

static void bound(void)
{
	begin();
	EXPECT(claimed("affirming 2 2 2 2"));
	a.verdict.uncovered = 1 << TSM_REPORT;
	EXPECT(claimed("warning 2 2 2 2"));
	begin();
	a.bound = false;
	demands.verify_only = true;
	EXPECT(claimed("warning 0 2 2 2"));
	/* The TSM was to be asked, and knew nothing. */
	demands.verify_only = false;
	a.err.kind = TSM_NOT_THERE;
	EXPECT(claimed("none 0 0 0 0"));
}

static void measurements(void)
{
	begin();
	a.verdict.asked_all = false;
	EXPECT(claimed("affirming 2 2 0 0"));
	begin();
	a.verdict.listed = 0;
	EXPECT(claimed("affirming 2 2 0 0"));
	/* A manifest and a version are neither. */
	a.verdict.listed = 1 << 4 | 1 << 6;
	EXPECT(claimed("affirming 2 2 0 0"));
	a.verdict.listed = 1 << 1;
	EXPECT(claimed("affirming 2 2 2 0"));
	a.verdict.unlisted = 1 << 0;
	EXPECT(claimed("affirming 2 2 0 0"));
	a.verdict.listed = 1 << 5;
	EXPECT(claimed("affirming 2 2 0 2"));
	a.verdict.unlisted = 1 << 2;
	EXPECT(claimed("affirming 2 2 0 0"));
}

static void does_not_hold(void)
{
	begin();
	a.verdict.ok = false;
	EXPECT(claimed("contraindicated 99 99 99 99"));
	begin();
	a.err.kind = TSM_UNTRUSTED;
	EXPECT(claimed("contraindicated 99 99 99 99"));
	begin();
	a.judged = false;
	EXPECT(claimed("none 0 0 0 0"));
}

int main(void)
{
	static const struct tap_test tests[] = {
		{ "the VM's TSM vouches for it", bound },
		{ "what is measured", measurements },
		{ "what does not hold", does_not_hold },
		{ }
	};

	return tap_run(tests);
}
