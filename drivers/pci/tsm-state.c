// SPDX-License-Identifier: GPL-2.0
/*
 * PCI/TSM: the transition table, and the state record that it rules.
 *
 * A record is moved by the worker of its DSM and by nobody else. Anybody may
 * mark it as lost, from any context; that shows at once and is acted upon by
 * the worker. Nothing here sleeps, allocates or tells anybody: events are
 * tsm-event.c.
 */
#include <kunit/visibility.h>
#include <linux/cleanup.h>

#include "tsm.h"

/* A cell is the next state, or the errno for what is refused; 0: never tried */
#define ON(step)	PCI_TSM_STEP_##step

static const s16 pci_tsm_states[PCI_TSM_NR_STATES][PCI_TSM_NR_STEPS] = {
	/* A DSM */
	[PCI_TSM_STATE_DISCONNECTED] = {
		[ON(CONNECT)]		= PCI_TSM_STATE_CONNECTING,
		[ON(DISCONNECT)]	= -ENXIO,
		[ON(LOSS)]		= PCI_TSM_STATE_DISCONNECTED,
		[ON(REMOVAL)]		= PCI_TSM_STATE_DISCONNECTED,
		[ON(DEPARTURE)]		= PCI_TSM_STATE_DISCONNECTED,
		[ON(SLEEP)]		= PCI_TSM_STATE_DISCONNECTED,
		[ON(BIND)]		= -ENXIO,
	},
	[PCI_TSM_STATE_CONNECTING] = {
		[ON(CONNECTED)]		= PCI_TSM_STATE_CONNECTED,
		[ON(REFUSED)]		= PCI_TSM_STATE_DISCONNECTED,
		[ON(CONNECT)]		= -EBUSY,
		[ON(DISCONNECT)]	= -EBUSY,
		[ON(LOSS)]		= PCI_TSM_STATE_DISCONNECTED,
		[ON(REMOVAL)]		= PCI_TSM_STATE_DISCONNECTED,
		[ON(DEPARTURE)]		= PCI_TSM_STATE_DISCONNECTED,
		[ON(SLEEP)]		= PCI_TSM_STATE_DISCONNECTED,
		[ON(BIND)]		= -ENXIO,
	},
	[PCI_TSM_STATE_CONNECTED] = {
		[ON(CONNECT)]		= -EBUSY,
		[ON(DISCONNECT)]	= PCI_TSM_STATE_DISCONNECTING,
		[ON(LOSS)]		= PCI_TSM_STATE_FAILED,
		[ON(REMOVAL)]		= PCI_TSM_STATE_DISCONNECTING,
		[ON(DEPARTURE)]		= PCI_TSM_STATE_DISCONNECTING,
		[ON(SLEEP)]		= PCI_TSM_STATE_DISCONNECTING,
		[ON(BIND)]		= PCI_TSM_STATE_CONNECTED,
	},
	[PCI_TSM_STATE_DISCONNECTING] = {
		[ON(CONNECT)]		= -EBUSY,
		[ON(DISCONNECTED)]	= PCI_TSM_STATE_DISCONNECTED,
		[ON(DISCONNECT)]	= -EBUSY,
		[ON(LOSS)]		= PCI_TSM_STATE_DISCONNECTING,
		[ON(REMOVAL)]		= PCI_TSM_STATE_DISCONNECTING,
		[ON(DEPARTURE)]		= PCI_TSM_STATE_DISCONNECTING,
		[ON(SLEEP)]		= PCI_TSM_STATE_DISCONNECTING,
		[ON(BIND)]		= -ENXIO,
	},
	[PCI_TSM_STATE_FAILED] = {
		[ON(CONNECT)]		= -EBUSY,
		[ON(DISCONNECT)]	= PCI_TSM_STATE_DISCONNECTING,
		[ON(LOSS)]		= PCI_TSM_STATE_FAILED,
		[ON(REMOVAL)]		= PCI_TSM_STATE_DISCONNECTING,
		[ON(DEPARTURE)]		= PCI_TSM_STATE_DISCONNECTING,
		[ON(SLEEP)]		= PCI_TSM_STATE_DISCONNECTING,
		[ON(BIND)]		= -ENXIO,
	},
	/* A function: DISCONNECT and the like happen to its DSM */
	[PCI_TSM_STATE_UNBOUND] = {
		[ON(BIND)]		= PCI_TSM_STATE_BOUND,
		[ON(UNBIND)]		= -ENXIO,
		[ON(LOSS)]		= PCI_TSM_STATE_UNBOUND,
		[ON(DISCONNECT)]	= PCI_TSM_STATE_UNBOUND,
		[ON(REMOVAL)]		= PCI_TSM_STATE_UNBOUND,
		[ON(DEPARTURE)]		= PCI_TSM_STATE_UNBOUND,
		[ON(SLEEP)]		= PCI_TSM_STATE_UNBOUND,
	},
	[PCI_TSM_STATE_BOUND] = {
		[ON(BIND)]		= -EBUSY,
		[ON(UNBIND)]		= PCI_TSM_STATE_UNBOUND,
		[ON(LOSS)]		= PCI_TSM_STATE_ERROR,
		[ON(DISCONNECT)]	= PCI_TSM_STATE_UNBOUND,
		[ON(REMOVAL)]		= PCI_TSM_STATE_UNBOUND,
		[ON(DEPARTURE)]		= PCI_TSM_STATE_UNBOUND,
		[ON(SLEEP)]		= PCI_TSM_STATE_UNBOUND,
	},
	[PCI_TSM_STATE_ERROR] = {
		[ON(BIND)]		= -EBUSY,
		[ON(UNBIND)]		= PCI_TSM_STATE_UNBOUND,
		[ON(LOSS)]		= PCI_TSM_STATE_ERROR,
		[ON(DISCONNECT)]	= PCI_TSM_STATE_UNBOUND,
		[ON(REMOVAL)]		= PCI_TSM_STATE_UNBOUND,
		[ON(DEPARTURE)]		= PCI_TSM_STATE_UNBOUND,
		[ON(SLEEP)]		= PCI_TSM_STATE_UNBOUND,
	},
};

static const char * const pci_tsm_state_names[PCI_TSM_NR_STATES] = {
	[PCI_TSM_STATE_NONE]	= "none",
	[PCI_TSM_STATE_DISCONNECTED]	= "disconnected",
	[PCI_TSM_STATE_CONNECTING]	= "connecting",
	[PCI_TSM_STATE_CONNECTED]	= "connected",
	[PCI_TSM_STATE_DISCONNECTING]	= "disconnecting",
	[PCI_TSM_STATE_FAILED]	= "failed",
	[PCI_TSM_STATE_UNBOUND]	= "unbound",
	[PCI_TSM_STATE_BOUND]		= "bound",
	[PCI_TSM_STATE_ERROR]		= "error",
	[PCI_TSM_STATE_UNLOCKED]	= "unlocked",
	[PCI_TSM_STATE_LOCKING]		= "locking",
	[PCI_TSM_STATE_LOCKED]		= "locked",
	[PCI_TSM_STATE_ACCEPTING]	= "accepting",
	[PCI_TSM_STATE_ACCEPTED]	= "accepted",
	[PCI_TSM_STATE_UNLOCKING]	= "unlocking",
};

static const char * const pci_tsm_reason_names[PCI_TSM_NR_REASONS] = {
	[PCI_TSM_REASON_NONE]		= "none",
	[PCI_TSM_REASON_REQUEST]	= "request",
	[PCI_TSM_REASON_REFUSED]	= "refused",
	[PCI_TSM_REASON_CANCELLED]	= "cancelled",
	[PCI_TSM_REASON_DEPARTURE]	= "departure",
	[PCI_TSM_REASON_REMOVAL]	= "removal",
	[PCI_TSM_REASON_SUSPEND]	= "suspend",
	[PCI_TSM_REASON_REBOOT]		= "reboot",
	[PCI_TSM_REASON_DSM_GONE]	= "dsm-gone",
	[PCI_TSM_REASON_SESSION]	= "session",
	[PCI_TSM_REASON_IDE_FAIL]	= "ide-fail",
	[PCI_TSM_REASON_IDE_INSECURE]	= "ide-insecure",
	[PCI_TSM_REASON_IDE_TIMEOUT]	= "ide-timeout",
	[PCI_TSM_REASON_AER]		= "aer",
	[PCI_TSM_REASON_RESET]		= "reset",
	[PCI_TSM_REASON_TDI]		= "tdi",
	[PCI_TSM_REASON_UNPLUGGED]	= "unplugged",
	[PCI_TSM_REASON_ANCHOR_REVOKED]	= "anchor-revoked",
};

/**
 * pci_tsm_table() - one cell of the transition table
 * @from: a state
 * @step: what happens
 *
 * Context: any.
 * Return: the next state (> 0), the errno of a refused step, or -EINVAL for a
 * step that has no meaning there.
 */
int pci_tsm_table(enum pci_tsm_state from, enum pci_tsm_step step)
{
	return pci_tsm_states[from][step] ?: -EINVAL;
}
EXPORT_SYMBOL_IF_KUNIT(pci_tsm_table);

const char *pci_tsm_state_name(enum pci_tsm_state state)
{
	return pci_tsm_state_names[state];
}

const char *pci_tsm_reason_name(enum pci_tsm_reason reason)
{
	return pci_tsm_reason_names[reason];
}

/* What the records start from, and what a disconnect or unbind returns them to */
static bool at_rest(enum pci_tsm_state state)
{
	return state == PCI_TSM_STATE_DISCONNECTED || state == PCI_TSM_STATE_UNBOUND;
}

/* Is there trust to lose, or some that is not quite given up yet? */
static bool can_lose(enum pci_tsm_state state)
{
	switch (state) {
	case PCI_TSM_STATE_CONNECTING:
	case PCI_TSM_STATE_CONNECTED:
	case PCI_TSM_STATE_DISCONNECTING:
	case PCI_TSM_STATE_BOUND:
		return true;
	default:
		return false;
	}
}

/* What a lost record shows before the worker has come to it */
static enum pci_tsm_state shown_state(const struct pci_tsm_record *rec)
{
	if (!rec->lost || rec->state == PCI_TSM_STATE_DISCONNECTING)
		return rec->state;
	return rec->state >= PCI_TSM_STATE_UNBOUND ? PCI_TSM_STATE_ERROR : PCI_TSM_STATE_FAILED;
}

/**
 * pci_tsm_record_init() - a record that nothing has happened to
 * @rec: the record
 * @state: PCI_TSM_STATE_DISCONNECTED for a DSM, PCI_TSM_STATE_UNBOUND for a function
 *
 * Context: any; nobody else knows the record yet.
 */
void pci_tsm_record_init(struct pci_tsm_record *rec, enum pci_tsm_state state)
{
	*rec = (struct pci_tsm_record) { .state = state };
	raw_spin_lock_init(&rec->lock);
}

/**
 * pci_tsm_record_step() - move a record as the table says
 * @rec: the record
 * @step: what happens
 * @reason: why; where the record is lost, that is the reason instead
 * @change: what to tell about it; @old is @new if nothing moved
 *
 * A connect that has succeeded on a record which was lost meanwhile is no
 * success.
 *
 * Context: any.
 * Return: 0, the errno of the table, or -ECANCELED for a lost record.
 */
int pci_tsm_record_step(struct pci_tsm_record *rec, enum pci_tsm_step step,
			enum pci_tsm_reason reason, struct pci_tsm_change *change)
{
	int to;

	guard(raw_spinlock_irqsave)(&rec->lock);
	to = pci_tsm_table(rec->state, step);
	if (to > 0 && rec->lost && (step == PCI_TSM_STEP_CONNECTED || step == PCI_TSM_STEP_BIND))
		to = -ECANCELED;
	*change = (struct pci_tsm_change) {
		.old = rec->state, .new = rec->state, .reason = rec->reason, .seq = rec->seq,
	};
	if (to < 0)
		return to;
	if (to == rec->state)
		return 0;

	if (rec->lost && (step == PCI_TSM_STEP_LOSS || step == PCI_TSM_STEP_REFUSED))
		reason = rec->lost_reason;
	rec->state = to;
	rec->reason = reason;
	rec->seq++;
	if (at_rest(to))
		rec->lost = false;
	change->new = to;
	change->reason = reason;
	change->seq = rec->seq;
	return 0;
}
EXPORT_SYMBOL_IF_KUNIT(pci_tsm_record_step);

/**
 * pci_tsm_record_lose() - trust is lost
 * @rec: the record
 * @reason: why; the first one counts
 *
 * Context: any, hard irq too.
 * Return: true if that is news, so that somebody must act.
 */
bool pci_tsm_record_lose(struct pci_tsm_record *rec, enum pci_tsm_reason reason)
{
	guard(raw_spinlock_irqsave)(&rec->lock);
	if (rec->lost || !can_lose(rec->state))
		return false;

	rec->lost = true;
	rec->lost_reason = reason;
	return true;
}
EXPORT_SYMBOL_IF_KUNIT(pci_tsm_record_lose);

/**
 * pci_tsm_record_loss() - is trust lost, in whatever state?
 * @rec: the record
 *
 * Context: any.
 * Return: why, or PCI_TSM_REASON_NONE (0) if it is not.
 */
enum pci_tsm_reason pci_tsm_record_loss(struct pci_tsm_record *rec)
{
	guard(raw_spinlock_irqsave)(&rec->lock);
	return rec->lost ? rec->lost_reason : PCI_TSM_REASON_NONE;
}
EXPORT_SYMBOL_IF_KUNIT(pci_tsm_record_loss);

/**
 * pci_tsm_record_to_withdraw() - is there a loss that the worker must act upon?
 * @rec: the record
 *
 * Where all is being undone anyway, or was, there is none.
 *
 * Context: any.
 * Return: true if there is.
 */
bool pci_tsm_record_to_withdraw(struct pci_tsm_record *rec)
{
	guard(raw_spinlock_irqsave)(&rec->lock);
	return rec->lost && pci_tsm_table(rec->state, PCI_TSM_STEP_LOSS) != rec->state;
}
EXPORT_SYMBOL_IF_KUNIT(pci_tsm_record_to_withdraw);

/**
 * pci_tsm_record_read() - what to show of a record
 * @rec: the record
 * @now: its state (twice), reason and sequence number
 *
 * Context: any.
 */
void pci_tsm_record_read(struct pci_tsm_record *rec, struct pci_tsm_change *now)
{
	guard(raw_spinlock_irqsave)(&rec->lock);
	now->new = shown_state(rec);
	now->old = now->new;
	now->reason = now->new == rec->state ? rec->reason : rec->lost_reason;
	now->seq = rec->seq;
}
EXPORT_SYMBOL_IF_KUNIT(pci_tsm_record_read);
