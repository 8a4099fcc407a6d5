// SPDX-License-Identifier: GPL-2.0
/*
 * PCI/TSM, the door in generic netlink: verbs. What a message has to say, who may say
 * it, and the request that it becomes. How that is submitted, told of and stopped is
 * tsm-nl-task.c.
 */
#include <linux/cleanup.h>
#include <linux/err.h>
#include <linux/pci.h>
#include <net/genetlink.h>
#include <net/netlink.h>

#include "tsm.h"
#include "tsm-nl-gen.h"

/* What every verb begins with: may he, and about what? */
static struct pci_dev *verb_dev(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *name = info->attrs[PCI_TSM_A_REQUEST_DEV_NAME];
	struct pci_dev *pdev;

	if (!pci_tsm_nl_admin(skb))
		return ERR_PTR(-EPERM);
	if (GENL_REQ_ATTR_CHECK(info, PCI_TSM_A_REQUEST_DEV_NAME))
		return ERR_PTR(-EINVAL);
	pdev = pci_tsm_nl_dev_get(name, info->extack);
	if (IS_ERR(pdev) || pci_tsm_capable(pdev))
		return pdev;
	NL_SET_ERR_MSG_ATTR(info->extack, name, "the DSM of this device is in another function");
	pci_dev_put(pdev);
	return ERR_PTR(-EOPNOTSUPP);
}

static int id_of(struct genl_info *info)
{
	const struct nlattr *id = info->attrs[PCI_TSM_A_REQUEST_TSM_ID];

	return id ? nla_get_u32(id) : PCI_TSM_ID_ANY;
}

static u8 slot_of(struct genl_info *info)
{
	const struct nlattr *slot = info->attrs[PCI_TSM_A_REQUEST_SLOT];

	return slot ? nla_get_u8(slot) : 0;
}

static struct pci_tsm_req *make_connect(struct pci_tsm_nl_task *task)
{
	struct pci_tsm_provider *tsm = task->tsm;

	task->tsm = NULL;
	return pci_tsm_connect_req(task->pdev, tsm, &task->connect);
}

static struct pci_tsm_req *make_disconnect(struct pci_tsm_nl_task *task)
{
	return pci_tsm_disconnect_req(task->pdev, task->id);
}

static struct pci_tsm_req *make_refresh(struct pci_tsm_nl_task *task)
{
	struct pci_tsm_fn *fn __free(pci_tsm_fn_put) = pci_tsm_fn_get(task->pdev);

	if (!fn)
		return ERR_PTR(pci_tsm_fn_closed(task->pdev) ? -ENODEV : -ENXIO);
	return pci_tsm_refresh_req(fn, task->types, task->slot, task->nonce);
}

int pci_tsm_nl_connect_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *policy = info->attrs[PCI_TSM_A_REQUEST_ALGO_POLICY];
	struct pci_dev *pdev = verb_dev(skb, info);
	struct pci_tsm_provider *tsm;
	struct pci_tsm_nl_task *task;

	if (IS_ERR(pdev))
		return PTR_ERR(pdev);
	tsm = pci_tsm_pick_for_connect(pdev, id_of(info));
	if (IS_ERR(tsm)) {
		if (PTR_ERR(tsm) == -ENXIO && info->attrs[PCI_TSM_A_REQUEST_TSM_ID])
			NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[PCI_TSM_A_REQUEST_TSM_ID],
					    "no such TSM serves this device");
		pci_dev_put(pdev);
		return PTR_ERR(tsm);
	}
	task = pci_tsm_nl_task_alloc(skb, pdev, make_connect);
	pci_dev_put(pdev);
	if (!task) {
		percpu_ref_put(&tsm->inflight);
		return -ENOMEM;
	}
	task->tsm = tsm;
	task->connect.cert_slot = slot_of(info);
	task->connect.algo_policy = policy ? nla_get_u32(policy) : 0;
	return pci_tsm_nl_task_begin(task, info);
}

int pci_tsm_nl_disconnect_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct pci_dev *pdev = verb_dev(skb, info);
	struct pci_tsm_nl_task *task;

	if (IS_ERR(pdev))
		return PTR_ERR(pdev);
	task = pci_tsm_nl_task_alloc(skb, pdev, make_disconnect);
	pci_dev_put(pdev);
	if (!task)
		return -ENOMEM;
	task->teardown = true;
	task->id = id_of(info);
	return pci_tsm_nl_task_begin(task, info);
}

static bool asks_for_nothing(struct genl_info *info)
{
	const struct nlattr *types = info->attrs[PCI_TSM_A_REQUEST_TYPES];

	if (nla_get_u32(types))
		return false;
	NL_SET_ERR_MSG_ATTR(info->extack, types, "no type of evidence is asked for");
	return true;
}

int pci_tsm_nl_evidence_refresh_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct pci_dev *pdev = verb_dev(skb, info);
	struct pci_tsm_nl_task *task;

	if (IS_ERR(pdev))
		return PTR_ERR(pdev);
	if (GENL_REQ_ATTR_CHECK(info, PCI_TSM_A_REQUEST_TYPES) ||
	    GENL_REQ_ATTR_CHECK(info, PCI_TSM_A_REQUEST_NONCE) ||
	    asks_for_nothing(info)) {
		pci_dev_put(pdev);
		return -EINVAL;
	}
	task = pci_tsm_nl_task_alloc(skb, pdev, make_refresh);
	pci_dev_put(pdev);
	if (!task)
		return -ENOMEM;
	task->refresh = true;
	task->types = nla_get_u32(info->attrs[PCI_TSM_A_REQUEST_TYPES]);
	task->slot = slot_of(info);
	nla_memcpy(task->nonce, info->attrs[PCI_TSM_A_REQUEST_NONCE], sizeof(task->nonce));
	return pci_tsm_nl_task_begin(task, info);
}

/* A guest's part, which no TSM has a role for yet */
static int guest_only(struct sk_buff *skb, struct genl_info *info, int name)
{
	struct pci_dev *pdev;

	if (!pci_tsm_nl_admin(skb))
		return -EPERM;
	if (GENL_REQ_ATTR_CHECK(info, name))
		return -EINVAL;
	pdev = pci_tsm_nl_dev_get(info->attrs[name], info->extack);
	if (IS_ERR(pdev))
		return PTR_ERR(pdev);
	pci_dev_put(pdev);
	NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[name], "no TSM of this kernel is a guest's");
	return -EOPNOTSUPP;
}

int pci_tsm_nl_lock_doit(struct sk_buff *skb, struct genl_info *info)
{
	return guest_only(skb, info, PCI_TSM_A_REQUEST_DEV_NAME);
}

int pci_tsm_nl_unlock_doit(struct sk_buff *skb, struct genl_info *info)
{
	return guest_only(skb, info, PCI_TSM_A_REQUEST_DEV_NAME);
}

int pci_tsm_nl_accept_doit(struct sk_buff *skb, struct genl_info *info)
{
	return guest_only(skb, info, PCI_TSM_A_REQUEST_DEV_NAME);
}

int pci_tsm_nl_evidence_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	return guest_only(skb, info, PCI_TSM_A_OBJECT_DEV_NAME);
}
