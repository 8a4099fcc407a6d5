// SPDX-License-Identifier: GPL-2.0
/*
 * What goes wrong on demand: --fault KIND[:ARGUMENT][:MESSAGE][@N][xN].
 *
 * Each device counts on its own: @N begins with the N-th message that a fault is
 * for, xN ends after N of them. A message is named by its request or response.
 *
 * What must be known before an answer is made is told by dsm_fault_before(); the
 * rest is done to the bytes of a finished answer, before it is sealed or sent.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "dsm.h"

#define FAULTS_MAX	32
#define SPEC_MAX	256
#define LATE_MAX	60000	/* ms */
#define FILLER		0xa5	/* unlike the padding of DOE */

/* What is done to a finished answer; the others are dsm_fault_kind */
enum {
	FAULT_LATE = 0x100,
	FAULT_TRUNCATE,
	FAULT_EXTEND,
	FAULT_FLIP,
	FAULT_WRONG_CODE,
	FAULT_WRONG_VERSION,
};

/* What stands behind a kind, before the message */
enum argument {
	ARG_NONE,
	ARG_NUMBER,
	ARG_TIMES,		/* a number or "forever" */
	ARG_HEX,
	ARG_FIELD,		/* in place of the message; then a bit may come */
};

static const struct kind {
	const char *name;
	int kind;
	enum argument arg;
	const char *usage, *help;
} kinds[] = {
	{ "silent", DSM_FAULT_SILENT, ARG_NONE, "[:MESSAGE]", "no answer" },
	{ "late", FAULT_LATE, ARG_NUMBER, ":MS[:MESSAGE]", "the answer MS milliseconds later" },
	{ "truncate", FAULT_TRUNCATE, ARG_NUMBER, ":N[:MESSAGE]", "without its last N bytes" },
	{ "extend", FAULT_EXTEND, ARG_NUMBER, ":N[:MESSAGE]", "with N bytes more at its end" },
	{ "flip", FAULT_FLIP, ARG_FIELD, ":MESSAGE.FIELD[:BIT]", "with a bit of a field changed" },
	{ "bad-signature", DSM_FAULT_BAD_SIGNATURE, ARG_NONE, "[:MESSAGE]",
	  "signed with another key" },
	{ "stale-nonce", DSM_FAULT_STALE_NONCE, ARG_NONE, "[:MESSAGE]",
	  "with the nonce of the answer before" },
	{ "busy", DSM_FAULT_BUSY, ARG_TIMES, ":N|forever[:MESSAGE]", "ERROR Busy, N times" },
	{ "not-ready", DSM_FAULT_NOT_READY, ARG_TIMES, ":N|forever[:MESSAGE]",
	  "ERROR ResponseNotReady, N times" },
	{ "error", DSM_FAULT_ERROR, ARG_HEX, ":CODE[:MESSAGE]", "ERROR with a code in hex" },
	{ "wrong-code", FAULT_WRONG_CODE, ARG_NONE, "[:MESSAGE]", "with another response code" },
	{ "wrong-version", FAULT_WRONG_VERSION, ARG_NONE, "[:MESSAGE]",
	  "with another version in its header" },
	{ "replay", DSM_FAULT_STALE_ANSWER, ARG_NONE, "[:MESSAGE]",
	  "the answer to the same request before" },
};

#define NR_KINDS	(sizeof(kinds) / sizeof(kinds[0]))

static const struct {
	const char *request, *response;
	uint8_t code;
} messages[] = {
	{ "GET_DIGESTS", "DIGESTS", SPDM_GET_DIGESTS },
	{ "GET_CERTIFICATE", "CERTIFICATE", SPDM_GET_CERTIFICATE },
	{ "CHALLENGE", "CHALLENGE_AUTH", SPDM_CHALLENGE },
	{ "GET_VERSION", "VERSION", SPDM_GET_VERSION },
	{ "CHUNK_SEND", "CHUNK_SEND_ACK", SPDM_CHUNK_SEND },
	{ "CHUNK_GET", "CHUNK_RESPONSE", SPDM_CHUNK_GET },
	{ "GET_MEASUREMENTS", "MEASUREMENTS", SPDM_GET_MEASUREMENTS },
	{ "GET_CAPABILITIES", "CAPABILITIES", SPDM_GET_CAPABILITIES },
	{ "NEGOTIATE_ALGORITHMS", "ALGORITHMS", SPDM_NEGOTIATE_ALGORITHMS },
	{ "KEY_EXCHANGE", "KEY_EXCHANGE_RSP", SPDM_KEY_EXCHANGE },
	{ "FINISH", "FINISH_RSP", SPDM_FINISH },
	{ "HEARTBEAT", "HEARTBEAT_ACK", SPDM_HEARTBEAT },
	{ "KEY_UPDATE", "KEY_UPDATE_ACK", SPDM_KEY_UPDATE },
	{ "END_SESSION", "END_SESSION_ACK", SPDM_END_SESSION },
	{ "VENDOR_DEFINED", "VENDOR_DEFINED_RSP", SPDM_VENDOR_DEFINED },
	{ "RESPOND_IF_READY", "RESPOND_IF_READY", SPDM_RESPOND_IF_READY },
	{ "RECORD", "RECORD", DSM_CODE_RECORD },
};

#define NR_MESSAGES	(sizeof(messages) / sizeof(messages[0]))

struct fault {
	int kind;
	uint8_t code;		/* of the request; 0: of any */
	unsigned int arg;
	char *field;		/* of flip */
	unsigned int at;	/* the first message; 0 is as 1 */
	unsigned int times;	/* 0: without end */
};

struct dsm_faults {
	struct fault fault[FAULTS_MAX];
	unsigned int nr;
};

struct dsm_fault_state {
	const struct dsm_faults *faults;
	struct {
		unsigned int seen, done;
	} count[FAULTS_MAX];
};

struct dsm_faults *dsm_faults_new(void)
{
	return calloc(1, sizeof(struct dsm_faults));
}

void dsm_faults_free(struct dsm_faults *faults)
{
	if (!faults)
		return;
	for (unsigned int i = 0; i < faults->nr; i++)
		free(faults->fault[i].field);
	free(faults);
}

void dsm_faults_help(void)
{
	for (unsigned int i = 0; i < NR_KINDS; i++) {
		int n = printf("  %s%s", kinds[i].name, kinds[i].usage);

		printf("%*s%s\n", n < 34 ? 34 - n : 1, "", kinds[i].help);
	}
}

static int refuse(const char *spec, const char *why, const char *what)
{
	fprintf(stderr, "devsec-dsm: --fault %s: %s '%s'\n", spec, why, what ? what : "");
	return -1;
}

static int parse_number(const char *text, int base, unsigned int *val)
{
	unsigned long n;
	char *end;

	if (!text || !isxdigit((unsigned char)*text))
		return -1;
	errno = 0;
	n = strtoul(text, &end, base);
	if (errno || *end || n > 1000000000)
		return -1;
	*val = n;
	return 0;
}

static uint8_t message_code(const char *name)
{
	for (unsigned int i = 0; i < NR_MESSAGES; i++) {
		if (!strcmp(name, messages[i].request) || !strcmp(name, messages[i].response))
			return messages[i].code;
	}
	return 0;
}

/* Cuts xN and @N off the end of a spec. */
static int parse_suffixes(const char *spec, char *text, struct fault *fault)
{
	char *x = strrchr(text, 'x'), *at;

	if (x && x > text && isdigit((unsigned char)x[1]) &&
	    !parse_number(x + 1, 10, &fault->times)) {
		if (!fault->times)
			return refuse(spec, "not a number of times:", x + 1);
		*x = 0;
	}
	at = strchr(text, '@');
	if (!at)
		return 0;
	if (parse_number(at + 1, 10, &fault->at) || !fault->at)
		return refuse(spec, "not the number of a message:", at + 1);
	*at = 0;
	return 0;
}

/* MESSAGE.FIELD[:BIT]; which fields a message has is only seen when it is made. */
static int parse_flip(const char *spec, char **rest, struct fault *fault)
{
	const char *field = strsep(rest, ":"), *bit = strsep(rest, ":");
	const char *dot = field ? strchr(field, '.') : NULL;

	if (!dot || dot == field || !dot[1])
		return refuse(spec, "not a MESSAGE.FIELD:", field);
	if (bit && parse_number(bit, 10, &fault->arg))
		return refuse(spec, "not the number of a bit:", bit);
	fault->field = strdup(field);
	return fault->field ? 0 : -1;
}

static int parse_argument(const char *spec, const struct kind *kind, char **rest,
			  struct fault *fault)
{
	const char *arg;

	if (kind->arg == ARG_NONE)
		return 0;
	if (kind->arg == ARG_FIELD)
		return parse_flip(spec, rest, fault);

	arg = strsep(rest, ":");
	if (kind->arg == ARG_TIMES) {
		if (arg && !strcmp(arg, "forever"))
			return 0;
		if (fault->times)
			return refuse(spec, "a number of times and an x:", arg);
		if (parse_number(arg, 10, &fault->times) || !fault->times)
			return refuse(spec, "not a number of times, nor 'forever':", arg);
		return 0;
	}
	if (parse_number(arg, kind->arg == ARG_HEX ? 16 : 10, &fault->arg))
		return refuse(spec, "not a number:", arg);
	if (kind->arg == ARG_HEX && fault->arg > 0xff)
		return refuse(spec, "not an error code:", arg);
	if (fault->kind == FAULT_LATE && fault->arg > LATE_MAX)
		return refuse(spec, "more than a minute:", arg);
	return 0;
}

static int parse_fault(const char *spec, char *text, struct fault *fault)
{
	const struct kind *kind = NULL;
	const char *name;

	if (parse_suffixes(spec, text, fault))
		return -1;
	name = strsep(&text, ":");
	for (unsigned int i = 0; i < NR_KINDS; i++) {
		if (!strcmp(name, kinds[i].name))
			kind = &kinds[i];
	}
	if (!kind)
		return refuse(spec, "no such fault:", name);

	fault->kind = kind->kind;
	if (parse_argument(spec, kind, &text, fault))
		return -1;
	if (text && kind->arg != ARG_FIELD) {
		name = strsep(&text, ":");
		fault->code = message_code(name);
		if (!fault->code)
			return refuse(spec, "no such message:", name);
	}
	if (text)
		return refuse(spec, "too much:", text);

	if (fault->at && !fault->times && kind->arg != ARG_TIMES)
		fault->times = 1;
	return 0;
}

int dsm_faults_add(struct dsm_faults *faults, const char *spec)
{
	struct fault fault = {};
	char text[SPEC_MAX];

	if (faults->nr == FAULTS_MAX)
		return refuse(spec, "too many faults", "");
	if (strlen(spec) >= sizeof(text))
		return refuse(spec, "too long", "");
	memcpy(text, spec, strlen(spec) + 1);
	if (parse_fault(spec, text, &fault)) {
		free(fault.field);
		return -1;
	}
	faults->fault[faults->nr++] = fault;
	return 0;
}

struct dsm_fault_state *dsm_fault_state_new(const struct dsm_faults *faults)
{
	struct dsm_fault_state *state = calloc(1, sizeof(*state));

	if (state)
		state->faults = faults;
	return state;
}

void dsm_fault_state_free(struct dsm_fault_state *state)
{
	free(state);
}

static bool is_signed(uint8_t code)
{
	return code == SPDM_CHALLENGE || code == SPDM_GET_MEASUREMENTS || code == SPDM_KEY_EXCHANGE;
}

/* Where no message is named, a fault is for those for which it makes sense. */
static bool is_for(const struct fault *fault, uint8_t code)
{
	if (fault->code)
		return fault->code == code;
	/* A record is around a message that has just been asked about */
	if (code == DSM_CODE_RECORD)
		return fault->kind == FAULT_FLIP;
	switch (fault->kind) {
	case DSM_FAULT_BAD_SIGNATURE:
	case DSM_FAULT_STALE_NONCE:
		return is_signed(code);
	case DSM_FAULT_NOT_READY:
		return code != SPDM_GET_VERSION && code != SPDM_GET_CAPABILITIES &&
		       code != SPDM_NEGOTIATE_ALGORITHMS;
	}
	return true;
}

/* One more message that fault @i is for: is it its turn? */
static bool is_due(struct dsm_fault_state *state, unsigned int i)
{
	const struct fault *fault = &state->faults->fault[i];

	if (++state->count[i].seen < fault->at)
		return false;
	if (fault->times && state->count[i].done >= fault->times)
		return false;
	state->count[i].done++;
	return true;
}

enum dsm_fault_kind dsm_fault_before(struct dsm_fault_state *state, uint8_t code, unsigned int *arg)
{
	enum dsm_fault_kind found = DSM_FAULT_NONE;

	*arg = 0;
	for (unsigned int i = 0; state->faults && i < state->faults->nr; i++) {
		const struct fault *fault = &state->faults->fault[i];

		if (fault->kind >= FAULT_LATE || !is_for(fault, code) || !is_due(state, i) || found)
			continue;
		found = fault->kind;
		*arg = fault->arg;
	}
	return found;
}

static void sleep_ms(unsigned int ms)
{
	struct timespec t = { ms / 1000, ms % 1000 * 1000000L };

	while (nanosleep(&t, &t) && errno == EINTR)
		;
}

static const struct dsm_field *find_field(const struct dsm_fields *fields, const char *name,
					  size_t len)
{
	for (unsigned int i = 0; fields && i < fields->nr; i++) {
		const struct dsm_field *f = &fields->field[i];

		if (f->name && f->len && !strcmp(f->name, name) && f->offset <= len &&
		    f->len <= len - f->offset)
			return f;
	}
	return NULL;
}

static void flip(const struct fault *fault, const struct dsm_field *f, uint8_t *rsp)
{
	if (fault->arg / 8 >= f->len) {
		fprintf(stderr, "devsec-dsm: %s has %zu bits, there is no bit %u\n", f->name,
			f->len * 8, fault->arg);
		return;
	}
	rsp[f->offset + fault->arg / 8] ^= 1u << fault->arg % 8;
}

static size_t spoil(const struct fault *fault, uint8_t *rsp, size_t len, size_t size)
{
	size_t more;

	switch (fault->kind) {
	case FAULT_LATE:
		sleep_ms(fault->arg);
		break;
	case FAULT_TRUNCATE:
		return fault->arg < len ? len - fault->arg : 0;
	case FAULT_EXTEND:
		more = len < size ? size - len : 0;
		if (more > fault->arg)
			more = fault->arg;
		memset(rsp + len, FILLER, more);
		return len + more;
	case FAULT_WRONG_CODE:
		if (len > 1)
			rsp[1] ^= 0x02;
		break;
	case FAULT_WRONG_VERSION:
		/* From one that exists to another */
		if (len)
			rsp[0] ^= 0x03;
		break;
	}
	return len;
}

size_t dsm_fault_after(struct dsm_fault_state *state, uint8_t code, const struct dsm_fields *fields,
		       uint8_t *rsp, size_t len, size_t size)
{
	for (unsigned int i = 0; state->faults && i < state->faults->nr; i++) {
		const struct fault *fault = &state->faults->fault[i];
		const struct dsm_field *field = NULL;

		if (fault->kind < FAULT_LATE || !is_for(fault, code))
			continue;
		if (fault->kind == FAULT_FLIP) {
			field = find_field(fields, fault->field, len);
			if (!field)
				continue;
		}
		if (!is_due(state, i))
			continue;
		if (field)
			flip(fault, field, rsp);
		else
			len = spoil(fault, rsp, len, size);
	}
	return len;
}
