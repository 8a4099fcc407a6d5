/* SPDX-License-Identifier: GPL-2.0 */
/* Registers that ide-km.c reads in a message: PCIe r7.0 sec 7.9.26 */
#ifndef __SHIM_LINUX_PCI_H
#define __SHIM_LINUX_PCI_H

#include <linux/kernel.h>

#define PCI_IDE_CAP_LINK		0x00000001
#define PCI_IDE_CAP_SELECTIVE		0x00000002
#define PCI_IDE_CAP_IDE_KM		0x00000040
#define PCI_IDE_CAP_LINK_TC_NUM		0x0000e000
#define PCI_IDE_CAP_SEL_NUM		0x00ff0000

#endif /* __SHIM_LINUX_PCI_H */
