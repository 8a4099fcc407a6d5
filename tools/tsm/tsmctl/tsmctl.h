/* SPDX-License-Identifier: GPL-2.0 */
/*
 * tsmctl: what its commands share.
 */
#ifndef TSMCTL_H
#define TSMCTL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <json-c/json.h>

#include "../lib/client.h"

/* Of the JSON documents. It grows when a program that reads them has to change. */
#define SCHEMA_VERSION	1

/**
 * struct tsmctl - a call of the program
 * @json: for programs, not for people
 * @command: its name
 * @nr_args: how many of @args there are
 * @args: what follows the command, without options
 * @types: --type: bits of types of evidence; 0 for all
 * @slot: --slot, or -1
 * @has_nonce: --nonce was there
 * @nonce: and this is it
 * @has_generation: --generation was there
 * @generation: and this is it
 * @digests: evidence --digests
 * @dir: -o
 * @ca: --ca
 * @policy: --policy
 * @digests_file: verify --digests
 */
struct tsmctl {
	bool json;
	const char *command;
	int nr_args;
	char **args;
	uint32_t types;
	int slot;
	bool has_nonce;
	uint8_t nonce[TSM_NONCE_SIZE];
	bool has_generation;
	uint64_t generation;
	bool digests;
	const char *dir;
	const char *ca;
	const char *policy;
	const char *digests_file;
};

/* The commands. Each returns an exit code, or -1 and @err filled in. */

/* list.c */
int list_command(struct tsmctl *ctl, struct tsm_error *err);
int show_command(struct tsmctl *ctl, struct tsm_error *err);
/* All TSMs and devices, each time by a socket of its own; 0 or -1 */
struct lists {
	struct pci_tsm_tsm_get_list *tsms;
	struct pci_tsm_dev_get_list *devs;
};

int lists_get(struct lists *lists, struct tsm_error *err);
void lists_free(struct lists *lists);
/* verbs.c */
int verb_command(struct tsmctl *ctl, struct tsm_error *err);
/* evidence.c */
int evidence_command(struct tsmctl *ctl, struct tsm_error *err);
/* verify.c */
int verify_command(struct tsmctl *ctl, struct tsm_error *err);
/* watch.c */
int watch_command(struct tsmctl *ctl, struct tsm_error *err);

/* parse.c: text of the command line; 0, or -1 */
int parse_device(const char *text, char name[TSM_NAME_MAX], struct tsm_error *err);
int parse_tsm(const char *text, int *id, struct tsm_error *err);
int parse_types(const char *text, uint32_t *types, struct tsm_error *err);
int parse_nonce(const char *text, uint8_t nonce[TSM_NONCE_SIZE], struct tsm_error *err);
int parse_number(const char *text, uint64_t max, uint64_t *value, struct tsm_error *err);

/* wait.c */
/* SIGINT and SIGTERM set this; a second one ends the program */
extern volatile bool interrupted;
void catch_signals(void);
/* Submit @ask and wait for its end, with progress; 0 if it ended well */
int do_request(struct tsm_client *client, const struct tsm_ask *ask, struct tsm_done *done,
	       struct tsm_error *err);

/* text.c: all of it lives until the program has called ten more of these */
/* Text from elsewhere: without what a terminal takes for commands; "" for NULL */
const char *safe(const char *text);
/* The name of a value, or its number; @name is what a generated function said */
const char *named(const char *name, unsigned int value);
const char *hex(const void *data, size_t len);
/* "a,b" for the bits of a set, by a generated function */
const char *dev_caps(uint32_t caps);
const char *tsm_caps(uint32_t caps);
/* "1.2", or "" for 0 */
const char *version_text(uint8_t version);
/* @text, or "-" for an empty one */
const char *or_dash(const char *text);

/* table.c */
struct table;
/* @heads: names of columns, up to a NULL */
struct table *table_new(const char *const *heads);
/* @cells: as many as there are columns; they are copied */
void table_add(struct table *table, const char *const *cells);
/* Print it, and free it */
void table_end(struct table *table);

/* document.c: JSON */
/* A document of this command */
struct json_object *document(const struct tsmctl *ctl);
/* Print it on a line of its own, and free it */
void emit(struct json_object *doc);
void add_text(struct json_object *to, const char *key, const char *text);
void add_number(struct json_object *to, const char *key, uint64_t value);
void add_hex(struct json_object *to, const char *key, const void *data, size_t len);
struct json_object *dev_document(const struct pci_tsm_dev_get_rsp *dev);
struct json_object *tsm_document(const struct pci_tsm_tsm_get_rsp *tsm);

#endif /* TSMCTL_H */
