/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Messages of the netlink family byte by byte, for what the generated client
 * cannot say, and all that comes back: errno, text, and the attribute at fault.
 */
#ifndef NL_RAW_H
#define NL_RAW_H

#include <linux/genetlink.h>
#include <linux/pci-tsm.h>
#include <poll.h>
#include <sys/socket.h>

#include "devsec.h"

#define RAW_MAX		70000	/* more than an attribute can have */
#define RAW_KEPT	160
#define RAW_ROOM	65536
#define NONCE_SIZE	PCI_TSM_NONCE_SIZE

/**
 * struct raw - a socket, and what was last said to it
 * @fd: the socket
 * @family: number of the family, 0 if there is none
 * @room: how much it takes at once: the kernel makes its messages no larger
 * @seq: of the last request
 * @portid: its own
 * @error: errno of the last ack, 0 for success, -1 if there was none
 * @bad: number of the attribute that was at fault, 0 for none
 * @miss: number of the attribute that was missing, 0 for none
 * @text: what was said of it, or ""
 * @kept: what was told unasked while an answer was waited for
 * @nr_kept: number of these
 */
struct raw {
	int fd;
	int family;
	size_t room;
	__u32 seq;
	__u32 portid;
	int error;
	int bad;
	int miss;
	char text[128];
	struct nlmsghdr *kept[RAW_KEPT];
	int nr_kept;
};

/* A message that is being made, or one of those that came back */
struct raw_msg {
	union {
		struct nlmsghdr hdr;
		char bytes[RAW_MAX];
	};
};

#define TYPE_BIT(type)	(1U << (type))

#define raw_for_each_attr(a, p, len)						\
	for (a = (void *)(p);							\
	     (char *)(a) + NLA_HDRLEN <= (char *)(p) + (len) &&			\
	     (a)->nla_len >= NLA_HDRLEN && (char *)(a) + (a)->nla_len <= (char *)(p) + (len); \
	     a = (void *)((char *)(a) + NLA_ALIGN((a)->nla_len)))

static inline void raw_begin(struct raw_msg *m, int family, int cmd, int flags)
{
	struct genlmsghdr *genl = NLMSG_DATA(&m->hdr);

	m->hdr = (struct nlmsghdr) {
		.nlmsg_len = NLMSG_LENGTH(GENL_HDRLEN),
		.nlmsg_type = family,
		.nlmsg_flags = NLM_F_REQUEST | flags,
	};
	*genl = (struct genlmsghdr) { .cmd = cmd, .version = 1 };
}

static inline void raw_put(struct raw_msg *m, int type, const void *data, size_t len)
{
	struct nlattr *a = (void *)(m->bytes + NLMSG_ALIGN(m->hdr.nlmsg_len));

	a->nla_type = type;
	a->nla_len = NLA_HDRLEN + len;
	if (len)
		memcpy((char *)a + NLA_HDRLEN, data, len);
	memset((char *)a + a->nla_len, 0, NLA_ALIGN(a->nla_len) - a->nla_len);
	m->hdr.nlmsg_len = NLMSG_ALIGN(m->hdr.nlmsg_len) + NLA_ALIGN(a->nla_len);
}

static inline void raw_str(struct raw_msg *m, int type, const char *s)
{
	raw_put(m, type, s, strlen(s) + 1);
}

static inline void raw_u32(struct raw_msg *m, int type, __u32 v)
{
	raw_put(m, type, &v, sizeof(v));
}

static inline void raw_u64(struct raw_msg *m, int type, __u64 v)
{
	raw_put(m, type, &v, sizeof(v));
}

static inline void *raw_data(const struct nlattr *a)
{
	return (char *)a + NLA_HDRLEN;
}

static inline int raw_len(const struct nlattr *a)
{
	return a->nla_len - NLA_HDRLEN;
}

/* The first attribute of a type among those at @at, or NULL */
static inline struct nlattr *raw_find(const void *at, int len, int type)
{
	struct nlattr *a;

	raw_for_each_attr(a, at, len)
		if ((a->nla_type & NLA_TYPE_MASK) == type)
			return a;
	return NULL;
}

/* The same in a reply of a generic netlink family */
static inline struct nlattr *raw_attr(const struct nlmsghdr *h, int type)
{
	return raw_find((const char *)h + NLMSG_LENGTH(GENL_HDRLEN),
			h->nlmsg_len - NLMSG_LENGTH(GENL_HDRLEN), type);
}

/* The same within a nest of the reply */
static inline struct nlattr *raw_nested(const struct nlmsghdr *h, int nest, int type)
{
	struct nlattr *a = raw_attr(h, nest);

	return a ? raw_find(raw_data(a), raw_len(a), type) : NULL;
}

/* A number of any width; 0 if it is not there */
static inline __u64 raw_num(const struct nlmsghdr *h, int type)
{
	struct nlattr *a = raw_attr(h, type);
	__u64 v = 0;

	if (a && raw_len(a) <= 8)
		memcpy(&v, raw_data(a), raw_len(a));
	return v;
}

static inline const char *raw_text(const struct nlmsghdr *h, int type)
{
	struct nlattr *a = raw_attr(h, type);

	return a ? raw_data(a) : "";
}

static inline int raw_cmd(const struct nlmsghdr *h)
{
	return ((struct genlmsghdr *)NLMSG_DATA(h))->cmd;
}

static inline void raw_send(struct raw *r, struct raw_msg *m)
{
	m->hdr.nlmsg_seq = ++r->seq;
	if (send(r->fd, m, m->hdr.nlmsg_len, 0) < 0)
		r->error = errno;
}

/* One datagram; its length, or a negative errno. -EAGAIN: nothing within @ms */
static inline int raw_recv(struct raw *r, void *buf, size_t size, int ms)
{
	struct pollfd pfd = { .fd = r->fd, .events = POLLIN };
	ssize_t len;

	if (poll(&pfd, 1, ms) <= 0)
		return -EAGAIN;
	len = recv(r->fd, buf, size, MSG_DONTWAIT);
	return len < 0 ? -errno : len;
}

static inline void raw_keep(struct raw *r, const struct nlmsghdr *h)
{
	if (r->nr_kept < RAW_KEPT)
		r->kept[r->nr_kept++] = memcpy(malloc(h->nlmsg_len), h, h->nlmsg_len);
}

static inline bool raw_take_kept(struct raw *r, struct raw_msg *m)
{
	if (!r->nr_kept)
		return false;
	memcpy(m, r->kept[0], r->kept[0]->nlmsg_len);
	free(r->kept[0]);
	memmove(r->kept, r->kept + 1, --r->nr_kept * sizeof(r->kept[0]));
	return true;
}

static inline void raw_close(struct raw *r)
{
	while (r->nr_kept)
		free(r->kept[--r->nr_kept]);
	close(r->fd);
}

/* What an ack or the end of a dump says; @m is the message that it is about */
static inline void raw_judge(struct raw *r, const struct nlmsghdr *h, const struct raw_msg *m)
{
	int off = NLMSG_LENGTH(h->nlmsg_type == NLMSG_ERROR ? sizeof(struct nlmsgerr) : 4);
	struct nlattr *a;

	r->error = -*(int *)NLMSG_DATA(h);
	r->bad = 0;
	r->miss = 0;
	r->text[0] = '\0';
	if (!(h->nlmsg_flags & NLM_F_ACK_TLVS))
		return;
	raw_for_each_attr(a, (char *)h + off, h->nlmsg_len - off) {
		if (a->nla_type == NLMSGERR_ATTR_MSG)
			snprintf(r->text, sizeof(r->text), "%s", (char *)raw_data(a));
		if (a->nla_type == NLMSGERR_ATTR_MISS_TYPE)
			r->miss = *(__u32 *)raw_data(a);
		if (a->nla_type == NLMSGERR_ATTR_OFFS)
			r->bad = ((struct nlattr *)(m->bytes + *(__u32 *)raw_data(a)))->nla_type &
				 NLA_TYPE_MASK;
	}
}

/*
 * Send a message, pass what comes back to @each, until its ack or the end of its
 * dump. Returns its errno, or -1 if there was no end of it.
 */
typedef void (*raw_fn)(const struct nlmsghdr *h, void *data);

static inline int raw_talk_each(struct raw *r, struct raw_msg *m, raw_fn each, void *data)
{
	static __thread char buf[RAW_ROOM];
	struct nlmsghdr *h;
	int len;

	r->error = -1;
	raw_send(r, m);
	while (r->error < 0) {
		len = raw_recv(r, buf, r->room, 20000);
		if (len < 0)
			return -1;
		for (h = (void *)buf; NLMSG_OK(h, len); h = NLMSG_NEXT(h, len)) {
			if (h->nlmsg_seq != r->seq)
				raw_keep(r, h);
			else if (h->nlmsg_type == NLMSG_ERROR || h->nlmsg_type == NLMSG_DONE)
				raw_judge(r, h, m);
			else if (each)
				each(h, data);
		}
	}
	return r->error;
}

static inline void raw_keep_one(const struct nlmsghdr *h, void *data)
{
	memcpy(data, h, h->nlmsg_len);
}

/* The same for what has one reply, which is kept in @reply, if that is not NULL */
static inline int raw_talk(struct raw *r, struct raw_msg *m, struct raw_msg *reply)
{
	m->hdr.nlmsg_flags |= NLM_F_ACK;
	return raw_talk_each(r, m, reply ? raw_keep_one : NULL, reply);
}

static inline int raw_find_family(struct raw *r)
{
	static __thread struct raw_msg m, reply;

	raw_begin(&m, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 0);
	raw_str(&m, CTRL_ATTR_FAMILY_NAME, PCI_TSM_FAMILY_NAME);
	if (!raw_talk(r, &m, &reply))
		r->family = raw_num(&reply.hdr, CTRL_ATTR_FAMILY_ID);
	return r->error;
}

/* A socket; if there is no family, that is in @error */
static inline struct raw raw_open_room(size_t room)
{
	struct raw r = {
		.fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC),
		.room = room,
	};
	struct sockaddr_nl addr = { .nl_family = AF_NETLINK };
	socklen_t len = sizeof(addr);
	int one = 1;

	bind(r.fd, (void *)&addr, len);
	getsockname(r.fd, (void *)&addr, &len);
	r.portid = addr.nl_pid;
	setsockopt(r.fd, SOL_NETLINK, NETLINK_EXT_ACK, &one, sizeof(one));
	setsockopt(r.fd, SOL_NETLINK, NETLINK_CAP_ACK, &one, sizeof(one));
	raw_find_family(&r);
	return r;
}

static inline struct raw raw_open(void)
{
	return raw_open_room(RAW_ROOM);
}

/* Listen to the family's only group */
static inline int raw_subscribe(struct raw *r)
{
	static __thread struct raw_msg m, reply;
	struct nlattr *groups, *group, *a;
	int id = 0;

	raw_begin(&m, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 0);
	raw_str(&m, CTRL_ATTR_FAMILY_NAME, PCI_TSM_FAMILY_NAME);
	if (raw_talk(r, &m, &reply))
		return -r->error;
	groups = raw_attr(&reply.hdr, CTRL_ATTR_MCAST_GROUPS);
	raw_for_each_attr(group, raw_data(groups), raw_len(groups))
		raw_for_each_attr(a, raw_data(group), raw_len(group))
			if (a->nla_type == CTRL_ATTR_MCAST_GRP_ID)
				id = *(__u32 *)raw_data(a);
	return setsockopt(r->fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &id, sizeof(id)) ? -errno : 0;
}

/* The next message of a kind within @ms, others are dropped; false if none came */
static inline bool raw_await(struct raw *r, int cmd, struct raw_msg *m, int ms)
{
	long end = now_ms() + ms;
	int len;

	do {
		len = raw_take_kept(r, m) ? (int)m->hdr.nlmsg_len :
		      raw_recv(r, m, r->room, end > now_ms() ? end - now_ms() : 0);
		if (len > 0 && m->hdr.nlmsg_type == r->family && raw_cmd(&m->hdr) == cmd)
			return true;
	} while (len > 0 || now_ms() < end);
	return false;
}

/* A verb that has no more than its device to say; the cookie, or 0 */
static inline __u64 raw_verb(struct raw *r, int cmd, const char *dev)
{
	static __thread struct raw_msg m, reply;

	raw_begin(&m, r->family, cmd, 0);
	raw_str(&m, PCI_TSM_A_REQUEST_DEV_NAME, dev);
	return raw_talk(r, &m, &reply) ? 0 : raw_num(&reply.hdr, PCI_TSM_A_REQUEST_COOKIE);
}

/* The same for evidence of @types, signed over a nonce that is all of one byte */
static inline __u64 raw_refresh(struct raw *r, const char *dev, __u32 types, int byte)
{
	static __thread struct raw_msg m, reply;
	char nonce[NONCE_SIZE];

	memset(nonce, byte, sizeof(nonce));
	raw_begin(&m, r->family, PCI_TSM_CMD_EVIDENCE_REFRESH, 0);
	raw_str(&m, PCI_TSM_A_REQUEST_DEV_NAME, dev);
	raw_u32(&m, PCI_TSM_A_REQUEST_TYPES, types);
	raw_put(&m, PCI_TSM_A_REQUEST_NONCE, nonce, sizeof(nonce));
	return raw_talk(r, &m, &reply) ? 0 : raw_num(&reply.hdr, PCI_TSM_A_REQUEST_COOKIE);
}

static inline int raw_cancel(struct raw *r, __u64 cookie)
{
	static __thread struct raw_msg m;

	raw_begin(&m, r->family, PCI_TSM_CMD_REQUEST_CANCEL, 0);
	raw_u64(&m, PCI_TSM_A_REQUEST_COOKIE, cookie);
	return raw_talk(r, &m, NULL);
}

/* The errno that a request ended with, of those that end next; -1: it was not told */
static inline int raw_end(struct raw *r, __u64 cookie, int ms)
{
	static __thread struct raw_msg m;
	long end = now_ms() + ms;

	while (now_ms() < end && raw_await(r, PCI_TSM_CMD_REQUEST_DONE, &m, end - now_ms()))
		if (raw_num(&m.hdr, PCI_TSM_A_REQUEST_COOKIE) == cookie)
			return raw_num(&m.hdr, PCI_TSM_A_REQUEST_ERROR);
	return -1;
}

/* How a request ended, which is begun here */
static inline int raw_do(struct raw *r, int cmd, const char *dev)
{
	__u64 cookie = raw_verb(r, cmd, dev);

	return cookie ? raw_end(r, cookie, 20000) : r->error;
}

/* What dev-get says of a device; its errno */
static inline int raw_dev(struct raw *r, const char *dev, struct raw_msg *reply)
{
	static __thread struct raw_msg m;

	raw_begin(&m, r->family, PCI_TSM_CMD_DEV_GET, 0);
	raw_str(&m, PCI_TSM_A_DEV_NAME, dev);
	return raw_talk(r, &m, reply);
}

static inline __u64 raw_dev_num(struct raw *r, const char *dev, int type)
{
	static __thread struct raw_msg reply;

	return raw_dev(r, dev, &reply) ? 0 : raw_num(&reply.hdr, type);
}

/* Wait until a device is in a state, which is a number of enum pci_tsm_state */
static inline bool raw_await_state(struct raw *r, const char *dev, int state, long ms)
{
	long end = now_ms() + ms;

	while (raw_dev_num(r, dev, PCI_TSM_A_DEV_STATE) != state) {
		if (now_ms() > end)
			return false;
		usleep(5000);
	}
	return true;
}

#endif /* NL_RAW_H */
