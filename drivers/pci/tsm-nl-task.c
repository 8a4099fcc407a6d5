// SPDX-License-Identifier: GPL-2.0
/*
 * PCI/TSM, the door in generic netlink: requests. A verb (tsm-nl-verbs.c) becomes a
 * task: its message is answered with a cookie, a work item submits the request to the
 * DSM's worker, and its end is told to the socket that asked.
 *
 * All that a task needs, down to the message that tells its end, is there before
 * the answer goes out. A task has up to three references: one of its socket's
 * list, one until it has ended, one while somebody stops it.
 *
 * What a socket asks of a device is submitted in the order in which it asked; what
 * it asks of another one does not wait for that.
 */
#include <linux/atomic.h>
#include <linux/cleanup.h>
#include <linux/err.h>
#include <linux/memcontrol.h>
#include <linux/mutex.h>
#include <linux/pci.h>
#include <linux/sched.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <linux/task_work.h>
#include <linux/workqueue.h>
#include <net/genetlink.h>
#include <net/netlink.h>
#include <net/sock.h>

#include "tsm.h"
#include "tsm-nl-gen.h"

/* Requests and answers that a socket may have at a time */
#define TASKS_MAX	64
/* Room for the longest end of a request, with all attributes */
#define DONE_SIZE	(NLMSG_ALIGN(GENL_HDRLEN) + 256)

static atomic64_t pci_tsm_nl_cookie;

static void task_put(struct pci_tsm_nl_task *task)
{
	if (!refcount_dec_and_test(&task->ref))
		return;
	if (task->req)
		pci_tsm_req_put(task->req);
	if (task->tsm)
		percpu_ref_put(&task->tsm->inflight);
	pci_tsm_snapshot_put(task->answer);
	nlmsg_free(task->done);
	mem_cgroup_put(task->memcg);
	pci_dev_put(task->pdev);
	pci_tsm_nl_peer_put(task->peer);
	kfree(task);
}

/*
 * Sockets
 */

void pci_tsm_nl_sock_priv_init(struct pci_tsm_nl_sock *priv)
{
}

/* One at a time: a task that ends takes itself out of the list, too */
static struct pci_tsm_nl_task *peer_take(struct pci_tsm_nl_peer *peer)
{
	struct pci_tsm_nl_task *task;

	guard(spinlock_bh)(&peer->lock);
	peer->closed = true;
	task = list_first_entry_or_null(&peer->tasks, struct pci_tsm_nl_task, node);
	if (task) {
		list_del_init(&task->node);
		peer->nr_tasks--;
	}
	return task;
}

/* Under genetlink's lock: nothing is waited for */
void pci_tsm_nl_sock_priv_destroy(struct pci_tsm_nl_sock *priv)
{
	struct pci_tsm_nl_peer *peer = priv->peer;
	struct pci_tsm_nl_task *task;

	if (!peer)
		return;
	while ((task = peer_take(peer))) {
		/* The list's reference goes to whoever stops it, if there is anybody */
		if (!task->refresh || !queue_work(system_unbound_wq, &task->stop_work))
			task_put(task);
	}
	pci_tsm_nl_peer_put(peer);
}

/**
 * pci_tsm_nl_peer_put() - give a reference on a socket's peer back
 * @peer: the peer
 *
 * Context: process.
 */
void pci_tsm_nl_peer_put(struct pci_tsm_nl_peer *peer)
{
	if (!refcount_dec_and_test(&peer->ref))
		return;
	sock_put(peer->sk);
	kfree(peer);
}

/* Two threads may use a socket at once, so one of them is the first */
static struct pci_tsm_nl_peer *peer_make(struct pci_tsm_nl_sock *sock, struct sk_buff *skb)
{
	struct pci_tsm_nl_peer *peer = kzalloc(sizeof(*peer), GFP_KERNEL_ACCOUNT), *old;

	if (!peer)
		return NULL;
	refcount_set(&peer->ref, 1);
	spin_lock_init(&peer->lock);
	INIT_LIST_HEAD(&peer->tasks);
	INIT_LIST_HEAD(&peer->turns);
	peer->sk = NETLINK_CB(skb).sk;
	sock_hold(peer->sk);
	peer->portid = NETLINK_CB(skb).portid;
	old = cmpxchg(&sock->peer, NULL, peer);
	if (!old)
		return peer;
	pci_tsm_nl_peer_put(peer);
	return old;
}

/**
 * pci_tsm_nl_peer_get() - the socket that a message came from, if it ever asked for anything
 * @skb: the message
 *
 * Context: process, while the message is handled.
 * Return: a reference, or NULL.
 */
struct pci_tsm_nl_peer *pci_tsm_nl_peer_get(struct sk_buff *skb)
{
	struct pci_tsm_nl_sock *sock = genl_sk_priv_get(&pci_tsm_nl_family, NETLINK_CB(skb).sk);
	struct pci_tsm_nl_peer *peer = IS_ERR(sock) ? NULL : READ_ONCE(sock->peer);

	if (peer)
		refcount_inc(&peer->ref);
	return peer;
}

static struct pci_tsm_nl_peer *peer_get_or_make(struct sk_buff *skb)
{
	struct pci_tsm_nl_sock *sock = genl_sk_priv_get(&pci_tsm_nl_family, NETLINK_CB(skb).sk);
	struct pci_tsm_nl_peer *peer;

	if (IS_ERR(sock))
		return NULL;
	peer = READ_ONCE(sock->peer) ?: peer_make(sock, skb);
	if (peer)
		refcount_inc(&peer->ref);
	return peer;
}

/* The socket's first one about that device that is not submitted yet, or NULL */
static struct pci_tsm_nl_task *whose_turn(struct pci_tsm_nl_peer *peer, struct pci_dev *pdev)
{
	struct pci_tsm_nl_task *task;

	lockdep_assert_held(&peer->lock);
	list_for_each_entry(task, &peer->turns, turn)
		if (task->pdev == pdev)
			return task;
	return NULL;
}

/* It was answered, and may be submitted as soon as it is its turn */
static void take_turn(struct callback_head *ack_work)
{
	struct pci_tsm_nl_task *task = container_of(ack_work, struct pci_tsm_nl_task, ack_work);

	guard(spinlock_bh)(&task->peer->lock);
	task->answered = true;
	if (whose_turn(task->peer, task->pdev) == task)
		queue_work(system_unbound_wq, &task->work);
}

static void end_turn(struct pci_tsm_nl_task *task)
{
	struct pci_tsm_nl_task *next;

	guard(spinlock_bh)(&task->peer->lock);
	list_del_init(&task->turn);
	next = whose_turn(task->peer, task->pdev);
	if (next && next->answered)
		queue_work(system_unbound_wq, &next->work);
}

/* The oldest answer makes room for a new request; what still runs does not */
static int peer_add(struct pci_tsm_nl_peer *peer, struct pci_tsm_nl_task *task)
{
	struct pci_tsm_nl_task *old = NULL, *pos;

	scoped_guard(spinlock_bh, &peer->lock) {
		if (peer->nr_tasks >= TASKS_MAX) {
			list_for_each_entry(pos, &peer->tasks, node) {
				if (pos->ended) {
					old = pos;
					break;
				}
			}
			if (!old)
				return -EBUSY;
			list_del_init(&old->node);
			peer->nr_tasks--;
		}
		refcount_inc(&task->ref);
		list_add_tail(&task->node, &peer->tasks);
		peer->nr_tasks++;
		list_add_tail(&task->turn, &peer->turns);
	}
	if (old)
		task_put(old);
	return 0;
}

static struct pci_tsm_nl_task *find_task(struct pci_tsm_nl_peer *peer, u64 cookie)
{
	struct pci_tsm_nl_task *task;

	lockdep_assert_held(&peer->lock);
	list_for_each_entry(task, &peer->tasks, node)
		if (task->cookie == cookie)
			return task;
	return NULL;
}

/**
 * pci_tsm_nl_answer() - the evidence that a request of a socket brought
 * @peer: the socket
 * @cookie: the request
 * @pdev: the device that it must be of, NULL if that is known
 *
 * Context: process.
 * Return: the referenced evidence, or NULL if there is none (yet, or any more).
 */
struct pci_tsm_snapshot *pci_tsm_nl_answer(struct pci_tsm_nl_peer *peer, u64 cookie,
					   const struct pci_dev *pdev)
{
	struct pci_tsm_nl_task *task;

	guard(spinlock_bh)(&peer->lock);
	task = find_task(peer, cookie);
	if (!task || !task->answer || (pdev && pdev != task->pdev))
		return NULL;
	refcount_inc(&task->answer->ref);
	return task->answer;
}

/*
 * The end of a task
 */

static int fill_done(struct sk_buff *skb, struct pci_tsm_nl_task *task, u32 portid, int error,
		     const char *text, u64 generation)
{
	void *hdr = genlmsg_put(skb, portid, 0, &pci_tsm_nl_family, 0, PCI_TSM_CMD_REQUEST_DONE);

	if (!hdr ||
	    nla_put_string(skb, PCI_TSM_A_REQUEST_DEV_NAME, pci_name(task->pdev)) ||
	    nla_put_uint(skb, PCI_TSM_A_REQUEST_COOKIE, task->cookie) ||
	    nla_put_u32(skb, PCI_TSM_A_REQUEST_ERROR, -error) ||
	    (*text && nla_put_string(skb, PCI_TSM_A_REQUEST_TEXT, text)) ||
	    (generation && nla_put_uint(skb, PCI_TSM_A_REQUEST_GENERATION, generation)))
		return -EMSGSIZE;
	genlmsg_end(skb, hdr);
	return 0;
}

/*
 * Not by its number, which is somebody else's as soon as the socket is closed. What
 * cannot be told since nobody reads is lost, as it is with any message.
 */
static void send_to(struct sock *sk, struct sk_buff *skb)
{
	long no_time = 0;

	/* Both give the reference back */
	sock_hold(sk);
	if (!netlink_attachskb(sk, skb, &no_time, init_net.genl_sock))
		netlink_sendskb(sk, skb);
}

static void tell_done(struct pci_tsm_nl_task *task, int error, const char *text, u64 generation)
{
	struct pci_tsm_nl_peer *peer = task->peer;
	struct sk_buff *skb = task->done;

	lockdep_assert_held(&peer->lock);
	if (peer->closed)
		return;
	task->done = NULL;
	if (fill_done(skb, task, peer->portid, error, text, generation))
		nlmsg_free(skb);
	else
		send_to(peer->sk, skb);
}

/* Answers stay, for evidence-get; all else is forgotten */
static void end_task(struct pci_tsm_nl_task *task, int error, const char *text,
		     struct pci_tsm_snapshot *answer, u64 generation)
{
	struct pci_tsm_nl_peer *peer = task->peer;
	bool listed = false;

	scoped_guard(spinlock_bh, &peer->lock) {
		task->ended = true;
		task->answer = answer;
		if (!answer && !list_empty(&task->node)) {
			list_del_init(&task->node);
			peer->nr_tasks--;
			listed = true;
		}
		tell_done(task, error, text, generation);
	}
	if (listed)
		task_put(task);
	task_put(task);
}

static u64 generation_of(struct pci_dev *pdev)
{
	struct pci_tsm_view view;

	pci_tsm_view(pdev, &view);
	return view.generation;
}

/* Where a request ends; its own reference on the answer goes to the task */
static void request_ended(struct pci_tsm_req *req)
{
	struct pci_tsm_nl_task *task = req->owner;
	struct pci_tsm_snapshot *answer = NULL;
	u64 generation;

	if (task->refresh && !req->result)
		answer = no_free_ptr(req->refresh->answer);
	generation = answer ? answer->generation : generation_of(task->pdev);
	end_task(task, req->result, req->text, answer, generation);
}

/*
 * The work of a task
 */

static void task_work(struct work_struct *work)
{
	struct pci_tsm_nl_task *task = container_of(work, struct pci_tsm_nl_task, work);
	struct mem_cgroup *old = set_active_memcg(task->memcg);
	struct pci_tsm_req *req = ERR_PTR(-ECANCELED);

	mutex_lock(&task->lock);
	if (!task->stopped)
		req = task->make(task);
	if (!IS_ERR(req)) {
		/* The waiter's reference is the task's */
		task->req = req;
		req->owner = task;
		req->end = request_ended;
		/* It may end at once, and the task with it */
		refcount_inc(&task->ref);
		pci_tsm_req_start(req);
	}
	mutex_unlock(&task->lock);
	set_active_memcg(old);
	end_turn(task);
	if (IS_ERR(req))
		end_task(task, PTR_ERR(req), "", NULL, 0);
	else
		task_put(task);
}

static void stop_work(struct work_struct *work)
{
	struct pci_tsm_nl_task *task = container_of(work, struct pci_tsm_nl_task, stop_work);

	scoped_guard(mutex, &task->lock) {
		task->stopped = !task->teardown;
		if (task->stopped && task->req)
			pci_tsm_req_cancel(task->req);
	}
	task_put(task);
}

/*
 * Messages
 */

/**
 * pci_tsm_nl_task_alloc() - a task, all but what it is about
 * @skb: the message that asks for it
 * @pdev: the device; the task takes a reference of its own
 * @make: makes the request
 *
 * Context: process.
 * Return: the task, for pci_tsm_nl_task_begin(), or NULL.
 */
struct pci_tsm_nl_task *pci_tsm_nl_task_alloc(struct sk_buff *skb, struct pci_dev *pdev,
					      pci_tsm_nl_make_t make)
{
	struct pci_tsm_nl_task *task = kzalloc(sizeof(*task), GFP_KERNEL_ACCOUNT);

	if (!task)
		return NULL;
	task->peer = peer_get_or_make(skb);
	task->done = nlmsg_new(DONE_SIZE, GFP_KERNEL_ACCOUNT);
	if (!task->peer || !task->done) {
		if (task->peer)
			pci_tsm_nl_peer_put(task->peer);
		nlmsg_free(task->done);
		kfree(task);
		return NULL;
	}
	refcount_set(&task->ref, 1);
	INIT_LIST_HEAD(&task->node);
	INIT_LIST_HEAD(&task->turn);
	init_task_work(&task->ack_work, take_turn);
	INIT_WORK(&task->work, task_work);
	INIT_WORK(&task->stop_work, stop_work);
	mutex_init(&task->lock);
	task->make = make;
	task->cookie = atomic64_inc_return(&pci_tsm_nl_cookie);
	task->memcg = get_mem_cgroup_from_mm(current->mm);
	task->pdev = pci_dev_get(pdev);
	return task;
}

static struct sk_buff *make_reply(struct genl_info *info, const struct pci_tsm_nl_task *task)
{
	struct sk_buff *rsp = genlmsg_new(DONE_SIZE, GFP_KERNEL);
	void *hdr = rsp ? genlmsg_iput(rsp, info) : NULL;

	if (!hdr || nla_put_string(rsp, PCI_TSM_A_REQUEST_DEV_NAME, pci_name(task->pdev)) ||
	    nla_put_uint(rsp, PCI_TSM_A_REQUEST_COOKIE, task->cookie)) {
		nlmsg_free(rsp);
		return NULL;
	}
	genlmsg_end(rsp, hdr);
	return rsp;
}

/**
 * pci_tsm_nl_task_begin() - answer the message, and let the task run
 * @task: the task, which is given away
 * @info: about the message
 *
 * The answer first: nobody is told the end of what he does not know the name of, nor
 * before netlink has acknowledged the message, which it does after this returned.
 *
 * Context: process; waits for nothing.
 * Return: 0, -ENOMEM, or -EBUSY too many requests of this socket are on their way.
 */
int pci_tsm_nl_task_begin(struct pci_tsm_nl_task *task, struct genl_info *info)
{
	struct sk_buff *rsp = make_reply(info, task);
	int rc;

	if (!rsp) {
		task_put(task);
		return -ENOMEM;
	}
	rc = peer_add(task->peer, task);
	if (rc) {
		NL_SET_ERR_MSG(info->extack, "too many requests of this socket are on their way");
		nlmsg_free(rsp);
		task_put(task);
		return rc;
	}
	genlmsg_reply(rsp, info);
	/* A thread of the kernel's, or one that exits, does not return to user space */
	if ((current->flags & PF_KTHREAD) ||
	    task_work_add(current, &task->ack_work, TWA_RESUME))
		take_turn(&task->ack_work);
	return 0;
}

int pci_tsm_nl_request_cancel_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *cookie = info->attrs[PCI_TSM_A_REQUEST_COOKIE];
	struct pci_tsm_nl_task *task = NULL;
	struct pci_tsm_nl_peer *peer;

	if (!pci_tsm_nl_admin(skb))
		return -EPERM;
	if (GENL_REQ_ATTR_CHECK(info, PCI_TSM_A_REQUEST_COOKIE))
		return -EINVAL;
	peer = pci_tsm_nl_peer_get(skb);
	if (peer) {
		scoped_guard(spinlock_bh, &peer->lock) {
			task = find_task(peer, nla_get_uint(cookie));
			if (task)
				refcount_inc(&task->ref);
		}
		pci_tsm_nl_peer_put(peer);
	}
	if (!task) {
		NL_SET_ERR_MSG_ATTR(info->extack, cookie, "no such request of this socket");
		return -ENOENT;
	}
	if (!queue_work(system_unbound_wq, &task->stop_work))
		task_put(task);
	return 0;
}
