// SPDX-License-Identifier: GPL-2.0
/*
 * Hosts that were behind a bridge port of another driver.  Floor 6, called by nftsw_topo.c.
 *
 * While a host is there, its connections are not offloaded: the chip has no flow that could
 * be stale when it comes to one of our ports.  netfilter has them in software, with the old
 * port, and would go on to use it.  So it has to give up all that comes in there, as it does
 * when such a device goes down.
 *
 * A bridge does not say where a host has come from, so the last ones that have left such a
 * port are kept.  When there are more, the port of the oldest one is done at once: whoever
 * has left it needs none of its connections, and whoever has not gets them back with its
 * next packets.
 *
 * Locking: none; there is one caller, a work.
 */
#include <linux/etherdevice.h>
#include <linux/netdevice.h>
#include "nftsw_topo.h"

/* netfilter gives up what comes in through a port; then nobody who has left it matters. */
static void nftsw_foreign_cleanup(struct nftsw_topo *topo, int ifindex)
{
	struct net_device *dev = dev_get_by_index(topo->net, ifindex);
	u32 i;

	for (i = 0; i < NFTSW_TOPO_LEFT; i++)
		if (topo->left[i].ifindex == ifindex)
			topo->left[i].ifindex = 0;
	if (dev)
		topo->ns->nf->cleanup(dev);
	dev_put(dev);
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
