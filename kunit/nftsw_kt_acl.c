// SPDX-License-Identifier: GPL-2.0
/*
 * Rules of nft chains and tc filters for tests: made, offered, and looked at through the frames
 * that they stop.  Floor 10.
 *
 * Rules are filled in as nft_flow_rule_create() does, in the kernel's own structures.
 */

#include "nftsw_kt_acl.h"

/**
 * nftsw_kt_acl_get() - the fixture
 * @test: test
 *
 * Return: the fixture.
 */
struct nftsw_kt_acl *nftsw_kt_acl_get(struct kunit *test)
{
	return test->priv;
}

/**
 * nftsw_kt_acl_dev() - netdev of a port
 * @test: test
 * @port: port
 *
 * Return: the netdev.
 */
struct net_device *nftsw_kt_acl_dev(struct kunit *test, u32 port)
{
	return nftsw_kt_dev(nftsw_kt_acl_get(test)->kt, port);
}

/* ---- rules ---- */

/**
 * nftsw_kt_acl_rule_new() - an empty rule
 * @test: test
 *
 * Return: the rule; it takes every frame and does nothing.
 */
struct nftsw_kt_acl_rule *nftsw_kt_acl_rule_new(struct kunit *test)
{
	struct nftsw_kt_acl_rule *r = kunit_kzalloc(test, sizeof(*r), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, r);
	r->rule = kunit_kzalloc(test, struct_size(r->rule, action.entries,
						  NFTSW_KT_ACL_ACTIONS), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, r->rule);
	r->rule->match.dissector = &r->match.dissector;
	r->rule->match.key = &r->match.key;
	r->rule->match.mask = &r->match.mask;
	return r;
}

/**
 * nftsw_kt_acl_used() - a key of the rule is filled in
 * @r: rule
 * @id: key
 * @offset: of the key in struct nft_flow_key
 */
void nftsw_kt_acl_used(struct nftsw_kt_acl_rule *r, enum flow_dissector_key_id id,
		       size_t offset)
{
	r->match.dissector.used_keys |= BIT_ULL(id);
	r->match.dissector.offset[id] = offset;
}

/**
 * nftsw_kt_acl_action() - append an action
 * @r: rule
 * @id: action
 *
 * Return: the action, to be filled in.
 */
struct flow_action_entry *nftsw_kt_acl_action(struct nftsw_kt_acl_rule *r,
					      enum flow_action_id id)
{
	struct flow_action_entry *e =
		&r->rule->action.entries[r->rule->action.num_entries++];

	e->id = id;
	e->hw_stats = FLOW_ACTION_HW_STATS_DONT_CARE;
	return e;
}

/**
 * nftsw_kt_acl_action_dev() - append a redirection or copy
 * @r: rule
 * @id: action
 * @dev: where to
 */
void nftsw_kt_acl_action_dev(struct nftsw_kt_acl_rule *r, enum flow_action_id id,
			     struct net_device *dev)
{
	nftsw_kt_acl_action(r, id)->dev = dev;
}

/**
 * nftsw_kt_acl_protos() - match protocols
 * @r: rule
 * @n_proto: Ethernet type, 0: any
 * @ip_proto: L4 protocol, 0: any
 */
void nftsw_kt_acl_protos(struct nftsw_kt_acl_rule *r, u16 n_proto, u8 ip_proto)
{
	NFTSW_KT_ACL_USED(r, BASIC, basic);
	r->match.key.basic.n_proto = htons(n_proto);
	r->match.mask.basic.n_proto = htons(n_proto ? 0xffff : 0);
	r->match.key.basic.ip_proto = ip_proto;
	r->match.mask.basic.ip_proto = ip_proto ? 0xff : 0;
}

/**
 * nftsw_kt_acl_addr_type() - say which addresses are matched
 * @r: rule
 * @type: FLOW_DISSECTOR_KEY_*
 */
void nftsw_kt_acl_addr_type(struct nftsw_kt_acl_rule *r, u16 type)
{
	NFTSW_KT_ACL_USED(r, CONTROL, control);
	r->match.key.control.addr_type = type;
	r->match.mask.control.addr_type = 0xffff;
}

/**
 * nftsw_kt_acl_ipv4() - match IPv4 addresses
 * @r: rule
 * @src: source
 * @src_mask: its mask
 * @dst: destination
 * @dst_mask: its mask
 */
void nftsw_kt_acl_ipv4(struct nftsw_kt_acl_rule *r, __be32 src, u32 src_mask, __be32 dst,
		       u32 dst_mask)
{
	nftsw_kt_acl_addr_type(r, FLOW_DISSECTOR_KEY_IPV4_ADDRS);
	NFTSW_KT_ACL_USED(r, IPV4_ADDRS, ipv4);
	r->match.key.ipv4.src = src;
	r->match.mask.ipv4.src = htonl(src_mask);
	r->match.key.ipv4.dst = dst;
	r->match.mask.ipv4.dst = htonl(dst_mask);
}

/**
 * nftsw_kt_acl_ports() - match ports
 * @r: rule
 * @sport: source port, 0: any
 * @dport: destination port, 0: any
 */
void nftsw_kt_acl_ports(struct nftsw_kt_acl_rule *r, u16 sport, u16 dport)
{
	NFTSW_KT_ACL_USED(r, PORTS, tp);
	r->match.key.tp.src = htons(sport);
	r->match.mask.tp.src = htons(sport ? 0xffff : 0);
	r->match.key.tp.dst = htons(dport);
	r->match.mask.tp.dst = htons(dport ? 0xffff : 0);
}

/**
 * nftsw_kt_acl_vlan() - match the outer tag
 * @r: rule
 * @tpid: its kind, 0: any
 * @id: VLAN id
 * @id_mask: its mask
 */
void nftsw_kt_acl_vlan(struct nftsw_kt_acl_rule *r, u16 tpid, u16 id, u16 id_mask)
{
	NFTSW_KT_ACL_USED(r, VLAN, vlan);
	r->match.key.vlan.vlan_tpid = htons(tpid);
	r->match.mask.vlan.vlan_tpid = htons(tpid ? 0xffff : 0);
	r->match.key.vlan.vlan_id = id;
	r->match.mask.vlan.vlan_id = id_mask;
}

/**
 * nftsw_kt_acl_tuple() - match the 5-tuple of a connection's first direction
 * @r: rule
 * @conn: connection, IPv4
 */
void nftsw_kt_acl_tuple(struct nftsw_kt_acl_rule *r, const struct nftsw_kt_conn *conn)
{
	nftsw_kt_acl_protos(r, ETH_P_IP, conn->l4proto);
	nftsw_kt_acl_ipv4(r, conn->client.addr.s6_addr32[0], ~0u,
			  conn->server.addr.s6_addr32[0], ~0u);
	nftsw_kt_acl_ports(r, conn->client.port, conn->server.port);
}

/* ---- requests ---- */

/**
 * nftsw_kt_acl_bo() - a request about a block, as its owner makes it
 * @test: test
 * @b: block
 * @bo: filled in
 * @command: BIND or UNBIND
 */
void nftsw_kt_acl_bo(struct kunit *test, struct nftsw_kt_acl_block *b,
		     struct flow_block_offload *bo, enum flow_block_command command)
{
	memset(bo, 0, sizeof(*bo));
	bo->command = command;
	bo->binder_type = FLOW_BLOCK_BINDER_TYPE_CLSACT_INGRESS;
	bo->block = &b->block;
	bo->cb_list_head = &b->block.cb_list;
	bo->net = &init_net;
	bo->extack = &nftsw_kt_acl_get(test)->extack;
	/* looked at, not into */
	bo->sch = b->tc ? (struct Qdisc *)b : NULL;
	INIT_LIST_HEAD(&bo->cb_list);
}

/**
 * nftsw_kt_acl_setup() - hand a request about a block to a port
 * @test: test
 * @port: port
 * @bo: request
 *
 * Return: the driver's answer.
 */
int nftsw_kt_acl_setup(struct kunit *test, u32 port, struct flow_block_offload *bo)
{
	struct net_device *dev = nftsw_kt_acl_dev(test, port);

	return dev->netdev_ops->ndo_setup_tc(dev, TC_SETUP_BLOCK, bo);
}

/**
 * nftsw_kt_acl_bind() - bind a port to a block
 * @test: test
 * @b: block
 * @port: port
 *
 * Return: the driver's answer.
 */
int nftsw_kt_acl_bind(struct kunit *test, struct nftsw_kt_acl_block *b, u32 port)
{
	struct flow_block_offload bo;
	int err;

	nftsw_kt_acl_bo(test, b, &bo, FLOW_BLOCK_BIND);
	err = nftsw_kt_acl_setup(test, port, &bo);
	list_splice(&bo.cb_list, &b->block.cb_list);
	return err;
}

/**
 * nftsw_kt_acl_unbind() - take a port out of a block
 * @test: test
 * @b: block
 * @port: port
 *
 * Return: the driver's answer.
 */
int nftsw_kt_acl_unbind(struct kunit *test, struct nftsw_kt_acl_block *b, u32 port)
{
	struct flow_block_cb *cb, *next;
	struct flow_block_offload bo;
	int err;

	nftsw_kt_acl_bo(test, b, &bo, FLOW_BLOCK_UNBIND);
	err = nftsw_kt_acl_setup(test, port, &bo);
	list_for_each_entry_safe(cb, next, &bo.cb_list, list) {
		list_del(&cb->list);
		flow_block_cb_free(cb);
	}
	return err;
}

/**
 * nftsw_kt_acl_cls() - a request about a rule
 * @test: test
 * @b: its block
 * @command: what is to be done
 * @cookie: of the rule
 * @r: the rule, for REPLACE
 * @stats: result of STATS; may be NULL
 *
 * Return: the driver's answer.
 */
int nftsw_kt_acl_cls(struct kunit *test, struct nftsw_kt_acl_block *b,
		     enum flow_cls_command command, unsigned long cookie,
		     const struct nftsw_kt_acl_rule *r, struct flow_stats *stats)
{
	struct flow_cls_offload cls = {
		.common.prio = b->prio,
		.common.chain_index = r ? r->chain : 0,
		.common.extack = &nftsw_kt_acl_get(test)->extack,
		.command = command,
		.cookie = cookie,
		.rule = r ? r->rule : NULL,
	};
	struct flow_block_cb *cb;
	int err = -ENOTCONN;

#ifdef NFTSW_HAVE_CLS_SKIP_SW
	cls.common.skip_sw = r && r->skip_sw;
#endif
	nftsw_kt_acl_get(test)->extack._msg = NULL;
	list_for_each_entry(cb, &b->block.cb_list, list) {
		err = cb->cb(TC_SETUP_CLSFLOWER, &cls, cb->cb_priv);
		if (err)
			break;
	}
	if (stats)
		*stats = cls.stats;
	return err;
}

/**
 * nftsw_kt_acl_replace() - FLOW_CLS_REPLACE
 * @test: test
 * @b: block
 * @cookie: of the rule
 * @r: rule
 *
 * Return: the driver's answer.
 */
int nftsw_kt_acl_replace(struct kunit *test, struct nftsw_kt_acl_block *b,
			 unsigned long cookie, const struct nftsw_kt_acl_rule *r)
{
	return nftsw_kt_acl_cls(test, b, FLOW_CLS_REPLACE, cookie, r, NULL);
}

/**
 * nftsw_kt_acl_destroy() - FLOW_CLS_DESTROY
 * @test: test
 * @b: block
 * @cookie: of the rule
 *
 * Return: the driver's answer.
 */
int nftsw_kt_acl_destroy(struct kunit *test, struct nftsw_kt_acl_block *b,
			 unsigned long cookie)
{
	return nftsw_kt_acl_cls(test, b, FLOW_CLS_DESTROY, cookie, NULL, NULL);
}

/**
 * nftsw_kt_acl_add() - offload a rule that takes every frame
 * @test: test
 * @b: block
 * @cookie: of the rule
 * @id: its action
 */
void nftsw_kt_acl_add(struct kunit *test, struct nftsw_kt_acl_block *b,
		      unsigned long cookie, enum flow_action_id id)
{
	struct nftsw_kt_acl_rule *r = nftsw_kt_acl_rule_new(test);

	nftsw_kt_acl_action(r, id);
	KUNIT_ASSERT_EQ(test, nftsw_kt_acl_replace(test, b, cookie, r), 0);
}

/* ---- frames ---- */

/**
 * nftsw_kt_acl_frame() - a frame that the client sends
 * @test: test
 * @f: filled in
 */
void nftsw_kt_acl_frame(struct kunit *test, struct nftsw_kt_frame *f)
{
	nftsw_kt_conn_frame(&nftsw_kt_acl_get(test)->conn, NFTSW_KT_ORIG, false, f);
}

/**
 * nftsw_kt_acl_expect_dropped() - a rule must drop a frame
 * @test: test
 * @port: where it comes in
 * @f: frame
 */
void nftsw_kt_acl_expect_dropped(struct kunit *test, u32 port,
				 const struct nftsw_kt_frame *f)
{
	struct nftsw_kt *kt = nftsw_kt_acl_get(test)->kt;
	u64 before = nftsw_bm_reason(kt->bm, NFTSW_REASON_ACL_DROP);

	nftsw_kt_send(kt, port, f);
	nftsw_kt_settle(kt);
	nftsw_kt_expect_quiet(kt);
	KUNIT_EXPECT_EQ(test, nftsw_bm_reason(kt->bm, NFTSW_REASON_ACL_DROP), before + 1);
}

/**
 * nftsw_kt_acl_expect_cpu() - the CPU must get a frame
 * @test: test
 * @port: where it comes in
 * @f: frame
 */
void nftsw_kt_acl_expect_cpu(struct kunit *test, u32 port, const struct nftsw_kt_frame *f)
{
	struct nftsw_kt *kt = nftsw_kt_acl_get(test)->kt;
	u64 before = nftsw_bm_reason(kt->bm, NFTSW_REASON_ACL_DROP);

	nftsw_kt_send(kt, port, f);
	nftsw_kt_settle(kt);
	nftsw_kt_expect_rx(kt, port, f);
	nftsw_kt_expect_quiet(kt);
	KUNIT_EXPECT_EQ(test, nftsw_bm_reason(kt->bm, NFTSW_REASON_ACL_DROP), before);
}

/**
 * nftsw_kt_acl_expect_stats() - so much must be new in the counters of a rule
 * @test: test
 * @b: block
 * @cookie: of the rule
 * @packets: frames as of nftsw_kt_acl_frame()
 */
void nftsw_kt_acl_expect_stats(struct kunit *test, struct nftsw_kt_acl_block *b,
			       unsigned long cookie, u64 packets)
{
	struct flow_stats stats = {};
	struct nftsw_kt_frame f;

	nftsw_kt_acl_frame(test, &f);
	KUNIT_EXPECT_EQ(test, nftsw_acl_refresh(nftsw_kt_acl_get(test)->kt->ns), 0);
	KUNIT_EXPECT_EQ(test, nftsw_kt_acl_cls(test, b, FLOW_CLS_STATS, cookie, NULL,
					       &stats), 0);
	KUNIT_EXPECT_EQ(test, stats.pkts, packets);
	KUNIT_EXPECT_EQ(test, stats.bytes, packets * nftsw_kt_frame_ip_len(&f));
}

/**
 * nftsw_kt_acl_chip_count() - rules on the chip
 * @test: test
 *
 * Return: their number.
 */
u32 nftsw_kt_acl_chip_count(struct kunit *test)
{
	struct nftsw_hw_acl_record rec;
	u32 n = 0;

	while (nftsw_bm_acl(nftsw_kt_acl_get(test)->kt->bm, n, &rec))
		n++;
	return n;
}

/**
 * nftsw_kt_acl_diffs() - compare the driver's rules with the chip's
 * @test: test
 *
 * Return: how many differ.
 */
u32 nftsw_kt_acl_diffs(struct kunit *test)
{
	struct nftsw_acl_audit a;

	KUNIT_EXPECT_EQ(test, nftsw_acl_audit(nftsw_kt_acl_get(test)->kt->ns, &a), 0);
	return a.diffs;
}

/* ---- fixture ---- */

/**
 * nftsw_kt_acl_init() - kunit_suite.init
 * @test: test
 *
 * Return: 0.
 */
int nftsw_kt_acl_init(struct kunit *test)
{
	struct nftsw_kt_acl *ctx = kunit_kzalloc(test, sizeof(*ctx), GFP_KERNEL);
	u32 i;

	KUNIT_ASSERT_NOT_NULL(test, ctx);
	nftsw_kt_init_up(test);
	ctx->kt = test->priv;
	test->priv = ctx;
	flow_block_init(&ctx->nft.block);
	flow_block_init(&ctx->tc.block);
	ctx->nft.prio = 10;
	ctx->tc.prio = 20;
	ctx->tc.tc = true;
	nftsw_kt_conn_init(&ctx->conn, NFPROTO_IPV4, IPPROTO_UDP,
			   nftsw_kt_acl_dev(test, NFTSW_KT_ACL_LAN),
			   nftsw_kt_acl_dev(test, NFTSW_KT_ACL_WAN));
	for (i = 0; i < 2; i++) {
		KUNIT_ASSERT_EQ(test, nftsw_kt_acl_bind(test, &ctx->nft, i), 0);
		KUNIT_ASSERT_EQ(test, nftsw_kt_acl_bind(test, &ctx->tc, i), 0);
	}
	return 0;
}

/**
 * nftsw_kt_acl_exit() - kunit_suite.exit
 * @test: test
 */
void nftsw_kt_acl_exit(struct kunit *test)
{
	struct nftsw_kt_acl *ctx = test->priv;
	u32 i;

	if (!ctx || !ctx->kt->ns)
		return;
	KUNIT_EXPECT_EQ(test, nftsw_kt_acl_diffs(test), 0u);
	for (i = 0; i < NFTSW_KT_PORTS; i++) {
		nftsw_kt_acl_unbind(test, &ctx->nft, i);
		nftsw_kt_acl_unbind(test, &ctx->tc, i);
	}
	KUNIT_EXPECT_TRUE(test, list_empty(&ctx->nft.block.cb_list));
	KUNIT_EXPECT_EQ(test, nftsw_kt_acl_chip_count(test), 0u);
	KUNIT_EXPECT_EQ(test, nftsw_acl_occ_get(ctx->kt->ns), 0ull);
}
