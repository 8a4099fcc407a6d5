// SPDX-License-Identifier: GPL-2.0
/*
 * Fuzz IDE key management: a device that answers what it likes, and a root port
 * that fails. Whatever it does, nobody sends with a key that the other end does
 * not have, success is only said of what every answer agreed to, keys are wiped,
 * and once it is stopped no end is left with keys that it was not asked to stop.
 *
 * Input: stream, port, which allocation fails; then what the user does, each with
 * what becomes of the requests and calls that it leads to.
 */
#include <linux/pci.h>
#include <linux/pci-ide-km.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <linux/unaligned.h>

#include "feed.h"
#include "ide-km.h"
#include "shim.h"

#define STEPS_MAX	24
#define SUBS		64		/* values of KeySub */
#define GUARD		0xa5

/* What the user is about to do: the order of requests depends on it */
enum doing { QUERY, START, REFRESH, STOP, PROGRAM, DECODE, DOINGS };

/* A key of the device, as far as can be told from here */
struct model_key {
	u8 key[PCI_IDE_KEY_SIZE];
	bool maybe;		/* it was sent, and no STOP since */
	bool acked;
	bool going;
};

struct model {
	struct pci_ide_km km;
	struct feed f;
	enum doing doing;
	struct model_key keys[SUBS];
	struct pci_ide_keys rp[2];
	bool rp_has[2], rp_rx[2], rp_tx[2];
	const struct ide_km_secrets *secrets;
	unsigned int requests;
	bool bad;		/* something went wrong since the user's call */
	bool deaf;		/* a STOP had no good answer */
	u8 last[IDE_KM_SHORT_LEN];
	u32 random;
};

static struct model *now;

int get_random_bytes_wait(void *buf, size_t len)
{
	u8 *p = buf;

	now->secrets = container_of(buf, struct ide_km_secrets, device);
	if (feed8(&now->f) % 16 == 15) {
		now->bad = true;
		return -EINTR;
	}
	/* No two of these are the same, none is zero */
	for (size_t i = 0; i < len; i += 4)
		put_unaligned_le32(0x80000000 | ++now->random, p + i);
	return 0;
}

static void freed(const void *p)
{
	if (!now || p != now->secrets)
		return;
	BUG_ON(memchr_inv(p, 0, sizeof(*now->secrets)));
	now->secrets = NULL;
}

static u8 sub_of(unsigned int set, bool tx, unsigned int i)
{
	return set | tx << 1 | i << 4;
}

/* Is it so for all sub-streams of a direction? */
static bool all(const struct model *m, unsigned int set, bool tx, bool going)
{
	for (unsigned int i = 0; i < 3; i++) {
		const struct model_key *k = &m->keys[sub_of(set, tx, i)];

		if (!k->acked || (going && !k->going))
			return false;
	}
	return true;
}

/*
 * The device
 */

static size_t good_answer(struct model *m, const u8 *req, u8 *rsp)
{
	static const u8 ops[] = {
		IDE_KM_QUERY_RESP, 0, IDE_KM_KP_ACK, 0, IDE_KM_GOSTOP_ACK, IDE_KM_GOSTOP_ACK,
	};
	unsigned int streams, pos = 3;
	u32 cap;

	memset(rsp, 0, IDE_KM_SHORT_LEN);
	rsp[1] = ops[req[1]];
	if (req[1] != IDE_KM_QUERY) {
		rsp[4] = req[4];
		rsp[6] = req[6];
		rsp[7] = req[7];
		return IDE_KM_SHORT_LEN;
	}
	rsp[3] = req[3];
	rsp[7] = 0xff;
	/* As many streams as there is room for, each with a few address blocks */
	streams = feed8(&m->f);
	cap = PCI_IDE_CAP_SELECTIVE | PCI_IDE_CAP_IDE_KM | streams << 16;
	memset(rsp + 8, 0, 4 * IDE_KM_REGS_MAX);
	for (unsigned int i = 0; i <= streams && pos + 5 + 3 * 2 < IDE_KM_REGS_MAX; i++) {
		if (i)
			pos += 5 + 3 * (i % 3);
	}
	put_unaligned_le32(cap, rsp + 8);
	return 8 + 4 * pos;
}

/* Spoil an answer of @len bytes in a buffer of @size; negative for none at all */
static ssize_t spoil(struct model *m, u8 *rsp, size_t len, size_t size)
{
	switch (feed8(&m->f) % 16) {
	default:
		return len;
	case 9:
		return -1 - feed8(&m->f) % 100;
	case 10:
		rsp[feed8(&m->f) % 8] ^= 1 << feed8(&m->f) % 8;
		return len;
	case 11:
		rsp[feed8(&m->f) % 8] = feed8(&m->f);
		return len;
	case 12:	/* the bytes of a good one are there, but were not received */
		return feed16(&m->f) % (len + 1);
	case 13:	/* what comes behind it is as it was */
		return min(len + 1 + feed8(&m->f), size);
	case 14:	/* of the last request */
		memcpy(rsp, m->last, sizeof(m->last));
		return len;
	case 15:
		len = feed16(&m->f) % (size + 1);
		return feed_bytes(&m->f, rsp, len);
	}
}

/* The bytes that must be as in a good answer; see the specification, not the code */
static bool is_good(const u8 *rsp, ssize_t len, const u8 *good)
{
	return len == IDE_KM_SHORT_LEN && !memcmp(rsp, good, 2) && rsp[4] == good[4] &&
	       (good[1] == IDE_KM_GOSTOP_ACK || !rsp[5]) && !memcmp(rsp + 6, good + 6, 2);
}

static void got_key(struct model *m, const u8 *req, size_t len)
{
	unsigned int set = req[6] & 1;
	struct model_key *k = &m->keys[req[6]];

	BUG_ON(m->doing != START && m->doing != REFRESH && m->doing != PROGRAM);
	BUG_ON(len != 48 || req != m->secrets->msg);
	/* Never a set that is in use, by the one or by the other */
	BUG_ON(m->rp_tx[set] || k->going);
	BUG_ON(m->doing == REFRESH && set == m->km.set);
	BUG_ON(get_unaligned_le32(req + 40) || get_unaligned_le32(req + 44) != 1);
	for (int i = 0; i < PCI_IDE_KEY_SIZE; i++)
		k->key[i] = req[8 + (i ^ 3)];
	for (int i = 0; i < SUBS; i++)
		BUG_ON(i != req[6] && !memcmp(m->keys[i].key, k->key, sizeof(k->key)));
	k->maybe = true;
	k->acked = false;
}

static void got_go(struct model *m, const u8 *req)
{
	unsigned int set = req[6] & 1;
	bool tx = req[6] & 2;

	BUG_ON(m->doing != START && m->doing != REFRESH);
	BUG_ON(!all(m, set, false, false) || !all(m, set, true, false) || !m->rp_has[set]);
	BUG_ON(tx && !m->rp_rx[set]);
	m->keys[req[6]].going = true;
}

static void got_stop(struct model *m, const u8 *req)
{
	unsigned int set = req[6] & 1;
	bool tx = req[6] & 2;

	BUG_ON(m->doing == QUERY || m->doing == PROGRAM);
	/* Who does not answer is not asked again */
	BUG_ON(m->deaf);
	/* Senders first: nobody sends any more what would not be received */
	BUG_ON(!tx && m->rp_tx[set]);
	for (unsigned int i = 0; i < 3; i++)
		BUG_ON(!tx && m->keys[sub_of(set, true, i)].going);
	/* What was said to work goes on until the new keys do */
	BUG_ON(m->doing == REFRESH && !m->rp_tx[!set]);
	m->keys[req[6]].going = false;
	m->keys[req[6]].maybe = false;
}

static void got(struct model *m, const u8 *req, size_t len)
{
	BUG_ON(req[0] || req[2]);
	if (req[1] == IDE_KM_QUERY) {
		BUG_ON(len != 4 || req[3] != m->km.port || m->doing != QUERY);
		return;
	}
	BUG_ON(req[3] || req[5] || req[4] != m->km.stream_id || req[7] != m->km.port);
	BUG_ON(req[6] & ~0x33 || req[6] >> 4 > 2);
	/* An end that failed gets no further requests but the one to stop */
	BUG_ON(m->bad && req[1] != IDE_KM_SET_STOP);
	if (req[1] == IDE_KM_KEY_PROG)
		return got_key(m, req, len);
	BUG_ON(len != 8);
	if (req[1] == IDE_KM_SET_GO)
		return got_go(m, req);
	BUG_ON(req[1] != IDE_KM_SET_STOP);
	got_stop(m, req);
}

static ssize_t request(void *priv, const void *req, size_t len, void *rsp, size_t size)
{
	static u8 buf[IDE_KM_MSG_MAX + 512];
	u8 good[IDE_KM_SHORT_LEN];
	struct model *m = priv;
	const u8 *msg = req;
	ssize_t ret;

	m->requests++;
	got(m, msg, len);
	ret = good_answer(m, msg, buf);
	memcpy(good, buf, sizeof(good));
	ret = spoil(m, buf, ret, size);
	memcpy(m->last, good, sizeof(good));
	/* All of the buffer: what is beyond an answer must not be taken for a part of it */
	memcpy(rsp, buf, size);
	if (msg[1] == IDE_KM_QUERY)
		return ret;
	if (is_good(buf, ret, good)) {
		m->keys[msg[6]].acked |= msg[1] == IDE_KM_KEY_PROG;
	} else {
		m->bad = true;
		m->deaf |= msg[1] == IDE_KM_SET_STOP;
	}
	return ret;
}

/*
 * The root port
 */

static int rp_result(struct model *m)
{
	if (feed8(&m->f) % 16 != 15)
		return 0;
	m->bad = true;
	return -ENOSPC;
}

static int rp_program(void *priv, unsigned int set, const struct pci_ide_keys *keys)
{
	struct model *m = priv;

	BUG_ON(set > 1 || m->bad || m->rp_tx[set]);
	BUG_ON(!all(m, set, false, false) || !all(m, set, true, false));
	for (unsigned int i = 0; i < 3; i++) {
		BUG_ON(memcmp(keys->rx[i], m->keys[sub_of(set, true, i)].key, 32));
		BUG_ON(memcmp(keys->tx[i], m->keys[sub_of(set, false, i)].key, 32));
	}
	/* Also after a failure it may have some */
	m->rp_has[set] = true;
	m->rp_rx[set] = false;
	return rp_result(m);
}

static int rp_go_rx(void *priv, unsigned int set)
{
	struct model *m = priv;

	BUG_ON(m->bad || !m->rp_has[set] || !all(m, set, false, true));
	m->rp_rx[set] = true;
	return rp_result(m);
}

static int rp_go_tx(void *priv, unsigned int set)
{
	struct model *m = priv;

	BUG_ON(m->bad || !m->rp_rx[set] || !all(m, set, true, true));
	m->rp_tx[set] = true;
	m->rp_tx[!set] = false;
	return rp_result(m);
}

static void rp_stop(void *priv)
{
	struct model *m = priv;

	BUG_ON(m->doing != START && m->doing != STOP);
	memset(m->rp_has, 0, sizeof(m->rp_has));
	memset(m->rp_rx, 0, sizeof(m->rp_rx));
	memset(m->rp_tx, 0, sizeof(m->rp_tx));
}

/* Nobody sends with it any more, and the device has been told */
static void rp_drop(void *priv, unsigned int set)
{
	struct model *m = priv;

	BUG_ON(m->doing != REFRESH || m->bad || m->rp_tx[set] || !m->rp_tx[!set]);
	for (int i = 0; i < SUBS; i++)
		BUG_ON((i & 1) == set && m->keys[i].maybe);
	m->rp_has[set] = false;
	m->rp_rx[set] = false;
}

/*
 * The user
 */

static const struct pci_ide_km_ops ops = {
	.request = request,
	.rp_program = rp_program,
	.rp_go_rx = rp_go_rx,
	.rp_go_tx = rp_go_tx,
	.rp_drop = rp_drop,
	.rp_stop = rp_stop,
};

/* Both ends use this set and no other */
static void expect_up(const struct model *m, unsigned int set)
{
	BUG_ON(!m->km.up || m->km.set != set);
	BUG_ON(!all(m, set, false, true) || !all(m, set, true, true));
	BUG_ON(!m->rp_rx[set] || !m->rp_tx[set] || m->rp_has[!set]);
	for (int i = 0; i < SUBS; i++)
		BUG_ON((i & 1) != set && m->keys[i].maybe);
}

/* No end has keys, as far as the device answered when it was asked to stop */
static void expect_down(const struct model *m)
{
	BUG_ON(m->km.up || m->km.touched || m->km.set);
	for (int set = 0; set < 2; set++)
		BUG_ON(m->rp_has[set] || m->rp_rx[set] || m->rp_tx[set]);
	for (int i = 0; i < SUBS; i++)
		BUG_ON(m->keys[i].maybe && !m->deaf);
}

static void stop(struct model *m)
{
	m->doing = STOP;
	m->deaf = false;
	pci_ide_km_stop(&m->km);
	expect_down(m);
	/* With the session, keys of a device that does not answer are gone too */
	memset(m->keys, 0, sizeof(m->keys));
}

static void start(struct model *m)
{
	bool was_up = m->km.up;
	unsigned int before = m->requests;
	int rc = pci_ide_km_start(&m->km);

	if (was_up) {
		BUG_ON(rc != -EALREADY || m->requests != before);
		return;
	}
	if (!rc) {
		BUG_ON(m->bad);
		expect_up(m, 0);
		return;
	}
	BUG_ON(!m->bad && rc != -ENOMEM);
	expect_down(m);
	memset(m->keys, 0, sizeof(m->keys));
}

static void refresh(struct model *m)
{
	unsigned int set = m->km.set, before = m->requests;
	bool was_up = m->km.up;
	int rc = pci_ide_km_refresh(&m->km);

	if (!was_up) {
		BUG_ON(rc != -ENOTCONN || m->requests != before);
	} else if (!rc) {
		BUG_ON(m->bad);
		expect_up(m, !set);
	} else {
		BUG_ON(!m->bad && rc != -ENOMEM);
		stop(m);
	}
}

/* Blocks of streams, again and with nothing clever: how many registers there must be */
static size_t registers(const u8 *regs, size_t nr, const struct pci_ide_km_info *info)
{
	size_t pos = 2 + 2 * info->links;

	BUG_ON(info->links > 8 || info->streams > 256);
	for (unsigned int i = 0; i < info->streams; i++) {
		BUG_ON(pos >= nr);
		pos += 5 + 3 * (regs[4 * pos] & 15);
	}
	return pos;
}

static void query(struct model *m)
{
	struct pci_ide_km_info info;
	int rc;

	memset(&info, GUARD, sizeof(info));
	rc = pci_ide_km_query(&m->km, &info);
	if (rc)
		BUG_ON(memchr_inv(&info, GUARD, sizeof(info)));
	else
		BUG_ON(!info.streams || !(info.cap & 0x40) || info.max_port < m->km.port);
}

/* In memory of exactly its size: what is read beyond is seen */
static void decode(struct model *m)
{
	struct ide_km_key_id id = { m->km.stream_id, feed8(&m->f), m->km.port };
	u8 op = feed8(&m->f) & 1 ? IDE_KM_KP_ACK : IDE_KM_GOSTOP_ACK;
	u8 good[IDE_KM_SHORT_LEN] = { 0, op, 0, 0, id.stream_id, 0, id.key_sub, id.port };
	struct pci_ide_km_info info;
	size_t len = m->f.left;
	u8 *msg = kmemdup(m->f.pos, len, GFP_KERNEL);

	if (!msg)
		return;
	BUG_ON(!ide_km_decode_ack(msg, len, op, &id) != is_good(msg, len, good));
	memset(&info, GUARD, sizeof(info));
	if (ide_km_decode_query(msg, len, m->km.port, &info)) {
		BUG_ON(memchr_inv(&info, GUARD, sizeof(info)));
	} else {
		BUG_ON(len < 16 || len > IDE_KM_MSG_MAX || len % 4 || msg[0] || msg[1] != 1);
		BUG_ON(msg[3] != m->km.port || msg[7] < msg[3] || info.devfn != msg[4]);
		BUG_ON(registers(msg + 8, len / 4 - 2, &info) > len / 4 - 2);
	}
	kfree(msg);
	m->f.left = 0;
}

/* Only the keys, in a set that is not in use */
static void program(struct model *m)
{
	struct ide_km_secrets *s = kmalloc(sizeof(*s), GFP_KERNEL);
	int rc;

	if (!s)
		return;
	memset(s, GUARD, sizeof(*s));
	rc = ide_km_program(&m->km, m->km.up ? !m->km.set : 0, s);
	BUG_ON(!rc != !m->bad);
	BUG_ON(memchr_inv(s, 0, sizeof(*s)));
	kfree(s);
	stop(m);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const steps[])(struct model *m) = {
		[QUERY] = query, [START] = start, [REFRESH] = refresh, [STOP] = stop,
		[PROGRAM] = program, [DECODE] = decode,
	};
	struct model m = { .f = { data, size } };

	now = &m;
	shim_freed = freed;
	m.km.ops = &ops;
	m.km.priv = &m;
	m.km.stream_id = feed8(&m.f);
	m.km.port = feed8(&m.f);
	shim_fail_nth = feed8(&m.f) % 16;
	for (int i = 0; i < STEPS_MAX && m.f.left; i++) {
		m.doing = feed8(&m.f) % DOINGS;
		m.bad = false;
		m.deaf = false;
		steps[m.doing](&m);
		BUG_ON(m.secrets);
	}
	shim_fail_nth = 0;
	stop(&m);
	now = NULL;
	return 0;
}
