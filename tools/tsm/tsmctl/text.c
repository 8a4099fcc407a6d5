// SPDX-License-Identifier: GPL-2.0
/*
 * Text for people: names of values, and what devices say, made harmless.
 */
#include <stdio.h>
#include <string.h>

#include "tsmctl.h"

#define TEXT_MAX	600
#define TEXTS		10

/* A ring of buffers, so that a line can be made of several texts */
static char *next_buffer(void)
{
	static char texts[TEXTS][TEXT_MAX];
	static unsigned int next;

	next = (next + 1) % TEXTS;
	texts[next][0] = '\0';
	return texts[next];
}

const char *safe(const char *text)
{
	char *to = next_buffer();
	size_t n = 0;

	for (; text && *text && n < TEXT_MAX - 5; text++) {
		unsigned char c = *text;

		if (c >= ' ' && c < 0x7f)
			to[n++] = c;
		else
			n += sprintf(to + n, "\\x%02x", c);
	}
	to[n] = '\0';
	return to;
}

const char *named(const char *name, unsigned int value)
{
	char *to;

	if (name)
		return name;
	to = next_buffer();
	sprintf(to, "%u", value);
	return to;
}

const char *hex(const void *data, size_t len)
{
	const uint8_t *bytes = data;
	char *to = next_buffer();

	if (len > (TEXT_MAX - 4) / 2) {
		len = (TEXT_MAX - 4) / 2;
		memcpy(to + 2 * len, "...", 4);
	} else {
		to[2 * len] = '\0';
	}
	for (size_t i = 0; i < len; i++) {
		to[2 * i] = "0123456789abcdef"[bytes[i] >> 4];
		to[2 * i + 1] = "0123456789abcdef"[bytes[i] & 15];
	}
	return to;
}

static void add_name(char *to, const char *name)
{
	size_t len = strlen(to);

	snprintf(to + len, TEXT_MAX - len, "%s%s", len ? "," : "", name);
}

const char *dev_caps(uint32_t caps)
{
	char *to = next_buffer();

	for (unsigned int i = 0; i < 32; i++)
		if (caps & (1u << i))
			add_name(to, named(pci_tsm_dev_cap_str(1u << i), i));
	return *to ? to : "-";
}

const char *tsm_caps(uint32_t caps)
{
	char *to = next_buffer();

	for (unsigned int i = 0; i < 32; i++)
		if (caps & (1u << i))
			add_name(to, named(pci_tsm_tsm_cap_str(1u << i), i));
	return *to ? to : "-";
}

const char *version_text(uint8_t version)
{
	char *to = next_buffer();

	if (version)
		sprintf(to, "%u.%u", version >> 4, version & 15);
	return to;
}

const char *or_dash(const char *text)
{
	return text && *text ? text : "-";
}
