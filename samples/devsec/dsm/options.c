// SPDX-License-Identifier: GPL-2.0
/*
 * What devsec-dsm is told on the command line. Nothing is made of it that does
 * not make sense by itself, and an identity must have all that is offered.
 */
#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "options.h"

#define DEFAULT_DEVICE		"/dev/devsec-dsm"
#define DEFAULT_IDENTITY	"/etc/devsec-dsm"
#define DEFAULT_TRANSFER	0x1000	/* so that a record of it fits into any mailbox */
#define DEFAULT_MESSAGE		0x10000
#define DEFAULT_CT_EXPONENT	18	/* 262 ms */
#define DEFAULT_THREADS		8
#define MAX_THREADS		64

#define DEFAULT_CAPS	(SPDM_CAP_CERT | SPDM_CAP_CHAL | SPDM_CAP_MEAS_SIGNED | \
			 SPDM_CAP_MEAS_FRESH | SPDM_CAP_ENCRYPT | SPDM_CAP_MAC | \
			 SPDM_CAP_KEY_EX | SPDM_CAP_HBEAT | SPDM_CAP_KEY_UPD | SPDM_CAP_CHUNK)

struct name {
	const char *name;
	uint32_t bits;
};

static const struct name versions[] = {
	{ "1.0", 1 << 0 }, { "1.1", 1 << 1 }, { "1.2", 1 << 2 }, { "1.3", 1 << 3 }, {}
};

static const struct name asyms[] = {
	{ "ecdsa-p256", SPDM_ASYM_ECDSA_P256 },
	{ "ecdsa-p384", SPDM_ASYM_ECDSA_P384 },
	{ "ecdsa-p521", SPDM_ASYM_ECDSA_P521 },
	{ "rsassa-2048", SPDM_ASYM_RSASSA_2048 },
	{ "rsassa-3072", SPDM_ASYM_RSASSA_3072 },
	{ "rsassa-4096", SPDM_ASYM_RSASSA_4096 },
	{}
};

static const struct name hashes[] = {
	{ "sha256", SPDM_HASH_SHA256 },
	{ "sha384", SPDM_HASH_SHA384 },
	{ "sha512", SPDM_HASH_SHA512 },
	{}
};

static const struct name meas_hashes[] = {
	{ "raw", SPDM_MEAS_HASH_RAW },
	{ "sha256", SPDM_MEAS_HASH_SHA256 },
	{ "sha384", SPDM_MEAS_HASH_SHA384 },
	{ "sha512", SPDM_MEAS_HASH_SHA512 },
	{ "sha3-384", SPDM_MEAS_HASH_SHA3_384 },
	{}
};

static const struct name dhes[] = {
	{ "secp256r1", SPDM_DHE_P256 }, { "secp384r1", SPDM_DHE_P384 }, {}
};

static const struct name aeads[] = {
	{ "aes-128-gcm", SPDM_AEAD_AES128_GCM }, { "aes-256-gcm", SPDM_AEAD_AES256_GCM }, {}
};

static const struct name slots[] = {
	{ "0", 1 << 0 }, { "1", 1 << 1 }, { "2", 1 << 2 }, { "3", 1 << 3 },
	{ "4", 1 << 4 }, { "5", 1 << 5 }, { "6", 1 << 6 }, { "7", 1 << 7 }, {}
};

/* What hangs on a capability goes with it */
static const struct name caps[] = {
	{ "cert", SPDM_CAP_CERT | SPDM_CAP_CHAL | SPDM_CAP_KEY_EX },
	{ "chal", SPDM_CAP_CHAL },
	{ "meas", SPDM_CAP_MEAS_MASK | SPDM_CAP_MEAS_FRESH },
	{ "meas-fresh", SPDM_CAP_MEAS_FRESH },
	{ "session", SPDM_CAP_KEY_EX | SPDM_CAP_ENCRYPT | SPDM_CAP_MAC | SPDM_CAP_HBEAT |
		     SPDM_CAP_KEY_UPD },
	{ "encrypt", SPDM_CAP_ENCRYPT },
	{ "hbeat", SPDM_CAP_HBEAT },
	{ "key-upd", SPDM_CAP_KEY_UPD },
	{ "chunk", SPDM_CAP_CHUNK },
	{}
};

/* The smallest chains of a name, in bytes */
static const struct name chains[] = {
	{ "small", 0 }, { "big", 20000 }, { "huge", 57000 }, {}
};

static const struct dsm_config defaults = {
	.dsm = {
		.versions = 0xf, .caps = DEFAULT_CAPS,
		.base_asym = SPDM_ASYM_ECDSA_P256 | SPDM_ASYM_ECDSA_P384 |
			     SPDM_ASYM_ECDSA_P521 | SPDM_ASYM_RSASSA_2048 |
			     SPDM_ASYM_RSASSA_3072 | SPDM_ASYM_RSASSA_4096,
		.base_hash = SPDM_HASH_SHA256 | SPDM_HASH_SHA384 | SPDM_HASH_SHA512,
		.meas_hash = SPDM_MEAS_HASH_SHA256 | SPDM_MEAS_HASH_SHA384 |
			     SPDM_MEAS_HASH_SHA512,
		.dhe = SPDM_DHE_P256 | SPDM_DHE_P384,
		.aead = SPDM_AEAD_AES128_GCM | SPDM_AEAD_AES256_GCM,
		.slots = 1, .transfer_size = DEFAULT_TRANSFER,
		.message_size = DEFAULT_MESSAGE, .ct_exponent = DEFAULT_CT_EXPONENT,
	},
	.place = { .vendor = 0x1b36, .device = 0x0010, .sub_vendor = 0x1af4,
		   .sub_device = 0x1100, .class_rev = 0x01080202 },
	.device = DEFAULT_DEVICE, .identity = DEFAULT_IDENTITY,
	.threads = DEFAULT_THREADS,
};

static int parse_names(const struct name *names, const char *arg, uint32_t *bits)
{
	char text[256], *rest = text, *one;
	uint32_t all = 0;

	if (strlen(arg) >= sizeof(text))
		return -1;
	memcpy(text, arg, strlen(arg) + 1);
	while ((one = strsep(&rest, ","))) {
		const struct name *n = names;

		while (n->name && strcmp(n->name, one))
			n++;
		if (!n->name)
			return -1;
		all |= n->bits;
	}
	*bits = all;
	return 0;
}

static int parse_number(const char *arg, unsigned int min, unsigned int max, unsigned int *val)
{
	unsigned long n;
	char *end;

	if (!isdigit((unsigned char)*arg))
		return -1;
	errno = 0;
	n = strtoul(arg, &end, 0);
	if (errno || *end || n < min || n > max)
		return -1;
	*val = n;
	return 0;
}

static int set_chardev(struct dsm_config *c, const char *arg)
{
	if (arg)
		c->device = arg;
	c->qemu_port = 0;
	return 0;
}

static int set_qemu(struct dsm_config *c, const char *arg)
{
	return parse_number(arg, 1, 65535, &c->qemu_port);
}

static int set_place(struct dsm_config *c, const char *arg)
{
	unsigned int vendor, device, sub_vendor, sub_device, class_rev;
	int n = 0;

	if (sscanf(arg, "%4x:%4x:%4x:%4x:%8x%n", &vendor, &device, &sub_vendor, &sub_device,
		   &class_rev, &n) != 5 || arg[n])
		return -1;
	c->place.vendor = vendor;
	c->place.device = device;
	c->place.sub_vendor = sub_vendor;
	c->place.sub_device = sub_device;
	c->place.class_rev = class_rev;
	return 0;
}

static int set_identity(struct dsm_config *c, const char *arg)
{
	c->identity = arg;
	return 0;
}

static int set_variant(struct dsm_config *c, const char *arg)
{
	c->variant = arg;
	return strchr(arg, '/') || *arg == '.' ? -1 : 0;
}

static int set_chain(struct dsm_config *c, const char *arg)
{
	uint32_t bits;

	if (parse_names(chains, arg, &bits))
		return -1;
	c->dsm.chain_size = bits;
	return 0;
}

static int set_slots(struct dsm_config *c, const char *arg)
{
	uint32_t bits;

	if (parse_names(slots, arg, &bits))
		return -1;
	c->dsm.slots = bits;
	return bits ? 0 : -1;
}

static int set_versions(struct dsm_config *c, const char *arg)
{
	uint32_t bits;

	if (parse_names(versions, arg, &bits))
		return -1;
	c->dsm.versions = bits;
	return 0;
}

static int set_asym(struct dsm_config *c, const char *arg)
{
	return parse_names(asyms, arg, &c->dsm.base_asym);
}

static int set_hash(struct dsm_config *c, const char *arg)
{
	return parse_names(hashes, arg, &c->dsm.base_hash);
}

static int set_meas_hash(struct dsm_config *c, const char *arg)
{
	return parse_names(meas_hashes, arg, &c->dsm.meas_hash);
}

static int set_dhe(struct dsm_config *c, const char *arg)
{
	uint32_t bits;

	if (parse_names(dhes, arg, &bits))
		return -1;
	c->dsm.dhe = bits;
	return 0;
}

static int set_aead(struct dsm_config *c, const char *arg)
{
	uint32_t bits;

	if (parse_names(aeads, arg, &bits))
		return -1;
	c->dsm.aead = bits;
	return 0;
}

static int set_without(struct dsm_config *c, const char *arg)
{
	uint32_t bits;

	if (parse_names(caps, arg, &bits))
		return -1;
	c->dsm.caps &= ~bits;
	return 0;
}

static int set_transfer(struct dsm_config *c, const char *arg)
{
	return parse_number(arg, SPDM_MIN_TRANSFER, DSM_OBJECT_MAX, &c->dsm.transfer_size);
}

static int set_message(struct dsm_config *c, const char *arg)
{
	return parse_number(arg, SPDM_MIN_TRANSFER, DSM_OBJECT_MAX, &c->dsm.message_size);
}

static int set_ct_exponent(struct dsm_config *c, const char *arg)
{
	unsigned int val;

	if (parse_number(arg, 0, 255, &val))
		return -1;
	c->dsm.ct_exponent = val;
	return 0;
}

static int set_heartbeat(struct dsm_config *c, const char *arg)
{
	unsigned int val;

	if (parse_number(arg, 0, 255, &val))
		return -1;
	c->dsm.heartbeat_s = val;
	return 0;
}

static int set_record_tail(struct dsm_config *c, const char *arg)
{
	unsigned int val;

	if (parse_number(arg, 0, 255, &val))
		return -1;
	c->dsm.record_tail = val;
	return 0;
}

static int set_measurement(struct dsm_config *c, const char *arg)
{
	const char *hex = strchr(arg, '=');
	uint8_t value[1024];
	unsigned int index;
	size_t len = 0;
	char *end;

	(void)c;
	if (!hex || !isxdigit((unsigned char)*arg))
		return -1;
	index = strtoul(arg, &end, 16);
	if (end != hex || index > 255)
		return -1;
	for (hex++; *hex; hex += 2) {
		unsigned int byte;

		if (len == sizeof(value) || !isxdigit((unsigned char)hex[0]) ||
		    !isxdigit((unsigned char)hex[1]) || sscanf(hex, "%2x", &byte) != 1)
			return -1;
		value[len++] = byte;
	}
	return dsm_identity_set_measurement(index, value, len);
}

static int set_fault(struct dsm_config *c, const char *arg)
{
	return dsm_faults_add(c->faults, arg);
}

static int set_threads(struct dsm_config *c, const char *arg)
{
	return parse_number(arg, 1, MAX_THREADS, &c->threads);
}

static int set_foreground(struct dsm_config *c, const char *arg)
{
	(void)arg;
	c->foreground = true;
	return 0;
}

static int set_pid_file(struct dsm_config *c, const char *arg)
{
	c->pid_file = arg;
	return 0;
}

static int set_key_log(struct dsm_config *c, const char *arg)
{
	c->key_log = arg;
	return 0;
}

static int set_help(struct dsm_config *c, const char *arg)
{
	(void)arg;
	c->help = true;
	return 0;
}

static const struct setting {
	const char *name;
	int has_arg;
	int (*set)(struct dsm_config *c, const char *arg);
	const char *arg, *help;
} settings[] = {
	{ "chardev", optional_argument, set_chardev, "[=PATH]",
	  "serve devsec_bus by " DEFAULT_DEVICE " (default)" },
	{ "qemu", required_argument, set_qemu, " PORT",
	  "serve a QEMU with spdm_port=PORT, on 127.0.0.1" },
	{ "place", required_argument, set_place, " V:D:SV:SD:CLASSREV",
	  "ids of QEMU's device in hex, default 1b36:0010:1af4:1100:01080202" },
	{ "identity", required_argument, set_identity, " DIR",
	  "what gen-identity.sh made, default " DEFAULT_IDENTITY },
	{ "identity-variant", required_argument, set_variant, " NAME",
	  "a bad identity: expired, foreign, bad-link, wrong-san, and more: see devsec-dsm(8)" },
	{ "chain", required_argument, set_chain, " SIZE",
	  "certificate chains: small, big (20 KiB), huge (57 KiB)" },
	{ "slots", required_argument, set_slots, " LIST", "with a chain, default 0" },
	{ "version", required_argument, set_versions, " LIST", "of SPDM, default 1.0,1.1,1.2,1.3" },
	{ "asym", required_argument, set_asym, " LIST",
	  "ecdsa-p256, ecdsa-p384, ecdsa-p521, rsassa-2048, rsassa-3072, rsassa-4096" },
	{ "hash", required_argument, set_hash, " LIST", "sha256, sha384, sha512" },
	{ "meas-hash", required_argument, set_meas_hash, " LIST",
	  "raw, sha256, sha384, sha512, sha3-384" },
	{ "dhe", required_argument, set_dhe, " LIST", "secp256r1, secp384r1" },
	{ "aead", required_argument, set_aead, " LIST", "aes-128-gcm, aes-256-gcm" },
	{ "without", required_argument, set_without, " LIST",
	  "cert, chal, meas, meas-fresh, session, encrypt, hbeat, key-upd, chunk" },
	{ "transfer-size", required_argument, set_transfer, " N",
	  "DataTransferSize, default 4096" },
	{ "message-size", required_argument, set_message, " N",
	  "MaxSPDMmsgSize, default 65536" },
	{ "ct-exponent", required_argument, set_ct_exponent, " N", "CTExponent, default 18" },
	{ "heartbeat", required_argument, set_heartbeat, " S",
	  "HeartbeatPeriod in seconds, default 0: none" },
	{ "record-tail", required_argument, set_record_tail, " N",
	  "random bytes at the end of each secured message, default 0" },
	{ "measurement", required_argument, set_measurement, " INDEX=HEX",
	  "what is measured, for an index in hex" },
	{ "fault", required_argument, set_fault, " SPEC", "see below; may be given many times" },
	{ "threads", required_argument, set_threads, " N", "that answer, default 8" },
	{ "foreground", no_argument, set_foreground, "", "do not go into the background" },
	{ "pid-file", required_argument, set_pid_file, " FILE", "write the process id to it" },
	{ "key-log", required_argument, set_key_log, " FILE", "append all secrets to it" },
	{ "help", no_argument, set_help, "", "this" },
};

#define NR_SETTINGS	(sizeof(settings) / sizeof(settings[0]))

static void print_help(void)
{
	printf("usage: devsec-dsm [OPTION...]\n"
	       "Answer SPDM, IDE_KM and TDISP for emulated PCI devices.\n"
	       "\"ready\" on stdout says that it does.\n\n");
	for (unsigned int i = 0; i < NR_SETTINGS; i++) {
		int n = printf("  --%s%s", settings[i].name, settings[i].arg);

		printf("%*s%s\n", n < 28 ? 28 - n : 1, "", settings[i].help);
	}
	printf("\nA LIST is of names with commas between. SPEC is one of these, and what\n"
	       "happens to the answer to a message that is named by its request or response:\n");
	dsm_faults_help();
	printf("Then @N: from the N-th such message on, once; xN: N times. Without: always.\n");
}

static int parse(struct dsm_config *c, int argc, char **argv)
{
	struct option option[NR_SETTINGS + 1] = {};
	int i;

	for (i = 0; i < (int)NR_SETTINGS; i++)
		option[i] = (struct option){ settings[i].name, settings[i].has_arg, NULL, i };

	while ((i = getopt_long(argc, argv, "", option, NULL)) != -1) {
		if (i == '?' || i >= (int)NR_SETTINGS)
			return -1;
		if (settings[i].set(c, optarg)) {
			/* A fault says by itself what is wrong with it */
			if (settings[i].set == set_fault)
				return -1;
			fprintf(stderr, "devsec-dsm: --%s: not understood: '%s'\n",
				settings[i].name, optarg ? optarg : "");
			return -1;
		}
	}
	if (optind < argc) {
		fprintf(stderr, "devsec-dsm: not an option: '%s'\n", argv[optind]);
		return -1;
	}
	return 0;
}

/* Every algorithm that is offered must have a chain, or nobody knows what goes wrong. */
static int check_identity(struct dsm_config *c)
{
	struct dsm_place place = { .vendor = 0xdec0, .device = 0x0010 };
	struct dsm_identity *id;
	int rc = 0;

	if (c->qemu_port)
		place = c->place;
	id = dsm_identity_load(c->identity_dir, &place, c->dsm.chain_size);
	if (!id)
		return -1;
	for (const struct name *n = asyms; n->name; n++) {
		size_t len;

		if (!(c->dsm.base_asym & n->bits) ||
		    dsm_identity_chain(id, n->bits, SPDM_HASH_SHA256, 0, &len))
			continue;
		fprintf(stderr, "devsec-dsm: no %s chain in %s\n", n->name, c->identity_dir);
		rc = -1;
	}
	dsm_identity_free(id);
	return rc;
}

static int complete_options(struct dsm_config *c)
{
	struct dsm_options *o = &c->dsm;
	char path[PATH_MAX];

	if (!realpath(c->identity, path) ||
	    snprintf(c->identity_dir, sizeof(c->identity_dir), "%s%s%s", path,
		     c->variant ? "/" : "", c->variant ? c->variant : "") >=
	    (int)sizeof(c->identity_dir) || access(c->identity_dir, R_OK)) {
		fprintf(stderr, "devsec-dsm: no identity %s in %s\n",
			c->variant ? c->variant : "", c->identity);
		return -1;
	}
	o->identity_dir = c->identity_dir;
	o->faults = c->faults;
	if (!(o->caps & SPDM_CAP_CHUNK))
		o->message_size = o->transfer_size;
	if (o->transfer_size > o->message_size) {
		fprintf(stderr, "devsec-dsm: --transfer-size is more than --message-size\n");
		return -1;
	}
	return check_identity(c);
}

int dsm_config_parse(struct dsm_config *c, int argc, char **argv)
{
	*c = defaults;
	c->faults = dsm_faults_new();
	if (!c->faults || parse(c, argc, argv))
		return -1;
	if (!c->help)
		return complete_options(c);
	print_help();
	return 0;
}

void dsm_config_free(struct dsm_config *c)
{
	dsm_faults_free(c->faults);
}
