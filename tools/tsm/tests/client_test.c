// SPDX-License-Identifier: GPL-2.0
/*
 * The client with a kernel of our own: the other end of a socket pair, which sends
 * what each case has prepared. A kernel that is right does none of the bad things;
 * one that is newer, or broken, may.
 */
#include <errno.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/client.h"
#include "ynl.h"

#define FAMILY	0x20
#define DEVICE	"0010:01:00.0"

static int kernel = -1;
static int failures;
static int cases;

static void expect(bool ok, const char *what)
{
	printf("%sok %d %s\n", ok ? "" : "not ", ++cases, what);
	failures += !ok;
}

/* In place of libynl's own, which wants a kernel that has the family */
struct ynl_sock *__wrap_ynl_sock_create(const struct ynl_family *yf, struct ynl_error *e);
void __wrap_ynl_sock_destroy(struct ynl_sock *ys);

struct ynl_sock *__wrap_ynl_sock_create(const struct ynl_family *yf, struct ynl_error *e)
{
	struct ynl_sock *ys = calloc(1, sizeof(*ys) + 2 * YNL_SOCKET_BUFFER_SIZE);
	int pair[2];

	if (!ys || socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair))
		exit(1);
	kernel = pair[1];
	ys->family = yf;
	ys->family_id = FAMILY;
	ys->socket = pair[0];
	ys->tx_buf = ys->raw_buf;
	ys->rx_buf = ys->raw_buf + YNL_SOCKET_BUFFER_SIZE;
	ys->ntf_last_next = &ys->ntf_first;
	return ys;
}

void __wrap_ynl_sock_destroy(struct ynl_sock *ys)
{
	struct ynl_ntf_base_type *ntf;

	while ((ntf = ynl_ntf_dequeue(ys)))
		ynl_ntf_free(ntf);
	close(ys->socket);
	close(kernel);
	free(ys);
}

/*
 * Messages of the kernel's
 */

struct msg {
	struct nlmsghdr h;
	unsigned char data[2048];
};

static void put(struct msg *m, int type, const void *value, size_t len)
{
	struct nlattr *attr = (void *)m + m->h.nlmsg_len;

	attr->nla_type = type;
	attr->nla_len = NLA_HDRLEN + len;
	memcpy((char *)attr + NLA_HDRLEN, value, len);
	m->h.nlmsg_len += NLA_ALIGN(attr->nla_len);
}

static void put_u32(struct msg *m, int type, uint32_t value)
{
	put(m, type, &value, sizeof(value));
}

static struct msg begin(int cmd)
{
	struct genlmsghdr g = { .cmd = cmd, .version = 1 };
	struct msg m = { .h = { .nlmsg_type = FAMILY } };

	memcpy(m.data, &g, sizeof(g));
	m.h.nlmsg_len = NLMSG_HDRLEN + GENL_HDRLEN;
	return m;
}

static void say(const struct msg *m)
{
	if (write(kernel, m, m->h.nlmsg_len) < 0)
		exit(1);
}

static void ack(int error)
{
	struct msg m = { .h = { .nlmsg_type = NLMSG_ERROR } };
	struct nlmsgerr e = { .error = -error };

	memcpy(m.data, &e, sizeof(e));
	m.h.nlmsg_len = NLMSG_HDRLEN + sizeof(e);
	say(&m);
}

static void end_of_dump(int error)
{
	struct msg m = { .h = { .nlmsg_type = NLMSG_DONE, .nlmsg_flags = NLM_F_MULTI } };
	int code = -error;

	memcpy(m.data, &code, sizeof(code));
	m.h.nlmsg_len = NLMSG_HDRLEN + sizeof(code);
	say(&m);
}

static void accepted(int cmd, uint32_t cookie)
{
	struct msg m = begin(cmd);

	if (cookie)
		put_u32(&m, PCI_TSM_A_REQUEST_COOKIE, cookie);
	say(&m);
}

static void done(uint32_t cookie, uint32_t error, const char *text)
{
	struct msg m = begin(PCI_TSM_CMD_REQUEST_DONE);

	put_u32(&m, PCI_TSM_A_REQUEST_COOKIE, cookie);
	put_u32(&m, PCI_TSM_A_REQUEST_ERROR, error);
	put_u32(&m, PCI_TSM_A_REQUEST_GENERATION, cookie + 100);
	if (text)
		put(&m, PCI_TSM_A_REQUEST_TEXT, text, strlen(text) + 1);
	say(&m);
}

/* Bytes @offset to @offset + @len of an object of @total, each its own offset */
struct piece {
	uint32_t generation;
	uint32_t type;
	uint32_t total;
	uint32_t offset;
	uint32_t len;
};

static struct msg piece(struct piece p)
{
	struct msg m = begin(PCI_TSM_CMD_EVIDENCE_GET);
	unsigned char data[1024];

	for (size_t i = 0; i < p.len; i++)
		data[i] = p.offset + i;
	put(&m, PCI_TSM_A_OBJECT_DEV_NAME, DEVICE, sizeof(DEVICE));
	put_u32(&m, PCI_TSM_A_OBJECT_GENERATION, p.generation);
	put_u32(&m, PCI_TSM_A_OBJECT_TYPE, p.type);
	put_u32(&m, PCI_TSM_A_OBJECT_LENGTH, p.total);
	put_u32(&m, PCI_TSM_A_OBJECT_OFFSET, p.offset);
	if (p.len)
		put(&m, PCI_TSM_A_OBJECT_DATA, data, p.len);
	return m;
}

/*
 * Cases
 */

static const struct tsm_ask connect_ask = {
	.cmd = PCI_TSM_CMD_CONNECT, .device = DEVICE, .tsm_id = -1, .slot = -1,
};

static void test_requests(void)
{
	struct tsm_error err = {};
	struct tsm_client *c = tsm_client_open(&err);
	struct tsm_done end;
	uint64_t first, second;

	accepted(PCI_TSM_CMD_CONNECT, 1);
	ack(0);
	expect(!tsm_client_submit(c, &connect_ask, &first, &err) && first == 1, "a verb's cookie");
	done(1, 0, NULL);
	accepted(PCI_TSM_CMD_CONNECT, 2);
	done(2, EIO, "broken");
	ack(0);
	expect(!tsm_client_submit(c, &connect_ask, &second, &err) && second == 2,
	       "ends before the reply, and before its acknowledgment");
	expect(!tsm_client_wait(c, 2, &end, NULL, NULL, NULL, &err) && end.error == EIO &&
	       !strcmp(end.text, "broken"), "the second one's end first");
	expect(!tsm_client_wait(c, 1, &end, NULL, NULL, NULL, &err) && !end.error &&
	       end.generation == 101, "the first one's was kept");
	expect(tsm_client_wait(c, 1, &end, NULL, NULL, NULL, &err) && err.kind == TSM_NOT_THERE,
	       "an end is told once");
	ack(ENODEV);
	expect(tsm_client_submit(c, &connect_ask, &first, &err) && err.code == ENODEV &&
	       err.kind == TSM_NOT_THERE, "a verb that is refused");
	accepted(PCI_TSM_CMD_CONNECT, 0);
	ack(0);
	expect(tsm_client_submit(c, &connect_ask, &first, &err) && err.kind == TSM_BROKEN,
	       "a reply without a cookie");
	tsm_client_close(c);
}

static int ticks;

static void count_tick(void *data)
{
	bool *stop = data;

	if (ticks++)
		return;
	*stop = true;
	/* The kernel sees the cancel at the next turn, and the request ends with it */
	ack(0);
	done(7, ECANCELED, NULL);
}

static void test_cancel(void)
{
	static bool stop;
	struct tsm_error err = {};
	struct tsm_client *c = tsm_client_open(&err);
	struct tsm_done end;
	uint64_t cookie;
	struct msg seen;
	int cancels = 0;

	accepted(PCI_TSM_CMD_CONNECT, 7);
	ack(0);
	tsm_client_submit(c, &connect_ask, &cookie, &err);
	expect(!tsm_client_wait(c, 7, &end, &stop, count_tick, &stop, &err) &&
	       end.error == ECANCELED && ticks, "a cancelled request is waited for");
	while (recv(kernel, &seen, sizeof(seen), MSG_DONTWAIT) > 0)
		cancels += ((struct genlmsghdr *)seen.data)->cmd == PCI_TSM_CMD_REQUEST_CANCEL;
	expect(cancels == 1, "one cancel is sent");
	tsm_client_close(c);
}

static int read_pieces(const struct msg *m, size_t nr, struct tsm_evidence *ev, bool digests,
		       struct tsm_error *err)
{
	struct tsm_client *c = tsm_client_open(err);
	int rc;

	for (size_t i = 0; i < nr; i++)
		say(m + i);
	end_of_dump(0);
	rc = tsm_client_evidence(c, DEVICE, 0, 0, 0, digests, ev, err);
	tsm_client_close(c);
	return rc;
}

static void test_good_evidence(void)
{
	const uint8_t digest[3] = { 1, 2, 3 };
	struct tsm_error err = {};
	struct tsm_evidence ev;
	struct msg m[5] = {
		piece((struct piece){ 5, 0, 1500, 0, 1000 }),
		piece((struct piece){ 5, 0, 1500, 1000, 500 }),
		piece((struct piece){ 5, TSM_TYPES + 3, 10, 0, 10 }),
		piece((struct piece){ 5, TSM_VCA, 20, 0, 20 }),
	};
	bool same = true;

	put(&m[0], PCI_TSM_A_OBJECT_DIGEST, digest, sizeof(digest));
	put(&m[0], PCI_TSM_A_OBJECT_HASH, "SHA-384", 8);
	put_u32(&m[0], PCI_TSM_A_OBJECT_RECORD_OFFSET, 10);
	put_u32(&m[0], PCI_TSM_A_OBJECT_RECORD_LENGTH, 1490);
	expect(!read_pieces(m, 4, &ev, false, &err), "two objects in three pieces, one unknown");
	for (size_t i = 0; same && i < ev.objects[0].len; i++)
		same = ev.objects[0].data[i] == (uint8_t)i;
	expect(same && ev.objects[0].len == 1500 && ev.objects[0].record_offset == 10 &&
	       ev.objects[0].record_len == 1490 && ev.objects[0].digest_len == 3 &&
	       ev.generation == 5 && !strcmp(ev.hash, "SHA-384") && ev.objects[0].slot == -1,
	       "all of it arrived");
	expect(ev.objects[TSM_VCA].there && ev.objects[TSM_VCA].record_len == 20 &&
	       !ev.objects[TSM_REPORT].there, "and nothing else");
	tsm_evidence_free(&ev);
	m[0] = piece((struct piece){ 5, 0, 1500, 0, 0 });
	expect(!read_pieces(m, 1, &ev, true, &err) && ev.objects[0].there && !ev.objects[0].data &&
	       ev.objects[0].len == 1500, "no bytes where digests were asked for");
	tsm_evidence_free(&ev);
}

static void test_bad_evidence(void)
{
	static const struct {
		const char *what;
		struct piece piece[3];
	} bad[] = {
		{ "an object that ends early", { { 5, 0, 30, 0, 20 } } },
		{ "one that ends early before another", { { 5, 0, 30, 0, 20 },
							  { 5, 8, 5, 0, 5 } } },
		{ "a hole", { { 5, 0, 30, 0, 10 }, { 5, 0, 30, 20, 10 } } },
		{ "a piece twice", { { 5, 0, 30, 0, 10 }, { 5, 0, 30, 10, 10 },
				     { 5, 0, 30, 10, 10 } } },
		{ "a piece before the first", { { 5, 0, 30, 10, 20 } } },
		{ "more than the object", { { 5, 0, 30, 0, 31 } } },
		{ "a length that changes", { { 5, 0, 30, 0, 10 }, { 5, 0, 31, 10, 21 } } },
		{ "another generation", { { 5, 0, 30, 0, 10 }, { 6, 0, 30, 10, 20 } } },
		{ "an object twice", { { 5, 0, 8, 0, 8 }, { 5, 0, 8, 0, 8 } } },
		{ "an object that is too long", { { 5, 0, TSM_OBJECT_MAX + 1, 0, 10 } } },
		{ "a piece without bytes", { { 5, 0, 30, 0, 0 } } },
		{ "another object's piece", { { 5, 0, 30, 0, 10 }, { 5, 1, 30, 10, 20 } } },
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct tsm_error err = {};
		struct tsm_evidence ev;
		struct msg m[3];
		size_t nr = 0;
		int rc;

		for (; nr < 3 && bad[i].piece[nr].generation; nr++)
			m[nr] = piece(bad[i].piece[nr]);
		rc = read_pieces(m, nr, &ev, false, &err);
		expect(rc && err.kind == TSM_BROKEN && !ev.objects[0].there && !ev.objects[0].data,
		       bad[i].what);
	}
}

static void test_bad_attributes(void)
{
	struct tsm_error err = {};
	struct tsm_evidence ev;
	struct msg m = piece((struct piece){ 5, 0, 20, 0, 20 });
	struct msg other = begin(PCI_TSM_CMD_EVIDENCE_GET);
	uint8_t nonce[33] = {}, slot = 8;

	put_u32(&m, PCI_TSM_A_OBJECT_RECORD_OFFSET, 10);
	put_u32(&m, PCI_TSM_A_OBJECT_RECORD_LENGTH, 11);
	expect(read_pieces(&m, 1, &ev, false, &err) && err.kind == TSM_BROKEN,
	       "a record beyond its object");
	m = piece((struct piece){ 5, 0, 20, 0, 20 });
	put(&m, PCI_TSM_A_OBJECT_NONCE, nonce, sizeof(nonce));
	expect(read_pieces(&m, 1, &ev, false, &err) && err.kind == TSM_BROKEN, "a longer nonce");
	m = piece((struct piece){ 5, 0, 20, 0, 20 });
	put(&m, PCI_TSM_A_OBJECT_SLOT, &slot, 1);
	expect(read_pieces(&m, 1, &ev, false, &err) && err.kind == TSM_BROKEN, "slot 8");
	m = piece((struct piece){ 5, 0, 20, 0, 20 });
	put(&m, PCI_TSM_A_OBJECT_HASH, "a name of a hash that is far too long for one", 46);
	expect(read_pieces(&m, 1, &ev, false, &err) && err.kind == TSM_BROKEN, "a longer name");
	put(&other, PCI_TSM_A_OBJECT_DEV_NAME, DEVICE, sizeof(DEVICE));
	expect(read_pieces(&other, 1, &ev, false, &err) && err.kind == TSM_BROKEN,
	       "a piece that does not say what it is");
}

static void test_moving_evidence(void)
{
	struct msg m = piece((struct piece){ 5, 0, 30, 0, 10 });
	struct msg good = piece((struct piece){ 6, 0, 10, 0, 10 });
	struct tsm_error err = {};
	struct tsm_client *c = tsm_client_open(&err);
	struct tsm_evidence ev;

	say(&m);
	end_of_dump(EAGAIN);
	say(&good);
	end_of_dump(0);
	expect(!tsm_client_evidence(c, DEVICE, 0, 0, 0, false, &ev, &err) && ev.generation == 6 &&
	       ev.objects[0].len == 10, "evidence that moved is read again");
	tsm_evidence_free(&ev);
	end_of_dump(EAGAIN);
	expect(tsm_client_evidence(c, DEVICE, 0, 5, 0, false, &ev, &err) && err.code == EAGAIN,
	       "but not if a generation was named");
	for (int i = 0; i < 8; i++)
		end_of_dump(EAGAIN);
	expect(tsm_client_evidence(c, DEVICE, 0, 0, 0, false, &ev, &err) && err.code == EAGAIN,
	       "and not for ever");
	end_of_dump(0);
	expect(!tsm_client_evidence(c, DEVICE, 0, 0, 0, false, &ev, &err) && !ev.generation,
	       "no evidence is no error");
	tsm_client_close(c);
}

int main(void)
{
	test_requests();
	test_cancel();
	test_good_evidence();
	test_bad_evidence();
	test_bad_attributes();
	test_moving_evidence();
	printf("1..%d\n", cases);
	return failures ? 1 : 0;
}
