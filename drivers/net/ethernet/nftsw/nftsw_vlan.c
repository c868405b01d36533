// SPDX-License-Identifier: GPL-2.0
/*
 * FIDs, which are VLANs of bridges, and where the VLANs of each port lead.  Floor 4.5.
 * Called by nftsw_bridge.c and nftsw_bridge_attr.c.
 *
 * A bridge with VLAN filtering has a FID for each VLAN that one of its ports on the chip
 * is in; one without has a single FID.  Numbers go round, so that what the chip says late
 * of one is not taken for news of the next.
 *
 * Tagged frames of a bridge port belong, in this order, to a virtual port (a VLAN device
 * that is a bridge port itself), to software (another VLAN device), to the FID of the VLAN.
 *
 * Locking: RTNL.
 */
#include <linux/if_bridge.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include "nftsw_bridge.h"
#include "nftsw_hw.h"

/* ---- Objects ------------------------------------------------------------------- */

/**
 * nftsw_bridge_find() - a bridge with ports of the chip
 * @brs: bridges
 * @dev: any device
 *
 * Context: RTNL or RCU.
 * Return: the bridge whose device it is, or NULL.
 */
struct nftsw_bridge *nftsw_bridge_find(const struct nftsw_bridges *brs,
				       const struct net_device *dev)
{
	struct nftsw_bridge *br;

	list_for_each_entry_rcu(br, &brs->list, list, lockdep_rtnl_is_held())
		if (br->dev == dev)
			return br;
	return NULL;
}

/**
 * nftsw_bport_find() - a bridge port of the chip
 * @brs: bridges
 * @dev: any device
 *
 * Return: the bridge port whose device it is, or NULL.
 */
struct nftsw_bport *nftsw_bport_find(const struct nftsw_bridges *brs,
				     const struct net_device *dev)
{
	u32 i;

	for (i = 0; i < NFTSW_MAX_BR_PORTS; i++)
		if (brs->port[i] && brs->port[i]->dev == dev)
			return brs->port[i];
	return NULL;
}

/**
 * nftsw_bridge_failed() - what becomes of a command
 * @brs: bridges
 * @err: its result
 *
 * Return: 0 also when the chip is down or gone: it is told everything when it comes back.
 */
int nftsw_bridge_failed(struct nftsw_bridges *brs, int err)
{
	if (!err || err == -ENODEV || err == -ECANCELED)
		return 0;
	brs->unsure = true;
	return err;
}

/* ---- FIDs ---------------------------------------------------------------------- */

/**
 * nftsw_fid_find() - FID of a VLAN of a bridge
 * @br: bridge
 * @vid: VLAN; 0 of a bridge without VLANs
 *
 * Return: the FID, or NULL.
 */
struct nftsw_fid *nftsw_fid_find(const struct nftsw_bridge *br, u16 vid)
{
	return xa_load((struct xarray *)&br->fids, vid);
}

static struct nftsw_fid *nftsw_fid_alloc(struct nftsw_bridge *br, u16 vid)
{
	struct nftsw_bridges *brs = br->brs;
	struct nftsw_fid *f;
	u32 nr;

	f = kzalloc(sizeof(*f), GFP_KERNEL);
	if (!f)
		return NULL;
	if (xa_alloc_cyclic(&brs->fids, &nr, f, XA_LIMIT(1, NFTSW_MAX_FIDS - 1),
			    &brs->fid_next, GFP_KERNEL) < 0)
		goto err_free;
	f->br = br;
	f->fid = nr;
	f->vid = vid;
	INIT_LIST_HEAD(&f->hosts);
	if (xa_err(xa_store(&br->fids, vid, f, GFP_KERNEL)))
		goto err_erase;
	WRITE_ONCE(brs->fid_count, brs->fid_count + 1);
	return f;

err_erase:
	xa_erase(&brs->fids, nr);
err_free:
	kfree(f);
	return NULL;
}

/**
 * nftsw_fid_get() - FID of a VLAN of a bridge, a new one if there is none
 * @br: bridge
 * @vid: VLAN; 0 of a bridge without VLANs
 * @extack: for the reason
 *
 * Return: the FID, or NULL when the chip has none left.
 */
struct nftsw_fid *nftsw_fid_get(struct nftsw_bridge *br, u16 vid,
				struct netlink_ext_ack *extack)
{
	struct nftsw_fid *f = nftsw_fid_find(br, vid);

	if (f)
		return f;
	f = nftsw_fid_alloc(br, vid);
	if (!f)
		NL_SET_ERR_MSG_MOD(extack, "chip has no room for another VLAN of a bridge");
	else	/* hosts of it that the bridge knows already */
		br->replay = true;
	return f;
}

/* Is a bridge port in the FID? */
static bool nftsw_fid_has(const struct nftsw_fid *f, const struct nftsw_bport *bp)
{
	return f->br->aware ? test_bit(f->vid, bp->vlans) : !f->vid;
}

/**
 * nftsw_fid_used() - is a bridge port in a FID?
 * @f: FID
 *
 * Return: whether there is one.
 */
bool nftsw_fid_used(const struct nftsw_fid *f)
{
	const struct nftsw_bport *bp;

	list_for_each_entry(bp, &f->br->ports, list)
		if (nftsw_fid_has(f, bp))
			return true;
	return false;
}

/*
 * A VLAN that the bridge's device is not in has nothing for the CPU, nor for others.
 *
 * Members of groups and multicast routers behind foreign ports: the bridge does not tell of those
 * that were there before the chip's first port.  So they are not counted: as long as there is a
 * foreign port, software has a marked copy of all groups, and finds the members behind such ports.
 */
static u32 nftsw_fid_flags(const struct nftsw_fid *f)
{
	const struct nftsw_bridge *br = f->br;
	bool cpu = br->foreign || !br->aware || test_bit(f->vid, br->vlans);
	u32 flags = NFTSW_FID_VALID;

	if (cpu)
		flags |= NFTSW_FID_CPU_MCAST | NFTSW_FID_CPU_BCAST;
	if (cpu && (br->foreign || br->promisc))
		flags |= NFTSW_FID_CPU_UCAST;
	if (!br->snooping)
		return flags;
	flags |= NFTSW_FID_SNOOPING;
	/* members of a group that found no room get what is flooded */
	if (br->querier4 && !br->mdb_full)
		flags |= NFTSW_FID_MC4_ROUTERS;
	if (br->querier6 && !br->mdb_full)
		flags |= NFTSW_FID_MC6_ROUTERS;
	if (br->foreign || br->mrouter || (cpu && br->allmulti))
		flags |= NFTSW_FID_CPU_ROUTER;
	return flags;
}

static void nftsw_fid_encode(const struct nftsw_fid *f, struct nftsw_hw_fid *hw)
{
	const struct nftsw_bridge *br = f->br;
	const struct nftsw_bport *bp;

	memset(hw, 0, sizeof(*hw));
	hw->fid = cpu_to_le16(f->fid);
	hw->vid = cpu_to_le16(f->vid);
	if (f->vid) {
		hw->tpid = htons(br->proto);
		hw->msti = br->vid_msti[f->vid];
	}
	hw->flags = cpu_to_le32(nftsw_fid_flags(f));
	hw->age_ms = cpu_to_le32(br->age_ms);
	list_for_each_entry(bp, &br->ports, list) {
		if (!nftsw_fid_has(f, bp))
			continue;
		nftsw_bridge_set_add(hw->members, bp->nr);
		if (f->vid && test_bit(f->vid, bp->untagged))
			nftsw_bridge_set_add(hw->untagged, bp->nr);
	}
}

/**
 * nftsw_fid_sync() - tell the chip of a FID
 * @f: FID
 *
 * Return: 0 or a negative errno.
 */
int nftsw_fid_sync(struct nftsw_fid *f)
{
	struct nftsw_bridges *brs = f->br->brs;
	struct nftsw_hw_fid hw;
	int err;

	if (!brs->up)
		return 0;
	nftsw_fid_encode(f, &hw);
	if (f->sure && !memcmp(&hw, &f->hw, sizeof(hw)))
		return 0;
	err = nftsw_hw_fid_set(brs->ns, &hw);
	f->sure = !err;
	f->hw = hw;
	return nftsw_bridge_failed(brs, err);
}

/**
 * nftsw_fid_sync_all() - tell the chip of all FIDs of a bridge
 * @br: bridge
 *
 * Return: 0 or a negative errno.
 */
int nftsw_fid_sync_all(struct nftsw_bridge *br)
{
	struct nftsw_fid *f;
	unsigned long vid;
	int err = 0;

	xa_for_each(&br->fids, vid, f)
		err = nftsw_fid_sync(f) ?: err;
	return err;
}

/**
 * nftsw_fid_empty() - delete a FID on the chip
 * @brs: bridges
 * @fid: its number; nothing leads to it, and it has neither hosts nor groups
 */
void nftsw_fid_empty(struct nftsw_bridges *brs, u16 fid)
{
	struct nftsw_hw_fid hw = { .fid = cpu_to_le16(fid) };

	if (brs->up)
		__assign_bit(fid, brs->fid_lost,
			     nftsw_bridge_failed(brs, nftsw_hw_fid_set(brs->ns, &hw)));
}

/**
 * nftsw_fid_free() - free a FID
 * @f: FID, empty
 */
void nftsw_fid_free(struct nftsw_fid *f)
{
	struct nftsw_bridges *brs = f->br->brs;

	xa_erase(&f->br->fids, f->vid);
	xa_erase(&brs->fids, f->fid);
	WRITE_ONCE(brs->fid_count, brs->fid_count - 1);
	kfree(f);
}

/**
 * nftsw_fid_resync() - delete FIDs on the chip that could not be deleted when they went
 * @brs: bridges
 */
void nftsw_fid_resync(struct nftsw_bridges *brs)
{
	u32 fid;

	for_each_set_bit(fid, brs->fid_lost, NFTSW_MAX_FIDS) {
		if (xa_load(&brs->fids, fid))	/* somebody has got its number since */
			__clear_bit(fid, brs->fid_lost);
		else
			nftsw_fid_empty(brs, fid);
	}
}

/* ---- VLANs of a port ----------------------------------------------------------------- */

/**
 * nftsw_vlan_uppers() - VLAN devices above a device
 * @dev: port or LAG
 * @vids: result: their VLANs, a bitmap of VLAN_N_VID; NULL: not wanted
 * @tpid: result: their protocol, when there are any; NULL: not wanted
 *
 * Return: false when they have different protocols, of which the chip knows one.
 */
bool nftsw_vlan_uppers(struct net_device *dev, unsigned long *vids, u16 *tpid)
{
	struct net_device *upper;
	struct list_head *iter;
	u16 first = 0, proto;
	bool same = true;

	rcu_read_lock();
	netdev_for_each_upper_dev_rcu(dev, upper, iter) {
		if (!is_vlan_dev(upper))
			continue;
		proto = ntohs(vlan_dev_vlan_proto(upper));
		if (first && proto != first)
			same = false;
		first = proto;
		if (vids)
			__set_bit(vlan_dev_vlan_id(upper), vids);
	}
	rcu_read_unlock();
	if (tpid && first)
		*tpid = first;
	return same;
}

/* What leads nowhere on the chip for sure. */
#define NFTSW_VLAN_UNSURE	(NFTSW_VLAN_CPU - 1)

static u16 nftsw_vlan_to(const struct nftsw_bridges *brs, u16 base,
			 const unsigned long *uppers, u16 vid)
{
	const struct nftsw_bport *bp;
	const struct nftsw_fid *f;
	u32 v;

	for (v = 0; v < NFTSW_MAX_VPORTS; v++) {
		bp = brs->port[NFTSW_VPORT(v)];
		if (bp && bp->base == base && bp->vid == vid)
			return NFTSW_VLAN_VPORT(v);
	}
	bp = brs->port[base];
	if (bp && test_bit(vid, uppers))
		return NFTSW_VLAN_CPU;
	if (!bp || !bp->br->aware || !test_bit(vid, bp->vlans))
		return NFTSW_VLAN_NONE;
	f = nftsw_fid_find(bp->br, vid);
	return f ? f->fid : NFTSW_VLAN_NONE;
}

static int nftsw_vlan_write(struct nftsw_bridges *brs, u16 base,
			    const struct nftsw_hw_vlan *rec, u32 n)
{
	u16 *hw = brs->hw_vlan[base], to;
	int err;
	u32 i;

	if (!n)
		return 0;
	err = nftsw_hw_vlan_set(brs->ns, rec, n);
	for (i = 0; i < n; i++) {
		to = err ? NFTSW_VLAN_UNSURE : le16_to_cpu(rec[i].to);
		hw[le16_to_cpu(rec[i].vid)] = to;
	}
	return nftsw_bridge_failed(brs, err);
}

/**
 * nftsw_vlan_sync() - tell the chip where VLANs of a port lead
 * @brs: bridges
 * @base: port or LAG
 * @first: first VLAN, at least 1
 * @last: last VLAN, at most NFTSW_MAX_VID
 *
 * Return: 0 or a negative errno.
 */
int nftsw_vlan_sync(struct nftsw_bridges *brs, u16 base, u16 first, u16 last)
{
	DECLARE_BITMAP(uppers, VLAN_N_VID) = {};
	struct nftsw_hw_vlan *rec;
	u32 vid, n = 0;
	int err;
	u16 to;

	if (!brs->up)
		return 0;
	if (!brs->hw_vlan[base])
		brs->hw_vlan[base] = kcalloc(VLAN_N_VID, sizeof(u16), GFP_KERNEL);
	rec = kvcalloc(last - first + 1, sizeof(*rec), GFP_KERNEL);
	if (!brs->hw_vlan[base] || !rec) {
		kvfree(rec);
		return -ENOMEM;
	}
	if (brs->port[base])
		nftsw_vlan_uppers(brs->port[base]->dev, uppers, NULL);
	for (vid = first; vid <= last; vid++) {
		to = nftsw_vlan_to(brs, base, uppers, vid);
		if (brs->hw_vlan[base][vid] == to)
			continue;
		rec[n].port = cpu_to_le16(base);
		rec[n].vid = cpu_to_le16(vid);
		rec[n].to = cpu_to_le16(to);
		n++;
	}
	err = nftsw_vlan_write(brs, base, rec, n);
	kvfree(rec);
	return err;
}
