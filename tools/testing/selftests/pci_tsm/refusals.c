// SPDX-License-Identifier: GPL-2.0
/*
 * What hardware refuses the emulation refuses too: keys in the wrong order, a
 * stream id twice in one port, a stream that is altered while it is enabled. All
 * by hand, without a TSM. And what was left behind is reported at unload.
 */
#include "../kselftest_harness.h"
#include "cfg.h"

/* All that the associations here need */
#define LAYOUT	"streams=2 addr_blocks=1 link_blocks=1"
#define ID	5

FIXTURE(refusals) {
	struct bdf bdf;
	struct cfg ep, rp;
};

FIXTURE_SETUP(refusals)
{
	struct bdf rp;

	ASSERT_TRUE(devsec_load("topology=ep " LAYOUT, NULL));
	ASSERT_TRUE(devsec_find(&self->bdf, "ep", "endpoint", 0));
	ASSERT_TRUE(devsec_find(&rp, "ep", "root-port", 0));
	ASSERT_TRUE(cfg_open(&self->ep, self->bdf.s));
	ASSERT_TRUE(cfg_open(&self->rp, rp.s));
}

FIXTURE_TEARDOWN(refusals)
{
	close(self->ep.fd);
	close(self->rp.fd);
	EXPECT_TRUE(devsec_unload());
}

static void set_ctl(const struct cfg *cfg, int n, __u8 id, __u32 bits)
{
	wr(cfg->fd, sel(cfg, n) + IDE_SEL_CTL, 4, (__u32)id << 24 | bits);
}

static __u32 sts(const struct cfg *cfg, int n)
{
	return rd(cfg->fd, sel(cfg, n) + IDE_SEL_STS, 4);
}

/* Program and use the key of stream @id in block @n */
static void give_key(struct __test_metadata *_metadata, const struct cfg *cfg, int n, __u8 id)
{
	set_ctl(cfg, n, id, 0);
	EXPECT_EQ(OK, key(cfg, KEY_PROG, id));
	EXPECT_EQ(OK, key(cfg, KEY_GO, id));
}

/* Stream ID of block 0 at both ends */
static void bring_up(struct __test_metadata *_metadata, struct _test_data_refusals *self)
{
	give_key(_metadata, &self->ep, 0, ID);
	give_key(_metadata, &self->rp, 0, ID);
	set_ctl(&self->ep, 0, ID, IDE_EN);
	set_ctl(&self->rp, 0, ID, IDE_EN);
	ASSERT_EQ(IDE_SECURE, sts(&self->ep, 0));
	ASSERT_EQ(IDE_SECURE, sts(&self->rp, 0));
}

static void take_down(struct __test_metadata *_metadata, struct _test_data_refusals *self)
{
	for (int n = 0; n < 2; n++) {
		set_ctl(&self->ep, n, 0xff, 0);
		set_ctl(&self->rp, n, 0xff, 0);
		EXPECT_EQ(0, sts(&self->ep, n));
		EXPECT_EQ(0, sts(&self->rp, n));
	}
	EXPECT_EQ(OK, key(&self->ep, KEY_STOP, ID));
	EXPECT_EQ(OK, key(&self->rp, KEY_STOP, ID));
}

/* One key call after the other for stream ID, which block 0 has, and what each gives */
TEST_F(refusals, order_of_key_calls)
{
	static const struct { int op, status; } calls[] = {
		{ KEY_GO, BAD_ORDER }, { KEY_STOP, BAD_ORDER },
		{ KEY_PROG, OK }, { KEY_STOP, OK }, { KEY_GO, BAD_ORDER },
		{ KEY_PROG, OK }, { KEY_PROG, OK }, { KEY_GO, OK },
		{ KEY_GO, BAD_ORDER }, { KEY_PROG, BAD_ORDER },
		{ KEY_STOP, OK }, { KEY_STOP, BAD_ORDER }, { KEY_GO, BAD_ORDER },
	};

	set_ctl(&self->ep, 0, ID, 0);
	for (int i = 0; i < ARRAY_SIZE(calls); i++) {
		EXPECT_EQ(calls[i].status, key(&self->ep, calls[i].op, ID)) {
			TH_LOG("call %d", i);
		}
	}
}

/* Version, op, stream and dwords of a key call that is refused, whatever the order */
TEST_F(refusals, malformed_key_calls)
{
	static const struct { __u8 version, op, id; int len, status; } calls[] = {
		{ 0, KEY_PROG, ID, 9, BAD_VERSION }, { 2, KEY_STATUS, ID, 1, BAD_VERSION },
		{ 1, 0, ID, 1, BAD_OP }, { 1, 5, ID, 1, BAD_OP }, { 1, 0xff, ID, 9, BAD_OP },
		{ 1, KEY_PROG, ID, 1, BAD_LENGTH }, { 1, KEY_PROG, ID, 8, BAD_LENGTH },
		{ 1, KEY_PROG, ID, 10, BAD_LENGTH }, { 1, KEY_GO, ID, 9, BAD_LENGTH },
		{ 1, KEY_STOP, ID, 2, BAD_LENGTH }, { 1, KEY_STATUS, ID, 2, BAD_LENGTH },
		{ 1, KEY_PROG, ID + 1, 9, BAD_STREAM }, { 1, KEY_GO, ID + 1, 1, BAD_STREAM },
		{ 1, KEY_STOP, ID + 1, 1, BAD_STREAM }, { 1, KEY_STATUS, ID + 1, 1, BAD_STREAM },
		{ 1, KEY_STATUS, ID, 1, OK }, { 1, KEY_STOP, ID, 1, BAD_ORDER },
	};

	set_ctl(&self->ep, 0, ID, 0);
	for (int i = 0; i < ARRAY_SIZE(calls); i++) {
		EXPECT_EQ(calls[i].status, key_call(&self->ep, calls[i].version, calls[i].op,
						    calls[i].id, 0, calls[i].len)) {
			TH_LOG("call %d", i);
		}
	}
}

/* Which block is meant? The placeholder means none */
TEST_F(refusals, stream_id_that_two_blocks_have)
{
	set_ctl(&self->ep, 0, ID, 0);
	set_ctl(&self->ep, 1, ID, 0);
	EXPECT_EQ(BAD_STREAM, key(&self->ep, KEY_PROG, ID));
	set_ctl(&self->ep, 1, 0xff, 0);
	EXPECT_EQ(BAD_STREAM, key(&self->ep, KEY_PROG, 0xff));
	EXPECT_EQ(OK, key(&self->ep, KEY_PROG, ID));
	EXPECT_EQ(OK, key(&self->ep, KEY_STOP, ID));
}

/* A key stays where it was programmed, and so there is one of each stream */
TEST_F(refusals, key_of_one_stream_in_two_blocks)
{
	give_key(_metadata, &self->ep, 0, ID);
	set_ctl(&self->ep, 0, ID + 1, 0);
	set_ctl(&self->ep, 1, ID, 0);
	EXPECT_EQ(BAD_ORDER, key(&self->ep, KEY_PROG, ID));
	EXPECT_EQ(BAD_ORDER, key(&self->ep, KEY_PROG, ID + 1));
	EXPECT_EQ(OK, key(&self->ep, KEY_STOP, ID));
	EXPECT_EQ(OK, key(&self->ep, KEY_PROG, ID));
	EXPECT_EQ(OK, key(&self->ep, KEY_STOP, ID));
}

TEST_F(refusals, reset_forgets_keys)
{
	bring_up(_metadata, self);
	wr(self->ep.fd, EXP + PCI_EXP_DEVCTL, 2, PCI_EXP_DEVCTL_BCR_FLR);
	EXPECT_EQ(0, sts(&self->ep, 0));
	EXPECT_EQ(0, sts(&self->rp, 0));
	set_ctl(&self->ep, 0, ID, IDE_EN);
	EXPECT_EQ(BAD_ORDER, key(&self->ep, KEY_GO, ID));
	EXPECT_EQ(0, sts(&self->ep, 0));
	EXPECT_EQ(OK, key(&self->ep, KEY_PROG, ID));
	take_down(_metadata, self);
}

/* What Secure takes: enable, a key in use, the same one at the other end */
TEST_F(refusals, half_a_stream)
{
	const struct cfg *ep = &self->ep, *rp = &self->rp;

	give_key(_metadata, ep, 0, ID);
	set_ctl(ep, 0, ID, IDE_EN);
	EXPECT_EQ(0, sts(ep, 0));
	set_ctl(rp, 0, ID, IDE_EN);
	EXPECT_EQ(OK, key_call(rp, 1, KEY_PROG, ID, 0xbad, 9));
	EXPECT_EQ(0, sts(rp, 0));
	EXPECT_EQ(OK, key(rp, KEY_GO, ID));
	EXPECT_EQ(0, sts(ep, 0));
	EXPECT_EQ(0, sts(rp, 0));

	EXPECT_EQ(OK, key(rp, KEY_STOP, ID));
	EXPECT_EQ(OK, key(rp, KEY_PROG, ID));
	EXPECT_EQ(0, sts(ep, 0));
	EXPECT_EQ(OK, key(rp, KEY_GO, ID));
	EXPECT_EQ(IDE_SECURE, sts(ep, 0));
	EXPECT_EQ(IDE_SECURE, sts(rp, 0));

	/* Both fall when one key is stopped, and do not come back with it */
	EXPECT_EQ(OK, key(ep, KEY_STOP, ID));
	EXPECT_EQ(0, sts(ep, 0));
	EXPECT_EQ(0, sts(rp, 0));
	EXPECT_EQ(OK, key(ep, KEY_PROG, ID));
	EXPECT_EQ(OK, key(ep, KEY_GO, ID));
	EXPECT_EQ(0, sts(ep, 0));
	EXPECT_EQ(0, sts(rp, 0));
	take_down(_metadata, self);
}

/* Keys for block 1; @other has the same id, and was enabled before */
static void second_is_refused(struct __test_metadata *_metadata, struct _test_data_refusals *self,
			      int other)
{
	const struct cfg *ep = &self->ep;

	give_key(_metadata, ep, 1, ID);
	give_key(_metadata, &self->rp, 0, ID);
	set_ctl(&self->rp, 0, ID, IDE_EN);
	wr(ep->fd, other, 4, ID << 24 | IDE_EN);
	set_ctl(ep, 1, ID, IDE_EN);
	EXPECT_EQ(0, sts(ep, 1));

	/* It takes more than the other's going: enable it again */
	wr(ep->fd, other, 4, 0xff000000);
	EXPECT_EQ(0, sts(ep, 1));
	set_ctl(ep, 1, ID, 0);
	set_ctl(ep, 1, ID, IDE_EN);
	EXPECT_EQ(IDE_SECURE, sts(ep, 1));

	/* And the one that comes later does not disturb it */
	wr(ep->fd, other, 4, ID << 24 | IDE_EN);
	EXPECT_EQ(IDE_SECURE, sts(ep, 1));
	wr(ep->fd, other, 4, 0xff000000);
	take_down(_metadata, self);
}

TEST_F(refusals, stream_id_of_another_selective_stream)
{
	second_is_refused(_metadata, self, sel(&self->ep, 0) + IDE_SEL_CTL);
}

TEST_F(refusals, stream_id_of_a_link_stream)
{
	second_is_refused(_metadata, self, self->ep.ide + IDE_LINK_CTL);
}

/* A byte of block 0 of the endpoint that is changed while the stream is enabled */
TEST_F(refusals, change_of_an_enabled_stream)
{
	static const struct { const char *what; int where; __u8 bits; } changes[] = {
		{ "stream id", IDE_SEL_CTL + 3, 0x01 }, { "default", IDE_SEL_CTL + 2, 0x40 },
		{ "TEE-limited", IDE_SEL_CTL + 2, 0x80 }, { "class", IDE_SEL_CTL + 2, 0x08 },
		{ "for config", IDE_SEL_CTL + 1, 0x02 }, { "RID limit", IDE_SEL_RID1 + 1, 0x10 },
		{ "RID valid", IDE_SEL_RID2, 0x01 }, { "RID base", IDE_SEL_RID2 + 2, 0x80 },
		{ "segment", IDE_SEL_RID2 + 3, 0x01 }, { "address valid", IDE_SEL_ADDR1, 0x01 },
		{ "address limit", IDE_SEL_ADDR1 + 4, 0x01 },
		{ "address base", IDE_SEL_ADDR1 + 8 + 3, 0x80 },
	};
	const struct cfg *ep = &self->ep;

	bring_up(_metadata, self);
	for (int i = 0; i < ARRAY_SIZE(changes); i++) {
		int where = sel(ep, 0) + changes[i].where;
		__u32 was = rd(ep->fd, where, 1);

		/* To write what is there changes nothing */
		wr(ep->fd, where, 1, was);
		EXPECT_EQ(IDE_SECURE, sts(ep, 0));
		wr(ep->fd, where, 1, was ^ changes[i].bits);
		EXPECT_EQ(0, sts(ep, 0)) {
			TH_LOG("%s", changes[i].what);
		}
		/* What was is over, also if it comes back */
		wr(ep->fd, where, 1, was);
		EXPECT_EQ(0, sts(ep, 0));
		set_ctl(ep, 0, ID, 0);
		set_ctl(ep, 0, ID, IDE_EN);
		EXPECT_EQ(IDE_SECURE, sts(ep, 0));
	}
	take_down(_metadata, self);
}

/* Its neighbour, its status, and what the capability says are not part of it */
TEST_F(refusals, change_around_an_enabled_stream)
{
	const struct cfg *ep = &self->ep;

	bring_up(_metadata, self);
	set_ctl(ep, 1, ID + 1, 0);
	wr(ep->fd, sel(ep, 1) + IDE_SEL_RID1, 4, 0x00010000);
	wr(ep->fd, sel(ep, 0), 4, ~0);
	ASSERT_EQ(0, put(str("%s ide fail", self->bdf.s), BUS_DEBUG "fault"));
	EXPECT_EQ(IDE_FAIL | IDE_SECURE, sts(ep, 0));
	wr(ep->fd, sel(ep, 0) + IDE_SEL_STS, 4, ~0);
	EXPECT_EQ(IDE_SECURE, sts(ep, 0));
	wr(ep->fd, sel(ep, 0) + IDE_SEL_STS, 4, 0);
	EXPECT_EQ(IDE_SECURE, sts(ep, 0));
	take_down(_metadata, self);
}

/* What is not given back is reported when the module goes, and fails a test */
TEST_F(refusals, leak_of_an_enabled_stream)
{
	set_ctl(&self->ep, 0, ID, IDE_EN);
	EXPECT_FALSE(devsec_unload());
	EXPECT_STREQ("ENOENT", get("/sys/module/devsec_bus/parameters/streams"));
}

TEST_F(refusals, leak_of_a_key)
{
	give_key(_metadata, &self->rp, 1, ID);
	set_ctl(&self->rp, 1, 0xff, 0);
	ASSERT_EQ(0, run("rmmod devsec_bus"));
	EXPECT_EQ(0, run("dmesg -c | grep 'ep at devfn 00: leaked 6 keys or enabled streams'"));
}

TEST_F(refusals, leaks_of_a_tsm)
{
	const char *ep = self->bdf.s;

	ASSERT_EQ(0, run("modprobe devsec_tsm"));
	ASSERT_EQ(0, put("* disconnect leak", TSM_DEBUG "fault"));
	ASSERT_EQ(0, put("* unbind leak", TSM_DEBUG "fault"));
	EXPECT_EQ(-EINVAL, put("* connect leak", TSM_DEBUG "fault"));
	ASSERT_EQ(0, put("1", DEV "tsm/connect", ep));
	ASSERT_EQ(0, put(str("%s 7", ep), TSM_DEBUG "bind"));
	ASSERT_EQ(0, put(ep, TSM_DEBUG "unbind"));
	ASSERT_EQ(0, run("rmmod devsec_tsm"));
	EXPECT_EQ(0, run("dmesg | grep 'leaked 0 contexts, 1 streams, 1 TDIs'"));
	EXPECT_FALSE(devsec_unload());
}

TEST_HARNESS_MAIN
