/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the files of the SPDM requester share: the connection, its session, and
 * the steps of a conversation.
 *
 * A connection is used under its mutex, from the public entry points inwards:
 * all functions below but those for pure values are called with it held. The
 * device is not trusted with anything: what it sent is read through a cursor,
 * and is stored only when all of the message was found to be good.
 */
#ifndef __SPDM_H
#define __SPDM_H

#include <linux/mutex.h>
#include <linux/spdm.h>
#include <linux/types.h>

#include "wire.h"

struct spdm_aead;
struct spdm_cert;
struct spdm_hash;
struct spdm_reader;

/* The largest message that is put together from chunks: a chain of 64 KiB, and what is around it */
#define SPDM_MAX_MESSAGE	(SPDM_CHAIN_MAX + 64)
#define SPDM_CHAIN_MAX		65535
/* Bytes that a transcript of measurements may have */
#define SPDM_MAX_TRANSCRIPT	(256 * 1024)
#define SPDM_MAX_VCA		2048
/* DIGESTS for all slots, with what MULTI_KEY adds */
#define SPDM_MAX_DIGESTS	(4 + SPDM_NR_SLOTS * (SPDM_MAX_HASH + 4))

/**
 * enum spdm_state - how far a connection is; each includes those before it
 * @SPDM_STATE_NEW: nothing was said, or all was forgotten
 * @SPDM_STATE_CONNECTED: version, capabilities and algorithms are agreed
 * @SPDM_STATE_AUTHENTICATED: the device proved to hold the key of a chain
 */
enum spdm_state {
	SPDM_STATE_NEW,
	SPDM_STATE_CONNECTED,
	SPDM_STATE_AUTHENTICATED,
};

/**
 * struct spdm_algos - what was agreed on, as bits of the messages, 0 for nothing
 * @meas_spec: measurement specification
 * @other: opaque format and multi-key selection
 * @meas_hash: hash of measurements
 * @base_asym: signatures
 * @base_hash: transcripts, and all that is derived
 * @dhe: key exchange
 * @aead: cipher of a session
 * @schedule: key schedule
 * @hash_size: bytes of @base_hash
 * @sig_size: bytes of a signature
 * @dhe_size: bytes of a public value of @dhe
 */
struct spdm_algos {
	u8 meas_spec;
	u8 other;
	u32 meas_hash;
	u32 base_asym;
	u32 base_hash;
	u16 dhe;
	u16 aead;
	u16 schedule;
	size_t hash_size;
	size_t sig_size;
	size_t dhe_size;
};

/**
 * struct spdm_slot - a certificate slot of the device
 * @digest: of the chain, as the device told it in DIGESTS
 * @has_digest: it did
 * @chain: the chain, as in the specification: head, root hash, certificates
 * @leaf: the leaf of @chain, once that was judged
 * @identity: what came of judging
 */
struct spdm_slot {
	u8 digest[SPDM_MAX_HASH];
	bool has_digest;
	struct spdm_blob chain;
	struct spdm_cert *leaf;
	enum spdm_identity identity;
};

/**
 * struct spdm_secrets - all that nobody may see, and nothing else
 * @handshake: the handshake secret
 * @master: the master secret
 * @req: secret of the direction to the device
 * @rsp: secret of the direction from the device
 * @old_rsp: the one before, while keys are updated
 * @req_finished: key of the requester's verify data
 * @rsp_finished: key of the responder's verify data
 * @key: scratch: a key on its way into the cipher
 * @dhe: scratch: the shared secret of the key exchange
 */
struct spdm_secrets {
	u8 handshake[SPDM_MAX_HASH];
	u8 master[SPDM_MAX_HASH];
	u8 req[SPDM_MAX_HASH];
	u8 rsp[SPDM_MAX_HASH];
	u8 old_rsp[SPDM_MAX_HASH];
	u8 req_finished[SPDM_MAX_HASH];
	u8 rsp_finished[SPDM_MAX_HASH];
	u8 key[SPDM_AEAD_MAX_KEY];
	u8 dhe[SPDM_MAX_DHE / 2];
};

/**
 * struct spdm_direction - the records of one direction
 * @aead: cipher with the key, NULL if there is none
 * @iv: what the sequence number goes into
 * @seq: the number of the next record
 */
struct spdm_direction {
	struct spdm_aead *aead;
	u8 iv[SPDM_AEAD_IV];
	u64 seq;
};

enum spdm_session_state {
	SPDM_SESSION_NONE,
	SPDM_SESSION_HANDSHAKE,	/* keys of the handshake */
	SPDM_SESSION_OPEN,	/* keys of the application */
};

/**
 * struct spdm_session - a secured session
 * @state: how far it is
 * @id: both halves: the device's << 16 | ours
 * @next_id: our half of the next session
 * @heartbeat_s: as the device told
 * @update_tag: of the next key update
 * @req: records to the device
 * @rsp: records from the device
 * @old_rsp: the same before an update that is not acknowledged yet; else it has no key
 * @th: running hash of the transcript of the handshake, NULL outside of it
 * @secrets: what they come from
 */
struct spdm_session {
	enum spdm_session_state state;
	u32 id;
	u16 next_id;
	unsigned int heartbeat_s;
	u8 update_tag;
	struct spdm_direction req;
	struct spdm_direction rsp;
	struct spdm_direction old_rsp;
	struct spdm_hash *th;
	struct spdm_secrets secrets;
};

/**
 * struct spdm - a connection to one device
 * @config: as given, with defaults filled in
 * @lock: protects all of it
 * @state: how far it is
 * @version: version byte of all messages but GET_VERSION
 * @caps: capability flags of the device, those without meaning in @version cleared
 * @ct_exponent: the device needs up to 2^this microseconds where it computes
 * @peer_transfer: the largest message the device takes in one piece, in bytes
 * @peer_message: the largest one in chunks
 * @algos: what was agreed
 * @slots: certificates
 * @slot_mask: slots that have one
 * @slot: the one that authenticated the device
 * @vca: the messages up to ALGORITHMS, as they were on the wire
 * @vca_len: bytes in @vca
 * @digests: DIGESTS as it came, where the transcript of a session has it (MULTI_KEY)
 * @digests_len: bytes in @digests, 0 where it has not
 * @m1: running hash of the transcript that CHALLENGE_AUTH signs, NULL if none is begun
 * @m1_said: the device may have begun one, whatever became of ours
 * @meas: transcript of measurements since the last signature: raw messages
 * @meas_room: bytes that @meas has room for
 * @meas_secured: @meas is that of the session
 * @chunk_handle: of the next large request
 * @torn: a message in chunks was given up, which the device may not know yet
 * @insist: the next message goes out even if all was cancelled
 * @chunk: a chunk on its way out
 * @record: a record on its way out
 * @rx: a message, or a record, that came in
 * @big: a message put together from chunks, allocated while there is one
 * @session: the session
 * @sleep: waits; a test counts instead
 * @now: a time in ms; a test has its own
 * @messages: requests sent
 * @fault: what went wrong last; a literal
 */
struct spdm {
	struct spdm_config config;
	struct mutex lock;	/* protects all of it; taken by the public entry points */
	enum spdm_state state;
	u8 version;
	u32 caps;
	u8 ct_exponent;
	u32 peer_transfer;
	u32 peer_message;
	struct spdm_algos algos;
	struct spdm_slot slots[SPDM_NR_SLOTS];
	u8 slot_mask;
	u8 slot;
	u8 vca[SPDM_MAX_VCA];
	size_t vca_len;
	u8 digests[SPDM_MAX_DIGESTS];
	size_t digests_len;
	struct spdm_hash *m1;
	bool m1_said;
	struct spdm_blob meas;
	size_t meas_room;
	bool meas_secured;
	u8 chunk_handle;
	bool torn;
	bool insist;
	u8 *chunk;
	u8 *record;
	u8 *rx;
	struct spdm_blob big;
	struct spdm_session session;
	void (*sleep)(struct spdm *spdm, unsigned int ms);
	u64 (*now)(struct spdm *spdm);
	unsigned int messages;
	const char *fault;
};

/**
 * struct spdm_exchange - one request and its response
 * @req: the request, header included; the caller's memory
 * @req_len: its length in bytes
 * @secured: inside of the session
 * @slow: the device computes for it: its time is 2^ct_exponent us, not 100 ms
 * @deadline: no chunk is begun after it, in ms of spdm->now(); set by spdm_exchange()
 * @rsp: the response, good until the next exchange; set by spdm_exchange()
 * @rsp_len: its bytes, maybe with padding of the transport; then its length,
 *	from spdm_exchange_end() on
 */
struct spdm_exchange {
	const void *req;
	size_t req_len;
	bool secured;
	bool slow;
	u64 deadline;
	const u8 *rsp;
	size_t rsp_len;
};

/* core.c */
int spdm_fault(struct spdm *spdm, int err, const char *what);
void spdm_forget(struct spdm *spdm);
bool spdm_cancelled(struct spdm *spdm);
void spdm_header_init(struct spdm *spdm, struct spdm_header *hdr, u8 code, u8 param1, u8 param2);

/* exchange.c: a whole request and response, with retries, chunks, errors mapped */
int spdm_exchange(struct spdm *spdm, struct spdm_exchange *x);
/* Is the response exactly @len bytes long, but for padding of the transport, which is cut off? */
int spdm_exchange_end(struct spdm *spdm, struct spdm_exchange *x, size_t len);
/* One data object there and back, sealed and opened if @secured; @rsp is good until the next. */
ssize_t spdm_transfer(struct spdm *spdm, bool secured, const void *req, size_t req_len,
		      const u8 **rsp);

/* Header, version, code: 0 for the response to @code, 1 for ERROR, or an errno */
int spdm_response_check(struct spdm *spdm, u8 version, u8 code, const u8 *rsp, size_t len);
/* What an ERROR comes to that nothing more is done about */
int spdm_response_error(struct spdm *spdm, bool secured, const u8 *rsp);
/* Are the bytes from @len on, up to @received, padding of the transport? */
int spdm_response_end(struct spdm *spdm, bool padded, const u8 *rsp, size_t received,
		      size_t len);

/* chunk.c: messages that do not fit in one transfer */
bool spdm_chunk_able(const struct spdm *spdm);
u32 spdm_transfer_size(const struct spdm *spdm);	/* our DataTransferSize */
void spdm_big_free(struct spdm *spdm);
size_t spdm_chunk_limit(const struct spdm *spdm, bool secured);
ssize_t spdm_chunk_send(struct spdm *spdm, const struct spdm_exchange *x, const u8 **rsp);
ssize_t spdm_chunk_get(struct spdm *spdm, const struct spdm_exchange *x, u8 handle,
		       const u8 **rsp);

/* transcript.c: what the signatures cover */
void spdm_transcript_request(struct spdm *spdm, const struct spdm_exchange *x);
int spdm_vca_add(struct spdm *spdm, const struct spdm_exchange *x);
struct spdm_hash *spdm_transcript_new(struct spdm *spdm);	/* begins with the VCA */
int spdm_m1_begin(struct spdm *spdm);
int spdm_m1_add(struct spdm *spdm, const struct spdm_exchange *x, size_t rsp_len);
void spdm_m1_end(struct spdm *spdm);
int spdm_meas_add(struct spdm *spdm, const struct spdm_exchange *x);
int spdm_meas_digest(struct spdm *spdm, size_t signed_len, u8 *digest);
void spdm_meas_end(struct spdm *spdm);

/* algos.c: tables of algorithms; 0 and NULL for what they do not have */
u32 spdm_known_asym(const struct spdm_config *config);
u32 spdm_known_hash(const struct spdm_config *config);
u16 spdm_known_dhe(const struct spdm_config *config);
u16 spdm_known_aead(const struct spdm_config *config);
size_t spdm_hash_size(u32 hash);
size_t spdm_meas_hash_size(u32 meas_hash);
size_t spdm_sig_size(u32 asym);
size_t spdm_dhe_size(u16 dhe);
size_t spdm_aead_key_size(u16 aead);
const char *spdm_asym_name(u32 asym);
const char *spdm_hash_name(u32 hash);
const char *spdm_meas_hash_name(u32 meas_hash);
const char *spdm_dhe_name(u16 dhe);
const char *spdm_aead_name(u16 aead);

/* signing.c */
int spdm_check_signature(struct spdm *spdm, u8 slot, const char *context, const u8 *digest,
			 const u8 *sig);

/* req-connection.c: VERSION, CAPABILITIES, ALGORITHMS */
int spdm_negotiate(struct spdm *spdm);

/* req-certificate.c: DIGESTS, CERTIFICATE */
int spdm_get_digests(struct spdm *spdm);
int spdm_get_chain(struct spdm *spdm, u8 slot);
/* Digests where they are not known, the chain where no cache has it, and its judgement */
int spdm_identify(struct spdm *spdm, u8 slot);
/* The same for a slot that is to sign, unless it is the connection's own, which was judged */
int spdm_identify_signer(struct spdm *spdm, u8 slot);

/* cert-chain.c: is this chain one to trust? Fills in leaf and identity of the slot. */
int spdm_chain_judge(struct spdm *spdm, struct spdm_slot *slot);
int spdm_chain_anchored(struct spdm *spdm, const struct spdm_slot *slot);
void spdm_slot_clear(struct spdm_slot *slot);

/* chain-cache.c */
bool spdm_cache_find(struct spdm_chain_cache *cache, u32 hash, const u8 *digest,
		     struct spdm_blob *chain);
void spdm_cache_add(struct spdm_chain_cache *cache, u32 hash, const u8 *digest,
		    const struct spdm_blob *chain);

/* req-challenge.c */
int spdm_challenge(struct spdm *spdm, u8 slot);
int spdm_challenge_alone(struct spdm *spdm, u8 slot, const u8 *nonce, struct spdm_blob *answer);

/* req-measurements.c */
int spdm_get_measurements(struct spdm *spdm, const struct spdm_measure_args *args,
			  struct spdm_measurements *result);

/* req-session.c: KEY_EXCHANGE, FINISH, END_SESSION */
int spdm_session_able(struct spdm *spdm);
int spdm_open_session(struct spdm *spdm, u8 slot);
int spdm_close_session(struct spdm *spdm);
/* Forget the session and wipe all of its secrets, without a word to the device */
void spdm_session_drop(struct spdm *spdm);

/* req-upkeep.c: HEARTBEAT, KEY_UPDATE, VENDOR_DEFINED */
int spdm_send_heartbeat(struct spdm *spdm);
int spdm_update_keys(struct spdm *spdm);
ssize_t spdm_send_vendor(struct spdm *spdm, u16 standard, u16 vendor, const void *req,
			 size_t req_len, void *rsp, size_t rsp_size);

/* key-schedule.c: pure values */
int spdm_hkdf_extract(u32 hash, const u8 *salt, size_t salt_len, const u8 *ikm,
		      size_t ikm_len, u8 *prk);
int spdm_hkdf_expand(u32 hash, const u8 *prk, const char *label, u8 version,
		     const u8 *context, u8 *out, size_t out_len);
int spdm_schedule_handshake(struct spdm *spdm, const u8 *th1);
int spdm_schedule_data(struct spdm *spdm, const u8 *th2);
/* The next secret of a direction, and its key and iv into the direction */
int spdm_schedule_update(struct spdm *spdm, u8 *secret, struct spdm_direction *dir);
int spdm_direction_init(struct spdm *spdm, const u8 *secret, struct spdm_direction *dir);
void spdm_direction_clear(struct spdm_direction *dir);
void spdm_secrets_wipe(struct spdm_secrets *secrets);

/* secured.c: records. Lengths are those of the message; the record is longer. */
#define SPDM_RECORD_OVERHEAD	(sizeof(struct spdm_record) + 2 + SPDM_AEAD_TAG)
ssize_t spdm_seal(struct spdm *spdm, const void *msg, size_t len, u8 *record, size_t size);
/* Opens in place; the message is inside of the record. */
ssize_t spdm_open(struct spdm *spdm, struct spdm_direction *dir, u8 *record, size_t len,
		  const u8 **msg);

#if IS_ENABLED(CONFIG_KUNIT)
int spdm_hkdf_expand_info(u32 hash, const u8 *prk, const void *info, size_t info_len,
			  u8 *out, size_t out_len);
int spdm_signed_digest(u8 version, u32 hash, const char *context, const u8 *digest,
		       u8 *signed_digest);
#endif

#endif /* __SPDM_H */
