// SPDX-License-Identifier: GPL-2.0
/*
 * Frames between hosts behind the ports of a bridge, for tests.  Floor 10; called by the suites,
 * in process context.
 */

#include <linux/etherdevice.h>
#include <linux/if_vlan.h>
#include <linux/skbuff.h>
#include "nftsw_kt_bridge.h"

const u8 nftsw_kt_bcast[ETH_ALEN] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };

/**
 * nftsw_kt_host() - address of a host
 * @n: which
 *
 * Return: its address; of the last eight that were asked for.
 */
const u8 *nftsw_kt_host(u32 n)
{
	static u8 mac[8][ETH_ALEN];
	static u32 next;
	u8 *m = mac[next++ % ARRAY_SIZE(mac)];

	u64_to_ether_addr(0x020000bb0000ull + n, m);
	return m;
}

/**
 * nftsw_kt_l2() - a frame between hosts
 * @f: frame
 * @dmac: to
 * @smac: from
 * @vid: VLAN of its tag, 0: no tag
 */
void nftsw_kt_l2(struct nftsw_kt_frame *f, const u8 *dmac, const u8 *smac, u16 vid)
{
	memset(f, 0, sizeof(*f));
	memcpy(f->dmac, dmac, ETH_ALEN);
	memcpy(f->smac, smac, ETH_ALEN);
	f->family = NFPROTO_IPV4;
	f->l4proto = IPPROTO_UDP;
	f->saddr.s6_addr32[0] = htonl(0xc0a80001);
	f->daddr.s6_addr32[0] = htonl(0xc0a80002);
	f->sport = 1000;
	f->dport = 2000;
	f->ttl = 64;
	f->payload = 100;
	if (vid) {
		f->tag_count = 1;
		f->tag[0].tpid = ETH_P_8021Q;
		f->tag[0].tci = vid;
	}
}

/**
 * nftsw_kt_l2_send() - such a frame arrives at a port; all that follows happens
 * @b: bridge
 * @port: port
 * @dmac: to
 * @smac: from
 * @vid: VLAN of its tag, 0: no tag
 */
void nftsw_kt_l2_send(struct nftsw_kt_br *b, u32 port, const u8 *dmac, const u8 *smac,
		      u16 vid)
{
	struct nftsw_kt_frame f;

	nftsw_kt_l2(&f, dmac, smac, vid);
	nftsw_kt_send(b->kt, port, &f);
	nftsw_kt_br_settle(b);
}

/**
 * nftsw_kt_l2_expect_frame() - a frame has left through these ports, once each, and no other
 * @b: bridge
 * @ports: bitmap
 * @f: the frame
 */
void nftsw_kt_l2_expect_frame(struct nftsw_kt_br *b, u64 ports, const struct nftsw_kt_frame *f)
{
	u32 len = nftsw_kt_frame_build(f, b->kt->want);
	struct nftsw_bm_frame *got;
	u64 seen = 0;

	while ((got = nftsw_bm_egress_take(b->kt->bm))) {
		KUNIT_EXPECT_FALSE_MSG(b->kt->test, seen & BIT_ULL(got->port),
				       "twice through port %u", got->port);
		seen |= BIT_ULL(got->port);
		KUNIT_EXPECT_EQ(b->kt->test, got->len, len);
		if (got->len == len)
			KUNIT_EXPECT_MEMEQ(b->kt->test, got->data, b->kt->want, len);
		kfree(got);
	}
	KUNIT_EXPECT_EQ(b->kt->test, seen, ports);
}

/**
 * nftsw_kt_l2_expect() - the same, for a frame between hosts
 * @b: bridge
 * @ports: bitmap
 * @dmac: to
 * @smac: from
 * @vid: VLAN of its tag, 0: no tag
 */
void nftsw_kt_l2_expect(struct nftsw_kt_br *b, u64 ports, const u8 *dmac, const u8 *smac,
			u16 vid)
{
	struct nftsw_kt_frame f;

	nftsw_kt_l2(&f, dmac, smac, vid);
	nftsw_kt_l2_expect_frame(b, ports, &f);
}

/**
 * nftsw_kt_l2_cpu() - so many frames have come to the CPU
 * @b: bridge
 * @n: how many
 */
void nftsw_kt_l2_cpu(struct nftsw_kt_br *b, u32 n)
{
	KUNIT_EXPECT_EQ(b->kt->test, skb_queue_len(&b->kt->rx), n);
	skb_queue_purge(&b->kt->rx);
}

/**
 * nftsw_kt_l2_xmit() - the CPU sends such a frame straight out of a port, past the bridge
 * @b: bridge
 * @port: port
 * @dmac: to
 * @smac: from
 * @vid: VLAN of its tag, 0: no tag
 */
void nftsw_kt_l2_xmit(struct nftsw_kt_br *b, u32 port, const u8 *dmac, const u8 *smac,
		      u16 vid)
{
	struct nftsw_kt_frame f;
	struct sk_buff *skb;
	u32 len;

	nftsw_kt_l2(&f, dmac, smac, vid);
	len = nftsw_kt_frame_build(&f, b->kt->buf);
	skb = alloc_skb(len + NET_SKB_PAD, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(b->kt->test, skb);
	skb_reserve(skb, NET_SKB_PAD);
	skb_put_data(skb, b->kt->buf, len);
	skb_reset_mac_header(skb);
	skb_set_network_header(skb, ETH_HLEN);
	skb->protocol = vid ? htons(ETH_P_8021Q) : htons(ETH_P_IP);
	skb->dev = nftsw_kt_dev(b->kt, port);
	KUNIT_EXPECT_EQ(b->kt->test, dev_direct_xmit(skb, 0), NETDEV_TX_OK);
	nftsw_bm_pump(b->kt->bm);
}

/**
 * nftsw_kt_l2_floods() - frames to an unknown host from port A leave through these ports alone
 * @test: test; kunit.priv is a struct nftsw_kt_br
 * @ports: bit map
 */
void nftsw_kt_l2_floods(struct kunit *test, u64 ports)
{
	struct nftsw_kt_br *b = test->priv;

	nftsw_kt_l2_send(b, BR_A, nftsw_kt_host(99), nftsw_kt_host(1), 0);
	nftsw_kt_l2_expect(b, ports, nftsw_kt_host(99), nftsw_kt_host(1), 0);
}

/**
 * nftsw_kt_l2_learn() - the chip learns a host; frames that this makes are forgotten
 * @b: bridge
 * @port: where the host is
 * @mac: its address
 * @vid: VLAN of its tag, 0: no tag
 */
void nftsw_kt_l2_learn(struct nftsw_kt_br *b, u32 port, const u8 *mac, u16 vid)
{
	nftsw_kt_l2_send(b, port, nftsw_kt_bcast, mac, vid);
	nftsw_kt_flush(b->kt);
}
