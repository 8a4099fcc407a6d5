/* SPDX-License-Identifier: GPL-2.0 */
/* What all tests need of the emulation: its modules, its devices, their files. */
#ifndef DEVSEC_H
#define DEVSEC_H

#include <fcntl.h>
#include <stdbool.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../kselftest.h"

#define DEV		"/sys/bus/pci/devices/%s/"
#define BUS_DEBUG	"/sys/kernel/debug/devsec_bus/"
#define TSM_DEBUG	"/sys/kernel/debug/devsec_tsm/"
#define DSMS		"/sys/kernel/debug/pci_tsm/dsms"
#define DOE_LATENCY_MS	"/sys/module/devsec_bus/parameters/doe_latency_ms"

/* How long it may take on a slow machine until a writer sleeps in the kernel */
#define BLOCKED_MS	30000

/* Emulated machines are slow: the harness gives a test 30 s */
#undef TEST_TIMEOUT_DEFAULT
#define TEST_TIMEOUT_DEFAULT 240
struct bdf {
	char s[16];		/* as in 0010:01:00.0 */
};

static inline long now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000L + t.tv_nsec / 1000;
}

static inline long now_ms(void)
{
	return now_us() / 1000;
}

/* A string that lives until eight others were made */
static inline __printf(1, 2) char *str(const char *fmt, ...)
{
	static __thread char bufs[8][256];
	static __thread unsigned int next;
	char *buf = bufs[next++ % 8];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(buf, sizeof(bufs[0]), fmt, ap);
	va_end(ap);
	return buf;
}

/* The exit status of a shell command */
#define run(...)		run_cmd(str(__VA_ARGS__))
static inline int run_cmd(const char *cmd)
{
	return system(cmd) >> 8;
}

/* Write to a file at once: 0 or a negative errno */
#define put(text, ...)		put_path(text, str(__VA_ARGS__))
static inline int put_bytes(const char *buf, size_t len, const char *path)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	int rc = fd < 0 || write(fd, buf, len) < 0 ? -errno : 0;

	close(fd);
	return rc;
}

static inline int put_path(const char *text, const char *path)
{
	return put_bytes(text, strlen(text), path);
}

/* The same in a process of its own; put_end() waits for the result */
#define put_begin(text, ...)	put_path_begin(text, str(__VA_ARGS__))
static inline pid_t put_path_begin(const char *text, const char *path)
{
	pid_t pid = fork();

	if (!pid)
		_exit(-put_path(text, path));
	return pid;
}

static inline int put_end(pid_t pid)
{
	int status = -1;

	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? -WEXITSTATUS(status) : -EINTR;
}

/* What is in a file, without the last newline; or the name of the error */
#define get(...)		get_path(str(__VA_ARGS__))
static inline char *get_path(const char *path)
{
	static __thread char bufs[4][8192];
	static __thread unsigned int next;
	char *buf = bufs[next++ % 4];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t len = fd < 0 ? -1 : read(fd, buf, sizeof(bufs[0]) - 1);

	if (len < 0)
		snprintf(buf, sizeof(bufs[0]), "%s", strerrorname_np(errno));
	else
		buf[len && buf[len - 1] == '\n' ? len - 1 : len] = '\0';
	close(fd);
	return buf;
}

/* The same, as soon as it is @want, or after @ms milliseconds */
#define await(want, ms, ...)	await_path(want, ms, str(__VA_ARGS__))
static inline char *await_path(const char *want, long ms, const char *path)
{
	long end = now_ms() + ms;
	char *is;

	while (strcmp(is = get_path(path), want) && now_ms() < end)
		usleep(2000);
	return is;
}

/*
 * A writer of put_begin() has submitted its request, and sleeps until that has
 * ended: what is done from now on finds it queued or running.
 */
static inline bool wait_blocked(pid_t pid)
{
	long end = now_ms() + BLOCKED_MS;

	/* In there nothing else sleeps; what it sleeps in is not shown */
	while (strncmp("[<0>] pci_tsm_req_run", get("/proc/%d/stack", pid), 21)) {
		if (now_ms() > end)
			return false;
		usleep(2000);
	}
	return true;
}

/* The same, and no DSM has anything in its queue: the request runs */
static inline bool wait_running(pid_t pid)
{
	long end = now_ms() + BLOCKED_MS;

	if (!wait_blocked(pid))
		return false;
	while (run("! grep -q 'queued=[1-9]' " DSMS)) {
		if (now_ms() > end)
			return false;
		usleep(2000);
	}
	return true;
}

/* Let a port's slot "plug" or "unplug", and wait until the kernel has acted upon it */
static inline int slot_do(const char *port, const char *what)
{
	return put(str("%s %s", port, what), BUS_DEBUG "fault") ?:
	       put(str("%s settle", port), BUS_DEBUG "fault");
}

/* The @n-th present function of a shape ("ep") and kind ("endpoint") */
static inline bool devsec_find(struct bdf *bdf, const char *shape, const char *kind, int n)
{
	if (run("grep ' %s %s present' %s | sed -n %dp | grep -o '^[^ ]*' >/tmp/bdf", shape, kind,
		BUS_DEBUG "state", n + 1))
		return false;
	return snprintf(bdf->s, sizeof(bdf->s), "%s", get("/tmp/bdf")) > 0;
}

/* A counter of the first TSM, as in "tdis "; or "invalidates " */
static inline int counter(const char *name)
{
	const char *at = strstr(get(TSM_DEBUG "counters"), name);

	return at ? atoi(at + strlen(name)) : -1;
}

/* Unload all there is; false if that fails or a module reports what leaked */
static inline bool devsec_unload(void)
{
	return !run("[ ! -e /sys/module/devsec_tsm ] || rmmod devsec_tsm") &
	       !run("[ ! -e /sys/module/devsec_bus ] || rmmod devsec_bus") &
	       !run("! dmesg -c | grep leaked");
}

/* Begin anew, with these parameters; NULL: without that module. No rule interferes */
static inline bool devsec_load(const char *bus, const char *tsm)
{
	run("[ ! -e /run/udev/control ] || { udevadm control --exit; rm /run/udev/control; }");
	devsec_unload();
	return (!bus || !run("modprobe devsec_bus %s", bus)) &&
	       (!tsm || !run("modprobe devsec_tsm %s", tsm));
}

#endif /* DEVSEC_H */
