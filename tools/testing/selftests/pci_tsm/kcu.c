// SPDX-License-Identifier: GPL-2.0
/*
 * The emulated Key Configuration Unit, by its registers: what it refuses, and that
 * its keys become those of a root port. The numbers are those of Intel's guide, on
 * purpose not those of the emulation. Tx is what the root port sends.
 */
#include "../kselftest_harness.h"
#include "dsm.h"

#define ID		5
#define STREAMS		2
#define SLOTS		(STREAMS * 6)
#define LAYOUT		"streams=2 addr_blocks=1 link_blocks=1"

enum { TX, RX };

/* Of stream @s: Control, Tx and Rx Control and Status, slots of a key set */
#define CTL(s)			(4 + (s) * 36)
#define DIR_CTL(s, dir)		(CTL(s) + ((dir) == TX ? 4 : 12))
#define DIR_STS(s, dir)		(CTL(s) + ((dir) == TX ? 8 : 16))
#define MAP(s, dir, set)	(CTL(s) + 20 + (dir) * 8 + (set) * 4)
#define KEY_SLOT(dir, n)	(4 + STREAMS * 36 + (dir) * SLOTS * 40 + (n) * 32)
#define IV_SLOT(dir, n)		(4 + STREAMS * 36 + (dir) * SLOTS * 40 + SLOTS * 32 + (n) * 8)
#define SIZE			(4 + STREAMS * 36 + 2 * SLOTS * 40)

#define ON(id)		(1u | (__u32)(id) << 24)
#define PRIME(set)	(0x100u << 8 * (set))
#define READY(set)	(0x100u << (set))

FIXTURE(kcu) {
	struct bdf bdf, rp_bdf;
	struct cfg ep, rp;
	int fd;
	int kcu;
};

FIXTURE_SETUP(kcu)
{
	ASSERT_TRUE(devsec_load(str("topology=ep,rciep kcu_streams=%d " LAYOUT, STREAMS), NULL));
	ASSERT_TRUE(devsec_find(&self->bdf, "ep", "endpoint", 0));
	ASSERT_TRUE(devsec_find(&self->rp_bdf, "ep", "root-port", 0));
	ASSERT_TRUE(cfg_open(&self->ep, self->bdf.s));
	ASSERT_TRUE(cfg_open(&self->rp, self->rp_bdf.s));
	self->fd = dsm_open(0);
	ASSERT_LE(0, self->fd);
	self->kcu = open(str(BUS_DEBUG "kcu-%.4s", self->bdf.s), O_RDWR | O_CLOEXEC);
	ASSERT_LE(0, self->kcu);
}

FIXTURE_TEARDOWN(kcu)
{
	close(self->fd);
	close(self->kcu);
	close(self->ep.fd);
	close(self->rp.fd);
	EXPECT_TRUE(devsec_unload());
}

/* A key whose bytes are all @fill, and the counter that it has to begin with */
static void put_key(int kcu, int dir, int slot, __u8 fill)
{
	for (int i = 0; i < 8; i++)
		wr(kcu, KEY_SLOT(dir, slot) + 4 * i, 4, 0x01010101u * fill);
	wr(kcu, IV_SLOT(dir, slot), 4, !!fill);
	wr(kcu, IV_SLOT(dir, slot) + 4, 4, 0);
}

/* Three keys @fill, @fill + 1, ... in slots @slot, ... for a key set */
static void put_set(int kcu, int s, int dir, int set, int slot, __u8 fill)
{
	for (int i = 0; i < 3; i++)
		put_key(kcu, dir, slot + i, fill + i);
	wr(kcu, MAP(s, dir, set), 4, slot | (slot + 1) << 10 | (slot + 2) << 20);
}

static void clear(int kcu)
{
	for (int s = 0; s < STREAMS; s++) {
		wr(kcu, CTL(s), 4, 0);
		wr(kcu, DIR_CTL(s, TX), 4, 0);
		wr(kcu, DIR_CTL(s, RX), 4, 0);
	}
	for (int i = 0; i < SLOTS; i++) {
		put_key(kcu, TX, i, 0);
		put_key(kcu, RX, i, 0);
	}
}

TEST_F(kcu, registers)
{
	int kcu = self->kcu;
	__u64 val = 0;

	EXPECT_EQ((STREAMS - 1) | (SLOTS - 1) << 10 | (SLOTS - 1) << 20, rd(kcu, 0, 4));
	wr(kcu, 0, 4, ~0);
	EXPECT_EQ((STREAMS - 1) | (SLOTS - 1) << 10 | (SLOTS - 1) << 20, rd(kcu, 0, 4));
	for (int at = 4; at < SIZE; at += 4)
		EXPECT_EQ(0, rd(kcu, at, 4));

	/* Keys are written and never read; counters and slot numbers are */
	put_key(kcu, TX, 0, 0x11);
	put_key(kcu, RX, SLOTS - 1, 0x22);
	for (int i = 0; i < 32; i += 4) {
		EXPECT_EQ(0, rd(kcu, KEY_SLOT(TX, 0) + i, 4));
		EXPECT_EQ(0, rd(kcu, KEY_SLOT(RX, SLOTS - 1) + i, 4));
	}
	EXPECT_EQ(1, rd(kcu, IV_SLOT(TX, 0), 4));
	EXPECT_EQ(1, rd(kcu, IV_SLOT(RX, SLOTS - 1), 4));
	EXPECT_EQ(0, rd(kcu, IV_SLOT(RX, 0), 4));
	wr(kcu, MAP(1, RX, 1), 4, ~0);
	EXPECT_EQ(0x3fffffff, rd(kcu, MAP(1, RX, 1), 4));
	wr(kcu, MAP(1, RX, 1), 4, 0);
	/* Status is not for writing */
	wr(kcu, DIR_STS(0, TX), 4, ~0);
	wr(kcu, DIR_STS(0, RX), 4, ~0);
	EXPECT_EQ(0, rd(kcu, DIR_STS(0, TX), 4));
	EXPECT_EQ(0, rd(kcu, DIR_STS(0, RX), 4));

	/* Beyond the end, and between dwords */
	wr(kcu, SIZE, 4, ~0);
	EXPECT_EQ(0, rd(kcu, SIZE, 4));
	EXPECT_EQ(0, rd(kcu, 0x7ffffffc, 4));
	wr(kcu, CTL(0) + 2, 4, ~0);
	EXPECT_EQ(0, rd(kcu, CTL(0), 4));
	EXPECT_EQ(-1, pread(kcu, &val, 2, 0));
	EXPECT_EQ(-1, pwrite(kcu, &val, 8, 0));
	clear(kcu);
}

/* One thing that is wrong with the keys of a set, and it does not become ready */
TEST_F(kcu, keys_that_are_not_taken)
{
	static const struct { int at; __u32 bad, good; } faults[] = {
		{ IV_SLOT(TX, 0), 0, 1 }, { IV_SLOT(TX, 1), 2, 1 }, { IV_SLOT(TX, 2) + 4, 1, 0 },
		{ MAP(0, TX, 0), SLOTS | 1 << 10 | 2 << 20, 1 << 10 | 2 << 20 },
		{ MAP(0, TX, 0), 3 << 10 | 2 << 20, 1 << 10 | 2 << 20 },
		{ MAP(0, TX, 0), 1 << 10 | 0x3ff << 20, 1 << 10 | 2 << 20 },
	};
	int kcu = self->kcu;

	/* A slot that lacks a dword: nobody has written it yet */
	put_set(kcu, 0, TX, 0, 0, 1);
	wr(kcu, MAP(0, TX, 0), 4, 1 << 10 | 3 << 20);
	for (int i = 0; i < 7; i++)
		wr(kcu, KEY_SLOT(TX, 3) + 4 * i, 4, 3);
	wr(kcu, IV_SLOT(TX, 3), 4, 1);
	wr(kcu, DIR_CTL(0, TX), 4, PRIME(0));
	EXPECT_EQ(0, rd(kcu, DIR_STS(0, TX), 4));
	wr(kcu, KEY_SLOT(TX, 3) + 28, 4, 3);
	wr(kcu, DIR_CTL(0, TX), 4, 0);
	wr(kcu, DIR_CTL(0, TX), 4, PRIME(0));
	EXPECT_EQ(READY(0), rd(kcu, DIR_STS(0, TX), 4));
	wr(kcu, DIR_CTL(0, TX), 4, 0);
	EXPECT_EQ(0, rd(kcu, DIR_STS(0, TX), 4));

	/* Empty, as good as no key */
	put_set(kcu, 0, TX, 0, 0, 1);
	put_key(kcu, TX, 1, 0);
	wr(kcu, IV_SLOT(TX, 1), 4, 1);
	wr(kcu, DIR_CTL(0, TX), 4, PRIME(0));
	EXPECT_EQ(0, rd(kcu, DIR_STS(0, TX), 4));
	put_key(kcu, TX, 1, 2);
	put_key(kcu, TX, 3, 0);

	for (int i = 0; i < ARRAY_SIZE(faults); i++) {
		wr(kcu, DIR_CTL(0, TX), 4, 0);
		wr(kcu, faults[i].at, 4, faults[i].bad);
		wr(kcu, DIR_CTL(0, TX), 4, PRIME(0));
		EXPECT_EQ(0, rd(kcu, DIR_STS(0, TX), 4)) {
			TH_LOG("fault %d", i);
		}
		/* What has no keys cannot be sent with */
		wr(kcu, DIR_CTL(0, TX), 4, PRIME(0) | 1);
		EXPECT_EQ(0, rd(kcu, DIR_STS(0, TX), 4));
		wr(kcu, DIR_CTL(0, TX), 4, 0);
		wr(kcu, faults[i].at, 4, faults[i].good);
		wr(kcu, DIR_CTL(0, TX), 4, PRIME(0));
		EXPECT_EQ(READY(0), rd(kcu, DIR_STS(0, TX), 4));
	}
	wr(kcu, DIR_CTL(0, TX), 4, 0);

	ASSERT_EQ(0, put(str("%s kcu stuck", self->bdf.s), BUS_DEBUG "fault"));
	wr(kcu, DIR_CTL(0, TX), 4, PRIME(0));
	EXPECT_EQ(0, rd(kcu, DIR_STS(0, TX), 4));
	ASSERT_EQ(0, put(str("%s clear", self->bdf.s), BUS_DEBUG "fault"));
	EXPECT_EQ(-EINVAL, put(str("%s kcu stack", self->bdf.s), BUS_DEBUG "fault"));
	EXPECT_EQ(0, rd(kcu, DIR_STS(0, TX), 4));
	wr(kcu, DIR_CTL(0, TX), 4, 0);
	wr(kcu, DIR_CTL(0, TX), 4, PRIME(0));
	EXPECT_EQ(READY(0), rd(kcu, DIR_STS(0, TX), 4));
	clear(kcu);
}

/* Which set is sent with: one, and one that is there */
TEST_F(kcu, selection)
{
	static const struct { __u32 write, sending; } steps[] = {
		{ 1, 1 }, { 3, 1 }, { 2, 2 }, { 3, 2 }, { 0, 0 }, { 3, 0 }, { 1, 1 },
	};
	int kcu = self->kcu;
	__u32 both = PRIME(0) | PRIME(1);

	put_set(kcu, 1, TX, 0, 0, 1);
	put_set(kcu, 1, TX, 1, 3, 4);
	wr(kcu, DIR_CTL(1, TX), 4, PRIME(0));
	wr(kcu, DIR_CTL(1, TX), 4, PRIME(0) | 2);
	EXPECT_EQ(READY(0), rd(kcu, DIR_STS(1, TX), 4));
	for (int i = 0; i < ARRAY_SIZE(steps); i++) {
		wr(kcu, DIR_CTL(1, TX), 4, both | steps[i].write);
		EXPECT_EQ(both | steps[i].write, rd(kcu, DIR_CTL(1, TX), 4));
		EXPECT_EQ(READY(0) | READY(1) | steps[i].sending, rd(kcu, DIR_STS(1, TX), 4));
	}
	/* Its keys go */
	wr(kcu, DIR_CTL(1, TX), 4, PRIME(1) | 1);
	EXPECT_EQ(READY(1), rd(kcu, DIR_STS(1, TX), 4));
	clear(kcu);
}

TEST_F(kcu, stream_ids)
{
	int kcu = self->kcu;

	wr(kcu, CTL(0), 4, ON(ID));
	EXPECT_EQ(ON(ID), rd(kcu, CTL(0), 4));
	/* The second one does not come on, the first does not become another */
	wr(kcu, CTL(1), 4, ON(ID));
	EXPECT_EQ(ON(ID) & ~1, rd(kcu, CTL(1), 4));
	wr(kcu, CTL(0), 4, ON(ID + 1));
	EXPECT_EQ(ON(ID), rd(kcu, CTL(0), 4));
	wr(kcu, CTL(1), 4, ON(ID + 1));
	EXPECT_EQ(ON(ID + 1), rd(kcu, CTL(1), 4));
	clear(kcu);
}

static void set_ctl(const struct cfg *cfg, __u8 id, __u32 bits)
{
	wr(cfg->fd, sel(cfg, 0) + IDE_SEL_CTL, 4, (__u32)id << 24 | bits);
}

static void is(struct __test_metadata *_metadata, struct _test_data_kcu *self, __u32 state)
{
	EXPECT_EQ(state, rd(self->ep.fd, sel(&self->ep, 0) + IDE_SEL_STS, 4));
	EXPECT_EQ(state, rd(self->rp.fd, sel(&self->rp, 0) + IDE_SEL_STS, 4));
}

static bool rp_shows(const struct _test_data_kcu *self, const char *what)
{
	return !run("grep '^%s .* stream=5:%s$' " BUS_DEBUG "state", self->rp_bdf.s, what);
}

/* Keys of a set at both ends, in use at the endpoint; @down is what the root port sends */
static void give_keys(struct __test_metadata *_metadata, struct _test_data_kcu *self, int set,
		      __u8 down, __u8 up)
{
	const char *ep = self->bdf.s;

	EXPECT_EQ(0, dsm_keys(self->fd, ep, DEVSEC_DSM_KEY_PROG, ID, set, 0, down));
	EXPECT_EQ(0, dsm_keys(self->fd, ep, DEVSEC_DSM_KEY_PROG, ID, set, 1, up));
	put_set(self->kcu, 1, TX, set, 3 * set, down);
	put_set(self->kcu, 1, RX, set, 6 + 3 * set, up);
}

static void stop_ep(struct __test_metadata *_metadata, struct _test_data_kcu *self, int set)
{
	EXPECT_EQ(0, dsm_keys(self->fd, self->bdf.s, DEVSEC_DSM_KEY_STOP, ID, set, 0, 0));
	EXPECT_EQ(0, dsm_keys(self->fd, self->bdf.s, DEVSEC_DSM_KEY_STOP, ID, set, 1, 0));
}

/* As the guide has it: prime, GO of the device, select, enable */
static void bring_up(struct __test_metadata *_metadata, struct _test_data_kcu *self)
{
	const char *ep = self->bdf.s;
	int kcu = self->kcu;

	set_ctl(&self->ep, ID, 0);
	set_ctl(&self->rp, ID, 0);
	give_keys(_metadata, self, 0, 0x10, 0x20);
	wr(kcu, DIR_CTL(1, TX), 4, PRIME(0));
	wr(kcu, DIR_CTL(1, RX), 4, PRIME(0));
	EXPECT_EQ(READY(0), rd(kcu, DIR_STS(1, TX), 4));
	EXPECT_EQ(READY(0), rd(kcu, DIR_STS(1, RX), 4));
	EXPECT_EQ(0, dsm_keys(self->fd, ep, DEVSEC_DSM_KEY_GO, ID, 0, 0, 0));
	EXPECT_EQ(0, dsm_keys(self->fd, ep, DEVSEC_DSM_KEY_GO, ID, 0, 1, 0));
	wr(kcu, DIR_CTL(1, TX), 4, PRIME(0) | 1);
	EXPECT_FALSE(rp_shows(self, "disabled:key-in-use"));
	wr(kcu, CTL(1), 4, ON(ID));
	EXPECT_TRUE(rp_shows(self, "disabled:key-in-use"));
	is(_metadata, self, 0);
	set_ctl(&self->rp, ID, IDE_EN);
	set_ctl(&self->ep, ID, IDE_EN);
	is(_metadata, self, IDE_SECURE);
	/* The device sends with key set 0, in all three sub-streams */
	EXPECT_EQ(READY(0) | 0x15, rd(kcu, DIR_STS(1, RX), 4));
	EXPECT_EQ(READY(0) | 1, rd(kcu, DIR_STS(1, TX), 4));
}

static void take_down(struct __test_metadata *_metadata, struct _test_data_kcu *self)
{
	clear(self->kcu);
	set_ctl(&self->rp, 0xff, 0);
	set_ctl(&self->ep, 0xff, 0);
	is(_metadata, self, 0);
	EXPECT_NE(0, run("grep '^%s .* stream=' " BUS_DEBUG "state", self->rp_bdf.s));
}

TEST_F(kcu, stream)
{
	bring_up(_metadata, self);
	/* What was primed is no longer in the slots */
	put_key(self->kcu, TX, 0, 0);
	is(_metadata, self, IDE_SECURE);
	wr(self->kcu, CTL(1), 4, 0);
	is(_metadata, self, 0);
	EXPECT_TRUE(rp_shows(self, "enabled:key-none"));
	/* It does not come back by itself */
	wr(self->kcu, CTL(1), 4, ON(ID));
	EXPECT_TRUE(rp_shows(self, "enabled:key-in-use"));
	is(_metadata, self, 0);
	stop_ep(_metadata, self, 0);
	take_down(_metadata, self);
}

/* The other set is written, primed, and taken into use in either order of the two ends */
TEST_F(kcu, refresh)
{
	const char *ep = self->bdf.s;
	int kcu = self->kcu;

	bring_up(_metadata, self);
	for (int i = 0; i < 4; i++) {
		int set = !(i & 1);
		__u32 last = set ? 2 : 1;

		give_keys(_metadata, self, set, 0x30 + 8 * i, 0x80 + 8 * i);
		for (int dir = TX; dir <= RX; dir++) {
			__u32 ctl = rd(kcu, DIR_CTL(1, dir), 4);

			wr(kcu, DIR_CTL(1, dir), 4, ctl & ~PRIME(set));
			wr(kcu, DIR_CTL(1, dir), 4, ctl | PRIME(set));
			EXPECT_EQ(READY(0) | (i ? READY(1) : READY(set)),
				  rd(kcu, DIR_STS(1, dir), 4) & 0x300);
		}
		EXPECT_EQ(0, dsm_keys(self->fd, ep, DEVSEC_DSM_KEY_GO, ID, set, 0, 0));
		is(_metadata, self, IDE_SECURE);
		if (i & 2)
			wr(kcu, DIR_CTL(1, TX), 4, PRIME(0) | PRIME(1) | last);
		EXPECT_EQ(3 - last, rd(kcu, DIR_STS(1, RX), 4) & 3);
		EXPECT_EQ(0, dsm_keys(self->fd, ep, DEVSEC_DSM_KEY_GO, ID, set, 1, 0));
		EXPECT_EQ(last * 0x15, rd(kcu, DIR_STS(1, RX), 4) & 0x3f);
		wr(kcu, DIR_CTL(1, TX), 4, PRIME(0) | PRIME(1) | last);
		is(_metadata, self, IDE_SECURE);
		stop_ep(_metadata, self, !set);
		is(_metadata, self, IDE_SECURE);
	}
	/* The root port sends with what the device has forgotten */
	wr(kcu, DIR_CTL(1, TX), 4, PRIME(0) | PRIME(1) | 2);
	is(_metadata, self, 0);
	stop_ep(_metadata, self, 0);
	take_down(_metadata, self);
}

/* Bytes of a key on the way: the last dword of the wire is the first of the slot */
TEST_F(kcu, order_of_bytes)
{
	struct devsec_dsm_key key = {
		.domain = bdf_domain(self->bdf.s), .rid = bdf_rid(self->bdf.s), .stream_id = ID,
		.key_sub = SUB(0, 0, 0), .ifv = 1,
	};
	static const int ops[] = {
		DEVSEC_DSM_KEY_STOP, DEVSEC_DSM_KEY_PROG, DEVSEC_DSM_KEY_GO,
	};
	int kcu = self->kcu;

	for (int i = 0; i < 32; i++)
		key.key[i] = i;
	bring_up(_metadata, self);
	for (int i = 0; i < 8; i++)
		wr(kcu, KEY_SLOT(TX, 0) + 4 * i, 4, 0x1c1d1e1fu - 0x04040404u * i);
	for (int i = 0; i < ARRAY_SIZE(ops); i++) {
		key.op = ops[i];
		EXPECT_EQ(0, ioctl(self->fd, DEVSEC_DSM_IOC_KEY, &key));
	}
	is(_metadata, self, 0);
	wr(kcu, DIR_CTL(1, TX), 4, 0);
	wr(kcu, DIR_CTL(1, TX), 4, PRIME(0));
	wr(kcu, DIR_CTL(1, TX), 4, PRIME(0) | 1);
	set_ctl(&self->rp, ID, 0);
	set_ctl(&self->ep, ID, 0);
	set_ctl(&self->rp, ID, IDE_EN);
	set_ctl(&self->ep, ID, IDE_EN);
	is(_metadata, self, IDE_SECURE);
	stop_ep(_metadata, self, 0);
	take_down(_metadata, self);
}

/* The id that tells the root port comes later than the keys, and goes before they do */
TEST_F(kcu, port_that_gets_its_id_late)
{
	int kcu = self->kcu;

	put_set(kcu, 0, RX, 0, 0, 1);
	wr(kcu, DIR_CTL(0, RX), 4, PRIME(0));
	wr(kcu, CTL(0), 4, ON(ID));
	EXPECT_FALSE(rp_shows(self, "disabled:key-mixed"));
	set_ctl(&self->rp, ID, 0);
	EXPECT_TRUE(rp_shows(self, "disabled:key-mixed"));
	set_ctl(&self->rp, ID + 1, 0);
	EXPECT_NE(0, run("grep '^%s .* stream=' " BUS_DEBUG "state", self->rp_bdf.s));
	/* Keys that are there already are not replaced */
	set_ctl(&self->rp, ID, 0);
	wr(kcu, CTL(0), 4, 0);
	EXPECT_EQ(OK, key(&self->rp, KEY_PROG, ID));
	wr(kcu, CTL(0), 4, ON(ID));
	EXPECT_TRUE(rp_shows(self, "disabled:key-programmed"));
	EXPECT_EQ(OK, key(&self->rp, KEY_STOP, ID));
	take_down(_metadata, self);
}

TEST_F(kcu, leaks)
{
	put_key(self->kcu, TX, 4, 1);
	wr(self->kcu, CTL(1), 4, ON(ID));
	close(self->fd);
	close(self->kcu);
	ASSERT_EQ(0, run("rmmod devsec_bus"));
	EXPECT_EQ(0, run("dmesg -c | grep 'leaked 2 keys or streams in the key conf'"));
}

TEST(parameters)
{
	EXPECT_NE(0, run("modprobe devsec_bus kcu_streams=0 2>/dev/null"));
	EXPECT_NE(0, run("modprobe devsec_bus kcu_streams=129 2>/dev/null"));
	ASSERT_TRUE(devsec_load("kcu_streams=128 bridges=2", NULL));
	EXPECT_EQ(0, run("[ $(ls -d " BUS_DEBUG "kcu-00* | wc -l) = 2 ]"));
	ASSERT_TRUE(devsec_load("topology=ep kcu=0", NULL));
	EXPECT_NE(0, run("ls -d " BUS_DEBUG "kcu-* 2>/dev/null"));
	EXPECT_EQ(-EINVAL, put("0010:00:00.0 kcu stuck", BUS_DEBUG "fault"));
	ASSERT_TRUE(devsec_load("topology=rciep", NULL));
	EXPECT_NE(0, run("ls -d " BUS_DEBUG "kcu-* 2>/dev/null"));
	EXPECT_TRUE(devsec_unload());
}

TEST_HARNESS_MAIN
