// SPDX-License-Identifier: GPL-2.0
/*
 * Native TSM: the IDE stream of a connection. Registers of both ends are
 * pci-ide's, keys travel to the device by IDE_KM over the session and to the root
 * port through its Key Configuration Unit.
 *
 * PCIe r7.0 sec 6.33. The order is: allocate, register, set up both ends, ask the
 * device, keys, enable both ends; the way back works from wherever it stopped.
 */
#include <linux/err.h>
#include <linux/pci.h>
#include <linux/pci-ide.h>
#include <linux/pci-ide-kcu.h>
#include <linux/pci-ide-km.h>
#include <linux/pci-tsm.h>
#include <linux/slab.h>
#include <linux/spdm.h>
#include <linux/string.h>

#include "native.h"

/* IDE_KM is PCI-SIG's (DSP0274's registry: 3), its vendor ID 1, its first byte 0 */
#define STANDARD_PCISIG		3

static ssize_t km_request(void *priv, const void *req, size_t len, void *rsp, size_t size)
{
	struct native_stream *stream = priv;

	/* A device that is gone has lost its keys by itself, and would cost time-outs */
	if (!pci_device_is_present(stream->ide->pdev))
		return -EIO;
	return spdm_vendor_request(stream->spdm, STANDARD_PCISIG, PCI_VENDOR_ID_PCI_SIG, req, len,
				   rsp, size);
}

static int km_rp_program(void *priv, unsigned int set, const struct pci_ide_keys *keys)
{
	struct native_stream *stream = priv;

	return pci_ide_kcu_program(stream->kcu, set, keys);
}

static int km_rp_go_rx(void *priv, unsigned int set)
{
	struct native_stream *stream = priv;

	return pci_ide_kcu_go_rx(stream->kcu, set);
}

static int km_rp_go_tx(void *priv, unsigned int set)
{
	struct native_stream *stream = priv;

	return pci_ide_kcu_go_tx(stream->kcu, set);
}

static void km_rp_drop(void *priv, unsigned int set)
{
	struct native_stream *stream = priv;

	pci_ide_kcu_drop(stream->kcu, set);
}

static void km_rp_stop(void *priv)
{
	struct native_stream *stream = priv;

	pci_ide_kcu_stop(stream->kcu);
}

static const struct pci_ide_km_ops native_km_ops = {
	.request = km_request,
	.rp_program = km_rp_program,
	.rp_go_rx = km_rp_go_rx,
	.rp_go_tx = km_rp_go_tx,
	.rp_drop = km_rp_drop,
	.rp_stop = km_rp_stop,
};

/*
 * May the device have a stream? If not, a connection is a session only. Where both
 * ends can, what lies in between is no excuse: a way that is closed is an error.
 */
bool native_stream_possible(struct pci_dev *pdev)
{
	struct pci_dev *rp = pcie_find_root_port(pdev);
	u32 cap;

	if (!rp || !rp->nr_sel_ide || !pdev->nr_sel_ide || !pci_ide_kcu_serves(rp))
		return false;
	/* A requester ID association has no room for a larger domain */
	if (pci_domain_nr(pdev->bus) > 0xff)
		return false;
	pci_read_config_dword(pdev, pdev->ide_cap + PCI_IDE_CAP, &cap);
	return !PCI_POSSIBLE_ERROR(cap) && (cap & PCI_IDE_CAP_IDE_KM);
}

/* Both ends know the stream's ID before there are keys: some devices want that */
static int set_up(struct pci_dev *pdev, struct pci_dev *rp, struct native_stream *stream)
{
	int rc;

	/* What no association matches takes the stream too: the device's end has one only */
	pci_ide_to_settings(pdev, stream->ide)->default_stream = 1;
	rc = pci_ide_stream_register(stream->ide);
	if (rc)
		return rc;
	rc = pci_ide_stream_setup(pdev, stream->ide);
	if (rc)
		return rc;
	return pci_ide_stream_setup(rp, stream->ide);
}

static int exchange_keys(struct pci_dev *rp, struct native_stream *stream)
{
	struct pci_ide_km_info info;
	int rc;

	stream->kcu = pci_ide_kcu_stream_get(rp, stream->ide->stream_id);
	if (IS_ERR(stream->kcu)) {
		rc = PTR_ERR(stream->kcu);
		stream->kcu = NULL;
		return rc;
	}
	stream->km = (struct pci_ide_km) {
		.ops = &native_km_ops,
		.priv = stream,
		.stream_id = stream->ide->stream_id,
	};
	rc = pci_ide_km_query(&stream->km, &info);
	if (rc)
		return rc;
	/* The block that was set up has to be one of those that keys are for */
	if (stream->ide->partner[PCI_IDE_EP].stream_index >= info.streams)
		return -EPROTO;
	return pci_ide_km_start(&stream->km);
}

static int start_steps(struct pci_dev *pdev, struct native_stream *stream)
{
	struct pci_dev *rp = pcie_find_root_port(pdev);
	int rc;

	rc = set_up(pdev, rp, stream);
	if (rc)
		return rc;
	if (pci_tsm_cancelled(pdev))
		return -ECANCELED;
	rc = exchange_keys(rp, stream);
	if (rc)
		return rc;
	if (pci_tsm_cancelled(pdev))
		return -ECANCELED;
	rc = pci_ide_stream_enable(rp, stream->ide);
	if (rc)
		return rc;
	return pci_ide_stream_enable(pdev, stream->ide);
}

/* Also after a failure it is for native_stream_stop() */
int native_stream_start(struct native_dsm *dsm, struct spdm *spdm)
{
	struct native_stream *stream = &dsm->stream;
	struct pci_dev *pdev = dsm->cma.pdev;
	int rc;

	stream->spdm = spdm;
	stream->ide = pci_ide_stream_alloc(pdev);
	if (IS_ERR(stream->ide)) {
		rc = PTR_ERR(stream->ide);
		stream->ide = NULL;
		return rc;
	}
	return start_steps(pdev, stream);
}

/* New keys in the set that is not in use; a failure, of whatever kind, is the end of the stream */
int native_stream_refresh(struct native_stream *stream)
{
	int rc = stream->ide ? pci_ide_km_refresh(&stream->km) : 0;

	return rc == -ENOMEM ? -EIO : rc;
}

void native_stream_stop(struct native_dsm *dsm)
{
	struct native_stream *stream = &dsm->stream;
	struct pci_dev *pdev = dsm->cma.pdev;

	if (!stream->ide)
		return;
	pci_ide_stream_disable(pcie_find_root_port(pdev), stream->ide);
	pci_ide_stream_disable(pdev, stream->ide);
	if (stream->km.ops)
		pci_ide_km_stop(&stream->km);
	pci_ide_kcu_stream_put(stream->kcu);
	pci_ide_stream_release(stream->ide);
	memset(stream, 0, sizeof(*stream));
}
