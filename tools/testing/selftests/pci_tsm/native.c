// SPDX-License-Identifier: GPL-2.0
/*
 * Native SPDM from end to end: the kernel's requester, the DOE mailbox of an
 * emulated device, the software DSM behind it, and IDE keys in both ports.
 */
#include <sys/stat.h>

#include "../kselftest_harness.h"
#include "native.h"

FIXTURE(native) {
	struct bdf ep;
};

FIXTURE_SETUP(native)
{
	ASSERT_TRUE(native_load("topology=ep*2", "", ""));
	ASSERT_TRUE(devsec_find(&self->ep, "ep", "endpoint", 0));
}

FIXTURE_TEARDOWN(native)
{
	EXPECT_TRUE(native_unload());
}

/* Nothing is left of a connection: no stream, no key, no name */
static void is_apart(struct __test_metadata *_metadata, const char *ep)
{
	EXPECT_STREQ("", get(DEV "tsm/connect", ep));
	EXPECT_STREQ("", get(DEV "authenticated", ep));
	EXPECT_STREQ("255", get(DEV "../../available_secure_streams", ep));
	EXPECT_NE(0, run("grep ' stream=' " BUS_DEBUG "state"));
}

TEST_F(native, a_device_with_an_anchor_is_verified_and_gets_a_stream)
{
	const char *ep = self->ep.s;

	ASSERT_EQ(0, put("1", DEV "tsm/connect", ep));
	EXPECT_STREQ("connected", get(DEV "tsm/state", ep));
	EXPECT_STREQ("tsm0", get(DEV "tsm/connect", ep));
	EXPECT_STREQ("tsm0", get(DEV "authenticated", ep));
	EXPECT_STREQ("verified", info(ep, "identity"));
	EXPECT_STRNE("none", info(ep, "session"));
	EXPECT_STRNE("none", info(ep, "stream"));
	EXPECT_EQ(2, secure_ends());
	EXPECT_EQ(0, put("1", DEV "tsm/disconnect", ep));
	EXPECT_STREQ("disconnected", get(DEV "tsm/state", ep));
	is_apart(_metadata, ep);
}

TEST_F(native, without_an_anchor_there_is_ENOKEY_and_nothing_left)
{
	const char *ep = self->ep.s;

	ASSERT_EQ(0, run(ANCHOR "clear"));
	EXPECT_EQ(-ENOKEY, put("1", DEV "tsm/connect", ep));
	EXPECT_STREQ("disconnected", get(DEV "tsm/state", ep));
	is_apart(_metadata, ep);
}

TEST_F(native, trust_on_first_use_connects_and_authenticates_nobody)
{
	const char *ep = self->ep.s;

	ASSERT_EQ(0, run(ANCHOR "clear"));
	ASSERT_EQ(0, put("1", NATIVE_PARAM "trust_unknown"));
	EXPECT_EQ(0, put("1", DEV "tsm/connect", ep));
	EXPECT_STREQ("connected", get(DEV "tsm/state", ep));
	EXPECT_STREQ("", get(DEV "authenticated", ep));
	EXPECT_STREQ("unverified", info(ep, "identity"));
	EXPECT_EQ(2, secure_ends());
	EXPECT_EQ(0, put("1", DEV "tsm/disconnect", ep));
	is_apart(_metadata, ep);
}

static const struct {
	const char *name;
	int rc;
} variants[] = {
	{ "expired", -EKEYREJECTED },
	{ "wrong-san", -EKEYREJECTED },
	{ "leaf-ca", -EKEYREJECTED },
	{ "no-digsig", -EKEYREJECTED },
	{ "no-constraints", -EKEYREJECTED },
	{ "wrong-eku", -EKEYREJECTED },
	{ "bad-link", -EKEYREJECTED },
	{ "foreign", -ENOKEY },
};

TEST_F(native, bad_chains_are_refused)
{
	const char *ep = self->ep.s;

	for (int i = 0; i < ARRAY_SIZE(variants); i++) {
		TH_LOG("%s", variants[i].name);
		ASSERT_TRUE(dsm_start(str("--identity-variant %s", variants[i].name)));
		EXPECT_EQ(variants[i].rc, put("1", DEV "tsm/connect", ep));
		EXPECT_STREQ("disconnected", get(DEV "tsm/state", ep));
		is_apart(_metadata, ep);
	}
}

/* Versions before 1.3 do not ask for what it lacks */
TEST_F(native, a_leaf_without_constraints_is_good_for_older_versions)
{
	const char *ep = self->ep.s;

	ASSERT_TRUE(dsm_start("--identity-variant no-constraints --version 1.2"));
	EXPECT_EQ(0, put("1", DEV "tsm/connect", ep));
	EXPECT_STREQ("tsm0", get(DEV "authenticated", ep));
	EXPECT_EQ(0, put("1", DEV "tsm/disconnect", ep));
}

TEST_F(native, an_anchor_that_goes_is_a_loss)
{
	const char *ep = self->ep.s;

	ASSERT_EQ(0, put("1", NATIVE_PARAM "recheck_s"));
	ASSERT_EQ(0, put("1", DEV "tsm/connect", ep));
	ASSERT_EQ(0, run(ANCHOR "clear"));
	EXPECT_STREQ("failed", await("failed", 30000, DEV "tsm/state", ep));
	EXPECT_STREQ("anchor-revoked", get(DEV "tsm/reason", ep));
	EXPECT_STREQ("", get(DEV "authenticated", ep));
	EXPECT_EQ(0, put("1", DEV "tsm/disconnect", ep));
	is_apart(_metadata, ep);
}

TEST_F(native, a_session_that_dies_is_a_loss)
{
	const char *ep = self->ep.s;

	ASSERT_TRUE(dsm_start("--heartbeat 4 --fault silent:HEARTBEAT@4"));
	ASSERT_EQ(0, put("1", DEV "tsm/connect", ep));
	EXPECT_STREQ("4", info(ep, "heartbeat"));
	/* Not before the fourth; and that is more than twice the period away */
	sleep(5);
	EXPECT_STREQ("connected", get(DEV "tsm/state", ep));
	EXPECT_STREQ("failed", await("failed", 30000, DEV "tsm/state", ep));
	EXPECT_STREQ("session", get(DEV "tsm/reason", ep));
	EXPECT_EQ(0, put("1", DEV "tsm/disconnect", ep));
	/* The device has not been told, and keeps its keys; the root port does not */
	EXPECT_EQ(0, secure_ends());
	EXPECT_EQ(0, put("1", DEV "reset", ep));
	is_apart(_metadata, ep);
}

/* There is no heartbeat: nothing but the failed op tells that the session is over */
TEST_F(native, a_session_that_dies_of_an_op_is_a_loss)
{
	const char *ep = self->ep.s;

	ASSERT_TRUE(dsm_start("--fault silent:MEASUREMENTS"));
	ASSERT_EQ(0, put("1", DEV "tsm/connect", ep));
	EXPECT_EQ(-EIO, put("random", NATIVE_DEBUG "%s/refresh", ep));
	EXPECT_STREQ("failed", await("failed", 10000, DEV "tsm/state", ep));
	EXPECT_STREQ("session", get(DEV "tsm/reason", ep));
	EXPECT_STREQ("", get(DEV "authenticated", ep));
	EXPECT_EQ(0, put("1", DEV "tsm/disconnect", ep));
	EXPECT_EQ(0, put("1", DEV "reset", ep));
	is_apart(_metadata, ep);
}

static bool wait_key(void)
{
	for (int n = 0; n < 1500; n++, usleep(10000))
		if (!run("grep -q ':key-' " BUS_DEBUG "state"))
			return true;
	return false;
}

/* Each of IDE_KM's answers takes long enough to be met under way */
TEST_F(native, a_connect_that_is_cancelled_leaves_no_key_in_the_device)
{
	const char *ep = self->ep.s;
	pid_t pid;

	ASSERT_TRUE(dsm_start("--fault late:100:VENDOR_DEFINED"));
	pid = put_begin("1", DEV "tsm/connect", ep);
	EXPECT_TRUE(wait_key());
	EXPECT_EQ(0, put("1", DEV "tsm/disconnect", ep));
	EXPECT_EQ(-ECANCELED, put_end(pid));
	is_apart(_metadata, ep);
}

TEST_F(native, a_device_that_does_not_let_go_is_left)
{
	const char *ep = self->ep.s;
	long begin;

	ASSERT_TRUE(dsm_start("--fault busy:forever:END_SESSION"));
	ASSERT_EQ(0, put("1", DEV "tsm/connect", ep));
	begin = now_ms();
	EXPECT_EQ(0, put("1", DEV "tsm/disconnect", ep));
	EXPECT_GT(8000, now_ms() - begin);
	is_apart(_metadata, ep);
}

/* The device waits to be asked for the rest, and answers the next question by saying so */
TEST_F(native, a_refresh_that_is_cancelled_between_chunks_harms_no_other)
{
	const char *ep = self->ep.s;
	int met = 0;
	pid_t pid;

	ASSERT_EQ(0, put("256", NATIVE_PARAM "max_object"));
	ASSERT_TRUE(dsm_start("--fault late:150:CHUNK_GET"));
	ASSERT_EQ(0, put("1", DEV "tsm/connect", ep));
	for (int i = 0; i < 5; i++) {
		pid = put_begin("random", NATIVE_DEBUG "%s/refresh", ep);
		usleep(100000 + i * 75000);
		kill(pid, SIGKILL);
		met += put_end(pid) == -EINTR;
		EXPECT_EQ(0, put("random", NATIVE_DEBUG "%s/refresh", ep));
	}
	EXPECT_LT(0, met);
	EXPECT_STREQ("connected", get(DEV "tsm/state", ep));
	EXPECT_EQ(0, put("1", DEV "tsm/disconnect", ep));
}

/* It signs that it can have sessions, and the mailbox that it takes no records: one lies */
TEST_F(native, a_mailbox_that_hides_records_is_refused)
{
	struct bdf ep;

	ASSERT_TRUE(native_unload());
	ASSERT_TRUE(native_load("topology=ep doe_records=0", "", ""));
	ASSERT_TRUE(devsec_find(&ep, "ep", "endpoint", 0));
	EXPECT_EQ(-EOPNOTSUPP, put("1", DEV "tsm/connect", ep.s));
	is_apart(_metadata, ep.s);
	/* Of one without sessions nothing is missing */
	ASSERT_TRUE(dsm_start("--without session"));
	EXPECT_EQ(0, put("1", DEV "tsm/connect", ep.s));
	EXPECT_STREQ("tsm0", get(DEV "authenticated", ep.s));
	EXPECT_EQ(0, put("1", DEV "tsm/disconnect", ep.s));
}

/* This kernel compares digests of measurements, and need not compute them */
TEST_F(native, a_device_measures_by_whatever_hash)
{
	const char *ep = self->ep.s;

	ASSERT_TRUE(dsm_start("--meas-hash sha3-384"));
	ASSERT_EQ(0, put("1", DEV "tsm/connect", ep));
	EXPECT_STREQ("SHA3-384", info(ep, "meas_hash"));
	EXPECT_EQ(0, put("random", NATIVE_DEBUG "%s/refresh", ep));
	EXPECT_EQ(0, put("1", DEV "tsm/disconnect", ep));
}

TEST_F(native, parameters_out_of_range_are_refused)
{
	EXPECT_EQ(-EINVAL, put("255", NATIVE_PARAM "max_object"));
	EXPECT_EQ(-EINVAL, put("65537", NATIVE_PARAM "max_object"));
	EXPECT_STREQ("4096", get(NATIVE_PARAM "max_object"));
	EXPECT_EQ(-EINVAL, put("0xf", NATIVE_PARAM "max_version"));
	EXPECT_EQ(-EINVAL, put("0x14", NATIVE_PARAM "max_version"));
	EXPECT_EQ(-EINVAL, put("0", NATIVE_PARAM "rekey_messages"));
	EXPECT_EQ(-EINVAL, put("2147483648", NATIVE_PARAM "rekey_messages"));
	EXPECT_STREQ("19", get(NATIVE_PARAM "max_version"));
	EXPECT_EQ(0, put("0x10", NATIVE_PARAM "max_version"));
	EXPECT_EQ(0, put("256", NATIVE_PARAM "max_object"));
	EXPECT_EQ(0, put("1", DEV "tsm/connect", self->ep.s));
	EXPECT_STREQ("1.0", info(self->ep.s, "version"));
	EXPECT_EQ(0, put("1", DEV "tsm/disconnect", self->ep.s));
}

static const struct {
	const char *what;
	const char *undo;
} blows[] = {
	{ "echo 1 >/sys/bus/pci/devices/%s/reset", "true" },
	{ "echo 1 >/sys/bus/pci/devices/%s/remove", "echo 1 >/sys/bus/pci/rescan" },
	{ ": %s; rmmod native_tsm", "modprobe native_tsm" },
	{ ": %s; kill -9 $(cat " DSM_PID "); rm -f " DSM_PID, "true" },
};

/* At any step of a connect; what comes of it is not the point, but what is left */
TEST_F(native, whatever_happens_meanwhile_the_next_connect_works)
{
	const char *ep = self->ep.s;
	pid_t pid;

	for (int i = 0; i < ARRAY_SIZE(blows) * 4; i++) {
		TH_LOG("%s after %d ms", blows[i / 4].what, i % 4 * 90);
		ASSERT_TRUE(dsm_start("--fault late:30"));
		pid = put_begin("1", DEV "tsm/connect", ep);
		usleep(i % 4 * 90000);
		ASSERT_EQ(0, run(blows[i / 4].what, ep));
		put_end(pid);
		ASSERT_EQ(0, run("%s", blows[i / 4].undo));
		put("1", DEV "tsm/disconnect", ep);
		ASSERT_TRUE(dsm_start(""));
		EXPECT_EQ(0, put("1", DEV "reset", ep));
		EXPECT_EQ(0, put("1", DEV "tsm/connect", ep));
		EXPECT_EQ(2, secure_ends());
		EXPECT_EQ(0, put("1", DEV "tsm/disconnect", ep));
		is_apart(_metadata, ep);
	}
}

TEST_F(native, evidence_has_the_nonce_that_was_asked_for)
{
	static const char nonce[] =
		"00112233445566778899aabbccddeeff0123456789abcdeffedcba9876543210";
	const char *ep = self->ep.s;

	ASSERT_EQ(0, put("1", DEV "tsm/connect", ep));
	EXPECT_STREQ("ENODATA", get(NATIVE_DEBUG "%s/measurements", ep));
	EXPECT_EQ(-EINVAL, put("0011", NATIVE_DEBUG "%s/refresh", ep));
	/* Nothing can be signed with a slot that has no chain */
	EXPECT_EQ(-EOPNOTSUPP, put("random 5", NATIVE_DEBUG "%s/refresh", ep));
	ASSERT_EQ(0, put(nonce, NATIVE_DEBUG "%s/refresh", ep));
	EXPECT_EQ(0, run("xxd -p " NATIVE_DEBUG "%s/measurements | tr -d '\\n' | grep -q %s", ep,
			 nonce));
	EXPECT_EQ(0, run("[ $(wc -c <" NATIVE_DEBUG "%s/slot0) -gt 1000 ]", ep));
	/* GET_VERSION is what a VCA begins with */
	EXPECT_EQ(0, run("xxd -p -l 4 " NATIVE_DEBUG "%s/vca | grep -q 10840000", ep));
	EXPECT_EQ(0, put("random", NATIVE_DEBUG "%s/refresh", ep));
	EXPECT_NE(0, run("xxd -p " NATIVE_DEBUG "%s/measurements | tr -d '\\n' | grep -q %s", ep,
			 nonce));
	EXPECT_EQ(0, put("1", DEV "tsm/disconnect", ep));
	EXPECT_EQ(-ENXIO, put("random", NATIVE_DEBUG "%s/refresh", ep));
}

/* VERSION, CAPABILITIES, ALGORITHMS, DIGESTS, CERTIFICATE, KEY_EXCHANGE, FINISH */
TEST_F(native, a_chain_is_read_once)
{
	const char *ep = self->ep.s;
	int first;

	ASSERT_TRUE(dsm_start("--without session"));
	ASSERT_EQ(0, put("1", DEV "tsm/connect", ep));
	first = atoi(info(ep, "messages"));
	EXPECT_EQ(6, first);
	ASSERT_EQ(0, put("1", DEV "tsm/disconnect", ep));
	ASSERT_EQ(0, put("1", DEV "tsm/connect", ep));
	EXPECT_EQ(5, atoi(info(ep, "messages")));
	EXPECT_EQ(0, put("1", DEV "tsm/disconnect", ep));
}

TEST_F(native, a_device_without_sessions_is_challenged_and_gets_no_stream)
{
	const char *ep = self->ep.s;

	ASSERT_TRUE(dsm_start("--without session"));
	ASSERT_EQ(0, put("1", DEV "tsm/connect", ep));
	EXPECT_STREQ("tsm0", get(DEV "authenticated", ep));
	EXPECT_STREQ("none", info(ep, "session"));
	EXPECT_STREQ("none", info(ep, "stream"));
	EXPECT_EQ(0, secure_ends());
	EXPECT_EQ(0, put("1", DEV "tsm/disconnect", ep));
	is_apart(_metadata, ep);
}

static const struct {
	const char *fault;
	int rc;
} faults[] = {
	{ "silent:CHALLENGE", 0 },	/* which is not sent */
	{ "silent:KEY_EXCHANGE", -EIO },
	{ "late:3000:DIGESTS", -EIO },
	{ "truncate:4:CERTIFICATE", -EPROTO },
	{ "flip:CERTIFICATE.chain:4000", -EKEYREJECTED },
	{ "extend:8:DIGESTS", -EPROTO },
	{ "wrong-code:ALGORITHMS", -EPROTO },
	{ "wrong-version:KEY_EXCHANGE_RSP", -EPROTO },
	{ "bad-signature:KEY_EXCHANGE", -EKEYREJECTED },
	{ "flip:KEY_EXCHANGE_RSP.random:17", -EKEYREJECTED },
	{ "flip:RECORD.tag:0", -EKEYREJECTED },
	/* Anybody on the way can say so: no reason to do without a session */
	{ "error:07:KEY_EXCHANGE", -EOPNOTSUPP },
	{ "error:05:CAPABILITIES", -EPROTO },
	{ "busy:2:DIGESTS", 0 },
	{ "busy:forever:DIGESTS", -EIO },
	{ "not-ready:2:KEY_EXCHANGE", 0 },
};

TEST_F(native, a_device_that_misbehaves_is_refused_and_works_afterwards)
{
	const char *ep = self->ep.s;

	for (int i = 0; i < ARRAY_SIZE(faults); i++) {
		TH_LOG("%s", faults[i].fault);
		ASSERT_TRUE(dsm_start(str("--fault %s", faults[i].fault)));
		/* A new one knows no chain */
		ASSERT_EQ(0, run("rmmod native_tsm && modprobe native_tsm"));
		EXPECT_EQ(faults[i].rc, put("1", DEV "tsm/connect", ep));
		if (!faults[i].rc)
			EXPECT_EQ(0, put("1", DEV "tsm/disconnect", ep));
		is_apart(_metadata, ep);
		/* What DOE has given up on comes back with a reset */
		EXPECT_EQ(0, put("1", DEV "reset", ep));
		ASSERT_TRUE(dsm_start(""));
		EXPECT_EQ(0, put("1", DEV "tsm/connect", ep));
		EXPECT_EQ(0, put("1", DEV "tsm/disconnect", ep));
	}
}

TEST_HARNESS_MAIN
