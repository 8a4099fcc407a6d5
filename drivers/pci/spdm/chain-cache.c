// SPDX-License-Identifier: GPL-2.0
/*
 * Chains of certificates that were seen before, by the digest of the whole
 * chain: a device that tells a known digest is not asked for its chain again.
 *
 * An entry says what the bytes are, and nothing about trust: who finds a chain
 * judges it as if it had just come. What was not used for the longest time goes
 * first when there is no more room.
 */
#include <linux/cleanup.h>
#include <linux/err.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/slab.h>

#include "spdm.h"

/**
 * struct spdm_chain_cache - chains by digest
 * @lock: protects all of it; taken under the lock of a connection
 * @entries: the last used one first
 * @bytes: what the entries take
 * @max_bytes: what they may take
 */
struct spdm_chain_cache {
	struct mutex lock;	/* protects all of it; inside of struct spdm's */
	struct list_head entries;
	size_t bytes;
	size_t max_bytes;
};

struct cached_chain {
	struct list_head node;
	u32 hash;
	u8 digest[SPDM_MAX_HASH];
	size_t len;
	u8 data[] __counted_by(len);
};

static void drop(struct spdm_chain_cache *cache, struct cached_chain *entry)
{
	list_del(&entry->node);
	cache->bytes -= struct_size(entry, data, entry->len);
	kvfree(entry);
}

/* The entry, which is the last used one from now on, or NULL */
static struct cached_chain *find(struct spdm_chain_cache *cache, u32 hash, const u8 *digest)
{
	size_t size = spdm_hash_size(hash);
	struct cached_chain *entry;

	list_for_each_entry(entry, &cache->entries, node) {
		if (entry->hash == hash && !memcmp(entry->digest, digest, size)) {
			list_move(&entry->node, &cache->entries);
			return entry;
		}
	}
	return NULL;
}

/* A copy of the chain with this digest into @chain, if there is one */
bool spdm_cache_find(struct spdm_chain_cache *cache, u32 hash, const u8 *digest,
		     struct spdm_blob *chain)
{
	struct cached_chain *entry;
	void *copy;

	if (!cache || !spdm_hash_size(hash))
		return false;
	guard(mutex)(&cache->lock);
	entry = find(cache, hash, digest);
	if (!entry)
		return false;
	copy = kvmalloc(entry->len, GFP_KERNEL);
	if (!copy)
		return false;
	memcpy(copy, entry->data, entry->len);
	chain->data = copy;
	chain->len = entry->len;
	return true;
}

/* Whoever calls this has compared the digest with that of the bytes. */
void spdm_cache_add(struct spdm_chain_cache *cache, u32 hash, const u8 *digest,
		    const struct spdm_blob *chain)
{
	size_t size = spdm_hash_size(hash);
	struct cached_chain *entry;

	if (!cache || !size || !chain->len)
		return;
	guard(mutex)(&cache->lock);
	if (struct_size(entry, data, chain->len) > cache->max_bytes || find(cache, hash, digest))
		return;
	entry = kvmalloc(struct_size(entry, data, chain->len), GFP_KERNEL);
	if (!entry)
		return;		/* it only costs a message the next time */
	entry->hash = hash;
	memcpy(entry->digest, digest, size);
	entry->len = chain->len;
	memcpy(entry->data, chain->data, chain->len);
	list_add(&entry->node, &cache->entries);
	cache->bytes += struct_size(entry, data, entry->len);
	while (cache->bytes > cache->max_bytes)
		drop(cache, list_last_entry(&cache->entries, struct cached_chain, node));
}

/**
 * spdm_chain_cache_create() - a place for chains that several connections share
 * @max_bytes: what it may take; the chain used least recently makes room
 *
 * Context: process, may sleep.
 * Return: the cache, or ERR_PTR(-ENOMEM).
 */
struct spdm_chain_cache *spdm_chain_cache_create(size_t max_bytes)
{
	struct spdm_chain_cache *cache = kzalloc(sizeof(*cache), GFP_KERNEL);

	if (!cache)
		return ERR_PTR(-ENOMEM);
	mutex_init(&cache->lock);
	INIT_LIST_HEAD(&cache->entries);
	cache->max_bytes = max_bytes;
	return cache;
}
EXPORT_SYMBOL_GPL(spdm_chain_cache_create);

/**
 * spdm_chain_cache_destroy() - free a cache that no connection uses any more
 * @cache: the cache, or NULL
 *
 * Context: process, may sleep.
 */
void spdm_chain_cache_destroy(struct spdm_chain_cache *cache)
{
	struct cached_chain *entry, *next;

	if (!cache)
		return;
	list_for_each_entry_safe(entry, next, &cache->entries, node)
		drop(cache, entry);
	mutex_destroy(&cache->lock);
	kfree(cache);
}
EXPORT_SYMBOL_GPL(spdm_chain_cache_destroy);
