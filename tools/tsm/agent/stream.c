// SPDX-License-Identifier: GPL-2.0
/*
 * Frames over a stream of bytes.
 *
 * The deadline is one for all that is sent and received until it is set again, so
 * that an end that gives a byte now and then is not waited for longer than
 * one that gives none.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "stream.h"

int64_t stream_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int wait_for(struct stream *stream, short events)
{
	struct pollfd p = { .fd = stream->fd, .events = events };
	int64_t left = stream->deadline - stream_now();
	int n;

	if (left <= 0)
		return -ETIMEDOUT;
	n = poll(&p, 1, left > 1000000 ? 1000000 : (int)left);
	if (n < 0)
		return -errno;
	return n ? 0 : -ETIMEDOUT;
}

static ssize_t fd_read(struct stream *stream, uint8_t *buf, size_t len)
{
	for (;;) {
		ssize_t n = read(stream->fd, buf, len);
		int ret;

		if (n >= 0)
			return n;
		if (errno != EAGAIN)
			return -errno;
		ret = wait_for(stream, POLLIN);
		if (ret)
			return ret;
	}
}

static ssize_t fd_write(struct stream *stream, const uint8_t *buf, size_t len)
{
	for (;;) {
		ssize_t n = send(stream->fd, buf, len, MSG_NOSIGNAL);
		int ret;

		if (n >= 0)
			return n;
		if (errno != EAGAIN)
			return -errno;
		/* A peer that takes a byte now and then runs out of time here, too */
		ret = wait_for(stream, POLLOUT);
		if (ret)
			return ret;
	}
}

int stream_of_fd(struct stream *stream, int fd)
{
	int flags = fcntl(fd, F_GETFL);

	if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0)
		return -errno;
	stream->read = fd_read;
	stream->write = fd_write;
	stream->fd = fd;
	stream->deadline = 0;
	stream->priv = NULL;
	return 0;
}

void stream_deadline(struct stream *stream, unsigned int seconds)
{
	stream->deadline = stream_now() + (int64_t)seconds * 1000;
}

/* Exactly @len bytes; returns those that came before the end, or a negative errno */
static ssize_t read_all(struct stream *stream, uint8_t *buf, size_t len)
{
	size_t done = 0;

	while (done < len) {
		ssize_t n = stream->read(stream, buf + done, len - done);

		if (n < 0)
			return n;
		if (!n)
			break;
		done += n;
	}
	return (ssize_t)done;
}

static int broken(struct tsm_error *err, int ret)
{
	switch (ret) {
	case -ETIMEDOUT:
		return tsm_fail(err, TSM_FAILED, ETIMEDOUT, "the other end takes too long");
	case -EINTR:
		return tsm_fail(err, TSM_CANCELLED, EINTR, "cancelled");
	case -EPROTONOSUPPORT:
		return tsm_fail(err, TSM_NO_SUPPORT, EPROTONOSUPPORT,
				"the other end speaks another version of the protocol");
	case -EBADMSG:
		return tsm_fail(err, TSM_BROKEN, EBADMSG, "a message that nobody can read");
	case -EPROTO:
		return tsm_fail(err, TSM_BROKEN, EPROTO, "a message of an unknown type");
	case -EMSGSIZE:
		return tsm_fail(err, TSM_BROKEN, EMSGSIZE, "a message of a wrong length");
	default:
		return tsm_fail(err, TSM_FAILED, -ret, "connection: %s", strerror(-ret));
	}
}

int stream_recv(struct stream *stream, struct wire_msg *msg, struct tsm_error *err)
{
	ssize_t n = read_all(stream, stream->buf, WIRE_HEAD);
	ssize_t len;
	int ret;

	if (n < 0)
		return broken(err, (int)n);
	if (!n)
		return 0;
	len = n < WIRE_HEAD ? -EBADMSG : wire_decode_head(stream->buf);
	if (len < 0)
		return broken(err, (int)len);
	n = read_all(stream, stream->buf + WIRE_HEAD, len);
	if (n < 0)
		return broken(err, (int)n);
	ret = wire_decode(stream->buf, WIRE_HEAD + n, msg);
	return ret ? broken(err, ret) : 1;
}

int stream_send(struct stream *stream, const struct wire_msg *msg, struct tsm_error *err)
{
	ssize_t len = wire_encode(msg, stream->buf, sizeof(stream->buf));
	ssize_t done = 0;

	if (len < 0)
		return tsm_fail(err, TSM_BROKEN, (int)-len, "%s: cannot be said in the protocol",
				wire_type_name(msg->type));
	while (done < len) {
		ssize_t n = stream->write(stream, stream->buf + done, len - done);

		if (n <= 0)
			return broken(err, n ? (int)n : -EPIPE);
		done += n;
	}
	return 0;
}
