/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The host's end of the protocol: one connection, one VM.
 */
#ifndef TSM_SERVE_H
#define TSM_SERVE_H

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
 * struct bucket - how often a VM may still ask
 * @level: requests, each of 60000
 * @at: when that was so, in ms; 0 for never
 */
struct bucket {
	int64_t level;
	int64_t at;
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

/* Take one request out of @bucket, which gets @per_minute of them; false if it is empty */
bool bucket_take(struct bucket *bucket, unsigned int per_minute, int64_t now);
/* Serve until the VM closes the connection (0), or something is wrong with it (-1) */
int serve(struct server *server, struct tsm_error *err);

#endif /* TSM_SERVE_H */
