// SPDX-License-Identifier: GPL-2.0
/*
 * Builds frames.  Floor 9; called by the fixture and by suites.  No state, no locks.
 */

#include <linux/if_vlan.h>
#include <linux/if_pppox.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/netfilter.h>
#include <linux/ppp_defs.h>
#include <linux/string.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <linux/unaligned.h>
#include <net/ip.h>
#include <net/ip6_checksum.h>
#include "nftsw_kt_frame.h"

#define NFTSW_KT_GRE_HLEN	4

static u32 nftsw_kt_frame_l4_hlen(const struct nftsw_kt_frame *f)
{
	switch (f->l4proto) {
	case IPPROTO_TCP:
		return sizeof(struct tcphdr);
	case IPPROTO_UDP:
		return sizeof(struct udphdr);
	default:
		return NFTSW_KT_GRE_HLEN;
	}
}

/**
 * nftsw_kt_frame_ip_len() - size of the IP packet in a frame
 * @f: description
 *
 * Return: octets, IP header included.
 */
u32 nftsw_kt_frame_ip_len(const struct nftsw_kt_frame *f)
{
	u32 l3 = f->family == NFPROTO_IPV4 ? sizeof(struct iphdr) :
					     sizeof(struct ipv6hdr);

	return l3 + nftsw_kt_frame_l4_hlen(f) + f->payload;
}

static u8 *nftsw_kt_frame_l2(const struct nftsw_kt_frame *f, u8 *p, u32 ip_len)
{
	bool v4 = f->family == NFPROTO_IPV4;
	u32 i;

	memcpy(p, f->dmac, ETH_ALEN);
	memcpy(p + ETH_ALEN, f->smac, ETH_ALEN);
	p += 2 * ETH_ALEN;
	for (i = 0; i < f->tag_count; i++) {
		put_unaligned_be16(f->tag[i].tpid, p);
		put_unaligned_be16(f->tag[i].tci, p + 2);
		p += VLAN_HLEN;
	}
	if (!f->sid) {
		put_unaligned_be16(v4 ? ETH_P_IP : ETH_P_IPV6, p);
		return p + 2;
	}
	put_unaligned_be16(ETH_P_PPP_SES, p);
	p[2] = 0x11;
	p[3] = 0;
	put_unaligned_be16(f->sid, p + 4);
	put_unaligned_be16(ip_len + 2, p + 6);
	put_unaligned_be16(v4 ? PPP_IP : PPP_IPV6, p + 8);
	return p + 2 + PPPOE_SES_HLEN;
}

static u8 *nftsw_kt_frame_v4(const struct nftsw_kt_frame *f, u8 *p, u32 ip_len)
{
	struct iphdr ip = {
		.version = 4,
		.ihl = 5,
		.tos = f->tos,
		.tot_len = htons(ip_len),
		.id = htons(f->id),
		.frag_off = htons(f->frag_off),
		.ttl = f->ttl,
		.protocol = f->l4proto,
		.saddr = f->saddr.s6_addr32[0],
		.daddr = f->daddr.s6_addr32[0],
	};

	ip.check = ip_fast_csum(&ip, ip.ihl);
	memcpy(p, &ip, sizeof(ip));
	return p + sizeof(ip);
}

static u8 *nftsw_kt_frame_v6(const struct nftsw_kt_frame *f, u8 *p, u32 ip_len)
{
	struct ipv6hdr ip = {
		.version = 6,
		.priority = f->tos >> 4,
		.flow_lbl = { (f->tos & 0xf) << 4, 0x12, 0x34 },
		.payload_len = htons(ip_len - sizeof(ip)),
		.nexthdr = f->l4proto,
		.hop_limit = f->ttl,
		.saddr = f->saddr,
		.daddr = f->daddr,
	};

	memcpy(p, &ip, sizeof(ip));
	return p + sizeof(ip);
}

/* L4 header with its checksum 0; the payload is a pattern. */
static void nftsw_kt_frame_l4(const struct nftsw_kt_frame *f, u8 *p)
{
	u32 i, hlen = nftsw_kt_frame_l4_hlen(f);

	memset(p, 0, hlen);
	for (i = 0; i < f->payload; i++)
		p[hlen + i] = i * 7 + 3;
	if (f->l4proto == IPPROTO_GRE) {
		put_unaligned_be16(ETH_P_IP, p + 2);
		return;
	}
	put_unaligned_be16(f->sport, p);
	put_unaligned_be16(f->dport, p + 2);
	if (f->l4proto == IPPROTO_UDP) {
		put_unaligned_be16(hlen + f->payload, p + 4);
		return;
	}
	put_unaligned_be32(0x01020304, p + 4);
	put_unaligned_be32(0x05060708, p + 8);
	p[12] = 5 << 4;
	p[13] = 0x10 | f->tcp_fin | f->tcp_syn << 1 | f->tcp_rst << 2;
	put_unaligned_be16(0xffff, p + 14);
}

static void nftsw_kt_frame_csum(const struct nftsw_kt_frame *f, u8 *p, u32 len)
{
	u32 off = f->l4proto == IPPROTO_UDP ? offsetof(struct udphdr, check) :
					      offsetof(struct tcphdr, check);
	__wsum sum;
	__sum16 check;

	if (f->l4proto == IPPROTO_GRE || f->no_csum)
		return;
	sum = csum_partial(p, len, 0);
	if (f->family == NFPROTO_IPV4)
		check = csum_tcpudp_magic(f->saddr.s6_addr32[0],
					  f->daddr.s6_addr32[0], len,
					  f->l4proto, sum);
	else
		check = csum_ipv6_magic(&f->saddr, &f->daddr, len, f->l4proto,
					sum);
	if (!check && f->l4proto == IPPROTO_UDP)
		check = CSUM_MANGLED_0;
	memcpy(p + off, &check, sizeof(check));
}

/**
 * nftsw_kt_frame_build() - make the frame that a description describes
 * @f: description
 * @buf: room for NFTSW_KT_FRAME_MAX octets
 *
 * Return: octets of the frame.
 */
u32 nftsw_kt_frame_build(const struct nftsw_kt_frame *f, u8 *buf)
{
	u32 ip_len = nftsw_kt_frame_ip_len(f);
	u8 *l3 = nftsw_kt_frame_l2(f, buf, ip_len);
	u8 *l4;

	if (f->family == NFPROTO_IPV4)
		l4 = nftsw_kt_frame_v4(f, l3, ip_len);
	else
		l4 = nftsw_kt_frame_v6(f, l3, ip_len);
	nftsw_kt_frame_l4(f, l4);
	nftsw_kt_frame_csum(f, l4, l3 + ip_len - l4);
	return l3 + ip_len - buf;
}
