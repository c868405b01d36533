/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is above the ports: bridges, VLANs, neighbours, routes.  Floor 6; see the essay
 * at the head of nftsw_topo.c.  What nftsw_core.c needs is in nftsw.h.
 */
#ifndef NFTSW_TOPO_H
#define NFTSW_TOPO_H

#include <linux/hashtable.h>
#include <linux/in6.h>
#include <linux/notifier.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>
#include "nftsw.h"
#include "nftsw_flow_sweep.h"

struct neighbour;

/* Addresses that a port can be a router with: its netdev's, and those from above. */
#define NFTSW_UPPER_MACS	(1 + NFTSW_PORT_UPPERS)
/* How often a sweep is repeated, at most. */
#define NFTSW_TOPO_REPEATS	3

/**
 * struct nftsw_upper_list - addresses that a port is a router with
 * @count: length of @mac
 * @mac: addresses: the netdev's own first
 */
struct nftsw_upper_list {
	u32 count;
	u8 mac[NFTSW_UPPER_MACS][ETH_ALEN];
};

/**
 * struct nftsw_neigh_state - a neighbour at one moment
 * @net: cookie of its device's network namespace, which ports may leave one by one
 * @ifindex: its device, by the namespace's own count
 * @addr: its address
 * @mac: its MAC address
 * @family: of @addr
 * @nud: NUD_*
 * @dead: the kernel has given it up
 */
struct nftsw_neigh_state {
	u64 net;
	int ifindex;
	struct in6_addr addr;
	u8 mac[ETH_ALEN] __aligned(2);
	u8 family;
	u8 nud;
	bool dead;
};

/**
 * struct nftsw_topo_ev - a change, and the sweep that it asks for
 * @list: among those to be looked at, or to be repeated
 * @node: among those with this MAC address that may be repeated more than once
 * @due: when it is to be repeated
 * @once: it is to be repeated once only
 * @is_neigh: of a neighbour: but for its ports, @sweep is not known before it is looked at
 * @neigh: that neighbour
 * @came: a host has come to a port of @sweep's bridge
 * @ifindex: of @sweep's bridge, if any, which may be gone when the sweep is repeated
 * @sweep: what may be stale
 */
struct nftsw_topo_ev {
	struct list_head list;
	struct hlist_node node;
	unsigned long due;
	bool once;
	bool is_neigh;
	struct nftsw_neigh_state neigh;
	bool came;
	int ifindex;
	struct nftsw_flow_sweep sweep;
};

/**
 * struct nftsw_topo - what the driver knows of what is above its ports
 * @ns: chip
 * @net: network namespace of the ports
 * @lock: protects @todo and @todo_count; any context but hard interrupts
 * @todo: changes that have not been looked at
 * @todo_count: length of @todo
 * @lost: a change could not be kept: everything may be stale; without a lock
 * @all_left: how often all is to be swept yet; the work's own, as the next
 * @all_due: when
 * @again: sweeps to be repeated for the first, second ... time, oldest first; the work's own
 * @again_by_mac: those of them that may be repeated more than once, by MAC address
 * @again_count: how many there are in all but the first of @again
 * @work: does what is in @todo and @again
 * @switchdev_nb: forwarding entries of bridges, atomic
 * @blocking_nb: VLANs and port states of bridges
 * @netevent_nb: neighbours, atomic
 * @fib_nb: routes and rules, atomic
 * @nexthop_nb: next hop objects, under RTNL
 * @fib_ready: routes that were there before have been told
 * @nexthops: next hop objects that there are, by id
 * @neighs: neighbours and their addresses, as last seen; the work's own
 * @neigh_count: how many
 * @neigh_limit: as many that it is worth to forget some
 * @neigh_due: when the kernel is told next which of them are in use, in jiffies
 * @upper_lost: ports with more addresses above than the chip can take, which was
 *	told; under RTNL
 * @routers: what each port is a router with; under RTNL
 */
struct nftsw_topo {
	struct nftsw *ns;
	struct net *net;
	spinlock_t lock; /* protects the two below */
	struct list_head todo;
	u32 todo_count;
	bool lost;
	u32 all_left;
	unsigned long all_due;
	struct list_head again[NFTSW_TOPO_REPEATS];
	DECLARE_HASHTABLE(again_by_mac, 10);
	u32 again_count;
	struct delayed_work work;
	struct notifier_block switchdev_nb;
	struct notifier_block blocking_nb;
	struct notifier_block netevent_nb;
	struct notifier_block fib_nb;
	struct notifier_block nexthop_nb;
	bool fib_ready;
	struct xarray nexthops;
	DECLARE_HASHTABLE(neighs, 8);
	u32 neigh_count;
	u32 neigh_limit;
	unsigned long neigh_due;
	DECLARE_BITMAP(upper_lost, NFTSW_MAX_PORTS);
	struct nftsw_upper_list routers[NFTSW_MAX_PORTS];
};

struct fib_notifier_info;

typedef void (*nftsw_upper_gone_fn)(struct nftsw_topo *topo, u16 port, const u8 *mac);

/* nftsw_upper.c: floor 6 */
bool nftsw_upper_ports(const struct nftsw *ns, struct net_device *dev,
		       unsigned long *ports);
void nftsw_upper_sync(struct nftsw_topo *topo, nftsw_upper_gone_fn gone);
bool nftsw_upper_directly(struct net_device *lower, const struct net_device *dev);
struct net_device *nftsw_upper_bridge(struct net_device *dev);
void nftsw_upper_in_vlan(const struct nftsw *ns, struct net_device *bridge, u16 vid,
			 unsigned long *ports);
bool nftsw_upper_tells(const struct nftsw *ns, struct net_device *bridge, u16 port, u16 vid);
struct net_device *nftsw_upper_filter(const struct net_device *dev);
void nftsw_upper_spare(const struct nftsw *ns, struct net_device *dev, struct nftsw_flow_sweep *s);

/* nftsw_route.c: floor 6 */
bool nftsw_route_news(unsigned long event, const struct fib_notifier_info *info,
		      struct nftsw_flow_sweep *s);
struct net_device *nftsw_route_dead(unsigned long event, const struct fib_notifier_info *info);
bool nftsw_route_ignored(struct net_device *dev, int family);

/* nftsw_neigh.c: floor 6 */
void nftsw_neigh_init(struct nftsw_topo *topo);
void nftsw_neigh_fini(struct nftsw_topo *topo);
void nftsw_neigh_look(struct neighbour *n, struct nftsw_neigh_state *s);
bool nftsw_neigh_same(const struct nftsw_neigh_state *a, const struct nftsw_neigh_state *b);
bool nftsw_neigh_update(struct nftsw_topo *topo, const struct nftsw_neigh_state *s,
			u8 *stale);
void nftsw_neigh_narrow(const struct nftsw_topo *topo, const struct nftsw_neigh_state *s,
			struct nftsw_flow_sweep *sweep);
void nftsw_neigh_use(struct nftsw_topo *topo);
bool nftsw_neigh_note(struct nftsw_topo *topo, struct neighbour *n);
bool nftsw_neigh_ports(const struct nftsw_topo *topo, struct neighbour *n, unsigned long *ports);
void nftsw_neigh_each(void (*cb)(struct neighbour *n, void *priv), void *priv);

#endif /* NFTSW_TOPO_H */
