// SPDX-License-Identifier: GPL-2.0
/*
 * Figures that have a limit: how much 64 devices at once cost over one, what a
 * hung device costs others, and what a device costs that is not used.
 */
#include "bench.h"

#define LATENCY_MS	20
#define HANG_MS		120000	/* longer than a round of anything; then it is cancelled */
#define RESCANS		50
#define IDLE_BYTES	"idle_bytes"	/* next to this program */

static void load(const char *topology, const char *tsm)
{
	if (!devsec_load(topology, tsm))
		die("loading the modules");
	find_devices();
}

static void bench_parallel(void)
{
	double one_up[ROUNDS], one_down[ROUNDS], up[ROUNDS], down[ROUNDS];
	double one;

	/*
	 * In turns, so that other work on the machine weighs on both. Below
	 * several host bridges: all config accesses below one share a lock and
	 * a linear search, which is the emulation's own.
	 */
	load("bridges=8 topology=ep*8", "latency_ms=20");
	for (int i = 0; i < ROUNDS; i++) {
		one_up[i] = all(1, "connect");
		one_down[i] = all(1, "disconnect");
		up[i] = all(NR, "connect");
		down[i] = all(NR, "disconnect");
	}
	one = median(one_up);
	printf("64 devices below 8 host bridges connected by 64 writers, ");
	printf("over one (%.1f ms; firmware %d ms). Limit 3.\n", one * 1e3, LATENCY_MS);
	figure("connect_ratio_64", median(up) / one, "x", 3);
	one = median(one_down);
	printf("The same for disconnect (one: %.1f ms). Limit 3.\n", one * 1e3);
	figure("disconnect_ratio_64", median(down) / one, "x", 3);
}

static int do_connect(const char *ep)
{
	return put("1", DEV "tsm/connect", ep) ?: put("1", DEV "tsm/disconnect", ep);
}

static int do_remove(const char *ep)
{
	return put("1", DEV "remove", ep) ?: put("1", "/sys/bus/pci/rescan");
}

/* One is too short to be measured */
static int do_rescans(const char *ep)
{
	int rc = 0;

	for (int i = 0; i < RESCANS && !rc; i++)
		rc = put("1", "/sys/bus/pci/rescan");
	return rc;
}

/* This module's init registers a generic netlink family, its exit takes it back */
static int do_family(const char *ep)
{
	return run("modprobe psample && rmmod psample");
}

static double time_of(int (*op)(const char *ep))
{
	double start = now();

	if (op(eps[1].s))
		die("an operation on another device");
	return now() - start;
}

static pid_t hang_one(void)
{
	pid_t writer = put_begin("1", DEV "tsm/connect", eps[0].s);

	if (strcmp("connecting", await("connecting", BLOCKED_MS, DEV "tsm/state", eps[0].s)))
		die("hanging a device");
	return writer;
}

static void load_and_hang(void)
{
	load("topology=ep*8", "latency_ms=20");
	if (put(str("%s connect hang %d", eps[0].s, HANG_MS), TSM_DEBUG "fault"))
		die("setting the fault");
}

static double time_of_hung(int (*op)(const char *ep))
{
	pid_t writer = hang_one();
	double s = time_of(op);

	if (strcmp("connecting", get(DEV "tsm/state", eps[0].s)))
		die("hanging a device for long enough");
	if (put("1", DEV "tsm/disconnect", eps[0].s) || put_end(writer) != -ECANCELED)
		die("the end of the hang");
	return s;
}

/*
 * An op on another device, over its usual time; the same firmware time is in both.
 * In turns, so that other work on the machine weighs on both.
 */
static void bench_hang(const char *name, const char *prose, int (*op)(const char *ep))
{
	double usual[ROUNDS], meanwhile[ROUNDS];

	load_and_hang();
	/* If a mailbox answers at once it is luck whether somebody waits a jiffy for it */
	if (put(op == do_connect ? "20" : "0", DOE_LATENCY_MS))
		die("setting the time of mailboxes");
	for (int i = 0; i < ROUNDS; i++) {
		usual[i] = time_of(op);
		meanwhile[i] = time_of_hung(op);
	}
	printf("%s while another device hangs, over its usual time (%.1f ms). Limit 1.5.\n",
	       prose, median(usual) * 1e3);
	figure(name, median(meanwhile) / median(usual), "x", 1.5);
}

static void bench_hung_remove(void)
{
	pid_t writer;
	double start;

	load_and_hang();
	writer = hang_one();
	start = now();
	if (put("1", DEV "remove", eps[0].s))
		die("removing the hung device");
	printf("Removing a device that hangs for longer than anybody would wait. Limit 3.\n");
	figure("hung_remove_s", now() - start, "s", 3);
	put_end(writer);
}

/* The kernel's struct ida: an xarray */
struct ida {
	unsigned int lock;
	unsigned int flags;
	void *head;
};

/* What a device may cost: the fields that the series adds to struct pci_dev, in a row */
struct idle {
	unsigned short ide_cap;
	unsigned char nr_ide_mem;
	unsigned char nr_link_ide;
	unsigned short nr_sel_ide;
	unsigned int ide_cfg:1;
	unsigned int ide_tee_limit:1;
	unsigned int cma_mailbox:1;
	struct ida ide_stream_ida;
	void *tsm;
};

static void bench_idle(const char *self)
{
	const char *slash = strrchr(self, '/');
	const char *bytes = get("%.*s" IDLE_BYTES, slash ? (int)(slash - self + 1) : 0, self);

	if (strspn(bytes, "0123456789") != strlen(bytes) || !*bytes)
		die("reading " IDLE_BYTES ", which is made with this program,");
	printf("What a device costs while no TSM is there: bytes of struct pci_dev. ");
	printf("Limit %zu.\n", sizeof(struct idle));
	figure("idle_bytes_per_device", atof(bytes), "bytes", sizeof(struct idle));
}

int main(int argc, char **argv)
{
	bench_parallel();
	bench_hang("connect_hang_ratio", "Connecting and disconnecting a device", do_connect);
	bench_hang("remove_hang_ratio", "Removing and finding a device again", do_remove);
	bench_hang("rescan_hang_ratio", "50 rescans of all buses", do_rescans);
	bench_hang("family_hang_ratio", "Registering a generic netlink family", do_family);
	bench_hung_remove();
	bench_idle(argv[0]);
	if (!devsec_unload())
		die("unloading the modules");
	return exceeded;
}
