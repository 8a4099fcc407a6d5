// SPDX-License-Identifier: GPL-2.0
/*
 * Nonsense to the netlink family: messages that may have been valid once, spoilt in
 * their headers, attributes, lengths, nests and flags, from several threads over
 * shared sockets, some of which are never read; while devices connect, are removed
 * and found again, evidence changes and TSMs come and go. What comes back is
 * well-formed and an errno that is documented. Each operation may take 60 s.
 *
 * FUZZ_NL_OPS operations; FUZZ_SEED repeats the choices, not what they meet.
 */
#include "nl_raw.h"
#include "ops.h"

#define TOPOLOGY	"topology=ep*3,mf:2"
#define TSMS		"tsms=2 latency_ms=1"
#define THREADS		3
#define SOCKETS		8
#define DEVICES		5

/* A socket that threads share; it is replaced by who has the lock for writing */
static struct slot {
	struct raw nl;
	pthread_rwlock_t lock;
} slots[SOCKETS];

static struct bdf devices[DEVICES];
static __u64 last_cookie, last_generation;
static pthread_mutex_t hardware = PTHREAD_MUTEX_INITIALIZER;

static struct slot *any_slot(struct worker *w)
{
	return &slots[roll(w, SOCKETS)];
}

static const char *any_device(struct worker *w)
{
	return devices[roll(w, DEVICES)].s;
}

/*
 * What comes back
 */

static bool attrs_ok(const char *at, int len, int depth)
{
	while (len >= NLA_HDRLEN) {
		const struct nlattr *a = (void *)at;

		if (a->nla_len < NLA_HDRLEN || a->nla_len > len)
			return false;
		if (a->nla_type & NLA_F_NESTED && depth < 4 &&
		    !attrs_ok(raw_data(a), raw_len(a), depth + 1))
			return false;
		at += NLA_ALIGN(a->nla_len);
		len -= NLA_ALIGN(a->nla_len);
	}
	return len <= 0 && len > -NLA_ALIGNTO;
}

/* Errnos of the family, of generic netlink, and of netlink: a dump for a full socket */
static bool documented(int error)
{
	static const int errnos[] = {
		0, EINVAL, ERANGE, ENODEV, ENXIO, EOPNOTSUPP, ENOENT, EBUSY, EAGAIN, ENOMEM,
		ENOBUFS,
	};

	for (size_t i = 0; i < ARRAY_SIZE(errnos); i++)
		if (error == errnos[i])
			return true;
	return false;
}

static const char *fault_of_end(const struct nlmsghdr *h)
{
	int head = h->nlmsg_type == NLMSG_ERROR ? sizeof(struct nlmsgerr) : sizeof(int);

	if (h->nlmsg_len < NLMSG_LENGTH(head))
		return "an end that is too short";
	if (!documented(-*(int *)NLMSG_DATA(h)))
		return strerrorname_np(-*(int *)NLMSG_DATA(h)) ?: "an end with no errno at all";
	if (h->nlmsg_flags & NLM_F_ACK_TLVS &&
	    !attrs_ok((char *)h + NLMSG_LENGTH(head), h->nlmsg_len - NLMSG_LENGTH(head), 0))
		return "an end with bad attributes";
	return NULL;
}

static const char *fault_of(const struct raw *r, const struct nlmsghdr *h)
{
	if (h->nlmsg_type == NLMSG_ERROR || h->nlmsg_type == NLMSG_DONE)
		return fault_of_end(h);
	if (h->nlmsg_type != r->family)
		return "a message of another family";
	if (h->nlmsg_len < NLMSG_LENGTH(GENL_HDRLEN))
		return "a message that is too short";
	if (raw_cmd(h) < 1 || raw_cmd(h) > PCI_TSM_CMD_MAX)
		return "a message with no command";
	if (!attrs_ok((char *)h + NLMSG_LENGTH(GENL_HDRLEN),
		      h->nlmsg_len - NLMSG_LENGTH(GENL_HDRLEN), 0))
		return "a message with bad attributes";
	return NULL;
}

static void learn(const struct nlmsghdr *h)
{
	if (raw_cmd(h) >= PCI_TSM_CMD_CONNECT && raw_cmd(h) <= PCI_TSM_CMD_REQUEST_DONE) {
		last_cookie = raw_num(h, PCI_TSM_A_REQUEST_COOKIE) ?: last_cookie;
		last_generation = raw_num(h, PCI_TSM_A_REQUEST_GENERATION) ?: last_generation;
	}
}

/* At most @n datagrams of those that are there */
static void drain(struct raw *r, int n)
{
	static __thread char buf[65536];
	struct nlmsghdr *h = NULL;
	const char *fault;
	int len;

	while (n-- > 0 && (len = recv(r->fd, buf, sizeof(buf), MSG_DONTWAIT)) != 0) {
		if (len < 0 && errno == ENOBUFS)
			continue;
		if (len < 0)
			return;
		for (h = (void *)buf; NLMSG_OK(h, len); h = NLMSG_NEXT(h, len)) {
			fault = fault_of(r, h);
			if (fault)
				failure("what came back", fault);
			else if (h->nlmsg_type == r->family)
				learn(h);
		}
		if (len > 0)
			failure("what came back", "more bytes than messages");
	}
}

/*
 * What is sent
 */

static void put_any(struct worker *w, struct raw_msg *m, int type)
{
	static const int lengths[] = { 0, 1, 2, 3, 4, 5, 8, 16, 31, 32, 33, 255, 4000 };
	char junk[4000];
	int len = lengths[roll(w, ARRAY_SIZE(lengths))];

	for (int i = 0; i < len; i++)
		junk[i] = rand_r(&w->seed);
	raw_put(m, type, junk, len);
}

static void put_request(struct worker *w, struct raw_msg *m)
{
	char nonce[NONCE_SIZE] = { roll(w, 256) };

	raw_str(m, PCI_TSM_A_REQUEST_DEV_NAME, any_device(w));
	if (raw_cmd(&m->hdr) == PCI_TSM_CMD_EVIDENCE_REFRESH) {
		raw_u32(m, PCI_TSM_A_REQUEST_TYPES, roll(w, 0x1000));
		raw_put(m, PCI_TSM_A_REQUEST_NONCE, nonce, sizeof(nonce));
	} else if (roll(w, 4) == 0) {
		raw_u32(m, PCI_TSM_A_REQUEST_TSM_ID, roll(w, 3));
	}
}

static void put_object(struct worker *w, struct raw_msg *m)
{
	raw_str(m, PCI_TSM_A_OBJECT_DEV_NAME, any_device(w));
	if (roll(w, 2))
		raw_u32(m, PCI_TSM_A_OBJECT_TYPES, roll(w, 0x1000));
	if (roll(w, 3) == 0)
		raw_u64(m, PCI_TSM_A_OBJECT_COOKIE, last_cookie - roll(w, 3));
	else if (roll(w, 3) == 0)
		raw_u64(m, PCI_TSM_A_OBJECT_GENERATION, last_generation - roll(w, 2));
	if (roll(w, 4) == 0)
		raw_put(m, PCI_TSM_A_OBJECT_DIGESTS, NULL, 0);
}

/* A message that makes sense */
static void make_valid(struct worker *w, struct raw_msg *m, int family)
{
	int cmd = 1 + roll(w, PCI_TSM_CMD_MAX);
	int flags = roll(w, 2) ? NLM_F_ACK : 0;

	if (cmd == PCI_TSM_CMD_EVIDENCE_GET || (cmd <= PCI_TSM_CMD_DEV_GET && roll(w, 2)))
		flags |= NLM_F_DUMP;
	raw_begin(m, family, cmd, flags);
	if (cmd == PCI_TSM_CMD_TSM_GET && !(flags & NLM_F_DUMP))
		raw_u32(m, PCI_TSM_A_TSM_ID, roll(w, 3));
	else if (cmd == PCI_TSM_CMD_DEV_GET && !(flags & NLM_F_DUMP))
		raw_str(m, PCI_TSM_A_DEV_NAME, any_device(w));
	else if (cmd == PCI_TSM_CMD_REQUEST_CANCEL)
		raw_u64(m, PCI_TSM_A_REQUEST_COOKIE, last_cookie - roll(w, 3));
	else if (cmd == PCI_TSM_CMD_EVIDENCE_GET || cmd == PCI_TSM_CMD_EVIDENCE_SET)
		put_object(w, m);
	else if (cmd >= PCI_TSM_CMD_CONNECT)
		put_request(w, m);
}

/* An attribute of the message, or NULL if it has none (any more) */
static struct nlattr *any_attr(struct worker *w, struct raw_msg *m)
{
	int len = m->hdr.nlmsg_len - NLMSG_LENGTH(GENL_HDRLEN), n = 0, at = 0;
	char *first = m->bytes + NLMSG_LENGTH(GENL_HDRLEN);
	struct nlattr *a;

	raw_for_each_attr(a, first, len)
		n++;
	if (n)
		at = roll(w, n);
	raw_for_each_attr(a, first, len)
		if (n && !at--)
			return a;
	return NULL;
}

/* All that follows the header into a nest, as deep as nobody expects */
static void nest(struct worker *w, struct raw_msg *m)
{
	char *first = m->bytes + NLMSG_LENGTH(GENL_HDRLEN);

	for (int n = 1 + roll(w, roll(w, 8) ? 2 : 200); n && m->hdr.nlmsg_len < 8000; n--) {
		int len = m->hdr.nlmsg_len - NLMSG_LENGTH(GENL_HDRLEN);
		struct nlattr *a = (void *)first;

		memmove(first + NLA_HDRLEN, first, len);
		a->nla_len = NLA_HDRLEN + len;
		a->nla_type = roll(w, 20) | (roll(w, 4) ? NLA_F_NESTED : 0);
		m->hdr.nlmsg_len += NLA_HDRLEN;
	}
}

static void spoil_attr(struct worker *w, struct raw_msg *m)
{
	struct nlattr *a = any_attr(w, m);

	if (!a)
		return;
	switch (roll(w, 4)) {
	case 0:
		a->nla_type ^= 1 << roll(w, 16);
		break;
	case 1:
		a->nla_type = roll(w, 24);
		break;
	case 2:
		a->nla_len = roll(w, 4) ? a->nla_len + roll(w, 9) - 4 : rand_r(&w->seed);
		break;
	default:
		if (a->nla_len > NLA_HDRLEN)
			((char *)raw_data(a))[roll(w, raw_len(a))] = rand_r(&w->seed);
	}
}

static void spoil(struct worker *w, struct raw_msg *m)
{
	struct genlmsghdr *genl = NLMSG_DATA(&m->hdr);

	switch (roll(w, 10)) {
	case 0:
		genl->cmd = roll(w, 4) ? roll(w, PCI_TSM_CMD_MAX + 2) : roll(w, 256);
		break;
	case 1:
		m->hdr.nlmsg_flags ^= 1 << roll(w, 16);
		break;
	case 2:
		m->hdr.nlmsg_flags ^= NLM_F_DUMP;
		break;
	case 3:
		m->hdr.nlmsg_len -= roll(w, m->hdr.nlmsg_len - NLMSG_LENGTH(GENL_HDRLEN) + 1);
		break;
	case 4:
		nest(w, m);
		break;
	case 5:
		if (m->hdr.nlmsg_len < 8000)
			put_any(w, m, roll(w, 24));
		break;
	case 6:
		genl->version = rand_r(&w->seed);
		genl->reserved = rand_r(&w->seed);
		break;
	default:
		spoil_attr(w, m);
	}
}

static int op_message(struct worker *w, struct slot *s)
{
	static __thread struct raw_msg m;
	size_t len;

	pthread_rwlock_rdlock(&s->lock);
	make_valid(w, &m, s->nl.family);
	for (int n = roll(w, 5); n; n--)
		spoil(w, &m);
	m.hdr.nlmsg_seq = rand_r(&w->seed);
	/* A length that says more than there is, or less */
	len = m.hdr.nlmsg_len + (roll(w, 50) ? 0 : roll(w, 40));
	if (send(s->nl.fd, &m, len, MSG_DONTWAIT) < 0 &&
	    errno != ENOBUFS && errno != EAGAIN && errno != ECONNREFUSED)
		failure("send", strerrorname_np(errno));
	/* Some are hardly ever read, so that they overflow and their dumps are stuck */
	drain(&s->nl, s < slots + 2 ? !roll(w, 50) : 1 + roll(w, 8));
	pthread_rwlock_unlock(&s->lock);
	return 0;
}

static int op_junk(struct worker *w, struct slot *s)
{
	static __thread struct raw_msg m;
	int len = NLMSG_LENGTH(GENL_HDRLEN) + roll(w, 300);

	pthread_rwlock_rdlock(&s->lock);
	for (int i = 0; i < len; i++)
		m.bytes[i] = rand_r(&w->seed);
	m.hdr.nlmsg_len = len;
	m.hdr.nlmsg_type = s->nl.family;
	m.hdr.nlmsg_flags |= NLM_F_REQUEST;
	send(s->nl.fd, &m, len, MSG_DONTWAIT);
	drain(&s->nl, 4);
	pthread_rwlock_unlock(&s->lock);
	return 0;
}

/* Whatever it still has is dropped with it */
static int op_reopen(struct worker *w, struct slot *s)
{
	pthread_rwlock_wrlock(&s->lock);
	raw_close(&s->nl);
	s->nl = raw_open();
	if (s->nl.error)
		failure("a new socket", strerrorname_np(s->nl.error) ?: "no answer");
	if (roll(w, 2))
		raw_subscribe(&s->nl);
	pthread_rwlock_unlock(&s->lock);
	return 0;
}

static int op_connect(struct worker *w, struct slot *s)
{
	return put("1", DEV "tsm/connect", any_device(w));
}

static int op_disconnect(struct worker *w, struct slot *s)
{
	return put("1", DEV "tsm/disconnect", any_device(w));
}

static int op_evidence(struct worker *w, struct slot *s)
{
	static const int lengths[] = { 0, 1, 1000, 33000, 65536, 300000, 16777217 };

	return put(str("%d %d %d", roll(w, 12), lengths[roll(w, 7)], roll(w, 4)),
		   TSM_DEBUG "evidence");
}

static int op_fault(struct worker *w, struct slot *s)
{
	static const char * const faults[] = {
		"* refresh_evidence hang 200", "* refresh_evidence error -121",
		"* connect hang 200", "clear", "clear",
	};

	return put(faults[roll(w, 5)], TSM_DEBUG "fault");
}

static int op_remove(struct worker *w, struct slot *s)
{
	int rc;

	pthread_mutex_lock(&hardware);
	rc = put("1", DEV "remove", any_device(w));
	rc = put("1", "/sys/bus/pci/rescan") ?: rc;
	pthread_mutex_unlock(&hardware);
	return rc;
}

/* Its number is free again only when the last who looks at it has looked away */
static int second_tsm(void)
{
	int id = 1;

	while (id < 1000 && access(str("/sys/class/tsm/tsm%d", id), F_OK))
		id++;
	return id;
}

static int op_tsms(struct worker *w, struct slot *s)
{
	int rc;

	pthread_mutex_lock(&hardware);
	rc = put(str("del %d", second_tsm()), TSM_DEBUG "tsms");
	rc = put("add 0", TSM_DEBUG "tsms") ?: rc;
	pthread_mutex_unlock(&hardware);
	return rc;
}

static const int connect_errnos[] = {
	ENOENT, ENODEV, ENXIO, EBUSY, ECANCELED, EIO, EREMOTEIO, 0
};

static const int disconnect_errnos[] = { ENOENT, ENODEV, ENXIO, EBUSY, 0 };
static const int remove_errnos[] = { ENOENT, ENODEV, 0 };

/* Shares are of 1000 */
static struct op ops[] = {
	{ "message", 880, op_message },
	{ "junk", 50, op_junk },
	{ "new socket", 20, op_reopen },
	{ "connect", 20, op_connect, connect_errnos },
	{ "disconnect", 10, op_disconnect, disconnect_errnos },
	{ "evidence", 12, op_evidence },
	{ "fault", 5, op_fault },
	{ "remove and rescan", 2, op_remove, remove_errnos },
	{ "TSM goes and comes", 1, op_tsms },
};

static void setup(void)
{
	bool ok = devsec_load(TOPOLOGY, TSMS);

	for (int i = 0; i < DEVICES; i++)
		ok = ok && devsec_find(&devices[i], i < 3 ? "ep" : "mf", "endpoint",
				       i < 3 ? i : i - 3);
	for (int i = 0; ok && i < SOCKETS; i++) {
		pthread_rwlock_init(&slots[i].lock, NULL);
		slots[i].nl = raw_open();
		ok = !slots[i].nl.error && (i % 2 || !raw_subscribe(&slots[i].nl));
	}
	if (ok)
		return;
	printf("Bail out! no emulation, or no family\n");
	exit(1);
}

/* All devices but the one whose DSM is elsewhere */
static bool usable(void)
{
	bool ok = true;

	put("clear", TSM_DEBUG "fault");
	for (int i = 0; i < SOCKETS; i++)
		raw_close(&slots[i].nl);
	for (int i = 0; i < DEVICES - 1; i++) {
		int rc = put("1", DEV "tsm/disconnect", devices[i].s);

		rc = put("1", DEV "tsm/connect", devices[i].s) ?:
		     put("1", DEV "tsm/disconnect", devices[i].s);
		if (rc)
			printf("# %s: %s\n", devices[i].s, strerrorname_np(-rc));
		ok &= !rc;
	}
	return ok;
}

int main(void)
{
	unsigned int seed = param("FUZZ_SEED", time(NULL));
	long total = param("FUZZ_NL_OPS", 20000);
	int bad = 0;

	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("TAP version 13\n1..6\n# %ld operations, FUZZ_SEED=%u\n", total, seed);
	setup();
	plan.ops = ops;
	plan.nr_ops = ARRAY_SIZE(ops);
	plan.slot = any_slot;
	ops_run(total, seed, THREADS);
	bad += result(true, 1, "no task is stuck");
	bad += result(!failures, 2, "what comes back is well-formed, and errnos are documented");
	bad += result(ops_report(total), 3, "each operation succeeded at least once");
	bad += result(usable(), 4, "every device connects again");
	bad += result(nothing_left(2), 5, "no stream, context or TDI is left");
	bad += result(devsec_unload(), 6, "the modules unload and report no leak");
	return bad > 0;
}
