/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The processes of tsm-hostd: one for each connection.
 */
#ifndef TSM_CHILDREN_H
#define TSM_CHILDREN_H

#include <sys/types.h>

#include "serve.h"

/**
 * struct child - a process that serves a connection, or one that did
 * @pid: 0 for none now
 * @cid: of its VM
 * @bucket: of its VM; shared with the process, and kept for the next one
 */
struct child {
	pid_t pid;
	uint32_t cid;
	struct bucket bucket;
};

/**
 * struct children - all of them
 * @running: how many are
 * @nr: entries in use
 * @slots: VMS_MAX of them, in shared memory
 */
struct children {
	unsigned int running;
	unsigned int nr;
	struct child *slots;
};

/* 0 or -1 */
int children_init(struct children *children, struct tsm_error *err);
/*
 * The place for the connection of @cid; NULL and @err if it has one, or there are
 * @max already.
 */
struct child *children_place(struct children *children, uint32_t cid, unsigned int max,
			     struct tsm_error *err);
/* @child runs as @pid */
void children_started(struct children *children, struct child *child, pid_t pid);
/* See who has ended */
void children_reap(struct children *children);
/* Those who serve what @now does not have as @was had it are to end; nobody waits */
void children_renew(struct children *children, const struct config *was,
		    const struct config *now);
/* End those that run, and wait */
void children_end(struct children *children);

#endif /* TSM_CHILDREN_H */
