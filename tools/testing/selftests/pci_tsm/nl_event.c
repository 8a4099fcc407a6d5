// SPDX-License-Identifier: GPL-2.0
/*
 * What listeners are told: TSMs that come and go, transitions in order, evidence
 * that moved, interfaces. Who does not listen in time loses some, notices it,
 * knows where he is after one question, and slows nobody down.
 */
#include "../kselftest_harness.h"
#include "nl_raw.h"

#define MANY		150
#define SLOT0		TYPE_BIT(PCI_TSM_EVIDENCE_TYPE_SLOT0)

FIXTURE(event) {
	struct bdf ep;
	struct raw nl;
	struct raw_msg msg;
};

FIXTURE_SETUP(event)
{
	ASSERT_TRUE(devsec_load("topology=ep,mf:2", ""));
	ASSERT_TRUE(devsec_find(&self->ep, "ep", "endpoint", 0));
	self->nl = raw_open();
	ASSERT_EQ(0, self->nl.error);
	ASSERT_EQ(0, raw_subscribe(&self->nl));
}

FIXTURE_TEARDOWN(event)
{
	raw_close(&self->nl);
	EXPECT_TRUE(devsec_unload());
}

TEST_F(event, a_TSM_leaves_and_comes)
{
	static struct raw_msg alone;

	ASSERT_EQ(0, run("rmmod devsec_tsm"));
	ASSERT_TRUE(raw_await(&self->nl, PCI_TSM_CMD_TSM_NTF, &self->msg, 10000));
	EXPECT_EQ(PCI_TSM_EVENT_GONE, raw_num(&self->msg.hdr, PCI_TSM_A_TSM_EVENT));
	EXPECT_STREQ("tsm0", raw_text(&self->msg.hdr, PCI_TSM_A_TSM_NAME));

	ASSERT_EQ(0, run("modprobe devsec_tsm tsms=2 ranks=5,-5"));
	for (int i = 0; i < 2; i++) {
		ASSERT_TRUE(raw_await(&self->nl, PCI_TSM_CMD_TSM_NTF, &self->msg, 10000));
		EXPECT_EQ(PCI_TSM_EVENT_AVAILABLE, raw_num(&self->msg.hdr, PCI_TSM_A_TSM_EVENT));
		EXPECT_EQ(i ? -5 : 5, (int)raw_num(&self->msg.hdr, PCI_TSM_A_TSM_RANK));
		/* What is told is what is answered, but for the event */
		raw_begin(&alone, self->nl.family, PCI_TSM_CMD_TSM_GET, 0);
		raw_u32(&alone, PCI_TSM_A_TSM_ID, raw_num(&self->msg.hdr, PCI_TSM_A_TSM_ID));
		ASSERT_EQ(0, raw_talk(&self->nl, &alone, &alone));
		EXPECT_EQ(0, memcmp(alone.bytes + NLMSG_LENGTH(GENL_HDRLEN),
				    self->msg.bytes + NLMSG_LENGTH(GENL_HDRLEN),
				    alone.hdr.nlmsg_len - NLMSG_LENGTH(GENL_HDRLEN)));
	}
	ASSERT_EQ(0, put("del 1", TSM_DEBUG "tsms"));
	ASSERT_TRUE(raw_await(&self->nl, PCI_TSM_CMD_TSM_NTF, &self->msg, 10000));
	EXPECT_EQ(PCI_TSM_EVENT_GONE, raw_num(&self->msg.hdr, PCI_TSM_A_TSM_EVENT));
	EXPECT_EQ(1, raw_num(&self->msg.hdr, PCI_TSM_A_TSM_ID));
}

/* The next event of the device, of a kind */
static bool next_event(struct _test_data_event *self, int event)
{
	while (raw_await(&self->nl, PCI_TSM_CMD_DEV_NTF, &self->msg, 10000))
		if (raw_num(&self->msg.hdr, PCI_TSM_A_DEV_EVENT) == event)
			return true;
	return false;
}

TEST_F(event, evidence_moves)
{
	__u64 last = 0, now, cookie;

	ASSERT_EQ(0, raw_do(&self->nl, PCI_TSM_CMD_CONNECT, self->ep.s));
	for (int seed = 0; seed < 3; seed++) {
		ASSERT_EQ(0, put(str("0 1000 %d", seed), TSM_DEBUG "evidence"));
		for (int k = 0; k < 2; k++) {
			cookie = raw_refresh(&self->nl, self->ep.s, SLOT0, k);
			ASSERT_NE(0, cookie);
			while (!raw_await(&self->nl, PCI_TSM_CMD_DEV_NTF, &self->msg, 500) ||
			       raw_num(&self->msg.hdr, PCI_TSM_A_DEV_EVENT) !=
			       PCI_TSM_EVENT_EVIDENCE)
				if (k)
					break;
			now = raw_dev_num(&self->nl, self->ep.s, PCI_TSM_A_DEV_GENERATION);
			/* Told when it moves, with the new one; and only then */
			if (k) {
				EXPECT_EQ(last, now);
				continue;
			}
			EXPECT_EQ(now, raw_num(&self->msg.hdr, PCI_TSM_A_DEV_GENERATION));
			EXPECT_EQ(NULL, raw_attr(&self->msg.hdr, PCI_TSM_A_DEV_OLD_STATE));
			EXPECT_LT(last, now);
			last = now;
		}
	}
}

TEST_F(event, interfaces_are_bound_lost_and_unbound)
{
	static const struct {
		const char *file;
		const char *text;
		int old;
		int state;
	} steps[] = {
		{ "bind", " 7", PCI_TSM_STATE_UNBOUND, PCI_TSM_STATE_BOUND },
		{ "report", " 15", PCI_TSM_STATE_BOUND, PCI_TSM_STATE_ERROR },
		{ "unbind", "", PCI_TSM_STATE_ERROR, PCI_TSM_STATE_UNBOUND },
		{ "bind", " 8", PCI_TSM_STATE_UNBOUND, PCI_TSM_STATE_BOUND },
		{ "unbind", "", PCI_TSM_STATE_BOUND, PCI_TSM_STATE_UNBOUND },
	};
	__u64 seq = 0;

	ASSERT_EQ(0, raw_do(&self->nl, PCI_TSM_CMD_CONNECT, self->ep.s));
	for (int i = 0; i < ARRAY_SIZE(steps); i++) {
		ASSERT_EQ(0, put(str("%s%s", self->ep.s, steps[i].text),
				 TSM_DEBUG "%s", steps[i].file));
		ASSERT_TRUE(next_event(self, PCI_TSM_EVENT_INTERFACE));
		EXPECT_EQ(steps[i].old, raw_num(&self->msg.hdr, PCI_TSM_A_DEV_OLD_STATE));
		EXPECT_EQ(steps[i].state, raw_num(&self->msg.hdr, PCI_TSM_A_DEV_INTERFACE_STATE));
		EXPECT_EQ(PCI_TSM_STATE_CONNECTED, raw_num(&self->msg.hdr, PCI_TSM_A_DEV_STATE));
		EXPECT_EQ(++seq, raw_num(&self->msg.hdr, PCI_TSM_A_DEV_INTERFACE_SEQ));
		EXPECT_STREQ(self->ep.s, raw_text(&self->msg.hdr, PCI_TSM_A_DEV_NAME));
	}
}

/* Which one, and why, is told beside the transition */
TEST_F(event, a_stream_fails)
{
	const struct nlattr *name, *why;
	struct raw_msg before;

	ASSERT_EQ(0, raw_do(&self->nl, PCI_TSM_CMD_CONNECT, self->ep.s));
	ASSERT_EQ(0, raw_dev(&self->nl, self->ep.s, &before));
	name = raw_nested(&before.hdr, PCI_TSM_A_DEV_STREAM, PCI_TSM_A_STREAM_NAME);
	ASSERT_NE(NULL, name);
	EXPECT_EQ(NULL, raw_nested(&before.hdr, PCI_TSM_A_DEV_STREAM, PCI_TSM_A_STREAM_REASON));

	/* The TSM takes its time to close it, so that it is looked at more than once */
	ASSERT_EQ(0, put("* disconnect hard 2500", TSM_DEBUG "fault"));
	ASSERT_EQ(0, put(str("%s ide insecure", self->ep.s), BUS_DEBUG "fault"));
	ASSERT_TRUE(next_event(self, PCI_TSM_EVENT_STREAM_FAILED));
	EXPECT_STREQ(self->ep.s, raw_text(&self->msg.hdr, PCI_TSM_A_DEV_NAME));
	EXPECT_EQ(NULL, raw_attr(&self->msg.hdr, PCI_TSM_A_DEV_OLD_STATE));
	why = raw_nested(&self->msg.hdr, PCI_TSM_A_DEV_FAILED_STREAM, PCI_TSM_A_STREAM_REASON);
	ASSERT_NE(NULL, why);
	EXPECT_EQ(PCI_TSM_REASON_IDE_INSECURE, *(__u32 *)raw_data(why));
	EXPECT_STREQ(raw_data(name),
		     raw_data(raw_nested(&self->msg.hdr, PCI_TSM_A_DEV_FAILED_STREAM,
					 PCI_TSM_A_STREAM_NAME)));
	/* The transition is told by itself, and the failure is not told again */
	EXPECT_TRUE(raw_await_state(&self->nl, self->ep.s, PCI_TSM_STATE_FAILED, 5000));
	EXPECT_STREQ("failed", await("failed", 10000, DEV "tsm/state", self->ep.s));
	usleep(3000000);
	EXPECT_EQ(0, put("clear", TSM_DEBUG "fault"));
	while (raw_await(&self->nl, PCI_TSM_CMD_DEV_NTF, &self->msg, 0))
		EXPECT_NE(PCI_TSM_EVENT_STREAM_FAILED,
			  raw_num(&self->msg.hdr, PCI_TSM_A_DEV_EVENT));
}

/* Its interface is all that it has a state of */
TEST_F(event, a_function_without_a_DSM_has_one_state)
{
	struct bdf dsm, fn;

	ASSERT_TRUE(devsec_find(&dsm, "mf", "endpoint", 0));
	ASSERT_TRUE(devsec_find(&fn, "mf", "endpoint", 1));
	ASSERT_EQ(0, raw_do(&self->nl, PCI_TSM_CMD_CONNECT, dsm.s));
	for (int bound = 0; bound < 2; bound++) {
		ASSERT_EQ(0, put(str("%s%s", fn.s, bound ? "" : " 7"),
				 TSM_DEBUG "%s", bound ? "unbind" : "bind"));
		do {
			ASSERT_TRUE(next_event(self, PCI_TSM_EVENT_STATE));
		} while (strcmp(fn.s, raw_text(&self->msg.hdr, PCI_TSM_A_DEV_NAME)));
		EXPECT_EQ(bound ? PCI_TSM_STATE_UNBOUND : PCI_TSM_STATE_BOUND,
			  raw_num(&self->msg.hdr, PCI_TSM_A_DEV_STATE));
		EXPECT_EQ(bound ? PCI_TSM_STATE_BOUND : PCI_TSM_STATE_UNBOUND,
			  raw_num(&self->msg.hdr, PCI_TSM_A_DEV_OLD_STATE));
		EXPECT_EQ(bound + 1, raw_num(&self->msg.hdr, PCI_TSM_A_DEV_SEQ));
		EXPECT_STREQ(dsm.s, raw_text(&self->msg.hdr, PCI_TSM_A_DEV_DSM));
		EXPECT_EQ(NULL, raw_attr(&self->msg.hdr, PCI_TSM_A_DEV_COUNTERS));
	}
}

/* Transitions on end; how long they took, in ms */
static long many_transitions(struct __test_metadata *_metadata, const char *dev)
{
	long start = now_ms();

	for (int i = 0; i < MANY; i++) {
		ASSERT_EQ(0, put("1", DEV "tsm/connect", dev));
		ASSERT_EQ(0, put("1", DEV "tsm/disconnect", dev));
	}
	return now_ms() - start;
}

/* Reads what there is: events from @seq on, without a gap; returns the last one's */
static __u64 read_in_order(struct __test_metadata *_metadata, struct raw *r, __u64 seq, int ms)
{
	static struct raw_msg m;

	while (raw_await(r, PCI_TSM_CMD_DEV_NTF, &m, ms)) {
		if (raw_num(&m.hdr, PCI_TSM_A_DEV_EVENT) != PCI_TSM_EVENT_STATE)
			continue;
		EXPECT_EQ(++seq, raw_num(&m.hdr, PCI_TSM_A_DEV_SEQ));
		if (seq == 4 * MANY)
			break;
	}
	return seq;
}

/* A child that reads all in time: it says by its exit status if there was no gap */
static pid_t begin_to_listen(struct __test_metadata *_metadata)
{
	struct raw r = raw_open();
	pid_t pid;

	raw_subscribe(&r);
	pid = fork();
	if (!pid)
		_exit(read_in_order(_metadata, &r, 0, 20000) != 4 * MANY);
	close(r.fd);
	return pid;
}

TEST_F(event, who_never_reads_slows_nobody_and_resynchronises)
{
	int size = 4096, rc = 0, status = -1;
	struct raw slow = raw_open();
	__u64 seq = 0, before = 0;
	pid_t listener;
	long ms;

	setsockopt(slow.fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	ASSERT_EQ(0, raw_subscribe(&slow));
	listener = begin_to_listen(_metadata);
	ms = many_transitions(_metadata, self->ep.s);
	TH_LOG("%d transitions in %ld ms", 4 * MANY, ms);
	waitpid(listener, &status, 0);
	EXPECT_EQ(0, status);

	/* What he has lost he is told first; what he has kept is the beginning, in order */
	rc = recv(slow.fd, &self->msg, sizeof(self->msg), MSG_DONTWAIT);
	EXPECT_EQ(-1, rc);
	EXPECT_EQ(ENOBUFS, errno);
	seq = read_in_order(_metadata, &slow, 0, 0);
	EXPECT_LT(0, seq);
	EXPECT_GT(4 * MANY, seq);
	/* One question says where he is; and from there on he misses nothing */
	before = raw_dev_num(&slow, self->ep.s, PCI_TSM_A_DEV_SEQ);
	EXPECT_EQ(4 * MANY, before);
	ASSERT_EQ(0, put("1", DEV "tsm/connect", self->ep.s));
	EXPECT_EQ(before + 2, read_in_order(_metadata, &slow, before, 500));
	raw_close(&slow);
}

/* No time is lost for him, and no memory but what his socket may have */
TEST_F(event, listeners_that_are_stopped)
{
	struct raw deaf[20];
	long alone, beside;

	raw_close(&self->nl);
	alone = many_transitions(_metadata, self->ep.s);
	self->nl = raw_open();
	for (int i = 0; i < ARRAY_SIZE(deaf); i++) {
		deaf[i] = raw_open();
		ASSERT_EQ(0, raw_subscribe(&deaf[i]));
	}
	beside = many_transitions(_metadata, self->ep.s);
	TH_LOG("%ld ms with nobody listening, %ld ms beside 20 who do not read", alone, beside);
	/* Whoever waited for one of them would wait for ever; what is busy may take its time */
	EXPECT_GT(4 * alone + 4000, beside);
	for (int i = 0; i < ARRAY_SIZE(deaf); i++)
		raw_close(&deaf[i]);
}

TEST_HARNESS_MAIN
