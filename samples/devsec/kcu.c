// SPDX-License-Identifier: GPL-2.0
/*
 * A Key Configuration Unit for each emulated host bridge: registers by which
 * software gives the root ports their IDE keys, as on platforms whose firmware
 * does not. All root ports of the bridge share its streams and key slots; which
 * port has a stream is told by the stream id in its register blocks.
 *
 * What is primed here becomes the key state of the port (ide-keys.c): received
 * with at once, sent with when it is selected. What the guide leaves open is
 * refused: keys that are not whole, counters that do not begin with 1.
 *
 * Intel, Root Complex IDE Key Configuration Unit Software Programming Guide. Tx is
 * what the root port sends.
 */
#include <linux/bitfield.h>
#include <linux/debugfs.h>
#include <linux/module.h>
#include <linux/pci-ide-kcu.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <linux/unaligned.h>

#include "devsec.h"

/* Capability: all counts are less one */
#define KCU_CAP			0x00
#define KCU_CAP_STREAMS		GENMASK(7, 0)
#define KCU_CAP_TX_SLOTS	GENMASK(19, 10)
#define KCU_CAP_RX_SLOTS	GENMASK(29, 20)

/* Registers of the streams, and what a stream has */
#define KCU_STREAMS		0x04
#define KCU_STREAM_SIZE		0x24
#define KCU_CTL			0x00
#define KCU_CTL_ENABLE		BIT(0)
#define KCU_CTL_ID		GENMASK(31, 24)
#define KCU_TX_CTL		0x04
#define KCU_TX_CTL_SELECT	GENMASK(1, 0)	/* BIT(0) key set 0, BIT(1) key set 1 */
#define KCU_TX_STS		0x08
#define KCU_RX_CTL		0x0c
#define KCU_RX_STS		0x10
#define KCU_CTL_PRIME(set)	BIT(8 + 8 * (set))
#define KCU_STS_READY(set)	BIT(8 + (set))
#define KCU_TX_SLOTS(set)	(0x14 + 4 * (set))
#define KCU_RX_SLOTS(set)	(0x1c + 4 * (set))
#define KCU_SLOT(map, sub)	((map) >> (10 * (sub)) & 0x3ff)

#define KCU_KEY_DW		(DEVSEC_KEY_SIZE / 4)
#define KCU_IV_DW		2

static bool kcu = true;
module_param(kcu, bool, 0444);
MODULE_PARM_DESC(kcu, "Root ports have a Key Configuration Unit (default on)");

static unsigned int kcu_streams = 64;
module_param(kcu_streams, uint, 0444);
MODULE_PARM_DESC(kcu_streams, "Streams of a Key Configuration Unit, each with six key slots for either direction (1 to 128, default 64)");

/**
 * struct devsec_kcu_slot - a key slot and its initial counter
 * @dw: the key, last dword of the wire first; then the counter, low half first
 * @written: which dwords of the key were written
 */
struct devsec_kcu_slot {
	u32 dw[KCU_KEY_DW + KCU_IV_DW];
	u8 written;
};

/**
 * struct devsec_kcu_stream - the registers of a stream, and what follows from them
 * @ctl: Control
 * @dir_ctl: Tx and Rx Control
 * @slots: slots of each key set
 * @ready: the key set was primed, @keys has it
 * @sending: the key set that is sent with, as in Tx Control
 * @keys: what was in the slots when it was primed
 * @port: the root port that has these keys, or NULL
 * @block: its register block
 */
struct devsec_kcu_stream {
	u32 ctl;
	u32 dir_ctl[DEVSEC_KEY_DIRS];
	u32 slots[DEVSEC_KEY_DIRS][DEVSEC_KEY_SETS];
	bool ready[DEVSEC_KEY_DIRS][DEVSEC_KEY_SETS];
	u8 sending;
	u8 keys[DEVSEC_KEY_DIRS][DEVSEC_KEY_SETS][DEVSEC_KEY_SUBS][DEVSEC_KEY_SIZE];
	struct devsec_fn *port;
	struct devsec_block *block;
};

/**
 * struct devsec_kcu - the unit of a host bridge; protected by the host's lock
 * @host: the host bridge
 * @unit: as the kernel knows it, or NULL
 * @stuck: fault: nothing becomes ready
 * @nr_streams: number of streams
 * @nr_slots: number of slots for either direction
 * @streams: registers of streams
 * @slots: key slots
 */
struct devsec_kcu {
	struct devsec_host *host;
	struct pci_ide_kcu *unit;
	bool stuck;
	unsigned int nr_streams;
	unsigned int nr_slots;
	struct devsec_kcu_stream *streams;
	struct devsec_kcu_slot *slots[DEVSEC_KEY_DIRS];
};

int devsec_kcu_params(void)
{
	return !kcu_streams || kcu_streams > 128 ? -EINVAL : 0;
}

static u8 devsec_kcu_id(const struct devsec_kcu_stream *s)
{
	return FIELD_GET(KCU_CTL_ID, s->ctl);
}

/* The register block that a stream is for; sets *port. */
static struct devsec_block *devsec_kcu_target(struct devsec_kcu *unit,
					      const struct devsec_kcu_stream *s,
					      struct devsec_fn **port)
{
	struct devsec_block *block;
	struct devsec_fn *fn;

	if (!(s->ctl & KCU_CTL_ENABLE))
		return NULL;

	list_for_each_entry(fn, &unit->host->roots, level) {
		block = fn->kind == DEVSEC_ROOT_PORT && fn->ide ?
			devsec_ide_block_of(fn->ide, devsec_kcu_id(s)) : NULL;
		if (block) {
			*port = fn;
			return block;
		}
	}
	return NULL;
}

static void devsec_kcu_give(struct devsec_kcu_stream *s, struct devsec_key_at at)
{
	enum devsec_key_state state = DEVSEC_KEY_PROGRAMMED;

	if (!s->ready[at.dir][at.set])
		state = DEVSEC_KEY_NONE;
	else if (at.dir == DEVSEC_KEY_RX || s->sending & BIT(at.set))
		state = DEVSEC_KEY_IN_USE;
	devsec_key_set(s->block, at, state,
		       state == DEVSEC_KEY_NONE ? NULL : s->keys[at.dir][at.set][at.sub]);
}

/* Something changed: the keys of the root port follow. */
static void devsec_kcu_feed(struct devsec_kcu *unit, struct devsec_kcu_stream *s)
{
	struct devsec_fn *port = NULL;
	struct devsec_block *block = devsec_kcu_target(unit, s, &port);
	struct devsec_key_at at;

	if (s->block && s->block != block) {
		devsec_keys_wipe(s->block);
		devsec_ide_settle(s->port);
		s->block = NULL;
	}
	/* Who has keys from somewhere else keeps them */
	if (!block || (!s->block && devsec_keys_held(block)))
		return;

	s->block = block;
	s->port = port;
	block->key_id = devsec_kcu_id(s);
	for (at.set = 0; at.set < DEVSEC_KEY_SETS; at.set++) {
		for (at.dir = 0; at.dir < DEVSEC_KEY_DIRS; at.dir++) {
			for (at.sub = 0; at.sub < DEVSEC_KEY_SUBS; at.sub++)
				devsec_kcu_give(s, at);
		}
	}
	devsec_ide_settle(port);
}

/* Registers of a root port were written: a stream id may have come, gone or moved. */
void devsec_kcu_port_written(struct devsec_fn *port)
{
	struct devsec_kcu *unit = port->host->kcu;

	if (!unit || port->kind != DEVSEC_ROOT_PORT)
		return;

	for (unsigned int i = 0; i < unit->nr_streams; i++) {
		struct devsec_kcu_stream *s = &unit->streams[i];

		if (s->ctl & KCU_CTL_ENABLE &&
		    (!s->block || (s->port == port &&
		     devsec_ide_block_of(port->ide, devsec_kcu_id(s)) != s->block)))
			devsec_kcu_feed(unit, s);
	}
}

/* A key as it was written, or false: not all of it, an empty one, a wrong counter. */
static bool devsec_kcu_slot_key(const struct devsec_kcu_slot *slot, u8 *key)
{
	const u32 *iv = slot->dw + KCU_KEY_DW;

	if (slot->written != BIT(KCU_KEY_DW) - 1 ||
	    !memchr_inv(slot->dw, 0, DEVSEC_KEY_SIZE) || iv[0] != 1 || iv[1])
		return false;

	for (unsigned int i = 0; i < KCU_KEY_DW; i++)
		put_unaligned_be32(slot->dw[KCU_KEY_DW - 1 - i], key + 4 * i);
	return true;
}

static void devsec_kcu_unprime(struct devsec_kcu_stream *s, unsigned int dir, unsigned int set)
{
	s->ready[dir][set] = false;
	memzero_explicit(s->keys[dir][set], sizeof(s->keys[dir][set]));
	if (dir == DEVSEC_KEY_TX)
		s->sending &= ~BIT(set);
}

static void devsec_kcu_prime(struct devsec_kcu *unit, struct devsec_kcu_stream *s,
			     unsigned int dir, unsigned int set)
{
	if (unit->stuck)
		return;

	for (unsigned int sub = 0; sub < DEVSEC_KEY_SUBS; sub++) {
		unsigned int slot = KCU_SLOT(s->slots[dir][set], sub);

		if (slot >= unit->nr_slots ||
		    !devsec_kcu_slot_key(&unit->slots[dir][slot], s->keys[dir][set][sub])) {
			devsec_kcu_unprime(s, dir, set);
			return;
		}
	}
	s->ready[dir][set] = true;
}

/* Tx or Rx Control. A key set goes with its bit, and comes anew with the next one. */
static void devsec_kcu_set_dir(struct devsec_kcu *unit, struct devsec_kcu_stream *s,
			       unsigned int dir, u32 val)
{
	u32 was = s->dir_ctl[dir];

	s->dir_ctl[dir] = val & (KCU_CTL_PRIME(0) | KCU_CTL_PRIME(1) |
				 (dir == DEVSEC_KEY_TX ? KCU_TX_CTL_SELECT : 0));
	for (unsigned int set = 0; set < DEVSEC_KEY_SETS; set++) {
		if (!(val & KCU_CTL_PRIME(set)))
			devsec_kcu_unprime(s, dir, set);
		else if (!(was & KCU_CTL_PRIME(set)))
			devsec_kcu_prime(unit, s, dir, set);
	}
	if (dir != DEVSEC_KEY_TX)
		return;

	/* Neither both sets, nor one that has no keys: then it stays as it was */
	val &= KCU_TX_CTL_SELECT;
	if (!val || (val == BIT(0) && s->ready[dir][0]) || (val == BIT(1) && s->ready[dir][1]))
		s->sending = val;
}

static bool devsec_kcu_id_taken(const struct devsec_kcu *unit, const struct devsec_kcu_stream *s,
				u8 id)
{
	for (unsigned int i = 0; i < unit->nr_streams; i++) {
		const struct devsec_kcu_stream *other = &unit->streams[i];

		if (other != s && other->ctl & KCU_CTL_ENABLE && devsec_kcu_id(other) == id)
			return true;
	}
	return false;
}

/* Control. The id of a stream that is on does not change, nor can two have one. */
static void devsec_kcu_set_ctl(struct devsec_kcu *unit, struct devsec_kcu_stream *s, u32 val)
{
	val &= KCU_CTL_ENABLE | KCU_CTL_ID;
	if (val & KCU_CTL_ENABLE) {
		if (s->ctl & KCU_CTL_ENABLE)
			return;
		if (devsec_kcu_id_taken(unit, s, FIELD_GET(KCU_CTL_ID, val)))
			val &= ~KCU_CTL_ENABLE;
	}
	s->ctl = val;
}

static void devsec_kcu_stream_write(struct devsec_kcu *unit, struct devsec_kcu_stream *s,
				    u32 reg, u32 val)
{
	switch (reg) {
	case KCU_CTL:
		devsec_kcu_set_ctl(unit, s, val);
		break;
	case KCU_TX_CTL:
		devsec_kcu_set_dir(unit, s, DEVSEC_KEY_TX, val);
		break;
	case KCU_RX_CTL:
		devsec_kcu_set_dir(unit, s, DEVSEC_KEY_RX, val);
		break;
	case KCU_TX_SLOTS(0):
	case KCU_TX_SLOTS(1):
		s->slots[DEVSEC_KEY_TX][(reg - KCU_TX_SLOTS(0)) / 4] = val & GENMASK(29, 0);
		return;
	case KCU_RX_SLOTS(0):
	case KCU_RX_SLOTS(1):
		s->slots[DEVSEC_KEY_RX][(reg - KCU_RX_SLOTS(0)) / 4] = val & GENMASK(29, 0);
		return;
	default:
		return;
	}
	devsec_kcu_feed(unit, s);
}

static u32 devsec_kcu_status(const struct devsec_kcu_stream *s, unsigned int dir)
{
	return (s->ready[dir][0] ? KCU_STS_READY(0) : 0) |
	       (s->ready[dir][1] ? KCU_STS_READY(1) : 0);
}

/* The key set that came last in each sub-stream: what the other end sends with. */
static u32 devsec_kcu_received(const struct devsec_kcu_stream *s)
{
	const struct devsec_block *far;
	u32 val = 0;

	if (!s->block)
		return 0;

	far = devsec_ide_far_end(s->port->ide, s->block);
	for (unsigned int sub = 0; far && sub < DEVSEC_KEY_SUBS; sub++)
		val |= (u32)far->tx_set[sub] << (2 * sub);
	return val;
}

static u32 devsec_kcu_stream_read(const struct devsec_kcu_stream *s, u32 reg)
{
	switch (reg) {
	case KCU_CTL:
		return s->ctl;
	case KCU_TX_CTL:
		return s->dir_ctl[DEVSEC_KEY_TX];
	case KCU_TX_STS:
		return devsec_kcu_status(s, DEVSEC_KEY_TX) | s->sending;
	case KCU_RX_CTL:
		return s->dir_ctl[DEVSEC_KEY_RX];
	case KCU_RX_STS:
		return devsec_kcu_status(s, DEVSEC_KEY_RX) | devsec_kcu_received(s);
	case KCU_TX_SLOTS(0):
	case KCU_TX_SLOTS(1):
		return s->slots[DEVSEC_KEY_TX][(reg - KCU_TX_SLOTS(0)) / 4];
	case KCU_RX_SLOTS(0):
	case KCU_RX_SLOTS(1):
		return s->slots[DEVSEC_KEY_RX][(reg - KCU_RX_SLOTS(0)) / 4];
	default:
		return 0;
	}
}

/* Which stream is at @offset, and which register of it? */
static struct devsec_kcu_stream *devsec_kcu_stream_at(struct devsec_kcu *unit, u32 offset, u32 *reg)
{
	if (offset < KCU_STREAMS || offset % 4)
		return NULL;

	offset -= KCU_STREAMS;
	*reg = offset % KCU_STREAM_SIZE;
	return offset / KCU_STREAM_SIZE < unit->nr_streams ?
	       &unit->streams[offset / KCU_STREAM_SIZE] : NULL;
}

/* Which slot, and which dword of it? Tx keys, Tx counters, Rx keys, Rx counters. */
static struct devsec_kcu_slot *devsec_kcu_slot_at(struct devsec_kcu *unit, u32 offset,
						  unsigned int *dw)
{
	static const enum devsec_key_dir dirs[] = { DEVSEC_KEY_TX, DEVSEC_KEY_RX };
	unsigned int i = offset / 4, first = (KCU_STREAMS + unit->nr_streams * KCU_STREAM_SIZE) / 4;

	if (offset % 4 || i < first)
		return NULL;

	i -= first;
	for (unsigned int d = 0; d < ARRAY_SIZE(dirs); d++) {
		struct devsec_kcu_slot *slots = unit->slots[dirs[d]];

		*dw = i % KCU_KEY_DW;
		if (i / KCU_KEY_DW < unit->nr_slots)
			return &slots[i / KCU_KEY_DW];
		i -= unit->nr_slots * KCU_KEY_DW;
		*dw = KCU_KEY_DW + i % KCU_IV_DW;
		if (i / KCU_IV_DW < unit->nr_slots)
			return &slots[i / KCU_IV_DW];
		i -= unit->nr_slots * KCU_IV_DW;
	}
	return NULL;
}

/* Keys are not given back: they read as 0, as does what is not there. */
static u32 devsec_kcu_read32(void *priv, u32 offset)
{
	struct devsec_kcu_stream *s;
	struct devsec_kcu_slot *slot;
	struct devsec_kcu *unit = priv;
	unsigned int dw;
	u32 reg;

	guard(raw_spinlock_irqsave)(&unit->host->lock);
	if (offset == KCU_CAP)
		return FIELD_PREP(KCU_CAP_STREAMS, unit->nr_streams - 1) |
		       FIELD_PREP(KCU_CAP_TX_SLOTS, unit->nr_slots - 1) |
		       FIELD_PREP(KCU_CAP_RX_SLOTS, unit->nr_slots - 1);
	s = devsec_kcu_stream_at(unit, offset, &reg);
	if (s)
		return devsec_kcu_stream_read(s, reg);
	slot = devsec_kcu_slot_at(unit, offset, &dw);
	return slot && dw >= KCU_KEY_DW ? slot->dw[dw] : 0;
}

static void devsec_kcu_write32(void *priv, u32 offset, u32 val)
{
	struct devsec_kcu_stream *s;
	struct devsec_kcu_slot *slot;
	struct devsec_kcu *unit = priv;
	unsigned int dw;
	u32 reg;

	guard(raw_spinlock_irqsave)(&unit->host->lock);
	s = devsec_kcu_stream_at(unit, offset, &reg);
	if (s) {
		devsec_kcu_stream_write(unit, s, reg, val);
		return;
	}
	slot = devsec_kcu_slot_at(unit, offset, &dw);
	if (!slot)
		return;
	slot->dw[dw] = val;
	if (dw < KCU_KEY_DW)
		slot->written |= BIT(dw);
}

static const struct pci_ide_kcu_io devsec_kcu_io = {
	.read32 = devsec_kcu_read32,
	.write32 = devsec_kcu_write32,
};

/* Fault. Returns false if there is no unit. */
bool devsec_kcu_stuck(struct devsec_host *host, bool stuck)
{
	if (!host->kcu)
		return false;
	host->kcu->stuck = stuck;
	return true;
}

/* What should be none when nobody uses it any more: keys in slots, streams that are on. */
unsigned int devsec_kcu_leaks(const struct devsec_host *host)
{
	const struct devsec_kcu *unit = host->kcu;
	unsigned int n = 0;

	for (unsigned int i = 0; unit && i < unit->nr_streams; i++)
		n += unit->streams[i].ctl & KCU_CTL_ENABLE;
	for (unsigned int i = 0; unit && i < unit->nr_slots; i++) {
		for (unsigned int dir = 0; dir < DEVSEC_KEY_DIRS; dir++)
			n += !!memchr_inv(unit->slots[dir][i].dw, 0, DEVSEC_KEY_SIZE);
	}
	return n;
}

/* The registers in debugfs, a dword at a time, for tests without a driver. */
static ssize_t devsec_kcu_file_read(struct file *file, char __user *buf, size_t len, loff_t *pos)
{
	u32 val;

	if (len != sizeof(val) || *pos < 0 || *pos > U32_MAX)
		return -EINVAL;

	val = devsec_kcu_read32(file->private_data, *pos);
	return copy_to_user(buf, &val, sizeof(val)) ? -EFAULT : sizeof(val);
}

static ssize_t devsec_kcu_file_write(struct file *file, const char __user *buf, size_t len,
				     loff_t *pos)
{
	u32 val;

	if (len != sizeof(val) || *pos < 0 || *pos > U32_MAX)
		return -EINVAL;
	if (copy_from_user(&val, buf, sizeof(val)))
		return -EFAULT;

	devsec_kcu_write32(file->private_data, *pos, val);
	return sizeof(val);
}

static const struct file_operations devsec_kcu_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.read = devsec_kcu_file_read,
	.write = devsec_kcu_file_write,
};

void devsec_kcu_debugfs(struct devsec_host *host, struct dentry *dir)
{
	char name[16];

	if (!host->kcu)
		return;
	snprintf(name, sizeof(name), "kcu-%04x", host->domain);
	debugfs_create_file(name, 0600, dir, host->kcu, &devsec_kcu_fops);
}

/* The kernel may have no use for it; then it is there for debugfs only. */
static int devsec_kcu_announce(struct devsec_kcu *unit)
{
	struct pci_ide_kcu_port *ports __free(kfree) = NULL;
	struct devsec_fn *fn;
	unsigned int n = 0;

	if (!IS_REACHABLE(CONFIG_PCI_IDE_KCU))
		return 0;

	ports = kcalloc(unit->host->nr_ports, sizeof(*ports), GFP_KERNEL);
	if (!ports)
		return -ENOMEM;
	list_for_each_entry(fn, &unit->host->roots, level) {
		if (fn->kind == DEVSEC_ROOT_PORT)
			ports[n++] = (struct pci_ide_kcu_port){
				.segment = unit->host->domain,
				.devfn = fn->devfn,
			};
	}
	unit->unit = pci_ide_kcu_register(&devsec_kcu_io, unit, ports, n);
	return PTR_ERR_OR_ZERO(unit->unit);
}

static void devsec_kcu_free(struct devsec_kcu *unit)
{
	for (unsigned int dir = 0; dir < DEVSEC_KEY_DIRS; dir++)
		kvfree_sensitive(unit->slots[dir], unit->nr_slots * sizeof(*unit->slots[dir]));
	kvfree_sensitive(unit->streams, unit->nr_streams * sizeof(*unit->streams));
	kfree(unit);
}

/* The root ports are there, and their devices are not known to the kernel yet. */
int devsec_kcu_add(struct devsec_host *host)
{
	struct devsec_kcu *unit;
	int rc = -ENOMEM;

	if (!kcu || !host->nr_ports)
		return 0;

	unit = kzalloc(sizeof(*unit), GFP_KERNEL);
	if (!unit)
		return -ENOMEM;

	unit->host = host;
	unit->nr_streams = kcu_streams;
	unit->nr_slots = kcu_streams * DEVSEC_KEY_SETS * DEVSEC_KEY_SUBS;
	unit->streams = kvcalloc(unit->nr_streams, sizeof(*unit->streams), GFP_KERNEL);
	for (unsigned int dir = 0; dir < DEVSEC_KEY_DIRS; dir++)
		unit->slots[dir] = kvcalloc(unit->nr_slots, sizeof(*unit->slots[dir]), GFP_KERNEL);
	if (unit->streams && unit->slots[DEVSEC_KEY_RX] && unit->slots[DEVSEC_KEY_TX])
		rc = devsec_kcu_announce(unit);
	if (rc) {
		devsec_kcu_free(unit);
		return rc;
	}
	host->kcu = unit;
	return 0;
}

/* The devices are gone. */
void devsec_kcu_remove(struct devsec_host *host)
{
	struct devsec_kcu *unit = host->kcu;

	if (!unit)
		return;

	if (IS_REACHABLE(CONFIG_PCI_IDE_KCU))
		pci_ide_kcu_unregister(unit->unit);
	host->kcu = NULL;
	devsec_kcu_free(unit);
}
