// SPDX-License-Identifier: GPL-2.0
/*
 * Tapes of conversations, and the seeds for fuzzers that are made of them. The
 * forms of the seeds are those that the fuzzers name in their head.
 */
#include <stdio.h>
#include <sys/stat.h>

#include <linux/slab.h>

#include "pair.h"
#include "spoil.h"

int tape_add(struct tape *tape, bool secured, const void *req, size_t req_len,
	     bool answer_secured, const void *rsp, size_t rsp_len)
{
	struct taped *x = &tape->at[tape->nr];

	if (tape->nr == TAPE_MAX)
		return -ENOSPC;
	x->secured = secured;
	x->answer_secured = answer_secured;
	x->req_len = req_len;
	x->rsp_len = rsp_len;
	x->req = kmemdup(req, req_len, GFP_KERNEL);
	x->rsp = kmemdup(rsp, rsp_len, GFP_KERNEL);
	tape->nr++;
	return x->req && x->rsp ? 0 : -ENOMEM;
}

void tape_clear(struct tape *tape)
{
	while (tape->nr) {
		tape->nr--;
		kfree(tape->at[tape->nr].req);
		kfree(tape->at[tape->nr].rsp);
	}
}

static FILE *seed(const char *dir, const char *target, const char *name, int n)
{
	char path[4096];

	mkdir(dir, 0777);
	snprintf(path, sizeof(path), "%s/%s", dir, target);
	mkdir(path, 0777);
	snprintf(path, sizeof(path), "%s/%s/%s-%d", dir, target, name, n);
	return fopen(path, "wb");
}

static void put16(FILE *f, size_t val)
{
	fputc(val & 0xff, f);
	fputc(val >> 8 & 0xff, f);
}

/* fuzz-dsm: the requests, each with its kind and length before it */
static int dsm_seed(const struct tape *tape, const char *dir, const char *name)
{
	FILE *f = seed(dir, "dsm", name, 0);

	if (!f)
		return -1;
	fputc(0, f);
	for (unsigned int i = 0; i < tape->nr; i++) {
		fputc(tape->at[i].secured, f);
		put16(f, tape->at[i].req_len);
		fwrite(tape->at[i].req, 1, tape->at[i].req_len, f);
	}
	return fclose(f);
}

/* fuzz-requester: a device, a user that connects and does more, raw answers in clear */
static int requester_seed(const struct tape *tape, const char *dir, const char *name)
{
	/* authenticate, session, measure, read the chain: steps of fuzz-requester.c */
	static const u8 script[] = { 0, 3, 5, 12 };
	static const u8 setup[] = { 0x0f, 0, 0, 0x20 };
	FILE *f = seed(dir, "requester", name, 0);

	if (!f)
		return -1;
	fwrite(setup, 1, sizeof(setup), f);
	fputc(2, f);
	for (unsigned int i = 0; i < tape->nr; i++) {
		if (tape->at[i].secured || tape->at[i].rsp_len > 8192)
			continue;
		/* the first three belong to the connect, the rest to what follows */
		if (i >= 3)
			fputc(script[i % sizeof(script)], f);
		fputc(SPOIL_RAW, f);
		put16(f, tape->at[i].rsp_len);
		fwrite(tape->at[i].rsp, 1, tape->at[i].rsp_len, f);
	}
	return fclose(f);
}

static int secured_seeds(const struct tape *tape, const char *dir, const char *name)
{
	for (unsigned int i = 0; i < tape->nr; i++) {
		FILE *f;

		if (!tape->at[i].answer_secured)
			continue;
		f = seed(dir, "secured", name, i);
		if (!f)
			return -1;
		put16(f, 4);
		put16(f, 64);
		fwrite(tape->at[i].rsp, 1, tape->at[i].rsp_len, f);
		if (fclose(f))
			return -1;
	}
	return 0;
}

/* fuzz-chain: what CERTIFICATE brought, behind its header */
static int chain_seeds(const struct tape *tape, const char *dir, const char *name)
{
	for (unsigned int i = 0; i < tape->nr; i++) {
		const struct taped *x = &tape->at[i];
		FILE *f;

		if (x->secured || x->rsp_len < 8 ||
		    x->rsp[1] != SPDM_RESPONSE(SPDM_GET_CERTIFICATE))
			continue;
		f = seed(dir, "chain", name, i);
		if (!f)
			return -1;
		fputc(0, f);
		fwrite(x->rsp + 8, 1, x->rsp_len - 8, f);
		if (fclose(f))
			return -1;
	}
	return 0;
}

int tape_seeds(const struct tape *tape, const char *dir, const char *name)
{
	if (dsm_seed(tape, dir, name) || requester_seed(tape, dir, name) ||
	    secured_seeds(tape, dir, name) || chain_seeds(tape, dir, name)) {
		perror(dir);
		return -1;
	}
	return 0;
}
