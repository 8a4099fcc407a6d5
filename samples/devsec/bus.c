// SPDX-License-Identifier: GPL-2.0
/*
 * devsec_bus: emulated PCIe host bridges. This file makes them, gives them a
 * domain and addresses, and routes config accesses to functions
 * as the bridges' registers say.
 *
 * What sits behind a bridge is topology.c; what a function is, function.c.
 *
 * PCIe r7.0 sec 7.3 (routing of config requests).
 */
#include <linux/ioport.h>
#include <linux/module.h>
#include <linux/pci-ide.h>
#include <linux/platform_device.h>
#include <linux/slab.h>

#include "devsec.h"

/*
 * A segment has eight bits in IDE, TDISP and the ABIs of platforms; those below
 * 0x10 may be the machine's own.
 */
#define DEVSEC_DOMAIN_MIN	0x10
#define DEVSEC_DOMAIN_MAX	0xff

#define DEVSEC_BRIDGES_MAX	16

/* Bus addresses of the window for 32-bit BARs; CPU addresses are where room is */
#define DEVSEC_MEM_BUS_ADDR	0x40000000
#define DEVSEC_MEM_SIZE		SZ_1G
#define DEVSEC_PREF_SIZE	SZ_2G

static unsigned int bridges = 1;
module_param(bridges, uint, 0444);
MODULE_PARM_DESC(bridges, "Number of host bridges (1 to 16, default 1)");

static unsigned int domain = DEVSEC_DOMAIN_MIN;
module_param(domain, uint, 0444);
MODULE_PARM_DESC(domain, "First PCI domain to try (0x10 to 0xff, default 0x10)");

static char *topology = "ep,mf:4,sriov:4,switch:2,rciep,empty";
module_param(topology, charp, 0444);
MODULE_PARM_DESC(topology, "What is in the slots of each bridge: a list of ep, mf:N, ari:N, sriov:N, switch:N, fswitch:N, rciep, notee, noide, cma, empty; \"ep*64\" repeats");

static unsigned int hb_streams = 255;
module_param(hb_streams, uint, 0444);
MODULE_PARM_DESC(hb_streams, "IDE streams that a host bridge can have (0 to 255, default 255)");

/* For what must not be done under the spinlock of a host bridge */
struct workqueue_struct *devsec_wq;

/* All host bridges; does not change between init and exit of the module */
LIST_HEAD(devsec_hosts);

static struct platform_device *devsec_pdev;

struct devsec_host *devsec_host_by_domain(unsigned int domain)
{
	struct devsec_host *host;

	list_for_each_entry(host, &devsec_hosts, node) {
		if (host->domain == domain)
			return host;
	}
	return NULL;
}

static struct devsec_host *devsec_host_of(struct pci_bus *bus)
{
	return container_of(bus->sysdata, struct devsec_host, sysdata);
}

/* The bridge of a level that leads to a bus. */
static struct devsec_fn *devsec_bridge_to(struct list_head *level, u8 busnr)
{
	struct devsec_fn *fn;

	list_for_each_entry(fn, level, level) {
		u8 first, last;

		if (!devsec_is_bridge(fn))
			continue;
		first = devsec_cfg_read(fn->cfg, PCI_SECONDARY_BUS, 1);
		last = devsec_cfg_read(fn->cfg, PCI_SUBORDINATE_BUS, 1);
		if (first && first <= busnr && busnr <= last)
			return fn;
	}
	return NULL;
}

/*
 * The function that a config request for @busnr, @devfn arrives at, there or
 * not; NULL if the request gets lost on the way. Called with the host's lock.
 */
struct devsec_fn *devsec_route(struct devsec_host *host, u8 busnr, u8 devfn)
{
	struct list_head *level = &host->roots;
	struct devsec_fn *port = NULL;
	struct devsec_fn *fn;
	u8 here = 0;

	while (here != busnr) {
		port = devsec_bridge_to(level, busnr);
		if (!port)
			return NULL;
		here = devsec_cfg_read(port->cfg, PCI_SECONDARY_BUS, 1);
		level = &port->below;
	}

	/* Without ARI Forwarding there is nothing but device 0 on a link: sec 6.13 */
	if (port && devsec_has_link_below(port) && devfn > 7 &&
	    !(devsec_cfg_read(port->cfg, port->exp + PCI_EXP_DEVCTL2, 2) &
	      PCI_EXP_DEVCTL2_ARI))
		return NULL;

	list_for_each_entry(fn, level, level) {
		if (fn->devfn == devfn)
			return fn;
	}
	return NULL;
}

static bool devsec_access_bad(int where, int size)
{
	return where < 0 || where + size > DEVSEC_CFG_SIZE || where & (size - 1);
}

static int devsec_read(struct pci_bus *bus, unsigned int devfn, int where, int size,
		       u32 *val)
{
	struct devsec_host *host = devsec_host_of(bus);
	struct devsec_fn *fn;
	unsigned long flags;

	*val = ~0;
	if (devsec_access_bad(where, size))
		return PCIBIOS_BAD_REGISTER_NUMBER;

	raw_spin_lock_irqsave(&host->lock, flags);
	fn = devsec_route(host, bus->number, devfn);
	if (fn && devsec_fn_reachable(fn))
		*val = devsec_fn_read(fn, where, size);
	raw_spin_unlock_irqrestore(&host->lock, flags);
	return PCIBIOS_SUCCESSFUL;
}

static int devsec_write(struct pci_bus *bus, unsigned int devfn, int where, int size,
			u32 val)
{
	struct devsec_host *host = devsec_host_of(bus);
	struct devsec_fn *fn;
	unsigned long flags;

	if (devsec_access_bad(where, size))
		return PCIBIOS_BAD_REGISTER_NUMBER;

	raw_spin_lock_irqsave(&host->lock, flags);
	fn = devsec_route(host, bus->number, devfn);
	if (fn && devsec_fn_reachable(fn))
		devsec_fn_write(fn, where, size, val);
	raw_spin_unlock_irqrestore(&host->lock, flags);
	return PCIBIOS_SUCCESSFUL;
}

static struct pci_ops devsec_ops = {
	.read = devsec_read,
	.write = devsec_write,
};

static u8 devsec_swizzle_irq(struct pci_dev *pdev, u8 *pin)
{
	/* Or x86 with ACPI looks for it in the machine's own tables, and complains */
	pdev->pin = 0;
	return pci_common_swizzle(pdev, pin);
}

static int devsec_map_irq(const struct pci_dev *pdev, u8 slot, u8 pin)
{
	struct devsec_host *host = devsec_host_of(pdev->bus);
	struct devsec_fn *fn;
	unsigned long flags;
	unsigned int irq;

	raw_spin_lock_irqsave(&host->lock, flags);
	fn = devsec_route(host, pdev->bus->number, pdev->devfn);
	irq = fn ? fn->irq : 0;
	raw_spin_unlock_irqrestore(&host->lock, flags);
	return irq;
}

/* Addresses that nothing else has, above 4 GiB and thus above most RAM. */
static int devsec_window(struct resource *res, const char *name, unsigned long flags,
			 resource_size_t size)
{
	*res = (struct resource){ .name = name, .flags = flags };
	return allocate_resource(&iomem_resource, res, size, SZ_4G, ~(resource_size_t)0,
				 SZ_1G, NULL, NULL);
}

static int devsec_windows_setup(struct devsec_host *host)
{
	int rc;

	rc = devsec_window(&host->mem, "devsec memory", IORESOURCE_MEM, DEVSEC_MEM_SIZE);
	if (rc)
		return rc;

	rc = devsec_window(&host->pref, "devsec prefetchable memory",
			   IORESOURCE_MEM | IORESOURCE_PREFETCH | IORESOURCE_MEM_64,
			   DEVSEC_PREF_SIZE);
	if (rc)
		release_resource(&host->mem);
	return rc;
}

static void devsec_windows_teardown(struct devsec_host *host)
{
	release_resource(&host->pref);
	release_resource(&host->mem);
}

static int devsec_free_domain(void)
{
	for (unsigned int i = domain; i <= DEVSEC_DOMAIN_MAX; i++) {
		if (!pci_find_bus(i, 0))
			return i;
	}
	return -ENOSPC;
}

/* Where architectures look for the domain of a bus. */
static void devsec_set_domain(struct devsec_host *host, struct pci_host_bridge *bridge)
{
#ifdef CONFIG_X86
	host->sysdata.domain = host->domain;
	host->sysdata.node = NUMA_NO_NODE;
#else
	/* arm64 with ACPI takes sysdata for an ECAM window, whose parent may be NULL */
	bridge->domain_nr = host->domain;
#endif
	bridge->sysdata = &host->sysdata;
}

static int devsec_bridge_probe(struct devsec_host *host)
{
	struct pci_host_bridge *bridge = pci_alloc_host_bridge(0);
	int rc;

	if (!bridge)
		return -ENOMEM;

	devsec_set_domain(host, bridge);
	bridge->dev.parent = &devsec_pdev->dev;
	bridge->ops = &devsec_ops;
	bridge->swizzle_irq = devsec_swizzle_irq;
	bridge->map_irq = devsec_map_irq;
	pci_ide_set_nr_streams(bridge, hb_streams);
	pci_add_resource_offset(&bridge->windows, &host->mem,
				host->mem.start - DEVSEC_MEM_BUS_ADDR);
	pci_add_resource(&bridge->windows, &host->pref);

	rc = pci_host_probe(bridge);
	if (rc) {
		pci_free_host_bridge(bridge);
		return rc;
	}
	host->bridge = bridge;
	return 0;
}

static void devsec_bridge_remove(struct devsec_host *host)
{
	pci_lock_rescan_remove();
	pci_stop_root_bus(host->bridge->bus);
	pci_remove_root_bus(host->bridge->bus);
	pci_unlock_rescan_remove();
	pci_free_host_bridge(host->bridge);
}

/* Nobody accesses the functions any more. */
static void devsec_functions_free(struct devsec_host *host)
{
	struct devsec_fn *fn, *next;

	/* Work of one function looks at others */
	list_for_each_entry(fn, &host->fns, all)
		devsec_fn_stop(fn);
	/* What is below a bridge was made after it */
	list_for_each_entry_safe_reverse(fn, next, &host->fns, all)
		devsec_fn_destroy(fn);
}

static void devsec_report_leaks(struct devsec_host *host)
{
	unsigned int n = devsec_kcu_leaks(host);
	struct devsec_fn *fn;

	if (n)
		dev_err(&devsec_pdev->dev,
			"%04x: leaked %u keys or streams in the key configuration unit\n",
			host->domain, n);
	list_for_each_entry(fn, &host->fns, all) {
		n = devsec_ide_leaks(fn);
		if (n)
			dev_err(&devsec_pdev->dev,
				"%04x: %s at devfn %02x: leaked %u keys or enabled streams\n",
				host->domain, fn->shape, fn->devfn, n);
	}
}

static int devsec_host_setup(struct devsec_host *host)
{
	int rc;

	rc = devsec_topology_build(host, topology);
	if (rc)
		goto free_functions;
	rc = devsec_kcu_add(host);
	if (rc)
		goto free_functions;
	rc = devsec_windows_setup(host);
	if (rc)
		goto remove_kcu;
	rc = devsec_bridge_probe(host);
	if (rc)
		goto free_windows;
	return 0;

free_windows:
	devsec_windows_teardown(host);
remove_kcu:
	devsec_kcu_remove(host);
free_functions:
	devsec_functions_free(host);
	return rc;
}

static int devsec_host_add(void)
{
	struct devsec_host *host;
	int rc;

	host = kzalloc(sizeof(*host), GFP_KERNEL);
	if (!host)
		return -ENOMEM;

	raw_spin_lock_init(&host->lock);
	INIT_LIST_HEAD(&host->fns);
	INIT_LIST_HEAD(&host->roots);
	rc = devsec_free_domain();
	if (rc >= 0) {
		host->domain = rc;
		rc = devsec_host_setup(host);
	}
	if (rc) {
		kfree(host);
		return rc;
	}
	list_add_tail(&host->node, &devsec_hosts);
	return 0;
}

static void devsec_hosts_remove(void)
{
	struct devsec_host *host, *next;

	list_for_each_entry_safe_reverse(host, next, &devsec_hosts, node) {
		list_del(&host->node);
		devsec_hotplug_stop(host);
		devsec_bridge_remove(host);
		devsec_report_leaks(host);
		devsec_kcu_remove(host);
		devsec_windows_teardown(host);
		devsec_functions_free(host);
		kfree(host);
	}
}

static int devsec_hosts_add(void)
{
	for (unsigned int i = 0; i < bridges; i++) {
		int rc = devsec_host_add();

		if (rc) {
			devsec_hosts_remove();
			return rc;
		}
	}
	return 0;
}

static int devsec_params_check(void)
{
	int rc;

	if (!bridges || bridges > DEVSEC_BRIDGES_MAX || hb_streams > 255 ||
	    domain < DEVSEC_DOMAIN_MIN || domain > DEVSEC_DOMAIN_MAX)
		return -EINVAL;
	rc = devsec_ide_params() ?: devsec_kcu_params();
	return rc ?: devsec_topology_check(topology);
}

static int __init devsec_bus_init(void)
{
	int rc;

	rc = devsec_params_check();
	if (rc)
		return rc;

	devsec_wq = alloc_workqueue("devsec_bus", WQ_UNBOUND, WQ_MAX_ACTIVE);
	if (!devsec_wq)
		return -ENOMEM;

	devsec_pdev = platform_device_register_simple("devsec_bus", PLATFORM_DEVID_NONE,
						      NULL, 0);
	if (IS_ERR(devsec_pdev)) {
		rc = PTR_ERR(devsec_pdev);
		goto destroy_wq;
	}
	rc = devsec_lockdep_init();
	if (rc)
		goto unregister_device;
	rc = pci_register_driver(&devsec_driver);
	if (rc)
		goto exit_lockdep;
	rc = devsec_hosts_add();
	if (rc)
		goto unregister_driver;
	rc = devsec_dsm_init();
	if (rc)
		goto remove_hosts;
	devsec_fault_init();
	return 0;

remove_hosts:
	devsec_hosts_remove();
unregister_driver:
	pci_unregister_driver(&devsec_driver);
exit_lockdep:
	devsec_lockdep_exit();
unregister_device:
	platform_device_unregister(devsec_pdev);
destroy_wq:
	destroy_workqueue(devsec_wq);
	return rc;
}
module_init(devsec_bus_init);

static void __exit devsec_bus_exit(void)
{
	devsec_fault_exit();
	devsec_dsm_exit();
	devsec_hosts_remove();
	pci_unregister_driver(&devsec_driver);
	devsec_lockdep_exit();
	platform_device_unregister(devsec_pdev);
	destroy_workqueue(devsec_wq);
}
module_exit(devsec_bus_exit);

MODULE_DESCRIPTION("Emulated PCIe bus for PCI/TSM");
MODULE_LICENSE("GPL");
MODULE_IMPORT_NS(PCI_IDE);
