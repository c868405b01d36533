// SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause)
/*
 * The bridge's part of a chip's state: each table is a count and that many records, as in dumps.
 * Floor 4, below nfm_state.c, which explains blobs.  What is read goes through the functions
 * that software's commands go through, so it is checked like these.
 */
#include "nfm_blob.h"
#include "nfm_bridge.h"

/* A record of any table that goes this way. */
union nfm_state_rec {
	struct nftsw_hw_br_port port;
	struct nftsw_hw_stp stp;
	struct nftsw_hw_vlan vlan;
	struct nftsw_hw_fid fid;
};

static u32 nfm_state_rec_set(struct nfm *m, u32 table, const union nfm_state_rec *r)
{
	switch (table) {
	case NFTSW_TBL_BR_PORT:
		return nfm_br_port_set(m, NFM_LE16(r->port.port), &r->port);
	case NFTSW_TBL_STP:
		return nfm_stp_set(m, &r->stp);
	case NFTSW_TBL_VLAN:
		return nfm_vlan_set(m, &r->vlan);
	default:
		return nfm_fid_set(m, &r->fid);
	}
}

/*
 * The next record from *@i on; moves behind it.  Of bridge ports there is one for each, because
 * how many hosts are learned there is not known yet when they are read.
 */
static bool nfm_state_rec_next(struct nfm *m, u32 table, u32 *i, union nfm_state_rec *r)
{
	u32 entries = nfm_dump_entries(m, table);
	u32 at;

	for (;;) {
		*i = nfm_dump_skip(m, table, *i);
		if (*i >= entries)
			return false;
		at = (*i)++;
		if (nfm_dump_read(m, table, at, r) ||
		    (table == NFTSW_TBL_BR_PORT && nfm_br_port_ok(m, at)))
			return true;
	}
}

static u32 nfm_state_rec_count(struct nfm *m, u32 table)
{
	union nfm_state_rec r;
	u32 count = 0;
	u32 i = 0;

	while (nfm_state_rec_next(m, table, &i, &r))
		count++;
	return count;
}

static void nfm_state_table(struct nfm *m, struct nfm_blob *b, u32 table)
{
	u32 count = nfm_state_rec_count(m, table);
	u32 bytes = nfm_dump_rec_bytes(table);
	union nfm_state_rec r;
	u32 at = 0;
	u32 i;

	nfm_blob_u32(b, &count);
	nfm_blob_need(b, count <= nfm_dump_entries(m, table),
		      "a table of the state's bridge is too long");
	for (i = 0; i < count && !b->error; i++) {
		if (!b->in && !nfm_state_rec_next(m, table, &at, &r))
			break;
		nfm_blob_octets(b, &r, bytes);
		if (b->in && !b->error && nfm_state_rec_set(m, table, &r) != NFTSW_ST_OK)
			nfm_blob_refuse(b, "the bridge does not take an entry of the state");
	}
	nfm_blob_need(b, b->error || nfm_state_rec_count(m, table) == count,
		      "an entry of the state's bridge stands twice, or says nothing");
}

/**
 * nfm_state_bridge() - bridge ports, spanning trees, VLANs, FIDs
 * @m: chip
 * @b: blob
 */
void nfm_state_bridge(struct nfm *m, struct nfm_blob *b)
{
	static const u8 tables[] = { NFTSW_TBL_BR_PORT, NFTSW_TBL_STP, NFTSW_TBL_VLAN,
				     NFTSW_TBL_FID };
	u32 i;

	if (b->in)
		nfm_br_seed(m, m->seed);
	for (i = 0; m->br && i < NFM_ARRAY_COUNT(tables); i++)
		nfm_state_table(m, b, tables[i]);
}

/* ---- databases: what has a number keeps it, because walks may be under way ---------- */

static void nfm_state_host_load(struct nfm *m, struct nfm_blob *b)
{
	struct nftsw_hw_fdb e;
	u64 seen_ns = 0;
	u32 at = 0;

	nfm_blob_u32(b, &at);
	nfm_blob_octets(b, &e, sizeof(e));
	nfm_blob_u64(b, &seen_ns);
	if (b->error)
		return;
	if (seen_ns > m->now_ns)
		nfm_blob_refuse(b, "a host of the state was seen in the future");
	else if (nfm_fdb_restore(m, at, &e, seen_ns) != NFTSW_ST_OK)
		nfm_blob_refuse(b, "the FDB does not take a host of the state");
}

static void nfm_state_host_save(struct nfm *m, struct nfm_blob *b, u32 at)
{
	struct nftsw_hw_fdb e;

	if (!nfm_fdb_read(m, at, &e))
		return;
	nfm_blob_u32(b, &at);
	nfm_blob_octets(b, &e, sizeof(e));
	nfm_blob_u64(b, &m->br->fdb.host[at].seen_ns);
}

/**
 * nfm_state_hosts() - the forwarding database
 * @m: chip
 * @b: blob
 */
void nfm_state_hosts(struct nfm *m, struct nfm_blob *b)
{
	u32 used = nfm_fdb_used(m);
	u32 i;

	nfm_blob_u32(b, &used);
	nfm_blob_need(b, used <= m->cfg.fdb, "too many hosts in the state");
	if (!m->br || b->error)
		return;
	for (i = 0; b->in && i < used && !b->error; i++)
		nfm_state_host_load(m, b);
	for (i = 0; !b->in && i < m->br->fdb.tbl.fresh; i++)
		nfm_state_host_save(m, b, i);
	nfm_blob_need(b, nfm_fdb_used(m) == used, "a host stands twice in the state");
}

static void nfm_state_group_load(struct nfm *m, struct nfm_blob *b)
{
	struct nftsw_hw_mdb e;
	u32 at = 0;

	nfm_blob_u32(b, &at);
	nfm_blob_octets(b, &e, sizeof(e));
	if (!b->error && nfm_mdb_restore(m, at, &e) != NFTSW_ST_OK)
		nfm_blob_refuse(b, "the MDB does not take a group of the state");
}

static void nfm_state_group_save(struct nfm *m, struct nfm_blob *b, u32 at)
{
	struct nftsw_hw_mdb e;

	if (!nfm_mdb_read(m, at, &e))
		return;
	nfm_blob_u32(b, &at);
	nfm_blob_octets(b, &e, sizeof(e));
}

/**
 * nfm_state_groups() - the multicast database
 * @m: chip
 * @b: blob
 */
void nfm_state_groups(struct nfm *m, struct nfm_blob *b)
{
	u32 used = nfm_mdb_used(m);
	u32 i;

	nfm_blob_u32(b, &used);
	nfm_blob_need(b, used <= (m->br ? NFTSW_MAX_MDB : 0), "too many groups in the state");
	if (!m->br || b->error)
		return;
	for (i = 0; b->in && i < used && !b->error; i++)
		nfm_state_group_load(m, b);
	for (i = 0; !b->in && i < m->br->mdb.fresh; i++)
		nfm_state_group_save(m, b, i);
	nfm_blob_need(b, nfm_mdb_used(m) == used, "a group stands twice in the state");
}
