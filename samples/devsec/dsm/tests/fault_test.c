// SPDX-License-Identifier: GPL-2.0
/*
 * Faults: which specs are understood, when a fault happens, and what it does to
 * an answer.
 */
#include "check.h"
#include "dsm.h"

static struct dsm_faults *faults;
static struct dsm_fault_state *state;

static void begin(const char *spec)
{
	faults = dsm_faults_new();
	CHECK(!dsm_faults_add(faults, spec));
	state = dsm_fault_state_new(faults);
}

static void end(void)
{
	dsm_fault_state_free(state);
	dsm_faults_free(faults);
}

static enum dsm_fault_kind before(uint8_t code)
{
	unsigned int arg;

	return dsm_fault_before(state, code, &arg);
}

static void takes_good_specs(void)
{
	static const char *const good[] = {
		"silent", "silent:CHALLENGE", "silent:CHALLENGE_AUTH@2", "late:300",
		"late:60000:GET_VERSION", "truncate:1:DIGESTS", "extend:4", "flip:RECORD.tag",
		"flip:CHALLENGE_AUTH.nonce:255@3x2", "bad-signature:KEY_EXCHANGE", "stale-nonce",
		"busy:forever", "busy:3:FINISH@2", "not-ready:2:MEASUREMENTS", "error:ff:VERSION",
		"wrong-code:KEY_EXCHANGE@1", "wrong-version:HEARTBEATx2", "replay:FINISH_RSP",
	};
	struct dsm_faults *f = dsm_faults_new();

	for (unsigned int i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		CHECK(!dsm_faults_add(f, good[i]));
	dsm_faults_free(f);
}

static void refuses_bad_specs(void)
{
	static const char *const bad[] = {
		"", "quiet", "Silent", "silent:", "silent:HELLO", "silent:CHALLENGE:2", "late",
		"late:", "late:x", "late:-1", "late:60001", "truncate", "truncate:CHALLENGE",
		"truncate:1:", "flip", "flip:nonce", "flip:.nonce", "flip:DIGESTS.",
		"flip:DIGESTS.digest:x", "flip:DIGESTS.digest:1:2", "busy", "busy:0",
		"busy:2x3", "busy:never", "error", "error:100", "error:xy", "silent@0",
		"silent@", "silent@x", "silentx0", "silent@1@2",
		"replay:FINISH@99999999999999999999",
	};
	struct dsm_faults *f = dsm_faults_new();
	char spec[600] = "silent:";

	for (unsigned int i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (dsm_faults_add(f, bad[i]))
			continue;
		printf("# taken: '%s'\n", bad[i]);
		CHECK(0);
	}
	memset(spec + 7, 'A', sizeof(spec) - 8);
	CHECK(dsm_faults_add(f, spec));
	for (unsigned int i = 0; i < 32; i++)
		CHECK(!dsm_faults_add(f, "silent"));
	CHECK(dsm_faults_add(f, "silent"));
	dsm_faults_free(f);
}

static void is_for_its_message_only(void)
{
	begin("silent:CHALLENGE_AUTH");
	CHECK(before(SPDM_GET_VERSION) == DSM_FAULT_NONE);
	CHECK(before(SPDM_CHALLENGE) == DSM_FAULT_SILENT);
	CHECK(before(SPDM_CHALLENGE) == DSM_FAULT_SILENT);
	end();
}

static void happens_at_the_nth_once(void)
{
	begin("silent:CHALLENGE@2");
	CHECK(before(SPDM_CHALLENGE) == DSM_FAULT_NONE);
	CHECK(before(SPDM_GET_DIGESTS) == DSM_FAULT_NONE);
	CHECK(before(SPDM_CHALLENGE) == DSM_FAULT_SILENT);
	CHECK(before(SPDM_CHALLENGE) == DSM_FAULT_NONE);
	end();
}

static void happens_n_times(void)
{
	begin("busy:2:DIGESTS");
	CHECK(before(SPDM_GET_DIGESTS) == DSM_FAULT_BUSY);
	CHECK(before(SPDM_GET_DIGESTS) == DSM_FAULT_BUSY);
	CHECK(before(SPDM_GET_DIGESTS) == DSM_FAULT_NONE);
	end();
	begin("silent@2x2");
	CHECK(before(SPDM_GET_DIGESTS) == DSM_FAULT_NONE);
	CHECK(before(SPDM_GET_DIGESTS) == DSM_FAULT_SILENT);
	CHECK(before(SPDM_CHALLENGE) == DSM_FAULT_SILENT);
	CHECK(before(SPDM_CHALLENGE) == DSM_FAULT_NONE);
	end();
	begin("busy:forever@2");
	CHECK(before(SPDM_GET_DIGESTS) == DSM_FAULT_NONE);
	for (unsigned int i = 0; i < 100; i++)
		CHECK(before(SPDM_GET_DIGESTS) == DSM_FAULT_BUSY);
	end();
}

static void devices_count_by_themselves(void)
{
	struct dsm_fault_state *other;
	unsigned int arg;

	begin("silent@1");
	other = dsm_fault_state_new(faults);
	CHECK(before(SPDM_CHALLENGE) == DSM_FAULT_SILENT);
	CHECK(dsm_fault_before(other, SPDM_CHALLENGE, &arg) == DSM_FAULT_SILENT);
	CHECK(before(SPDM_CHALLENGE) == DSM_FAULT_NONE);
	dsm_fault_state_free(other);
	end();
}

static void any_message_is_one_that_fits(void)
{
	begin("not-ready:1");
	CHECK(before(SPDM_GET_VERSION) == DSM_FAULT_NONE);
	CHECK(before(SPDM_NEGOTIATE_ALGORITHMS) == DSM_FAULT_NONE);
	CHECK(before(SPDM_GET_DIGESTS) == DSM_FAULT_NOT_READY);
	end();
	begin("bad-signature@1");
	CHECK(before(SPDM_GET_DIGESTS) == DSM_FAULT_NONE);
	CHECK(before(SPDM_CHALLENGE) == DSM_FAULT_BAD_SIGNATURE);
	end();
}

static void error_has_its_code(void)
{
	unsigned int arg;

	begin("error:0f:DIGESTS");
	CHECK(dsm_fault_before(state, SPDM_GET_DIGESTS, &arg) == DSM_FAULT_ERROR);
	CHECK(arg == 0x0f);
	end();
}

/* An answer with two fields, spoiled by the fault; its new length */
static size_t spoil(uint8_t code, uint8_t *rsp, size_t size)
{
	struct dsm_fields fields = {};
	struct dsm_out out;

	memset(rsp, 0, size);
	dsm_out_init(&out, rsp, size, &fields);
	dsm_put32(&out, "DIGESTS.header", 0x00000112);
	dsm_put(&out, "DIGESTS.digest", "abcd", 4);
	return dsm_fault_after(state, code, &fields, rsp, out.len, size);
}

static const uint8_t good[8] = { 0x12, 1, 0, 0, 'a', 'b', 'c', 'd' };

static void flips_the_bit_of_a_field(void)
{
	uint8_t rsp[16];

	begin("flip:DIGESTS.digest:13@1");
	CHECK(spoil(SPDM_GET_DIGESTS, rsp, sizeof(rsp)) == 8);
	CHECK(rsp[5] == ('b' ^ 0x20));
	rsp[5] = 'b';
	CHECK(!memcmp(rsp, good, 8));
	CHECK(spoil(SPDM_GET_DIGESTS, rsp, sizeof(rsp)) == 8 && !memcmp(rsp, good, 8));
	end();
	begin("flip:DIGESTS.digest:32");
	CHECK(spoil(SPDM_GET_DIGESTS, rsp, sizeof(rsp)) == 8 && !memcmp(rsp, good, 8));
	end();
	begin("flip:CHALLENGE_AUTH.nonce");
	CHECK(spoil(SPDM_GET_DIGESTS, rsp, sizeof(rsp)) == 8 && !memcmp(rsp, good, 8));
	end();
}

static void truncates_and_extends(void)
{
	uint8_t rsp[16];

	begin("truncate:1");
	CHECK(spoil(SPDM_GET_DIGESTS, rsp, sizeof(rsp)) == 7);
	end();
	begin("truncate:9");
	CHECK(spoil(SPDM_GET_DIGESTS, rsp, sizeof(rsp)) == 0);
	end();
	begin("extend:3");
	CHECK(spoil(SPDM_GET_DIGESTS, rsp, sizeof(rsp)) == 11 && rsp[8] == 0xa5 && rsp[10] == 0xa5);
	CHECK(spoil(SPDM_GET_DIGESTS, rsp, 9) == 9);
	CHECK(spoil(SPDM_GET_DIGESTS, rsp, 8) == 8);
	end();
}

static void changes_code_and_version(void)
{
	uint8_t rsp[16];

	begin("wrong-code:DIGESTS");
	CHECK(spoil(SPDM_GET_DIGESTS, rsp, sizeof(rsp)) == 8 && rsp[1] != 1 && rsp[0] == 0x12);
	end();
	begin("wrong-version:DIGESTS");
	CHECK(spoil(SPDM_GET_DIGESTS, rsp, sizeof(rsp)) == 8 && rsp[0] == 0x11 && rsp[1] == 1);
	CHECK(spoil(SPDM_CHALLENGE, rsp, sizeof(rsp)) == 8 && rsp[0] == 0x12);
	end();
}

static void records_are_spoiled_by_name_only(void)
{
	uint8_t rsp[16];

	begin("extend:3");
	CHECK(spoil(DSM_CODE_RECORD, rsp, sizeof(rsp)) == 8);
	end();
	begin("extend:3:RECORD");
	CHECK(spoil(SPDM_GET_DIGESTS, rsp, sizeof(rsp)) == 8);
	CHECK(spoil(DSM_CODE_RECORD, rsp, sizeof(rsp)) == 11);
	end();
}

static const struct check_case cases[] = {
	{ "takes_good_specs", takes_good_specs },
	{ "refuses_bad_specs", refuses_bad_specs },
	{ "is_for_its_message_only", is_for_its_message_only },
	{ "happens_at_the_nth_once", happens_at_the_nth_once },
	{ "happens_n_times", happens_n_times },
	{ "devices_count_by_themselves", devices_count_by_themselves },
	{ "any_message_is_one_that_fits", any_message_is_one_that_fits },
	{ "error_has_its_code", error_has_its_code },
	{ "flips_the_bit_of_a_field", flips_the_bit_of_a_field },
	{ "truncates_and_extends", truncates_and_extends },
	{ "changes_code_and_version", changes_code_and_version },
	{ "records_are_spoiled_by_name_only", records_are_spoiled_by_name_only },
};

CHECK_MAIN("dsm_fault", cases)
