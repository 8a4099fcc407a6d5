// SPDX-License-Identifier: GPL-2.0
/*
 * QEMU's socket, with a device behind it that answers what it was asked: frames
 * and objects, and that each frame gets an answer.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "check.h"
#include "transport.h"

static struct dsm_faults *faults;

static struct dsm_options options = {
	.versions = 0xf, .caps = SPDM_CAP_CERT | SPDM_CAP_CHAL,
	.base_asym = SPDM_ASYM_ECDSA_P256, .base_hash = SPDM_HASH_SHA256,
	.meas_hash = SPDM_MEAS_HASH_SHA256, .slots = 1, .transfer_size = 0x1000,
	.message_size = 0x1000,
};

static const struct dsm_place nvme = { .vendor = 0x1b36, .device = 0x0010 };

static pthread_t thread;
static int stop_fd, ready_fd, result;
static uint16_t port;

static void ready(void)
{
	eventfd_write(ready_fd, 1);
}

static void *serve(void *arg)
{
	(void)arg;
	result = dsm_qemu_serve(port, &options, &nvme, stop_fd, ready);
	eventfd_write(ready_fd, 1);
	return NULL;
}

/* A port that was free a moment ago */
static uint16_t free_port(void)
{
	struct sockaddr_in addr = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	socklen_t len = sizeof(addr);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	CHECK(!bind(fd, (struct sockaddr *)&addr, len));
	CHECK(!getsockname(fd, (struct sockaddr *)&addr, &len));
	close(fd);
	return ntohs(addr.sin_port);
}

static void begin(const char *fault)
{
	eventfd_t val;

	faults = dsm_faults_new();
	if (fault)
		CHECK(!dsm_faults_add(faults, fault));
	options.faults = faults;
	options.identity_dir = getenv("IDENTITY") ? getenv("IDENTITY") : "identity";
	port = free_port();
	stop_fd = eventfd(0, 0);
	ready_fd = eventfd(0, 0);
	CHECK(!pthread_create(&thread, NULL, serve, NULL));
	eventfd_read(ready_fd, &val);
}

static void end(void)
{
	eventfd_write(stop_fd, 1);
	pthread_join(thread, NULL);
	CHECK(!result);
	close(stop_fd);
	close(ready_fd);
	dsm_faults_free(faults);
}

static int client(void)
{
	struct sockaddr_in addr = {
		.sin_family = AF_INET, .sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	CHECK(!connect(fd, (struct sockaddr *)&addr, sizeof(addr)));
	return fd;
}

static void send_frame(int fd, uint32_t command, uint32_t transport, const void *data, size_t len)
{
	uint32_t head[3] = { htonl(command), htonl(transport), htonl(len) };

	CHECK(write(fd, head, sizeof(head)) == sizeof(head));
	CHECK(write(fd, data, len) == (ssize_t)len);
}

/* Bytes of the payload of the answer, -1 for none */
static int take_frame(int fd, uint32_t command, uint32_t transport, uint8_t *data)
{
	uint32_t head[3];

	if (recv(fd, head, sizeof(head), MSG_WAITALL) != sizeof(head))
		return -1;
	CHECK(ntohl(head[0]) == command && ntohl(head[1]) == transport);
	if (ntohl(head[2]) > DSM_QEMU_OBJECT_MAX)
		return -1;
	if (head[2] && recv(fd, data, ntohl(head[2]), MSG_WAITALL) != (ssize_t)ntohl(head[2]))
		return -1;
	return ntohl(head[2]);
}

static int ask(int fd, const void *object, size_t len, uint8_t *answer)
{
	send_frame(fd, 1, 2, object, len);
	return take_frame(fd, 1, 2, answer);
}

#define GET_VERSION	"\1\0\1\0\3\0\0\0\x10\x84\0\0"

static uint8_t answer[DSM_QEMU_OBJECT_MAX];

static void answers_objects(void)
{
	static const uint8_t version[] =
		"\1\0\1\0\6\0\0\0\x10\x04\0\0\0\4\0\x10\0\x11\0\x12\0\x13\0\0";
	int fd;

	begin(NULL);
	fd = client();
	CHECK(ask(fd, GET_VERSION, 12, answer) == 24 && !memcmp(answer, version, 24));
	close(fd);
	end();
}

static void answers_discovery(void)
{
	int fd;

	begin(NULL);
	fd = client();
	CHECK(ask(fd, "\1\0\0\0\3\0\0\0\0\0\0\0", 12, answer) == 12);
	CHECK(!memcmp(answer, "\1\0\0\0\3\0\0\0\1\0\0\1", 12));
	CHECK(ask(fd, "\1\0\0\0\3\0\0\0\2\0\0\0", 12, answer) == 12);
	CHECK(!memcmp(answer + 8, "\1\0\2\0", 4));
	CHECK(ask(fd, "\1\0\0\0\3\0\0\0\3\0\0\0", 12, answer) == 12);
	CHECK(!memcmp(answer + 8, "\xff\xff\xff\0", 4));
	close(fd);
	end();
}

static void what_is_dropped_has_an_empty_answer(void)
{
	static const struct {
		const char *object;
		size_t len;
	} bad[] = {
		{ "", 0 }, { "\1\0\1\0\3\0\0", 7 }, { "\1\0\1\0\2\0\0\0\x10\x84\0\0", 12 },
		{ "\1\0\1\0\4\0\0\0\x10\x84\0\0", 12 }, { "\2\0\1\0\3\0\0\0\x10\x84\0\0", 12 },
		{ "\1\0\5\0\3\0\0\0\x10\x84\0\0", 12 },
		{ "\1\0\0\0\4\0\0\0\0\0\0\0\0\0\0\0", 16 },
	};
	int fd;

	begin("silent:VERSION@1");
	fd = client();
	for (unsigned int i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK(ask(fd, bad[i].object, bad[i].len, answer) == 0);
	CHECK(ask(fd, GET_VERSION, 12, answer) == 0);
	CHECK(ask(fd, GET_VERSION, 12, answer) == 24);
	close(fd);
	end();
}

static void knows_the_commands(void)
{
	int fd;

	begin(NULL);
	fd = client();
	send_frame(fd, 0xdead, 2, "Client Hello!", 14);
	CHECK(take_frame(fd, 0xdead, 2, answer) == 14 && !strcmp((char *)answer, "Server Hello!"));
	send_frame(fd, 0x1234, 2, "", 0);
	CHECK(take_frame(fd, 0xffff, 2, answer) == 0);
	send_frame(fd, 1, 1, "", 0);
	CHECK(take_frame(fd, 1, 1, answer) == 0);
	send_frame(fd, 0xfffd, 2, "", 0);
	CHECK(take_frame(fd, 0xfffd, 2, answer) == 0);
	CHECK(take_frame(fd, 0, 0, answer) == -1);
	close(fd);

	fd = client();
	CHECK(ask(fd, GET_VERSION, 12, answer) == 24);
	send_frame(fd, 0xfffe, 2, "", 0);
	CHECK(take_frame(fd, 0xfffe, 2, answer) == 0);
	pthread_join(thread, NULL);
	CHECK(!result);
	close(fd);
	close(stop_fd);
	close(ready_fd);
	dsm_faults_free(faults);
}

static void drops_who_sends_too_much(void)
{
	uint32_t head[3] = { htonl(1), htonl(2), htonl(DSM_QEMU_OBJECT_MAX + 1) };
	int fd;

	begin(NULL);
	fd = client();
	CHECK(write(fd, head, sizeof(head)) == sizeof(head));
	CHECK(take_frame(fd, 0, 0, answer) == -1);
	close(fd);
	fd = client();
	CHECK(ask(fd, GET_VERSION, 12, answer) == 24);
	close(fd);
	end();
}

static const struct check_case cases[] = {
	{ "answers_objects", answers_objects },
	{ "answers_discovery", answers_discovery },
	{ "what_is_dropped_has_an_empty_answer", what_is_dropped_has_an_empty_answer },
	{ "knows_the_commands", knows_the_commands },
	{ "drops_who_sends_too_much", drops_who_sends_too_much },
};

CHECK_MAIN("dsm_qemu", cases)
