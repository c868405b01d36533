// SPDX-License-Identifier: GPL-2.0
/*
 * Hosts that the chip knows, as far as the driver knows.  Floor 4.7, below nftsw_fdb.c, whose
 * head has the essay.  Called by that file, nftsw_bridge_attr.c and nftsw_bridge.c.
 *
 * Commands are collected: what is to be written, or what is to be deleted, never both, so that
 * their order is kept.
 *
 * Locking: RTNL.
 */
#include <linux/etherdevice.h>
#include <linux/if_bridge.h>
#include <linux/rhashtable.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <net/switchdev.h>
#include "nftsw_bridge.h"
#include "nftsw_hw.h"

/* Records that one dump command brings. */
#define NFTSW_FDB_DUMP		256

static const struct rhashtable_params nftsw_fdb_params = {
	.key_len = sizeof(u64),
	.key_offset = offsetof(struct nftsw_fdb_entry, key),
	.head_offset = offsetof(struct nftsw_fdb_entry, node),
	.automatic_shrinking = true,
};

/* ---- Hosts of the chip ------------------------------------------------------------- */

static u64 nftsw_fdb_key(u16 fid, const u8 *mac)
{
	return (u64)fid << 48 | ether_addr_to_u64(mac);
}

/**
 * nftsw_fdb_find() - a host
 * @brs: bridges
 * @fid: FID
 * @mac: its address
 *
 * Return: the host, or NULL.
 */
struct nftsw_fdb_entry *nftsw_fdb_find(struct nftsw_bridges *brs, u16 fid, const u8 *mac)
{
	u64 key = nftsw_fdb_key(fid, mac);

	return rhashtable_lookup_fast(&brs->fdb.hosts, &key, nftsw_fdb_params);
}

/**
 * nftsw_fdb_new() - a new host, which the chip may know or not
 * @f: its FID
 * @mac: its address
 *
 * Return: the host, or NULL when memory is short.
 */
struct nftsw_fdb_entry *nftsw_fdb_new(struct nftsw_fid *f, const u8 *mac)
{
	struct nftsw_fdb *fdb = &f->br->brs->fdb;
	struct nftsw_fdb_entry *e;

	e = kzalloc(sizeof(*e), GFP_KERNEL);
	if (!e)
		return NULL;
	e->f = f;
	e->key = nftsw_fdb_key(f->fid, mac);
	if (rhashtable_insert_fast(&fdb->hosts, &e->node, nftsw_fdb_params)) {
		kfree(e);
		return NULL;
	}
	list_add_tail(&e->list, &f->hosts);
	WRITE_ONCE(fdb->count, fdb->count + 1);
	return e;
}

/**
 * nftsw_fdb_put() - a host is somewhere, as far as the driver knows
 * @e: host
 * @port: bridge port, or NFTSW_FDB_CPU
 * @flags: NFTSW_FDB_*
 */
void nftsw_fdb_put(struct nftsw_fdb_entry *e, u16 port, u16 flags)
{
	e->port = port;
	e->flags = flags;
	/* there can be very many that are learned: whoever wants the others stops there */
	if (flags & NFTSW_FDB_LEARNED)
		list_move_tail(&e->list, &e->f->hosts);
	else
		list_move(&e->list, &e->f->hosts);
}

/**
 * nftsw_fdb_drop() - forget a host that the chip has forgotten
 * @e: host; gone on return
 */
void nftsw_fdb_drop(struct nftsw_fdb_entry *e)
{
	struct nftsw_fdb *fdb = &e->f->br->brs->fdb;

	rhashtable_remove_fast(&fdb->hosts, &e->node, nftsw_fdb_params);
	list_del(&e->list);
	WRITE_ONCE(fdb->count, fdb->count - 1);
	kfree(e);
}

/**
 * nftsw_fdb_dev() - port of its bridge that a host is at
 * @e: host
 *
 * Return: the port; NULL: the CPU, or one that has left.
 */
struct net_device *nftsw_fdb_dev(const struct nftsw_fdb_entry *e)
{
	const struct nftsw_bport *bp;

	if (e->port == NFTSW_FDB_CPU)
		return NULL;
	bp = e->f->br->brs->port[e->port];
	return bp && bp->br == e->f->br ? bp->dev : NULL;
}

/**
 * nftsw_fdb_say() - tell the bridge of a host
 * @e: host
 * @event: SWITCHDEV_FDB_*
 * @dev: port that it is at; NULL: say nothing
 */
void nftsw_fdb_say(const struct nftsw_fdb_entry *e, unsigned long event,
		   struct net_device *dev)
{
	struct switchdev_notifier_fdb_info info = {
		.vid = e->f->vid,
		.offloaded = event != SWITCHDEV_FDB_DEL_TO_BRIDGE,
	};
	u8 mac[ETH_ALEN] __aligned(2);

	u64_to_ether_addr(e->key, mac);
	info.addr = mac;
	if (dev)
		call_switchdev_notifiers(event, dev, &info.info, NULL);
}

static void nftsw_fdb_hw(const struct nftsw_fdb_entry *e, struct nftsw_hw_fdb *hw)
{
	u8 mac[ETH_ALEN] __aligned(2);

	u64_to_ether_addr(e->key, mac);
	memset(hw, 0, sizeof(*hw));
	hw->fid = cpu_to_le16(e->f->fid);
	memcpy(hw->mac, mac, ETH_ALEN);
	hw->port = cpu_to_le16(e->port);
	hw->flags = cpu_to_le16(e->flags);
}

/* ---- What the chip is told ------------------------------------------------------------ */

/**
 * nftsw_fdb_refused() - a host of a bridge is not on the chip, for want of room
 * @brs: bridges
 * @count: the bridges shall tell of their hosts again when there are fewer than this
 */
void nftsw_fdb_refused(struct nftsw_bridges *brs, u32 count)
{
	brs->fdb.refused = true;
	brs->fdb.refused_count = count;
}

static void nftsw_fdb_no_room(struct nftsw_bridges *brs, const struct nftsw_hw_fdb *hw)
{
	struct nftsw_fdb_entry *e = nftsw_fdb_find(brs, le16_to_cpu(hw->fid), hw->mac);

	if (!e)
		return;
	if (!brs->fdb.full)
		netdev_warn(e->f->br->dev, "chip has no room for more hosts\n");
	brs->fdb.full = true;
	nftsw_fdb_drop(e);
	nftsw_fdb_refused(brs, brs->fdb.count);
}

static void nftsw_fdb_set_written(struct nftsw_bridges *brs, const struct nftsw_hw_fdb *hw)
{
	struct nftsw_fdb_entry *e = nftsw_fdb_find(brs, le16_to_cpu(hw->fid), hw->mac);

	if (e)
		nftsw_fdb_say(e, SWITCHDEV_FDB_OFFLOADED, nftsw_fdb_dev(e));
}

static void nftsw_fdb_set_flush(struct nftsw_bridges *brs)
{
	struct nftsw_fdb *fdb = &brs->fdb;
	u32 n = fdb->set_count, i = 0, done;
	int err;

	fdb->set_count = 0;
	while (i < n && brs->up) {
		err = nftsw_hw_fdb_set(brs->ns, fdb->set + i, n - i, &done);
		for (; done && i < n; done--)
			nftsw_fdb_set_written(brs, &fdb->set[i++]);
		if (!err) {
			/* not for the one host that has just left, to say so again for the next */
			if (fdb->count < brs->ns->info.fdb - brs->ns->info.fdb / 16)
				fdb->full = false;
			return;
		}
		if (err == -ENOSPC && i < n) {
			nftsw_fdb_no_room(brs, &fdb->set[i++]);
			continue;
		}
		/* one that is not found in the chip is written again */
		if (!nftsw_bridge_failed(brs, err))
			return;
		fdb->lost = true;
		i++;
	}
}

/* Nobody knows what events from before that say. */
static void nftsw_fdb_forgotten(struct nftsw_bridges *brs)
{
	brs->fdb.forgotten_ns = nftsw_hw_time(brs->ns);
}

static void nftsw_fdb_del_flush(struct nftsw_bridges *brs)
{
	struct nftsw_fdb *fdb = &brs->fdb;
	u32 n = fdb->del_count;

	fdb->del_count = 0;
	if (!n || !brs->up)
		return;
	if (nftsw_bridge_failed(brs, nftsw_hw_fdb_del(brs->ns, fdb->del, n)))
		fdb->lost = true;
	nftsw_fdb_forgotten(brs);
}

/**
 * nftsw_fdb_flush_batch() - tell the chip what was collected
 * @brs: bridges
 */
void nftsw_fdb_flush_batch(struct nftsw_bridges *brs)
{
	nftsw_fdb_set_flush(brs);
	nftsw_fdb_del_flush(brs);
}

/**
 * nftsw_fdb_set() - the chip shall know a host, before nftsw_fdb_flush_batch() returns
 * @e: host, its port and flags set; one that the chip has no room for is forgotten
 */
void nftsw_fdb_set(struct nftsw_fdb_entry *e)
{
	struct nftsw_bridges *brs = e->f->br->brs;
	struct nftsw_fdb *fdb = &brs->fdb;

	nftsw_fdb_del_flush(brs);
	nftsw_fdb_hw(e, &fdb->set[fdb->set_count++]);
	if (fdb->set_count == NFTSW_FDB_BATCH)
		nftsw_fdb_set_flush(brs);
}

static void nftsw_fdb_del_hw(struct nftsw_bridges *brs, const struct nftsw_hw_fdb *hw)
{
	struct nftsw_fdb *fdb = &brs->fdb;

	nftsw_fdb_set_flush(brs);
	fdb->del[fdb->del_count++] = *hw;
	if (fdb->del_count == NFTSW_FDB_BATCH)
		nftsw_fdb_del_flush(brs);
}

/**
 * nftsw_fdb_del() - the chip shall forget a host, before nftsw_fdb_flush_batch() returns
 * @e: host; gone on return
 */
void nftsw_fdb_del(struct nftsw_fdb_entry *e)
{
	struct nftsw_bridges *brs = e->f->br->brs;
	struct nftsw_hw_fdb hw;

	nftsw_fdb_hw(e, &hw);
	nftsw_fdb_drop(e);
	nftsw_fdb_del_hw(brs, &hw);
}

/**
 * nftsw_fdb_announce() - the chip has learned a host: make the bridge believe it
 * @e: host; when the bridge does not, the chip forgets it, and it is gone on return, unless the
 *	bridge has just seen it at another port of the chip
 */
void nftsw_fdb_announce(struct nftsw_fdb_entry *e)
{
	struct nftsw_bridges *brs = e->f->br->brs;
	struct net_device *dev = nftsw_fdb_dev(e), *now;
	u8 mac[ETH_ALEN] __aligned(2);

	u64_to_ether_addr(e->key, mac);
	nftsw_fdb_say(e, SWITCHDEV_FDB_ADD_TO_BRIDGE, dev);
	now = br_fdb_find_port(e->f->br->dev, mac, e->f->vid);
	if (dev && now == dev)
		return;
	/*
	 * Software has just seen the host at another port of the chip.  So has the chip: the event
	 * is on its way, and what it is about must not be deleted.
	 */
	if (dev && now && nftsw_bport_find(brs, now)) {
		brs->fdb.lost = true;
		return;
	}
	nftsw_fdb_del(e);
}

/* ---- Resynchronisation ------------------------------------------------------------------ */

static void nftsw_fdb_record(struct nftsw_bridges *brs, const struct nftsw_hw_fdb *rec)
{
	struct nftsw_fid *f = xa_load(&brs->fids, le16_to_cpu(rec->fid));
	bool learned = le16_to_cpu(rec->flags) & NFTSW_FDB_LEARNED;
	u16 port = le16_to_cpu(rec->port);
	struct nftsw_fdb_entry *e;

	e = nftsw_fdb_find(brs, le16_to_cpu(rec->fid), rec->mac);
	if (e)
		e->seen = e->port == port && e->flags == le16_to_cpu(rec->flags);
	/* one that is not the chip's, and cannot have moved there, is written again */
	if (e && (e->seen || e->flags & NFTSW_FDB_NO_MOVE))
		return;
	if (!f || !learned || port >= NFTSW_MAX_BR_PORTS || !brs->port[port]) {
		if (!e)
			nftsw_fdb_del_hw(brs, rec);
		return;
	}
	e = e ?: nftsw_fdb_new(f, rec->mac);
	if (!e)
		return;
	nftsw_fdb_put(e, port, NFTSW_FDB_LEARNED);
	e->seen = true;
	nftsw_fdb_announce(e);
}

static int nftsw_fdb_dump(struct nftsw_bridges *brs)
{
	u32 cursor = 0, last;
	struct nftsw_hw_fdb *rec;
	int n, i;

	rec = kcalloc(NFTSW_FDB_DUMP, sizeof(*rec), GFP_KERNEL);
	if (!rec)
		return -ENOMEM;
	do {
		last = cursor;
		n = nftsw_hw_bridge_dump(brs->ns, NFTSW_TBL_FDB, &cursor, rec, sizeof(*rec),
					 NFTSW_FDB_DUMP);
		for (i = 0; i < n; i++)
			nftsw_fdb_record(brs, &rec[i]);
	} while (n >= 0 && cursor != NFTSW_DUMP_END && cursor > last);
	kfree(rec);
	return min(n, 0);
}

/* What the dump did not have, or not so. */
static void nftsw_fdb_unseen(struct nftsw_fid *f)
{
	struct nftsw_fdb_entry *e, *next;

	list_for_each_entry_safe(e, next, &f->hosts, list) {
		if (e->seen)
			continue;
		if (!(e->flags & NFTSW_FDB_LEARNED)) {
			nftsw_fdb_set(e);
			continue;
		}
		nftsw_fdb_say(e, SWITCHDEV_FDB_DEL_TO_BRIDGE, nftsw_fdb_dev(e));
		nftsw_fdb_del(e);	/* in case that the dump has missed it */
		cond_resched();
	}
}

/**
 * nftsw_fdb_reconcile() - make chip and bridges agree, if they may not
 * @brs: bridges
 */
void nftsw_fdb_reconcile(struct nftsw_bridges *brs)
{
	struct nftsw_fdb_entry *e;
	struct nftsw_fid *f;
	unsigned long nr;

	if (!brs->up || !xchg(&brs->fdb.lost, false))
		return;
	xa_for_each(&brs->fids, nr, f)
		list_for_each_entry(e, &f->hosts, list)
			e->seen = false;
	if (nftsw_fdb_dump(brs)) {
		WRITE_ONCE(brs->fdb.lost, true);
	} else {
		xa_for_each(&brs->fids, nr, f)
			nftsw_fdb_unseen(f);
	}
	nftsw_fdb_flush_batch(brs);
}

/* Does the bridge still have what it has told? */
static bool nftsw_fdb_is_there(const struct nftsw_fdb_entry *e)
{
	u8 mac[ETH_ALEN] __aligned(2);
	struct net_device *now;

	if (e->local)	/* on no port, for all that the bridge says */
		return true;
	u64_to_ether_addr(e->key, mac);
	now = br_fdb_find_port(e->f->br->dev, mac, e->f->vid);
	if (e->flags & NFTSW_FDB_LEARNED)	/* wherever: the chip tells of moves */
		return now;
	if (e->port != NFTSW_FDB_CPU)
		return now && now == nftsw_fdb_dev(e);
	/* one that may move has perhaps just done so */
	return now && (!(e->flags & NFTSW_FDB_NO_MOVE) || !nftsw_bport_find(e->f->br->brs, now));
}

/**
 * nftsw_fdb_look() - delete hosts that the bridge has forgotten without a word
 * @brs: bridges
 *
 * A bridge tells its drivers neither of hosts that a user enters as dynamic, nor when they age; but
 * it does tell of those that are there when everything is told again.  Hosts that the chip has
 * learned are asked for only after a message was missed.
 */
void nftsw_fdb_look(struct nftsw_bridges *brs)
{
	bool all = xchg(&brs->fdb.unheard, false);
	struct nftsw_fdb_entry *e, *next;
	struct nftsw_fid *f;
	unsigned long nr;

	xa_for_each(&brs->fids, nr, f) {
		list_for_each_entry_safe(e, next, &f->hosts, list) {
			if (e->flags & NFTSW_FDB_LEARNED && !all)
				break;
			if (!nftsw_fdb_is_there(e))
				nftsw_fdb_del(e);
			cond_resched();
		}
	}
	nftsw_fdb_flush_batch(brs);
}

/* ---- Many at once ------------------------------------------------------------------------ */

static void nftsw_fdb_flush(struct nftsw_bridges *brs, u32 match, u16 fid, u16 nr)
{
	nftsw_fdb_flush_batch(brs);
	if (!brs->up)
		return;
	if (nftsw_bridge_failed(brs, nftsw_hw_fdb_flush(brs->ns, match, fid, nr)))
		WRITE_ONCE(brs->fdb.lost, true);
	nftsw_fdb_forgotten(brs);
}

/**
 * nftsw_fdb_forget() - the chip has forgotten hosts of a FID
 * @f: FID
 * @nr: they are at this bridge port; negative: anywhere
 * @dev: the bridge's port of that; NULL: as their number says
 * @learned: only those that the chip has learned
 */
void nftsw_fdb_forget(struct nftsw_fid *f, int nr, struct net_device *dev, bool learned)
{
	struct nftsw_fdb_entry *e, *next;

	list_for_each_entry_safe(e, next, &f->hosts, list) {
		if ((nr >= 0 && e->port != nr) ||
		    (learned && !(e->flags & NFTSW_FDB_LEARNED)))
			continue;
		if (e->flags & NFTSW_FDB_LEARNED)
			nftsw_fdb_say(e, SWITCHDEV_FDB_DEL_TO_BRIDGE, dev ?: nftsw_fdb_dev(e));
		nftsw_fdb_drop(e);
		cond_resched();
	}
}

/**
 * nftsw_fdb_flush_port() - a port leaves its bridge: forget its hosts
 * @bp: bridge port
 */
void nftsw_fdb_flush_port(struct nftsw_bport *bp)
{
	struct nftsw_fid *f;
	unsigned long vid;

	nftsw_fdb_flush(bp->br->brs, NFTSW_FF_PORT, 0, bp->nr);
	xa_for_each(&bp->br->fids, vid, f)
		nftsw_fdb_forget(f, bp->nr, bp->dev, false);
}

/**
 * nftsw_fdb_flush_learned() - a port stops forwarding: forget whom it has learned
 * @bp: bridge port
 * @msti: in the VLANs of this spanning tree of the chip's
 */
void nftsw_fdb_flush_learned(struct nftsw_bport *bp, u8 msti)
{
	u32 match = NFTSW_FF_PORT | NFTSW_FF_LEARNED;
	struct nftsw_bridge *br = bp->br;
	struct nftsw_fid *f;
	unsigned long vid;

	if (!br->mst)
		nftsw_fdb_flush(br->brs, match, 0, bp->nr);
	xa_for_each(&br->fids, vid, f) {
		if (br->mst && br->vid_msti[vid] != msti)
			continue;
		if (br->mst)
			nftsw_fdb_flush(br->brs, match | NFTSW_FF_FID, f->fid, bp->nr);
		nftsw_fdb_forget(f, bp->nr, bp->dev, true);
	}
}

/**
 * nftsw_fdb_flush_fid() - forget hosts of a FID
 * @f: FID
 * @nr: whoever was learned at this bridge port; NFTSW_MAX_BR_PORTS: all of them
 */
void nftsw_fdb_flush_fid(struct nftsw_fid *f, u16 nr)
{
	if (nr == NFTSW_MAX_BR_PORTS) {
		nftsw_fdb_flush(f->br->brs, NFTSW_FF_FID, f->fid, 0);
		nftsw_fdb_forget(f, -1, NULL, false);
		return;
	}
	nftsw_fdb_flush(f->br->brs, NFTSW_FF_FID | NFTSW_FF_PORT | NFTSW_FF_LEARNED, f->fid, nr);
	nftsw_fdb_forget(f, nr, NULL, true);
}

/**
 * nftsw_fdb_start() - the chip has been reset: tell it again
 * @brs: bridges; their FIDs are on the chip
 */
void nftsw_fdb_start(struct nftsw_bridges *brs)
{
	struct nftsw_fdb_entry *e, *next;
	struct nftsw_fid *f;
	unsigned long nr;

	brs->fdb.full = false;
	xa_for_each(&brs->fids, nr, f)
		list_for_each_entry_safe(e, next, &f->hosts, list)
			nftsw_fdb_set(e);
	nftsw_fdb_flush_batch(brs);
}

/**
 * nftsw_fdb_table_init() - get ready for hosts
 * @brs: bridges
 *
 * Return: 0 or a negative errno.
 */
int nftsw_fdb_table_init(struct nftsw_bridges *brs)
{
	return rhashtable_init(&brs->fdb.hosts, &nftsw_fdb_params);
}

/**
 * nftsw_fdb_table_fini() - undo nftsw_fdb_table_init()
 * @brs: bridges; there is none
 */
void nftsw_fdb_table_fini(struct nftsw_bridges *brs)
{
	rhashtable_destroy(&brs->fdb.hosts);
}
