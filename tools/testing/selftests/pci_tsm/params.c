// SPDX-License-Identifier: GPL-2.0
/*
 * Parameters of the modules of the emulation: what is out of range is refused as
 * a whole and leaves nothing behind, and what is accepted takes effect.
 */
#include "../kselftest_harness.h"
#include <sys/stat.h>

#include "cfg.h"

#define BUS_PARAM	"/sys/module/devsec_bus/parameters/"
#define TSM_PARAM	"/sys/module/devsec_tsm/parameters/"
#define HB		"/sys/devices/platform/devsec_bus/pci%04x:00/"
/* The kernel counts in ticks, of which emulated machines may lose some */
#define TICKS_MS	50
#define EINVAL_TEXT	"Invalid argument"
#define ENOSPC_TEXT	"No space left on device"

FIXTURE(params) {
	struct bdf ep, rp;
};

FIXTURE_SETUP(params)
{
	devsec_load(NULL, NULL);
}

FIXTURE_TEARDOWN(params)
{
	EXPECT_TRUE(devsec_unload());
}

/* No file, device, address or word of the modules */
static void nothing_there(struct __test_metadata *_metadata)
{
	EXPECT_NE(0, run("ls -d /sys/module/devsec_* " BUS_DEBUG " " TSM_DEBUG " 2>/dev/null"));
	EXPECT_NE(0, run("ls -d /sys/devices/platform/devsec* /sys/class/tsm/tsm* 2>/dev/null"));
	EXPECT_NE(0, run("ls /sys/bus/pci/devices | grep -v ^0000"));
	EXPECT_NE(0, run("ls -d /sys/bus/pci/drivers/devsec 2>/dev/null"));
	EXPECT_NE(0, run("grep devsec /proc/iomem /proc/interrupts"));
}

/* The module does not load, says modprobe with the text of the errno */
static void refused(struct __test_metadata *_metadata, const char *module, const char *params,
		    const char *error)
{
	EXPECT_NE(0, run("modprobe %s %s 2>/tmp/err", module, params)) {
		TH_LOG("%s %s", module, params);
		devsec_unload();
	}
	EXPECT_EQ(0, run("grep -q '%s' /tmp/err", error)) {
		TH_LOG("%s %s: %s", module, params, get("/tmp/err"));
	}
	nothing_there(_metadata);
}

TEST_F(params, numbers_out_of_range)
{
	static const char * const bus[] = {
		"bridges=0", "bridges=17", "bridges=-1", "bridges=two", "bridges=",
		"domain=0", "domain=0xf", "domain=0x100", "domain=0xffffffff",
		"hb_streams=256", "hb_streams=-1", "hb_streams=0x", "streams=65",
		"streams=-1", "addr_blocks=5", "link_blocks=9",
		"'streams=64 addr_blocks=4'", "enable_delay_ms=-1", "enable_delay_ms=1s",
		"doe_latency_ms=-1", "doe_latency_ms=", "pciehp=2", "lock_classes=maybe",
	};
	static const char * const tsm[] = {
		"tsms=0", "tsms=9", "tsms=-1", "ranks=1,2,3,4,5,6,7,8,9", "ranks=high", "ranks=",
		"latency_ms=-1", "latency_ms=x", "cma=2",
	};

	for (int i = 0; i < ARRAY_SIZE(bus); i++)
		refused(_metadata, "devsec_bus", bus[i], EINVAL_TEXT);
	for (int i = 0; i < ARRAY_SIZE(tsm); i++)
		refused(_metadata, "devsec_tsm", tsm[i], EINVAL_TEXT);
	EXPECT_TRUE(devsec_load("", ""));
}

TEST_F(params, topologies_that_make_no_sense)
{
	static const char * const bad[] = {
		"", ",", "bogus", "EP", "ep,", "ep,,ep", "ep;ep", "ep:1", "ep*0", "ep*", "ep*x",
		"ep*-1", "ep*2*2", "ep*4294967297", "mf", "mf:", "mf:1", "mf:9", "mf:x", "mf:2:2",
		"mf:-2", "ari:1", "ari:257", "sriov:0", "sriov:255", "switch", "switch:0",
		"switch:33", "fswitch:33", "rciep:1", "empty:1", "ep*257", "ep*241",
		"switch:32*8", "rciep*33", "ep*32,rciep", "noide,ep,bogus", "ep*2:3",
	};

	for (int i = 0; i < ARRAY_SIZE(bad); i++) {
		run("dmesg -c >/dev/null");
		refused(_metadata, "devsec_bus", str("'topology=%s'", bad[i]), EINVAL_TEXT);
		EXPECT_EQ(0, run("dmesg | grep -q 'devsec_bus: topology: '")) {
			TH_LOG("%s: %s", bad[i], get("/tmp/err"));
		}
	}
	EXPECT_TRUE(devsec_load("", ""));
}

/* The second bridge finds no domain, after the first one was made */
TEST_F(params, domains_run_out)
{
	refused(_metadata, "devsec_bus", "domain=0xff bridges=2 topology=ep,rciep", ENOSPC_TEXT);
	refused(_metadata, "devsec_bus", "domain=0xf2 bridges=16 topology=rciep", ENOSPC_TEXT);
	EXPECT_TRUE(devsec_load("domain=0xfe bridges=2 topology=ep", ""));
	EXPECT_EQ(0, access("/sys/bus/pci/devices/00fe:01:00.0", F_OK));
	EXPECT_EQ(0, access("/sys/bus/pci/devices/00ff:01:00.0", F_OK));
}

TEST_F(params, bridges_and_domain)
{
	ASSERT_TRUE(devsec_load("domain=0x20 bridges=3 topology=ep", NULL));
	EXPECT_EQ(0, run("[ $(grep -c ' endpoint present' " BUS_DEBUG "state) = 3 ]"));
	EXPECT_EQ(0, access(str(HB, 0x20), F_OK));
	EXPECT_EQ(0, access(str(HB, 0x22), F_OK));
	EXPECT_NE(0, access(str(HB, 0x23), F_OK));
	ASSERT_TRUE(devsec_load("bridges=16 topology=ep", NULL));
	EXPECT_EQ(0, access("/sys/bus/pci/devices/001f:01:00.0", F_OK));
	EXPECT_EQ(0, run("[ $(grep -c ' endpoint present' " BUS_DEBUG "state) = 16 ]"));
}

/* A list, and how many functions of a kind it makes, as the PCI core sees them */
TEST_F(params, topologies)
{
	static const struct { const char *list, *id; int nr; } good[] = {
		{ "ep*2,mf:3", "0x0010", 5 }, { "ep,empty", "0x0010", 1 },
		{ "ep,empty", "0x0001", 2 }, { "mf:8", "0x0010", 8 }, { "ari:2", "0x0010", 2 },
		{ "ari:40", "0x0010", 40 }, { "switch:3", "0x0003", 3 },
		{ "switch:3", "0x0002", 1 }, { "fswitch:32", "0x0010", 32 },
		{ "rciep*32", "0x0011", 32 }, { "ep*40", "0x0001", 40 },
		{ "notee,noide,cma", "0x0010", 3 }, { "sriov:254", "0x0010", 1 },
		{ "mf:2*2,ep", "0x0010", 5 },
	};

	for (int i = 0; i < ARRAY_SIZE(good); i++) {
		ASSERT_TRUE(devsec_load(str("'topology=%s'", good[i].list), NULL));
		EXPECT_EQ(0, run("[ $(cat /sys/bus/pci/devices/001?:*/device | grep -c %s) = %d ]",
				 good[i].id, good[i].nr)) {
			TH_LOG("%s", good[i].list);
		}
	}
	EXPECT_STREQ("mf:2*2,ep", get(BUS_PARAM "topology"));
}

/* Streams, address associations, Link blocks, and the registers that tell them */
TEST_F(params, ide_registers)
{
	static const struct { unsigned int streams, addr, links; } good[] = {
		{ 0, 2, 1 }, { 1, 0, 0 }, { 1, 4, 8 }, { 4, 2, 1 }, { 64, 2, 1 }, { 45, 4, 8 },
		{ 64, 0, 8 },
	};

	for (int i = 0; i < ARRAY_SIZE(good); i++) {
		unsigned int links = good[i].links, size = 0x14 + 12 * good[i].addr;
		struct cfg cfg;
		__u32 cap;

		ASSERT_TRUE(devsec_load(str("topology=ep streams=%u addr_blocks=%u link_blocks=%u",
					    good[i].streams, good[i].addr, links), ""));
		ASSERT_TRUE(devsec_find(&self->ep, "ep", "endpoint", 0));
		ASSERT_TRUE(cfg_open(&cfg, self->ep.s));
		cap = rd(cfg.fd, cfg.ide + 4, 4);
		EXPECT_EQ(!!good[i].streams, cap >> 1 & 1);
		EXPECT_EQ(good[i].streams ? good[i].streams - 1 : 0, cap >> 16 & 0xff);
		EXPECT_EQ(!!links, cap & 1);
		EXPECT_EQ(links ? links - 1 : 0, cap >> 13 & 7);
		for (unsigned int j = 0; j < good[i].streams; j++) {
			int at = cfg.ide + 0xc + 8 * links + j * size;

			EXPECT_EQ(good[i].addr, rd(cfg.fd, at, 4));
			EXPECT_EQ(0xff000000, rd(cfg.fd, at + IDE_SEL_CTL, 4));
		}
		close(cfg.fd);
		EXPECT_EQ(0, put("1", DEV "tsm/connect", self->ep.s));
	}
}

TEST_F(params, hb_streams)
{
	static const int good[] = { 0, 1, 255 };

	for (int i = 0; i < ARRAY_SIZE(good); i++) {
		ASSERT_TRUE(devsec_load(str("topology=ep bridges=2 hb_streams=%d", good[i]), NULL));
		EXPECT_STREQ(str("%d", good[i]), get(HB "available_secure_streams", 0x10));
		EXPECT_STREQ(str("%d", good[i]), get(HB "available_secure_streams", 0x11));
	}
}

/* How long a connect takes, or its errno */
static long connect_ms(const char *ep)
{
	long start = now_ms();
	int rc = put("1", DEV "tsm/connect", ep);

	return rc ?: now_ms() - start;
}

static void load_ep(struct __test_metadata *_metadata, struct _test_data_params *self,
		    const char *bus, const char *tsm)
{
	ASSERT_TRUE(devsec_load(str("topology=ep %s", bus), tsm));
	ASSERT_TRUE(devsec_find(&self->ep, "ep", "endpoint", 0));
}

/* Both ends wait for it, one after the other; the core waits for 100 ms */
TEST_F(params, enable_delay)
{
	load_ep(_metadata, self, "enable_delay_ms=40", "");
	EXPECT_STREQ("40", get(BUS_PARAM "enable_delay_ms"));
	EXPECT_LE(80, connect_ms(self->ep.s) + TICKS_MS);
	ASSERT_EQ(0, put("1", DEV "tsm/disconnect", self->ep.s));
	ASSERT_EQ(0, put("4294967295", BUS_PARAM "enable_delay_ms"));
	EXPECT_EQ(-EIO, connect_ms(self->ep.s));
	EXPECT_STREQ("ide-timeout", get(DEV "tsm/reason", self->ep.s));
	ASSERT_EQ(0, put("0", BUS_PARAM "enable_delay_ms"));
	EXPECT_LE(0, connect_ms(self->ep.s));
}

/* A connect makes four exchanges, each of which may take a second */
TEST_F(params, doe_latency)
{
	load_ep(_metadata, self, "doe_latency_ms=50", "");
	EXPECT_STREQ("50", get(BUS_PARAM "doe_latency_ms"));
	EXPECT_LE(200, connect_ms(self->ep.s) + TICKS_MS);
	ASSERT_EQ(0, put("0", BUS_PARAM "doe_latency_ms"));
	ASSERT_EQ(0, put("1", DEV "tsm/disconnect", self->ep.s));
	ASSERT_EQ(0, put("2000", BUS_PARAM "doe_latency_ms"));
	EXPECT_EQ(-EIO, connect_ms(self->ep.s));
	ASSERT_EQ(0, put("0", BUS_PARAM "doe_latency_ms"));
	EXPECT_LE(0, connect_ms(self->ep.s));
}

TEST_F(params, latency_of_a_tsm)
{
	load_ep(_metadata, self, "", "latency_ms=400");
	EXPECT_LE(400, connect_ms(self->ep.s) + TICKS_MS);
	ASSERT_EQ(0, put("0", TSM_PARAM "latency_ms"));
	ASSERT_EQ(0, put("1", DEV "tsm/disconnect", self->ep.s));
	EXPECT_GT(400, connect_ms(self->ep.s));
}

TEST_F(params, tsms_and_ranks)
{
	load_ep(_metadata, self, "", "tsms=8 ranks=0,0,0,0,0,-1,3,2");
	EXPECT_EQ(0, run("[ $(ls /sys/class/tsm | wc -l) = 8 ]"));
	EXPECT_EQ(0, put("1", DEV "tsm/connect", self->ep.s));
	EXPECT_STREQ("tsm6", get(DEV "tsm/connect", self->ep.s));
}

/* What can be changed later takes numbers only; the rest cannot be changed */
TEST_F(params, at_run_time)
{
	static const char * const bus[] = {
		"bridges", "domain", "topology", "hb_streams", "streams", "addr_blocks",
		"link_blocks", "pciehp", "lock_classes"
	};
	static const char * const later[] = {
		BUS_PARAM "enable_delay_ms", BUS_PARAM "doe_latency_ms", TSM_PARAM "latency_ms"
	};
	struct stat st;

	load_ep(_metadata, self, "", "");
	for (int i = 0; i < ARRAY_SIZE(bus); i++) {
		ASSERT_EQ(0, stat(str(BUS_PARAM "%s", bus[i]), &st));
		EXPECT_EQ(0444, st.st_mode & 07777);
		EXPECT_GT(0, put("1", BUS_PARAM "%s", bus[i]));
	}
	for (int i = 0; i < ARRAY_SIZE(later); i++) {
		EXPECT_EQ(0, put("7", "%s", later[i]));
		EXPECT_EQ(-EINVAL, put("-1", "%s", later[i]));
		EXPECT_EQ(-EINVAL, put("1s", "%s", later[i]));
		EXPECT_EQ(-ERANGE, put("4294967296", "%s", later[i]));
		EXPECT_STREQ("7", get("%s", later[i]));
	}
}

TEST_HARNESS_MAIN
