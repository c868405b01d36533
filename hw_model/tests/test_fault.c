// SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause)
/* Fault knobs: each makes the chip misbehave as it says, and then behave again. */
#include <string.h>
#include "host.h"
#include "chip.h"
#include "tap.h"

static struct nftsw_hw_cpl cpl;

static u32 nop(struct host *h)
{
	return host_cmd(h, NFTSW_OP_NOP, 0, 0, 0, 0, 0, &cpl);
}

static void test_names(void)
{
	u32 i, k;

	for (i = 0; i < NFM_FAULT_COUNT; i++)
		for (k = 0; k < i; k++)
			CHECK(strcmp(nfm_fault_name(i), nfm_fault_name(k)));
	CHECK(!nfm_fault_name(NFM_FAULT_COUNT));
	tap_result("fault", "every knob has a name of its own");
}

static void test_values(void)
{
	struct host *h = host_new(NULL);

	nfm_fault_set(h->m, NFM_FAULT_CMD_DROP, 3);
	CHECK_EQ(nfm_fault_get(h->m, NFM_FAULT_CMD_DROP), 3);
	nfm_fault_set(h->m, NFM_FAULT_COUNT, 3);
	CHECK_EQ(nfm_fault_get(h->m, NFM_FAULT_COUNT), 0);
	nfm_reset(h->m);
	host_run(h);
	CHECK_EQ(nfm_fault_get(h->m, NFM_FAULT_CMD_DROP), 3);
	host_free(h);
	tap_result("fault", "knobs are kept over a reset, unknown ones ignored");
}

static void test_delay(void)
{
	struct host *h = host_new_up();

	nfm_fault_set(h->m, NFM_FAULT_CMD_DELAY_NS, 5000);
	CHECK_EQ(nop(h), 0xff);
	host_cmd_put(h, NFTSW_OP_NOP, 0, 0, 0, 0, 0);
	host_doorbell(h, NFTSW_RING_CMD_SQ);
	host_run(h);
	CHECK_EQ(nfm_deadline(h->m), h->now + 5000);
	h->now += 4999;
	host_run(h);
	CHECK(!host_peek(h, NFTSW_RING_CMD_CQ, &cpl));
	h->now += 1;
	host_run(h);
	CHECK(host_take(h, NFTSW_RING_CMD_CQ, &cpl) && NFM_LE16(cpl.tag) == 0);
	CHECK(!host_peek(h, NFTSW_RING_CMD_CQ, &cpl));
	CHECK_EQ(nfm_deadline(h->m), h->now + 5000);
	h->now += 5000;
	host_run(h);
	CHECK(host_take(h, NFTSW_RING_CMD_CQ, &cpl) && NFM_LE16(cpl.tag) == 1);
	nfm_fault_set(h->m, NFM_FAULT_CMD_DELAY_NS, ~0ull);
	CHECK_EQ(nop(h), 0xff);
	CHECK_EQ(nfm_deadline(h->m), NFM_NEVER);
	nfm_reset(h->m);
	host_run(h);
	host_free(h);
	tap_result("fault", "cmd_delay_ns holds completions back, one after the other");
}

static void test_drop(void)
{
	struct host *h = host_new_up();
	struct nfm_info info;

	nfm_fault_set(h->m, NFM_FAULT_CMD_DROP, 2);
	CHECK_EQ(nop(h), 0xff);
	CHECK_EQ(nop(h), 0xff);
	CHECK_EQ(nop(h), NFTSW_ST_OK);
	CHECK_EQ(NFM_LE16(cpl.sq_cons), 3);
	nfm_info_get(h->m, &info);
	CHECK_EQ(info.cmds, 3);
	host_free(h);
	tap_result("fault", "cmd_drop loses completions, not commands");
}

static void test_status(void)
{
	struct host *h = host_new_up();
	struct nftsw_hw_flow_entry e;
	u64 addr = host_alloc(h, sizeof(e));
	struct nfm_info info;

	chip_entry(&e, 0, 0);
	memcpy(host_ptr(h, addr), &e, sizeof(e));
	nfm_fault_set(h->m, NFM_FAULT_CMD_STATUS, 1);
	CHECK_EQ(host_cmd(h, NFTSW_OP_FLOW_SET, 0, 1, 0, addr, sizeof(e), NULL),
		 NFTSW_ST_INTERNAL);
	nfm_info_get(h->m, &info);
	CHECK(info.flows_used == 0 && info.cmd_errors == 1);
	CHECK_EQ(host_cmd(h, NFTSW_OP_FLOW_SET, 0, 1, 0, addr, sizeof(e), NULL), NFTSW_ST_OK);
	host_free(h);
	tap_result("fault", "cmd_status fails commands without effect");
}

static void test_opcode(void)
{
	struct host *h = host_new_up();

	nfm_fault_set(h->m, NFM_FAULT_CMD_OPCODE, NFTSW_OP_FLOW_DEL);
	nfm_fault_set(h->m, NFM_FAULT_CMD_STATUS, 1);
	nfm_fault_set(h->m, NFM_FAULT_CMD_DROP, 1);
	CHECK_EQ(nop(h), NFTSW_ST_OK);
	CHECK_EQ(nfm_fault_get(h->m, NFM_FAULT_CMD_STATUS), 1);
	CHECK_EQ(nfm_fault_get(h->m, NFM_FAULT_CMD_DROP), 1);
	/* refused, and then the refusal is lost */
	CHECK_EQ(host_cmd(h, NFTSW_OP_FLOW_DEL, 0, 1, 0, 0, 0, NULL), 0xff);
	CHECK_EQ(nfm_fault_get(h->m, NFM_FAULT_CMD_STATUS), 0);
	CHECK_EQ(nfm_fault_get(h->m, NFM_FAULT_CMD_DROP), 0);
	CHECK_EQ(host_cmd(h, NFTSW_OP_FLOW_DEL, 0, 1, 0, 0, 0, NULL), NFTSW_ST_OK);
	nfm_fault_set(h->m, NFM_FAULT_CMD_STATUS, 1);
	CHECK_EQ(nop(h), NFTSW_ST_OK);
	CHECK_EQ(host_cmd(h, NFTSW_OP_FLOW_DEL, 0, 1, 0, 0, 0, NULL), NFTSW_ST_INTERNAL);
	nfm_fault_set(h->m, NFM_FAULT_CMD_STATUS, 1);
	nfm_fault_set(h->m, NFM_FAULT_CMD_OPCODE, 0);
	CHECK_EQ(nop(h), NFTSW_ST_INTERNAL);
	host_free(h);
	tap_result("fault", "cmd_opcode says which commands the other two are for");
}

static void test_irq(void)
{
	struct host *h = host_new_up();

	nfm_fault_set(h->m, NFM_FAULT_IRQ_DROP, 1);
	host_wr(h, NFTSW_IRQ_CTRL(0), NFTSW_IRQ_CTRL_ARM);
	nop(h);
	CHECK_EQ(h->irqs[0], 0);
	CHECK_EQ(host_rd(h, NFTSW_IRQ_CTRL(0)), 0);
	CHECK_EQ(host_rd(h, NFTSW_IRQ_RAISED(0)), 1);
	host_wr(h, NFTSW_IRQ_CTRL(0), NFTSW_IRQ_CTRL_ARM);
	nop(h);
	CHECK_EQ(h->irqs[0], 1);
	host_free(h);
	tap_result("fault", "irq_drop loses an interrupt that the chip believes raised");
}

static void test_dma(void)
{
	struct host *h = host_new_up();
	u64 addr = host_alloc(h, 64);
	struct nfm_info info;

	host_wr(h, NFTSW_TEST_DMA_LO, (u32)addr);
	host_wr(h, NFTSW_TEST_DMA_HI, (u32)(addr >> 32));
	host_wr(h, NFTSW_TEST_DMA_SIZE, 64);
	nfm_fault_set(h->m, NFM_FAULT_DMA_FAIL, 1);
	host_wr(h, NFTSW_TEST_DMA_OP, NFTSW_TEST_DMA_OP_FILL);
	host_run(h);
	CHECK_EQ(host_rd(h, NFTSW_TEST_DMA_OP), NFTSW_TEST_DMA_OP_ERROR);
	host_wr(h, NFTSW_TEST_DMA_OP, NFTSW_TEST_DMA_OP_FILL);
	host_run(h);
	CHECK_EQ(host_rd(h, NFTSW_TEST_DMA_OP), NFTSW_TEST_DMA_OP_DONE);
	nfm_info_get(h->m, &info);
	CHECK_EQ(info.dma_errors, 1);
	CHECK_EQ(h->traces[NFM_TRACE_DMA_ERROR], 1);
	host_free(h);
	tap_result("fault", "dma_fail fails mappings");
}

/* Mappings that still succeed before fail_later() lets one fail. */
static u32 left;

static void fail_later(struct host *h, u64 addr, u32 len)
{
	(void)addr;
	(void)len;
	if (left && !--left)
		nfm_fault_set(h->m, NFM_FAULT_DMA_FAIL, 1);
}

/* A frame each way, one mapping of it fails: the nth.  Returns whether one did. */
static bool fail_nth(u32 nth)
{
	static const u8 frame[100] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
	struct host *h = host_new_up();
	struct nfm_info info;
	u32 i, sum = 0;

	host_rx_fill(h, 0, 8, 64);
	host_tx(h, 0, frame, 50, 0, 1);
	host_tx(h, 0, frame, 50, NFTSW_TXD_EOP | NFTSW_TXD_REPORT, 1);
	host_doorbell(h, NFTSW_RING_TX_SQ(0));
	left = nth;
	h->on_map = fail_later;
	host_in(h, 0, frame, sizeof(frame));
	host_run(h);
	for (i = 0; i < NFTSW_REASON_COUNT; i++)
		sum += (u32)nfm_reason_get(h->m, i);
	nfm_info_get(h->m, &info);
	CHECK(info.dma_errors <= 1);
	if (info.status & NFTSW_STATUS_FATAL)
		CHECK_EQ(NFTSW_GET(NFTSW_STATUS_CAUSE, info.status), NFTSW_CAUSE_EVQ_DMA);
	else
		CHECK(sum + host_ctr(h, 1, NFTSW_PCTR_TX_FRAMES) >= 1);
	CHECK(sum + host_ctr(h, 1, NFTSW_PCTR_TX_FRAMES) <= 2);
	host_free(h);
	return info.dma_errors;
}

static void test_dma_everywhere(void)
{
	u32 nth = 1;

	while (fail_nth(nth) && nth < 100)
		nth++;
	CHECK(nth > 9 && nth < 20);
	tap_result("fault", "a mapping may fail anywhere in the way of a frame");
}

static void test_table_full(void)
{
	struct host *h = host_new_up();
	struct nftsw_hw_flow_entry e;
	u64 addr = host_alloc(h, sizeof(e));

	chip_entry(&e, 0, 0);
	memcpy(host_ptr(h, addr), &e, sizeof(e));
	nfm_fault_set(h->m, NFM_FAULT_TABLE_FULL, 1);
	CHECK_EQ(host_cmd(h, NFTSW_OP_FLOW_SET, 0, 1, 0, addr, sizeof(e), NULL),
		 NFTSW_ST_NO_SPACE);
	nfm_fault_set(h->m, NFM_FAULT_TABLE_FULL, 0);
	CHECK_EQ(host_cmd(h, NFTSW_OP_FLOW_SET, 0, 1, 0, addr, sizeof(e), NULL), NFTSW_ST_OK);
	nfm_fault_set(h->m, NFM_FAULT_TABLE_FULL, 1);
	CHECK_EQ(host_cmd(h, NFTSW_OP_FLOW_SET, 0, 1, 0, addr, sizeof(e), NULL), NFTSW_ST_OK);
	host_free(h);
	tap_result("fault", "table_full refuses new keys, not those in the table");
}

static void test_reset_stuck(void)
{
	struct host *h = host_new_up();

	nfm_fault_set(h->m, NFM_FAULT_RESET_STUCK, 1);
	host_wr(h, NFTSW_CTRL, NFTSW_CTRL_RESET);
	CHECK_EQ(host_run(h), 1);
	h->now += 1000000000ull;
	host_run(h);
	CHECK_EQ(host_rd(h, NFTSW_STATUS), 0);
	CHECK_EQ(nfm_deadline(h->m), NFM_NEVER);
	nfm_fault_set(h->m, NFM_FAULT_RESET_STUCK, 0);
	host_run(h);
	CHECK_EQ(host_rd(h, NFTSW_STATUS), NFTSW_STATUS_READY);
	host_free(h);
	tap_result("fault", "reset_stuck never becomes READY, until it is set to 0");
}

static void test_fatal(void)
{
	static const u8 frame[60] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
	struct host *h = host_new_up();
	struct nftsw_hw_event ev;
	u32 status;

	while (host_take(h, NFTSW_RING_EVENT, &ev))
		;
	host_wr(h, NFTSW_IRQ_CTRL(1), NFTSW_IRQ_CTRL_ARM);
	nfm_fault_set(h->m, NFM_FAULT_FATAL, 1);
	CHECK_EQ(nfm_fault_get(h->m, NFM_FAULT_FATAL), 0);
	host_run(h);
	status = host_rd(h, NFTSW_STATUS);
	CHECK(status & NFTSW_STATUS_FATAL);
	CHECK_EQ(NFTSW_GET(NFTSW_STATUS_CAUSE, status), NFTSW_CAUSE_FORCED);
	CHECK_EQ(h->irqs[1], 1);
	CHECK(host_take(h, NFTSW_RING_EVENT, &ev) && ev.type == NFTSW_EV_HEALTH);
	CHECK(ev.severity == NFTSW_SEV_FATAL && NFM_LE32(ev.arg[0]) == NFTSW_CAUSE_FORCED);
	host_in(h, 0, frame, sizeof(frame));
	CHECK_EQ(nfm_reason_get(h->m, NFTSW_REASON_DISABLED), 1);
	CHECK_EQ(nop(h), 0xff);
	nfm_fault_set(h->m, NFM_FAULT_FATAL, 1);
	host_run(h);
	CHECK(!host_peek(h, NFTSW_RING_EVENT, &ev));
	nfm_reset(h->m);
	nfm_fault_set(h->m, NFM_FAULT_FATAL, 1);
	host_run(h);
	CHECK_EQ(host_rd(h, NFTSW_STATUS), NFTSW_STATUS_READY);
	host_free(h);
	tap_result("fault", "fatal stops the chip, tells, and a reset helps");
}

int main(void)
{
	printf("TAP version 13\n");
	test_names();
	test_values();
	test_delay();
	test_drop();
	test_status();
	test_opcode();
	test_irq();
	test_dma();
	test_dma_everywhere();
	test_table_full();
	test_reset_stuck();
	test_fatal();
	return tap_done();
}
