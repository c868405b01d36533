/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Queue pairs: what nftsw_rx.c, nftsw_tx.c (floor 3) and nftsw_txrx.c (floor 4)
 * share among themselves.  Floor 2.
 */
#ifndef NFTSW_QUEUE_H
#define NFTSW_QUEUE_H

#include <linux/bitmap.h>
#include <linux/netdevice.h>
#include <linux/preempt.h>
#include <linux/u64_stats_sync.h>
#include "nftsw.h"
#include "nftsw_ring.h"

#define NFTSW_RX_COUNT		512
#define NFTSW_TX_COUNT		1024

/* X(SYMBOL, "name"): what a queue pair counts.  RX first, then TX. */
#define NFTSW_QUEUE_CTRS(X) \
	X(RX_PACKETS, "rx_packets") \
	X(RX_BYTES, "rx_bytes") \
	X(RX_BAD, "rx_bad") \
	X(RX_NO_PORT, "rx_no_port") \
	X(RX_NO_MEM, "rx_no_mem") \
	X(TX_DONE, "tx_done") \
	X(TX_REFUSED, "tx_refused") \
	X(TX_BAD, "tx_bad") \
	X(IRQ_LOST, "irq_lost") \
	X(TX_PACKETS, "tx_packets") \
	X(TX_BYTES, "tx_bytes") \
	X(TX_DROPPED, "tx_dropped") \
	X(TX_STOPPED, "tx_stopped")

#define NFTSW_X_QCTR(sym, name)		NFTSW_QCTR_##sym,
enum nftsw_qctr { NFTSW_QUEUE_CTRS(NFTSW_X_QCTR) NFTSW_QCTR_COUNT };

/* Counters from here on are written by senders, those before by NAPI. */
#define NFTSW_QCTR_SENDERS	NFTSW_QCTR_TX_PACKETS

/**
 * struct nftsw_tx_buf - what a TX descriptor points to
 * @skb: on the last descriptor of a frame, else NULL
 * @dma: mapping
 * @len: octets
 * @page: mapped as a page
 */
struct nftsw_tx_buf {
	struct sk_buff *skb;
	dma_addr_t dma;
	u32 len;
	bool page;
};

/**
 * struct nftsw_queue - a queue pair
 * @ns: chip
 * @nr: number
 * @napi: serves both directions
 * @dev: netdev of each port, or NULL; the chip's table
 * @pool: where RX pages come from
 * @rx_sq: buffers for the chip; cons counts those that came back
 * @rx_cq: filled buffers
 * @rx_pages: the page of each @rx_sq entry that the chip has
 * @rx_skb: frame being put together
 * @rx_sop: first completion of @rx_skb
 * @rx_drop: the rest of the current frame is not wanted
 * @rx_broken: the chip returned a buffer out of order
 * @tx_cq: TX completions
 * @seen: consumer indices when the watch last looked
 * @idle_polls: polls in a row that found nothing
 * @napi_syncp: for the counters that NAPI writes
 * @tx_lock: protects the producer side: the members below but @ctr, and @tx_bufs
 *	outside [cons, prod)
 * @tx_up: the rings are started
 * @tx_sq: frames for the chip
 * @tx_rung: producer index that the chip knows
 * @tx_unreported: frames since the last that asked for a completion
 * @tx_bufs: one per @tx_sq entry
 * @stopped: ports whose TX queue waits for room
 * @tx_syncp: for the counters that senders write
 * @ctr: counters
 */
struct nftsw_queue {
	struct nftsw *ns;
	u32 nr;
	struct napi_struct napi;
	struct net_device __rcu **dev;
	struct page_pool *pool;
	struct nftsw_ring rx_sq;
	struct nftsw_ring rx_cq;
	struct page **rx_pages;
	struct sk_buff *rx_skb;
	struct nftsw_hw_rxc rx_sop;
	bool rx_drop;
	bool rx_broken;
	struct nftsw_ring tx_cq;
	u32 seen;
	u32 idle_polls;
	struct u64_stats_sync napi_syncp;
	spinlock_t tx_lock ____cacheline_aligned_in_smp; /* the producer side */
	bool tx_up;
	struct nftsw_ring tx_sq;
	u16 tx_rung;
	u16 tx_unreported;
	struct nftsw_tx_buf *tx_bufs;
	DECLARE_BITMAP(stopped, NFTSW_MAX_PORTS);
	struct u64_stats_sync tx_syncp;
	u64_stats_t ctr[NFTSW_QCTR_COUNT];
};

/**
 * nftsw_queue_count() - add to a counter of a queue pair
 * @q: queue pair
 * @ctr: which
 * @n: how much
 *
 * Context: NAPI, or for counters of senders with nftsw_queue.tx_lock held.  Whoever
 * counts in NAPI's place, with NAPI disabled, disables softirqs: a reader on a 32-bit
 * machine spins until the update is complete.
 */
static inline void nftsw_queue_count(struct nftsw_queue *q, enum nftsw_qctr ctr,
				     u32 n)
{
	struct u64_stats_sync *syncp = ctr < NFTSW_QCTR_SENDERS ? &q->napi_syncp :
								  &q->tx_syncp;

	preempt_disable_nested();
	u64_stats_update_begin(syncp);
	u64_stats_add(&q->ctr[ctr], n);
	u64_stats_update_end(syncp);
	preempt_enable_nested();
}

/* nftsw_rx.c: floor 4 */
int nftsw_rx_init(struct nftsw_queue *q);
void nftsw_rx_fini(struct nftsw_queue *q);
int nftsw_rx_start(struct nftsw_queue *q);
void nftsw_rx_stop(struct nftsw_queue *q);
int nftsw_rx_poll(struct nftsw_queue *q, int budget);
bool nftsw_rx_pending(const struct nftsw_queue *q);

/* nftsw_tx_tag.c: floor 3.9 */
int nftsw_tx_untag(struct sk_buff *skb);

/* nftsw_tx.c: floor 4 */
int nftsw_tx_init(struct nftsw_queue *q);
void nftsw_tx_fini(struct nftsw_queue *q);
int nftsw_tx_start(struct nftsw_queue *q);
void nftsw_tx_stop(struct nftsw_queue *q);
bool nftsw_tx_poll(struct nftsw_queue *q, int budget);
bool nftsw_tx_pending(const struct nftsw_queue *q);
netdev_tx_t nftsw_tx_xmit(struct nftsw_queue *q, struct nftsw_port *np,
			  struct sk_buff *skb);

#endif /* NFTSW_QUEUE_H */
