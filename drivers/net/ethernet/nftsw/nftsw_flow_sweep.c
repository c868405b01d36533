// SPDX-License-Identifier: GPL-2.0
/*
 * Takes flows out of the chip whose path is no longer true, and makes netfilter forget
 * them.  Floor 4, above nftsw_flow.c.  Called by nftsw_topo.c, one sweep at a time.
 *
 * To delete the chip's entry is not enough: netfilter's own flow holds the same MAC
 * address and port, software would go on with them, and offload them again.  So the flow
 * is torn down; its next packet takes the ordinary path, which knows the new next hop,
 * and from which it is offloaded anew.
 *
 * A few flows are found by the lists of nftsw_flow_table and taken one by one, with
 * their other directions.  Many go with one command of the chip, which may take some that
 * need not go: they come back with their next packet; other directions are left to
 * netfilter then, which deletes them within a second.  Routes have no list, and are
 * looked for in the whole table: that is memory only, and routes change seldom.
 *
 * Locks: as nftsw_flow.c.
 */
#include <linux/etherdevice.h>
#include <linux/if_vlan.h>
#include <net/ipv6.h>
#include <kunit/visibility.h>
#include "nftsw_flow.h"
#include "nftsw_flow_sweep.h"

/* Flows that are found, and then taken out, between two holds of the table's lock. */
#define NFTSW_FLOW_SWEEP_BATCH	32
/* More flows than this go with one command. */
#define NFTSW_FLOW_SWEEP_FEW	256

/* Flows found, with references to the first of them. */
struct nftsw_flow_batch {
	u32 found;
	u32 count;
	struct nftsw_flow *nf[NFTSW_FLOW_SWEEP_BATCH];
};

/* ---- Which flows --------------------------------------------------------------- */

/* Untagged frames may be of any VLAN of the bridge; @vid1, @vid2: tags, 0 = none. */
static bool nftsw_flow_sweep_vlan(const struct nftsw_flow_table *ft,
				  const struct nftsw_flow_sweep *s, u16 port,
				  u16 vid1, u16 vid2)
{
	if (!s->vid || !vid1 || vid1 == s->vid || vid2 == s->vid)
		return true;
	return s->bridge && !ft->tells(ft->ns, s->bridge, port, vid1);
}

static bool nftsw_flow_sweep_in(const struct nftsw_flow_table *ft,
				const struct nftsw_flow_sweep *s,
				const struct nftsw_flow_match *m)
{
	return test_bit(m->iport, s->ports) &&
	       nftsw_flow_sweep_vlan(ft, s, m->iport, m->vid1, m->vid2);
}

static bool nftsw_flow_sweep_out(const struct nftsw_flow_table *ft,
				 const struct nftsw_flow_sweep *s,
				 const struct nftsw_flow_spec *spec)
{
	return test_bit(spec->oport, s->ports) &&
	       nftsw_flow_sweep_vlan(ft, s, spec->oport, spec->tci1 & VLAN_VID_MASK,
				     spec->tci2 & VLAN_VID_MASK);
}

static bool nftsw_flow_sweep_dst(const struct nftsw_flow_sweep *s,
				 const struct nftsw_flow_spec *spec)
{
	const struct in6_addr *dst = &spec->match.daddr;

	if (!(spec->match.flags & NFTSW_FK_IPV6) == s->ipv6)
		return false;
	if (spec->action & NFTSW_FA_DADDR)
		dst = &spec->daddr;
	return ipv6_prefix_equal(dst, &s->addr, s->plen);
}

/* Its tag says that it goes where the host is now. */
static bool nftsw_flow_sweep_spares(const struct nftsw_flow_table *ft,
				    const struct nftsw_flow_sweep *s,
				    const struct nftsw_flow_spec *spec)
{
	u16 tag = spec->action & NFTSW_FA_PUSH1 ? spec->tci1 & VLAN_VID_MASK : 0;

	if (!s->spares || spec->oport != s->spare_port)
		return false;
	if (s->spare_vid)
		return tag == s->spare_vid;
	return !tag || ft->tells(ft->ns, s->bridge, spec->oport, tag);
}

static bool nftsw_flow_sweep_hits(const struct nftsw_flow_table *ft,
				  const struct nftsw_flow_sweep *s,
				  const struct nftsw_flow_spec *spec)
{
	if (is_zero_ether_addr(spec->dmac)) /* no rule recorded yet */
		return false;
	switch (s->kind) {
	case NFTSW_FLOW_SWEEP_DMAC:
		return ether_addr_equal_unaligned(spec->dmac, s->mac) &&
		       nftsw_flow_sweep_out(ft, s, spec) &&
		       !nftsw_flow_sweep_spares(ft, s, spec) &&
		       (!s->plen || nftsw_flow_sweep_dst(s, spec));
	case NFTSW_FLOW_SWEEP_SMAC:
		return test_bit(spec->oport, s->ports) &&
		       ether_addr_equal_unaligned(spec->smac, s->mac);
	case NFTSW_FLOW_SWEEP_PORT:
		return nftsw_flow_sweep_in(ft, s, &spec->match) ||
		       nftsw_flow_sweep_out(ft, s, spec);
	case NFTSW_FLOW_SWEEP_DST:
		return nftsw_flow_sweep_dst(s, spec);
	}
	return false;
}

/* Returns true when it need not be known how many more there are. */
static bool nftsw_flow_batch_add(struct nftsw_flow_table *ft, struct nftsw_flow_batch *b,
				 const struct nftsw_flow_sweep *s, struct nftsw_flow *nf)
{
	if (!nftsw_flow_sweep_hits(ft, s, &nf->spec))
		return false;
	b->found++;
	if (b->count < NFTSW_FLOW_SWEEP_BATCH) {
		refcount_inc(&nf->ref);
		b->nf[b->count++] = nf;
	}
	return b->found > NFTSW_FLOW_SWEEP_FEW;
}

static void nftsw_flow_batch_by_mac(struct nftsw_flow_table *ft, struct nftsw_flow_batch *b,
				    const struct nftsw_flow_sweep *s)
{
	struct nftsw_flow *nf;

	hlist_for_each_entry(nf, nftsw_flow_mac_list(ft, s->mac), mac_node)
		if (nftsw_flow_batch_add(ft, b, s, nf))
			return;
}

static void nftsw_flow_batch_by_port(struct nftsw_flow_table *ft,
				     struct nftsw_flow_batch *b,
				     const struct nftsw_flow_sweep *s)
{
	struct nftsw_flow *nf;
	u32 port;

	for_each_set_bit(port, s->ports, NFTSW_MAX_LOGICAL) {
		hlist_for_each_entry(nf, &ft->by_oport[port], out_node)
			if (nftsw_flow_batch_add(ft, b, s, nf))
				return;
		if (s->kind == NFTSW_FLOW_SWEEP_SMAC)
			continue;
		hlist_for_each_entry(nf, &ft->by_iport[port], in_node)
			if (!test_bit(nf->spec.oport, s->ports) &&
			    nftsw_flow_batch_add(ft, b, s, nf))
				return;
	}
}

/* The first flows that @s hits, and how many there are, up to one more than a few. */
static void nftsw_flow_batch_fill(struct nftsw_flow_table *ft, struct nftsw_flow_batch *b,
				  const struct nftsw_flow_sweep *s)
{
	b->found = 0;
	b->count = 0;
	spin_lock(&ft->lock);
	if (s->kind == NFTSW_FLOW_SWEEP_DMAC)
		nftsw_flow_batch_by_mac(ft, b, s);
	else
		nftsw_flow_batch_by_port(ft, b, s);
	spin_unlock(&ft->lock);
}

/* Without a lock: it decides only how the flows go, not which. */
static u32 nftsw_flow_dst_count(struct nftsw_flow_table *ft,
				const struct nftsw_flow_sweep *s)
{
	struct nftsw_flow *nf;
	unsigned long i;
	u32 n = 0;

	rcu_read_lock();
	for (i = 0; (nf = nftsw_flow_index_find(&ft->index, &i)); i++)
		n += nftsw_flow_sweep_hits(ft, s, &nf->spec);
	rcu_read_unlock();
	return n;
}

/* ---- Out ----------------------------------------------------------------------- */

static struct nftsw_flow *nftsw_flow_sweep_partner(struct nftsw_flow_table *ft,
						   const struct nftsw_flow *nf)
{
	struct nftsw_flow *other;

	spin_lock(&ft->lock);
	other = nf->owner ? nftsw_flow_partner(ft, nf) : NULL;
	if (other)
		refcount_inc(&other->ref);
	spin_unlock(&ft->lock);
	return other;
}

/* nf->lock is held.  Netfilter first: a packet in between would refresh the flow. */
static void nftsw_flow_sweep_drop(struct nftsw_flow_table *ft, struct nftsw_flow *nf)
{
	if (ft->teardown)
		ft->teardown(ft->ns, &nf->id);
	nftsw_flow_drop(ft, nf);
}

/*
 * netfilter gives up both directions.  In the chip the other one would go on for a
 * second, and hide from bridge and neighbours the very host that they look for.
 */
static u32 nftsw_flow_sweep_one(struct nftsw_flow_table *ft,
				const struct nftsw_flow_sweep *s, struct nftsw_flow *nf)
{
	struct nftsw_flow *other = NULL;
	u32 n = 0;

	mutex_lock(&nf->lock);
	if (nf->state < NFTSW_FLOW_STALE && nftsw_flow_sweep_hits(ft, s, &nf->spec)) {
		other = nftsw_flow_sweep_partner(ft, nf);
		nftsw_flow_sweep_drop(ft, nf);
		n++;
	}
	mutex_unlock(&nf->lock);
	nftsw_flow_put(nf);
	if (!other)
		return n;
	mutex_lock(&other->lock);
	if (other->state < NFTSW_FLOW_STALE) {
		nftsw_flow_sweep_drop(ft, other);
		n++;
	}
	mutex_unlock(&other->lock);
	nftsw_flow_put(other);
	return n;
}

static u32 nftsw_flow_sweep_purge(struct nftsw_flow_table *ft, struct nftsw_flow_purge *p)
{
	u32 n;

	down_write(&ft->sweep_sem);
	n = nftsw_flow_purge(ft, p);
	up_write(&ft->sweep_sem);
	return n;
}

/* One command for all, by the chip's conditions, which are wider than ours. */
static u32 nftsw_flow_sweep_many(struct nftsw_flow_table *ft,
				 const struct nftsw_flow_sweep *s)
{
	struct nftsw_flow_purge p = { .teardown = true, .why = s->why };
	u32 port, n = 0;

	switch (s->kind) {
	case NFTSW_FLOW_SWEEP_DMAC:
		p.match = NFTSW_FP_DMAC;
		ether_addr_copy(p.dmac, s->mac);
		return nftsw_flow_sweep_purge(ft, &p);
	case NFTSW_FLOW_SWEEP_SMAC:
	case NFTSW_FLOW_SWEEP_PORT:
		p.match = NFTSW_FP_PORT;
		for_each_set_bit(port, s->ports, NFTSW_MAX_LOGICAL) {
			p.port = port;
			n += nftsw_flow_sweep_purge(ft, &p);
		}
		return n;
	case NFTSW_FLOW_SWEEP_DST:
		return nftsw_flow_sweep_purge(ft, &p);
	}
	return 0;
}

static u32 nftsw_flow_sweep_lists(struct nftsw_flow_table *ft,
				  const struct nftsw_flow_sweep *s)
{
	struct nftsw_flow_batch b;
	u32 i, n = 0;

	do {
		nftsw_flow_batch_fill(ft, &b, s);
		for (i = 0; i < b.count; i++)
			if (b.found <= NFTSW_FLOW_SWEEP_FEW)
				n += nftsw_flow_sweep_one(ft, s, b.nf[i]);
			else
				nftsw_flow_put(b.nf[i]);
	} while (b.found > b.count && b.found <= NFTSW_FLOW_SWEEP_FEW);
	nftsw_flow_log_event(&ft->log, s->why, n);
	if (b.found > NFTSW_FLOW_SWEEP_FEW)
		n += nftsw_flow_sweep_many(ft, s);
	return n;
}

static u32 nftsw_flow_sweep_table(struct nftsw_flow_table *ft,
				  const struct nftsw_flow_sweep *s)
{
	u32 found = nftsw_flow_dst_count(ft, s), n = 0;
	unsigned long index = 0;
	struct nftsw_flow *nf;

	if (found > NFTSW_FLOW_SWEEP_FEW)
		return nftsw_flow_sweep_many(ft, s);
	for (; found && (nf = nftsw_flow_next(ft, &index)); index++)
		n += nftsw_flow_sweep_one(ft, s, nf);
	nftsw_flow_log_event(&ft->log, s->why, n);
	return n;
}

/**
 * nftsw_flow_sweep() - take flows out of the chip, and out of netfilter's flowtable
 * @ns: chip
 * @s: which
 *
 * Context: process; waits for the chip.  No lock that a flow callback may wait for is
 * held.
 * Return: how many went.
 */
u32 nftsw_flow_sweep(struct nftsw *ns, const struct nftsw_flow_sweep *s)
{
	struct nftsw_flow_table *ft = ns->flow;

	if (s->kind == NFTSW_FLOW_SWEEP_DST)
		return nftsw_flow_sweep_table(ft, s);
	return nftsw_flow_sweep_lists(ft, s);
}
EXPORT_SYMBOL_IF_KUNIT(nftsw_flow_sweep);

/**
 * nftsw_flow_sweep_any() - is there a flow that would be swept?
 * @ns: chip
 * @s: which; not by prefix
 *
 * Return: true when there is.
 */
bool nftsw_flow_sweep_any(struct nftsw *ns, const struct nftsw_flow_sweep *s)
{
	struct nftsw_flow_batch b;
	u32 i;

	nftsw_flow_batch_fill(ns->flow, &b, s);
	for (i = 0; i < b.count; i++)
		nftsw_flow_put(b.nf[i]);
	return b.found;
}
EXPORT_SYMBOL_IF_KUNIT(nftsw_flow_sweep_any);

/* ---- In use -------------------------------------------------------------------- */

/**
 * nftsw_flow_mac_hit() - does the chip send to an address?
 * @ns: chip
 * @mac: address
 *
 * Known as soon as counters have been fetched, so a second later.
 *
 * Return: true when it has forwarded packets there, or to one of the same hash, since
 * nftsw_flow_mac_hits_clear().
 */
bool nftsw_flow_mac_hit(struct nftsw *ns, const u8 *mac)
{
	return test_bit(nftsw_flow_mac_nr(mac), ns->flow->dmac_hit);
}

/**
 * nftsw_flow_mac_hits_clear() - what was sent until now does not count
 * @ns: chip
 *
 * To an address that is in use it will be seen again in a second.
 */
void nftsw_flow_mac_hits_clear(struct nftsw *ns)
{
	u32 nr;

	for_each_set_bit(nr, ns->flow->dmac_hit, NFTSW_FLOW_MACS)
		clear_bit(nr, ns->flow->dmac_hit);
}
