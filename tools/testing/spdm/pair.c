// SPDX-License-Identifier: GPL-2.0
/*
 * Put a requester and a software DSM together, without a transport between them.
 * The requester is given the largest chain cache and anchors that there are; what
 * a leaf has to say is checked as a bus would do it.
 */
#include <stdio.h>

#include <openssl/x509.h>

#include <linux/err.h>
#include <linux/slab.h>

#include "pair.h"
#include "record.h"
#include "responder.h"

#define NAME	"Vendor=dec0:Device=0010:"

/* A device that signs slowly is not what is tested here. */
#define PATIENCE_MS	60000

static const char *const algorithms[] = {
	"ecdsa-p256", "ecdsa-p384", "ecdsa-p521", "rsassa-2048", "rsassa-3072", "rsassa-4096",
};

static const struct dsm_place place = {
	.domain = 0x10,
	.rid = 0x100,
	.vendor = 0xdec0,
	.device = 0x0010,
	.sub_vendor = 0xdec0,
	.sub_device = 0x0010,
	.class_rev = 0x12000001,
	.ide = true,
	.tee = true,
};

int anchors_load(struct key *anchors, const char *dir)
{
	anchors->certs = sk_X509_new_null();
	for (size_t i = 0; i < ARRAY_SIZE(algorithms); i++) {
		char path[4096];
		X509 *x509;
		FILE *f;

		snprintf(path, sizeof(path), "%s/%s/root.der", dir, algorithms[i]);
		f = fopen(path, "rb");
		x509 = f ? d2i_X509_fp(f, NULL) : NULL;
		if (f)
			fclose(f);
		if (!x509) {
			fprintf(stderr, "%s: no certificate\n", path);
			anchors_free(anchors);
			return -ENOENT;
		}
		sk_X509_push(anchors->certs, x509);
	}
	return 0;
}

void anchors_free(struct key *anchors)
{
	sk_X509_pop_free(anchors->certs, X509_free);
	anchors->certs = NULL;
}

/* How fast a device signs is no matter of the conversation. */
static bool asks_again(struct pair *pair, bool secured, const u8 *req, size_t len)
{
	const struct spdm_direction *dir = &pair->spdm->session.req;
	u8 msg[RECORD_MAX];

	if (!secured)
		return req[1] == SPDM_RESPOND_IF_READY;
	return record_open(dir, dir->seq - 1, req, len, msg, sizeof(msg)) > 1 &&
	       msg[1] == SPDM_RESPOND_IF_READY;
}

/* The answer of the device, or of the tape, before it is spoilt */
static ssize_t answer(struct pair *pair, bool *secured, const void *req, size_t req_len, u8 *rsp)
{
	const struct taped *x;

	if (pair->dev)
		return dsm_device_handle(pair->dev, secured, req, req_len, rsp, OBJECT_MAX);
	x = &pair->tape->at[pair->at];
	if (pair->at >= pair->tape->nr || x->secured != *secured || x->req_len != req_len ||
	    memcmp(x->req, req, req_len)) {
		pair->diverged = true;
		return -EIO;
	}
	*secured = x->answer_secured;
	memcpy(rsp, x->rsp, x->rsp_len);
	return x->rsp_len;
}

/* Objects of DOE are whole dwords, both ways. */
static size_t pad(u8 *object, size_t len)
{
	while (len % 4)
		object[len++] = 0;
	return len;
}

static ssize_t exchange(void *priv, enum spdm_object type, const void *req, size_t req_len,
			void *rsp, size_t rsp_size)
{
	struct pair *pair = priv;
	struct taped x = { .secured = type == SPDM_OBJECT_SECURED };
	static u8 in[OBJECT_MAX], out[OBJECT_MAX];
	ssize_t len;

	memcpy(in, req, req_len);
	req_len = pad(in, req_len);
	pair->again += asks_again(pair, x.secured, in, req_len);
	x.answer_secured = x.secured;
	len = answer(pair, &x.answer_secured, in, req_len, out);
	if (len <= 0)
		return len ? len : -EIO;
	len = pad(out, len);
	if (pair->dev && pair->tape &&
	    tape_add(pair->tape, x.secured, in, req_len, x.answer_secured, out, len))
		return -EIO;
	x.req = in;
	x.req_len = req_len;
	if (pair->spoil)
		len = pair->spoil(pair, &x, out, len);
	pair->at++;
	/* DOE tells both kinds apart; so does the library's user. */
	if (x.answer_secured != x.secured)
		return -EIO;
	if ((size_t)len > rsp_size)
		return -EIO;
	memcpy(rsp, out, len);
	return len;
}

static int check_leaf(void *priv, const struct spdm_leaf *leaf)
{
	for (unsigned int i = 0; i < leaf->nr; i++) {
		if (leaf->name_len[i] >= sizeof(NAME) - 1 &&
		    !memcmp(leaf->names[i], NAME, sizeof(NAME) - 1))
			return 0;
	}
	return -EKEYREJECTED;
}

static const struct spdm_ops ops = { .exchange = exchange, .check_leaf = check_leaf };

/* A port that takes all keys, for questions over IDE_KM */
static int port_key(void *priv, const struct dsm_place *where, uint8_t op, uint8_t stream_id,
		    uint8_t key_sub, const uint8_t *key, uint64_t ifv)
{
	return 0;
}

static int port_regs(void *priv, const struct dsm_place *where, uint32_t *regs, unsigned int max,
		     unsigned int *nr)
{
	*nr = 4;
	memset(regs, 0, *nr * sizeof(*regs));
	return 0;
}

static const struct dsm_port_ops port_ops = { .key = port_key, .regs = port_regs };

static struct dsm_device *make_device(const struct pair_options *o)
{
	struct dsm_options options = {
		.versions = o->version ? BIT(o->version & 0xf) : 0xf,
		.caps = o->caps ?: SPDM_CAP_CERT | SPDM_CAP_CHAL | SPDM_CAP_MEAS_SIGNED |
			SPDM_CAP_MEAS_FRESH | SPDM_CAP_ENCRYPT | SPDM_CAP_MAC | SPDM_CAP_KEY_EX |
			SPDM_CAP_HBEAT | SPDM_CAP_KEY_UPD | SPDM_CAP_CHUNK,
		.base_asym = o->asym ?: ~0U,
		.base_hash = o->hash ?: ~0U,
		.meas_hash = SPDM_MEAS_HASH_SHA256 | SPDM_MEAS_HASH_SHA384 |
			     SPDM_MEAS_HASH_SHA512,
		.dhe = o->dhe ?: (u16)~0,
		.aead = o->aead ?: (u16)~0,
		.slots = 0x0f,
		.transfer_size = o->transfer ?: 16384,
		.message_size = 65536,
		.ct_exponent = 20,
		.heartbeat_s = o->heartbeat_s,
		.identity_dir = o->identity,
		.faults = o->faults,
	};
	struct dsm_device *dev;

	dev = dsm_device_new(&options, &place, &port_ops, NULL);
	if (dev)
		dev->wait_ms = PATIENCE_MS;
	return dev;
}

int pair_open(struct pair *pair, const struct pair_options *o, bool live)
{
	struct spdm_config config = {
		.ops = &ops,
		.priv = pair,
		.anchors = o->anchors,
		.cache = o->cache,
		.max_object = o->max_object ?: 16384,
	};

	pair->at = 0;
	pair->again = 0;
	pair->diverged = false;
	pair->dev = NULL;
	if (live && !pair->again_random)
		openssl_chance_forget();
	else
		openssl_chance_rewind();
	if (live) {
		if (pair->tape)
			tape_clear(pair->tape);
		pair->dev = make_device(o);
		if (!pair->dev)
			return -ENODEV;
	}
	pair->spdm = spdm_create(&config);
	if (IS_ERR(pair->spdm)) {
		dsm_device_free(pair->dev);
		return PTR_ERR(pair->spdm);
	}
	return 0;
}

void pair_close(struct pair *pair)
{
	spdm_destroy(pair->spdm);
	if (pair->dev)
		dsm_device_free(pair->dev);
}
