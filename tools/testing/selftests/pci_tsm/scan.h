/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A search for secrets in whatever a kernel shows: in text and in raw bytes, for any
 * eight bytes in a row of any of them, forward, reversed, or reversed by dwords.
 * So a whole secret is found in each of these orders, and half of one as well.
 *
 * In text they are found as hex in any case, in groups of any size with separators
 * and "0x" between, and as numbers, decimal or hex: one of 64 bits, two of 32, or
 * eight of 8, signed or not. An array that a tracepoint prints is among these.
 */
#ifndef SCAN_H
#define SCAN_H

#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SCAN_SECRETS	4096
#define SCAN_WINDOWS	(SCAN_SECRETS * 3 * 64)
#define SCAN_FILTER	0x400000	/* bits */

struct scan_window {
	uint64_t value;
	unsigned int secret;
};

static struct scan {
	char names[SCAN_SECRETS][32];
	unsigned int hits[SCAN_SECRETS];
	unsigned int nr;
	struct scan_window windows[SCAN_WINDOWS];
	size_t nr_windows;
	unsigned char filter[SCAN_FILTER / 8];
} scan;

static inline unsigned int scan_slot(uint64_t value)
{
	return value * 0x9e3779b97f4a7c15ULL >> 42;
}

static inline int scan_order(const void *a, const void *b)
{
	const struct scan_window *x = a, *y = b;

	return x->value < y->value ? -1 : x->value > y->value;
}

/* In the order of a string: the first byte on top */
static inline uint64_t scan_be64(const unsigned char *bytes)
{
	uint64_t value = 0;

	for (int i = 0; i < 8; i++)
		value = value << 8 | bytes[i];
	return value;
}

static inline void scan_windows_add(const unsigned char *bytes, size_t len)
{
	for (size_t i = 0; i + 8 <= len && scan.nr_windows < SCAN_WINDOWS; i++) {
		uint64_t value = scan_be64(bytes + i);

		scan.windows[scan.nr_windows++] = (struct scan_window){ value, scan.nr };
		scan.filter[scan_slot(value) / 8] |= 1 << scan_slot(value) % 8;
	}
}

/* One more to look for; scan_ready() is to follow before anybody looks */
static inline bool scan_add(const char *name, const unsigned char *secret, size_t len)
{
	unsigned char other[128];

	if (scan.nr == SCAN_SECRETS || len < 8 || len > sizeof(other))
		return false;
	snprintf(scan.names[scan.nr], sizeof(scan.names[0]), "%s", name);
	scan_windows_add(secret, len);
	for (size_t i = 0; i < len; i++)
		other[i] = secret[len - 1 - i];
	scan_windows_add(other, len);
	for (size_t i = 0; i < len; i++)
		other[i] = secret[(i ^ 3) < len ? i ^ 3 : i];
	scan_windows_add(other, len);
	scan.nr++;
	return true;
}

static inline void scan_ready(void)
{
	qsort(scan.windows, scan.nr_windows, sizeof(scan.windows[0]), scan_order);
}

static inline void scan_value(uint64_t value)
{
	struct scan_window key = { value, 0 }, *found;

	if (!(scan.filter[scan_slot(value) / 8] & 1 << scan_slot(value) % 8))
		return;
	found = bsearch(&key, scan.windows, scan.nr_windows, sizeof(key), scan_order);
	if (found)
		scan.hits[found->secret]++;
}

/* What was found since the last call, and in which secret; the first one is left out */
static inline unsigned int scan_hits(const char **name)
{
	unsigned int hits = 0;

	for (unsigned int i = 1; i < scan.nr; i++) {
		if (scan.hits[i])
			*name = scan.names[i];
		hits += scan.hits[i];
		scan.hits[i] = 0;
	}
	return hits;
}

/* A stream of raw bytes, from wherever it begins */
struct scan_raw {
	uint64_t value;
	unsigned int len;
};

static inline void scan_raw(struct scan_raw *raw, const unsigned char *data, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		raw->value = raw->value << 8 | data[i];
		if (++raw->len >= 8)
			scan_value(raw->value);
	}
}

/* A number as hex and as decimal, and those before it */
struct scan_token {
	unsigned int digits;
	bool minus, hex_only;
	uint64_t hex, dec;
};

struct scan_text {
	unsigned __int128 nibbles;
	unsigned int nr_nibbles;
	struct scan_token now;
	char before;			/* the last character */
	uint64_t hex[8], dec[8];	/* of the numbers before, newest last */
	unsigned int nr_tokens;
};

static inline void scan_numbers(const uint64_t *v, unsigned int nr)
{
	uint64_t bytes = 0;

	scan_value(v[7]);
	if (nr > 1)
		scan_value(v[6] << 32 | (uint32_t)v[7]);
	for (int i = 0; i < 8; i++)
		bytes = bytes << 8 | (uint8_t)v[i];
	if (nr > 7)
		scan_value(bytes);
}

static inline void scan_token_end(struct scan_text *text)
{
	struct scan_token *t = &text->now;

	if (!t->digits)
		return;
	memmove(text->hex, text->hex + 1, sizeof(text->hex) - sizeof(text->hex[0]));
	memmove(text->dec, text->dec + 1, sizeof(text->dec) - sizeof(text->dec[0]));
	text->hex[7] = t->hex;
	text->dec[7] = t->hex_only ? 0 : t->minus ? -t->dec : t->dec;
	text->nr_tokens++;
	scan_numbers(text->hex, text->nr_tokens);
	scan_numbers(text->dec, text->nr_tokens);
	*t = (struct scan_token){};
}

static inline void scan_digit(struct scan_text *text, char c)
{
	unsigned int digit = isdigit((unsigned char)c) ? c - '0' : (c | 0x20) - 'a' + 10;
	struct scan_token *t = &text->now;

	text->nibbles = text->nibbles << 4 | digit;
	if (++text->nr_nibbles >= 16)
		scan_value(text->nibbles);
	if (!t->digits++)
		t->minus = text->before == '-';
	t->hex = t->hex << 4 | digit;
	t->dec = t->dec * 10 + digit;
	t->hex_only |= digit > 9;
}

/* Between the groups of one value */
static inline bool scan_separator(char c)
{
	return c == ' ' || c == ',' || c == ':' || c == '-' || c == '_' || c == '\t';
}

static inline void scan_char(struct scan_text *text, char c)
{
	if (isxdigit((unsigned char)c)) {
		scan_digit(text, c);
	} else if ((c == 'x' || c == 'X') && text->now.digits == 1 && text->before == '0') {
		text->nibbles >>= 4;
		text->nr_nibbles--;
		text->now = (struct scan_token){};
	} else {
		scan_token_end(text);
		if (!scan_separator(c)) {
			text->nr_nibbles = 0;
			text->nr_tokens = 0;
		}
	}
	text->before = c;
}

static inline void scan_text(struct scan_text *text, const char *data, size_t len)
{
	for (size_t i = 0; i < len; i++)
		scan_char(text, data[i]);
}

#endif /* SCAN_H */
