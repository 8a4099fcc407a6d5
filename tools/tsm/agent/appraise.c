// SPDX-License-Identifier: GPL-2.0
/*
 * One device: ask the host, judge what it says, tell the kernel.
 *
 * The host is an untrusted way. What makes its answer worth something is the nonce, which
 * was made here a moment ago; the CA; and the digests that the VM's own TSM has, which
 * also say that the device that signed is the one behind this name, and no other genuine
 * one. Without the last, nothing is accepted.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "appraise.h"
#include "digests.h"
#include "push.h"

/* Why the verdict is what it is: the first check that failed */
static int explain(const struct tsm_verdict *verdict, struct tsm_error *err)
{
	for (unsigned int i = 0; i < verdict->nr_checks; i++) {
		const struct tsm_check *check = &verdict->checks[i];

		if (check->result == TSM_FAIL)
			return tsm_fail(err, TSM_UNTRUSTED, EKEYREJECTED, "%s%s%s", check->what,
					check->detail[0] ? ": " : "", check->detail);
	}
	return tsm_fail(err, TSM_UNTRUSTED, ENOKEY, "not enough evidence: %s",
			verdict->subject[0] ? "no identity that an anchor vouches for" :
					      "nothing that is signed over the nonce");
}

static int judge(struct appraisal *a, const struct demands *demands)
{
	struct tsm_verify_args args = demands->verify_args;

	args.nonce = a->nonce;
	args.now = a->when;
	if (tsm_verify(&a->ev, &args, &a->verdict, &a->err))
		return -1;
	a->judged = true;
	return a->verdict.ok ? 0 : explain(&a->verdict, &a->err);
}

/* The same, and what the VM's TSM says of the device */
static int judge_by_tsm(struct appraisal *a, const struct demands *demands,
			struct tsm_client *client)
{
	struct tsm_evidence own;
	int ret = judge(a, demands);

	if (ret)
		return ret;
	if (tsm_client_evidence(client, a->device, 0, 0, 0, true, &own, &a->err))
		return -1;
	a->generation = own.generation;
	digests_check(&own, &a->ev, &a->verdict);
	tsm_evidence_free(&own);
	a->bound = a->verdict.ok;
	return a->verdict.ok ? 0 : explain(&a->verdict, &a->err);
}

static int accept_device(struct appraisal *a, struct tsm_client *client)
{
	const struct tsm_object *report = &a->ev.objects[TSM_REPORT];

	if (a->verdict.uncovered)
		return tsm_fail(&a->err, TSM_UNTRUSTED, ENOKEY,
				"there are objects that no signature and no digest covers");
	if (report->there && push_object(client, a->device, a->generation, TSM_REPORT, report,
					 &a->err))
		return -1;
	if (push_accept(client, a->device, a->generation, &a->err))
		return -1;
	a->accepted = true;
	return 0;
}

static void judge_and_accept(struct appraisal *a, const struct demands *demands)
{
	struct tsm_client *client = tsm_client_open(&a->err);

	if (!client)
		return;
	if (!judge_by_tsm(a, demands, client))
		accept_device(a, client);
	tsm_client_close(client);
}

/* What the host says that a digest is would make an object look covered */
static void forget_digests(struct tsm_evidence *ev)
{
	for (unsigned int type = 0; type < TSM_TYPES; type++)
		ev->objects[type].digest_len = 0;
}

int appraise(struct appraisal *a, const char *device, const struct demands *demands,
	     struct stream *host)
{
	struct wire_get get = { .types = demands->types, .slot = demands->slot };
	int ret;

	memset(a, 0, sizeof(*a));
	snprintf(a->device, sizeof(a->device), "%s", device);
	memcpy(get.device, a->device, sizeof(get.device));
	a->when = time(NULL);
	if (getrandom(a->nonce, sizeof(a->nonce), 0) != sizeof(a->nonce)) {
		tsm_fail(&a->err, TSM_FAILED, errno, "no random numbers");
		return 0;
	}
	memcpy(get.nonce, a->nonce, sizeof(get.nonce));
	ret = ask_evidence(host, &get, &a->ev, &a->err);
	if (ret)
		return ret < 0 ? -1 : 0;
	forget_digests(&a->ev);
	if (demands->verify_only)
		judge(a, demands);
	else
		judge_and_accept(a, demands);
	return 0;
}

void appraise_free(struct appraisal *a)
{
	tsm_evidence_free(&a->ev);
	memset(a, 0, sizeof(*a));
}
