// SPDX-License-Identifier: GPL-2.0
/*
 * What flows have counted that leave the chip while the kernel keeps them: it is told once, and
 * nothing is kept that nobody will ask for.  Floor 11.  Every case ends with an audit.
 */

#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/kthread.h>
#include <net/flow_offload.h>
#include "../drivers/net/ethernet/nftsw/nftsw_flow.h"
#include "../drivers/net/ethernet/nftsw/nftsw_hw.h"
#include "nftsw_kt_offload.h"

#define TAIL_PACKETS	3

static u32 tail_count(struct kunit *test)
{
	struct nftsw_kt_off *ctx = test->priv;

	return ctx->kt->ns->flow->tails.count;
}

/* A connection, of which one direction has counted something. */
static void tail_begin(struct kunit *test)
{
	struct nftsw_kt_off *ctx = test->priv;
	u32 i;

	nftsw_kt_off_add(test);
	for (i = 0; i < TAIL_PACKETS; i++)
		nftsw_kt_expect_forward(ctx->kt, &ctx->conn, NFTSW_KT_ORIG);
}

static void tail_expect(struct kunit *test, u64 packets)
{
	struct nftsw_kt_off *ctx = test->priv;
	struct flow_stats stats = {};
	struct nftsw_kt_frame f;

	nftsw_kt_conn_frame(&ctx->conn, NFTSW_KT_ORIG, false, &f);
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_stats(test, NFTSW_KT_COOKIE, &stats), 0);
	KUNIT_EXPECT_EQ(test, stats.pkts, packets);
	KUNIT_EXPECT_EQ(test, stats.bytes, packets * nftsw_kt_frame_ip_len(&f));
}

static void tail_expect_none(struct kunit *test)
{
	struct flow_stats stats = {};
	u32 i;

	for (i = 0; i < 2; i++)
		KUNIT_EXPECT_EQ(test, nftsw_kt_off_stats(test, NFTSW_KT_COOKIE + i, &stats),
				-ENOENT);
	KUNIT_EXPECT_EQ(test, stats.pkts, 0ull);
	KUNIT_EXPECT_EQ(test, tail_count(test), 0u);
}

static void port_that_takes_no_flows(struct kunit *test)
{
	struct nftsw_kt_off *ctx = test->priv;

	tail_begin(test);
	nftsw_flow_offload_set(ctx->kt->ns, NFTSW_KT_WAN, false);
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_count(test), 0u);
	/* of the direction that has counted nothing there is nothing to tell */
	KUNIT_EXPECT_EQ(test, tail_count(test), 1u);
	/* netfilter offers it again, in vain */
	KUNIT_EXPECT_EQ(test, nftsw_kt_offload(ctx->kt, ctx->kf, &ctx->conn, NFTSW_KT_COOKIE),
			-EOPNOTSUPP);
	tail_expect(test, TAIL_PACKETS);
	tail_expect_none(test);
	nftsw_flow_offload_set(ctx->kt->ns, NFTSW_KT_WAN, true);
}

static void port_that_leaves_its_flowtable(struct kunit *test)
{
	struct nftsw_kt_off *ctx = test->priv;

	tail_begin(test);
	KUNIT_EXPECT_EQ(test, nftsw_kt_ft_unbind(ctx->kf, nftsw_kt_dev(ctx->kt, NFTSW_KT_WAN)), 0);
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_count(test), 0u);
	tail_expect(test, TAIL_PACKETS);
	tail_expect_none(test);
}

static void update_that_is_refused(struct kunit *test)
{
	struct nftsw_kt_off *ctx = test->priv;
	struct nftsw_kt_rule *rules = nftsw_kt_rules(test, &ctx->conn);

	tail_begin(test);
	nftsw_kt_rule_append(&rules[0], FLOW_ACTION_POLICE);
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_replace(test, NFTSW_KT_COOKIE, &rules[0]), -EOPNOTSUPP);
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_count(test), 1u);
	tail_expect(test, TAIL_PACKETS);
	KUNIT_EXPECT_EQ(test, tail_count(test), 0u);
}

/* The new one begins with what the old one was not asked for. */
static void flow_is_offloaded_again(struct kunit *test)
{
	struct nftsw_kt_off *ctx = test->priv;
	u32 i;

	tail_begin(test);
	for (i = 0; i < 2; i++) {
		nftsw_flow_offload_set(ctx->kt->ns, NFTSW_KT_WAN, false);
		KUNIT_EXPECT_EQ(test, tail_count(test), 1u);
		nftsw_flow_offload_set(ctx->kt->ns, NFTSW_KT_WAN, true);
		nftsw_kt_off_add(test);
		KUNIT_EXPECT_EQ(test, tail_count(test), 0u);
		nftsw_kt_expect_forward(ctx->kt, &ctx->conn, NFTSW_KT_ORIG);
	}
	tail_expect(test, TAIL_PACKETS + 2);
	tail_expect(test, 0);
}

static void what_was_told_is_not_told_again(struct kunit *test)
{
	struct nftsw_kt_off *ctx = test->priv;

	tail_begin(test);
	tail_expect(test, TAIL_PACKETS);
	nftsw_flow_offload_set(ctx->kt->ns, NFTSW_KT_WAN, false);
	tail_expect_none(test);
	nftsw_flow_offload_set(ctx->kt->ns, NFTSW_KT_WAN, true);
}

static void nobody_asks_for_what_is_deleted(struct kunit *test)
{
	struct nftsw_kt_off *ctx = test->priv;

	tail_begin(test);
	nftsw_flow_offload_set(ctx->kt->ns, NFTSW_KT_WAN, false);
	KUNIT_EXPECT_EQ(test, tail_count(test), 1u);
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_destroy(test, NFTSW_KT_COOKIE), -ENOENT);
	tail_expect_none(test);
	nftsw_flow_offload_set(ctx->kt->ns, NFTSW_KT_WAN, true);
	/* the next one of this cookie is another flow */
	tail_begin(test);
	tail_expect(test, TAIL_PACKETS);
}

struct tail_switcher {
	struct nftsw *ns;
	struct completion done;
};

static int tail_switch_off(void *data)
{
	struct tail_switcher *s = data;

	nftsw_flow_offload_set(s->ns, NFTSW_KT_WAN, false);
	complete_all(&s->done);
	return 0;
}

/* The chip takes its time to empty a port; netfilter deletes a flow that is on its way out. */
static void nobody_asks_for_what_is_deleted_meanwhile(struct kunit *test)
{
	struct nftsw_kt_off *ctx = test->priv;
	struct tail_switcher s = { .ns = ctx->kt->ns };
	const u64 delay = 60 * (u64)NSEC_PER_SEC;
	unsigned long index = 0;
	struct nftsw_flow *nf;
	struct task_struct *t;
	u32 i;

	tail_begin(test);
	nf = nftsw_flow_next(ctx->kt->ns->flow, &index);
	KUNIT_ASSERT_NOT_NULL(test, nf);
	init_completion(&s.done);
	nftsw_bm_fault(ctx->kt->bm, NFM_FAULT_CMD_DELAY_NS, delay);
	t = kthread_run(tail_switch_off, &s, "nftsw-switch");
	for (i = 1; !IS_ERR(t) && i < 1000 && READ_ONCE(nf->state) != NFTSW_FLOW_DEAD; i++) {
		usleep_range(1000, 2000);
		/* commands before the one that empties the port are answered */
		if (!(i % 100))
			nftsw_bm_advance(ctx->kt->bm, delay);
	}
	KUNIT_EXPECT_FALSE(test, completion_done(&s.done));
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_destroy(test, nf->id.cookie), -ENOENT);
	nftsw_flow_put(nf);
	nftsw_bm_fault(ctx->kt->bm, NFM_FAULT_CMD_DELAY_NS, 0);
	nftsw_bm_advance(ctx->kt->bm, delay);
	KUNIT_ASSERT_FALSE(test, IS_ERR(t));
	wait_for_completion(&s.done);
	tail_expect_none(test);
	nftsw_flow_offload_set(ctx->kt->ns, NFTSW_KT_WAN, true);
}

static void nobody_asks_for_a_deleted_flowtable(struct kunit *test)
{
	struct nftsw_kt_off *ctx = test->priv;

	tail_begin(test);
	nftsw_flow_offload_set(ctx->kt->ns, NFTSW_KT_WAN, false);
	KUNIT_EXPECT_EQ(test, tail_count(test), 1u);
	nftsw_flow_offload_set(ctx->kt->ns, NFTSW_KT_WAN, true);
	nftsw_kt_off_unbind(test, ctx->kf);
	KUNIT_EXPECT_EQ(test, tail_count(test), 0u);
}

/* The chip did not confirm the deletion; the kernel has forgotten the flow all the same. */
static void nobody_asks_for_what_is_stale(struct kunit *test)
{
	struct nftsw_kt_off *ctx = test->priv;
	u32 i;

	tail_begin(test);
	KUNIT_EXPECT_EQ(test, nftsw_flow_refresh(ctx->kt->ns), 0);
	nftsw_bm_fault(ctx->kt->bm, NFM_FAULT_CMD_STATUS, 1);
	nftsw_kt_off_destroy(test, NFTSW_KT_COOKIE);
	KUNIT_EXPECT_EQ(test, nftsw_kt_flow_events(ctx->kt, NFTSW_FLOW_EVENT_STALE), 1ull);
	nftsw_flow_stop(ctx->kt->ns);
	KUNIT_EXPECT_EQ(test, tail_count(test), 0u);
	/* as if the chip had been reset */
	for (i = 0; i < 2; i++)
		KUNIT_EXPECT_EQ(test, nftsw_hw_flow_del(ctx->kt->ns, i, 1), 0);
	nftsw_flow_start(ctx->kt->ns);
}

/* Who waits may hold RTNL: what it did not answer is asked for later, and what is known is told. */
static void chip_that_does_not_answer_is_asked_once(struct kunit *test)
{
	struct nftsw_kt_off *ctx = test->priv;
	struct nftsw_cmdq_stats before, after;
	u32 i;

	tail_begin(test);
	KUNIT_EXPECT_EQ(test, nftsw_flow_refresh(ctx->kt->ns), 0);
	nftsw_cmdq_stats_get(ctx->kt->ns, &before);
	nftsw_bm_fault(ctx->kt->bm, NFM_FAULT_CMD_STATUS, 1);
	nftsw_flow_offload_set(ctx->kt->ns, NFTSW_KT_WAN, false);
	nftsw_cmdq_stats_get(ctx->kt->ns, &after);
	KUNIT_EXPECT_EQ(test, after.submitted, before.submitted + 1);
	KUNIT_EXPECT_EQ(test, nftsw_kt_flow_events(ctx->kt, NFTSW_FLOW_EVENT_STALE), 2ull);
	tail_expect(test, TAIL_PACKETS);
	for (i = 0; i < 50 && nftsw_kt_off_count(test); i++)
		msleep(100);
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_count(test), 0u);
	nftsw_flow_offload_set(ctx->kt->ns, NFTSW_KT_WAN, true);
}

/* netfilter takes 32 bits at a time. */
static void more_than_can_be_told_at_once(struct kunit *test)
{
	const struct nftsw_flow_ctr lots = { .packets = 4000000000ull, .octets = 5ull * U32_MAX };
	struct nftsw_kt_off *ctx = test->priv;
	struct nftsw_flow_ctr told = {};
	struct nftsw_flow_id id;
	struct nftsw_flow *nf;
	unsigned long index = 0;
	u32 i;

	nftsw_kt_off_add(test);
	nf = nftsw_flow_next(ctx->kt->ns->flow, &index);
	KUNIT_ASSERT_NOT_NULL(test, nf);
	id = nf->id;
	nftsw_flow_put(nf);
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_destroy(test, id.cookie), 0);
	nftsw_flow_tail_add(ctx->kt->ns->flow, &id, &lots);
	for (i = 0; i < 5; i++) {
		struct flow_stats stats = {};

		KUNIT_EXPECT_EQ(test, nftsw_kt_off_stats(test, id.cookie, &stats), 0);
		KUNIT_EXPECT_LE(test, stats.bytes, (u64)U32_MAX);
		told.packets += stats.pkts;
		told.octets += stats.bytes;
	}
	KUNIT_EXPECT_EQ(test, told.packets, lots.packets);
	KUNIT_EXPECT_EQ(test, told.octets, lots.octets);
	KUNIT_EXPECT_EQ(test, tail_count(test), 0u);
}

static struct kunit_case flow_tail_cases[] = {
	KUNIT_CASE(port_that_takes_no_flows),
	KUNIT_CASE(port_that_leaves_its_flowtable),
	KUNIT_CASE(update_that_is_refused),
	KUNIT_CASE(flow_is_offloaded_again),
	KUNIT_CASE(what_was_told_is_not_told_again),
	KUNIT_CASE(nobody_asks_for_what_is_deleted),
	KUNIT_CASE(nobody_asks_for_what_is_deleted_meanwhile),
	KUNIT_CASE(nobody_asks_for_a_deleted_flowtable),
	KUNIT_CASE(nobody_asks_for_what_is_stale),
	KUNIT_CASE_SLOW(chip_that_does_not_answer_is_asked_once),
	KUNIT_CASE(more_than_can_be_told_at_once),
	{}
};

static struct kunit_suite flow_tail_suite = {
	.name = "nftsw_flow_tail",
	.init = nftsw_kt_off_init,
	.exit = nftsw_kt_off_exit,
	.test_cases = flow_tail_cases,
};

kunit_test_suite(flow_tail_suite);

MODULE_DESCRIPTION("KUnit tests of what nftsw tells of flows that have left");
MODULE_LICENSE("GPL");
