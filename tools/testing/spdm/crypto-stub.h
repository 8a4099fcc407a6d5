/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What crypto-stub.c takes for good, for who makes answers and certificates.
 */
#ifndef __SPDM_CRYPTO_STUB_H
#define __SPDM_CRYPTO_STUB_H

#include <linux/types.h>

/* A signature, or a tag, is good if it begins with these bytes. */
#define STUB_GOOD	"\x60\x0d\x60\x0d"
#define STUB_GOOD_LEN	4
/* A MAC, and so each secret that is derived, is this byte over and over. */
#define STUB_MAC	0xa5

/* A certificate: a DER sequence with this inside */
struct stub_cert {
	u8 flags;
	u8 eku;
	__le16 asym;
	u8 id;			/* of the subject */
	u8 issuer;
	u8 name_len;		/* bytes of a name behind it */
} __packed;

/* flags */
#define STUB_CERT_CA		0x01
#define STUB_CERT_HAS_CA	0x02
#define STUB_CERT_SIGNS		0x04
#define STUB_CERT_CERT_SIGN	0x08
#define STUB_CERT_HAS_USAGE	0x10
#define STUB_CERT_HW		0x20
#define STUB_CERT_EXPIRED	0x40
#define STUB_CERT_NO_KEY	0x80	/* an algorithm that nobody has */
/* eku */
#define STUB_EKU		0x01
#define STUB_EKU_RESPONDER	0x02
#define STUB_EKU_REQUESTER	0x04

/* A keyring: the ids of the subjects in it, as bits */
struct key {
	u32 ids;
};

/* Signatures and tags of the device that were good, since somebody set it to 0 */
extern unsigned int stub_accepted;

#endif /* __SPDM_CRYPTO_STUB_H */
