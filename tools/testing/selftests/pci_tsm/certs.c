// SPDX-License-Identifier: GPL-2.0
/*
 * What a device tells of itself, from end to end: evidence that a connect leaves
 * behind and that is got anew, of the native TSM and of the emulated platform TSM,
 * with the software DSM as the device; certificates/slotN; the event.
 */
#include <sys/stat.h>

#include "../kselftest_harness.h"
#include "native.h"
#include "nl.h"
#include "uevent.h"

#define CERTS		DEV "certificates/"
#define ROOT		IDENTITY "ecdsa-p384/root.der"
#define LEAF		IDENTITY "ecdsa-p384/leaf-dec0-0010.der"
#define END_MS		60000

enum {
	SLOT0 = 1U << PCI_TSM_EVIDENCE_TYPE_SLOT0,
	VCA = 1U << PCI_TSM_EVIDENCE_TYPE_VCA,
	MEASUREMENTS = 1U << PCI_TSM_EVIDENCE_TYPE_MEASUREMENTS,
	CHALLENGE = 1U << PCI_TSM_EVIDENCE_TYPE_CHALLENGE,
	EVERYTHING = (2U << PCI_TSM_EVIDENCE_TYPE_MAX) - 1,
};

struct bytes {
	unsigned char data[65536];
	ssize_t len;
};

static struct bytes cert, other;

/* The bytes of a file, read in pieces; -1 and errno if there are none to be had */
static void slurp(struct bytes *b, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : 1;

	for (b->len = 0; n > 0; b->len += n)
		n = read(fd, b->data + b->len, sizeof(b->data) - b->len);
	if (n < 0)
		b->len = -1;
	close(fd);
}

/* Ask for evidence: the cookie, or 0 */
static __u64 refresh(struct ynl_sock *ys, const char *dev, __u32 types, int seed)
{
	struct pci_tsm_evidence_refresh_req *req = pci_tsm_evidence_refresh_req_alloc();
	struct pci_tsm_evidence_refresh_rsp *rsp;
	char nonce[PCI_TSM_NONCE_SIZE];
	__u64 cookie;

	memset(nonce, seed, sizeof(nonce));
	pci_tsm_evidence_refresh_req_set_dev_name(req, dev);
	pci_tsm_evidence_refresh_req_set_types(req, types);
	pci_tsm_evidence_refresh_req_set_nonce(req, nonce, sizeof(nonce));
	rsp = pci_tsm_evidence_refresh(ys, req);
	pci_tsm_evidence_refresh_req_free(req);
	cookie = rsp ? rsp->cookie : 0;
	if (rsp)
		pci_tsm_evidence_refresh_rsp_free(rsp);
	return cookie;
}

static int refreshed(struct ynl_sock *ys, const char *dev, __u32 types, int seed)
{
	__u64 cookie = refresh(ys, dev, types, seed);

	return cookie ? nl_end(ys, cookie, END_MS) : -1;
}

static __u64 generation(struct ynl_sock *ys, const char *dev)
{
	struct pci_tsm_dev_get_rsp *rsp = nl_dev(ys, dev);
	__u64 generation = rsp ? rsp->generation : ~0ULL;

	if (rsp)
		pci_tsm_dev_get_rsp_free(rsp);
	return generation;
}

/* The answer to a request, or with cookie 0 what is known */
static struct pci_tsm_evidence_get_rsp_list *evidence(struct ynl_sock *ys, const char *dev,
						      __u64 cookie)
{
	struct pci_tsm_evidence_get_req_dump *req = pci_tsm_evidence_get_req_dump_alloc();
	struct pci_tsm_evidence_get_rsp_list *list;

	pci_tsm_evidence_get_req_dump_set_dev_name(req, dev);
	if (cookie)
		pci_tsm_evidence_get_req_dump_set_cookie(req, cookie);
	list = pci_tsm_evidence_get_dump(ys, req);
	pci_tsm_evidence_get_req_dump_free(req);
	return list;
}

/* Which types there are; each with digest and names, what is signed with slot and nonce */
static __u32 check_objects(struct __test_metadata *_metadata, struct ynl_sock *ys,
			   const char *dev, __u64 cookie, int seed)
{
	struct pci_tsm_evidence_get_rsp_list *list = evidence(ys, dev, cookie);
	char nonce[PCI_TSM_NONCE_SIZE];
	__u32 types = 0;

	memset(nonce, seed, sizeof(nonce));
	EXPECT_NE(NULL, list);
	if (!list)
		return 0;
	ynl_dump_foreach(list, obj) {
		bool is_signed = 1U << obj->type & (MEASUREMENTS | CHALLENGE);

		if (!obj->_present.digest_len)
			continue;
		types |= 1U << obj->type;
		EXPECT_STREQ("SHA-384", obj->hash);
		EXPECT_STREQ("ECDSA-P384", obj->signature);
		EXPECT_EQ(48, obj->_present.digest_len);
		EXPECT_EQ(0x13, obj->spdm_version);
		EXPECT_EQ(is_signed ? sizeof(nonce) : 0, obj->_present.nonce_len);
		EXPECT_EQ(is_signed, !!obj->_present.slot);
		EXPECT_LE(obj->record_offset + obj->record_length, obj->length);
		if (!is_signed)
			continue;
		EXPECT_EQ(0, memcmp(nonce, obj->nonce, sizeof(nonce)));
		/* Both requests begin with a header; then it comes */
		EXPECT_EQ(0, memcmp(nonce, obj->data + 4, sizeof(nonce)));
	}
	pci_tsm_evidence_get_rsp_list_free(list);
	return types;
}

FIXTURE(certs) {
	struct bdf ep;
	struct ynl_sock *ys;
	int fd;
};

FIXTURE_VARIANT(certs) {
	const char *tsm;
};

/* Without a session both give the same */
FIXTURE_VARIANT_ADD(certs, native) {
	.tsm = "native_tsm",
};

FIXTURE_VARIANT_ADD(certs, platform) {
	.tsm = "devsec_tsm evidence=1",
};

#define DSM_OPTIONS	"--asym ecdsa-p384 --hash sha384 "

static bool dsm_again(const char *options)
{
	return dsm_start(str(DSM_OPTIONS "--without session %s", options));
}

FIXTURE_SETUP(certs)
{
	ASSERT_TRUE(devsec_load("topology=ep,mf:2", NULL));
	ASSERT_TRUE(dsm_again(""));
	ASSERT_EQ(0, run(ANCHOR "clear"));
	ASSERT_EQ(0, run(ANCHOR "add " IDENTITY "root-*.der >/tmp/anchors"));
	ASSERT_EQ(0, run("modprobe %s", variant->tsm));
	ASSERT_TRUE(devsec_find(&self->ep, "ep", "endpoint", 0));
	self->ys = nl_open();
	ASSERT_NE(NULL, self->ys);
	self->fd = uevent_open();
	ASSERT_LE(0, self->fd);
}

FIXTURE_TEARDOWN(certs)
{
	close(self->fd);
	ynl_sock_destroy(self->ys);
	EXPECT_TRUE(native_unload());
}

TEST_F(certs, files_come_and_go_with_tsm_and_are_empty_without_connection)
{
	const char *ep = self->ep.s;
	struct bdf fn1, rp;
	struct stat st;

	for (int i = 0; i < 8; i++) {
		ASSERT_EQ(0, stat(str(CERTS "slot%d", ep, i), &st));
		EXPECT_EQ(S_IFREG | 0444, st.st_mode);
		slurp(&cert, str(CERTS "slot%d", ep, i));
		EXPECT_EQ(0, cert.len);
	}
	EXPECT_EQ(0, run("[ $(ls " CERTS " | wc -l) = 8 ]", ep));
	EXPECT_EQ(-EACCES, put("1", CERTS "slot0", ep));
	/* A function that another one's DSM governs has tsm/, and a port has neither */
	ASSERT_TRUE(devsec_find(&fn1, "mf", "endpoint", 1));
	ASSERT_TRUE(devsec_find(&rp, "ep", "root-port", 0));
	EXPECT_EQ(0, access(str(DEV "tsm/state", fn1.s), F_OK));
	EXPECT_EQ(-1, access(str(CERTS, fn1.s), F_OK));
	EXPECT_EQ(-1, access(str(CERTS, rp.s), F_OK));
	ASSERT_EQ(0, run("rmmod %.10s", variant->tsm));
	EXPECT_EQ(-1, access(str(CERTS, ep), F_OK));
	ASSERT_EQ(0, run("modprobe %s", variant->tsm));
	EXPECT_EQ(0, access(str(CERTS "slot7", ep), F_OK));
}

static bool reads_as(const char *path, int uid)
{
	int fd = setuid(uid) ? -1 : open(path, O_RDONLY);

	/* From anywhere, and nothing behind the end */
	for (ssize_t at = 0; at < cert.len; at += 333) {
		ssize_t n = pread(fd, other.data, 500, at);

		if (n != (cert.len - at < 500 ? cert.len - at : 500) ||
		    memcmp(cert.data + at, other.data, n))
			return false;
	}
	return !pread(fd, other.data, 500, cert.len) && !pread(fd, other.data, 500, 1 << 30);
}

/* Whatever the device has to be asked, it was asked already */
TEST_F(certs, a_connect_leaves_the_chain_and_the_vca)
{
	const char *ep = self->ep.s;
	struct bdf pf0;
	pid_t pid;

	ASSERT_EQ(0, put("1", DEV "tsm/connect", ep));
	EXPECT_NE(0, generation(self->ys, ep));
	EXPECT_EQ(SLOT0 | VCA, check_objects(_metadata, self->ys, ep, 0, 0));
	slurp(&cert, str(CERTS "slot0", ep));
	ASSERT_LT(1000, cert.len);
	/* Certificates and nothing else: they begin as the root does, and end as the leaf */
	EXPECT_EQ(0, run("cmp -n $(wc -c <" ROOT ") " ROOT " " CERTS "slot0", ep));
	EXPECT_EQ(0, run("tail -c $(wc -c <" LEAF ") " CERTS "slot0 | cmp - " LEAF, ep));
	slurp(&other, str(CERTS "slot5", ep));
	EXPECT_EQ(0, other.len);

	pid = fork();
	if (!pid)
		_exit(reads_as(str(CERTS "slot0", ep), 1000) ? 0 : 1);
	EXPECT_EQ(0, put_end(pid));
	/* Another device says nothing of this one */
	ASSERT_TRUE(devsec_find(&pf0, "mf", "endpoint", 0));
	slurp(&other, str(CERTS "slot0", pf0.s));
	EXPECT_EQ(0, other.len);

	EXPECT_EQ(0, put("1", DEV "tsm/disconnect", ep));
	slurp(&other, str(CERTS "slot0", ep));
	EXPECT_EQ(0, other.len);
	EXPECT_EQ(0, generation(self->ys, ep));
}

TEST_F(certs, evidence_that_is_new_is_told)
{
	const char *ep = self->ep.s;
	struct uevent u = {};
	__u64 was, cookie;

	ASSERT_EQ(0, put("1", DEV "tsm/connect", ep));
	was = generation(self->ys, ep);
	uevent_drain(self->fd, NULL);
	cookie = refresh(self->ys, ep, EVERYTHING, 0x5a);
	ASSERT_NE(0, cookie);
	ASSERT_EQ(0, nl_end(self->ys, cookie, END_MS));
	EXPECT_LT(was, generation(self->ys, ep));
	was = generation(self->ys, ep);
	EXPECT_EQ(SLOT0 | VCA | MEASUREMENTS | CHALLENGE, ~0xfeU &
		  check_objects(_metadata, self->ys, ep, cookie, 0x5a));
	EXPECT_TRUE(uevent_next(self->fd, ep, &u, 10000));
	EXPECT_STREQ("evidence", u.event);
	EXPECT_STREQ("change", u.action);

	/* Another nonce, another signature, and still the same device */
	cookie = refresh(self->ys, ep, MEASUREMENTS | CHALLENGE, 0xa5);
	ASSERT_NE(0, cookie);
	ASSERT_EQ(0, nl_end(self->ys, cookie, END_MS));
	EXPECT_EQ(MEASUREMENTS | CHALLENGE,
		  check_objects(_metadata, self->ys, ep, cookie, 0xa5));
	ASSERT_EQ(0, refreshed(self->ys, ep, VCA | SLOT0, 1));
	EXPECT_EQ(was, generation(self->ys, ep));
	EXPECT_EQ(0, uevent_drain(self->fd, NULL));
	EXPECT_EQ(0, put("1", DEV "tsm/disconnect", ep));
}

/* A signature that is wrong, and the text that goes with it */
TEST_F(certs, a_device_that_signs_wrongly_gives_nothing)
{
	const char *ep = self->ep.s;
	struct pci_tsm_request_done *done;
	__u64 was, cookie;

	ASSERT_TRUE(dsm_again("--fault bad-signature:MEASUREMENTS"));
	ASSERT_EQ(0, put("1", DEV "tsm/connect", ep));
	was = generation(self->ys, ep);
	cookie = refresh(self->ys, ep, MEASUREMENTS, 1);
	ASSERT_NE(0, cookie);
	done = (void *)nl_next(self->ys, PCI_TSM_CMD_REQUEST_DONE, END_MS);
	ASSERT_NE(NULL, done);
	EXPECT_EQ(cookie, done->obj.cookie);
	EXPECT_EQ(EKEYREJECTED, done->obj.error);
	EXPECT_STREQ("evidence failed: signature of MEASUREMENTS", done->obj.text);
	ynl_ntf_free((void *)done);
	EXPECT_EQ(was, generation(self->ys, ep));
	EXPECT_EQ(0, put("1", DEV "tsm/disconnect", ep));
}

/* Half a minute would be nothing to a device that is busy */
TEST_F(certs, a_request_ends_soon_when_it_is_cancelled)
{
	struct pci_tsm_request_cancel_req *req = pci_tsm_request_cancel_req_alloc();
	const char *ep = self->ep.s;
	long begin;
	__u64 cookie;

	ASSERT_TRUE(dsm_again("--fault busy:forever:MEASUREMENTS"));
	ASSERT_EQ(0, put("1", DEV "tsm/connect", ep));
	cookie = refresh(self->ys, ep, MEASUREMENTS, 1);
	ASSERT_NE(0, cookie);
	usleep(500000);
	begin = now_ms();
	pci_tsm_request_cancel_req_set_cookie(req, cookie);
	EXPECT_EQ(0, pci_tsm_request_cancel(self->ys, req));
	pci_tsm_request_cancel_req_free(req);
	EXPECT_EQ(ECANCELED, nl_end(self->ys, cookie, END_MS));
	EXPECT_GT(5000, now_ms() - begin);
	EXPECT_STREQ("connected", get(DEV "tsm/state", ep));
	EXPECT_EQ(0, put("1", DEV "tsm/disconnect", ep));
}

FIXTURE(platform) {
	struct bdf ep;
	struct ynl_sock *ys;
};

/* Nobody serves the mailboxes */
FIXTURE_SETUP(platform)
{
	ASSERT_TRUE(devsec_load("topology=ep", ""));
	ASSERT_TRUE(devsec_find(&self->ep, "ep", "endpoint", 0));
	self->ys = nl_open();
	ASSERT_NE(NULL, self->ys);
}

FIXTURE_TEARDOWN(platform)
{
	ynl_sock_destroy(self->ys);
	dsm_stop();
	EXPECT_TRUE(devsec_unload());
}

TEST_F(platform, a_device_that_does_not_answer_is_EIO)
{
	const char *ep = self->ep.s;
	long begin = now_ms();

	ASSERT_EQ(0, put("1", DEV "tsm/connect", ep));
	/* No time-out of a mailbox is in it */
	EXPECT_GT(900, now_ms() - begin);
	EXPECT_EQ(0, generation(self->ys, ep));
	EXPECT_EQ(EIO, refreshed(self->ys, ep, EVERYTHING, 1));
	EXPECT_STREQ("connected", get(DEV "tsm/state", ep));

	/* Then it does, and nothing of that is left */
	ASSERT_TRUE(dsm_again(""));
	EXPECT_EQ(0, refreshed(self->ys, ep, EVERYTHING, 1));
	EXPECT_NE(0, generation(self->ys, ep));
	EXPECT_EQ(0, put("1", DEV "tsm/disconnect", ep));
}

TEST_F(platform, a_connect_that_wants_evidence_needs_a_device_that_answers)
{
	const char *ep = self->ep.s;

	ASSERT_EQ(0, put("1", "/sys/module/devsec_tsm/parameters/evidence"));
	EXPECT_EQ(-EIO, put("1", DEV "tsm/connect", ep));
	EXPECT_STREQ("disconnected", get(DEV "tsm/state", ep));
	ASSERT_TRUE(dsm_again(""));
	EXPECT_EQ(0, put("1", DEV "tsm/connect", ep));
	EXPECT_EQ(0, put("1", DEV "tsm/disconnect", ep));
}

TEST_F(platform, evidence_fails_on_demand)
{
	const char *ep = self->ep.s;

	ASSERT_EQ(0, put("1", DEV "tsm/connect", ep));
	ASSERT_EQ(0, put("* refresh_evidence error -12", TSM_DEBUG "fault"));
	EXPECT_EQ(ENOMEM, refreshed(self->ys, ep, VCA, 1));
	ASSERT_EQ(0, put("clear", TSM_DEBUG "fault"));
	EXPECT_EQ(0, put("1", DEV "tsm/disconnect", ep));
}

TEST_HARNESS_MAIN
