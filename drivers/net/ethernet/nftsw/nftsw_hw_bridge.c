// SPDX-License-Identifier: GPL-2.0
/*
 * Verbs of the chip's bridge: bridge ports, spanning trees, VLANs, FIDs, hosts, groups.
 * Floor 3, above nftsw_hw.c, whose head goes for this file, too.
 *
 * Records are in the chip's byte order.  As many as fit travel in one command; commands
 * of one call share a doorbell.
 */
#include <linux/slab.h>
#include "nftsw_hw.h"

/* Commands that are built at once. */
#define NFTSW_HW_BRIDGE_BATCH	16

static_assert(sizeof(struct nftsw_hw_fid) <= NFTSW_CMD_DATA_SIZE);

/* Records @done and @n of an opcode whose data is records.  Return: of the first failure. */
static int nftsw_hw_records(struct nftsw *ns, enum nftsw_opcode op, const void *rec,
			    u32 size, u32 n, u32 *done)
{
	u32 per = NFTSW_CMD_DATA_SIZE / size, left = n, i, k;
	struct nftsw_cmd *cmds;
	int err = 0;

	*done = 0;
	cmds = kcalloc(NFTSW_HW_BRIDGE_BATCH, sizeof(*cmds), GFP_KERNEL);
	if (!cmds)
		return -ENOMEM;
	while (left && !err) {
		for (k = 0; k < NFTSW_HW_BRIDGE_BATCH && left; k++) {
			memset(&cmds[k], 0, sizeof(cmds[k]));
			cmds[k].opcode = op;
			cmds[k].count = min(left, per);
			cmds[k].in = rec;
			cmds[k].in_size = cmds[k].count * size;
			rec += cmds[k].in_size;
			left -= cmds[k].count;
		}
		err = nftsw_cmdq_exec(ns, cmds, k);
		for (i = 0; i < k && !cmds[i].err; i++)
			*done += cmds[i].count;
		if (i < k)
			*done += min(cmds[i].done, cmds[i].count);
	}
	kfree(cmds);
	return err;
}

/**
 * nftsw_hw_br_port_set() - configure a bridge port
 * @ns: chip
 * @p: its configuration
 *
 * Return: 0 or a negative errno.
 */
int nftsw_hw_br_port_set(struct nftsw *ns, const struct nftsw_hw_br_port *p)
{
	struct nftsw_cmd cmd = {
		.opcode = NFTSW_OP_BR_PORT_SET,
		.index = le16_to_cpu(p->port),
		.count = 1,
		.in = p,
		.in_size = sizeof(*p),
	};

	return nftsw_cmdq_exec(ns, &cmd, 1);
}

/**
 * nftsw_hw_stp_set() - set states of bridge ports in spanning trees
 * @ns: chip
 * @rec: states
 * @n: how many
 *
 * Return: 0 or a negative errno; nobody knows then which were set.
 */
int nftsw_hw_stp_set(struct nftsw *ns, const struct nftsw_hw_stp *rec, u32 n)
{
	u32 done;

	return nftsw_hw_records(ns, NFTSW_OP_STP_SET, rec, sizeof(*rec), n, &done);
}

/**
 * nftsw_hw_vlan_set() - say where VLANs of ports lead
 * @ns: chip
 * @rec: VLANs
 * @n: how many
 *
 * Return: 0 or a negative errno; nobody knows then which were set.
 */
int nftsw_hw_vlan_set(struct nftsw *ns, const struct nftsw_hw_vlan *rec, u32 n)
{
	u32 done;

	return nftsw_hw_records(ns, NFTSW_OP_VLAN_SET, rec, sizeof(*rec), n, &done);
}

/**
 * nftsw_hw_fid_set() - make, change or delete a FID
 * @ns: chip
 * @fid: the FID
 *
 * Return: 0 or a negative errno.
 */
int nftsw_hw_fid_set(struct nftsw *ns, const struct nftsw_hw_fid *fid)
{
	struct nftsw_cmd cmd = {
		.opcode = NFTSW_OP_FID_SET,
		.count = 1,
		.in = fid,
		.in_size = sizeof(*fid),
	};

	return nftsw_cmdq_exec(ns, &cmd, 1);
}

/**
 * nftsw_hw_fdb_set() - write hosts
 * @ns: chip
 * @rec: hosts
 * @n: how many
 * @done: result: the first so many were written, the next was not
 *
 * Return: 0 or a negative errno.
 */
int nftsw_hw_fdb_set(struct nftsw *ns, const struct nftsw_hw_fdb *rec, u32 n, u32 *done)
{
	return nftsw_hw_records(ns, NFTSW_OP_FDB_SET, rec, sizeof(*rec), n, done);
}

/**
 * nftsw_hw_fdb_del() - delete hosts
 * @ns: chip
 * @rec: hosts, by fid and mac; those that are not there are no error
 * @n: how many
 *
 * Return: 0 or a negative errno.
 */
int nftsw_hw_fdb_del(struct nftsw *ns, const struct nftsw_hw_fdb *rec, u32 n)
{
	u32 done;
	int err;

	for (;;) {
		err = nftsw_hw_records(ns, NFTSW_OP_FDB_DEL, rec, sizeof(*rec), n, &done);
		if (err != -ENOENT || done >= n)
			return err == -ENOENT ? 0 : err;
		rec += done + 1;
		n -= done + 1;
		if (!n)
			return 0;
	}
}

/**
 * nftsw_hw_fdb_flush() - delete all hosts that meet a condition
 * @ns: chip
 * @match: NFTSW_FF_*
 * @fid: with NFTSW_FF_FID
 * @port: with NFTSW_FF_PORT
 *
 * Return: 0 or a negative errno.
 */
int nftsw_hw_fdb_flush(struct nftsw *ns, u32 match, u16 fid, u16 port)
{
	struct nftsw_hw_fdb_flush flush = {
		.match = cpu_to_le32(match),
		.fid = cpu_to_le16(fid),
		.port = cpu_to_le16(port),
	};
	struct nftsw_cmd cmd = {
		.opcode = NFTSW_OP_FDB_FLUSH,
		.in = &flush,
		.in_size = sizeof(flush),
	};

	return nftsw_cmdq_exec(ns, &cmd, 1);
}

/**
 * nftsw_hw_mdb_set() - write a group
 * @ns: chip
 * @mdb: the group
 *
 * Return: 0 or a negative errno.
 */
int nftsw_hw_mdb_set(struct nftsw *ns, const struct nftsw_hw_mdb *mdb)
{
	struct nftsw_cmd cmd = {
		.opcode = NFTSW_OP_MDB_SET,
		.count = 1,
		.in = mdb,
		.in_size = sizeof(*mdb),
	};

	return nftsw_cmdq_exec(ns, &cmd, 1);
}

/**
 * nftsw_hw_mdb_del() - delete a group
 * @ns: chip
 * @mdb: the group, by fid and mac; one that is not there is no error
 *
 * Return: 0 or a negative errno.
 */
int nftsw_hw_mdb_del(struct nftsw *ns, const struct nftsw_hw_mdb *mdb)
{
	struct nftsw_cmd cmd = {
		.opcode = NFTSW_OP_MDB_DEL,
		.count = 1,
		.in = mdb,
		.in_size = sizeof(*mdb),
	};
	int err;

	err = nftsw_cmdq_exec(ns, &cmd, 1);
	return err == -ENOENT ? 0 : err;
}

/**
 * nftsw_hw_bridge_dump() - read a table of the bridge back from the chip
 * @ns: chip
 * @table: NFTSW_TBL_BR_PORT .. NFTSW_TBL_MDB
 * @cursor: where to start, 0 at first; moved on, in the end to NFTSW_DUMP_END
 * @rec: where to put the records
 * @size: bytes of a record
 * @count: room in @rec; fewer may come
 *
 * Return: records read, or a negative errno.
 */
int nftsw_hw_bridge_dump(struct nftsw *ns, enum nftsw_table table, u32 *cursor, void *rec,
			 u32 size, u32 count)
{
	return nftsw_hw_dump(ns, table, cursor, rec, size, count);
}
