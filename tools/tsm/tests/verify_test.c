// SPDX-License-Identifier: GPL-2.0
/*
 * The verifier's parts: a conversation of others, messages of every length, files
 * that are no policy and no digests. Whole evidence is tools/testing/spdm/evidence.c's.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/core_names.h>

#include "lib/json-file.h"
#include "lib/judge.h"
#include "tap.h"
#include "vectors.h"

#define SIG_SIZE	96

static char file[] = "/tmp/verify-test.XXXXXX";
static struct tsm_evidence ev;
static struct tsm_verdict verdict;
static struct tsm_judge judge;

/* Bytes of an allocation of their own, so that a look behind them is noticed */
static struct tsm_object object(const char *hex)
{
	struct tsm_object obj = { .there = true, .len = strlen(hex) / 2, .slot = -1 };

	obj.data = malloc(obj.len);
	EXPECT(obj.data && tsm_hex_bytes(hex, obj.data, obj.len) == obj.len);
	return obj;
}

static void begin(void)
{
	tsm_evidence_free(&ev);
	memset(&verdict, 0, sizeof(verdict));
	ev.objects[TSM_VCA] = object(vector_vca);
	ev.objects[TSM_MEASUREMENTS] = object(vector_measurements);
	judge = (struct tsm_judge) { .ev = &ev, .verdict = &verdict };
	judge.has_vca = tsm_vca_parse(&judge, &ev.objects[TSM_VCA], &judge.vca);
	if (!EXPECT(judge.has_vca))
		printf("# %s\n", judge.why);
}

static EVP_PKEY *vector_key_load(void)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	char group[] = "P-384";
	uint8_t point[97];
	OSSL_PARAM params[] = {
		OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, sizeof(group) - 1),
		OSSL_PARAM_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point, sizeof(point)),
		OSSL_PARAM_END
	};
	EVP_PKEY *key = NULL;

	EXPECT(tsm_hex_bytes(vector_key, point, sizeof(point)) == sizeof(point));
	EXPECT(EVP_PKEY_fromdata_init(ctx) == 1 &&
	       EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params) == 1);
	EVP_PKEY_CTX_free(ctx);
	return key;
}

static void vca_of_others(void)
{
	begin();
	EXPECT(judge.vca.version == 0x12 && judge.vca.meas_size == 64 && !judge.vca.multi_key);
	EXPECT(!strcmp(judge.vca.hash->name, "SHA-384"));
	EXPECT(!strcmp(judge.vca.asym->name, "ECDSA-P384"));
}

static void digests_of_measurements(void)
{
	static const size_t sizes[] = { 0, 32, 48, 64, 32, 48, 64, 32, 0 };

	for (unsigned int i = 0; i < 9; i++)
		EXPECT(tsm_measurement_size(1u << i) == sizes[i]);
	EXPECT(!tsm_measurement_size(0) && !tsm_measurement_size(6));
}

static void measurements_of_others(void)
{
	static const unsigned int index[] = { 1, 2, 3, 4, 16, 17, 253, 254 };
	static const unsigned int type[] = { 0, 1, 2, 3, 7, 8, 4, 5 };
	struct tsm_object *obj = &ev.objects[TSM_MEASUREMENTS];
	EVP_PKEY *key = vector_key_load();
	struct tsm_statement st;

	begin();
	if (!EXPECT(tsm_measurements_parse(&judge, obj, &st))) {
		printf("# %s\n", judge.why);
		return;
	}
	EXPECT(st.slot == 0 && st.with_vca && st.record_len == 528);
	EXPECT(st.signed_len == obj->len - SIG_SIZE && st.sig == obj->data + st.signed_len);
	EXPECT(st.nonce == obj->data + 4);
	EXPECT(verdict.nr_blocks == 8);
	for (unsigned int i = 0; i < verdict.nr_blocks; i++) {
		EXPECT(verdict.blocks[i].index == index[i]);
		EXPECT(i == 5 || verdict.blocks[i].type == type[i]);
		EXPECT(verdict.blocks[i].raw == (i == 4 || i >= 6));
	}
	EXPECT(tsm_signature_good(&judge, &st, key));
	for (size_t i = 0; i < obj->len; i += 7) {
		obj->data[i] ^= 4;
		EXPECT(!tsm_signature_good(&judge, &st, key));
		obj->data[i] ^= 4;
	}
	ev.objects[TSM_VCA].data[30] ^= 1;
	EXPECT(!tsm_signature_good(&judge, &st, key));
	EVP_PKEY_free(key);
}

/* Each length but the true one is refused, and nobody looks behind the end. */
static void lengths(void)
{
	struct tsm_statement st;
	struct tsm_vca vca;

	begin();
	for (unsigned int type = TSM_VCA; type <= TSM_MEASUREMENTS; type++) {
		const struct tsm_object *whole = &ev.objects[type];

		for (size_t len = 0; len <= whole->len + 5; len++) {
			struct tsm_object cut = { .len = len, .data = calloc(1, len ?: 1) };
			bool ok;

			memcpy(cut.data, whole->data, len < whole->len ? len : whole->len);
			verdict.nr_blocks = 0;
			ok = type == TSM_VCA ? tsm_vca_parse(&judge, &cut, &vca) :
					       tsm_measurements_parse(&judge, &cut, &st);
			EXPECT(ok == (len == whole->len));
			free(cut.data);
		}
	}
}

/* What follows the signature is signed by nobody, well-formed as it may be. */
static void behind_the_signature(void)
{
	/* How many blocks are there? Eight. */
	static const char format[] = "12e000001260080000000000%064d0000";
	struct tsm_object alone, both;
	struct tsm_statement st;
	char more[128], text[4096];

	begin();
	snprintf(more, sizeof(more), format, 0);
	alone = object(more);
	EXPECT(!tsm_measurements_parse(&judge, &alone, &st));
	EXPECT(!strcmp(judge.why, "no signature was asked for"));
	free(alone.data);

	snprintf(text, sizeof(text), "%s%s", vector_measurements, more);
	both = object(text);
	EXPECT(!tsm_measurements_parse(&judge, &both, &st));
	free(both.data);

	/* Before it, it is part of what would have to be signed. */
	verdict.nr_blocks = 0;
	snprintf(text, sizeof(text), "%s%s", more, vector_measurements);
	both = object(text);
	EXPECT(tsm_measurements_parse(&judge, &both, &st));
	EXPECT(verdict.nr_blocks == 8 && st.signed_len == both.len - SIG_SIZE);
	free(both.data);
}

/* Any one byte, many values: it is read or refused, and sanitizers have nothing to say. */
static void any_byte(void)
{
	struct tsm_statement st;
	struct tsm_vca vca;

	begin();
	for (unsigned int type = TSM_VCA; type <= TSM_MEASUREMENTS; type++) {
		struct tsm_object *obj = &ev.objects[type];

		for (size_t i = 0; i < obj->len; i++) {
			uint8_t was = obj->data[i];

			for (unsigned int value = 0; value < 256; value += 5) {
				obj->data[i] = value;
				verdict.nr_blocks = 0;
				if (type == TSM_VCA)
					tsm_vca_parse(&judge, obj, &vca);
				else
					tsm_measurements_parse(&judge, obj, &st);
				EXPECT(verdict.nr_blocks <= TSM_BLOCKS_MAX);
			}
			obj->data[i] = was;
		}
	}
}

/* A byte of the VCA that makes it one that nobody could have agreed on */
static void vca_refused(void)
{
	/* Offset in the VCA, and its new value */
	static const uint8_t changes[][2] = {
		{ 0, 0x11 },	/* GET_VERSION of 1.1 */
		{ 1, 0x85 },	/* no GET_VERSION */
		{ 15, 0x22 },	/* 1.2 is not offered */
		{ 20, 0x14 },	/* GET_CAPABILITIES of 1.4 */
		{ 40, 0x11 },	/* CAPABILITIES of another version */
	};
	struct tsm_object *obj = &ev.objects[TSM_VCA];
	struct tsm_vca vca;

	begin();
	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		uint8_t *at = &obj->data[changes[i][0]], was = *at;

		*at = changes[i][1];
		EXPECT(!tsm_vca_parse(&judge, obj, &vca) && judge.why[0]);
		*at = was;
	}
	EXPECT(tsm_vca_parse(&judge, obj, &vca));
}

static void write_file(const char *text)
{
	FILE *f = fopen(file, "w");

	if (!EXPECT(f))
		return;
	fputs(text, f);
	fclose(f);
}

static bool policy_is_read(const char *text)
{
	struct tsm_error err = { 0 };
	struct tsm_policy *policy;
	bool read;

	write_file(text);
	policy = tsm_policy_load(file, &err);
	read = policy;
	EXPECT(read || (err.kind != TSM_OK && err.text[0]));
	tsm_policy_free(policy);
	return read;
}

#define POLICY	"{\"schema\":\"pci-tsm-policy\",\"version\":1"
#define ROWS(rows)	POLICY ",\"measurements\":[" rows "]}"

static void policies(void)
{
	static const char *const good[] = {
		POLICY "}",
		POLICY ",\"comment\":\"x\",\"min_spdm_version\":\"1.1\",\"allow_unlisted\":true}",
		ROWS("{\"index\":1,\"digests\":[\"00ff\",\"AB\"]}"),
		ROWS("{\"type\":7,\"min_svn\":18446744073709551615}"),
	};
	static const char *const bad[] = {
		"{}", POLICY ",\"allow_unlistet\":true}", POLICY ",\"allow_unlisted\":1}",
		POLICY ",\"min_spdm_version\":\"1.4\"}", POLICY ",\"min_spdm_version\":1.2}",
		POLICY ",\"hashes\":[]}", POLICY ",\"hashes\":[\"MD5\"]}",
		POLICY ",\"hashes\":\"SHA-256\"}", POLICY ",\"signatures\":[1]}",
		POLICY ",\"signatures\":[\"RSA\"]}", POLICY ",\"names\":[\"\"]}",
		POLICY ",\"measurements\":{}}", ROWS("1"), ROWS("{}"), ROWS("{\"index\":1}"),
		ROWS("{\"index\":255,\"digests\":[\"00\"]}"), ROWS("{\"digests\":[\"00\"]}"),
		ROWS("{\"index\":1,\"digests\":[]}"), ROWS("{\"index\":1,\"digests\":[\"0\"]}"),
		ROWS("{\"index\":1,\"digest\":[\"00\"],\"values\":[\"00\"]}"),
		ROWS("{\"index\":\"1\",\"values\":[\"00\"]}"),
		ROWS("{\"index\":1,\"min_svn\":-1}"), ROWS("{\"type\":128,\"min_svn\":1}"),
	};

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		if (!EXPECT(policy_is_read(good[i])))
			printf("# %s\n", good[i]);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (!EXPECT(!policy_is_read(bad[i])))
			printf("# %s\n", bad[i]);
}

/* What a policy says of the measurements of others */
static bool complies(const char *text)
{
	struct tsm_error err = { 0 };
	struct tsm_statement st;
	struct tsm_policy *policy;

	begin();
	write_file(text);
	policy = tsm_policy_load(file, &err);
	if (!EXPECT(policy && tsm_measurements_parse(&judge, &ev.objects[TSM_MEASUREMENTS], &st)))
		return false;
	tsm_policy_judge(policy, &judge);
	tsm_policy_free(policy);
	return !judge.failed;
}

/* The same, where no measurements were read */
static bool complies_bare(const char *text)
{
	struct tsm_error err = { 0 };
	struct tsm_policy *policy;

	write_file(text);
	policy = tsm_policy_load(file, &err);
	if (!EXPECT(policy))
		return false;
	judge.failed = false;
	tsm_policy_judge(policy, &judge);
	tsm_policy_free(policy);
	return !judge.failed;
}

#define UNLISTED(rows)	POLICY ",\"allow_unlisted\":true,\"measurements\":[" rows "]}"
#define MODE		"3f000000040000001f00000011000000"

static void policy_rows(void)
{
	EXPECT(complies(UNLISTED("{\"index\":254,\"type\":5,\"values\":[\"00\",\"" MODE "\"]}")));
	EXPECT(complies(UNLISTED("{\"type\":5,\"values\":[\"" MODE "\"]}")));
	/* A value is no digest, even if it is the same bytes. */
	EXPECT(!complies(UNLISTED("{\"index\":254,\"digests\":[\"" MODE "\"]}")));
	EXPECT(!complies(UNLISTED("{\"index\":254,\"values\":[\"" MODE "00\"]}")));
	EXPECT(!complies(UNLISTED("{\"index\":100,\"values\":[\"00\"]}")));
	EXPECT(!complies(UNLISTED("{\"index\":254,\"type\":4,\"values\":[\"" MODE "\"]}")));
	EXPECT(!complies(UNLISTED("{\"type\":9,\"values\":[\"00\"]}")));
	EXPECT(!complies(ROWS("{\"index\":254,\"values\":[\"" MODE "\"]}")));
	/* Block 16 is the security version number, 7 */
	EXPECT(complies(UNLISTED("{\"index\":16,\"min_svn\":7}")));
	EXPECT(verdict.asked_all && verdict.listed == 1u << 7 && (verdict.unlisted & 0x3f) == 0x3f);
	EXPECT(complies(UNLISTED("{\"type\":5,\"values\":[\"" MODE "\"]}")));
	EXPECT(verdict.listed == 1u << 5 && (verdict.unlisted & 0x3f) == 0x1f);
	EXPECT(!complies(UNLISTED("{\"index\":16,\"min_svn\":8}")));
	EXPECT(!complies(UNLISTED("{\"index\":254,\"min_svn\":1}")));
}

/* Questions that are signed along, and what is in their answers */
#define ASK(index)	"12e000" index
#define ANSWER(count)	"1260" count "0000000000"
#define TAIL		"0000000000000000000000000000000000000000000000000000000000000000" "0000"

/* What @hex asks, and block 2: does a policy of type 7 know that there is no more? */
static bool asked_all(const char *hex, bool allow)
{
	static const char last[] = "12e00102" /* sign, block 2 */
		"0000000000000000000000000000000000000000000000000000000000000000" "00"
		"12600000" "01" "0c0000" "02010800" "87" "0500" "0102030405" TAIL;
	char text[2048] = "";
	struct tsm_statement st;
	struct tsm_error err;
	struct tsm_policy *policy;

	begin();
	snprintf(text, sizeof(text), "%s%s", hex, last);
	for (unsigned int i = 0; i < SIG_SIZE; i++)
		strcat(text, "00");
	free(ev.objects[TSM_MEASUREMENTS].data);
	ev.objects[TSM_MEASUREMENTS] = object(text);
	write_file(allow ? POLICY ",\"allow_unlisted\":true}" : ROWS("{\"type\":7,\"values\":"
		   "[\"0102030405\"]}"));
	policy = tsm_policy_load(file, &err);
	if (!EXPECT(policy))
		return false;
	if (!EXPECT(tsm_measurements_parse(&judge, &ev.objects[TSM_MEASUREMENTS], &st)))
		printf("# %s\n", judge.why);
	tsm_policy_judge(policy, &judge);
	tsm_policy_free(policy);
	return !judge.failed;
}

/* Block 1, and block 2 once more, of the type that the policy knows */
#define ONE	ASK("01") "1260000001" "0c0000" "01010800" "87" "0500" "0102030405" TAIL
#define TWO	ASK("02") "1260000001" "0c0000" "02010800" "87" "0500" "0102030405" TAIL

static void left_out(void)
{
	EXPECT(!asked_all("", false) && asked_all("", true));
	EXPECT(!asked_all(ONE, false) && asked_all(ONE, true));
	EXPECT(asked_all(ASK("00") ANSWER("02") TAIL ONE, false));
	EXPECT(asked_all(ONE ASK("00") ANSWER("02") TAIL, false));
	/* One of three; one twice; a device that says that it has none */
	EXPECT(!asked_all(ASK("00") ANSWER("03") TAIL ONE, false));
	EXPECT(!asked_all(ASK("00") ANSWER("02") TAIL TWO, false));
	EXPECT(!asked_all(ASK("00") ANSWER("00") TAIL ONE, false));
	EXPECT(asked_all(ASK("ff") "1260000001" "0c0000" "01010800" "87" "0500" "0102030405" TAIL,
			 false));
	/* No measurements at all, of a device that measures itself, and of one that does not */
	begin();
	ev.objects[TSM_MEASUREMENTS].there = false;
	EXPECT(!complies_bare(POLICY "}"));
	EXPECT(complies_bare(POLICY ",\"allow_unlisted\":true}"));
	judge.vca.caps &= ~TSM_CAP_MEAS;
	EXPECT(complies_bare(POLICY "}"));
}

/* What tsmctl prints, and the SHA-256 of "abc" */
#define DOCUMENT(version, command, objects) \
	"{\"schema\":\"tsmctl\",\"version\":" version ",\"command\":\"" command "\"," \
	"\"hash\":\"SHA-256\",\"objects\":[" objects "]}"
#define OF_ABC	"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

static void digests_of_tsmctl(void)
{
	struct tsm_digests *digests;
	struct tsm_error err;

	begin();
	free(ev.objects[TSM_VCA].data);
	ev.objects[TSM_VCA] = object("616263");
	write_file(DOCUMENT("1", "evidence", "{\"type\":\"vca\",\"length\":3,\"digest\":\""
			    OF_ABC "\"},{\"type\":\"slot0\",\"length\":9}"));
	digests = tsm_digests_load(file, &err);
	if (!EXPECT(digests))
		return;
	tsm_digests_judge(digests, &judge);
	EXPECT(judge.covered == 1u << TSM_VCA && !judge.failed);
	ev.objects[TSM_VCA].data[0] ^= 1;
	tsm_digests_judge(digests, &judge);
	EXPECT(judge.failed);
	tsm_digests_free(digests);
}

/* A question with a bit that nobody knows, or that is about the future */
static void other_questions(void)
{
	struct tsm_object *obj = &ev.objects[TSM_MEASUREMENTS];
	struct tsm_statement st;

	for (unsigned int bit = 1; bit < 8; bit++) {
		begin();
		obj->data[2] |= 1 << bit;
		EXPECT(tsm_measurements_parse(&judge, obj, &st) == (bit == 1));
	}
}

static void bad_digests(void)
{
	static const char *const bad[] = {
		"{}", "{\"hash\":\"SHA-256\"}", "{\"hash\":\"SHA-256\",\"digests\":{}}",
		"{\"hash\":\"MD5\",\"digests\":{\"vca\":\"00\"}}",
		"{\"hash\":\"SHA-256\",\"digests\":{\"vca\":\"00\"}}",
		"{\"hash\":\"SHA-256\",\"digests\":{\"vca\":1}}",
		"{\"hash\":\"SHA-256\",\"digests\":[]}",
		DOCUMENT("2", "evidence", "{\"type\":\"vca\",\"digest\":\"" OF_ABC "\"}"),
		DOCUMENT("1", "verify", "{\"type\":\"vca\",\"digest\":\"" OF_ABC "\"}"),
		DOCUMENT("1", "evidence", ""),
		DOCUMENT("1", "evidence", "{\"type\":\"vca\"}"),
		DOCUMENT("1", "evidence", "{\"digest\":\"" OF_ABC "\"}"),
		DOCUMENT("1", "evidence", "{\"type\":\"vca\",\"digest\":\"00\"}"),
		DOCUMENT("1", "evidence", "{\"type\":\"slot9\",\"digest\":\"" OF_ABC "\"}"),
		DOCUMENT("1", "evidence", "{\"type\":\"vca\",\"digest\":\"" OF_ABC "\"},"
			 "{\"type\":\"vca\",\"digest\":\"" OF_ABC "\"}"),
		DOCUMENT("1", "evidence", "1"),
	};
	struct tsm_error err;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		write_file(bad[i]);
		err = (struct tsm_error) { 0 };
		EXPECT(!tsm_digests_load(file, &err) && err.kind == TSM_BROKEN);
	}
}

/* Evidence of which nothing is there, or nothing is right */
static void empty(void)
{
	struct tsm_evidence none = { 0 };
	struct tsm_verify_args args = { 0 };
	struct tsm_error err;

	EXPECT(!tsm_verify(&none, &args, &verdict, &err) && !verdict.ok && verdict.nr_checks);
	begin();
	EXPECT(!tsm_verify(&ev, &args, &verdict, &err) && !verdict.ok);
	EXPECT(verdict.uncovered == (1u << TSM_VCA | 1u << TSM_MEASUREMENTS));
	EXPECT(verdict.version == 0x12 && verdict.nr_blocks == 8);
}

/* More lines than there is room for: the last one keeps the failure. */
static void full_table(void)
{
	begin();
	for (unsigned int i = 0; i < TSM_CHECKS_MAX + 10; i++)
		tsm_check(&judge, i != TSM_CHECKS_MAX + 3, "line %u", i);
	EXPECT(verdict.nr_checks == TSM_CHECKS_MAX && judge.failed);
	EXPECT(verdict.checks[TSM_CHECKS_MAX - 1].result == TSM_FAIL);
}

int main(void)
{
	static const struct tap_test tests[] = {
		{ "VCA of others", vca_of_others },
		{ "digests of measurements", digests_of_measurements },
		{ "measurements of others", measurements_of_others },
		{ "lengths", lengths },
		{ "behind the signature", behind_the_signature },
		{ "any byte", any_byte },
		{ "VCA that is refused", vca_refused },
		{ "policies", policies },
		{ "rows of a policy", policy_rows },
		{ "measurements that were left out", left_out },
		{ "questions for something else", other_questions },
		{ "digests that tsmctl prints", digests_of_tsmctl },
		{ "digests that are none", bad_digests },
		{ "nothing to verify", empty },
		{ "a table that is full", full_table },
		{ }
	};
	int fd = mkstemp(file), status;

	if (fd < 0)
		return 2;
	close(fd);
	status = tap_run(tests);
	tsm_evidence_free(&ev);
	unlink(file);
	return status;
}
