// SPDX-License-Identifier: GPL-2.0
/*
 * Spoilt conversations: one thing is wrong with one answer of the software DSM,
 * and the requester has to say exactly what, and to be left with nothing half
 * done. Three ways to spoil: a fault of the DSM by name (tamper-table.c), each
 * byte of each object on the wire, and whole answers.
 *
 * usage: tamper [--print] IDENTITY	TAP on stdout
 */
#include <stdio.h>

#include <linux/err.h>
#include <linux/slab.h>

#include "tamper.h"
#include "tap.h"

static struct key anchors;
static bool print;

static struct pair_options options(const char *identity, u8 version)
{
	return (struct pair_options) {
		.identity = identity,
		.version = version,
		.asym = SPDM_ASYM_ECDSA_P256,
		.hash = SPDM_HASH_SHA256,
		.heartbeat_s = 10,
		.anchors = &anchors,
	};
}

/* One fault of the table in one version; how it went, in @o. 0, or an errno. */
static int with_fault(const char *identity, u8 version, const struct fault_case *c,
		      struct outcome *o)
{
	struct dsm_faults *faults = dsm_faults_new();
	struct pair_options opts = options(identity, version);
	struct pair pair = { };
	int err = dsm_faults_add(faults, c->fault);

	opts.faults = faults;
	if (c->chunks) {
		opts.transfer = SPDM_MIN_TRANSFER;
		opts.max_object = 256;
	}
	if (!err)
		err = pair_open(&pair, &opts, true);
	if (!err) {
		*o = flow_run(&pair, c->flow, c->rounds ?: 1);
		pair_close(&pair);
	}
	dsm_faults_free(faults);
	return err;
}

static void judge_fault(const char *identity, u8 version, const struct fault_case *c)
{
	struct outcome o = { };
	char name[192], why[256];
	int err = with_fault(identity, version, c, &o);
	bool ok = !err && o.step == c->step && o.err == c->err && !o.left;

	snprintf(name, sizeof(name), "1.%u %s: %s in %s", version & 0xf, c->fault,
		 err_name(c->err), step_name(c->step));
	snprintf(why, sizeof(why), "%s in %s%s%s: %s", err_name(err ?: o.err), step_name(o.step),
		 o.left ? ", leaves " : "", o.left ?: "", o.fault);
	tap(ok, name, why);
	if (print)
		printf("# %s\n", why);
}

static void all_faults(const char *identity)
{
	for (unsigned int i = 0; i < nr_fault_cases; i++) {
		const struct fault_case *c = &fault_cases[i];
		u8 from = c->from ?: SPDM_VERSION_10, to = c->to ?: SPDM_VERSION_13;

		if (c->flow == FLOW_SESSION)
			from = max(from, (u8)SPDM_VERSION_11);
		if (c->chunks)
			from = max(from, (u8)SPDM_VERSION_12);
		for (u8 version = from; version <= to; version++)
			judge_fault(identity, version, c);
	}
}

static void all_bytes(const char *identity)
{
	for (u8 version = SPDM_VERSION_10; version <= SPDM_VERSION_13; version++) {
		struct pair_options o = options(identity, version);

		tamper_bytes(&o, FLOW_CLEAR, print);
		if (version >= SPDM_VERSION_11)
			tamper_bytes(&o, FLOW_SESSION, print);
	}
}

int main(int argc, char **argv)
{
	print = argc == 3 && !strcmp(argv[1], "--print");
	if (argc != 2 + print || anchors_load(&anchors, argv[argc - 1]))
		return 2;
	all_faults(argv[argc - 1]);
	all_bytes(argv[argc - 1]);
	openssl_chance_forget();
	anchors_free(&anchors);
	return tap_end();
}
