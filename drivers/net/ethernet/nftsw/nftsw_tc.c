// SPDX-License-Identifier: GPL-2.0
/*
 * Binds flowtables to the chip; blocks of rules are nftsw_tc_block.c's.  Floor 5.  Called by
 * nftsw_port.c for ndo_setup_tc, and by netfilter's workers through the callback of a block.
 *
 * One callback serves all ports of a chip in a block, so that each flow is offered
 * once.  It counts its ports, and goes with the last one; then the flows of the block are
 * purged, because netfilter does not delete them.  Several blocks at once are normal:
 * flowtables of two tables may list the same ports, and a reload of a ruleset binds the
 * new flowtable before it unbinds the old one.
 *
 * Devices above the ports have no ndo_setup_tc: bonds, teams, bridges, VLAN devices.  Their
 * flowtables come through flow_indr_dev_register(), which wants a callback for each device.
 * All callbacks of a flowtable share a block.  netfilter offers each flow to every one
 * of them, and the first in the list answers for all; but whoever hears of a deletion, deletes,
 * because a list that changes meanwhile may hide the first one.
 *
 * A port whose hw-tc-offload is off binds all the same: one device that refuses would fail
 * the whole flowtable.  Its flows are refused, one by one, as with tc_can_offload().
 *
 * Locks.  netfilter holds flow_block_lock of the flowtable for writing over BIND and
 * UNBIND of a port, and for reading over callbacks, which protects the ports of struct
 * nftsw_tc_block; RTNL may or may not be held.  Other devices bind and unbind without it.
 * nftsw_tc.lock protects the lists of blocks and of their users, and is taken
 * inside of nftsw_flow.lock.  Nothing in here may
 * take RTNL, a devlink lock or a netdev's: NETDEV_DOWN waits for the callbacks under
 * all of them.
 */
#include <linux/if_bridge.h>
#include <linux/if_vlan.h>
#include <linux/slab.h>
#include <net/flow_offload.h>
#include <net/netfilter/nf_flow_table.h>
#include <net/pkt_cls.h>
#include <kunit/visibility.h>
#include "nftsw_acl.h"
#include "nftsw_flow.h"
#include "nftsw_lag.h"

/* One flowtable's block on one chip. */
struct nftsw_tc_block {
	struct list_head list;		/* in nftsw_tc.blocks while it has users */
	struct nftsw *ns;
	const struct flow_block *key;	/* the flowtable's own, to know it again */
	u32 tag;
	u32 ref;			/* callbacks that are not yet released */
	struct list_head users;
	struct nftsw_tc_user *first;	/* of users */
	int ifindex[NFTSW_MAX_PORTS];	/* of bound ports, in the flowtable's netns; or 0 */
};

/* A callback of a block, and whose it is: the ports', or a device's above them. */
struct nftsw_tc_user {
	struct list_head list;
	struct nftsw_tc_block *block;
	const struct net_device *dev;	/* compared only; NULL: the ports' */
	int ifindex;			/* of dev, in the flowtable's netns; or 0 */
};

struct nftsw_tc {
	struct mutex lock; /* protects blocks, their users and ref */
	struct list_head blocks;
};

/*
 * A LAG has to be bound, as a port has.  @ifindex is of the flowtable's netns, which need not be
 * that of the ports when only devices above them are bound: what counts is the device.
 */
static int nftsw_tc_lag_by_ifindex(const struct nftsw_tc_block *block, int ifindex)
{
	const struct net_device *dev = NULL;
	const struct nftsw_tc_user *user;

	mutex_lock(&block->ns->tc->lock);
	list_for_each_entry(user, &block->users, list)
		if (user->ifindex == ifindex)
			dev = user->dev;
	mutex_unlock(&block->ns->tc->lock);
	return nftsw_lag_port(block->ns, dev);
}

static int nftsw_tc_port_by_ifindex(const void *priv, int ifindex)
{
	const struct nftsw_tc_block *block = priv;
	u32 i;

	for (i = 0; ifindex && i < block->ns->info.ports; i++) {
		if (block->ifindex[i] == ifindex)
			return i;
	}
	return nftsw_tc_lag_by_ifindex(block, ifindex);
}

static int nftsw_tc_port_by_dev(const void *priv, const struct net_device *dev)
{
	const struct nftsw_tc_block *block = priv;

	return nftsw_lag_logical(block->ns, dev);
}

/* Under RCU.  The VLAN device of @dev, or of the bridge that it is a port of. */
static struct net_device *nftsw_tc_vlan(struct net_device *dev, struct net_device *bridge,
					u16 vid)
{
	struct net_device *vlan = __vlan_find_dev_deep_rcu(dev, htons(ETH_P_8021Q), vid);

	if (!vlan && bridge)
		vlan = __vlan_find_dev_deep_rcu(bridge, htons(ETH_P_8021Q), vid);
	return vlan;
}

/* A rule names the port; its frames are those of a bridge or a VLAN device above. */
static u16 nftsw_tc_mtu(const void *priv, struct net_device *dev, u16 vid1, u16 vid2)
{
	struct net_device *bridge, *vlan = NULL, *up;
	u16 mtu = 0;

	if (!vid1 && !netif_is_bridge_port(dev))
		return 0;
	rcu_read_lock();
	bridge = netif_is_bridge_port(dev) ? netdev_master_upper_dev_get_rcu(dev) : NULL;
	if (vid1)
		vlan = nftsw_tc_vlan(dev, bridge, vid1);
	up = vlan ?: bridge;
	if (vlan && vid2)
		up = nftsw_tc_vlan(vlan, NULL, vid2) ?: vlan;
	if (up && netif_is_bridge_port(up)) /* a bridge over a VLAN device */
		up = netdev_master_upper_dev_get_rcu(up) ?: up;
	if (up)
		mtu = min_t(u32, READ_ONCE(up->mtu), U16_MAX);
	rcu_read_unlock();
	return mtu;
}

static bool nftsw_tc_outdated(const void *priv, struct net_device *dev, const u8 *mac)
{
	int end = nftsw_path_end(dev, mac);

	return end && nftsw_tc_port_by_ifindex(priv, end) >= 0;
}

/*
 * Has the connection ended, as far as netfilter knows?  Then neither direction may stay, or come,
 * which netfilter would delete up to a second later.
 */
static bool nftsw_tc_flow_ended(struct nftsw_tc_block *block, const struct nftsw_flow_id *id)
{
	const struct nftsw_nf_ops *nf = block->ns->nf;
	struct nftsw_flow_id other = { .block = id->block };

	if (!nf->dying(id->cookie))
		return false;
	other.cookie = nf->other(id->cookie);
	nftsw_flow_forget(block->ns, id);
	nftsw_flow_forget(block->ns, &other);
	return true;
}

static int nftsw_tc_flow_replace(struct nftsw_tc_block *block,
				 const struct nftsw_flow_id *id,
				 struct flow_cls_offload *f)
{
	struct nftsw_flow_ports ports = {
		.by_ifindex = nftsw_tc_port_by_ifindex,
		.by_dev = nftsw_tc_port_by_dev,
		.mtu = nftsw_tc_mtu,
		.outdated = nftsw_tc_outdated,
		.priv = block,
		.caps = block->ns->info.caps,
	};
	int token, err;

	/* It would not be deleted again, or has to take the ordinary path first. */
	if (nftsw_tc_flow_ended(block, id)) {
		nftsw_flow_log_event(&block->ns->flow->log, NFTSW_FLOW_EVENT_UNKNOWN, 1);
		return -ENOENT;
	}
	ports.route_mtu = block->ns->nf->mtu(id->cookie);
	ports.session = block->ns->nf->session(id->cookie);
	token = nftsw_lag_enter(block->ns);
	err = nftsw_flow_replace(block->ns, id, flow_cls_offload_flow_rule(f), &ports,
				 f->common.extack);
	nftsw_lag_leave(block->ns, token);
	/* Its FIN may have come through while there was no entry to see it. */
	return !err && nftsw_tc_flow_ended(block, id) ? -ENOENT : err;
}

static int nftsw_tc_block_cb(enum tc_setup_type type, void *type_data, void *cb_priv)
{
	struct nftsw_tc_user *user = cb_priv;
	struct nftsw_tc_block *block = user->block;
	struct flow_cls_offload *f = type_data;
	struct nftsw_flow_id id;

	if (type != TC_SETUP_CLSFLOWER)
		return -EOPNOTSUPP;
	id.block = block->tag;
	id.cookie = f->cookie;
	if (READ_ONCE(block->first) != user) {
		if (f->command == FLOW_CLS_DESTROY)
			nftsw_flow_forget(block->ns, &id);
		return -EOPNOTSUPP;
	}
	switch (f->command) {
	case FLOW_CLS_REPLACE:
		return nftsw_tc_flow_replace(block, &id, f);
	case FLOW_CLS_DESTROY:
		/* of several callbacks another one may have deleted it a moment ago */
		if (READ_ONCE(block->ref) == 1)
			return nftsw_flow_destroy(block->ns, &id);
		nftsw_flow_forget(block->ns, &id);
		return 0;
	case FLOW_CLS_STATS:
		return nftsw_flow_stats(block->ns, &id, &f->stats);
	default:
		return -EOPNOTSUPP;
	}
}

/*
 * &nftsw_flow_table.teardown.  While the block is on the list a callback is reachable,
 * so netfilter has to get DESTROY through it before it frees a flow; and that waits for
 * the flow's lock, which the caller holds.
 */
static void nftsw_tc_flow_teardown(struct nftsw *ns, const struct nftsw_flow_id *id)
{
	const struct nftsw_tc_block *block;

	mutex_lock(&ns->tc->lock);
	list_for_each_entry(block, &ns->tc->blocks, list) {
		if (block->tag != id->block)
			continue;
		ns->nf->teardown(id->cookie);
		break;
	}
	mutex_unlock(&ns->tc->lock);
}

/* ---- Blocks and their users ---------------------------------------------------- */

/* tc->lock is held. */
static struct nftsw_tc_block *nftsw_tc_block_find(struct nftsw_tc *tc,
						  const struct flow_block *key)
{
	struct nftsw_tc_block *block;

	list_for_each_entry(block, &tc->blocks, list)
		if (block->key == key)
			return block;
	return NULL;
}

/* tc->lock is held. */
static struct nftsw_tc_block *nftsw_tc_block_get(struct nftsw *ns,
						 const struct flow_block *key)
{
	struct nftsw_tc_block *block = nftsw_tc_block_find(ns->tc, key);

	if (!block) {
		block = kzalloc(sizeof(*block), GFP_KERNEL);
		if (!block)
			return NULL;
		block->ns = ns;
		block->key = key;
		block->tag = nftsw_flow_block_new(ns);
		INIT_LIST_HEAD(&block->users);
		list_add_tail(&block->list, &ns->tc->blocks);
	}
	block->ref++;
	return block;
}

/* tc->lock is held. */
static struct nftsw_tc_user *nftsw_tc_user_find(const struct nftsw_tc_block *block,
						const struct net_device *dev)
{
	struct nftsw_tc_user *user;

	list_for_each_entry(user, &block->users, list)
		if (user->dev == dev)
			return user;
	return NULL;
}

/* tc->lock is held. */
static void nftsw_tc_first_update(struct nftsw_tc_block *block)
{
	WRITE_ONCE(block->first, list_first_entry_or_null(&block->users,
							  struct nftsw_tc_user, list));
}

static struct nftsw_tc_user *nftsw_tc_user_join(struct nftsw *ns,
						const struct flow_block *key,
						const struct net_device *dev)
{
	struct nftsw_tc_user *user = kzalloc(sizeof(*user), GFP_KERNEL);

	if (!user)
		return NULL;
	mutex_lock(&ns->tc->lock);
	user->dev = dev;
	user->ifindex = dev ? dev->ifindex : 0;
	user->block = nftsw_tc_block_get(ns, key);
	if (user->block) {
		list_add_tail(&user->list, &user->block->users);
		nftsw_tc_first_update(user->block);
	}
	mutex_unlock(&ns->tc->lock);
	if (user->block)
		return user;
	kfree(user);
	return NULL;
}

/* Its callback is going to be unreachable: somebody else answers. */
static void nftsw_tc_user_leave(struct nftsw_tc_user *user)
{
	struct nftsw_tc_block *block = user->block;

	mutex_lock(&block->ns->tc->lock);
	list_del_init(&user->list);
	nftsw_tc_first_update(block);
	if (!block->first)
		list_del_init(&block->list);
	mutex_unlock(&block->ns->tc->lock);
}

/* Flows of a block over the bond that was bound. */
static void nftsw_tc_purge_lag(struct nftsw_tc_block *block, const struct net_device *dev)
{
	int token = nftsw_lag_enter(block->ns);
	int port = nftsw_lag_port(block->ns, dev);

	if (port >= 0)
		nftsw_flow_purge_block_port(block->ns, block->tag, port);
	nftsw_lag_leave(block->ns, token);
}

/* Its callback does not run any more; the last one takes the block's flows with it. */
static void nftsw_tc_user_release(void *cb_priv)
{
	struct nftsw_tc_user *user = cb_priv;
	struct nftsw_tc_block *block = user->block;
	struct nftsw_tc *tc = block->ns->tc;
	bool last;

	/* netfilter's clean-up comes without UNBIND */
	if (!list_empty(&user->list))
		nftsw_tc_user_leave(user);
	mutex_lock(&tc->lock);
	last = !--block->ref;
	mutex_unlock(&tc->lock);
	if (last)
		nftsw_flow_purge_block(block->ns, block->tag);
	else
		nftsw_tc_purge_lag(block, user->dev);
	if (last)
		kfree(block);
	kfree(user);
}

/* ---- BIND and UNBIND of ports ----------------------------------------------------- */

static struct flow_block_cb *nftsw_tc_ports_create(struct nftsw *ns,
						   struct flow_block_offload *bo)
{
	struct nftsw_tc_user *user = nftsw_tc_user_join(ns, bo->block, NULL);
	struct flow_block_cb *block_cb;

	if (!user)
		return ERR_PTR(-ENOMEM);
	block_cb = flow_block_cb_alloc(nftsw_tc_block_cb, ns, user, nftsw_tc_user_release);
	if (IS_ERR(block_cb))
		nftsw_tc_user_release(user);
	else
		flow_block_cb_add(block_cb, bo);
	return block_cb;
}

static struct nftsw_tc_block *nftsw_tc_cb_block(struct flow_block_cb *block_cb)
{
	struct nftsw_tc_user *user = flow_block_cb_priv(block_cb);

	return user->block;
}

static int nftsw_tc_bind(struct nftsw_port *np, struct flow_block_offload *bo)
{
	struct flow_block_cb *block_cb;
	struct nftsw_tc_block *block;
	struct nftsw *ns = np->ns;

	block_cb = flow_block_cb_lookup(bo->block, nftsw_tc_block_cb, ns);
	if (!block_cb) {
		block_cb = nftsw_tc_ports_create(ns, bo);
		if (IS_ERR(block_cb))
			return PTR_ERR(block_cb);
	}
	block = nftsw_tc_cb_block(block_cb);
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
	block = nftsw_tc_cb_block(block_cb);
	if (!block->ifindex[np->port])
		return -ENOENT;
	block->ifindex[np->port] = 0;
	nftsw_flow_log_event(&ns->flow->log, NFTSW_FLOW_EVENT_UNBOUND, 1);
	nftsw_flow_purge_block_port(ns, block->tag, np->port);
	if (flow_block_cb_decref(block_cb))
		return 0;
	nftsw_tc_user_leave(flow_block_cb_priv(block_cb));
	flow_block_cb_remove(block_cb, bo); /* the core frees it, which releases the user */
	return 0;
}

/* ---- BIND and UNBIND of devices above ----------------------------------------------- */

static int nftsw_tc_is_port(struct net_device *dev, struct netdev_nested_priv *priv)
{
	return !!nftsw_port_get(priv->data, dev);
}

/* Bonds, teams, bridges and VLAN devices, with a port of this chip somewhere below. */
static bool nftsw_tc_is_above(struct nftsw *ns, struct net_device *dev)
{
	struct netdev_nested_priv priv = { .data = ns };
	bool above;

	if (!netif_is_lag_master(dev) && !netif_is_bridge_master(dev) && !is_vlan_dev(dev))
		return false;
	rcu_read_lock();
	above = netdev_walk_all_lower_dev_rcu(dev, nftsw_tc_is_port, &priv);
	rcu_read_unlock();
	return above;
}

static int nftsw_tc_indr_bind(struct nftsw *ns, struct net_device *dev, void *data,
			      struct flow_block_offload *bo,
			      void (*cleanup)(struct flow_block_cb *block_cb))
{
	struct nftsw_tc_user *user = nftsw_tc_user_join(ns, bo->block, dev);
	struct flow_block_cb *block_cb;

	if (!user)
		return -ENOMEM;
	block_cb = flow_indr_block_cb_alloc(nftsw_tc_block_cb, user, user,
					    nftsw_tc_user_release, bo, dev, NULL, data, ns,
					    cleanup);
	if (IS_ERR(block_cb)) {
		nftsw_tc_user_release(user);
		return PTR_ERR(block_cb);
	}
	/* netfilter's clean-up takes it off a list, without a lock of ours */
	INIT_LIST_HEAD(&block_cb->driver_list);
	flow_block_cb_add(block_cb, bo);
	nftsw_flow_log_event(&ns->flow->log, NFTSW_FLOW_EVENT_BOUND, 1);
	return 0;
}

static int nftsw_tc_indr_unbind(struct nftsw *ns, struct net_device *dev,
				struct flow_block_offload *bo)
{
	struct flow_block_cb *block_cb;
	struct nftsw_tc_block *block;
	struct nftsw_tc_user *user;

	mutex_lock(&ns->tc->lock);
	block = nftsw_tc_block_find(ns->tc, bo->block);
	user = block ? nftsw_tc_user_find(block, dev) : NULL;
	mutex_unlock(&ns->tc->lock);
	if (!user)
		return -ENOENT;
	block_cb = flow_block_cb_lookup(bo->block, nftsw_tc_block_cb, user);
	if (!block_cb)
		return -ENOENT;
	nftsw_tc_user_leave(user);
	flow_indr_block_cb_remove(block_cb, bo);
	nftsw_flow_log_event(&ns->flow->log, NFTSW_FLOW_EVENT_UNBOUND, 1);
	return 0;
}

/*
 * Called for every device without ndo_setup_tc that anybody wants to offload something on.
 * When it is called for what was bound before the driver came, there is no block; the
 * ports are not below anything then.  Nor may @dev be looked at: of a chain that was
 * refused, the kernel remembers it for ever.
 */
static int nftsw_tc_indr_cb(struct net_device *dev, struct Qdisc *sch, void *cb_priv,
			    enum tc_setup_type type, void *type_data, void *data,
			    void (*cleanup)(struct flow_block_cb *block_cb))
{
	struct flow_block_offload *bo = type_data;
	struct nftsw *ns = cb_priv;

	if (!dev || (type != TC_SETUP_FT && type != TC_SETUP_BLOCK) || !bo->block ||
	    bo->binder_type != FLOW_BLOCK_BINDER_TYPE_CLSACT_INGRESS)
		return -EOPNOTSUPP;
	if (type == TC_SETUP_BLOCK) {
		/* nft insists and fails, so it is told why; tc does not, but asks for each qdisc */
		if (bo->command == FLOW_BLOCK_BIND && !bo->sch && nftsw_tc_is_above(ns, dev))
			nftsw_tc_block_above(ns, dev, bo->extack);
		return -EOPNOTSUPP;
	}
	if (bo->command == FLOW_BLOCK_UNBIND)
		return nftsw_tc_indr_unbind(ns, dev, bo);
	if (bo->command != FLOW_BLOCK_BIND || !nftsw_tc_is_above(ns, dev))
		return -EOPNOTSUPP;
	return nftsw_tc_indr_bind(ns, dev, data, bo, cleanup);
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
 * @type: what is to be set up: TC_SETUP_FT for flowtables, TC_SETUP_BLOCK for rules
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
		return nftsw_tc_block_setup(np, bo);
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
 * Off: flows through the port are deleted, new ones refused until it is on again.  Not while rules
 * of chains or filters are offloaded on the port: the kernel would take them to be in force.
 *
 * Context: process, under RTNL or before the netdev is registered; waits for the chip.
 * Return: 0 or -EBUSY.
 */
int nftsw_tc_offload_set(struct nftsw_port *np, bool on)
{
	if (!on && (np->mirror || nftsw_acl_port_used(np->ns, np->port))) {
		netdev_err(np->dev, "rules are offloaded: hw-tc-offload stays on\n");
		return -EBUSY;
	}
	nftsw_flow_offload_set(np->ns, np->port, on);
	return 0;
}
EXPORT_SYMBOL_IF_KUNIT(nftsw_tc_offload_set);

/**
 * nftsw_tc_init() - prepare for flowtables
 * @ns: chip
 *
 * Context: process, RTNL not held.
 * Return: 0 or -ENOMEM.
 */
int nftsw_tc_init(struct nftsw *ns)
{
	struct nftsw_tc *tc = kzalloc(sizeof(*tc), GFP_KERNEL);
	int err = 0;

	if (!tc)
		return -ENOMEM;
	mutex_init(&tc->lock);
	INIT_LIST_HEAD(&tc->blocks);
	ns->tc = tc;
	ns->nf = &nftsw_nf_ops;
	ns->flow->teardown = nftsw_tc_flow_teardown;
	if (ns->info.caps & NFTSW_CAPS_FLOW)
		err = flow_indr_dev_register(nftsw_tc_indr_cb, ns);
	if (err) {
		ns->tc = NULL;
		kfree(tc);
	}
	return err;
}

/**
 * nftsw_tc_fini() - undo nftsw_tc_init()
 * @ns: chip; its netdevs are unregistered, which has unbound them.  Devices that were
 *	above them may be bound yet.
 *
 * Context: process, RTNL not held.
 */
void nftsw_tc_fini(struct nftsw *ns)
{
	if (ns->info.caps & NFTSW_CAPS_FLOW)
		flow_indr_dev_unregister(nftsw_tc_indr_cb, ns, nftsw_tc_user_release);
	WARN_ON(!list_empty(&ns->tc->blocks));
	ns->flow->teardown = NULL;
	kfree(ns->tc);
	ns->tc = NULL;
}
