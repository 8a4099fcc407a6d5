/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Registers of a Key Configuration Unit, for the code that uses one and for its
 * tests.
 *
 * Intel, Root Complex IDE Key Configuration Unit Software Programming Guide.
 */
#ifndef DRIVERS_PCI_IDE_KCU_H
#define DRIVERS_PCI_IDE_KCU_H

#include <linux/bits.h>
#include <linux/types.h>

/* All counts are less one */
#define KCU_CAP			0x00
#define KCU_CAP_STREAMS		0xff
#define KCU_CAP_SLOTS		0x3ff
#define KCU_CAP_TX_SHIFT	10
#define KCU_CAP_RX_SHIFT	20

/* Blocks of the streams, and what is in each */
#define KCU_BLOCKS		0x04
#define KCU_BLOCK_SIZE		36
#define KCU_CTL			0x00
#define KCU_CTL_ENABLE		BIT(0)
#define KCU_CTL_ID_SHIFT	24
#define KCU_TX_CTL		0x04
#define KCU_SELECT		0x3	/* of Tx only: what to send with */
#define KCU_SELECT0		BIT(0)
#define KCU_PRIME0		BIT(8)
#define KCU_PRIME1		BIT(16)
#define KCU_TX_STS		0x08
#define KCU_READY0		BIT(8)
#define KCU_READY1		BIT(9)
#define KCU_RX_CTL		0x0c
#define KCU_RX_STS		0x10
#define KCU_TX_SET0		0x14	/* slot numbers of posted, non-posted, completions */
#define KCU_TX_SET1		0x18
#define KCU_RX_SET0		0x1c
#define KCU_RX_SET1		0x20
#define KCU_SLOT_SHIFT		10

#define KCU_IV_SIZE		8

/**
 * struct kcu_layout - what a unit has, and the byte offsets of its slots
 * @streams: blocks of streams
 * @tx_slots: slots for keys of what the root port sends
 * @rx_slots: slots for keys of what it receives
 * @tx_keys: keys of the former, 32 bytes each
 * @tx_ivs: their initial counters, 8 bytes each
 * @rx_keys: keys of the latter
 * @rx_ivs: their initial counters
 * @size: of all registers
 */
struct kcu_layout {
	unsigned int streams;
	unsigned int tx_slots;
	unsigned int rx_slots;
	u32 tx_keys;
	u32 tx_ivs;
	u32 rx_keys;
	u32 rx_ivs;
	u32 size;
};

struct kcu_layout kcu_parse(u32 cap);

#endif /* DRIVERS_PCI_IDE_KCU_H */
