// SPDX-License-Identifier: GPL-2.0
/*
 * The way of QEMU's spdm_port: whole DOE objects in frames on a TCP connection,
 * for one device. QEMU is the client, connects when the device is realized, and
 * stops its virtual CPU until a frame comes back: so each frame has an answer,
 * and where the device says nothing, that one is empty.
 *
 * Frames are command, transport and length, each a big-endian u32, then the
 * object. A new connection is a device that was just switched on.
 *
 * Discovery, which QEMU answers by itself, is answered here too, for clients
 * that are tools. Other transports than DOE are not spoken.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "transport.h"

#define CMD_NORMAL	0x0001
#define CMD_CONTINUE	0xfffd
#define CMD_SHUTDOWN	0xfffe
#define CMD_UNKNOWN	0xffff
#define CMD_TEST	0xdead

#define TRANSPORT_NONE	0
#define TRANSPORT_DOE	2

#define DOE_HEAD	8
#define DOE_VENDOR	0x0001		/* PCI-SIG */
#define DOE_DISCOVERY	0
#define DOE_CMA		1
#define DOE_SECURED	2

/* What a frame leads to */
enum next { NEXT_FRAME, NEXT_CLIENT, NEXT_END, NEXT_ERROR };

struct frame {
	uint32_t command;
	uint32_t transport;
	uint32_t len;
	uint8_t payload[DSM_QEMU_OBJECT_MAX];
};

/* 0 if there is something to read, 1 to stop, -1 for an error */
static int wait_for(int fd, int stop_fd)
{
	struct pollfd fds[] = {
		{ .fd = fd, .events = POLLIN },
		{ .fd = stop_fd, .events = POLLIN },
	};

	while (poll(fds, 2, -1) < 0) {
		if (errno != EINTR)
			return -1;
	}
	return fds[1].revents ? 1 : 0;
}

/* All of it, or what wait_for() says; -1 also for the end of the connection */
static int read_full(int fd, int stop_fd, void *data, size_t len)
{
	uint8_t *pos = data;

	while (len) {
		int rc = wait_for(fd, stop_fd);
		ssize_t n;

		if (rc)
			return rc;
		n = read(fd, pos, len);
		if (n <= 0)
			return -1;
		pos += n;
		len -= n;
	}
	return 0;
}

static int write_full(int fd, const void *data, size_t len)
{
	const uint8_t *pos = data;

	while (len) {
		ssize_t n = send(fd, pos, len, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return -1;
		pos += n;
		len -= n;
	}
	return 0;
}

static int read_frame(int fd, int stop_fd, struct frame *frame)
{
	uint32_t head[3];
	int rc = read_full(fd, stop_fd, head, sizeof(head));

	if (rc)
		return rc;
	frame->command = ntohl(head[0]);
	frame->transport = ntohl(head[1]);
	frame->len = ntohl(head[2]);
	if (frame->len > sizeof(frame->payload)) {
		fprintf(stderr, "devsec-dsm: a frame of %u bytes, the limit is %zu\n", frame->len,
			sizeof(frame->payload));
		return -1;
	}
	return read_full(fd, stop_fd, frame->payload, frame->len);
}

static int write_frame(int fd, const struct frame *frame)
{
	uint8_t buf[12 + sizeof(frame->payload)];
	uint32_t head[3] = {
		htonl(frame->command), htonl(frame->transport), htonl(frame->len),
	};

	memcpy(buf, head, sizeof(head));
	memcpy(buf + sizeof(head), frame->payload, frame->len);
	return write_full(fd, buf, sizeof(head) + frame->len);
}

/* @len bytes behind the header, which are padded to a dword */
static size_t put_object(uint8_t *object, uint8_t type, size_t len)
{
	size_t padded = (len + 3) & ~(size_t)3;
	struct dsm_out out;

	memset(object + DOE_HEAD + len, 0, padded - len);
	dsm_out_init(&out, object, DOE_HEAD, NULL);
	dsm_put16(&out, NULL, DOE_VENDOR);
	dsm_put16(&out, NULL, type);
	dsm_put32(&out, NULL, (DOE_HEAD + padded) / 4);
	return DOE_HEAD + padded;
}

static size_t answer_discovery(struct dsm_in *in, uint8_t *object)
{
	uint8_t index = dsm_get32(in) & 0xff;
	struct dsm_out out;

	if (in->bad || in->left)
		return 0;
	dsm_out_init(&out, object + DOE_HEAD, 4, NULL);
	dsm_put16(&out, NULL, index <= DOE_SECURED ? DOE_VENDOR : 0xffff);
	dsm_put8(&out, NULL, index <= DOE_SECURED ? index : 0xff);
	dsm_put8(&out, NULL, index < DOE_SECURED ? index + 1 : 0);
	return put_object(object, DOE_DISCOVERY, 4);
}

/* Bytes of the object that answers; 0 for what DOE silently drops, too */
static size_t answer_object(struct dsm_device *dev, const struct frame *req, uint8_t *object)
{
	uint16_t vendor, type;
	struct dsm_in in;
	bool secured;
	size_t len;

	dsm_in_init(&in, req->payload, req->len);
	vendor = dsm_get16(&in);
	type = dsm_get16(&in) & 0xff;
	len = (dsm_get32(&in) & 0x3ffff) * 4;
	if (in.bad || vendor != DOE_VENDOR || len != req->len)
		return 0;
	if (type == DOE_DISCOVERY)
		return answer_discovery(&in, object);
	if (type != DOE_CMA && type != DOE_SECURED)
		return 0;

	secured = type == DOE_SECURED;
	len = dsm_device_handle(dev, &secured, in.pos, in.left, object + DOE_HEAD,
				DSM_QEMU_OBJECT_MAX - DOE_HEAD);
	return len ? put_object(object, secured ? DOE_SECURED : DOE_CMA, len) : 0;
}

static enum next handle_frame(struct dsm_device *dev, int fd, const struct frame *req)
{
	static const char hello[] = "Server Hello!";
	struct frame rsp = { .command = req->command, .transport = req->transport };
	enum next next = NEXT_FRAME;

	switch (req->command) {
	case CMD_NORMAL:
		/* Tools that do not know of transports say none */
		if (req->transport == TRANSPORT_DOE || req->transport == TRANSPORT_NONE)
			rsp.len = answer_object(dev, req, rsp.payload);
		break;
	case CMD_TEST:
		rsp.len = sizeof(hello);
		memcpy(rsp.payload, hello, sizeof(hello));
		break;
	case CMD_CONTINUE:
		next = NEXT_CLIENT;
		break;
	case CMD_SHUTDOWN:
		next = NEXT_END;
		break;
	default:
		rsp.command = CMD_UNKNOWN;
		break;
	}
	/* Who shuts down need not wait for the answer */
	if (write_frame(fd, &rsp) && next == NEXT_FRAME)
		return NEXT_CLIENT;
	return next;
}

static enum next serve_client(struct dsm_device *dev, int fd, int stop_fd)
{
	enum next next = NEXT_FRAME;

	while (next == NEXT_FRAME) {
		static struct frame req;
		int rc = read_frame(fd, stop_fd, &req);

		if (rc)
			return rc > 0 ? NEXT_END : NEXT_CLIENT;
		next = handle_frame(dev, fd, &req);
	}
	return next;
}

static enum next accept_client(struct dsm_device *dev, int listen_fd, int stop_fd)
{
	int rc = wait_for(listen_fd, stop_fd), on = 1, fd;
	enum next next;

	if (rc)
		return rc > 0 ? NEXT_END : NEXT_ERROR;
	fd = accept4(listen_fd, NULL, NULL, SOCK_CLOEXEC);
	if (fd < 0)
		return errno == EINTR || errno == ECONNABORTED ? NEXT_CLIENT : NEXT_ERROR;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	dsm_device_reset(dev);
	next = serve_client(dev, fd, stop_fd);
	close(fd);
	return next;
}

static int listen_on(uint16_t port)
{
	struct sockaddr_in addr = {
		.sin_family = AF_INET, .sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;

	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, (struct sockaddr *)&addr, sizeof(addr)) || listen(fd, 1)) {
		close(fd);
		return -1;
	}
	return fd;
}

int dsm_qemu_serve(uint16_t port, const struct dsm_options *options, const struct dsm_place *place,
		   int stop_fd, void (*ready)(void))
{
	enum next next = NEXT_CLIENT;
	struct dsm_device *dev;
	int fd = listen_on(port);

	if (fd < 0) {
		fprintf(stderr, "devsec-dsm: port %u: %s\n", port, strerror(errno));
		return -1;
	}
	dev = dsm_device_new(options, place, NULL, NULL);
	if (!dev) {
		fprintf(stderr, "devsec-dsm: cannot make a device\n");
		close(fd);
		return -1;
	}

	ready();
	while (next == NEXT_CLIENT)
		next = accept_client(dev, fd, stop_fd);
	if (next == NEXT_ERROR)
		fprintf(stderr, "devsec-dsm: socket: %s\n", strerror(errno));
	dsm_device_free(dev);
	close(fd);
	return next == NEXT_ERROR ? -1 : 0;
}
