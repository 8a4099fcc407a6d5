/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Selective IDE streams between an endpoint and its root port.
 * PCIe r7.0 sec 6.33 and 7.9.26.
 */
#ifndef __PCI_IDE_H
#define __PCI_IDE_H
#endif /* __PCI_IDE_H */
