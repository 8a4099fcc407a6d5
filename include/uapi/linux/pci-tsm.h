/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause) */
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/pci-tsm.yaml */
/* YNL-GEN uapi header */

#ifndef _UAPI_LINUX_PCI_TSM_H
#define _UAPI_LINUX_PCI_TSM_H

#define PCI_TSM_FAMILY_NAME	"pci-tsm"
#define PCI_TSM_FAMILY_VERSION	1

#define PCI_TSM_NONCE_SIZE	32
#define PCI_TSM_SLOTS		8

/**
 * enum pci_tsm_state - Of a DSM (disconnected to failed), of an interface that
 *   a host gives away (unbound, bound, error), or of an interface in a guest
 *   (unlocked to unlocking, error).
 * @PCI_TSM_STATE_NONE: Of no record.
 * @PCI_TSM_STATE_DISCONNECTED: There is no connection.
 * @PCI_TSM_STATE_CONNECTING: A connect is on its way.
 * @PCI_TSM_STATE_CONNECTED: The TSM's connect succeeded, with a session and a
 *   stream where there can be one.
 * @PCI_TSM_STATE_DISCONNECTING: All of it is being undone.
 * @PCI_TSM_STATE_FAILED: The connection was lost, and waits for a disconnect.
 * @PCI_TSM_STATE_UNBOUND: The interface belongs to the host.
 * @PCI_TSM_STATE_BOUND: The interface belongs to a confidential VM.
 * @PCI_TSM_STATE_ERROR: The interface was lost.
 * @PCI_TSM_STATE_UNLOCKED: The device may change.
 * @PCI_TSM_STATE_LOCKING: A lock is on its way.
 * @PCI_TSM_STATE_LOCKED: The device is as it says, and is not trusted yet.
 * @PCI_TSM_STATE_ACCEPTING: An accept is on its way.
 * @PCI_TSM_STATE_ACCEPTED: The device is trusted.
 * @PCI_TSM_STATE_UNLOCKING: All of it is being undone.
 */
enum pci_tsm_state {
	PCI_TSM_STATE_NONE,
	PCI_TSM_STATE_DISCONNECTED,
	PCI_TSM_STATE_CONNECTING,
	PCI_TSM_STATE_CONNECTED,
	PCI_TSM_STATE_DISCONNECTING,
	PCI_TSM_STATE_FAILED,
	PCI_TSM_STATE_UNBOUND,
	PCI_TSM_STATE_BOUND,
	PCI_TSM_STATE_ERROR,
	PCI_TSM_STATE_UNLOCKED,
	PCI_TSM_STATE_LOCKING,
	PCI_TSM_STATE_LOCKED,
	PCI_TSM_STATE_ACCEPTING,
	PCI_TSM_STATE_ACCEPTED,
	PCI_TSM_STATE_UNLOCKING,

	/* private: */
	__PCI_TSM_STATE_MAX,
	PCI_TSM_STATE_MAX = (__PCI_TSM_STATE_MAX - 1)
};

/**
 * enum pci_tsm_reason - Why the last transition happened.
 * @PCI_TSM_REASON_NONE: There was no transition yet.
 * @PCI_TSM_REASON_REQUEST: Somebody asked for it.
 * @PCI_TSM_REASON_REFUSED: The TSM's op failed.
 * @PCI_TSM_REASON_CANCELLED: The request was cancelled while it ran.
 * @PCI_TSM_REASON_DEPARTURE: The TSM is leaving.
 * @PCI_TSM_REASON_REMOVAL: The device is going away.
 * @PCI_TSM_REASON_SUSPEND: The system sleeps or hibernates.
 * @PCI_TSM_REASON_REBOOT: The system reboots.
 * @PCI_TSM_REASON_DSM_GONE: The device that holds the DSM went away.
 * @PCI_TSM_REASON_SESSION: The SPDM session was lost.
 * @PCI_TSM_REASON_IDE_FAIL: An IDE_FAIL message arrived.
 * @PCI_TSM_REASON_IDE_INSECURE: A stream is no longer in the Secure state.
 * @PCI_TSM_REASON_IDE_TIMEOUT: A stream did not become Secure in time.
 * @PCI_TSM_REASON_AER: The port reported an IDE error by AER.
 * @PCI_TSM_REASON_RESET: The device, or a bridge above it, was reset.
 * @PCI_TSM_REASON_TDI: The interface is in the TDISP state ERROR.
 * @PCI_TSM_REASON_UNPLUGGED: The device does not answer any more.
 * @PCI_TSM_REASON_ANCHOR_REVOKED: What vouched for the device's identity was
 *   revoked.
 */
enum pci_tsm_reason {
	PCI_TSM_REASON_NONE,
	PCI_TSM_REASON_REQUEST,
	PCI_TSM_REASON_REFUSED,
	PCI_TSM_REASON_CANCELLED,
	PCI_TSM_REASON_DEPARTURE,
	PCI_TSM_REASON_REMOVAL,
	PCI_TSM_REASON_SUSPEND,
	PCI_TSM_REASON_REBOOT,
	PCI_TSM_REASON_DSM_GONE,
	PCI_TSM_REASON_SESSION,
	PCI_TSM_REASON_IDE_FAIL,
	PCI_TSM_REASON_IDE_INSECURE,
	PCI_TSM_REASON_IDE_TIMEOUT,
	PCI_TSM_REASON_AER,
	PCI_TSM_REASON_RESET,
	PCI_TSM_REASON_TDI,
	PCI_TSM_REASON_UNPLUGGED,
	PCI_TSM_REASON_ANCHOR_REVOKED,

	/* private: */
	__PCI_TSM_REASON_MAX,
	PCI_TSM_REASON_MAX = (__PCI_TSM_REASON_MAX - 1)
};

/**
 * enum pci_tsm_mode - What a TSM does for PCI devices, and so the role of a
 *   device that it serves.
 * @PCI_TSM_MODE_NONE: Nothing.
 * @PCI_TSM_MODE_LINK: In the host, it connects devices.
 * @PCI_TSM_MODE_DEVSEC: In a guest, it locks interfaces.
 */
enum pci_tsm_mode {
	PCI_TSM_MODE_NONE,
	PCI_TSM_MODE_LINK,
	PCI_TSM_MODE_DEVSEC,
};

/**
 * enum pci_tsm_identity - What is known of who the device is, in the
 *   connection that there is.
 * @PCI_TSM_IDENTITY_NONE: Nothing.
 * @PCI_TSM_IDENTITY_UNVERIFIED: The TSM has not verified it; whether it ever
 *   does is up to the TSM.
 * @PCI_TSM_IDENTITY_VERIFIED: The TSM has verified it to an anchor that it
 *   trusts.
 */
enum pci_tsm_identity {
	PCI_TSM_IDENTITY_NONE,
	PCI_TSM_IDENTITY_UNVERIFIED,
	PCI_TSM_IDENTITY_VERIFIED,
};

/**
 * enum pci_tsm_event - What a notification tells.
 * @PCI_TSM_EVENT_NONE: Nothing, so it is not sent.
 * @PCI_TSM_EVENT_STATE: The DSM, or the interface of a function that holds
 *   none, changed its state.
 * @PCI_TSM_EVENT_INTERFACE: The interface of a function that holds a DSM
 *   changed its state.
 * @PCI_TSM_EVENT_EVIDENCE: A refresh moved the generation of the device's
 *   evidence. Transitions carry it, too.
 * @PCI_TSM_EVENT_AVAILABLE: A TSM arrived.
 * @PCI_TSM_EVENT_GONE: A TSM left.
 * @PCI_TSM_EVENT_STREAM_FAILED: An IDE stream of the device failed. The
 *   transition that follows is told by itself.
 */
enum pci_tsm_event {
	PCI_TSM_EVENT_NONE,
	PCI_TSM_EVENT_STATE,
	PCI_TSM_EVENT_INTERFACE,
	PCI_TSM_EVENT_EVIDENCE,
	PCI_TSM_EVENT_AVAILABLE,
	PCI_TSM_EVENT_GONE,
	PCI_TSM_EVENT_STREAM_FAILED,
};

/**
 * enum pci_tsm_evidence_type - Types of evidence. A certificate chain is as
 *   the device sends it (SPDM's certificate chain format), the certificates
 *   themselves are its record. What is signed begins with the VCA, if the
 *   version of SPDM is 1.2 or later, or the object is a challenge; then come
 *   the bytes of the object itself without the signature that they end with.
 * @PCI_TSM_EVIDENCE_TYPE_SLOT0: The certificate chain of slot 0.
 * @PCI_TSM_EVIDENCE_TYPE_SLOT1: Likewise.
 * @PCI_TSM_EVIDENCE_TYPE_SLOT2: Likewise.
 * @PCI_TSM_EVIDENCE_TYPE_SLOT3: Likewise.
 * @PCI_TSM_EVIDENCE_TYPE_SLOT4: Likewise.
 * @PCI_TSM_EVIDENCE_TYPE_SLOT5: Likewise.
 * @PCI_TSM_EVIDENCE_TYPE_SLOT6: Likewise.
 * @PCI_TSM_EVIDENCE_TYPE_SLOT7: Likewise.
 * @PCI_TSM_EVIDENCE_TYPE_VCA: What began the connection, requests and
 *   responses from GET_VERSION to ALGORITHMS.
 * @PCI_TSM_EVIDENCE_TYPE_MEASUREMENTS: Requests and responses from the first
 *   GET_MEASUREMENTS to the signed MEASUREMENTS.
 * @PCI_TSM_EVIDENCE_TYPE_REPORT: The TDISP device interface report.
 * @PCI_TSM_EVIDENCE_TYPE_CHALLENGE: CHALLENGE and CHALLENGE_AUTH, of a device
 *   that has no session.
 */
enum pci_tsm_evidence_type {
	PCI_TSM_EVIDENCE_TYPE_SLOT0,
	PCI_TSM_EVIDENCE_TYPE_SLOT1,
	PCI_TSM_EVIDENCE_TYPE_SLOT2,
	PCI_TSM_EVIDENCE_TYPE_SLOT3,
	PCI_TSM_EVIDENCE_TYPE_SLOT4,
	PCI_TSM_EVIDENCE_TYPE_SLOT5,
	PCI_TSM_EVIDENCE_TYPE_SLOT6,
	PCI_TSM_EVIDENCE_TYPE_SLOT7,
	PCI_TSM_EVIDENCE_TYPE_VCA,
	PCI_TSM_EVIDENCE_TYPE_MEASUREMENTS,
	PCI_TSM_EVIDENCE_TYPE_REPORT,
	PCI_TSM_EVIDENCE_TYPE_CHALLENGE,

	/* private: */
	__PCI_TSM_EVIDENCE_TYPE_MAX,
	PCI_TSM_EVIDENCE_TYPE_MAX = (__PCI_TSM_EVIDENCE_TYPE_MAX - 1)
};

/**
 * enum pci_tsm_dev_cap - What a device has.
 * @PCI_TSM_DEV_CAP_DSM: It can hold a DSM, so that it has the verbs connect
 *   and disconnect.
 * @PCI_TSM_DEV_CAP_IDE: Selective IDE streams.
 * @PCI_TSM_DEV_CAP_TEE: Interfaces that can be given to a confidential VM
 *   (TEE-IO).
 * @PCI_TSM_DEV_CAP_CMA: A mailbox for SPDM.
 */
enum pci_tsm_dev_cap {
	PCI_TSM_DEV_CAP_DSM = 1,
	PCI_TSM_DEV_CAP_IDE = 2,
	PCI_TSM_DEV_CAP_TEE = 4,
	PCI_TSM_DEV_CAP_CMA = 8,
};

/**
 * enum pci_tsm_tsm_cap - What a TSM can do besides connect and disconnect.
 * @PCI_TSM_TSM_CAP_BIND: Give interfaces to a confidential VM.
 * @PCI_TSM_TSM_CAP_GUEST_REQ: Pass on requests of a guest.
 * @PCI_TSM_TSM_CAP_EVIDENCE: Get evidence anew.
 * @PCI_TSM_TSM_CAP_CANCEL: Stop what runs at once.
 */
enum pci_tsm_tsm_cap {
	PCI_TSM_TSM_CAP_BIND = 1,
	PCI_TSM_TSM_CAP_GUEST_REQ = 2,
	PCI_TSM_TSM_CAP_EVIDENCE = 4,
	PCI_TSM_TSM_CAP_CANCEL = 8,
};

enum {
	PCI_TSM_A_TSM_ID = 1,
	PCI_TSM_A_TSM_NAME,
	PCI_TSM_A_TSM_PARENT,
	PCI_TSM_A_TSM_MODE,
	PCI_TSM_A_TSM_RANK,
	PCI_TSM_A_TSM_CAPS,
	PCI_TSM_A_TSM_CONNECTIONS,
	PCI_TSM_A_TSM_EVENT,

	__PCI_TSM_A_TSM_MAX,
	PCI_TSM_A_TSM_MAX = (__PCI_TSM_A_TSM_MAX - 1)
};

enum {
	PCI_TSM_A_STREAM_ID = 1,
	PCI_TSM_A_STREAM_NAME,
	PCI_TSM_A_STREAM_REASON,

	__PCI_TSM_A_STREAM_MAX,
	PCI_TSM_A_STREAM_MAX = (__PCI_TSM_A_STREAM_MAX - 1)
};

enum {
	PCI_TSM_A_LOSS_REASON = 1,
	PCI_TSM_A_LOSS_COUNT,

	__PCI_TSM_A_LOSS_MAX,
	PCI_TSM_A_LOSS_MAX = (__PCI_TSM_A_LOSS_MAX - 1)
};

enum {
	PCI_TSM_A_COUNTERS_CONNECTS = 1,
	PCI_TSM_A_COUNTERS_REFUSED,
	PCI_TSM_A_COUNTERS_DISCONNECTS,
	PCI_TSM_A_COUNTERS_CANCELS,
	PCI_TSM_A_COUNTERS_LAST_ERROR,
	PCI_TSM_A_COUNTERS_LOSS,

	__PCI_TSM_A_COUNTERS_MAX,
	PCI_TSM_A_COUNTERS_MAX = (__PCI_TSM_A_COUNTERS_MAX - 1)
};

enum {
	PCI_TSM_A_DEV_NAME = 1,
	PCI_TSM_A_DEV_ROLE,
	PCI_TSM_A_DEV_CAPS,
	PCI_TSM_A_DEV_DSM,
	PCI_TSM_A_DEV_TSM_ID,
	PCI_TSM_A_DEV_STATE,
	PCI_TSM_A_DEV_REASON,
	PCI_TSM_A_DEV_SEQ,
	PCI_TSM_A_DEV_INTERFACE_STATE,
	PCI_TSM_A_DEV_INTERFACE_REASON,
	PCI_TSM_A_DEV_INTERFACE_SEQ,
	PCI_TSM_A_DEV_IDENTITY,
	PCI_TSM_A_DEV_GENERATION,
	PCI_TSM_A_DEV_STREAM,
	PCI_TSM_A_DEV_COUNTERS,
	PCI_TSM_A_DEV_EVENT,
	PCI_TSM_A_DEV_OLD_STATE,
	PCI_TSM_A_DEV_FAILED_STREAM,

	__PCI_TSM_A_DEV_MAX,
	PCI_TSM_A_DEV_MAX = (__PCI_TSM_A_DEV_MAX - 1)
};

enum {
	PCI_TSM_A_REQUEST_DEV_NAME = 1,
	PCI_TSM_A_REQUEST_TSM_ID,
	PCI_TSM_A_REQUEST_SLOT,
	PCI_TSM_A_REQUEST_ALGO_POLICY,
	PCI_TSM_A_REQUEST_TYPES,
	PCI_TSM_A_REQUEST_NONCE,
	PCI_TSM_A_REQUEST_GENERATION,
	PCI_TSM_A_REQUEST_COOKIE,
	PCI_TSM_A_REQUEST_ERROR,
	PCI_TSM_A_REQUEST_TEXT,

	__PCI_TSM_A_REQUEST_MAX,
	PCI_TSM_A_REQUEST_MAX = (__PCI_TSM_A_REQUEST_MAX - 1)
};

enum {
	PCI_TSM_A_OBJECT_DEV_NAME = 1,
	PCI_TSM_A_OBJECT_TYPES,
	PCI_TSM_A_OBJECT_GENERATION,
	PCI_TSM_A_OBJECT_COOKIE,
	PCI_TSM_A_OBJECT_DIGESTS,
	PCI_TSM_A_OBJECT_TYPE,
	PCI_TSM_A_OBJECT_LENGTH,
	PCI_TSM_A_OBJECT_OFFSET,
	PCI_TSM_A_OBJECT_DATA,
	PCI_TSM_A_OBJECT_DIGEST,
	PCI_TSM_A_OBJECT_HASH,
	PCI_TSM_A_OBJECT_SIGNATURE,
	PCI_TSM_A_OBJECT_SPDM_VERSION,
	PCI_TSM_A_OBJECT_SLOT,
	PCI_TSM_A_OBJECT_NONCE,
	PCI_TSM_A_OBJECT_RECORD_OFFSET,
	PCI_TSM_A_OBJECT_RECORD_LENGTH,

	__PCI_TSM_A_OBJECT_MAX,
	PCI_TSM_A_OBJECT_MAX = (__PCI_TSM_A_OBJECT_MAX - 1)
};

enum {
	PCI_TSM_CMD_TSM_GET = 1,
	PCI_TSM_CMD_TSM_NTF,
	PCI_TSM_CMD_DEV_GET,
	PCI_TSM_CMD_DEV_NTF,
	PCI_TSM_CMD_CONNECT,
	PCI_TSM_CMD_DISCONNECT,
	PCI_TSM_CMD_LOCK,
	PCI_TSM_CMD_UNLOCK,
	PCI_TSM_CMD_ACCEPT,
	PCI_TSM_CMD_EVIDENCE_REFRESH,
	PCI_TSM_CMD_REQUEST_CANCEL,
	PCI_TSM_CMD_REQUEST_DONE,
	PCI_TSM_CMD_EVIDENCE_GET,
	PCI_TSM_CMD_EVIDENCE_SET,

	__PCI_TSM_CMD_MAX,
	PCI_TSM_CMD_MAX = (__PCI_TSM_CMD_MAX - 1)
};

#define PCI_TSM_MCGRP_EVENTS	"events"

#endif /* _UAPI_LINUX_PCI_TSM_H */
