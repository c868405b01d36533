/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Frames for tests, made from a description with the kernel's checksum code, so that
 * what the chip computes is compared with something that is not the chip.  Floor 9.
 */
#ifndef NFTSW_KT_FRAME_H
#define NFTSW_KT_FRAME_H

#include <linux/if_ether.h>
#include <linux/in6.h>
#include <linux/types.h>

#define NFTSW_KT_FRAME_MAX	9400

/**
 * struct nftsw_kt_frame - description of a frame
 * @dmac: destination
 * @smac: source
 * @tag_count: length of @tag
 * @tag: tags, outermost first
 * @sid: PPPoE session; 0: no PPPoE
 * @family: NFPROTO_IPV4 or NFPROTO_IPV6
 * @l4proto: IPPROTO_TCP, IPPROTO_UDP or IPPROTO_GRE
 * @saddr: source address; IPv4 in the first word
 * @daddr: destination address
 * @sport: source port
 * @dport: destination port
 * @ttl: TTL or hop limit
 * @tos: DSCP and ECN
 * @id: IPv4 identification
 * @frag_off: IPv4 flags and fragment offset
 * @tcp_fin: FIN is set
 * @tcp_syn: SYN is set
 * @tcp_rst: RST is set
 * @no_csum: UDP over IPv4 without checksum
 * @payload: octets behind the L4 header
 */
struct nftsw_kt_frame {
	u8 dmac[ETH_ALEN];
	u8 smac[ETH_ALEN];
	u8 tag_count;
	struct {
		u16 tpid;
		u16 tci;
	} tag[2];
	u16 sid;
	u8 family;
	u8 l4proto;
	struct in6_addr saddr;
	struct in6_addr daddr;
	u16 sport;
	u16 dport;
	u8 ttl;
	u8 tos;
	u16 id;
	u16 frag_off;
	bool tcp_fin;
	bool tcp_syn;
	bool tcp_rst;
	bool no_csum;
	u16 payload;
};

u32 nftsw_kt_frame_build(const struct nftsw_kt_frame *f, u8 *buf);
u32 nftsw_kt_frame_ip_len(const struct nftsw_kt_frame *f);

#endif /* NFTSW_KT_FRAME_H */
