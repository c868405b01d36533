// SPDX-License-Identifier: GPL-2.0
/*
 * Offloaded rules: nft's netdev chains and tc's filters, kept equal to the chip's access
 * control list.  Floor 4.  Called by nftsw_tc_block.c for the kernel's requests, by
 * nftsw_core.c when the chip is reset, read by nftsw_acl_show.c.
 *
 * What.  A few hundred rules at most, in one list that is sorted as the chip sorts: tc before
 * nft, as the ingress path of the kernel does; then the priority of filter or chain; then the
 * block; then the order in which rules came.  nft tells of rules in the order of the chain, and
 * takes no rule in front of another into an offloaded chain.
 *
 * The chip orders by the same three numbers, so nothing is ever moved on it: a rule is
 * written once, and again when its block gets or loses a port.
 *
 * Groups.  What nft accepts in one chain the next one sees; so acceptance (PASS) ends a
 * block only, which is a group on the chip.
 *
 * Counters.  An nft rule is evaluated by software, too, for every frame that reaches the CPU.
 * The chip is told so (CPU_TOO) and leaves such frames to it; what it counts itself is added
 * to nft's counter by STATS.  That is called in an RCU section when a ruleset is listed, so it
 * is answered from a copy that is at most a second old.
 *
 * Faults.  netfilter and tc do not tell rules again.  They outlive every reset in here, and
 * are written again by nftsw_acl_start().  A rule whose deletion the chip did not answer keeps its
 * number until it has.
 *
 * Undo.  When nft has deleted a rule and a later change of the same ruleset is refused, it brings
 * the rule back, under its old cookie, and means its old place.  The place is remembered for
 * that case: only a refusal on our side leads to it, before any other rule comes.
 *
 * Locks.  nftsw_acl.lock (mutex, over commands), then .ctr_lock (spin).  Neither RTNL nor any
 * lock of devlink's or a netdev's is taken.
 */
#include <linux/dma-mapping.h>
#include <linux/jiffies.h>
#include <linux/slab.h>
#include <net/flow_offload.h>
#include <kunit/visibility.h>
#include "nftsw_acl.h"
#include "nftsw_hw.h"

/* Deletions that may yet be undone are kept so long. */
#define NFTSW_ACL_UNDO_TIME	(5 * HZ)

/* &nftsw_hw_acl_entry.prio: tc before nft */
#define NFTSW_ACL_PRIO_NFT	BIT(16)

/* ---- One rule ------------------------------------------------------------------ */

static u32 nftsw_acl_prio(const struct nftsw_acl_id *id)
{
	return id->prio | (id->tc ? 0 : NFTSW_ACL_PRIO_NFT);
}

static u64 nftsw_acl_ports_of(const struct nftsw_acl_rule *r)
{
	return r->id.ports & r->spec.ports;
}

/**
 * nftsw_acl_encode() - a rule as it is written to the chip
 * @r: rule
 * @e: result
 */
void nftsw_acl_encode(const struct nftsw_acl_rule *r, struct nftsw_hw_acl_entry *e)
{
	const struct nftsw_acl_spec *s = &r->spec;

	memset(e, 0, sizeof(*e));
	e->index = cpu_to_le32(r->index);
	e->prio = cpu_to_le32(nftsw_acl_prio(&r->id));
	e->group = cpu_to_le32(r->id.block);
	e->order = cpu_to_le64(r->order);
	e->verdict = s->verdict;
	e->flags = s->flags;
	e->oport = cpu_to_le16(s->oport);
	e->mport = cpu_to_le16(s->mport);
	e->meter = cpu_to_le16(r->meter);
	e->ports = cpu_to_le64(nftsw_acl_ports_of(r));
	e->cookie = cpu_to_le64(r->gen);
	e->key = s->key;
	e->mask = s->mask;
}

/* The chip's counters begin anew. */
static void nftsw_acl_ctr_fold(struct nftsw_acl *acl, struct nftsw_acl_rule *r)
{
	spin_lock(&acl->ctr_lock);
	r->base.packets += r->ctr.packets;
	r->base.octets += r->ctr.octets;
	memset(&r->ctr, 0, sizeof(r->ctr));
	spin_unlock(&acl->ctr_lock);
}

/* acl->lock is held, as in all that follows but STATS. */
static int nftsw_acl_withdraw(struct nftsw_acl *acl, struct nftsw_acl_rule *r)
{
	int err = 0;

	if (r->in_chip && !acl->stopped)
		err = nftsw_hw_acl_del(acl->ns, r->index);
	if (err)
		return err;
	r->in_chip = false;
	nftsw_acl_ctr_fold(acl, r);
	return 0;
}

static int nftsw_acl_write(struct nftsw_acl *acl, struct nftsw_acl_rule *r)
{
	struct nftsw_hw_acl_entry e;
	int err;

	nftsw_acl_encode(r, &e);
	err = nftsw_hw_acl_set(acl->ns, &e);
	/* One that was not answered may be there nevertheless. */
	if (!err || err == -ETIMEDOUT)
		r->in_chip = true;
	return err;
}

/* Bring the chip to what the rule says now.  A rule of no port is not on the chip. */
static int nftsw_acl_sync(struct nftsw_acl *acl, struct nftsw_acl_rule *r)
{
	int err;

	if (acl->stopped)
		return 0;
	err = nftsw_acl_ports_of(r) ? nftsw_acl_write(acl, r) : nftsw_acl_withdraw(acl, r);
	r->unsure = err;
	return err;
}

static bool nftsw_acl_before(const struct nftsw_acl_rule *a, const struct nftsw_acl_rule *b)
{
	u32 pa = nftsw_acl_prio(&a->id), pb = nftsw_acl_prio(&b->id);

	if (pa != pb)
		return pa < pb;
	if (a->id.block != b->id.block)
		return a->id.block < b->id.block;
	return a->order < b->order;
}

static void nftsw_acl_link(struct nftsw_acl *acl, struct nftsw_acl_rule *r)
{
	struct list_head *behind = &acl->rules;
	struct nftsw_acl_rule *at;

	list_for_each_entry(at, &acl->rules, list) {
		if (!nftsw_acl_before(r, at))
			continue;
		behind = &at->list;
		break;
	}
	spin_lock(&acl->ctr_lock);
	list_add_tail(&r->list, behind);
	spin_unlock(&acl->ctr_lock);
}

static void nftsw_acl_unlink(struct nftsw_acl *acl, struct nftsw_acl_rule *r)
{
	spin_lock(&acl->ctr_lock);
	list_del(&r->list);
	spin_unlock(&acl->ctr_lock);
}

/* Either lock is held. */
static struct nftsw_acl_rule *nftsw_acl_find(const struct list_head *list, u32 block,
					     unsigned long cookie)
{
	struct nftsw_acl_rule *r;

	list_for_each_entry(r, list, list)
		if (r->id.block == block && r->id.cookie == cookie)
			return r;
	return NULL;
}

static void nftsw_acl_meter_put(struct nftsw_acl *acl, u32 meter)
{
	if (meter)
		nftsw_meter_put(acl, meter - 1);
}

/* Off the chip and off the list; its number is free when the chip has confirmed it. */
static void nftsw_acl_remove(struct nftsw_acl *acl, struct nftsw_acl_rule *r)
{
	nftsw_acl_unlink(acl, r);
	if (nftsw_acl_withdraw(acl, r)) {
		__set_bit(r->index, acl->stale);
		acl->held[r->index] = r->meter;
	} else {
		__clear_bit(r->index, acl->used);
		nftsw_acl_meter_put(acl, r->meter);
	}
	r->meter = 0;
}

/* The chip does not have the rule any more. */
static void nftsw_acl_stale_end(struct nftsw_acl *acl, u32 index)
{
	__clear_bit(index, acl->stale);
	__clear_bit(index, acl->used);
	nftsw_acl_meter_put(acl, acl->held[index]);
	acl->held[index] = 0;
}

/* ---- Deletions that are taken back ------------------------------------------------- */

static void nftsw_acl_gone_free(struct nftsw_acl *acl, bool all)
{
	struct nftsw_acl_rule *r, *next;

	list_for_each_entry_safe(r, next, &acl->gone, list) {
		if (!all && time_before(jiffies, r->gone + NFTSW_ACL_UNDO_TIME))
			continue;
		list_del(&r->list);
		kfree(r);
	}
}

static void nftsw_acl_gone_add(struct nftsw_acl *acl, struct nftsw_acl_rule *r)
{
	r->gone = jiffies;
	r->undo = false;
	list_add(&r->list, &acl->gone);
}

/*
 * The old place of a rule that comes back, or a new one behind all others.  Others that were
 * deleted are not forgotten with a new one: it may be of the same change of the ruleset, which
 * is refused yet, and then they come back.
 */
static u64 nftsw_acl_place(struct nftsw_acl *acl, const struct nftsw_acl_id *id,
			   const struct nftsw_acl_spec *spec)
{
	struct nftsw_acl_rule *r = nftsw_acl_find(&acl->gone, id->block, id->cookie);
	u64 order;

	if (!r || !r->undo || memcmp(&r->spec, spec, offsetofend(struct nftsw_acl_spec, flags)))
		return ++acl->next;
	order = r->order;
	list_del(&r->list);
	kfree(r);
	return order;
}

/* ---- The kernel's requests ----------------------------------------------------------- */

/* The meter for a rule, as &nftsw_acl_rule.meter. */
static int nftsw_acl_meter_get(struct nftsw_acl *acl, const struct nftsw_acl_spec *spec,
			       struct nftsw_acl_refusal *refusal)
{
	int meter;

	if (!spec->police.rate)
		return 0;
	meter = nftsw_meter_get(acl, &spec->police);
	if (meter == -ENOSPC)
		nftsw_acl_refuse(refusal, NFTSW_ACL_REFUSAL_FULL,
				 "all %u meters of the chip are in use", NFTSW_MAX_METERS);
	return meter < 0 ? meter : meter + 1;
}

static struct nftsw_acl_rule *nftsw_acl_create(struct nftsw_acl *acl,
					       const struct nftsw_acl_id *id,
					       const struct nftsw_acl_spec *spec,
					       struct nftsw_acl_refusal *refusal)
{
	u32 index = find_first_zero_bit(acl->used, acl->ns->info.acls);
	struct nftsw_acl_rule *r;
	int meter;

	if (index >= acl->ns->info.acls) {
		nftsw_acl_refuse(refusal, NFTSW_ACL_REFUSAL_FULL,
				 "all %u rules of the chip are in use", acl->ns->info.acls);
		return ERR_PTR(-ENOSPC);
	}
	r = kzalloc(sizeof(*r), GFP_KERNEL);
	if (!r)
		return ERR_PTR(-ENOMEM);
	meter = nftsw_acl_meter_get(acl, spec, refusal);
	if (meter < 0) {
		kfree(r);
		return ERR_PTR(meter);
	}
	r->meter = meter;
	r->id = *id;
	r->spec = *spec;
	r->index = index;
	r->order = nftsw_acl_place(acl, id, spec);
	r->gen = ++acl->next;
	__set_bit(index, acl->used);
	nftsw_acl_link(acl, r);
	return r;
}

/* A rule that the kernel changes in place: as tc does not, nor nft. */
static int nftsw_acl_change(struct nftsw_acl *acl, struct nftsw_acl_rule *r,
			    const struct nftsw_acl_spec *spec,
			    struct nftsw_acl_refusal *refusal)
{
	struct nftsw_acl_spec old = r->spec;
	int meter = nftsw_acl_meter_get(acl, spec, refusal);
	u32 unused = r->meter;
	int err;

	if (meter < 0)
		return meter;
	r->spec = *spec;
	r->meter = meter;
	err = nftsw_acl_sync(acl, r);
	if (err) {
		r->spec = old;
		swap(r->meter, unused);
	}
	nftsw_acl_meter_put(acl, unused);
	return err;
}

/**
 * nftsw_acl_replace() - offload a rule
 * @ns: chip
 * @id: rule
 * @spec: what it says
 * @refusal: result: why not, when it is no fault; its id is NONE before
 *
 * While the chip is being reset a rule is taken for the time after it.
 *
 * Return: 0; -ENOSPC no room; or another error.  After an error the rule is not offloaded.
 */
int nftsw_acl_replace(struct nftsw *ns, const struct nftsw_acl_id *id,
		      const struct nftsw_acl_spec *spec, struct nftsw_acl_refusal *refusal)
{
	struct nftsw_acl *acl = ns->acl;
	struct nftsw_acl_rule *r;
	int err;

	mutex_lock(&acl->lock);
	r = nftsw_acl_find(&acl->rules, id->block, id->cookie);
	if (r) {
		err = nftsw_acl_change(acl, r, spec, refusal);
		goto out_unlock;
	}
	r = nftsw_acl_create(acl, id, spec, refusal);
	err = PTR_ERR_OR_ZERO(r);
	if (err)
		goto out_unlock;
	err = nftsw_acl_sync(acl, r);
	if (err) {
		nftsw_acl_remove(acl, r);
		kfree(r);
	}
out_unlock:
	mutex_unlock(&acl->lock);
	return err;
}

/**
 * nftsw_acl_destroy() - a rule is no longer to be offloaded
 * @ns: chip
 * @block: tag of its block
 * @cookie: of the rule; one that is not offloaded is no error, as after the last port of its
 *	block has gone
 */
void nftsw_acl_destroy(struct nftsw *ns, u32 block, unsigned long cookie)
{
	struct nftsw_acl *acl = ns->acl;
	struct nftsw_acl_rule *r;

	mutex_lock(&acl->lock);
	r = nftsw_acl_find(&acl->rules, block, cookie);
	if (r) {
		nftsw_acl_remove(acl, r);
		nftsw_acl_gone_add(acl, r);
	}
	mutex_unlock(&acl->lock);
}

/* Whoever looks twice, as a test that waits for a packet, need not wait for the next second. */
static void nftsw_acl_hurry(struct nftsw_acl *acl)
{
	if (acl->stopped || acl->asked)
		return;
	acl->asked = true;
	mod_delayed_work(acl->ns->wq, &acl->work, msecs_to_jiffies(NFTSW_ACL_CTR_SOON_MS));
}

/**
 * nftsw_acl_stats() - what a rule has matched in the chip since the last time
 * @ns: chip
 * @block: tag of its block
 * @cookie: of the rule
 * @stats: result, at most %NFTSW_ACL_CTR_MS old, and %NFTSW_ACL_CTR_SOON_MS when asked again
 *
 * Context: any that may take a spinlock; nft asks in an RCU section.
 * Return: 0, or -ENOENT when the rule is not offloaded.
 */
int nftsw_acl_stats(struct nftsw *ns, u32 block, unsigned long cookie,
		    struct flow_stats *stats)
{
	struct nftsw_acl *acl = ns->acl;
	struct nftsw_acl_ctr d = {};
	u64 lastused = 0, drops = 0;
	struct nftsw_acl_rule *r;

	spin_lock(&acl->ctr_lock);
	r = nftsw_acl_find(&acl->rules, block, cookie);
	if (r) {
		d.packets = r->base.packets + r->ctr.packets - r->reported.packets;
		d.octets = r->base.octets + r->ctr.octets - r->reported.octets;
		r->reported.packets += d.packets;
		r->reported.octets += d.octets;
		lastused = r->lastused;
		if (r->meter)
			drops = nftsw_meter_drops(acl, r->meter - 1);
		nftsw_acl_hurry(acl);
	}
	spin_unlock(&acl->ctr_lock);
	if (!r)
		return -ENOENT;
	flow_stats_update(stats, d.octets, d.packets, drops, lastused,
			  FLOW_ACTION_HW_STATS_DELAYED);
	return 0;
}

static void nftsw_acl_log(struct nftsw_acl *acl, const struct nftsw_acl_refusal *refusal)
{
	struct nftsw_acl_log_entry *e = &acl->log[acl->logged++ % NFTSW_ACL_LOG_COUNT];

	e->jiffies = jiffies;
	e->refusal = *refusal;
}

/**
 * nftsw_acl_failed() - count a request that was not fulfilled
 * @ns: chip
 * @err: negative errno
 * @refusal: why; its id is NONE when it was a fault
 *
 * nft throws away what is said in an extack, so the words are kept.
 */
void nftsw_acl_failed(struct nftsw *ns, int err, const struct nftsw_acl_refusal *refusal)
{
	struct nftsw_acl_refusal fault = {};
	struct nftsw_acl *acl = ns->acl;
	struct nftsw_acl_rule *r;

	mutex_lock(&acl->lock);
	if (refusal->id) {
		acl->refused[refusal->id]++;
		nftsw_acl_log(acl, refusal);
	} else {
		acl->failed++;
		scnprintf(fault.text, sizeof(fault.text), "not written to the chip: %pe",
			  ERR_PTR(err));
		nftsw_acl_log(acl, &fault);
	}
	list_for_each_entry(r, &acl->gone, list)
		r->undo = true;
	mutex_unlock(&acl->lock);
}

/* ---- Blocks and ports ------------------------------------------------------------------- */

/**
 * nftsw_acl_block_new() - a tag for a block
 * @ns: chip
 *
 * Return: a number that no other block has, never 0.
 */
u32 nftsw_acl_block_new(struct nftsw *ns)
{
	struct nftsw_acl *acl = ns->acl;
	u32 tag;

	mutex_lock(&acl->lock);
	do {
		tag = ++acl->block_tag;
	} while (!tag);
	mutex_unlock(&acl->lock);
	return tag;
}

/**
 * nftsw_acl_block_ports() - a block has other ports than before
 * @ns: chip
 * @block: its tag
 * @ports: ports bound to it
 *
 * Return: 0, or the first error; rules that it concerns are on the chip for the ports before,
 * and written again once a second until that works.
 */
int nftsw_acl_block_ports(struct nftsw *ns, u32 block, u64 ports)
{
	struct nftsw_acl *acl = ns->acl;
	struct nftsw_acl_rule *r;
	int err, first = 0;

	mutex_lock(&acl->lock);
	list_for_each_entry(r, &acl->rules, list) {
		if (r->id.block != block || r->id.ports == ports)
			continue;
		r->id.ports = ports;
		err = nftsw_acl_sync(acl, r);
		first = first ?: err;
	}
	mutex_unlock(&acl->lock);
	return first;
}

/**
 * nftsw_acl_block_purge() - a block is gone, with what is left of its rules
 * @ns: chip
 * @block: its tag
 */
void nftsw_acl_block_purge(struct nftsw *ns, u32 block)
{
	struct nftsw_acl *acl = ns->acl;
	struct nftsw_acl_rule *r, *next;

	mutex_lock(&acl->lock);
	list_for_each_entry_safe(r, next, &acl->rules, list) {
		if (r->id.block != block)
			continue;
		nftsw_acl_remove(acl, r);
		kfree(r);
	}
	mutex_unlock(&acl->lock);
}

/**
 * nftsw_acl_port_used() - does a rule have this port for its ingress?
 * @ns: chip
 * @port: port number
 *
 * Return: whether one does.
 */
bool nftsw_acl_port_used(struct nftsw *ns, u16 port)
{
	struct nftsw_acl *acl = ns->acl;
	struct nftsw_acl_rule *r;
	bool used = false;

	if (!acl)
		return false;
	mutex_lock(&acl->lock);
	list_for_each_entry(r, &acl->rules, list)
		used |= nftsw_acl_ports_of(r) >> port & 1;
	mutex_unlock(&acl->lock);
	return used;
}

/**
 * nftsw_acl_occ_get() - rule numbers in use
 * @ns: chip with an access control list
 *
 * Return: how many.
 */
u64 nftsw_acl_occ_get(struct nftsw *ns)
{
	u64 n;

	mutex_lock(&ns->acl->lock);
	n = bitmap_weight(ns->acl->used, NFTSW_MAX_ACLS);
	mutex_unlock(&ns->acl->lock);
	return n;
}
EXPORT_SYMBOL_IF_KUNIT(nftsw_acl_occ_get);

/* ---- Counters ------------------------------------------------------------------------------ */

/* @now_ns: chip time after it has written @c */
static void nftsw_acl_ctr_update(struct nftsw_acl_rule *r, const struct nftsw_hw_acl_ctrs *c,
				 u64 now_ns)
{
	u64 packets = le64_to_cpu(c->packets), hit = le64_to_cpu(c->last_hit_ns);
	u64 now = get_jiffies_64(), age;

	if (le64_to_cpu(c->cookie) != r->gen || packets <= r->ctr.packets)
		return;
	r->ctr.packets = packets;
	r->ctr.octets = le64_to_cpu(c->octets);
	age = now_ns > hit ? nsecs_to_jiffies64(now_ns - hit) : 0;
	r->lastused = now > age ? now - age : 1;
}

static int nftsw_acl_refresh_locked(struct nftsw_acl *acl)
{
	struct nftsw_acl_rule *r;
	u64 now_ns;
	int err;

	if (acl->stopped || list_empty(&acl->rules))
		return 0;
	err = nftsw_hw_acl_ctrs(acl->ns, acl->ctrs_dma);
	if (err)
		return err;
	now_ns = nftsw_hw_time(acl->ns);
	spin_lock(&acl->ctr_lock);
	list_for_each_entry(r, &acl->rules, list)
		nftsw_acl_ctr_update(r, &acl->ctrs[r->index], now_ns);
	spin_unlock(&acl->ctr_lock);
	return nftsw_meter_refresh(acl);
}

/**
 * nftsw_acl_refresh() - fetch the counters of all rules now
 * @ns: chip
 *
 * Return: 0, or the error of the command.
 */
int nftsw_acl_refresh(struct nftsw *ns)
{
	int err;

	mutex_lock(&ns->acl->lock);
	err = nftsw_acl_refresh_locked(ns->acl);
	mutex_unlock(&ns->acl->lock);
	return err;
}
EXPORT_SYMBOL_IF_KUNIT(nftsw_acl_refresh);

static void nftsw_acl_retry(struct nftsw_acl *acl)
{
	struct nftsw_acl_rule *r;
	u32 index;

	list_for_each_entry(r, &acl->rules, list)
		if (r->unsure && nftsw_acl_sync(acl, r))
			return;

	for_each_set_bit(index, acl->stale, NFTSW_MAX_ACLS) {
		/* One that is not answered is enough for this time: each costs a timeout. */
		if (acl->stopped || nftsw_hw_acl_del(acl->ns, index))
			return;
		nftsw_acl_stale_end(acl, index);
	}
}

static void nftsw_acl_work(struct work_struct *work)
{
	struct nftsw_acl *acl = container_of(to_delayed_work(work), struct nftsw_acl, work);

	spin_lock(&acl->ctr_lock);
	acl->asked = false;
	spin_unlock(&acl->ctr_lock);
	mutex_lock(&acl->lock);
	nftsw_acl_gone_free(acl, false);
	nftsw_acl_retry(acl);
	nftsw_acl_refresh_locked(acl);
	mutex_unlock(&acl->lock);
	/* STATS may have hurried it meanwhile: then this changes nothing */
	queue_delayed_work(acl->ns->wq, &acl->work, msecs_to_jiffies(NFTSW_ACL_CTR_MS));
}

/* ---- Life ------------------------------------------------------------------------------------ */

/**
 * nftsw_acl_stop() - the chip is going to be reset, or is gone: remember all rules
 * @ns: chip, its command queue still open if it can be: what it has counted is fetched
 */
void nftsw_acl_stop(struct nftsw *ns)
{
	struct nftsw_acl *acl = ns->acl;
	struct nftsw_acl_rule *r;
	u32 index;

	if (!acl)
		return;
	mutex_lock(&acl->lock);
	nftsw_acl_refresh_locked(acl);
	nftsw_meter_stop(acl);
	spin_lock(&acl->ctr_lock);
	acl->stopped = true;
	spin_unlock(&acl->ctr_lock);
	list_for_each_entry(r, &acl->rules, list) {
		r->in_chip = false;
		r->unsure = false;
		nftsw_acl_ctr_fold(acl, r);
	}
	for_each_set_bit(index, acl->stale, NFTSW_MAX_ACLS)
		nftsw_acl_stale_end(acl, index);
	mutex_unlock(&acl->lock);
	cancel_delayed_work_sync(&acl->work);
}

/**
 * nftsw_acl_start() - the chip is ready and its list empty: write the rules
 * @ns: chip
 *
 * Return: 0, or the error of the rule that could not be written.
 */
int nftsw_acl_start(struct nftsw *ns)
{
	struct nftsw_acl *acl = ns->acl;
	struct nftsw_acl_rule *r;
	int err;

	if (!acl)
		return 0;
	mutex_lock(&acl->lock);
	spin_lock(&acl->ctr_lock);
	acl->stopped = false;
	acl->asked = false;
	spin_unlock(&acl->ctr_lock);
	err = nftsw_meter_start(acl);
	list_for_each_entry(r, &acl->rules, list) {
		if (err)
			break;
		err = nftsw_acl_sync(acl, r);
	}
	mutex_unlock(&acl->lock);
	queue_delayed_work(ns->wq, &acl->work, msecs_to_jiffies(NFTSW_ACL_CTR_MS));
	return err;
}

/**
 * nftsw_acl_init() - prepare for rules
 * @ns: chip; its info is known
 *
 * Return: 0 or -ENOMEM.
 */
int nftsw_acl_init(struct nftsw *ns)
{
	size_t bytes = ns->info.acls * sizeof(struct nftsw_hw_acl_ctrs);
	struct nftsw_acl *acl;

	if (!ns->info.acls)
		return 0;
	acl = kzalloc(sizeof(*acl), GFP_KERNEL);
	if (!acl)
		return -ENOMEM;
	acl->ns = ns;
	acl->stopped = true;
	mutex_init(&acl->lock);
	spin_lock_init(&acl->ctr_lock);
	INIT_LIST_HEAD(&acl->rules);
	INIT_LIST_HEAD(&acl->gone);
	INIT_DELAYED_WORK(&acl->work, nftsw_acl_work);
	acl->ctrs = dma_alloc_coherent(ns->dev, bytes, &acl->ctrs_dma, GFP_KERNEL);
	if (!acl->ctrs) {
		kfree(acl);
		return -ENOMEM;
	}
	ns->acl = acl;
	return 0;
}

/**
 * nftsw_acl_fini() - undo nftsw_acl_init()
 * @ns: chip, stopped and reset; no block is bound
 */
void nftsw_acl_fini(struct nftsw *ns)
{
	struct nftsw_acl *acl = ns->acl;

	if (!acl)
		return;
	nftsw_acl_stop(ns);
	WARN_ON(!list_empty(&acl->rules));
	nftsw_acl_gone_free(acl, true);
	dma_free_coherent(ns->dev, ns->info.acls * sizeof(struct nftsw_hw_acl_ctrs), acl->ctrs,
			  acl->ctrs_dma);
	ns->acl = NULL;
	kfree(acl);
}
