/* SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause) */
/*
 * What the files of the bridge share: nfm_vlan.c (bridge ports, spanning trees, VLANs,
 * FIDs), nfm_fdb.c, nfm_mdb.c, and nfm_bridge.c, which takes frames through them.  Floor 1.
 */
#ifndef NFM_BRIDGE_H
#define NFM_BRIDGE_H

#include "nfm_priv.h"
#include "nfm_mac.h"

#define NFM_BP_FLAGS		10	/* NFTSW_BP_*: one set of ports for each */
#define NFM_VLAN_PORTS		NFTSW_VPORT(0)	/* ports and LAGs have VLANs */
#define NFM_VLAN_IDS		4096

_Static_assert(NFTSW_BP_ALL == (1u << NFM_BP_FLAGS) - 1, "a flag has no set");
_Static_assert(NFTSW_MAX_BR_PORTS == 64 * NFTSW_BR_PORT_WORDS, "a set has another size");

/**
 * struct nfm_ports - a set of bridge ports
 * @w: bit p % 64 of word p / 64 for port p
 */
struct nfm_ports {
	u64 w[NFTSW_BR_PORT_WORDS];
};

static inline bool nfm_ports_has(const struct nfm_ports *s, u32 port)
{
	return s->w[port / 64] >> (port % 64) & 1;
}

static inline void nfm_ports_put(struct nfm_ports *s, u32 port, bool in)
{
	u64 bit = (u64)1 << (port % 64);

	s->w[port / 64] = in ? s->w[port / 64] | bit : s->w[port / 64] & ~bit;
}

static inline void nfm_ports_and(struct nfm_ports *s, const struct nfm_ports *o)
{
	s->w[0] &= o->w[0];
	s->w[1] &= o->w[1];
}

static inline void nfm_ports_or(struct nfm_ports *s, const struct nfm_ports *o)
{
	s->w[0] |= o->w[0];
	s->w[1] |= o->w[1];
}

static inline void nfm_ports_minus(struct nfm_ports *s, const struct nfm_ports *o)
{
	s->w[0] &= ~o->w[0];
	s->w[1] &= ~o->w[1];
}

/**
 * struct nfm_br_port - a bridge port
 * @flags: NFTSW_BP_*
 * @fid: of frames that no VLAN takes
 * @pvid: VLAN of frames without one
 * @tpid: of the tag that says the VLAN
 * @vport_port: of a virtual port: where it is
 * @vport_vid: of a virtual port: its VLAN, 0 = there is none
 * @learn_limit: most entries that are learned at it, 0 = any number
 * @learned: entries that are
 */
struct nfm_br_port {
	u32 flags;
	u16 fid;
	u16 pvid;
	u16 tpid;
	u16 vport_port;
	u16 vport_vid;
	u32 learn_limit;
	u32 learned;
};

/**
 * struct nfm_fid - a broadcast domain: one cache line
 * @members: bridge ports in it
 * @untagged: of these, the ones that frames leave without the tag
 * @flags: NFTSW_FID_*, 0 = there is no such FID
 * @age_ms: life of an entry without a frame, 0 = for ever
 * @hosts: entries of the FDB
 * @groups: entries of the MDB
 * @vid: of the tag, 0 = frames keep theirs
 * @tpid: of the tag
 * @msti: spanning tree
 */
struct nfm_fid {
	struct nfm_ports members;
	struct nfm_ports untagged;
	u32 flags;
	u32 age_ms;
	u32 hosts;
	u32 groups;
	u16 vid;
	u16 tpid;
	u8 msti;
} NFM_ALIGNED(NFM_CACHE_LINE);
NFTSW_SIZE_IS(struct nfm_fid, NFM_CACHE_LINE);

/**
 * struct nfm_host - what the FDB knows of a host
 * @seen_ns: chip time of its last frame
 * @port: bridge port, or NFTSW_FDB_CPU
 * @flags: NFTSW_FDB_*
 */
struct nfm_host {
	u64 seen_ns;
	u16 port;
	u16 flags;
};

/**
 * struct nfm_fdb - forwarding database
 * @tbl: addresses
 * @host: by entry number
 * @age_next_ns: when the next walk for hosts that have aged begins, NFM_NEVER
 * @age_soonest_ns: earliest time that a host seen in this walk has to go
 * @age_cursor: next entry of the walk; 0 = between two walks
 * @pressure: used has passed the high mark, and not yet fallen to the low one
 */
struct nfm_fdb {
	struct nfm_mac_tbl tbl;
	struct nfm_host *host;
	u64 age_next_ns;
	u64 age_soonest_ns;
	u32 age_cursor;
	bool pressure;
};

/**
 * struct nfm_group - a multicast group
 * @ports: members
 * @flags: NFTSW_MDB_*
 */
struct nfm_group {
	struct nfm_ports ports;
	u32 flags;
};

/**
 * struct nfm_br - the bridge of a chip that has one
 * @exists: bridge ports that there are: ports, LAGs, and virtual ports with a VLAN
 * @with: by flag number: bridge ports that have the flag
 * @learning: by tree: bridge ports in state LEARNING or FORWARDING
 * @forwarding: by tree: bridge ports in state FORWARDING
 * @stps: trees in which each bridge port does not forward
 * @port: bridge ports
 * @vlans: VLANs of each port or LAG that lead somewhere
 * @vlan: where: NFM_VLAN_IDS for each port or LAG
 * @fid: NFTSW_MAX_FIDS broadcast domains
 * @fid_end: there is none from this number on, and there has been none since the reset
 * @fdb: hosts
 * @mdb: group addresses
 * @group: by entry number of @mdb
 */
struct nfm_br {
	struct nfm_ports exists;
	struct nfm_ports with[NFM_BP_FLAGS];
	struct nfm_ports learning[NFTSW_MAX_MSTIS];
	struct nfm_ports forwarding[NFTSW_MAX_MSTIS];
	u8 stps[NFTSW_MAX_BR_PORTS];
	struct nfm_br_port port[NFTSW_MAX_BR_PORTS];
	u16 vlans[NFM_VLAN_PORTS];
	u16 *vlan;
	struct nfm_fid *fid;
	u32 fid_end;
	struct nfm_fdb fdb;
	struct nfm_mac_tbl mdb;
	struct nfm_group *group;
};

/* Set of the bridge ports that have one of NFTSW_BP_*; @flag has one bit. */
static inline const struct nfm_ports *nfm_br_with(const struct nfm_br *br, u32 flag)
{
	return &br->with[__builtin_ctz(flag)];
}

static inline u16 *nfm_br_vlan(const struct nfm_br *br, u32 port, u32 vid)
{
	return &br->vlan[port * NFM_VLAN_IDS + vid];
}

/* nfm_vlan.c (floor 2.3) */
bool nfm_br_port_ok(const struct nfm *m, u32 port);
bool nfm_br_ports_ok(const struct nfm *m, const __le64 *set);
void nfm_br_ports_get(struct nfm_ports *s, const __le64 *set);
void nfm_br_ports_set(__le64 *set, const struct nfm_ports *s);
bool nfm_fid_valid(const struct nfm_br *br, u32 fid);

/* nfm_fdb.c (floor 2.4), for nfm_bridge.c */
void nfm_fdb_learn(struct nfm *m, u64 key, u32 port);
void nfm_fdb_move(struct nfm *m, u32 at, u32 port);

#endif /* NFM_BRIDGE_H */
