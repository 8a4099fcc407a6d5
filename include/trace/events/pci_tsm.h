/* SPDX-License-Identifier: GPL-2.0 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM pci_tsm

#if !defined(_TRACE_PCI_TSM_H) || defined(TRACE_HEADER_MULTI_READ)
#define _TRACE_PCI_TSM_H

#include <linux/tracepoint.h>

struct pci_dev;
struct pci_tsm_change;

/* A record moved: which function, which TSM, from, to, why, the how manieth time */
TRACE_EVENT(pci_tsm_state,

	TP_PROTO(struct pci_dev *pdev, int tsm, const struct pci_tsm_change *change),

	TP_ARGS(pdev, tsm, change),

	TP_STRUCT__entry(
		__string(device, pci_name(pdev))
		__field(int, tsm)
		__string(from, pci_tsm_state_name(change->old))
		__string(to, pci_tsm_state_name(change->new))
		__string(reason, pci_tsm_reason_name(change->reason))
		__field(u64, seq)
	),

	TP_fast_assign(
		__assign_str(device);
		__entry->tsm = tsm;
		__assign_str(from);
		__assign_str(to);
		__assign_str(reason);
		__entry->seq = change->seq;
	),

	TP_printk("%s tsm%d %s -> %s (%s) seq=%llu", __get_str(device), __entry->tsm,
		  __get_str(from), __get_str(to), __get_str(reason), __entry->seq)
);

/* Somebody reported a loss, from whatever context */
TRACE_EVENT(pci_tsm_lost,

	TP_PROTO(struct pci_dev *pdev, enum pci_tsm_reason reason),

	TP_ARGS(pdev, reason),

	TP_STRUCT__entry(
		__string(device, pci_name(pdev))
		__string(reason, pci_tsm_reason_name(reason))
	),

	TP_fast_assign(
		__assign_str(device);
		__assign_str(reason);
	),

	TP_printk("%s %s", __get_str(device), __get_str(reason))
);

#endif /* _TRACE_PCI_TSM_H */

#include <trace/define_trace.h>
