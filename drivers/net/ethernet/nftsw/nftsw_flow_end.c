// SPDX-License-Identifier: GPL-2.0
/*
 * Connections that begin anew or end.  Floor 4, above nftsw_flow_entry.c.  Started and
 * stopped by nftsw_flow.c, whose head has the reasons.
 *
 * NAPI marks the entry whose SYN, FIN or RST came to the CPU; a work, which may wait for
 * the chip, takes it out.  nftsw_flow.lock protects what is said of a flow.
 */
#include <linux/bitmap.h>
#include <linux/slab.h>
#include "nftsw_flow.h"

/* The number may meanwhile be another flow's; then the kernel's next request mends it. */
static void nftsw_flow_end(struct nftsw_flow_table *ft, unsigned long index)
{
	unsigned long found = index;
	struct nftsw_flow *nf = nftsw_flow_next(ft, &found);
	bool live = false;

	if (!nf)
		return;
	if (found == index) {
		mutex_lock(&nf->lock);
		live = nf->state == NFTSW_FLOW_OFFLOADED;
		nf->ended |= live;
		mutex_unlock(&nf->lock);
	}
	if (live) {
		nftsw_flow_log_event(&ft->log, NFTSW_FLOW_EVENT_ENDED, 1);
		nftsw_flow_sync(ft, nf);
	}
	nftsw_flow_put(nf);
}

static void nftsw_flow_ended_work(struct work_struct *work)
{
	struct nftsw_flow_table *ft = container_of(work, struct nftsw_flow_table,
						   ended_work);
	unsigned long index;

	for_each_set_bit(index, ft->ended, ft->ns->info.flows)
		if (test_and_clear_bit(index, ft->ended))
			nftsw_flow_end(ft, index);
}

/* Called by NAPI, which cannot wait for the chip. */
static void nftsw_flow_ended(struct nftsw *ns, u32 index)
{
	struct nftsw_flow_table *ft = ns->flow;

	if (index < ns->info.flows && !test_and_set_bit(index, ft->ended))
		queue_work(ns->wq, &ft->ended_work);
}

/**
 * nftsw_flow_end_start() - look out for SYN, FIN and RST
 * @ft: table; the chip is ready
 */
void nftsw_flow_end_start(struct nftsw_flow_table *ft)
{
	WRITE_ONCE(ft->ns->flow_ended, nftsw_flow_ended);
}

/**
 * nftsw_flow_end_stop() - look out no more
 * @ft: table
 *
 * Context: process; waits for the work under way.
 */
void nftsw_flow_end_stop(struct nftsw_flow_table *ft)
{
	WRITE_ONCE(ft->ns->flow_ended, NULL);
	cancel_work_sync(&ft->ended_work);
	/* a bit that stays would keep the next one of its number from being looked at */
	bitmap_zero(ft->ended, ft->ns->info.flows);
}

/**
 * nftsw_flow_end_init() - prepare to look out
 * @ft: table
 *
 * Return: 0 or -ENOMEM.
 */
int nftsw_flow_end_init(struct nftsw_flow_table *ft)
{
	INIT_WORK(&ft->ended_work, nftsw_flow_ended_work);
	ft->ended = bitmap_zalloc(ft->ns->info.flows, GFP_KERNEL);
	return ft->ended ? 0 : -ENOMEM;
}

/**
 * nftsw_flow_end_fini() - undo nftsw_flow_end_init()
 * @ft: table, stopped
 */
void nftsw_flow_end_fini(struct nftsw_flow_table *ft)
{
	bitmap_free(ft->ended);
}
