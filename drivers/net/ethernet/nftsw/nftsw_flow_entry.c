// SPDX-License-Identifier: GPL-2.0
/*
 * A flow as an object, and its entry on the chip.  Floor 4, below nftsw_flow_ctr.c and
 * nftsw_flow.c, whose head tells the whole story.
 *
 * nftsw_flow_sync() is the heart: it makes the entry what it has to be now, whatever it
 * was.  Locks as told there: the flow's mutex over commands, the table's spinlock never.
 */
#include <linux/etherdevice.h>
#include <linux/hash.h>
#include <linux/if_vlan.h>
#include <linux/jhash.h>
#include <linux/slab.h>
#include <kunit/visibility.h>
#include "nftsw_flow.h"
#include "nftsw_hw.h"

/* What the chip takes (DS 8.3), and what a PPPoE header with its PPP protocol needs. */
#define NFTSW_FLOW_PPPOE_SIZE	8

/*
 * A million flows are a matter of memory: 512 bytes each, with a pointer to them in each
 * of two hash tables, which are a third full at least, and a place among the entry numbers.
 * Debug kernels may spend more.
 */
#define NFTSW_FLOW_INDEX_BYTES	(2 * 3 * sizeof(void *) + sizeof(void *) + sizeof(u32))
static_assert(sizeof(struct nftsw_flow) + NFTSW_FLOW_INDEX_BYTES <= 512 ||
	      IS_ENABLED(CONFIG_DEBUG_SPINLOCK));

/* Buckets that the tables of a small chip have; see nftsw_flow_hash_make(). */
#define NFTSW_FLOW_HASH_MIN	1024

/* Both are hashed for each request, so IPv4 does without the words that are 0. */
static u32 nftsw_flow_id_hash(const void *data, u32 len, u32 seed)
{
	const struct nftsw_flow_id *id = data;
	u64 cookie = id->cookie;

	return jhash_2words((u32)cookie, (u32)(cookie >> 32) ^ (u32)id->block, seed);
}

static u32 nftsw_flow_match_hash(const void *data, u32 len, u32 seed)
{
	const struct nftsw_flow_match *m = data;
	const u32 words[] = {
		(__force u32)m->saddr.s6_addr32[0],
		(__force u32)m->daddr.s6_addr32[0],
		(__force u16)m->sport | (u32)(__force u16)m->dport << 16,
		m->iport | (u32)m->vid1 << 16,
		(u16)(m->vid2 ^ m->sid) | (u32)m->l4proto << 16 | (u32)m->flags << 24,
	};

	if (m->flags & NFTSW_FK_IPV6)
		return jhash2(data, sizeof(*m) / sizeof(u32), seed);
	return jhash2(words, ARRAY_SIZE(words), seed);
}

static const struct rhashtable_params nftsw_flow_id_params = {
	.head_offset = offsetof(struct nftsw_flow, node),
	.key_offset = offsetof(struct nftsw_flow, id),
	.key_len = sizeof(struct nftsw_flow_id),
	.hashfn = nftsw_flow_id_hash,
	.min_size = NFTSW_FLOW_HASH_MIN,
	.automatic_shrinking = true,
};

static const struct rhashtable_params nftsw_flow_match_params = {
	.head_offset = offsetof(struct nftsw_flow, match_node),
	.key_offset = offsetof(struct nftsw_flow, spec.match),
	.key_len = sizeof(struct nftsw_flow_match),
	.hashfn = nftsw_flow_match_hash,
	.min_size = NFTSW_FLOW_HASH_MIN,
	.automatic_shrinking = true,
};

/* ---- Flows as objects ------------------------------------------------------ */

/**
 * nftsw_flow_put() - give back a flow
 * @nf: flow
 */
void nftsw_flow_put(struct nftsw_flow *nf)
{
	if (refcount_dec_and_test(&nf->ref))
		kfree_rcu(nf, rcu);
}
EXPORT_SYMBOL_IF_KUNIT(nftsw_flow_put);

/**
 * nftsw_flow_get() - find a flow by what the kernel calls it
 * @ft: table
 * @id: flow
 *
 * Return: the flow, to be given back, or NULL.
 */
struct nftsw_flow *nftsw_flow_get(struct nftsw_flow_table *ft,
				  const struct nftsw_flow_id *id)
{
	struct nftsw_flow *nf;

	rcu_read_lock();
	nf = rhashtable_lookup(&ft->by_id, id, nftsw_flow_id_params);
	if (nf && !refcount_inc_not_zero(&nf->ref))
		nf = NULL;
	rcu_read_unlock();
	return nf;
}

/**
 * nftsw_flow_next() - walk over all flows, by entry number
 * @ft: table
 * @index: in: lowest entry number to look at; out: that of the flow
 *
 * The flow may be in any state, and change it until its lock is taken.
 *
 * Return: a flow to be given back, or NULL at the end.
 */
struct nftsw_flow *nftsw_flow_next(struct nftsw_flow_table *ft, unsigned long *index)
{
	struct nftsw_flow *nf;

	rcu_read_lock();
	do {
		nf = nftsw_flow_index_find(&ft->index, index);
		if (!nf || refcount_inc_not_zero(&nf->ref))
			break;
		++*index;
	} while (1);
	rcu_read_unlock();
	return nf;
}
EXPORT_SYMBOL_IF_KUNIT(nftsw_flow_next);

/**
 * nftsw_flow_index_free() - give back an entry number, and the table's reference
 * @ft: table
 * @nf: flow; the chip does not have it, and the caller has a reference of his own
 */
void nftsw_flow_index_free(struct nftsw_flow_table *ft, struct nftsw_flow *nf)
{
	nftsw_flow_index_give(&ft->index, nf->index);
	nftsw_flow_put(nf);
}

static struct nftsw_flow *nftsw_flow_alloc(struct nftsw_flow_table *ft,
					   const struct nftsw_flow_id *id)
{
	struct nftsw_flow *nf = kmem_cache_zalloc(ft->cache, GFP_KERNEL);

	if (!nf)
		return NULL;
	nf->id = *id;
	mutex_init(&nf->lock);
	spin_lock_init(&nf->ctr_lock);
	INIT_LIST_HEAD(&nf->purge_node);
	nf->created = get_jiffies_64();
	refcount_set(&nf->ref, 2); /* the table's and the caller's */
	return nf;
}

/**
 * nftsw_flow_get_or_create() - find a flow, or make it
 * @ft: table
 * @id: flow
 *
 * Return: the flow, to be given back; -ENOSPC no entry number is free; -EAGAIN
 * somebody else has just made it; -ENOMEM.
 */
struct nftsw_flow *nftsw_flow_get_or_create(struct nftsw_flow_table *ft,
					    const struct nftsw_flow_id *id)
{
	struct nftsw_flow *nf = nftsw_flow_get(ft, id);
	struct nftsw_flow_ctr tail;
	int err;

	if (nf)
		return nf;
	nf = nftsw_flow_alloc(ft, id);
	if (!nf)
		return ERR_PTR(-ENOMEM);
	/* Who walks over the entry numbers waits until the flow is complete. */
	mutex_lock(&nf->lock);
	err = nftsw_flow_index_take(&ft->index, nf);
	if (err) {
		mutex_unlock(&nf->lock);
		kmem_cache_free(ft->cache, nf);
		return ERR_PTR(err);
	}
	err = rhashtable_lookup_insert_fast(&ft->by_id, &nf->node,
					    nftsw_flow_id_params);
	if (err) {
		nf->state = NFTSW_FLOW_DEAD;
		nftsw_flow_index_free(ft, nf);
	} else if (nftsw_flow_tail_take(ft, id, &tail)) {
		spin_lock(&nf->ctr_lock);
		nf->base = tail;
		spin_unlock(&nf->ctr_lock);
	}
	mutex_unlock(&nf->lock);
	if (err) {
		nftsw_flow_put(nf);
		return err == -EEXIST ? ERR_PTR(-EAGAIN) : ERR_PTR(err);
	}
	return nf;
}

/* ---- Flows by what they match ---------------------------------------------------- */

/* A table that grows moves all that is in it, just when many flows arrive. */
static int nftsw_flow_hash_make(struct nftsw_flow_table *ft, struct rhashtable *ht,
				const struct rhashtable_params *params)
{
	struct rhashtable_params sized = *params;
	u32 buckets = ft->ns->info.flows / 4;

	sized.min_size = rounddown_pow_of_two(max_t(u32, buckets, sized.min_size));
	return rhashtable_init(ht, &sized);
}

/**
 * nftsw_flow_hash_init() - prepare to find flows by what they are called, and match
 * @ft: table
 *
 * Return: 0 or -ENOMEM.
 */
int nftsw_flow_hash_init(struct nftsw_flow_table *ft)
{
	int err = nftsw_flow_hash_make(ft, &ft->by_id, &nftsw_flow_id_params);

	if (err)
		return err;
	err = nftsw_flow_hash_make(ft, &ft->by_match, &nftsw_flow_match_params);
	if (err)
		rhashtable_destroy(&ft->by_id);
	return err;
}

/**
 * nftsw_flow_hash_fini() - undo nftsw_flow_hash_init()
 * @ft: table; no flow can be found any more
 */
void nftsw_flow_hash_fini(struct nftsw_flow_table *ft)
{
	rhashtable_destroy(&ft->by_match);
	rhashtable_destroy(&ft->by_id);
}

/**
 * nftsw_flow_claim() - the frames that a flow matches are its own from now on
 * @ft: table; its lock is held
 * @nf: flow, no owner; it becomes one unless there is no memory
 *
 * Return: NULL, or an older flow that has lost them, to be given back.
 */
struct nftsw_flow *nftsw_flow_claim(struct nftsw_flow_table *ft, struct nftsw_flow *nf)
{
	struct nftsw_flow *old;

	old = rhashtable_lookup_get_insert_fast(&ft->by_match, &nf->match_node,
						nftsw_flow_match_params);
	nf->owner = !old;
	if (IS_ERR_OR_NULL(old))
		return NULL;
	if (rhashtable_replace_fast(&ft->by_match, &old->match_node, &nf->match_node,
				    nftsw_flow_match_params))
		return NULL;
	nf->owner = true;
	old->owner = false;
	refcount_inc(&old->ref);
	return old;
}

/**
 * nftsw_flow_disclaim() - others may have the frames that a flow matches
 * @ft: table; its lock is held
 * @nf: flow
 */
void nftsw_flow_disclaim(struct nftsw_flow_table *ft, struct nftsw_flow *nf)
{
	if (nf->owner)
		rhashtable_remove_fast(&ft->by_match, &nf->match_node,
				       nftsw_flow_match_params);
	nf->owner = false;
}

/* ---- Flows by where they go ---------------------------------------------------- */

/**
 * nftsw_flow_mac_nr() - the list that an address is in
 * @mac: address
 *
 * Return: index of &nftsw_flow_table.by_dmac.
 */
u32 nftsw_flow_mac_nr(const u8 *mac)
{
	return hash_64(ether_addr_to_u64(mac), ilog2(NFTSW_FLOW_MACS));
}

/**
 * nftsw_flow_mac_list() - flows that are sent to an address, and some others
 * @ft: table; its lock is held
 * @mac: address
 *
 * Return: the list.
 */
struct hlist_head *nftsw_flow_mac_list(struct nftsw_flow_table *ft, const u8 *mac)
{
	return &ft->by_dmac[nftsw_flow_mac_nr(mac)];
}

/**
 * nftsw_flow_link() - a flow has got its rule: have it found by where it goes
 * @ft: table; its lock is held
 * @nf: flow, not linked
 */
void nftsw_flow_link(struct nftsw_flow_table *ft, struct nftsw_flow *nf)
{
	hlist_add_head(&nf->mac_node, nftsw_flow_mac_list(ft, nf->spec.dmac));
	hlist_add_head(&nf->in_node, &ft->by_iport[nf->spec.match.iport]);
	hlist_add_head(&nf->out_node, &ft->by_oport[nf->spec.oport]);
}

/**
 * nftsw_flow_unlink() - its rule changes, or the flow is gone
 * @nf: flow, linked or not; the table's lock is held
 */
void nftsw_flow_unlink(struct nftsw_flow *nf)
{
	hlist_del_init(&nf->mac_node);
	hlist_del_init(&nf->in_node);
	hlist_del_init(&nf->out_node);
}

/* ---- From a flow to its entry ------------------------------------------------ */

static u16 nftsw_flow_mtu(struct nftsw_flow_table *ft, const struct nftsw_flow *nf)
{
	u32 mtu = READ_ONCE(ft->mtu[nf->spec.oport]);

	if (nf->spec.mtu && nf->spec.mtu < mtu)
		mtu = nf->spec.mtu;
	if (nf->spec.action & NFTSW_FA_PUSH_PPPOE && mtu > NFTSW_FLOW_PPPOE_SIZE)
		mtu -= NFTSW_FLOW_PPPOE_SIZE;
	/* what the route says is without PPPoE already */
	if (nf->spec.route_mtu && nf->spec.route_mtu < mtu)
		mtu = nf->spec.route_mtu;
	return clamp_t(u32, mtu, NFTSW_FLOW_MTU_MIN, NFTSW_FLOW_MTU_MAX);
}

static void nftsw_flow_encode_key(const struct nftsw_flow *nf,
				  struct nftsw_hw_flow_key *k)
{
	const struct nftsw_flow_match *m = &nf->spec.match;

	k->iport = cpu_to_le16(m->iport);
	k->flags = m->flags;
	k->l4proto = m->l4proto;
	k->sport = m->sport;
	k->dport = m->dport;
	k->vid1 = cpu_to_le16(m->vid1);
	k->vid2 = cpu_to_le16(m->vid2);
	k->sid = cpu_to_le16(m->sid);
	memcpy(k->saddr, &m->saddr, sizeof(k->saddr));
	memcpy(k->daddr, &m->daddr, sizeof(k->daddr));
}

static void nftsw_flow_encode_tags(const struct nftsw_flow_spec *s,
				   struct nftsw_hw_flow_entry *e)
{
	if (s->action & NFTSW_FA_PUSH1) {
		e->tpid1 = htons(ETH_P_8021Q);
		e->tci1 = htons(s->tci1);
	}
	if (s->action & NFTSW_FA_PUSH2) {
		e->tpid2 = htons(ETH_P_8021Q);
		e->tci2 = htons(s->tci2);
	}
	e->sid = htons(s->sid);
}

/**
 * nftsw_flow_encode() - the entry that a flow has on the chip
 * @nf: flow; its lock is held
 * @e: result
 */
void nftsw_flow_encode(const struct nftsw_flow *nf, struct nftsw_hw_flow_entry *e)
{
	const struct nftsw_flow_spec *s = &nf->spec;

	memset(e, 0, sizeof(*e));
	nftsw_flow_encode_key(nf, &e->key);
	nftsw_flow_encode_tags(s, e);
	e->index = cpu_to_le32(nf->index);
	e->action = cpu_to_le32(s->action);
	e->oport = cpu_to_le16(s->oport);
	e->mtu = cpu_to_le16(nf->hw_mtu);
	memcpy(e->dmac, s->dmac, sizeof(e->dmac));
	memcpy(e->smac, s->smac, sizeof(e->smac));
	e->sport = s->sport;
	e->dport = s->dport;
	memcpy(e->saddr, &s->saddr, sizeof(e->saddr));
	memcpy(e->daddr, &s->daddr, sizeof(e->daddr));
	e->block = cpu_to_le32(nf->id.block);
	e->cookie = cpu_to_le64(nf->gen);
}
EXPORT_SYMBOL_IF_KUNIT(nftsw_flow_encode);

/**
 * nftsw_flow_count() - what the chip has counted for a flow
 * @nf: flow
 * @rec: counters of its entry number, maybe still, or already, another's
 * @now_ns: time of the chip after it has written @rec
 * @now: the same moment in jiffies
 *
 * Return: whether it has forwarded something since the last time.
 */
bool nftsw_flow_count(struct nftsw_flow *nf, const struct nftsw_hw_flow_ctrs *rec,
		      u64 now_ns, u64 now)
{
	u64 packets = le64_to_cpu(rec->packets), hit = le64_to_cpu(rec->last_hit_ns);
	bool news = false;

	spin_lock(&nf->ctr_lock);
	if (nf->gen && le64_to_cpu(rec->cookie) == nf->gen &&
	    packets >= nf->ctr.packets) {
		nf->ctr.packets = packets;
		nf->ctr.octets = max(le64_to_cpu(rec->octets), nf->ctr.octets);
		if (hit > nf->hit_ns) {
			u64 age = now_ns > hit ? nsecs_to_jiffies64(now_ns - hit) : 0;

			nf->hit_ns = hit;
			nf->lastused = now > age ? now - age : 1;
			news = true;
		}
	}
	spin_unlock(&nf->ctr_lock);
	return news;
}

/*
 * The entry of a flow that lives on is about to go, and its counters with it: the last second
 * of them is not with the flow yet.  What a command that fails would have told is lost, and
 * no reason to lose the flow.
 */
static int nftsw_flow_settle(struct nftsw_flow_table *ft, struct nftsw_flow *nf)
{
	struct nftsw_hw_flow_record rec;
	u32 cursor = nf->index;
	int n;

	if (!nf->in_chip)
		return 0;
	n = nftsw_hw_flow_dump(ft->ns, &cursor, &rec, 1);
	if (n == 1)
		nftsw_flow_count(nf, &rec.ctrs, nftsw_hw_time(ft->ns), get_jiffies_64());
	return min(n, 0);
}

/* Another key: the chip's counters of the entry begin at 0. */
static void nftsw_flow_gen_new(struct nftsw_flow_table *ft, struct nftsw_flow *nf)
{
	spin_lock(&nf->ctr_lock);
	nf->gen = atomic64_inc_return(&ft->gen);
	nf->base.packets += nf->ctr.packets;
	nf->base.octets += nf->ctr.octets;
	memset(&nf->ctr, 0, sizeof(nf->ctr));
	spin_unlock(&nf->ctr_lock);
}

/* Answers that mean: what was in the table before is there still. */
static bool nftsw_flow_err_harmless(int err)
{
	return err == -ENOSPC || err == -EEXIST || err == -EINVAL ||
	       err == -EOPNOTSUPP || err == -ENOMEM;
}

static int nftsw_flow_write(struct nftsw_flow_table *ft, struct nftsw_flow *nf, u16 mtu)
{
	struct nftsw_hw_flow_entry e;
	int err;

	/* The counters of an entry that is not there begin at 0, whatever its key was. */
	if (nf->rekey || !nf->in_chip) {
		nftsw_flow_settle(ft, nf);
		nftsw_flow_gen_new(ft, nf);
	}
	nf->hw_mtu = mtu;
	nftsw_flow_encode(nf, &e);
	err = nftsw_hw_flow_set(ft->ns, &e);
	if (!err || !nftsw_flow_err_harmless(err))
		nf->in_chip = true;
	if (err)
		return err;
	nf->state = NFTSW_FLOW_OFFLOADED;
	nf->written = jiffies;
	nf->dirty = false;
	nf->rekey = false;
	return 0;
}

/**
 * nftsw_flow_withdraw() - take a flow out of the chip
 * @ft: table
 * @nf: flow; its lock is held
 *
 * Return: 0, or the error of the command; then the chip may have it still.
 */
int nftsw_flow_withdraw(struct nftsw_flow_table *ft, struct nftsw_flow *nf)
{
	int err;

	if (!nf->in_chip)
		return 0;
	err = nftsw_hw_flow_del(ft->ns, nf->index, 1);
	if (!err)
		nf->in_chip = false;
	return err;
}

/**
 * nftsw_flow_unhash() - nobody shall find a flow any more, and its match is free
 * @ft: table
 * @nf: flow; its lock is held
 */
void nftsw_flow_unhash(struct nftsw_flow_table *ft, struct nftsw_flow *nf)
{
	nf->state = NFTSW_FLOW_DEAD;
	rhashtable_remove_fast(&ft->by_id, &nf->node, nftsw_flow_id_params);
	spin_lock(&ft->lock);
	nftsw_flow_disclaim(ft, nf);
	nftsw_flow_unlink(nf);
	spin_unlock(&ft->lock);
}

/**
 * nftsw_flow_stale() - the chip did not answer the deletion of a flow
 * @ft: table
 * @nf: flow, not to be found any more; its lock is held
 */
void nftsw_flow_stale(struct nftsw_flow_table *ft, struct nftsw_flow *nf)
{
	nf->state = NFTSW_FLOW_STALE;
	atomic_inc(&ft->stale);
	nftsw_flow_log_event(&ft->log, NFTSW_FLOW_EVENT_STALE, 1);
}

/**
 * nftsw_flow_stale_end() - the chip does not have a stale flow any more
 * @ft: table
 * @nf: flow, STALE; its lock is held, and the caller has a reference
 */
void nftsw_flow_stale_end(struct nftsw_flow_table *ft, struct nftsw_flow *nf)
{
	nf->state = NFTSW_FLOW_DEAD;
	atomic_dec(&ft->stale);
	nftsw_flow_index_free(ft, nf);
}

/**
 * nftsw_flow_drop() - the end of a flow
 * @ft: table
 * @nf: flow; its lock is held, and the caller has a reference
 */
void nftsw_flow_drop(struct nftsw_flow_table *ft, struct nftsw_flow *nf)
{
	int err;

	/*
	 * The chip first: who wants the same match meanwhile finds this flow, and waits
	 * for its lock instead of being told that the key exists.
	 */
	err = nftsw_flow_withdraw(ft, nf);
	nftsw_flow_unhash(ft, nf);
	if (err)
		nftsw_flow_stale(ft, nf);
	else
		nftsw_flow_index_free(ft, nf);
}

/**
 * nftsw_flow_abandon() - the end of a flow that the kernel keeps
 * @ft: table
 * @nf: flow; its lock is held, and the caller has a reference
 *
 * The kernel will ask for what it has counted.
 */
void nftsw_flow_abandon(struct nftsw_flow_table *ft, struct nftsw_flow *nf)
{
	int err = nftsw_flow_settle(ft, nf);

	nftsw_flow_tail_keep(ft, nf);
	if (!err) {
		nftsw_flow_drop(ft, nf);
		return;
	}
	/* a chip that did not answer is asked later */
	nftsw_flow_unhash(ft, nf);
	nftsw_flow_stale(ft, nf);
}

/**
 * nftsw_flow_match_reverse() - what the other direction of a flow matches
 * @spec: one direction
 * @reverse: result
 *
 * The frames that @spec sends are answered by frames with addresses, ports, tags and
 * session the other way round, that come in where @spec goes out.
 */
void nftsw_flow_match_reverse(const struct nftsw_flow_spec *spec,
			      struct nftsw_flow_match *reverse)
{
	const struct nftsw_flow_match *m = &spec->match;
	u32 a = spec->action;

	memset(reverse, 0, sizeof(*reverse));
	reverse->saddr = a & NFTSW_FA_DADDR ? spec->daddr : m->daddr;
	reverse->daddr = a & NFTSW_FA_SADDR ? spec->saddr : m->saddr;
	reverse->sport = a & NFTSW_FA_DPORT ? spec->dport : m->dport;
	reverse->dport = a & NFTSW_FA_SPORT ? spec->sport : m->sport;
	reverse->iport = spec->oport;
	reverse->l4proto = m->l4proto;
	reverse->flags = m->flags & NFTSW_FK_IPV6;
	if (a & NFTSW_FA_PUSH_PPPOE) {
		reverse->flags |= NFTSW_FK_PPPOE;
		reverse->sid = spec->sid;
	}
	if (a & NFTSW_FA_PUSH1) {
		reverse->flags |= NFTSW_FK_TAG1;
		reverse->vid1 = spec->tci1 & VLAN_VID_MASK;
	}
	if (a & NFTSW_FA_PUSH2) {
		reverse->flags |= NFTSW_FK_TAG2;
		reverse->vid2 = spec->tci2 & VLAN_VID_MASK;
	}
}
EXPORT_SYMBOL_IF_KUNIT(nftsw_flow_match_reverse);

/**
 * nftsw_flow_partner() - the other direction of a flow
 * @ft: table; its lock is held
 * @nf: flow
 *
 * Return: the flow, without a reference, or NULL when it is not offloaded.
 */
struct nftsw_flow *nftsw_flow_partner(struct nftsw_flow_table *ft,
				      const struct nftsw_flow *nf)
{
	struct nftsw_flow_match match;
	struct nftsw_flow *other;

	nftsw_flow_match_reverse(&nf->spec, &match);
	other = rhashtable_lookup_fast(&ft->by_match, &match,
				       nftsw_flow_match_params);
	if (!other || other->id.block != nf->id.block)
		return NULL;
	nftsw_flow_match_reverse(&other->spec, &match);
	return memcmp(&match, &nf->spec.match, sizeof(match)) ? NULL : other;
}

/**
 * nftsw_flow_sync() - make the chip's entry of a flow what it has to be now
 * @ft: table
 * @nf: flow; the caller has a reference
 *
 * A flow for which that does not work is dropped.
 *
 * Context: process; waits for the chip.
 * Return: 0; -ESTALE the flow was taken out meanwhile; or the error of the command.
 */
int nftsw_flow_sync(struct nftsw_flow_table *ft, struct nftsw_flow *nf)
{
	int err = 0;
	bool owner;
	u16 mtu;

	mutex_lock(&nf->lock);
	if (nf->state >= NFTSW_FLOW_STALE) {
		mutex_unlock(&nf->lock);
		return -ESTALE;
	}
	spin_lock(&ft->lock);
	owner = nf->owner;
	spin_unlock(&ft->lock);
	mtu = nftsw_flow_mtu(ft, nf);

	if (!owner || nf->ended) {
		nf->state = owner ? NFTSW_FLOW_ENDED : NFTSW_FLOW_DISPLACED;
		nftsw_flow_settle(ft, nf);
		err = nftsw_flow_withdraw(ft, nf);
	} else if (nf->dirty || !nf->in_chip || mtu != nf->hw_mtu) {
		err = nftsw_flow_write(ft, nf, mtu);
	}
	if (err) {
		/* as of the last look: the chip may not answer another */
		nftsw_flow_tail_keep(ft, nf);
		nftsw_flow_drop(ft, nf);
	}
	mutex_unlock(&nf->lock);
	return err;
}

/**
 * nftsw_flow_resync() - bring a flow up to date that nobody has asked for
 * @ft: table
 * @nf: flow; the caller has a reference
 *
 * Losing it to a fault is news, and counted as such.
 *
 * Context: process; waits for the chip.
 * Return: as nftsw_flow_sync()
 */
int nftsw_flow_resync(struct nftsw_flow_table *ft, struct nftsw_flow *nf)
{
	int err = nftsw_flow_sync(ft, nf);

	if (err && err != -ESTALE)
		nftsw_flow_log_fail(&ft->log, err);
	return err;
}
