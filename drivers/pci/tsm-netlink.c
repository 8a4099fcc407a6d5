// SPDX-License-Identifier: GPL-2.0
/*
 * PCI/TSM: the door in generic netlink. Here: the family, what it tells of TSMs and
 * devices, asked (do, dump) or not (notifications). Requests are tsm-nl-verbs.c
 * and tsm-nl-task.c, evidence is tsm-nl-evidence.c. Documentation/netlink/specs/pci-tsm.yaml.
 *
 * No policy and no state of devices. Nothing waits for a device: genetlink holds
 * a lock over all of this that every family's registration needs.
 */
#include <linux/capability.h>
#include <linux/cleanup.h>
#include <linux/err.h>
#include <linux/init.h>
#include <linux/limits.h>
#include <linux/mm.h>
#include <linux/pci.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/string.h>
#include <net/genetlink.h>
#include <net/netlink.h>

#include "ide.h"
#include "tsm.h"
#include "tsm-nl-gen.h"

/* More than a device can be expected to have; the rest is left out */
#define STREAMS_MAX	32

static bool pci_tsm_nl_on __ro_after_init;

/**
 * pci_tsm_nl_admin() - may the sender of a message do more than look?
 * @skb: the message
 *
 * Context: process.
 * Return: true if it may.
 */
bool pci_tsm_nl_admin(struct sk_buff *skb)
{
	return netlink_capable(skb, CAP_SYS_ADMIN);
}

/* "DDDD:BB:DD.F", as in pci_name(); numbers may be written in other ways, names not */
static struct pci_dev *find_dev(const char *name)
{
	unsigned int domain, bus, dev, fn;
	struct pci_dev *pdev;

	if (sscanf(name, "%x:%x:%x.%x", &domain, &bus, &dev, &fn) != 4)
		return NULL;
	if (domain > INT_MAX || bus > 0xff || dev > 0x1f || fn > 7)
		return NULL;
	pdev = pci_get_domain_bus_and_slot(domain, bus, PCI_DEVFN(dev, fn));
	if (!pdev || !strcmp(pci_name(pdev), name))
		return pdev;
	pci_dev_put(pdev);
	return NULL;
}

/**
 * pci_tsm_nl_dev_get() - the device that a message names
 * @name: the attribute with its name, NULL if that is missing
 * @extack: told what is wrong with it
 *
 * Context: process.
 * Return: the device, referenced, or ERR_PTR: -EINVAL no attribute, -ENODEV no
 * such device, -ENXIO no TSM serves it.
 */
struct pci_dev *pci_tsm_nl_dev_get(const struct nlattr *name, struct netlink_ext_ack *extack)
{
	struct pci_dev *pdev;

	if (!name) {
		NL_SET_ERR_MSG(extack, "which device?");
		return ERR_PTR(-EINVAL);
	}
	pdev = find_dev(nla_data(name));
	if (!pdev) {
		NL_SET_ERR_MSG_ATTR(extack, name, "no such device");
		return ERR_PTR(-ENODEV);
	}
	if (pci_tsm_served(pdev))
		return pdev;
	NL_SET_ERR_MSG_ATTR(extack, name, "no TSM serves this device");
	pci_dev_put(pdev);
	return ERR_PTR(-ENXIO);
}

/*
 * TSMs
 */

static int fill_tsm(struct sk_buff *skb, const struct genl_info *info, struct tsm_dev *tsm_dev,
		    enum pci_tsm_event event)
{
	struct pci_tsm_provider_info about;
	void *hdr = genlmsg_iput(skb, info);

	if (!hdr)
		return -EMSGSIZE;
	pci_tsm_provider_info(tsm_dev, &about);
	if (nla_put_u32(skb, PCI_TSM_A_TSM_ID, tsm_dev->id) ||
	    nla_put_string(skb, PCI_TSM_A_TSM_NAME, dev_name(&tsm_dev->dev)) ||
	    (tsm_dev->dev.parent &&
	     nla_put_string(skb, PCI_TSM_A_TSM_PARENT, dev_name(tsm_dev->dev.parent))) ||
	    nla_put_u32(skb, PCI_TSM_A_TSM_MODE, about.mode) ||
	    nla_put_s32(skb, PCI_TSM_A_TSM_RANK, about.rank) ||
	    nla_put_u32(skb, PCI_TSM_A_TSM_CAPS, about.caps) ||
	    nla_put_u32(skb, PCI_TSM_A_TSM_CONNECTIONS, about.connections) ||
	    (event && nla_put_u32(skb, PCI_TSM_A_TSM_EVENT, event))) {
		genlmsg_cancel(skb, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, hdr);
	return 0;
}

int pci_tsm_nl_tsm_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct tsm_dev *tsm_dev;
	struct sk_buff *rsp;
	u32 id;
	int rc;

	if (GENL_REQ_ATTR_CHECK(info, PCI_TSM_A_TSM_ID))
		return -EINVAL;
	id = nla_get_u32(info->attrs[PCI_TSM_A_TSM_ID]);
	tsm_dev = id <= INT_MAX ? tsm_dev_next(id) : NULL;
	if (!tsm_dev || tsm_dev->id != id) {
		put_device(tsm_dev ? &tsm_dev->dev : NULL);
		NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[PCI_TSM_A_TSM_ID], "no such TSM");
		return -ENXIO;
	}
	rsp = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	rc = rsp ? fill_tsm(rsp, info, tsm_dev, PCI_TSM_EVENT_NONE) : -ENOMEM;
	put_device(&tsm_dev->dev);
	if (!rc)
		return genlmsg_reply(rsp, info);
	nlmsg_free(rsp);
	return rc;
}

int pci_tsm_nl_tsm_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct tsm_dev *tsm_dev;
	int rc = 0;

	while (!rc && cb->args[0] <= INT_MAX && (tsm_dev = tsm_dev_next(cb->args[0]))) {
		rc = fill_tsm(skb, genl_info_dump(cb), tsm_dev, PCI_TSM_EVENT_NONE);
		if (!rc)
			cb->args[0] = tsm_dev->id + 1L;
		put_device(&tsm_dev->dev);
	}
	return rc;
}

/*
 * Devices
 */

/**
 * struct news - what happened to a device, all zeros if it was only asked for
 * @event: what kind of thing
 * @old: the state before a transition
 * @stream: the one that failed, or NULL
 * @why: it failed
 */
struct news {
	enum pci_tsm_event event;
	enum pci_tsm_state old;
	const struct ide_stream_info *stream;
	enum pci_tsm_reason why;
};

static int put_stream(struct sk_buff *skb, int attr, const struct ide_stream_info *stream,
		      enum pci_tsm_reason why)
{
	struct nlattr *nest = nla_nest_start(skb, attr);

	if (!nest || nla_put_u32(skb, PCI_TSM_A_STREAM_ID, stream->id) ||
	    nla_put_string(skb, PCI_TSM_A_STREAM_NAME, stream->name) ||
	    (why && nla_put_u32(skb, PCI_TSM_A_STREAM_REASON, why)))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_streams(struct sk_buff *skb, struct pci_dev *pdev)
{
	struct ide_stream_info stream;
	u64 cursor = 0;

	for (int i = 0; i < STREAMS_MAX && ide_stream_next(pdev, &cursor, &stream); i++)
		if (put_stream(skb, PCI_TSM_A_DEV_STREAM, &stream, PCI_TSM_REASON_NONE))
			return -EMSGSIZE;
	return 0;
}

static int put_loss(struct sk_buff *skb, u32 reason, u64 count)
{
	struct nlattr *nest = nla_nest_start(skb, PCI_TSM_A_COUNTERS_LOSS);

	if (!nest || nla_put_u32(skb, PCI_TSM_A_LOSS_REASON, reason) ||
	    nla_put_uint(skb, PCI_TSM_A_LOSS_COUNT, count))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_counters(struct sk_buff *skb, const struct pci_tsm_counters *c)
{
	struct nlattr *nest = nla_nest_start(skb, PCI_TSM_A_DEV_COUNTERS);

	if (!nest || nla_put_uint(skb, PCI_TSM_A_COUNTERS_CONNECTS, c->connects) ||
	    nla_put_uint(skb, PCI_TSM_A_COUNTERS_REFUSED, c->refused) ||
	    nla_put_uint(skb, PCI_TSM_A_COUNTERS_DISCONNECTS, c->disconnects) ||
	    nla_put_uint(skb, PCI_TSM_A_COUNTERS_CANCELS, c->cancels) ||
	    nla_put_u32(skb, PCI_TSM_A_COUNTERS_LAST_ERROR, -c->last_errno))
		return -EMSGSIZE;
	for (int i = 0; i < PCI_TSM_NR_REASONS; i++)
		if (c->losses[i] && put_loss(skb, i, c->losses[i]))
			return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static u32 dev_caps(struct pci_dev *pdev)
{
	return (pci_tsm_capable(pdev) ? PCI_TSM_DEV_CAP_DSM : 0) |
	       (pdev->ide_cap ? PCI_TSM_DEV_CAP_IDE : 0) |
	       (pdev->devcap & PCI_EXP_DEVCAP_TEE ? PCI_TSM_DEV_CAP_TEE : 0) |
	       (pdev->cma_mailbox ? PCI_TSM_DEV_CAP_CMA : 0);
}

static enum pci_tsm_identity dev_identity(const struct pci_tsm_view *view)
{
	if (view->dsm.new != PCI_TSM_STATE_CONNECTED)
		return PCI_TSM_IDENTITY_NONE;
	return view->verified ? PCI_TSM_IDENTITY_VERIFIED : PCI_TSM_IDENTITY_UNVERIFIED;
}

static int put_states(struct sk_buff *skb, const struct pci_tsm_view *view)
{
	const struct pci_tsm_change *shown = view->is_dsm ? &view->dsm : &view->fn;

	if (nla_put_u32(skb, PCI_TSM_A_DEV_STATE, shown->new) ||
	    nla_put_u32(skb, PCI_TSM_A_DEV_REASON, shown->reason) ||
	    nla_put_uint(skb, PCI_TSM_A_DEV_SEQ, shown->seq) ||
	    nla_put_u32(skb, PCI_TSM_A_DEV_INTERFACE_STATE, view->fn.new) ||
	    nla_put_u32(skb, PCI_TSM_A_DEV_INTERFACE_REASON, view->fn.reason) ||
	    nla_put_uint(skb, PCI_TSM_A_DEV_INTERFACE_SEQ, view->fn.seq) ||
	    nla_put_u32(skb, PCI_TSM_A_DEV_IDENTITY, dev_identity(view)) ||
	    nla_put_uint(skb, PCI_TSM_A_DEV_GENERATION, view->generation))
		return -EMSGSIZE;
	return 0;
}

/* What a device is told as, by itself or with an event */
static int put_dev(struct sk_buff *skb, struct pci_dev *pdev, const struct pci_tsm_view *view)
{
	if (nla_put_string(skb, PCI_TSM_A_DEV_NAME, pci_name(pdev)) ||
	    nla_put_u32(skb, PCI_TSM_A_DEV_ROLE, PCI_TSM_MODE_LINK) ||
	    nla_put_u32(skb, PCI_TSM_A_DEV_CAPS, dev_caps(pdev)) ||
	    (view->dsm_name[0] && nla_put_string(skb, PCI_TSM_A_DEV_DSM, view->dsm_name)) ||
	    (view->tsm_id >= 0 && nla_put_u32(skb, PCI_TSM_A_DEV_TSM_ID, view->tsm_id)))
		return -EMSGSIZE;
	return put_states(skb, view) ?: put_streams(skb, pdev) ?:
	       view->is_dsm ? put_counters(skb, &view->counters) : 0;
}

static int put_news(struct sk_buff *skb, const struct news *news)
{
	if ((news->event && nla_put_u32(skb, PCI_TSM_A_DEV_EVENT, news->event)) ||
	    (news->old && nla_put_u32(skb, PCI_TSM_A_DEV_OLD_STATE, news->old)))
		return -EMSGSIZE;
	return news->stream ? put_stream(skb, PCI_TSM_A_DEV_FAILED_STREAM, news->stream,
					 news->why) : 0;
}

static int fill_dev(struct sk_buff *skb, const struct genl_info *info, struct pci_dev *pdev,
		    const struct pci_tsm_view *view, const struct news *news)
{
	void *hdr = genlmsg_iput(skb, info);

	if (!hdr)
		return -EMSGSIZE;
	if (put_dev(skb, pdev, view) || put_news(skb, news)) {
		genlmsg_cancel(skb, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, hdr);
	return 0;
}

int pci_tsm_nl_dev_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct pci_dev *pdev __free(pci_dev_put) = NULL;
	struct pci_tsm_view view;
	struct sk_buff *rsp;
	int rc;

	if (GENL_REQ_ATTR_CHECK(info, PCI_TSM_A_DEV_NAME))
		return -EINVAL;
	pdev = pci_tsm_nl_dev_get(info->attrs[PCI_TSM_A_DEV_NAME], info->extack);
	if (IS_ERR(pdev))
		return PTR_ERR(no_free_ptr(pdev));
	rsp = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!rsp)
		return -ENOMEM;
	pci_tsm_view(pdev, &view);
	rc = fill_dev(rsp, info, pdev, &view, &(struct news) {});
	if (!rc)
		return genlmsg_reply(rsp, info);
	nlmsg_free(rsp);
	return rc;
}

/* Devices in the order of their names, from @from on; the kernel's own is none */
struct dev_entry {
	u64 key;
	struct pci_dev *pdev;
};

static u64 dev_key(struct pci_dev *pdev)
{
	return (u64)pci_domain_nr(pdev->bus) << 16 | pci_dev_id(pdev);
}

static int by_key(const void *a, const void *b)
{
	const struct dev_entry *x = a, *y = b;

	return x->key < y->key ? -1 : x->key > y->key;
}

static size_t count_devs(void)
{
	struct pci_dev *pdev = NULL;
	size_t nr = 0;

	for_each_pci_dev(pdev)
		nr++;
	return nr;
}

/* What is added after the count is missed, as if it had been added later */
static size_t collect_devs(struct dev_entry *list, size_t room, u64 from)
{
	struct pci_dev *pdev = NULL;
	size_t nr = 0;

	for_each_pci_dev(pdev) {
		if (nr == room || dev_key(pdev) < from)
			continue;
		list[nr++] = (struct dev_entry) {
			.key = dev_key(pdev),
			.pdev = pci_dev_get(pdev),
		};
	}
	sort(list, nr, sizeof(*list), by_key, NULL);
	return nr;
}

/* The cursor is a name, so that what comes and goes meanwhile disturbs nobody */
int pci_tsm_nl_dev_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	u64 *from = (u64 *)cb->ctx;
	size_t room = count_devs(), nr;
	struct pci_tsm_view view;
	struct dev_entry *list;
	int rc = 0;

	list = kvmalloc_array(room, sizeof(*list), GFP_KERNEL);
	if (!list)
		return room ? -ENOMEM : 0;
	nr = collect_devs(list, room, *from);
	for (size_t i = 0; i < nr; i++) {
		/* Only of those that there is room for it is asked who serves them */
		if (!rc && pci_tsm_served(list[i].pdev)) {
			pci_tsm_view(list[i].pdev, &view);
			rc = fill_dev(skb, genl_info_dump(cb), list[i].pdev, &view,
				      &(struct news) {});
			if (!rc)
				*from = list[i].key + 1;
		}
		pci_dev_put(list[i].pdev);
	}
	kvfree(list);
	return rc;
}

/*
 * What is told unasked
 */

static bool anybody_listens(void)
{
	return pci_tsm_nl_on && genl_has_listeners(&pci_tsm_nl_family, &init_net,
						   PCI_TSM_NLGRP_EVENTS);
}

static void send(struct sk_buff *skb, int rc)
{
	if (rc)
		nlmsg_free(skb);
	else
		genlmsg_multicast(&pci_tsm_nl_family, skb, 0, PCI_TSM_NLGRP_EVENTS, GFP_KERNEL);
}

static void tell_news(struct pci_dev *pdev, const struct pci_tsm_view *view,
		      const struct news *news)
{
	struct sk_buff *skb = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	struct genl_info info;

	if (!skb)
		return;
	genl_info_init_ntf(&info, &pci_tsm_nl_family, PCI_TSM_CMD_DEV_NTF);
	send(skb, fill_dev(skb, &info, pdev, view, news));
}

/**
 * pci_tsm_nl_tell_dev() - tell listeners what happened to a device
 * @pdev: the device
 * @event: what kind of thing
 * @change: the transition, NULL if it is none
 *
 * What cannot be told for want of memory is lost; the next number shows that.
 *
 * Context: process; for transitions the worker, so that they are told in order.
 */
void pci_tsm_nl_tell_dev(struct pci_dev *pdev, enum pci_tsm_event event,
			 const struct pci_tsm_change *change)
{
	struct news news = { .event = event };
	struct pci_tsm_view view;

	if (!anybody_listens())
		return;
	pci_tsm_view(pdev, &view);
	if (change) {
		if (event == PCI_TSM_EVENT_STATE && view.is_dsm)
			view.dsm = *change;
		else
			view.fn = *change;
		news.old = change->old;
	}
	tell_news(pdev, &view, &news);
}

/**
 * pci_tsm_nl_tell_stream() - tell listeners that a stream failed
 * @pdev: the function with the device's end
 * @stream: the stream
 * @why: it failed
 *
 * Context: process.
 */
void pci_tsm_nl_tell_stream(struct pci_dev *pdev, const struct ide_stream_info *stream,
			    enum pci_tsm_reason why)
{
	struct news news = { .event = PCI_TSM_EVENT_STREAM_FAILED, .stream = stream, .why = why };
	struct pci_tsm_view view;

	if (!anybody_listens())
		return;
	pci_tsm_view(pdev, &view);
	tell_news(pdev, &view, &news);
}

/**
 * pci_tsm_nl_tell_tsm() - tell listeners that a TSM arrived or left
 * @tsm_dev: the TSM
 * @event: which
 *
 * Context: process.
 */
void pci_tsm_nl_tell_tsm(struct tsm_dev *tsm_dev, enum pci_tsm_event event)
{
	struct genl_info info;
	struct sk_buff *skb;

	if (!anybody_listens())
		return;
	skb = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!skb)
		return;
	genl_info_init_ntf(&info, &pci_tsm_nl_family, PCI_TSM_CMD_TSM_NTF);
	send(skb, fill_tsm(skb, &info, tsm_dev, event));
}

static int __init pci_tsm_nl_init(void)
{
	int rc;

	if (pci_tsm_off())
		return 0;
	/* The generator says otherwise, and a device is in no network namespace */
	pci_tsm_nl_family.netnsok = false;
	rc = genl_register_family(&pci_tsm_nl_family);
	pci_tsm_nl_on = !rc;
	return rc;
}
subsys_initcall(pci_tsm_nl_init);
