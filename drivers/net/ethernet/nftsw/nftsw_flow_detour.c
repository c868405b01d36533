// SPDX-License-Identifier: GPL-2.0
/*
 * Hosts that netfilter sends to through devices that are not the chip's.  Floor 4, beside
 * nftsw_flow_log.c.  Written by nftsw_flow.c, read by the topology's work.
 *
 * A flow whose egress is another driver's bridge port, or a bridge whose table did not have
 * the host, is refused and stays in software.  netfilter does not look for its path again:
 * when the host comes to a port of the chip, somebody has to say so.  The refusal names both
 * the host (the new destination address) and the device, and comes again once a second while
 * the flow has packets.  So it is all that is needed to know who is concerned, and no host is
 * taken for one that has moved only because it was silent for a while.
 *
 * Each host has one place.  Two with the same place displace each other, and come back with
 * their next refusals.
 *
 * Locking: a spinlock of its own; process context only.
 */
#include <linux/etherdevice.h>
#include <linux/hash.h>
#include <linux/log2.h>
#include "nftsw_flow_detour.h"

static struct nftsw_flow_detour *nftsw_flow_detour_at(struct nftsw_flow_detours *detours,
						      const u8 *mac)
{
	return &detours->at[hash_64(ether_addr_to_u64(mac), ilog2(NFTSW_FLOW_DETOURS))];
}

/**
 * nftsw_flow_detour_init() - no host is known
 * @detours: hosts, all 0
 */
void nftsw_flow_detour_init(struct nftsw_flow_detours *detours)
{
	spin_lock_init(&detours->lock);
}

/**
 * nftsw_flow_detour_note() - netfilter sends to a host through a device
 * @detours: hosts
 * @mac: address of the host
 * @ifindex: device, no port of the chip
 *
 * Context: process.
 */
void nftsw_flow_detour_note(struct nftsw_flow_detours *detours, const u8 *mac, int ifindex)
{
	struct nftsw_flow_detour *d = nftsw_flow_detour_at(detours, mac);

	spin_lock(&detours->lock);
	ether_addr_copy(d->mac, mac);
	d->ifindex = ifindex;
	spin_unlock(&detours->lock);
}

/**
 * nftsw_flow_detour_of() - the device that netfilter sends to a host through
 * @detours: hosts
 * @mac: address of the host
 *
 * Context: process.
 * Return: ifindex of the device as last seen, or 0 when no flow to the host was refused for it.
 */
int nftsw_flow_detour_of(struct nftsw_flow_detours *detours, const u8 *mac)
{
	struct nftsw_flow_detour *d = nftsw_flow_detour_at(detours, mac);
	int ifindex;

	spin_lock(&detours->lock);
	ifindex = ether_addr_equal(d->mac, mac) ? d->ifindex : 0;
	spin_unlock(&detours->lock);
	return ifindex;
}

/**
 * nftsw_flow_detour_forget() - netfilter will look for the path to a host anew
 * @detours: hosts
 * @mac: address of the host; one that is not known is no error
 *
 * Context: process.
 */
void nftsw_flow_detour_forget(struct nftsw_flow_detours *detours, const u8 *mac)
{
	struct nftsw_flow_detour *d = nftsw_flow_detour_at(detours, mac);

	spin_lock(&detours->lock);
	if (ether_addr_equal(d->mac, mac))
		d->ifindex = 0;
	spin_unlock(&detours->lock);
}
