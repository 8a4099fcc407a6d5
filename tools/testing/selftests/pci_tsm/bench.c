// SPDX-License-Identifier: GPL-2.0
/*
 * Figures that have a limit: how much 64 devices at once cost over one, what a
 * hung device costs others, and what a device costs that is not used. One line
 * "name value unit" each, with a line of prose before it. Exit status 1 if a
 * limit is exceeded.
 */
#include <pthread.h>

#include "devsec.h"

#define NR		64
#define LATENCY_MS	20
#define HANG_MS		10000
#define ROUNDS		21
#define RESCANS		50
#define IDLE_BYTES	"idle_bytes"	/* next to this program */

static struct bdf eps[NR];
static bool exceeded;

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

static void die(const char *what)
{
	fprintf(stderr, "bench: %s failed\n", what);
	exit(1);
}

/* @limit 0: none */
static void figure(const char *name, double value, const char *unit, double limit)
{
	bool over = limit && value > limit;

	printf("%s %.3g %s%s\n", name, value, unit, over ? "   <-- over the limit" : "");
	fflush(stdout);
	exceeded |= over;
}

static void load(const char *topology, const char *tsm)
{
	FILE *f;
	int n = 0;

	if (!devsec_load(topology, tsm))
		die("loading the modules");
	f = popen("awk '$3 == \"endpoint\" { print $1 }' " BUS_DEBUG "state", "r");
	while (n < NR && f && fscanf(f, "%15s", eps[n].s) == 1)
		n++;
	if (!f || pclose(f) || !n)
		die("finding the devices");
}

struct writer {
	pthread_t thread;
	int fd;
	bool ok;
	double end;
};

static pthread_barrier_t go;

static void *write_one(void *data)
{
	struct writer *w = data;

	pthread_barrier_wait(&go);
	w->ok = write(w->fd, "1", 1) == 1;
	w->end = now();
	return NULL;
}

/* Seconds until @n devices have gone through a verb, each with its own writer */
static double all(int n, const char *verb)
{
	struct writer w[NR];
	double start, end = 0;
	bool ok = true;

	pthread_barrier_init(&go, NULL, n + 1);
	for (int i = 0; i < n; i++) {
		w[i].fd = open(str(DEV "tsm/%s", eps[i].s, verb), O_WRONLY | O_CLOEXEC);
		if (pthread_create(&w[i].thread, NULL, write_one, &w[i]))
			die("making a thread");
	}
	start = now();
	pthread_barrier_wait(&go);
	for (int i = 0; i < n; i++) {
		pthread_join(w[i].thread, NULL);
		close(w[i].fd);
		ok &= w[i].ok;
		end = w[i].end > end ? w[i].end : end;
	}
	pthread_barrier_destroy(&go);
	if (!ok)
		die(verb);
	return end - start;
}

static int compare(const void *a, const void *b)
{
	return *(double *)a > *(double *)b ? 1 : -1;
}

static double median(double *s)
{
	qsort(s, ROUNDS, sizeof(s[0]), compare);
	return s[ROUNDS / 2];
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

static double time_of(int (*op)(const char *ep))
{
	double s[ROUNDS];

	for (int i = 0; i < ROUNDS; i++) {
		double start = now();

		if (op(eps[1].s))
			die("an operation on another device");
		s[i] = now() - start;
	}
	return median(s);
}

static pid_t hang_one(void)
{
	pid_t writer;

	if (put(str("%s connect hang %d", eps[0].s, HANG_MS), TSM_DEBUG "fault"))
		die("setting the fault");
	writer = put_begin("1", DEV "tsm/connect", eps[0].s);
	if (strcmp("connecting", await("connecting", 3000, DEV "tsm/state", eps[0].s)))
		die("hanging a device");
	return writer;
}

/* An op on another device, over its usual time; the same firmware time is in both */
static void bench_hang(const char *name, const char *prose, int (*op)(const char *ep))
{
	double usual, meanwhile;
	pid_t writer;

	load("topology=ep*8", "latency_ms=20");
	usual = time_of(op);
	writer = hang_one();
	meanwhile = time_of(op);
	if (strcmp("connecting", get(DEV "tsm/state", eps[0].s)))
		die("hanging a device for long enough");
	printf("%s while another device hangs, over its usual time (%.1f ms). Limit 1.5.\n",
	       prose, usual * 1e3);
	figure(name, meanwhile / usual, "x", 1.5);
	put("1", DEV "tsm/disconnect", eps[0].s);
	put_end(writer);
}

static void bench_hung_remove(void)
{
	pid_t writer;
	double start;

	load("topology=ep*8", "latency_ms=20");
	writer = hang_one();
	start = now();
	if (put("1", DEV "remove", eps[0].s))
		die("removing the hung device");
	printf("Removing the device that hangs in an op of %d s. Limit 3.\n", HANG_MS / 1000);
	figure("hung_remove_s", now() - start, "s", 3);
	put_end(writer);
}

static void bench_idle(const char *self)
{
	const char *slash = strrchr(self, '/');
	const char *bytes = get("%.*s" IDLE_BYTES, slash ? (int)(slash - self + 1) : 0, self);

	printf("What a device costs while no TSM is there: bytes of struct pci_dev.\n");
	if (strspn(bytes, "0123456789") == strlen(bytes) && *bytes)
		figure("idle_bytes_per_device", atof(bytes), "bytes", 0);
	else
		printf("# SKIP idle_bytes_per_device: no " IDLE_BYTES " next to this program\n");
}

int main(int argc, char **argv)
{
	bench_parallel();
	bench_hang("connect_hang_ratio", "Connecting and disconnecting a device", do_connect);
	bench_hang("remove_hang_ratio", "Removing and finding a device again", do_remove);
	bench_hang("rescan_hang_ratio", "50 rescans of all buses", do_rescans);
	bench_hung_remove();
	bench_idle(argv[0]);
	if (!devsec_unload())
		die("unloading the modules");
	return exceeded;
}
