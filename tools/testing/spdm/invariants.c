// SPDX-License-Identifier: GPL-2.0
/*
 * Conditions that hold between any two calls of the library, whatever the
 * device did. What is not true ends the program.
 */
#include <linux/bug.h>
#include <linux/err.h>
#include <linux/ktime.h>
#include <linux/string.h>

#include "invariants.h"

/* A chain of 64 KiB in the smallest chunks, and then some */
#define MAX_MESSAGES	8192
/* Busy and not ready are waited for, for a while. */
#define MAX_SECONDS	120

struct invariants invariants_begin(struct spdm *spdm)
{
	return (struct invariants) { .messages = spdm->messages, .now = ktime_get() };
}

static bool is_documented(long ret)
{
	switch (ret) {
	case 0:
	case -EBADMSG:
	case -EMSGSIZE:
	case -EPROTO:
	case -EKEYREJECTED:
	case -ENOKEY:
	case -EOPNOTSUPP:
	case -EBUSY:
	case -EREMOTEIO:
	case -EIO:
	case -ECANCELED:
	case -ENOTCONN:
	case -EINVAL:	/* arguments of the caller */
	case -EISCONN:
		return true;
	default:
		return false;
	}
}

const char *session_left(const struct spdm *spdm)
{
	const struct spdm_session *s = &spdm->session;

	if (s->state != SPDM_SESSION_NONE)
		return "state";
	if (s->id)
		return "id";
	if (s->th)
		return "transcript";
	if (s->req.aead || s->rsp.aead || s->old_rsp.aead)
		return "cipher";
	if (memchr_inv(s->req.iv, 0, sizeof(s->req.iv)) ||
	    memchr_inv(s->rsp.iv, 0, sizeof(s->rsp.iv)) ||
	    memchr_inv(s->old_rsp.iv, 0, sizeof(s->old_rsp.iv)))
		return "iv";
	if (memchr_inv(&s->secrets, 0, sizeof(s->secrets)))
		return "secrets";
	return NULL;
}

void invariants_end(struct spdm *spdm, const struct invariants *before, long ret)
{
	const struct spdm_session *s = &spdm->session;
	struct spdm_info info;

	BUG_ON(!is_documented(ret));
	BUG_ON(spdm->lock.held);
	BUG_ON(spdm->messages - before->messages > MAX_MESSAGES);
	BUG_ON(ktime_get() - before->now > MAX_SECONDS * NSEC_PER_SEC);
	BUG_ON(s->state == SPDM_SESSION_HANDSHAKE);
	BUG_ON(s->state == SPDM_SESSION_NONE && session_left(spdm));
	BUG_ON(s->state == SPDM_SESSION_OPEN && (!s->id || !s->req.aead || !s->rsp.aead));
	BUG_ON(s->state == SPDM_SESSION_OPEN && spdm->state == SPDM_STATE_NEW);
	BUG_ON(spdm->insist);
	BUG_ON(memchr_inv(&s->old_rsp, 0, sizeof(s->old_rsp)));
	BUG_ON(memchr_inv(s->secrets.old_rsp, 0, sizeof(s->secrets.old_rsp)));
	BUG_ON(memchr_inv(s->secrets.dhe, 0, sizeof(s->secrets.dhe)));
	BUG_ON(memchr_inv(s->secrets.key, 0, sizeof(s->secrets.key)));
	BUG_ON(spdm->state == SPDM_STATE_AUTHENTICATED && !spdm->slots[spdm->slot].leaf);
	spdm_info(spdm, &info);
	BUG_ON(info.identity != SPDM_IDENTITY_NONE && spdm->state != SPDM_STATE_AUTHENTICATED);
	BUG_ON(!!info.session_id != (s->state == SPDM_SESSION_OPEN));
}
