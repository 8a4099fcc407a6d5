// SPDX-License-Identifier: GPL-2.0
/*
 * The family pci-tsm as a program uses it: what it says of TSMs and devices, verbs
 * and their ends, events in order.
 */
#include "../kselftest_harness.h"
#include "nl.h"

FIXTURE(netlink) {
	struct bdf ep;
	struct ynl_sock *ys;
};

FIXTURE_SETUP(netlink)
{
	ASSERT_TRUE(devsec_load("topology=ep", ""));
	ASSERT_TRUE(devsec_find(&self->ep, "ep", "endpoint", 0));
	self->ys = nl_open();
	ASSERT_NE(NULL, self->ys);
}

FIXTURE_TEARDOWN(netlink)
{
	ynl_sock_destroy(self->ys);
	EXPECT_TRUE(devsec_unload());
}

TEST_F(netlink, a_tsm_says_what_it_can)
{
	struct pci_tsm_tsm_get_list *list = pci_tsm_tsm_get_dump(self->ys);
	unsigned int nr = 0;

	ASSERT_NE(NULL, list);
	ynl_dump_foreach(list, tsm) {
		EXPECT_EQ(PCI_TSM_MODE_LINK, tsm->mode);
		EXPECT_STREQ(str("tsm%u", tsm->id), tsm->name);
		EXPECT_EQ(0, run("[ $(basename $(readlink -f /sys/class/tsm/%s/device)) = %s ]",
				 tsm->name, tsm->parent));
		EXPECT_EQ(0, tsm->connections);
		EXPECT_TRUE(tsm->caps & PCI_TSM_TSM_CAP_BIND);
		nr++;
	}
	EXPECT_EQ(1, nr);
	pci_tsm_tsm_get_list_free(list);
}

TEST_F(netlink, connect_and_disconnect)
{
	struct pci_tsm_dev_get_rsp *dev;
	__u64 cookie;

	cookie = nl_connect(self->ys, self->ep.s);
	ASSERT_NE(0, cookie);
	ASSERT_EQ(0, nl_end(self->ys, cookie, 10000));
	EXPECT_STREQ("connected", get(DEV "tsm/state", self->ep.s));

	dev = nl_dev(self->ys, self->ep.s);
	ASSERT_NE(NULL, dev);
	EXPECT_EQ(PCI_TSM_STATE_CONNECTED, dev->state);
	EXPECT_EQ(PCI_TSM_REASON_REQUEST, dev->reason);
	EXPECT_EQ(PCI_TSM_IDENTITY_UNVERIFIED, dev->identity);
	EXPECT_EQ(1, dev->counters.connects);
	ASSERT_EQ(1, dev->n_stream);
	EXPECT_STREQ("stream0.0.0", dev->stream[0].name);
	pci_tsm_dev_get_rsp_free(dev);

	cookie = nl_connect(self->ys, self->ep.s);
	ASSERT_NE(0, cookie);
	EXPECT_EQ(EBUSY, nl_end(self->ys, cookie, 10000));
	cookie = nl_disconnect(self->ys, self->ep.s);
	ASSERT_NE(0, cookie);
	ASSERT_EQ(0, nl_end(self->ys, cookie, 10000));
	cookie = nl_disconnect(self->ys, self->ep.s);
	ASSERT_NE(0, cookie);
	EXPECT_EQ(ENXIO, nl_end(self->ys, cookie, 10000));
}

static void next_state(struct __test_metadata *_metadata, struct ynl_sock *ys, int old, int state,
		       int seq)
{
	struct pci_tsm_dev_get_ntf *ntf = (void *)nl_next(ys, PCI_TSM_CMD_DEV_NTF, 10000);

	ASSERT_NE(NULL, ntf);
	EXPECT_EQ(PCI_TSM_EVENT_STATE, ntf->obj.event);
	EXPECT_EQ(old, ntf->obj.old_state);
	EXPECT_EQ(state, ntf->obj.state);
	EXPECT_EQ(seq, ntf->obj.seq);
	ynl_ntf_free((void *)ntf);
}

TEST_F(netlink, events_tell_each_transition_in_order)
{
	struct ynl_sock *ys = nl_open();

	ASSERT_NE(NULL, ys);
	ASSERT_EQ(0, ynl_subscribe(ys, "events"));
	ASSERT_EQ(0, put("1", DEV "tsm/connect", self->ep.s));
	ASSERT_EQ(0, put("1", DEV "tsm/disconnect", self->ep.s));
	next_state(_metadata, ys, PCI_TSM_STATE_DISCONNECTED, PCI_TSM_STATE_CONNECTING, 1);
	next_state(_metadata, ys, PCI_TSM_STATE_CONNECTING, PCI_TSM_STATE_CONNECTED, 2);
	next_state(_metadata, ys, PCI_TSM_STATE_CONNECTED, PCI_TSM_STATE_DISCONNECTING, 3);
	next_state(_metadata, ys, PCI_TSM_STATE_DISCONNECTING, PCI_TSM_STATE_DISCONNECTED, 4);
	ynl_sock_destroy(ys);
}

TEST_HARNESS_MAIN
