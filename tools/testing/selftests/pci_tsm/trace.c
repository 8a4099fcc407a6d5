// SPDX-License-Identifier: GPL-2.0
/*
 * What is there for whoever looks for what went wrong: a tracepoint for each
 * transition and for each loss that is news, with nothing left out, in order; and
 * the counters of each DSM.
 */
#include "../kselftest_harness.h"
#include <sys/stat.h>

#include "devsec.h"

/* An instance of our own, with nobody else's events */
#define TRACE		"/sys/kernel/tracing/instances/pci_tsm/"
#define EVENTS		TRACE "events/pci_tsm/enable"

/* What a worker does after the write has returned is to be seen within this */
#define TRACE_MS	5000

FIXTURE(trace) {
	struct bdf pf0;
	struct bdf fn1;
	int seen;		/* lines that were looked at */
};

FIXTURE_SETUP(trace)
{
	ASSERT_TRUE(devsec_load("topology=mf:2", "tsms=2 ranks=1,0"));
	ASSERT_TRUE(devsec_find(&self->pf0, "mf", "endpoint", 0));
	ASSERT_TRUE(devsec_find(&self->fn1, "mf", "endpoint", 1));
	rmdir(TRACE);
	ASSERT_EQ(0, mkdir(TRACE, 0700));
	ASSERT_EQ(0, put("1", EVENTS));
}

/* One line of the trace in short: names for devices, "lost" for that event; or "" */
static const char *brief(const struct bdf *pf0, const struct bdf *fn1, const char *line)
{
	const char *at = strstr(line, ": pci_tsm_"), *fn = "?", *args;

	if (!at)
		return "";
	at += strlen(": pci_tsm_");
	args = at + strcspn(at, " ") + 1;
	if (!strncmp(args, pf0->s, strlen(pf0->s)))
		fn = "pf0";
	else if (!strncmp(args, fn1->s, strlen(fn1->s)))
		fn = "fn1";
	return str("%s%s%s", fn, strncmp(at, "lost", 4) ? "" : " lost", args + strlen(pf0->s));
}

/* All lines from the @skip-th on, in short */
static const char *lines(const struct bdf *pf0, const struct bdf *fn1, int skip)
{
	FILE *f = fopen(TRACE "trace", "r");
	static char buf[16384];
	char *line = NULL;
	size_t size = 0, len = 0;

	buf[0] = '\0';
	while (f && getline(&line, &size, f) > 0) {
		const char *text = brief(pf0, fn1, line);

		if (*text && skip-- <= 0 && len < sizeof(buf))
			len += snprintf(buf + len, sizeof(buf) - len, "%s", text);
	}
	free(line);
	if (f)
		fclose(f);
	return buf;
}

/* These were traced since the last call, and nothing else */
static void traced(struct __test_metadata *_metadata, struct _test_data_trace *self,
		   const char *want)
{
	long end = now_ms() + TRACE_MS;
	const char *is;

	while (strcmp(is = lines(&self->pf0, &self->fn1, self->seen), want) && now_ms() < end)
		usleep(10000);
	EXPECT_STREQ(want, is);
	for (; *is; is++)
		self->seen += *is == '\n';
}

FIXTURE_TEARDOWN(trace)
{
	traced(_metadata, self, "");
	put("clear", TSM_DEBUG "fault");
	EXPECT_EQ(0, put("0", EVENTS));
	EXPECT_EQ(0, rmdir(TRACE));
	EXPECT_TRUE(devsec_unload());
}

#define BIND(fn)	put(str("%s 7", fn), TSM_DEBUG "bind")
#define CONNECT(pf0)	put("1", DEV "tsm/connect", pf0)
#define DISCONNECT(pf0)	put("1", DEV "tsm/disconnect", pf0)

TEST_F(trace, a_life)
{
	const char *pf0 = self->pf0.s, *fn1 = self->fn1.s;

	ASSERT_EQ(0, CONNECT(pf0));
	traced(_metadata, self, "pf0 tsm0 disconnected -> connecting (request) seq=1\n"
				"pf0 tsm0 connecting -> connected (request) seq=2\n");
	ASSERT_EQ(0, BIND(fn1));
	traced(_metadata, self, "fn1 tsm0 unbound -> bound (request) seq=1\n");
	ASSERT_EQ(0, put(fn1, TSM_DEBUG "unbind"));
	traced(_metadata, self, "fn1 tsm0 bound -> unbound (request) seq=2\n");
	/* A binding of the function with the DSM counts for itself */
	ASSERT_EQ(0, BIND(pf0));
	ASSERT_EQ(0, BIND(fn1));
	traced(_metadata, self, "pf0 tsm0 unbound -> bound (request) seq=1\n"
				"fn1 tsm0 unbound -> bound (request) seq=3\n");
	ASSERT_EQ(0, DISCONNECT(pf0));
	traced(_metadata, self, "pf0 tsm0 connected -> disconnecting (request) seq=3\n"
				"pf0 tsm0 bound -> unbound (request) seq=2\n"
				"fn1 tsm0 bound -> unbound (request) seq=4\n"
				"pf0 tsm0 disconnecting -> disconnected (request) seq=4\n");
	ASSERT_EQ(0, put("tsm1", DEV "tsm/connect", pf0));
	ASSERT_EQ(0, put("tsm1", DEV "tsm/disconnect", pf0));
	traced(_metadata, self, "pf0 tsm1 disconnected -> connecting (request) seq=5\n"
				"pf0 tsm1 connecting -> connected (request) seq=6\n"
				"pf0 tsm1 connected -> disconnecting (request) seq=7\n"
				"pf0 tsm1 disconnecting -> disconnected (request) seq=8\n");
}

TEST_F(trace, connects_that_come_to_nothing)
{
	const char *pf0 = self->pf0.s;
	pid_t writer;

	ASSERT_EQ(0, put("* connect error -5", TSM_DEBUG "fault"));
	EXPECT_EQ(-EIO, CONNECT(pf0));
	traced(_metadata, self, "pf0 tsm0 disconnected -> connecting (request) seq=1\n"
				"pf0 tsm0 connecting -> disconnected (refused) seq=2\n");

	ASSERT_EQ(0, put("* connect hang 15000", TSM_DEBUG "fault"));
	writer = put_begin("1", DEV "tsm/connect", pf0);
	ASSERT_TRUE(wait_running(writer));
	ASSERT_EQ(0, DISCONNECT(pf0));
	EXPECT_EQ(-ECANCELED, put_end(writer));
	traced(_metadata, self, "pf0 tsm0 disconnected -> connecting (request) seq=3\n"
				"pf0 tsm0 connecting -> disconnected (cancelled) seq=4\n");

	writer = put_begin("tsm1", DEV "tsm/connect", pf0);
	ASSERT_TRUE(wait_running(writer));
	ASSERT_EQ(0, put(str("%s 9 irq", pf0), TSM_DEBUG "report"));
	EXPECT_EQ(-ECANCELED, put_end(writer));
	traced(_metadata, self, "pf0 tsm1 disconnected -> connecting (request) seq=5\n"
				"pf0 lost session\n"
				"pf0 tsm1 connecting -> disconnected (session) seq=6\n");

	writer = put_begin("tsm1", DEV "tsm/connect", pf0);
	ASSERT_TRUE(wait_running(writer));
	ASSERT_EQ(0, put("del 1", TSM_DEBUG "tsms"));
	EXPECT_EQ(-ENODEV, put_end(writer));
	traced(_metadata, self, "pf0 tsm1 disconnected -> connecting (request) seq=7\n"
				"pf0 tsm1 connecting -> disconnected (departure) seq=8\n");
}

/* Neither is there a transition, nor news */
TEST_F(trace, nothing_of_what_changes_nothing)
{
	const char *pf0 = self->pf0.s, *fn1 = self->fn1.s;

	EXPECT_EQ(-ENXIO, DISCONNECT(pf0));
	EXPECT_EQ(-ENXIO, put("tsm99", DEV "tsm/connect", pf0));
	EXPECT_EQ(0, put(str("%s 9", pf0), TSM_DEBUG "report"));
	EXPECT_EQ(0, put(str("%s 15", fn1), TSM_DEBUG "report"));
	EXPECT_EQ(0, put("1", DEV "reset", pf0));
	traced(_metadata, self, "");
	ASSERT_EQ(0, CONNECT(pf0));
	traced(_metadata, self, "pf0 tsm0 disconnected -> connecting (request) seq=1\n"
				"pf0 tsm0 connecting -> connected (request) seq=2\n");
	EXPECT_EQ(-EBUSY, CONNECT(pf0));
	EXPECT_EQ(-EINVAL, put("tsm1", DEV "tsm/disconnect", pf0));
	EXPECT_EQ(-ENXIO, put(str("%s 0 00", fn1), TSM_DEBUG "guest_req"));
	EXPECT_EQ(0, put(str("%s 15", fn1), TSM_DEBUG "report"));
	EXPECT_EQ(0, put("1", DEV "reset", fn1));
	ASSERT_EQ(0, put("* bind error -5", TSM_DEBUG "fault"));
	EXPECT_EQ(-EIO, BIND(fn1));
}

TEST_F(trace, losses)
{
	const char *pf0 = self->pf0.s, *fn1 = self->fn1.s;

	ASSERT_EQ(0, CONNECT(pf0));
	ASSERT_EQ(0, BIND(fn1));
	ASSERT_EQ(0, put(str("%s 15", fn1), TSM_DEBUG "report"));
	traced(_metadata, self, "pf0 tsm0 disconnected -> connecting (request) seq=1\n"
				"pf0 tsm0 connecting -> connected (request) seq=2\n"
				"fn1 tsm0 unbound -> bound (request) seq=1\n"
				"fn1 lost tdi\n"
				"fn1 tsm0 bound -> error (tdi) seq=2\n");
	ASSERT_EQ(0, put(fn1, TSM_DEBUG "unbind"));
	ASSERT_EQ(0, BIND(fn1));
	/* The reset is told of twice, and once it is news */
	ASSERT_EQ(0, put("1", DEV "reset", fn1));
	traced(_metadata, self, "fn1 tsm0 error -> unbound (request) seq=3\n"
				"fn1 tsm0 unbound -> bound (request) seq=4\n"
				"fn1 lost reset\n"
				"fn1 tsm0 bound -> error (reset) seq=5\n");
	ASSERT_EQ(0, put(fn1, TSM_DEBUG "unbind"));
	ASSERT_EQ(0, BIND(fn1));
	/* Of the DSM, whichever function it is reported of; the second is no news */
	ASSERT_EQ(0, put(str("%s 9 irq", fn1), TSM_DEBUG "report"));
	ASSERT_EQ(0, put(str("%s 10", pf0), TSM_DEBUG "report"));
	traced(_metadata, self, "fn1 tsm0 error -> unbound (request) seq=6\n"
				"fn1 tsm0 unbound -> bound (request) seq=7\n"
				"fn1 lost session\n"
				"fn1 tsm0 bound -> error (session) seq=8\n"
				"pf0 tsm0 connected -> failed (session) seq=3\n");
	ASSERT_EQ(0, DISCONNECT(pf0));
	traced(_metadata, self, "pf0 tsm0 failed -> disconnecting (request) seq=4\n"
				"fn1 tsm0 error -> unbound (request) seq=9\n"
				"pf0 tsm0 disconnecting -> disconnected (request) seq=5\n");
}

TEST_F(trace, ends_that_others_cause)
{
	const char *pf0 = self->pf0.s, *fn1 = self->fn1.s;

	ASSERT_EQ(0, CONNECT(pf0));
	ASSERT_EQ(0, BIND(fn1));
	self->seen = 3;
	ASSERT_EQ(0, put("devices", "/sys/power/pm_test"));
	EXPECT_EQ(0, put("freeze", "/sys/power/state"));
	EXPECT_EQ(0, put("none", "/sys/power/pm_test"));
	traced(_metadata, self, "pf0 tsm0 connected -> disconnecting (suspend) seq=3\n"
				"fn1 tsm0 bound -> unbound (suspend) seq=2\n"
				"pf0 tsm0 disconnecting -> disconnected (suspend) seq=4\n");
	ASSERT_EQ(0, CONNECT(pf0));
	ASSERT_EQ(0, BIND(fn1));
	self->seen += 3;
	ASSERT_EQ(0, put("del 0", TSM_DEBUG "tsms"));
	traced(_metadata, self, "pf0 tsm0 connected -> disconnecting (departure) seq=7\n"
				"fn1 tsm0 bound -> unbound (departure) seq=4\n"
				"pf0 tsm0 disconnecting -> disconnected (departure) seq=8\n");
	ASSERT_EQ(0, CONNECT(pf0));
	ASSERT_EQ(0, BIND(fn1));
	self->seen += 3;
	ASSERT_EQ(0, put("1", DEV "remove", pf0));
	traced(_metadata, self, "pf0 tsm1 connected -> disconnecting (removal) seq=11\n"
				"fn1 tsm1 bound -> unbound (dsm-gone) seq=6\n"
				"pf0 tsm1 disconnecting -> disconnected (removal) seq=12\n");
	/* A new device begins anew */
	ASSERT_EQ(0, put("1", "/sys/bus/pci/rescan"));
	ASSERT_EQ(0, CONNECT(pf0));
	EXPECT_STREQ(pf0, await(pf0, TRACE_MS, DEV "tsm/dsm", fn1));
	ASSERT_EQ(0, BIND(fn1));
	ASSERT_EQ(0, put("1", DEV "remove", fn1));
	traced(_metadata, self, "pf0 tsm1 disconnected -> connecting (request) seq=1\n"
				"pf0 tsm1 connecting -> connected (request) seq=2\n"
				"fn1 tsm1 unbound -> bound (request) seq=1\n"
				"fn1 tsm1 bound -> unbound (removal) seq=2\n");
}

/* Each record by itself: every line goes on where the one before ended */
static int check_chains(struct __test_metadata *_metadata, const char *text)
{
	char last[3][16] = { "disconnected", "unbound", "unbound" };
	char fn[8], from[16], to[16];
	long seq, seqs[3] = {};
	int n = 0, rec;

	for (; *text; text = strchr(text, '\n') + 1) {
		if (sscanf(text, "%7s tsm%*d %15s -> %15s (%*[^)]) seq=%ld",
			   fn, from, to, &seq) != 4)
			continue;
		/* pf0 has two records, whose states have different names */
		rec = !strcmp(fn, "fn1") ? 2 : strstr("unbound bound error", from) ? 1 : 0;
		EXPECT_STREQ(last[rec], from);
		EXPECT_EQ(seqs[rec] + 1, seq);
		snprintf(last[rec], sizeof(last[0]), "%s", to);
		seqs[rec] = seq;
		n++;
	}
	return n;
}

TEST_F(trace, no_gaps)
{
	const char *pf0 = self->pf0.s, *fn1 = self->fn1.s;
	pid_t writer;
	int n;

	for (int i = 0; i < 12; i++) {
		ASSERT_EQ(0, put(str("* connect %s", i % 3 ? "clear" : "error -5"),
				 TSM_DEBUG "fault"));
		CONNECT(pf0);
		BIND(pf0);
		writer = put_begin(str("%s 8", fn1), TSM_DEBUG "bind");
		if (i % 4 == 1)
			put(str("%s 9 irq", pf0), TSM_DEBUG "report");
		put(str("%s 15 irq", fn1), TSM_DEBUG "report");
		put_end(writer);
		if (i % 2)
			put(fn1, TSM_DEBUG "unbind");
		BIND(fn1);
		if (i % 3 == 2)
			put("1", DEV "reset", fn1);
		DISCONNECT(pf0);
	}
	n = check_chains(_metadata, lines(&self->pf0, &self->fn1, 0));
	TH_LOG("%d transitions", n);
	EXPECT_LT(50, n);
	for (const char *text = lines(&self->pf0, &self->fn1, 0); *text; text++)
		self->seen += *text == '\n';
}

/* One field of a DSM's line, or "" */
static const char *field(const char *bdf, const char *name)
{
	const char *line = strstr(get(DSMS), bdf), *end, *at;

	if (!line)
		return "";
	end = strchrnul(line, '\n');
	at = strstr(line, str(" %s=", name));
	if (!at || at > end)
		return "";
	at += strlen(name) + 2;
	return str("%.*s", (int)strcspn(at, "\n "), at);
}

FIXTURE(counters) {
	struct bdf pf0;
	struct bdf fn1;
};

FIXTURE_SETUP(counters)
{
	ASSERT_TRUE(devsec_load("topology=mf:2", ""));
	ASSERT_TRUE(devsec_find(&self->pf0, "mf", "endpoint", 0));
	ASSERT_TRUE(devsec_find(&self->fn1, "mf", "endpoint", 1));
}

FIXTURE_TEARDOWN(counters)
{
	put("clear", TSM_DEBUG "fault");
	EXPECT_TRUE(devsec_unload());
}

static void counts(struct __test_metadata *_metadata, const char *pf0, const char *connects,
		   const char *refused, const char *cancels, const char *error)
{
	EXPECT_STREQ(connects, field(pf0, "connects"));
	EXPECT_STREQ(refused, field(pf0, "refused"));
	EXPECT_STREQ(cancels, field(pf0, "cancels"));
	EXPECT_STREQ(error, field(pf0, "last_errno"));
}

TEST_F(counters, of_connects)
{
	const char *pf0 = self->pf0.s;
	pid_t writer, queued[2];

	EXPECT_STREQ("", field(pf0, "state"));
	ASSERT_EQ(0, CONNECT(pf0));
	counts(_metadata, pf0, "1", "0", "0", "0");
	EXPECT_STREQ("0", field(pf0, "tsm"));
	EXPECT_STREQ("connected", field(pf0, "state"));
	EXPECT_STREQ("request", field(pf0, "reason"));
	EXPECT_STREQ("2", field(pf0, "seq"));
	EXPECT_STREQ("0", field(pf0, "queued"));
	EXPECT_STREQ("0", field(pf0, "disconnects"));
	EXPECT_EQ(-EBUSY, CONNECT(pf0));
	EXPECT_STREQ("2", field(pf0, "seq"));
	ASSERT_EQ(0, DISCONNECT(pf0));
	EXPECT_STREQ("1", field(pf0, "disconnects"));
	EXPECT_STREQ("-1", field(pf0, "tsm"));
	EXPECT_STREQ("4", field(pf0, "seq"));

	ASSERT_EQ(0, put("* connect error -121", TSM_DEBUG "fault"));
	EXPECT_EQ(-EREMOTEIO, CONNECT(pf0));
	counts(_metadata, pf0, "1", "1", "0", "-121");
	EXPECT_STREQ("refused", field(pf0, "reason"));

	ASSERT_EQ(0, put("* connect hang 15000", TSM_DEBUG "fault"));
	writer = put_begin("1", DEV "tsm/connect", pf0);
	ASSERT_TRUE(wait_running(writer));
	for (int i = 0; i < 2; i++)
		queued[i] = put_begin("1", DEV "tsm/connect", pf0);
	EXPECT_TRUE(wait_blocked(queued[0]) && wait_blocked(queued[1]));
	EXPECT_STREQ("2", field(pf0, "queued"));
	EXPECT_STREQ("connecting", field(pf0, "state"));
	ASSERT_EQ(0, put("clear", TSM_DEBUG "fault"));
	EXPECT_EQ(0, DISCONNECT(pf0));
	EXPECT_EQ(-ECANCELED, put_end(writer));
	/* What was asked for before the disconnect is not done after it, and not counted */
	EXPECT_EQ(-ECANCELED, put_end(queued[0]));
	EXPECT_EQ(-ECANCELED, put_end(queued[1]));
	counts(_metadata, pf0, "1", "2", "1", "-125");
	EXPECT_STREQ("0", field(pf0, "queued"));

	/* They go with the device, its last function */
	ASSERT_EQ(0, put("1", DEV "remove", pf0));
	EXPECT_STREQ("disconnected", field(pf0, "state"));
	EXPECT_EQ(0, put("1", DEV "remove", self->fn1.s));
	for (long end = now_ms() + TRACE_MS; *field(pf0, "seq") && now_ms() < end;)
		usleep(10000);
	EXPECT_STREQ("", field(pf0, "seq"));
}

TEST_F(counters, of_losses)
{
	const char *pf0 = self->pf0.s, *fn1 = self->fn1.s;

	ASSERT_EQ(0, CONNECT(pf0));
	EXPECT_STREQ("", field(pf0, "lost_tdi"));
	for (int i = 0; i < 2; i++) {
		ASSERT_EQ(0, BIND(fn1));
		ASSERT_EQ(0, put(str("%s 15", fn1), TSM_DEBUG "report"));
		ASSERT_EQ(0, put(str("%s 15", fn1), TSM_DEBUG "report"));
		ASSERT_EQ(0, put(fn1, TSM_DEBUG "unbind"));
	}
	EXPECT_STREQ("2", field(pf0, "lost_tdi"));
	ASSERT_EQ(0, BIND(fn1));
	ASSERT_EQ(0, put("1", DEV "reset", fn1));
	EXPECT_STREQ("1", field(pf0, "lost_reset"));
	ASSERT_EQ(0, put(str("%s 9", pf0), TSM_DEBUG "report"));
	ASSERT_EQ(0, put(str("%s 10", pf0), TSM_DEBUG "report"));
	EXPECT_STREQ("1", field(pf0, "lost_session"));
	EXPECT_STREQ("", field(pf0, "lost_ide-fail"));
	EXPECT_STREQ("failed", field(pf0, "state"));
	EXPECT_STREQ("session", field(pf0, "reason"));
	counts(_metadata, pf0, "1", "0", "0", "0");
}

TEST_HARNESS_MAIN
