// SPDX-License-Identifier: GPL-2.0
/*
 * Key Configuration Units, on a register file that primes as hardware does, or
 * does not. What must be where was worked out by hand from the register layout.
 */
#include <kunit/test.h>
#include <linux/err.h>
#include <linux/pci.h>
#include <linux/pci-ide-kcu.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "../ide-kcu.h"
#include "fake-pci.h"

/* Two streams, 12 slots to send with, 14 to receive with */
#define STREAMS		2
#define TX_SLOTS	12
#define RX_SLOTS	14
#define KCU_REG0	((STREAMS - 1) | (TX_SLOTS - 1) << 10 | (RX_SLOTS - 1) << 20)
#define TX_KEYS		(4 + 36 * STREAMS)
#define TX_IVS		(TX_KEYS + 32 * TX_SLOTS)
#define RX_KEYS		(TX_IVS + 8 * TX_SLOTS)
#define RX_IVS		(RX_KEYS + 32 * RX_SLOTS)
#define DOMAIN		0xfe
#define BUS		0x7f
#define SIZE		(RX_IVS + 8 * RX_SLOTS)

/* Of block 0 */
#define CTL		0x04
#define TX_CTL		0x08
#define TX_STS		0x0c
#define RX_CTL		0x10
#define RX_STS		0x14
#define TX_SET(n)	(0x18 + 4 * (n))
#define RX_SET(n)	(0x20 + 4 * (n))

struct fake_kcu {
	u32 regs[SIZE / 4];
	bool stuck;
	bool absent;
	unsigned int bad_offsets;
	unsigned int writes;
	struct pci_ide_kcu *kcu;
	struct pci_bus bus;
	struct pci_dev rp;
};

static u32 fake_read(void *priv, u32 offset)
{
	struct fake_kcu *f = priv;

	if (f->absent)
		return U32_MAX;
	if (offset % 4 || offset >= SIZE) {
		f->bad_offsets++;
		return U32_MAX;
	}
	return f->regs[offset / 4];
}

/* Ready follows prime, unless the unit is stuck */
static void fake_prime(struct fake_kcu *f, u32 offset, u32 val)
{
	u32 *sts = &f->regs[offset / 4 + 1];

	*sts &= ~0x300;
	if (f->stuck)
		return;
	if (val & 0x100)
		*sts |= 0x100;
	if (val & 0x10000)
		*sts |= 0x200;
}

static void fake_write(void *priv, u32 offset, u32 val)
{
	struct fake_kcu *f = priv;

	f->writes++;
	if (offset % 4 || offset >= SIZE) {
		f->bad_offsets++;
		return;
	}
	f->regs[offset / 4] = val;
	for (u32 block = CTL; block < TX_KEYS; block += 36)
		if (offset == block + 4 || offset == block + 12)
			fake_prime(f, offset, val);
}

static const struct pci_ide_kcu_io fake_io = {
	.read32 = fake_read,
	.write32 = fake_write,
};

/* One of the root ports, all of them on a bus that no system has */
static struct pci_ide_kcu_port port_of(u8 devfn)
{
	return (struct pci_ide_kcu_port) { .segment = DOMAIN, .bus = BUS, .devfn = devfn };
}

static void fake_unregister(void *data)
{
	struct fake_kcu *f = data;

	pci_ide_kcu_unregister(f->kcu);
}

static void fake_point(struct fake_kcu *f, u8 devfn)
{
	f->rp.devfn = devfn;
}

static int kcu_init(struct kunit *test)
{
	struct fake_kcu *f = kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);
	struct pci_ide_kcu_port two[2];

	KUNIT_ASSERT_NOT_NULL(test, f);
	f->regs[0] = KCU_REG0;
	f->bus.number = BUS;
	fake_domain(&f->bus, DOMAIN);
	f->rp.bus = &f->bus;
	two[0] = port_of(PCI_DEVFN(3, 1));
	two[1] = port_of(PCI_DEVFN(4, 0));
	f->kcu = pci_ide_kcu_register(&fake_io, f, two, 2);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, f->kcu);
	fake_point(f, PCI_DEVFN(3, 1));
	test->priv = f;
	return kunit_add_action_or_reset(test, fake_unregister, f);
}

static void put_stream(void *data)
{
	pci_ide_kcu_stream_put(data);
}

static struct pci_ide_kcu_stream *get_stream(struct kunit *test, u8 id)
{
	struct fake_kcu *f = test->priv;
	struct pci_ide_kcu_stream *s = pci_ide_kcu_stream_get(&f->rp, id);

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, s);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, put_stream, s), 0);
	return s;
}

static void make_keys(struct pci_ide_keys *keys, u8 first)
{
	u8 *bytes = (u8 *)keys;

	for (size_t i = 0; i < sizeof(*keys); i++)
		bytes[i] = first + i;
}

static bool no_key_left(const struct fake_kcu *f)
{
	return !memchr_inv(&f->regs[TX_KEYS / 4], 0, SIZE - TX_KEYS);
}

static void layout_is_as_wide_as_the_counts(struct kunit *test)
{
	struct kcu_layout l = kcu_parse(KCU_REG0);

	KUNIT_EXPECT_EQ(test, l.streams, STREAMS);
	KUNIT_EXPECT_EQ(test, l.tx_keys, TX_KEYS);
	KUNIT_EXPECT_EQ(test, l.tx_ivs, TX_IVS);
	KUNIT_EXPECT_EQ(test, l.rx_keys, RX_KEYS);
	KUNIT_EXPECT_EQ(test, l.rx_ivs, RX_IVS);
	KUNIT_EXPECT_EQ(test, l.size, SIZE);

	l = kcu_parse(0);
	KUNIT_EXPECT_EQ(test, l.streams, 1);
	KUNIT_EXPECT_EQ(test, l.size, 4 + 36 + 2 * 40);
	l = kcu_parse(U32_MAX);
	KUNIT_EXPECT_EQ(test, l.size, 4 + 36 * 256 + 2 * 40 * 1024);
}

static void serves_its_ports_only(struct kunit *test)
{
	struct fake_kcu *f = test->priv;
	struct pci_ide_kcu_stream *s;

	KUNIT_EXPECT_TRUE(test, pci_ide_kcu_serves(&f->rp));
	fake_point(f, PCI_DEVFN(4, 0));
	KUNIT_EXPECT_TRUE(test, pci_ide_kcu_serves(&f->rp));
	fake_point(f, PCI_DEVFN(3, 0));
	KUNIT_EXPECT_FALSE(test, pci_ide_kcu_serves(&f->rp));
	s = pci_ide_kcu_stream_get(&f->rp, 1);
	KUNIT_EXPECT_EQ(test, PTR_ERR_OR_ZERO(s), -ENODEV);
}

/* The worked example of byte order: bytes df 25 41 52 begin the key, and its last dword ends it */
static void keys_are_where_the_unit_wants_them(struct kunit *test)
{
	struct pci_ide_kcu_stream *s = get_stream(test, 0x5a);
	struct fake_kcu *f = test->priv;
	struct pci_ide_keys keys;

	make_keys(&keys, 0);
	memcpy(keys.tx[0], "\xdf\x25\x41\x52\x05\x6e\x02\xe0", 8);
	memcpy(keys.tx[0] + 28, "\x9c\xcd\x27\x20", 4);
	KUNIT_ASSERT_EQ(test, pci_ide_kcu_program(s, 0, &keys), 0);

	KUNIT_EXPECT_EQ(test, f->regs[TX_KEYS / 4], 0x9ccd2720);
	KUNIT_EXPECT_EQ(test, f->regs[TX_KEYS / 4 + 6], 0x056e02e0);
	KUNIT_EXPECT_EQ(test, f->regs[TX_KEYS / 4 + 7], 0xdf254152);
	/* rx[2], the third slot: bytes 0x40 to 0x5f */
	KUNIT_EXPECT_EQ(test, f->regs[RX_KEYS / 4 + 16], 0x5c5d5e5f);
	KUNIT_EXPECT_EQ(test, f->regs[RX_KEYS / 4 + 23], 0x40414243);
	for (int i = 0; i < 3; i++) {
		KUNIT_EXPECT_EQ(test, f->regs[TX_IVS / 4 + 2 * i], 1);
		KUNIT_EXPECT_EQ(test, f->regs[TX_IVS / 4 + 2 * i + 1], 0);
		KUNIT_EXPECT_EQ(test, f->regs[RX_IVS / 4 + 2 * i], 1);
	}
	/* Slots 0, 1, 2 in fields of ten bits */
	KUNIT_EXPECT_EQ(test, f->regs[TX_SET(0) / 4], 0x00200400);
	KUNIT_EXPECT_EQ(test, f->regs[RX_SET(0) / 4], 0x00200400);
	KUNIT_EXPECT_EQ(test, f->regs[TX_CTL / 4], 0x100);
	KUNIT_EXPECT_EQ(test, f->regs[RX_CTL / 4], 0x100);
	KUNIT_EXPECT_EQ(test, f->regs[CTL / 4], 0);
	KUNIT_EXPECT_EQ(test, f->bad_offsets, 0);
}

static void goes_refreshes_and_stops(struct kunit *test)
{
	struct pci_ide_kcu_stream *s = get_stream(test, 0x5a);
	struct fake_kcu *f = test->priv;
	struct pci_ide_keys keys;

	KUNIT_EXPECT_EQ(test, pci_ide_kcu_go_rx(s, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, pci_ide_kcu_go_tx(s, 0), -EINVAL);
	make_keys(&keys, 1);
	KUNIT_ASSERT_EQ(test, pci_ide_kcu_program(s, 0, &keys), 0);
	KUNIT_EXPECT_EQ(test, pci_ide_kcu_go_rx(s, 0), 0);
	KUNIT_EXPECT_EQ(test, f->regs[CTL / 4], 0);
	KUNIT_EXPECT_EQ(test, pci_ide_kcu_go_tx(s, 0), 0);
	KUNIT_EXPECT_EQ(test, f->regs[CTL / 4], 0x5a000001);
	KUNIT_EXPECT_EQ(test, f->regs[TX_CTL / 4], 0x101);
	KUNIT_EXPECT_EQ(test, pci_ide_kcu_program(s, 0, &keys), -EBUSY);

	make_keys(&keys, 77);
	KUNIT_ASSERT_EQ(test, pci_ide_kcu_program(s, 1, &keys), 0);
	KUNIT_EXPECT_EQ(test, f->regs[TX_SET(1) / 4], 0x00501003);
	KUNIT_EXPECT_EQ(test, f->regs[TX_CTL / 4], 0x10101);
	KUNIT_EXPECT_EQ(test, pci_ide_kcu_go_rx(s, 1), 0);
	KUNIT_EXPECT_EQ(test, pci_ide_kcu_go_tx(s, 1), 0);
	KUNIT_EXPECT_EQ(test, f->regs[TX_CTL / 4], 0x10102);
	/* And back, with other keys in the slots of set 0 */
	KUNIT_ASSERT_EQ(test, pci_ide_kcu_program(s, 0, &keys), 0);
	KUNIT_EXPECT_EQ(test, f->regs[CTL / 4], 0x5a000001);

	pci_ide_kcu_stop(s);
	KUNIT_EXPECT_EQ(test, f->regs[CTL / 4], 0);
	KUNIT_EXPECT_EQ(test, f->regs[TX_CTL / 4], 0);
	KUNIT_EXPECT_EQ(test, f->regs[RX_CTL / 4], 0);
	KUNIT_EXPECT_TRUE(test, no_key_left(f));
	KUNIT_EXPECT_EQ(test, pci_ide_kcu_go_tx(s, 1), -EINVAL);
	KUNIT_EXPECT_EQ(test, f->bad_offsets, 0);
}

static void unit_that_is_stuck_gets_no_key(struct kunit *test)
{
	struct pci_ide_kcu_stream *s = get_stream(test, 1);
	struct fake_kcu *f = test->priv;
	struct pci_ide_keys keys;

	f->stuck = true;
	make_keys(&keys, 3);
	KUNIT_EXPECT_EQ(test, pci_ide_kcu_program(s, 0, &keys), -EIO);
	KUNIT_EXPECT_TRUE(test, no_key_left(f));
	KUNIT_EXPECT_EQ(test, f->regs[TX_CTL / 4], 0);
	KUNIT_EXPECT_EQ(test, pci_ide_kcu_go_rx(s, 0), -EINVAL);

	f->stuck = false;
	KUNIT_EXPECT_EQ(test, pci_ide_kcu_program(s, 0, &keys), 0);
	/* Keys that the unit loses meanwhile are noticed */
	f->regs[RX_STS / 4] = 0;
	f->regs[TX_STS / 4] = 0;
	KUNIT_EXPECT_EQ(test, pci_ide_kcu_go_rx(s, 0), -EIO);
	KUNIT_EXPECT_EQ(test, pci_ide_kcu_go_tx(s, 0), -EIO);
}

/* Slots for three sets to send with, of all ports together */
static void ports_share_streams(struct kunit *test)
{
	struct pci_ide_kcu_stream *a = get_stream(test, 1), *b, *none;
	struct fake_kcu *f = test->priv;
	struct pci_ide_keys keys;

	fake_point(f, PCI_DEVFN(4, 0));
	none = pci_ide_kcu_stream_get(&f->rp, 1);
	KUNIT_EXPECT_EQ(test, PTR_ERR_OR_ZERO(none), -EEXIST);
	b = get_stream(test, 2);
	none = pci_ide_kcu_stream_get(&f->rp, 3);
	KUNIT_EXPECT_EQ(test, PTR_ERR_OR_ZERO(none), -ENOSPC);

	make_keys(&keys, 9);
	for (unsigned int set = 0; set < 2; set++) {
		KUNIT_EXPECT_EQ(test, pci_ide_kcu_program(a, set, &keys), 0);
		KUNIT_EXPECT_EQ(test, pci_ide_kcu_program(b, set, &keys), 0);
	}
	KUNIT_EXPECT_EQ(test, pci_ide_kcu_program(b, 2, &keys), -EINVAL);
	KUNIT_EXPECT_EQ(test, f->bad_offsets, 0);
}

/* Nobody else gets the slots of a set that is empty: there will be keys in it again */
static void slots_belong_to_a_stream(struct kunit *test)
{
	struct pci_ide_kcu_stream *a, *b;
	struct fake_kcu *f = test->priv;
	struct pci_ide_kcu_port port;
	struct pci_ide_keys keys;

	/* One less than two streams want to receive with */
	pci_ide_kcu_unregister(f->kcu);
	f->regs[0] = (STREAMS - 1) | (TX_SLOTS - 1) << 10 | (11 - 1) << 20;
	port = port_of(f->rp.devfn);
	f->kcu = pci_ide_kcu_register(&fake_io, f, &port, 1);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, f->kcu);

	a = get_stream(test, 1);
	KUNIT_EXPECT_PTR_EQ(test, pci_ide_kcu_stream_get(&f->rp, 2), ERR_PTR(-ENOSPC));
	make_keys(&keys, 9);
	KUNIT_EXPECT_EQ(test, pci_ide_kcu_program(a, 0, &keys), 0);
	KUNIT_EXPECT_EQ(test, pci_ide_kcu_program(a, 1, &keys), 0);
	pci_ide_kcu_drop(a, 0);
	KUNIT_EXPECT_PTR_EQ(test, pci_ide_kcu_stream_get(&f->rp, 2), ERR_PTR(-ENOSPC));
	kunit_release_action(test, put_stream, a);
	b = get_stream(test, 2);
	KUNIT_EXPECT_EQ(test, pci_ide_kcu_program(b, 0, &keys), 0);
	KUNIT_EXPECT_EQ(test, f->bad_offsets, 0);
}

/* But not what it sends with */
static void a_set_is_dropped(struct kunit *test)
{
	struct pci_ide_kcu_stream *s = get_stream(test, 1);
	struct fake_kcu *f = test->priv;
	struct pci_ide_keys keys;

	make_keys(&keys, 9);
	KUNIT_ASSERT_EQ(test, pci_ide_kcu_program(s, 0, &keys), 0);
	KUNIT_ASSERT_EQ(test, pci_ide_kcu_go_tx(s, 0), 0);
	pci_ide_kcu_drop(s, 0);
	pci_ide_kcu_drop(s, 2);
	KUNIT_EXPECT_EQ(test, pci_ide_kcu_go_tx(s, 0), 0);
	KUNIT_ASSERT_EQ(test, pci_ide_kcu_program(s, 1, &keys), 0);
	KUNIT_ASSERT_EQ(test, pci_ide_kcu_go_tx(s, 1), 0);
	pci_ide_kcu_drop(s, 0);
	KUNIT_EXPECT_EQ(test, pci_ide_kcu_go_rx(s, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, pci_ide_kcu_go_rx(s, 1), 0);
	pci_ide_kcu_stop(s);
	KUNIT_EXPECT_TRUE(test, no_key_left(f));
}

static void unit_goes_before_its_streams(struct kunit *test)
{
	struct pci_ide_kcu_stream *s = get_stream(test, 1);
	struct fake_kcu *f = test->priv;
	struct pci_ide_keys keys;
	unsigned int writes;

	make_keys(&keys, 3);
	KUNIT_ASSERT_EQ(test, pci_ide_kcu_program(s, 0, &keys), 0);
	KUNIT_ASSERT_EQ(test, pci_ide_kcu_go_tx(s, 0), 0);
	pci_ide_kcu_unregister(f->kcu);
	f->kcu = NULL;
	KUNIT_EXPECT_TRUE(test, no_key_left(f));
	KUNIT_EXPECT_EQ(test, f->regs[CTL / 4], 0);
	KUNIT_EXPECT_FALSE(test, pci_ide_kcu_serves(&f->rp));

	writes = f->writes;
	KUNIT_EXPECT_EQ(test, pci_ide_kcu_program(s, 0, &keys), -ENODEV);
	KUNIT_EXPECT_EQ(test, pci_ide_kcu_go_rx(s, 0), -ENODEV);
	pci_ide_kcu_stop(s);
	KUNIT_EXPECT_EQ(test, f->writes, writes);
}

static void what_is_on_already_is_left_alone(struct kunit *test)
{
	struct fake_kcu *f = test->priv;
	struct pci_ide_kcu_port port = port_of(f->rp.devfn);
	struct pci_ide_kcu_stream *s;
	struct pci_ide_keys keys;

	pci_ide_kcu_unregister(f->kcu);
	/* Block 0 is on with its set 0, in slots 2, 0, 5 */
	f->regs[CTL / 4] = 0x07000001;
	f->regs[TX_CTL / 4] = 0x101;
	f->regs[TX_SET(0) / 4] = 2 | 0 << 10 | 5 << 20;
	f->kcu = pci_ide_kcu_register(&fake_io, f, &port, 1);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, f->kcu);

	s = get_stream(test, 1);
	make_keys(&keys, 3);
	KUNIT_ASSERT_EQ(test, pci_ide_kcu_program(s, 0, &keys), 0);
	/* Block 1, slots 1, 3, 4 */
	KUNIT_EXPECT_EQ(test, f->regs[(TX_SET(0) + 36) / 4], 1 | 3 << 10 | 4 << 20);
	KUNIT_EXPECT_EQ(test, f->regs[CTL / 4], 0x07000001);
	KUNIT_EXPECT_EQ(test, f->regs[TX_SET(0) / 4], 2 | 5 << 20);
	KUNIT_EXPECT_PTR_EQ(test, pci_ide_kcu_stream_get(&f->rp, 2), ERR_PTR(-ENOSPC));
}

static void bad_units_are_refused(struct kunit *test)
{
	struct fake_kcu *f = test->priv;
	struct pci_ide_kcu_port taken = port_of(PCI_DEVFN(4, 0));
	struct pci_ide_kcu_port other = port_of(PCI_DEVFN(5, 0));
	struct pci_ide_kcu *kcu;

	kcu = pci_ide_kcu_register(&fake_io, f, &taken, 1);
	KUNIT_EXPECT_EQ(test, PTR_ERR_OR_ZERO(kcu), -EEXIST);
	kcu = pci_ide_kcu_register(&fake_io, f, &other, 0);
	KUNIT_EXPECT_EQ(test, PTR_ERR_OR_ZERO(kcu), -EINVAL);
	kcu = pci_ide_kcu_register(&fake_io, f, &other, 1025);
	KUNIT_EXPECT_EQ(test, PTR_ERR_OR_ZERO(kcu), -EINVAL);
	f->absent = true;
	kcu = pci_ide_kcu_register(&fake_io, f, &other, 1);
	KUNIT_EXPECT_EQ(test, PTR_ERR_OR_ZERO(kcu), -ENODEV);
}

static struct kunit_case ide_kcu_cases[] = {
	KUNIT_CASE(layout_is_as_wide_as_the_counts),
	KUNIT_CASE(serves_its_ports_only),
	KUNIT_CASE(keys_are_where_the_unit_wants_them),
	KUNIT_CASE(goes_refreshes_and_stops),
	KUNIT_CASE(unit_that_is_stuck_gets_no_key),
	KUNIT_CASE(ports_share_streams),
	KUNIT_CASE(slots_belong_to_a_stream),
	KUNIT_CASE(a_set_is_dropped),
	KUNIT_CASE(unit_goes_before_its_streams),
	KUNIT_CASE(what_is_on_already_is_left_alone),
	KUNIT_CASE(bad_units_are_refused),
	{ }
};

static struct kunit_suite ide_kcu_suite = {
	.name = "pci_ide_kcu",
	.init = kcu_init,
	.test_cases = ide_kcu_cases,
};

kunit_test_suite(ide_kcu_suite);
