/* SPDX-License-Identifier: GPL-2.0 */
#ifndef __SHIM_CRYPTO_ALGAPI_H
#define __SHIM_CRYPTO_ALGAPI_H

#include <linux/string.h>

#endif /* __SHIM_CRYPTO_ALGAPI_H */
