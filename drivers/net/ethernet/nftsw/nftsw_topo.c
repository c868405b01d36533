// SPDX-License-Identifier: GPL-2.0
/*
 * Watches what is above the ports, and has flows swept whose path is no longer true.
 * Floor 6, above nftsw_upper.c, nftsw_neigh.c and nftsw_route.c.  Made by
 * nftsw_core.c when the ports are, gone before them.  Documentation/decisions/0007 has the reasons.
 *
 * What.  A flow rule is a snapshot: next hop and its MAC address, bridge port, tags, route.
 * netfilter never looks again, and the packets that would show a change no longer
 * come to the CPU.  So the changes themselves are listened to:
 *
 *   neighbour has another address, or has failed     flows to the old address
 *   host is at another bridge port, or unknown       flows to it through other ports
 *   route, rule or next hop                          flows to destinations in the prefix
 *   VLAN or PVID, VLAN device, STP, bridge joined    flows through the port, and in that VLAN
 *   or left, MTU of port, bridge, VLAN device, LAG
 *   MTU of PPPoE device                              flows to the other end of its session
 *   address of a port, bridge, VLAN device, LAG      flows that leave with the old address
 *
 * How.  A notifier makes a sweep of it and queues it; one work does them in order.
 * Everything is done a second time a moment later, for two reasons: a notifier may run
 * before the change has taken effect, and a flow whose path was looked up before it may
 * still be on its way to the driver.  With many connections at once that takes seconds, so
 * what goes to a MAC address that is not right is looked for longer: that takes none that
 * is right, unless the address is so again, or the port has left the bridge, which ends it
 * (or it is another neighbour's as well, whose flows come back each time).
 * When there are more changes than can be kept, or no memory for one, all flows are swept,
 * twice as well, and all neighbours looked at anew.
 *
 * Locks.  Notifiers run in any context but hard interrupts, some under RTNL; they take
 * nftsw_topo.lock and RCU.  The work takes neither RTNL nor a lock that a flow callback
 * waits for, except through nftsw_flow_sweep().  Nobody waits for it under RTNL.
 */
#include <linux/etherdevice.h>
#include <linux/if_arp.h>
#include <linux/if_bridge.h>
#include <linux/if_vlan.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <net/fib_notifier.h>
#include <net/neighbour.h>
#include <net/netevent.h>
#include <net/nexthop.h>
#include <net/switchdev.h>
#include "nftsw_flow.h"
#include "nftsw_lag.h"
#include "nftsw_topo.h"

/* When a sweep is repeated: each from the one before. */
static const unsigned long nftsw_topo_again[NFTSW_TOPO_REPEATS] = { HZ / 4, HZ, 4 * HZ };
/* Changes that are kept; with more of them, everything may be stale. */
#define NFTSW_TOPO_TODO		4096

/* ---- The queue ----------------------------------------------------------------- */

static void nftsw_topo_kick(struct nftsw_topo *topo)
{
	mod_delayed_work(topo->ns->wq, &topo->work, 0);
}

/* A change that cannot be kept: sweep all. */
static struct nftsw_topo_ev *nftsw_topo_ev_new(struct nftsw_topo *topo,
					       enum nftsw_flow_sweep_kind kind,
					       enum nftsw_flow_event why)
{
	struct nftsw_topo_ev *ev = NULL;

	if (READ_ONCE(topo->todo_count) < NFTSW_TOPO_TODO)
		ev = kzalloc(sizeof(*ev), GFP_ATOMIC);
	if (!ev) {
		WRITE_ONCE(topo->lost, true);
		nftsw_topo_kick(topo);
		return NULL;
	}
	ev->sweep.kind = kind;
	ev->sweep.why = why;
	return ev;
}

/* @n: the neighbour that it is about, looked at under the lock: what it was last comes last. */
static void nftsw_topo_queue_neigh(struct nftsw_topo *topo, struct nftsw_topo_ev *ev,
				   struct neighbour *n)
{
	spin_lock_bh(&topo->lock);
	if (n)
		nftsw_neigh_look(n, &ev->neigh);
	list_add_tail(&ev->list, &topo->todo);
	topo->todo_count++;
	spin_unlock_bh(&topo->lock);
	nftsw_topo_kick(topo);
}

static void nftsw_topo_queue(struct nftsw_topo *topo, struct nftsw_topo_ev *ev)
{
	nftsw_topo_queue_neigh(topo, ev, NULL);
}

static struct nftsw_topo_ev *nftsw_topo_take(struct nftsw_topo *topo)
{
	struct nftsw_topo_ev *ev;

	spin_lock_bh(&topo->lock);
	ev = list_first_entry_or_null(&topo->todo, struct nftsw_topo_ev, list);
	if (ev) {
		list_del(&ev->list);
		topo->todo_count--;
	}
	spin_unlock_bh(&topo->lock);
	return ev;
}

/* ---- The work ------------------------------------------------------------------ */

/* Only what goes to an address that is not right may be looked for often. */
static bool nftsw_topo_often(const struct nftsw_topo_ev *ev)
{
	return ev->sweep.why == NFTSW_FLOW_EVENT_STALE_NEIGH ||
	       ev->sweep.why == NFTSW_FLOW_EVENT_STALE_FDB;
}

/* Have a sweep repeated after @n repetitions; it is on no list. */
static void nftsw_topo_later(struct nftsw_topo *topo, struct nftsw_topo_ev *ev, u32 n)
{
	if (n && (n == NFTSW_TOPO_REPEATS || ev->once || !nftsw_topo_often(ev) ||
		  topo->again_count >= NFTSW_TOPO_TODO)) {
		hash_del(&ev->node);
		kfree(ev);
		return;
	}
	if (!n && nftsw_topo_often(ev))
		hash_add(topo->again_by_mac, &ev->node, ether_addr_to_u64(ev->sweep.mac));
	topo->again_count += !!n;
	ev->due = jiffies + nftsw_topo_again[n];
	list_add_tail(&ev->list, &topo->again[n]);
}

/*
 * What was known of an address is so no longer: what it made stale is not looked for any more.
 * Several neighbours, or hosts of bridges, may have one address, and each speaks for itself only.
 */
static void nftsw_topo_found(struct nftsw_topo *topo, const u8 *mac,
			     const struct nftsw_topo_ev *news)
{
	struct nftsw_topo_ev *ev;

	hash_for_each_possible(topo->again_by_mac, ev, node, ether_addr_to_u64(mac))
		if (ev->sweep.why == news->sweep.why && ether_addr_equal(ev->sweep.mac, mac) &&
		    nftsw_neigh_same(&ev->neigh, &news->neigh) &&
		    ev->sweep.bridge == news->sweep.bridge && ev->sweep.vid == news->sweep.vid)
			ev->once = true;
}

static void nftsw_topo_handle(struct nftsw_topo *topo, struct nftsw_topo_ev *ev)
{
	if (ev->is_neigh && !ev->neigh.dead && ev->neigh.nud & NUD_VALID)
		nftsw_topo_found(topo, ev->neigh.mac, ev);
	/* no flow can be stale */
	if (ev->is_neigh && !nftsw_neigh_update(topo, &ev->neigh, ev->sweep.mac)) {
		kfree(ev);
		return;
	}
	if (ev->is_neigh)
		nftsw_neigh_narrow(topo, &ev->neigh, &ev->sweep);
	if (ev->came)
		nftsw_topo_found(topo, ev->sweep.mac, ev);
	nftsw_flow_sweep(topo->ns, &ev->sweep);
	nftsw_topo_later(topo, ev, 0);
}

/*
 * What a bridge has told of its hosts and VLANs is about its ports.  Of one that has left, to route
 * by itself, it would never tell that a host is there; that it has left is a sweep of its own.
 * All have left a bridge that is no more, though a new one may be at its place in memory.
 */
static void nftsw_topo_again_one(struct nftsw_topo *topo, struct nftsw_topo_ev *ev)
{
	DECLARE_BITMAP(ports, NFTSW_MAX_LOGICAL);

	if (ev->sweep.bridge) {
		rcu_read_lock();
		if (!nftsw_upper_ports(topo->ns, ev->sweep.bridge, ports) ||
		    ev->sweep.bridge->ifindex != ev->ifindex)
			bitmap_zero(ports, NFTSW_MAX_LOGICAL);
		rcu_read_unlock();
		bitmap_and(ev->sweep.ports, ev->sweep.ports, ports, NFTSW_MAX_LOGICAL);
	}
	nftsw_flow_sweep(topo->ns, &ev->sweep);
}

/* Repeat the sweeps that are due. */
static void nftsw_topo_repeat(struct nftsw_topo *topo)
{
	struct nftsw_topo_ev *ev;
	u32 n;

	for (n = NFTSW_TOPO_REPEATS; n--;)
		while ((ev = list_first_entry_or_null(&topo->again[n], struct nftsw_topo_ev,
						      list)) &&
		       time_after_eq(jiffies, ev->due)) {
			if (!n || !ev->once)
				nftsw_topo_again_one(topo, ev);
			list_del(&ev->list);
			topo->again_count -= !!n;
			nftsw_topo_later(topo, ev, n + 1);
		}
}

static void nftsw_topo_neigh_note(struct neighbour *n, void *priv)
{
	DECLARE_BITMAP(ports, NFTSW_MAX_LOGICAL);
	struct nftsw_topo *topo = priv;

	if (nftsw_neigh_ports(topo, n, ports) && !nftsw_neigh_note(topo, n))
		topo->all_left = 2;
}

/* While not all neighbours are known, a change of one may be missed: once more, then. */
static void nftsw_topo_sweep_all(struct nftsw_topo *topo)
{
	struct nftsw_flow_sweep s = {
		.kind = NFTSW_FLOW_SWEEP_DST, .why = NFTSW_FLOW_EVENT_STALE_ROUTE,
	};

	topo->all_left--;
	nftsw_neigh_each(nftsw_topo_neigh_note, topo);
	nftsw_flow_sweep(topo->ns, &s);
	s.ipv6 = true;
	nftsw_flow_sweep(topo->ns, &s);
	topo->all_due = jiffies + nftsw_topo_again[0];
}

/* Changes were lost: what is above may be anything, now and a moment later. */
static void nftsw_topo_all(struct nftsw_topo *topo)
{
	bool lost = xchg(&topo->lost, false);

	if (lost)
		topo->all_left = 2;
	if (lost || (topo->all_left && time_after_eq(jiffies, topo->all_due)))
		nftsw_topo_sweep_all(topo);
}

/* Have the work run when it is time for something, unless it does so before. */
static void nftsw_topo_wait(struct nftsw_topo *topo)
{
	long delay = topo->neigh_due - jiffies;
	struct nftsw_topo_ev *ev;
	u32 n;

	if (topo->all_left)
		delay = min(delay, (long)(topo->all_due - jiffies));
	for (n = 0; n < NFTSW_TOPO_REPEATS; n++) {
		ev = list_first_entry_or_null(&topo->again[n], struct nftsw_topo_ev, list);
		if (ev)
			delay = min(delay, (long)(ev->due - jiffies));
	}
	queue_delayed_work(topo->ns->wq, &topo->work, max(delay, 0L));
}

static void nftsw_topo_work(struct work_struct *work)
{
	struct nftsw_topo *topo = container_of(to_delayed_work(work), struct nftsw_topo,
					       work);
	struct nftsw_topo_ev *ev;

	while ((ev = nftsw_topo_take(topo)))
		nftsw_topo_handle(topo, ev);
	nftsw_topo_all(topo);
	nftsw_topo_repeat(topo);
	nftsw_neigh_use(topo);
	nftsw_topo_wait(topo);
}

/* ---- Devices ------------------------------------------------------------------- */

/* Flows through the ports below @dev, untagged or in VLAN @vid, of @bridge if any; 0: any. */
static void nftsw_topo_port_changed(struct nftsw_topo *topo, struct net_device *dev,
				    struct net_device *bridge, u16 vid,
				    enum nftsw_flow_event why)
{
	DECLARE_BITMAP(ports, NFTSW_MAX_LOGICAL);
	struct nftsw_topo_ev *ev;

	if (!nftsw_upper_ports(topo->ns, dev, ports))
		return;
	ev = nftsw_topo_ev_new(topo, NFTSW_FLOW_SWEEP_PORT, why);
	if (!ev)
		return;
	bitmap_copy(ev->sweep.ports, ports, NFTSW_MAX_LOGICAL);
	ev->sweep.vid = vid;
	ev->sweep.bridge = bridge;
	ev->ifindex = bridge ? bridge->ifindex : 0;
	nftsw_topo_queue(topo, ev);
}

/* Flows to destinations in a prefix of a family. */
static void nftsw_topo_dst_changed(struct nftsw_topo *topo, const struct nftsw_flow_sweep *s)
{
	struct nftsw_topo_ev *ev;

	ev = nftsw_topo_ev_new(topo, NFTSW_FLOW_SWEEP_DST, NFTSW_FLOW_EVENT_STALE_ROUTE);
	if (!ev)
		return;
	ev->sweep.ipv6 = s->ipv6;
	ev->sweep.plen = s->plen;
	ev->sweep.addr = s->addr;
	nftsw_topo_queue(topo, ev);
}

static void nftsw_topo_family_changed(struct nftsw_topo *topo, int family)
{
	struct nftsw_flow_sweep s = { .ipv6 = family == AF_INET6 };

	if (family == AF_INET || family == AF_INET6)
		nftsw_topo_dst_changed(topo, &s);
}

/* A port, or a device above, is no longer a router with this address. */
static void nftsw_topo_mac_gone(struct nftsw_topo *topo, u16 port, const u8 *mac)
{
	struct nftsw_topo_ev *ev;
	int lag;

	ev = nftsw_topo_ev_new(topo, NFTSW_FLOW_SWEEP_SMAC, NFTSW_FLOW_EVENT_STALE_MAC);
	if (!ev)
		return;
	__set_bit(port, ev->sweep.ports);
	lag = nftsw_lag_of_port(topo->ns, port);
	if (lag >= 0)
		__set_bit(lag, ev->sweep.ports);
	ether_addr_copy(ev->sweep.mac, mac);
	nftsw_topo_queue(topo, ev);
}

/* The same of @upper, which is @dev or above it: of a VLAN device those of its VLAN. */
static void nftsw_topo_dev_changed(struct nftsw_topo *topo, struct net_device *dev,
				   const struct net_device *upper, enum nftsw_flow_event why)
{
	nftsw_topo_port_changed(topo, dev, nftsw_upper_filter(upper),
				is_vlan_dev(upper) ? vlan_dev_vlan_id(upper) : 0, why);
}

static void nftsw_topo_neigh_changed(struct nftsw_topo *topo, struct neighbour *n)
{
	DECLARE_BITMAP(ports, NFTSW_MAX_LOGICAL);
	struct nftsw_topo_ev *ev;

	if (!nftsw_neigh_ports(topo, n, ports))
		return;
	ev = nftsw_topo_ev_new(topo, NFTSW_FLOW_SWEEP_DMAC, NFTSW_FLOW_EVENT_STALE_NEIGH);
	if (!ev)
		return;
	bitmap_copy(ev->sweep.ports, ports, NFTSW_MAX_LOGICAL);
	ev->is_neigh = true;
	nftsw_topo_queue_neigh(topo, ev, n);
}

static void nftsw_topo_neigh_seed(struct neighbour *n, void *topo)
{
	nftsw_topo_neigh_changed(topo, n);
}

/* What is above has changed: other addresses, and neighbours that we do not know. */
static void nftsw_topo_resync(struct nftsw_topo *topo)
{
	nftsw_upper_sync(topo, nftsw_topo_mac_gone);
	nftsw_neigh_each(nftsw_topo_neigh_seed, topo);
}

/*
 * A port, or a device above it, joins or leaves another device.  A master changes how all
 * frames of the port are handled; a VLAN device takes only its own, and if there is no bridge to
 * take them from, its end is of interest only.
 */
static void nftsw_topo_upper_changed(struct nftsw_topo *topo, struct net_device *dev,
				     const struct netdev_notifier_changeupper_info *info)
{
	if (info->master || !info->linking ||
	    (netif_is_bridge_port(dev) && is_vlan_dev(info->upper_dev)))
		nftsw_topo_dev_changed(topo, dev, info->upper_dev, NFTSW_FLOW_EVENT_STALE_VLAN);
	nftsw_topo_resync(topo);
}

/*
 * A PPP device has a session over a port, and is not above it.  Its flows are those to the other
 * end: that these may be in several sessions does no harm.
 */
static void nftsw_topo_ppp_mtu_changed(struct nftsw_topo *topo, struct net_device *ppp)
{
	struct net_device_path_ctx ctx = { .dev = ppp };
	DECLARE_BITMAP(ports, NFTSW_MAX_LOGICAL);
	struct net_device_path path = {};
	struct nftsw_topo_ev *ev;
	bool found;

	rcu_read_lock();
	found = !ppp->netdev_ops->ndo_fill_forward_path(&ctx, &path) &&
		path.type == DEV_PATH_PPPOE &&
		nftsw_upper_ports(topo->ns, (struct net_device *)ctx.dev, ports);
	rcu_read_unlock();
	if (!found)
		return;
	ev = nftsw_topo_ev_new(topo, NFTSW_FLOW_SWEEP_DMAC, NFTSW_FLOW_EVENT_STALE_MTU);
	if (!ev)
		return;
	bitmap_copy(ev->sweep.ports, ports, NFTSW_MAX_LOGICAL);
	ether_addr_copy(ev->sweep.mac, path.encap.h_dest);
	nftsw_topo_queue(topo, ev);
}

/* Routes may wait for a link, see nftsw_route.c.  When it goes, IPv4 says so itself. */
static void nftsw_topo_link_changed(struct nftsw_topo *topo, struct net_device *dev)
{
	bool ipv6 = nftsw_route_ignored(dev, AF_INET6);

	if (!netif_carrier_ok(dev)) {
		if (ipv6)
			nftsw_topo_dev_changed(topo, dev, dev, NFTSW_FLOW_EVENT_STALE_VLAN);
		return;
	}
	if (ipv6)
		nftsw_topo_family_changed(topo, AF_INET6);
	if (nftsw_route_ignored(dev, AF_INET))
		nftsw_topo_family_changed(topo, AF_INET);
}

static int nftsw_topo_netdev_event(struct notifier_block *nb, unsigned long event,
				   void *ptr)
{
	struct nftsw_topo *topo = container_of(nb, struct nftsw, topo_nb)->topo;
	struct net_device *dev = netdev_notifier_info_to_dev(ptr);
	DECLARE_BITMAP(ports, NFTSW_MAX_LOGICAL);

	if (!topo)
		return NOTIFY_DONE;
	if (event == NETDEV_CHANGEMTU && dev->type == ARPHRD_PPP &&
	    dev->netdev_ops->ndo_fill_forward_path)
		nftsw_topo_ppp_mtu_changed(topo, dev);
	if (!nftsw_upper_ports(topo->ns, dev, ports))
		return NOTIFY_DONE;
	switch (event) {
	case NETDEV_CHANGEADDR:
		nftsw_upper_sync(topo, nftsw_topo_mac_gone);
		break;
	case NETDEV_CHANGE:
		nftsw_topo_link_changed(topo, dev);
		break;
	case NETDEV_CHANGEUPPER:
		nftsw_topo_upper_changed(topo, dev, ptr);
		break;
	case NETDEV_CHANGEMTU:
		/* netfilter's own flows, and so the entries, would keep the old one */
		nftsw_topo_dev_changed(topo, dev, dev, NFTSW_FLOW_EVENT_STALE_MTU);
		break;
	case NETDEV_DOWN:
		/* netfilter sees to the ports themselves */
		if (!nftsw_port_get(topo->ns, dev))
			nftsw_topo_dev_changed(topo, dev, dev, NFTSW_FLOW_EVENT_STALE_VLAN);
		break;
	}
	return NOTIFY_DONE;
}

/* ---- Bridges ------------------------------------------------------------------- */

/* @add: the host of @info is now behind info->info.dev; else it is no longer there. */
static void nftsw_topo_fdb_changed(struct nftsw_topo *topo,
				   const struct switchdev_notifier_fdb_info *info,
				   struct net_device *dev, bool add)
{
	struct net_device *bridge = nftsw_upper_bridge(dev);
	DECLARE_BITMAP(ports, NFTSW_MAX_LOGICAL);
	struct nftsw_topo_ev *ev;

	if (info->is_local || !bridge || !nftsw_upper_ports(topo->ns, bridge, ports))
		return;
	ev = nftsw_topo_ev_new(topo, NFTSW_FLOW_SWEEP_DMAC, NFTSW_FLOW_EVENT_STALE_FDB);
	if (!ev)
		return;
	bitmap_copy(ev->sweep.ports, ports, NFTSW_MAX_LOGICAL);
	ether_addr_copy(ev->sweep.mac, info->addr);
	ev->came = add;
	ev->sweep.vid = info->vid;
	ev->sweep.bridge = bridge;
	ev->ifindex = bridge->ifindex;
	if (add)
		nftsw_upper_spare(topo->ns, dev, &ev->sweep);
	nftsw_upper_in_vlan(topo->ns, bridge, info->vid, ev->sweep.ports);
	nftsw_topo_queue(topo, ev);
}

static int nftsw_topo_switchdev_event(struct notifier_block *nb, unsigned long event,
				      void *ptr)
{
	struct nftsw_topo *topo = container_of(nb, struct nftsw_topo, switchdev_nb);
	struct net_device *dev = switchdev_notifier_info_to_dev(ptr);
	bool add;

	/*
	 * TO_BRIDGE: the chip has learned or aged a host.  The bridge does not repeat it to
	 * devices.
	 */
	switch (event) {
	case SWITCHDEV_FDB_ADD_TO_DEVICE:
	case SWITCHDEV_FDB_ADD_TO_BRIDGE:
		add = true;
		break;
	case SWITCHDEV_FDB_DEL_TO_DEVICE:
	case SWITCHDEV_FDB_DEL_TO_BRIDGE:
		add = false;
		break;
	default:
		return NOTIFY_DONE;
	}
	rcu_read_lock();
	nftsw_topo_fdb_changed(topo, ptr, dev, add);
	rcu_read_unlock();
	return NOTIFY_DONE;
}

/* @dev is a port of a bridge, or a bridge. */
static void nftsw_topo_bridge_changed(struct nftsw_topo *topo, struct net_device *dev, u16 vid)
{
	rcu_read_lock();
	nftsw_topo_port_changed(topo, dev, nftsw_upper_bridge(dev), vid,
				NFTSW_FLOW_EVENT_STALE_VLAN);
	rcu_read_unlock();
}

/* A port in this state has flows, or will have them in a moment. */
static bool nftsw_topo_learns(u8 state)
{
	return state == BR_STATE_FORWARDING || state == BR_STATE_LEARNING;
}

static void nftsw_topo_attr_changed(struct nftsw_topo *topo, struct net_device *dev,
				    const struct switchdev_attr *attr)
{
	u16 vid = 0;

	switch (attr->id) {
	case SWITCHDEV_ATTR_ID_PORT_STP_STATE:
		if (nftsw_topo_learns(attr->u.stp_state))
			return;
		break;
	case SWITCHDEV_ATTR_ID_PORT_MST_STATE:
		if (nftsw_topo_learns(attr->u.mst_state.state))
			return;
		break;
	case SWITCHDEV_ATTR_ID_VLAN_MSTI:
		vid = attr->u.vlan_msti.vid;
		break;
	case SWITCHDEV_ATTR_ID_BRIDGE_VLAN_FILTERING:
	case SWITCHDEV_ATTR_ID_BRIDGE_VLAN_PROTOCOL:
		break;
	default:
		return;
	}
	nftsw_topo_bridge_changed(topo, dev, vid);
}

static void nftsw_topo_obj_changed(struct nftsw_topo *topo, struct net_device *dev,
				   const struct switchdev_obj *obj)
{
	if (obj->id == SWITCHDEV_OBJ_ID_PORT_VLAN)
		nftsw_topo_bridge_changed(topo, dev, SWITCHDEV_OBJ_PORT_VLAN(obj)->vid);
}

/* An observer only: the bridge must not think that the chip does it. */
static int nftsw_topo_blocking_event(struct notifier_block *nb, unsigned long event,
				     void *ptr)
{
	struct nftsw_topo *topo = container_of(nb, struct nftsw_topo, blocking_nb);
	struct net_device *dev = switchdev_notifier_info_to_dev(ptr);
	struct switchdev_notifier_port_attr_info *attr = ptr;
	struct switchdev_notifier_port_obj_info *obj = ptr;

	switch (event) {
	case SWITCHDEV_PORT_OBJ_ADD:
	case SWITCHDEV_PORT_OBJ_DEL:
		nftsw_topo_obj_changed(topo, dev, obj->obj);
		break;
	case SWITCHDEV_PORT_ATTR_SET:
		nftsw_topo_attr_changed(topo, dev, attr->attr);
		break;
	}
	return NOTIFY_DONE;
}

/* ---- Neighbours and routes ----------------------------------------------------- */

static int nftsw_topo_netevent(struct notifier_block *nb, unsigned long event, void *ptr)
{
	struct nftsw_topo *topo = container_of(nb, struct nftsw_topo, netevent_nb);

	if (event == NETEVENT_NEIGH_UPDATE)
		nftsw_topo_neigh_changed(topo, ptr);
	return NOTIFY_DONE;
}

static int nftsw_topo_fib_event(struct notifier_block *nb, unsigned long event, void *ptr)
{
	struct nftsw_topo *topo = container_of(nb, struct nftsw_topo, fib_nb);
	const struct fib_notifier_info *info = ptr;
	struct nftsw_flow_sweep s = {};
	struct net_device *dead;

	if (!READ_ONCE(topo->fib_ready))
		return NOTIFY_DONE;
	if (nftsw_route_news(event, info, &s))
		nftsw_topo_dst_changed(topo, &s);
	dead = nftsw_route_dead(event, info);
	if (dead)
		nftsw_topo_dev_changed(topo, dead, dead, NFTSW_FLOW_EVENT_STALE_VLAN);
	return NOTIFY_DONE;
}

/*
 * A next hop object that routes may refer to has changed; of these routes nobody tells.
 * The kernel says REPLACE of new ones too, and of all that there are when we register.
 */
static int nftsw_topo_nexthop_event(struct notifier_block *nb, unsigned long event,
				    void *ptr)
{
	struct nftsw_topo *topo = container_of(nb, struct nftsw_topo, nexthop_nb);
	const struct nh_notifier_info *info = ptr;

	switch (event) {
	case NEXTHOP_EVENT_REPLACE:
		if (!xa_store(&topo->nexthops, info->id, xa_mk_value(1), GFP_KERNEL))
			break;
		fallthrough;
	case NEXTHOP_EVENT_BUCKET_REPLACE:
		nftsw_topo_family_changed(topo, AF_INET);
		nftsw_topo_family_changed(topo, AF_INET6);
		break;
	case NEXTHOP_EVENT_DEL:
		xa_erase(&topo->nexthops, info->id);
		break;
	}
	return NOTIFY_DONE;
}

/* ---- Life ---------------------------------------------------------------------- */

static int nftsw_topo_register(struct nftsw_topo *topo)
{
	int err;

	err = register_switchdev_notifier(&topo->switchdev_nb);
	if (err)
		return err;
	err = register_switchdev_blocking_notifier(&topo->blocking_nb);
	if (err)
		goto err_blocking;
	err = register_netevent_notifier(&topo->netevent_nb);
	if (err)
		goto err_netevent;
	err = register_fib_notifier(topo->net, &topo->fib_nb, NULL, NULL);
	if (err)
		goto err_fib;
	WRITE_ONCE(topo->fib_ready, true);
	err = register_nexthop_notifier(topo->net, &topo->nexthop_nb, NULL);
	if (err)
		goto err_nexthop;
	return 0;

err_nexthop:
	unregister_fib_notifier(topo->net, &topo->fib_nb);
err_fib:
	unregister_netevent_notifier(&topo->netevent_nb);
err_netevent:
	unregister_switchdev_blocking_notifier(&topo->blocking_nb);
err_blocking:
	unregister_switchdev_notifier(&topo->switchdev_nb);
	return err;
}

static void nftsw_topo_unregister(struct nftsw_topo *topo)
{
	unregister_nexthop_notifier(topo->net, &topo->nexthop_nb);
	unregister_fib_notifier(topo->net, &topo->fib_nb);
	unregister_netevent_notifier(&topo->netevent_nb);
	unregister_switchdev_blocking_notifier(&topo->blocking_nb);
	unregister_switchdev_notifier(&topo->switchdev_nb);
}

static struct nftsw_topo *nftsw_topo_alloc(struct nftsw *ns)
{
	struct nftsw_topo *topo = kzalloc(sizeof(*topo), GFP_KERNEL);
	u32 n;

	if (!topo)
		return NULL;
	topo->ns = ns;
	topo->net = devlink_net(ns->devlink);
	spin_lock_init(&topo->lock);
	INIT_LIST_HEAD(&topo->todo);
	for (n = 0; n < NFTSW_TOPO_REPEATS; n++)
		INIT_LIST_HEAD(&topo->again[n]);
	hash_init(topo->again_by_mac);
	INIT_DELAYED_WORK(&topo->work, nftsw_topo_work);
	topo->switchdev_nb.notifier_call = nftsw_topo_switchdev_event;
	topo->blocking_nb.notifier_call = nftsw_topo_blocking_event;
	topo->netevent_nb.notifier_call = nftsw_topo_netevent;
	topo->fib_nb.notifier_call = nftsw_topo_fib_event;
	topo->nexthop_nb.notifier_call = nftsw_topo_nexthop_event;
	xa_init(&topo->nexthops);
	nftsw_neigh_init(topo);
	return topo;
}

static void nftsw_topo_free(struct nftsw_topo *topo)
{
	struct nftsw_topo_ev *ev, *next;
	u32 n;

	cancel_delayed_work_sync(&topo->work);
	for (n = 0; n < NFTSW_TOPO_REPEATS; n++)
		list_splice_init(&topo->again[n], &topo->todo);
	list_for_each_entry_safe(ev, next, &topo->todo, list)
		kfree(ev);
	nftsw_neigh_fini(topo);
	xa_destroy(&topo->nexthops);
	kfree(topo);
}

/**
 * nftsw_topo_init() - watch what is above the ports
 * @ns: chip, with all its ports
 *
 * Context: process, RTNL not held.
 * Return: 0 or a negative errno.
 */
int nftsw_topo_init(struct nftsw *ns)
{
	struct nftsw_topo *topo = nftsw_topo_alloc(ns);
	int err;

	if (!topo)
		return -ENOMEM;
	ns->flow->tells = nftsw_upper_tells;
	err = nftsw_topo_register(topo);
	if (err) {
		nftsw_topo_free(topo);
		return err;
	}
	/* Somebody may have put a port into a bridge before we listened. */
	rtnl_lock();
	ns->topo = topo;
	nftsw_topo_resync(topo);
	rtnl_unlock();
	nftsw_topo_kick(topo);
	return 0;
}

/**
 * nftsw_topo_fini() - watch no more
 * @ns: chip, with its ports; what is not watched is no error
 *
 * Context: process, RTNL not held.
 */
void nftsw_topo_fini(struct nftsw *ns)
{
	struct nftsw_topo *topo = ns->topo;

	if (!topo)
		return;
	rtnl_lock();
	ns->topo = NULL;
	rtnl_unlock();
	nftsw_topo_unregister(topo);
	nftsw_topo_free(topo);
}

/**
 * nftsw_topo_listen() - hear of devices, when there is something to watch
 * @ns: chip, without ports yet
 *
 * Not nftsw_topo_init()'s: ports come and go with a reload, which the kernel does, too, when their
 * network namespace ends, under a lock that registering wants.
 *
 * Context: process, RTNL not held.
 * Return: 0 or a negative errno.
 */
int nftsw_topo_listen(struct nftsw *ns)
{
	ns->topo_nb.notifier_call = nftsw_topo_netdev_event;
	return register_netdevice_notifier(&ns->topo_nb);
}

/**
 * nftsw_topo_ignore() - undo nftsw_topo_listen()
 * @ns: chip, without ports
 *
 * Context: process, RTNL not held.
 */
void nftsw_topo_ignore(struct nftsw *ns)
{
	unregister_netdevice_notifier(&ns->topo_nb);
}
