// SPDX-License-Identifier: GPL-2.0
/*
 * Neighbours above the ports, and the MAC address that each had last.  Floor 6,
 * above nftsw_upper.c.  Called by nftsw_topo.c.
 *
 * A flow does not say which neighbour it goes to, only its MAC address.  The kernel tells
 * of a neighbour that has changed, but not what it was before, so that is kept here.  A
 * neighbour that the kernel merely forgets is kept as well: flows go on without asking it,
 * and when it comes back it may be another machine.
 *
 * When news of neighbours may be lost, all are looked at anew: one whose last address we have
 * wrong would change unseen.
 *
 * And no news is none: the kernel asks a neighbour only while it sends to it, and does not see what
 * the chip forwards.  It would believe for ever in a machine that is dead, or has been replaced
 * without a word.  So it is told which ones are in use, and asks them as ever.
 *
 * Locking: none; there is one caller, a work.
 */
#include <linux/etherdevice.h>
#include <linux/jhash.h>
#include <linux/slab.h>
#include <net/arp.h>
#include <net/ipv6.h>
#include <net/ndisc.h>
#include <net/neighbour.h>
#include <kunit/visibility.h>
#include "nftsw_topo.h"

/* Neighbours kept before it is worth to look which of them are known, or have flows. */
#define NFTSW_NEIGH_LIMIT	4096

/* How often the kernel is told which ones are in use: its own DELAY_PROBE_TIME. */
#define NFTSW_NEIGH_USE_MS	5000

/* A neighbour, as @last seen.  @alive: the kernel knows it, too, when some are to be forgotten. */
struct nftsw_neigh {
	struct hlist_node node;
	struct nftsw_neigh_state last;
	bool alive;
};

/**
 * nftsw_neigh_same() - is it the same neighbour?
 * @a: a neighbour at one moment
 * @b: a neighbour at another
 *
 * Return: whether it is; what it was like may differ.
 */
bool nftsw_neigh_same(const struct nftsw_neigh_state *a, const struct nftsw_neigh_state *b)
{
	return a->net == b->net && a->ifindex == b->ifindex && a->family == b->family &&
	       ipv6_addr_equal(&a->addr, &b->addr);
}

static u32 nftsw_neigh_hash(int ifindex, const struct in6_addr *addr)
{
	return jhash2((const u32 *)addr, sizeof(*addr) / sizeof(u32), ifindex);
}

static struct nftsw_neigh *nftsw_neigh_find(struct nftsw_topo *topo,
					    const struct nftsw_neigh_state *s)
{
	struct nftsw_neigh *e;

	hash_for_each_possible(topo->neighs, e, node, nftsw_neigh_hash(s->ifindex, &s->addr))
		if (nftsw_neigh_same(&e->last, s))
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
	ether_addr_copy(s.mac, e->last.mac);
	return nftsw_flow_sweep_any(topo->ns, &s);
}

/**
 * nftsw_neigh_look() - what a neighbour is now
 * @n: neighbour
 * @s: result
 *
 * It is not held until the work comes to it: one that a user deletes would stay until the
 * kernel's next garbage collection, and could not be added again.
 *
 * Context: any but hard interrupts; takes the neighbour's lock.
 */
void nftsw_neigh_look(struct neighbour *n, struct nftsw_neigh_state *s)
{
	memset(s, 0, sizeof(*s));
	s->net = dev_net(n->dev)->net_cookie;
	s->ifindex = n->dev->ifindex;
	s->family = n->tbl->family;
	memcpy(&s->addr, n->primary_key, min_t(u32, n->tbl->key_len, sizeof(s->addr)));
	read_lock_bh(&n->lock);
	ether_addr_copy(s->mac, n->ha);
	s->nud = n->nud_state;
	s->dead = n->dead;
	read_unlock_bh(&n->lock);
}

static bool nftsw_neigh_known(const struct nftsw_neigh_state *s)
{
	return !s->dead && s->nud & NUD_VALID && is_valid_ether_addr(s->mac);
}

/**
 * nftsw_neigh_each() - call for all neighbours that the kernel has
 * @cb: to be called, under the lock of the neighbour's table
 * @priv: handed to it
 */
void nftsw_neigh_each(void (*cb)(struct neighbour *n, void *priv), void *priv)
{
	neigh_for_each(&arp_tbl, cb, priv);
#if IS_ENABLED(CONFIG_IPV6)
	/* with ipv6.disable=1 there is the table, and nothing in it, not even a hash */
	if (ipv6_mod_enabled())
		neigh_for_each(&nd_tbl, cb, priv);
#endif
}

/* The address is left alone: when it is another one, the news of it is on its way. */
static void nftsw_neigh_mark(struct neighbour *n, void *priv)
{
	struct nftsw_neigh_state s;
	struct nftsw_neigh *e;

	nftsw_neigh_look(n, &s);
	e = nftsw_neigh_find(priv, &s);
	if (e)
		e->alive = nftsw_neigh_known(&s);
}

/*
 * Forget those that nobody would miss: a neighbour that the kernel knows may be sent to at any
 * time without a word, and when it is another machine later on, only we know what it was.
 */
static void nftsw_neigh_prune(struct nftsw_topo *topo)
{
	struct hlist_node *tmp;
	struct nftsw_neigh *e;
	u32 i;

	hash_for_each(topo->neighs, i, e, node)
		e->alive = false;
	nftsw_neigh_each(nftsw_neigh_mark, topo);
	hash_for_each_safe(topo->neighs, i, tmp, e, node)
		if (!e->alive && !nftsw_neigh_has_flows(topo, e))
			nftsw_neigh_forget(topo, e);
	topo->neigh_limit = max(NFTSW_NEIGH_LIMIT, 2 * topo->neigh_count);
}

static bool nftsw_neigh_remember(struct nftsw_topo *topo, const struct nftsw_neigh_state *s,
				 gfp_t gfp)
{
	struct nftsw_neigh *e = kzalloc(sizeof(*e), gfp);

	if (!e)
		return false;
	e->last = *s;
	hash_add(topo->neighs, &e->node, nftsw_neigh_hash(s->ifindex, &s->addr));
	topo->neigh_count++;
	return true;
}

/**
 * nftsw_neigh_ports() - what flows to a neighbour leave through
 * @topo: topology
 * @n: neighbour
 * @ports: ports and LAGs, set when there are any
 *
 * Not of what a port knew before it came into a bridge or LAG: nothing is sent by it any more, and
 * when it fails, as it must, the hosts are still where they were.
 *
 * Context: any but hard interrupts.
 * Return: whether there are any.
 */
bool nftsw_neigh_ports(const struct nftsw_topo *topo, struct neighbour *n, unsigned long *ports)
{
	if (n->tbl->family != AF_INET && n->tbl->family != AF_INET6)
		return false;
	if (netif_is_bridge_port(n->dev) || netif_is_lag_port(n->dev))
		return false;
	return nftsw_upper_ports(topo->ns, n->dev, ports);
}

/**
 * nftsw_neigh_update() - a neighbour may have changed
 * @topo: topology
 * @s: what it is, of a device above the ports
 * @stale: result: the address that it had before
 *
 * Context: process.
 * Return: true when it had another address, or has failed: @stale is valid then.
 */
bool nftsw_neigh_update(struct nftsw_topo *topo, const struct nftsw_neigh_state *s,
			u8 *stale)
{
	struct nftsw_neigh *e = nftsw_neigh_find(topo, s);

	if (e)
		ether_addr_copy(stale, e->last.mac);
	if (s->nud & NUD_FAILED) {
		if (!e)
			return false;
		nftsw_neigh_forget(topo, e);
		return true;
	}
	if (!nftsw_neigh_known(s))
		return false;
	if (!e) {
		if (topo->neigh_count >= topo->neigh_limit)
			nftsw_neigh_prune(topo);
		/* without memory its next change would be missed: as if this one had been */
		if (!nftsw_neigh_remember(topo, s, GFP_KERNEL))
			WRITE_ONCE(topo->lost, true);
		return false;
	}
	ether_addr_copy(e->last.mac, s->mac);
	return !ether_addr_equal(stale, s->mac);
}
EXPORT_SYMBOL_IF_KUNIT(nftsw_neigh_update);

/**
 * nftsw_neigh_note() - remember a neighbour as it is now
 * @topo: topology
 * @n: neighbour, of a device above the ports
 *
 * For when news may have been lost: what flows it has is somebody else's business.  When the
 * kernel does not know its address, the one that is remembered stays.
 *
 * Context: the work's, under the lock of the neighbour's table.
 * Return: false when there was no memory.
 */
bool nftsw_neigh_note(struct nftsw_topo *topo, struct neighbour *n)
{
	struct nftsw_neigh_state s;
	struct nftsw_neigh *e;

	nftsw_neigh_look(n, &s);
	if (!nftsw_neigh_known(&s))
		return true;
	e = nftsw_neigh_find(topo, &s);
	if (!e)
		return nftsw_neigh_remember(topo, &s, GFP_ATOMIC | __GFP_NOWARN);
	ether_addr_copy(e->last.mac, s.mac);
	return true;
}

static struct neigh_table *nftsw_neigh_table(const struct nftsw_neigh_state *s)
{
#if IS_ENABLED(CONFIG_IPV6)
	if (s->family == AF_INET6)
		return &nd_tbl;
#endif
	return &arp_tbl;
}

/*
 * The kernel's neighbour; @make: one that it has forgotten, too.  Of devices in another namespace
 * than the ports', where nothing is routed by them, none.
 *
 * Return: with a reference, or NULL.
 */
static struct neighbour *nftsw_neigh_get(const struct nftsw_topo *topo,
					 const struct nftsw_neigh_state *s, bool make)
{
	struct neighbour *n = NULL;
	struct net_device *dev;

	if (s->net != topo->net->net_cookie)
		return NULL;
	rcu_read_lock();
	dev = dev_get_by_index_rcu(topo->net, s->ifindex);
	if (dev && !netif_is_bridge_port(dev) && !netif_is_lag_port(dev)) {
		n = neigh_lookup(nftsw_neigh_table(s), &s->addr, dev);
		if (!n && make)
			n = neigh_create(nftsw_neigh_table(s), &s->addr, dev);
	}
	rcu_read_unlock();
	return IS_ERR(n) ? NULL : n;
}

/* Has another neighbour, which is there, the address that @s had? */
static bool nftsw_neigh_shared(const struct nftsw_topo *topo, const struct nftsw_neigh_state *s,
			       const u8 *mac)
{
	struct nftsw_neigh *e;
	struct neighbour *n;
	bool there;
	u32 i;

	hash_for_each(topo->neighs, i, e, node) {
		if (e->last.net != s->net || e->last.ifindex != s->ifindex ||
		    !ether_addr_equal(e->last.mac, mac))
			continue;
		n = nftsw_neigh_get(topo, &e->last, false);
		there = n && READ_ONCE(n->nud_state) & NUD_VALID;
		if (n)
			neigh_release(n);
		if (there)
			return true;
	}
	return false;
}

/**
 * nftsw_neigh_narrow() - which flows go with a neighbour that has failed
 * @topo: topology
 * @s: neighbour, of which nftsw_neigh_update() has said that it had the address in @sweep
 * @sweep: flows to that address; those to the neighbour itself when the machine is there still
 *
 * A machine may have many addresses, and those of IPv6 come and go.  When one of them fails it
 * is not dead, and what is sent to the others, or through it, is right.
 *
 * Context: process.
 */
void nftsw_neigh_narrow(const struct nftsw_topo *topo, const struct nftsw_neigh_state *s,
			struct nftsw_flow_sweep *sweep)
{
	if (!(s->nud & NUD_FAILED) || !nftsw_neigh_shared(topo, s, sweep->mac))
		return;
	sweep->ipv6 = s->family == AF_INET6;
	sweep->plen = sweep->ipv6 ? 128 : 32;
	sweep->addr = s->addr;
}

/**
 * nftsw_neigh_use() - have the kernel ask those that the chip sends to whether they are there
 * @topo: topology
 *
 * As a packet to them would.  One that has answered lately, or is permanent, is not asked; one
 * that does not answer fails, of which we hear.  Does so when it is due, and says when it will be.
 *
 * Context: the work's.
 */
void nftsw_neigh_use(struct nftsw_topo *topo)
{
	struct nftsw_neigh *e;
	struct neighbour *n;
	u32 i;

	if (time_before(jiffies, topo->neigh_due))
		return;
	topo->neigh_due = jiffies + msecs_to_jiffies(NFTSW_NEIGH_USE_MS);
	hash_for_each(topo->neighs, i, e, node) {
		if (!nftsw_flow_mac_hit(topo->ns, e->last.mac))
			continue;
		n = nftsw_neigh_get(topo, &e->last, false);
		/* collected, as others that are in use must not be; it is asked anew */
		if (!n && nftsw_neigh_has_flows(topo, e))
			n = nftsw_neigh_get(topo, &e->last, true);
		if (!n)
			continue;
		if (!(READ_ONCE(n->nud_state) & NUD_FAILED))
			neigh_event_send(n, NULL);
		neigh_release(n);
	}
	nftsw_flow_mac_hits_clear(topo->ns);
}

/**
 * nftsw_neigh_init() - know no neighbour
 * @topo: topology
 */
void nftsw_neigh_init(struct nftsw_topo *topo)
{
	hash_init(topo->neighs);
	topo->neigh_limit = NFTSW_NEIGH_LIMIT;
	topo->neigh_due = jiffies + msecs_to_jiffies(NFTSW_NEIGH_USE_MS);
}
EXPORT_SYMBOL_IF_KUNIT(nftsw_neigh_init);

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
EXPORT_SYMBOL_IF_KUNIT(nftsw_neigh_fini);
