// SPDX-License-Identifier: GPL-2.0
/*
 * Nothing of a device is waited for under genetlink's locks: while requests of
 * the family hang, other families register, sockets open and close, dumps and
 * other devices' requests go on.
 */
#include "../kselftest_harness.h"
#include "nl_raw.h"

#define HANG_MS		60000
#define SOON_MS		(HANG_MS / 4)
#define SLOT0		TYPE_BIT(PCI_TSM_EVIDENCE_TYPE_SLOT0)

FIXTURE(nl_hang) {
	struct bdf hung;
	struct bdf other;
	struct raw nl;
	struct raw_msg msg;
	long begin;
};

FIXTURE_VARIANT(nl_hang) {
	int cmd;
	const char *fault;
	int state;
};

FIXTURE_VARIANT_ADD(nl_hang, connect) {
	.cmd = PCI_TSM_CMD_CONNECT, .fault = "connect hang 60000",
	.state = PCI_TSM_STATE_CONNECTING,
};

FIXTURE_VARIANT_ADD(nl_hang, refresh) {
	.cmd = PCI_TSM_CMD_EVIDENCE_REFRESH, .fault = "refresh_evidence hang 60000",
	.state = PCI_TSM_STATE_CONNECTED,
};

FIXTURE_VARIANT_ADD(nl_hang, disconnect) {
	.cmd = PCI_TSM_CMD_DISCONNECT, .fault = "disconnect hard 25000",
	.state = PCI_TSM_STATE_DISCONNECTING,
};

FIXTURE_SETUP(nl_hang)
{
	ASSERT_TRUE(devsec_load("topology=ep*2", ""));
	ASSERT_TRUE(devsec_find(&self->hung, "ep", "endpoint", 0));
	ASSERT_TRUE(devsec_find(&self->other, "ep", "endpoint", 1));
	ASSERT_EQ(0, put("0 100000 1", TSM_DEBUG "evidence"));
	self->nl = raw_open();
	ASSERT_EQ(0, self->nl.error);
	ASSERT_EQ(0, variant->cmd == PCI_TSM_CMD_CONNECT ? 0 :
		     raw_do(&self->nl, PCI_TSM_CMD_CONNECT, self->hung.s));
	ASSERT_EQ(0, put(str("%s %s", self->hung.s, variant->fault), TSM_DEBUG "fault"));
	self->begin = now_ms();
	ASSERT_NE(0, variant->cmd == PCI_TSM_CMD_EVIDENCE_REFRESH ?
		     raw_refresh(&self->nl, self->hung.s, SLOT0, 1) :
		     raw_verb(&self->nl, variant->cmd, self->hung.s));
	ASSERT_TRUE(raw_await_state(&self->nl, self->hung.s, variant->state, BLOCKED_MS));
}

FIXTURE_TEARDOWN(nl_hang)
{
	/* It did hang all the while, and all the while was short */
	EXPECT_EQ(variant->state, raw_dev_num(&self->nl, self->hung.s, PCI_TSM_A_DEV_STATE));
	EXPECT_FALSE(raw_await(&self->nl, PCI_TSM_CMD_REQUEST_DONE, &self->msg, 0));
	EXPECT_GT(SOON_MS, now_ms() - self->begin);
	raw_close(&self->nl);
	put("clear", TSM_DEBUG "fault");
	put("1", DEV "tsm/disconnect", self->hung.s);
	EXPECT_TRUE(devsec_unload());
}

TEST_F(nl_hang, families_come_and_go)
{
	for (int i = 0; i < 3; i++)
		EXPECT_EQ(0, run("modprobe psample && rmmod psample"));
}

TEST_F(nl_hang, sockets_close)
{
	for (int i = 0; i < 20; i++) {
		struct raw r = raw_open();

		EXPECT_EQ(0, r.error);
		/* One with requests of its own, which hang behind the other */
		EXPECT_NE(0, raw_verb(&r, PCI_TSM_CMD_CONNECT, self->hung.s));
		EXPECT_NE(0, raw_refresh(&r, self->hung.s, SLOT0, 1));
		raw_close(&r);
	}
	/* And a family beside them, which waits for whoever has the lock */
	EXPECT_EQ(0, run("modprobe psample && rmmod psample"));
}

TEST_F(nl_hang, others_go_on)
{
	__u64 cookie;

	EXPECT_EQ(0, raw_do(&self->nl, PCI_TSM_CMD_CONNECT, self->other.s));
	cookie = raw_refresh(&self->nl, self->other.s, SLOT0, 1);
	EXPECT_EQ(0, raw_end(&self->nl, cookie, 10000));
	raw_begin(&self->msg, self->nl.family, PCI_TSM_CMD_EVIDENCE_GET, NLM_F_DUMP);
	raw_str(&self->msg, PCI_TSM_A_OBJECT_DEV_NAME, self->other.s);
	EXPECT_EQ(0, raw_talk_each(&self->nl, &self->msg, NULL, NULL));
	for (int cmd = PCI_TSM_CMD_TSM_GET; cmd <= PCI_TSM_CMD_DEV_GET; cmd += 2) {
		raw_begin(&self->msg, self->nl.family, cmd, NLM_F_DUMP);
		EXPECT_EQ(0, raw_talk_each(&self->nl, &self->msg, NULL, NULL));
	}
	EXPECT_EQ(0, raw_do(&self->nl, PCI_TSM_CMD_DISCONNECT, self->other.s));
}

TEST_HARNESS_MAIN
