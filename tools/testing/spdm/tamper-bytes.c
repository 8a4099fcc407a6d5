// SPDX-License-Identifier: GPL-2.0
/*
 * Each bit of each object that the device sends in a conversation, flipped on
 * the wire, one at a time; and each object cut, lengthened, and replaced by the
 * one before. A flip must be noticed by the end of the step that proves who the
 * device is, or, inside of a session, at once.
 *
 * The conversation is on a tape, and random numbers come again, so that what is
 * not spoilt is answered from the tape. Where a spoilt answer makes the requester
 * say something else, the DSM is asked in earnest.
 */
#include <stdio.h>

#include <linux/err.h>
#include <linux/slab.h>

#include "tamper.h"
#include "tap.h"

enum how { FLIP, CUT, GROW, REPLAY };

static const char *const how_names[] = { "flip", "cut", "grow", "replay" };

/**
 * struct hit - what is spoilt
 * @how: how
 * @exchange: which answer
 * @bit: which bit of it, for FLIP
 * @tape: for REPLAY
 */
struct hit {
	enum how how;
	unsigned int exchange;
	size_t bit;
	const struct tape *tape;
};

static size_t spoil(struct pair *pair, struct taped *x, u8 *rsp, size_t len)
{
	const struct hit *hit = pair->spoil_arg;
	const struct taped *before;

	if (pair->at != hit->exchange)
		return len;
	switch (hit->how) {
	case FLIP:
		if (hit->bit / 8 < len)
			rsp[hit->bit / 8] ^= 1 << hit->bit % 8;
		return len;
	case CUT:	/* a dword: less is what padding is for */
		return len - 4;
	case GROW:
		memset(rsp + len, 0, 4);
		return len + 4;
	default:
		before = &hit->tape->at[hit->exchange - 1];
		memcpy(rsp, before->rsp, before->rsp_len);
		x->answer_secured = x->secured;
		return before->rsp_len;
	}
}

static struct outcome run(const struct pair_options *options, enum flow flow, struct hit *hit,
			  struct tape *tape)
{
	struct pair pair = { .tape = tape, .spoil = spoil, .spoil_arg = hit };
	struct outcome o = { .err = pair_open(&pair, options, false) };
	bool live;

	if (o.err)
		return o;
	o = flow_run(&pair, flow, 1);
	live = pair.diverged;
	pair_close(&pair);
	if (!live)
		return o;
	/* Only what no signature covers yet: the number of the answer stays the same. */
	pair.tape = NULL;
	pair.again_random = true;
	o.err = pair_open(&pair, options, true);
	if (o.err)
		return o;
	o = flow_run(&pair, flow, 1);
	pair_close(&pair);
	return o;
}

/* What a record on the wire consists of, and what a flip there is */
static int record_err(const struct taped *x, size_t at)
{
	size_t body = x->rsp[4] | x->rsp[5] << 8;

	if (at < 4)
		return -EPROTO;		/* of another session */
	if (at < sizeof(struct spdm_record)) {
		size_t said = body ^ (1 << at % 8) << 8 * (at - 4);

		/* More than there is, or than fits; or less, and something behind it */
		if (said > body || said < 2 + sizeof(struct spdm_header) + SPDM_AEAD_TAG)
			return -EBADMSG;
		return -EMSGSIZE;
	}
	if (at < sizeof(struct spdm_record) + body)
		return -EKEYREJECTED;
	return 0;			/* the transport's padding is not looked at */
}

/* Before the device proved anything, a flip may be noticed where it is, or by the proof. */
static bool clear_ok(const struct outcome *o, enum step proof)
{
	switch (-o->err) {
	case EBADMSG:
	case EMSGSIZE:
	case EPROTO:
	case EKEYREJECTED:
	case EOPNOTSUPP:
	case EREMOTEIO:
		return o->step <= proof;
	default:
		return false;
	}
}

/*
 * Bytes that no signature covers and that are not used. The transcript of a session
 * has the chain, and not the messages that brought it.
 */
static const struct {
	enum flow flow;
	u8 request;
	size_t from, to;
} exceptions[] = {
	/* reserved, or supported slots from 1.3 on */
	{ FLOW_SESSION, SPDM_GET_DIGESTS, 2, 2 },
	/* digests of other slots than ours, which has the first one */
	{ FLOW_SESSION, SPDM_GET_DIGESTS, sizeof(struct spdm_header) + 32, SIZE_MAX },
	/* reserved, or the kind of certificate from 1.3 on */
	{ FLOW_SESSION, SPDM_GET_CERTIFICATE, 3, 3 },
};

static bool is_exception(const struct taped *x, size_t at, enum flow flow)
{
	for (size_t i = 0; i < ARRAY_SIZE(exceptions); i++) {
		if (!x->secured && exceptions[i].flow == flow &&
		    exceptions[i].request == x->req[1] &&
		    at >= exceptions[i].from && at <= exceptions[i].to)
			return true;
	}
	return false;
}

static bool flip_ok(const struct taped *x, size_t at, const struct outcome *o, enum flow flow)
{
	enum step proof = flow == FLOW_SESSION ? STEP_SESSION : STEP_AUTHENTICATE;

	if (!o->left && o->step == NR_STEPS)
		return x->answer_secured ? !record_err(x, at) : is_exception(x, at, flow);
	if (o->left)
		return false;
	if (x->answer_secured)
		return o->err == record_err(x, at);
	if (x->req[1] == SPDM_GET_MEASUREMENTS)
		proof = STEP_MEASURE;
	return clear_ok(o, proof);
}

static const char *kind_of(const struct taped *x)
{
	static const struct {
		u8 code;
		const char *name;
	} kinds[] = {
		{ SPDM_GET_VERSION, "VERSION" },
		{ SPDM_GET_CAPABILITIES, "CAPABILITIES" },
		{ SPDM_NEGOTIATE_ALGORITHMS, "ALGORITHMS" },
		{ SPDM_GET_DIGESTS, "DIGESTS" },
		{ SPDM_GET_CERTIFICATE, "CERTIFICATE" },
		{ SPDM_CHALLENGE, "CHALLENGE_AUTH" },
		{ SPDM_GET_MEASUREMENTS, "MEASUREMENTS" },
		{ SPDM_KEY_EXCHANGE, "KEY_EXCHANGE_RSP" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (!x->secured && x->req[1] == kinds[i].code)
			return kinds[i].name;
	}
	return x->secured ? "record" : "message";
}

static void result(const struct pair_options *options, enum flow flow, const struct hit *hit,
		   const struct taped *x, unsigned int bad, const char *why)
{
	char name[128];

	snprintf(name, sizeof(name), "1.%u %s: %s answer %u, %s of %zu bytes",
		 options->version & 0xf, flow == FLOW_SESSION ? "session" : "clear",
		 how_names[hit->how], hit->exchange, kind_of(x), x->rsp_len);
	tap(!bad, name, why);
}

static void flips(const struct pair_options *options, enum flow flow, struct hit *hit,
		  struct tape *tape, bool print)
{
	const struct taped *x = &tape->at[hit->exchange];
	unsigned int bad = 0;
	char why[256] = "";

	hit->how = FLIP;
	/* Another bit of each byte: what is wrong with a field is so by any of its bits. */
	for (size_t at = 0; at < x->rsp_len; at++) {
		struct outcome o;

		hit->bit = 8 * at + at % 8;
		o = run(options, flow, hit, tape);
		if (print)
			printf("# %s byte %zu: %s in %s: %s\n", kind_of(x), at, err_name(o.err),
			       step_name(o.step), o.fault);
		if (flip_ok(x, at, &o, flow))
			continue;
		if (!bad++)
			snprintf(why, sizeof(why), "byte %zu: %s in %s%s%s: %s", at,
				 err_name(o.err), step_name(o.step),
				 o.left ? ", leaves " : "", o.left ?: "", o.fault);
	}
	result(options, flow, hit, x, bad, why);
}

static void whole(const struct pair_options *options, enum flow flow, struct hit *hit,
		  struct tape *tape, enum how how)
{
	const struct taped *x = &tape->at[hit->exchange];
	char why[256];
	struct outcome o;
	bool ok;

	hit->how = how;
	o = run(options, flow, hit, tape);
	ok = o.step != NR_STEPS && !o.left && o.messages == hit->exchange + 1;
	switch (how) {
	case GROW:
		ok = ok && o.err == -EMSGSIZE;
		break;
	case CUT:
		ok = ok && (o.err == -EBADMSG || o.err == -EKEYREJECTED || o.err == -EOPNOTSUPP);
		break;
	default:
		ok = ok && (o.err == -EPROTO || o.err == -EKEYREJECTED || o.err == -EBADMSG);
	}
	snprintf(why, sizeof(why), "%s in %s after %u messages%s%s: %s", err_name(o.err),
		 step_name(o.step), o.messages, o.left ? ", leaves " : "", o.left ?: "", o.fault);
	result(options, flow, hit, x, !ok, why);
}

void tamper_bytes(const struct pair_options *options, enum flow flow, bool print)
{
	static struct tape tape;
	struct pair pair = { .tape = &tape };
	struct hit hit = { .tape = &tape };
	struct outcome o = { };
	int err = pair_open(&pair, options, true);

	if (!err) {
		o = flow_run(&pair, flow, 1);
		pair_close(&pair);
	}
	tap(!err && o.step == NR_STEPS, "nothing is spoilt, for the tape", o.fault);
	for (hit.exchange = 0; hit.exchange < tape.nr; hit.exchange++) {
		flips(options, flow, &hit, &tape, print);
		whole(options, flow, &hit, &tape, CUT);
		whole(options, flow, &hit, &tape, GROW);
		if (hit.exchange)
			whole(options, flow, &hit, &tape, REPLAY);
	}
	tape_clear(&tape);
}
