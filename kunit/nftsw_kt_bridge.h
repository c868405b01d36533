/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Real bridges over the ports of a chip, made and changed with the same netlink messages that
 * ip and bridge send, and looked at as they do.  Floor 9.
 */
#ifndef NFTSW_KT_BRIDGE_H
#define NFTSW_KT_BRIDGE_H

#include <linux/if_bridge.h>
#include "../drivers/net/ethernet/nftsw/nftsw_bridge.h"
#include "../drivers/net/ethernet/nftsw/nftsw_bridge_audit.h"
#include "nftsw_kt.h"

/* Ports of the bridge that most tests have; the fourth is outside. */
#define BR_A		0
#define BR_B		1
#define BR_C		2
#define BR_OUT		3

/* Longer than the driver takes to look at what nobody tells, in milliseconds. */
#define NFTSW_KT_BR_POLL_MS	2500

/**
 * struct nftsw_kt_br - a chip whose ports A, B and C are in a bridge
 * @kt: fixture
 * @dev: the bridge
 */
struct nftsw_kt_br {
	struct nftsw_kt *kt;
	struct net_device *dev;
};

/* Of a bridge that is made */
#define BR_KT_AWARE		BIT(0)	/* filters VLANs */
#define BR_KT_SNOOPING		BIT(1)	/* listens to IGMP and MLD */
#define BR_KT_EMPTY		BIT(2)	/* without ports */
#define BR_KT_STP		BIT(3)	/* spanning tree in the kernel */

/* nftsw_kt_bridge.c */
struct nftsw_kt_br *nftsw_kt_br_init(struct kunit *test, u32 flags);
void nftsw_kt_br_settle(struct nftsw_kt_br *b);
void nftsw_kt_br_audit(struct nftsw_kt_br *b);
struct net_device *nftsw_kt_where(struct nftsw_kt_br *b, const u8 *mac, u16 vid);
u32 nftsw_kt_chip_hosts(struct nftsw_kt_br *b);
struct net_device *nftsw_kt_br_port(struct kunit *test, u32 port);
void nftsw_kt_br_flag(struct kunit *test, u32 port, u16 attr, u8 val);
void nftsw_kt_br_snoops(struct kunit *test);
void nftsw_kt_br_queries(struct nftsw_kt_br *b);
void nftsw_kt_br_foreign(struct kunit *test, bool foreign);

/* nftsw_kt_rtnl.c */
struct net_device *nftsw_kt_br_new(struct kunit *test, const char *name, u32 flags);
int nftsw_kt_link_try(const char *name, const char *kind, struct net_device *link, u16 vid,
		      u16 proto);
struct net_device *nftsw_kt_link_new(struct kunit *test, const char *name,
				     const char *kind, struct net_device *link, u16 vid,
				     u16 proto);
void nftsw_kt_link_free(void *data);
int nftsw_kt_link_up(struct net_device *dev, bool up);
int nftsw_kt_link_mtu(struct net_device *dev, int mtu);
int nftsw_kt_master(struct net_device *dev, struct net_device *master);
int nftsw_kt_br_attr(struct net_device *br, u16 attr, u32 val, u32 size);
int nftsw_kt_brport_attr(struct net_device *dev, u16 attr, u32 val, u32 size);
int nftsw_kt_vlan(struct net_device *dev, u16 vid, u16 flags, bool add, bool self);
int nftsw_kt_vlans(struct net_device *dev, u16 first, u16 last);
int nftsw_kt_vlan_msti(struct net_device *br, u16 vid, u16 msti);
int nftsw_kt_mst_state(struct net_device *dev, u16 msti, u8 state);
int nftsw_kt_fdb(struct net_device *dev, const u8 *mac, u16 vid, u16 state, u8 flags,
		 bool add);
int nftsw_kt_mdb(struct net_device *br, struct net_device *port, __be32 group, u16 vid,
		 bool add);
int nftsw_kt_mdb6(struct net_device *br, struct net_device *port,
		  const struct in6_addr *group, u16 vid, bool add);
int nftsw_kt_mdb_offloaded(struct net_device *br, __be32 group, u16 vid);
bool nftsw_kt_said(const char *words);

/* nftsw_kt_l2.c */
const u8 *nftsw_kt_host(u32 n);
void nftsw_kt_l2(struct nftsw_kt_frame *f, const u8 *dmac, const u8 *smac, u16 vid);
void nftsw_kt_l2_send(struct nftsw_kt_br *b, u32 port, const u8 *dmac, const u8 *smac,
		      u16 vid);
void nftsw_kt_l2_expect(struct nftsw_kt_br *b, u64 ports, const u8 *dmac, const u8 *smac,
			u16 vid);
void nftsw_kt_l2_expect_frame(struct nftsw_kt_br *b, u64 ports, const struct nftsw_kt_frame *f);
void nftsw_kt_l2_cpu(struct nftsw_kt_br *b, u32 n);
void nftsw_kt_l2_xmit(struct nftsw_kt_br *b, u32 port, const u8 *dmac, const u8 *smac,
		      u16 vid);
void nftsw_kt_l2_floods(struct kunit *test, u64 ports);
void nftsw_kt_l2_learn(struct nftsw_kt_br *b, u32 port, const u8 *mac, u16 vid);
extern const u8 nftsw_kt_bcast[ETH_ALEN];

#endif /* NFTSW_KT_BRIDGE_H */
