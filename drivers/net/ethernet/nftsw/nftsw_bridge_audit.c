// SPDX-License-Identifier: GPL-2.0
/*
 * Compares the driver's bridges with dumps of the chip's tables, and shows them.  Floor 7.
 * Called by nftsw_debugfs.c.
 *
 * Hosts that the chip learns come and go by themselves, and are left out; those at the CPU that
 * may move may just have done so.  All else stands still under RTNL.
 */
#include <linux/if_bridge.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <kunit/visibility.h>
#include "nftsw_bridge.h"
#include "nftsw_bridge_audit.h"
#include "nftsw_hw.h"

#define NFTSW_BA_RECORDS	64

/* An audit under way. */
struct nftsw_ba {
	struct nftsw_bridges *brs;
	struct nftsw_bridge_audit *a;
	u32 want;	/* records of the driver */
	u32 have;	/* of these, on the chip */
	union {
		struct nftsw_hw_br_port port[NFTSW_BA_RECORDS];
		struct nftsw_hw_stp stp[NFTSW_BA_RECORDS];
		struct nftsw_hw_vlan vlan[NFTSW_BA_RECORDS];
		struct nftsw_hw_fid fid[NFTSW_BA_RECORDS];
		struct nftsw_hw_fdb fdb[NFTSW_BA_RECORDS];
		struct nftsw_hw_mdb mdb[NFTSW_BA_RECORDS];
	};
};

static __printf(2, 3) void nftsw_ba_diff(struct nftsw_ba *ba, const char *fmt, ...)
{
	va_list args;

	if (ba->a->diffs++ >= NFTSW_BRIDGE_AUDIT_LIST)
		return;
	va_start(args, fmt);
	vscnprintf(ba->a->diff[ba->a->diffs - 1], sizeof(ba->a->diff[0]), fmt, args);
	va_end(args);
}

/* ---- One record of each table ---------------------------------------------------------- */

static void nftsw_ba_port(struct nftsw_ba *ba, u32 i)
{
	struct nftsw_hw_br_port hw = ba->port[i], def;
	u16 nr = le16_to_cpu(hw.port);

	if (nr >= NFTSW_MAX_BR_PORTS) {
		nftsw_ba_diff(ba, "bridge port %u: no such number", nr);
		return;
	}
	hw.learned = 0;
	nftsw_bport_default(nr, &def);
	ba->have += !!memcmp(&hw, &def, sizeof(hw));
	if (memcmp(&hw, &ba->brs->hw_port[nr], sizeof(hw)))
		nftsw_ba_diff(ba, "bridge port %u: configuration", nr);
}

static void nftsw_ba_stp(struct nftsw_ba *ba, u32 i)
{
	u16 nr = le16_to_cpu(ba->stp[i].port);
	u8 msti = ba->stp[i].msti;

	if (nr >= NFTSW_MAX_BR_PORTS || msti >= NFTSW_MAX_MSTIS) {
		nftsw_ba_diff(ba, "state of bridge port %u, tree %u: no such", nr, msti);
		return;
	}
	ba->have += ba->stp[i].state != NFTSW_STP_FORWARDING;
	if (ba->brs->hw_stp[nr][msti] != ba->stp[i].state)
		nftsw_ba_diff(ba, "bridge port %u, tree %u: state %u, not %u", nr, msti,
			      ba->stp[i].state, ba->brs->hw_stp[nr][msti]);
}

static void nftsw_ba_vlan(struct nftsw_ba *ba, u32 i)
{
	u16 nr = le16_to_cpu(ba->vlan[i].port), vid = le16_to_cpu(ba->vlan[i].vid);
	u16 to = le16_to_cpu(ba->vlan[i].to), want = NFTSW_VLAN_NONE;

	if (nr < NFTSW_BR_BASES && vid <= NFTSW_MAX_VID && ba->brs->hw_vlan[nr])
		want = ba->brs->hw_vlan[nr][vid];
	ba->have += to != NFTSW_VLAN_NONE;
	if (want != to)
		nftsw_ba_diff(ba, "vlan %u of %u: leads to %#x, not %#x", vid, nr, to, want);
}

static void nftsw_ba_fid(struct nftsw_ba *ba, u32 i)
{
	u16 nr = le16_to_cpu(ba->fid[i].fid);
	struct nftsw_fid *f = xa_load(&ba->brs->fids, nr);

	ba->have++;
	if (!f)
		nftsw_ba_diff(ba, "fid %u: not in the driver", nr);
	else if (memcmp(&f->hw, &ba->fid[i], sizeof(f->hw)))
		nftsw_ba_diff(ba, "fid %u: differs", nr);
}

static void nftsw_ba_mdb(struct nftsw_ba *ba, u32 i)
{
	const struct nftsw_hw_mdb *hw = &ba->mdb[i];
	struct nftsw_fid *f = xa_load(&ba->brs->fids, le16_to_cpu(hw->fid));
	struct nftsw_mdb *m;
	bool found = false;
	u32 bkt;

	ba->have++;
	if (f)
		hash_for_each(f->br->mdb, bkt, m, node)
			found |= m->on_chip && !memcmp(&m->hw, hw, sizeof(*hw));
	if (!found)
		nftsw_ba_diff(ba, "group %pM of fid %u: differs", hw->mac,
			      le16_to_cpu(hw->fid));
}

static void nftsw_ba_fdb(struct nftsw_ba *ba, u32 i)
{
	const struct nftsw_hw_fdb *hw = &ba->fdb[i];
	u16 flags = le16_to_cpu(hw->flags);
	struct nftsw_fdb_entry *e;

	e = nftsw_fdb_find(ba->brs, le16_to_cpu(hw->fid), hw->mac);
	if (e && !(e->flags & (NFTSW_FDB_LEARNED | NFTSW_FDB_NO_MOVE)) &&
	    flags & NFTSW_FDB_LEARNED) {
		ba->have++;
		return;
	}
	ba->have += !(flags & NFTSW_FDB_LEARNED);
	if (!e && !(flags & NFTSW_FDB_LEARNED))
		nftsw_ba_diff(ba, "host %pM of fid %u: not in the driver", hw->mac,
			      le16_to_cpu(hw->fid));
	else if (e && !(e->flags & NFTSW_FDB_LEARNED) &&
		 (e->port != le16_to_cpu(hw->port) || e->flags != flags))
		nftsw_ba_diff(ba, "host %pM of fid %u: at %u, not %u", hw->mac,
			      le16_to_cpu(hw->fid), le16_to_cpu(hw->port), e->port);
}

/* ---- Tables ------------------------------------------------------------------------------ */

static u32 nftsw_ba_want_port(struct nftsw_bridges *brs)
{
	struct nftsw_hw_br_port def;
	u32 nr, n = 0;

	for (nr = 0; nr < NFTSW_MAX_BR_PORTS; nr++) {
		nftsw_bport_default(nr, &def);
		n += !!memcmp(&def, &brs->hw_port[nr], sizeof(def));
	}
	return n;
}

static u32 nftsw_ba_want_stp(struct nftsw_bridges *brs)
{
	u32 nr, i, n = 0;

	for (nr = 0; nr < NFTSW_MAX_BR_PORTS; nr++)
		for (i = 0; i < NFTSW_MAX_MSTIS; i++)
			n += brs->hw_stp[nr][i] != NFTSW_STP_FORWARDING;
	return n;
}

static u32 nftsw_ba_want_vlan(struct nftsw_bridges *brs)
{
	u32 nr, vid, n = 0;

	for (nr = 0; nr < NFTSW_BR_BASES; nr++)
		for (vid = 1; brs->hw_vlan[nr] && vid <= NFTSW_MAX_VID; vid++)
			n += brs->hw_vlan[nr][vid] != NFTSW_VLAN_NONE;
	return n;
}

static u32 nftsw_ba_want_fid(struct nftsw_bridges *brs)
{
	return brs->fid_count;
}

static u32 nftsw_ba_want_mdb(struct nftsw_bridges *brs)
{
	return brs->mdb_count;
}

static u32 nftsw_ba_want_fdb(struct nftsw_bridges *brs)
{
	struct nftsw_fdb_entry *e;
	struct nftsw_fid *f;
	unsigned long nr;
	u32 n = 0;

	xa_for_each(&brs->fids, nr, f)
		list_for_each_entry(e, &f->hosts, list)
			n += !(e->flags & NFTSW_FDB_LEARNED);
	return n;
}

static const struct nftsw_ba_table {
	const char *name;
	enum nftsw_table table;
	u32 size;
	void (*check)(struct nftsw_ba *ba, u32 i);
	u32 (*want)(struct nftsw_bridges *brs);
} nftsw_ba_tables[] = {
	{ "bridge ports", NFTSW_TBL_BR_PORT, sizeof(struct nftsw_hw_br_port), nftsw_ba_port,
	  nftsw_ba_want_port },
	{ "states", NFTSW_TBL_STP, sizeof(struct nftsw_hw_stp), nftsw_ba_stp,
	  nftsw_ba_want_stp },
	{ "vlans", NFTSW_TBL_VLAN, sizeof(struct nftsw_hw_vlan), nftsw_ba_vlan,
	  nftsw_ba_want_vlan },
	{ "fids", NFTSW_TBL_FID, sizeof(struct nftsw_hw_fid), nftsw_ba_fid,
	  nftsw_ba_want_fid },
	{ "hosts", NFTSW_TBL_FDB, sizeof(struct nftsw_hw_fdb), nftsw_ba_fdb,
	  nftsw_ba_want_fdb },
	{ "groups", NFTSW_TBL_MDB, sizeof(struct nftsw_hw_mdb), nftsw_ba_mdb,
	  nftsw_ba_want_mdb },
};

static int nftsw_ba_run(struct nftsw_ba *ba, const struct nftsw_ba_table *t)
{
	u32 cursor = 0, last;
	int n, i;

	ba->want = t->want(ba->brs);
	ba->have = 0;
	do {
		last = cursor;
		n = nftsw_hw_bridge_dump(ba->brs->ns, t->table, &cursor, ba->port, t->size,
					 NFTSW_BA_RECORDS);
		if (n < 0)
			return n;
		for (i = 0; i < n; i++)
			t->check(ba, i);
	} while (cursor != NFTSW_DUMP_END && cursor > last);
	ba->a->records += ba->have;
	if (ba->have != ba->want)
		nftsw_ba_diff(ba, "%s: %u on the chip, %u in the driver", t->name, ba->have,
			      ba->want);
	return cursor == NFTSW_DUMP_END ? 0 : -EPROTO;
}

/**
 * nftsw_bridge_audit() - compare the driver's bridges with the chip's
 * @ns: chip
 * @a: result
 *
 * Context: process, RTNL not held; reads the chip's tables.
 * Return: 0 whether they differ or not; a negative errno when the chip could not be read.
 */
int nftsw_bridge_audit(struct nftsw *ns, struct nftsw_bridge_audit *a)
{
	struct nftsw_ba *ba;
	int err = 0;
	u32 i;

	memset(a, 0, sizeof(*a));
	if (!ns->bridges)
		return 0;
	ba = kvzalloc(sizeof(*ba), GFP_KERNEL);
	if (!ba)
		return -ENOMEM;
	ba->brs = ns->bridges;
	ba->a = a;
	rtnl_lock();
	for (i = 0; !err && i < ARRAY_SIZE(nftsw_ba_tables); i++)
		err = nftsw_ba_run(ba, &nftsw_ba_tables[i]);
	rtnl_unlock();
	kvfree(ba);
	return err;
}
EXPORT_SYMBOL_IF_KUNIT(nftsw_bridge_audit);

/* ---- For people ------------------------------------------------------------------------- */

static void nftsw_bridge_show_port(struct seq_file *m, const struct nftsw_bport *bp)
{
	seq_printf(m, "  port %s nr=%u", bp->dev->name, bp->nr);
	if (bp->vid)
		seq_printf(m, " of=%u vid=%u", bp->base, bp->vid);
	seq_printf(m, " flags=%#x state=%u pvid=%u vlans=%u%s\n",
		   le32_to_cpu(bp->br->brs->hw_port[bp->nr].flags),
		   nftsw_bport_stp(bp->state[0]), bp->pvid,
		   bitmap_weight(bp->vlans, VLAN_N_VID), bp->mrouter ? " mrouter" : "");
}

static void nftsw_bridge_show_fid(struct seq_file *m, const struct nftsw_fid *f)
{
	const struct nftsw_fdb_entry *e;
	u32 fixed = 0, learned = 0;

	list_for_each_entry(e, &f->hosts, list) {
		if (e->flags & NFTSW_FDB_LEARNED)
			learned++;
		else
			fixed++;
	}
	seq_printf(m, "  fid %u vid=%u tree=%u flags=%#x members=%016llx%016llx untagged=%016llx%016llx static=%u learned=%u\n",
		   f->fid, f->vid, f->hw.msti, le32_to_cpu(f->hw.flags),
		   le64_to_cpu(f->hw.members[1]), le64_to_cpu(f->hw.members[0]),
		   le64_to_cpu(f->hw.untagged[1]), le64_to_cpu(f->hw.untagged[0]), fixed,
		   learned);
}

static void nftsw_bridge_show_groups(struct seq_file *m, const struct nftsw_bridge *br)
{
	const struct nftsw_mdb *g;
	u32 i;

	hash_for_each(br->mdb, i, g, node)
		seq_printf(m, "  group %pM vid=%u ports=%*pbl%s%s\n", g->mac, g->vid,
			   NFTSW_MAX_BR_PORTS, g->ports, g->host ? " cpu" : "",
			   g->on_chip ? "" : " not-on-chip");
}

/**
 * nftsw_bridge_show() - show the bridges of a chip
 * @ns: chip
 * @m: where to
 *
 * Context: process, RTNL not held.
 */
void nftsw_bridge_show(struct nftsw *ns, struct seq_file *m)
{
	struct nftsw_bridges *brs = ns->bridges;
	struct nftsw_bridge *br;
	struct nftsw_bport *bp;
	struct nftsw_fid *f;
	unsigned long vid;

	if (!brs)
		return;
	rtnl_lock();
	seq_printf(m, "hosts %u of %u, fids %u of %u, groups %u of %u\n", brs->fdb.count,
		   ns->info.fdb, brs->fid_count, NFTSW_MAX_FIDS - 1, brs->mdb_count,
		   NFTSW_MAX_MDB);
	list_for_each_entry(br, &brs->list, list) {
		seq_printf(m, "bridge %s %s age=%ums%s%s%s%s%s%s%s%s%s\n", br->dev->name,
			   br->aware ? (br->proto == ETH_P_8021AD ? "802.1ad" : "802.1Q") :
				       "vlan-unaware",
			   br->age_ms, br->snooping ? " snooping" : "",
			   br->querier4 ? " querier4" : "", br->querier6 ? " querier6" : "",
			   br->sources4 ? " sources4" : "", br->sources6 ? " sources6" : "",
			   br->mrouter ? " mrouter" : "", br->foreign ? " foreign" : "",
			   br->mst ? " mst" : "", br->mdb_full ? " mdb-full" : "");
		list_for_each_entry(bp, &br->ports, list)
			nftsw_bridge_show_port(m, bp);
		xa_for_each(&br->fids, vid, f)
			nftsw_bridge_show_fid(m, f);
		nftsw_bridge_show_groups(m, br);
	}
	rtnl_unlock();
}
EXPORT_SYMBOL_IF_KUNIT(nftsw_bridge_show);

/**
 * nftsw_bridge_occ_get() - how full the chip's tables of the bridge are
 * @ns: chip with a bridge
 * @hosts: result: hosts
 * @fids: result: FIDs
 * @groups: result: groups
 *
 * Context: any.
 */
void nftsw_bridge_occ_get(const struct nftsw *ns, u32 *hosts, u32 *fids, u32 *groups)
{
	*hosts = READ_ONCE(ns->bridges->fdb.count);
	*fids = READ_ONCE(ns->bridges->fid_count);
	*groups = READ_ONCE(ns->bridges->mdb_count);
}
EXPORT_SYMBOL_IF_KUNIT(nftsw_bridge_occ_get);
