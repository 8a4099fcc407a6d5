// SPDX-License-Identifier: GPL-2.0
/*
 * A config space as an array of bytes with masks: which bits a write changes,
 * which ones it clears by writing one, which ones survive a reset.
 *
 * This file knows no register. What a write sets off is in function.c and in
 * the files of the capabilities.
 *
 * PCIe r7.0 sec 7.4 (register attributes).
 */
#include <linux/bitmap.h>
#include <linux/string.h>

#include "devsec.h"

u32 devsec_cfg_read(const struct devsec_cfg *cfg, u16 where, int size)
{
	u32 val = 0;

	for (int i = 0; i < size; i++)
		val |= (u32)cfg->val[where + i] << (8 * i);
	return val;
}

/* A write from outside: what the masks let through. Returns whether that changes anything. */
bool devsec_cfg_write(struct devsec_cfg *cfg, u16 where, int size, u32 val)
{
	bool changed = false;

	for (int i = 0; i < size; i++, where++, val >>= 8) {
		u8 old = cfg->val[where];
		u8 new = (old & ~cfg->rw[where]) | (val & cfg->rw[where]);

		cfg->val[where] = new & ~(val & cfg->w1c[where]);
		changed |= cfg->val[where] != old;
	}
	return changed;
}

/* A change from inside: the function sets its own registers. */
void devsec_cfg_set(struct devsec_cfg *cfg, u16 where, int size, u32 val)
{
	for (int i = 0; i < size; i++, val >>= 8)
		cfg->val[where + i] = val;
}

/* Define a register: its value after a reset, and the bits that can be written. */
void devsec_cfg_init(struct devsec_cfg *cfg, u16 where, int size, u32 val, u32 rw)
{
	devsec_cfg_set(cfg, where, size, val);
	for (int i = 0; i < size; i++, rw >>= 8)
		cfg->rw[where + i] = rw;
}

void devsec_cfg_w1c(struct devsec_cfg *cfg, u16 where, int size, u32 w1c)
{
	for (int i = 0; i < size; i++, w1c >>= 8)
		cfg->w1c[where + i] = w1c;
}

/* The registers are all defined: this is what a reset leads back to. */
void devsec_cfg_seal(struct devsec_cfg *cfg)
{
	memcpy(cfg->init, cfg->val, sizeof(cfg->init));
}

/* @cold: power was lost, which nothing survives. */
void devsec_cfg_reset(struct devsec_cfg *cfg, bool cold)
{
	for (unsigned int i = 0; i < DEVSEC_CFG_SIZE; i++) {
		if (cold || !test_bit(i, cfg->sticky))
			cfg->val[i] = cfg->init[i];
	}
}
