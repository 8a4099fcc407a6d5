/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Messages of IDE_KM, for the code that speaks it and for its tests: pure
 * values, no sequence.
 *
 * PCIe r7.0 sec 6.33.3.
 */
#ifndef DRIVERS_PCI_IDE_KM_H
#define DRIVERS_PCI_IDE_KM_H

#include <linux/pci-ide-km.h>
#include <linux/types.h>

/* Behind the protocol id, which is 0, in each message */
enum ide_km_op {
	IDE_KM_QUERY		= 0,
	IDE_KM_QUERY_RESP	= 1,
	IDE_KM_KEY_PROG		= 2,
	IDE_KM_KP_ACK		= 3,
	IDE_KM_SET_GO		= 4,
	IDE_KM_SET_STOP		= 5,
	IDE_KM_GOSTOP_ACK	= 6,
};

/* Lengths with the protocol id. QUERY_RESP: then the registers, as dwords. */
#define IDE_KM_QUERY_LEN	4
#define IDE_KM_QUERY_RESP_LEN	8
#define IDE_KM_KEY_PROG_LEN	48
#define IDE_KM_SHORT_LEN	8	/* all others */

/* An extended capability cannot be longer than the space for all of them */
#define IDE_KM_REGS_MAX		959
#define IDE_KM_MSG_MAX		(IDE_KM_QUERY_RESP_LEN + 4 * IDE_KM_REGS_MAX)

/* KeySub */
#define IDE_KM_SET1		0x01
#define IDE_KM_TX		0x02
#define IDE_KM_SUB_SHIFT	4

/* Which key a message is about */
struct ide_km_key_id {
	u8 stream_id;
	u8 key_sub;
	u8 port;
};

/**
 * struct ide_km_secrets - the keys of one key set, on their way to both ends
 * @device: the device's view of them
 * @rp: the root port's
 * @msg: one of them in a message
 */
struct ide_km_secrets {
	struct pci_ide_keys device;
	struct pci_ide_keys rp;
	u8 msg[IDE_KM_KEY_PROG_LEN];
};

u8 ide_km_key_sub(unsigned int set, bool tx, unsigned int sub);
size_t ide_km_encode_query(u8 *msg, u8 port);
size_t ide_km_encode_key_prog(u8 *msg, const struct ide_km_key_id *id, const u8 *key, u64 ifv);
size_t ide_km_encode_go(u8 *msg, enum ide_km_op op, const struct ide_km_key_id *id);
int ide_km_decode_query(const u8 *msg, size_t len, u8 port, struct pci_ide_km_info *info);
int ide_km_decode_ack(const u8 *msg, size_t len, enum ide_km_op op,
		      const struct ide_km_key_id *id);
int ide_km_program(struct pci_ide_km *km, unsigned int set, struct ide_km_secrets *s);

#endif /* DRIVERS_PCI_IDE_KM_H */
