// SPDX-License-Identifier: GPL-2.0
/*
 * The keys of both ends of a stream, worked by the DSM's ioctls: two sets, either
 * direction, three sub-streams. Each counts for Secure, and a refresh goes without
 * an interruption. PCIe r7.0 sec 6.33.3.
 */
#include "../kselftest_harness.h"
#include "dsm.h"

#define ID	5

FIXTURE(keys) {
	struct bdf bdf, rp_bdf;
	struct cfg ep, rp;
	int fd;
};

FIXTURE_SETUP(keys)
{
	ASSERT_TRUE(devsec_load("topology=ep,noide streams=2 addr_blocks=1 link_blocks=1", NULL));
	ASSERT_TRUE(devsec_find(&self->bdf, "ep", "endpoint", 0));
	ASSERT_TRUE(devsec_find(&self->rp_bdf, "ep", "root-port", 0));
	ASSERT_TRUE(cfg_open(&self->ep, self->bdf.s));
	ASSERT_TRUE(cfg_open(&self->rp, self->rp_bdf.s));
	self->fd = dsm_open(0);
	ASSERT_LE(0, self->fd);
}

FIXTURE_TEARDOWN(keys)
{
	close(self->fd);
	close(self->ep.fd);
	close(self->rp.fd);
	EXPECT_TRUE(devsec_unload());
}

TEST_F(keys, registers_of_a_port)
{
	struct devsec_dsm_regs regs = {
		.domain = bdf_domain(self->bdf.s), .rid = bdf_rid(self->bdf.s),
	};
	struct bdf noide;

	wr(self->ep.fd, sel(&self->ep, 1) + IDE_SEL_RID1, 4, 0x00123400);
	ASSERT_EQ(0, ioctl(self->fd, DEVSEC_DSM_IOC_REGS, &regs));
	/* Capability, Control, one Link block, two Selective ones with one association */
	ASSERT_EQ(2 + 2 + 2 * 8, regs.nr);
	for (int i = 0; i < regs.nr; i++)
		EXPECT_EQ(rd(self->ep.fd, self->ep.ide + 4 + 4 * i, 4), regs.regs[i]);
	EXPECT_EQ(0x00123400, regs.regs[4 + 8 + 3]);

	ASSERT_TRUE(devsec_find(&noide, "noide", "endpoint", 0));
	regs.rid = bdf_rid(noide.s);
	EXPECT_EQ(-1, ioctl(self->fd, DEVSEC_DSM_IOC_REGS, &regs));
	EXPECT_EQ(ENXIO, errno);
	regs.rid = 0xff00;
	EXPECT_EQ(-1, ioctl(self->fd, DEVSEC_DSM_IOC_REGS, &regs));
	EXPECT_EQ(ENODEV, errno);
	regs.domain = 0xfff;
	EXPECT_EQ(-1, ioctl(self->fd, DEVSEC_DSM_IOC_REGS, &regs));
	EXPECT_EQ(ENODEV, errno);
	EXPECT_EQ(-1, ioctl(self->fd, DEVSEC_DSM_IOC_REGS, (void *)16));
	EXPECT_EQ(EFAULT, errno);
	EXPECT_EQ(-1, ioctl(self->fd, DEVSEC_DSM_IOC_KEY, (void *)16));
	EXPECT_EQ(EFAULT, errno);
	EXPECT_EQ(-1, ioctl(self->fd, _IOW('d', 0x52, int), NULL));
	EXPECT_EQ(ENOTTY, errno);
}

static void set_ctl(const struct cfg *cfg, __u8 id, __u32 bits)
{
	wr(cfg->fd, sel(cfg, 0) + IDE_SEL_CTL, 4, (__u32)id << 24 | bits);
}

static __u32 sts(const struct cfg *cfg)
{
	return rd(cfg->fd, sel(cfg, 0) + IDE_SEL_STS, 4);
}

/* All states of a key, and each step in each of them */
TEST_F(keys, order_of_key_steps)
{
	static const struct { int op, rc; } steps[] = {
		{ DEVSEC_DSM_KEY_GO, -EINVAL }, { DEVSEC_DSM_KEY_STOP, -EINVAL },
		{ DEVSEC_DSM_KEY_PROG, 0 }, { DEVSEC_DSM_KEY_STOP, 0 },
		{ DEVSEC_DSM_KEY_GO, -EINVAL }, { DEVSEC_DSM_KEY_PROG, 0 },
		{ DEVSEC_DSM_KEY_PROG, 0 }, { DEVSEC_DSM_KEY_GO, 0 },
		{ DEVSEC_DSM_KEY_GO, -EINVAL }, { DEVSEC_DSM_KEY_PROG, -EINVAL },
		{ DEVSEC_DSM_KEY_STOP, 0 }, { DEVSEC_DSM_KEY_STOP, -EINVAL },
	};

	set_ctl(&self->ep, ID, 0);
	for (int sub = 0; sub < 12; sub++) {
		__u8 key_sub = SUB(sub & 1, sub >> 1 & 1, sub >> 2);

		for (int i = 0; i < ARRAY_SIZE(steps); i++) {
			EXPECT_EQ(steps[i].rc, dsm_key(self->fd, self->bdf.s, steps[i].op, ID,
						       key_sub, 7)) {
				TH_LOG("step %d of %#x", i, key_sub);
			}
		}
	}
}

TEST_F(keys, key_steps_that_are_refused)
{
	struct devsec_dsm_key key = {
		.domain = bdf_domain(self->bdf.s), .rid = bdf_rid(self->bdf.s),
		.op = DEVSEC_DSM_KEY_PROG, .stream_id = ID, .ifv = 2,
	};
	static const __u8 subs[] = { 0x04, 0x08, 0x0c, 0x30, 0x40, 0xf0, 0xff };
	static const __u8 ops[] = { 0, 1, 3, 6, 0xff };
	const char *ep = self->bdf.s;

	EXPECT_EQ(-EINVAL, dsm_key(self->fd, ep, DEVSEC_DSM_KEY_PROG, ID, 0, 1));
	set_ctl(&self->ep, ID, 0);
	EXPECT_EQ(-EINVAL, dsm_key(self->fd, ep, DEVSEC_DSM_KEY_PROG, ID + 1, 0, 1));
	EXPECT_EQ(-EINVAL, dsm_key(self->fd, ep, DEVSEC_DSM_KEY_PROG, 0xff, 0, 1));
	for (int i = 0; i < ARRAY_SIZE(subs); i++)
		EXPECT_EQ(-EINVAL, dsm_key(self->fd, ep, DEVSEC_DSM_KEY_PROG, ID, subs[i], 1));
	for (int i = 0; i < ARRAY_SIZE(ops); i++)
		EXPECT_EQ(-EINVAL, dsm_key(self->fd, ep, ops[i], ID, 0, 1));
	EXPECT_EQ(-1, ioctl(self->fd, DEVSEC_DSM_IOC_KEY, &key));
	EXPECT_EQ(EINVAL, errno);
	key.ifv = 1;
	key.reserved = 1;
	EXPECT_EQ(-1, ioctl(self->fd, DEVSEC_DSM_IOC_KEY, &key));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_NE(0, run("grep '^%s .* stream=' " BUS_DEBUG "state", ep));

	EXPECT_EQ(0, dsm_key(self->fd, ep, DEVSEC_DSM_KEY_PROG, ID, 0, 1));
	EXPECT_EQ(0, run("grep '^%s .* stream=5:disabled:key-mixed$' " BUS_DEBUG "state", ep));
	EXPECT_EQ(0, dsm_key(self->fd, ep, DEVSEC_DSM_KEY_STOP, ID, 0, 1));
}

/* Do @op at both ends for a key set; what goes down has keys from @down on, up from @up */
static void both(struct __test_metadata *_metadata, struct _test_data_keys *self, int op, int set,
		 __u8 down, __u8 up)
{
	EXPECT_EQ(0, dsm_keys(self->fd, self->bdf.s, op, ID, set, 0, down));
	EXPECT_EQ(0, dsm_keys(self->fd, self->rp_bdf.s, op, ID, set, 0, up));
	EXPECT_EQ(0, dsm_keys(self->fd, self->bdf.s, op, ID, set, 1, up));
	EXPECT_EQ(0, dsm_keys(self->fd, self->rp_bdf.s, op, ID, set, 1, down));
}

static void bring_up(struct __test_metadata *_metadata, struct _test_data_keys *self)
{
	set_ctl(&self->ep, ID, 0);
	set_ctl(&self->rp, ID, 0);
	both(_metadata, self, DEVSEC_DSM_KEY_PROG, 0, 0x10, 0x20);
	both(_metadata, self, DEVSEC_DSM_KEY_GO, 0, 0, 0);
	set_ctl(&self->ep, ID, IDE_EN);
	set_ctl(&self->rp, ID, IDE_EN);
	EXPECT_EQ(IDE_SECURE, sts(&self->ep));
	EXPECT_EQ(IDE_SECURE, sts(&self->rp));
}

static void take_down(struct __test_metadata *_metadata, struct _test_data_keys *self)
{
	set_ctl(&self->ep, 0xff, 0);
	set_ctl(&self->rp, 0xff, 0);
	EXPECT_EQ(0, sts(&self->ep));
	EXPECT_EQ(0, sts(&self->rp));
}

static void give(struct __test_metadata *_metadata, struct _test_data_keys *self,
		 const char *end, __u8 sub, __u8 fill)
{
	EXPECT_EQ(0, dsm_key(self->fd, end, DEVSEC_DSM_KEY_PROG, ID, sub, fill));
	EXPECT_EQ(0, dsm_key(self->fd, end, DEVSEC_DSM_KEY_GO, ID, sub, 0));
}

static void restart(const struct _test_data_keys *self)
{
	set_ctl(&self->ep, ID, 0);
	set_ctl(&self->rp, ID, 0);
	set_ctl(&self->ep, ID, IDE_EN);
	set_ctl(&self->rp, ID, IDE_EN);
}

/* State of both ends, which is the same */
static void is(struct __test_metadata *_metadata, struct _test_data_keys *self, __u32 state)
{
	EXPECT_EQ(state, sts(&self->ep));
	EXPECT_EQ(state, sts(&self->rp));
}

/* All but one key of twelve, or one that is another, and it is not Secure */
TEST_F(keys, each_key_counts)
{
	const char * const ends[] = { self->bdf.s, self->rp_bdf.s };

	bring_up(_metadata, self);
	for (int i = 0; i < 12; i++) {
		const char *end = ends[i / 6];
		__u8 sub = SUB(0, i & 1, i % 6 / 2);
		/* What goes down is received by the endpoint and sent by the root port */
		__u8 fill = ((i & 1) == i / 6 ? 0x10 : 0x20) + i % 6 / 2;

		EXPECT_EQ(0, dsm_key(self->fd, end, DEVSEC_DSM_KEY_STOP, ID, sub, 0));
		is(_metadata, self, 0);
		/* Nor does it come back with the key */
		give(_metadata, self, end, sub, fill);
		is(_metadata, self, 0);
		restart(self);
		is(_metadata, self, IDE_SECURE);

		EXPECT_EQ(0, dsm_key(self->fd, end, DEVSEC_DSM_KEY_STOP, ID, sub, 0));
		give(_metadata, self, end, sub, fill ^ 0x80);
		restart(self);
		is(_metadata, self, 0);
		/* It was not Secure since it was started, so it may become it */
		EXPECT_EQ(0, dsm_key(self->fd, end, DEVSEC_DSM_KEY_STOP, ID, sub, 0));
		give(_metadata, self, end, sub, fill);
		is(_metadata, self, IDE_SECURE);
	}
	take_down(_metadata, self);
	both(_metadata, self, DEVSEC_DSM_KEY_STOP, 0, 0, 0);
}

/* From key set 0 to 1 and back, without a moment of Insecure */
TEST_F(keys, key_refresh)
{
	bring_up(_metadata, self);
	for (int i = 0; i < 2; i++) {
		both(_metadata, self, DEVSEC_DSM_KEY_PROG, !i, 0x30 + i, 0x40 + i);
		EXPECT_EQ(IDE_SECURE, sts(&self->ep));
		both(_metadata, self, DEVSEC_DSM_KEY_GO, !i, 0, 0);
		EXPECT_EQ(IDE_SECURE, sts(&self->ep));
		EXPECT_EQ(0, run("grep '^%s .* stream=5:enabled:secure:key-in-use:key1-in-use$' "
				 BUS_DEBUG "state", self->bdf.s));
		both(_metadata, self, DEVSEC_DSM_KEY_STOP, i, 0, 0);
		EXPECT_EQ(IDE_SECURE, sts(&self->ep));
		EXPECT_EQ(IDE_SECURE, sts(&self->rp));
	}
	/* The one that is in use */
	EXPECT_EQ(0, dsm_key(self->fd, self->bdf.s, DEVSEC_DSM_KEY_STOP, ID, SUB(0, 1, 2), 0));
	EXPECT_EQ(0, sts(&self->ep));
	EXPECT_EQ(0, sts(&self->rp));
	/* A reset forgets those that are left */
	wr(self->ep.fd, EXP + PCI_EXP_DEVCTL, 2, PCI_EXP_DEVCTL_BCR_FLR);
	EXPECT_EQ(-EINVAL, dsm_key(self->fd, self->bdf.s, DEVSEC_DSM_KEY_STOP, ID, 0, 0));
	set_ctl(&self->rp, 0xff, 0);
	EXPECT_EQ(0, dsm_keys(self->fd, self->rp_bdf.s, DEVSEC_DSM_KEY_STOP, ID, 0, 0, 0));
	EXPECT_EQ(0, dsm_keys(self->fd, self->rp_bdf.s, DEVSEC_DSM_KEY_STOP, ID, 0, 1, 0));
}

/* Keys of two sets do not make one stream */
TEST_F(keys, sets_do_not_mix)
{
	const char *ep = self->bdf.s, *rp = self->rp_bdf.s;

	set_ctl(&self->ep, ID, 0);
	set_ctl(&self->rp, ID, 0);
	for (int op = DEVSEC_DSM_KEY_PROG; op <= DEVSEC_DSM_KEY_GO; op += 2) {
		EXPECT_EQ(0, dsm_keys(self->fd, ep, op, ID, 0, 0, 0x10));
		EXPECT_EQ(0, dsm_keys(self->fd, rp, op, ID, 0, 1, 0x10));
		EXPECT_EQ(0, dsm_keys(self->fd, ep, op, ID, 1, 1, 0x20));
		EXPECT_EQ(0, dsm_keys(self->fd, rp, op, ID, 1, 0, 0x20));
	}
	set_ctl(&self->ep, ID, IDE_EN);
	set_ctl(&self->rp, ID, IDE_EN);
	EXPECT_EQ(0, sts(&self->ep));
	EXPECT_EQ(0, sts(&self->rp));
	take_down(_metadata, self);
	EXPECT_EQ(0, dsm_keys(self->fd, ep, DEVSEC_DSM_KEY_STOP, ID, 0, 0, 0));
	EXPECT_EQ(0, dsm_keys(self->fd, rp, DEVSEC_DSM_KEY_STOP, ID, 0, 1, 0));
	EXPECT_EQ(0, dsm_keys(self->fd, ep, DEVSEC_DSM_KEY_STOP, ID, 1, 1, 0));
	EXPECT_EQ(0, dsm_keys(self->fd, rp, DEVSEC_DSM_KEY_STOP, ID, 1, 0, 0));
}

TEST_HARNESS_MAIN
