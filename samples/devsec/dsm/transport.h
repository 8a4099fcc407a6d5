/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How requests come to the software DSM. A transport serves until stop_fd can be
 * read, calls ready() once it can be reached, and returns 0; or -1 after it has
 * said on stderr what failed.
 */
#ifndef __DEVSEC_DSM_TRANSPORT_H
#define __DEVSEC_DSM_TRANSPORT_H

#include "dsm.h"

/* transport-chardev.c: all functions of devsec_bus, answered by some threads */
int dsm_chardev_serve(const char *path, const struct dsm_options *options, unsigned int threads,
		      int stop_fd, void (*ready)(void));
/* The same on what is open already and does not block */
int dsm_chardev_serve_fd(int fd, const struct dsm_options *options, unsigned int threads,
			 int stop_fd, void (*ready)(void));

/* transport-qemu.c: the one device of a QEMU that connects to a port of 127.0.0.1 */
#define DSM_QEMU_OBJECT_MAX	0x1200	/* QEMU drops what is longer, in bytes with the header */
int dsm_qemu_serve(uint16_t port, const struct dsm_options *options, const struct dsm_place *place,
		   int stop_fd, void (*ready)(void));

#endif /* __DEVSEC_DSM_TRANSPORT_H */
