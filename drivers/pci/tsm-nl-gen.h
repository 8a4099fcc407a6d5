/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause) */
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/pci-tsm.yaml */
/* YNL-GEN kernel header */

#ifndef _LINUX_PCI_TSM_GEN_H
#define _LINUX_PCI_TSM_GEN_H

#include <net/netlink.h>
#include <net/genetlink.h>

#include <uapi/linux/pci-tsm.h>
#include <tsm-netlink.h>

int pci_tsm_nl_evidence_get_start(struct netlink_callback *cb);
int pci_tsm_nl_evidence_get_done(struct netlink_callback *cb);

int pci_tsm_nl_tsm_get_doit(struct sk_buff *skb, struct genl_info *info);
int pci_tsm_nl_tsm_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int pci_tsm_nl_dev_get_doit(struct sk_buff *skb, struct genl_info *info);
int pci_tsm_nl_dev_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int pci_tsm_nl_connect_doit(struct sk_buff *skb, struct genl_info *info);
int pci_tsm_nl_disconnect_doit(struct sk_buff *skb, struct genl_info *info);
int pci_tsm_nl_lock_doit(struct sk_buff *skb, struct genl_info *info);
int pci_tsm_nl_unlock_doit(struct sk_buff *skb, struct genl_info *info);
int pci_tsm_nl_accept_doit(struct sk_buff *skb, struct genl_info *info);
int pci_tsm_nl_evidence_refresh_doit(struct sk_buff *skb,
				     struct genl_info *info);
int pci_tsm_nl_request_cancel_doit(struct sk_buff *skb, struct genl_info *info);
int pci_tsm_nl_evidence_get_dumpit(struct sk_buff *skb,
				   struct netlink_callback *cb);
int pci_tsm_nl_evidence_set_doit(struct sk_buff *skb, struct genl_info *info);

enum {
	PCI_TSM_NLGRP_EVENTS,
};

extern struct genl_family pci_tsm_nl_family;

void pci_tsm_nl_sock_priv_init(struct pci_tsm_nl_sock *priv);
void pci_tsm_nl_sock_priv_destroy(struct pci_tsm_nl_sock *priv);

#endif /* _LINUX_PCI_TSM_GEN_H */
