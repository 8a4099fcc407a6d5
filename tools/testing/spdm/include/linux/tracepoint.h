/* SPDX-License-Identifier: GPL-2.0 */
/* Tracepoints that trace nothing, with their types checked */
#ifndef __SHIM_LINUX_TRACEPOINT_H
#define __SHIM_LINUX_TRACEPOINT_H

#include <linux/kernel.h>

#define TP_PROTO(...)		__VA_ARGS__
#define TP_ARGS(...)		__VA_ARGS__
#define TRACE_EVENT(name, proto, ...)	\
	static inline __maybe_unused void trace_##name(proto) { }	\
	static inline __maybe_unused bool trace_##name##_enabled(void) { return false; }	\
	struct shim_nothing
#define DEFINE_EVENT(class, name, proto, ...)	\
	static inline __maybe_unused void trace_##name(proto) { }	\
	static inline __maybe_unused bool trace_##name##_enabled(void) { return false; }	\
	struct shim_nothing
#define DECLARE_EVENT_CLASS(name, ...)			struct shim_nothing
#define TRACE_DEFINE_ENUM(x)				struct shim_nothing

#endif /* __SHIM_LINUX_TRACEPOINT_H */
