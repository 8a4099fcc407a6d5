// SPDX-License-Identifier: GPL-2.0
/*
 * Let `make run` exit with the status of the command that ran in the guest.
 *
 * GNU make turns every failed recipe into its own status 2. An object that the
 * makefile loads can do better: $(lab-exit FILE) leaves make at once with the
 * number in FILE, which it removes. Built and loaded only for the goal `run`;
 * where make cannot load it, `run` fails as "Error N" and make's status is 2.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <gnumake.h>

int plugin_is_GPL_compatible;

static char *lab_exit(const char *name, unsigned int argc, char **argv)
{
	FILE *f = fopen(argv[0], "r");
	int status = 125;

	if (f) {
		if (fscanf(f, "%d", &status) != 1)
			status = 125;
		fclose(f);
		unlink(argv[0]);
	}
	fflush(NULL);
	_exit(status);
}

int make_exit_gmk_setup(void);

int make_exit_gmk_setup(void)
{
	gmk_add_function("lab-exit", lab_exit, 1, 1, GMK_FUNC_DEFAULT);
	return 1;
}
