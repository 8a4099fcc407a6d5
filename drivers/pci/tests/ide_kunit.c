// SPDX-License-Identifier: GPL-2.0
/*
 * PCI IDE: the life of a stream, on functions whose config space is an array.
 */
#include <kunit/test.h>
#include <linux/pci.h>
#include <linux/pci-ide.h>

#include "../ide.h"
#include "../tsm-hooks.h"
#include "fake-pci.h"

static void expect_idle(struct kunit *test, struct fake_fn *fn, int index)
{
	KUNIT_EXPECT_EQ(test, *fake_sel(fn, index, PCI_IDE_SEL_CTL), PARKED);
	for (int reg = PCI_IDE_SEL_RID_1; reg < 32; reg += 4)
		KUNIT_EXPECT_EQ(test, *fake_sel(fn, index, reg), 0);
}

static void add_ends(struct kunit *test)
{
	struct fake_hb *f = test->priv;

	fake_add(test, f->rp);
	fake_add(test, f->ep);
}

/* It is asked nothing but whether it has the capability, and told nothing */
static void function_without_ide_is_left_alone(struct kunit *test)
{
	struct fake_hb *f = test->priv;
	struct fake_fn *fn = fake_make(test, f->rp, PCI_EXP_TYPE_ENDPOINT);
	unsigned int walk;

	fn->cfg[CAP / 4] = PCI_EXT_CAP_ID_DSN | 1 << 16 | 0x140 << 20;
	fn->cfg[0x140 / 4] = PCI_EXT_CAP_ID_LTR | 1 << 16;
	KUNIT_EXPECT_EQ(test, pci_find_ext_capability(&fn->pdev, PCI_EXT_CAP_ID_IDE), 0);
	walk = fn->reads;
	KUNIT_EXPECT_GT(test, walk, 0);
	fake_add(test, fn);
	pci_tsm_init(&fn->pdev);
	KUNIT_EXPECT_EQ(test, fn->reads, 2 * walk);
	KUNIT_EXPECT_EQ(test, fn->writes, 0);
	KUNIT_EXPECT_NULL(test, rcu_access_pointer(fn->pdev.tsm));
}

static void idle_blocks_get_the_reserved_id(struct kunit *test)
{
	struct fake_hb *f = test->priv;

	add_ends(test);
	for (int i = 0; i < 2; i++)
		expect_idle(test, f->ep, i);
	for (int i = 0; i < 3; i++)
		expect_idle(test, f->rp, i);
	KUNIT_EXPECT_EQ(test, *fake_link_ctl(f->rp), PARKED);
}

static struct pci_ide *stream_of(struct kunit *test, struct fake_fn *fn)
{
	struct pci_ide *ide = pci_ide_stream_alloc(&fn->pdev);

	KUNIT_ASSERT_FALSE(test, IS_ERR(ide));

	return ide;
}

/* As far as @steps says; then whatever was done is undone by release */
static void do_steps(struct kunit *test, struct pci_ide *ide, int steps)
{
	struct fake_hb *f = test->priv;

	if (steps > 0)
		KUNIT_EXPECT_EQ(test, pci_ide_stream_register(ide), 0);
	if (steps > 1)
		KUNIT_EXPECT_EQ(test, pci_ide_stream_setup(&f->ep->pdev, ide), 0);
	if (steps > 2)
		KUNIT_EXPECT_EQ(test, pci_ide_stream_setup(&f->rp->pdev, ide), 0);
	if (steps > 3)
		KUNIT_EXPECT_EQ(test, pci_ide_stream_enable(&f->rp->pdev, ide), 0);
	if (steps > 4)
		KUNIT_EXPECT_EQ(test, pci_ide_stream_enable(&f->ep->pdev, ide), 0);
}

static void release_undoes_every_partial_state(struct kunit *test)
{
	struct fake_hb *f = test->priv;
	struct pci_ide *ide;

	add_ends(test);
	for (int steps = 0; steps <= 5; steps++) {
		ide = stream_of(test, f->ep);
		do_steps(test, ide, steps);
		pci_ide_stream_release(ide);
		expect_idle(test, f->ep, 0);
		expect_idle(test, f->rp, 0);
		KUNIT_EXPECT_TRUE(test, ida_is_empty(&f->ep->pdev.ide_stream_ida));
		KUNIT_EXPECT_TRUE(test, ida_is_empty(&f->rp->pdev.ide_stream_ida));
		KUNIT_EXPECT_TRUE(test, ida_is_empty(&f->hb->ide_stream_ida));
		KUNIT_EXPECT_TRUE(test, ida_is_empty(&f->hb->ide_stream_ids_ida));
	}
}

static void enabled_stream_has_its_registers(struct kunit *test)
{
	struct fake_hb *f = test->priv;
	struct pci_ide *ide;

	add_ends(test);
	ide = stream_of(test, f->ep);
	ide->stream_id = 9;
	ide->partner[PCI_IDE_EP].default_stream = 1;
	do_steps(test, ide, 3);
	KUNIT_EXPECT_STREQ(test, ide->name, "stream0.0.0");
	KUNIT_EXPECT_EQ(test, *fake_sel(f->ep, 0, PCI_IDE_SEL_CTL), 0x09400000);
	KUNIT_EXPECT_EQ(test, *fake_sel(f->ep, 0, PCI_IDE_SEL_RID_1), 0x00000000);
	KUNIT_EXPECT_EQ(test, *fake_sel(f->ep, 0, PCI_IDE_SEL_RID_2), 0x00000001);
	KUNIT_EXPECT_EQ(test, *fake_sel(f->rp, 0, PCI_IDE_SEL_CTL), 0x09000000);
	KUNIT_EXPECT_EQ(test, *fake_sel(f->rp, 0, PCI_IDE_SEL_RID_1), 0x00010000);
	KUNIT_EXPECT_EQ(test, *fake_sel(f->rp, 0, PCI_IDE_SEL_RID_2), 0x00010001);
	KUNIT_EXPECT_EQ(test, pci_ide_stream_enable(&f->ep->pdev, ide), 0);
	KUNIT_EXPECT_EQ(test, *fake_sel(f->ep, 0, PCI_IDE_SEL_CTL), 0x09400001);
	pci_ide_stream_disable(&f->ep->pdev, ide);
	KUNIT_EXPECT_EQ(test, *fake_sel(f->ep, 0, PCI_IDE_SEL_CTL), PARKED);
	KUNIT_EXPECT_EQ(test, *fake_sel(f->ep, 0, PCI_IDE_SEL_RID_2), 0x00000001);
	pci_ide_stream_release(ide);
}

static void idle_blocks_get_the_reserved_id_again(struct kunit *test)
{
	struct fake_hb *f = test->priv;
	struct pci_ide *a, *b, *c;

	add_ends(test);
	a = stream_of(test, f->ep);
	do_steps(test, a, 5);

	/* As after a reset; block 0 is @a's, whose owner has to notice */
	*fake_link_ctl(f->rp) = 0;
	for (int i = 0; i < 3; i++)
		*fake_sel(f->rp, i, PCI_IDE_SEL_CTL) = 0;
	b = stream_of(test, f->ep);
	do_steps(test, b, 3);
	KUNIT_EXPECT_EQ(test, *fake_link_ctl(f->rp), PARKED);
	KUNIT_EXPECT_EQ(test, *fake_sel(f->rp, 0, PCI_IDE_SEL_CTL), 0);
	KUNIT_EXPECT_EQ(test, *fake_sel(f->rp, 1, PCI_IDE_SEL_CTL), 0x01000000);
	expect_idle(test, f->rp, 2);
	pci_ide_stream_release(b);

	/* One that somebody else enabled is left alone */
	*fake_link_ctl(f->rp) = 0x05000001;
	*fake_sel(f->rp, 2, PCI_IDE_SEL_CTL) = 0x06000001;
	c = stream_of(test, f->ep);
	do_steps(test, c, 3);
	KUNIT_EXPECT_EQ(test, *fake_link_ctl(f->rp), 0x05000001);
	KUNIT_EXPECT_EQ(test, *fake_sel(f->rp, 2, PCI_IDE_SEL_CTL), 0x06000001);
	pci_ide_stream_release(c);
	pci_ide_stream_release(a);
}

static const struct end_case {
	const char *desc;
	u32 ep, rp;		/* capabilities */
	u32 want_ep, want_rp;	/* Control */
} end_cases[] = {
	{ "neither", 0, 0, 0x09000000, 0x09000000 },
	{ "both", CFG | TEE, CFG | TEE, 0x09800200, 0x09800200 },
	{ "device only", CFG | TEE, 0, 0x09800200, 0x09000000 },
	{ "root port only", 0, CFG | TEE, 0x09000000, 0x09800000 },
};

KUNIT_ARRAY_PARAM_DESC(end, end_cases, desc);

static void each_end_does_what_it_can(struct kunit *test)
{
	const struct end_case *c = test->param_value;
	struct fake_hb *f = test->priv;
	struct pci_ide *ide;

	f->ep->cfg[CAP / 4 + 1] |= c->ep;
	f->rp->cfg[CAP / 4 + 1] |= c->rp;
	add_ends(test);
	ide = stream_of(test, f->ep);
	ide->stream_id = 9;
	do_steps(test, ide, 3);
	KUNIT_EXPECT_EQ(test, *fake_sel(f->ep, 0, PCI_IDE_SEL_CTL), c->want_ep);
	KUNIT_EXPECT_EQ(test, *fake_sel(f->rp, 0, PCI_IDE_SEL_CTL), c->want_rp);
	pci_ide_stream_release(ide);
}

static void ends_do_what_the_driver_chooses(struct kunit *test)
{
	struct fake_hb *f = test->priv;
	struct pci_ide *ide;

	f->ep->cfg[CAP / 4 + 1] |= CFG | TEE;
	f->rp->cfg[CAP / 4 + 1] |= CFG | TEE;
	add_ends(test);
	ide = stream_of(test, f->ep);
	ide->stream_id = 9;
	ide->partner[PCI_IDE_EP].cfg = 0;
	ide->partner[PCI_IDE_RP].tee_limited = 0;
	do_steps(test, ide, 5);
	KUNIT_EXPECT_EQ(test, *fake_sel(f->ep, 0, PCI_IDE_SEL_CTL), 0x09800001);
	KUNIT_EXPECT_EQ(test, *fake_sel(f->rp, 0, PCI_IDE_SEL_CTL), 0x09000201);
	pci_ide_stream_release(ide);
}

static void id_that_was_chosen_is_forgotten(struct kunit *test)
{
	struct fake_hb *f = test->priv;
	struct pci_ide *a, *b;

	add_ends(test);
	a = stream_of(test, f->ep);
	b = stream_of(test, f->ep);
	KUNIT_EXPECT_EQ(test, pci_ide_stream_register(a), 0);
	KUNIT_EXPECT_EQ(test, a->stream_id, 0);
	pci_ide_stream_unregister(a);
	KUNIT_EXPECT_EQ(test, pci_ide_stream_register(b), 0);
	KUNIT_EXPECT_EQ(test, pci_ide_stream_register(a), 0);
	KUNIT_EXPECT_EQ(test, a->stream_id, 1);

	/* One that the driver wanted is not */
	pci_ide_stream_unregister(a);
	a->stream_id = 9;
	KUNIT_EXPECT_EQ(test, pci_ide_stream_register(a), 0);
	pci_ide_stream_unregister(a);
	KUNIT_EXPECT_EQ(test, a->stream_id, 9);
	pci_ide_stream_release(b);
	pci_ide_stream_release(a);
}

static void steps_out_of_order_are_refused(struct kunit *test)
{
	struct fake_hb *f = test->priv;
	struct pci_dev *ep = &f->ep->pdev;
	struct pci_ide *ide;

	add_ends(test);
	ide = stream_of(test, f->ep);
	KUNIT_EXPECT_EQ(test, pci_ide_stream_setup(ep, ide), -EINVAL);
	KUNIT_EXPECT_EQ(test, pci_ide_stream_enable(ep, ide), -EINVAL);
	ide->stream_id = PCI_IDE_RESERVED_STREAM_ID;
	KUNIT_EXPECT_EQ(test, pci_ide_stream_register(ide), -EINVAL);
	ide->stream_id = 254;
	do_steps(test, ide, 5);
	KUNIT_EXPECT_EQ(test, pci_ide_stream_register(ide), -EBUSY);
	KUNIT_EXPECT_EQ(test, pci_ide_stream_setup(ep, ide), -EBUSY);
	KUNIT_EXPECT_EQ(test, pci_ide_stream_enable(ep, ide), -EBUSY);
	pci_ide_stream_release(ide);
}

static void each_pool_runs_dry_with_enospc(struct kunit *test)
{
	struct fake_hb *f = test->priv;
	struct pci_ide *a, *b;

	add_ends(test);
	a = stream_of(test, f->ep);
	b = stream_of(test, f->ep);
	KUNIT_EXPECT_EQ(test, PTR_ERR(pci_ide_stream_alloc(&f->ep->pdev)), -ENOSPC);
	pci_ide_stream_release(b);

	pci_ide_set_nr_streams(f->hb, 1);
	KUNIT_EXPECT_EQ(test, PTR_ERR(pci_ide_stream_alloc(&f->ep->pdev)), -ENOSPC);
	pci_ide_stream_release(a);
	pci_ide_set_nr_streams(f->hb, 0);
	KUNIT_EXPECT_EQ(test, PTR_ERR(pci_ide_stream_alloc(&f->ep->pdev)), -ENOSPC);
	pci_ide_set_nr_streams(f->hb, 0xffff);
	KUNIT_EXPECT_EQ(test, f->hb->nr_ide_streams, 256);
}

static void firmware_keeps_its_stream(struct kunit *test)
{
	struct fake_hb *f = test->priv;
	struct pci_ide *ide;

	*fake_sel(f->rp, 1, PCI_IDE_SEL_CTL) = 0x07000001;
	*fake_sel(f->ep, 0, PCI_IDE_SEL_CTL) = 0x07400001;
	add_ends(test);
	KUNIT_EXPECT_EQ(test, *fake_sel(f->ep, 0, PCI_IDE_SEL_CTL), 0x07400001);

	ide = stream_of(test, f->ep);
	KUNIT_EXPECT_EQ(test, ide->partner[PCI_IDE_EP].stream_index, 1);
	KUNIT_EXPECT_EQ(test, ide->partner[PCI_IDE_RP].stream_index, 0);
	ide->stream_id = 7;
	KUNIT_EXPECT_EQ(test, pci_ide_stream_register(ide), -EBUSY);
	ide->stream_id = 8;
	do_steps(test, ide, 5);
	pci_ide_stream_release(ide);
	KUNIT_EXPECT_EQ(test, *fake_sel(f->rp, 1, PCI_IDE_SEL_CTL), 0x07000001);

	/* The root port's end holds the ID when the device is unplugged */
	kunit_release_action(test, fake_remove, f->ep);
	KUNIT_EXPECT_FALSE(test, ida_is_empty(&f->hb->ide_stream_ids_ida));
	kunit_release_action(test, fake_remove, f->rp);
	KUNIT_EXPECT_TRUE(test, ida_is_empty(&f->hb->ide_stream_ids_ida));
}

static void enable_fails_if_never_secure(struct kunit *test)
{
	struct fake_hb *f = test->priv;
	struct pci_ide *ide;

	f->ep->never_secure = true;
	add_ends(test);
	ide = stream_of(test, f->ep);
	do_steps(test, ide, 4);
	KUNIT_EXPECT_EQ(test, pci_ide_stream_enable(&f->ep->pdev, ide), -EIO);
	KUNIT_EXPECT_EQ(test, *fake_sel(f->ep, 0, PCI_IDE_SEL_CTL), 0);
	f->ep->never_secure = false;
	KUNIT_EXPECT_EQ(test, pci_ide_stream_enable(&f->ep->pdev, ide), 0);
	pci_ide_stream_release(ide);
}

static void functions_that_cannot_have_streams_are_refused(struct kunit *test)
{
	struct fake_hb *f = test->priv;
	struct pci_dev *ep = &f->ep->pdev;

	f->rp->cfg[CAP / 4 + 1] = 0;
	add_ends(test);
	KUNIT_EXPECT_EQ(test, PTR_ERR(pci_ide_stream_alloc(ep)), -EOPNOTSUPP);
	KUNIT_EXPECT_EQ(test, PTR_ERR(pci_ide_stream_alloc(&f->rp->pdev)), -EOPNOTSUPP);

	f->rp->pdev.nr_sel_ide = 3;
	f->ep->bus.parent = NULL;
	KUNIT_EXPECT_EQ(test, PTR_ERR(pci_ide_stream_alloc(ep)), -EOPNOTSUPP);
	f->ep->bus.parent = &f->rp->bus;

	fake_domain(&f->ep->bus, 0x100);
	if (pci_domain_nr(&f->ep->bus) != 0x100)
		kunit_skip(test, "there is one domain here");
	KUNIT_EXPECT_EQ(test, PTR_ERR(pci_ide_stream_alloc(ep)), -EOPNOTSUPP);
}

static void aer_looks_at_streams_that_run(struct kunit *test)
{
	struct fake_hb *f = test->priv;
	struct pci_ide *ide;

	add_ends(test);
	ide = stream_of(test, f->ep);
	do_steps(test, ide, 5);
	*fake_sel(f->ep, 0, PCI_IDE_SEL_STS) |= BIT(31);
	pci_ide_aer(&f->rp->pdev, PCI_ERR_UNC_SURPDN);
	KUNIT_EXPECT_EQ(test, *fake_sel(f->ep, 0, PCI_IDE_SEL_STS), 0x80000002);
	pci_ide_aer(&f->rp->pdev, PCI_ERR_UNC_MISR_IDE);
	KUNIT_EXPECT_EQ(test, *fake_sel(f->ep, 0, PCI_IDE_SEL_STS), 0x00000002);

	pci_ide_stream_disable(&f->rp->pdev, ide);
	*fake_sel(f->ep, 0, PCI_IDE_SEL_STS) |= BIT(31);
	pci_ide_aer(&f->rp->pdev, PCI_ERR_UNC_IDE_CHECK);
	KUNIT_EXPECT_EQ(test, *fake_sel(f->ep, 0, PCI_IDE_SEL_STS), 0x80000002);
	pci_ide_stream_release(ide);
}

static void end_that_is_enabled_is_watched(struct kunit *test)
{
	struct fake_hb *f = test->priv;
	struct pci_ide *ide;

	add_ends(test);
	ide = stream_of(test, f->ep);
	do_steps(test, ide, 2);
	KUNIT_EXPECT_EQ(test, pci_ide_stream_enable(&f->ep->pdev, ide), 0);
	*fake_sel(f->ep, 0, PCI_IDE_SEL_STS) |= BIT(31);
	*fake_sel(f->rp, 0, PCI_IDE_SEL_STS) = BIT(31);
	pci_ide_aer(&f->rp->pdev, PCI_ERR_UNC_MISR_IDE);
	KUNIT_EXPECT_EQ(test, *fake_sel(f->ep, 0, PCI_IDE_SEL_STS), 0x00000002);
	KUNIT_EXPECT_EQ(test, *fake_sel(f->rp, 0, PCI_IDE_SEL_STS), 0x80000000);
	pci_ide_stream_release(ide);
}

#ifdef CONFIG_PCIEAER
static u32 *aer(struct fake_fn *fn, int reg)
{
	return &fn->cfg[(AER + reg) / 4];
}

static void add_ends_with_aer(struct kunit *test)
{
	struct fake_hb *f = test->priv;

	add_ends(test);
	f->ep->pdev.aer_cap = AER;
	f->rp->pdev.aer_cap = AER;
	*aer(f->ep, PCI_ERR_UNCOR_MASK) = 0x70400000;
	*aer(f->rp, PCI_ERR_UNCOR_MASK) = 0x50400000;
}

static void errors_are_unmasked_while_ends_are_on(struct kunit *test)
{
	struct fake_hb *f = test->priv;
	struct pci_ide *a, *b;

	add_ends_with_aer(test);
	a = stream_of(test, f->ep);
	b = stream_of(test, f->ep);
	do_steps(test, a, 5);
	do_steps(test, b, 5);
	KUNIT_EXPECT_EQ(test, *aer(f->ep, PCI_ERR_UNCOR_MASK), 0x00400000);
	KUNIT_EXPECT_EQ(test, *aer(f->rp, PCI_ERR_UNCOR_MASK), 0x00400000);
	/* The fake keeps what clears a bit */
	KUNIT_EXPECT_EQ(test, *aer(f->ep, PCI_ERR_UNCOR_STATUS), 0x70000000);

	pci_ide_stream_release(a);
	KUNIT_EXPECT_EQ(test, *aer(f->ep, PCI_ERR_UNCOR_MASK), 0x00400000);
	pci_ide_stream_disable(&f->ep->pdev, b);
	KUNIT_EXPECT_EQ(test, *aer(f->ep, PCI_ERR_UNCOR_MASK), 0x70400000);
	KUNIT_EXPECT_EQ(test, *aer(f->rp, PCI_ERR_UNCOR_MASK), 0x00400000);
	pci_ide_stream_release(b);
	KUNIT_EXPECT_EQ(test, *aer(f->rp, PCI_ERR_UNCOR_MASK), 0x50400000);
}

static void errors_of_ide_are_cleared(struct kunit *test)
{
	struct fake_hb *f = test->priv;

	add_ends_with_aer(test);
	pci_ide_aer(&f->rp->pdev, PCI_ERR_UNC_SURPDN);
	KUNIT_EXPECT_EQ(test, *aer(f->rp, PCI_ERR_UNCOR_STATUS), 0);
	pci_ide_aer(&f->rp->pdev, PCI_ERR_UNC_IDE_CHECK | PCI_ERR_UNC_SURPDN);
	KUNIT_EXPECT_EQ(test, *aer(f->rp, PCI_ERR_UNCOR_STATUS), 0x10000000);

	/* They are not ours where firmware handles them */
	f->hb->native_aer = 0;
	pci_ide_aer(&f->rp->pdev, PCI_ERR_UNC_MISR_IDE);
	if (!pcie_ports_native)
		KUNIT_EXPECT_EQ(test, *aer(f->rp, PCI_ERR_UNCOR_STATUS), 0x10000000);
}
#endif /* CONFIG_PCIEAER */

/* A switch with a DSM, and below it a device with one of its own */
static void streams_do_not_share_requester_ids(struct kunit *test)
{
	struct fake_hb *f = test->priv;
	struct fake_fn *up = fake_end(test, f->rp, PCI_EXP_TYPE_UPSTREAM, 2);
	struct fake_fn *down = fake_make(test, up, PCI_EXP_TYPE_DOWNSTREAM);
	struct pci_ide *ide;

	up->cfg[CAP / 4 + 1] |= FLOWTHROUGH;
	down->cfg[CAP / 4 + 1] = FLOWTHROUGH;
	up->cfg[PCI_PRIMARY_BUS / 4] = 0x00070201;
	f->ep = fake_end(test, down, PCI_EXP_TYPE_ENDPOINT, 2);
	fake_add(test, f->rp);
	fake_add(test, up);
	fake_add(test, down);
	fake_add(test, f->ep);

	ide = stream_of(test, up);
	KUNIT_EXPECT_EQ(test, ide->partner[PCI_IDE_RP].rid_start, 0x0100);
	KUNIT_EXPECT_EQ(test, ide->partner[PCI_IDE_RP].rid_end, 0x07ff);
	KUNIT_EXPECT_EQ(test, PTR_ERR(pci_ide_stream_alloc(&f->ep->pdev)), -ERANGE);
	KUNIT_EXPECT_TRUE(test, ida_is_empty(&f->ep->pdev.ide_stream_ida));
	pci_ide_stream_release(ide);

	ide = stream_of(test, f->ep);
	KUNIT_EXPECT_EQ(test, PTR_ERR(pci_ide_stream_alloc(&up->pdev)), -ERANGE);
	pci_ide_stream_release(ide);
	KUNIT_EXPECT_TRUE(test, ida_is_empty(&f->hb->ide_stream_ida));

	/* The bridge does not answer: nothing is known, so all is taken */
	up->cfg[PCI_PRIMARY_BUS / 4] = ~0;
	ide = stream_of(test, up);
	KUNIT_EXPECT_EQ(test, ide->partner[PCI_IDE_RP].rid_end, 0xffff);
	pci_ide_stream_release(ide);
}

static void switch_passes_streams_while_there_are_any(struct kunit *test)
{
	struct fake_hb *f = test->priv;
	struct fake_fn *up = fake_make(test, f->rp, PCI_EXP_TYPE_UPSTREAM);
	struct fake_fn *down = fake_make(test, up, PCI_EXP_TYPE_DOWNSTREAM);
	struct pci_ide *a, *b;

	up->cfg[CAP / 4 + 1] = FLOWTHROUGH;
	f->ep = fake_end(test, down, PCI_EXP_TYPE_ENDPOINT, 2);
	fake_add(test, f->rp);
	fake_add(test, up);
	fake_add(test, down);
	fake_add(test, f->ep);
	KUNIT_EXPECT_EQ(test, PTR_ERR(pci_ide_stream_alloc(&f->ep->pdev)), -EOPNOTSUPP);

	down->cfg[CAP / 4 + 1] = FLOWTHROUGH;
	a = stream_of(test, f->ep);
	b = stream_of(test, f->ep);
	do_steps(test, a, 3);
	/* A reset between the two */
	up->cfg[CAP / 4 + 2] = 0;
	down->cfg[CAP / 4 + 2] = 0;
	do_steps(test, b, 3);
	KUNIT_EXPECT_EQ(test, up->cfg[CAP / 4 + 2], FLOWTHROUGH);
	KUNIT_EXPECT_EQ(test, down->cfg[CAP / 4 + 2], FLOWTHROUGH);
	pci_ide_stream_release(a);
	KUNIT_EXPECT_EQ(test, down->cfg[CAP / 4 + 2], FLOWTHROUGH);
	pci_ide_stream_release(b);
	KUNIT_EXPECT_EQ(test, up->cfg[CAP / 4 + 2], 0);
	KUNIT_EXPECT_EQ(test, down->cfg[CAP / 4 + 2], 0);
}

static struct kunit_case ide_cases[] = {
	KUNIT_CASE(function_without_ide_is_left_alone),
	KUNIT_CASE(idle_blocks_get_the_reserved_id),
	KUNIT_CASE(release_undoes_every_partial_state),
	KUNIT_CASE(enabled_stream_has_its_registers),
	KUNIT_CASE(idle_blocks_get_the_reserved_id_again),
	KUNIT_CASE_PARAM(each_end_does_what_it_can, end_gen_params),
	KUNIT_CASE(ends_do_what_the_driver_chooses),
	KUNIT_CASE(id_that_was_chosen_is_forgotten),
	KUNIT_CASE(steps_out_of_order_are_refused),
	KUNIT_CASE(each_pool_runs_dry_with_enospc),
	KUNIT_CASE(firmware_keeps_its_stream),
	KUNIT_CASE(enable_fails_if_never_secure),
	KUNIT_CASE(functions_that_cannot_have_streams_are_refused),
	KUNIT_CASE(aer_looks_at_streams_that_run),
	KUNIT_CASE(end_that_is_enabled_is_watched),
#ifdef CONFIG_PCIEAER
	KUNIT_CASE(errors_are_unmasked_while_ends_are_on),
	KUNIT_CASE(errors_of_ide_are_cleared),
#endif
	KUNIT_CASE(streams_do_not_share_requester_ids),
	KUNIT_CASE(switch_passes_streams_while_there_are_any),
	{ }
};

static struct kunit_suite ide_suite = {
	.name = "pci_ide",
	.init = fake_hb_init,
	.test_cases = ide_cases,
};

kunit_test_suite(ide_suite);
