/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Flows whose path is no longer true.  Floor 4; called by nftsw_topo.c.
 */
#ifndef NFTSW_FLOW_SWEEP_H
#define NFTSW_FLOW_SWEEP_H

#include <linux/in6.h>
#include "nftsw.h"
#include "nftsw_flow_log.h"

/**
 * enum nftsw_flow_sweep_kind - what the flows have in common that must go
 * @NFTSW_FLOW_SWEEP_DMAC: they leave through one of the ports to an address, and perhaps their
 *	destination is in a prefix, too
 * @NFTSW_FLOW_SWEEP_SMAC: they leave through one of the ports with an address
 * @NFTSW_FLOW_SWEEP_PORT: they come in or leave through one of the ports, untagged or in
 *	a VLAN
 * @NFTSW_FLOW_SWEEP_DST: their destination, behind NAT, is in a prefix
 */
enum nftsw_flow_sweep_kind {
	NFTSW_FLOW_SWEEP_DMAC,
	NFTSW_FLOW_SWEEP_SMAC,
	NFTSW_FLOW_SWEEP_PORT,
	NFTSW_FLOW_SWEEP_DST,
};

/**
 * struct nftsw_flow_sweep - which flows must go
 * @kind: see there
 * @why: what to count them as
 * @ports: with DMAC, SMAC, PORT
 * @mac: with DMAC, SMAC
 * @spares: with DMAC: those through @spare_port with the outer tag @spare_vid are right
 * @spare_port: port or LAG
 * @spare_vid: VLAN; 0 = untagged, or with a tag of @bridge's own
 * @vid: with DMAC and PORT: untagged, or with this tag; 0 = any
 * @bridge: with @vid: the bridge whose VLAN it is, perhaps gone: to be compared, never looked
 *	into; NULL: it is a tag, and another is another VLAN
 * @ipv6: family, with DST, and DMAC with a prefix
 * @plen: prefix length, with DST: 0 = the whole family; with DMAC: 0 = any destination
 * @addr: prefix; IPv4 in the first word
 */
struct nftsw_flow_sweep {
	enum nftsw_flow_sweep_kind kind;
	enum nftsw_flow_event why;
	DECLARE_BITMAP(ports, NFTSW_MAX_LOGICAL);
	u8 mac[ETH_ALEN];
	bool spares;
	u16 spare_port;
	u16 spare_vid;
	u16 vid;
	struct net_device *bridge;
	bool ipv6;
	u8 plen;
	struct in6_addr addr;
};

u32 nftsw_flow_sweep(struct nftsw *ns, const struct nftsw_flow_sweep *s);
bool nftsw_flow_sweep_any(struct nftsw *ns, const struct nftsw_flow_sweep *s);
bool nftsw_flow_mac_hit(struct nftsw *ns, const u8 *mac);
void nftsw_flow_mac_hits_clear(struct nftsw *ns);

#endif /* NFTSW_FLOW_SWEEP_H */
