// SPDX-License-Identifier: GPL-2.0
/*
 * Sockets of AF_VSOCK.
 *
 * A host can rely on the CID of who connects: the hypervisor gives it. CID 1 is the
 * loopback, thus any program on the same machine. Which program of a VM it is, the port
 * tells a little: below 1024 the VM's kernel gives one to CAP_NET_BIND_SERVICE only.
 */
#include <errno.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <linux/vm_sockets.h>

#include "vsock.h"

#define BACKLOG	64
#define FIRST	512	/* of the ports to connect from, of those below LAST */
#define LAST	1024
#define TRIES	8

bool vsock_privileged(uint32_t port)
{
	return port < LAST;
}

/* Who may not, or finds none that is free, connects from any: the host has its say then */
static void bind_privileged(int fd)
{
	struct sockaddr_vm addr = { .svm_family = AF_VSOCK, .svm_cid = VMADDR_CID_ANY };
	uint32_t random;

	for (int i = 0; i < TRIES; i++) {
		if (getrandom(&random, sizeof(random), 0) != sizeof(random))
			return;
		addr.svm_port = FIRST + random % (LAST - FIRST);
		if (!bind(fd, (struct sockaddr *)&addr, sizeof(addr)) || errno != EADDRINUSE)
			return;
	}
}

int vsock_connect(uint32_t cid, uint32_t port, unsigned int seconds, struct tsm_error *err)
{
	struct sockaddr_vm addr = { .svm_family = AF_VSOCK, .svm_cid = cid, .svm_port = port };
	struct timeval timeout = { .tv_sec = seconds };
	int fd = socket(AF_VSOCK, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return tsm_fail(err, TSM_NO_SUPPORT, errno, "AF_VSOCK: %s", strerror(errno));
	bind_privileged(fd);
	setsockopt(fd, AF_VSOCK, SO_VM_SOCKETS_CONNECT_TIMEOUT, &timeout, sizeof(timeout));
	if (connect(fd, (struct sockaddr *)&addr, sizeof(addr)) < 0) {
		int code = errno;

		close(fd);
		return tsm_fail(err, TSM_NOT_THERE, code, "no connection to port %u of CID %u: %s",
				port, cid, strerror(code));
	}
	return fd;
}

int vsock_listen(uint32_t port, struct tsm_error *err)
{
	struct sockaddr_vm addr = {
		.svm_family = AF_VSOCK, .svm_cid = VMADDR_CID_ANY, .svm_port = port,
	};
	int fd = socket(AF_VSOCK, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return tsm_fail(err, TSM_NO_SUPPORT, errno, "AF_VSOCK: %s", strerror(errno));
	if (bind(fd, (struct sockaddr *)&addr, sizeof(addr)) < 0 || listen(fd, BACKLOG) < 0) {
		int code = errno;

		close(fd);
		return tsm_fail(err, code == EADDRINUSE ? TSM_BUSY : TSM_FAILED, code,
				"port %u: %s", port, strerror(code));
	}
	return fd;
}

int vsock_accept(int fd, uint32_t *cid, uint32_t *port)
{
	struct sockaddr_vm addr = {};
	socklen_t len = sizeof(addr);
	int conn = accept4(fd, (struct sockaddr *)&addr, &len, SOCK_CLOEXEC);

	if (conn < 0)
		return -1;
	if (len < sizeof(addr) || addr.svm_family != AF_VSOCK) {
		close(conn);
		errno = EAFNOSUPPORT;
		return -1;
	}
	*cid = addr.svm_cid;
	*port = addr.svm_port;
	return conn;
}
