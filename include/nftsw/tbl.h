/* SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause) */
/*
 * Table entries of NFTSW-1 as they travel in command data buffers.  Floor 0.
 * Integers are little endian; addresses, ports and tags that stand in frames
 * (__be*) keep network order.
 */
#ifndef NFTSW_TBL_H
#define NFTSW_TBL_H

#include "bits.h"
#include "counters.h"

#define NFTSW_ETH_ALEN			6

/* ---- Ports: DS 8.1 -------------------------------------------------------- */

#define NFTSW_PORT_PROMISC		NFTSW_BIT(0)	/* all unicast to the CPU */

/**
 * struct nftsw_hw_port_cfg - configuration of a port
 * @port: port number
 * @queue: RX queue that its CPU frames go to
 * @max_frame: largest frame in octets, untagged, without FCS, 64..MAX_FRAME; each tag
 *	that the parser follows may add 4, a PPPoE session 8
 * @flags: NFTSW_PORT_*
 * @mirror_rx: 1 + the port that gets a copy of each frame received, 0 = none
 * @mirror_tx: 1 + the port that gets a copy of each frame sent, but for those that the CPU
 *	sends: software sees them; 0 = none
 */
struct nftsw_hw_port_cfg {
	__le16 port;
	__le16 queue;
	__le32 max_frame;
	__le32 flags;
	__le16 mirror_rx;
	__le16 mirror_tx;
};
NFTSW_SIZE_IS(struct nftsw_hw_port_cfg, 16);

/**
 * struct nftsw_hw_port_ctrs - counters of a port
 * @ctr: indexed by enum nftsw_pctr
 */
struct nftsw_hw_port_ctrs {
	__le64 ctr[NFTSW_PCTR_COUNT];
};
NFTSW_SIZE_IS(struct nftsw_hw_port_ctrs, 8 * NFTSW_PCTR_COUNT);

#define NFTSW_RMAC_PER_PORT		16
#define NFTSW_RMAC_ROUTER		NFTSW_BIT(0)	/* frames to it may match flows */

/**
 * struct nftsw_hw_rmac - an address that a port listens to
 * @port: ingress port
 * @flags: NFTSW_RMAC_*; without ROUTER: the host's, never routed by the chip
 * @rsvd: 0
 * @mac: unicast address
 * @rsvd2: 0
 *
 * At most NFTSW_RMAC_PER_PORT on a port (NO_SPACE).  Adding one again sets @flags.
 */
struct nftsw_hw_rmac {
	__le16 port;
	__u8 flags;
	__u8 rsvd;
	__u8 mac[NFTSW_ETH_ALEN];
	__u8 rsvd2[6];
};
NFTSW_SIZE_IS(struct nftsw_hw_rmac, 16);

/* ---- Traps: DS 8.2 ---------------------------------------------------------- */

/**
 * struct nftsw_hw_trap_group - policer of a trap group
 * @group: enum nftsw_trap_group, not NONE
 * @rate_pps: packets per second, 0 = not policed, at most 10,000,000
 * @burst: packets that may come at once, 1..65536 (0 only with @rate_pps 0)
 * @rsvd: 0
 * @passed: frames let through (read only)
 * @policed: frames dropped (read only)
 */
struct nftsw_hw_trap_group {
	__le32 group;
	__le32 rate_pps;
	__le32 burst;
	__le32 rsvd;
	__le64 passed;
	__le64 policed;
};
NFTSW_SIZE_IS(struct nftsw_hw_trap_group, 32);

/* ---- Flow table: DS 8.3 ------------------------------------------------------ */

#define NFTSW_FK_IPV6			NFTSW_BIT(0)	/* addresses are IPv6 */
#define NFTSW_FK_TAG1			NFTSW_BIT(1)	/* outer tag is there */
#define NFTSW_FK_TAG2			NFTSW_BIT(2)	/* inner tag is there; needs TAG1 */
#define NFTSW_FK_PPPOE			NFTSW_BIT(3)	/* inside PPPoE session sid */
#define NFTSW_FK_TAG1_AD		NFTSW_BIT(4)	/* outer tag is 802.1ad */
#define NFTSW_FK_TAG2_AD		NFTSW_BIT(5)	/* inner tag is 802.1ad */
#define NFTSW_FK_ALL			NFTSW_MASK(5, 0)

/**
 * struct nftsw_hw_flow_key - what a frame must be, exactly
 * @iport: ingress port; of a port that is active in a LAG: NFTSW_LAG_PORT() of the LAG
 * @flags: NFTSW_FK_*
 * @l4proto: 6 TCP, 17 UDP, 47 GRE version 0
 * @sport: source port; 0 for GRE
 * @dport: destination port; 0 for GRE
 * @vid1: VLAN id of the outer tag, 0..4095; 0 without TAG1
 * @vid2: VLAN id of the inner tag; 0 without TAG2
 * @sid: PPPoE session; 0 without PPPOE
 * @rsvd: 0
 * @saddr: IPv6 address, or IPv4 in the first four octets and the rest 0
 * @daddr: likewise
 *
 * Unused fields are 0: the chip compares all 48 octets.
 */
struct nftsw_hw_flow_key {
	__le16 iport;
	__u8 flags;
	__u8 l4proto;
	__be16 sport;
	__be16 dport;
	__le16 vid1;
	__le16 vid2;
	__le16 sid;
	__le16 rsvd;
	__u8 saddr[16];
	__u8 daddr[16];
};
NFTSW_SIZE_IS(struct nftsw_hw_flow_key, 48);

#define NFTSW_FA_SADDR			NFTSW_BIT(0)	/* rewrite the source address */
#define NFTSW_FA_DADDR			NFTSW_BIT(1)	/* rewrite the destination address */
#define NFTSW_FA_SPORT			NFTSW_BIT(2)	/* rewrite the source port */
#define NFTSW_FA_DPORT			NFTSW_BIT(3)	/* rewrite the destination port */
#define NFTSW_FA_PUSH1			NFTSW_BIT(4)	/* push tag 1: the outer one */
#define NFTSW_FA_PUSH2			NFTSW_BIT(5)	/* push tag 2 inside it; needs PUSH1 */
#define NFTSW_FA_PUSH_PPPOE		NFTSW_BIT(6)	/* push PPPoE inside the tags */
#define NFTSW_FA_ALL			NFTSW_MASK(6, 0)

#define NFTSW_FLOW_MTU_MIN		68	/* smallest MTU of an entry */
#define NFTSW_FLOW_MTU_MAX		9216	/* largest MTU of an entry */

#define NFTSW_FS_VALID			NFTSW_BIT(0)	/* set by the chip in dumps */
#define NFTSW_FS_TO_CPU			NFTSW_BIT(1)	/* matches, but the CPU shall see it */
#define NFTSW_FS_STATIC			NFTSW_BIT(2)	/* FLOW_PURGE spares it */

/**
 * struct nftsw_hw_flow_entry - a flow: key, and what becomes of its frames
 * @key: match
 * @index: entry number, chosen by software
 * @state: NFTSW_FS_*
 * @action: NFTSW_FA_*
 * @oport: egress port, or NFTSW_LAG_PORT() of a LAG
 * @mtu: largest IP packet for the egress in octets, headers pushed below IP not counted;
 *	larger goes to the CPU.  NFTSW_FLOW_MTU_MIN..NFTSW_FLOW_MTU_MAX
 * @dmac: new destination address
 * @smac: new source address
 * @tpid1: of pushed tag 1, 0x8100 or 0x88a8
 * @tci1: of pushed tag 1
 * @tpid2: of pushed tag 2
 * @tci2: of pushed tag 2
 * @sid: of pushed PPPoE session
 * @sport: new source port
 * @dport: new destination port
 * @rsvd: 0
 * @saddr: new source address, IPv4 in the first four octets
 * @daddr: new destination address
 * @block: block tag for FLOW_PURGE, software's own
 * @idle_ms: send NFTSW_EV_FLOW_IDLE after this time without a frame; 0 = never
 * @rsvd2: 0
 * @cookie: software's own; returned in counters and dumps
 * @rsvd3: 0
 *
 * What the key matched (tags, PPPoE) is taken off.  TTL or hop limit is
 * decremented by one, the IPv4 header checksum and the L4 checksum are made to fit.
 * Writing an index that is valid replaces it in one step; counters go on when
 * @key and @cookie are the same, and start at 0 otherwise.
 */
struct nftsw_hw_flow_entry {
	struct nftsw_hw_flow_key key;
	__le32 index;
	__le32 state;
	__le32 action;
	__le16 oport;
	__le16 mtu;
	__u8 dmac[NFTSW_ETH_ALEN];
	__u8 smac[NFTSW_ETH_ALEN];
	__be16 tpid1;
	__be16 tci1;
	__be16 tpid2;
	__be16 tci2;
	__be16 sid;
	__be16 sport;
	__be16 dport;
	__le16 rsvd;
	__u8 saddr[16];
	__u8 daddr[16];
	__le32 block;
	__le32 idle_ms;
	__le32 rsvd2;
	__le64 cookie;
	__le32 rsvd3[2];
};
NFTSW_OFFSET_IS(struct nftsw_hw_flow_entry, saddr, 92);
NFTSW_OFFSET_IS(struct nftsw_hw_flow_entry, cookie, 136);
NFTSW_SIZE_IS(struct nftsw_hw_flow_entry, 152);

/**
 * struct nftsw_hw_flow_ctrs - counters of a flow
 * @packets: frames forwarded by this entry
 * @octets: their IP packets' octets: no link header, no padding
 * @last_hit_ns: chip time of the last of them, 0 = none
 * @cookie: of the entry; 0 with all else when the index is not valid
 *
 * Frames that went to the CPU are not counted here.
 */
struct nftsw_hw_flow_ctrs {
	__le64 packets;
	__le64 octets;
	__le64 last_hit_ns;
	__le64 cookie;
};
NFTSW_SIZE_IS(struct nftsw_hw_flow_ctrs, 32);

/**
 * struct nftsw_hw_flow_record - a flow in a dump
 * @entry: as it was written, VALID set
 * @ctrs: its counters
 */
struct nftsw_hw_flow_record {
	struct nftsw_hw_flow_entry entry;
	struct nftsw_hw_flow_ctrs ctrs;
};
NFTSW_SIZE_IS(struct nftsw_hw_flow_record, 184);

#define NFTSW_FP_BLOCK			NFTSW_BIT(0)	/* @block is equal */
#define NFTSW_FP_PORT			NFTSW_BIT(1)	/* ingress or egress is @port */
#define NFTSW_FP_DMAC			NFTSW_BIT(2)	/* new destination address is @dmac */
#define NFTSW_FP_RANGE			NFTSW_BIT(3)	/* @first <= index <= @last */
#define NFTSW_FP_ALL			NFTSW_MASK(3, 0)

/**
 * struct nftsw_hw_flow_purge - which flows to delete: those that meet every condition
 * @match: NFTSW_FP_*; 0 = every flow
 * @block: block tag
 * @first: lowest index
 * @last: highest index
 * @port: port number, or NFTSW_LAG_PORT() of a LAG
 * @dmac: address
 * @rsvd: 0
 *
 * Entries in state STATIC stay.
 */
struct nftsw_hw_flow_purge {
	__le32 match;
	__le32 block;
	__le32 first;
	__le32 last;
	__le16 port;
	__u8 dmac[NFTSW_ETH_ALEN];
	__le32 rsvd[2];
};
NFTSW_SIZE_IS(struct nftsw_hw_flow_purge, 32);

/* ---- Link aggregation: DS 8.4 -------------------------------------------------- */

#define NFTSW_LAG_SLOTS			64	/* parts in which flows are dealt out */

/**
 * struct nftsw_hw_lag - a link aggregation group
 * @lag: its number
 * @rsvd: 0
 * @members: ports that belong to it, bit p for port p; 0 = none, as after a reset
 * @active: of these, the ports that may send, and whose frames are the LAG's
 * @sending: of these, the ports whose link is up (read only)
 *
 * A port belongs to one LAG at most (EXISTS).
 */
struct nftsw_hw_lag {
	__le32 lag;
	__le32 rsvd;
	__le64 members;
	__le64 active;
	__le64 sending;
};
NFTSW_SIZE_IS(struct nftsw_hw_lag, 32);

#endif /* NFTSW_TBL_H */
