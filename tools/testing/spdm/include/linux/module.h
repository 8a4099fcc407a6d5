/* SPDX-License-Identifier: GPL-2.0 */
#ifndef __SHIM_LINUX_MODULE_H
#define __SHIM_LINUX_MODULE_H

#include <linux/kernel.h>

#define EXPORT_SYMBOL(sym)		struct shim_nothing
#define EXPORT_SYMBOL_GPL(sym)		struct shim_nothing
#define EXPORT_SYMBOL_NS(sym, ns)	struct shim_nothing
#define EXPORT_SYMBOL_NS_GPL(sym, ns)	struct shim_nothing
#define EXPORT_SYMBOL_IF_KUNIT(sym)	struct shim_nothing
#define VISIBLE_IF_KUNIT
#define MODULE_LICENSE(text)		struct shim_nothing
#define MODULE_DESCRIPTION(text)	struct shim_nothing
#define MODULE_AUTHOR(text)		struct shim_nothing
#define MODULE_IMPORT_NS(ns)		struct shim_nothing
#define module_param(name, type, mode)	struct shim_nothing
#define module_param_named(name, var, type, mode)	struct shim_nothing
#define MODULE_PARM_DESC(name, text)	struct shim_nothing

#endif /* __SHIM_LINUX_MODULE_H */
