// SPDX-License-Identifier: GPL-2.0
/*
 * So much in a minute, and no more.
 */
#include "bucket.h"

/* Of a request: with the milliseconds of a minute nothing is lost by rounding */
#define BUCKET_COST	60000

bool bucket_take(struct bucket *bucket, unsigned int per_minute, int64_t now)
{
	int64_t full = (int64_t)per_minute * BUCKET_COST;
	int64_t passed = now - bucket->at;

	if (!bucket->at || passed >= 60000)
		bucket->level = full;
	else if (passed > 0)
		bucket->level += passed * per_minute;
	if (bucket->level > full)
		bucket->level = full;
	bucket->at = now;
	if (bucket->level < BUCKET_COST)
		return false;
	bucket->level -= BUCKET_COST;
	return true;
}
