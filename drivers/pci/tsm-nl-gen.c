// SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause)
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/pci-tsm.yaml */
/* YNL-GEN kernel source */

#include <net/netlink.h>
#include <net/genetlink.h>

#include "tsm-nl-gen.h"

#include <uapi/linux/pci-tsm.h>
#include <tsm-netlink.h>

/* Integer value ranges */
static const struct netlink_range_validation pci_tsm_a_request_tsm_id_range = {
	.max	= S32_MAX,
};

/* PCI_TSM_CMD_TSM_GET - do */
static const struct nla_policy pci_tsm_tsm_get_nl_policy[PCI_TSM_A_TSM_ID + 1] = {
	[PCI_TSM_A_TSM_ID] = { .type = NLA_U32, },
};

/* PCI_TSM_CMD_DEV_GET - do */
static const struct nla_policy pci_tsm_dev_get_nl_policy[PCI_TSM_A_DEV_NAME + 1] = {
	[PCI_TSM_A_DEV_NAME] = { .type = NLA_NUL_STRING, .len = 24, },
};

/* PCI_TSM_CMD_CONNECT - do */
static const struct nla_policy pci_tsm_connect_nl_policy[PCI_TSM_A_REQUEST_ALGO_POLICY + 1] = {
	[PCI_TSM_A_REQUEST_DEV_NAME] = { .type = NLA_NUL_STRING, .len = 24, },
	[PCI_TSM_A_REQUEST_TSM_ID] = NLA_POLICY_FULL_RANGE(NLA_U32, &pci_tsm_a_request_tsm_id_range),
	[PCI_TSM_A_REQUEST_SLOT] = NLA_POLICY_MAX(NLA_U8, 7),
	[PCI_TSM_A_REQUEST_ALGO_POLICY] = { .type = NLA_U32, },
};

/* PCI_TSM_CMD_DISCONNECT - do */
static const struct nla_policy pci_tsm_disconnect_nl_policy[PCI_TSM_A_REQUEST_TSM_ID + 1] = {
	[PCI_TSM_A_REQUEST_DEV_NAME] = { .type = NLA_NUL_STRING, .len = 24, },
	[PCI_TSM_A_REQUEST_TSM_ID] = NLA_POLICY_FULL_RANGE(NLA_U32, &pci_tsm_a_request_tsm_id_range),
};

/* PCI_TSM_CMD_LOCK - do */
static const struct nla_policy pci_tsm_lock_nl_policy[PCI_TSM_A_REQUEST_TSM_ID + 1] = {
	[PCI_TSM_A_REQUEST_DEV_NAME] = { .type = NLA_NUL_STRING, .len = 24, },
	[PCI_TSM_A_REQUEST_TSM_ID] = NLA_POLICY_FULL_RANGE(NLA_U32, &pci_tsm_a_request_tsm_id_range),
};

/* PCI_TSM_CMD_UNLOCK - do */
static const struct nla_policy pci_tsm_unlock_nl_policy[PCI_TSM_A_REQUEST_TSM_ID + 1] = {
	[PCI_TSM_A_REQUEST_DEV_NAME] = { .type = NLA_NUL_STRING, .len = 24, },
	[PCI_TSM_A_REQUEST_TSM_ID] = NLA_POLICY_FULL_RANGE(NLA_U32, &pci_tsm_a_request_tsm_id_range),
};

/* PCI_TSM_CMD_ACCEPT - do */
static const struct nla_policy pci_tsm_accept_nl_policy[PCI_TSM_A_REQUEST_GENERATION + 1] = {
	[PCI_TSM_A_REQUEST_DEV_NAME] = { .type = NLA_NUL_STRING, .len = 24, },
	[PCI_TSM_A_REQUEST_GENERATION] = { .type = NLA_UINT, },
};

/* PCI_TSM_CMD_EVIDENCE_REFRESH - do */
static const struct nla_policy pci_tsm_evidence_refresh_nl_policy[PCI_TSM_A_REQUEST_NONCE + 1] = {
	[PCI_TSM_A_REQUEST_DEV_NAME] = { .type = NLA_NUL_STRING, .len = 24, },
	[PCI_TSM_A_REQUEST_TYPES] = NLA_POLICY_MASK(NLA_U32, 0xfff),
	[PCI_TSM_A_REQUEST_SLOT] = NLA_POLICY_MAX(NLA_U8, 7),
	[PCI_TSM_A_REQUEST_NONCE] = NLA_POLICY_EXACT_LEN(PCI_TSM_NONCE_SIZE),
};

/* PCI_TSM_CMD_REQUEST_CANCEL - do */
static const struct nla_policy pci_tsm_request_cancel_nl_policy[PCI_TSM_A_REQUEST_COOKIE + 1] = {
	[PCI_TSM_A_REQUEST_COOKIE] = { .type = NLA_UINT, },
};

/* PCI_TSM_CMD_EVIDENCE_GET - dump */
static const struct nla_policy pci_tsm_evidence_get_nl_policy[PCI_TSM_A_OBJECT_DIGESTS + 1] = {
	[PCI_TSM_A_OBJECT_DEV_NAME] = { .type = NLA_NUL_STRING, .len = 24, },
	[PCI_TSM_A_OBJECT_TYPES] = NLA_POLICY_MASK(NLA_U32, 0xfff),
	[PCI_TSM_A_OBJECT_GENERATION] = { .type = NLA_UINT, },
	[PCI_TSM_A_OBJECT_COOKIE] = { .type = NLA_UINT, },
	[PCI_TSM_A_OBJECT_DIGESTS] = { .type = NLA_FLAG, },
};

/* PCI_TSM_CMD_EVIDENCE_SET - do */
static const struct nla_policy pci_tsm_evidence_set_nl_policy[PCI_TSM_A_OBJECT_DATA + 1] = {
	[PCI_TSM_A_OBJECT_DEV_NAME] = { .type = NLA_NUL_STRING, .len = 24, },
	[PCI_TSM_A_OBJECT_GENERATION] = { .type = NLA_UINT, },
	[PCI_TSM_A_OBJECT_TYPE] = NLA_POLICY_MAX(NLA_U32, 11),
	[PCI_TSM_A_OBJECT_LENGTH] = { .type = NLA_U32, },
	[PCI_TSM_A_OBJECT_OFFSET] = { .type = NLA_U32, },
	[PCI_TSM_A_OBJECT_DATA] = { .type = NLA_BINARY, },
};

/* Ops table for pci_tsm */
static const struct genl_split_ops pci_tsm_nl_ops[] = {
	{
		.cmd		= PCI_TSM_CMD_TSM_GET,
		.doit		= pci_tsm_nl_tsm_get_doit,
		.policy		= pci_tsm_tsm_get_nl_policy,
		.maxattr	= PCI_TSM_A_TSM_ID,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd	= PCI_TSM_CMD_TSM_GET,
		.dumpit	= pci_tsm_nl_tsm_get_dumpit,
		.flags	= GENL_CMD_CAP_DUMP,
	},
	{
		.cmd		= PCI_TSM_CMD_DEV_GET,
		.doit		= pci_tsm_nl_dev_get_doit,
		.policy		= pci_tsm_dev_get_nl_policy,
		.maxattr	= PCI_TSM_A_DEV_NAME,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd	= PCI_TSM_CMD_DEV_GET,
		.dumpit	= pci_tsm_nl_dev_get_dumpit,
		.flags	= GENL_CMD_CAP_DUMP,
	},
	{
		.cmd		= PCI_TSM_CMD_CONNECT,
		.doit		= pci_tsm_nl_connect_doit,
		.policy		= pci_tsm_connect_nl_policy,
		.maxattr	= PCI_TSM_A_REQUEST_ALGO_POLICY,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd		= PCI_TSM_CMD_DISCONNECT,
		.doit		= pci_tsm_nl_disconnect_doit,
		.policy		= pci_tsm_disconnect_nl_policy,
		.maxattr	= PCI_TSM_A_REQUEST_TSM_ID,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd		= PCI_TSM_CMD_LOCK,
		.doit		= pci_tsm_nl_lock_doit,
		.policy		= pci_tsm_lock_nl_policy,
		.maxattr	= PCI_TSM_A_REQUEST_TSM_ID,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd		= PCI_TSM_CMD_UNLOCK,
		.doit		= pci_tsm_nl_unlock_doit,
		.policy		= pci_tsm_unlock_nl_policy,
		.maxattr	= PCI_TSM_A_REQUEST_TSM_ID,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd		= PCI_TSM_CMD_ACCEPT,
		.doit		= pci_tsm_nl_accept_doit,
		.policy		= pci_tsm_accept_nl_policy,
		.maxattr	= PCI_TSM_A_REQUEST_GENERATION,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd		= PCI_TSM_CMD_EVIDENCE_REFRESH,
		.doit		= pci_tsm_nl_evidence_refresh_doit,
		.policy		= pci_tsm_evidence_refresh_nl_policy,
		.maxattr	= PCI_TSM_A_REQUEST_NONCE,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd		= PCI_TSM_CMD_REQUEST_CANCEL,
		.doit		= pci_tsm_nl_request_cancel_doit,
		.policy		= pci_tsm_request_cancel_nl_policy,
		.maxattr	= PCI_TSM_A_REQUEST_COOKIE,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd		= PCI_TSM_CMD_EVIDENCE_GET,
		.start		= pci_tsm_nl_evidence_get_start,
		.dumpit		= pci_tsm_nl_evidence_get_dumpit,
		.done		= pci_tsm_nl_evidence_get_done,
		.policy		= pci_tsm_evidence_get_nl_policy,
		.maxattr	= PCI_TSM_A_OBJECT_DIGESTS,
		.flags		= GENL_CMD_CAP_DUMP,
	},
	{
		.cmd		= PCI_TSM_CMD_EVIDENCE_SET,
		.doit		= pci_tsm_nl_evidence_set_doit,
		.policy		= pci_tsm_evidence_set_nl_policy,
		.maxattr	= PCI_TSM_A_OBJECT_DATA,
		.flags		= GENL_CMD_CAP_DO,
	},
};

static const struct genl_multicast_group pci_tsm_nl_mcgrps[] = {
	[PCI_TSM_NLGRP_EVENTS] = { "events", },
};

static void __pci_tsm_nl_sock_priv_init(void *priv)
{
	pci_tsm_nl_sock_priv_init(priv);
}

static void __pci_tsm_nl_sock_priv_destroy(void *priv)
{
	pci_tsm_nl_sock_priv_destroy(priv);
}

struct genl_family pci_tsm_nl_family __ro_after_init = {
	.name		= PCI_TSM_FAMILY_NAME,
	.version	= PCI_TSM_FAMILY_VERSION,
	.netnsok	= true,
	.parallel_ops	= true,
	.module		= THIS_MODULE,
	.split_ops	= pci_tsm_nl_ops,
	.n_split_ops	= ARRAY_SIZE(pci_tsm_nl_ops),
	.mcgrps		= pci_tsm_nl_mcgrps,
	.n_mcgrps	= ARRAY_SIZE(pci_tsm_nl_mcgrps),
	.sock_priv_size	= sizeof(struct pci_tsm_nl_sock),
	.sock_priv_init	= __pci_tsm_nl_sock_priv_init,
	.sock_priv_destroy = __pci_tsm_nl_sock_priv_destroy,
};
