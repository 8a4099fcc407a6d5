// SPDX-License-Identifier: GPL-2.0
/*
 * The keyring ".cma": certificates of those who vouch for devices. It is built
 * in, and empty until an administrator puts something in:
 *
 *	keyctl padd asymmetric "" %:.cma <ca.der
 *
 * Only CA certificates are let in. They are not checked against anybody: to be in
 * there is what makes them anchors. Taking one out, or clearing all, works at any
 * time; connections that rest on it are a TSM driver's to give up.
 */
#define pr_fmt(fmt) "PCI/CMA: " fmt

#include <keys/asymmetric-subtype.h>
#include <linux/cred.h>
#include <linux/err.h>
#include <linux/export.h>
#include <linux/init.h>
#include <linux/key.h>
#include <linux/pci-cma.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/string.h>

#include <crypto/public_key.h>

#include "cma.h"

static struct key *cma_keyring __ro_after_init;

/**
 * cma_check_anchor() - may a key go into the keyring?
 * @keyring: the keyring
 * @type: the key's type
 * @payload: the key
 * @unused: there is none
 *
 * Types are told by name: the code of the asymmetric ones may be a module.
 *
 * Context: the key subsystem's.
 * Return: 0; -EOPNOTSUPP it is no certificate; -ENOKEY not one of a CA.
 */
int cma_check_anchor(struct key *keyring, const struct key_type *type,
		     const union key_payload *payload, struct key *unused)
{
	const struct asymmetric_key_subtype *subtype;
	const struct public_key *key;

	if (strcmp(type->name, "asymmetric"))
		return -EOPNOTSUPP;
	subtype = payload->data[asym_subtype];
	key = payload->data[asym_crypto];
	if (!subtype || !key || strcmp(subtype->name, "public_key"))
		return -EOPNOTSUPP;
	return test_bit(KEY_EFLAG_CA, &key->key_eflags) ? 0 : -ENOKEY;
}

/**
 * pci_cma_keyring() - the keyring of anchors for devices
 *
 * Context: any.
 * Return: the keyring, without a reference: it is there for ever; NULL if there
 * was no memory for it.
 */
struct key *pci_cma_keyring(void)
{
	return cma_keyring;
}
EXPORT_SYMBOL_GPL(pci_cma_keyring);

/* User root may look and write. Nobody may loosen that, nor lift the restriction. */
static int __init cma_keyring_init(void)
{
	struct key_restriction *restriction = kzalloc(sizeof(*restriction), GFP_KERNEL);
	struct key *keyring;

	if (!restriction)
		return -ENOMEM;
	restriction->check = cma_check_anchor;
	keyring = keyring_alloc(".cma", GLOBAL_ROOT_UID, GLOBAL_ROOT_GID, current_cred(),
				(KEY_POS_ALL & ~KEY_POS_SETATTR) | KEY_USR_VIEW | KEY_USR_READ |
				KEY_USR_WRITE | KEY_USR_SEARCH,
				KEY_ALLOC_NOT_IN_QUOTA, restriction, NULL);
	if (IS_ERR(keyring)) {
		pr_err("no keyring .cma: %pe\n", keyring);
		kfree(restriction);
		return PTR_ERR(keyring);
	}
	cma_keyring = keyring;
	return 0;
}
device_initcall(cma_keyring_init);
