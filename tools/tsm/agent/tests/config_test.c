// SPDX-License-Identifier: GPL-2.0
/*
 * The configuration of tsm-hostd: what it says, and all that is refused.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../config.h"
#include "tap.h"

#define NR(a) (sizeof(a) / sizeof((a)[0]))
#define VM(devices) "{\"version\": 1, \"vms\": [{\"cid\": 3, \"devices\": [" devices "]}]}"

static char file_name[] = "/tmp/config_test.XXXXXX";

static int load(struct config *config, const char *text, struct tsm_error *err)
{
	FILE *f = fopen(file_name, "w");

	if (!f)
		return -2;
	fputs(text, f);
	fclose(f);
	return config_load(config, file_name, err);
}

static const char good[] =
	"{\"version\": 1, \"limits\": {\"connections\": 2, \"requests_per_minute\": 7},"
	" \"vms\": ["
	"  {\"cid\": 3, \"devices\": [{\"host\": \"0010:01:00.0\", \"guest\": \"0010:02:00.0\"},"
	"                             \"0010:02:00.0\"]},"
	"  {\"cid\": 4294967294, \"devices\": [\"10000:02:00.7\"]},"
	"  {\"cid\": 5, \"devices\": []}]}";

static bool is(const struct vm *vm, const char *name, const char *host)
{
	const char *found = vm ? vm_device(vm, name) : NULL;

	return host ? found && !strcmp(found, host) : !found;
}

static void test_good(void)
{
	struct tsm_error err = {};
	struct config config;
	const struct vm *vm;

	tap(!load(&config, good, &err), "a file with three VMs", err.text);
	vm = config_vm(&config, 3);
	tap(config.limits.connections == 2 && config.limits.per_minute == 7 &&
	    config.limits.seconds == 30, "its limits, and the default of one", NULL);
	tap(vm && vm->nr_devices == 2, "the devices of a VM", NULL);
	tap(is(vm, "0010:01:00.0", "0010:01:00.0"), "one by its name on the host", NULL);
	tap(is(vm, "0010:02:00.0", "0010:01:00.0"), "the VM's own names come first", NULL);
	tap(is(vm, "10000:02:00.7", NULL), "not the device of another VM", NULL);
	tap(is(vm, "", NULL), "no device without a name", NULL);
	tap(is(config_vm(&config, 4294967294u), "10000:02:00.7", "10000:02:00.7"),
	    "the device of the other VM", NULL);
	tap(!config_vm(&config, 4) && !config_vm(&config, 0), "no VM that is not in there", NULL);
	config_free(&config);
	tap(!load(&config, "{\"version\": 1}", &err) && !config.nr_vms, "no VM at all", err.text);
	config_free(&config);
}

static const struct {
	const char *what, *text;
} bad[] = {
	{ "nothing", "" },
	{ "no JSON", "{\"version\": 1," },
	{ "a list", "[]" },
	{ "no version", "{}" },
	{ "a later version", "{\"version\": 2}" },
	{ "a version in words", "{\"version\": \"1\"}" },
	{ "an unknown key", "{\"version\": 1, \"vm\": []}" },
	{ "VMs that are no list", "{\"version\": 1, \"vms\": {}}" },
	{ "a VM that is no object", "{\"version\": 1, \"vms\": [3]}" },
	{ "a VM without a CID", "{\"version\": 1, \"vms\": [{\"devices\": []}]}" },
	{ "a VM without devices", "{\"version\": 1, \"vms\": [{\"cid\": 3}]}" },
	{ "a VM with an unknown key",
	  "{\"version\": 1, \"vms\": [{\"cid\": 3, \"devices\": [], \"x\": 1}]}" },
	{ "CID 0", "{\"version\": 1, \"vms\": [{\"cid\": 0, \"devices\": []}]}" },
	{ "any CID", "{\"version\": 1, \"vms\": [{\"cid\": 4294967295, \"devices\": []}]}" },
	{ "a negative CID", "{\"version\": 1, \"vms\": [{\"cid\": -3, \"devices\": []}]}" },
	{ "a CID twice", "{\"version\": 1, \"vms\": [{\"cid\": 3, \"devices\": []},"
			 " {\"cid\": 3, \"devices\": []}]}" },
	{ "a device that is a number", VM("1") },
	{ "a device that is null", VM("null") },
	{ "a name that is a path", VM("\"../../x\"") },
	{ "a name without a domain", VM("\"01:00.0\"") },
	{ "a name with function 8", VM("\"0010:01:00.8\"") },
	{ "a name in capitals", VM("\"00AB:01:00.0\"") },
	{ "a name that goes on", VM("\"0010:01:00.0 \"") },
	{ "an empty name", VM("\"\"") },
	{ "a device without the host's name", VM("{\"guest\": \"0010:01:00.0\"}") },
	{ "a device with an unknown key", VM("{\"host\": \"0010:01:00.0\", \"x\": 1}") },
	{ "a device twice", VM("\"0010:01:00.0\", \"0010:01:00.0\"") },
	{ "the VM's name twice", VM("{\"host\": \"0010:01:00.0\", \"guest\": \"0000:00:05.0\"},"
				    "{\"host\": \"0010:02:00.0\", \"guest\": \"0000:00:05.0\"}") },
	{ "no connections", "{\"version\": 1, \"limits\": {\"connections\": 0}}" },
	{ "a limit that there is not", "{\"version\": 1, \"limits\": {\"x\": 1}}" },
	{ "limits that are a number", "{\"version\": 1, \"limits\": 1}" },
	{ "too many seconds", "{\"version\": 1, \"limits\": {\"seconds\": 3601}}" },
};

static void test_bad(void)
{
	for (size_t i = 0; i < NR(bad); i++) {
		struct tsm_error err = {};
		struct config config;
		char name[64];

		snprintf(name, sizeof(name), "refused: %s", bad[i].what);
		tap(load(&config, bad[i].text, &err) == -1 && err.kind == TSM_USAGE &&
		    err.text[0] && !config.nr_vms && !config.vms, name, err.text);
	}
}

static void test_same(void)
{
	static const struct {
		const char *what, *text;
		bool same;
	} others[] = {
		{ "the same", VM("\"0010:01:00.0\""), true },
		{ "another VM more", "{\"version\": 1, \"vms\": [{\"cid\": 4, \"devices\": []},"
		  "{\"cid\": 3, \"devices\": [\"0010:01:00.0\"]}]}", true },
		{ "no VM", "{\"version\": 1}", false },
		{ "no device", VM(""), false },
		{ "another device", VM("\"0010:02:00.0\""), false },
		{ "a device more", VM("\"0010:01:00.0\", \"0010:02:00.0\""), false },
		{ "another name", VM("{\"host\": \"0010:01:00.0\", \"guest\": \"0000:00:05.0\"}"),
		  false },
		{ "another limit",
		  "{\"version\": 1, \"limits\": {\"requests_per_minute\": 9}, \"vms\": "
		  "[{\"cid\": 3, \"devices\": [\"0010:01:00.0\"]}]}", false },
	};
	struct tsm_error err = {};
	struct config was, now;

	load(&was, VM("\"0010:01:00.0\""), &err);
	for (size_t i = 0; i < NR(others); i++) {
		char name[64];

		snprintf(name, sizeof(name), "a VM keeps what it has: %s", others[i].what);
		tap(!load(&now, others[i].text, &err) &&
		    config_same_for(&was, &now, 3) == others[i].same &&
		    config_same_for(&now, &was, 3) == others[i].same, name, err.text);
		config_free(&now);
	}
	config_free(&was);
}

int main(void)
{
	struct tsm_error err = {};
	struct config config;
	int fd = mkstemp(file_name);

	if (fd < 0)
		return 1;
	close(fd);
	test_good();
	test_bad();
	test_same();
	unlink(file_name);
	tap(config_load(&config, file_name, &err) == -1 && err.text[0], "refused: no file", NULL);
	return tap_end();
}
