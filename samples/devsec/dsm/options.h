/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The command line of devsec-dsm, understood.
 */
#ifndef __DEVSEC_DSM_OPTIONS_H
#define __DEVSEC_DSM_OPTIONS_H

#include <limits.h>

#include "dsm.h"

struct dsm_config {
	struct dsm_options dsm;
	struct dsm_faults *faults;
	struct dsm_place place;		/* of QEMU's device */
	const char *device;
	const char *identity, *variant;
	char identity_dir[PATH_MAX];
	const char *pid_file, *key_log;
	unsigned int qemu_port, threads;
	bool foreground, help;
};

/* 0, or -1 after it has said on stderr what is wrong. To be freed in any case. */
int dsm_config_parse(struct dsm_config *c, int argc, char **argv);
void dsm_config_free(struct dsm_config *c);

#endif /* __DEVSEC_DSM_OPTIONS_H */
