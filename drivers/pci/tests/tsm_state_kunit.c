// SPDX-License-Identifier: GPL-2.0
/*
 * The transition table and the state record of PCI/TSM.
 *
 * The table is checked against a second one, written down here in another form:
 * every state times every step, the refused ones too. No device is involved.
 */
#include <kunit/test.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/sched.h>

#include "../tsm.h"

MODULE_IMPORT_NS(EXPORTED_FOR_KUNIT_TESTING);

/* What is expected of each step, in the order of enum pci_tsm_step */
struct row {
	enum pci_tsm_state from;
	int want[PCI_TSM_NR_STEPS];
};

#define DIS	PCI_TSM_STATE_DISCONNECTED
#define CNG	PCI_TSM_STATE_CONNECTING
#define CON	PCI_TSM_STATE_CONNECTED
#define DNG	PCI_TSM_STATE_DISCONNECTING
#define FLD	PCI_TSM_STATE_FAILED
#define UNB	PCI_TSM_STATE_UNBOUND
#define BND	PCI_TSM_STATE_BOUND
#define ERR	PCI_TSM_STATE_ERROR
#define BAD	(-EINVAL)

static const struct row rows[] = {
	/* connect, connected, refused, disconnect, disconnected, bind, unbind, loss, removal,
	 * departure, sleep
	 */
	{ DIS, { CNG,    BAD, BAD, -ENXIO, BAD, -ENXIO, BAD,    DIS, DIS, DIS, DIS } },
	{ CNG, { -EBUSY, CON, DIS, -EBUSY, BAD, -ENXIO, BAD,    DIS, DIS, DIS, DIS } },
	{ CON, { -EBUSY, BAD, BAD, DNG,    BAD, CON,    BAD,    FLD, DNG, DNG, DNG } },
	{ DNG, { -EBUSY, BAD, BAD, -EBUSY, DIS, -ENXIO, BAD,    DNG, DNG, DNG, DNG } },
	{ FLD, { -EBUSY, BAD, BAD, DNG,    BAD, -ENXIO, BAD,    FLD, DNG, DNG, DNG } },
	{ UNB, { BAD,    BAD, BAD, UNB,    BAD, BND,    -ENXIO, UNB, UNB, UNB, UNB } },
	{ BND, { BAD,    BAD, BAD, UNB,    BAD, -EBUSY, UNB,    ERR, UNB, UNB, UNB } },
	{ ERR, { BAD,    BAD, BAD, UNB,    BAD, -EBUSY, UNB,    ERR, UNB, UNB, UNB } },
};

static void row_desc(const struct row *row, char *desc)
{
	strscpy(desc, pci_tsm_state_name(row->from), KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(rows, rows, row_desc);

static void check_step(struct kunit *test, enum pci_tsm_state from, enum pci_tsm_step step,
		       int want)
{
	struct pci_tsm_change change;
	struct pci_tsm_record rec;
	bool moves = want > 0 && want != from;
	int rc;

	pci_tsm_record_init(&rec, from);
	rec.seq = 41;
	rc = pci_tsm_record_step(&rec, step, PCI_TSM_REASON_AER, &change);

	KUNIT_EXPECT_EQ_MSG(test, rc, min(want, 0), "step %d", step);
	KUNIT_EXPECT_EQ_MSG(test, rec.state, moves ? want : from, "step %d", step);
	KUNIT_EXPECT_EQ_MSG(test, rec.seq, moves ? 42 : 41, "step %d", step);
	KUNIT_EXPECT_EQ_MSG(test, rec.reason, moves ? PCI_TSM_REASON_AER : PCI_TSM_REASON_NONE,
			    "step %d", step);
	KUNIT_EXPECT_EQ_MSG(test, change.old, from, "step %d", step);
	KUNIT_EXPECT_EQ_MSG(test, change.new, rec.state, "step %d", step);
	KUNIT_EXPECT_EQ_MSG(test, change.seq, rec.seq, "step %d", step);
}

static void each_step_does_what_the_table_says(struct kunit *test)
{
	const struct row *row = test->param_value;

	for (int step = 0; step < PCI_TSM_NR_STEPS; step++) {
		KUNIT_EXPECT_EQ(test, pci_tsm_table(row->from, step), row->want[step]);
		check_step(test, row->from, step, row->want[step]);
	}
}

static void no_state_is_missing(struct kunit *test)
{
	bool seen[PCI_TSM_NR_STATES] = { [PCI_TSM_STATE_NONE] = true };

	for (int i = 0; i < ARRAY_SIZE(rows); i++) {
		KUNIT_EXPECT_FALSE(test, seen[rows[i].from]);
		seen[rows[i].from] = true;
	}
	/* Those of the link role; nothing leads to the others */
	for (int i = 0; i < PCI_TSM_NR_STATES; i++)
		KUNIT_EXPECT_EQ_MSG(test, seen[i], i <= PCI_TSM_STATE_ERROR, "state %d", i);
}

static void every_state_and_reason_has_a_name(struct kunit *test)
{
	for (int i = 0; i < PCI_TSM_NR_STATES; i++)
		KUNIT_EXPECT_NOT_NULL(test, pci_tsm_state_name(i));
	for (int i = 0; i < PCI_TSM_NR_REASONS; i++)
		KUNIT_EXPECT_NOT_NULL(test, pci_tsm_reason_name(i));
}

/* In which states a report is news, and what a reader sees at once */
static void a_loss_shows_before_anybody_acts(struct kunit *test)
{
	static const struct {
		enum pci_tsm_state state;
		bool news;
		enum pci_tsm_state shown;
		enum pci_tsm_reason why;
	} cases[] = {
		{ DIS, false, DIS },
		{ CNG, true, FLD, PCI_TSM_REASON_IDE_FAIL },
		{ CON, true, FLD, PCI_TSM_REASON_IDE_FAIL },
		{ DNG, true, DNG },
		{ FLD, false, FLD },
		{ UNB, false, UNB },
		{ BND, true, ERR, PCI_TSM_REASON_IDE_FAIL },
		{ ERR, false, ERR },
	};
	struct pci_tsm_record rec;
	struct pci_tsm_change now;

	for (int i = 0; i < ARRAY_SIZE(cases); i++) {
		bool news = cases[i].news;

		pci_tsm_record_init(&rec, cases[i].state);
		KUNIT_EXPECT_EQ(test, pci_tsm_record_lose(&rec, PCI_TSM_REASON_IDE_FAIL), news);
		KUNIT_EXPECT_EQ(test, pci_tsm_record_loss(&rec),
				news ? PCI_TSM_REASON_IDE_FAIL : PCI_TSM_REASON_NONE);
		/* What is being undone needs no other undo */
		KUNIT_EXPECT_EQ(test, pci_tsm_record_to_withdraw(&rec),
				news && cases[i].state != DNG);
		pci_tsm_record_read(&rec, &now);
		KUNIT_EXPECT_EQ(test, now.new, cases[i].shown);
		KUNIT_EXPECT_EQ(test, now.reason, cases[i].why);
		KUNIT_EXPECT_EQ(test, rec.state, cases[i].state);
	}
}

static void the_first_loss_counts(struct kunit *test)
{
	struct pci_tsm_change change;
	struct pci_tsm_record rec;

	pci_tsm_record_init(&rec, CON);
	KUNIT_EXPECT_TRUE(test, pci_tsm_record_lose(&rec, PCI_TSM_REASON_RESET));
	KUNIT_EXPECT_FALSE(test, pci_tsm_record_lose(&rec, PCI_TSM_REASON_AER));
	KUNIT_EXPECT_EQ(test, 0, pci_tsm_record_step(&rec, PCI_TSM_STEP_LOSS,
						     PCI_TSM_REASON_SESSION, &change));
	KUNIT_EXPECT_EQ(test, change.new, FLD);
	KUNIT_EXPECT_EQ(test, change.reason, PCI_TSM_REASON_RESET);
}

static void a_connect_that_was_lost_meanwhile_is_no_success(struct kunit *test)
{
	struct pci_tsm_change change;
	struct pci_tsm_record rec;

	pci_tsm_record_init(&rec, CNG);
	pci_tsm_record_lose(&rec, PCI_TSM_REASON_RESET);
	KUNIT_EXPECT_EQ(test, -ECANCELED,
			pci_tsm_record_step(&rec, PCI_TSM_STEP_CONNECTED,
					    PCI_TSM_REASON_REQUEST, &change));
	KUNIT_EXPECT_EQ(test, rec.state, CNG);
	KUNIT_EXPECT_EQ(test, 0, pci_tsm_record_step(&rec, PCI_TSM_STEP_REFUSED,
						     PCI_TSM_REASON_CANCELLED, &change));
	KUNIT_EXPECT_EQ(test, rec.state, DIS);
	KUNIT_EXPECT_EQ(test, rec.reason, PCI_TSM_REASON_RESET);
	KUNIT_EXPECT_FALSE(test, rec.lost);
}

static void a_lost_dsm_refuses_to_bind(struct kunit *test)
{
	struct pci_tsm_change change;
	struct pci_tsm_record rec;

	pci_tsm_record_init(&rec, CON);
	pci_tsm_record_lose(&rec, PCI_TSM_REASON_SESSION);
	KUNIT_EXPECT_EQ(test, -ECANCELED, pci_tsm_record_step(&rec, PCI_TSM_STEP_BIND,
							      PCI_TSM_REASON_REQUEST, &change));
}

static void rest_forgets_the_loss(struct kunit *test)
{
	struct pci_tsm_change change;
	struct pci_tsm_record rec;

	pci_tsm_record_init(&rec, BND);
	pci_tsm_record_lose(&rec, PCI_TSM_REASON_TDI);
	pci_tsm_record_step(&rec, PCI_TSM_STEP_LOSS, PCI_TSM_REASON_TDI, &change);
	KUNIT_EXPECT_TRUE(test, rec.lost);
	pci_tsm_record_step(&rec, PCI_TSM_STEP_UNBIND, PCI_TSM_REASON_REQUEST, &change);
	KUNIT_EXPECT_EQ(test, rec.state, UNB);
	KUNIT_EXPECT_FALSE(test, rec.lost);
}

/* One mover, as there is one worker; reporters and readers at the same time */
struct race {
	struct pci_tsm_record rec;
	atomic_t errors;
	atomic_t losses;
};

#define RACE_ROUNDS	20000
#define RACE_LIMIT	(10 * HZ)

static int race_report(void *data)
{
	struct race *race = data;

	while (!kthread_should_stop()) {
		if (pci_tsm_record_lose(&race->rec, PCI_TSM_REASON_IDE_FAIL))
			atomic_inc(&race->losses);
		cond_resched();
	}
	return 0;
}

static int race_read(void *data)
{
	struct race *race = data;
	struct pci_tsm_change now;
	u64 seq = 0;

	while (!kthread_should_stop()) {
		pci_tsm_record_read(&race->rec, &now);
		if (now.seq < seq || now.new == PCI_TSM_STATE_NONE || now.new >= UNB)
			atomic_inc(&race->errors);
		seq = now.seq;
		cond_resched();
	}
	return 0;
}

static void race_round(struct race *race)
{
	struct pci_tsm_change change;

	pci_tsm_record_step(&race->rec, PCI_TSM_STEP_CONNECT, PCI_TSM_REASON_REQUEST, &change);
	cond_resched();
	if (pci_tsm_record_step(&race->rec, PCI_TSM_STEP_CONNECTED, PCI_TSM_REASON_REQUEST,
				&change)) {
		pci_tsm_record_step(&race->rec, PCI_TSM_STEP_REFUSED, PCI_TSM_REASON_CANCELLED,
				    &change);
		return;
	}
	cond_resched();
	if (pci_tsm_record_to_withdraw(&race->rec)) {
		pci_tsm_record_step(&race->rec, PCI_TSM_STEP_LOSS, PCI_TSM_REASON_SESSION, &change);
		if (change.new != FLD || change.reason != PCI_TSM_REASON_IDE_FAIL)
			atomic_inc(&race->errors);
	}
	pci_tsm_record_step(&race->rec, PCI_TSM_STEP_DISCONNECT, PCI_TSM_REASON_REQUEST, &change);
	pci_tsm_record_step(&race->rec, PCI_TSM_STEP_DISCONNECTED, PCI_TSM_REASON_REQUEST, &change);
	if (change.new != DIS)
		atomic_inc(&race->errors);
}

static void readers_and_reporters_race_with_the_worker(struct kunit *test)
{
	struct race *race = kunit_kzalloc(test, sizeof(*race), GFP_KERNEL);
	struct task_struct *report, *read;
	unsigned long end;

	KUNIT_ASSERT_NOT_NULL(test, race);
	pci_tsm_record_init(&race->rec, DIS);
	report = kthread_run(race_report, race, "pci_tsm_report");
	KUNIT_ASSERT_FALSE(test, IS_ERR(report));
	read = kthread_run(race_read, race, "pci_tsm_read");
	if (IS_ERR(read)) {
		kthread_stop(report);
		KUNIT_FAIL(test, "no second thread");
		return;
	}

	/* On a busy machine the threads may begin late */
	end = jiffies + RACE_LIMIT;
	for (int i = 0; i < RACE_ROUNDS ||
	     (!atomic_read(&race->losses) && time_before(jiffies, end)); i++) {
		race_round(race);
		cond_resched();
	}

	kthread_stop(read);
	kthread_stop(report);
	KUNIT_EXPECT_EQ(test, atomic_read(&race->errors), 0);
	KUNIT_EXPECT_GT(test, atomic_read(&race->losses), 0);
	KUNIT_EXPECT_EQ(test, race->rec.state, DIS);
}

static struct kunit_case pci_tsm_state_cases[] = {
	KUNIT_CASE_PARAM(each_step_does_what_the_table_says, rows_gen_params),
	KUNIT_CASE(no_state_is_missing),
	KUNIT_CASE(every_state_and_reason_has_a_name),
	KUNIT_CASE(a_loss_shows_before_anybody_acts),
	KUNIT_CASE(the_first_loss_counts),
	KUNIT_CASE(a_connect_that_was_lost_meanwhile_is_no_success),
	KUNIT_CASE(a_lost_dsm_refuses_to_bind),
	KUNIT_CASE(rest_forgets_the_loss),
	KUNIT_CASE(readers_and_reporters_race_with_the_worker),
	{}
};

static struct kunit_suite pci_tsm_state_suite = {
	.name = "pci_tsm_state",
	.test_cases = pci_tsm_state_cases,
};

kunit_test_suite(pci_tsm_state_suite);

MODULE_DESCRIPTION("KUnit tests for the PCI TSM state record");
MODULE_LICENSE("GPL");
