/* SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause) */
/*
 * Layout of the flow table, for nfm_flow.c (which owns it and explains it),
 * nfm_rewrite.c (which fills and applies the prepared action) and nfm_pipe.c.  Floor 1.
 */
#ifndef NFM_FLOW_H
#define NFM_FLOW_H

#include "nfm_priv.h"
#include "nfm_hash.h"

#define NFM_FLOW_NONE		0xffffffffu
#define NFM_ACT_L2_MAX		32

#define NFM_ACT_IPV6		NFTSW_BIT(0)
#define NFM_ACT_SADDR6		NFTSW_BIT(1)	/* new IPv6 source address, in the cold part */
#define NFM_ACT_PORTS		NFTSW_BIT(2)	/* write ports */
#define NFM_ACT_UDP		NFTSW_BIT(3)	/* the L4 checksum follows UDP's zero rule */
#define NFM_ACT_PPPOE		NFTSW_BIT(4)	/* l2 ends in a PPPoE header: set its length */
#define NFM_ACT_TO_CPU		NFTSW_BIT(5)	/* state TO_CPU */
#define NFM_ACT_DADDR6		NFTSW_BIT(6)	/* new IPv6 destination address, likewise */

/**
 * struct nfm_flow_hot - what a frame touches of an entry: two cache lines
 * @key: compared octet by octet
 * @addr4: new IPv4 source and destination, as in the header
 * @ports: new L4 ports, as in the header
 * @l3_delta: what is added to the IPv4 header checksum, TTL step included
 * @l4_delta: what is added to the L4 checksum
 * @l2: new link header, ending at the end of this array; the rest is 0
 * @packets: forwarded
 * @octets: of their IP packets
 * @last_hit_ns: chip time of the last one
 * @mtu: largest IP packet
 * @oport: egress port
 * @l2_len: octets used of @l2
 * @l4_sum: offset of the checksum in the L4 header; 0 = leave it alone
 * @flags: NFM_ACT_*
 * @extra: how much longer than max_frame of the egress the frame may be (tags, PPPoE)
 *
 * Frames only write the second line, so that half as many dirty lines leave the cache.
 */
struct nfm_flow_hot {
	struct nftsw_hw_flow_key key;
	u8 addr4[8];
	u8 ports[4];
	u16 l3_delta;
	u16 l4_delta;

	u8 l2[NFM_ACT_L2_MAX];
	u64 packets;
	u64 octets;
	u64 last_hit_ns;
	u16 mtu;
	u16 oport;
	u8 l2_len;
	u8 l4_sum;
	u8 flags;
	u8 extra;
};
NFTSW_SIZE_IS(struct nfm_flow_hot, 2 * NFM_CACHE_LINE);
NFTSW_OFFSET_IS(struct nfm_flow_hot, l2, NFM_CACHE_LINE);

/**
 * struct nfm_flow_cold - what only commands touch, and IPv6 NAT
 * @since_ns: when it was written: idle time counts from here until the first hit
 * @idle_mark: value of packets when the idle event was sent
 * @idle_sent: 1 when the idle event was sent, and no frame has come since
 * @spare: brings both new IPv6 addresses of @e into one cache line
 * @e: the entry as it was written, VALID set
 */
struct nfm_flow_cold {
	u64 since_ns;
	u64 idle_mark;
	u64 idle_sent;
	u64 spare[2];
	struct nftsw_hw_flow_entry e;
};
NFTSW_SIZE_IS(struct nfm_flow_cold, 3 * NFM_CACHE_LINE);
_Static_assert(__builtin_offsetof(struct nfm_flow_cold, e.saddr) / NFM_CACHE_LINE ==
	       (__builtin_offsetof(struct nfm_flow_cold, e.daddr) + 15) / NFM_CACHE_LINE,
	       "new IPv6 addresses straddle a cache line");

#define NFM_FLOW_SLOTS		10

/**
 * struct nfm_flow_bucket - ten slots in one cache line
 * @fp: 16-bit fingerprints, four to a word from the low end; 0 = free slot; the two
 *	lanes behind the tenth stay 0
 * @index: entry numbers of the slots
 */
struct nfm_flow_bucket {
	u64 fp[3];
	u32 index[NFM_FLOW_SLOTS];
};
NFTSW_SIZE_IS(struct nfm_flow_bucket, NFM_CACHE_LINE);

/**
 * struct nfm_flow_step - node of the search for room
 * @bucket: visited
 * @parent: node whose slot @slot could be emptied into @bucket
 * @slot: see @parent
 */
struct nfm_flow_step {
	u32 bucket;
	u16 parent;
	u16 slot;
};

#define NFM_FLOW_STEPS		128

/**
 * struct nfm_flow_tbl - the flow table
 * @secret: of the hash
 * @buckets: @bucket_count of them
 * @hot: one per entry number
 * @cold: one per entry number
 * @valid: bitmap of entry numbers
 * @flows: entry numbers
 * @bucket_count: at least 2
 * @used: valid entries
 * @pressure: used has passed the high mark, and not yet fallen to the low one
 * @idle_users: entries with an idle time
 * @idle_cursor: next entry of the idle scan; 0 = between two passes
 * @idle_next_ns: when the next pass begins
 * @idle_soonest_ns: earliest time that an entry seen in this pass may fall idle
 * @idle_quiet_ns: no pass begins before
 * @step: scratch of the search for room
 */
struct nfm_flow_tbl {
	u64 secret[NFM_HASH_SECRETS];
	struct nfm_flow_bucket *buckets;
	struct nfm_flow_hot *hot;
	struct nfm_flow_cold *cold;
	u64 *valid;
	u32 flows;
	u32 bucket_count;
	u32 used;
	bool pressure;
	u32 idle_users;
	u32 idle_cursor;
	u64 idle_next_ns;
	u64 idle_soonest_ns;
	u64 idle_quiet_ns;
	struct nfm_flow_step step[NFM_FLOW_STEPS];
};

/* nfm_flow_check.c (floor 2, below nfm_flow.c) */
u32 nfm_flow_check(const struct nfm *m, const struct nftsw_hw_flow_entry *e);

/* nfm_flow.c (floor 2) */
u32 nfm_flow_next_valid(const struct nfm *m, u32 index);

/* nfm_rewrite.c (floor 2, below nfm_flow.c) */
void nfm_rewrite_prepare(struct nfm_flow_hot *hot, const struct nftsw_hw_flow_entry *e);
void nfm_rewrite_apply(struct nfm_pkt *pk, const struct nfm_flow_hot *hot,
		       const struct nftsw_hw_flow_entry *e);

#endif /* NFM_FLOW_H */
