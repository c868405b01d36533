// SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause)
/*
 * Multicast database: which bridge ports want a group.  Floor 2, above nfm_vlan.c; called by
 * nfm_cmd.c and nfm_dump.c for software; nfm_bridge.c looks groups up in the table filled
 * here.  DS 8.10.
 */
#include "nfm_bridge.h"

static u32 nfm_mdb_check_key(const struct nfm *m, const struct nftsw_hw_mdb *e)
{
	static const u8 all[NFTSW_ETH_ALEN] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
	u32 fid = NFM_LE16(e->fid);

	if (!fid || fid >= NFTSW_MAX_FIDS || !(e->mac[0] & 1) || !memcmp(e->mac, all, sizeof(all)))
		return NFTSW_ST_BAD_PARAM;
	return nfm_fid_valid(m->br, fid) ? NFTSW_ST_OK : NFTSW_ST_NOT_FOUND;
}

/* Entry of the group, or NFM_MAC_NONE. */
static u32 nfm_mdb_find(const struct nfm *m, u64 key)
{
	const struct nfm_mac_tbl *t = &m->br->mdb;

	return nfm_mac_find(t, key, nfm_mac_hash(t, key));
}

/* Return: the entry of a group that is not there yet; NFM_MAC_NONE: there is no room */
static u32 nfm_mdb_add(struct nfm *m, u64 key)
{
	u32 at = NFM_MAC_NONE;

	if (!m->fault[NFM_FAULT_TABLE_FULL])
		at = nfm_mac_add(&m->br->mdb, key);
	if (at != NFM_MAC_NONE)
		m->br->fid[nfm_mac_fid(key)].groups++;
	return at;
}

/**
 * nfm_mdb_set() - software says who wants a group
 * @m: chip that has a bridge
 * @e: what it says; replaces what is there
 *
 * A group that nobody wants is one all the same: its frames are not unknown.
 *
 * Return: OK; BAD_PARAM; NOT_FOUND: no such FID; NO_SPACE
 */
u32 nfm_mdb_set(struct nfm *m, const struct nftsw_hw_mdb *e)
{
	u64 key = nfm_mac_key(NFM_LE16(e->fid), e->mac);
	u32 status = nfm_mdb_check_key(m, e);
	u32 at;

	if (NFM_LE32(e->flags) & ~NFTSW_MDB_ALL || e->rsvd || !nfm_br_ports_ok(m, e->ports))
		return NFTSW_ST_BAD_PARAM;
	if (status != NFTSW_ST_OK)
		return status;
	at = nfm_mdb_find(m, key);
	if (at == NFM_MAC_NONE)
		at = nfm_mdb_add(m, key);
	if (at == NFM_MAC_NONE)
		return NFTSW_ST_NO_SPACE;
	m->br->group[at].flags = NFM_LE32(e->flags);
	nfm_br_ports_get(&m->br->group[at].ports, e->ports);
	return NFTSW_ST_OK;
}

/**
 * nfm_mdb_restore() - a group of a state that is loaded
 * @m: chip that has a bridge
 * @at: its entry number, above those of the groups before it
 * @e: group
 *
 * Return: as nfm_mdb_set(); EXISTS: the number is not above the others
 */
u32 nfm_mdb_restore(struct nfm *m, u32 at, const struct nftsw_hw_mdb *e)
{
	return nfm_mac_skip(&m->br->mdb, at) ? nfm_mdb_set(m, e) : NFTSW_ST_EXISTS;
}

/**
 * nfm_mdb_del() - software forgets a group
 * @m: chip that has a bridge
 * @e: its FID and address; nothing else is looked at
 *
 * Return: OK; BAD_PARAM; NOT_FOUND: no such FID, or group in it
 */
u32 nfm_mdb_del(struct nfm *m, const struct nftsw_hw_mdb *e)
{
	u32 status = nfm_mdb_check_key(m, e);
	u32 at;

	if (status != NFTSW_ST_OK)
		return status;
	at = nfm_mdb_find(m, nfm_mac_key(NFM_LE16(e->fid), e->mac));
	if (at == NFM_MAC_NONE)
		return NFTSW_ST_NOT_FOUND;
	m->br->fid[NFM_LE16(e->fid)].groups--;
	nfm_mac_del(&m->br->mdb, at);
	return NFTSW_ST_OK;
}

/**
 * nfm_mdb_used() - groups in the database
 * @m: chip
 *
 * Return: 0..NFTSW_MAX_MDB
 */
u32 nfm_mdb_used(const struct nfm *m)
{
	return m->br ? m->br->mdb.used : 0;
}

/**
 * nfm_mdb_skip() - the first number that may have a group
 * @m: chip that has a bridge
 * @i: entry number to begin with
 *
 * Return: such a number, or NFTSW_MAX_MDB
 */
u32 nfm_mdb_skip(const struct nfm *m, u32 i)
{
	return i < m->br->mdb.fresh ? i : NFTSW_MAX_MDB;
}

/**
 * nfm_mdb_read() - a group, as a table entry
 * @m: chip that has a bridge
 * @at: entry number below NFTSW_MAX_MDB
 * @e: filled in
 *
 * Return: whether there is one
 */
bool nfm_mdb_read(const struct nfm *m, u32 at, struct nftsw_hw_mdb *e)
{
	u64 key = at < m->br->mdb.fresh ? m->br->mdb.key[at] : 0;

	if (!key)
		return false;
	memset(e, 0, sizeof(*e));
	e->fid = NFM_TO_LE16((u16)nfm_mac_fid(key));
	nfm_mac_octets(key, e->mac);
	e->flags = NFM_TO_LE32(m->br->group[at].flags);
	nfm_br_ports_set(e->ports, &m->br->group[at].ports);
	return true;
}
