// SPDX-License-Identifier: GPL-2.0
/*
 * Connections through the kernel's own flowtable code.  Floor 9; called by suites.
 *
 * A struct nf_flowtable with the hardware flag, made the way nf_tables makes one,
 * generates rules and sends them from its workqueues.  The driver sees nothing else in
 * real life.  Process context; the functions sleep.
 */

#include <linux/etherdevice.h>
#include <linux/ip.h>
#include <linux/slab.h>
#include <linux/wait_bit.h>
#include <net/netfilter/nf_conntrack.h>
#include <net/netfilter/nf_conntrack_core.h>
#include <net/netfilter/nf_conntrack_zones.h>
#include "../drivers/net/ethernet/nftsw/nftsw.h"
#include "nftsw_kt_flow.h"

#define NFTSW_KT_MTU		1500
#define NFTSW_KT_TTL		64

/* ---- connections ---- */

static void nftsw_kt_addr(struct in6_addr *addr, u8 family, u8 net, u8 host)
{
	memset(addr, 0, sizeof(*addr));
	if (family == NFPROTO_IPV4) {
		addr->s6_addr32[0] = htonl(0x0a000000 | net << 16 | host);
		return;
	}
	addr->s6_addr32[0] = htonl(0x20010db8);
	addr->s6_addr32[1] = htonl(net);
	addr->s6_addr32[2] = htonl(0xdead0000);
	addr->s6_addr32[3] = htonl(host);
}

/**
 * nftsw_kt_conn_init() - a connection without translation and encapsulation
 * @conn: to fill
 * @family: NFPROTO_IPV4 or NFPROTO_IPV6
 * @l4proto: IPPROTO_TCP, IPPROTO_UDP, IPPROTO_GRE
 * @client: port that the client is behind
 * @server: port that the server is behind; may be the same
 */
void nftsw_kt_conn_init(struct nftsw_kt_conn *conn, u8 family, u8 l4proto,
			struct net_device *client, struct net_device *server)
{
	bool ports = l4proto != IPPROTO_GRE;

	memset(conn, 0, sizeof(*conn));
	conn->family = family;
	conn->l4proto = l4proto;
	conn->client.dev = client;
	conn->client.port = ports ? 40000 : 0;
	conn->server.dev = server;
	conn->server.port = ports ? 443 : 0;
	nftsw_kt_addr(&conn->client.addr, family, 1, 2);
	nftsw_kt_addr(&conn->server.addr, family, 2, 9);
	u64_to_ether_addr(0x020000000102ull, conn->client.mac);
	u64_to_ether_addr(0x02aabbccdd09ull, conn->server.mac);
}

/**
 * nftsw_kt_conn_snat() - hide the client behind another address and port
 * @conn: connection
 */
void nftsw_kt_conn_snat(struct nftsw_kt_conn *conn)
{
	conn->snat = true;
	nftsw_kt_addr(&conn->snat_addr, conn->family, 2, 1);
	conn->snat_port = conn->client.port ? 51234 : 0;
}

/**
 * nftsw_kt_conn_dnat() - let the client ask for another address and port
 * @conn: connection
 */
void nftsw_kt_conn_dnat(struct nftsw_kt_conn *conn)
{
	conn->dnat = true;
	nftsw_kt_addr(&conn->dnat_addr, conn->family, 1, 1);
	conn->dnat_port = conn->server.port ? 8080 : 0;
}

/**
 * nftsw_kt_end_encap() - put a tag or a PPPoE session inside what is there
 * @end: end of a connection
 * @proto: ETH_P_8021Q, ETH_P_8021AD, ETH_P_PPP_SES
 * @id: VLAN or session
 */
void nftsw_kt_end_encap(struct nftsw_kt_end *end, u16 proto, u16 id)
{
	end->encap[end->encap_count].proto = proto;
	end->encap[end->encap_count].id = id;
	end->encap_count++;
}

static void nftsw_kt_end_form(struct nftsw_kt_end *end,
			      const struct nftsw_kt_encap *encap)
{
	u32 i;

	for (i = 0; i < NF_FLOW_TABLE_ENCAP_MAX && encap[i].proto; i++)
		nftsw_kt_end_encap(end, encap[i].proto, encap[i].id);
}

/**
 * nftsw_kt_conn_form() - a connection of a given form
 * @conn: to fill
 * @form: its form
 * @client: port that the client is behind
 * @server: port that the server is behind, unless the form is a hairpin
 */
void nftsw_kt_conn_form(struct nftsw_kt_conn *conn, const struct nftsw_kt_form *form,
			struct net_device *client, struct net_device *server)
{
	nftsw_kt_conn_init(conn, form->family, form->l4proto, client,
			   form->hairpin ? client : server);
	if (form->snat)
		nftsw_kt_conn_snat(conn);
	if (form->dnat)
		nftsw_kt_conn_dnat(conn);
	nftsw_kt_end_form(&conn->client, form->client);
	nftsw_kt_end_form(&conn->server, form->server);
	conn->client.hidden = form->hidden;
}

/* How the server is addressed by the client, and the client by the server. */
static void nftsw_kt_conn_seen(const struct nftsw_kt_conn *conn,
			       struct nftsw_kt_end *server,
			       struct nftsw_kt_end *client)
{
	*server = conn->server;
	*client = conn->client;
	if (conn->dnat) {
		server->addr = conn->dnat_addr;
		server->port = conn->dnat_port;
	}
	if (conn->snat) {
		client->addr = conn->snat_addr;
		client->port = conn->snat_port;
	}
}

static void nftsw_kt_frame_encap(struct nftsw_kt_frame *f,
				 const struct nftsw_kt_end *end)
{
	u32 i;

	for (i = 0; i < end->encap_count; i++) {
		if (end->encap[i].proto == ETH_P_PPP_SES) {
			f->sid = end->encap[i].id;
			continue;
		}
		if (end->hidden & BIT(i))
			continue;
		f->tag[f->tag_count].tpid = end->encap[i].proto;
		f->tag[f->tag_count].tci = end->encap[i].id;
		f->tag_count++;
	}
}

static void nftsw_kt_frame_addrs(struct nftsw_kt_frame *f,
				 const struct nftsw_kt_end *src,
				 const struct nftsw_kt_end *dst)
{
	f->saddr = src->addr;
	f->sport = src->port;
	f->daddr = dst->addr;
	f->dport = dst->port;
}

/**
 * nftsw_kt_conn_frame() - a frame of a connection, before or behind the switch
 * @conn: connection
 * @dir: direction
 * @out: as it must leave, not as it arrives
 * @f: to fill
 */
void nftsw_kt_conn_frame(const struct nftsw_kt_conn *conn,
			 enum flow_offload_tuple_dir dir, bool out,
			 struct nftsw_kt_frame *f)
{
	bool orig = dir == NFTSW_KT_ORIG;
	const struct nftsw_kt_end *from = orig ? &conn->client : &conn->server;
	const struct nftsw_kt_end *to = orig ? &conn->server : &conn->client;
	struct nftsw_kt_end server, client;

	memset(f, 0, sizeof(*f));
	nftsw_kt_conn_seen(conn, &server, &client);
	f->family = conn->family;
	f->l4proto = conn->l4proto;
	f->ttl = NFTSW_KT_TTL - out;
	f->id = 0x4711;
	f->payload = 100;
	ether_addr_copy(f->smac, out ? to->dev->dev_addr : from->mac);
	ether_addr_copy(f->dmac, out ? to->mac : from->dev->dev_addr);
	nftsw_kt_frame_encap(f, out ? to : from);
	if (orig)
		nftsw_kt_frame_addrs(f, out ? &client : &conn->client,
				     out ? &conn->server : &server);
	else
		nftsw_kt_frame_addrs(f, out ? &server : &conn->server,
				     out ? &conn->client : &client);
}

/* ---- the kernel's objects ---- */

static void nftsw_kt_tuple(struct nf_conntrack_tuple *t,
			   const struct nftsw_kt_conn *conn,
			   const struct nftsw_kt_end *src,
			   const struct nftsw_kt_end *dst)
{
	memset(t, 0, sizeof(*t));
	t->src.l3num = conn->family;
	t->dst.protonum = conn->l4proto;
	t->src.u3.in6 = src->addr;
	t->dst.u3.in6 = dst->addr;
	t->src.u.all = htons(src->port);
	t->dst.u.all = htons(dst->port);
}

static struct nf_conn *nftsw_kt_ct(const struct nftsw_kt_conn *conn)
{
	struct nf_conntrack_tuple orig, reply;
	struct nftsw_kt_end server, client;
	struct nf_conn *ct;

	nftsw_kt_conn_seen(conn, &server, &client);
	nftsw_kt_tuple(&orig, conn, &conn->client, &server);
	nftsw_kt_tuple(&reply, conn, &conn->server, &client);
	ct = nf_conntrack_alloc(&init_net, &nf_ct_zone_dflt, &orig, &reply,
				GFP_KERNEL);
	if (IS_ERR(ct))
		return ct;
	refcount_set(&ct->ct_general.use, 1);
	if (conn->snat)
		ct->status |= IPS_SRC_NAT;
	if (conn->dnat)
		ct->status |= IPS_DST_NAT;
	return ct;
}

/* Kernels with two indices redirect to the second, which is below VLAN and PPPoE. */
static void nftsw_kt_flow_out(struct flow_offload_tuple *t, int ifindex)
{
	t->out.ifidx = ifindex;
#ifdef NFTSW_HAVE_FLOW_HW_IFIDX
	t->out.hw_ifidx = ifindex;
#endif
}

static void nftsw_kt_flow_dir(struct flow_offload_tuple *t,
			      const struct nftsw_kt_end *from,
			      const struct nftsw_kt_end *to)
{
	u32 i;

	t->iifidx = from->dev->ifindex;
	t->encap_num = from->encap_count;
	t->in_vlan_ingress = from->hidden;
	for (i = 0; i < from->encap_count; i++) {
		t->encap[i].id = from->encap[i].id;
		t->encap[i].proto = htons(from->encap[i].proto);
	}
	t->mtu = to->mtu ?: NFTSW_KT_MTU;
	t->xmit_type = FLOW_OFFLOAD_XMIT_DIRECT;
	nftsw_kt_flow_out(t, to->dev->ifindex);
	ether_addr_copy(t->out.h_source, to->dev->dev_addr);
	ether_addr_copy(t->out.h_dest, to->mac);
}

static struct flow_offload *nftsw_kt_flow(const struct nftsw_kt_conn *conn)
{
	struct flow_offload *flow;
	struct nf_conn *ct;

	ct = nftsw_kt_ct(conn);
	if (IS_ERR(ct))
		return NULL;
	flow = flow_offload_alloc(ct);
	nf_ct_put(ct);
	if (!flow)
		return NULL;
	nftsw_kt_flow_dir(&flow->tuplehash[NFTSW_KT_ORIG].tuple, &conn->client,
			  &conn->server);
	nftsw_kt_flow_dir(&flow->tuplehash[NFTSW_KT_REPLY].tuple, &conn->server,
			  &conn->client);
	__set_bit(NF_FLOW_HW_BIDIRECTIONAL, &flow->flags);
	return flow;
}

static const struct nf_flowtable_type nftsw_kt_ft_types[] = {
	{
		.family = NFPROTO_IPV4,
		.action = nf_flow_rule_route_ipv4,
	}, {
		.family = NFPROTO_IPV6,
		.action = nf_flow_rule_route_ipv6,
	},
};

/**
 * nftsw_kt_ft_new() - a flowtable with 'flags offload'
 * @test: test
 * @family: NFPROTO_IPV4 or NFPROTO_IPV6
 *
 * Return: the flowtable; free it with nftsw_kt_ft_free() before the test ends.
 */
struct nftsw_kt_ft *nftsw_kt_ft_new(struct kunit *test, u8 family)
{
	struct nftsw_kt_ft *kf = kunit_kzalloc(test, sizeof(*kf), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, kf);
	kf->ft.type = &nftsw_kt_ft_types[family == NFPROTO_IPV6];
	kf->ft.flags = NF_FLOWTABLE_HW_OFFLOAD;
	write_pnet(&kf->ft.net, &init_net);
	KUNIT_ASSERT_EQ(test, nf_flow_table_init(&kf->ft), 0);
	return kf;
}

/**
 * nftsw_kt_ft_free() - delete a flowtable, with what flows are left
 * @test: test
 * @kf: flowtable; unbind its ports first, as the kernel does
 */
void nftsw_kt_ft_free(struct kunit *test, struct nftsw_kt_ft *kf)
{
	nf_flow_table_free(&kf->ft);
	/* flows are freed through RCU, and point to memory of the test */
	rcu_barrier();
	kunit_kfree(test, kf);
}

/**
 * nftsw_kt_ft_bind() - add a device to a flowtable
 * @kf: flowtable
 * @dev: device
 *
 * Return: 0 or a negative errno.
 */
int nftsw_kt_ft_bind(struct nftsw_kt_ft *kf, struct net_device *dev)
{
	return nf_flow_table_offload_setup(&kf->ft, dev, FLOW_BLOCK_BIND);
}

/**
 * nftsw_kt_ft_unbind() - take a device out of a flowtable
 * @kf: flowtable
 * @dev: device
 *
 * Return: 0 or a negative errno.
 */
int nftsw_kt_ft_unbind(struct nftsw_kt_ft *kf, struct net_device *dev)
{
	return nf_flow_table_offload_setup(&kf->ft, dev, FLOW_BLOCK_UNBIND);
}

/**
 * nftsw_kt_ft_cb_count() - callbacks on the block of a flowtable
 * @kf: flowtable
 *
 * Return: their number.
 */
u32 nftsw_kt_ft_cb_count(const struct nftsw_kt_ft *kf)
{
	return list_count_nodes((struct list_head *)&kf->ft.flow_block.cb_list);
}

/* Sessions of the rules that were sent, by cookie; an error is in there as well. */
static DEFINE_XARRAY(nftsw_kt_sessions);

/**
 * nftsw_kt_ft_session() - what netfilter's flow says of its frames
 * @cookie: as a test invented it; the rule is that of a real flow
 *
 * Return: as &nftsw_nf_ops.session.
 */
int nftsw_kt_ft_session(unsigned long cookie)
{
	void *e = xa_load(&nftsw_kt_sessions, cookie);

	return e ? (int)xa_to_value(e) - MAX_ERRNO : 0;
}

/**
 * nftsw_kt_ft_forget() - no cookie has been used yet
 */
void nftsw_kt_ft_forget(void)
{
	xa_destroy(&nftsw_kt_sessions);
}

/**
 * nftsw_kt_ft_cls() - what nf_flow_offload_tuple() does, with the callback's answer
 * @kf: flowtable, bound to ports of one chip and to what is above them
 * @cmd: FLOW_CLS_REPLACE, FLOW_CLS_DESTROY, FLOW_CLS_STATS
 * @cookie: of the rule
 * @rule: the rule, or NULL
 * @stats: where to put the counters of FLOW_CLS_STATS, or NULL
 *
 * Return: 0 when a callback took it, else an error that says why not; -ENOTCONN when there is none.
 */
int nftsw_kt_ft_cls(struct nftsw_kt_ft *kf, enum flow_cls_command cmd,
		    unsigned long cookie, const struct nftsw_kt_rule *rule,
		    struct flow_stats *stats)
{
	struct netlink_ext_ack extack = {};
	struct flow_cls_offload cls = {
		.common.protocol = (__force __be16)ETH_P_ALL,
		.common.extack = &extack,
		.command = cmd,
		.cookie = cookie,
		.rule = rule ? rule->rule : NULL,
	};
	int err, ret = -ENOTCONN;
	struct flow_block_cb *cb;

	if (rule)
		xa_store(&nftsw_kt_sessions, cookie, xa_mk_value(rule->session + MAX_ERRNO),
			 GFP_KERNEL);
	down_read(&kf->ft.flow_block_lock);
	list_for_each_entry(cb, &kf->ft.flow_block.cb_list, list) {
		err = cb->cb(TC_SETUP_CLSFLOWER, &cls, cb->cb_priv);
		/* those that leave the answer to another one say -EOPNOTSUPP */
		if (!err || ret == -ENOTCONN || ret == -EOPNOTSUPP)
			ret = err;
	}
	up_read(&kf->ft.flow_block_lock);
	if (stats)
		*stats = cls.stats;
	return ret;
}

/**
 * nftsw_kt_flow_wait() - wait until the kernel has done what it queued for a flow
 * @flow: flow
 */
void nftsw_kt_flow_wait(struct flow_offload *flow)
{
	while (test_bit(NF_FLOW_PENDING, &flow->flags))
		usleep_range(100, 200);
}

/**
 * nftsw_kt_ft_flow_add() - put a connection into a flowtable, and let it offload
 * @test: test
 * @kf: flowtable
 * @conn: connection
 *
 * Return: the kernel's flow, which belongs to the flowtable.
 */
struct flow_offload *nftsw_kt_ft_flow_add(struct kunit *test,
					  struct nftsw_kt_ft *kf,
					  const struct nftsw_kt_conn *conn)
{
	struct flow_offload *flow = nftsw_kt_flow(conn);

	KUNIT_ASSERT_NOT_NULL(test, flow);
	KUNIT_ASSERT_EQ(test, flow_offload_add(&kf->ft, flow), 0);
	nftsw_kt_flow_wait(flow);
	return flow;
}

/* ---- copies of rules ---- */

static void nftsw_kt_rule_copy(struct nftsw_kt_rule *to,
			       const struct flow_rule *from, unsigned long cookie)
{
	to->match.dissector = *from->match.dissector;
	to->match.key = *(struct nf_flow_key *)from->match.key;
	to->match.mask = *(struct nf_flow_key *)from->match.mask;
	to->rule->match.dissector = &to->match.dissector;
	to->rule->match.key = &to->match.key;
	to->rule->match.mask = &to->match.mask;
	to->rule->action.num_entries = from->action.num_entries;
	memcpy(to->rule->action.entries, from->action.entries,
	       from->action.num_entries * sizeof(from->action.entries[0]));
	to->session = nftsw_nf_ops.session(cookie);
	to->seen = true;
}

/* The two directions arrive one after the other, original first. */
static int nftsw_kt_capture(enum tc_setup_type type, void *type_data, void *priv)
{
	struct flow_cls_offload *cls = type_data;
	struct nftsw_kt_rule *rules = priv;

	if (type != TC_SETUP_CLSFLOWER)
		return -EOPNOTSUPP;
	if (cls->command == FLOW_CLS_REPLACE)
		nftsw_kt_rule_copy(&rules[rules[NFTSW_KT_ORIG].seen], cls->rule, cls->cookie);
	return 0;
}

static struct nftsw_kt_rule *nftsw_kt_rules_alloc(struct kunit *test)
{
	struct nftsw_kt_rule *rules;
	u32 i;

	rules = kunit_kcalloc(test, FLOW_OFFLOAD_DIR_MAX, sizeof(*rules),
			      GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, rules);
	for (i = 0; i < FLOW_OFFLOAD_DIR_MAX; i++) {
		rules[i].rule = kunit_kzalloc(test,
					      struct_size(rules[i].rule,
							  action.entries,
							  NFTSW_KT_ACTIONS),
					      GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, rules[i].rule);
	}
	return rules;
}

/**
 * nftsw_kt_rules() - the rules that the kernel makes of a connection
 * @test: test
 * @conn: connection
 *
 * Return: copies of the two rules, indexed by direction; they live as long as the
 * test.
 */
struct nftsw_kt_rule *nftsw_kt_rules(struct kunit *test,
				     const struct nftsw_kt_conn *conn)
{
	struct nftsw_kt_rule *rules = nftsw_kt_rules_alloc(test);
	struct nftsw_kt_ft *kf = nftsw_kt_ft_new(test, conn->family);

	KUNIT_ASSERT_EQ(test, nf_flow_table_offload_add_cb(&kf->ft,
							   nftsw_kt_capture,
							   rules), 0);
	nftsw_kt_ft_flow_add(test, kf, conn);
	nf_flow_table_offload_del_cb(&kf->ft, nftsw_kt_capture, rules);
	nftsw_kt_ft_free(test, kf);
	KUNIT_ASSERT_TRUE_MSG(test, rules[NFTSW_KT_REPLY].seen,
			      "the kernel made no rule of this connection");
	return rules;
}

/**
 * nftsw_kt_rule_find() - where a rule has an action
 * @rule: rule
 * @id: action
 *
 * Return: index of the first such entry, or the number of entries.
 */
u32 nftsw_kt_rule_find(const struct nftsw_kt_rule *rule, enum flow_action_id id)
{
	const struct flow_action *act = &rule->rule->action;
	u32 i;

	for (i = 0; i < act->num_entries; i++) {
		if (act->entries[i].id == id)
			break;
	}
	return i;
}

/**
 * nftsw_kt_rule_append() - give a rule another action
 * @rule: rule
 * @id: action
 *
 * Return: the entry, zeroed but for its id.
 */
struct flow_action_entry *nftsw_kt_rule_append(struct nftsw_kt_rule *rule,
					       enum flow_action_id id)
{
	struct flow_action *act = &rule->rule->action;
	struct flow_action_entry *entry = &act->entries[act->num_entries++];

	memset(entry, 0, sizeof(*entry));
	entry->id = id;
	return entry;
}

/**
 * nftsw_kt_rule_drop() - take an action out of a rule
 * @rule: rule
 * @index: which
 */
void nftsw_kt_rule_drop(struct nftsw_kt_rule *rule, u32 index)
{
	struct flow_action *act = &rule->rule->action;

	act->num_entries--;
	memmove(&act->entries[index], &act->entries[index + 1],
		(act->num_entries - index) * sizeof(act->entries[0]));
}
