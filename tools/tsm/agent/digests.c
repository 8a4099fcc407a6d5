// SPDX-License-Identifier: GPL-2.0
/*
 * What the VM's own TSM knows of a device, against what the host brought.
 *
 * A genuine device of the same maker would pass all other checks in the place of the one
 * that the VM has. So each chain that the host brought must be known to the TSM: whichever
 * of them signed, it is that device's. An answer to a nonce of ours has a digest that
 * nobody could know before; the signature covers it.
 */
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "digests.h"

#define ANSWERS	(1u << TSM_MEASUREMENTS | 1u << TSM_CHALLENGE)

static void __attribute__((format(printf, 4, 5)))
add(struct tsm_verdict *verdict, const char *what, enum tsm_result result, const char *format, ...)
{
	struct tsm_check *check;
	va_list args;

	if (result == TSM_FAIL)
		verdict->ok = false;
	if (verdict->nr_checks == TSM_CHECKS_MAX)
		return;
	check = &verdict->checks[verdict->nr_checks++];
	snprintf(check->what, sizeof(check->what), "%s: digest of the VM's TSM", what);
	check->result = result;
	va_start(args, format);
	vsnprintf(check->detail, sizeof(check->detail), format, args);
	va_end(args);
}

/* SHA-384, as the kernel calls it, is SHA384 to others */
static const EVP_MD *hash_of(const char *name)
{
	char plain[TSM_NAME_MAX];
	size_t n = 0;

	if (strncmp(name, "SHA3", 4)) {
		for (const char *c = name; *c; c++) {
			if (*c != '-')
				plain[n++] = *c;
		}
		plain[n] = '\0';
		name = plain;
	}
	return EVP_get_digestbyname(name);
}

static bool matches(const struct tsm_object *object, const struct tsm_object *own,
		    const EVP_MD *hash)
{
	uint8_t digest[EVP_MAX_MD_SIZE];
	unsigned int len;

	return own->len == object->len &&
	       EVP_Digest(object->data, object->len, digest, &len, hash, NULL) &&
	       len == own->digest_len && !CRYPTO_memcmp(digest, own->digest, len);
}

static void check_object(const struct tsm_evidence *own, const struct tsm_evidence *ev,
			 unsigned int type, struct tsm_verdict *verdict)
{
	const struct tsm_object *known = &own->objects[type];
	const EVP_MD *hash = hash_of(own->hash);
	const char *name = tsm_type_name(type);

	if (1u << type & ANSWERS) {
		add(verdict, name, TSM_NOT_CHECKED, "an answer to a nonce of ours");
	} else if (!known->there || !known->digest_len) {
		add(verdict, name, type < TSM_SLOTS ? TSM_FAIL : TSM_NOT_CHECKED,
		    "the TSM knows none");
	} else if (!hash) {
		add(verdict, name, TSM_FAIL, "by an unknown hash, %s", own->hash);
	} else if (!matches(&ev->objects[type], known, hash)) {
		add(verdict, name, TSM_FAIL, "the host brought something else");
	} else {
		add(verdict, name, TSM_PASS, "%s", own->hash);
		verdict->uncovered &= ~(1u << type);
	}
}

void digests_check(const struct tsm_evidence *own, const struct tsm_evidence *ev,
		   struct tsm_verdict *verdict)
{
	unsigned int chains = 0;

	for (unsigned int type = 0; type < TSM_TYPES; type++) {
		if (!ev->objects[type].there || !ev->objects[type].data)
			continue;
		chains += type < TSM_SLOTS;
		check_object(own, ev, type, verdict);
	}
	if (!chains)
		add(verdict, "chain", TSM_FAIL, "the host brought none");
}
