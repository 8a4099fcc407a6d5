// SPDX-License-Identifier: GPL-2.0
/*
 * What happens around streams that run: registers that several of them share
 * (flow-through of switches, AER masks), the wait for an end to be Secure, and
 * the watch over those that are.
 *
 * A stream that breaks raises an AER error at best; it need not, so the status
 * of its ends is polled besides. Whoever must know is told by
 * pci_tsm_report_lost(); nothing is repaired here.
 *
 * PCIe r7.0 sec 6.33, 7.8.4.2 (AER), 7.9.26.
 */
#define dev_fmt(fmt) "PCI/IDE: " fmt

#include <linux/aer.h>
#include <linux/bitfield.h>
#include <linux/cleanup.h>
#include <linux/iopoll.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/moduleparam.h>
#include <linux/mutex.h>
#include <linux/pci.h>
#include <linux/pci-ide.h>
#include <linux/pci-tsm.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include "ide.h"
#include "tsm-hooks.h"

#undef MODULE_PARAM_PREFIX
#define MODULE_PARAM_PREFIX "pci_ide."

#define IDE_POLL_MS_MAX		(3600 * MSEC_PER_SEC)
#define IDE_AER_BITS		(PCI_ERR_UNC_IDE_CHECK | PCI_ERR_UNC_MISR_IDE | \
				 PCI_ERR_UNC_PCRC_CHECK)

/**
 * struct ide_port - a function with registers that streams share
 * @node: in ide_ports
 * @pdev: the function, referenced
 * @through: streams that pass through it
 * @aer: ends of streams in it that want its AER errors
 * @was_through: flow-through was on before the first of them
 * @unmasked: bits of the AER mask that the first end cleared
 */
struct ide_port {
	struct list_head node;
	struct pci_dev *pdev;
	unsigned int through;
	unsigned int aer;
	bool was_through;
	u32 unmasked;
};

/* Protects ide_ports, and the shared registers while they change; a leaf */
static DEFINE_MUTEX(ide_ports_lock);
static LIST_HEAD(ide_ports);

static struct ide_port *port_find(struct pci_dev *pdev)
{
	struct ide_port *port;

	lockdep_assert_held(&ide_ports_lock);
	list_for_each_entry(port, &ide_ports, node)
		if (port->pdev == pdev)
			return port;

	return NULL;
}

static struct ide_port *port_find_or_add(struct pci_dev *pdev)
{
	struct ide_port *port = port_find(pdev);

	if (port)
		return port;

	port = kzalloc(sizeof(*port), GFP_KERNEL);
	if (!port)
		return NULL;

	port->pdev = pci_dev_get(pdev);
	list_add(&port->node, &ide_ports);

	return port;
}

static void port_drop_if_idle(struct ide_port *port)
{
	if (port->through || port->aer)
		return;

	list_del(&port->node);
	pci_dev_put(port->pdev);
	kfree(port);
}

static void update_bits(struct pci_dev *pdev, int where, u32 clear, u32 set)
{
	u32 val;

	if (pci_read_config_dword(pdev, where, &val) || PCI_POSSIBLE_ERROR(val))
		return;

	pci_write_config_dword(pdev, where, (val & ~clear) | set);
}

static int through_get(struct pci_dev *bridge)
{
	struct ide_port *port;
	u32 ctl;

	guard(mutex)(&ide_ports_lock);
	port = port_find_or_add(bridge);
	if (!port)
		return -ENOMEM;

	if (!port->through++) {
		pci_read_config_dword(bridge, bridge->ide_cap + PCI_IDE_CTL, &ctl);
		port->was_through = ctl & PCI_IDE_CTL_FLOWTHROUGH_IDE;
	}

	/* Others that count are no proof: the switch may have been reset since */
	update_bits(bridge, bridge->ide_cap + PCI_IDE_CTL, 0, PCI_IDE_CTL_FLOWTHROUGH_IDE);

	return 0;
}

static void through_put(struct pci_dev *bridge)
{
	struct ide_port *port;

	guard(mutex)(&ide_ports_lock);
	port = port_find(bridge);
	if (!port || --port->through)
		return;

	if (!port->was_through)
		update_bits(bridge, bridge->ide_cap + PCI_IDE_CTL,
			    PCI_IDE_CTL_FLOWTHROUGH_IDE, 0);
	port_drop_if_idle(port);
}

/**
 * ide_path_check - can a stream pass the switches between its ends?
 * @ep: the device's end
 * @rp: the root port above it
 *
 * Context: process.
 * Return: 0, or -EOPNOTSUPP if a port in between has no flow-through.
 */
int ide_path_check(struct pci_dev *ep, struct pci_dev *rp)
{
	struct pci_dev *br;
	u32 cap;

	for (br = pci_upstream_bridge(ep); br && br != rp; br = pci_upstream_bridge(br)) {
		if (br->ide_cap &&
		    !pci_read_config_dword(br, br->ide_cap + PCI_IDE_CAP, &cap) &&
		    !PCI_POSSIBLE_ERROR(cap) && (cap & PCI_IDE_CAP_FLOWTHROUGH))
			continue;

		pci_err(ep, "no stream passes %s: it has no flow-through\n", pci_name(br));
		return -EOPNOTSUPP;
	}

	return 0;
}

static void path_close_below(struct pci_dev *ep, struct pci_dev *end)
{
	struct pci_dev *br;

	for (br = pci_upstream_bridge(ep); br && br != end; br = pci_upstream_bridge(br))
		through_put(br);
}

/**
 * ide_path_open - let a stream pass the switches between its ends
 * @ep: the device's end
 * @rp: the root port above it
 *
 * The bit is per port, not per stream: it is set by each stream that passes, and
 * cleared by the last unless firmware had set it.
 *
 * Context: process. ide_path_close() is the undo.
 * Return: 0, -EOPNOTSUPP as ide_path_check(), or -ENOMEM; nothing is left
 * behind then.
 */
int ide_path_open(struct pci_dev *ep, struct pci_dev *rp)
{
	struct pci_dev *br;
	int rc;

	rc = ide_path_check(ep, rp);
	if (rc)
		return rc;

	for (br = pci_upstream_bridge(ep); br && br != rp; br = pci_upstream_bridge(br)) {
		rc = through_get(br);
		if (rc) {
			path_close_below(ep, br);
			return rc;
		}
	}

	return 0;
}

/**
 * ide_path_close - undo ide_path_open()
 * @ep: the device's end
 * @rp: the root port above it
 *
 * Context: process.
 */
void ide_path_close(struct pci_dev *ep, struct pci_dev *rp)
{
	path_close_below(ep, rp);
}

#ifdef CONFIG_PCIEAER
static int aer_reg(struct pci_dev *pdev, int reg)
{
	return pcie_aer_is_native(pdev) ? pdev->aer_cap + reg : 0;
}
#else
static int aer_reg(struct pci_dev *pdev, int reg)
{
	return 0;
}
#endif

/**
 * ide_aer_unmask - let a function signal the errors of IDE
 * @pdev: the function
 *
 * Nothing is done where the function has no AER, or firmware handles it: then
 * only polling notices.
 *
 * Context: process. ide_aer_restore() is the undo, once for each success.
 * Return: 0 or -ENOMEM.
 */
int ide_aer_unmask(struct pci_dev *pdev)
{
	int where = aer_reg(pdev, PCI_ERR_UNCOR_MASK);
	struct ide_port *port;
	u32 mask;

	if (!where)
		return 0;

	guard(mutex)(&ide_ports_lock);
	port = port_find_or_add(pdev);
	if (!port)
		return -ENOMEM;

	if (!port->aer++) {
		/* AER leaves bits behind where it could not recover: not ours */
		pci_write_config_dword(pdev, aer_reg(pdev, PCI_ERR_UNCOR_STATUS), IDE_AER_BITS);
		pci_read_config_dword(pdev, where, &mask);
		port->unmasked = PCI_POSSIBLE_ERROR(mask) ? 0 : mask & IDE_AER_BITS;
		update_bits(pdev, where, port->unmasked, 0);
	}

	return 0;
}

/**
 * ide_aer_restore - undo ide_aer_unmask()
 * @pdev: the function
 *
 * Context: process.
 */
void ide_aer_restore(struct pci_dev *pdev)
{
	int where = aer_reg(pdev, PCI_ERR_UNCOR_MASK);
	struct ide_port *port;

	if (!where)
		return;

	guard(mutex)(&ide_ports_lock);
	port = port_find(pdev);
	if (!port || --port->aer)
		return;

	update_bits(pdev, where, 0, port->unmasked);
	port_drop_if_idle(port);
}

static unsigned int ide_secure_timeout_ms = 100;

/* Nothing cancels the wait, so it stays well below what a cancel may take */
static int secure_timeout_ms_set(const char *val, const struct kernel_param *kp)
{
	return param_set_uint_minmax(val, kp, 1, MSEC_PER_SEC);
}

static const struct kernel_param_ops secure_timeout_ms_ops = {
	.set = secure_timeout_ms_set,
	.get = param_get_uint,
};
module_param_cb(secure_timeout_ms, &secure_timeout_ms_ops, &ide_secure_timeout_ms, 0644);
MODULE_PARM_DESC(secure_timeout_ms, "How long an enabled stream may take to become secure");

static bool is_secure(u32 sts)
{
	return FIELD_GET(PCI_IDE_SEL_STS_STATE, sts) == PCI_IDE_SEL_STS_STATE_SECURE;
}

/**
 * ide_wait_secure - wait until one end of a stream is Secure
 * @pdev: the function with the end
 * @index: its block
 *
 * Context: process; sleeps, pci_ide.secure_timeout_ms at most.
 * Return: 0, -EIO if it is not Secure in time, or -ENODEV if the device does not
 * answer.
 */
int ide_wait_secure(struct pci_dev *pdev, unsigned int index)
{
	unsigned int ms = READ_ONCE(ide_secure_timeout_ms);
	u32 sts;
	int rc;

	rc = read_poll_timeout(ide_sel_read, sts, PCI_POSSIBLE_ERROR(sts) || is_secure(sts),
			       USEC_PER_MSEC, ms * USEC_PER_MSEC, false,
			       pdev, index, PCI_IDE_SEL_STS);
	if (PCI_POSSIBLE_ERROR(sts))
		return -ENODEV;

	if (rc) {
		pci_err(pdev, "stream block %u is not secure after %u ms: status %#010x\n",
			index, ms, sts);
		return -EIO;
	}

	return 0;
}

/**
 * struct pci_ide_watch - the watch over one stream
 * @node: in ide_watched, ordered by @seq
 * @seq: where a walk over the list goes on
 * @ref: one of the stream, one of each walk that looks at it
 * @lock: protects @on and @told; held while the stream is looked at and its
 *	loss is reported, so that none is after ide_watch_del(); listeners may
 *	be told later
 * @dev: the functions with the ends, referenced
 * @index: selective blocks of the ends
 * @info: what to show of the stream; constant
 * @on: the ends to look at. Firmware may have the other one to itself
 * @told: the loss was reported; once is enough
 */
struct pci_ide_watch {
	struct list_head node;
	u64 seq;
	struct kref ref;
	struct mutex lock;	/* @on, @told, and telling */
	struct pci_dev *dev[PCI_IDE_PARTNER_MAX];
	u8 index[PCI_IDE_PARTNER_MAX];
	struct ide_stream_info info;
	bool on[PCI_IDE_PARTNER_MAX];
	bool told;
};

/* Protects ide_watched and ide_watch_seq; a leaf */
static DEFINE_SPINLOCK(ide_watched_lock);
static LIST_HEAD(ide_watched);
static u64 ide_watch_seq;

static unsigned int ide_poll_ms = 1000;

static void watch_release(struct kref *ref)
{
	struct pci_ide_watch *w = container_of(ref, struct pci_ide_watch, ref);

	for (int i = 0; i < PCI_IDE_PARTNER_MAX; i++)
		pci_dev_put(w->dev[i]);
	mutex_destroy(&w->lock);
	kfree(w);
}

static void watch_put(struct pci_ide_watch *w)
{
	kref_put(&w->ref, watch_release);
}

/* Takes a reference on what follows @prev, and drops the one on @prev */
static struct pci_ide_watch *watch_next(struct pci_ide_watch *prev)
{
	struct pci_ide_watch *w, *next = NULL;

	spin_lock(&ide_watched_lock);
	list_for_each_entry(w, &ide_watched, node) {
		if (!prev || w->seq > prev->seq) {
			kref_get(&w->ref);
			next = w;
			break;
		}
	}
	spin_unlock(&ide_watched_lock);

	if (prev)
		watch_put(prev);

	return next;
}

/**
 * ide_status_reason - what a Selective IDE Stream Status Register says
 * @sts: its value
 *
 * Return: why the stream is to be given up, or PCI_TSM_REASON_NONE.
 */
enum pci_tsm_reason ide_status_reason(u32 sts)
{
	if (PCI_POSSIBLE_ERROR(sts))
		return PCI_TSM_REASON_UNPLUGGED;

	if (sts & PCI_IDE_SEL_STS_IDE_FAIL)
		return PCI_TSM_REASON_IDE_FAIL;

	return is_secure(sts) ? PCI_TSM_REASON_NONE : PCI_TSM_REASON_IDE_INSECURE;
}

static enum pci_tsm_reason watch_read(struct pci_ide_watch *w)
{
	enum pci_tsm_reason reason, found = PCI_TSM_REASON_NONE;

	for (int i = 0; i < PCI_IDE_PARTNER_MAX; i++) {
		if (!w->on[i])
			continue;

		reason = ide_status_reason(ide_sel_read(w->dev[i], w->index[i],
							PCI_IDE_SEL_STS));
		if (reason == PCI_TSM_REASON_IDE_FAIL)
			ide_sel_write(w->dev[i], w->index[i], PCI_IDE_SEL_STS,
				      PCI_IDE_SEL_STS_IDE_FAIL);
		if (found == PCI_TSM_REASON_NONE)
			found = reason;
	}

	return found;
}

static bool watch_is_live(struct pci_ide_watch *w)
{
	lockdep_assert_held(&w->lock);

	return w->on[PCI_IDE_EP] || w->on[PCI_IDE_RP];
}

/* Return: whether it is the first time */
static bool watch_report(struct pci_ide_watch *w, enum pci_tsm_reason reason)
{
	lockdep_assert_held(&w->lock);
	if (w->told || reason == PCI_TSM_REASON_NONE)
		return false;

	w->told = true;
	pci_tsm_report_lost(w->dev[PCI_IDE_EP], reason);

	return true;
}

/* Without the lock: the DSM's worker, who acts upon the loss, may wait for that */
static void watch_tell(struct pci_ide_watch *w, enum pci_tsm_reason reason)
{
	pci_tsm_nl_tell_stream(w->dev[PCI_IDE_EP], &w->info, reason);
}

/* Return: whether the stream is broken */
static bool watch_check(struct pci_ide_watch *w)
{
	enum pci_tsm_reason reason;
	bool first;

	scoped_guard(mutex, &w->lock) {
		reason = watch_read(w);
		first = watch_report(w, reason);
	}
	if (first)
		watch_tell(w, reason);

	return reason != PCI_TSM_REASON_NONE;
}

static void watch_give_up(struct pci_ide_watch *w)
{
	bool first;

	scoped_guard(mutex, &w->lock)
		first = watch_is_live(w) && watch_report(w, PCI_TSM_REASON_AER);
	if (first)
		watch_tell(w, PCI_TSM_REASON_AER);
}

static void ide_poll(struct work_struct *work)
{
	unsigned int ms = READ_ONCE(ide_poll_ms);
	struct pci_ide_watch *w = NULL;

	if (!ms)
		return;

	while ((w = watch_next(w)))
		watch_check(w);

	if (!list_empty(&ide_watched))
		queue_delayed_work(system_freezable_wq, to_delayed_work(work),
				   msecs_to_jiffies(ms));
}

static DECLARE_DELAYED_WORK(ide_poll_work, ide_poll);

static int poll_ms_set(const char *val, const struct kernel_param *kp)
{
	int rc = param_set_uint_minmax(val, kp, 0, IDE_POLL_MS_MAX);

	/* On the command line it is set before there are workqueues or streams */
	if (!rc && !list_empty(&ide_watched))
		mod_delayed_work(system_freezable_wq, &ide_poll_work, 0);

	return rc;
}

static const struct kernel_param_ops poll_ms_ops = {
	.set = poll_ms_set,
	.get = param_get_uint,
};
module_param_cb(poll_ms, &poll_ms_ops, &ide_poll_ms, 0644);
MODULE_PARM_DESC(poll_ms, "Period of looking at enabled streams, in ms; 0 for never");

static struct pci_ide_watch *watch_start(struct pci_ide *ide)
{
	struct pci_ide_watch *w = kzalloc(sizeof(*w), GFP_KERNEL);
	unsigned int ms = READ_ONCE(ide_poll_ms);

	if (!w)
		return NULL;

	kref_init(&w->ref);
	mutex_init(&w->lock);
	w->dev[PCI_IDE_EP] = pci_dev_get(ide->pdev);
	w->dev[PCI_IDE_RP] = pci_dev_get(ide->rp);
	for (int i = 0; i < PCI_IDE_PARTNER_MAX; i++)
		w->index[i] = ide->partner[i].stream_index;
	w->info.id = ide->stream_id;
	strscpy(w->info.name, ide->name ?: "");

	spin_lock(&ide_watched_lock);
	w->seq = ++ide_watch_seq;
	list_add_tail(&w->node, &ide_watched);
	spin_unlock(&ide_watched_lock);

	if (ms)
		queue_delayed_work(system_freezable_wq, &ide_poll_work, msecs_to_jiffies(ms));

	return w;
}

/**
 * ide_watch_add - watch those ends of a stream that are enabled
 * @ide: a stream, one of whose ends was just enabled
 *
 * Context: process. ide_watch_del() is the undo, for both ends.
 * Return: 0 or -ENOMEM.
 */
int ide_watch_add(struct pci_ide *ide)
{
	if (!ide->watch)
		ide->watch = watch_start(ide);
	if (!ide->watch)
		return -ENOMEM;

	guard(mutex)(&ide->watch->lock);
	for (int i = 0; i < PCI_IDE_PARTNER_MAX; i++)
		ide->watch->on[i] = ide->partner[i].enable;

	return 0;
}

/**
 * ide_watch_del - stop to watch a stream
 * @ide: a stream, watched or not
 *
 * When it returns, nobody reads the stream's registers or reports its loss.
 *
 * Context: process. Waits for a look at this stream, not for any other.
 */
void ide_watch_del(struct pci_ide *ide)
{
	struct pci_ide_watch *w = ide->watch;

	if (!w)
		return;

	ide->watch = NULL;
	spin_lock(&ide_watched_lock);
	list_del(&w->node);
	spin_unlock(&ide_watched_lock);

	scoped_guard(mutex, &w->lock)
		memset(w->on, 0, sizeof(w->on));

	watch_put(w);
}

/**
 * ide_stream_next - walk over the streams of a device that are on
 * @pdev: the function with the device's end
 * @cursor: 0 to begin with; moves on
 * @info: filled in
 *
 * Context: process.
 * Return: false if there are no more.
 */
bool ide_stream_next(struct pci_dev *pdev, u64 *cursor, struct ide_stream_info *info)
{
	struct pci_ide_watch *w;

	guard(spinlock)(&ide_watched_lock);
	list_for_each_entry(w, &ide_watched, node) {
		if (w->seq <= *cursor || w->dev[PCI_IDE_EP] != pdev)
			continue;
		*cursor = w->seq;
		*info = w->info;
		return true;
	}
	return false;
}

/* Does an error that @pdev signals concern the stream? */
static bool watch_is_at(struct pci_ide_watch *w, struct pci_dev *pdev)
{
	struct pci_dev *ep = w->dev[PCI_IDE_EP], *dev;

	/* Any function of the device at the end of the link may log it */
	if (pdev->bus == ep->bus)
		return true;

	for (dev = ep; dev; dev = pci_upstream_bridge(dev))
		if (dev == pdev)
			return true;

	return false;
}

/**
 * pci_ide_aer - look at the streams that an AER error may be about
 * @pdev: the function that signalled
 * @status: its Uncorrectable Error Status, without what is masked: such a bit
 *	may have been there for long
 *
 * A port that dropped a TLP for a wrong MAC or PCRC does not say of which
 * stream it was. If none of the port's streams has left the Secure state,
 * there is no telling, and all are given up. A misrouted TLP alone says
 * nothing about the streams that are here.
 *
 * Context: process (threaded interrupt or work); reads config space.
 */
void pci_ide_aer(struct pci_dev *pdev, u32 status)
{
	int where = aer_reg(pdev, PCI_ERR_UNCOR_STATUS);
	struct pci_ide_watch *w = NULL;
	bool broken = false;

	status &= IDE_AER_BITS;
	if (!status)
		return;

	/* AER itself leaves fatal ones set, which would end later streams as well */
	if (where)
		pci_write_config_dword(pdev, where, status);

	while ((w = watch_next(w)))
		if (watch_is_at(w, pdev))
			broken |= watch_check(w);

	if (broken || status == PCI_ERR_UNC_MISR_IDE)
		return;

	while ((w = watch_next(w)))
		if (watch_is_at(w, pdev))
			watch_give_up(w);
}
