// SPDX-License-Identifier: GPL-2.0
/*
 * Run a conversation until a step of it fails, and look at what is left then:
 * nobody may be known who did not prove it, and no session be half-open.
 */
#include <stdio.h>

#include <linux/err.h>
#include <linux/string.h>

#include "flow.h"
#include "invariants.h"

static const char *const names[] = {
	"connect", "authenticate", "session", "heartbeat", "update", "measure", "vendor", "end",
	"nothing",
};

const char *step_name(enum step step)
{
	return names[step];
}

const char *err_name(int err)
{
	switch (-err) {
	case 0:
		return "0";
	case EBADMSG:
		return "EBADMSG";
	case EMSGSIZE:
		return "EMSGSIZE";
	case EPROTO:
		return "EPROTO";
	case EKEYREJECTED:
		return "EKEYREJECTED";
	case ENOKEY:
		return "ENOKEY";
	case EOPNOTSUPP:
		return "EOPNOTSUPP";
	case EBUSY:
		return "EBUSY";
	case EREMOTEIO:
		return "EREMOTEIO";
	case EIO:
		return "EIO";
	case ENOTCONN:
		return "ENOTCONN";
	default:
		return "?";
	}
}

static long measure(struct spdm *spdm)
{
	struct spdm_measure_args args = { .index = SPDM_MEAS_ALL, .sign = true };
	struct spdm_measurements m = { };
	long ret;

	/* Another one each time, and yet the same on a tape */
	memset(args.nonce, spdm->messages, sizeof(args.nonce));
	ret = spdm_measure(spdm, &args, &m);
	spdm_blob_free(&m.transcript);
	return ret;
}

static long vendor(struct spdm *spdm)
{
	static const u8 query[] = { 0, 0, 0, 0 };	/* IDE_KM, QUERY of port 0 */
	u8 rsp[1024];

	return spdm_vendor_request(spdm, SPDM_STANDARD_PCISIG, SPDM_VENDOR_PCISIG, query,
				   sizeof(query), rsp, sizeof(rsp));
}

static long run_step(struct spdm *spdm, enum step step)
{
	switch (step) {
	case STEP_CONNECT:
		return spdm_connect(spdm);
	case STEP_AUTHENTICATE:
		return spdm_authenticate(spdm, 0);
	case STEP_SESSION:
		return spdm_session_start(spdm, 0);
	case STEP_HEARTBEAT:
		return spdm_heartbeat(spdm);
	case STEP_UPDATE:
		return spdm_key_update(spdm);
	case STEP_MEASURE:
		return measure(spdm);
	case STEP_VENDOR:
		return vendor(spdm);
	default:
		return spdm_session_end(spdm);
	}
}

/* What must not be there, after @step failed */
static const char *look(struct spdm *spdm, enum step step)
{
	bool proven = step > STEP_SESSION;
	struct spdm_info info;

	spdm_info(spdm, &info);
	if (step == STEP_CONNECT && spdm->state != SPDM_STATE_NEW)
		return "a connection";
	if (!proven && (spdm->state > SPDM_STATE_CONNECTED || info.identity != SPDM_IDENTITY_NONE))
		return "an identity";
	/* Later a session may go on, whole; or it is gone, all of it. */
	if (!proven || spdm->session.state != SPDM_SESSION_OPEN || step == STEP_END)
		return session_left(spdm);
	return NULL;
}

static void take_steps(struct pair *pair, const enum step *steps, unsigned int nr,
		       struct outcome *o)
{
	for (unsigned int i = 0; i < nr; i++) {
		struct invariants before = invariants_begin(pair->spdm);
		long ret = run_step(pair->spdm, steps[i]);

		invariants_end(pair->spdm, &before, ret < 0 ? ret : 0);
		if (ret < 0) {
			o->step = steps[i];
			o->err = ret;
			o->left = look(pair->spdm, steps[i]);
			snprintf(o->fault, sizeof(o->fault), "%s", spdm_fault_text(pair->spdm));
			return;
		}
	}
}

struct outcome flow_run(struct pair *pair, enum flow flow, unsigned int rounds)
{
	static const enum step clear[] = { STEP_CONNECT, STEP_AUTHENTICATE, STEP_MEASURE };
	static const enum step session[] = {
		STEP_CONNECT, STEP_SESSION, STEP_HEARTBEAT, STEP_UPDATE, STEP_MEASURE,
		STEP_VENDOR, STEP_END,
	};
	struct outcome o = { .step = NR_STEPS };

	while (rounds-- && o.step == NR_STEPS) {
		if (flow == FLOW_CLEAR)
			take_steps(pair, clear, ARRAY_SIZE(clear), &o);
		else
			take_steps(pair, session, ARRAY_SIZE(session), &o);
	}
	o.messages = pair->at;
	return o;
}
