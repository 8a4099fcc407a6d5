// SPDX-License-Identifier: GPL-2.0
/*
 * Figures of the netlink family: evidence by a dump over the same bytes from a file
 * in sysfs, a dump of 256 devices, events, and what 32 devices that are asked for
 * evidence at once cost over one.
 */
#include <sys/resource.h>

#include "bench.h"
#include "native.h"
#include "nl_raw.h"

#define REPORT		TYPE_BIT(PCI_TSM_EVIDENCE_TYPE_REPORT)
#define MEASUREMENTS	TYPE_BIT(PCI_TSM_EVIDENCE_TYPE_MEASUREMENTS)
#define REPORT_FILE	"/sys/class/tsm/tsm0/device/report"
#define DEVICES		32
#define DEVICE_MS	"20"
#define PAIRS		250
#define FAST		"--asym ecdsa-p256 --hash sha256 --dhe secp256r1 --aead aes-128-gcm"
#define RETRIES		5

static struct raw nl;

static void open_family(void)
{
	nl = raw_open();
	if (nl.error)
		die("finding the family");
}

/*
 * Evidence
 */

static void count_bytes(const struct nlmsghdr *h, void *data)
{
	struct nlattr *a = raw_attr(h, PCI_TSM_A_OBJECT_DATA);
	long *bytes = data;

	if (a)
		*bytes += raw_len(a);
}

static double time_of_dump(long size, int times)
{
	static struct raw_msg m;
	double start = now();
	long bytes = 0;

	for (int i = 0; i < times; i++) {
		raw_begin(&m, nl.family, PCI_TSM_CMD_EVIDENCE_GET, NLM_F_DUMP);
		raw_str(&m, PCI_TSM_A_OBJECT_DEV_NAME, eps[0].s);
		if (raw_talk_each(&nl, &m, count_bytes, &bytes))
			die("a dump");
	}
	if (bytes != size * times)
		die("having all bytes from a dump");
	return now() - start;
}

static double time_of_file(long size, int times)
{
	static char buf[RAW_ROOM];
	double start = now();
	long bytes = 0;
	ssize_t len;

	for (int i = 0; i < times; i++) {
		int fd = open(REPORT_FILE, O_RDONLY | O_CLOEXEC);

		while ((len = read(fd, buf, sizeof(buf))) > 0)
			bytes += len;
		close(fd);
	}
	if (bytes != size * times)
		die("having all bytes from the file");
	return now() - start;
}

/* Copying is all that it is, and load only ever adds to that: the best round counts */
static void bench_evidence(const char *name, long size, int times)
{
	double dump = 1e9, file = 1e9, s;
	__u64 cookie;

	if (put(str("10 %ld 1", size), TSM_DEBUG "evidence"))
		die("describing evidence");
	cookie = raw_refresh(&nl, eps[0].s, REPORT, 0);
	if (!cookie || raw_end(&nl, cookie, 60000))
		die("getting evidence");
	/* In turns, so that other work on the machine weighs on both */
	for (int i = 0; i < 3 * ROUNDS; i++) {
		s = time_of_dump(size, times);
		dump = s < dump ? s : dump;
		s = time_of_file(size, times);
		file = s < file ? s : file;
	}
	printf("Throughput of a dump of %ld KiB of evidence (%.0f MB/s), over that of reading ",
	       size >> 10, size * times / dump / 1e6);
	printf("the same bytes from a file in sysfs (%.0f MB/s). At least 0.8.\n",
	       size * times / file / 1e6);
	figure_at_least(name, file / dump, "x", 0.8);
}

static void bench_objects(void)
{
	if (!devsec_load("topology=ep", ""))
		die("loading the modules");
	find_devices();
	open_family();
	if (raw_do(&nl, PCI_TSM_CMD_CONNECT, eps[0].s))
		die("connecting");
	bench_evidence("evidence_ratio_64k", 64 << 10, 16);
	bench_evidence("evidence_ratio_1m", 1 << 20, 1);
	raw_close(&nl);
}

/*
 * Devices
 */

static void count_messages(const struct nlmsghdr *h, void *data)
{
	++*(int *)data;
}

static void bench_dump(void)
{
	static struct raw_msg m;
	double s[ROUNDS];
	int n;

	if (!devsec_load("bridges=4 topology=ep*64", ""))
		die("loading the modules");
	open_family();
	for (int i = 0; i < ROUNDS; i++) {
		double start = now();

		n = 0;
		raw_begin(&m, nl.family, PCI_TSM_CMD_DEV_GET, NLM_F_DUMP);
		if (raw_talk_each(&nl, &m, count_messages, &n) || n < 256)
			die("a dump of devices");
		s[i] = now() - start;
	}
	raw_close(&nl);
	printf("A dump of %d devices.\n", n);
	figure("dev_dump_256_ms", median(s) * 1e3, "ms", 1000);
}

/*
 * Events
 */

static void *drive(void *data)
{
	for (int i = 0; i < PAIRS; i++)
		if (put("1", DEV "tsm/connect", eps[0].s) ||
		    put("1", DEV "tsm/disconnect", eps[0].s))
			die("a connect, or a disconnect");
	return NULL;
}

static void bench_events(void)
{
	static struct raw_msg m;
	pthread_t thread;
	double start;

	if (!devsec_load("topology=noide", ""))
		die("loading the modules");
	find_devices();
	open_family();
	if (raw_subscribe(&nl))
		die("listening");
	start = now();
	pthread_create(&thread, NULL, drive, NULL);
	for (int n = 0; n < 4 * PAIRS; n++)
		if (!raw_await(&nl, PCI_TSM_CMD_DEV_NTF, &m, 60000) ||
		    raw_num(&m.hdr, PCI_TSM_A_DEV_SEQ) != n + 1)
			die("an event");
	printf("Events of one device that connects and disconnects, until they were read.\n");
	figure_at_least("events_per_s", 4 * PAIRS / (now() - start), "/s", 1);
	pthread_join(thread, NULL);
	raw_close(&nl);
}

/*
 * Refreshes
 */

/* Seconds until @n devices have been asked for measurements; -1 if one was too late */
static double try_refresh(int n)
{
	static struct raw_msg m;
	double start = now();
	bool ok = true;

	for (int i = 0; i < n; i++)
		if (!raw_refresh(&nl, eps[i].s, MEASUREMENTS, i))
			die("asking for evidence");
	for (int i = 0; i < n; i++) {
		if (!raw_await(&nl, PCI_TSM_CMD_REQUEST_DONE, &m, 120000))
			die("the end of a request");
		ok &= !raw_num(&m.hdr, PCI_TSM_A_REQUEST_ERROR);
	}
	return ok ? now() - start : -1;
}

static void connect_all(void)
{
	for (int i = 0; i < DEVICES; i++) {
		put("1", DEV "tsm/disconnect", eps[i].s);
		if (put("1", DEV "tsm/connect", eps[i].s))
			die("connecting");
	}
}

/* As in bench_spdm: a busy machine may not let the DSM answer in time, which is told */
static double refresh(int n)
{
	double s;

	for (int i = 0; (s = try_refresh(n)) < 0; i++) {
		if (i == RETRIES)
			die("asking 32 devices for evidence");
		printf("# this machine was too slow for %d mailboxes; once more\n", n);
		connect_all();
	}
	return s;
}

static void load_native(void)
{
	bool ok = devsec_unload();

	/* Devices have a processor of their own: the DSM goes first */
	setpriority(PRIO_PROCESS, 0, -20);
	ok &= native_load("topology=noide*32", "--threads 32 " FAST, "recheck_s=0");
	setpriority(PRIO_PROCESS, 0, 0);
	if (!ok)
		die("loading native SPDM");
	find_devices();
	connect_all();
}

static void bench_refresh(void)
{
	double all_of_them[ROUNDS], one[ROUNDS];

	load_native();
	/*
	 * A device takes its time to measure and to sign. If all of it were this machine's
	 * own, as the DSM is, 32 of them would be its processors' number away from 32.
	 */
	if (put(DEVICE_MS, DOE_LATENCY_MS))
		die("setting the time of mailboxes");
	open_family();
	refresh(1);
	for (int i = 0; i < ROUNDS; i++) {
		one[i] = refresh(1);
		all_of_them[i] = refresh(DEVICES);
	}
	raw_close(&nl);
	printf("%d devices that take " DEVICE_MS " ms for each message asked for signed ", DEVICES);
	printf("measurements (ECDSA P-256) at once, ");
	printf("over one (%.1f ms). Limit 16.\n", median(one) * 1e3);
	figure("refresh_ratio_32", median(all_of_them) / median(one), "x", 16);
	if (!native_unload())
		die("unloading the modules");
}

int main(void)
{
	bench_objects();
	bench_dump();
	bench_events();
	bench_refresh();
	return exceeded;
}
