// SPDX-License-Identifier: GPL-2.0
/*
 * Who may do what: anybody looks at TSMs, devices, certificates and digests; the
 * rest is for who has CAP_SYS_ADMIN where the machine is administered, whoever
 * opened the socket. Other network namespaces do not have the family.
 */
#include <sched.h>
#include <sys/prctl.h>

#include "../kselftest_harness.h"
#include "nl_raw.h"

#define NOBODY		65534
#define CHAIN		"0 3000 1"
#define MEASUREMENTS	"9 2000 1"
#define ALL_TYPES	0xfff

FIXTURE(who) {
	struct bdf ep;
	struct raw nl;
};

FIXTURE_SETUP(who)
{
	__u64 cookie;

	ASSERT_TRUE(devsec_load("topology=ep", ""));
	ASSERT_TRUE(devsec_find(&self->ep, "ep", "endpoint", 0));
	self->nl = raw_open();
	ASSERT_EQ(0, self->nl.error);
	ASSERT_EQ(0, put(CHAIN, TSM_DEBUG "evidence"));
	ASSERT_EQ(0, put(MEASUREMENTS, TSM_DEBUG "evidence"));
	ASSERT_EQ(0, raw_do(&self->nl, PCI_TSM_CMD_CONNECT, self->ep.s));
	cookie = raw_refresh(&self->nl, self->ep.s, ALL_TYPES, 7);
	ASSERT_NE(0, cookie);
	ASSERT_EQ(0, raw_end(&self->nl, cookie, 20000));
}

FIXTURE_TEARDOWN(who)
{
	raw_close(&self->nl);
	EXPECT_TRUE(devsec_unload());
}

/* What a dump of evidence had */
struct seen {
	__u32 types;		/* of which something was told */
	__u32 with_data;
	bool nonce;
};

static void see(const struct nlmsghdr *h, void *data)
{
	struct seen *seen = data;
	__u32 type = 1 << raw_num(h, PCI_TSM_A_OBJECT_TYPE);

	seen->types |= type;
	if (raw_attr(h, PCI_TSM_A_OBJECT_DATA))
		seen->with_data |= type;
	seen->nonce |= !!raw_attr(h, PCI_TSM_A_OBJECT_NONCE);
}

static int get_evidence(struct raw *r, const char *dev, __u32 types, bool digests,
			struct seen *seen)
{
	static struct raw_msg m;

	memset(seen, 0, sizeof(*seen));
	raw_begin(&m, r->family, PCI_TSM_CMD_EVIDENCE_GET, NLM_F_DUMP);
	raw_str(&m, PCI_TSM_A_OBJECT_DEV_NAME, dev);
	if (types)
		raw_u32(&m, PCI_TSM_A_OBJECT_TYPES, types);
	if (digests)
		raw_put(&m, PCI_TSM_A_OBJECT_DIGESTS, NULL, 0);
	return raw_talk_each(r, &m, see, seen);
}

/* No verb is for him, and nothing comes of it; returns the line that failed */
static int verbs_are_refused(struct raw *r, const char *dev)
{
	static const int verbs[] = {
		PCI_TSM_CMD_CONNECT, PCI_TSM_CMD_DISCONNECT, PCI_TSM_CMD_LOCK,
		PCI_TSM_CMD_UNLOCK, PCI_TSM_CMD_ACCEPT, PCI_TSM_CMD_EVIDENCE_SET,
	};

	for (int i = 0; i < ARRAY_SIZE(verbs); i++)
		if (raw_verb(r, verbs[i], dev) || r->error != EPERM)
			return __LINE__;
	if (raw_refresh(r, dev, 1, 0) || r->error != EPERM)
		return __LINE__;
	if (raw_cancel(r, 1) != EPERM)
		return __LINE__;
	/* Not even what devices there are is found out that way */
	if (raw_verb(r, PCI_TSM_CMD_CONNECT, "9999:99:09.0") || r->error != EPERM)
		return __LINE__;
	return 0;
}

static int looks_only(struct raw *r, const char *dev)
{
	struct seen seen;

	if (raw_dev_num(r, dev, PCI_TSM_A_DEV_STATE) != PCI_TSM_STATE_CONNECTED)
		return __LINE__;
	/* All that he may have, which is certificates */
	if (get_evidence(r, dev, 0, false, &seen) || seen.types != 1 || seen.with_data != 1)
		return __LINE__;
	if (get_evidence(r, dev, 1, false, &seen) || seen.with_data != 1)
		return __LINE__;
	/* And digests of the rest, without what says who asked when */
	if (get_evidence(r, dev, 0, true, &seen) || seen.types != 0x201 || seen.with_data ||
	    seen.nonce)
		return __LINE__;
	for (int type = 8; type < 12; type++)
		if (get_evidence(r, dev, 1 << type | 1, false, &seen) != EPERM ||
		    r->bad != PCI_TSM_A_OBJECT_TYPES || seen.types)
			return __LINE__;
	return verbs_are_refused(r, dev);
}

static bool become_nobody(void)
{
	return !setgid(NOBODY) && !setuid(NOBODY);
}

/* What a child found out: the line that failed, or 0 */
static int child_says(pid_t pid)
{
	int status = -1;

	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

#define in_child(what)		({ pid_t _pid = fork(); if (!_pid) _exit(what); child_says(_pid); })

TEST_F(who, an_administrator_sees_all)
{
	struct seen seen;

	EXPECT_EQ(0, get_evidence(&self->nl, self->ep.s, 0, false, &seen));
	EXPECT_EQ(0x201, seen.types);
	EXPECT_EQ(0x201, seen.with_data);
	EXPECT_TRUE(seen.nonce);
	EXPECT_EQ(0, get_evidence(&self->nl, self->ep.s, 0, true, &seen));
	EXPECT_EQ(0x201, seen.types);
	EXPECT_EQ(0, seen.with_data);
	EXPECT_TRUE(seen.nonce);
}

static int as_nobody(const char *dev)
{
	struct raw r;

	if (!become_nobody())
		return __LINE__;
	r = raw_open();
	return r.error ? __LINE__ : looks_only(&r, dev);
}

TEST_F(who, an_unprivileged_user_looks_only)
{
	EXPECT_EQ(0, in_child(as_nobody(self->ep.s)));
	EXPECT_STREQ("connected", get(DEV "tsm/state", self->ep.s));
}

static int as_root_of_a_namespace(const char *dev)
{
	struct raw r;

	if (unshare(CLONE_NEWUSER))
		return __LINE__;
	r = raw_open();
	return r.error ? __LINE__ : looks_only(&r, dev);
}

/* CAP_SYS_ADMIN he has, but not here */
TEST_F(who, root_of_a_user_namespace_looks_only)
{
	EXPECT_EQ(0, in_child(as_root_of_a_namespace(self->ep.s)));
	EXPECT_STREQ("connected", get(DEV "tsm/state", self->ep.s));
}

static int with_a_socket_of_root(struct raw *r, const char *dev)
{
	return become_nobody() ? looks_only(r, dev) : __LINE__;
}

/* A socket that was handed down gives nobody a right; nor does root's use of another's */
TEST_F(who, it_takes_the_right_to_open_and_to_send)
{
	struct raw r = raw_open();

	EXPECT_EQ(0, in_child(with_a_socket_of_root(&r, self->ep.s)));
	raw_close(&r);

	ASSERT_EQ(0, seteuid(NOBODY));
	r = raw_open();
	ASSERT_EQ(0, seteuid(0));
	EXPECT_EQ(0, looks_only(&r, self->ep.s));
	raw_close(&r);
}

static int in_another_network(int family, const char *dev)
{
	struct raw r;

	if (unshare(CLONE_NEWNET))
		return __LINE__;
	r = raw_open();
	if (r.error != ENOENT || r.family)
		return __LINE__;
	/* It has a number, but not for him */
	r.family = family;
	if (raw_dev_num(&r, dev, PCI_TSM_A_DEV_STATE) || r.error != ENOENT)
		return __LINE__;
	if (raw_verb(&r, PCI_TSM_CMD_DISCONNECT, dev) || r.error != ENOENT)
		return __LINE__;
	return 0;
}

TEST_F(who, another_network_namespace_has_no_such_family)
{
	EXPECT_EQ(0, in_child(in_another_network(self->nl.family, self->ep.s)));
	EXPECT_STREQ("connected", get(DEV "tsm/state", self->ep.s));
}

TEST_HARNESS_MAIN
