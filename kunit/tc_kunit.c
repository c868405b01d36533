// SPDX-License-Identifier: GPL-2.0
/*
 * Binding of flowtables: one callback per chip and block, counted by ports.  Floor 11.
 */

#include <kunit/test.h>
#include <net/flow_offload.h>
#include <net/pkt_cls.h>
#include "nftsw_kt.h"

struct tc_ctx {
	struct nftsw_kt *kt;
	struct nftsw_kt_ft *kf;
};

static int tc_init(struct kunit *test)
{
	struct tc_ctx *ctx = kunit_kzalloc(test, sizeof(*ctx), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, ctx);
	nftsw_kt_init(test);
	ctx->kt = test->priv;
	test->priv = ctx;
	ctx->kf = nftsw_kt_ft_new(test, NFPROTO_IPV4);
	return 0;
}

static void tc_exit(struct kunit *test)
{
	struct tc_ctx *ctx = test->priv;
	u32 i;

	if (!ctx->kf)
		return;
	for (i = 0; ctx->kt->ns && i < NFTSW_KT_PORTS; i++)
		nftsw_kt_ft_unbind(ctx->kf, nftsw_kt_dev(ctx->kt, i));
	KUNIT_EXPECT_EQ(test, nftsw_kt_ft_cb_count(ctx->kf), 0u);
	nftsw_kt_ft_free(test, ctx->kf);
}

static struct net_device *tc_dev(struct kunit *test, u32 port)
{
	struct tc_ctx *ctx = test->priv;

	return nftsw_kt_dev(ctx->kt, port);
}

static int tc_setup(struct net_device *dev, enum tc_setup_type type, void *data)
{
	return dev->netdev_ops->ndo_setup_tc(dev, type, data);
}

static void ports_share_one_callback(struct kunit *test)
{
	struct tc_ctx *ctx = test->priv;
	u32 i;

	for (i = 0; i < NFTSW_KT_PORTS; i++) {
		KUNIT_EXPECT_EQ(test, nftsw_kt_ft_bind(ctx->kf, tc_dev(test, i)), 0);
		KUNIT_EXPECT_EQ(test, nftsw_kt_ft_cb_count(ctx->kf), 1u);
	}
	KUNIT_EXPECT_EQ(test, nftsw_kt_flow_events(ctx->kt, NFTSW_FLOW_EVENT_BOUND),
			(u64)NFTSW_KT_PORTS);
	for (i = 0; i < NFTSW_KT_PORTS; i++) {
		KUNIT_EXPECT_EQ(test, nftsw_kt_ft_cb_count(ctx->kf), 1u);
		KUNIT_EXPECT_EQ(test, nftsw_kt_ft_unbind(ctx->kf, tc_dev(test, i)), 0);
	}
	KUNIT_EXPECT_EQ(test, nftsw_kt_ft_cb_count(ctx->kf), 0u);
	KUNIT_EXPECT_EQ(test, nftsw_kt_flow_events(ctx->kt, NFTSW_FLOW_EVENT_UNBOUND),
			(u64)NFTSW_KT_PORTS);
}

/* -EBUSY for the second one would break each reload of a ruleset. */
static void several_blocks_bind_at_once(struct kunit *test)
{
	struct nftsw_kt_ft *more[3];
	u32 i, port;

	for (i = 0; i < ARRAY_SIZE(more); i++) {
		more[i] = nftsw_kt_ft_new(test, NFPROTO_IPV4);
		for (port = 0; port < NFTSW_KT_PORTS; port++)
			KUNIT_EXPECT_EQ(test, nftsw_kt_ft_bind(more[i],
							       tc_dev(test, port)), 0);
	}
	for (i = 0; i < ARRAY_SIZE(more); i++) {
		for (port = 0; port < NFTSW_KT_PORTS; port++)
			KUNIT_EXPECT_EQ(test, nftsw_kt_ft_unbind(more[i],
								 tc_dev(test, port)), 0);
		KUNIT_EXPECT_EQ(test, nftsw_kt_ft_cb_count(more[i]), 0u);
		nftsw_kt_ft_free(test, more[i]);
	}
}

/* nft -c: bind and unbind, over and over, without a trace. */
static void probing_leaves_nothing(struct kunit *test)
{
	struct tc_ctx *ctx = test->priv;
	u32 i;

	for (i = 0; i < 20; i++) {
		KUNIT_EXPECT_EQ(test, nftsw_kt_ft_bind(ctx->kf, tc_dev(test, i % 4)),
				0);
		KUNIT_EXPECT_EQ(test, nftsw_kt_ft_unbind(ctx->kf, tc_dev(test, i % 4)),
				0);
		KUNIT_EXPECT_EQ(test, nftsw_kt_ft_cb_count(ctx->kf), 0u);
	}
	KUNIT_EXPECT_EQ(test, nftsw_flow_occ_get(ctx->kt->ns), 0ull);
}

static void a_port_binds_once(struct kunit *test)
{
	struct tc_ctx *ctx = test->priv;

	KUNIT_EXPECT_EQ(test, nftsw_kt_ft_bind(ctx->kf, tc_dev(test, 0)), 0);
	KUNIT_EXPECT_EQ(test, nftsw_kt_ft_bind(ctx->kf, tc_dev(test, 0)), -EEXIST);
	KUNIT_EXPECT_EQ(test, nftsw_kt_ft_unbind(ctx->kf, tc_dev(test, 1)), -ENOENT);
	KUNIT_EXPECT_EQ(test, nftsw_kt_ft_cb_count(ctx->kf), 1u);
	KUNIT_EXPECT_EQ(test, nftsw_kt_ft_unbind(ctx->kf, tc_dev(test, 0)), 0);
	KUNIT_EXPECT_EQ(test, nftsw_kt_ft_unbind(ctx->kf, tc_dev(test, 0)), -ENOENT);
}

/* Bound while its offload is off: one device that refuses would fail the flowtable. */
static void binds_without_hw_tc_offload(struct kunit *test)
{
	struct tc_ctx *ctx = test->priv;

	rtnl_lock();
	tc_dev(test, 0)->wanted_features &= ~NETIF_F_HW_TC;
	netdev_update_features(tc_dev(test, 0));
	rtnl_unlock();
	KUNIT_EXPECT_FALSE(test, tc_dev(test, 0)->features & NETIF_F_HW_TC);
	KUNIT_EXPECT_EQ(test, nftsw_kt_ft_bind(ctx->kf, tc_dev(test, 0)), 0);
}

static void other_setups_are_refused(struct kunit *test)
{
	struct tc_ctx *ctx = test->priv;
	struct netlink_ext_ack extack = {};
	struct flow_block_offload bo = {
		.command = FLOW_BLOCK_BIND,
		.binder_type = FLOW_BLOCK_BINDER_TYPE_CLSACT_EGRESS,
		.block = &ctx->kf->ft.flow_block,
		.net = &init_net,
		.extack = &extack,
		.cb_list = LIST_HEAD_INIT(bo.cb_list),
	};
	struct tc_mqprio_qopt_offload mqprio = {};

	KUNIT_EXPECT_EQ(test, tc_setup(tc_dev(test, 0), TC_SETUP_FT, &bo),
			-EOPNOTSUPP);
	KUNIT_EXPECT_NOT_NULL(test, extack._msg);
	extack._msg = NULL;
	KUNIT_EXPECT_EQ(test, tc_setup(tc_dev(test, 0), TC_SETUP_BLOCK, &bo),
			-EOPNOTSUPP);
	KUNIT_EXPECT_NOT_NULL(test, extack._msg);
	KUNIT_EXPECT_EQ(test, tc_setup(tc_dev(test, 0), TC_SETUP_QDISC_MQPRIO,
				       &mqprio), -EOPNOTSUPP);
	KUNIT_EXPECT_TRUE(test, list_empty(&bo.cb_list));
}

static void other_commands_are_refused(struct kunit *test)
{
	struct tc_ctx *ctx = test->priv;
	struct flow_cls_offload cls = { .command = FLOW_CLS_TMPLT_CREATE };
	struct flow_block_cb *cb;

	KUNIT_ASSERT_EQ(test, nftsw_kt_ft_bind(ctx->kf, tc_dev(test, 0)), 0);
	cb = list_first_entry(&ctx->kf->ft.flow_block.cb_list, struct flow_block_cb,
			      list);
	KUNIT_EXPECT_EQ(test, cb->cb(TC_SETUP_CLSFLOWER, &cls, cb->cb_priv),
			-EOPNOTSUPP);
	KUNIT_EXPECT_EQ(test, cb->cb(TC_SETUP_CLSU32, &cls, cb->cb_priv),
			-EOPNOTSUPP);
}

/* Ingress must be bound to this flowtable; egress only has to be the chip's. */
static void ingress_must_be_bound(struct kunit *test)
{
	struct tc_ctx *ctx = test->priv;
	struct nftsw_kt_rule *rules;
	struct nftsw_kt_conn conn;

	nftsw_kt_conn_init(&conn, NFPROTO_IPV4, IPPROTO_UDP, tc_dev(test, 0),
			   tc_dev(test, 1));
	rules = nftsw_kt_rules(test, &conn);
	KUNIT_ASSERT_EQ(test, nftsw_kt_ft_bind(ctx->kf, tc_dev(test, 0)), 0);
	KUNIT_EXPECT_EQ(test, nftsw_kt_ft_cls(ctx->kf, FLOW_CLS_REPLACE, 1,
					      &rules[NFTSW_KT_ORIG], NULL), 0);
	KUNIT_EXPECT_EQ(test, nftsw_kt_ft_cls(ctx->kf, FLOW_CLS_REPLACE, 2,
					      &rules[NFTSW_KT_REPLY], NULL),
			-EOPNOTSUPP);
	KUNIT_EXPECT_EQ(test, nftsw_flow_log_refused(&ctx->kt->ns->flow->log,
						     NFTSW_FLOW_REFUSAL_INGRESS),
			1ull);
}

static struct kunit_case tc_cases[] = {
	KUNIT_CASE(ports_share_one_callback),
	KUNIT_CASE(several_blocks_bind_at_once),
	KUNIT_CASE(probing_leaves_nothing),
	KUNIT_CASE(a_port_binds_once),
	KUNIT_CASE(binds_without_hw_tc_offload),
	KUNIT_CASE(other_setups_are_refused),
	KUNIT_CASE(other_commands_are_refused),
	KUNIT_CASE(ingress_must_be_bound),
	{}
};

static struct kunit_suite tc_suite = {
	.name = "nftsw_tc",
	.init = tc_init,
	.exit = tc_exit,
	.test_cases = tc_cases,
};

kunit_test_suite(tc_suite);

MODULE_DESCRIPTION("KUnit tests of nftsw's flowtable binding");
MODULE_LICENSE("GPL");
