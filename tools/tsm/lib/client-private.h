/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the files of the client share.
 */
#ifndef TSM_CLIENT_PRIVATE_H
#define TSM_CLIENT_PRIVATE_H

#include "client.h"

struct record;

/**
 * struct tsm_client - a socket
 * @ys: libynl's
 * @records: requests that nobody has waited for to their end
 * @lost: the socket overran once, so that there may be ends that never come
 */
struct tsm_client {
	struct ynl_sock *ys;
	struct record *records;
	bool lost;
};

#endif /* TSM_CLIENT_PRIVATE_H */
