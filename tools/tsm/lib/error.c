// SPDX-License-Identifier: GPL-2.0
/*
 * What went wrong: text, and the kind of failure that an errno of the kernel's is.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include "error.h"

static const struct {
	int code;
	enum tsm_exit kind;
} kinds[] = {
	{ 0, TSM_OK },
	{ EINVAL, TSM_USAGE },
	{ ERANGE, TSM_USAGE },
	{ ENODEV, TSM_NOT_THERE },
	{ ENOENT, TSM_NOT_THERE },
	{ ENXIO, TSM_NOT_THERE },
	{ EPERM, TSM_NOT_ALLOWED },
	{ EACCES, TSM_NOT_ALLOWED },
	{ EBUSY, TSM_BUSY },
	{ EAGAIN, TSM_BUSY },
	{ ENOBUFS, TSM_BUSY },
	/* What the SPDM library says of a device that it does not believe */
	{ EKEYREJECTED, TSM_UNTRUSTED },
	{ ENOKEY, TSM_UNTRUSTED },
	{ EBADMSG, TSM_BROKEN },
	{ EMSGSIZE, TSM_BROKEN },
	{ EPROTO, TSM_BROKEN },
	{ ECANCELED, TSM_CANCELLED },
	{ EINTR, TSM_CANCELLED },
	{ EOPNOTSUPP, TSM_NO_SUPPORT },
	{ ENOSYS, TSM_NO_SUPPORT },
	{ EPROTONOSUPPORT, TSM_NO_SUPPORT },
};

int tsm_fail(struct tsm_error *err, enum tsm_exit kind, int code, const char *format, ...)
{
	va_list args;

	err->kind = kind;
	err->code = code;
	va_start(args, format);
	vsnprintf(err->text, sizeof(err->text), format, args);
	va_end(args);
	return -1;
}

enum tsm_exit tsm_exit_of(int code)
{
	if (code < 0)
		code = -code;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (kinds[i].code == code)
			return kinds[i].kind;
	return TSM_FAILED;
}
