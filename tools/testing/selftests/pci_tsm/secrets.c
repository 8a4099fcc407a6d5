// SPDX-License-Identifier: GPL-2.0
/*
 * No secret shows: with every tracepoint and all debug messages on, a life of a
 * connection with a stream, in which all keys change, leaves none of the software
 * DSM's secrets, nor eight bytes of one, in the trace, in the log, in debugfs or in
 * the device's own files.
 *
 * A value that is planted in these places must be found there, or it proves nothing.
 */
#include <ftw.h>

#include "../kselftest_harness.h"
#include "native.h"
#include "scan.h"

#define TRACING		"/sys/kernel/tracing/"
#define KEY_LOG		"/tmp/keys"
#define KEPT_DEBUG	"devsec_bus native_tsm pci_tsm regmap"
#define KEEP		"while read -r f; do cat $f >>/tmp/kept/%d/%s 2>/dev/null; done"
#define DYNDBG		"/sys/kernel/debug/dynamic_debug/control"
#define BUFFER_KB	"65536"		/* for each of the processors */

/* One session, two changes of all keys: 17 of its begin, 6 by update, 6 of IDE by key set */
#define SECRETS_MIN	(17 + 2 * 6 + 3 * 6)

static const unsigned char planted[32] = {
	0x9b, 0x1f, 0xc4, 0x73, 0x0e, 0xa8, 0x52, 0xdd, 0x36, 0xe1, 0x8c, 0x47, 0xfa, 0x25, 0x90,
	0x6b, 0xb3, 0x58, 0x04, 0xcf, 0x7a, 0x11, 0xe6, 0x89, 0x2d, 0xd0, 0x65, 0xae, 0x43, 0xf8,
	0x17, 0xbc,
};

static long scanned;		/* bytes */

/* The planted one, in one of its forms, as text */
static const char *plant(bool upper, const char *separator, int group)
{
	static char text[256];
	size_t len = 0;

	for (int i = 0; i < sizeof(planted); i++)
		len += snprintf(text + len, sizeof(text) - len, upper ? "%s%02X" : "%s%02x",
				i && !(i % group) ? separator : "", planted[i]);
	return text;
}

static bool planted_in(const char *text)
{
	struct scan_text t = {};

	scan.hits[0] = 0;
	scan_text(&t, text, strlen(text));
	scan_text(&t, "\n", 1);
	return scan.hits[0];
}

static bool planted_in_bytes(const unsigned char *bytes)
{
	struct scan_raw raw = {};

	scan.hits[0] = 0;
	scan_raw(&raw, bytes, sizeof(planted));
	return scan.hits[0];
}

TEST(the_search_finds_all_forms)
{
	unsigned char other[sizeof(planted)];
	uint32_t w[2];
	uint64_t v;

	memset(&scan, 0, sizeof(scan));
	ASSERT_TRUE(scan_add("planted", planted, sizeof(planted)));
	scan_ready();
	EXPECT_TRUE(planted_in(plant(false, "", 1)));
	EXPECT_TRUE(planted_in(plant(true, " ", 1)));
	EXPECT_TRUE(planted_in(plant(false, ":", 2)));
	EXPECT_TRUE(planted_in(plant(false, ",0x", 4)));
	EXPECT_TRUE(planted_in(str("key={0x%s}", plant(false, ", 0x", 1))));
	memcpy(&v, planted + 5, sizeof(v));
	memcpy(w, planted + 8, sizeof(w));
	EXPECT_TRUE(planted_in(str("val=%lu", v)));
	EXPECT_TRUE(planted_in(str("val=%ld", v)));
	EXPECT_TRUE(planted_in(str("val=0x%lx end", v)));
	EXPECT_TRUE(planted_in(str("[%u, %u]", w[0], w[1])));
	EXPECT_TRUE(planted_in(str("[%d %d]", w[0], w[1])));
	EXPECT_TRUE(planted_in(str("%x %x", __builtin_bswap32(w[0]), __builtin_bswap32(w[1]))));
	EXPECT_TRUE(planted_in(str("%u %u %u %u %u %u %u %u", planted[0], planted[1], planted[2],
				   planted[3], planted[4], planted[5], planted[6], planted[7])));
	EXPECT_TRUE(planted_in_bytes(planted));
	for (int i = 0; i < sizeof(planted); i++)
		other[i] = planted[i ^ 3];
	EXPECT_TRUE(planted_in_bytes(other));
	for (int i = 0; i < sizeof(planted); i++)
		other[i] = planted[sizeof(planted) - 1 - i];
	EXPECT_TRUE(planted_in_bytes(other));
	for (int i = 7; i < sizeof(planted); i += 8)
		other[i] ^= 1;
	EXPECT_FALSE(planted_in_bytes(other));
	EXPECT_FALSE(planted_in("9b1fc4730ea852; 9b1fc473 0ea852"));
}

/*
 * What a file has, both ways; files that would wait have no more
 */
static void scan_file(const char *path)
{
	static char buf[1 << 16];
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	struct scan_text text = {};
	struct scan_raw raw = {};
	ssize_t len;

	while ((len = read(fd, buf, sizeof(buf))) > 0 || (len < 0 && errno == EPIPE)) {
		if (len < 0)
			continue;
		scanned += len;
		scan_text(&text, buf, len);
		scan_raw(&raw, (unsigned char *)buf, len);
	}
	scan_text(&text, "\n", 1);
	close(fd);
}

static int scan_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	if (type == FTW_F && st->st_mode & 0444)
		scan_file(path);
	return 0;
}

/* Copies of what is there now, for a search once all secrets are known */
static void keep_files(const char *ep, int n)
{
	run("mkdir -p /tmp/kept/%d", n);
	run("cd /sys/kernel/debug; find " KEPT_DEBUG " -type f -perm -400 2>/dev/null | " KEEP, n,
	    "debugfs");
	run("cd " DEV "; find . -maxdepth 2 -type f -perm -400 | " KEEP, ep, n, "sysfs");
}

static bool load_secrets(void)
{
	FILE *f = fopen(KEY_LOG, "r");
	char name[16], dev[16], hex[256];
	unsigned char secret[128];

	memset(&scan, 0, sizeof(scan));
	if (!f || !scan_add("planted", planted, sizeof(planted)))
		return false;
	while (fscanf(f, "%15s %15s %255s", name, dev, hex) == 3) {
		size_t len = strlen(hex) / 2;

		for (size_t i = 0; i < len; i++)
			if (sscanf(hex + 2 * i, "%2hhx", &secret[i]) != 1)
				return false;
		if (!scan_add(name, secret, len))
			return false;
	}
	fclose(f);
	scan_ready();
	return true;
}

FIXTURE(secrets) {
	struct bdf ep;
};

static void trace_off(void)
{
	put("0", TRACING "tracing_on");
	put("0", TRACING "events/enable");
}

FIXTURE_SETUP(secrets)
{
	run("rm -rf /tmp/kept " KEY_LOG);
	ASSERT_EQ(0, put(BUFFER_KB, TRACING "buffer_size_kb"));
	ASSERT_EQ(0, put("0", TRACING "trace"));
	ASSERT_TRUE(native_load("topology=ep*1", "--heartbeat 2 --key-log " KEY_LOG, ""));
	ASSERT_TRUE(devsec_find(&self->ep, "ep", "endpoint", 0));
	/* Not there in all kernels */
	put("file drivers/pci/* +p; file drivers/virt/* +p; file samples/* +p", DYNDBG);
	put("8", "/proc/sys/kernel/printk");
}

FIXTURE_TEARDOWN(secrets)
{
	trace_off();
	put("4", "/proc/sys/kernel/printk");
	put("file drivers/pci/* -p; file drivers/virt/* -p; file samples/* -p", DYNDBG);
	put("0", TRACING "trace");
	put("1408", TRACING "buffer_size_kb");
	put("1", TRACING "tracing_on");
	run("rm -rf /tmp/kept " KEY_LOG);
	EXPECT_TRUE(native_unload());
}

/* A key set that was in use is not any more */
static bool rekeyed(const char *ep)
{
	char set[16];

	snprintf(set, sizeof(set), "%s", info(ep, "key_set"));
	for (int n = 0; n < 300; n++) {
		if (strcmp(set, info(ep, "key_set")))
			return true;
		usleep(100000);
	}
	return false;
}

static void live(struct __test_metadata *_metadata, const char *ep)
{
	ASSERT_EQ(0, put("1", NATIVE_PARAM "rekey_s"));
	ASSERT_EQ(0, put("1", DEV "tsm/connect", ep));
	EXPECT_EQ(0, put("random", NATIVE_DEBUG "%s/refresh", ep));
	keep_files(ep, 0);
	EXPECT_TRUE(rekeyed(ep));
	keep_files(ep, 1);
	EXPECT_TRUE(rekeyed(ep));
	EXPECT_EQ(0, put("random", NATIVE_DEBUG "%s/refresh", ep));
	sleep(2);
	EXPECT_STREQ("connected", get(DEV "tsm/state", ep));
	keep_files(ep, 2);
	EXPECT_EQ(0, put("1", DEV "tsm/disconnect", ep));
	keep_files(ep, 3);
}

/* Where it is to be found. The log shows a line only once it has an end */
static bool plant_all(void)
{
	unsigned char raw[4 + sizeof(planted)] = { 1 };

	memcpy(raw + 4, planted, sizeof(planted));
	return !put(plant(true, " ", 1), TRACING "trace_marker") &&
	       !put_bytes((char *)raw, sizeof(raw), TRACING "trace_marker_raw") &&
	       !put(str("%s\n", plant(false, "", 1)), "/dev/kmsg") &&
	       !run("mkdir -p /tmp/kept/0; echo 'key: %s' >>/tmp/kept/0/debugfs",
		    plant(false, ":", 1));
}

/* One of the places was searched: no secret was in it, but the planted one was */
static void is_clean(struct __test_metadata *_metadata, const char *where)
{
	const char *name = "";
	unsigned int hits = scan_hits(&name);

	TH_LOG("%s: %ld bytes searched, planted found %u times", where, scanned, scan.hits[0]);
	EXPECT_EQ(0, hits)
		TH_LOG("%s: %u pieces of secrets, one of them of %s", where, hits, name);
	EXPECT_LT(0, scan.hits[0]);
	scan.hits[0] = 0;
	scanned = 0;
}

static void scan_cpus(void)
{
	long cpus = sysconf(_SC_NPROCESSORS_CONF);

	for (int cpu = 0; cpu < cpus; cpu++)
		scan_file(str(TRACING "per_cpu/cpu%d/trace_pipe_raw", cpu));
}

TEST_F(secrets, nothing_shows_them)
{
	ASSERT_EQ(0, put("1", TRACING "events/enable"));
	/* Names of locks only, and millions of them: those of a debug kernel */
	put("0", TRACING "events/lock/enable");
	ASSERT_EQ(0, put("1", TRACING "tracing_on"));
	live(_metadata, self->ep.s);
	ASSERT_TRUE(plant_all());
	trace_off();

	ASSERT_TRUE(load_secrets());
	TH_LOG("%u secrets, %zu windows", scan.nr - 1, scan.nr_windows);
	EXPECT_LE(SECRETS_MIN, scan.nr - 1);
	/* All of it is there */
	EXPECT_NE(0, run("grep -h '^overrun: [1-9]' " TRACING "per_cpu/*/stats"));
	EXPECT_EQ(0, run("grep -q spdm_exchange_end: " TRACING "trace"));

	scan_file(TRACING "trace");
	is_clean(_metadata, "trace");
	scan_cpus();
	is_clean(_metadata, "trace_pipe_raw");
	scan_file("/dev/kmsg");
	is_clean(_metadata, "the log");
	nftw("/tmp/kept", scan_entry, 16, FTW_PHYS);
	is_clean(_metadata, "files");
}

TEST_HARNESS_MAIN
