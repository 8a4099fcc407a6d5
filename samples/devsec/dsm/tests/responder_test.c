// SPDX-License-Identifier: GPL-2.0
/*
 * What the responder refuses, and with which error: order, sizes, versions, keys,
 * sessions, chunks, late answers. Requests are those of a captured conversation
 * where there are any; the test looks into the device for the keys of a session.
 */
#include "check.h"
#include "responder.h"
#include "vectors.h"

#define NO_ERROR	0
#define NOTHING		0x100	/* no answer */
#define SECURED_CAPS	"12e1000000000000c66602000012000000200100"
#define SMALL_CAPS	"12e1000000000000c66602004000000000200100"
#define RSA_ALG		"12e304003000010204000000030000000000000000000000000000000000000002201b000320060004200f0005200100"

static struct dsm_options options = {
	.versions = 0xf,
	.caps = SPDM_CAP_CERT | SPDM_CAP_CHAL | SPDM_CAP_MEAS_SIGNED | SPDM_CAP_ENCRYPT |
		SPDM_CAP_MAC | SPDM_CAP_KEY_EX | SPDM_CAP_HBEAT | SPDM_CAP_KEY_UPD |
		SPDM_CAP_CHUNK,
	.base_asym = SPDM_ASYM_ECDSA_P384 | SPDM_ASYM_RSASSA_3072,
	.base_hash = SPDM_HASH_SHA384,
	.meas_hash = SPDM_MEAS_HASH_SHA384,
	.dhe = SPDM_DHE_P384,
	.aead = SPDM_AEAD_AES256_GCM,
	.slots = 1,
	.transfer_size = 4096,
	.message_size = 70000,
	.ct_exponent = 20,
	.heartbeat_s = 4,
};

static const struct dsm_place place = {
	.vendor = 0xdec0, .device = 0x0010, .sub_vendor = 0xdec0, .sub_device = 0x0010,
	.class_rev = 0x12000001, .ide = true, .tee = true,
};

static struct dsm_device *dev;
static struct dsm_session peer;		/* ours: what is its rx is our tx */
static uint8_t answer[70000];
static size_t answer_len;
static bool answer_secured;

static size_t hex(const char *text, uint8_t *data, size_t size)
{
	unsigned int byte;
	size_t len = 0;

	for (; len < size && sscanf(text, "%2x", &byte) == 1; text += 2)
		data[len++] = byte;
	return len;
}

/* The code of an ERROR, NO_ERROR, or NOTHING */
static int outcome(void)
{
	if (!answer_len)
		return NOTHING;
	return answer_len >= 4 && answer[1] == SPDM_ERROR ? answer[2] : NO_ERROR;
}

static int send_bytes(const uint8_t *req, size_t len)
{
	answer_secured = false;
	answer_len = dsm_device_handle(dev, &answer_secured, req, len, answer, sizeof(answer));
	CHECK(!answer_secured);
	return outcome();
}

static int say(const char *text)
{
	uint8_t req[512];

	return send_bytes(req, hex(text, req, sizeof(req)));
}

static void begin(void)
{
	options.identity_dir = getenv("IDENTITY");
	dev = dsm_device_new(&options, &place, NULL, NULL);
	if (!dev) {
		printf("Bail out! no device: IDENTITY must be a folder of gen-identity.sh\n");
		exit(1);
	}
}

static void end(void)
{
	dsm_device_free(dev);
	dev = NULL;
}

static void connect(const char *caps, const char *algorithms)
{
	CHECK(say(vec_get_version) == NO_ERROR);
	CHECK(say(caps) == NO_ERROR);
	CHECK(say(algorithms) == NO_ERROR);
}

/* In a session: what is in the record of the answer, or what came in its place */
static int tell_bytes(const uint8_t *req, size_t len)
{
	static uint8_t record[8192], plain[70000];
	struct dsm_fields fields;
	long got;

	answer_secured = true;
	len = dsm_record_seal(&peer, SPDM_AEAD_AES256_GCM, 0, req, len, record, sizeof(record),
			      &fields);
	CHECK(len);
	answer_len = dsm_device_handle(dev, &answer_secured, record, len, answer, sizeof(answer));
	CHECK(answer_secured);
	if (answer_len < 6 || memcmp(answer, &peer.id, 4))
		return outcome();

	got = dsm_record_open(&peer, SPDM_AEAD_AES256_GCM, answer, answer_len, plain);
	CHECK(got >= 0);
	answer_len = got < 0 ? 0 : got;
	memcpy(answer, plain, answer_len);
	return outcome();
}

static int tell(const char *text)
{
	uint8_t req[512];

	return tell_bytes(req, hex(text, req, sizeof(req)));
}

static void take_keys(void)
{
	peer.id = dev->session->id;
	peer.rx = dev->session->tx;
	peer.tx = dev->session->rx;
}

/* Up to the FINISH that is good but for bits of its verify data */
static int open_session(uint8_t spoil)
{
	uint8_t finish[4 + SPDM_MAX_HASH] = { 0x12, SPDM_FINISH }, th[SPDM_MAX_HASH];
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	int ret;

	CHECK(say(vec_key_exchange) == NO_ERROR);
	take_keys();
	CHECK(EVP_MD_CTX_copy_ex(ctx, dev->session->th) && !dsm_hash_more(ctx, finish, 4));
	CHECK(!dsm_hash_peek(ctx, th));
	CHECK(!dsm_hmac(SPDM_HASH_SHA384, dev->session->req_finished, th, 48, finish + 4));
	EVP_MD_CTX_free(ctx);
	finish[4] ^= spoil;
	ret = tell_bytes(finish, 4 + 48);
	if (!ret)
		take_keys();
	return ret;
}

static void order_is_kept(void)
{
	begin();
	CHECK(say(vec_get_caps) == SPDM_ERROR_UNEXPECTED_REQUEST && answer[0] == 0x10);
	CHECK(say("12840000") == SPDM_ERROR_VERSION_MISMATCH && answer[0] == 0x10);
	CHECK(say("10") == SPDM_ERROR_INVALID_REQUEST);
	CHECK(say(vec_get_version) == NO_ERROR && answer_len == 14);
	CHECK(!memcmp(answer, "\x10\x04\0\0\0\x04\0\x10\0\x11\0\x12\0\x13", 14));
	CHECK(say(vec_neg_alg) == SPDM_ERROR_UNEXPECTED_REQUEST);
	CHECK(say("14e1000000000000c60600000012000000120000") == SPDM_ERROR_VERSION_MISMATCH);
	CHECK(say(vec_get_caps) == NO_ERROR && answer_len == 20);
	CHECK(say(vec_get_caps) == SPDM_ERROR_UNEXPECTED_REQUEST && answer[0] == 0x12);
	CHECK(say("12810000") == SPDM_ERROR_UNEXPECTED_REQUEST);
	CHECK(say(vec_neg_alg) == NO_ERROR);
	CHECK(say(vec_neg_alg) == SPDM_ERROR_UNEXPECTED_REQUEST);
	CHECK(say("11810000") == SPDM_ERROR_VERSION_MISMATCH);
	CHECK(say("12f30000") == SPDM_ERROR_UNSUPPORTED_REQUEST && answer[3] == 0xf3);
	CHECK(say("12010000") == SPDM_ERROR_UNSUPPORTED_REQUEST && answer[3] == 0x01);
	CHECK(say("12e80000") == SPDM_ERROR_UNSUPPORTED_REQUEST && answer[3] == 0xe8);
	CHECK(say("12e50000") == SPDM_ERROR_SESSION_REQUIRED);
	CHECK(say("12ff8100") == SPDM_ERROR_UNEXPECTED_REQUEST);
	CHECK(say("12810000") == NO_ERROR);
	CHECK(say(vec_get_version) == NO_ERROR);
	CHECK(say("12810000") == SPDM_ERROR_UNEXPECTED_REQUEST);
	end();
}

static void reset_asks_for_a_new_beginning(void)
{
	begin();
	dsm_device_reset(dev);
	CHECK(say("12810000") == SPDM_ERROR_UNEXPECTED_REQUEST);
	connect(vec_get_caps, vec_neg_alg);
	dsm_device_reset(dev);
	CHECK(say("12810000") == SPDM_ERROR_RESYNCH);
	connect(vec_get_caps, vec_neg_alg);
	CHECK(say("12810000") == NO_ERROR);
	end();
}

/* One byte less, up to three zeros more, four, and others */
static void check_sizes(const char *text, void (*prepare)(void))
{
	uint8_t req[512] = {};
	size_t len = hex(text, req, sizeof(req));

	for (unsigned int more = 0; more < 4; more++) {
		prepare();
		CHECK(send_bytes(req, len + more) == NO_ERROR);
	}
	prepare();
	CHECK(send_bytes(req, len + 4) == SPDM_ERROR_INVALID_REQUEST);
	CHECK(send_bytes(req, len - 1) == SPDM_ERROR_INVALID_REQUEST);
	req[len] = 1;
	CHECK(send_bytes(req, len + 1) == SPDM_ERROR_INVALID_REQUEST);
}

static void prepare_nothing(void)
{
}

static void prepare_caps(void)
{
	CHECK(say(vec_get_version) == NO_ERROR);
}

static void prepare_algorithms(void)
{
	prepare_caps();
	CHECK(say(vec_get_caps) == NO_ERROR);
}

static void prepare_all(void)
{
	connect(vec_get_caps, vec_neg_alg);
}

static void prepare_13(void)
{
	CHECK(say(vec_get_version) == NO_ERROR);
	CHECK(say("13e1000000000000c60600000012000000120000") == NO_ERROR);
	CHECK(say("13e304003000010290000000030000000000000000000000000000000000000002201b00"
		  "0320060004200f0005200100") == NO_ERROR);
}

#define NONCE "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"

static void sizes_are_exact(void)
{
	begin();
	check_sizes(vec_get_version, prepare_nothing);
	check_sizes(vec_get_caps, prepare_caps);
	check_sizes(vec_neg_alg, prepare_algorithms);
	check_sizes("12810000", prepare_all);
	check_sizes("128200000000ffff", prepare_all);
	check_sizes("128300ff" NONCE, prepare_all);
	check_sizes("12e001ff" NONCE "00", prepare_all);
	check_sizes("12e00000", prepare_all);
	check_sizes(vec_key_exchange, prepare_all);
	check_sizes("138300ff" NONCE "a1a2a3a4a5a6a7a8", prepare_13);
	check_sizes("13e001ff" NONCE "00a1a2a3a4a5a6a7a8", prepare_13);
	check_sizes("13e00000a1a2a3a4a5a6a7a8", prepare_13);
	end();
}

static void values_are_checked(void)
{
	begin();
	/* A session without a MAC, pairs that are reserved, sizes of transfers */
	prepare_caps();
	CHECK(say("12e1000000000000060200000012000000120000") == SPDM_ERROR_INVALID_REQUEST);
	CHECK(say("12e1000000000000c60e00000012000000120000") == SPDM_ERROR_INVALID_REQUEST);
	CHECK(say("12e1000000000000c60600002900000029000000") == SPDM_ERROR_INVALID_REQUEST);
	CHECK(say("12e1000000000000c60600000012000000240000") == SPDM_ERROR_INVALID_REQUEST);
	CHECK(say("12e1000000200000c60600000012000000120000") == SPDM_ERROR_INVALID_REQUEST);
	prepare_algorithms();
	/* Length, order of tables, what a table has, nothing in common */
	CHECK(say("12e304003400010290000000030000000000000000000000000000000000000002201b00"
		  "0320060004200f0005200100") == SPDM_ERROR_INVALID_REQUEST);
	CHECK(say("12e304003000010290000000030000000000000000000000000000000000000003200600"
		  "02201b0004200f0005200100") == SPDM_ERROR_INVALID_REQUEST);
	CHECK(say("12e304003000010290000000030000000000000000000000000000000000000002300b00"
		  "0320060004200f0005200100") == SPDM_ERROR_INVALID_REQUEST);
	CHECK(say("12e304003000010200010000030000000000000000000000000000000000000002201b00"
		  "0320060004200f0005200100") == SPDM_ERROR_INVALID_REQUEST);
	CHECK(say(vec_neg_alg) == NO_ERROR);
	/* Slots, summaries, offsets, indices */
	CHECK(say("128201000000ffff") == SPDM_ERROR_INVALID_REQUEST);
	CHECK(say("12820000ffffffff") == SPDM_ERROR_INVALID_REQUEST);
	CHECK(say("1282000000000000") == SPDM_ERROR_INVALID_REQUEST);
	CHECK(say("12830100" NONCE) == SPDM_ERROR_INVALID_REQUEST);
	CHECK(say("12830800" NONCE) == SPDM_ERROR_INVALID_REQUEST);
	CHECK(say("12830002" NONCE) == SPDM_ERROR_INVALID_REQUEST);
	CHECK(say("12e00070") == SPDM_ERROR_INVALID_REQUEST);
	CHECK(say("12e001ff" NONCE "03") == SPDM_ERROR_INVALID_REQUEST);
	end();
}

static void key_exchange_is_checked(void)
{
	uint8_t req[512];
	size_t len = hex(vec_key_exchange, req, sizeof(req));
	/* Slot, a bit of the point, length, element and version of the opaque data */
	static const struct {
		size_t at;
		uint8_t bits;
	} spoil[] = {
		{ 3, 0x01 }, { 2, 0x03 }, { 50, 0x01 }, { 136, 0x01 }, { 138, 0x02 },
		{ 144, 0x01 }, { 146, 0x02 }, { 147, 0x01 }, { 148, 0x02 },
	};

	begin();
	connect(vec_get_caps, vec_neg_alg);
	for (size_t i = 0; i < sizeof(spoil) / sizeof(spoil[0]); i++) {
		req[spoil[i].at] ^= spoil[i].bits;
		CHECK(send_bytes(req, len) == SPDM_ERROR_INVALID_REQUEST);
		CHECK(!dev->session);
		req[spoil[i].at] ^= spoil[i].bits;
	}
	CHECK(send_bytes(req, len) == NO_ERROR);
	CHECK(send_bytes(req, len) == SPDM_ERROR_SESSION_LIMIT);
	end();
}

static void session_lives_and_ends(void)
{
	begin();
	connect(SECURED_CAPS, vec_neg_alg);
	CHECK(open_session(0) == NO_ERROR && answer[1] == 0x65 && answer_len == 4);
	CHECK(tell("12e80000") == NO_ERROR && answer[1] == 0x68);
	CHECK(tell("12e8000000") == SPDM_ERROR_INVALID_REQUEST);
	CHECK(tell("10840000") == SPDM_ERROR_UNEXPECTED_REQUEST);
	CHECK(tell("12830000" NONCE) == SPDM_ERROR_UNEXPECTED_REQUEST);
	CHECK(tell("12e50000") == SPDM_ERROR_UNEXPECTED_REQUEST);
	CHECK(tell("12e001ff" NONCE "00") == NO_ERROR);
	/* TDISP's GET_VERSION; a protocol that there is not; another vendor */
	CHECK(tell("12fe0000030002010011000110810000" "000000000000000000000000") == NO_ERROR &&
	      answer[1] == 0x7e && answer[11] == SPDM_PCISIG_TDISP);
	CHECK(tell("12fe000003000201000100" "02") == SPDM_ERROR_UNSUPPORTED_REQUEST);
	CHECK(tell("12fe000003000202000100" "01") == SPDM_ERROR_UNSUPPORTED_REQUEST);
	CHECK(tell("12fe000003000201000200" "01") == SPDM_ERROR_INVALID_REQUEST);
	CHECK(say("12e80000") == SPDM_ERROR_SESSION_REQUIRED);
	CHECK(tell("12ec0000") == NO_ERROR && !dev->session);
	CHECK(tell("12e80000") == SPDM_ERROR_INVALID_SESSION);
	CHECK(open_session(0) == NO_ERROR);
	CHECK(say(vec_get_version) == NO_ERROR && !dev->session);
	end();
}

static void session_dies_of_what_is_wrong(void)
{
	begin();
	connect(SECURED_CAPS, vec_neg_alg);
	CHECK(open_session(1) == SPDM_ERROR_DECRYPT && !dev->session);
	CHECK(open_session(0) == NO_ERROR);
	peer.tx.seq++;
	CHECK(tell("12e80000") == SPDM_ERROR_DECRYPT && !dev->session);
	CHECK(open_session(0) == NO_ERROR);
	peer.id ^= 1;
	CHECK(tell("12e80000") == SPDM_ERROR_INVALID_SESSION && dev->session);
	peer.id ^= 1;
	peer.tx.seq--;
	CHECK(tell("12e80000") == NO_ERROR);
	dev->session->alive_us -= 7900000;
	CHECK(tell("12e80000") == NO_ERROR);
	dev->session->alive_us -= 8100000;
	CHECK(tell("12e80000") == SPDM_ERROR_INVALID_SESSION && !dev->session);
	CHECK(say(vec_key_exchange) == NO_ERROR);
	take_keys();
	CHECK(tell("12e80000") == SPDM_ERROR_UNEXPECTED_REQUEST && dev->session);
	end();
}

static void keys_are_updated(void)
{
	begin();
	connect(SECURED_CAPS, vec_neg_alg);
	CHECK(open_session(0) == NO_ERROR);
	peer.schedule = dev->session->schedule;
	CHECK(tell("12e90301") == SPDM_ERROR_INVALID_REQUEST);
	CHECK(tell("12e90401") == SPDM_ERROR_INVALID_REQUEST);

	CHECK(tell("12e90107") == NO_ERROR && !memcmp(answer, "\x12\x69\x01\x07", 4));
	CHECK(!dsm_schedule_update(&peer.schedule, &peer.tx));
	CHECK(tell("12e80000") == SPDM_ERROR_UNEXPECTED_REQUEST);
	CHECK(tell("12e90108") == SPDM_ERROR_INVALID_REQUEST);
	CHECK(tell("12e90308") == NO_ERROR);
	CHECK(tell("12e80000") == NO_ERROR);

	CHECK(!dsm_schedule_update(&peer.schedule, &peer.rx));
	CHECK(tell("12e90209") == NO_ERROR);
	CHECK(!dsm_schedule_update(&peer.schedule, &peer.tx));
	CHECK(tell("12e9030a") == NO_ERROR);
	CHECK(tell("12e80000") == NO_ERROR);

	/* The key of before is of no use any more */
	CHECK(tell("12e9010b") == NO_ERROR);
	CHECK(tell("12e9030c") == SPDM_ERROR_DECRYPT && !dev->session);
	end();
}

/* Ask for a late answer until it comes */
static int collect(uint8_t token)
{
	uint8_t req[4] = { 0x12, 0xff, answer[5], token };
	int ret;

	dev->wait_ms = 10000;
	ret = send_bytes(req, sizeof(req));
	dev->wait_ms = 0;
	return ret;
}

static void late_signatures_are_fetched(void)
{
	begin();
	connect(vec_get_caps, RSA_ALG);
	dev->wait_ms = 0;
	CHECK(say("128300ff" NONCE) == SPDM_ERROR_NOT_READY && answer_len == 8);
	CHECK(answer[4] <= SPDM_MAX_CT_EXPONENT && answer[5] == SPDM_CHALLENGE && answer[7] > 1);
	CHECK(say("12ff8300") == SPDM_ERROR_INVALID_REQUEST);
	CHECK(dev->token == 1);
	answer[5] = SPDM_CHALLENGE;
	CHECK(collect(1) == NO_ERROR && answer[1] == 0x03);
	CHECK(answer_len == 4 + 48 + 32 + 48 + 2 + 384);
	CHECK(say("12ff8301") == SPDM_ERROR_UNEXPECTED_REQUEST);

	/* Another request ends it */
	CHECK(say("128300ff" NONCE) == SPDM_ERROR_NOT_READY);
	CHECK(say("12810000") == NO_ERROR);
	CHECK(say("12ff8302") == SPDM_ERROR_UNEXPECTED_REQUEST);

	CHECK(say(vec_key_exchange) == SPDM_ERROR_NOT_READY && dev->session);
	CHECK(say("12810000") == NO_ERROR && !dev->session);
	CHECK(say(vec_key_exchange) == SPDM_ERROR_NOT_READY);
	CHECK(collect(answer[6]) == NO_ERROR && answer[1] == 0x64);
	CHECK(dev->session && dev->session->state == DSM_SESSION_HANDSHAKE);

	/* In chunks, and with the answer still waiting while others are refused */
	connect(SMALL_CAPS, RSA_ALG);
	CHECK(say("12850009000000001e00000024000000128300ff000102030405060708090a0b0c0d0e0f"
		  "10111213141516171819") == NO_ERROR);
	CHECK(say("128501090100000006000000" "1a1b1c1d1e1f") == NO_ERROR && answer_len == 14);
	CHECK(answer[7] == SPDM_ERROR && answer[8] == SPDM_ERROR_NOT_READY);
	memmove(answer, answer + 6, 8);
	CHECK(collect(answer[6]) == SPDM_ERROR_LARGE_RESPONSE);
	CHECK(dev->get.len == 4 + 48 + 32 + 48 + 2 + 384 && dev->get.data[1] == 0x03);
	end();
}

static void long_answers_come_in_chunks(void)
{
	static uint8_t chain[70000], whole[70000];
	uint8_t req[6] = { 0x12, SPDM_CHUNK_GET, 0, 0 };
	size_t len, got = 0, total = 0;

	begin();
	connect(vec_get_caps, vec_neg_alg);
	CHECK(say("128200000000ffff") == NO_ERROR);
	len = answer_len;
	memcpy(chain, answer, len);

	connect(SMALL_CAPS, vec_neg_alg);
	CHECK(say("128200000000ffff") == SPDM_ERROR_LARGE_RESPONSE && answer_len == 5);
	req[3] = answer[4];
	do {
		size_t head = req[4] ? 12 : 16;

		CHECK(send_bytes(req, 6) == NO_ERROR && answer_len <= 64 && answer_len > head);
		if (!req[4])
			total = answer[12] | answer[13] << 8;
		memcpy(whole + got, answer + head, answer_len - head);
		got += answer_len - head;
		req[4]++;
	} while (!(answer[2] & SPDM_CHUNK_LAST) && answer_len == 64);
	CHECK(got == len && total == len && !memcmp(whole, chain, len));
	CHECK(send_bytes(req, 6) == SPDM_ERROR_UNEXPECTED_REQUEST);

	/* Out of order, and interrupted */
	CHECK(say("128200000000ffff") == SPDM_ERROR_LARGE_RESPONSE);
	req[3] = answer[4];
	req[4] = 1;
	CHECK(send_bytes(req, 6) == SPDM_ERROR_INVALID_REQUEST && !dev->get.data);
	CHECK(say("128200000000ffff") == SPDM_ERROR_LARGE_RESPONSE);
	CHECK(say("12e00000") == SPDM_ERROR_UNEXPECTED_REQUEST && !dev->get.data);
	CHECK(say("12e00000") == NO_ERROR);
	end();
}

static void long_requests_come_in_chunks(void)
{
	begin();
	connect(SECURED_CAPS, vec_neg_alg);
	/* CHALLENGE of 36 bytes: 30 of them, then 6 */
	CHECK(say("12850009000000001e00000024000000128300ff000102030405060708090a0b0c0d0e0f"
		  "10111213141516171819") == NO_ERROR && answer_len == 6 && answer[3] == 9);
	CHECK(say("128501090100000006000000" "1a1b1c1d1e1f") == NO_ERROR);
	CHECK(answer[1] == 0x05 && answer[4] == 1 && answer[7] == 0x03);
	CHECK(answer_len == 6 + 4 + 48 + 32 + 48 + 2 + 96);

	/* Too small a first chunk; a wrong number; too much; a strange handle; too large */
	CHECK(say("12850001000000000400000008000000" "12830000") == NO_ERROR &&
	      answer[2] == SPDM_CHUNK_EARLY_ERROR && answer[8] == SPDM_ERROR_INVALID_REQUEST);
	CHECK(say("1285010101000000040000001283" "0000") == NO_ERROR &&
	      answer[2] == SPDM_CHUNK_EARLY_ERROR && answer[8] == SPDM_ERROR_INVALID_REQUEST);
	CHECK(say("12850101000000000400000003000000" "12830000") == NO_ERROR &&
	      answer[2] == SPDM_CHUNK_EARLY_ERROR && !dev->send.data);
	CHECK(say("128501010000000004000000ffffff7f" "12830000") == NO_ERROR &&
	      answer[2] == SPDM_CHUNK_EARLY_ERROR && answer[8] == SPDM_ERROR_REQUEST_TOO_LARGE);
	end();
}

static void faults_put_off_and_refuse(void)
{
	struct dsm_faults *faults = dsm_faults_new();

	CHECK(!dsm_faults_add(faults, "not-ready:2:GET_DIGESTS"));
	CHECK(!dsm_faults_add(faults, "busy:1:GET_MEASUREMENTS"));
	options.faults = faults;
	begin();
	connect(vec_get_caps, vec_neg_alg);
	CHECK(say("12810000") == SPDM_ERROR_NOT_READY && answer[5] == 0x81);
	CHECK(collect(answer[6]) == SPDM_ERROR_NOT_READY);
	CHECK(collect(answer[6]) == NO_ERROR && answer[1] == 0x01);
	CHECK(say("12e00000") == SPDM_ERROR_BUSY);
	CHECK(say("12e00000") == NO_ERROR);
	end();
	options.faults = NULL;
	dsm_faults_free(faults);
}

static const struct check_case cases[] = {
	{ "order_is_kept", order_is_kept },
	{ "reset_asks_for_a_new_beginning", reset_asks_for_a_new_beginning },
	{ "sizes_are_exact", sizes_are_exact },
	{ "values_are_checked", values_are_checked },
	{ "key_exchange_is_checked", key_exchange_is_checked },
	{ "session_lives_and_ends", session_lives_and_ends },
	{ "session_dies_of_what_is_wrong", session_dies_of_what_is_wrong },
	{ "keys_are_updated", keys_are_updated },
	{ "late_signatures_are_fetched", late_signatures_are_fetched },
	{ "long_answers_come_in_chunks", long_answers_come_in_chunks },
	{ "long_requests_come_in_chunks", long_requests_come_in_chunks },
	{ "faults_put_off_and_refuse", faults_put_off_and_refuse },
};

CHECK_MAIN("dsm_responder", cases)
