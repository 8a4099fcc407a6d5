// SPDX-License-Identifier: GPL-2.0
/*
 * The ACPI table KEYP: which Key Configuration Units there are, and whose root
 * ports they serve. Each unit for PCIe is registered at boot; those for
 * CXL.cachemem are left alone.
 *
 * Intel, Root Complex IDE Key Configuration Unit Software Programming Guide. The
 * base's headers do not know the table, so its layout is here. Firmware is
 * believed about addresses, and about nothing that could lead out of the table.
 */
#define pr_fmt(fmt) "PCI/IDE: KEYP: " fmt

#include <linux/acpi.h>
#include <linux/cleanup.h>
#include <linux/err.h>
#include <linux/init.h>
#include <linux/io.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/unaligned.h>

#include "ide-kcu.h"
#include "ide-keyp.h"

#define KEYP_SIGNATURE		"KEYP"
#define KEYP_OFF_LENGTH		4
#define KEYP_HEAD_SIZE		40	/* of all ACPI tables 36, then 4 reserved */

/* A structure: type, reserved, le16 length, protocol, version, ports, flags, le64 base */
#define KEYP_UNIT_SIZE		16
#define KEYP_TYPE_UNIT		0
#define KEYP_PROTOCOL_PCIE	1

/* Then the ports: le16 segment, bus, devfn */
#define KEYP_PORT_SIZE		4

/**
 * keyp_begin() - is this a table to go through?
 * @table: the table
 * @size: bytes that can be read of it
 * @end: out: where it ends
 *
 * Context: any.
 * Return: the offset of its first structure, or -EINVAL.
 */
int keyp_begin(const void *table, size_t size, size_t *end)
{
	if (size < KEYP_HEAD_SIZE || memcmp(table, KEYP_SIGNATURE, 4))
		return -EINVAL;
	*end = get_unaligned_le32(table + KEYP_OFF_LENGTH);
	if (*end < KEYP_HEAD_SIZE || *end > size)
		return -EINVAL;
	return KEYP_HEAD_SIZE;
}

static void read_unit(const u8 *s, struct keyp_unit *unit)
{
	unit->base = get_unaligned_le64(s + 8);
	unit->nr_ports = s[6];
	for (unsigned int i = 0; i < unit->nr_ports; i++) {
		const u8 *port = s + KEYP_UNIT_SIZE + i * KEYP_PORT_SIZE;

		unit->ports[i] = (struct pci_ide_kcu_port) {
			.segment = get_unaligned_le16(port),
			.bus = port[2],
			.devfn = port[3],
		};
	}
}

/**
 * keyp_next() - the next unit for PCIe
 * @table: a table that keyp_begin() took
 * @end: where it ends
 * @pos: where to go on; moved behind the unit
 * @unit: out: the unit
 *
 * Context: any.
 * Return: 1; 0 there is none left; -EINVAL a structure is not what it says, and
 * nothing behind it can be found.
 */
int keyp_next(const void *table, size_t end, size_t *pos, struct keyp_unit *unit)
{
	while (*pos < end) {
		const u8 *s = table + *pos;
		size_t left = end - *pos;
		size_t len;

		if (left < 4)
			return -EINVAL;
		len = get_unaligned_le16(s + 2);
		if (len < 4 || len > left)
			return -EINVAL;
		if (s[0] != KEYP_TYPE_UNIT) {
			*pos += len;
			continue;
		}
		if (len < KEYP_UNIT_SIZE || len < KEYP_UNIT_SIZE + s[6] * KEYP_PORT_SIZE)
			return -EINVAL;
		*pos += len;
		if (s[4] != KEYP_PROTOCOL_PCIE)
			continue;
		read_unit(s, unit);
		return 1;
	}
	return 0;
}

static u32 keyp_read32(void *priv, u32 offset)
{
	return readl((void __iomem __force *)priv + offset);
}

static void keyp_write32(void *priv, u32 offset, u32 val)
{
	writel(val, (void __iomem __force *)priv + offset);
}

static const struct pci_ide_kcu_io keyp_io = {
	.read32 = keyp_read32,
	.write32 = keyp_write32,
};

/* How large the unit is, its first register tells */
static void __iomem *keyp_map(u64 base)
{
	void __iomem *regs;
	u32 cap, size;

	if (!base || !IS_ALIGNED(base, 4) || base > U64_MAX - SZ_1M ||
	    (resource_size_t)base != base)
		return NULL;
	regs = ioremap(base, sizeof(u32));
	if (!regs)
		return NULL;
	cap = readl(regs + KCU_CAP);
	iounmap(regs);
	if (cap == U32_MAX)
		return NULL;
	size = kcu_parse(cap).size;
	return ioremap(base, size);
}

/* A unit stays until the system goes down: nothing unregisters it */
static void __init keyp_register(const struct keyp_unit *unit)
{
	void __iomem *regs = keyp_map(unit->base);
	struct pci_ide_kcu *kcu;

	if (!regs) {
		pr_warn("no registers at %#llx\n", unit->base);
		return;
	}
	kcu = pci_ide_kcu_register(&keyp_io, (void __force *)regs, unit->ports, unit->nr_ports);
	if (IS_ERR(kcu)) {
		pr_warn("unit at %#llx is refused: %pe\n", unit->base, kcu);
		iounmap(regs);
	}
}

static int __init keyp_init(void)
{
	struct keyp_unit *unit __free(kfree) = NULL;
	struct acpi_table_header *table;
	size_t pos, end;
	int rc;

	if (acpi_disabled || ACPI_FAILURE(acpi_get_table(KEYP_SIGNATURE, 0, &table)))
		return 0;
	unit = kmalloc(sizeof(*unit), GFP_KERNEL);
	rc = unit ? keyp_begin(table, table->length, &end) : -ENOMEM;
	pos = rc;
	while (rc > 0) {
		rc = keyp_next(table, end, &pos, unit);
		if (rc > 0)
			keyp_register(unit);
	}
	if (rc)
		pr_warn("table is not understood: %d\n", rc);
	acpi_put_table(table);
	return 0;
}
device_initcall(keyp_init);
