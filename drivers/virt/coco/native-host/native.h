/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Native TSM, private: what its files share.
 *
 * A struct native_dsm is used by the ops, one at a time on the DSM's worker, and
 * by its upkeep work from the end of connect to the begin of disconnect. The SPDM
 * library has a mutex of its own; ops do not touch the stream in between.
 */
#ifndef NATIVE_HOST_NATIVE_H
#define NATIVE_HOST_NATIVE_H

#include <linux/build_bug.h>
#include <linux/mutex.h>
#include <linux/pci-cma.h>
#include <linux/pci-ide-km.h>
#include <linux/pci-tsm.h>
#include <linux/spdm.h>
#include <linux/stddef.h>
#include <linux/workqueue.h>

struct native_door;
struct pci_ide;
struct pci_ide_kcu_stream;

/**
 * struct native_stream - the IDE stream of a connection
 * @ide: its registers, NULL if there is none
 * @kcu: its keys in the root port
 * @km: its keys in both ends
 * @spdm: the session that the device's keys go through
 */
struct native_stream {
	struct pci_ide *ide;
	struct pci_ide_kcu_stream *kcu;
	struct pci_ide_km km;
	struct spdm *spdm;
};

/**
 * struct native_upkeep - what a connection needs from time to time
 * @work: does it
 * @heartbeat_s: a sign of life this often; 0 for never
 * @rekey_s: new keys this often; 0 for never
 * @recheck_s: a look at the anchor this often; 0 for never
 * @heartbeat_at: when the next one is due, in jiffies
 * @rekey_at: likewise
 * @recheck_at: likewise
 * @rekey_messages: number of messages at which new keys are due in any case
 * @session_id: what the connection began with, 0 for no session
 */
struct native_upkeep {
	struct delayed_work work;
	unsigned int heartbeat_s;
	unsigned int rekey_s;
	unsigned int recheck_s;
	unsigned long heartbeat_at;
	unsigned long rekey_at;
	unsigned long recheck_at;
	unsigned int rekey_messages;
	u32 session_id;
};

/**
 * struct native_dsm - what the native TSM keeps about a function
 * @pf0: for the function with the DSM; the others have its base_tsm only
 * @cma: how SPDM reaches the device
 * @spdm: the connection, NULL if there is none
 * @turn: whose turn it is to speak, the upkeep's or an op's; outside of the library's
 * @stream: its stream
 * @upkeep: its upkeep
 * @door: its files in debugfs
 */
struct native_dsm {
	struct pci_tsm_pf0 pf0;
	struct pci_cma cma;
	struct spdm *spdm;
	struct mutex turn;	/* for whoever speaks */
	struct native_stream stream;
	struct native_upkeep upkeep;
	struct native_door *door;
};

/* The core has a struct pci_tsm, and kfree() of it frees all of this. */
static_assert(offsetof(struct native_dsm, pf0.base_tsm) == 0);

/* native-tsm.c */
struct native_dsm *native_dsm_of(struct pci_dev *pdev);
int native_errno(int rc);
int native_fail(struct native_dsm *dsm, struct spdm *spdm, const char *what, int rc);

/* native-stream.c */
bool native_stream_possible(struct pci_dev *pdev);
int native_stream_start(struct native_dsm *dsm, struct spdm *spdm);
int native_stream_refresh(struct native_stream *stream);
void native_stream_stop(struct native_dsm *dsm);

/* native-upkeep.c */
int native_upkeep_init(void);
void native_upkeep_exit(void);
void native_upkeep_start(struct native_dsm *dsm);
void native_upkeep_look(struct native_dsm *dsm);
void native_upkeep_stop(struct native_dsm *dsm);

/* native-evidence.c */
int native_refresh_evidence(struct pci_tsm *tsm, u32 types, u8 slot,
			    const u8 nonce[PCI_TSM_NONCE_SIZE],
			    struct pci_tsm_evidence *result);
void native_tell_evidence(struct native_dsm *dsm, u8 slot);

/* native-debugfs.c */
#ifdef CONFIG_DEBUG_FS
void native_debugfs_init(void);
void native_debugfs_exit(void);
void native_door_open(struct native_dsm *dsm);
void native_door_close(struct native_dsm *dsm);
#else
static inline void native_debugfs_init(void) { }
static inline void native_debugfs_exit(void) { }
static inline void native_door_open(struct native_dsm *dsm) { }
static inline void native_door_close(struct native_dsm *dsm) { }
#endif

#endif /* NATIVE_HOST_NATIVE_H */
