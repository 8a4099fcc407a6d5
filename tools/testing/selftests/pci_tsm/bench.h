/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What programs with figures share: one line "name value unit" each, with a line
 * of prose before it. Exit status 1 if a limit is exceeded, which a busy machine can
 * be the reason of; 2 if there is no figure.
 */
#ifndef BENCH_H
#define BENCH_H

#include <errno.h>
#include <pthread.h>

#include "devsec.h"

#define NR	64	/* devices at most */
#define ROUNDS	21

static struct bdf eps[NR];
static bool exceeded;

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

static void die(const char *what)
{
	fprintf(stderr, "%s: %s failed\n", program_invocation_short_name, what);
	exit(2);
}

static void figure(const char *name, double value, const char *unit, double limit)
{
	printf("%s %.3g %s\n", name, value, unit);
	if (value > limit) {
		printf("# %s is over its limit of %g %s\n", name, limit, unit);
		exceeded = true;
	}
	fflush(stdout);
}

/* The same for what is better the larger it is */
static inline void figure_at_least(const char *name, double value, const char *unit,
				   double limit)
{
	printf("%s %.3g %s\n", name, value, unit);
	if (value < limit) {
		printf("# %s is under its limit of %g %s\n", name, limit, unit);
		exceeded = true;
	}
	fflush(stdout);
}

/* Fills in the devices that were found */
static void find_devices(void)
{
	FILE *f = popen("awk '$3 == \"endpoint\" { print $1 }' " BUS_DEBUG "state", "r");
	int n = 0;

	while (n < NR && f && fscanf(f, "%15s", eps[n].s) == 1)
		n++;
	if (!f || pclose(f) || !n)
		die("finding the devices");
}

struct writer {
	pthread_t thread;
	int fd;
	bool ok;
	double end;
};

static pthread_barrier_t go;

static void *write_one(void *data)
{
	struct writer *w = data;

	pthread_barrier_wait(&go);
	w->ok = write(w->fd, "1", 1) == 1;
	w->end = now();
	return NULL;
}

/* Seconds until @n devices have gone through a verb, each with its own writer; or -1 */
static double try_all(int n, const char *verb)
{
	struct writer w[NR];
	double start, end = 0;
	bool ok = true;

	pthread_barrier_init(&go, NULL, n + 1);
	for (int i = 0; i < n; i++) {
		w[i].fd = open(str(DEV "tsm/%s", eps[i].s, verb), O_WRONLY | O_CLOEXEC);
		if (pthread_create(&w[i].thread, NULL, write_one, &w[i]))
			die("making a thread");
	}
	start = now();
	pthread_barrier_wait(&go);
	for (int i = 0; i < n; i++) {
		pthread_join(w[i].thread, NULL);
		close(w[i].fd);
		ok &= w[i].ok;
		end = w[i].end > end ? w[i].end : end;
	}
	pthread_barrier_destroy(&go);
	return ok ? end - start : -1;
}

static inline double all(int n, const char *verb)
{
	double s = try_all(n, verb);

	if (s < 0)
		die(verb);
	return s;
}

static int compare(const void *a, const void *b)
{
	return *(double *)a > *(double *)b ? 1 : -1;
}

static double median(double *s)
{
	qsort(s, ROUNDS, sizeof(s[0]), compare);
	return s[ROUNDS / 2];
}

#endif /* BENCH_H */
