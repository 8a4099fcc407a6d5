/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the PCI core calls in IDE and TSM, and they in it. Each call of the core's has an empty
 * stub, so that the hooks cost nothing where the options are off.
 */
#ifndef DRIVERS_PCI_TSM_HOOKS_H
#define DRIVERS_PCI_TSM_HOOKS_H

#include <linux/types.h>

struct pci_dev;
struct pci_host_bridge;

#ifdef CONFIG_PCI_IDE
void pci_ide_init(struct pci_dev *pdev);
void pci_ide_destroy(struct pci_dev *pdev);
void pci_ide_init_host_bridge(struct pci_host_bridge *hb);
void pci_ide_release_host_bridge(struct pci_host_bridge *hb);
void pci_ide_aer(struct pci_dev *pdev, u32 status);
#else
static inline void pci_ide_init(struct pci_dev *pdev) { }
static inline void pci_ide_destroy(struct pci_dev *pdev) { }
static inline void pci_ide_init_host_bridge(struct pci_host_bridge *hb) { }
static inline void pci_ide_release_host_bridge(struct pci_host_bridge *hb) { }
static inline void pci_ide_aer(struct pci_dev *pdev, u32 status) { }
#endif

#ifdef CONFIG_PCI_TSM
void pci_tsm_init(struct pci_dev *pdev);
void pci_tsm_stop(struct pci_dev *pdev);
void pci_tsm_destroy(struct pci_dev *pdev);
void pci_tsm_reset(struct pci_dev *pdev);
void pci_tsm_reset_done(struct pci_dev *pdev);
void pci_tsm_unplugged(struct pci_dev *pdev);
bool pci_doe_dead(struct pci_dev *pdev);
void pci_doe_revive(struct pci_dev *pdev);
#else
static inline void pci_tsm_init(struct pci_dev *pdev) { }
static inline void pci_tsm_stop(struct pci_dev *pdev) { }
static inline void pci_tsm_destroy(struct pci_dev *pdev) { }
static inline void pci_tsm_reset(struct pci_dev *pdev) { }
static inline void pci_tsm_reset_done(struct pci_dev *pdev) { }
static inline void pci_tsm_unplugged(struct pci_dev *pdev) { }
#endif

#endif /* DRIVERS_PCI_TSM_HOOKS_H */
