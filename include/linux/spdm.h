/* SPDX-License-Identifier: GPL-2.0 */
/*
 * SPDM requester: who is the device at the other end of a transport, can it
 * prove it, what does it run, and a secured session with it.
 *
 * The library knows no bus: data objects travel through a callback, and so does
 * the judgement on what a bus wants to see in a leaf certificate.
 *
 * DMTF DSP0274 1.0 to 1.3 (SPDM), DSP0277 (secured messages).
 */
#ifndef __LINUX_SPDM_H
#define __LINUX_SPDM_H

#include <linux/types.h>

struct key;
struct spdm;
struct spdm_chain_cache;

#define SPDM_SLOTS		8
#define SPDM_NONCE_SIZE		32
#define SPDM_SUBJECT_SIZE	128
#define SPDM_DIGEST_MAX		64
/* What a certificate chain begins with; then come a hash of its root, and the certificates */
#define SPDM_CHAIN_HEAD		4
#define SPDM_OBJECT_MIN		256
#define SPDM_OBJECT_MAX		65536

/* Errors of the library, besides -ENOMEM, are the same for all that talks to the device:
 *
 * -EBADMSG	a message is malformed, or ends too early
 * -EMSGSIZE	a message is longer than it says, or than anybody wants to hold
 * -EPROTO	a message is well-formed, and not what belongs here
 * -EKEYREJECTED a signature, a MAC or a certificate is not good
 * -ENOKEY	no anchor for the chain
 * -EOPNOTSUPP	the device cannot do it, or not with algorithms that this kernel has
 * -EBUSY	the device was busy, or not ready, for too long
 * -EREMOTEIO	the device answered with an error
 * -EIO		the transport failed
 * -ECANCELED	cancelled between two exchanges
 * -EINVAL	what the caller asks for does not exist
 * -ENOTCONN	there is no connection, or no session
 *
 * spdm_fault_text() has the details.
 */

/**
 * enum spdm_object - what a data object carries
 * @SPDM_OBJECT_CLEAR: an SPDM message
 * @SPDM_OBJECT_SECURED: a secured message
 */
enum spdm_object {
	SPDM_OBJECT_CLEAR,
	SPDM_OBJECT_SECURED,
};

/**
 * struct spdm_leaf - what a bus may want to see of a leaf certificate
 * @names: the UTF-8 strings of the otherNames in its subjectAltName, each of
 *	them without a terminator
 * @name_len: bytes in each of @names
 * @name_oid: the otherName's type, an OID as in DER without tag and length
 * @name_oid_len: bytes in each of @name_oid
 * @nr: how many are in the arrays; more of them are left out
 */
struct spdm_leaf {
	const char *names[4];
	size_t name_len[4];
	const u8 *name_oid[4];
	size_t name_oid_len[4];
	unsigned int nr;
};

/**
 * struct spdm_ops - what the library needs of its user
 */
struct spdm_ops {
	/**
	 * @exchange: send one data object, receive one. @req_len and @rsp_size
	 * are in bytes. What comes back may be padded with up to three bytes.
	 * Context: the caller's of the library, may sleep.
	 * Return: bytes received, at most @rsp_size, or a negative errno.
	 */
	ssize_t (*exchange)(void *priv, enum spdm_object type, const void *req,
			    size_t req_len, void *rsp, size_t rsp_size);
	/** @cancelled: should the library stop soon? Optional. */
	bool (*cancelled)(void *priv);
	/**
	 * @check_leaf: may this leaf stand for the device? Optional.
	 * Return: 0, or -EKEYREJECTED.
	 */
	int (*check_leaf)(void *priv, const struct spdm_leaf *leaf);
};

/**
 * struct spdm_config - how to talk to a device; zero is the default of all but @ops
 * @ops: callbacks
 * @priv: their first argument
 * @anchors: keyring that a chain must lead to
 * @cache: chains that need not be read again when their digest is seen
 * @trust_unknown: go on where no anchor is found; the identity is unverified then
 * @max_object: the largest data object either way, in bytes (default 4096),
 *	%SPDM_OBJECT_MIN to %SPDM_OBJECT_MAX; longer messages are sent in chunks
 *	where the device can
 * @max_version: the highest version to speak, 0x10 to 0x13
 * @base_asym: which of the algorithms of the library to offer, as bits of the
 *	messages (SPDM_ASYM_*); 0 for all
 * @base_hash: the same, SPDM_HASH_*
 * @dhe: the same, SPDM_DHE_*
 * @aead: the same, SPDM_AEAD_*
 */
struct spdm_config {
	const struct spdm_ops *ops;
	void *priv;
	struct key *anchors;
	struct spdm_chain_cache *cache;
	bool trust_unknown;
	u32 max_object;
	u8 max_version;
	u32 base_asym;
	u32 base_hash;
	u16 dhe;
	u16 aead;
};

/**
 * enum spdm_identity - what is known of who the device is
 * @SPDM_IDENTITY_NONE: nothing
 * @SPDM_IDENTITY_UNVERIFIED: it holds the key of a chain that leads to no anchor
 * @SPDM_IDENTITY_VERIFIED: it holds the key of a chain that leads to an anchor
 */
enum spdm_identity {
	SPDM_IDENTITY_NONE,
	SPDM_IDENTITY_UNVERIFIED,
	SPDM_IDENTITY_VERIFIED,
};

/**
 * struct spdm_info - what a connection has come to
 * @version: version byte, 0 without a connection
 * @caps: capability flags of the device (SPDM_CAP_*)
 * @base_asym: name of the signature algorithm, or NULL
 * @base_hash: name of the hash
 * @meas_hash: name of the hash of measurements, or NULL
 * @dhe: name of the group of the key exchange, or NULL
 * @aead: name of the cipher of sessions, or NULL
 * @slots: mask of certificate slots that the device has
 * @slot: the one that it has authenticated with
 * @identity: what came of it
 * @session_id: of the session, 0 if there is none
 * @heartbeat_s: the device wants a sign of life this often, in seconds; 0 for never
 * @messages: requests sent over this connection, repetitions included
 * @subject: of the leaf that it has authenticated with, as text for people; the
 *	device chose it, so it is to be escaped
 */
struct spdm_info {
	u8 version;
	u32 caps;
	const char *base_asym;
	const char *base_hash;
	const char *meas_hash;
	const char *dhe;
	const char *aead;
	u8 slots;
	u8 slot;
	enum spdm_identity identity;
	u32 session_id;
	unsigned int heartbeat_s;
	unsigned int messages;
	char subject[SPDM_SUBJECT_SIZE];
};

/**
 * struct spdm_blob - bytes for the caller, who frees them with spdm_blob_free()
 * @data: the bytes, or NULL
 * @len: how many
 */
struct spdm_blob {
	void *data;
	size_t len;
};

/**
 * struct spdm_measure_args - which measurements
 * @slot: certificate slot that is to sign, 0 to 7
 * @index: one block (1 to 254), or 255 for all
 * @sign: with a signature
 * @raw: raw bit streams instead of digests, where the device can
 * @nonce: the caller's; it is signed along
 */
struct spdm_measure_args {
	u8 slot;
	u8 index;
	bool sign;
	bool raw;
	u8 nonce[SPDM_NONCE_SIZE];
};

/**
 * struct spdm_measurements - what came back, once its signature was checked
 * @transcript: requests and responses whose hash is signed, the signature of the last
 *	one included; the caller of a verifier puts the VCA before it from SPDM 1.2 on
 * @record_offset: where the record of the last response begins in @transcript
 * @record_len: bytes of the record
 * @blocks: measurement blocks in it
 * @changed: content changed, as in the message: 0 unknown, 1 it has, 2 it has not
 */
struct spdm_measurements {
	struct spdm_blob transcript;
	size_t record_offset;
	size_t record_len;
	unsigned int blocks;
	u8 changed;
};

/* Life */
struct spdm *spdm_create(const struct spdm_config *config);
void spdm_destroy(struct spdm *spdm);
struct spdm_chain_cache *spdm_chain_cache_create(size_t max_bytes);
void spdm_chain_cache_destroy(struct spdm_chain_cache *cache);

/* Connection and identity */
int spdm_connect(struct spdm *spdm);
int spdm_authenticate(struct spdm *spdm, u8 slot);
int spdm_recheck_anchor(struct spdm *spdm);

/* Session */
int spdm_session_possible(struct spdm *spdm);
int spdm_session_start(struct spdm *spdm, u8 slot);
int spdm_session_end(struct spdm *spdm);
int spdm_heartbeat(struct spdm *spdm);
int spdm_key_update(struct spdm *spdm);
ssize_t spdm_vendor_request(struct spdm *spdm, u16 standard, u16 vendor, const void *req,
			    size_t req_len, void *rsp, size_t rsp_size);

/* Evidence */
int spdm_read_chain(struct spdm *spdm, u8 slot, struct spdm_blob *chain);
int spdm_measure(struct spdm *spdm, const struct spdm_measure_args *args,
		 struct spdm_measurements *result);
int spdm_challenge_answer(struct spdm *spdm, u8 slot, const u8 nonce[SPDM_NONCE_SIZE],
			  struct spdm_blob *answer);
int spdm_vca(struct spdm *spdm, struct spdm_blob *vca);
int spdm_digest(struct spdm *spdm, const void *data, size_t len, u8 digest[SPDM_DIGEST_MAX]);
void spdm_blob_free(struct spdm_blob *blob);

/* What is known */
void spdm_info(struct spdm *spdm, struct spdm_info *info);
const char *spdm_fault_text(struct spdm *spdm);

#endif /* __LINUX_SPDM_H */
