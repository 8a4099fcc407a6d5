/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Selective IDE streams between a device and its root port.
 * PCIe r7.0 sec 6.33 (IDE) and 7.9.26 (its extended capability).
 */
#ifndef __PCI_IDE_H
#define __PCI_IDE_H

#include <linux/cleanup.h>
#include <linux/list.h>
#include <linux/pci.h>

/*
 * Blocks that no stream uses carry this ID, so that none of them answers to an
 * ID that is in use. No stream gets it.
 */
#define PCI_IDE_RESERVED_STREAM_ID	255

/* As many address ranges as a bridge has memory windows */
#define PCI_IDE_NR_ADDR			2

/**
 * enum pci_ide_partner_select - the places that a stream takes a slot of
 * @PCI_IDE_EP: the device's end, an endpoint or the upstream port of a switch
 * @PCI_IDE_RP: the root port above it
 * @PCI_IDE_PARTNER_MAX: number of ends
 * @PCI_IDE_HB: the host bridge; it has slots, but no registers
 */
enum pci_ide_partner_select {
	PCI_IDE_EP,
	PCI_IDE_RP,
	PCI_IDE_PARTNER_MAX,
	PCI_IDE_HB = PCI_IDE_PARTNER_MAX
};

/**
 * struct pci_ide_partner - what one end of a stream is to be programmed with
 *
 * pci_ide_stream_alloc() fills it in; a TSM driver may replace the ranges and
 * choose @default_stream, @cfg and @tee_limited, until it calls
 * pci_ide_stream_setup().
 */
struct pci_ide_partner {
	/** @rid_start: first requester ID of the other side (bus << 8 | devfn) */
	u16 rid_start;
	/** @rid_end: last requester ID of the other side, inclusive */
	u16 rid_end;
	/** @stream_index: selective block of this end, from 0 */
	u8 stream_index;
	/**
	 * @mem_assoc: bus addresses behind the other side, non-prefetchable; a
	 * region of size 0 is left out
	 */
	struct pci_bus_region mem_assoc;
	/** @pref_assoc: the same, prefetchable */
	struct pci_bus_region pref_assoc;
	/** @default_stream: requests that match no association take this stream */
	unsigned int default_stream:1;
	/**
	 * @cfg: configuration requests take this stream, too. As alloc leaves
	 * it: this end is capable of it and, for the root port's end, whose
	 * requests they are, the device as well
	 */
	unsigned int cfg:1;
	/**
	 * @tee_limited: of the requests of this end, those with the T bit only
	 * take this stream. As alloc leaves it: this end is capable of it
	 */
	unsigned int tee_limited:1;
	/** @setup: state: pci_ide_stream_setup() has programmed this end */
	unsigned int setup:1;
	/** @enable: state: pci_ide_stream_enable() has switched this end on */
	unsigned int enable:1;
};

/**
 * struct pci_ide_addr - an address association block, as register values
 * @assoc1: valid bit, bits 31:20 of base and limit
 * @assoc2: bits 63:32 of the limit
 * @assoc3: bits 63:32 of the base
 */
struct pci_ide_addr {
	u32 assoc1;
	u32 assoc2;
	u32 assoc3;
};

/**
 * struct pci_ide_regs - associations of one end of a stream, as register values
 * @rid1: RID Association Register 1
 * @rid2: RID Association Register 2
 * @addr: Address Association Register Blocks
 * @nr_addr: how many of @addr are in use; never more than the block has room for
 */
struct pci_ide_regs {
	u32 rid1;
	u32 rid2;
	struct pci_ide_addr addr[PCI_IDE_NR_ADDR];
	int nr_addr;
};

/**
 * struct pci_ide - a selective stream
 */
struct pci_ide {
	/** @pdev: the function that holds the device's end */
	struct pci_dev *pdev;
	/** @partner: settings of both ends, by enum pci_ide_partner_select */
	struct pci_ide_partner partner[PCI_IDE_PARTNER_MAX];
	/** @host_bridge_stream: slot in the host bridge, from 0 */
	u8 host_bridge_stream;
	/**
	 * @stream_id: 0 to 254, unique below a host bridge. Set by the TSM
	 * driver before pci_ide_stream_register(), or left negative for any
	 * that is free; negative again after pci_ide_stream_unregister() then
	 */
	int stream_id;
	/** @name: of the symlink below the host bridge, while registered */
	const char *name;

	/* private: of drivers/pci/ide*.c */
	struct pci_dev *rp;
	struct list_head node;
	struct pci_ide_watch *watch;
	u16 first_rid;
	u16 last_rid;
	unsigned int any_id:1;
	unsigned int through:1;
};

#ifdef CONFIG_PCI_IDE

struct pci_ide *pci_ide_stream_alloc(struct pci_dev *pdev);
void pci_ide_stream_free(struct pci_ide *ide);
int pci_ide_stream_register(struct pci_ide *ide);
void pci_ide_stream_unregister(struct pci_ide *ide);
int pci_ide_stream_setup(struct pci_dev *pdev, struct pci_ide *ide);
void pci_ide_stream_teardown(struct pci_dev *pdev, struct pci_ide *ide);
int pci_ide_stream_enable(struct pci_dev *pdev, struct pci_ide *ide);
void pci_ide_stream_disable(struct pci_dev *pdev, struct pci_ide *ide);
void pci_ide_stream_release(struct pci_ide *ide);
struct pci_ide_partner *pci_ide_to_settings(struct pci_dev *pdev, struct pci_ide *ide);
void pci_ide_stream_to_regs(struct pci_dev *pdev, struct pci_ide *ide,
			    struct pci_ide_regs *regs);
void pci_ide_set_nr_streams(struct pci_host_bridge *hb, u16 nr);

DEFINE_FREE(pci_ide_stream_release, struct pci_ide *, pci_ide_stream_release(_T))

#endif /* CONFIG_PCI_IDE */

#endif /* __PCI_IDE_H */
