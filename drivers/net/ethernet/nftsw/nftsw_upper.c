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
 * Locking: RTNL for nftsw_upper_sync(); all else needs RCU only.
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

/* The port or LAG that flows call so, or NULL. */
static struct net_device *nftsw_upper_logical(const struct nftsw *ns, u16 port)
{
	return port < ns->info.ports ? ns->ports[port]->dev : nftsw_lag_dev(ns, port);
}

static bool nftsw_upper_bridged(struct net_device *dev, const struct net_device *bridge)
{
	return netif_is_bridge_port(dev) && netdev_master_upper_dev_get_rcu(dev) == bridge;
}

/* Is a VLAN device of a port or LAG below @bridge?  It is a port of it too, in VLANs of its own. */
static bool nftsw_upper_vlan_bridged(struct net_device *dev, struct net_device *bridge)
{
	struct net_device *upper;
	struct list_head *iter;

	netdev_for_each_upper_dev_rcu(dev, upper, iter)
		if (is_vlan_dev(upper) && netdev_has_upper_dev_all_rcu(upper, bridge))
			return true;
	return false;
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
void nftsw_upper_in_vlan(const struct nftsw *ns, struct net_device *bridge, u16 vid,
			 unsigned long *ports)
{
	struct bridge_vlan_info info;
	struct net_device *dev;
	u32 i;

	for_each_set_bit(i, ports, NFTSW_MAX_LOGICAL) {
		dev = nftsw_upper_logical(ns, i);
		if (dev && vid && nftsw_upper_bridged(dev, bridge) &&
		    br_vlan_get_info_rcu(dev, vid, &info) &&
		    !nftsw_upper_vlan_bridged(dev, bridge))
			__clear_bit(i, ports);
	}
}

/* The device that takes frames with a tag from a port or LAG, before a bridge sees them; or NULL */
static struct net_device *nftsw_upper_takes(struct net_device *dev, u16 vid)
{
	struct net_device *vlan = __vlan_find_dev_deep_rcu(dev, htons(ETH_P_8021Q), vid);

	return vlan && vlan_dev_real_dev(vlan) == dev ? vlan : NULL;
}

static bool nftsw_upper_knows(struct net_device *dev, const struct net_device *bridge, u16 vid)
{
	struct bridge_vlan_info info = {};
	u16 proto = 0;

	return nftsw_upper_bridged(dev, bridge) && br_vlan_enabled(bridge) &&
	       !br_vlan_get_proto(bridge, &proto) && proto == ETH_P_8021Q &&
	       !br_vlan_get_info_rcu(dev, vid, &info) &&
	       !(info.flags & BRIDGE_VLAN_INFO_UNTAGGED);
}

/**
 * nftsw_upper_tells() - does a tag tell that frames are in no other VLAN of a bridge?
 * @ns: chip
 * @bridge: bridge, perhaps gone; compared only
 * @port: port or LAG that they leave through or come to
 * @vid: tag
 *
 * It does when a VLAN device takes them that is not below @bridge.  One that is has VLANs of its
 * own there.  To a bridge that takes notice of tags, one that it knows tells; of others, and of
 * all inside a provider's (802.1ad), none says in which of its VLANs a frame is.
 *
 * Context: any; takes RCU.
 * Return: true when frames with that tag are in the VLAN @vid of @bridge, or in none.
 */
bool nftsw_upper_tells(const struct nftsw *ns, struct net_device *bridge, u16 port, u16 vid)
{
	struct net_device *dev, *vlan;
	bool tells = false;

	rcu_read_lock();
	dev = nftsw_upper_logical(ns, port);
	vlan = dev ? nftsw_upper_takes(dev, vid) : NULL;
	if (vlan)
		tells = !netdev_has_upper_dev_all_rcu(vlan, bridge);
	else if (dev)
		tells = nftsw_upper_knows(dev, bridge, vid);
	rcu_read_unlock();
	return tells;
}

/**
 * nftsw_upper_filter() - the bridge below a VLAN device, if it has VLANs itself
 * @dev: any device
 *
 * Context: RTNL or RCU.
 * Return: the bridge; NULL when @dev is not above one, or that takes no notice of tags.
 */
struct net_device *nftsw_upper_filter(const struct net_device *dev)
{
	struct net_device *real = is_vlan_dev(dev) ? vlan_dev_real_dev(dev) : NULL;

	return real && netif_is_bridge_master(real) && br_vlan_enabled(real) ? real : NULL;
}

/* The tag that a VLAN device puts on the frames of the port or LAG directly below it, or 0. */
static u16 nftsw_upper_vid(const struct nftsw *ns, struct net_device *dev, u16 *port)
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

/**
 * nftsw_upper_spare() - a host is there: leave out flows that go there
 * @ns: chip
 * @dev: port of the bridge, whether the chip's or above one of these
 * @s: in: ports and LAGs below the bridge, and the bridge; out: without those flows
 *
 * Context: RCU.
 */
void nftsw_upper_spare(const struct nftsw *ns, struct net_device *dev, struct nftsw_flow_sweep *s)
{
	int port = nftsw_lag_logical(ns, dev);

	if (port < 0) {
		s->spare_vid = nftsw_upper_vid(ns, dev, &s->spare_port);
		s->spares = s->spare_vid;
	} else if (nftsw_upper_vlan_bridged(dev, s->bridge)) {
		s->spare_port = port;
		s->spares = true;
	} else {
		__clear_bit(port, s->ports);
	}
}
