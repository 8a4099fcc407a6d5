// SPDX-License-Identifier: GPL-2.0
/*
 * What fail_nth does with the emulated firmware, with native SPDM: memory allocations
 * of connect and of an evidence refresh fail once, those of the writer and those of
 * the DSM's worker. The latter are many, and a connect takes its time: of them those
 * are taken that SWEEP_SITES budgets hit, spread evenly, others each round.
 *
 * A failure must leave no stream, no key, no session and no connection, and the next
 * connect must work; a refresh that fails must leave the connection as it was.
 *
 * SWEEP_ROUNDS repeats all of it (default 1).
 */
#include "../kselftest_harness.h"
#include "fail_nth.h"
#include "native.h"

#define SWEEP_SITES		24	/* of the worker, for each verb and round */
#define CALLER_MAX		40	/* allocations of the writer, by far */
#define WORKER_BYTES		0x8000000	/* the same, of the worker */

/* About half of what there is, so that a sweep of nothing fails */
#define CALLER_UP_REFUSED	2
#define CALLER_REFRESH_REFUSED	2
#define WORKER_UP_HITS		12
#define WORKER_REFRESH_HITS	6

FIXTURE(native_sweep) {
	struct bdf ep;
};

FIXTURE_SETUP(native_sweep)
{
	ASSERT_EQ(0, access(FAILSLAB "times", R_OK));
	ASSERT_TRUE(native_load("topology=ep*1", "", ""));
	ASSERT_TRUE(devsec_find(&self->ep, "ep", "endpoint", 0));
	injection_prepare();
}

FIXTURE_TEARDOWN(native_sweep)
{
	injection_off();
	EXPECT_TRUE(native_unload());
}

static void is_apart(struct __test_metadata *_metadata, const char *ep)
{
	EXPECT_STREQ("disconnected", get(DEV "tsm/state", ep));
	EXPECT_STREQ("", get(DEV "tsm/connect", ep));
	EXPECT_STREQ("", get(DEV "authenticated", ep));
	EXPECT_STREQ("255", get(DEV "../../available_secure_streams", ep));
	EXPECT_STREQ("", info(ep, "session"));
	EXPECT_NE(0, run("grep -q ' stream=' " BUS_DEBUG "state"));
	EXPECT_NE(0, run("grep -q ':key1*-[^n]' " BUS_DEBUG "state"));
}

static void is_connected(struct __test_metadata *_metadata, const char *ep)
{
	EXPECT_STREQ("connected", get(DEV "tsm/state", ep));
	EXPECT_STREQ("tsm0", get(DEV "authenticated", ep));
	EXPECT_STREQ("254", get(DEV "../../available_secure_streams", ep));
	EXPECT_STRNE("none", info(ep, "session"));
	EXPECT_STRNE("none", info(ep, "stream"));
}

static void is_refused(struct __test_metadata *_metadata, int rc)
{
	if (rc)
		EXPECT_EQ(-ENOMEM, rc);
}

/* After a connect that may have failed; it is undone, and another one works */
static void after_connect(struct __test_metadata *_metadata, const char *ep, int rc)
{
	is_refused(_metadata, rc);
	if (rc) {
		is_apart(_metadata, ep);
		EXPECT_EQ(0, put("1", DEV "tsm/connect", ep));
	}
	is_connected(_metadata, ep);
	EXPECT_EQ(0, put("1", DEV "tsm/disconnect", ep));
	is_apart(_metadata, ep);
}

static void caller_connects(struct __test_metadata *_metadata, const char *ep)
{
	unsigned int nth, hits = 0, refused = 0;
	bool hit = true;
	int rc;

	for (nth = 1; hit && nth < CALLER_MAX; nth++) {
		rc = put_nth("1", str(DEV "tsm/connect", ep), nth, &hit);
		after_connect(_metadata, ep, rc);
		hits += hit;
		refused += !!rc;
	}
	TH_LOG("connect: %u allocations of the caller failed, %u refused it", hits, refused);
	EXPECT_FALSE(hit);
	EXPECT_LE(CALLER_UP_REFUSED, refused);
}

static void caller_refreshes(struct __test_metadata *_metadata, const char *ep)
{
	unsigned int nth, hits = 0, refused = 0;
	bool hit = true;
	int rc;

	ASSERT_EQ(0, put("1", DEV "tsm/connect", ep));
	for (nth = 1; hit && nth < CALLER_MAX; nth++) {
		rc = put_nth("random", str(NATIVE_DEBUG "%s/refresh", ep), nth, &hit);
		is_refused(_metadata, rc);
		is_connected(_metadata, ep);
		hits += hit;
		refused += !!rc;
	}
	EXPECT_EQ(0, put("random", NATIVE_DEBUG "%s/refresh", ep));
	EXPECT_EQ(0, put("1", DEV "tsm/disconnect", ep));
	TH_LOG("refresh: %u allocations of the caller failed, %u refused it", hits, refused);
	EXPECT_FALSE(hit);
	EXPECT_LE(CALLER_REFRESH_REFUSED, refused);
}

TEST_F_TIMEOUT(native_sweep, of_the_caller, SWEEP_TIMEOUT)
{
	for (int i = rounds(); i; i--) {
		caller_connects(_metadata, self->ep.s);
		caller_refreshes(_metadata, self->ep.s);
	}
}

/* How much the worker allocates for one write */
static int worker_total(const char *text, const char *path)
{
	int rc = put_budget(FAILSLAB, text, path, WORKER_BYTES, 1);
	bool hit = !atoi(get(FAILSLAB "times"));

	return rc || hit ? -1 : WORKER_BYTES - atoi(get(FAILSLAB "space"));
}

/* The budget of one of SWEEP_SITES, of a round */
static int site_budget(int total, int site, int round)
{
	return (long)total * site / SWEEP_SITES + total / SWEEP_SITES * round / rounds();
}

/* Was it another allocation than that before? *@at: what had been allocated before it */
static bool was_hit(int budget, int *at)
{
	int now = budget - atoi(get(FAILSLAB "space"));
	bool hit = !atoi(get(FAILSLAB "times")) && now != *at;

	*at = now;
	return hit;
}

static void worker_connects(struct __test_metadata *_metadata, const char *ep, int round)
{
	unsigned int hits = 0, refused = 0;
	int total, at = -1;

	total = worker_total("1", str(DEV "tsm/connect", ep));
	ASSERT_LT(0, total);
	ASSERT_EQ(0, put("1", DEV "tsm/disconnect", ep));
	for (int i = 0; i < SWEEP_SITES; i++) {
		int budget = site_budget(total, i, round);
		int rc = put_budget(FAILSLAB, "1", str(DEV "tsm/connect", ep), budget, 1);

		hits += was_hit(budget, &at);
		refused += !!rc;
		after_connect(_metadata, ep, rc);
	}
	TH_LOG("connect: %d bytes by the worker; %u allocations failed, %u refused it", total,
	       hits, refused);
	EXPECT_LE(WORKER_UP_HITS, hits);
	EXPECT_LE(WORKER_UP_HITS / 2, refused);
}

/* A session that lost a record for it is a loss, and the connection is to be made anew */
static void after_refresh(struct __test_metadata *_metadata, const char *ep, int rc)
{
	is_refused(_metadata, rc);
	if (strcmp("failed", get(DEV "tsm/state", ep))) {
		is_connected(_metadata, ep);
		return;
	}
	EXPECT_NE(0, rc);
	EXPECT_EQ(0, put("1", DEV "tsm/disconnect", ep));
	is_apart(_metadata, ep);
	ASSERT_EQ(0, put("1", DEV "tsm/connect", ep));
}

static void worker_refreshes(struct __test_metadata *_metadata, const char *ep, int round)
{
	unsigned int hits = 0, refused = 0;
	int total, at = -1;

	ASSERT_EQ(0, put("1", DEV "tsm/connect", ep));
	total = worker_total("random", str(NATIVE_DEBUG "%s/refresh", ep));
	ASSERT_LT(0, total);
	for (int i = 0; i < SWEEP_SITES; i++) {
		int budget = site_budget(total, i, round);
		int rc = put_budget(FAILSLAB, "random", str(NATIVE_DEBUG "%s/refresh", ep), budget,
				    1);

		hits += was_hit(budget, &at);
		refused += !!rc;
		after_refresh(_metadata, ep, rc);
	}
	EXPECT_EQ(0, put("random", NATIVE_DEBUG "%s/refresh", ep));
	EXPECT_EQ(0, put("1", DEV "tsm/disconnect", ep));
	TH_LOG("refresh: %d bytes by the worker; %u allocations failed, %u refused it", total,
	       hits, refused);
	EXPECT_LE(WORKER_REFRESH_HITS, hits);
	EXPECT_LE(WORKER_REFRESH_HITS / 2, refused);
}

TEST_F_TIMEOUT(native_sweep, of_the_worker, SWEEP_TIMEOUT)
{
	ASSERT_TRUE(aim_at_worker(FAILSLAB));
	for (int i = 0; i < rounds(); i++) {
		worker_connects(_metadata, self->ep.s, i);
		worker_refreshes(_metadata, self->ep.s, i);
	}
}

TEST_HARNESS_MAIN
