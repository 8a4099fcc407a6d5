/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The SPDM responder of the software DSM: what its files share, and nobody
 * else's. A device is used under its lock by all of them, except in worker.c.
 *
 * DMTF DSP0274 1.0 to 1.3 (SPDM), DSP0277 (secured messages).
 */
#ifndef __DEVSEC_DSM_RESPONDER_H
#define __DEVSEC_DSM_RESPONDER_H

#include <openssl/evp.h>
#include <pthread.h>

#include "dsm.h"

#define DSM_MAX_MINOR	3	/* of SPDM */
#define DSM_MAX_VCA	1024	/* all six messages are bounded by their formats */
#define DSM_WAIT_MS	150	/* for a signature, before ResponseNotReady */
#define DSM_HEADER	sizeof(struct spdm_header)

/* What a handler returns: nothing wrong, one of these, or an error for the peer */
#define DSM_OK		0
#define DSM_LATER	(-1)	/* a signature is being made, pending has the rest */
#define DSM_SILENCE	(-2)
#define DSM_ERROR(code, data)	((code) | (data) << 8)

enum dsm_state {
	DSM_NEW,
	DSM_VERSION,		/* VERSION was sent */
	DSM_CAPABILITIES,
	DSM_NEGOTIATED,
	DSM_AUTHENTICATED,	/* and a challenge was answered */
};

/**
 * struct dsm_conn - what was agreed on since the last GET_VERSION
 * @state: how far
 * @version: version byte, 0x10 before it is known
 * @caps: ours, as sent
 * @peer_caps: the requester's
 * @peer_transfer: the longest message that it takes
 * @peer_message: the longest that it puts together
 * @meas_spec, @other, @meas_hash, @asym, @hash, @dhe, @aead, @schedule: algorithms
 * @hash_size: bytes
 * @sig_size: bytes
 * @dhe_size: bytes of a public value
 * @slots: mask of those with a chain for these algorithms
 * @vca: the messages up to ALGORITHMS
 * @vca_len: bytes
 * @m1: running hash of VCA, digests and certificates
 * @l1: running hash of measurements, outside of a session
 */
struct dsm_conn {
	enum dsm_state state;
	uint8_t version;
	uint32_t caps, peer_caps;
	uint32_t peer_transfer, peer_message;
	uint8_t meas_spec, other;
	uint32_t meas_hash, asym, hash;
	uint16_t dhe, aead, schedule;
	size_t hash_size, sig_size, dhe_size;
	uint8_t slots;
	uint8_t vca[DSM_MAX_VCA];
	size_t vca_len;
	EVP_MD_CTX *m1, *l1;
};

/* One direction of a session */
struct dsm_keys {
	uint8_t secret[SPDM_MAX_HASH];
	uint8_t key[SPDM_AEAD_MAX_KEY];
	uint8_t iv[SPDM_AEAD_IV];
	uint64_t seq;
};

/* What secrets are derived with */
struct dsm_schedule {
	uint8_t version;
	uint32_t hash;
	uint16_t aead;
	uint8_t handshake[SPDM_MAX_HASH];
	uint8_t master[SPDM_MAX_HASH];
};

enum dsm_session_state {
	DSM_SESSION_OPENING,	/* KEY_EXCHANGE_RSP is being made */
	DSM_SESSION_HANDSHAKE,
	DSM_SESSION_FINISHED,	/* FINISH was good, FINISH_RSP not yet sealed */
	DSM_SESSION_UP,
	DSM_SESSION_ENDING,	/* to be freed once the answer is sealed */
};

struct dsm_session {
	uint32_t id;
	enum dsm_session_state state;
	struct dsm_schedule schedule;
	struct dsm_keys rx, tx;		/* in use */
	struct dsm_keys app_rx, app_tx;	/* from FINISH_RSP on */
	uint8_t req_finished[SPDM_MAX_HASH];
	uint8_t dhe[SPDM_MAX_DHE / 2];	/* the shared secret, until it is used */
	EVP_MD_CTX *th, *l1;
	bool verify;			/* VerifyNewKey must come next */
	uint8_t heartbeat_s;
	uint64_t alive_us;		/* the last record that could be opened */
};

/* A request, in the clear */
struct dsm_request {
	const uint8_t *data;
	size_t len;		/* without padding, after dsm_request_end() */
	bool exact;		/* no DOE padding behind it */
	bool chunked;		/* put together from chunks */
	struct dsm_session *session;
	size_t room;		/* for the answer, where that is not put into chunks */
	struct spdm_header hdr;
	struct dsm_in in;	/* behind the header */
};

/* An answer that RESPOND_IF_READY is to fetch: one that waits for its signature, or a request */
struct dsm_pending {
	bool active;
	uint8_t code, token;
	struct dsm_session *session;
	int (*finish)(struct dsm_device *dev, const uint8_t *sig, struct dsm_out *out);
	uint64_t start_us;
	bool deferred;		/* request is not begun with: a fault said so */
	struct dsm_request request;
	uint8_t *data;		/* of it */
};

/* A message in chunks, either way */
struct dsm_large {
	uint8_t *data;		/* NULL: none */
	size_t len, done;
	uint16_t seq;		/* next */
	uint8_t handle;
	struct dsm_session *session;
};

struct dsm_answer {
	struct dsm_out out;
	struct dsm_fields fields;
	uint8_t buf[DSM_OBJECT_MAX];
};

/* What was answered to a request the last time, for replays */
struct dsm_past {
	uint8_t *data;
	size_t len;
	bool secured;
};

struct dsm_worker;

struct dsm_device {
	pthread_mutex_t lock;		/* all below */
	struct dsm_options options;
	struct dsm_place place;
	struct dsm_identity *identity;
	struct dsm_km *km;
	struct dsm_tdisp *tdisp;
	struct dsm_fault_state *faults;
	struct dsm_worker *worker;
	unsigned int wait_ms;		/* for a signature, DSM_WAIT_MS but in tests */

	struct dsm_conn conn;
	struct dsm_session *session;
	struct dsm_pending pending;
	struct dsm_large send, get;
	bool resynch;			/* was reset while there was a connection */
	uint8_t handle, token;		/* last ones given */
	uint16_t session_nr;
	uint8_t code;			/* of the request that is answered */
	enum dsm_fault_kind fault;	/* of its answer */
	uint8_t nonce[SPDM_NONCE];	/* of the answer before */
	struct dsm_past past[128];
	uint64_t sign_us;		/* the last signature took this long */

	struct dsm_answer answer;	/* of a request proper; kept while it is pending */
	struct dsm_answer wrap;		/* errors in place of an answer */
	struct dsm_answer chunk;	/* either of them can be in it */
	uint8_t plain[DSM_OBJECT_MAX];	/* of a record */
};

/* A header, with the names of its fields; NAME is a literal */
#define dsm_put_header(out, NAME, ver, cod, par1, par2)		\
	do {							\
		dsm_put8(out, NAME ".version", ver);		\
		dsm_put8(out, NAME ".code", cod);		\
		dsm_put8(out, NAME ".param1", par1);		\
		dsm_put8(out, NAME ".param2", par2);		\
	} while (0)

/* crypto.c: 0 or -1 */
const EVP_MD *dsm_md(uint32_t hash);
size_t dsm_hash_size(uint32_t hash);
size_t dsm_sig_size(uint32_t asym);
size_t dsm_dhe_size(uint16_t dhe);
size_t dsm_key_size(uint16_t aead);
int dsm_random(void *data, size_t len);
int dsm_hash(uint32_t hash, const void *data, size_t len, uint8_t *digest);
/* A running hash is begun anew with some data; more; and its value so far */
int dsm_hash_begin(EVP_MD_CTX **ctx, uint32_t hash, const void *data, size_t len);
int dsm_hash_more(EVP_MD_CTX *ctx, const void *data, size_t len);
int dsm_hash_peek(const EVP_MD_CTX *ctx, uint8_t *digest);
int dsm_hmac(uint32_t hash, const uint8_t *key, const uint8_t *data, size_t len, uint8_t *mac);
int dsm_extract(uint32_t hash, const uint8_t *salt, const uint8_t *ikm, size_t len, uint8_t *prk);
int dsm_expand(uint32_t hash, const uint8_t *prk, const uint8_t *info, size_t info_len,
	       uint8_t *okm, size_t len);
int dsm_ecdh(uint16_t dhe, const uint8_t *peer, uint8_t *pub, uint8_t *secret);
int dsm_seal(uint16_t aead, const uint8_t *key, const uint8_t *iv, const uint8_t *aad,
	     size_t aad_len, uint8_t *data, size_t len, uint8_t *tag);
int dsm_open(uint16_t aead, const uint8_t *key, const uint8_t *iv, const uint8_t *aad,
	     size_t aad_len, const uint8_t *data, size_t len, const uint8_t *tag, uint8_t *plain);
/* The digest that a signature is made over: of a transcript's hash, in a context */
int dsm_sign_digest(uint8_t version, uint32_t hash, const char *context,
		    const uint8_t *transcript, uint8_t *digest);
/* A good signature by a key that nobody knows */
int dsm_sign_stranger(uint32_t asym, uint32_t hash, const uint8_t *digest, uint8_t *sig,
		      size_t len);

/* worker.c: signatures on a thread of the device */
struct dsm_sign_job {
	const struct dsm_identity *identity;
	uint32_t asym, hash;
	unsigned int slot;
	uint8_t digest[SPDM_MAX_HASH];
	size_t sig_len;
	bool stranger;		/* sign with a key that is not the device's */
};

struct dsm_worker *dsm_worker_new(void);
void dsm_worker_free(struct dsm_worker *worker);
void dsm_worker_submit(struct dsm_worker *worker, const struct dsm_sign_job *job);
/*
 * 1: there, in sig; 0: not yet; -1: it failed. took_us: how long it took, if there.
 * With 0 ms it is never there.
 */
int dsm_worker_wait(struct dsm_worker *worker, unsigned int ms, uint8_t *sig, uint64_t *took_us);

/* schedule.c: secrets of a session; 0 or -1 */
int dsm_schedule_handshake(struct dsm_schedule *sch, const uint8_t *dhe, size_t len,
			   const uint8_t *th1, struct dsm_keys *req, struct dsm_keys *rsp);
int dsm_schedule_application(struct dsm_schedule *sch, const uint8_t *th2,
			     struct dsm_keys *req, struct dsm_keys *rsp);
int dsm_schedule_finished(const struct dsm_schedule *sch, const struct dsm_keys *keys,
			  uint8_t *finished);
int dsm_schedule_update(const struct dsm_schedule *sch, struct dsm_keys *keys);

/* keylog.c */
void dsm_keylog_keys(const struct dsm_device *dev, const char *name, const struct dsm_keys *keys);

/* session.c: life of a session, and its records */
struct dsm_session *dsm_session_new(struct dsm_device *dev);
void dsm_session_free(struct dsm_device *dev);
size_t dsm_record_room(const struct dsm_device *dev, size_t size);
/* Bytes of the message in plain, or -1 */
long dsm_record_open(struct dsm_session *session, uint16_t aead, const uint8_t *data, size_t len,
		     uint8_t *plain);
size_t dsm_record_seal(struct dsm_session *session, uint16_t aead, unsigned int tail,
		       const uint8_t *msg, size_t len, uint8_t *rsp, size_t size,
		       struct dsm_fields *fields);
/* What an answer that was sealed leads to: other keys, or the end */
void dsm_session_sealed(struct dsm_device *dev);

/* chunk.c */
void dsm_large_drop(struct dsm_large *large);
/* Does it fit? Else the answer becomes one that announces chunks. */
struct dsm_out *dsm_large_answer(struct dsm_device *dev, const struct dsm_request *req,
				 struct dsm_out *out, size_t room);
struct dsm_out *dsm_chunk_send(struct dsm_device *dev, struct dsm_request *req);
struct dsm_out *dsm_chunk_get(struct dsm_device *dev, struct dsm_request *req);

/* respond.c: requests in the clear, to their handlers; NULL is silence */
uint64_t dsm_now_us(void);
struct dsm_out *dsm_respond(struct dsm_device *dev, struct dsm_session *session,
			    const uint8_t *data, size_t len, bool exact, size_t room);
/* For what came in chunks: the same, without chunks */
struct dsm_out *dsm_perform(struct dsm_device *dev, struct dsm_request *req);
bool dsm_request_init(struct dsm_request *req, const uint8_t *data, size_t len, bool exact,
		      struct dsm_session *session);
/* All was read: what is left can be padding, and is cut off */
bool dsm_request_end(struct dsm_request *req);
struct dsm_out *dsm_error(struct dsm_device *dev, struct dsm_out *out, uint8_t code, uint8_t data);
struct dsm_out *dsm_faulty(struct dsm_device *dev, uint8_t code, struct dsm_out *out);
void dsm_pending_drop(struct dsm_device *dev);
/* 32 fresh bytes, or those of the answer before if that is the fault; 0 or an error */
int dsm_nonce(struct dsm_device *dev, uint8_t *nonce);
/* Begin a signature over a transcript, whose hash so far is taken; DSM_LATER or an error */
int dsm_sign(struct dsm_device *dev, const char *context, unsigned int slot,
	     const EVP_MD_CTX *transcript,
	     int (*finish)(struct dsm_device *dev, const uint8_t *sig, struct dsm_out *out));

/* spdm-connection.c */
void dsm_conn_reset(struct dsm_device *dev);
bool dsm_common(const struct dsm_device *dev, uint32_t caps);
const uint8_t *dsm_chain(const struct dsm_device *dev, unsigned int slot, size_t *len);
int dsm_vca_pair(struct dsm_conn *conn, const struct dsm_request *req, const struct dsm_out *out);
int dsm_get_version(struct dsm_device *dev, struct dsm_request *req, struct dsm_out *out);
int dsm_get_capabilities(struct dsm_device *dev, struct dsm_request *req, struct dsm_out *out);

/* spdm-algorithms.c */
int dsm_negotiate(struct dsm_device *dev, struct dsm_request *req, struct dsm_out *out);

/* spdm-certificate.c */
int dsm_get_digests(struct dsm_device *dev, struct dsm_request *req, struct dsm_out *out);
int dsm_get_certificate(struct dsm_device *dev, struct dsm_request *req, struct dsm_out *out);

/* spdm-challenge.c */
int dsm_challenge(struct dsm_device *dev, struct dsm_request *req, struct dsm_out *out);
/* M1 begins again with VCA */
int dsm_challenge_restart(struct dsm_device *dev);

/* spdm-measurements.c */
int dsm_get_measurements(struct dsm_device *dev, struct dsm_request *req, struct dsm_out *out);
int dsm_measurements_restart(struct dsm_device *dev, struct dsm_session *session);
/* The summary of a type, hash_size bytes; absent: *len is 0 */
int dsm_summary(struct dsm_device *dev, uint8_t type, uint8_t *summary, size_t *len);

/* spdm-session.c */
int dsm_key_exchange(struct dsm_device *dev, struct dsm_request *req, struct dsm_out *out);
int dsm_finish(struct dsm_device *dev, struct dsm_request *req, struct dsm_out *out);

/* spdm-keepalive.c */
int dsm_heartbeat(struct dsm_device *dev, struct dsm_request *req, struct dsm_out *out);
int dsm_key_update(struct dsm_device *dev, struct dsm_request *req, struct dsm_out *out);
int dsm_end_session(struct dsm_device *dev, struct dsm_request *req, struct dsm_out *out);

/* spdm-vendor.c */
int dsm_vendor(struct dsm_device *dev, struct dsm_request *req, struct dsm_out *out);

#endif /* __DEVSEC_DSM_RESPONDER_H */
