// SPDX-License-Identifier: GPL-2.0
/*
 * Which devices the chip can bridge, and their numbers there.  Floor 6.25, above nftsw_port.c
 * and nftsw_lag.c.  Called by nftsw_bridge.c.
 *
 * Locking: RTNL.
 */
#include <linux/if_vlan.h>
#include <linux/rtnetlink.h>
#include "nftsw_bridge.h"
#include "nftsw_bridge_id.h"
#include "nftsw_lag.h"
#include "nftsw_topo.h"

static int nftsw_bridge_vport(const struct nftsw_bridges *brs)
{
	u32 nr;

	for (nr = NFTSW_VPORT(0); nr < NFTSW_MAX_BR_PORTS; nr++)
		if (!brs->port[nr])
			return nr;
	return -ENOSPC;
}

/* A port has one VLAN protocol, and other virtual ports of it may have another. */
static bool nftsw_bridge_tpid_ok(const struct nftsw_bridges *brs, const struct net_device *dev,
				 const struct nftsw_bridge_id *id)
{
	const struct nftsw_bport *bp;
	u32 nr;

	for (nr = NFTSW_VPORT(0); nr < NFTSW_MAX_BR_PORTS; nr++) {
		bp = brs->port[nr];
		if (bp && bp->dev != dev && bp->base == id->base && bp->tpid != id->tpid)
			return false;
	}
	return true;
}

/**
 * nftsw_bridge_id_get() - what a device would be as a bridge port on the chip
 * @brs: bridges
 * @dev: any device
 * @aware: of a bridge that filters VLANs
 * @id: result
 */
void nftsw_bridge_id_get(const struct nftsw_bridges *brs, struct net_device *dev, bool aware,
			 struct nftsw_bridge_id *id)
{
	struct net_device *real;

	memset(id, 0, sizeof(*id));
	id->nr = nftsw_lag_logical(brs->ns, dev);
	id->base = id->nr;
	if (id->nr != -ENODEV || !is_vlan_dev(dev))
		return;
	real = vlan_dev_real_dev(dev);
	id->nr = nftsw_lag_logical(brs->ns, real);
	if (id->nr < 0)
		return;
	id->base = id->nr;
	id->vid = vlan_dev_vlan_id(dev);
	id->tpid = ntohs(vlan_dev_vlan_proto(dev));
	if (aware || !id->vid || id->vid > NFTSW_MAX_VID || !nftsw_upper_directly(real, dev))
		id->nr = -EOPNOTSUPP;
	else if (!nftsw_bridge_tpid_ok(brs, dev, id))
		id->nr = -EPROTONOSUPPORT;
	else
		id->nr = nftsw_bridge_vport(brs);
}

/**
 * nftsw_bridge_lower() - a port of the chip below a bridge port
 * @brs: bridges
 * @base: port or LAG
 *
 * Return: any of them, or NULL.
 */
struct net_device *nftsw_bridge_lower(const struct nftsw_bridges *brs, u16 base)
{
	struct nftsw *ns = brs->ns;
	u32 i;

	if (base < NFTSW_LAG_PORT(0))
		return ns->ports[base]->dev;
	for (i = 0; i < ns->info.ports; i++)
		if (nftsw_lag_of_port(ns, i) == base)
			return ns->ports[i]->dev;
	return NULL;
}
