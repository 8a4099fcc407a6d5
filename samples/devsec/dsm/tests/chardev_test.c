// SPDX-License-Identifier: GPL-2.0
/*
 * devsec_bus's character device, which a pair of sockets stands for: which
 * answer goes to whom, in which order, and that a slow device delays no other.
 */
#include <fcntl.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "../dsm-link.h"
#include "check.h"
#include "transport.h"

static struct dsm_faults *faults;
static struct dsm_options options = {
	.versions = 0xf, .caps = SPDM_CAP_CERT | SPDM_CAP_CHAL,
	.base_asym = SPDM_ASYM_ECDSA_P256, .base_hash = SPDM_HASH_SHA256,
	.meas_hash = SPDM_MEAS_HASH_SHA256, .slots = 1, .transfer_size = 0x1000,
	.message_size = 0x1000,
};

static pthread_t thread;
static int bus, dsm, stop_fd, ready_fd, result;
static unsigned int threads;

static struct answer {
	struct devsec_dsm_msg head;
	uint8_t payload[DEVSEC_DSM_PAYLOAD_MAX];
} answer;

static void ready(void)
{
	eventfd_write(ready_fd, 1);
}

static void *serve(void *arg)
{
	(void)arg;
	result = dsm_chardev_serve_fd(dsm, &options, threads, stop_fd, ready);
	return NULL;
}

static void begin(const char *fault, unsigned int nr_threads)
{
	struct timeval limit = { .tv_sec = 10 };
	eventfd_t val;
	int fds[2];

	faults = dsm_faults_new();
	if (fault)
		CHECK(!dsm_faults_add(faults, fault));
	options.faults = faults;
	options.identity_dir = getenv("IDENTITY") ? getenv("IDENTITY") : "identity";
	CHECK(!socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fds));
	bus = fds[0];
	dsm = fds[1];
	setsockopt(bus, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	fcntl(dsm, F_SETFL, O_NONBLOCK);
	stop_fd = eventfd(0, 0);
	ready_fd = eventfd(0, 0);
	threads = nr_threads;
	CHECK(!pthread_create(&thread, NULL, serve, NULL));
	eventfd_read(ready_fd, &val);
}

static void end(void)
{
	eventfd_write(stop_fd, 1);
	pthread_join(thread, NULL);
	CHECK(!result);
	close(bus);
	close(dsm);
	close(stop_fd);
	close(ready_fd);
	dsm_faults_free(faults);
}

static void post(uint16_t kind, uint16_t rid, uint32_t cookie, const void *payload, size_t len)
{
	struct answer msg = {
		.head = {
			.kind = kind, .domain = 0x10, .rid = rid, .cookie = cookie, .len = len,
			.vendor = 0xdec0, .device = 0x0010, .class_rev = 0x12000001,
		},
	};

	memcpy(msg.payload, payload, len);
	CHECK(write(bus, &msg, sizeof(msg.head) + len) == (ssize_t)(sizeof(msg.head) + len));
}

static void get_version(uint16_t rid, uint32_t cookie)
{
	post(DEVSEC_DSM_CLEAR, rid, cookie, "\x10\x84\0\0", 4);
}

static void get_digests(uint16_t rid, uint32_t cookie)
{
	post(DEVSEC_DSM_CLEAR, rid, cookie, "\x12\x81\0\0", 4);
}

/* The cookie of the next answer; 0 for none */
static uint32_t take(void)
{
	ssize_t n = read(bus, &answer, sizeof(answer));

	if (n < (ssize_t)sizeof(answer.head))
		return 0;
	CHECK(n == (ssize_t)(sizeof(answer.head) + answer.head.len));
	return answer.head.cookie;
}

static bool is_version(void)
{
	return answer.head.kind == DEVSEC_DSM_CLEAR && answer.head.len >= 14 &&
	       answer.payload[0] == 0x10 && answer.payload[1] == 4;
}

static void answers_each_function(void)
{
	uint32_t seen = 0;

	begin(NULL, 2);
	for (unsigned int i = 0; i < 16; i++)
		get_version(i, i + 1);
	for (unsigned int i = 0; i < 16; i++) {
		uint32_t cookie = take();

		CHECK(cookie && cookie <= 16 && is_version());
		CHECK(answer.head.rid == cookie - 1 && answer.head.domain == 0x10);
		seen |= 1u << (cookie - 1);
	}
	CHECK(seen == 0xffff);
	end();
}

static void keeps_the_order_of_a_function(void)
{
	begin(NULL, 8);
	for (uint32_t i = 1; i <= 20; i++)
		get_version(8, i);
	for (uint32_t i = 1; i <= 20; i++)
		CHECK(take() == i);
	end();
}

static void slow_ones_delay_nobody_else(void)
{
	begin("late:400:DIGESTS", 2);
	get_digests(1, 1);
	get_version(2, 2);
	get_version(3, 3);
	CHECK(take() == 2 && is_version());
	CHECK(take() == 3 && is_version());
	CHECK(take() == 1 && !is_version());
	end();
}

static void says_that_there_is_no_answer(void)
{
	begin("silent:VERSION@1", 1);
	get_version(1, 1);
	CHECK(take() == 1 && answer.head.kind == DEVSEC_DSM_SILENCE && !answer.head.len);
	get_version(1, 2);
	CHECK(take() == 2 && is_version());
	end();
}

/* What waits is dropped, and the device knows nothing any more; a reset has no answer. */
static void resets_drop_what_waits(void)
{
	begin("late:300:DIGESTS@1", 4);
	get_version(1, 1);
	CHECK(take() == 1);
	get_digests(1, 2);
	get_version(1, 3);
	usleep(100000);
	post(DEVSEC_DSM_RESET, 1, 0, "", 0);
	get_digests(1, 4);
	CHECK(take() == 2);
	CHECK(take() == 4 && answer.payload[1] == SPDM_ERROR);
	CHECK(answer.payload[2] == SPDM_ERROR_RESYNCH);
	end();
}

static void skips_what_it_does_not_understand(void)
{
	begin(NULL, 1);
	CHECK(write(bus, "abc", 3) == 3);
	post(77, 1, 1, "\x10\x84\0\0", 4);
	get_version(1, 2);
	CHECK(take() == 2 && is_version());
	end();
}

static const struct check_case cases[] = {
	{ "answers_each_function", answers_each_function },
	{ "keeps_the_order_of_a_function", keeps_the_order_of_a_function },
	{ "slow_ones_delay_nobody_else", slow_ones_delay_nobody_else },
	{ "says_that_there_is_no_answer", says_that_there_is_no_answer },
	{ "resets_drop_what_waits", resets_drop_what_waits },
	{ "skips_what_it_does_not_understand", skips_what_it_does_not_understand },
};

CHECK_MAIN("dsm_chardev", cases)
