// SPDX-License-Identifier: GPL-2.0
/*
 * Hosts that come to a port of the chip while netfilter sends to them elsewhere.  Floor 6, called
 * by nftsw_topo.c.
 *
 * A host was behind a bridge port of another driver, or the bridge had forgotten it when a
 * packet went there (its cable was pulled).  The chip has no flow of it that could be stale:
 * netfilter has its connections in software, with that port or the bridge, and would go on
 * to use it: never again by the chip.  So it has to give up all that comes in there, as it
 * does when such a device goes down.  nftsw_flow_detour.c knows which host and which device.
 *
 * That is done a moment after the host has come, when the bridge knows it, too; and not for
 * each host, when many come at once: what was given up for one was so for all.
 *
 * Locking: none for the last time, which only the topology's work touches.
 */
#include <linux/netdevice.h>
#include "nftsw_flow.h"
#include "nftsw_topo.h"

/* For a device, give up again no sooner. */
#define NFTSW_ARRIVAL_HOLD	(HZ / 4)

/* What is above a device, one by one: the one with the smallest ifindex beyond @last. */
struct nftsw_arrival_next {
	struct net_device *dev;
	int last;
};

static int nftsw_arrival_look(struct net_device *upper, struct netdev_nested_priv *priv)
{
	struct nftsw_arrival_next *next = priv->data;

	if (upper->ifindex > next->last &&
	    (!next->dev || upper->ifindex < next->dev->ifindex))
		next->dev = upper;
	return 0;
}

/* The next after @last, with a reference, or NULL. */
static struct net_device *nftsw_arrival_upper(struct net_device *dev, int last)
{
	struct nftsw_arrival_next next = { .last = last };
	struct netdev_nested_priv priv = { .data = &next };

	rcu_read_lock();
	netdev_walk_all_upper_dev_rcu(dev, nftsw_arrival_look, &priv);
	dev_hold(next.dev);
	rcu_read_unlock();
	return next.dev;
}

/*
 * netfilter gives up what comes in through a port.  Of a port that is in no flowtable it knows
 * what has the address above: the bridge, or a VLAN device on it.
 */
static void nftsw_arrival_give_up(struct nftsw_topo *topo, struct net_device *dev)
{
	struct net_device *upper;
	int last = 0;

	topo->ns->nf->cleanup(dev);
	while ((upper = nftsw_arrival_upper(dev, last))) {
		topo->ns->nf->cleanup(upper);
		last = upper->ifindex;
		dev_put(upper);
	}
}

static bool nftsw_arrival_held(const struct nftsw_topo *topo, int ifindex)
{
	return topo->given_up == ifindex &&
	       time_before(jiffies, topo->given_up_at + NFTSW_ARRIVAL_HOLD);
}

/**
 * nftsw_arrival() - a host has come to a port of the chip
 * @topo: watcher
 * @mac: address of the host
 *
 * Context: process; netfilter may be waited for.
 */
void nftsw_arrival(struct nftsw_topo *topo, const u8 *mac)
{
	struct nftsw_flow_detours *detours = &topo->ns->flow->detours;
	int ifindex = nftsw_flow_detour_of(detours, mac);
	struct net_device *dev;

	if (!ifindex || nftsw_arrival_held(topo, ifindex))
		return;
	nftsw_flow_detour_forget(detours, mac);
	topo->given_up = ifindex;
	topo->given_up_at = jiffies;
	dev = dev_get_by_index(topo->net, ifindex);
	if (dev)
		nftsw_arrival_give_up(topo, dev);
	dev_put(dev);
}
