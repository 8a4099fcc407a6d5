// SPDX-License-Identifier: GPL-2.0
/*
 * Requests for evidence, as the worker of a DSM serves them, with a TSM that
 * gives, refuses or cannot; and the store of what it gave. The DSM is a bare object:
 * no device is behind it.
 */
#include <kunit/test.h>
#include <linux/array_size.h>
#include <linux/bitops.h>
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/pci.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "../tsm.h"

struct ev_fake {
	struct pci_dev pdev;
	struct pci_tsm_dsm dsm;
	struct pci_tsm_fn fn;
	struct pci_tsm tsm;
	struct pci_tsm_ops ops;
	struct pci_tsm_provider provider;
	int result;
	bool bad;
	unsigned int calls;
	u32 types[4];
	u8 slot;
	u8 nonce[PCI_TSM_NONCE_SIZE];
};

static int ev_refresh(struct pci_tsm *tsm, u32 types, u8 slot, const u8 nonce[PCI_TSM_NONCE_SIZE],
		      struct pci_tsm_evidence *result)
{
	struct ev_fake *f = container_of(tsm, struct ev_fake, tsm);

	if (f->calls < ARRAY_SIZE(f->types))
		f->types[f->calls] = types;
	f->calls++;
	f->slot = slot;
	memcpy(f->nonce, nonce, sizeof(f->nonce));
	/* Also when it fails: what is there is the core's to free */
	result->objects[result->nr++] = (struct pci_tsm_object) {
		.type = __ffs(types),
		.data = kvmemdup("bytes", 5, GFP_KERNEL),
		.len = 5,
		.record_offset = f->bad ? 6 : 0,
	};
	return f->result;
}

static int ev_init(struct kunit *test)
{
	struct ev_fake *f = kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, f);
	f->ops.refresh_evidence = ev_refresh;
	f->provider.ops = &f->ops;
	f->dsm.tsm = &f->provider;
	f->dsm.pdev = &f->pdev;
	f->dsm.up = true;
	f->dsm.counters.connects = 1;
	raw_spin_lock_init(&f->dsm.lock);
	INIT_LIST_HEAD(&f->dsm.fns);
	mutex_init(&f->dsm.cancel_mutex);
	init_waitqueue_head(&f->dsm.idle);
	kref_init(&f->fn.ref);
	f->fn.dsm = &f->dsm;
	f->fn.pdev = &f->pdev;
	f->fn.tsm = &f->tsm;
	test->priv = f;
	return 0;
}

static void ev_exit(struct kunit *test)
{
	struct ev_fake *f = test->priv;

	pci_tsm_evidence_drop(&f->dsm);
}

static struct pci_tsm_req *make_req(struct kunit *test)
{
	struct ev_fake *f = test->priv;
	struct pci_tsm_req *req = pci_tsm_req_alloc(PCI_TSM_VERB_REFRESH, &f->fn);

	KUNIT_ASSERT_NOT_NULL(test, req);
	req->refresh = kzalloc(sizeof(*req->refresh), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, req->refresh);
	req->refresh->types = 0x305;
	req->refresh->slot = 5;
	memset(req->refresh->nonce, 0x77, sizeof(req->refresh->nonce));
	return req;
}

/* As the worker and the waiter would: what is in the request goes with it */
static ssize_t run(struct kunit *test)
{
	struct ev_fake *f = test->priv;
	struct pci_tsm_req *req = make_req(test);
	ssize_t rc;

	do {
		rc = pci_tsm_link_run(&f->dsm, req);
	} while (rc == PCI_TSM_MORE);
	pci_tsm_req_finish(req, rc);
	pci_tsm_req_put(req);
	KUNIT_EXPECT_EQ(test, kref_read(&f->fn.ref), 1);
	KUNIT_EXPECT_EQ(test, f->fn.users, 0);
	return rc;
}

/* Chain by chain, and last what is signed, in one */
static void request_reaches_the_tsm(struct kunit *test)
{
	static const u32 types[] = { 0x1, 0x4, 0x300 };
	struct ev_fake *f = test->priv;
	struct pci_tsm_req *req = make_req(test);
	struct pci_tsm_snapshot *answer;

	for (int i = 0; i < ARRAY_SIZE(types); i++) {
		KUNIT_EXPECT_NULL(test, req->refresh->answer);
		KUNIT_EXPECT_EQ(test, pci_tsm_link_run(&f->dsm, req), i == 2 ? 0 : PCI_TSM_MORE);
		KUNIT_EXPECT_EQ(test, f->types[i], types[i]);
	}
	answer = req->refresh->answer;
	KUNIT_EXPECT_EQ(test, f->calls, 3);
	KUNIT_EXPECT_EQ(test, f->slot, 5);
	KUNIT_EXPECT_NULL(test, memchr_inv(f->nonce, 0x77, sizeof(f->nonce)));
	KUNIT_ASSERT_NOT_NULL(test, answer);
	for (int i = 0; i < ARRAY_SIZE(types); i++) {
		struct pci_tsm_blob *blob = answer->blobs[__ffs(types[i])];

		KUNIT_ASSERT_NOT_NULL(test, blob);
		KUNIT_EXPECT_MEMEQ(test, blob->obj.data, "bytes", 5);
	}
	pci_tsm_req_finish(req, 0);
	pci_tsm_req_put(req);
}

/* Nothing of two connections comes into one answer */
static void a_connection_ends_in_between(struct kunit *test)
{
	struct ev_fake *f = test->priv;

	for (int reconnected = 0; reconnected < 2; reconnected++) {
		struct pci_tsm_req *req = make_req(test);

		KUNIT_EXPECT_EQ(test, pci_tsm_link_run(&f->dsm, req), PCI_TSM_MORE);
		f->dsm.up = reconnected;
		f->dsm.counters.connects += reconnected;
		KUNIT_EXPECT_EQ(test, pci_tsm_link_run(&f->dsm, req), -ECANCELED);
		KUNIT_EXPECT_EQ(test, f->calls, reconnected + 1);
		f->dsm.up = true;
		pci_tsm_req_finish(req, -ECANCELED);
		pci_tsm_req_put(req);
	}
}

static void refusals_are_passed_on(struct kunit *test)
{
	struct ev_fake *f = test->priv;

	f->result = -EPROTO;
	KUNIT_EXPECT_EQ(test, run(test), -EPROTO);
	KUNIT_EXPECT_EQ(test, f->calls, 1);
	f->ops.refresh_evidence = NULL;
	KUNIT_EXPECT_EQ(test, run(test), -EOPNOTSUPP);
}

static void nothing_is_asked_without_connection(struct kunit *test)
{
	struct ev_fake *f = test->priv;

	f->dsm.up = false;
	KUNIT_EXPECT_EQ(test, run(test), -ENXIO);
	f->dsm.up = true;
	f->fn.tsm = NULL;
	KUNIT_EXPECT_EQ(test, run(test), -ENXIO);
	KUNIT_EXPECT_EQ(test, f->calls, 0);
}

static void cancelled_before_it_began(struct kunit *test)
{
	struct ev_fake *f = test->priv;

	f->dsm.op_cancelled = true;
	KUNIT_EXPECT_EQ(test, run(test), -ECANCELED);
	f->dsm.op_cancelled = false;
	f->provider.leaving = true;
	KUNIT_EXPECT_EQ(test, run(test), -ECANCELED);
	KUNIT_EXPECT_EQ(test, f->calls, 0);
}

static void it_waits_for_all_others(struct kunit *test)
{
	struct ev_fake *f = test->priv;
	unsigned int class = pci_tsm_verb_class(PCI_TSM_VERB_REFRESH);

	for (int verb = PCI_TSM_VERB_DISCONNECT; verb < PCI_TSM_VERB_REFRESH; verb++)
		KUNIT_EXPECT_LT(test, pci_tsm_verb_class(verb), class);
	KUNIT_EXPECT_LT(test, class, ARRAY_SIZE(f->dsm.queue));
}

static void senseless_questions_are_not_asked(struct kunit *test)
{
	struct pci_tsm_evidence *ev = kunit_kzalloc(test, sizeof(*ev), GFP_KERNEL);
	u8 nonce[PCI_TSM_NONCE_SIZE] = {};
	struct ev_fake *f = test->priv;

	KUNIT_ASSERT_NOT_NULL(test, ev);
	KUNIT_EXPECT_EQ(test, pci_tsm_refresh_evidence(&f->pdev, 0, 0, nonce, ev), -EINVAL);
	KUNIT_EXPECT_EQ(test, pci_tsm_refresh_evidence(&f->pdev, BIT(PCI_TSM_NR_EVIDENCE), 0,
						       nonce, ev), -EINVAL);
	KUNIT_EXPECT_EQ(test, pci_tsm_refresh_evidence(&f->pdev, 1, 8, nonce, ev), -EINVAL);
	/* No DSM governs that function */
	memset(ev, 0xa5, sizeof(*ev));
	KUNIT_EXPECT_EQ(test, pci_tsm_refresh_evidence(&f->pdev, 1, 7, nonce, ev), -ENXIO);
	KUNIT_EXPECT_NULL(test, memchr_inv(ev, 0, sizeof(*ev)));
}

/*
 * The store. Objects as a TSM brings them; the DSM's own evidence as readers get it.
 */

/* @text: "<what is new each time>|<record>" */
static void give(struct kunit *test, struct pci_tsm_evidence *ev, unsigned int type,
		 const char *text, bool answer)
{
	struct pci_tsm_object *obj = &ev->objects[ev->nr++];
	const char *bar = strchr(text, '|');

	*obj = (struct pci_tsm_object) {
		.type = type,
		.data = kvmemdup(text, strlen(text), GFP_KERNEL),
		.len = strlen(text),
		.record_offset = bar ? bar + 1 - text : 0,
		.record_len = bar ? strlen(bar + 1) : 0,
		.answer = answer,
	};
	KUNIT_ASSERT_NOT_NULL(test, obj->data);
}

static struct pci_tsm_refresh *make_refresh(struct kunit *test)
{
	struct pci_tsm_refresh *refresh = kunit_kzalloc(test, sizeof(*refresh), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, refresh);
	refresh->slot = 3;
	memset(refresh->nonce, 0x77, sizeof(refresh->nonce));
	return refresh;
}

static struct pci_tsm_evidence *new_evidence(struct kunit *test)
{
	struct pci_tsm_evidence *ev = kunit_kzalloc(test, sizeof(*ev), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, ev);
	return ev;
}

/* Learn of one object, which moves the generation or not; the answer is the caller's */
static struct pci_tsm_snapshot *learn(struct kunit *test, int moves, unsigned int type,
				      const char *text)
{
	struct pci_tsm_evidence *ev = new_evidence(test);
	struct ev_fake *f = test->priv;
	struct pci_tsm_snapshot *answer;

	give(test, ev, type, text, true);
	answer = pci_tsm_snapshot_make(ev, make_refresh(test));
	KUNIT_ASSERT_FALSE(test, IS_ERR(answer));
	KUNIT_EXPECT_EQ_MSG(test, pci_tsm_evidence_learn(&f->dsm, answer), moves, "%s", text);
	return answer;
}

static u64 learnt(struct kunit *test, int moves, unsigned int type, const char *text)
{
	struct pci_tsm_snapshot *answer = learn(test, moves, type, text);
	struct pci_tsm_snapshot *now = pci_tsm_snapshot_get(&((struct ev_fake *)test->priv)->dsm);
	u64 generation = answer->generation;

	KUNIT_EXPECT_EQ_MSG(test, now->generation, generation, "as of the answer");
	pci_tsm_snapshot_put(now);
	pci_tsm_snapshot_put(answer);
	return generation;
}

#define MEAS	PCI_TSM_EVIDENCE_TYPE_MEASUREMENTS
#define VCA	PCI_TSM_EVIDENCE_TYPE_VCA
#define CHAL	PCI_TSM_EVIDENCE_TYPE_CHALLENGE

static void a_generation_is_what_the_device_is(struct kunit *test)
{
	u64 first = learnt(test, 1, MEAS, "nonce 1|record A"), second, third;

	KUNIT_EXPECT_NE(test, first, 0);
	KUNIT_EXPECT_EQ(test, learnt(test, 0, MEAS, "another nonce|record A"), first);
	KUNIT_EXPECT_EQ(test, learnt(test, 0, MEAS, "|record A"), first);
	second = learnt(test, 1, MEAS, "nonce 1|record B");
	KUNIT_EXPECT_GT(test, second, first);
	third = learnt(test, 1, MEAS, "nonce 1|record");
	KUNIT_EXPECT_GT_MSG(test, third, second, "a part of it is another one");
	KUNIT_EXPECT_GT_MSG(test, learnt(test, 1, MEAS, "nonce 1|record A"), third,
			    "what it was once is no generation of before");
}

static void a_type_that_was_not_known_is_new(struct kunit *test)
{
	u64 first = learnt(test, 1, 0, "head|chain"), second;

	second = learnt(test, 1, VCA, "vca");
	KUNIT_EXPECT_GT(test, second, first);
	KUNIT_EXPECT_EQ(test, learnt(test, 0, 0, "another head|chain"), second);
	KUNIT_EXPECT_EQ(test, learnt(test, 0, VCA, "vca"), second);
	KUNIT_EXPECT_GT_MSG(test, learnt(test, 1, 1, "head|chain"), second, "another slot");
}

static void a_challenge_says_nothing_of_what_the_device_is(struct kunit *test)
{
	u64 first = learnt(test, 1, VCA, "vca");

	KUNIT_EXPECT_EQ(test, learnt(test, 0, CHAL, "a nonce"), first);
	KUNIT_EXPECT_EQ(test, learnt(test, 0, CHAL, "another one"), first);
}

/* What an answer leaves out is as before, and what was read before is what it was. */
static void a_snapshot_stays_as_it_is(struct kunit *test)
{
	struct ev_fake *f = test->priv;
	struct pci_tsm_snapshot *old, *new;

	learnt(test, 1, 0, "chain");
	learnt(test, 1, MEAS, "nonce 1|record A");
	old = pci_tsm_snapshot_get(&f->dsm);
	learnt(test, 1, MEAS, "nonce 2|record B");
	new = pci_tsm_snapshot_get(&f->dsm);
	KUNIT_ASSERT_PTR_NE(test, old, new);
	KUNIT_EXPECT_PTR_EQ(test, old->blobs[0], new->blobs[0]);
	pci_tsm_evidence_drop(&f->dsm);
	KUNIT_EXPECT_NULL(test, pci_tsm_snapshot_get(&f->dsm));

	KUNIT_EXPECT_MEMEQ(test, old->blobs[MEAS]->obj.data, "nonce 1|record A", 16);
	pci_tsm_snapshot_put(old);
	KUNIT_EXPECT_MEMEQ(test, new->blobs[MEAS]->obj.data, "nonce 2|record B", 16);
	KUNIT_EXPECT_MEMEQ(test, new->blobs[0]->obj.data, "chain", 5);
	KUNIT_EXPECT_EQ(test, refcount_read(&new->blobs[0]->ref), 1);
	pci_tsm_snapshot_put(new);
}

static void generations_outlive_connections(struct kunit *test)
{
	struct ev_fake *f = test->priv;
	u64 first = learnt(test, 1, VCA, "vca");

	pci_tsm_evidence_drop(&f->dsm);
	KUNIT_EXPECT_GT(test, learnt(test, 1, VCA, "vca"), first);
}

/* That is the request's, and of what else came along nobody signed anything. */
static void an_answer_knows_its_nonce(struct kunit *test)
{
	struct pci_tsm_evidence *ev = new_evidence(test);
	struct pci_tsm_snapshot *snap;

	give(test, ev, VCA, "vca", false);
	give(test, ev, MEAS, "nonce|record", true);
	ev->spdm_version = 0x12;
	strscpy(ev->hash, "SHA-384");
	strscpy(ev->signature, "ECDSA-P384");
	snap = pci_tsm_snapshot_make(ev, make_refresh(test));
	KUNIT_ASSERT_FALSE(test, IS_ERR(snap));
	KUNIT_EXPECT_NULL(test, memchr_inv(ev, 0, sizeof(*ev)));
	KUNIT_EXPECT_EQ(test, snap->spdm_version, 0x12);
	KUNIT_EXPECT_STREQ(test, snap->hash, "SHA-384");
	KUNIT_EXPECT_STREQ(test, snap->signature, "ECDSA-P384");
	KUNIT_EXPECT_FALSE(test, snap->blobs[VCA]->obj.answer);
	KUNIT_EXPECT_NULL(test, memchr_inv(snap->blobs[VCA]->nonce, 0, PCI_TSM_NONCE_SIZE));
	KUNIT_EXPECT_EQ_MSG(test, snap->blobs[VCA]->obj.record_len, 3, "all of it");
	KUNIT_EXPECT_TRUE(test, snap->blobs[MEAS]->obj.answer);
	KUNIT_EXPECT_EQ(test, snap->blobs[MEAS]->slot, 3);
	KUNIT_EXPECT_NULL(test, memchr_inv(snap->blobs[MEAS]->nonce, 0x77, PCI_TSM_NONCE_SIZE));
	pci_tsm_snapshot_put(snap);

	/* Nobody has asked for anything */
	give(test, ev, MEAS, "nonce|record", true);
	snap = pci_tsm_snapshot_make(ev, NULL);
	KUNIT_ASSERT_FALSE(test, IS_ERR(snap));
	KUNIT_EXPECT_FALSE(test, snap->blobs[MEAS]->obj.answer);
	pci_tsm_snapshot_put(snap);
}

struct ev_bad {
	const char *desc;
	unsigned int type;
	size_t len;
	size_t record_offset;
	size_t record_len;
	u8 digest_len;
	bool no_data;
	unsigned int nr;
};

static const struct ev_bad ev_bad[] = {
	{ "type that there is not", .type = PCI_TSM_NR_EVIDENCE, .len = 8 },
	{ "type without any sense", .type = UINT_MAX, .len = 8 },
	{ "type for the second time", .type = 0, .len = 8 },
	{ "no bytes", .type = 1, .len = 0 },
	{ "bytes that are nowhere", .type = 1, .len = 8, .no_data = true },
	{ "too many bytes", .type = 1, .len = PCI_TSM_OBJECT_MAX + 1 },
	{ "bytes without end", .type = 1, .len = SIZE_MAX },
	{ "record behind it", .type = 1, .len = 8, .record_offset = 9 },
	{ "record that ends behind it", .type = 1, .len = 8, .record_offset = 4, .record_len = 5 },
	{ "record without end", .type = 1, .len = 8, .record_offset = 4, .record_len = SIZE_MAX },
	{ "record from nowhere", .type = 1, .len = 8, .record_offset = SIZE_MAX, .record_len = 9 },
	{ "digest of too many bytes", .type = 1, .len = 8, .digest_len = PCI_TSM_DIGEST_MAX + 1 },
	{ "more objects than there are", .type = 1, .len = 8, .nr = PCI_TSM_NR_EVIDENCE + 1 },
	{ "objects without number", .type = 1, .len = 8, .nr = UINT_MAX },
};

KUNIT_ARRAY_PARAM_DESC(ev_bad, ev_bad, desc);

/* Freed, all of it: who runs this with a leak detector sees that */
static void objects_that_cannot_be_are_not_kept(struct kunit *test)
{
	struct pci_tsm_evidence *ev = new_evidence(test);
	const struct ev_bad *bad = test->param_value;
	struct pci_tsm_object *obj;
	struct pci_tsm_snapshot *snap;

	give(test, ev, 0, "good", false);
	give(test, ev, 1, "12345678", false);
	obj = &ev->objects[1];
	obj->type = bad->type;
	obj->len = bad->len;
	obj->record_offset = bad->record_offset;
	obj->record_len = bad->record_len;
	obj->digest_len = bad->digest_len;
	if (bad->no_data) {
		kvfree(obj->data);
		obj->data = NULL;
	}
	if (bad->nr)
		ev->nr = bad->nr;
	snap = pci_tsm_snapshot_make(ev, NULL);
	KUNIT_EXPECT_TRUE(test, IS_ERR(snap));
	KUNIT_EXPECT_EQ(test, PTR_ERR_OR_ZERO(snap), -EPROTO);
	KUNIT_EXPECT_NULL(test, memchr_inv(ev, 0, sizeof(*ev)));
}

static void the_largest_and_the_smallest_are_kept(struct kunit *test)
{
	struct pci_tsm_evidence *ev = new_evidence(test);
	struct pci_tsm_object *obj = ev->objects;
	struct pci_tsm_snapshot *snap;

	give(test, ev, 0, "1", false);
	obj[0].record_offset = 1;	/* and an empty record is none: all of it */
	obj[1] = (struct pci_tsm_object) {
		.type = PCI_TSM_EVIDENCE_TYPE_MAX,
		.data = kvzalloc(PCI_TSM_OBJECT_MAX, GFP_KERNEL),
		.len = PCI_TSM_OBJECT_MAX,
		.record_offset = PCI_TSM_OBJECT_MAX - 1,
		.record_len = 1,
		.digest_len = PCI_TSM_DIGEST_MAX,
	};
	KUNIT_ASSERT_NOT_NULL(test, obj[1].data);
	ev->nr = 2;
	snap = pci_tsm_snapshot_make(ev, NULL);
	KUNIT_ASSERT_FALSE(test, IS_ERR(snap));
	KUNIT_EXPECT_EQ(test, snap->blobs[0]->obj.record_offset, 0);
	KUNIT_EXPECT_EQ(test, snap->blobs[0]->obj.record_len, 1);
	KUNIT_EXPECT_EQ(test, snap->blobs[PCI_TSM_EVIDENCE_TYPE_MAX]->obj.len, PCI_TSM_OBJECT_MAX);
	pci_tsm_snapshot_put(snap);
}

/* A TSM whose evidence cannot be is one that broke a protocol; what was known stays. */
static void a_bad_answer_changes_nothing(struct kunit *test)
{
	struct ev_fake *f = test->priv;
	struct pci_tsm_snapshot *before, *after;

	learnt(test, 1, MEAS, "nonce|record");
	before = pci_tsm_snapshot_get(&f->dsm);
	f->bad = true;
	KUNIT_EXPECT_EQ(test, run(test), -EPROTO);
	after = pci_tsm_snapshot_get(&f->dsm);
	KUNIT_EXPECT_PTR_EQ(test, before, after);
	pci_tsm_snapshot_put(before);
	pci_tsm_snapshot_put(after);
}

static struct kunit_case ev_cases[] = {
	KUNIT_CASE(request_reaches_the_tsm),
	KUNIT_CASE(a_connection_ends_in_between),
	KUNIT_CASE(refusals_are_passed_on),
	KUNIT_CASE(nothing_is_asked_without_connection),
	KUNIT_CASE(cancelled_before_it_began),
	KUNIT_CASE(it_waits_for_all_others),
	KUNIT_CASE(senseless_questions_are_not_asked),
	KUNIT_CASE(a_generation_is_what_the_device_is),
	KUNIT_CASE(a_type_that_was_not_known_is_new),
	KUNIT_CASE(a_challenge_says_nothing_of_what_the_device_is),
	KUNIT_CASE(a_snapshot_stays_as_it_is),
	KUNIT_CASE(generations_outlive_connections),
	KUNIT_CASE(an_answer_knows_its_nonce),
	KUNIT_CASE_PARAM(objects_that_cannot_be_are_not_kept, ev_bad_gen_params),
	KUNIT_CASE(the_largest_and_the_smallest_are_kept),
	KUNIT_CASE(a_bad_answer_changes_nothing),
	{ }
};

static struct kunit_suite ev_suite = {
	.name = "pci_tsm_evidence",
	.init = ev_init,
	.exit = ev_exit,
	.test_cases = ev_cases,
};

kunit_test_suite(ev_suite);
