// SPDX-License-Identifier: GPL-2.0
/*
 * A netdev that says to be a bond, see nftsw_kt_bond.h.  Floor 10; called by the suites, in process
 * context.
 */

#include <linux/etherdevice.h>
#include <linux/rtnetlink.h>
#include "nftsw_kt_bond.h"

static netdev_tx_t kt_bond_xmit(struct sk_buff *skb, struct net_device *dev)
{
	DEV_STATS_INC(dev, tx_packets);
	dev_kfree_skb_any(skb);
	return NETDEV_TX_OK;
}

static const struct net_device_ops kt_bond_ops = {
	.ndo_start_xmit = kt_bond_xmit,
	.ndo_set_mac_address = eth_mac_addr,
};

static void kt_bond_setup(struct net_device *dev)
{
	ether_setup(dev);
	dev->netdev_ops = &kt_bond_ops;
	dev->flags |= IFF_MASTER;
	dev->priv_flags |= IFF_BONDING;
	eth_hw_addr_random(dev);
}

/**
 * nftsw_kt_bond_new() - a bond without members
 * @test: test
 *
 * What it sends is counted and dropped.
 *
 * Return: the bond, down; nftsw_kt_bond_free() lets go of it.
 */
struct net_device *nftsw_kt_bond_new(struct kunit *test)
{
	struct net_device *bond;

	bond = alloc_netdev(0, "ktbond%d", NET_NAME_UNKNOWN, kt_bond_setup);
	KUNIT_ASSERT_NOT_NULL(test, bond);
	KUNIT_ASSERT_EQ(test, register_netdev(bond), 0);
	return bond;
}

/**
 * nftsw_kt_bond_join() - a member joins that may send; frames are spread by hash
 * @test: test
 * @bond: bond
 * @dev: port
 */
void nftsw_kt_bond_join(struct kunit *test, struct net_device *bond, struct net_device *dev)
{
	struct netdev_lag_upper_info info = { .tx_type = NETDEV_LAG_TX_TYPE_HASH };
	struct netdev_lag_lower_state_info state = { .link_up = 1, .tx_enabled = 1 };

	rtnl_lock();
	KUNIT_EXPECT_EQ(test, netdev_master_upper_dev_link(dev, bond, NULL, &info, NULL), 0);
	netdev_lower_state_changed(dev, &state);
	rtnl_unlock();
}

/**
 * nftsw_kt_bond_leave() - a member leaves
 * @bond: bond
 * @dev: member
 */
void nftsw_kt_bond_leave(struct net_device *bond, struct net_device *dev)
{
	rtnl_lock();
	netdev_upper_dev_unlink(dev, bond);
	rtnl_unlock();
}

/**
 * nftsw_kt_bond_free() - all members leave, and the bond goes
 * @bond: bond, or another device above others; a void pointer, for kunit_add_action()
 */
void nftsw_kt_bond_free(void *bond)
{
	struct net_device *dev = bond, *lower;
	struct list_head *iter;

	rtnl_lock();
	do {
		iter = dev->adj_list.lower.next;
		lower = netdev_lower_get_next(dev, &iter);
		if (lower)
			netdev_upper_dev_unlink(lower, dev);
	} while (lower);
	rtnl_unlock();
	unregister_netdev(dev);
	free_netdev(dev);
}
