// SPDX-License-Identifier: GPL-2.0
/*
 * The command queue, and what becomes of commands when the chip misbehaves.  Floor 11.
 * Cases marked slow wait for the driver's own timeout, which is five seconds.
 */

#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include "nftsw_kt.h"

#define CMDQ_MANY	40
#define CMDQ_PROMPT	1500
#define CMDQ_THREADS	4
#define CMDQ_PER_THREAD	100

static struct nftsw_cmdq_stats cmdq_stats(struct kunit *test)
{
	struct nftsw_kt *kt = test->priv;
	struct nftsw_cmdq_stats s;

	nftsw_cmdq_stats_get(kt->ns, &s);
	return s;
}

static void statuses_become_errnos(struct kunit *test)
{
	static const int want[NFTSW_ST_COUNT] = {
		[NFTSW_ST_OK] = 0,
		[NFTSW_ST_BAD_OPCODE] = -EOPNOTSUPP,
		[NFTSW_ST_BAD_PARAM] = -EINVAL,
		[NFTSW_ST_UNSUPPORTED] = -EOPNOTSUPP,
		[NFTSW_ST_NO_SPACE] = -ENOSPC,
		[NFTSW_ST_EXISTS] = -EEXIST,
		[NFTSW_ST_NOT_FOUND] = -ENOENT,
		[NFTSW_ST_DMA] = -EIO,
		[NFTSW_ST_ABORTED] = -ECANCELED,
		[NFTSW_ST_INTERNAL] = -EIO,
	};
	u32 i;

	for (i = 0; i <= U8_MAX; i++)
		KUNIT_EXPECT_EQ_MSG(test, nftsw_cmdq_errno(i),
				    i < NFTSW_ST_COUNT ? want[i] : -EPROTO,
				    "status %u", i);
}

static void command_is_answered_by_interrupt(struct kunit *test)
{
	struct nftsw_kt *kt = test->priv;
	u32 before = kt->bm->vec[NFTSW_VEC_CMD].delivered;

	KUNIT_EXPECT_EQ(test, nftsw_hw_nop(kt->ns), 0);
	KUNIT_EXPECT_GT(test, kt->bm->vec[NFTSW_VEC_CMD].delivered, before);
	KUNIT_EXPECT_EQ(test, cmdq_stats(test).irq_lost, 0ull);
	KUNIT_EXPECT_EQ(test, cmdq_stats(test).bogus, 0ull);
}

/*
 * A chip that is quick: nobody sleeps, so nobody is interrupted, and the completion
 * ring, though it goes round several times, is given back in bulk.
 */
static void prompt_chip_needs_no_interrupt(struct kunit *test)
{
	struct nftsw_kt *kt = test->priv;
	struct nftsw_bus_model *bm = kt->bm;
	u32 i, before;

	bm->prompt = true;
	nftsw_bm_pump(bm);
	before = bm->vec[NFTSW_VEC_CMD].delivered;
	nftsw_bm_log_reset(bm);
	for (i = 0; i < CMDQ_PROMPT; i++)
		KUNIT_ASSERT_EQ(test, nftsw_hw_nop(kt->ns), 0);
	nftsw_bm_pump(bm);
	KUNIT_EXPECT_EQ(test, bm->vec[NFTSW_VEC_CMD].delivered, before);
	KUNIT_EXPECT_EQ(test, nftsw_bm_log_count(bm, NFTSW_IRQ_CTRL(NFTSW_VEC_CMD), true),
			0u);
	KUNIT_EXPECT_LE(test, nftsw_bm_log_count(bm, NFTSW_RING_CONS(NFTSW_RING_CMD_CQ),
						 true), CMDQ_PROMPT / 100u);
	KUNIT_EXPECT_EQ(test, nftsw_bm_reg(bm, NFTSW_RING_STS(NFTSW_RING_CMD_CQ)), 0u);
	KUNIT_EXPECT_EQ(test, cmdq_stats(test).irq_lost, 0ull);
	KUNIT_EXPECT_EQ(test, cmdq_stats(test).bogus, 0ull);
	/* and one that is not, from one command to the next */
	bm->prompt = false;
	KUNIT_EXPECT_EQ(test, nftsw_hw_nop(kt->ns), 0);
	KUNIT_EXPECT_GT(test, bm->vec[NFTSW_VEC_CMD].delivered, before);
	KUNIT_EXPECT_EQ(test, cmdq_stats(test).irq_lost, 0ull);
}

static void cmdq_note_depth(struct nftsw_bus_model *bm, u32 off, u32 val)
{
	u32 *depth = bm->hook_priv;

	if (off == NFTSW_RING_PROD(NFTSW_RING_CMD_SQ))
		*depth = preempt_count() & PREEMPT_MASK;
}

/* Nobody else rings meanwhile: behind a caller that is preempted all others fall asleep. */
static void who_rings_is_not_preempted(struct kunit *test)
{
	struct nftsw_kt *kt = test->priv;
	u32 depth = 0;

	if (!IS_ENABLED(CONFIG_PREEMPT_COUNT) || IS_ENABLED(CONFIG_PREEMPT_RT))
		kunit_skip(test, "this kernel does not count, or cannot prevent it");
	kt->bm->hook_priv = &depth;
	kt->bm->wr_hook = cmdq_note_depth;
	KUNIT_EXPECT_EQ(test, nftsw_hw_nop(kt->ns), 0);
	kt->bm->wr_hook = NULL;
	/* one is the bus's own lock */
	KUNIT_EXPECT_EQ(test, depth, 2u);
	KUNIT_EXPECT_EQ(test, preempt_count() & PREEMPT_MASK, 0u);
}

/* Many commands, few doorbells; more than slots and ring hold, in the end. */
static void batches_share_doorbells(struct kunit *test)
{
	struct nftsw_kt *kt = test->priv;
	u32 i, round, bells;
	struct nftsw_cmd *cmds;

	cmds = kunit_kcalloc(test, CMDQ_MANY, sizeof(*cmds), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, cmds);
	for (i = 0; i < CMDQ_MANY; i++)
		cmds[i].opcode = NFTSW_OP_NOP;
	nftsw_bm_log_reset(kt->bm);
	KUNIT_EXPECT_EQ(test, nftsw_cmdq_exec(kt->ns, cmds, CMDQ_MANY), 0);
	bells = nftsw_bm_log_count(kt->bm, NFTSW_RING_PROD(NFTSW_RING_CMD_SQ), true);
	KUNIT_EXPECT_GE(test, bells, 1u);
	KUNIT_EXPECT_LE(test, bells, CMDQ_MANY / 8u);
	for (round = 0; round < 40; round++)
		KUNIT_EXPECT_EQ(test, nftsw_cmdq_exec(kt->ns, cmds, CMDQ_MANY), 0);
	KUNIT_EXPECT_GE(test, cmdq_stats(test).submitted, 41ull * CMDQ_MANY);
	KUNIT_EXPECT_EQ(test, cmdq_stats(test).failed, 0ull);
}

/* Each command has its own outcome; the call returns the first failure. */
static void batch_reports_each_outcome(struct kunit *test)
{
	struct nftsw_cmd cmds[] = {
		{ .opcode = NFTSW_OP_NOP },
		{ .opcode = NFTSW_OP_PORT_GET, .index = 0xffff, .count = 1,
		  .out_size = 16 },
		{ .opcode = 0x7777 },
		{ .opcode = NFTSW_OP_NOP },
	};
	struct nftsw_kt *kt = test->priv;

	KUNIT_EXPECT_EQ(test, nftsw_cmdq_exec(kt->ns, cmds, ARRAY_SIZE(cmds)),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, cmds[0].err, 0);
	KUNIT_EXPECT_EQ(test, cmds[1].err, -EINVAL);
	KUNIT_EXPECT_EQ(test, cmds[2].err, -EOPNOTSUPP);
	KUNIT_EXPECT_EQ(test, cmds[3].err, 0);
	KUNIT_EXPECT_EQ(test, cmdq_stats(test).failed, 2ull);
}

static void internal_status_fails_one_command(struct kunit *test)
{
	struct nftsw_kt *kt = test->priv;

	nftsw_bm_fault(kt->bm, NFM_FAULT_CMD_STATUS, 1);
	KUNIT_EXPECT_EQ(test, nftsw_hw_nop(kt->ns), -EIO);
	KUNIT_EXPECT_EQ(test, nftsw_hw_nop(kt->ns), 0);
	KUNIT_EXPECT_EQ(test, cmdq_stats(test).failed, 1ull);
	KUNIT_EXPECT_EQ(test, cmdq_stats(test).timeouts, 0ull);
}

struct cmdq_job {
	struct nftsw_kt *kt;
	struct completion done;
	u32 count;
	int err;
};

static int cmdq_thread(void *data)
{
	struct cmdq_job *job = data;
	u32 i;

	for (i = 0; i < job->count && !job->err; i++)
		job->err = nftsw_hw_nop(job->kt->ns);
	complete(&job->done);
	return 0;
}

static void cmdq_start(struct kunit *test, struct cmdq_job *job, u32 count)
{
	struct task_struct *t;

	job->kt = test->priv;
	job->count = count;
	job->err = 0;
	init_completion(&job->done);
	t = kthread_run(cmdq_thread, job, "nftsw-cmdq-test");
	KUNIT_ASSERT_FALSE(test, IS_ERR(t));
}

/* Some sleep, and others find their answers for them: the chip is quick at times. */
static void callers_run_in_parallel(struct kunit *test)
{
	struct cmdq_job jobs[CMDQ_THREADS];
	struct nftsw_kt *kt = test->priv;
	u32 i;

	for (i = 0; i < CMDQ_THREADS; i++)
		cmdq_start(test, &jobs[i], CMDQ_PER_THREAD);
	for (i = 0; i < CMDQ_PER_THREAD; i++) {
		WRITE_ONCE(kt->bm->prompt, i & 1);
		usleep_range(50, 100);
	}
	for (i = 0; i < CMDQ_THREADS; i++) {
		wait_for_completion(&jobs[i].done);
		KUNIT_EXPECT_EQ(test, jobs[i].err, 0);
	}
	KUNIT_EXPECT_EQ(test, cmdq_stats(test).timeouts, 0ull);
	KUNIT_EXPECT_EQ(test, cmdq_stats(test).irq_lost, 0ull);
	KUNIT_EXPECT_EQ(test, cmdq_stats(test).bogus, 0ull);
}

/* Who waits looks for itself, long before the timeout; then interrupts work again. */
static void lost_interrupt_costs_no_command(struct kunit *test)
{
	struct nftsw_kt *kt = test->priv;
	unsigned long start = jiffies;

	nftsw_bm_fault(kt->bm, NFM_FAULT_IRQ_DROP, 1);
	KUNIT_EXPECT_EQ(test, nftsw_hw_nop(kt->ns), 0);
	KUNIT_EXPECT_LT(test, jiffies_to_msecs(jiffies - start), 2000u);
	KUNIT_EXPECT_EQ(test, cmdq_stats(test).irq_lost, 1ull);
	KUNIT_EXPECT_EQ(test, nftsw_hw_nop(kt->ns), 0);
	KUNIT_EXPECT_EQ(test, cmdq_stats(test).irq_lost, 1ull);
	KUNIT_EXPECT_EQ(test, cmdq_stats(test).timeouts, 0ull);
}

/*
 * No answer: the caller gets -ETIMEDOUT, and its slot is set aside, since the chip may
 * still write to it.  A younger command's answer proves that it will not.
 */
static void dropped_completion_times_out(struct kunit *test)
{
	struct nftsw_kt *kt = test->priv;
	unsigned long start = jiffies;

	nftsw_bm_fault(kt->bm, NFM_FAULT_CMD_DROP, 1);
	KUNIT_EXPECT_EQ(test, nftsw_hw_nop(kt->ns), -ETIMEDOUT);
	KUNIT_EXPECT_LT(test, jiffies_to_msecs(jiffies - start), 10000u);
	KUNIT_EXPECT_EQ(test, cmdq_stats(test).timeouts, 1ull);
	KUNIT_EXPECT_EQ(test, nftsw_hw_nop(kt->ns), 0);
	KUNIT_EXPECT_EQ(test, cmdq_stats(test).quarantined, 0u);
	KUNIT_EXPECT_EQ(test, cmdq_stats(test).late, 0ull);
	KUNIT_EXPECT_EQ(test, cmdq_stats(test).bogus, 0ull);
}

/* An answer after the timeout is recognised, and harms nobody. */
static void late_completion_is_harmless(struct kunit *test)
{
	struct nftsw_kt *kt = test->priv;
	const u64 delay = 60 * (u64)NSEC_PER_SEC;
	struct nftsw_cmdq_stats s;

	nftsw_bm_fault(kt->bm, NFM_FAULT_CMD_DELAY_NS, delay);
	KUNIT_EXPECT_EQ(test, nftsw_hw_nop(kt->ns), -ETIMEDOUT);
	KUNIT_EXPECT_GE(test, cmdq_stats(test).quarantined, 1u);
	nftsw_bm_fault(kt->bm, NFM_FAULT_CMD_DELAY_NS, 0);
	nftsw_bm_advance(kt->bm, delay);
	KUNIT_EXPECT_EQ(test, nftsw_hw_nop(kt->ns), 0);
	s = cmdq_stats(test);
	KUNIT_EXPECT_GE(test, s.late, 1ull);
	KUNIT_EXPECT_EQ(test, s.quarantined, 0u);
	KUNIT_EXPECT_EQ(test, s.bogus, 0ull);
}

/* The queue is closed under a caller: it is told at once, as is who comes later. */
static void stop_aborts_who_waits(struct kunit *test)
{
	struct nftsw_kt *kt = test->priv;
	struct cmdq_job job;
	unsigned long start;
	u64 before = cmdq_stats(test).submitted;

	nftsw_bm_fault(kt->bm, NFM_FAULT_CMD_DELAY_NS, 60 * (u64)NSEC_PER_SEC);
	cmdq_start(test, &job, 1);
	while (cmdq_stats(test).submitted == before)
		usleep_range(100, 200);
	start = jiffies;
	nftsw_cmdq_stop(kt->ns);
	wait_for_completion(&job.done);
	KUNIT_EXPECT_LT(test, jiffies_to_msecs(jiffies - start), 1000u);
	KUNIT_EXPECT_EQ(test, job.err, -ECANCELED);
	KUNIT_EXPECT_EQ(test, nftsw_hw_nop(kt->ns), -ENODEV);
	nftsw_bm_fault(kt->bm, NFM_FAULT_CMD_DELAY_NS, 0);
}

/* Out of the slot comes what the chip wrote, for every size that fits. */
static void data_travels_both_ways(struct kunit *test)
{
	struct nftsw_hw_trap_group tg;
	struct nftsw_kt *kt = test->priv;

	KUNIT_EXPECT_EQ(test, nftsw_hw_trap_set(kt->ns, NFTSW_GROUP_EXCEPTION, 1234,
						77), 0);
	KUNIT_EXPECT_EQ(test, nftsw_hw_trap_get(kt->ns, NFTSW_GROUP_EXCEPTION, &tg), 0);
	KUNIT_EXPECT_EQ(test, le32_to_cpu(tg.group), (u32)NFTSW_GROUP_EXCEPTION);
	KUNIT_EXPECT_EQ(test, le32_to_cpu(tg.rate_pps), 1234u);
	KUNIT_EXPECT_EQ(test, le32_to_cpu(tg.burst), 77u);
	KUNIT_EXPECT_EQ(test, nftsw_hw_trap_set(kt->ns, NFTSW_GROUP_EXCEPTION,
						20000000, 1), -EINVAL);
}

static struct kunit_case cmdq_cases[] = {
	KUNIT_CASE(statuses_become_errnos),
	KUNIT_CASE(command_is_answered_by_interrupt),
	KUNIT_CASE(prompt_chip_needs_no_interrupt),
	KUNIT_CASE(who_rings_is_not_preempted),
	KUNIT_CASE(batches_share_doorbells),
	KUNIT_CASE(batch_reports_each_outcome),
	KUNIT_CASE(internal_status_fails_one_command),
	KUNIT_CASE(callers_run_in_parallel),
	KUNIT_CASE(lost_interrupt_costs_no_command),
	KUNIT_CASE_SLOW(dropped_completion_times_out),
	KUNIT_CASE_SLOW(late_completion_is_harmless),
	KUNIT_CASE(stop_aborts_who_waits),
	KUNIT_CASE(data_travels_both_ways),
	{}
};

static struct kunit_suite cmdq_suite = {
	.name = "nftsw_cmdq",
	.init = nftsw_kt_init,
	.test_cases = cmdq_cases,
};

kunit_test_suite(cmdq_suite);

MODULE_DESCRIPTION("KUnit tests of nftsw's command queue");
MODULE_LICENSE("GPL");
