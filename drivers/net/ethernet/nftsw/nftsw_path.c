// SPDX-License-Identifier: GPL-2.0
/*
 * What netfilter finds when it looks for the path to a host now.  Floor 4, called by nftsw_tc.c
 * and nftsw_nf.c.
 *
 * netfilter looks for the path of a connection once.  When the first packet went to a host behind
 * another driver's bridge port, or to one that the bridge had forgotten (its cable was pulled), or
 * whose neighbour entry was being asked for, it has that port or the bridge for ever, and the
 * connection stays in software.  It is offered about once a second all the same: then
 * we look whether its path would be another one by now, and have that connection begun anew.
 *
 * Follows nft_dev_forward_path() of the kernel, of what can be behind a bridge.
 */
#include <linux/if_bridge.h>
#include <linux/if_vlan.h>
#include <linux/netdevice.h>
#include <net/netfilter/nf_flow_table.h>
#include <kunit/visibility.h>
#include "nftsw.h"
#include "nftsw_compat.h"

/* Under RCU.  Where a path begins that may end at another port by now; NULL: it cannot. */
static struct net_device *nftsw_path_begin(struct net_device *dev)
{
	if (netif_is_bridge_port(dev))
		dev = netdev_master_upper_dev_get_rcu(dev);
	return dev && (netif_is_bridge_master(dev) || is_vlan_dev(dev)) ? dev : NULL;
}

/*
 * What netfilter makes of it: the last device, or 0.  It takes no more tags than the devices
 * themselves let a path have, so these need not be counted.
 */
static int nftsw_path_last(const struct net_device_path_stack *stack)
{
	int i;

	for (i = 0; i < stack->num_paths; i++)
		if (stack->path[i].type != DEV_PATH_ETHERNET &&
		    stack->path[i].type != DEV_PATH_VLAN &&
		    stack->path[i].type != DEV_PATH_BRIDGE)
			return 0;
	return i ? stack->path[i - 1].dev->ifindex : 0;
}

/**
 * nftsw_path_end() - the device that netfilter would send through to a host
 * @dev: where it sends at present: a bridge, a VLAN device on one, or a bridge port
 * @mac: address of the host
 *
 * In a VLAN-aware bridge a port does not say which VLAN was meant: it is the bridge's own.
 *
 * Context: any.
 * Return: ifindex of the device, or 0 when it would find none.
 */
int nftsw_path_end(struct net_device *dev, const u8 *mac)
{
	struct net_device_path_stack stack;
	int ifindex = 0;

	rcu_read_lock();
	dev = nftsw_path_begin(dev);
	if (dev && !nftsw_compat_forward_path(dev, mac, &stack))
		ifindex = nftsw_path_last(&stack);
	rcu_read_unlock();
	return ifindex;
}

/*
 * Tags and sessions that a frame has somewhere on a path, at most: what a bridge takes off again
 * has had its place.
 */
static int nftsw_path_encaps(const struct net_device_path_stack *stack)
{
	int i, n = 0, most = 0;

	for (i = 0; i < stack->num_paths; i++) {
		switch (stack->path[i].type) {
		case DEV_PATH_VLAN:
		case DEV_PATH_PPPOE:
			n++;
			break;
		case DEV_PATH_BRIDGE:
			n += stack->path[i].bridge.vlan_mode == DEV_PATH_BR_VLAN_TAG;
			n -= stack->path[i].bridge.vlan_mode == DEV_PATH_BR_VLAN_UNTAG;
			break;
		default:
			break;
		}
		most = max(most, n);
	}
	return most;
}

/**
 * nftsw_path_is_told() - has netfilter room for all that a path puts on frames?
 * @dev: where the path begins
 * @mac: address that it leads to
 *
 * It has for two encapsulations.  7.3 does not offer a connection with three; 6.12 leaves the
 * third one out.  Where the path cannot be followed to its end (a bridge has forgotten the host)
 * what there is of it has to do.
 *
 * Context: under RCU.
 * Return: false when its rules would leave something out.
 */
bool nftsw_path_is_told(struct net_device *dev, const u8 *mac)
{
	struct net_device_path_stack stack;

	if (!dev->netdev_ops->ndo_fill_forward_path)
		return true;
	nftsw_compat_forward_path(dev, mac, &stack);
	return nftsw_path_encaps(&stack) <= NF_FLOW_TABLE_ENCAP_MAX;
}
EXPORT_SYMBOL_IF_KUNIT(nftsw_path_is_told);
