// SPDX-License-Identifier: GPL-2.0
/*
 * Requests for evidence, as the worker of a DSM serves them, with a TSM that
 * gives, refuses or cannot. The DSM is a bare object: no device is behind it.
 */
#include <kunit/test.h>
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
	unsigned int calls;
	u32 types;
	u8 slot;
	u8 nonce[PCI_TSM_NONCE_SIZE];
};

static int ev_refresh(struct pci_tsm *tsm, u32 types, u8 slot, const u8 nonce[PCI_TSM_NONCE_SIZE],
		      struct pci_tsm_evidence *result)
{
	struct ev_fake *f = container_of(tsm, struct ev_fake, tsm);

	f->calls++;
	f->types = types;
	f->slot = slot;
	memcpy(f->nonce, nonce, sizeof(f->nonce));
	/* Also when it fails: what is there is the core's to free */
	result->objects[0] = (struct pci_tsm_object) {
		.type = PCI_TSM_EVIDENCE_TYPE_VCA,
		.data = kvmemdup("vca", 3, GFP_KERNEL),
		.len = 3,
	};
	result->nr = 1;
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
	req->refresh->types = 0x301;
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

	rc = pci_tsm_link_run(&f->dsm, req);
	pci_tsm_req_finish(req, rc);
	pci_tsm_req_put(req);
	KUNIT_EXPECT_EQ(test, kref_read(&f->fn.ref), 1);
	KUNIT_EXPECT_EQ(test, f->fn.users, 0);
	return rc;
}

static void request_reaches_the_tsm(struct kunit *test)
{
	struct ev_fake *f = test->priv;
	struct pci_tsm_req *req = make_req(test);
	struct pci_tsm_snapshot *answer;

	KUNIT_EXPECT_EQ(test, pci_tsm_link_run(&f->dsm, req), 0);
	answer = req->refresh->answer;
	KUNIT_EXPECT_EQ(test, f->types, 0x301);
	KUNIT_EXPECT_EQ(test, f->slot, 5);
	KUNIT_EXPECT_NULL(test, memchr_inv(f->nonce, 0x77, sizeof(f->nonce)));
	KUNIT_ASSERT_NOT_NULL(test, answer);
	KUNIT_ASSERT_NOT_NULL(test, answer->blobs[PCI_TSM_EVIDENCE_TYPE_VCA]);
	KUNIT_EXPECT_MEMEQ(test, answer->blobs[PCI_TSM_EVIDENCE_TYPE_VCA]->obj.data, "vca", 3);
	pci_tsm_req_finish(req, 0);
	pci_tsm_req_put(req);
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
	u8 nonce[PCI_TSM_NONCE_SIZE] = {};
	struct ev_fake *f = test->priv;
	struct pci_tsm_evidence ev;

	KUNIT_EXPECT_EQ(test, pci_tsm_refresh_evidence(&f->pdev, 0, 0, nonce, &ev), -EINVAL);
	KUNIT_EXPECT_EQ(test, pci_tsm_refresh_evidence(&f->pdev, BIT(PCI_TSM_NR_EVIDENCE), 0,
						       nonce, &ev), -EINVAL);
	KUNIT_EXPECT_EQ(test, pci_tsm_refresh_evidence(&f->pdev, 1, 8, nonce, &ev), -EINVAL);
	/* No DSM governs that function */
	memset(&ev, 0xa5, sizeof(ev));
	KUNIT_EXPECT_EQ(test, pci_tsm_refresh_evidence(&f->pdev, 1, 7, nonce, &ev), -ENXIO);
	KUNIT_EXPECT_NULL(test, memchr_inv(&ev, 0, sizeof(ev)));
}

static struct kunit_case ev_cases[] = {
	KUNIT_CASE(request_reaches_the_tsm),
	KUNIT_CASE(refusals_are_passed_on),
	KUNIT_CASE(nothing_is_asked_without_connection),
	KUNIT_CASE(cancelled_before_it_began),
	KUNIT_CASE(it_waits_for_all_others),
	KUNIT_CASE(senseless_questions_are_not_asked),
	{ }
};

static struct kunit_suite ev_suite = {
	.name = "pci_tsm_evidence",
	.init = ev_init,
	.exit = ev_exit,
	.test_cases = ev_cases,
};

kunit_test_suite(ev_suite);
