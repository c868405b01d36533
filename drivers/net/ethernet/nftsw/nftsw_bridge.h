/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Bridges over ports of the chip: objects that nftsw_bport.c, nftsw_vlan.c, nftsw_mdb.c,
 * nftsw_fdb.c, nftsw_bridge_attr.c and nftsw_bridge.c share.  Floor 1; see the essay at the
 * head of nftsw_bridge.c.  RTNL protects everything here unless it says otherwise.
 */
#ifndef NFTSW_BRIDGE_H
#define NFTSW_BRIDGE_H

#include <linux/hashtable.h>
#include <linux/if_vlan.h>
#include <linux/list.h>
#include <linux/notifier.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>
#include <nftsw/bridge.h>
#include "nftsw.h"
#include "nftsw_fdb.h"
#include "nftsw_mdb.h"

struct netlink_ext_ack;
struct switchdev_attr;
struct switchdev_obj_port_vlan;

/* Ports and LAGs: what has VLANs of its own. */
#define NFTSW_BR_BASES		NFTSW_VPORT(0)

/**
 * struct nftsw_bridge - a bridge of Linux with ports of the chip
 * @list: in nftsw_bridges.list; read under RCU, too
 * @rcu: for freeing it
 * @brs: all of them
 * @dev: its device
 * @aware: it filters VLANs
 * @snooping: it listens to IGMP and MLD
 * @mrouter: the CPU is a multicast router
 * @mst: it has a spanning tree for each group of VLANs
 * @foreign: it has ports that are not the chip's
 * @promisc: its device receives everything
 * @allmulti: its device receives all groups
 * @querier4: somebody asks for members of IPv4 groups
 * @querier6: the same with IPv6
 * @sources4: IPv4 groups have sources
 * @sources6: the same with IPv6
 * @per_vlan: it listens to IGMP and MLD in each VLAN alone
 * @local0: its own addresses and those of its ports count in every VLAN
 * @mdb_full: the chip has no room for some group
 * @proto: protocol of its VLANs: ETH_P_8021Q or ETH_P_8021AD
 * @age_ms: how long a silent host is remembered
 * @replay: hosts are to be told again, for a VLAN that is new to the chip
 * @host_suspect: the CPU may have left groups
 * @mdb_again: who has left groups could not be found out
 * @mdb_replay: groups are to be told again
 * @msti: spanning tree of Linux behind each of the chip's; 0: that is free.  The first is
 *	the common one
 * @vid_msti: the chip's spanning tree of each VLAN
 * @vlans: VLANs that its own device is in
 * @ports: its ports that are the chip's
 * @fids: its FIDs, by VLAN; without VLANs there is one, 0
 * @mdb: groups, by address
 */
struct nftsw_bridge {
	struct list_head list;
	struct rcu_head rcu;
	struct nftsw_bridges *brs;
	struct net_device *dev;
	bool aware;
	bool snooping;
	bool mrouter;
	bool mst;
	bool foreign;
	bool promisc;
	bool allmulti;
	bool querier4;
	bool querier6;
	bool sources4;
	bool sources6;
	bool per_vlan;
	bool local0;
	bool mdb_full;
	u16 proto;
	u32 age_ms;
	bool replay;
	bool host_suspect;
	bool mdb_again;
	bool mdb_replay;
	u16 msti[NFTSW_MAX_MSTIS];
	u8 vid_msti[VLAN_N_VID];
	DECLARE_BITMAP(vlans, VLAN_N_VID);
	struct list_head ports;
	struct xarray fids;
	DECLARE_HASHTABLE(mdb, 6);
};

/**
 * struct nftsw_bport - a port of a bridge that is a port, LAG or virtual port of the chip
 * @list: in nftsw_bridge.ports
 * @br: the bridge
 * @dev: the bridge's port
 * @nr: number on the chip
 * @base: of a virtual port: the port or LAG; else @nr
 * @vid: of a virtual port: its VLAN; else 0
 * @tpid: of a virtual port: its protocol; else 0
 * @pvid: VLAN of frames without one, 0: there is none
 * @flags: BR_* of Linux
 * @mrouter: a multicast router is behind it
 * @suspect: it may have left groups
 * @joining: the bridge does not have it altogether yet
 * @replies: software answers for hosts behind it
 * @state: BR_STATE_* in each of the chip's spanning trees
 * @vlans: VLANs that it is in
 * @untagged: of these, the ones without a tag on the wire
 */
struct nftsw_bport {
	struct list_head list;
	struct nftsw_bridge *br;
	struct net_device *dev;
	u16 nr;
	u16 base;
	u16 vid;
	u16 tpid;
	u16 pvid;
	unsigned long flags;
	bool mrouter;
	bool suspect;
	bool joining;
	bool replies;
	u8 state[NFTSW_MAX_MSTIS];
	DECLARE_BITMAP(vlans, VLAN_N_VID);
	DECLARE_BITMAP(untagged, VLAN_N_VID);
};

/**
 * struct nftsw_fid - a VLAN of a bridge, or a bridge without VLANs
 * @br: the bridge
 * @fid: number on the chip
 * @vid: VLAN, or 0
 * @sure: the chip has @hw
 * @hw: as the chip was told
 * @hosts: &struct nftsw_fdb_entry of it
 */
struct nftsw_fid {
	struct nftsw_bridge *br;
	u16 fid;
	u16 vid;
	bool sure;
	struct nftsw_hw_fid hw;
	struct list_head hosts;
};

/**
 * struct nftsw_bridges - the bridges of a chip
 * @ns: chip
 * @wq: ordered: for what is done under RTNL, later than it was told
 * @up: the chip takes commands; else it is told everything later
 * @unsure: the chip may have something else than it was told
 * @again: software bridges what the chip could not take, but may the next time
 * @list: bridges; read under RCU, too
 * @port: their ports by number on the chip
 * @fids: FIDs by number; read without a lock for their number only
 * @fid_next: where to look for a free number
 * @fid_count: how many; read without a lock
 * @fid_lost: FIDs that nobody has, but perhaps the chip
 * @mdb_count: groups on the chip; read without a lock
 * @mdb_full_told: the kernel's log says that there is no room for more
 * @fdb: hosts
 * @poll: looks once a second for what nobody tells
 * @mdb_work: finds out who has left groups
 * @mdb_br: whose groups are told again now, to find out
 * @mdb_lost: groups that nobody has, but perhaps the chip
 * @netdev_nb: devices
 * @switchdev_nb: hosts, flags; atomic
 * @blocking_nb: attributes and objects
 * @mdb_nb: groups that are told again
 * @port_unsure: bridge ports whose configuration the chip may not have
 * @hw_port: configuration of bridge ports as the chip was told
 * @hw_stp: states in spanning trees as the chip was told
 * @hw_vlan: VLANs of ports and LAGs as the chip was told; NULL: none
 */
struct nftsw_bridges {
	struct nftsw *ns;
	struct workqueue_struct *wq;
	bool up;
	bool unsure;
	bool again;
	struct list_head list;
	struct nftsw_bport *port[NFTSW_MAX_BR_PORTS];
	struct xarray fids;
	u32 fid_next;
	u32 fid_count;
	DECLARE_BITMAP(fid_lost, NFTSW_MAX_FIDS);
	u32 mdb_count;
	bool mdb_full_told;
	struct nftsw_fdb fdb;
	struct delayed_work poll;
	struct work_struct mdb_work;
	struct nftsw_bridge *mdb_br;
	struct hlist_head mdb_lost;
	struct notifier_block netdev_nb;
	struct notifier_block switchdev_nb;
	struct notifier_block blocking_nb;
	struct notifier_block mdb_nb;
	DECLARE_BITMAP(port_unsure, NFTSW_MAX_BR_PORTS);
	struct nftsw_hw_br_port hw_port[NFTSW_MAX_BR_PORTS];
	u8 hw_stp[NFTSW_MAX_BR_PORTS][NFTSW_MAX_MSTIS];
	u16 *hw_vlan[NFTSW_BR_BASES];
};

/**
 * nftsw_bridge_set_add() - add a bridge port to a set of the chip's
 * @set: set
 * @nr: number of the bridge port
 */
static inline void nftsw_bridge_set_add(__le64 set[NFTSW_BR_PORT_WORDS], u16 nr)
{
	set[nr / 64] |= cpu_to_le64(BIT_ULL(nr % 64));
}

/* nftsw_vlan.c: floor 4 */
struct nftsw_bridge *nftsw_bridge_find(const struct nftsw_bridges *brs,
				       const struct net_device *dev);
struct nftsw_bport *nftsw_bport_find(const struct nftsw_bridges *brs,
				     const struct net_device *dev);
int nftsw_bridge_failed(struct nftsw_bridges *brs, int err);
struct nftsw_fid *nftsw_fid_find(const struct nftsw_bridge *br, u16 vid);
struct nftsw_fid *nftsw_fid_get(struct nftsw_bridge *br, u16 vid,
				struct netlink_ext_ack *extack);
int nftsw_fid_sync(struct nftsw_fid *f);
int nftsw_fid_sync_all(struct nftsw_bridge *br);
void nftsw_fid_empty(struct nftsw_bridges *brs, u16 fid);
void nftsw_fid_free(struct nftsw_fid *f);
void nftsw_fid_resync(struct nftsw_bridges *brs);
bool nftsw_fid_used(const struct nftsw_fid *f);
int nftsw_vlan_sync(struct nftsw_bridges *brs, u16 base, u16 first, u16 last);
bool nftsw_vlan_uppers(struct net_device *dev, unsigned long *vids, u16 *tpid);

/* nftsw_bport.c: floor 4 */
int nftsw_bport_sync(struct nftsw_bport *bp);
int nftsw_bport_base_sync(struct nftsw_bridges *brs, u16 base);
int nftsw_bport_reset(struct nftsw_bridges *brs, u16 nr);
int nftsw_bport_stp_sync(struct nftsw_bport *bp);
enum nftsw_stp nftsw_bport_stp(u8 state);
void nftsw_bport_default(u16 nr, struct nftsw_hw_br_port *p);

/* nftsw_bridge_attr.c: floor 4 */
int nftsw_bridge_flags_check(unsigned long val, unsigned long mask,
			     struct netlink_ext_ack *extack);
u32 nftsw_bridge_age_ms(clock_t age);
void nftsw_bridge_collect(struct nftsw_bridge *br);
void nftsw_bridge_look(struct nftsw_bridge *br);
u8 nftsw_bport_mst_state(const struct nftsw_bport *bp, u16 msti);
int nftsw_bridge_uppers_check(const struct nftsw_bridge *br, u16 proto,
			      struct netlink_ext_ack *extack);
int nftsw_bport_attr_set(struct nftsw_bport *bp, const struct switchdev_attr *attr,
			 struct netlink_ext_ack *extack);
int nftsw_bridge_attr_set(struct nftsw_bridge *br, const struct switchdev_attr *attr,
			  struct netlink_ext_ack *extack);
int nftsw_bport_vlan_add(struct nftsw_bport *bp, const struct switchdev_obj_port_vlan *v,
			 struct netlink_ext_ack *extack);
int nftsw_bport_vlan_del(struct nftsw_bport *bp, const struct switchdev_obj_port_vlan *v);
int nftsw_bridge_vlan_set(struct nftsw_bridge *br, u16 vid, bool add);
int nftsw_bridge_rebuild(struct nftsw_bridge *br, struct netlink_ext_ack *extack);

#endif /* NFTSW_BRIDGE_H */
