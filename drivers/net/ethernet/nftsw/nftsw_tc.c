// SPDX-License-Identifier: GPL-2.0
/*
 * Binds flowtables to the chip.  Floor 5.  Called by nftsw_port.c for ndo_setup_tc, and
 * by netfilter's workers through the callback of a block.
 *
 * One callback serves all ports of a chip in a block, so that each flow is offered
 * once.  It counts its ports, and goes with the last one; then the flows of the block are
 * purged, because netfilter does not delete them.  Several blocks at once are normal:
 * flowtables of two tables may list the same ports, and a reload of a ruleset binds the
 * new flowtable before it unbinds the old one.
 *
 * A port whose hw-tc-offload is off binds all the same: one device that refuses would fail
 * the whole flowtable.  Its flows are refused, one by one, as with tc_can_offload().
 *
 * Locks.  netfilter holds flow_block_lock of the flowtable for writing over BIND and
 * UNBIND and for reading over callbacks, which protects struct nftsw_tc_block; RTNL may or may
 * not be held.  nftsw_tc.lock protects the list of blocks, and is taken inside of
 * nftsw_flow.lock.  Nothing in here may
 * take RTNL, a devlink lock or a netdev's: NETDEV_DOWN waits for the callbacks under
 * all of them.
 */
#include <linux/slab.h>
#include <net/flow_offload.h>
#include <net/pkt_cls.h>
#include <kunit/visibility.h>
#include "nftsw_flow.h"

/* One flowtable's block on one chip; private data of its callback. */
struct nftsw_tc_block {
	struct nftsw *ns;
	u32 tag;
	int ifindex[NFTSW_MAX_PORTS];	/* of bound ports, in the flowtable's netns; or 0 */
};

struct nftsw_tc {
	struct mutex lock; /* protects blocks */
	struct list_head blocks;
};

static int nftsw_tc_port_by_ifindex(const void *priv, int ifindex)
{
	const struct nftsw_tc_block *block = priv;
	u32 i;

	for (i = 0; ifindex && i < block->ns->info.ports; i++) {
		if (block->ifindex[i] == ifindex)
			return i;
	}
	return -1;
}

static int nftsw_tc_port_by_dev(const void *priv, const struct net_device *dev)
{
	const struct nftsw_tc_block *block = priv;
	const struct nftsw_port *np = nftsw_port_get(block->ns, dev);

	return np ? np->port : -1;
}

static int nftsw_tc_flow_replace(struct nftsw_tc_block *block,
				 const struct nftsw_flow_id *id,
				 struct flow_cls_offload *f)
{
	struct nftsw_flow_ports ports = {
		.by_ifindex = nftsw_tc_port_by_ifindex,
		.by_dev = nftsw_tc_port_by_dev,
		.priv = block,
		.caps = block->ns->info.caps,
	};

	/* It would not be deleted again, or has to take the ordinary path first. */
	if (block->ns->nf->dying(id->cookie)) {
		nftsw_flow_log_event(&block->ns->flow->log, NFTSW_FLOW_EVENT_UNKNOWN, 1);
		return -ENOENT;
	}
	return nftsw_flow_replace(block->ns, id, flow_cls_offload_flow_rule(f), &ports,
				  f->common.extack);
}

static int nftsw_tc_block_cb(enum tc_setup_type type, void *type_data, void *cb_priv)
{
	struct nftsw_tc_block *block = cb_priv;
	struct flow_cls_offload *f = type_data;
	struct nftsw_flow_id id;

	if (type != TC_SETUP_CLSFLOWER)
		return -EOPNOTSUPP;
	id.block = block->tag;
	id.cookie = f->cookie;
	switch (f->command) {
	case FLOW_CLS_REPLACE:
		return nftsw_tc_flow_replace(block, &id, f);
	case FLOW_CLS_DESTROY:
		return nftsw_flow_destroy(block->ns, &id);
	case FLOW_CLS_STATS:
		return nftsw_flow_stats(block->ns, &id, &f->stats);
	default:
		return -EOPNOTSUPP;
	}
}

/*
 * &nftsw_flow_table.teardown.  While the block is on the list its callback is reachable,
 * so netfilter has to get DESTROY through it before it frees a flow; and that waits for
 * the flow's lock, which the caller holds.
 */
static void nftsw_tc_flow_teardown(struct nftsw *ns, const struct nftsw_flow_id *id)
{
	const struct nftsw_tc_block *block;
	struct flow_block_cb *block_cb;

	mutex_lock(&ns->tc->lock);
	list_for_each_entry(block_cb, &ns->tc->blocks, driver_list) {
		block = flow_block_cb_priv(block_cb);
		if (block->tag != id->block)
			continue;
		ns->nf->teardown(id->cookie);
		break;
	}
	mutex_unlock(&ns->tc->lock);
}

/* The last port is gone and no callback runs any more. */
static void nftsw_tc_block_release(void *cb_priv)
{
	struct nftsw_tc_block *block = cb_priv;

	nftsw_flow_purge_block(block->ns, block->tag);
	kfree(block);
}

static struct flow_block_cb *nftsw_tc_block_create(struct nftsw *ns)
{
	struct nftsw_tc_block *block = kzalloc(sizeof(*block), GFP_KERNEL);
	struct flow_block_cb *block_cb;

	if (!block)
		return ERR_PTR(-ENOMEM);
	block->ns = ns;
	block->tag = nftsw_flow_block_new(ns);
	block_cb = flow_block_cb_alloc(nftsw_tc_block_cb, ns, block,
				       nftsw_tc_block_release);
	if (IS_ERR(block_cb))
		kfree(block);
	return block_cb;
}

static int nftsw_tc_bind(struct nftsw_port *np, struct flow_block_offload *bo)
{
	struct flow_block_cb *block_cb;
	struct nftsw_tc_block *block;
	struct nftsw *ns = np->ns;

	block_cb = flow_block_cb_lookup(bo->block, nftsw_tc_block_cb, ns);
	if (!block_cb) {
		block_cb = nftsw_tc_block_create(ns);
		if (IS_ERR(block_cb))
			return PTR_ERR(block_cb);
		flow_block_cb_add(block_cb, bo);
		mutex_lock(&ns->tc->lock);
		list_add_tail(&block_cb->driver_list, &ns->tc->blocks);
		mutex_unlock(&ns->tc->lock);
	}
	block = flow_block_cb_priv(block_cb);
	if (block->ifindex[np->port]) {
		NL_SET_ERR_MSG_MOD(bo->extack, "port is bound to this flowtable already");
		return -EEXIST;
	}
	flow_block_cb_incref(block_cb);
	block->ifindex[np->port] = np->dev->ifindex;
	nftsw_flow_log_event(&ns->flow->log, NFTSW_FLOW_EVENT_BOUND, 1);
	return 0;
}

static int nftsw_tc_unbind(struct nftsw_port *np, struct flow_block_offload *bo)
{
	struct flow_block_cb *block_cb;
	struct nftsw_tc_block *block;
	struct nftsw *ns = np->ns;

	block_cb = flow_block_cb_lookup(bo->block, nftsw_tc_block_cb, ns);
	if (!block_cb)
		return -ENOENT;
	block = flow_block_cb_priv(block_cb);
	if (!block->ifindex[np->port])
		return -ENOENT;
	block->ifindex[np->port] = 0;
	nftsw_flow_log_event(&ns->flow->log, NFTSW_FLOW_EVENT_UNBOUND, 1);
	if (flow_block_cb_decref(block_cb)) {
		nftsw_flow_purge_block_port(ns, block->tag, np->port);
		return 0;
	}
	mutex_lock(&ns->tc->lock);
	list_del(&block_cb->driver_list);
	mutex_unlock(&ns->tc->lock);
	flow_block_cb_remove(block_cb, bo); /* the core frees it, which purges */
	return 0;
}

static int nftsw_tc_setup_ft(struct nftsw_port *np, struct flow_block_offload *bo)
{
	if (bo->binder_type != FLOW_BLOCK_BINDER_TYPE_CLSACT_INGRESS) {
		NL_SET_ERR_MSG_MOD(bo->extack, "flowtables are offloaded on ingress only");
		return -EOPNOTSUPP;
	}
	if (!(np->ns->info.caps & NFTSW_CAPS_FLOW)) {
		NL_SET_ERR_MSG_MOD(bo->extack, "this chip has no flow table");
		return -EOPNOTSUPP;
	}
	bo->driver_block_list = &np->ns->tc->blocks;
	switch (bo->command) {
	case FLOW_BLOCK_BIND:
		return nftsw_tc_bind(np, bo);
	case FLOW_BLOCK_UNBIND:
		return nftsw_tc_unbind(np, bo);
	default:
		return -EOPNOTSUPP;
	}
}

/**
 * nftsw_tc_setup() - ndo_setup_tc of a port
 * @np: port
 * @type: what is to be set up; only TC_SETUP_FT is done by the chip
 * @type_data: per @type
 *
 * Context: process, with or without RTNL; UNBIND waits for the chip.
 * Return: 0 or a negative errno.
 */
int nftsw_tc_setup(struct nftsw_port *np, enum tc_setup_type type, void *type_data)
{
	struct flow_block_offload *bo = type_data;

	switch (type) {
	case TC_SETUP_FT:
		return nftsw_tc_setup_ft(np, bo);
	case TC_SETUP_BLOCK:
		NL_SET_ERR_MSG_MOD(bo->extack,
				   "only flowtables are offloaded, no tc or nft rules");
		return -EOPNOTSUPP;
	default:
		return -EOPNOTSUPP;
	}
}
EXPORT_SYMBOL_IF_KUNIT(nftsw_tc_setup);

/**
 * nftsw_tc_offload_set() - hw-tc-offload of a port is switched
 * @np: port
 * @on: new value
 *
 * Off: flows through the port are deleted, new ones refused until it is on again.
 *
 * Context: process, under RTNL or before the netdev is registered; waits for the chip.
 */
void nftsw_tc_offload_set(struct nftsw_port *np, bool on)
{
	nftsw_flow_offload_set(np->ns, np->port, on);
}
EXPORT_SYMBOL_IF_KUNIT(nftsw_tc_offload_set);

/**
 * nftsw_tc_init() - prepare for flowtables
 * @ns: chip
 *
 * Return: 0 or -ENOMEM.
 */
int nftsw_tc_init(struct nftsw *ns)
{
	struct nftsw_tc *tc = kzalloc(sizeof(*tc), GFP_KERNEL);

	if (!tc)
		return -ENOMEM;
	mutex_init(&tc->lock);
	INIT_LIST_HEAD(&tc->blocks);
	ns->tc = tc;
	ns->nf = &nftsw_nf_ops;
	ns->flow->teardown = nftsw_tc_flow_teardown;
	return 0;
}

/**
 * nftsw_tc_fini() - undo nftsw_tc_init()
 * @ns: chip; its netdevs are unregistered, which has unbound them
 */
void nftsw_tc_fini(struct nftsw *ns)
{
	WARN_ON(!list_empty(&ns->tc->blocks));
	ns->flow->teardown = NULL;
	kfree(ns->tc);
	ns->tc = NULL;
}
