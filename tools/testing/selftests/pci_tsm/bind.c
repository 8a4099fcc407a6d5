// SPDX-License-Identifier: GPL-2.0
/*
 * What a VMM's driver does by calls in the kernel, made through debugfs: bind,
 * unbind, guest requests. What is refused, what takes a bound function back, and
 * that everybody gets a turn.
 */
#include "../kselftest_harness.h"
#include "devsec.h"

#define BIND(fn)	put(str("%s 7", fn), TSM_DEBUG "bind")
#define UNBIND(fn)	put(fn, TSM_DEBUG "unbind")
#define GUEST(fn, hex)	put(str("%s 0 %s", fn, hex), TSM_DEBUG "guest_req")

/* The most that the core passes on, in either direction */
#define GUEST_MAX	65536

/* One op of those that are always there takes OP_MS; a turn is had after two or so */
#define OP_MS		50
#define TURN_MS		2000

FIXTURE(bind) {
	struct bdf pf0;
	struct bdf fn1;
};

FIXTURE_SETUP(bind)
{
	ASSERT_TRUE(devsec_load("topology=mf:2", ""));
	ASSERT_TRUE(devsec_find(&self->pf0, "mf", "endpoint", 0));
	ASSERT_TRUE(devsec_find(&self->fn1, "mf", "endpoint", 1));
}

FIXTURE_TEARDOWN(bind)
{
	put("clear", TSM_DEBUG "fault");
	EXPECT_TRUE(devsec_unload());
}

TEST_F(bind, refused_while_disconnected)
{
	const char *fn = self->fn1.s;

	EXPECT_EQ(-ENXIO, BIND(fn));
	EXPECT_EQ(-ENXIO, BIND(self->pf0.s));
	EXPECT_EQ(-ENXIO, GUEST(fn, "00"));
	/* Again, now that the core knows the functions */
	ASSERT_EQ(0, put("1", DEV "tsm/connect", self->pf0.s));
	EXPECT_EQ(-ENXIO, GUEST(fn, "00"));
	ASSERT_EQ(0, put("1", DEV "tsm/disconnect", self->pf0.s));
	EXPECT_EQ(-ENXIO, BIND(fn));
	EXPECT_EQ(-ENXIO, GUEST(fn, "00"));
	EXPECT_STREQ("unbound", get(DEV "tsm/state", fn));
}

TEST_F(bind, there_and_back)
{
	const char *fn = self->fn1.s;

	ASSERT_EQ(0, put("1", DEV "tsm/connect", self->pf0.s));
	for (int i = 0; i < 10; i++) {
		ASSERT_EQ(0, BIND(fn));
		EXPECT_STREQ("bound", get(DEV "tsm/state", fn));
		EXPECT_STREQ("request", get(DEV "tsm/reason", fn));
		EXPECT_STREQ("tsm0", get(DEV "tsm/bound", fn));
		EXPECT_STREQ("", get(DEV "tsm/bound", self->pf0.s));
		EXPECT_EQ(1, counter("tdis "));
		EXPECT_EQ(-EBUSY, BIND(fn));
		EXPECT_EQ(1, counter("tdis "));
		ASSERT_EQ(0, UNBIND(fn));
		EXPECT_STREQ("unbound", get(DEV "tsm/state", fn));
		EXPECT_STREQ("", get(DEV "tsm/bound", fn));
		EXPECT_EQ(0, counter("tdis "));
	}
	/* Who asks for an unbind is not told of it */
	EXPECT_EQ(0, counter("invalidates "));
}

TEST_F(bind, unbind_of_an_unbound_is_harmless)
{
	ASSERT_EQ(0, put("1", DEV "tsm/connect", self->pf0.s));
	EXPECT_EQ(-ENXIO, UNBIND(self->fn1.s));
	ASSERT_EQ(0, BIND(self->fn1.s));
	ASSERT_EQ(0, UNBIND(self->fn1.s));
	EXPECT_EQ(-ENXIO, UNBIND(self->fn1.s));

	/* Taken back by a disconnect, then let go by who had bound it */
	ASSERT_EQ(0, BIND(self->fn1.s));
	ASSERT_EQ(0, put("1", DEV "tsm/disconnect", self->pf0.s));
	EXPECT_EQ(0, UNBIND(self->fn1.s));
	EXPECT_STREQ("unbound", get(DEV "tsm/state", self->fn1.s));
	EXPECT_EQ(1, counter("invalidates "));
}

TEST_F(bind, function_0_is_a_function_too)
{
	ASSERT_EQ(0, put("1", DEV "tsm/connect", self->pf0.s));
	ASSERT_EQ(0, BIND(self->pf0.s));
	EXPECT_STREQ("connected", get(DEV "tsm/state", self->pf0.s));
	EXPECT_STREQ("tsm0", get(DEV "tsm/bound", self->pf0.s));
	ASSERT_EQ(0, BIND(self->fn1.s));
	EXPECT_EQ(2, counter("tdis "));
	ASSERT_EQ(0, put("1", DEV "tsm/disconnect", self->pf0.s));
	EXPECT_EQ(0, counter("tdis "));
	EXPECT_EQ(2, counter("invalidates "));
	EXPECT_STREQ("", get(DEV "tsm/bound", self->pf0.s));
}

TEST_F(bind, tsm_refuses)
{
	ASSERT_EQ(0, put("1", DEV "tsm/connect", self->pf0.s));
	ASSERT_EQ(0, put("* bind error -121", TSM_DEBUG "fault"));
	EXPECT_EQ(-EREMOTEIO, BIND(self->fn1.s));
	EXPECT_STREQ("unbound", get(DEV "tsm/state", self->fn1.s));
	ASSERT_EQ(0, put("clear", TSM_DEBUG "fault"));
	EXPECT_EQ(0, BIND(self->fn1.s));
}

TEST_F(bind, guest_request)
{
	const char *fn = self->fn1.s;

	ASSERT_EQ(0, put("1", DEV "tsm/connect", self->pf0.s));
	ASSERT_EQ(0, BIND(fn));
	/* The answer is the request inverted; the code, the TDI's name and a count */
	ASSERT_EQ(0, GUEST(fn, "00ff55"));
	EXPECT_STREQ("0 0x700000001 ff00aa", get(TSM_DEBUG "guest_req"));
	ASSERT_EQ(0, GUEST(fn, "0102"));
	EXPECT_STREQ("0 0x700000002 fefd", get(TSM_DEBUG "guest_req"));

	/* Scopes: 0 and 1 pass, those of a debugger and beyond do not */
	EXPECT_EQ(0, put(str("%s 1 00", fn), TSM_DEBUG "guest_req"));
	for (int scope = 2; scope < 6; scope++)
		EXPECT_EQ(-EINVAL, put(str("%s %d 00", fn, scope), TSM_DEBUG "guest_req"));
	EXPECT_EQ(-EINVAL, put(str("%s 4294967295 00", fn), TSM_DEBUG "guest_req"));

	ASSERT_EQ(0, put("* guest_req error -121", TSM_DEBUG "fault"));
	EXPECT_EQ(-EREMOTEIO, GUEST(fn, "00"));
	EXPECT_STREQ("bound", get(DEV "tsm/state", fn));
}

/* What the last request was answered: its length, or -1 if that is not @hex over and over */
static int answer(const char *hex)
{
	static char buf[4 * GUEST_MAX];
	int fd = open(TSM_DEBUG "guest_req", O_RDONLY);
	ssize_t len = 0, n, i, at;

	while ((n = read(fd, buf + len, sizeof(buf) - 1 - len)) > 0)
		len += n;
	close(fd);
	buf[len] = '\0';
	/* "RESULT CODE ANSWER\n" */
	at = strcspn(buf, " ") + 1;
	at += strcspn(buf + at, " ") + 1;
	for (i = at; i + 1 < len; i++)
		if (buf[i] != hex[(i - at) % strlen(hex)])
			return -1;
	return (i - at) / 2;
}

TEST_F(bind, guest_requests_of_any_size)
{
	static const int sizes[] = { 0, 1, 63, 64, 65, 4095, 4096, 4097, GUEST_MAX - 1, GUEST_MAX };
	const char *fn = self->fn1.s;

	ASSERT_EQ(0, put("1", DEV "tsm/connect", self->pf0.s));
	ASSERT_EQ(0, BIND(fn));
	for (int i = 0; i < ARRAY_SIZE(sizes); i++) {
		EXPECT_EQ(0, GUEST(fn, str("00fe5a %d", sizes[i])));
		EXPECT_EQ(sizes[i], answer("ff01a5"));
	}

	/* Too much, in either direction: it is not sent, and changes nothing */
	EXPECT_EQ(-EINVAL, GUEST(fn, str("00 %d", GUEST_MAX + 1)));
	EXPECT_EQ(-EINVAL, GUEST(fn, str("00 1 %d", GUEST_MAX + 1)));
	EXPECT_EQ(-EINVAL, GUEST(fn, str("00 %d 1", 2 * GUEST_MAX)));
	EXPECT_EQ(0, GUEST(fn, "00"));
	EXPECT_EQ(0, strncmp(get(TSM_DEBUG "guest_req"), "0 0x70000000b ff", 16));

	/* No room for the answer is no error; how much did not fit is told */
	EXPECT_EQ(0, GUEST(fn, "0f 100 60"));
	EXPECT_EQ(0, strncmp(get(TSM_DEBUG "guest_req"), "40 0x70000000c f0f0", 19));
	EXPECT_EQ(60, answer("f0"));
	EXPECT_EQ(0, GUEST(fn, str("00 %d 0", GUEST_MAX)));
	EXPECT_STREQ("65536 0x70000000d ", get(TSM_DEBUG "guest_req"));
	EXPECT_STREQ("bound", get(DEV "tsm/state", fn));
}

TEST_F(bind, second_request_of_a_tdi_while_one_hangs)
{
	const char *fn = self->fn1.s;
	pid_t first;

	ASSERT_EQ(0, put("1", DEV "tsm/connect", self->pf0.s));
	ASSERT_EQ(0, BIND(fn));
	ASSERT_EQ(0, put("* guest_req hang 60000", TSM_DEBUG "fault"));
	first = put_begin(str("%s 0 00", fn), TSM_DEBUG "guest_req");
	ASSERT_TRUE(wait_running(first));
	EXPECT_EQ(-EBUSY, GUEST(fn, "00"));

	/* An unbind stops it */
	EXPECT_EQ(0, UNBIND(fn));
	EXPECT_EQ(-ECANCELED, put_end(first));
	EXPECT_STREQ("unbound", get(DEV "tsm/state", fn));
	EXPECT_STREQ("connected", get(DEV "tsm/state", self->pf0.s));
}

TEST_F(bind, killed_guest_request)
{
	const char *fn = self->fn1.s;
	pid_t first;

	ASSERT_EQ(0, put("1", DEV "tsm/connect", self->pf0.s));
	ASSERT_EQ(0, BIND(fn));
	ASSERT_EQ(0, put("* guest_req hang 60000", TSM_DEBUG "fault"));
	first = put_begin(str("%s 0 00", fn), TSM_DEBUG "guest_req");
	ASSERT_TRUE(wait_running(first));
	kill(first, SIGKILL);
	EXPECT_EQ(-EINTR, put_end(first));
	ASSERT_EQ(0, put("clear", TSM_DEBUG "fault"));
	/* The request is gone with its sender, the binding is not */
	EXPECT_STREQ("bound", get(DEV "tsm/state", fn));
	EXPECT_EQ(0, UNBIND(fn));
	EXPECT_EQ(0, BIND(fn));
	EXPECT_EQ(0, GUEST(fn, "00"));
}

TEST_F(bind, killed_binder)
{
	const char *fn = self->fn1.s;
	pid_t binder;

	ASSERT_EQ(0, put("1", DEV "tsm/connect", self->pf0.s));
	ASSERT_EQ(0, put("* bind hang 60000", TSM_DEBUG "fault"));
	binder = put_begin(str("%s 7", fn), TSM_DEBUG "bind");
	ASSERT_TRUE(wait_running(binder));
	kill(binder, SIGKILL);
	EXPECT_EQ(-EINTR, put_end(binder));

	/* One that cannot be stopped: it succeeds, and is undone at once */
	ASSERT_EQ(0, put("* bind hard 1500", TSM_DEBUG "fault"));
	binder = put_begin(str("%s 7", fn), TSM_DEBUG "bind");
	ASSERT_TRUE(wait_running(binder));
	kill(binder, SIGKILL);
	EXPECT_EQ(-EINTR, put_end(binder));
	ASSERT_EQ(0, put("clear", TSM_DEBUG "fault"));
	/* In the queue behind what the killed ones left */
	EXPECT_EQ(-ENXIO, GUEST(fn, "00"));
	EXPECT_STREQ("unbound", get(DEV "tsm/state", fn));
	EXPECT_EQ(0, counter("tdis "));
	EXPECT_EQ(0, BIND(fn));
	EXPECT_EQ(1, counter("tdis "));
}

TEST_F(bind, loss_stops_a_bind_that_runs)
{
	pid_t binder;

	ASSERT_EQ(0, put("1", DEV "tsm/connect", self->pf0.s));
	ASSERT_EQ(0, put("* bind hang 60000", TSM_DEBUG "fault"));
	binder = put_begin(str("%s 7", self->fn1.s), TSM_DEBUG "bind");
	ASSERT_TRUE(wait_running(binder));
	ASSERT_EQ(0, put(str("%s 9", self->pf0.s), TSM_DEBUG "report"));
	EXPECT_EQ(-ECANCELED, put_end(binder));
	EXPECT_STREQ("unbound", get(DEV "tsm/state", self->fn1.s));
	EXPECT_EQ(0, counter("tdis "));
}

/* A guest that never stops asking, until it is refused; ends with how often it was served */
static pid_t ask_begin(const char *fn)
{
	pid_t pid = fork();
	int n = 0;

	if (pid)
		return pid;
	while (!GUEST(fn, "00"))
		n++;
	_exit(n < 255 ? n : 255);
}

/* A VMM that binds and unbinds all the time */
static pid_t bind_begin(const char *fn)
{
	pid_t pid = fork();
	int n = 0;

	if (pid)
		return pid;
	while (!BIND(fn) && !UNBIND(fn))
		n++;
	_exit(n < 255 ? n : 255);
}

FIXTURE(turns) {
	struct bdf fn[4];
	pid_t guest[2];
};

/* Functions 1 and 2 are bound, and there is always a request in the queue */
FIXTURE_SETUP(turns)
{
	ASSERT_TRUE(devsec_load("topology=mf:4", ""));
	for (int i = 0; i < 4; i++)
		ASSERT_TRUE(devsec_find(&self->fn[i], "mf", "endpoint", i));
	ASSERT_EQ(0, put("1", DEV "tsm/connect", self->fn[0].s));
	ASSERT_EQ(0, put(str("* guest_req hard %d", OP_MS), TSM_DEBUG "fault"));
	for (int i = 0; i < 2; i++) {
		ASSERT_EQ(0, BIND(self->fn[1 + i].s));
		self->guest[i] = ask_begin(self->fn[1 + i].s);
	}
	usleep(20 * OP_MS * 1000);
}

FIXTURE_TEARDOWN(turns)
{
	put("clear", TSM_DEBUG "fault");
	EXPECT_TRUE(devsec_unload());
}

/* Guests that ask all the time, two of them: what others want has its turn */
TEST_F(turns, behind_guests)
{
	const char *pf0 = self->fn[0].s, *fn3 = self->fn[3].s;
	long start = now_ms();
	int served[2];

	EXPECT_EQ(0, BIND(fn3));
	EXPECT_GT(TURN_MS, now_ms() - start);
	start = now_ms();
	EXPECT_EQ(0, UNBIND(fn3));
	EXPECT_GT(TURN_MS, now_ms() - start);

	/* A function arrives */
	start = now_ms();
	EXPECT_EQ(0, put("1", DEV "remove", fn3));
	EXPECT_GT(TURN_MS, now_ms() - start);
	EXPECT_EQ(3, counter("contexts "));
	EXPECT_EQ(0, put("1", "/sys/bus/pci/rescan"));
	EXPECT_STREQ(pf0, await(pf0, TURN_MS, DEV "tsm/dsm", fn3));

	start = now_ms();
	EXPECT_EQ(0, put("1", DEV "tsm/disconnect", pf0));
	EXPECT_GT(TURN_MS, now_ms() - start);

	for (int i = 0; i < 2; i++)
		served[i] = -put_end(self->guest[i]);
	/* None of both more than the other, but for a start */
	TH_LOG("served %d and %d times", served[0], served[1]);
	EXPECT_LT(5, served[0]);
	EXPECT_LT(5, served[1]);
	EXPECT_GT(2 * served[1], served[0]);
	EXPECT_GT(2 * served[0], served[1]);
}

/* Binds that are asked for all the time: guests have theirs */
TEST_F(turns, behind_binds)
{
	int guests = 0, binds = 0;
	pid_t binder[2];

	ASSERT_EQ(0, put(str("* bind hard %d", OP_MS), TSM_DEBUG "fault"));
	binder[0] = bind_begin(self->fn[0].s);
	binder[1] = bind_begin(self->fn[3].s);
	usleep(60 * OP_MS * 1000);
	EXPECT_EQ(0, put("1", DEV "tsm/disconnect", self->fn[0].s));
	for (int i = 0; i < 2; i++) {
		binds -= put_end(binder[i]);
		guests -= put_end(self->guest[i]);
	}
	/* One for each, and those from before the first bind */
	TH_LOG("%d requests of guests, %d binds", guests, binds);
	EXPECT_LT(5, binds);
	EXPECT_LT(binds, guests);
}

TEST_F(bind, tsm_leaves)
{
	ASSERT_EQ(0, put("1", DEV "tsm/connect", self->pf0.s));
	ASSERT_EQ(0, BIND(self->fn1.s));
	EXPECT_EQ(0, run("rmmod devsec_tsm"));
	EXPECT_STREQ("ENOENT", get(DEV "tsm/state", self->fn1.s));
}

TEST_HARNESS_MAIN
