// SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause)
/*
 * Rewrite of forwarded frames.  Floor 2, below nfm_flow.c, which has the action prepared
 * once per entry; nfm_pipe.c applies it to each frame.
 *
 * Prepared means: the new link header lies there as octets, right-aligned in 32, so
 * that one fixed-size copy in front of the IP header takes off what the frame had and puts
 * on what it gets.  (The copy also writes up to 18 octets in front of the new frame:
 * that is headroom.)  The key is exact, so the old addresses and ports are known, and
 * what they do to each checksum is one 16-bit number.  RFC 1624, equation 3:
 *
 *	HC' = ~(~HC + ~m + m')
 *
 * A TTL step changes the word TTL:protocol from m to m - 0x0100, whatever m is, so
 * ~m + m' = 0xffff - 0x0100 is part of the constant.
 *
 * What leaves is the link header and the IP packet, no longer than its own length
 * field says: padding of the frame that came is dropped, and zeros fill up a frame
 * that would be shorter than 60 octets.  DS 9.6.
 */
#include "nfm_flow.h"
#include "nfm_proto.h"

#define NFM_PPP_IPV4		0x0021
#define NFM_PPP_IPV6		0x0057
#define NFM_TCP_SUM		16	/* offsets of the checksum in the header */
#define NFM_UDP_SUM		6

/* A field added to struct nftsw_hw_flow_entry must find its place here. */
NFTSW_SIZE_IS(struct nftsw_hw_flow_entry, 152);
_Static_assert(NFTSW_FA_ALL == 0x7f, "nfm_rewrite_prepare() knows seven actions");
_Static_assert(NFM_HEADROOM >= NFM_ACT_L2_MAX - 14, "the copy of the link header is longer");

/* Append to the link header being built. */
static u8 *nfm_rewrite_put16(u8 *p, u32 v)
{
	nfm_st_be16(p, v);
	return p + 2;
}

static u8 *nfm_rewrite_put_tags(u8 *p, const struct nftsw_hw_flow_entry *e, u32 action)
{
	if (action & NFTSW_FA_PUSH1) {
		memcpy(p, &e->tpid1, 2);
		memcpy(p + 2, &e->tci1, 2);
		p += 4;
	}
	if (action & NFTSW_FA_PUSH2) {
		memcpy(p, &e->tpid2, 2);
		memcpy(p + 2, &e->tci2, 2);
		p += 4;
	}
	return p;
}

static void nfm_rewrite_prepare_l2(struct nfm_flow_hot *hot, const struct nftsw_hw_flow_entry *e)
{
	bool v6 = e->key.flags & NFTSW_FK_IPV6;
	u32 action = NFM_LE32(e->action);
	u8 hdr[NFM_ACT_L2_MAX];
	u8 *p = hdr;

	memcpy(p, e->dmac, NFTSW_ETH_ALEN);
	memcpy(p + 6, e->smac, NFTSW_ETH_ALEN);
	p = nfm_rewrite_put_tags(p + 12, e, action);
	if (action & NFTSW_FA_PUSH_PPPOE) {
		hot->flags |= NFM_ACT_PPPOE;
		p = nfm_rewrite_put16(p, NFM_TYPE_PPPOE);
		p = nfm_rewrite_put16(p, 0x1100);
		memcpy(p, &e->sid, 2);
		p = nfm_rewrite_put16(p + 2, 0);	/* length: by frame */
		p = nfm_rewrite_put16(p, v6 ? NFM_PPP_IPV6 : NFM_PPP_IPV4);
	} else {
		p = nfm_rewrite_put16(p, v6 ? NFM_TYPE_IPV6 : NFM_TYPE_IPV4);
	}
	hot->l2_len = (u8)(p - hdr);
	hot->extra = (u8)(hot->l2_len - 14);
	memset(hot->l2, 0, sizeof(hot->l2));
	memcpy(hot->l2 + NFM_ACT_L2_MAX - hot->l2_len, hdr, hot->l2_len);
}

/* Sum of ~old + new over @len octets, an even number. */
static u64 nfm_rewrite_diff(const void *old, const void *new, u32 len)
{
	const u8 *o = old;
	const u8 *w = new;
	u64 sum = 0;
	u32 i;

	for (i = 0; i < len; i += 2)
		sum += (u64)(u16)~nfm_ld16(o + i) + nfm_ld16(w + i);
	return sum;
}

/* @addr, @ports: as they will stand in the headers.  Both checksums' deltas. */
static void nfm_rewrite_prepare_sums(struct nfm_flow_hot *hot, const struct nftsw_hw_flow_entry *e,
				     const u8 *addr, u32 addr_len)
{
	u64 diff = nfm_rewrite_diff(e->key.saddr, addr, addr_len) +
		   nfm_rewrite_diff(e->key.daddr, addr + addr_len, addr_len);

	hot->l3_delta = nfm_sum_fold(diff + nfm_sum_word(0xfeff));
	diff += nfm_rewrite_diff(&e->key.sport, hot->ports, 2) +
		nfm_rewrite_diff(&e->key.dport, hot->ports + 2, 2);
	hot->l4_delta = nfm_sum_fold(diff);
}

static void nfm_rewrite_prepare_l4(struct nfm_flow_hot *hot, const struct nftsw_hw_flow_entry *e)
{
	u32 action = NFM_LE32(e->action);
	u32 nat = NFTSW_FA_SADDR | NFTSW_FA_DADDR | NFTSW_FA_SPORT | NFTSW_FA_DPORT;

	memcpy(hot->ports, action & NFTSW_FA_SPORT ? &e->sport : &e->key.sport, 2);
	memcpy(hot->ports + 2, action & NFTSW_FA_DPORT ? &e->dport : &e->key.dport, 2);
	if (!(action & nat) || e->key.l4proto == NFM_PROTO_GRE)
		return;		/* nothing that L4 or its checksum covers has changed */
	hot->flags |= NFM_ACT_PORTS;
	if (e->key.l4proto == NFM_PROTO_UDP) {
		hot->flags |= NFM_ACT_UDP;
		hot->l4_sum = NFM_UDP_SUM;
	} else {
		hot->l4_sum = NFM_TCP_SUM;
	}
}

/**
 * nfm_rewrite_prepare() - make ready what a flow does to its frames
 * @hot: filled, but for its counters
 * @e: entry, checked by nfm_flow.c
 */
void nfm_rewrite_prepare(struct nfm_flow_hot *hot, const struct nftsw_hw_flow_entry *e)
{
	u32 action = NFM_LE32(e->action);
	u32 alen = e->key.flags & NFTSW_FK_IPV6 ? 16 : 4;
	u8 addr[32];

	hot->flags = 0;
	hot->l4_sum = 0;
	hot->mtu = NFM_LE16(e->mtu);
	hot->oport = NFM_LE16(e->oport);
	if (NFM_LE32(e->state) & NFTSW_FS_TO_CPU)
		hot->flags |= NFM_ACT_TO_CPU;
	memcpy(addr, action & NFTSW_FA_SADDR ? e->saddr : e->key.saddr, alen);
	memcpy(addr + alen, action & NFTSW_FA_DADDR ? e->daddr : e->key.daddr, alen);
	if (alen == 4) {
		memcpy(hot->addr4, addr, sizeof(hot->addr4));
	} else {
		hot->flags |= NFM_ACT_IPV6;
		hot->flags |= action & NFTSW_FA_SADDR ? NFM_ACT_SADDR6 : 0;
		hot->flags |= action & NFTSW_FA_DADDR ? NFM_ACT_DADDR6 : 0;
	}
	nfm_rewrite_prepare_l2(hot, e);
	nfm_rewrite_prepare_l4(hot, e);
	nfm_rewrite_prepare_sums(hot, e, addr, alen);
}

static void nfm_rewrite_ipv4(u8 *ip, const struct nfm_flow_hot *hot)
{
	ip[8]--;
	nfm_st16(ip + 10, nfm_sum_apply(nfm_ld16(ip + 10), hot->l3_delta));
	__builtin_memcpy(ip + 12, hot->addr4, 8);
}

static void nfm_rewrite_ipv6(u8 *ip, const struct nfm_flow_hot *hot,
			     const struct nftsw_hw_flow_entry *e)
{
	ip[7]--;
	if (hot->flags & NFM_ACT_SADDR6)
		__builtin_memcpy(ip + 8, e->saddr, 16);
	if (hot->flags & NFM_ACT_DADDR6)
		__builtin_memcpy(ip + 24, e->daddr, 16);
}

/*
 * UDP: 0 says that there is no checksum, so it stays 0 (RFC 768; RFC 6935 for IPv6),
 * and a checksum that comes out as 0 is sent as 0xffff.
 */
static void nfm_rewrite_l4(u8 *l4, const struct nfm_flow_hot *hot)
{
	u8 *p = l4 + hot->l4_sum;
	u16 sum = nfm_ld16(p);

	__builtin_memcpy(l4, hot->ports, 4);
	if ((hot->flags & NFM_ACT_UDP) && sum == 0)
		return;
	sum = nfm_sum_apply(sum, hot->l4_delta);
	if ((hot->flags & NFM_ACT_UDP) && sum == 0)
		sum = 0xffff;
	nfm_st16(p, sum);
}

/*
 * Fill a short frame up to 60 octets.  When it would then end behind the frame that
 * came, where no memory is ours, it moves down into the headroom first: a frame that was
 * forwarded had at least 38 octets, and 38 + 32 is enough.
 */
static void nfm_rewrite_pad(struct nfm_pkt *pk, const u8 *end)
{
	u32 room = (u32)(end - pk->data);
	u8 *to = pk->data;

	if (room < NFM_ETH_ZLEN) {
		to -= NFM_ETH_ZLEN - room;
		memmove(to, pk->data, pk->len);
		pk->data = to;
	}
	memset(to + pk->len, 0, NFM_ETH_ZLEN - pk->len);
	pk->len = NFM_ETH_ZLEN;
}

/**
 * nfm_rewrite_apply() - rewrite a frame in place
 * @pk: parsed frame that matched; data and len become those of the new frame
 * @hot: its flow
 * @e: the flow's entry; read for IPv6 address rewrite only
 */
void nfm_rewrite_apply(struct nfm_pkt *pk, const struct nfm_flow_hot *hot,
		       const struct nftsw_hw_flow_entry *e)
{
	const u8 *end = pk->data + pk->len;
	u8 *ip = pk->data + pk->l3_off;

	if (nfm_likely(!(hot->flags & NFM_ACT_IPV6)))
		nfm_rewrite_ipv4(ip, hot);
	else
		nfm_rewrite_ipv6(ip, hot, e);
	if (hot->flags & NFM_ACT_PORTS)
		nfm_rewrite_l4(pk->data + pk->l4_off, hot);
	__builtin_memcpy(ip - NFM_ACT_L2_MAX, hot->l2, NFM_ACT_L2_MAX);
	if (nfm_unlikely(hot->flags & NFM_ACT_PPPOE))
		nfm_st_be16(ip - 4, (u32)pk->l3_len + 2);
	pk->data = ip - hot->l2_len;
	pk->len = (u32)hot->l2_len + pk->l3_len;
	if (nfm_unlikely(pk->len < NFM_ETH_ZLEN))
		nfm_rewrite_pad(pk, end);
}
