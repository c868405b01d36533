// SPDX-License-Identifier: GPL-2.0
/*
 * Filters on what leaves a port: one that matches all, and mirrors to another port.  Floor 4,
 * beside nftsw_acl.c.  Called by nftsw_tc_block.c for blocks of tc's egress; nft offloads
 * none there.
 *
 * The chip copies what it forwards.  What the CPU sends passes the qdisc of the netdev, where
 * software has the same filter, unless that is skip_sw: then those frames are not copied.
 *
 * Locks.  All under RTNL, which is tc's.
 */
#include <net/flow_offload.h>
#include <net/pkt_cls.h>
#include "nftsw.h"

static LIST_HEAD(nftsw_tc_egress_all);	/* blocks; protected by RTNL */

static int nftsw_tc_egress_check(const struct tc_cls_matchall_offload *m,
				 const struct flow_action_entry *act)
{
	if (m->common.protocol != htons(ETH_P_ALL)) {
		NL_SET_ERR_MSG_MOD(m->common.extack, "matchall is offloaded for protocol all only");
		return -EOPNOTSUPP;
	}
	if (!flow_offload_has_one_action(&m->rule->action) || act->id != FLOW_ACTION_MIRRED) {
		NL_SET_ERR_MSG_MOD(m->common.extack,
				   "on egress the chip can mirror, and nothing else");
		return -EOPNOTSUPP;
	}
	/* whose copies they are is not counted */
	if (!flow_action_hw_stats_check(&m->rule->action, m->common.extack,
					FLOW_ACTION_HW_STATS_DELAYED_BIT))
		return -EOPNOTSUPP;
	return 0;
}

static int nftsw_tc_egress_add(struct nftsw_port *np, struct tc_cls_matchall_offload *m)
{
	const struct flow_action_entry *act = &m->rule->action.entries[0];
	const struct nftsw_port *to;
	int err;

	if (!tc_cls_can_offload_and_chain0(np->dev, &m->common))
		return -EOPNOTSUPP;
	err = nftsw_tc_egress_check(m, act);
	if (err)
		return err;
	to = nftsw_port_get(np->ns, act->dev);
	if (!to) {
		NL_SET_ERR_MSG_MOD(m->common.extack, "not mirrored to a port of this chip");
		return -EOPNOTSUPP;
	}
	if (np->mirror) {
		NL_SET_ERR_MSG_MOD(m->common.extack, "what leaves the port is mirrored already");
		return -EBUSY;
	}
	err = np->ns->mirror_set(np, to->port + 1);
	if (err)
		NL_SET_ERR_MSG_MOD(m->common.extack, "mirror could not be written to the chip");
	else
		np->mirror_cookie = m->cookie;
	return err;
}

static int nftsw_tc_egress_matchall(struct nftsw_port *np, struct tc_cls_matchall_offload *m)
{
	bool ours = np->mirror && np->mirror_cookie == m->cookie;

	switch (m->command) {
	case TC_CLSMATCHALL_REPLACE:
		return nftsw_tc_egress_add(np, m);
	case TC_CLSMATCHALL_DESTROY:
		return ours ? np->ns->mirror_set(np, 0) : 0;
	default:
		return -EOPNOTSUPP;
	}
}

static int nftsw_tc_egress_cb(enum tc_setup_type type, void *type_data, void *cb_priv)
{
	struct flow_cls_offload *flower = type_data;

	switch (type) {
	case TC_SETUP_CLSMATCHALL:
		return nftsw_tc_egress_matchall(cb_priv, type_data);
	case TC_SETUP_CLSFLOWER:
		NL_SET_ERR_MSG_MOD(flower->common.extack,
				   "on egress only matchall filters are offloaded");
		return -EOPNOTSUPP;
	default:
		return -EOPNOTSUPP;
	}
}

/**
 * nftsw_tc_egress_setup() - a block of egress filters comes to a port, or goes
 * @np: port
 * @bo: block, and what is to be done
 *
 * Context: RTNL held.
 * Return: 0 or a negative errno.
 */
int nftsw_tc_egress_setup(struct nftsw_port *np, struct flow_block_offload *bo)
{
	ASSERT_RTNL();
	return flow_block_cb_setup_simple(bo, &nftsw_tc_egress_all, nftsw_tc_egress_cb, np, np,
					  false);
}
