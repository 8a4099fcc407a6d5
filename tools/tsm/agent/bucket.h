/* SPDX-License-Identifier: GPL-2.0 */
/*
 * So much in a minute, and no more.
 */
#ifndef TSM_BUCKET_H
#define TSM_BUCKET_H

#include <stdbool.h>
#include <stdint.h>

/**
 * struct bucket - how often something may still be done
 * @level: how often, each of 60000
 * @at: when that was so, in ms; 0 for never
 */
struct bucket {
	int64_t level;
	int64_t at;
};

/* Take one out of @bucket, which gets @per_minute of them; false if it is empty */
bool bucket_take(struct bucket *bucket, unsigned int per_minute, int64_t now);

#endif /* TSM_BUCKET_H */
