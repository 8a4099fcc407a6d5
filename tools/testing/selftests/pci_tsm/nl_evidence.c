// SPDX-License-Identifier: GPL-2.0
/*
 * Evidence as it is read: whole in whatever pieces, of one generation or of one
 * answer, which is its socket's own and paid by who asked for it.
 */
#include <pthread.h>
#include <sys/stat.h>

#include "../kselftest_harness.h"
#include "nl_raw.h"

#define SLOT0		TYPE_BIT(PCI_TSM_EVIDENCE_TYPE_SLOT0)
#define MEASUREMENTS	TYPE_BIT(PCI_TSM_EVIDENCE_TYPE_MEASUREMENTS)
#define REPORT		TYPE_BIT(PCI_TSM_EVIDENCE_TYPE_REPORT)
#define ALL_TYPES	0xfff
#define OBJECT_MAX	(16 * 1024 * 1024)
#define ANSWERS_MAX	64

FIXTURE(evidence) {
	struct bdf ep;
	struct bdf other;
	struct raw nl;
	struct raw_msg msg;
};

FIXTURE_SETUP(evidence)
{
	ASSERT_TRUE(devsec_load("topology=ep*2", ""));
	ASSERT_TRUE(devsec_find(&self->ep, "ep", "endpoint", 0));
	ASSERT_TRUE(devsec_find(&self->other, "ep", "endpoint", 1));
	self->nl = raw_open();
	ASSERT_EQ(0, self->nl.error);
	ASSERT_EQ(0, raw_do(&self->nl, PCI_TSM_CMD_CONNECT, self->ep.s));
}

FIXTURE_TEARDOWN(evidence)
{
	raw_close(&self->nl);
	EXPECT_TRUE(devsec_unload());
}

/* What a dump brought of one type; the others are only counted */
struct object {
	int type;
	char *data;
	__u32 length;
	__u32 next;		/* byte that is expected */
	__u64 generation;
	__u64 cookie;
	__u32 record_offset;
	__u32 record_length;
	int nonce;		/* the byte that it is all of; -1: there was none */
	__u32 types;
	int pieces;
	const char *fault;
};

static void see_head(struct object *o, const struct nlmsghdr *h)
{
	struct nlattr *nonce = raw_attr(h, PCI_TSM_A_OBJECT_NONCE);

	if (o->data)
		o->fault = "told twice";
	o->length = raw_num(h, PCI_TSM_A_OBJECT_LENGTH);
	o->data = malloc(o->length);
	o->generation = raw_num(h, PCI_TSM_A_OBJECT_GENERATION);
	o->cookie = raw_num(h, PCI_TSM_A_OBJECT_COOKIE);
	o->record_offset = raw_num(h, PCI_TSM_A_OBJECT_RECORD_OFFSET);
	o->record_length = raw_num(h, PCI_TSM_A_OBJECT_RECORD_LENGTH);
	o->nonce = nonce && raw_len(nonce) == NONCE_SIZE ? *(unsigned char *)raw_data(nonce) : -1;
	if (!raw_attr(h, PCI_TSM_A_OBJECT_DIGEST) || !raw_attr(h, PCI_TSM_A_OBJECT_HASH))
		o->fault = "no digest with the first piece";
}

static void see(const struct nlmsghdr *h, void *data)
{
	struct nlattr *bytes = raw_attr(h, PCI_TSM_A_OBJECT_DATA);
	__u32 offset = raw_num(h, PCI_TSM_A_OBJECT_OFFSET);
	struct object *o = data;

	o->types |= 1 << raw_num(h, PCI_TSM_A_OBJECT_TYPE);
	if (raw_num(h, PCI_TSM_A_OBJECT_TYPE) != o->type)
		return;
	o->pieces++;
	if (!offset)
		see_head(o, h);
	else if (raw_attr(h, PCI_TSM_A_OBJECT_DIGEST))
		o->fault = "a digest with a later piece";
	if (offset != o->next)
		o->fault = "not in order";
	if (raw_num(h, PCI_TSM_A_OBJECT_LENGTH) != o->length ||
	    raw_num(h, PCI_TSM_A_OBJECT_GENERATION) != o->generation)
		o->fault = "of another object";
	if (!bytes || offset + raw_len(bytes) > o->length)
		o->fault = "no bytes, or too many";
	else
		memcpy(o->data + offset, raw_data(bytes), raw_len(bytes));
	o->next = bytes ? offset + raw_len(bytes) : offset;
}

static int get_evidence(struct raw *r, const char *dev, __u64 generation, __u64 cookie,
			struct object *o)
{
	static __thread struct raw_msg m;

	*o = (struct object) { .type = o->type };
	raw_begin(&m, r->family, PCI_TSM_CMD_EVIDENCE_GET, NLM_F_DUMP);
	raw_str(&m, PCI_TSM_A_OBJECT_DEV_NAME, dev);
	if (generation)
		raw_u64(&m, PCI_TSM_A_OBJECT_GENERATION, generation);
	if (cookie)
		raw_u64(&m, PCI_TSM_A_OBJECT_COOKIE, cookie);
	return raw_talk_each(r, &m, see, o);
}

/* All of it is there, and is what one seed makes; @around: likewise outside of the record */
static const char *fault_of(const struct object *o, unsigned int seed)
{
	unsigned int end = o->record_offset + o->record_length;
	unsigned char around = o->data ? o->data[o->record_offset ? 0 : o->length - 1] : 0;

	if (!o->record_offset && o->length)
		around -= (o->length - 1) / 251;
	if (o->fault)
		return o->fault;
	if (o->next != o->length)
		return "not all of it";
	for (unsigned int i = 0; i < o->length; i++) {
		bool in = i >= o->record_offset && i < end;

		if ((unsigned char)o->data[i] != (unsigned char)((in ? seed : around) + i / 251))
			return "other bytes";
	}
	return "";
}

static void describe(const char *line)
{
	int rc = put(line, TSM_DEBUG "evidence");

	if (rc)
		ksft_print_msg("%s: %s\n", line, strerrorname_np(-rc));
}

/* Refresh, and wait for the end: its errno, or 0 and the cookie */
static int refresh(struct raw *r, const char *dev, __u32 types, int byte, __u64 *cookie)
{
	*cookie = raw_refresh(r, dev, types, byte);
	return *cookie ? raw_end(r, *cookie, 60000) : r->error;
}

TEST_F(evidence, comes_whole_in_pieces_of_any_size)
{
	static const int lengths[] = {
		1, 2, 3, 4, 1023, 1024, 1025, 3000, 3500, 3600, 4096, 8192, 32000, 32500, 32768,
		65535, 65536, 200001,
	};
	static const int rooms[] = { 4096, 8192, 16384, 32768, 65536 };
	__u64 cookie;

	for (int i = 0; i < ARRAY_SIZE(lengths); i++) {
		describe(str("0 %d %d", lengths[i], i));
		ASSERT_EQ(0, refresh(&self->nl, self->ep.s, SLOT0, 0, &cookie));
		for (int k = 0; k < ARRAY_SIZE(rooms); k++) {
			struct raw r = raw_open_room(rooms[k]);
			struct object o = { .type = 0 };

			EXPECT_EQ(0, get_evidence(&r, self->ep.s, 0, 0, &o));
			EXPECT_EQ(lengths[i], o.length);
			EXPECT_STREQ("", fault_of(&o, i));
			free(o.data);
			raw_close(&r);
		}
	}
}

TEST_F(evidence, objects_may_have_16_mib)
{
	struct object o = { .type = PCI_TSM_EVIDENCE_TYPE_REPORT };
	__u64 cookie;

	describe(str("10 %d 3 %d 100", OBJECT_MAX, OBJECT_MAX - 100));
	ASSERT_EQ(0, refresh(&self->nl, self->ep.s, REPORT, 0, &cookie));
	EXPECT_EQ(0, get_evidence(&self->nl, self->ep.s, 0, 0, &o));
	EXPECT_EQ(OBJECT_MAX, o.length);
	EXPECT_STREQ("", fault_of(&o, 3));
	EXPECT_EQ(OBJECT_MAX - 100, o.record_offset);
	EXPECT_EQ(100, o.record_length);
	free(o.data);
}

/* What a driver says that cannot be ends the request, and nothing of it is kept */
TEST_F(evidence, objects_that_cannot_be_are_none)
{
	static const char * const lines[] = {
		"0 16777217", "0 100 0 101 0", "0 100 0 100 1", "0 100 0 0 101",
		"0 100 0 4294967295 1", "0 100 0 1 4294967295",
	};
	__u64 cookie;

	for (int i = 0; i < ARRAY_SIZE(lines); i++) {
		describe(lines[i]);
		EXPECT_EQ(EPROTO, refresh(&self->nl, self->ep.s, SLOT0, 0, &cookie));
		EXPECT_EQ(0, raw_dev_num(&self->nl, self->ep.s, PCI_TSM_A_DEV_GENERATION));
	}
	/* At its very end it may be */
	describe("0 100 0 100 0");
	EXPECT_EQ(0, refresh(&self->nl, self->ep.s, SLOT0, 0, &cookie));
	EXPECT_NE(0, raw_dev_num(&self->nl, self->ep.s, PCI_TSM_A_DEV_GENERATION));
}

static __u64 generation(struct raw *r, const char *dev)
{
	return raw_dev_num(r, dev, PCI_TSM_A_DEV_GENERATION);
}

TEST_F(evidence, a_generation_is_what_the_device_is)
{
	struct object o = { .type = PCI_TSM_EVIDENCE_TYPE_MEASUREMENTS };
	const char *ep = self->ep.s;
	struct raw *nl = &self->nl;
	__u64 cookie, first;

	EXPECT_EQ(0, generation(nl, ep));
	EXPECT_EQ(0, get_evidence(nl, ep, 0, 0, &o));
	EXPECT_EQ(0, o.types);

	/* Around the record all is new each time */
	describe("9 1000 5 100 200");
	ASSERT_EQ(0, refresh(nl, ep, MEASUREMENTS, 1, &cookie));
	first = generation(nl, ep);
	EXPECT_LT(0, first);
	ASSERT_EQ(0, refresh(nl, ep, MEASUREMENTS, 2, &cookie));
	EXPECT_EQ(first, generation(nl, ep));
	EXPECT_EQ(0, get_evidence(nl, ep, first, 0, &o));
	EXPECT_EQ(first, o.generation);
	EXPECT_EQ(100, o.record_offset);
	EXPECT_EQ(200, o.record_length);
	/* Its own, not the later one's, which belongs to who asked */
	EXPECT_EQ(1, o.nonce);

	/* One more object is something new, and so is another record */
	describe("0 3000 1");
	ASSERT_EQ(0, refresh(nl, ep, SLOT0, 3, &cookie));
	EXPECT_LT(first, generation(nl, ep));
	EXPECT_EQ(EAGAIN, get_evidence(nl, ep, first, 0, &o));
	EXPECT_EQ(PCI_TSM_A_OBJECT_GENERATION, nl->bad);
	first = generation(nl, ep);
	EXPECT_EQ(0, get_evidence(nl, ep, first, 0, &o));
	EXPECT_EQ(SLOT0 | MEASUREMENTS, o.types);
	describe("9 1000 6 100 200");
	ASSERT_EQ(0, refresh(nl, ep, MEASUREMENTS, 4, &cookie));
	EXPECT_LT(first, generation(nl, ep));

	/* The connection's end is that of what was known, and no number returns */
	first = generation(nl, ep);
	ASSERT_EQ(0, raw_do(nl, PCI_TSM_CMD_DISCONNECT, ep));
	EXPECT_EQ(0, generation(nl, ep));
	EXPECT_EQ(EAGAIN, get_evidence(nl, ep, first, 0, &o));
	ASSERT_EQ(0, raw_do(nl, PCI_TSM_CMD_CONNECT, ep));
	EXPECT_EQ(0, generation(nl, ep));
	ASSERT_EQ(0, refresh(nl, ep, ALL_TYPES, 5, &cookie));
	EXPECT_LT(first, generation(nl, ep));
}

TEST_F(evidence, two_nonces_at_once_have_their_own_answers)
{
	struct object a = { .type = PCI_TSM_EVIDENCE_TYPE_MEASUREMENTS }, b = a;
	struct raw other = raw_open();
	__u64 one, two;

	describe("9 70000 5 100 200");
	ASSERT_EQ(0, put("* refresh_evidence hang 200", TSM_DEBUG "fault"));
	one = raw_refresh(&self->nl, self->ep.s, MEASUREMENTS, 0x11);
	two = raw_refresh(&other, self->ep.s, MEASUREMENTS, 0x22);
	ASSERT_NE(0, one);
	ASSERT_NE(0, two);
	EXPECT_EQ(0, raw_end(&self->nl, one, 20000));
	EXPECT_EQ(0, raw_end(&other, two, 20000));
	EXPECT_EQ(0, get_evidence(&self->nl, self->ep.s, 0, one, &a));
	EXPECT_EQ(0, get_evidence(&other, self->ep.s, 0, two, &b));
	EXPECT_STREQ("", fault_of(&a, 5));
	EXPECT_STREQ("", fault_of(&b, 5));
	EXPECT_EQ(0x11, a.nonce);
	EXPECT_EQ(0x22, b.nonce);
	EXPECT_EQ(one, a.cookie);
	EXPECT_EQ(two, b.cookie);
	EXPECT_NE(0, memcmp(a.data, b.data, 100));
	/* What the device is, is the same in both */
	EXPECT_EQ(a.generation, b.generation);

	/* And nobody reads another's */
	EXPECT_EQ(ENOENT, get_evidence(&other, self->ep.s, 0, one, &a));
	EXPECT_EQ(PCI_TSM_A_OBJECT_COOKIE, other.bad);
	EXPECT_EQ(ENOENT, get_evidence(&self->nl, self->ep.s, 0, two, &a));
	EXPECT_EQ(ENOENT, get_evidence(&self->nl, self->ep.s, 0, 999999, &a));
	/* Nor is it another device's, whatever the reader says */
	EXPECT_EQ(ENOENT, get_evidence(&self->nl, self->other.s, 0, one, &a));
	EXPECT_EQ(PCI_TSM_A_OBJECT_COOKIE, self->nl.bad);
	raw_close(&other);
	other = raw_open();
	EXPECT_EQ(ENOENT, get_evidence(&other, self->ep.s, 0, two, &a));
	EXPECT_EQ(EINVAL, get_evidence(&self->nl, self->ep.s, 1, one, &a));
	EXPECT_EQ(PCI_TSM_A_OBJECT_GENERATION, self->nl.bad);
	raw_close(&other);
}

TEST_F(evidence, the_oldest_answer_makes_room)
{
	struct object o = { .type = PCI_TSM_EVIDENCE_TYPE_MEASUREMENTS };
	__u64 cookies[ANSWERS_MAX + 1];

	describe("9 500 1 100 100");
	for (int i = 0; i < ANSWERS_MAX; i++)
		ASSERT_EQ(0, refresh(&self->nl, self->ep.s, MEASUREMENTS, i, &cookies[i]));
	EXPECT_EQ(0, get_evidence(&self->nl, self->ep.s, 0, cookies[0], &o));
	ASSERT_EQ(0, refresh(&self->nl, self->ep.s, MEASUREMENTS, 99, &cookies[ANSWERS_MAX]));
	EXPECT_EQ(ENOENT, get_evidence(&self->nl, self->ep.s, 0, cookies[0], &o));
	for (int i = 1; i < ANSWERS_MAX; i++) {
		EXPECT_EQ(0, get_evidence(&self->nl, self->ep.s, 0, cookies[i], &o));
		EXPECT_EQ(i, o.nonce);
		free(o.data);
	}
	/* An answer outlives the connection */
	ASSERT_EQ(0, raw_do(&self->nl, PCI_TSM_CMD_DISCONNECT, self->ep.s));
	EXPECT_EQ(0, get_evidence(&self->nl, self->ep.s, 0, cookies[ANSWERS_MAX], &o));
	EXPECT_EQ(99, o.nonce);
}

/*
 * Readers against a writer
 */

struct reader {
	pthread_t thread;
	const char *dev;
	bool *stop;
	int whole;
	int gone;
	int wrong;
};

static void *read_on(void *data)
{
	struct reader *me = data;
	struct raw r = raw_open_room(4096);

	while (!__atomic_load_n(me->stop, __ATOMIC_ACQUIRE) || !me->whole) {
		struct object o = { .type = PCI_TSM_EVIDENCE_TYPE_REPORT };
		int rc = get_evidence(&r, me->dev, 0, 0, &o);

		if (rc == EAGAIN && !o.fault)
			me->gone++;
		else if (!rc && o.data && !*fault_of(&o, (unsigned char)o.data[0]))
			me->whole++;
		else
			me->wrong++;
		free(o.data);
	}
	raw_close(&r);
	return NULL;
}

TEST_F(evidence, a_dump_is_of_one_generation_or_ends)
{
	struct reader readers[3] = {};
	bool stop = false;
	int gone = 0;
	__u64 cookie;

	describe("10 300000 0");
	ASSERT_EQ(0, refresh(&self->nl, self->ep.s, REPORT, 0, &cookie));
	for (int i = 0; i < 3; i++) {
		readers[i].dev = self->ep.s;
		readers[i].stop = &stop;
		pthread_create(&readers[i].thread, NULL, read_on, &readers[i]);
	}
	for (int i = 1; i < 60; i++) {
		describe(str("10 300000 %d", i));
		ASSERT_EQ(0, refresh(&self->nl, self->ep.s, REPORT, i, &cookie));
		usleep(20000);
	}
	__atomic_store_n(&stop, true, __ATOMIC_RELEASE);
	for (int i = 0; i < 3; i++) {
		pthread_join(readers[i].thread, NULL);
		TH_LOG("%d whole, %d gone", readers[i].whole, readers[i].gone);
		EXPECT_EQ(0, readers[i].wrong);
		EXPECT_LT(0, readers[i].whole);
		gone += readers[i].gone;
	}
	EXPECT_LT(0, gone);
}

/*
 * Who pays
 */

#define CGROUP		"/tmp/cg/"
#define MEGABYTES(n)	((n) << 20)

static long used(void)
{
	return atol(get(CGROUP "asker/memory.current"));
}

/* In a cgroup of his own: asks, says so, and waits until he is told to end */
static void ask(const char *dev, int said, const int *told)
{
	struct raw r;
	__u64 cookie;
	char c;

	close(told[1]);
	put("0", CGROUP "asker/cgroup.procs");
	r = raw_open();
	c = refresh(&r, dev, REPORT, 0, &cookie);
	write(said, &c, 1);
	read(told[0], &c, 1);
	_exit(0);
}

TEST_F(evidence, who_asks_pays_for_it)
{
	int said[2], told[2];
	char c = -1;
	pid_t pid;
	long had;

	ASSERT_EQ(0, run("mkdir -p " CGROUP " && mount -t cgroup2 none " CGROUP));
	ASSERT_EQ(0, put("+memory", CGROUP "cgroup.subtree_control"));
	ASSERT_EQ(0, mkdir(CGROUP "asker", 0755));
	describe(str("10 %d 1", MEGABYTES(8)));
	ASSERT_EQ(0, pipe(said));
	ASSERT_EQ(0, pipe(told));
	pid = fork();
	if (!pid)
		ask(self->ep.s, said[1], told);
	read(said[0], &c, 1);
	EXPECT_EQ(0, c);
	had = used();
	TH_LOG("%ld KiB", had >> 10);
	EXPECT_LE(MEGABYTES(8), had);
	close(told[1]);
	waitpid(pid, NULL, 0);
	/* The device's own evidence is it still, until there is other or none */
	EXPECT_LE(MEGABYTES(8), used());
	ASSERT_EQ(0, raw_do(&self->nl, PCI_TSM_CMD_DISCONNECT, self->ep.s));
	for (int i = 0; i < 100 && used() > MEGABYTES(4); i++)
		usleep(50000);
	EXPECT_GT(MEGABYTES(4), used());
	EXPECT_EQ(0, run("rmdir " CGROUP "asker; umount " CGROUP));
}

TEST_HARNESS_MAIN
