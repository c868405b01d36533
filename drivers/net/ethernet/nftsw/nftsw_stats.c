// SPDX-License-Identifier: GPL-2.0
/*
 * Port counters: a copy of the chip's, so that nobody who asks has to wait.  Floor 4.
 *
 * One command makes the chip write all counters of all ports into @raw; work does so
 * every NFTSW_STATS_MS, and ethtool when it is asked.  The chip starts from 0 at each
 * reset; @base holds what was counted before, so that totals only grow.
 *
 * Locking: @refresh_lock between those that ask the chip (may sleep); @lock, a
 * spinlock, for the copy, which ndo_get_stats64() reads in atomic context.
 */
#include <linux/dma-mapping.h>
#include <linux/slab.h>
#include "nftsw_hw.h"

#define NFTSW_STATS_MS		1000

/**
 * struct nftsw_stats - counter cache of a chip
 * @ns: chip
 * @refresh_lock: protects @raw
 * @raw: where the chip writes counters, one struct nftsw_hw_port_ctrs per port
 * @raw_dma: where the chip sees it
 * @work: refreshes
 * @lock: protects @base and @now
 * @base: counted before the last reset
 * @now: counted since then, as of the last refresh
 */
struct nftsw_stats {
	struct nftsw *ns;
	struct mutex refresh_lock; /* protects raw */
	struct nftsw_hw_port_ctrs *raw;
	dma_addr_t raw_dma;
	struct delayed_work work;
	spinlock_t lock; /* protects base and now */
	struct nftsw_port_ctrs *base;
	struct nftsw_port_ctrs *now;
};

static size_t nftsw_stats_raw_size(const struct nftsw *ns)
{
	return ns->info.ports * sizeof(struct nftsw_hw_port_ctrs);
}

static void nftsw_stats_take(struct nftsw_stats *st)
{
	u32 p, i;

	spin_lock_bh(&st->lock);
	for (p = 0; p < st->ns->info.ports; p++)
		for (i = 0; i < NFTSW_PCTR_COUNT; i++)
			st->now[p].ctr[i] = le64_to_cpu(st->raw[p].ctr[i]);
	spin_unlock_bh(&st->lock);
}

/**
 * nftsw_stats_refresh() - bring the copy up to date
 * @ns: chip
 *
 * Context: process, may sleep.
 *
 * Return: 0 or a negative errno; the copy stays as it was.
 */
int nftsw_stats_refresh(struct nftsw *ns)
{
	struct nftsw_stats *st = ns->stats;
	int err;

	mutex_lock(&st->refresh_lock);
	err = nftsw_hw_port_ctrs(ns, 0, ns->info.ports, st->raw_dma);
	if (!err)
		nftsw_stats_take(st);
	mutex_unlock(&st->refresh_lock);
	return err;
}

static void nftsw_stats_work(struct work_struct *work)
{
	struct nftsw_stats *st = container_of(to_delayed_work(work),
					      struct nftsw_stats, work);

	nftsw_stats_refresh(st->ns);
	queue_delayed_work(st->ns->wq, &st->work, msecs_to_jiffies(NFTSW_STATS_MS));
}

/**
 * nftsw_stats_get() - counters of a port, at most about a second old
 * @np: port
 * @ctrs: where to put them
 *
 * Context: any but hard interrupts; does not sleep.
 */
void nftsw_stats_get(struct nftsw_port *np, struct nftsw_port_ctrs *ctrs)
{
	struct nftsw_stats *st = np->ns->stats;
	u32 i;

	spin_lock_bh(&st->lock);
	for (i = 0; i < NFTSW_PCTR_COUNT; i++)
		ctrs->ctr[i] = st->base[np->port].ctr[i] + st->now[np->port].ctr[i];
	spin_unlock_bh(&st->lock);
}

/**
 * nftsw_stats_start() - keep the copy fresh
 * @ns: chip, its command queue open
 */
void nftsw_stats_start(struct nftsw *ns)
{
	queue_delayed_work(ns->wq, &ns->stats->work, msecs_to_jiffies(NFTSW_STATS_MS));
}

/**
 * nftsw_stats_stop() - the chip is going to be reset: keep what it has counted
 * @ns: chip, its command queue still open if it can be
 */
void nftsw_stats_stop(struct nftsw *ns)
{
	struct nftsw_stats *st = ns->stats;
	u32 p, i;

	cancel_delayed_work_sync(&st->work);
	nftsw_stats_refresh(ns);
	spin_lock_bh(&st->lock);
	for (p = 0; p < ns->info.ports; p++) {
		for (i = 0; i < NFTSW_PCTR_COUNT; i++)
			st->base[p].ctr[i] += st->now[p].ctr[i];
		memset(&st->now[p], 0, sizeof(st->now[p]));
	}
	spin_unlock_bh(&st->lock);
}

static void nftsw_stats_free(struct nftsw_stats *st)
{
	if (st->raw)
		dma_free_coherent(st->ns->dev, nftsw_stats_raw_size(st->ns), st->raw,
				  st->raw_dma);
	kvfree(st->now);
	kvfree(st->base);
	mutex_destroy(&st->refresh_lock);
	kfree(st);
}

/**
 * nftsw_stats_init() - create the counter cache
 * @ns: chip
 *
 * Return: 0 or -ENOMEM.
 */
int nftsw_stats_init(struct nftsw *ns)
{
	struct nftsw_stats *st;

	st = kzalloc(sizeof(*st), GFP_KERNEL);
	if (!st)
		return -ENOMEM;
	st->ns = ns;
	mutex_init(&st->refresh_lock);
	spin_lock_init(&st->lock);
	INIT_DELAYED_WORK(&st->work, nftsw_stats_work);
	st->base = kvcalloc(ns->info.ports, sizeof(*st->base), GFP_KERNEL);
	st->now = kvcalloc(ns->info.ports, sizeof(*st->now), GFP_KERNEL);
	st->raw = dma_alloc_coherent(ns->dev, nftsw_stats_raw_size(ns), &st->raw_dma,
				     GFP_KERNEL);
	if (!st->base || !st->now || !st->raw) {
		nftsw_stats_free(st);
		return -ENOMEM;
	}
	ns->stats = st;
	return 0;
}

/**
 * nftsw_stats_fini() - destroy the counter cache
 * @ns: chip; the cache is stopped, and the chip reset since or gone
 */
void nftsw_stats_fini(struct nftsw *ns)
{
	nftsw_stats_free(ns->stats);
	ns->stats = NULL;
}
