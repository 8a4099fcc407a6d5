/* SPDX-License-Identifier: GPL-2.0 */
/* The character device of the software DSM, from the side of a DSM. */
#ifndef DSM_H
#define DSM_H

#include <sys/ioctl.h>

#include "../../../../samples/devsec/dsm-link.h"
#include "cfg.h"

#define DSM_DEV		"/dev/" DEVSEC_DSM_NAME

#define DOE_CMA		0x00010001u
#define DOE_SECURED	0x00020001u

/* A message with room for the longest object */
struct msg {
	struct devsec_dsm_msg head;
	__u32 payload[DEVSEC_DSM_PAYLOAD_MAX / 4];
};

/* Wait for it as well: there is no udev while a module is loaded */
static inline int dsm_open(int flags)
{
	long end = now_ms() + 5000;
	int fd;

	while ((fd = open(DSM_DEV, O_RDWR | O_CLOEXEC | flags)) < 0 && errno == ENOENT &&
	       now_ms() < end)
		usleep(2000);
	return fd < 0 ? -errno : fd;
}

/* Bytes, or a negative errno */
static inline int dsm_read(int fd, struct msg *msg)
{
	int rc;

	memset(msg, 0, sizeof(*msg));
	rc = read(fd, msg, sizeof(*msg));
	return rc < 0 ? -errno : rc;
}

/* Answer @cookie with @len bytes: 0 or a negative errno */
static inline int dsm_write(int fd, int kind, __u32 cookie, const void *data, size_t len)
{
	static struct msg msg;

	msg.head = (struct devsec_dsm_msg){ .kind = kind, .cookie = cookie, .len = len };
	memcpy(msg.payload, data, len);
	return write(fd, &msg, sizeof(msg.head) + len) < 0 ? -errno : 0;
}

static inline __u16 bdf_domain(const char *bdf)
{
	return strtoul(bdf, NULL, 16);
}

static inline __u16 bdf_rid(const char *bdf)
{
	return strtoul(bdf + 5, NULL, 16) << 8 | strtoul(bdf + 8, NULL, 16) << 3 | (bdf[11] - '0');
}

/* As in IDE_KM: key set, 0 to receive and 1 to send, sub-stream */
#define SUB(set, tx, sub)	((set) | (tx) << 1 | (sub) << 4)

/* One step with a key whose bytes are all @fill */
static inline int dsm_key(int fd, const char *bdf, int op, __u8 id, __u8 key_sub, __u8 fill)
{
	struct devsec_dsm_key key = {
		.domain = bdf_domain(bdf), .rid = bdf_rid(bdf), .op = op, .stream_id = id,
		.key_sub = key_sub, .ifv = 1,
	};

	memset(key.key, fill, sizeof(key.key));
	return ioctl(fd, DEVSEC_DSM_IOC_KEY, &key) < 0 ? -errno : 0;
}

/*
 * The same with three sub-streams of one direction; each has a key of its own, and
 * the one of sub-stream s is @fill + s. The first error, or 0.
 */
static inline int dsm_keys(int fd, const char *bdf, int op, __u8 id, int set, int tx, __u8 fill)
{
	int rc = 0;

	for (int s = 0; s < 3 && !rc; s++)
		rc = dsm_key(fd, bdf, op, id, SUB(set, tx, s), fill + s);
	return rc;
}

#endif /* DSM_H */
