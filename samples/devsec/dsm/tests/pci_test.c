// SPDX-License-Identifier: GPL-2.0
/*
 * IDE_KM and TDISP, on a port that notes what it is told. Bytes on the wire are
 * those of captured conversations where there are any.
 */
#include <errno.h>

#include "check.h"
#include "dsm.h"

#define SESSION	0x00010002u
#define OTHER	0x00020003u

static struct {
	unsigned int calls, stops;
	uint8_t op, stream_id, key_sub, key[32];
	uint64_t ifv;
	int rc;
} port;

static int port_key(void *priv, const struct dsm_place *place, uint8_t op, uint8_t stream_id,
		    uint8_t key_sub, const uint8_t *key, uint64_t ifv)
{
	(void)priv;
	(void)place;
	port.calls++;
	port.stops += op == 5;
	port.op = op;
	port.stream_id = stream_id;
	port.key_sub = key_sub;
	port.ifv = ifv;
	if (key)
		memcpy(port.key, key, sizeof(port.key));
	return port.rc;
}

static int port_regs(void *priv, const struct dsm_place *place, uint32_t *regs, unsigned int max,
		     unsigned int *nr)
{
	(void)priv;
	(void)place;
	CHECK(max >= 2);
	regs[0] = 0x01020304;
	regs[1] = 5;
	*nr = 2;
	return port.rc;
}

static const struct dsm_port_ops ops = { port_key, port_regs };
static const struct dsm_place place = {
	.domain = 0x10, .rid = 0x0108, .vendor = 0xdec0, .device = 0x10, .ide = true, .tee = true,
};

static struct dsm_km *km;
static struct dsm_tdisp *tdisp;
static uint8_t answer[512];

static void begin(void)
{
	memset(&port, 0, sizeof(port));
	km = dsm_km_new(&place, &ops, NULL);
	tdisp = dsm_tdisp_new(&place, km);
}

static void end(void)
{
	dsm_tdisp_free(tdisp);
	dsm_km_free(km);
}

/* Bytes of the answer; 0 for silence */
static size_t ask(bool to_tdisp, uint32_t session, const void *req, size_t len)
{
	struct dsm_out out;
	struct dsm_in in;
	bool said;

	memset(answer, 0xee, sizeof(answer));
	dsm_in_init(&in, req, len);
	dsm_out_init(&out, answer, sizeof(answer), NULL);
	said = to_tdisp ? dsm_tdisp_handle(tdisp, session, &in, &out) :
			  dsm_km_handle(km, session, &in, &out);
	CHECK(!out.bad);
	return said ? out.len : 0;
}

static size_t ask_km(uint32_t session, const void *req, size_t len)
{
	return ask(false, session, req, len);
}

/* The status of KEY_PROG, or what is no status */
static int prog(uint32_t session, uint8_t stream_id, uint8_t key_sub, uint8_t port_index,
		uint8_t ifv, size_t len)
{
	uint8_t req[64] = { 2, 0, 0, stream_id, 0, key_sub, port_index };

	for (unsigned int i = 0; i < 32; i++)
		req[7 + i] = i;
	req[43] = ifv;
	if (!ask_km(session, req, len))
		return -1;
	CHECK(answer[0] == 0 && answer[1] == 3);
	return answer[5];
}

static size_t go(uint32_t session, uint8_t object, uint8_t stream_id, uint8_t key_sub)
{
	uint8_t req[7] = { object, 0, 0, stream_id, 0, key_sub, 0 };

	return ask_km(session, req, sizeof(req));
}

static void all_keys(uint32_t session, uint8_t stream_id, uint8_t set)
{
	for (unsigned int i = 0; i < 6; i++) {
		uint8_t sub = set | (i & 1 ? 2 : 0) | (i / 2) << 4;

		CHECK(prog(session, stream_id, sub, 0, 1, 47) == 0);
		CHECK(go(session, 4, stream_id, sub) == 8);
	}
}

static void query_gives_the_registers(void)
{
	static const uint8_t want[] = { 0, 1, 0, 0, 0x08, 0x01, 0x10, 0, 4, 3, 2, 1, 5, 0, 0, 0 };

	begin();
	CHECK(ask_km(SESSION, "\0\0\0", 3) == sizeof(want));
	CHECK(!memcmp(answer, want, sizeof(want)));
	CHECK(!ask_km(SESSION, "\0\0\1", 3));
	CHECK(!ask_km(SESSION, "\0\0", 2));
	CHECK(!ask_km(SESSION, "\0\0\0\0", 4));
	CHECK(!ask_km(0, "\0\0\0", 3));
	port.rc = -ENXIO;
	CHECK(!ask_km(SESSION, "\0\0\0", 3));
	end();
}

/* Example of the wire order: df254152 056e02e0 ... 9ccd2720 goes as 524125df e0026e05 ... */
static void keys_get_the_order_of_a_cipher(void)
{
	static const uint8_t ack[] = { 0, 3, 0, 0, 7, 0, 0x22, 0 };
	uint8_t req[47] = {
		2, 0, 0, 7, 0, 0x22, 0, 0x52, 0x41, 0x25, 0xdf, 0xe0, 0x02, 0x6e, 0x05,
	};

	begin();
	memcpy(req + 35, "\x20\x27\xcd\x9c", 4);
	req[43] = 1;
	CHECK(ask_km(SESSION, req, sizeof(req)) == sizeof(ack));
	CHECK(!memcmp(answer, ack, sizeof(ack)));
	CHECK(port.op == 2 && port.stream_id == 7 && port.key_sub == 0x22 && port.ifv == 1);
	CHECK(!memcmp(port.key, "\xdf\x25\x41\x52\x05\x6e\x02\xe0", 8));
	CHECK(!memcmp(port.key + 28, "\x9c\xcd\x27\x20", 4));
	end();
}

static void key_prog_says_what_is_wrong(void)
{
	begin();
	CHECK(prog(SESSION, 1, 0, 0, 1, 46) == 1);
	CHECK(prog(SESSION, 1, 0, 0, 1, 48) == 1);
	CHECK(prog(SESSION, 1, 0, 0, 1, 1) == 1);
	CHECK(prog(SESSION, 1, 0, 1, 1, 47) == 2);
	CHECK(prog(SESSION, 1, 0, 0, 2, 47) == 3);
	CHECK(prog(SESSION, 1, 0, 0, 0, 47) == 3);
	CHECK(prog(SESSION, 1, 0x04, 0, 1, 47) == 3);
	CHECK(prog(SESSION, 1, 0x30, 0, 1, 47) == 3);
	CHECK(!port.calls);
	port.rc = -EINVAL;
	CHECK(prog(SESSION, 1, 0, 0, 1, 47) == 3);
	port.rc = -ENODEV;
	CHECK(prog(SESSION, 1, 0, 0, 1, 47) == 4);
	port.rc = 0;
	CHECK(prog(SESSION, 1, 0, 0, 1, 47) == 0);
	CHECK(go(SESSION, 4, 1, 0) == 8);
	CHECK(prog(SESSION, 1, 0, 0, 1, 47) == 4);
	end();
}

static void go_needs_a_key(void)
{
	begin();
	CHECK(go(SESSION, 4, 1, 0) == 8 && !port.calls);
	CHECK(go(SESSION, 5, 1, 0) == 8 && !port.calls);
	CHECK(!go(SESSION, 4, 1, 0x30));
	CHECK(!go(SESSION, 7, 1, 0));
	CHECK(!ask_km(SESSION, "\4\0\0\1\0\0\1", 7));
	CHECK(!ask_km(SESSION, "\4\0\0\1\0\0", 6));
	CHECK(!ask_km(SESSION, "\4\0\0\1\0\0\0\0", 8));
	CHECK(!ask_km(SESSION, "", 0));
	end();
}

static void ready_is_all_six_of_the_session(void)
{
	begin();
	all_keys(SESSION, 9, 0);
	CHECK(dsm_km_ready(km, SESSION, 9) && !dsm_km_ready(km, OTHER, 9));
	CHECK(!dsm_km_ready(km, SESSION, 8));
	all_keys(SESSION, 9, 1);
	CHECK(dsm_km_ready(km, SESSION, 9));
	CHECK(go(SESSION, 5, 9, 1) == 8);
	CHECK(!dsm_km_ready(km, SESSION, 9));
	end();
}

static void another_session_waits_for_its_turn(void)
{
	begin();
	all_keys(SESSION, 9, 0);
	CHECK(prog(OTHER, 3, 0, 0, 1, 47) == -1 && !ask_km(OTHER, "\0\0\0", 3));
	port.stops = 0;
	dsm_km_reset(km);
	CHECK(port.stops == 6 && !dsm_km_ready(km, SESSION, 9));
	CHECK(prog(OTHER, 3, 0, 0, 1, 47) == 0);
	end();
}

/* The TDISP message of a code, with its payload; the error code, or 0, or -1 for silence */
static int say(uint32_t session, uint8_t code, const void *payload, size_t len)
{
	uint8_t req[128] = { 0x10, code, 0, 0, 0x08, 0x01 };

	memcpy(req + 16, payload, len);
	if (!ask(true, session, req, 16 + len))
		return -1;
	CHECK(answer[0] == 1 && answer[1] == 0x10);
	if (answer[2] != 0x7f) {
		CHECK(answer[2] == (code & 0x7f));
		return 0;
	}
	return answer[17] | answer[18] << 8;
}

static uint8_t state_of(uint32_t session)
{
	CHECK(!say(session, 0x85, "", 0));
	return answer[17];
}

static int lock(uint32_t session, uint16_t flags)
{
	uint8_t req[20] = { flags & 0xff, flags >> 8, 9 };

	return say(session, 0x83, req, sizeof(req));
}

static void tdisp_answers_as_captured(void)
{
	static const uint8_t version[] = {
		1, 0x10, 1, 0, 0, 8, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0x10,
	};

	begin();
	CHECK(!say(SESSION, 0x81, "", 0) && !memcmp(answer, version, sizeof(version)));
	CHECK(!say(SESSION, 0x82, "\0\0\0", 4) && answer[21] == 0xfe && answer[22] == 0x07);
	CHECK(answer[42] >= 52 && answer[43] && answer[44]);
	CHECK(say(SESSION, 0x82, "\0\0", 3) == 1);
	CHECK(say(SESSION, 0x8b, "", 0) == 7 && answer[21] == 0x8b);
	CHECK(say(SESSION, 0x80, "", 0) == 7);
	CHECK(say(0, 0x81, "", 0) == -1);
	end();
}

static void tdisp_refuses_strangers(void)
{
	uint8_t req[16] = { 0x11, 0x81, 0, 0, 0x08, 0x01 };

	begin();
	CHECK(ask(true, SESSION, req, 16) && answer[2] == 0x7f && answer[17] == 0x41);
	req[0] = 0x10;
	req[4] = 9;
	CHECK(ask(true, SESSION, req, 16) && answer[17] == 1 && answer[18] == 1);
	req[4] = 8;
	req[7] = 1;
	CHECK(ask(true, SESSION, req, 16) && answer[2] == 0x7f && answer[18] == 1);
	req[6] = 0x10;
	CHECK(ask(true, SESSION, req, 16) && answer[2] == 1);
	CHECK(ask(true, SESSION, req, 15) && answer[2] == 0x7f && answer[17] == 1);
	end();
}

static void lock_needs_the_keys_of_the_session(void)
{
	begin();
	CHECK(lock(SESSION, 0) == 1);
	all_keys(SESSION, 9, 0);
	CHECK(lock(OTHER, 0) == 1);
	CHECK(lock(SESSION, 0x20) == 1);
	CHECK(lock(SESSION, 0x02) == 0x104);
	CHECK(state_of(SESSION) == 0);
	CHECK(!lock(SESSION, 0x09) && state_of(SESSION) == 1);
	CHECK(lock(SESSION, 0) == 4 && state_of(SESSION) == 1);
	end();
}

static void runs_with_the_nonce_and_stops(void)
{
	uint8_t nonce[32];

	begin();
	all_keys(SESSION, 9, 0);
	CHECK(say(SESSION, 0x86, nonce, 32) == 4);
	CHECK(!lock(SESSION, 0x08));
	memcpy(nonce, answer + 17, 32);
	CHECK(say(SESSION, 0x88, "\1", 1) == 4);
	nonce[31] ^= 1;
	CHECK(say(SESSION, 0x86, nonce, 32) == 0x102 && state_of(SESSION) == 1);
	nonce[31] ^= 1;
	CHECK(say(SESSION, 0x86, nonce, 31) == 1);
	CHECK(say(OTHER, 0x86, nonce, 32) == -1);
	CHECK(!say(SESSION, 0x86, nonce, 32) && state_of(SESSION) == 2);
	CHECK(say(SESSION, 0x86, nonce, 32) == 4 && state_of(SESSION) == 2);
	CHECK(say(SESSION, 0x88, "\x09", 1) == 1);
	CHECK(say(SESSION, 0x88, "\x05", 1) == 1);
	all_keys(SESSION, 5, 0);
	CHECK(!say(SESSION, 0x88, "\x05", 1));
	CHECK(say(SESSION, 0x88, "\x05", 1) == 1);
	CHECK(!say(SESSION, 0x89, "\x05", 1));
	CHECK(say(SESSION, 0x89, "\x05", 1) == 1);
	CHECK(!say(SESSION, 0x87, "", 0) && state_of(OTHER) == 0);
	end();
}

static void report_comes_in_portions(void)
{
	uint8_t whole[256], offset;
	size_t len;

	begin();
	CHECK(say(SESSION, 0x84, "\0\0\xff\0", 4) == 4);
	all_keys(SESSION, 9, 0);
	CHECK(!lock(SESSION, 1));
	CHECK(!say(SESSION, 0x84, "\0\0\xff\0", 4));
	len = answer[17];
	CHECK(len > 48 && !answer[19] && answer[21] == 0x03 && answer[33] == 2);
	memcpy(whole, answer + 21, len);
	CHECK(say(SESSION, 0x84, "\0\0\0\0", 4) == 1);
	CHECK(say(SESSION, 0x84, "\5\0\1\0", 4) == 1);
	CHECK(!say(SESSION, 0x84, "\0\0\x10\0", 4) && answer[17] == 16 && answer[19] == len - 16);
	for (offset = 16; offset < len; offset += answer[17]) {
		uint8_t req[4] = { offset, 0, 16, 0 };

		CHECK(!say(SESSION, 0x84, req, 4) && answer[17]);
		CHECK(!memcmp(answer + 21, whole + offset, answer[17]));
		if (check_failed)
			break;
	}
	CHECK(!answer[19]);
	end();
}

static void mmio_attributes_change_where_they_may(void)
{
	uint8_t range[16] = {};

	begin();
	all_keys(SESSION, 9, 0);
	CHECK(!lock(SESSION, 0));
	CHECK(!say(SESSION, 0x86, answer + 17, 32));
	CHECK(!say(SESSION, 0x84, "\0\0\xff\0", 4));
	memcpy(range, answer + 21 + 32, 16);
	range[12] |= 4;
	CHECK(!say(SESSION, 0x8a, range, 16));
	range[0] ^= 1;
	CHECK(say(SESSION, 0x8a, range, 16) == 1);
	CHECK(say(SESSION, 0x8a, range, 15) == 1);
	end();
}

static void violations_and_lost_keys_lead_to_error(void)
{
	begin();
	all_keys(SESSION, 9, 0);
	dsm_tdisp_violation(tdisp);
	CHECK(state_of(SESSION) == 0);
	CHECK(!lock(SESSION, 0));
	dsm_tdisp_violation(tdisp);
	CHECK(state_of(OTHER) == 3 && lock(SESSION, 0) == 4);
	CHECK(!say(OTHER, 0x87, "", 0) && state_of(OTHER) == 0);
	CHECK(!lock(SESSION, 0));
	CHECK(go(SESSION, 5, 9, 0) == 8);
	CHECK(state_of(SESSION) == 3);
	dsm_tdisp_reset(tdisp);
	CHECK(state_of(SESSION) == 0);
	end();
}

static const struct check_case cases[] = {
	{ "query_gives_the_registers", query_gives_the_registers },
	{ "keys_get_the_order_of_a_cipher", keys_get_the_order_of_a_cipher },
	{ "key_prog_says_what_is_wrong", key_prog_says_what_is_wrong },
	{ "go_needs_a_key", go_needs_a_key },
	{ "ready_is_all_six_of_the_session", ready_is_all_six_of_the_session },
	{ "another_session_waits_for_its_turn", another_session_waits_for_its_turn },
	{ "tdisp_answers_as_captured", tdisp_answers_as_captured },
	{ "tdisp_refuses_strangers", tdisp_refuses_strangers },
	{ "lock_needs_the_keys_of_the_session", lock_needs_the_keys_of_the_session },
	{ "runs_with_the_nonce_and_stops", runs_with_the_nonce_and_stops },
	{ "report_comes_in_portions", report_comes_in_portions },
	{ "mmio_attributes_change_where_they_may", mmio_attributes_change_where_they_may },
	{ "violations_and_lost_keys_lead_to_error", violations_and_lost_keys_lead_to_error },
};

CHECK_MAIN("dsm_pci", cases)
