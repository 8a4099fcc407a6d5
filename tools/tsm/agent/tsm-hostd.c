// SPDX-License-Identifier: GPL-2.0
/*
 * tsm-hostd: give VMs the evidence of their devices, over AF_VSOCK.
 *
 * The daemon itself only accepts connections and looks whose they are; a process of its
 * own serves each. Which VM has which devices is told by a file, read again at SIGHUP:
 * a file that makes no sense then changes nothing, another one ends the connections
 * of those VMs for which it says something else.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "children.h"
#include "collect.h"
#include "log.h"
#include "rights.h"
#include "vsock.h"

#define DEFAULT_CONFIG	"/etc/pci-tsm/hostd.json"
#define MEMORY_MAX	(512u << 20)	/* of a process that serves a connection */
#define TICK		1000		/* ms; a watchdog is told at least that often */
#define ACCEPT_MAX	16		/* connections, before something else has its turn */

struct hostd {
	const char *config_path;
	uint32_t port;
	struct config config;
	struct children children;
	struct log_limit refusals;
	int listen;
	int signals;
};

static const char usage[] =
	"usage: tsm-hostd [OPTION...]\n"
	"Give VMs the evidence of their devices, over AF_VSOCK.\n"
	"\n"
	"  -c, --config FILE  which VM has which devices (" DEFAULT_CONFIG ")\n"
	"  -p, --port N       listen there (5678), unless systemd hands over a socket\n"
	"      --check        only look at the file\n"
	"  -h, --help         this text\n"
	"  -V, --version\n";

static void log_request(const struct server *server, const char *device,
			const struct tsm_error *err)
{
	if (err)
		log_line(SD_WARNING, "CID %u: %s: refused: %s", server->vm->cid, device,
			 err->text);
	else
		log_line(SD_INFO, "CID %u: %s: evidence", server->vm->cid, device);
}

/* In a process of its own: serve @fd, and end */
static _Noreturn void serve_child(const struct hostd *hostd, const struct vm *vm,
				  struct bucket *bucket, int fd)
{
	static struct stream stream;
	unsigned int seconds = hostd->config.limits.seconds;
	struct rlimit memory = { MEMORY_MAX, MEMORY_MAX };
	struct collector collector = { .collect = collect_from_kernel, .priv = &seconds };
	struct server server = {
		.stream = &stream,
		.vm = vm,
		.limits = &hostd->config.limits,
		.collector = &collector,
		.bucket = bucket,
		.log = log_request,
	};
	struct tsm_error err = {};
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	setrlimit(RLIMIT_AS, &memory);
	close(hostd->listen);
	close(hostd->signals);
	if (stream_of_fd(&stream, fd) || serve(&server, &err)) {
		log_line(SD_NOTICE, "CID %u: connection ended: %s", vm->cid,
			 err.text[0] ? err.text : "no stream");
		_exit(TSM_FAILED);
	}
	_exit(TSM_OK);
}

/* Say why there will be no conversation; nothing is waited for */
static void refuse(struct hostd *hostd, int fd, const struct tsm_error *why)
{
	static struct stream stream;
	struct wire_msg msg = {
		.type = WIRE_ERROR,
		.error = { .kind = why->kind, .code = why->code },
	};
	struct tsm_error ignored;

	log_limited(&hostd->refusals, why->text, stream_now());
	snprintf(msg.error.text, sizeof(msg.error.text), "%s", why->text);
	if (!stream_of_fd(&stream, fd))
		stream_send(&stream, &msg, &ignored);
}

/* The place for a connection of @vm; NULL and @err if it may have none now */
static struct child *admit(struct hostd *hostd, const struct vm *vm, struct tsm_error *err)
{
	const struct limits *limits = &hostd->config.limits;
	struct child *child = children_place(&hostd->children, vm->cid, limits->connections, err);

	if (!child || bucket_take(&child->bucket, limits->per_minute, stream_now()))
		return child;
	tsm_fail(err, TSM_BUSY, EBUSY, "CID %u: too many requests, try again later", vm->cid);
	return NULL;
}

static void start(struct hostd *hostd, int fd, uint32_t cid, uint32_t port)
{
	const struct vm *vm = config_vm(&hostd->config, cid);
	struct tsm_error err = {};
	struct child *child = NULL;
	pid_t pid;

	if (!vm)
		tsm_fail(&err, TSM_NOT_ALLOWED, EPERM, "CID %u: no VM that is served", cid);
	else if (!vsock_privileged(port))
		tsm_fail(&err, TSM_NOT_ALLOWED, EACCES,
			 "CID %u: from a port that anybody in the VM may use", cid);
	else
		child = admit(hostd, vm, &err);
	if (!child) {
		refuse(hostd, fd, &err);
		return;
	}
	fflush(NULL);
	pid = fork();
	if (!pid)
		serve_child(hostd, vm, &child->bucket, fd);
	if (pid < 0)
		log_line(SD_ERR, "CID %u: no process: %s", cid, strerror(errno));
	else
		children_started(&hostd->children, child, pid);
}

/* Those that wait, as far as it is their turn */
static void accept_some(struct hostd *hostd)
{
	uint32_t cid, port;
	int fd;

	for (int i = 0; i < ACCEPT_MAX; i++) {
		fd = vsock_accept(hostd->listen, &cid, &port);
		if (fd < 0)
			break;
		/* One that ended a moment ago is in nobody's way */
		children_reap(&hostd->children);
		start(hostd, fd, cid, port);
		close(fd);
	}
	if (fd < 0 && errno != EAGAIN && errno != EINTR && errno != ECONNABORTED)
		log_line(SD_ERR, "accept: %s", strerror(errno));
}

static void reload(struct hostd *hostd)
{
	struct tsm_error err = {};
	struct config config;

	sd_notify(0, "RELOADING=1");
	if (config_load(&config, hostd->config_path, &err)) {
		log_line(SD_ERR, "%s; what was valid before stays so", err.text);
	} else {
		/* A process has what was valid when it began */
		children_renew(&hostd->children, &hostd->config, &config);
		config_free(&hostd->config);
		hostd->config = config;
		log_line(SD_NOTICE, "%u VMs are served", config.nr_vms);
	}
	sd_notify(0, "READY=1");
}

/* false: it is time to end */
static bool take_signals(struct hostd *hostd)
{
	struct signalfd_siginfo info;

	while (read(hostd->signals, &info, sizeof(info)) == sizeof(info)) {
		switch (info.ssi_signo) {
		case SIGCHLD:
			children_reap(&hostd->children);
			break;
		case SIGHUP:
			reload(hostd);
			break;
		default:
			return false;
		}
	}
	return true;
}

static int run(struct hostd *hostd)
{
	struct pollfd fds[] = {
		{ .fd = hostd->signals, .events = POLLIN },
		{ .fd = hostd->listen, .events = POLLIN },
	};

	log_line(SD_NOTICE, "%u VMs are served", hostd->config.nr_vms);
	sd_notifyf(0, "READY=1\nSTATUS=%u VMs are served", hostd->config.nr_vms);
	for (;;) {
		if (poll(fds, 2, TICK) < 0 && errno != EINTR) {
			log_line(SD_ERR, "poll: %s", strerror(errno));
			return TSM_FAILED;
		}
		if (fds[0].revents && !take_signals(hostd))
			break;
		if (fds[1].revents)
			accept_some(hostd);
		log_left_out(&hostd->refusals, stream_now());
		sd_notify(0, "WATCHDOG=1");
	}
	sd_notify(0, "STOPPING=1");
	return TSM_OK;
}

/* A socket from systemd, if there is one, else one of our own */
static int get_socket(struct hostd *hostd, struct tsm_error *err)
{
	int n = sd_listen_fds(1);
	int fd = SD_LISTEN_FDS_START;

	if (n && (n != 1 || sd_is_socket(fd, AF_VSOCK, SOCK_STREAM, 1) <= 0))
		return tsm_fail(err, TSM_USAGE, EINVAL,
				"what systemd handed over is not one listening socket of AF_VSOCK");
	hostd->listen = n ? fd : vsock_listen(hostd->port, err);
	if (hostd->listen < 0)
		return -1;
	/* Else a connection that went away between poll() and accept() blocks us */
	if (fcntl(hostd->listen, F_SETFL, O_NONBLOCK))
		return tsm_fail(err, TSM_FAILED, errno, "fcntl: %s", strerror(errno));
	return 0;
}

static int get_signals(struct hostd *hostd, struct tsm_error *err)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	hostd->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (hostd->signals < 0)
		return tsm_fail(err, TSM_FAILED, errno, "signalfd: %s", strerror(errno));
	return 0;
}

/* An exit code, or -1 for go on */
static int parse(int argc, char **argv, struct hostd *hostd, bool *check)
{
	static const struct option options[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "port", required_argument, NULL, 'p' },
		{ "check", no_argument, NULL, 'C' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{}
	};
	char *end;
	int opt;

	while ((opt = getopt_long(argc, argv, "c:p:hV", options, NULL)) != -1) {
		switch (opt) {
		case 'c':
			hostd->config_path = optarg;
			break;
		case 'p':
			errno = 0;
			hostd->port = strtoul(optarg, &end, 10);
			if (*end || end == optarg || errno || !hostd->port) {
				fprintf(stderr, "tsm-hostd: %s: not a port\n", optarg);
				return TSM_USAGE;
			}
			break;
		case 'C':
			*check = true;
			break;
		case 'h':
			fputs(usage, stdout);
			return TSM_OK;
		case 'V':
			printf("tsm-hostd %s, protocol %u\n", TSM_VERSION, WIRE_VERSION);
			return TSM_OK;
		default:
			fputs(usage, stderr);
			return TSM_USAGE;
		}
	}
	if (optind < argc) {
		fputs(usage, stderr);
		return TSM_USAGE;
	}
	return -1;
}

int main(int argc, char **argv)
{
	struct hostd hostd = { .config_path = DEFAULT_CONFIG, .port = WIRE_PORT };
	struct tsm_error err = {};
	bool check = false;
	int ret = parse(argc, argv, &hostd, &check);

	if (ret >= 0)
		return ret;
	if (config_load(&hostd.config, hostd.config_path, &err))
		goto failed;
	if (check) {
		printf("%s: %u VMs\n", hostd.config_path, hostd.config.nr_vms);
		return TSM_OK;
	}
	if (get_socket(&hostd, &err) || get_signals(&hostd, &err) ||
	    children_init(&hostd.children, &err) || rights_drop(&err))
		goto failed;
	ret = run(&hostd);
	children_end(&hostd.children);
	config_free(&hostd.config);
	return ret;
failed:
	log_line(SD_ERR, "%s", err.text);
	return err.kind;
}
