// SPDX-License-Identifier: GPL-2.0
/*
 * While an op hangs: resets, losses, disconnects and removals take effect at
 * once, on what they are about and on nothing else. An op that is made to "hang"
 * ends when it is cancelled, one that is made "hard" only when it is done.
 */
#include "../kselftest_harness.h"
#include <linux/pci_regs.h>
#include <poll.h>

#include "devsec.h"

#define BIND(fn)	put(str("%s 7", fn), TSM_DEBUG "bind")
#define BIND_BEGIN(fn)	put_begin(str("%s 7", fn), TSM_DEBUG "bind")
#define UNBIND(fn)	put(fn, TSM_DEBUG "unbind")
#define GUEST_BEGIN(fn)	put_begin(str("%s 0 00", fn), TSM_DEBUG "guest_req")
#define REPORT(fn, why)	put(str("%s %d", fn, why), TSM_DEBUG "report")
#define FAULT(...)	put(str(__VA_ARGS__), TSM_DEBUG "fault")

/* Reasons as the door for reports numbers them */
enum { SESSION = 9, TDI = 15 };

/* What may take a cancel; the design gives it this long */
#define CANCEL_MS	2000

/* Until the urgent work was there: it waits for no op */
#define URGENT_MS	1000

/* As long as somebody looks, does a bus master stay one? */
static bool bus_master(const char *bdf, long ms)
{
	unsigned short command = PCI_COMMAND_MASTER;
	int fd = open(str(DEV "config", bdf), O_RDONLY);

	for (long end = now_ms() + ms; command & PCI_COMMAND_MASTER; usleep(2000))
		if (pread(fd, &command, 2, PCI_COMMAND) != 2 || now_ms() >= end)
			break;
	close(fd);
	return command & PCI_COMMAND_MASTER;
}

/* A counter as soon as it has the value, or as it is after a while */
static int await_counter(const char *name, int want)
{
	long end = now_ms() + 5000;

	while (counter(name) != want && now_ms() < end)
		usleep(2000);
	return counter(name);
}

/* As its driver does, but again */
static void be_master(const char *bdf)
{
	unsigned short command = PCI_COMMAND_MASTER;
	int fd = open(str(DEV "config", bdf), O_WRONLY);

	if (pwrite(fd, &command, 2, PCI_COMMAND) != 2)
		ksft_print_msg("%s cannot be made a bus master\n", bdf);
	close(fd);
}

static void unload(struct __test_metadata *_metadata)
{
	put("clear", TSM_DEBUG "fault");
	EXPECT_TRUE(devsec_unload());
}

/* A function that does not hold the DSM, and how its guest request hangs */
FIXTURE(reset) {
	struct bdf pf0;
	struct bdf fn;
};

FIXTURE_VARIANT(reset) {
	const char *topology;
	const char *shape;
	const char *kind;
	int nth;
	const char *action;
	int result;
};

FIXTURE_VARIANT_ADD(reset, function_1_while_it_hangs) {
	"mf:2", "mf", "endpoint", 1, "hang 15000", -ECANCELED
};

FIXTURE_VARIANT_ADD(reset, function_1_while_nothing_helps) {
	"mf:2", "mf", "endpoint", 1, "hard 4000", 0
};

FIXTURE_VARIANT_ADD(reset, vf_while_it_hangs) {
	"sriov:2", "sriov", "vf", 1, "hang 15000", -ECANCELED
};

FIXTURE_VARIANT_ADD(reset, vf_while_nothing_helps) {
	"sriov:2", "sriov", "vf", 1, "hard 4000", 0
};

FIXTURE_SETUP(reset)
{
	ASSERT_TRUE(devsec_load(str("topology=%s", variant->topology), ""));
	ASSERT_TRUE(devsec_find(&self->pf0, variant->shape, "endpoint", 0));
	if (!strcmp(variant->kind, "vf"))
		ASSERT_EQ(0, put("2", DEV "sriov_numvfs", self->pf0.s));
	ASSERT_TRUE(devsec_find(&self->fn, variant->shape, variant->kind, variant->nth));
	ASSERT_EQ(0, put("1", DEV "tsm/connect", self->pf0.s));
	ASSERT_EQ(0, BIND(self->fn.s));
	ASSERT_TRUE(bus_master(self->fn.s, 0));
}

FIXTURE_TEARDOWN(reset)
{
	unload(_metadata);
}

TEST_F(reset, ends_the_binding)
{
	const char *fn = self->fn.s;
	long start;
	pid_t guest;

	ASSERT_EQ(0, FAULT("%s guest_req %s", fn, variant->action));
	guest = GUEST_BEGIN(fn);
	ASSERT_TRUE(wait_running(guest));
	start = now_ms();
	ASSERT_EQ(0, put("1", DEV "reset", fn));
	EXPECT_STREQ("error", get(DEV "tsm/state", fn));
	EXPECT_STREQ("reset", get(DEV "tsm/reason", fn));
	EXPECT_STREQ("", get(DEV "tsm/bound", fn));
	EXPECT_FALSE(bus_master(fn, URGENT_MS));
	EXPECT_GT(CANCEL_MS, now_ms() - start);
	if (variant->result) {
		EXPECT_EQ(variant->result, put_end(guest));
		EXPECT_GT(CANCEL_MS, now_ms() - start);
	} else {
		put_end(guest);
	}

	/* The worker withdraws it, as soon as it can */
	EXPECT_EQ(0, await_counter("tdis ", 0));
	EXPECT_EQ(1, counter("invalidates "));
	EXPECT_STREQ("error", get(DEV "tsm/state", fn));
	EXPECT_STREQ("connected", get(DEV "tsm/state", self->pf0.s));
	EXPECT_FALSE(bus_master(fn, 0));

	ASSERT_EQ(0, put("clear", TSM_DEBUG "fault"));
	EXPECT_EQ(0, UNBIND(fn));
	EXPECT_STREQ("unbound", get(DEV "tsm/state", fn));
	EXPECT_EQ(0, BIND(fn));
	EXPECT_STREQ("bound", get(DEV "tsm/state", fn));
	EXPECT_EQ(1, counter("invalidates "));
}

/* The loss of an interface that is just being locked */
TEST_F(reset, ends_a_bind_that_runs)
{
	const char *fn = self->fn.s;
	pid_t binder;

	ASSERT_EQ(0, UNBIND(fn));
	/* "hang 15000" or "hard 4000", as the guest request above */
	ASSERT_EQ(0, FAULT("%s bind %s", fn, variant->action));
	binder = BIND_BEGIN(fn);
	ASSERT_TRUE(wait_running(binder));
	ASSERT_EQ(0, put("1", DEV "reset", fn));
	EXPECT_EQ(-ECANCELED, put_end(binder));
	EXPECT_STREQ("unbound", get(DEV "tsm/state", fn));
	EXPECT_STREQ("", get(DEV "tsm/bound", fn));
	EXPECT_EQ(0, counter("tdis "));
	EXPECT_STREQ("connected", get(DEV "tsm/state", self->pf0.s));
	ASSERT_EQ(0, put("clear", TSM_DEBUG "fault"));
	EXPECT_EQ(0, BIND(fn));
	EXPECT_STREQ("bound", get(DEV "tsm/state", fn));
}

FIXTURE(mf) {
	struct bdf pf0, fn1, fn2;
};

FIXTURE_SETUP(mf)
{
	ASSERT_TRUE(devsec_load("topology=mf:3", ""));
	ASSERT_TRUE(devsec_find(&self->pf0, "mf", "endpoint", 0));
	ASSERT_TRUE(devsec_find(&self->fn1, "mf", "endpoint", 1));
	ASSERT_TRUE(devsec_find(&self->fn2, "mf", "endpoint", 2));
	ASSERT_EQ(0, put("1", DEV "tsm/connect", self->pf0.s));
}

FIXTURE_TEARDOWN(mf)
{
	unload(_metadata);
}

/* It may not begin its life as bound: nobody would look at the loss again */
TEST_F(mf, loss_of_an_interface_during_its_bind)
{
	const char *fn = self->fn1.s;
	pid_t binder;

	for (int irq = 0; irq < 2; irq++) {
		ASSERT_EQ(0, FAULT("%s bind hard 1500", fn));
		binder = BIND_BEGIN(fn);
		ASSERT_TRUE(wait_running(binder));
		ASSERT_EQ(0, put(str("%s %d%s", fn, TDI, irq ? " irq" : ""), TSM_DEBUG "report"));
		EXPECT_STREQ("", get(DEV "tsm/bound", fn));
		EXPECT_EQ(-ECANCELED, put_end(binder));
		EXPECT_STREQ("unbound", get(DEV "tsm/state", fn));
		EXPECT_STREQ("", get(DEV "tsm/bound", fn));
		EXPECT_EQ(0, counter("tdis "));
		ASSERT_EQ(0, put("clear", TSM_DEBUG "fault"));
		EXPECT_EQ(0, BIND(fn));
		EXPECT_EQ(0, UNBIND(fn));
	}
	EXPECT_STREQ("connected", get(DEV "tsm/state", self->pf0.s));
	EXPECT_STREQ("request", get(DEV "tsm/reason", self->pf0.s));
}

/* Another function's loss is none of a bind's, nor of a guest's request */
TEST_F(mf, loss_of_an_interface_during_an_op_of_another)
{
	const char *fn1 = self->fn1.s, *fn2 = self->fn2.s;
	pid_t pid;

	ASSERT_EQ(0, BIND(fn2));
	ASSERT_EQ(0, FAULT("%s bind hang 1500", fn1));
	pid = BIND_BEGIN(fn1);
	ASSERT_TRUE(wait_running(pid));
	ASSERT_EQ(0, REPORT(fn2, TDI));
	EXPECT_STREQ("error", get(DEV "tsm/state", fn2));
	EXPECT_EQ(0, put_end(pid));
	EXPECT_STREQ("bound", get(DEV "tsm/state", fn1));

	ASSERT_EQ(0, UNBIND(fn2));
	ASSERT_EQ(0, BIND(fn2));
	ASSERT_EQ(0, FAULT("%s guest_req hang 1500", fn1));
	pid = GUEST_BEGIN(fn1);
	ASSERT_TRUE(wait_running(pid));
	ASSERT_EQ(0, put("1", DEV "reset", fn2));
	EXPECT_STREQ("error", get(DEV "tsm/state", fn2));
	EXPECT_EQ(0, put_end(pid));
	EXPECT_STREQ("bound", get(DEV "tsm/state", fn1));
	EXPECT_TRUE(bus_master(fn1, 0));
	EXPECT_EQ(0, counter("cancels "));
}

/* The worker is busy with one function; the other one must not wait for it */
TEST_F(mf, loss_of_the_connection_while_disconnecting)
{
	const char *pf0 = self->pf0.s, *fns[] = { self->fn1.s, self->fn2.s };
	pid_t writer;
	long start;

	for (int i = 0; i < 2; i++) {
		ASSERT_EQ(0, BIND(fns[i]));
		ASSERT_TRUE(bus_master(fns[i], 0));
	}
	ASSERT_EQ(0, FAULT("* unbind hard 4000"));
	writer = put_begin("1", DEV "tsm/disconnect", pf0);
	/* Or this would say nothing about the second one */
	ASSERT_EQ(1, await_counter("invalidates ", 1));
	ASSERT_STREQ("bound", get(DEV "tsm/state", fns[1]));

	start = now_ms();
	ASSERT_EQ(0, REPORT(pf0, SESSION));
	for (int i = 0; i < 2; i++) {
		EXPECT_STRNE("bound", get(DEV "tsm/state", fns[i]));
		EXPECT_STREQ("", get(DEV "tsm/bound", fns[i]));
	}
	for (int i = 0; i < 2; i++) {
		EXPECT_FALSE(bus_master(fns[i], URGENT_MS)) {
			TH_LOG("the function that the worker has %s",
			       i ? "not come to" : "begun to unbind");
		}
	}
	EXPECT_GT(CANCEL_MS, now_ms() - start);
	EXPECT_STREQ("disconnecting", get(DEV "tsm/state", pf0));

	EXPECT_EQ(0, put_end(writer));
	EXPECT_STREQ("disconnected", get(DEV "tsm/state", pf0));
	for (int i = 0; i < 2; i++)
		EXPECT_STREQ("unbound", get(DEV "tsm/state", fns[i]));
	EXPECT_EQ(2, counter("invalidates "));
	EXPECT_EQ(0, counter("contexts "));
	ASSERT_EQ(0, put("clear", TSM_DEBUG "fault"));
	EXPECT_EQ(0, put("1", DEV "tsm/connect", pf0));
	EXPECT_EQ(0, BIND(fns[1]));
	EXPECT_STREQ("bound", get(DEV "tsm/state", fns[1]));
}

/*
 * Who polls a bound function is woken, and its bus master off, before the TSM takes
 * the function back. Two workers may come first here, hence several times.
 */
TEST_F(mf, loss_of_the_connection_while_nothing_runs)
{
	const char *pf0 = self->pf0.s, *fn = self->fn1.s;
	struct pollfd p = { .events = POLLPRI };
	char buf[32] = {};

	ASSERT_EQ(0, FAULT("* unbind hard 2500"));
	for (int i = 0; i < 4; i++) {
		be_master(fn);
		ASSERT_EQ(0, BIND(fn));
		p.fd = open(str(DEV "tsm/state", fn), O_RDONLY);
		ASSERT_LE(0, p.fd);
		ASSERT_EQ(6, pread(p.fd, buf, sizeof(buf), 0));
		ASSERT_EQ(0, poll(&p, 1, 0));
		ASSERT_EQ(0, REPORT(pf0, SESSION));
		EXPECT_EQ(1, poll(&p, 1, URGENT_MS));
		EXPECT_EQ(6, pread(p.fd, buf, sizeof(buf), 0));
		EXPECT_EQ(0, strncmp(buf, "error\n", 6));
		EXPECT_FALSE(bus_master(fn, URGENT_MS));
		EXPECT_STREQ("session", get(DEV "tsm/reason", fn));
		close(p.fd);
		ASSERT_EQ(0, put("1", DEV "tsm/disconnect", pf0));
		ASSERT_EQ(0, put("1", DEV "tsm/connect", pf0));
	}
}

/* A disconnect does not wait for what it makes useless */
static void disconnects_soon(struct __test_metadata *_metadata, const char *pf0)
{
	int cancels = counter("cancels ");
	long start = now_ms();

	EXPECT_EQ(0, put("1", DEV "tsm/disconnect", pf0));
	EXPECT_GT(CANCEL_MS, now_ms() - start);
	EXPECT_STREQ("disconnected", get(DEV "tsm/state", pf0));
	EXPECT_STREQ("request", get(DEV "tsm/reason", pf0));
	EXPECT_EQ(0, counter("contexts "));
	EXPECT_EQ(0, counter("tdis "));
	/* Something did hang */
	EXPECT_LT(cancels, counter("cancels "));
	EXPECT_EQ(0, put("clear", TSM_DEBUG "fault"));
	EXPECT_EQ(0, put("1", DEV "tsm/connect", pf0));
}

TEST_F(mf, disconnect_behind_a_guest_request)
{
	const char *fn = self->fn1.s;
	pid_t guest;

	ASSERT_EQ(0, BIND(fn));
	ASSERT_EQ(0, FAULT("* guest_req hang 15000"));
	guest = GUEST_BEGIN(fn);
	ASSERT_TRUE(wait_running(guest));
	disconnects_soon(_metadata, self->pf0.s);
	EXPECT_EQ(-ECANCELED, put_end(guest));
	EXPECT_STREQ("unbound", get(DEV "tsm/state", fn));
	EXPECT_EQ(1, counter("invalidates "));
}

TEST_F(mf, disconnect_behind_a_bind)
{
	const char *fn = self->fn1.s;
	pid_t binder;

	ASSERT_EQ(0, FAULT("* bind hang 15000"));
	binder = BIND_BEGIN(fn);
	ASSERT_TRUE(wait_running(binder));
	disconnects_soon(_metadata, self->pf0.s);
	EXPECT_EQ(-ECANCELED, put_end(binder));
	EXPECT_STREQ("unbound", get(DEV "tsm/state", fn));
	EXPECT_EQ(0, BIND(fn));
}

/* By another TSM's name, or no name at all, it is refused, and ends nothing */
TEST_F(mf, disconnect_that_is_refused_behind_a_guest_request)
{
	const char *pf0 = self->pf0.s;
	pid_t guest;

	ASSERT_EQ(0, BIND(self->fn1.s));
	ASSERT_EQ(0, FAULT("* guest_req hang 1500"));
	guest = GUEST_BEGIN(self->fn1.s);
	ASSERT_TRUE(wait_running(guest));
	EXPECT_EQ(-EINVAL, put("tsm1", DEV "tsm/disconnect", pf0));
	EXPECT_EQ(-EINVAL, put("junk", DEV "tsm/disconnect", pf0));
	EXPECT_EQ(0, put_end(guest));
	EXPECT_STREQ("bound", get(DEV "tsm/state", self->fn1.s));
	EXPECT_EQ(0, counter("cancels "));
}

/* The subject of an op that hangs goes; the connect that the op is a part of goes on */
TEST_F(mf, removal_of_a_function_while_it_is_probed)
{
	const char *pf0 = self->pf0.s;
	pid_t writer;
	long start;

	ASSERT_EQ(0, put("1", DEV "tsm/disconnect", pf0));
	ASSERT_EQ(0, FAULT("%s probe hang 15000", self->fn1.s));
	writer = put_begin("1", DEV "tsm/connect", pf0);
	/* Function 0 is connected, and function 1 the next */
	ASSERT_EQ(3, await_counter(" connects ", 2) + await_counter("contexts ", 1));
	start = now_ms();
	EXPECT_EQ(0, put("1", DEV "remove", self->fn1.s));
	EXPECT_EQ(0, put_end(writer));
	EXPECT_GT(CANCEL_MS, now_ms() - start);
	EXPECT_STREQ("connected", get(DEV "tsm/state", pf0));
	EXPECT_STREQ(pf0, get(DEV "tsm/dsm", self->fn2.s));
	EXPECT_EQ(2, counter("contexts "));
}

/* What the TSM knows nothing of neither waits for the connect nor disturbs it */
TEST_F(mf, removal_of_a_function_while_function_0_connects)
{
	const char *pf0 = self->pf0.s;
	pid_t writer;
	long start;

	ASSERT_EQ(0, put("1", DEV "tsm/disconnect", pf0));
	ASSERT_EQ(0, FAULT("%s connect hang 5000", pf0));
	writer = put_begin("1", DEV "tsm/connect", pf0);
	ASSERT_EQ(1, await_counter("contexts ", 1));
	start = now_ms();
	EXPECT_EQ(0, put("1", DEV "remove", self->fn1.s));
	EXPECT_GT(CANCEL_MS, now_ms() - start);
	EXPECT_STREQ("ENOENT", get(DEV "tsm/state", self->fn1.s));
	EXPECT_STREQ("connecting", get(DEV "tsm/state", pf0));
	EXPECT_EQ(0, put_end(writer));
	EXPECT_STREQ("connected", get(DEV "tsm/state", pf0));
	EXPECT_STREQ(pf0, get(DEV "tsm/dsm", self->fn2.s));
	EXPECT_EQ(2, counter("contexts "));
	EXPECT_EQ(0, counter("cancels "));
}

FIXTURE(vfs) {
	struct bdf pf, vf;
};

FIXTURE_SETUP(vfs)
{
	ASSERT_TRUE(devsec_load("topology=sriov:4", ""));
	ASSERT_TRUE(devsec_find(&self->pf, "sriov", "endpoint", 0));
}

FIXTURE_TEARDOWN(vfs)
{
	unload(_metadata);
}

TEST_F(vfs, disconnect_behind_the_probe_of_one_that_arrives)
{
	const char *pf = self->pf.s;

	ASSERT_EQ(0, put("1", DEV "tsm/connect", pf));
	ASSERT_EQ(0, FAULT("* probe hang 15000"));
	ASSERT_EQ(0, put("3", DEV "sriov_numvfs", pf));
	ASSERT_TRUE(devsec_find(&self->vf, "sriov", "vf", 0));
	/* Nobody waits for the worker here, so nobody can tell when it is there */
	usleep(1000000);
	ASSERT_STREQ("", get(DEV "tsm/dsm", self->vf.s));
	disconnects_soon(_metadata, pf);
	/* It was cancelled, not refused: it is served with the next connect */
	EXPECT_STREQ(pf, get(DEV "tsm/dsm", self->vf.s));
	EXPECT_EQ(4, counter("contexts "));
}

TEST_F(vfs, switched_off_while_their_pf_connects)
{
	const char *pf = self->pf.s;
	pid_t writer;
	long start;

	ASSERT_EQ(0, put("3", DEV "sriov_numvfs", pf));
	ASSERT_EQ(0, FAULT("%s connect hang 5000", pf));
	writer = put_begin("1", DEV "tsm/connect", pf);
	ASSERT_EQ(1, await_counter("contexts ", 1));
	start = now_ms();
	EXPECT_EQ(0, put("0", DEV "sriov_numvfs", pf));
	EXPECT_GT(CANCEL_MS, now_ms() - start);
	EXPECT_STREQ("connecting", get(DEV "tsm/state", pf));
	EXPECT_EQ(0, put_end(writer));
	EXPECT_STREQ("connected", get(DEV "tsm/state", pf));
	EXPECT_EQ(1, counter("contexts "));
	EXPECT_EQ(0, counter("cancels "));
}

TEST_HARNESS_MAIN
