// SPDX-License-Identifier: GPL-2.0
/*
 * Dumps of TSMs and devices: each is told as it is when asked for alone, once, and
 * in order, also while devices come and go, however many messages it takes.
 */
#include <signal.h>

#include "../kselftest_harness.h"
#include "nl_raw.h"

#define MANY		128
#define TOLD_MAX	256
#define SMALL		4096	/* no message is longer if nobody ever had more room */

FIXTURE(dump) {
	struct raw nl;
	struct raw_msg msg;
};

FIXTURE_SETUP(dump)
{
	ASSERT_TRUE(devsec_load(str("bridges=4 topology=ep*%d,mf:3", MANY / 4), "tsms=3"));
	self->nl = raw_open_room(SMALL);
	ASSERT_EQ(0, self->nl.error);
}

FIXTURE_TEARDOWN(dump)
{
	raw_close(&self->nl);
	EXPECT_TRUE(devsec_unload());
}

/* All that a dump told of */
struct told {
	int nr;
	struct nlmsghdr *msgs[TOLD_MAX];
};

static void keep(const struct nlmsghdr *h, void *data)
{
	struct told *told = data;

	if (told->nr < TOLD_MAX)
		told->msgs[told->nr++] = memcpy(malloc(h->nlmsg_len), h, h->nlmsg_len);
}

static void forget(struct told *told)
{
	while (told->nr)
		free(told->msgs[--told->nr]);
}

static bool same(const struct nlmsghdr *a, const struct nlmsghdr *b)
{
	return a->nlmsg_len == b->nlmsg_len &&
	       !memcmp(NLMSG_DATA(a), NLMSG_DATA(b), a->nlmsg_len - NLMSG_HDRLEN);
}

TEST_F(dump, a_TSM_is_told_as_it_is_alone)
{
	static struct raw_msg reply;
	struct told told = {};

	raw_begin(&self->msg, self->nl.family, PCI_TSM_CMD_TSM_GET, NLM_F_DUMP);
	ASSERT_EQ(0, raw_talk_each(&self->nl, &self->msg, keep, &told));
	EXPECT_EQ(3, told.nr);
	for (int i = 0; i < told.nr; i++) {
		__u32 id = raw_num(told.msgs[i], PCI_TSM_A_TSM_ID);

		EXPECT_EQ(i, id);
		raw_begin(&self->msg, self->nl.family, PCI_TSM_CMD_TSM_GET, 0);
		raw_u32(&self->msg, PCI_TSM_A_TSM_ID, id);
		ASSERT_EQ(0, raw_talk(&self->nl, &self->msg, &reply));
		EXPECT_TRUE(same(told.msgs[i], &reply.hdr));
		EXPECT_EQ(NULL, raw_attr(&reply.hdr, PCI_TSM_A_TSM_EVENT));
	}
	forget(&told);
}

TEST_F(dump, a_device_is_told_as_it_is_alone)
{
	static struct raw_msg reply;
	struct told told = {};

	raw_begin(&self->msg, self->nl.family, PCI_TSM_CMD_DEV_GET, NLM_F_DUMP);
	ASSERT_EQ(0, raw_talk_each(&self->nl, &self->msg, keep, &told));
	EXPECT_LE(MANY + 4, told.nr);
	for (int i = 0; i < told.nr; i++) {
		const char *name = raw_text(told.msgs[i], PCI_TSM_A_DEV_NAME);

		EXPECT_TRUE(!i || strcmp(name, raw_text(told.msgs[i - 1], PCI_TSM_A_DEV_NAME)) > 0);
		/* Those and no others have the directory */
		EXPECT_EQ(0, access(str(DEV "tsm", name), F_OK));
		raw_begin(&self->msg, self->nl.family, PCI_TSM_CMD_DEV_GET, 0);
		raw_str(&self->msg, PCI_TSM_A_DEV_NAME, name);
		ASSERT_EQ(0, raw_talk(&self->nl, &self->msg, &reply));
		EXPECT_TRUE(same(told.msgs[i], &reply.hdr));
		EXPECT_EQ(NULL, raw_attr(&reply.hdr, PCI_TSM_A_DEV_EVENT));
	}
	EXPECT_EQ(0, run("[ $(ls -d /sys/bus/pci/devices/*/tsm | wc -l) = %d ]", told.nr));
	forget(&told);
}

static void begin_dump(struct raw *r, struct raw_msg *m)
{
	raw_begin(m, r->family, PCI_TSM_CMD_DEV_GET, NLM_F_DUMP);
	raw_send(r, m);
}

/* The next datagram of a dump; false if it was the last one */
static bool next_part(struct raw *r, struct told *told)
{
	static char buf[SMALL];
	int len = raw_recv(r, buf, sizeof(buf), 20000);
	bool some = len > 0;

	r->error = len < 0 ? -len : 0;
	for (struct nlmsghdr *h = (void *)buf; NLMSG_OK(h, len); h = NLMSG_NEXT(h, len)) {
		if (h->nlmsg_type == NLMSG_DONE)
			return false;
		if (h->nlmsg_type == NLMSG_ERROR)
			r->error = -*(int *)NLMSG_DATA(h);
		else
			keep(h, told);
	}
	return some;
}

static int times_told(const struct told *told, const char *name)
{
	int n = 0;

	for (int i = 0; i < told->nr; i++)
		n += !strcmp(name, raw_text(told->msgs[i], PCI_TSM_A_DEV_NAME));
	return n;
}

/* From @i on, the first that can be removed and nothing else with it */
static const char *removable(const struct told *told, int i)
{
	const char *name;

	do {
		name = raw_text(told->msgs[i++], PCI_TSM_A_DEV_NAME);
	} while (!access(str(DEV "secondary_bus_number", name), F_OK) && i < told->nr);
	return name;
}

/* One that was told, one that will be next, and the last one go; one comes back */
TEST_F(dump, devices_come_and_go_meanwhile)
{
	struct told before = {}, told = {};
	const char *gone[3];
	int parts = 1, first;

	begin_dump(&self->nl, &self->msg);
	while (next_part(&self->nl, &before))
		;
	begin_dump(&self->nl, &self->msg);
	ASSERT_TRUE(next_part(&self->nl, &told));
	first = told.nr;
	ASSERT_GT(before.nr - 2, first);
	/* The next message exists already: what comes after it does not */
	ASSERT_TRUE(next_part(&self->nl, &told));
	ASSERT_LT(told.nr + first, before.nr - 1);
	gone[0] = removable(&before, 0);
	gone[1] = removable(&before, told.nr + first);
	gone[2] = removable(&before, before.nr - 1);
	for (int i = 0; i < 3; i++)
		ASSERT_EQ(0, put("1", DEV "remove", gone[i]));
	while (next_part(&self->nl, &told))
		parts++;
	EXPECT_EQ(0, self->nl.error);
	EXPECT_LT(3, parts);
	EXPECT_EQ(1, times_told(&told, gone[0]));
	EXPECT_EQ(0, times_told(&told, gone[2]));
	EXPECT_GE(1, times_told(&told, gone[1]));
	for (int i = 0; i < before.nr; i++) {
		const char *name = raw_text(before.msgs[i], PCI_TSM_A_DEV_NAME);

		EXPECT_TRUE(times_told(&told, name) == 1 || !strcmp(name, gone[1]) ||
			    !strcmp(name, gone[2]));
	}
	ASSERT_EQ(0, put("1", "/sys/bus/pci/rescan"));
	forget(&told);
	forget(&before);
}

/* As many as a host bridge has, and all that is told of them, go while a dump is at them */
TEST_F(dump, the_tsms_leave_meanwhile)
{
	struct told told = {};

	begin_dump(&self->nl, &self->msg);
	ASSERT_TRUE(next_part(&self->nl, &told));
	ASSERT_EQ(0, run("rmmod devsec_tsm"));
	while (next_part(&self->nl, &told))
		;
	EXPECT_EQ(0, self->nl.error);
	EXPECT_GT(MANY, told.nr);
	forget(&told);
}

static void abandon(bool killed)
{
	struct raw r = raw_open_room(SMALL);
	struct told told = {};
	static struct raw_msg m;

	begin_dump(&r, &m);
	next_part(&r, &told);
	if (killed)
		raise(SIGKILL);
	_exit(0);
}

/* Whoever ends while he reads leaves nothing behind, or the modules would stay */
TEST_F(dump, a_reader_who_ends_holds_nothing)
{
	for (int i = 0; i < 20; i++) {
		pid_t pid = fork();

		if (!pid)
			abandon(i % 2);
		waitpid(pid, NULL, 0);
	}
	EXPECT_EQ(0, run("rmmod devsec_tsm"));
	EXPECT_EQ(0, run("rmmod devsec_bus"));
}

/* A second dump is refused, and harms neither the first nor what is asked afterwards */
TEST_F(dump, one_at_a_time_on_a_socket)
{
	struct told told = {};
	static struct raw_msg m;
	bool refused = false;

	begin_dump(&self->nl, &self->msg);
	raw_begin(&m, self->nl.family, PCI_TSM_CMD_DEV_GET, NLM_F_DUMP);
	raw_send(&self->nl, &m);
	while (next_part(&self->nl, &told))
		refused |= self->nl.error == EBUSY;
	EXPECT_TRUE(refused);
	EXPECT_LT(MANY, told.nr);
	forget(&told);
	raw_begin(&self->msg, self->nl.family, PCI_TSM_CMD_TSM_GET, NLM_F_DUMP);
	EXPECT_EQ(0, raw_talk_each(&self->nl, &self->msg, keep, &told));
	EXPECT_EQ(3, told.nr);
	forget(&told);
}

TEST_HARNESS_MAIN
