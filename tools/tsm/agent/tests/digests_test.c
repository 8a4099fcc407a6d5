// SPDX-License-Identifier: GPL-2.0
/*
 * Digests of the VM's TSM against what the host brought.
 */
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

#include "../digests.h"
#include "fake.h"
#include "tap.h"

static struct tsm_evidence ev, own;
static struct tsm_verdict verdict;

static void start(void)
{
	struct collector collector = {};
	struct wire_get get = { .types = WIRE_TYPES };
	struct tsm_error err;

	tsm_evidence_free(&ev);
	tsm_evidence_free(&own);
	if (fake_collect(&collector, FAKE_HOST, &get, &ev, &err))
		return;
	strcpy(own.hash, "SHA-384");
	for (unsigned int type = 0; type < TSM_TYPES; type++) {
		struct tsm_object *object = &own.objects[type];
		unsigned int len;

		if (!ev.objects[type].there)
			continue;
		object->there = true;
		object->len = ev.objects[type].len;
		EVP_Digest(ev.objects[type].data, object->len, object->digest, &len,
			   EVP_sha384(), NULL);
		object->digest_len = len;
	}
	memset(&verdict, 0, sizeof(verdict));
	verdict.ok = true;
	verdict.uncovered = 1 << TSM_SLOT0 | 1 << TSM_VCA;
}

/* The result of the check of @type, or -1 for none */
static int result(const char *type)
{
	for (unsigned int i = 0; i < verdict.nr_checks; i++) {
		if (!strncmp(verdict.checks[i].what, type, strlen(type)))
			return verdict.checks[i].result;
	}
	return -1;
}

static void judge(const char *name, bool ok, const char *type, int want)
{
	digests_check(&own, &ev, &verdict);
	tap(verdict.ok == ok && result(type) == want, name, NULL);
}

int main(void)
{
	start();
	judge("all as the TSM knows it", true, "slot0", TSM_PASS);
	tap(!verdict.uncovered, "nothing is uncovered then", NULL);
	tap(result("measurements") == TSM_NOT_CHECKED, "an answer has no digest", NULL);
	start();
	ev.objects[0].data[FAKE_BIG - 1] ^= 1;
	judge("a bit of the chain", false, "slot0", TSM_FAIL);
	tap(verdict.uncovered == 1 << TSM_SLOT0, "that stays uncovered", NULL);
	start();
	ev.objects[0].len--;
	judge("a chain that is a byte shorter", false, "slot0", TSM_FAIL);
	start();
	own.objects[0].digest_len = 0;
	judge("a chain that the TSM has no digest of", false, "slot0", TSM_FAIL);
	start();
	memset(&own.objects[0], 0, sizeof(own.objects[0]));
	judge("a chain that the TSM does not know", false, "slot0", TSM_FAIL);
	start();
	own.objects[0].digest_len = 32;
	judge("a digest that is cut off", false, "slot0", TSM_FAIL);
	start();
	memset(&own.objects[TSM_VCA], 0, sizeof(own.objects[TSM_VCA]));
	judge("a VCA that the TSM does not know", true, "vca", TSM_NOT_CHECKED);
	tap(verdict.uncovered == 1 << TSM_VCA, "stays uncovered", NULL);
	start();
	strcpy(own.hash, "no-such");
	judge("a hash that nobody knows", false, "slot0", TSM_FAIL);
	start();
	strcpy(own.hash, "SHA-256");
	judge("another hash than that of the digest", false, "slot0", TSM_FAIL);
	start();
	verdict.nr_checks = TSM_CHECKS_MAX;
	ev.objects[0].data[0] ^= 1;
	digests_check(&own, &ev, &verdict);
	tap(!verdict.ok && verdict.nr_checks == TSM_CHECKS_MAX, "a table that is full", NULL);
	tsm_evidence_free(&ev);
	own.hash[0] = '\0';
	verdict.ok = true;
	digests_check(&own, &ev, &verdict);
	tap(!verdict.ok, "no chain at all", NULL);
	tsm_evidence_free(&own);
	return tap_end();
}
