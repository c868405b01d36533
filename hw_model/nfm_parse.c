// SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause)
/*
 * Parser: from the octets of a frame to its flow key, the offsets of its headers, or
 * the reason why it has no key.  Floor 2; called by nfm_pipe.c.  Reads nothing behind
 * the end of the frame, changes nothing in it.
 *
 * Exceptions are looked for in the order in which the octets stand, the TTL last:
 * encapsulation, IP header, options or extension header, fragment, L4 header, TTL.
 * The first one found is the verdict; it only counts for frames to a router MAC.
 * DS 9.2.
 */
#include "nfm_priv.h"
#include "nfm_bytes.h"
#include "nfm_proto.h"

#define NFM_ETH_HLEN		14
#define NFM_TAG_HLEN		4
#define NFM_PPPOE_HLEN		8	/* session header and PPP protocol */
#define NFM_IPV4_HLEN		20
#define NFM_IPV6_HLEN		40

#define NFM_PPP_IPV4		0x0021
#define NFM_PPP_IPV6		0x0057

#define NFM_IPV4_FRAG		0x3fff	/* more fragments, or an offset */
#define NFM_TCP_CTL		0x07	/* FIN, SYN, RST */

/**
 * struct nfm_parse_pos - how far the parser has come
 * @off: octets done
 * @end: where the frame, or the PPPoE payload, ends
 * @type: Ethernet type of what stands at @off
 */
struct nfm_parse_pos {
	u32 off;
	u32 end;
	u32 type;
};

static bool nfm_parse_is_tag(u32 type)
{
	return type == NFM_TYPE_VLAN || type == NFM_TYPE_VLAN_AD;
}

/* Take one tag off; its id and kind go into the key. */
static void nfm_parse_tag(struct nfm_pkt *pk, struct nfm_parse_pos *pos)
{
	const u8 *tag = pk->data + pos->off;
	bool ad = pos->type == NFM_TYPE_VLAN_AD;
	u16 vid = nfm_ld_be16(tag) & 0xfff;

	if (pk->tags++ == 0) {
		pk->key.vid1 = NFM_TO_LE16(vid);
		pk->key.flags |= (u8)(NFTSW_FK_TAG1 | (ad ? NFTSW_FK_TAG1_AD : 0));
	} else {
		pk->key.vid2 = NFM_TO_LE16(vid);
		pk->key.flags |= (u8)(NFTSW_FK_TAG2 | (ad ? NFTSW_FK_TAG2_AD : 0));
	}
	pos->type = nfm_ld_be16(tag + 2);
	pos->off += NFM_TAG_HLEN;
}

static u32 nfm_parse_tags(struct nfm_pkt *pk, struct nfm_parse_pos *pos)
{
	while (nfm_unlikely(nfm_parse_is_tag(pos->type))) {
		if (pk->tags == 2)
			return NFTSW_REASON_ENCAP;
		if (pos->end - pos->off < NFM_TAG_HLEN)
			return NFTSW_REASON_TRUNCATED;
		nfm_parse_tag(pk, pos);
	}
	return NFTSW_REASON_NONE;
}

/* A PPPoE session frame: version 1, type 1, code 0, and IP in PPP.  RFC 2516 */
static u32 nfm_parse_pppoe(struct nfm_pkt *pk, struct nfm_parse_pos *pos)
{
	const u8 *hdr = pk->data + pos->off;
	u32 room = pos->end - pos->off;
	u32 len;

	if (room < NFM_PPPOE_HLEN)
		return NFTSW_REASON_TRUNCATED;
	if (nfm_ld_be16(hdr) != 0x1100)
		return NFTSW_REASON_ENCAP;
	len = nfm_ld_be16(hdr + 4);
	if (len < 2 || len > room - 6)
		return NFTSW_REASON_TRUNCATED;
	switch (nfm_ld_be16(hdr + 6)) {
	case NFM_PPP_IPV4:
		pos->type = NFM_TYPE_IPV4;
		break;
	case NFM_PPP_IPV6:
		pos->type = NFM_TYPE_IPV6;
		break;
	default:
		return NFTSW_REASON_ENCAP;
	}
	pk->pflags |= NFM_P_PPPOE;
	pk->key.flags |= NFTSW_FK_PPPOE;
	pk->key.sid = NFM_TO_LE16(nfm_ld_be16(hdr + 2));
	pos->off += NFM_PPPOE_HLEN;
	pos->end = pos->off + len - 2;
	return NFTSW_REASON_NONE;
}

static u32 nfm_parse_tcp(struct nfm_pkt *pk, const u8 *l4, u32 len)
{
	u32 hlen;

	if (len < 20)
		return NFTSW_REASON_TRUNCATED;
	hlen = (u32)(l4[12] >> 4) * 4;
	if (hlen < 20)
		return NFTSW_REASON_BAD_HEADER;
	if (hlen > len)
		return NFTSW_REASON_TRUNCATED;
	if (l4[13] & NFM_TCP_CTL)
		pk->pflags |= NFM_P_TCP_CTL;
	return NFTSW_REASON_NONE;
}

static u32 nfm_parse_udp(const u8 *l4, u32 len)
{
	u32 ulen;

	if (len < 8)
		return NFTSW_REASON_TRUNCATED;
	ulen = nfm_ld_be16(l4 + 4);
	if (ulen < 8)
		return NFTSW_REASON_BAD_HEADER;
	return ulen > len ? NFTSW_REASON_TRUNCATED : NFTSW_REASON_NONE;
}

static u32 nfm_parse_gre(const u8 *l4, u32 len)
{
	if (len < 4)
		return NFTSW_REASON_TRUNCATED;
	return l4[1] & 7 ? NFTSW_REASON_GRE_VERSION : NFTSW_REASON_NONE;
}

static void nfm_parse_ports(struct nfm_pkt *pk, const u8 *l4)
{
	__builtin_memcpy(&pk->key.sport, l4, 2);
	__builtin_memcpy(&pk->key.dport, l4 + 2, 2);
}

/* The @len octets behind the IP header.  Completes the key, or says why not. */
static u32 nfm_parse_l4(struct nfm_pkt *pk, u32 proto, u32 off, u32 len)
{
	const u8 *l4 = pk->data + off;
	u32 exc;

	pk->key.l4proto = (u8)proto;
	switch (proto) {
	case NFM_PROTO_UDP:
		exc = nfm_parse_udp(l4, len);
		break;
	case NFM_PROTO_TCP:
		exc = nfm_parse_tcp(pk, l4, len);
		break;
	case NFM_PROTO_GRE:
		exc = nfm_parse_gre(l4, len);
		break;
	default:
		return NFTSW_REASON_NONE;	/* IP, but nothing that flows have */
	}
	if (nfm_unlikely(exc))
		return exc;
	pk->l4_off = (u16)off;
	pk->pflags |= NFM_P_KEY;
	if (proto != NFM_PROTO_GRE)
		nfm_parse_ports(pk, l4);
	return NFTSW_REASON_NONE;
}

/* TTL 0 and 1 end here: no frame that routing would not forward has a key. */
static u32 nfm_parse_ttl(struct nfm_pkt *pk, u8 ttl)
{
	if (nfm_likely(ttl > 1))
		return NFTSW_REASON_NONE;
	pk->pflags &= ~NFM_P_KEY;
	return NFTSW_REASON_TTL;
}

static bool nfm_parse_ipv4_sum_ok(const u8 *ip, u32 hlen)
{
	u64 sum = 0;
	u32 i;

	for (i = 0; i < NFM_IPV4_HLEN; i += 4)
		sum += nfm_ld32(ip + i);
	for (; i < hlen; i += 4)
		sum += nfm_ld32(ip + i);
	return nfm_sum_fold(sum) == 0xffff;
}

/* Version, lengths and checksum of an IPv4 header.  DS 9.2 */
static u32 nfm_parse_ipv4_check(const u8 *ip, u32 room)
{
	u32 hlen, total;

	if (room < NFM_IPV4_HLEN)
		return NFTSW_REASON_TRUNCATED;
	hlen = (u32)(ip[0] & 0xf) * 4;
	total = nfm_ld_be16(ip + 2);
	if (ip[0] >> 4 != 4 || hlen < NFM_IPV4_HLEN || total < hlen)
		return NFTSW_REASON_BAD_HEADER;
	if (total > room)
		return NFTSW_REASON_TRUNCATED;
	return nfm_parse_ipv4_sum_ok(ip, hlen) ? NFTSW_REASON_NONE : NFTSW_REASON_BAD_HEADER;
}

static u32 nfm_parse_ipv4(struct nfm_pkt *pk, u32 off, u32 room)
{
	const u8 *ip = pk->data + off;
	u32 exc;

	pk->pflags |= NFM_P_IPV4;
	exc = nfm_parse_ipv4_check(ip, room);
	if (nfm_unlikely(exc))
		return exc;
	pk->l3_off = (u16)off;
	pk->l3_len = nfm_ld_be16(ip + 2);
	if (nfm_unlikely(ip[0] != 0x45))
		return NFTSW_REASON_IP_OPTIONS;
	if (nfm_unlikely(nfm_ld_be16(ip + 6) & NFM_IPV4_FRAG))
		return NFTSW_REASON_FRAGMENT;
	__builtin_memcpy(pk->key.saddr, ip + 12, 4);
	__builtin_memcpy(pk->key.daddr, ip + 16, 4);
	exc = nfm_parse_l4(pk, ip[9], off + NFM_IPV4_HLEN,
			   (u32)pk->l3_len - NFM_IPV4_HLEN);
	return exc ? exc : nfm_parse_ttl(pk, ip[8]);
}

/*
 * Extension headers by IANA's list: hop-by-hop 0, routing 43, ESP 50, AH 51,
 * destination options 60, mobility 135, HIP 139, shim6 140.  The fragment header, 44,
 * has its own reason.
 */
static u32 nfm_parse_ipv6_next(u8 next)
{
	switch (next) {
	case 44:
		return NFTSW_REASON_FRAGMENT;
	case 0:
	case 43:
	case 50:
	case 51:
	case 60:
	case 135:
	case 139:
	case 140:
		return NFTSW_REASON_IPV6_EXT;
	default:
		return NFTSW_REASON_NONE;
	}
}

static u32 nfm_parse_ipv6(struct nfm_pkt *pk, u32 off, u32 room)
{
	const u8 *ip = pk->data + off;
	u32 exc, plen;

	pk->pflags |= NFM_P_IPV6;
	pk->key.flags |= NFTSW_FK_IPV6;
	if (room < NFM_IPV6_HLEN)
		return NFTSW_REASON_TRUNCATED;
	if (ip[0] >> 4 != 6)
		return NFTSW_REASON_BAD_HEADER;
	plen = nfm_ld_be16(ip + 4);
	if (plen > room - NFM_IPV6_HLEN)
		return NFTSW_REASON_TRUNCATED;
	pk->l3_off = (u16)off;
	pk->l3_len = (u16)(plen + NFM_IPV6_HLEN);
	exc = nfm_parse_ipv6_next(ip[6]);
	if (nfm_unlikely(exc))
		return exc;
	__builtin_memcpy(pk->key.saddr, ip + 8, 16);
	__builtin_memcpy(pk->key.daddr, ip + 24, 16);
	exc = nfm_parse_l4(pk, ip[6], off + NFM_IPV6_HLEN, plen);
	return exc ? exc : nfm_parse_ttl(pk, ip[7]);
}

static u32 nfm_parse_cast(const u8 *frame)
{
	if (nfm_likely(!(frame[0] & 1)))
		return 0;
	if (nfm_ld32(frame) == 0xffffffffu && nfm_ld16(frame + 4) == 0xffffu)
		return NFM_P_BCAST;
	return NFM_P_MCAST;
}

static void nfm_parse_clear(struct nfm_pkt *pk)
{
	pk->l3_off = 0;
	pk->l4_off = 0;
	pk->l3_len = 0;
	pk->tags = 0;
	pk->pflags = 0;
	__builtin_memset(&pk->key, 0, sizeof(pk->key));
}

static u32 nfm_parse_headers(struct nfm_pkt *pk)
{
	struct nfm_parse_pos pos;
	u32 exc;

	pos.off = NFM_ETH_HLEN;
	pos.end = pk->len;
	pos.type = nfm_ld_be16(pk->data + 12);
	exc = nfm_parse_tags(pk, &pos);
	if (!exc && nfm_unlikely(pos.type == NFM_TYPE_PPPOE))
		exc = nfm_parse_pppoe(pk, &pos);
	if (nfm_unlikely(exc))
		return exc;
	if (pos.type == NFM_TYPE_IPV4)
		return nfm_parse_ipv4(pk, pos.off, pos.end - pos.off);
	if (pos.type == NFM_TYPE_IPV6)
		return nfm_parse_ipv6(pk, pos.off, pos.end - pos.off);
	return NFTSW_REASON_NONE;
}

/**
 * nfm_parse() - parse frames
 * @pk: frames with data, len and logical set; those shorter than an Ethernet header
 *	have no key and no exception
 * @n: how many
 *
 * Sets every field of @pk but data, len, iport, logical, verdict, reason, oport, hash and flow.
 * NFM_P_IPV4 and NFM_P_IPV6 say what the frame claims to be; l3_off and l4_off are
 * set only for headers that are whole and consistent.
 */
void nfm_parse(struct nfm_pkt *pk, u32 n)
{
	u32 exc, i;

	for (i = 0; i < n; i++) {
		nfm_parse_clear(&pk[i]);
		if (nfm_unlikely(pk[i].len < NFM_ETH_HLEN))
			continue;
		pk[i].key.iport = NFM_TO_LE16(pk[i].logical);
		pk[i].pflags = nfm_parse_cast(pk[i].data);
		exc = nfm_parse_headers(&pk[i]);
		pk[i].pflags |= exc << NFM_P_EXC_SHIFT;
	}
}

/**
 * nfm_parse_overhead() - octets that a frame may be longer than its port's limit
 * @frame: its first octet
 * @len: octets
 *
 * Return: 4 for each of up to two tags, 8 more for a PPPoE session behind them
 */
u32 nfm_parse_overhead(const u8 *frame, u32 len)
{
	u32 extra = 0;

	while (extra < 2 * NFM_TAG_HLEN && len >= NFM_ETH_HLEN + extra + NFM_TAG_HLEN &&
	       nfm_parse_is_tag(nfm_ld_be16(frame + 12 + extra)))
		extra += NFM_TAG_HLEN;
	if (len >= NFM_ETH_HLEN + extra &&
	    nfm_ld_be16(frame + 12 + extra) == NFM_TYPE_PPPOE)
		extra += NFM_PPPOE_HLEN;
	return extra;
}
