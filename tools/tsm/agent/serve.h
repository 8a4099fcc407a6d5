/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The host's end of the protocol: one connection, one VM.
 */
#ifndef TSM_SERVE_H
#define TSM_SERVE_H

#include "bucket.h"
#include "config.h"
#include "stream.h"

/**
 * struct collector - where evidence comes from
 * @collect: of the device @device of the host's; @ev is empty on failure
 * @priv: for it
 */
struct collector {
	int (*collect)(struct collector *collector, const char *device,
		       const struct wire_get *get, struct tsm_evidence *ev,
		       struct tsm_error *err);
	void *priv;
};

/**
 * struct server - one connection
 * @stream: to the VM
 * @vm: which it is, and so what it may have
 * @limits: for everybody
 * @collector: does the work
 * @bucket: of the VM, from connection to connection
 * @log: is told of each request, unless NULL
 */
struct server {
	struct stream *stream;
	const struct vm *vm;
	const struct limits *limits;
	struct collector *collector;
	struct bucket *bucket;
	void (*log)(const struct server *server, const char *device, const struct tsm_error *err);
};

/* Serve until the VM closes the connection (0), or something is wrong with it (-1) */
int serve(struct server *server, struct tsm_error *err);

#endif /* TSM_SERVE_H */
