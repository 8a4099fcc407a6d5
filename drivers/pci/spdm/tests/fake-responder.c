// SPDX-License-Identifier: GPL-2.0
/*
 * A device behind the library's transport, for suites; fake-responder.h says what
 * it can. It is no model of a good device: it does not look at the order of
 * requests, nor at what is in them beyond what it needs for the answer.
 */
#include <kunit/test.h>
#include <linux/err.h>
#include <linux/minmax.h>
#include <linux/string.h>
#include <linux/unaligned.h>
#include <linux/vmalloc.h>

#include "../cursor.h"
#include "fake-responder.h"

static const struct spdm_header *header_of(const void *msg)
{
	return msg;
}

static u8 version_of(const struct fake_responder *fake)
{
	return fake->spdm->version ?: SPDM_VERSION_10;
}

static void put_header(struct fake_responder *fake, struct spdm_writer *w, u8 code, u8 param1,
		       u8 param2)
{
	struct spdm_header hdr = { version_of(fake), code, param1, param2 };

	spdm_put(w, &hdr, sizeof(hdr));
}

/*
 * Messages
 */

static void put_version(struct fake_responder *fake, struct spdm_writer *w)
{
	struct spdm_version_rsp rsp = {
		.hdr = { SPDM_VERSION_10, SPDM_RESPONSE(SPDM_GET_VERSION) },
	};

	while (rsp.count < ARRAY_SIZE(fake->versions) && fake->versions[rsp.count])
		rsp.count++;
	spdm_put(w, &rsp, sizeof(rsp));
	for (int i = 0; i < rsp.count; i++)
		spdm_put_le16(w, fake->versions[i]);
}

static void put_capabilities(struct fake_responder *fake, struct spdm_writer *w, const u8 *req,
			     size_t len)
{
	if (len >= SPDM_CAPABILITIES_12)
		fake->peer_transfer = get_unaligned_le32(req + 12);
	put_header(fake, w, SPDM_RESPONSE(SPDM_GET_CAPABILITIES), 0, 0);
	spdm_put_u8(w, 0);
	spdm_put_u8(w, fake->ct_exponent);
	spdm_put_le16(w, 0);
	spdm_put_le32(w, fake->caps);
	if (version_of(fake) < SPDM_VERSION_12)
		return;
	spdm_put_le32(w, fake->transfer);
	spdm_put_le32(w, fake->message);
}

static u8 put_table(struct spdm_writer *w, u8 type, u16 bits)
{
	if (!bits)
		return 0;
	spdm_put_u8(w, type);
	spdm_put_u8(w, SPDM_ALG_COUNT);
	spdm_put_le16(w, bits);
	return 1;
}

static void put_algorithms(struct fake_responder *fake, struct spdm_writer *w)
{
	const struct spdm_algos *algos = &fake->algos;
	struct spdm_algorithms_rsp rsp = {
		.meas_spec = algos->meas_spec,
		.other = algos->other,
		.meas_hash = cpu_to_le32(algos->meas_hash),
		.base_asym = cpu_to_le32(algos->base_asym),
		.base_hash = cpu_to_le32(algos->base_hash),
	};
	void *head = spdm_room(w, sizeof(rsp));

	rsp.hdr.version = version_of(fake);
	rsp.hdr.code = SPDM_RESPONSE(SPDM_NEGOTIATE_ALGORITHMS);
	rsp.hdr.param1 += put_table(w, SPDM_ALG_DHE, algos->dhe);
	rsp.hdr.param1 += put_table(w, SPDM_ALG_AEAD, algos->aead);
	rsp.hdr.param1 += put_table(w, SPDM_ALG_SCHEDULE, algos->schedule);
	rsp.length = cpu_to_le16(w->len);
	memcpy(head, &rsp, sizeof(rsp));
}

static struct fake_script *find_script(struct fake_responder *fake, u8 code)
{
	for (unsigned int i = 0; i < fake->nr_scripts; i++)
		if (fake->scripts[i].code == code && fake->scripts[i].times)
			return &fake->scripts[i];
	return NULL;
}

/* Not a chunk: bytes in fake->out, or an errno of the transport */
static ssize_t answer(struct fake_responder *fake, const u8 *req, size_t len)
{
	u8 code = header_of(req)->code;
	struct fake_script *script = find_script(fake, code);
	struct spdm_writer w;
	size_t n;

	spdm_writer_init(&w, fake->out, sizeof(fake->out));
	fake->seen[code]++;
	fake->last_len = len;
	memcpy(fake->last, req, len);
	if (script) {
		if (script->times != FAKE_FOREVER)
			script->times--;
		spdm_put(&w, script->data, script->len);
		return script->err ?: w.len;
	}
	n = fake->handle ? fake->handle(fake, req, len, fake->out) : 0;
	if (n)
		return n;

	switch (code) {
	case SPDM_GET_VERSION:
		put_version(fake, &w);
		break;
	case SPDM_GET_CAPABILITIES:
		put_capabilities(fake, &w, req, len);
		break;
	case SPDM_NEGOTIATE_ALGORITHMS:
		put_algorithms(fake, &w);
		break;
	default:
		put_header(fake, &w, SPDM_ERROR, SPDM_ERROR_UNSUPPORTED_REQUEST, code);
	}
	return w.len;
}

/*
 * Chunks
 */

static void put_out(struct fake_responder *fake, struct spdm_writer *w, size_t room)
{
	if (fake->out_len <= room) {
		spdm_put(w, fake->out, fake->out_len);
		return;
	}
	fake->out_pos = 0;
	fake->in_chunks = true;
	put_header(fake, w, SPDM_ERROR, SPDM_ERROR_LARGE_RESPONSE, 0);
	spdm_put_u8(w, ++fake->out_handle);
}

static void put_chunk(struct fake_responder *fake, struct spdm_writer *w, u16 seq)
{
	size_t head = sizeof(struct spdm_chunk) + (seq ? 0 : sizeof(__le32));
	size_t left = fake->out_len - fake->out_pos;
	size_t part = min(left, fake->peer_transfer - head);

	put_header(fake, w, SPDM_RESPONSE(SPDM_CHUNK_GET), part == left ? SPDM_CHUNK_LAST : 0,
		   fake->out_handle);
	spdm_put_le16(w, seq);
	spdm_put_le16(w, 0);
	spdm_put_le32(w, part);
	if (!seq)
		spdm_put_le32(w, fake->out_len);
	spdm_put(w, fake->out + fake->out_pos, part);
	fake->out_pos += part;
	fake->in_chunks = part < left;
}

static ssize_t take_chunk(struct fake_responder *fake, struct spdm_writer *w, const u8 *req,
			  size_t len)
{
	const struct spdm_chunk *chunk = (const void *)req;
	size_t head = sizeof(*chunk) + (chunk->seq ? 0 : sizeof(__le32));
	ssize_t n;

	if (!chunk->seq)
		fake->in_len = 0;
	memcpy(fake->in + fake->in_len, req + head, len - head);
	fake->in_len += len - head;

	put_header(fake, w, SPDM_RESPONSE(SPDM_CHUNK_SEND), 0, chunk->hdr.param2);
	spdm_put_le16(w, le16_to_cpu(chunk->seq));
	if (!(chunk->hdr.param1 & SPDM_CHUNK_LAST))
		return 0;
	n = answer(fake, fake->in, fake->in_len);
	if (n < 0)
		return n;
	fake->out_len = n;
	put_out(fake, w, fake->peer_transfer - sizeof(struct spdm_chunk_ack));
	return 0;
}

/*
 * Transport
 */

static ssize_t respond(struct fake_responder *fake, const u8 *req, size_t len,
		       struct spdm_writer *w)
{
	u8 code = header_of(req)->code;
	ssize_t n;

	if (code == SPDM_CHUNK_GET && !find_script(fake, code)) {
		fake->seen[code]++;
		put_chunk(fake, w, get_unaligned_le16(req + sizeof(struct spdm_header)));
		return 0;
	}
	/* Some devices notice only so that nobody wants the rest any more */
	if (fake->in_chunks && code != SPDM_GET_VERSION) {
		fake->in_chunks = false;
		put_header(fake, w, SPDM_ERROR, SPDM_ERROR_UNEXPECTED_REQUEST, 0);
		return 0;
	}
	if (code == SPDM_CHUNK_SEND && !find_script(fake, code)) {
		fake->seen[code]++;
		return take_chunk(fake, w, req, len);
	}
	n = answer(fake, req, len);
	if (n < 0)
		return n;
	fake->out_len = n;
	put_out(fake, w, fake->peer_transfer ?: SIZE_MAX);
	return 0;
}

static ssize_t exchange(void *priv, enum spdm_object type, const void *req, size_t req_len,
			void *rsp, size_t rsp_size)
{
	struct fake_responder *fake = priv;
	struct spdm_writer w;
	ssize_t n;

	fake->objects++;
	fake->now_ms += fake->object_ms;
	if (type != SPDM_OBJECT_CLEAR || req_len < sizeof(struct spdm_header))
		return -EIO;
	spdm_writer_init(&w, fake->object, sizeof(fake->object));
	n = respond(fake, req, req_len, &w);
	if (n < 0)
		return n;
	n = fake->spoil ? fake->spoil(fake, fake->object, w.len) : w.len;
	while (fake->pad && n % 4)
		fake->object[n++] = 0;
	if (n > rsp_size)
		return -EIO;
	memcpy(rsp, fake->object, n);
	return n;
}

static bool cancelled(void *priv)
{
	struct fake_responder *fake = priv;

	return fake->cancel_at && fake->objects >= fake->cancel_at;
}

static void count_sleep(struct spdm *spdm, unsigned int ms)
{
	struct fake_responder *fake = spdm->config.priv;

	fake->slept_ms += ms;
	fake->now_ms += ms;
}

static u64 count_now(struct spdm *spdm)
{
	struct fake_responder *fake = spdm->config.priv;

	return fake->now_ms;
}

static const struct spdm_ops ops = { .exchange = exchange, .cancelled = cancelled };

/*
 * For suites
 */

void fake_create(struct kunit *test)
{
	struct fake_responder *fake = test->priv;

	spdm_destroy(fake->spdm);
	fake->spdm = spdm_create(&fake->config);
	if (IS_ERR(fake->spdm)) {
		fake->spdm = NULL;
		KUNIT_FAIL_AND_ABORT(test, "no connection");
	}
	/* A suite with a transport of its own has time of its own, too: @priv is not ours. */
	if (fake->config.ops != &ops)
		return;
	fake->spdm->sleep = count_sleep;
	fake->spdm->now = count_now;
}

int fake_init(struct kunit *test)
{
	struct fake_responder *fake = vzalloc(sizeof(*fake));

	if (!fake)
		return -ENOMEM;
	test->priv = fake;
	fake->config.ops = &ops;
	fake->config.priv = fake;
	fake->algos = (struct spdm_algos) {
		.meas_spec = SPDM_MEAS_SPEC_DMTF,
		.meas_hash = SPDM_MEAS_HASH_SHA384,
		.base_asym = SPDM_ASYM_ECDSA_P384,
		.base_hash = SPDM_HASH_SHA384,
	};
	fake->transfer = 4096;
	fake->message = 65536;
	fake_version(fake, SPDM_VERSION_12);
	fake_create(test);
	return 0;
}

void fake_exit(struct kunit *test)
{
	struct fake_responder *fake = test->priv;

	if (!fake)
		return;
	spdm_destroy(fake->spdm);
	vfree(fake);
}

void fake_connect(struct kunit *test)
{
	struct fake_responder *fake = test->priv;

	KUNIT_ASSERT_EQ_MSG(test, spdm_connect(fake->spdm), 0, "%s",
			    spdm_fault_text(fake->spdm));
}

void fake_version(struct fake_responder *fake, u8 version)
{
	struct spdm_algos *algos = &fake->algos;

	memset(fake->versions, 0, sizeof(fake->versions));
	fake->versions[0] = version << 8;
	fake->caps = SPDM_CAP_CERT | SPDM_CAP_CHAL | SPDM_CAP_MEAS_SIGNED;
	algos->other = 0;
	algos->dhe = 0;
	algos->aead = 0;
	algos->schedule = 0;
	if (version >= SPDM_VERSION_11) {
		fake->caps |= SPDM_CAP_KEY_EX | SPDM_CAP_ENCRYPT | SPDM_CAP_MAC;
		algos->dhe = SPDM_DHE_P384;
		algos->aead = SPDM_AEAD_AES256_GCM;
		algos->schedule = SPDM_SCHEDULE_SPDM;
	}
	if (version >= SPDM_VERSION_12) {
		fake->caps |= SPDM_CAP_CHUNK;
		algos->other = SPDM_OPAQUE_FMT1;
	}
}

static struct fake_script *new_script(struct fake_responder *fake, u8 code, unsigned int times)
{
	struct fake_script *script = &fake->scripts[fake->nr_scripts % FAKE_SCRIPTS];

	fake->nr_scripts = min(fake->nr_scripts + 1, FAKE_SCRIPTS);
	*script = (struct fake_script) { .code = code, .times = times };
	return script;
}

void fake_script(struct fake_responder *fake, u8 code, unsigned int times, const void *data,
		 size_t len)
{
	struct fake_script *script = new_script(fake, code, times);

	script->data = data;
	script->len = len;
}

void fake_script_err(struct fake_responder *fake, u8 code, unsigned int times, int err)
{
	new_script(fake, code, times)->err = err;
}

int fake_exchange(struct fake_responder *fake, struct spdm_exchange *x, const void *req,
		  size_t len)
{
	x->req = req;
	x->req_len = len;
	return spdm_exchange(fake->spdm, x);
}
