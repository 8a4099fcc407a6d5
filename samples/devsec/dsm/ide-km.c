// SPDX-License-Identifier: GPL-2.0
/*
 * IDE_KM: keys of the device's own IDE port, by messages inside of a session.
 * The port itself is the transport's; here is which keys it has been given and
 * which of them are in use. Key bytes are handed on and kept nowhere.
 *
 * A session that has programmed a key owns the port: others get no answer until
 * that session ends. Where the protocol cannot say what is wrong, there is silence.
 *
 * PCIe r7.0 sec 6.33.3.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "dsm.h"

#define KM_QUERY	0
#define KM_QUERY_RESP	1
#define KM_KEY_PROG	2
#define KM_KP_ACK	3
#define KM_SET_GO	4
#define KM_SET_STOP	5
#define KM_GOSTOP_ACK	6

/* Status of KP_ACK */
#define KM_OK		0
#define KM_LENGTH	1
#define KM_PORT		2
#define KM_VALUE	3
#define KM_OTHER	4

#define KM_PORT_INDEX	0	/* the only one, and so MaxPortIndex */
#define KM_KEY_SIZE	32
#define KM_IFV		1	/* where the invocation counter must begin */
#define KM_REGS_MAX	256	/* dwords of the capability */

/* KeySub: key set, direction, sub-stream */
#define KM_SUB_SET	0x01
#define KM_SUB_TX	0x02
#define KM_SUB_RESERVED	0x0c
#define KM_NR_SUBS	3	/* PR, NPR, CPL */
#define KM_NR_KEYS	(KM_NR_SUBS * 2)

/* Keys of a stream: a bit for each direction and sub-stream, by key set */
struct km_stream {
	uint8_t known[2];
	uint8_t used[2];
};

struct dsm_km {
	struct dsm_place place;
	const struct dsm_port_ops *port;
	void *priv;
	uint32_t owner;			/* session; 0 for none, which is no valid id */
	struct km_stream stream[256];
};

/* What KEY_PROG, K_SET_GO and K_SET_STOP and their answers have in common */
struct km_target {
	uint8_t stream_id;
	uint8_t key_sub;
	uint8_t port;
};

struct dsm_km *dsm_km_new(const struct dsm_place *place, const struct dsm_port_ops *port,
			  void *priv)
{
	struct dsm_km *km = calloc(1, sizeof(*km));

	if (!km)
		return NULL;
	km->place = *place;
	km->port = place->ide ? port : NULL;
	km->priv = priv;
	return km;
}

static unsigned int key_set(uint8_t key_sub)
{
	return key_sub & KM_SUB_SET;
}

static uint8_t key_bit(uint8_t key_sub)
{
	return 1u << ((key_sub >> 4) + (key_sub & KM_SUB_TX ? KM_NR_SUBS : 0));
}

static bool key_sub_valid(uint8_t key_sub)
{
	return !(key_sub & KM_SUB_RESERVED) && key_sub >> 4 < KM_NR_SUBS;
}

static int port_key(struct dsm_km *km, uint8_t op, const struct km_target *t, const uint8_t *key,
		    uint64_t ifv)
{
	return km->port->key(km->priv, &km->place, op, t->stream_id, t->key_sub, key, ifv);
}

static void forget_keys(struct dsm_km *km, unsigned int stream_id)
{
	struct km_stream *stream = &km->stream[stream_id];

	for (unsigned int key = 0; key < 2 * KM_NR_KEYS; key++) {
		unsigned int set = key / KM_NR_KEYS, dir = key / KM_NR_SUBS % 2;
		struct km_target t = {
			.stream_id = stream_id,
			.key_sub = set | (dir ? KM_SUB_TX : 0) | (key % KM_NR_SUBS) << 4,
		};

		/* Where the port was reset too, there is nothing left to stop */
		if (stream->known[set] & key_bit(t.key_sub))
			port_key(km, KM_SET_STOP, &t, NULL, 0);
	}
	memset(stream, 0, sizeof(*stream));
}

void dsm_km_reset(struct dsm_km *km)
{
	if (!km->owner)
		return;
	for (unsigned int i = 0; i < 256; i++)
		forget_keys(km, i);
	km->owner = 0;
}

/* The port keeps the keys of a process that ends no longer than those of a session. */
void dsm_km_free(struct dsm_km *km)
{
	if (!km)
		return;
	dsm_km_reset(km);
	free(km);
}

static bool km_query(struct dsm_km *km, struct dsm_in *in, struct dsm_out *out)
{
	uint32_t regs[KM_REGS_MAX];
	unsigned int nr = 0;
	uint8_t port;

	dsm_get8(in);
	port = dsm_get8(in);
	if (in->bad || in->left || port != KM_PORT_INDEX)
		return false;
	if (km->port->regs(km->priv, &km->place, regs, KM_REGS_MAX, &nr) || nr > KM_REGS_MAX)
		return false;

	dsm_put8(out, "QUERY_RESP.protocol", SPDM_PCISIG_IDE_KM);
	dsm_put8(out, "QUERY_RESP.object", KM_QUERY_RESP);
	dsm_put8(out, "QUERY_RESP.reserved", 0);
	dsm_put8(out, "QUERY_RESP.port", port);
	dsm_put8(out, "QUERY_RESP.devfn", km->place.rid & 0xff);
	dsm_put8(out, "QUERY_RESP.bus", km->place.rid >> 8);
	dsm_put8(out, "QUERY_RESP.segment", km->place.domain & 0xff);
	dsm_put8(out, "QUERY_RESP.max_port", KM_PORT_INDEX);
	for (unsigned int i = 0; i < nr; i++)
		dsm_put32(out, "QUERY_RESP.registers", regs[i]);
	return true;
}

/* The wire has the bytes of each dword of a key in reverse, and the upper half of IFV first. */
static void get_key(struct dsm_in *in, uint8_t key[KM_KEY_SIZE], uint64_t *ifv)
{
	const uint8_t *wire = dsm_get(in, KM_KEY_SIZE);

	for (unsigned int i = 0; wire && i < KM_KEY_SIZE; i++)
		key[i] = wire[i ^ 3];
	*ifv = (uint64_t)dsm_get32(in) << 32;
	*ifv |= dsm_get32(in);
}

static uint8_t prog_status(struct dsm_km *km, const struct km_target *t, const uint8_t *key,
			   uint64_t ifv)
{
	struct km_stream *stream = &km->stream[t->stream_id];
	int rc;

	if (t->port != KM_PORT_INDEX)
		return KM_PORT;
	if (!key_sub_valid(t->key_sub) || ifv != KM_IFV)
		return KM_VALUE;
	/* A key that is in use is not changed: refresh goes by the other key set */
	if (stream->used[key_set(t->key_sub)] & key_bit(t->key_sub))
		return KM_OTHER;
	rc = port_key(km, KM_KEY_PROG, t, key, ifv);
	if (rc)
		return rc == -EINVAL ? KM_VALUE : KM_OTHER;

	stream->known[key_set(t->key_sub)] |= key_bit(t->key_sub);
	return KM_OK;
}

static bool km_prog(struct dsm_km *km, uint32_t session_id, struct dsm_in *in, struct dsm_out *out)
{
	uint8_t key[KM_KEY_SIZE] = {}, status = KM_LENGTH;
	struct km_target t = {};
	uint64_t ifv;

	dsm_get16(in);
	t.stream_id = dsm_get8(in);
	dsm_get8(in);
	t.key_sub = dsm_get8(in);
	t.port = dsm_get8(in);
	get_key(in, key, &ifv);
	dsm_keylog(&km->place, "ide", key, sizeof(key));
	if (!in->bad && !in->left)
		status = prog_status(km, &t, key, ifv);
	OPENSSL_cleanse(key, sizeof(key));
	if (status == KM_OK)
		km->owner = session_id;

	dsm_put8(out, "KP_ACK.protocol", SPDM_PCISIG_IDE_KM);
	dsm_put8(out, "KP_ACK.object", KM_KP_ACK);
	dsm_put16(out, "KP_ACK.reserved", 0);
	dsm_put8(out, "KP_ACK.stream_id", t.stream_id);
	dsm_put8(out, "KP_ACK.status", status);
	dsm_put8(out, "KP_ACK.key_sub", t.key_sub);
	dsm_put8(out, "KP_ACK.port", t.port);
	return true;
}

/*
 * The answer has no status: with a key that was never programmed, or
 * one that the port refuses, nothing changes, and the stream's state tells.
 */
static void go_stop(struct dsm_km *km, bool go, const struct km_target *t)
{
	struct km_stream *stream = &km->stream[t->stream_id];
	unsigned int set = key_set(t->key_sub);
	uint8_t bit = key_bit(t->key_sub);

	if (!(stream->known[set] & bit) || port_key(km, go ? KM_SET_GO : KM_SET_STOP, t, NULL, 0))
		return;
	if (go) {
		stream->used[set] |= bit;
		stream->used[!set] &= ~bit;
		return;
	}
	stream->used[set] &= ~bit;
	stream->known[set] &= ~bit;
}

static bool km_go_stop(struct dsm_km *km, bool go, struct dsm_in *in, struct dsm_out *out)
{
	struct km_target t = {};

	dsm_get16(in);
	t.stream_id = dsm_get8(in);
	dsm_get8(in);
	t.key_sub = dsm_get8(in);
	t.port = dsm_get8(in);
	if (in->bad || in->left || t.port != KM_PORT_INDEX || !key_sub_valid(t.key_sub))
		return false;
	go_stop(km, go, &t);

	dsm_put8(out, "K_GOSTOP_ACK.protocol", SPDM_PCISIG_IDE_KM);
	dsm_put8(out, "K_GOSTOP_ACK.object", KM_GOSTOP_ACK);
	dsm_put16(out, "K_GOSTOP_ACK.reserved", 0);
	dsm_put8(out, "K_GOSTOP_ACK.stream_id", t.stream_id);
	dsm_put8(out, "K_GOSTOP_ACK.reserved2", 0);
	dsm_put8(out, "K_GOSTOP_ACK.key_sub", t.key_sub);
	dsm_put8(out, "K_GOSTOP_ACK.port", t.port);
	return true;
}

bool dsm_km_handle(struct dsm_km *km, uint32_t session_id, struct dsm_in *in, struct dsm_out *out)
{
	if (!km->port || !session_id || (km->owner && km->owner != session_id))
		return false;

	switch (dsm_get8(in)) {
	case KM_QUERY:
		return !in->bad && km_query(km, in, out);
	case KM_KEY_PROG:
		return km_prog(km, session_id, in, out);
	case KM_SET_GO:
		return km_go_stop(km, true, in, out);
	case KM_SET_STOP:
		return km_go_stop(km, false, in, out);
	}
	return false;
}

bool dsm_km_ready(const struct dsm_km *km, uint32_t session_id, uint8_t stream_id)
{
	const struct km_stream *stream = &km->stream[stream_id];

	return km->owner && km->owner == session_id &&
	       (stream->used[0] | stream->used[1]) == (1u << KM_NR_KEYS) - 1;
}
