// SPDX-License-Identifier: GPL-2.0
/*
 * Native TSM: a TSM in the link role that needs no firmware. The kernel itself
 * finds out by SPDM who a device is, opens a session with it where it can, and
 * brings up an IDE stream where it can program the root port's keys.
 *
 * PCIe r7.0 sec 6.31 (CMA-SPDM) and 6.33 (IDE). It binds nothing: to lock an
 * interface for a confidential VM takes a TSM that the VM trusts.
 *
 * An op stops between two exchanges with the device when it is cancelled, so it
 * takes at most one DOE time-out and its abort, 2 s; no op cancel is needed. What
 * it has to undo then is told to the device, which gets 5 s for all of it.
 */
#define pr_fmt(fmt) "native_tsm: " fmt
#define dev_fmt(fmt) "native TSM: " fmt

#include <linux/cleanup.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/pci-cma.h>
#include <linux/pci-doe.h>
#include <linux/platform_device.h>
#include <linux/slab.h>
#include <linux/spdm.h>
#include <linux/tsm-class.h>

#include "native.h"

/* Whatever the platform has goes first */
#define NATIVE_RANK		(-100)
#define NATIVE_CACHE_BYTES	SZ_1M

static bool trust_unknown;
module_param(trust_unknown, bool, 0644);
MODULE_PARM_DESC(trust_unknown, "Connect devices that nobody in .cma vouches for, as unverified (default no)");

static int max_object_set(const char *val, const struct kernel_param *kp)
{
	return param_set_uint_minmax(val, kp, SPDM_OBJECT_MIN, SPDM_OBJECT_MAX);
}

static const struct kernel_param_ops max_object_ops = {
	.set = max_object_set,
	.get = param_get_uint,
};

static unsigned int max_object = 4096;
module_param_cb(max_object, &max_object_ops, &max_object, 0644);
MODULE_PARM_DESC(max_object, "Largest data object to exchange, in bytes: 256 to 65536 (default 4096)");

static int max_version_set(const char *val, const struct kernel_param *kp)
{
	return param_set_uint_minmax(val, kp, 0x10, 0x13);
}

static const struct kernel_param_ops max_version_ops = {
	.set = max_version_set,
	.get = param_get_uint,
};

static unsigned int max_version = 0x13;
module_param_cb(max_version, &max_version_ops, &max_version, 0644);
MODULE_PARM_DESC(max_version, "Highest version of SPDM to speak: 0x10 to 0x13 (default 0x13)");

/* Policy: the algorithms to offer. Numbers too large for their field are refused by the type. */

static unsigned int base_asym;
module_param(base_asym, uint, 0644);
MODULE_PARM_DESC(base_asym, "Signatures to offer, as bits of BaseAsymAlgo in SPDM's messages; 0 for all (default 0)");

static unsigned int base_hash;
module_param(base_hash, uint, 0644);
MODULE_PARM_DESC(base_hash, "Hashes to offer, as bits of BaseHashAlgo; 0 for all (default 0)");

static ushort dhe;
module_param(dhe, ushort, 0644);
MODULE_PARM_DESC(dhe, "Key exchanges to offer, as bits of the DHE structure; 0 for all (default 0)");

static ushort aead;
module_param(aead, ushort, 0644);
MODULE_PARM_DESC(aead, "Ciphers of sessions to offer, as bits of the AEAD structure; 0 for all (default 0)");

static struct platform_device *native_parent;
static struct tsm_dev *native_tsm_dev;
static struct spdm_chain_cache *native_cache;

/* The context of a function that holds a DSM */
struct native_dsm *native_dsm_of(struct pci_dev *pdev)
{
	return container_of(to_pci_tsm_pf0(pci_tsm_of(pdev)), struct native_dsm, pf0);
}

/* From what the parts below say to the errors of Documentation/PCI/tsm.rst */
int native_errno(int rc)
{
	switch (rc) {
	case -EBADMSG:		/* the device broke a protocol, */
	case -EMSGSIZE:
	case -EPROTO:
	case -EREMOTEIO:	/* or answered with an error */
	case -ENOTCONN:		/* what should be there is not */
		return -EPROTO;
	case -EEXIST:		/* the stream's ID, in the root port's unit */
		return -ENOSPC;
	case 0:
	case -ECANCELED:
	case -EINTR:
	case -EKEYREJECTED:
	case -ENOKEY:
	case -ENOMEM:
	case -ENOSPC:
	case -EOPNOTSUPP:
	case -ERANGE:
		return rc;
	default:
		/* -EBUSY: the device is, for too long; to users that is "connected already" */
		return -EIO;
	}
}

/*
 * One line about what went wrong, also to who asked for it, unless nobody did; the text
 * is a literal of the library's
 */
int native_fail(struct native_dsm *dsm, struct spdm *spdm, const char *what, int rc)
{
	const char *text = spdm ? spdm_fault_text(spdm) : "";

	if (rc != -ECANCELED)
		pci_info_ratelimited(dsm->cma.pdev, "%s failed: %d%s%s\n", what, rc,
				     *text ? ", " : "", text);
	if (READ_ONCE(dsm->cma.upkeep) != current)
		pci_tsm_explain(dsm->cma.pdev, "%s failed%s%s", what, *text ? ": " : "", text);
	return native_errno(rc);
}

/* The core asks for functions 0 that may hold a DSM, or have a mailbox */
static bool native_match(struct tsm_dev *tsm_dev, struct pci_dev *pdev)
{
	return pci_find_doe_mailbox(pdev, PCI_VENDOR_ID_PCI_SIG, PCI_TSM_DOE_CMA);
}

static struct pci_tsm *native_probe(struct tsm_dev *tsm_dev, struct pci_dev *pdev)
{
	bool is_dsm = pci_tsm_dsm_dev(pdev) == pdev;
	struct native_dsm *dsm;
	int rc;

	dsm = kzalloc(is_dsm ? sizeof(*dsm) : sizeof(struct pci_tsm), GFP_KERNEL);
	if (!dsm)
		return ERR_PTR(-ENOMEM);
	rc = is_dsm ? pci_tsm_pf0_constructor(pdev, &dsm->pf0, tsm_dev) :
		      pci_tsm_link_constructor(pdev, &dsm->pf0.base_tsm, tsm_dev);
	if (rc) {
		kfree(dsm);
		return ERR_PTR(rc);
	}
	if (is_dsm) {
		pci_cma_init(&dsm->cma, pdev);
		mutex_init(&dsm->turn);
	}
	return &dsm->pf0.base_tsm;
}

static void native_remove(struct pci_tsm *tsm)
{
	if (tsm->dsm_dev == tsm->pdev)
		pci_tsm_pf0_destructor(to_pci_tsm_pf0(tsm));
	kfree(tsm);
}

static struct spdm *native_create(struct native_dsm *dsm)
{
	struct spdm_config config = {
		.cache = native_cache,
		.trust_unknown = READ_ONCE(trust_unknown),
		.max_object = READ_ONCE(max_object),
		.max_version = READ_ONCE(max_version),
		.base_asym = READ_ONCE(base_asym),
		.base_hash = READ_ONCE(base_hash),
		.dhe = READ_ONCE(dhe),
		.aead = READ_ONCE(aead),
	};

	pci_cma_config(&dsm->cma, &config);
	/* Nobody is trusted without anchors but those whom trust_unknown lets in */
	if (!config.anchors && !config.trust_unknown)
		return ERR_PTR(-ENOKEY);
	if (config.trust_unknown)
		pci_notice_ratelimited(dsm->cma.pdev, "trust_unknown is on\n");
	return spdm_create(&config);
}

/* Records go through the same mailbox as messages do, or there are none */
static bool can_secure(struct native_dsm *dsm)
{
	return pci_find_doe_mailbox(dsm->cma.pdev, PCI_VENDOR_ID_PCI_SIG,
				    PCI_TSM_DOE_SSESSION) == dsm->pf0.doe_mb;
}

/*
 * A session proves who the device is on the way; else it is challenged. Which of
 * them is settled by what it signs: whoever sits on the way could answer that a
 * KEY_EXCHANGE is not supported, or leave records out of what the mailbox has.
 */
static int native_authenticate(struct native_dsm *dsm, struct spdm *spdm, u8 slot,
			       const char **what)
{
	struct spdm_info info;
	int rc;

	rc = spdm_connect(spdm);
	if (rc)
		return rc;
	if (!spdm_session_possible(spdm)) {
		if (!can_secure(dsm)) {
			*what = "session through a mailbox that takes no records";
			return -EOPNOTSUPP;
		}
		rc = spdm_session_start(spdm, slot);
	} else {
		pci_info_ratelimited(dsm->cma.pdev, "no session is possible, only a challenge\n");
		rc = spdm_authenticate(spdm, slot);
	}
	if (rc)
		return rc;

	spdm_info(spdm, &info);
	if (info.identity == SPDM_IDENTITY_VERIFIED)
		pci_tsm_set_verified(dsm->cma.pdev);
	return 0;
}

/* A device that is gone would cost a time-out for each message */
static void native_end_session(struct native_dsm *dsm, struct spdm *spdm)
{
	struct spdm_info info;

	spdm_info(spdm, &info);
	if (info.session_id && pci_device_is_present(dsm->cma.pdev))
		spdm_session_end(spdm);
}

static int native_bring_up(struct native_dsm *dsm, struct spdm *spdm, u8 slot)
{
	const char *what = "authentication";
	struct spdm_info info;
	int rc;

	rc = native_authenticate(dsm, spdm, slot, &what);
	if (rc)
		return native_fail(dsm, spdm, what, rc);

	spdm_info(spdm, &info);
	if (!info.session_id || !native_stream_possible(dsm->cma.pdev))
		return 0;
	rc = native_stream_start(dsm, spdm);
	if (!rc)
		return 0;
	rc = native_fail(dsm, spdm, "IDE stream", rc);
	pci_cma_undo(&dsm->cma);
	native_stream_stop(dsm);
	native_end_session(dsm, spdm);
	return rc;
}

static int native_connect(struct pci_dev *pdev, const struct pci_tsm_connect_args *args)
{
	struct native_dsm *dsm = native_dsm_of(pdev);
	struct spdm *spdm;
	int rc;

	if (args->cert_slot >= SPDM_SLOTS || args->algo_policy)
		return -EOPNOTSUPP;
	if (!dsm->pf0.doe_mb)
		return -EOPNOTSUPP;

	spdm = native_create(dsm);
	if (IS_ERR(spdm))
		return native_fail(dsm, NULL, "setup", PTR_ERR(spdm));
	rc = native_bring_up(dsm, spdm, args->cert_slot);
	if (rc) {
		spdm_destroy(spdm);
		return rc;
	}
	dsm->spdm = spdm;
	native_tell_evidence(dsm, args->cert_slot);
	native_door_open(dsm);
	native_upkeep_start(dsm);
	return 0;
}

static void native_disconnect(struct pci_dev *pdev)
{
	struct native_dsm *dsm = native_dsm_of(pdev);

	native_upkeep_stop(dsm);
	native_door_close(dsm);
	pci_cma_undo(&dsm->cma);
	native_stream_stop(dsm);
	native_end_session(dsm, dsm->spdm);
	spdm_destroy(dsm->spdm);
	dsm->spdm = NULL;
}

static const struct pci_tsm_ops native_ops = {
	.rank			= NATIVE_RANK,
	.match			= native_match,
	.probe			= native_probe,
	.remove			= native_remove,
	.connect		= native_connect,
	.disconnect		= native_disconnect,
	.refresh_evidence	= native_refresh_evidence,
};

static int native_register(void)
{
	int rc = 0;

	native_parent = platform_device_register_simple("native_tsm", PLATFORM_DEVID_NONE, NULL, 0);
	if (IS_ERR(native_parent))
		return PTR_ERR(native_parent);
	native_tsm_dev = tsm_dev_register(&native_parent->dev, &native_ops);
	if (IS_ERR(native_tsm_dev)) {
		rc = PTR_ERR(native_tsm_dev);
		platform_device_unregister(native_parent);
	}
	return rc;
}

static void native_free(void)
{
	native_upkeep_exit();
	spdm_chain_cache_destroy(native_cache);
}

static int __init native_init(void)
{
	int rc;

	native_cache = spdm_chain_cache_create(NATIVE_CACHE_BYTES);
	if (IS_ERR_OR_NULL(native_cache))
		return native_cache ? PTR_ERR(native_cache) : -ENOMEM;
	rc = native_upkeep_init();
	if (rc) {
		spdm_chain_cache_destroy(native_cache);
		return rc;
	}
	native_debugfs_init();
	rc = native_register();
	if (rc) {
		native_debugfs_exit();
		native_free();
	}
	return rc;
}
module_init(native_init);

static void __exit native_exit(void)
{
	tsm_dev_unregister(native_tsm_dev);
	platform_device_unregister(native_parent);
	/* Whoever still has a file open asks nobody from here on */
	native_debugfs_exit();
	native_free();
}
module_exit(native_exit);

MODULE_DESCRIPTION("Native TSM: SPDM and IDE by the kernel itself");
MODULE_LICENSE("GPL");
