// SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause)
/* Frames to and from the CPU: scatter-gather, checksums, what is refused.  DS 4.4, 4.5. */
#include <string.h>
#include "host.h"
#include "chip.h"
#include "tap.h"

static const u8 bcast[60] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0, 1, 8, 6 };
static const u8 router[6] = { 2, 0, 0, 0, 1, 0 };

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

/* ---- to the CPU ------------------------------------------------------------------- */

static void test_rx(void)
{
	struct host *h = host_new_up();
	struct nftsw_hw_rxc c;

	host_rx_fill(h, 0, 4, 2048);
	host_in(h, 2, bcast, sizeof(bcast));
	CHECK(host_take(h, NFTSW_RING_RX_CQ(0), &c));
	CHECK_EQ(c.flags & ~NFTSW_PHASE, NFTSW_RXC_SOP | NFTSW_RXC_EOP);
	CHECK_EQ(c.reason, NFTSW_REASON_LOCAL);
	CHECK_EQ(NFM_LE16(c.port), 2);
	CHECK_EQ(NFM_LE16(c.id), 0);
	CHECK_EQ(NFM_LE16(c.len), 60);
	CHECK_EQ(NFM_LE16(c.frame_len), 60);
	CHECK_EQ(NFM_LE64(c.time_ns), h->now);
	CHECK_EQ(NFM_LE32(c.hash) | NFM_LE32(c.flow), 0);
	CHECK(!host_peek(h, NFTSW_RING_RX_CQ(0), &c));
	CHECK_EQ(host_ctr(h, 2, NFTSW_PCTR_RX_TO_CPU), 1);
	CHECK_EQ(host_rd(h, NFTSW_RING_CONS(NFTSW_RING_RX_SQ(0))), 1);
	host_free(h);
	tap_result("cpu", "a frame to the CPU carries port, reason, length and time");
}

/* Port 3 sends its frames to queue 1; buffers of 64 octets. */
static void test_rx_scatter(void)
{
	struct nftsw_hw_port_cfg cfg = {
		.port = NFM_TO_LE16(3),
		.queue = NFM_TO_LE16(1),
		.max_frame = NFM_TO_LE32(1514),
	};
	struct host *h = host_new_up();
	u64 addr = host_alloc(h, sizeof(cfg));
	struct nftsw_hw_rxd d;
	struct nftsw_hw_rxc c;
	u8 frame[1000], back[1024];
	u32 i, len = 0;

	memcpy(host_ptr(h, addr), &cfg, sizeof(cfg));
	CHECK_EQ(host_cmd(h, NFTSW_OP_PORT_SET, 3, 1, 0, addr, sizeof(cfg), NULL), 0);
	memcpy(frame, bcast, sizeof(bcast));
	for (i = 60; i < sizeof(frame); i++)
		frame[i] = (u8)i;
	host_rx_fill(h, 1, 20, 64);
	host_in(h, 3, frame, sizeof(frame));
	for (i = 0; i < 16; i++) {
		CHECK(host_take(h, NFTSW_RING_RX_CQ(1), &c));
		CHECK_EQ(!!(c.flags & NFTSW_RXC_SOP), i == 0);
		CHECK_EQ(!!(c.flags & NFTSW_RXC_EOP), i == 15);
		CHECK_EQ(NFM_LE16(c.id), i);
		CHECK_EQ(NFM_LE16(c.frame_len), i ? 0 : 1000);
		CHECK_EQ(NFM_LE16(c.port), i ? 0 : 3);
		memcpy(&d, host_ptr(h, h->ring[NFTSW_RING_RX_SQ(1)].addr + i * sizeof(d)), 16);
		memcpy(back + len, host_ptr(h, NFM_LE64(d.addr)), NFM_LE16(c.len));
		len += NFM_LE16(c.len);
	}
	CHECK_EQ(len, 1000);
	CHECK(!memcmp(back, frame, 1000));
	CHECK(!host_peek(h, NFTSW_RING_RX_CQ(1), &c));
	host_free(h);
	tap_result("cpu", "a frame is scattered over as many buffers as it needs");
}

static void test_rx_no_buffer(void)
{
	struct host *h = host_new_up();
	struct nftsw_hw_rxc c;
	u8 frame[200];
	u32 i;

	memset(frame, 0xff, sizeof(frame));
	host_rx_fill(h, 0, 3, 64);
	host_in(h, 0, frame, sizeof(frame));
	CHECK_EQ(nfm_reason_get(h->m, NFTSW_REASON_CPU_NO_BUFFER), 1);
	CHECK_EQ(nfm_reason_get(h->m, NFTSW_REASON_LOCAL), 0);
	CHECK_EQ(host_ctr(h, 0, NFTSW_PCTR_RX_DROPS), 1);
	CHECK_EQ(host_ctr(h, 0, NFTSW_PCTR_RX_NO_BUFFER), 1);
	CHECK_EQ(host_rd(h, NFTSW_RING_CONS(NFTSW_RING_RX_SQ(0))), 0);
	host_in(h, 0, frame, 192);
	for (i = 0; i < 3; i++)
		CHECK(host_take(h, NFTSW_RING_RX_CQ(0), &c));
	host_rx_fill(h, 0, HOST_RING_COUNT, 64);
	for (i = 0; i < HOST_RING_COUNT; i++)
		host_in(h, 0, frame, 64);
	host_rx_fill(h, 0, 4, 64);
	host_in(h, 0, frame, 64);
	CHECK_EQ(nfm_reason_get(h->m, NFTSW_REASON_CPU_NO_BUFFER), 2);
	CHECK_EQ(host_rd(h, NFTSW_RING_STS(NFTSW_RING_RX_CQ(0))), NFTSW_RING_STS_OVERFLOW);
	host_wr(h, NFTSW_RING_CTRL(NFTSW_RING_RX_CQ(0)), 0);
	host_in(h, 0, frame, 64);
	CHECK_EQ(nfm_reason_get(h->m, NFTSW_REASON_CPU_QUEUE_OFF), 1);
	host_free(h);
	tap_result("cpu", "without buffers, room or queue a frame takes nothing and is counted");
}

static void test_rx_bad_buffer(void)
{
	struct host *h = host_new_up();
	struct nftsw_hw_rxd d = { .size = NFM_TO_LE16(64), .id = NFM_TO_LE16(77) };
	struct nftsw_hw_rxc c;
	u32 i;

	host_rx_fill(h, 0, 1, 64);
	host_put(h, NFTSW_RING_RX_SQ(0), &d);
	d.addr = NFM_TO_LE64(HOST_GUEST_BASE);
	d.size = NFM_TO_LE16(63);
	host_put(h, NFTSW_RING_RX_SQ(0), &d);
	host_doorbell(h, NFTSW_RING_RX_SQ(0));
	for (i = 0; i < 2; i++) {
		u8 frame[100] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };

		host_in(h, 0, frame, i ? 64 : 100);
	}
	CHECK_EQ(nfm_reason_get(h->m, NFTSW_REASON_RX_DMA), 2);
	for (i = 0; i < 3; i++) {
		CHECK(host_take(h, NFTSW_RING_RX_CQ(0), &c));
		CHECK_EQ(c.flags & ~NFTSW_PHASE, NFTSW_RXC_SOP | NFTSW_RXC_EOP);
		CHECK_EQ(NFM_LE16(c.len) | NFM_LE16(c.frame_len), 0);
		CHECK_EQ(c.reason, NFTSW_REASON_RX_DMA);
		CHECK_EQ(NFM_LE16(c.id), i ? 77 : 0);
	}
	host_free(h);
	tap_result("cpu", "buffers that cannot be used come back empty");
}

static u8 rx_flags(struct host *h, u8 *frame, u32 len)
{
	struct nftsw_hw_rxc c = { .flags = 0 };

	host_in(h, 0, frame, len);
	CHECK(host_take(h, NFTSW_RING_RX_CQ(0), &c));
	return c.flags & (NFTSW_RXC_CSUM_OK | NFTSW_RXC_HASH_L4 | NFTSW_RXC_FLOW);
}

/* The checksum of an IPv4 UDP frame without options, the slow way. */
static void udp_sum(u8 *frame)
{
	u8 *ip = frame + 14;
	u32 len = (u32)ip[24] << 8 | ip[25];
	u32 sum = 17 + len;
	u32 i;

	ip[26] = 0;
	ip[27] = 0;
	for (i = 12; i < 20 + len; i++)
		sum += i & 1 ? ip[i] : (u32)ip[i] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	sum = ~sum & 0xffff;
	ip[26] = (u8)(sum >> 8);
	ip[27] = (u8)sum;
}

static void test_rx_csum(void)
{
	struct host *h = host_new_up();
	struct nftsw_hw_flow_entry e;
	struct frame f;

	chip_entry(&e, 0, 9);
	host_rmac(h, 0, router, NFTSW_RMAC_ROUTER);
	host_rx_fill(h, 0, 16, 2048);
	f = frame_udp(&e.key, router, 33);
	CHECK_EQ(rx_flags(h, f.data, f.len), NFTSW_RXC_HASH_L4);
	udp_sum(f.data);
	CHECK_EQ(rx_flags(h, f.data, f.len), NFTSW_RXC_HASH_L4 | NFTSW_RXC_CSUM_OK);
	f.data[50] ^= 1;
	CHECK_EQ(rx_flags(h, f.data, f.len), NFTSW_RXC_HASH_L4);
	udp_sum(f.data);
	f.data[24] ^= 1;
	CHECK_EQ(rx_flags(h, f.data, f.len), 0);
	frame_free(&f);
	host_free(h);
	tap_result("cpu", "CSUM_OK only when every checksum is there and right");
}

/* An IPv6 frame to the router with a right checksum; @at: where that stands in L4. */
static u32 make_v6(u8 *frame, u8 proto, u32 len, u32 at)
{
	u32 sum = proto + len;
	u32 i;

	memset(frame, 0, 54 + len);
	memcpy(frame, router, 6);
	memcpy(frame + 12, "\x86\xdd\x60", 3);
	nfm_st_be16(frame + 18, len);
	frame[20] = proto;
	frame[21] = 64;
	for (i = 22; i < 54 + len; i++)
		frame[i] = (u8)(i * 29);
	if (proto == 17)
		nfm_st_be16(frame + 58, len);
	else
		memcpy(frame + 66, "\x50\x10", 2);
	nfm_st_be16(frame + 54 + at, 0);
	for (i = 22; i < 54 + len; i++)
		sum += i & 1 ? frame[i] : (u32)frame[i] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	nfm_st_be16(frame + 54 + at, ~sum);
	return 54 + len;
}

static void test_rx_csum_v6(void)
{
	u8 good = NFTSW_RXC_HASH_L4 | NFTSW_RXC_CSUM_OK;
	struct host *h = host_new_up();
	u8 frame[200];
	u32 i, len;

	host_rmac(h, 0, router, NFTSW_RMAC_ROUTER);
	host_rx_fill(h, 0, 20, 2048);
	for (i = 0; i < 4; i++) {
		len = make_v6(frame, 17, 30 + i, 6);
		CHECK_EQ(rx_flags(h, frame, len), good);
		len = make_v6(frame, 6, 40 + i, 16);
		CHECK_EQ(rx_flags(h, frame, len), good);
	}
	frame[len - 1] ^= 1;
	CHECK_EQ(rx_flags(h, frame, len), NFTSW_RXC_HASH_L4);
	len = make_v6(frame, 17, 30, 6);
	nfm_st_be16(frame + 58, 29);
	nfm_st_be16(frame + 60, nfm_ld_be16(frame + 60) + 1u);
	CHECK_EQ(rx_flags(h, frame, len), NFTSW_RXC_HASH_L4);
	len = make_v6(frame, 17, 30, 6);
	nfm_st_be16(frame + 18, 31);
	CHECK_EQ(rx_flags(h, frame, len), 0);
	len = make_v6(frame, 58, 30, 2);
	CHECK_EQ(rx_flags(h, frame, len), 0);
	host_free(h);
	tap_result("cpu", "CSUM_OK over IPv6: TCP and UDP, even and odd lengths");
}

static void test_flow_to_cpu(void)
{
	struct host *h = host_new_up();
	struct nftsw_hw_flow_entry e;
	struct nftsw_hw_rxc c;
	struct frame f;
	u32 hash;

	host_rmac(h, 0, router, NFTSW_RMAC_ROUTER);
	host_rx_fill(h, 0, 4, 2048);
	chip_entry(&e, 5, 5);
	f = frame_udp(&e.key, router, 10);
	host_in(h, 0, f.data, f.len);
	CHECK(host_take(h, NFTSW_RING_RX_CQ(0), &c) && c.reason == NFTSW_REASON_FLOW_MISS);
	CHECK(!(c.flags & NFTSW_RXC_FLOW) && c.hash);
	hash = NFM_LE32(c.hash);
	flow_add(h, 5, 1, NFTSW_FS_TO_CPU);
	host_in(h, 0, f.data, f.len);
	CHECK(host_take(h, NFTSW_RING_RX_CQ(0), &c) && c.reason == NFTSW_REASON_FLOW_TO_CPU);
	CHECK(c.flags & NFTSW_RXC_FLOW);
	CHECK_EQ(NFM_LE32(c.flow), 5);
	CHECK_EQ(NFM_LE32(c.hash), hash);
	frame_free(&f);
	host_free(h);
	tap_result("cpu", "the CPU is told flow and hash");
}

/* ---- from the CPU ------------------------------------------------------------------- */

static u8 txc_reason(struct host *h, u32 q, u16 *sq_cons)
{
	struct nftsw_hw_txc c;

	if (!host_take(h, NFTSW_RING_TX_CQ(q), &c))
		return 0xff;
	if (sq_cons)
		*sq_cons = NFM_LE16(c.sq_cons);
	return c.reason;
}

static void tx_go(struct host *h, u32 q)
{
	host_doorbell(h, NFTSW_RING_TX_SQ(q));
	host_run(h);
}

static void test_tx(void)
{
	struct host *h = host_new_up();
	u8 frame[1500];
	u16 cons = 0;
	u32 i;

	for (i = 0; i < sizeof(frame); i++)
		frame[i] = (u8)(i * 7);
	host_tx(h, 0, frame, 1, 0, 2);
	host_tx(h, 0, frame + 1, 699, 0, 3);
	tx_go(h, 0);
	CHECK_EQ(h->out_count, 0);
	CHECK_EQ(host_rd(h, NFTSW_RING_CONS(NFTSW_RING_TX_SQ(0))), 0);
	host_tx(h, 0, frame + 700, 800, NFTSW_TXD_EOP | NFTSW_TXD_REPORT, 1);
	host_tx(h, 0, frame, 14, NFTSW_TXD_EOP, 1);
	tx_go(h, 0);
	CHECK_EQ(h->out_count, 2);
	CHECK(h->out[0].port == 2 && h->out[0].len == 1500);
	CHECK(!memcmp(h->out[0].data, frame, 1500));
	CHECK(h->out[1].port == 1 && h->out[1].len == 14);
	CHECK_EQ(txc_reason(h, 0, &cons), NFTSW_REASON_NONE);
	CHECK_EQ(cons, 3);
	CHECK_EQ(txc_reason(h, 0, NULL), 0xff);
	CHECK_EQ(host_ctr(h, 2, NFTSW_PCTR_TX_FROM_CPU), 1);
	CHECK_EQ(host_ctr(h, 2, NFTSW_PCTR_TX_OCTETS), 1504);
	CHECK_EQ(host_ctr(h, 2, NFTSW_PCTR_TX_FLOW), 0);
	host_free(h);
	tap_result("cpu", "a frame from the CPU is gathered, sent, and reported when asked");
}

static u8 tx_one(struct host *h, u32 len, u16 flags, u16 port)
{
	static u8 frame[9400];

	host_tx(h, 0, frame, len, NFTSW_TXD_EOP | flags, port);
	tx_go(h, 0);
	return txc_reason(h, 0, NULL);
}

static void test_tx_refused(void)
{
	struct host *h = host_new_up();
	struct nftsw_hw_txd d = { .len = NFM_TO_LE16(60), .flags = NFM_TO_LE16(NFTSW_TXD_EOP) };

	CHECK_EQ(tx_one(h, 13, 0, 0), NFTSW_REASON_TX_BAD_DESC);
	CHECK_EQ(tx_one(h, 0, 0, 0), NFTSW_REASON_TX_BAD_DESC);
	CHECK_EQ(tx_one(h, 9301, 0, 0), NFTSW_REASON_TX_BAD_DESC);
	CHECK_EQ(tx_one(h, 60, 0, 4), NFTSW_REASON_TX_BAD_DESC);
	CHECK_EQ(tx_one(h, 60, 0, 0xffff), NFTSW_REASON_TX_BAD_DESC);
	CHECK_EQ(tx_one(h, 60, 0x10, 0), NFTSW_REASON_TX_BAD_DESC);
	CHECK_EQ(tx_one(h, 1515, 0, 0), NFTSW_REASON_EGRESS_OVERSIZE);
	host_put(h, NFTSW_RING_TX_SQ(0), &d);
	tx_go(h, 0);
	CHECK_EQ(txc_reason(h, 0, NULL), NFTSW_REASON_TX_DMA);
	nfm_link_set(h->m, 1, false);
	CHECK_EQ(tx_one(h, 60, 0, 1), NFTSW_REASON_EGRESS_DOWN);
	CHECK_EQ(nfm_reason_get(h->m, NFTSW_REASON_TX_BAD_DESC), 6);
	CHECK_EQ(host_ctr(h, 1, NFTSW_PCTR_TX_DROPS), 1);
	CHECK_EQ(h->out_count, 0);
	CHECK_EQ(tx_one(h, 60, NFTSW_TXD_REPORT, 0), NFTSW_REASON_NONE);
	host_free(h);
	tap_result("cpu", "a frame that cannot be sent is reported with its reason");
}

static void test_tx_tagged(void)
{
	struct nftsw_hw_txd d = { .flags = NFM_TO_LE16(NFTSW_TXD_EOP | NFTSW_TXD_REPORT) };
	struct host *h = host_new_up();
	u64 addr = host_alloc(h, 2048);
	u8 *p = host_ptr(h, addr);
	u32 i;

	d.addr = NFM_TO_LE64(addr);
	memcpy(p + 12, "\x88\xa8\x00\x01\x81\x00\x00\x02\x88\x64", 10);
	for (i = 0; i < 2; i++) {
		d.len = NFM_TO_LE16((u16)(1514 + 16 + i));
		host_put(h, NFTSW_RING_TX_SQ(0), &d);
	}
	tx_go(h, 0);
	CHECK_EQ(txc_reason(h, 0, NULL), NFTSW_REASON_NONE);
	CHECK_EQ(txc_reason(h, 0, NULL), NFTSW_REASON_EGRESS_OVERSIZE);
	host_free(h);
	tap_result("cpu", "tags and PPPoE may exceed the limit of the port");
}

/* Twenty descriptors are the most; what follows up to the end of the chain is skipped. */
static void test_tx_chain(void)
{
	struct host *h = host_new_up();
	u8 octets[20] = { 0 };
	u16 cons = 0;
	u32 i;

	for (i = 0; i < 19; i++)
		host_tx(h, 0, octets, 2, 0, 0);
	host_tx(h, 0, octets, 2, NFTSW_TXD_EOP | NFTSW_TXD_REPORT, 0);
	tx_go(h, 0);
	CHECK_EQ(txc_reason(h, 0, NULL), NFTSW_REASON_NONE);
	CHECK_EQ(h->out_count, 1);
	for (i = 0; i < 25; i++)
		host_tx(h, 0, octets, 2, 0, 0);
	tx_go(h, 0);
	CHECK_EQ(txc_reason(h, 0, &cons), NFTSW_REASON_TX_BAD_DESC);
	CHECK_EQ(cons, 40);
	CHECK_EQ(host_rd(h, NFTSW_RING_CONS(NFTSW_RING_TX_SQ(0))), 45);
	host_tx(h, 0, octets, 20, NFTSW_TXD_EOP | NFTSW_TXD_REPORT, 0);
	host_tx(h, 0, octets, 20, NFTSW_TXD_EOP | NFTSW_TXD_REPORT, 0);
	tx_go(h, 0);
	CHECK_EQ(txc_reason(h, 0, &cons), NFTSW_REASON_TX_BAD_DESC);
	CHECK_EQ(cons, 46);
	CHECK_EQ(txc_reason(h, 0, &cons), NFTSW_REASON_NONE);
	CHECK_EQ(cons, 47);
	CHECK_EQ(h->out_count, 2);
	CHECK_EQ(nfm_reason_get(h->m, NFTSW_REASON_TX_BAD_DESC), 1);
	host_free(h);
	tap_result("cpu", "a chain that is too long is skipped to its end");
}

static void test_tx_full_of_one(void)
{
	struct host *h = host_new(NULL);
	u8 octets[20] = { 0 };
	u32 i;

	host_up(h);
	host_ring_set(h, NFTSW_RING_TX_SQ(0), 8);
	for (i = 0; i < 8; i++)
		host_tx(h, 0, octets, 2, 0, 0);
	tx_go(h, 0);
	CHECK_EQ(txc_reason(h, 0, NULL), NFTSW_REASON_TX_BAD_DESC);
	host_ring_set(h, NFTSW_RING_TX_SQ(0), 8);
	host_tx(h, 0, octets, 20, NFTSW_TXD_EOP | NFTSW_TXD_REPORT, 0);
	tx_go(h, 0);
	CHECK_EQ(txc_reason(h, 0, NULL), NFTSW_REASON_NONE);
	host_free(h);
	tap_result("cpu", "a chain that fills its ring is refused; a new ring starts anew");
}

static void tx_csum(struct host *h, const u8 *data, u32 len, u16 start, u16 offset)
{
	struct nftsw_hw_txd d = {
		.len = NFM_TO_LE16((u16)len),
		.flags = NFM_TO_LE16(NFTSW_TXD_EOP | NFTSW_TXD_CSUM | NFTSW_TXD_REPORT),
		.csum_start = NFM_TO_LE16(start),
		.csum_offset = NFM_TO_LE16(offset),
	};
	u64 addr = host_alloc(h, len);

	memcpy(host_ptr(h, addr), data, len);
	d.addr = NFM_TO_LE64(addr);
	host_put(h, NFTSW_RING_TX_SQ(0), &d);
	tx_go(h, 0);
}

static void test_tx_csum(void)
{
	struct host *h = host_new_up();
	struct nftsw_hw_flow_entry e;
	struct frame f;
	u8 want[2];
	u8 *sum;

	chip_entry(&e, 0, 3);
	f = frame_udp(&e.key, router, 37);
	udp_sum(f.data);
	memcpy(want, f.data + 40, 2);
	/* what the stack leaves: the folded sum of the pseudo header */
	sum = f.data + 40;
	nfm_st_be16(sum, 0);
	{
		u32 s = 17 + 8 + 37;
		u32 i;

		for (i = 26; i < 34; i += 2)
			s += nfm_ld_be16(f.data + i);
		nfm_st_be16(sum, (s & 0xffff) + (s >> 16));
	}
	tx_csum(h, f.data, f.len, 34, 6);
	CHECK_EQ(txc_reason(h, 0, NULL), NFTSW_REASON_NONE);
	CHECK(h->out_count == 1 && !memcmp(h->out[0].data + 40, want, 2));
	memset(f.data, 0, f.len);
	memset(f.data + 20, 0xff, 2);
	tx_csum(h, f.data, 60, 20, 10);
	CHECK_EQ(txc_reason(h, 0, NULL), NFTSW_REASON_NONE);
	CHECK_EQ(nfm_ld_be16(h->out[1].data + 30), 0xffff);
	tx_csum(h, f.data, 60, 20, 38);
	CHECK_EQ(txc_reason(h, 0, NULL), NFTSW_REASON_NONE);
	tx_csum(h, f.data, 60, 20, 39);
	CHECK_EQ(txc_reason(h, 0, NULL), NFTSW_REASON_TX_BAD_DESC);
	tx_csum(h, f.data, 60, 60, 0);
	CHECK_EQ(txc_reason(h, 0, NULL), NFTSW_REASON_TX_BAD_DESC);
	tx_csum(h, f.data, 60, 0xffff, 0xffff);
	CHECK_EQ(txc_reason(h, 0, NULL), NFTSW_REASON_TX_BAD_DESC);
	frame_free(&f);
	host_free(h);
	tap_result("cpu", "checksums are inserted; 0 becomes 0xffff; bad places are refused");
}

static void test_tx_pipeline(void)
{
	struct host *h = host_new_up();
	struct nftsw_hw_flow_entry e;
	struct nftsw_hw_rxc c;
	struct frame f;
	u16 flags = NFTSW_TXD_EOP | NFTSW_TXD_REPORT;

	host_rmac(h, 0, router, NFTSW_RMAC_ROUTER);
	flow_add(h, 3, 1, 0);
	host_rx_fill(h, 0, 4, 2048);
	chip_entry(&e, 3, 3);
	f = frame_udp(&e.key, router, 40);
	host_tx(h, 0, f.data, f.len, flags, 2);
	host_tx(h, 0, f.data, f.len, flags | NFTSW_TXD_PIPELINE, 0);
	host_tx(h, 0, f.data, f.len, flags | NFTSW_TXD_PIPELINE, 9);
	host_tx(h, 0, bcast, sizeof(bcast), flags | NFTSW_TXD_PIPELINE, 3);
	tx_go(h, 0);
	CHECK_EQ(h->out_count, 2);
	CHECK(h->out[0].port == 2 && h->out[0].data[22] == 64);
	CHECK(h->out[1].port == 1 && h->out[1].data[22] == 63);
	CHECK_EQ(host_ctr(h, 0, NFTSW_PCTR_RX_FLOW), 1);
	CHECK_EQ(host_ctr(h, 1, NFTSW_PCTR_TX_FLOW), 1);
	CHECK(host_take(h, NFTSW_RING_RX_CQ(0), &c) && NFM_LE16(c.port) == 3);
	CHECK_EQ(txc_reason(h, 0, NULL), NFTSW_REASON_NONE);
	CHECK_EQ(txc_reason(h, 0, NULL), NFTSW_REASON_NONE);
	CHECK_EQ(txc_reason(h, 0, NULL), NFTSW_REASON_TX_BAD_DESC);
	CHECK_EQ(txc_reason(h, 0, NULL), NFTSW_REASON_NONE);
	frame_free(&f);
	host_free(h);
	tap_result("cpu", "PIPELINE frames go the way of received ones");
}

static void test_tx_room(void)
{
	struct host *h = host_new_up();
	u32 i, got;

	host_ring_set(h, NFTSW_RING_TX_CQ(0), 8);
	for (i = 0; i < 20; i++)
		host_tx(h, 0, bcast, sizeof(bcast), NFTSW_TXD_EOP | NFTSW_TXD_REPORT, 0);
	tx_go(h, 0);
	CHECK_EQ(h->out_count, 8);
	CHECK_EQ(host_rd(h, NFTSW_RING_CONS(NFTSW_RING_TX_SQ(0))), 8);
	for (got = 0; txc_reason(h, 0, NULL) == NFTSW_REASON_NONE; got++)
		host_run(h);
	CHECK_EQ(got, 20);
	CHECK_EQ(h->out_count, 20);
	host_free(h);
	tap_result("cpu", "nothing is sent that could not be reported");
}

static void test_tx_turns(void)
{
	struct host *h = host_new_up();
	u32 i;

	for (i = 0; i < 30; i++) {
		host_tx(h, 0, bcast, sizeof(bcast), NFTSW_TXD_EOP, 0);
		host_tx(h, 1, bcast, sizeof(bcast), NFTSW_TXD_EOP, 1);
	}
	host_doorbell(h, NFTSW_RING_TX_SQ(0));
	host_doorbell(h, NFTSW_RING_TX_SQ(1));
	CHECK(nfm_run(h->m, h->now, 4));
	CHECK(nfm_run(h->m, h->now, 4));
	CHECK(h->out_count == 8 && h->out[0].port != h->out[7].port);
	host_run(h);
	CHECK_EQ(h->out_count, 60);
	host_free(h);
	tap_result("cpu", "queues take turns within the budget");
}

int main(void)
{
	printf("TAP version 13\n");
	test_rx();
	test_rx_scatter();
	test_rx_no_buffer();
	test_rx_bad_buffer();
	test_rx_csum();
	test_rx_csum_v6();
	test_flow_to_cpu();
	test_tx();
	test_tx_refused();
	test_tx_tagged();
	test_tx_chain();
	test_tx_full_of_one();
	test_tx_csum();
	test_tx_pipeline();
	test_tx_room();
	test_tx_turns();
	return tap_done();
}
