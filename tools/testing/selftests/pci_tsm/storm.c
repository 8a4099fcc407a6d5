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
 * - VFs on or off during uncorrectable AER: deadlock of iov.c and err.c;
 * - reset of a slot: under the device lock it waits for pciehp, that for the
 *   rescan lock, and a removal, which has it, for the device lock;
 * - removal of one device by two at once: remove_store() holds no reference;
 * - surprise removal of a PF or a switch: a rescan that meets it takes all ones
 *   for enabled VFs, and for bus numbers, by which it then loses buses.
 * Locks in here keep the fourth apart.
 */
#include <pthread.h>
#include <signal.h>
#include <sys/syscall.h>

#include "devsec.h"

#define HB		"/sys/devices/platform/devsec_bus/pci0010:00/"
#define TOPOLOGY	"topology=ep*2,mf:2,sriov:3,switch:2"
#define TSMS		"tsms=2 latency_ms=2"
#define THREADS		4
#define WATCHDOG_MS	60000
#define SETTLE_MS	30000
#define GONE_MS		30000

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

/* Held for writing by who changes VFs, for reading by who removes their PF */
static pthread_rwlock_t vf_lock = PTHREAD_RWLOCK_INITIALIZER;
static pthread_mutex_t tsm_lock = PTHREAD_MUTEX_INITIALIZER;

struct worker {
	pthread_t thread;
	unsigned int seed;
	const char *doing;	/* NULL: between operations */
	long since;
	pid_t tid;
};

static struct worker workers[THREADS];
static long ops_left;
static int failures;

static int roll(struct worker *w, int n)
{
	return rand_r(&w->seed) % n;
}

static void failure(const char *what, const char *detail)
{
	printf("# %s: %s\n", what, detail);
	__atomic_add_fetch(&failures, 1, __ATOMIC_RELAXED);
}

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
	rc = put(str("%s unplug", s->port.s), BUS_DEBUG "fault");
	/* All of them, before anybody else may remove one: see what is left out */
	if (strcmp("ENOENT", await("ENOENT", GONE_MS, DEV "vendor", s->dsm.s)) ||
	    strcmp("ENOENT", await("ENOENT", GONE_MS, DEV "vendor", s->fn.s)))
		failure("unplug", "the device is still there");
	put(str("%s plug", s->port.s), BUS_DEBUG "fault");
	pthread_mutex_unlock(&s->removal);
	return rc;
}

static int op_remove(struct worker *w, struct slot *s)
{
	int rc;

	if (s == SRIOV)
		s = &slots[0];
	pthread_mutex_lock(&s->removal);
	pthread_rwlock_rdlock(&vf_lock);
	rc = put("1", DEV "remove", roll(w, 2) ? s->dsm.s : s->fn.s);
	pthread_rwlock_unlock(&vf_lock);
	pthread_mutex_unlock(&s->removal);
	return put("1", "/sys/bus/pci/rescan") ?: rc;
}

static int op_rescan(struct worker *w, struct slot *s)
{
	return put("1", "/sys/bus/pci/rescan");
}

static int op_vfs(struct worker *w, struct slot *s)
{
	const char *now = get(DEV "sriov_numvfs", SRIOV->dsm.s);
	int rc;

	pthread_rwlock_wrlock(&vf_lock);
	rc = put(*now == '0' ? "3" : "0", DEV "sriov_numvfs", SRIOV->dsm.s);
	pthread_rwlock_unlock(&vf_lock);
	return rc;
}

/* An unplugged device makes the base wait for 60 s, so one that may be is spared */
static int op_reset(struct worker *w, struct slot *s)
{
	const char *bdf = roll(w, 2) ? s->dsm.s : s->fn.s;
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
	static const char * const faults[] = { "insecure", "fail", "stuck", "aer" };
	int i = roll(w, 4);

	/* An error that is reported by AER takes the link down: seldom, and not here */
	if (i == 3 && (s == SRIOV || s == SWITCH || roll(w, 4)))
		i = 0;
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

/* What an operation may be refused with; anything else is a failure */
static const int errnos[] = {
	ENOENT, ENXIO, EBUSY, ENODEV, ECANCELED, EINVAL, EIO, EINTR, EREMOTEIO, ENOTTY, EAGAIN,
	EPROTO, ENOSPC,
};

#define NR_ERRNOS	ARRAY_SIZE(errnos)

/* What is done how often, of 200; and how it went */
static struct op {
	const char *name;
	int share;
	int (*go)(struct worker *w, struct slot *s);
	long done;
	long refused[16];	/* by index in errnos */
} ops[] = {
	{ "connect", 57, op_connect },
	{ "disconnect", 25, op_disconnect },
	{ "bind", 24, op_bind },
	{ "unbind", 10, op_unbind },
	{ "guest request", 14, op_guest },
	{ "read", 12, op_read },
	{ "unplug and plug", 4, op_plug },
	{ "remove and rescan", 8, op_remove },
	{ "bus rescan", 4, op_rescan },
	{ "VFs on or off", 3, op_vfs },
	{ "reset", 5, op_reset },
	{ "reload TSM", 2, op_reload },
	{ "kill writer", 10, op_kill },
	{ "TSM fault", 10, op_fault },
	{ "IDE fault", 6, op_ide },
	{ "report", 6, op_report },
};

#define NR_OPS	ARRAY_SIZE(ops)

static void judge(struct op *op, int rc)
{
	long *count = rc ? NULL : &op->done;

	for (size_t i = 0; i < NR_ERRNOS; i++)
		if (rc == -errnos[i])
			count = &op->refused[i];
	if (count)
		__atomic_add_fetch(count, 1, __ATOMIC_RELAXED);
	else
		failure(op->name, strerror(-rc));
}

static struct op *pick(struct worker *w)
{
	int n = roll(w, 200);
	size_t i = 0;

	while (i + 1 < NR_OPS && n >= ops[i].share)
		n -= ops[i++].share;
	return &ops[i];
}

static void *work(void *data)
{
	struct worker *w = data;

	w->tid = gettid();
	while (__atomic_sub_fetch(&ops_left, 1, __ATOMIC_RELAXED) >= 0) {
		struct op *op = pick(w);

		w->since = now_ms();
		__atomic_store_n(&w->doing, op->name, __ATOMIC_RELEASE);
		judge(op, op->go(w, &slots[roll(w, NR_SLOTS)]));
		__atomic_store_n(&w->doing, NULL, __ATOMIC_RELEASE);
	}
	return NULL;
}

/* Nothing may take longer than a minute; the rest cannot be trusted then */
static void watch(void)
{
	for (long last = now_ms(); ops_left > 0; usleep(100000)) {
		for (int i = 0; i < THREADS; i++) {
			struct worker *w = &workers[i];
			const char *doing = __atomic_load_n(&w->doing, __ATOMIC_ACQUIRE);

			if (!doing || now_ms() - w->since < WATCHDOG_MS)
				continue;
			printf("# stuck in %s:\n%s\nnot ok 1 no task is stuck\n", doing,
			       get("/proc/%d/stack", w->tid));
			run("echo w >/proc/sysrq-trigger");
			_exit(1);
		}
		if (now_ms() - last > 15000) {
			printf("# %ld operations to go\n", ops_left);
			last = now_ms();
		}
	}
	for (int i = 0; i < THREADS; i++)
		pthread_join(workers[i].thread, NULL);
}

static int result(bool ok, int n, const char *what)
{
	printf("%sok %d %s\n", ok ? "" : "not ", n, what);
	return !ok;
}

/* Everything back in its slot, no fault left, nothing connected */
static bool quiesce(void)
{
	bool all = true;

	put("clear", TSM_DEBUG "fault");
	for (size_t i = 0; i < NR_SLOTS; i++) {
		put(str("%s plug", slots[i].port.s), BUS_DEBUG "fault");
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

/* Each device still works, if need be after the reset that a dead mailbox wants */
static bool usable(void)
{
	bool ok = true;

	for (size_t i = 0; i < NR_SLOTS; i++) {
		const char *dsm = slots[i].dsm.s;
		int rc = put("1", DEV "tsm/connect", dsm);

		if (rc == -EIO && !put("1", DEV "reset", dsm))
			rc = put("1", DEV "tsm/connect", dsm);
		rc = rc ?: put("1", DEV "tsm/disconnect", dsm);
		if (rc)
			printf("# %s: %s\n", dsm, strerror(-rc));
		ok &= !rc;
	}
	return ok;
}

static bool nothing_leaked(void)
{
	const char *counters = get(TSM_DEBUG "counters");
	int zero = 0;

	printf("# %s\n", strtok(strdup(counters), "\n"));
	for (const char *at = counters; (at = strstr(at, "contexts 0 streams 0 tdis 0")); at++)
		zero++;
	return zero == 2 && !strcmp("255", get(HB "available_secure_streams")) &&
	       run("ls -d " HB "stream* 2>/dev/null");
}

/* Did the storm do what it is for? Only long ones can say. */
static bool was_a_storm(long total)
{
	bool all = true;

	for (size_t i = 0; i < NR_OPS; i++) {
		printf("# %-18s %6ld done, refused:", ops[i].name, ops[i].done);
		for (size_t k = 0; k < NR_ERRNOS; k++)
			if (ops[i].refused[k])
				printf(" %ld %s", ops[i].refused[k], strerrorname_np(errnos[k]));
		printf("\n");
		all &= ops[i].done > 0;
	}
	return all || total < 1000;
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
	const char *ops_env = getenv("STORM_OPS"), *seed_env = getenv("STORM_SEED");
	unsigned int seed = seed_env && *seed_env ? strtoul(seed_env, NULL, 0) : time(NULL);
	long total = ops_env && *ops_env ? atol(ops_env) : 2000;
	int bad = 0;

	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("TAP version 13\n1..7\n# %ld operations, STORM_SEED=%u\n", total, seed);
	printf("# left out, since the base fails: VFs on or off in the same storm as removal of\n"
	       "# their PF or as AER, reset of a slot, two removals of one device at once,\n"
	       "# surprise removal of a PF or a switch during a rescan\n");
	setup();
	ops_left = total;
	for (int i = 0; i < THREADS; i++) {
		workers[i].seed = seed * THREADS + i;
		pthread_create(&workers[i].thread, NULL, work, &workers[i]);
	}
	watch();
	bad += result(true, 1, "no task is stuck");
	bad += result(!failures, 2, "nothing was refused with an errno that is not documented");
	bad += result(was_a_storm(total), 3, "each operation succeeded at least once");
	bad += result(quiesce(), 4, "every device is found and disconnected");
	bad += result(usable(), 5, "every device connects again");
	bad += result(nothing_leaked(), 6, "no stream, context or TDI is left");
	bad += result(devsec_unload(), 7, "the modules unload and report no leak");
	return bad > 0;
}
