// SPDX-License-Identifier: GPL-2.0
/*
 * Fuzz the whole requester: the input says what the device is like, what the
 * user does, and which answers are spoiled and how (see spoil.h). The answers
 * themselves come from fake.c, so that a short input gets deep.
 *
 * Besides what the sanitizers see, after each step: no lock is held, time and
 * the number of messages are bounded, errors are those of linux/spdm.h, and
 * what is known of the device was proven (see invariants.c).
 */
#include <stdlib.h>

#include <linux/err.h>
#include <linux/slab.h>
#include <sanitizer/asan_interface.h>

#include "crypto-stub.h"
#include "fake.h"
#include "invariants.h"
#include "spoil.h"

#define STEPS	24	/* of the user, at most */

struct line {
	struct feed feed;
	struct fake fake;
	struct spoil spoil;
	u8 answer[FAKE_SIZE + 256];
	/* What the library must not read: its buffer behind the answer */
	void *beyond;
	size_t beyond_len;
	unsigned int cancel_in;
};

static struct line line;

static void allow_beyond(struct line *l)
{
	ASAN_UNPOISON_MEMORY_REGION(l->beyond, l->beyond_len);
	l->beyond_len = 0;
}

static ssize_t exchange(void *priv, enum spdm_object type, const void *req, size_t req_len,
			void *rsp, size_t rsp_size)
{
	struct line *l = priv;
	long len;

	allow_beyond(l);
	len = fake_answer(&l->fake, type == SPDM_OBJECT_SECURED, req, req_len, l->answer);
	while (len % 4)
		l->answer[len++] = 0;
	len = spoil(&l->spoil, &l->feed, l->fake.version ?: SPDM_VERSION_10, l->answer, len,
		    FAKE_SIZE);
	if (len < 0)
		return len;
	len = min_t(size_t, len, rsp_size);
	memcpy(rsp, l->answer, len);
	l->beyond = (u8 *)rsp + len;
	l->beyond_len = rsp_size - len;
	ASAN_POISON_MEMORY_REGION(l->beyond, l->beyond_len);
	return len;
}

static bool cancelled(void *priv)
{
	struct line *l = priv;

	return l->cancel_in && !--l->cancel_in;
}

static int check_leaf(void *priv, const struct spdm_leaf *leaf)
{
	unsigned int sum = 0;

	for (unsigned int i = 0; i < leaf->nr; i++) {
		for (size_t j = 0; j < leaf->name_len[i]; j++)
			sum += leaf->names[i][j];
	}
	return sum == 1 ? -EKEYREJECTED : 0;
}

static const struct spdm_ops ops = {
	.exchange = exchange,
	.cancelled = cancelled,
	.check_leaf = check_leaf,
};

static struct key anchors;

static void make_device(struct feed *f, struct fake *fake)
{
	static const u32 caps[] = {
		SPDM_CAP_CERT | SPDM_CAP_CHAL | SPDM_CAP_MEAS_SIGNED | SPDM_CAP_ENCRYPT |
		SPDM_CAP_MAC | SPDM_CAP_KEY_EX | SPDM_CAP_HBEAT | SPDM_CAP_KEY_UPD |
		SPDM_CAP_CHUNK,
		SPDM_CAP_CERT | SPDM_CAP_CHAL | SPDM_CAP_MEAS_PLAIN,
		SPDM_CAP_CERT | SPDM_CAP_CHAL | SPDM_CAP_MEAS_SIGNED | SPDM_CAP_MEAS_FRESH,
		SPDM_CAP_CERT | SPDM_CAP_MEAS_SIGNED | SPDM_CAP_ENCRYPT | SPDM_CAP_MAC |
		SPDM_CAP_KEY_EX,
	};
	static const u16 sizes[] = { 1024, 42, 64, 4096, 4608, 256, 200, 65535 };
	u8 b = feed8(f);

	memset(fake, 0, sizeof(*fake));
	fake->versions = b & 0xf ?: 0xf;
	fake->caps = caps[b >> 4 & 3];
	b = feed8(f);
	fake->transfer = sizes[b & 7];
	fake->peer_transfer = FAKE_SIZE;
	fake->pick = b >> 3 & 7;
	b = feed8(f);
	fake->chain_len = b & 1 ? 65000 : b & 2 ? 5000 : 300;
	fake->heartbeat_s = b & 4 ? b : 0;
}

static struct spdm *make_requester(struct feed *f, struct spdm_chain_cache *cache)
{
	static const u16 sizes[] = { 0, 256, 1024, 16384 };
	u8 b = feed8(f);
	struct spdm_config config = {
		.ops = &ops,
		.priv = &line,
		.anchors = b & 1 ? NULL : &anchors,
		.trust_unknown = b & 2,
		.cache = b & 4 ? cache : NULL,
		.max_object = sizes[b >> 3 & 3],
		.max_version = b & 0x20 ? 0 : SPDM_VERSION_10 + (b >> 6),
	};

	anchors.ids = ~0;
	return spdm_create(&config);
}

static long measure(struct spdm *spdm, struct feed *f)
{
	u8 b = feed8(f);
	struct spdm_measure_args args = {
		.slot = b & 0x80 ? b & 7 : 0,
		.index = b & 4 ? 255 : 1 + (b >> 4 & 1),
		.sign = b & 1,
		.raw = b & 2,
	};
	struct spdm_measurements result = { };
	long ret = spdm_measure(spdm, &args, &result);

	if (!ret)
		BUG_ON(result.record_offset > result.transcript.len ||
		       result.record_len > result.transcript.len - result.record_offset);
	spdm_blob_free(&result.transcript);
	return ret;
}

static long vendor(struct spdm *spdm, struct feed *f)
{
	u8 req[300] = { 1 }, rsp[64];
	size_t len = feed8(f) + (feed8(f) & 1 ? 40 : 0);
	long ret = spdm_vendor_request(spdm, SPDM_STANDARD_PCISIG, SPDM_VENDOR_PCISIG, req, len,
				       rsp, sizeof(rsp));

	BUG_ON(ret > (long)sizeof(rsp));
	return ret < 0 ? ret : 0;
}

static long read_chain(struct spdm *spdm, u8 slot)
{
	struct spdm_blob blob = { };
	long ret = spdm_read_chain(spdm, slot, &blob);

	BUG_ON(!ret && (!blob.data || blob.len > SPDM_CHAIN_MAX));
	spdm_blob_free(&blob);
	return ret;
}

static long vca(struct spdm *spdm)
{
	struct spdm_blob blob = { };
	long ret = spdm_vca(spdm, &blob);

	spdm_blob_free(&blob);
	return ret;
}

static long answer(struct spdm *spdm, u8 slot)
{
	static const u8 nonce[SPDM_NONCE_SIZE] = { 1 };
	struct spdm_blob blob = { };
	long ret = spdm_challenge_answer(spdm, slot, nonce, &blob);

	BUG_ON(!ret && (blob.len < sizeof(nonce) + spdm->algos.sig_size));
	BUG_ON(ret && blob.data);
	spdm_blob_free(&blob);
	return ret;
}

static long step(struct spdm *spdm, struct feed *f)
{
	u8 what = feed8(f);
	u8 slot = what & 0x80 ? what >> 4 & 7 : 0;

	switch (what & 0xf) {
	case 0:
	case 1:
		return spdm_authenticate(spdm, slot);
	case 2:
		return spdm_connect(spdm);
	case 3:
	case 4:
		return spdm_session_start(spdm, slot);
	case 5:
	case 6:
		return measure(spdm, f);
	case 7:
		return spdm_heartbeat(spdm);
	case 8:
		return spdm_key_update(spdm);
	case 9:
		return vendor(spdm, f);
	case 10:
		return spdm_session_end(spdm);
	case 11:
		anchors.ids = what & 0x10 ? 0 : ~0;
		return spdm_recheck_anchor(spdm);
	case 12:
		return read_chain(spdm, slot);
	case 13:
		return what & 0x10 ? answer(spdm, slot) : vca(spdm);
	case 14:
		line.cancel_in = 1 + (what >> 4);
		return 0;
	default:
		line.fake.caps ^= 1u << (feed8(f) % 32);
		return 0;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct spdm_chain_cache *cache = spdm_chain_cache_create(200000);
	struct spdm *spdm;

	line.feed = (struct feed) { data, size };
	line.cancel_in = 0;
	line.spoil.last_len = 0;
	stub_accepted = 0;
	make_device(&line.feed, &line.fake);
	spdm = make_requester(&line.feed, cache);
	BUG_ON(IS_ERR(spdm));
	for (int i = 0; i < STEPS && line.feed.left; i++) {
		struct invariants before = invariants_begin(spdm);
		long ret = step(spdm, &line.feed);

		allow_beyond(&line);
		invariants_end(spdm, &before, ret);
	}
	spdm_destroy(spdm);
	spdm_chain_cache_destroy(cache);
	return 0;
}
