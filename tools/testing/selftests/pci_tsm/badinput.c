// SPDX-License-Identifier: GPL-2.0
/*
 * What connect and disconnect refuse: each has its errno, and changes nothing:
 * no file, no stream, no sequence number, and no event is sent.
 */
#include "../kselftest_harness.h"
#include <linux/capability.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "devsec.h"
#include "uevent.h"

#define HB	"/sys/devices/platform/devsec_bus/pci%.4s:00/"

/* One less than what one store can take, and no newline in it */
#define PAGE_OF_JUNK	4095

static char junk[PAGE_OF_JUNK + 1];

/* In which state, on which file, what is written, and what that must give */
static const struct bad {
	bool connected;
	const char *file;
	const char *text;
	int error;
} bad[] = {
	{ false, "connect", " ", -EINVAL },
	{ false, "connect", "\n", -EINVAL },
	{ false, "connect", "0", -EINVAL },
	{ false, "connect", "2", -EINVAL },
	{ false, "connect", "11", -EINVAL },
	{ false, "connect", " 1", -EINVAL },
	{ false, "connect", "1 ", -EINVAL },
	{ false, "connect", "1\n\n", -EINVAL },
	{ false, "connect", "-1", -EINVAL },
	{ false, "connect", "tsm", -EINVAL },
	{ false, "connect", "tsm ", -EINVAL },
	{ false, "connect", "tsm0x", -EINVAL },
	{ false, "connect", "tsm0 tsm0", -EINVAL },
	{ false, "connect", "TSM0", -EINVAL },
	{ false, "connect", "tsm99999999999999999999", -EINVAL },
	{ false, "connect", "tsm-1", -ENXIO },
	{ false, "connect", "tsm-99", -ENXIO },
	{ false, "connect", "tsm99", -ENXIO },
	{ false, "connect", junk, -EINVAL },
	{ false, "disconnect", "1", -ENXIO },
	{ false, "disconnect", "tsm0", -ENXIO },
	{ false, "disconnect", "tsm99", -ENXIO },
	{ false, "disconnect", "junk", -ENXIO },
	{ true, "connect", "1", -EBUSY },
	{ true, "connect", "tsm0", -EBUSY },
	{ true, "connect", "tsm1", -EBUSY },
	{ true, "connect", "tsm99", -EBUSY },
	{ true, "connect", "tsm-1", -EBUSY },
	{ true, "connect", "tsm-99", -EBUSY },
	{ true, "connect", "0", -EINVAL },
	{ true, "connect", junk, -EINVAL },
	{ true, "disconnect", "tsm1", -EINVAL },
	{ true, "disconnect", "tsm99", -EINVAL },
	{ true, "disconnect", "tsm-1", -EINVAL },
	{ true, "disconnect", "tsm", -EINVAL },
	{ true, "disconnect", "0", -EINVAL },
	{ true, "disconnect", " ", -EINVAL },
	{ true, "disconnect", "\n", -EINVAL },
	{ true, "disconnect", junk, -EINVAL },
};

FIXTURE(bad) {
	struct bdf ep;
	int events;
};

FIXTURE_SETUP(bad)
{
	memset(junk, 'x', PAGE_OF_JUNK);
	ASSERT_TRUE(devsec_load("topology=ep", "tsms=2 verified=1"));
	ASSERT_TRUE(devsec_find(&self->ep, "ep", "endpoint", 0));
	self->events = uevent_open();
	ASSERT_LE(0, self->events);
}

FIXTURE_TEARDOWN(bad)
{
	put("clear", TSM_DEBUG "fault");
	EXPECT_TRUE(devsec_unload());
}

/* The number of the last transition, by the debugfs of the core; "" for no DSM there */
static const char *number(const char *ep)
{
	const char *line = strstr(get(DSMS), ep), *at = line ? strstr(line, " seq=") : NULL;

	return at ? str("%.*s", (int)strcspn(at + 5, " "), at + 5) : "";
}

/* Everything that a refused write must leave alone, in words */
static const char *all(const char *ep)
{
	const char *tsm = str("%s %s %s/%s", get(DEV "tsm/state", ep), get(DEV "tsm/reason", ep),
			      get(DEV "tsm/connect", ep), get(DEV "tsm/dsm", ep));

	return str("%s %s/%s, streams %s, seq %s", tsm, get(DEV "tsm/bound", ep),
		   get(DEV "authenticated", ep), get(HB "available_secure_streams", ep),
		   number(ep));
}

static void refuse(struct __test_metadata *_metadata, struct _test_data_bad *self, bool connected)
{
	const char *ep = self->ep.s;
	char before[256];

	snprintf(before, sizeof(before), "%s", all(ep));
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		if (bad[i].connected != connected)
			continue;
		uevent_drain(self->events, ep);
		EXPECT_EQ(bad[i].error, put(bad[i].text, DEV "tsm/%s", ep, bad[i].file)) {
			TH_LOG("\"%.20s\" to %s", bad[i].text, bad[i].file);
		}
		EXPECT_STREQ(before, all(ep));
		EXPECT_EQ(0, uevent_drain(self->events, ep)) {
			TH_LOG("\"%.20s\" to %s sent events", bad[i].text, bad[i].file);
		}
	}
}

TEST_F(bad, while_disconnected)
{
	refuse(_metadata, self, false);
	EXPECT_EQ(0, put("tsm0", DEV "tsm/connect", self->ep.s));
}

TEST_F(bad, while_connected)
{
	ASSERT_EQ(0, put("tsm0", DEV "tsm/connect", self->ep.s));
	refuse(_metadata, self, true);
	EXPECT_EQ(0, put("tsm0", DEV "tsm/disconnect", self->ep.s));
}

/* Bound, too: function 0 is a function like any other */
TEST_F(bad, while_bound)
{
	ASSERT_EQ(0, put("tsm0", DEV "tsm/connect", self->ep.s));
	ASSERT_EQ(0, put(str("%s 7", self->ep.s), TSM_DEBUG "bind"));
	refuse(_metadata, self, true);
	EXPECT_STREQ("tsm0", get(DEV "tsm/bound", self->ep.s));
}

/* Failed is still somebody's: to be disconnected first, whoever is named */
TEST_F(bad, while_failed)
{
	const char *ep = self->ep.s;
	struct uevent u;

	ASSERT_EQ(0, put("tsm0", DEV "tsm/connect", ep));
	ASSERT_EQ(0, put(str("%s 9", ep), TSM_DEBUG "report"));
	/* It is shown before it is told, and nothing may come after that */
	do {
		ASSERT_TRUE(uevent_next(self->events, ep, &u, 10000));
	} while (strcmp(u.state, "failed"));
	EXPECT_STREQ("255", get(HB "available_secure_streams", ep));
	refuse(_metadata, self, true);
	EXPECT_STREQ("failed", get(DEV "tsm/state", ep));
	EXPECT_EQ(0, put("tsm0", DEV "tsm/disconnect", ep));
}

/* sysfs does not pass it on, so nothing can refuse it */
TEST_F(bad, empty_write_does_nothing)
{
	int fd = open(str(DEV "tsm/connect", self->ep.s), O_WRONLY);

	ASSERT_LE(0, fd);
	EXPECT_EQ(0, write(fd, "", 0));
	close(fd);
	EXPECT_STREQ("disconnected none / /, streams 255, seq ", all(self->ep.s));
}

static void drop_sys_admin(void)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2];

	if (syscall(SYS_capget, &head, data))
		_exit(1);
	data[0].effective &= ~(1U << CAP_SYS_ADMIN);
	if (syscall(SYS_capset, &head, data))
		_exit(1);
}

/* The errno of a write through @fd by a process without CAP_SYS_ADMIN */
static int write_unprivileged(int fd)
{
	pid_t pid = fork();

	if (!pid) {
		drop_sys_admin();
		_exit(write(fd, "1", 1) < 0 ? errno : 0);
	}
	return put_end(pid);
}

TEST_F(bad, without_cap_sys_admin)
{
	int connect = open(str(DEV "tsm/connect", self->ep.s), O_WRONLY);
	int disconnect = open(str(DEV "tsm/disconnect", self->ep.s), O_WRONLY);
	char want[128];

	ASSERT_LE(0, connect);
	ASSERT_LE(0, disconnect);
	EXPECT_EQ(-EPERM, write_unprivileged(connect));
	EXPECT_STREQ("disconnected none / /, streams 255, seq ", all(self->ep.s));
	EXPECT_EQ(1, write(connect, "1", 1));
	EXPECT_EQ(-EPERM, write_unprivileged(disconnect));
	snprintf(want, sizeof(want), "connected request tsm0/%s /tsm0, streams 254, seq 2",
		 self->ep.s);
	EXPECT_STREQ(want, all(self->ep.s));
	close(connect);
	close(disconnect);
}

TEST_F(bad, as_another_user)
{
	static const char * const readable[] = { "connect", "state", "reason", "dsm", "bound" };
	const char *ep = self->ep.s;
	pid_t pid = fork();

	if (!pid) {
		if (setresgid(65534, 65534, 65534) || setresuid(65534, 65534, 65534))
			_exit(1);
		for (int i = 0; i < 5; i++)
			if (access(str(DEV "tsm/%s", ep, readable[i]), R_OK))
				_exit(2);
		if (put("1", DEV "tsm/connect", ep) != -EACCES ||
		    put("1", DEV "tsm/disconnect", ep) != -EACCES ||
		    put("x", DEV "tsm/state", ep) != -EACCES)
			_exit(3);
		_exit(0);
	}
	EXPECT_EQ(0, put_end(pid));
}

TEST_F(bad, modes)
{
	static const struct { const char *file; mode_t mode; } modes[] = {
		{ "tsm/connect", 0644 }, { "tsm/disconnect", 0200 }, { "tsm/state", 0444 },
		{ "tsm/reason", 0444 }, { "tsm/dsm", 0444 }, { "tsm/bound", 0444 },
		{ "authenticated", 0444 },
	};
	struct stat st;

	for (int i = 0; i < 7; i++) {
		ASSERT_EQ(0, stat(str(DEV "%s", self->ep.s, modes[i].file), &st));
		EXPECT_EQ(modes[i].mode, st.st_mode & 07777) {
			TH_LOG("%s", modes[i].file);
		}
	}
}

/* Whoever still has the file open */
static void write_when_gone(struct __test_metadata *_metadata, const char *ep, const char *file)
{
	int fd = open(str(DEV "tsm/%s", ep, file), O_WRONLY);

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, put("1", DEV "remove", ep));
	EXPECT_EQ(-1, write(fd, "1", 1));
	EXPECT_EQ(ENODEV, errno);
	close(fd);
}

TEST_F(bad, device_gone)
{
	write_when_gone(_metadata, self->ep.s, "connect");
}

TEST_F(bad, device_gone_for_a_disconnect)
{
	ASSERT_EQ(0, put("1", DEV "tsm/connect", self->ep.s));
	write_when_gone(_metadata, self->ep.s, "disconnect");
	EXPECT_EQ(0, counter("streams "));
}

TEST_F(bad, device_going)
{
	pid_t writer;

	ASSERT_EQ(0, put("* connect hang 60000", TSM_DEBUG "fault"));
	writer = put_begin("1", DEV "tsm/connect", self->ep.s);
	EXPECT_STREQ("connecting", await("connecting", 5000, DEV "tsm/state", self->ep.s));
	EXPECT_EQ(0, put("1", DEV "remove", self->ep.s));
	EXPECT_EQ(-ENODEV, put_end(writer));
}

TEST_F(bad, tsm_going)
{
	pid_t writer, queued;

	ASSERT_EQ(0, put("* connect hang 60000", TSM_DEBUG "fault"));
	writer = put_begin("tsm1", DEV "tsm/connect", self->ep.s);
	EXPECT_STREQ("connecting", await("connecting", 5000, DEV "tsm/state", self->ep.s));
	queued = put_begin("tsm1", DEV "tsm/connect", self->ep.s);
	EXPECT_TRUE(wait_blocked(queued));
	EXPECT_EQ(0, run("rmmod devsec_tsm"));
	EXPECT_EQ(-ENODEV, put_end(writer));
	EXPECT_EQ(-ENODEV, put_end(queued));
	EXPECT_STREQ("ENOENT", get(DEV "tsm/state", self->ep.s));
}

/* Connected to tsm1, which takes a while to disconnect */
static void connect_slow(struct __test_metadata *_metadata, const char *ep)
{
	ASSERT_EQ(0, put("tsm1", DEV "tsm/connect", ep));
	ASSERT_EQ(0, put("* disconnect hard 3000", TSM_DEBUG "fault"));
}

/* A disconnect that runs is never given up; one that waits has nothing left to do */
TEST_F(bad, device_going_during_a_disconnect)
{
	const char *ep = self->ep.s;
	pid_t writer, queued[2];

	connect_slow(_metadata, ep);
	writer = put_begin("1", DEV "tsm/disconnect", ep);
	ASSERT_STREQ("disconnecting", await("disconnecting", 5000, DEV "tsm/state", ep));
	queued[0] = put_begin("1", DEV "tsm/disconnect", ep);
	queued[1] = put_begin("1", DEV "tsm/connect", ep);
	EXPECT_TRUE(wait_blocked(queued[0]));
	EXPECT_TRUE(wait_blocked(queued[1]));
	EXPECT_EQ(0, put("1", DEV "remove", ep));
	EXPECT_EQ(0, put_end(writer));
	EXPECT_EQ(-ENODEV, put_end(queued[0]));
	EXPECT_EQ(-ENODEV, put_end(queued[1]));
}

TEST_F(bad, disconnect_of_a_device_that_is_going)
{
	const char *ep = self->ep.s;
	pid_t remover;

	connect_slow(_metadata, ep);
	remover = put_begin("1", DEV "remove", ep);
	ASSERT_STREQ("disconnecting", await("disconnecting", 5000, DEV "tsm/state", ep));
	EXPECT_STREQ("removal", get(DEV "tsm/reason", ep));
	EXPECT_EQ(-ENODEV, put("1", DEV "tsm/disconnect", ep));
	EXPECT_EQ(-ENODEV, put("tsm1", DEV "tsm/disconnect", ep));
	EXPECT_EQ(-ENODEV, put("1", DEV "tsm/connect", ep));
	EXPECT_STREQ("disconnecting", get(DEV "tsm/state", ep));
	EXPECT_EQ(0, put_end(remover));
}

TEST_F(bad, tsm_going_during_a_disconnect)
{
	const char *ep = self->ep.s;
	pid_t writer, queued;

	connect_slow(_metadata, ep);
	writer = put_begin("1", DEV "tsm/disconnect", ep);
	ASSERT_STREQ("disconnecting", await("disconnecting", 5000, DEV "tsm/state", ep));
	queued = put_begin("1", DEV "tsm/disconnect", ep);
	EXPECT_TRUE(wait_blocked(queued));
	EXPECT_EQ(0, put("del 1", TSM_DEBUG "tsms"));
	EXPECT_EQ(0, put_end(writer));
	EXPECT_EQ(-ENODEV, put_end(queued));
	EXPECT_STREQ("disconnected", get(DEV "tsm/state", ep));
	EXPECT_STREQ("request", get(DEV "tsm/reason", ep));
}

TEST_F(bad, disconnect_from_a_tsm_that_is_going)
{
	const char *ep = self->ep.s;
	pid_t del;

	connect_slow(_metadata, ep);
	del = put_begin("del 1", TSM_DEBUG "tsms");
	ASSERT_STREQ("disconnecting", await("disconnecting", 5000, DEV "tsm/state", ep));
	EXPECT_STREQ("departure", get(DEV "tsm/reason", ep));
	EXPECT_EQ(-ENODEV, put("1", DEV "tsm/disconnect", ep));
	EXPECT_EQ(-ENODEV, put("tsm1", DEV "tsm/disconnect", ep));
	EXPECT_EQ(-ENODEV, put("tsm1", DEV "tsm/connect", ep));
	EXPECT_STREQ("disconnecting", get(DEV "tsm/state", ep));
	EXPECT_EQ(0, put_end(del));
	EXPECT_STREQ("disconnected", get(DEV "tsm/state", ep));
	EXPECT_EQ(-ENXIO, put("1", DEV "tsm/disconnect", ep));
	EXPECT_EQ(0, put("1", DEV "tsm/connect", ep));
	EXPECT_STREQ("tsm0", get(DEV "tsm/connect", ep));
}

TEST_HARNESS_MAIN
