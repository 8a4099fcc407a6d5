// SPDX-License-Identifier: GPL-2.0
/*
 * /dev/devsec-dsm: a program in user space answers the CMA-SPDM objects of all
 * emulated mailboxes, and works the keys of the ports as IDE_KM asks it to. The
 * interface is dsm-link.h. One process at a time has it open.
 *
 * A mailbox that waits for an answer stays busy, and keeps its object: so each
 * has one object at most in the queue, and nothing is allocated for it. Nobody
 * waits for the program here: who asked gives up by himself, by an Abort.
 *
 * What the objects say is not looked at. Mailboxes and their faults are doe.c.
 */
#include <linux/capability.h>
#include <linux/compat.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/poll.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/wait.h>

#include "devsec.h"
#include "dsm-link.h"

static_assert(DEVSEC_DSM_PAYLOAD_MAX == (DEVSEC_DOE_DW - 2) * 4);
static_assert(sizeof(struct devsec_dsm_msg) == 32);
static_assert(sizeof(struct devsec_dsm_key) == 48);

/*
 * Protects the lists, the cookies, and whether anybody serves. Inside of the lock
 * of a host, which protects what a mailbox is doing: who goes from a list to a
 * mailbox must look again under both.
 */
static DEFINE_RAW_SPINLOCK(devsec_dsm_lock);

/* Mailboxes with a message that was not read yet, and those that wait for an answer */
static LIST_HEAD(devsec_dsm_queue);
static LIST_HEAD(devsec_dsm_asked);
static u32 devsec_dsm_cookie;
static bool devsec_dsm_serving;

/* Bit 0: open */
static unsigned long devsec_dsm_open_flag;
static DECLARE_WAIT_QUEUE_HEAD(devsec_dsm_wait);

/**
 * struct devsec_dsm_file - the open file
 * @lock: one read at a time; outside of all other locks here
 * @msg: head of the message that is being read
 * @payload: what follows it
 */
struct devsec_dsm_file {
	struct mutex lock;	/* protects what follows */
	struct devsec_dsm_msg msg;
	__le32 payload[DEVSEC_DOE_DW];
};

/* Objects and resets come with interrupts off and raw locks held: wake up later. */
static void devsec_dsm_wake_work(struct work_struct *work)
{
	wake_up_interruptible(&devsec_dsm_wait);
}

static DECLARE_WORK(devsec_dsm_wake, devsec_dsm_wake_work);

/* Under the host's lock, as all up to devsec_dsm_reset() */
static struct devsec_dsm_mb *devsec_dsm_mb(struct devsec_doe *doe)
{
	lockdep_assert_held(&doe->fn->host->lock);
	return &doe->dsm;
}

static u16 devsec_dsm_rid(const struct devsec_fn *fn)
{
	return devsec_fn_bus(fn) << 8 | fn->devfn;
}

/* Pass the object in the mailbox on. Returns false if nobody is there to answer. */
bool devsec_dsm_ask(struct devsec_doe *doe)
{
	struct devsec_dsm_mb *mb = devsec_dsm_mb(doe);

	guard(raw_spinlock)(&devsec_dsm_lock);
	if (!devsec_dsm_serving)
		return false;

	/* 0 is never used, and 2^32 objects later the first ones are long over */
	if (!++devsec_dsm_cookie)
		devsec_dsm_cookie++;
	mb->cookie = devsec_dsm_cookie;
	mb->rid = devsec_dsm_rid(doe->fn);
	mb->state = DEVSEC_DSM_QUEUED;
	list_move_tail(&mb->entry, &devsec_dsm_queue);
	queue_work(devsec_wq, &devsec_dsm_wake);
	return true;
}

/* The object in the mailbox is not waited for any more: answered, aborted, or lost. */
void devsec_dsm_drop(struct devsec_doe *doe)
{
	struct devsec_dsm_mb *mb = devsec_dsm_mb(doe);

	guard(raw_spinlock)(&devsec_dsm_lock);
	mb->state = DEVSEC_DSM_IDLE;
	if (!mb->reset)
		list_del_init(&mb->entry);
}

/* The function was reset. One such message says it, however often it happened. */
void devsec_dsm_reset(struct devsec_doe *doe)
{
	struct devsec_dsm_mb *mb = devsec_dsm_mb(doe);

	devsec_dsm_drop(doe);
	if (!(doe->fn->has & DEVSEC_HAS_CMA))
		return;

	guard(raw_spinlock)(&devsec_dsm_lock);
	if (!devsec_dsm_serving || mb->reset)
		return;
	/* The bus number may go with the reset of a bridge: say what was said before */
	if (!mb->rid)
		mb->rid = devsec_dsm_rid(doe->fn);
	mb->reset = true;
	list_move_tail(&mb->entry, &devsec_dsm_queue);
	queue_work(devsec_wq, &devsec_dsm_wake);
}

static void devsec_dsm_fill_head(const struct devsec_fn *fn, struct devsec_dsm_msg *msg)
{
	bool bridge = devsec_is_bridge(fn);

	/* A bridge of ours has no capability with subsystem ids */
	*msg = (struct devsec_dsm_msg){
		.domain = fn->host->domain,
		.rid = fn->doe->dsm.rid,
		.vendor = devsec_cfg_read(fn->cfg, PCI_VENDOR_ID, 2),
		.device = devsec_cfg_read(fn->cfg, PCI_DEVICE_ID, 2),
		.sub_vendor = bridge ? 0 : devsec_cfg_read(fn->cfg, PCI_SUBSYSTEM_VENDOR_ID, 2),
		.sub_device = bridge ? 0 : devsec_cfg_read(fn->cfg, PCI_SUBSYSTEM_ID, 2),
		.class_rev = devsec_cfg_read(fn->cfg, PCI_CLASS_REVISION, 4),
		.has = (fn->has & DEVSEC_HAS_IDE ? DEVSEC_DSM_HAS_IDE : 0) |
		       (fn->has & DEVSEC_HAS_TEE ? DEVSEC_DSM_HAS_TEE : 0),
	};
}

/* The next message of a mailbox: that of a reset goes first. False if there is none. */
static bool devsec_dsm_peek(struct devsec_doe *doe, struct devsec_dsm_file *df)
{
	struct devsec_dsm_mb *mb = devsec_dsm_mb(doe);
	struct devsec_dsm_msg *msg = &df->msg;

	if (!mb->reset && mb->state != DEVSEC_DSM_QUEUED)
		return false;

	devsec_dsm_fill_head(doe->fn, msg);
	if (mb->reset) {
		msg->kind = DEVSEC_DSM_RESET;
		return true;
	}

	msg->kind = devsec_doe_is_secured(doe) ? DEVSEC_DSM_SECURED : DEVSEC_DSM_CLEAR;
	msg->cookie = mb->cookie;
	msg->len = (doe->req_len - 2) * 4;
	for (unsigned int i = 2; i < doe->req_len; i++)
		df->payload[i - 2] = cpu_to_le32(doe->req[i]);
	return true;
}

/* The message has arrived; the object may have been dropped meanwhile. */
static void devsec_dsm_commit(struct devsec_doe *doe, const struct devsec_dsm_msg *msg)
{
	struct devsec_dsm_mb *mb = devsec_dsm_mb(doe);

	guard(raw_spinlock)(&devsec_dsm_lock);
	if (msg->kind == DEVSEC_DSM_RESET) {
		mb->reset = false;
		if (mb->state != DEVSEC_DSM_QUEUED)
			list_del_init(&mb->entry);
		return;
	}
	if (mb->state == DEVSEC_DSM_QUEUED && mb->cookie == msg->cookie && !mb->reset) {
		mb->state = DEVSEC_DSM_ASKED;
		list_move_tail(&mb->entry, &devsec_dsm_asked);
	}
}

/* Functions, and so mailboxes, stay as long as the file is open. */
static struct devsec_doe *devsec_dsm_first(void)
{
	guard(raw_spinlock_irqsave)(&devsec_dsm_lock);
	return list_first_entry_or_null(&devsec_dsm_queue, struct devsec_doe, dsm.entry);
}

static struct devsec_doe *devsec_dsm_find(u32 cookie)
{
	struct devsec_doe *doe;

	guard(raw_spinlock_irqsave)(&devsec_dsm_lock);
	list_for_each_entry(doe, &devsec_dsm_asked, dsm.entry) {
		if (doe->dsm.cookie == cookie)
			return doe;
	}
	return NULL;
}

/* Take the next message, if there is one: -EAGAIN if not. */
static ssize_t devsec_dsm_read_one(struct devsec_dsm_file *df, char __user *buf, size_t len)
{
	struct devsec_doe *doe;
	bool found;

	guard(mutex)(&df->lock);
	while ((doe = devsec_dsm_first())) {
		scoped_guard(raw_spinlock_irqsave, &doe->fn->host->lock)
			found = devsec_dsm_peek(doe, df);
		if (!found)
			continue;
		/* It stays if it cannot be delivered */
		if (len < sizeof(df->msg) + df->msg.len)
			return -EMSGSIZE;
		if (copy_to_user(buf, &df->msg, sizeof(df->msg)) ||
		    copy_to_user(buf + sizeof(df->msg), df->payload, df->msg.len))
			return -EFAULT;
		scoped_guard(raw_spinlock_irqsave, &doe->fn->host->lock)
			devsec_dsm_commit(doe, &df->msg);
		return sizeof(df->msg) + df->msg.len;
	}
	return -EAGAIN;
}

static ssize_t devsec_dsm_read(struct file *file, char __user *buf, size_t len, loff_t *pos)
{
	struct devsec_dsm_file *df = file->private_data;
	ssize_t rc;

	while ((rc = devsec_dsm_read_one(df, buf, len)) == -EAGAIN) {
		if (file->f_flags & O_NONBLOCK)
			return -EAGAIN;
		rc = wait_event_interruptible(devsec_dsm_wait, devsec_dsm_first());
		if (rc)
			return rc;
	}
	return rc;
}

/* @payload: padded with zeros to a dword. -ESTALE if its object is not waited for. */
static int devsec_dsm_deliver(const struct devsec_dsm_msg *msg, const __le32 *payload)
{
	struct devsec_doe *doe = devsec_dsm_find(msg->cookie);

	if (!doe)
		return -ESTALE;

	guard(raw_spinlock_irqsave)(&doe->fn->host->lock);
	if (doe->dsm.state != DEVSEC_DSM_ASKED || doe->dsm.cookie != msg->cookie)
		return -ESTALE;

	devsec_dsm_drop(doe);
	devsec_doe_answered(doe, msg->kind == DEVSEC_DSM_SECURED, payload,
			    DIV_ROUND_UP(msg->len, 4));
	return 0;
}

static bool devsec_dsm_msg_valid(const struct devsec_dsm_msg *msg)
{
	if (msg->reserved)
		return false;
	switch (msg->kind) {
	case DEVSEC_DSM_CLEAR:
	case DEVSEC_DSM_SECURED:
		return msg->len;
	case DEVSEC_DSM_SILENCE:
		return !msg->len;
	default:
		return false;
	}
}

static ssize_t devsec_dsm_write(struct file *file, const char __user *buf, size_t len,
				loff_t *pos)
{
	__le32 *payload __free(kvfree) = NULL;
	struct devsec_dsm_msg msg;
	int rc;

	if (len < sizeof(msg))
		return -EINVAL;
	if (copy_from_user(&msg, buf, sizeof(msg)))
		return -EFAULT;
	if (msg.len > DEVSEC_DSM_PAYLOAD_MAX || len != sizeof(msg) + msg.len)
		return -EMSGSIZE;
	if (!devsec_dsm_msg_valid(&msg))
		return -EINVAL;

	/* One dword more than nothing, for the answer that there is none */
	payload = kvcalloc(DIV_ROUND_UP(msg.len, 4) + 1, sizeof(*payload), GFP_KERNEL);
	if (!payload)
		return -ENOMEM;
	if (copy_from_user(payload, buf + sizeof(msg), msg.len))
		return -EFAULT;
	rc = devsec_dsm_deliver(&msg, payload);
	return rc ?: len;
}

static __poll_t devsec_dsm_poll(struct file *file, poll_table *wait)
{
	poll_wait(file, &devsec_dsm_wait, wait);
	return EPOLLOUT | EPOLLWRNORM | (devsec_dsm_first() ? EPOLLIN | EPOLLRDNORM : 0);
}

static int devsec_dsm_key_step(struct devsec_ide *ide, const struct devsec_dsm_key *key)
{
	struct devsec_key_at at = {
		.set = key->key_sub & 1,
		.dir = key->key_sub >> 1 & 1,
		.sub = key->key_sub >> 4,
	};

	if (key->key_sub & 0xc || at.sub >= DEVSEC_KEY_SUBS || key->reserved)
		return -EINVAL;

	switch (key->op) {
	case DEVSEC_DSM_KEY_PROG:
		/* sec 6.33.5: the only one there is */
		if (key->ifv != 1)
			return -EINVAL;
		return devsec_key_prog(ide, key->stream_id, at, key->key);
	case DEVSEC_DSM_KEY_GO:
		return devsec_key_go(ide, key->stream_id, at);
	case DEVSEC_DSM_KEY_STOP:
		return devsec_key_stop(ide, key->stream_id, at);
	default:
		return -EINVAL;
	}
}

/* The IDE port of a function. Under the host's lock. */
static struct devsec_ide *devsec_dsm_port(struct devsec_host *host, u16 rid)
{
	struct devsec_fn *fn = devsec_route(host, rid >> 8, rid & 0xff);

	if (!fn || !devsec_fn_reachable(fn))
		return ERR_PTR(-ENODEV);
	return fn->ide ?: ERR_PTR(-ENXIO);
}

static int devsec_dsm_do_key(const struct devsec_dsm_key *key)
{
	struct devsec_host *host = devsec_host_by_domain(key->domain);
	struct devsec_ide *ide;

	if (!host)
		return -ENODEV;

	guard(raw_spinlock_irqsave)(&host->lock);
	ide = devsec_dsm_port(host, key->rid);
	return IS_ERR(ide) ? PTR_ERR(ide) : devsec_dsm_key_step(ide, key);
}

static long devsec_dsm_ioc_key(void __user *arg)
{
	struct devsec_dsm_key key;
	long rc = -EFAULT;

	if (!copy_from_user(&key, arg, sizeof(key)))
		rc = devsec_dsm_do_key(&key);
	memzero_explicit(&key, sizeof(key));
	return rc;
}

static int devsec_dsm_do_regs(struct devsec_dsm_regs *regs)
{
	struct devsec_host *host = devsec_host_by_domain(regs->domain);
	struct devsec_ide *ide;

	if (!host)
		return -ENODEV;

	guard(raw_spinlock_irqsave)(&host->lock);
	ide = devsec_dsm_port(host, regs->rid);
	if (IS_ERR(ide))
		return PTR_ERR(ide);

	regs->nr = devsec_ide_image(ide, regs->regs, ARRAY_SIZE(regs->regs));
	return regs->nr > ARRAY_SIZE(regs->regs) ? -EOVERFLOW : 0;
}

static long devsec_dsm_ioc_regs(void __user *arg)
{
	struct devsec_dsm_regs *regs __free(kfree) = kzalloc(sizeof(*regs), GFP_KERNEL);
	int rc;

	if (!regs)
		return -ENOMEM;
	if (copy_from_user(regs, arg, offsetof(struct devsec_dsm_regs, nr)))
		return -EFAULT;
	rc = devsec_dsm_do_regs(regs);
	if (!rc && copy_to_user(arg, regs, sizeof(*regs)))
		return -EFAULT;
	return rc;
}

static long devsec_dsm_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	void __user *p = (void __user *)arg;

	switch (cmd) {
	case DEVSEC_DSM_IOC_KEY:
		return devsec_dsm_ioc_key(p);
	case DEVSEC_DSM_IOC_REGS:
		return devsec_dsm_ioc_regs(p);
	default:
		return -ENOTTY;
	}
}

static int devsec_dsm_open(struct inode *inode, struct file *file)
{
	struct devsec_dsm_file *df;

	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	if (test_and_set_bit(0, &devsec_dsm_open_flag))
		return -EBUSY;

	df = kvzalloc(sizeof(*df), GFP_KERNEL);
	if (!df) {
		clear_bit(0, &devsec_dsm_open_flag);
		return -ENOMEM;
	}
	mutex_init(&df->lock);
	file->private_data = df;
	scoped_guard(raw_spinlock_irqsave, &devsec_dsm_lock)
		devsec_dsm_serving = true;
	return stream_open(inode, file);
}

/* What was asked gets no answer, what was reset is news to nobody. */
static void devsec_dsm_forget(struct devsec_host *host)
{
	struct devsec_fn *fn;

	guard(raw_spinlock_irqsave)(&host->lock);
	list_for_each_entry(fn, &host->fns, all) {
		if (!fn->doe)
			continue;
		fn->doe->dsm.reset = false;
		fn->doe->dsm.rid = 0;
		if (fn->doe->dsm.state != DEVSEC_DSM_IDLE)
			devsec_doe_answered(fn->doe, false, NULL, 0);
		devsec_dsm_drop(fn->doe);
	}
}

static int devsec_dsm_release(struct inode *inode, struct file *file)
{
	struct devsec_host *host;

	scoped_guard(raw_spinlock_irqsave, &devsec_dsm_lock)
		devsec_dsm_serving = false;
	list_for_each_entry(host, &devsec_hosts, node)
		devsec_dsm_forget(host);
	kvfree(file->private_data);
	clear_bit(0, &devsec_dsm_open_flag);
	return 0;
}

static const struct file_operations devsec_dsm_fops = {
	.owner = THIS_MODULE,
	.open = devsec_dsm_open,
	.release = devsec_dsm_release,
	.read = devsec_dsm_read,
	.write = devsec_dsm_write,
	.poll = devsec_dsm_poll,
	.unlocked_ioctl = devsec_dsm_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
};

static struct miscdevice devsec_dsm_misc = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = DEVSEC_DSM_NAME,
	.fops = &devsec_dsm_fops,
	.mode = 0600,
};

/* All hosts are there, and stay until devsec_dsm_exit(): an open file keeps the module. */
int devsec_dsm_init(void)
{
	return misc_register(&devsec_dsm_misc);
}

void devsec_dsm_exit(void)
{
	misc_deregister(&devsec_dsm_misc);
}
