/* SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause) */
/*
 * Rules of the access control list of NFTSW-1 and their meters, as they travel in command
 * data buffers.  Floor 0.  Byte order as in tbl.h.
 */
#ifndef NFTSW_ABI_ACL_H
#define NFTSW_ABI_ACL_H

#include "bits.h"

/* ---- Access control list: DS 8.5 ----------------------------------------------- */

#define NFTSW_AK_TAG			NFTSW_BIT(0)	/* outer tag is there */
#define NFTSW_AK_TAG_AD			NFTSW_BIT(1)	/* outer tag is 802.1ad */
#define NFTSW_AK_IP			NFTSW_BIT(2)	/* addresses are known */
#define NFTSW_AK_IPV6			NFTSW_BIT(3)	/* addresses are IPv6 */
#define NFTSW_AK_L4			NFTSW_BIT(4)	/* l4proto is known */
#define NFTSW_AK_PORTS			NFTSW_BIT(5)	/* ports are known */
#define NFTSW_AK_FRAGMENT		NFTSW_BIT(6)	/* part of a fragmented packet */
#define NFTSW_AK_L2_MISS		NFTSW_BIT(7)	/* its bridge would flood it as unknown */
#define NFTSW_AK_ALL			NFTSW_MASK(7, 0)

/**
 * struct nftsw_hw_acl_key - what is looked at in a frame; also the mask over it
 * @dmac: destination address
 * @smac: source address
 * @type: Ethernet type, behind the outer tag if there is one
 * @tci: outer tag: priority, DEI, VLAN id
 * @flags: NFTSW_AK_*
 * @l4proto: protocol of IPv4; of IPv6, behind its extension headers
 * @sport: source port of TCP, UDP or SCTP
 * @dport: destination port
 * @rsvd: 0
 * @saddr: IPv6 address, or IPv4 in the first four octets and the rest 0
 * @daddr: likewise
 *
 * What a frame does not have is 0.  A mask over it takes the flag that says that it is
 * there: TAG for @tci and TAG_AD, IP and IPV6 for addresses, L4, PORTS.
 */
struct nftsw_hw_acl_key {
	__u8 dmac[6];
	__u8 smac[6];
	__be16 type;
	__be16 tci;
	__u8 flags;
	__u8 l4proto;
	__be16 sport;
	__be16 dport;
	__le16 rsvd;
	__u8 saddr[16];
	__u8 daddr[16];
};
NFTSW_SIZE_IS(struct nftsw_hw_acl_key, 56);

/* X(SYMBOL, "name", "what becomes of a frame that matches") */
#define NFTSW_ACL_VERDICTS(X) \
	X(NEXT, "next", "the rules behind are looked at") \
	X(PASS, "pass", "the rest of the group is passed over; the frame goes on") \
	X(DROP, "drop", "dropped (ACL_DROP)") \
	X(REDIRECT, "redirect", "leaves through oport as it came in") \
	X(TRAP, "trap", "to the CPU (ACL_TRAP), and nowhere else")

#define NFTSW_X_ACL_VERDICT(sym, name, doc)	NFTSW_ACL_VERDICT_##sym,
enum nftsw_acl_verdict { NFTSW_ACL_VERDICTS(NFTSW_X_ACL_VERDICT) NFTSW_ACL_VERDICT_COUNT };

#define NFTSW_AF_MIRROR			NFTSW_BIT(0)	/* a copy leaves through mport */
#define NFTSW_AF_CPU_TOO		NFTSW_BIT(1)	/* the CPU has the rule, too */
#define NFTSW_AF_ALL			NFTSW_MASK(1, 0)

/**
 * struct nftsw_hw_acl_entry - a rule
 * @index: rule number, chosen by software; says nothing about the order
 * @prio: rules with a lower one are looked at first
 * @group: among rules of a @prio, those of a lower group first; what PASS passes over
 * @verdict: enum nftsw_acl_verdict
 * @flags: NFTSW_AF_*
 * @oport: with REDIRECT: egress port; else 0
 * @mport: with MIRROR: egress port of the copy; else 0
 * @meter: 1 + number of the meter that frames have to pass, 0 = none
 * @rsvd: 0
 * @order: among rules of a @prio and @group, those with a lower one first
 * @ports: ingress ports, bit p for port p; not 0
 * @cookie: software's own; returned in counters and dumps
 * @key: what a frame must have where @mask has ones, and 0 elsewhere
 * @mask: which bits count
 *
 * A frame that @meter does not let pass is dropped (METERED): it is counted by this rule, not
 * copied by it, and no rule behind it is looked at.
 *
 * CPU_TOO: frames that end at the CPU are neither counted nor copied by this rule, since
 * software does both.  Writing an index that is valid replaces the rule in one step;
 * counters go on when @cookie is the same, and start at 0 otherwise.
 */
struct nftsw_hw_acl_entry {
	__le32 index;
	__le32 prio;
	__le32 group;
	__u8 verdict;
	__u8 flags;
	__le16 oport;
	__le16 mport;
	__le16 meter;
	__le32 rsvd;
	__le64 order;
	__le64 ports;
	__le64 cookie;
	struct nftsw_hw_acl_key key;
	struct nftsw_hw_acl_key mask;
};
NFTSW_OFFSET_IS(struct nftsw_hw_acl_entry, key, 48);
NFTSW_SIZE_IS(struct nftsw_hw_acl_entry, 160);

/**
 * struct nftsw_hw_acl_ctrs - counters of a rule
 * @packets: frames that matched
 * @octets: their octets behind the Ethernet header and the outer tag, padding included
 * @last_hit_ns: chip time of the last of them, 0 = none
 * @cookie: of the rule; 0 with all else when the index is not valid
 */
struct nftsw_hw_acl_ctrs {
	__le64 packets;
	__le64 octets;
	__le64 last_hit_ns;
	__le64 cookie;
};
NFTSW_SIZE_IS(struct nftsw_hw_acl_ctrs, 32);

/**
 * struct nftsw_hw_acl_record - a rule in a dump
 * @entry: as it was written
 * @ctrs: its counters
 */
struct nftsw_hw_acl_record {
	struct nftsw_hw_acl_entry entry;
	struct nftsw_hw_acl_ctrs ctrs;
};
NFTSW_SIZE_IS(struct nftsw_hw_acl_record, 192);

/* ---- Meters: DS 8.11 --------------------------------------------------------------- */

#define NFTSW_MAX_METERS		256
#define NFTSW_METER_RATE_BITS		36	/* a rate is below 2 to the power of this */
#define NFTSW_METER_BURST_BITS		31	/* a burst is below 2 to the power of this */

#define NFTSW_MF_OCTETS			NFTSW_BIT(0)	/* rate and burst are octets, not frames */
#define NFTSW_MF_ALL			NFTSW_MASK(0, 0)

/**
 * struct nftsw_hw_meter - how much of something may pass
 * @index: its number, below NFTSW_MAX_METERS
 * @flags: NFTSW_MF_*
 * @rate: frames or octets a second, 0 = all pass, as after a reset
 * @burst: frames or octets that may come at once; at least 1 unless @rate is 0
 * @passed: frames that passed (read only)
 * @dropped: frames that did not (read only)
 *
 * Octets are those of the frame without FCS.  Writing a meter fills it; its counters go on
 * unless @rate is 0, which clears them.
 */
struct nftsw_hw_meter {
	__le32 index;
	__le32 flags;
	__le64 rate;
	__le64 burst;
	__le64 passed;
	__le64 dropped;
};
NFTSW_SIZE_IS(struct nftsw_hw_meter, 40);

#endif /* NFTSW_ABI_ACL_H */
