// SPDX-License-Identifier: GPL-2.0
/*
 * Offloads connections, and looks at the end whether the driver's table and the chip's
 * are equal and become empty.  Floor 10; called by the suites that offload flows.
 */

#include "../drivers/net/ethernet/nftsw/nftsw_flow_audit.h"
#include "nftsw_kt_offload.h"

/**
 * nftsw_kt_off_bind() - bind every port to a flowtable
 * @test: test
 * @kf: flowtable
 */
void nftsw_kt_off_bind(struct kunit *test, struct nftsw_kt_ft *kf)
{
	struct nftsw_kt_off *ctx = test->priv;
	u32 i;

	for (i = 0; i < NFTSW_KT_PORTS; i++)
		KUNIT_ASSERT_EQ(test, nftsw_kt_ft_bind(kf, nftsw_kt_dev(ctx->kt, i)),
				0);
}

/**
 * nftsw_kt_off_unbind() - take every port out of a flowtable
 * @test: test
 * @kf: flowtable; ports that are not bound to it are no error
 */
void nftsw_kt_off_unbind(struct kunit *test, struct nftsw_kt_ft *kf)
{
	struct nftsw_kt_off *ctx = test->priv;
	u32 i;

	for (i = 0; i < NFTSW_KT_PORTS; i++)
		nftsw_kt_ft_unbind(kf, nftsw_kt_dev(ctx->kt, i));
}

/**
 * nftsw_kt_off_init_cfg() - a chip, a flowtable bound to its ports, a connection
 * @test: test
 * @cfg: the chip's properties
 */
void nftsw_kt_off_init_cfg(struct kunit *test, const struct nfm_cfg *cfg)
{
	struct nftsw_kt_off *ctx = kunit_kzalloc(test, sizeof(*ctx), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, ctx);
	nftsw_kt_init_cfg(test, cfg);
	ctx->kt = test->priv;
	test->priv = ctx;
	ctx->kf = nftsw_kt_ft_new(test, NFPROTO_IPV4);
	nftsw_kt_off_bind(test, ctx->kf);
	nftsw_kt_conn_init(&ctx->conn, NFPROTO_IPV4, IPPROTO_UDP,
			   nftsw_kt_dev(ctx->kt, NFTSW_KT_LAN),
			   nftsw_kt_dev(ctx->kt, NFTSW_KT_WAN));
	nftsw_kt_conn_snat(&ctx->conn);
}

/**
 * nftsw_kt_off_init() - kunit_suite.init
 * @test: test
 *
 * Return: 0.
 */
int nftsw_kt_off_init(struct kunit *test)
{
	struct nfm_cfg cfg;

	nftsw_kt_cfg(&cfg);
	nftsw_kt_off_init_cfg(test, &cfg);
	return 0;
}

/**
 * nftsw_kt_off_diffs() - compare the driver's flow table with the chip's
 * @test: test
 *
 * Return: how many entries differ; each is told in the log.
 */
u32 nftsw_kt_off_diffs(struct kunit *test)
{
	struct nftsw_flow_audit *a = kunit_kzalloc(test, sizeof(*a), GFP_KERNEL);
	struct nftsw_kt_off *ctx = test->priv;
	u32 i;

	KUNIT_ASSERT_NOT_NULL(test, a);
	KUNIT_EXPECT_EQ(test, nftsw_flow_audit(ctx->kt->ns, a), 0);
	for (i = 0; i < min_t(u32, a->diffs, NFTSW_FLOW_AUDIT_LIST); i++)
		kunit_info(test, "entry %u: %s", a->diff[i].index, a->diff[i].text);
	return a->diffs;
}

/**
 * nftsw_kt_off_exit() - kunit_suite.exit
 * @test: test
 */
void nftsw_kt_off_exit(struct kunit *test)
{
	struct nftsw_kt_off *ctx = test->priv;

	if (!ctx->kf)
		return;
	if (ctx->kt->ns) {
		KUNIT_EXPECT_EQ(test, nftsw_kt_off_diffs(test), 0u);
		nftsw_kt_off_unbind(test, ctx->kf);
		KUNIT_EXPECT_EQ(test, nftsw_kt_off_count(test), 0u);
		KUNIT_EXPECT_EQ(test, nftsw_flow_occ_get(ctx->kt->ns), 0ull);
	}
	nftsw_kt_ft_free(test, ctx->kf);
}

/**
 * nftsw_kt_off_count() - entries in the chip's flow table
 * @test: test
 *
 * Return: their number.
 */
u32 nftsw_kt_off_count(struct kunit *test)
{
	struct nftsw_kt_off *ctx = test->priv;

	return nftsw_bm_flows(ctx->kt->bm, 0, NULL);
}

/**
 * nftsw_kt_off_mtu() - IP MTU of the flow that leaves through a port
 * @test: test
 * @oport: port
 *
 * Return: its MTU in octets, as the driver has it; 0: there is no such flow.
 */
u16 nftsw_kt_off_mtu(struct kunit *test, u32 oport)
{
	struct nftsw_kt_off *ctx = test->priv;
	struct nftsw_flow_info info;
	unsigned long index = 0;

	for (; nftsw_flow_info_next(ctx->kt->ns, &index, &info); index++)
		if (info.spec.oport == oport)
			return info.mtu;
	return 0;
}

/**
 * nftsw_kt_off_add() - offload both directions of the connection
 * @test: test
 */
void nftsw_kt_off_add(struct kunit *test)
{
	struct nftsw_kt_off *ctx = test->priv;

	KUNIT_ASSERT_EQ(test, nftsw_kt_offload(ctx->kt, ctx->kf, &ctx->conn,
					       NFTSW_KT_COOKIE), 0);
}

/**
 * nftsw_kt_off_forward() - a frame of each direction must pass through the chip
 * @test: test
 */
void nftsw_kt_off_forward(struct kunit *test)
{
	struct nftsw_kt_off *ctx = test->priv;

	nftsw_kt_expect_forward(ctx->kt, &ctx->conn, NFTSW_KT_ORIG);
	nftsw_kt_expect_forward(ctx->kt, &ctx->conn, NFTSW_KT_REPLY);
}

/**
 * nftsw_kt_off_replace() - FLOW_CLS_REPLACE
 * @test: test
 * @cookie: of the rule
 * @rule: the rule
 *
 * Return: the driver's answer.
 */
int nftsw_kt_off_replace(struct kunit *test, unsigned long cookie,
			 const struct nftsw_kt_rule *rule)
{
	struct nftsw_kt_off *ctx = test->priv;

	return nftsw_kt_ft_cls(ctx->kf, FLOW_CLS_REPLACE, cookie, rule, NULL);
}

/**
 * nftsw_kt_off_destroy() - FLOW_CLS_DESTROY
 * @test: test
 * @cookie: of the rule
 *
 * Return: the driver's answer.
 */
int nftsw_kt_off_destroy(struct kunit *test, unsigned long cookie)
{
	struct nftsw_kt_off *ctx = test->priv;

	return nftsw_kt_ft_cls(ctx->kf, FLOW_CLS_DESTROY, cookie, NULL, NULL);
}

/**
 * nftsw_kt_off_stats() - FLOW_CLS_STATS, with counters that are up to date
 * @test: test
 * @cookie: of the rule
 * @stats: result
 *
 * Return: the driver's answer.
 */
int nftsw_kt_off_stats(struct kunit *test, unsigned long cookie,
		       struct flow_stats *stats)
{
	struct nftsw_kt_off *ctx = test->priv;

	KUNIT_EXPECT_EQ(test, nftsw_flow_refresh(ctx->kt->ns), 0);
	return nftsw_kt_ft_cls(ctx->kf, FLOW_CLS_STATS, cookie, NULL, stats);
}

/**
 * nftsw_kt_off_commands() - commands about single flows that the chip has had
 * @test: test
 *
 * Return: their number; the sync of counters is not among them.
 */
u32 nftsw_kt_off_commands(struct kunit *test)
{
	struct nftsw_kt_off *ctx = test->priv;
	struct nftsw_bus_model *bm = ctx->kt->bm;

	return READ_ONCE(bm->cmds[NFTSW_OP_FLOW_SET]) +
	       READ_ONCE(bm->cmds[NFTSW_OP_FLOW_DEL]) +
	       READ_ONCE(bm->cmds[NFTSW_OP_FLOW_STATE]);
}
