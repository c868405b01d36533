// SPDX-License-Identifier: GPL-2.0
/*
 * Packet I/O: frames between the chip's CPU port and the netdevs.  Floor 4.
 *
 * All ports share the queue pairs: TX queue i of every netdev is pair i, and a
 * received frame says which port it came from.  One NAPI context per pair, on a dummy
 * netdev, serves both directions (nftsw_rx.c, nftsw_tx.c).  The rings run from probe to
 * removal, whatever ports are up.
 *
 * The netdevs' queues are not tied to these NAPIs for netlink (netif_queue_set_napi()): it
 * shows a NAPI through its own netdev, and a dummy has neither number nor namespace.
 * Sockets learn the NAPI's number from their packets, as always.
 *
 * Once a second a watch looks for completions whose interrupt was lost.
 *
 * Locking: start and stop are serialised by the devlink lock; the table of netdevs is
 * under RCU; see nftsw_tx.c for senders.
 */
#include <linux/bitfield.h>
#include <linux/ethtool.h>
#include <linux/slab.h>
#include "nftsw_queue.h"

#define NFTSW_MOD_USECS		30
#define NFTSW_MOD_FRAMES	64
#define NFTSW_WATCH_MS		1000
#define NFTSW_IDLE_POLLS	16

/**
 * struct nftsw_txrx - packet I/O of a chip
 * @ns: chip
 * @napi_dev: dummy netdev for NAPI
 * @watch: looks for lost interrupts
 * @usecs: interrupt moderation, microseconds
 * @frames: interrupt moderation, entries
 * @up: started
 * @dev: netdev of each port, or NULL
 * @queues: queue pairs, ns->info.queues of them
 */
struct nftsw_txrx {
	struct nftsw *ns;
	struct net_device *napi_dev;
	struct delayed_work watch;
	u32 usecs;
	u32 frames;
	bool up;
	struct net_device __rcu *dev[NFTSW_MAX_PORTS];
	struct nftsw_queue queues[];
};

static void nftsw_txrx_arm(const struct nftsw_queue *q)
{
	nftsw_wr32(q->ns->bus, NFTSW_IRQ_CTRL(NFTSW_VEC_QUEUE(q->nr)),
		   NFTSW_IRQ_CTRL_ARM);
}

/*
 * A chip that sees entries where the driver sees none would interrupt for ever.  When
 * that goes on, the vector is left unarmed until the watch comes by.
 */
static bool nftsw_txrx_may_arm(struct nftsw_queue *q, bool worked)
{
	WRITE_ONCE(q->idle_polls, worked ? 0 : q->idle_polls + 1);
	return !q->rx_broken && q->idle_polls < NFTSW_IDLE_POLLS;
}

static int nftsw_txrx_poll(struct napi_struct *napi, int budget)
{
	struct nftsw_queue *q = container_of(napi, struct nftsw_queue, napi);
	u16 cons = q->tx_cq.cons;
	bool more = nftsw_tx_poll(q, budget);
	bool worked = q->tx_cq.cons != cons;
	int done = 0;

	if (budget)
		done = nftsw_rx_poll(q, budget);
	if (more || done >= budget)
		return budget;
	worked |= done;
	if (napi_complete_done(napi, done) && nftsw_txrx_may_arm(q, worked))
		nftsw_txrx_arm(q);
	return done;
}

static irqreturn_t nftsw_txrx_irq(int irq, void *data)
{
	struct nftsw_queue *q = data;

	nftsw_irq_seen(q->ns, NFTSW_VEC_QUEUE(q->nr));
	napi_schedule(&q->napi);
	return IRQ_HANDLED;
}

/* How far NAPI is; any context. */
static u32 nftsw_txrx_seen(const struct nftsw_queue *q)
{
	return (u32)READ_ONCE(q->rx_cq.cons) << 16 | READ_ONCE(q->tx_cq.cons);
}

/*
 * NAPI has taken nothing for a second.  It is woken, because its interrupt may be lost or
 * its vector be unarmed; entries that wait say that one was lost.
 */
static void nftsw_txrx_watch_queue(struct nftsw_queue *q)
{
	u32 seen = nftsw_txrx_seen(q);
	bool idle = seen == q->seen;

	q->seen = seen;
	if (!idle && READ_ONCE(q->idle_polls) < NFTSW_IDLE_POLLS)
		return;
	local_bh_disable();
	if (napi_schedule_prep(&q->napi)) {
		/* Nobody else moves the rings until it has run. */
		if (seen == nftsw_txrx_seen(q) && idle &&
		    (nftsw_rx_pending(q) || nftsw_tx_pending(q)))
			nftsw_queue_count(q, NFTSW_QCTR_IRQ_LOST, 1);
		WRITE_ONCE(q->idle_polls, 0);
		__napi_schedule(&q->napi);
	}
	local_bh_enable();
}

static void nftsw_txrx_watch(struct work_struct *work)
{
	struct nftsw_txrx *t = container_of(to_delayed_work(work), struct nftsw_txrx,
					    watch);
	u32 i;

	for (i = 0; i < t->ns->info.queues; i++)
		nftsw_txrx_watch_queue(&t->queues[i]);
	nftsw_event_poll(t->ns);
	queue_delayed_work(t->ns->wq, &t->watch, msecs_to_jiffies(NFTSW_WATCH_MS));
}

/**
 * nftsw_txrx_port_set() - connect a port's netdev, or take it off
 * @ns: chip
 * @port: port number
 * @dev: netdev; or NULL with packet I/O stopped: nothing here knows the old one any
 *	more on return
 */
void nftsw_txrx_port_set(struct nftsw *ns, u16 port, struct net_device *dev)
{
	struct nftsw_txrx *t = ns->txrx;
	u32 i;

	rcu_assign_pointer(t->dev[port], dev);
	if (dev)
		return;
	for (i = 0; i < ns->info.queues; i++) {
		spin_lock_irq(&t->queues[i].tx_lock);
		__clear_bit(port, t->queues[i].stopped);
		spin_unlock_irq(&t->queues[i].tx_lock);
	}
	synchronize_net();
}

/**
 * nftsw_txrx_xmit() - send a frame out of a port
 * @np: port
 * @skb: frame
 *
 * Context: as ndo_start_xmit().
 *
 * Return: NETDEV_TX_OK or NETDEV_TX_BUSY.
 */
netdev_tx_t nftsw_txrx_xmit(struct nftsw_port *np, struct sk_buff *skb)
{
	struct nftsw *ns = np->ns;
	u32 nr = skb_get_queue_mapping(skb) % ns->info.queues;

	return nftsw_tx_xmit(&ns->txrx->queues[nr], np, skb);
}

static const char nftsw_queue_ctr_names[][ETH_GSTRING_LEN - 8] = {
#define NFTSW_X_QNAME(sym, name)	name,
	NFTSW_QUEUE_CTRS(NFTSW_X_QNAME)
};

/**
 * nftsw_txrx_queue_stats_count() - number of statistics of all queue pairs
 * @ns: chip
 *
 * Return: the number.
 */
u32 nftsw_txrx_queue_stats_count(const struct nftsw *ns)
{
	return ns->info.queues * NFTSW_QCTR_COUNT;
}

/**
 * nftsw_txrx_queue_stats_names() - names of the statistics of all queue pairs
 * @ns: chip
 * @data: ethtool strings; moved behind what was written
 */
void nftsw_txrx_queue_stats_names(const struct nftsw *ns, u8 **data)
{
	u32 i, j;

	for (i = 0; i < ns->info.queues; i++)
		for (j = 0; j < NFTSW_QCTR_COUNT; j++)
			ethtool_sprintf(data, "q%u_%s", i, nftsw_queue_ctr_names[j]);
}

static u64 nftsw_txrx_queue_stat(const struct nftsw_queue *q, u32 ctr)
{
	const struct u64_stats_sync *syncp = ctr < NFTSW_QCTR_SENDERS ?
					     &q->napi_syncp : &q->tx_syncp;
	unsigned int start;
	u64 val;

	do {
		start = u64_stats_fetch_begin(syncp);
		val = u64_stats_read(&q->ctr[ctr]);
	} while (u64_stats_fetch_retry(syncp, start));
	return val;
}

/**
 * nftsw_txrx_queue_stats() - statistics of all queue pairs
 * @ns: chip
 * @data: room for nftsw_txrx_queue_stats_count() values
 */
void nftsw_txrx_queue_stats(const struct nftsw *ns, u64 *data)
{
	u32 i, j;

	for (i = 0; i < ns->info.queues; i++)
		for (j = 0; j < NFTSW_QCTR_COUNT; j++)
			*data++ = nftsw_txrx_queue_stat(&ns->txrx->queues[i], j);
}

/**
 * nftsw_txrx_ring_get() - sizes of the packet rings
 * @rx: entries of an RX ring
 * @tx: entries of a TX ring
 */
void nftsw_txrx_ring_get(u32 *rx, u32 *tx)
{
	*rx = NFTSW_RX_COUNT;
	*tx = NFTSW_TX_COUNT;
}

/**
 * nftsw_txrx_coalesce_get() - interrupt moderation of the queue pairs
 * @ns: chip
 * @usecs: microseconds between interrupts, 0 = off
 * @frames: entries that interrupt earlier
 */
void nftsw_txrx_coalesce_get(const struct nftsw *ns, u32 *usecs, u32 *frames)
{
	*usecs = ns->txrx->usecs;
	*frames = ns->txrx->frames;
}

static void nftsw_txrx_mod_write(const struct nftsw_txrx *t)
{
	u32 val = FIELD_PREP(NFTSW_IRQ_MOD_USECS, t->usecs) |
		  FIELD_PREP(NFTSW_IRQ_MOD_COUNT, t->frames);
	u32 i;

	for (i = 0; i < t->ns->info.queues; i++)
		nftsw_wr32(t->ns->bus, NFTSW_IRQ_MOD(NFTSW_VEC_QUEUE(i)), val);
}

/**
 * nftsw_txrx_coalesce_set() - set the interrupt moderation of the queue pairs
 * @ns: chip
 * @usecs: microseconds between interrupts, 0 = off
 * @frames: entries that interrupt earlier
 *
 * Return: 0, or -ERANGE when the registers cannot hold it.
 */
int nftsw_txrx_coalesce_set(struct nftsw *ns, u32 usecs, u32 frames)
{
	if (usecs > FIELD_MAX(NFTSW_IRQ_MOD_USECS) ||
	    frames > FIELD_MAX(NFTSW_IRQ_MOD_COUNT))
		return -ERANGE;
	ns->txrx->usecs = usecs;
	ns->txrx->frames = frames;
	nftsw_txrx_mod_write(ns->txrx);
	return 0;
}

static int nftsw_txrx_queue_start(struct nftsw_queue *q)
{
	int err = nftsw_rx_start(q) ?: nftsw_tx_start(q);

	if (!err)
		napi_enable(&q->napi);
	return err;
}

static void nftsw_txrx_queue_stop(struct nftsw_queue *q)
{
	nftsw_tx_stop(q);
	nftsw_rx_stop(q);
}

/**
 * nftsw_txrx_start() - start all queue pairs on a chip that has been reset
 * @ns: chip
 *
 * Return: 0, -ENOMEM, or -EIO when the chip refuses a ring.
 */
int nftsw_txrx_start(struct nftsw *ns)
{
	struct nftsw_txrx *t = ns->txrx;
	int err;
	u32 i;

	nftsw_txrx_mod_write(t);
	for (i = 0; i < ns->info.queues; i++) {
		err = nftsw_txrx_queue_start(&t->queues[i]);
		if (err)
			goto err_queue_start;
	}
	for (i = 0; i < ns->info.queues; i++)
		nftsw_txrx_arm(&t->queues[i]);
	t->up = true;
	queue_delayed_work(ns->wq, &t->watch, msecs_to_jiffies(NFTSW_WATCH_MS));
	return 0;

err_queue_start:
	nftsw_txrx_queue_stop(&t->queues[i]);
	while (i--) {
		napi_disable(&t->queues[i].napi);
		nftsw_txrx_queue_stop(&t->queues[i]);
	}
	return err;
}

/**
 * nftsw_txrx_stop() - stop all queue pairs; frames under way are dropped
 * @ns: chip
 */
void nftsw_txrx_stop(struct nftsw *ns)
{
	struct nftsw_txrx *t = ns->txrx;
	u32 i;

	if (!t->up)
		return;
	t->up = false;
	cancel_delayed_work_sync(&t->watch);
	for (i = 0; i < ns->info.queues; i++)
		napi_disable(&t->queues[i].napi);
	for (i = 0; i < ns->info.queues; i++)
		nftsw_txrx_queue_stop(&t->queues[i]);
}

static void nftsw_txrx_queue_fini(struct nftsw_queue *q)
{
	q->ns->bus->ops->irq_free(q->ns->bus, NFTSW_VEC_QUEUE(q->nr), q);
	nftsw_tx_fini(q);
	nftsw_rx_fini(q);
	netif_napi_del(&q->napi);
}

static int nftsw_txrx_queue_init(struct nftsw_txrx *t, u32 nr)
{
	struct nftsw_queue *q = &t->queues[nr];
	struct nftsw *ns = t->ns;
	int err;

	q->ns = ns;
	q->nr = nr;
	q->dev = t->dev;
	netif_napi_add(t->napi_dev, &q->napi, nftsw_txrx_poll);
	err = nftsw_rx_init(q);
	if (err)
		goto err_rx_init;
	err = nftsw_tx_init(q);
	if (err)
		goto err_tx_init;
	err = ns->bus->ops->irq_request(ns->bus, NFTSW_VEC_QUEUE(nr), nftsw_txrx_irq,
					"queue", q);
	if (err)
		goto err_tx_init;
	return 0;

err_tx_init:
	nftsw_tx_fini(q);
err_rx_init:
	nftsw_rx_fini(q);
	netif_napi_del(&q->napi);
	return err;
}

/**
 * nftsw_txrx_init() - create all queue pairs, stopped
 * @ns: chip
 *
 * Return: 0 or a negative errno.
 */
int nftsw_txrx_init(struct nftsw *ns)
{
	struct nftsw_txrx *t;
	int err = -ENOMEM;
	u32 i;

	t = kvzalloc(struct_size(t, queues, ns->info.queues), GFP_KERNEL);
	if (!t)
		return -ENOMEM;
	t->ns = ns;
	t->usecs = NFTSW_MOD_USECS;
	t->frames = NFTSW_MOD_FRAMES;
	INIT_DELAYED_WORK(&t->watch, nftsw_txrx_watch);
	t->napi_dev = alloc_netdev_dummy(0);
	if (!t->napi_dev)
		goto err_alloc_netdev;
	for (i = 0; i < ns->info.queues; i++) {
		err = nftsw_txrx_queue_init(t, i);
		if (err)
			goto err_queue_init;
	}
	ns->txrx = t;
	return 0;

err_queue_init:
	while (i--)
		nftsw_txrx_queue_fini(&t->queues[i]);
	free_netdev(t->napi_dev);
err_alloc_netdev:
	kvfree(t);
	return err;
}

/**
 * nftsw_txrx_fini() - destroy all queue pairs
 * @ns: chip; packet I/O is stopped
 */
void nftsw_txrx_fini(struct nftsw *ns)
{
	struct nftsw_txrx *t = ns->txrx;
	u32 i;

	for (i = 0; i < ns->info.queues; i++)
		nftsw_txrx_queue_fini(&t->queues[i]);
	free_netdev(t->napi_dev);
	ns->txrx = NULL;
	kvfree(t);
}
