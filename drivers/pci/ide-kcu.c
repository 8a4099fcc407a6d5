// SPDX-License-Identifier: GPL-2.0
/*
 * Key Configuration Units: streams and key slots of a unit, which the root ports
 * that it serves share, and the steps from keys to a stream that uses them.
 *
 * Intel, Root Complex IDE Key Configuration Unit Software Programming Guide. As
 * in there, Tx is what the root port sends. Who finds a unit registers it
 * (ide-keyp.c, devsec_bus); where keys come from is the business of whoever has
 * a stream. No register is traced: keys go through them.
 */
#define pr_fmt(fmt) "PCI/IDE: KCU: " fmt

#include <linux/bitmap.h>
#include <linux/cleanup.h>
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/export.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/pci.h>
#include <linux/pci-ide-kcu.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/unaligned.h>

#include "ide-kcu.h"

#define KCU_STREAMS_MAX		256
#define KCU_SLOTS_MAX		1024
#define KCU_PORTS_MAX		1024
#define KCU_SETS		2

/* A set of keys is ready soon after it was primed, or never */
#define KCU_POLL_US		100
#define KCU_POLLS		200

enum kcu_dir {
	KCU_TX,
	KCU_RX,
	KCU_DIRS,
};

/**
 * struct kcu_set - one of the two sets of keys of a stream
 * @slots: slot of each sub-stream, by direction; as long as there is the stream
 * @written: there may be keys in them
 * @ready: there are, and the hardware has them
 */
struct kcu_set {
	u16 slots[KCU_DIRS][PCI_IDE_SUB_STREAMS];
	bool written;
	bool ready;
};

/**
 * struct pci_ide_kcu_stream - a stream of a unit
 * @kcu: the unit, referenced
 * @node: in the unit's list; protected by its lock, as all that follows
 * @block: its block of registers, from 0
 * @id: stream ID
 * @enabled: it is switched on
 * @ctl: what is in Tx and Rx Control
 * @sets: keys
 */
struct pci_ide_kcu_stream {
	struct pci_ide_kcu *kcu;
	struct list_head node;
	unsigned int block;
	u8 id;
	bool enabled;
	u32 ctl[KCU_DIRS];
	struct kcu_set sets[KCU_SETS];
};

/**
 * struct pci_ide_kcu - a unit
 * @ref: one is the registrar's, one is each stream's
 * @node: in the list of units
 * @lock: protects what follows; held over the registers, so that a unit that
 *	is unregistered is not used any more
 * @io: how to reach the registers, NULL once it is unregistered
 * @priv: first argument of @io
 * @layout: where the registers are
 * @streams: all that have a block
 * @blocks: blocks in use
 * @slots: slots in use, by direction
 * @nr_ports: number of @ports
 * @ports: the root ports
 */
struct pci_ide_kcu {
	struct kref ref;
	struct list_head node;
	struct mutex lock;	/* protects what follows, and the registers */
	const struct pci_ide_kcu_io *io;
	void *priv;
	struct kcu_layout layout;
	struct list_head streams;
	DECLARE_BITMAP(blocks, KCU_STREAMS_MAX);
	DECLARE_BITMAP(slots[KCU_DIRS], KCU_SLOTS_MAX);
	unsigned int nr_ports;
	struct pci_ide_kcu_port ports[] __counted_by(nr_ports);
};

/* Protects the list of units; outside of a unit's lock */
static DEFINE_MUTEX(kcu_list_lock);
static LIST_HEAD(kcu_list);

/**
 * kcu_parse() - where the registers of a unit are
 * @cap: its Capability Register
 *
 * Context: any.
 * Return: the layout.
 */
struct kcu_layout kcu_parse(u32 cap)
{
	struct kcu_layout l = {
		.streams = (cap & KCU_CAP_STREAMS) + 1,
		.tx_slots = (cap >> KCU_CAP_TX_SHIFT & KCU_CAP_SLOTS) + 1,
		.rx_slots = (cap >> KCU_CAP_RX_SHIFT & KCU_CAP_SLOTS) + 1,
	};

	l.tx_keys = KCU_BLOCKS + l.streams * KCU_BLOCK_SIZE;
	l.tx_ivs = l.tx_keys + l.tx_slots * PCI_IDE_KEY_SIZE;
	l.rx_keys = l.tx_ivs + l.tx_slots * KCU_IV_SIZE;
	l.rx_ivs = l.rx_keys + l.rx_slots * PCI_IDE_KEY_SIZE;
	l.size = l.rx_ivs + l.rx_slots * KCU_IV_SIZE;
	return l;
}

static u32 kcu_read(struct pci_ide_kcu *kcu, unsigned int block, u32 reg)
{
	return kcu->io->read32(kcu->priv, KCU_BLOCKS + block * KCU_BLOCK_SIZE + reg);
}

static void kcu_write(struct pci_ide_kcu *kcu, unsigned int block, u32 reg, u32 val)
{
	kcu->io->write32(kcu->priv, KCU_BLOCKS + block * KCU_BLOCK_SIZE + reg, val);
}

static u32 ctl_reg(enum kcu_dir dir)
{
	return dir == KCU_TX ? KCU_TX_CTL : KCU_RX_CTL;
}

static u32 status_reg(enum kcu_dir dir)
{
	return dir == KCU_TX ? KCU_TX_STS : KCU_RX_STS;
}

static u32 set_reg(enum kcu_dir dir, unsigned int set)
{
	return (dir == KCU_TX ? KCU_TX_SET0 : KCU_RX_SET0) + 4 * set;
}

static u32 prime_bit(unsigned int set)
{
	return KCU_PRIME0 << (8 * set);
}

/* The last dword that travels is the first of the slot; an empty key is all zero */
static void write_slot(struct pci_ide_kcu *kcu, enum kcu_dir dir, u16 slot, const u8 *key,
		       u64 ifv)
{
	const struct kcu_layout *l = &kcu->layout;
	u32 keys = (dir == KCU_TX ? l->tx_keys : l->rx_keys) + slot * PCI_IDE_KEY_SIZE;
	u32 iv = (dir == KCU_TX ? l->tx_ivs : l->rx_ivs) + slot * KCU_IV_SIZE;

	for (int i = 0; i < PCI_IDE_KEY_SIZE / 4; i++)
		kcu->io->write32(kcu->priv, keys + 4 * i,
				 key ? get_unaligned_be32(key + PCI_IDE_KEY_SIZE - 4 - 4 * i) : 0);
	kcu->io->write32(kcu->priv, iv, lower_32_bits(ifv));
	kcu->io->write32(kcu->priv, iv + 4, upper_32_bits(ifv));
}

static bool take_slots(struct pci_ide_kcu *kcu, struct kcu_set *set, enum kcu_dir dir)
{
	unsigned int nr = dir == KCU_TX ? kcu->layout.tx_slots : kcu->layout.rx_slots;

	for (int i = 0; i < PCI_IDE_SUB_STREAMS; i++) {
		unsigned long slot = find_first_zero_bit(kcu->slots[dir], nr);

		if (slot < nr) {
			__set_bit(slot, kcu->slots[dir]);
			set->slots[dir][i] = slot;
			continue;
		}
		while (i-- > 0)
			__clear_bit(set->slots[dir][i], kcu->slots[dir]);
		return false;
	}
	return true;
}

static void give_slots(struct pci_ide_kcu *kcu, struct kcu_set *set, enum kcu_dir dir)
{
	for (int i = 0; i < PCI_IDE_SUB_STREAMS; i++)
		__clear_bit(set->slots[dir][i], kcu->slots[dir]);
}

static bool take_set(struct pci_ide_kcu *kcu, struct kcu_set *set)
{
	if (!take_slots(kcu, set, KCU_TX))
		return false;
	if (take_slots(kcu, set, KCU_RX))
		return true;
	give_slots(kcu, set, KCU_TX);
	return false;
}

static void give_set(struct pci_ide_kcu *kcu, struct kcu_set *set)
{
	for (int dir = 0; dir < KCU_DIRS; dir++)
		give_slots(kcu, set, dir);
}

/* Both, at once: a stream that could not get new keys later would be lost then */
static bool take_sets(struct pci_ide_kcu *kcu, struct pci_ide_kcu_stream *stream)
{
	if (!take_set(kcu, &stream->sets[0]))
		return false;
	if (take_set(kcu, &stream->sets[1]))
		return true;
	give_set(kcu, &stream->sets[0]);
	return false;
}

static void write_control(struct pci_ide_kcu_stream *s, enum kcu_dir dir, u32 val)
{
	s->ctl[dir] = val;
	kcu_write(s->kcu, s->block, ctl_reg(dir), val);
}

/* No key of the set is left in the unit afterwards */
static void clear_set(struct pci_ide_kcu_stream *s, unsigned int nr)
{
	struct kcu_set *set = &s->sets[nr];

	if (!set->written)
		return;
	for (int dir = 0; dir < KCU_DIRS; dir++) {
		write_control(s, dir, s->ctl[dir] & ~prime_bit(nr));
		kcu_write(s->kcu, s->block, set_reg(dir, nr), 0);
		for (int i = 0; i < PCI_IDE_SUB_STREAMS; i++)
			write_slot(s->kcu, dir, set->slots[dir][i], NULL, 0);
	}
	set->written = false;
	set->ready = false;
}

static void stop_stream(struct pci_ide_kcu_stream *s)
{
	kcu_write(s->kcu, s->block, KCU_CTL, 0);
	s->enabled = false;
	for (int dir = 0; dir < KCU_DIRS; dir++)
		write_control(s, dir, 0);
	for (unsigned int set = 0; set < KCU_SETS; set++)
		clear_set(s, set);
}

static void write_set(struct pci_ide_kcu_stream *s, unsigned int nr, enum kcu_dir dir,
		      const u8 (*keys)[PCI_IDE_KEY_SIZE])
{
	const u16 *slots = s->sets[nr].slots[dir];
	u32 map = 0;

	s->sets[nr].written = true;
	for (int i = 0; i < PCI_IDE_SUB_STREAMS; i++) {
		write_slot(s->kcu, dir, slots[i], keys[i], PCI_IDE_IFV);
		map |= (u32)slots[i] << (KCU_SLOT_SHIFT * i);
	}
	kcu_write(s->kcu, s->block, set_reg(dir, nr), map);
	write_control(s, dir, s->ctl[dir] | prime_bit(nr));
}

static bool is_ready(struct pci_ide_kcu_stream *s, enum kcu_dir dir, unsigned int set)
{
	return kcu_read(s->kcu, s->block, status_reg(dir)) & KCU_READY0 << set;
}

static int wait_ready(struct pci_ide_kcu_stream *s, unsigned int set)
{
	for (int i = 0; i < KCU_POLLS; i++) {
		if (is_ready(s, KCU_TX, set) && is_ready(s, KCU_RX, set))
			return 0;
		usleep_range(KCU_POLL_US, 2 * KCU_POLL_US);
	}
	return -EIO;
}

static bool is_selected(struct pci_ide_kcu_stream *s, unsigned int set)
{
	return (s->ctl[KCU_TX] & KCU_SELECT) == KCU_SELECT0 << set;
}

/**
 * pci_ide_kcu_program() - put keys of a stream into its unit
 * @stream: the stream
 * @set: which of the two key sets; not the one that is in use
 * @keys: the root port's keys; the caller wipes them
 *
 * On failure the set is empty, and what is in use stays so.
 *
 * Context: process; sleeps.
 * Return: 0; -EINVAL no such set; -EBUSY it is in use; -EIO the unit does not take
 * the keys; -ENODEV it is gone.
 */
int pci_ide_kcu_program(struct pci_ide_kcu_stream *stream, unsigned int set,
			const struct pci_ide_keys *keys)
{
	struct pci_ide_kcu *kcu = stream->kcu;
	int rc;

	if (set >= KCU_SETS)
		return -EINVAL;

	guard(mutex)(&kcu->lock);
	if (!kcu->io)
		return -ENODEV;
	if (is_selected(stream, set))
		return -EBUSY;
	clear_set(stream, set);
	write_set(stream, set, KCU_TX, keys->tx);
	write_set(stream, set, KCU_RX, keys->rx);
	rc = wait_ready(stream, set);
	if (rc)
		clear_set(stream, set);
	else
		stream->sets[set].ready = true;
	return rc;
}
EXPORT_SYMBOL_GPL(pci_ide_kcu_program);

/* Under the unit's lock: is there a set to go with, and does the unit still have it? */
static int check_set(struct pci_ide_kcu_stream *s, unsigned int set, enum kcu_dir dir)
{
	if (set >= KCU_SETS)
		return -EINVAL;
	if (!s->kcu->io)
		return -ENODEV;
	if (!s->sets[set].ready)
		return -EINVAL;
	return is_ready(s, dir, set) ? 0 : -EIO;
}

/**
 * pci_ide_kcu_go_rx() - from now on the root port receives with a key set
 * @stream: the stream
 * @set: the key set, which was programmed
 *
 * A unit receives with either set once it is primed, as the TLP tells; this
 * makes sure that it does.
 *
 * Context: process; sleeps.
 * Return: 0; -EINVAL no such set, or it has no keys; -EIO the unit has lost
 * them; -ENODEV it is gone.
 */
int pci_ide_kcu_go_rx(struct pci_ide_kcu_stream *stream, unsigned int set)
{
	guard(mutex)(&stream->kcu->lock);
	return check_set(stream, set, KCU_RX);
}
EXPORT_SYMBOL_GPL(pci_ide_kcu_go_rx);

/**
 * pci_ide_kcu_go_tx() - from now on the root port sends with a key set
 * @stream: the stream
 * @set: the key set, which was programmed
 *
 * The first time, this switches the stream on in the unit. What makes it Secure
 * is in the root port's IDE capability.
 *
 * Context: process; sleeps.
 * Return: as pci_ide_kcu_go_rx().
 */
int pci_ide_kcu_go_tx(struct pci_ide_kcu_stream *stream, unsigned int set)
{
	struct pci_ide_kcu *kcu = stream->kcu;
	int rc;

	guard(mutex)(&kcu->lock);
	rc = check_set(stream, set, KCU_TX);
	if (rc)
		return rc;
	write_control(stream, KCU_TX, (stream->ctl[KCU_TX] & ~KCU_SELECT) | KCU_SELECT0 << set);
	if (!stream->enabled)
		kcu_write(kcu, stream->block, KCU_CTL,
			  KCU_CTL_ENABLE | (u32)stream->id << KCU_CTL_ID_SHIFT);
	stream->enabled = true;
	return 0;
}
EXPORT_SYMBOL_GPL(pci_ide_kcu_go_tx);

/**
 * pci_ide_kcu_drop() - clear a key set that is not used any more
 * @stream: the stream
 * @set: the key set; nothing happens to the one that is sent with
 *
 * The root port does not receive with it either from then on.
 *
 * Context: process; sleeps.
 */
void pci_ide_kcu_drop(struct pci_ide_kcu_stream *stream, unsigned int set)
{
	guard(mutex)(&stream->kcu->lock);
	if (stream->kcu->io && set < KCU_SETS && !is_selected(stream, set))
		clear_set(stream, set);
}
EXPORT_SYMBOL_GPL(pci_ide_kcu_drop);

/**
 * pci_ide_kcu_stop() - switch a stream off and clear its keys
 * @stream: the stream, in whatever state; it can be programmed again
 *
 * Context: process; sleeps.
 */
void pci_ide_kcu_stop(struct pci_ide_kcu_stream *stream)
{
	guard(mutex)(&stream->kcu->lock);
	if (stream->kcu->io)
		stop_stream(stream);
}
EXPORT_SYMBOL_GPL(pci_ide_kcu_stop);

static void kcu_release(struct kref *ref)
{
	kfree(container_of(ref, struct pci_ide_kcu, ref));
}

static void kcu_put(struct pci_ide_kcu *kcu)
{
	kref_put(&kcu->ref, kcu_release);
}

static bool is_port(const struct pci_ide_kcu_port *port, struct pci_dev *rp)
{
	return port->segment == pci_domain_nr(rp->bus) && port->bus == rp->bus->number &&
	       port->devfn == rp->devfn;
}

static struct pci_ide_kcu *find_kcu(struct pci_dev *rp)
{
	struct pci_ide_kcu *kcu;

	lockdep_assert_held(&kcu_list_lock);
	list_for_each_entry(kcu, &kcu_list, node)
		for (unsigned int i = 0; i < kcu->nr_ports; i++)
			if (is_port(&kcu->ports[i], rp))
				return kcu;
	return NULL;
}

/**
 * pci_ide_kcu_serves() - is there a unit for the keys of a root port?
 * @rp: the root port
 *
 * Context: process; sleeps.
 * Return: true if there is.
 */
bool pci_ide_kcu_serves(struct pci_dev *rp)
{
	guard(mutex)(&kcu_list_lock);
	return find_kcu(rp);
}
EXPORT_SYMBOL_GPL(pci_ide_kcu_serves);

static int stream_add(struct pci_ide_kcu *kcu, struct pci_ide_kcu_stream *stream)
{
	struct pci_ide_kcu_stream *other;
	unsigned long block;

	guard(mutex)(&kcu->lock);
	/* The unit tells streams apart by ID, whichever of its root ports they are of */
	list_for_each_entry(other, &kcu->streams, node)
		if (other->id == stream->id)
			return -EEXIST;
	block = find_first_zero_bit(kcu->blocks, kcu->layout.streams);
	if (block >= kcu->layout.streams || !take_sets(kcu, stream))
		return -ENOSPC;
	__set_bit(block, kcu->blocks);
	stream->block = block;
	list_add_tail(&stream->node, &kcu->streams);
	return 0;
}

/**
 * pci_ide_kcu_stream_get() - a stream of the unit that serves a root port
 * @rp: the root port
 * @stream_id: stream ID
 *
 * Context: process; sleeps.
 * Return: the stream, without keys, until pci_ide_kcu_stream_put(); ERR_PTR
 * -ENODEV no unit serves the port; -ENOSPC the unit has no stream left, or not the
 * slots for two sets of keys; -EEXIST it has one with that ID; -ENOMEM.
 */
struct pci_ide_kcu_stream *pci_ide_kcu_stream_get(struct pci_dev *rp, u8 stream_id)
{
	struct pci_ide_kcu_stream *stream __free(kfree) = kzalloc(sizeof(*stream), GFP_KERNEL);
	struct pci_ide_kcu *kcu;
	int rc;

	if (!stream)
		return ERR_PTR(-ENOMEM);

	guard(mutex)(&kcu_list_lock);
	kcu = find_kcu(rp);
	if (!kcu)
		return ERR_PTR(-ENODEV);
	stream->kcu = kcu;
	stream->id = stream_id;
	rc = stream_add(kcu, stream);
	if (rc)
		return ERR_PTR(rc);
	kref_get(&kcu->ref);
	return no_free_ptr(stream);
}
EXPORT_SYMBOL_GPL(pci_ide_kcu_stream_get);

/**
 * pci_ide_kcu_stream_put() - stop a stream and give it back
 * @stream: the stream; NULL or ERR_PTR for none
 *
 * Context: process; sleeps.
 */
void pci_ide_kcu_stream_put(struct pci_ide_kcu_stream *stream)
{
	struct pci_ide_kcu *kcu;

	if (IS_ERR_OR_NULL(stream))
		return;
	kcu = stream->kcu;
	scoped_guard(mutex, &kcu->lock) {
		if (kcu->io)
			stop_stream(stream);
		for (unsigned int set = 0; set < KCU_SETS; set++)
			give_set(kcu, &stream->sets[set]);
		__clear_bit(stream->block, kcu->blocks);
		list_del(&stream->node);
	}
	kcu_put(kcu);
	kfree(stream);
}
EXPORT_SYMBOL_GPL(pci_ide_kcu_stream_put);

/* Slots of a set that somebody else has primed are not ours */
static void reserve_set(struct pci_ide_kcu *kcu, unsigned int block, enum kcu_dir dir,
			unsigned int set)
{
	u32 map;

	if (!(kcu_read(kcu, block, ctl_reg(dir)) & prime_bit(set)))
		return;
	map = kcu_read(kcu, block, set_reg(dir, set));
	for (int i = 0; i < PCI_IDE_SUB_STREAMS; i++)
		__set_bit(map >> (KCU_SLOT_SHIFT * i) & KCU_CAP_SLOTS, kcu->slots[dir]);
}

/* What is on already belongs to firmware, or to whoever was here before */
static void reserve_enabled(struct pci_ide_kcu *kcu)
{
	for (unsigned int block = 0; block < kcu->layout.streams; block++) {
		if (!(kcu_read(kcu, block, KCU_CTL) & KCU_CTL_ENABLE))
			continue;
		__set_bit(block, kcu->blocks);
		for (unsigned int set = 0; set < KCU_SETS; set++)
			for (int dir = 0; dir < KCU_DIRS; dir++)
				reserve_set(kcu, block, dir, set);
	}
}

static bool is_served(const struct pci_ide_kcu_port *port)
{
	struct pci_ide_kcu *kcu;

	list_for_each_entry(kcu, &kcu_list, node)
		for (unsigned int i = 0; i < kcu->nr_ports; i++)
			if (kcu->ports[i].segment == port->segment &&
			    kcu->ports[i].bus == port->bus && kcu->ports[i].devfn == port->devfn)
				return true;
	return false;
}

static int kcu_publish(struct pci_ide_kcu *kcu)
{
	guard(mutex)(&kcu_list_lock);
	for (unsigned int i = 0; i < kcu->nr_ports; i++)
		if (is_served(&kcu->ports[i]))
			return -EEXIST;
	list_add_tail(&kcu->node, &kcu_list);
	return 0;
}

/**
 * pci_ide_kcu_register() - there is a unit
 * @io: how to reach its registers; called under a mutex, so it may sleep
 * @priv: first argument of @io
 * @ports: the root ports that it serves, copied
 * @nr_ports: how many
 *
 * Context: process; sleeps, and reads registers.
 * Return: the unit; ERR_PTR -EINVAL no ports, or more than any system has;
 * -ENODEV the registers do not answer; -EEXIST another unit serves one of the
 * ports; -ENOMEM.
 */
struct pci_ide_kcu *pci_ide_kcu_register(const struct pci_ide_kcu_io *io, void *priv,
					 const struct pci_ide_kcu_port *ports,
					 unsigned int nr_ports)
{
	struct pci_ide_kcu *kcu __free(kfree) = NULL;
	u32 cap;
	int rc;

	if (!nr_ports || nr_ports > KCU_PORTS_MAX)
		return ERR_PTR(-EINVAL);
	cap = io->read32(priv, KCU_CAP);
	if (cap == U32_MAX)
		return ERR_PTR(-ENODEV);

	kcu = kzalloc(struct_size(kcu, ports, nr_ports), GFP_KERNEL);
	if (!kcu)
		return ERR_PTR(-ENOMEM);
	kref_init(&kcu->ref);
	mutex_init(&kcu->lock);
	INIT_LIST_HEAD(&kcu->streams);
	kcu->io = io;
	kcu->priv = priv;
	kcu->layout = kcu_parse(cap);
	kcu->nr_ports = nr_ports;
	memcpy(kcu->ports, ports, flex_array_size(kcu, ports, nr_ports));
	reserve_enabled(kcu);

	rc = kcu_publish(kcu);
	if (rc)
		return ERR_PTR(rc);
	return no_free_ptr(kcu);
}
EXPORT_SYMBOL_GPL(pci_ide_kcu_register);

/**
 * pci_ide_kcu_unregister() - a unit goes away
 * @kcu: the unit; NULL or ERR_PTR for none
 *
 * Waits for what is being done with its registers. Streams that are left lose
 * their keys, and all that is done with them later has no effect: nothing calls
 * into the io ops afterwards.
 *
 * Context: process; sleeps.
 */
void pci_ide_kcu_unregister(struct pci_ide_kcu *kcu)
{
	struct pci_ide_kcu_stream *stream;

	if (IS_ERR_OR_NULL(kcu))
		return;
	scoped_guard(mutex, &kcu_list_lock)
		list_del(&kcu->node);
	scoped_guard(mutex, &kcu->lock) {
		list_for_each_entry(stream, &kcu->streams, node) {
			pr_notice_ratelimited("stream %u lost its unit\n", stream->id);
			stop_stream(stream);
		}
		kcu->io = NULL;
		kcu->priv = NULL;
	}
	kcu_put(kcu);
}
EXPORT_SYMBOL_GPL(pci_ide_kcu_unregister);
