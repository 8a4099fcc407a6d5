/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the files of devsec_bus share.
 *
 * One raw spinlock for each emulated host bridge protects all registers and all
 * state below it: the PCI core calls config ops with interrupts off, under a raw
 * spinlock of its own. Whatever takes time or calls out (a DOE answer, the
 * settling of a stream, an interrupt) runs from a work item, without the lock.
 *
 * Inside of it is one more raw spinlock, that of the queue to the software DSM
 * (dsm-chardev.c). Nothing is woken up under either: that is for a work item too.
 */
#ifndef __DEVSEC_H
#define __DEVSEC_H

#include <linux/cleanup.h>
#include <linux/list.h>
#include <linux/pci.h>
#include <linux/pci-ecam.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include "fw.h"

struct dentry;
struct devsec_kcu;
struct irq_domain;
struct seq_file;

#define DEVSEC_CFG_SIZE		4096
#define DEVSEC_DOE_DW		4096	/* the longest data object, in dwords */
#define DEVSEC_DOE_PROTOCOLS	4

enum devsec_kind {
	DEVSEC_ROOT_PORT,
	DEVSEC_UPSTREAM,
	DEVSEC_DOWNSTREAM,
	DEVSEC_ENDPOINT,
	DEVSEC_RCIEP,
	DEVSEC_VF,
};

/* What a function can do beyond its kind */
#define DEVSEC_HAS_TEE		BIT(0)	/* TEE-I/O bit */
#define DEVSEC_HAS_IDE		BIT(1)
#define DEVSEC_HAS_CMA		BIT(2)	/* mailbox with CMA-SPDM */
#define DEVSEC_HAS_FW		BIT(3)	/* mailbox with the protocol of fw.h */
#define DEVSEC_HAS_ARI		BIT(4)
#define DEVSEC_HAS_SRIOV	BIT(5)
#define DEVSEC_HAS_FLOW		BIT(6)	/* lets IDE streams of others pass */
#define DEVSEC_HAS_SIBLINGS	BIT(7)	/* multi-function bit */

/* All of a device that can hold a DSM and be one end of a stream */
#define DEVSEC_HAS_DSM	(DEVSEC_HAS_TEE | DEVSEC_HAS_IDE | DEVSEC_HAS_CMA | DEVSEC_HAS_FW)

/**
 * struct devsec_cfg - the config space of one function
 * @val: what a read gives
 * @rw: bits that a write changes
 * @w1c: bits that a write of one clears
 * @init: @val after a reset
 * @sticky: bytes that survive a reset with power on (AER status, for one)
 */
struct devsec_cfg {
	u8 val[DEVSEC_CFG_SIZE];
	u8 rw[DEVSEC_CFG_SIZE];
	u8 w1c[DEVSEC_CFG_SIZE];
	u8 init[DEVSEC_CFG_SIZE];
	DECLARE_BITMAP(sticky, DEVSEC_CFG_SIZE);
};

enum devsec_doe_fault {
	DEVSEC_DOE_FINE,
	DEVSEC_DOE_DROP,	/* never answers */
	DEVSEC_DOE_DELAY,	/* answers after arg milliseconds */
	DEVSEC_DOE_ERROR,	/* sets the Error bit instead */
	DEVSEC_DOE_BUSY,	/* stays busy, whatever is written */
	DEVSEC_DOE_SHORT,	/* the answer lacks its last dword */
	DEVSEC_DOE_LONG,	/* the answer has dwords too many */
	DEVSEC_DOE_WRONG_TYPE,	/* the answer has another type */
	DEVSEC_DOE_CORRUPT,	/* byte arg of the answer is inverted */
};

enum devsec_dsm_state {
	DEVSEC_DSM_IDLE,
	DEVSEC_DSM_QUEUED,	/* the object was not read yet */
	DEVSEC_DSM_ASKED,	/* it was, and has no answer yet */
};

/**
 * struct devsec_dsm_mb - what the software DSM has to do with a mailbox
 * @entry: in the list of those with something to read, or of those that wait;
 *	protected by the lock in dsm-chardev.c, as is @cookie; the rest by the host's
 * @state: of the object in the mailbox
 * @cookie: of that object
 * @rid: requester ID by which the DSM knows the function; 0 for not yet
 * @reset: the DSM is still to be told of a reset
 */
struct devsec_dsm_mb {
	struct list_head entry;
	enum devsec_dsm_state state;
	u32 cookie;
	u16 rid;
	bool reset;
};

/**
 * struct devsec_doe - a DOE mailbox
 * @fn: the function it belongs to
 * @pos: offset of its extended capability
 * @protocols: vendor << 8 | type, in the order of discovery
 * @nr_protocols: entries used in @protocols
 * @req: what was written to the write mailbox
 * @req_len: dwords in @req, which may be more than it can hold
 * @resp: what the read mailbox gives
 * @resp_len: dwords in @resp
 * @resp_pos: the one that is read next
 * @busy: a request is being worked on
 * @error: the Error bit
 * @fault: what goes wrong from the next object on
 * @fault_count: in how many of them
 * @fault_arg: argument of @fault
 * @fault_now: what goes wrong with the object that came last
 * @answer: makes the answer
 * @dsm: the software DSM's part
 */
struct devsec_doe {
	struct devsec_fn *fn;
	u16 pos;
	u32 protocols[DEVSEC_DOE_PROTOCOLS];
	unsigned int nr_protocols;
	u32 *req;
	unsigned int req_len;
	u32 *resp;
	unsigned int resp_len;
	unsigned int resp_pos;
	bool busy;
	bool error;
	enum devsec_doe_fault fault;
	unsigned int fault_count;
	unsigned int fault_arg;
	enum devsec_doe_fault fault_now;
	struct delayed_work answer;
	struct devsec_dsm_mb dsm;
};

enum devsec_key_state {
	DEVSEC_KEY_NONE,
	DEVSEC_KEY_PROGRAMMED,
	DEVSEC_KEY_IN_USE,
	DEVSEC_KEY_MIXED,	/* of a key set: not all keys are the same */
};

/* As in IDE_KM's KeySub, and as the port itself sees it */
enum devsec_key_dir {
	DEVSEC_KEY_RX,
	DEVSEC_KEY_TX,
	DEVSEC_KEY_DIRS,
};

#define DEVSEC_KEY_SIZE		DEVSEC_FW_KEY_SIZE
#define DEVSEC_KEY_SETS		2
#define DEVSEC_KEY_SUBS		3	/* posted, non-posted, completions */
#define DEVSEC_KEYS_OF_SET	(DEVSEC_KEY_DIRS * DEVSEC_KEY_SUBS)
#define DEVSEC_KEYS		(DEVSEC_KEY_SETS * DEVSEC_KEYS_OF_SET)

/**
 * struct devsec_key - one key of a stream at one end
 * @bytes: as a cipher takes it; all zero if there is none
 * @state: what may be done with it
 */
struct devsec_key {
	u8 bytes[DEVSEC_KEY_SIZE];
	enum devsec_key_state state;
};

/* Which key of a stream */
struct devsec_key_at {
	u8 set;
	u8 dir;
	u8 sub;
};

/**
 * struct devsec_block - what a port knows of one selective stream
 * @keys: its keys
 * @key_id: the stream id that they were programmed for
 * @tx_set: by sub-stream, the key set that is sent with, plus 1; 0 for none
 * @enabled: the enable bit when it was last looked at
 * @failed: cannot be Secure until it is disabled and enabled again
 * @ready_at: when it may become Secure, in jiffies
 */
struct devsec_block {
	struct devsec_key keys[DEVSEC_KEY_SETS][DEVSEC_KEY_DIRS][DEVSEC_KEY_SUBS];
	u8 key_id;
	u8 tx_set[DEVSEC_KEY_SUBS];
	bool enabled;
	bool failed;
	unsigned long ready_at;
};

/**
 * struct devsec_ide - the IDE capability of a port or endpoint
 * @fn: the function it belongs to
 * @pos: offset of its extended capability
 * @first: offset of the first selective block
 * @nr: number of selective blocks
 * @stuck: fault: no stream becomes Secure
 * @blocks: one for each selective block
 * @settle: looks again after the enable delay
 */
struct devsec_ide {
	struct devsec_fn *fn;
	u16 pos;
	u16 first;
	unsigned int nr;
	bool stuck;
	struct devsec_block *blocks;
	struct delayed_work settle;
};

/**
 * struct devsec_fn - an emulated function
 * @host: the host bridge it is below
 * @all: entry in the host's list of all functions
 * @level: entry in the list of those on its bus
 * @below: those on the secondary bus of a bridge
 * @port: the bridge that it is below, NULL on the root bus
 * @root: the root port above it (or itself), NULL for an RCiEP
 * @pf: the physical function of a VF
 * @shape: the word of the topology that it comes from
 * @kind: what it is
 * @has: what it can do
 * @devfn: its number on its bus
 * @vf_index: which VF it is
 * @exp: offset of its PCI Express capability
 * @aer: offset of its AER capability, or 0
 * @ari: offset of its ARI capability, or 0
 * @sriov: offset of its SR-IOV capability, or 0
 * @flow: offset of an IDE capability with nothing but flow-through, or 0
 * @vfs_on: the VF Enable bit when it was last looked at
 * @gone: not in its slot
 * @in_reset: a bridge that holds its secondary bus in reset, or its link disabled
 * @link_down: fault: the link of a port does not train
 * @ext_last: the extended capability that was added last
 * @ext_end: where the next one goes
 * @cfg: its config space
 * @doe: its mailbox, or NULL
 * @ide: its IDE capability, or NULL
 * @irqs: where the interrupt of a root port is from
 * @irq: number of that interrupt, 0 for none
 * @hotplug: adds and removes what is below a root port
 * @pulled: what was below the root port has lost power or link since
 */
struct devsec_fn {
	struct devsec_host *host;
	struct list_head all;
	struct list_head level;
	struct list_head below;
	struct devsec_fn *port;
	struct devsec_fn *root;
	struct devsec_fn *pf;
	const char *shape;
	enum devsec_kind kind;
	u32 has;
	u8 devfn;
	u16 vf_index;
	u16 exp;
	u16 aer;
	u16 ari;
	u16 sriov;
	u16 flow;
	bool vfs_on;
	bool gone;
	bool in_reset;
	bool link_down;
	u16 ext_last;
	u16 ext_end;
	struct devsec_cfg *cfg;
	struct devsec_doe *doe;
	struct devsec_ide *ide;
	struct irq_domain *irqs;
	unsigned int irq;
	struct work_struct hotplug;
	bool pulled;
};

/**
 * struct devsec_host - an emulated host bridge
 * @node: entry in the list of all
 * @bridge: as the PCI core knows it
 * @sysdata: what this architecture wants to find in bus->sysdata
 * @domain: its PCI domain
 * @lock: protects all registers and state of the functions below it, and the
 *	lists; innermost but for that of dsm-chardev.c and those of workqueues
 * @fns: all functions
 * @roots: those on the root bus
 * @nr_ports: root ports so far, which numbers their slots
 * @kcu: gives the root ports their keys, or NULL
 * @mem: CPU addresses of the window for 32-bit BARs
 * @pref: CPU addresses of the window for 64-bit BARs
 */
struct devsec_host {
	struct list_head node;
	struct pci_host_bridge *bridge;
#ifdef CONFIG_X86
	struct pci_sysdata sysdata;
#else
	struct pci_config_window sysdata;
#endif
	int domain;
	raw_spinlock_t lock;
	struct list_head fns;
	struct list_head roots;
	unsigned int nr_ports;
	struct devsec_kcu *kcu;
	struct resource mem;
	struct resource pref;
};

static inline bool devsec_is_bridge(const struct devsec_fn *fn)
{
	return fn->kind <= DEVSEC_DOWNSTREAM;
}

/* Bridges whose other side is a link */
static inline bool devsec_has_link_below(const struct devsec_fn *fn)
{
	return fn->kind == DEVSEC_ROOT_PORT || fn->kind == DEVSEC_DOWNSTREAM;
}

/* Bridges with a slot for hot-plug, and with interrupts */
static inline bool devsec_has_slot(const struct devsec_fn *fn)
{
	return fn->kind == DEVSEC_ROOT_PORT;
}

/* Does an access of @size bytes at @where touch any of @len bytes at @pos? */
static inline bool devsec_touches(u16 where, int size, u16 pos, u16 len)
{
	return where < pos + len && where + size > pos;
}

/* bus.c */
extern struct workqueue_struct *devsec_wq;
extern struct list_head devsec_hosts;
struct devsec_host *devsec_host_by_domain(unsigned int domain);
struct devsec_fn *devsec_route(struct devsec_host *host, u8 busnr, u8 devfn);

/* topology.c */
int devsec_topology_check(const char *topology);
int devsec_topology_build(struct devsec_host *host, const char *topology);

/* function.c */
struct devsec_fn *devsec_fn_create(struct devsec_host *host, struct devsec_fn *port,
				   enum devsec_kind kind, u8 devfn, u32 has,
				   const char *shape);
void devsec_fn_stop(struct devsec_fn *fn);
void devsec_fn_destroy(struct devsec_fn *fn);
void devsec_fn_seal(struct devsec_fn *fn);
u16 devsec_ext_cap(struct devsec_fn *fn, u16 id, u8 version, u16 size);
bool devsec_fn_reachable(const struct devsec_fn *fn);
u8 devsec_fn_bus(const struct devsec_fn *fn);
u32 devsec_fn_read(struct devsec_fn *fn, u16 where, int size);
void devsec_fn_write(struct devsec_fn *fn, u16 where, int size, u32 val);
void devsec_fn_reset(struct devsec_fn *fn);
void devsec_reset_below(struct devsec_fn *port);

/* cfgspace.c */
u32 devsec_cfg_read(const struct devsec_cfg *cfg, u16 where, int size);
bool devsec_cfg_write(struct devsec_cfg *cfg, u16 where, int size, u32 val);
void devsec_cfg_set(struct devsec_cfg *cfg, u16 where, int size, u32 val);
void devsec_cfg_init(struct devsec_cfg *cfg, u16 where, int size, u32 val, u32 rw);
void devsec_cfg_w1c(struct devsec_cfg *cfg, u16 where, int size, u32 w1c);
void devsec_cfg_seal(struct devsec_cfg *cfg);
void devsec_cfg_reset(struct devsec_cfg *cfg, bool cold);

/* doe.c */
int devsec_doe_add(struct devsec_fn *fn);
void devsec_doe_free(struct devsec_fn *fn);
bool devsec_doe_owns(const struct devsec_fn *fn, u16 where);
u32 devsec_doe_read(struct devsec_doe *doe, u16 where, int size);
void devsec_doe_write(struct devsec_doe *doe, u16 where, int size, u32 val);
void devsec_doe_clear(struct devsec_doe *doe);
void devsec_doe_reset(struct devsec_doe *doe);
bool devsec_doe_is_secured(const struct devsec_doe *doe);
void devsec_doe_answered(struct devsec_doe *doe, bool secured, const __le32 *payload,
			 unsigned int len);

/* dsm-chardev.c */
bool devsec_dsm_ask(struct devsec_doe *doe);
void devsec_dsm_drop(struct devsec_doe *doe);
void devsec_dsm_reset(struct devsec_doe *doe);
int devsec_dsm_init(void);
void devsec_dsm_exit(void);

/* fw.c */
unsigned int devsec_fw_answer(struct devsec_fn *fn, const u32 *req, unsigned int len,
			      u32 *resp);

/* ide.c */
int devsec_ide_params(void);
int devsec_ide_add(struct devsec_fn *fn);
int devsec_ide_add_flow(struct devsec_fn *fn);
void devsec_ide_free(struct devsec_fn *fn);
void devsec_ide_written(struct devsec_fn *fn, u16 where, int size, bool changed);
void devsec_ide_reset(struct devsec_fn *fn);
struct devsec_block *devsec_ide_block_of(struct devsec_ide *ide, u8 stream_id);
const struct devsec_block *devsec_ide_far_end(struct devsec_ide *ide,
					      const struct devsec_block *mine);
bool devsec_ide_secure(struct devsec_ide *ide, u8 stream_id);
void devsec_ide_settle(struct devsec_fn *fn);
unsigned int devsec_ide_break(struct devsec_fn *fn);
unsigned int devsec_ide_fail_received(struct devsec_fn *fn);
unsigned int devsec_ide_image(const struct devsec_ide *ide, u32 *regs, unsigned int max);
unsigned int devsec_ide_leaks(const struct devsec_fn *fn);
void devsec_ide_show(const struct devsec_fn *fn, struct seq_file *m);

/* ide-keys.c */
unsigned int devsec_keys_held(const struct devsec_block *block);
bool devsec_keys_in_use(const struct devsec_block *block);
enum devsec_key_state devsec_keys_state(const struct devsec_block *block, unsigned int set);
bool devsec_keys_agree(const struct devsec_block *a, const struct devsec_block *b, bool going);
void devsec_keys_wipe(struct devsec_block *block);
void devsec_keys_show(const struct devsec_block *block, struct seq_file *m);
struct devsec_block *devsec_ide_key_of(struct devsec_ide *ide, u8 stream_id);
void devsec_key_set(struct devsec_block *block, struct devsec_key_at at,
		    enum devsec_key_state state, const u8 *bytes);
int devsec_key_prog(struct devsec_ide *ide, u8 stream_id, struct devsec_key_at at,
		    const u8 *bytes);
int devsec_key_go(struct devsec_ide *ide, u8 stream_id, struct devsec_key_at at);
int devsec_key_stop(struct devsec_ide *ide, u8 stream_id, struct devsec_key_at at);

/* kcu.c */
int devsec_kcu_params(void);
int devsec_kcu_add(struct devsec_host *host);
void devsec_kcu_remove(struct devsec_host *host);
void devsec_kcu_port_written(struct devsec_fn *port);
bool devsec_kcu_stuck(struct devsec_host *host, bool stuck);
unsigned int devsec_kcu_leaks(const struct devsec_host *host);
void devsec_kcu_debugfs(struct devsec_host *host, struct dentry *dir);

/* aer.c */
void devsec_aer_add(struct devsec_fn *fn);
bool devsec_aer_raise(struct devsec_fn *fn, u32 errors);

/* irq.c */
int devsec_irq_add(struct devsec_fn *port);
void devsec_irq_free(struct devsec_fn *port);
void devsec_irq_raise(struct devsec_fn *port);

/* hotplug.c */
void devsec_slot_add(struct devsec_fn *port);
bool devsec_slot_unplug(struct devsec_fn *port);
bool devsec_slot_plug(struct devsec_fn *port);
bool devsec_slot_link(struct devsec_fn *port, bool up);
void devsec_slot_update(struct devsec_fn *port);
void devsec_hotplug_stop(struct devsec_host *host);

/* sriov.c */
void devsec_sriov_add(struct devsec_fn *pf, u16 nr_vfs);
bool devsec_sriov_vf_on(const struct devsec_fn *vf);
void devsec_sriov_written(struct devsec_fn *pf, u16 where, int size);

/* fault.c */
void devsec_fault_init(void);
void devsec_fault_exit(void);

/* lockclass.c */
int devsec_lockdep_init(void);
void devsec_lockdep_exit(void);

/* drv.c */
extern struct pci_driver devsec_driver;

#endif /* __DEVSEC_H */
