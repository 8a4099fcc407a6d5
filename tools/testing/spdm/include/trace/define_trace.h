/* SPDX-License-Identifier: GPL-2.0 */
#ifndef __SHIM_TRACE_DEFINE_TRACE_H
#define __SHIM_TRACE_DEFINE_TRACE_H

/* There are no bodies to make. */

#endif /* __SHIM_TRACE_DEFINE_TRACE_H */
