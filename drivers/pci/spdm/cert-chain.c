// SPDX-License-Identifier: GPL-2.0
/*
 * Is a chain of certificates one to trust? It is cut into certificates, each is
 * checked against the one before it, the first against the keyring, and the
 * leaf against what SPDM and the bus want of it.
 *
 * DSP0274 1.3, "Certificates and certificate chains"; PCIe r7.0 sec 6.31.3.
 *
 * The clock is taken as it is: with one that was never set, every chain is not
 * valid yet, and the fault says so. What X.509 is, crypto.h knows; the bytes
 * were compared with the digest of the slot before.
 */
#include <linux/err.h>
#include <linux/minmax.h>

#include "crypto.h"
#include "cursor.h"
#include "spdm.h"

#define MAX_CERTS	16

#define DER_SEQUENCE	0x30
#define DER_LONG	0x80	/* the low bits are how many bytes of length follow */

/* Forget all that is known of a slot */
void spdm_slot_clear(struct spdm_slot *slot)
{
	/* The leaf refers to the bytes of the chain. */
	spdm_cert_free(slot->leaf);
	spdm_blob_free(&slot->chain);
	memset(slot, 0, sizeof(*slot));
}

/* The next certificate in DER, or NULL. Its length must be a definite one. */
static const u8 *next_der(struct spdm_reader *r, size_t *len)
{
	const u8 *der = r->pos;
	u8 tag = spdm_get_u8(r);
	u8 first = spdm_get_u8(r);
	size_t body = first;

	if (tag != DER_SEQUENCE)
		return NULL;
	if (first & DER_LONG) {
		unsigned int bytes = first & ~DER_LONG;

		if (!bytes || bytes > 4)
			return NULL;
		for (body = 0; bytes; bytes--)
			body = body << 8 | spdm_get_u8(r);
	}
	if (!spdm_get(r, body))
		return NULL;
	*len = r->pos - der;
	return der;
}

/* The root hash, with @r behind it, or NULL: the chain is no chain. */
static const u8 *chain_begin(struct spdm *spdm, const struct spdm_slot *slot,
			     struct spdm_reader *r)
{
	u16 length;

	spdm_reader_init(r, slot->chain.data, slot->chain.len);
	length = spdm_get_le16(r);
	spdm_get_le16(r);
	return length == slot->chain.len ? spdm_get(r, spdm->algos.hash_size) : NULL;
}

static int ask_anchor(struct spdm *spdm, const struct spdm_cert *first)
{
	return spdm->config.anchors ? spdm_cert_anchor(first, spdm->config.anchors) : -ENOKEY;
}

/*
 * Who stands behind the first certificate? The root hash is that of the root,
 * which can be checked only where the root itself was sent: without it there
 * has to be an anchor.
 */
static int judge_first(struct spdm *spdm, const struct spdm_cert *first, const u8 *der,
		       size_t len, const u8 *root_hash, enum spdm_identity *identity)
{
	u8 digest[SPDM_MAX_HASH];
	struct spdm_cert_info info;
	int rc;

	spdm_cert_info(first, &info);
	if (info.self_signed) {
		rc = spdm_hash_once(spdm->algos.base_hash, der, len, digest);
		if (rc)
			return rc;
		if (memcmp(digest, root_hash, spdm->algos.hash_size))
			return spdm_fault(spdm, -EKEYREJECTED, "root hash is not that of the root");
	}
	rc = ask_anchor(spdm, first);
	if (!rc) {
		*identity = SPDM_IDENTITY_VERIFIED;
		return 0;
	}
	if (rc != -ENOKEY)
		return spdm_fault(spdm, rc, "chain is not signed by its anchor");
	if (!info.self_signed)
		return spdm_fault(spdm, -ENOKEY, "no anchor for the chain, which has no root");
	if (!spdm->config.trust_unknown)
		return spdm_fault(spdm, -ENOKEY, "no anchor for the chain");
	*identity = SPDM_IDENTITY_UNVERIFIED;
	return 0;
}

static int judge_validity(struct spdm *spdm, const struct spdm_cert *cert)
{
	struct spdm_cert_info info;
	s64 now = spdm_clock();

	spdm_cert_info(cert, &info);
	if (now < info.from)
		return spdm_fault(spdm, -EKEYREJECTED,
				  "certificate is not valid yet, or the clock is not set");
	if (now > info.to)
		return spdm_fault(spdm, -EKEYREJECTED, "certificate has expired");
	return 0;
}

/*
 * May @issuer sign others, and did it sign @cert? @room: how many certificates may
 * follow it by what those before it say, and then, may follow @cert.
 */
static int judge_link(struct spdm *spdm, const struct spdm_cert *cert,
		      const struct spdm_cert *issuer, unsigned int *room)
{
	struct spdm_cert_info info;
	int rc;

	spdm_cert_info(issuer, &info);
	if (!info.ca || (info.has_usage && !info.cert_sign))
		return spdm_fault(spdm, -EKEYREJECTED, "issuer in the chain is no CA");
	if (info.path_max)
		*room = min_t(unsigned int, *room, info.path_max);
	if (!*room)
		return spdm_fault(spdm, -EKEYREJECTED, "chain is longer than an issuer allows");
	--*room;
	rc = spdm_cert_check(cert, issuer);
	return rc ? spdm_fault(spdm, rc, "certificate is not signed by the one before it") : 0;
}

static int judge_leaf(struct spdm *spdm, const struct spdm_cert *cert)
{
	const struct spdm_ops *ops = spdm->config.ops;
	struct spdm_cert_info info;
	struct spdm_leaf leaf = {};
	int rc;

	spdm_cert_info(cert, &info);
	if (info.ca)
		return spdm_fault(spdm, -EKEYREJECTED, "leaf certificate is a CA");
	if (spdm->version >= SPDM_VERSION_13 && !info.has_ca)
		return spdm_fault(spdm, -EKEYREJECTED, "leaf certificate does not say it is no CA");
	if (!info.digital_signature || info.cert_sign)
		return spdm_fault(spdm, -EKEYREJECTED, "key usage of the leaf certificate");
	if (info.has_eku && info.eku_requester && !info.eku_responder)
		return spdm_fault(spdm, -EKEYREJECTED, "leaf certificate is for requesters only");
	if (info.hw_identity && (spdm->caps & SPDM_CAP_ALIAS_CERT))
		return spdm_fault(spdm, -EKEYREJECTED,
				  "leaf of an alias chain claims to be the hardware");
	if (!spdm_cert_fits(cert, spdm->algos.base_asym))
		return spdm_fault(spdm, -EKEYREJECTED, "key of the leaf is of another algorithm");
	if (!ops->check_leaf)
		return 0;
	rc = spdm_cert_leaf(cert, &leaf);
	if (rc)
		return spdm_fault(spdm, rc, "names in the leaf certificate");
	rc = ops->check_leaf(spdm->config.priv, &leaf);
	return rc ? spdm_fault(spdm, rc, "leaf certificate is not for this device") : 0;
}

/* The next certificate, parsed and in its time; the caller frees it. */
static struct spdm_cert *next_cert(struct spdm *spdm, const u8 *der, size_t len)
{
	struct spdm_cert *cert = spdm_cert_new(der, len);
	int rc;

	if (IS_ERR(cert)) {
		spdm_fault(spdm, PTR_ERR(cert), "certificate cannot be used");
		return cert;
	}
	rc = judge_validity(spdm, cert);
	if (rc) {
		spdm_cert_free(cert);
		return ERR_PTR(rc);
	}
	return cert;
}

/* From the first certificate to the last, which is returned */
static struct spdm_cert *walk(struct spdm *spdm, struct spdm_reader *r, const u8 *root_hash,
			      enum spdm_identity *identity)
{
	struct spdm_cert *cert = NULL;
	unsigned int room = MAX_CERTS;

	for (int nr = 0; r->left; nr++) {
		struct spdm_cert *issuer = cert;
		size_t len;
		const u8 *der = next_der(r, &len);
		int rc;

		if (!der)
			cert = ERR_PTR(spdm_fault(spdm, -EBADMSG, "certificate in the chain"));
		else if (nr == MAX_CERTS)
			cert = ERR_PTR(spdm_fault(spdm, -EMSGSIZE, "too many certificates"));
		else
			cert = next_cert(spdm, der, len);
		if (IS_ERR(cert)) {
			spdm_cert_free(issuer);
			return cert;
		}
		rc = issuer ? judge_link(spdm, cert, issuer, &room) :
			      judge_first(spdm, cert, der, len, root_hash, identity);
		spdm_cert_free(issuer);
		if (rc) {
			spdm_cert_free(cert);
			return ERR_PTR(rc);
		}
	}
	return cert ?: ERR_PTR(spdm_fault(spdm, -EBADMSG, "chain without certificates"));
}

/* Sets leaf and identity of @slot if its chain is good. If not, there are none. */
int spdm_chain_judge(struct spdm *spdm, struct spdm_slot *slot)
{
	enum spdm_identity identity = SPDM_IDENTITY_NONE;
	struct spdm_reader r;
	struct spdm_cert *leaf;
	const u8 *root_hash = chain_begin(spdm, slot, &r);
	int rc;

	spdm_cert_free(slot->leaf);
	slot->leaf = NULL;
	slot->identity = SPDM_IDENTITY_NONE;
	if (!root_hash)
		return spdm_fault(spdm, -EBADMSG, "head of the certificate chain");
	leaf = walk(spdm, &r, root_hash, &identity);
	if (IS_ERR(leaf))
		return PTR_ERR(leaf);
	rc = judge_leaf(spdm, leaf);
	if (rc) {
		spdm_cert_free(leaf);
		return rc;
	}
	slot->leaf = leaf;
	slot->identity = identity;
	return 0;
}

/* Does a chain that was judged still lead to an anchor? 0, or -ENOKEY, or why not. */
int spdm_chain_anchored(struct spdm *spdm, const struct spdm_slot *slot)
{
	struct spdm_reader r;
	struct spdm_cert *first;
	const u8 *der = NULL;
	size_t len;
	int rc;

	if (chain_begin(spdm, slot, &r))
		der = next_der(&r, &len);
	if (!der)
		return spdm_fault(spdm, -ENOKEY, "no certificate chain");
	first = spdm_cert_new(der, len);
	if (IS_ERR(first))
		return spdm_fault(spdm, PTR_ERR(first), "certificate cannot be used");
	rc = ask_anchor(spdm, first);
	spdm_cert_free(first);
	return rc ? spdm_fault(spdm, rc, "the chain's anchor is gone") : 0;
}
