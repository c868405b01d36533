// SPDX-License-Identifier: GPL-2.0
/*
 * Transmit half of a queue pair.  Floor 3; called by nftsw_txrx.c.
 *
 * One descriptor per fragment.  All ports send through the same ring, so a sender can
 * find it full although its own netdev queue was never stopped; a port that finds it
 * so is noted in nftsw_queue.stopped and woken when there is room again.
 *
 * One port that floods fills the ring for all: the others find it full, are stopped, and
 * are woken together with it when a quarter is free, in the order of their numbers.  Each
 * puts in what its qdisc hands out in its turn; a share is not promised, and when many
 * flood, some go away empty from a turn.  A port whose link is down or slow does not hold
 * the others up: the chip takes its frames, and drops what cannot leave.
 *
 * That is also why there are no byte queue limits (BQL).  They size a netdev queue by how
 * fast it drains; here it drains at the pace of all ports together, so that each limit
 * would follow what the others send, and stop a quiet port for a busy one.
 *
 * A completion is asked for with every NFTSW_TX_REPORT frames and, always, with the
 * last frame before the doorbell, so that no buffer waits for later traffic.
 *
 * Locking: senders hold tx_lock with interrupts off (netpoll may send from anywhere).
 * The consumer is NAPI alone; it takes the lock only to hand room back.
 */
#include <linux/etherdevice.h>
#include <linux/slab.h>
#include "nftsw_queue.h"

#define NFTSW_TX_REPORT		16
#define NFTSW_TX_WAKE		(NFTSW_TX_COUNT / 4)

static struct nftsw_tx_buf *nftsw_tx_buf(struct nftsw_queue *q, u16 idx)
{
	return &q->tx_bufs[idx % NFTSW_TX_COUNT];
}

static void nftsw_tx_unmap(struct nftsw_queue *q, const struct nftsw_tx_buf *buf)
{
	if (buf->page)
		dma_unmap_page(q->ns->dev, buf->dma, buf->len, DMA_TO_DEVICE);
	else
		dma_unmap_single(q->ns->dev, buf->dma, buf->len, DMA_TO_DEVICE);
}

/* Caller holds the lock.  The descriptor is not published by this. */
static struct nftsw_hw_txd *nftsw_tx_put(struct nftsw_queue *q, u16 idx,
					 dma_addr_t dma, u32 len, bool page)
{
	struct nftsw_hw_txd *txd = nftsw_ring_entry(&q->tx_sq, idx);
	struct nftsw_tx_buf *buf = nftsw_tx_buf(q, idx);

	buf->skb = NULL;
	buf->dma = dma;
	buf->len = len;
	buf->page = page;
	memset(txd, 0, sizeof(*txd));
	txd->addr = cpu_to_le64(dma);
	txd->len = cpu_to_le16(len);
	return txd;
}

/* Caller holds the lock.  Return: descriptors written, or -ENOMEM with none mapped. */
static int nftsw_tx_map(struct nftsw_queue *q, struct sk_buff *skb)
{
	struct device *dev = q->ns->dev;
	const skb_frag_t *frag;
	u16 idx = q->tx_sq.prod;
	dma_addr_t dma;
	int n, i;

	dma = dma_map_single(dev, skb->data, skb_headlen(skb), DMA_TO_DEVICE);
	if (dma_mapping_error(dev, dma))
		return -ENOMEM;
	nftsw_tx_put(q, idx, dma, skb_headlen(skb), false);
	n = 1;
	for (i = 0; i < skb_shinfo(skb)->nr_frags; i++) {
		frag = &skb_shinfo(skb)->frags[i];
		if (!skb_frag_size(frag))
			continue;
		dma = skb_frag_dma_map(dev, frag, 0, skb_frag_size(frag),
				       DMA_TO_DEVICE);
		if (dma_mapping_error(dev, dma))
			goto err_frag_map;
		nftsw_tx_put(q, idx + n++, dma, skb_frag_size(frag), true);
	}
	return n;

err_frag_map:
	while (n--)
		nftsw_tx_unmap(q, nftsw_tx_buf(q, idx + n));
	return -ENOMEM;
}

/* Caller holds the lock.  First and last descriptor say what the frame is. */
static void nftsw_tx_commit(struct nftsw_queue *q, struct sk_buff *skb, u16 port, int n)
{
	struct nftsw_hw_txd *first = nftsw_ring_entry(&q->tx_sq, q->tx_sq.prod);
	u16 end = q->tx_sq.prod + n - 1;
	struct nftsw_hw_txd *last = nftsw_ring_entry(&q->tx_sq, end);

	first->port = cpu_to_le16(port);
	if (skb->ip_summed == CHECKSUM_PARTIAL) {
		first->flags |= cpu_to_le16(NFTSW_TXD_CSUM);
		first->csum_start = cpu_to_le16(skb_checksum_start_offset(skb));
		first->csum_offset = cpu_to_le16(skb->csum_offset);
	}
	last->flags |= cpu_to_le16(NFTSW_TXD_EOP);
	if (++q->tx_unreported >= NFTSW_TX_REPORT) {
		last->flags |= cpu_to_le16(NFTSW_TXD_REPORT);
		q->tx_unreported = 0;
	}
	nftsw_tx_buf(q, end)->skb = skb;
	q->tx_sq.prod += n;
	nftsw_queue_count(q, NFTSW_QCTR_TX_PACKETS, 1);
	nftsw_queue_count(q, NFTSW_QCTR_TX_BYTES, skb->len);
}

/* Caller holds the lock.  Publish all that was committed, and have it reported. */
static void nftsw_tx_flush(struct nftsw_queue *q)
{
	struct nftsw_hw_txd *last;

	if (q->tx_rung == q->tx_sq.prod)
		return;
	last = nftsw_ring_entry(&q->tx_sq, q->tx_sq.prod - 1);
	last->flags |= cpu_to_le16(NFTSW_TXD_REPORT);
	q->tx_unreported = 0;
	q->tx_rung = q->tx_sq.prod;
	nftsw_ring_doorbell(&q->tx_sq, q->ns->bus);
}

/* Caller holds the lock. */
static void nftsw_tx_block(struct nftsw_queue *q, struct nftsw_port *np)
{
	netif_stop_subqueue(np->dev, q->nr);
	__set_bit(np->port, q->stopped);
	nftsw_queue_count(q, NFTSW_QCTR_TX_STOPPED, 1);
}

/* Caller holds the lock. */
static netdev_tx_t nftsw_tx_send(struct nftsw_queue *q, struct nftsw_port *np,
				 struct sk_buff *skb, bool more)
{
	int n;

	if (nftsw_ring_room(&q->tx_sq) < NFTSW_TX_MAX_FRAGS && q->tx_up) {
		nftsw_tx_block(q, np);
		nftsw_tx_flush(q);
		return NETDEV_TX_BUSY;
	}
	n = q->tx_up ? nftsw_tx_map(q, skb) : -ENODEV;
	if (n < 0) {
		nftsw_queue_count(q, NFTSW_QCTR_TX_DROPPED, 1);
		dev_core_stats_tx_dropped_inc(np->dev);
		dev_kfree_skb_any(skb);
	} else {
		nftsw_tx_commit(q, skb, np->port, n);
	}
	if (nftsw_ring_room(&q->tx_sq) < NFTSW_TX_MAX_FRAGS) {
		nftsw_tx_block(q, np);
		more = false;
	}
	if (!more || n < 0)
		nftsw_tx_flush(q);
	return NETDEV_TX_OK;
}

/* Return: the frame is fit for the ring. */
static bool nftsw_tx_prepare(struct sk_buff *skb)
{
	struct net_device *dev = skb->dev;

	if (nftsw_tx_untag(skb) ||
	    (skb_shinfo(skb)->nr_frags >= NFTSW_TX_MAX_FRAGS && skb_linearize(skb))) {
		dev_core_stats_tx_dropped_inc(dev);
		dev_kfree_skb_any(skb);
		return false;
	}
	/* frees the frame when it fails */
	if (eth_skb_pad(skb)) {
		dev_core_stats_tx_dropped_inc(dev);
		return false;
	}
	skb_tx_timestamp(skb);
	return true;
}

/**
 * nftsw_tx_xmit() - send a frame out of a port
 * @q: queue pair
 * @np: port
 * @skb: frame
 *
 * Context: as ndo_start_xmit().
 *
 * Return: NETDEV_TX_OK, the frame being sent or dropped and counted, or NETDEV_TX_BUSY.
 */
netdev_tx_t nftsw_tx_xmit(struct nftsw_queue *q, struct nftsw_port *np,
			  struct sk_buff *skb)
{
	bool more = netdev_xmit_more();
	bool fit = nftsw_tx_prepare(skb);
	netdev_tx_t ret = NETDEV_TX_OK;
	unsigned long flags;

	if (!fit && more)
		return ret;
	spin_lock_irqsave(&q->tx_lock, flags);
	if (fit)
		ret = nftsw_tx_send(q, np, skb, more);
	else
		nftsw_tx_flush(q);
	spin_unlock_irqrestore(&q->tx_lock, flags);
	return ret;
}

/* Free the buffers before @end.  Return: how many frames they were. */
static u32 nftsw_tx_free(struct nftsw_queue *q, u16 end, int budget)
{
	struct nftsw_tx_buf *buf;
	u32 frames = 0;
	u16 idx;

	for (idx = q->tx_sq.cons; idx != end; idx++) {
		buf = nftsw_tx_buf(q, idx);
		nftsw_tx_unmap(q, buf);
		if (!buf->skb)
			continue;
		napi_consume_skb(buf->skb, budget);
		buf->skb = NULL;
		frames++;
	}
	return frames;
}

static void nftsw_tx_wake(struct nftsw_queue *q)
{
	struct nftsw_port *np;
	u32 port;

	for_each_set_bit(port, q->stopped, NFTSW_MAX_PORTS) {
		np = q->ns->ports[port];
		netif_wake_subqueue(np->dev, q->nr);
	}
	bitmap_zero(q->stopped, NFTSW_MAX_PORTS);
}

static void nftsw_tx_release(struct nftsw_queue *q, u16 end, int budget)
{
	u32 frames = nftsw_tx_free(q, end, budget);
	unsigned long flags;

	nftsw_queue_count(q, NFTSW_QCTR_TX_DONE, frames);
	spin_lock_irqsave(&q->tx_lock, flags);
	q->tx_sq.cons = end;
	if (nftsw_ring_room(&q->tx_sq) >= NFTSW_TX_WAKE)
		nftsw_tx_wake(q);
	spin_unlock_irqrestore(&q->tx_lock, flags);
}

/* Return: the index up to which the chip is through; @end when it talks nonsense. */
static u16 nftsw_tx_one(struct nftsw_queue *q, const struct nftsw_hw_txc *txc, u16 end)
{
	u16 cons = le16_to_cpu(txc->sq_cons);

	if ((u16)(cons - end) > (u16)(READ_ONCE(q->tx_sq.prod) - end)) {
		nftsw_queue_count(q, NFTSW_QCTR_TX_BAD, 1);
		return end;
	}
	if (txc->reason != NFTSW_REASON_NONE)
		nftsw_queue_count(q, NFTSW_QCTR_TX_REFUSED, 1);
	return cons;
}

/**
 * nftsw_tx_poll() - free what the chip has sent
 * @q: queue pair
 * @budget: NAPI's; 0 when called by netpoll
 *
 * Return: true when there is more to do.
 */
bool nftsw_tx_poll(struct nftsw_queue *q, int budget)
{
	struct nftsw_ring *r = &q->tx_cq;
	const struct nftsw_hw_txc *slot;
	u16 end = q->tx_sq.cons;
	struct nftsw_hw_txc txc;
	int n;

	for (n = 0; n < NAPI_POLL_WEIGHT; n++) {
		slot = nftsw_ring_entry(r, r->cons);
		if (!nftsw_ring_is_new(r, &slot->flags))
			break;
		txc = *slot;
		WRITE_ONCE(r->cons, r->cons + 1);	/* the watch looks */
		end = nftsw_tx_one(q, &txc, end);
	}
	if (n)
		nftsw_ring_release(r, q->ns->bus);
	if (end != q->tx_sq.cons)
		nftsw_tx_release(q, end, budget);
	return n == NAPI_POLL_WEIGHT;
}

/**
 * nftsw_tx_pending() - is there a completion that was not taken?
 * @q: queue pair
 *
 * Context: NAPI, or its owner by napi_schedule_prep().
 *
 * Return: true when the chip has written something new.
 */
bool nftsw_tx_pending(const struct nftsw_queue *q)
{
	const struct nftsw_hw_txc *slot = nftsw_ring_entry(&q->tx_cq, q->tx_cq.cons);

	return nftsw_ring_is_new(&q->tx_cq, &slot->flags);
}

/**
 * nftsw_tx_start() - start sending on a chip that has been reset
 * @q: queue pair, NAPI disabled
 *
 * Return: 0, or -EIO when the chip refuses the rings.
 */
int nftsw_tx_start(struct nftsw_queue *q)
{
	int err;

	err = nftsw_ring_start(&q->tx_cq, q->ns->bus) ?:
	      nftsw_ring_start(&q->tx_sq, q->ns->bus);
	if (err)
		return err;
	spin_lock_irq(&q->tx_lock);
	q->tx_rung = 0;
	q->tx_unreported = 0;
	q->tx_up = true;
	spin_unlock_irq(&q->tx_lock);
	return 0;
}

/**
 * nftsw_tx_stop() - stop sending; what the chip has not sent is dropped
 * @q: queue pair, NAPI disabled; also after nftsw_tx_start() failed
 *
 * Frames that come afterwards are dropped and counted.
 */
void nftsw_tx_stop(struct nftsw_queue *q)
{
	spin_lock_irq(&q->tx_lock);
	q->tx_up = false;
	spin_unlock_irq(&q->tx_lock);
	nftsw_ring_stop(&q->tx_sq, q->ns->bus);
	nftsw_ring_stop(&q->tx_cq, q->ns->bus);
	/* counts as NAPI does */
	local_bh_disable();
	nftsw_tx_release(q, q->tx_sq.prod, 0);
	local_bh_enable();
}

/**
 * nftsw_tx_init() - get memory for the transmit half
 * @q: queue pair
 *
 * Return: 0 or -ENOMEM; nftsw_tx_fini() cleans up in either case.
 */
int nftsw_tx_init(struct nftsw_queue *q)
{
	struct device *dev = q->ns->dev;

	spin_lock_init(&q->tx_lock);
	u64_stats_init(&q->tx_syncp);
	q->tx_bufs = kvcalloc(NFTSW_TX_COUNT, sizeof(*q->tx_bufs), GFP_KERNEL);
	if (!q->tx_bufs)
		return -ENOMEM;
	return nftsw_ring_alloc(&q->tx_sq, dev, NFTSW_RING_TX_SQ(q->nr),
				NFTSW_TX_COUNT, sizeof(struct nftsw_hw_txd)) ?:
	       nftsw_ring_alloc(&q->tx_cq, dev, NFTSW_RING_TX_CQ(q->nr),
				NFTSW_TX_COUNT, sizeof(struct nftsw_hw_txc));
}

/**
 * nftsw_tx_fini() - free what nftsw_tx_init() got
 * @q: queue pair, stopped
 */
void nftsw_tx_fini(struct nftsw_queue *q)
{
	nftsw_ring_free(&q->tx_cq, q->ns->dev);
	nftsw_ring_free(&q->tx_sq, q->ns->dev);
	kvfree(q->tx_bufs);
}
