// SPDX-License-Identifier: GPL-2.0
/*
 * Netdevs over the chip: link, frames in and out, filter.  Floor 11.
 */

#include <kunit/test.h>
#include <linux/etherdevice.h>
#include <linux/if_vlan.h>
#include <linux/ip.h>
#include <linux/rtnetlink.h>
#include <linux/udp.h>
#include <net/checksum.h>
#include <net/ip.h>
#include "../drivers/net/ethernet/nftsw/nftsw_queue.h"
#include "nftsw_kt.h"

#define TXRX_JUMBO		9000
#define TXRX_MANY		3000	/* goes around every packet ring */
#define TXRX_RX_RING		512	/* buffers that a queue gives to the chip */

static void txrx_frame(struct nftsw_kt *kt, u32 port, struct nftsw_kt_frame *f)
{
	struct nftsw_kt_conn conn;

	nftsw_kt_conn_init(&conn, NFPROTO_IPV4, IPPROTO_UDP, nftsw_kt_dev(kt, port),
			   nftsw_kt_dev(kt, port));
	nftsw_kt_conn_frame(&conn, NFTSW_KT_ORIG, false, f);
}

static void txrx_mtu(struct kunit *test, u32 port, int mtu)
{
	rtnl_lock();
	KUNIT_EXPECT_EQ(test, dev_set_mtu(nftsw_kt_dev(test->priv, port), mtu), 0);
	rtnl_unlock();
}

/* ---- link ---- */

static void carrier_follows_partner(struct kunit *test)
{
	struct nftsw_kt *kt = test->priv;
	struct net_device *dev = nftsw_kt_dev(kt, 1);
	u32 i;

	for (i = 0; i < 3; i++) {
		KUNIT_EXPECT_TRUE(test, netif_carrier_ok(dev));
		nftsw_bm_link_set(kt->bm, 1, false);
		nftsw_kt_settle(kt);
		KUNIT_EXPECT_FALSE(test, netif_carrier_ok(dev));
		KUNIT_EXPECT_TRUE(test, netif_carrier_ok(nftsw_kt_dev(kt, 2)));
		nftsw_bm_link_set(kt->bm, 1, true);
		nftsw_kt_settle(kt);
	}
	KUNIT_EXPECT_TRUE(test, netif_carrier_ok(dev));
}

/* Down means dark: the partner loses its link, and nothing comes in. */
static void down_switches_mac_off(struct kunit *test)
{
	struct nftsw_kt *kt = test->priv;
	struct nftsw_kt_frame f;

	txrx_frame(kt, 1, &f);
	KUNIT_EXPECT_TRUE(test, kt->bm->lasers & BIT_ULL(1));
	nftsw_kt_down(kt, 1);
	KUNIT_EXPECT_FALSE(test, kt->bm->lasers & BIT_ULL(1));
	KUNIT_EXPECT_FALSE(test, netif_carrier_ok(nftsw_kt_dev(kt, 1)));
	nftsw_kt_send(kt, 1, &f);
	nftsw_kt_expect_quiet(kt);
	KUNIT_EXPECT_EQ(test, nftsw_bm_reason(kt->bm, NFTSW_REASON_PORT_DOWN), 1ull);
	nftsw_kt_up(kt, 1);
	nftsw_kt_send(kt, 1, &f);
	nftsw_kt_expect_rx(kt, 1, &f);
}

static void netdevs_say_who_they_are(struct kunit *test)
{
	struct nftsw_kt *kt = test->priv;
	struct netdev_phys_item_id id = {};
	char name[IFNAMSIZ];
	u8 mac[ETH_ALEN];
	u32 i;

	for (i = 0; i < NFTSW_KT_PORTS; i++) {
		struct net_device *dev = nftsw_kt_dev(kt, i);

		u64_to_ether_addr(ether_addr_to_u64(kt->bm->cfg.mac) + i, mac);
		KUNIT_EXPECT_MEMEQ(test, dev->dev_addr, mac, ETH_ALEN);
		rtnl_lock();
		KUNIT_EXPECT_EQ(test, devlink_compat_phys_port_name_get(dev, name,
									sizeof(name)),
				0);
		KUNIT_EXPECT_EQ(test, devlink_compat_switch_id_get(dev, &id), 0);
		rtnl_unlock();
		KUNIT_EXPECT_EQ(test, name[0], 'p');
		KUNIT_EXPECT_EQ(test, name[1], (char)('1' + i));
		KUNIT_EXPECT_EQ(test, id.id_len, (u8)8);
		KUNIT_EXPECT_EQ(test, get_unaligned_be64(id.id), kt->bm->cfg.serial);
	}
}

/* ---- frames in ---- */

static void receives_on_every_port(struct kunit *test)
{
	static const u16 sizes[] = { 0, 1, 18, 200, 214, 215, 300, 1000, 1472 };
	struct nftsw_kt *kt = test->priv;
	struct nftsw_kt_frame f;
	u32 i, s;

	for (i = 0; i < NFTSW_KT_PORTS; i++) {
		for (s = 0; s < ARRAY_SIZE(sizes); s++) {
			txrx_frame(kt, i, &f);
			f.payload = sizes[s];
			nftsw_kt_send(kt, i, &f);
			nftsw_kt_expect_rx(kt, i, &f);
		}
	}
	nftsw_kt_expect_quiet(kt);
}

/* One frame over several buffers, each size around the edges of a buffer. */
static void receives_multi_buffer_frames(struct kunit *test)
{
	struct nftsw_kt *kt = test->priv;
	struct nftsw_kt_frame f;
	u32 payload;

	txrx_mtu(test, 0, TXRX_JUMBO);
	txrx_frame(kt, 0, &f);
	for (payload = 3000; payload <= TXRX_JUMBO - 28; payload += 97) {
		f.payload = payload;
		nftsw_kt_send(kt, 0, &f);
		nftsw_kt_expect_rx(kt, 0, &f);
	}
	f.payload = TXRX_JUMBO - 28;
	nftsw_kt_send(kt, 0, &f);
	nftsw_kt_expect_rx(kt, 0, &f);
	f.payload++;
	nftsw_kt_send(kt, 0, &f);
	nftsw_kt_expect_quiet(kt);
	KUNIT_EXPECT_EQ(test, nftsw_bm_reason(kt->bm, NFTSW_REASON_OVERSIZE), 1ull);
}

static void tells_checksum_and_hash(struct kunit *test)
{
	struct nftsw_kt *kt = test->priv;
	struct nftsw_kt_frame f;
	struct sk_buff *skb;
	u32 len;

	txrx_frame(kt, 0, &f);
	nftsw_kt_send(kt, 0, &f);
	skb = nftsw_kt_rx_take(kt, 0);
	KUNIT_ASSERT_NOT_NULL(test, skb);
	KUNIT_EXPECT_EQ(test, (u32)skb->ip_summed, CHECKSUM_UNNECESSARY);
	KUNIT_EXPECT_NE(test, skb->hash, 0u);
	KUNIT_EXPECT_TRUE(test, skb->l4_hash);
	KUNIT_EXPECT_EQ(test, ntohs(skb->protocol), ETH_P_IP);
	KUNIT_EXPECT_EQ(test, (u32)skb->pkt_type, PACKET_HOST);
	kfree_skb(skb);

	len = nftsw_kt_frame_build(&f, kt->buf);
	kt->buf[len - 1] ^= 1;
	nftsw_bm_ingress(kt->bm, 0, kt->buf, len);
	skb = nftsw_kt_rx_take(kt, 0);
	KUNIT_ASSERT_NOT_NULL(test, skb);
	KUNIT_EXPECT_EQ(test, (u32)skb->ip_summed, CHECKSUM_NONE);
	kfree_skb(skb);
}

/* Tags stay where they are; __netif_receive_skb() moves the outer one, as always. */
static void receives_tagged_frames(struct kunit *test)
{
	struct nftsw_kt *kt = test->priv;
	struct nftsw_kt_frame f;

	txrx_frame(kt, 2, &f);
	f.tag_count = 2;
	f.tag[0].tpid = ETH_P_8021AD;
	f.tag[0].tci = 0x2123;
	f.tag[1].tpid = ETH_P_8021Q;
	f.tag[1].tci = 0x0456;
	f.payload = 1472;
	nftsw_kt_send(kt, 2, &f);
	nftsw_kt_expect_rx(kt, 2, &f);
}

static void receives_many_in_order(struct kunit *test)
{
	struct nftsw_kt *kt = test->priv;
	struct nftsw_kt_frame f;
	u32 i;

	txrx_frame(kt, 0, &f);
	for (i = 0; i < TXRX_MANY; i++) {
		f.id = i;
		nftsw_kt_send(kt, 0, &f);
		nftsw_kt_expect_rx(kt, 0, &f);
	}
	KUNIT_EXPECT_EQ(test, nftsw_bm_reason(kt->bm, NFTSW_REASON_CPU_NO_BUFFER),
			0ull);
}

/* More than the CPU takes: the chip drops and counts, and then all is as before. */
static void overrun_is_counted(struct kunit *test)
{
	struct rtnl_link_stats64 before, after;
	struct nftsw_kt *kt = test->priv;
	struct nftsw_kt_frame f;
	u32 i, len, got;

	txrx_frame(kt, 0, &f);
	nftsw_kt_settle(kt);
	dev_get_stats(nftsw_kt_dev(kt, 0), &before);
	for (i = 0; i < TXRX_RX_RING + 88; i++) {
		f.id = i;
		len = nftsw_kt_frame_build(&f, kt->buf);
		nftsw_bm_ingress_quiet(kt->bm, 0, kt->buf, len);
	}
	KUNIT_EXPECT_EQ(test, nftsw_bm_reason(kt->bm, NFTSW_REASON_CPU_NO_BUFFER),
			88ull);
	nftsw_bm_pump(kt->bm);
	got = skb_queue_len(&kt->rx);
	KUNIT_EXPECT_EQ(test, got, TXRX_RX_RING);
	nftsw_kt_flush(kt);
	KUNIT_EXPECT_EQ(test, nftsw_stats_refresh(kt->ns), 0);
	dev_get_stats(nftsw_kt_dev(kt, 0), &after);
	KUNIT_EXPECT_EQ(test, after.rx_missed_errors - before.rx_missed_errors, 88ull);
	KUNIT_EXPECT_EQ(test, after.rx_dropped, before.rx_dropped);
	nftsw_kt_send(kt, 0, &f);
	nftsw_kt_expect_rx(kt, 0, &f);
}

/* ---- filter ---- */

static bool txrx_hears(struct kunit *test, const u8 *mac)
{
	struct nftsw_kt *kt = test->priv;
	struct nftsw_kt_frame f;
	bool heard;

	txrx_frame(kt, 0, &f);
	ether_addr_copy(f.dmac, mac);
	nftsw_kt_send(kt, 0, &f);
	heard = !skb_queue_empty(&kt->rx);
	nftsw_kt_flush(kt);
	return heard;
}

static void unicast_filter_follows_netdev(struct kunit *test)
{
	static const u8 other[ETH_ALEN] = { 2, 0x10, 0x20, 0x30, 0x40, 0x50 };
	static const u8 group[ETH_ALEN] = { 0x33, 0x33, 0, 0, 0, 0x42 };
	struct nftsw_kt *kt = test->priv;
	struct net_device *dev = nftsw_kt_dev(kt, 0);

	KUNIT_EXPECT_TRUE(test, txrx_hears(test, dev->dev_addr));
	KUNIT_EXPECT_TRUE(test, txrx_hears(test, group));
	KUNIT_EXPECT_FALSE(test, txrx_hears(test, other));
	KUNIT_EXPECT_FALSE(test, txrx_hears(test, nftsw_kt_dev(kt, 1)->dev_addr));
	KUNIT_EXPECT_EQ(test, dev_uc_add(dev, other), 0);
	nftsw_kt_settle(kt);
	KUNIT_EXPECT_TRUE(test, txrx_hears(test, other));
	KUNIT_EXPECT_EQ(test, dev_uc_del(dev, other), 0);
	nftsw_kt_settle(kt);
	KUNIT_EXPECT_FALSE(test, txrx_hears(test, other));
	rtnl_lock();
	dev_set_promiscuity(dev, 1);
	rtnl_unlock();
	nftsw_kt_settle(kt);
	KUNIT_EXPECT_TRUE(test, txrx_hears(test, other));
	rtnl_lock();
	dev_set_promiscuity(dev, -1);
	rtnl_unlock();
	nftsw_kt_settle(kt);
	KUNIT_EXPECT_FALSE(test, txrx_hears(test, other));
}

/* More addresses than the chip's list holds: hear too much rather than too little. */
static void filter_overflow_hears_all(struct kunit *test)
{
	struct nftsw_kt *kt = test->priv;
	struct net_device *dev = nftsw_kt_dev(kt, 0);
	u8 mac[ETH_ALEN] = { 2, 0x77, 0, 0, 0, 0 };
	u32 i;

	for (i = 0; i < 2 * NFTSW_RMAC_PER_PORT; i++) {
		mac[5] = i;
		KUNIT_EXPECT_EQ(test, dev_uc_add(dev, mac), 0);
	}
	nftsw_kt_settle(kt);
	for (i = 0; i < 2 * NFTSW_RMAC_PER_PORT; i++) {
		mac[5] = i;
		KUNIT_EXPECT_TRUE(test, txrx_hears(test, mac));
	}
	for (i = 0; i < 2 * NFTSW_RMAC_PER_PORT; i++) {
		mac[5] = i;
		KUNIT_EXPECT_EQ(test, dev_uc_del(dev, mac), 0);
	}
	nftsw_kt_settle(kt);
	KUNIT_EXPECT_FALSE(test, txrx_hears(test, mac));
	KUNIT_EXPECT_TRUE(test, txrx_hears(test, dev->dev_addr));
}

/* The address is a struct sockaddr or a struct sockaddr_storage, as the kernel has it. */
static int txrx_mac_set(struct net_device *dev, const u8 *mac)
{
	struct sockaddr_storage ss = { .ss_family = ARPHRD_ETHER };
	int err;

	ether_addr_copy(((struct sockaddr *)&ss)->sa_data, mac);
	rtnl_lock();
	err = dev_set_mac_address(dev, (void *)&ss, NULL);
	rtnl_unlock();
	return err;
}

static void new_address_takes_over(struct kunit *test)
{
	struct nftsw_kt *kt = test->priv;
	struct net_device *dev = nftsw_kt_dev(kt, 0);
	u8 old[ETH_ALEN], new[ETH_ALEN];

	ether_addr_copy(old, dev->dev_addr);
	u64_to_ether_addr(0x02deadbeef01ull, new);
	KUNIT_EXPECT_EQ(test, txrx_mac_set(dev, new), 0);
	nftsw_kt_settle(kt);
	KUNIT_EXPECT_TRUE(test, txrx_hears(test, new));
	KUNIT_EXPECT_FALSE(test, txrx_hears(test, old));
	new[0] |= 1;
	KUNIT_EXPECT_EQ(test, txrx_mac_set(dev, new), -EADDRNOTAVAIL);
}

/* ---- frames out ---- */

/* An skb with its first @head octets linear, the rest in page fragments. */
static struct sk_buff *txrx_skb(struct kunit *test, u32 port, const u8 *data, u32 len,
				u32 head)
{
	struct nftsw_kt *kt = test->priv;
	struct sk_buff *skb = alloc_skb(len + NET_SKB_PAD, GFP_KERNEL);
	struct page *page;
	u32 off, n;

	KUNIT_ASSERT_NOT_NULL(test, skb);
	head = min(head, len);
	skb_reserve(skb, NET_SKB_PAD);
	skb_put_data(skb, data, head);
	for (off = head; off < len; off += n) {
		n = min_t(u32, len - off, 700);
		page = alloc_page(GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, page);
		memcpy(page_address(page) + 100, data + off, n);
		skb_add_rx_frag(skb, skb_shinfo(skb)->nr_frags, page, 100, n,
				PAGE_SIZE);
	}
	skb_reset_mac_header(skb);
	skb_set_network_header(skb, ETH_HLEN);
	skb->protocol = htons(ETH_P_IP);
	skb->dev = nftsw_kt_dev(kt, port);
	return skb;
}

static void txrx_xmit(struct kunit *test, u32 port, const u8 *data, u32 len, u32 head)
{
	struct nftsw_kt *kt = test->priv;

	KUNIT_EXPECT_EQ(test, dev_direct_xmit(txrx_skb(test, port, data, len, head), 0),
			NETDEV_TX_OK);
	nftsw_bm_pump(kt->bm);
}

static void txrx_expect_raw(struct kunit *test, u32 port, const u8 *data, u32 len)
{
	struct nftsw_kt *kt = test->priv;
	struct nftsw_bm_frame *f = nftsw_bm_egress_take(kt->bm);

	KUNIT_ASSERT_NOT_NULL_MSG(test, f, "no frame left the chip");
	KUNIT_EXPECT_EQ(test, f->port, port);
	KUNIT_EXPECT_EQ(test, f->len, len);
	if (f->len == len)
		KUNIT_EXPECT_MEMEQ(test, f->data, data, len);
	kfree(f);
}

static void sends_out_of_every_port(struct kunit *test)
{
	struct nftsw_kt *kt = test->priv;
	struct nftsw_kt_frame f;
	u32 i, len;

	for (i = 0; i < NFTSW_KT_PORTS; i++) {
		txrx_frame(kt, i, &f);
		for (f.payload = 18; f.payload < 1472; f.payload += 181) {
			len = nftsw_kt_frame_build(&f, kt->buf);
			txrx_xmit(test, i, kt->buf, len, len);
			txrx_expect_raw(test, i, kt->buf, len);
		}
	}
	nftsw_kt_expect_quiet(kt);
}

static void sends_fragments(struct kunit *test)
{
	struct nftsw_kt *kt = test->priv;
	struct nftsw_kt_frame f;
	u32 len;

	txrx_mtu(test, 1, TXRX_JUMBO);
	txrx_frame(kt, 1, &f);
	for (f.payload = 100; f.payload <= TXRX_JUMBO - 28; f.payload += 777) {
		len = nftsw_kt_frame_build(&f, kt->buf);
		txrx_xmit(test, 1, kt->buf, len, 60);
		txrx_expect_raw(test, 1, kt->buf, len);
	}
}

static void pads_short_frames(struct kunit *test)
{
	struct nftsw_kt *kt = test->priv;

	memset(kt->buf, 0, ETH_ZLEN);
	eth_broadcast_addr(kt->buf);
	kt->buf[ETH_HLEN] = 0x5a;
	txrx_xmit(test, 0, kt->buf, ETH_HLEN + 1, ETH_HLEN + 1);
	txrx_expect_raw(test, 0, kt->buf, ETH_ZLEN);
}

/* CHECKSUM_PARTIAL: the stack leaves the pseudo header's sum, the chip does the rest. */
static void inserts_checksum(struct kunit *test)
{
	struct nftsw_kt *kt = test->priv;
	struct nftsw_kt_frame f;
	struct sk_buff *skb;
	struct udphdr *udp;
	u32 len;

	txrx_frame(kt, 0, &f);
	KUNIT_EXPECT_TRUE(test, nftsw_kt_dev(kt, 0)->features & NETIF_F_HW_CSUM);
	for (f.payload = 1; f.payload < 1400; f.payload += 333) {
		len = nftsw_kt_frame_build(&f, kt->want);
		memcpy(kt->buf, kt->want, len);
		udp = (void *)(kt->buf + ETH_HLEN + sizeof(struct iphdr));
		udp->check = ~csum_tcpudp_magic(f.saddr.s6_addr32[0],
						f.daddr.s6_addr32[0],
						sizeof(*udp) + f.payload,
						IPPROTO_UDP, 0);
		skb = txrx_skb(test, 0, kt->buf, len, 50);
		skb->ip_summed = CHECKSUM_PARTIAL;
		skb->csum_start = skb_headroom(skb) + ETH_HLEN + sizeof(struct iphdr);
		skb->csum_offset = offsetof(struct udphdr, check);
		KUNIT_EXPECT_EQ(test, dev_direct_xmit(skb, 0), NETDEV_TX_OK);
		nftsw_bm_pump(kt->bm);
		if (len < ETH_ZLEN)
			memset(kt->want + len, 0, ETH_ZLEN - len);
		txrx_expect_raw(test, 0, kt->want, max_t(u32, len, ETH_ZLEN));
	}
}

static void sends_many_in_order(struct kunit *test)
{
	struct nftsw_kt *kt = test->priv;
	struct nftsw_kt_frame f;
	u32 i, len;

	txrx_frame(kt, 3, &f);
	for (i = 0; i < TXRX_MANY; i++) {
		f.id = i;
		len = nftsw_kt_frame_build(&f, kt->buf);
		txrx_xmit(test, 3, kt->buf, len, 64);
		txrx_expect_raw(test, 3, kt->buf, len);
	}
}

/* A chip that does not take frames stops the queue; when it does, all of them come. */
static void full_ring_stops_and_wakes(struct kunit *test)
{
	struct nftsw_kt *kt = test->priv;
	struct net_device *dev = nftsw_kt_dev(kt, 0);
	struct netdev_queue *txq = netdev_get_tx_queue(dev, 0);
	struct nftsw_bm_frame *got;
	struct nftsw_kt_frame f;
	u32 sent = 0, came = 0, len;
	int ret;

	txrx_frame(kt, 0, &f);
	len = nftsw_kt_frame_build(&f, kt->buf);
	nftsw_kt_settle(kt);
	nftsw_bm_pause(kt->bm, true);
	while (!netif_tx_queue_stopped(txq) && sent < TXRX_MANY) {
		ret = dev_direct_xmit(txrx_skb(test, 0, kt->buf, len, len), 0);
		KUNIT_ASSERT_EQ(test, ret, NETDEV_TX_OK);
		sent++;
	}
	KUNIT_EXPECT_TRUE(test, netif_tx_queue_stopped(txq));
	KUNIT_EXPECT_LT(test, sent, (u32)TXRX_MANY);
	nftsw_bm_pause(kt->bm, false);
	nftsw_kt_settle(kt);
	KUNIT_EXPECT_FALSE(test, netif_tx_queue_stopped(txq));
	while ((got = nftsw_bm_egress_take(kt->bm))) {
		came++;
		kfree(got);
	}
	KUNIT_EXPECT_EQ(test, came, sent);
}

/* ---- interrupts ---- */

static u64 txrx_queue_ctr(struct kunit *test, u32 queue, enum nftsw_qctr ctr)
{
	u64 val[NFTSW_KT_QUEUES * NFTSW_QCTR_COUNT];
	struct nftsw_kt *kt = test->priv;

	KUNIT_ASSERT_EQ(test, nftsw_txrx_queue_stats_count(kt->ns), ARRAY_SIZE(val));
	nftsw_txrx_queue_stats(kt->ns, val);
	return val[queue * NFTSW_QCTR_COUNT + ctr];
}

/*
 * An interrupt that was lost is found by the driver's watch, within seconds.  A queue
 * without traffic is looked at, too, and has lost none.
 */
static void lost_rx_interrupt_is_noticed(struct kunit *test)
{
	struct nftsw_kt *kt = test->priv;
	struct nftsw_kt_frame f;
	u32 i;

	txrx_frame(kt, 0, &f);
	msleep(2500);
	nftsw_kt_settle(kt);
	KUNIT_EXPECT_EQ(test, txrx_queue_ctr(test, 0, NFTSW_QCTR_IRQ_LOST), 0ull);
	nftsw_bm_fault(kt->bm, NFM_FAULT_IRQ_DROP, 1);
	nftsw_kt_send(kt, 0, &f);
	KUNIT_EXPECT_EQ(test, skb_queue_len(&kt->rx), 0u);
	for (i = 0; i < 100 && skb_queue_empty(&kt->rx); i++)
		msleep(50);
	nftsw_kt_expect_rx(kt, 0, &f);
	KUNIT_EXPECT_EQ(test, txrx_queue_ctr(test, 0, NFTSW_QCTR_IRQ_LOST), 1ull);
	KUNIT_EXPECT_EQ(test, txrx_queue_ctr(test, 1, NFTSW_QCTR_IRQ_LOST), 0ull);
	nftsw_kt_send(kt, 0, &f);
	nftsw_kt_expect_rx(kt, 0, &f);
}

static void lost_event_interrupt_is_noticed(struct kunit *test)
{
	struct nftsw_kt *kt = test->priv;
	struct net_device *dev = nftsw_kt_dev(kt, 0);
	u32 i;

	nftsw_kt_settle(kt);
	nftsw_bm_fault(kt->bm, NFM_FAULT_IRQ_DROP, 1);
	nftsw_bm_link_set(kt->bm, 0, false);
	nftsw_kt_settle(kt);
	for (i = 0; i < 100 && netif_carrier_ok(dev); i++)
		msleep(50);
	KUNIT_EXPECT_FALSE(test, netif_carrier_ok(dev));
	nftsw_bm_link_set(kt->bm, 0, true);
	nftsw_kt_settle(kt);
	KUNIT_EXPECT_TRUE(test, netif_carrier_ok(dev));
}

static struct kunit_case txrx_cases[] = {
	KUNIT_CASE(carrier_follows_partner),
	KUNIT_CASE(down_switches_mac_off),
	KUNIT_CASE(netdevs_say_who_they_are),
	KUNIT_CASE(receives_on_every_port),
	KUNIT_CASE(receives_multi_buffer_frames),
	KUNIT_CASE(tells_checksum_and_hash),
	KUNIT_CASE(receives_tagged_frames),
	KUNIT_CASE(receives_many_in_order),
	KUNIT_CASE(overrun_is_counted),
	KUNIT_CASE(unicast_filter_follows_netdev),
	KUNIT_CASE(filter_overflow_hears_all),
	KUNIT_CASE(new_address_takes_over),
	KUNIT_CASE(sends_out_of_every_port),
	KUNIT_CASE(sends_fragments),
	KUNIT_CASE(pads_short_frames),
	KUNIT_CASE(inserts_checksum),
	KUNIT_CASE(sends_many_in_order),
	KUNIT_CASE(full_ring_stops_and_wakes),
	KUNIT_CASE_SLOW(lost_rx_interrupt_is_noticed),
	KUNIT_CASE_SLOW(lost_event_interrupt_is_noticed),
	{}
};

static struct kunit_suite txrx_suite = {
	.name = "nftsw_txrx",
	.init = nftsw_kt_init_up,
	.test_cases = txrx_cases,
};

kunit_test_suite(txrx_suite);

MODULE_DESCRIPTION("KUnit tests of nftsw's netdevs");
MODULE_LICENSE("GPL");
