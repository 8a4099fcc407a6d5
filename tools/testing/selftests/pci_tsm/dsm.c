// SPDX-License-Identifier: GPL-2.0
/*
 * The character device behind mailboxes with CMA-SPDM, as a DSM sees it: objects,
 * answers, resets, and what is refused. The test is DSM and requester at once. It
 * speaks no SPDM: what an object says is nobody's business here.
 */
#include "../kselftest_harness.h"
#include <poll.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "dsm.h"

#define LAYOUT	"streams=2 addr_blocks=1 link_blocks=1"
#define ID	5
#define MAX_DW	4096		/* of an object, with its header */

FIXTURE(dsm) {
	struct bdf bdf, rp_bdf;
	struct cfg ep, rp;
	int fd;
	struct msg *msg;
};

FIXTURE_SETUP(dsm)
{
	ASSERT_TRUE(devsec_load("topology=ep,cma,ep " LAYOUT, NULL));
	ASSERT_TRUE(devsec_find(&self->bdf, "ep", "endpoint", 0));
	ASSERT_TRUE(devsec_find(&self->rp_bdf, "ep", "root-port", 0));
	ASSERT_TRUE(cfg_open(&self->ep, self->bdf.s));
	ASSERT_TRUE(cfg_open(&self->rp, self->rp_bdf.s));
	self->msg = malloc(sizeof(*self->msg));
	self->fd = dsm_open(O_NONBLOCK);
	ASSERT_LE(0, self->fd);
}

FIXTURE_TEARDOWN(dsm)
{
	free(self->msg);
	close(self->fd);
	close(self->ep.fd);
	close(self->rp.fd);
	EXPECT_TRUE(devsec_unload());
}

/* Write an object of @n dwords with header to a mailbox, and GO */
static void send_object(const struct cfg *cfg, __u32 type, int n)
{
	static __u32 req[MAX_DW];

	req[0] = type;
	req[1] = n;
	for (int i = 2; i < n; i++)
		req[i] = 0x01020304u * i;
	doe_put(cfg, req, n);
	doe_ctrl(cfg, PCI_DOE_CTRL_GO);
}

/* The next message, which comes from a work item; -EAGAIN if there is none in time */
static int next(int fd, struct msg *msg, int ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	poll(&p, 1, ms);
	return dsm_read(fd, msg);
}

static int fault(const char *bdf, const char *what)
{
	return put(str("%s %s", bdf, what), BUS_DEBUG "fault");
}

static void flr(const struct cfg *cfg)
{
	wr(cfg->fd, EXP + PCI_EXP_DEVCTL, 2, PCI_EXP_DEVCTL_BCR_FLR);
}

/* One exchange of 3 dwords that works, with nothing left over from before */
static void works(struct __test_metadata *_metadata, struct _test_data_dsm *self)
{
	__u32 resp[4] = {}, answer = 0xabcdef01;

	send_object(&self->ep, DOE_CMA, 3);
	ASSERT_EQ(36, next(self->fd, self->msg, 5000));
	EXPECT_EQ(DEVSEC_DSM_CLEAR, self->msg->head.kind);
	EXPECT_EQ(0, dsm_write(self->fd, DEVSEC_DSM_CLEAR, self->msg->head.cookie, &answer, 4));
	EXPECT_EQ(DOE_READY, doe_status(&self->ep));
	EXPECT_EQ(3, doe_get(&self->ep, resp, 4));
	EXPECT_EQ(DOE_CMA, resp[0]);
	EXPECT_EQ(answer, resp[2]);
	EXPECT_EQ(0, doe_status(&self->ep));
	EXPECT_EQ(-EAGAIN, dsm_read(self->fd, self->msg));
}

/* Who asks, what, and by which protocol; bytes in the order of the object */
TEST_F(dsm, object_and_answer)
{
	struct devsec_dsm_msg *head = &self->msg->head;
	__u32 resp[8] = {};

	EXPECT_EQ(-EAGAIN, dsm_read(self->fd, self->msg));
	for (int secured = 0; secured < 2; secured++) {
		__u32 type = secured ? DOE_SECURED : DOE_CMA;
		int kind = secured ? DEVSEC_DSM_SECURED : DEVSEC_DSM_CLEAR;

		send_object(&self->ep, type, 4);
		ASSERT_EQ(40, next(self->fd, self->msg, 5000));
		EXPECT_EQ(DOE_BUSY, doe_status(&self->ep));
		EXPECT_EQ(kind, head->kind);
		EXPECT_EQ(bdf_domain(self->bdf.s), head->domain);
		EXPECT_EQ(bdf_rid(self->bdf.s), head->rid);
		EXPECT_EQ(8, head->len);
		EXPECT_EQ(0xdec0, head->vendor);
		EXPECT_EQ(0x0010, head->device);
		EXPECT_EQ(0xdec0, head->sub_vendor);
		EXPECT_EQ(0x0010, head->sub_device);
		EXPECT_EQ(0x12000001, head->class_rev);
		EXPECT_EQ(DEVSEC_DSM_HAS_IDE | DEVSEC_DSM_HAS_TEE, head->has);
		EXPECT_EQ(0, memcmp("\x08\x06\x04\x02\x0c\x09\x06\x03", self->msg->payload, 8));

		EXPECT_EQ(0, dsm_write(self->fd, kind, head->cookie, "\x01\x02\x03\x04\x05", 5));
		EXPECT_EQ(4, doe_get(&self->ep, resp, 8));
		EXPECT_EQ(type, resp[0]);
		EXPECT_EQ(4, resp[1]);
		EXPECT_EQ(0x04030201, resp[2]);
		EXPECT_EQ(0x00000005, resp[3]);
	}
	works(_metadata, self);
}

TEST_F(dsm, function_with_cma_only)
{
	struct bdf bdf;
	struct cfg cma;

	ASSERT_TRUE(devsec_find(&bdf, "cma", "endpoint", 0));
	ASSERT_TRUE(cfg_open(&cma, bdf.s));
	send_object(&cma, DOE_CMA, 3);
	ASSERT_EQ(36, next(self->fd, self->msg, 5000));
	EXPECT_EQ(bdf_rid(bdf.s), self->msg->head.rid);
	EXPECT_EQ(0, self->msg->head.has);
	EXPECT_EQ(-ENXIO, dsm_key(self->fd, bdf.s, DEVSEC_DSM_KEY_GO, ID, 0, 0));
	close(cma.fd);
}

TEST_F(dsm, longest_object)
{
	static __u32 answer[MAX_DW - 2], resp[MAX_DW + 8];

	for (int i = 0; i < ARRAY_SIZE(answer); i++)
		answer[i] = i * 0x01000193u;
	send_object(&self->ep, DOE_SECURED, MAX_DW);
	ASSERT_EQ(32 + DEVSEC_DSM_PAYLOAD_MAX, next(self->fd, self->msg, 5000));
	EXPECT_EQ(0x01020304u * (MAX_DW - 1), self->msg->payload[MAX_DW - 3]);
	/* The fault that makes it longer still */
	ASSERT_EQ(0, fault(self->bdf.s, "doe long 2"));
	EXPECT_EQ(0, dsm_write(self->fd, DEVSEC_DSM_SECURED, self->msg->head.cookie, answer,
			       sizeof(answer)));
	EXPECT_EQ(MAX_DW, doe_get(&self->ep, resp, MAX_DW));
	EXPECT_EQ(0, memcmp(answer, resp + 2, sizeof(answer)));

	send_object(&self->ep, DOE_SECURED, 3);
	ASSERT_EQ(36, next(self->fd, self->msg, 5000));
	EXPECT_EQ(0, dsm_write(self->fd, DEVSEC_DSM_SECURED, self->msg->head.cookie, answer,
			       sizeof(answer)));
	EXPECT_EQ(MAX_DW + 4, doe_get(&self->ep, resp, MAX_DW + 8));
	EXPECT_EQ(0xdeadbeef, resp[MAX_DW + 3]);
}

/* Several at once, answered in another order */
TEST_F(dsm, two_mailboxes)
{
	struct cfg other;
	struct bdf bdf;
	__u32 cookie, resp[3];

	ASSERT_TRUE(devsec_find(&bdf, "ep", "endpoint", 1));
	ASSERT_TRUE(cfg_open(&other, bdf.s));
	send_object(&self->ep, DOE_CMA, 3);
	ASSERT_EQ(36, next(self->fd, self->msg, 5000));
	cookie = self->msg->head.cookie;
	send_object(&other, DOE_CMA, 3);
	ASSERT_EQ(36, next(self->fd, self->msg, 5000));
	EXPECT_EQ(bdf_rid(bdf.s), self->msg->head.rid);
	EXPECT_NE(cookie, self->msg->head.cookie);
	EXPECT_EQ(0, dsm_write(self->fd, DEVSEC_DSM_CLEAR, self->msg->head.cookie, "two.", 4));
	EXPECT_EQ(0, dsm_write(self->fd, DEVSEC_DSM_CLEAR, cookie, "one.", 4));
	EXPECT_EQ(3, doe_get(&self->ep, resp, 3));
	EXPECT_EQ(0, memcmp("one.", &resp[2], 4));
	EXPECT_EQ(3, doe_get(&other, resp, 3));
	EXPECT_EQ(0, memcmp("two.", &resp[2], 4));
	close(other.fd);
}

TEST_F(dsm, one_opener_with_the_privilege)
{
	pid_t pid;

	EXPECT_EQ(-EBUSY, dsm_open(0));
	close(self->fd);
	ASSERT_EQ(0, chmod(DSM_DEV, 0666));
	pid = fork();
	if (!pid)
		_exit(setuid(1000) ? 255 : -dsm_open(0));
	EXPECT_EQ(-EPERM, put_end(pid));
	self->fd = dsm_open(O_NONBLOCK);
	EXPECT_LE(0, self->fd);
	works(_metadata, self);
	EXPECT_NE(0, run("rmmod devsec_bus 2>/dev/null"));
	works(_metadata, self);
}

TEST_F(dsm, read_that_is_too_short)
{
	struct pollfd p = { .fd = self->fd, .events = POLLIN | POLLOUT };
	void *nowhere = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	EXPECT_EQ(1, poll(&p, 1, 0));
	EXPECT_EQ(POLLOUT, p.revents);
	send_object(&self->ep, DOE_CMA, 4);
	p.events = POLLIN;
	EXPECT_EQ(1, poll(&p, 1, 5000));
	for (int len = 0; len < 40; len++) {
		EXPECT_EQ(-1, read(self->fd, self->msg, len));
		EXPECT_EQ(EMSGSIZE, errno);
	}
	/* A place that cannot be written loses nothing either */
	EXPECT_EQ(-1, read(self->fd, nowhere, 40));
	EXPECT_EQ(EFAULT, errno);
	EXPECT_EQ(40, read(self->fd, self->msg, 40));
	EXPECT_EQ(0, poll(&p, 1, 0));
	EXPECT_EQ(0, dsm_write(self->fd, DEVSEC_DSM_SILENCE, self->msg->head.cookie, "", 0));
	works(_metadata, self);
}

TEST_F(dsm, read_that_waits)
{
	pid_t pid;

	ASSERT_EQ(0, fcntl(self->fd, F_SETFL, 0));
	pid = fork();
	if (!pid)
		_exit(dsm_read(self->fd, self->msg) == 36 ? 0 : 1);
	usleep(100000);
	EXPECT_EQ(0, waitpid(pid, NULL, WNOHANG));
	send_object(&self->ep, DOE_CMA, 3);
	EXPECT_EQ(0, put_end(pid));
	doe_ctrl(&self->ep, PCI_DOE_CTRL_ABORT);
	ASSERT_EQ(0, fcntl(self->fd, F_SETFL, O_NONBLOCK));
	works(_metadata, self);
}

/* What is wrong by itself; the object waits on */
TEST_F(dsm, answers_that_are_refused)
{
	static const struct { __u16 kind, reserved; __u32 len; int size, rc; } bad[] = {
		{ DEVSEC_DSM_CLEAR, 0, 4, 31, -EINVAL }, { DEVSEC_DSM_CLEAR, 0, 4, 0, -EINVAL },
		{ DEVSEC_DSM_CLEAR, 0, 4, 32, -EMSGSIZE },
		{ DEVSEC_DSM_CLEAR, 0, 4, 35, -EMSGSIZE },
		{ DEVSEC_DSM_CLEAR, 0, 4, 37, -EMSGSIZE },
		{ DEVSEC_DSM_CLEAR, 0, 0, 36, -EMSGSIZE },
		{ DEVSEC_DSM_CLEAR, 0, ~0u, 31, -EINVAL },
		{ DEVSEC_DSM_CLEAR, 0, ~0u, 36, -EMSGSIZE },
		{ DEVSEC_DSM_CLEAR, 0, DEVSEC_DSM_PAYLOAD_MAX + 1,
		  32 + DEVSEC_DSM_PAYLOAD_MAX + 1, -EMSGSIZE },
		{ DEVSEC_DSM_CLEAR, 0, 0, 32, -EINVAL },
		{ DEVSEC_DSM_SECURED, 0, 0, 32, -EINVAL },
		{ DEVSEC_DSM_CLEAR, 1, 4, 36, -EINVAL },
		{ DEVSEC_DSM_SILENCE, 0, 4, 36, -EINVAL },
		{ DEVSEC_DSM_RESET, 0, 0, 32, -EINVAL },
		{ DEVSEC_DSM_RESET, 0, 4, 36, -EINVAL },
		{ 0, 0, 4, 36, -EINVAL }, { 5, 0, 4, 36, -EINVAL },
	};
	static char raw[sizeof(struct msg) + 8];
	struct devsec_dsm_msg *head = (void *)raw;

	send_object(&self->ep, DOE_CMA, 3);
	ASSERT_EQ(36, next(self->fd, self->msg, 5000));
	for (int i = 0; i < ARRAY_SIZE(bad); i++) {
		*head = (struct devsec_dsm_msg){
			.kind = bad[i].kind, .reserved = bad[i].reserved, .len = bad[i].len,
			.cookie = self->msg->head.cookie,
		};
		EXPECT_EQ(bad[i].rc, write(self->fd, raw, bad[i].size) < 0 ? -errno : 0) {
			TH_LOG("answer %d", i);
		}
		EXPECT_EQ(DOE_BUSY, doe_status(&self->ep));
	}
	EXPECT_EQ(0, dsm_write(self->fd, DEVSEC_DSM_CLEAR, self->msg->head.cookie, "fine", 4));
	EXPECT_EQ(3, doe_get(&self->ep, NULL, 0));
}

/* Nothing comes of an answer to what nobody waits for */
TEST_F(dsm, answers_that_are_stale)
{
	const struct cfg *ep = &self->ep;
	__u32 cookie;

	EXPECT_EQ(-ESTALE, dsm_write(self->fd, DEVSEC_DSM_CLEAR, 0, "none", 4));
	/* Before it was read, nobody can know its number */
	send_object(ep, DOE_CMA, 3);
	ASSERT_EQ(36, next(self->fd, self->msg, 5000));
	cookie = self->msg->head.cookie;
	EXPECT_EQ(-ESTALE, dsm_write(self->fd, DEVSEC_DSM_CLEAR, cookie + 1, "next", 4));
	EXPECT_EQ(-ESTALE, dsm_write(self->fd, DEVSEC_DSM_CLEAR, cookie - 1, "last", 4));
	EXPECT_EQ(0, dsm_write(self->fd, DEVSEC_DSM_CLEAR, cookie, "good", 4));
	EXPECT_EQ(-ESTALE, dsm_write(self->fd, DEVSEC_DSM_CLEAR, cookie, "more", 4));
	EXPECT_EQ(3, doe_get(ep, NULL, 0));

	/* Aborted: late */
	send_object(ep, DOE_CMA, 3);
	ASSERT_EQ(36, next(self->fd, self->msg, 5000));
	cookie = self->msg->head.cookie;
	doe_ctrl(ep, PCI_DOE_CTRL_ABORT);
	EXPECT_EQ(0, doe_status(ep));
	EXPECT_EQ(-ESTALE, dsm_write(self->fd, DEVSEC_DSM_CLEAR, cookie, "late", 4));
	EXPECT_EQ(0, doe_status(ep));

	/* And not taken for one to the next object */
	send_object(ep, DOE_CMA, 3);
	ASSERT_EQ(36, next(self->fd, self->msg, 5000));
	EXPECT_EQ(-ESTALE, dsm_write(self->fd, DEVSEC_DSM_CLEAR, cookie, "late", 4));
	EXPECT_EQ(DOE_BUSY, doe_status(ep));
	EXPECT_EQ(0, dsm_write(self->fd, DEVSEC_DSM_SILENCE, self->msg->head.cookie, "", 0));

	/* Aborted before it was read: it is never seen */
	send_object(ep, DOE_CMA, 3);
	EXPECT_EQ(1, poll(&(struct pollfd){ .fd = self->fd, .events = POLLIN }, 1, 5000));
	doe_ctrl(ep, PCI_DOE_CTRL_ABORT);
	EXPECT_EQ(-EAGAIN, dsm_read(self->fd, self->msg));
	works(_metadata, self);
}

/* No answer ever, also where the DSM says nothing at all: the requester has to abort */
TEST_F(dsm, silence)
{
	send_object(&self->ep, DOE_CMA, 3);
	ASSERT_EQ(36, next(self->fd, self->msg, 5000));
	EXPECT_EQ(0, dsm_write(self->fd, DEVSEC_DSM_SILENCE, self->msg->head.cookie, "", 0));
	EXPECT_EQ(0, doe_status(&self->ep));
	works(_metadata, self);

	send_object(&self->ep, DOE_CMA, 3);
	EXPECT_EQ(DOE_BUSY, doe_wait(&self->ep));
	doe_ctrl(&self->ep, PCI_DOE_CTRL_ABORT);
	works(_metadata, self);
}

/* An object without a message in it is none */
TEST_F(dsm, empty_object)
{
	send_object(&self->ep, DOE_CMA, 2);
	EXPECT_EQ(0, doe_wait(&self->ep));
	EXPECT_EQ(-EAGAIN, next(self->fd, self->msg, 100));
	works(_metadata, self);
}

/* The message of a reset; there is one, before what comes next */
static void reset_comes(struct __test_metadata *_metadata, struct _test_data_dsm *self)
{
	ASSERT_EQ(32, next(self->fd, self->msg, 5000));
	EXPECT_EQ(DEVSEC_DSM_RESET, self->msg->head.kind);
	EXPECT_EQ(bdf_domain(self->bdf.s), self->msg->head.domain);
	EXPECT_EQ(bdf_rid(self->bdf.s), self->msg->head.rid);
	EXPECT_EQ(0, self->msg->head.len);
	EXPECT_EQ(-EAGAIN, dsm_read(self->fd, self->msg));
}

TEST_F(dsm, resets)
{
	const struct cfg *ep = &self->ep;
	__u32 cookie;

	/* Pending at the DSM, then in the queue; twice is as once */
	send_object(ep, DOE_CMA, 3);
	ASSERT_EQ(36, next(self->fd, self->msg, 5000));
	cookie = self->msg->head.cookie;
	flr(ep);
	EXPECT_EQ(0, doe_status(ep));
	EXPECT_EQ(-ESTALE, dsm_write(self->fd, DEVSEC_DSM_CLEAR, cookie, "late", 4));
	send_object(ep, DOE_CMA, 3);
	EXPECT_EQ(DOE_BUSY, doe_wait(ep));
	flr(ep);
	reset_comes(_metadata, self);
	works(_metadata, self);

	/* First the reset, then the object that came after it */
	flr(ep);
	send_object(ep, DOE_CMA, 3);
	EXPECT_EQ(DOE_BUSY, doe_wait(ep));
	ASSERT_EQ(32, next(self->fd, self->msg, 5000));
	EXPECT_EQ(DEVSEC_DSM_RESET, self->msg->head.kind);
	ASSERT_EQ(36, next(self->fd, self->msg, 5000));
	EXPECT_EQ(0, dsm_write(self->fd, DEVSEC_DSM_SILENCE, self->msg->head.cookie, "", 0));

	/* Secondary Bus Reset */
	wr(self->rp.fd, PCI_BRIDGE_CONTROL, 2, PCI_BRIDGE_CTL_BUS_RESET);
	wr(self->rp.fd, PCI_BRIDGE_CONTROL, 2, 0);
	reset_comes(_metadata, self);
	works(_metadata, self);

	/* "clear" resets the mailbox, not the function */
	send_object(ep, DOE_CMA, 3);
	ASSERT_EQ(36, next(self->fd, self->msg, 5000));
	ASSERT_EQ(0, fault(self->bdf.s, "clear"));
	EXPECT_EQ(-ESTALE, dsm_write(self->fd, DEVSEC_DSM_CLEAR, self->msg->head.cookie, "x", 1));
	EXPECT_EQ(-EAGAIN, next(self->fd, self->msg, 100));
	works(_metadata, self);
}

TEST_F(dsm, surprise_removal)
{
	send_object(&self->ep, DOE_CMA, 3);
	ASSERT_EQ(36, next(self->fd, self->msg, 5000));
	ASSERT_EQ(0, slot_do(self->rp_bdf.s, "unplug"));
	EXPECT_EQ(-ESTALE, dsm_write(self->fd, DEVSEC_DSM_CLEAR, self->msg->head.cookie, "x", 1));
	EXPECT_EQ(-ENODEV, dsm_key(self->fd, self->bdf.s, DEVSEC_DSM_KEY_GO, ID, 0, 0));
	reset_comes(_metadata, self);
	ASSERT_EQ(0, slot_do(self->rp_bdf.s, "plug"));
	close(self->ep.fd);
	ASSERT_TRUE(cfg_open(&self->ep, self->bdf.s));
	works(_metadata, self);
}

/* A switch's DSM is in its upstream port, which has no subsystem ids */
TEST(switch_port)
{
	struct msg *msg = malloc(sizeof(*msg));
	struct bdf bdf, rp;
	struct cfg up;
	int fd;

	ASSERT_TRUE(devsec_load("topology=switch:2 " LAYOUT, NULL));
	ASSERT_TRUE(devsec_find(&bdf, "switch", "upstream", 0));
	ASSERT_TRUE(devsec_find(&rp, "switch", "root-port", 0));
	ASSERT_TRUE(cfg_open(&up, bdf.s));
	fd = dsm_open(O_NONBLOCK);
	ASSERT_LE(0, fd);
	send_object(&up, DOE_CMA, 3);
	ASSERT_EQ(36, next(fd, msg, 5000));
	EXPECT_EQ(0x0002, msg->head.device);
	EXPECT_EQ(0, msg->head.sub_vendor);
	EXPECT_EQ(0x06040001, msg->head.class_rev);
	wr(up.fd, sel(&up, 0) + IDE_SEL_CTL, 4, (__u32)ID << 24);
	EXPECT_EQ(0, dsm_key(fd, bdf.s, DEVSEC_DSM_KEY_PROG, ID, 0, 1));
	EXPECT_EQ(0, slot_do(rp.s, "unplug"));
	/* What it was called before its bus numbers went */
	ASSERT_EQ(32, next(fd, msg, 5000));
	EXPECT_EQ(DEVSEC_DSM_RESET, msg->head.kind);
	EXPECT_EQ(bdf_rid(bdf.s), msg->head.rid);
	EXPECT_EQ(-EAGAIN, dsm_read(fd, msg));
	close(fd);
	close(up.fd);
	free(msg);
	EXPECT_TRUE(devsec_unload());
}

/* What was asked, read or not, is hung up; the next one starts with nothing */
TEST_F(dsm, close_while_pending)
{
	struct cfg other;
	struct bdf bdf;

	ASSERT_TRUE(devsec_find(&bdf, "ep", "endpoint", 1));
	ASSERT_TRUE(cfg_open(&other, bdf.s));
	send_object(&self->ep, DOE_CMA, 3);
	ASSERT_EQ(36, next(self->fd, self->msg, 5000));
	send_object(&other, DOE_CMA, 3);
	EXPECT_EQ(DOE_BUSY, doe_wait(&other));
	flr(&other);
	send_object(&other, DOE_CMA, 3);
	EXPECT_EQ(DOE_BUSY, doe_wait(&other));

	close(self->fd);
	EXPECT_EQ(0, doe_status(&self->ep));
	EXPECT_EQ(0, doe_status(&other));
	/* Nobody is there: no answer, and nothing that waits */
	send_object(&other, DOE_CMA, 3);
	EXPECT_EQ(0, doe_wait(&other));
	flr(&other);

	self->fd = dsm_open(O_NONBLOCK);
	ASSERT_LE(0, self->fd);
	EXPECT_EQ(-EAGAIN, next(self->fd, self->msg, 100));
	works(_metadata, self);
	close(other.fd);
}

/* Those of the mailbox. The object does not arrive, or its answer is not what was written */
TEST_F(dsm, faults_of_the_mailbox)
{
	static const struct { const char *what; __u32 status; } lost[] = {
		{ "doe drop", 0 }, { "doe error", DOE_ERROR }, { "doe busy", DOE_BUSY },
	};
	static const struct { const char *what; int n; __u32 type, dw; } changed[] = {
		{ "doe short", 3, DOE_CMA, 0x11111111 }, { "doe long", 8, DOE_CMA, 0x11111111 },
		{ "doe wrong-type", 4, DOE_CMA ^ 0xff0000, 0x11111111 },
		{ "doe corrupt 9", 4, DOE_CMA, 0x1111ee11 },
	};
	__u32 resp[8];

	for (int i = 0; i < ARRAY_SIZE(lost); i++) {
		ASSERT_EQ(0, fault(self->bdf.s, lost[i].what));
		send_object(&self->ep, DOE_CMA, 3);
		EXPECT_EQ(-EAGAIN, next(self->fd, self->msg, 100));
		EXPECT_EQ(lost[i].status, doe_status(&self->ep));
		ASSERT_EQ(0, fault(self->bdf.s, "clear"));
	}
	for (int i = 0; i < ARRAY_SIZE(changed); i++) {
		ASSERT_EQ(0, fault(self->bdf.s, changed[i].what));
		send_object(&self->ep, DOE_CMA, 3);
		ASSERT_EQ(36, next(self->fd, self->msg, 5000));
		EXPECT_EQ(0, dsm_write(self->fd, DEVSEC_DSM_CLEAR, self->msg->head.cookie,
				       "\x11\x11\x11\x11\x22\x22\x22\x22", 8));
		EXPECT_EQ(changed[i].n, doe_get(&self->ep, resp, 8));
		EXPECT_EQ(changed[i].type, resp[0]);
		EXPECT_EQ(changed[i].n, resp[1]);
		EXPECT_EQ(changed[i].dw, resp[2]);
	}

	ASSERT_EQ(0, fault(self->bdf.s, "doe delay 400"));
	send_object(&self->ep, DOE_CMA, 3);
	EXPECT_EQ(-EAGAIN, next(self->fd, self->msg, 100));
	ASSERT_EQ(36, next(self->fd, self->msg, 5000));
	EXPECT_EQ(0, dsm_write(self->fd, DEVSEC_DSM_SILENCE, self->msg->head.cookie, "", 0));
	works(_metadata, self);
}

TEST_HARNESS_MAIN
