// SPDX-License-Identifier: GPL-2.0
/*
 * SPDM requester: the life of a connection, and the entry points of the library.
 *
 * Each entry point takes the connection's mutex, looks whether the connection is
 * far enough, and calls the steps of the other files in order. No message is made
 * or read here. What the mutex does not cover is cancelling: the callback for that
 * is asked wherever time passes.
 *
 * DMTF DSP0274 1.0 to 1.3.
 */
#include <linux/build_bug.h>
#include <linux/cleanup.h>
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/spdm.h>
#include <linux/string.h>

#include "crypto.h"
#include "spdm.h"
#include "trace.h"

#define DEFAULT_OBJECT	4096

static_assert(sizeof(struct spdm_chain) == SPDM_CHAIN_HEAD);
static_assert(SPDM_MAX_HASH == SPDM_DIGEST_MAX);

/*
 * For the steps
 */

/* @what is a literal: it outlives the connection, and has nothing of the device's in it. */
int spdm_fault(struct spdm *spdm, int err, const char *what)
{
	WRITE_ONCE(spdm->fault, what);
	trace_spdm_fault(spdm, err, what);
	return err;
}

bool spdm_cancelled(struct spdm *spdm)
{
	const struct spdm_config *config = &spdm->config;

	return config->ops->cancelled && config->ops->cancelled(config->priv);
}

/* Before a version is agreed all messages are of 1.0, as GET_VERSION is. */
void spdm_header_init(struct spdm *spdm, struct spdm_header *hdr, u8 code, u8 param1, u8 param2)
{
	hdr->version = spdm->version ?: SPDM_VERSION_10;
	hdr->code = code;
	hdr->param1 = param1;
	hdr->param2 = param2;
}

static void forget_slots(struct spdm *spdm)
{
	for (int i = 0; i < SPDM_NR_SLOTS; i++)
		spdm_slot_clear(&spdm->slots[i]);
	spdm->slot_mask = 0;
	spdm->slot = 0;
}

/* All that was negotiated or learnt. Counts, and the last fault, stay. */
void spdm_forget(struct spdm *spdm)
{
	spdm_session_drop(spdm);
	spdm_m1_end(spdm);
	spdm->m1_said = false;
	spdm_meas_end(spdm);
	spdm_big_free(spdm);
	forget_slots(spdm);
	spdm->state = SPDM_STATE_NEW;
	spdm->version = 0;
	spdm->caps = 0;
	spdm->ct_exponent = 0;
	spdm->peer_transfer = 0;
	spdm->peer_message = 0;
	memset(&spdm->algos, 0, sizeof(spdm->algos));
	memset(spdm->vca, 0, sizeof(spdm->vca));
	spdm->vca_len = 0;
	spdm->digests_len = 0;
	spdm->meas_secured = false;
	spdm->torn = false;
}

static void sleep_ms(struct spdm *spdm, unsigned int ms)
{
	fsleep(ms * 1000);
}

static u64 now_ms(struct spdm *spdm)
{
	return ktime_to_ms(ktime_get());
}

/*
 * What every entry point begins with; the mutex is held
 */

static int enter(struct spdm *spdm, enum spdm_state need)
{
	WRITE_ONCE(spdm->fault, NULL);
	if (spdm->state >= need)
		return 0;
	return spdm_fault(spdm, -ENOTCONN, spdm->state == SPDM_STATE_NEW ?
			  "there is no connection" : "the device is not authenticated");
}

static int enter_slot(struct spdm *spdm, enum spdm_state need, u8 slot)
{
	int rc = enter(spdm, need);

	if (!rc && slot >= SPDM_NR_SLOTS)
		rc = spdm_fault(spdm, -EINVAL, "there is no such slot");
	return rc;
}

static int enter_session(struct spdm *spdm)
{
	int rc = enter(spdm, SPDM_STATE_CONNECTED);

	if (!rc && spdm->session.state != SPDM_SESSION_OPEN)
		rc = spdm_fault(spdm, -ENOTCONN, "there is no session");
	return rc;
}

/*
 * Life
 */

static bool config_ok(const struct spdm_config *config)
{
	return config->ops && config->ops->exchange &&
	       config->max_object >= SPDM_OBJECT_MIN &&
	       config->max_object <= SPDM_OBJECT_MAX &&
	       config->max_version >= SPDM_VERSION_10 &&
	       config->max_version <= SPDM_VERSION_13;
}

/**
 * spdm_create() - a connection to a device, with which nothing is said yet
 * @config: how to talk to it; copied, but what it points to must stay until
 *	spdm_destroy()
 *
 * Context: may sleep.
 * Return: the connection, or ERR_PTR: -EINVAL for a @config out of its bounds,
 * -ENOMEM.
 */
struct spdm *spdm_create(const struct spdm_config *config)
{
	struct spdm *spdm = kzalloc(sizeof(*spdm), GFP_KERNEL);
	size_t size;

	if (!spdm)
		return ERR_PTR(-ENOMEM);
	mutex_init(&spdm->lock);
	spdm->sleep = sleep_ms;
	spdm->now = now_ms;
	spdm->config = *config;
	if (!spdm->config.max_object)
		spdm->config.max_object = DEFAULT_OBJECT;
	if (!spdm->config.max_version)
		spdm->config.max_version = SPDM_VERSION_13;
	if (!config_ok(&spdm->config)) {
		spdm_destroy(spdm);
		return ERR_PTR(-EINVAL);
	}

	/* Transports carry whole DWs */
	size = round_down(spdm->config.max_object, 4);
	spdm->config.max_object = size;
	spdm->chunk = kvmalloc(size, GFP_KERNEL);
	spdm->record = kvmalloc(size, GFP_KERNEL);
	spdm->rx = kvmalloc(size, GFP_KERNEL);
	if (!spdm->chunk || !spdm->record || !spdm->rx) {
		spdm_destroy(spdm);
		return ERR_PTR(-ENOMEM);
	}
	return spdm;
}
EXPORT_SYMBOL_GPL(spdm_create);

/**
 * spdm_destroy() - free a connection
 * @spdm: the connection, or NULL
 *
 * Nothing is said to the device: who has a session ends it first. Secrets are
 * wiped. Nobody may use the connection any more.
 *
 * Context: may sleep.
 */
void spdm_destroy(struct spdm *spdm)
{
	size_t size;

	if (!spdm)
		return;
	spdm_forget(spdm);
	size = spdm->config.max_object;
	kvfree_sensitive(spdm->chunk, size);
	kvfree_sensitive(spdm->record, size);
	kvfree_sensitive(spdm->rx, size);
	mutex_destroy(&spdm->lock);
	kfree_sensitive(spdm);
}
EXPORT_SYMBOL_GPL(spdm_destroy);

/*
 * Connection and identity
 */

/**
 * spdm_connect() - agree on version, capabilities and algorithms
 * @spdm: the connection
 *
 * Begins anew if there is a connection: identity and session are gone then. So
 * they are if this fails.
 *
 * Context: may sleep; one caller at a time, others wait.
 * Return: 0, or an errno as in linux/spdm.h.
 */
int spdm_connect(struct spdm *spdm)
{
	int rc;

	guard(mutex)(&spdm->lock);
	rc = enter(spdm, SPDM_STATE_NEW);
	if (!rc)
		rc = spdm_negotiate(spdm);
	if (rc)
		spdm_forget(spdm);
	return rc;
}
EXPORT_SYMBOL_GPL(spdm_connect);

/**
 * spdm_authenticate() - let the device prove that it holds the key of a chain
 * @spdm: the connection
 * @slot: the chain, 0 to 7
 *
 * Reads digests, and the chain if no cache has it, and challenges the device. What
 * was known of its identity is forgotten first. Not while there is a session: what
 * spdm_info() tells is who is at the other end of that.
 *
 * Context: as spdm_connect().
 * Return: 0, -EBUSY if there is a session, or an errno as in linux/spdm.h.
 */
int spdm_authenticate(struct spdm *spdm, u8 slot)
{
	int rc;

	guard(mutex)(&spdm->lock);
	rc = enter_slot(spdm, SPDM_STATE_CONNECTED, slot);
	if (rc)
		return rc;
	if (spdm->session.state != SPDM_SESSION_NONE)
		return spdm_fault(spdm, -EBUSY, "there is a session");

	/* The device signs all since DIGESTS: asked for it, both ends begin together. */
	spdm->state = SPDM_STATE_CONNECTED;
	forget_slots(spdm);
	spdm_m1_end(spdm);
	rc = spdm_identify(spdm, slot);
	if (!rc)
		rc = spdm_challenge(spdm, slot);
	spdm_m1_end(spdm);
	return rc;
}
EXPORT_SYMBOL_GPL(spdm_authenticate);

/**
 * spdm_recheck_anchor() - does the chain still lead to an anchor?
 * @spdm: the connection
 *
 * Says nothing to the device. A chain that led to none before is not judged. If it
 * does not any more, the identity is unverified from here on.
 *
 * Context: as spdm_connect().
 * Return: 0, -ENOKEY if there is no such anchor any more, -ENOTCONN if the device
 * is not authenticated, or -ENOMEM, which says nothing.
 */
int spdm_recheck_anchor(struct spdm *spdm)
{
	struct spdm_slot *slot;
	int rc;

	guard(mutex)(&spdm->lock);
	rc = enter(spdm, SPDM_STATE_AUTHENTICATED);
	if (rc)
		return rc;
	slot = &spdm->slots[spdm->slot];
	if (slot->identity != SPDM_IDENTITY_VERIFIED)
		return 0;
	rc = spdm_chain_anchored(spdm, slot);
	/* Without memory nothing is known, and the next look has to judge it */
	if (rc && rc != -ENOMEM)
		slot->identity = SPDM_IDENTITY_UNVERIFIED;
	return rc;
}
EXPORT_SYMBOL_GPL(spdm_recheck_anchor);

/*
 * Session
 */

/**
 * spdm_session_possible() - could this device have a session, by its own word?
 * @spdm: the connection
 *
 * Goes by capabilities and algorithms, which each proof of identity signs. Who asks
 * first does not take an unsigned ERROR for a device without sessions.
 *
 * Context: as spdm_connect().
 * Return: 0, -EOPNOTSUPP if not, -ENOTCONN.
 */
int spdm_session_possible(struct spdm *spdm)
{
	int rc;

	guard(mutex)(&spdm->lock);
	rc = enter(spdm, SPDM_STATE_CONNECTED);
	return rc ?: spdm_session_able(spdm);
}
EXPORT_SYMBOL_GPL(spdm_session_possible);

/**
 * spdm_session_start() - open a secured session
 * @spdm: the connection
 * @slot: the chain whose key signs the key exchange, 0 to 7
 *
 * That signature authenticates the device, as spdm_authenticate() does: the chain
 * is judged as if it had just come, and what was known of the identity is gone if
 * this fails.
 *
 * Context: as spdm_connect().
 * Return: 0, -EBUSY if there is a session, or an errno as in linux/spdm.h.
 */
int spdm_session_start(struct spdm *spdm, u8 slot)
{
	int rc;

	guard(mutex)(&spdm->lock);
	rc = enter_slot(spdm, SPDM_STATE_CONNECTED, slot);
	return rc ?: spdm_open_session(spdm, slot);
}
EXPORT_SYMBOL_GPL(spdm_session_start);

/**
 * spdm_session_end() - end the session, and wipe its secrets
 * @spdm: the connection
 *
 * There is none afterwards, whatever the device answers.
 *
 * Context: as spdm_connect().
 * Return: 0, or an errno as in linux/spdm.h: the device may not know.
 */
int spdm_session_end(struct spdm *spdm)
{
	int rc;

	guard(mutex)(&spdm->lock);
	rc = enter_session(spdm);
	if (rc)
		return rc;
	rc = spdm_close_session(spdm);
	spdm_session_drop(spdm);
	return rc;
}
EXPORT_SYMBOL_GPL(spdm_session_end);

/**
 * spdm_heartbeat() - a sign of life, in the session
 * @spdm: the connection
 *
 * Context: as spdm_connect().
 * Return: 0, or an errno as in linux/spdm.h.
 */
int spdm_heartbeat(struct spdm *spdm)
{
	int rc;

	guard(mutex)(&spdm->lock);
	rc = enter_session(spdm);
	return rc ?: spdm_send_heartbeat(spdm);
}
EXPORT_SYMBOL_GPL(spdm_heartbeat);

/**
 * spdm_key_update() - new keys for both directions of the session
 * @spdm: the connection
 *
 * If it fails the session is over, unless spdm_info() still tells its id: then it
 * is as before.
 *
 * Context: as spdm_connect().
 * Return: 0, or an errno as in linux/spdm.h.
 */
int spdm_key_update(struct spdm *spdm)
{
	int rc;

	guard(mutex)(&spdm->lock);
	rc = enter_session(spdm);
	return rc ?: spdm_update_keys(spdm);
}
EXPORT_SYMBOL_GPL(spdm_key_update);

/**
 * spdm_vendor_request() - a request of another standard, in the session
 * @spdm: the connection
 * @standard: whose it is, e.g. 3 for PCI-SIG
 * @vendor: its vendor id
 * @req: payload of the request
 * @req_len: its bytes
 * @rsp: where the payload of the response goes
 * @rsp_size: room there, in bytes
 *
 * Context: as spdm_connect().
 * Return: bytes in @rsp, or an errno as in linux/spdm.h.
 */
ssize_t spdm_vendor_request(struct spdm *spdm, u16 standard, u16 vendor, const void *req,
			    size_t req_len, void *rsp, size_t rsp_size)
{
	int rc;

	guard(mutex)(&spdm->lock);
	rc = enter_session(spdm);
	if (rc)
		return rc;
	return spdm_send_vendor(spdm, standard, vendor, req, req_len, rsp, rsp_size);
}
EXPORT_SYMBOL_GPL(spdm_vendor_request);

/*
 * Evidence
 */

static int copy_blob(struct spdm_blob *blob, const void *data, size_t len)
{
	blob->len = 0;
	blob->data = kvmemdup(data, len, GFP_KERNEL_ACCOUNT);
	if (!blob->data)
		return -ENOMEM;
	blob->len = len;
	return 0;
}

/**
 * spdm_read_chain() - the certificate chain of a slot, trusted or not
 * @spdm: the connection
 * @slot: 0 to 7
 * @chain: gets the chain as in the specification, with its head and root hash
 *
 * Context: as spdm_connect().
 * Return: 0, or an errno as in linux/spdm.h.
 */
int spdm_read_chain(struct spdm *spdm, u8 slot, struct spdm_blob *chain)
{
	struct spdm_blob *known;
	int rc;

	guard(mutex)(&spdm->lock);
	rc = enter_slot(spdm, SPDM_STATE_CONNECTED, slot);
	if (rc)
		return rc;
	known = &spdm->slots[slot].chain;
	if (!known->data)
		rc = spdm_get_chain(spdm, slot);
	return rc ?: copy_blob(chain, known->data, known->len);
}
EXPORT_SYMBOL_GPL(spdm_read_chain);

/**
 * spdm_measure() - measurements of what the device runs
 * @spdm: the connection
 * @args: which, and how
 * @result: gets what came back; the transcript is for spdm_blob_free()
 *
 * Inside of the session, if there is one. A signature is checked with the chain of
 * the slot, which is read and judged if it was not yet.
 *
 * Context: as spdm_connect().
 * Return: 0, or an errno as in linux/spdm.h.
 */
int spdm_measure(struct spdm *spdm, const struct spdm_measure_args *args,
		 struct spdm_measurements *result)
{
	int rc;

	guard(mutex)(&spdm->lock);
	rc = enter_slot(spdm, SPDM_STATE_CONNECTED, args->slot);
	if (rc)
		return rc;
	if (args->index == SPDM_MEAS_COUNT)
		return spdm_fault(spdm, -EINVAL, "there is no measurement of index 0");
	return spdm_get_measurements(spdm, args, result);
}
EXPORT_SYMBOL_GPL(spdm_measure);

/**
 * spdm_challenge_answer() - let the device prove anew that it holds a key
 * @spdm: the connection
 * @slot: the chain, 0 to 7; read and judged if it was not yet
 * @nonce: the caller's; it is signed along
 * @answer: gets CHALLENGE and CHALLENGE_AUTH, for spdm_blob_free()
 *
 * What is signed is the VCA and these bytes, without the signature that they end
 * with, by any version. Where the device has told of certificates since it signed
 * last, that is signed first, with two messages more. What is known of the
 * identity stays, unless it was proven by that chain and the signature is wrong.
 *
 * Context: as spdm_connect().
 * Return: 0, -EOPNOTSUPP if there is a session or the device cannot, or an errno
 * as in linux/spdm.h.
 */
int spdm_challenge_answer(struct spdm *spdm, u8 slot, const u8 nonce[SPDM_NONCE_SIZE],
			  struct spdm_blob *answer)
{
	int rc;

	guard(mutex)(&spdm->lock);
	rc = enter_slot(spdm, SPDM_STATE_CONNECTED, slot);
	if (!rc && spdm->session.state != SPDM_SESSION_NONE)
		rc = spdm_fault(spdm, -EOPNOTSUPP, "no challenge inside of a session");
	return rc ?: spdm_challenge_alone(spdm, slot, nonce, answer);
}
EXPORT_SYMBOL_GPL(spdm_challenge_answer);

/**
 * spdm_vca() - the messages from GET_VERSION to ALGORITHMS, which signatures cover
 * @spdm: the connection
 * @vca: gets them, for spdm_blob_free()
 *
 * Context: as spdm_connect().
 * Return: 0, -ENOTCONN or -ENOMEM.
 */
int spdm_vca(struct spdm *spdm, struct spdm_blob *vca)
{
	int rc;

	guard(mutex)(&spdm->lock);
	rc = enter(spdm, SPDM_STATE_CONNECTED);
	return rc ?: copy_blob(vca, spdm->vca, spdm->vca_len);
}
EXPORT_SYMBOL_GPL(spdm_vca);

/**
 * spdm_digest() - a digest with the hash that was agreed on
 * @spdm: the connection
 * @data: of what
 * @len: its bytes
 * @digest: gets it
 *
 * Says nothing to the device.
 *
 * Context: as spdm_connect().
 * Return: bytes of @digest, -ENOTCONN or -ENOMEM.
 */
int spdm_digest(struct spdm *spdm, const void *data, size_t len, u8 digest[SPDM_DIGEST_MAX])
{
	int rc;

	guard(mutex)(&spdm->lock);
	rc = enter(spdm, SPDM_STATE_CONNECTED);
	if (!rc)
		rc = spdm_hash_once(spdm->algos.base_hash, data, len, digest);
	return rc ?: spdm->algos.hash_size;
}
EXPORT_SYMBOL_GPL(spdm_digest);

/**
 * spdm_blob_free() - free what the library gave
 * @blob: it; empty afterwards
 *
 * Context: may sleep.
 */
void spdm_blob_free(struct spdm_blob *blob)
{
	kvfree(blob->data);
	blob->data = NULL;
	blob->len = 0;
}
EXPORT_SYMBOL_GPL(spdm_blob_free);

/*
 * What is known
 */

static void tell_subject(const struct spdm_slot *slot, struct spdm_info *info)
{
	struct spdm_cert_info cert;

	if (!slot->leaf)
		return;
	spdm_cert_info(slot->leaf, &cert);
	strscpy(info->subject, cert.subject, sizeof(info->subject));
}

/**
 * spdm_info() - what the connection has come to
 * @spdm: the connection
 * @info: gets it
 *
 * Context: as spdm_connect().
 */
void spdm_info(struct spdm *spdm, struct spdm_info *info)
{
	const struct spdm_algos *algos = &spdm->algos;

	guard(mutex)(&spdm->lock);
	*info = (struct spdm_info) { .messages = spdm->messages };
	if (spdm->state < SPDM_STATE_CONNECTED)
		return;
	info->version = spdm->version;
	info->caps = spdm->caps;
	info->base_asym = spdm_asym_name(algos->base_asym);
	info->base_hash = spdm_hash_name(algos->base_hash);
	info->meas_hash = spdm_meas_hash_name(algos->meas_hash);
	info->dhe = spdm_dhe_name(algos->dhe);
	info->aead = spdm_aead_name(algos->aead);
	info->slots = spdm->slot_mask;
	if (spdm->session.state == SPDM_SESSION_OPEN) {
		info->session_id = spdm->session.id;
		info->heartbeat_s = spdm->session.heartbeat_s;
	}
	if (spdm->state < SPDM_STATE_AUTHENTICATED)
		return;
	info->slot = spdm->slot;
	info->identity = spdm->slots[spdm->slot].identity;
	tell_subject(&spdm->slots[spdm->slot], info);
}
EXPORT_SYMBOL_GPL(spdm_info);

/**
 * spdm_fault_text() - what went wrong in the last call, for people
 * @spdm: the connection
 *
 * Context: any; does not wait for a call that is under way.
 * Return: a literal, empty if nothing did, or nothing that has a text.
 */
const char *spdm_fault_text(struct spdm *spdm)
{
	return READ_ONCE(spdm->fault) ?: "";
}
EXPORT_SYMBOL_GPL(spdm_fault_text);

MODULE_DESCRIPTION("SPDM requester");
MODULE_LICENSE("GPL");
