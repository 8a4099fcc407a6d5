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
#include <linux/mutex.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "link.h"

#define DEVSEC_LINE_MAX		4096
#define DEVSEC_GUEST_MAX	1024	/* bytes of a guest request from here */

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

/* Protects the last result of a guest request */
static DEFINE_MUTEX(devsec_guest_lock);
static ssize_t devsec_guest_rc;
static u64 devsec_guest_code;
static u8 devsec_guest_answer[DEVSEC_GUEST_MAX];
static size_t devsec_guest_answer_len;

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

/* @buf: the request, and room for an answer of the same length behind it */
static int devsec_guest_call(struct pci_dev *pdev, unsigned int scope, u8 *buf, size_t len)
{
	u64 code = 0;
	ssize_t rc;

	rc = pci_tsm_guest_req(pdev, scope, KERNEL_SOCKPTR(buf), len,
			       KERNEL_SOCKPTR(buf + len), len, &code);

	guard(mutex)(&devsec_guest_lock);
	devsec_guest_rc = rc;
	devsec_guest_code = code;
	devsec_guest_answer_len = rc < 0 ? 0 : len;
	memcpy(devsec_guest_answer, buf + len, len);
	return min_t(ssize_t, rc, 0);
}

/* "DEVICE SCOPE HEX" */
static int devsec_guest_line(struct pci_dev *pdev, char *rest)
{
	char *word = strsep(&rest, " ");
	unsigned int scope;
	size_t len;
	u8 *buf;
	int rc;

	if (!word || !rest || kstrtouint(word, 0, &scope))
		return -EINVAL;
	len = strlen(rest) / 2;
	if (!len || strlen(rest) % 2 || len > DEVSEC_GUEST_MAX)
		return -EINVAL;

	buf = kzalloc(2 * len, GFP_KERNEL);
	if (!buf)
		return -ENOMEM;
	rc = hex2bin(buf, rest, len) ? -EINVAL : devsec_guest_call(pdev, scope, buf, len);
	kfree(buf);
	return rc;
}

static int devsec_guest_show(struct seq_file *m, void *unused)
{
	guard(mutex)(&devsec_guest_lock);
	seq_printf(m, "%zd %#llx %*phN\n", devsec_guest_rc, devsec_guest_code,
		   (int)min_t(size_t, devsec_guest_answer_len, 64), devsec_guest_answer);
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
	for (unsigned int i = 0; i < devsec_nr_tsms; i++) {
		struct devsec_tsm *tsm = &devsec_tsms[i];

		seq_printf(m, "%s contexts %d streams %d tdis %d connects %d disconnects %d cancels %d\n",
			   dev_name(&tsm->tsm_dev->dev), atomic_read(&tsm->contexts),
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

static ssize_t devsec_fault_write(struct file *file, const char __user *buf, size_t len,
				  loff_t *pos)
{
	char *line = devsec_line_get(buf, len);
	int rc;

	if (IS_ERR(line))
		return PTR_ERR(line);
	rc = devsec_tsm_fault_line(line);
	kfree(line);
	return rc ?: len;
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
}
