// SPDX-License-Identifier: GPL-2.0
/*
 * Faults on demand, and a look at all functions: debugfs devsec_bus/fault and
 * devsec_bus/state. Documentation/ABI/testing/debugfs-devsec has the language.
 *
 * What a fault does is in the file of the capability that has it.
 */
#include <linux/debugfs.h>
#include <linux/kstrtox.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "devsec.h"

#define DEVSEC_LINE_MAX		128
#define DEVSEC_WORDS_MAX	5

static struct dentry *devsec_dir;

/**
 * struct devsec_doe_word - a word behind "doe"
 * @name: the word
 * @fault: what it means
 * @has_arg: it wants an argument for the fault before the count
 */
struct devsec_doe_word {
	const char *name;
	enum devsec_doe_fault fault;
	bool has_arg;
};

static const struct devsec_doe_word devsec_doe_words[] = {
	{ "drop", DEVSEC_DOE_DROP },
	{ "delay", DEVSEC_DOE_DELAY, true },
	{ "error", DEVSEC_DOE_ERROR },
	{ "busy", DEVSEC_DOE_BUSY },
	{ "short", DEVSEC_DOE_SHORT },
	{ "long", DEVSEC_DOE_LONG },
	{ "wrong-type", DEVSEC_DOE_WRONG_TYPE },
	{ "corrupt", DEVSEC_DOE_CORRUPT, true },
};

/* "doe WORD [ARG] [COUNT]" */
static int devsec_fault_doe(struct devsec_fn *fn, char **words, unsigned int nr)
{
	const struct devsec_doe_word *word = NULL;
	unsigned int arg = 0, count = 1, i = 1;

	if (!fn->doe || !nr)
		return -EINVAL;

	for (unsigned int j = 0; j < ARRAY_SIZE(devsec_doe_words); j++) {
		if (!strcmp(words[0], devsec_doe_words[j].name))
			word = &devsec_doe_words[j];
	}
	if (!word)
		return -EINVAL;
	if (word->has_arg && (i >= nr || kstrtouint(words[i++], 0, &arg) || arg > 60000))
		return -EINVAL;
	if (i < nr && (kstrtouint(words[i++], 0, &count) || !count))
		return -EINVAL;
	if (i != nr)
		return -EINVAL;

	fn->doe->fault = word->fault;
	fn->doe->fault_arg = arg;
	fn->doe->fault_count = count;
	return 0;
}

/* Returns whether the interrupt is due, or -EINVAL. */
static int devsec_fault_ide(struct devsec_fn *fn, char **words, unsigned int nr)
{
	if (nr != 1)
		return -EINVAL;
	/* The port above reports, which any function may be named for */
	if (!strcmp(words[0], "aer"))
		return fn->root ? devsec_aer_raise(fn->root, BIT(28)) : -EINVAL;

	if (!fn->ide)
		return -EINVAL;
	if (!strcmp(words[0], "stuck"))
		fn->ide->stuck = true;
	else if (!strcmp(words[0], "insecure"))
		devsec_ide_break(fn);
	else if (!strcmp(words[0], "fail"))
		devsec_ide_fail_received(fn);
	else
		return -EINVAL;
	return 0;
}

/* "aer MASK": any uncorrectable error */
static int devsec_fault_aer(struct devsec_fn *fn, char **words, unsigned int nr)
{
	u32 errors;

	if (nr != 1 || !fn->aer || kstrtou32(words[0], 0, &errors) || !errors)
		return -EINVAL;
	return devsec_aer_raise(fn, errors);
}

/* "kcu stuck": in the unit of the host bridge, which any function may be named for */
static int devsec_fault_kcu(struct devsec_fn *fn, char **words, unsigned int nr)
{
	if (nr != 1 || strcmp(words[0], "stuck"))
		return -EINVAL;
	return devsec_kcu_stuck(fn->host, true) ? 0 : -EINVAL;
}

static void devsec_fault_clear(struct devsec_fn *fn)
{
	if (fn->doe) {
		/* A mailbox that hangs comes back as if it had been aborted */
		devsec_doe_clear(fn->doe);
		fn->doe->fault = DEVSEC_DOE_FINE;
	}
	if (fn->ide)
		fn->ide->stuck = false;
	devsec_kcu_stuck(fn->host, false);
}

/* "link down", "link up". Returns whether the interrupt is due, or -EINVAL. */
static int devsec_fault_link(struct devsec_fn *slot, char **words, unsigned int nr)
{
	if (nr != 1)
		return -EINVAL;
	if (!strcmp(words[0], "down"))
		return devsec_slot_link(slot, false);
	if (!strcmp(words[0], "up"))
		return devsec_slot_link(slot, true);
	return -EINVAL;
}

/* Is @word it, and the last one? */
static bool devsec_alone(char **words, unsigned int nr, const char *word)
{
	return nr == 1 && !strcmp(words[0], word);
}

/* Called with the host's lock. Returns whether the interrupt is due, or -EINVAL. */
static int devsec_fault_do(struct devsec_fn *fn, char **words, unsigned int nr)
{
	struct devsec_fn *slot = fn->root;

	if (!strcmp(words[0], "doe"))
		return devsec_fault_doe(fn, words + 1, nr - 1);
	if (!strcmp(words[0], "ide"))
		return devsec_fault_ide(fn, words + 1, nr - 1);
	if (!strcmp(words[0], "aer"))
		return devsec_fault_aer(fn, words + 1, nr - 1);
	if (!strcmp(words[0], "kcu"))
		return devsec_fault_kcu(fn, words + 1, nr - 1);
	if (!strcmp(words[0], "link") && slot)
		return devsec_fault_link(slot, words + 1, nr - 1);
	if (devsec_alone(words, nr, "unplug") && slot)
		return devsec_slot_unplug(slot);
	if (devsec_alone(words, nr, "plug") && slot)
		return devsec_slot_plug(slot);
	if (devsec_alone(words, nr, "clear")) {
		devsec_fault_clear(fn);
		return 0;
	}
	return -EINVAL;
}

static int devsec_fault_line(char *line)
{
	unsigned int dom, bus, slot, func, nr = 0;
	char *words[DEVSEC_WORDS_MAX];
	struct devsec_host *host;
	struct devsec_fn *fn;
	unsigned long flags;
	bool settle;
	char junk;
	int rc = 0;

	for (char *word; (word = strsep(&line, " \t\n"));) {
		if (!*word)
			continue;
		if (nr == DEVSEC_WORDS_MAX)
			return -EINVAL;
		words[nr++] = word;
	}
	if (nr < 2 || sscanf(words[0], "%x:%x:%x.%x%c", &dom, &bus, &slot, &func, &junk) != 4 ||
	    bus > 0xff || slot > 0x1f || func > 7)
		return -EINVAL;
	host = devsec_host_by_domain(dom);
	if (!host)
		return -ENODEV;

	raw_spin_lock_irqsave(&host->lock, flags);
	fn = devsec_route(host, bus, PCI_DEVFN(slot, func));
	settle = fn && fn->root && devsec_alone(words + 1, nr - 1, "settle");
	if (!settle)
		rc = fn ? devsec_fault_do(fn, words + 1, nr - 1) : -ENODEV;
	raw_spin_unlock_irqrestore(&host->lock, flags);
	/* Functions stay as long as this file */
	if (settle)
		flush_work(&fn->root->hotplug);
	if (rc > 0)
		devsec_irq_raise(fn->root);
	return min(rc, 0);
}

static ssize_t devsec_fault_write(struct file *file, const char __user *buf, size_t len,
				  loff_t *pos)
{
	char *line;
	int rc;

	if (len > DEVSEC_LINE_MAX)
		return -EINVAL;

	line = memdup_user_nul(buf, len);
	if (IS_ERR(line))
		return PTR_ERR(line);

	rc = devsec_fault_line(line);
	kfree(line);
	return rc ?: len;
}

static const struct file_operations devsec_fault_fops = {
	.owner = THIS_MODULE,
	.open = nonseekable_open,
	.write = devsec_fault_write,
};

static void devsec_show_fn(struct seq_file *m, const struct devsec_fn *fn)
{
	static const char * const kinds[] = {
		"root-port", "upstream", "downstream", "endpoint", "rciep", "vf"
	};

	seq_printf(m, "%04x:%02x:%02x.%u %s %s %s", fn->host->domain, devsec_fn_bus(fn),
		   PCI_SLOT(fn->devfn), PCI_FUNC(fn->devfn), fn->shape, kinds[fn->kind],
		   devsec_fn_reachable(fn) ? "present" : fn->pf && !fn->gone ? "off" : "absent");
	if (fn->doe)
		seq_printf(m, " doe%s%s", fn->doe->busy ? ":busy" : "",
			   fn->doe->error ? ":error" : "");
	if (fn->ide)
		seq_printf(m, " ide%s", fn->ide->stuck ? ":stuck" : "");
	devsec_ide_show(fn, m);
	seq_putc(m, '\n');
}

static int devsec_state_show(struct seq_file *m, void *unused)
{
	struct devsec_host *host;
	struct devsec_fn *fn;
	unsigned long flags;

	list_for_each_entry(host, &devsec_hosts, node) {
		raw_spin_lock_irqsave(&host->lock, flags);
		list_for_each_entry(fn, &host->fns, all)
			devsec_show_fn(m, fn);
		raw_spin_unlock_irqrestore(&host->lock, flags);
	}
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(devsec_state);

/* Without debugfs there are no faults; that is no reason to fail. */
void devsec_fault_init(void)
{
	struct devsec_host *host;

	devsec_dir = debugfs_create_dir("devsec_bus", NULL);
	debugfs_create_file("fault", 0200, devsec_dir, NULL, &devsec_fault_fops);
	debugfs_create_file("state", 0400, devsec_dir, NULL, &devsec_state_fops);
	list_for_each_entry(host, &devsec_hosts, node)
		devsec_kcu_debugfs(host, devsec_dir);
}

void devsec_fault_exit(void)
{
	debugfs_remove(devsec_dir);
}
