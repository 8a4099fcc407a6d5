/* SPDX-License-Identifier: GPL-2.0 */
/* Registers of emulated functions as sysfs gives them: capabilities, and random writes. */
#ifndef REGISTERS_H
#define REGISTERS_H

#include <linux/pci_regs.h>

#include "ops.h"

#define CFG_SIZE	4096
#define IDE_CAP_ID	0x30
#define LAST_CAP_SIZE	0x100

/* A capability of a function whose config space is open */
struct region {
	int fd;
	int pos;
	int len;
};

/* Where an extended capability is: up to the next one */
static inline bool find_ext(struct region *r, int fd, int id)
{
	unsigned int head = 0;

	for (int pos = PCI_CFG_SPACE_SIZE; pos; pos = PCI_EXT_CAP_NEXT(head)) {
		int next;

		if (pread(fd, &head, sizeof(head), pos) != sizeof(head) || !head)
			return false;
		next = PCI_EXT_CAP_NEXT(head);
		if (PCI_EXT_CAP_ID(head) != id)
			continue;
		*r = (struct region) { fd, pos, next ? next - pos : LAST_CAP_SIZE };
		return true;
	}
	return false;
}

/* Emulated functions have no other capability in their first 256 bytes */
static inline bool find_exp(struct region *r, int fd)
{
	unsigned char pos, id = 0;

	if (pread(fd, &pos, 1, PCI_CAPABILITY_LIST) != 1 || pread(fd, &id, 1, pos) != 1)
		return false;
	*r = (struct region) { fd, pos, PCI_EXP_SLTCTL2 + 2 };
	return id == PCI_CAP_ID_EXP;
}

static inline unsigned int any_value(struct worker *w, struct region *r, int where)
{
	unsigned int val = 0;

	switch (roll(w, 4)) {
	case 0:
		return rand_r(&w->seed) << 16 ^ rand_r(&w->seed);
	case 1:
		return roll(w, 2) ? ~0U : 0;
	default:
		/* One bit of what is there */
		if (pread(r->fd, &val, sizeof(val), where) < 0)
			failure("reading the config space", strerrorname_np(errno));
		return val ^ 1U << roll(w, 32);
	}
}

/* One write anywhere in a capability, aligned or not */
static inline int write_register(struct worker *w, struct region *r)
{
	int size = 1 << roll(w, 3);
	int where = r->pos + roll(w, r->len - size + 1);
	unsigned int val;

	if (roll(w, 4))
		where &= ~(size - 1);
	val = any_value(w, r, where);
	return pwrite(r->fd, &val, size, where) == size ? 0 : -errno;
}

/* What has been written into a mailbox is not to spoil the next one's request */
static inline void doe_abort(struct region *doe)
{
	unsigned int val = PCI_DOE_CTRL_ABORT;

	if (pwrite(doe->fd, &val, sizeof(val), doe->pos + PCI_DOE_CTRL) < 0)
		failure("writing to the config space", strerrorname_np(errno));
}

#endif /* REGISTERS_H */
