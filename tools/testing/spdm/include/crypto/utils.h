/* SPDX-License-Identifier: GPL-2.0 */
#ifndef __SHIM_CRYPTO_UTILS_H
#define __SHIM_CRYPTO_UTILS_H

#include <linux/string.h>

#endif /* __SHIM_CRYPTO_UTILS_H */
