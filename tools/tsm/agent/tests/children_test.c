// SPDX-License-Identifier: GPL-2.0
/*
 * Who may have a process of tsm-hostd, and that a VM's share outlives it.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "../children.h"
#include "tap.h"

static struct children children;
static struct tsm_error err;

/* A process that waits for its end, and spends one request of its VM */
static struct child *start(uint32_t cid, unsigned int max)
{
	struct child *child = children_place(&children, cid, max, &err);
	pid_t pid;

	if (!child)
		return NULL;
	pid = fork();
	if (!pid) {
		child->bucket.at = 7;
		child->bucket.level++;
		pause();
		_exit(0);
	}
	children_started(&children, child, pid);
	while (!child->bucket.level)
		usleep(1000);
	return child;
}

static void stop(struct child *child)
{
	pid_t pid = child->pid;

	kill(pid, SIGTERM);
	while (child->pid == pid) {
		usleep(1000);
		children_reap(&children);
	}
}

/* Did the process end by itself? 2 s are ages */
static bool ends(struct child *child)
{
	for (int i = 0; child->pid && i < 2000; i++) {
		usleep(1000);
		children_reap(&children);
	}
	return !child->pid;
}

/* Two VMs with a process each, and a configuration in which one has lost its device */
static void test_renew(void)
{
	struct wire_device device = { .host = "0010:01:00.0" };
	struct vm vms[] = { { 11, 1, &device }, { 12, 1, &device } };
	struct vm fewer[] = { { 11, 1, &device }, { 12, 0, &device } };
	struct config was = { { 4, 60, 30 }, 2, vms }, now = { { 4, 60, 30 }, 2, fewer };
	struct child *a = start(11, 8), *b = start(12, 8);

	children_renew(&children, &was, &was);
	usleep(50000);
	children_reap(&children);
	tap(a && b && a->pid && b->pid, "the same again ends nobody", err.text);
	children_renew(&children, &was, &now);
	tap(ends(b) && a->pid, "who has lost a device ends, and nobody else", NULL);
	now.limits.seconds = 5;
	children_renew(&children, &was, &now);
	tap(ends(a), "all end when the limits change", NULL);
}

int main(void)
{
	struct child *a, *b;

	if (children_init(&children, &err))
		return 1;
	test_renew();
	a = start(3, 2);
	tap(a && children.running == 1, "a VM gets a process", err.text);
	tap(!start(3, 2) && err.code == EBUSY, "and no second one", NULL);
	b = start(4, 2);
	tap(b && b != a, "another VM gets its own", err.text);
	tap(!start(5, 2) && err.code == EBUSY, "there are no more than so many", NULL);
	stop(a);
	tap(children.running == 1, "one ends", NULL);
	tap(a->bucket.at == 7 && a->bucket.level == 1, "what it spent is known here", NULL);
	tap(start(3, 2) == a && a->bucket.level >= 1, "and is not forgotten", err.text);
	stop(a);
	for (uint32_t cid = 100; children.nr < VMS_MAX; cid++)
		children_place(&children, cid, 2, &err);
	b->bucket.at = 1;
	a = children_place(&children, 50000, 2, &err);
	tap(a && a != b && a->cid == 50000, "of too many VMs an idle one is forgotten", err.text);
	children_end(&children);
	tap(!children.running && !b->pid, "all end", NULL);
	return tap_end();
}
