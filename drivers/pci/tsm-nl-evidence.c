// SPDX-License-Identifier: GPL-2.0
/*
 * PCI/TSM, the door in generic netlink: reading evidence. Nothing is asked of a
 * device here; objects go out in pieces, each of which says what it is a piece of.
 *
 * A dump remembers what it reads by generation or cookie, and looks it up anew for
 * each message: a reader who stops reading keeps no evidence alive.
 */
#include <kunit/visibility.h>
#include <linux/bits.h>
#include <linux/build_bug.h>
#include <linux/cleanup.h>
#include <linux/err.h>
#include <linux/pci.h>
#include <linux/string.h>
#include <net/genetlink.h>
#include <net/netlink.h>

#include "tsm.h"
#include "tsm-nl-gen.h"

/* Certificates are for anybody; the rest tells much of a machine */
#define PUBLIC_TYPES	GENMASK(PCI_TSM_SLOTS - 1, 0)
#define ALL_TYPES	GENMASK(PCI_TSM_NR_EVIDENCE - 1, 0)
/* nla_len has 16 bits */
#define PIECE_MAX	(U16_MAX - NLA_HDRLEN)

static_assert(sizeof(struct pci_tsm_nl_dump) <= sizeof_field(struct netlink_callback, ctx));

static struct pci_tsm_nl_dump *dump_of(struct netlink_callback *cb)
{
	return (struct pci_tsm_nl_dump *)cb->ctx;
}

static struct pci_tsm_snapshot *current_evidence(struct pci_dev *pdev)
{
	struct pci_tsm_fn *fn __free(pci_tsm_fn_put) = pdev ? pci_tsm_fn_get(pdev) : NULL;

	return fn ? pci_tsm_snapshot_get(fn->dsm) : NULL;
}

static struct pci_tsm_snapshot *find_evidence(const struct pci_tsm_nl_dump *d)
{
	struct pci_dev *pdev __free(pci_dev_put) = NULL;
	struct pci_tsm_snapshot *snap;

	if (d->cookie)
		return pci_tsm_nl_answer(d->peer, d->cookie, NULL);
	pdev = pci_get_domain_bus_and_slot(d->domain, PCI_BUS_NUM(d->devid), d->devid & 0xff);
	snap = current_evidence(pdev);
	if (snap && snap->generation == d->generation)
		return snap;
	pci_tsm_snapshot_put(snap);
	return NULL;
}

/* What may he see? Digests of everything, bytes only of what anybody may have */
static int choose_types(struct netlink_callback *cb, struct pci_tsm_nl_dump *d)
{
	const struct genl_info *info = genl_info_dump(cb);
	const struct nlattr *types = info->attrs[PCI_TSM_A_OBJECT_TYPES];

	d->digests = nla_get_flag(info->attrs[PCI_TSM_A_OBJECT_DIGESTS]);
	d->whole = pci_tsm_nl_admin(cb->skb);
	if (!types) {
		d->types = d->digests || d->whole ? ALL_TYPES : PUBLIC_TYPES;
		return 0;
	}
	d->types = nla_get_u32(types);
	if (d->digests || d->whole || !(d->types & ~PUBLIC_TYPES))
		return 0;
	NL_SET_ERR_MSG_ATTR(info->extack, types, "only certificates and digests are for anybody");
	return -EPERM;
}

static int choose_answer(struct netlink_callback *cb, struct pci_tsm_nl_dump *d,
			 const struct pci_dev *pdev, const struct nlattr *cookie)
{
	struct pci_tsm_snapshot *answer = NULL;

	d->peer = pci_tsm_nl_peer_get(cb->skb);
	d->cookie = nla_get_uint(cookie);
	if (d->peer)
		answer = pci_tsm_nl_answer(d->peer, d->cookie, pdev);
	if (answer) {
		pci_tsm_snapshot_put(answer);
		return 0;
	}
	NL_SET_ERR_MSG_ATTR(genl_info_dump(cb)->extack, cookie,
			    "no such answer of this device to this socket");
	return -ENOENT;
}

static int choose_generation(struct netlink_callback *cb, struct pci_tsm_nl_dump *d,
			     struct pci_dev *pdev, const struct nlattr *generation)
{
	struct pci_tsm_snapshot *snap = current_evidence(pdev);
	u64 now = snap ? snap->generation : 0;

	pci_tsm_snapshot_put(snap);
	d->generation = generation ? nla_get_uint(generation) : now;
	/* Of what there is no evidence of there is nothing to tell */
	if (!d->generation)
		d->types = 0;
	if (d->generation == now)
		return 0;
	NL_SET_ERR_MSG_ATTR(genl_info_dump(cb)->extack, generation, "this generation is gone");
	return -EAGAIN;
}

int pci_tsm_nl_evidence_get_start(struct netlink_callback *cb)
{
	const struct genl_info *info = genl_info_dump(cb);
	const struct nlattr *generation = info->attrs[PCI_TSM_A_OBJECT_GENERATION];
	const struct nlattr *cookie = info->attrs[PCI_TSM_A_OBJECT_COOKIE];
	struct pci_tsm_nl_dump *d = dump_of(cb);
	struct pci_dev *pdev;
	int rc;

	memset(d, 0, sizeof(*d));
	if (GENL_REQ_ATTR_CHECK(info, PCI_TSM_A_OBJECT_DEV_NAME))
		return -EINVAL;
	if (cookie && generation) {
		NL_SET_ERR_MSG_ATTR(info->extack, generation, "an answer, or a generation?");
		return -EINVAL;
	}
	pdev = pci_tsm_nl_dev_get(info->attrs[PCI_TSM_A_OBJECT_DEV_NAME], info->extack);
	if (IS_ERR(pdev))
		return PTR_ERR(pdev);
	d->domain = pci_domain_nr(pdev->bus);
	d->devid = pci_dev_id(pdev);
	rc = choose_types(cb, d);
	if (!rc)
		rc = cookie ? choose_answer(cb, d, pdev, cookie) :
			      choose_generation(cb, d, pdev, generation);
	pci_dev_put(pdev);
	if (rc && d->peer)
		pci_tsm_nl_peer_put(d->peer);
	return rc;
}

/* Once for each object: what a verifier needs beside the bytes */
static int put_about(struct sk_buff *skb, const struct pci_tsm_snapshot *snap,
		     const struct pci_tsm_blob *blob, bool whole)
{
	const struct pci_tsm_object *obj = &blob->obj;

	if (obj->digest_len &&
	    nla_put(skb, PCI_TSM_A_OBJECT_DIGEST, obj->digest_len, obj->digest))
		return -EMSGSIZE;
	if (*snap->hash && nla_put_string(skb, PCI_TSM_A_OBJECT_HASH, snap->hash))
		return -EMSGSIZE;
	if (*snap->signature && nla_put_string(skb, PCI_TSM_A_OBJECT_SIGNATURE, snap->signature))
		return -EMSGSIZE;
	if (snap->spdm_version &&
	    nla_put_u8(skb, PCI_TSM_A_OBJECT_SPDM_VERSION, snap->spdm_version))
		return -EMSGSIZE;
	if (nla_put_u32(skb, PCI_TSM_A_OBJECT_RECORD_OFFSET, obj->record_offset) ||
	    nla_put_u32(skb, PCI_TSM_A_OBJECT_RECORD_LENGTH, obj->record_len))
		return -EMSGSIZE;
	if (!obj->answer || !whole)
		return 0;
	if (nla_put_u8(skb, PCI_TSM_A_OBJECT_SLOT, blob->slot) ||
	    nla_put(skb, PCI_TSM_A_OBJECT_NONCE, sizeof(blob->nonce), blob->nonce))
		return -EMSGSIZE;
	return 0;
}

static int put_what(struct sk_buff *skb, const struct pci_tsm_nl_dump *d,
		    const struct pci_tsm_snapshot *snap, const struct pci_tsm_blob *blob)
{
	char name[24];

	snprintf(name, sizeof(name), "%04x:%02x:%02x.%d", d->domain, PCI_BUS_NUM(d->devid),
		 PCI_SLOT(d->devid & 0xff), PCI_FUNC(d->devid & 0xff));
	if (nla_put_string(skb, PCI_TSM_A_OBJECT_DEV_NAME, name) ||
	    nla_put_uint(skb, PCI_TSM_A_OBJECT_GENERATION, snap->generation) ||
	    (d->cookie && nla_put_uint(skb, PCI_TSM_A_OBJECT_COOKIE, d->cookie)) ||
	    nla_put_u32(skb, PCI_TSM_A_OBJECT_TYPE, blob->obj.type) ||
	    nla_put_u32(skb, PCI_TSM_A_OBJECT_LENGTH, blob->obj.len) ||
	    nla_put_u32(skb, PCI_TSM_A_OBJECT_OFFSET, d->offset))
		return -EMSGSIZE;
	return d->offset ? 0 : put_about(skb, snap, blob, d->whole);
}

/* Return: bytes of the object in this piece, or -EMSGSIZE */
static int put_piece(struct sk_buff *skb, const struct pci_tsm_nl_dump *d,
		     const struct pci_tsm_blob *blob)
{
	size_t left = blob->obj.len - d->offset;
	int room = skb_tailroom(skb) - NLA_HDRLEN - NLA_ALIGNTO;
	size_t len;

	if (room < (int)min_t(size_t, left, PCI_TSM_NL_PIECE_MIN))
		return -EMSGSIZE;
	len = min3(left, (size_t)room, (size_t)PIECE_MAX);
	if (nla_put(skb, PCI_TSM_A_OBJECT_DATA, len, blob->obj.data + d->offset))
		return -EMSGSIZE;
	return len;
}

/* One message; the cursor moves on */
VISIBLE_IF_KUNIT int pci_tsm_nl_fill_object(struct sk_buff *skb, struct netlink_callback *cb,
					    const struct pci_tsm_snapshot *snap,
					    const struct pci_tsm_blob *blob)
{
	struct pci_tsm_nl_dump *d = dump_of(cb);
	void *hdr = genlmsg_iput(skb, genl_info_dump(cb));
	int len = -EMSGSIZE;

	if (hdr && !put_what(skb, d, snap, blob))
		len = d->digests ? blob->obj.len : put_piece(skb, d, blob);
	if (len < 0) {
		if (hdr)
			genlmsg_cancel(skb, hdr);
		return len;
	}
	genlmsg_end(skb, hdr);
	d->offset += len;
	if (d->offset == blob->obj.len) {
		d->types &= ~BIT(blob->obj.type);
		d->offset = 0;
	}
	return 0;
}

int pci_tsm_nl_evidence_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct pci_tsm_snapshot *snap __free(pci_tsm_snapshot_put) = NULL;
	struct pci_tsm_nl_dump *d = dump_of(cb);
	int rc = 0;

	if (!d->types)
		return 0;
	snap = find_evidence(d);
	if (!snap) {
		NL_SET_ERR_MSG(genl_info_dump(cb)->extack, "the evidence is gone");
		return -EAGAIN;
	}
	while (!rc && d->types) {
		unsigned int type = __ffs(d->types);

		if (snap->blobs[type])
			rc = pci_tsm_nl_fill_object(skb, cb, snap, snap->blobs[type]);
		else
			d->types &= ~BIT(type);
	}
	return rc;
}

int pci_tsm_nl_evidence_get_done(struct netlink_callback *cb)
{
	struct pci_tsm_nl_dump *d = dump_of(cb);

	if (d->peer)
		pci_tsm_nl_peer_put(d->peer);
	return 0;
}
