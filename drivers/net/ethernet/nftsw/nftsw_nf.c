// SPDX-License-Identifier: GPL-2.0
/*
 * The one file that knows what a flow's cookie is: netfilter's own flow.  Floor 4.05.
 * Called by nftsw_tc.c through &nftsw.nf, which KUnit replaces where it invents cookies.
 *
 * The cookie is the address of the tuple of one direction.  netfilter holds a flow while
 * a request about it is under way, and frees it only after DESTROY has returned: so it can
 * be looked at inside a callback, and from outside while a DESTROY would have to wait.
 *
 * A driver built into a kernel whose flow table is a module cannot call it, but then
 * there are no flows either until somebody loads it; Kconfig rules that out.
 */
#include <linux/netdevice.h>
#include <net/netfilter/nf_conntrack.h>
#include <net/netfilter/nf_flow_table.h>
#include "nftsw.h"
#include "nftsw_compat.h"

#if IS_REACHABLE(CONFIG_NF_FLOW_TABLE)

static struct flow_offload *nftsw_nf_flow(unsigned long cookie)
{
	struct flow_offload_tuple *tuple = (struct flow_offload_tuple *)cookie;

	return container_of(tuple, struct flow_offload, tuplehash[tuple->dir].tuple);
}

/*
 * 6.12 may send REPLACE once more for a flow that it has deleted or given up, and every kernel
 * one that is late, of a connection that has ended meanwhile.
 */
static bool nftsw_nf_dying(unsigned long cookie)
{
	unsigned long flags = READ_ONCE(nftsw_nf_flow(cookie)->flags);

	return flags & (BIT(NF_FLOW_TEARDOWN) | BIT(NF_FLOW_HW_DYING) | NFTSW_COMPAT_FLOW_CLOSING);
}

static unsigned long nftsw_nf_other(unsigned long cookie)
{
	const struct flow_offload_tuple *tuple = (struct flow_offload_tuple *)cookie;

	return (unsigned long)&nftsw_nf_flow(cookie)->tuplehash[!tuple->dir].tuple;
}

/*
 * netfilter asks the route once, before it offloads the flow, and for the direction whose tuple
 * this is, whatever the path below the route is made of.
 */
static u16 nftsw_nf_mtu(unsigned long cookie)
{
	return ((struct flow_offload_tuple *)cookie)->mtu;
}

/*
 * Is all that the frames of a direction come in, and the other one's go out in, in the tuples, and
 * so in the rules?  That there is more can only be where there is something: most flows have
 * nothing, and cost nothing.
 */
static bool nftsw_nf_is_told(const struct flow_offload *flow, enum flow_offload_tuple_dir dir)
{
	const struct flow_offload_tuple *in = &flow->tuplehash[dir].tuple;
	const struct flow_offload_tuple *out = &flow->tuplehash[!dir].tuple;
	struct net_device *dev;
	bool told = true;

	if (!in->encap_num || out->xmit_type != FLOW_OFFLOAD_XMIT_DIRECT)
		return true;
	rcu_read_lock();
	dev = dev_get_by_index_rcu(nf_ct_net(flow->ct), out->out.ifidx);
	if (dev)
		told = nftsw_path_is_told(dev, out->out.h_dest);
	rcu_read_unlock();
	return told;
}

/*
 * A rule says nothing of a session that its frames come in, and leaves out a tag of
 * 802.1ad: frames of another connection would match.  The tuple has both, beside tags
 * that the bridge puts on, which are not on the wire.
 */
static int nftsw_nf_session(unsigned long cookie)
{
	const struct flow_offload_tuple *tuple = (struct flow_offload_tuple *)cookie;
	const struct flow_offload *flow = nftsw_nf_flow(cookie);
	int i, sid = 0;

	/* neither may be in the chip alone */
	if (!nftsw_nf_is_told(flow, FLOW_OFFLOAD_DIR_ORIGINAL) ||
	    !nftsw_nf_is_told(flow, FLOW_OFFLOAD_DIR_REPLY))
		return -EOPNOTSUPP;
	for (i = 0; i < tuple->encap_num; i++) {
		if (tuple->in_vlan_ingress & BIT(i))
			continue;
		if (tuple->encap[i].proto == htons(ETH_P_PPP_SES))
			sid = tuple->encap[i].id;
		else if (tuple->encap[i].proto != htons(ETH_P_8021Q))
			return -EOPNOTSUPP;
	}
	return sid;
}

static void nftsw_nf_teardown(unsigned long cookie)
{
	flow_offload_teardown(nftsw_nf_flow(cookie));
}

#else

static bool nftsw_nf_dying(unsigned long cookie)
{
	return false;
}

static unsigned long nftsw_nf_other(unsigned long cookie)
{
	return 0;
}

static u16 nftsw_nf_mtu(unsigned long cookie)
{
	return 0;
}

static int nftsw_nf_session(unsigned long cookie)
{
	return 0;
}

static void nftsw_nf_teardown(unsigned long cookie)
{
}

#endif

/* What the driver asks of netfilter. */
const struct nftsw_nf_ops nftsw_nf_ops = {
	.dying = nftsw_nf_dying,
	.other = nftsw_nf_other,
	.mtu = nftsw_nf_mtu,
	.session = nftsw_nf_session,
	.teardown = nftsw_nf_teardown,
};
