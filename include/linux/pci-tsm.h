/* SPDX-License-Identifier: GPL-2.0 */
/*
 * PCI/TSM: what a TEE Security Manager does for PCI devices (the ops that a TSM
 * driver fills in), and what the rest of the kernel may ask for.
 *
 * PCIe r7.0 sec 11 (TDISP), 6.31 (CMA-SPDM), 6.33 (IDE).
 */
#ifndef __PCI_TSM_H
#define __PCI_TSM_H

#include <linux/mutex.h>
#include <linux/pci.h>
#include <linux/sizes.h>
#include <linux/sockptr.h>
#include <uapi/linux/pci-tsm.h>

struct kvm;
struct pci_doe_mb;
struct tsm_dev;

/**
 * enum pci_tsm_req_scope - how far a guest's request may reach
 * @PCI_TSM_REQ_INFO: it reads
 * @PCI_TSM_REQ_STATE_CHANGE: it changes the state of the guest's own interface
 * @PCI_TSM_REQ_DEBUG_READ: it reads what only a debugger may; refused
 * @PCI_TSM_REQ_DEBUG_WRITE: it changes what only a debugger may; refused
 */
enum pci_tsm_req_scope {
	PCI_TSM_REQ_INFO		= 0,
	PCI_TSM_REQ_STATE_CHANGE	= 1,
	PCI_TSM_REQ_DEBUG_READ		= 2,
	PCI_TSM_REQ_DEBUG_WRITE		= 3,
};

/* DOE data object types of PCI-SIG (PCIe r7.0 sec 6.30.1.1), which this base does not name */
#define PCI_TSM_DOE_CMA		1
#define PCI_TSM_DOE_SSESSION	2

/* The largest request, and the largest answer, that a guest may pass, in bytes. */
#define PCI_TSM_GUEST_REQ_MAX	SZ_64K

#define PCI_TSM_NR_REASONS	(PCI_TSM_REASON_MAX + 1)

#define PCI_TSM_NR_EVIDENCE	(PCI_TSM_EVIDENCE_TYPE_MAX + 1)
/* The largest object of evidence, in bytes */
#define PCI_TSM_OBJECT_MAX	SZ_16M
#define PCI_TSM_DIGEST_MAX	64
#define PCI_TSM_ALGO_MAX	16

/**
 * struct pci_tsm_object - a piece of evidence
 * @type: what it is, enum pci_tsm_evidence_type
 * @data: its bytes, from kvmalloc() with GFP_KERNEL_ACCOUNT
 * @len: how many, at most PCI_TSM_OBJECT_MAX
 * @record_offset: where the part begins that says what the device is: the
 *	certificates of a chain, the record of measurements. If that is the same the
 *	device is, whatever else is new
 * @record_len: bytes of that part; 0 for all of @data
 * @digest: of @data, with the hash of the evidence; for the core the bytes count
 * @digest_len: bytes of @digest, 0 for none
 * @answer: it is signed over the nonce of the request, with the key of its slot
 */
struct pci_tsm_object {
	unsigned int type;
	void *data;
	size_t len;
	size_t record_offset;
	size_t record_len;
	u8 digest[PCI_TSM_DIGEST_MAX];
	u8 digest_len;
	bool answer;
};

/**
 * struct pci_tsm_evidence - evidence on its way from a TSM driver to the core
 * @nr: number of @objects
 * @objects: in ascending order of types; what the device does not have is left out
 * @spdm_version: of the connection with the device, e.g. 0x12; 0 for unknown
 * @hash: name of the hash of its signatures and of all digests, as in DSP0274
 * @signature: name of the algorithm of its signatures
 */
struct pci_tsm_evidence {
	unsigned int nr;
	struct pci_tsm_object objects[PCI_TSM_NR_EVIDENCE];
	u8 spdm_version;
	char hash[PCI_TSM_ALGO_MAX];
	char signature[PCI_TSM_ALGO_MAX];
};

/**
 * struct pci_tdi - a TEE Device Interface: a function that a TVM owns
 * @pdev: the function
 * @kvm: the TVM; valid from bind until unbind has run
 * @tdi_id: the name that the TVM knows the function by (a requester id)
 */
struct pci_tdi {
	struct pci_dev *pdev;
	struct kvm *kvm;
	u32 tdi_id;
};

/**
 * struct pci_tsm - what a TSM driver keeps about one function
 * @pdev: the function
 * @dsm_dev: the function that its DSM lives in (maybe itself)
 * @tsm_dev: the TSM that serves it
 * @tdi: set by the core from a successful bind until unbind has run
 *
 * The TSM driver allocates it in @probe, usually inside a larger object, and
 * frees it in @remove.
 */
struct pci_tsm {
	struct pci_dev *pdev;
	struct pci_dev *dsm_dev;
	struct tsm_dev *tsm_dev;
	struct pci_tdi *tdi;
};

/**
 * struct pci_tsm_pf0 - what a TSM driver keeps about the function with the DSM
 * @base_tsm: what it keeps about any function
 * @lock: for the driver's own use; the core runs one op at a time without it
 * @doe_mb: the CMA-SPDM mailbox, NULL where the function has none
 */
struct pci_tsm_pf0 {
	struct pci_tsm base_tsm;
	struct mutex lock;	/* the driver's own */
	struct pci_doe_mb *doe_mb;
};

/**
 * struct pci_tsm_connect_args - what a connect may be told; all zero is the default
 * @cert_slot: which of the device's certificate chains to use (0 to 7)
 * @algo_policy: TSM-specific choice of algorithms, 0 for the TSM's own
 */
struct pci_tsm_connect_args {
	u8 cert_slot;
	u32 algo_policy;
};

/**
 * struct pci_tsm_guest_args - one request of a guest to its TSM
 * @scope: how far it may reach
 * @req: what the guest sends, kernel memory
 * @req_len: bytes in @req, at most PCI_TSM_GUEST_REQ_MAX
 * @resp: room for the answer, kernel memory
 * @resp_len: bytes in @resp, at most PCI_TSM_GUEST_REQ_MAX
 * @tsm_code: set by the op: the TSM's own result code
 */
struct pci_tsm_guest_args {
	enum pci_tsm_req_scope scope;
	sockptr_t req;
	size_t req_len;
	sockptr_t resp;
	size_t resp_len;
	u64 tsm_code;
};

/**
 * struct pci_tsm_ops - what a TSM does for PCI devices, link role
 *
 * Each op but @match and @cancel runs on the worker of the function's DSM: one
 * at a time for each DSM, in parallel for different DSMs, with no lock of the
 * core held, under memalloc_noio. An op may sleep. It must not take a device
 * lock, the rescan lock, pci_bus_sem or pci_slot_mutex, must not reset
 * anything, and must not call tsm_dev_unregister(): whoever does may be waiting for
 * the op. Documentation/driver-api/pci/tsm.rst has a driver in full.
 */
struct pci_tsm_ops {
	/**
	 * @rank: which of several TSMs that match a bare "1" means: the highest,
	 * then the one registered first.
	 */
	int rank;

	/**
	 * @match: does this TSM serve the DSM in @pdev? Optional; without it a
	 * TSM serves every function 0 with selective IDE streams or the TEE bit.
	 * It is asked of those, and of functions 0 with a CMA-SPDM mailbox.
	 * Context: any lock may be held; must not sleep nor touch the device.
	 */
	bool (*match)(struct tsm_dev *tsm_dev, struct pci_dev *pdev);

	/**
	 * @probe: make the context of a function; first of the DSM's own, then
	 * (after @connect) of each function that the DSM governs.
	 * Return: the context, ERR_PTR with the reason, or NULL for -ENXIO.
	 */
	struct pci_tsm *(*probe)(struct tsm_dev *tsm_dev, struct pci_dev *pdev);

	/** @remove: undo @probe; the device may be gone. */
	void (*remove)(struct pci_tsm *tsm);

	/**
	 * @connect: bring up session and stream of the DSM in @pdev.
	 * On failure nothing is left behind but what @probe made.
	 * Return: 0 or a negative errno, as in Documentation/PCI/tsm.rst.
	 */
	int (*connect)(struct pci_dev *pdev, const struct pci_tsm_connect_args *args);

	/**
	 * @disconnect: undo @connect; cannot fail, also not when the device is
	 * gone or does not answer. Called after each TDI was unbound.
	 */
	void (*disconnect)(struct pci_dev *pdev);

	/**
	 * @bind: lock the function's interface for a TVM. Optional, with
	 * @unbind. Return: the TDI or ERR_PTR.
	 */
	struct pci_tdi *(*bind)(struct pci_dev *pdev, struct kvm *kvm, u32 tdi_id);

	/** @unbind: undo @bind, free the TDI; cannot fail. */
	void (*unbind)(struct pci_tdi *tdi);

	/**
	 * @guest_req: pass a guest's request about its TDI to the TSM. Optional.
	 * Return: 0, a residue in bytes (> 0), or a negative errno.
	 */
	ssize_t (*guest_req)(struct pci_tdi *tdi, struct pci_tsm_guest_args *args);

	/**
	 * @refresh_evidence: get evidence anew from the device of a DSM that is
	 * connected. Optional. @types has a bit for each type that is wanted:
	 * one certificate chain, or the VCA and what is signed over it, or the
	 * report; the core calls this as often as it takes, and does what is more
	 * urgent in between. @slot is the certificate slot that is to sign over
	 * @nonce. Adds to @result, which has what earlier calls of the same
	 * request brought; the core frees it if this fails. Memory is charged to
	 * whoever asked.
	 * Return: 0 or a negative errno.
	 */
	int (*refresh_evidence)(struct pci_tsm *tsm, u32 types, u8 slot,
				const u8 nonce[PCI_TSM_NONCE_SIZE],
				struct pci_tsm_evidence *result);

	/**
	 * @cancel: wake the op that runs on the DSM in @pdev, so that it sees
	 * pci_tsm_cancelled() and returns -ECANCELED soon. Optional; without it
	 * a cancel takes as long as the op. @pdev is the DSM's own function.
	 * Context: process; may sleep shortly; no context of the driver is passed
	 * since there may be none yet, or none any more.
	 */
	void (*cancel)(struct tsm_dev *tsm_dev, struct pci_dev *pdev);
};

#ifdef CONFIG_PCI_TSM

/* For tsm-core.c */
int pci_tsm_register(struct tsm_dev *tsm_dev);
void pci_tsm_unregister(struct tsm_dev *tsm_dev);

/* For TSM drivers */
bool is_pci_tsm_pf0(struct pci_dev *pdev);
struct pci_tsm *pci_tsm_of(struct pci_dev *pdev);
struct pci_dev *pci_tsm_dsm_dev(struct pci_dev *pdev);
struct pci_tsm_pf0 *to_pci_tsm_pf0(struct pci_tsm *tsm);
int pci_tsm_link_constructor(struct pci_dev *pdev, struct pci_tsm *tsm,
			     struct tsm_dev *tsm_dev);
int pci_tsm_pf0_constructor(struct pci_dev *pdev, struct pci_tsm_pf0 *pf0,
			    struct tsm_dev *tsm_dev);
void pci_tsm_pf0_destructor(struct pci_tsm_pf0 *pf0);
void pci_tsm_tdi_constructor(struct pci_dev *pdev, struct pci_tdi *tdi,
			     struct kvm *kvm, u32 tdi_id);
int pci_tsm_doe_transfer(struct pci_dev *pdev, u8 type, const void *req, size_t req_sz,
			 void *resp, size_t resp_sz);
bool pci_tsm_cancelled(struct pci_dev *pdev);
void pci_tsm_set_verified(struct pci_dev *pdev);
void pci_tsm_set_evidence(struct pci_dev *pdev, struct pci_tsm_evidence *evidence);
__printf(2, 3) void pci_tsm_explain(struct pci_dev *pdev, const char *fmt, ...);

/* For whoever wants to know what a device is */
int pci_tsm_refresh_evidence(struct pci_dev *pdev, u32 types, u8 slot,
			     const u8 nonce[PCI_TSM_NONCE_SIZE],
			     struct pci_tsm_evidence *result);
void pci_tsm_evidence_free(struct pci_tsm_evidence *evidence);

/* For whoever notices a loss: any context */
void pci_tsm_report_lost(struct pci_dev *pdev, enum pci_tsm_reason reason);

/* For VMMs' drivers (VFIO, iommufd) */
int pci_tsm_bind(struct pci_dev *pdev, struct kvm *kvm, u32 tdi_id,
		 void (*invalidate)(void *data), void *data);
void pci_tsm_unbind(struct pci_dev *pdev);
ssize_t pci_tsm_guest_req(struct pci_dev *pdev, enum pci_tsm_req_scope scope,
			  sockptr_t req_in, size_t in_len,
			  sockptr_t req_out, size_t out_len, u64 *tsm_code);

#else /* !CONFIG_PCI_TSM */

static inline int pci_tsm_register(struct tsm_dev *tsm_dev)
{
	return -EOPNOTSUPP;
}

static inline void pci_tsm_unregister(struct tsm_dev *tsm_dev)
{
}

static inline void pci_tsm_report_lost(struct pci_dev *pdev, enum pci_tsm_reason reason)
{
}

static inline int pci_tsm_bind(struct pci_dev *pdev, struct kvm *kvm, u32 tdi_id,
			       void (*invalidate)(void *data), void *data)
{
	return -EOPNOTSUPP;
}

static inline void pci_tsm_unbind(struct pci_dev *pdev)
{
}

static inline ssize_t pci_tsm_guest_req(struct pci_dev *pdev, enum pci_tsm_req_scope scope,
					sockptr_t req_in, size_t in_len,
					sockptr_t req_out, size_t out_len, u64 *tsm_code)
{
	return -EOPNOTSUPP;
}

#endif /* CONFIG_PCI_TSM */

#endif /* __PCI_TSM_H */
