/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Component Measurement and Authentication (CMA): SPDM as PCI uses it. The
 * transport over DOE, the rule for leaf certificates, and the keyring of anchors.
 *
 * PCIe r7.0 sec 6.31.
 */
#ifndef __PCI_CMA_H
#define __PCI_CMA_H

#include <linux/types.h>
#include <uapi/linux/pci-tsm.h>

struct key;
struct pci_dev;
struct pci_tsm_evidence;
struct spdm;
struct spdm_config;
struct task_struct;

/* Long enough for all the parts of a name, and a terminator */
#define PCI_CMA_NAME_MAX	96

/**
 * struct pci_cma - what SPDM with a function needs to know of it
 * @pdev: the function that the DSM lives in
 * @name: its name in a leaf certificate, without serial number
 * @serial_name: the same with it; empty if the function has none
 * @upkeep: task that speaks with the device outside of any op, or NULL
 * @stop: that task should stop soon
 * @undo: what an op still says only undoes something
 * @undo_until: how long it goes on with that, in jiffies
 */
struct pci_cma {
	struct pci_dev *pdev;
	char name[PCI_CMA_NAME_MAX];
	char serial_name[PCI_CMA_NAME_MAX];
	struct task_struct *upkeep;
	bool stop;
	bool undo;
	unsigned long undo_until;
};

void pci_cma_init(struct pci_cma *cma, struct pci_dev *pdev);
void pci_cma_undo(struct pci_cma *cma);
void pci_cma_config(struct pci_cma *cma, struct spdm_config *config);
struct key *pci_cma_keyring(void);

/* cma-evidence.c */
int pci_cma_add_evidence(struct spdm *spdm, unsigned int type, u8 slot,
			 const u8 nonce[PCI_TSM_NONCE_SIZE], struct pci_tsm_evidence *result);

#endif /* __PCI_CMA_H */
