// SPDX-License-Identifier: GPL-2.0
/*
 * tsm-agent: in a VM, look whether its devices are what they should be, and accept them.
 *
 * The evidence comes from the host's tsm-hostd over AF_VSOCK. All devices are asked for in
 * one connection, as the host takes one for a VM; after an answer that is broken there is
 * a new one.
 */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "log.h"
#include "result.h"
#include "vsock.h"

#define DEFAULT_WATCH	300
#define DEFAULT_TIMEOUT	60
#define TRIES		10	/* while the host still cleans up after our last connection */
#define PAUSE_MS	200

struct agent {
	uint32_t cid;
	uint32_t port;
	unsigned int timeout;
	unsigned int watch;
	bool json;
	struct demands demands;
	const char *names[WIRE_DEVICES_MAX];
	unsigned int nr_names;
	int fd;
	struct stream stream;
};

/* Options without a letter */
enum {
	OPT_CA = 256, OPT_POLICY, OPT_DIGESTS, OPT_SLOT, OPT_TYPES, OPT_VERIFY_ONLY, OPT_JSON,
	OPT_ONCE, OPT_WATCH, OPT_TIMEOUT,
};

static const char usage[] =
	"usage: tsm-agent [OPTION...] [--device NAME]...\n"
	"In a VM: verify the evidence of its PCI devices, and accept them.\n"
	"\n"
	"  -d, --device NAME     this one; without it, all that the host names\n"
	"      --ca FILE         anchors, PEM\n"
	"      --policy FILE     reference values, JSON\n"
	"      --digests FILE    digests to rely on, JSON, with --verify-only\n"
	"      --slot N          certificate slot that is to sign\n"
	"      --types LIST      of evidence, with commas between them\n"
	"      --verify-only     do not accept, and ask no kernel\n"
	"      --host CID        2 is the host, 1 the same machine (2)\n"
	"  -p, --port N          (5678)\n"
	"      --timeout SECONDS for each device (60)\n"
	"      --once            go through the devices once (default)\n"
	"      --watch[=SECONDS] again and again (300)\n"
	"      --json            a line of JSON for each device\n"
	"  -h, --help            this text\n"
	"  -V, --version\n";

static volatile sig_atomic_t stop;

static void on_signal(int sig)
{
	(void)sig;
	stop = 1;
}

static void pause_ms(unsigned int ms)
{
	struct timespec t = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L };

	nanosleep(&t, NULL);
}

static void hang_up(struct agent *agent)
{
	if (agent->fd >= 0)
		close(agent->fd);
	agent->fd = -1;
}

static int connect_once(struct agent *agent, struct tsm_error *err)
{
	int ret;

	agent->fd = vsock_connect(agent->cid, agent->port, agent->timeout, err);
	if (agent->fd < 0)
		return -1;
	ret = stream_of_fd(&agent->stream, agent->fd);
	if (ret)
		return tsm_fail(err, TSM_FAILED, -ret, "%s", strerror(-ret));
	stream_deadline(&agent->stream, agent->timeout);
	return ask_hello(&agent->stream, err);
}

/* There is a conversation with the host; 0 or -1 */
static int call(struct agent *agent, struct tsm_error *err)
{
	for (int i = 0; agent->fd < 0 && i < TRIES; i++) {
		if (i)
			pause_ms(PAUSE_MS);
		if (!connect_once(agent, err))
			return 0;
		hang_up(agent);
		if (stop || err->kind != TSM_BUSY)
			return -1;
	}
	return agent->fd < 0 ? -1 : 0;
}

static void report(const struct agent *agent, const struct appraisal *a)
{
	if (agent->json)
		result_json(a, &agent->demands);
	else
		result_text(a);
}

static enum tsm_exit one_device(struct agent *agent, const char *name)
{
	static struct appraisal a;
	struct tsm_error err = {};
	enum tsm_exit kind;

	if (call(agent, &err)) {
		memset(&a, 0, sizeof(a));
		snprintf(a.device, sizeof(a.device), "%s", name);
		a.when = time(NULL);
		a.err = err;
	} else {
		stream_deadline(&agent->stream, agent->timeout);
		if (appraise(&a, name, &agent->demands, &agent->stream))
			hang_up(agent);
	}
	report(agent, &a);
	kind = a.err.kind;
	appraise_free(&a);
	return kind;
}

/* All that the host says there is; it may hide some, which are then not accepted */
static enum tsm_exit all_devices(struct agent *agent)
{
	static struct wire_device devices[WIRE_DEVICES_MAX];
	enum tsm_exit worst = TSM_OK;
	struct tsm_error err = {};
	int n = -1;

	if (!call(agent, &err)) {
		stream_deadline(&agent->stream, agent->timeout);
		n = ask_devices(&agent->stream, devices, WIRE_DEVICES_MAX, &err);
	}
	if (n < 0) {
		hang_up(agent);
		log_line(SD_ERR, "%s", err.text);
		return err.kind;
	}
	if (!n)
		log_line(SD_NOTICE, "the host says that this VM has no devices");
	for (int i = 0; i < n && !stop; i++) {
		const char *guest = devices[i].guest;
		enum tsm_exit kind = one_device(agent, guest[0] ? guest : devices[i].host);

		worst = worst ? worst : kind;
	}
	return worst;
}

static enum tsm_exit go_round(struct agent *agent)
{
	enum tsm_exit worst = TSM_OK;

	if (!agent->nr_names)
		worst = all_devices(agent);
	for (unsigned int i = 0; i < agent->nr_names && !stop; i++) {
		enum tsm_exit kind = one_device(agent, agent->names[i]);

		worst = worst ? worst : kind;
	}
	hang_up(agent);
	return stop ? TSM_CANCELLED : worst;
}

static int run(struct agent *agent)
{
	struct sigaction action = { .sa_handler = on_signal };
	enum tsm_exit worst;

	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
	signal(SIGPIPE, SIG_IGN);
	worst = go_round(agent);
	if (!agent->watch)
		return worst;
	sd_notify(0, "READY=1");
	while (!stop) {
		for (unsigned int i = 0; i < agent->watch && !stop; i++) {
			pause_ms(1000);
			sd_notify(0, "WATCHDOG=1");
		}
		if (!stop)
			go_round(agent);
		sd_notify(0, "WATCHDOG=1");
	}
	return TSM_OK;
}

static int parse_number(const char *text, unsigned long max, unsigned int *to)
{
	unsigned long v;
	char *end;

	errno = 0;
	v = strtoul(text, &end, 10);
	if (*text < '0' || *text > '9' || *end || errno || v > max) {
		fprintf(stderr, "tsm-agent: %s: not a number up to %lu\n", text, max);
		return -1;
	}
	*to = (unsigned int)v;
	return 0;
}

static int parse_types(char *list, uint32_t *types)
{
	*types = 0;
	for (char *name = strtok(list, ","); name; name = strtok(NULL, ",")) {
		int type = tsm_type_of(name);

		if (type < 0) {
			fprintf(stderr, "tsm-agent: %s: no type of evidence\n", name);
			return -1;
		}
		*types |= 1u << type;
	}
	return *types ? 0 : -1;
}

static int add_name(struct agent *agent, const char *name)
{
	if (!name[0] || strlen(name) >= TSM_NAME_MAX || agent->nr_names == WIRE_DEVICES_MAX) {
		fprintf(stderr, "tsm-agent: %s: not a name, or one too many\n", name);
		return -1;
	}
	agent->names[agent->nr_names++] = name;
	return 0;
}

/* What is demanded of each device; 1 if @opt is something else */
static int take_demand(struct demands *demands, int opt, char *arg)
{
	unsigned int slot;

	switch (opt) {
	case OPT_CA:
		demands->verify_args.ca_file = arg;
		return 0;
	case OPT_POLICY:
		demands->verify_args.policy_file = arg;
		return 0;
	case OPT_DIGESTS:
		demands->verify_args.digests_file = arg;
		return 0;
	case OPT_SLOT:
		if (parse_number(arg, TSM_SLOTS - 1, &slot))
			return -1;
		demands->slot = (int)slot;
		return 0;
	case OPT_TYPES:
		return parse_types(arg, &demands->types);
	case OPT_VERIFY_ONLY:
		demands->verify_only = true;
		return 0;
	}
	return 1;
}

static int take_option(struct agent *agent, int opt, char *arg)
{
	int ret = take_demand(&agent->demands, opt, arg);

	if (ret <= 0)
		return ret;
	switch (opt) {
	case 'd':
		return add_name(agent, arg);
	case 'H':
		return parse_number(arg, UINT32_MAX, &agent->cid);
	case 'p':
		return parse_number(arg, UINT32_MAX, &agent->port);
	case OPT_TIMEOUT:
		return parse_number(arg, 3600, &agent->timeout);
	case OPT_ONCE:
		agent->watch = 0;
		return 0;
	case OPT_WATCH:
		agent->watch = DEFAULT_WATCH;
		return arg ? parse_number(arg, 86400, &agent->watch) : 0;
	case OPT_JSON:
		agent->json = true;
		return 0;
	}
	return -1;
}

/* An exit code, or -1 for go on */
static int parse(int argc, char **argv, struct agent *agent)
{
	static const struct option options[] = {
		{ "device", required_argument, NULL, 'd' },
		{ "host", required_argument, NULL, 'H' },
		{ "port", required_argument, NULL, 'p' },
		{ "ca", required_argument, NULL, OPT_CA },
		{ "policy", required_argument, NULL, OPT_POLICY },
		{ "digests", required_argument, NULL, OPT_DIGESTS },
		{ "slot", required_argument, NULL, OPT_SLOT },
		{ "types", required_argument, NULL, OPT_TYPES },
		{ "verify-only", no_argument, NULL, OPT_VERIFY_ONLY },
		{ "timeout", required_argument, NULL, OPT_TIMEOUT },
		{ "once", no_argument, NULL, OPT_ONCE },
		{ "watch", optional_argument, NULL, OPT_WATCH },
		{ "json", no_argument, NULL, OPT_JSON },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{}
	};
	int opt;

	while ((opt = getopt_long(argc, argv, "d:p:hV", options, NULL)) != -1) {
		if (opt == 'h') {
			fputs(usage, stdout);
			return TSM_OK;
		}
		if (opt == 'V') {
			printf("tsm-agent %s, protocol %u\n", TSM_VERSION, WIRE_VERSION);
			return TSM_OK;
		}
		if (take_option(agent, opt, optarg))
			return TSM_USAGE;
	}
	/* Digests of a file are no word of the VM's TSM, on which alone one accepts */
	if (optind < argc ||
	    (agent->demands.verify_args.digests_file && !agent->demands.verify_only)) {
		fputs(usage, stderr);
		return TSM_USAGE;
	}
	return -1;
}

int main(int argc, char **argv)
{
	static struct agent agent = {
		.cid = VSOCK_HOST,
		.port = WIRE_PORT,
		.timeout = DEFAULT_TIMEOUT,
		.demands = { .types = WIRE_TYPES, .slot = -1 },
		.fd = -1,
	};
	int ret = parse(argc, argv, &agent);

	return ret >= 0 ? ret : run(&agent);
}
