// SPDX-License-Identifier: GPL-2.0
/*
 * Faults of the emulated TSM: for a device or for all, an op fails, returns
 * NULL, hangs, or leaks, until the fault is cleared.
 */
#include <linux/delay.h>
#include <linux/kstrtox.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "link.h"

#define DEVSEC_HANG_MAX_MS	600000

enum devsec_action {
	DEVSEC_ACTION_ERROR,	/* return arg */
	DEVSEC_ACTION_NULL,	/* return NULL (the op probe only) */
	DEVSEC_ACTION_HANG,	/* wait arg milliseconds, or until cancelled */
	DEVSEC_ACTION_HARD,	/* wait arg milliseconds */
	DEVSEC_ACTION_LEAK,	/* count as kept what is given back (undoing ops only) */
};

/**
 * struct devsec_tsm_fault - something that goes wrong
 * @node: entry in the list of faults
 * @device: name of the device, or "*"
 * @op: the op that it goes wrong in
 * @action: how
 * @arg: argument of @action
 */
struct devsec_tsm_fault {
	struct list_head node;
	char device[16];
	enum devsec_op op;
	enum devsec_action action;
	int arg;
};

static const char * const devsec_op_names[DEVSEC_NR_OPS] = {
	[DEVSEC_OP_PROBE]	= "probe",
	[DEVSEC_OP_CONNECT]	= "connect",
	[DEVSEC_OP_DISCONNECT]	= "disconnect",
	[DEVSEC_OP_BIND]	= "bind",
	[DEVSEC_OP_UNBIND]	= "unbind",
	[DEVSEC_OP_GUEST_REQ]	= "guest_req",
	[DEVSEC_OP_REFRESH]	= "refresh_evidence",
};

/* Protects the list of faults; a leaf */
static DEFINE_MUTEX(devsec_faults_lock);
static LIST_HEAD(devsec_faults);

static struct devsec_tsm_fault *devsec_fault_find(const char *device, enum devsec_op op)
{
	struct devsec_tsm_fault *fault;

	list_for_each_entry(fault, &devsec_faults, node) {
		if (fault->op == op && !strcmp(fault->device, device))
			return fault;
	}
	return NULL;
}

/*
 * An op begins. Returns 0 if it may go on (perhaps late), a negative errno that
 * it is to return, or 1 if it is to return NULL, or to leak.
 */
int devsec_tsm_fault(struct pci_dev *pdev, enum devsec_op op)
{
	struct devsec_tsm_fault *found;
	enum devsec_action action;
	int arg;

	scoped_guard(mutex, &devsec_faults_lock) {
		found = devsec_fault_find(pci_name(pdev), op) ?: devsec_fault_find("*", op);
		if (!found)
			return 0;
		action = found->action;
		arg = found->arg;
	}

	switch (action) {
	case DEVSEC_ACTION_ERROR:
		return arg;
	case DEVSEC_ACTION_NULL:
	case DEVSEC_ACTION_LEAK:
		return 1;
	case DEVSEC_ACTION_HANG:
		return devsec_tsm_wait(pdev, arg);
	default:
		schedule_timeout_idle(msecs_to_jiffies(arg));
		return 0;
	}
}

static int devsec_fault_parse(struct devsec_tsm_fault *fault, const char *action,
			      const char *arg)
{
	if (!strcmp(action, "null") && !arg && fault->op == DEVSEC_OP_PROBE) {
		fault->action = DEVSEC_ACTION_NULL;
		return 0;
	}
	if (!strcmp(action, "leak") && !arg &&
	    (fault->op == DEVSEC_OP_DISCONNECT || fault->op == DEVSEC_OP_UNBIND)) {
		fault->action = DEVSEC_ACTION_LEAK;
		return 0;
	}
	if (!arg || kstrtoint(arg, 10, &fault->arg))
		return -EINVAL;

	if (!strcmp(action, "error")) {
		fault->action = DEVSEC_ACTION_ERROR;
		return fault->arg < 0 && fault->arg >= -MAX_ERRNO ? 0 : -EINVAL;
	}
	if (!strcmp(action, "hang"))
		fault->action = DEVSEC_ACTION_HANG;
	else if (!strcmp(action, "hard"))
		fault->action = DEVSEC_ACTION_HARD;
	else
		return -EINVAL;
	return fault->arg >= 0 && fault->arg <= DEVSEC_HANG_MAX_MS ? 0 : -EINVAL;
}

static void devsec_fault_forget(const char *device, enum devsec_op op)
{
	struct devsec_tsm_fault *old = devsec_fault_find(device, op);

	if (!old)
		return;
	list_del(&old->node);
	kfree(old);
}

/* Put a fault in the place of the one before; @new NULL: just end that one. */
static void devsec_fault_replace(const char *device, enum devsec_op op,
				 struct devsec_tsm_fault *new)
{
	guard(mutex)(&devsec_faults_lock);
	devsec_fault_forget(device, op);
	if (new)
		list_add_tail(&new->node, &devsec_faults);
}

static int devsec_op_by_name(const char *name)
{
	for (unsigned int i = 0; i < DEVSEC_NR_OPS; i++) {
		if (!strcmp(name, devsec_op_names[i]))
			return i;
	}
	return -EINVAL;
}

/* "DEVICE OP ACTION [ARG]"; "DEVICE OP clear"; "clear" for all */
int devsec_tsm_fault_line(char *line)
{
	char *device = strsep(&line, " ");
	char *name = strsep(&line, " ");
	char *action = strsep(&line, " ");
	char *arg = strsep(&line, " ");
	struct devsec_tsm_fault *fault;
	int op, rc;

	if (!name && !strcmp(device, "clear")) {
		devsec_tsm_fault_clear();
		return 0;
	}
	if (!name || !action || line || strlen(device) >= sizeof(fault->device))
		return -EINVAL;
	op = devsec_op_by_name(name);
	if (op < 0)
		return op;
	if (!strcmp(action, "clear") && !arg) {
		devsec_fault_replace(device, op, NULL);
		return 0;
	}

	fault = kzalloc(sizeof(*fault), GFP_KERNEL);
	if (!fault)
		return -ENOMEM;
	strscpy(fault->device, device);
	fault->op = op;
	rc = devsec_fault_parse(fault, action, arg);
	if (rc) {
		kfree(fault);
		return rc;
	}
	devsec_fault_replace(device, op, fault);
	return 0;
}

void devsec_tsm_fault_clear(void)
{
	struct devsec_tsm_fault *fault, *next;

	guard(mutex)(&devsec_faults_lock);
	list_for_each_entry_safe(fault, next, &devsec_faults, node) {
		list_del(&fault->node);
		kfree(fault);
	}
}
