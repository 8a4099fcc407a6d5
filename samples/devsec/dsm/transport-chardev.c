// SPDX-License-Identifier: GPL-2.0
/*
 * The way of devsec_bus: /dev/devsec-dsm brings the objects of all emulated
 * functions, and takes the answers in any order.
 *
 * One thread reads. Each function has its own queue, from which one thread at a
 * time takes: a slow answer delays nobody else as long as there are threads left.
 * A device begins to exist with its first object, on the thread that answers.
 *
 * The interface is ../dsm-link.h; what is in the objects is device.c's.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <openssl/crypto.h>

#include "../dsm-link.h"
#include "transport.h"

#define THREADS_MAX	64

struct job {
	struct job *next;
	struct devsec_dsm_msg head;
	uint8_t payload[];
};

struct queue {
	struct job *first, **last;
};

struct function {
	struct function *next;		/* of all */
	struct function *next_due;	/* of those that wait for a thread */
	uint16_t domain, rid;
	bool due;			/* waits for a thread, or has one */
	struct queue jobs;
	struct dsm_place place;		/* this and the device: the thread's that has it */
	struct dsm_device *dev;
};

struct link {
	int fd;
	const struct dsm_options *options;
	pthread_mutex_t lock;		/* all below, and queues and lists of functions */
	pthread_cond_t cond;		/* due or stop changed */
	bool stop;
	struct function *all;
	struct function *due, **due_last;
};

static int port_key(void *priv, const struct dsm_place *place, uint8_t op, uint8_t stream_id,
		    uint8_t key_sub, const uint8_t *key, uint64_t ifv)
{
	struct link *link = priv;
	struct devsec_dsm_key arg = {
		.domain = place->domain, .rid = place->rid, .op = op,
		.stream_id = stream_id, .key_sub = key_sub, .ifv = ifv,
	};
	int rc;

	if (key)
		memcpy(arg.key, key, sizeof(arg.key));
	rc = ioctl(link->fd, DEVSEC_DSM_IOC_KEY, &arg) ? -errno : 0;
	OPENSSL_cleanse(&arg, sizeof(arg));
	return rc;
}

static int port_regs(void *priv, const struct dsm_place *place, uint32_t *regs, unsigned int max,
		     unsigned int *nr)
{
	struct devsec_dsm_regs arg = { .domain = place->domain, .rid = place->rid };
	struct link *link = priv;

	if (ioctl(link->fd, DEVSEC_DSM_IOC_REGS, &arg))
		return -errno;
	if (arg.nr > max || arg.nr > DEVSEC_DSM_REGS_MAX)
		return -EOVERFLOW;
	memcpy(regs, arg.regs, arg.nr * sizeof(*regs));
	*nr = arg.nr;
	return 0;
}

static const struct dsm_port_ops port_ops = { .key = port_key, .regs = port_regs };

static void queue_init(struct queue *queue)
{
	queue->first = NULL;
	queue->last = &queue->first;
}

static void queue_put(struct queue *queue, struct job *job)
{
	job->next = NULL;
	*queue->last = job;
	queue->last = &job->next;
}

static struct job *queue_get(struct queue *queue)
{
	struct job *job = queue->first;

	if (!job)
		return NULL;
	queue->first = job->next;
	if (!queue->first)
		queue->last = &queue->first;
	return job;
}

static void queue_drop(struct queue *queue)
{
	struct job *job;

	while ((job = queue_get(queue)))
		free(job);
}

/* Under the lock */
static void make_due(struct link *link, struct function *fn)
{
	fn->due = true;
	fn->next_due = NULL;
	*link->due_last = fn;
	link->due_last = &fn->next_due;
	pthread_cond_signal(&link->cond);
}

/* Under the lock: the next function that has something to do; NULL at the end of all */
static struct function *take_due(struct link *link)
{
	struct function *fn;

	while (!link->due && !link->stop)
		pthread_cond_wait(&link->cond, &link->lock);
	if (link->stop)
		return NULL;
	fn = link->due;
	link->due = fn->next_due;
	if (!link->due)
		link->due_last = &link->due;
	return fn;
}

static struct dsm_place place_of(const struct devsec_dsm_msg *head)
{
	return (struct dsm_place){
		.domain = head->domain, .rid = head->rid,
		.vendor = head->vendor, .device = head->device,
		.sub_vendor = head->sub_vendor, .sub_device = head->sub_device,
		.class_rev = head->class_rev,
		.ide = head->has & DEVSEC_DSM_HAS_IDE, .tee = head->has & DEVSEC_DSM_HAS_TEE,
	};
}

static bool same_place(const struct dsm_place *a, const struct dsm_place *b)
{
	return a->vendor == b->vendor && a->device == b->device &&
	       a->sub_vendor == b->sub_vendor && a->sub_device == b->sub_device &&
	       a->class_rev == b->class_rev && a->ide == b->ide && a->tee == b->tee;
}

/* The device at the place of a function; where another one was plugged in, that. */
static struct dsm_device *device_of(struct link *link, struct function *fn,
				    const struct devsec_dsm_msg *head)
{
	struct dsm_place place = place_of(head);

	if (fn->dev && same_place(&fn->place, &place))
		return fn->dev;
	dsm_device_free(fn->dev);
	fn->place = place;
	fn->dev = dsm_device_new(link->options, &fn->place, place.ide ? &port_ops : NULL, link);
	return fn->dev;
}

static void answer(struct link *link, const struct devsec_dsm_msg *head, bool secured,
		   const uint8_t *rsp, size_t len)
{
	uint8_t buf[sizeof(*head) + DEVSEC_DSM_PAYLOAD_MAX];
	struct devsec_dsm_msg msg = *head;

	msg.kind = !len ? DEVSEC_DSM_SILENCE : secured ? DEVSEC_DSM_SECURED : DEVSEC_DSM_CLEAR;
	msg.len = len;
	memcpy(buf, &msg, sizeof(msg));
	memcpy(buf + sizeof(msg), rsp, len);
	/* Whoever asked may have given up, and that is nothing to tell */
	if (write(link->fd, buf, sizeof(msg) + len) < 0 && errno != ESTALE)
		fprintf(stderr, "devsec-dsm: %04x:%02x:%02x.%x: not taken: %s\n",
			head->domain, head->rid >> 8, head->rid >> 3 & 0x1f, head->rid & 7,
			strerror(errno));
}

static void perform(struct link *link, struct function *fn, const struct job *job)
{
	bool secured = job->head.kind == DEVSEC_DSM_SECURED;
	uint8_t rsp[DEVSEC_DSM_PAYLOAD_MAX];
	struct dsm_device *dev;
	size_t len = 0;

	if (job->head.kind == DEVSEC_DSM_RESET) {
		if (fn->dev)
			dsm_device_reset(fn->dev);
		return;
	}
	dev = device_of(link, fn, &job->head);
	if (dev)
		len = dsm_device_handle(dev, &secured, job->payload, job->head.len, rsp,
					sizeof(rsp));
	answer(link, &job->head, secured, rsp, len);
}

static void *run_thread(void *arg)
{
	struct link *link = arg;
	struct function *fn;

	pthread_mutex_lock(&link->lock);
	while ((fn = take_due(link))) {
		struct job *job = queue_get(&fn->jobs);

		pthread_mutex_unlock(&link->lock);
		if (job)
			perform(link, fn, job);
		free(job);
		pthread_mutex_lock(&link->lock);
		fn->due = false;
		if (fn->jobs.first)
			make_due(link, fn);
	}
	pthread_mutex_unlock(&link->lock);
	return NULL;
}

/* Under the lock */
static struct function *find_function(struct link *link, const struct devsec_dsm_msg *head)
{
	struct function *fn;

	for (fn = link->all; fn; fn = fn->next) {
		if (fn->domain == head->domain && fn->rid == head->rid)
			return fn;
	}
	fn = calloc(1, sizeof(*fn));
	if (!fn)
		return NULL;
	fn->domain = head->domain;
	fn->rid = head->rid;
	queue_init(&fn->jobs);
	fn->next = link->all;
	link->all = fn;
	return fn;
}

/* One message that was read. Nobody waits any more for what came before a reset. */
static int enqueue(struct link *link, const uint8_t *msg, size_t len)
{
	struct job *job = malloc(sizeof(*job) + len);
	struct function *fn;

	if (!job)
		return -1;
	memcpy(&job->head, msg, sizeof(job->head));
	len -= sizeof(job->head);
	memcpy(job->payload, msg + sizeof(job->head), len);
	if (job->head.len != len || (job->head.kind != DEVSEC_DSM_CLEAR &&
				     job->head.kind != DEVSEC_DSM_SECURED &&
				     job->head.kind != DEVSEC_DSM_RESET)) {
		free(job);
		return 0;
	}

	pthread_mutex_lock(&link->lock);
	fn = find_function(link, &job->head);
	if (fn) {
		if (job->head.kind == DEVSEC_DSM_RESET)
			queue_drop(&fn->jobs);
		queue_put(&fn->jobs, job);
		if (!fn->due)
			make_due(link, fn);
	}
	pthread_mutex_unlock(&link->lock);
	if (!fn)
		free(job);
	return fn ? 0 : -1;
}

static int read_all(struct link *link)
{
	uint8_t buf[sizeof(struct devsec_dsm_msg) + DEVSEC_DSM_PAYLOAD_MAX];
	ssize_t n;

	while ((n = read(link->fd, buf, sizeof(buf))) > 0) {
		if ((size_t)n < sizeof(struct devsec_dsm_msg) || enqueue(link, buf, n)) {
			fprintf(stderr, "devsec-dsm: a message of %zd bytes is lost\n", n);
			continue;
		}
	}
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	fprintf(stderr, "devsec-dsm: read: %s\n", n ? strerror(errno) : "the end");
	return -1;
}

static int serve(struct link *link, int stop_fd)
{
	struct pollfd fds[] = {
		{ .fd = link->fd, .events = POLLIN },
		{ .fd = stop_fd, .events = POLLIN },
	};

	for (;;) {
		if (poll(fds, 2, -1) < 0 && errno != EINTR) {
			perror("devsec-dsm: poll");
			return -1;
		}
		if (fds[1].revents)
			return 0;
		if (fds[0].revents && read_all(link))
			return -1;
	}
}

static void stop_threads(struct link *link, const pthread_t *thread, unsigned int nr)
{
	pthread_mutex_lock(&link->lock);
	link->stop = true;
	pthread_cond_broadcast(&link->cond);
	pthread_mutex_unlock(&link->lock);
	for (unsigned int i = 0; i < nr; i++)
		pthread_join(thread[i], NULL);
}

/* Devices go while the file is still open: they take back the keys of their ports. */
static void free_functions(struct link *link)
{
	struct function *fn;

	while ((fn = link->all)) {
		link->all = fn->next;
		queue_drop(&fn->jobs);
		dsm_device_free(fn->dev);
		free(fn);
	}
}

int dsm_chardev_serve_fd(int fd, const struct dsm_options *options, unsigned int threads,
			 int stop_fd, void (*ready)(void))
{
	struct link link = { .fd = fd, .options = options };
	pthread_t thread[THREADS_MAX];
	unsigned int nr = 0;
	int rc = -1;

	link.due_last = &link.due;
	pthread_mutex_init(&link.lock, NULL);
	pthread_cond_init(&link.cond, NULL);
	while (nr < threads && nr < THREADS_MAX &&
	       !pthread_create(&thread[nr], NULL, run_thread, &link))
		nr++;
	if (nr) {
		ready();
		rc = serve(&link, stop_fd);
	} else {
		fprintf(stderr, "devsec-dsm: cannot make a thread\n");
	}
	stop_threads(&link, thread, nr);
	free_functions(&link);
	pthread_cond_destroy(&link.cond);
	pthread_mutex_destroy(&link.lock);
	return rc;
}

int dsm_chardev_serve(const char *path, const struct dsm_options *options, unsigned int threads,
		      int stop_fd, void (*ready)(void))
{
	int fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC), rc;

	if (fd < 0) {
		fprintf(stderr, "devsec-dsm: %s: %s\n", path, strerror(errno));
		return -1;
	}
	rc = dsm_chardev_serve_fd(fd, options, threads, stop_fd, ready);
	close(fd);
	return rc;
}
