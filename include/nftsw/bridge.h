/* SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause) */
/*
 * The bridge of NFTSW-1: bridge ports, VLANs, filtering identifiers, forwarding and
 * multicast databases, as they travel in command data buffers.  Floor 0.  Byte order as in
 * tbl.h.
 */
#ifndef NFTSW_ABI_BRIDGE_H
#define NFTSW_ABI_BRIDGE_H

#include "bits.h"

/* ---- Bridge ports: DS 8.6 ------------------------------------------------------- */

#define NFTSW_MAX_VPORTS		32	/* virtual ports: one VLAN of a port or LAG */
/* Where a bridge port is named: a port, NFTSW_LAG_PORT() of a LAG, or this. */
#define NFTSW_VPORT(v)			(96 + (v))
#define NFTSW_MAX_BR_PORTS		NFTSW_VPORT(NFTSW_MAX_VPORTS)
#define NFTSW_MAX_FIDS			8192	/* filtering identifiers, 0 is none */
#define NFTSW_MAX_MSTIS			64	/* spanning trees, 0 is the common one */
#define NFTSW_MAX_VID			4094	/* largest VLAN id of a VLAN */

#define NFTSW_BP_VLAN_AWARE		NFTSW_BIT(0)	/* VLANs are filtered */
#define NFTSW_BP_LEARNING		NFTSW_BIT(1)	/* sources are learned */
#define NFTSW_BP_FLOOD			NFTSW_BIT(2)	/* unknown unicast leaves through it */
#define NFTSW_BP_MCAST_FLOOD		NFTSW_BIT(3)	/* unknown multicast leaves through it */
#define NFTSW_BP_BCAST_FLOOD		NFTSW_BIT(4)	/* broadcast leaves through it */
#define NFTSW_BP_ISOLATED		NFTSW_BIT(5)	/* nothing between two ports with this */
#define NFTSW_BP_HAIRPIN		NFTSW_BIT(6)	/* a frame may leave where it came in */
#define NFTSW_BP_LOCKED			NFTSW_BIT(7)	/* sources must be in the FDB, here */
#define NFTSW_BP_MAB			NFTSW_BIT(8)	/* those that are not: the CPU shall know */
#define NFTSW_BP_MROUTER		NFTSW_BIT(9)	/* a multicast router is behind it */
#define NFTSW_BP_ALL			NFTSW_MASK(9, 0)

/**
 * struct nftsw_hw_br_port - a bridge port
 * @port: its number, below NFTSW_MAX_BR_PORTS
 * @fid: of frames that no VLAN of the port takes, without VLAN_AWARE; 0: such
 *	frames are no bridge's, and the port stands alone
 * @pvid: with VLAN_AWARE: VLAN of frames without a VLAN, 0: they are dropped; else 0
 * @tpid: 0x8100 or 0x88a8: which outer tag says the VLAN
 * @flags: NFTSW_BP_*
 * @learn_limit: most entries that are learned at it, 0 = any number
 * @learned: entries that are learned at it now (read only)
 * @vport_port: of a virtual port: the port or LAG that it is a VLAN of; else 0
 * @vport_vid: of a virtual port: which VLAN, 1..4094, 0 = there is none; else 0
 * @rsvd: 0
 */
struct nftsw_hw_br_port {
	__le16 port;
	__le16 fid;
	__le16 pvid;
	__be16 tpid;
	__le32 flags;
	__le32 learn_limit;
	__le32 learned;
	__le16 vport_port;
	__le16 vport_vid;
	__le32 rsvd[2];
};
NFTSW_SIZE_IS(struct nftsw_hw_br_port, 32);

/* X(SYMBOL, "name", "what a bridge port does with frames of the tree") */
#define NFTSW_STP_STATES(X) \
	X(DISCARDING, "discarding", "drops them; also disabled, listening and blocking") \
	X(LEARNING, "learning", "learns their sources and drops them") \
	X(FORWARDING, "forwarding", "learns and forwards")

#define NFTSW_X_STP(sym, name, doc)	NFTSW_STP_##sym,
enum nftsw_stp { NFTSW_STP_STATES(NFTSW_X_STP) NFTSW_STP_COUNT };

/**
 * struct nftsw_hw_stp - state of a bridge port in a spanning tree
 * @port: bridge port
 * @msti: spanning tree, below NFTSW_MAX_MSTIS
 * @state: enum nftsw_stp; FORWARDING after a reset
 * @rsvd: 0
 */
struct nftsw_hw_stp {
	__le16 port;
	__u8 msti;
	__u8 state;
	__le32 rsvd;
};
NFTSW_SIZE_IS(struct nftsw_hw_stp, 8);

/* ---- VLANs of a port: DS 8.7 ------------------------------------------------------ */

/* Besides a FID: what becomes of a tagged frame, in nftsw_hw_vlan.to */
#define NFTSW_VLAN_NONE			0	/* the port does not have the VLAN */
#define NFTSW_VLAN_CPU			0xffff	/* not bridged: software has a device for it */
#define NFTSW_VLAN_VPORT(v)		(0xff00 + (v))	/* comes in through the virtual port */

/**
 * struct nftsw_hw_vlan - where a VLAN of a port leads
 * @port: port or LAG
 * @vid: VLAN, 1..4094
 * @to: FID, or NFTSW_VLAN_*
 * @rsvd: 0
 */
struct nftsw_hw_vlan {
	__le16 port;
	__le16 vid;
	__le16 to;
	__le16 rsvd;
};
NFTSW_SIZE_IS(struct nftsw_hw_vlan, 8);

/* ---- Filtering identifiers: DS 8.8 -------------------------------------------------- */

#define NFTSW_FID_VALID			NFTSW_BIT(0)	/* there is one; clear: delete it */
#define NFTSW_FID_SNOOPING		NFTSW_BIT(1)	/* IGMP and MLD to the CPU alone */
#define NFTSW_FID_MC4_ROUTERS		NFTSW_BIT(2)	/* unknown IPv4 groups to routers alone */
#define NFTSW_FID_MC6_ROUTERS		NFTSW_BIT(3)	/* unknown IPv6 groups to routers alone */
#define NFTSW_FID_CPU_UCAST		NFTSW_BIT(4)	/* unknown unicast to the CPU, too */
#define NFTSW_FID_CPU_MCAST		NFTSW_BIT(5)	/* flooded multicast to the CPU, too */
#define NFTSW_FID_CPU_BCAST		NFTSW_BIT(6)	/* broadcast to the CPU, too */
#define NFTSW_FID_CPU_ROUTER		NFTSW_BIT(7)	/* the CPU is a multicast router */
#define NFTSW_FID_ALL			NFTSW_MASK(7, 0)

#define NFTSW_BR_PORT_WORDS		2	/* 64-bit words of a set of bridge ports */

/**
 * struct nftsw_hw_fid - a broadcast domain: a VLAN of a bridge, or a bridge without VLANs
 * @fid: its number, 1..NFTSW_MAX_FIDS - 1
 * @vid: tag of frames that leave tagged; 0: frames keep the tags that they have
 * @tpid: of that tag, 0x8100 or 0x88a8; 0 with @vid 0
 * @msti: spanning tree
 * @rsvd: 0
 * @flags: NFTSW_FID_*
 * @age_ms: how long an entry lives that sees no frame, 0 = for ever
 * @members: bridge ports, bit p % 64 of word p / 64 for port p
 * @untagged: of these, the ones through which frames leave without the tag
 */
struct nftsw_hw_fid {
	__le16 fid;
	__le16 vid;
	__be16 tpid;
	__u8 msti;
	__u8 rsvd;
	__le32 flags;
	__le32 age_ms;
	__le64 members[NFTSW_BR_PORT_WORDS];
	__le64 untagged[NFTSW_BR_PORT_WORDS];
};
NFTSW_OFFSET_IS(struct nftsw_hw_fid, members, 16);
NFTSW_SIZE_IS(struct nftsw_hw_fid, 48);

/* ---- Forwarding database: DS 8.9 ------------------------------------------------------ */

#define NFTSW_MIN_FDB			64
#define NFTSW_MAX_FDB			(1u << 17)
#define NFTSW_FDB_CPU			0xffff	/* as a port: the host is the CPU's */

#define NFTSW_FDB_NO_AGE		NFTSW_BIT(0)	/* lives until it is deleted */
#define NFTSW_FDB_NO_MOVE		NFTSW_BIT(1)	/* stays though its frames come elsewhere */
#define NFTSW_FDB_LEARNED		NFTSW_BIT(2)	/* by the chip */
#define NFTSW_FDB_ALL			NFTSW_MASK(2, 0)

/**
 * struct nftsw_hw_fdb - where a host is
 * @fid: broadcast domain
 * @mac: unicast address
 * @port: bridge port, or NFTSW_FDB_CPU
 * @flags: NFTSW_FDB_*
 * @unseen_ms: how long no frame of it has been seen (read only)
 *
 * An entry that software writes replaces one that was learned.
 */
struct nftsw_hw_fdb {
	__le16 fid;
	__u8 mac[6];
	__le16 port;
	__le16 flags;
	__le32 unseen_ms;
};
NFTSW_SIZE_IS(struct nftsw_hw_fdb, 16);

#define NFTSW_FF_FID			NFTSW_BIT(0)	/* fid is @fid */
#define NFTSW_FF_PORT			NFTSW_BIT(1)	/* port is @port */
#define NFTSW_FF_LEARNED		NFTSW_BIT(2)	/* only entries that are LEARNED */
#define NFTSW_FF_ALL			NFTSW_MASK(2, 0)

/**
 * struct nftsw_hw_fdb_flush - which hosts to forget: those that meet every condition
 * @match: NFTSW_FF_*; 0 = every one
 * @fid: broadcast domain
 * @port: bridge port
 * @rsvd: 0
 *
 * Nothing is said of them in events.
 */
struct nftsw_hw_fdb_flush {
	__le32 match;
	__le16 fid;
	__le16 port;
	__le32 rsvd[2];
};
NFTSW_SIZE_IS(struct nftsw_hw_fdb_flush, 16);

/*
 * NFTSW_EV_FDB_*: the FID is event.index.  arg[0]: first four octets of the address, octet
 * 0 in bits 7:0; arg[1] is these.  MOVED: arg[2] is the bridge port before, or NFTSW_FDB_CPU.
 */
#define NFTSW_EV_FDB_MAC		NFTSW_MASK(15, 0)	/* octets 4 and 5 of the address */
#define NFTSW_EV_FDB_PORT		NFTSW_MASK(31, 16)	/* bridge port */

/* ---- Multicast database: DS 8.10 --------------------------------------------------------- */

#define NFTSW_MAX_MDB			4096	/* groups */
#define NFTSW_MDB_CPU			NFTSW_BIT(0)	/* the CPU is a member */
#define NFTSW_MDB_TRAP			NFTSW_BIT(1)	/* to the CPU alone, which forwards */
#define NFTSW_MDB_ALL			NFTSW_MASK(1, 0)

/**
 * struct nftsw_hw_mdb - members of a group
 * @fid: broadcast domain
 * @mac: group address, not the broadcast address
 * @flags: NFTSW_MDB_*
 * @rsvd: 0
 * @ports: bridge ports, bits as in nftsw_hw_fid
 *
 * Ports with MROUTER are members of every group without TRAP.
 */
struct nftsw_hw_mdb {
	__le16 fid;
	__u8 mac[6];
	__le32 flags;
	__le32 rsvd;
	__le64 ports[NFTSW_BR_PORT_WORDS];
};
NFTSW_SIZE_IS(struct nftsw_hw_mdb, 32);

#endif /* NFTSW_ABI_BRIDGE_H */
