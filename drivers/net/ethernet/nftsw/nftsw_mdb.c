// SPDX-License-Identifier: GPL-2.0
/*
 * Multicast groups.  Floor 4.6.  Called by nftsw_bridge_attr.c and nftsw_bridge.c.
 *
 * The chip knows a group by its MAC address.  32 IPv4 groups share one, and so do a group
 * and its sources (IGMPv3, MLDv2), each of which the bridge adds and deletes alone.  It
 * does not say how many are left, and adds some more than once, so counting them is no
 * use.  A port that leaves one is therefore only suspect: a work has the bridge tell all groups of
 * the port again, and takes it out of those that are not among them.
 *
 * Where a bridge speaks IGMPv3 or MLDv2, its ports have groups from some sources and not from
 * others.  The chip does not look at sources, so it leaves such groups to software.  The bridge
 * tells its drivers neither version, but it tells netlink; with snooping per VLAN the versions
 * are those of VLANs, which not even that says of the bridge, so they are taken for the newer
 * ones.
 *
 * Groups whose VLAN the chip does not know, or that do not go with the mode of the bridge,
 * are kept until they do.  A bridge that does not listen to IGMP and MLD floods, whatever
 * it has been told; its groups are not on the chip.  The bridge does not get to hear that the chip
 * forwards a group of any of these.
 *
 * A group that the chip has no room for is an unknown one there.  Where unknown ones go to
 * routers alone nobody would get it, so as long as a bridge has such a group it floods
 * unknown ones; once a second the group is tried again.
 *
 * Members behind foreign ports are not kept here: software has copies of all groups then, see
 * nftsw_fid_flags().
 *
 * Locking: RTNL.
 */
#include <linux/etherdevice.h>
#include <linux/if_bridge.h>
#include <linux/jhash.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <net/netlink.h>
#include <net/rtnetlink.h>
#include <net/switchdev.h>
#include "nftsw_bridge.h"
#include "nftsw_compat.h"
#include "nftsw_hw.h"

static struct nftsw_mdb *nftsw_mdb_find(struct nftsw_bridge *br, const u8 *mac, u16 vid)
{
	u32 key = jhash(mac, ETH_ALEN, vid);
	struct nftsw_mdb *m;

	hash_for_each_possible(br->mdb, m, node, key)
		if (m->vid == vid && ether_addr_equal_unaligned(m->mac, mac))
			return m;
	return NULL;
}

static struct nftsw_mdb *nftsw_mdb_new(struct nftsw_bridge *br, const u8 *mac, u16 vid)
{
	struct nftsw_mdb *m = kzalloc(sizeof(*m), GFP_KERNEL);

	if (!m)
		return NULL;
	ether_addr_copy(m->mac, mac);
	m->vid = vid;
	hash_add(br->mdb, &m->node, jhash(mac, ETH_ALEN, vid));
	return m;
}

/* Does the bridge forward the frames of this group by their source? */
static bool nftsw_mdb_by_source(const struct nftsw_bridge *br, const u8 *mac)
{
	static const u8 ipv4[] = { 0x01, 0x00, 0x5e }, ipv6[] = { 0x33, 0x33 };

	return (br->sources4 && !memcmp(mac, ipv4, sizeof(ipv4))) ||
	       (br->sources6 && !memcmp(mac, ipv6, sizeof(ipv6)));
}

static void nftsw_mdb_count(struct nftsw_bridges *brs, struct nftsw_mdb *m, bool on_chip)
{
	if (m->on_chip != on_chip)
		WRITE_ONCE(brs->mdb_count, brs->mdb_count + (on_chip ? 1 : -1));
	m->on_chip = on_chip;
}

static int nftsw_mdb_off(struct nftsw_bridges *brs, struct nftsw_mdb *m)
{
	int err = 0;

	if ((m->on_chip || m->unsure) && brs->up)
		err = nftsw_bridge_failed(brs, nftsw_hw_mdb_del(brs->ns, &m->hw));
	m->unsure = err;
	nftsw_mdb_count(brs, m, false);
	return err;
}

/* One that could not be deleted on the chip is remembered for that. */
static void nftsw_mdb_free(struct nftsw_bridges *brs, struct nftsw_mdb *m)
{
	hash_del(&m->node);
	if (m->unsure)
		hlist_add_head(&m->node, &brs->mdb_lost);
	else
		kfree(m);
}

/* The chip is going to be told of a group: one of before is not to be deleted any more. */
static void nftsw_mdb_lost_found(struct nftsw_bridges *brs, const struct nftsw_hw_mdb *hw)
{
	struct hlist_node *next;
	struct nftsw_mdb *m;

	hlist_for_each_entry_safe(m, next, &brs->mdb_lost, node) {
		if (m->hw.fid != hw->fid || !ether_addr_equal_unaligned(m->hw.mac, hw->mac))
			continue;
		hlist_del(&m->node);
		kfree(m);
	}
}

static void nftsw_mdb_encode(const struct nftsw_mdb *m, const struct nftsw_fid *f,
			     struct nftsw_hw_mdb *hw)
{
	u32 nr;

	memset(hw, 0, sizeof(*hw));
	hw->fid = cpu_to_le16(f->fid);
	ether_addr_copy(hw->mac, m->mac);
	if (nftsw_mdb_by_source(f->br, m->mac)) {
		hw->flags = cpu_to_le32(NFTSW_MDB_TRAP);
		return;
	}
	if (m->host)
		hw->flags = cpu_to_le32(NFTSW_MDB_CPU);
	for_each_set_bit(nr, m->ports, NFTSW_MAX_BR_PORTS)
		nftsw_bridge_set_add(hw->ports, nr);
}

/* Does the chip forward the frames of this group, when it is up and has room? */
static bool nftsw_mdb_is_chips(const struct nftsw_bridge *br, const struct nftsw_mdb *m)
{
	return nftsw_fid_find(br, m->vid) && br->snooping && br->aware == !!m->vid &&
	       !nftsw_mdb_by_source(br, m->mac);
}

static void nftsw_mdb_full_set(struct nftsw_bridge *br, bool full)
{
	if (br->mdb_full == full)
		return;
	br->mdb_full = full;
	/* said again when there was room for a while */
	if (!full && br->brs->mdb_count < NFTSW_MAX_MDB - NFTSW_MAX_MDB / 16)
		br->brs->mdb_full_told = false;
	if (full && !xchg(&br->brs->mdb_full_told, true))
		netdev_warn(br->dev, "chip has no room for more groups: unknown ones are flooded\n");
	nftsw_fid_sync_all(br);
}

/* Make the chip's what it is; one without members is freed. */
static int nftsw_mdb_sync(struct nftsw_bridge *br, struct nftsw_mdb *m)
{
	bool empty = !m->host && bitmap_empty(m->ports, NFTSW_MAX_BR_PORTS);
	struct nftsw_fid *f = nftsw_fid_find(br, m->vid);
	struct nftsw_bridges *brs = br->brs;
	struct nftsw_hw_mdb hw;
	int err;

	if (empty || !f || !br->snooping || br->aware != !!m->vid) {
		err = nftsw_mdb_off(brs, m);
		if (empty)
			nftsw_mdb_free(brs, m);
		return err;
	}
	nftsw_mdb_encode(m, f, &hw);
	if (m->unsure && m->hw.fid != hw.fid) {	/* the VLAN has had another FID */
		err = nftsw_mdb_off(brs, m);
		if (err)
			return err;
	}
	if (!brs->up || (m->on_chip && !m->unsure && !memcmp(&hw, &m->hw, sizeof(hw))))
		return 0;
	nftsw_mdb_lost_found(brs, &hw);
	err = nftsw_hw_mdb_set(brs->ns, &hw);
	if (err == -ENOSPC) {	/* no reason to write it all again and again */
		nftsw_mdb_full_set(br, true);
		return err;
	}
	err = nftsw_bridge_failed(brs, err);
	m->hw = hw;
	m->unsure = err;
	nftsw_mdb_count(brs, m, !err);
	return err;
}

/**
 * nftsw_mdb_change() - a bridge port, or the CPU, joins or leaves a group
 * @br: bridge
 * @bp: bridge port; NULL: the CPU
 * @mdb: the group
 * @add: it joins
 *
 * Return: 0 or a negative errno; -EOPNOTSUPP: the chip does not forward the group by its
 * members, so the bridge shall not show it as offloaded.
 */
int nftsw_mdb_change(struct nftsw_bridge *br, struct nftsw_bport *bp,
		     const struct switchdev_obj_port_mdb *mdb, bool add)
{
	struct nftsw_mdb *m = nftsw_mdb_find(br, mdb->addr, mdb->vid);
	int err;

	if (!m && add)
		m = nftsw_mdb_new(br, mdb->addr, mdb->vid);
	if (!m)
		return add ? -ENOMEM : 0;
	if (!add) {
		if (bp && test_bit(bp->nr, m->ports)) {
			__set_bit(bp->nr, m->suspect);
			bp->suspect = true;
		} else if (!bp && m->host) {
			m->host_suspect = true;
			br->host_suspect = true;
		}
		queue_work(br->brs->wq, &br->brs->mdb_work);
		return 0;
	}
	if (bp) {
		__set_bit(bp->nr, m->ports);
		__clear_bit(bp->nr, m->suspect);
	} else {
		m->host = true;
		m->host_suspect = false;
	}
	/* whatever comes of it now, it is tried again */
	err = nftsw_mdb_sync(br, m);
	return err == -ENOSPC || !nftsw_mdb_is_chips(br, m) ? -EOPNOTSUPP : err;
}

/* ---- Who has left? ------------------------------------------------------------------ */

static int nftsw_mdb_told(struct notifier_block *nb, unsigned long event, void *ptr)
{
	struct nftsw_bridges *brs = container_of(nb, struct nftsw_bridges, mdb_nb);
	struct switchdev_notifier_port_obj_info *info = ptr;
	struct net_device *dev = info->obj->orig_dev;
	const struct switchdev_obj_port_mdb *mdb;
	struct nftsw_bport *bp;
	struct nftsw_mdb *m;

	if (event != SWITCHDEV_PORT_OBJ_ADD ||
	    (info->obj->id != SWITCHDEV_OBJ_ID_PORT_MDB &&
	     info->obj->id != SWITCHDEV_OBJ_ID_HOST_MDB))
		return NOTIFY_DONE;
	mdb = SWITCHDEV_OBJ_PORT_MDB(info->obj);
	m = nftsw_mdb_find(brs->mdb_br, mdb->addr, mdb->vid);
	bp = nftsw_bport_find(brs, dev);
	if (m && bp)
		__clear_bit(bp->nr, m->suspect);
	else if (m && dev == brs->mdb_br->dev)
		m->host_suspect = false;
	return NOTIFY_DONE;
}

/*
 * Have the bridge tell the groups of ports that have left some, and of the CPU.  It may have no
 * memory for that; whoever is not told then has not left for all we know.
 */
static int nftsw_mdb_ask(struct nftsw_bridge *br)
{
	struct nftsw_bridges *brs = br->brs;
	struct nftsw_bport *bp;
	int err = 0;

	brs->mdb_br = br;
	list_for_each_entry(bp, &br->ports, list) {
		if (!bp->suspect && !br->host_suspect)
			continue;
		err = nftsw_compat_brport_replay(bp->dev, NULL, NULL, &brs->mdb_nb);
		if (err)
			break;
		bp->suspect = false;
		br->host_suspect = false;
	}
	brs->mdb_br = NULL;
	return err;
}

/* What is suspect still has left. */
static void nftsw_mdb_left(struct nftsw_bridge *br)
{
	struct hlist_node *next;
	struct nftsw_mdb *m;
	u32 i;

	hash_for_each_safe(br->mdb, i, next, m, node) {
		if (!m->host_suspect && bitmap_empty(m->suspect, NFTSW_MAX_BR_PORTS))
			continue;
		bitmap_andnot(m->ports, m->ports, m->suspect, NFTSW_MAX_BR_PORTS);
		bitmap_zero(m->suspect, NFTSW_MAX_BR_PORTS);
		m->host &= !m->host_suspect;
		m->host_suspect = false;
		nftsw_mdb_sync(br, m);
	}
}

static void nftsw_mdb_work(struct work_struct *work)
{
	struct nftsw_bridges *brs = container_of(work, struct nftsw_bridges, mdb_work);
	struct nftsw_bridge *br;

	rtnl_lock();
	list_for_each_entry(br, &brs->list, list) {
		br->mdb_again = nftsw_mdb_ask(br);
		if (!br->mdb_again)
			nftsw_mdb_left(br);
	}
	rtnl_unlock();
}

/* ---- All of them ----------------------------------------------------------------------- */

/**
 * nftsw_mdb_sync_vid() - tell the chip of the groups of a VLAN that it knows now
 * @br: bridge
 * @vid: VLAN
 */
void nftsw_mdb_sync_vid(struct nftsw_bridge *br, u16 vid)
{
	struct hlist_node *next;
	struct nftsw_mdb *m;
	u32 i;

	hash_for_each_safe(br->mdb, i, next, m, node)
		if (m->vid == vid)
			nftsw_mdb_sync(br, m);
}

/**
 * nftsw_mdb_sync_all() - tell the chip of the groups of a bridge
 * @br: bridge
 */
void nftsw_mdb_sync_all(struct nftsw_bridge *br)
{
	struct hlist_node *next;
	struct nftsw_mdb *m;
	u32 i;

	hash_for_each_safe(br->mdb, i, next, m, node)
		nftsw_mdb_sync(br, m);
}

/**
 * nftsw_mdb_retry() - try again what could not be done: groups without room, members to be found
 * @br: bridge
 */
void nftsw_mdb_retry(struct nftsw_bridge *br)
{
	struct hlist_node *next;
	struct nftsw_mdb *m;
	u32 i;

	if (br->mdb_again)
		queue_work(br->brs->wq, &br->brs->mdb_work);
	if (!br->mdb_full || !br->brs->up)
		return;
	hash_for_each_safe(br->mdb, i, next, m, node)
		if (nftsw_mdb_sync(br, m) == -ENOSPC)
			return;
	nftsw_mdb_full_set(br, false);
}

static u8 nftsw_mdb_info_u8(const struct sk_buff *skb, int type)
{
	const struct nlattr *nla = nla_find((const struct nlattr *)skb->data, skb->len, type);

	return nla ? nla_get_u8(nla) : 0;
}

static u32 nftsw_mdb_boolopts(const struct sk_buff *skb)
{
	const struct nlattr *nla = nla_find((const struct nlattr *)skb->data, skb->len,
					    IFLA_BR_MULTI_BOOLOPT);
	const struct br_boolopt_multi *opt;

	if (!nla || nla_len(nla) < (int)sizeof(*opt))
		return 0;
	opt = nla_data(nla);
	return opt->optval;
}

/**
 * nftsw_mdb_look() - ask a bridge, as user space does, for what it tells no driver
 * @br: bridge
 *
 * The versions of IGMP and MLD that it speaks, and whether it snoops in each VLAN.  Without
 * memory to ask, what was true before is taken to be true.
 *
 * Return: BR_BOOLOPT_* of the bridge, as bits; negative: what they were.
 */
int nftsw_mdb_look(struct nftsw_bridge *br)
{
	const struct rtnl_link_ops *ops = br->dev->rtnl_link_ops;
	bool sources4, sources6;
	struct sk_buff *skb;
	u32 opts;

	skb = alloc_skb(ops->get_size(br->dev), GFP_KERNEL);
	if (!skb || ops->fill_info(skb, br->dev)) {
		kfree_skb(skb);
		return -ENOMEM;
	}
	opts = nftsw_mdb_boolopts(skb);
	br->per_vlan = opts & BIT(BR_BOOLOPT_MCAST_VLAN_SNOOPING);
	sources4 = br->per_vlan || nftsw_mdb_info_u8(skb, IFLA_BR_MCAST_IGMP_VERSION) > 2;
	sources6 = br->per_vlan || nftsw_mdb_info_u8(skb, IFLA_BR_MCAST_MLD_VERSION) > 1;
	kfree_skb(skb);
	if (sources4 == br->sources4 && sources6 == br->sources6)
		return opts;
	br->sources4 = sources4;
	br->sources6 = sources6;
	nftsw_mdb_sync_all(br);
	return opts;
}

/* MDB_RTR_TYPE_*: what a user has said of a bridge port. */
static u8 nftsw_mdb_router_type(const struct nftsw_bridge *br, struct net_device *dev)
{
	const struct rtnl_link_ops *ops = br->dev->rtnl_link_ops;
	struct sk_buff *skb = alloc_skb(ops->get_slave_size(br->dev, dev), GFP_KERNEL);
	u8 type = MDB_RTR_TYPE_TEMP_QUERY;

	if (skb && !ops->fill_slave_info(skb, br->dev, dev))
		type = nftsw_mdb_info_u8(skb, IFLA_BRPORT_MULTICAST_ROUTER);
	kfree_skb(skb);
	return type;
}

/**
 * nftsw_mdb_router() - is a multicast router behind a port that the bridge has had for long?
 * @br: bridge
 * @dev: its port
 *
 * Drivers hear of changes only, but a bridge says of each port whether there is a router
 * behind the others.  It is taken for one when all others are told so, which would also be
 * true with two elsewhere.
 *
 * Return: whether there is, or may be.
 */
bool nftsw_mdb_router(const struct nftsw_bridge *br, struct net_device *dev)
{
	u8 type = nftsw_mdb_router_type(br, dev);
	bool ip4 = true, ip6 = true, alone = true;
	struct net_device *other;
	struct list_head *iter;

	if (type == MDB_RTR_TYPE_PERM || type == MDB_RTR_TYPE_DISABLED)
		return type;
	netdev_for_each_lower_dev(br->dev, other, iter) {
		if (other == dev)
			continue;
		alone = false;
		ip4 = ip4 && br_multicast_has_router_adjacent(other, ETH_P_IP);
		ip6 = ip6 && br_multicast_has_router_adjacent(other, ETH_P_IPV6);
	}
	return !alone && (ip4 || ip6);
}

/**
 * nftsw_mdb_leave_vid() - take the groups of a VLAN off the chip
 * @br: bridge
 * @vid: VLAN; they are kept for when there is a FID of it again
 */
void nftsw_mdb_leave_vid(struct nftsw_bridge *br, u16 vid)
{
	struct nftsw_mdb *m;
	u32 i;

	hash_for_each(br->mdb, i, m, node)
		if (m->vid == vid)
			nftsw_mdb_off(br->brs, m);
}

/**
 * nftsw_mdb_port_gone() - take a port out of all groups
 * @br: bridge
 * @nr: number of the bridge port
 */
void nftsw_mdb_port_gone(struct nftsw_bridge *br, u16 nr)
{
	struct hlist_node *next;
	struct nftsw_mdb *m;
	u32 i;

	hash_for_each_safe(br->mdb, i, next, m, node) {
		__clear_bit(nr, m->suspect);
		if (__test_and_clear_bit(nr, m->ports))
			nftsw_mdb_sync(br, m);
	}
}

/**
 * nftsw_mdb_clear() - forget all groups of a bridge
 * @br: bridge
 */
void nftsw_mdb_clear(struct nftsw_bridge *br)
{
	struct hlist_node *next;
	struct nftsw_mdb *m;
	u32 i;

	hash_for_each_safe(br->mdb, i, next, m, node) {
		nftsw_mdb_off(br->brs, m);
		nftsw_mdb_free(br->brs, m);
	}
}

/**
 * nftsw_mdb_lost_sync() - delete groups on the chip that could not be deleted when they went
 * @brs: bridges
 */
void nftsw_mdb_lost_sync(struct nftsw_bridges *brs)
{
	struct hlist_node *next;
	struct nftsw_mdb *m;

	hlist_for_each_entry_safe(m, next, &brs->mdb_lost, node) {
		if (nftsw_mdb_off(brs, m))
			continue;
		hlist_del(&m->node);
		kfree(m);
	}
}

/**
 * nftsw_mdb_forget() - the chip has no groups any more
 * @brs: bridges
 */
void nftsw_mdb_forget(struct nftsw_bridges *brs)
{
	struct nftsw_bridge *br;
	struct hlist_node *next;
	struct nftsw_mdb *m;
	u32 i;

	list_for_each_entry(br, &brs->list, list) {
		hash_for_each(br->mdb, i, m, node) {
			m->unsure = false;
			nftsw_mdb_count(brs, m, false);
		}
	}
	hlist_for_each_entry_safe(m, next, &brs->mdb_lost, node) {
		hlist_del(&m->node);
		kfree(m);
	}
}

/**
 * nftsw_mdb_init() - get ready for groups
 * @brs: bridges
 */
void nftsw_mdb_init(struct nftsw_bridges *brs)
{
	INIT_WORK(&brs->mdb_work, nftsw_mdb_work);
	brs->mdb_nb.notifier_call = nftsw_mdb_told;
}

/**
 * nftsw_mdb_fini() - undo nftsw_mdb_init()
 * @brs: bridges; there is none
 *
 * Context: process, RTNL not held.
 */
void nftsw_mdb_fini(struct nftsw_bridges *brs)
{
	cancel_work_sync(&brs->mdb_work);
	nftsw_mdb_forget(brs);
}
