// SPDX-License-Identifier: GPL-2.0
/*
 * What connect and disconnect refuse: each has its errno, and changes nothing:
 * neither state nor reason, and no event is sent.
 */
#include "../kselftest_harness.h"
#include <linux/capability.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "devsec.h"
#include "uevent.h"

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
	ASSERT_TRUE(devsec_load("topology=ep", "tsms=2"));
	ASSERT_TRUE(devsec_find(&self->ep, "ep", "endpoint", 0));
	self->events = uevent_open();
	ASSERT_LE(0, self->events);
}

FIXTURE_TEARDOWN(bad)
{
	put("clear", TSM_DEBUG "fault");
	EXPECT_TRUE(devsec_unload());
}

/* Everything that a refused write must leave alone, in words */
static const char *all(const char *ep)
{
	return str("%s %s %s/%s", get(DEV "tsm/state", ep), get(DEV "tsm/reason", ep),
		   get(DEV "tsm/connect", ep), get(DEV "tsm/dsm", ep));
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

/* sysfs does not pass it on, so nothing can refuse it */
TEST_F(bad, empty_write_does_nothing)
{
	int fd = open(str(DEV "tsm/connect", self->ep.s), O_WRONLY);

	ASSERT_LE(0, fd);
	EXPECT_EQ(0, write(fd, "", 0));
	close(fd);
	EXPECT_STREQ("disconnected none /", all(self->ep.s));
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

	ASSERT_LE(0, connect);
	ASSERT_LE(0, disconnect);
	EXPECT_EQ(-EPERM, write_unprivileged(connect));
	EXPECT_STREQ("disconnected none /", all(self->ep.s));
	EXPECT_EQ(1, write(connect, "1", 1));
	EXPECT_EQ(-EPERM, write_unprivileged(disconnect));
	EXPECT_STREQ("connected", get(DEV "tsm/state", self->ep.s));
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

TEST_F(bad, device_gone)
{
	int fd = open(str(DEV "tsm/connect", self->ep.s), O_WRONLY);

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, put("1", DEV "remove", self->ep.s));
	EXPECT_EQ(-1, write(fd, "1", 1));
	EXPECT_EQ(ENODEV, errno);
	close(fd);
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
	usleep(200000);
	EXPECT_EQ(0, run("rmmod devsec_tsm"));
	EXPECT_EQ(-ENODEV, put_end(writer));
	EXPECT_EQ(-ENODEV, put_end(queued));
	EXPECT_STREQ("ENOENT", get(DEV "tsm/state", self->ep.s));
}

TEST_HARNESS_MAIN
