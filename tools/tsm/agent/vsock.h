/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Sockets of AF_VSOCK.
 */
#ifndef TSM_VSOCK_H
#define TSM_VSOCK_H

#include <stdint.h>

#include "../lib/error.h"

#define VSOCK_LOOPBACK	1
#define VSOCK_HOST	2

/* A socket that is connected to @port of @cid, or -1 */
int vsock_connect(uint32_t cid, uint32_t port, unsigned int seconds, struct tsm_error *err);
/* A socket that listens on @port, for anybody, and blocks; or -1 */
int vsock_listen(uint32_t port, struct tsm_error *err);
/* The next connection of the listening @fd, and whose it is; -1 and errno */
int vsock_accept(int fd, uint32_t *cid);

#endif /* TSM_VSOCK_H */
