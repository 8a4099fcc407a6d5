// SPDX-License-Identifier: GPL-2.0
/*
 * Words of the command line.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "tsmctl.h"

static const char hexdigits[] = "0123456789abcdefABCDEF";

int parse_number(const char *text, uint64_t max, uint64_t *value, struct tsm_error *err)
{
	char *end;

	errno = 0;
	*value = strtoull(text, &end, 0);
	if (!isdigit((unsigned char)*text) || *end || errno || *value > max)
		return tsm_fail(err, TSM_USAGE, EINVAL, "%s is no number from 0 to %llu", text,
				(unsigned long long)max);
	return 0;
}

int parse_device(const char *text, char name[TSM_NAME_MAX], struct tsm_error *err)
{
	unsigned int domain = 0, bus, dev, fn;
	int end = 0;

	if (strspn(text, ":.0123456789abcdefABCDEF") == strlen(text)) {
		if (sscanf(text, "%8x:%2x:%2x.%1x%n", &domain, &bus, &dev, &fn, &end) != 4) {
			domain = 0;
			if (sscanf(text, "%2x:%2x.%1x%n", &bus, &dev, &fn, &end) != 3)
				end = 0;
		}
		if (end && !text[end] && dev <= 0x1f && fn <= 7) {
			snprintf(name, TSM_NAME_MAX, "%04x:%02x:%02x.%x", domain, bus, dev, fn);
			return 0;
		}
	}
	return tsm_fail(err, TSM_USAGE, EINVAL, "%s is no device, which would be DDDD:BB:DD.F",
			text);
}

int parse_tsm(const char *text, int *id, struct tsm_error *err)
{
	const char *digits = strncmp(text, "tsm", 3) ? text : text + 3;
	struct tsm_error ignored;
	uint64_t number;

	if (parse_number(digits, INT32_MAX, &number, &ignored))
		return tsm_fail(err, TSM_USAGE, EINVAL, "%s is no TSM, which would be tsmN", text);
	*id = number;
	return 0;
}

int parse_types(const char *text, uint32_t *types, struct tsm_error *err)
{
	char name[TSM_NAME_MAX];
	int type;

	*types = 0;
	while (*text) {
		size_t len = strcspn(text, ",");

		snprintf(name, sizeof(name), "%.*s", (int)len, text);
		type = len < sizeof(name) ? tsm_type_of(name) : -1;
		if (type < 0)
			return tsm_fail(err, TSM_USAGE, EINVAL, "%s is no type of evidence", name);
		*types |= 1u << type;
		text += len;
		text += *text == ',';
	}
	if (*types)
		return 0;
	return tsm_fail(err, TSM_USAGE, EINVAL, "no type of evidence is named");
}

static unsigned int digit(char c)
{
	return isdigit((unsigned char)c) ? c - '0' : (c | 0x20) - 'a' + 10;
}

int parse_nonce(const char *text, uint8_t nonce[TSM_NONCE_SIZE], struct tsm_error *err)
{
	if (!strcmp(text, "random")) {
		if (getrandom(nonce, TSM_NONCE_SIZE, 0) == TSM_NONCE_SIZE)
			return 0;
		return tsm_fail(err, TSM_FAILED, errno, "getrandom: %s", strerror(errno));
	}
	if (strlen(text) != 2 * TSM_NONCE_SIZE || strspn(text, hexdigits) != 2 * TSM_NONCE_SIZE)
		return tsm_fail(err, TSM_USAGE, EINVAL, "a nonce is %d hex digits, or random",
				2 * TSM_NONCE_SIZE);
	for (int i = 0; i < TSM_NONCE_SIZE; i++)
		nonce[i] = digit(text[2 * i]) << 4 | digit(text[2 * i + 1]);
	return 0;
}
