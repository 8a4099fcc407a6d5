/* SPDX-License-Identifier: GPL-2.0 */
/* Uevents of PCI/TSM, as the kernel sends them: a socket, and one event at a time. */
#ifndef UEVENT_H
#define UEVENT_H

#include <linux/netlink.h>
#include <poll.h>
#include <sys/socket.h>

#include "devsec.h"

#define UEVENT_FIELD	32

struct uevent {
	char dev[UEVENT_FIELD];		/* last word of DEVPATH */
	char action[UEVENT_FIELD];
	char event[UEVENT_FIELD];
	char tsm[UEVENT_FIELD];
	char state[UEVENT_FIELD];
	char reason[UEVENT_FIELD];
	long seq;
};

static inline int uevent_open(void)
{
	struct sockaddr_nl addr = { .nl_family = AF_NETLINK, .nl_groups = 1 };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_KOBJECT_UEVENT);
	int size = 4 << 20;

	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	return bind(fd, (struct sockaddr *)&addr, sizeof(addr)) ? -1 : fd;
}

static inline void uevent_field(const char *line, const char *name, char *field)
{
	size_t len = strlen(name);

	if (!strncmp(line, name, len))
		snprintf(field, UEVENT_FIELD, "%s", line + len);
}

static inline void uevent_parse(struct uevent *u, const char *buf, const char *end)
{
	*u = (struct uevent) { .seq = -1 };
	for (; buf < end; buf += strlen(buf) + 1) {
		if (!strncmp(buf, "DEVPATH=", 8))
			snprintf(u->dev, UEVENT_FIELD, "%s", strrchr(buf, '/') + 1);
		if (!strncmp(buf, "TSM_SEQ=", 8))
			u->seq = strtol(buf + 8, NULL, 10);
		uevent_field(buf, "ACTION=", u->action);
		uevent_field(buf, "TSM_EVENT=", u->event);
		uevent_field(buf, "TSM=", u->tsm);
		uevent_field(buf, "TSM_STATE=", u->state);
		uevent_field(buf, "TSM_REASON=", u->reason);
	}
}

/* The next one that is ours (and about @dev, if not NULL), within @ms milliseconds */
static inline bool uevent_next(int fd, const char *dev, struct uevent *u, int ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	long end = now_ms() + ms;
	char buf[8192];

	while (poll(&p, 1, ms) > 0) {
		ssize_t len = recv(fd, buf, sizeof(buf) - 1, 0);

		if (len <= 0)
			return false;
		buf[len] = '\0';
		uevent_parse(u, buf, buf + len);
		if (*u->event && (!dev || !strcmp(u->dev, dev)))
			return true;
		ms = end > now_ms() ? end - now_ms() : 0;
	}
	return false;
}

/* Read all that came so far; the number of events about @dev */
static inline int uevent_drain(int fd, const char *dev)
{
	struct uevent u;
	int n = 0;

	while (uevent_next(fd, dev, &u, 0))
		n++;
	return n;
}

#endif /* UEVENT_H */
