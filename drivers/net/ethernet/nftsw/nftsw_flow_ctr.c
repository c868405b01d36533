// SPDX-License-Identifier: GPL-2.0
/*
 * Counters of offloaded flows.  Floor 4, between nftsw_flow_entry.c and nftsw_flow.c.
 * Called by nftsw_tc.c for STATS, by nftsw_flow.c to start and stop, by debugfs.
 *
 * The chip writes the counters of used ranges into DMA memory, once a second and when
 * somebody asks; what has changed is kept in the flows, and STATS is answered from there
 * without waiting.  Flows that were not hit since the last time are not looked at, so that
 * a hundred thousand idle ones cost little.  ctrs_lock serialises the fetches,
 * nftsw_flow.ctr_lock protects what a flow keeps.  The same work gets rid of stale entries
 * and looks how full the table is.
 */
#include <linux/dma-mapping.h>
#include <linux/jiffies.h>
#include <linux/math64.h>
#include <net/flow_offload.h>
#include <kunit/visibility.h>
#include "nftsw_flow.h"
#include "nftsw_hw.h"

/* Counters fetched by one command; 32 KiB of DMA memory. */
#define NFTSW_FLOW_CTR_CHUNK	1024
#define NFTSW_FLOW_CTR_BYTES	(NFTSW_FLOW_CTR_CHUNK * sizeof(struct nftsw_hw_flow_ctrs))
/* A hit is in the counters at most so long after the time that it bears. */
#define NFTSW_FLOW_CTR_SLACK_NS	NSEC_PER_MSEC

/*
 * netfilter takes packets and bytes as 32-bit numbers, and takes bytes only together
 * with packets.  What does not fit is told next time, in proportion.
 */
static void nftsw_flow_ctr_fit(struct nftsw_flow_ctr *d)
{
	if (d->octets > U32_MAX) {
		d->packets = mul_u64_u64_div_u64(d->packets, U32_MAX, d->octets);
		d->octets = U32_MAX;
	}
}

static void nftsw_flow_ctr_delta(struct nftsw_flow *nf, struct nftsw_flow_ctr *d)
{
	spin_lock(&nf->ctr_lock);
	*d = nftsw_flow_untold(nf);
	nftsw_flow_ctr_fit(d);
	nf->reported.packets += d->packets;
	nf->reported.octets += d->octets;
	spin_unlock(&nf->ctr_lock);
}

/* Of a flow that has left.  Return: false when there is nothing to tell. */
static bool nftsw_flow_ctr_tail(struct nftsw_flow_table *ft, const struct nftsw_flow_id *id,
				struct nftsw_flow_ctr *d)
{
	struct nftsw_flow_ctr rest;

	if (!nftsw_flow_tail_take(ft, id, &rest))
		return false;
	*d = rest;
	nftsw_flow_ctr_fit(d);
	rest.packets -= d->packets;
	rest.octets -= d->octets;
	nftsw_flow_tail_add(ft, id, &rest);
	return true;
}

/**
 * nftsw_flow_stats() - what a flow has forwarded since the last time
 * @ns: chip
 * @id: flow
 * @stats: result, at most %NFTSW_FLOW_CTR_MS old; lastused is now when there is
 *	something to report, else 0
 *
 * netfilter makes the larger of a flow's end of life and lastused plus its timeout the new
 * end.  The former has 32 bits, the latter 64, so that beyond 2^32 jiffies, five minutes
 * after boot, lastused always wins: a hit that is older than the last packet that software
 * saw, or is told twice, would shorten the life of the flow.
 *
 * Context: process; does not wait for the chip.
 * Return: 0, or -ENOENT when the flow is not offloaded and nothing is left to tell.
 */
int nftsw_flow_stats(struct nftsw *ns, const struct nftsw_flow_id *id,
		     struct flow_stats *stats)
{
	struct nftsw_flow *nf = nftsw_flow_get(ns->flow, id);
	struct nftsw_flow_ctr d;

	if (nf) {
		nftsw_flow_ctr_delta(nf, &d);
		nftsw_flow_put(nf);
	} else if (!nftsw_flow_ctr_tail(ns->flow, id, &d)) {
		nftsw_flow_log_event(&ns->flow->log, NFTSW_FLOW_EVENT_UNKNOWN, 1);
		return -ENOENT;
	}
	flow_stats_update(stats, d.octets, d.packets, 0,
			  d.packets ? get_jiffies_64() : 0,
			  FLOW_ACTION_HW_STATS_DELAYED);
	return 0;
}

/* Of many flows to one address, one is enough.  The other end of a session is no neighbour. */
static void nftsw_flow_ctrs_hit(struct nftsw_flow_table *ft, const struct nftsw_flow_spec *s)
{
	u32 nr = nftsw_flow_mac_nr(s->dmac);

	if (!(s->action & NFTSW_FA_PUSH_PPPOE) && !test_bit(nr, ft->dmac_hit))
		set_bit(nr, ft->dmac_hit);
}

static int nftsw_flow_ctrs_chunk(struct nftsw_flow_table *ft, u32 first, u32 count)
{
	struct nftsw_flow *nf;
	u64 now_ns, now;
	int err;
	u32 i;

	err = nftsw_hw_flow_ctrs(ft->ns, first, count, ft->ctrs_dma);
	if (err)
		return err;
	now_ns = nftsw_hw_time(ft->ns);
	now = get_jiffies_64();
	rcu_read_lock();
	for (i = 0; i < count; i++) {
		/* Most are idle, or free: a look at the record must do. */
		if (le64_to_cpu(ft->ctrs[i].last_hit_ns) < ft->ctrs_since)
			continue;
		nf = rcu_dereference(ft->index.flows[first + i]);
		if (nf && nftsw_flow_count(nf, &ft->ctrs[i], now_ns, now))
			nftsw_flow_ctrs_hit(ft, &nf->spec);
	}
	rcu_read_unlock();
	return 0;
}

/* Is there a flow from entry number @first on?  Then @first is its number. */
static bool nftsw_flow_ctrs_wanted(struct nftsw_flow_table *ft, unsigned long *first)
{
	bool found;

	rcu_read_lock();
	found = nftsw_flow_index_find(&ft->index, first);
	rcu_read_unlock();
	return found;
}

/**
 * nftsw_flow_refresh() - fetch the counters of all flows now
 * @ns: chip
 *
 * Context: process; waits for the chip.
 * Return: 0, or the error of the command that failed.
 */
int nftsw_flow_refresh(struct nftsw *ns)
{
	struct nftsw_flow_table *ft = ns->flow;
	unsigned long first = 0;
	int err = 0;
	u64 since;
	u32 count;

	mutex_lock(&ft->ctrs_lock);
	since = nftsw_hw_time(ns);
	while (!err && nftsw_flow_ctrs_wanted(ft, &first)) {
		count = min_t(u32, NFTSW_FLOW_CTR_CHUNK, ns->info.flows - first);
		err = nftsw_flow_ctrs_chunk(ft, first, count);
		first += count;
	}
	if (!err && since > NFTSW_FLOW_CTR_SLACK_NS)
		ft->ctrs_since = since - NFTSW_FLOW_CTR_SLACK_NS;
	mutex_unlock(&ft->ctrs_lock);
	return err;
}
EXPORT_SYMBOL_IF_KUNIT(nftsw_flow_refresh);

static void nftsw_flow_retry_stale(struct nftsw_flow_table *ft)
{
	unsigned long index = 0;
	struct nftsw_flow *nf;
	int err = 0;

	/* One that is not answered is enough for this time: each costs a timeout. */
	for (; !err && (nf = nftsw_flow_next(ft, &index)); index++) {
		mutex_lock(&nf->lock);
		if (nf->state == NFTSW_FLOW_STALE)
			err = nftsw_flow_withdraw(ft, nf);
		if (nf->state == NFTSW_FLOW_STALE && !err)
			nftsw_flow_stale_end(ft, nf);
		mutex_unlock(&nf->lock);
		nftsw_flow_put(nf);
	}
}

static void nftsw_flow_ctr_work(struct work_struct *work)
{
	struct nftsw_flow_table *ft = container_of(to_delayed_work(work),
						   struct nftsw_flow_table, work);

	if (atomic_read(&ft->stale))
		nftsw_flow_retry_stale(ft);
	nftsw_flow_room_check(ft);
	nftsw_flow_refresh(ft->ns);
	queue_delayed_work(ft->ns->wq, &ft->work, msecs_to_jiffies(NFTSW_FLOW_CTR_MS));
}

/**
 * nftsw_flow_ctr_start() - begin to fetch counters
 * @ft: table; the chip is ready
 */
void nftsw_flow_ctr_start(struct nftsw_flow_table *ft)
{
	/* Its time may have begun anew with its reset. */
	mutex_lock(&ft->ctrs_lock);
	ft->ctrs_since = 0;
	mutex_unlock(&ft->ctrs_lock);
	queue_delayed_work(ft->ns->wq, &ft->work, msecs_to_jiffies(NFTSW_FLOW_CTR_MS));
}

/**
 * nftsw_flow_ctr_stop() - fetch counters no more
 * @ft: table
 *
 * Context: process; waits for a fetch under way.
 */
void nftsw_flow_ctr_stop(struct nftsw_flow_table *ft)
{
	cancel_delayed_work_sync(&ft->work);
}

/**
 * nftsw_flow_ctr_init() - get memory for counters
 * @ft: table
 *
 * Return: 0 or -ENOMEM.
 */
int nftsw_flow_ctr_init(struct nftsw_flow_table *ft)
{
	mutex_init(&ft->ctrs_lock);
	INIT_DELAYED_WORK(&ft->work, nftsw_flow_ctr_work);
	ft->ctrs = dma_alloc_coherent(ft->ns->dev, NFTSW_FLOW_CTR_BYTES, &ft->ctrs_dma,
				      GFP_KERNEL);
	return ft->ctrs ? 0 : -ENOMEM;
}

/**
 * nftsw_flow_ctr_fini() - undo nftsw_flow_ctr_init()
 * @ft: table; fetching has stopped, and the chip has been reset since
 */
void nftsw_flow_ctr_fini(struct nftsw_flow_table *ft)
{
	dma_free_coherent(ft->ns->dev, NFTSW_FLOW_CTR_BYTES, ft->ctrs, ft->ctrs_dma);
}
