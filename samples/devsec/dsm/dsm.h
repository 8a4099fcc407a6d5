/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The software DSM: what its files share. It answers SPDM, IDE_KM and TDISP for
 * many devices in one process, and is as strict as the specifications allow.
 *
 * One thread runs the transports; a device has its own lock for what is slow.
 */
#ifndef __DEVSEC_DSM_H
#define __DEVSEC_DSM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../../../drivers/pci/spdm/wire.h"

#define DSM_OBJECT_MAX	(128 * 1024)	/* of a message, in bytes */
#define DSM_FIELDS_MAX	512		/* of a message */

/**
 * struct dsm_out - a message that is made
 * @buf: where it begins
 * @size: room
 * @len: bytes so far
 * @bad: there was not room enough
 * @fields: which field is where, for faults; NULL for nobody who asks
 */
struct dsm_out {
	uint8_t *buf;
	size_t size;
	size_t len;
	bool bad;
	struct dsm_fields *fields;
};

/* What a field is called, "CHALLENGE_AUTH.nonce"; a literal */
struct dsm_field {
	const char *name;
	size_t offset;
	size_t len;
};

struct dsm_fields {
	struct dsm_field field[DSM_FIELDS_MAX];
	unsigned int nr;
};

struct dsm_in {
	const uint8_t *pos;
	size_t left;
	bool bad;
};

struct dsm_device;
struct dsm_session;
struct dsm_faults;
struct dsm_identity;

/* The place of a device, and what its transport knows of it */
struct dsm_place {
	uint16_t domain;
	uint16_t rid;
	uint16_t vendor, device, sub_vendor, sub_device;
	uint32_t class_rev;
	bool ide, tee;
};

/*
 * What a device asks of its transport for IDE; NULL where there is no port. Both
 * return 0 or a negative errno.
 */
struct dsm_port_ops {
	int (*key)(void *priv, const struct dsm_place *place, uint8_t op, uint8_t stream_id,
		   uint8_t key_sub, const uint8_t *key, uint64_t ifv);
	int (*regs)(void *priv, const struct dsm_place *place, uint32_t *regs, unsigned int max,
		    unsigned int *nr);
};

/* What all devices of a process are like: from the command line */
struct dsm_options {
	uint8_t versions;		/* mask of minor versions, bit 0 for 1.0 */
	uint32_t caps;			/* SPDM_CAP_* to offer */
	uint32_t base_asym, base_hash, meas_hash;
	uint16_t dhe, aead;
	uint8_t slots;			/* mask of slots with a chain */
	uint32_t transfer_size;		/* DataTransferSize */
	uint32_t message_size;		/* MaxSPDMmsgSize */
	uint8_t ct_exponent;
	uint8_t heartbeat_s;
	uint8_t record_tail;		/* random bytes at the end of what a record has inside */
	unsigned int chain_size;	/* chains are padded to at least this, 0 for not */
	const char *identity_dir;	/* made by gen-identity.sh */
	const struct dsm_faults *faults;
};

/* device.c */
struct dsm_device *dsm_device_new(const struct dsm_options *options, const struct dsm_place *place,
				  const struct dsm_port_ops *port, void *port_priv);
void dsm_device_free(struct dsm_device *dev);
void dsm_device_reset(struct dsm_device *dev);
/*
 * One object: bytes of the answer in rsp, or 0 for silence. *secured is changed if
 * the answer's differs.
 */
size_t dsm_device_handle(struct dsm_device *dev, bool *secured, const uint8_t *req, size_t len,
			 uint8_t *rsp, size_t size);

/* buffer.c */
void dsm_in_init(struct dsm_in *in, const void *data, size_t len);
const uint8_t *dsm_get(struct dsm_in *in, size_t len);
uint8_t dsm_get8(struct dsm_in *in);
uint16_t dsm_get16(struct dsm_in *in);
uint32_t dsm_get32(struct dsm_in *in);
uint64_t dsm_get64(struct dsm_in *in);
void dsm_out_init(struct dsm_out *out, void *buf, size_t size, struct dsm_fields *fields);
void dsm_put(struct dsm_out *out, const char *field, const void *data, size_t len);
void dsm_put8(struct dsm_out *out, const char *field, uint8_t val);
void dsm_put16(struct dsm_out *out, const char *field, uint16_t val);
void dsm_put32(struct dsm_out *out, const char *field, uint32_t val);
void dsm_put64(struct dsm_out *out, const char *field, uint64_t val);

/*
 * Protocols of PCI-SIG inside of a session. in is behind the protocol id; out gets the
 * payload, protocol id first. false: no answer at all.
 */
/* ide-km.c */
struct dsm_km;
struct dsm_km *dsm_km_new(const struct dsm_place *place, const struct dsm_port_ops *port,
			  void *priv);
void dsm_km_free(struct dsm_km *km);
/* All keys are forgotten: a reset, or the end of the session that owns them */
void dsm_km_reset(struct dsm_km *km);
bool dsm_km_handle(struct dsm_km *km, uint32_t session_id, struct dsm_in *in, struct dsm_out *out);
/* Are all six keys of a stream in use, programmed by this session? For TDISP. */
bool dsm_km_ready(const struct dsm_km *km, uint32_t session_id, uint8_t stream_id);

/* tdisp.c */
struct dsm_tdisp;
struct dsm_tdisp *dsm_tdisp_new(const struct dsm_place *place, const struct dsm_km *km);
void dsm_tdisp_free(struct dsm_tdisp *tdisp);
void dsm_tdisp_reset(struct dsm_tdisp *tdisp);
/* Something happened that a locked interface does not survive: it is in ERROR now */
void dsm_tdisp_violation(struct dsm_tdisp *tdisp);
bool dsm_tdisp_handle(struct dsm_tdisp *tdisp, uint32_t session_id, struct dsm_in *in,
		      struct dsm_out *out);

/* keylog.c: secrets into a file, if there is one. open: 0, or -1 with errno */
int dsm_keylog_open(const char *path);
void dsm_keylog(const struct dsm_place *place, const char *name, const void *secret, size_t len);

/* fault.c: what goes wrong, and when */
struct dsm_faults *dsm_faults_new(void);
/* 0, or -1 with a message on stderr. SPEC is what --fault takes. */
int dsm_faults_add(struct dsm_faults *faults, const char *spec);
void dsm_faults_free(struct dsm_faults *faults);
/* What SPEC can be, on stdout */
void dsm_faults_help(void);
/*
 * State of the faults of one device: counts what happened. Asked by device.c:
 * before an answer is made, and after, with the names of its fields.
 */
struct dsm_fault_state;
struct dsm_fault_state *dsm_fault_state_new(const struct dsm_faults *faults);
void dsm_fault_state_free(struct dsm_fault_state *state);
enum dsm_fault_kind {
	DSM_FAULT_NONE,
	DSM_FAULT_SILENT,	/* no answer */
	DSM_FAULT_BUSY,		/* ERROR Busy */
	DSM_FAULT_NOT_READY,	/* ERROR ResponseNotReady; the answer later */
	DSM_FAULT_ERROR,	/* ERROR with a code of choice */
	DSM_FAULT_BAD_SIGNATURE,	/* signed with another key */
	DSM_FAULT_STALE_NONCE,	/* the nonce of the answer before */
	DSM_FAULT_STALE_ANSWER,	/* the whole answer before: a replay */
};

/*
 * @code is that of the request; DSM_CODE_RECORD for the record of a session around
 * an answer, whose fields are RECORD.session_id, .length, .ciphertext and .tag. What
 * is for any message is not for records, but for flips of their fields.
 */
#define DSM_CODE_RECORD	0x80
enum dsm_fault_kind dsm_fault_before(struct dsm_fault_state *state, uint8_t code,
				     unsigned int *arg);
/* Flips bits by field name, truncates, extends, changes code or version, delays. New length. */
size_t dsm_fault_after(struct dsm_fault_state *state, uint8_t code, const struct dsm_fields *fields,
		       uint8_t *rsp, size_t len, size_t size);

/* identity.c: chains, keys and measurements */
struct dsm_identity *dsm_identity_load(const char *dir, const struct dsm_place *place,
				       unsigned int chain_size);
/* Another value for the measurement of an index, of all devices; -1: there is no such index */
int dsm_identity_set_measurement(unsigned int index, const uint8_t *value, size_t len);
void dsm_identity_free(struct dsm_identity *id);
/* The SPDM chain (head, root hash, certificates) of a slot for these algorithms, or NULL */
const uint8_t *dsm_identity_chain(const struct dsm_identity *id, uint32_t asym, uint32_t hash,
				  unsigned int slot, size_t *len);
/* Sign a digest, as on the wire: r and s, or the big-endian integer. 0, or -1. */
int dsm_identity_sign(const struct dsm_identity *id, uint32_t asym, uint32_t hash,
		      unsigned int slot, const uint8_t *digest, uint8_t *sig, size_t sig_len);
/* The measurement record: blocks by index, or all with 255. Returns bytes, *blocks their number. */
size_t dsm_identity_measure(const struct dsm_identity *id, uint32_t meas_hash, unsigned int index,
			    bool raw, uint8_t *record, size_t size, unsigned int *blocks);

#endif /* __DEVSEC_DSM_H */
