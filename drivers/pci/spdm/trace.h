/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tracepoints of the SPDM requester: what was asked, what came back, and what
 * went wrong. Codes and lengths only: no byte of a payload ever gets here, as
 * it may be a key.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM spdm

#if !defined(__SPDM_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define __SPDM_TRACE_H

#include <linux/tracepoint.h>

/* A request is about to be sent. @conn tells connections apart, as a hash. */
TRACE_EVENT(spdm_exchange_start,

	TP_PROTO(const void *conn, u8 version, u8 code, bool secured, size_t len),

	TP_ARGS(conn, version, code, secured, len),

	TP_STRUCT__entry(
		__field(const void *, conn)
		__field(u8, version)
		__field(u8, code)
		__field(bool, secured)
		__field(size_t, len)
	),

	TP_fast_assign(
		__entry->conn = conn;
		__entry->version = version;
		__entry->code = code;
		__entry->secured = secured;
		__entry->len = len;
	),

	TP_printk("%p version=%02x code=%02x secured=%d len=%zu", __entry->conn,
		  __entry->version, __entry->code, __entry->secured, __entry->len)
);

/* It was answered, or given up: @rc is 0 or an errno, @len that of the response */
TRACE_EVENT(spdm_exchange_end,

	TP_PROTO(const void *conn, u8 version, u8 code, bool secured, size_t len, int rc),

	TP_ARGS(conn, version, code, secured, len, rc),

	TP_STRUCT__entry(
		__field(const void *, conn)
		__field(u8, version)
		__field(u8, code)
		__field(bool, secured)
		__field(size_t, len)
		__field(int, rc)
	),

	TP_fast_assign(
		__entry->conn = conn;
		__entry->version = version;
		__entry->code = code;
		__entry->secured = secured;
		__entry->len = len;
		__entry->rc = rc;
	),

	TP_printk("%p version=%02x code=%02x secured=%d len=%zu rc=%d", __entry->conn,
		  __entry->version, __entry->code, __entry->secured, __entry->len, __entry->rc)
);

/* @what is a literal of the library, never anything of the device's */
TRACE_EVENT(spdm_fault,

	TP_PROTO(const void *conn, int rc, const char *what),

	TP_ARGS(conn, rc, what),

	TP_STRUCT__entry(
		__field(const void *, conn)
		__field(int, rc)
		__string(what, what)
	),

	TP_fast_assign(
		__entry->conn = conn;
		__entry->rc = rc;
		__assign_str(what);
	),

	TP_printk("%p rc=%d %s", __entry->conn, __entry->rc, __get_str(what))
);

#endif /* __SPDM_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH ../../drivers/pci/spdm
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace

#include <trace/define_trace.h>
