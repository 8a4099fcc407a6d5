// SPDX-License-Identifier: GPL-2.0
/*
 * The DOE mailbox: its registers, its protocol towards the requester, discovery,
 * and what can go wrong in it. Interrupts are not offered.
 *
 * CMA-SPDM objects go to a program in user space, by dsm-chardev.c; if it does
 * not run they get no answer. The vendor's protocol is in fw.c.
 *
 * PCIe r7.0 sec 6.30 (protocol), 7.9.24 (registers).
 */
#include <linux/bitfield.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "devsec.h"

#define DEVSEC_DOE_SIZE		0x18
#define DEVSEC_DOE_EXCESS	4	/* dwords of a fault that are too many */

#define DEVSEC_DOE_DISCOVERY	0
#define DEVSEC_DOE_CMA		1
#define DEVSEC_DOE_SECURED_CMA	2

#define DEVSEC_DOE_PROTOCOL(vendor, type)	((vendor) << 8 | (type))

static unsigned int doe_latency_ms;
module_param(doe_latency_ms, uint, 0644);
MODULE_PARM_DESC(doe_latency_ms, "Time that a DOE mailbox takes for an answer (default 0)");

static bool doe_records = true;
module_param(doe_records, bool, 0444);
MODULE_PARM_DESC(doe_records, "Mailboxes with CMA-SPDM take records of sessions, too (default on)");

static void devsec_doe_hang_up(struct devsec_doe *doe)
{
	doe->busy = false;
	doe->req_len = 0;
	doe->resp_len = 0;
	doe->resp_pos = 0;
}

static void devsec_doe_fail(struct devsec_doe *doe)
{
	devsec_doe_hang_up(doe);
	doe->error = true;
}

static u32 devsec_doe_header(const u32 *obj)
{
	return DEVSEC_DOE_PROTOCOL(FIELD_GET(PCI_DOE_DATA_OBJECT_HEADER_1_VID, obj[0]),
				   FIELD_GET(PCI_DOE_DATA_OBJECT_HEADER_1_TYPE, obj[0]));
}

/* Discovery, one entry for each index: sec 6.30.1.1. Returns dwords of payload. */
static unsigned int devsec_doe_discover(struct devsec_doe *doe, const u32 *req, u32 *resp)
{
	u32 index = FIELD_GET(PCI_DOE_DATA_OBJECT_DISC_REQ_3_INDEX, req[0]);
	u32 next = index + 1 < doe->nr_protocols ? index + 1 : 0;
	u32 protocol = 0xffffff;

	if (index < doe->nr_protocols)
		protocol = doe->protocols[index];
	resp[0] = FIELD_PREP(PCI_DOE_DATA_OBJECT_DISC_RSP_3_VID, protocol >> 8) |
		  FIELD_PREP(PCI_DOE_DATA_OBJECT_DISC_RSP_3_PROTOCOL, protocol & 0xff) |
		  FIELD_PREP(PCI_DOE_DATA_OBJECT_DISC_RSP_3_NEXT_INDEX, next);
	return 1;
}

static bool devsec_doe_offers(const struct devsec_doe *doe, u32 protocol)
{
	for (unsigned int i = 0; i < doe->nr_protocols; i++) {
		if (doe->protocols[i] == protocol)
			return true;
	}
	return false;
}

/*
 * Make the payload of the answer to a well-formed object. Returns its dwords, 0
 * for no answer at all.
 */
static unsigned int devsec_doe_dispatch(struct devsec_doe *doe, u32 *resp)
{
	const u32 *payload = doe->req + 2;
	unsigned int len = doe->req_len - 2;
	u32 protocol = devsec_doe_header(doe->req);

	if (!devsec_doe_offers(doe, protocol) || !len)
		return 0;

	switch (protocol) {
	case DEVSEC_DOE_PROTOCOL(PCI_VENDOR_ID_PCI_SIG, DEVSEC_DOE_DISCOVERY):
		return devsec_doe_discover(doe, payload, resp);
	case DEVSEC_DOE_PROTOCOL(DEVSEC_VENDOR_ID, DEVSEC_FW_DOE_TYPE):
		return devsec_fw_answer(doe->fn, payload, len, resp);
	default:
		return 0;
	}
}

bool devsec_doe_is_secured(const struct devsec_doe *doe)
{
	return devsec_doe_header(doe->req) ==
	       DEVSEC_DOE_PROTOCOL(PCI_VENDOR_ID_PCI_SIG, DEVSEC_DOE_SECURED_CMA);
}

/* Is the object one for the software DSM? It may be longer than its message, not empty. */
static bool devsec_doe_is_spdm(const struct devsec_doe *doe)
{
	u32 protocol = devsec_doe_header(doe->req);

	return (devsec_doe_is_secured(doe) ||
		protocol == DEVSEC_DOE_PROTOCOL(PCI_VENDOR_ID_PCI_SIG, DEVSEC_DOE_CMA)) &&
	       devsec_doe_offers(doe, protocol) && doe->req_len > 2;
}

/* The faults in the length of an answer. @len: dwords with header; returns the new number. */
static unsigned int devsec_doe_resize(struct devsec_doe *doe, unsigned int len)
{
	switch (doe->fault_now) {
	case DEVSEC_DOE_SHORT:
		return len - 1;
	case DEVSEC_DOE_LONG:
		for (unsigned int i = 0; i < DEVSEC_DOE_EXCESS; i++)
			doe->resp[len + i] = 0xdeadbeef;
		return len + DEVSEC_DOE_EXCESS;
	default:
		return len;
	}
}

/* The faults in what a finished answer says. */
static void devsec_doe_spoil(struct devsec_doe *doe)
{
	unsigned int byte = doe->fault_arg;

	if (doe->fault_now == DEVSEC_DOE_WRONG_TYPE)
		doe->resp[0] ^= PCI_DOE_DATA_OBJECT_HEADER_1_TYPE;
	if (doe->fault_now == DEVSEC_DOE_CORRUPT && byte / 4 < doe->resp_len)
		doe->resp[byte / 4] ^= 0xffU << (8 * (byte % 4));
}

/* @len dwords of payload are in place: put the answer, or none, into the read mailbox. */
static void devsec_doe_reply(struct devsec_doe *doe, unsigned int len)
{
	doe->req_len = 0;
	doe->busy = false;
	if (!len)
		return;

	/* Too short or long an answer says so in its header: it is a well-formed lie */
	len = devsec_doe_resize(doe, len + 2);
	doe->resp[0] = doe->req[0];
	doe->resp[1] = FIELD_PREP(PCI_DOE_DATA_OBJECT_HEADER_2_LENGTH, len);
	doe->resp_pos = 0;
	doe->resp_len = len;
	devsec_doe_spoil(doe);
}

static void devsec_doe_respond(struct devsec_doe *doe)
{
	/* Then the mailbox stays busy, see devsec_doe_answered() */
	if (devsec_doe_is_spdm(doe) && devsec_dsm_ask(doe))
		return;
	devsec_doe_reply(doe, devsec_doe_dispatch(doe, doe->resp + 2));
}

/*
 * The software DSM answers what it was asked: @len dwords, 0 for silence. Called
 * with the host's lock held, for a mailbox that waits.
 */
void devsec_doe_answered(struct devsec_doe *doe, bool secured, const __le32 *payload,
			 unsigned int len)
{
	u32 type = secured ? DEVSEC_DOE_SECURED_CMA : DEVSEC_DOE_CMA;

	for (unsigned int i = 0; i < len; i++)
		doe->resp[2 + i] = le32_to_cpu(payload[i]);
	doe->req[0] = (doe->req[0] & ~PCI_DOE_DATA_OBJECT_HEADER_1_TYPE) |
		      FIELD_PREP(PCI_DOE_DATA_OBJECT_HEADER_1_TYPE, type);
	devsec_doe_reply(doe, len);
}

/* An object arrives: what goes wrong with it? It counts, also if it is aborted. */
static enum devsec_doe_fault devsec_doe_next_fault(struct devsec_doe *doe)
{
	if (!doe->fault_count)
		return DEVSEC_DOE_FINE;

	doe->fault_count--;
	return doe->fault;
}

static void devsec_doe_finish(struct devsec_doe *doe)
{
	/* Aborted meanwhile; or this ran late, and did so for the object that came then */
	if (!doe->busy || doe->dsm.state != DEVSEC_DSM_IDLE)
		return;

	switch (doe->fault_now) {
	case DEVSEC_DOE_BUSY:
		return;		/* until a reset, or "clear" */
	case DEVSEC_DOE_DROP:
		devsec_doe_hang_up(doe);
		return;
	case DEVSEC_DOE_ERROR:
		devsec_doe_fail(doe);
		return;
	default:
		devsec_doe_respond(doe);
	}
}

static void devsec_doe_answer(struct work_struct *work)
{
	struct devsec_doe *doe = container_of(work, struct devsec_doe, answer.work);
	struct devsec_host *host = doe->fn->host;
	unsigned long flags;

	raw_spin_lock_irqsave(&host->lock, flags);
	devsec_doe_finish(doe);
	raw_spin_unlock_irqrestore(&host->lock, flags);
}

/* GO: what was written is a data object, if its length says so. */
static void devsec_doe_go(struct devsec_doe *doe)
{
	unsigned int delay = READ_ONCE(doe_latency_ms);
	u32 len;

	if (doe->busy || doe->error)
		return;

	/* A new request supersedes an answer that nobody read */
	doe->resp_len = 0;
	if (doe->req_len > DEVSEC_DOE_DW) {
		devsec_doe_fail(doe);
		return;
	}

	len = doe->req_len < 2 ? 0 :
	      FIELD_GET(PCI_DOE_DATA_OBJECT_HEADER_2_LENGTH, doe->req[1]);
	if (len < 2 || len != doe->req_len) {
		devsec_doe_hang_up(doe);	/* sec 6.30.1: silently discarded */
		return;
	}

	doe->fault_now = devsec_doe_next_fault(doe);
	if (doe->fault_now == DEVSEC_DOE_DELAY)
		delay += doe->fault_arg;
	doe->busy = true;
	/* Discovery costs nothing, and bus scans wait for each poll of it */
	if (!delay && doe->fault_now == DEVSEC_DOE_FINE &&
	    devsec_doe_header(doe->req) == doe->protocols[0]) {
		devsec_doe_respond(doe);
		return;
	}
	queue_delayed_work(devsec_wq, &doe->answer, msecs_to_jiffies(delay));
}

static void devsec_doe_abort(struct devsec_doe *doe)
{
	if (doe->busy && doe->fault_now == DEVSEC_DOE_BUSY)
		return;

	cancel_delayed_work(&doe->answer);
	devsec_dsm_drop(doe);
	devsec_doe_hang_up(doe);
	doe->error = false;
}

bool devsec_doe_owns(const struct devsec_fn *fn, u16 where)
{
	return fn->doe && where >= fn->doe->pos + PCI_DOE_CTRL &&
	       where < fn->doe->pos + DEVSEC_DOE_SIZE;
}

u32 devsec_doe_read(struct devsec_doe *doe, u16 where, int size)
{
	unsigned int reg = (where - doe->pos) & ~3;
	u32 val = 0;

	if (reg == PCI_DOE_STATUS) {
		val = FIELD_PREP(PCI_DOE_STATUS_BUSY, doe->busy) |
		      FIELD_PREP(PCI_DOE_STATUS_ERROR, doe->error) |
		      FIELD_PREP(PCI_DOE_STATUS_DATA_OBJECT_READY,
				 doe->resp_pos < doe->resp_len);
	} else if (reg == PCI_DOE_READ && doe->resp_pos < doe->resp_len) {
		val = doe->resp[doe->resp_pos];
	}

	val >>= 8 * (where & 3);
	return size == 4 ? val : val & (BIT(8 * size) - 1);
}

void devsec_doe_write(struct devsec_doe *doe, u16 where, int size, u32 val)
{
	unsigned int reg = (where - doe->pos) & ~3;

	val <<= 8 * (where & 3);
	switch (reg) {
	case PCI_DOE_CTRL:
		if (val & PCI_DOE_CTRL_ABORT)
			devsec_doe_abort(doe);
		else if (val & PCI_DOE_CTRL_GO)
			devsec_doe_go(doe);
		break;
	case PCI_DOE_WRITE:
		/* Mailboxes are accessed by dwords; sec 7.9.24.5 leaves the rest open */
		if (size != 4 || doe->busy)
			break;
		if (doe->req_len < DEVSEC_DOE_DW)
			doe->req[doe->req_len] = val;
		if (doe->req_len <= DEVSEC_DOE_DW)
			doe->req_len++;
		break;
	case PCI_DOE_READ:
		if (doe->resp_pos < doe->resp_len)
			doe->resp_pos++;
		break;
	}
}

/* As if it were new, and nothing had been asked. */
void devsec_doe_clear(struct devsec_doe *doe)
{
	cancel_delayed_work(&doe->answer);
	devsec_dsm_drop(doe);
	devsec_doe_hang_up(doe);
	doe->error = false;
	doe->fault_now = DEVSEC_DOE_FINE;
	if (doe->fault == DEVSEC_DOE_BUSY)
		doe->fault_count = 0;
}

/* The function was reset, which the software DSM gets to know. */
void devsec_doe_reset(struct devsec_doe *doe)
{
	devsec_doe_clear(doe);
	devsec_dsm_reset(doe);
}

int devsec_doe_add(struct devsec_fn *fn)
{
	struct devsec_doe *doe;

	doe = kzalloc(sizeof(*doe), GFP_KERNEL);
	if (!doe)
		return -ENOMEM;

	doe->fn = fn;
	INIT_LIST_HEAD(&doe->dsm.entry);
	INIT_DELAYED_WORK(&doe->answer, devsec_doe_answer);
	fn->doe = doe;
	doe->req = kvcalloc(DEVSEC_DOE_DW, sizeof(*doe->req), GFP_KERNEL);
	doe->resp = kvcalloc(DEVSEC_DOE_DW + DEVSEC_DOE_EXCESS, sizeof(*doe->resp), GFP_KERNEL);
	if (!doe->req || !doe->resp)
		return -ENOMEM;

	doe->pos = devsec_ext_cap(fn, PCI_EXT_CAP_ID_DOE, 2, DEVSEC_DOE_SIZE);
	if (!doe->pos)
		return -ENOSPC;

	doe->protocols[doe->nr_protocols++] =
		DEVSEC_DOE_PROTOCOL(PCI_VENDOR_ID_PCI_SIG, DEVSEC_DOE_DISCOVERY);
	if (fn->has & DEVSEC_HAS_CMA) {
		doe->protocols[doe->nr_protocols++] =
			DEVSEC_DOE_PROTOCOL(PCI_VENDOR_ID_PCI_SIG, DEVSEC_DOE_CMA);
		if (doe_records)
			doe->protocols[doe->nr_protocols++] =
				DEVSEC_DOE_PROTOCOL(PCI_VENDOR_ID_PCI_SIG, DEVSEC_DOE_SECURED_CMA);
	}
	if (fn->has & DEVSEC_HAS_FW)
		doe->protocols[doe->nr_protocols++] =
			DEVSEC_DOE_PROTOCOL(DEVSEC_VENDOR_ID, DEVSEC_FW_DOE_TYPE);
	return 0;
}

void devsec_doe_free(struct devsec_fn *fn)
{
	struct devsec_doe *doe = fn->doe;

	if (!doe)
		return;

	kvfree(doe->req);
	kvfree(doe->resp);
	kfree(doe);
}
