// SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause)
/*
 * Counters, reasons, policers and the queue of events, and what the pipeline counts.
 */
#include <string.h>
#include "chip.h"
#include "tap.h"

#define SEC	1000000000ull

static const u8 router0[6] = { 2, 0, 0, 0, 1, 0 };

static void test_sizes(void)
{
	static const struct {
		u32 len, ctr;
	} c[] = {
		{ 14, NFTSW_PCTR_RX_64 }, { 60, NFTSW_PCTR_RX_64 }, { 61, NFTSW_PCTR_RX_65_127 },
		{ 123, NFTSW_PCTR_RX_65_127 }, { 124, NFTSW_PCTR_RX_128_255 },
		{ 251, NFTSW_PCTR_RX_128_255 }, { 252, NFTSW_PCTR_RX_256_511 },
		{ 507, NFTSW_PCTR_RX_256_511 }, { 508, NFTSW_PCTR_RX_512_1023 },
		{ 1019, NFTSW_PCTR_RX_512_1023 }, { 1020, NFTSW_PCTR_RX_1024_1518 },
		{ 1514, NFTSW_PCTR_RX_1024_1518 }, { 1515, NFTSW_PCTR_RX_1519_MAX },
		{ 9300, NFTSW_PCTR_RX_1519_MAX },
	};
	u32 tx = NFTSW_PCTR_TX_FRAMES - NFTSW_PCTR_RX_FRAMES;
	struct nfm_port_state p;
	u8 frame[64] = { 2 };
	size_t i;

	for (i = 0; i < NFM_ARRAY_COUNT(c); i++) {
		memset(&p, 0, sizeof(p));
		nfm_ctr_rx(&p, frame, c[i].len);
		nfm_ctr_tx(&p, frame, c[i].len);
		CHECK_EQ(p.ctr[c[i].ctr], 1);
		CHECK_EQ(p.ctr[NFTSW_PCTR_RX_FRAMES], 1);
		CHECK_EQ(p.ctr[NFTSW_PCTR_RX_OCTETS], c[i].len + 4);
		CHECK_EQ(p.ctr[c[i].ctr - NFTSW_PCTR_RX_64 + NFTSW_PCTR_TX_64], 1);
		CHECK_EQ(p.ctr[NFTSW_PCTR_TX_OCTETS], c[i].len + 4);
		CHECK_EQ(p.ctr[NFTSW_PCTR_RX_UCAST], 1);
		CHECK_EQ(p.ctr[NFTSW_PCTR_RX_UCAST + tx], 1);
	}
}

static void test_casts(void)
{
	struct nfm_port_state p = { 0 };
	u8 frame[60] = { 0 };

	memset(frame, 0xff, 6);
	nfm_ctr_rx(&p, frame, 60);
	frame[5] = 0xfe;
	nfm_ctr_rx(&p, frame, 60);
	frame[0] = 2;
	nfm_ctr_rx(&p, frame, 60);
	frame[12] = 0x88;
	frame[13] = 0x08;
	frame[15] = 1;
	nfm_ctr_rx(&p, frame, 60);
	frame[14] = 1;				/* priority flow control, not PAUSE */
	nfm_ctr_rx(&p, frame, 60);
	CHECK_EQ(p.ctr[NFTSW_PCTR_RX_BCAST], 1);
	CHECK_EQ(p.ctr[NFTSW_PCTR_RX_MCAST], 1);
	CHECK_EQ(p.ctr[NFTSW_PCTR_RX_UCAST], 3);
	CHECK_EQ(p.ctr[NFTSW_PCTR_RX_PAUSE], 1);
	nfm_ctr_rx(&p, frame, 14);		/* too short to have an opcode */
	CHECK_EQ(p.ctr[NFTSW_PCTR_RX_PAUSE], 1);
}

/* Every reason counts once, and where the port counters say. */
static void test_reasons(void)
{
	struct nfm *m = chip_new(2, 16);
	u64 *ctr = m->port[1].ctr;
	u32 r, traps = 0, drops = 0;

	for (r = 0; r < NFTSW_REASON_COUNT + 3; r++)
		nfm_ctr_reason(m, 1, r);
	nfm_ctr_reason(m, 99, NFTSW_REASON_TX_BAD_DESC);
	for (r = 1; r < NFTSW_REASON_COUNT; r++) {
		CHECK_EQ(m->reason[r], r == NFTSW_REASON_TX_BAD_DESC ? 2 : 1);
		if (nfm_reason_group(r) != NFTSW_GROUP_NONE)
			traps++;
		else
			drops++;
	}
	CHECK_EQ(m->reason[NFTSW_REASON_NONE], 0);
	CHECK_EQ(ctr[NFTSW_PCTR_RX_TO_CPU], traps);
	CHECK_EQ(ctr[NFTSW_PCTR_RX_RUNT], 1);
	CHECK_EQ(ctr[NFTSW_PCTR_RX_OVERSIZE], 1);
	CHECK_EQ(ctr[NFTSW_PCTR_TX_DROPS], 4);
	/* the rest of the drops, without PORT_DOWN and DISABLED, when no MAC ran */
	CHECK_EQ(ctr[NFTSW_PCTR_RX_DROPS], drops - 4 - 2 - 2);
	CHECK_EQ(ctr[NFTSW_PCTR_RX_NO_BUFFER], 1);
	CHECK_EQ(nfm_reason_group(1000), NFTSW_GROUP_NONE);
	chip_free(m);
}

static u32 police_for(struct nfm *m, u32 group, u64 from_ns, u64 for_ns, u64 step_ns)
{
	u32 passed = 0;
	u64 t;

	for (t = 0; t < for_ns; t += step_ns)
		passed += nfm_police(m, group, from_ns + t);
	return passed;
}

static void test_policer(void)
{
	struct nftsw_hw_trap_group g = { .group = NFM_TO_LE32(NFTSW_GROUP_LOCAL),
					 .rate_pps = NFM_TO_LE32(1000), .burst = NFM_TO_LE32(50) };
	struct nfm *m = chip_new(1, 16);

	CHECK_EQ(nfm_policer_set(m, &g), NFTSW_ST_OK);
	/* at once: the burst; then the rate; then less than the rate; another group */
	CHECK_EQ(police_for(m, NFTSW_GROUP_LOCAL, 5 * SEC, 1000, 1), 50);
	CHECK_EQ(police_for(m, NFTSW_GROUP_LOCAL, 5 * SEC + 1000, SEC, 1000), 1000);
	CHECK_EQ(police_for(m, NFTSW_GROUP_LOCAL, 10 * SEC, SEC, 2000000), 500);
	CHECK_EQ(police_for(m, NFTSW_GROUP_FLOW, 10 * SEC, 1000, 1), 1000);
	CHECK_EQ(m->policer[NFTSW_GROUP_LOCAL].passed, 1550);
	CHECK_EQ(m->policer[NFTSW_GROUP_LOCAL].policed, 950 + 1000000 - 1000);
	CHECK(nfm_police(m, NFTSW_GROUP_NONE, 0) && nfm_police(m, 1000, 0));
	g.rate_pps = 0;
	g.burst = 0;
	CHECK_EQ(nfm_policer_set(m, &g), NFTSW_ST_OK);
	CHECK_EQ(police_for(m, NFTSW_GROUP_LOCAL, 20 * SEC, 1000, 1), 1000);
	chip_free(m);
}

static void test_policer_limits(void)
{
	static const struct {
		u32 group, rate, burst, rsvd, status;
	} c[] = {
		{ NFTSW_GROUP_NONE, 1, 1, 0, NFTSW_ST_BAD_PARAM },
		{ NFTSW_GROUP_COUNT, 1, 1, 0, NFTSW_ST_BAD_PARAM },
		{ NFTSW_GROUP_FLOW, 10000000, 65536, 0, NFTSW_ST_OK },
		{ NFTSW_GROUP_FLOW, 10000001, 1, 0, NFTSW_ST_BAD_PARAM },
		{ NFTSW_GROUP_FLOW, 1, 65537, 0, NFTSW_ST_BAD_PARAM },
		{ NFTSW_GROUP_FLOW, 1, 0, 0, NFTSW_ST_BAD_PARAM },
		{ NFTSW_GROUP_FLOW, 0, 5, 0, NFTSW_ST_OK },
		{ NFTSW_GROUP_FLOW, 1, 1, 1, NFTSW_ST_BAD_PARAM },
	};
	struct nfm *m = chip_new(1, 16);
	struct nftsw_hw_trap_group g = { 0 };
	size_t i;

	for (i = 0; i < NFM_ARRAY_COUNT(c); i++) {
		g.group = NFM_TO_LE32(c[i].group);
		g.rate_pps = NFM_TO_LE32(c[i].rate);
		g.burst = NFM_TO_LE32(c[i].burst);
		g.rsvd = NFM_TO_LE32(c[i].rsvd);
		CHECK_EQ(nfm_policer_set(m, &g), c[i].status);
	}
	/* the slowest rate with the largest burst, near the end of time */
	g.group = NFM_TO_LE32(NFTSW_GROUP_FLOW);
	g.rate_pps = NFM_TO_LE32(1);
	g.burst = NFM_TO_LE32(65536);
	g.rsvd = 0;
	CHECK_EQ(nfm_policer_set(m, &g), NFTSW_ST_OK);
	CHECK_EQ(police_for(m, NFTSW_GROUP_FLOW, 1ull << 62, 100000, 1), 65536);
	chip_free(m);
}

/* One event a second and group, however many frames are dropped. */
static void test_policer_event(void)
{
	struct nftsw_hw_trap_group g = { .group = NFM_TO_LE32(NFTSW_GROUP_CONTROL),
					 .rate_pps = NFM_TO_LE32(10), .burst = NFM_TO_LE32(1) };
	struct nfm *m = chip_new(1, 16);

	nfm_policer_set(m, &g);
	police_for(m, NFTSW_GROUP_CONTROL, SEC, 3 * SEC + 100, 1000000);
	CHECK_EQ(m->evbuf.count, 3);
	CHECK_EQ(m->evbuf.ev[0].type, NFTSW_EV_TRAP_POLICED);
	CHECK_EQ(NFM_LE32(m->evbuf.ev[0].index), NFTSW_GROUP_CONTROL);
	chip_free(m);
}

static void test_event_queue(void)
{
	struct nfm *m = chip_new(1, 16);
	u32 i;

	m->now_ns = 1234;
	for (i = 0; i < NFM_EVBUF_COUNT + 5; i++)
		nfm_event_raise(m, NFTSW_EV_LINK, NFTSW_SEV_INFO, i, 1, 2);
	CHECK_EQ(m->evbuf.count, NFM_EVBUF_COUNT);
	CHECK_EQ(m->evbuf.lost, 5);
	CHECK_EQ(NFM_LE32(m->evbuf.ev[63].index), 63);
	CHECK_EQ(NFM_LE64(m->evbuf.ev[63].time_ns), 1234);
	CHECK_EQ(NFM_LE32(m->evbuf.ev[63].arg[0]), 1);
	CHECK_EQ(NFM_LE32(m->evbuf.ev[63].arg[1]), 2);
	chip_free(m);
}

/* A batch of all kinds: each frame is where it must be, and the sums agree. */
static void test_pipe_sums(void)
{
	struct nfm *m = chip_new(2, 16);
	struct nftsw_hw_flow_entry hit, miss;
	struct frame f[NFM_BATCH];
	struct nfm_pkt pk[NFM_BATCH];
	u64 *in = m->port[0].ctr;
	u64 *out = m->port[1].ctr;
	u32 i;

	chip_entry(&hit, 1, 1);
	chip_entry(&miss, 2, 2);
	hit.oport = NFM_TO_LE16(1);
	nfm_flow_set(m, &hit);
	for (i = 0; i < NFM_BATCH; i++) {
		f[i] = frame_udp(i % 4 == 1 ? &miss.key : &hit.key, router0, 100);
		if (i % 4 == 2)
			f[i].data[1] ^= 1;	/* foreign */
		if (i % 4 == 3)
			f[i].len = 10;		/* runt */
		pk[i].data = f[i].data;
		pk[i].len = f[i].len;
		pk[i].iport = 0;
	}
	nfm_pipe_run(m, pk, NFM_BATCH, 5);
	for (i = 0; i < NFM_BATCH; i++) {
		CHECK_EQ(pk[i].reason, i % 4 == 0 ? NFTSW_REASON_NONE :
			 i % 4 == 1 ? NFTSW_REASON_FLOW_MISS :
			 i % 4 == 2 ? NFTSW_REASON_UC_FILTER : NFTSW_REASON_RUNT);
		frame_free(&f[i]);
	}
	CHECK_EQ(in[NFTSW_PCTR_RX_FRAMES], 24);
	CHECK_EQ(in[NFTSW_PCTR_RX_FLOW], 8);
	CHECK_EQ(in[NFTSW_PCTR_RX_FLOW_OCTETS], 8 * 146);
	CHECK_EQ(in[NFTSW_PCTR_RX_DROPS], 8);
	CHECK_EQ(in[NFTSW_PCTR_RX_RUNT], 8);
	CHECK_EQ(in[NFTSW_PCTR_RX_TO_CPU], 0);	/* counted by who hands them over */
	CHECK_EQ(out[NFTSW_PCTR_TX_FRAMES], 8);
	CHECK_EQ(out[NFTSW_PCTR_TX_FLOW], 8);
	CHECK_EQ(out[NFTSW_PCTR_TX_OCTETS], 8 * 146);
	CHECK_EQ(out[NFTSW_PCTR_TX_FLOW_OCTETS], 8 * 146);
	CHECK_EQ(m->flow->hot[1].packets, 8);
	CHECK_EQ(m->flow->hot[1].octets, 8 * 128);
	chip_free(m);
}

static u32 one(struct nfm *m, const struct nftsw_hw_flow_key *key)
{
	struct frame f = frame_udp(key, router0, 0);
	struct nfm_pkt pk = { .data = f.data, .len = f.len };

	nfm_pipe_run(m, &pk, 1, 5);
	frame_free(&f);
	return pk.reason;
}

/* Switches in front of and behind the flow table. */
static void test_pipe_gates(void)
{
	struct nfm *m = chip_new(2, 16);
	struct nftsw_hw_flow_entry e;

	chip_entry(&e, 1, 1);
	e.oport = NFM_TO_LE16(1);
	nfm_flow_set(m, &e);
	CHECK_EQ(one(m, &e.key), NFTSW_REASON_NONE);
	m->port[1].partner = false;
	CHECK_EQ(one(m, &e.key), NFTSW_REASON_EGRESS_DOWN);
	CHECK_EQ(m->port[1].ctr[NFTSW_PCTR_TX_DROPS], 1);
	CHECK_EQ(m->port[0].ctr[NFTSW_PCTR_RX_DROPS], 1);
	m->port[1].partner = true;
	m->port[1].enabled = false;
	CHECK_EQ(one(m, &e.key), NFTSW_REASON_EGRESS_DOWN);
	m->port[1].enabled = true;
	m->port[0].enabled = false;
	CHECK_EQ(one(m, &e.key), NFTSW_REASON_PORT_DOWN);
	m->ctrl = 0;
	CHECK_EQ(one(m, &e.key), NFTSW_REASON_DISABLED);
	m->port[0].enabled = true;
	CHECK_EQ(one(m, &e.key), NFTSW_REASON_DISABLED);
	CHECK_EQ(m->port[0].ctr[NFTSW_PCTR_RX_FRAMES], 3);
	CHECK_EQ(m->flow->hot[1].packets, 1);
	m->ctrl = NFTSW_CTRL_ENABLE;
	nfm_flow_state(m, 1, NFTSW_FS_TO_CPU);
	CHECK_EQ(one(m, &e.key), NFTSW_REASON_FLOW_TO_CPU);
	nfm_flow_state(m, 1, 0);
	CHECK_EQ(one(m, &e.key), NFTSW_REASON_NONE);
	nfm_flow_del(m, 1);
	CHECK_EQ(one(m, &e.key), NFTSW_REASON_FLOW_MISS);
	chip_free(m);
}

static u32 one_tcp(struct nfm *m, const struct nftsw_hw_flow_key *key, u8 flags)
{
	struct frame f = frame_tcp(key, router0, flags);
	struct nfm_pkt pk = { .data = f.data, .len = f.len };

	nfm_pipe_run(m, &pk, 1, 5);
	frame_free(&f);
	return pk.reason;
}

/* What follows a SYN, FIN or RST is software's, until software says otherwise. */
static void test_pipe_ends(void)
{
	static const u8 ends[] = { 0x02, 0x12, 0x11, 0x04, 0x14 };
	struct nfm *m = chip_new(2, 16);
	struct nftsw_hw_flow_entry e;
	u32 i;

	chip_entry(&e, 1, 1);
	e.key.l4proto = 6;
	e.state = NFM_TO_LE32(NFTSW_FS_STATIC);
	e.oport = NFM_TO_LE16(1);
	nfm_flow_set(m, &e);
	for (i = 0; i < sizeof(ends); i++) {
		CHECK_EQ(one_tcp(m, &e.key, 0x10), NFTSW_REASON_NONE);
		CHECK_EQ(one_tcp(m, &e.key, ends[i]), NFTSW_REASON_TCP_FLAGS);
		CHECK_EQ(NFM_LE32(m->flow->cold[1].e.state),
			 NFTSW_FS_VALID | NFTSW_FS_STATIC | NFTSW_FS_TO_CPU);
		CHECK_EQ(one_tcp(m, &e.key, 0x18), NFTSW_REASON_FLOW_TO_CPU);
		CHECK_EQ(one_tcp(m, &e.key, ends[i]), NFTSW_REASON_TCP_FLAGS);
		if (i & 1)
			nfm_flow_state(m, 1, NFTSW_FS_STATIC);
		else
			nfm_flow_set(m, &e);
	}
	CHECK_EQ(m->flow->hot[1].packets, sizeof(ends));
	chip_free(m);
}

int main(void)
{
	printf("TAP version 13\n");
	test_sizes();
	tap_result("ctr", "sizes of frames, FCS included");
	test_casts();
	tap_result("ctr", "unicast, multicast, broadcast and pause");
	test_reasons();
	tap_result("ctr", "every reason has its counter");
	test_policer();
	tap_result("ctr", "policer: rate and burst");
	test_policer_limits();
	tap_result("ctr", "policer: what can be configured");
	test_policer_event();
	tap_result("ctr", "policer: one event a second");
	test_event_queue();
	tap_result("ctr", "events without room are counted");
	test_pipe_sums();
	tap_result("pipe", "a mixed batch, and its sums");
	test_pipe_gates();
	tap_result("pipe", "chip, ports and entries switched on and off");
	test_pipe_ends();
	tap_result("pipe", "SYN, FIN and RST hold the entry back for software");
	return tap_done();
}
