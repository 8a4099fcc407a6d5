/* SPDX-License-Identifier: GPL-2.0 */
/*
 * PCI/TSM, the door in generic netlink, private: what its files share, and what
 * the generated glue needs to know.
 */
#ifndef DRIVERS_PCI_TSM_NETLINK_H
#define DRIVERS_PCI_TSM_NETLINK_H

#include <linux/kconfig.h>
#include <linux/list.h>
#include <linux/refcount.h>
#include <linux/spinlock.h>
#include <linux/types.h>

/* A piece of evidence that is smaller than this is not worth a message of its own */
#define PCI_TSM_NL_PIECE_MIN	1024

struct genl_info;
struct netlink_callback;
struct netlink_ext_ack;
struct nlattr;
struct pci_dev;
struct pci_tsm_blob;
struct pci_tsm_snapshot;
struct sk_buff;

/**
 * struct pci_tsm_nl_peer - a socket, as its requests see it
 * @ref: held by the socket, by its requests and by its dumps
 * @lock: protects what follows; softirqs off, so that sending does not sleep
 * @portid: where the ends of requests are told, 0 once the socket is closed
 * @tasks: its requests, running and answered, in order
 * @nr_tasks: their number
 */
struct pci_tsm_nl_peer {
	refcount_t ref;
	spinlock_t lock;	/* what follows */
	u32 portid;
	struct list_head tasks;
	unsigned int nr_tasks;
};

/**
 * struct pci_tsm_nl_sock - what genetlink keeps about a socket for us
 * @peer: NULL until the first request
 */
struct pci_tsm_nl_sock {
	struct pci_tsm_nl_peer *peer;
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
