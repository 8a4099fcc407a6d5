// SPDX-License-Identifier: GPL-2.0
/*
 * The processes of tsm-hostd.
 *
 * A connection has a process of its own, so that whatever a VM does to it is done to
 * nobody else. A VM has one at a time, and keeps its place when that ends: how much it
 * has asked for is not forgotten by connecting again.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "children.h"
#include "log.h"

int children_init(struct children *children, struct tsm_error *err)
{
	void *slots = mmap(NULL, VMS_MAX * sizeof(struct child), PROT_READ | PROT_WRITE,
			   MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (slots == MAP_FAILED)
		return tsm_fail(err, TSM_FAILED, errno, "no memory");
	*children = (struct children){ .slots = slots };
	return 0;
}

struct child *children_place(struct children *children, uint32_t cid, unsigned int max,
			     struct tsm_error *err)
{
	struct child *idle = NULL;

	if (children->running >= max) {
		tsm_fail(err, TSM_BUSY, EBUSY, "CID %u: too many connections", cid);
		return NULL;
	}
	for (struct child *c = children->slots; c < children->slots + children->nr; c++) {
		if (c->cid == cid) {
			if (!c->pid)
				return c;
			tsm_fail(err, TSM_BUSY, EBUSY, "CID %u: has a connection already", cid);
			return NULL;
		}
		/* Of a VM that has not asked for a long time, as CIDs come and go */
		if (!c->pid && (!idle || c->bucket.at < idle->bucket.at))
			idle = c;
	}
	if (children->nr < VMS_MAX)
		idle = &children->slots[children->nr++];
	if (!idle) {
		tsm_fail(err, TSM_BUSY, EBUSY, "CID %u: too many VMs", cid);
		return NULL;
	}
	*idle = (struct child){ .cid = cid };
	return idle;
}

void children_started(struct children *children, struct child *child, pid_t pid)
{
	child->pid = pid;
	children->running++;
}

static void forget(struct children *children, pid_t pid, int status)
{
	for (struct child *c = children->slots; c < children->slots + children->nr; c++) {
		if (c->pid != pid)
			continue;
		if (WIFSIGNALED(status) && WTERMSIG(status) != SIGTERM)
			log_line(SD_ERR, "CID %u: its process ended by signal %d", c->cid,
				 WTERMSIG(status));
		c->pid = 0;
		children->running--;
		return;
	}
}

void children_reap(struct children *children)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		forget(children, pid, status);
}

void children_renew(struct children *children, const struct config *was,
		    const struct config *now)
{
	for (struct child *c = children->slots; c < children->slots + children->nr; c++) {
		if (!c->pid || config_same_for(was, now, c->cid))
			continue;
		log_line(SD_NOTICE, "CID %u: connection ended: other devices or limits", c->cid);
		kill(c->pid, SIGTERM);
	}
}

void children_end(struct children *children)
{
	int status;
	pid_t pid;

	for (struct child *c = children->slots; c < children->slots + children->nr; c++) {
		if (c->pid)
			kill(c->pid, SIGTERM);
	}
	while (children->running) {
		pid = waitpid(-1, &status, 0);
		if (pid > 0)
			forget(children, pid, status);
		else if (errno != EINTR)
			break;
	}
}
