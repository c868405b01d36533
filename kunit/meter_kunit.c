// SPDX-License-Identifier: GPL-2.0
/*
 * Police actions: what they let pass, who shares a meter, what tc is told, resets; filters that
 * match all; mirrors of what leaves a port.  Floor 11.
 */

#include <kunit/test.h>
#include <linux/rtnetlink.h>
#include "nftsw_kt_acl.h"

#define LAN	NFTSW_KT_ACL_LAN
#define WAN	NFTSW_KT_ACL_WAN
#define OTHER	NFTSW_KT_ACL_OTHER

/* Ten packets a second, @burst at once. */
static struct nftsw_kt_acl_rule *police_rule(struct kunit *test, u32 index, u32 burst)
{
	struct nftsw_kt_acl_rule *r = nftsw_kt_acl_rule_new(test);
	struct flow_action_entry *e = nftsw_kt_acl_action(r, FLOW_ACTION_POLICE);

	e->hw_index = index;
	e->police.rate_pkt_ps = 10;
	e->police.burst_pkt = burst;
	e->police.exceed.act_id = FLOW_ACTION_DROP;
	e->police.notexceed.act_id = FLOW_ACTION_ACCEPT;
	return r;
}

static int tc_replace(struct kunit *test, u32 n, const struct nftsw_kt_acl_rule *r)
{
	struct nftsw_kt_acl *ctx = nftsw_kt_acl_get(test);

	return nftsw_kt_acl_replace(test, &ctx->tc, NFTSW_KT_ACL_COOKIE + n, r);
}

static int tc_destroy(struct kunit *test, u32 n)
{
	struct nftsw_kt_acl *ctx = nftsw_kt_acl_get(test);

	return nftsw_kt_acl_destroy(test, &ctx->tc, NFTSW_KT_ACL_COOKIE + n);
}

static u64 tc_drops(struct kunit *test, u32 n)
{
	struct nftsw_kt_acl *ctx = nftsw_kt_acl_get(test);
	struct flow_stats stats = {};

	KUNIT_EXPECT_EQ(test, nftsw_acl_refresh(ctx->kt->ns), 0);
	KUNIT_EXPECT_EQ(test, nftsw_kt_acl_cls(test, &ctx->tc, FLOW_CLS_STATS,
					       NFTSW_KT_ACL_COOKIE + n, NULL, &stats), 0);
	return stats.drops;
}

/* @n frames at once on a port; how many of them the meters dropped. */
static u32 dropped_of(struct kunit *test, u32 port, u32 n)
{
	struct nftsw_kt *kt = nftsw_kt_acl_get(test)->kt;
	u64 before = nftsw_bm_reason(kt->bm, NFTSW_REASON_METERED);
	struct nftsw_kt_frame f;
	u32 i;

	nftsw_kt_acl_frame(test, &f);
	for (i = 0; i < n; i++)
		nftsw_kt_send(kt, port, &f);
	nftsw_kt_settle(kt);
	nftsw_kt_flush(kt);
	return nftsw_bm_reason(kt->bm, NFTSW_REASON_METERED) - before;
}

static u32 meters_used(struct kunit *test)
{
	struct nftsw_acl *acl = nftsw_kt_acl_get(test)->kt->ns->acl;
	u32 i, n = 0;

	for (i = 0; i < NFTSW_MAX_METERS; i++)
		n += !!acl->meter[i].refs;
	return n;
}

static void police_holds_its_rate(struct kunit *test)
{
	struct nftsw_kt_acl *ctx = nftsw_kt_acl_get(test);

	KUNIT_ASSERT_EQ(test, tc_replace(test, 0, police_rule(test, 7, 2)), 0);
	KUNIT_EXPECT_EQ(test, dropped_of(test, LAN, 5), 3u);
	KUNIT_EXPECT_EQ(test, tc_drops(test, 0), 3ull);
	KUNIT_EXPECT_EQ(test, tc_drops(test, 0), 0ull);
	nftsw_bm_advance(ctx->kt->bm, NSEC_PER_SEC / 10);
	KUNIT_EXPECT_EQ(test, dropped_of(test, LAN, 2), 1u);
	KUNIT_EXPECT_EQ(test, tc_destroy(test, 0), 0);
	KUNIT_EXPECT_EQ(test, dropped_of(test, LAN, 5), 0u);
	KUNIT_EXPECT_EQ(test, meters_used(test), 0u);
}

static void filters_share_an_action(struct kunit *test)
{
	struct nftsw_kt_acl_rule *tcp = police_rule(test, 7, 2);

	nftsw_kt_acl_protos(tcp, ETH_P_IP, IPPROTO_TCP);
	KUNIT_ASSERT_EQ(test, tc_replace(test, 0, tcp), 0);
	KUNIT_ASSERT_EQ(test, tc_replace(test, 1, police_rule(test, 7, 2)), 0);
	KUNIT_EXPECT_EQ(test, meters_used(test), 1u);
	/* the ports of a block share it, too */
	KUNIT_EXPECT_EQ(test, dropped_of(test, LAN, 1), 0u);
	KUNIT_EXPECT_EQ(test, dropped_of(test, LAN, 3), 2u);
	KUNIT_ASSERT_EQ(test, tc_replace(test, 2, police_rule(test, 8, 2)), 0);
	KUNIT_EXPECT_EQ(test, meters_used(test), 2u);
	KUNIT_EXPECT_EQ(test, tc_destroy(test, 0), 0);
	KUNIT_EXPECT_EQ(test, meters_used(test), 2u);
	KUNIT_EXPECT_EQ(test, tc_destroy(test, 1), 0);
	KUNIT_EXPECT_EQ(test, meters_used(test), 1u);
}

/* Another rate under the same number is another meter. */
static void changed_filter_changes_its_meter(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, tc_replace(test, 0, police_rule(test, 7, 2)), 0);
	KUNIT_ASSERT_EQ(test, tc_replace(test, 0, police_rule(test, 7, 4)), 0);
	KUNIT_EXPECT_EQ(test, meters_used(test), 1u);
	KUNIT_EXPECT_EQ(test, dropped_of(test, LAN, 5), 1u);
}

static void meters_run_out(struct kunit *test)
{
	struct nftsw_kt_acl *ctx = nftsw_kt_acl_get(test);
	struct nftsw_acl *acl = ctx->kt->ns->acl;
	u32 i;

	for (i = 0; i < NFTSW_MAX_METERS; i++)
		acl->meter[i].refs++;
	KUNIT_EXPECT_EQ(test, tc_replace(test, 0, police_rule(test, 7, 2)), -ENOSPC);
	KUNIT_EXPECT_NOT_NULL(test, ctx->extack._msg);
	KUNIT_EXPECT_EQ(test, acl->refused[NFTSW_ACL_REFUSAL_FULL], 1ull);
	for (i = 0; i < NFTSW_MAX_METERS; i++)
		acl->meter[i].refs--;
	KUNIT_EXPECT_EQ(test, nftsw_kt_acl_chip_count(test), 0u);
}

static void reset_brings_meters_back(struct kunit *test)
{
	struct nftsw_kt_acl *ctx = nftsw_kt_acl_get(test);

	KUNIT_ASSERT_EQ(test, tc_replace(test, 0, police_rule(test, 7, 2)), 0);
	KUNIT_EXPECT_EQ(test, dropped_of(test, LAN, 3), 1u);
	devl_lock(ctx->kt->ns->devlink);
	nftsw_core_down(ctx->kt->ns);
	KUNIT_EXPECT_EQ(test, nftsw_core_up(ctx->kt->ns), 0);
	devl_unlock(ctx->kt->ns->devlink);
	nftsw_kt_settle(ctx->kt);
	nftsw_kt_flush(ctx->kt);
	KUNIT_EXPECT_EQ(test, dropped_of(test, LAN, 5), 3u);
	KUNIT_EXPECT_EQ(test, tc_drops(test, 0), 4ull);
}

/* A rule that may be on the chip yet keeps its meter. */
static void unanswered_deletion_keeps_the_meter(struct kunit *test)
{
	struct nftsw_kt_acl *ctx = nftsw_kt_acl_get(test);

	KUNIT_ASSERT_EQ(test, tc_replace(test, 0, police_rule(test, 7, 2)), 0);
	nftsw_bm_fault(ctx->kt->bm, NFM_FAULT_CMD_STATUS, 1);
	KUNIT_EXPECT_EQ(test, tc_destroy(test, 0), 0);
	nftsw_bm_fault(ctx->kt->bm, NFM_FAULT_CMD_STATUS, 0);
	KUNIT_EXPECT_EQ(test, meters_used(test), 1u);
	KUNIT_EXPECT_EQ(test, nftsw_kt_acl_chip_count(test), 1u);
	devl_lock(ctx->kt->ns->devlink);
	nftsw_core_down(ctx->kt->ns);
	KUNIT_EXPECT_EQ(test, nftsw_core_up(ctx->kt->ns), 0);
	devl_unlock(ctx->kt->ns->devlink);
	nftsw_kt_settle(ctx->kt);
	nftsw_kt_flush(ctx->kt);
	KUNIT_EXPECT_EQ(test, meters_used(test), 0u);
}

/* ---- filters that match all ---- */

static int matchall(struct kunit *test, struct nftsw_kt_acl_block *b,
		    enum tc_matchall_command command, const struct nftsw_kt_acl_rule *r,
		    struct flow_stats *stats)
{
	struct tc_cls_matchall_offload m = {
		.common.prio = b->prio,
		.common.protocol = htons(ETH_P_ALL),
		.common.extack = &nftsw_kt_acl_get(test)->extack,
		.command = command,
		.cookie = NFTSW_KT_ACL_COOKIE,
		.rule = r ? r->rule : NULL,
	};
	struct flow_block_cb *cb;
	int err = -ENOTCONN;

	/* cls_matchall has no dissector */
	if (r)
		r->rule->match.dissector = NULL;
	list_for_each_entry(cb, &b->block.cb_list, list)
		err = cb->cb(TC_SETUP_CLSMATCHALL, &m, cb->cb_priv);
	if (stats)
		*stats = m.stats;
	return err;
}

static void matchall_takes_every_frame(struct kunit *test)
{
	struct nftsw_kt_acl *ctx = nftsw_kt_acl_get(test);
	struct nftsw_kt_acl_rule *r = nftsw_kt_acl_rule_new(test);
	struct flow_stats stats = {};
	struct nftsw_kt_frame f;

	nftsw_kt_acl_action(r, FLOW_ACTION_DROP);
	KUNIT_ASSERT_EQ(test, matchall(test, &ctx->tc, TC_CLSMATCHALL_REPLACE, r, NULL), 0);
	nftsw_kt_acl_frame(test, &f);
	nftsw_kt_acl_expect_dropped(test, LAN, &f);
	KUNIT_EXPECT_EQ(test, nftsw_acl_refresh(ctx->kt->ns), 0);
	KUNIT_EXPECT_EQ(test, matchall(test, &ctx->tc, TC_CLSMATCHALL_STATS, NULL, &stats), 0);
	KUNIT_EXPECT_EQ(test, stats.pkts, 1ull);
	KUNIT_EXPECT_EQ(test, matchall(test, &ctx->tc, TC_CLSMATCHALL_DESTROY, NULL, NULL), 0);
	nftsw_kt_acl_expect_cpu(test, LAN, &f);
}

/* What a port polices of all that comes in. */
static void matchall_polices_a_port(struct kunit *test)
{
	struct nftsw_kt_acl *ctx = nftsw_kt_acl_get(test);
	struct flow_stats stats = {};

	KUNIT_ASSERT_EQ(test, matchall(test, &ctx->tc, TC_CLSMATCHALL_REPLACE,
				       police_rule(test, 7, 2), NULL), 0);
	KUNIT_EXPECT_EQ(test, dropped_of(test, LAN, 5), 3u);
	KUNIT_EXPECT_EQ(test, nftsw_acl_refresh(ctx->kt->ns), 0);
	KUNIT_EXPECT_EQ(test, matchall(test, &ctx->tc, TC_CLSMATCHALL_STATS, NULL, &stats), 0);
	KUNIT_EXPECT_EQ(test, stats.drops, 3ull);
	KUNIT_EXPECT_EQ(test, matchall(test, &ctx->tc, TC_CLSMATCHALL_DESTROY, NULL, NULL), 0);
	KUNIT_EXPECT_EQ(test, dropped_of(test, LAN, 5), 0u);
	KUNIT_EXPECT_EQ(test, meters_used(test), 0u);
}

/* ---- egress ---- */

static int egress_block(struct kunit *test, struct nftsw_kt_acl_block *b, u32 port,
			enum flow_block_command command)
{
	struct flow_block_cb *cb, *next;
	struct flow_block_offload bo;
	int err;

	nftsw_kt_acl_bo(test, b, &bo, command);
	bo.binder_type = FLOW_BLOCK_BINDER_TYPE_CLSACT_EGRESS;
	rtnl_lock();
	err = nftsw_kt_acl_setup(test, port, &bo);
	rtnl_unlock();
	if (command == FLOW_BLOCK_BIND) {
		list_splice(&bo.cb_list, &b->block.cb_list);
		return err;
	}
	list_for_each_entry_safe(cb, next, &bo.cb_list, list) {
		list_del(&cb->list);
		flow_block_cb_free(cb);
	}
	return err;
}

/* Frames that a rule sends on leave through WAN; copies of them through OTHER. */
static void egress_expect(struct kunit *test, bool copied)
{
	struct nftsw_kt *kt = nftsw_kt_acl_get(test)->kt;
	struct nftsw_kt_frame f;

	nftsw_kt_acl_frame(test, &f);
	nftsw_kt_send(kt, LAN, &f);
	nftsw_kt_settle(kt);
	nftsw_kt_expect_egress(kt, WAN, &f);
	if (copied)
		nftsw_kt_expect_egress(kt, OTHER, &f);
	nftsw_kt_expect_quiet(kt);
}

static void egress_is_mirrored(struct kunit *test)
{
	struct nftsw_kt_acl *ctx = nftsw_kt_acl_get(test);
	struct nftsw_kt_acl_rule *out = nftsw_kt_acl_rule_new(test);
	struct nftsw_kt_acl_rule *copy = nftsw_kt_acl_rule_new(test);
	struct nftsw_kt_acl_rule *drop = nftsw_kt_acl_rule_new(test);
	struct nftsw_kt_acl_block b = { .tc = true };

	flow_block_init(&b.block);
	KUNIT_ASSERT_EQ(test, egress_block(test, &b, WAN, FLOW_BLOCK_BIND), 0);
	nftsw_kt_acl_action_dev(out, FLOW_ACTION_REDIRECT, nftsw_kt_acl_dev(test, WAN));
	KUNIT_ASSERT_EQ(test, nftsw_kt_acl_replace(test, &ctx->tc, 1, out), 0);
	nftsw_kt_acl_action_dev(copy, FLOW_ACTION_MIRRED, nftsw_kt_acl_dev(test, OTHER));
	nftsw_kt_acl_action(drop, FLOW_ACTION_DROP);
	egress_expect(test, false);
	KUNIT_EXPECT_EQ(test, matchall(test, &b, TC_CLSMATCHALL_REPLACE, drop, NULL),
			-EOPNOTSUPP);
	KUNIT_EXPECT_NOT_NULL(test, ctx->extack._msg);
	KUNIT_EXPECT_EQ(test, matchall(test, &b, TC_CLSMATCHALL_REPLACE, copy, NULL), 0);
	egress_expect(test, true);
	KUNIT_EXPECT_EQ(test, nftsw_tc_offload_set(ctx->kt->ns->ports[WAN], false), -EBUSY);
	KUNIT_EXPECT_EQ(test, matchall(test, &b, TC_CLSMATCHALL_REPLACE, copy, NULL), -EBUSY);
	KUNIT_EXPECT_EQ(test, matchall(test, &b, TC_CLSMATCHALL_DESTROY, NULL, NULL), 0);
	egress_expect(test, false);
	KUNIT_EXPECT_EQ(test, egress_block(test, &b, WAN, FLOW_BLOCK_UNBIND), 0);
	KUNIT_EXPECT_TRUE(test, list_empty(&b.block.cb_list));
}

static struct kunit_case meter_cases[] = {
	KUNIT_CASE(police_holds_its_rate),
	KUNIT_CASE(filters_share_an_action),
	KUNIT_CASE(changed_filter_changes_its_meter),
	KUNIT_CASE(meters_run_out),
	KUNIT_CASE(reset_brings_meters_back),
	KUNIT_CASE(unanswered_deletion_keeps_the_meter),
	KUNIT_CASE(matchall_takes_every_frame),
	KUNIT_CASE(matchall_polices_a_port),
	KUNIT_CASE(egress_is_mirrored),
	{}
};

static struct kunit_suite meter_suite = {
	.name = "nftsw_meter",
	.init = nftsw_kt_acl_init,
	.exit = nftsw_kt_acl_exit,
	.test_cases = meter_cases,
};

kunit_test_suite(meter_suite);

MODULE_DESCRIPTION("KUnit tests of nftsw's meters and mirrors");
MODULE_LICENSE("GPL");
