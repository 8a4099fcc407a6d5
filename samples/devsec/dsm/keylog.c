// SPDX-License-Identifier: GPL-2.0
/*
 * --key-log: every secret that a session has, and every IDE key, into a file, for
 * tests that look for them where they must not be. Without the option nothing is
 * written anywhere.
 *
 * A line is NAME, device and hex, and goes out by one write: threads may mix.
 */
#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "responder.h"

#define KEYLOG_MAX	(SPDM_MAX_DHE / 2)	/* bytes of a secret */

static int keylog_fd = -1;

int dsm_keylog_open(const char *path)
{
	keylog_fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	return keylog_fd < 0 ? -1 : 0;
}

void dsm_keylog(const struct dsm_place *place, const char *name, const void *secret, size_t len)
{
	char line[64 + 2 * KEYLOG_MAX];
	const uint8_t *bytes = secret;
	int n;

	if (keylog_fd < 0 || len > KEYLOG_MAX)
		return;
	n = snprintf(line, sizeof(line), "%s %04x:%02x:%02x.%x ", name, place->domain,
		     place->rid >> 8, place->rid >> 3 & 0x1f, place->rid & 7);
	for (size_t i = 0; i < len; i++)
		n += snprintf(line + n, sizeof(line) - n, "%02x", bytes[i]);
	line[n++] = '\n';
	if (write(keylog_fd, line, n) != n)
		fprintf(stderr, "devsec-dsm: key log: %s\n", strerror(errno));
	OPENSSL_cleanse(line, sizeof(line));
}

/* All of one direction; @name is what its secret is called in the key schedule */
void dsm_keylog_keys(const struct dsm_device *dev, const char *name, const struct dsm_keys *keys)
{
	const struct dsm_conn *conn = &dev->conn;
	char full[32];

	dsm_keylog(&dev->place, name, keys->secret, conn->hash_size);
	snprintf(full, sizeof(full), "%s-key", name);
	dsm_keylog(&dev->place, full, keys->key, dsm_key_size(conn->aead));
	snprintf(full, sizeof(full), "%s-iv", name);
	dsm_keylog(&dev->place, full, keys->iv, SPDM_AEAD_IV);
}
