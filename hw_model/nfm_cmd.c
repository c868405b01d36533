// SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause)
/*
 * Command processor: takes commands from CMD_SQ, works on them in slices, writes
 * completions to CMD_CQ in the order of submission.  DS 5.
 *
 * Floor: above nfm_ring.c; called by nfm_core.c.  What an opcode needs is said once,
 * in nfm_ops[]; the checks and the data transfer are common to all.  A slice maps
 * at most NFM_CMD_SLICE_BYTES of host memory or looks at NFM_CMD_SLICE_ENTRIES
 * entries, so a command over a million entries does not hold up the rest.
 */
#include "nfm_flow.h"

#define NFM_CMD_SLICE_BYTES	65536u
#define NFM_CMD_SLICE_ENTRIES	4096u

/* What a command may fill in; everything else must be 0.  DS 5.1 */
#define NFM_USES_INDEX		NFTSW_BIT(0)
#define NFM_USES_COUNT		NFTSW_BIT(1)
#define NFM_USES_ARG		NFTSW_BIT(2)
#define NFM_USES_DATA		NFTSW_BIT(3)

enum nfm_op_kind {
	NFM_OP_EACH,		/* one call per entry; data not used */
	NFM_OP_IN,		/* likewise, with a record from data */
	NFM_OP_OUT,		/* likewise, with a record to data */
	NFM_OP_PURGE,
	NFM_OP_DUMP,
};

enum nfm_op_range {
	NFM_RANGE_NONE,
	NFM_RANGE_PORT,
	NFM_RANGE_GROUP,
	NFM_RANGE_REASON,
	NFM_RANGE_FLOW,
	NFM_RANGE_LAG,
	NFM_RANGE_ACL,
	NFM_RANGE_BR_PORT,
	NFM_RANGE_BRIDGE,	/* none, but the chip must have a bridge */
	NFM_RANGE_METER,
	NFM_RANGE_TABLE,	/* the table that arg names */
};

union nfm_rec {
	struct nftsw_hw_port_cfg port;
	struct nftsw_hw_port_ctrs port_ctrs;
	struct nftsw_hw_rmac rmac;
	struct nftsw_hw_trap_group trap;
	__le64 reason;
	struct nftsw_hw_flow_entry flow;
	struct nftsw_hw_flow_ctrs flow_ctrs;
	struct nftsw_hw_flow_purge purge;
	struct nftsw_hw_flow_record flow_record;
	struct nftsw_hw_lag lag;
	struct nftsw_hw_acl_entry acl;
	struct nftsw_hw_acl_ctrs acl_ctrs;
	struct nftsw_hw_acl_record acl_record;
	struct nftsw_hw_br_port br_port;
	struct nftsw_hw_stp stp;
	struct nftsw_hw_vlan vlan;
	struct nftsw_hw_fid fid;
	struct nftsw_hw_fdb fdb;
	struct nftsw_hw_fdb_flush fdb_flush;
	struct nftsw_hw_mdb mdb;
	struct nftsw_hw_meter meter;
};

struct nfm_op {
	u16 opcode;
	u8 kind;
	u8 uses;
	u8 range;
	u16 rec_bytes;
	u32 (*one)(struct nfm *m, u32 index, union nfm_rec *r);
};

/* ---- one entry of each command --------------------------------------------- */

static u32 nfm_op_nop(struct nfm *m, u32 index, union nfm_rec *r)
{
	(void)m;
	(void)index;
	(void)r;
	return NFTSW_ST_OK;
}

static u32 nfm_op_port_set(struct nfm *m, u32 index, union nfm_rec *r)
{
	struct nfm_port_state *p = &m->port[index];
	u32 max_frame = NFM_LE32(r->port.max_frame);
	u32 queue = NFM_LE16(r->port.queue);
	u32 flags = NFM_LE32(r->port.flags);
	u32 rx = NFM_LE16(r->port.mirror_rx);
	u32 tx = NFM_LE16(r->port.mirror_tx);

	if (NFM_LE16(r->port.port) != index || queue >= m->cfg.queues || max_frame < 64 ||
	    max_frame > NFTSW_MAX_FRAME_VAL || (flags & ~NFTSW_PORT_PROMISC))
		return NFTSW_ST_BAD_PARAM;
	/* to itself: frames would double, and mean nothing */
	if (rx > m->cfg.ports || tx > m->cfg.ports || rx == index + 1 || tx == index + 1)
		return NFTSW_ST_BAD_PARAM;
	p->queue = (u16)queue;
	p->max_frame = max_frame;
	p->flags = flags;
	p->mirror_rx = (u16)rx;
	p->mirror_tx = (u16)tx;
	m->mirror_rx &= ~((u64)1 << index);
	m->mirror_rx |= (u64)!!rx << index;
	return NFTSW_ST_OK;
}

static u32 nfm_op_port_get(struct nfm *m, u32 index, union nfm_rec *r)
{
	nfm_port_cfg_read(m, index, &r->port);
	return NFTSW_ST_OK;
}

static u32 nfm_op_port_ctrs(struct nfm *m, u32 index, union nfm_rec *r)
{
	u32 i;

	for (i = 0; i < NFTSW_PCTR_COUNT; i++)
		r->port_ctrs.ctr[i] = NFM_TO_LE64(m->port[index].ctr[i]);
	return NFTSW_ST_OK;
}

static u32 nfm_op_rmac_check(const struct nfm *m, const struct nftsw_hw_rmac *r)
{
	static const u8 zero[NFTSW_ETH_ALEN];

	if (NFM_LE16(r->port) >= m->cfg.ports || (r->flags & ~NFTSW_RMAC_ROUTER) || r->rsvd ||
	    memcmp(r->rsvd2, zero, sizeof(r->rsvd2)) || (r->mac[0] & 1) ||
	    !memcmp(r->mac, zero, sizeof(zero)))
		return NFTSW_ST_BAD_PARAM;
	return NFTSW_ST_OK;
}

/* Slot of the address on its port, or rmac_count. */
static u32 nfm_op_rmac_find(const struct nfm_port_state *p, const u8 *mac)
{
	u32 i;

	for (i = 0; i < p->rmac_count; i++)
		if (!memcmp(p->rmac[i].mac, mac, NFTSW_ETH_ALEN))
			break;
	return i;
}

static u32 nfm_op_rmac_add(struct nfm *m, u32 index, union nfm_rec *r)
{
	struct nfm_port_state *p;
	u32 i;

	(void)index;
	if (nfm_op_rmac_check(m, &r->rmac))
		return NFTSW_ST_BAD_PARAM;
	p = &m->port[NFM_LE16(r->rmac.port)];
	i = nfm_op_rmac_find(p, r->rmac.mac);
	if (i == NFTSW_RMAC_PER_PORT)
		return NFTSW_ST_NO_SPACE;
	memcpy(p->rmac[i].mac, r->rmac.mac, NFTSW_ETH_ALEN);
	p->rmac[i].flags = r->rmac.flags;
	if (i == p->rmac_count)
		p->rmac_count++;
	return NFTSW_ST_OK;
}

static u32 nfm_op_rmac_del(struct nfm *m, u32 index, union nfm_rec *r)
{
	struct nfm_port_state *p;
	u32 i;

	(void)index;
	if (nfm_op_rmac_check(m, &r->rmac))
		return NFTSW_ST_BAD_PARAM;
	p = &m->port[NFM_LE16(r->rmac.port)];
	i = nfm_op_rmac_find(p, r->rmac.mac);
	if (i == p->rmac_count)
		return NFTSW_ST_NOT_FOUND;
	p->rmac[i] = p->rmac[--p->rmac_count];
	return NFTSW_ST_OK;
}

static u32 nfm_op_trap_set(struct nfm *m, u32 index, union nfm_rec *r)
{
	if (NFM_LE32(r->trap.group) != index)
		return NFTSW_ST_BAD_PARAM;
	return nfm_policer_set(m, &r->trap);
}

static u32 nfm_op_trap_get(struct nfm *m, u32 index, union nfm_rec *r)
{
	return nfm_trap_read(m, index, &r->trap) ? NFTSW_ST_OK : NFTSW_ST_BAD_PARAM;
}

static u32 nfm_op_reason_ctrs(struct nfm *m, u32 index, union nfm_rec *r)
{
	r->reason = NFM_TO_LE64(m->reason[index]);
	return NFTSW_ST_OK;
}

static u32 nfm_op_flow_set(struct nfm *m, u32 index, union nfm_rec *r)
{
	(void)index;
	return nfm_flow_set(m, &r->flow);
}

static u32 nfm_op_flow_del(struct nfm *m, u32 index, union nfm_rec *r)
{
	u32 status = nfm_flow_del(m, index);

	(void)r;
	return status == NFTSW_ST_NOT_FOUND ? NFTSW_ST_OK : status;
}

static u32 nfm_op_flow_ctrs(struct nfm *m, u32 index, union nfm_rec *r)
{
	nfm_flow_ctrs(m, index, &r->flow_ctrs);
	return NFTSW_ST_OK;
}

static u32 nfm_op_flow_state(struct nfm *m, u32 index, union nfm_rec *r)
{
	(void)r;
	if (m->cmd.arg & ~(NFTSW_FS_TO_CPU | NFTSW_FS_STATIC))
		return NFTSW_ST_BAD_PARAM;
	return nfm_flow_state(m, index, m->cmd.arg);
}

static u32 nfm_op_lag_set(struct nfm *m, u32 index, union nfm_rec *r)
{
	return nfm_lag_set(m, index, &r->lag);
}

static u32 nfm_op_lag_get(struct nfm *m, u32 index, union nfm_rec *r)
{
	nfm_lag_read(m, index, &r->lag);
	return NFTSW_ST_OK;
}

static u32 nfm_op_acl_set(struct nfm *m, u32 index, union nfm_rec *r)
{
	(void)index;
	return nfm_acl_set(m, &r->acl);
}

static u32 nfm_op_acl_del(struct nfm *m, u32 index, union nfm_rec *r)
{
	(void)r;
	nfm_acl_del(m, index);
	return NFTSW_ST_OK;
}

static u32 nfm_op_acl_ctrs(struct nfm *m, u32 index, union nfm_rec *r)
{
	nfm_acl_ctrs(m, index, &r->acl_ctrs);
	return NFTSW_ST_OK;
}

static u32 nfm_op_br_port_set(struct nfm *m, u32 index, union nfm_rec *r)
{
	return nfm_br_port_set(m, index, &r->br_port);
}

static u32 nfm_op_stp_set(struct nfm *m, u32 index, union nfm_rec *r)
{
	(void)index;
	return nfm_stp_set(m, &r->stp);
}

static u32 nfm_op_vlan_set(struct nfm *m, u32 index, union nfm_rec *r)
{
	(void)index;
	return nfm_vlan_set(m, &r->vlan);
}

static u32 nfm_op_fid_set(struct nfm *m, u32 index, union nfm_rec *r)
{
	(void)index;
	return nfm_fid_set(m, &r->fid);
}

static u32 nfm_op_fdb_set(struct nfm *m, u32 index, union nfm_rec *r)
{
	(void)index;
	return nfm_fdb_set(m, &r->fdb);
}

static u32 nfm_op_fdb_del(struct nfm *m, u32 index, union nfm_rec *r)
{
	(void)index;
	return nfm_fdb_del(m, &r->fdb);
}

static u32 nfm_op_mdb_set(struct nfm *m, u32 index, union nfm_rec *r)
{
	(void)index;
	return nfm_mdb_set(m, &r->mdb);
}

static u32 nfm_op_mdb_del(struct nfm *m, u32 index, union nfm_rec *r)
{
	(void)index;
	return nfm_mdb_del(m, &r->mdb);
}

static u32 nfm_op_meter_set(struct nfm *m, u32 index, union nfm_rec *r)
{
	return nfm_meter_set(m, index, &r->meter);
}

static u32 nfm_op_meter_get(struct nfm *m, u32 index, union nfm_rec *r)
{
	nfm_meter_read(m, index, &r->meter);
	return NFTSW_ST_OK;
}

#define NFM_USES_RANGE	(NFM_USES_INDEX | NFM_USES_COUNT)

/* DS 5.3 */
static const struct nfm_op nfm_ops[] = {
	{ NFTSW_OP_NOP, NFM_OP_EACH, 0, NFM_RANGE_NONE, 0, nfm_op_nop },
	{ NFTSW_OP_PORT_SET, NFM_OP_IN, NFM_USES_INDEX | NFM_USES_DATA, NFM_RANGE_PORT,
	  sizeof(struct nftsw_hw_port_cfg), nfm_op_port_set },
	{ NFTSW_OP_PORT_GET, NFM_OP_OUT, NFM_USES_RANGE | NFM_USES_DATA, NFM_RANGE_PORT,
	  sizeof(struct nftsw_hw_port_cfg), nfm_op_port_get },
	{ NFTSW_OP_PORT_CTRS, NFM_OP_OUT, NFM_USES_RANGE | NFM_USES_DATA, NFM_RANGE_PORT,
	  sizeof(struct nftsw_hw_port_ctrs), nfm_op_port_ctrs },
	{ NFTSW_OP_RMAC_ADD, NFM_OP_IN, NFM_USES_COUNT | NFM_USES_DATA, NFM_RANGE_NONE,
	  sizeof(struct nftsw_hw_rmac), nfm_op_rmac_add },
	{ NFTSW_OP_RMAC_DEL, NFM_OP_IN, NFM_USES_COUNT | NFM_USES_DATA, NFM_RANGE_NONE,
	  sizeof(struct nftsw_hw_rmac), nfm_op_rmac_del },
	{ NFTSW_OP_TRAP_SET, NFM_OP_IN, NFM_USES_INDEX | NFM_USES_DATA, NFM_RANGE_GROUP,
	  sizeof(struct nftsw_hw_trap_group), nfm_op_trap_set },
	{ NFTSW_OP_TRAP_GET, NFM_OP_OUT, NFM_USES_RANGE | NFM_USES_DATA, NFM_RANGE_GROUP,
	  sizeof(struct nftsw_hw_trap_group), nfm_op_trap_get },
	{ NFTSW_OP_REASON_CTRS, NFM_OP_OUT, NFM_USES_RANGE | NFM_USES_DATA, NFM_RANGE_REASON,
	  sizeof(__le64), nfm_op_reason_ctrs },
	{ NFTSW_OP_FLOW_SET, NFM_OP_IN, NFM_USES_COUNT | NFM_USES_DATA, NFM_RANGE_NONE,
	  sizeof(struct nftsw_hw_flow_entry), nfm_op_flow_set },
	{ NFTSW_OP_FLOW_DEL, NFM_OP_EACH, NFM_USES_RANGE, NFM_RANGE_FLOW, 0, nfm_op_flow_del },
	{ NFTSW_OP_FLOW_CTRS, NFM_OP_OUT, NFM_USES_RANGE | NFM_USES_DATA, NFM_RANGE_FLOW,
	  sizeof(struct nftsw_hw_flow_ctrs), nfm_op_flow_ctrs },
	{ NFTSW_OP_FLOW_PURGE, NFM_OP_PURGE, NFM_USES_DATA, NFM_RANGE_NONE,
	  sizeof(struct nftsw_hw_flow_purge), NULL },
	{ NFTSW_OP_FLOW_STATE, NFM_OP_EACH, NFM_USES_INDEX | NFM_USES_ARG, NFM_RANGE_FLOW,
	  0, nfm_op_flow_state },
	{ NFTSW_OP_LAG_SET, NFM_OP_IN, NFM_USES_INDEX | NFM_USES_DATA, NFM_RANGE_LAG,
	  sizeof(struct nftsw_hw_lag), nfm_op_lag_set },
	{ NFTSW_OP_LAG_GET, NFM_OP_OUT, NFM_USES_RANGE | NFM_USES_DATA, NFM_RANGE_LAG,
	  sizeof(struct nftsw_hw_lag), nfm_op_lag_get },
	{ NFTSW_OP_ACL_SET, NFM_OP_IN, NFM_USES_COUNT | NFM_USES_DATA, NFM_RANGE_NONE,
	  sizeof(struct nftsw_hw_acl_entry), nfm_op_acl_set },
	{ NFTSW_OP_ACL_DEL, NFM_OP_EACH, NFM_USES_RANGE, NFM_RANGE_ACL, 0, nfm_op_acl_del },
	{ NFTSW_OP_ACL_CTRS, NFM_OP_OUT, NFM_USES_RANGE | NFM_USES_DATA, NFM_RANGE_ACL,
	  sizeof(struct nftsw_hw_acl_ctrs), nfm_op_acl_ctrs },
	{ NFTSW_OP_BR_PORT_SET, NFM_OP_IN, NFM_USES_INDEX | NFM_USES_DATA, NFM_RANGE_BR_PORT,
	  sizeof(struct nftsw_hw_br_port), nfm_op_br_port_set },
	{ NFTSW_OP_STP_SET, NFM_OP_IN, NFM_USES_COUNT | NFM_USES_DATA, NFM_RANGE_BRIDGE,
	  sizeof(struct nftsw_hw_stp), nfm_op_stp_set },
	{ NFTSW_OP_VLAN_SET, NFM_OP_IN, NFM_USES_COUNT | NFM_USES_DATA, NFM_RANGE_BRIDGE,
	  sizeof(struct nftsw_hw_vlan), nfm_op_vlan_set },
	{ NFTSW_OP_FID_SET, NFM_OP_IN, NFM_USES_COUNT | NFM_USES_DATA, NFM_RANGE_BRIDGE,
	  sizeof(struct nftsw_hw_fid), nfm_op_fid_set },
	{ NFTSW_OP_FDB_SET, NFM_OP_IN, NFM_USES_COUNT | NFM_USES_DATA, NFM_RANGE_BRIDGE,
	  sizeof(struct nftsw_hw_fdb), nfm_op_fdb_set },
	{ NFTSW_OP_FDB_DEL, NFM_OP_IN, NFM_USES_COUNT | NFM_USES_DATA, NFM_RANGE_BRIDGE,
	  sizeof(struct nftsw_hw_fdb), nfm_op_fdb_del },
	{ NFTSW_OP_FDB_FLUSH, NFM_OP_PURGE, NFM_USES_DATA, NFM_RANGE_BRIDGE,
	  sizeof(struct nftsw_hw_fdb_flush), NULL },
	{ NFTSW_OP_MDB_SET, NFM_OP_IN, NFM_USES_COUNT | NFM_USES_DATA, NFM_RANGE_BRIDGE,
	  sizeof(struct nftsw_hw_mdb), nfm_op_mdb_set },
	{ NFTSW_OP_MDB_DEL, NFM_OP_IN, NFM_USES_COUNT | NFM_USES_DATA, NFM_RANGE_BRIDGE,
	  sizeof(struct nftsw_hw_mdb), nfm_op_mdb_del },
	{ NFTSW_OP_METER_SET, NFM_OP_IN, NFM_USES_INDEX | NFM_USES_DATA, NFM_RANGE_METER,
	  sizeof(struct nftsw_hw_meter), nfm_op_meter_set },
	{ NFTSW_OP_METER_GET, NFM_OP_OUT, NFM_USES_RANGE | NFM_USES_DATA, NFM_RANGE_METER,
	  sizeof(struct nftsw_hw_meter), nfm_op_meter_get },
	{ NFTSW_OP_DUMP, NFM_OP_DUMP, NFM_USES_RANGE | NFM_USES_ARG | NFM_USES_DATA,
	  NFM_RANGE_TABLE, 0, NULL },
};

/* ---- checks: DS 5.1 ------------------------------------------------------------- */

static const struct nfm_op *nfm_op_find(u32 opcode)
{
	u32 i;

	for (i = 0; i < NFM_ARRAY_COUNT(nfm_ops); i++)
		if (nfm_ops[i].opcode == opcode)
			return &nfm_ops[i];
	return NULL;
}

/* Entries are numbered 0..n-1 for this command. */
static u32 nfm_op_entries(const struct nfm *m, const struct nfm_op *op, u32 arg)
{
	switch (op->range) {
	case NFM_RANGE_PORT:
		return m->cfg.ports;
	case NFM_RANGE_GROUP:
		return NFTSW_GROUP_COUNT;
	case NFM_RANGE_REASON:
		return NFTSW_REASON_COUNT;
	case NFM_RANGE_FLOW:
		return m->cfg.flows;
	case NFM_RANGE_LAG:
		return NFTSW_MAX_LAGS;
	case NFM_RANGE_ACL:
		return NFTSW_MAX_ACLS;
	case NFM_RANGE_BR_PORT:
		return NFTSW_MAX_BR_PORTS;
	case NFM_RANGE_METER:
		return NFTSW_MAX_METERS;
	case NFM_RANGE_TABLE:
		return nfm_dump_entries(m, arg);
	default:
		return ~0u;
	}
}

static u32 nfm_op_rec_bytes(const struct nfm_op *op, u32 arg)
{
	return op->kind == NFM_OP_DUMP ? nfm_dump_rec_bytes(arg) : op->rec_bytes;
}

static bool nfm_cmd_unused_ok(const struct nfm_cmd_state *c, const struct nfm_op *op)
{
	return ((op->uses & NFM_USES_INDEX) || !c->index) &&
	       ((op->uses & NFM_USES_COUNT) || c->count == 1) &&
	       ((op->uses & NFM_USES_ARG) || !c->arg) &&
	       ((op->uses & NFM_USES_DATA) || (!c->addr && !c->size));
}

static bool nfm_cmd_range_ok(const struct nfm *m, const struct nfm_op *op)
{
	const struct nfm_cmd_state *c = &m->cmd;
	u32 entries = nfm_op_entries(m, op, c->arg);

	/* a dump may ask for more records than there are */
	if (op->kind == NFM_OP_DUMP)
		return c->index < entries;
	return c->index < entries && c->count <= entries - c->index;
}

static bool nfm_cmd_data_ok(const struct nfm_cmd_state *c, const struct nfm_op *op)
{
	if (!(op->uses & NFM_USES_DATA))
		return true;
	return !(c->addr & 7) && (u64)c->count * nfm_op_rec_bytes(op, c->arg) <= c->size;
}

/* Is it the bridge's, of a chip that has none? */
static bool nfm_cmd_no_bridge(const struct nfm *m, const struct nfm_op *op)
{
	u32 table = m->cmd.arg;

	if (m->br)
		return false;
	if (op->kind == NFM_OP_DUMP)
		return table >= NFTSW_TBL_BR_PORT && table < NFTSW_TBL_COUNT;
	return op->range == NFM_RANGE_BR_PORT || op->range == NFM_RANGE_BRIDGE;
}

static u32 nfm_cmd_check(const struct nfm *m, const struct nfm_op *op)
{
	if (!op)
		return NFTSW_ST_BAD_OPCODE;
	if (nfm_cmd_no_bridge(m, op))
		return NFTSW_ST_UNSUPPORTED;
	if (!nfm_cmd_unused_ok(&m->cmd, op) || !nfm_cmd_range_ok(m, op) ||
	    !nfm_cmd_data_ok(&m->cmd, op))
		return NFTSW_ST_BAD_PARAM;
	return NFTSW_ST_OK;
}

/* ---- completion -------------------------------------------------------------------- */

static void nfm_cmd_complete(struct nfm *m, u32 status, u32 next)
{
	struct nfm_cmd_state *c = &m->cmd;

	c->active = false;
	c->held = true;
	c->held_until_ns = m->now_ns + m->fault[NFM_FAULT_CMD_DELAY_NS];
	if (c->held_until_ns < m->now_ns)
		c->held_until_ns = NFM_NEVER;
	memset(&c->cpl, 0, sizeof(c->cpl));
	c->cpl.tag = NFM_TO_LE16(c->tag);
	c->cpl.status = (u8)status;
	c->cpl.done = NFM_TO_LE32(c->done);
	c->cpl.next = NFM_TO_LE32(next);
	c->cpl.sq_cons = NFM_TO_LE16(m->ring[NFTSW_RING_CMD_SQ].cons);
	c->total++;
	if (status != NFTSW_ST_OK)
		c->errors++;
	if (m->ops->trace)
		m->ops->trace(m->host, NFM_TRACE_CMD, c->opcode | status << 16, c->index);
}

/* Is the command that is under way one of those that the fault knobs are for? */
static bool nfm_cmd_fault_meant(const struct nfm *m)
{
	u64 opcode = m->fault[NFM_FAULT_CMD_OPCODE];

	return !opcode || opcode == m->cmd.opcode;
}

/* Return: false when the completion must wait on. */
static bool nfm_cmd_release(struct nfm *m)
{
	struct nfm_cmd_state *c = &m->cmd;
	bool drop = m->fault[NFM_FAULT_CMD_DROP] && nfm_cmd_fault_meant(m);

	if (m->now_ns < c->held_until_ns)
		return false;
	if (!drop && !nfm_ring_room(m, NFTSW_RING_CMD_CQ)) {
		m->ring[NFTSW_RING_CMD_CQ].sts |= NFTSW_RING_STS_OVERFLOW;
		return false;
	}
	c->held = false;
	if (drop)
		nfm_fault_take(m, NFM_FAULT_CMD_DROP);
	else
		nfm_ring_put(m, NFTSW_RING_CMD_CQ, &c->cpl, &c->cpl.flags);
	return true;
}

/* ---- work ---------------------------------------------------------------------------- */

static bool nfm_cmd_fetch(struct nfm *m)
{
	static const __le32 zero[NFM_ARRAY_COUNT(((struct nftsw_hw_cmd *)0)->rsvd)];
	struct nfm_cmd_state *c = &m->cmd;
	struct nftsw_hw_cmd cmd;
	u32 status;

	if (!m->ring[NFTSW_RING_CMD_CQ].enabled || !nfm_ring_used(m, NFTSW_RING_CMD_SQ) ||
	    !nfm_ring_peek(m, NFTSW_RING_CMD_SQ, 0, &cmd))
		return false;
	nfm_ring_consume(m, NFTSW_RING_CMD_SQ, 1);
	c->active = true;
	c->opcode = NFM_LE16(cmd.opcode);
	c->tag = NFM_LE16(cmd.tag);
	c->index = NFM_LE32(cmd.index);
	c->count = NFM_LE32(cmd.count);
	c->count += !c->count;
	c->arg = NFM_LE32(cmd.arg);
	c->addr = NFM_LE64(cmd.data_addr);
	c->size = NFM_LE32(cmd.data_size);
	c->done = 0;
	c->cursor = c->index;
	status = nfm_cmd_check(m, nfm_op_find(c->opcode));
	if (nfm_cmd_fault_meant(m) && nfm_fault_take(m, NFM_FAULT_CMD_STATUS))
		nfm_cmd_complete(m, NFTSW_ST_INTERNAL, 0);
	else if (memcmp(cmd.rsvd, zero, sizeof(zero)) && status == NFTSW_ST_OK)
		nfm_cmd_complete(m, NFTSW_ST_BAD_PARAM, 0);
	else if (status != NFTSW_ST_OK)
		nfm_cmd_complete(m, status, 0);
	return true;
}

/* One slice of a command that treats entries index..index+count-1 one by one. */
static void nfm_cmd_slice_each(struct nfm *m, const struct nfm_op *op)
{
	u32 max = op->rec_bytes ? NFM_CMD_SLICE_BYTES / op->rec_bytes : NFM_CMD_SLICE_ENTRIES;
	struct nfm_cmd_state *c = &m->cmd;
	u32 n = c->count - c->done < max ? c->count - c->done : max;
	bool out = op->kind == NFM_OP_OUT;
	u32 status = NFTSW_ST_OK;
	union nfm_rec rec;
	u8 *p = NULL;
	u32 i;

	if (op->rec_bytes) {
		p = nfm_dma_map(m, c->addr + (u64)c->done * op->rec_bytes,
				n * op->rec_bytes, out);
		if (!p) {
			nfm_cmd_complete(m, NFTSW_ST_DMA, 0);
			return;
		}
	}
	for (i = 0; i < n; i++) {
		if (p && !out)
			memcpy(&rec, p + (size_t)i * op->rec_bytes, op->rec_bytes);
		status = op->one(m, c->index + c->done, &rec);
		if (status != NFTSW_ST_OK)
			break;
		if (p && out)
			memcpy(p + (size_t)i * op->rec_bytes, &rec, op->rec_bytes);
		c->done++;
	}
	if (p)
		nfm_dma_unmap(m, p, n * op->rec_bytes, out);
	if (status != NFTSW_ST_OK || c->done == c->count)
		nfm_cmd_complete(m, status, 0);
}

/* What deletes by conditions is over one of two tables: how many entries it has. */
static u32 nfm_cmd_purge_entries(const struct nfm *m)
{
	return m->cmd.opcode == NFTSW_OP_FDB_FLUSH ? m->cfg.fdb : m->cfg.flows;
}

static u32 nfm_cmd_purge_check(const struct nfm *m)
{
	const struct nfm_cmd_state *c = &m->cmd;

	return c->opcode == NFTSW_OP_FDB_FLUSH ? nfm_fdb_flush_check(m, &c->flush) :
						 nfm_flow_purge_check(m, &c->purge);
}

/* The condition is read at the start and kept: software may not change its mind. */
static u32 nfm_cmd_purge_read(struct nfm *m, u32 bytes)
{
	struct nfm_cmd_state *c = &m->cmd;
	bool fdb = c->opcode == NFTSW_OP_FDB_FLUSH;
	void *p = nfm_dma_map(m, c->addr, bytes, false);

	if (!p)
		return NFTSW_ST_DMA;
	memcpy(fdb ? (void *)&c->flush : (void *)&c->purge, p, bytes);
	nfm_dma_unmap(m, p, bytes, false);
	return nfm_cmd_purge_check(m);
}

static void nfm_cmd_slice_purge(struct nfm *m, const struct nfm_op *op)
{
	struct nfm_cmd_state *c = &m->cmd;
	u32 status;

	if (!c->cursor) {
		status = nfm_cmd_purge_read(m, op->rec_bytes);
		if (status != NFTSW_ST_OK) {
			nfm_cmd_complete(m, status, 0);
			return;
		}
	}
	if (c->opcode == NFTSW_OP_FDB_FLUSH)
		c->done += nfm_fdb_flush(m, &c->flush, &c->cursor, NFM_CMD_SLICE_ENTRIES);
	else
		c->done += nfm_flow_purge(m, &c->purge, &c->cursor, NFM_CMD_SLICE_ENTRIES);
	if (c->cursor >= nfm_cmd_purge_entries(m))
		nfm_cmd_complete(m, NFTSW_ST_OK, 0);
}

static void nfm_cmd_slice_dump(struct nfm *m)
{
	struct nfm_cmd_state *c = &m->cmd;
	u32 bytes = nfm_dump_rec_bytes(c->arg);
	u32 entries = nfm_dump_entries(m, c->arg);
	u32 max = NFM_CMD_SLICE_BYTES / bytes;
	u32 n = c->count - c->done < max ? c->count - c->done : max;
	u32 looks = NFM_CMD_SLICE_ENTRIES;
	union nfm_rec rec;
	u32 i;
	u8 *p;

	p = nfm_dma_map(m, c->addr + (u64)c->done * bytes, n * bytes, true);
	if (!p) {
		nfm_cmd_complete(m, NFTSW_ST_DMA, 0);
		return;
	}
	for (i = 0; i < n && looks; looks--) {
		c->cursor = nfm_dump_skip(m, c->arg, c->cursor);
		if (c->cursor == entries)
			break;
		if (nfm_dump_read(m, c->arg, c->cursor++, &rec))
			memcpy(p + (size_t)i++ * bytes, &rec, bytes);
	}
	nfm_dma_unmap(m, p, n * bytes, true);
	c->done += i;
	if (c->cursor >= entries)
		nfm_cmd_complete(m, NFTSW_ST_OK, NFTSW_DUMP_END);
	else if (c->done == c->count)
		nfm_cmd_complete(m, NFTSW_ST_OK, c->cursor);
}

static void nfm_cmd_slice(struct nfm *m)
{
	const struct nfm_op *op = nfm_op_find(m->cmd.opcode);

	if (op->kind == NFM_OP_PURGE)
		nfm_cmd_slice_purge(m, op);
	else if (op->kind == NFM_OP_DUMP)
		nfm_cmd_slice_dump(m);
	else
		nfm_cmd_slice_each(m, op);
}

/**
 * nfm_cmd_run() - work on commands
 * @m: chip
 * @budget: slices to spend; what is left is given back
 *
 * Return: true when it stopped for want of budget only.
 */
bool nfm_cmd_run(struct nfm *m, u32 *budget)
{
	m->work &= ~NFM_WORK_CMD;
	for (; *budget; --*budget) {
		if (m->cmd.held && !nfm_cmd_release(m))
			return false;
		if (!m->cmd.active && !nfm_cmd_fetch(m))
			return false;
		if (m->cmd.active)
			nfm_cmd_slice(m);
	}
	m->work |= NFM_WORK_CMD;
	return true;
}

/**
 * nfm_cmd_stop() - a command ring was stopped
 * @m: chip
 * @cq: it was CMD_CQ: nobody to tell.  Otherwise the command that was being worked on
 *	completes as ABORTED.
 */
void nfm_cmd_stop(struct nfm *m, bool cq)
{
	struct nfm_cmd_state *c = &m->cmd;

	if (cq) {
		c->active = false;
		c->held = false;
	} else if (c->active) {
		nfm_cmd_complete(m, NFTSW_ST_ABORTED, 0);
		m->work |= NFM_WORK_CMD;
	}
}

/**
 * nfm_cmd_check_active() - would the chip have got so far with this command?
 * @m: chip whose command state was loaded
 *
 * Return: NULL, or what is wrong.
 */
const char *nfm_cmd_check_active(const struct nfm *m)
{
	const struct nfm_cmd_state *c = &m->cmd;
	const struct nfm_op *op = nfm_op_find(c->opcode);
	u32 from = op && op->kind == NFM_OP_PURGE ? 0 : c->index;

	if (!c->active)
		return NULL;
	if (c->held)
		return "command state: active and held at once";
	if (!c->count || nfm_cmd_check(m, op) != NFTSW_ST_OK)
		return "command state: the active command is not valid";
	if (op->kind == NFM_OP_PURGE)
		return c->cursor >= nfm_cmd_purge_entries(m) ||
		       (c->cursor && nfm_cmd_purge_check(m) != NFTSW_ST_OK) ?
		       "command state: the purge is not valid" : NULL;
	if (c->done >= c->count || c->cursor < from ||
	    (op->kind == NFM_OP_DUMP && c->cursor >= nfm_dump_entries(m, c->arg)))
		return "command state: progress is out of range";
	return NULL;
}

/**
 * nfm_cmd_deadline() - when a held completion is due
 * @m: chip
 *
 * Return: time in ns, or NFM_NEVER; a completion that waits for room is not due.
 */
u64 nfm_cmd_deadline(const struct nfm *m)
{
	return m->cmd.held && m->now_ns < m->cmd.held_until_ns ?
	       m->cmd.held_until_ns : NFM_NEVER;
}
