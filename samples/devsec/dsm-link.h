/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * Between devsec_bus and the software DSM: the character device
 * /dev/devsec-dsm, which one process holds open at a time and answers for all
 * functions that have a mailbox with CMA-SPDM.
 *
 * A read gives one message, a write takes one: the head, then len bytes. An
 * object that is not answered within the time of DOE is lost, as one that a
 * device does not answer. Nobody has it open: no object is answered.
 */
#ifndef __DEVSEC_DSM_LINK_H
#define __DEVSEC_DSM_LINK_H

#include <linux/ioctl.h>
#include <linux/types.h>

#define DEVSEC_DSM_NAME		"devsec-dsm"
#define DEVSEC_DSM_PAYLOAD_MAX	16376	/* of a DOE object of 4096 dwords */

/* Kinds of messages to the DSM; objects are answered in kind */
#define DEVSEC_DSM_CLEAR	1	/* an SPDM message, padded to a dword */
#define DEVSEC_DSM_SECURED	2	/* a secured message, padded to a dword */
#define DEVSEC_DSM_RESET	3	/* the function was reset: all is forgotten; no answer */
/* Only to the bus: there is no answer to that object */
#define DEVSEC_DSM_SILENCE	4

/**
 * struct devsec_dsm_msg - head of a message
 * @kind: DEVSEC_DSM_*
 * @domain: PCI domain of the function
 * @rid: its bus << 8 | devfn
 * @reserved: 0
 * @cookie: of the object; its answer repeats it
 * @len: bytes that follow
 * @vendor: vendor ID of the function
 * @device: device ID
 * @sub_vendor: subsystem vendor ID
 * @sub_device: subsystem ID
 * @class_rev: class code << 8 | revision
 * @has: what the function can do, DEVSEC_DSM_HAS_*
 */
struct devsec_dsm_msg {
	__u16 kind;
	__u16 domain;
	__u16 rid;
	__u16 reserved;
	__u32 cookie;
	__u32 len;
	__u16 vendor;
	__u16 device;
	__u16 sub_vendor;
	__u16 sub_device;
	__u32 class_rev;
	__u32 has;
};

#define DEVSEC_DSM_HAS_IDE	0x1
#define DEVSEC_DSM_HAS_TEE	0x2

#define DEVSEC_DSM_KEY_SIZE	32
#define DEVSEC_DSM_REGS_MAX	256

/* What is done with a key: IDE_KM's KEY_PROG, K_SET_GO and K_SET_STOP */
#define DEVSEC_DSM_KEY_PROG	2
#define DEVSEC_DSM_KEY_GO	4
#define DEVSEC_DSM_KEY_STOP	5

/**
 * struct devsec_dsm_key - one step with a key of the IDE port of a function
 * @domain: PCI domain of the function
 * @rid: its bus << 8 | devfn
 * @op: DEVSEC_DSM_KEY_*
 * @stream_id: stream
 * @key_sub: as in IDE_KM: key set, direction, sub-stream
 * @reserved: 0
 * @key: AES key as a cipher takes it, for DEVSEC_DSM_KEY_PROG
 * @ifv: initial value of the invocation counter
 */
struct devsec_dsm_key {
	__u16 domain;
	__u16 rid;
	__u8 op;
	__u8 stream_id;
	__u8 key_sub;
	__u8 reserved;
	__u8 key[DEVSEC_DSM_KEY_SIZE];
	__u64 ifv;
};

/**
 * struct devsec_dsm_regs - the IDE capability of a function, for QUERY_RESP
 * @domain: PCI domain of the function
 * @rid: its bus << 8 | devfn
 * @nr: out: dwords in @regs
 * @regs: out: registers from the Capability Register on
 */
struct devsec_dsm_regs {
	__u16 domain;
	__u16 rid;
	__u32 nr;
	__u32 regs[DEVSEC_DSM_REGS_MAX];
};

/* -ENODEV: no such function; -ENXIO: it has no IDE; -EINVAL: not with this stream or key now */
#define DEVSEC_DSM_IOC_KEY	_IOW('d', 0x50, struct devsec_dsm_key)
#define DEVSEC_DSM_IOC_REGS	_IOWR('d', 0x51, struct devsec_dsm_regs)

#endif /* __DEVSEC_DSM_LINK_H */
