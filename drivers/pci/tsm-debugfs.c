// SPDX-License-Identifier: GPL-2.0
/*
 * PCI/TSM: counters of every DSM, for whoever looks for what went wrong.
 * /sys/kernel/debug/pci_tsm/dsms; the ABI proper is elsewhere.
 */
#include <linux/cleanup.h>
#include <linux/debugfs.h>
#include <linux/init.h>
#include <linux/pci.h>
#include <linux/seq_file.h>

#include "tsm.h"

static void show_dsm(struct seq_file *m, struct pci_tsm_dsm *dsm)
{
	struct pci_tsm_counters counters;
	struct pci_tsm_change now;
	unsigned int queued;
	int tsm = -1;

	pci_tsm_record_read(&dsm->rec, &now);
	scoped_guard(raw_spinlock_irqsave, &dsm->lock) {
		counters = dsm->counters;
		queued = dsm->nr_queued;
		if (dsm->tsm)
			tsm = dsm->tsm->tsm_dev->id;
	}
	seq_printf(m, "%s tsm=%d state=%s reason=%s seq=%llu queued=%u connects=%llu refused=%llu",
		   pci_name(dsm->pdev), tsm, pci_tsm_state_name(now.new),
		   pci_tsm_reason_name(now.reason), now.seq, queued, counters.connects,
		   counters.refused);
	seq_printf(m, " disconnects=%llu cancels=%llu last_errno=%d", counters.disconnects,
		   counters.cancels, counters.last_errno);
	for (int i = 0; i < PCI_TSM_NR_REASONS; i++)
		if (counters.losses[i])
			seq_printf(m, " lost_%s=%llu", pci_tsm_reason_name(i), counters.losses[i]);
	seq_putc(m, '\n');
}

static int dsms_show(struct seq_file *m, void *unused)
{
	struct pci_tsm_dsm *dsm = NULL;

	while ((dsm = pci_tsm_dsm_next(dsm)))
		show_dsm(m, dsm);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(dsms);

static int __init pci_tsm_debugfs_init(void)
{
	debugfs_create_file("dsms", 0400, debugfs_create_dir("pci_tsm", NULL), NULL, &dsms_fops);
	return 0;
}
late_initcall(pci_tsm_debugfs_init);
