// SPDX-License-Identifier: GPL-2.0
/*
 * Every combination of version, signature, hash, key exchange and cipher that
 * the kernel and the software DSM both know, end to end: a verified connect, the
 * combination that "info" tells, a stream that is Secure at both ends, signed
 * measurements, disconnect. From SPDM 1.2 on also with messages in chunks.
 *
 * All of them, but for slow kernels (TIMEOUT_SCALE in the environment), unless there
 * is COMBOS=all or SOAK=1: with those a part in which each value of each of these
 * meets each value of each other one that it can meet, always the same part.
 *
 * The parameters that choose are the module's: connects come one by one, while
 * other devices are looked at and disconnected.
 */
#include <limits.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "native.h"

#define DEVICES		4
#define VALUES		32	/* of all kinds together, see value() */
#define MAX_COMBOS	512
#define TRIES		4

/* What a device with chunks takes, and what we do then */
#define CHUNK_DSM	"--transfer-size 64"
#define CHUNK_OBJECT	"256"
#define WHOLE_OBJECT	"4096"

enum kind { VERSION, ASYM, HASH, DHE, AEAD, CHUNK, KINDS };

struct value {
	const char *name;	/* as "info" has it */
	const char *bits;	/* as the parameter has it */
};

static const struct value versions[] = {
	{ "1.0", "0x10" }, { "1.1", "0x11" }, { "1.2", "0x12" }, { "1.3", "0x13" }, { }
};

static const struct value asyms[] = {
	{ "ECDSA-P256", "0x10" }, { "ECDSA-P384", "0x80" }, { "ECDSA-P521", "0x100" },
	{ "RSASSA-2048", "0x1" }, { "RSASSA-3072", "0x4" }, { "RSASSA-4096", "0x20" }, { }
};

static const struct value hashes[] = {
	{ "SHA-256", "0x1" }, { "SHA-384", "0x2" }, { "SHA-512", "0x4" }, { }
};

static const struct value dhes[] = { { "secp256r1", "0x8" }, { "secp384r1", "0x10" }, { } };
static const struct value aeads[] = { { "AES-128-GCM", "0x1" }, { "AES-256-GCM", "0x2" }, { } };
static const struct value chunks[] = { { "whole", WHOLE_OBJECT }, { "chunks", CHUNK_OBJECT }, { } };

static const struct {
	const char *key;	/* of "info", if it has it */
	const char *param;
	const struct value *values;
} kinds[KINDS] = {
	[VERSION]	= { "version", "max_version", versions },
	[ASYM]		= { "base_asym", "base_asym", asyms },
	[HASH]		= { "base_hash", "base_hash", hashes },
	[DHE]		= { "dhe", "dhe", dhes },
	[AEAD]		= { "aead", "aead", aeads },
	[CHUNK]		= { NULL, "max_object", chunks },
};

/* Without sessions there is neither group nor cipher */
#define NONE	(-1)

struct combo {
	int of[KINDS];		/* index into the values of a kind, or NONE */
	bool wanted;
	bool ok;
	int late;		/* tries in which an answer came too late for DOE */
	int messages;
};

static struct combo combos[MAX_COMBOS];
static int nr_combos;
static struct bdf eps[DEVICES];

static bool has_session(const struct combo *c)
{
	return c->of[VERSION] > 0;
}

static bool is_possible(const struct combo *c)
{
	bool session = has_session(c);
	bool dhe = c->of[DHE] != NONE, aead = c->of[AEAD] != NONE;

	if (dhe != session || aead != session)
		return false;
	return !c->of[CHUNK] || c->of[VERSION] >= 2;
}

/* All that @c can become by values of the kinds from @k on */
static void add_combos(struct combo *c, enum kind k)
{
	if (k == KINDS) {
		if (is_possible(c) && nr_combos < MAX_COMBOS)
			combos[nr_combos++] = *c;
		return;
	}
	for (c->of[k] = k == DHE || k == AEAD ? NONE : 0;
	     c->of[k] == NONE || kinds[k].values[c->of[k]].name; c->of[k]++)
		add_combos(c, k + 1);
}

/* A number for a value among those of all kinds */
static int value(const struct combo *c, enum kind k)
{
	int n = c->of[k] + 1;

	while (k--)
		for (const struct value *v = kinds[k].values; ; v++) {
			n++;
			if (!v->name)
				break;
		}
	return n;
}

/* How many pairs of values @c has that were not met; with @meet they are from now on */
static int new_pairs(const struct combo *c, bool met[VALUES][VALUES], bool meet)
{
	int n = 0;

	for (int a = 0; a < KINDS; a++) {
		for (int b = a + 1; b < KINDS; b++) {
			bool *pair = &met[value(c, a)][value(c, b)];

			n += !*pair;
			*pair |= meet;
		}
	}
	return n;
}

/* The one with most new pairs, again and again; the first one of several */
static void want_pairs(void)
{
	bool met[VALUES][VALUES] = {};

	for (;;) {
		int best = 0, most = 0;

		for (int i = 0; i < nr_combos; i++) {
			int n = new_pairs(&combos[i], met, false);

			if (n > most) {
				most = n;
				best = i;
			}
		}
		if (!most)
			return;
		combos[best].wanted = true;
		new_pairs(&combos[best], met, true);
	}
}

static char *text_of(const struct combo *c)
{
	static __thread char text[128];
	int len = 0;

	for (int k = 0; k < KINDS; k++)
		if (c->of[k] != NONE)
			len += snprintf(text + len, sizeof(text) - len, "%s%s", k ? " " : "",
					kinds[k].values[c->of[k]].name);
	return text;
}

/* What went wrong, in one write */
static bool bad(const struct combo *c, const char *what, const char *is)
{
	ksft_print_msg("%s: %s: %s\n", text_of(c), what, is);
	return false;
}

/* "info" of a device has this line; the last one ends without a newline */
static bool says(const struct combo *c, const char *text, const char *key, const char *val)
{
	char line[64];
	int len = snprintf(line, sizeof(line), "%s: %s", key, val);

	for (const char *at = text; *at; at += strcspn(at, "\n"), at += !!*at)
		if (strcspn(at, "\n") == len && !strncmp(at, line, len))
			return true;
	bad(c, "info does not have", line);
	return bad(c, "info", text);
}

static bool check_info(struct combo *c, const char *ep)
{
	const char *text = get(NATIVE_DEBUG "%s/info", ep);
	const char *messages = strstr(text, "\nmessages: ");
	bool ok = says(c, text, "identity", "verified");

	for (int k = 0; k < KINDS; k++)
		if (kinds[k].key)
			ok &= says(c, text, kinds[k].key, c->of[k] == NONE ? "none" :
				   kinds[k].values[c->of[k]].name);
	c->messages = messages ? atoi(messages + strlen("\nmessages: ")) : 0;
	if (!has_session(c))
		return ok & says(c, text, "session", "none") & says(c, text, "stream", "none");
	if (strstr(text, "\nsession: none") || strstr(text, "\nstream: none"))
		return bad(c, "no session or no stream", text);
	return ok;
}

/* Is the line of a function in the emulated bus's list, and a stream of it Secure? */
static bool is_secure(const char *function)
{
	const char *at = strstr(get(BUS_DEBUG "state"), function);
	char line[512];

	if (!at)
		return false;
	snprintf(line, sizeof(line), "%.*s", (int)strcspn(at, "\n"), at);
	return strstr(line, ":secure");
}

static bool check_stream(const struct combo *c, const char *ep)
{
	char path[PATH_MAX];
	char *port;

	if (!realpath(str(DEV "..", ep), path))
		return bad(c, "no port above", ep);
	port = strrchr(path, '/') + 1;
	if (is_secure(ep) != has_session(c) || is_secure(port) != has_session(c))
		return bad(c, "streams", get(BUS_DEBUG "state"));
	return true;
}

/* Signatures are the kernel's to check: a wrong one is an error of the refresh */
static bool check_measurements(struct combo *c, const char *ep, unsigned int n)
{
	char nonce[2 * 32 + 1], hex[2 * 4096 + 1];
	unsigned char data[4096];
	ssize_t len, used = 0;
	int fd, rc;

	for (int i = 0; i < 32; i++)
		snprintf(nonce + 2 * i, 3, "%02x", (n * 29 + i * 7 + 1) & 0xff);
	rc = put(nonce, NATIVE_DEBUG "%s/refresh", ep);
	c->late += rc == -EIO;
	if (rc)
		return bad(c, "refresh", strerrorname_np(-rc));
	fd = open(str(NATIVE_DEBUG "%s/measurements", ep), O_RDONLY | O_CLOEXEC);
	len = read(fd, data, sizeof(data));
	close(fd);
	for (ssize_t i = 0; i < len; i++)
		used += snprintf(hex + used, sizeof(hex) - used, "%02x", data[i]);
	return used && strstr(hex, nonce) ? true : bad(c, "measurements", "without the nonce");
}

/* From its parameters to the end of connect, nobody else may set them */
static int connect_as(const struct combo *c, const char *ep)
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	int rc = 0;

	pthread_mutex_lock(&lock);
	for (int k = 0; k < KINDS && !rc; k++)
		rc = put(c->of[k] == NONE ? "0" : kinds[k].values[c->of[k]].bits,
			 NATIVE_PARAM "%s", kinds[k].param);
	if (!rc)
		rc = put("1", DEV "tsm/connect", ep);
	pthread_mutex_unlock(&lock);
	return rc;
}

static bool try_once(struct combo *c, const char *ep)
{
	int rc = connect_as(c, ep);
	bool ok;

	c->late += rc == -EIO;
	if (rc)
		return bad(c, "connect", strerrorname_np(-rc));
	ok = !strcmp("tsm0", get(DEV "authenticated", ep)) || bad(c, "not", "authenticated");
	ok &= check_info(c, ep);
	ok &= check_stream(c, ep);
	ok &= check_measurements(c, ep, c - combos);
	rc = put("1", DEV "tsm/disconnect", ep);
	return rc ? bad(c, "disconnect", strerrorname_np(-rc)) : ok;
}

/*
 * The DSM is a process, and a mailbox waits for a second only: where the machine had
 * no time for it, and only there, it is tried again, and counted.
 */
static bool try(struct combo *c, const char *ep)
{
	for (int i = 0; i < TRIES; i++) {
		if (try_once(c, ep))
			return true;
		if (c->late == i || put("1", DEV "reset", ep))
			return false;
	}
	return false;
}

struct worker {
	pthread_t thread;
	const char *ep;
};

/* The next combination of the round, for the next thread that has nothing to do */
static int next_combo, end_combo;

static void *work(void *data)
{
	struct worker *w = data;

	for (;;) {
		int i = __atomic_fetch_add(&next_combo, 1, __ATOMIC_RELAXED);

		if (i >= end_combo)
			return NULL;
		if (combos[i].wanted)
			combos[i].ok = try(&combos[i], w->ep);
	}
}

/*
 * What comes in chunks takes more messages. The fewest are compared, which are those
 * with a known certificate chain: it takes a message or two to read another one.
 */
static bool is_in_chunks(const struct combo *c, int fewest)
{
	static int fewest_whole = INT_MAX;

	if (c->of[CHUNK])
		return fewest > fewest_whole;
	if (has_session(c) && fewest < fewest_whole)
		fewest_whole = fewest;
	return true;
}

/* Those from @first to before @end, which are of one version, whole or in chunks */
static void round_of(int first, int end, const char *what)
{
	struct worker workers[DEVICES];
	int wanted = 0, ok = 0, late = 0, fewest = INT_MAX, most = 0;
	long start = now_ms();

	next_combo = first;
	end_combo = end;
	for (int i = 0; i < DEVICES; i++) {
		workers[i].ep = eps[i].s;
		if (pthread_create(&workers[i].thread, NULL, work, &workers[i]))
			ksft_exit_fail_msg("no thread\n");
	}
	for (int i = 0; i < DEVICES; i++)
		pthread_join(workers[i].thread, NULL);
	for (int i = first; i < end; i++) {
		if (!combos[i].wanted)
			continue;
		wanted++;
		ok += combos[i].ok;
		late += combos[i].late;
		fewest = combos[i].messages < fewest ? combos[i].messages : fewest;
		most = combos[i].messages > most ? combos[i].messages : most;
	}
	ksft_print_msg("%s: %d of %d tried, %d to %d messages to connect, %ld ms, %d too late\n",
		       what, wanted, end - first, fewest, most, now_ms() - start, late);
	ksft_test_result(is_in_chunks(&combos[first], fewest) && wanted && ok == wanted,
			 "%s: %d of %d combinations work\n", what, ok, wanted);
}

/*
 * A mailbox has a second for an answer: the DSM goes before the kernel's threads, as
 * devices have a processor of their own. Programs that are started inherit this.
 */
static void dsm_first(bool yes)
{
	setpriority(PRIO_PROCESS, 0, yes ? -20 : 0);
}

static bool want_all(void)
{
	const char *all = getenv("COMBOS"), *soak = getenv("SOAK");
	const char *scale = getenv("TIMEOUT_SCALE");

	return (all && !strcmp(all, "all")) || (soak && *soak) || !scale || atoi(scale) <= 1;
}

/* Chunks come last, so the DSM starts twice */
static int by_round(const void *a, const void *b)
{
	const struct combo *x = a, *y = b;

	for (int k = KINDS - 1, n = 0; n < KINDS; n++, k = n - 1)
		if (x->of[k] != y->of[k])
			return x->of[k] - y->of[k];
	return 0;
}

static void rounds(void)
{
	for (int first = 0, end; first < nr_combos; first = end) {
		const int *of = combos[first].of;

		for (end = first; end < nr_combos && combos[end].of[VERSION] == of[VERSION] &&
		     combos[end].of[CHUNK] == of[CHUNK]; end++)
			;
		dsm_first(true);
		if (of[CHUNK] && !combos[first - 1].of[CHUNK] && !dsm_start(CHUNK_DSM))
			ksft_exit_fail_msg("no DSM\n");
		dsm_first(false);
		round_of(first, end, str("SPDM %s%s", versions[of[VERSION]].name,
					 of[CHUNK] ? " in chunks" : ""));
	}
}

/* A device that has nothing of what is offered: this one says so by an error */
static void test_nothing_in_common(void)
{
	struct combo none = { .of = { 3, 0, 0, 0, 0, 0 } };
	bool ok = dsm_start("--asym ecdsa-p384");

	ok &= connect_as(&none, eps[0].s) == -EPROTO;
	ok &= !strcmp("disconnected", get(DEV "tsm/state", eps[0].s));
	ok &= put("0x10000", NATIVE_PARAM "dhe") == -ERANGE;
	ksft_test_result(ok, "a device with nothing of what is offered is refused\n");
}

int main(void)
{
	struct combo c = {};
	int wanted = 0;

	add_combos(&c, 0);
	qsort(combos, nr_combos, sizeof(combos[0]), by_round);
	if (want_all())
		for (int i = 0; i < nr_combos; i++)
			combos[i].wanted = true;
	else
		want_pairs();
	for (int i = 0; i < nr_combos; i++)
		wanted += combos[i].wanted;

	ksft_print_header();
	ksft_set_plan(4 + 2 + 2);
	ksft_print_msg("%d of %d combinations%s\n", wanted, nr_combos, wanted == nr_combos ? "" :
		       ", in which each pair of values is; COMBOS=all is for all");
	dsm_first(true);
	if (!native_load(str("topology=ep*%d", DEVICES), "", ""))
		ksft_exit_fail_msg("the modules or the DSM do not load\n");
	dsm_first(false);
	for (int i = 0; i < DEVICES; i++)
		if (!devsec_find(&eps[i], "ep", "endpoint", i))
			ksft_exit_fail_msg("no device\n");
	rounds();
	test_nothing_in_common();
	ksft_test_result(native_unload(), "nothing is left\n");
	ksft_finished();
}
