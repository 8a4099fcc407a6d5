/* SPDX-License-Identifier: GPL-2.0 */
/*
 * PCI/TSM, the door in generic netlink, private: what its files share, and what
 * the generated glue needs to know.
 */
#ifndef DRIVERS_PCI_TSM_NETLINK_H
#define DRIVERS_PCI_TSM_NETLINK_H

#include <linux/kconfig.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/pci-tsm.h>
#include <linux/refcount.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/workqueue.h>

/* A piece of evidence that is smaller than this is not worth a message of its own */
#define PCI_TSM_NL_PIECE_MIN	1024

struct genl_info;
struct mem_cgroup;
struct netlink_callback;
struct netlink_ext_ack;
struct nlattr;
struct pci_dev;
struct pci_tsm_blob;
struct pci_tsm_nl_task;
struct pci_tsm_provider;
struct pci_tsm_req;
struct pci_tsm_snapshot;
struct sk_buff;
struct sock;

/**
 * struct pci_tsm_nl_peer - a socket, as its requests see it
 * @ref: held by the socket, by its requests and by its dumps
 * @sk: the socket, referenced: its memory, that is; it may be closed
 * @portid: its number, while it is not closed
 * @lock: protects what follows; softirqs off, so that sending does not sleep
 * @closed: nobody is told the ends of requests any more
 * @tasks: its requests, running and answered, in order
 * @nr_tasks: their number
 * @turns: those that are not submitted yet, in order
 */
struct pci_tsm_nl_peer {
	refcount_t ref;
	struct sock *sk;
	u32 portid;
	spinlock_t lock;	/* what follows */
	bool closed;
	struct list_head tasks;
	unsigned int nr_tasks;
	struct list_head turns;
};

/**
 * struct pci_tsm_nl_sock - what genetlink keeps about a socket for us
 * @peer: NULL until the first request
 */
struct pci_tsm_nl_sock {
	struct pci_tsm_nl_peer *peer;
};

/* The request of a task, or ERR_PTR; process context */
typedef struct pci_tsm_req *(*pci_tsm_nl_make_t)(struct pci_tsm_nl_task *task);

/**
 * struct pci_tsm_nl_task - a request of a socket
 * @ref: as tsm-nl-task.c tells
 * @node: in its socket's list
 * @turn: in its socket's list of those that are not submitted yet
 * @answered: its message was answered
 * @ack_work: notes that; runs when who sent the message is back in user space
 * @peer: the socket
 * @cookie: its name
 * @pdev: the device, referenced
 * @work: submits the request
 * @stop_work: stops it
 * @lock: makes one of submitting and stopping happen first; the task's own, so that
 *	nobody else waits while the device wakes up
 * @make: makes the request
 * @memcg: who asked, and is charged; referenced, or NULL
 * @req: the request, once it is submitted; referenced
 * @teardown: it is never stopped
 * @stopped: it was stopped before it was submitted
 * @ended: it has
 * @refresh: it is one for evidence, and has an answer if it went well
 * @answer: the evidence
 * @done: the message that tells its end
 * @tsm: connect: the TSM that was chosen, with a share in its in-flight reference
 * @connect: connect: parameters
 * @id: disconnect: which TSM is meant
 * @types: refresh: types that are wanted
 * @slot: refresh: who signs
 * @nonce: refresh: what is signed along
 */
struct pci_tsm_nl_task {
	refcount_t ref;
	struct list_head node;
	struct list_head turn;
	bool answered;
	struct callback_head ack_work;
	struct pci_tsm_nl_peer *peer;
	u64 cookie;
	struct pci_dev *pdev;
	struct work_struct work;
	struct work_struct stop_work;
	struct mutex lock;	/* @req, @stopped */
	pci_tsm_nl_make_t make;
	struct mem_cgroup *memcg;
	struct pci_tsm_req *req;
	bool teardown;
	bool stopped;
	bool ended;
	bool refresh;
	struct pci_tsm_snapshot *answer;
	struct sk_buff *done;
	struct pci_tsm_provider *tsm;
	struct pci_tsm_connect_args connect;
	int id;
	u32 types;
	u8 slot;
	u8 nonce[PCI_TSM_NONCE_SIZE];
};

/**
 * struct pci_tsm_nl_dump - what a dump reads, and how far it is
 * @peer: the socket, for @cookie
 * @cookie: read the answer to this request, if it is not 0
 * @generation: else evidence of this generation
 * @offset: the next byte of the object at hand
 * @types: types that are wanted and not read yet
 * @domain: of the device
 * @devid: its bus and function
 * @digests: leave the bytes out
 * @whole: the reader may see more than who made a digest with what
 */
struct pci_tsm_nl_dump {
	struct pci_tsm_nl_peer *peer;
	u64 cookie;
	u64 generation;
	u32 offset;
	u16 types;
	u16 devid;
	int domain;
	bool digests;
	bool whole;
};

/* tsm-netlink.c */
struct pci_dev *pci_tsm_nl_dev_get(const struct nlattr *name, struct netlink_ext_ack *extack);
bool pci_tsm_nl_admin(struct sk_buff *skb);

/* tsm-nl-task.c */
struct pci_tsm_nl_task *pci_tsm_nl_task_alloc(struct sk_buff *skb, struct pci_dev *pdev,
					      pci_tsm_nl_make_t make);
int pci_tsm_nl_task_begin(struct pci_tsm_nl_task *task, struct genl_info *info);
struct pci_tsm_nl_peer *pci_tsm_nl_peer_get(struct sk_buff *skb);
void pci_tsm_nl_peer_put(struct pci_tsm_nl_peer *peer);
struct pci_tsm_snapshot *pci_tsm_nl_answer(struct pci_tsm_nl_peer *peer, u64 cookie,
					   const struct pci_dev *pdev);

/* tsm-nl-evidence.c */
#if IS_ENABLED(CONFIG_KUNIT)
int pci_tsm_nl_fill_object(struct sk_buff *skb, struct netlink_callback *cb,
			   const struct pci_tsm_snapshot *snap, const struct pci_tsm_blob *blob);
#endif

#endif /* DRIVERS_PCI_TSM_NETLINK_H */
