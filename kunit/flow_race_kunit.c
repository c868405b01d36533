// SPDX-License-Identifier: GPL-2.0
/*
 * Requests for flows that meet: netfilter's workers take no lock against each other, nor
 * against what sweeps a flow.  Floor 11.  Every case ends with an audit.
 */

#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/workqueue.h>
#include "nftsw_kt_offload.h"

struct race_replacer {
	struct work_struct work;
	struct kunit *test;
	struct nftsw_kt_rule *rule;
	int err;
};

static void race_replace(struct work_struct *work)
{
	struct race_replacer *r = container_of(work, struct race_replacer, work);

	r->err = nftsw_kt_off_replace(r->test, NFTSW_KT_COOKIE + 2, r->rule);
}

/*
 * A flow that is taken out between the request for it and its own command, here while the
 * older one with the same match is withdrawn, is lost to nobody's fault.
 */
static void flow_taken_out_before_it_is_written(struct kunit *test)
{
	struct nftsw_kt_off *ctx = test->priv;
	struct nftsw_kt_rule *rules = nftsw_kt_rules(test, &ctx->conn);
	struct race_replacer r = { .test = test, .rule = &rules[0] };
	const u64 delay = 60 * (u64)NSEC_PER_SEC;

	KUNIT_EXPECT_EQ(test, nftsw_kt_off_replace(test, NFTSW_KT_COOKIE, &rules[0]), 0);
	nftsw_bm_fault(ctx->kt->bm, NFM_FAULT_CMD_DELAY_NS, delay);
	INIT_WORK_ONSTACK(&r.work, race_replace);
	schedule_work(&r.work);
	msleep(100);
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_destroy(test, NFTSW_KT_COOKIE + 2), 0);
	nftsw_bm_fault(ctx->kt->bm, NFM_FAULT_CMD_DELAY_NS, 0);
	nftsw_bm_advance(ctx->kt->bm, delay);
	flush_work(&r.work);
	destroy_work_on_stack(&r.work);
	KUNIT_EXPECT_EQ(test, r.err, -ESTALE);
	KUNIT_EXPECT_EQ(test, nftsw_kt_flow_events(ctx->kt, NFTSW_FLOW_EVENT_DISPLACED), 1ull);
	KUNIT_EXPECT_EQ(test, nftsw_kt_flow_events(ctx->kt, NFTSW_FLOW_EVENT_FAILED), 0ull);
	nftsw_kt_expect_trap(ctx->kt, &ctx->conn, NFTSW_KT_ORIG);
	/* the older one is displaced, not deleted */
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_destroy(test, NFTSW_KT_COOKIE), 0);
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_count(test), 0u);
}

struct racer {
	struct nftsw_kt_off *ctx;
	struct nftsw_kt_rule *rules;
	struct completion done;
	unsigned long cookie;
	int err;
};

#define RACERS		6
#define RACES		60

/*
 * What netfilter's workers may say to each other's flows, in any order.  A flow may be gone
 * when its turn comes (-ENOENT), or go while it is being written (-ESTALE), and a key may be
 * held by a flow that is just changing to another one (-EEXIST); the kernel asks again.
 * Nothing else may happen.
 */
static int race_run(void *data)
{
	struct racer *r = data;
	struct flow_stats stats;
	int i, dir, err = 0;

	for (i = 0; i < RACES && !r->err; i++) {
		dir = i % 2;
		switch (i % 5) {
		case 0:
		case 1:
		case 3:
			err = nftsw_kt_ft_cls(r->ctx->kf, FLOW_CLS_REPLACE,
					      r->cookie + dir, &r->rules[dir], NULL);
			break;
		case 2:
			err = nftsw_kt_ft_cls(r->ctx->kf, FLOW_CLS_STATS,
					      r->cookie + dir, NULL, &stats);
			break;
		case 4:
			err = nftsw_kt_ft_cls(r->ctx->kf, FLOW_CLS_DESTROY,
					      r->cookie + dir, NULL, NULL);
			break;
		}
		if (err != -ENOENT && err != -ESTALE && err != -EEXIST)
			r->err = err;
		if (i % 7 == 0)
			cond_resched();
	}
	complete(&r->done);
	return 0;
}

/* Of all that the racers are told, only a key that is held is a fault. */
static void race_expect_keys_held(struct kunit *test)
{
	struct nftsw_kt_off *ctx = test->priv;
	struct nftsw_flow_log_entry *last;
	u32 i, n;

	last = kunit_kcalloc(test, NFTSW_FLOW_LOG_COUNT, sizeof(*last), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, last);
	n = nftsw_flow_log_last(&ctx->kt->ns->flow->log, last);
	for (i = 0; i < n; i++)
		KUNIT_EXPECT_NOT_NULL(test, strstr(last[i].refusal.text, "EEXIST"));
}

/*
 * Pairs of workers fight over one cookie, and over the same frames under another one; at
 * the end the two tables are equal, and the last word counts.
 */
static void racing_workers_do_no_harm(struct kunit *test)
{
	struct nftsw_kt_off *ctx = test->priv;
	struct racer *r;
	struct task_struct *t;
	u32 i, dir;

	r = kunit_kcalloc(test, RACERS, sizeof(*r), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, r);
	nftsw_kt_end_encap(&ctx->conn.server, ETH_P_PPP_SES, 0x42);
	for (i = 0; i < RACERS; i++) {
		if (i % 3 == 0) {
			ctx->conn.client.port = 10000 + i;
			ctx->conn.snat_port = 20000 + i;
		}
		r[i].ctx = ctx;
		r[i].rules = nftsw_kt_rules(test, &ctx->conn);
		r[i].cookie = NFTSW_KT_COOKIE + i / 2 * 2;
		init_completion(&r[i].done);
	}
	for (i = 0; i < RACERS; i++) {
		t = kthread_run(race_run, &r[i], "nftsw-race/%u", i);
		KUNIT_ASSERT_FALSE(test, IS_ERR(t));
	}
	for (i = 0; i < RACERS; i++) {
		wait_for_completion(&r[i].done);
		KUNIT_EXPECT_EQ(test, r[i].err, 0);
	}
	race_expect_keys_held(test);
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_diffs(test), 0u);
	for (i = 0; i < RACERS; i++) {
		for (dir = 0; dir < FLOW_OFFLOAD_DIR_MAX; dir++)
			nftsw_kt_off_destroy(test, r[i].cookie + dir);
	}
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_count(test), 0u);
	nftsw_kt_off_add(test);
	nftsw_kt_off_forward(test);
}

static struct kunit_case flow_race_cases[] = {
	KUNIT_CASE(flow_taken_out_before_it_is_written),
	KUNIT_CASE(racing_workers_do_no_harm),
	{}
};

static struct kunit_suite flow_race_suite = {
	.name = "nftsw_flow_race",
	.init = nftsw_kt_off_init,
	.exit = nftsw_kt_off_exit,
	.test_cases = flow_race_cases,
};

kunit_test_suite(flow_race_suite);

MODULE_DESCRIPTION("KUnit tests of requests to nftsw's flows that meet");
MODULE_LICENSE("GPL");
