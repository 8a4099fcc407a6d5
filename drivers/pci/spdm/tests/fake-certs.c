// SPDX-License-Identifier: GPL-2.0
/*
 * Certificates, a keyring with anchors, and signatures for the fake device of
 * the KUnit suites: all that it needs of the kernel's keys and of RSA.
 */
#include <crypto/sig.h>
#include <linux/cred.h>
#include <linux/err.h>
#include <linux/key.h>
#include <linux/string.h>

#include "fake-device.h"
#include "vectors-chains.h"

#define DER(name)	{ .data = name, .len = sizeof(name) }

static const struct fake_der ders[] = {
	[FAKE_ROOT] = DER(cert_root),
	[FAKE_INTER] = DER(cert_inter),
	[FAKE_LEAF] = DER(cert_leaf),
	[FAKE_OTHER_ROOT] = DER(cert_other_root),
	[FAKE_NO_CA] = DER(cert_no_ca),
	[FAKE_LEAF_OF_NO_CA] = DER(cert_leaf_of_no_ca),
	[FAKE_NO_CERTS] = DER(cert_no_certs),
	[FAKE_LEAF_OF_NO_CERTS] = DER(cert_leaf_of_no_certs),
	[FAKE_LEAF_CA] = DER(cert_leaf_ca),
	[FAKE_LEAF_AGREE] = DER(cert_leaf_agree),
	[FAKE_LEAF_REQUESTER] = DER(cert_leaf_requester),
	[FAKE_LEAF_HARDWARE] = DER(cert_leaf_hardware),
	[FAKE_LEAF_PAST] = DER(cert_leaf_past),
	[FAKE_LEAF_FUTURE] = DER(cert_leaf_future),
	[FAKE_LEAF_EC] = DER(cert_leaf_ec),
	[FAKE_TOO_DEEP] = DER(cert_too_deep),
	[FAKE_LEAF_TOO_DEEP] = DER(cert_leaf_too_deep),
	[FAKE_LEAF_LIMITS] = DER(cert_leaf_limits),
	[FAKE_WEAK] = DER(cert_weak),
	[FAKE_LEAF_OF_WEAK] = DER(cert_leaf_of_weak),
};

const struct fake_der *fake_der(enum fake_cert cert)
{
	return &ders[cert];
}

/* PKCS #1 v1.5 over a SHA-256 digest, with the key of FAKE_LEAF */
int fake_sign(const u8 *digest, u8 *sig, size_t size)
{
	struct crypto_sig *tfm = crypto_alloc_sig("pkcs1pad(rsa,sha256)", 0, 0);
	int rc;

	if (IS_ERR(tfm))
		return PTR_ERR(tfm);
	rc = crypto_sig_set_privkey(tfm, leaf_key, sizeof(leaf_key));
	if (!rc)
		rc = crypto_sig_sign(tfm, digest, 32, sig, size);
	crypto_free_sig(tfm);
	return rc < 0 ? rc : 0;
}

/* A keyring with one certificate in it, or ERR_PTR */
struct key *fake_anchors(enum fake_cert cert)
{
	key_perm_t perm = (KEY_POS_ALL & ~KEY_POS_SETATTR) | KEY_USR_VIEW | KEY_USR_READ;
	struct key *keyring;
	key_ref_t ref;

	keyring = keyring_alloc(".spdm_kunit", GLOBAL_ROOT_UID, GLOBAL_ROOT_GID, current_cred(),
				perm | KEY_USR_SEARCH, KEY_ALLOC_NOT_IN_QUOTA, NULL, NULL);
	if (IS_ERR(keyring))
		return keyring;
	ref = key_create_or_update(make_key_ref(keyring, 1), "asymmetric", NULL,
				   ders[cert].data, ders[cert].len, perm,
				   KEY_ALLOC_NOT_IN_QUOTA | KEY_ALLOC_BYPASS_RESTRICTION);
	if (IS_ERR(ref)) {
		key_put(keyring);
		return ERR_CAST(ref);
	}
	key_ref_put(ref);
	return keyring;
}

void fake_anchors_free(struct key *keyring)
{
	key_put(keyring);
}
