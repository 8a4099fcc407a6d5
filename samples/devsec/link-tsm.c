// SPDX-License-Identifier: GPL-2.0
/*
 * devsec_tsm: an emulated platform TSM in the link role, or several side by
 * side. It connects functions of devsec_bus, with an IDE stream where they have
 * IDE, and binds them without doing anything for it.
 *
 * There is no SPDM session, but for evidence where somebody asks; there is no key
 * exchange and no TDISP: it is about the order of things, their undo, time that
 * passes and what can go wrong.
 */
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/pci-doe.h>
#include <linux/platform_device.h>
#include <linux/slab.h>
#include <linux/wait.h>

#include "fw.h"
#include "link.h"

#define DEVSEC_TSMS_MAX		8

static unsigned int tsms = 1;
module_param(tsms, uint, 0444);
MODULE_PARM_DESC(tsms, "Number of TSMs (1 to 8, default 1)");

static int ranks[DEVSEC_TSMS_MAX];
module_param_array(ranks, int, NULL, 0444);
MODULE_PARM_DESC(ranks, "Rank of each TSM (default 0)");

static unsigned int latency_ms;
module_param(latency_ms, uint, 0644);
MODULE_PARM_DESC(latency_ms, "Time that connect and disconnect take (default 0)");

static bool verified;
module_param(verified, bool, 0644);
MODULE_PARM_DESC(verified, "Say of each device that its identity was verified (default no)");

static bool evidence;
module_param(evidence, bool, 0644);
MODULE_PARM_DESC(evidence, "Connect only devices that tell by SPDM who they are (default no)");

static bool cma;
module_param(cma, bool, 0444);
MODULE_PARM_DESC(cma, "Serve functions that have a CMA-SPDM mailbox and nothing else, too");

/**
 * struct devsec_context - what a TSM keeps about a function
 * @pf0: for the function with the DSM; the others use its base_tsm only
 * @tsm: the TSM
 * @stream: the stream of a connected DSM
 */
struct devsec_context {
	struct pci_tsm_pf0 pf0;
	struct devsec_tsm *tsm;
	struct devsec_stream stream;
};

/**
 * struct devsec_tdi - a bound function
 * @base: as the core knows it
 * @tsm: the TSM
 * @requests: guest requests so far
 */
struct devsec_tdi {
	struct pci_tdi base;
	struct devsec_tsm *tsm;
	u32 requests;
};

/* Protects the list of TSMs, in order of arrival; not held while one comes or leaves */
DEFINE_MUTEX(devsec_tsms_lock);
LIST_HEAD(devsec_tsms);

/* Ops that wait, of all TSMs: a cancel is rare enough to wake them all */
static DECLARE_WAIT_QUEUE_HEAD(devsec_cancel_wq);

static struct devsec_context *devsec_context_of(struct pci_dev *pdev)
{
	return container_of(pci_tsm_of(pdev), struct devsec_context, pf0.base_tsm);
}

/* Let time pass on behalf of an op that can be cancelled. */
int devsec_tsm_wait(struct pci_dev *pdev, unsigned int ms)
{
	wait_event_idle_timeout(devsec_cancel_wq, pci_tsm_cancelled(pdev),
				msecs_to_jiffies(ms));
	return pci_tsm_cancelled(pdev) ? -ECANCELED : 0;
}

static bool devsec_match(struct tsm_dev *tsm_dev, struct pci_dev *pdev)
{
	/* The core asks for functions that can hold a DSM, or have CMA at least */
	return pdev->vendor == DEVSEC_VENDOR_ID;
}

static struct pci_tsm *devsec_tsm_probe(struct tsm_dev *tsm_dev, struct pci_dev *pdev)
{
	struct devsec_tsm *tsm = dev_get_drvdata(tsm_dev->dev.parent);
	struct devsec_context *context;
	int rc;

	if (pdev->vendor != DEVSEC_VENDOR_ID)
		return ERR_PTR(-ENXIO);
	rc = devsec_tsm_fault(pdev, DEVSEC_OP_PROBE);
	if (rc)
		return rc > 0 ? NULL : ERR_PTR(rc);

	context = kzalloc(sizeof(*context), GFP_KERNEL);
	if (!context)
		return ERR_PTR(-ENOMEM);

	if (pci_tsm_dsm_dev(pdev) == pdev)
		rc = pci_tsm_pf0_constructor(pdev, &context->pf0, tsm_dev);
	else
		rc = pci_tsm_link_constructor(pdev, &context->pf0.base_tsm, tsm_dev);
	if (rc) {
		kfree(context);
		return ERR_PTR(rc);
	}
	context->tsm = tsm;
	atomic_inc(&tsm->contexts);
	return &context->pf0.base_tsm;
}

static void devsec_tsm_remove(struct pci_tsm *base)
{
	struct devsec_context *context;

	context = container_of(base, struct devsec_context, pf0.base_tsm);
	if (base->dsm_dev == base->pdev)
		pci_tsm_pf0_destructor(&context->pf0);
	atomic_dec(&context->tsm->contexts);
	kfree(context);
}

static int devsec_connect(struct pci_dev *pdev, const struct pci_tsm_connect_args *args)
{
	struct devsec_context *context = devsec_context_of(pdev);
	int rc;

	/* Slot 0 is what an emulated device has, and there is no algorithm to choose */
	if (args->cert_slot || args->algo_policy)
		return -EOPNOTSUPP;
	rc = devsec_tsm_fault(pdev, DEVSEC_OP_CONNECT);
	if (rc)
		return rc;
	rc = devsec_tsm_wait(pdev, READ_ONCE(latency_ms));
	if (rc)
		return rc;
	if (READ_ONCE(evidence))
		rc = devsec_tell_evidence(pdev);
	if (rc)
		return rc;
	/* Who it is comes before the link to it, which may still fail */
	if (READ_ONCE(verified))
		pci_tsm_set_verified(pdev);

	if (devsec_stream_possible(pdev)) {
		rc = devsec_stream_start(pdev, &context->stream);
		if (rc)
			return rc;
		atomic_inc(&context->tsm->streams);
	}
	atomic_inc(&context->tsm->connects);
	return 0;
}

static void devsec_disconnect(struct pci_dev *pdev)
{
	struct devsec_context *context = devsec_context_of(pdev);
	bool leak = devsec_tsm_fault(pdev, DEVSEC_OP_DISCONNECT) > 0;

	/* Firmware takes its time; a teardown is not cancelled, so this just sleeps */
	schedule_timeout_idle(msecs_to_jiffies(READ_ONCE(latency_ms)));

	if (context->stream.ide) {
		devsec_stream_stop(pdev, &context->stream);
		atomic_sub(!leak, &context->tsm->streams);
	}
	atomic_inc(&context->tsm->disconnects);
}

static struct pci_tdi *devsec_bind(struct pci_dev *pdev, struct kvm *kvm, u32 tdi_id)
{
	struct devsec_context *context = devsec_context_of(pdev);
	struct devsec_tdi *tdi;
	int rc;

	rc = devsec_tsm_fault(pdev, DEVSEC_OP_BIND);
	if (rc)
		return ERR_PTR(rc);

	tdi = kzalloc(sizeof(*tdi), GFP_KERNEL);
	if (!tdi)
		return ERR_PTR(-ENOMEM);

	pci_tsm_tdi_constructor(pdev, &tdi->base, kvm, tdi_id);
	tdi->tsm = context->tsm;
	atomic_inc(&tdi->tsm->tdis);
	return &tdi->base;
}

static void devsec_unbind(struct pci_tdi *base)
{
	struct devsec_tdi *tdi = container_of(base, struct devsec_tdi, base);

	atomic_sub(devsec_tsm_fault(base->pdev, DEVSEC_OP_UNBIND) <= 0, &tdi->tsm->tdis);
	kfree(tdi);
}

/*
 * Answers with the request inverted, as much of it as there is room for; the
 * residue is what did not fit. The code tells the TDI and the request's number.
 */
static ssize_t devsec_guest_req(struct pci_tdi *base, struct pci_tsm_guest_args *args)
{
	struct devsec_tdi *tdi = container_of(base, struct devsec_tdi, base);
	size_t len = min(args->req_len, args->resp_len);
	u8 *bytes;
	int rc;

	rc = devsec_tsm_fault(base->pdev, DEVSEC_OP_GUEST_REQ);
	if (rc)
		return rc;
	if (args->req_len > PCI_TSM_GUEST_REQ_MAX)
		return -EINVAL;

	bytes = kvmalloc(max_t(size_t, len, 1), GFP_KERNEL);
	if (!bytes)
		return -ENOMEM;

	rc = copy_from_sockptr(bytes, args->req, len);
	for (size_t i = 0; i < len; i++)
		bytes[i] = ~bytes[i];
	if (!rc)
		rc = copy_to_sockptr(args->resp, bytes, len);
	kvfree(bytes);
	if (rc)
		return -EFAULT;

	args->tsm_code = (u64)base->tdi_id << 32 | ++tdi->requests;
	return args->req_len - len;
}

static void devsec_cancel(struct tsm_dev *tsm_dev, struct pci_dev *pdev)
{
	struct devsec_tsm *tsm = dev_get_drvdata(tsm_dev->dev.parent);

	atomic_inc(&tsm->cancels);
	wake_up_all(&devsec_cancel_wq);
}

static const struct pci_tsm_ops devsec_link_ops = {
	.probe = devsec_tsm_probe,
	.remove = devsec_tsm_remove,
	.connect = devsec_connect,
	.disconnect = devsec_disconnect,
	.bind = devsec_bind,
	.unbind = devsec_unbind,
	.guest_req = devsec_guest_req,
	.refresh_evidence = devsec_refresh_evidence,
	.cancel = devsec_cancel,
};

static int devsec_tsm_register(struct devsec_tsm *tsm, int rank)
{
	int rc;

	tsm->ops = devsec_link_ops;
	tsm->ops.rank = rank;
	if (cma)
		tsm->ops.match = devsec_match;

	tsm->parent = platform_device_register_simple("devsec_tsm", PLATFORM_DEVID_AUTO,
						      NULL, 0);
	if (IS_ERR(tsm->parent))
		return PTR_ERR(tsm->parent);

	platform_set_drvdata(tsm->parent, tsm);
	rc = devsec_bigobj_add_file(tsm);
	if (rc)
		goto err_parent;
	tsm->tsm_dev = tsm_dev_register(&tsm->parent->dev, &tsm->ops);
	if (IS_ERR(tsm->tsm_dev)) {
		rc = PTR_ERR(tsm->tsm_dev);
		goto err_file;
	}
	tsm->id = tsm->tsm_dev->id;
	return 0;

err_file:
	devsec_bigobj_del_file(tsm);
err_parent:
	platform_device_unregister(tsm->parent);
	return rc;
}

/* One more TSM. */
int devsec_tsm_add(int rank)
{
	struct devsec_tsm *tsm = kzalloc(sizeof(*tsm), GFP_KERNEL);
	int rc;

	if (!tsm)
		return -ENOMEM;
	rc = devsec_tsm_register(tsm, rank);
	if (rc) {
		kfree(tsm);
		return rc;
	}
	guard(mutex)(&devsec_tsms_lock);
	list_add_tail(&tsm->node, &devsec_tsms);
	return 0;
}

/* Its counters can be read until it has left */
static void devsec_tsm_unregister(struct devsec_tsm *tsm)
{
	int contexts, streams, tdis;

	tsm_dev_unregister(tsm->tsm_dev);
	contexts = atomic_read(&tsm->contexts);
	streams = atomic_read(&tsm->streams);
	tdis = atomic_read(&tsm->tdis);
	if (contexts || streams || tdis)
		dev_err(&tsm->parent->dev, "leaked %d contexts, %d streams, %d TDIs\n",
			contexts, streams, tdis);
	scoped_guard(mutex, &devsec_tsms_lock)
		list_del(&tsm->node);
	devsec_bigobj_del_file(tsm);
	platform_device_unregister(tsm->parent);
	kfree(tsm);
}

/* The TSM of that number, or with -1 the last one: the caller's to unregister */
static struct devsec_tsm *devsec_tsm_take(int id)
{
	struct devsec_tsm *tsm;

	guard(mutex)(&devsec_tsms_lock);
	list_for_each_entry_reverse(tsm, &devsec_tsms, node) {
		if (tsm->leaving || (id >= 0 && tsm->id != id))
			continue;
		tsm->leaving = true;
		return tsm;
	}
	return NULL;
}

/* One TSM less; -1 for the last one. */
int devsec_tsm_del(int id)
{
	struct devsec_tsm *tsm = devsec_tsm_take(id);

	if (!tsm)
		return -ENXIO;
	devsec_tsm_unregister(tsm);
	return 0;
}

static void devsec_tsms_del(void)
{
	while (!devsec_tsm_del(-1))
		;
}

static int __init devsec_tsm_init(void)
{
	int rc;

	if (!tsms || tsms > DEVSEC_TSMS_MAX)
		return -EINVAL;

	for (unsigned int i = 0; i < tsms; i++) {
		rc = devsec_tsm_add(ranks[i]);
		if (rc) {
			devsec_tsms_del();
			return rc;
		}
	}

	rc = devsec_tsm_debugfs_init();
	if (rc)
		devsec_tsms_del();
	return rc;
}
module_init(devsec_tsm_init);

static void __exit devsec_tsm_exit(void)
{
	/* Who bound something lets go of it first, as a VMM would */
	devsec_tsm_debugfs_exit();
	devsec_tsms_del();
	devsec_tsm_fault_clear();
	devsec_bigobj_exit();
}
module_exit(devsec_tsm_exit);

MODULE_DESCRIPTION("Emulated platform TSM for PCI/TSM, link role");
MODULE_LICENSE("GPL");
