/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the suites about the topology share: devices above the ports, and news of them.
 * Floor 9.4.
 */
#ifndef NFTSW_KT_TOPO_H
#define NFTSW_KT_TOPO_H

#include "../drivers/net/ethernet/nftsw/nftsw_topo.h"
#include "nftsw_kt_offload.h"

/* Longer than a sweep waits to be repeated. */
#define NFTSW_KT_TOPO_AGAIN_MS	300
/* and from there until the second repetition */
#define NFTSW_KT_TOPO_LATER_MS	1100
/* The kernel tells of links once a second: so late may ports of a bridge begin to forward. */
#define NFTSW_KT_TOPO_LINK_MS	1100

/* an address that nobody has at first */
extern const u8 nftsw_kt_topo_mac[ETH_ALEN];

int nftsw_kt_topo_init(struct kunit *test);
struct net_device *nftsw_kt_topo_dev(struct kunit *test, bool bridge, u64 mac);
struct net_device *nftsw_kt_topo_ppp(struct kunit *test, const struct nftsw_kt_end *server);
void nftsw_kt_topo_link(struct kunit *test, struct net_device *lower,
			struct net_device *upper);
void nftsw_kt_topo_unlink(struct net_device *lower, struct net_device *upper);
struct net_device *nftsw_kt_topo_port(struct kunit *test, u32 port);
void nftsw_kt_topo_settle(struct kunit *test);
void nftsw_kt_topo_rest(struct kunit *test);
void nftsw_kt_topo_expect(struct kunit *test, u32 entries, u32 torn,
			  enum nftsw_flow_event ev);
void nftsw_kt_topo_neigh_set(struct kunit *test, struct net_device *dev,
			     const struct nftsw_kt_end *end, const u8 *mac, u8 state);
void nftsw_kt_topo_fdb(struct net_device *dev, const u8 *mac, u16 vid, bool add, bool local);
void nftsw_kt_topo_filter(struct kunit *test, struct net_device *br, struct net_device *dev,
			  u16 vid);
struct net_device *nftsw_kt_topo_filtered(struct kunit *test, u16 vid);
void nftsw_kt_topo_vlan(struct kunit *test, struct net_device *dev, u16 vid, bool add);
void nftsw_kt_topo_route(u32 dst, int len);

#endif /* NFTSW_KT_TOPO_H */
