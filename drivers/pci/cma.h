/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the files of CMA have for their tests.
 */
#ifndef DRIVERS_PCI_CMA_H
#define DRIVERS_PCI_CMA_H

#include <linux/types.h>

struct key;
struct key_type;
struct pci_cma;
struct spdm_leaf;
union key_payload;

/**
 * struct cma_ids - what the name of a function is made of
 * @vendor: vendor ID
 * @device: device ID
 * @class: class code
 * @revision: revision ID
 * @subvendor: subsystem vendor ID
 * @subdevice: subsystem ID
 * @has_sub: it has the two: its header is of type 0
 * @serial: device serial number, 0 if it has none
 */
struct cma_ids {
	u16 vendor;
	u16 device;
	u32 class;
	u8 revision;
	u16 subvendor;
	u16 subdevice;
	bool has_sub;
	u64 serial;
};

void cma_name(struct pci_cma *cma, const struct cma_ids *ids);
int cma_check_leaf(const struct pci_cma *cma, const struct spdm_leaf *leaf);
int cma_check_anchor(struct key *keyring, const struct key_type *type,
		     const union key_payload *payload, struct key *unused);

#endif /* DRIVERS_PCI_CMA_H */
