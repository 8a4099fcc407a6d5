/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Key Configuration Units: where software puts the IDE keys of a root port, on
 * platforms where no firmware does. One unit serves one or several root ports,
 * which share its streams and key slots.
 *
 * Intel, Root Complex IDE Key Configuration Unit Software Programming Guide.
 */
#ifndef __PCI_IDE_KCU_H
#define __PCI_IDE_KCU_H

#include <linux/types.h>

struct pci_dev;
struct pci_ide_kcu;

/**
 * struct pci_ide_kcu_io - how to reach the registers of a unit
 * @read32: read the register at a byte offset
 * @write32: write it
 *
 * Nothing that is written is logged nor traced: there are keys among it.
 */
struct pci_ide_kcu_io {
	u32 (*read32)(void *priv, u32 offset);
	void (*write32)(void *priv, u32 offset, u32 val);
};

/**
 * struct pci_ide_kcu_port - a root port that a unit serves
 * @segment: its PCI domain
 * @bus: its bus
 * @devfn: its device and function
 */
struct pci_ide_kcu_port {
	u16 segment;
	u8 bus;
	u8 devfn;
};

#define PCI_IDE_KEY_SIZE	32
#define PCI_IDE_SUB_STREAMS	3	/* posted, non-posted, completions */

/**
 * struct pci_ide_keys - the keys of a stream for one key set
 * @rx: what a port receives with, by sub-stream, as a cipher takes it
 * @tx: what it sends with
 *
 * Of the device, or of the root port: rx of the one is tx of the other.
 */
struct pci_ide_keys {
	u8 rx[PCI_IDE_SUB_STREAMS][PCI_IDE_KEY_SIZE];
	u8 tx[PCI_IDE_SUB_STREAMS][PCI_IDE_KEY_SIZE];
};

/* The first value of the invocation counter, for each key (PCIe r7.0 sec 6.33.5) */
#define PCI_IDE_IFV		1ULL

/* For whoever has a unit: ACPI's KEYP, the emulation */
struct pci_ide_kcu *pci_ide_kcu_register(const struct pci_ide_kcu_io *io, void *priv,
					 const struct pci_ide_kcu_port *ports,
					 unsigned int nr_ports);
void pci_ide_kcu_unregister(struct pci_ide_kcu *kcu);

/* For whoever has a stream: the native TSM */
struct pci_ide_kcu_stream;
bool pci_ide_kcu_serves(struct pci_dev *rp);
struct pci_ide_kcu_stream *pci_ide_kcu_stream_get(struct pci_dev *rp, u8 stream_id);
void pci_ide_kcu_stream_put(struct pci_ide_kcu_stream *stream);
int pci_ide_kcu_program(struct pci_ide_kcu_stream *stream, unsigned int set,
			const struct pci_ide_keys *keys);
int pci_ide_kcu_go_rx(struct pci_ide_kcu_stream *stream, unsigned int set);
int pci_ide_kcu_go_tx(struct pci_ide_kcu_stream *stream, unsigned int set);
void pci_ide_kcu_drop(struct pci_ide_kcu_stream *stream, unsigned int set);
void pci_ide_kcu_stop(struct pci_ide_kcu_stream *stream);

#endif /* __PCI_IDE_KCU_H */
