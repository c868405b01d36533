// SPDX-License-Identifier: GPL-2.0
/*
 * Attributes and VLANs of bridges and their ports, as switchdev tells them.  Floor 4.8.
 * Called by nftsw_bridge.c.
 *
 * VLANs of a bridge that does not filter them are kept for when it does.
 *
 * Spanning trees.  Linux has 4,094 of them for each bridge, the chip 64 for each port; a
 * bridge numbers those that it uses from 1 up, 0 is the common one.  Linux keeps states with the
 * VLANs of each port, so ports that get into a tree with a VLAN have its state from another VLAN of
 * it, else they begin disabled; and a VLAN that comes back is in the common tree.  Two VLANs of one
 * tree may differ in Linux until the tree is told its state; on the chip they never do.
 *
 * Locking: RTNL.
 */
#include <linux/if_bridge.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/rtnetlink.h>
#include <net/switchdev.h>
#include "nftsw_bridge.h"
#include "nftsw_compat.h"

/* ---- FIDs come and go ----------------------------------------------------------------- */

static void nftsw_bridge_fid_del(struct nftsw_fid *f)
{
	nftsw_fdb_flush_fid(f, NFTSW_MAX_BR_PORTS);
	nftsw_mdb_leave_vid(f->br, f->vid);
	nftsw_fid_empty(f->br->brs, f->fid);
	nftsw_fid_free(f);
}

/**
 * nftsw_bridge_collect() - delete FIDs that no port is in
 * @br: bridge; nothing on the chip leads to them
 */
void nftsw_bridge_collect(struct nftsw_bridge *br)
{
	struct nftsw_fid *f;
	unsigned long vid;

	xa_for_each(&br->fids, vid, f)
		if (!nftsw_fid_used(f))
			nftsw_bridge_fid_del(f);
}

/* FIDs of the VLANs of a port, or of a bridge without VLANs. */
static int nftsw_bport_fids_get(struct nftsw_bport *bp, struct netlink_ext_ack *extack)
{
	struct nftsw_bridge *br = bp->br;
	u32 vid;

	if (!br->aware)
		return nftsw_fid_get(br, 0, extack) ? 0 : -ENOSPC;
	for_each_set_bit(vid, bp->vlans, VLAN_N_VID)
		if (!nftsw_fid_get(br, vid, extack))
			return -ENOSPC;
	return 0;
}

/**
 * nftsw_bridge_rebuild() - tell the chip everything of a bridge but its hosts
 * @br: bridge, which may have changed altogether
 * @extack: for the reason
 *
 * Return: 0 or a negative errno.
 */
int nftsw_bridge_rebuild(struct nftsw_bridge *br, struct netlink_ext_ack *extack)
{
	struct nftsw_bport *bp;
	int err;

	list_for_each_entry(bp, &br->ports, list) {
		err = nftsw_bport_fids_get(bp, extack);
		if (err)
			return err;
	}
	err = nftsw_fid_sync_all(br);
	list_for_each_entry(bp, &br->ports, list)
		err = nftsw_bport_stp_sync(bp) ?: err;
	list_for_each_entry(bp, &br->ports, list) {
		err = nftsw_bport_sync(bp) ?: err;
		err = nftsw_vlan_sync(br->brs, bp->base, 1, NFTSW_MAX_VID) ?: err;
	}
	nftsw_bridge_collect(br);
	nftsw_mdb_sync_all(br);
	if (br->replay)
		nftsw_fdb_kick(br->brs);
	if (err)
		NL_SET_ERR_MSG_WEAK_MOD(extack, "chip has not taken the bridge");
	return err;
}

/* ---- Spanning trees ----------------------------------------------------------------------- */

/**
 * nftsw_bport_mst_state() - the bridge's idea of a port in a spanning tree
 * @bp: bridge port
 * @msti: spanning tree of Linux
 *
 * A bond may have had a state before it had ports of the chip.  A port that is joining has none,
 * nor has it a list of VLANs that br_mst_get_state() could look at.
 *
 * Return: BR_STATE_*.
 */
u8 nftsw_bport_mst_state(const struct nftsw_bport *bp, u16 msti)
{
	u8 state;

	if (bp->joining || br_mst_get_state(bp->dev, msti, &state))
		return BR_STATE_DISABLED;
	return state;
}

/* Is a port in a VLAN of a spanning tree, apart from @vid? */
static bool nftsw_bport_in_tree(const struct nftsw_bport *bp, u32 tree, u16 vid)
{
	u32 v;

	for_each_set_bit(v, bp->vlans, VLAN_N_VID)
		if (v != vid && bp->br->vid_msti[v] == tree)
			return true;
	return false;
}

/* VLANs that have gone, and are in the common tree when they come back: nobody tells. */
static void nftsw_bridge_tree_look(struct nftsw_bridge *br, u32 tree)
{
	DECLARE_BITMAP(vids, VLAN_N_VID) = {};
	u32 vid;

	if (br_mst_get_info(br->dev, br->msti[tree], vids))
		return;
	for (vid = 1; vid <= NFTSW_MAX_VID; vid++)
		if (br->vid_msti[vid] == tree && !test_bit(vid, vids))
			br->vid_msti[vid] = 0;
}

static bool nftsw_bridge_tree_used(struct nftsw_bridge *br, u32 tree)
{
	nftsw_bridge_tree_look(br, tree);
	return memchr(br->vid_msti, tree, sizeof(br->vid_msti));
}

/* The chip's number of a tree of Linux; a new one if there is none.  Return: or -ENOSPC. */
static int nftsw_bridge_tree(struct nftsw_bridge *br, u16 msti)
{
	struct nftsw_bport *bp;
	int tree, free = 0;

	if (!msti)
		return 0;
	for (tree = 1; tree < NFTSW_MAX_MSTIS; tree++) {
		if (br->msti[tree] == msti)
			return tree;
		if (!free && !br->msti[tree])
			free = tree;
	}
	/* one that has states, but no VLANs */
	for (tree = 1; !free && tree < NFTSW_MAX_MSTIS; tree++)
		if (!nftsw_bridge_tree_used(br, tree))
			free = tree;
	if (!free)
		return -ENOSPC;
	br->msti[free] = msti;
	list_for_each_entry(bp, &br->ports, list) {
		bp->state[free] = nftsw_bport_mst_state(bp, msti);
		nftsw_bport_stp_sync(bp);
	}
	return free;
}

/*
 * A port is going to be in a VLAN, or the bridge tells that it is.  With the first one of a tree it
 * has the state that it has in the common tree, as in Linux.
 */
static int nftsw_bport_tree_enter(struct nftsw_bport *bp, u16 vid)
{
	struct nftsw_bridge *br = bp->br;
	u32 tree = br->vid_msti[vid];
	u8 state;

	if (tree && !nftsw_fid_find(br, vid)) {
		nftsw_bridge_tree_look(br, tree);
		tree = br->vid_msti[vid];
	}
	if (!tree || bp->joining || nftsw_bport_in_tree(bp, tree, vid))
		return 0;
	if (br_mst_get_state(bp->dev, br->msti[tree], &state))
		state = br_port_get_stp_state(bp->dev);
	bp->state[tree] = state;
	return nftsw_bport_stp_sync(bp);
}

static int nftsw_bport_state_set(struct nftsw_bport *bp, u16 msti, u8 state,
				 struct netlink_ext_ack *extack)
{
	int tree = nftsw_bridge_tree(bp->br, msti), err;
	u8 old;

	if (tree < 0) {
		NL_SET_ERR_MSG_MOD(extack, "chip has no more than 63 spanning trees");
		return tree;
	}
	old = bp->state[tree];
	bp->state[tree] = state;
	err = nftsw_bport_stp_sync(bp);
	if (nftsw_bport_stp(old) != NFTSW_STP_DISCARDING &&
	    nftsw_bport_stp(state) == NFTSW_STP_DISCARDING)
		nftsw_fdb_flush_learned(bp, tree);
	return err;
}

/* Ports that have no other VLAN of a tree are disabled in it, whatever they were in it before. */
static int nftsw_bridge_tree_begin(struct nftsw_bridge *br, u32 tree, u16 vid)
{
	struct nftsw_bport *bp;
	int err = 0;

	list_for_each_entry(bp, &br->ports, list) {
		if (!tree || !test_bit(vid, bp->vlans) || nftsw_bport_in_tree(bp, tree, vid))
			continue;
		bp->state[tree] = BR_STATE_DISABLED;
		err = nftsw_bport_stp_sync(bp) ?: err;
	}
	return err;
}

static int nftsw_bridge_vlan_tree_set(struct nftsw_bridge *br,
				      const struct switchdev_vlan_msti *vm,
				      struct netlink_ext_ack *extack)
{
	int tree = nftsw_bridge_tree(br, vm->msti), err;
	struct nftsw_bport *bp;
	struct nftsw_fid *f;

	if (tree < 0) {
		NL_SET_ERR_MSG_MOD(extack, "chip has no more than 63 spanning trees");
		return tree;
	}
	/* a port that joins makes the bridge tell it of all VLANs again */
	if (br->vid_msti[vm->vid] == tree)
		return 0;
	err = nftsw_bridge_tree_begin(br, tree, vm->vid);
	br->vid_msti[vm->vid] = tree;
	f = br->aware ? nftsw_fid_find(br, vm->vid) : NULL;
	if (!f)
		return err;
	list_for_each_entry(bp, &br->ports, list)
		nftsw_fdb_flush_fid(f, bp->nr);
	return nftsw_fid_sync(f) ?: err;
}

static int nftsw_bridge_mst_set(struct nftsw_bridge *br, bool mst)
{
	struct nftsw_bport *bp;
	int err;

	br->mst = mst;
	memset(br->msti, 0, sizeof(br->msti));
	memset(br->vid_msti, 0, sizeof(br->vid_msti));
	err = nftsw_fid_sync_all(br);
	list_for_each_entry(bp, &br->ports, list)
		err = nftsw_bport_stp_sync(bp) ?: err;
	return err;
}

/* ---- VLANs ------------------------------------------------------------------------------ */

static int nftsw_bport_vlan_sync(struct nftsw_bport *bp, u16 vid)
{
	struct nftsw_fid *f = nftsw_fid_find(bp->br, vid);

	return (f ? nftsw_fid_sync(f) : 0) ?:
	       nftsw_vlan_sync(bp->br->brs, bp->base, vid, vid) ?: nftsw_bport_sync(bp);
}

/**
 * nftsw_bport_vlan_add() - a bridge port is in a VLAN
 * @bp: bridge port
 * @v: the VLAN; the port may be in it already, with other flags
 * @extack: for the reason
 *
 * Return: 0 or a negative errno.
 */
int nftsw_bport_vlan_add(struct nftsw_bport *bp, const struct switchdev_obj_port_vlan *v,
			 struct netlink_ext_ack *extack)
{
	bool was = test_bit(v->vid, bp->vlans), was_untagged = test_bit(v->vid, bp->untagged);
	bool known = nftsw_fid_find(bp->br, v->vid);
	int err = -ENOSPC, tree_err;
	u16 pvid = bp->pvid;

	__set_bit(v->vid, bp->vlans);
	__assign_bit(v->vid, bp->untagged, v->flags & BRIDGE_VLAN_INFO_UNTAGGED);
	if (v->flags & BRIDGE_VLAN_INFO_PVID)
		bp->pvid = v->vid;
	else if (bp->pvid == v->vid)
		bp->pvid = 0;
	tree_err = was ? 0 : nftsw_bport_tree_enter(bp, v->vid);
	if (!bp->br->aware)
		return 0;
	if (nftsw_fid_get(bp->br, v->vid, extack))
		err = tree_err ?: nftsw_bport_vlan_sync(bp, v->vid);
	if (!err) {
		if (known)
			return 0;
		nftsw_mdb_sync_vid(bp->br, v->vid);
		nftsw_fdb_kick(bp->br->brs);
		return 0;
	}
	NL_SET_ERR_MSG_WEAK_MOD(extack, "chip has not taken the vlan");
	__assign_bit(v->vid, bp->vlans, was);
	__assign_bit(v->vid, bp->untagged, was_untagged);
	bp->pvid = pvid;
	nftsw_bport_vlan_sync(bp, v->vid);
	nftsw_bridge_collect(bp->br);
	return err;
}

/**
 * nftsw_bport_vlan_del() - a bridge port is no longer in a VLAN
 * @bp: bridge port
 * @v: the VLAN
 *
 * Return: 0 or a negative errno.
 */
int nftsw_bport_vlan_del(struct nftsw_bport *bp, const struct switchdev_obj_port_vlan *v)
{
	struct nftsw_fid *f;
	int err;

	if (!__test_and_clear_bit(v->vid, bp->vlans))
		return 0;
	__clear_bit(v->vid, bp->untagged);
	if (bp->pvid == v->vid)
		bp->pvid = 0;
	if (!bp->br->aware)
		return 0;
	/* no frame comes in, then nobody is learned, then the VLAN can go */
	err = nftsw_vlan_sync(bp->br->brs, bp->base, v->vid, v->vid) ?: nftsw_bport_sync(bp);
	f = nftsw_fid_find(bp->br, v->vid);
	if (!f)
		return err;
	if (!nftsw_fid_used(f)) {
		nftsw_bridge_fid_del(f);
		return err;
	}
	nftsw_fdb_flush_fid(f, bp->nr);
	return nftsw_fid_sync(f) ?: err;
}

/**
 * nftsw_bridge_vlan_set() - the bridge's own device joins or leaves a VLAN
 * @br: bridge
 * @vid: VLAN
 * @add: it joins
 *
 * Return: 0 or a negative errno.
 */
int nftsw_bridge_vlan_set(struct nftsw_bridge *br, u16 vid, bool add)
{
	struct nftsw_fid *f;

	__assign_bit(vid, br->vlans, add);
	f = br->aware ? nftsw_fid_find(br, vid) : NULL;
	return f ? nftsw_fid_sync(f) : 0;
}

/* ---- Ports -------------------------------------------------------------------------------- */

/**
 * nftsw_bridge_flags_check() - can the chip do what a bridge port shall?
 * @val: BR_* flags
 * @mask: which of them change
 * @extack: for the reason
 *
 * Context: atomic.
 * Return: 0 or -EINVAL: the bridge takes -EOPNOTSUPP for no objection.
 */
int nftsw_bridge_flags_check(unsigned long val, unsigned long mask,
			     struct netlink_ext_ack *extack)
{
	if (!(val & mask & BR_MULTICAST_TO_UNICAST))
		return 0;
	NL_SET_ERR_MSG_MOD(extack, "chip cannot send multicast as unicast");
	return -EINVAL;
}

static int nftsw_bport_flags_set(struct nftsw_bport *bp,
				 const struct switchdev_brport_flags *flags)
{
	bp->flags = (bp->flags & ~flags->mask) | (flags->val & flags->mask);
	return nftsw_bport_sync(bp);
}

/**
 * nftsw_bport_attr_set() - an attribute of a bridge port changes
 * @bp: bridge port
 * @attr: attribute
 * @extack: for the reason
 *
 * Return: 0 or a negative errno; -EOPNOTSUPP: of this nothing is known.
 */
int nftsw_bport_attr_set(struct nftsw_bport *bp, const struct switchdev_attr *attr,
			 struct netlink_ext_ack *extack)
{
	switch (attr->id) {
	case SWITCHDEV_ATTR_ID_PORT_STP_STATE:
		return nftsw_bport_state_set(bp, 0, attr->u.stp_state, extack);
	case SWITCHDEV_ATTR_ID_PORT_MST_STATE:
		return nftsw_bport_state_set(bp, attr->u.mst_state.msti,
					     attr->u.mst_state.state, extack);
	case SWITCHDEV_ATTR_ID_PORT_PRE_BRIDGE_FLAGS:
		return nftsw_bridge_flags_check(attr->u.brport_flags.val,
						attr->u.brport_flags.mask, extack);
	case SWITCHDEV_ATTR_ID_PORT_BRIDGE_FLAGS:
		return nftsw_bport_flags_set(bp, &attr->u.brport_flags);
	case SWITCHDEV_ATTR_ID_PORT_MROUTER:
		bp->mrouter = attr->u.mrouter;
		return nftsw_bport_sync(bp);
	default:
		return -EOPNOTSUPP;
	}
}

/* ---- Bridges ------------------------------------------------------------------------------- */

/**
 * nftsw_bridge_age_ms() - how long the chip shall remember a silent host
 * @age: ageing time of a bridge, in ticks of user space
 *
 * Return: in ms, at most 49.7 days; 0 for 0 alone.
 */
u32 nftsw_bridge_age_ms(clock_t age)
{
	u64 ticks = min_t(u64, age, U32_MAX);

	return min_t(u64, div_u64(ticks * MSEC_PER_SEC, USER_HZ), U32_MAX);
}

/* 0: Linux learns nobody then, which is not the chip's: for ever. */
static int nftsw_bridge_age_set(struct nftsw_bridge *br, clock_t age)
{
	struct nftsw_bport *bp;
	struct nftsw_fid *f;
	unsigned long vid;
	int err;

	br->age_ms = nftsw_bridge_age_ms(age);
	err = nftsw_fid_sync_all(br);
	list_for_each_entry(bp, &br->ports, list) {
		err = nftsw_bport_sync(bp) ?: err;
		if (br->age_ms)
			continue;
		xa_for_each(&br->fids, vid, f)
			nftsw_fdb_flush_fid(f, bp->nr);
	}
	return err;
}

static int nftsw_bridge_aware_set(struct nftsw_bridge *br, bool aware,
				  struct netlink_ext_ack *extack)
{
	int err;

	if (br->aware == aware)
		return 0;
	br->aware = aware;
	br->replay = true;
	err = nftsw_bridge_rebuild(br, extack);
	if (!err)
		return 0;
	br->aware = !aware;
	nftsw_bridge_rebuild(br, NULL);
	return err;
}

/**
 * nftsw_bridge_uppers_check() - can a bridge filter VLANs of a protocol?
 * @br: bridge
 * @proto: protocol
 * @extack: for the reason
 *
 * VLAN devices that are ports themselves will not be the chip's any more.
 *
 * Return: 0, or -EBUSY: a port has VLAN devices of another one.
 */
int nftsw_bridge_uppers_check(const struct nftsw_bridge *br, u16 proto,
			      struct netlink_ext_ack *extack)
{
	struct nftsw_bport *bp;
	u16 tpid = proto;

	list_for_each_entry(bp, &br->ports, list) {
		if (bp->vid || (nftsw_vlan_uppers(bp->dev, NULL, &tpid) && tpid == proto))
			continue;
		NL_SET_ERR_MSG_MOD(extack, "vlan device of another protocol on a port");
		return -EBUSY;
	}
	return 0;
}

static int nftsw_bridge_proto_set(struct nftsw_bridge *br, u16 proto,
				  struct netlink_ext_ack *extack)
{
	u16 old = br->proto;
	int err = 0;

	if (br->aware)
		err = nftsw_bridge_uppers_check(br, proto, extack);
	if (err)
		return err;
	br->proto = proto;
	if (old != proto)
		err = nftsw_bridge_rebuild(br, extack);
	return err;
}

/* Groups of a bridge that has not listened are told anew; again, when it has no memory for that. */
static void nftsw_bridge_groups_replay(struct nftsw_bridge *br)
{
	struct nftsw_bport *bp;

	br->mdb_replay = false;
	list_for_each_entry(bp, &br->ports, list)
		if (nftsw_compat_brport_replay(bp->dev, bp, NULL, &br->brs->blocking_nb))
			br->mdb_replay = true;
}

static int nftsw_bridge_snooping_set(struct nftsw_bridge *br, bool snooping)
{
	int err;

	if (br->snooping == snooping)
		return 0;
	br->snooping = snooping;
	nftsw_mdb_look(br);
	err = nftsw_fid_sync_all(br);
	nftsw_mdb_sync_all(br);
	if (snooping)
		nftsw_bridge_groups_replay(br);
	return err;
}

/**
 * nftsw_bridge_attr_set() - an attribute of a bridge changes
 * @br: bridge
 * @attr: attribute
 * @extack: for the reason
 *
 * Return: 0 or a negative errno; -EOPNOTSUPP: of this nothing is known.
 */
int nftsw_bridge_attr_set(struct nftsw_bridge *br, const struct switchdev_attr *attr,
			  struct netlink_ext_ack *extack)
{
	switch (attr->id) {
	case SWITCHDEV_ATTR_ID_BRIDGE_AGEING_TIME:
		return nftsw_bridge_age_set(br, attr->u.ageing_time);
	case SWITCHDEV_ATTR_ID_BRIDGE_VLAN_FILTERING:
		return nftsw_bridge_aware_set(br, attr->u.vlan_filtering, extack);
	case SWITCHDEV_ATTR_ID_BRIDGE_VLAN_PROTOCOL:
		return nftsw_bridge_proto_set(br, attr->u.vlan_protocol, extack);
	case SWITCHDEV_ATTR_ID_BRIDGE_MC_DISABLED:
		return nftsw_bridge_snooping_set(br, !attr->u.mc_disabled);
	case SWITCHDEV_ATTR_ID_BRIDGE_MROUTER:
		br->mrouter = attr->u.mrouter;
		return nftsw_fid_sync_all(br);
	case SWITCHDEV_ATTR_ID_BRIDGE_MST:
		return nftsw_bridge_mst_set(br, attr->u.mst);
	case SWITCHDEV_ATTR_ID_VLAN_MSTI:
		return nftsw_bridge_vlan_tree_set(br, &attr->u.vlan_msti, extack);
	default:
		return -EOPNOTSUPP;
	}
}

/* Of these flags drivers are not told, and they would change what the chip floods. */
static void nftsw_bport_look(struct nftsw_bport *bp)
{
	bool replies = br_port_flag_is_set(bp->dev, BR_NEIGH_SUPPRESS | BR_PROXYARP |
					   BR_PROXYARP_WIFI);

	if (replies && !bp->replies)
		netdev_warn(bp->dev, "chip floods arp and neighbour solicitations that software answers\n");
	bp->replies = replies;
}

/**
 * nftsw_bridge_look() - see what a bridge tells no driver
 * @br: bridge with a port
 *
 * Whether there is a querier of groups, the versions of IGMP and MLD, what its device
 * receives, and who answers ARP.
 */
void nftsw_bridge_look(struct nftsw_bridge *br)
{
	bool promisc = br->dev->flags & IFF_PROMISC, q4, q6;
	bool allmulti = br->dev->flags & (IFF_PROMISC | IFF_ALLMULTI);
	struct nftsw_bport *bp;
	int opts;

	if (br->mdb_replay)
		nftsw_bridge_groups_replay(br);
	opts = nftsw_mdb_look(br);
	if (opts >= 0)
		nftsw_fdb_local0_set(br, opts & BIT(NFTSW_COMPAT_BOOLOPT_LOCAL_VLAN_0));
	list_for_each_entry(bp, &br->ports, list)
		nftsw_bport_look(bp);
	bp = list_first_entry(&br->ports, struct nftsw_bport, list);
	/* the queriers of single VLANs nobody tells: what is unknown is flooded in all */
	q4 = !br->per_vlan && br_multicast_has_querier_anywhere(bp->dev, ETH_P_IP);
	q6 = !br->per_vlan && br_multicast_has_querier_anywhere(bp->dev, ETH_P_IPV6);
	if (promisc == br->promisc && allmulti == br->allmulti &&
	    q4 == br->querier4 && q6 == br->querier6)
		return;
	br->promisc = promisc;
	br->allmulti = allmulti;
	br->querier4 = q4;
	br->querier6 = q6;
	nftsw_fid_sync_all(br);
}
