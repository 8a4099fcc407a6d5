// SPDX-License-Identifier: GPL-2.0
/*
 * The configuration of tsm-hostd: which VM has which devices.
 *
 * Somebody who may write the file decides who sees what, so the file is taken
 * literally: a key that is not known, a value that makes no sense, a VM or a name twice
 * is an error, and never a device too much.
 */
#include <errno.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"

#define CID_FIRST	1	/* the loopback; below it is the hypervisor's */

static const struct limits default_limits = {
	.connections = 64,
	.per_minute = 60,
	.seconds = 30,
};

static bool known(struct json_object *object, const char *const *keys, const char **bad)
{
	json_object_object_foreach(object, key, value) {
		const char *const *k = keys;

		(void)value;
		while (*k && strcmp(*k, key))
			k++;
		if (!*k) {
			*bad = key;
			return false;
		}
	}
	return true;
}

/* A number between @min and @max, if there is one; else what *@to is already */
static int load_number(struct json_object *object, const char *key, int64_t min, int64_t max,
		       unsigned int *to, struct tsm_error *err)
{
	struct json_object *value;
	int64_t v;

	if (!json_object_object_get_ex(object, key, &value))
		return 0;
	v = json_object_get_int64(value);
	if (!json_object_is_type(value, json_type_int) || v < min || v > max)
		return tsm_fail(err, TSM_USAGE, EINVAL, "%s: not a number from %lld to %lld", key,
				(long long)min, (long long)max);
	*to = (unsigned int)v;
	return 0;
}

static int load_limits(struct json_object *object, struct limits *limits, struct tsm_error *err)
{
	static const char *const keys[] = { "connections", "requests_per_minute", "seconds", NULL };
	const char *bad;

	if (!json_object_is_type(object, json_type_object))
		return tsm_fail(err, TSM_USAGE, EINVAL, "limits: not an object");
	if (!known(object, keys, &bad))
		return tsm_fail(err, TSM_USAGE, EINVAL, "limits: no such key as '%s'", bad);
	if (load_number(object, "connections", 1, 1024, &limits->connections, err) ||
	    load_number(object, "requests_per_minute", 1, 60000, &limits->per_minute, err) ||
	    load_number(object, "seconds", 1, 3600, &limits->seconds, err))
		return -1;
	return 0;
}

/* The name of a PCI function, DDDD:BB:DD.F, perhaps with a longer domain */
static bool name_fits(const char *name)
{
	static const char digits[] = "0123456789abcdef";
	size_t domain = strspn(name, digits);
	const char *rest = name + domain;

	return domain >= 4 && domain <= 8 && strlen(rest) == 8 && rest[0] == ':' &&
	       strspn(rest + 1, digits) == 2 && rest[3] == ':' && strspn(rest + 4, digits) == 2 &&
	       rest[6] == '.' && rest[7] >= '0' && rest[7] <= '7';
}

static int load_name(struct json_object *value, char *to, struct tsm_error *err)
{
	const char *name = json_object_get_string(value);

	if (!json_object_is_type(value, json_type_string) || !name_fits(name))
		return tsm_fail(err, TSM_USAGE, EINVAL, "%s: not the name of a PCI device",
				name ? name : "null");
	memcpy(to, name, strlen(name) + 1);
	return 0;
}

static int load_device(struct json_object *object, struct wire_device *device,
		       struct tsm_error *err)
{
	static const char *const keys[] = { "host", "guest", NULL };
	struct json_object *value;
	const char *bad;

	if (json_object_is_type(object, json_type_string))
		return load_name(object, device->host, err);
	if (!json_object_is_type(object, json_type_object))
		return tsm_fail(err, TSM_USAGE, EINVAL, "a device is a name or an object");
	if (!known(object, keys, &bad))
		return tsm_fail(err, TSM_USAGE, EINVAL, "a device has no '%s'", bad);
	if (!json_object_object_get_ex(object, "host", &value))
		return tsm_fail(err, TSM_USAGE, EINVAL, "a device has no 'host'");
	if (load_name(value, device->host, err))
		return -1;
	if (json_object_object_get_ex(object, "guest", &value))
		return load_name(value, device->guest, err);
	return 0;
}

static bool twice(const struct vm *vm, const struct wire_device *device)
{
	for (const struct wire_device *d = vm->devices; d < device; d++) {
		if (!strcmp(d->host, device->host) ||
		    (device->guest[0] && !strcmp(d->guest, device->guest)))
			return true;
	}
	return false;
}

static int load_devices(struct json_object *list, struct vm *vm, struct tsm_error *err)
{
	size_t n;

	if (!json_object_is_type(list, json_type_array))
		return tsm_fail(err, TSM_USAGE, EINVAL, "devices: not a list");
	n = json_object_array_length(list);
	if (n > WIRE_DEVICES_MAX)
		return tsm_fail(err, TSM_USAGE, EINVAL, "more than %u devices", WIRE_DEVICES_MAX);
	vm->devices = calloc(n + 1, sizeof(*vm->devices));
	if (!vm->devices)
		return tsm_fail(err, TSM_FAILED, ENOMEM, "no memory");
	for (size_t i = 0; i < n; i++) {
		struct wire_device *device = &vm->devices[i];

		if (load_device(json_object_array_get_idx(list, i), device, err))
			return -1;
		if (twice(vm, device))
			return tsm_fail(err, TSM_USAGE, EINVAL,
					"%s: one of its names is there twice", device->host);
		vm->nr_devices++;
	}
	return 0;
}

static int load_vm(struct json_object *object, struct config *config, struct tsm_error *err)
{
	static const char *const keys[] = { "cid", "devices", NULL };
	struct vm *vm = &config->vms[config->nr_vms];
	struct json_object *devices;
	struct tsm_error why;
	const char *bad;
	unsigned int cid = 0;

	if (!json_object_is_type(object, json_type_object) || !known(object, keys, &bad))
		return tsm_fail(err, TSM_USAGE, EINVAL,
				"a VM has 'cid' and 'devices', nothing else");
	if (load_number(object, "cid", CID_FIRST, UINT32_MAX - 1, &cid, err))
		return -1;
	if (!cid || !json_object_object_get_ex(object, "devices", &devices))
		return tsm_fail(err, TSM_USAGE, EINVAL, "a VM has no 'cid', or no 'devices'");
	if (config_vm(config, cid))
		return tsm_fail(err, TSM_USAGE, EINVAL, "CID %u is there twice", cid);
	vm->cid = cid;
	config->nr_vms++;
	if (load_devices(devices, vm, &why))
		return tsm_fail(err, why.kind, why.code, "CID %u: %.200s", cid, why.text);
	return 0;
}

static int load_vms(struct json_object *list, struct config *config, struct tsm_error *err)
{
	size_t n;

	if (!json_object_is_type(list, json_type_array))
		return tsm_fail(err, TSM_USAGE, EINVAL, "vms: not a list");
	n = json_object_array_length(list);
	if (n > VMS_MAX)
		return tsm_fail(err, TSM_USAGE, EINVAL, "more than %u VMs", VMS_MAX);
	config->vms = calloc(n + 1, sizeof(*config->vms));
	if (!config->vms)
		return tsm_fail(err, TSM_FAILED, ENOMEM, "no memory");
	for (size_t i = 0; i < n; i++) {
		if (load_vm(json_object_array_get_idx(list, i), config, err))
			return -1;
	}
	return 0;
}

static int load(struct json_object *root, struct config *config, struct tsm_error *err)
{
	static const char *const keys[] = { "version", "limits", "vms", NULL };
	struct json_object *value;
	unsigned int version = 0;
	const char *bad;

	if (!json_object_is_type(root, json_type_object))
		return tsm_fail(err, TSM_USAGE, EINVAL, "not an object");
	if (load_number(root, "version", CONFIG_VERSION, CONFIG_VERSION, &version, err))
		return -1;
	if (!version)
		return tsm_fail(err, TSM_USAGE, EINVAL, "there is no 'version'");
	if (!known(root, keys, &bad))
		return tsm_fail(err, TSM_USAGE, EINVAL, "no such key as '%s'", bad);
	if (json_object_object_get_ex(root, "limits", &value) &&
	    load_limits(value, &config->limits, err))
		return -1;
	if (json_object_object_get_ex(root, "vms", &value))
		return load_vms(value, config, err);
	return 0;
}

int config_load(struct config *config, const char *path, struct tsm_error *err)
{
	struct json_object *root = json_object_from_file(path);
	struct tsm_error why;
	int ret;

	memset(config, 0, sizeof(*config));
	config->limits = default_limits;
	if (!root) {
		const char *text = json_util_get_last_err();

		return tsm_fail(err, TSM_USAGE, EINVAL, "%.200s", text ? text : path);
	}
	ret = load(root, config, &why);
	json_object_put(root);
	if (ret) {
		tsm_fail(err, why.kind, why.code, "%.100s: %.140s", path, why.text);
		config_free(config);
	}
	return ret;
}

void config_free(struct config *config)
{
	for (unsigned int i = 0; i < config->nr_vms; i++)
		free(config->vms[i].devices);
	free(config->vms);
	memset(config, 0, sizeof(*config));
}

const struct vm *config_vm(const struct config *config, uint32_t cid)
{
	for (unsigned int i = 0; i < config->nr_vms; i++) {
		if (config->vms[i].cid == cid)
			return &config->vms[i];
	}
	return NULL;
}

static bool same_devices(const struct vm *a, const struct vm *b)
{
	if (a->nr_devices != b->nr_devices)
		return false;
	for (unsigned int i = 0; i < a->nr_devices; i++) {
		if (strcmp(a->devices[i].host, b->devices[i].host) ||
		    strcmp(a->devices[i].guest, b->devices[i].guest))
			return false;
	}
	return true;
}

bool config_same_for(const struct config *a, const struct config *b, uint32_t cid)
{
	const struct vm *in_a = config_vm(a, cid), *in_b = config_vm(b, cid);

	return in_a && in_b && same_devices(in_a, in_b) &&
	       a->limits.connections == b->limits.connections &&
	       a->limits.per_minute == b->limits.per_minute &&
	       a->limits.seconds == b->limits.seconds;
}

const char *vm_device(const struct vm *vm, const char *name)
{
	/* The VM's own names first: the host may use one of them for another device */
	for (unsigned int i = 0; i < vm->nr_devices; i++) {
		if (vm->devices[i].guest[0] && !strcmp(vm->devices[i].guest, name))
			return vm->devices[i].host;
	}
	for (unsigned int i = 0; i < vm->nr_devices; i++) {
		if (!strcmp(vm->devices[i].host, name))
			return vm->devices[i].host;
	}
	return NULL;
}
