// SPDX-License-Identifier: GPL-2.0
/*
 * The keys of a port: for each selective stream two key sets, each with one key
 * for either direction of each sub-stream. A key is programmed, taken into use by
 * GO, and forgotten by STOP or by a reset.
 *
 * When a stream is Secure is in ide.c; who has keys is told by fw.c (the made-up
 * firmware), dsm-chardev.c (IDE_KM of the software DSM) and kcu.c (a root port's
 * Key Configuration Unit). Nothing is encrypted by them.
 *
 * PCIe r7.0 sec 6.33.3 (IDE key management).
 */
#include <crypto/algapi.h>
#include <linux/seq_file.h>
#include <linux/string.h>

#include "devsec.h"

/* How many keys a block has of a state, of one key set or (@set < 0) of both */
static unsigned int devsec_keys_count(const struct devsec_block *block, int set,
				      enum devsec_key_state state)
{
	const struct devsec_key *key = &block->keys[0][0][0];
	unsigned int n = 0;

	for (unsigned int i = 0; i < DEVSEC_KEYS; i++) {
		if (key[i].state == state && (set < 0 || i / DEVSEC_KEYS_OF_SET == set))
			n++;
	}
	return n;
}

/* How many keys a block has. */
unsigned int devsec_keys_held(const struct devsec_block *block)
{
	return DEVSEC_KEYS - devsec_keys_count(block, -1, DEVSEC_KEY_NONE);
}

bool devsec_keys_in_use(const struct devsec_block *block)
{
	return devsec_keys_count(block, -1, DEVSEC_KEY_IN_USE);
}

/* What all keys of a set are, if they are the same. */
enum devsec_key_state devsec_keys_state(const struct devsec_block *block, unsigned int set)
{
	enum devsec_key_state state = block->keys[set][0][0].state;

	return devsec_keys_count(block, set, state) == DEVSEC_KEYS_OF_SET ?
	       state : DEVSEC_KEY_MIXED;
}

/* The block whose keys were programmed for a stream id. */
struct devsec_block *devsec_ide_key_of(struct devsec_ide *ide, u8 stream_id)
{
	for (unsigned int i = 0; i < ide->nr; i++) {
		struct devsec_block *block = &ide->blocks[i];

		if (devsec_keys_held(block) && block->key_id == stream_id)
			return block;
	}
	return NULL;
}

/* Does what one end sends by a key set arrive at the other? */
static bool devsec_keys_lead(const struct devsec_block *from, const struct devsec_block *to,
			     unsigned int set)
{
	const struct devsec_key *tx = from->keys[set][DEVSEC_KEY_TX];
	const struct devsec_key *rx = to->keys[set][DEVSEC_KEY_RX];

	for (unsigned int i = 0; i < DEVSEC_KEY_SUBS; i++) {
		if (tx[i].state != DEVSEC_KEY_IN_USE || rx[i].state != DEVSEC_KEY_IN_USE ||
		    crypto_memneq(tx[i].bytes, rx[i].bytes, sizeof(tx[i].bytes)))
			return false;
	}
	return true;
}

/*
 * Have both ends the same keys in use? A stream starts with all keys of one set.
 * When keys are refreshed the two directions move to the other set one by one,
 * which a stream that is Secure already (@going) survives.
 */
bool devsec_keys_agree(const struct devsec_block *a, const struct devsec_block *b, bool going)
{
	bool out = false, in = false;

	for (unsigned int set = 0; set < DEVSEC_KEY_SETS; set++) {
		bool out_now = devsec_keys_lead(a, b, set);
		bool in_now = devsec_keys_lead(b, a, set);

		if (out_now && in_now)
			return true;
		out |= out_now;
		in |= in_now;
	}
	return going && out && in;
}

void devsec_keys_wipe(struct devsec_block *block)
{
	memzero_explicit(block->keys, sizeof(block->keys));
	memset(block->tx_set, 0, sizeof(block->tx_set));
}

/* What is sent goes by the set that was taken into use last, see devsec_block::tx_set */
static void devsec_keys_track(struct devsec_block *block, struct devsec_key_at at, bool used)
{
	unsigned int other = !at.set;

	if (at.dir != DEVSEC_KEY_TX)
		return;
	if (used)
		block->tx_set[at.sub] = 1 + at.set;
	else if (block->keys[other][DEVSEC_KEY_TX][at.sub].state == DEVSEC_KEY_IN_USE)
		block->tx_set[at.sub] = 1 + other;
	else
		block->tx_set[at.sub] = 0;
}

static struct devsec_key *devsec_key(struct devsec_block *block, struct devsec_key_at at)
{
	return &block->keys[at.set][at.dir][at.sub];
}

/*
 * Set a key as hardware of the port itself does, whatever it was; the caller
 * settles. @bytes: NULL for no key.
 */
void devsec_key_set(struct devsec_block *block, struct devsec_key_at at,
		    enum devsec_key_state state, const u8 *bytes)
{
	struct devsec_key *key = devsec_key(block, at);
	bool was = key->state == DEVSEC_KEY_IN_USE;
	bool is = state == DEVSEC_KEY_IN_USE;

	if (bytes)
		memcpy(key->bytes, bytes, sizeof(key->bytes));
	else
		memzero_explicit(key->bytes, sizeof(key->bytes));
	key->state = state;
	if (was != is)
		devsec_keys_track(block, at, is);
}

/*
 * KEY_PROG: a key for a stream that a register block has to itself. A key that is
 * in use is not replaced: that takes the other set, or a STOP before. Nor can two
 * blocks have keys of one stream, after its id moved from one to the other. All
 * three return 0 or -EINVAL.
 */
int devsec_key_prog(struct devsec_ide *ide, u8 stream_id, struct devsec_key_at at,
		    const u8 *bytes)
{
	struct devsec_block *block = devsec_ide_block_of(ide, stream_id);
	struct devsec_block *holder = devsec_ide_key_of(ide, stream_id);

	lockdep_assert_held(&ide->fn->host->lock);

	if (!block || (holder && holder != block))
		return -EINVAL;
	if (!holder) {
		/* Keys of another stream, which the block was for before */
		if (devsec_keys_in_use(block))
			return -EINVAL;
		devsec_keys_wipe(block);
	}
	if (devsec_key(block, at)->state == DEVSEC_KEY_IN_USE)
		return -EINVAL;

	devsec_key_set(block, at, DEVSEC_KEY_PROGRAMMED, bytes);
	block->key_id = stream_id;
	return 0;
}

/* K_SET_GO: use what was programmed. */
int devsec_key_go(struct devsec_ide *ide, u8 stream_id, struct devsec_key_at at)
{
	struct devsec_block *block = devsec_ide_key_of(ide, stream_id);

	lockdep_assert_held(&ide->fn->host->lock);

	if (!block || devsec_key(block, at)->state != DEVSEC_KEY_PROGRAMMED)
		return -EINVAL;

	devsec_key(block, at)->state = DEVSEC_KEY_IN_USE;
	devsec_keys_track(block, at, true);
	devsec_ide_settle(ide->fn);
	return 0;
}

/* K_SET_STOP: forget it. It goes by the key: the register block may have lost its id. */
int devsec_key_stop(struct devsec_ide *ide, u8 stream_id, struct devsec_key_at at)
{
	struct devsec_block *block = devsec_ide_key_of(ide, stream_id);

	lockdep_assert_held(&ide->fn->host->lock);

	if (!block || devsec_key(block, at)->state == DEVSEC_KEY_NONE)
		return -EINVAL;

	devsec_key_set(block, at, DEVSEC_KEY_NONE, NULL);
	devsec_ide_settle(ide->fn);
	return 0;
}

/* The states of the key sets, the second one if it has a key. */
void devsec_keys_show(const struct devsec_block *block, struct seq_file *m)
{
	static const char * const states[] = { "none", "programmed", "in-use", "mixed" };

	seq_printf(m, ":key-%s", states[devsec_keys_state(block, 0)]);
	if (devsec_keys_state(block, 1) != DEVSEC_KEY_NONE)
		seq_printf(m, ":key1-%s", states[devsec_keys_state(block, 1)]);
}
