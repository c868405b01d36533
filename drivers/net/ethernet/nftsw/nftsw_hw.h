/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Commands: the queue that carries them and the verbs that build them.  Floor 1.
 *
 * Everything here is for process context and may sleep until the chip has
 * answered; any number of callers may be at it at once.  Errors are negative errno
 * values, made from the chip's status in one place (nftsw_cmdq_errno()):
 * -ENOSPC no room, -EEXIST another entry has the key, -ENOENT no such entry,
 * -EINVAL bad field, -EOPNOTSUPP not on this chip, -EIO chip or DMA fault, -ETIMEDOUT
 * no answer, -ECANCELED reset meanwhile, -ENODEV chip stopped or gone.
 */
#ifndef NFTSW_HW_H
#define NFTSW_HW_H

#include <nftsw/bridge.h>
#include "nftsw.h"

/* Data that a command carries in memory of its own slot, in bytes. */
#define NFTSW_CMD_DATA_SIZE	512

/**
 * struct nftsw_cmd - one command, and its outcome
 * @opcode: enum nftsw_opcode
 * @index: first entry, port or group
 * @count: number of entries
 * @arg: per opcode
 * @in: data for the chip, copied into the slot, or NULL
 * @in_size: bytes of @in, at most NFTSW_CMD_DATA_SIZE
 * @out: where to copy the chip's data, or NULL
 * @out_size: bytes of @out, at most NFTSW_CMD_DATA_SIZE
 * @dma: data buffer of the caller's instead of @in and @out; must stay mapped until
 *	nftsw_cmdq_stop() when the command ends in -ETIMEDOUT
 * @dma_size: bytes of @dma; 0 = none
 * @err: result: 0 or a negative errno
 * @done: result: entries done
 * @next: result: where a dump goes on
 */
struct nftsw_cmd {
	u16 opcode;
	u32 index;
	u32 count;
	u32 arg;
	const void *in;
	u32 in_size;
	void *out;
	u32 out_size;
	dma_addr_t dma;
	u32 dma_size;
	int err;
	u32 done;
	u32 next;
};

/**
 * struct nftsw_cmdq_stats - what the command queue has seen since probe
 * @submitted: commands
 * @failed: commands that the chip refused
 * @timeouts: commands without an answer
 * @irq_lost: answers found by looking, not by interrupt
 * @late: answers to commands that had timed out
 * @bogus: completions that make no sense
 * @quarantined: slots that wait for a late answer
 * @slots: slots there are
 */
struct nftsw_cmdq_stats {
	u64 submitted;
	u64 failed;
	u64 timeouts;
	u64 irq_lost;
	u64 late;
	u64 bogus;
	u32 quarantined;
	u32 slots;
};

/* nftsw_cmdq.c: floor 2 */
int nftsw_cmdq_exec(struct nftsw *ns, struct nftsw_cmd *cmds, u32 n);
int nftsw_cmdq_errno(u8 status);
void nftsw_cmdq_stats_get(struct nftsw *ns, struct nftsw_cmdq_stats *s);

/* nftsw_hw.c: floor 3 */
int nftsw_hw_nop(struct nftsw *ns);
int nftsw_hw_port_set(struct nftsw *ns, u16 port, u16 queue, u32 max_frame,
		      bool promisc, u16 mirror_tx);
int nftsw_hw_port_ctrs(struct nftsw *ns, u16 first, u16 count, dma_addr_t dma);
int nftsw_hw_rmac_add(struct nftsw *ns, u16 port, const u8 *mac, bool router);
int nftsw_hw_rmac_del(struct nftsw *ns, u16 port, const u8 *mac);
int nftsw_hw_lag_set(struct nftsw *ns, u32 lag, u64 members, u64 active);
int nftsw_hw_lag_get(struct nftsw *ns, u32 lag, struct nftsw_hw_lag *cfg);
int nftsw_hw_reason_ctrs(struct nftsw *ns, u64 ctrs[NFTSW_REASON_COUNT]);
int nftsw_hw_trap_set(struct nftsw *ns, u32 group, u32 rate_pps, u32 burst);
int nftsw_hw_trap_get(struct nftsw *ns, u32 group, struct nftsw_hw_trap_group *tg);

/* The index, cookie and all else is in the entry, in the chip's byte order. */
int nftsw_hw_flow_set(struct nftsw *ns, const struct nftsw_hw_flow_entry *e);
int nftsw_hw_flow_del(struct nftsw *ns, u32 index, u32 count);
int nftsw_hw_flow_purge(struct nftsw *ns, const struct nftsw_hw_flow_purge *p,
			u32 *deleted);
/* @dma: count * sizeof(struct nftsw_hw_flow_ctrs), coherent, see nftsw_cmd.dma */
int nftsw_hw_flow_ctrs(struct nftsw *ns, u32 first, u32 count, dma_addr_t dma);
/* Up to @count records from *@cursor; returns how many; *@cursor may be NFTSW_DUMP_END */
int nftsw_hw_flow_dump(struct nftsw *ns, u32 *cursor,
		       struct nftsw_hw_flow_record *rec, u32 count);
int nftsw_hw_rmac_dump(struct nftsw *ns, u32 *cursor, struct nftsw_hw_rmac *rec,
		       u32 count);
int nftsw_hw_acl_set(struct nftsw *ns, const struct nftsw_hw_acl_entry *e);
int nftsw_hw_acl_del(struct nftsw *ns, u32 index);
/* @dma: for all rules of the chip, as with nftsw_hw_flow_ctrs() */
int nftsw_hw_acl_ctrs(struct nftsw *ns, dma_addr_t dma);
int nftsw_hw_meter_set(struct nftsw *ns, const struct nftsw_hw_meter *cfg);
int nftsw_hw_meter_get(struct nftsw *ns, u32 index, struct nftsw_hw_meter *cfg);
int nftsw_hw_acl_dump(struct nftsw *ns, u32 *cursor, struct nftsw_hw_acl_record *rec,
		      u32 count);
u64 nftsw_hw_time(struct nftsw *ns);
int nftsw_hw_dump(struct nftsw *ns, u32 table, u32 *cursor, void *rec, u32 rec_size,
		  u32 count);

/* nftsw_hw_bridge.c: floor 3.  Records are in the chip's byte order. */
int nftsw_hw_br_port_set(struct nftsw *ns, const struct nftsw_hw_br_port *p);
int nftsw_hw_stp_set(struct nftsw *ns, const struct nftsw_hw_stp *rec, u32 n);
int nftsw_hw_vlan_set(struct nftsw *ns, const struct nftsw_hw_vlan *rec, u32 n);
int nftsw_hw_fid_set(struct nftsw *ns, const struct nftsw_hw_fid *fid);
int nftsw_hw_fdb_set(struct nftsw *ns, const struct nftsw_hw_fdb *rec, u32 n, u32 *done);
int nftsw_hw_fdb_del(struct nftsw *ns, const struct nftsw_hw_fdb *rec, u32 n);
int nftsw_hw_fdb_flush(struct nftsw *ns, u32 match, u16 fid, u16 port);
int nftsw_hw_mdb_set(struct nftsw *ns, const struct nftsw_hw_mdb *mdb);
int nftsw_hw_mdb_del(struct nftsw *ns, const struct nftsw_hw_mdb *mdb);
int nftsw_hw_bridge_dump(struct nftsw *ns, enum nftsw_table table, u32 *cursor, void *rec,
			 u32 size, u32 count);

#endif /* NFTSW_HW_H */
