// SPDX-License-Identifier: GPL-2.0
/*
 * The register protocol of an emulated DOE mailbox, done by hand as a requester
 * would: PCIe r7.0 sec 6.30. What is malformed gets no answer and no error.
 */
#include "../kselftest_harness.h"
#include "cfg.h"

#define LATENCY		"/sys/module/devsec_bus/parameters/doe_latency_ms"
#define LATENCY_MS	300

/* More than the longest object that the mailbox takes */
#define MANY_DW		4097

/* Discovery of index 0 and its answer: itself, next is 1 */
static const __u32 discovery[3] = { DOE_DISCOVERY, 3, 0 };
#define ANSWER		0x01000001u

FIXTURE(doe) {
	struct bdf bdf;
	struct cfg ep;
};

FIXTURE_SETUP(doe)
{
	ASSERT_TRUE(devsec_load("topology=ep", NULL));
	ASSERT_TRUE(devsec_find(&self->bdf, "ep", "endpoint", 0));
	ASSERT_TRUE(cfg_open(&self->ep, self->bdf.s));
	ASSERT_NE(0, self->ep.doe);
}

FIXTURE_TEARDOWN(doe)
{
	close(self->ep.fd);
	EXPECT_TRUE(devsec_unload());
}

/* Nothing is there, nothing is wrong, and the next request is answered */
static void at_rest(struct __test_metadata *_metadata, const struct cfg *ep)
{
	EXPECT_EQ(0, doe_status(ep));
	EXPECT_EQ(0, rd(ep->fd, ep->doe + PCI_DOE_READ, 4));
	EXPECT_EQ(ANSWER, doe_discover(ep, 0));
	EXPECT_EQ(0, doe_status(ep));
}

/* Each entry names the next one, the last one 0; the last is the vendor's */
TEST_F(doe, discovery_walks_all_protocols)
{
	EXPECT_EQ(0x01000001, doe_discover(&self->ep, 0));
	EXPECT_EQ(0x02010001, doe_discover(&self->ep, 1));
	EXPECT_EQ(0x03020001, doe_discover(&self->ep, 2));
	EXPECT_EQ(0x0001dec0, doe_discover(&self->ep, 3));
	EXPECT_EQ(0x00ffffff, doe_discover(&self->ep, 4));
	EXPECT_EQ(0x00ffffff, doe_discover(&self->ep, 0xff));
}

TEST_F(doe, read_mailbox_moves_by_writes_only)
{
	const struct cfg *ep = &self->ep;
	int mailbox = ep->doe + PCI_DOE_READ;

	doe_put(ep, discovery, 3);
	EXPECT_EQ(0, doe_status(ep));
	doe_ctrl(ep, PCI_DOE_CTRL_GO);
	EXPECT_EQ(DOE_READY, doe_wait(ep));
	EXPECT_EQ(DOE_DISCOVERY, rd(ep->fd, mailbox, 4));
	EXPECT_EQ(DOE_DISCOVERY, rd(ep->fd, mailbox, 4));
	wr(ep->fd, mailbox, 4, 0);
	EXPECT_EQ(3, rd(ep->fd, mailbox, 4));
	wr(ep->fd, mailbox, 4, ~0);
	EXPECT_EQ(ANSWER, rd(ep->fd, mailbox, 4));
	EXPECT_EQ(DOE_READY, doe_status(ep));
	wr(ep->fd, mailbox, 4, 0);
	at_rest(_metadata, ep);
}

TEST_F(doe, reading_beyond_the_answer)
{
	const struct cfg *ep = &self->ep;

	ASSERT_EQ(ANSWER, doe_discover(ep, 0));
	for (int i = 0; i < 3; i++) {
		EXPECT_EQ(0, rd(ep->fd, ep->doe + PCI_DOE_READ, 4));
		wr(ep->fd, ep->doe + PCI_DOE_READ, 4, 0);
	}
	at_rest(_metadata, ep);
}

TEST_F(doe, go_without_an_object)
{
	doe_ctrl(&self->ep, PCI_DOE_CTRL_GO);
	at_rest(_metadata, &self->ep);
	doe_put(&self->ep, discovery, 1);
	doe_ctrl(&self->ep, PCI_DOE_CTRL_GO);
	at_rest(_metadata, &self->ep);
	doe_ctrl(&self->ep, 0);
	at_rest(_metadata, &self->ep);
}

/* 0 stands for 2^18 */
TEST_F(doe, object_of_another_length_than_it_says)
{
	static const __u32 lengths[] = { 0, 1, 2, 4, 0x3ffff };

	for (int i = 0; i < ARRAY_SIZE(lengths); i++) {
		const __u32 req[3] = { DOE_DISCOVERY, lengths[i], 0 };

		EXPECT_EQ(0, doe_ask(&self->ep, req, 3, NULL, 0)) {
			TH_LOG("length %#x", lengths[i]);
		}
		at_rest(_metadata, &self->ep);
	}
	/* No payload at all, and that is what it says */
	EXPECT_EQ(0, doe_ask(&self->ep, (__u32[]){ DOE_DISCOVERY, 2 }, 2, NULL, 0));
	at_rest(_metadata, &self->ep);
}

TEST_F(doe, object_of_an_unknown_type)
{
	static const __u32 types[] = { 0x00050001, 0x00000002, 0x0002dec0, 0x00ffffff };

	for (int i = 0; i < ARRAY_SIZE(types); i++) {
		EXPECT_EQ(0, doe_ask(&self->ep, (__u32[]){ types[i], 3, 0 }, 3, NULL, 0)) {
			TH_LOG("type %#x", types[i]);
		}
		at_rest(_metadata, &self->ep);
	}
}

/* The program that answers SPDM does not run: see dsm.c */
TEST_F(doe, spdm_is_not_answered)
{
	EXPECT_EQ(0, doe_ask(&self->ep, (__u32[]){ 0x00010001, 3, 0x00008410 }, 3, NULL, 0));
	at_rest(_metadata, &self->ep);
	EXPECT_EQ(0, doe_ask(&self->ep, (__u32[]){ 0x00020001, 3, 0 }, 3, NULL, 0));
	at_rest(_metadata, &self->ep);
}

TEST_F(doe, abort_forgets_what_was_written)
{
	doe_put(&self->ep, discovery, 2);
	doe_ctrl(&self->ep, PCI_DOE_CTRL_ABORT);
	at_rest(_metadata, &self->ep);
}

TEST_F(doe, abort_forgets_the_answer)
{
	doe_put(&self->ep, discovery, 3);
	doe_ctrl(&self->ep, PCI_DOE_CTRL_GO);
	EXPECT_EQ(DOE_READY, doe_wait(&self->ep));
	doe_ctrl(&self->ep, PCI_DOE_CTRL_ABORT);
	at_rest(_metadata, &self->ep);
}

/* What is written to a busy mailbox is lost, GO or not */
TEST_F(doe, busy_takes_nothing)
{
	const struct cfg *ep = &self->ep;
	__u32 resp[3] = {};

	ASSERT_EQ(0, put(str("%d", LATENCY_MS), LATENCY));
	doe_put(ep, discovery, 3);
	doe_ctrl(ep, PCI_DOE_CTRL_GO);
	EXPECT_EQ(DOE_BUSY, doe_status(ep));
	doe_put(ep, (__u32[]){ DOE_DISCOVERY, 3, 1 }, 3);
	doe_ctrl(ep, PCI_DOE_CTRL_GO);
	EXPECT_EQ(DOE_READY, doe_wait(ep));
	EXPECT_EQ(3, doe_get(ep, resp, 3));
	EXPECT_EQ(ANSWER, resp[2]);
	at_rest(_metadata, ep);
}

TEST_F(doe, abort_ends_busy_for_good)
{
	const struct cfg *ep = &self->ep;

	ASSERT_EQ(0, put(str("%d", LATENCY_MS), LATENCY));
	doe_put(ep, discovery, 3);
	doe_ctrl(ep, PCI_DOE_CTRL_GO);
	EXPECT_EQ(DOE_BUSY, doe_status(ep));
	doe_ctrl(ep, PCI_DOE_CTRL_ABORT);
	EXPECT_EQ(0, doe_status(ep));
	/* The answer does not come later either */
	usleep(2 * LATENCY_MS * 1000);
	at_rest(_metadata, ep);
}

/* No answer while the Error bit is set; it is cleared by Abort, and by nothing else */
TEST_F(doe, error_until_abort)
{
	const struct cfg *ep = &self->ep;

	ASSERT_EQ(0, put(str("%s doe error", self->bdf.s), BUS_DEBUG "fault"));
	EXPECT_EQ(0, doe_ask(ep, discovery, 3, NULL, 0));
	EXPECT_EQ(DOE_ERROR, doe_status(ep));
	wr(ep->fd, ep->doe + PCI_DOE_STATUS, 4, ~0);
	EXPECT_EQ(DOE_ERROR, doe_status(ep));
	EXPECT_EQ(0, doe_ask(ep, discovery, 3, NULL, 0));
	EXPECT_EQ(DOE_ERROR, doe_status(ep));
	doe_ctrl(ep, PCI_DOE_CTRL_ABORT);
	at_rest(_metadata, ep);
}

TEST_F(doe, object_longer_than_the_mailbox)
{
	const struct cfg *ep = &self->ep;
	static __u32 req[MANY_DW] = { DOE_DISCOVERY, MANY_DW };

	EXPECT_EQ(0, doe_ask(ep, req, MANY_DW, NULL, 0));
	EXPECT_EQ(DOE_ERROR, doe_status(ep));
	doe_ctrl(ep, PCI_DOE_CTRL_ABORT);
	at_rest(_metadata, ep);
}

/* Each byte of the answer, its header included; short and long are in the header too */
TEST_F(doe, faults_of_an_answer)
{
	const struct cfg *ep = &self->ep;
	__u32 good[3] = { DOE_DISCOVERY, 3, ANSWER }, resp[7];

	for (int i = 0; i < 12; i++) {
		ASSERT_EQ(0, put(str("%s doe corrupt %d", self->bdf.s, i), BUS_DEBUG "fault"));
		EXPECT_EQ(3, doe_ask(ep, discovery, 3, resp, 3));
		resp[i / 4] ^= 0xffu << 8 * (i % 4);
		EXPECT_EQ(0, memcmp(good, resp, sizeof(good))) {
			TH_LOG("byte %d: %#x %#x %#x", i, resp[0], resp[1], resp[2]);
		}
	}
	ASSERT_EQ(0, put(str("%s doe short", self->bdf.s), BUS_DEBUG "fault"));
	EXPECT_EQ(2, doe_ask(ep, discovery, 3, resp, 7));
	EXPECT_EQ(2, resp[1]);
	ASSERT_EQ(0, put(str("%s doe long", self->bdf.s), BUS_DEBUG "fault"));
	EXPECT_EQ(7, doe_ask(ep, discovery, 3, resp, 7));
	EXPECT_EQ(7, resp[1]);
	EXPECT_EQ(ANSWER, resp[2]);
	at_rest(_metadata, ep);
}

/* One that is aborted counts; faults that are used up leave nothing behind */
TEST_F(doe, faults_are_counted_in_objects)
{
	const struct cfg *ep = &self->ep;

	ASSERT_EQ(0, put(str("%s doe delay 10000 2", self->bdf.s), BUS_DEBUG "fault"));
	for (int i = 0; i < 2; i++) {
		doe_put(ep, discovery, 3);
		doe_ctrl(ep, PCI_DOE_CTRL_GO);
		EXPECT_EQ(DOE_BUSY, doe_status(ep));
		doe_ctrl(ep, PCI_DOE_CTRL_ABORT);
		EXPECT_EQ(0, doe_status(ep));
	}
	at_rest(_metadata, ep);
}

/* Byte enables: Abort and GO are in different bytes of Control */
TEST_F(doe, control_by_bytes)
{
	const struct cfg *ep = &self->ep;
	__u32 resp[3] = {};

	doe_put(ep, discovery, 3);
	wr(ep->fd, ep->doe + PCI_DOE_CTRL + 3, 1, 0x80);
	EXPECT_EQ(DOE_READY, doe_wait(ep));
	EXPECT_EQ(0, rd(ep->fd, ep->doe + PCI_DOE_STATUS, 2));
	EXPECT_EQ(0x80, rd(ep->fd, ep->doe + PCI_DOE_STATUS + 3, 1));
	EXPECT_EQ(0, rd(ep->fd, ep->doe + PCI_DOE_CTRL, 4));
	EXPECT_EQ(3, doe_get(ep, resp, 3));
	EXPECT_EQ(ANSWER, resp[2]);
	doe_put(ep, discovery, 2);
	wr(ep->fd, ep->doe + PCI_DOE_CTRL, 1, PCI_DOE_CTRL_ABORT);
	at_rest(_metadata, ep);
}

TEST_HARNESS_MAIN
