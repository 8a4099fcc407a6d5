// SPDX-License-Identifier: GPL-2.0
/*
 * IDE_KM: messages against bytes of a real conversation, and the sequence
 * against a device and a root port that keep a log, and can be told to spoil an
 * answer.
 */
#include <kunit/test.h>
#include <linux/pci.h>
#include <linux/pci-ide-km.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/unaligned.h>

#include "../ide-km.h"

#define LOG_MAX		64

/* What the root port does, in the log next to the device's requests */
#define RP_PROGRAM	0xf0
#define RP_GO_RX	0xf1
#define RP_GO_TX	0xf2
#define RP_STOP		0xf3
#define RP_DROP		0xf4

struct km_log {
	u8 op;
	u8 sub;		/* KeySub, or the root port's key set */
};

struct km_fake {
	struct pci_ide_km km;
	struct km_log log[LOG_MAX];
	unsigned int nr;
	/* The answer to this request, counted from 0, is spoiled */
	int spoil_at;
	int spoil_byte;
	int len_change;
	int error;
	int rp_error;
	unsigned int requests;
	u8 device_keys[64][PCI_IDE_KEY_SIZE];
	struct pci_ide_keys rp_keys[2];
};

static void km_log(struct km_fake *f, u8 op, u8 sub)
{
	if (f->nr < LOG_MAX)
		f->log[f->nr++] = (struct km_log) { op, sub };
}

/* Back from the wire: each dword the other way round */
static void take_key(struct km_fake *f, const u8 *req)
{
	u8 *key = f->device_keys[req[6]];

	for (int i = 0; i < PCI_IDE_KEY_SIZE; i++)
		key[i] = req[8 + (i ^ 3)];
}

static const u8 query_regs[] = {
	0x42, 0x00, 0x00, 0x00,			/* selective, IDE_KM, one stream */
	0x00, 0x00, 0x00, 0x00,
	0x01, 0x00, 0x00, 0x00,			/* one address block */
	0, 0, 0, 0xff,  0, 0, 0, 0,  0, 0, 0, 0,  0, 0, 0, 0,
	0, 0, 0, 0,  0, 0, 0, 0,  0, 0, 0, 0,
};

static size_t answer(struct km_fake *f, const u8 *req, u8 *rsp)
{
	memset(rsp, 0, 8);
	if (req[1] == IDE_KM_QUERY) {
		rsp[1] = IDE_KM_QUERY_RESP;
		rsp[3] = req[3];
		rsp[7] = 7;
		memcpy(rsp + 8, query_regs, sizeof(query_regs));
		return 8 + sizeof(query_regs);
	}
	if (req[1] == IDE_KM_KEY_PROG)
		take_key(f, req);
	rsp[1] = req[1] == IDE_KM_KEY_PROG ? IDE_KM_KP_ACK : IDE_KM_GOSTOP_ACK;
	rsp[4] = req[4];
	rsp[6] = req[6];
	rsp[7] = req[7];
	return 8;
}

static ssize_t km_request(void *priv, const void *req, size_t len, void *rsp, size_t size)
{
	struct km_fake *f = priv;
	const u8 *msg = req;
	u8 buf[64] = {};
	bool spoil = f->spoil_at == f->requests++;
	size_t got;

	km_log(f, msg[1], len > 6 ? msg[6] : 0);
	if (spoil && f->error)
		return f->error;
	got = answer(f, msg, buf);
	if (spoil && f->spoil_byte >= 0)
		buf[f->spoil_byte] ^= 1;
	if (spoil)
		got += f->len_change;
	if (got > size)
		return -EMSGSIZE;
	memcpy(rsp, buf, got);
	return got;
}

static int km_rp_program(void *priv, unsigned int set, const struct pci_ide_keys *keys)
{
	struct km_fake *f = priv;

	km_log(f, RP_PROGRAM, set);
	f->rp_keys[set] = *keys;
	return f->rp_error;
}

static int km_rp_go_rx(void *priv, unsigned int set)
{
	km_log(priv, RP_GO_RX, set);
	return 0;
}

static int km_rp_go_tx(void *priv, unsigned int set)
{
	km_log(priv, RP_GO_TX, set);
	return 0;
}

static void km_rp_drop(void *priv, unsigned int set)
{
	km_log(priv, RP_DROP, set);
}

static void km_rp_stop(void *priv)
{
	km_log(priv, RP_STOP, 0);
}

static const struct pci_ide_km_ops km_ops = {
	.request = km_request,
	.rp_program = km_rp_program,
	.rp_go_rx = km_rp_go_rx,
	.rp_go_tx = km_rp_go_tx,
	.rp_drop = km_rp_drop,
	.rp_stop = km_rp_stop,
};

static int km_init(struct kunit *test)
{
	struct km_fake *f = kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, f);
	f->km = (struct pci_ide_km) { .ops = &km_ops, .priv = f, .stream_id = 0x5a };
	f->spoil_at = -1;
	f->spoil_byte = -1;
	test->priv = f;
	return 0;
}

/* The payloads of a capture, behind the header of VENDOR_DEFINED */
static void messages_are_as_on_the_wire(struct kunit *test)
{
	static const u8 key[PCI_IDE_KEY_SIZE] = "\xdf\x25\x41\x52\x05\x6e\x02\xe0"
		"\0\1\2\3\4\5\6\7\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f\x10\x11\x12\x13\x9c\xcd\x27\x20";
	static const u8 prog[] = "\0\2\0\0\0\0\0\1\x52\x41\x25\xdf\xe0\x02\x6e\x05"
		"\3\2\1\0\7\6\5\4\x0b\x0a\x09\x08\x0f\x0e\x0d\x0c\x13\x12\x11\x10\x20\x27\xcd\x9c"
		"\0\0\0\0\1\0\0\0";
	struct ide_km_key_id id = { .stream_id = 0, .key_sub = 0, .port = 1 };
	u8 msg[IDE_KM_KEY_PROG_LEN];

	memset(msg, 0xa5, sizeof(msg));
	KUNIT_EXPECT_EQ(test, ide_km_encode_query(msg, 1), 4);
	KUNIT_EXPECT_MEMEQ(test, msg, "\0\0\0\1", 4);

	memset(msg, 0xa5, sizeof(msg));
	KUNIT_EXPECT_EQ(test, ide_km_encode_key_prog(msg, &id, key, 1), 48);
	KUNIT_EXPECT_MEMEQ(test, msg, prog, 48);
	KUNIT_EXPECT_EQ(test, ide_km_encode_key_prog(msg, &id, key, 0x1122334455667788), 48);
	KUNIT_EXPECT_MEMEQ(test, msg + 40, "\x44\x33\x22\x11\x88\x77\x66\x55", 8);

	id.key_sub = ide_km_key_sub(0, true, 2);
	memset(msg, 0xa5, sizeof(msg));
	KUNIT_EXPECT_EQ(test, ide_km_encode_go(msg, IDE_KM_SET_GO, &id), 8);
	KUNIT_EXPECT_MEMEQ(test, msg, "\0\4\0\0\0\0\x22\1", 8);
	memcpy(msg, "\0\6\0\0\0\0\x22\1", 8);
	KUNIT_EXPECT_EQ(test, ide_km_decode_ack(msg, 8, IDE_KM_GOSTOP_ACK, &id), 0);
	id.key_sub = ide_km_key_sub(1, false, 1);
	id.stream_id = 0xfe;
	KUNIT_EXPECT_EQ(test, ide_km_encode_go(msg, IDE_KM_SET_STOP, &id), 8);
	KUNIT_EXPECT_MEMEQ(test, msg, "\0\5\0\0\xfe\0\x11\1", 8);
	id = (struct ide_km_key_id) { .port = 1 };
	KUNIT_EXPECT_EQ(test, ide_km_decode_ack("\0\3\0\0\0\0\0\1", 8, IDE_KM_KP_ACK, &id), 0);
}

/* Each byte that tells something is checked, the reserved ones are not */
static void acks_must_answer_the_request(struct kunit *test)
{
	struct ide_km_key_id id = { .stream_id = 9, .key_sub = 0x12, .port = 3 };
	static const u8 good[9] = { 0, IDE_KM_KP_ACK, 0, 0, 9, 0, 0x12, 3 };
	u8 msg[9];

	for (size_t len = 0; len < 8; len++)
		KUNIT_EXPECT_EQ(test, ide_km_decode_ack(good, len, IDE_KM_KP_ACK, &id), -EBADMSG);
	KUNIT_EXPECT_EQ(test, ide_km_decode_ack(good, 8, IDE_KM_KP_ACK, &id), 0);
	KUNIT_EXPECT_EQ(test, ide_km_decode_ack(good, 9, IDE_KM_KP_ACK, &id), -EMSGSIZE);
	KUNIT_EXPECT_EQ(test, ide_km_decode_ack(good, 8, IDE_KM_GOSTOP_ACK, &id), -EPROTO);

	for (int byte = 0; byte < 8; byte++) {
		int want = byte == 2 || byte == 3 ? 0 : byte == 5 ? -EREMOTEIO : -EPROTO;

		for (int bit = 0; bit < 8; bit++) {
			memcpy(msg, good, sizeof(msg));
			msg[byte] ^= 1 << bit;
			KUNIT_EXPECT_EQ_MSG(test, ide_km_decode_ack(msg, 8, IDE_KM_KP_ACK, &id),
					    want, "byte %d bit %d", byte, bit);
		}
	}
}

static u8 *query_resp(struct kunit *test, u32 cap, size_t len)
{
	u8 *msg = kunit_kzalloc(test, len, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, msg);
	msg[1] = IDE_KM_QUERY_RESP;
	msg[3] = 1;
	msg[4] = 0x28;
	msg[5] = 0x40;
	msg[6] = 0x10;
	msg[7] = 7;
	put_unaligned_le32(cap, msg + 8);
	return msg;
}

static void query_is_read_within_its_bounds(struct kunit *test)
{
	struct pci_ide_km_info info = { .cap = 0xdead };
	u8 *msg;

	/* Two links, three selective streams with 0, 15 and 2 address blocks: 72 dwords */
	msg = query_resp(test, 0x00022043, 8 + 72 * 4);
	put_unaligned_le32(15, msg + 8 + 4 * 11);
	put_unaligned_le32(2, msg + 8 + 4 * 61);
	for (size_t len = 0; len < 8 + 72 * 4; len++)
		KUNIT_EXPECT_EQ(test, ide_km_decode_query(msg, len, 1, &info), -EBADMSG);
	KUNIT_EXPECT_EQ(test, info.cap, 0xdead);
	KUNIT_EXPECT_EQ(test, ide_km_decode_query(msg, 8 + 72 * 4, 1, &info), 0);
	KUNIT_EXPECT_EQ(test, info.devfn, 0x28);
	KUNIT_EXPECT_EQ(test, info.bus, 0x40);
	KUNIT_EXPECT_EQ(test, info.segment, 0x10);
	KUNIT_EXPECT_EQ(test, info.max_port, 7);
	KUNIT_EXPECT_EQ(test, info.links, 2);
	KUNIT_EXPECT_EQ(test, info.streams, 3);
	KUNIT_EXPECT_EQ(test, ide_km_decode_query(msg, 8 + 72 * 4, 2, &info), -EPROTO);
	msg[7] = 0;
	KUNIT_EXPECT_EQ(test, ide_km_decode_query(msg, 8 + 72 * 4, 1, &info), -EPROTO);
	msg[7] = 7;
	msg[1] = IDE_KM_KP_ACK;
	KUNIT_EXPECT_EQ(test, ide_km_decode_query(msg, 8 + 72 * 4, 1, &info), -EPROTO);

	/* 256 streams in two registers, and more than there is config space */
	msg = query_resp(test, 0x00ff0042, 8 + 8);
	KUNIT_EXPECT_EQ(test, ide_km_decode_query(msg, 16, 1, &info), -EBADMSG);
	msg = query_resp(test, 0, IDE_KM_MSG_MAX + 4);
	KUNIT_EXPECT_EQ(test, ide_km_decode_query(msg, IDE_KM_MSG_MAX, 1, &info), 0);
	KUNIT_EXPECT_EQ(test, ide_km_decode_query(msg, IDE_KM_MSG_MAX + 4, 1, &info), -EMSGSIZE);
}

static void port_without_ide_km_is_refused(struct kunit *test)
{
	struct pci_ide_km_info info = {};
	struct km_fake *f = test->priv;

	KUNIT_EXPECT_EQ(test, pci_ide_km_query(&f->km, &info), 0);
	KUNIT_EXPECT_EQ(test, info.streams, 1);
	KUNIT_EXPECT_EQ(test, info.cap, 0x42);
	f->requests = 0;
	f->spoil_at = 0;
	f->spoil_byte = 10;		/* one stream more than there are registers for */
	KUNIT_EXPECT_EQ(test, pci_ide_km_query(&f->km, &info), -EBADMSG);
	f->requests = 0;
	f->spoil_byte = 3;
	KUNIT_EXPECT_EQ(test, pci_ide_km_query(&f->km, &info), -EPROTO);
	f->requests = 0;
	f->error = -ENOTCONN;
	KUNIT_EXPECT_EQ(test, pci_ide_km_query(&f->km, &info), -ENOTCONN);
}

#define PROG(sub)	{ IDE_KM_KEY_PROG, sub }
#define GO(sub)		{ IDE_KM_SET_GO, sub }
#define STOP(sub)	{ IDE_KM_SET_STOP, sub }

static void expect_log(struct kunit *test, const struct km_log *want, unsigned int nr)
{
	struct km_fake *f = test->priv;

	KUNIT_EXPECT_EQ(test, f->nr, nr);
	for (unsigned int i = 0; i < min(nr, f->nr); i++) {
		KUNIT_EXPECT_EQ_MSG(test, f->log[i].op, want[i].op, "step %u", i);
		KUNIT_EXPECT_EQ_MSG(test, f->log[i].sub, want[i].sub, "step %u", i);
	}
	f->nr = 0;
}

/* Crossed, each its own, and the same in both ends */
static void expect_keys(struct kunit *test, unsigned int set)
{
	struct km_fake *f = test->priv;

	for (int sub = 0; sub < 3; sub++) {
		KUNIT_EXPECT_MEMEQ(test, f->device_keys[sub << 4 | set], f->rp_keys[set].tx[sub],
				   PCI_IDE_KEY_SIZE);
		KUNIT_EXPECT_MEMEQ(test, f->device_keys[sub << 4 | 2 | set],
				   f->rp_keys[set].rx[sub], PCI_IDE_KEY_SIZE);
		KUNIT_EXPECT_MEMNEQ(test, f->rp_keys[set].rx[sub], f->rp_keys[set].tx[sub],
				    PCI_IDE_KEY_SIZE);
	}
	KUNIT_EXPECT_MEMNEQ(test, &f->rp_keys[0], &f->rp_keys[1], sizeof(f->rp_keys[0]));
}

static void ends_go_in_step(struct kunit *test)
{
	static const struct km_log start[] = {
		PROG(0x00), PROG(0x02), PROG(0x10), PROG(0x12), PROG(0x20), PROG(0x22),
		{ RP_PROGRAM, 0 }, GO(0x00), GO(0x10), GO(0x20), { RP_GO_RX, 0 },
		GO(0x02), GO(0x12), GO(0x22), { RP_GO_TX, 0 },
	};
	static const struct km_log refresh[] = {
		PROG(0x01), PROG(0x03), PROG(0x11), PROG(0x13), PROG(0x21), PROG(0x23),
		{ RP_PROGRAM, 1 }, GO(0x01), GO(0x11), GO(0x21), { RP_GO_RX, 1 },
		GO(0x03), GO(0x13), GO(0x23), { RP_GO_TX, 1 },
		STOP(0x02), STOP(0x12), STOP(0x22), STOP(0x00), STOP(0x10), STOP(0x20),
		{ RP_DROP, 0 },
	};
	static const struct km_log stop[] = {
		STOP(0x03), STOP(0x13), STOP(0x23), { RP_STOP, 0 },
		STOP(0x01), STOP(0x11), STOP(0x21),
	};
	struct km_fake *f = test->priv;

	KUNIT_EXPECT_EQ(test, pci_ide_km_refresh(&f->km), -ENOTCONN);
	KUNIT_ASSERT_EQ(test, pci_ide_km_start(&f->km), 0);
	KUNIT_EXPECT_TRUE(test, f->km.up);
	expect_log(test, start, ARRAY_SIZE(start));
	expect_keys(test, 0);
	KUNIT_EXPECT_EQ(test, pci_ide_km_start(&f->km), -EALREADY);

	KUNIT_ASSERT_EQ(test, pci_ide_km_refresh(&f->km), 0);
	expect_log(test, refresh, ARRAY_SIZE(refresh));
	expect_keys(test, 1);
	KUNIT_EXPECT_EQ(test, f->km.set, 1);

	pci_ide_km_stop(&f->km);
	expect_log(test, stop, ARRAY_SIZE(stop));
	KUNIT_EXPECT_FALSE(test, f->km.up);
}

/* Whatever answer is spoiled, the error is right and no end is left with keys in use */
static void spoiled_answers_end_it(struct kunit *test)
{
	static const struct { int byte, len_change, error, want; } spoils[] = {
		{ 1, 0, 0, -EPROTO }, { 4, 0, 0, -EPROTO }, { 6, 0, 0, -EPROTO },
		{ 7, 0, 0, -EPROTO }, { -1, -1, 0, -EBADMSG }, { -1, -8, 0, -EBADMSG },
		{ -1, 1, 0, -EMSGSIZE }, { -1, 0, -EIO, -EIO },
		{ -1, 0, -EKEYREJECTED, -EKEYREJECTED },
	};
	struct km_fake *f = test->priv;

	for (int i = 0; i < ARRAY_SIZE(spoils); i++) {
		for (int at = 0; at < 12; at++) {
			f->nr = 0;
			f->requests = 0;
			f->spoil_at = at;
			f->spoil_byte = spoils[i].byte;
			f->len_change = spoils[i].len_change;
			f->error = spoils[i].error;
			KUNIT_EXPECT_EQ(test, pci_ide_km_start(&f->km), spoils[i].want);
			KUNIT_EXPECT_FALSE(test, f->km.up);
			/* Tx is stopped, then the root port, then Rx */
			KUNIT_ASSERT_GE(test, f->nr, 8);
			KUNIT_EXPECT_EQ(test, f->log[f->nr - 4].op, RP_STOP);
			KUNIT_EXPECT_EQ(test, f->log[f->nr - 7].op, IDE_KM_SET_STOP);
			KUNIT_EXPECT_EQ(test, f->log[f->nr - 1].op, IDE_KM_SET_STOP);
		}
	}
}

/* Wherever a refresh stops, and whatever the device has by then */
static void failed_refresh_leaves_no_set(struct kunit *test)
{
	struct km_fake *f = test->priv;

	f->error = -EIO;
	for (int at = 0; at < 18; at++) {
		unsigned int has = 0, sends = 0;

		f->spoil_at = -1;
		KUNIT_ASSERT_EQ(test, pci_ide_km_start(&f->km), 0);
		f->nr = 0;
		f->requests = 0;
		f->spoil_at = at;
		KUNIT_EXPECT_EQ(test, pci_ide_km_refresh(&f->km), -EIO);
		f->nr = 0;
		pci_ide_km_stop(&f->km);
		for (int i = 0; i < f->nr; i++) {
			u8 bit = f->log[i].sub & IDE_KM_SET1 ? 2 : 1;

			if (f->log[i].op == RP_STOP)
				sends = has;
			else if (f->log[i].sub & IDE_KM_TX)
				has |= bit;
			else
				has &= ~bit;
		}
		/* Both stopped to send before the root port did, then to receive */
		KUNIT_EXPECT_EQ_MSG(test, sends, 3, "answer %d", at);
		KUNIT_EXPECT_EQ_MSG(test, has, 0, "answer %d", at);
		KUNIT_EXPECT_EQ_MSG(test, f->nr, 13, "answer %d", at);
		KUNIT_EXPECT_EQ(test, f->km.touched, 0);
	}
}

static void refused_key_is_the_devices_error(struct kunit *test)
{
	struct km_fake *f = test->priv;

	f->spoil_at = 3;
	f->spoil_byte = 5;
	KUNIT_EXPECT_EQ(test, pci_ide_km_start(&f->km), -EREMOTEIO);
	f->requests = 0;
	/* Reserved in the ack of GO */
	f->spoil_at = 7;
	KUNIT_EXPECT_EQ(test, pci_ide_km_start(&f->km), 0);
}

static void dead_device_is_asked_once_to_stop(struct kunit *test)
{
	static const struct km_log stop[] = { STOP(0x02), { RP_STOP, 0 } };
	struct km_fake *f = test->priv;

	KUNIT_ASSERT_EQ(test, pci_ide_km_start(&f->km), 0);
	f->nr = 0;
	f->spoil_at = f->requests;
	f->error = -EIO;
	pci_ide_km_stop(&f->km);
	expect_log(test, stop, ARRAY_SIZE(stop));
}

static void root_port_that_fails_ends_it(struct kunit *test)
{
	struct km_fake *f = test->priv;

	f->rp_error = -ENOSPC;
	KUNIT_EXPECT_EQ(test, pci_ide_km_start(&f->km), -ENOSPC);
	KUNIT_EXPECT_EQ(test, f->log[7].op, IDE_KM_SET_STOP);
	KUNIT_EXPECT_FALSE(test, f->km.up);
}

/* After success, and wherever it stops */
static void keys_are_wiped(struct kunit *test)
{
	struct km_fake *f = test->priv;
	struct ide_km_secrets *s = kunit_kmalloc(test, sizeof(*s), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, s);
	f->error = -EIO;
	for (int at = 0; at <= 6; at++) {
		memset(s, 0xa5, sizeof(*s));
		f->requests = 0;
		f->spoil_at = at;
		KUNIT_EXPECT_EQ(test, ide_km_program(&f->km, 0, s), at < 6 ? -EIO : 0);
		KUNIT_EXPECT_NULL(test, memchr_inv(s, 0, sizeof(*s)));
	}
	KUNIT_EXPECT_NOT_NULL(test, memchr_inv(&f->rp_keys[0], 0, sizeof(f->rp_keys[0])));
	memset(s, 0xa5, sizeof(*s));
	f->spoil_at = -1;
	f->rp_error = -ENOSPC;
	KUNIT_EXPECT_EQ(test, ide_km_program(&f->km, 0, s), -ENOSPC);
	KUNIT_EXPECT_NULL(test, memchr_inv(s, 0, sizeof(*s)));
}

static struct kunit_case ide_km_cases[] = {
	KUNIT_CASE(messages_are_as_on_the_wire),
	KUNIT_CASE(acks_must_answer_the_request),
	KUNIT_CASE(query_is_read_within_its_bounds),
	KUNIT_CASE(port_without_ide_km_is_refused),
	KUNIT_CASE(ends_go_in_step),
	KUNIT_CASE(spoiled_answers_end_it),
	KUNIT_CASE(failed_refresh_leaves_no_set),
	KUNIT_CASE(refused_key_is_the_devices_error),
	KUNIT_CASE(dead_device_is_asked_once_to_stop),
	KUNIT_CASE(root_port_that_fails_ends_it),
	KUNIT_CASE(keys_are_wiped),
	{ }
};

static struct kunit_suite ide_km_suite = {
	.name = "pci_ide_km",
	.init = km_init,
	.test_cases = ide_km_cases,
};

kunit_test_suite(ide_km_suite);
