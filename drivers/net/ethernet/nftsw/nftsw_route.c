// SPDX-License-Identifier: GPL-2.0
/*
 * What news of routes says of paths.  Floor 6, called by nftsw_topo.c.
 *
 * A route that is left out while its link is down (the sysctl ignore_routes_with_linkdown) does not
 * go away, and of its return only the link tells: IPv4 says so of each next hop, but not for
 * which destinations, and IPv6 says nothing at all.
 *
 * Locking: none; RCU is taken.
 */
#include <linux/if_vlan.h>
#include <linux/inetdevice.h>
#include <net/addrconf.h>
#include <net/fib_notifier.h>
#include <net/ip6_fib.h>
#include <net/ip_fib.h>
#include "nftsw_topo.h"

static bool nftsw_route_prefix(struct nftsw_flow_sweep *s, const struct fib_notifier_info *info)
{
	const struct fib6_entry_notifier_info *fen6;
	const struct fib_entry_notifier_info *fen;

	switch (info->family) {
	case AF_INET:
		fen = container_of(info, struct fib_entry_notifier_info, info);
		s->addr.s6_addr32[0] = htonl(fen->dst);
		s->plen = fen->dst_len;
		return true;
	case AF_INET6:
		fen6 = container_of(info, struct fib6_entry_notifier_info, info);
		s->addr = fen6->rt->fib6_dst.addr;
		s->plen = fen6->rt->fib6_dst.plen;
		return true;
	default:
		return false;
	}
}

/**
 * nftsw_route_ignored() - are routes through a device left out while its link is down?
 * @dev: device
 * @family: AF_INET or AF_INET6
 *
 * Context: any; takes RCU.
 * Return: true when they are.
 */
bool nftsw_route_ignored(struct net_device *dev, int family)
{
	struct in_device *in_dev;
	bool ignored;

	rcu_read_lock();
	in_dev = __in_dev_get_rcu(dev);
	if (family == AF_INET)
		ignored = in_dev && IN_DEV_IGNORE_ROUTES_WITH_LINKDOWN(in_dev);
	else
		ignored = __in6_dev_get(dev) && ip6_ignore_linkdown(dev);
	rcu_read_unlock();
	return ignored;
}

/**
 * nftsw_route_news() - the destinations that have perhaps another path now
 * @event: FIB_EVENT_*
 * @info: what came with it
 * @s: sweep by destination, all zero; result: family and prefix
 *
 * Context: any.
 * Return: false when there are none.
 */
bool nftsw_route_news(unsigned long event, const struct fib_notifier_info *info,
		      struct nftsw_flow_sweep *s)
{
	s->ipv6 = info->family == AF_INET6;
	switch (event) {
	case FIB_EVENT_ENTRY_REPLACE:
	case FIB_EVENT_ENTRY_APPEND:
	case FIB_EVENT_ENTRY_ADD:
	case FIB_EVENT_ENTRY_DEL:
		return nftsw_route_prefix(s, info);
	case FIB_EVENT_RULE_ADD:
	case FIB_EVENT_RULE_DEL:
		return info->family == AF_INET || s->ipv6;
	default:
		return false;
	}
}

/**
 * nftsw_route_dead() - the device through which nothing goes any more
 * @event: FIB_EVENT_*
 * @info: what came with it
 *
 * Context: any.
 * Return: the device of a next hop that is dead, or NULL.
 */
struct net_device *nftsw_route_dead(unsigned long event, const struct fib_notifier_info *info)
{
	if (event != FIB_EVENT_NH_DEL)
		return NULL;
	return container_of(info, struct fib_nh_notifier_info, info)->fib_nh->fib_nh_dev;
}
