// SPDX-License-Identifier: GPL-2.0
/*
 * Directories of evidence: what was written is what is read, and what an enemy may
 * have written is refused. Errors, too.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/evidence.h"
#include "tap.h"

static char dir[] = "/tmp/evidence-test.XXXXXX";
static struct tsm_error err;

static const char *path_of(const char *name)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return path;
}

static void clean(void)
{
	static const char *const names[] = {
		"evidence.json", "vca.bin", "slot3.bin", "report.bin", "elsewhere",
		"evidence.json.part", "vca.bin.part",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (unlink(path_of(names[i])))
			rmdir(path_of(names[i]));
}

static void write_file(const char *name, const char *text)
{
	FILE *f = fopen(path_of(name), "w");

	if (!EXPECT(f))
		return;
	fputs(text, f);
	fclose(f);
}

/* With two objects, 4 and 5 bytes long */
static struct tsm_evidence sample(void)
{
	struct tsm_evidence ev = {
		.device = "0000:17:00.0",
		.generation = UINT64_MAX,
		.spdm_version = 0x12,
		.hash = "SHA-384",
		.signature = "ECDSA-P384",
	};

	ev.objects[TSM_VCA] = (struct tsm_object) {
		.there = true, .data = (uint8_t *)strdup("\x10\x84\x01\xff"), .len = 4,
		.digest = { 0xab, 0xcd }, .digest_len = 48, .record_len = 4, .slot = -1,
	};
	ev.objects[3] = (struct tsm_object) {
		.there = true, .data = (uint8_t *)strdup("chain"), .len = 5,
		.record_offset = 2, .record_len = 3, .slot = 3, .has_nonce = true,
		.nonce = { 1, 2, 3 },
	};
	return ev;
}

static bool same(const struct tsm_object *a, const struct tsm_object *b)
{
	if (a->there != b->there || a->len != b->len)
		return false;
	return !a->there || (!memcmp(a->data, b->data, a->len) &&
			     !memcmp(a->digest, b->digest, sizeof(a->digest)) &&
			     a->digest_len == b->digest_len && a->slot == b->slot &&
			     a->record_offset == b->record_offset &&
			     a->record_len == b->record_len && a->has_nonce == b->has_nonce &&
			     !memcmp(a->nonce, b->nonce, sizeof(a->nonce)));
}

static void save_and_load(void)
{
	struct tsm_evidence ev = sample(), back;

	EXPECT(!tsm_evidence_save(&ev, dir, &err));
	EXPECT(!access(path_of("vca.bin"), R_OK) && access(path_of("vca.bin.part"), F_OK));
	if (EXPECT(!tsm_evidence_load(&back, dir, &err))) {
		EXPECT(!strcmp(back.device, ev.device) && back.generation == ev.generation);
		EXPECT(back.spdm_version == 0x12 && !strcmp(back.hash, "SHA-384"));
		EXPECT(!strcmp(back.signature, "ECDSA-P384"));
		for (unsigned int i = 0; i < TSM_TYPES; i++)
			EXPECT(same(&ev.objects[i], &back.objects[i]));
		tsm_evidence_free(&back);
	}
	/* Less of it in the same place: what was there goes away. */
	free(ev.objects[3].data);
	memset(&ev.objects[3], 0, sizeof(ev.objects[3]));
	EXPECT(!tsm_evidence_save(&ev, dir, &err) && access(path_of("slot3.bin"), F_OK));
	tsm_evidence_free(&ev);
	EXPECT(!ev.device[0]);
	clean();
}

/* No evidence.json, until all else is written */
static void half_written(void)
{
	struct tsm_evidence ev = sample(), back;

	EXPECT(!tsm_evidence_save(&ev, dir, &err));
	unlink(path_of("vca.bin"));
	mkdir(path_of("vca.bin"), 0700);
	EXPECT(tsm_evidence_save(&ev, dir, &err) == -1);
	EXPECT(tsm_evidence_load(&back, dir, &err) == -1 && err.kind == TSM_NOT_THERE);
	clean();
	/* What cannot be written takes nothing away. */
	EXPECT(!tsm_evidence_save(&ev, dir, &err));
	free(ev.objects[TSM_VCA].data);
	ev.objects[TSM_VCA].data = NULL;
	EXPECT(tsm_evidence_save(&ev, dir, &err) == -1 && err.kind == TSM_USAGE);
	EXPECT(!tsm_evidence_load(&back, dir, &err) && back.objects[TSM_VCA].len == 4);
	tsm_evidence_free(&back);
	tsm_evidence_free(&ev);
	clean();
}

/* A link in the way is replaced, not followed. */
static void write_through_link(void)
{
	struct tsm_evidence ev = sample();
	struct stat st;

	write_file("elsewhere", "precious");
	EXPECT(!symlink("elsewhere", path_of("vca.bin")));
	EXPECT(!symlink("elsewhere", path_of("evidence.json.part")));
	EXPECT(!tsm_evidence_save(&ev, dir, &err));
	EXPECT(!stat(path_of("elsewhere"), &st) && st.st_size == 8);
	tsm_evidence_free(&ev);
	clean();
}

#define HEAD	"{\"schema\":\"pci-tsm-evidence\",\"version\":1,\"device\":\"0000:17:00.0\"," \
		"\"generation\":1,\"spdm_version\":\"1.2\",\"hash\":\"SHA-256\"," \
		"\"signature\":\"ECDSA-P256\",\"objects\":"
#define VCA	"{\"type\":\"vca\",\"file\":\"vca.bin\",\"length\":4"

static void refused(const char *json, enum tsm_exit kind)
{
	struct tsm_evidence ev;

	write_file("evidence.json", json);
	err = (struct tsm_error) { 0 };
	if (!EXPECT(tsm_evidence_load(&ev, dir, &err) == -1 && err.kind == kind && err.text[0]))
		printf("# %s\n# %d: %s\n", json, err.kind, err.text);
	for (unsigned int i = 0; i < TSM_TYPES; i++)
		EXPECT(!ev.objects[i].there && !ev.objects[i].data);
}

static void good_as_it_is(void)
{
	struct tsm_evidence ev;

	write_file("vca.bin", "1234");
	write_file("evidence.json", HEAD "[" VCA "}]}\n");
	EXPECT(!tsm_evidence_load(&ev, dir, &err));
	EXPECT(ev.objects[TSM_VCA].slot == -1 && !ev.objects[TSM_VCA].has_nonce);
	tsm_evidence_free(&ev);
	write_file("evidence.json", HEAD "[]}");
	EXPECT(!tsm_evidence_load(&ev, dir, &err));
	tsm_evidence_free(&ev);
	clean();
}

static void hostile_heads(void)
{
	static const char *const heads[] = {
		"", "{", "[]", "null", "1", "{}", "{} {}", "{}x",
		"{\"schema\":\"pci-tsm-policy\",\"version\":1}",
		"{\"schema\":\"pci-tsm-evidence\"}",
		"{\"schema\":\"pci-tsm-evidence\\u0000\",\"version\":1}",
		"{\"schema\":\"pci-tsm-evidence\",\"version\":\"1\"}",
		"{\"schema\":\"pci-tsm-evidence\",\"version\":1}",
		"{\"a\":[[[[[[[[[[[[1]]]]]]]]]]]]}",
		HEAD "{}}", HEAD "null}", HEAD "[1]}", HEAD "[{}]}", HEAD "[[]]}",
	};
	/* A part of HEAD, and what takes its place */
	static const char *const parts[][2] = {
		{ "\"device\":\"0000:17:00.0\"", "\"device\":1" },
		{ "\"device\":\"0000:17:00.0\"", "\"device\":\"../../etc\"" },
		{ "\"device\":\"0000:17:00.0\"", "\"device\":\"\\u001b[2J\"" },
		{ "0000:17:00.0", "0123456789012345678901234567890123" },
		{ "\"device\":\"0000:17:00.0\"", "\"x\":\"0000:17:00.0\"" },
		{ "\"generation\":1", "\"generation\":-1" },
		{ "\"generation\":1", "\"generation\":1.5" },
		{ "\"generation\":1", "\"x\":1" },
		{ "\"1.2\"", "\"1.9\"" }, { "\"1.2\"", "18" }, { "\"spdm_version\"", "\"x\"" },
		{ "\"SHA-256\"", "null" }, { "\"SHA-256\"", "\"a b\"" }, { "\"hash\"", "\"x\"" },
		{ "\"ECDSA-P256\"", "[]" }, { "\"signature\"", "\"x\"" },
		{ "\"objects\"", "\"x\"" },
	};
	static const char whole[] = HEAD "[]}";

	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++)
		refused(heads[i], TSM_BROKEN);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		const char *at = strstr(whole, parts[i][0]);
		char text[1024];

		snprintf(text, sizeof(text), "%.*s%s%s", (int)(at - whole), whole, parts[i][1],
			 at + strlen(parts[i][0]));
		refused(text, TSM_BROKEN);
	}
	refused("{\"schema\":\"pci-tsm-evidence\",\"version\":2}", TSM_NO_SUPPORT);
	clean();
}

static void hostile_objects(void)
{
	static const char *const objects[] = {
		VCA "}," VCA "}",
		"{\"type\":\"vca\",\"file\":\"vca.bin\"}",
		"{\"type\":\"vca\",\"length\":4}",
		"{\"file\":\"vca.bin\",\"length\":4}",
		"{\"type\":\"slot8\",\"file\":\"slot8.bin\",\"length\":4}",
		"{\"type\":\"vca\",\"file\":\"../vca.bin\",\"length\":4}",
		"{\"type\":\"vca\",\"file\":\"./vca.bin\",\"length\":4}",
		"{\"type\":\"vca\",\"file\":\"/etc/passwd\",\"length\":4}",
		"{\"type\":\"vca\",\"file\":\"vca.bin\\u0000\",\"length\":4}",
		"{\"type\":\"vca\",\"file\":\"vca.bin\",\"length\":0}",
		"{\"type\":\"vca\",\"file\":\"vca.bin\",\"length\":3}",
		"{\"type\":\"vca\",\"file\":\"vca.bin\",\"length\":5}",
		"{\"type\":\"vca\",\"file\":\"vca.bin\",\"length\":-4}",
		"{\"type\":\"vca\",\"file\":\"vca.bin\",\"length\":16777217}",
		"{\"type\":\"vca\",\"file\":\"vca.bin\",\"length\":18446744073709551620}",
		"{\"type\":\"vca\",\"file\":\"vca.bin\",\"length\":\"4\"}",
		VCA ",\"digest\":\"\"}", VCA ",\"digest\":\"abc\"}", VCA ",\"digest\":\"gg\"}",
		VCA ",\"digest\":7}",
		VCA ",\"record_offset\":5}", VCA ",\"record_offset\":-1}",
		VCA ",\"record_offset\":2,\"record_length\":3}",
		VCA ",\"record_offset\":4294967295,\"record_length\":4294967295}",
		VCA ",\"slot\":8}", VCA ",\"slot\":-1}", VCA ",\"slot\":\"0\"}",
		VCA ",\"nonce\":\"00\"}", VCA ",\"nonce\":[]}",
	};

	write_file("vca.bin", "1234");
	for (size_t i = 0; i < sizeof(objects) / sizeof(objects[0]); i++) {
		char text[1024];

		snprintf(text, sizeof(text), HEAD "[%s]}", objects[i]);
		refused(text, TSM_BROKEN);
	}
	clean();
}

static void hostile_files(void)
{
	static const char json[] = HEAD "[" VCA "}]}";

	refused(json, TSM_NOT_THERE);
	write_file("elsewhere", "1234");
	EXPECT(!symlink("elsewhere", path_of("vca.bin")));
	refused(json, TSM_BROKEN);
	clean();
	EXPECT(!mkdir(path_of("vca.bin"), 0700));
	refused(json, TSM_BROKEN);
	clean();
	EXPECT(!mkfifo(path_of("vca.bin"), 0600));
	refused(json, TSM_BROKEN);
	clean();
	write_file("elsewhere", json);
	EXPECT(!symlink("elsewhere", path_of("evidence.json")));
	{
		struct tsm_evidence ev;

		EXPECT(tsm_evidence_load(&ev, dir, &err) == -1 && err.kind == TSM_BROKEN);
		EXPECT(tsm_evidence_load(&ev, path_of("elsewhere"), &err) == -1);
		EXPECT(tsm_evidence_load(&ev, path_of("nowhere"), &err) == -1 &&
		       err.kind == TSM_NOT_THERE);
	}
	clean();
}

static void names(void)
{
	for (int i = 0; i < TSM_TYPES; i++)
		EXPECT(tsm_type_of(tsm_type_name(i)) == i);
	EXPECT(tsm_type_of("slot8") == -1 && tsm_type_of("") == -1);
	EXPECT(tsm_type_name(TSM_TYPES));
}

static void errors(void)
{
	struct tsm_error e;
	char text[512];

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	EXPECT(tsm_fail(&e, TSM_BUSY, EBUSY, "%s", text) == -1);
	EXPECT(e.kind == TSM_BUSY && e.code == EBUSY && strlen(e.text) == sizeof(e.text) - 1);
	EXPECT(tsm_exit_of(0) == TSM_OK && tsm_exit_of(ENODEV) == TSM_NOT_THERE);
	EXPECT(tsm_exit_of(-EPERM) == TSM_NOT_ALLOWED && tsm_exit_of(EBUSY) == TSM_BUSY);
	EXPECT(tsm_exit_of(EKEYREJECTED) == TSM_UNTRUSTED && tsm_exit_of(EBADMSG) == TSM_BROKEN);
	EXPECT(tsm_exit_of(ECANCELED) == TSM_CANCELLED && tsm_exit_of(EIO) == TSM_FAILED);
	EXPECT(tsm_exit_of(EOPNOTSUPP) == TSM_NO_SUPPORT && tsm_exit_of(EINVAL) == TSM_USAGE);
}

int main(void)
{
	static const struct tap_test tests[] = {
		{ "names", names },
		{ "errors", errors },
		{ "save and load", save_and_load },
		{ "half written", half_written },
		{ "write through a link", write_through_link },
		{ "good as it is", good_as_it_is },
		{ "hostile heads", hostile_heads },
		{ "hostile objects", hostile_objects },
		{ "hostile files", hostile_files },
		{ }
	};
	int status;

	if (!mkdtemp(dir))
		return 2;
	status = tap_run(tests);
	rmdir(dir);
	return status;
}
