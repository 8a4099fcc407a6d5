/* SPDX-License-Identifier: GPL-2.0 */
/*
 * PCI/TSM core, private: what the tsm*.c files share.
 *
 * Locks, outermost first. Outside of all of them: the rescan lock, device
 * locks, VFIO's locks. None is held over an op or an access to a device.
 *
 *   pci_tsm_dir_lock		who may create or remove tsm/; no show or store takes it
 *   pci_tsm_ptr_lock		who may write pci_dev::tsm
 *   pci_tsm_rwsem		the registry of TSMs
 *   pci_tsm_dsm::cancel_mutex	holds the running op in place while it is cancelled
 *   pci_tsm_list_lock		the list of all DSMs (raw, irqs off)
 *   pci_tsm_dsm::lock		queue, running op, functions (raw, irqs off)
 *   pci_tsm_record::lock	one state record (raw, irqs off)
 */
#ifndef DRIVERS_PCI_TSM_H
#define DRIVERS_PCI_TSM_H

#include <linux/cleanup.h>
#include <linux/completion.h>
#include <linux/err.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/pci.h>
#include <linux/pci-tsm.h>
#include <linux/percpu-refcount.h>
#include <linux/spinlock.h>
#include <linux/tsm-class.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#define PCI_TSM_QUEUE_MAX	64
#define PCI_TSM_TEXT_MAX	96
/* Of an item: the request goes on when nothing more urgent is there; no result of a TSM's */
#define PCI_TSM_MORE		((ssize_t)S32_MAX)

#define PCI_TSM_NR_STATES	(PCI_TSM_STATE_MAX + 1)

/* What may move a record from one state to the next */
enum pci_tsm_step {
	PCI_TSM_STEP_CONNECT,
	PCI_TSM_STEP_CONNECTED,
	PCI_TSM_STEP_REFUSED,
	PCI_TSM_STEP_DISCONNECT,
	PCI_TSM_STEP_DISCONNECTED,
	PCI_TSM_STEP_BIND,
	PCI_TSM_STEP_UNBIND,
	PCI_TSM_STEP_LOSS,
	PCI_TSM_STEP_REMOVAL,
	PCI_TSM_STEP_DEPARTURE,
	PCI_TSM_STEP_SLEEP,
	PCI_TSM_NR_STEPS,
};

/**
 * struct pci_tsm_record - the state of a DSM or of a function
 * @lock: protects all of it; taken in hard irqs
 * @state: where it is
 * @reason: why the last transition happened
 * @lost_reason: why it is @lost
 * @lost: trust is lost and the worker has not finished to withdraw yet, or
 *	the record is still in the state that this led to
 * @seq: number of transitions so far
 */
struct pci_tsm_record {
	raw_spinlock_t lock;
	enum pci_tsm_state state;
	enum pci_tsm_reason reason;
	enum pci_tsm_reason lost_reason;
	bool lost;
	u64 seq;
};

/**
 * struct pci_tsm_change - one transition, as events tell it
 * @old: the state before
 * @new: the state after; @old if there was no transition
 * @reason: why
 * @seq: its number
 */
struct pci_tsm_change {
	enum pci_tsm_state old;
	enum pci_tsm_state new;
	enum pci_tsm_reason reason;
	u64 seq;
};

/**
 * struct pci_tsm_provider - a registered TSM, as the core sees it
 * @tsm_dev: the class device
 * @ops: its ops, constant while it is registered
 * @node: in the registry
 * @inflight: one for each verb on its way, and one until it leaves
 * @confirmed: no verb can get @inflight any more
 * @drained: @inflight is zero
 * @leaving: it may serve nothing new, and what it serves is to be torn down
 */
struct pci_tsm_provider {
	struct tsm_dev *tsm_dev;
	const struct pci_tsm_ops *ops;
	struct list_head node;
	struct percpu_ref inflight;
	struct completion confirmed;
	struct completion drained;
	bool leaving;
};

/**
 * struct pci_tsm_counters - what happened to a DSM so far
 * @connects: connects that succeeded
 * @refused: connects that did not
 * @disconnects: completed, whoever asked
 * @cancels: ops that were told to stop
 * @losses: by reason
 * @last_errno: of the last connect
 */
struct pci_tsm_counters {
	u64 connects;
	u64 refused;
	u64 disconnects;
	u64 cancels;
	u64 losses[PCI_TSM_NR_REASONS];
	int last_errno;
};

/**
 * struct pci_tsm_dsm - a DSM: an actor with one worker
 * @ref: held by each function, request and queued work
 * @free_work: frees it a grace period after the last reference
 * @pdev: the function that the DSM lives in, referenced
 * @all_node: in the list of all DSMs
 * @rec: the state record
 * @lock: protects what follows, down to @idle
 * @fns: functions that the DSM governs, its own among them
 * @queue: requests by class, in order
 * @nr_queued: their number
 * @tsm: the TSM that serves it, from the begin of connect until all is undone;
 *	written by the worker alone
 * @req: the request that runs
 * @op_fn: the function that the running op is about, NULL if none runs
 * @op_cancellable: a cancel may stop the running op
 * @op_cancelled: the item that runs was told to stop; sticky until its end
 * @gone: its function is going away
 * @counters: statistics
 * @idle: woken whenever an item ended
 * @verified: the identity was verified in this connection
 * @evidence: what is known of the device, protected by @lock; changed by the worker
 * @cancel_mutex: held while the op cancel is called; the worker passes through
 *	it after each op, so that a cancel never hits the next one
 * @up: connect has succeeded and disconnect has not run; worker only
 * @awake: the worker holds a runtime PM reference; worker only
 * @guests_turn: the next request may be a guest's; worker only
 * @work: the worker
 * @urgent: what must not wait for the worker
 */
struct pci_tsm_dsm {
	struct kref ref;
	struct rcu_work free_work;
	struct pci_dev *pdev;
	struct list_head all_node;
	struct pci_tsm_record rec;
	raw_spinlock_t lock;
	struct list_head fns;
	struct list_head queue[4];
	unsigned int nr_queued;
	struct pci_tsm_provider *tsm;
	struct pci_tsm_req *req;
	struct pci_tsm_fn *op_fn;
	bool op_cancellable;
	bool op_cancelled;
	bool gone;
	struct pci_tsm_counters counters;
	wait_queue_head_t idle;
	bool verified;
	struct pci_tsm_snapshot *evidence;
	struct mutex cancel_mutex;	/* the cancel of one op against the next op */
	bool up;
	bool awake;
	bool guests_turn;
	struct work_struct work;
	struct work_struct urgent;
};

/**
 * struct pci_tsm_fn - a function that some DSM governs; pci_dev::tsm
 * @ref: held by pci_dev::tsm (with @node) and by requests
 * @free_work: frees it a grace period after the last reference
 * @pdev: the function, referenced
 * @dsm: its DSM, referenced
 * @rec: its own state record
 * @node: in @dsm's list; protected by its lock, as all that follows but @invalidate
 * @users: who works on the function now; its removal waits for them
 * @tsm: the TSM driver's context; written by the worker alone
 * @probe_failed: the TSM refused it; not tried again before the next connect
 * @quiesced: bus master was cleared after a loss
 * @want_unbind: somebody waits for it to be unbound
 * @gone: it is going away
 * @invalidate: tells the VMM's driver that the interface is no longer its own
 * @invalidate_data: argument of @invalidate
 * @state_kn: tsm/state, for those who poll it; referenced
 */
struct pci_tsm_fn {
	struct kref ref;
	struct rcu_work free_work;
	struct pci_dev *pdev;
	struct pci_tsm_dsm *dsm;
	struct pci_tsm_record rec;
	struct list_head node;
	unsigned int users;
	struct pci_tsm *tsm;
	bool probe_failed;
	bool quiesced;
	bool want_unbind;
	bool gone;
	void (*invalidate)(void *data);
	void *invalidate_data;
	struct kernfs_node *state_kn;
};

/* What a request asks for, by class: the lower one is served first */
enum pci_tsm_verb {
	PCI_TSM_VERB_DISCONNECT,
	PCI_TSM_VERB_GUEST_REQ,
	PCI_TSM_VERB_CONNECT,
	PCI_TSM_VERB_BIND,
	PCI_TSM_VERB_REFRESH,
};

/* Which TSM a disconnect names: one by its number, or one of these */
#define PCI_TSM_ID_ANY		(-1)
#define PCI_TSM_ID_UNKNOWN	(-2)

/**
 * struct pci_tsm_blob - one object of evidence; immutable
 * @ref: held by each snapshot that has it
 * @obj: the object, its record spelt out
 * @slot: of an answer, whose key signed it
 * @nonce: of an answer, what was signed along
 */
struct pci_tsm_blob {
	refcount_t ref;
	struct pci_tsm_object obj;
	u8 slot;
	u8 nonce[PCI_TSM_NONCE_SIZE];
};

/**
 * struct pci_tsm_snapshot - evidence of a device at some time; immutable
 * @ref: held by the DSM, by the request that it answers, and by readers
 * @generation: its own, or the one that was current when it answered
 * @spdm_version: as in struct pci_tsm_evidence
 * @hash: likewise
 * @signature: likewise
 * @blobs: by type
 */
struct pci_tsm_snapshot {
	refcount_t ref;
	u64 generation;
	u8 spdm_version;
	char hash[PCI_TSM_ALGO_MAX];
	char signature[PCI_TSM_ALGO_MAX];
	struct pci_tsm_blob *blobs[PCI_TSM_NR_EVIDENCE];
};

/**
 * struct pci_tsm_refresh - a request for evidence, and what came of it
 * @types: bits of the types that are wanted and were not asked for yet
 * @slot: certificate slot that is to sign
 * @nonce: what it signs along
 * @connection: number of the connection that it began in, 0 before that
 * @memcg: who is charged for it, referenced; NULL for nobody
 * @result: what the TSM driver brought, for the worker
 * @answer: what it became, once the request has succeeded
 */
struct pci_tsm_refresh {
	u32 types;
	u8 slot;
	u8 nonce[PCI_TSM_NONCE_SIZE];
	u64 connection;
	struct mem_cgroup *memcg;
	struct pci_tsm_evidence result;
	struct pci_tsm_snapshot *answer;
};

/**
 * struct pci_tsm_req - one request to a DSM
 * @ref: two: the queue's and the waiter's
 * @node: in the queue
 * @done: completed with @result set
 * @end: called before that, if there is nobody who waits; process context
 * @owner: for @end
 * @text: what went wrong, for people
 * @verb: what to do
 * @fn: the function it is about, referenced
 * @tsm: TSM in whose @inflight it has a share, or NULL
 * @result: 0, a residue in bytes, or a negative errno
 * @cancels: this disconnect told what runs to stop
 * @ended_connect: that was a connect, or one that waited is outdated by this
 * @outdated: this connect was asked for before a disconnect
 * @committed: it has succeeded, and nothing but its completion is left
 * @awake: it holds a runtime PM reference on the device
 * @connect: input of connect
 * @id: input of disconnect: the TSM that it names
 * @bind: input of bind
 * @guest: input and output of guest_req; its buffers are kernel memory here
 * @refresh: input and output of refresh_evidence, the request's own
 */
struct pci_tsm_req {
	refcount_t ref;
	struct list_head node;
	struct completion done;
	void (*end)(struct pci_tsm_req *req);
	void *owner;
	char text[PCI_TSM_TEXT_MAX];
	enum pci_tsm_verb verb;
	struct pci_tsm_fn *fn;
	struct pci_tsm_provider *tsm;
	ssize_t result;
	bool cancels;
	bool ended_connect;
	bool outdated;
	bool committed;
	bool awake;
	union {
		struct pci_tsm_connect_args connect;
		int id;
		struct {
			struct kvm *kvm;
			u32 tdi_id;
			void (*invalidate)(void *data);
			void *data;
		} bind;
		struct pci_tsm_guest_args guest;
		struct pci_tsm_refresh *refresh;
	};
};

/**
 * struct pci_tsm_provider_info - what readers see of a TSM
 * @mode: what it does for PCI devices
 * @rank: as in its ops
 * @caps: bits of enum pci_tsm_tsm_cap
 * @connections: DSMs that it serves now
 */
struct pci_tsm_provider_info {
	enum pci_tsm_mode mode;
	int rank;
	u32 caps;
	u32 connections;
};

/**
 * struct pci_tsm_view - what readers see of a function
 * @dsm: state of its DSM, why and the how manieth
 * @fn: its own state, likewise
 * @is_dsm: it is the function that the DSM lives in
 * @tsm_id: number of the TSM that serves the DSM, or a negative number
 * @dsm_name: name of the function that the DSM lives in, if the TSM knows @fn;
 *	else empty
 * @verified: the identity was verified, in a connection that may have ended
 * @generation: of the DSM's evidence, 0 for none
 * @counters: of the DSM
 */
struct pci_tsm_view {
	struct pci_tsm_change dsm;
	struct pci_tsm_change fn;
	bool is_dsm;
	int tsm_id;
	char dsm_name[24];
	bool verified;
	u64 generation;
	struct pci_tsm_counters counters;
};

/* tsm.c */
bool pci_tsm_authentic(struct pci_dev *pdev);
struct pci_tsm_provider *pci_tsm_pick_for_connect(struct pci_dev *pdev, int id);
struct pci_tsm_req *pci_tsm_connect_req(struct pci_dev *pdev, struct pci_tsm_provider *tsm,
					const struct pci_tsm_connect_args *args);
struct pci_tsm_req *pci_tsm_disconnect_req(struct pci_dev *pdev, int id);
int pci_tsm_connect(struct pci_dev *pdev, int id, const struct pci_tsm_connect_args *args);
int pci_tsm_disconnect(struct pci_dev *pdev, int id);

/* tsm-registry.c */
bool pci_tsm_off(void);
bool pci_tsm_served(struct pci_dev *pdev);
struct pci_tsm_provider *pci_tsm_pick(struct pci_dev *pdev, int id);
void pci_tsm_announce(struct pci_dev *pdev);
void pci_tsm_provider_info(struct tsm_dev *tsm_dev, struct pci_tsm_provider_info *info);

/* tsm-dsm.c */
extern struct mutex pci_tsm_ptr_lock;
struct pci_tsm_fn *pci_tsm_fn_get(struct pci_dev *pdev);
struct pci_tsm_fn *pci_tsm_fn_get_or_make(struct pci_dev *pdev);
void pci_tsm_fn_put(struct pci_tsm_fn *fn);
DEFINE_FREE(pci_tsm_fn_put, struct pci_tsm_fn *, pci_tsm_fn_put(IS_ERR(_T) ? NULL : _T))
void pci_tsm_fn_join(struct pci_dev *pdev);
void pci_tsm_fn_close(struct pci_dev *pdev);
bool pci_tsm_fn_closed(struct pci_dev *pdev);
void pci_tsm_fn_leave(struct pci_tsm_fn *fn);
void pci_tsm_fn_lose(struct pci_tsm_fn *fn, enum pci_tsm_reason reason);
void pci_tsm_dsm_lose_below(struct pci_tsm_dsm *dsm, struct pci_dev *bridge,
			    enum pci_tsm_reason reason);
void pci_tsm_fn_set_state_kn(struct pci_tsm_fn *fn, struct kernfs_node *kn);
bool pci_tsm_dsm_tryget(struct pci_tsm_dsm *dsm);
void pci_tsm_dsm_put(struct pci_tsm_dsm *dsm);
struct pci_tsm_dsm *pci_tsm_dsm_next(struct pci_tsm_dsm *dsm);
void pci_tsm_view(struct pci_dev *pdev, struct pci_tsm_view *view);

static inline bool pci_tsm_fn_is_dsm(const struct pci_tsm_fn *fn)
{
	return fn->pdev == fn->dsm->pdev;
}

/* tsm-request.c */
unsigned int pci_tsm_verb_class(enum pci_tsm_verb verb);
struct pci_tsm_req *pci_tsm_req_alloc(enum pci_tsm_verb verb, struct pci_tsm_fn *fn);
void pci_tsm_req_start(struct pci_tsm_req *req);
ssize_t pci_tsm_req_run(struct pci_tsm_req *req);
bool pci_tsm_req_cancel(struct pci_tsm_req *req);
void pci_tsm_req_finish(struct pci_tsm_req *req, ssize_t result);
void pci_tsm_req_put(struct pci_tsm_req *req);
bool pci_tsm_mark_cancelled(struct pci_tsm_fn *fn);
void pci_tsm_mark_wanted(struct pci_tsm_dsm *dsm);
void pci_tsm_mark_lost(struct pci_tsm_dsm *dsm);
void pci_tsm_expel(struct pci_tsm_dsm *dsm, struct pci_tsm_fn *fn,
		   struct pci_tsm_provider *tsm, int error);

/* tsm-evidence.c */
struct pci_tsm_snapshot *pci_tsm_snapshot_make(struct pci_tsm_evidence *evidence,
					       const struct pci_tsm_refresh *refresh);
struct pci_tsm_snapshot *pci_tsm_snapshot_get(struct pci_tsm_dsm *dsm);
void pci_tsm_snapshot_put(struct pci_tsm_snapshot *snap);
DEFINE_FREE(pci_tsm_snapshot_put, struct pci_tsm_snapshot *, pci_tsm_snapshot_put(_T))
int pci_tsm_evidence_learn(struct pci_tsm_dsm *dsm, struct pci_tsm_snapshot *answer);
void pci_tsm_evidence_drop(struct pci_tsm_dsm *dsm);
struct pci_tsm_req *pci_tsm_refresh_req(struct pci_tsm_fn *fn, u32 types, u8 slot,
					const u8 nonce[PCI_TSM_NONCE_SIZE]);
void pci_tsm_refresh_free(struct pci_tsm_refresh *refresh);

/* tsm-worker.c */
void pci_tsm_might_wait(void);
void pci_tsm_kick(struct pci_tsm_dsm *dsm);
void pci_tsm_kick_urgent(struct pci_tsm_dsm *dsm);
bool pci_tsm_op_cancelled(struct pci_tsm_dsm *dsm);
void pci_tsm_cancel(struct pci_tsm_dsm *dsm);
long pci_tsm_wait_idle(struct pci_tsm_dsm *dsm, bool (*idle)(struct pci_tsm_dsm *, void *),
		       void *data, long timeout);
void pci_tsm_op_begin(struct pci_tsm_dsm *dsm, struct pci_tsm_fn *fn, bool cancellable);
void pci_tsm_op_end(struct pci_tsm_dsm *dsm);
bool pci_tsm_item_cancelled(struct pci_tsm_dsm *dsm);
bool pci_tsm_item_commit(struct pci_tsm_dsm *dsm);
struct pci_tsm_fn *pci_tsm_find_fn(struct pci_tsm_dsm *dsm, bool (*match)(struct pci_tsm_fn *fn));
void pci_tsm_unuse_fn(struct pci_tsm_fn *fn);
bool pci_tsm_fn_unprobed(struct pci_tsm_fn *fn);
void pci_tsm_dsm_init_work(struct pci_tsm_dsm *dsm);

/* tsm-pm.c */
enum pci_tsm_reason pci_tsm_asleep(void);

/* tsm-link.c: all on the worker */
ssize_t pci_tsm_link_run(struct pci_tsm_dsm *dsm, struct pci_tsm_req *req);
void pci_tsm_link_withdraw(struct pci_tsm_dsm *dsm);
void pci_tsm_link_withdraw_fn(struct pci_tsm_dsm *dsm, struct pci_tsm_fn *fn);
void pci_tsm_link_teardown(struct pci_tsm_dsm *dsm, enum pci_tsm_step step,
			   enum pci_tsm_reason reason);
void pci_tsm_link_drop_fn(struct pci_tsm_dsm *dsm, struct pci_tsm_fn *fn);
void pci_tsm_link_unbind(struct pci_tsm_dsm *dsm, struct pci_tsm_fn *fn, enum pci_tsm_step step,
			 enum pci_tsm_reason reason);
void pci_tsm_link_probe(struct pci_tsm_dsm *dsm, struct pci_tsm_fn *fn);

/* tsm-event.c */
int pci_tsm_move(struct pci_tsm_dsm *dsm, struct pci_tsm_fn *fn, enum pci_tsm_step step,
		 enum pci_tsm_reason reason);
void pci_tsm_event_tsm(struct pci_dev *pdev, const char *event, struct tsm_dev *tsm_dev);
void pci_tsm_event_evidence(struct pci_tsm_dsm *dsm);
void pci_tsm_notify_state(struct pci_tsm_fn *fn);

/* tsm-state.c */
void pci_tsm_record_init(struct pci_tsm_record *rec, enum pci_tsm_state state);
int pci_tsm_record_step(struct pci_tsm_record *rec, enum pci_tsm_step step,
			enum pci_tsm_reason reason, struct pci_tsm_change *change);
bool pci_tsm_record_lose(struct pci_tsm_record *rec, enum pci_tsm_reason reason);
enum pci_tsm_reason pci_tsm_record_loss(struct pci_tsm_record *rec);
bool pci_tsm_record_to_withdraw(struct pci_tsm_record *rec);
void pci_tsm_record_read(struct pci_tsm_record *rec, struct pci_tsm_change *now);
int pci_tsm_table(enum pci_tsm_state from, enum pci_tsm_step step);
const char *pci_tsm_state_name(enum pci_tsm_state state);
const char *pci_tsm_reason_name(enum pci_tsm_reason reason);

/* tsm-topology.c */
bool pci_tsm_capable(struct pci_dev *pdev);
struct pci_dev *pci_tsm_find_dsm(struct pci_dev *pdev);
bool pci_tsm_below(struct pci_dev *pdev, struct pci_dev *bridge);
typedef int (*pci_tsm_fn_cb)(struct pci_dev *pdev, void *data);
int pci_tsm_walk_governed(struct pci_dev *dsm_pdev, pci_tsm_fn_cb fn, void *data);

/* tsm-netlink.c */
#ifdef CONFIG_PCI_TSM_NETLINK
void pci_tsm_nl_tell_dev(struct pci_dev *pdev, enum pci_tsm_event event,
			 const struct pci_tsm_change *change);
void pci_tsm_nl_tell_tsm(struct tsm_dev *tsm_dev, enum pci_tsm_event event);
#else
static inline void pci_tsm_nl_tell_dev(struct pci_dev *pdev, enum pci_tsm_event event,
				       const struct pci_tsm_change *change)
{
}

static inline void pci_tsm_nl_tell_tsm(struct tsm_dev *tsm_dev, enum pci_tsm_event event)
{
}
#endif

/* tsm-sysfs.c */
extern struct mutex pci_tsm_dir_lock;
void pci_tsm_files_update(struct pci_dev *pdev);
struct kernfs_node *pci_tsm_files_get_state(struct pci_dev *pdev);
void pci_tsm_files_close(void);

/* tsm-certs.c */
extern const struct attribute_group pci_tsm_certs_group;

#endif /* DRIVERS_PCI_TSM_H */
