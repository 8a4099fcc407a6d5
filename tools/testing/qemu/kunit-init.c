// SPDX-License-Identifier: GPL-2.0
/*
 * PID 1 of a guest that runs the built-in KUnit suites, on any architecture.
 *
 * The suites have run when this starts. It sends their results (debugfs, so
 * free of other messages) through the virtio port lab.out, looks for leaks,
 * writes the verdict to lab.verdict as its last act and reboots. It judges
 * nothing: the host does.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <unistd.h>

#define KMEMLEAK "/sys/kernel/debug/kmemleak"
#define SUITES "/sys/kernel/debug/kunit"

static void read_line(const char *path, char *buf, size_t size)
{
	FILE *f = fopen(path, "r");

	buf[0] = 0;
	if (!f)
		return;
	if (fgets(buf, size, f))
		buf[strcspn(buf, "\n")] = 0;
	fclose(f);
}

/* Open the virtio port called @want; ports appear a little after boot. */
static int open_port(const char *want)
{
	const char *dir = "/sys/class/virtio-ports";
	char path[600], name[64];
	struct dirent *e;
	int tries, fd = -1;

	for (tries = 0; tries < 300 && fd < 0; tries++) {
		DIR *d = opendir(dir);

		while (d && fd < 0 && (e = readdir(d))) {
			snprintf(path, sizeof(path), "%s/%s/name", dir, e->d_name);
			read_line(path, name, sizeof(name));
			if (strcmp(name, want))
				continue;
			snprintf(path, sizeof(path), "/dev/%s", e->d_name);
			fd = open(path, O_WRONLY);
		}
		if (d)
			closedir(d);
		if (fd < 0)
			usleep(100000);
	}
	return fd;
}

static void send_all(int fd, const char *buf, size_t len)
{
	while (len) {
		ssize_t n = write(fd, buf, len);

		if (n <= 0)
			return;
		buf += n;
		len -= n;
	}
}

static void send_results(int out)
{
	char path[600], buf[4096];
	struct dirent *e;
	DIR *d = opendir(SUITES);
	size_t n;

	while (d && (e = readdir(d))) {
		FILE *f;

		if (e->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), SUITES "/%s/results", e->d_name);
		f = fopen(path, "r");
		if (!f)
			continue;
		while ((n = fread(buf, 1, sizeof(buf), f)) > 0)
			send_all(out, buf, n);
		fclose(f);
	}
	if (d)
		closedir(d);
}

static void put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);

	if (fd < 0)
		return;
	send_all(fd, text, strlen(text));
	close(fd);
}

/* Leaked objects, also shown on the console; -1 without kmemleak. */
static int leaks(void)
{
	char line[256];
	int found = 0;
	FILE *f;

	if (access(KMEMLEAK, F_OK))
		return -1;
	sleep(6);		/* younger objects are not reported */
	put(KMEMLEAK, "scan");
	sleep(1);
	put(KMEMLEAK, "scan");
	f = fopen(KMEMLEAK, "r");
	while (f && fgets(line, sizeof(line), f)) {
		fputs(line, stdout);
		found += !strncmp(line, "unreferenced object", 19);
	}
	if (f)
		fclose(f);
	fflush(stdout);
	return found;
}

/* 1 or 0 as lockdep says, nothing without it. */
static void lockdep_state(char *buf, size_t size)
{
	char line[256];
	FILE *f = fopen("/proc/lockdep_stats", "r");

	buf[0] = 0;
	while (f && fgets(line, sizeof(line), f))
		if (strstr(line, "debug_locks:"))
			snprintf(buf, size, "%d", atoi(strchr(line, ':') + 1));
	if (f)
		fclose(f);
}

static void write_verdict(int found)
{
	char cmdline[4096], taint[32], lockdep[8], leaked[16] = "none", buf[512];
	char *cookie;
	int fd, len;

	read_line("/proc/cmdline", cmdline, sizeof(cmdline));
	cookie = strstr(cmdline, "lab.cookie=");
	cookie = cookie ? cookie + strlen("lab.cookie=") : "none";
	cookie[strcspn(cookie, " ")] = 0;
	read_line("/proc/sys/kernel/tainted", taint, sizeof(taint));
	lockdep_state(lockdep, sizeof(lockdep));
	if (found >= 0)
		snprintf(leaked, sizeof(leaked), "%d", found);
	len = snprintf(buf, sizeof(buf),
		       "cookie %s\nstatus 0\ntaint %s\nlockdep %s\nkmemleak %s\nend %s\n",
		       cookie, taint, lockdep, leaked, cookie);
	fd = open_port("lab.verdict");
	send_all(fd, buf, len);
}

int main(void)
{
	mount("proc", "/proc", "proc", 0, NULL);
	mount("sysfs", "/sys", "sysfs", 0, NULL);
	mount("devtmpfs", "/dev", "devtmpfs", 0, NULL);
	mount("debugfs", "/sys/kernel/debug", "debugfs", 0, NULL);
	send_results(open_port("lab.out"));
	write_verdict(leaks());
	usleep(300000);
	reboot(RB_AUTOBOOT);
	return 1;
}
