// SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause)
/* The whole chip: properties, forwarding in batches, accounting, reset. */
#include <string.h>
#include "host.h"
#include "chip.h"
#include "tap.h"

static const u8 bcast[60] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0, 1, 8, 6 };
static const u8 router[6] = { 2, 0, 0, 0, 1, 0 };

static const char *with(const struct nfm_cfg *c, u32 ports, u32 queues, u32 flows)
{
	struct nfm_cfg cfg = *c;

	cfg.ports = ports;
	cfg.queues = queues;
	cfg.flows = flows;
	return nfm_cfg_check(&cfg);
}

static void test_cfg(void)
{
	struct nfm_cfg c;

	host_cfg(&c);
	CHECK(!nfm_cfg_check(&c));
	CHECK(!with(&c, 64, 16, 1 << 20) && !with(&c, 1, 1, 16));
	CHECK(with(&c, 0, 1, 16) && with(&c, 65, 1, 16));
	CHECK(with(&c, 1, 0, 16) && with(&c, 1, 17, 16));
	CHECK(with(&c, 1, 1, 15) && with(&c, 1, 1, (1 << 20) + 1));
	c.fdb = 0;
	CHECK(!nfm_cfg_check(&c));
	c.fdb = 63;
	CHECK(nfm_cfg_check(&c));
	c.fdb = 131073;
	CHECK(nfm_cfg_check(&c));
	c.fdb = 131072;
	CHECK(!nfm_cfg_check(&c));
	c.speed_mbps[3] = 0;
	CHECK(nfm_cfg_check(&c));
	c.speed_mbps[3] = 400001;
	CHECK(nfm_cfg_check(&c));
	c.ports = 3;
	CHECK(!nfm_cfg_check(&c));
	c.mac[0] = 3;
	CHECK(nfm_cfg_check(&c));
	memset(c.mac, 0, 6);
	CHECK(nfm_cfg_check(&c));
	memcpy(c.mac, "\x02\x00\x00\xff\xff\xfd", 6);
	CHECK(!nfm_cfg_check(&c));
	c.mac[5] = 0xfe;
	CHECK(nfm_cfg_check(&c));
	tap_result("core", "properties that make no chip are refused with a sentence");
}

static void test_extremes(void)
{
	static const u32 sets[3][3] = { { 1, 1, 16 }, { 64, 16, 16 }, { 2, 1, 1 << 20 } };
	struct nfm_cfg c;
	struct host *h;
	u32 i;

	for (i = 0; i < 3; i++) {
		host_cfg(&c);
		c.ports = sets[i][0];
		c.queues = sets[i][1];
		c.flows = sets[i][2];
		h = host_new(&c);
		host_up(h);
		CHECK_EQ(host_rd(h, NFTSW_VECTORS), 2 + c.queues);
		CHECK_EQ(host_cmd(h, NFTSW_OP_FLOW_DEL, 0, c.flows, 0, 0, 0, NULL), NFTSW_ST_OK);
		host_rx_fill(h, 0, 1, 128);
		host_in(h, c.ports - 1, bcast, sizeof(bcast));
		CHECK_EQ(nfm_reason_get(h->m, NFTSW_REASON_LOCAL), 1);
		host_free(h);
	}
	tap_result("core", "the smallest and the largest chip work");
}

static void test_names(void)
{
	u32 i;

	for (i = 0; i < NFTSW_REASON_COUNT; i++)
		CHECK(strcmp(nfm_reason_name(i), "unknown"));
	CHECK(!strcmp(nfm_reason_name(NFTSW_REASON_TX_DMA), "tx_dma"));
	CHECK(!strcmp(nfm_reason_name(NFTSW_REASON_COUNT), "unknown"));
	CHECK(nfm_reason_is_drop(NFTSW_REASON_DISABLED) && !nfm_reason_is_drop(NFTSW_REASON_TTL));
	CHECK(!nfm_reason_is_drop(~0u));
	CHECK(!strcmp(nfm_pctr_name(NFTSW_PCTR_TX_FLOW), "tx_flow"));
	CHECK(!strcmp(nfm_pctr_name(NFTSW_PCTR_COUNT), "unknown"));
	CHECK(!strcmp(nfm_status_name(NFTSW_ST_NO_SPACE), "no_space"));
	CHECK(!strcmp(nfm_status_name(NFTSW_ST_COUNT), "unknown"));
	tap_result("core", "reasons, counters and status codes have names");
}

/* ---- forwarding -------------------------------------------------------------------- */

static void flow_add(struct host *h, u32 index, u32 oport, u32 state)
{
	struct nftsw_hw_flow_entry e;
	u64 addr = host_alloc(h, sizeof(e));

	chip_entry(&e, index, index);
	e.oport = NFM_TO_LE16((u16)oport);
	e.state = NFM_TO_LE32(state);
	memcpy(host_ptr(h, addr), &e, sizeof(e));
	CHECK_EQ(host_cmd(h, NFTSW_OP_FLOW_SET, 0, 1, 0, addr, sizeof(e), NULL), NFTSW_ST_OK);
}

/* 70 frames of 7 flows to 3 ports, in one call: three passes. */
static void test_batches(void)
{
	struct host *h = host_new_up();
	struct nftsw_hw_flow_entry e;
	struct nfm_frame f[70];
	struct frame mem[70];
	u32 last[4] = { 0, 0, 0, 0 };
	u32 i, seq;

	host_rmac(h, 0, router, NFTSW_RMAC_ROUTER);
	for (i = 0; i < 7; i++)
		flow_add(h, i, 1 + i % 3, 0);
	for (i = 0; i < 70; i++) {
		chip_entry(&e, 0, i * 5 % 7);
		mem[i] = frame_udp(&e.key, router, 40);
		mem[i].data[50] = (u8)(i + 1);
		f[i].data = mem[i].data;
		f[i].len = mem[i].len;
	}
	nfm_ingress(h->m, 0, f, 70, h->now);
	CHECK_EQ(h->out_count, 70);
	CHECK_EQ(h->batches, 9);
	for (i = 0; i < h->out_count; i++) {
		seq = h->out[i].data[50];
		CHECK_EQ(h->out[i].port, 1 + (seq - 1) * 5 % 7 % 3);
		CHECK(seq > last[h->out[i].port]);
		last[h->out[i].port] = seq;
		CHECK_EQ(h->out[i].data[22], 63);
	}
	CHECK_EQ(host_ctr(h, 0, NFTSW_PCTR_RX_FLOW), 70);
	CHECK_EQ(host_ctr(h, 1, NFTSW_PCTR_TX_FLOW) + host_ctr(h, 2, NFTSW_PCTR_TX_FLOW) +
		 host_ctr(h, 3, NFTSW_PCTR_TX_FLOW), 70);
	CHECK_EQ(host_ctr(h, 1, NFTSW_PCTR_TX_FRAMES), host_ctr(h, 1, NFTSW_PCTR_TX_FLOW));
	for (i = 0; i < 70; i++)
		frame_free(&mem[i]);
	host_free(h);
	tap_result("core", "frames leave in batches, one per port and pass, in order");
}

/* Every frame that comes in ends in exactly one counter. */
static void test_accounting(void)
{
	struct host *h = host_new_up();
	u64 state = 1, sum = 0;
	u32 i, n = 5000;

	host_rmac(h, 0, router, NFTSW_RMAC_ROUTER);
	flow_add(h, 3, 1, 0);
	for (i = 0; i < n; i++) {
		struct nftsw_hw_flow_entry e;
		struct nftsw_hw_rxc c;
		struct frame f;

		chip_entry(&e, 0, (u32)(random_u64(&state) % 5));
		f = frame_udp(&e.key, router, (u32)(random_u64(&state) % 1600));
		f.data[random_u64(&state) % f.len] ^= (u8)(random_u64(&state) & 3);
		if (i % 50 == 0)
			host_rx_fill(h, 0, 2, 2048);
		host_in(h, (u32)(random_u64(&state) % 2), f.data,
			random_u64(&state) % 9 ? f.len : (u32)(random_u64(&state) % f.len));
		while (host_take(h, NFTSW_RING_RX_CQ(0), &c))
			;
		if (h->used > HOST_GUEST_BYTES / 2)
			h->used = HOST_GUEST_BYTES / 2;
		frame_free(&f);
	}
	for (i = 0; i < NFTSW_REASON_COUNT; i++)
		sum += nfm_reason_get(h->m, i);
	CHECK_EQ(sum + host_ctr(h, 1, NFTSW_PCTR_TX_FLOW), n);
	CHECK(host_ctr(h, 1, NFTSW_PCTR_TX_FLOW) > 100);
	CHECK_EQ(nfm_reason_get(h->m, NFTSW_REASON_NONE), 0);
	host_free(h);
	tap_result("core", "each frame has exactly one end");
}

static void test_policer(void)
{
	struct nftsw_hw_trap_group g = {
		.group = NFM_TO_LE32(NFTSW_GROUP_LOCAL),
		.rate_pps = NFM_TO_LE32(1000),
		.burst = NFM_TO_LE32(5),
	};
	struct host *h = host_new_up();
	u64 addr = host_alloc(h, sizeof(g));
	struct nftsw_hw_rxc c;
	u32 i;

	memcpy(host_ptr(h, addr), &g, sizeof(g));
	CHECK_EQ(host_cmd(h, NFTSW_OP_TRAP_SET, 1, 1, 0, addr, sizeof(g), NULL), NFTSW_ST_OK);
	for (i = 0; i < 11; i++) {
		host_rx_fill(h, 0, 1, 64);
		host_in(h, 0, bcast, sizeof(bcast));
		host_take(h, NFTSW_RING_RX_CQ(0), &c);
	}
	CHECK_EQ(nfm_reason_get(h->m, NFTSW_REASON_LOCAL), 5);
	CHECK_EQ(nfm_reason_get(h->m, NFTSW_REASON_POLICED), 6);
	for (i = 0; i < 10000; i++) {
		h->now += 250000;
		host_in(h, 0, bcast, sizeof(bcast));
		if (host_take(h, NFTSW_RING_RX_CQ(0), &c)) {
			h->used = 0x100000;
			host_rx_fill(h, 0, 1, 64);
		}
	}
	CHECK_EQ(nfm_reason_get(h->m, NFTSW_REASON_LOCAL), 5 + 2500);
	CHECK_EQ(nfm_reason_get(h->m, NFTSW_REASON_POLICED), 6 + 7500);
	CHECK_EQ(host_cmd(h, NFTSW_OP_TRAP_GET, 1, 1, 0, addr, sizeof(g), NULL), NFTSW_ST_OK);
	memcpy(&g, host_ptr(h, addr), sizeof(g));
	CHECK_EQ(NFM_LE64(g.passed), 2505);
	CHECK_EQ(NFM_LE64(g.policed), 7506);
	host_free(h);
	tap_result("core", "a policer lets its burst and then its rate pass, to the packet");
}

/* ---- reset ----------------------------------------------------------------------------- */

static void check_blank(struct host *h)
{
	struct nftsw_hw_port_cfg cfg;
	struct nfm_info info;
	u32 i;

	nfm_info_get(h->m, &info);
	CHECK_EQ(info.flows_used, 0);
	CHECK_EQ(info.cmds | info.cmd_errors | info.events | info.cpu_rx_frames, 0);
	CHECK_EQ(host_rd(h, NFTSW_CTRL), 0);
	CHECK_EQ(host_rd(h, NFTSW_STATUS), NFTSW_STATUS_READY);
	for (i = 0; i < NFTSW_RING_RX_SQ(2); i++)
		if (i != 3)
			CHECK(!host_rd(h, NFTSW_RING_CTRL(i)) && !host_rd(h, NFTSW_RING_COUNT(i)));
	for (i = 0; i < 4; i++) {
		CHECK_EQ(host_rd(h, NFTSW_PORT_CTRL(i)), 0);
		CHECK_EQ(host_ctr(h, i, NFTSW_PCTR_RX_FRAMES), 0);
		CHECK(!h->link[i]);
		nfm_port_cfg_get(h->m, i, &cfg);
		CHECK_EQ(NFM_LE32(cfg.max_frame), 1514);
		CHECK_EQ(host_rd(h, NFTSW_PORT_SPEED(i)), 10000);
	}
	for (i = 0; i < NFTSW_REASON_COUNT; i++)
		CHECK_EQ(nfm_reason_get(h->m, i), 0);
	CHECK_EQ(host_rd(h, NFTSW_SERIAL_LO), 0x55667788);
	CHECK_EQ(nfm_deadline(h->m), NFM_NEVER);
}

static void busy(struct host *h)
{
	u32 i;

	host_rmac(h, 0, router, NFTSW_RMAC_ROUTER);
	flow_add(h, 3, 1, 0);
	host_rx_fill(h, 0, 4, 2048);
	host_in(h, 0, bcast, sizeof(bcast));
	host_wr(h, NFTSW_IRQ_MOD(0), 100);
	host_wr(h, NFTSW_IRQ_CTRL(0), 1);
	for (i = 0; i < 8; i++) {
		host_tx(h, 0, bcast, sizeof(bcast), NFTSW_TXD_EOP, 0);
		host_cmd_put(h, NFTSW_OP_FLOW_DEL, 0, 1000, 0, 0, 0);
	}
	host_doorbell(h, NFTSW_RING_TX_SQ(0));
	host_doorbell(h, NFTSW_RING_CMD_SQ);
	nfm_run(h->m, h->now, 3);
}

static void test_reset(void)
{
	struct host *h = host_new_up();
	u32 maps, out, flr;

	for (flr = 0; flr < 2; flr++) {
		busy(h);
		out = h->out_count;
		if (flr)
			nfm_reset(h->m);
		else
			host_wr(h, NFTSW_CTRL, NFTSW_CTRL_RESET | NFTSW_CTRL_ENABLE);
		CHECK_EQ(host_rd(h, NFTSW_STATUS), 0);
		CHECK_EQ(host_rd(h, NFTSW_CTRL), 0);
		maps = h->maps;
		host_in(h, 0, bcast, sizeof(bcast));
		CHECK_EQ(nfm_reason_get(h->m, NFTSW_REASON_DISABLED), 1);
		host_wr(h, NFTSW_CTRL, NFTSW_CTRL_ENABLE);
		CHECK_EQ(host_rd(h, NFTSW_CTRL), 0);
		host_wr(h, NFTSW_TEST_ECHO, 1);
		CHECK_EQ(host_rd(h, NFTSW_BAD_ACCESS), 2);
		host_run(h);
		CHECK_EQ(h->maps, maps);
		CHECK_EQ(h->out_count, out);
		check_blank(h);
		CHECK(!nfm_port_link(h->m, 0));
		host_up(h);
		CHECK(nfm_port_link(h->m, 0));
		CHECK_EQ(host_cmd(h, NFTSW_OP_NOP, 0, 0, 0, 0, 0, NULL), NFTSW_ST_OK);
	}
	CHECK_EQ(h->traces[NFM_TRACE_RESET], 3);
	host_free(h);
	tap_result("core", "a reset in the middle of everything leaves a blank chip");
}

static void test_no_budget(void)
{
	struct host *h = host_new_up();
	struct nftsw_hw_cpl c;

	host_cmd_put(h, NFTSW_OP_NOP, 0, 0, 0, 0, 0);
	host_tx(h, 0, bcast, sizeof(bcast), NFTSW_TXD_EOP, 0);
	host_doorbell(h, NFTSW_RING_CMD_SQ);
	host_doorbell(h, NFTSW_RING_TX_SQ(0));
	CHECK(nfm_run(h->m, h->now, 0));
	CHECK(!host_peek(h, NFTSW_RING_CMD_CQ, &c) && !h->out_count);
	host_run(h);
	CHECK(host_peek(h, NFTSW_RING_CMD_CQ, &c) && h->out_count == 1);
	host_free(h);
	tap_result("core", "a budget of 0 does no work");
}

int main(void)
{
	printf("TAP version 13\n");
	test_cfg();
	test_extremes();
	test_names();
	test_batches();
	test_accounting();
	test_policer();
	test_reset();
	test_no_budget();
	return tap_done();
}
