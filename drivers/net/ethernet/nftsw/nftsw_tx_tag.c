// SPDX-License-Identifier: GPL-2.0
/*
 * Tags of frames that the CPU sends out of a bridge's port.  Floor 3.9; called by nftsw_tx.c.
 *
 * A port may be in a VLAN untagged: whatever leaves it in this VLAN leaves without the tag.  The
 * chip sees to that for what it bridges, and the bridge for what it sends.  But netfilter's
 * flowtable goes past the bridge.  It knows such a port (DEV_PATH_BR_VLAN_UNTAG_HW), and leaves the
 * tag to it: since Linux 7.3 not only of the frames that the chip forwards, but also of those that
 * software does, such as the last one of a connection.  The chip sends these as they are, so the
 * driver takes the tag off.
 *
 * The bridge is asked, each time: such frames are few, and nothing can get out of step.
 */
#include <linux/if_bridge.h>
#include <linux/if_vlan.h>
#include <linux/netdevice.h>
#include "nftsw_queue.h"

/* Frames of a VLAN device above the port keep its tag, whatever the bridge has this VLAN for. */
static bool nftsw_tx_vlan_dev(struct net_device *dev, __be16 proto, u16 vid)
{
	struct net_device *upper;
	struct list_head *iter;

	netdev_for_each_upper_dev_rcu(dev, upper, iter)
		if (is_vlan_dev(upper) && vlan_dev_vlan_proto(upper) == proto &&
		    vlan_dev_vlan_id(upper) == vid)
			return true;
	return false;
}

/* Does the bridge port that @dev is, or is a part of, send this VLAN untagged? */
static bool nftsw_tx_untags(struct net_device *dev, __be16 proto, u16 vid)
{
	struct net_device *master = netdev_master_upper_dev_get_rcu(dev);
	struct bridge_vlan_info info;
	u16 br_proto;

	if (master && netif_is_lag_master(master)) {
		dev = master;
		master = netdev_master_upper_dev_get_rcu(dev);
	}
	if (!master || !netif_is_bridge_master(master) || !br_vlan_enabled(master) ||
	    br_vlan_get_proto(master, &br_proto) || htons(br_proto) != proto)
		return false;
	return !br_vlan_get_info_rcu(dev, vid, &info) &&
	       info.flags & BRIDGE_VLAN_INFO_UNTAGGED &&
	       !nftsw_tx_vlan_dev(dev, proto, vid);
}

/**
 * nftsw_tx_untag() - take off a tag that the bridge's port does not put on the wire
 * @skb: frame, with skb->data at its first octet
 *
 * Context: as ndo_start_xmit().
 * Return: 0, also when there is nothing to do, or -ENOMEM.
 */
int nftsw_tx_untag(struct sk_buff *skb)
{
	bool untag;
	u16 tci;

	/* the stack has put the tag into the frame: ports do not claim NETIF_F_HW_VLAN_CTAG_TX */
	if (likely(!eth_type_vlan(skb->protocol)) || !pskb_may_pull(skb, VLAN_ETH_HLEN))
		return 0;
	rcu_read_lock();
	untag = nftsw_tx_untags(skb->dev, skb->protocol,
				ntohs(vlan_eth_hdr(skb)->h_vlan_TCI) & VLAN_VID_MASK);
	rcu_read_unlock();
	return untag ? __skb_vlan_pop(skb, &tci) : 0;
}
