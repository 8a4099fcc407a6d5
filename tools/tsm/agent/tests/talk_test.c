// SPDX-License-Identifier: GPL-2.0
/*
 * Both ends of the protocol with each other, over a socket; then each with a peer that
 * does as it likes.
 */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../ask.h"
#include "../log.h"
#include "../vsock.h"
#include "fake.h"
#include "tap.h"

#define NR(a) (sizeof(a) / sizeof((a)[0]))

static unsigned int logged;

struct talk {
	int fds[2];
	pthread_t thread;
	struct stream stream;
	struct stream served;
	struct collector collector;
	struct bucket bucket;
	struct server server;
	int ret;
	struct tsm_error err;
};

static void *serve_thread(void *arg)
{
	struct talk *talk = arg;

	talk->ret = serve(&talk->server, &talk->err);
	close(talk->fds[1]);
	return NULL;
}

/* A server with a thread of its own; @nonce is what it answers over, NULL for what is asked */
static void start(struct talk *talk, uint8_t *nonce)
{
	memset(talk, 0, sizeof(*talk));
	socketpair(AF_UNIX, SOCK_STREAM, 0, talk->fds);
	stream_of_fd(&talk->stream, talk->fds[0]);
	stream_of_fd(&talk->served, talk->fds[1]);
	stream_deadline(&talk->stream, 10);
	talk->collector = (struct collector){ .collect = fake_collect, .priv = nonce };
	talk->server = (struct server){
		.stream = &talk->served, .vm = &fake_vm, .limits = &fake_limits,
		.collector = &talk->collector, .bucket = &talk->bucket,
	};
	pthread_create(&talk->thread, NULL, serve_thread, talk);
}

/* Returns what the server returned */
static int end(struct talk *talk)
{
	if (talk->fds[0] >= 0)
		close(talk->fds[0]);
	pthread_join(talk->thread, NULL);
	return talk->ret;
}

static struct wire_get get_for(const char *device)
{
	struct wire_get get = { .types = WIRE_TYPES, .slot = -1 };

	snprintf(get.device, sizeof(get.device), "%s", device);
	memset(get.nonce, 0x5a, sizeof(get.nonce));
	return get;
}

static bool as_collected(const struct tsm_evidence *ev, const struct wire_get *get)
{
	for (unsigned int type = 0; type < TSM_TYPES; type++) {
		const struct tsm_object *object = &ev->objects[type];

		for (size_t i = 0; i < object->len; i++) {
			if (object->data[i] != fake_byte(type, i))
				return false;
		}
	}
	return ev->objects[0].len == FAKE_BIG && ev->objects[TSM_VCA].len == 200 &&
	       ev->objects[TSM_MEASUREMENTS].len == 900 && !ev->objects[TSM_REPORT].there &&
	       ev->objects[TSM_MEASUREMENTS].has_nonce &&
	       !memcmp(ev->objects[TSM_MEASUREMENTS].nonce, get->nonce, TSM_NONCE_SIZE) &&
	       ev->objects[0].record_offset == 4 && ev->objects[0].record_len == FAKE_BIG - 4 &&
	       ev->objects[0].digest_len == 48 && ev->objects[TSM_VCA].digest[47] == TSM_VCA &&
	       ev->generation == 0x1122334455667788 && ev->spdm_version == 0x13 &&
	       !strcmp(ev->hash, "SHA-384") && !strcmp(ev->device, FAKE_HOST);
}

static void test_good(void)
{
	struct wire_device devices[4];
	struct wire_get get = get_for(FAKE_GUEST);
	struct tsm_evidence ev;
	struct tsm_error err = {};
	struct talk talk;

	start(&talk, NULL);
	tap(!ask_hello(&talk.stream, &err), "both agree on a version", err.text);
	tap(ask_devices(&talk.stream, devices, 4, &err) == 2 &&
	    !strcmp(devices[0].guest, FAKE_GUEST) && !strcmp(devices[1].host, FAKE_PLAIN) &&
	    !devices[1].guest[0], "the devices of the VM", err.text);
	tap(!ask_evidence(&talk.stream, &get, &ev, &err) && as_collected(&ev, &get),
	    "evidence by the VM's name", err.text);
	tsm_evidence_free(&ev);
	get = get_for(FAKE_HOST);
	tap(!ask_evidence(&talk.stream, &get, &ev, &err) && as_collected(&ev, &get),
	    "evidence by the host's name, in the same conversation", err.text);
	tsm_evidence_free(&ev);
	get.types = 1 << TSM_VCA;
	tap(!ask_evidence(&talk.stream, &get, &ev, &err) && ev.objects[TSM_VCA].there &&
	    !ev.objects[0].there && !ev.objects[TSM_MEASUREMENTS].there,
	    "no more than the types that were asked for", err.text);
	tsm_evidence_free(&ev);
	tap(!end(&talk), "the VM closes, and nothing is wrong", talk.err.text);
}

static void test_refused(void)
{
	static const char *const others[] = { FAKE_OTHER, "0000:00:06.0", "../../x" };
	struct tsm_error err = {}, first = {};
	struct tsm_evidence ev;
	struct wire_get get;
	struct talk talk;

	start(&talk, NULL);
	ask_hello(&talk.stream, &err);
	for (size_t i = 0; i < NR(others); i++) {
		char name[80];

		get = get_for(others[i]);
		snprintf(name, sizeof(name), "%s is refused, and no word of why", others[i]);
		tap(ask_evidence(&talk.stream, &get, &ev, &err) == 1 &&
		    err.kind == TSM_NOT_ALLOWED && strstr(err.text, "no such device"), name,
		    err.text);
		if (!i)
			first = err;
		tap(err.code == first.code, "as of any other", NULL);
	}
	get = get_for(FAKE_PLAIN);
	tap(ask_evidence(&talk.stream, &get, &ev, &err) == 1 && err.kind == TSM_FAILED &&
	    err.code == EIO && !strcmp(err.text, "host: not?connected ??"),
	    "why there is none, in characters that can be printed", err.text);
	get = get_for(FAKE_GUEST);
	tap(!ask_evidence(&talk.stream, &get, &ev, &err), "the conversation goes on", err.text);
	tsm_evidence_free(&ev);
	tap(!end(&talk), "and ends well", talk.err.text);
}

static void test_rate(void)
{
	struct wire_get get = get_for(FAKE_GUEST);
	struct tsm_error err = {};
	struct tsm_evidence ev;
	unsigned int n = 0;
	struct talk talk;

	start(&talk, NULL);
	ask_hello(&talk.stream, &err);
	get.types = 1 << TSM_VCA;
	while (n < 100 && !ask_evidence(&talk.stream, &get, &ev, &err)) {
		tsm_evidence_free(&ev);
		n++;
	}
	tap(n == fake_limits.per_minute && err.kind == TSM_BUSY, "so often and no more", err.text);
	end(&talk);
}

static void count_log(const struct server *server, const char *device, const struct tsm_error *err)
{
	(void)server;
	(void)device;
	(void)err;
	logged++;
}

/* Whatever a VM asks for counts, and beyond the limit nothing is even looked at */
static void test_rate_of_all(void)
{
	struct wire_get get = get_for(FAKE_OTHER);
	struct wire_device devices[4];
	struct tsm_error err = {};
	struct tsm_evidence ev;
	unsigned int n = 0;
	struct talk talk;

	start(&talk, NULL);
	talk.server.log = count_log;
	ask_hello(&talk.stream, &err);
	while (n < fake_limits.per_minute / 2 && ask_devices(&talk.stream, devices, 4, &err) == 2)
		n++;
	while (n < 100 && ask_evidence(&talk.stream, &get, &ev, &err) == 1 &&
	       err.kind == TSM_NOT_ALLOWED)
		n++;
	tap(n == fake_limits.per_minute && err.kind == TSM_BUSY,
	    "lists, and devices that it does not have, count as well", err.text);
	tap(ask_devices(&talk.stream, devices, 4, &err) == -1 && err.kind == TSM_BUSY,
	    "no list then, either", err.text);
	end(&talk);
	tap(logged == fake_limits.per_minute / 2, "the log has those that were looked at", NULL);
}

/* Lines of the log that @text is in */
static unsigned int lines_with(const char *log, const char *text)
{
	unsigned int n = 0;

	while ((log = strstr(log, text))) {
		log++;
		n++;
	}
	return n;
}

static void test_log(void)
{
	struct log_limit limit = {};
	FILE *saved = stderr;
	char *log = NULL;
	size_t len;

	stderr = open_memstream(&log, &len);
	for (int i = 0; i < 1000; i++)
		log_limited(&limit, "refused", 1000);
	log_left_out(&limit, 1001);
	fflush(stderr);
	tap(lines_with(log, "refused") == 30 && !strstr(log, "left out"),
	    "a log that a stranger cannot fill", NULL);
	log_left_out(&limit, 10000);
	log_left_out(&limit, 20000);
	log_limited(&limit, "refused", 30000);
	fclose(stderr);
	stderr = saved;
	tap(lines_with(log, "970 warnings were left out") == 1 &&
	    lines_with(log, "left out") == 1 && lines_with(log, "refused") == 31,
	    "it tells how many there were", NULL);
	free(log);
}

static void test_bucket(void)
{
	struct bucket bucket = {};
	unsigned int n = 0;

	while (bucket_take(&bucket, 30, 1000))
		n++;
	tap(n == 30, "a full bucket", NULL);
	tap(!bucket_take(&bucket, 30, 2999), "two seconds later, almost", NULL);
	tap(bucket_take(&bucket, 30, 3000) && !bucket_take(&bucket, 30, 3000),
	    "two seconds later, one", NULL);
	tap(!bucket_take(&bucket, 30, 100), "a clock that goes back gives none", NULL);
	for (n = 0; bucket_take(&bucket, 30, 10000000); n++)
		;
	tap(n == 30, "no more than full after a long time", NULL);
}

static void test_nonce(void)
{
	struct wire_get get = get_for(FAKE_GUEST);
	uint8_t old[TSM_NONCE_SIZE] = { 1 };
	struct tsm_error err = {};
	struct tsm_evidence ev;
	struct talk talk;

	start(&talk, old);
	ask_hello(&talk.stream, &err);
	tap(ask_evidence(&talk.stream, &get, &ev, &err) == -1 && err.kind == TSM_UNTRUSTED &&
	    err.code == ESTALE && strstr(err.text, "another nonce"),
	    "an answer over another nonce is refused", err.text);
	end(&talk);
}

/* A host that sends these messages whatever is asked */
struct script {
	const char *name;
	enum tsm_exit kind;
	struct wire_msg msgs[6];
};

static const uint8_t bytes[100];

#define BEGIN { .type = WIRE_EVIDENCE, .evidence = { .device = "x" } }
#define OBJECT(t, l) { .type = WIRE_OBJECT, \
		       .object = { .type = t, .head = { .there = true, .len = l, .slot = -1 } } }
#define PIECE(t, o, l) { .type = WIRE_PIECE, \
			 .piece = { .type = t, .offset = o, .data = bytes, .len = l } }
#define DONE(n) { .type = WIRE_DONE, .done = { n } }

static const struct script scripts[] = {
	{ "nothing, and closes", TSM_FAILED, {} },
	{ "an object before the answer", TSM_BROKEN, { OBJECT(8, 4) } },
	{ "a piece before the answer", TSM_BROKEN, { PIECE(8, 0, 4) } },
	{ "a piece before an object", TSM_BROKEN, { BEGIN, PIECE(0, 0, 4) } },
	{ "an answer that is just over", TSM_BROKEN, { DONE(0) } },
	{ "two answers", TSM_BROKEN, { BEGIN, BEGIN } },
	{ "a welcome", TSM_BROKEN, { BEGIN, { .type = WIRE_WELCOME, .welcome = { 1 } } } },
	{ "a request", TSM_BROKEN, { BEGIN, { .type = WIRE_LIST } } },
	{ "a piece of another object", TSM_BROKEN, { BEGIN, OBJECT(8, 4), PIECE(0, 0, 4) } },
	{ "a piece too far", TSM_BROKEN, { BEGIN, OBJECT(8, 4), PIECE(8, 1, 3) } },
	{ "a piece too long", TSM_BROKEN, { BEGIN, OBJECT(8, 4), PIECE(8, 0, 5) } },
	{ "a piece twice", TSM_BROKEN,
	  { BEGIN, OBJECT(8, 8), PIECE(8, 0, 4), PIECE(8, 0, 4) } },
	{ "a piece too many", TSM_BROKEN,
	  { BEGIN, OBJECT(8, 4), PIECE(8, 0, 4), PIECE(8, 4, 1) } },
	{ "an object that is cut off", TSM_BROKEN,
	  { BEGIN, OBJECT(8, 8), PIECE(8, 0, 4), DONE(1) } },
	{ "an object before the last is complete", TSM_BROKEN,
	  { BEGIN, OBJECT(8, 8), PIECE(8, 0, 4), OBJECT(0, 4) } },
	{ "an object twice", TSM_BROKEN,
	  { BEGIN, OBJECT(8, 4), PIECE(8, 0, 4), OBJECT(8, 4) } },
	{ "an object that was not asked for", TSM_BROKEN, { BEGIN, OBJECT(TSM_REPORT, 4) } },
	{ "another number of objects", TSM_BROKEN,
	  { BEGIN, OBJECT(8, 4), PIECE(8, 0, 4), DONE(2) } },
	{ "an answer, and closes", TSM_FAILED, { BEGIN, OBJECT(8, 4), PIECE(8, 0, 4) } },
	{ "a refusal in the middle", TSM_BUSY,
	  { BEGIN, { .type = WIRE_ERROR, .error = { TSM_BUSY, EBUSY, "no" } } } },
	{ "a refusal that looks like success", TSM_FAILED,
	  { { .type = WIRE_ERROR, .error = { TSM_OK, 0, "fine" } } } },
	{ "a refusal that looks like a verdict", TSM_FAILED,
	  { { .type = WIRE_ERROR, .error = { TSM_UNTRUSTED, 0, "fine" } } } },
	{ "a refusal of no kind", TSM_FAILED,
	  { { .type = WIRE_ERROR, .error = { 0xffffffff, 0xffffffff, "fine" } } } },
};

static size_t play(const struct wire_msg *msgs, size_t n, uint8_t *buf, size_t size)
{
	size_t len = 0;

	for (size_t i = 0; i < n && msgs[i].type; i++) {
		ssize_t ret = wire_encode(&msgs[i], buf + len, size - len);

		if (ret < 0)
			abort();
		len += ret;
	}
	return len;
}

static void test_scripts(void)
{
	static struct stream stream;
	static uint8_t buf[4096];

	for (size_t i = 0; i < NR(scripts); i++) {
		struct wire_get get = get_for("x");
		struct memory memory = { .in = buf };
		struct tsm_evidence ev;
		struct tsm_error err = {};
		char name[96];

		get.types = 1 << TSM_VCA | 1 << TSM_SLOT0;
		memory.in_len = play(scripts[i].msgs, NR(scripts[i].msgs), buf, sizeof(buf));
		stream_of_memory(&stream, &memory);
		snprintf(name, sizeof(name), "a host sends %s", scripts[i].name);
		tap(ask_evidence(&stream, &get, &ev, &err) && err.kind == scripts[i].kind &&
		    !ev.objects[8].data, name, err.text);
	}
}

/* A VM that sends these, and what it gets last */
static const struct {
	const char *name;
	unsigned int kind;	/* of the error */
	struct wire_msg msgs[3];
} vms[] = {
	{ "no hello", TSM_BROKEN, { { .type = WIRE_LIST } } },
	{ "an answer", TSM_BROKEN, { DONE(0) } },
	{ "hello twice", TSM_BROKEN, { { .type = WIRE_HELLO, .hello = { 1, 1 } },
				       { .type = WIRE_HELLO, .hello = { 1, 1 } } } },
	{ "later versions only", TSM_NO_SUPPORT, { { .type = WIRE_HELLO, .hello = { 2, 9 } } } },
	{ "no version at all", TSM_NO_SUPPORT, { { .type = WIRE_HELLO, .hello = { 9, 0 } } } },
};

static void test_vms(void)
{
	static struct stream stream;
	static uint8_t buf[4096], out[4096];

	for (size_t i = 0; i < NR(vms); i++) {
		struct memory memory = { .in = buf, .out = out, .out_size = sizeof(out) };
		struct collector collector = { .collect = fake_collect };
		struct bucket bucket = {};
		struct server server = {
			.stream = &stream, .vm = &fake_vm, .limits = &fake_limits,
			.collector = &collector, .bucket = &bucket,
		};
		struct tsm_error err = {};
		struct wire_msg last = {};
		char name[80];
		int ret;

		memory.in_len = play(vms[i].msgs, NR(vms[i].msgs), buf, sizeof(buf));
		stream_of_memory(&stream, &memory);
		ret = serve(&server, &err);
		memory = (struct memory){ .in = out, .in_len = memory.out_len };
		stream_of_memory(&stream, &memory);
		while (stream_recv(&stream, &last, &err) == 1 && last.type != WIRE_ERROR)
			;
		snprintf(name, sizeof(name), "a VM sends %s", vms[i].name);
		tap(ret == -1 && last.type == WIRE_ERROR && last.error.kind == vms[i].kind,
		    name, err.text);
	}
}

static void test_slow(void)
{
	int64_t before = stream_now();
	struct tsm_error err = {};
	struct talk talk;

	start(&talk, NULL);
	send(talk.fds[0], "PTSA", 4, 0);
	pthread_join(talk.thread, NULL);
	tap(talk.ret == -1 && talk.err.code == ETIMEDOUT && stream_now() - before < 5000,
	    "a VM that stops in mid-message is not waited for", talk.err.text);
	close(talk.fds[0]);
	/* One that asks and does not read fills the socket, and no more */
	before = stream_now();
	start(&talk, NULL);
	ask_hello(&talk.stream, &err);
	for (int i = 0; i < 20; i++) {
		struct wire_msg msg = { .type = WIRE_GET, .get = get_for(FAKE_GUEST) };

		stream_send(&talk.stream, &msg, &err);
	}
	pthread_join(talk.thread, NULL);
	tap(talk.ret == -1 && talk.err.code == ETIMEDOUT && stream_now() - before < 8000,
	    "a VM that does not read is not waited for", talk.err.text);
	close(talk.fds[0]);
}

int main(void)
{
	tap(vsock_privileged(1023) && !vsock_privileged(1024), "ports for everybody", NULL);
	test_good();
	test_refused();
	test_rate();
	test_rate_of_all();
	test_log();
	test_bucket();
	test_nonce();
	test_scripts();
	test_vms();
	test_slow();
	return tap_end();
}
