// SPDX-License-Identifier: GPL-2.0
/*
 * devsec-dsm, the software DSM: a program that answers SPDM, IDE_KM and TDISP
 * for emulated devices. Here is how it starts and ends; what it is told is in
 * options.c.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "options.h"
#include "transport.h"

static const char *pid_file;
static int ready_fd = -1;		/* of who waits in the foreground */

static void write_pid_file(void)
{
	FILE *f = fopen(pid_file, "w");

	if (!f || fprintf(f, "%d\n", getpid()) < 0)
		fprintf(stderr, "devsec-dsm: %s: %s\n", pid_file, strerror(errno));
	if (f)
		fclose(f);
}

static void ready(void)
{
	if (pid_file)
		write_pid_file();
	if (ready_fd < 0) {
		puts("ready");
		fflush(stdout);
		return;
	}
	if (write(ready_fd, "r", 1) != 1)
		fprintf(stderr, "devsec-dsm: nobody waits for it\n");
	close(ready_fd);
}

/* Returns in the child only; the parent waits until that is ready, or has failed. */
static int go_to_background(void)
{
	char byte;
	int fds[2];
	pid_t pid;

	if (pipe(fds))
		return -1;
	pid = fork();
	if (pid < 0)
		return -1;
	if (pid) {
		close(fds[1]);
		if (read(fds[0], &byte, 1) != 1)
			_exit(1);
		puts("ready");
		fflush(stdout);
		_exit(0);
	}
	close(fds[0]);
	ready_fd = fds[1];
	setsid();
	if (!freopen("/dev/null", "r", stdin) || !freopen("/dev/null", "w", stdout))
		return -1;
	return 0;
}

/* What can be read when it is time to end */
static int make_stop_fd(void)
{
	sigset_t set;

	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	if (sigprocmask(SIG_BLOCK, &set, NULL))
		return -1;
	return signalfd(-1, &set, SFD_CLOEXEC);
}

static int run(struct dsm_config *c)
{
	int stop_fd, rc;

	if (c->key_log && dsm_keylog_open(c->key_log)) {
		fprintf(stderr, "devsec-dsm: %s: %s\n", c->key_log, strerror(errno));
		return 1;
	}
	if (!c->foreground && go_to_background()) {
		perror("devsec-dsm");
		return 1;
	}
	stop_fd = make_stop_fd();
	if (stop_fd < 0) {
		perror("devsec-dsm: signalfd");
		return 1;
	}
	pid_file = c->pid_file;
	if (c->qemu_port)
		rc = dsm_qemu_serve(c->qemu_port, &c->dsm, &c->place, stop_fd, ready);
	else
		rc = dsm_chardev_serve(c->device, &c->dsm, c->threads, stop_fd, ready);
	if (pid_file)
		unlink(pid_file);
	close(stop_fd);
	return rc ? 1 : 0;
}

int main(int argc, char **argv)
{
	static struct dsm_config c;
	int rc = 2;

	if (!dsm_config_parse(&c, argc, argv))
		rc = c.help ? 0 : run(&c);
	dsm_config_free(&c);
	return rc;
}
