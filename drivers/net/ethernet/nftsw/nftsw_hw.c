// SPDX-License-Identifier: GPL-2.0
/*
 * Verbs of the chip: the only file that fills in commands.  Floor 3.
 *
 * Called by every subsystem that programs a table.  Process context, may sleep, no
 * locks of its own; see nftsw_hw.h for errors.
 */
#include <linux/dma-mapping.h>
#include <linux/etherdevice.h>
#include <linux/slab.h>
#include "nftsw_hw.h"

/* Records that one dump command brings */
#define NFTSW_HW_DUMP_BYTES	PAGE_SIZE

static_assert(sizeof(struct nftsw_hw_flow_entry) <= NFTSW_CMD_DATA_SIZE);
static_assert(sizeof(struct nftsw_hw_flow_record) <= NFTSW_HW_DUMP_BYTES);
static_assert(sizeof(struct nftsw_hw_acl_entry) <= NFTSW_CMD_DATA_SIZE);
static_assert(NFTSW_REASON_COUNT * sizeof(__le64) <= NFTSW_CMD_DATA_SIZE);

/**
 * nftsw_hw_nop() - ask the chip for a sign of life
 * @ns: chip
 *
 * Return: 0 or a negative errno.
 */
int nftsw_hw_nop(struct nftsw *ns)
{
	struct nftsw_cmd cmd = { .opcode = NFTSW_OP_NOP };

	return nftsw_cmdq_exec(ns, &cmd, 1);
}

/**
 * nftsw_hw_port_set() - configure a port
 * @ns: chip
 * @port: port number
 * @queue: RX queue of its CPU frames
 * @max_frame: largest untagged frame in octets, without FCS
 * @promisc: hand all unicast to the CPU
 * @mirror_tx: 1 + the port that gets a copy of what leaves, 0 = none
 *
 * Return: 0 or a negative errno.
 */
int nftsw_hw_port_set(struct nftsw *ns, u16 port, u16 queue, u32 max_frame,
		      bool promisc, u16 mirror_tx)
{
	struct nftsw_hw_port_cfg cfg = {
		.port = cpu_to_le16(port),
		.queue = cpu_to_le16(queue),
		.max_frame = cpu_to_le32(max_frame),
		.flags = cpu_to_le32(promisc ? NFTSW_PORT_PROMISC : 0),
		.mirror_tx = cpu_to_le16(mirror_tx),
	};
	struct nftsw_cmd cmd = {
		.opcode = NFTSW_OP_PORT_SET,
		.index = port,
		.in = &cfg,
		.in_size = sizeof(cfg),
	};

	return nftsw_cmdq_exec(ns, &cmd, 1);
}

/**
 * nftsw_hw_port_ctrs() - have the chip write the counters of ports
 * @ns: chip
 * @first: first port
 * @count: number of ports
 * @dma: coherent memory for @count struct nftsw_hw_port_ctrs; see nftsw_cmd.dma
 *
 * Return: 0 or a negative errno.
 */
int nftsw_hw_port_ctrs(struct nftsw *ns, u16 first, u16 count, dma_addr_t dma)
{
	struct nftsw_cmd cmd = {
		.opcode = NFTSW_OP_PORT_CTRS,
		.index = first,
		.count = count,
		.dma = dma,
		.dma_size = count * sizeof(struct nftsw_hw_port_ctrs),
	};

	return nftsw_cmdq_exec(ns, &cmd, 1);
}

static int nftsw_hw_rmac(struct nftsw *ns, u16 opcode, u16 port, const u8 *mac,
			 u8 flags)
{
	struct nftsw_hw_rmac rmac = {
		.port = cpu_to_le16(port),
		.flags = flags,
	};
	struct nftsw_cmd cmd = {
		.opcode = opcode,
		.count = 1,
		.in = &rmac,
		.in_size = sizeof(rmac),
	};

	ether_addr_copy(rmac.mac, mac);
	return nftsw_cmdq_exec(ns, &cmd, 1);
}

/**
 * nftsw_hw_rmac_add() - let a port listen to an address
 * @ns: chip
 * @port: port number
 * @mac: unicast address
 * @router: frames to it may match flows
 *
 * Adding one again changes @router.
 *
 * Return: 0, -ENOSPC when the port has NFTSW_RMAC_PER_PORT, or another error.
 */
int nftsw_hw_rmac_add(struct nftsw *ns, u16 port, const u8 *mac, bool router)
{
	return nftsw_hw_rmac(ns, NFTSW_OP_RMAC_ADD, port, mac,
			     router ? NFTSW_RMAC_ROUTER : 0);
}

/**
 * nftsw_hw_rmac_del() - let a port forget an address
 * @ns: chip
 * @port: port number
 * @mac: unicast address
 *
 * Return: 0, -ENOENT, or another error.
 */
int nftsw_hw_rmac_del(struct nftsw *ns, u16 port, const u8 *mac)
{
	return nftsw_hw_rmac(ns, NFTSW_OP_RMAC_DEL, port, mac, 0);
}

/**
 * nftsw_hw_lag_set() - say which ports a LAG has
 * @ns: chip
 * @lag: its number
 * @members: ports that belong to it, a bitmap; 0 = none
 * @active: of these, the ports that may send
 *
 * Return: 0, -EEXIST when a port belongs to another LAG, or another error.
 */
int nftsw_hw_lag_set(struct nftsw *ns, u32 lag, u64 members, u64 active)
{
	struct nftsw_hw_lag cfg = {
		.lag = cpu_to_le32(lag),
		.members = cpu_to_le64(members),
		.active = cpu_to_le64(active),
	};
	struct nftsw_cmd cmd = {
		.opcode = NFTSW_OP_LAG_SET,
		.index = lag,
		.in = &cfg,
		.in_size = sizeof(cfg),
	};

	return nftsw_cmdq_exec(ns, &cmd, 1);
}

/**
 * nftsw_hw_lag_get() - read which ports a LAG has
 * @ns: chip
 * @lag: its number
 * @cfg: where to put it, in the chip's byte order
 *
 * Return: 0 or a negative errno.
 */
int nftsw_hw_lag_get(struct nftsw *ns, u32 lag, struct nftsw_hw_lag *cfg)
{
	struct nftsw_cmd cmd = {
		.opcode = NFTSW_OP_LAG_GET,
		.index = lag,
		.count = 1,
		.out = cfg,
		.out_size = sizeof(*cfg),
	};

	return nftsw_cmdq_exec(ns, &cmd, 1);
}

/**
 * nftsw_hw_reason_ctrs() - read how many frames met each reason
 * @ns: chip
 * @ctrs: where to put them, indexed by enum nftsw_reason
 *
 * Return: 0 or a negative errno.
 */
int nftsw_hw_reason_ctrs(struct nftsw *ns, u64 ctrs[NFTSW_REASON_COUNT])
{
	__le64 raw[NFTSW_REASON_COUNT];
	struct nftsw_cmd cmd = {
		.opcode = NFTSW_OP_REASON_CTRS,
		.count = NFTSW_REASON_COUNT,
		.out = raw,
		.out_size = sizeof(raw),
	};
	u32 i;
	int err;

	err = nftsw_cmdq_exec(ns, &cmd, 1);
	for (i = 0; !err && i < NFTSW_REASON_COUNT; i++)
		ctrs[i] = le64_to_cpu(raw[i]);
	return err;
}

/**
 * nftsw_hw_trap_set() - configure the policer of a trap group
 * @ns: chip
 * @group: enum nftsw_trap_group, not NONE
 * @rate_pps: packets per second, 0 = not policed
 * @burst: packets at once
 *
 * Return: 0 or a negative errno.
 */
int nftsw_hw_trap_set(struct nftsw *ns, u32 group, u32 rate_pps, u32 burst)
{
	struct nftsw_hw_trap_group tg = {
		.group = cpu_to_le32(group),
		.rate_pps = cpu_to_le32(rate_pps),
		.burst = cpu_to_le32(burst),
	};
	struct nftsw_cmd cmd = {
		.opcode = NFTSW_OP_TRAP_SET,
		.index = group,
		.in = &tg,
		.in_size = sizeof(tg),
	};

	return nftsw_cmdq_exec(ns, &cmd, 1);
}

/**
 * nftsw_hw_trap_get() - read policer and counters of a trap group
 * @ns: chip
 * @group: enum nftsw_trap_group, not NONE
 * @tg: where to put it, in the chip's byte order
 *
 * Return: 0 or a negative errno.
 */
int nftsw_hw_trap_get(struct nftsw *ns, u32 group, struct nftsw_hw_trap_group *tg)
{
	struct nftsw_cmd cmd = {
		.opcode = NFTSW_OP_TRAP_GET,
		.index = group,
		.count = 1,
		.out = tg,
		.out_size = sizeof(*tg),
	};

	return nftsw_cmdq_exec(ns, &cmd, 1);
}

/**
 * nftsw_hw_flow_set() - write a flow entry at its own index
 * @ns: chip
 * @e: entry
 *
 * A valid entry at that index is replaced in one step (DS 8.3).
 *
 * Return: 0, -ENOSPC when the chip cannot place the key, -EEXIST when another entry
 * has it, or another error.
 */
int nftsw_hw_flow_set(struct nftsw *ns, const struct nftsw_hw_flow_entry *e)
{
	struct nftsw_cmd cmd = {
		.opcode = NFTSW_OP_FLOW_SET,
		.count = 1,
		.in = e,
		.in_size = sizeof(*e),
	};

	return nftsw_cmdq_exec(ns, &cmd, 1);
}

/**
 * nftsw_hw_flow_del() - delete a run of flow entries
 * @ns: chip
 * @index: first
 * @count: how many; those that are not valid are no error
 *
 * Return: 0 or a negative errno.
 */
int nftsw_hw_flow_del(struct nftsw *ns, u32 index, u32 count)
{
	struct nftsw_cmd cmd = {
		.opcode = NFTSW_OP_FLOW_DEL,
		.index = index,
		.count = count,
	};

	return nftsw_cmdq_exec(ns, &cmd, 1);
}

/**
 * nftsw_hw_flow_purge() - delete the flow entries that meet a condition
 * @ns: chip
 * @p: condition, in the chip's byte order
 * @deleted: how many there were; may be NULL
 *
 * Return: 0 or a negative errno.
 */
int nftsw_hw_flow_purge(struct nftsw *ns, const struct nftsw_hw_flow_purge *p,
			u32 *deleted)
{
	struct nftsw_cmd cmd = {
		.opcode = NFTSW_OP_FLOW_PURGE,
		.in = p,
		.in_size = sizeof(*p),
	};
	int err;

	err = nftsw_cmdq_exec(ns, &cmd, 1);
	if (deleted)
		*deleted = err ? 0 : cmd.done;
	return err;
}

/**
 * nftsw_hw_flow_ctrs() - have the chip write the counters of a run of flow entries
 * @ns: chip
 * @first: first index
 * @count: how many
 * @dma: coherent memory for @count struct nftsw_hw_flow_ctrs; see nftsw_cmd.dma
 *
 * Return: 0 or a negative errno.
 */
int nftsw_hw_flow_ctrs(struct nftsw *ns, u32 first, u32 count, dma_addr_t dma)
{
	struct nftsw_cmd cmd = {
		.opcode = NFTSW_OP_FLOW_CTRS,
		.index = first,
		.count = count,
		.dma = dma,
		.dma_size = count * sizeof(struct nftsw_hw_flow_ctrs),
	};

	return nftsw_cmdq_exec(ns, &cmd, 1);
}

/**
 * nftsw_hw_dump() - one dump command through a buffer of its own
 * @ns: chip
 * @table: enum nftsw_table
 * @cursor: where to start, 0 at first; moved on, in the end to NFTSW_DUMP_END
 * @rec: where to put the records
 * @rec_size: bytes of a record
 * @count: room in @rec; fewer may come
 *
 * When the chip does not answer, the buffer cannot be freed before a reset: the chip may
 * write to it yet.
 *
 * Return: records read, or a negative errno.
 */
int nftsw_hw_dump(struct nftsw *ns, u32 table, u32 *cursor, void *rec, u32 rec_size,
		  u32 count)
{
	struct nftsw_cmd cmd = {
		.opcode = NFTSW_OP_DUMP,
		.arg = table,
		.index = *cursor,
		.count = min_t(u32, count, NFTSW_HW_DUMP_BYTES / rec_size),
	};
	void *buf;
	int err;

	if (!count)
		return 0;
	cmd.dma_size = cmd.count * rec_size;
	buf = dma_alloc_coherent(ns->dev, NFTSW_HW_DUMP_BYTES, &cmd.dma, GFP_KERNEL);
	if (!buf)
		return -ENOMEM;
	err = nftsw_cmdq_exec(ns, &cmd, 1);
	if (!err && cmd.done > cmd.count)
		err = -EPROTO;
	if (!err) {
		memcpy(rec, buf, cmd.done * rec_size);
		*cursor = cmd.next;
	}
	if (err == -ETIMEDOUT)
		nftsw_reg_lose(ns, buf, cmd.dma, NFTSW_HW_DUMP_BYTES);
	else
		dma_free_coherent(ns->dev, NFTSW_HW_DUMP_BYTES, buf, cmd.dma);
	return err ?: cmd.done;
}

/**
 * nftsw_hw_flow_dump() - read flow entries back from the chip
 * @ns: chip
 * @cursor: where to start, 0 at first; moved on, in the end to NFTSW_DUMP_END
 * @rec: where to put the records
 * @count: room in @rec; fewer may come
 *
 * Return: records read, or a negative errno.
 */
int nftsw_hw_flow_dump(struct nftsw *ns, u32 *cursor,
		       struct nftsw_hw_flow_record *rec, u32 count)
{
	return nftsw_hw_dump(ns, NFTSW_TBL_FLOW, cursor, rec, sizeof(*rec), count);
}

/**
 * nftsw_hw_rmac_dump() - read the addresses that ports listen to
 * @ns: chip
 * @cursor: where to start, 0 at first; moved on, in the end to NFTSW_DUMP_END
 * @rec: where to put the records
 * @count: room in @rec; fewer may come
 *
 * Return: records read, or a negative errno.
 */
int nftsw_hw_rmac_dump(struct nftsw *ns, u32 *cursor, struct nftsw_hw_rmac *rec,
		       u32 count)
{
	return nftsw_hw_dump(ns, NFTSW_TBL_RMAC, cursor, rec, sizeof(*rec), count);
}

/**
 * nftsw_hw_acl_set() - write a rule of the access control list at its own index
 * @ns: chip
 * @e: rule
 *
 * A valid rule at that index is replaced in one step (DS 8.5).
 *
 * Return: 0 or a negative errno.
 */
int nftsw_hw_acl_set(struct nftsw *ns, const struct nftsw_hw_acl_entry *e)
{
	struct nftsw_cmd cmd = {
		.opcode = NFTSW_OP_ACL_SET,
		.count = 1,
		.in = e,
		.in_size = sizeof(*e),
	};

	return nftsw_cmdq_exec(ns, &cmd, 1);
}

/**
 * nftsw_hw_acl_del() - delete a rule
 * @ns: chip
 * @index: its number; one that is not valid is no error
 *
 * Return: 0 or a negative errno.
 */
int nftsw_hw_acl_del(struct nftsw *ns, u32 index)
{
	struct nftsw_cmd cmd = {
		.opcode = NFTSW_OP_ACL_DEL,
		.index = index,
		.count = 1,
	};

	return nftsw_cmdq_exec(ns, &cmd, 1);
}

/**
 * nftsw_hw_acl_ctrs() - have the chip write the counters of all rules
 * @ns: chip
 * @dma: coherent memory for as many struct nftsw_hw_acl_ctrs as the chip has rules; see
 *	nftsw_cmd.dma
 *
 * Return: 0 or a negative errno.
 */
int nftsw_hw_acl_ctrs(struct nftsw *ns, dma_addr_t dma)
{
	struct nftsw_cmd cmd = {
		.opcode = NFTSW_OP_ACL_CTRS,
		.count = ns->info.acls,
		.dma = dma,
		.dma_size = ns->info.acls * sizeof(struct nftsw_hw_acl_ctrs),
	};

	return nftsw_cmdq_exec(ns, &cmd, 1);
}

/**
 * nftsw_hw_acl_dump() - read rules back from the chip
 * @ns: chip
 * @cursor: where to start, 0 at first; moved on, in the end to NFTSW_DUMP_END
 * @rec: where to put the records
 * @count: room in @rec; fewer may come
 *
 * Return: records read, or a negative errno.
 */
int nftsw_hw_acl_dump(struct nftsw *ns, u32 *cursor, struct nftsw_hw_acl_record *rec,
		      u32 count)
{
	return nftsw_hw_dump(ns, NFTSW_TBL_ACL, cursor, rec, sizeof(*rec), count);
}

/**
 * nftsw_hw_meter_set() - configure a meter
 * @ns: chip
 * @cfg: number, rate and burst
 *
 * Return: 0 or a negative errno.
 */
int nftsw_hw_meter_set(struct nftsw *ns, const struct nftsw_hw_meter *cfg)
{
	struct nftsw_cmd cmd = {
		.opcode = NFTSW_OP_METER_SET,
		.index = le32_to_cpu(cfg->index),
		.in = cfg,
		.in_size = sizeof(*cfg),
	};

	return nftsw_cmdq_exec(ns, &cmd, 1);
}

/**
 * nftsw_hw_meter_get() - read a meter and its counters
 * @ns: chip
 * @index: its number
 * @cfg: result
 *
 * Return: 0 or a negative errno.
 */
int nftsw_hw_meter_get(struct nftsw *ns, u32 index, struct nftsw_hw_meter *cfg)
{
	struct nftsw_cmd cmd = {
		.opcode = NFTSW_OP_METER_GET,
		.index = index,
		.count = 1,
		.out = cfg,
		.out_size = sizeof(*cfg),
	};

	return nftsw_cmdq_exec(ns, &cmd, 1);
}

/**
 * nftsw_hw_time() - the chip's time
 * @ns: chip
 *
 * Return: ns since an arbitrary moment, the base of every time stamp of the chip.
 */
u64 nftsw_hw_time(struct nftsw *ns)
{
	unsigned long flags;
	u64 now;

	spin_lock_irqsave(&ns->time_lock, flags);
	now = nftsw_rd64(ns->bus, NFTSW_TIME_LO);
	spin_unlock_irqrestore(&ns->time_lock, flags);
	return now;
}
