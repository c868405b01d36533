// SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause)
/* Every register of the map: reset value, access class, what is not a register.  DS 3. */
#include "host.h"
#include "tap.h"

static u32 bad(struct host *h)
{
	return host_rd(h, NFTSW_BAD_ACCESS);
}

static void test_identity(void)
{
	struct host *h = host_new(NULL);

	CHECK_EQ(host_rd(h, NFTSW_ID), 0x4e465431);
	CHECK_EQ(host_rd(h, NFTSW_ABI), NFTSW_ABI_VERSION);
	CHECK_EQ(host_rd(h, NFTSW_REV), NFM_BUILD << 8);
	CHECK(host_rd(h, NFTSW_CAPS) & NFTSW_CAPS_BRIDGE);
	CHECK(host_rd(h, NFTSW_CAPS) & NFTSW_CAPS_FLOW);
	CHECK_EQ(host_rd(h, NFTSW_PORTS), 4);
	CHECK_EQ(host_rd(h, NFTSW_QUEUES), 2);
	CHECK_EQ(host_rd(h, NFTSW_FLOWS), 1024);
	CHECK_EQ(host_rd(h, NFTSW_FDB), 256);
	CHECK_EQ(host_rd(h, NFTSW_SERIAL_LO), 0x55667788);
	CHECK_EQ(host_rd(h, NFTSW_SERIAL_HI), 0x11223344);
	CHECK_EQ(host_rd(h, NFTSW_MAC_LO), 0x54464e02);
	CHECK_EQ(host_rd(h, NFTSW_MAC_HI), 0);
	CHECK_EQ(host_rd(h, NFTSW_MAX_FRAME), 9300);
	CHECK_EQ(host_rd(h, NFTSW_VECTORS), 4);
	CHECK_EQ(host_rd(h, NFTSW_LAGS), 32);
	CHECK(host_rd(h, NFTSW_CAPS) & NFTSW_CAPS_LAG);
	CHECK_EQ(host_rd(h, NFTSW_ACLS), 256);
	CHECK(host_rd(h, NFTSW_CAPS) & NFTSW_CAPS_ACL);
	CHECK_EQ(bad(h), 0);
	host_free(h);
	tap_result("regs", "identity and capacity are those of the properties");
}

/* Words that exist in a chip of 4 ports and 2 queues. */
static bool is_register(u32 off)
{
	u32 n;

	if (off <= NFTSW_ACLS)
		return true;
	if (off >= NFTSW_CTRL && off <= NFTSW_SEED_HI)
		return true;
	if (off >= NFTSW_TEST_ECHO && off <= NFTSW_TEST_DMA_OP)
		return true;
	if (off >= NFTSW_IRQ_CTRL(0) && off < NFTSW_IRQ_CTRL(4))
		return (off & 0xf) <= 8;
	if (off >= NFTSW_RING_BASE_LO(0) && off < NFTSW_RING_BASE_LO(NFTSW_RING_RX_SQ(2))) {
		n = (off - NFTSW_RING_BASE_LO(0)) / NFTSW_RING_STRIDE;
		return n != 3 && (off & 0x1f) <= 0x18;
	}
	if (off >= NFTSW_PORT_CTRL(0) && off < NFTSW_PORT_CTRL(4))
		return (off & 0x1f) <= 8;
	return false;
}

static bool is_read_only(u32 off)
{
	u32 n;

	if (off < NFTSW_CTRL || off == NFTSW_STATUS)
		return true;
	if (off == NFTSW_BAD_ACCESS || off == NFTSW_TIME_LO || off == NFTSW_TIME_HI)
		return true;
	if (off >= NFTSW_IRQ_CTRL(0) && off < NFTSW_RING_BASE_LO(0))
		return (off & 0xf) == 8;
	if (off >= NFTSW_RING_BASE_LO(0) && off < NFTSW_PORT_CTRL(0)) {
		n = (off - NFTSW_RING_BASE_LO(0)) / NFTSW_RING_STRIDE;
		if (n == NFTSW_RING_EVENT || (n & 1))
			return (off & 0x1f) == 0x10;
		return (off & 0x1f) == 0x14;
	}
	return off >= NFTSW_PORT_CTRL(0) && (off & 0x1f) != 0;
}

static void test_reads(void)
{
	struct host *h = host_new(NULL);
	u32 off;

	for (off = 0; off < NFTSW_BAR0_SIZE; off += 4) {
		u32 v = host_rd(h, off);

		if (!is_register(off))
			CHECK_EQ(v, 0);
		if (!CHECK_EQ(off == NFTSW_BAD_ACCESS ? 0 : bad(h), !is_register(off)))
			printf("# at offset %#x\n", off);
	}
	host_free(h);
	tap_result("regs", "reading any other word gives 0 and is counted");
}

static void test_writes(void)
{
	struct host *h = host_new(NULL);
	u32 off, expect;

	for (off = 0; off < NFTSW_BAR0_SIZE; off += 4) {
		if (off == NFTSW_CTRL)
			continue;
		host_wr(h, off, 0);
		expect = !is_register(off) || is_read_only(off);
		if (!CHECK_EQ(bad(h), expect))
			printf("# at offset %#x\n", off);
	}
	host_free(h);
	tap_result("regs", "writing read-only registers or other words is ignored and counted");
}

static void test_bad_access(void)
{
	struct host *h = host_new(NULL);
	struct nfm_info info;

	host_rd(h, 2);
	host_wr(h, 0x41, 2);
	host_rd(h, NFTSW_BAR0_SIZE);
	host_wr(h, 0xfffffffc, 1);
	nfm_mmio_bad(h->m, 0x40, 8);
	host_wr(h, NFTSW_BAD_ACCESS, 0);
	CHECK_EQ(bad(h), 6);
	CHECK_EQ(bad(h), 0);
	nfm_info_get(h->m, &info);
	CHECK_EQ(info.bad_access, 6);
	CHECK_EQ(h->traces[NFM_TRACE_BAD_WRITE], 1);
	CHECK_EQ(h->traces[NFM_TRACE_BAD_SIZE], 5);
	host_free(h);
	tap_result("regs", "unaligned, wide and far accesses are counted; reading clears");
}

static void test_control(void)
{
	struct host *h = host_new(NULL);

	CHECK_EQ(host_rd(h, NFTSW_CTRL), 0);
	CHECK_EQ(host_rd(h, NFTSW_STATUS), NFTSW_STATUS_READY);
	host_wr(h, NFTSW_CTRL, ~NFTSW_CTRL_RESET);
	CHECK_EQ(host_rd(h, NFTSW_CTRL), NFTSW_CTRL_ENABLE);
	host_wr(h, NFTSW_CTRL, 0);
	CHECK_EQ(host_rd(h, NFTSW_CTRL), 0);
	host_free(h);
	tap_result("regs", "CTRL keeps the bits that it has");
}

static void test_time(void)
{
	struct host *h = host_new(NULL);

	h->now = 0x1fffffff0ull;
	nfm_run(h->m, h->now, 0);
	CHECK_EQ(host_rd(h, NFTSW_TIME_LO), 0xfffffff0);
	h->now = 0x200000010ull;
	nfm_run(h->m, h->now, 0);
	CHECK_EQ(host_rd(h, NFTSW_TIME_HI), 1);
	CHECK_EQ(host_rd(h, NFTSW_TIME_LO), 0x10);
	CHECK_EQ(host_rd(h, NFTSW_TIME_HI), 2);
	nfm_run(h->m, 5, 0);
	CHECK_EQ(host_rd(h, NFTSW_TIME_LO), 0x10);
	host_free(h);
	tap_result("regs", "TIME_HI is latched with TIME_LO; time never goes back");
}

static void test_echo(void)
{
	struct host *h = host_new(NULL);

	CHECK_EQ(host_rd(h, NFTSW_TEST_ECHO), 0xffffffff);
	host_wr(h, NFTSW_TEST_ECHO, 0x12345678);
	CHECK_EQ(host_rd(h, NFTSW_TEST_ECHO), 0xedcba987);
	host_free(h);
	tap_result("regs", "TEST_ECHO inverts");
}

static void test_seed(void)
{
	struct host *h = host_new_up();
	struct nftsw_hw_flow_entry e = { .mtu = NFM_TO_LE16(1500) };
	u64 addr = host_alloc(h, sizeof(e));

	host_wr(h, NFTSW_SEED_LO, 0x89abcdef);
	host_wr(h, NFTSW_SEED_HI, 0x01234567);
	CHECK_EQ(host_rd(h, NFTSW_SEED_LO), 0x89abcdef);
	CHECK_EQ(host_rd(h, NFTSW_SEED_HI), 0x01234567);
	e.key.l4proto = 17;
	memcpy(e.dmac, "\x02\x00\x00\x00\x00\x01", 6);
	memcpy(e.smac, "\x02\x00\x00\x00\x00\x02", 6);
	memcpy(host_ptr(h, addr), &e, sizeof(e));
	CHECK_EQ(host_cmd(h, NFTSW_OP_FLOW_SET, 0, 1, 0, addr, sizeof(e), NULL), NFTSW_ST_OK);
	host_wr(h, NFTSW_SEED_LO, 1);
	host_wr(h, NFTSW_SEED_HI, 1);
	CHECK_EQ(host_rd(h, NFTSW_SEED_LO), 0x89abcdef);
	CHECK_EQ(host_rd(h, NFTSW_SEED_HI), 0x01234567);
	CHECK_EQ(bad(h), 2);
	CHECK_EQ(host_cmd(h, NFTSW_OP_FLOW_DEL, 0, 1, 0, 0, 0, NULL), NFTSW_ST_OK);
	host_wr(h, NFTSW_SEED_LO, 1);
	CHECK_EQ(host_rd(h, NFTSW_SEED_LO), 1);
	host_free(h);
	tap_result("regs", "the seed changes only while the flow table is empty");
}

static u32 dma_op(struct host *h, u64 addr, u32 size, u32 op)
{
	host_wr(h, NFTSW_TEST_DMA_LO, (u32)addr);
	host_wr(h, NFTSW_TEST_DMA_HI, (u32)(addr >> 32));
	host_wr(h, NFTSW_TEST_DMA_SIZE, size);
	host_wr(h, NFTSW_TEST_DMA_OP, op);
	CHECK_EQ(host_rd(h, NFTSW_TEST_DMA_OP), NFTSW_TEST_DMA_OP_RUNNING);
	host_run(h);
	return host_rd(h, NFTSW_TEST_DMA_OP);
}

static void test_dma(void)
{
	struct host *h = host_new(NULL);
	u64 addr = host_alloc(h, 8192);
	u8 *p = host_ptr(h, addr);
	u32 i;

	CHECK_EQ(host_rd(h, NFTSW_TEST_DMA_OP), 0);
	CHECK_EQ(dma_op(h, addr, 4096, NFTSW_TEST_DMA_OP_FILL), NFTSW_TEST_DMA_OP_DONE);
	for (i = 0; i < 4096; i++)
		CHECK_EQ(p[i], NFTSW_TEST_DMA_PATTERN);
	CHECK_EQ(p[4096], 0);
	CHECK_EQ(dma_op(h, addr + 1, 2, NFTSW_TEST_DMA_OP_INVERT), NFTSW_TEST_DMA_OP_DONE);
	CHECK_EQ(p[0], 0x96);
	CHECK_EQ(p[1], 0x69);
	CHECK_EQ(p[2], 0x69);
	CHECK_EQ(p[3], 0x96);
	CHECK_EQ(dma_op(h, addr, 0, NFTSW_TEST_DMA_OP_FILL), NFTSW_TEST_DMA_OP_ERROR);
	CHECK_EQ(dma_op(h, addr, 4097, NFTSW_TEST_DMA_OP_FILL), NFTSW_TEST_DMA_OP_ERROR);
	CHECK_EQ(dma_op(h, addr, 4, 3), NFTSW_TEST_DMA_OP_ERROR);
	CHECK_EQ(dma_op(h, 0x1000, 4, NFTSW_TEST_DMA_OP_FILL), NFTSW_TEST_DMA_OP_ERROR);
	CHECK_EQ(dma_op(h, ~0ull, 4, NFTSW_TEST_DMA_OP_FILL), NFTSW_TEST_DMA_OP_ERROR);
	CHECK_EQ(host_rd(h, NFTSW_TEST_DMA_SIZE), 4);
	CHECK_EQ(host_rd(h, NFTSW_TEST_DMA_LO), ~0u);
	host_free(h);
	tap_result("regs", "the DMA test fills, inverts, and reports what it cannot do");
}

static void test_ports(void)
{
	struct host *h = host_new(NULL);

	CHECK_EQ(host_rd(h, NFTSW_PORT_SPEED(3)), 10000);
	CHECK_EQ(host_rd(h, NFTSW_PORT_STS(3)), 0);
	host_wr(h, NFTSW_PORT_CTRL(3), 0xffffffff);
	CHECK_EQ(host_rd(h, NFTSW_PORT_CTRL(3)), NFTSW_PORT_CTRL_EN);
	CHECK_EQ(host_rd(h, NFTSW_PORT_STS(3)), 0);
	CHECK_EQ(h->links, 0);
	host_run(h);
	CHECK(h->links == 1 && h->link[3]);
	nfm_link_set(h->m, 3, true);
	CHECK_EQ(host_rd(h, NFTSW_PORT_STS(3)), NFTSW_PORT_STS_LINK);
	CHECK(nfm_port_link(h->m, 3) && !nfm_port_ready(h->m, 3));
	host_wr(h, NFTSW_CTRL, NFTSW_CTRL_ENABLE);
	CHECK(nfm_port_ready(h->m, 3) && !nfm_port_ready(h->m, 4));
	host_wr(h, NFTSW_PORT_CTRL(3), 0);
	CHECK_EQ(host_rd(h, NFTSW_PORT_STS(3)), 0);
	host_run(h);
	CHECK(h->links == 2 && !h->link[3]);
	nfm_link_set(h->m, 64, true);
	host_free(h);
	tap_result("regs", "a link is up when the MAC is on and the partner there");
}

static void test_kick(void)
{
	struct host *h = host_new_up();
	u32 kicks = h->kicks;

	host_rx_fill(h, 0, 4, 2048);
	host_wr(h, NFTSW_IRQ_CTRL(0), NFTSW_IRQ_CTRL_ARM);
	host_wr(h, NFTSW_TEST_ECHO, 5);
	host_rd(h, NFTSW_STATUS);
	CHECK_EQ(h->kicks, kicks);
	host_wr(h, NFTSW_TEST_IRQ, 0);
	CHECK_EQ(h->kicks, kicks + 1);
	host_free(h);
	tap_result("regs", "only accesses that leave work ask for it");
}

int main(void)
{
	printf("TAP version 13\n");
	test_identity();
	test_reads();
	test_writes();
	test_bad_access();
	test_control();
	test_time();
	test_echo();
	test_seed();
	test_dma();
	test_ports();
	test_kick();
	return tap_done();
}
