// SPDX-License-Identifier: GPL-2.0
/*
 * tsmctl: PCI devices and their TSMs, for administrators and scripts.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tsmctl.h"

static int version_command(struct tsmctl *ctl, struct tsm_error *err);

static const struct command {
	const char *name;
	const char *args;
	const char *what;
	const char *options;
	int min;
	int max;
	int (*run)(struct tsmctl *ctl, struct tsm_error *err);
} commands[] = {
	{ "list", "", "TSMs and devices", "", 0, 0, list_command },
	{ "show", "DEV", "all that is known of a device", "", 1, 1, show_command },
	{ "connect", "DEV [TSM] [--slot N]", "bring up session and stream", "s", 1, 2,
	  verb_command },
	{ "disconnect", "DEV [TSM]", "undo that", "", 1, 2, verb_command },
	{ "evidence", "DEV [--type T,...] [--nonce HEX|random] [--slot N] -o DIR | --digests",
	  "what proves what a device is", "tnsdo", 1, 1, evidence_command },
	{ "verify", "DIR [--ca FILE] [--policy FILE] [--digests FILE] [--nonce HEX]",
	  "does evidence hold?", "cpDn", 1, 1, verify_command },
	{ "lock", "DEV", "lock an interface, in a guest", "", 1, 1, verb_command },
	{ "unlock", "DEV", "undo that", "", 1, 1, verb_command },
	{ "accept", "DEV [--generation N]", "trust a locked device", "g", 1, 1, verb_command },
	{ "watch", "", "tell events as they come", "", 0, 0, watch_command },
	{ "version", "", "of this program and its documents", "", 0, 0, version_command },
	{}
};

/* A letter that is in a command's options is one that it takes */
static const struct option all_options[] = {
	{ "type", required_argument, NULL, 't' },
	{ "nonce", required_argument, NULL, 'n' },
	{ "slot", required_argument, NULL, 's' },
	{ "digests", no_argument, NULL, 'd' },
	{ "digests", required_argument, NULL, 'D' },
	{ "output", required_argument, NULL, 'o' },
	{ "ca", required_argument, NULL, 'c' },
	{ "policy", required_argument, NULL, 'p' },
	{ "generation", required_argument, NULL, 'g' },
	{ "json", no_argument, NULL, 'j' },
	{ "help", no_argument, NULL, 'h' },
};

#define NR_OPTIONS	(sizeof(all_options) / sizeof(*all_options))

static int version_command(struct tsmctl *ctl, struct tsm_error *err)
{
	struct json_object *doc;

	if (!ctl->json) {
		printf("tsmctl %s, documents of version %d\n", TSM_VERSION, SCHEMA_VERSION);
		return 0;
	}
	doc = document(ctl);
	add_text(doc, "program", TSM_VERSION);
	emit(doc);
	return 0;
}

static void help(void)
{
	printf("usage: tsmctl [--json] COMMAND ...\n\n");
	for (const struct command *c = commands; c->name; c++)
		printf("  %s %s\n\t\t%s\n", c->name, c->args, c->what);
	printf("\nDEV is DDDD:BB:DD.F or BB:DD.F, TSM is tsmN. --json: documents for programs.\n"
	       "Exit status: 0 done, 1 refused, 2 usage, 3 not there, 4 not allowed, 5 busy,\n"
	       "6 untrusted, 7 broken, 8 cancelled, 9 not supported. More in tsmctl(1).\n");
}

static int take_option(struct tsmctl *ctl, int letter, const char *text, struct tsm_error *err)
{
	uint64_t number;

	switch (letter) {
	case 't':
		return parse_types(text, &ctl->types, err);
	case 'n':
		ctl->has_nonce = true;
		return parse_nonce(text, ctl->nonce, err);
	case 's':
		if (parse_number(text, TSM_SLOTS - 1, &number, err))
			return -1;
		ctl->slot = number;
		return 0;
	case 'g':
		ctl->has_generation = true;
		if (parse_number(text, UINT64_MAX, &ctl->generation, err))
			return -1;
		if (ctl->generation)
			return 0;
		return tsm_fail(err, TSM_USAGE, EINVAL, "no evidence has generation 0");
	case 'd':
		ctl->digests = true;
		return 0;
	case 'D':
		ctl->digests_file = text;
		return 0;
	case 'o':
		ctl->dir = text;
		return 0;
	case 'c':
		ctl->ca = text;
		return 0;
	case 'p':
		ctl->policy = text;
		return 0;
	case 'j':
		ctl->json = true;
		return 0;
	case 'h':
		help();
		exit(TSM_OK);
	}
	return tsm_fail(err, TSM_USAGE, EINVAL, "%s: no such option here, or no value for it",
			ctl->command);
}

/* The options of one command, among them those of all commands */
static int parse(struct tsmctl *ctl, const struct command *c, int argc, char **argv,
		 struct tsm_error *err)
{
	struct option options[NR_OPTIONS + 1] = {};
	size_t nr = 0;
	int letter;

	for (size_t i = 0; i < NR_OPTIONS; i++)
		if (strchr("jh", all_options[i].val) || strchr(c->options, all_options[i].val))
			options[nr++] = all_options[i];
	/* With 0, getopt begins anew, and only "o" has a short form */
	optind = 0;
	opterr = 0;
	while ((letter = getopt_long(argc, argv, strchr(c->options, 'o') ? "ho:" : "h", options,
				     NULL)) != -1)
		if (take_option(ctl, letter, optarg, err))
			return -1;
	ctl->nr_args = argc - optind;
	ctl->args = argv + optind;
	if (ctl->nr_args >= c->min && ctl->nr_args <= c->max)
		return 0;
	return tsm_fail(err, TSM_USAGE, EINVAL, "usage: tsmctl %s %s", c->name, c->args);
}

static int failed(const struct tsmctl *ctl, const struct tsm_error *err)
{
	static const char *const kinds[] = {
		"ok", "refused", "usage", "not-there", "not-allowed", "busy", "untrusted",
		"broken", "cancelled", "not-supported",
	};
	enum tsm_exit kind = err->kind ?: TSM_FAILED;
	struct json_object *doc, *error;

	if (!ctl->json) {
		fflush(stdout);
		fprintf(stderr, "tsmctl: %s\n", safe(err->text));
		return kind;
	}
	doc = document(ctl);
	error = json_object_new_object();
	add_text(error, "kind", kinds[kind]);
	add_number(error, "errno", err->code);
	add_text(error, "text", err->text);
	json_object_object_add(doc, "error", error);
	emit(doc);
	return kind;
}

static int run(struct tsmctl *ctl, int argc, char **argv, struct tsm_error *err)
{
	const struct command *c;

	while (argc > 1 && argv[1][0] == '-') {
		if (!strcmp(argv[1], "--json"))
			ctl->json = true;
		else if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))
			return take_option(ctl, 'h', NULL, err);
		else
			return tsm_fail(err, TSM_USAGE, EINVAL, "%s: no such option", argv[1]);
		argv++;
		argc--;
	}
	if (argc < 2)
		return tsm_fail(err, TSM_USAGE, EINVAL, "which command? tsmctl --help");
	for (c = commands; c->name && strcmp(c->name, argv[1]); c++)
		;
	if (!c->name)
		return tsm_fail(err, TSM_USAGE, EINVAL, "%s: no such command; tsmctl --help",
				argv[1]);
	ctl->command = c->name;
	if (parse(ctl, c, argc - 1, argv + 1, err))
		return -1;
	return c->run(ctl, err);
}

int main(int argc, char **argv)
{
	struct tsmctl ctl = { .command = "", .slot = -1 };
	struct tsm_error err = {};
	int rc = run(&ctl, argc, argv, &err);

	if (rc < 0)
		rc = failed(&ctl, &err);
	if (fflush(stdout) || ferror(stdout)) {
		fprintf(stderr, "tsmctl: stdout: %s\n", strerror(errno));
		rc = rc ?: TSM_FAILED;
	}
	return rc;
}
