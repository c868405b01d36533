// SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause)
/* Rings: configuration, indices, phases, stops, what host memory may do.  DS 4. */
#include "host.h"
#include "tap.h"

#define CQ	NFTSW_RING_CMD_CQ
#define SQ	NFTSW_RING_CMD_SQ

static u32 sts(struct host *h, u32 n)
{
	u32 v = host_rd(h, NFTSW_RING_STS(n));

	host_wr(h, NFTSW_RING_STS(n), v);
	CHECK_EQ(host_rd(h, NFTSW_RING_STS(n)), 0);
	return v;
}

static bool enable(struct host *h, u32 n, u64 base, u32 count)
{
	host_wr(h, NFTSW_RING_CTRL(n), 0);
	host_wr(h, NFTSW_RING_BASE_LO(n), (u32)base);
	host_wr(h, NFTSW_RING_BASE_HI(n), (u32)(base >> 32));
	host_wr(h, NFTSW_RING_COUNT(n), count);
	host_wr(h, NFTSW_RING_CTRL(n), NFTSW_RING_CTRL_EN);
	return host_rd(h, NFTSW_RING_CTRL(n));
}

static void nop(struct host *h)
{
	host_cmd_put(h, NFTSW_OP_NOP, 0, 0, 0, 0, 0);
}

static void test_config(void)
{
	static const u32 bad_counts[] = { 0, 1, 4, 7, 9, 12, 0x10000, 0x80000000, ~0u };
	struct host *h = host_new(NULL);
	u32 i;

	for (i = 0; i < NFM_ARRAY_COUNT(bad_counts); i++) {
		CHECK(!enable(h, 4, HOST_GUEST_BASE, bad_counts[i]));
		CHECK_EQ(sts(h, 4), NFTSW_RING_STS_CONFIG);
	}
	CHECK(enable(h, 4, HOST_GUEST_BASE, 4096));
	CHECK(!enable(h, 4, HOST_GUEST_BASE, 8192));
	CHECK(!enable(h, 4, HOST_GUEST_BASE + 32, 64));
	CHECK(!enable(h, 4, 0ull - 64, 8));
	CHECK_EQ(sts(h, 4), NFTSW_RING_STS_CONFIG);
	CHECK(enable(h, SQ, HOST_GUEST_BASE, 1024));
	CHECK(!enable(h, SQ, HOST_GUEST_BASE, 2048));
	CHECK(!enable(h, CQ, HOST_GUEST_BASE, 2048));
	CHECK(enable(h, NFTSW_RING_EVENT, HOST_GUEST_BASE, 2048));
	CHECK_EQ(sts(h, SQ) & sts(h, CQ), NFTSW_RING_STS_CONFIG);
	host_free(h);
	tap_result("ring", "a bad base or count is refused");
}

static void test_config_running(void)
{
	struct host *h = host_new_up();
	u64 base = h->ring[4].addr;

	host_wr(h, NFTSW_RING_BASE_LO(4), 0);
	CHECK_EQ(sts(h, 4), NFTSW_RING_STS_CONFIG);
	host_wr(h, NFTSW_RING_COUNT(4), 8);
	CHECK_EQ(sts(h, 4), NFTSW_RING_STS_CONFIG);
	CHECK_EQ(host_rd(h, NFTSW_RING_BASE_LO(4)), (u32)base);
	CHECK_EQ(host_rd(h, NFTSW_RING_BASE_HI(4)), (u32)(base >> 32));
	CHECK_EQ(host_rd(h, NFTSW_RING_COUNT(4)), HOST_RING_COUNT);
	host_wr(h, NFTSW_RING_CTRL(4), NFTSW_RING_CTRL_EN);
	CHECK_EQ(sts(h, 4), 0);
	host_free(h);
	tap_result("ring", "base and count stand still while the ring runs");
}

static void test_sq_index(void)
{
	struct host *h = host_new(NULL);

	host_wr(h, NFTSW_RING_PROD(4), 1);
	CHECK_EQ(sts(h, 4), NFTSW_RING_STS_INDEX);
	host_wr(h, NFTSW_RING_PROD(4), 0);
	CHECK_EQ(sts(h, 4), NFTSW_RING_STS_INDEX);
	host_wr(h, NFTSW_RING_CONS(5), 0);
	CHECK_EQ(sts(h, 5), NFTSW_RING_STS_INDEX);
	host_ring_set(h, 4, 8);
	host_wr(h, NFTSW_RING_PROD(4), 8);
	CHECK_EQ(sts(h, 4), 0);
	CHECK_EQ(host_rd(h, NFTSW_RING_PROD(4)), 8);
	host_wr(h, NFTSW_RING_PROD(4), 9);
	CHECK_EQ(sts(h, 4), NFTSW_RING_STS_INDEX);
	host_wr(h, NFTSW_RING_PROD(4), 0xffff);
	CHECK_EQ(sts(h, 4), NFTSW_RING_STS_INDEX);
	host_wr(h, NFTSW_RING_PROD(4), 0x10008);
	CHECK_EQ(sts(h, 4), NFTSW_RING_STS_INDEX);
	CHECK_EQ(host_rd(h, NFTSW_RING_PROD(4)), 8);
	CHECK_EQ(host_rd(h, NFTSW_BAD_ACCESS), 0);
	host_wr(h, NFTSW_RING_CONS(4), 1);
	CHECK_EQ(host_rd(h, NFTSW_BAD_ACCESS), 1);
	CHECK_EQ(host_rd(h, NFTSW_RING_CONS(4)), 0);
	host_free(h);
	tap_result("ring", "a doorbell beyond the ring is refused");
}

static void test_cq_index(void)
{
	struct host *h = host_new_up();

	nop(h);
	nop(h);
	host_doorbell(h, SQ);
	host_run(h);
	CHECK_EQ(host_rd(h, NFTSW_RING_PROD(CQ)), 2);
	host_wr(h, NFTSW_RING_CONS(CQ), 3);
	CHECK_EQ(sts(h, CQ), NFTSW_RING_STS_INDEX);
	host_wr(h, NFTSW_RING_CONS(CQ), 0xffff);
	CHECK_EQ(sts(h, CQ), NFTSW_RING_STS_INDEX);
	host_wr(h, NFTSW_RING_CONS(CQ), 0x10001);
	CHECK_EQ(sts(h, CQ), NFTSW_RING_STS_INDEX);
	CHECK_EQ(host_rd(h, NFTSW_RING_CONS(CQ)), 0);
	host_wr(h, NFTSW_RING_CONS(CQ), 2);
	host_wr(h, NFTSW_RING_CONS(CQ), 1);
	CHECK_EQ(sts(h, CQ), NFTSW_RING_STS_INDEX);
	CHECK_EQ(host_rd(h, NFTSW_RING_CONS(CQ)), 2);
	host_wr(h, NFTSW_RING_PROD(CQ), 5);
	CHECK_EQ(host_rd(h, NFTSW_BAD_ACCESS), 1);
	host_free(h);
	tap_result("ring", "an index outside of what the chip wrote is refused");
}

static void test_wrap(void)
{
	struct host *h = host_new(NULL);
	struct nftsw_hw_cpl c;
	u32 i, k;

	host_ring_set(h, SQ, 8);
	host_ring_set(h, CQ, 8);
	for (i = 0; i < 70000; i += 7) {
		for (k = 0; k < 7; k++)
			nop(h);
		host_doorbell(h, SQ);
		host_run(h);
		for (k = 0; k < 7; k++) {
			if (!CHECK(host_take(h, CQ, &c)))
				break;
			CHECK_EQ(NFM_LE16(c.tag), (u16)(i + k));
			CHECK_EQ(NFM_LE16(c.sq_cons), (u16)(i + k + 1));
		}
		CHECK(!host_peek(h, CQ, &c));
	}
	CHECK_EQ(host_rd(h, NFTSW_RING_PROD(SQ)), (u16)i);
	CHECK_EQ(sts(h, SQ) | sts(h, CQ), 0);
	host_free(h);
	tap_result("ring", "phases and indices hold over many wraps, and that of the index");
}

static void test_full(void)
{
	struct host *h = host_new(NULL);
	struct nftsw_hw_cpl c;
	u32 i, tag = 0;

	host_ring_set(h, SQ, 16);
	host_ring_set(h, CQ, 8);
	for (i = 0; i < 16; i++)
		nop(h);
	host_doorbell(h, SQ);
	host_run(h);
	CHECK_EQ(host_rd(h, NFTSW_RING_PROD(CQ)), 8);
	CHECK_EQ(host_rd(h, NFTSW_RING_STS(CQ)), NFTSW_RING_STS_OVERFLOW);
	for (; host_take(h, CQ, &c); tag++) {
		CHECK_EQ(NFM_LE16(c.tag), tag);
		host_run(h);
	}
	CHECK_EQ(tag, 16);
	host_free(h);
	tap_result("ring", "completions wait for room and are never lost");
}

static void test_stop(void)
{
	struct host *h = host_new_up();
	struct nftsw_hw_cpl c;
	u32 maps;

	nop(h);
	host_doorbell(h, SQ);
	host_wr(h, NFTSW_RING_CTRL(SQ), 0);
	maps = h->maps;
	host_run(h);
	CHECK_EQ(h->maps, maps);
	CHECK_EQ(host_rd(h, NFTSW_RING_PROD(SQ)), 1);
	CHECK_EQ(host_rd(h, NFTSW_RING_CONS(SQ)), 0);
	host_wr(h, NFTSW_RING_CTRL(SQ), NFTSW_RING_CTRL_EN);
	CHECK_EQ(host_rd(h, NFTSW_RING_PROD(SQ)), 0);
	h->ring[SQ].idx = 0;
	CHECK_EQ(host_cmd(h, NFTSW_OP_NOP, 0, 0, 0, 0, 0, &c), NFTSW_ST_OK);
	CHECK_EQ(NFM_LE16(c.sq_cons), 1);
	host_free(h);
	tap_result("ring", "a stopped ring is not touched, and starts again from 0");
}

static void test_cq_missing(void)
{
	struct host *h = host_new(NULL);
	struct nftsw_hw_cpl c;

	host_ring_set(h, SQ, 8);
	nop(h);
	host_doorbell(h, SQ);
	host_run(h);
	CHECK_EQ(host_rd(h, NFTSW_RING_CONS(SQ)), 0);
	host_ring_set(h, CQ, 8);
	host_run(h);
	CHECK(host_take(h, CQ, &c));
	host_free(h);
	tap_result("ring", "commands wait for their completion ring");
}

/* Enables a ring where there is no memory; returns STATUS after one command. */
static u32 lost_ring(u32 n)
{
	struct host *h = host_new_up();
	struct nftsw_hw_event ev;
	u32 status;

	while (host_take(h, NFTSW_RING_EVENT, &ev))
		;
	CHECK(enable(h, n, 0x1000, 8));
	h->ring[SQ].idx = n == SQ ? 0 : h->ring[SQ].idx;
	nop(h);
	host_doorbell(h, SQ);
	nfm_link_set(h->m, 0, false);
	host_run(h);
	CHECK_EQ(host_rd(h, NFTSW_RING_STS(n)), NFTSW_RING_STS_DMA);
	CHECK_EQ(host_rd(h, NFTSW_RING_CTRL(n)), 0);
	status = host_rd(h, NFTSW_STATUS);
	if (n != NFTSW_RING_EVENT) {
		CHECK(host_take(h, NFTSW_RING_EVENT, &ev) && ev.type == NFTSW_EV_LINK);
		CHECK(host_take(h, NFTSW_RING_EVENT, &ev) && ev.type == NFTSW_EV_HEALTH);
		CHECK_EQ(ev.severity, NFTSW_SEV_FATAL);
		CHECK_EQ(NFM_LE32(ev.index), n);
		CHECK_EQ(NFM_LE32(ev.arg[0]), NFTSW_GET(NFTSW_STATUS_CAUSE, status));
	}
	CHECK_EQ(host_rd(h, NFTSW_CTRL), 0);
	host_wr(h, NFTSW_CTRL, NFTSW_CTRL_ENABLE);
	CHECK_EQ(host_rd(h, NFTSW_CTRL), 0);
	host_wr(h, NFTSW_RING_CTRL(4), NFTSW_RING_CTRL_EN);
	CHECK_EQ(host_rd(h, NFTSW_RING_CTRL(4)), 0);
	host_wr(h, NFTSW_CTRL, NFTSW_CTRL_RESET);
	host_run(h);
	CHECK_EQ(host_rd(h, NFTSW_STATUS), NFTSW_STATUS_READY);
	host_free(h);
	return status;
}

static u32 fatal(u32 cause)
{
	return NFTSW_STATUS_READY | NFTSW_STATUS_FATAL | NFTSW_PUT(NFTSW_STATUS_CAUSE, cause);
}

static void test_fatal(void)
{
	CHECK_EQ(lost_ring(SQ), fatal(NFTSW_CAUSE_CMD_DMA));
	CHECK_EQ(lost_ring(CQ), fatal(NFTSW_CAUSE_CPL_DMA));
	CHECK_EQ(lost_ring(NFTSW_RING_EVENT), fatal(NFTSW_CAUSE_EVQ_DMA));
	tap_result("ring", "the chip stops when a ring that it needs is unreachable");
}

static void test_packet_ring_lost(void)
{
	struct host *h = host_new_up();
	struct nftsw_hw_event ev;
	u32 tx = NFTSW_RING_TX_SQ(1);

	while (host_take(h, NFTSW_RING_EVENT, &ev))
		;
	CHECK(enable(h, tx, 0x1000, 8));
	host_wr(h, NFTSW_RING_PROD(tx), 1);
	host_run(h);
	CHECK_EQ(host_rd(h, NFTSW_RING_STS(tx)), NFTSW_RING_STS_DMA);
	CHECK_EQ(host_rd(h, NFTSW_RING_CTRL(tx)), 0);
	CHECK_EQ(host_rd(h, NFTSW_STATUS), NFTSW_STATUS_READY);
	CHECK(host_take(h, NFTSW_RING_EVENT, &ev) && ev.type == NFTSW_EV_HEALTH);
	CHECK_EQ(ev.severity, NFTSW_SEV_ERROR);
	CHECK_EQ(NFM_LE32(ev.index), tx);
	CHECK_EQ(NFM_LE32(ev.arg[0]), NFTSW_CAUSE_NONE);
	CHECK_EQ(host_cmd(h, NFTSW_OP_NOP, 0, 0, 0, 0, 0, NULL), NFTSW_ST_OK);
	host_free(h);
	tap_result("ring", "a packet ring that is unreachable stops alone");
}

/* Rewrites every command between two mappings: what counts is the first look. */
static void change_mind(struct host *h, u64 addr, u32 len)
{
	u64 sq = h->ring[SQ].addr;

	(void)len;
	if (addr < sq || addr >= sq + 64 * HOST_RING_COUNT)
		memset(host_ptr(h, sq), 0xff, 64);
}

static void test_single_fetch(void)
{
	struct host *h = host_new_up();
	struct nftsw_hw_port_cfg cfg[4];
	u64 addr = host_alloc(h, sizeof(cfg));

	h->on_map = change_mind;
	CHECK_EQ(host_cmd(h, NFTSW_OP_PORT_GET, 0, 4, 0, addr, sizeof(cfg), NULL), NFTSW_ST_OK);
	memcpy(cfg, host_ptr(h, addr), sizeof(cfg));
	CHECK_EQ(NFM_LE16(cfg[3].port), 3);
	host_free(h);
	tap_result("ring", "a descriptor is looked at once");
}

int main(void)
{
	printf("TAP version 13\n");
	test_config();
	test_config_running();
	test_sq_index();
	test_cq_index();
	test_wrap();
	test_full();
	test_stop();
	test_cq_missing();
	test_fatal();
	test_packet_ring_lost();
	test_single_fetch();
	return tap_done();
}
