// SPDX-License-Identifier: GPL-2.0
/*
 * Signatures are made on a thread of their device, so that an answer can be
 * "not ready" while one takes long. A job that nobody waits for any more is
 * finished, and its result is dropped; the next one waits for that.
 *
 * The thread starts with the first job.
 */
#include <openssl/crypto.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "responder.h"

struct dsm_worker {
	pthread_mutex_t lock;	/* all below */
	pthread_cond_t cond;	/* wanted, done or stop changed */
	pthread_t thread;
	bool running, stop;
	struct dsm_sign_job job;
	uint64_t wanted, done;	/* numbers of jobs: the last given, the last whose result is here */
	int result;
	uint64_t took_us;
	uint8_t sig[SPDM_MAX_SIG];
};

struct dsm_worker *dsm_worker_new(void)
{
	struct dsm_worker *worker = calloc(1, sizeof(*worker));
	pthread_condattr_t attr;

	if (!worker)
		return NULL;

	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_mutex_init(&worker->lock, NULL);
	pthread_cond_init(&worker->cond, &attr);
	pthread_condattr_destroy(&attr);
	return worker;
}

void dsm_worker_free(struct dsm_worker *worker)
{
	if (!worker)
		return;

	pthread_mutex_lock(&worker->lock);
	worker->stop = true;
	pthread_cond_broadcast(&worker->cond);
	pthread_mutex_unlock(&worker->lock);
	if (worker->running)
		pthread_join(worker->thread, NULL);

	pthread_cond_destroy(&worker->cond);
	pthread_mutex_destroy(&worker->lock);
	free(worker);
}

static int dsm_worker_sign(const struct dsm_sign_job *job, uint8_t *sig)
{
	if (job->stranger)
		return dsm_sign_stranger(job->asym, job->hash, job->digest, sig, job->sig_len);
	return dsm_identity_sign(job->identity, job->asym, job->hash, job->slot, job->digest,
				 sig, job->sig_len);
}

static void *dsm_worker_run(void *arg)
{
	struct dsm_worker *worker = arg;
	uint64_t nr = 0;

	pthread_mutex_lock(&worker->lock);
	while (!worker->stop) {
		uint8_t sig[SPDM_MAX_SIG] = {};
		struct dsm_sign_job job;
		uint64_t start;
		int result;

		if (worker->wanted == nr) {
			pthread_cond_wait(&worker->cond, &worker->lock);
			continue;
		}
		nr = worker->wanted;
		job = worker->job;
		pthread_mutex_unlock(&worker->lock);

		start = dsm_now_us();
		result = dsm_worker_sign(&job, sig);

		pthread_mutex_lock(&worker->lock);
		if (nr != worker->wanted)
			continue;
		memcpy(worker->sig, sig, sizeof(sig));
		worker->result = result;
		worker->took_us = dsm_now_us() - start;
		worker->done = nr;
		pthread_cond_broadcast(&worker->cond);
	}
	pthread_mutex_unlock(&worker->lock);
	return NULL;
}

/* What fails here is told by dsm_worker_wait(). */
void dsm_worker_submit(struct dsm_worker *worker, const struct dsm_sign_job *job)
{
	pthread_mutex_lock(&worker->lock);
	worker->job = *job;
	worker->wanted++;
	if (!worker->running) {
		worker->running = !pthread_create(&worker->thread, NULL, dsm_worker_run, worker);
		if (!worker->running) {
			worker->result = -1;
			worker->done = worker->wanted;
		}
	}
	pthread_cond_broadcast(&worker->cond);
	pthread_mutex_unlock(&worker->lock);
}

int dsm_worker_wait(struct dsm_worker *worker, unsigned int ms, uint8_t *sig, uint64_t *took_us)
{
	struct timespec end;
	int ret = 0;

	if (!ms)
		return 0;
	clock_gettime(CLOCK_MONOTONIC, &end);
	end.tv_sec += ms / 1000;
	end.tv_nsec += ms % 1000 * 1000000L;
	if (end.tv_nsec >= 1000000000L) {
		end.tv_sec++;
		end.tv_nsec -= 1000000000L;
	}

	pthread_mutex_lock(&worker->lock);
	while (worker->done != worker->wanted && !ret)
		ret = pthread_cond_timedwait(&worker->cond, &worker->lock, &end);
	if (worker->done != worker->wanted) {
		ret = 0;
	} else {
		ret = worker->result ? -1 : 1;
		*took_us = worker->took_us;
		memcpy(sig, worker->sig, sizeof(worker->sig));
	}
	pthread_mutex_unlock(&worker->lock);
	return ret;
}
