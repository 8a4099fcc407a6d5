/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Numbers of DSP0274 that both parsers of messages want.
 */
#ifndef TSM_MESSAGES_H
#define TSM_MESSAGES_H

#include <stdbool.h>
#include <stdint.h>

struct tsm_reader;

/* Codes of requests; a response has the same one without the highest bit */
#define GET_DIGESTS		0x81
#define GET_CERTIFICATE		0x82
#define CHALLENGE		0x83
#define GET_VERSION		0x84
#define GET_MEASUREMENTS	0xe0
#define GET_CAPABILITIES	0xe1
#define NEGOTIATE_ALGORITHMS	0xe3
#define RESPONSE(request)	((request) & 0x7f)

#define SLOT_MASK		0x0f
#define CONTEXT_SIZE		8	/* of the requester, from 1.3 on */

/* The parameters of a message's header */
struct tsm_params {
	uint8_t first, second;
};

/* verify-spdm.c */
/* The header of the message that has to come next; false if another one does, or none */
bool tsm_take_header(struct tsm_reader *r, uint8_t version, uint8_t code, struct tsm_params *p);

#endif /* TSM_MESSAGES_H */
