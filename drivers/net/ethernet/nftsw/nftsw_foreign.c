// SPDX-License-Identifier: GPL-2.0
/*
 * Hosts that were behind a bridge port of another driver.  Floor 6, called by nftsw_topo.c.
 *
 * While a host is there, its connections are not offloaded: the chip has no flow that could
 * be stale when it comes to one of our ports.  netfilter has them in software, with the old
 * port or the bridge, and would go on to use it: never again by the chip.  So it has to give up
 * all that comes in there, as it does when such a device goes down.
 *
 * A bridge does not say where a host has come from, so the last ones that have left such a
 * port are kept.  When there are more, the port of the oldest one is done at once: whoever
 * has left it needs none of its connections, and whoever has not gets them back with its
 * next packets.
 *
 * Locking: none for the hosts that are kept, which only the topology's work touches.
 */
#include <linux/etherdevice.h>
#include <linux/if_bridge.h>
#include <linux/netdevice.h>
#include "nftsw_topo.h"

/* What is above a device, one by one: the one with the smallest ifindex beyond @last. */
struct nftsw_foreign_next {
	struct net_device *dev;
	int last;
};

static int nftsw_foreign_look(struct net_device *upper, struct netdev_nested_priv *priv)
{
	struct nftsw_foreign_next *next = priv->data;

	if (upper->ifindex > next->last &&
	    (!next->dev || upper->ifindex < next->dev->ifindex))
		next->dev = upper;
	return 0;
}

/* The next after @last, with a reference, or NULL. */
static struct net_device *nftsw_foreign_upper(struct net_device *dev, int last)
{
	struct nftsw_foreign_next next = { .last = last };
	struct netdev_nested_priv priv = { .data = &next };

	rcu_read_lock();
	netdev_walk_all_upper_dev_rcu(dev, nftsw_foreign_look, &priv);
	dev_hold(next.dev);
	rcu_read_unlock();
	return next.dev;
}

/*
 * netfilter gives up what comes in through a port.  Of a port that is in no flowtable it knows
 * what has the address above: the bridge, or a VLAN device on it.
 */
static void nftsw_foreign_give_up(struct nftsw_topo *topo, struct net_device *dev)
{
	struct net_device *upper;
	int last = 0;

	topo->ns->nf->cleanup(dev);
	while ((upper = nftsw_foreign_upper(dev, last))) {
		topo->ns->nf->cleanup(upper);
		last = upper->ifindex;
		dev_put(upper);
	}
}

/* Then nobody who has left the port matters. */
static void nftsw_foreign_cleanup(struct nftsw_topo *topo, int ifindex)
{
	struct net_device *dev = dev_get_by_index(topo->net, ifindex);
	u32 i;

	for (i = 0; i < NFTSW_TOPO_LEFT; i++)
		if (topo->left[i].ifindex == ifindex)
			topo->left[i].ifindex = 0;
	if (dev)
		nftsw_foreign_give_up(topo, dev);
	dev_put(dev);
}

/**
 * nftsw_foreign_port() - the bridge port of another driver that a host is behind
 * @topo: watcher
 * @bridge: bridge
 * @mac: address of the host
 * @vid: VLAN that it is in
 *
 * Context: RTNL held, which keeps the port where it is.
 * Return: the port, or NULL when the host is elsewhere, or nowhere.
 */
struct net_device *nftsw_foreign_port(const struct nftsw_topo *topo,
				      const struct net_device *bridge, const u8 *mac, u16 vid)
{
	struct net_device *dev = br_fdb_find_port(bridge, mac, vid);
	DECLARE_BITMAP(ports, NFTSW_MAX_LOGICAL);

	return dev && !nftsw_upper_ports(topo->ns, dev, ports) ? dev : NULL;
}

static bool nftsw_foreign_knows(const struct nftsw_topo *topo, const u8 *mac, int ifindex)
{
	u32 i;

	for (i = 0; i < NFTSW_TOPO_LEFT; i++)
		if (topo->left[i].ifindex == ifindex && ether_addr_equal(topo->left[i].mac, mac))
			return true;
	return false;
}

/**
 * nftsw_foreign_left() - a host has left a bridge port of another driver, or aged there
 * @topo: watcher
 * @mac: address of the host
 * @ifindex: the port
 *
 * Context: process; netfilter may be waited for.
 */
void nftsw_foreign_left(struct nftsw_topo *topo, const u8 *mac, int ifindex)
{
	struct nftsw_topo_left *left = &topo->left[topo->left_next];

	if (nftsw_foreign_knows(topo, mac, ifindex))
		return;
	topo->left_next = (topo->left_next + 1) % NFTSW_TOPO_LEFT;
	if (left->ifindex)
		nftsw_foreign_cleanup(topo, left->ifindex);
	ether_addr_copy(left->mac, mac);
	left->ifindex = ifindex;
}

/**
 * nftsw_foreign_came() - a host has come to a port of the chip
 * @topo: watcher
 * @mac: address of the host
 *
 * Context: process; netfilter may be waited for.
 */
void nftsw_foreign_came(struct nftsw_topo *topo, const u8 *mac)
{
	u32 i;

	for (i = 0; i < NFTSW_TOPO_LEFT; i++)
		if (topo->left[i].ifindex && ether_addr_equal(topo->left[i].mac, mac))
			nftsw_foreign_cleanup(topo, topo->left[i].ifindex);
}
