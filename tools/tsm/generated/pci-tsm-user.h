/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause) */
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/pci-tsm.yaml */
/* YNL-GEN user header */

#ifndef _LINUX_PCI_TSM_GEN_H
#define _LINUX_PCI_TSM_GEN_H

#include <stdlib.h>
#include <string.h>
#include <linux/types.h>
#include <linux/pci-tsm.h>

struct ynl_sock;

extern const struct ynl_family ynl_pci_tsm_family;

/* Enums */
const char *pci_tsm_op_str(int op);
const char *pci_tsm_state_str(enum pci_tsm_state value);
const char *pci_tsm_reason_str(enum pci_tsm_reason value);
const char *pci_tsm_mode_str(enum pci_tsm_mode value);
const char *pci_tsm_identity_str(enum pci_tsm_identity value);
const char *pci_tsm_event_str(enum pci_tsm_event value);
const char *pci_tsm_evidence_type_str(enum pci_tsm_evidence_type value);
const char *pci_tsm_dev_cap_str(enum pci_tsm_dev_cap value);
const char *pci_tsm_tsm_cap_str(enum pci_tsm_tsm_cap value);

/* Common nested types */
struct pci_tsm_stream {
	struct {
		__u32 id:1;
		__u32 name_len;
		__u32 reason:1;
	} _present;

	__u32 id;
	char *name;
	enum pci_tsm_reason reason;
};

struct pci_tsm_loss {
	struct {
		__u32 reason:1;
		__u32 count:1;
	} _present;

	enum pci_tsm_reason reason;
	__u64 count;
};

struct pci_tsm_counters {
	struct {
		__u32 connects:1;
		__u32 refused:1;
		__u32 disconnects:1;
		__u32 cancels:1;
		__u32 last_error:1;
	} _present;

	__u64 connects;
	__u64 refused;
	__u64 disconnects;
	__u64 cancels;
	__u32 last_error;
	unsigned int n_loss;
	struct pci_tsm_loss *loss;
};

/* ============== PCI_TSM_CMD_TSM_GET ============== */
/* PCI_TSM_CMD_TSM_GET - do */
struct pci_tsm_tsm_get_req {
	struct {
		__u32 id:1;
	} _present;

	__u32 id;
};

static inline struct pci_tsm_tsm_get_req *pci_tsm_tsm_get_req_alloc(void)
{
	return calloc(1, sizeof(struct pci_tsm_tsm_get_req));
}
void pci_tsm_tsm_get_req_free(struct pci_tsm_tsm_get_req *req);

static inline void
pci_tsm_tsm_get_req_set_id(struct pci_tsm_tsm_get_req *req, __u32 id)
{
	req->_present.id = 1;
	req->id = id;
}

struct pci_tsm_tsm_get_rsp {
	struct {
		__u32 id:1;
		__u32 name_len;
		__u32 parent_len;
		__u32 mode:1;
		__u32 rank:1;
		__u32 caps:1;
		__u32 connections:1;
		__u32 event:1;
	} _present;

	__u32 id;
	char *name;
	char *parent;
	enum pci_tsm_mode mode;
	__s32 rank;
	__u32 caps;
	__u32 connections;
	enum pci_tsm_event event;
};

void pci_tsm_tsm_get_rsp_free(struct pci_tsm_tsm_get_rsp *rsp);

/*
 * A TSM, or all of them.
 */
struct pci_tsm_tsm_get_rsp *
pci_tsm_tsm_get(struct ynl_sock *ys, struct pci_tsm_tsm_get_req *req);

/* PCI_TSM_CMD_TSM_GET - dump */
struct pci_tsm_tsm_get_list {
	struct pci_tsm_tsm_get_list *next;
	struct pci_tsm_tsm_get_rsp obj __attribute__((aligned(8)));
};

void pci_tsm_tsm_get_list_free(struct pci_tsm_tsm_get_list *rsp);

struct pci_tsm_tsm_get_list *pci_tsm_tsm_get_dump(struct ynl_sock *ys);

/* PCI_TSM_CMD_TSM_GET - notify */
struct pci_tsm_tsm_get_ntf {
	__u16 family;
	__u8 cmd;
	struct ynl_ntf_base_type *next;
	void (*free)(struct pci_tsm_tsm_get_ntf *ntf);
	struct pci_tsm_tsm_get_rsp obj __attribute__((aligned(8)));
};

void pci_tsm_tsm_get_ntf_free(struct pci_tsm_tsm_get_ntf *rsp);

/* ============== PCI_TSM_CMD_DEV_GET ============== */
/* PCI_TSM_CMD_DEV_GET - do */
struct pci_tsm_dev_get_req {
	struct {
		__u32 name_len;
	} _present;

	char *name;
};

static inline struct pci_tsm_dev_get_req *pci_tsm_dev_get_req_alloc(void)
{
	return calloc(1, sizeof(struct pci_tsm_dev_get_req));
}
void pci_tsm_dev_get_req_free(struct pci_tsm_dev_get_req *req);

static inline void
pci_tsm_dev_get_req_set_name(struct pci_tsm_dev_get_req *req, const char *name)
{
	free(req->name);
	req->_present.name_len = strlen(name);
	req->name = malloc(req->_present.name_len + 1);
	memcpy(req->name, name, req->_present.name_len);
	req->name[req->_present.name_len] = 0;
}

struct pci_tsm_dev_get_rsp {
	struct {
		__u32 name_len;
		__u32 role:1;
		__u32 caps:1;
		__u32 dsm_len;
		__u32 tsm_id:1;
		__u32 state:1;
		__u32 reason:1;
		__u32 seq:1;
		__u32 interface_state:1;
		__u32 interface_reason:1;
		__u32 interface_seq:1;
		__u32 identity:1;
		__u32 generation:1;
		__u32 counters:1;
		__u32 event:1;
		__u32 old_state:1;
		__u32 failed_stream:1;
	} _present;

	char *name;
	enum pci_tsm_mode role;
	__u32 caps;
	char *dsm;
	__u32 tsm_id;
	enum pci_tsm_state state;
	enum pci_tsm_reason reason;
	__u64 seq;
	enum pci_tsm_state interface_state;
	enum pci_tsm_reason interface_reason;
	__u64 interface_seq;
	enum pci_tsm_identity identity;
	__u64 generation;
	unsigned int n_stream;
	struct pci_tsm_stream *stream;
	struct pci_tsm_counters counters;
	enum pci_tsm_event event;
	enum pci_tsm_state old_state;
	struct pci_tsm_stream failed_stream;
};

void pci_tsm_dev_get_rsp_free(struct pci_tsm_dev_get_rsp *rsp);

/*
 * A device that a TSM serves, or all of them.
 */
struct pci_tsm_dev_get_rsp *
pci_tsm_dev_get(struct ynl_sock *ys, struct pci_tsm_dev_get_req *req);

/* PCI_TSM_CMD_DEV_GET - dump */
struct pci_tsm_dev_get_list {
	struct pci_tsm_dev_get_list *next;
	struct pci_tsm_dev_get_rsp obj __attribute__((aligned(8)));
};

void pci_tsm_dev_get_list_free(struct pci_tsm_dev_get_list *rsp);

struct pci_tsm_dev_get_list *pci_tsm_dev_get_dump(struct ynl_sock *ys);

/* PCI_TSM_CMD_DEV_GET - notify */
struct pci_tsm_dev_get_ntf {
	__u16 family;
	__u8 cmd;
	struct ynl_ntf_base_type *next;
	void (*free)(struct pci_tsm_dev_get_ntf *ntf);
	struct pci_tsm_dev_get_rsp obj __attribute__((aligned(8)));
};

void pci_tsm_dev_get_ntf_free(struct pci_tsm_dev_get_ntf *rsp);

/* ============== PCI_TSM_CMD_CONNECT ============== */
/* PCI_TSM_CMD_CONNECT - do */
struct pci_tsm_connect_req {
	struct {
		__u32 dev_name_len;
		__u32 tsm_id:1;
		__u32 slot:1;
		__u32 algo_policy:1;
	} _present;

	char *dev_name;
	__u32 tsm_id;
	__u8 slot;
	__u32 algo_policy;
};

static inline struct pci_tsm_connect_req *pci_tsm_connect_req_alloc(void)
{
	return calloc(1, sizeof(struct pci_tsm_connect_req));
}
void pci_tsm_connect_req_free(struct pci_tsm_connect_req *req);

static inline void
pci_tsm_connect_req_set_dev_name(struct pci_tsm_connect_req *req,
				 const char *dev_name)
{
	free(req->dev_name);
	req->_present.dev_name_len = strlen(dev_name);
	req->dev_name = malloc(req->_present.dev_name_len + 1);
	memcpy(req->dev_name, dev_name, req->_present.dev_name_len);
	req->dev_name[req->_present.dev_name_len] = 0;
}
static inline void
pci_tsm_connect_req_set_tsm_id(struct pci_tsm_connect_req *req, __u32 tsm_id)
{
	req->_present.tsm_id = 1;
	req->tsm_id = tsm_id;
}
static inline void
pci_tsm_connect_req_set_slot(struct pci_tsm_connect_req *req, __u8 slot)
{
	req->_present.slot = 1;
	req->slot = slot;
}
static inline void
pci_tsm_connect_req_set_algo_policy(struct pci_tsm_connect_req *req,
				    __u32 algo_policy)
{
	req->_present.algo_policy = 1;
	req->algo_policy = algo_policy;
}

struct pci_tsm_connect_rsp {
	struct {
		__u32 dev_name_len;
		__u32 cookie:1;
	} _present;

	char *dev_name;
	__u64 cookie;
};

void pci_tsm_connect_rsp_free(struct pci_tsm_connect_rsp *rsp);

/*
 * Connect a DSM, with a session and a stream where there can be one.
 */
struct pci_tsm_connect_rsp *
pci_tsm_connect(struct ynl_sock *ys, struct pci_tsm_connect_req *req);

/* ============== PCI_TSM_CMD_DISCONNECT ============== */
/* PCI_TSM_CMD_DISCONNECT - do */
struct pci_tsm_disconnect_req {
	struct {
		__u32 dev_name_len;
		__u32 tsm_id:1;
	} _present;

	char *dev_name;
	__u32 tsm_id;
};

static inline struct pci_tsm_disconnect_req *pci_tsm_disconnect_req_alloc(void)
{
	return calloc(1, sizeof(struct pci_tsm_disconnect_req));
}
void pci_tsm_disconnect_req_free(struct pci_tsm_disconnect_req *req);

static inline void
pci_tsm_disconnect_req_set_dev_name(struct pci_tsm_disconnect_req *req,
				    const char *dev_name)
{
	free(req->dev_name);
	req->_present.dev_name_len = strlen(dev_name);
	req->dev_name = malloc(req->_present.dev_name_len + 1);
	memcpy(req->dev_name, dev_name, req->_present.dev_name_len);
	req->dev_name[req->_present.dev_name_len] = 0;
}
static inline void
pci_tsm_disconnect_req_set_tsm_id(struct pci_tsm_disconnect_req *req,
				  __u32 tsm_id)
{
	req->_present.tsm_id = 1;
	req->tsm_id = tsm_id;
}

struct pci_tsm_disconnect_rsp {
	struct {
		__u32 dev_name_len;
		__u32 cookie:1;
	} _present;

	char *dev_name;
	__u64 cookie;
};

void pci_tsm_disconnect_rsp_free(struct pci_tsm_disconnect_rsp *rsp);

/*
 * Undo a connect, whatever came of it. This is never cancelled.
 */
struct pci_tsm_disconnect_rsp *
pci_tsm_disconnect(struct ynl_sock *ys, struct pci_tsm_disconnect_req *req);

/* ============== PCI_TSM_CMD_LOCK ============== */
/* PCI_TSM_CMD_LOCK - do */
struct pci_tsm_lock_req {
	struct {
		__u32 dev_name_len;
		__u32 tsm_id:1;
	} _present;

	char *dev_name;
	__u32 tsm_id;
};

static inline struct pci_tsm_lock_req *pci_tsm_lock_req_alloc(void)
{
	return calloc(1, sizeof(struct pci_tsm_lock_req));
}
void pci_tsm_lock_req_free(struct pci_tsm_lock_req *req);

static inline void
pci_tsm_lock_req_set_dev_name(struct pci_tsm_lock_req *req,
			      const char *dev_name)
{
	free(req->dev_name);
	req->_present.dev_name_len = strlen(dev_name);
	req->dev_name = malloc(req->_present.dev_name_len + 1);
	memcpy(req->dev_name, dev_name, req->_present.dev_name_len);
	req->dev_name[req->_present.dev_name_len] = 0;
}
static inline void
pci_tsm_lock_req_set_tsm_id(struct pci_tsm_lock_req *req, __u32 tsm_id)
{
	req->_present.tsm_id = 1;
	req->tsm_id = tsm_id;
}

struct pci_tsm_lock_rsp {
	struct {
		__u32 dev_name_len;
		__u32 cookie:1;
	} _present;

	char *dev_name;
	__u64 cookie;
};

void pci_tsm_lock_rsp_free(struct pci_tsm_lock_rsp *rsp);

/*
 * Lock the interface of a function in a guest. For TSMs in the role devsec, of which this kernel has none: EOPNOTSUPP.
 */
struct pci_tsm_lock_rsp *
pci_tsm_lock(struct ynl_sock *ys, struct pci_tsm_lock_req *req);

/* ============== PCI_TSM_CMD_UNLOCK ============== */
/* PCI_TSM_CMD_UNLOCK - do */
struct pci_tsm_unlock_req {
	struct {
		__u32 dev_name_len;
		__u32 tsm_id:1;
	} _present;

	char *dev_name;
	__u32 tsm_id;
};

static inline struct pci_tsm_unlock_req *pci_tsm_unlock_req_alloc(void)
{
	return calloc(1, sizeof(struct pci_tsm_unlock_req));
}
void pci_tsm_unlock_req_free(struct pci_tsm_unlock_req *req);

static inline void
pci_tsm_unlock_req_set_dev_name(struct pci_tsm_unlock_req *req,
				const char *dev_name)
{
	free(req->dev_name);
	req->_present.dev_name_len = strlen(dev_name);
	req->dev_name = malloc(req->_present.dev_name_len + 1);
	memcpy(req->dev_name, dev_name, req->_present.dev_name_len);
	req->dev_name[req->_present.dev_name_len] = 0;
}
static inline void
pci_tsm_unlock_req_set_tsm_id(struct pci_tsm_unlock_req *req, __u32 tsm_id)
{
	req->_present.tsm_id = 1;
	req->tsm_id = tsm_id;
}

struct pci_tsm_unlock_rsp {
	struct {
		__u32 dev_name_len;
		__u32 cookie:1;
	} _present;

	char *dev_name;
	__u64 cookie;
};

void pci_tsm_unlock_rsp_free(struct pci_tsm_unlock_rsp *rsp);

/*
 * Undo a lock, whatever came of it. For TSMs in the role devsec, of which this kernel has none: EOPNOTSUPP.
 */
struct pci_tsm_unlock_rsp *
pci_tsm_unlock(struct ynl_sock *ys, struct pci_tsm_unlock_req *req);

/* ============== PCI_TSM_CMD_ACCEPT ============== */
/* PCI_TSM_CMD_ACCEPT - do */
struct pci_tsm_accept_req {
	struct {
		__u32 dev_name_len;
		__u32 generation:1;
	} _present;

	char *dev_name;
	__u64 generation;
};

static inline struct pci_tsm_accept_req *pci_tsm_accept_req_alloc(void)
{
	return calloc(1, sizeof(struct pci_tsm_accept_req));
}
void pci_tsm_accept_req_free(struct pci_tsm_accept_req *req);

static inline void
pci_tsm_accept_req_set_dev_name(struct pci_tsm_accept_req *req,
				const char *dev_name)
{
	free(req->dev_name);
	req->_present.dev_name_len = strlen(dev_name);
	req->dev_name = malloc(req->_present.dev_name_len + 1);
	memcpy(req->dev_name, dev_name, req->_present.dev_name_len);
	req->dev_name[req->_present.dev_name_len] = 0;
}
static inline void
pci_tsm_accept_req_set_generation(struct pci_tsm_accept_req *req,
				  __u64 generation)
{
	req->_present.generation = 1;
	req->generation = generation;
}

struct pci_tsm_accept_rsp {
	struct {
		__u32 dev_name_len;
		__u32 cookie:1;
	} _present;

	char *dev_name;
	__u64 cookie;
};

void pci_tsm_accept_rsp_free(struct pci_tsm_accept_rsp *rsp);

/*
 * Trust a locked function, as it is described by evidence of one generation. For TSMs in the role devsec, of which this kernel has none: EOPNOTSUPP.
 */
struct pci_tsm_accept_rsp *
pci_tsm_accept(struct ynl_sock *ys, struct pci_tsm_accept_req *req);

/* ============== PCI_TSM_CMD_EVIDENCE_REFRESH ============== */
/* PCI_TSM_CMD_EVIDENCE_REFRESH - do */
struct pci_tsm_evidence_refresh_req {
	struct {
		__u32 dev_name_len;
		__u32 types:1;
		__u32 slot:1;
		__u32 nonce_len;
	} _present;

	char *dev_name;
	__u32 types;
	__u8 slot;
	void *nonce;
};

static inline struct pci_tsm_evidence_refresh_req *
pci_tsm_evidence_refresh_req_alloc(void)
{
	return calloc(1, sizeof(struct pci_tsm_evidence_refresh_req));
}
void
pci_tsm_evidence_refresh_req_free(struct pci_tsm_evidence_refresh_req *req);

static inline void
pci_tsm_evidence_refresh_req_set_dev_name(struct pci_tsm_evidence_refresh_req *req,
					  const char *dev_name)
{
	free(req->dev_name);
	req->_present.dev_name_len = strlen(dev_name);
	req->dev_name = malloc(req->_present.dev_name_len + 1);
	memcpy(req->dev_name, dev_name, req->_present.dev_name_len);
	req->dev_name[req->_present.dev_name_len] = 0;
}
static inline void
pci_tsm_evidence_refresh_req_set_types(struct pci_tsm_evidence_refresh_req *req,
				       __u32 types)
{
	req->_present.types = 1;
	req->types = types;
}
static inline void
pci_tsm_evidence_refresh_req_set_slot(struct pci_tsm_evidence_refresh_req *req,
				      __u8 slot)
{
	req->_present.slot = 1;
	req->slot = slot;
}
static inline void
pci_tsm_evidence_refresh_req_set_nonce(struct pci_tsm_evidence_refresh_req *req,
				       const void *nonce, size_t len)
{
	free(req->nonce);
	req->_present.nonce_len = len;
	req->nonce = malloc(req->_present.nonce_len);
	memcpy(req->nonce, nonce, req->_present.nonce_len);
}

struct pci_tsm_evidence_refresh_rsp {
	struct {
		__u32 dev_name_len;
		__u32 cookie:1;
	} _present;

	char *dev_name;
	__u64 cookie;
};

void
pci_tsm_evidence_refresh_rsp_free(struct pci_tsm_evidence_refresh_rsp *rsp);

/*
 * Get evidence anew from a connected device, piece by piece: whatever is more urgent is done in between, and may end this with ECANCELED. What comes back belongs to this request: evidence-get reads it by its cookie, until the socket is closed or has made so many requests that the oldest answer has to go.
 */
struct pci_tsm_evidence_refresh_rsp *
pci_tsm_evidence_refresh(struct ynl_sock *ys,
			 struct pci_tsm_evidence_refresh_req *req);

/* ============== PCI_TSM_CMD_REQUEST_CANCEL ============== */
/* PCI_TSM_CMD_REQUEST_CANCEL - do */
struct pci_tsm_request_cancel_req {
	struct {
		__u32 cookie:1;
	} _present;

	__u64 cookie;
};

static inline struct pci_tsm_request_cancel_req *
pci_tsm_request_cancel_req_alloc(void)
{
	return calloc(1, sizeof(struct pci_tsm_request_cancel_req));
}
void pci_tsm_request_cancel_req_free(struct pci_tsm_request_cancel_req *req);

static inline void
pci_tsm_request_cancel_req_set_cookie(struct pci_tsm_request_cancel_req *req,
				      __u64 cookie)
{
	req->_present.cookie = 1;
	req->cookie = cookie;
}

/*
 * Stop a request of the same socket, which then ends with ECANCELED, unless it ends by itself first. A disconnect or unlock is not stopped.
 */
int pci_tsm_request_cancel(struct ynl_sock *ys,
			   struct pci_tsm_request_cancel_req *req);

/* ============== PCI_TSM_CMD_EVIDENCE_GET ============== */
/* PCI_TSM_CMD_EVIDENCE_GET - dump */
struct pci_tsm_evidence_get_req_dump {
	struct {
		__u32 dev_name_len;
		__u32 types:1;
		__u32 generation:1;
		__u32 cookie:1;
		__u32 digests:1;
	} _present;

	char *dev_name;
	__u32 types;
	__u64 generation;
	__u64 cookie;
};

static inline struct pci_tsm_evidence_get_req_dump *
pci_tsm_evidence_get_req_dump_alloc(void)
{
	return calloc(1, sizeof(struct pci_tsm_evidence_get_req_dump));
}
void
pci_tsm_evidence_get_req_dump_free(struct pci_tsm_evidence_get_req_dump *req);

static inline void
pci_tsm_evidence_get_req_dump_set_dev_name(struct pci_tsm_evidence_get_req_dump *req,
					   const char *dev_name)
{
	free(req->dev_name);
	req->_present.dev_name_len = strlen(dev_name);
	req->dev_name = malloc(req->_present.dev_name_len + 1);
	memcpy(req->dev_name, dev_name, req->_present.dev_name_len);
	req->dev_name[req->_present.dev_name_len] = 0;
}
static inline void
pci_tsm_evidence_get_req_dump_set_types(struct pci_tsm_evidence_get_req_dump *req,
					__u32 types)
{
	req->_present.types = 1;
	req->types = types;
}
static inline void
pci_tsm_evidence_get_req_dump_set_generation(struct pci_tsm_evidence_get_req_dump *req,
					     __u64 generation)
{
	req->_present.generation = 1;
	req->generation = generation;
}
static inline void
pci_tsm_evidence_get_req_dump_set_cookie(struct pci_tsm_evidence_get_req_dump *req,
					 __u64 cookie)
{
	req->_present.cookie = 1;
	req->cookie = cookie;
}
static inline void
pci_tsm_evidence_get_req_dump_set_digests(struct pci_tsm_evidence_get_req_dump *req)
{
	req->_present.digests = 1;
}

struct pci_tsm_evidence_get_rsp_dump {
	struct {
		__u32 dev_name_len;
		__u32 generation:1;
		__u32 cookie:1;
		__u32 type:1;
		__u32 length:1;
		__u32 offset:1;
		__u32 data_len;
		__u32 digest_len;
		__u32 hash_len;
		__u32 signature_len;
		__u32 spdm_version:1;
		__u32 slot:1;
		__u32 nonce_len;
		__u32 record_offset:1;
		__u32 record_length:1;
	} _present;

	char *dev_name;
	__u64 generation;
	__u64 cookie;
	enum pci_tsm_evidence_type type;
	__u32 length;
	__u32 offset;
	void *data;
	void *digest;
	char *hash;
	char *signature;
	__u8 spdm_version;
	__u8 slot;
	void *nonce;
	__u32 record_offset;
	__u32 record_length;
};

struct pci_tsm_evidence_get_rsp_list {
	struct pci_tsm_evidence_get_rsp_list *next;
	struct pci_tsm_evidence_get_rsp_dump obj __attribute__((aligned(8)));
};

void
pci_tsm_evidence_get_rsp_list_free(struct pci_tsm_evidence_get_rsp_list *rsp);

struct pci_tsm_evidence_get_rsp_list *
pci_tsm_evidence_get_dump(struct ynl_sock *ys,
			  struct pci_tsm_evidence_get_req_dump *req);

/* ============== PCI_TSM_CMD_EVIDENCE_SET ============== */
/* PCI_TSM_CMD_EVIDENCE_SET - do */
struct pci_tsm_evidence_set_req {
	struct {
		__u32 dev_name_len;
		__u32 generation:1;
		__u32 type:1;
		__u32 length:1;
		__u32 offset:1;
		__u32 data_len;
	} _present;

	char *dev_name;
	__u64 generation;
	enum pci_tsm_evidence_type type;
	__u32 length;
	__u32 offset;
	void *data;
};

static inline struct pci_tsm_evidence_set_req *
pci_tsm_evidence_set_req_alloc(void)
{
	return calloc(1, sizeof(struct pci_tsm_evidence_set_req));
}
void pci_tsm_evidence_set_req_free(struct pci_tsm_evidence_set_req *req);

static inline void
pci_tsm_evidence_set_req_set_dev_name(struct pci_tsm_evidence_set_req *req,
				      const char *dev_name)
{
	free(req->dev_name);
	req->_present.dev_name_len = strlen(dev_name);
	req->dev_name = malloc(req->_present.dev_name_len + 1);
	memcpy(req->dev_name, dev_name, req->_present.dev_name_len);
	req->dev_name[req->_present.dev_name_len] = 0;
}
static inline void
pci_tsm_evidence_set_req_set_generation(struct pci_tsm_evidence_set_req *req,
					__u64 generation)
{
	req->_present.generation = 1;
	req->generation = generation;
}
static inline void
pci_tsm_evidence_set_req_set_type(struct pci_tsm_evidence_set_req *req,
				  enum pci_tsm_evidence_type type)
{
	req->_present.type = 1;
	req->type = type;
}
static inline void
pci_tsm_evidence_set_req_set_length(struct pci_tsm_evidence_set_req *req,
				    __u32 length)
{
	req->_present.length = 1;
	req->length = length;
}
static inline void
pci_tsm_evidence_set_req_set_offset(struct pci_tsm_evidence_set_req *req,
				    __u32 offset)
{
	req->_present.offset = 1;
	req->offset = offset;
}
static inline void
pci_tsm_evidence_set_req_set_data(struct pci_tsm_evidence_set_req *req,
				  const void *data, size_t len)
{
	free(req->data);
	req->_present.data_len = len;
	req->data = malloc(req->_present.data_len);
	memcpy(req->data, data, req->_present.data_len);
}

struct pci_tsm_evidence_set_rsp {
	struct {
		__u32 dev_name_len;
		__u32 generation:1;
	} _present;

	char *dev_name;
	__u64 generation;
};

void pci_tsm_evidence_set_rsp_free(struct pci_tsm_evidence_set_rsp *rsp);

/*
 * Give the kernel of a guest an object that its host brought, in pieces and in order. For TSMs in the role devsec, of which this kernel has none: EOPNOTSUPP.
 */
struct pci_tsm_evidence_set_rsp *
pci_tsm_evidence_set(struct ynl_sock *ys, struct pci_tsm_evidence_set_req *req);

/* PCI_TSM_CMD_REQUEST_DONE - event */
struct pci_tsm_request_done_rsp {
	struct {
		__u32 dev_name_len;
		__u32 cookie:1;
		__u32 error:1;
		__u32 text_len;
		__u32 generation:1;
	} _present;

	char *dev_name;
	__u64 cookie;
	__u32 error;
	char *text;
	__u64 generation;
};

struct pci_tsm_request_done {
	__u16 family;
	__u8 cmd;
	struct ynl_ntf_base_type *next;
	void (*free)(struct pci_tsm_request_done *ntf);
	struct pci_tsm_request_done_rsp obj __attribute__((aligned(8)));
};

void pci_tsm_request_done_free(struct pci_tsm_request_done *rsp);

#endif /* _LINUX_PCI_TSM_GEN_H */
