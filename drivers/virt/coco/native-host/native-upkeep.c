// SPDX-License-Identifier: GPL-2.0
/*
 * Native TSM: upkeep of a connection. A sign of life before the device misses
 * one, new keys after some time or many messages, and a look whether who vouched
 * for the device still does.
 *
 * DSP0274 sec HEARTBEAT and KEY_UPDATE. It runs beside the ops, from the end of
 * connect to the begin of disconnect, and never undoes anything: what fails is
 * reported as a loss, and the core does the rest.
 */
#define dev_fmt(fmt) "native TSM: " fmt

#include <linux/jiffies.h>
#include <linux/minmax.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/pci-tsm.h>
#include <linux/sched.h>
#include <linux/sched/mm.h>
#include <linux/spdm.h>
#include <linux/workqueue.h>

#include "native.h"

#define REKEY_MESSAGES_DEFAULT	1048576
#define UPKEEP_MAX_S		(7 * 86400)
#define UPKEEP_RETRY_S		1
#define UPKEEP_COUNT_S		5	/* messages are counted this often */

static unsigned int rekey_s = 3600;
module_param(rekey_s, uint, 0644);
MODULE_PARM_DESC(rekey_s, "New keys for session and stream this often, in seconds; 0 for never (default 3600)");

static int rekey_messages_set(const char *val, const struct kernel_param *kp)
{
	return param_set_uint_minmax(val, kp, 1, INT_MAX);
}

static const struct kernel_param_ops rekey_messages_ops = {
	.set = rekey_messages_set,
	.get = param_get_uint,
};

static unsigned int rekey_messages = REKEY_MESSAGES_DEFAULT;
module_param_cb(rekey_messages, &rekey_messages_ops, &rekey_messages, 0644);
MODULE_PARM_DESC(rekey_messages, "New keys after this many messages already, unless rekey_s is 0 (default 1048576)");

static unsigned int recheck_s = 5;
module_param(recheck_s, uint, 0644);
MODULE_PARM_DESC(recheck_s, "Look this often whether a device's anchor is still in .cma, in seconds; 0 for never (default 5)");

static struct workqueue_struct *upkeep_wq;

static unsigned long after(unsigned int s)
{
	return jiffies + s * HZ;
}

static bool is_due(unsigned int period_s, unsigned long at)
{
	return period_s && time_after_eq(jiffies, at);
}

/* Not the device's fault, so no loss: try again soon */
static bool is_passing(int rc)
{
	return rc == -ENOMEM || rc == -ECANCELED;
}

/* The one that it began with */
static bool has_session(struct native_dsm *dsm)
{
	struct spdm_info info;

	spdm_info(dsm->spdm, &info);
	return info.session_id == dsm->upkeep.session_id;
}

static int do_heartbeat(struct native_dsm *dsm)
{
	struct native_upkeep *up = &dsm->upkeep;
	int rc = spdm_heartbeat(dsm->spdm);

	up->heartbeat_at = after(is_passing(rc) ? UPKEEP_RETRY_S : up->heartbeat_s);
	return rc;
}

static int do_rekey(struct native_dsm *dsm)
{
	struct native_upkeep *up = &dsm->upkeep;
	int rc = spdm_key_update(dsm->spdm);
	struct spdm_info info;

	/* A session of a device that cannot do it is as good as before, if there is one */
	if (rc == -EOPNOTSUPP && has_session(dsm))
		rc = 0;
	if (!rc)
		rc = native_stream_refresh(&dsm->stream);
	up->rekey_at = after(is_passing(rc) ? UPKEEP_RETRY_S : up->rekey_s);
	/* Its own messages were the last ones under the old keys, or do not count */
	spdm_info(dsm->spdm, &info);
	if (!rc)
		up->rekey_messages = info.messages + READ_ONCE(rekey_messages);
	return rc;
}

static int do_session(struct native_dsm *dsm)
{
	struct native_upkeep *up = &dsm->upkeep;
	struct spdm_info info;
	int rc = 0;

	spdm_info(dsm->spdm, &info);
	if (is_due(up->heartbeat_s, up->heartbeat_at))
		rc = do_heartbeat(dsm);
	if (!rc && (is_due(up->rekey_s, up->rekey_at) ||
		    (up->rekey_s && (int)(info.messages - up->rekey_messages) >= 0)))
		rc = do_rekey(dsm);
	if (!rc || (is_passing(rc) && has_session(dsm)))
		return 0;
	native_fail(dsm, dsm->spdm, "upkeep of the session", rc);
	pci_tsm_report_lost(dsm->cma.pdev, PCI_TSM_REASON_SESSION);
	return rc;
}

static int do_recheck(struct native_dsm *dsm)
{
	struct native_upkeep *up = &dsm->upkeep;
	int rc;

	if (!is_due(up->recheck_s, up->recheck_at))
		return 0;
	up->recheck_at = after(up->recheck_s);
	rc = spdm_recheck_anchor(dsm->spdm);
	if (!rc || is_passing(rc))
		return 0;
	pci_tsm_report_lost(dsm->cma.pdev, rc == -ENOTCONN ? PCI_TSM_REASON_SESSION :
							     PCI_TSM_REASON_ANCHOR_REVOKED);
	return rc;
}

static void earlier(unsigned long *next, unsigned int period_s, unsigned long at)
{
	if (period_s && time_before(at, *next))
		*next = at;
}

static void upkeep_again(struct native_dsm *dsm)
{
	struct native_upkeep *up = &dsm->upkeep;
	unsigned long next = after(UPKEEP_MAX_S);
	long delay;

	earlier(&next, up->heartbeat_s, up->heartbeat_at);
	earlier(&next, up->rekey_s, up->rekey_at);
	earlier(&next, up->rekey_s, after(UPKEEP_COUNT_S));
	earlier(&next, up->recheck_s, up->recheck_at);
	delay = next - jiffies;
	queue_delayed_work(upkeep_wq, &up->work, max(delay, 0L));
}

/* The device may be the one that memory is swapped to */
static void upkeep_work(struct work_struct *work)
{
	struct native_dsm *dsm = container_of(work, struct native_dsm, upkeep.work.work);
	unsigned int noio = memalloc_noio_save();
	int rc;

	mutex_lock(&dsm->turn);
	WRITE_ONCE(dsm->cma.upkeep, current);
	rc = do_session(dsm);
	if (!rc)
		rc = do_recheck(dsm);
	WRITE_ONCE(dsm->cma.upkeep, NULL);
	mutex_unlock(&dsm->turn);
	memalloc_noio_restore(noio);
	/* After a loss there is nothing left to keep up */
	if (!rc && !READ_ONCE(dsm->cma.stop))
		upkeep_again(dsm);
}

/* At the end of connect. The periods hold for this connection. */
void native_upkeep_start(struct native_dsm *dsm)
{
	struct native_upkeep *up = &dsm->upkeep;
	struct spdm_info info;

	spdm_info(dsm->spdm, &info);
	/* Twice in the time after which the device expects one */
	up->heartbeat_s = info.heartbeat_s ? max(info.heartbeat_s / 2, 1U) : 0;
	up->rekey_s = info.session_id ? min_t(unsigned int, READ_ONCE(rekey_s), UPKEEP_MAX_S) : 0;
	up->recheck_s = info.identity == SPDM_IDENTITY_VERIFIED ?
			min_t(unsigned int, READ_ONCE(recheck_s), UPKEEP_MAX_S) : 0;
	up->heartbeat_at = after(up->heartbeat_s);
	up->rekey_at = after(up->rekey_s);
	up->recheck_at = after(up->recheck_s);
	up->rekey_messages = info.messages + READ_ONCE(rekey_messages);
	up->session_id = info.session_id;
	WRITE_ONCE(dsm->cma.stop, false);
	INIT_DELAYED_WORK(&up->work, upkeep_work);
	upkeep_again(dsm);
}

/*
 * An op has talked to the device: a message that got lost is the end of a session, and a
 * device that asks to begin anew has forgotten all. What follows would go in the clear.
 */
void native_upkeep_look(struct native_dsm *dsm)
{
	struct spdm_info info;

	spdm_info(dsm->spdm, &info);
	if (info.identity == SPDM_IDENTITY_NONE || info.session_id != dsm->upkeep.session_id)
		pci_tsm_report_lost(dsm->cma.pdev, PCI_TSM_REASON_SESSION);
}

/* At the begin of disconnect: dead when this returns, after two exchanges at most */
void native_upkeep_stop(struct native_dsm *dsm)
{
	WRITE_ONCE(dsm->cma.stop, true);
	cancel_delayed_work_sync(&dsm->upkeep.work);
}

/* Devices that hang do not use up what the others need */
int native_upkeep_init(void)
{
	upkeep_wq = alloc_workqueue("native_tsm", WQ_UNBOUND | WQ_MEM_RECLAIM, WQ_MAX_ACTIVE);
	return upkeep_wq ? 0 : -ENOMEM;
}

void native_upkeep_exit(void)
{
	destroy_workqueue(upkeep_wq);
}
