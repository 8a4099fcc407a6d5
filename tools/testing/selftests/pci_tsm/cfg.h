/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Config space by hand: registers, capabilities, a DOE mailbox, IDE blocks. The
 * numbers are those of the specification, on purpose not those of the emulation.
 */
#ifndef CFG_H
#define CFG_H

#include <linux/pci_regs.h>
#include <linux/types.h>

#include "devsec.h"

#define EXP		0x40		/* where devsec_bus has the PCI Express capability */

#define IDE_CAP_ID	0x30
#define IDE_LINK_CTL	0x0c		/* first Link block, 8 bytes each */
#define IDE_SEL_CTL	0x04		/* in a Selective block */
#define IDE_SEL_STS	0x08
#define IDE_SEL_RID1	0x0c
#define IDE_SEL_RID2	0x10
#define IDE_SEL_ADDR1	0x14
#define IDE_EN		1u
#define IDE_SECURE	2u
#define IDE_FAIL	0x80000000u

#define DOE_BUSY	PCI_DOE_STATUS_BUSY
#define DOE_ERROR	PCI_DOE_STATUS_ERROR
#define DOE_READY	PCI_DOE_STATUS_DATA_OBJECT_READY
#define DOE_DISCOVERY	1u		/* first dword: vendor 1, type 0 */
#define DOE_FW		(0xdec0u | 1 << 16)

/* One function and its capabilities; 0 where it has none */
struct cfg {
	int fd;
	int aer;
	int doe;
	int ide;
	int sriov;
};

/* All ones is what no device answers */
static inline __u32 rd(int fd, int where, int size)
{
	__u32 val = 0;

	return pread(fd, &val, size, where) == size ? val : ~0u;
}

static inline void wr(int fd, int where, int size, __u32 val)
{
	if (pwrite(fd, &val, size, where) != size)
		ksft_print_msg("no write at %#x\n", where);
}

static inline int ext_cap(int fd, __u32 id)
{
	int where = 0x100;

	for (int i = 0; i < 64 && where; i++) {
		__u32 head = rd(fd, where, 4);

		if ((head & 0xffff) == id)
			return where;
		where = head >> 20;
	}
	return 0;
}

static inline bool cfg_open(struct cfg *cfg, const char *bdf)
{
	cfg->fd = open(str(DEV "config", bdf), O_RDWR | O_CLOEXEC);
	cfg->aer = ext_cap(cfg->fd, PCI_EXT_CAP_ID_ERR);
	cfg->doe = ext_cap(cfg->fd, PCI_EXT_CAP_ID_DOE);
	cfg->ide = ext_cap(cfg->fd, IDE_CAP_ID);
	cfg->sriov = ext_cap(cfg->fd, PCI_EXT_CAP_ID_SRIOV);
	return cfg->fd >= 0;
}

/* No driver, so no user of the registers but the test */
static inline bool unbind_driver(const char *bdf)
{
	return !put(bdf, DEV "driver/unbind", bdf);
}

/* Where Selective block @n is, for one Link block and one address association each */
static inline int sel(const struct cfg *cfg, int n)
{
	return cfg->ide + 0x14 + n * 0x20;
}

static inline __u32 doe_status(const struct cfg *cfg)
{
	return rd(cfg->fd, cfg->doe + PCI_DOE_STATUS, 4);
}

static inline void doe_ctrl(const struct cfg *cfg, __u32 val)
{
	wr(cfg->fd, cfg->doe + PCI_DOE_CTRL, 4, val);
}

static inline void doe_put(const struct cfg *cfg, const __u32 *dw, int n)
{
	for (int i = 0; i < n; i++)
		wr(cfg->fd, cfg->doe + PCI_DOE_WRITE, 4, dw[i]);
}

/* The status once it is not Busy any more, or after a second */
static inline __u32 doe_wait(const struct cfg *cfg)
{
	long end = now_ms() + 1000;

	while (doe_status(cfg) & DOE_BUSY && now_ms() < end)
		usleep(1000);
	return doe_status(cfg);
}

/* Take the answer; returns its dwords, of which @max at most are stored */
static inline int doe_get(const struct cfg *cfg, __u32 *dw, int max)
{
	int n = 0;

	for (; n < 5000 && doe_status(cfg) & DOE_READY; n++) {
		if (n < max)
			dw[n] = rd(cfg->fd, cfg->doe + PCI_DOE_READ, 4);
		wr(cfg->fd, cfg->doe + PCI_DOE_READ, 4, 0);
	}
	return n;
}

/* One exchange; returns dwords of answer, 0 for none */
static inline int doe_ask(const struct cfg *cfg, const __u32 *req, int n, __u32 *resp,
			  int max)
{
	doe_put(cfg, req, n);
	doe_ctrl(cfg, PCI_DOE_CTRL_GO);
	doe_wait(cfg);
	return doe_get(cfg, resp, max);
}

/* Entry @index of discovery as it answers it, 0 for no answer */
static inline __u32 doe_discover(const struct cfg *cfg, __u32 index)
{
	__u32 req[3] = { DOE_DISCOVERY, 3, index };
	__u32 resp[3] = {};

	return doe_ask(cfg, req, 3, resp, 3) == 3 && resp[0] == req[0] && resp[1] == 3 ?
	       resp[2] : 0;
}

enum { KEY_PROG = 1, KEY_GO, KEY_STOP, KEY_STATUS };
enum { OK, BAD_VERSION, BAD_OP, BAD_LENGTH, BAD_STREAM, BAD_ORDER };

/* The vendor's key protocol, @len dwords of it; returns the status, or -1 */
static inline int key_call(const struct cfg *cfg, __u8 version, __u8 op, __u8 id,
			   __u32 key, int len)
{
	__u32 req[16] = { DOE_FW, 2 + len, version | op << 8 | id << 16 };
	__u32 resp[4] = {};

	for (int i = 3; i < 2 + len; i++)
		req[i] = key;
	if (doe_ask(cfg, req, 2 + len, resp, 4) != 4)
		return -1;
	return resp[2] >> 24;
}

/* The same with version and length as they should be */
static inline int key(const struct cfg *cfg, int op, __u8 id)
{
	return key_call(cfg, 1, op, id, 0x11111111 * (id + 1), op == KEY_PROG ? 9 : 1);
}

#endif /* CFG_H */
