// SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause)
/* Interrupt vectors: arming, the race with it, moderation, tests.  DS 7. */
#include "host.h"
#include "tap.h"

static void arm(struct host *h, u32 vec)
{
	host_wr(h, NFTSW_IRQ_CTRL(vec), NFTSW_IRQ_CTRL_ARM);
}

static void nops(struct host *h, u32 n)
{
	for (; n; n--)
		host_cmd_put(h, NFTSW_OP_NOP, 0, 0, 0, 0, 0);
	host_doorbell(h, NFTSW_RING_CMD_SQ);
	host_run(h);
}

static void drain(struct host *h, u32 ring)
{
	u8 entry[64];

	while (host_take(h, ring, entry))
		;
}

static void test_once(void)
{
	struct host *h = host_new_up();

	nops(h, 1);
	CHECK_EQ(h->irqs[0], 0);
	drain(h, NFTSW_RING_CMD_CQ);
	arm(h, 0);
	CHECK_EQ(host_rd(h, NFTSW_IRQ_CTRL(0)), NFTSW_IRQ_CTRL_ARM);
	host_run(h);
	CHECK_EQ(h->irqs[0], 0);
	nops(h, 2);
	CHECK_EQ(h->irqs[0], 1);
	CHECK_EQ(host_rd(h, NFTSW_IRQ_CTRL(0)), 0);
	nops(h, 1);
	CHECK_EQ(h->irqs[0], 1);
	CHECK_EQ(host_rd(h, NFTSW_IRQ_RAISED(0)), 1);
	host_free(h);
	tap_result("irq", "an armed vector is raised once");
}

static void test_race(void)
{
	struct host *h = host_new_up();

	nops(h, 1);
	arm(h, 0);
	host_run(h);
	CHECK_EQ(h->irqs[0], 1);
	drain(h, NFTSW_RING_CMD_CQ);
	arm(h, 0);
	host_run(h);
	CHECK_EQ(h->irqs[0], 1);
	host_wr(h, NFTSW_IRQ_CTRL(0), 0);
	nops(h, 1);
	CHECK_EQ(h->irqs[0], 1);
	host_free(h);
	tap_result("irq", "arming with an entry waiting raises at once");
}

static void test_vectors(void)
{
	static const u8 frame[60] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0, 1 };
	struct host *h = host_new_up();
	u32 v;

	drain(h, NFTSW_RING_EVENT);
	for (v = 0; v < 4; v++)
		arm(h, v);
	host_run(h);
	nfm_link_set(h->m, 0, false);
	nfm_link_set(h->m, 0, true);
	host_run(h);
	CHECK(h->irqs[0] == 0 && h->irqs[1] == 1 && h->irqs[2] == 0 && h->irqs[3] == 0);
	host_rx_fill(h, 0, 4, 2048);
	host_in(h, 0, frame, sizeof(frame));
	CHECK(h->irqs[1] == 1 && h->irqs[2] == 1 && h->irqs[3] == 0);
	host_tx(h, 1, frame, sizeof(frame), NFTSW_TXD_EOP | NFTSW_TXD_REPORT, 1);
	host_doorbell(h, NFTSW_RING_TX_SQ(1));
	host_run(h);
	CHECK(h->irqs[0] == 0 && h->irqs[2] == 1 && h->irqs[3] == 1);
	host_free(h);
	tap_result("irq", "each ring has its vector");
}

static void test_moderation_time(void)
{
	struct host *h = host_new_up();
	u64 first = h->now;

	host_wr(h, NFTSW_IRQ_MOD(0), NFTSW_PUT(NFTSW_IRQ_MOD_USECS, 50));
	arm(h, 0);
	nops(h, 1);
	CHECK_EQ(h->irqs[0], 1);
	drain(h, NFTSW_RING_CMD_CQ);
	arm(h, 0);
	CHECK_EQ(nfm_deadline(h->m), NFM_NEVER);
	h->now = first + 10000;
	nops(h, 1);
	CHECK_EQ(h->irqs[0], 1);
	CHECK_EQ(nfm_deadline(h->m), first + 50000);
	h->now = first + 49999;
	host_run(h);
	CHECK_EQ(h->irqs[0], 1);
	h->now = first + 50000;
	nfm_run(h->m, h->now, 0);
	CHECK_EQ(h->irqs[0], 2);
	CHECK_EQ(nfm_deadline(h->m), NFM_NEVER);
	host_free(h);
	tap_result("irq", "moderation holds back for its time, and the deadline says so");
}

static void test_moderation_count(void)
{
	struct host *h = host_new_up();
	u32 kicks;

	host_wr(h, NFTSW_IRQ_MOD(0), NFTSW_PUT(NFTSW_IRQ_MOD_USECS, 1000) |
		NFTSW_PUT(NFTSW_IRQ_MOD_COUNT, 4));
	arm(h, 0);
	nops(h, 1);
	CHECK_EQ(h->irqs[0], 1);
	drain(h, NFTSW_RING_CMD_CQ);
	arm(h, 0);
	nops(h, 3);
	CHECK_EQ(h->irqs[0], 1);
	nops(h, 1);
	CHECK_EQ(h->irqs[0], 2);
	drain(h, NFTSW_RING_CMD_CQ);
	arm(h, 0);
	nops(h, 1);
	CHECK_EQ(h->irqs[0], 2);
	kicks = h->kicks;
	host_wr(h, NFTSW_IRQ_MOD(0), 0);
	CHECK_EQ(h->kicks, kicks + 1);
	host_run(h);
	CHECK_EQ(h->irqs[0], 3);
	host_free(h);
	tap_result("irq", "enough entries, or a new rule, end moderation");
}

static void test_taken_while_held(void)
{
	struct host *h = host_new_up();

	host_wr(h, NFTSW_IRQ_MOD(0), NFTSW_PUT(NFTSW_IRQ_MOD_USECS, 50));
	arm(h, 0);
	nops(h, 1);
	drain(h, NFTSW_RING_CMD_CQ);
	arm(h, 0);
	nops(h, 1);
	drain(h, NFTSW_RING_CMD_CQ);
	h->now += 60000;
	host_run(h);
	CHECK_EQ(h->irqs[0], 1);
	CHECK_EQ(host_rd(h, NFTSW_IRQ_CTRL(0)), NFTSW_IRQ_CTRL_ARM);
	nops(h, 1);
	CHECK_EQ(h->irqs[0], 2);
	host_free(h);
	tap_result("irq", "an entry taken while held back raises nothing");
}

static void test_test(void)
{
	struct host *h = host_new(NULL);
	u32 v;

	for (v = 0; v < 5; v++)
		host_wr(h, NFTSW_TEST_IRQ, v);
	host_wr(h, NFTSW_IRQ_MOD(1), ~0u);
	CHECK_EQ(host_rd(h, NFTSW_BAD_ACCESS), 1);
	host_run(h);
	for (v = 0; v < 5; v++)
		CHECK_EQ(h->irqs[v], v < 4);
	host_run(h);
	CHECK_EQ(h->irqs[1], 1);
	CHECK_EQ(host_rd(h, NFTSW_IRQ_RAISED(1)), 1);
	host_free(h);
	tap_result("irq", "TEST_IRQ raises without arming, past moderation");
}

int main(void)
{
	printf("TAP version 13\n");
	test_once();
	test_race();
	test_vectors();
	test_moderation_time();
	test_moderation_count();
	test_taken_while_held();
	test_test();
	return tap_done();
}
