// SPDX-License-Identifier: GPL-2.0
/*
 * Devices above the ports: which of them route, and with which addresses.  Floor 6,
 * above nftsw_port.c.  Called by nftsw_topo.c.
 *
 * The chip takes a flow hit only for a frame to a ROUTER address of its ingress port.
 * Hosts send to the address of the device that has the IP address: of a bridge, which is
 * that of one of its ports, of a VLAN device, or of a LAG.  netfilter's search for a path
 * goes through these; where it ends (macvlan, VRF) nothing is offloaded anyway.
 *
 * Locking: RTNL, but for nftsw_upper_ports(), which needs RCU only.
 */
#include <linux/etherdevice.h>
#include <linux/if_bridge.h>
#include <linux/if_vlan.h>
#include <linux/rtnetlink.h>
#include "nftsw_lag.h"
#include "nftsw_topo.h"

/* One port's addresses as they are found. */
struct nftsw_upper_walk {
	struct nftsw_upper_list *list;
	bool lost;
};

static bool nftsw_upper_routes(const struct net_device *dev)
{
	return netif_is_bridge_master(dev) || is_vlan_dev(dev) ||
	       netif_is_lag_master(dev);
}

static bool nftsw_upper_has(const struct nftsw_upper_list *list, const u8 *mac)
{
	u32 i;

	for (i = 0; i < list->count; i++)
		if (ether_addr_equal_unaligned(list->mac[i], mac))
			return true;
	return false;
}

static int nftsw_upper_add(struct net_device *dev, struct netdev_nested_priv *priv)
{
	struct nftsw_upper_walk *w = priv->data;

	if (!nftsw_upper_routes(dev) || !is_valid_ether_addr(dev->dev_addr) ||
	    nftsw_upper_has(w->list, dev->dev_addr))
		return 0;
	if (w->list->count == ARRAY_SIZE(w->list->mac)) {
		w->lost = true;
		return 0;
	}
	ether_addr_copy(w->list->mac[w->list->count++], dev->dev_addr);
	return 0;
}

/* Returns false when there are more addresses than the chip can take. */
static bool nftsw_upper_collect(struct nftsw_port *np, struct nftsw_upper_list *list)
{
	struct nftsw_upper_walk w = { .list = list };
	struct netdev_nested_priv priv = { .data = &w };

	list->count = 1;
	ether_addr_copy(list->mac[0], np->dev->dev_addr);
	rcu_read_lock();
	netdev_walk_all_upper_dev_rcu(np->dev, nftsw_upper_add, &priv);
	rcu_read_unlock();
	return !w.lost;
}

static void nftsw_upper_warn(struct nftsw_topo *topo, struct nftsw_port *np, bool lost)
{
	if (lost && !test_bit(np->port, topo->upper_lost))
		netdev_warn(np->dev, "more than %u addresses above: connections to the others stay in software\n",
			    NFTSW_PORT_UPPERS);
	__assign_bit(np->port, topo->upper_lost, lost);
}

static void nftsw_upper_sync_port(struct nftsw_topo *topo, struct nftsw_port *np,
				  nftsw_upper_gone_fn gone)
{
	struct nftsw_upper_list *old = &topo->routers[np->port], new;
	u32 i;

	nftsw_upper_warn(topo, np, !nftsw_upper_collect(np, &new));
	if (new.count == old->count &&
	    !memcmp(new.mac, old->mac, new.count * sizeof(new.mac[0])))
		return;
	nftsw_port_uppers_set(np, new.mac + 1, new.count - 1);
	swap(*old, new);
	for (i = 0; i < new.count; i++)
		if (!nftsw_upper_has(old, new.mac[i]))
			gone(topo, np->port, new.mac[i]);
}

/**
 * nftsw_upper_sync() - tell the chip with which addresses its ports are routers
 * @topo: topology
 * @gone: called for each address that a port no longer has
 *
 * Context: RTNL held; waits for the chip.
 */
void nftsw_upper_sync(struct nftsw_topo *topo, nftsw_upper_gone_fn gone)
{
	u32 i;

	ASSERT_RTNL();
	for (i = 0; i < topo->ns->info.ports; i++)
		nftsw_upper_sync_port(topo, topo->ns->ports[i], gone);
}

/**
 * nftsw_upper_ports() - the ports and LAGs below a device
 * @ns: chip
 * @dev: any device; a port is below itself
 * @ports: result: bitmap of NFTSW_MAX_LOGICAL
 *
 * Context: any; takes RCU.
 * Return: false when there is none.
 */
bool nftsw_upper_ports(const struct nftsw *ns, struct net_device *dev,
		       unsigned long *ports)
{
	struct net_device *port;
	u32 i;

	bitmap_zero(ports, NFTSW_MAX_LOGICAL);
	rcu_read_lock();
	for (i = 0; i < ns->info.ports; i++) {
		port = ns->ports[i]->dev;
		if (port == dev || netdev_has_upper_dev_all_rcu(port, dev))
			__set_bit(i, ports);
	}
	nftsw_lag_below(ns, dev, ports);
	rcu_read_unlock();
	return !bitmap_empty(ports, NFTSW_MAX_LOGICAL);
}

/**
 * nftsw_upper_directly() - is a device directly above another, with none between?
 * @lower: device
 * @dev: the one that may be above; compared only
 *
 * Context: any; takes RCU.
 * Return: true when it is.
 */
bool nftsw_upper_directly(struct net_device *lower, const struct net_device *dev)
{
	struct net_device *upper;
	struct list_head *iter;
	bool found = false;

	rcu_read_lock();
	netdev_for_each_upper_dev_rcu(lower, upper, iter)
		found |= upper == dev;
	rcu_read_unlock();
	return found;
}

/**
 * nftsw_upper_bridge() - the bridge that a device is a port of
 * @dev: any device; a bridge is its own
 *
 * Context: RCU.
 * Return: the bridge, or NULL.
 */
struct net_device *nftsw_upper_bridge(struct net_device *dev)
{
	if (netif_is_bridge_master(dev))
		return dev;
	dev = netdev_master_upper_dev_get_rcu(dev);
	return dev && netif_is_bridge_master(dev) ? dev : NULL;
}

/* The port or LAG that flows call so, when it is itself a port of @bridge. */
static struct net_device *nftsw_upper_bridged(const struct nftsw *ns,
					      const struct net_device *bridge, u16 port)
{
	struct net_device *dev;

	dev = port < ns->info.ports ? ns->ports[port]->dev : nftsw_lag_dev(ns, port);
	return dev && netif_is_bridge_port(dev) &&
	       netdev_master_upper_dev_get_rcu(dev) == bridge ? dev : NULL;
}

/**
 * nftsw_upper_in_vlan() - leave out the ports of a bridge that are not in a VLAN of it
 * @ns: chip
 * @bridge: bridge
 * @vid: VLAN; 0: the bridge has none
 * @ports: in: ports and LAGs below @bridge; out: those on which the VLAN may be, which all that
 *	are below another device than the bridge may
 *
 * Context: RCU.
 */
void nftsw_upper_in_vlan(const struct nftsw *ns, const struct net_device *bridge, u16 vid,
			 unsigned long *ports)
{
	struct bridge_vlan_info info;
	struct net_device *dev;
	u32 i;

	for_each_set_bit(i, ports, NFTSW_MAX_LOGICAL) {
		dev = nftsw_upper_bridged(ns, bridge, i);
		if (dev && vid && br_vlan_get_info_rcu(dev, vid, &info))
			__clear_bit(i, ports);
	}
}

/**
 * nftsw_upper_tells() - does a bridge tell frames of a VLAN by their tag?
 * @ns: chip
 * @bridge: bridge, perhaps gone; compared only
 * @port: port or LAG that they leave through or come to
 * @vid: VLAN
 *
 * Not one that takes no notice of tags, and not where VLANs are behind devices of their own.  Of
 * tags that it does not know, and of all inside a provider's (802.1ad), none says in which of its
 * VLANs a frame is.
 *
 * Context: any; takes RCU.
 * Return: true when frames with that tag are in that VLAN of @bridge, and in no other.
 */
bool nftsw_upper_tells(const struct nftsw *ns, const struct net_device *bridge, u16 port,
		       u16 vid)
{
	struct bridge_vlan_info info = {};
	struct net_device *dev;
	u16 proto = 0;
	bool tells;

	rcu_read_lock();
	dev = nftsw_upper_bridged(ns, bridge, port);
	tells = dev && br_vlan_enabled(bridge) && !br_vlan_get_proto(bridge, &proto) &&
		proto == ETH_P_8021Q && !br_vlan_get_info_rcu(dev, vid, &info) &&
		!(info.flags & BRIDGE_VLAN_INFO_UNTAGGED);
	rcu_read_unlock();
	return tells;
}

/**
 * nftsw_upper_vid() - the tag that a VLAN device puts on the frames of a port or LAG
 * @ns: chip
 * @dev: any device
 * @port: result: number of the port or LAG directly below it
 *
 * Context: any; takes RCU.
 * Return: its VLAN, or 0 when @dev is no such device.
 */
u16 nftsw_upper_vid(const struct nftsw *ns, struct net_device *dev, u16 *port)
{
	struct net_device *real;
	int below;

	if (!is_vlan_dev(dev) || vlan_dev_vlan_proto(dev) != htons(ETH_P_8021Q))
		return 0;
	real = vlan_dev_real_dev(dev);
	below = nftsw_lag_logical(ns, real);
	if (below < 0 || !nftsw_upper_directly(real, dev))
		return 0;
	*port = below;
	return vlan_dev_vlan_id(dev);
}
