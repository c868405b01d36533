// SPDX-License-Identifier: GPL-2.0
/*
 * Receive half of a queue pair.  Floor 3; called by nftsw_txrx.c.
 *
 * Buffers are pages of a page_pool, mapped once.  The first buffer of a frame becomes
 * the head of its skb, the others its fragments; small frames are copied, so that
 * their page goes straight back to the pool.
 *
 * Trust: the chip returns buffers in ring order (DS 4.4).  If it does not, nobody knows
 * who owns what, so the queue is left alone and health recovery asked for a reset.
 * Whatever else is wrong costs the frame and is counted in rx_bad.
 *
 * Context: start and stop in process context with NAPI disabled, all else in NAPI.
 */
#include <linux/etherdevice.h>
#include <linux/slab.h>
#include <net/page_pool/helpers.h>
#include "nftsw_compat.h"
#include "nftsw_queue.h"

#define NFTSW_RX_HEADROOM	(NET_SKB_PAD + NET_IP_ALIGN)
#define NFTSW_RX_SIZE		SKB_WITH_OVERHEAD(PAGE_SIZE - NFTSW_RX_HEADROOM)
#define NFTSW_RX_COPY		256	/* octets up to which a frame is copied */
#define NFTSW_RX_REFILL		32	/* buffers given back at a time */

static struct page **nftsw_rx_page(struct nftsw_queue *q, u16 idx)
{
	return &q->rx_pages[idx % NFTSW_RX_COUNT];
}

/* Return: the ring is full; false when memory is short. */
static bool nftsw_rx_refill(struct nftsw_queue *q)
{
	struct nftsw_hw_rxd *rxd;
	struct page *page;
	u16 old = q->rx_sq.prod;

	while (nftsw_ring_room(&q->rx_sq)) {
		page = page_pool_dev_alloc_pages(q->pool);
		if (!page) {
			nftsw_queue_count(q, NFTSW_QCTR_RX_NO_MEM, 1);
			break;
		}
		rxd = nftsw_ring_entry(&q->rx_sq, q->rx_sq.prod);
		rxd->addr = cpu_to_le64(page_pool_get_dma_addr(page) +
					NFTSW_RX_HEADROOM);
		rxd->size = cpu_to_le16(NFTSW_RX_SIZE);
		rxd->id = cpu_to_le16(q->rx_sq.prod % NFTSW_RX_COUNT);
		*nftsw_rx_page(q, q->rx_sq.prod) = page;
		q->rx_sq.prod++;
	}
	if (q->rx_sq.prod != old)
		nftsw_ring_doorbell(&q->rx_sq, q->ns->bus);
	return !nftsw_ring_room(&q->rx_sq);
}

static void nftsw_rx_break(struct nftsw_queue *q)
{
	void (*fault)(struct nftsw *ns, enum nftsw_fault fault, u32 arg);

	q->rx_broken = true;
	nftsw_queue_count(q, NFTSW_QCTR_RX_BAD, 1);
	fault = READ_ONCE(q->ns->fault);
	if (fault)
		fault(q->ns, NFTSW_FAULT_RX, q->nr);
}

/* The netdev that the frame at hand is for; NULL when it is of a port without one. */
static struct net_device *nftsw_rx_dev(const struct nftsw_queue *q)
{
	u16 port = le16_to_cpu(q->rx_sop.port);

	return port < q->ns->info.ports ? rcu_dereference_bh(q->dev[port]) : NULL;
}

/* The chip has delivered the frame at hand, and does not count it among its drops. */
static void nftsw_rx_lost(const struct nftsw_queue *q)
{
	struct net_device *dev = nftsw_rx_dev(q);

	if (dev)
		dev_core_stats_rx_dropped_inc(dev);
}

/* The frame at hand is no good: forget it, and what is still to come of it. */
static void nftsw_rx_bad(struct nftsw_queue *q)
{
	nftsw_queue_count(q, NFTSW_QCTR_RX_BAD, 1);
	if (q->rx_skb)
		nftsw_rx_lost(q);
	dev_kfree_skb(q->rx_skb);
	q->rx_skb = NULL;
	q->rx_drop = true;
}

static struct sk_buff *nftsw_rx_copy(struct nftsw_queue *q, struct page *page,
				     u32 len)
{
	struct sk_buff *skb = napi_alloc_skb(&q->napi, len);

	if (skb)
		skb_put_data(skb, page_address(page) + NFTSW_RX_HEADROOM, len);
	page_pool_recycle_direct(q->pool, page);
	return skb;
}

static struct sk_buff *nftsw_rx_build(struct nftsw_queue *q, struct page *page,
				      u32 len)
{
	struct sk_buff *skb = napi_build_skb(page_address(page), PAGE_SIZE);

	if (!skb) {
		page_pool_recycle_direct(q->pool, page);
		return NULL;
	}
	skb_reserve(skb, NFTSW_RX_HEADROOM);
	skb_put(skb, len);
	skb_mark_for_recycle(skb);
	return skb;
}

/* The page is used up, one way or the other. */
static void nftsw_rx_first(struct nftsw_queue *q, const struct nftsw_hw_rxc *rxc,
			   struct page *page, u32 len)
{
	if (q->rx_skb)
		nftsw_rx_bad(q);
	q->rx_drop = false;
	q->rx_sop = *rxc;
	if (len < ETH_HLEN) {
		page_pool_recycle_direct(q->pool, page);
		nftsw_rx_bad(q);
		nftsw_rx_lost(q);
		return;
	}
	if (len <= NFTSW_RX_COPY && rxc->flags & NFTSW_RXC_EOP)
		q->rx_skb = nftsw_rx_copy(q, page, len);
	else
		q->rx_skb = nftsw_rx_build(q, page, len);
	if (q->rx_skb)
		return;
	nftsw_queue_count(q, NFTSW_QCTR_RX_NO_MEM, 1);
	nftsw_rx_lost(q);
	q->rx_drop = true;
}

/* The page is used up, one way or the other. */
static void nftsw_rx_more(struct nftsw_queue *q, struct page *page, u32 len)
{
	struct sk_buff *skb = q->rx_skb;
	u32 nr;

	nr = skb ? skb_shinfo(skb)->nr_frags : MAX_SKB_FRAGS;
	if (nr < MAX_SKB_FRAGS) {
		skb_add_rx_frag(skb, nr, page, NFTSW_RX_HEADROOM, len, PAGE_SIZE);
		return;
	}
	page_pool_recycle_direct(q->pool, page);
	if (!q->rx_drop)
		nftsw_rx_bad(q);
}

static void nftsw_rx_meta(struct nftsw_queue *q, struct sk_buff *skb,
			  struct net_device *dev)
{
	const struct nftsw_hw_rxc *sop = &q->rx_sop;

	skb_record_rx_queue(skb, q->nr);
	if (dev->features & NETIF_F_RXCSUM && sop->flags & NFTSW_RXC_CSUM_OK)
		skb->ip_summed = CHECKSUM_UNNECESSARY;
	if (dev->features & NETIF_F_RXHASH && sop->hash)
		skb_set_hash(skb, le32_to_cpu(sop->hash),
			     sop->flags & NFTSW_RXC_HASH_L4 ? PKT_HASH_TYPE_L4 :
							      PKT_HASH_TYPE_L3);
	if (sop->flags & NFTSW_RXC_FWD_MARK)
		nftsw_compat_fwd_mark_set(skb);
	skb->protocol = eth_type_trans(skb, dev);
}

/* DS 9.4: who owns the flow wants to know that its connection begins anew or ends. */
static void nftsw_rx_flow_ended(struct nftsw_queue *q)
{
	const struct nftsw_hw_rxc *sop = &q->rx_sop;
	void (*ended)(struct nftsw *ns, u32 index);

	if (likely(sop->reason != NFTSW_REASON_TCP_FLAGS || !(sop->flags & NFTSW_RXC_FLOW)))
		return;
	ended = READ_ONCE(q->ns->flow_ended);
	if (ended)
		ended(q->ns, le32_to_cpu(sop->flow));
}

static void nftsw_rx_deliver(struct nftsw_queue *q)
{
	struct sk_buff *skb = q->rx_skb;
	struct net_device *dev;

	if (!skb)
		return;
	if (skb->len != le16_to_cpu(q->rx_sop.frame_len)) {
		nftsw_rx_bad(q);
		return;
	}
	q->rx_skb = NULL;
	dev = nftsw_rx_dev(q);
	if (!dev || !(dev->flags & IFF_UP)) {
		nftsw_queue_count(q, NFTSW_QCTR_RX_NO_PORT, 1);
		nftsw_rx_lost(q);
		dev_kfree_skb(skb);
		return;
	}
	nftsw_queue_count(q, NFTSW_QCTR_RX_PACKETS, 1);
	nftsw_queue_count(q, NFTSW_QCTR_RX_BYTES, skb->len);
	nftsw_rx_flow_ended(q);
	nftsw_rx_meta(q, skb, dev);
	napi_gro_receive(&q->napi, skb);
}

static void nftsw_rx_one(struct nftsw_queue *q, const struct nftsw_hw_rxc *rxc)
{
	struct page **slot = nftsw_rx_page(q, q->rx_sq.cons);
	u32 len = le16_to_cpu(rxc->len);
	struct page *page = *slot;

	if (le16_to_cpu(rxc->id) != q->rx_sq.cons % NFTSW_RX_COUNT || !page) {
		nftsw_rx_break(q);
		return;
	}
	*slot = NULL;
	q->rx_sq.cons++;
	if (!len || len > NFTSW_RX_SIZE) {
		page_pool_recycle_direct(q->pool, page);
		nftsw_rx_bad(q);
		return;
	}
	dma_sync_single_range_for_cpu(q->ns->dev, page_pool_get_dma_addr(page),
				      NFTSW_RX_HEADROOM, len, DMA_FROM_DEVICE);
	if (rxc->flags & NFTSW_RXC_SOP)
		nftsw_rx_first(q, rxc, page, len);
	else
		nftsw_rx_more(q, page, len);
	if (rxc->flags & NFTSW_RXC_EOP)
		nftsw_rx_deliver(q);
}

/**
 * nftsw_rx_poll() - take frames from the chip
 * @q: queue pair
 * @budget: completions to take at most
 *
 * Return: completions taken; @budget also when buffers could not be replaced, so that
 * NAPI tries again.
 */
int nftsw_rx_poll(struct nftsw_queue *q, int budget)
{
	struct nftsw_ring *r = &q->rx_cq;
	const struct nftsw_hw_rxc *slot;
	struct nftsw_hw_rxc rxc;
	int n;

	for (n = 0; n < budget && !q->rx_broken; n++) {
		slot = nftsw_ring_entry(r, r->cons);
		if (!nftsw_ring_is_new(r, &slot->flags))
			break;
		rxc = *slot;
		WRITE_ONCE(r->cons, r->cons + 1);	/* the watch looks */
		nftsw_rx_one(q, &rxc);
	}
	if (n)
		nftsw_ring_release(r, q->ns->bus);
	if (q->rx_broken || nftsw_ring_room(&q->rx_sq) < NFTSW_RX_REFILL)
		return n;
	return nftsw_rx_refill(q) ? n : budget;
}

/**
 * nftsw_rx_pending() - is there a frame that was not taken?
 * @q: queue pair
 *
 * Context: NAPI, or its owner by napi_schedule_prep().
 *
 * Return: true when the chip has written something new.
 */
bool nftsw_rx_pending(const struct nftsw_queue *q)
{
	const struct nftsw_hw_rxc *slot = nftsw_ring_entry(&q->rx_cq, q->rx_cq.cons);

	return !q->rx_broken && nftsw_ring_is_new(&q->rx_cq, &slot->flags);
}

/**
 * nftsw_rx_start() - start reception on a chip that has been reset
 * @q: queue pair, NAPI disabled
 *
 * Return: 0, -ENOMEM, or -EIO when the chip refuses the rings.
 */
int nftsw_rx_start(struct nftsw_queue *q)
{
	int err;

	q->rx_broken = false;
	q->rx_drop = true;
	err = nftsw_ring_start(&q->rx_cq, q->ns->bus) ?:
	      nftsw_ring_start(&q->rx_sq, q->ns->bus);
	if (err)
		return err;
	local_bh_disable();
	err = nftsw_rx_refill(q) ? 0 : -ENOMEM;
	local_bh_enable();
	return err;
}

/**
 * nftsw_rx_stop() - stop reception and take the buffers back
 * @q: queue pair, NAPI disabled; also after nftsw_rx_start() failed
 */
void nftsw_rx_stop(struct nftsw_queue *q)
{
	u32 i;

	nftsw_ring_stop(&q->rx_sq, q->ns->bus);
	nftsw_ring_stop(&q->rx_cq, q->ns->bus);
	for (i = 0; i < NFTSW_RX_COUNT; i++) {
		if (q->rx_pages[i])
			page_pool_put_full_page(q->pool, q->rx_pages[i], false);
		q->rx_pages[i] = NULL;
	}
	dev_kfree_skb(q->rx_skb);
	q->rx_skb = NULL;
}

static int nftsw_rx_pool_create(struct nftsw_queue *q)
{
	struct page_pool_params pp = {
		.flags = PP_FLAG_DMA_MAP | PP_FLAG_DMA_SYNC_DEV,
		.pool_size = NFTSW_RX_COUNT,
		.nid = dev_to_node(q->ns->dev),
		.dev = q->ns->dev,
		.napi = &q->napi,
		.dma_dir = DMA_FROM_DEVICE,
		.max_len = NFTSW_RX_SIZE,
		.offset = NFTSW_RX_HEADROOM,
	};
	struct page_pool *pool = page_pool_create(&pp);

	if (IS_ERR(pool))
		return PTR_ERR(pool);
	q->pool = pool;
	return 0;
}

/**
 * nftsw_rx_init() - get memory for the receive half
 * @q: queue pair
 *
 * Return: 0 or a negative errno; nftsw_rx_fini() cleans up in either case.
 */
int nftsw_rx_init(struct nftsw_queue *q)
{
	struct device *dev = q->ns->dev;
	int err;

	u64_stats_init(&q->napi_syncp);
	q->rx_pages = kcalloc(NFTSW_RX_COUNT, sizeof(*q->rx_pages), GFP_KERNEL);
	if (!q->rx_pages)
		return -ENOMEM;
	err = nftsw_rx_pool_create(q);
	err = err ?: nftsw_ring_alloc(&q->rx_sq, dev, NFTSW_RING_RX_SQ(q->nr),
				      NFTSW_RX_COUNT, sizeof(struct nftsw_hw_rxd));
	err = err ?: nftsw_ring_alloc(&q->rx_cq, dev, NFTSW_RING_RX_CQ(q->nr),
				      NFTSW_RX_COUNT, sizeof(struct nftsw_hw_rxc));
	return err;
}

/**
 * nftsw_rx_fini() - free what nftsw_rx_init() got
 * @q: queue pair, stopped
 */
void nftsw_rx_fini(struct nftsw_queue *q)
{
	nftsw_ring_free(&q->rx_cq, q->ns->dev);
	nftsw_ring_free(&q->rx_sq, q->ns->dev);
	if (q->pool)
		page_pool_destroy(q->pool);
	q->pool = NULL;
	kfree(q->rx_pages);
}
