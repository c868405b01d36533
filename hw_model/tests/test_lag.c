// SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause)
/*
 * Link aggregation: the commands, which member a frame leaves through, and what happens when
 * members come, go and fail.  DS 8.4.  The golden vectors show single frames.
 */
#include "host.h"
#include "chip.h"
#include "tap.h"

#define PORTS		8
#define FLOWS		1000
#define LAG		3
#define MEMBERS		0xf0	/* ports 4 to 7 */

static const u8 router[6] = { 2, 0, 0, 0, 1, 0 };
static struct nftsw_hw_cpl cpl;
static u64 data;

static struct host *up(void)
{
	struct nfm_cfg cfg;
	struct host *h;

	host_cfg(&cfg);
	cfg.ports = PORTS;
	h = host_new(&cfg);
	host_up(h);
	data = host_alloc(h, 32 * sizeof(struct nftsw_hw_lag));
	return h;
}

static u32 lag_put(struct host *h, const struct nftsw_hw_lag *cfg, u32 index)
{
	memcpy(host_ptr(h, data), cfg, sizeof(*cfg));
	return host_cmd(h, NFTSW_OP_LAG_SET, index, 1, 0, data, sizeof(*cfg), &cpl);
}

static u32 lag_set(struct host *h, u32 lag, u64 members, u64 active)
{
	struct nftsw_hw_lag cfg = {
		.lag = NFM_TO_LE32(lag),
		.members = NFM_TO_LE64(members),
		.active = NFM_TO_LE64(active),
	};

	return lag_put(h, &cfg, lag);
}

static bool lag_is(struct host *h, u32 lag, u64 members, u64 active, u64 sending)
{
	struct nftsw_hw_lag cfg;

	CHECK_EQ(nfm_lag_get(h->m, lag, &cfg), !!members);
	return NFM_LE64(cfg.members) == members && NFM_LE64(cfg.active) == active &&
	       NFM_LE64(cfg.sending) == sending && NFM_LE32(cfg.lag) == lag;
}

/* ---- commands --------------------------------------------------------------------- */

static void test_refusals(void)
{
	struct nftsw_hw_lag cfg = { .lag = NFM_TO_LE32(1), .members = NFM_TO_LE64(3) };
	struct host *h = up();

	CHECK_EQ(lag_set(h, 0, 0x30, 0x30), NFTSW_ST_OK);
	CHECK_EQ(lag_set(h, 1, 0x20, 0), NFTSW_ST_EXISTS);
	CHECK_EQ(lag_set(h, 1, 0x100, 0), NFTSW_ST_BAD_PARAM);
	CHECK_EQ(lag_set(h, 1, 0xc0, 0x10), NFTSW_ST_BAD_PARAM);
	CHECK_EQ(lag_set(h, 32, 0xc0, 0), NFTSW_ST_BAD_PARAM);
	CHECK_EQ(lag_put(h, &cfg, 2), NFTSW_ST_BAD_PARAM);
	cfg.rsvd = NFM_TO_LE32(1);
	CHECK_EQ(lag_put(h, &cfg, 1), NFTSW_ST_BAD_PARAM);
	cfg.rsvd = 0;
	cfg.sending = NFM_TO_LE64(1);
	CHECK_EQ(lag_put(h, &cfg, 1), NFTSW_ST_BAD_PARAM);
	CHECK(lag_is(h, 0, 0x30, 0x30, 0x30) && lag_is(h, 1, 0, 0, 0));
	/* the same again, with other ports, and gone */
	CHECK_EQ(lag_set(h, 0, 0x50, 0x10), NFTSW_ST_OK);
	CHECK_EQ(lag_set(h, 1, 0x20, 0x20), NFTSW_ST_OK);
	CHECK_EQ(lag_set(h, 0, 0, 0), NFTSW_ST_OK);
	CHECK_EQ(lag_set(h, 1, 0x30, 0x20), NFTSW_ST_OK);
	CHECK(lag_is(h, 0, 0, 0, 0) && lag_is(h, 1, 0x30, 0x20, 0x20));
	host_free(h);
	tap_result("lag", "what LAG_SET refuses, and that a refusal changes nothing");
}

static void test_read(void)
{
	struct nftsw_hw_lag got[32];
	struct host *h = up();

	CHECK_EQ(lag_set(h, 5, 0x0f, 0x07), NFTSW_ST_OK);
	CHECK_EQ(lag_set(h, 31, 0xc0, 0xc0), NFTSW_ST_OK);
	nfm_link_set(h->m, 1, false);
	CHECK_EQ(host_cmd(h, NFTSW_OP_LAG_GET, 0, 32, 0, data, sizeof(got), &cpl), NFTSW_ST_OK);
	memcpy(got, host_ptr(h, data), sizeof(got));
	CHECK_EQ(NFM_LE64(got[5].sending), 0x05);
	CHECK(got[4].members == 0 && NFM_LE32(got[4].lag) == 4);
	CHECK_EQ(host_cmd(h, NFTSW_OP_DUMP, 0, 8, NFTSW_TBL_LAG, data, 8 * sizeof(*got), &cpl),
		 NFTSW_ST_OK);
	CHECK(NFM_LE32(cpl.done) == 2 && NFM_LE32(cpl.next) == NFTSW_DUMP_END);
	memcpy(got, host_ptr(h, data), sizeof(got));
	CHECK(NFM_LE32(got[0].lag) == 5 && NFM_LE32(got[1].lag) == 31);
	CHECK_EQ(host_cmd(h, NFTSW_OP_DUMP, 32, 1, NFTSW_TBL_LAG, data, 32, &cpl),
		 NFTSW_ST_BAD_PARAM);
	host_wr(h, NFTSW_CTRL, NFTSW_CTRL_RESET);
	host_run(h);
	CHECK(lag_is(h, 5, 0, 0, 0) && lag_is(h, 31, 0, 0, 0));
	CHECK_EQ(h->m->port[7].logical, 7);
	host_free(h);
	tap_result("lag", "LAG_GET, the dump, and nothing left after a reset");
}

/* ---- egress ------------------------------------------------------------------------ */

static void entry(struct nftsw_hw_flow_entry *e, u32 i)
{
	chip_entry(e, i, i);
	e->oport = NFM_TO_LE16(NFTSW_LAG_PORT(LAG));
}

/* Flows 0..FLOWS-1 from port 0 to the LAG. */
static struct host *lag_up(void)
{
	struct host *h = up();
	struct nftsw_hw_flow_entry e;
	u32 i;

	host_rmac(h, 0, router, NFTSW_RMAC_ROUTER);
	CHECK_EQ(lag_set(h, LAG, MEMBERS, MEMBERS), NFTSW_ST_OK);
	for (i = 0; i < FLOWS; i++) {
		entry(&e, i);
		CHECK_EQ(nfm_flow_set(h->m, &e), NFTSW_ST_OK);
	}
	return h;
}

/* One frame of each flow; @port: where it left, 0 = nowhere. */
static void send_all(struct host *h, u32 port[FLOWS])
{
	struct nftsw_hw_flow_entry e;
	struct frame f;
	u32 i;

	for (i = 0; i < FLOWS; i++) {
		entry(&e, i);
		f = frame_udp(&e.key, router, 20);
		h->out_count = 0;
		host_in(h, 0, f.data, f.len);
		CHECK(h->out_count <= 1);
		port[i] = h->out_count ? h->out[0].port : 0;
		frame_free(&f);
	}
}

static u32 count(const u32 port[FLOWS], u32 which)
{
	u32 i, n = 0;

	for (i = 0; i < FLOWS; i++)
		n += port[i] == which;
	return n;
}

static void test_spread(void)
{
	u32 first[FLOWS], again[FLOWS], i;
	struct host *h = lag_up();

	send_all(h, first);
	for (i = 4; i < 8; i++) {
		/* within four standard deviations of a quarter */
		CHECK(count(first, i) > FLOWS / 4 - 60 && count(first, i) < FLOWS / 4 + 60);
		CHECK_EQ(host_ctr(h, i, NFTSW_PCTR_TX_FLOW), count(first, i));
	}
	send_all(h, again);
	CHECK(!memcmp(first, again, sizeof(first)));
	CHECK_EQ(host_ctr(h, 0, NFTSW_PCTR_RX_FLOW), 2 * FLOWS);
	host_free(h);
	tap_result("lag", "flows spread over the members, and each stays on its own");
}

/* Port 6 is not to be used any more: its flows move, the others do not. */
static void check_moved(const u32 before[FLOWS], const u32 after[FLOWS])
{
	u32 i, moved = 0;

	for (i = 0; i < FLOWS; i++) {
		CHECK(after[i] >= 4 && after[i] < 8 && after[i] != 6);
		CHECK(before[i] == 6 || after[i] == before[i]);
		moved += before[i] == 6;
	}
	for (i = 4; i < 8; i++)
		CHECK(i == 6 || count(after, i) - count(before, i) > moved / 3 - 50);
}

static void test_member_down(void)
{
	u32 before[FLOWS], after[FLOWS];
	struct host *h = lag_up();

	send_all(h, before);
	nfm_link_set(h->m, 6, false);
	send_all(h, after);
	check_moved(before, after);
	nfm_link_set(h->m, 6, true);
	send_all(h, after);
	CHECK(!memcmp(before, after, sizeof(before)));
	host_wr(h, NFTSW_PORT_CTRL(6), 0);
	send_all(h, after);
	check_moved(before, after);
	host_wr(h, NFTSW_PORT_CTRL(6), NFTSW_PORT_CTRL_EN);
	CHECK_EQ(lag_set(h, LAG, MEMBERS, MEMBERS & ~0x40u), NFTSW_ST_OK);
	send_all(h, after);
	check_moved(before, after);
	CHECK_EQ(h->m->reason[NFTSW_REASON_EGRESS_DOWN], 0);
	host_free(h);
	tap_result("lag", "a member fails: its flows move at once, and only they");
}

static void test_no_member(void)
{
	struct host *h = lag_up();
	u32 port[FLOWS], i;

	for (i = 4; i < 8; i++)
		nfm_link_set(h->m, i, false);
	CHECK(lag_is(h, LAG, MEMBERS, MEMBERS, 0));
	send_all(h, port);
	CHECK_EQ(count(port, 0), FLOWS);
	CHECK_EQ(h->m->reason[NFTSW_REASON_LAG_DOWN], FLOWS);
	CHECK_EQ(host_ctr(h, 0, NFTSW_PCTR_RX_DROPS), FLOWS);
	for (i = 4; i < 8; i++)
		CHECK_EQ(host_ctr(h, i, NFTSW_PCTR_TX_DROPS), 0);
	nfm_link_set(h->m, 5, true);
	send_all(h, port);
	CHECK_EQ(count(port, 5), FLOWS);
	host_free(h);
	tap_result("lag", "no member that may send: dropped and counted");
}

/* ---- ingress ------------------------------------------------------------------------ */

/* Does a frame of flow 0, from the LAG to port 0, go on when it comes in at @port? */
static bool comes_in(struct host *h, u32 port)
{
	struct nftsw_hw_flow_entry e;
	struct frame f;

	entry(&e, 0);
	f = frame_udp(&e.key, router, 20);
	h->out_count = 0;
	host_in(h, port, f.data, f.len);
	frame_free(&f);
	return h->out_count == 1 && h->out[0].port == 0;
}

static void test_ingress(void)
{
	struct host *h = up();
	struct nftsw_hw_flow_entry e;
	u32 i;

	for (i = 1; i < PORTS; i++)
		host_rmac(h, i, router, NFTSW_RMAC_ROUTER);
	entry(&e, 0);
	e.key.iport = NFM_TO_LE16(NFTSW_LAG_PORT(LAG));
	e.oport = 0;
	CHECK_EQ(nfm_flow_set(h->m, &e), NFTSW_ST_OK);
	CHECK(!comes_in(h, 4));
	lag_set(h, LAG, MEMBERS, MEMBERS & ~0x80u);
	for (i = 1; i < PORTS; i++)
		CHECK_EQ(comes_in(h, i), i >= 4 && i < 7);
	lag_set(h, LAG, 0x42, 0x42);
	for (i = 1; i < PORTS; i++)
		CHECK_EQ(comes_in(h, i), i == 1 || i == 6);
	lag_set(h, LAG, 0, 0);
	lag_set(h, 4, 0x42, 0x42);
	CHECK(!comes_in(h, 1));
	CHECK_EQ(h->m->flow->hot[0].packets, 5);
	CHECK_EQ(host_ctr(h, 6, NFTSW_PCTR_RX_FLOW), 2);
	host_free(h);
	tap_result("lag", "a flow takes frames of every active member, and of nobody else");
}

static u32 purge(struct host *h, u32 port)
{
	struct nftsw_hw_flow_purge p = {
		.match = NFM_TO_LE32(NFTSW_FP_PORT), .port = NFM_TO_LE16((u16)port),
	};

	memcpy(host_ptr(h, data), &p, sizeof(p));
	host_cmd(h, NFTSW_OP_FLOW_PURGE, 0, 1, 0, data, sizeof(p), &cpl);
	return cpl.status == NFTSW_ST_OK ? NFM_LE32(cpl.done) : ~0u;
}

static void test_purge(void)
{
	struct host *h = lag_up();
	struct nftsw_hw_flow_entry e;

	entry(&e, 0);
	e.key.iport = NFM_TO_LE16(NFTSW_LAG_PORT(LAG));
	e.oport = 0;
	nfm_flow_set(h->m, &e);
	CHECK_EQ(purge(h, 4), 0);
	CHECK_EQ(purge(h, NFTSW_LAG_PORT(LAG + 1)), 0);
	CHECK_EQ(purge(h, NFTSW_LAG_PORT(32)), ~0u);
	CHECK_EQ(purge(h, PORTS), ~0u);
	CHECK_EQ(purge(h, NFTSW_LAG_PORT(LAG)), FLOWS);
	CHECK_EQ(nfm_flow_used(h->m), 0);
	host_free(h);
	tap_result("lag", "a purge by port takes the number of a LAG");
}

int main(void)
{
	printf("TAP version 13\n");
	test_refusals();
	test_read();
	test_spread();
	test_member_down();
	test_no_member();
	test_ingress();
	test_purge();
	return tap_done();
}
