// SPDX-License-Identifier: GPL-2.0
/*
 * Bridges over ports of the chip: which there are, who joins and leaves, and who is told.
 * Floor 6.3, above nftsw_port.c and nftsw_lag.c.  Called by nftsw_core.c and the kernel.
 *
 * What.  A bridge of Linux with a port of the chip is bridged by the chip: VLANs, learning,
 * flooding, spanning trees, groups.  Its ports may be ports, LAGs (bonds and teams that
 * nftsw_lag.c has a number for), and, while it does not filter VLANs, VLAN devices over these,
 * which the chip calls virtual ports.  All others are foreign: software bridges
 * between them and the chip, which hands it what is for them.
 *
 * How.  Objects here are what Linux wants; nftsw_bport.c, nftsw_vlan.c and nftsw_mdb.c
 * compute what the chip should have and write what is not so.  A chip that was reset is told
 * by the same functions, and so is one that has not answered: once a second until it does.
 * A port that joins is refused when the chip does not take it.  A bond that is in a bridge gets
 * ports of the chip later, and VLAN devices are the chip's when VLANs are not filtered any more;
 * nobody could be refused then: what the chip does not take is foreign, and is tried again once a
 * second.
 *
 * nftsw_lag.c and this file hear of the same events, in this order: both are registered
 * by nftsw_core.c, and a notifier chain keeps it.
 *
 * What nobody tells is looked at once a second: whether there is a querier of groups, whether
 * the bridge's device is promiscuous, and whether a port that joined was taken out again because
 * somebody else refused it.  The querier matters because groups that
 * nobody asks for are unknown groups, which Linux floods until it hears one (and the chip sends
 * to routers alone after that); it appears and expires by a timer of the bridge's.
 *
 * Locking: RTNL for everything.  Notifiers of hosts are atomic, see nftsw_fdb.c.
 */
#include <linux/if_bridge.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <net/net_namespace.h>
#include <net/switchdev.h>
#include <kunit/visibility.h>
#include "nftsw_bridge.h"
#include "nftsw_bridge_id.h"
#include "nftsw_compat.h"
#include "nftsw_lag.h"

#define NFTSW_BRIDGE_POLL	HZ

/* ---- Bridges ------------------------------------------------------------------------------ */

static bool nftsw_bridge_foreign(const struct nftsw_bridge *br)
{
	struct net_device *lower;
	struct list_head *iter;

	netdev_for_each_lower_dev(br->dev, lower, iter)
		if (!nftsw_bport_find(br->brs, lower))
			return true;
	return false;
}

static void nftsw_bridge_foreign_sync(struct nftsw_bridge *br)
{
	bool foreign = nftsw_bridge_foreign(br);

	if (foreign == br->foreign)
		return;
	br->foreign = foreign;
	nftsw_fid_sync_all(br);
}

static struct nftsw_bridge *nftsw_bridge_new(struct nftsw_bridges *brs,
					     struct net_device *dev)
{
	struct nftsw_bridge *br = kzalloc(sizeof(*br), GFP_KERNEL);
	int opts;

	if (!br)
		return NULL;
	br->brs = brs;
	br->dev = dev;
	br->aware = br_vlan_enabled(dev);
	br->proto = ETH_P_8021Q;
	br_vlan_get_proto(dev, &br->proto);
	br->snooping = br_multicast_enabled(dev);
	br->mrouter = br_multicast_router(dev);
	br->mst = br_mst_enabled(dev);
	br->promisc = dev->flags & IFF_PROMISC;
	br->allmulti = dev->flags & (IFF_PROMISC | IFF_ALLMULTI);
	br->age_ms = nftsw_bridge_age_ms(br_get_ageing_time(dev));
	INIT_LIST_HEAD(&br->ports);
	xa_init(&br->fids);
	hash_init(br->mdb);
	list_add_tail_rcu(&br->list, &brs->list);
	opts = nftsw_mdb_look(br);
	br->local0 = opts >= 0 && opts & BIT(NFTSW_COMPAT_BOOLOPT_LOCAL_VLAN_0);
	mod_delayed_work(brs->wq, &brs->poll, NFTSW_BRIDGE_POLL);
	return br;
}

/* One without ports of the chip is none of ours. */
static void nftsw_bridge_put(struct nftsw_bridge *br)
{
	if (!list_empty(&br->ports))
		return;
	nftsw_bridge_collect(br);
	nftsw_mdb_clear(br);
	xa_destroy(&br->fids);
	list_del_rcu(&br->list);
	kfree_rcu(br, rcu);
}

/* ---- Ports -------------------------------------------------------------------------------- */

static const unsigned long nftsw_bridge_flags[] = {
	BR_LEARNING, BR_FLOOD, BR_MCAST_FLOOD, BR_BCAST_FLOOD, BR_ISOLATED, BR_HAIRPIN_MODE,
	BR_PORT_LOCKED, BR_PORT_MAB, BR_MULTICAST_TO_UNICAST,
};

static unsigned long nftsw_bridge_flags_get(const struct net_device *dev)
{
	unsigned long flags = 0;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(nftsw_bridge_flags); i++)
		if (br_port_flag_is_set(dev, nftsw_bridge_flags[i]))
			flags |= nftsw_bridge_flags[i];
	return flags;
}

/* Are there FIDs for all VLANs of a device that the bridge has had before? */
static bool nftsw_bridge_has_room(const struct nftsw_bridges *brs,
				  const struct nftsw_bridge *br,
				  const struct net_device *br_dev, const struct net_device *dev)
{
	u32 room = NFTSW_MAX_FIDS - 1 - brs->fid_count, need = 0, vid;
	struct bridge_vlan_info info;

	if (!br_vlan_enabled(br_dev))
		return room || (br && nftsw_fid_find(br, 0));
	for (vid = 1; vid <= NFTSW_MAX_VID; vid++)
		if (!br_vlan_get_info(dev, vid, &info) && !(br && nftsw_fid_find(br, vid)))
			need++;
	return need <= room;
}

/* @late: the bridge has had it before */
static struct nftsw_bport *nftsw_bport_new(struct nftsw_bridge *br, struct net_device *dev,
					   const struct nftsw_bridge_id *id, bool late)
{
	struct nftsw_bport *bp = kzalloc(sizeof(*bp), GFP_KERNEL);
	u32 i;

	if (!bp)
		return NULL;
	bp->br = br;
	bp->dev = dev;
	bp->nr = id->nr;
	bp->base = id->base;
	bp->vid = id->vid;
	bp->tpid = id->tpid;
	bp->flags = nftsw_bridge_flags_get(dev);
	bp->joining = !late;
	bp->mrouter = late && nftsw_mdb_router(br, dev);
	bp->state[0] = br_port_get_stp_state(dev);
	for (i = 1; i < NFTSW_MAX_MSTIS; i++)
		if (br->msti[i])
			bp->state[i] = nftsw_bport_mst_state(bp, br->msti[i]);
	list_add_tail(&bp->list, &br->ports);
	br->brs->port[bp->nr] = bp;
	return bp;
}

/* What the chip has of a port that is in no bridge any more.  Frames first, hosts later. */
static void nftsw_bport_free(struct nftsw_bport *bp)
{
	struct nftsw_bridge *br = bp->br;
	struct nftsw_bridges *brs = br->brs;

	list_del(&bp->list);
	brs->port[bp->nr] = NULL;
	nftsw_vlan_sync(brs, bp->base, 1, NFTSW_MAX_VID);
	nftsw_bport_reset(brs, bp->nr);
	if (bp->vid)
		nftsw_bport_base_sync(brs, bp->base);
	nftsw_fdb_flush_port(bp);
	nftsw_mdb_port_gone(br, bp->nr);
	nftsw_bridge_collect(br);
	nftsw_fid_sync_all(br);
	kfree(bp);
}

static int nftsw_bport_start(struct nftsw_bport *bp, struct netlink_ext_ack *extack)
{
	struct nftsw_bridges *brs = bp->br->brs;
	struct net_device *lower = nftsw_bridge_lower(brs, bp->base);
	int err;

	bp->br->foreign = nftsw_bridge_foreign(bp->br);
	err = nftsw_bridge_rebuild(bp->br, extack);
	if (err)
		return err;
	return switchdev_bridge_port_offload(bp->dev, lower ?: bp->dev, bp,
					     &brs->switchdev_nb, &brs->blocking_nb, false,
					     extack);
}

/* What is tried once a second shall not disturb anything before it can succeed. */
static int nftsw_bridge_join_check(const struct nftsw_bridges *brs, struct net_device *br_dev,
				   struct net_device *dev, bool late,
				   struct netlink_ext_ack *extack)
{
	unsigned long flags = nftsw_bridge_flags_get(dev);
	int err = nftsw_bridge_flags_check(flags, flags, extack);

	if (err)
		return err;
	if (late && !nftsw_bridge_has_room(brs, nftsw_bridge_find(brs, br_dev), br_dev, dev))
		return -ENOSPC;
	return 0;
}

static int nftsw_bridge_join(struct nftsw_bridges *brs, struct net_device *br_dev,
			     struct net_device *dev, bool late, struct netlink_ext_ack *extack)
{
	struct nftsw_bridge *br = nftsw_bridge_find(brs, br_dev);
	struct nftsw_bridge_id id;
	struct nftsw_bport *bp;
	int err;

	nftsw_bridge_id_get(brs, dev, br_vlan_enabled(br_dev), &id);
	if (id.nr < 0)
		return id.nr;
	err = nftsw_bridge_join_check(brs, br_dev, dev, late, extack);
	if (err)
		return err;
	br = br ?: nftsw_bridge_new(brs, br_dev);
	if (!br)
		return -ENOMEM;
	bp = nftsw_bport_new(br, dev, &id, late);
	err = bp ? nftsw_bport_start(bp, extack) : -ENOMEM;
	if (bp)
		bp->joining = false;
	if (bp && err) {
		/* software keeps it, or the bridge takes it out again */
		br->foreign |= late;
		nftsw_bport_free(bp);
	}
	nftsw_bridge_put(br);
	return err;
}

static void nftsw_bridge_leave(struct nftsw_bport *bp)
{
	struct nftsw_bridge *br = bp->br;

	/* says what is still to be said, and is heard here */
	switchdev_bridge_port_unoffload(bp->dev, bp, NULL, NULL);
	nftsw_bport_free(bp);
	nftsw_bridge_foreign_sync(br);
	nftsw_bridge_put(br);
}

/* ---- Devices ------------------------------------------------------------------------------- */

/* Make a device that is in a bridge the chip's, or software's, whatever it can be now. */
static int nftsw_bridge_review(struct nftsw_bridges *brs, struct net_device *dev, bool late,
			       struct netlink_ext_ack *extack)
{
	struct net_device *master = netdev_master_upper_dev_get(dev);
	struct nftsw_bport *bp = nftsw_bport_find(brs, dev);
	struct nftsw_bridge_id id;
	int err = 0;

	if (master && !netif_is_bridge_master(master))
		master = NULL;
	nftsw_bridge_id_get(brs, dev, master && br_vlan_enabled(master), &id);
	if (bp && (bp->br->dev != master || id.base != bp->base ||
		   (id.nr < 0 && id.nr != -ENOSPC))) {
		nftsw_bridge_leave(bp);
		bp = NULL;
	}
	if (!bp && master && id.nr >= 0)
		err = nftsw_bridge_join(brs, master, dev, late, extack);
	return err;
}

/* The same of one that the bridge has had before.  @again: and it has been tried */
static void nftsw_bridge_review_late(struct nftsw_bridges *brs, struct net_device *dev,
				     bool again)
{
	if (!nftsw_bridge_review(brs, dev, true, NULL))
		return;
	if (!again)
		netdev_warn(dev, "chip does not bridge it: that stays in software until it can\n");
	brs->again = true;
	queue_delayed_work(brs->wq, &brs->poll, NFTSW_BRIDGE_POLL);
}

/* A LAG is ready, or no longer, or has other members: the VLAN devices above it, too. */
static void nftsw_bridge_review_all(struct nftsw_bridges *brs, struct net_device *dev, bool again)
{
	struct net_device *upper;
	struct list_head *iter;

	nftsw_bridge_review_late(brs, dev, again);
	/* RTNL keeps them */
	netdev_for_each_upper_dev_rcu(dev, upper, iter)
		if (is_vlan_dev(upper))
			nftsw_bridge_review_late(brs, upper, again);
}

/* What the chip could not take. */
static void nftsw_bridge_review_again(struct nftsw_bridges *brs)
{
	struct nftsw_bridge_id id;
	struct net_device *dev;

	if (!xchg(&brs->again, false))
		return;
	for_each_netdev(devlink_net(brs->ns->devlink), dev) {
		nftsw_bridge_id_get(brs, dev, false, &id);
		if (id.nr >= 0 && !id.vid)
			nftsw_bridge_review_all(brs, dev, true);
	}
}

static int nftsw_bridge_check_bridge(struct nftsw_bridges *brs, struct net_device *dev,
				     struct net_device *br_dev,
				     struct netlink_ext_ack *extack)
{
	bool aware = br_vlan_enabled(br_dev);
	struct nftsw_bridge_id id;
	u16 proto = 0, tpid;

	nftsw_bridge_id_get(brs, dev, aware, &id);
	if (id.nr == -EOPNOTSUPP)
		NL_SET_ERR_MSG_MOD(extack, "chip cannot bridge it: that stays in software");
	else if (id.nr == -EPROTONOSUPPORT)
		NL_SET_ERR_MSG_MOD(extack, "another vlan protocol on the port: stays in software");
	else if (id.nr == -ENOSPC)
		NL_SET_ERR_MSG_MOD(extack, "chip has no virtual port left: that stays in software");
	if (id.nr < 0 || id.vid)
		return 0;
	br_vlan_get_proto(br_dev, &proto);
	tpid = proto;
	if (nftsw_vlan_uppers(dev, NULL, &tpid) && (!aware || tpid == proto))
		return 0;
	NL_SET_ERR_MSG_MOD(extack, "vlan device of another protocol on the port");
	return -EOPNOTSUPP;
}

static int nftsw_bridge_check_vlan(struct nftsw_bridges *brs, struct net_device *dev,
				   struct net_device *vlan, struct netlink_ext_ack *extack)
{
	struct nftsw_bport *bp = nftsw_bport_find(brs, dev);
	u16 proto = ntohs(vlan_dev_vlan_proto(vlan)), tpid = proto;

	if (!bp)
		return 0;
	nftsw_vlan_uppers(dev, NULL, &tpid);
	if (bp->br->aware)
		tpid = bp->br->proto;
	if (tpid == proto)
		return 0;
	NL_SET_ERR_MSG_MOD(extack, "chip knows one vlan protocol on a bridge port");
	return -EOPNOTSUPP;
}

static int nftsw_bridge_precheck(struct nftsw_bridges *brs, struct net_device *dev,
				 struct netdev_notifier_changeupper_info *info)
{
	struct netlink_ext_ack *extack = netdev_notifier_info_to_extack(&info->info);

	if (!info->linking)
		return 0;
	if (netif_is_bridge_master(info->upper_dev))
		return nftsw_bridge_check_bridge(brs, dev, info->upper_dev, extack);
	if (is_vlan_dev(info->upper_dev))
		return nftsw_bridge_check_vlan(brs, dev, info->upper_dev, extack);
	return 0;
}

static int nftsw_bridge_upper_changed(struct nftsw_bridges *brs, struct net_device *dev,
				      struct netdev_notifier_changeupper_info *info)
{
	struct netlink_ext_ack *extack = netdev_notifier_info_to_extack(&info->info);
	struct nftsw_bridge *br;
	struct nftsw_bport *bp;
	int err = 0;

	if (netif_is_bridge_master(info->upper_dev)) {
		err = nftsw_bridge_review(brs, dev, false, extack);
		br = nftsw_bridge_find(brs, info->upper_dev);
		if (br && !err)		/* else it is going to be taken out again */
			nftsw_bridge_foreign_sync(br);
	} else if (is_vlan_dev(info->upper_dev)) {
		bp = nftsw_bport_find(brs, dev);
		if (bp)
			err = nftsw_bport_sync(bp) ?:
			      nftsw_vlan_sync(brs, bp->base, 1, NFTSW_MAX_VID);
	} else if (netif_is_lag_master(info->upper_dev)) {
		nftsw_bridge_review_all(brs, info->upper_dev, false);
	}
	return err;
}

static void nftsw_bridge_lag_changed(struct nftsw_bridges *brs, struct net_device *dev)
{
	if (!netif_is_lag_master(dev))
		dev = netdev_master_upper_dev_get(dev);
	if (dev && netif_is_lag_master(dev))
		nftsw_bridge_review_all(brs, dev, false);
}

/* A command of the LAG's had failed before. */
static void nftsw_bridge_lag_ready(struct nftsw *ns, struct net_device *dev)
{
	nftsw_bridge_review_all(ns->bridges, dev, false);
}

static int nftsw_bridge_netdev_event(struct notifier_block *nb, unsigned long event,
				     void *ptr)
{
	struct nftsw_bridges *brs = container_of(nb, struct nftsw_bridges, netdev_nb);
	struct net_device *dev = netdev_notifier_info_to_dev(ptr);
	struct nftsw_bridge *br;
	int err = 0;

	switch (event) {
	case NETDEV_PRECHANGEUPPER:
		err = nftsw_bridge_precheck(brs, dev, ptr);
		break;
	case NETDEV_CHANGEUPPER:
		err = nftsw_bridge_upper_changed(brs, dev, ptr);
		break;
	case NETDEV_CHANGE:
		br = nftsw_bridge_find(brs, dev);
		if (br)
			nftsw_bridge_look(br);
		break;
	case NETDEV_FEAT_CHANGE:
		nftsw_bridge_lag_changed(brs, dev);
		break;
	}
	if (err)
		NL_SET_ERR_MSG_WEAK_MOD(netdev_notifier_info_to_extack(ptr),
					"chip has not taken it");
	return notifier_from_errno(err);
}

/* ---- What switchdev tells ------------------------------------------------------------------ */

static int nftsw_bridge_obj(struct nftsw_bridges *brs, struct net_device *dev,
			    const struct switchdev_obj *obj, bool add,
			    struct netlink_ext_ack *extack)
{
	const struct switchdev_obj_port_vlan *v;
	struct nftsw_bport *bp;
	struct nftsw_bridge *br;

	switch (obj->id) {
	case SWITCHDEV_OBJ_ID_PORT_VLAN:
		v = SWITCHDEV_OBJ_PORT_VLAN(obj);
		br = nftsw_bridge_find(brs, dev);
		if (br)
			return nftsw_bridge_vlan_set(br, v->vid, add);
		bp = nftsw_bport_find(brs, dev);
		if (!bp)
			return -EOPNOTSUPP;
		return add ? nftsw_bport_vlan_add(bp, v, extack) :
			     nftsw_bport_vlan_del(bp, v);
	case SWITCHDEV_OBJ_ID_PORT_MDB:	/* foreign ports: see nftsw_fid_flags() */
		bp = nftsw_bport_find(brs, obj->orig_dev);
		return bp ? nftsw_mdb_change(bp->br, bp, SWITCHDEV_OBJ_PORT_MDB(obj), add) :
			    -EOPNOTSUPP;
	case SWITCHDEV_OBJ_ID_HOST_MDB:
		br = nftsw_bridge_find(brs, obj->orig_dev);
		return br ? nftsw_mdb_change(br, NULL, SWITCHDEV_OBJ_PORT_MDB(obj), add) :
			    -EOPNOTSUPP;
	default:
		return -EOPNOTSUPP;
	}
}

/* VLAN devices of ports are bridged by software when VLANs are filtered, and by the chip else. */
static void nftsw_bridge_vports_review(struct nftsw_bridges *brs, struct net_device *br_dev)
{
	struct net_device *lower;
	struct list_head *iter;

	netdev_for_each_lower_dev(br_dev, lower, iter)
		if (is_vlan_dev(lower))
			nftsw_bridge_review_late(brs, lower, false);
}

/* A bridge is going to filter VLANs.  One that cannot is refused before any port leaves. */
static int nftsw_bridge_filters(struct nftsw_bridges *brs, struct net_device *br_dev,
				struct netlink_ext_ack *extack)
{
	struct nftsw_bridge *br = nftsw_bridge_find(brs, br_dev);
	int err = br ? nftsw_bridge_uppers_check(br, br->proto, extack) : 0;

	if (!err)
		nftsw_bridge_vports_review(brs, br_dev);
	return err;
}

static int nftsw_bridge_attr(struct nftsw_bridges *brs, struct net_device *dev,
			     const struct switchdev_attr *attr,
			     struct netlink_ext_ack *extack)
{
	bool filtering = attr->id == SWITCHDEV_ATTR_ID_BRIDGE_VLAN_FILTERING &&
			 netif_is_bridge_master(dev);
	struct nftsw_bport *bp = nftsw_bport_find(brs, dev);
	struct nftsw_bridge *br;
	int err;

	if (bp)
		return nftsw_bport_attr_set(bp, attr, extack);
	if (filtering && attr->u.vlan_filtering) {
		err = nftsw_bridge_filters(brs, dev, extack);
		if (err)
			return err;
	}
	err = -EOPNOTSUPP;
	br = nftsw_bridge_find(brs, dev);
	if (br) {
		err = nftsw_bridge_attr_set(br, attr, extack);
		nftsw_bridge_foreign_sync(br);
	}
	if (filtering && !attr->u.vlan_filtering)
		nftsw_bridge_vports_review(brs, dev);
	return err;
}

static int nftsw_bridge_blocking_event(struct notifier_block *nb, unsigned long event,
				       void *ptr)
{
	struct nftsw_bridges *brs = container_of(nb, struct nftsw_bridges, blocking_nb);
	struct net_device *dev = switchdev_notifier_info_to_dev(ptr);
	struct netlink_ext_ack *extack = switchdev_notifier_info_to_extack(ptr);
	struct switchdev_notifier_port_attr_info *attr = ptr;
	struct switchdev_notifier_port_obj_info *obj = ptr;
	int err;

	switch (event) {
	case SWITCHDEV_PORT_OBJ_ADD:
	case SWITCHDEV_PORT_OBJ_DEL:
		err = nftsw_bridge_obj(brs, dev, obj->obj, event == SWITCHDEV_PORT_OBJ_ADD,
				       extack);
		if (err == -EOPNOTSUPP)
			return NOTIFY_DONE;
		obj->handled = true;
		break;
	case SWITCHDEV_PORT_ATTR_SET:
		err = nftsw_bridge_attr(brs, dev, attr->attr, extack);
		if (err == -EOPNOTSUPP)
			return NOTIFY_DONE;
		attr->handled = true;
		break;
	default:
		return NOTIFY_DONE;
	}
	if (err)
		NL_SET_ERR_MSG_WEAK_MOD(extack, "chip has not taken it");
	return notifier_from_errno(err);
}

/* Flags are asked for with RTNL held, but in a spinlock. */
static int nftsw_bridge_switchdev_event(struct notifier_block *nb, unsigned long event,
					void *ptr)
{
	struct nftsw_bridges *brs = container_of(nb, struct nftsw_bridges, switchdev_nb);
	struct net_device *dev = switchdev_notifier_info_to_dev(ptr);
	struct switchdev_notifier_port_attr_info *attr = ptr;
	int err = 0;

	switch (event) {
	case SWITCHDEV_FDB_ADD_TO_DEVICE:
	case SWITCHDEV_FDB_DEL_TO_DEVICE:
		err = nftsw_fdb_notify(brs, event, ptr);
		break;
	case SWITCHDEV_PORT_ATTR_SET:
		if (attr->attr->id == SWITCHDEV_ATTR_ID_PORT_PRE_BRIDGE_FLAGS &&
		    nftsw_bport_find(brs, dev))
			err = nftsw_bridge_flags_check(attr->attr->u.brport_flags.val,
						       attr->attr->u.brport_flags.mask,
						       attr->info.extack);
		break;
	}
	return notifier_from_errno(err);
}

/* ---- Once a second --------------------------------------------------------------------------- */

/* A command has failed: the chip is told again whatever it may not have. */
static void nftsw_bridge_resync(struct nftsw_bridges *brs)
{
	struct nftsw_bridge *br;
	u32 nr;

	if (!xchg(&brs->unsure, false))
		return;
	nftsw_mdb_lost_sync(brs);	/* before the FIDs that they have kept */
	nftsw_fid_resync(brs);
	list_for_each_entry(br, &brs->list, list)
		nftsw_bridge_rebuild(br, NULL);
	for (nr = 0; nr < NFTSW_MAX_BR_PORTS; nr++) {
		if (!brs->port[nr] && test_bit(nr, brs->port_unsure))
			nftsw_bport_reset(brs, nr);
		if (nr < NFTSW_BR_BASES && brs->hw_vlan[nr])
			nftsw_vlan_sync(brs, nr, 1, NFTSW_MAX_VID);
	}
}

static void nftsw_bridge_poll(struct work_struct *work)
{
	struct nftsw_bridges *brs = container_of(to_delayed_work(work), struct nftsw_bridges,
						 poll);
	struct nftsw_bridge *br;

	rtnl_lock();
	list_for_each_entry(br, &brs->list, list) {
		nftsw_bridge_foreign_sync(br);
		nftsw_bridge_look(br);
		nftsw_mdb_retry(br);
	}
	nftsw_bridge_review_again(brs);
	nftsw_bridge_resync(brs);
	nftsw_fdb_look(brs);
	nftsw_fdb_reconcile(brs);
	nftsw_fdb_retry(brs);
	if (!list_empty(&brs->list) || brs->unsure || brs->again)
		queue_delayed_work(brs->wq, &brs->poll, NFTSW_BRIDGE_POLL);
	rtnl_unlock();
}

/* ---- Life ------------------------------------------------------------------------------------ */

/* As after a reset. */
static void nftsw_bridge_chip_forget(struct nftsw_bridges *brs)
{
	struct nftsw_fid *f;
	unsigned long i;

	for (i = 0; i < NFTSW_MAX_BR_PORTS; i++)
		nftsw_bport_default(i, &brs->hw_port[i]);
	bitmap_zero(brs->port_unsure, NFTSW_MAX_BR_PORTS);
	memset(brs->hw_stp, NFTSW_STP_FORWARDING, sizeof(brs->hw_stp));
	for (i = 0; i < NFTSW_BR_BASES; i++) {
		kfree(brs->hw_vlan[i]);
		brs->hw_vlan[i] = NULL;
	}
	xa_for_each(&brs->fids, i, f)
		f->sure = false;
	bitmap_zero(brs->fid_lost, NFTSW_MAX_FIDS);
	nftsw_mdb_forget(brs);
	brs->unsure = false;
}

/**
 * nftsw_bridge_stop() - the chip is going to be reset
 * @ns: chip
 *
 * Context: process, RTNL not held.
 */
void nftsw_bridge_stop(struct nftsw *ns)
{
	struct nftsw_bridges *brs = ns->bridges;

	if (!brs)
		return;
	rtnl_lock();
	brs->up = false;
	nftsw_fdb_stop(brs);
	nftsw_bridge_chip_forget(brs);
	rtnl_unlock();
}

/**
 * nftsw_bridge_start() - the chip has been reset: tell it again
 * @ns: chip, its ports not yet enabled
 *
 * Context: process, RTNL not held.
 */
void nftsw_bridge_start(struct nftsw *ns)
{
	struct nftsw_bridges *brs = ns->bridges;
	struct nftsw_bridge *br;

	if (!brs)
		return;
	rtnl_lock();
	nftsw_bridge_chip_forget(brs);
	brs->up = true;
	list_for_each_entry(br, &brs->list, list)
		if (nftsw_bridge_rebuild(br, NULL))
			netdev_err(br->dev, "chip has not taken the bridge\n");
	nftsw_fdb_start(brs);
	rtnl_unlock();
}

static int nftsw_bridge_register(struct nftsw_bridges *brs)
{
	int err;

	err = register_switchdev_notifier(&brs->switchdev_nb);
	if (err)
		return err;
	err = register_switchdev_blocking_notifier(&brs->blocking_nb);
	if (err)
		goto err_blocking;
	err = register_netdevice_notifier(&brs->netdev_nb);
	if (err)
		goto err_netdevice;
	return 0;

err_netdevice:
	unregister_switchdev_blocking_notifier(&brs->blocking_nb);
err_blocking:
	unregister_switchdev_notifier(&brs->switchdev_nb);
	return err;
}

/**
 * nftsw_bridge_init() - watch for bridges over the ports to come
 * @ns: chip; its LAGs are watched
 *
 * Context: process, RTNL not held.
 * Return: 0 or a negative errno; 0, too, when the chip or the kernel has no bridge to offload.
 */
int nftsw_bridge_init(struct nftsw *ns)
{
	struct nftsw_bridges *brs;
	int err = -ENOMEM;

	if (!IS_ENABLED(CONFIG_NET_SWITCHDEV) || !(ns->info.caps & NFTSW_CAPS_BRIDGE) ||
	    !ns->info.fdb)
		return 0;
	brs = kvzalloc(sizeof(*brs), GFP_KERNEL);
	if (!brs)
		return -ENOMEM;
	brs->ns = ns;
	brs->wq = alloc_ordered_workqueue("nftsw_bridge_%s", 0, ns->bus->name);
	if (!brs->wq)
		goto err_alloc_workqueue;
	INIT_LIST_HEAD(&brs->list);
	xa_init_flags(&brs->fids, XA_FLAGS_ALLOC1);
	INIT_DELAYED_WORK(&brs->poll, nftsw_bridge_poll);
	brs->netdev_nb.notifier_call = nftsw_bridge_netdev_event;
	brs->switchdev_nb.notifier_call = nftsw_bridge_switchdev_event;
	brs->blocking_nb.notifier_call = nftsw_bridge_blocking_event;
	nftsw_bridge_chip_forget(brs);
	nftsw_mdb_init(brs);
	err = nftsw_fdb_init(brs);
	if (err)
		goto err_fdb_init;
	ns->bridges = brs;
	err = nftsw_bridge_register(brs);
	if (err)
		goto err_register;
	rtnl_lock();
	nftsw_lag_watch(ns, nftsw_bridge_lag_ready);
	rtnl_unlock();
	return 0;

err_register:
	ns->bridges = NULL;
	nftsw_fdb_fini(brs);
err_fdb_init:
	destroy_workqueue(brs->wq);
err_alloc_workqueue:
	kvfree(brs);
	return err;
}

/**
 * nftsw_bridge_fini() - undo nftsw_bridge_init()
 * @ns: chip; its ports are gone, and out of every bridge with that
 *
 * Context: process, RTNL not held.
 */
void nftsw_bridge_fini(struct nftsw *ns)
{
	struct nftsw_bridges *brs = ns->bridges;
	u32 i;

	if (!brs)
		return;
	rtnl_lock();
	nftsw_lag_watch(ns, NULL);
	rtnl_unlock();
	unregister_netdevice_notifier(&brs->netdev_nb);
	unregister_switchdev_blocking_notifier(&brs->blocking_nb);
	unregister_switchdev_notifier(&brs->switchdev_nb);
	cancel_delayed_work_sync(&brs->poll);
	nftsw_fdb_fini(brs);
	nftsw_mdb_fini(brs);
	destroy_workqueue(brs->wq);
	ns->bridges = NULL;
	for (i = 0; i < NFTSW_BR_BASES; i++)
		kfree(brs->hw_vlan[i]);
	kvfree(brs);
}
