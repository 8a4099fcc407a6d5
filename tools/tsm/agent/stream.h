/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Frames over a stream of bytes, with a deadline.
 */
#ifndef TSM_STREAM_H
#define TSM_STREAM_H

#include "wire.h"

/**
 * struct stream - one end of a connection
 * @read: some bytes: how many, 0 for the end, or a negative errno
 * @write: likewise
 * @fd: for the two of stream_of_fd()
 * @deadline: in ms of the monotonic clock, after which nothing is waited for
 * @priv: for tests
 * @buf: the frame that came or went last
 */
struct stream {
	ssize_t (*read)(struct stream *stream, uint8_t *buf, size_t len);
	ssize_t (*write)(struct stream *stream, const uint8_t *buf, size_t len);
	int fd;
	int64_t deadline;
	void *priv;
	uint8_t buf[WIRE_FRAME_MAX];
};

/* Milliseconds of a clock that only goes forward */
int64_t stream_now(void);
/* Set @stream up for @fd, which becomes non-blocking; it remains the caller's */
int stream_of_fd(struct stream *stream, int fd);
/* Nothing is waited for beyond @seconds from now */
void stream_deadline(struct stream *stream, unsigned int seconds);
/*
 * One message, good until the next call. 1, or 0 if the other end closed the
 * connection between two frames, or -1 and @err
 */
int stream_recv(struct stream *stream, struct wire_msg *msg, struct tsm_error *err);
/* 0 or -1 */
int stream_send(struct stream *stream, const struct wire_msg *msg, struct tsm_error *err);

#endif /* TSM_STREAM_H */
