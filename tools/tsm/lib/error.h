/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What went wrong, for people and for exit codes.
 */
#ifndef TSM_ERROR_H
#define TSM_ERROR_H

/* Kinds of failure, which are also exit codes of the programs */
enum tsm_exit {
	TSM_OK,
	TSM_FAILED,		/* the kernel, the TSM or the device refused */
	TSM_USAGE,		/* what was asked for makes no sense */
	TSM_NOT_THERE,		/* no such device, TSM, object or file */
	TSM_NOT_ALLOWED,	/* it takes more rights */
	TSM_BUSY,		/* connected already, or too much at once */
	TSM_UNTRUSTED,		/* evidence that does not hold, or not enough of it */
	TSM_BROKEN,		/* evidence or an answer that nobody can read */
	TSM_CANCELLED,		/* by a signal, or by somebody else */
	TSM_NO_SUPPORT,		/* this kernel, or this TSM, cannot do it */
};

/**
 * struct tsm_error - an error
 * @kind: what kind of failure; TSM_OK for none
 * @code: an errno, or 0
 * @text: for people, without a newline
 */
struct tsm_error {
	enum tsm_exit kind;
	int code;
	char text[256];
};

/* Fill @err in; returns -1, so that callers can return it at once */
int tsm_fail(struct tsm_error *err, enum tsm_exit kind, int code, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
/* The kind of failure that an errno of the kernel's is */
enum tsm_exit tsm_exit_of(int code);

#endif /* TSM_ERROR_H */
