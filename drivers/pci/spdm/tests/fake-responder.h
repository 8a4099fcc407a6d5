/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A device behind the library's transport, for suites. It answers VERSION,
 * CAPABILITIES and ALGORITHMS by what its fields say, takes and gives chunks, and
 * has UnsupportedRequest for the rest; a script or a handler knows better for a
 * code. It computes nothing: no signature, no session.
 */
#ifndef FAKE_RESPONDER_H
#define FAKE_RESPONDER_H

#include <kunit/test.h>
#include <linux/spdm.h>
#include <linux/types.h>

#include "../spdm.h"

#define FAKE_SIZE	(80 * 1024)	/* room for any message */
#define FAKE_SCRIPTS	16
#define FAKE_FOREVER	UINT_MAX

/**
 * struct fake_script - an answer for a code
 * @code: of the request
 * @times: how often; then the next script of this code counts
 * @err: the transport fails with it
 * @data: or this is the answer; kept by reference
 * @len: bytes in @data
 */
struct fake_script {
	u8 code;
	unsigned int times;
	int err;
	const void *data;
	size_t len;
};

/**
 * struct fake_responder - the device, and what it saw
 * @spdm: the connection with it
 * @config: that of @spdm, as long as fake_create() is not called again
 * @versions: entries of VERSION, ends with 0
 * @caps: capability flags
 * @ct_exponent: CTExponent
 * @transfer: DataTransferSize
 * @message: MaxSPDMmsgSize
 * @algos: what it chooses; tables for dhe, aead and schedule if they are not 0
 * @scripts: answers by code, the first that has times left
 * @nr_scripts: how many there are
 * @handle: asked for what has no script: bytes of the answer in @rsp, or 0
 * @spoil: changes an answer on its way, as it is about to be sent
 * @priv: for @handle and @spoil
 * @pad: pads objects with zeros to whole DWs, as DOE does
 * @cancel_at: cancelled when it has seen so many objects, 0 for never
 * @object_ms: how long each object takes
 * @objects: data objects seen
 * @seen: by code, chunks by their own; a large request once more when it is whole
 * @last: the last whole request
 * @last_len: its bytes
 * @slept_ms: how long the library has waited, had it not been told not to
 * @now_ms: what time it is: what was slept, and what objects took
 * @peer_transfer: the requester's DataTransferSize
 * @in: a large request
 * @in_len: bytes of it so far
 * @out: an answer, or what is left of a large one
 * @out_len: its bytes
 * @out_pos: how much of it went in chunks
 * @in_chunks: and not all of it
 * @out_handle: its handle
 * @object: what goes over the transport
 */
struct fake_responder {
	struct spdm *spdm;
	struct spdm_config config;
	u16 versions[8];
	u32 caps;
	u8 ct_exponent;
	u32 transfer;
	u32 message;
	struct spdm_algos algos;

	struct fake_script scripts[FAKE_SCRIPTS];
	unsigned int nr_scripts;
	size_t (*handle)(struct fake_responder *fake, const u8 *req, size_t len, u8 *rsp);
	size_t (*spoil)(struct fake_responder *fake, u8 *rsp, size_t len);
	void *priv;
	bool pad;
	unsigned int cancel_at;
	unsigned int object_ms;

	unsigned int objects;
	unsigned int seen[256];
	u8 last[FAKE_SIZE];
	size_t last_len;
	unsigned int slept_ms;
	u64 now_ms;
	u32 peer_transfer;

	u8 in[FAKE_SIZE];
	size_t in_len;
	u8 out[FAKE_SIZE];
	size_t out_len;
	size_t out_pos;
	bool in_chunks;
	u8 out_handle;
	u8 object[FAKE_SIZE];
};

/* For a suite's init and exit; the device is in test->priv, and nothing was said to it. */
int fake_init(struct kunit *test);
void fake_exit(struct kunit *test);
/* Another connection, after @config was changed */
void fake_create(struct kunit *test);
void fake_connect(struct kunit *test);
/* Only what of @version is there from then on */
void fake_version(struct fake_responder *fake, u8 version);
void fake_script(struct fake_responder *fake, u8 code, unsigned int times, const void *data,
		 size_t len);
void fake_script_err(struct fake_responder *fake, u8 code, unsigned int times, int err);
/* One exchange of the bytes @req, in clear */
int fake_exchange(struct fake_responder *fake, struct spdm_exchange *x, const void *req,
		  size_t len);

#define fake_answer(fake, code, times, ...) \
	fake_script(fake, code, times, (const u8 []){ __VA_ARGS__ }, \
		    sizeof((const u8 []){ __VA_ARGS__ }))

#endif /* FAKE_RESPONDER_H */
