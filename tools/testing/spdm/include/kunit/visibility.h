/* SPDX-License-Identifier: GPL-2.0 */
#ifndef __SHIM_KUNIT_VISIBILITY_H
#define __SHIM_KUNIT_VISIBILITY_H

#include <linux/module.h>

#endif /* __SHIM_KUNIT_VISIBILITY_H */
