// SPDX-License-Identifier: GPL-2.0
/*
 * Each memory allocation of connect and disconnect fails once: first those of
 * the writer, by /proc/self/fail-nth; then those of the DSM's worker, which is
 * a task of its own, by failslab with a filter for its stack and a budget of
 * bytes that grows from round to round.
 *
 * A failure must leave nothing behind, and the next connect must work. What
 * fails after the fact (the allocation of a uevent) may be tolerated instead:
 * then the verb has succeeded, in full. Needs the debug kernel.
 */
#include "../kselftest_harness.h"
#include "devsec.h"

#define FAILSLAB	"/sys/kernel/debug/failslab/"
#define FAIL_PAGE	"/sys/kernel/debug/fail_page_alloc/"
#define ROUNDS_MAX	400

/* A floor for what must have been hit, so that a sweep of nothing fails */
#define CALLER_HITS_MIN	3
#define WORKER_HITS_MIN	5

FIXTURE(sweep) {
	struct bdf ep;
};

static void knob(const char *name, const char *value)
{
	put(value, FAILSLAB "%s", name);
	put(value, FAIL_PAGE "%s", name);
}

static void injection_off(void)
{
	put("0", FAILSLAB "probability");
	put("0", FAIL_PAGE "probability");
}

/* Defaults spare every allocation that may wait: all of those meant here */
static void injection_prepare(void)
{
	injection_off();
	knob("verbose", "0");
	knob("ignore-gfp-wait", "N");
	knob("task-filter", "N");
	knob("interval", "1");
	put("0", FAIL_PAGE "min-order");
	put("N", FAILSLAB "cache-filter");
}

FIXTURE_SETUP(sweep)
{
	ASSERT_EQ(0, access(FAILSLAB "times", R_OK));
	ASSERT_TRUE(devsec_load("topology=mf:2", ""));
	ASSERT_TRUE(devsec_find(&self->ep, "mf", "endpoint", 0));
	injection_prepare();
}

FIXTURE_TEARDOWN(sweep)
{
	injection_off();
	EXPECT_TRUE(devsec_unload());
}

static void is_undone(struct __test_metadata *_metadata, const char *ep)
{
	EXPECT_STREQ("disconnected", get(DEV "tsm/state", ep));
	EXPECT_STREQ("", get(DEV "tsm/connect", ep));
	EXPECT_STREQ("", get(DEV "tsm/dsm", ep));
	EXPECT_STREQ("255", get(DEV "../../available_secure_streams", ep));
	EXPECT_EQ(0, counter("contexts "));
	EXPECT_EQ(0, counter("streams "));
}

static void is_done(struct __test_metadata *_metadata, const char *ep)
{
	EXPECT_STREQ("connected", get(DEV "tsm/state", ep));
	EXPECT_STREQ("tsm0", get(DEV "tsm/connect", ep));
	EXPECT_STREQ("254", get(DEV "../../available_secure_streams", ep));
	EXPECT_EQ(1, counter("streams "));
}

/* After a verb that may have failed for want of memory */
static void is_whole(struct __test_metadata *_metadata, const char *ep, int rc, bool connect)
{
	if (rc)
		EXPECT_EQ(-ENOMEM, rc);
	if (!rc == connect)
		is_done(_metadata, ep);
	else
		is_undone(_metadata, ep);
}

/*
 * Write with the nth allocation of this task failing. Returns the result of the
 * write; @hit: there was an nth.
 */
static int put_nth(const char *path, unsigned int nth, bool *hit)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	int knob_fd = open("/proc/self/fail-nth", O_RDWR | O_CLOEXEC);
	char left[16] = "";
	int rc;

	rc = dprintf(knob_fd, "%u", nth) < 0 ? -EBADF : 0;
	if (!rc && write(fd, "1", 1) < 0)
		rc = -errno;
	*hit = pread(knob_fd, left, sizeof(left) - 1, 0) > 0 && !atoi(left);
	if (pwrite(knob_fd, "0", 1, 0) < 0)
		rc = -EBADF;
	close(knob_fd);
	close(fd);
	return rc;
}

/* The device anew: what is allocated on first use is allocated again */
static void renew(struct __test_metadata *_metadata, const char *ep)
{
	ASSERT_EQ(0, put("1", DEV "remove", ep));
	ASSERT_EQ(0, put("1", "/sys/bus/pci/rescan"));
	ASSERT_STREQ("disconnected", await("disconnected", 5000, DEV "tsm/state", ep));
}

TEST_F(sweep, of_the_caller)
{
	unsigned int nth, hits = 0, refused = 0;
	const char *ep = self->ep.s;
	bool hit = true;
	int rc;

	for (nth = 1; hit && nth < ROUNDS_MAX; nth++) {
		renew(_metadata, ep);
		rc = put_nth(str(DEV "tsm/connect", ep), nth, &hit);
		is_whole(_metadata, ep, rc, true);
		hits += hit;
		refused += rc == -ENOMEM;
		if (rc)
			EXPECT_EQ(0, put("1", DEV "tsm/connect", ep));
		EXPECT_EQ(0, put("1", DEV "tsm/disconnect", ep));
		is_undone(_metadata, ep);
	}
	EXPECT_FALSE(hit);
	EXPECT_GE(hits, CALLER_HITS_MIN);
	TH_LOG("connect: %u allocations of the caller failed, %u refused it", hits, refused);

	hits = 0;
	for (nth = 1, hit = true; hit && nth < ROUNDS_MAX; nth++) {
		ASSERT_EQ(0, put("1", DEV "tsm/connect", ep));
		rc = put_nth(str(DEV "tsm/disconnect", ep), nth, &hit);
		is_whole(_metadata, ep, rc, false);
		hits += hit;
		if (rc)
			EXPECT_EQ(0, put("1", DEV "tsm/disconnect", ep));
		is_undone(_metadata, ep);
	}
	EXPECT_FALSE(hit);
	EXPECT_GE(hits, 1);
	TH_LOG("disconnect: %u allocations of the caller failed", hits);
}

/* Only stacks with the worker's function in them */
static bool aim_at_worker(void)
{
	unsigned long start, end;

	run("sort /proc/kallsyms | grep -A1 ' dsm_work$' | cut -c1-16 >/tmp/dsm_work");
	if (sscanf(get("/tmp/dsm_work"), "%lx %lx", &start, &end) != 2)
		return false;
	return !put(str("0x%lx", start), FAILSLAB "require-start") &&
	       !put(str("0x%lx", end), FAILSLAB "require-end") &&
	       !put("32", FAILSLAB "stacktrace-depth");
}

static bool worker_was_hit(void)
{
	return !strcmp(get(FAILSLAB "times"), "0");
}

/* @verb with the first allocation of the worker failing after @budget bytes */
static int put_budget(const char *path, unsigned int budget)
{
	int rc;

	put(str("%u", budget), FAILSLAB "space");
	put("1", FAILSLAB "times");
	put("100", FAILSLAB "probability");
	rc = put("1", "%s", path);
	put("0", FAILSLAB "probability");
	return rc;
}

TEST_F(sweep, of_the_worker)
{
	unsigned int budget, round, hits = 0, refused = 0, tolerated = 0;
	const char *ep = self->ep.s;
	int rc;

	ASSERT_TRUE(aim_at_worker());
	for (round = 0, budget = 0; round < ROUNDS_MAX; round++, budget += 64) {
		rc = put_budget(str(DEV "tsm/connect", ep), budget);
		if (!worker_was_hit())
			break;
		hits++;
		refused += rc == -ENOMEM;
		tolerated += !rc;
		is_whole(_metadata, ep, rc, true);
		if (rc)
			EXPECT_EQ(0, put("1", DEV "tsm/connect", ep));
		EXPECT_EQ(0, put("1", DEV "tsm/disconnect", ep));
		is_undone(_metadata, ep);
	}
	EXPECT_LT(round, ROUNDS_MAX);
	EXPECT_GE(hits, WORKER_HITS_MIN);
	EXPECT_GE(refused, 1);
	TH_LOG("connect: %u failures on the worker, %u refused it, %u tolerated (uevents)",
	       hits, refused, tolerated);
	EXPECT_EQ(0, rc);
	EXPECT_EQ(0, put("1", DEV "tsm/disconnect", ep));

	hits = 0;
	for (round = 0, budget = 0; round < ROUNDS_MAX; round++, budget += 64) {
		ASSERT_EQ(0, put("1", DEV "tsm/connect", ep));
		EXPECT_EQ(0, put_budget(str(DEV "tsm/disconnect", ep), budget));
		is_undone(_metadata, ep);
		if (!worker_was_hit())
			break;
		hits++;
	}
	EXPECT_LT(round, ROUNDS_MAX);
	EXPECT_GE(hits, 1);
	TH_LOG("disconnect: %u failures on the worker, none stopped it", hits);
}

TEST_HARNESS_MAIN
