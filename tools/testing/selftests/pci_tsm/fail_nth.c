// SPDX-License-Identifier: GPL-2.0
/*
 * Each memory allocation of connect and disconnect fails once: first those of
 * the writer, by /proc/self/fail-nth; then those of the DSM's worker, which is
 * a task of its own, by failslab with a filter for its stack and a budget of
 * bytes; then all the pages that the worker wants from the nth on, which it does
 * for slabs only: nothing in an op allocates pages itself.
 *
 * A failure must leave nothing behind, and the next connect must work. What
 * fails after the fact (the allocation of a uevent) may be tolerated instead:
 * then the verb has succeeded, in full. Needs the debug kernel, whose checkers
 * allocate too: so hits are not enough, some have to be refused.
 *
 * SWEEP_ROUNDS repeats all of it (default 1).
 */
#include "../kselftest_harness.h"
#include "fail_nth.h"

#define PAGES		4
#define PAGE_TRIES	12
#define UNLIMITED	100000

/* About half of what there is, so that a sweep of nothing fails */
#define CALLER_UP_HITS		5
#define CALLER_UP_REFUSED	2
#define CALLER_DOWN_HITS	2
#define CALLER_DOWN_REFUSED	1
#define WORKER_UP_HITS		15
#define WORKER_UP_REFUSED	15
#define WORKER_DOWN_HITS	4
#define PAGE_HITS		60

FIXTURE(sweep) {
	struct bdf ep;
};

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

/* The device anew: what is allocated on first use is allocated again */
static void renew(struct __test_metadata *_metadata, const char *ep)
{
	ASSERT_EQ(0, put("1", DEV "remove", ep));
	ASSERT_EQ(0, put("1", "/sys/bus/pci/rescan"));
	ASSERT_STREQ("disconnected", await("disconnected", 5000, DEV "tsm/state", ep));
}

static void caller_connects(struct __test_metadata *_metadata, const char *ep)
{
	unsigned int nth, hits = 0, refused = 0;
	bool hit = true;
	int rc;

	for (nth = 1; hit && nth < NTH_MAX; nth++) {
		renew(_metadata, ep);
		rc = put_nth("1", str(DEV "tsm/connect", ep), nth, &hit);
		is_whole(_metadata, ep, rc, true);
		hits += hit;
		refused += rc == -ENOMEM;
		if (rc)
			EXPECT_EQ(0, put("1", DEV "tsm/connect", ep));
		EXPECT_EQ(0, put("1", DEV "tsm/disconnect", ep));
		is_undone(_metadata, ep);
	}
	TH_LOG("connect: %u allocations of the caller failed, %u refused it", hits, refused);
	EXPECT_FALSE(hit);
	EXPECT_LE(CALLER_UP_HITS, hits);
	EXPECT_LE(CALLER_UP_REFUSED, refused);
}

static void caller_disconnects(struct __test_metadata *_metadata, const char *ep)
{
	unsigned int nth, hits = 0, refused = 0;
	bool hit = true;
	int rc;

	for (nth = 1; hit && nth < NTH_MAX; nth++) {
		ASSERT_EQ(0, put("1", DEV "tsm/connect", ep));
		rc = put_nth("1", str(DEV "tsm/disconnect", ep), nth, &hit);
		is_whole(_metadata, ep, rc, false);
		hits += hit;
		refused += rc == -ENOMEM;
		if (rc)
			EXPECT_EQ(0, put("1", DEV "tsm/disconnect", ep));
		is_undone(_metadata, ep);
	}
	TH_LOG("disconnect: %u allocations of the caller failed, %u refused it", hits, refused);
	EXPECT_FALSE(hit);
	EXPECT_LE(CALLER_DOWN_HITS, hits);
	EXPECT_LE(CALLER_DOWN_REFUSED, refused);
}

TEST_F_TIMEOUT(sweep, of_the_caller, SWEEP_TIMEOUT)
{
	for (int i = rounds(); i; i--) {
		caller_connects(_metadata, self->ep.s);
		caller_disconnects(_metadata, self->ep.s);
	}
}

/* A sweep over the worker's allocations in one verb, and what came of it */
struct worker_sweep {
	struct __test_metadata *_metadata;
	const char *ep;
	bool connect;
	unsigned int hits;	/* of different allocations */
	unsigned int refused;
	unsigned int tolerated;
};

#define NO_HIT	(-1)

/* One verb. Returns how much the worker had allocated before that which failed. */
static int worker_round(struct worker_sweep *sweep, int budget)
{
	struct __test_metadata *_metadata = sweep->_metadata;
	const char *ep = sweep->ep;
	bool hit;
	int rc;

	if (!sweep->connect)
		ASSERT_EQ(0, put("1", DEV "tsm/connect", ep));
	rc = put_budget(FAILSLAB, "1", str(DEV "tsm/%sconnect", ep, sweep->connect ? "" : "dis"),
			budget, 1);
	hit = !atoi(get(FAILSLAB "times"));
	is_whole(_metadata, ep, rc, sweep->connect);
	if (!hit || !sweep->connect)
		EXPECT_EQ(0, rc);
	sweep->refused += rc == -ENOMEM;
	sweep->tolerated += hit && !rc;
	if (sweep->connect) {
		if (rc)
			EXPECT_EQ(0, put("1", DEV "tsm/connect", ep));
		EXPECT_EQ(0, put("1", DEV "tsm/disconnect", ep));
		is_undone(_metadata, ep);
	}
	return hit ? budget - atoi(get(FAILSLAB "space")) : NO_HIT;
}

/*
 * Whatever is allocated between two budgets fails. Both were tried: @at_from and
 * @at_to had been allocated before that which failed then.
 */
static void worker_between(struct worker_sweep *sweep, int from, int at_from, int to, int at_to)
{
	int middle = from + (to - from) / 2 / BUDGET_STEP * BUDGET_STEP;
	int at;

	if (at_from == at_to)
		return;
	if (to - from <= BUDGET_STEP) {
		sweep->hits++;
		return;
	}
	at = worker_round(sweep, middle);
	worker_between(sweep, from, at_from, middle, at);
	worker_between(sweep, middle, at, to, at_to);
}

static void worker_all(struct worker_sweep *sweep)
{
	int first = worker_round(sweep, 0), last = worker_round(sweep, BUDGET_MAX);
	struct __test_metadata *_metadata = sweep->_metadata;

	EXPECT_NE(NO_HIT, first);
	EXPECT_EQ(NO_HIT, last);
	worker_between(sweep, 0, first, BUDGET_MAX, last);
	TH_LOG("%sconnect: %u allocations of the worker failed; %u failures refused it, %u did not",
	       sweep->connect ? "" : "dis", sweep->hits, sweep->refused, sweep->tolerated);
}

TEST_F_TIMEOUT(sweep, of_the_worker, SWEEP_TIMEOUT)
{
	ASSERT_TRUE(aim_at_worker(FAILSLAB));
	for (int i = rounds(); i; i--) {
		struct worker_sweep up = { _metadata, self->ep.s, true };
		struct worker_sweep down = { _metadata, self->ep.s, false };

		worker_all(&up);
		EXPECT_LE(WORKER_UP_HITS, up.hits);
		EXPECT_LE(WORKER_UP_REFUSED, up.refused);
		worker_all(&down);
		EXPECT_LE(WORKER_DOWN_HITS, down.hits);
	}
}

/* Connect and disconnect while the worker gets @pages pages and no more, a few times */
static void without_pages(struct worker_sweep *sweep, int pages)
{
	struct __test_metadata *_metadata = sweep->_metadata;
	const char *ep = sweep->ep;

	for (int i = 0; i < PAGE_TRIES; i++) {
		int rc = put_budget(FAIL_PAGE, "1", str(DEV "tsm/connect", ep), pages, UNLIMITED);

		sweep->hits += UNLIMITED - atoi(get(FAIL_PAGE "times"));
		sweep->refused += rc == -ENOMEM;
		is_whole(_metadata, ep, rc, true);
		if (rc)
			continue;
		EXPECT_EQ(0, put_budget(FAIL_PAGE, "1", str(DEV "tsm/disconnect", ep), pages,
					UNLIMITED));
		sweep->hits += UNLIMITED - atoi(get(FAIL_PAGE "times"));
		is_undone(_metadata, ep);
	}
}

/*
 * Which of them are pages of what a verb needs, and whether it needs any, depends
 * on what the slabs have left: all rounds count together.
 */
TEST_F_TIMEOUT(sweep, of_pages, SWEEP_TIMEOUT)
{
	struct worker_sweep sweep = { _metadata, self->ep.s };

	ASSERT_TRUE(aim_at_worker(FAIL_PAGE));
	for (int i = rounds(); i; i--) {
		for (int pages = 0; pages < PAGES; pages++) {
			without_pages(&sweep, pages);
			EXPECT_EQ(0, put("1", DEV "tsm/connect", self->ep.s));
			EXPECT_EQ(0, put("1", DEV "tsm/disconnect", self->ep.s));
		}
	}
	TH_LOG("%u pages were not to be had, which refused %u connects", sweep.hits,
	       sweep.refused);
	EXPECT_LE(PAGE_HITS, sweep.hits);
}

TEST_HARNESS_MAIN
