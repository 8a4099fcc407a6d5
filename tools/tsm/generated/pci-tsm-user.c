// SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause)
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/pci-tsm.yaml */
/* YNL-GEN user source */

#include <stdlib.h>
#include <string.h>
#include "pci-tsm-user.h"
#include "ynl.h"
#include <linux/pci-tsm.h>

#include <linux/genetlink.h>

/* Enums */
static const char * const pci_tsm_op_strmap[] = {
	[PCI_TSM_CMD_TSM_GET] = "tsm-get",
	[PCI_TSM_CMD_TSM_NTF] = "tsm-ntf",
	[PCI_TSM_CMD_DEV_GET] = "dev-get",
	[PCI_TSM_CMD_DEV_NTF] = "dev-ntf",
	[PCI_TSM_CMD_CONNECT] = "connect",
	[PCI_TSM_CMD_DISCONNECT] = "disconnect",
	[PCI_TSM_CMD_LOCK] = "lock",
	[PCI_TSM_CMD_UNLOCK] = "unlock",
	[PCI_TSM_CMD_ACCEPT] = "accept",
	[PCI_TSM_CMD_EVIDENCE_REFRESH] = "evidence-refresh",
	[PCI_TSM_CMD_REQUEST_CANCEL] = "request-cancel",
	[PCI_TSM_CMD_REQUEST_DONE] = "request-done",
	[PCI_TSM_CMD_EVIDENCE_GET] = "evidence-get",
	[PCI_TSM_CMD_EVIDENCE_SET] = "evidence-set",
};

const char *pci_tsm_op_str(int op)
{
	if (op < 0 || op >= (int)YNL_ARRAY_SIZE(pci_tsm_op_strmap))
		return NULL;
	return pci_tsm_op_strmap[op];
}

static const char * const pci_tsm_state_strmap[] = {
	[0] = "none",
	[1] = "disconnected",
	[2] = "connecting",
	[3] = "connected",
	[4] = "disconnecting",
	[5] = "failed",
	[6] = "unbound",
	[7] = "bound",
	[8] = "error",
	[9] = "unlocked",
	[10] = "locking",
	[11] = "locked",
	[12] = "accepting",
	[13] = "accepted",
	[14] = "unlocking",
};

const char *pci_tsm_state_str(enum pci_tsm_state value)
{
	if (value < 0 || value >= (int)YNL_ARRAY_SIZE(pci_tsm_state_strmap))
		return NULL;
	return pci_tsm_state_strmap[value];
}

static const char * const pci_tsm_reason_strmap[] = {
	[0] = "none",
	[1] = "request",
	[2] = "refused",
	[3] = "cancelled",
	[4] = "departure",
	[5] = "removal",
	[6] = "suspend",
	[7] = "reboot",
	[8] = "dsm-gone",
	[9] = "session",
	[10] = "ide-fail",
	[11] = "ide-insecure",
	[12] = "ide-timeout",
	[13] = "aer",
	[14] = "reset",
	[15] = "tdi",
	[16] = "unplugged",
	[17] = "anchor-revoked",
};

const char *pci_tsm_reason_str(enum pci_tsm_reason value)
{
	if (value < 0 || value >= (int)YNL_ARRAY_SIZE(pci_tsm_reason_strmap))
		return NULL;
	return pci_tsm_reason_strmap[value];
}

static const char * const pci_tsm_mode_strmap[] = {
	[0] = "none",
	[1] = "link",
	[2] = "devsec",
};

const char *pci_tsm_mode_str(enum pci_tsm_mode value)
{
	if (value < 0 || value >= (int)YNL_ARRAY_SIZE(pci_tsm_mode_strmap))
		return NULL;
	return pci_tsm_mode_strmap[value];
}

static const char * const pci_tsm_identity_strmap[] = {
	[0] = "none",
	[1] = "unverified",
	[2] = "verified",
};

const char *pci_tsm_identity_str(enum pci_tsm_identity value)
{
	if (value < 0 || value >= (int)YNL_ARRAY_SIZE(pci_tsm_identity_strmap))
		return NULL;
	return pci_tsm_identity_strmap[value];
}

static const char * const pci_tsm_event_strmap[] = {
	[0] = "none",
	[1] = "state",
	[2] = "interface",
	[3] = "evidence",
	[4] = "available",
	[5] = "gone",
	[6] = "stream-failed",
};

const char *pci_tsm_event_str(enum pci_tsm_event value)
{
	if (value < 0 || value >= (int)YNL_ARRAY_SIZE(pci_tsm_event_strmap))
		return NULL;
	return pci_tsm_event_strmap[value];
}

static const char * const pci_tsm_evidence_type_strmap[] = {
	[0] = "slot0",
	[1] = "slot1",
	[2] = "slot2",
	[3] = "slot3",
	[4] = "slot4",
	[5] = "slot5",
	[6] = "slot6",
	[7] = "slot7",
	[8] = "vca",
	[9] = "measurements",
	[10] = "report",
	[11] = "challenge",
};

const char *pci_tsm_evidence_type_str(enum pci_tsm_evidence_type value)
{
	if (value < 0 || value >= (int)YNL_ARRAY_SIZE(pci_tsm_evidence_type_strmap))
		return NULL;
	return pci_tsm_evidence_type_strmap[value];
}

static const char * const pci_tsm_dev_cap_strmap[] = {
	[0] = "dsm",
	[1] = "ide",
	[2] = "tee",
	[3] = "cma",
};

const char *pci_tsm_dev_cap_str(enum pci_tsm_dev_cap value)
{
	value = ffs(value) - 1;
	if (value < 0 || value >= (int)YNL_ARRAY_SIZE(pci_tsm_dev_cap_strmap))
		return NULL;
	return pci_tsm_dev_cap_strmap[value];
}

static const char * const pci_tsm_tsm_cap_strmap[] = {
	[0] = "bind",
	[1] = "guest-req",
	[2] = "evidence",
	[3] = "cancel",
};

const char *pci_tsm_tsm_cap_str(enum pci_tsm_tsm_cap value)
{
	value = ffs(value) - 1;
	if (value < 0 || value >= (int)YNL_ARRAY_SIZE(pci_tsm_tsm_cap_strmap))
		return NULL;
	return pci_tsm_tsm_cap_strmap[value];
}

/* Policies */
const struct ynl_policy_attr pci_tsm_stream_policy[PCI_TSM_A_STREAM_MAX + 1] = {
	[PCI_TSM_A_STREAM_ID] = { .name = "id", .type = YNL_PT_U32, },
	[PCI_TSM_A_STREAM_NAME] = { .name = "name", .type = YNL_PT_NUL_STR, },
	[PCI_TSM_A_STREAM_REASON] = { .name = "reason", .type = YNL_PT_U32, },
};

const struct ynl_policy_nest pci_tsm_stream_nest = {
	.max_attr = PCI_TSM_A_STREAM_MAX,
	.table = pci_tsm_stream_policy,
};

const struct ynl_policy_attr pci_tsm_loss_policy[PCI_TSM_A_LOSS_MAX + 1] = {
	[PCI_TSM_A_LOSS_REASON] = { .name = "reason", .type = YNL_PT_U32, },
	[PCI_TSM_A_LOSS_COUNT] = { .name = "count", .type = YNL_PT_UINT, },
};

const struct ynl_policy_nest pci_tsm_loss_nest = {
	.max_attr = PCI_TSM_A_LOSS_MAX,
	.table = pci_tsm_loss_policy,
};

const struct ynl_policy_attr pci_tsm_counters_policy[PCI_TSM_A_COUNTERS_MAX + 1] = {
	[PCI_TSM_A_COUNTERS_CONNECTS] = { .name = "connects", .type = YNL_PT_UINT, },
	[PCI_TSM_A_COUNTERS_REFUSED] = { .name = "refused", .type = YNL_PT_UINT, },
	[PCI_TSM_A_COUNTERS_DISCONNECTS] = { .name = "disconnects", .type = YNL_PT_UINT, },
	[PCI_TSM_A_COUNTERS_CANCELS] = { .name = "cancels", .type = YNL_PT_UINT, },
	[PCI_TSM_A_COUNTERS_LAST_ERROR] = { .name = "last-error", .type = YNL_PT_U32, },
	[PCI_TSM_A_COUNTERS_LOSS] = { .name = "loss", .type = YNL_PT_NEST, .nest = &pci_tsm_loss_nest, },
};

const struct ynl_policy_nest pci_tsm_counters_nest = {
	.max_attr = PCI_TSM_A_COUNTERS_MAX,
	.table = pci_tsm_counters_policy,
};

const struct ynl_policy_attr pci_tsm_tsm_policy[PCI_TSM_A_TSM_MAX + 1] = {
	[PCI_TSM_A_TSM_ID] = { .name = "id", .type = YNL_PT_U32, },
	[PCI_TSM_A_TSM_NAME] = { .name = "name", .type = YNL_PT_NUL_STR, },
	[PCI_TSM_A_TSM_PARENT] = { .name = "parent", .type = YNL_PT_NUL_STR, },
	[PCI_TSM_A_TSM_MODE] = { .name = "mode", .type = YNL_PT_U32, },
	[PCI_TSM_A_TSM_RANK] = { .name = "rank", .type = YNL_PT_U32, },
	[PCI_TSM_A_TSM_CAPS] = { .name = "caps", .type = YNL_PT_U32, },
	[PCI_TSM_A_TSM_CONNECTIONS] = { .name = "connections", .type = YNL_PT_U32, },
	[PCI_TSM_A_TSM_EVENT] = { .name = "event", .type = YNL_PT_U32, },
};

const struct ynl_policy_nest pci_tsm_tsm_nest = {
	.max_attr = PCI_TSM_A_TSM_MAX,
	.table = pci_tsm_tsm_policy,
};

const struct ynl_policy_attr pci_tsm_dev_policy[PCI_TSM_A_DEV_MAX + 1] = {
	[PCI_TSM_A_DEV_NAME] = { .name = "name", .type = YNL_PT_NUL_STR, },
	[PCI_TSM_A_DEV_ROLE] = { .name = "role", .type = YNL_PT_U32, },
	[PCI_TSM_A_DEV_CAPS] = { .name = "caps", .type = YNL_PT_U32, },
	[PCI_TSM_A_DEV_DSM] = { .name = "dsm", .type = YNL_PT_NUL_STR, },
	[PCI_TSM_A_DEV_TSM_ID] = { .name = "tsm-id", .type = YNL_PT_U32, },
	[PCI_TSM_A_DEV_STATE] = { .name = "state", .type = YNL_PT_U32, },
	[PCI_TSM_A_DEV_REASON] = { .name = "reason", .type = YNL_PT_U32, },
	[PCI_TSM_A_DEV_SEQ] = { .name = "seq", .type = YNL_PT_UINT, },
	[PCI_TSM_A_DEV_INTERFACE_STATE] = { .name = "interface-state", .type = YNL_PT_U32, },
	[PCI_TSM_A_DEV_INTERFACE_REASON] = { .name = "interface-reason", .type = YNL_PT_U32, },
	[PCI_TSM_A_DEV_INTERFACE_SEQ] = { .name = "interface-seq", .type = YNL_PT_UINT, },
	[PCI_TSM_A_DEV_IDENTITY] = { .name = "identity", .type = YNL_PT_U32, },
	[PCI_TSM_A_DEV_GENERATION] = { .name = "generation", .type = YNL_PT_UINT, },
	[PCI_TSM_A_DEV_STREAM] = { .name = "stream", .type = YNL_PT_NEST, .nest = &pci_tsm_stream_nest, },
	[PCI_TSM_A_DEV_COUNTERS] = { .name = "counters", .type = YNL_PT_NEST, .nest = &pci_tsm_counters_nest, },
	[PCI_TSM_A_DEV_EVENT] = { .name = "event", .type = YNL_PT_U32, },
	[PCI_TSM_A_DEV_OLD_STATE] = { .name = "old-state", .type = YNL_PT_U32, },
	[PCI_TSM_A_DEV_FAILED_STREAM] = { .name = "failed-stream", .type = YNL_PT_NEST, .nest = &pci_tsm_stream_nest, },
};

const struct ynl_policy_nest pci_tsm_dev_nest = {
	.max_attr = PCI_TSM_A_DEV_MAX,
	.table = pci_tsm_dev_policy,
};

const struct ynl_policy_attr pci_tsm_request_policy[PCI_TSM_A_REQUEST_MAX + 1] = {
	[PCI_TSM_A_REQUEST_DEV_NAME] = { .name = "dev-name", .type = YNL_PT_NUL_STR, },
	[PCI_TSM_A_REQUEST_TSM_ID] = { .name = "tsm-id", .type = YNL_PT_U32, },
	[PCI_TSM_A_REQUEST_SLOT] = { .name = "slot", .type = YNL_PT_U8, },
	[PCI_TSM_A_REQUEST_ALGO_POLICY] = { .name = "algo-policy", .type = YNL_PT_U32, },
	[PCI_TSM_A_REQUEST_TYPES] = { .name = "types", .type = YNL_PT_U32, },
	[PCI_TSM_A_REQUEST_NONCE] = { .name = "nonce", .type = YNL_PT_BINARY,},
	[PCI_TSM_A_REQUEST_GENERATION] = { .name = "generation", .type = YNL_PT_UINT, },
	[PCI_TSM_A_REQUEST_COOKIE] = { .name = "cookie", .type = YNL_PT_UINT, },
	[PCI_TSM_A_REQUEST_ERROR] = { .name = "error", .type = YNL_PT_U32, },
	[PCI_TSM_A_REQUEST_TEXT] = { .name = "text", .type = YNL_PT_NUL_STR, },
};

const struct ynl_policy_nest pci_tsm_request_nest = {
	.max_attr = PCI_TSM_A_REQUEST_MAX,
	.table = pci_tsm_request_policy,
};

const struct ynl_policy_attr pci_tsm_object_policy[PCI_TSM_A_OBJECT_MAX + 1] = {
	[PCI_TSM_A_OBJECT_DEV_NAME] = { .name = "dev-name", .type = YNL_PT_NUL_STR, },
	[PCI_TSM_A_OBJECT_TYPES] = { .name = "types", .type = YNL_PT_U32, },
	[PCI_TSM_A_OBJECT_GENERATION] = { .name = "generation", .type = YNL_PT_UINT, },
	[PCI_TSM_A_OBJECT_COOKIE] = { .name = "cookie", .type = YNL_PT_UINT, },
	[PCI_TSM_A_OBJECT_DIGESTS] = { .name = "digests", .type = YNL_PT_FLAG, },
	[PCI_TSM_A_OBJECT_TYPE] = { .name = "type", .type = YNL_PT_U32, },
	[PCI_TSM_A_OBJECT_LENGTH] = { .name = "length", .type = YNL_PT_U32, },
	[PCI_TSM_A_OBJECT_OFFSET] = { .name = "offset", .type = YNL_PT_U32, },
	[PCI_TSM_A_OBJECT_DATA] = { .name = "data", .type = YNL_PT_BINARY,},
	[PCI_TSM_A_OBJECT_DIGEST] = { .name = "digest", .type = YNL_PT_BINARY,},
	[PCI_TSM_A_OBJECT_HASH] = { .name = "hash", .type = YNL_PT_NUL_STR, },
	[PCI_TSM_A_OBJECT_SIGNATURE] = { .name = "signature", .type = YNL_PT_NUL_STR, },
	[PCI_TSM_A_OBJECT_SPDM_VERSION] = { .name = "spdm-version", .type = YNL_PT_U8, },
	[PCI_TSM_A_OBJECT_SLOT] = { .name = "slot", .type = YNL_PT_U8, },
	[PCI_TSM_A_OBJECT_NONCE] = { .name = "nonce", .type = YNL_PT_BINARY,},
	[PCI_TSM_A_OBJECT_RECORD_OFFSET] = { .name = "record-offset", .type = YNL_PT_U32, },
	[PCI_TSM_A_OBJECT_RECORD_LENGTH] = { .name = "record-length", .type = YNL_PT_U32, },
};

const struct ynl_policy_nest pci_tsm_object_nest = {
	.max_attr = PCI_TSM_A_OBJECT_MAX,
	.table = pci_tsm_object_policy,
};

/* Common nested types */
void pci_tsm_stream_free(struct pci_tsm_stream *obj)
{
	free(obj->name);
}

int pci_tsm_stream_parse(struct ynl_parse_arg *yarg,
			 const struct nlattr *nested)
{
	struct pci_tsm_stream *dst = yarg->data;
	const struct nlattr *attr;

	ynl_attr_for_each_nested(attr, nested) {
		unsigned int type = ynl_attr_type(attr);

		if (type == PCI_TSM_A_STREAM_ID) {
			if (ynl_attr_validate(yarg, attr))
				return YNL_PARSE_CB_ERROR;
			dst->_present.id = 1;
			dst->id = ynl_attr_get_u32(attr);
		} else if (type == PCI_TSM_A_STREAM_NAME) {
			unsigned int len;

			if (ynl_attr_validate(yarg, attr))
				return YNL_PARSE_CB_ERROR;

			len = strnlen(ynl_attr_get_str(attr), ynl_attr_data_len(attr));
			dst->_present.name_len = len;
			dst->name = malloc(len + 1);
			memcpy(dst->name, ynl_attr_get_str(attr), len);
			dst->name[len] = 0;
		} else if (type == PCI_TSM_A_STREAM_REASON) {
			if (ynl_attr_validate(yarg, attr))
				return YNL_PARSE_CB_ERROR;
			dst->_present.reason = 1;
			dst->reason = ynl_attr_get_u32(attr);
		}
	}

	return 0;
}

void pci_tsm_loss_free(struct pci_tsm_loss *obj)
{
}

int pci_tsm_loss_parse(struct ynl_parse_arg *yarg, const struct nlattr *nested)
{
	struct pci_tsm_loss *dst = yarg->data;
	const struct nlattr *attr;

	ynl_attr_for_each_nested(attr, nested) {
		unsigned int type = ynl_attr_type(attr);

		if (type == PCI_TSM_A_LOSS_REASON) {
			if (ynl_attr_validate(yarg, attr))
				return YNL_PARSE_CB_ERROR;
			dst->_present.reason = 1;
			dst->reason = ynl_attr_get_u32(attr);
		} else if (type == PCI_TSM_A_LOSS_COUNT) {
			if (ynl_attr_validate(yarg, attr))
				return YNL_PARSE_CB_ERROR;
			dst->_present.count = 1;
			dst->count = ynl_attr_get_uint(attr);
		}
	}

	return 0;
}

void pci_tsm_counters_free(struct pci_tsm_counters *obj)
{
	unsigned int i;

	for (i = 0; i < obj->n_loss; i++)
		pci_tsm_loss_free(&obj->loss[i]);
	free(obj->loss);
}

int pci_tsm_counters_parse(struct ynl_parse_arg *yarg,
			   const struct nlattr *nested)
{
	struct pci_tsm_counters *dst = yarg->data;
	const struct nlattr *attr;
	struct ynl_parse_arg parg;
	unsigned int n_loss = 0;
	int i;

	parg.ys = yarg->ys;

	if (dst->loss)
		return ynl_error_parse(yarg, "attribute already present (counters.loss)");

	ynl_attr_for_each_nested(attr, nested) {
		unsigned int type = ynl_attr_type(attr);

		if (type == PCI_TSM_A_COUNTERS_CONNECTS) {
			if (ynl_attr_validate(yarg, attr))
				return YNL_PARSE_CB_ERROR;
			dst->_present.connects = 1;
			dst->connects = ynl_attr_get_uint(attr);
		} else if (type == PCI_TSM_A_COUNTERS_REFUSED) {
			if (ynl_attr_validate(yarg, attr))
				return YNL_PARSE_CB_ERROR;
			dst->_present.refused = 1;
			dst->refused = ynl_attr_get_uint(attr);
		} else if (type == PCI_TSM_A_COUNTERS_DISCONNECTS) {
			if (ynl_attr_validate(yarg, attr))
				return YNL_PARSE_CB_ERROR;
			dst->_present.disconnects = 1;
			dst->disconnects = ynl_attr_get_uint(attr);
		} else if (type == PCI_TSM_A_COUNTERS_CANCELS) {
			if (ynl_attr_validate(yarg, attr))
				return YNL_PARSE_CB_ERROR;
			dst->_present.cancels = 1;
			dst->cancels = ynl_attr_get_uint(attr);
		} else if (type == PCI_TSM_A_COUNTERS_LAST_ERROR) {
			if (ynl_attr_validate(yarg, attr))
				return YNL_PARSE_CB_ERROR;
			dst->_present.last_error = 1;
			dst->last_error = ynl_attr_get_u32(attr);
		} else if (type == PCI_TSM_A_COUNTERS_LOSS) {
			n_loss++;
		}
	}

	if (n_loss) {
		dst->loss = calloc(n_loss, sizeof(*dst->loss));
		dst->n_loss = n_loss;
		i = 0;
		parg.rsp_policy = &pci_tsm_loss_nest;
		ynl_attr_for_each_nested(attr, nested) {
			if (ynl_attr_type(attr) == PCI_TSM_A_COUNTERS_LOSS) {
				parg.data = &dst->loss[i];
				if (pci_tsm_loss_parse(&parg, attr))
					return YNL_PARSE_CB_ERROR;
				i++;
			}
		}
	}

	return 0;
}

/* ============== PCI_TSM_CMD_TSM_GET ============== */
/* PCI_TSM_CMD_TSM_GET - do */
void pci_tsm_tsm_get_req_free(struct pci_tsm_tsm_get_req *req)
{
	free(req);
}

void pci_tsm_tsm_get_rsp_free(struct pci_tsm_tsm_get_rsp *rsp)
{
	free(rsp->name);
	free(rsp->parent);
	free(rsp);
}

int pci_tsm_tsm_get_rsp_parse(const struct nlmsghdr *nlh,
			      struct ynl_parse_arg *yarg)
{
	struct pci_tsm_tsm_get_rsp *dst;
	const struct nlattr *attr;

	dst = yarg->data;

	ynl_attr_for_each(attr, nlh, yarg->ys->family->hdr_len) {
		unsigned int type = ynl_attr_type(attr);

		if (type == PCI_TSM_A_TSM_ID) {
			if (ynl_attr_validate(yarg, attr))
				return YNL_PARSE_CB_ERROR;
			dst->_present.id = 1;
			dst->id = ynl_attr_get_u32(attr);
		} else if (type == PCI_TSM_A_TSM_NAME) {
			unsigned int len;

			if (ynl_attr_validate(yarg, attr))
				return YNL_PARSE_CB_ERROR;

			len = strnlen(ynl_attr_get_str(attr), ynl_attr_data_len(attr));
			dst->_present.name_len = len;
			dst->name = malloc(len + 1);
			memcpy(dst->name, ynl_attr_get_str(attr), len);
			dst->name[len] = 0;
		} else if (type == PCI_TSM_A_TSM_PARENT) {
			unsigned int len;

			if (ynl_attr_validate(yarg, attr))
				return YNL_PARSE_CB_ERROR;

			len = strnlen(ynl_attr_get_str(attr), ynl_attr_data_len(attr));
			dst->_present.parent_len = len;
			dst->parent = malloc(len + 1);
			memcpy(dst->parent, ynl_attr_get_str(attr), len);
			dst->parent[len] = 0;
		} else if (type == PCI_TSM_A_TSM_MODE) {
			if (ynl_attr_validate(yarg, attr))
				return YNL_PARSE_CB_ERROR;
			dst->_present.mode = 1;
			dst->mode = ynl_attr_get_u32(attr);
		} else if (type == PCI_TSM_A_TSM_RANK) {
			if (ynl_attr_validate(yarg, attr))
				return YNL_PARSE_CB_ERROR;
			dst->_present.rank = 1;
			dst->rank = ynl_attr_get_s32(attr);
		} else if (type == PCI_TSM_A_TSM_CAPS) {
			if (ynl_attr_validate(yarg, attr))
				return YNL_PARSE_CB_ERROR;
			dst->_present.caps = 1;
			dst->caps = ynl_attr_get_u32(attr);
		} else if (type == PCI_TSM_A_TSM_CONNECTIONS) {
			if (ynl_attr_validate(yarg, attr))
				return YNL_PARSE_CB_ERROR;
			dst->_present.connections = 1;
			dst->connections = ynl_attr_get_u32(attr);
		} else if (type == PCI_TSM_A_TSM_EVENT) {
			if (ynl_attr_validate(yarg, attr))
				return YNL_PARSE_CB_ERROR;
			dst->_present.event = 1;
			dst->event = ynl_attr_get_u32(attr);
		}
	}

	return YNL_PARSE_CB_OK;
}

struct pci_tsm_tsm_get_rsp *
pci_tsm_tsm_get(struct ynl_sock *ys, struct pci_tsm_tsm_get_req *req)
{
	struct ynl_req_state yrs = { .yarg = { .ys = ys, }, };
	struct pci_tsm_tsm_get_rsp *rsp;
	struct nlmsghdr *nlh;
	int err;

	nlh = ynl_gemsg_start_req(ys, ys->family_id, PCI_TSM_CMD_TSM_GET, 1);
	ys->req_policy = &pci_tsm_tsm_nest;
	yrs.yarg.rsp_policy = &pci_tsm_tsm_nest;

	if (req->_present.id)
		ynl_attr_put_u32(nlh, PCI_TSM_A_TSM_ID, req->id);

	rsp = calloc(1, sizeof(*rsp));
	yrs.yarg.data = rsp;
	yrs.cb = pci_tsm_tsm_get_rsp_parse;
	yrs.rsp_cmd = PCI_TSM_CMD_TSM_GET;

	err = ynl_exec(ys, nlh, &yrs);
	if (err < 0)
		goto err_free;

	return rsp;

err_free:
	pci_tsm_tsm_get_rsp_free(rsp);
	return NULL;
}

/* PCI_TSM_CMD_TSM_GET - dump */
void pci_tsm_tsm_get_list_free(struct pci_tsm_tsm_get_list *rsp)
{
	struct pci_tsm_tsm_get_list *next = rsp;

	while ((void *)next != YNL_LIST_END) {
		rsp = next;
		next = rsp->next;

		free(rsp->obj.name);
		free(rsp->obj.parent);
		free(rsp);
	}
}

struct pci_tsm_tsm_get_list *pci_tsm_tsm_get_dump(struct ynl_sock *ys)
{
	struct ynl_dump_state yds = {};
	struct nlmsghdr *nlh;
	int err;

	yds.yarg.ys = ys;
	yds.yarg.rsp_policy = &pci_tsm_tsm_nest;
	yds.yarg.data = NULL;
	yds.alloc_sz = sizeof(struct pci_tsm_tsm_get_list);
	yds.cb = pci_tsm_tsm_get_rsp_parse;
	yds.rsp_cmd = PCI_TSM_CMD_TSM_GET;

	nlh = ynl_gemsg_start_dump(ys, ys->family_id, PCI_TSM_CMD_TSM_GET, 1);

	err = ynl_exec_dump(ys, nlh, &yds);
	if (err < 0)
		goto free_list;

	return yds.first;

free_list:
	pci_tsm_tsm_get_list_free(yds.first);
	return NULL;
}

/* PCI_TSM_CMD_TSM_GET - notify */
void pci_tsm_tsm_get_ntf_free(struct pci_tsm_tsm_get_ntf *rsp)
{
	free(rsp->obj.name);
	free(rsp->obj.parent);
	free(rsp);
}

/* ============== PCI_TSM_CMD_DEV_GET ============== */
/* PCI_TSM_CMD_DEV_GET - do */
void pci_tsm_dev_get_req_free(struct pci_tsm_dev_get_req *req)
{
	free(req->name);
	free(req);
}

void pci_tsm_dev_get_rsp_free(struct pci_tsm_dev_get_rsp *rsp)
{
	unsigned int i;

	free(rsp->name);
	free(rsp->dsm);
	for (i = 0; i < rsp->n_stream; i++)
		pci_tsm_stream_free(&rsp->stream[i]);
	free(rsp->stream);
	pci_tsm_counters_free(&rsp->counters);
	pci_tsm_stream_free(&rsp->failed_stream);
	free(rsp);
}

int pci_tsm_dev_get_rsp_parse(const struct nlmsghdr *nlh,
			      struct ynl_parse_arg *yarg)
{
	struct pci_tsm_dev_get_rsp *dst;
	const struct nlattr *attr;
	struct ynl_parse_arg parg;
	unsigned int n_stream = 0;
	int i;

	dst = yarg->data;
	parg.ys = yarg->ys;

	if (dst->stream)
		return ynl_error_parse(yarg, "attribute already present (dev.stream)");

	ynl_attr_for_each(attr, nlh, yarg->ys->family->hdr_len) {
		unsigned int type = ynl_attr_type(attr);

		if (type == PCI_TSM_A_DEV_NAME) {
			unsigned int len;

			if (ynl_attr_validate(yarg, attr))
				return YNL_PARSE_CB_ERROR;

			len = strnlen(ynl_attr_get_str(attr), ynl_attr_data_len(attr));
			dst->_present.name_len = len;
			dst->name = malloc(len + 1);
			memcpy(dst->name, ynl_attr_get_str(attr), len);
			dst->name[len] = 0;
		} else if (type == PCI_TSM_A_DEV_ROLE) {
			if (ynl_attr_validate(yarg, attr))
				return YNL_PARSE_CB_ERROR;
			dst->_present.role = 1;
			dst->role = ynl_attr_get_u32(attr);
		} else if (type == PCI_TSM_A_DEV_CAPS) {
			if (ynl_attr_validate(yarg, attr))
				return YNL_PARSE_CB_ERROR;
			dst->_present.caps = 1;
			dst->caps = ynl_attr_get_u32(attr);
		} else if (type == PCI_TSM_A_DEV_DSM) {
			unsigned int len;

			if (ynl_attr_validate(yarg, attr))
				return YNL_PARSE_CB_ERROR;

			len = strnlen(ynl_attr_get_str(attr), ynl_attr_data_len(attr));
			dst->_present.dsm_len = len;
			dst->dsm = malloc(len + 1);
			memcpy(dst->dsm, ynl_attr_get_str(attr), len);
			dst->dsm[len] = 0;
		} else if (type == PCI_TSM_A_DEV_TSM_ID) {
			if (ynl_attr_validate(yarg, attr))
				return YNL_PARSE_CB_ERROR;
			dst->_present.tsm_id = 1;
			dst->tsm_id = ynl_attr_get_u32(attr);
		} else if (type == PCI_TSM_A_DEV_STATE) {
			if (ynl_attr_validate(yarg, attr))
				return YNL_PARSE_CB_ERROR;
			dst->_present.state = 1;
			dst->state = ynl_attr_get_u32(attr);
		} else if (type == PCI_TSM_A_DEV_REASON) {
			if (ynl_attr_validate(yarg, attr))
				return YNL_PARSE_CB_ERROR;
			dst->_present.reason = 1;
			dst->reason = ynl_attr_get_u32(attr);
		} else if (type == PCI_TSM_A_DEV_SEQ) {
			if (ynl_attr_validate(yarg, attr))
				return YNL_PARSE_CB_ERROR;
			dst->_present.seq = 1;
			dst->seq = ynl_attr_get_uint(attr);
		} else if (type == PCI_TSM_A_DEV_INTERFACE_STATE) {
			if (ynl_attr_validate(yarg, attr))
				return YNL_PARSE_CB_ERROR;
			dst->_present.interface_state = 1;
			dst->interface_state = ynl_attr_get_u32(attr);
		} else if (type == PCI_TSM_A_DEV_INTERFACE_REASON) {
			if (ynl_attr_validate(yarg, attr))
				return YNL_PARSE_CB_ERROR;
			dst->_present.interface_reason = 1;
			dst->interface_reason = ynl_attr_get_u32(attr);
		} else if (type == PCI_TSM_A_DEV_INTERFACE_SEQ) {
			if (ynl_attr_validate(yarg, attr))
				return YNL_PARSE_CB_ERROR;
			dst->_present.interface_seq = 1;
			dst->interface_seq = ynl_attr_get_uint(attr);
		} else if (type == PCI_TSM_A_DEV_IDENTITY) {
			if (ynl_attr_validate(yarg, attr))
				return YNL_PARSE_CB_ERROR;
			dst->_present.identity = 1;
			dst->identity = ynl_attr_get_u32(attr);
		} else if (type == PCI_TSM_A_DEV_GENERATION) {
			if (ynl_attr_validate(yarg, attr))
				return YNL_PARSE_CB_ERROR;
			dst->_present.generation = 1;
			dst->generation = ynl_attr_get_uint(attr);
		} else if (type == PCI_TSM_A_DEV_STREAM) {
			n_stream++;
		} else if (type == PCI_TSM_A_DEV_COUNTERS) {
			if (ynl_attr_validate(yarg, attr))
				return YNL_PARSE_CB_ERROR;
			dst->_present.counters = 1;

			parg.rsp_policy = &pci_tsm_counters_nest;
			parg.data = &dst->counters;
			if (pci_tsm_counters_parse(&parg, attr))
				return YNL_PARSE_CB_ERROR;
		} else if (type == PCI_TSM_A_DEV_EVENT) {
			if (ynl_attr_validate(yarg, attr))
				return YNL_PARSE_CB_ERROR;
			dst->_present.event = 1;
			dst->event = ynl_attr_get_u32(attr);
		} else if (type == PCI_TSM_A_DEV_OLD_STATE) {
			if (ynl_attr_validate(yarg, attr))
				return YNL_PARSE_CB_ERROR;
			dst->_present.old_state = 1;
			dst->old_state = ynl_attr_get_u32(attr);
		} else if (type == PCI_TSM_A_DEV_FAILED_STREAM) {
			if (ynl_attr_validate(yarg, attr))
				return YNL_PARSE_CB_ERROR;
			dst->_present.failed_stream = 1;

			parg.rsp_policy = &pci_tsm_stream_nest;
			parg.data = &dst->failed_stream;
			if (pci_tsm_stream_parse(&parg, attr))
				return YNL_PARSE_CB_ERROR;
		}
	}

	if (n_stream) {
		dst->stream = calloc(n_stream, sizeof(*dst->stream));
		dst->n_stream = n_stream;
		i = 0;
		parg.rsp_policy = &pci_tsm_stream_nest;
		ynl_attr_for_each(attr, nlh, yarg->ys->family->hdr_len) {
			if (ynl_attr_type(attr) == PCI_TSM_A_DEV_STREAM) {
				parg.data = &dst->stream[i];
				if (pci_tsm_stream_parse(&parg, attr))
					return YNL_PARSE_CB_ERROR;
				i++;
			}
		}
	}

	return YNL_PARSE_CB_OK;
}

struct pci_tsm_dev_get_rsp *
pci_tsm_dev_get(struct ynl_sock *ys, struct pci_tsm_dev_get_req *req)
{
	struct ynl_req_state yrs = { .yarg = { .ys = ys, }, };
	struct pci_tsm_dev_get_rsp *rsp;
	struct nlmsghdr *nlh;
	int err;

	nlh = ynl_gemsg_start_req(ys, ys->family_id, PCI_TSM_CMD_DEV_GET, 1);
	ys->req_policy = &pci_tsm_dev_nest;
	yrs.yarg.rsp_policy = &pci_tsm_dev_nest;

	if (req->_present.name_len)
		ynl_attr_put_str(nlh, PCI_TSM_A_DEV_NAME, req->name);

	rsp = calloc(1, sizeof(*rsp));
	yrs.yarg.data = rsp;
	yrs.cb = pci_tsm_dev_get_rsp_parse;
	yrs.rsp_cmd = PCI_TSM_CMD_DEV_GET;

	err = ynl_exec(ys, nlh, &yrs);
	if (err < 0)
		goto err_free;

	return rsp;

err_free:
	pci_tsm_dev_get_rsp_free(rsp);
	return NULL;
}

/* PCI_TSM_CMD_DEV_GET - dump */
void pci_tsm_dev_get_list_free(struct pci_tsm_dev_get_list *rsp)
{
	struct pci_tsm_dev_get_list *next = rsp;

	while ((void *)next != YNL_LIST_END) {
		unsigned int i;

		rsp = next;
		next = rsp->next;

		free(rsp->obj.name);
		free(rsp->obj.dsm);
		for (i = 0; i < rsp->obj.n_stream; i++)
			pci_tsm_stream_free(&rsp->obj.stream[i]);
		free(rsp->obj.stream);
		pci_tsm_counters_free(&rsp->obj.counters);
		pci_tsm_stream_free(&rsp->obj.failed_stream);
		free(rsp);
	}
}

struct pci_tsm_dev_get_list *pci_tsm_dev_get_dump(struct ynl_sock *ys)
{
	struct ynl_dump_state yds = {};
	struct nlmsghdr *nlh;
	int err;

	yds.yarg.ys = ys;
	yds.yarg.rsp_policy = &pci_tsm_dev_nest;
	yds.yarg.data = NULL;
	yds.alloc_sz = sizeof(struct pci_tsm_dev_get_list);
	yds.cb = pci_tsm_dev_get_rsp_parse;
	yds.rsp_cmd = PCI_TSM_CMD_DEV_GET;

	nlh = ynl_gemsg_start_dump(ys, ys->family_id, PCI_TSM_CMD_DEV_GET, 1);

	err = ynl_exec_dump(ys, nlh, &yds);
	if (err < 0)
		goto free_list;

	return yds.first;

free_list:
	pci_tsm_dev_get_list_free(yds.first);
	return NULL;
}

/* PCI_TSM_CMD_DEV_GET - notify */
void pci_tsm_dev_get_ntf_free(struct pci_tsm_dev_get_ntf *rsp)
{
	unsigned int i;

	free(rsp->obj.name);
	free(rsp->obj.dsm);
	for (i = 0; i < rsp->obj.n_stream; i++)
		pci_tsm_stream_free(&rsp->obj.stream[i]);
	free(rsp->obj.stream);
	pci_tsm_counters_free(&rsp->obj.counters);
	pci_tsm_stream_free(&rsp->obj.failed_stream);
	free(rsp);
}

/* ============== PCI_TSM_CMD_CONNECT ============== */
/* PCI_TSM_CMD_CONNECT - do */
void pci_tsm_connect_req_free(struct pci_tsm_connect_req *req)
{
	free(req->dev_name);
	free(req);
}

void pci_tsm_connect_rsp_free(struct pci_tsm_connect_rsp *rsp)
{
	free(rsp->dev_name);
	free(rsp);
}

int pci_tsm_connect_rsp_parse(const struct nlmsghdr *nlh,
			      struct ynl_parse_arg *yarg)
{
	struct pci_tsm_connect_rsp *dst;
	const struct nlattr *attr;

	dst = yarg->data;

	ynl_attr_for_each(attr, nlh, yarg->ys->family->hdr_len) {
		unsigned int type = ynl_attr_type(attr);

		if (type == PCI_TSM_A_REQUEST_DEV_NAME) {
			unsigned int len;

			if (ynl_attr_validate(yarg, attr))
				return YNL_PARSE_CB_ERROR;

			len = strnlen(ynl_attr_get_str(attr), ynl_attr_data_len(attr));
			dst->_present.dev_name_len = len;
			dst->dev_name = malloc(len + 1);
			memcpy(dst->dev_name, ynl_attr_get_str(attr), len);
			dst->dev_name[len] = 0;
		} else if (type == PCI_TSM_A_REQUEST_COOKIE) {
			if (ynl_attr_validate(yarg, attr))
				return YNL_PARSE_CB_ERROR;
			dst->_present.cookie = 1;
			dst->cookie = ynl_attr_get_uint(attr);
		}
	}

	return YNL_PARSE_CB_OK;
}

struct pci_tsm_connect_rsp *
pci_tsm_connect(struct ynl_sock *ys, struct pci_tsm_connect_req *req)
{
	struct ynl_req_state yrs = { .yarg = { .ys = ys, }, };
	struct pci_tsm_connect_rsp *rsp;
	struct nlmsghdr *nlh;
	int err;

	nlh = ynl_gemsg_start_req(ys, ys->family_id, PCI_TSM_CMD_CONNECT, 1);
	ys->req_policy = &pci_tsm_request_nest;
	yrs.yarg.rsp_policy = &pci_tsm_request_nest;

	if (req->_present.dev_name_len)
		ynl_attr_put_str(nlh, PCI_TSM_A_REQUEST_DEV_NAME, req->dev_name);
	if (req->_present.tsm_id)
		ynl_attr_put_u32(nlh, PCI_TSM_A_REQUEST_TSM_ID, req->tsm_id);
	if (req->_present.slot)
		ynl_attr_put_u8(nlh, PCI_TSM_A_REQUEST_SLOT, req->slot);
	if (req->_present.algo_policy)
		ynl_attr_put_u32(nlh, PCI_TSM_A_REQUEST_ALGO_POLICY, req->algo_policy);

	rsp = calloc(1, sizeof(*rsp));
	yrs.yarg.data = rsp;
	yrs.cb = pci_tsm_connect_rsp_parse;
	yrs.rsp_cmd = PCI_TSM_CMD_CONNECT;

	err = ynl_exec(ys, nlh, &yrs);
	if (err < 0)
		goto err_free;

	return rsp;

err_free:
	pci_tsm_connect_rsp_free(rsp);
	return NULL;
}

/* ============== PCI_TSM_CMD_DISCONNECT ============== */
/* PCI_TSM_CMD_DISCONNECT - do */
void pci_tsm_disconnect_req_free(struct pci_tsm_disconnect_req *req)
{
	free(req->dev_name);
	free(req);
}

void pci_tsm_disconnect_rsp_free(struct pci_tsm_disconnect_rsp *rsp)
{
	free(rsp->dev_name);
	free(rsp);
}

int pci_tsm_disconnect_rsp_parse(const struct nlmsghdr *nlh,
				 struct ynl_parse_arg *yarg)
{
	struct pci_tsm_disconnect_rsp *dst;
	const struct nlattr *attr;

	dst = yarg->data;

	ynl_attr_for_each(attr, nlh, yarg->ys->family->hdr_len) {
		unsigned int type = ynl_attr_type(attr);

		if (type == PCI_TSM_A_REQUEST_DEV_NAME) {
			unsigned int len;

			if (ynl_attr_validate(yarg, attr))
				return YNL_PARSE_CB_ERROR;

			len = strnlen(ynl_attr_get_str(attr), ynl_attr_data_len(attr));
			dst->_present.dev_name_len = len;
			dst->dev_name = malloc(len + 1);
			memcpy(dst->dev_name, ynl_attr_get_str(attr), len);
			dst->dev_name[len] = 0;
		} else if (type == PCI_TSM_A_REQUEST_COOKIE) {
			if (ynl_attr_validate(yarg, attr))
				return YNL_PARSE_CB_ERROR;
			dst->_present.cookie = 1;
			dst->cookie = ynl_attr_get_uint(attr);
		}
	}

	return YNL_PARSE_CB_OK;
}

struct pci_tsm_disconnect_rsp *
pci_tsm_disconnect(struct ynl_sock *ys, struct pci_tsm_disconnect_req *req)
{
	struct ynl_req_state yrs = { .yarg = { .ys = ys, }, };
	struct pci_tsm_disconnect_rsp *rsp;
	struct nlmsghdr *nlh;
	int err;

	nlh = ynl_gemsg_start_req(ys, ys->family_id, PCI_TSM_CMD_DISCONNECT, 1);
	ys->req_policy = &pci_tsm_request_nest;
	yrs.yarg.rsp_policy = &pci_tsm_request_nest;

	if (req->_present.dev_name_len)
		ynl_attr_put_str(nlh, PCI_TSM_A_REQUEST_DEV_NAME, req->dev_name);
	if (req->_present.tsm_id)
		ynl_attr_put_u32(nlh, PCI_TSM_A_REQUEST_TSM_ID, req->tsm_id);

	rsp = calloc(1, sizeof(*rsp));
	yrs.yarg.data = rsp;
	yrs.cb = pci_tsm_disconnect_rsp_parse;
	yrs.rsp_cmd = PCI_TSM_CMD_DISCONNECT;

	err = ynl_exec(ys, nlh, &yrs);
	if (err < 0)
		goto err_free;

	return rsp;

err_free:
	pci_tsm_disconnect_rsp_free(rsp);
	return NULL;
}

/* ============== PCI_TSM_CMD_LOCK ============== */
/* PCI_TSM_CMD_LOCK - do */
void pci_tsm_lock_req_free(struct pci_tsm_lock_req *req)
{
	free(req->dev_name);
	free(req);
}

void pci_tsm_lock_rsp_free(struct pci_tsm_lock_rsp *rsp)
{
	free(rsp->dev_name);
	free(rsp);
}

int pci_tsm_lock_rsp_parse(const struct nlmsghdr *nlh,
			   struct ynl_parse_arg *yarg)
{
	struct pci_tsm_lock_rsp *dst;
	const struct nlattr *attr;

	dst = yarg->data;

	ynl_attr_for_each(attr, nlh, yarg->ys->family->hdr_len) {
		unsigned int type = ynl_attr_type(attr);

		if (type == PCI_TSM_A_REQUEST_DEV_NAME) {
			unsigned int len;

			if (ynl_attr_validate(yarg, attr))
				return YNL_PARSE_CB_ERROR;

			len = strnlen(ynl_attr_get_str(attr), ynl_attr_data_len(attr));
			dst->_present.dev_name_len = len;
			dst->dev_name = malloc(len + 1);
			memcpy(dst->dev_name, ynl_attr_get_str(attr), len);
			dst->dev_name[len] = 0;
		} else if (type == PCI_TSM_A_REQUEST_COOKIE) {
			if (ynl_attr_validate(yarg, attr))
				return YNL_PARSE_CB_ERROR;
			dst->_present.cookie = 1;
			dst->cookie = ynl_attr_get_uint(attr);
		}
	}

	return YNL_PARSE_CB_OK;
}

struct pci_tsm_lock_rsp *
pci_tsm_lock(struct ynl_sock *ys, struct pci_tsm_lock_req *req)
{
	struct ynl_req_state yrs = { .yarg = { .ys = ys, }, };
	struct pci_tsm_lock_rsp *rsp;
	struct nlmsghdr *nlh;
	int err;

	nlh = ynl_gemsg_start_req(ys, ys->family_id, PCI_TSM_CMD_LOCK, 1);
	ys->req_policy = &pci_tsm_request_nest;
	yrs.yarg.rsp_policy = &pci_tsm_request_nest;

	if (req->_present.dev_name_len)
		ynl_attr_put_str(nlh, PCI_TSM_A_REQUEST_DEV_NAME, req->dev_name);
	if (req->_present.tsm_id)
		ynl_attr_put_u32(nlh, PCI_TSM_A_REQUEST_TSM_ID, req->tsm_id);

	rsp = calloc(1, sizeof(*rsp));
	yrs.yarg.data = rsp;
	yrs.cb = pci_tsm_lock_rsp_parse;
	yrs.rsp_cmd = PCI_TSM_CMD_LOCK;

	err = ynl_exec(ys, nlh, &yrs);
	if (err < 0)
		goto err_free;

	return rsp;

err_free:
	pci_tsm_lock_rsp_free(rsp);
	return NULL;
}

/* ============== PCI_TSM_CMD_UNLOCK ============== */
/* PCI_TSM_CMD_UNLOCK - do */
void pci_tsm_unlock_req_free(struct pci_tsm_unlock_req *req)
{
	free(req->dev_name);
	free(req);
}

void pci_tsm_unlock_rsp_free(struct pci_tsm_unlock_rsp *rsp)
{
	free(rsp->dev_name);
	free(rsp);
}

int pci_tsm_unlock_rsp_parse(const struct nlmsghdr *nlh,
			     struct ynl_parse_arg *yarg)
{
	struct pci_tsm_unlock_rsp *dst;
	const struct nlattr *attr;

	dst = yarg->data;

	ynl_attr_for_each(attr, nlh, yarg->ys->family->hdr_len) {
		unsigned int type = ynl_attr_type(attr);

		if (type == PCI_TSM_A_REQUEST_DEV_NAME) {
			unsigned int len;

			if (ynl_attr_validate(yarg, attr))
				return YNL_PARSE_CB_ERROR;

			len = strnlen(ynl_attr_get_str(attr), ynl_attr_data_len(attr));
			dst->_present.dev_name_len = len;
			dst->dev_name = malloc(len + 1);
			memcpy(dst->dev_name, ynl_attr_get_str(attr), len);
			dst->dev_name[len] = 0;
		} else if (type == PCI_TSM_A_REQUEST_COOKIE) {
			if (ynl_attr_validate(yarg, attr))
				return YNL_PARSE_CB_ERROR;
			dst->_present.cookie = 1;
			dst->cookie = ynl_attr_get_uint(attr);
		}
	}

	return YNL_PARSE_CB_OK;
}

struct pci_tsm_unlock_rsp *
pci_tsm_unlock(struct ynl_sock *ys, struct pci_tsm_unlock_req *req)
{
	struct ynl_req_state yrs = { .yarg = { .ys = ys, }, };
	struct pci_tsm_unlock_rsp *rsp;
	struct nlmsghdr *nlh;
	int err;

	nlh = ynl_gemsg_start_req(ys, ys->family_id, PCI_TSM_CMD_UNLOCK, 1);
	ys->req_policy = &pci_tsm_request_nest;
	yrs.yarg.rsp_policy = &pci_tsm_request_nest;

	if (req->_present.dev_name_len)
		ynl_attr_put_str(nlh, PCI_TSM_A_REQUEST_DEV_NAME, req->dev_name);
	if (req->_present.tsm_id)
		ynl_attr_put_u32(nlh, PCI_TSM_A_REQUEST_TSM_ID, req->tsm_id);

	rsp = calloc(1, sizeof(*rsp));
	yrs.yarg.data = rsp;
	yrs.cb = pci_tsm_unlock_rsp_parse;
	yrs.rsp_cmd = PCI_TSM_CMD_UNLOCK;

	err = ynl_exec(ys, nlh, &yrs);
	if (err < 0)
		goto err_free;

	return rsp;

err_free:
	pci_tsm_unlock_rsp_free(rsp);
	return NULL;
}

/* ============== PCI_TSM_CMD_ACCEPT ============== */
/* PCI_TSM_CMD_ACCEPT - do */
void pci_tsm_accept_req_free(struct pci_tsm_accept_req *req)
{
	free(req->dev_name);
	free(req);
}

void pci_tsm_accept_rsp_free(struct pci_tsm_accept_rsp *rsp)
{
	free(rsp->dev_name);
	free(rsp);
}

int pci_tsm_accept_rsp_parse(const struct nlmsghdr *nlh,
			     struct ynl_parse_arg *yarg)
{
	struct pci_tsm_accept_rsp *dst;
	const struct nlattr *attr;

	dst = yarg->data;

	ynl_attr_for_each(attr, nlh, yarg->ys->family->hdr_len) {
		unsigned int type = ynl_attr_type(attr);

		if (type == PCI_TSM_A_REQUEST_DEV_NAME) {
			unsigned int len;

			if (ynl_attr_validate(yarg, attr))
				return YNL_PARSE_CB_ERROR;

			len = strnlen(ynl_attr_get_str(attr), ynl_attr_data_len(attr));
			dst->_present.dev_name_len = len;
			dst->dev_name = malloc(len + 1);
			memcpy(dst->dev_name, ynl_attr_get_str(attr), len);
			dst->dev_name[len] = 0;
		} else if (type == PCI_TSM_A_REQUEST_COOKIE) {
			if (ynl_attr_validate(yarg, attr))
				return YNL_PARSE_CB_ERROR;
			dst->_present.cookie = 1;
			dst->cookie = ynl_attr_get_uint(attr);
		}
	}

	return YNL_PARSE_CB_OK;
}

struct pci_tsm_accept_rsp *
pci_tsm_accept(struct ynl_sock *ys, struct pci_tsm_accept_req *req)
{
	struct ynl_req_state yrs = { .yarg = { .ys = ys, }, };
	struct pci_tsm_accept_rsp *rsp;
	struct nlmsghdr *nlh;
	int err;

	nlh = ynl_gemsg_start_req(ys, ys->family_id, PCI_TSM_CMD_ACCEPT, 1);
	ys->req_policy = &pci_tsm_request_nest;
	yrs.yarg.rsp_policy = &pci_tsm_request_nest;

	if (req->_present.dev_name_len)
		ynl_attr_put_str(nlh, PCI_TSM_A_REQUEST_DEV_NAME, req->dev_name);
	if (req->_present.generation)
		ynl_attr_put_uint(nlh, PCI_TSM_A_REQUEST_GENERATION, req->generation);

	rsp = calloc(1, sizeof(*rsp));
	yrs.yarg.data = rsp;
	yrs.cb = pci_tsm_accept_rsp_parse;
	yrs.rsp_cmd = PCI_TSM_CMD_ACCEPT;

	err = ynl_exec(ys, nlh, &yrs);
	if (err < 0)
		goto err_free;

	return rsp;

err_free:
	pci_tsm_accept_rsp_free(rsp);
	return NULL;
}

/* ============== PCI_TSM_CMD_EVIDENCE_REFRESH ============== */
/* PCI_TSM_CMD_EVIDENCE_REFRESH - do */
void
pci_tsm_evidence_refresh_req_free(struct pci_tsm_evidence_refresh_req *req)
{
	free(req->dev_name);
	free(req->nonce);
	free(req);
}

void
pci_tsm_evidence_refresh_rsp_free(struct pci_tsm_evidence_refresh_rsp *rsp)
{
	free(rsp->dev_name);
	free(rsp);
}

int pci_tsm_evidence_refresh_rsp_parse(const struct nlmsghdr *nlh,
				       struct ynl_parse_arg *yarg)
{
	struct pci_tsm_evidence_refresh_rsp *dst;
	const struct nlattr *attr;

	dst = yarg->data;

	ynl_attr_for_each(attr, nlh, yarg->ys->family->hdr_len) {
		unsigned int type = ynl_attr_type(attr);

		if (type == PCI_TSM_A_REQUEST_DEV_NAME) {
			unsigned int len;

			if (ynl_attr_validate(yarg, attr))
				return YNL_PARSE_CB_ERROR;

			len = strnlen(ynl_attr_get_str(attr), ynl_attr_data_len(attr));
			dst->_present.dev_name_len = len;
			dst->dev_name = malloc(len + 1);
			memcpy(dst->dev_name, ynl_attr_get_str(attr), len);
			dst->dev_name[len] = 0;
		} else if (type == PCI_TSM_A_REQUEST_COOKIE) {
			if (ynl_attr_validate(yarg, attr))
				return YNL_PARSE_CB_ERROR;
			dst->_present.cookie = 1;
			dst->cookie = ynl_attr_get_uint(attr);
		}
	}

	return YNL_PARSE_CB_OK;
}

struct pci_tsm_evidence_refresh_rsp *
pci_tsm_evidence_refresh(struct ynl_sock *ys,
			 struct pci_tsm_evidence_refresh_req *req)
{
	struct ynl_req_state yrs = { .yarg = { .ys = ys, }, };
	struct pci_tsm_evidence_refresh_rsp *rsp;
	struct nlmsghdr *nlh;
	int err;

	nlh = ynl_gemsg_start_req(ys, ys->family_id, PCI_TSM_CMD_EVIDENCE_REFRESH, 1);
	ys->req_policy = &pci_tsm_request_nest;
	yrs.yarg.rsp_policy = &pci_tsm_request_nest;

	if (req->_present.dev_name_len)
		ynl_attr_put_str(nlh, PCI_TSM_A_REQUEST_DEV_NAME, req->dev_name);
	if (req->_present.types)
		ynl_attr_put_u32(nlh, PCI_TSM_A_REQUEST_TYPES, req->types);
	if (req->_present.slot)
		ynl_attr_put_u8(nlh, PCI_TSM_A_REQUEST_SLOT, req->slot);
	if (req->_present.nonce_len)
		ynl_attr_put(nlh, PCI_TSM_A_REQUEST_NONCE, req->nonce, req->_present.nonce_len);

	rsp = calloc(1, sizeof(*rsp));
	yrs.yarg.data = rsp;
	yrs.cb = pci_tsm_evidence_refresh_rsp_parse;
	yrs.rsp_cmd = PCI_TSM_CMD_EVIDENCE_REFRESH;

	err = ynl_exec(ys, nlh, &yrs);
	if (err < 0)
		goto err_free;

	return rsp;

err_free:
	pci_tsm_evidence_refresh_rsp_free(rsp);
	return NULL;
}

/* ============== PCI_TSM_CMD_REQUEST_CANCEL ============== */
/* PCI_TSM_CMD_REQUEST_CANCEL - do */
void pci_tsm_request_cancel_req_free(struct pci_tsm_request_cancel_req *req)
{
	free(req);
}

int pci_tsm_request_cancel(struct ynl_sock *ys,
			   struct pci_tsm_request_cancel_req *req)
{
	struct ynl_req_state yrs = { .yarg = { .ys = ys, }, };
	struct nlmsghdr *nlh;
	int err;

	nlh = ynl_gemsg_start_req(ys, ys->family_id, PCI_TSM_CMD_REQUEST_CANCEL, 1);
	ys->req_policy = &pci_tsm_request_nest;

	if (req->_present.cookie)
		ynl_attr_put_uint(nlh, PCI_TSM_A_REQUEST_COOKIE, req->cookie);

	err = ynl_exec(ys, nlh, &yrs);
	if (err < 0)
		return -1;

	return 0;
}

/* ============== PCI_TSM_CMD_EVIDENCE_GET ============== */
/* PCI_TSM_CMD_EVIDENCE_GET - dump */
int pci_tsm_evidence_get_rsp_dump_parse(const struct nlmsghdr *nlh,
					struct ynl_parse_arg *yarg)
{
	struct pci_tsm_evidence_get_rsp_dump *dst;
	const struct nlattr *attr;

	dst = yarg->data;

	ynl_attr_for_each(attr, nlh, yarg->ys->family->hdr_len) {
		unsigned int type = ynl_attr_type(attr);

		if (type == PCI_TSM_A_OBJECT_DEV_NAME) {
			unsigned int len;

			if (ynl_attr_validate(yarg, attr))
				return YNL_PARSE_CB_ERROR;

			len = strnlen(ynl_attr_get_str(attr), ynl_attr_data_len(attr));
			dst->_present.dev_name_len = len;
			dst->dev_name = malloc(len + 1);
			memcpy(dst->dev_name, ynl_attr_get_str(attr), len);
			dst->dev_name[len] = 0;
		} else if (type == PCI_TSM_A_OBJECT_GENERATION) {
			if (ynl_attr_validate(yarg, attr))
				return YNL_PARSE_CB_ERROR;
			dst->_present.generation = 1;
			dst->generation = ynl_attr_get_uint(attr);
		} else if (type == PCI_TSM_A_OBJECT_COOKIE) {
			if (ynl_attr_validate(yarg, attr))
				return YNL_PARSE_CB_ERROR;
			dst->_present.cookie = 1;
			dst->cookie = ynl_attr_get_uint(attr);
		} else if (type == PCI_TSM_A_OBJECT_TYPE) {
			if (ynl_attr_validate(yarg, attr))
				return YNL_PARSE_CB_ERROR;
			dst->_present.type = 1;
			dst->type = ynl_attr_get_u32(attr);
		} else if (type == PCI_TSM_A_OBJECT_LENGTH) {
			if (ynl_attr_validate(yarg, attr))
				return YNL_PARSE_CB_ERROR;
			dst->_present.length = 1;
			dst->length = ynl_attr_get_u32(attr);
		} else if (type == PCI_TSM_A_OBJECT_OFFSET) {
			if (ynl_attr_validate(yarg, attr))
				return YNL_PARSE_CB_ERROR;
			dst->_present.offset = 1;
			dst->offset = ynl_attr_get_u32(attr);
		} else if (type == PCI_TSM_A_OBJECT_DATA) {
			unsigned int len;

			if (ynl_attr_validate(yarg, attr))
				return YNL_PARSE_CB_ERROR;

			len = ynl_attr_data_len(attr);
			dst->_present.data_len = len;
			dst->data = malloc(len);
			memcpy(dst->data, ynl_attr_data(attr), len);
		} else if (type == PCI_TSM_A_OBJECT_DIGEST) {
			unsigned int len;

			if (ynl_attr_validate(yarg, attr))
				return YNL_PARSE_CB_ERROR;

			len = ynl_attr_data_len(attr);
			dst->_present.digest_len = len;
			dst->digest = malloc(len);
			memcpy(dst->digest, ynl_attr_data(attr), len);
		} else if (type == PCI_TSM_A_OBJECT_HASH) {
			unsigned int len;

			if (ynl_attr_validate(yarg, attr))
				return YNL_PARSE_CB_ERROR;

			len = strnlen(ynl_attr_get_str(attr), ynl_attr_data_len(attr));
			dst->_present.hash_len = len;
			dst->hash = malloc(len + 1);
			memcpy(dst->hash, ynl_attr_get_str(attr), len);
			dst->hash[len] = 0;
		} else if (type == PCI_TSM_A_OBJECT_SIGNATURE) {
			unsigned int len;

			if (ynl_attr_validate(yarg, attr))
				return YNL_PARSE_CB_ERROR;

			len = strnlen(ynl_attr_get_str(attr), ynl_attr_data_len(attr));
			dst->_present.signature_len = len;
			dst->signature = malloc(len + 1);
			memcpy(dst->signature, ynl_attr_get_str(attr), len);
			dst->signature[len] = 0;
		} else if (type == PCI_TSM_A_OBJECT_SPDM_VERSION) {
			if (ynl_attr_validate(yarg, attr))
				return YNL_PARSE_CB_ERROR;
			dst->_present.spdm_version = 1;
			dst->spdm_version = ynl_attr_get_u8(attr);
		} else if (type == PCI_TSM_A_OBJECT_SLOT) {
			if (ynl_attr_validate(yarg, attr))
				return YNL_PARSE_CB_ERROR;
			dst->_present.slot = 1;
			dst->slot = ynl_attr_get_u8(attr);
		} else if (type == PCI_TSM_A_OBJECT_NONCE) {
			unsigned int len;

			if (ynl_attr_validate(yarg, attr))
				return YNL_PARSE_CB_ERROR;

			len = ynl_attr_data_len(attr);
			dst->_present.nonce_len = len;
			dst->nonce = malloc(len);
			memcpy(dst->nonce, ynl_attr_data(attr), len);
		} else if (type == PCI_TSM_A_OBJECT_RECORD_OFFSET) {
			if (ynl_attr_validate(yarg, attr))
				return YNL_PARSE_CB_ERROR;
			dst->_present.record_offset = 1;
			dst->record_offset = ynl_attr_get_u32(attr);
		} else if (type == PCI_TSM_A_OBJECT_RECORD_LENGTH) {
			if (ynl_attr_validate(yarg, attr))
				return YNL_PARSE_CB_ERROR;
			dst->_present.record_length = 1;
			dst->record_length = ynl_attr_get_u32(attr);
		}
	}

	return YNL_PARSE_CB_OK;
}

void
pci_tsm_evidence_get_req_dump_free(struct pci_tsm_evidence_get_req_dump *req)
{
	free(req->dev_name);
	free(req);
}

void
pci_tsm_evidence_get_rsp_list_free(struct pci_tsm_evidence_get_rsp_list *rsp)
{
	struct pci_tsm_evidence_get_rsp_list *next = rsp;

	while ((void *)next != YNL_LIST_END) {
		rsp = next;
		next = rsp->next;

		free(rsp->obj.dev_name);
		free(rsp->obj.data);
		free(rsp->obj.digest);
		free(rsp->obj.hash);
		free(rsp->obj.signature);
		free(rsp->obj.nonce);
		free(rsp);
	}
}

struct pci_tsm_evidence_get_rsp_list *
pci_tsm_evidence_get_dump(struct ynl_sock *ys,
			  struct pci_tsm_evidence_get_req_dump *req)
{
	struct ynl_dump_state yds = {};
	struct nlmsghdr *nlh;
	int err;

	yds.yarg.ys = ys;
	yds.yarg.rsp_policy = &pci_tsm_object_nest;
	yds.yarg.data = NULL;
	yds.alloc_sz = sizeof(struct pci_tsm_evidence_get_rsp_list);
	yds.cb = pci_tsm_evidence_get_rsp_dump_parse;
	yds.rsp_cmd = PCI_TSM_CMD_EVIDENCE_GET;

	nlh = ynl_gemsg_start_dump(ys, ys->family_id, PCI_TSM_CMD_EVIDENCE_GET, 1);
	ys->req_policy = &pci_tsm_object_nest;

	if (req->_present.dev_name_len)
		ynl_attr_put_str(nlh, PCI_TSM_A_OBJECT_DEV_NAME, req->dev_name);
	if (req->_present.types)
		ynl_attr_put_u32(nlh, PCI_TSM_A_OBJECT_TYPES, req->types);
	if (req->_present.generation)
		ynl_attr_put_uint(nlh, PCI_TSM_A_OBJECT_GENERATION, req->generation);
	if (req->_present.cookie)
		ynl_attr_put_uint(nlh, PCI_TSM_A_OBJECT_COOKIE, req->cookie);
	if (req->_present.digests)
		ynl_attr_put(nlh, PCI_TSM_A_OBJECT_DIGESTS, NULL, 0);

	err = ynl_exec_dump(ys, nlh, &yds);
	if (err < 0)
		goto free_list;

	return yds.first;

free_list:
	pci_tsm_evidence_get_rsp_list_free(yds.first);
	return NULL;
}

/* ============== PCI_TSM_CMD_EVIDENCE_SET ============== */
/* PCI_TSM_CMD_EVIDENCE_SET - do */
void pci_tsm_evidence_set_req_free(struct pci_tsm_evidence_set_req *req)
{
	free(req->dev_name);
	free(req->data);
	free(req);
}

void pci_tsm_evidence_set_rsp_free(struct pci_tsm_evidence_set_rsp *rsp)
{
	free(rsp->dev_name);
	free(rsp);
}

int pci_tsm_evidence_set_rsp_parse(const struct nlmsghdr *nlh,
				   struct ynl_parse_arg *yarg)
{
	struct pci_tsm_evidence_set_rsp *dst;
	const struct nlattr *attr;

	dst = yarg->data;

	ynl_attr_for_each(attr, nlh, yarg->ys->family->hdr_len) {
		unsigned int type = ynl_attr_type(attr);

		if (type == PCI_TSM_A_OBJECT_DEV_NAME) {
			unsigned int len;

			if (ynl_attr_validate(yarg, attr))
				return YNL_PARSE_CB_ERROR;

			len = strnlen(ynl_attr_get_str(attr), ynl_attr_data_len(attr));
			dst->_present.dev_name_len = len;
			dst->dev_name = malloc(len + 1);
			memcpy(dst->dev_name, ynl_attr_get_str(attr), len);
			dst->dev_name[len] = 0;
		} else if (type == PCI_TSM_A_OBJECT_GENERATION) {
			if (ynl_attr_validate(yarg, attr))
				return YNL_PARSE_CB_ERROR;
			dst->_present.generation = 1;
			dst->generation = ynl_attr_get_uint(attr);
		}
	}

	return YNL_PARSE_CB_OK;
}

struct pci_tsm_evidence_set_rsp *
pci_tsm_evidence_set(struct ynl_sock *ys, struct pci_tsm_evidence_set_req *req)
{
	struct ynl_req_state yrs = { .yarg = { .ys = ys, }, };
	struct pci_tsm_evidence_set_rsp *rsp;
	struct nlmsghdr *nlh;
	int err;

	nlh = ynl_gemsg_start_req(ys, ys->family_id, PCI_TSM_CMD_EVIDENCE_SET, 1);
	ys->req_policy = &pci_tsm_object_nest;
	yrs.yarg.rsp_policy = &pci_tsm_object_nest;

	if (req->_present.dev_name_len)
		ynl_attr_put_str(nlh, PCI_TSM_A_OBJECT_DEV_NAME, req->dev_name);
	if (req->_present.generation)
		ynl_attr_put_uint(nlh, PCI_TSM_A_OBJECT_GENERATION, req->generation);
	if (req->_present.type)
		ynl_attr_put_u32(nlh, PCI_TSM_A_OBJECT_TYPE, req->type);
	if (req->_present.length)
		ynl_attr_put_u32(nlh, PCI_TSM_A_OBJECT_LENGTH, req->length);
	if (req->_present.offset)
		ynl_attr_put_u32(nlh, PCI_TSM_A_OBJECT_OFFSET, req->offset);
	if (req->_present.data_len)
		ynl_attr_put(nlh, PCI_TSM_A_OBJECT_DATA, req->data, req->_present.data_len);

	rsp = calloc(1, sizeof(*rsp));
	yrs.yarg.data = rsp;
	yrs.cb = pci_tsm_evidence_set_rsp_parse;
	yrs.rsp_cmd = PCI_TSM_CMD_EVIDENCE_SET;

	err = ynl_exec(ys, nlh, &yrs);
	if (err < 0)
		goto err_free;

	return rsp;

err_free:
	pci_tsm_evidence_set_rsp_free(rsp);
	return NULL;
}

/* PCI_TSM_CMD_REQUEST_DONE - event */
int pci_tsm_request_done_rsp_parse(const struct nlmsghdr *nlh,
				   struct ynl_parse_arg *yarg)
{
	struct pci_tsm_request_done_rsp *dst;
	const struct nlattr *attr;

	dst = yarg->data;

	ynl_attr_for_each(attr, nlh, yarg->ys->family->hdr_len) {
		unsigned int type = ynl_attr_type(attr);

		if (type == PCI_TSM_A_REQUEST_DEV_NAME) {
			unsigned int len;

			if (ynl_attr_validate(yarg, attr))
				return YNL_PARSE_CB_ERROR;

			len = strnlen(ynl_attr_get_str(attr), ynl_attr_data_len(attr));
			dst->_present.dev_name_len = len;
			dst->dev_name = malloc(len + 1);
			memcpy(dst->dev_name, ynl_attr_get_str(attr), len);
			dst->dev_name[len] = 0;
		} else if (type == PCI_TSM_A_REQUEST_COOKIE) {
			if (ynl_attr_validate(yarg, attr))
				return YNL_PARSE_CB_ERROR;
			dst->_present.cookie = 1;
			dst->cookie = ynl_attr_get_uint(attr);
		} else if (type == PCI_TSM_A_REQUEST_ERROR) {
			if (ynl_attr_validate(yarg, attr))
				return YNL_PARSE_CB_ERROR;
			dst->_present.error = 1;
			dst->error = ynl_attr_get_u32(attr);
		} else if (type == PCI_TSM_A_REQUEST_TEXT) {
			unsigned int len;

			if (ynl_attr_validate(yarg, attr))
				return YNL_PARSE_CB_ERROR;

			len = strnlen(ynl_attr_get_str(attr), ynl_attr_data_len(attr));
			dst->_present.text_len = len;
			dst->text = malloc(len + 1);
			memcpy(dst->text, ynl_attr_get_str(attr), len);
			dst->text[len] = 0;
		} else if (type == PCI_TSM_A_REQUEST_GENERATION) {
			if (ynl_attr_validate(yarg, attr))
				return YNL_PARSE_CB_ERROR;
			dst->_present.generation = 1;
			dst->generation = ynl_attr_get_uint(attr);
		}
	}

	return YNL_PARSE_CB_OK;
}

void pci_tsm_request_done_free(struct pci_tsm_request_done *rsp)
{
	free(rsp->obj.dev_name);
	free(rsp->obj.text);
	free(rsp);
}

static const struct ynl_ntf_info pci_tsm_ntf_info[] =  {
	[PCI_TSM_CMD_TSM_NTF] =  {
		.alloc_sz	= sizeof(struct pci_tsm_tsm_get_ntf),
		.cb		= pci_tsm_tsm_get_rsp_parse,
		.policy		= &pci_tsm_tsm_nest,
		.free		= (void *)pci_tsm_tsm_get_ntf_free,
	},
	[PCI_TSM_CMD_DEV_NTF] =  {
		.alloc_sz	= sizeof(struct pci_tsm_dev_get_ntf),
		.cb		= pci_tsm_dev_get_rsp_parse,
		.policy		= &pci_tsm_dev_nest,
		.free		= (void *)pci_tsm_dev_get_ntf_free,
	},
	[PCI_TSM_CMD_REQUEST_DONE] =  {
		.alloc_sz	= sizeof(struct pci_tsm_request_done),
		.cb		= pci_tsm_request_done_rsp_parse,
		.policy		= &pci_tsm_request_nest,
		.free		= (void *)pci_tsm_request_done_free,
	},
};

const struct ynl_family ynl_pci_tsm_family =  {
	.name		= "pci-tsm",
	.hdr_len	= sizeof(struct genlmsghdr),
	.ntf_info	= pci_tsm_ntf_info,
	.ntf_info_size	= YNL_ARRAY_SIZE(pci_tsm_ntf_info),
};
