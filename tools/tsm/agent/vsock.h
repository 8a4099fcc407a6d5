/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Sockets of AF_VSOCK.
 */
#ifndef TSM_VSOCK_H
#define TSM_VSOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "../lib/error.h"

#define VSOCK_LOOPBACK	1
#define VSOCK_HOST	2

/*
 * A socket that is connected to @port of @cid, or -1. Its own port is one of the
 * privileged ones, if the program may have such.
 */
int vsock_connect(uint32_t cid, uint32_t port, unsigned int seconds, struct tsm_error *err);
/* A socket that listens on @port, for anybody, and blocks; or -1 */
int vsock_listen(uint32_t port, struct tsm_error *err);
/* The next connection of the listening @fd, of whom and from which port; -1 and errno */
int vsock_accept(int fd, uint32_t *cid, uint32_t *port);
/* May only who has CAP_NET_BIND_SERVICE connect from there? */
bool vsock_privileged(uint32_t port);

#endif /* TSM_VSOCK_H */
