/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the files of PCI IDE share among themselves and with their tests.
 */
#ifndef DRIVERS_PCI_IDE_H
#define DRIVERS_PCI_IDE_H

#include <linux/pci-tsm.h>
#include <linux/types.h>

struct pci_dev;
struct pci_ide;
struct pci_ide_partner;
struct pci_ide_regs;

/**
 * struct ide_layout - where the register blocks of an IDE capability are
 * @nr_link: Link IDE blocks, 8 bytes each, behind the capability's header
 * @nr_sel: Selective IDE blocks behind those that can be used
 * @nr_assoc: Address Association blocks in each Selective IDE block
 */
struct ide_layout {
	u8 nr_link;
	u8 nr_assoc;
	u16 nr_sel;
};

/**
 * struct ide_ctl - fields of the Selective IDE Stream Control Register
 * @id: stream ID
 * @dflt: default stream of this port
 * @cfg: configuration requests are associated, too
 * @tee_limited: only requests with the T bit are associated
 */
struct ide_ctl {
	u8 id;
	bool dflt;
	bool cfg;
	bool tee_limited;
};

/**
 * struct ide_stream_info - what readers see of a stream
 * @id: its stream ID
 * @name: of its symlink below the host bridge
 */
struct ide_stream_info {
	u8 id;
	char name[24];
};

/**
 * struct ide_vfs - the VFs that a PF can have
 * @pf: the PF's requester ID
 * @total: how many there can be
 * @max_bus: the highest bus that any number of VFs reaches
 */
struct ide_vfs {
	u16 pf;
	u16 total;
	u8 max_bus;
};

/* Reads the DW at an offset in config space; all ones where there is none */
typedef u32 (*ide_read_t)(void *ctx, u16 where);

/* ide-regs.c */
struct ide_layout ide_parse(u16 cap, ide_read_t read, void *ctx);
u16 ide_sel_offset(u16 cap, const struct ide_layout *layout, unsigned int index);
void ide_encode_assoc(const struct pci_ide_partner *p, u8 segment, unsigned int room,
		      struct pci_ide_regs *regs);
u32 ide_encode_ctl(const struct ide_ctl *ctl, bool enable);
u16 ide_last_vf(const struct ide_vfs *vfs, u8 bus_end);
bool ide_rids_overlap(u16 a_first, u16 a_last, u16 b_first, u16 b_last);
u8 ide_segment(struct pci_dev *pdev);
int ide_rid_range(struct pci_dev *pdev, u16 *first, u16 *last);
struct pci_bus_region ide_window(struct pci_dev *bridge, int which);
u32 ide_sel_read(struct pci_dev *pdev, unsigned int index, unsigned int reg);
void ide_sel_write(struct pci_dev *pdev, unsigned int index, unsigned int reg, u32 val);
void ide_sel_program(struct pci_dev *pdev, unsigned int index,
		     const struct pci_ide_regs *regs, u32 ctl);
void ide_sel_disable(struct pci_dev *pdev, unsigned int index);
void ide_sel_clear(struct pci_dev *pdev, unsigned int index);
void ide_park_idle(struct pci_dev *pdev, const unsigned long *used);

/* ide-watch.c */
int ide_path_check(struct pci_dev *ep, struct pci_dev *rp);
int ide_path_open(struct pci_dev *ep, struct pci_dev *rp);
void ide_path_close(struct pci_dev *ep, struct pci_dev *rp);
int ide_aer_unmask(struct pci_dev *pdev);
void ide_aer_restore(struct pci_dev *pdev);
int ide_wait_secure(struct pci_dev *pdev, unsigned int index);
enum pci_tsm_reason ide_status_reason(u32 sts);
int ide_watch_add(struct pci_ide *ide);
void ide_watch_del(struct pci_ide *ide);
bool ide_stream_next(struct pci_dev *pdev, u64 *cursor, struct ide_stream_info *info);

/* ide.c */
char *ide_stream_name(u8 hb, u8 rp, u8 ep);

/* tsm-netlink.c */
#ifdef CONFIG_PCI_TSM_NETLINK
void pci_tsm_nl_tell_stream(struct pci_dev *pdev, const struct ide_stream_info *stream,
			    enum pci_tsm_reason why);
#else
static inline void pci_tsm_nl_tell_stream(struct pci_dev *pdev,
					  const struct ide_stream_info *stream,
					  enum pci_tsm_reason why)
{
}
#endif

#endif /* DRIVERS_PCI_IDE_H */
