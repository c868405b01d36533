// SPDX-License-Identifier: GPL-2.0
/*
 * Hosts: what bridges tell the chip, and the chip bridges.  Floor 4.7.  Called by
 * nftsw_bridge_attr.c, nftsw_bridge.c and by the kernel's notifiers.
 *
 * Who says what.  The chip learns and ages by itself and says so in events; the bridge
 * gets the host as one that hardware has learned, does not age it, and shows it as
 * offloaded.  What a user writes goes to the chip and neither ages nor moves there: the
 * kernel does not tell a static entry from a sticky one.  Addresses of the host itself, and
 * hosts behind ports of others, lead to the CPU.  Of these, the ones that software has learned
 * are aged by software, and move when the chip hears them behind a port of its own.  What software
 * learns by itself on a port of the chip, from frames that came to the CPU, is left to the chip,
 * which has seen the frame, too.
 *
 * Order.  Notifiers are atomic and events must not wait for RTNL, so both only queue what they
 * have to say; one work does it in that order, under RTNL.  The bridge may have changed
 * its mind meanwhile, so it is asked again (br_fdb_find_port()) before anything is believed.
 *
 * Resynchronisation.  nftsw_fdb.hosts is what the chip should have.  When events were lost, or
 * one may be about a host that has been deleted since, a dump of the chip's table is
 * compared with it, once a second at most.
 *
 * Locks.  RTNL, under which everything is done; nftsw_fdb.lock for the queue alone, which
 * is taken in any context but hard interrupts, and under the bridge's hash_lock.
 */
#include <linux/bitfield.h>
#include <linux/etherdevice.h>
#include <linux/if_bridge.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <net/switchdev.h>
#include "nftsw_bridge.h"
#include "nftsw_compat.h"
#include "nftsw_hw.h"

/* Things that are done before RTNL is given to others. */
#define NFTSW_FDB_TURN		256
/* Of users, and of the switch itself. */
#define NFTSW_FDB_STATIC	(NFTSW_FDB_NO_AGE | NFTSW_FDB_NO_MOVE)
/* Learned by software behind a port of others. */
#define NFTSW_FDB_FOREIGN	NFTSW_FDB_NO_AGE

enum nftsw_fdb_what {
	NFTSW_FDB_ADD,		/* the bridge */
	NFTSW_FDB_DEL,
	NFTSW_FDB_NEWS,		/* the chip: learned, or moved from one port to another */
	NFTSW_FDB_CAME,		/* the chip: moved from the CPU to a port */
	NFTSW_FDB_AGED,
};

/* Something to do.  @br_dev, @dev and @vid: of the bridge; @fid, @port and @time: of the chip */
struct nftsw_fdb_item {
	struct list_head list;
	enum nftsw_fdb_what what;
	struct net_device *br_dev;
	struct net_device *dev;
	u8 mac[ETH_ALEN];
	u16 vid;
	bool local;
	bool user;
	u16 fid;
	u16 port;
	u64 time;
};

/* ---- What bridges say --------------------------------------------------------------------- */

static struct nftsw_fid *nftsw_fdb_item_fid(struct nftsw_bridges *brs,
					    const struct nftsw_fdb_item *item)
{
	struct nftsw_bridge *br = nftsw_bridge_find(brs, item->br_dev);

	if (!br || br->aware != !!item->vid)
		return NULL;
	return nftsw_fid_find(br, item->vid);
}

/* The bridge whose VLANs all have this address, or NULL. */
static struct nftsw_bridge *nftsw_fdb_item_all(struct nftsw_bridges *brs,
					       const struct nftsw_fdb_item *item)
{
	struct nftsw_bridge *br = nftsw_bridge_find(brs, item->br_dev);

	return br && br->aware && br->local0 && item->local && !item->vid ? br : NULL;
}

static void nftsw_fdb_add(struct nftsw_fid *f, const struct nftsw_fdb_item *item)
{
	struct nftsw_bridges *brs = f->br->brs;
	struct nftsw_bport *bp = nftsw_bport_find(brs, item->dev);
	struct nftsw_fdb_entry *e = nftsw_fdb_find(brs, f->fid, item->mac);
	u16 port = NFTSW_FDB_CPU, flags;

	if (bp && !item->local) {
		if (!item->user) {
			if (e && e->flags & NFTSW_FDB_LEARNED)
				nftsw_fdb_announce(e);
			return;
		}
		port = bp->nr;
	}
	flags = item->user || item->local ? NFTSW_FDB_STATIC : NFTSW_FDB_FOREIGN;
	if (e && e->port == port && e->flags == flags) {
		e->local = item->local;
		nftsw_fdb_say(e, SWITCHDEV_FDB_OFFLOADED, nftsw_fdb_dev(e));
		return;
	}
	e = e ?: nftsw_fdb_new(f, item->mac);
	if (!e) {
		nftsw_fdb_refused(brs, U32_MAX);
		return;
	}
	e->local = item->local;
	nftsw_fdb_put(e, port, flags);
	nftsw_fdb_set(e);
}

static void nftsw_fdb_added(struct nftsw_bridges *brs, const struct nftsw_fdb_item *item)
{
	struct nftsw_bridge *br = nftsw_fdb_item_all(brs, item);
	struct nftsw_fid *f = nftsw_fdb_item_fid(brs, item);
	unsigned long vid;

	/* another message follows, or has been here */
	if (f && !item->local &&
	    br_fdb_find_port(f->br->dev, item->mac, item->vid) != item->dev)
		return;
	if (f)
		nftsw_fdb_add(f, item);
	if (!br)
		return;
	/* unless a VLAN knows better */
	xa_for_each(&br->fids, vid, f)
		if (!br_fdb_find_port(br->dev, item->mac, vid))
			nftsw_fdb_add(f, item);
}

/*
 * A host that software has seen elsewhere is deleted and added: when it is at a port of
 * the chip then, the chip knows better, or will.
 */
static void nftsw_fdb_gone(struct nftsw_fid *f, const u8 *mac)
{
	struct nftsw_bridges *brs = f->br->brs;
	struct nftsw_fdb_entry *e = nftsw_fdb_find(brs, f->fid, mac);
	struct net_device *now;

	if (!e)
		return;
	now = br_fdb_find_port(f->br->dev, mac, f->vid);
	if (!now) {
		nftsw_fdb_del(e);
	} else if (nftsw_bport_find(brs, now)) {
		if (e->flags & NFTSW_FDB_LEARNED)
			nftsw_fdb_announce(e);
		else if (e->flags & NFTSW_FDB_NO_MOVE)
			nftsw_fdb_del(e);	/* the chip will learn it, or what it is follows */
	}
}

static void nftsw_fdb_deleted(struct nftsw_bridges *brs, const struct nftsw_fdb_item *item)
{
	struct nftsw_bridge *br = nftsw_fdb_item_all(brs, item);
	struct nftsw_fid *f = nftsw_fdb_item_fid(brs, item);
	unsigned long vid;

	if (f)
		nftsw_fdb_gone(f, item->mac);
	if (br)
		xa_for_each(&br->fids, vid, f)
			nftsw_fdb_gone(f, item->mac);
}

/* ---- What the chip says ------------------------------------------------------------------- */

/* Learned, or moved. */
static void nftsw_fdb_news(struct nftsw_bridges *brs, const struct nftsw_fdb_item *item)
{
	struct nftsw_fid *f = xa_load(&brs->fids, item->fid);
	struct nftsw_fdb_entry *e;
	struct nftsw_bport *bp;

	bp = item->port < NFTSW_MAX_BR_PORTS ? brs->port[item->port] : NULL;
	/* left meanwhile, and flushed with that */
	if (!f || !bp || bp->br != f->br)
		return;
	e = nftsw_fdb_find(brs, f->fid, item->mac);
	/* what came before the driver has written it is overwritten */
	if (e && !(e->flags & NFTSW_FDB_LEARNED) &&
	    (item->what != NFTSW_FDB_CAME || e->flags & NFTSW_FDB_NO_MOVE))
		return;
	/*
	 * Perhaps it is of those that were deleted since: the bridge must not hear of it again, and
	 * take that for the chip's doing later.  The chip's table will tell.
	 */
	if (item->time <= brs->fdb.forgotten_ns) {
		brs->fdb.lost = true;
		if (!e && item->time < brs->fdb.forgotten_ns)
			return;
	}
	e = e ?: nftsw_fdb_new(f, item->mac);
	if (!e) {
		brs->fdb.lost = true;
		return;
	}
	nftsw_fdb_put(e, bp->nr, NFTSW_FDB_LEARNED);
	nftsw_fdb_announce(e);
}

static void nftsw_fdb_aged(struct nftsw_bridges *brs, const struct nftsw_fdb_item *item)
{
	struct nftsw_fdb_entry *e = nftsw_fdb_find(brs, item->fid, item->mac);

	if (!e || !(e->flags & NFTSW_FDB_LEARNED) || e->port != item->port)
		return;
	nftsw_fdb_say(e, SWITCHDEV_FDB_DEL_TO_BRIDGE, nftsw_fdb_dev(e));
	nftsw_fdb_drop(e);
}

/* ---- The queue ------------------------------------------------------------------------------- */

/**
 * nftsw_fdb_kick() - have the queue looked at
 * @brs: bridges
 *
 * Context: any.
 */
void nftsw_fdb_kick(struct nftsw_bridges *brs)
{
	queue_work(brs->wq, &brs->fdb.work);
}

static void nftsw_fdb_queue(struct nftsw_bridges *brs, struct nftsw_fdb_item *item)
{
	struct nftsw_fdb *fdb = &brs->fdb;

	spin_lock_bh(&fdb->lock);
	list_add_tail(&item->list, &fdb->todo);
	fdb->todo_count++;
	spin_unlock_bh(&fdb->lock);
	nftsw_fdb_kick(brs);
}

static struct nftsw_fdb_item *nftsw_fdb_take(struct nftsw_fdb *fdb)
{
	struct nftsw_fdb_item *item;

	spin_lock_bh(&fdb->lock);
	item = list_first_entry_or_null(&fdb->todo, struct nftsw_fdb_item, list);
	if (item) {
		list_del(&item->list);
		fdb->todo_count--;
	}
	spin_unlock_bh(&fdb->lock);
	return item;
}

static void nftsw_fdb_item_free(struct nftsw_fdb_item *item)
{
	dev_put(item->dev);
	dev_put(item->br_dev);
	kfree(item);
}

static void nftsw_fdb_do(struct nftsw_bridges *brs, const struct nftsw_fdb_item *item)
{
	switch (item->what) {
	case NFTSW_FDB_ADD:
		nftsw_fdb_added(brs, item);
		break;
	case NFTSW_FDB_DEL:
		nftsw_fdb_deleted(brs, item);
		break;
	case NFTSW_FDB_NEWS:
	case NFTSW_FDB_CAME:
		nftsw_fdb_news(brs, item);
		break;
	case NFTSW_FDB_AGED:
		nftsw_fdb_aged(brs, item);
		break;
	}
}

/* Whether there are ports of the chip in the bridge is asked later. */
static struct net_device *nftsw_fdb_bridge_dev(struct net_device *dev)
{
	if (netif_is_bridge_master(dev))
		return dev;
	dev = netdev_master_upper_dev_get_rcu(dev);
	return dev && netif_is_bridge_master(dev) ? dev : NULL;
}

/* @max: things that may wait */
static void nftsw_fdb_told(struct nftsw_bridges *brs, unsigned long event,
			   const struct switchdev_notifier_fdb_info *info, u32 max)
{
	struct net_device *br_dev = nftsw_fdb_bridge_dev(info->info.dev);
	struct nftsw_fdb_item *item = NULL;

	if (!br_dev || !nftsw_bridge_find(brs, br_dev) ||
	    !is_valid_ether_addr(info->addr))
		return;
	if (READ_ONCE(brs->fdb.todo_count) < max)
		item = kzalloc(sizeof(*item), GFP_ATOMIC);
	if (!item) {
		if (event == SWITCHDEV_FDB_DEL_TO_DEVICE)
			WRITE_ONCE(brs->fdb.unheard, true);
		WRITE_ONCE(brs->fdb.dropped, true);
		nftsw_fdb_kick(brs);
		return;
	}
	item->what = event == SWITCHDEV_FDB_ADD_TO_DEVICE ? NFTSW_FDB_ADD : NFTSW_FDB_DEL;
	item->br_dev = br_dev;
	item->dev = info->info.dev;
	dev_hold(item->br_dev);
	dev_hold(item->dev);
	ether_addr_copy(item->mac, info->addr);
	item->vid = info->vid;
	item->local = info->is_local;
	item->user = info->added_by_user;
	nftsw_fdb_queue(brs, item);
}

/**
 * nftsw_fdb_notify() - a bridge has something to say of a host
 * @brs: bridges
 * @event: SWITCHDEV_FDB_ADD_TO_DEVICE or SWITCHDEV_FDB_DEL_TO_DEVICE
 * @info: which host
 *
 * Context: atomic; RCU.
 * Return: 0.
 */
int nftsw_fdb_notify(struct nftsw_bridges *brs, unsigned long event,
		     const struct switchdev_notifier_fdb_info *info)
{
	nftsw_fdb_told(brs, event, info, NFTSW_FDB_TODO);
	return 0;
}

/* ---- Told again --------------------------------------------------------------------------- */

/* All wait, however many: who is not heard is told of again, and would not be heard then either. */
static int nftsw_fdb_replay_one(struct notifier_block *nb, unsigned long event, void *ptr)
{
	struct nftsw_bridges *brs = container_of(nb, struct nftsw_bridges, fdb.nb);

	if (event == SWITCHDEV_FDB_ADD_TO_DEVICE)
		nftsw_fdb_told(brs, event, ptr, U32_MAX);
	return NOTIFY_DONE;
}

static void nftsw_fdb_replay(struct nftsw_bridge *br)
{
	struct nftsw_bport *bp = list_first_entry_or_null(&br->ports, struct nftsw_bport,
							  list);

	if (!bp)
		return;
	nftsw_compat_brport_replay(bp->dev, NULL, &br->brs->fdb.nb, NULL);
}

/**
 * nftsw_fdb_retry() - have bridges tell again of hosts that had no room, when somebody has left
 * @brs: bridges
 */
void nftsw_fdb_retry(struct nftsw_bridges *brs)
{
	struct nftsw_fdb *fdb = &brs->fdb;

	if (!fdb->refused || fdb->count >= fdb->refused_count)
		return;
	fdb->refused = false;
	WRITE_ONCE(fdb->dropped, true);
	nftsw_fdb_kick(brs);
}

/**
 * nftsw_fdb_local0_set() - do addresses of the switch count in every VLAN?
 * @br: bridge
 * @on: they do; else they do in the VLANs that the bridge tells of
 */
void nftsw_fdb_local0_set(struct nftsw_bridge *br, bool on)
{
	struct nftsw_fdb_entry *e, *next;
	struct nftsw_fid *f;
	unsigned long vid;

	if (br->local0 == on)
		return;
	br->local0 = on;
	br->replay = true;
	xa_for_each(&br->fids, vid, f)
		list_for_each_entry_safe(e, next, &f->hosts, list)
			if (e->local && !on)
				nftsw_fdb_del(e);
	nftsw_fdb_flush_batch(br->brs);
	nftsw_fdb_kick(br->brs);
}

/* Return: whether there is more to do now. */
static bool nftsw_fdb_replays(struct nftsw_bridges *brs)
{
	bool all = xchg(&brs->fdb.dropped, false), any = false;
	struct nftsw_bridge *br;

	list_for_each_entry(br, &brs->list, list) {
		if (!br->replay && !all)
			continue;
		br->replay = false;
		nftsw_fdb_replay(br);
		any = true;
	}
	return any;
}

/* ---- The work ------------------------------------------------------------------------------ */

static void nftsw_fdb_work(struct work_struct *work)
{
	struct nftsw_bridges *brs = container_of(work, struct nftsw_bridges, fdb.work);
	struct nftsw_fdb_item *item;
	bool more;
	u32 n;

	rtnl_lock();
	for (n = 0; n < NFTSW_FDB_TURN; n++) {
		item = nftsw_fdb_take(&brs->fdb);
		if (!item)
			break;
		nftsw_fdb_do(brs, item);
		nftsw_fdb_item_free(item);
	}
	nftsw_fdb_flush_batch(brs);
	more = n == NFTSW_FDB_TURN || nftsw_fdb_replays(brs);
	rtnl_unlock();
	if (more)
		nftsw_fdb_kick(brs);
}

static enum nftsw_fdb_what nftsw_fdb_event_what(const struct nftsw_hw_event *ev)
{
	if (ev->type == NFTSW_EV_FDB_AGED)
		return NFTSW_FDB_AGED;
	if (ev->type == NFTSW_EV_FDB_MOVED && le32_to_cpu(ev->arg[2]) == NFTSW_FDB_CPU)
		return NFTSW_FDB_CAME;
	return NFTSW_FDB_NEWS;
}

static void nftsw_fdb_event(struct nftsw *ns, const struct nftsw_hw_event *ev, void *priv)
{
	u32 arg1 = le32_to_cpu(ev->arg[1]);
	struct nftsw_bridges *brs = priv;
	struct nftsw_fdb_item *item = NULL;

	/* hosts that go to and fro, faster than RTNL can be had, are read from the table */
	if (READ_ONCE(brs->fdb.todo_count) < NFTSW_FDB_TODO)
		item = kzalloc(sizeof(*item), GFP_KERNEL);
	if (!item) {
		WRITE_ONCE(brs->fdb.lost, true);
		return;
	}
	item->what = nftsw_fdb_event_what(ev);
	memcpy(item->mac, &ev->arg[0], 4);
	item->mac[4] = arg1 & 0xff;
	item->mac[5] = FIELD_GET(NFTSW_EV_FDB_MAC, arg1) >> 8;
	item->port = FIELD_GET(NFTSW_EV_FDB_PORT, arg1);
	item->fid = le32_to_cpu(ev->index);
	item->time = le64_to_cpu(ev->time_ns);
	nftsw_fdb_queue(brs, item);
}

static void nftsw_fdb_overflow(struct nftsw *ns, const struct nftsw_hw_event *ev, void *priv)
{
	struct nftsw_bridges *brs = priv;

	WRITE_ONCE(brs->fdb.lost, true);
}

/* ---- Life ----------------------------------------------------------------------------------- */

/**
 * nftsw_fdb_stop() - the chip is going to be reset: what it has learned is lost
 * @brs: bridges; the chip takes no commands any more
 */
void nftsw_fdb_stop(struct nftsw_bridges *brs)
{
	struct nftsw_fdb *fdb = &brs->fdb;
	struct nftsw_fdb_item *item, *next;
	struct nftsw_fid *f;
	LIST_HEAD(old);
	unsigned long nr;

	spin_lock_bh(&fdb->lock);
	list_for_each_entry_safe(item, next, &fdb->todo, list) {
		if (item->what == NFTSW_FDB_ADD || item->what == NFTSW_FDB_DEL)
			continue;
		list_move(&item->list, &old);
		fdb->todo_count--;
	}
	spin_unlock_bh(&fdb->lock);
	list_for_each_entry_safe(item, next, &old, list)
		nftsw_fdb_item_free(item);
	fdb->set_count = 0;
	fdb->del_count = 0;
	fdb->forgotten_ns = 0;
	fdb->lost = false;
	xa_for_each(&brs->fids, nr, f)
		nftsw_fdb_forget(f, -1, NULL, true);
}

static const enum nftsw_event_type nftsw_fdb_events[] = {
	NFTSW_EV_FDB_LEARNED, NFTSW_EV_FDB_MOVED, NFTSW_EV_FDB_AGED,
};

/**
 * nftsw_fdb_init() - get ready for hosts
 * @brs: bridges
 *
 * Return: 0 or a negative errno.
 */
int nftsw_fdb_init(struct nftsw_bridges *brs)
{
	struct nftsw_fdb *fdb = &brs->fdb;
	int err;
	u32 i;

	spin_lock_init(&fdb->lock);
	INIT_LIST_HEAD(&fdb->todo);
	INIT_WORK(&fdb->work, nftsw_fdb_work);
	fdb->nb.notifier_call = nftsw_fdb_replay_one;
	err = nftsw_fdb_table_init(brs);
	if (err)
		return err;
	for (i = 0; !err && i < ARRAY_SIZE(nftsw_fdb_events); i++)
		err = nftsw_event_register(brs->ns, nftsw_fdb_events[i], nftsw_fdb_event,
					   brs);
	err = err ?: nftsw_event_register(brs->ns, NFTSW_EV_OVERFLOW, nftsw_fdb_overflow,
					  brs);
	if (err)
		nftsw_fdb_fini(brs);
	return err;
}

/**
 * nftsw_fdb_fini() - undo nftsw_fdb_init()
 * @brs: bridges; there is none, and nobody tells of hosts any more
 *
 * Context: process, RTNL not held.
 */
void nftsw_fdb_fini(struct nftsw_bridges *brs)
{
	struct nftsw_fdb_item *item;
	u32 i;

	nftsw_event_unregister(brs->ns, NFTSW_EV_OVERFLOW, nftsw_fdb_overflow, brs);
	for (i = 0; i < ARRAY_SIZE(nftsw_fdb_events); i++)
		nftsw_event_unregister(brs->ns, nftsw_fdb_events[i], nftsw_fdb_event, brs);
	cancel_work_sync(&brs->fdb.work);
	while ((item = nftsw_fdb_take(&brs->fdb)))
		nftsw_fdb_item_free(item);
	nftsw_fdb_table_fini(brs);
}
