// SPDX-License-Identifier: GPL-2.0
/*
 * The IDE stream of a connection: alloc, register, set up, program keys at both
 * ends, enable; and the way back from wherever it stopped. Keys travel by the
 * vendor's DOE protocol of fw.h, one for both directions and all sub-streams.
 *
 * PCIe r7.0 sec 6.33.
 */
#include <linux/pci.h>
#include <linux/pci-doe.h>
#include <linux/pci-ide.h>
#include <linux/random.h>
#include <linux/string.h>

#include "fw.h"
#include "link.h"

/* One exchange with the port @pdev. @key: for KEY_PROG only. */
static int devsec_fw_call(struct pci_dev *pdev, enum devsec_fw_op op, u8 stream_id,
			  const u8 *key)
{
	struct devsec_fw_request req = {
		.version = DEVSEC_FW_VERSION,
		.op = op,
		.stream_id = stream_id,
	};
	struct devsec_fw_answer answer = {};
	struct pci_doe_mb *mb;
	int rc;

	mb = pci_find_doe_mailbox(pdev, DEVSEC_VENDOR_ID, DEVSEC_FW_DOE_TYPE);
	if (!mb)
		return -EIO;

	if (key)
		memcpy(req.key, key, sizeof(req.key));
	rc = pci_doe(mb, DEVSEC_VENDOR_ID, DEVSEC_FW_DOE_TYPE, &req,
		     key ? sizeof(req) : DEVSEC_FW_REQUEST_SHORT, &answer, sizeof(answer));
	memzero_explicit(&req, sizeof(req));
	if (rc < 0)
		return -EIO;
	if (rc != sizeof(answer) || answer.version != DEVSEC_FW_VERSION ||
	    answer.op != op || answer.stream_id != stream_id ||
	    answer.status != DEVSEC_FW_OK)
		return -EPROTO;
	return 0;
}

/*
 * May @pdev have a stream at all? If not, a connection is a session only. What
 * lies between the ends is no excuse: a way that is closed is an error.
 */
bool devsec_stream_possible(struct pci_dev *pdev)
{
	struct pci_dev *rp = pcie_find_root_port(pdev);

	/* Neither for Link IDE only, nor where a requester ID has no room for the domain */
	return rp && rp->nr_sel_ide && pdev->nr_sel_ide && pci_domain_nr(pdev->bus) <= 0xff;
}

static int devsec_stream_keys(struct pci_dev *pdev, struct pci_dev *rp,
			      struct devsec_stream *stream)
{
	u8 id = stream->ide->stream_id;
	u8 key[DEVSEC_FW_KEY_SIZE];
	int rc;

	/* An error does not tell whether the key arrived: assume that it did */
	get_random_bytes(key, sizeof(key));
	stream->ep_key = true;
	rc = devsec_fw_call(pdev, DEVSEC_FW_KEY_PROG, id, key);
	if (!rc) {
		stream->rp_key = true;
		rc = devsec_fw_call(rp, DEVSEC_FW_KEY_PROG, id, key);
	}
	memzero_explicit(key, sizeof(key));

	if (!rc)
		rc = devsec_fw_call(pdev, DEVSEC_FW_KEY_GO, id, NULL);
	if (!rc)
		rc = devsec_fw_call(rp, DEVSEC_FW_KEY_GO, id, NULL);
	return rc;
}

static int devsec_stream_steps(struct pci_dev *pdev, struct pci_dev *rp,
			       struct devsec_stream *stream)
{
	int rc;

	/* What no association matches shall take the stream too: the end has one only */
	pci_ide_to_settings(pdev, stream->ide)->default_stream = 1;

	rc = pci_ide_stream_register(stream->ide);
	if (rc)
		return rc;
	rc = pci_ide_stream_setup(pdev, stream->ide);
	if (rc)
		return rc;
	rc = pci_ide_stream_setup(rp, stream->ide);
	if (rc)
		return rc;
	if (pci_tsm_cancelled(pdev))
		return -ECANCELED;
	rc = devsec_stream_keys(pdev, rp, stream);
	if (rc)
		return rc;
	if (pci_tsm_cancelled(pdev))
		return -ECANCELED;
	rc = pci_ide_stream_enable(rp, stream->ide);
	if (rc)
		return rc;
	return pci_ide_stream_enable(pdev, stream->ide);
}

int devsec_stream_start(struct pci_dev *pdev, struct devsec_stream *stream)
{
	int rc;

	stream->ide = pci_ide_stream_alloc(pdev);
	if (IS_ERR(stream->ide)) {
		rc = PTR_ERR(stream->ide);
		stream->ide = NULL;
		return rc;
	}

	rc = devsec_stream_steps(pdev, pcie_find_root_port(pdev), stream);
	if (rc)
		devsec_stream_stop(pdev, stream);
	return rc;
}

/* A port that is gone has lost its keys by itself, and would cost time-outs. */
static void devsec_key_stop(struct pci_dev *pdev, struct devsec_stream *stream)
{
	if (pci_device_is_present(pdev))
		devsec_fw_call(pdev, DEVSEC_FW_KEY_STOP, stream->ide->stream_id, NULL);
}

void devsec_stream_stop(struct pci_dev *pdev, struct devsec_stream *stream)
{
	struct pci_dev *rp = pcie_find_root_port(pdev);

	pci_ide_stream_disable(rp, stream->ide);
	pci_ide_stream_disable(pdev, stream->ide);
	if (stream->ep_key)
		devsec_key_stop(pdev, stream);
	if (stream->rp_key)
		devsec_key_stop(rp, stream);
	pci_ide_stream_release(stream->ide);
	*stream = (struct devsec_stream){};
}
