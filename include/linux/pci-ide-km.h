/* SPDX-License-Identifier: GPL-2.0 */
/*
 * IDE key management (IDE_KM): the keys of a stream for a device, over a secured
 * session with it, in step with those for its root port.
 *
 * PCIe r7.0 sec 6.33.3. Who has the session passes messages on; who programs the
 * root port is behind ops as well.
 */
#ifndef __PCI_IDE_KM_H
#define __PCI_IDE_KM_H

#include <linux/pci-ide-kcu.h>
#include <linux/types.h>

/**
 * struct pci_ide_km_ops - both ends of a stream
 * @request: send an IDE_KM message to the device and receive the answer, both
 *	from the protocol id on. @req may be a key: no copy of it may be left.
 *	Return: bytes received, at most @size, or a negative errno.
 * @rp_program: give the root port its keys for a key set
 * @rp_go_rx: let it receive with them
 * @rp_go_tx: let it send with them
 * @rp_drop: take the keys of a set away from it that it neither sends nor receives
 *	with any more; cannot fail
 * @rp_stop: take all keys away from it; cannot fail
 */
struct pci_ide_km_ops {
	ssize_t (*request)(void *priv, const void *req, size_t len, void *rsp, size_t size);
	int (*rp_program)(void *priv, unsigned int set, const struct pci_ide_keys *keys);
	int (*rp_go_rx)(void *priv, unsigned int set);
	int (*rp_go_tx)(void *priv, unsigned int set);
	void (*rp_drop)(void *priv, unsigned int set);
	void (*rp_stop)(void *priv);
};

/**
 * struct pci_ide_km - key management of one stream
 * @ops: both ends
 * @priv: their first argument
 * @stream_id: the stream
 * @port: index of the device's port, 0 for its upstream port
 * @set: key set in use, once @up
 * @up: both ends use their keys
 * @touched: key sets that the device may have keys of, as bits
 *
 * The caller fills in the first four; the rest is zero to begin with. One call
 * at a time.
 */
struct pci_ide_km {
	const struct pci_ide_km_ops *ops;
	void *priv;
	u8 stream_id;
	u8 port;
	u8 set;
	bool up;
	u8 touched;
};

/**
 * struct pci_ide_km_info - what a device tells of one of its ports
 * @devfn: device and function of the port
 * @bus: its bus, as the device knows it
 * @segment: its segment
 * @max_port: the highest port index
 * @cap: its IDE Capability Register
 * @links: link streams that it has registers for
 * @streams: selective streams that it has registers for
 */
struct pci_ide_km_info {
	u8 devfn;
	u8 bus;
	u8 segment;
	u8 max_port;
	u32 cap;
	unsigned int links;
	unsigned int streams;
};

int pci_ide_km_query(struct pci_ide_km *km, struct pci_ide_km_info *info);
int pci_ide_km_start(struct pci_ide_km *km);
int pci_ide_km_refresh(struct pci_ide_km *km);
void pci_ide_km_stop(struct pci_ide_km *km);

#endif /* __PCI_IDE_KM_H */
