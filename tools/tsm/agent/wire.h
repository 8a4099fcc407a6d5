/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Messages between tsm-agent in a VM and tsm-hostd on its host, as bytes and as
 * structures; Documentation/PCI/tsm-agent-protocol.rst describes them.
 *
 * Neither end trusts the other. Decoding looks at nothing but the buffer that it
 * is given, and what comes out of it is within the limits below.
 */
#ifndef TSM_WIRE_H
#define TSM_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "../lib/evidence.h"

#define WIRE_PORT		5678
#define WIRE_MAGIC		0x41535450u	/* "PTSA" */
#define WIRE_VERSION		1
#define WIRE_HEAD		12
#define WIRE_PAYLOAD_MAX	65536
#define WIRE_FRAME_MAX		(WIRE_HEAD + WIRE_PAYLOAD_MAX)
#define WIRE_PIECE_HEAD		8
#define WIRE_PIECE_MAX		(WIRE_PAYLOAD_MAX - WIRE_PIECE_HEAD)
#define WIRE_TEXT_MAX		255
#define WIRE_DEVICES_MAX	256
#define WIRE_ANSWER_MAX		(64u << 20)	/* all objects of an answer */
#define WIRE_NO_SLOT		0xff
#define WIRE_TYPES		((1u << TSM_TYPES) - 1)

/* Requests are below 0x80 */
enum wire_type {
	WIRE_HELLO = 1,
	WIRE_LIST,
	WIRE_GET,
	WIRE_WELCOME = 0x81,
	WIRE_DEVICE,
	WIRE_EVIDENCE,
	WIRE_OBJECT,
	WIRE_PIECE,
	WIRE_DONE,
	WIRE_ERROR,
};

/* The versions that the agent speaks */
struct wire_hello {
	uint16_t lowest;
	uint16_t highest;
};

/* The version that is spoken from here on */
struct wire_welcome {
	uint16_t version;
};

/**
 * struct wire_get - evidence of a device, please
 * @nonce: what its signatures have to cover
 * @types: bits of the types that are wanted
 * @slot: of the key that is to sign, or -1 for any
 * @device: name, of the VM's or of the host's
 */
struct wire_get {
	uint8_t nonce[TSM_NONCE_SIZE];
	uint32_t types;
	int slot;
	char device[TSM_NAME_MAX];
};

/* A device of this VM; the VM's name for it may be empty, for unknown */
struct wire_device {
	char guest[TSM_NAME_MAX];
	char host[TSM_NAME_MAX];
};

/* An answer with evidence begins; fields as in struct tsm_evidence */
struct wire_evidence {
	uint64_t generation;
	uint8_t spdm_version;
	char device[TSM_NAME_MAX];
	char hash[TSM_NAME_MAX];
	char signature[TSM_NAME_MAX];
};

/* An object begins; @head as in struct tsm_object, without bytes */
struct wire_object {
	unsigned int type;
	struct tsm_object head;
};

/* Bytes of the object that began last; @data is in the buffer that was decoded */
struct wire_piece {
	unsigned int type;
	uint32_t offset;
	const uint8_t *data;
	size_t len;
};

/* The answer is complete, with so many objects or devices */
struct wire_done {
	uint32_t count;
};

/* There is no answer, or no more of it; fields as in struct tsm_error */
struct wire_error {
	uint32_t kind;
	uint32_t code;
	char text[WIRE_TEXT_MAX + 1];
};

struct wire_msg {
	enum wire_type type;
	union {
		struct wire_hello hello;
		struct wire_welcome welcome;
		struct wire_get get;
		struct wire_device device;
		struct wire_evidence evidence;
		struct wire_object object;
		struct wire_piece piece;
		struct wire_done done;
		struct wire_error error;
	};
};

/*
 * How many bytes come after the first WIRE_HEAD ones in @head. -EBADMSG: that is no
 * frame of this protocol; -EPROTONOSUPPORT: of another version; -EPROTO: of no type that
 * is known; -EMSGSIZE: of a length that the type does not have.
 */
ssize_t wire_decode_head(const uint8_t head[WIRE_HEAD]);
/*
 * A complete frame. 0, or an error as above, or -EBADMSG for a payload that does not add
 * up. @msg->piece.data points into @buf.
 */
int wire_decode(const uint8_t *buf, size_t len, struct wire_msg *msg);
/* The length of the frame in @buf, or -EINVAL for what nobody could decode */
ssize_t wire_encode(const struct wire_msg *msg, uint8_t *buf, size_t size);
/* Name of a type, for messages */
const char *wire_type_name(unsigned int type);

#endif /* TSM_WIRE_H */
