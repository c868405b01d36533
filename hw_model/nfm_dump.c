// SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause)
/*
 * Tables as software reads them: how many entries each has, and the record of one.  Floor 3,
 * below nfm_cmd.c, which moves records to host memory.  DS 5.3.
 *
 * Entries have numbers that stay the same as long as they live, so a dump may take its time.
 */
#include "nfm_bridge.h"
#include "nfm_flow.h"

/**
 * nfm_dump_rec_bytes() - size of a record
 * @table: enum nftsw_table
 *
 * Return: bytes
 */
u32 nfm_dump_rec_bytes(u32 table)
{
	static const u8 bytes[] = {
#define NFM_X_BYTES(sym, name, rec)	sizeof(rec),
		NFTSW_TABLES(NFM_X_BYTES)
#undef NFM_X_BYTES
	};

	return bytes[table];
}

static u32 nfm_dump_entries_bridge(const struct nfm *m, u32 table)
{
	switch (table) {
	case NFTSW_TBL_BR_PORT:
		return NFTSW_MAX_BR_PORTS;
	case NFTSW_TBL_STP:
		return NFTSW_MAX_BR_PORTS * NFTSW_MAX_MSTIS;
	case NFTSW_TBL_VLAN:
		return NFM_VLAN_PORTS * NFM_VLAN_IDS;
	case NFTSW_TBL_FID:
		return NFTSW_MAX_FIDS;
	case NFTSW_TBL_FDB:
		return m->cfg.fdb;
	case NFTSW_TBL_MDB:
		return NFTSW_MAX_MDB;
	default:
		return 0;
	}
}

/**
 * nfm_dump_entries() - how many entries a table has, in use or not
 * @m: chip
 * @table: enum nftsw_table, or any other number
 *
 * Return: their number; 0 for a table that this chip does not have
 */
u32 nfm_dump_entries(const struct nfm *m, u32 table)
{
	switch (table) {
	case NFTSW_TBL_FLOW:
		return m->cfg.flows;
	case NFTSW_TBL_RMAC:
		return m->cfg.ports * NFTSW_RMAC_PER_PORT;
	case NFTSW_TBL_PORT:
		return m->cfg.ports;
	case NFTSW_TBL_TRAP:
		return NFTSW_GROUP_COUNT;
	case NFTSW_TBL_LAG:
		return NFTSW_MAX_LAGS;
	case NFTSW_TBL_ACL:
		return NFTSW_MAX_ACLS;
	default:
		return m->br ? nfm_dump_entries_bridge(m, table) : 0;
	}
}

/**
 * nfm_port_cfg_read() - configuration of a port, as a table entry
 * @m: chip
 * @port: port that exists
 * @cfg: filled in
 */
void nfm_port_cfg_read(const struct nfm *m, u32 port, struct nftsw_hw_port_cfg *cfg)
{
	const struct nfm_port_state *p = &m->port[port];

	memset(cfg, 0, sizeof(*cfg));
	cfg->port = NFM_TO_LE16((u16)port);
	cfg->queue = NFM_TO_LE16(p->queue);
	cfg->max_frame = NFM_TO_LE32(p->max_frame);
	cfg->flags = NFM_TO_LE32(p->flags);
	cfg->mirror_rx = NFM_TO_LE16(p->mirror_rx);
	cfg->mirror_tx = NFM_TO_LE16(p->mirror_tx);
}

/**
 * nfm_trap_read() - policer of a trap group, as a table entry
 * @m: chip
 * @group: enum nftsw_trap_group
 * @g: filled in
 *
 * Return: false for NONE, which has no policer.
 */
bool nfm_trap_read(const struct nfm *m, u32 group, struct nftsw_hw_trap_group *g)
{
	const struct nfm_policer *p = &m->policer[group];

	if (group == NFTSW_GROUP_NONE)
		return false;
	memset(g, 0, sizeof(*g));
	g->group = NFM_TO_LE32(group);
	g->rate_pps = NFM_TO_LE32(p->rate_pps);
	g->burst = NFM_TO_LE32(p->burst);
	g->passed = NFM_TO_LE64(p->passed);
	g->policed = NFM_TO_LE64(p->policed);
	return true;
}

static bool nfm_dump_read_rmac(const struct nfm *m, u32 i, struct nftsw_hw_rmac *r)
{
	const struct nfm_port_state *p = &m->port[i / NFTSW_RMAC_PER_PORT];
	u32 slot = i % NFTSW_RMAC_PER_PORT;

	if (slot >= p->rmac_count)
		return false;
	memset(r, 0, sizeof(*r));
	r->port = NFM_TO_LE16((u16)(i / NFTSW_RMAC_PER_PORT));
	r->flags = p->rmac[slot].flags;
	memcpy(r->mac, p->rmac[slot].mac, NFTSW_ETH_ALEN);
	return true;
}

/**
 * nfm_dump_skip() - the first number that may have a record
 * @m: chip
 * @table: enum nftsw_table that it has
 * @i: to begin with
 *
 * Return: such a number, or nfm_dump_entries()
 */
u32 nfm_dump_skip(const struct nfm *m, u32 table, u32 i)
{
	u32 at;

	switch (table) {
	case NFTSW_TBL_FLOW:
		at = nfm_flow_next_valid(m, i);
		return at < m->cfg.flows ? at : m->cfg.flows;
	case NFTSW_TBL_STP:
		return nfm_stp_skip(m, i);
	case NFTSW_TBL_VLAN:
		return nfm_vlan_skip(m, i);
	case NFTSW_TBL_FID:
		return nfm_fid_skip(m, i);
	case NFTSW_TBL_FDB:
		return nfm_fdb_skip(m, i);
	case NFTSW_TBL_MDB:
		return nfm_mdb_skip(m, i);
	default:
		return i;
	}
}

static bool nfm_dump_read_bridge(const struct nfm *m, u32 table, u32 i, void *rec)
{
	switch (table) {
	case NFTSW_TBL_BR_PORT:
		return nfm_br_port_read(m, i, rec);
	case NFTSW_TBL_STP:
		return nfm_stp_read(m, i, rec);
	case NFTSW_TBL_VLAN:
		return nfm_vlan_read(m, i, rec);
	case NFTSW_TBL_FID:
		return nfm_fid_read(m, i, rec);
	case NFTSW_TBL_FDB:
		return nfm_fdb_read(m, i, rec);
	default:
		return nfm_mdb_read(m, i, rec);
	}
}

/**
 * nfm_dump_read() - a record
 * @m: chip
 * @table: enum nftsw_table that it has
 * @i: number below nfm_dump_entries()
 * @rec: nfm_dump_rec_bytes(), aligned to 8, filled in when there is a record
 *
 * Return: is there a record at @i?
 */
bool nfm_dump_read(const struct nfm *m, u32 table, u32 i, void *rec)
{
	switch (table) {
	case NFTSW_TBL_FLOW:
		return nfm_flow_read(m, i, rec);
	case NFTSW_TBL_RMAC:
		return nfm_dump_read_rmac(m, i, rec);
	case NFTSW_TBL_PORT:
		nfm_port_cfg_read(m, i, rec);
		return true;
	case NFTSW_TBL_TRAP:
		return nfm_trap_read(m, i, rec);
	case NFTSW_TBL_LAG:
		return nfm_lag_read(m, i, rec);
	case NFTSW_TBL_ACL:
		return nfm_acl_read(m, i, rec);
	default:
		return nfm_dump_read_bridge(m, table, i, rec);
	}
}
