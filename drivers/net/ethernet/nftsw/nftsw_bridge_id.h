/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which devices the chip can bridge.  Floor 1; see nftsw_bridge_id.c.
 */
#ifndef NFTSW_BRIDGE_ID_H
#define NFTSW_BRIDGE_ID_H

#include <linux/types.h>

struct net_device;
struct nftsw_bridges;

/**
 * struct nftsw_bridge_id - a device that can be a bridge port on the chip, or cannot
 * @nr: its number; or -ENODEV: it has nothing to do with the chip, -EOPNOTSUPP: not a VLAN device
 *	like this, -EPROTONOSUPPORT: nor beside those with another protocol, -ENOSPC: no number
 *	is left
 * @base: of a VLAN device: the port or LAG; else @nr
 * @vid: of a VLAN device: its VLAN; else 0
 * @tpid: of a VLAN device: its protocol; else 0
 */
struct nftsw_bridge_id {
	int nr;
	u16 base;
	u16 vid;
	u16 tpid;
};

void nftsw_bridge_id_get(const struct nftsw_bridges *brs, struct net_device *dev, bool aware,
			 struct nftsw_bridge_id *id);
struct net_device *nftsw_bridge_lower(const struct nftsw_bridges *brs, u16 base);

#endif /* NFTSW_BRIDGE_ID_H */
