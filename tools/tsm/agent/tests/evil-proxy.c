// SPDX-License-Identifier: GPL-2.0
/*
 * Between tsm-agent and tsm-hostd: a host that does not pass on what it should.
 *
 * usage: evil-proxy LISTEN-PORT CONNECT-PORT MODE [TYPE]
 *
 * pass		everything as it is
 * hold		the same, and keeps the host's end when the VM's is gone; it writes
 *		"host closed" when that is gone, too
 * flip TYPE	one bit of the object of TYPE
 * cut TYPE	all but the last byte of it, and says so
 * replay	the first answer, to all requests that come later
 * relabel	the same, and says that it is over the nonce that was asked for
 *
 * It writes "ready" to stdout once it listens, and goes on until it is killed.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../stream.h"
#include "../vsock.h"

#define RECORD_MAX	(8u << 20)
#define SECONDS		30

enum mode { PASS, HOLD, FLIP, CUT, REPLAY, RELABEL };

struct proxy {
	enum mode mode;
	int type;
	uint32_t port;
	struct stream guest;
	struct stream host;
	uint8_t *record;	/* frames of the first answer with evidence */
	size_t record_len;
	bool recorded;
};

static _Noreturn void die(const char *what)
{
	fprintf(stderr, "evil-proxy: %s\n", what);
	exit(1);
}

static void add_record(struct proxy *proxy, const struct wire_msg *msg)
{
	ssize_t len = wire_encode(msg, proxy->record + proxy->record_len,
				  RECORD_MAX - proxy->record_len);

	if (len < 0)
		die("an answer that is too long to keep");
	proxy->record_len += len;
}

/* What the mode makes of a message of the host's; false to leave it out */
static bool tamper(struct proxy *proxy, struct wire_msg *msg, uint8_t *bytes)
{
	if (msg->type == WIRE_OBJECT && msg->object.type == (unsigned int)proxy->type &&
	    proxy->mode == CUT) {
		struct tsm_object *head = &msg->object.head;

		head->len--;
		if (head->record_len > head->len - head->record_offset)
			head->record_len = head->len - head->record_offset;
	}
	if (msg->type != WIRE_PIECE || msg->piece.type != (unsigned int)proxy->type)
		return true;
	if (proxy->mode == FLIP && !msg->piece.offset) {
		memcpy(bytes, msg->piece.data, msg->piece.len);
		bytes[msg->piece.len / 2] ^= 0x10;
		msg->piece.data = bytes;
	}
	/* Objects of the tests come in one piece */
	if (proxy->mode == CUT)
		return --msg->piece.len;
	return true;
}

/* Pass on an answer; 0, or -1 if one of both is gone */
static int pass_answer(struct proxy *proxy, const struct wire_msg *request)
{
	static uint8_t bytes[WIRE_PIECE_MAX];
	bool record = request->type == WIRE_GET && proxy->mode >= REPLAY && !proxy->recorded;
	struct tsm_error err;
	struct wire_msg msg;

	do {
		if (stream_recv(&proxy->host, &msg, &err) != 1)
			return -1;
		if (record)
			add_record(proxy, &msg);
		if (tamper(proxy, &msg, bytes) && stream_send(&proxy->guest, &msg, &err))
			return -1;
	} while (msg.type != WIRE_DONE && msg.type != WIRE_ERROR && msg.type != WIRE_WELCOME);
	if (record && msg.type == WIRE_DONE)
		proxy->recorded = true;
	else if (record)
		proxy->record_len = 0;
	return 0;
}

static int replay(struct proxy *proxy, const struct wire_get *get)
{
	struct tsm_error err;
	struct wire_msg msg;
	ssize_t len;

	for (size_t at = 0; at < proxy->record_len; at += len) {
		len = WIRE_HEAD + wire_decode_head(proxy->record + at);
		if (wire_decode(proxy->record + at, len, &msg))
			die("a record that is broken");
		if (proxy->mode == RELABEL && msg.type == WIRE_OBJECT &&
		    msg.object.head.has_nonce)
			memcpy(msg.object.head.nonce, get->nonce, TSM_NONCE_SIZE);
		if (stream_send(&proxy->guest, &msg, &err))
			return -1;
	}
	return 0;
}

static void converse(struct proxy *proxy)
{
	struct tsm_error err;
	struct wire_msg msg;

	for (;;) {
		stream_deadline(&proxy->guest, SECONDS);
		stream_deadline(&proxy->host, SECONDS);
		if (stream_recv(&proxy->guest, &msg, &err) != 1)
			return;
		if (msg.type == WIRE_GET && proxy->recorded) {
			if (replay(proxy, &msg.get))
				return;
			continue;
		}
		if (stream_send(&proxy->host, &msg, &err) || pass_answer(proxy, &msg))
			return;
	}
}

/* Nothing is asked any more: the host only ends it */
static void hold(struct proxy *proxy)
{
	struct tsm_error err = {};
	struct wire_msg msg;

	stream_deadline(&proxy->host, SECONDS);
	if (stream_recv(&proxy->host, &msg, &err) == 1 || err.code == ETIMEDOUT)
		return;
	puts("host closed");
	fflush(stdout);
}

static void serve_one(struct proxy *proxy, int fd)
{
	struct tsm_error err;
	int host = vsock_connect(VSOCK_LOOPBACK, proxy->port, SECONDS, &err);

	if (host < 0) {
		fprintf(stderr, "evil-proxy: %s\n", err.text);
		return;
	}
	if (!stream_of_fd(&proxy->guest, fd) && !stream_of_fd(&proxy->host, host))
		converse(proxy);
	if (proxy->mode == HOLD)
		hold(proxy);
	close(host);
}

static enum mode mode_of(const char *name)
{
	static const char *const names[] = { "pass", "hold", "flip", "cut", "replay", "relabel" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (!strcmp(names[i], name))
			return (enum mode)i;
	}
	die("no such mode");
}

static int type_of(const char *name)
{
	int type = tsm_type_of(name);

	if (type < 0)
		die("no such type");
	return type;
}

int main(int argc, char **argv)
{
	static struct proxy proxy;
	struct tsm_error err;
	uint32_t cid, port;
	int fd, conn;

	if (argc < 4)
		die("usage: evil-proxy LISTEN-PORT CONNECT-PORT MODE [TYPE]");
	proxy.port = strtoul(argv[2], NULL, 10);
	proxy.mode = mode_of(argv[3]);
	proxy.type = argc > 4 ? type_of(argv[4]) : -1;
	if ((proxy.mode == FLIP || proxy.mode == CUT) && proxy.type < 0)
		die("which type?");
	proxy.record = malloc(RECORD_MAX);
	fd = vsock_listen(strtoul(argv[1], NULL, 10), &err);
	if (!proxy.record || fd < 0)
		die(fd < 0 ? err.text : "no memory");
	puts("ready");
	fflush(stdout);
	while ((conn = vsock_accept(fd, &cid, &port)) >= 0) {
		serve_one(&proxy, conn);
		close(conn);
	}
	return 1;
}
