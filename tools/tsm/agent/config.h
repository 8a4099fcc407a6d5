/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Whom tsm-hostd serves, and with what: its configuration file.
 */
#ifndef TSM_CONFIG_H
#define TSM_CONFIG_H

#include "wire.h"

#define CONFIG_VERSION	1
#define VMS_MAX		1024

/**
 * struct vm - a VM
 * @cid: its context ID of AF_VSOCK
 * @nr_devices: in @devices
 * @devices: that are its own, by both names; the VM's may be empty
 */
struct vm {
	uint32_t cid;
	unsigned int nr_devices;
	struct wire_device *devices;
};

/**
 * struct limits - what is too much
 * @connections: of all VMs at once
 * @per_minute: connections and requests of one VM
 * @seconds: that a request, or its answer, may take
 */
struct limits {
	unsigned int connections;
	unsigned int per_minute;
	unsigned int seconds;
};

struct config {
	struct limits limits;
	unsigned int nr_vms;
	struct vm *vms;
};

/* Read the file @path. 0, or -1 and @config empty */
int config_load(struct config *config, const char *path, struct tsm_error *err);
void config_free(struct config *config);
/* NULL if there is none */
const struct vm *config_vm(const struct config *config, uint32_t cid);
/* Is @cid served by both, with the same devices and limits? */
bool config_same_for(const struct config *a, const struct config *b, uint32_t cid);
/* The host's name of a device that the VM calls @name; NULL if it has no such device */
const char *vm_device(const struct vm *vm, const char *name);

#endif /* TSM_CONFIG_H */
