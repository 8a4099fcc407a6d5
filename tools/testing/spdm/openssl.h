/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the two halves of crypto.h on OpenSSL share, and what anchors are here.
 */
#ifndef __SPDM_OPENSSL_H
#define __SPDM_OPENSSL_H

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <linux/types.h>

/* A keyring, for the library's opaque type: certificates that chains may lead to */
struct key {
	STACK_OF(X509) *certs;
};

const EVP_MD *openssl_md(u32 hash);

/* Random numbers come again from the first on: for conversations that are replayed. */
void openssl_chance_rewind(void);
/* New ones from here on; who converses calls it before. */
void openssl_chance_forget(void);

#endif /* __SPDM_OPENSSL_H */
