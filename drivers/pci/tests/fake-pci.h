/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Functions that do not exist, for suites: a struct pci_dev of its own bus each,
 * outside of the PCI bus type, so that nothing binds to them or lists them. Their
 * config space is an array with an IDE capability.
 */
#ifndef FAKE_PCI_H
#define FAKE_PCI_H

#include <kunit/test.h>
#include <linux/pci.h>

#define CAP		PCI_CFG_SPACE_SIZE	/* Where the fakes have the capability */
#define AER		0x80			/* and that of AER */
#define PARKED		0xff000000
#define SELECTIVE(n)	(0x2 | ((n) - 1) << 16)
#define LINK		0x1
#define FLOWTHROUGH	0x4
#define CFG		0x80
#define TEE		0x01000000

struct fake_fn {
	struct pci_dev pdev;
	struct pci_bus bus;	/* The bus that the function is on */
	struct pci_ops ops;
	u32 cfg[1024];
	unsigned int reads;
	unsigned int writes;
	bool never_secure;
};

struct fake_hb {
	struct pci_host_bridge *hb;
	struct fake_fn *rp, *ep;
};

/* fake-pci.c */
struct fake_fn *fake_make(struct kunit *test, struct fake_fn *above, int type);
struct fake_fn *fake_end(struct kunit *test, struct fake_fn *above, int type, int nr);
void fake_add(struct kunit *test, struct fake_fn *fn);
void fake_remove(void *data);
void fake_domain(struct pci_bus *bus, int nr);
int fake_hb_init(struct kunit *test);
u32 *fake_sel(struct fake_fn *fn, int index, int reg);
u32 *fake_link_ctl(struct fake_fn *fn);

#endif /* FAKE_PCI_H */
