// SPDX-License-Identifier: GPL-2.0
/*
 * Binds blocks of rules to the chip: nft's netdev chains with "flags offload", and the ingress
 * qdiscs of tc.  Floor 4, below nftsw_tc.c.  Called by that for ndo_setup_tc, and by nft and tc
 * through the callback of a block.
 *
 * One callback serves all ports of a chip in a block, and counts them: a rule is offered once
 * and is one rule on the chip, with a bitmap of ports.  nft fails a rule when any callback does,
 * so two that share the work would have to agree.  What comes and goes with ports is that
 * bitmap.  With the last port the callback goes; nft and tc delete the rules through it then,
 * and what they leave is purged.
 *
 * nft gives no qdisc: that tells its blocks from those of tc.
 *
 * Ports that go.  tc unbinds a netdev that is unregistered.  nft means to, and up to 7.3 does
 * not: when its offload looks for the chains of the netdev, another notifier of its own has taken
 * the netdev out of them.  The callback stays in the chain's list then for good.  So
 * nftsw_port.c says when a port is gone; a block without ports lets go of the chip, and its
 * callback knows nothing any more.  Since it may be called yet, chains of nft keep the module.
 *
 * Locks.  nftsw_tc_rules_mutex protects what is said to be under it, over commands; RTNL, nft's
 * commit mutex or a devlink lock may be held outside of it, and none is taken inside.  STATS
 * of nft comes in an RCU section and must not sleep: it looks at nothing but what
 * nftsw_tc_rules_lock protects, and what is constant.
 */
#include <linux/module.h>
#include <linux/slab.h>
#include <net/flow_offload.h>
#include <net/pkt_cls.h>
#include "nftsw_acl.h"
#include "nftsw_compat.h"

/* A block on a chip. */
struct nftsw_tc_rules {
	struct list_head list;		/* in nftsw_tc_rules_all while it has a chip */
	struct nftsw *ns;		/* NULL when its ports are gone; under both locks */
	const struct flow_block *key;	/* its owner's own, to know it again */
	u32 tag;
	bool tc;
	struct net_device *dev[NFTSW_MAX_PORTS];	/* bound ports, or NULL */
};

static DEFINE_MUTEX(nftsw_tc_rules_mutex); /* protects the list, and dev and ns in it */
static DEFINE_SPINLOCK(nftsw_tc_rules_lock); /* protects ns against STATS */
static LIST_HEAD(nftsw_tc_rules_all);

static u64 nftsw_tc_rules_ports(const struct nftsw_tc_rules *rules)
{
	u64 ports = 0;
	u32 i;

	for (i = 0; i < NFTSW_MAX_PORTS; i++)
		if (rules->dev[i])
			ports |= BIT_ULL(i);
	return ports;
}

/* ---- Rules ------------------------------------------------------------------------ */

static int nftsw_tc_rules_by_ifindex(const void *priv, int ifindex)
{
	const struct nftsw_tc_rules *rules = priv;
	u32 i;

	for (i = 0; i < NFTSW_MAX_PORTS; i++)
		if (rules->dev[i] && rules->dev[i]->ifindex == ifindex)
			return i;
	return -ENODEV;
}

static int nftsw_tc_rules_by_dev(const void *priv, const struct net_device *dev)
{
	const struct nftsw_tc_rules *rules = priv;
	const struct nftsw_port *np = nftsw_port_get(rules->ns, dev);

	return np ? np->port : -ENODEV;
}

static int nftsw_tc_rules_check(const struct nftsw_tc_rules *rules,
				const struct flow_cls_offload *f,
				struct nftsw_acl_refusal *refusal)
{
	u32 i;

	if (f->common.chain_index || f->common.prio > U16_MAX)
		return nftsw_acl_refuse(refusal, NFTSW_ACL_REFUSAL_CHAIN,
					"chain %u, priority %u", f->common.chain_index,
					f->common.prio);
	for (i = 0; i < NFTSW_MAX_PORTS; i++)
		if (rules->dev[i] && !tc_can_offload(rules->dev[i]))
			return nftsw_acl_refuse(refusal, NFTSW_ACL_REFUSAL_PORT_OFF,
						"hw-tc-offload is off on %s",
						rules->dev[i]->name);
	return 0;
}

static int nftsw_tc_rules_parse(const struct nftsw_tc_rules *rules,
				const struct flow_cls_offload *f,
				struct nftsw_acl_spec *spec, struct nftsw_acl_refusal *refusal)
{
	const struct nftsw_acl_source src = {
		.ports = {
			.by_ifindex = nftsw_tc_rules_by_ifindex,
			.by_dev = nftsw_tc_rules_by_dev,
			.priv = rules,
			.caps = rules->ns->info.caps,
		},
		.tc = rules->tc,
		.skip_sw = rules->tc && nftsw_compat_skip_sw(&f->common),
	};
	int err = nftsw_tc_rules_check(rules, f, refusal);

	return err ?: nftsw_acl_parse(f->rule, &src, spec, refusal);
}

static int nftsw_tc_rules_replace(const struct nftsw_tc_rules *rules,
				  const struct flow_cls_offload *f)
{
	const struct nftsw_acl_id id = {
		.block = rules->tag,
		.cookie = f->cookie,
		.prio = f->common.prio,
		.ports = nftsw_tc_rules_ports(rules),
		.tc = rules->tc,
	};
	struct nftsw_acl_refusal refusal = {};
	struct nftsw_acl_spec spec;
	int err;

	err = nftsw_tc_rules_parse(rules, f, &spec, &refusal);
	if (!err)
		err = nftsw_acl_replace(rules->ns, &id, &spec, &refusal);
	if (!err)
		return 0;
	nftsw_acl_failed(rules->ns, err, &refusal);
	if (refusal.id)
		NL_SET_ERR_MSG_FMT_MOD(f->common.extack, "%s", refusal.text);
	else
		NL_SET_ERR_MSG_MOD(f->common.extack, "rule could not be written to the chip");
	return err;
}

static int nftsw_tc_rules_stats(const struct nftsw_tc_rules *rules, struct flow_cls_offload *f)
{
	int err = -ENODEV;

	spin_lock(&nftsw_tc_rules_lock);
	if (rules->ns)
		err = nftsw_acl_stats(rules->ns, rules->tag, f->cookie, &f->stats);
	spin_unlock(&nftsw_tc_rules_lock);
	return err;
}

/* nft takes an error of DESTROY for a bug of its own. */
static int nftsw_tc_rules_change(const struct nftsw_tc_rules *rules,
				 const struct flow_cls_offload *f)
{
	bool destroy = f->command == FLOW_CLS_DESTROY;
	int err = 0;

	mutex_lock(&nftsw_tc_rules_mutex);
	if (!rules->ns)
		err = destroy ? 0 : -ENODEV;
	else if (destroy)
		nftsw_acl_destroy(rules->ns, rules->tag, f->cookie);
	else
		err = nftsw_tc_rules_replace(rules, f);
	mutex_unlock(&nftsw_tc_rules_mutex);
	return err;
}

static int nftsw_tc_rules_flower(const struct nftsw_tc_rules *rules, struct flow_cls_offload *f)
{
	switch (f->command) {
	case FLOW_CLS_REPLACE:
	case FLOW_CLS_DESTROY:
		return nftsw_tc_rules_change(rules, f);
	case FLOW_CLS_STATS:
		return nftsw_tc_rules_stats(rules, f);
	default:
		return -EOPNOTSUPP;
	}
}

/* A filter that matches all is a rule without keys. */
static int nftsw_tc_rules_matchall(const struct nftsw_tc_rules *rules,
				   struct tc_cls_matchall_offload *m)
{
	struct flow_cls_offload f = { .common = m->common, .cookie = m->cookie, .rule = m->rule };
	int err;

	if (m->command == TC_CLSMATCHALL_REPLACE && m->common.protocol != htons(ETH_P_ALL)) {
		NL_SET_ERR_MSG_MOD(m->common.extack, "matchall is offloaded for protocol all only");
		return -EOPNOTSUPP;
	}
	switch (m->command) {
	case TC_CLSMATCHALL_REPLACE:
		f.command = FLOW_CLS_REPLACE;
		break;
	case TC_CLSMATCHALL_DESTROY:
		f.command = FLOW_CLS_DESTROY;
		break;
	case TC_CLSMATCHALL_STATS:
		f.command = FLOW_CLS_STATS;
		break;
	default:
		return -EOPNOTSUPP;
	}
	err = nftsw_tc_rules_flower(rules, &f);
	m->stats = f.stats;
	return err;
}

static int nftsw_tc_rules_cb(enum tc_setup_type type, void *type_data, void *cb_priv)
{
	switch (type) {
	case TC_SETUP_CLSFLOWER:
		return nftsw_tc_rules_flower(cb_priv, type_data);
	case TC_SETUP_CLSMATCHALL:
		return nftsw_tc_rules_matchall(cb_priv, type_data);
	default:
		return -EOPNOTSUPP;
	}
}

/* ---- BIND and UNBIND ------------------------------------------------------------------ */

/* nftsw_tc_rules_mutex is held. */
static struct nftsw_tc_rules *nftsw_tc_rules_find(const struct nftsw *ns,
						  const struct flow_block *key)
{
	struct nftsw_tc_rules *rules;

	list_for_each_entry(rules, &nftsw_tc_rules_all, list)
		if (rules->ns == ns && rules->key == key)
			return rules;
	return NULL;
}

/* No callback reaches the chip any more.  nftsw_tc_rules_mutex is held. */
static void nftsw_tc_rules_detach(struct nftsw_tc_rules *rules)
{
	struct nftsw *ns = rules->ns;

	if (!ns)
		return;
	spin_lock(&nftsw_tc_rules_lock);
	rules->ns = NULL;
	spin_unlock(&nftsw_tc_rules_lock);
	list_del(&rules->list);
	nftsw_acl_block_purge(ns, rules->tag);
}

static void nftsw_tc_rules_free(struct nftsw_tc_rules *rules)
{
	if (!rules->tc)
		module_put(THIS_MODULE);
	kfree(rules);
}

static void nftsw_tc_rules_release(void *cb_priv)
{
	struct nftsw_tc_rules *rules = cb_priv;

	mutex_lock(&nftsw_tc_rules_mutex);
	nftsw_tc_rules_detach(rules);
	mutex_unlock(&nftsw_tc_rules_mutex);
	nftsw_tc_rules_free(rules);
}

/* nftsw_tc_rules_mutex is held. */
static struct flow_block_cb *nftsw_tc_rules_create(struct nftsw *ns,
						   struct flow_block_offload *bo)
{
	struct nftsw_tc_rules *rules = kzalloc(sizeof(*rules), GFP_KERNEL);
	struct flow_block_cb *block_cb;

	if (!rules)
		return ERR_PTR(-ENOMEM);
	rules->ns = ns;
	rules->key = bo->block;
	rules->tag = nftsw_acl_block_new(ns);
	rules->tc = bo->sch;
	if (!rules->tc)
		__module_get(THIS_MODULE);
	block_cb = flow_block_cb_alloc(nftsw_tc_rules_cb, rules, rules, nftsw_tc_rules_release);
	if (IS_ERR(block_cb)) {
		nftsw_tc_rules_free(rules);
		return block_cb;
	}
	list_add_tail(&rules->list, &nftsw_tc_rules_all);
	flow_block_cb_add(block_cb, bo);
	return block_cb;
}

/* nftsw_tc_rules_mutex is held. */
static struct flow_block_cb *nftsw_tc_rules_lookup(struct nftsw *ns,
						   struct flow_block_offload *bo)
{
	struct nftsw_tc_rules *rules = nftsw_tc_rules_find(ns, bo->block);

	return rules ? flow_block_cb_lookup(bo->block, nftsw_tc_rules_cb, rules) : NULL;
}

static int nftsw_tc_rules_join(struct nftsw_tc_rules *rules, struct nftsw_port *np,
			       struct netlink_ext_ack *extack)
{
	int err;

	if (rules->dev[np->port]) {
		NL_SET_ERR_MSG_MOD(extack, "port is bound to this block already");
		return -EEXIST;
	}
	rules->dev[np->port] = np->dev;
	err = nftsw_acl_block_ports(np->ns, rules->tag, nftsw_tc_rules_ports(rules));
	if (!err)
		return 0;
	rules->dev[np->port] = NULL;
	nftsw_acl_block_ports(np->ns, rules->tag, nftsw_tc_rules_ports(rules));
	NL_SET_ERR_MSG_MOD(extack, "rules of the block could not be written to the chip");
	return err;
}

/* nftsw_tc_rules_mutex is held. */
static int nftsw_tc_rules_bind(struct nftsw_port *np, struct flow_block_offload *bo)
{
	struct flow_block_cb *block_cb = nftsw_tc_rules_lookup(np->ns, bo);
	int err;

	if (!block_cb) {
		block_cb = nftsw_tc_rules_create(np->ns, bo);
		if (IS_ERR(block_cb))
			return PTR_ERR(block_cb);
	}
	err = nftsw_tc_rules_join(flow_block_cb_priv(block_cb), np, bo->extack);
	if (err)
		return err;
	flow_block_cb_incref(block_cb);
	return 0;
}

/* nftsw_tc_rules_mutex is held. */
static int nftsw_tc_rules_unbind(struct nftsw_port *np, struct flow_block_offload *bo)
{
	struct flow_block_cb *block_cb = nftsw_tc_rules_lookup(np->ns, bo);
	struct nftsw_tc_rules *rules;

	if (!block_cb)
		return -ENOENT;
	rules = flow_block_cb_priv(block_cb);
	if (!rules->dev[np->port])
		return -ENOENT;
	rules->dev[np->port] = NULL;
	nftsw_acl_block_ports(np->ns, rules->tag, nftsw_tc_rules_ports(rules));
	/* the core deletes the rules through it, and frees it, which purges the rest */
	if (!flow_block_cb_decref(block_cb))
		flow_block_cb_remove(block_cb, bo);
	return 0;
}

/**
 * nftsw_tc_block_setup() - a block of rules comes to a port, or goes
 * @np: port
 * @bo: block, and what is to be done
 *
 * Context: process, with or without RTNL; waits for the chip.
 * Return: 0 or a negative errno.
 */
int nftsw_tc_block_setup(struct nftsw_port *np, struct flow_block_offload *bo)
{
	int err = -EOPNOTSUPP;

	if (bo->binder_type == FLOW_BLOCK_BINDER_TYPE_CLSACT_EGRESS && bo->sch)
		return nftsw_tc_egress_setup(np, bo);
	if (bo->binder_type != FLOW_BLOCK_BINDER_TYPE_CLSACT_INGRESS) {
		NL_SET_ERR_MSG_MOD(bo->extack, "rules are offloaded on ingress only");
		return -EOPNOTSUPP;
	}
	if (!np->ns->acl) {
		NL_SET_ERR_MSG_MOD(bo->extack, "this chip has no access control list");
		return -EOPNOTSUPP;
	}
	mutex_lock(&nftsw_tc_rules_mutex);
	if (bo->command == FLOW_BLOCK_BIND)
		err = nftsw_tc_rules_bind(np, bo);
	else if (bo->command == FLOW_BLOCK_UNBIND)
		err = nftsw_tc_rules_unbind(np, bo);
	mutex_unlock(&nftsw_tc_rules_mutex);
	return err;
}

/**
 * nftsw_tc_block_above() - refuse a block of rules on a device above ports
 * @ns: chip
 * @dev: bridge, bond, team or VLAN device
 * @extack: gets the reason
 *
 * Context: process.
 */
void nftsw_tc_block_above(struct nftsw *ns, struct net_device *dev,
			  struct netlink_ext_ack *extack)
{
	struct nftsw_acl_refusal refusal = {};

	if (!ns->acl) {
		NL_SET_ERR_MSG_MOD(extack, "this chip has no access control list");
		return;
	}
	nftsw_acl_refuse(&refusal, NFTSW_ACL_REFUSAL_DEVICE,
			 "%s is no port: chains are offloaded on ports only", dev->name);
	nftsw_acl_failed(ns, -EOPNOTSUPP, &refusal);
	NL_SET_ERR_MSG_FMT_MOD(extack, "%s", refusal.text);
}

/**
 * nftsw_tc_block_port_gone() - the netdev of a port is unregistered
 * @np: port
 *
 * Takes it out of the blocks that it is bound to yet.
 *
 * Context: process; waits for the chip.
 */
void nftsw_tc_block_port_gone(struct nftsw_port *np)
{
	struct nftsw_tc_rules *rules, *next;

	mutex_lock(&nftsw_tc_rules_mutex);
	list_for_each_entry_safe(rules, next, &nftsw_tc_rules_all, list) {
		if (rules->ns != np->ns || !rules->dev[np->port])
			continue;
		rules->dev[np->port] = NULL;
		nftsw_acl_block_ports(rules->ns, rules->tag, nftsw_tc_rules_ports(rules));
		if (!nftsw_tc_rules_ports(rules))
			nftsw_tc_rules_detach(rules);
	}
	mutex_unlock(&nftsw_tc_rules_mutex);
}
