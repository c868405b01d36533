// SPDX-License-Identifier: GPL-2.0
/*
 * Offloaded flows: the driver's table of them, and how it is kept equal to the chip's.
 * Floor 4.  Called by nftsw_tc.c for the kernel's requests, by nftsw_core.c and
 * nftsw_port.c when chip or ports change, read by audit and debugfs.
 *
 * What.  Each direction of a connection is a flow with a cookie and an entry number.
 * Requests arrive from hundreds of workers at once, repeat, cross each other, and stop
 * without a word when their flowtable goes away.
 *
 * How.  A request never computes a difference.  It records what is wanted and calls
 * nftsw_flow_sync(), which under the flow's own mutex looks at all that decides about
 * the entry (rule, owner of the match, MTU) and writes, rewrites or deletes it.  Whoever
 * changes one of those inputs afterwards calls it again for the flows concerned, so the
 * last one to come sees everything.
 *
 * A match belongs to the newest flow with it (by_match).  An older one, of a connection
 * that the kernel has torn down but not yet deleted, leaves the chip first.
 *
 * PPPoE.  A rule does not say in which session its frames come.  So netfilter's flow, of
 * which it was made, is asked (nftsw_nf.c): the session is part of the match from the
 * beginning, and one half alone takes no frames of others.
 *
 * Ends.  The kernel deletes a flow up to a second after a SYN, FIN or RST, and a new
 * connection between the same ports may begin earlier: if the chip forwarded its data,
 * conntrack would take the packets after the deletion for INVALID.  So the chip hands to
 * the CPU, from the first such frame, all that follows, and the driver, told by that frame,
 * takes the entry out.  If the kernel thinks that the flow lives (a SYN sent twice), its
 * next request brings it back.
 *
 * Counters.  Once a second the chip writes the counters of all used ranges to memory; STATS
 * is answered from there.  Each key of an entry gets a number of its own, which
 * comes back with the counters, so nobody inherits those of a recycled entry.  When an entry
 * goes and its flow stays, here or in the kernel, they are read once more (nftsw_flow_tail.c).
 *
 * Faults.  A flow that the chip did not take is forgotten, and its entry number is free
 * once the chip has confirmed the deletion; until then it is STALE and asked for
 * again.  The kernel repeats its request when software sees the next packet, and so it does
 * for a flow that found no room; nftsw_flow_room.c tells user space.
 *
 * Topology.  A rule is a snapshot of a path: next hop, port, VLANs, route.  When that is no
 * longer true, nftsw_topo.c says so and nftsw_flow_sweep.c finds the flows concerned by
 * lists that are kept here: by destination address, by port.
 *
 * Locks.  nftsw_flow_table.sweep_sem, then nftsw_flow.lock (mutex, over commands), then
 * nftsw_flow_table.lock (spin, never over a command).  Two flows' mutexes are never held
 * together.  Nothing here takes RTNL, devlink or netdev locks: NETDEV_DOWN waits for the
 * callbacks.
 */
#include <linux/jiffies.h>
#include <linux/slab.h>
#include <net/flow_offload.h>
#include <kunit/visibility.h>
#include "nftsw_flow.h"
#include "nftsw_hw.h"

/* ---- REPLACE --------------------------------------------------------------- */

/* ft->lock and nf->lock are held. */
static struct nftsw_flow *nftsw_flow_respec(struct nftsw_flow_table *ft,
					    struct nftsw_flow *nf,
					    const struct nftsw_flow_spec *spec)
{
	if (memcmp(&nf->spec.match, &spec->match, sizeof(spec->match))) {
		nftsw_flow_disclaim(ft, nf);
		nf->rekey = true;
	}
	nftsw_flow_unlink(nf);
	nf->spec = *spec;
	nftsw_flow_link(ft, nf);
	nf->dirty = true;
	return nf->owner ? NULL : nftsw_flow_claim(ft, nf);
}

static int nftsw_flow_check_ports(struct nftsw_flow_table *ft,
				  const struct nftsw_flow_spec *spec,
				  struct nftsw_flow_refusal *refusal)
{
	u16 port = ft->blocked[spec->oport] ? spec->oport : spec->match.iport;

	if (!ft->blocked[port])
		return 0;
	refusal->id = NFTSW_FLOW_REFUSAL_PORT_OFF;
	scnprintf(refusal->text, sizeof(refusal->text),
		  "port p%u takes no flows (hw-tc-offload off, or going away)", port + 1);
	return -EOPNOTSUPP;
}

/*
 * The kernel asks again when software has seen a packet.  Of a TCP flow that is in the
 * chip that may be because the chip holds the entry back since a SYN, FIN or RST whose
 * copy for the CPU was lost: then to write it again releases it.
 */
static bool nftsw_flow_may_be_held(const struct nftsw_flow *nf)
{
	return nf->spec.match.l4proto == IPPROTO_TCP &&
	       time_after(jiffies, nf->written + HZ);
}

/*
 * Record what is wanted.  Returns 1 when nothing has changed, -EAGAIN when the flow died
 * meanwhile.  @loser: flow that has lost its match, to be given back.
 */
static int nftsw_flow_want(struct nftsw_flow_table *ft, struct nftsw_flow *nf,
			   const struct nftsw_flow_spec *spec,
			   struct nftsw_flow_refusal *refusal,
			   struct nftsw_flow **loser)
{
	int err = 0;

	mutex_lock(&nf->lock);
	if (nf->state >= NFTSW_FLOW_STALE) {
		mutex_unlock(&nf->lock);
		return -EAGAIN;
	}
	spin_lock(&ft->lock);
	if (ft->stopped)
		err = -ENODEV;
	else
		err = nftsw_flow_check_ports(ft, spec, refusal);
	if (!err && nf->owner && !nf->dirty && nf->in_chip &&
	    !memcmp(&nf->spec, spec, sizeof(*spec))) {
		nf->dirty = nftsw_flow_may_be_held(nf);
		err = 1;
	}
	if (!err) {
		nf->ended = false;
		*loser = nftsw_flow_respec(ft, nf, spec);
		if (!nf->owner)
			err = -ENOMEM;
	}
	spin_unlock(&ft->lock);
	if (err < 0)
		nftsw_flow_abandon(ft, nf);
	mutex_unlock(&nf->lock);
	return err;
}

static int nftsw_flow_apply(struct nftsw_flow_table *ft, struct nftsw_flow *nf,
			    const struct nftsw_flow_spec *spec,
			    struct nftsw_flow_refusal *refusal)
{
	bool fresh = READ_ONCE(nf->state) == NFTSW_FLOW_NEW;
	struct nftsw_flow *loser = NULL;
	bool same;
	int err;

	err = nftsw_flow_want(ft, nf, spec, refusal, &loser);
	if (loser) {
		nftsw_flow_log_event(&ft->log, NFTSW_FLOW_EVENT_DISPLACED, 1);
		nftsw_flow_resync(ft, loser);
		nftsw_flow_put(loser);
	}
	if (err < 0)
		return err;
	same = err;
	err = nftsw_flow_sync(ft, nf);
	if (err)
		return err;
	if (same) {
		nftsw_flow_log_event(&ft->log, NFTSW_FLOW_EVENT_REPEATED, 1);
		return 0;
	}
	nftsw_flow_log_event(&ft->log, fresh ? NFTSW_FLOW_EVENT_REPLACED :
					       NFTSW_FLOW_EVENT_UPDATED, 1);
	return 0;
}

/* @end: nftsw_flow_drop(), or nftsw_flow_abandon() when the kernel keeps the flow. */
static bool nftsw_flow_remove(struct nftsw_flow_table *ft, const struct nftsw_flow_id *id,
			      void (*end)(struct nftsw_flow_table *ft, struct nftsw_flow *nf))
{
	struct nftsw_flow *nf = nftsw_flow_get(ft, id);
	bool found = false;

	if (!nf)
		return false;
	mutex_lock(&nf->lock);
	if (nf->state < NFTSW_FLOW_STALE) {
		end(ft, nf);
		found = true;
	}
	mutex_unlock(&nf->lock);
	nftsw_flow_put(nf);
	return found;
}

/* The kernel does so, too: what it was not told it will not ask for. */
static bool nftsw_flow_delete(struct nftsw_flow_table *ft, const struct nftsw_flow_id *id)
{
	bool found = nftsw_flow_remove(ft, id, nftsw_flow_drop);
	struct nftsw_flow_ctr untold;

	nftsw_flow_tail_take(ft, id, &untold);
	return found;
}

static int nftsw_flow_failed(struct nftsw_flow_table *ft, int err,
			     const struct nftsw_flow_refusal *refusal,
			     struct netlink_ext_ack *extack)
{
	if (refusal->id) {
		nftsw_flow_log_refuse(&ft->log, refusal);
	} else if (err == -ENOSPC) {
		NL_SET_ERR_MSG_MOD(extack, "flow table of the chip is full");
		nftsw_flow_log_event(&ft->log, NFTSW_FLOW_EVENT_FULL, 1);
		nftsw_flow_room_full(ft);
	} else if (err == -ESTALE) {
		/* who took it out before it was written, a sweep or its end, has counted that */
		NL_SET_ERR_MSG_MOD(extack, "flow was taken out while it was being offloaded");
	} else {
		NL_SET_ERR_MSG_MOD(extack, "flow could not be written to the chip");
		nftsw_flow_log_fail(&ft->log, err);
	}
	return err;
}

/* Inside of a request netfilter cannot free it. */
static void nftsw_flow_begin_anew(struct nftsw_flow_table *ft, const struct nftsw_flow_id *id)
{
	nftsw_flow_log_event(&ft->log, NFTSW_FLOW_EVENT_STALE_PATH, 1);
	if (ft->teardown)
		ft->teardown(ft->ns, id);
}

/**
 * nftsw_flow_replace() - offload a flow, or bring an offloaded one up to date
 * @ns: chip
 * @id: flow
 * @rule: what it is
 * @ports: which devices are the chip's
 * @extack: gets the reason of a refusal; may be NULL
 *
 * netfilter repeats this about once a second while software sees packets of the flow.
 * What the chip has already costs it nothing.
 *
 * Context: process; waits for the chip.
 * Return: 0; -EOPNOTSUPP the chip cannot do it; -ENOSPC no room; -ESTALE it was taken
 * out meanwhile; or another error.  After an error the flow is not offloaded.
 */
int nftsw_flow_replace(struct nftsw *ns, const struct nftsw_flow_id *id,
		       const struct flow_rule *rule,
		       const struct nftsw_flow_ports *ports,
		       struct netlink_ext_ack *extack)
{
	struct nftsw_flow_table *ft = ns->flow;
	struct nftsw_flow_refusal refusal;
	struct nftsw_flow_spec spec;
	struct nftsw_flow *nf;
	int err;

	err = nftsw_flow_parse(rule, ports, &spec, &refusal, extack);
	if (err) {
		nftsw_flow_remove(ft, id, nftsw_flow_abandon);
		if (refusal.outdated && nftsw_flow_detour(&ft->detours, &spec.match))
			nftsw_flow_begin_anew(ft, id);
		return nftsw_flow_failed(ft, err, &refusal, extack);
	}
	down_read(&ft->sweep_sem);
	do {
		nf = nftsw_flow_get_or_create(ft, id);
		if (IS_ERR(nf)) {
			err = PTR_ERR(nf);
			continue;
		}
		err = nftsw_flow_apply(ft, nf, &spec, &refusal);
		nftsw_flow_put(nf);
	} while (err == -EAGAIN);
	up_read(&ft->sweep_sem);
	return err ? nftsw_flow_failed(ft, err, &refusal, extack) : 0;
}

/**
 * nftsw_flow_destroy() - a flow is no longer to be offloaded
 * @ns: chip
 * @id: flow
 *
 * Context: process; waits for the chip.
 * Return: 0, or -ENOENT when it was not offloaded; netfilter does not care.
 */
int nftsw_flow_destroy(struct nftsw *ns, const struct nftsw_flow_id *id)
{
	bool found = nftsw_flow_delete(ns->flow, id);

	nftsw_flow_log_event(&ns->flow->log, found ? NFTSW_FLOW_EVENT_DESTROYED :
						     NFTSW_FLOW_EVENT_UNKNOWN, 1);
	return found ? 0 : -ENOENT;
}

/**
 * nftsw_flow_forget() - a flow is no longer to be offloaded, says somebody else, too
 * @ns: chip
 * @id: flow
 *
 * As nftsw_flow_destroy(), but it is no news when it is not offloaded.
 */
void nftsw_flow_forget(struct nftsw *ns, const struct nftsw_flow_id *id)
{
	if (nftsw_flow_delete(ns->flow, id))
		nftsw_flow_log_event(&ns->flow->log, NFTSW_FLOW_EVENT_DESTROYED, 1);
}

/* ---- For people ------------------------------------------------------------------ */

/**
 * nftsw_flow_state_name() - name of a state, as debugfs shows it
 * @state: state
 *
 * Return: the name.
 */
const char *nftsw_flow_state_name(enum nftsw_flow_state state)
{
	static const char *const names[] = {
		[NFTSW_FLOW_NEW] = "new",
		[NFTSW_FLOW_OFFLOADED] = "offloaded",
		[NFTSW_FLOW_DISPLACED] = "displaced",
		[NFTSW_FLOW_ENDED] = "ended",
		[NFTSW_FLOW_STALE] = "stale",
		[NFTSW_FLOW_DEAD] = "dead",
	};

	return names[state];
}

/* Is the other direction in the chip?  Else software carries it. */
static bool nftsw_flow_paired(struct nftsw_flow_table *ft, const struct nftsw_flow *nf)
{
	const struct nftsw_flow *other;
	bool paired;

	spin_lock(&ft->lock);
	other = nftsw_flow_partner(ft, nf);
	paired = other && READ_ONCE(other->state) == NFTSW_FLOW_OFFLOADED;
	spin_unlock(&ft->lock);
	return paired;
}

/**
 * nftsw_flow_half() - flows in the chip whose other direction is in software
 * @ns: chip
 *
 * Looks at each flow: for people.
 *
 * Context: process.
 * Return: how many.
 */
u32 nftsw_flow_half(struct nftsw *ns)
{
	struct nftsw_flow_table *ft = ns->flow;
	unsigned long index = 0;
	struct nftsw_flow *nf;
	u32 n = 0;

	for (; (nf = nftsw_flow_next(ft, &index)); index++) {
		n += READ_ONCE(nf->state) == NFTSW_FLOW_OFFLOADED &&
		     !nftsw_flow_paired(ft, nf);
		nftsw_flow_put(nf);
		cond_resched();
	}
	return n;
}
EXPORT_SYMBOL_IF_KUNIT(nftsw_flow_half);

/**
 * nftsw_flow_info_next() - walk over what people want to know of all flows
 * @ns: chip
 * @index: in: lowest entry number to look at; out: that of the flow
 * @info: result
 *
 * Context: process; may wait while the chip takes the flow.
 * Return: false at the end.
 */
bool nftsw_flow_info_next(struct nftsw *ns, unsigned long *index,
			  struct nftsw_flow_info *info)
{
	struct nftsw_flow *nf = nftsw_flow_next(ns->flow, index);

	if (!nf)
		return false;
	mutex_lock(&nf->lock);
	info->index = nf->index;
	info->state = nf->state;
	info->paired = nftsw_flow_paired(ns->flow, nf);
	info->spec = nf->spec;
	info->mtu = nf->hw_mtu;
	info->created = nf->created;
	spin_lock(&nf->ctr_lock);
	info->ctr.packets = nf->base.packets + nf->ctr.packets;
	info->ctr.octets = nf->base.octets + nf->ctr.octets;
	info->lastused = nf->lastused;
	spin_unlock(&nf->ctr_lock);
	mutex_unlock(&nf->lock);
	nftsw_flow_put(nf);
	return true;
}
EXPORT_SYMBOL_IF_KUNIT(nftsw_flow_info_next);

/**
 * nftsw_flow_occ_get() - entry numbers in use
 * @ns: chip
 *
 * Return: how many.
 */
u64 nftsw_flow_occ_get(struct nftsw *ns)
{
	return nftsw_flow_index_used(&ns->flow->index);
}
EXPORT_SYMBOL_IF_KUNIT(nftsw_flow_occ_get);

/* ---- Life ------------------------------------------------------------------------ */

/**
 * nftsw_flow_block_new() - a tag for a block
 * @ns: chip
 *
 * Return: a number that no block had before, never 0.
 */
u32 nftsw_flow_block_new(struct nftsw *ns)
{
	u32 tag;

	do {
		tag = atomic_inc_return(&ns->flow->block_tag);
	} while (!tag);
	return tag;
}

/**
 * nftsw_flow_start() - the chip is ready and its table empty: take flows
 * @ns: chip
 */
void nftsw_flow_start(struct nftsw *ns)
{
	struct nftsw_flow_table *ft = ns->flow;

	spin_lock(&ft->lock);
	ft->stopped = false;
	spin_unlock(&ft->lock);
	nftsw_flow_ctr_start(ft);
	nftsw_flow_end_start(ft);
}

/**
 * nftsw_flow_stop() - the chip is going to be reset, or is gone: forget all flows
 * @ns: chip
 *
 * Sends no command.  The kernel goes on in software, and offloads its flows again
 * after nftsw_flow_start().
 *
 * Context: process; waits for commands under way.
 */
void nftsw_flow_stop(struct nftsw *ns)
{
	struct nftsw_flow_purge p = {
		.no_chip = true, .kept = true, .why = NFTSW_FLOW_EVENT_PURGED,
	};
	struct nftsw_flow_table *ft = ns->flow;

	spin_lock(&ft->lock);
	ft->stopped = true;
	spin_unlock(&ft->lock);
	nftsw_flow_end_stop(ft);
	nftsw_flow_ctr_stop(ft);
	nftsw_flow_purge(ft, &p);
}

/* kmalloc() would round a flow up to the next power of two. */
static int nftsw_flow_init_cache(struct nftsw_flow_table *ft)
{
	char name[64];

	snprintf(name, sizeof(name), "nftsw_flow-%s", dev_name(ft->ns->dev));
	ft->cache = kmem_cache_create(name, sizeof(struct nftsw_flow), 0, 0, NULL);
	return ft->cache ? 0 : -ENOMEM;
}

static int nftsw_flow_init_tables(struct nftsw_flow_table *ft)
{
	int err = nftsw_flow_init_cache(ft);

	if (err)
		return err;
	err = nftsw_flow_index_init(&ft->index, ft->ns->info.flows);
	if (err)
		goto err_index;
	err = nftsw_flow_hash_init(ft);
	if (err)
		goto err_hash;
	return 0;

err_hash:
	nftsw_flow_index_fini(&ft->index);
err_index:
	kmem_cache_destroy(ft->cache);
	return err;
}

static void nftsw_flow_fini_tables(struct nftsw_flow_table *ft)
{
	nftsw_flow_hash_fini(ft);
	nftsw_flow_index_fini(&ft->index);
	kmem_cache_destroy(ft->cache); /* waits for those that RCU still has */
}

/**
 * nftsw_flow_init() - prepare the flow table of a chip
 * @ns: chip; its info is known
 *
 * Return: 0 or a negative errno.
 */
int nftsw_flow_init(struct nftsw *ns)
{
	struct nftsw_flow_table *ft = kvzalloc(sizeof(*ft), GFP_KERNEL);
	int err;
	u32 i;

	if (!ft)
		return -ENOMEM;
	ft->ns = ns;
	ft->stopped = true;
	for (i = 0; i < NFTSW_MAX_LOGICAL; i++)
		ft->mtu[i] = ETH_DATA_LEN;
	spin_lock_init(&ft->lock);
	init_rwsem(&ft->sweep_sem);
	nftsw_flow_tails_init(ft);
	nftsw_flow_log_init(&ft->log);
	err = nftsw_flow_end_init(ft);
	if (err)
		goto err_end;
	err = nftsw_flow_ctr_init(ft);
	if (err)
		goto err_ctr;
	err = nftsw_flow_init_tables(ft);
	if (err)
		goto err_tables;
	err = nftsw_flow_room_init(ft);
	if (err)
		goto err_room;
	ns->flow = ft;
	return 0;

err_room:
	nftsw_flow_fini_tables(ft);
err_tables:
	nftsw_flow_ctr_fini(ft);
err_ctr:
	nftsw_flow_end_fini(ft);
err_end:
	kvfree(ft);
	return err;
}

/**
 * nftsw_flow_fini() - undo nftsw_flow_init()
 * @ns: chip; no block is bound
 */
void nftsw_flow_fini(struct nftsw *ns)
{
	struct nftsw_flow_table *ft = ns->flow;

	/* also ends what NAPI may have started while the chip was being stopped */
	nftsw_flow_stop(ns);
	nftsw_flow_tails_purge(ft, 0);
	nftsw_flow_room_fini(ft);
	nftsw_flow_fini_tables(ft);
	nftsw_flow_ctr_fini(ft);
	nftsw_flow_end_fini(ft);
	ns->flow = NULL;
	kvfree(ft);
}
