// SPDX-License-Identifier: GPL-2.0
/*
 * Entry numbers of the chip's flow table: which are free, and whose the others are.
 * Floor 4, below nftsw_flow_entry.c.  Called by all that deals with flows.
 *
 * What: an array of flows by number, as long as the chip's table, and a stack of the
 * numbers that were given back.  A number that nobody ever had is the next one above
 * nftsw_flow_index.top, so the stack begins empty, and walks end at the top.
 *
 * Why: a number is taken and given back for each direction of each connection.  Two
 * stores under a spinlock cost a tenth of a search in an xarray.  The price: 12 bytes for
 * each entry of the chip, used or not, and after a peak the numbers in use lie scattered
 * below its top until the last one goes, so a walk is as long as it was at the peak.
 *
 * Locks: nftsw_flow_index.lock, inside of all others.  Walks need RCU only: a flow is
 * freed after a grace period, and may be found until then.
 */
#include <linux/slab.h>
#include "nftsw_flow.h"

/**
 * nftsw_flow_index_init() - all numbers are free
 * @ix: zeroed memory
 * @size: entries that the chip has
 *
 * Return: 0 or -ENOMEM.
 */
int nftsw_flow_index_init(struct nftsw_flow_index *ix, u32 size)
{
	spin_lock_init(&ix->lock);
	ix->size = size;
	ix->flows = kvcalloc(size, sizeof(*ix->flows), GFP_KERNEL);
	ix->free = kvmalloc_array(size, sizeof(*ix->free), GFP_KERNEL);
	if (ix->flows && ix->free)
		return 0;
	nftsw_flow_index_fini(ix);
	return -ENOMEM;
}

/**
 * nftsw_flow_index_fini() - undo nftsw_flow_index_init()
 * @ix: numbers, all free
 */
void nftsw_flow_index_fini(struct nftsw_flow_index *ix)
{
	kvfree(ix->free);
	kvfree(ix->flows);
	ix->free = NULL;
	ix->flows = NULL;
}

/**
 * nftsw_flow_index_take() - get a number for a flow, which can be found by it at once
 * @ix: numbers
 * @nf: flow; its index is set
 *
 * Context: process.
 * Return: 0, or -ENOSPC when all are taken.
 */
int nftsw_flow_index_take(struct nftsw_flow_index *ix, struct nftsw_flow *nf)
{
	int err = 0;

	spin_lock(&ix->lock);
	if (ix->freed) {
		nf->index = ix->free[--ix->freed];
	} else if (ix->top < ix->size) {
		nf->index = ix->top;
		WRITE_ONCE(ix->top, ix->top + 1);
	} else {
		err = -ENOSPC;
	}
	if (!err) {
		WRITE_ONCE(ix->used, ix->used + 1);
		rcu_assign_pointer(ix->flows[nf->index], nf);
	}
	spin_unlock(&ix->lock);
	return err;
}

/**
 * nftsw_flow_index_give() - give a number back
 * @ix: numbers
 * @index: number; its flow is freed a grace period later at the earliest
 */
void nftsw_flow_index_give(struct nftsw_flow_index *ix, u32 index)
{
	spin_lock(&ix->lock);
	RCU_INIT_POINTER(ix->flows[index], NULL);
	WRITE_ONCE(ix->used, ix->used - 1);
	ix->free[ix->freed++] = index;
	if (!ix->used) {
		WRITE_ONCE(ix->top, 0);
		ix->freed = 0;
	}
	spin_unlock(&ix->lock);
}

/**
 * nftsw_flow_index_used() - numbers in use
 * @ix: numbers
 *
 * Context: any.
 * Return: how many.
 */
u32 nftsw_flow_index_used(const struct nftsw_flow_index *ix)
{
	return READ_ONCE(ix->used);
}

/**
 * nftsw_flow_index_find() - the first flow at or above a number
 * @ix: numbers
 * @index: in: lowest number to look at; out: that of the flow
 *
 * Context: under rcu_read_lock().
 * Return: the flow, which may be on its way out, or NULL at the end.
 */
struct nftsw_flow *nftsw_flow_index_find(const struct nftsw_flow_index *ix,
					 unsigned long *index)
{
	unsigned long top = READ_ONCE(ix->top);
	struct nftsw_flow *nf;

	for (; *index < top; ++*index) {
		nf = rcu_dereference(ix->flows[*index]);
		if (nf)
			return nf;
	}
	return NULL;
}
