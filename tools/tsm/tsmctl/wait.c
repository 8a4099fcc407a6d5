// SPDX-License-Identifier: GPL-2.0
/*
 * A request from its beginning to its end: progress for who looks on, and Ctrl-C.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "tsmctl.h"

volatile bool interrupted;

/*
 * The first one asks the kernel to stop the request, whose end is waited for.
 * Who does not want to wait for that sends another.
 */
static void on_signal(int sig)
{
	static const char gone[] = "\ntsmctl: gone, the request may go on\n";

	if (interrupted) {
		(void)!write(STDERR_FILENO, gone, sizeof(gone) - 1);
		_exit(TSM_CANCELLED);
	}
	interrupted = true;
}

/* What was sent to the kernel is answered at once: only waiting is to be interrupted */
void catch_signals(void)
{
	struct sigaction action = { .sa_handler = on_signal, .sa_flags = SA_RESTART };

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

struct progress {
	const struct tsm_ask *ask;
	struct timespec start;
	bool shown;
};

static void tick(void *data)
{
	struct progress *progress = data;
	struct timespec now;
	double seconds;

	clock_gettime(CLOCK_MONOTONIC, &now);
	seconds = now.tv_sec - progress->start.tv_sec +
		  (now.tv_nsec - progress->start.tv_nsec) / 1e9;
	/* What is over at once needs no progress */
	if (seconds < 0.3 || !isatty(STDERR_FILENO))
		return;
	progress->shown = true;
	fprintf(stderr, "\r\033[K%s %s: %s, %.1f s", pci_tsm_op_str(progress->ask->cmd),
		progress->ask->device, interrupted ? "to be stopped" : "under way", seconds);
}

/* An errno has a meaning that depends on the verb, which the kernel need not spell out */
static const char *meaning(int cmd, int error)
{
	static const struct {
		int cmd;
		int error;
		const char *text;
	} meanings[] = {
		{ PCI_TSM_CMD_CONNECT, EBUSY, "connected already, or failed, or too busy" },
		{ PCI_TSM_CMD_CONNECT, ENXIO, "no such TSM, or it refused the device" },
		{ PCI_TSM_CMD_CONNECT, ENODEV, "the device or its TSM is going away" },
		{ PCI_TSM_CMD_CONNECT, ECANCELED, "cancelled" },
		{ PCI_TSM_CMD_CONNECT, ENOKEY, "nobody that is trusted vouches for the device" },
		{ PCI_TSM_CMD_CONNECT, EKEYREJECTED, "a wrong signature or certificate chain" },
		{ PCI_TSM_CMD_CONNECT, EPROTO, "the device breaks a protocol" },
		{ PCI_TSM_CMD_CONNECT, ENOSPC, "no stream is left" },
		{ PCI_TSM_CMD_DISCONNECT, ENXIO, "not connected" },
		{ PCI_TSM_CMD_DISCONNECT, EINVAL, "connected to another TSM" },
		{ PCI_TSM_CMD_EVIDENCE_REFRESH, ENXIO, "not connected" },
		{ PCI_TSM_CMD_EVIDENCE_REFRESH, ECANCELED, "cancelled" },
		{ PCI_TSM_CMD_EVIDENCE_REFRESH, EOPNOTSUPP, "the TSM has no such evidence" },
	};

	for (size_t i = 0; i < sizeof(meanings) / sizeof(*meanings); i++)
		if (meanings[i].cmd == cmd && meanings[i].error == error)
			return meanings[i].text;
	return strerror(error);
}

int do_request(struct tsm_client *client, const struct tsm_ask *ask, struct tsm_done *done,
	       struct tsm_error *err)
{
	struct progress progress = { .ask = ask };
	uint64_t cookie;
	int rc;

	clock_gettime(CLOCK_MONOTONIC, &progress.start);
	catch_signals();
	if (tsm_client_submit(client, ask, &cookie, err))
		return -1;
	rc = tsm_client_wait(client, cookie, done, &interrupted, tick, &progress, err);
	if (progress.shown)
		fprintf(stderr, "\r\033[K");
	if (rc || !done->error)
		return rc;
	return tsm_fail(err, tsm_exit_of(done->error), done->error, "%s: %s%s%s%s", ask->device,
			meaning(ask->cmd, done->error), done->text[0] ? " (" : "", done->text,
			done->text[0] ? ")" : "");
}
