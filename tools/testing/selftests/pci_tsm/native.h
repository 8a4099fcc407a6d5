/* SPDX-License-Identifier: GPL-2.0 */
/* What the tests of native SPDM need besides devsec.h: the software DSM, anchors, the TSM. */
#ifndef NATIVE_H
#define NATIVE_H

#include "devsec.h"

#define IDENTITY	"/etc/devsec-dsm/"
#define NATIVE_DEBUG	"/sys/kernel/debug/native_tsm/"
#define NATIVE_PARAM	"/sys/module/native_tsm/parameters/"
#define DSM_PID		"/run/devsec-dsm.pid"
#define ANCHOR		"/tests/anchor "

static inline void dsm_stop(void)
{
	run("kill $(cat " DSM_PID " 2>/dev/null) 2>/dev/null");
	run("while [ -e " DSM_PID " ]; do usleep 5000; done");
}

/* The software DSM serves all devices, with these options */
static inline bool dsm_start(const char *options)
{
	dsm_stop();
	return !run("devsec-dsm --pid-file " DSM_PID " %s >/tmp/dsm.out 2>&1", options) ||
	       run("cat /tmp/dsm.out") < 0;
}

/* Everything that a verified connect needs, with these parameters of the TSM */
static inline bool native_load(const char *topology, const char *dsm, const char *tsm)
{
	char bus[256], options[256];

	/* Whatever str() made does not live until it is used */
	snprintf(bus, sizeof(bus), "%s", topology);
	snprintf(options, sizeof(options), "%s", dsm);
	return devsec_load(bus, NULL) && dsm_start(options) && !run(ANCHOR "clear") &&
	       !run(ANCHOR "add " IDENTITY "root-*.der >/tmp/anchors") &&
	       !run("modprobe native_tsm %s", tsm);
}

static inline bool native_unload(void)
{
	bool ok = !run("[ ! -e /sys/module/native_tsm ] || rmmod native_tsm");

	dsm_stop();
	return devsec_unload() & ok;
}

/* What the native TSM says of a key of its connection, or "" */
static inline char *info(const char *dev, const char *key)
{
	run("sed -n 's/^%s: *//p' " NATIVE_DEBUG "%s/info >/tmp/told", key, dev);
	return get("/tmp/told");
}

static inline int secure_ends(void)
{
	run("grep -c ':secure' " BUS_DEBUG "state >/tmp/secure");
	return atoi(get("/tmp/secure"));
}

#endif /* NATIVE_H */
