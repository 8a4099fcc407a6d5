// SPDX-License-Identifier: GPL-2.0
/*
 * Losing trust: however a loss is noticed, state and reason say so at once, who
 * polls is woken, bound functions are taken back with their bus master off, and
 * nothing that runs delays it. A stream that never becomes secure is no stream.
 */
#include "../kselftest_harness.h"
#include <linux/pci_regs.h>
#include <poll.h>

#include "devsec.h"

#define HB	"/sys/devices/platform/devsec_bus/pci%.4s:00/"

/* Reasons as the door for reports numbers them */
enum { SESSION = 9, RESET = 14, TDI = 15, UNPLUGGED = 16 };

/* What may take a cancel; the design gives it this long */
#define CANCEL_MS	2000

FIXTURE(loss) {
	struct bdf ep;		/* alone on its bus */
	struct bdf pf0;		/* functions 0 and 1 of another device */
	struct bdf fn1;
	long period_ms;		/* from a fault of a stream until it is noticed */
};

FIXTURE_SETUP(loss)
{
	ASSERT_TRUE(devsec_load("topology=ep,mf:2", ""));
	ASSERT_TRUE(devsec_find(&self->ep, "ep", "endpoint", 0));
	ASSERT_TRUE(devsec_find(&self->pf0, "mf", "endpoint", 0));
	ASSERT_TRUE(devsec_find(&self->fn1, "mf", "endpoint", 1));
	self->period_ms = atoi(get("/sys/module/pci_ide/parameters/poll_ms"));
	ASSERT_LT(0, self->period_ms);
}

FIXTURE_TEARDOWN(loss)
{
	put("clear", TSM_DEBUG "fault");
	EXPECT_TRUE(devsec_unload());
}

/* Read when the device answers: a link that is being reset gives all ones */
static bool bus_master(const char *bdf)
{
	int fd = open(str(DEV "config", bdf), O_RDONLY);
	unsigned short regs[3] = { 0xffff };

	for (int i = 0; i < 500 && regs[0] == 0xffff; i++, usleep(10000))
		if (pread(fd, regs, sizeof(regs), 0) != sizeof(regs))
			break;
	close(fd);
	return regs[PCI_COMMAND / 2] & PCI_COMMAND_MASTER;
}

static void connect_and_bind(struct __test_metadata *_metadata, struct _test_data_loss *self)
{
	ASSERT_EQ(0, put("1", DEV "tsm/connect", self->pf0.s));
	ASSERT_EQ(0, put(str("%s 7", self->fn1.s), TSM_DEBUG "bind"));
	ASSERT_STREQ("bound", get(DEV "tsm/state", self->fn1.s));
	ASSERT_STREQ("tsm0", get(DEV "tsm/bound", self->fn1.s));
	ASSERT_TRUE(bus_master(self->fn1.s));
	ASSERT_EQ(1, counter("tdis "));
}

/* After the loss of the DSM in pf0, while fn1 was bound */
static void withdrawn(struct __test_metadata *_metadata, struct _test_data_loss *self,
		      const char *reason, long ms)
{
	EXPECT_STREQ("failed", await("failed", ms, DEV "tsm/state", self->pf0.s));
	EXPECT_STREQ("error", await("error", ms, DEV "tsm/state", self->fn1.s));
	EXPECT_STREQ("255", await("255", ms, HB "available_secure_streams", self->pf0.s));
	EXPECT_STREQ(reason, get(DEV "tsm/reason", self->pf0.s));
	EXPECT_STREQ(reason, get(DEV "tsm/reason", self->fn1.s));
	EXPECT_STREQ("", get(DEV "tsm/connect", self->pf0.s));
	EXPECT_STREQ("", get(DEV "tsm/bound", self->fn1.s));
	EXPECT_EQ(0, counter("tdis "));
	for (long end = now_ms() + ms; counter("streams ") && now_ms() < end;)
		usleep(2000);
	EXPECT_EQ(0, counter("streams "));
	EXPECT_EQ(1, counter("invalidates "));
	/* The base's recovery from AER ends in the driver's setting it again */
	if (strcmp(reason, "aer"))
		EXPECT_FALSE(bus_master(self->fn1.s));
}

/* The way out is a disconnect, after which all is as new */
static void recovers(struct __test_metadata *_metadata, struct _test_data_loss *self)
{
	EXPECT_EQ(-ENXIO, put(str("%s 0 00", self->fn1.s), TSM_DEBUG "guest_req"));
	EXPECT_EQ(-EBUSY, put("1", DEV "tsm/connect", self->pf0.s));
	EXPECT_EQ(0, put("1", DEV "tsm/disconnect", self->pf0.s));
	EXPECT_STREQ("disconnected", get(DEV "tsm/state", self->pf0.s));
	EXPECT_STREQ("unbound", get(DEV "tsm/state", self->fn1.s));
	EXPECT_EQ(0, counter("contexts "));
	EXPECT_EQ(0, put("1", DEV "tsm/connect", self->pf0.s));
	EXPECT_EQ(0, put(str("%s 8", self->fn1.s), TSM_DEBUG "bind"));
	EXPECT_STREQ("bound", get(DEV "tsm/state", self->fn1.s));
}

#define RECOVERED	"dmesg | grep -q 'device recovery'"

/* One loss of the DSM, made by a line to one of the doors for faults */
FIXTURE_VARIANT(loss) {
	const char *door;
	const char *line;
	const char *reason;
};

FIXTURE_VARIANT_ADD(loss, insecure) { BUS_DEBUG "fault", "ide insecure", "ide-insecure" };
FIXTURE_VARIANT_ADD(loss, ide_fail) { BUS_DEBUG "fault", "ide fail", "ide-fail" };
FIXTURE_VARIANT_ADD(loss, aer) { BUS_DEBUG "fault", "ide aer", "aer" };
FIXTURE_VARIANT_ADD(loss, session) { TSM_DEBUG "report", "9", "session" };
FIXTURE_VARIANT_ADD(loss, session_irq) { TSM_DEBUG "report", "9 irq", "session" };
FIXTURE_VARIANT_ADD(loss, reset) { TSM_DEBUG "report", "14", "reset" };
FIXTURE_VARIANT_ADD(loss, unplugged) { TSM_DEBUG "report", "16", "unplugged" };

TEST_F(loss, of_dsm)
{
	struct pollfd p = { .events = POLLPRI };
	char buf[32] = {};

	connect_and_bind(_metadata, self);
	p.fd = open(str(DEV "tsm/state", self->pf0.s), O_RDONLY);
	ASSERT_LE(0, p.fd);
	ASSERT_EQ(10, pread(p.fd, buf, sizeof(buf), 0));
	EXPECT_EQ(0, poll(&p, 1, 0));

	ASSERT_EQ(0, put(str("%s %s", self->pf0.s, variant->line), "%s", variant->door));
	EXPECT_EQ(1, poll(&p, 1, self->period_ms + CANCEL_MS));
	EXPECT_TRUE(p.revents & POLLPRI);
	EXPECT_EQ(7, pread(p.fd, buf, sizeof(buf), 0));
	EXPECT_EQ(0, strncmp(buf, "failed\n", 7));

	withdrawn(_metadata, self, variant->reason, CANCEL_MS);
	/* The base resets the bus meanwhile: what connects during that is lost again */
	for (int i = 0; !strcmp(variant->reason, "aer") && run(RECOVERED); i++) {
		ASSERT_LT(i, 100);
		usleep(100000);
	}
	recovers(_metadata, self);
	close(p.fd);
}

/* What else can happen, each once */
FIXTURE(once) {
	FIXTURE_DATA(loss) l;
};

FIXTURE_SETUP(once)
{
	loss_setup(_metadata, &self->l, NULL);
}

FIXTURE_TEARDOWN(once)
{
	loss_teardown(_metadata, &self->l, NULL);
}

TEST_F(once, flr)
{
	connect_and_bind(_metadata, &self->l);
	ASSERT_EQ(0, put("1", DEV "reset", self->l.pf0.s));
	EXPECT_STREQ("failed", get(DEV "tsm/state", self->l.pf0.s));
	withdrawn(_metadata, &self->l, "reset", CANCEL_MS);
	recovers(_metadata, &self->l);
}

TEST_F(once, flr_of_bound_function)
{
	struct bdf *pf0 = &self->l.pf0, *fn1 = &self->l.fn1;

	connect_and_bind(_metadata, &self->l);
	ASSERT_EQ(0, put("1", DEV "reset", fn1->s));
	EXPECT_STREQ("error", get(DEV "tsm/state", fn1->s));
	EXPECT_STREQ("reset", get(DEV "tsm/reason", fn1->s));
	EXPECT_STREQ("connected", get(DEV "tsm/state", pf0->s));
	EXPECT_EQ(0, put(fn1->s, TSM_DEBUG "unbind"));
	EXPECT_STREQ("unbound", get(DEV "tsm/state", fn1->s));
	EXPECT_EQ(1, counter("invalidates "));
	EXPECT_EQ(0, put(str("%s 8", fn1->s), TSM_DEBUG "bind"));
	EXPECT_STREQ("bound", get(DEV "tsm/state", fn1->s));
}

TEST_F(once, tdi)
{
	struct bdf *pf0 = &self->l.pf0, *fn1 = &self->l.fn1;

	connect_and_bind(_metadata, &self->l);
	ASSERT_EQ(0, put(str("%s %d", fn1->s, TDI), TSM_DEBUG "report"));
	EXPECT_STREQ("error", get(DEV "tsm/state", fn1->s));
	EXPECT_STREQ("tdi", get(DEV "tsm/reason", fn1->s));
	EXPECT_STREQ("connected", get(DEV "tsm/state", pf0->s));
	EXPECT_STREQ("request", get(DEV "tsm/reason", pf0->s));
	EXPECT_EQ(0, put(fn1->s, TSM_DEBUG "unbind"));
	EXPECT_FALSE(bus_master(fn1->s));
	EXPECT_EQ(0, counter("tdis "));
	EXPECT_EQ(1, counter("invalidates "));
}

TEST_F(once, bus_reset)
{
	const char *ep = self->l.ep.s;

	ASSERT_EQ(0, put("1", DEV "tsm/connect", ep));
	ASSERT_EQ(0, put("1", DEV "tsm/connect", self->l.pf0.s));
	ASSERT_EQ(0, put("bus", DEV "reset_method", ep));
	ASSERT_EQ(0, put("1", DEV "reset", ep));
	EXPECT_STREQ("failed", get(DEV "tsm/state", ep));
	EXPECT_STREQ("reset", get(DEV "tsm/reason", ep));
	EXPECT_STREQ("connected", get(DEV "tsm/state", self->l.pf0.s));
	EXPECT_EQ(0, put("1", DEV "tsm/disconnect", ep));
	EXPECT_EQ(0, put("1", DEV "tsm/connect", ep));
}

TEST_F(once, reports_while_nothing_is_connected)
{
	for (int reason = SESSION; reason <= UNPLUGGED; reason++) {
		EXPECT_EQ(0, put(str("%s %d", self->l.pf0.s, reason), TSM_DEBUG "report"));
		EXPECT_EQ(0, put(str("%s %d irq", self->l.fn1.s, reason), TSM_DEBUG "report"));
	}
	EXPECT_STREQ("disconnected", get(DEV "tsm/state", self->l.pf0.s));
	EXPECT_STREQ("none", get(DEV "tsm/reason", self->l.pf0.s));
	EXPECT_STREQ("unbound", get(DEV "tsm/state", self->l.fn1.s));
	connect_and_bind(_metadata, &self->l);
}

/* The first reason counts: what comes after it may be a consequence */
TEST_F(once, two_reasons)
{
	connect_and_bind(_metadata, &self->l);
	ASSERT_EQ(0, put(str("%s %d", self->l.fn1.s, SESSION), TSM_DEBUG "report"));
	ASSERT_EQ(0, put(str("%s %d", self->l.pf0.s, RESET), TSM_DEBUG "report"));
	withdrawn(_metadata, &self->l, "session", CANCEL_MS);
	ASSERT_EQ(0, put(str("%s %d", self->l.pf0.s, RESET), TSM_DEBUG "report"));
	EXPECT_STREQ("session", get(DEV "tsm/reason", self->l.pf0.s));
}

TEST_F(once, during_a_long_op)
{
	pid_t guest;
	long start;

	connect_and_bind(_metadata, &self->l);
	ASSERT_EQ(0, put("* guest_req hang 60000", TSM_DEBUG "fault"));
	guest = put_begin(str("%s 0 00", self->l.fn1.s), TSM_DEBUG "guest_req");
	ASSERT_TRUE(wait_running(guest));
	start = now_ms();
	ASSERT_EQ(0, put(str("%s %d", self->l.pf0.s, SESSION), TSM_DEBUG "report"));
	/* The stream is the last to go; what is read afterwards costs time of its own */
	await("255", CANCEL_MS, HB "available_secure_streams", self->l.pf0.s);
	EXPECT_GT(CANCEL_MS, now_ms() - start);
	withdrawn(_metadata, &self->l, "session", CANCEL_MS);
	EXPECT_EQ(-ECANCELED, put_end(guest));
	recovers(_metadata, &self->l);
}

TEST_F(once, during_connect)
{
	const char *ep = self->l.ep.s;
	pid_t writer;

	ASSERT_EQ(0, put("* connect hang 10000", TSM_DEBUG "fault"));
	writer = put_begin("1", DEV "tsm/connect", ep);
	EXPECT_STREQ("connecting", await("connecting", 5000, DEV "tsm/state", ep));
	ASSERT_EQ(0, put(str("%s %d irq", ep, SESSION), TSM_DEBUG "report"));
	EXPECT_EQ(-ECANCELED, put_end(writer));
	EXPECT_STREQ("disconnected", get(DEV "tsm/state", ep));
	EXPECT_STREQ("session", get(DEV "tsm/reason", ep));
	EXPECT_EQ(0, counter("contexts "));
}

TEST_F(once, stream_never_secure)
{
	const char *ep = self->l.ep.s;

	ASSERT_EQ(0, put(str("%s ide stuck", ep), BUS_DEBUG "fault"));
	EXPECT_EQ(-EIO, put("1", DEV "tsm/connect", ep));
	EXPECT_STREQ("disconnected", get(DEV "tsm/state", ep));
	EXPECT_STREQ("ide-timeout", get(DEV "tsm/reason", ep));
	EXPECT_STREQ("255", get(HB "available_secure_streams", ep));
	EXPECT_NE(0, run("ls -d " HB "stream* 2>/dev/null", ep));
	EXPECT_EQ(0, counter("contexts "));
	EXPECT_EQ(0, counter("streams "));
	ASSERT_EQ(0, put(str("%s clear", ep), BUS_DEBUG "fault"));
	EXPECT_EQ(0, put("1", DEV "tsm/connect", ep));
}

/* The base gives such a mailbox up; only a reset of the function revives it */
TEST_F(once, mailbox_that_stays_busy)
{
	const char *ep = self->l.ep.s;

	ASSERT_EQ(0, put(str("%s doe busy", ep), BUS_DEBUG "fault"));
	EXPECT_EQ(-EIO, put("1", DEV "tsm/connect", ep));
	EXPECT_STREQ("disconnected", get(DEV "tsm/state", ep));
	EXPECT_STREQ("refused", get(DEV "tsm/reason", ep));
	ASSERT_EQ(0, put(str("%s clear", ep), BUS_DEBUG "fault"));
	EXPECT_EQ(-EIO, put("1", DEV "tsm/connect", ep));
	EXPECT_STREQ("255", get(HB "available_secure_streams", ep));
	ASSERT_EQ(0, put("1", DEV "reset", ep));
	EXPECT_EQ(0, put("1", DEV "tsm/connect", ep));
}

TEST_HARNESS_MAIN
