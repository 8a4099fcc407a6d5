/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the files of devsec_tsm share.
 */
#ifndef __DEVSEC_LINK_H
#define __DEVSEC_LINK_H

#include <linux/atomic.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/pci.h>
#include <linux/pci-tsm.h>
#include <linux/tsm-class.h>

struct pci_ide;
struct platform_device;

/**
 * struct devsec_tsm - one emulated TSM
 * @node: entry in the list of all
 * @id: number in its name, which counters need after it has left
 * @leaving: somebody unregisters it
 * @parent: parent of its class device
 * @tsm_dev: as it is known to others
 * @ops: with its rank
 * @contexts: struct pci_tsm that exist
 * @streams: streams that exist
 * @tdis: TDIs that exist
 * @connects: connects that succeeded, ever
 * @disconnects: disconnects, ever
 * @cancels: calls of the op cancel, ever
 */
struct devsec_tsm {
	struct list_head node;
	int id;
	bool leaving;
	struct platform_device *parent;
	struct tsm_dev *tsm_dev;
	struct pci_tsm_ops ops;
	atomic_t contexts;
	atomic_t streams;
	atomic_t tdis;
	atomic_t connects;
	atomic_t disconnects;
	atomic_t cancels;
};

/**
 * struct devsec_stream - a stream and what was done for it so far
 * @ide: the stream, or NULL
 * @ep_key: the endpoint may have its key
 * @rp_key: the root port may have its key
 */
struct devsec_stream {
	struct pci_ide *ide;
	bool ep_key;
	bool rp_key;
};

enum devsec_op {
	DEVSEC_OP_PROBE,
	DEVSEC_OP_CONNECT,
	DEVSEC_OP_DISCONNECT,
	DEVSEC_OP_BIND,
	DEVSEC_OP_UNBIND,
	DEVSEC_OP_GUEST_REQ,
	DEVSEC_OP_REFRESH,
	DEVSEC_NR_OPS,
};

/* link-tsm.c */
extern struct mutex devsec_tsms_lock;
extern struct list_head devsec_tsms;
int devsec_tsm_add(int rank);
int devsec_tsm_del(int id);
int devsec_tsm_wait(struct pci_dev *pdev, unsigned int ms);

/* link-stream.c */
bool devsec_stream_possible(struct pci_dev *pdev);
int devsec_stream_start(struct pci_dev *pdev, struct devsec_stream *stream);
void devsec_stream_stop(struct pci_dev *pdev, struct devsec_stream *stream);

/* link-evidence.c */
int devsec_refresh_evidence(struct pci_tsm *tsm, u32 types, u8 slot,
			    const u8 nonce[PCI_TSM_NONCE_SIZE],
			    struct pci_tsm_evidence *result);
int devsec_tell_evidence(struct pci_dev *pdev);

/* link-fault.c */
int devsec_tsm_fault(struct pci_dev *pdev, enum devsec_op op);
int devsec_tsm_fault_line(char *line);
void devsec_tsm_fault_clear(void);

/* link-bigobj.c */
bool devsec_bigobj_any(void);
int devsec_bigobj_evidence(u32 types, struct pci_tsm_evidence *result);
int devsec_bigobj_line(char *line);
int devsec_bigobj_add_file(struct devsec_tsm *tsm);
void devsec_bigobj_del_file(struct devsec_tsm *tsm);
void devsec_bigobj_exit(void);

/* tsm-debugfs.c */
int devsec_tsm_debugfs_init(void);
void devsec_tsm_debugfs_exit(void);

#endif /* __DEVSEC_LINK_H */
