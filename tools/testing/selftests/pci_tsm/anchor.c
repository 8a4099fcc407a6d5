// SPDX-License-Identifier: GPL-2.0
/*
 * Anchors of native SPDM: certificates in the keyring .cma, as keyctl would put
 * them there, which the guest has not.
 *
 *	anchor add FILE...	DER files; prints the numbers of their keys
 *	anchor revoke NUMBER	as a key, for whoever still holds it
 *	anchor unlink NUMBER	from the keyring
 *	anchor clear		all of them
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/keyctl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define CERT_MAX	65536

static long keyctl(int op, unsigned long a, unsigned long b)
{
	return syscall(SYS_keyctl, op, a, b, 0, 0);
}

/* The number of the keyring, or -1 */
static long keyring(void)
{
	FILE *f = fopen("/proc/keys", "r");
	char line[512], type[16], name[16];
	unsigned int id;
	long found = -1;

	while (f && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%x %*s %*s %*s %*s %*s %*s %15s %15[^:]", &id, type, name) == 3 &&
		    !strcmp(type, "keyring") && !strcmp(name, ".cma"))
			found = id;
	}
	if (f)
		fclose(f);
	return found;
}

static long add(const char *path, long ring)
{
	static char cert[CERT_MAX];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t len = fd < 0 ? -1 : read(fd, cert, sizeof(cert));

	close(fd);
	if (len < 0)
		return -1;
	return syscall(SYS_add_key, "asymmetric", "", cert, len, ring);
}

static int fail(const char *what)
{
	fprintf(stderr, "anchor: %s: %s\n", what, strerror(errno));
	return 1;
}

int main(int argc, char **argv)
{
	const char *verb = argc > 1 ? argv[1] : "";
	long ring = keyring();
	long key;

	if (ring < 0) {
		errno = ENOENT;
		return fail("keyring .cma");
	}
	if (!strcmp(verb, "clear"))
		return keyctl(KEYCTL_CLEAR, ring, 0) ? fail(verb) : 0;
	if (argc < 3) {
		fprintf(stderr, "usage: anchor add FILE... | {revoke|unlink} NUMBER | clear\n");
		return 2;
	}
	if (!strcmp(verb, "add")) {
		for (int i = 2; i < argc; i++) {
			key = add(argv[i], ring);
			if (key < 0)
				return fail(argv[i]);
			printf("%ld\n", key);
		}
		return 0;
	}
	key = atol(argv[2]);
	if (!strcmp(verb, "revoke"))
		return keyctl(KEYCTL_REVOKE, key, 0) ? fail(verb) : 0;
	if (!strcmp(verb, "unlink"))
		return keyctl(KEYCTL_UNLINK, key, ring) ? fail(verb) : 0;
	fprintf(stderr, "anchor: what is '%s'?\n", verb);
	return 2;
}
