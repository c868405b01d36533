// SPDX-License-Identifier: GPL-2.0
/*
 * Offloaded rules: order, actions, counters, blocks and ports, resets and faults.  Floor 11.
 */

#include <kunit/test.h>
#include <linux/delay.h>
#include <linux/rtnetlink.h>
#include "nftsw_kt_acl.h"

#define ACL_LAN	  NFTSW_KT_ACL_LAN
#define ACL_WAN	  NFTSW_KT_ACL_WAN
#define ACL_OTHER NFTSW_KT_ACL_OTHER

/* ---- rule number @n of the chain ---- */

static int nft_replace(struct kunit *test, u32 n, const struct nftsw_kt_acl_rule *r)
{
	struct nftsw_kt_acl *ctx = nftsw_kt_acl_get(test);

	return nftsw_kt_acl_replace(test, &ctx->nft, NFTSW_KT_ACL_COOKIE + n, r);
}

static int nft_destroy(struct kunit *test, u32 n)
{
	struct nftsw_kt_acl *ctx = nftsw_kt_acl_get(test);

	return nftsw_kt_acl_destroy(test, &ctx->nft, NFTSW_KT_ACL_COOKIE + n);
}

static void nft_add(struct kunit *test, u32 n, enum flow_action_id id)
{
	struct nftsw_kt_acl *ctx = nftsw_kt_acl_get(test);

	nftsw_kt_acl_add(test, &ctx->nft, NFTSW_KT_ACL_COOKIE + n, id);
}

static void nft_expect_stats(struct kunit *test, u32 n, u64 packets)
{
	struct nftsw_kt_acl *ctx = nftsw_kt_acl_get(test);

	nftsw_kt_acl_expect_stats(test, &ctx->nft, NFTSW_KT_ACL_COOKIE + n, packets);
}

/* ---- order ---- */

static void first_rule_of_a_chain_wins(struct kunit *test)
{
	struct nftsw_kt_acl *ctx = nftsw_kt_acl_get(test);
	struct nftsw_kt_acl_rule *r = nftsw_kt_acl_rule_new(test);
	struct nftsw_kt_frame f;

	nftsw_kt_acl_frame(test, &f);
	nftsw_kt_acl_tuple(r, &ctx->conn);
	nftsw_kt_acl_action(r, FLOW_ACTION_ACCEPT);
	KUNIT_ASSERT_EQ(test, nft_replace(test, 0, r), 0);
	nft_add(test, 1, FLOW_ACTION_DROP);
	nftsw_kt_acl_expect_cpu(test, ACL_LAN, &f);
	f.sport++;
	nftsw_kt_acl_expect_dropped(test, ACL_LAN, &f);
	f.sport--;
	/* deleted and added again it is the last one */
	KUNIT_EXPECT_EQ(test, nft_destroy(test, 0), 0);
	KUNIT_ASSERT_EQ(test, nft_replace(test, 0, r), 0);
	nftsw_kt_acl_expect_dropped(test, ACL_LAN, &f);
}

/* tc before nft, whatever their priorities; and what one accepts the other sees. */
static void blocks_come_one_after_the_other(struct kunit *test)
{
	struct nftsw_kt_acl *ctx = nftsw_kt_acl_get(test);
	struct nftsw_kt_acl_block late = { .prio = 11 };
	struct nftsw_hw_acl_record rec;
	struct nftsw_kt_frame f;

	flow_block_init(&late.block);
	KUNIT_ASSERT_EQ(test, nftsw_kt_acl_bind(test, &late, ACL_LAN), 0);
	nftsw_kt_acl_frame(test, &f);
	nftsw_kt_acl_add(test, &late, NFTSW_KT_ACL_COOKIE, FLOW_ACTION_DROP);
	nft_add(test, 0, FLOW_ACTION_ACCEPT);
	nftsw_kt_acl_add(test, &ctx->tc, NFTSW_KT_ACL_COOKIE, FLOW_ACTION_ACCEPT);
	nftsw_kt_acl_expect_dropped(test, ACL_LAN, &f);
	KUNIT_EXPECT_TRUE(test, nftsw_bm_acl(ctx->kt->bm, 0, &rec));
	KUNIT_EXPECT_EQ(test, le32_to_cpu(rec.entry.prio), 20u);
	KUNIT_EXPECT_TRUE(test, nftsw_bm_acl(ctx->kt->bm, 2, &rec));
	KUNIT_EXPECT_EQ(test, le32_to_cpu(rec.entry.prio), 0x1000bu);
	nftsw_kt_acl_expect_stats(test, &ctx->tc, NFTSW_KT_ACL_COOKIE, 1);
	nft_expect_stats(test, 0, 1);
	nftsw_kt_acl_expect_stats(test, &late, NFTSW_KT_ACL_COOKIE, 1);
	KUNIT_EXPECT_EQ(test, nftsw_kt_acl_unbind(test, &late, ACL_LAN), 0);
	nftsw_kt_acl_expect_cpu(test, ACL_LAN, &f);
	KUNIT_EXPECT_EQ(test, nftsw_kt_acl_chip_count(test), 2u);
}

/* A refused ruleset: what it has deleted comes back to its old place. */
static void undone_deletion_keeps_its_place(struct kunit *test)
{
	struct nftsw_kt_acl_rule *accept = nftsw_kt_acl_rule_new(test);
	struct nftsw_kt_acl_rule *drop = nftsw_kt_acl_rule_new(test);
	struct nftsw_kt_acl_rule *bad = nftsw_kt_acl_rule_new(test);
	struct nftsw_kt_frame f;

	nftsw_kt_acl_frame(test, &f);
	nftsw_kt_acl_action(accept, FLOW_ACTION_ACCEPT);
	nftsw_kt_acl_action(drop, FLOW_ACTION_DROP);
	nftsw_kt_acl_action(bad, FLOW_ACTION_MANGLE);
	KUNIT_ASSERT_EQ(test, nft_replace(test, 0, accept), 0);
	KUNIT_ASSERT_EQ(test, nft_replace(test, 1, drop), 0);
	/* a ruleset that begins well ... */
	KUNIT_EXPECT_EQ(test, nft_destroy(test, 0), 0);
	KUNIT_EXPECT_EQ(test, nft_destroy(test, 1), 0);
	nft_add(test, 2, FLOW_ACTION_DROP);
	KUNIT_EXPECT_NE(test, nft_replace(test, 3, bad), 0);
	/* ... and is undone backwards */
	KUNIT_EXPECT_EQ(test, nft_destroy(test, 2), 0);
	KUNIT_EXPECT_EQ(test, nft_replace(test, 1, drop), 0);
	KUNIT_EXPECT_EQ(test, nft_replace(test, 0, accept), 0);
	nftsw_kt_acl_expect_cpu(test, ACL_LAN, &f);
}

/* ---- actions ---- */

static void fwd_leaves_through_the_port(struct kunit *test)
{
	struct nftsw_kt_acl *ctx = nftsw_kt_acl_get(test);
	struct nftsw_kt_acl_rule *r = nftsw_kt_acl_rule_new(test);
	struct nftsw_kt_frame f;

	nftsw_kt_acl_tuple(r, &ctx->conn);
	nftsw_kt_acl_action_dev(r, FLOW_ACTION_REDIRECT,
				nftsw_kt_acl_dev(test, ACL_OTHER));
	KUNIT_ASSERT_EQ(test, nft_replace(test, 0, r), 0);
	nftsw_kt_acl_frame(test, &f);
	nftsw_kt_send(ctx->kt, ACL_LAN, &f);
	nftsw_kt_expect_egress(ctx->kt, ACL_OTHER, &f);
	nftsw_kt_settle(ctx->kt);
	nftsw_kt_expect_quiet(ctx->kt);
	nft_expect_stats(test, 0, 1);
}

/* Software copies what it sees itself, so the chip must not. */
static void dup_copies_once(struct kunit *test)
{
	struct nftsw_kt_acl *ctx = nftsw_kt_acl_get(test);
	struct nftsw_kt_acl_rule *r = nftsw_kt_acl_rule_new(test);
	struct nftsw_kt_frame f;

	nftsw_kt_acl_action_dev(r, FLOW_ACTION_MIRRED, nftsw_kt_acl_dev(test, ACL_OTHER));
	KUNIT_ASSERT_EQ(test, nft_replace(test, 0, r), 0);
	nftsw_kt_acl_frame(test, &f);
	nftsw_kt_acl_expect_cpu(test, ACL_LAN, &f);
	nft_add(test, 1, FLOW_ACTION_DROP);
	nftsw_kt_send(ctx->kt, ACL_LAN, &f);
	nftsw_kt_expect_egress(ctx->kt, ACL_OTHER, &f);
	nftsw_kt_settle(ctx->kt);
	nftsw_kt_expect_quiet(ctx->kt);
	nft_expect_stats(test, 0, 1);
	nft_expect_stats(test, 1, 1);
}

/* What tc mirrors it does not classify any further. */
static void tc_mirror_ends(struct kunit *test)
{
	struct nftsw_kt_acl *ctx = nftsw_kt_acl_get(test);
	struct nftsw_kt_acl_rule *r = nftsw_kt_acl_rule_new(test);
	struct nftsw_hw_acl_record rec;

	nftsw_kt_acl_action_dev(r, FLOW_ACTION_MIRRED, nftsw_kt_acl_dev(test, ACL_OTHER));
	KUNIT_ASSERT_EQ(test,
			nftsw_kt_acl_replace(test, &ctx->tc, NFTSW_KT_ACL_COOKIE, r), 0);
	KUNIT_ASSERT_EQ(test, nft_replace(test, 0, r), 0);
	KUNIT_ASSERT_TRUE(test, nftsw_bm_acl(ctx->kt->bm, 0, &rec));
	KUNIT_EXPECT_EQ(test, rec.entry.verdict, NFTSW_ACL_VERDICT_PASS);
	KUNIT_ASSERT_TRUE(test, nftsw_bm_acl(ctx->kt->bm, 1, &rec));
	KUNIT_EXPECT_EQ(test, rec.entry.verdict, NFTSW_ACL_VERDICT_NEXT);
}

/* Frames of a connection in the chip come to software, as long as the filter is there. */
static void trap_brings_a_connection_to_software(struct kunit *test)
{
	struct nftsw_kt_acl *ctx = nftsw_kt_acl_get(test);
	struct nftsw_kt_ft *kf = nftsw_kt_ft_new(test, NFPROTO_IPV4);
	struct nftsw_kt_acl_rule *r = nftsw_kt_acl_rule_new(test);
	u64 before = nftsw_bm_reason(ctx->kt->bm, NFTSW_REASON_ACL_TRAP);
	struct nftsw_kt_frame f;
	u32 i;

	for (i = 0; i < 2; i++)
		KUNIT_ASSERT_EQ(test, nftsw_kt_ft_bind(kf, nftsw_kt_acl_dev(test, i)), 0);
	KUNIT_ASSERT_EQ(test, nftsw_kt_offload(ctx->kt, kf, &ctx->conn, 1), 0);
	nftsw_kt_acl_tuple(r, &ctx->conn);
	nftsw_kt_acl_action(r, FLOW_ACTION_TRAP);
	KUNIT_ASSERT_EQ(test, nftsw_kt_acl_replace(test, &ctx->tc, NFTSW_KT_ACL_COOKIE, r), 0);
	nftsw_kt_acl_frame(test, &f);
	nftsw_kt_acl_expect_cpu(test, ACL_LAN, &f);
	KUNIT_EXPECT_EQ(test, nftsw_bm_reason(ctx->kt->bm, NFTSW_REASON_ACL_TRAP), before + 1);
	nftsw_kt_expect_forward(ctx->kt, &ctx->conn, NFTSW_KT_REPLY);
	KUNIT_EXPECT_EQ(test, nftsw_kt_acl_destroy(test, &ctx->tc, NFTSW_KT_ACL_COOKIE), 0);
	nftsw_kt_expect_forward(ctx->kt, &ctx->conn, NFTSW_KT_ORIG);
	KUNIT_EXPECT_EQ(test, nftsw_kt_acl_diffs(test), 0u);
	for (i = 0; i < 2; i++)
		nftsw_kt_ft_unbind(kf, nftsw_kt_acl_dev(test, i));
	nftsw_kt_ft_free(test, kf);
}

static void connection_stops_and_resumes(struct kunit *test)
{
	struct nftsw_kt_acl *ctx = nftsw_kt_acl_get(test);
	struct nftsw_kt_ft *kf = nftsw_kt_ft_new(test, NFPROTO_IPV4);
	struct nftsw_kt_acl_rule *r = nftsw_kt_acl_rule_new(test);
	struct nftsw_kt_frame f;
	u32 i;

	for (i = 0; i < 2; i++)
		KUNIT_ASSERT_EQ(test, nftsw_kt_ft_bind(kf, nftsw_kt_acl_dev(test, i)), 0);
	KUNIT_ASSERT_EQ(test, nftsw_kt_offload(ctx->kt, kf, &ctx->conn, 1), 0);
	nftsw_kt_expect_forward(ctx->kt, &ctx->conn, NFTSW_KT_ORIG);
	nftsw_kt_acl_tuple(r, &ctx->conn);
	nftsw_kt_acl_action(r, FLOW_ACTION_DROP);
	KUNIT_ASSERT_EQ(test, nft_replace(test, 0, r), 0);
	nftsw_kt_acl_frame(test, &f);
	nftsw_kt_acl_expect_dropped(test, ACL_LAN, &f);
	nftsw_kt_expect_forward(ctx->kt, &ctx->conn, NFTSW_KT_REPLY);
	KUNIT_EXPECT_EQ(test, nft_destroy(test, 0), 0);
	nftsw_kt_expect_forward(ctx->kt, &ctx->conn, NFTSW_KT_ORIG);
	for (i = 0; i < 2; i++)
		nftsw_kt_ft_unbind(kf, nftsw_kt_acl_dev(test, i));
	nftsw_kt_ft_free(test, kf);
}

/* ---- counters ---- */

static void stats_are_differences(struct kunit *test)
{
	struct nftsw_kt_acl *ctx = nftsw_kt_acl_get(test);
	struct flow_stats stats = {};
	struct nftsw_kt_frame f;
	u32 i;

	nft_add(test, 0, FLOW_ACTION_DROP);
	nftsw_kt_acl_frame(test, &f);
	nft_expect_stats(test, 0, 0);
	for (i = 0; i < 3; i++)
		nftsw_kt_acl_expect_dropped(test, ACL_LAN, &f);
	nft_expect_stats(test, 0, 3);
	nft_expect_stats(test, 0, 0);
	nftsw_kt_acl_expect_dropped(test, ACL_LAN, &f);
	nft_expect_stats(test, 0, 1);
	/* nobody inherits the counters of a number that is used again */
	KUNIT_EXPECT_EQ(test, nft_destroy(test, 0), 0);
	nft_add(test, 0, FLOW_ACTION_DROP);
	nft_expect_stats(test, 0, 0);
	KUNIT_EXPECT_EQ(test, nftsw_kt_acl_cls(test, &ctx->nft, FLOW_CLS_STATS, 1, NULL,
					       &stats), -ENOENT);
}

/* Who asks again gets what has been counted since, long before the second is over. */
static void stats_are_fetched_for_who_asks(struct kunit *test)
{
	struct nftsw_kt_acl *ctx = nftsw_kt_acl_get(test);
	struct flow_stats stats = {};
	struct nftsw_kt_frame f;
	u32 tries = 0;

	nft_add(test, 0, FLOW_ACTION_DROP);
	msleep(NFTSW_ACL_CTR_MS + 50);
	nftsw_kt_acl_frame(test, &f);
	nftsw_kt_acl_expect_dropped(test, ACL_LAN, &f);
	while (!stats.pkts && tries++ < 10) {
		KUNIT_EXPECT_EQ(test, nftsw_kt_acl_cls(test, &ctx->nft, FLOW_CLS_STATS,
						       NFTSW_KT_ACL_COOKIE, NULL, &stats), 0);
		msleep(NFTSW_ACL_CTR_SOON_MS + 10);
	}
	KUNIT_EXPECT_EQ(test, stats.pkts, 1ull);
}

/* nft lists a ruleset in an RCU section. */
static void stats_do_not_sleep(struct kunit *test)
{
	struct nftsw_kt_acl *ctx = nftsw_kt_acl_get(test);
	struct flow_stats stats = {};

	nft_add(test, 0, FLOW_ACTION_DROP);
	rcu_read_lock();
	KUNIT_EXPECT_EQ(test,
			nftsw_kt_acl_cls(test, &ctx->nft, FLOW_CLS_STATS,
					 NFTSW_KT_ACL_COOKIE, NULL, &stats),
			0);
	rcu_read_unlock();
}

/* The kernel's own counter has what went to the CPU; the chip adds what did not. */
static void accept_counts_what_software_does_not(struct kunit *test)
{
	struct nftsw_kt_frame f;

	nft_add(test, 0, FLOW_ACTION_ACCEPT);
	nftsw_kt_acl_frame(test, &f);
	nftsw_kt_acl_expect_cpu(test, ACL_LAN, &f);
	nft_expect_stats(test, 0, 0);
}

/* ---- blocks and ports ---- */

static void ports_share_a_rule(struct kunit *test)
{
	struct nftsw_kt_acl *ctx = nftsw_kt_acl_get(test);
	struct nftsw_kt_frame f;

	nft_add(test, 0, FLOW_ACTION_DROP);
	KUNIT_EXPECT_EQ(test, nftsw_kt_acl_chip_count(test), 1u);
	nftsw_kt_acl_frame(test, &f);
	nftsw_kt_acl_expect_dropped(test, ACL_LAN, &f);
	ether_addr_copy(f.dmac, nftsw_kt_acl_dev(test, ACL_WAN)->dev_addr);
	nftsw_kt_acl_expect_dropped(test, ACL_WAN, &f);
	/* a port that comes later gets the rules that are there */
	ether_addr_copy(f.dmac, nftsw_kt_acl_dev(test, ACL_OTHER)->dev_addr);
	nftsw_kt_acl_expect_cpu(test, ACL_OTHER, &f);
	KUNIT_EXPECT_EQ(test, nftsw_kt_acl_bind(test, &ctx->nft, ACL_OTHER), 0);
	nftsw_kt_acl_expect_dropped(test, ACL_OTHER, &f);
	KUNIT_EXPECT_EQ(test, nftsw_kt_acl_unbind(test, &ctx->nft, ACL_OTHER), 0);
	nftsw_kt_acl_expect_cpu(test, ACL_OTHER, &f);
	KUNIT_EXPECT_EQ(test, nftsw_kt_acl_chip_count(test), 1u);
	KUNIT_EXPECT_EQ(test, nftsw_kt_acl_diffs(test), 0u);
	nft_expect_stats(test, 0, 3);
}

static void last_port_takes_the_rules(struct kunit *test)
{
	struct nftsw_kt_acl *ctx = nftsw_kt_acl_get(test);

	nft_add(test, 0, FLOW_ACTION_DROP);
	nftsw_kt_acl_add(test, &ctx->tc, NFTSW_KT_ACL_COOKIE, FLOW_ACTION_DROP);
	KUNIT_EXPECT_EQ(test, nftsw_kt_acl_unbind(test, &ctx->nft, ACL_LAN), 0);
	KUNIT_EXPECT_EQ(test, nftsw_kt_acl_chip_count(test), 2u);
	KUNIT_EXPECT_EQ(test, nftsw_kt_acl_unbind(test, &ctx->nft, ACL_WAN), 0);
	KUNIT_EXPECT_EQ(test, nftsw_kt_acl_chip_count(test), 1u);
	KUNIT_EXPECT_EQ(test, nftsw_acl_occ_get(ctx->kt->ns), 1ull);
	KUNIT_EXPECT_EQ(test, nftsw_kt_acl_unbind(test, &ctx->nft, ACL_WAN), -ENOENT);
}

/* A rule with "iif" waits when its port is taken out of the chain. */
static void rule_of_an_absent_port_waits(struct kunit *test)
{
	struct nftsw_kt_acl *ctx = nftsw_kt_acl_get(test);
	struct nftsw_kt_acl_rule *r = nftsw_kt_acl_rule_new(test);
	struct nftsw_kt_frame f;

	nftsw_kt_acl_frame(test, &f);
	NFTSW_KT_ACL_USED(r, META, meta);
	r->match.key.meta.ingress_ifindex = ctx->conn.client.dev->ifindex;
	r->match.mask.meta.ingress_ifindex = ~0;
	nftsw_kt_acl_action(r, FLOW_ACTION_DROP);
	KUNIT_ASSERT_EQ(test, nft_replace(test, 0, r), 0);
	nftsw_kt_send(ctx->kt, ACL_LAN, &f);
	nft_expect_stats(test, 0, 1);
	KUNIT_EXPECT_EQ(test, nftsw_kt_acl_unbind(test, &ctx->nft, ACL_LAN), 0);
	KUNIT_EXPECT_EQ(test, nftsw_kt_acl_chip_count(test), 0u);
	KUNIT_EXPECT_EQ(test, nftsw_kt_acl_diffs(test), 0u);
	KUNIT_EXPECT_EQ(test, nftsw_kt_acl_bind(test, &ctx->nft, ACL_LAN), 0);
	KUNIT_EXPECT_EQ(test, nftsw_kt_acl_chip_count(test), 1u);
	/* the chip counts from 0, and nothing is lost or told twice */
	nftsw_kt_send(ctx->kt, ACL_LAN, &f);
	nft_expect_stats(test, 0, 1);
}

/* The port leaves, but the chip did not take that: it does when asked again. */
static void port_that_stays_is_tried_again(struct kunit *test)
{
	struct nftsw_kt_acl *ctx = nftsw_kt_acl_get(test);
	struct nftsw_kt_frame f;

	nftsw_kt_acl_frame(test, &f);
	KUNIT_ASSERT_EQ(test, nftsw_kt_acl_bind(test, &ctx->nft, ACL_OTHER), 0);
	nft_add(test, 0, FLOW_ACTION_DROP);
	nftsw_bm_fault(ctx->kt->bm, NFM_FAULT_CMD_STATUS, 1);
	KUNIT_EXPECT_EQ(test, nftsw_kt_acl_unbind(test, &ctx->nft, ACL_LAN), 0);
	nftsw_bm_fault(ctx->kt->bm, NFM_FAULT_CMD_STATUS, 0);
	KUNIT_EXPECT_EQ(test, nftsw_kt_acl_diffs(test), 1u);
	msleep(NFTSW_ACL_CTR_MS + 200);
	KUNIT_EXPECT_EQ(test, nftsw_kt_acl_diffs(test), 0u);
	nftsw_kt_acl_expect_cpu(test, ACL_LAN, &f);
}

static void binds_on_ingress_and_once(struct kunit *test)
{
	struct nftsw_kt_acl *ctx = nftsw_kt_acl_get(test);
	struct flow_block_offload bo;

	KUNIT_EXPECT_EQ(test, nftsw_kt_acl_bind(test, &ctx->nft, ACL_LAN), -EEXIST);
	KUNIT_EXPECT_NOT_NULL(test, ctx->extack._msg);
	ctx->extack._msg = NULL;
	nftsw_kt_acl_bo(test, &ctx->nft, &bo, FLOW_BLOCK_BIND);
	bo.binder_type = FLOW_BLOCK_BINDER_TYPE_CLSACT_EGRESS;
	KUNIT_EXPECT_EQ(test, nftsw_kt_acl_setup(test, ACL_OTHER, &bo), -EOPNOTSUPP);
	KUNIT_EXPECT_NOT_NULL(test, ctx->extack._msg);
	KUNIT_EXPECT_TRUE(test, list_empty(&bo.cb_list));
}

/* Up to 7.3 nft does not unbind a netdev that is unregistered, and goes on calling. */
static void ports_may_go_without_a_word(struct kunit *test)
{
	struct nftsw_kt_acl *ctx = nftsw_kt_acl_get(test);
	struct nftsw_kt_acl_rule *r = nftsw_kt_acl_rule_new(test);
	struct flow_block_cb *cb, *next;
	struct flow_stats stats = {};

	nft_add(test, 0, FLOW_ACTION_DROP);
	nftsw_kt_acl_action(r, FLOW_ACTION_DROP);
	nftsw_kt_remove(ctx->kt);
	KUNIT_EXPECT_EQ(test, nft_replace(test, 1, r), -ENODEV);
	KUNIT_EXPECT_EQ(test, nftsw_kt_acl_cls(test, &ctx->nft, FLOW_CLS_STATS,
					       NFTSW_KT_ACL_COOKIE, NULL, &stats), -ENODEV);
	KUNIT_EXPECT_EQ(test, nft_destroy(test, 0), 0);
	list_splice(&ctx->tc.block.cb_list, &ctx->nft.block.cb_list);
	list_for_each_entry_safe(cb, next, &ctx->nft.block.cb_list, list)
		flow_block_cb_free(cb);
}

static void acl_features(struct kunit *test, u32 port, bool on)
{
	struct net_device *dev = nftsw_kt_acl_dev(test, port);

	rtnl_lock();
	if (on)
		dev->wanted_features |= NETIF_F_HW_TC;
	else
		dev->wanted_features &= ~NETIF_F_HW_TC;
	netdev_update_features(dev);
	rtnl_unlock();
}

static void hw_tc_offload_is_asked_for(struct kunit *test)
{
	struct nftsw_kt_acl *ctx = nftsw_kt_acl_get(test);
	struct nftsw_kt_acl_rule *r = nftsw_kt_acl_rule_new(test);

	nftsw_kt_acl_action(r, FLOW_ACTION_DROP);
	acl_features(test, ACL_WAN, false);
	KUNIT_EXPECT_EQ(test, nft_replace(test, 0, r), -EOPNOTSUPP);
	KUNIT_EXPECT_EQ(test, ctx->kt->ns->acl->refused[NFTSW_ACL_REFUSAL_PORT_OFF],
			1ull);
	acl_features(test, ACL_WAN, true);
	KUNIT_EXPECT_EQ(test, nft_replace(test, 0, r), 0);
	/* and is not switched off below rules */
	acl_features(test, ACL_WAN, false);
	KUNIT_EXPECT_TRUE(test,
			  nftsw_kt_acl_dev(test, ACL_WAN)->features & NETIF_F_HW_TC);
	KUNIT_EXPECT_EQ(test, nftsw_kt_acl_chip_count(test), 1u);
	acl_features(test, ACL_WAN, true);
}

/* ---- the chip ---- */

static void full_list_is_told(struct kunit *test)
{
	struct nftsw_kt_acl *ctx = nftsw_kt_acl_get(test);
	struct nftsw_kt_acl_rule *r = nftsw_kt_acl_rule_new(test);
	u32 i, n = ctx->kt->ns->info.acls;

	KUNIT_ASSERT_EQ(test, n, 256u);
	nftsw_kt_acl_action(r, FLOW_ACTION_ACCEPT);
	for (i = 0; i < n; i++)
		KUNIT_ASSERT_EQ(test, nft_replace(test, i, r), 0);
	KUNIT_EXPECT_EQ(test, nft_replace(test, n, r), -ENOSPC);
	KUNIT_EXPECT_EQ(test, ctx->kt->ns->acl->refused[NFTSW_ACL_REFUSAL_FULL], 1ull);
	KUNIT_EXPECT_EQ(test, nftsw_kt_acl_chip_count(test), n);
	KUNIT_EXPECT_EQ(test, nftsw_acl_occ_get(ctx->kt->ns), (u64)n);
	KUNIT_EXPECT_EQ(test, nftsw_kt_acl_diffs(test), 0u);
	KUNIT_EXPECT_EQ(test, nft_destroy(test, 7), 0);
	KUNIT_EXPECT_EQ(test, nft_replace(test, n, r), 0);
}

/* The kernel does not tell rules again: they have to be there after a reset. */
static void reset_brings_rules_back(struct kunit *test)
{
	struct nftsw_kt_acl *ctx = nftsw_kt_acl_get(test);
	struct nftsw_kt_frame f;

	nft_add(test, 0, FLOW_ACTION_DROP);
	nftsw_kt_acl_frame(test, &f);
	nftsw_kt_acl_expect_dropped(test, ACL_LAN, &f);
	nft_expect_stats(test, 0, 1);
	devl_lock(ctx->kt->ns->devlink);
	nftsw_core_down(ctx->kt->ns);
	nft_add(test, 1, FLOW_ACTION_ACCEPT);
	KUNIT_EXPECT_EQ(test, nftsw_kt_acl_chip_count(test), 0u);
	KUNIT_EXPECT_EQ(test, nftsw_core_up(ctx->kt->ns), 0);
	devl_unlock(ctx->kt->ns->devlink);
	nftsw_kt_settle(ctx->kt);
	nftsw_kt_flush(ctx->kt);
	KUNIT_EXPECT_EQ(test, nftsw_kt_acl_chip_count(test), 2u);
	nftsw_kt_acl_expect_dropped(test, ACL_LAN, &f);
	nft_expect_stats(test, 0, 1);
}

static void refused_write_leaves_nothing(struct kunit *test)
{
	struct nftsw_kt_acl *ctx = nftsw_kt_acl_get(test);
	struct nftsw_kt_acl_rule *r = nftsw_kt_acl_rule_new(test);

	nftsw_kt_acl_action(r, FLOW_ACTION_DROP);
	nftsw_bm_fault(ctx->kt->bm, NFM_FAULT_TABLE_FULL, 1);
	KUNIT_EXPECT_EQ(test, nft_replace(test, 0, r), -ENOSPC);
	nftsw_bm_fault(ctx->kt->bm, NFM_FAULT_TABLE_FULL, 0);
	KUNIT_EXPECT_EQ(test, ctx->kt->ns->acl->failed, 1ull);
	KUNIT_EXPECT_NOT_NULL(test, ctx->extack._msg);
	KUNIT_EXPECT_EQ(test, nftsw_acl_occ_get(ctx->kt->ns), 0ull);
	KUNIT_EXPECT_EQ(test, nft_replace(test, 0, r), 0);
}

/* nft takes an error for a bug, so the driver has to see to it alone. */
static void deletion_that_fails_is_tried_again(struct kunit *test)
{
	struct nftsw_kt_acl *ctx = nftsw_kt_acl_get(test);
	u32 i;

	nft_add(test, 0, FLOW_ACTION_ACCEPT);
	nftsw_bm_fault(ctx->kt->bm, NFM_FAULT_CMD_STATUS, 1);
	KUNIT_EXPECT_EQ(test, nft_destroy(test, 0), 0);
	nftsw_bm_fault(ctx->kt->bm, NFM_FAULT_CMD_STATUS, 0);
	KUNIT_EXPECT_EQ(test, nftsw_kt_acl_diffs(test), 0u);
	for (i = 0; i < 50 && nftsw_acl_occ_get(ctx->kt->ns); i++)
		msleep(100);
	KUNIT_EXPECT_EQ(test, nftsw_acl_occ_get(ctx->kt->ns), 0ull);
	KUNIT_EXPECT_EQ(test, nftsw_kt_acl_chip_count(test), 0u);
}

static void audit_sees_each_difference(struct kunit *test)
{
	struct nftsw_kt_acl *ctx = nftsw_kt_acl_get(test);
	struct nftsw *ns = ctx->kt->ns;
	struct nftsw_hw_acl_record rec;

	nft_add(test, 0, FLOW_ACTION_DROP);
	nft_add(test, 1, FLOW_ACTION_ACCEPT);
	KUNIT_EXPECT_EQ(test, nftsw_kt_acl_diffs(test), 0u);
	KUNIT_ASSERT_TRUE(test, nftsw_bm_acl(ctx->kt->bm, 0, &rec));
	KUNIT_EXPECT_EQ(test, nftsw_hw_acl_del(ns, le32_to_cpu(rec.entry.index)), 0);
	KUNIT_EXPECT_EQ(test, nftsw_kt_acl_diffs(test), 1u);
	rec.entry.verdict = NFTSW_ACL_VERDICT_PASS;
	KUNIT_EXPECT_EQ(test, nftsw_hw_acl_set(ns, &rec.entry), 0);
	KUNIT_EXPECT_EQ(test, nftsw_kt_acl_diffs(test), 1u);
	rec.entry.index = cpu_to_le32(99);
	KUNIT_EXPECT_EQ(test, nftsw_hw_acl_set(ns, &rec.entry), 0);
	KUNIT_EXPECT_EQ(test, nftsw_kt_acl_diffs(test), 2u);
	KUNIT_EXPECT_EQ(test, nftsw_hw_acl_del(ns, 99), 0);
	KUNIT_EXPECT_EQ(test, nft_destroy(test, 0), 0);
	KUNIT_EXPECT_EQ(test, nftsw_kt_acl_diffs(test), 0u);
}

static struct kunit_case acl_cases[] = {
	KUNIT_CASE(first_rule_of_a_chain_wins),
	KUNIT_CASE(blocks_come_one_after_the_other),
	KUNIT_CASE(undone_deletion_keeps_its_place),
	KUNIT_CASE(fwd_leaves_through_the_port),
	KUNIT_CASE(dup_copies_once),
	KUNIT_CASE(tc_mirror_ends),
	KUNIT_CASE(connection_stops_and_resumes),
	KUNIT_CASE(trap_brings_a_connection_to_software),
	KUNIT_CASE(stats_are_differences),
	KUNIT_CASE(stats_are_fetched_for_who_asks),
	KUNIT_CASE(stats_do_not_sleep),
	KUNIT_CASE(accept_counts_what_software_does_not),
	KUNIT_CASE(ports_share_a_rule),
	KUNIT_CASE(last_port_takes_the_rules),
	KUNIT_CASE(rule_of_an_absent_port_waits),
	KUNIT_CASE_SLOW(port_that_stays_is_tried_again),
	KUNIT_CASE(binds_on_ingress_and_once),
	KUNIT_CASE(ports_may_go_without_a_word),
	KUNIT_CASE(hw_tc_offload_is_asked_for),
	KUNIT_CASE(full_list_is_told),
	KUNIT_CASE(reset_brings_rules_back),
	KUNIT_CASE(refused_write_leaves_nothing),
	KUNIT_CASE(deletion_that_fails_is_tried_again),
	KUNIT_CASE(audit_sees_each_difference),
	{}
};

static struct kunit_suite acl_suite = {
	.name = "nftsw_acl",
	.init = nftsw_kt_acl_init,
	.exit = nftsw_kt_acl_exit,
	.test_cases = acl_cases,
};

kunit_test_suite(acl_suite);

MODULE_DESCRIPTION("KUnit tests of nftsw's offload of nft chains and tc filters");
MODULE_LICENSE("GPL");
