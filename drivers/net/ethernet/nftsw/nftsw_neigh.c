// SPDX-License-Identifier: GPL-2.0
/*
 * Neighbours above the ports, and the MAC address that each had last.  Floor 6.
 * Called by nftsw_topo.c.
 *
 * A flow does not say which neighbour it goes to, only its MAC address.  The kernel tells
 * of a neighbour that has changed, but not what it was before, so that is kept here.  A
 * neighbour that the kernel merely forgets is kept as well: flows go on without asking it,
 * and when it comes back it may be another machine.
 *
 * Locking: none; there is one caller, a work.
 */
#include <linux/etherdevice.h>
#include <linux/jhash.h>
#include <linux/slab.h>
#include <net/ipv6.h>
#include <net/neighbour.h>
#include "nftsw_topo.h"

/* Neighbours kept before it is worth to look which of them have flows. */
#define NFTSW_NEIGH_LIMIT	4096

/* A neighbour, as last seen. */
struct nftsw_neigh {
	struct hlist_node node;
	int ifindex;
	u8 mac[ETH_ALEN];
	u8 family;
	struct in6_addr addr;
};

static u32 nftsw_neigh_hash(int ifindex, const struct in6_addr *addr)
{
	return jhash2((const u32 *)addr, sizeof(*addr) / sizeof(u32), ifindex);
}

static void nftsw_neigh_addr(const struct neighbour *n, struct in6_addr *addr)
{
	memset(addr, 0, sizeof(*addr));
	memcpy(addr, n->primary_key, min_t(u32, n->tbl->key_len, sizeof(*addr)));
}

static struct nftsw_neigh *nftsw_neigh_find(struct nftsw_topo *topo,
					    const struct neighbour *n)
{
	struct nftsw_neigh *e;
	struct in6_addr addr;

	nftsw_neigh_addr(n, &addr);
	hash_for_each_possible(topo->neighs, e, node,
			       nftsw_neigh_hash(n->dev->ifindex, &addr))
		if (e->ifindex == n->dev->ifindex && e->family == n->tbl->family &&
		    ipv6_addr_equal(&e->addr, &addr))
			return e;
	return NULL;
}

static void nftsw_neigh_forget(struct nftsw_topo *topo, struct nftsw_neigh *e)
{
	hash_del(&e->node);
	topo->neigh_count--;
	kfree(e);
}

static bool nftsw_neigh_has_flows(struct nftsw_topo *topo, const struct nftsw_neigh *e)
{
	struct nftsw_flow_sweep s = { .kind = NFTSW_FLOW_SWEEP_DMAC };

	bitmap_fill(s.ports, NFTSW_MAX_LOGICAL);
	ether_addr_copy(s.mac, e->mac);
	return nftsw_flow_sweep_any(topo->ns, &s);
}

static void nftsw_neigh_prune(struct nftsw_topo *topo)
{
	struct hlist_node *tmp;
	struct nftsw_neigh *e;
	u32 i;

	hash_for_each_safe(topo->neighs, i, tmp, e, node)
		if (!nftsw_neigh_has_flows(topo, e))
			nftsw_neigh_forget(topo, e);
	topo->neigh_limit = max(NFTSW_NEIGH_LIMIT, 2 * topo->neigh_count);
}

static void nftsw_neigh_remember(struct nftsw_topo *topo, const struct neighbour *n,
				 const u8 *mac)
{
	struct nftsw_neigh *e;

	if (topo->neigh_count >= topo->neigh_limit)
		nftsw_neigh_prune(topo);
	e = kzalloc(sizeof(*e), GFP_KERNEL);
	if (!e)
		return; /* known again with its next change of state */
	e->ifindex = n->dev->ifindex;
	e->family = n->tbl->family;
	nftsw_neigh_addr(n, &e->addr);
	ether_addr_copy(e->mac, mac);
	hash_add(topo->neighs, &e->node, nftsw_neigh_hash(e->ifindex, &e->addr));
	topo->neigh_count++;
}

/**
 * nftsw_neigh_update() - a neighbour may have changed
 * @topo: topology
 * @n: neighbour of a device above the ports
 * @stale: result: the address that it had before
 *
 * Context: process.
 * Return: true when it had another address, or has failed: @stale is valid then.
 */
bool nftsw_neigh_update(struct nftsw_topo *topo, struct neighbour *n, u8 *stale)
{
	struct nftsw_neigh *e = nftsw_neigh_find(topo, n);
	u8 mac[ETH_ALEN] __aligned(2);
	u8 state, dead;

	read_lock_bh(&n->lock);
	ether_addr_copy(mac, n->ha);
	state = n->nud_state;
	dead = n->dead;
	read_unlock_bh(&n->lock);

	if (e)
		ether_addr_copy(stale, e->mac);
	if (state & NUD_FAILED) {
		if (!e)
			return false;
		nftsw_neigh_forget(topo, e);
		return true;
	}
	if (dead || !(state & NUD_VALID) || !is_valid_ether_addr(mac))
		return false;
	if (!e) {
		nftsw_neigh_remember(topo, n, mac);
		return false;
	}
	ether_addr_copy(e->mac, mac);
	return !ether_addr_equal(stale, mac);
}

/**
 * nftsw_neigh_init() - know no neighbour
 * @topo: topology
 */
void nftsw_neigh_init(struct nftsw_topo *topo)
{
	hash_init(topo->neighs);
	topo->neigh_limit = NFTSW_NEIGH_LIMIT;
}

/**
 * nftsw_neigh_fini() - forget all neighbours
 * @topo: topology; its work has stopped
 */
void nftsw_neigh_fini(struct nftsw_topo *topo)
{
	struct hlist_node *tmp;
	struct nftsw_neigh *e;
	u32 i;

	hash_for_each_safe(topo->neighs, i, tmp, e, node)
		nftsw_neigh_forget(topo, e);
}
