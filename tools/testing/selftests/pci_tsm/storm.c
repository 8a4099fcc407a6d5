// SPDX-License-Identifier: GPL-2.0
/*
 * A storm: four threads do at random what users, administrators, firmware and
 * bad hardware may do at the same time. Afterwards all is quiet again: states
 * fit, nothing leaked, everything unloads. Each operation may take 60 s.
 *
 * STORM_OPS operations in all; STORM_SEED repeats the choices, not the timing.
 *
 * Left out is what the base itself does not survive:
 * - VFs on or off, and removal of their PF: deadlock of iov.c and remove.c, which
 *   lockdep reports even if the two never meet;
 * - AER: a rescan that meets the bus reset of its recovery writes the reset bit of
 *   the bridge back, and the bus stays in reset; VFs deadlock with it in err.c;
 * - reset of a slot: under the device lock it waits for pciehp, that for the
 *   rescan lock, and a removal, which has it, for the device lock;
 * - removal of one device by two at once: remove_store() holds no reference;
 * - unplugging during a rescan: the name of a device that vanishes while it is set
 *   up leaks;
 * - surprise removal of a PF or a switch: a rescan that meets it takes all ones
 *   for enabled VFs, and for bus numbers, by which it then loses buses.
 * Locks in here keep the fourth and fifth apart; with "settle" a slot is known to be
 * done.
 */
#include <signal.h>
#include <sys/syscall.h>

#include "ops.h"

#define TOPOLOGY	"topology=ep*2,mf:2,sriov:3,switch:2"
#define TSMS		"tsms=2 latency_ms=2"
#define THREADS		4
#define SETTLE_MS	30000

/* A device behind a root port, as found before the storm */
static struct slot {
	const char *shape;
	const char *kind;
	int n;
	struct bdf port;
	struct bdf dsm;		/* who is connected */
	struct bdf fn;		/* another function, which is bound; or the same */
	pthread_mutex_t removal;
} slots[] = {
	{ "ep", "endpoint", 0 },
	{ "ep", "endpoint", 1 },
	{ "mf", "endpoint", 0 },
	{ "sriov", "endpoint", 0 },
	{ "switch", "upstream", 0 },
};

#define NR_SLOTS	ARRAY_SIZE(slots)
#define SRIOV		(&slots[3])
#define SWITCH		(&slots[4])

static pthread_mutex_t tsm_lock = PTHREAD_MUTEX_INITIALIZER;
/* Held for reading by who scans, for writing by who unplugs */
static pthread_rwlock_t scan_lock = PTHREAD_RWLOCK_INITIALIZER;

static int op_connect(struct worker *w, struct slot *s)
{
	static const char * const names[] = { "1", "1", "tsm0", "tsm1" };

	return put(names[roll(w, 4)], DEV "tsm/connect", s->dsm.s);
}

static int op_disconnect(struct worker *w, struct slot *s)
{
	return put("1", DEV "tsm/disconnect", s->dsm.s);
}

static int op_bind(struct worker *w, struct slot *s)
{
	return put(str("%s %d", s->fn.s, roll(w, 1000)), TSM_DEBUG "bind");
}

static int op_unbind(struct worker *w, struct slot *s)
{
	return put(s->fn.s, TSM_DEBUG "unbind");
}

static int op_guest(struct worker *w, struct slot *s)
{
	op_bind(w, s);
	return put(str("%s %d 0011223344", s->fn.s, roll(w, 2)), TSM_DEBUG "guest_req");
}

static int op_read(struct worker *w, struct slot *s)
{
	static const char * const files[] = {
		"tsm/connect", "tsm/state", "tsm/reason", "tsm/dsm", "tsm/bound", "authenticated",
	};

	get(DEV "%s", s->dsm.s, files[roll(w, 6)]);
	get(DEV "%s", s->fn.s, files[roll(w, 6)]);
	get(HB "available_secure_streams");
	get(TSM_DEBUG "counters");
	return 0;
}

static int op_plug(struct worker *w, struct slot *s)
{
	int rc;

	if (s == SRIOV || s == SWITCH)
		s = &slots[0];
	pthread_mutex_lock(&s->removal);
	pthread_rwlock_wrlock(&scan_lock);
	rc = slot_do(s->port.s, "unplug");
	pthread_rwlock_unlock(&scan_lock);
	if (strcmp("ENOENT", get(DEV "vendor", s->dsm.s)) ||
	    strcmp("ENOENT", get(DEV "vendor", s->fn.s)))
		failure("unplug", "the device is still there");
	rc = slot_do(s->port.s, "plug") ?: rc;
	pthread_mutex_unlock(&s->removal);
	return rc;
}

static int rescan(void)
{
	int rc;

	pthread_rwlock_rdlock(&scan_lock);
	rc = put("1", "/sys/bus/pci/rescan");
	pthread_rwlock_unlock(&scan_lock);
	return rc;
}

static int op_remove(struct worker *w, struct slot *s)
{
	int rc;

	if (s == SRIOV)
		s = &slots[0];
	pthread_mutex_lock(&s->removal);
	rc = put("1", DEV "remove", roll(w, 2) ? s->dsm.s : s->fn.s);
	pthread_mutex_unlock(&s->removal);
	return rescan() ?: rc;
}

static int op_rescan(struct worker *w, struct slot *s)
{
	return rescan();
}

static int op_vfs(struct worker *w, struct slot *s)
{
	const char *now = get(DEV "sriov_numvfs", SRIOV->dsm.s);

	return put(*now == '0' ? "3" : "0", DEV "sriov_numvfs", SRIOV->dsm.s);
}

/* An unplugged device makes the base wait for 60 s, so one that may be is spared */
static int op_reset(struct worker *w, struct slot *s)
{
	/* A switch has no FLR */
	const char *bdf = roll(w, 2) && s != SWITCH ? s->dsm.s : s->fn.s;
	bool pluggable = s != SRIOV && s != SWITCH;
	int rc;

	if (pluggable && pthread_mutex_trylock(&s->removal))
		return -EAGAIN;
	/* What would be tried if FLR failed deadlocks: see above */
	rc = put("flr", DEV "reset_method", bdf) ?: put("1", DEV "reset", bdf);
	if (pluggable)
		pthread_mutex_unlock(&s->removal);
	return rc;
}

/* One at a time; a module that is in use stays */
static int op_reload(struct worker *w, struct slot *s)
{
	int rc;

	if (pthread_mutex_trylock(&tsm_lock))
		return -EBUSY;
	rc = syscall(SYS_delete_module, "devsec_tsm", O_NONBLOCK) ? -errno : 0;
	if (!run("dmesg -c | grep -E 'leaked|WARNING:|BUG:'"))
		failure("unloading the TSM", "see above");
	if (!rc && run("modprobe devsec_tsm " TSMS))
		failure("loading the TSM", "modprobe failed");
	pthread_mutex_unlock(&tsm_lock);
	return rc;
}

static int op_kill(struct worker *w, struct slot *s)
{
	pid_t pid = roll(w, 3) ? put_begin("1", DEV "tsm/connect", s->dsm.s) :
				 put_begin(str("%s 7", s->fn.s), TSM_DEBUG "bind");
	int rc;

	usleep(roll(w, 30000));
	kill(pid, SIGKILL);
	rc = put_end(pid);
	return rc == -EINTR ? 0 : rc;
}

/* A fault of the TSM for one device, which a later one replaces or clears */
static int op_fault(struct worker *w, struct slot *s)
{
	static const char * const faults[] = {
		"connect hang 400", "connect error -121", "connect hard 150", "probe null",
		"disconnect hard 150", "bind hang 300", "bind error -121", "guest_req hang 300",
		"unbind hard 100", "probe hang 200",
	};

	if (roll(w, 3))
		return put("clear", TSM_DEBUG "fault");
	return put(str("%s %s", roll(w, 2) ? s->dsm.s : s->fn.s, faults[roll(w, 10)]),
		   TSM_DEBUG "fault");
}

static int op_ide(struct worker *w, struct slot *s)
{
	static const char * const faults[] = { "insecure", "fail", "stuck" };
	int i = roll(w, 3);

	if (i == 2) {
		put(str("%s ide stuck", s->dsm.s), BUS_DEBUG "fault");
		put("1", DEV "tsm/connect", s->dsm.s);
		return put(str("%s clear", s->dsm.s), BUS_DEBUG "fault");
	}
	return put(str("%s ide %s", s->dsm.s, faults[i]), BUS_DEBUG "fault");
}

static int op_report(struct worker *w, struct slot *s)
{
	return put(str("%s %d%s", roll(w, 2) ? s->dsm.s : s->fn.s, 9 + roll(w, 8),
		       roll(w, 2) ? " irq" : ""), TSM_DEBUG "report");
}

/*
 * What stands behind the lists. ENOENT: the file is not there while the device or
 * the TSM is away, or it was not there at all (VFs that are off). ENODEV: the same
 * while the file was open, or a door was told the name of a function that is gone.
 * ENXIO: no such TSM, or not connected; and what debugfs says of a door whose module
 * is going. EIO and EPROTO: the device was reset or pulled while it was spoken to.
 * EREMOTEIO is what the faults of the TSM are made of.
 */
static const int connect_errnos[] = {
	ENOENT, ENODEV, ENXIO, EBUSY, ECANCELED, EIO, EPROTO, EREMOTEIO, 0
};

static const int disconnect_errnos[] = { ENOENT, ENODEV, ENXIO, EBUSY, 0 };
static const int bind_errnos[] = { ENOENT, ENODEV, ENXIO, EBUSY, ECANCELED, EREMOTEIO, 0 };
static const int away_errnos[] = { ENOENT, ENODEV, ENXIO, 0 };
static const int remove_errnos[] = { ENOENT, ENODEV, 0 };
static const int vfs_errnos[] = { EBUSY, 0 };
static const int reset_errnos[] = { ENOENT, ENODEV, EAGAIN, 0 };
static const int reload_errnos[] = { EBUSY, EAGAIN, 0 };
static const int fault_errnos[] = { ENOENT, ENXIO, 0 };

/* Shares are of 200 */
static struct op ops[] = {
	{ "connect", 59, op_connect, connect_errnos },
	{ "disconnect", 25, op_disconnect, disconnect_errnos },
	{ "bind", 24, op_bind, bind_errnos },
	{ "unbind", 10, op_unbind, away_errnos },
	{ "guest request", 14, op_guest, bind_errnos },
	{ "read", 12, op_read },
	{ "unplug and plug", 4, op_plug },
	{ "remove and rescan", 8, op_remove, remove_errnos },
	{ "bus rescan", 4, op_rescan },
	{ "VFs on or off", 1, op_vfs, vfs_errnos },
	{ "reset", 5, op_reset, reset_errnos },
	{ "reload TSM", 2, op_reload, reload_errnos },
	{ "kill writer", 10, op_kill, connect_errnos },
	{ "TSM fault", 10, op_fault, fault_errnos },
	{ "IDE fault", 6, op_ide },
	{ "report", 6, op_report, away_errnos },
};

static struct slot *any_slot(struct worker *w)
{
	return &slots[roll(w, NR_SLOTS)];
}

/* Everything back in its slot, no fault left, nothing connected */
static bool quiesce(void)
{
	bool all = true;

	put("clear", TSM_DEBUG "fault");
	for (size_t i = 0; i < NR_SLOTS; i++) {
		slot_do(slots[i].port.s, "plug");
		put(str("%s clear", slots[i].dsm.s), BUS_DEBUG "fault");
	}
	put("1", "/sys/bus/pci/rescan");
	for (size_t i = 0; i < NR_SLOTS; i++) {
		const char *dsm = slots[i].dsm.s;
		long end = now_ms() + SETTLE_MS;

		while (!strcmp("ENOENT", get(DEV "tsm/state", dsm)) && now_ms() < end)
			usleep(50000);
		while (strcmp("disconnected", get(DEV "tsm/state", dsm)) && now_ms() < end)
			put("1", DEV "tsm/disconnect", dsm);
		if (!strcmp("disconnected", get(DEV "tsm/state", dsm)) &&
		    !strcmp("", get(DEV "tsm/connect", dsm)) &&
		    strcmp("bound", get(DEV "tsm/state", slots[i].fn.s)))
			continue;
		printf("# %s: %s, %s\n", dsm, get(DEV "tsm/state", dsm),
		       get(DEV "tsm/reason", dsm));
		all = false;
	}
	return all;
}

/* A connect, if need be after the reset that a dead mailbox wants, and its undo */
static int use(const char *dsm)
{
	int rc = put("1", DEV "tsm/connect", dsm);

	if (rc == -EIO && !put("1", DEV "reset", dsm))
		rc = put("1", DEV "tsm/connect", dsm);
	return rc ?: put("1", DEV "tsm/disconnect", dsm);
}

static bool usable(void)
{
	bool ok = true;

	for (size_t i = 0; i < NR_SLOTS; i++) {
		int rc = use(slots[i].dsm.s);

		if (rc)
			printf("# %s: %s\n", slots[i].dsm.s, strerror(-rc));
		ok &= !rc;
	}
	return ok;
}

static void setup(void)
{
	if (!devsec_load(TOPOLOGY, TSMS)) {
		printf("Bail out! the modules do not load\n");
		exit(1);
	}
	for (size_t i = 0; i < NR_SLOTS; i++) {
		struct slot *s = &slots[i];

		if (!devsec_find(&s->port, s->shape, "root-port", s->n) ||
		    !devsec_find(&s->dsm, s->shape, s->kind, s->n)) {
			printf("Bail out! no %s\n", s->shape);
			exit(1);
		}
		pthread_mutex_init(&s->removal, NULL);
		s->fn = s->dsm;
		if (!strcmp(s->shape, "mf"))
			devsec_find(&s->fn, "mf", "endpoint", 1);
		if (s == SWITCH)
			devsec_find(&s->fn, "switch", "endpoint", 0);
		if (s == SRIOV)
			s->fn.s[strlen(s->fn.s) - 1] = '2';
	}
}

int main(void)
{
	unsigned int seed = param("STORM_SEED", time(NULL));
	long total = param("STORM_OPS", 2000);
	int bad = 0;

	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("TAP version 13\n1..7\n# %ld operations, STORM_SEED=%u\n", total, seed);
	printf("# left out, since the base fails: VFs on or off in the same storm as removal of\n"
	       "# their PF, AER, reset of a slot, two removals of one device at once, unplugging\n"
	       "# during a rescan, surprise removal of a PF or a switch\n");
	setup();
	plan.ops = ops;
	plan.nr_ops = ARRAY_SIZE(ops);
	plan.slot = any_slot;
	ops_run(total, seed, THREADS);
	bad += result(true, 1, "no task is stuck");
	bad += result(!failures, 2, "nothing was refused with an errno that is not documented");
	bad += result(ops_report(total), 3, "each operation succeeded at least once");
	bad += result(quiesce(), 4, "every device is found and disconnected");
	bad += result(usable(), 5, "every device connects again");
	bad += result(nothing_left(2), 6, "no stream, context or TDI is left");
	bad += result(devsec_unload(), 7, "the modules unload and report no leak");
	return bad > 0;
}
