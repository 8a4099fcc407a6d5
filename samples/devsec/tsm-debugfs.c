// SPDX-License-Identifier: GPL-2.0
/*
 * debugfs devsec_tsm/: faults of the emulated TSM, its counters, and the calls
 * that VFIO and other in-kernel users make, so that tests can make them.
 * Documentation/ABI/testing/debugfs-devsec has the language.
 */
#include <linux/debugfs.h>
#include <linux/hex.h>
#include <linux/irq_work.h>
#include <linux/kstrtox.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "link.h"

#define DEVSEC_LINE_MAX		4096
#define DEVSEC_GUEST_MAX	(2 * PCI_TSM_GUEST_REQ_MAX)	/* more than the core takes */

/**
 * struct devsec_binding - a function that was bound from here
 * @node: entry in the list of all
 * @pdev: the function, referenced
 */
struct devsec_binding {
	struct list_head node;
	struct pci_dev *pdev;
};

/* Protects the list of bindings; a leaf: a hung op must not delay other devices */
static DEFINE_MUTEX(devsec_bindings_lock);
static LIST_HEAD(devsec_bindings);

/**
 * struct devsec_guest - a guest's request, and what became of it
 * @scope: how far it may reach
 * @in: the request
 * @in_len: bytes in @in
 * @out: room for the answer
 * @out_len: bytes in @out
 * @code: the TSM's code
 * @rc: what the call returned
 */
struct devsec_guest {
	unsigned int scope;
	u8 *in;
	unsigned int in_len;
	u8 *out;
	unsigned int out_len;
	u64 code;
	ssize_t rc;
};

/* Protects the last request that ended; of it only what is shown is kept */
static DEFINE_MUTEX(devsec_guest_lock);
static struct devsec_guest devsec_guest_last;

static atomic_t devsec_invalidates;
static struct dentry *devsec_dir;

/* Stands for a VM; nobody looks into it */
static char devsec_vm;

/* A function by its name, DDDD:BB:DD.F, referenced. */
static struct pci_dev *devsec_find(const char *name)
{
	unsigned int domain, bus, slot, func;
	char junk;

	if (sscanf(name, "%x:%x:%x.%x%c", &domain, &bus, &slot, &func, &junk) != 4 ||
	    bus > 0xff || slot > 0x1f || func > 7)
		return ERR_PTR(-EINVAL);
	return pci_get_domain_bus_and_slot(domain, bus, PCI_DEVFN(slot, func)) ?:
	       ERR_PTR(-ENODEV);
}

static void devsec_invalidate(void *data)
{
	atomic_inc(&devsec_invalidates);
}

/* Take the binding of a function out of the list, or NULL. */
static struct devsec_binding *devsec_binding_take(struct pci_dev *pdev)
{
	struct devsec_binding *binding;

	guard(mutex)(&devsec_bindings_lock);
	list_for_each_entry(binding, &devsec_bindings, node) {
		if (!pdev || binding->pdev == pdev) {
			list_del(&binding->node);
			return binding;
		}
	}
	return NULL;
}

static void devsec_let_go(struct devsec_binding *binding)
{
	pci_tsm_unbind(binding->pdev);
	pci_dev_put(binding->pdev);
	kfree(binding);
}

/* "DEVICE TDI-ID" */
static int devsec_bind_line(struct pci_dev *pdev, char *rest)
{
	struct devsec_binding *binding, *old;
	u32 tdi_id;
	int rc;

	if (!rest || kstrtou32(rest, 0, &tdi_id))
		return -EINVAL;

	binding = kzalloc(sizeof(*binding), GFP_KERNEL);
	if (!binding)
		return -ENOMEM;

	rc = pci_tsm_bind(pdev, (struct kvm *)&devsec_vm, tdi_id, devsec_invalidate, NULL);
	if (rc) {
		kfree(binding);
		return rc;
	}

	/* What was bound before and lost has left an entry behind */
	old = devsec_binding_take(pdev);
	if (old) {
		pci_dev_put(old->pdev);
		kfree(old);
	}
	binding->pdev = pci_dev_get(pdev);
	guard(mutex)(&devsec_bindings_lock);
	list_add_tail(&binding->node, &devsec_bindings);
	return 0;
}

/* "DEVICE" */
static int devsec_unbind_line(struct pci_dev *pdev, char *rest)
{
	struct devsec_binding *binding;

	if (rest)
		return -EINVAL;

	binding = devsec_binding_take(pdev);
	if (!binding)
		return -ENXIO;
	devsec_let_go(binding);
	return 0;
}

/* The bytes of @hex, as often as they have room in the request */
static int devsec_guest_fill(struct devsec_guest *guest, char *hex)
{
	size_t len = strlen(hex) / 2;

	guest->in = kvzalloc(guest->in_len, GFP_KERNEL);
	guest->out = kvzalloc(guest->out_len, GFP_KERNEL);
	if (!guest->in || !guest->out)
		return -ENOMEM;
	if (hex2bin((u8 *)hex, hex, len))
		return -EINVAL;
	for (size_t i = 0; i < guest->in_len; i++)
		guest->in[i] = hex[i % len];
	return 0;
}

static int devsec_guest_call(struct pci_dev *pdev, struct devsec_guest *guest)
{
	guest->rc = pci_tsm_guest_req(pdev, guest->scope,
				      KERNEL_SOCKPTR(guest->in), guest->in_len,
				      KERNEL_SOCKPTR(guest->out), guest->out_len,
				      &guest->code);

	guard(mutex)(&devsec_guest_lock);
	swap(devsec_guest_last, *guest);
	return min_t(ssize_t, devsec_guest_last.rc, 0);
}

/* "DEVICE SCOPE HEX [IN [OUT]]" */
static int devsec_guest_line(struct pci_dev *pdev, char *rest)
{
	char *scope = strsep(&rest, " ");
	char *hex = strsep(&rest, " ");
	char *in = strsep(&rest, " ");
	char *out = strsep(&rest, " ");
	struct devsec_guest guest = {};
	int rc;

	if (!hex || !*hex || strlen(hex) % 2 || rest || kstrtouint(scope, 0, &guest.scope))
		return -EINVAL;
	guest.in_len = strlen(hex) / 2;
	if (in && kstrtouint(in, 10, &guest.in_len))
		return -EINVAL;
	guest.out_len = guest.in_len;
	if (out && kstrtouint(out, 10, &guest.out_len))
		return -EINVAL;
	if (max(guest.in_len, guest.out_len) > DEVSEC_GUEST_MAX)
		return -EINVAL;

	rc = devsec_guest_fill(&guest, hex) ?: devsec_guest_call(pdev, &guest);
	kvfree(guest.in);
	kvfree(guest.out);
	return rc;
}

static int devsec_guest_show(struct seq_file *m, void *unused)
{
	struct devsec_guest *last = &devsec_guest_last;

	guard(mutex)(&devsec_guest_lock);
	seq_printf(m, "%zd %#llx ", last->rc, last->code);
	/* A conversion takes 64 bytes at most */
	for (unsigned int i = 0; last->rc >= 0 && i < last->out_len; i += 64)
		seq_printf(m, "%*phN", (int)min(last->out_len - i, 64U), last->out + i);
	seq_putc(m, '\n');
	return 0;
}

/**
 * struct devsec_report - a report of a loss that is made in hard interrupt
 * @work: makes it
 * @pdev: the function
 * @reason: what to report
 */
struct devsec_report {
	struct irq_work work;
	struct pci_dev *pdev;
	enum pci_tsm_reason reason;
};

static void devsec_report_irq(struct irq_work *work)
{
	struct devsec_report *report = container_of(work, struct devsec_report, work);

	pci_tsm_report_lost(report->pdev, report->reason);
}

/* "DEVICE REASON [irq]" */
static int devsec_report_line(struct pci_dev *pdev, char *rest)
{
	char *word = strsep(&rest, " ");
	struct devsec_report report = {
		.work = IRQ_WORK_INIT_HARD(devsec_report_irq),
		.pdev = pdev,
	};
	unsigned int reason;

	if (!word || kstrtouint(word, 10, &reason) || reason >= PCI_TSM_NR_REASONS)
		return -EINVAL;
	report.reason = reason;

	if (!rest) {
		pci_tsm_report_lost(pdev, reason);
		return 0;
	}
	if (strcmp(rest, "irq"))
		return -EINVAL;
	irq_work_queue(&report.work);
	irq_work_sync(&report.work);
	return 0;
}

static int devsec_counters_show(struct seq_file *m, void *unused)
{
	struct devsec_tsm *tsm;

	guard(mutex)(&devsec_tsms_lock);
	list_for_each_entry(tsm, &devsec_tsms, node) {
		seq_printf(m, "tsm%d contexts %d streams %d tdis %d connects %d disconnects %d cancels %d\n",
			   tsm->id, atomic_read(&tsm->contexts),
			   atomic_read(&tsm->streams), atomic_read(&tsm->tdis),
			   atomic_read(&tsm->connects), atomic_read(&tsm->disconnects),
			   atomic_read(&tsm->cancels));
	}
	seq_printf(m, "invalidates %d\n", atomic_read(&devsec_invalidates));
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(devsec_counters);

static char *devsec_line_get(const char __user *buf, size_t len)
{
	char *line;

	if (len > DEVSEC_LINE_MAX)
		return ERR_PTR(-EINVAL);
	line = memdup_user_nul(buf, len);
	if (!IS_ERR(line) && len && line[len - 1] == '\n')
		line[len - 1] = '\0';
	return line;
}

/* "add RANK" or "del NUMBER" */
static int devsec_tsms_line(char *line)
{
	char *verb = strsep(&line, " ");
	int arg;

	if (!line || kstrtoint(line, 10, &arg))
		return -EINVAL;
	if (!strcmp(verb, "add"))
		return devsec_tsm_add(arg);
	if (!strcmp(verb, "del") && arg >= 0)
		return devsec_tsm_del(arg);
	return -EINVAL;
}

static ssize_t devsec_line_write(const char __user *buf, size_t len, int (*act)(char *line))
{
	char *line = devsec_line_get(buf, len);
	int rc;

	if (IS_ERR(line))
		return PTR_ERR(line);
	rc = act(line);
	kfree(line);
	return rc ?: len;
}

static ssize_t devsec_fault_write(struct file *file, const char __user *buf, size_t len,
				  loff_t *pos)
{
	return devsec_line_write(buf, len, devsec_tsm_fault_line);
}

static ssize_t devsec_tsms_write(struct file *file, const char __user *buf, size_t len,
				 loff_t *pos)
{
	return devsec_line_write(buf, len, devsec_tsms_line);
}

static ssize_t devsec_evidence_write(struct file *file, const char __user *buf, size_t len,
				     loff_t *pos)
{
	return devsec_line_write(buf, len, devsec_bigobj_line);
}

/* A line that begins with a device; the rest is the call's. */
static ssize_t devsec_call_write(const char __user *buf, size_t len,
				 int (*call)(struct pci_dev *pdev, char *rest))
{
	char *line = devsec_line_get(buf, len);
	struct pci_dev *pdev;
	char *rest = line;
	int rc;

	if (IS_ERR(line))
		return PTR_ERR(line);
	pdev = devsec_find(strsep(&rest, " "));
	rc = PTR_ERR_OR_ZERO(pdev);
	if (!rc) {
		rc = call(pdev, rest);
		pci_dev_put(pdev);
	}
	kfree(line);
	return rc ?: len;
}

static ssize_t devsec_bind_write(struct file *file, const char __user *buf, size_t len,
				 loff_t *pos)
{
	return devsec_call_write(buf, len, devsec_bind_line);
}

static ssize_t devsec_unbind_write(struct file *file, const char __user *buf, size_t len,
				   loff_t *pos)
{
	return devsec_call_write(buf, len, devsec_unbind_line);
}

static ssize_t devsec_guest_write(struct file *file, const char __user *buf, size_t len,
				  loff_t *pos)
{
	return devsec_call_write(buf, len, devsec_guest_line);
}

static ssize_t devsec_report_write(struct file *file, const char __user *buf, size_t len,
				   loff_t *pos)
{
	return devsec_call_write(buf, len, devsec_report_line);
}

static int devsec_guest_open(struct inode *inode, struct file *file)
{
	return single_open(file, devsec_guest_show, NULL);
}

static const struct file_operations devsec_fault_fops = {
	.owner = THIS_MODULE,
	.open = nonseekable_open,
	.write = devsec_fault_write,
};

static const struct file_operations devsec_tsms_fops = {
	.owner = THIS_MODULE,
	.open = nonseekable_open,
	.write = devsec_tsms_write,
};

static const struct file_operations devsec_evidence_fops = {
	.owner = THIS_MODULE,
	.open = nonseekable_open,
	.write = devsec_evidence_write,
};

static const struct file_operations devsec_bind_fops = {
	.owner = THIS_MODULE,
	.open = nonseekable_open,
	.write = devsec_bind_write,
};

static const struct file_operations devsec_unbind_fops = {
	.owner = THIS_MODULE,
	.open = nonseekable_open,
	.write = devsec_unbind_write,
};

static const struct file_operations devsec_guest_fops = {
	.owner = THIS_MODULE,
	.open = devsec_guest_open,
	.read = seq_read,
	.llseek = seq_lseek,
	.release = single_release,
	.write = devsec_guest_write,
};

static const struct file_operations devsec_report_fops = {
	.owner = THIS_MODULE,
	.open = nonseekable_open,
	.write = devsec_report_write,
};

/* A function goes: nobody can hold on to it, as VFIO would not. */
static int devsec_binding_notify(struct notifier_block *nb, unsigned long event, void *data)
{
	struct devsec_binding *binding;

	if (event != BUS_NOTIFY_REMOVED_DEVICE)
		return NOTIFY_DONE;

	binding = devsec_binding_take(to_pci_dev(data));
	if (binding)
		devsec_let_go(binding);
	return NOTIFY_DONE;
}

static struct notifier_block devsec_binding_nb = {
	.notifier_call = devsec_binding_notify,
};

int devsec_tsm_debugfs_init(void)
{
	int rc = bus_register_notifier(&pci_bus_type, &devsec_binding_nb);

	if (rc)
		return rc;

	devsec_dir = debugfs_create_dir("devsec_tsm", NULL);
	debugfs_create_file("fault", 0200, devsec_dir, NULL, &devsec_fault_fops);
	debugfs_create_file("tsms", 0200, devsec_dir, NULL, &devsec_tsms_fops);
	debugfs_create_file("evidence", 0200, devsec_dir, NULL, &devsec_evidence_fops);
	debugfs_create_file("bind", 0200, devsec_dir, NULL, &devsec_bind_fops);
	debugfs_create_file("unbind", 0200, devsec_dir, NULL, &devsec_unbind_fops);
	debugfs_create_file("guest_req", 0600, devsec_dir, NULL, &devsec_guest_fops);
	debugfs_create_file("report", 0200, devsec_dir, NULL, &devsec_report_fops);
	debugfs_create_file("counters", 0400, devsec_dir, NULL, &devsec_counters_fops);
	return 0;
}

void devsec_tsm_debugfs_exit(void)
{
	struct devsec_binding *binding;

	debugfs_remove(devsec_dir);
	bus_unregister_notifier(&pci_bus_type, &devsec_binding_nb);
	while ((binding = devsec_binding_take(NULL)))
		devsec_let_go(binding);
	kvfree(devsec_guest_last.in);
	kvfree(devsec_guest_last.out);
}
