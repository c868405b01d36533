// SPDX-License-Identifier: GPL-2.0
/*
 * Many flows at once: those of a block that goes away, of a port, towards an address, and
 * what a port's MTU is for the entries that go out there.  Floor 4, above nftsw_flow_entry.c;
 * see the essay at the head of nftsw_flow.c.
 */
#include <linux/etherdevice.h>
#include <linux/slab.h>
#include <kunit/visibility.h>
#include "nftsw_flow.h"
#include "nftsw_hw.h"

/* More flows than this leaving a port are purged when its MTU changes, not rewritten. */
#define NFTSW_FLOW_MTU_REWRITES	1024

/* nf->lock is held. */
static bool nftsw_flow_purge_hits(const struct nftsw_flow_purge *p,
				  const struct nftsw_flow *nf)
{
	if (nf->state >= NFTSW_FLOW_STALE)
		return false;
	if (p->match & NFTSW_FP_BLOCK && nf->id.block != p->block)
		return false;
	if (!(p->match & (NFTSW_FP_PORT | NFTSW_FP_DMAC)))
		return true;
	if (is_zero_ether_addr(nf->spec.dmac)) /* no rule recorded yet */
		return false;
	if (p->match & NFTSW_FP_DMAC &&
	    !ether_addr_equal_unaligned(nf->spec.dmac, p->dmac))
		return false;
	if (!(p->match & NFTSW_FP_PORT))
		return true;
	return nf->spec.match.iport == p->port || nf->spec.oport == p->port;
}

/* Is there one?  Who would only find out by the command need not be asked. */
static bool nftsw_flow_purge_any(struct nftsw_flow_table *ft, const struct nftsw_flow_purge *p)
{
	unsigned long index = 0;
	struct nftsw_flow *nf;
	bool hit = false;

	for (; !hit && (nf = nftsw_flow_next(ft, &index)); index++) {
		mutex_lock(&nf->lock);
		hit = nftsw_flow_purge_hits(p, nf);
		mutex_unlock(&nf->lock);
		nftsw_flow_put(nf);
	}
	return hit;
}

/*
 * Take flows out of the driver's table; they keep their entry numbers.  What is to be told of
 * them is kept before nobody finds them any more: whoever deletes one then deletes that, too.
 */
static void nftsw_flow_purge_collect(struct nftsw_flow_table *ft,
				     const struct nftsw_flow_purge *p,
				     struct list_head *list)
{
	unsigned long index = 0;
	struct nftsw_flow *nf;
	bool hit;

	for (; (nf = nftsw_flow_next(ft, &index)); index++) {
		mutex_lock(&nf->lock);
		hit = nftsw_flow_purge_hits(p, nf);
		if (hit && p->teardown && ft->teardown)
			ft->teardown(ft->ns, &nf->id);
		if (hit && p->kept)
			nftsw_flow_tail_keep(ft, nf);
		if (hit)
			nftsw_flow_unhash(ft, nf);
		/* gone for the kernel, which will not ask for it */
		if (nf->state == NFTSW_FLOW_STALE && p->no_chip)
			nftsw_flow_stale_end(ft, nf);
		mutex_unlock(&nf->lock);
		if (hit)
			list_add_tail(&nf->purge_node, list);
		else
			nftsw_flow_put(nf);
	}
}

static int nftsw_flow_purge_chip(struct nftsw_flow_table *ft,
				 const struct nftsw_flow_purge *p)
{
	struct nftsw_hw_flow_purge hw = {
		.match = cpu_to_le32(p->match),
		.block = cpu_to_le32(p->block),
		.port = cpu_to_le16(p->port),
	};
	u32 deleted;

	memcpy(hw.dmac, p->dmac, sizeof(hw.dmac));
	return nftsw_hw_flow_purge(ft->ns, &hw, &deleted);
}

/**
 * nftsw_flow_purge() - delete the flows that meet a condition
 * @ft: table
 * @p: condition
 *
 * Nobody may offload a flow that meets it while this runs: the chip would delete it,
 * too.  The callers see to that.  Of those that the kernel keeps, what the chip counts between
 * its counters being fetched and the entries being gone is lost.
 *
 * Context: process; waits for the chip.
 * Return: how many flows there were.
 */
u32 nftsw_flow_purge(struct nftsw_flow_table *ft, const struct nftsw_flow_purge *p)
{
	struct nftsw_flow *nf, *next;
	LIST_HEAD(list);
	int err = 0;
	u32 n = 0;

	if (p->kept && !p->no_chip && nftsw_flow_purge_any(ft, p))
		err = nftsw_flow_refresh(ft->ns);
	nftsw_flow_purge_collect(ft, p, &list);
	/* a chip that did not answer is not asked again: whoever waits may hold RTNL */
	if (!err && !p->no_chip && !list_empty(&list))
		err = nftsw_flow_purge_chip(ft, p);
	list_for_each_entry_safe(nf, next, &list, purge_node) {
		list_del_init(&nf->purge_node);
		mutex_lock(&nf->lock);
		if (err && nf->in_chip)
			nftsw_flow_stale(ft, nf);
		else
			nftsw_flow_index_free(ft, nf);
		mutex_unlock(&nf->lock);
		nftsw_flow_put(nf);
		n++;
	}
	nftsw_flow_log_event(&ft->log, p->why, n);
	return n;
}

/**
 * nftsw_flow_purge_block() - delete the flows of a block
 * @ns: chip
 * @block: tag; its callback is unreachable
 *
 * When netfilter deletes a flowtable it unbinds first and never sends DESTROY.
 *
 * Context: process; waits for the chip.
 */
void nftsw_flow_purge_block(struct nftsw *ns, u32 block)
{
	struct nftsw_flow_purge p = {
		.match = NFTSW_FP_BLOCK, .block = block, .why = NFTSW_FLOW_EVENT_PURGED,
	};

	nftsw_flow_purge(ns->flow, &p);
	nftsw_flow_tails_purge(ns->flow, block);
}

/**
 * nftsw_flow_purge_block_port() - delete the flows of a block through a port
 * @ns: chip
 * @block: tag; its callback does not run
 * @port: port number, or NFTSW_LAG_PORT()
 *
 * Context: process; waits for the chip.
 */
void nftsw_flow_purge_block_port(struct nftsw *ns, u32 block, u16 port)
{
	struct nftsw_flow_purge p = {
		.match = NFTSW_FP_BLOCK | NFTSW_FP_PORT, .block = block, .port = port,
		.kept = true, .why = NFTSW_FLOW_EVENT_PURGED,
	};

	nftsw_flow_purge(ns->flow, &p);
}

static void nftsw_flow_block_port(struct nftsw_flow_table *ft, u16 port, int n)
{
	spin_lock(&ft->lock);
	ft->blocked[port] += n;
	spin_unlock(&ft->lock);
}

/* Return: false when it was so before. */
static bool nftsw_flow_offload_note(struct nftsw_flow_table *ft, u16 port, bool on)
{
	bool news;

	spin_lock(&ft->lock);
	news = test_bit(port, ft->offload_off) == on;
	if (news) {
		__assign_bit(port, ft->offload_off, !on);
		ft->blocked[port] += on ? -1 : 1;
	}
	spin_unlock(&ft->lock);
	return news;
}

/**
 * nftsw_flow_purge_port() - delete the flows that come in or go out through a port
 * @ns: chip
 * @port: port number, or NFTSW_LAG_PORT()
 *
 * Requests that arrive meanwhile are refused.
 *
 * Context: process; waits for the chip.
 */
void nftsw_flow_purge_port(struct nftsw *ns, u16 port)
{
	struct nftsw_flow_purge p = {
		.match = NFTSW_FP_PORT, .port = port, .kept = true,
		.why = NFTSW_FLOW_EVENT_PURGED,
	};

	nftsw_flow_block_port(ns->flow, port, 1);
	nftsw_flow_purge(ns->flow, &p);
	nftsw_flow_block_port(ns->flow, port, -1);
}

/**
 * nftsw_flow_offload_set() - allow or forbid flows through a port
 * @ns: chip
 * @port: port number
 * @on: hw-tc-offload of the port
 *
 * Forbidding deletes those that there are.
 *
 * Context: process; waits for the chip.  Callers for one port are serialised, those for
 * several are not: a port may be switched while the next one is created.
 */
void nftsw_flow_offload_set(struct nftsw *ns, u16 port, bool on)
{
	if (nftsw_flow_offload_note(ns->flow, port, on) && !on)
		nftsw_flow_purge_port(ns, port);
}
EXPORT_SYMBOL_IF_KUNIT(nftsw_flow_offload_set);

/* Up to @max flows that leave @port, with references.  Return: how many; @max + 1: more. */
static u32 nftsw_flow_egress_get(struct nftsw_flow_table *ft, u16 port,
				 struct nftsw_flow **flows, u32 max)
{
	struct nftsw_flow *nf;
	u32 n = 0;

	spin_lock(&ft->lock);
	hlist_for_each_entry(nf, &ft->by_oport[port], out_node) {
		if (n == max) {
			n++;
			break;
		}
		refcount_inc(&nf->ref);
		flows[n++] = nf;
	}
	spin_unlock(&ft->lock);
	return n;
}

/* Return: false when they are too many to wait for. */
static bool nftsw_flow_egress_resync(struct nftsw_flow_table *ft, u16 port)
{
	u32 i, n, max = NFTSW_FLOW_MTU_REWRITES;
	struct nftsw_flow **flows;

	flows = kvmalloc_array(max, sizeof(*flows), GFP_KERNEL);
	if (!flows)
		return false;
	n = nftsw_flow_egress_get(ft, port, flows, max);
	for (i = 0; i < min(n, max); i++) {
		if (n <= max)
			nftsw_flow_resync(ft, flows[i]);
		nftsw_flow_put(flows[i]);
	}
	kvfree(flows);
	return n <= max;
}

/**
 * nftsw_flow_port_mtu_set() - the MTU of a port has changed
 * @ns: chip
 * @port: port number, or NFTSW_LAG_PORT()
 * @mtu: its netdev's MTU
 *
 * Entries that go out there get it; when they are too many to wait for, they are
 * deleted instead, and the kernel offloads them again.
 *
 * Context: process; waits for the chip.
 */
void nftsw_flow_port_mtu_set(struct nftsw *ns, u16 port, u32 mtu)
{
	struct nftsw_flow_table *ft = ns->flow;

	if (READ_ONCE(ft->mtu[port]) == mtu)
		return;
	/* Before the list: who joins it later sees the new one. */
	WRITE_ONCE(ft->mtu[port], mtu);
	if (!nftsw_flow_egress_resync(ft, port))
		nftsw_flow_purge_port(ns, port);
}
