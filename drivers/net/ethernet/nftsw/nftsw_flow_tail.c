// SPDX-License-Identifier: GPL-2.0
/*
 * The tail of a flow: what it counted that the kernel had not been told when it left the chip.
 * Floor 4, below nftsw_flow_entry.c.  Called by those who take out a flow that the kernel keeps,
 * and by nftsw_flow_ctr.c for STATS.
 *
 * A port with hw-tc-offload off, or that has left the flowtable; an update that is refused; a chip
 * that is reset: netfilter goes on with the connection in software, and with asking for its
 * counters.  Its tail waits for the next question, or for the flow to be offloaded again,
 * which begins with it.  When the flow is deleted, or its flowtable, nobody will ask.
 *
 * Most flows leave because netfilter deletes them, and have none.
 *
 * Locking: nftsw_flow_tails.lock, inside of all others.
 */
#include <linux/slab.h>
#include <kunit/visibility.h>
#include "nftsw_flow.h"

struct nftsw_flow_tail {
	struct hlist_node node;
	struct nftsw_flow_id id;
	struct nftsw_flow_ctr ctr;
};

/**
 * nftsw_flow_untold() - what a flow has counted and the kernel was not told
 * @nf: flow; its ctr_lock is held
 *
 * Return: packets and octets.
 */
struct nftsw_flow_ctr nftsw_flow_untold(const struct nftsw_flow *nf)
{
	return (struct nftsw_flow_ctr) {
		.packets = nf->base.packets + nf->ctr.packets - nf->reported.packets,
		.octets = nf->base.octets + nf->ctr.octets - nf->reported.octets,
	};
}

/**
 * nftsw_flow_tail_add() - keep what a flow has counted
 * @ft: table
 * @id: flow, not in the table, or about to leave it
 * @ctr: packets and octets; without packets netfilter would not take them
 *
 * Without memory they are lost.
 *
 * Context: process.
 */
void nftsw_flow_tail_add(struct nftsw_flow_table *ft, const struct nftsw_flow_id *id,
			 const struct nftsw_flow_ctr *ctr)
{
	struct nftsw_flow_tails *tails = &ft->tails;
	struct nftsw_flow_tail *t;

	if (!ctr->packets)
		return;
	t = kmalloc(sizeof(*t), GFP_KERNEL);
	if (!t)
		return;
	t->id = *id;
	t->ctr = *ctr;
	spin_lock(&tails->lock);
	hash_add(tails->by_cookie, &t->node, id->cookie);
	WRITE_ONCE(tails->count, tails->count + 1);
	spin_unlock(&tails->lock);
}
EXPORT_SYMBOL_IF_KUNIT(nftsw_flow_tail_add);

/**
 * nftsw_flow_tail_keep() - a flow is about to leave the table, and the kernel keeps it
 * @ft: table
 * @nf: flow; its lock is held
 *
 * Who asks the flow itself from now on is told nothing more.
 */
void nftsw_flow_tail_keep(struct nftsw_flow_table *ft, struct nftsw_flow *nf)
{
	struct nftsw_flow_ctr untold;

	spin_lock(&nf->ctr_lock);
	untold = nftsw_flow_untold(nf);
	nf->reported.packets += untold.packets;
	nf->reported.octets += untold.octets;
	spin_unlock(&nf->ctr_lock);
	nftsw_flow_tail_add(ft, &nf->id, &untold);
}

/* tails->lock is held. */
static void nftsw_flow_tail_free(struct nftsw_flow_tails *tails, struct nftsw_flow_tail *t)
{
	hash_del(&t->node);
	WRITE_ONCE(tails->count, tails->count - 1);
	kfree(t);
}

/**
 * nftsw_flow_tail_take() - get what was kept of a flow, and keep it no more
 * @ft: table
 * @id: flow
 * @ctr: packets and octets; untouched when there are none
 *
 * Return: whether there were.
 */
bool nftsw_flow_tail_take(struct nftsw_flow_table *ft, const struct nftsw_flow_id *id,
			  struct nftsw_flow_ctr *ctr)
{
	struct nftsw_flow_tails *tails = &ft->tails;
	struct nftsw_flow_tail *t;
	bool found = false;

	if (!READ_ONCE(tails->count))
		return false;
	spin_lock(&tails->lock);
	hash_for_each_possible(tails->by_cookie, t, node, id->cookie) {
		if (t->id.cookie != id->cookie || t->id.block != id->block)
			continue;
		*ctr = t->ctr;
		nftsw_flow_tail_free(tails, t);
		found = true;
		break;
	}
	spin_unlock(&tails->lock);
	return found;
}

/**
 * nftsw_flow_tails_purge() - nobody will ask for the flows of a block
 * @ft: table
 * @block: tag; 0: all blocks
 *
 * Context: process, may sleep.
 */
void nftsw_flow_tails_purge(struct nftsw_flow_table *ft, u32 block)
{
	struct nftsw_flow_tails *tails = &ft->tails;
	struct nftsw_flow_tail *t;
	struct hlist_node *tmp;
	u32 i;

	if (!READ_ONCE(tails->count))
		return;
	for (i = 0; i < HASH_SIZE(tails->by_cookie); i++) {
		spin_lock(&tails->lock);
		hlist_for_each_entry_safe(t, tmp, &tails->by_cookie[i], node)
			if (!block || t->id.block == block)
				nftsw_flow_tail_free(tails, t);
		spin_unlock(&tails->lock);
		cond_resched();
	}
}

/**
 * nftsw_flow_tails_init() - nothing is kept
 * @ft: table
 */
void nftsw_flow_tails_init(struct nftsw_flow_table *ft)
{
	spin_lock_init(&ft->tails.lock);
	hash_init(ft->tails.by_cookie);
}
