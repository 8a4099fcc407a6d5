// SPDX-License-Identifier: GPL-2.0
/*
 * Requests: each is told its end, once, to the socket that asked; they can be
 * stopped, there are not too many of them, and whatever goes meanwhile (socket,
 * device, TSM) leaves nothing behind.
 */
#include "../kselftest_harness.h"
#include "nl_raw.h"

#define TASKS_MAX	64
#define QUEUE_MAX	64
#define SLOT0		TYPE_BIT(PCI_TSM_EVIDENCE_TYPE_SLOT0)
#define HANG_CONNECT	"* connect hang 60000"
#define HANG_REFRESH	"* refresh_evidence hang 60000"

FIXTURE(request) {
	struct bdf ep;
	struct bdf other;
	struct bdf fn1;		/* whose DSM is in another function */
	struct raw nl;
	struct raw_msg msg;
};

FIXTURE_SETUP(request)
{
	ASSERT_TRUE(devsec_load("topology=ep*2,mf:2", ""));
	ASSERT_TRUE(devsec_find(&self->ep, "ep", "endpoint", 0));
	ASSERT_TRUE(devsec_find(&self->other, "ep", "endpoint", 1));
	ASSERT_TRUE(devsec_find(&self->fn1, "mf", "endpoint", 1));
	ASSERT_EQ(0, put("0 3000 1", TSM_DEBUG "evidence"));
	self->nl = raw_open();
	ASSERT_EQ(0, self->nl.error);
}

FIXTURE_TEARDOWN(request)
{
	raw_close(&self->nl);
	put("clear", TSM_DEBUG "fault");
	EXPECT_TRUE(devsec_unload());
}

/* A connect that hangs until it is stopped */
static __u64 hang(struct _test_data_request *self)
{
	__u64 cookie;

	put(HANG_CONNECT, TSM_DEBUG "fault");
	cookie = raw_verb(&self->nl, PCI_TSM_CMD_CONNECT, self->ep.s);
	return raw_await_state(&self->nl, self->ep.s, PCI_TSM_STATE_CONNECTING, BLOCKED_MS) ?
	       cookie : 0;
}

TEST_F(request, verbs_that_are_not_for_this_device)
{
	static const int verbs[] = {
		PCI_TSM_CMD_CONNECT, PCI_TSM_CMD_DISCONNECT, PCI_TSM_CMD_LOCK, PCI_TSM_CMD_UNLOCK,
		PCI_TSM_CMD_ACCEPT, PCI_TSM_CMD_EVIDENCE_SET,
	};

	for (int i = 0; i < ARRAY_SIZE(verbs); i++) {
		EXPECT_EQ(0, raw_verb(&self->nl, verbs[i], self->fn1.s));
		EXPECT_EQ(EOPNOTSUPP, self->nl.error);
		EXPECT_EQ(PCI_TSM_A_REQUEST_DEV_NAME, self->nl.bad);
		/* The machine's own, which no TSM serves */
		EXPECT_EQ(0, raw_verb(&self->nl, verbs[i], "0000:00:00.0"));
		EXPECT_EQ(ENXIO, self->nl.error);
		EXPECT_EQ(PCI_TSM_A_REQUEST_DEV_NAME, self->nl.bad);
		if (i < 2)
			continue;
		EXPECT_EQ(0, raw_verb(&self->nl, verbs[i], self->ep.s));
		EXPECT_EQ(EOPNOTSUPP, self->nl.error);
		EXPECT_EQ(PCI_TSM_A_REQUEST_DEV_NAME, self->nl.bad);
	}
	EXPECT_EQ(0, raw_refresh(&self->nl, self->fn1.s, SLOT0, 0));
	EXPECT_EQ(EOPNOTSUPP, self->nl.error);
}

/* Errors of the files in tsm/ */
TEST_F(request, ends_as_the_files_say)
{
	__u64 cookie;

	EXPECT_EQ(ENXIO, raw_do(&self->nl, PCI_TSM_CMD_DISCONNECT, self->ep.s));
	cookie = raw_refresh(&self->nl, self->ep.s, SLOT0, 0);
	EXPECT_EQ(ENXIO, raw_end(&self->nl, cookie, 20000));
	ASSERT_EQ(0, put("* connect error -121", TSM_DEBUG "fault"));
	EXPECT_EQ(EREMOTEIO, raw_do(&self->nl, PCI_TSM_CMD_CONNECT, self->ep.s));
	ASSERT_EQ(0, put("clear", TSM_DEBUG "fault"));
	EXPECT_EQ(0, raw_do(&self->nl, PCI_TSM_CMD_CONNECT, self->ep.s));
	EXPECT_EQ(EBUSY, raw_do(&self->nl, PCI_TSM_CMD_CONNECT, self->ep.s));
	ASSERT_EQ(0, put("* refresh_evidence error -121", TSM_DEBUG "fault"));
	cookie = raw_refresh(&self->nl, self->ep.s, SLOT0, 0);
	EXPECT_EQ(EREMOTEIO, raw_end(&self->nl, cookie, 20000));
	/* None at all is none that there could be */
	EXPECT_EQ(0, raw_refresh(&self->nl, self->ep.s, 0, 0));
	EXPECT_EQ(EINVAL, self->nl.error);
	EXPECT_EQ(PCI_TSM_A_REQUEST_TYPES, self->nl.bad);
	EXPECT_EQ(0, raw_do(&self->nl, PCI_TSM_CMD_DISCONNECT, self->ep.s));
}

/* First that a message was taken, and then what came of it */
TEST_F(request, no_end_comes_before_the_acknowledgement)
{
	__u64 cookie;

	for (int i = 0; i < 300; i++) {
		cookie = raw_verb(&self->nl, PCI_TSM_CMD_DISCONNECT, self->ep.s);
		ASSERT_NE(0, cookie);
		ASSERT_EQ(0, self->nl.nr_kept);
		ASSERT_EQ(ENXIO, raw_end(&self->nl, cookie, 20000));
	}
}

TEST_F(request, parameters_reach_the_TSM)
{
	static struct raw_msg reply;
	struct { int type; __u32 value; int len; int error; } cases[] = {
		{ PCI_TSM_A_REQUEST_SLOT, 1, 1, EOPNOTSUPP },
		{ PCI_TSM_A_REQUEST_ALGO_POLICY, 1, 4, EOPNOTSUPP },
		{ PCI_TSM_A_REQUEST_TSM_ID, 0, 4, 0 },
	};

	for (int i = 0; i < ARRAY_SIZE(cases); i++) {
		raw_begin(&self->msg, self->nl.family, PCI_TSM_CMD_CONNECT, 0);
		raw_str(&self->msg, PCI_TSM_A_REQUEST_DEV_NAME, self->ep.s);
		raw_put(&self->msg, cases[i].type, &cases[i].value, cases[i].len);
		ASSERT_EQ(0, raw_talk(&self->nl, &self->msg, &reply));
		EXPECT_STREQ(self->ep.s, raw_text(&reply.hdr, PCI_TSM_A_REQUEST_DEV_NAME));
		EXPECT_EQ(cases[i].error,
			  raw_end(&self->nl, raw_num(&reply.hdr, PCI_TSM_A_REQUEST_COOKIE), 20000));
	}
	raw_begin(&self->msg, self->nl.family, PCI_TSM_CMD_DISCONNECT, 0);
	raw_str(&self->msg, PCI_TSM_A_REQUEST_DEV_NAME, self->ep.s);
	raw_u32(&self->msg, PCI_TSM_A_REQUEST_TSM_ID, 5);
	ASSERT_EQ(0, raw_talk(&self->nl, &self->msg, &reply));
	EXPECT_EQ(EINVAL, raw_end(&self->nl, raw_num(&reply.hdr, PCI_TSM_A_REQUEST_COOKIE), 20000));
}

TEST_F(request, stopped_while_it_waits_and_while_it_runs)
{
	__u64 runs = hang(self), waits;
	struct raw other = raw_open();

	ASSERT_NE(0, runs);
	waits = raw_verb(&self->nl, PCI_TSM_CMD_CONNECT, self->ep.s);
	ASSERT_NE(0, waits);
	EXPECT_NE(runs, waits);
	/* Only by its own socket, and by its name */
	EXPECT_EQ(ENOENT, raw_cancel(&other, waits));
	EXPECT_EQ(PCI_TSM_A_REQUEST_COOKIE, other.bad);
	EXPECT_EQ(ENOENT, raw_cancel(&self->nl, 0));
	EXPECT_EQ(ENOENT, raw_cancel(&self->nl, waits + 1000));
	raw_close(&other);

	EXPECT_EQ(0, raw_cancel(&self->nl, waits));
	EXPECT_EQ(ECANCELED, raw_end(&self->nl, waits, 20000));
	EXPECT_EQ(PCI_TSM_STATE_CONNECTING,
		  raw_dev_num(&self->nl, self->ep.s, PCI_TSM_A_DEV_STATE));
	EXPECT_EQ(0, raw_cancel(&self->nl, runs));
	EXPECT_EQ(ECANCELED, raw_end(&self->nl, runs, 20000));
	EXPECT_EQ(ENOENT, raw_cancel(&self->nl, runs));
	EXPECT_EQ(ENOENT, raw_cancel(&self->nl, waits));
	EXPECT_EQ(PCI_TSM_STATE_DISCONNECTED,
		  raw_dev_num(&self->nl, self->ep.s, PCI_TSM_A_DEV_STATE));
}

TEST_F(request, an_answer_is_not_taken_back)
{
	__u64 cookie;

	ASSERT_EQ(0, raw_do(&self->nl, PCI_TSM_CMD_CONNECT, self->ep.s));
	cookie = raw_refresh(&self->nl, self->ep.s, SLOT0, 0);
	ASSERT_EQ(0, raw_end(&self->nl, cookie, 20000));
	/* It has ended, and that was told: nothing comes of it, now or later */
	EXPECT_EQ(0, raw_cancel(&self->nl, cookie));
	EXPECT_EQ(-1, raw_end(&self->nl, cookie, 300));
	raw_begin(&self->msg, self->nl.family, PCI_TSM_CMD_EVIDENCE_GET, NLM_F_DUMP);
	raw_str(&self->msg, PCI_TSM_A_OBJECT_DEV_NAME, self->ep.s);
	raw_u64(&self->msg, PCI_TSM_A_OBJECT_COOKIE, cookie);
	EXPECT_EQ(0, raw_talk_each(&self->nl, &self->msg, NULL, NULL));
}

TEST_F(request, a_disconnect_is_not_stopped)
{
	__u64 runs, waits;

	ASSERT_EQ(0, raw_do(&self->nl, PCI_TSM_CMD_CONNECT, self->ep.s));
	ASSERT_EQ(0, put("* disconnect hard 1000", TSM_DEBUG "fault"));
	runs = raw_verb(&self->nl, PCI_TSM_CMD_DISCONNECT, self->ep.s);
	ASSERT_TRUE(raw_await_state(&self->nl, self->ep.s, PCI_TSM_STATE_DISCONNECTING,
				    BLOCKED_MS));
	waits = raw_verb(&self->nl, PCI_TSM_CMD_DISCONNECT, self->ep.s);
	EXPECT_EQ(0, raw_cancel(&self->nl, waits));
	EXPECT_EQ(0, raw_cancel(&self->nl, runs));
	EXPECT_EQ(0, raw_end(&self->nl, runs, 20000));
	EXPECT_EQ(ENXIO, raw_end(&self->nl, waits, 20000));
	EXPECT_STREQ("disconnected", get(DEV "tsm/state", self->ep.s));
}

/* Two devices, so that it is not a DSM's queue that is full */
TEST_F(request, a_socket_has_64_and_no_more)
{
	__u64 cookies[TASKS_MAX];
	struct raw other;
	int told = 0;

	ASSERT_NE(0, hang(self));
	for (int i = 1; i < TASKS_MAX; i++) {
		cookies[i] = raw_verb(&self->nl, PCI_TSM_CMD_CONNECT,
				      i % 2 ? self->other.s : self->ep.s);
		ASSERT_NE(0, cookies[i]);
	}
	EXPECT_EQ(0, raw_verb(&self->nl, PCI_TSM_CMD_CONNECT, self->ep.s));
	EXPECT_EQ(EBUSY, self->nl.error);
	EXPECT_STREQ("too many requests of this socket are on their way", self->nl.text);
	/* Others are not concerned, and looking is not counted */
	EXPECT_NE(0, raw_dev_num(&self->nl, self->ep.s, PCI_TSM_A_DEV_STATE));
	other = raw_open();
	EXPECT_NE(0, raw_verb(&other, PCI_TSM_CMD_CONNECT, self->ep.s));
	raw_close(&other);

	ASSERT_EQ(0, put("clear", TSM_DEBUG "fault"));
	for (int i = 1; i < TASKS_MAX; i++)
		/* Or it has ended */
		EXPECT_EQ(0, raw_cancel(&self->nl, cookies[i]) % ENOENT);
	EXPECT_EQ(0, put("1", DEV "tsm/disconnect", self->ep.s));
	put("1", DEV "tsm/disconnect", self->other.s);
	while (raw_await(&self->nl, PCI_TSM_CMD_REQUEST_DONE, &self->msg,
			 told < TASKS_MAX ? 10000 : 200))
		told++;
	EXPECT_EQ(TASKS_MAX, told);
	EXPECT_NE(0, raw_verb(&self->nl, PCI_TSM_CMD_CONNECT, self->ep.s));
}

/* One runs and 64 wait, of whatever socket */
TEST_F(request, a_device_whose_queue_is_full_says_so)
{
	struct raw other = raw_open();
	__u64 cookie;

	ASSERT_NE(0, hang(self));
	for (int i = 1; i < TASKS_MAX; i++)
		ASSERT_NE(0, raw_verb(&self->nl, PCI_TSM_CMD_CONNECT, self->ep.s));
	ASSERT_NE(0, raw_verb(&other, PCI_TSM_CMD_CONNECT, self->ep.s));
	ASSERT_EQ(0, run("n=0; until grep -q 'queued=%d' " DSMS
			 "; do usleep 10000; n=$((n+1)); [ $n -lt 2000 ]; done", QUEUE_MAX));
	cookie = raw_verb(&other, PCI_TSM_CMD_CONNECT, self->ep.s);
	ASSERT_NE(0, cookie);
	EXPECT_EQ(EBUSY, raw_end(&other, cookie, 20000));
	EXPECT_EQ(0, put("1", DEV "remove", self->ep.s));
	raw_close(&other);
}

static bool is_end_of_gone(int error)
{
	return error == ENODEV || error == ECANCELED;
}

TEST_F(request, the_device_goes_meanwhile)
{
	__u64 runs = hang(self), waits;

	ASSERT_NE(0, runs);
	waits = raw_verb(&self->nl, PCI_TSM_CMD_CONNECT, self->ep.s);
	ASSERT_NE(0, waits);
	ASSERT_EQ(0, put("1", DEV "remove", self->ep.s));
	for (int i = 0; i < 2; i++) {
		ASSERT_TRUE(raw_await(&self->nl, PCI_TSM_CMD_REQUEST_DONE, &self->msg, 20000));
		EXPECT_TRUE(is_end_of_gone(raw_num(&self->msg.hdr, PCI_TSM_A_REQUEST_ERROR)));
		EXPECT_STREQ(self->ep.s, raw_text(&self->msg.hdr, PCI_TSM_A_REQUEST_DEV_NAME));
	}
	EXPECT_FALSE(raw_await(&self->nl, PCI_TSM_CMD_REQUEST_DONE, &self->msg, 200));
	EXPECT_EQ(0, raw_verb(&self->nl, PCI_TSM_CMD_CONNECT, self->ep.s));
	EXPECT_EQ(ENODEV, self->nl.error);
}

TEST_F(request, the_device_goes_while_it_is_asked_for_evidence)
{
	__u64 cookie;

	ASSERT_EQ(0, raw_do(&self->nl, PCI_TSM_CMD_CONNECT, self->ep.s));
	ASSERT_EQ(0, put(HANG_REFRESH, TSM_DEBUG "fault"));
	cookie = raw_refresh(&self->nl, self->ep.s, SLOT0, 0);
	ASSERT_NE(0, cookie);
	usleep(100000);
	ASSERT_EQ(0, put("1", DEV "remove", self->ep.s));
	EXPECT_TRUE(is_end_of_gone(raw_end(&self->nl, cookie, 20000)));
}

TEST_F(request, the_TSM_leaves_meanwhile)
{
	__u64 runs = hang(self), waits;

	ASSERT_NE(0, runs);
	waits = raw_verb(&self->nl, PCI_TSM_CMD_CONNECT, self->ep.s);
	ASSERT_NE(0, waits);
	ASSERT_EQ(0, run("rmmod devsec_tsm"));
	for (int i = 0; i < 2; i++) {
		ASSERT_TRUE(raw_await(&self->nl, PCI_TSM_CMD_REQUEST_DONE, &self->msg, 20000));
		EXPECT_TRUE(is_end_of_gone(raw_num(&self->msg.hdr, PCI_TSM_A_REQUEST_ERROR)));
	}
	EXPECT_EQ(0, raw_verb(&self->nl, PCI_TSM_CMD_CONNECT, self->ep.s));
	EXPECT_EQ(ENXIO, self->nl.error);
}

/* Two messages in one, so that nothing but their order tells the kernel which is first */
static bool both_at_once(struct raw *r, int first, int second, const char *dev, __u64 *cookies)
{
	static struct raw_msg m[2];
	char bytes[512];
	int len, nr = 0;

	for (int i = 0; i < 2; i++) {
		raw_begin(&m[i], r->family, i ? second : first, 0);
		raw_str(&m[i], PCI_TSM_A_REQUEST_DEV_NAME, dev);
		m[i].hdr.nlmsg_seq = ++r->seq;
		memcpy(bytes + i * m[0].hdr.nlmsg_len, &m[i], m[i].hdr.nlmsg_len);
	}
	send(r->fd, bytes, 2 * m[0].hdr.nlmsg_len, 0);
	while (nr < 2 && (len = raw_recv(r, &m[0], r->room, 20000)) > 0) {
		if (m[0].hdr.nlmsg_type == NLMSG_ERROR)
			return false;
		if (m[0].hdr.nlmsg_seq)
			cookies[nr++] = raw_num(&m[0].hdr, PCI_TSM_A_REQUEST_COOKIE);
		else
			raw_keep(r, &m[0].hdr);
	}
	return nr == 2;
}

TEST_F(request, are_served_in_the_order_in_which_they_were_made)
{
	__u64 cookies[2];
	int error;

	for (int i = 0; i < 100; i++) {
		ASSERT_TRUE(both_at_once(&self->nl, PCI_TSM_CMD_CONNECT, PCI_TSM_CMD_DISCONNECT,
					 self->ep.s, cookies));
		for (int k = 0; k < 2; k++) {
			ASSERT_TRUE(raw_await(&self->nl, PCI_TSM_CMD_REQUEST_DONE, &self->msg,
					      20000));
			error = raw_num(&self->msg.hdr, PCI_TSM_A_REQUEST_ERROR);
			/* A disconnect ends the connect before it, and nothing ends a disconnect */
			if (raw_num(&self->msg.hdr, PCI_TSM_A_REQUEST_COOKIE) == cookies[0])
				error %= ECANCELED;
			EXPECT_EQ(0, error);
		}
		ASSERT_STREQ("disconnected", get(DEV "tsm/state", self->ep.s));
	}
	ASSERT_EQ(0, raw_do(&self->nl, PCI_TSM_CMD_CONNECT, self->ep.s));
	for (int i = 0; i < 100; i++) {
		ASSERT_TRUE(both_at_once(&self->nl, PCI_TSM_CMD_DISCONNECT, PCI_TSM_CMD_CONNECT,
					 self->ep.s, cookies));
		for (int k = 0; k < 2; k++) {
			ASSERT_TRUE(raw_await(&self->nl, PCI_TSM_CMD_REQUEST_DONE, &self->msg,
					      20000));
			EXPECT_EQ(0, raw_num(&self->msg.hdr, PCI_TSM_A_REQUEST_ERROR));
		}
		ASSERT_STREQ("connected", get(DEV "tsm/state", self->ep.s));
	}
}

/* What somebody began who is gone: a connect ends by itself, a refresh is stopped */
TEST_F(request, a_connect_outlives_its_socket)
{
	ASSERT_EQ(0, put("* connect hang 500", TSM_DEBUG "fault"));
	ASSERT_NE(0, raw_verb(&self->nl, PCI_TSM_CMD_CONNECT, self->ep.s));
	raw_close(&self->nl);
	self->nl = raw_open();
	EXPECT_STREQ("connected", await("connected", BLOCKED_MS, DEV "tsm/state", self->ep.s));
	EXPECT_EQ(0, counter(" cancels "));
	/* Who has the number of that socket now hears nothing of it */
	EXPECT_FALSE(raw_await(&self->nl, PCI_TSM_CMD_REQUEST_DONE, &self->msg, 200));
}

/* Two of them: that one waits proves that the other one runs */
static bool hang_refresh(struct _test_data_request *self, const char *dsm, __u64 *cookies)
{
	for (int i = 0; i < 2; i++)
		cookies[i] = raw_refresh(&self->nl, dsm, SLOT0, i);
	return cookies[0] && cookies[1] &&
	       !run("n=0; until grep -q 'queued=1' " DSMS
		    "; do usleep 10000; n=$((n+1)); [ $n -lt 1000 ] || exit 1; done");
}

TEST_F(request, a_refresh_does_not_outlive_its_socket)
{
	struct raw other = raw_open();
	__u64 cookies[2], cookie;

	ASSERT_EQ(0, raw_do(&self->nl, PCI_TSM_CMD_CONNECT, self->ep.s));
	ASSERT_EQ(0, put(HANG_REFRESH, TSM_DEBUG "fault"));
	ASSERT_TRUE(hang_refresh(self, self->ep.s, cookies));
	ASSERT_EQ(0, put("clear", TSM_DEBUG "fault"));
	cookie = raw_refresh(&other, self->ep.s, SLOT0, 2);
	ASSERT_NE(0, cookie);
	EXPECT_EQ(-1, raw_end(&other, cookie, 300));
	raw_close(&self->nl);
	self->nl = raw_open();
	EXPECT_EQ(0, raw_end(&other, cookie, 20000));
	/* The one that ran; the other may have begun by then */
	EXPECT_LE(1, counter(" cancels "));
	raw_close(&other);
}

#define ALL_TYPES	(TYPE_BIT(PCI_TSM_EVIDENCE_TYPE_MAX + 1) - 1)

/* The DSM of two functions, connected, and the second one bound; its first one */
static const char *dsm_of_two(struct _test_data_request *self)
{
	static struct bdf dsm;

	if (!devsec_find(&dsm, "mf", "endpoint", 0) ||
	    raw_do(&self->nl, PCI_TSM_CMD_CONNECT, dsm.s) ||
	    put(str("%s 7", self->fn1.s), TSM_DEBUG "bind"))
		return NULL;
	return dsm.s;
}

TEST_F(request, a_refresh_lets_others_go_first)
{
	const char *dsm = dsm_of_two(self);
	__u64 cookie;

	ASSERT_NE(NULL, dsm);
	/* Eight chains, what is signed, and a report */
	ASSERT_EQ(0, put("* refresh_evidence hang 300", TSM_DEBUG "fault"));
	cookie = raw_refresh(&self->nl, dsm, ALL_TYPES, 0);
	ASSERT_NE(0, cookie);
	usleep(100000);
	ASSERT_EQ(0, put(str("%s 0 00", self->fn1.s), TSM_DEBUG "guest_req"));
	EXPECT_FALSE(raw_await(&self->nl, PCI_TSM_CMD_REQUEST_DONE, &self->msg, 0));
	EXPECT_EQ(0, raw_end(&self->nl, cookie, 20000));
}

/* However long a device takes to tell of itself, none of its functions has to stay */
TEST_F(request, a_refresh_keeps_no_function)
{
	const char *dsm = dsm_of_two(self);
	__u64 cookies[2];

	ASSERT_NE(NULL, dsm);
	ASSERT_EQ(0, put(HANG_REFRESH, TSM_DEBUG "fault"));
	for (int step = 0; step < 3; step++) {
		ASSERT_TRUE(hang_refresh(self, dsm, cookies));
		if (!step) {
			ASSERT_EQ(0, put(str("%s 15", self->fn1.s), TSM_DEBUG "report"));
			for (int i = 0; i < 1000 && counter("tdis "); i++)
				usleep(10000);
			EXPECT_EQ(0, counter("tdis "));
		} else if (step == 1) {
			ASSERT_EQ(0, put(self->fn1.s, TSM_DEBUG "unbind"));
		} else {
			ASSERT_EQ(0, put("1", DEV "remove", self->fn1.s));
		}
		EXPECT_EQ(ECANCELED, raw_end(&self->nl, cookies[0], 20000));
		EXPECT_EQ(0, raw_cancel(&self->nl, cookies[1]));
		EXPECT_EQ(ECANCELED, raw_end(&self->nl, cookies[1], 20000));
	}
}

/* Whoever has a function that is in nobody's way keeps evidence from nobody */
TEST_F(request, a_refresh_outlives_the_reset_of_another_function)
{
	const char *dsm = dsm_of_two(self);
	__u64 cookies[2];

	ASSERT_NE(NULL, dsm);
	ASSERT_EQ(0, put(self->fn1.s, TSM_DEBUG "unbind"));
	ASSERT_EQ(0, put(HANG_REFRESH, TSM_DEBUG "fault"));
	ASSERT_TRUE(hang_refresh(self, dsm, cookies));
	ASSERT_EQ(0, put("1", DEV "reset", self->fn1.s));
	EXPECT_EQ(-1, raw_end(&self->nl, cookies[0], 300));
	EXPECT_EQ(0, raw_cancel(&self->nl, cookies[1]));
	EXPECT_EQ(0, raw_cancel(&self->nl, cookies[0]));
	EXPECT_TRUE(raw_await(&self->nl, PCI_TSM_CMD_REQUEST_DONE, &self->msg, 20000));
}

/* 200 sockets with all kinds of requests that end while they are closed */
TEST_F(request, sockets_that_close_at_any_time)
{
	ASSERT_EQ(0, put("* connect hang 3", TSM_DEBUG "fault"));
	for (int i = 0; i < 200; i++) {
		struct raw r = raw_open();

		raw_verb(&r, PCI_TSM_CMD_CONNECT, self->ep.s);
		if (i % 3)
			raw_refresh(&r, self->ep.s, SLOT0, i);
		if (i % 2)
			raw_verb(&r, PCI_TSM_CMD_DISCONNECT, self->ep.s);
		usleep(i % 7 * 1000);
		raw_close(&r);
	}
	put("clear", TSM_DEBUG "fault");
	/* Connects that nobody waits for go on, before or after what was in the queue */
	for (long end = now_ms() + BLOCKED_MS; run("! grep -q 'queued=[1-9]' " DSMS);) {
		ASSERT_GT(end, now_ms());
		usleep(10000);
	}
	EXPECT_EQ(0, raw_do(&self->nl, PCI_TSM_CMD_DISCONNECT, self->ep.s) % ENXIO);
	EXPECT_STREQ("disconnected", get(DEV "tsm/state", self->ep.s));
}

TEST_HARNESS_MAIN
