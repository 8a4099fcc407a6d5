// SPDX-License-Identifier: GPL-2.0
/*
 * IDE key management (IDE_KM): first its messages, as pure values, then the
 * sequence that gives both ends of a selective stream their keys, lets them use
 * them, replaces them and takes them away.
 *
 * PCIe r7.0 sec 6.33.3. No session and no registers in here: messages go through
 * an op, and so do the root port's keys. The device is not trusted: an answer
 * must be the one to the question, in every byte that tells.
 */
#include <linux/bitfield.h>
#include <linux/bits.h>
#include <linux/cleanup.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/pci.h>
#include <linux/pci-ide-km.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/unaligned.h>

#include "ide-km.h"

/*
 * Messages
 */

/**
 * ide_km_key_sub() - the byte that tells keys of a stream apart
 * @set: key set
 * @tx: the key of what the port sends
 * @sub: sub-stream: 0 posted, 1 non-posted, 2 completions
 *
 * Context: any.
 * Return: the byte.
 */
u8 ide_km_key_sub(unsigned int set, bool tx, unsigned int sub)
{
	return (set ? IDE_KM_SET1 : 0) | (tx ? IDE_KM_TX : 0) | sub << IDE_KM_SUB_SHIFT;
}

/**
 * ide_km_encode_query() - make a QUERY
 * @msg: room for IDE_KM_QUERY_LEN bytes
 * @port: which port of the device
 *
 * Context: any.
 * Return: its length.
 */
size_t ide_km_encode_query(u8 *msg, u8 port)
{
	memset(msg, 0, IDE_KM_QUERY_LEN);
	msg[1] = IDE_KM_QUERY;
	msg[3] = port;
	return IDE_KM_QUERY_LEN;
}

static void encode_key_id(u8 *msg, enum ide_km_op op, const struct ide_km_key_id *id)
{
	msg[1] = op;
	msg[4] = id->stream_id;
	msg[6] = id->key_sub;
	msg[7] = id->port;
}

/**
 * ide_km_encode_key_prog() - make a KEY_PROG
 * @msg: room for IDE_KM_KEY_PROG_LEN bytes, which the caller wipes
 * @id: which key
 * @key: the key, as a cipher takes it
 * @ifv: the first value of its invocation counter
 *
 * Keys travel as little-endian dwords, the most significant one first.
 *
 * Context: any.
 * Return: its length.
 */
size_t ide_km_encode_key_prog(u8 *msg, const struct ide_km_key_id *id, const u8 *key, u64 ifv)
{
	memset(msg, 0, IDE_KM_KEY_PROG_LEN);
	encode_key_id(msg, IDE_KM_KEY_PROG, id);
	for (int i = 0; i < PCI_IDE_KEY_SIZE; i += 4)
		put_unaligned_le32(get_unaligned_be32(key + i), msg + 8 + i);
	put_unaligned_le32(upper_32_bits(ifv), msg + 40);
	put_unaligned_le32(lower_32_bits(ifv), msg + 44);
	return IDE_KM_KEY_PROG_LEN;
}

/**
 * ide_km_encode_go() - make a K_SET_GO or K_SET_STOP
 * @msg: room for IDE_KM_SHORT_LEN bytes
 * @op: which of them
 * @id: which key
 *
 * Context: any.
 * Return: its length.
 */
size_t ide_km_encode_go(u8 *msg, enum ide_km_op op, const struct ide_km_key_id *id)
{
	memset(msg, 0, IDE_KM_SHORT_LEN);
	encode_key_id(msg, op, id);
	return IDE_KM_SHORT_LEN;
}

/* Do the blocks that the registers tell of fit into what was received? */
static bool regs_hold_blocks(const u8 *regs, size_t nr, struct pci_ide_km_info *info)
{
	size_t pos = 2;

	info->cap = get_unaligned_le32(regs);
	if (info->cap & PCI_IDE_CAP_LINK)
		info->links = FIELD_GET(PCI_IDE_CAP_LINK_TC_NUM, info->cap) + 1;
	if (info->cap & PCI_IDE_CAP_SELECTIVE)
		info->streams = FIELD_GET(PCI_IDE_CAP_SEL_NUM, info->cap) + 1;

	pos += 2 * info->links;
	for (unsigned int i = 0; i < info->streams; i++) {
		if (pos >= nr)
			return false;
		pos += 5 + 3 * (get_unaligned_le32(regs + 4 * pos) & 0xf);
	}
	return pos <= nr;
}

/**
 * ide_km_decode_query() - read a QUERY_RESP
 * @msg: the message
 * @len: bytes of it that were received, perhaps none
 * @port: the port that was asked for
 * @info: out: what it tells; written on success only
 *
 * Context: any.
 * Return: 0; -EBADMSG too short; -EMSGSIZE longer than a capability can be;
 * -EPROTO not the answer to that question.
 */
int ide_km_decode_query(const u8 *msg, size_t len, u8 port, struct pci_ide_km_info *info)
{
	struct pci_ide_km_info got = {};
	size_t nr;

	if (len < IDE_KM_QUERY_RESP_LEN + 8)
		return -EBADMSG;
	if (len > IDE_KM_MSG_MAX)
		return -EMSGSIZE;
	if (msg[0] || msg[1] != IDE_KM_QUERY_RESP || msg[3] != port)
		return -EPROTO;
	got.devfn = msg[4];
	got.bus = msg[5];
	got.segment = msg[6];
	got.max_port = msg[7];
	if (got.max_port < port)
		return -EPROTO;

	nr = (len - IDE_KM_QUERY_RESP_LEN) / 4;
	if ((len - IDE_KM_QUERY_RESP_LEN) % 4 ||
	    !regs_hold_blocks(msg + IDE_KM_QUERY_RESP_LEN, nr, &got))
		return -EBADMSG;
	*info = got;
	return 0;
}

/**
 * ide_km_decode_ack() - read a KP_ACK or K_GOSTOP_ACK
 * @msg: the message
 * @len: bytes of it that were received, perhaps none
 * @op: which of them it has to be
 * @id: the key that the request was about
 *
 * Context: any.
 * Return: 0; -EBADMSG too short; -EMSGSIZE too long; -EPROTO not the answer to
 * that request; -EREMOTEIO the device refuses the key.
 */
int ide_km_decode_ack(const u8 *msg, size_t len, enum ide_km_op op,
		      const struct ide_km_key_id *id)
{
	if (len < IDE_KM_SHORT_LEN)
		return -EBADMSG;
	if (len > IDE_KM_SHORT_LEN)
		return -EMSGSIZE;
	if (msg[0] || msg[1] != op || msg[4] != id->stream_id || msg[6] != id->key_sub ||
	    msg[7] != id->port)
		return -EPROTO;
	/* The status; reserved in K_GOSTOP_ACK */
	return op == IDE_KM_KP_ACK && msg[5] ? -EREMOTEIO : 0;
}

/*
 * The sequence
 */

/**
 * pci_ide_km_query() - ask a device about one of its ports
 * @km: key management, with @port
 * @info: out: what it tells; written on success only
 *
 * Context: process; sleeps as the op request does.
 * Return: 0; -EOPNOTSUPP the port has no selective stream, or no IDE_KM;
 * -ENOMEM; an error of ide_km_decode_query() or of the op.
 */
int pci_ide_km_query(struct pci_ide_km *km, struct pci_ide_km_info *info)
{
	u8 *rsp __free(kfree) = kmalloc(IDE_KM_MSG_MAX, GFP_KERNEL);
	struct pci_ide_km_info got;
	u8 req[IDE_KM_QUERY_LEN];
	ssize_t len;
	int rc;

	if (!rsp)
		return -ENOMEM;
	len = km->ops->request(km->priv, req, ide_km_encode_query(req, km->port), rsp,
			       IDE_KM_MSG_MAX);
	if (len < 0)
		return len;
	rc = ide_km_decode_query(rsp, len, km->port, &got);
	if (rc)
		return rc;
	if (!got.streams || !(got.cap & PCI_IDE_CAP_IDE_KM))
		return -EOPNOTSUPP;
	*info = got;
	return 0;
}
EXPORT_SYMBOL_GPL(pci_ide_km_query);

static struct ide_km_key_id key_id(const struct pci_ide_km *km, unsigned int set, bool tx,
				   unsigned int sub)
{
	return (struct ide_km_key_id) {
		.stream_id = km->stream_id,
		.key_sub = ide_km_key_sub(set, tx, sub),
		.port = km->port,
	};
}

static int exchange(struct pci_ide_km *km, const u8 *req, size_t len, enum ide_km_op answer,
		    const struct ide_km_key_id *id)
{
	/* One byte more than a good answer, so that a long one is seen */
	u8 rsp[IDE_KM_SHORT_LEN + 1];
	ssize_t got = km->ops->request(km->priv, req, len, rsp, sizeof(rsp));

	return got < 0 ? got : ide_km_decode_ack(rsp, got, answer, id);
}

/* All keys of a set, the device's own view of them */
static int program_device(struct pci_ide_km *km, unsigned int set, struct ide_km_secrets *s)
{
	/* An error does not tell whether a key arrived: assume that it did */
	km->touched |= BIT(set);
	for (unsigned int i = 0; i < 2 * PCI_IDE_SUB_STREAMS; i++) {
		unsigned int sub = i / 2;
		bool tx = i % 2;
		const u8 *key = tx ? s->device.tx[sub] : s->device.rx[sub];
		struct ide_km_key_id id = key_id(km, set, tx, sub);
		size_t len;
		int rc;

		len = ide_km_encode_key_prog(s->msg, &id, key, PCI_IDE_IFV);
		rc = exchange(km, s->msg, len, IDE_KM_KP_ACK, &id);
		if (rc)
			return rc;
	}
	return 0;
}

/* K_SET_GO or K_SET_STOP for one direction */
static int tell_device(struct pci_ide_km *km, enum ide_km_op op, unsigned int set, bool tx)
{
	for (unsigned int sub = 0; sub < PCI_IDE_SUB_STREAMS; sub++) {
		struct ide_km_key_id id = key_id(km, set, tx, sub);
		u8 req[IDE_KM_SHORT_LEN];
		int rc = exchange(km, req, ide_km_encode_go(req, op, &id), IDE_KM_GOSTOP_ACK, &id);

		if (rc)
			return rc;
	}
	return 0;
}

/* What the one sends with, the other receives with */
static int program_both(struct pci_ide_km *km, unsigned int set, struct ide_km_secrets *s)
{
	int rc = get_random_bytes_wait(&s->device, sizeof(s->device));

	if (rc)
		return rc;
	memcpy(s->rp.rx, s->device.tx, sizeof(s->rp.rx));
	memcpy(s->rp.tx, s->device.rx, sizeof(s->rp.tx));

	rc = program_device(km, set, s);
	if (rc)
		return rc;
	return km->ops->rp_program(km->priv, set, &s->rp);
}

/**
 * ide_km_program() - new keys for both ends
 * @km: key management
 * @set: for which key set
 * @s: where the keys are meanwhile; wiped in any case
 *
 * Context: process; sleeps as the ops do.
 * Return: as pci_ide_km_start().
 */
int ide_km_program(struct pci_ide_km *km, unsigned int set, struct ide_km_secrets *s)
{
	int rc = program_both(km, set, s);

	memzero_explicit(s, sizeof(*s));
	return rc;
}

/* Nobody sends with a key that the other end does not receive with yet */
static int go_both(struct pci_ide_km *km, unsigned int set)
{
	int rc = tell_device(km, IDE_KM_SET_GO, set, false);

	if (!rc)
		rc = km->ops->rp_go_rx(km->priv, set);
	if (!rc)
		rc = tell_device(km, IDE_KM_SET_GO, set, true);
	if (!rc)
		rc = km->ops->rp_go_tx(km->priv, set);
	return rc;
}

static int use_set(struct pci_ide_km *km, unsigned int set)
{
	struct ide_km_secrets *secrets __free(kfree) = kmalloc(sizeof(*secrets), GFP_KERNEL);
	int rc;

	if (!secrets)
		return -ENOMEM;
	rc = ide_km_program(km, set, secrets);
	return rc ?: go_both(km, set);
}

/**
 * pci_ide_km_start() - give both ends of a stream their first keys
 * @km: key management
 *
 * Comes after both ends have the stream's ID, and before it is enabled. On
 * failure neither end has keys any more, as far as it can be told.
 *
 * Context: process; sleeps as the ops do.
 * Return: 0; -EALREADY it is up; -ENOMEM; an error of ide_km_decode_ack() or of
 * the ops.
 */
int pci_ide_km_start(struct pci_ide_km *km)
{
	int rc;

	if (km->up)
		return -EALREADY;
	rc = use_set(km, 0);
	if (rc) {
		pci_ide_km_stop(km);
		return rc;
	}
	km->set = 0;
	km->up = true;
	return 0;
}
EXPORT_SYMBOL_GPL(pci_ide_km_start);

/**
 * pci_ide_km_refresh() - new keys for a stream that is in use
 * @km: key management
 *
 * They take the key set that is not in use. The old one is stopped once nobody
 * sends by it any more, and forgotten on both ends. After a failure nobody knows which
 * keys the ends use, so the caller has to give the stream up.
 *
 * Context: process; sleeps as the ops do.
 * Return: 0; -ENOTCONN it is not up; else as pci_ide_km_start().
 */
int pci_ide_km_refresh(struct pci_ide_km *km)
{
	unsigned int set = !km->set;
	int rc;

	if (!km->up)
		return -ENOTCONN;
	rc = use_set(km, set);
	if (rc)
		return rc;
	/* Somebody may be showing it */
	WRITE_ONCE(km->set, set);
	rc = tell_device(km, IDE_KM_SET_STOP, !set, true);
	if (!rc)
		rc = tell_device(km, IDE_KM_SET_STOP, !set, false);
	if (rc)
		return rc;
	km->touched &= ~BIT(!set);
	km->ops->rp_drop(km->priv, !set);
	return 0;
}
EXPORT_SYMBOL_GPL(pci_ide_km_refresh);

/* After a refresh that failed it may have both sets. What is in use comes first. */
static int stop_sets(struct pci_ide_km *km, bool tx)
{
	int rc = 0;

	for (unsigned int i = 0; i < 2 && !rc; i++) {
		unsigned int set = km->set ^ i;

		if (km->touched & BIT(set))
			rc = tell_device(km, IDE_KM_SET_STOP, set, tx);
	}
	return rc;
}

/**
 * pci_ide_km_stop() - take the keys of a stream away from both ends
 * @km: key management, in whatever state
 *
 * A device that does not answer is not asked again: its keys end with the
 * session. Senders stop first.
 *
 * Context: process; sleeps as the ops do.
 */
void pci_ide_km_stop(struct pci_ide_km *km)
{
	int rc = stop_sets(km, true);

	km->ops->rp_stop(km->priv);
	if (!rc)
		stop_sets(km, false);
	km->up = false;
	km->touched = 0;
	km->set = 0;
}
EXPORT_SYMBOL_GPL(pci_ide_km_stop);
