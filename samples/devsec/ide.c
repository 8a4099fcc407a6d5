// SPDX-License-Identifier: GPL-2.0
/*
 * The IDE capability of ports and endpoints: register blocks of Link and
 * Selective IDE streams, and when a selective stream is Secure. Link streams
 * have registers and never become Secure; nothing is encrypted, and
 * associations are stored without being used.
 *
 * A stream is Secure at one end when it is enabled there, all keys of a key set
 * are in use there (ide-keys.c), and the partner across the root port's link
 * uses the same ones. One with the id of another enabled stream of its port does
 * not become Secure, and one whose registers are changed under it is Secure no
 * longer.
 *
 * PCIe r7.0 sec 6.33 (states), 7.9.26 (registers).
 */
#include <linux/bitfield.h>
#include <linux/jiffies.h>
#include <linux/module.h>
#include <linux/pci-ide.h>
#include <linux/seq_file.h>
#include <linux/slab.h>

#include "devsec.h"

static unsigned int streams = 4;
module_param(streams, uint, 0444);
MODULE_PARM_DESC(streams, "Selective streams of each port and endpoint (0 to 64, default 4)");

static unsigned int addr_blocks = 2;
module_param(addr_blocks, uint, 0444);
MODULE_PARM_DESC(addr_blocks, "Address associations of each selective stream (0 to 4, default 2)");

static unsigned int link_blocks = 1;
module_param(link_blocks, uint, 0444);
MODULE_PARM_DESC(link_blocks, "Link IDE register blocks of each port and endpoint (0 to 8, default 1)");

static unsigned int enable_delay_ms;
module_param(enable_delay_ms, uint, 0644);
MODULE_PARM_DESC(enable_delay_ms, "Time from the enable bit to Secure (default 0)");

int devsec_ide_params(void)
{
	/* What fits behind the other capabilities */
	if (streams > 64 || addr_blocks > 4 || link_blocks > 8 ||
	    streams * PCI_IDE_SEL_BLOCK_SIZE(addr_blocks) > 3072)
		return -EINVAL;
	return 0;
}

static u16 devsec_block_pos(const struct devsec_ide *ide, unsigned int i)
{
	return ide->first + i * PCI_IDE_SEL_BLOCK_SIZE(addr_blocks);
}

static u32 devsec_block_read(const struct devsec_ide *ide, unsigned int i, u16 reg)
{
	return devsec_cfg_read(ide->fn->cfg, devsec_block_pos(ide, i) + reg, 4);
}

static u8 devsec_block_id(const struct devsec_ide *ide, unsigned int i)
{
	return FIELD_GET(PCI_IDE_SEL_CTL_ID, devsec_block_read(ide, i, PCI_IDE_SEL_CTL));
}

static bool devsec_block_secure(const struct devsec_ide *ide, unsigned int i)
{
	return FIELD_GET(PCI_IDE_SEL_STS_STATE, devsec_block_read(ide, i, PCI_IDE_SEL_STS)) ==
	       PCI_IDE_SEL_STS_STATE_SECURE;
}

static void devsec_block_set_state(struct devsec_ide *ide, unsigned int i, u32 state)
{
	u16 pos = devsec_block_pos(ide, i) + PCI_IDE_SEL_STS;
	u32 sts = devsec_cfg_read(ide->fn->cfg, pos, 4);

	sts = (sts & ~PCI_IDE_SEL_STS_STATE) | FIELD_PREP(PCI_IDE_SEL_STS_STATE, state);
	devsec_cfg_set(ide->fn->cfg, pos, 4, sts);
}

/* The register block that has a stream id; none if several have it, or it is the idle one's. */
struct devsec_block *devsec_ide_block_of(struct devsec_ide *ide, u8 stream_id)
{
	struct devsec_block *block = NULL;

	if (stream_id == PCI_IDE_RESERVED_STREAM_ID)
		return NULL;

	for (unsigned int i = 0; i < ide->nr; i++) {
		if (devsec_block_id(ide, i) != stream_id)
			continue;
		if (block)
			return NULL;
		block = &ide->blocks[i];
	}
	return block;
}

bool devsec_ide_secure(struct devsec_ide *ide, u8 stream_id)
{
	struct devsec_block *block = devsec_ide_block_of(ide, stream_id);

	return block && devsec_block_secure(ide, block - ide->blocks);
}

/* Do all switches between @fn and its root port let streams pass? sec 6.33.4 */
static bool devsec_ide_way_open(const struct devsec_fn *fn)
{
	for (const struct devsec_fn *port = fn->port; port && port != fn->root;
	     port = port->port) {
		if (!port->flow || !(devsec_cfg_read(port->cfg, port->flow + PCI_IDE_CTL, 4) &
				     PCI_IDE_CTL_FLOWTHROUGH_IDE))
			return false;
	}
	return true;
}

/* Could @other be the far end of a stream of @fn? One end is the root port. */
static bool devsec_ide_partners(const struct devsec_fn *fn, const struct devsec_fn *other)
{
	return fn != other && other->ide && other->root == fn->root &&
	       (fn == fn->root || other == fn->root) && devsec_fn_reachable(other) &&
	       devsec_ide_way_open(fn) && devsec_ide_way_open(other);
}

/* What the partner has that @mine agrees with, or NULL */
static const struct devsec_block *devsec_ide_partner_of(struct devsec_fn *fn,
							const struct devsec_block *mine,
							bool going)
{
	struct devsec_fn *other;

	list_for_each_entry(other, &fn->host->fns, all) {
		struct devsec_block *its;

		if (!devsec_ide_partners(fn, other))
			continue;
		its = devsec_ide_key_of(other->ide, mine->key_id);
		if (its && devsec_keys_agree(mine, its, going))
			return its;
	}
	return NULL;
}

/* The other end of a stream that is Secure, or NULL */
const struct devsec_block *devsec_ide_far_end(struct devsec_ide *ide,
					      const struct devsec_block *mine)
{
	if (!devsec_block_secure(ide, mine - ide->blocks))
		return NULL;
	return devsec_ide_partner_of(ide->fn, mine, true);
}

static bool devsec_block_may_be_secure(struct devsec_ide *ide, unsigned int i)
{
	struct devsec_block *block = &ide->blocks[i];

	return block->enabled && !block->failed && !ide->stuck &&
	       devsec_keys_in_use(block) &&
	       block->key_id == devsec_block_id(ide, i) &&
	       time_after_eq(jiffies, block->ready_at) &&
	       devsec_fn_reachable(ide->fn) &&
	       devsec_ide_partner_of(ide->fn, block, devsec_block_secure(ide, i));
}

static void devsec_ide_settle_one(struct devsec_ide *ide)
{
	for (unsigned int i = 0; i < ide->nr; i++) {
		bool was = devsec_block_secure(ide, i);
		bool is = devsec_block_may_be_secure(ide, i);

		if (was == is)
			continue;
		/* sec 6.33.1: Insecure is left by a new start only */
		if (was && ide->blocks[i].enabled)
			ide->blocks[i].failed = true;
		devsec_block_set_state(ide, i, is ? PCI_IDE_SEL_STS_STATE_SECURE :
						    PCI_IDE_SEL_STS_STATE_INSECURE);
	}
}

/* Something changed at @fn: look at it again, and at whatever may be its partner. */
void devsec_ide_settle(struct devsec_fn *fn)
{
	struct devsec_fn *other;

	lockdep_assert_held(&fn->host->lock);

	if (!fn->root)
		return;

	list_for_each_entry(other, &fn->host->fns, all) {
		if (other->ide && other->root == fn->root)
			devsec_ide_settle_one(other->ide);
	}
}

static void devsec_ide_settle_late(struct work_struct *work)
{
	struct devsec_ide *ide = container_of(work, struct devsec_ide, settle.work);
	struct devsec_host *host = ide->fn->host;
	unsigned long flags;

	raw_spin_lock_irqsave(&host->lock, flags);
	devsec_ide_settle(ide->fn);
	raw_spin_unlock_irqrestore(&host->lock, flags);
}

/* Does another enabled stream of the port, Selective or Link, have the id of this one? */
static bool devsec_block_id_taken(const struct devsec_ide *ide, unsigned int i)
{
	u16 pos = ide->pos + PCI_IDE_LINK_STREAM_0 + PCI_IDE_LINK_CTL_0;
	u8 id = devsec_block_id(ide, i);

	for (unsigned int j = 0; j < ide->nr; j++) {
		if (j != i && ide->blocks[j].enabled && devsec_block_id(ide, j) == id)
			return true;
	}
	for (unsigned int j = 0; j < link_blocks; j++, pos += PCI_IDE_LINK_BLOCK_SIZE) {
		u32 ctl = devsec_cfg_read(ide->fn->cfg, pos, 4);

		if (ctl & PCI_IDE_LINK_CTL_EN && FIELD_GET(PCI_IDE_LINK_CTL_ID, ctl) == id)
			return true;
	}
	return false;
}

/* Is there Control or an association of block @i at @where? */
static bool devsec_block_configures(const struct devsec_ide *ide, unsigned int i, u16 where)
{
	u16 pos = devsec_block_pos(ide, i);

	return devsec_touches(where, 1, pos + PCI_IDE_SEL_CTL, 4) ||
	       devsec_touches(where, 1, pos + PCI_IDE_SEL_RID_1,
			      PCI_IDE_SEL_BLOCK_SIZE(addr_blocks) - PCI_IDE_SEL_RID_1);
}

/* What block @i is now, and whether it can ever become Secure as it is. */
static void devsec_block_update(struct devsec_ide *ide, unsigned int i, bool configured)
{
	unsigned long delay = msecs_to_jiffies(READ_ONCE(enable_delay_ms));
	bool on = devsec_block_read(ide, i, PCI_IDE_SEL_CTL) & PCI_IDE_SEL_CTL_EN;
	struct devsec_block *block = &ide->blocks[i];

	if (on == block->enabled) {
		/* What hardware does then is not known: the least trust is safe */
		block->failed |= on && configured;
		return;
	}
	block->enabled = on;
	block->failed = on && devsec_block_id_taken(ide, i);
	block->ready_at = jiffies + delay;
	if (on && delay)
		mod_delayed_work(devsec_wq, &ide->settle, delay + 1);
}

/* A config write was done: notice streams that are switched on or off, or altered. */
void devsec_ide_written(struct devsec_fn *fn, u16 where, int size, bool changed)
{
	struct devsec_ide *ide = fn->ide;
	u16 len;

	if (fn->flow && devsec_touches(where, size, fn->flow + PCI_IDE_CTL, 4))
		devsec_ide_settle(fn);
	if (!ide)
		return;
	len = ide->nr * PCI_IDE_SEL_BLOCK_SIZE(addr_blocks);
	if (!devsec_touches(where, size, ide->first, len))
		return;

	for (unsigned int i = 0; i < ide->nr; i++)
		devsec_block_update(ide, i, changed && devsec_block_configures(ide, i, where));
	devsec_kcu_port_written(fn);
	devsec_ide_settle(fn);
}

/* After the registers: keys and states go with a reset. */
void devsec_ide_reset(struct devsec_fn *fn)
{
	struct devsec_ide *ide = fn->ide;

	for (unsigned int i = 0; i < ide->nr; i++)
		memzero_explicit(&ide->blocks[i], sizeof(ide->blocks[i]));
	devsec_ide_settle(fn);
}

/* Fault: all streams of @fn fall now, at both ends. Returns how many did. */
unsigned int devsec_ide_break(struct devsec_fn *fn)
{
	struct devsec_ide *ide = fn->ide;
	unsigned int n = 0;

	for (unsigned int i = 0; i < ide->nr; i++) {
		if (!devsec_block_secure(ide, i))
			continue;
		/* Without its keys the partner finds nobody to agree with */
		devsec_keys_wipe(&ide->blocks[i]);
		n++;
	}
	devsec_ide_settle(fn);
	return n;
}

/* Fault: an IDE_FAIL message arrives for each enabled stream. Returns their number. */
unsigned int devsec_ide_fail_received(struct devsec_fn *fn)
{
	struct devsec_ide *ide = fn->ide;
	unsigned int n = 0;

	for (unsigned int i = 0; i < ide->nr; i++) {
		u16 pos = devsec_block_pos(ide, i) + PCI_IDE_SEL_STS;

		if (!ide->blocks[i].enabled)
			continue;
		devsec_cfg_set(fn->cfg, pos, 4, devsec_cfg_read(fn->cfg, pos, 4) |
			       PCI_IDE_SEL_STS_IDE_FAIL);
		n++;
	}
	return n;
}

/* All registers from the Capability Register on. Returns how many there are, if they fit or not. */
unsigned int devsec_ide_image(const struct devsec_ide *ide, u32 *regs, unsigned int max)
{
	u16 end = devsec_block_pos(ide, ide->nr);
	unsigned int n = 0;

	for (u16 pos = ide->pos + PCI_IDE_CAP; pos < end; pos += 4, n++) {
		if (n < max)
			regs[n] = devsec_cfg_read(ide->fn->cfg, pos, 4);
	}
	return n;
}

/* What should be none when nobody uses the function any more. */
unsigned int devsec_ide_leaks(const struct devsec_fn *fn)
{
	const struct devsec_ide *ide = fn->ide;
	unsigned int n = 0;

	for (unsigned int i = 0; ide && i < ide->nr; i++)
		n += ide->blocks[i].enabled + devsec_keys_held(&ide->blocks[i]);
	return n;
}

void devsec_ide_show(const struct devsec_fn *fn, struct seq_file *m)
{
	const struct devsec_ide *ide = fn->ide;

	for (unsigned int i = 0; ide && i < ide->nr; i++) {
		const struct devsec_block *block = &ide->blocks[i];

		if (!block->enabled && !devsec_keys_held(block))
			continue;
		seq_printf(m, " stream=%u:%s%s", devsec_block_id(ide, i),
			   block->enabled ? "enabled" : "disabled",
			   devsec_block_secure(ide, i) ? ":secure" : "");
		devsec_keys_show(block, m);
	}
}

static void devsec_ide_registers(struct devsec_ide *ide)
{
	struct devsec_cfg *cfg = ide->fn->cfg;
	u32 has = ide->fn->has;
	u16 pos = ide->pos;

	devsec_cfg_init(cfg, pos + PCI_IDE_CAP, 4,
			(ide->nr ? PCI_IDE_CAP_SELECTIVE | PCI_IDE_CAP_SEL_CFG |
			 PCI_IDE_CAP_TEE_LIMITED |
			 FIELD_PREP(PCI_IDE_CAP_SEL_NUM, ide->nr - 1) : 0) |
			(link_blocks ? PCI_IDE_CAP_LINK |
			 FIELD_PREP(PCI_IDE_CAP_LINK_TC_NUM, link_blocks - 1) : 0) |
			(has & DEVSEC_HAS_CMA ? PCI_IDE_CAP_IDE_KM : 0), 0);

	pos += PCI_IDE_LINK_STREAM_0;
	for (unsigned int i = 0; i < link_blocks; i++, pos += PCI_IDE_LINK_BLOCK_SIZE) {
		devsec_cfg_init(cfg, pos + PCI_IDE_LINK_CTL_0, 4, 0,
				PCI_IDE_LINK_CTL_EN | PCI_IDE_LINK_CTL_ID);
		devsec_cfg_w1c(cfg, pos + PCI_IDE_LINK_STS_0, 4, PCI_IDE_LINK_STS_IDE_FAIL);
	}

	for (unsigned int i = 0; i < ide->nr; i++) {
		pos = devsec_block_pos(ide, i);
		devsec_cfg_init(cfg, pos + PCI_IDE_SEL_CAP, 4, addr_blocks, 0);
		devsec_cfg_init(cfg, pos + PCI_IDE_SEL_CTL, 4, 0,
				PCI_IDE_SEL_CTL_EN | PCI_IDE_SEL_CTL_CFG_EN |
				PCI_IDE_SEL_CTL_TC | PCI_IDE_SEL_CTL_DEFAULT |
				PCI_IDE_SEL_CTL_TEE_LIMITED | PCI_IDE_SEL_CTL_ID);
		devsec_cfg_w1c(cfg, pos + PCI_IDE_SEL_STS, 4, PCI_IDE_SEL_STS_IDE_FAIL);
		devsec_cfg_init(cfg, pos + PCI_IDE_SEL_RID_1, 4, 0, PCI_IDE_SEL_RID_1_LIMIT);
		devsec_cfg_init(cfg, pos + PCI_IDE_SEL_RID_2, 4, 0,
				PCI_IDE_SEL_RID_2_VALID | PCI_IDE_SEL_RID_2_BASE |
				PCI_IDE_SEL_RID_2_SEG);
		for (unsigned int j = 0; j < addr_blocks; j++) {
			devsec_cfg_init(cfg, pos + PCI_IDE_SEL_ADDR_1(j), 4, 0, 0xffffff01);
			devsec_cfg_init(cfg, pos + PCI_IDE_SEL_ADDR_2(j), 4, 0, ~0);
			devsec_cfg_init(cfg, pos + PCI_IDE_SEL_ADDR_3(j), 4, 0, ~0);
		}
	}
}

int devsec_ide_add(struct devsec_fn *fn)
{
	u16 links = link_blocks * PCI_IDE_LINK_BLOCK_SIZE;
	struct devsec_ide *ide;

	ide = kzalloc(sizeof(*ide), GFP_KERNEL);
	if (!ide)
		return -ENOMEM;

	ide->fn = fn;
	ide->nr = streams;
	INIT_DELAYED_WORK(&ide->settle, devsec_ide_settle_late);
	fn->ide = ide;
	ide->blocks = kvcalloc(ide->nr, sizeof(*ide->blocks), GFP_KERNEL);
	if (!ide->blocks)
		return -ENOMEM;

	ide->pos = devsec_ext_cap(fn, PCI_EXT_CAP_ID_IDE, 1, PCI_IDE_LINK_STREAM_0 + links +
				  ide->nr * PCI_IDE_SEL_BLOCK_SIZE(addr_blocks));
	if (!ide->pos)
		return -ENOSPC;

	ide->first = ide->pos + PCI_IDE_LINK_STREAM_0 + links;
	devsec_ide_registers(ide);
	return 0;
}

/* A switch port that has no streams of its own and lets those of others pass. */
int devsec_ide_add_flow(struct devsec_fn *fn)
{
	u16 pos = devsec_ext_cap(fn, PCI_EXT_CAP_ID_IDE, 1, PCI_IDE_LINK_STREAM_0);

	if (!pos)
		return -ENOSPC;

	fn->flow = pos;
	devsec_cfg_init(fn->cfg, pos + PCI_IDE_CAP, 4, PCI_IDE_CAP_FLOWTHROUGH, 0);
	devsec_cfg_init(fn->cfg, pos + PCI_IDE_CTL, 4, 0, PCI_IDE_CTL_FLOWTHROUGH_IDE);
	return 0;
}

void devsec_ide_free(struct devsec_fn *fn)
{
	struct devsec_ide *ide = fn->ide;

	if (!ide)
		return;

	kvfree_sensitive(ide->blocks, ide->nr * sizeof(*ide->blocks));
	kfree(ide);
}
