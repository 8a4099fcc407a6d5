/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The ACPI table KEYP: the parser's own view of it, for the code at boot and for
 * tests.
 */
#ifndef DRIVERS_PCI_IDE_KEYP_H
#define DRIVERS_PCI_IDE_KEYP_H

#include <linux/pci-ide-kcu.h>
#include <linux/types.h>

/* A unit has room for no more than its count can tell */
#define KEYP_PORTS_MAX		255

/**
 * struct keyp_unit - a unit that the table tells of
 * @base: address of its registers
 * @nr_ports: number of @ports
 * @ports: the root ports that it serves
 */
struct keyp_unit {
	u64 base;
	unsigned int nr_ports;
	struct pci_ide_kcu_port ports[KEYP_PORTS_MAX];
};

int keyp_begin(const void *table, size_t size, size_t *end);
int keyp_next(const void *table, size_t end, size_t *pos, struct keyp_unit *unit);

#endif /* DRIVERS_PCI_IDE_KEYP_H */
