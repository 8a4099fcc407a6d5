// SPDX-License-Identifier: GPL-2.0
/*
 * What the agent tells the kernel of its VM: the report that the host brought, which the
 * kernel compares with the digest of its TSM's, and which generation is accepted.
 */
#include <errno.h>
#include <string.h>

#include "push.h"

#define PIECE	16384	/* well below what an attribute can take */

int push_object(struct tsm_client *client, const char *device, uint64_t generation,
		unsigned int type, const struct tsm_object *object, struct tsm_error *err)
{
	for (size_t at = 0; at < object->len; at += PIECE) {
		size_t left = object->len - at;
		struct pci_tsm_evidence_set_req *req = pci_tsm_evidence_set_req_alloc();
		struct pci_tsm_evidence_set_rsp *rsp;

		if (!req)
			return tsm_fail(err, TSM_FAILED, ENOMEM, "no memory");
		pci_tsm_evidence_set_req_set_dev_name(req, device);
		pci_tsm_evidence_set_req_set_generation(req, generation);
		pci_tsm_evidence_set_req_set_type(req, type);
		pci_tsm_evidence_set_req_set_length(req, object->len);
		pci_tsm_evidence_set_req_set_offset(req, at);
		pci_tsm_evidence_set_req_set_data(req, object->data + at,
						  left < PIECE ? left : PIECE);
		rsp = pci_tsm_evidence_set(tsm_client_ynl(client), req);
		pci_tsm_evidence_set_req_free(req);
		if (!rsp)
			return tsm_client_fail(client, err, "evidence-set");
		pci_tsm_evidence_set_rsp_free(rsp);
	}
	return 0;
}

int push_accept(struct tsm_client *client, const char *device, uint64_t generation,
		struct tsm_error *err)
{
	struct tsm_ask ask = {
		.cmd = PCI_TSM_CMD_ACCEPT,
		.device = device,
		.tsm_id = -1,
		.slot = -1,
		.generation = generation,
	};
	struct tsm_done done;
	uint64_t cookie;

	if (tsm_client_submit(client, &ask, &cookie, err) ||
	    tsm_client_wait(client, cookie, &done, NULL, NULL, NULL, err))
		return -1;
	if (done.error)
		return tsm_fail(err, tsm_exit_of(done.error), done.error, "accept: %s",
				done.text[0] ? done.text : strerror(done.error));
	return 0;
}
