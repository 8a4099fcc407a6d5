// SPDX-License-Identifier: GPL-2.0
/*
 * Evidence from the kernel: objects that come in pieces, put together. Pieces of
 * an object come in order and leave nothing out; whatever else comes is refused,
 * since what is judged later has to be what the kernel has.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "client-private.h"
#include "ynl.h"

/* How often evidence may move on while it is read */
#define TRIES	8

/**
 * struct assembly - where a reader is
 * @ev: what was read so far
 * @device: whose it must be
 * @cookie: what it must be the answer to, or 0
 * @digests: there are no bytes
 * @first: nothing was read yet
 * @type: the object at hand, TSM_TYPES for none
 * @have: bytes of it that are there
 */
struct assembly {
	struct tsm_evidence *ev;
	const char *device;
	uint64_t cookie;
	bool digests;
	bool first;
	unsigned int type;
	size_t have;
};

static int refuse(struct tsm_error *err, const struct assembly *a, const char *why)
{
	return tsm_fail(err, TSM_BROKEN, EBADMSG, "%s: evidence that cannot be put together: %s",
			a->device, why);
}

/* A name that is the same in all objects; false if it is not */
static bool take_name(char *to, const char *from)
{
	if (!from)
		return true;
	if (strlen(from) >= TSM_NAME_MAX)
		return false;
	if (!*to)
		memcpy(to, from, strlen(from) + 1);
	return !strcmp(to, from);
}

static int whole(const struct assembly *a, struct tsm_error *err)
{
	if (a->type == TSM_TYPES || a->digests || a->have == a->ev->objects[a->type].len)
		return 0;
	return refuse(err, a, "an object that ends early");
}

/* What all pieces have in common */
static int check_frame(struct assembly *a, const struct pci_tsm_evidence_get_rsp_dump *p,
		       struct tsm_error *err)
{
	if (!p->_present.type || !p->_present.length || !p->_present.offset ||
	    !p->_present.generation)
		return refuse(err, a, "a piece that does not say what it is");
	if (p->dev_name && strcmp(p->dev_name, a->device))
		return refuse(err, a, "a piece of another device's");
	if (a->cookie && p->_present.cookie && p->cookie != a->cookie)
		return refuse(err, a, "a piece of another answer");
	if (a->first)
		a->ev->generation = p->generation;
	a->first = false;
	if (p->generation != a->ev->generation)
		return refuse(err, a, "pieces of two generations");
	if (p->length > TSM_OBJECT_MAX)
		return refuse(err, a, "an object that is too long");
	return 0;
}

static int take_record(const struct assembly *a, struct tsm_object *obj,
		       const struct pci_tsm_evidence_get_rsp_dump *p, struct tsm_error *err)
{
	obj->record_len = obj->len;
	if (!p->_present.record_offset || !p->_present.record_length)
		return 0;
	if (p->record_offset > p->length || p->record_length > p->length - p->record_offset)
		return refuse(err, a, "a record beyond its object");
	obj->record_offset = p->record_offset;
	obj->record_len = p->record_length;
	return 0;
}

static int take_signer(const struct assembly *a, struct tsm_object *obj,
		       const struct pci_tsm_evidence_get_rsp_dump *p, struct tsm_error *err)
{
	obj->slot = -1;
	if (p->_present.slot) {
		if (p->slot >= TSM_SLOTS)
			return refuse(err, a, "a slot that there is not");
		obj->slot = p->slot;
	}
	if (!p->_present.nonce_len)
		return 0;
	if (p->_present.nonce_len != TSM_NONCE_SIZE)
		return refuse(err, a, "a nonce of another length");
	memcpy(obj->nonce, p->nonce, TSM_NONCE_SIZE);
	obj->has_nonce = true;
	return 0;
}

/* With the first piece of an object comes what is known about it */
static int begin_object(struct assembly *a, const struct pci_tsm_evidence_get_rsp_dump *p,
			struct tsm_error *err)
{
	struct tsm_object *obj = &a->ev->objects[p->type];

	if (whole(a, err))
		return -1;
	if (obj->there)
		return refuse(err, a, "an object that comes twice");
	if (p->_present.digest_len > TSM_DIGEST_MAX)
		return refuse(err, a, "a digest that is too long");
	if (!take_name(a->ev->hash, p->hash) || !take_name(a->ev->signature, p->signature))
		return refuse(err, a, "algorithms that differ, or have no name");
	if (p->_present.spdm_version)
		a->ev->spdm_version = p->spdm_version;
	obj->len = p->length;
	if (take_record(a, obj, p, err) || take_signer(a, obj, p, err))
		return -1;
	obj->digest_len = p->_present.digest_len;
	if (obj->digest_len)
		memcpy(obj->digest, p->digest, obj->digest_len);
	if (!a->digests) {
		/* Never nothing, so that no bytes differ from no data */
		obj->data = malloc(obj->len + 1);
		if (!obj->data)
			return tsm_fail(err, TSM_FAILED, ENOMEM, "%s: out of memory", a->device);
	}
	obj->there = true;
	a->type = p->type;
	a->have = 0;
	return 0;
}

static int add_piece(struct assembly *a, const struct pci_tsm_evidence_get_rsp_dump *p,
		     struct tsm_error *err)
{
	struct tsm_object *obj;

	if (check_frame(a, p, err))
		return -1;
	/* Of a kernel that is newer than this */
	if ((unsigned int)p->type >= TSM_TYPES)
		return 0;
	if (!p->offset && (p->type != a->type || a->have || a->digests) &&
	    begin_object(a, p, err))
		return -1;
	obj = &a->ev->objects[p->type];
	if (p->type != a->type || p->offset != a->have || p->length != obj->len)
		return refuse(err, a, "pieces that are out of order");
	if (a->digests)
		return 0;
	if (p->_present.data_len > obj->len - a->have || (!p->_present.data_len && obj->len))
		return refuse(err, a, "a piece beyond its object, or without bytes");
	if (p->_present.data_len)
		memcpy(obj->data + a->have, p->data, p->_present.data_len);
	a->have += p->_present.data_len;
	return 0;
}

static int put_together(struct assembly *a, struct pci_tsm_evidence_get_rsp_list *list,
			struct tsm_error *err)
{
	ynl_dump_foreach(list, piece)
		if (add_piece(a, piece, err))
			return -1;
	return whole(a, err);
}

static int read_once(struct tsm_client *client, struct pci_tsm_evidence_get_req_dump *req,
		     struct assembly *a, struct tsm_error *err)
{
	struct pci_tsm_evidence_get_rsp_list *list;
	int rc;

	list = pci_tsm_evidence_get_dump(client->ys, req);
	if (!list)
		return tsm_client_fail(client, err, a->device);
	rc = put_together(a, list, err);
	pci_tsm_evidence_get_rsp_list_free(list);
	return rc;
}

int tsm_client_evidence(struct tsm_client *client, const char *device, uint32_t types,
			uint64_t generation, uint64_t cookie, bool digests,
			struct tsm_evidence *ev, struct tsm_error *err)
{
	struct pci_tsm_evidence_get_req_dump req = {};

	req.dev_name = (char *)device;
	req._present.dev_name_len = strlen(device);
	req._present.types = types != 0;
	req.types = types;
	req._present.generation = !cookie && generation;
	req.generation = generation;
	req._present.cookie = cookie != 0;
	req.cookie = cookie;
	req._present.digests = digests;
	memset(ev, 0, sizeof(*ev));
	if (strlen(device) >= sizeof(ev->device))
		return tsm_fail(err, TSM_USAGE, EINVAL, "%s is no name of a device", device);
	for (int try = 1;; try++) {
		struct assembly a = {
			.ev = ev, .device = device, .cookie = cookie, .digests = digests,
			.first = true, .type = TSM_TYPES,
		};

		memcpy(ev->device, device, strlen(device) + 1);
		if (!read_once(client, &req, &a, err))
			return 0;
		tsm_evidence_free(ev);
		if (err->code != EAGAIN || generation || cookie || try == TRIES)
			return -1;
	}
}
