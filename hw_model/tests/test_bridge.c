// SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause)
/*
 * The bridge as frames see it: where they go, and what of them the CPU gets.  DS 9.  What
 * becomes of tags is in test_vlan.c, learning and ageing are in test_fdb.c.
 */
#include <stdlib.h>
#include "br.h"
#include "tap.h"

#define FID	7
#define PORTS	0x0f	/* of the bridge of most tests */

static const u8 bcast[6] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
static const u8 group[6] = { 0x01, 0x00, 0x5e, 0x01, 0x02, 0x03 };
static const u8 router[6] = { 2, 0, 0, 0, 1, 0 };
static struct br_frame f;

static struct host *up(void)
{
	struct host *h = br_new(8, 256);

	CHECK_EQ(br_unaware(h, FID, PORTS), 0);
	host_rx_fill(h, 0, 24, 512);
	return h;
}

static u64 from_to(struct host *h, u32 port, u32 src, u32 dst)
{
	br_plain(&f, br_mac(dst), br_mac(src), 64);
	return br_in(h, port, &f);
}

static u64 to_mac(struct host *h, u32 port, const u8 *dst)
{
	br_plain(&f, dst, br_mac(1000 + port), 64);
	return br_in(h, port, &f);
}

static u64 reason(const struct host *h, u32 why)
{
	return h->m->reason[why];
}

static void flags(struct host *h, u32 port, u32 set, u32 clear)
{
	CHECK_EQ(br_port(h, port, FID, 0, (BR_FLAGS | set) & ~clear), NFTSW_ST_OK);
}

static void fid_flags(struct host *h, u32 set)
{
	struct nftsw_hw_fid d;

	br_fid_init(&d, FID, 0, PORTS, 0);
	d.flags = NFM_TO_LE32(NFTSW_FID_VALID | set);
	CHECK_EQ(br_fid_put(h, &d), NFTSW_ST_OK);
}

/* The CPU got the last frame, for this reason, with or without the mark; and nothing else. */
static bool cpu_has(struct host *h, u32 why, bool mark)
{
	struct nftsw_hw_rxc c, more;

	return CHECK(br_take_rx(h, &c, &f)) && c.reason == why &&
	       !!(c.flags & NFTSW_RXC_FWD_MARK) == mark &&
	       !host_peek(h, NFTSW_RING_RX_CQ(0), &more);
}

static bool cpu_quiet(struct host *h)
{
	struct nftsw_hw_rxc c;

	return !host_peek(h, NFTSW_RING_RX_CQ(0), &c);
}

/* ---- unicast ----------------------------------------------------------------------- */

static void test_learn(void)
{
	struct nftsw_hw_event ev;
	struct host *h = up();

	CHECK_EQ(from_to(h, 0, 1, 2), 0x0e);
	CHECK(br_out_is(h, 1, &f) && br_out_is(h, 2, &f) && br_out_is(h, 3, &f));
	CHECK(br_event(h, &ev));
	CHECK(ev.type == NFTSW_EV_FDB_LEARNED && NFM_LE32(ev.index) == FID);
	CHECK_EQ(NFM_LE32(ev.arg[0]), 0x00000002);
	CHECK_EQ(NFM_LE32(ev.arg[1]), 0x0100);
	CHECK_EQ(from_to(h, 2, 2, 1), 0x01);
	CHECK(br_out_is(h, 0, &f));
	CHECK_EQ(from_to(h, 0, 1, 2), 0x04);
	CHECK(br_out_is(h, 2, &f));
	CHECK(cpu_quiet(h));
	/* counters: one for each frame, one for each copy */
	CHECK_EQ(host_ctr(h, 0, NFTSW_PCTR_RX_BRIDGE), 2);
	CHECK_EQ(host_ctr(h, 2, NFTSW_PCTR_RX_BRIDGE), 1);
	CHECK_EQ(host_ctr(h, 0, NFTSW_PCTR_TX_BRIDGE), 1);
	CHECK_EQ(host_ctr(h, 1, NFTSW_PCTR_TX_BRIDGE), 1);
	CHECK_EQ(host_ctr(h, 2, NFTSW_PCTR_TX_BRIDGE), 2);
	CHECK_EQ(host_ctr(h, 2, NFTSW_PCTR_TX_FRAMES), 2);
	CHECK_EQ(host_ctr(h, 2, NFTSW_PCTR_TX_OCTETS), 2 * 68);
	CHECK_EQ(host_ctr(h, 0, NFTSW_PCTR_RX_DROPS), 0);
	host_free(h);
	tap_result("bridge", "the first frame floods, its source is learned, the answer finds it");
}

static void test_known(void)
{
	struct host *h = up();

	br_fdb(h, FID, br_mac(2), 2, 0);
	br_fdb(h, FID, br_mac(3), NFTSW_FDB_CPU, 0);
	br_fdb(h, FID, br_mac(5), 5, 0);
	/* the same port: nothing to do, and nothing is flooded instead */
	CHECK_EQ(from_to(h, 2, 1, 2), 0);
	CHECK_EQ(reason(h, NFTSW_REASON_NO_EGRESS), 1);
	flags(h, 2, NFTSW_BP_HAIRPIN, 0);
	CHECK_EQ(from_to(h, 2, 1, 2), 0x04);
	/* the CPU's host */
	CHECK_EQ(from_to(h, 0, 1, 3), 0);
	CHECK(cpu_has(h, NFTSW_REASON_BRIDGE_LOCAL, false));
	/* at a port that is no member */
	CHECK_EQ(from_to(h, 0, 1, 5), 0);
	CHECK_EQ(reason(h, NFTSW_REASON_NO_EGRESS), 2);
	CHECK_EQ(host_ctr(h, 0, NFTSW_PCTR_RX_DROPS), 1);
	/* no link, too long */
	nfm_link_set(h->m, 2, false);
	CHECK_EQ(from_to(h, 0, 1, 2), 0);
	CHECK_EQ(reason(h, NFTSW_REASON_EGRESS_DOWN), 1);
	CHECK_EQ(host_ctr(h, 2, NFTSW_PCTR_TX_DROPS), 1);
	nfm_link_set(h->m, 2, true);
	h->m->port[2].max_frame = 100;
	br_plain(&f, br_mac(2), br_mac(1), 100);
	CHECK_EQ(br_in(h, 0, &f), 0x04);
	br_plain(&f, br_mac(2), br_mac(1), 101);
	CHECK_EQ(br_in(h, 0, &f), 0);
	CHECK_EQ(reason(h, NFTSW_REASON_EGRESS_OVERSIZE), 1);
	/* flooded, too, it does not leave there; and that is nobody's drop */
	br_plain(&f, br_mac(77), br_mac(1), 101);
	CHECK_EQ(br_in(h, 0, &f), 0x0a);
	nfm_link_set(h->m, 1, false);
	CHECK_EQ(br_in(h, 0, &f), 0x08);
	CHECK_EQ(reason(h, NFTSW_REASON_EGRESS_OVERSIZE), 1);
	CHECK_EQ(reason(h, NFTSW_REASON_EGRESS_DOWN), 1);
	nfm_link_set(h->m, 3, false);
	CHECK_EQ(br_in(h, 0, &f), 0);
	CHECK_EQ(reason(h, NFTSW_REASON_NO_EGRESS), 3);
	host_free(h);
	tap_result("bridge", "known unicast leaves through its port or not at all");
}

/* Runs of frames to one port leave in one batch, in order. */
static void test_batch(void)
{
	struct host *h = up();
	struct nfm_frame in[NFM_BATCH];
	u8 *mem = calloc(NFM_BATCH, 128);
	u32 i;

	br_fdb(h, FID, br_mac(1), 1, 0);
	br_fdb(h, FID, br_mac(2), 2, 0);
	for (i = 0; i < NFM_BATCH; i++) {
		br_plain(&f, br_mac(1 + i % 2), br_mac(9), 64);
		f.data[20] = (u8)i;
		in[i].data = mem + i * 128 + NFM_HEADROOM;
		in[i].len = f.len;
		memcpy(in[i].data, f.data, f.len);
	}
	h->batches = 0;
	h->out_count = 0;
	nfm_ingress(h->m, 0, in, NFM_BATCH, h->now);
	CHECK(h->batches == 2 && h->out_count == NFM_BATCH);
	for (i = 0; i < NFM_BATCH / 2; i++) {
		CHECK(h->out[i].port == 1 && h->out[i].data[20] == 2 * i);
		CHECK(h->out[NFM_BATCH / 2 + i].port == 2 &&
		      h->out[NFM_BATCH / 2 + i].data[20] == 2 * i + 1);
	}
	free(mem);
	host_free(h);
	tap_result("bridge", "known unicast leaves in batches, one for each port, in order");
}

/* ---- floods --------------------------------------------------------------------------- */

static void test_flood_flags(void)
{
	struct host *h = up();

	flags(h, 1, 0, NFTSW_BP_FLOOD);
	flags(h, 2, 0, NFTSW_BP_MCAST_FLOOD);
	flags(h, 3, 0, NFTSW_BP_BCAST_FLOOD);
	CHECK_EQ(from_to(h, 0, 1, 99), 0x0c);
	CHECK_EQ(to_mac(h, 0, group), 0x0a);
	CHECK_EQ(to_mac(h, 0, bcast), 0x06);
	CHECK_EQ(to_mac(h, 1, bcast), 0x05);
	flags(h, 0, NFTSW_BP_HAIRPIN, 0);
	CHECK_EQ(to_mac(h, 0, bcast), 0x07);
	CHECK(cpu_quiet(h));
	host_free(h);
	tap_result("bridge", "each kind of flood has a flag of the port; hairpin is one more way");
}

static void test_isolated(void)
{
	struct host *h = up();

	flags(h, 1, NFTSW_BP_ISOLATED, 0);
	flags(h, 2, NFTSW_BP_ISOLATED | NFTSW_BP_HAIRPIN, 0);
	CHECK_EQ(to_mac(h, 0, bcast), 0x0e);
	CHECK_EQ(to_mac(h, 1, bcast), 0x09);
	CHECK_EQ(to_mac(h, 2, group), 0x09);
	br_fdb(h, FID, br_mac(2), 2, 0);
	CHECK_EQ(from_to(h, 0, 1, 2), 0x04);
	CHECK_EQ(from_to(h, 1, 5, 2), 0);
	CHECK_EQ(reason(h, NFTSW_REASON_NO_EGRESS), 1);
	host_free(h);
	tap_result("bridge", "nothing goes between two isolated ports");
}

static void test_cpu_copies(void)
{
	struct host *h = up();

	fid_flags(h, NFTSW_FID_CPU_UCAST);
	CHECK_EQ(from_to(h, 0, 1, 99), 0x0e);
	CHECK(cpu_has(h, NFTSW_REASON_BRIDGE_FLOOD, true));
	CHECK_EQ(to_mac(h, 0, bcast), 0x0e);
	CHECK_EQ(to_mac(h, 0, group), 0x0e);
	CHECK(cpu_quiet(h));
	fid_flags(h, NFTSW_FID_CPU_BCAST);
	CHECK_EQ(to_mac(h, 0, bcast), 0x0e);
	CHECK(cpu_has(h, NFTSW_REASON_BRIDGE_FLOOD, true));
	CHECK_EQ(from_to(h, 0, 1, 99), 0x0e);
	CHECK(cpu_quiet(h));
	fid_flags(h, NFTSW_FID_CPU_MCAST);
	CHECK_EQ(to_mac(h, 0, group), 0x0e);
	CHECK(cpu_has(h, NFTSW_REASON_BRIDGE_FLOOD, true));
	/* the CPU is a way as good as any */
	nfm_link_set(h->m, 1, false);
	nfm_link_set(h->m, 2, false);
	nfm_link_set(h->m, 3, false);
	CHECK_EQ(to_mac(h, 0, group), 0);
	CHECK(cpu_has(h, NFTSW_REASON_BRIDGE_FLOOD, true));
	CHECK_EQ(reason(h, NFTSW_REASON_NO_EGRESS), 0);
	CHECK_EQ(host_ctr(h, 0, NFTSW_PCTR_RX_TO_CPU), 4);
	CHECK_EQ(host_ctr(h, 0, NFTSW_PCTR_RX_BRIDGE), 6);
	host_free(h);
	tap_result("bridge", "the CPU gets copies of what it wants, marked, octet by octet");
}

/* As received, though copies have left with and without tags. */
static void test_cpu_copy_tagged(void)
{
	struct host *h = br_new(8, 256);
	struct nftsw_hw_rxc c;
	struct nftsw_hw_fid d;
	u32 p, tci;

	host_rx_fill(h, 0, 8, 512);
	br_fid_init(&d, 1, 10, 0x0f, 0x05);
	d.flags = NFM_TO_LE32(NFTSW_FID_VALID | NFTSW_FID_CPU_BCAST);
	br_fid_put(h, &d);
	for (p = 0; p < 4; p++) {
		br_vlan(h, p, 10, 1);
		br_port(h, p, 0, 10, BR_AWARE);
	}
	for (tci = 0; tci < 3; tci++) {
		br_eth(&f, bcast, br_mac(1));
		if (tci)
			br_tag(&f, 0x8100, tci == 1 ? 0xe00a : 0xe000);
		br_body(&f, 0x88b5, "0123456789012345678901234567890123456789012345", 46);
		CHECK_EQ(br_in(h, tci, &f), PORTS & ~(1u << tci));
		CHECK(br_take_rx(h, &c, &f) && c.flags & NFTSW_RXC_FWD_MARK);
		CHECK_EQ(NFM_LE16(c.port), tci);
	}
	host_free(h);
	tap_result("bridge", "a copy for the CPU keeps the tag that it came with");
}

static void test_policed(void)
{
	struct host *h = up();
	struct nftsw_hw_trap_group g = {
		.group = NFM_TO_LE32(NFTSW_GROUP_FLOOD), .rate_pps = NFM_TO_LE32(1),
		.burst = NFM_TO_LE32(2),
	};
	u32 i;

	CHECK_EQ(br_put(h, NFTSW_OP_TRAP_SET, NFTSW_GROUP_FLOOD, &g, sizeof(g)), NFTSW_ST_OK);
	fid_flags(h, NFTSW_FID_CPU_BCAST);
	for (i = 0; i < 10; i++)
		CHECK_EQ(to_mac(h, 0, bcast), 0x0e);
	CHECK_EQ(reason(h, NFTSW_REASON_BRIDGE_FLOOD), 2);
	CHECK_EQ(reason(h, NFTSW_REASON_POLICED), 8);
	CHECK_EQ(host_ctr(h, 0, NFTSW_PCTR_RX_BRIDGE), 10);
	host_free(h);
	tap_result("bridge", "a storm is forwarded in full, and spares the CPU");
}

/* ---- spanning trees --------------------------------------------------------------------- */

static void test_stp(void)
{
	struct host *h = up();

	br_stp(h, 1, 0, NFTSW_STP_DISCARDING);
	br_stp(h, 2, 0, NFTSW_STP_LEARNING);
	CHECK_EQ(to_mac(h, 0, bcast), 0x08);
	CHECK_EQ(from_to(h, 1, 1, 99), 0);
	CHECK_EQ(from_to(h, 2, 2, 99), 0);
	CHECK_EQ(reason(h, NFTSW_REASON_STP_DISCARD), 2);
	CHECK_EQ(br_fdb_port(h, FID, br_mac(1)), 0xfffe);
	CHECK_EQ(br_fdb_port(h, FID, br_mac(2)), 2);
	CHECK_EQ(from_to(h, 0, 3, 2), 0);
	CHECK_EQ(reason(h, NFTSW_REASON_NO_EGRESS), 1);
	br_stp(h, 2, 0, NFTSW_STP_FORWARDING);
	CHECK_EQ(from_to(h, 0, 3, 2), 0x04);
	CHECK_EQ(host_ctr(h, 1, NFTSW_PCTR_RX_DROPS), 1);
	host_free(h);
	tap_result("bridge", "discarding, learning and forwarding, in and out");
}

static void test_mst(void)
{
	struct host *h = br_new(8, 256);
	struct nftsw_hw_fid d;
	u32 v, p;

	/* VLANs 10 and 20 in trees 1 and 2 */
	for (v = 1; v <= 2; v++) {
		br_fid_init(&d, v, 10 * v, PORTS, 0);
		d.msti = (u8)v;
		br_fid_put(h, &d);
		for (p = 0; p < 4; p++) {
			br_vlan(h, p, 10 * v, v);
			br_port(h, p, 0, 10, BR_AWARE);
		}
	}
	br_stp(h, 1, 1, NFTSW_STP_DISCARDING);
	br_stp(h, 2, 2, NFTSW_STP_DISCARDING);
	br_stp(h, 3, 0, NFTSW_STP_DISCARDING);
	for (v = 1; v <= 2; v++) {
		br_eth(&f, bcast, br_mac(1));
		br_tag(&f, 0x8100, 10 * v);
		br_body(&f, 0x88b5, "0123456789012345678901234567890123456789012345", 46);
		CHECK_EQ(br_in(h, 0, &f), v == 1 ? 0x0c : 0x0a);
		CHECK_EQ(br_in(h, 1, &f), v == 1 ? 0 : 0x09);
		CHECK_EQ(br_in(h, 2, &f), v == 1 ? 0x09 : 0);
	}
	host_free(h);
	tap_result("bridge", "each VLAN obeys its own tree");
}

/* ---- sources ------------------------------------------------------------------------------- */

static void test_bad_source(void)
{
	static const u8 zero[6];
	struct host *h = up();

	br_plain(&f, bcast, zero, 64);
	CHECK_EQ(br_in(h, 0, &f), 0);
	br_plain(&f, bcast, group, 64);
	CHECK_EQ(br_in(h, 0, &f), 0);
	br_plain(&f, bcast, bcast, 64);
	CHECK_EQ(br_in(h, 0, &f), 0);
	CHECK_EQ(reason(h, NFTSW_REASON_BAD_SOURCE), 3);
	CHECK_EQ(br_in(h, 7, &f), 0);
	CHECK(cpu_has(h, NFTSW_REASON_LOCAL, false));
	host_free(h);
	tap_result("bridge", "a source that cannot be one is dropped, on bridge ports only");
}

static void test_locked(void)
{
	struct host *h = up();

	br_fdb(h, FID, br_mac(1), 0, NFTSW_FDB_NO_AGE);
	br_fdb(h, FID, br_mac(2), 2, 0);
	br_fdb(h, FID, br_mac(3), NFTSW_FDB_CPU, 0);
	flags(h, 0, NFTSW_BP_LOCKED, 0);
	CHECK_EQ(from_to(h, 0, 1, 99), 0x0e);
	CHECK_EQ(from_to(h, 0, 2, 99), 0);
	CHECK_EQ(from_to(h, 0, 3, 99), 0);
	CHECK_EQ(from_to(h, 0, 4, 99), 0);
	CHECK_EQ(reason(h, NFTSW_REASON_LOCKED), 3);
	CHECK(cpu_quiet(h));
	/* with MAB software hears of those that nobody knows */
	flags(h, 0, NFTSW_BP_LOCKED | NFTSW_BP_MAB, 0);
	CHECK_EQ(from_to(h, 0, 2, 99), 0);
	CHECK_EQ(from_to(h, 0, 3, 99), 0);
	CHECK_EQ(reason(h, NFTSW_REASON_LOCKED), 5);
	CHECK_EQ(from_to(h, 0, 4, 99), 0);
	CHECK(cpu_has(h, NFTSW_REASON_LOCKED_MISS, false));
	CHECK_EQ(br_fdb_port(h, FID, br_mac(4)), 0xfffe);
	CHECK_EQ(br_fdb_port(h, FID, br_mac(2)), 2);
	/* others may still reach it, and it moves to where nothing is locked */
	CHECK_EQ(from_to(h, 3, 9, 1), 0x01);
	CHECK_EQ(from_to(h, 3, 1, 9), 0);
	CHECK_EQ(br_fdb_port(h, FID, br_mac(1)), 3);
	CHECK_EQ(from_to(h, 0, 1, 99), 0);
	CHECK_EQ(reason(h, NFTSW_REASON_LOCKED), 6);
	host_free(h);
	tap_result("bridge", "a locked port lets pass who is known to be there");
}

/* ---- the port's own addresses, and flows ---------------------------------------------------- */

static void test_own_address(void)
{
	struct host *h = up();

	host_rmac(h, 0, br_mac(50), 0);
	host_rmac(h, 0, router, NFTSW_RMAC_ROUTER);
	/* a host's address is the FDB's to know, a router's is the port's */
	CHECK_EQ(from_to(h, 0, 1, 50), 0x0e);
	CHECK_EQ(br_fdb(h, FID, br_mac(50), NFTSW_FDB_CPU, 0), NFTSW_ST_OK);
	CHECK_EQ(from_to(h, 0, 1, 50), 0);
	CHECK(cpu_has(h, NFTSW_REASON_BRIDGE_LOCAL, false));
	CHECK_EQ(br_fdb_del(h, FID, br_mac(50)), NFTSW_ST_OK);
	CHECK_EQ(to_mac(h, 0, router), 0);
	CHECK(cpu_has(h, NFTSW_REASON_LOCAL, false));
	CHECK_EQ(br_fdb_port(h, FID, br_mac(1)), 0);
	/* of another port it is a host like any other */
	CHECK_EQ(from_to(h, 1, 2, 50), 0x0d);
	/* nothing is filtered, PROMISC or not */
	h->m->port[1].flags = NFTSW_PORT_PROMISC;
	CHECK_EQ(from_to(h, 1, 2, 51), 0x0d);
	CHECK(cpu_quiet(h));
	CHECK_EQ(reason(h, NFTSW_REASON_UC_FILTER), 0);
	/* a port in no bridge filters as ever */
	CHECK_EQ(from_to(h, 7, 2, 51), 0);
	CHECK_EQ(reason(h, NFTSW_REASON_UC_FILTER), 1);
	host_free(h);
	tap_result("bridge", "frames to an address of the port are the CPU's");
}

static void test_flows(void)
{
	struct nftsw_hw_flow_entry e;
	struct host *h = up();
	struct frame u;

	host_rmac(h, 0, router, NFTSW_RMAC_ROUTER);
	chip_entry(&e, 0, 1);
	e.oport = NFM_TO_LE16(6);
	CHECK_EQ(nfm_flow_set(h->m, &e), NFTSW_ST_OK);
	u = frame_udp(&e.key, router, 50);
	memcpy(f.data, u.data, u.len);
	f.len = u.len;
	CHECK_EQ(br_in(h, 0, &f), 0x40);
	CHECK_EQ(host_ctr(h, 0, NFTSW_PCTR_RX_FLOW), 1);
	CHECK_EQ(host_ctr(h, 0, NFTSW_PCTR_RX_BRIDGE), 0);
	CHECK_EQ(br_fdb_port(h, FID, u.data + 6), 0);
	/* no flow: software routes; the parser's exceptions are as ever */
	f.data[34]++;
	CHECK_EQ(br_in(h, 0, &f), 0);
	CHECK(cpu_has(h, NFTSW_REASON_FLOW_MISS, false));
	f.data[14] = 0x46;
	CHECK_EQ(br_in(h, 0, &f), 0);
	CHECK_EQ(reason(h, NFTSW_REASON_BAD_HEADER), 1);
	/* the same frame to another address is bridged */
	memcpy(f.data, br_mac(9), 6);
	CHECK_EQ(br_in(h, 0, &f), 0x0e);
	/* and where the tree stops frames, flows stop, too */
	br_stp(h, 0, 0, NFTSW_STP_DISCARDING);
	memcpy(f.data, u.data, u.len);
	CHECK_EQ(br_in(h, 0, &f), 0);
	CHECK_EQ(reason(h, NFTSW_REASON_STP_DISCARD), 1);
	CHECK_EQ(h->m->flow->hot[0].packets, 1);
	frame_free(&u);
	host_free(h);
	tap_result("bridge", "flows and the bridge side by side on one port");
}

static void test_acl(void)
{
	struct nftsw_hw_acl_entry e;
	struct nftsw_hw_acl_ctrs c;
	struct host *h = up();
	u64 was;

	/* a rule that only counts, then one that drops: behind the source, before the flood */
	chip_rule(&e, 0, NFTSW_ACL_VERDICT_PASS);
	CHECK_EQ(nfm_acl_set(h->m, &e), NFTSW_ST_OK);
	CHECK_EQ(to_mac(h, 0, bcast), 0x0e);
	br_fdb(h, FID, br_mac(2), 2, 0);
	CHECK_EQ(from_to(h, 0, 1, 2), 0x04);
	nfm_acl_ctrs(h->m, 0, &c);
	CHECK_EQ(NFM_LE64(c.packets), 2);
	chip_rule(&e, 0, NFTSW_ACL_VERDICT_DROP);
	CHECK_EQ(nfm_acl_set(h->m, &e), NFTSW_ST_OK);
	CHECK_EQ(from_to(h, 0, 5, 2), 0);
	CHECK_EQ(reason(h, NFTSW_REASON_ACL_DROP), 1);
	CHECK_EQ(br_fdb_port(h, FID, br_mac(5)), 0);
	/* to software, which bridges them: known, flooded */
	was = reason(h, NFTSW_REASON_BRIDGE_FLOOD);
	chip_rule(&e, 0, NFTSW_ACL_VERDICT_TRAP);
	CHECK_EQ(nfm_acl_set(h->m, &e), NFTSW_ST_OK);
	CHECK_EQ(from_to(h, 0, 5, 2), 0);
	CHECK_EQ(to_mac(h, 0, bcast), 0);
	CHECK_EQ(reason(h, NFTSW_REASON_ACL_TRAP), 2);
	CHECK_EQ(reason(h, NFTSW_REASON_BRIDGE_FLOOD), was);
	host_free(h);
	tap_result("bridge", "rules see bridged frames, and stop them or bring them to the CPU");
}

/* ---- multicast ------------------------------------------------------------------------------- */

/* IPv4 to a group, or to where @daddr says. */
static void ip4(const u8 *dmac, u32 daddr, u8 proto, bool options)
{
	u8 ip[46] = { 0x45, 0, 0, 46, 0, 0, 0, 0, 64, proto, 0, 0, 10, 0, 0, 1 };
	u32 sum = 0, i;

	if (options) {
		ip[0] = 0x46;
		memcpy(ip + 20, "\x94\x04\0\0", 4);	/* router alert */
	}
	nfm_st_be16(ip + 16, daddr >> 16);
	nfm_st_be16(ip + 18, daddr);
	for (i = 0; i < (ip[0] & 15u) * 4; i += 2)
		sum += (u32)ip[i] << 8 | ip[i + 1];
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	nfm_st_be16(ip + 10, ~sum);
	br_eth(&f, dmac, br_mac(1));
	br_body(&f, 0x0800, ip, sizeof(ip));
}

/* IPv6 with an ICMPv6 message of a type; @hop: behind a hop-by-hop header. */
static void ip6(const u8 *daddr, u8 next, u8 type, bool hop)
{
	u8 ip[80] = { 0x60, 0, 0, 0, 0, 40, next, 1 };
	u8 mac[6] = { 0x33, 0x33 };

	memcpy(ip + 24, daddr, 16);
	memcpy(mac + 2, daddr + 12, 4);
	ip[40] = type;
	if (hop) {
		memcpy(ip + 40, "\x3a\0\5\2\0\0\1\0", 8);
		ip[6] = 0;
		ip[40] = next;
		ip[48] = type;
	}
	br_eth(&f, mac, br_mac(1));
	br_body(&f, 0x86dd, ip, sizeof(ip));
}

static void test_snooping(void)
{
	static const u8 all_routers[16] = { 0xff, 2, [15] = 0x16 };
	static const u8 mld[] = { 130, 131, 132, 143, 151 };
	struct host *h = up();
	u32 i;

	ip4(group, 0xe0010203, 2, true);
	CHECK_EQ(br_in(h, 0, &f), 0x0e);
	fid_flags(h, NFTSW_FID_SNOOPING);
	CHECK_EQ(br_in(h, 0, &f), 0);
	CHECK(cpu_has(h, NFTSW_REASON_SNOOPING, false));
	CHECK_EQ(br_fdb_port(h, FID, br_mac(1)), 0);
	ip4(group, 0xe0010203, 2, false);
	CHECK_EQ(br_in(h, 0, &f), 0);
	CHECK(cpu_has(h, NFTSW_REASON_SNOOPING, false));
	ip4(group, 0xe0010203, 17, false);
	CHECK_EQ(br_in(h, 0, &f), 0x0e);
	for (i = 0; i < sizeof(mld); i++) {
		ip6(all_routers, 58, mld[i], true);
		CHECK_EQ(br_in(h, 0, &f), 0);
		CHECK(cpu_has(h, NFTSW_REASON_SNOOPING, false));
		ip6(all_routers, 58, mld[i], false);
		CHECK_EQ(br_in(h, 0, &f), 0);
		CHECK(cpu_has(h, NFTSW_REASON_SNOOPING, false));
	}
	ip6(all_routers, 58, 135, false);
	CHECK_EQ(br_in(h, 0, &f), 0x0e);
	ip6(all_routers, 58, 129, true);
	CHECK_EQ(br_in(h, 0, &f), 0x0e);
	ip6(all_routers, 17, 130, true);
	CHECK_EQ(br_in(h, 0, &f), 0x0e);
	/* a hop-by-hop header that ends behind the packet */
	ip6(all_routers, 58, 130, true);
	f.data[14 + 41] = 200;
	CHECK_EQ(br_in(h, 0, &f), 0x0e);
	/* an IGMP header that is wrong is no IGMP */
	ip4(group, 0xe0010203, 2, false);
	f.data[24] ^= 1;
	CHECK_EQ(br_in(h, 0, &f), 0x0e);
	/* unicast is never snooped */
	ip4(br_mac(9), 0xe0010203, 2, false);
	CHECK_EQ(br_in(h, 0, &f), 0x0e);
	CHECK(cpu_quiet(h));
	host_free(h);
	tap_result("bridge", "IGMP and MLD go to the CPU alone, where it snoops");
}

static void test_snooping_tagged(void)
{
	struct host *h = br_new(8, 256);
	struct nftsw_hw_rxc c;
	struct nftsw_hw_fid d;
	u8 tag[4] = { 0x81, 0, 0, 10 };

	host_rx_fill(h, 0, 4, 512);
	br_fid_init(&d, 1, 10, PORTS, 0);
	d.flags = NFM_TO_LE32(NFTSW_FID_VALID | NFTSW_FID_SNOOPING);
	br_fid_put(h, &d);
	br_vlan(h, 0, 10, 1);
	br_port(h, 0, 0, 0, BR_AWARE);
	ip4(group, 0xe0010203, 2, true);
	memmove(f.data + 16, f.data + 12, f.len - 12);
	memcpy(f.data + 12, tag, 4);
	f.len += 4;
	CHECK_EQ(br_in(h, 0, &f), 0);
	CHECK(br_take_rx(h, &c, &f) && c.reason == NFTSW_REASON_SNOOPING);
	host_free(h);
	tap_result("bridge", "snooping looks behind the tag");
}

static void test_mdb(void)
{
	static const u8 unicast[6] = { 2, 0, 0, 0, 0, 1 };
	struct host *h = up();

	CHECK_EQ(br_mdb(h, FID, bcast, 1, 0), NFTSW_ST_BAD_PARAM);
	CHECK_EQ(br_mdb(h, FID, unicast, 1, 0), NFTSW_ST_BAD_PARAM);
	CHECK_EQ(br_mdb(h, 0, group, 1, 0), NFTSW_ST_BAD_PARAM);
	CHECK_EQ(br_mdb(h, FID + 1, group, 1, 0), NFTSW_ST_NOT_FOUND);
	CHECK_EQ(br_mdb(h, FID, group, 0x100, 0), NFTSW_ST_BAD_PARAM);
	CHECK_EQ(br_mdb(h, FID, group, 1, NFTSW_MDB_ALL + 1), NFTSW_ST_BAD_PARAM);
	/* members, of these the ones that may, and routers */
	CHECK_EQ(br_mdb(h, FID, group, 0x26, 0), NFTSW_ST_OK);
	CHECK_EQ(to_mac(h, 0, group), 0x06);
	CHECK_EQ(to_mac(h, 1, group), 0x04);
	flags(h, 2, 0, NFTSW_BP_MCAST_FLOOD);
	CHECK_EQ(to_mac(h, 0, group), 0x06);
	flags(h, 3, NFTSW_BP_MROUTER, NFTSW_BP_MCAST_FLOOD);
	CHECK_EQ(to_mac(h, 0, group), 0x0e);
	br_stp(h, 2, 0, NFTSW_STP_DISCARDING);
	CHECK_EQ(to_mac(h, 0, group), 0x0a);
	CHECK(cpu_quiet(h));
	/* the CPU: as a member, as a router; not because of floods */
	fid_flags(h, NFTSW_FID_CPU_MCAST);
	CHECK_EQ(to_mac(h, 0, group), 0x0a);
	CHECK(cpu_quiet(h));
	/* the CPU's to forward: nobody else gets it, and it is not marked */
	CHECK_EQ(br_mdb(h, FID, group, 0x02, NFTSW_MDB_TRAP), NFTSW_ST_OK);
	CHECK_EQ(to_mac(h, 0, group), 0);
	CHECK(cpu_has(h, NFTSW_REASON_BRIDGE_LOCAL, false));
	CHECK_EQ(br_mdb(h, FID, group, 0x02, NFTSW_MDB_CPU), NFTSW_ST_OK);
	CHECK_EQ(to_mac(h, 0, group), 0x0a);
	CHECK(cpu_has(h, NFTSW_REASON_BRIDGE_FLOOD, true));
	CHECK_EQ(br_mdb(h, FID, group, 0x02, 0), NFTSW_ST_OK);
	fid_flags(h, NFTSW_FID_CPU_ROUTER);
	CHECK_EQ(to_mac(h, 0, group), 0x0a);
	CHECK(cpu_has(h, NFTSW_REASON_BRIDGE_FLOOD, true));
	/* a group that nobody wants goes to routers, and to nobody when there are none */
	fid_flags(h, 0);
	CHECK_EQ(br_mdb(h, FID, group, 0, 0), NFTSW_ST_OK);
	CHECK_EQ(to_mac(h, 0, group), 0x08);
	flags(h, 3, 0, 0);
	CHECK_EQ(to_mac(h, 0, group), 0);
	CHECK_EQ(reason(h, NFTSW_REASON_NO_EGRESS), 1);
	host_free(h);
	tap_result("bridge", "groups: their members, the routers, and the CPU");
}

static void test_mdb_full(void)
{
	struct host *h = up();
	u8 mac[6] = { 0x33, 0x33 };
	u32 i;

	for (i = 0; i <= NFTSW_MAX_MDB; i++) {
		nfm_st_be16(mac + 4, i);
		CHECK_EQ(br_mdb(h, FID, mac, 1u << i % 8, 0),
			 i < NFTSW_MAX_MDB ? NFTSW_ST_OK : NFTSW_ST_NO_SPACE);
	}
	CHECK_EQ(br_dump(h, NFTSW_TBL_MDB, sizeof(struct nftsw_hw_mdb), 5000), NFTSW_MAX_MDB);
	for (i = 0; i < NFTSW_MAX_MDB; i++) {
		nfm_st_be16(mac + 4, i);
		CHECK_EQ(to_mac(h, 0, mac), (1u << i % 8) & 0x0e);
	}
	host_free(h);
	tap_result("bridge", "a full MDB, and each of its groups");
}

static void test_unknown_groups(void)
{
	static const u8 all_nodes[16] = { 0xff, 2, [15] = 1 };
	static const u8 other[16] = { 0xff, 2, [15] = 5 };
	struct host *h = up();

	flags(h, 3, NFTSW_BP_MROUTER, NFTSW_BP_MCAST_FLOOD);
	ip4(group, 0xef010203, 17, false);
	CHECK_EQ(br_in(h, 0, &f), 0x0e);
	fid_flags(h, NFTSW_FID_MC4_ROUTERS | NFTSW_FID_CPU_MCAST);
	CHECK_EQ(br_in(h, 0, &f), 0x08);
	CHECK(cpu_quiet(h));
	/* 224.0.0.x goes to all, whatever its address looks like; others at that address do not */
	ip4((const u8 *)"\1\0\x5e\0\0\x12", 0xe0000012, 89, false);
	CHECK_EQ(br_in(h, 0, &f), 0x0e);
	CHECK(cpu_has(h, NFTSW_REASON_BRIDGE_FLOOD, true));
	ip4((const u8 *)"\1\0\x5e\0\0\x12", 0xe1000012, 89, false);
	CHECK_EQ(br_in(h, 0, &f), 0x08);
	ip6(other, 17, 0, false);
	CHECK_EQ(br_in(h, 0, &f), 0x0e);
	CHECK(cpu_has(h, NFTSW_REASON_BRIDGE_FLOOD, true));
	fid_flags(h, NFTSW_FID_MC6_ROUTERS | NFTSW_FID_CPU_ROUTER);
	CHECK_EQ(br_in(h, 0, &f), 0x08);
	CHECK(cpu_has(h, NFTSW_REASON_BRIDGE_FLOOD, true));
	ip6(all_nodes, 17, 0, false);
	CHECK_EQ(br_in(h, 0, &f), 0x0e);
	ip4(group, 0xef010203, 17, false);
	CHECK_EQ(br_in(h, 0, &f), 0x0e);
	/* what is not IP floods */
	fid_flags(h, NFTSW_FID_MC6_ROUTERS | NFTSW_FID_MC4_ROUTERS);
	CHECK_EQ(to_mac(h, 0, group), 0x0e);
	CHECK(cpu_quiet(h));
	host_free(h);
	tap_result("bridge", "groups that nobody has asked for go to all, or to routers alone");
}

/* ---- LAGs ------------------------------------------------------------------------------------- */

static void test_lag(void)
{
	struct host *h = br_new(8, 4096);
	struct nftsw_hw_fid d;
	u32 i, port, used[8] = { 0 };
	u64 left;

	/* port 0, and LAG 2 of ports 4 to 6, of which 6 is not active */
	chip_lag(h->m, 2, 0x70, 0x30);
	br_fid_init(&d, FID, 0, 0x01, 0);
	d.members[1] = NFM_TO_LE64(4);
	CHECK_EQ(br_fid_put(h, &d), NFTSW_ST_OK);
	br_port(h, 0, FID, 0, BR_FLAGS);
	br_port(h, NFTSW_LAG_PORT(2), FID, 0, BR_FLAGS);
	CHECK_EQ(from_to(h, 4, 1, 99), 0x01);
	CHECK_EQ(br_fdb_port(h, FID, br_mac(1)), NFTSW_LAG_PORT(2));
	CHECK_EQ(from_to(h, 5, 1, 99), 0x01);
	CHECK_EQ(nfm_fdb_used(h->m), 1);
	/* what a partner floods to a standby member is not bridged */
	CHECK_EQ(from_to(h, 6, 2, 99), 0);
	CHECK_EQ(br_fdb_port(h, FID, br_mac(2)), 0xfffe);
	for (i = 0; i < 1000; i++) {
		left = from_to(h, 0, 0x10000 + i, 1);
		CHECK(left == 0x10 || left == 0x20);
		port = left == 0x10 ? 4 : 5;
		used[port]++;
		/* the same pair of hosts, flooded or not: the same member */
		CHECK_EQ(from_to(h, 0, 0x10000 + i, 1), left);
	}
	CHECK(used[4] > 420 && used[5] > 420);
	CHECK_EQ(host_ctr(h, 4, NFTSW_PCTR_TX_BRIDGE), 2 * used[4]);
	left = to_mac(h, 0, bcast);
	CHECK(left == 0x10 || left == 0x20);
	nfm_link_set(h->m, 4, false);
	CHECK_EQ(from_to(h, 0, 0x20000, 1), 0x20);
	CHECK_EQ(to_mac(h, 0, bcast), 0x20);
	nfm_link_set(h->m, 5, false);
	CHECK_EQ(from_to(h, 0, 0x20000, 1), 0);
	CHECK_EQ(reason(h, NFTSW_REASON_LAG_DOWN), 1);
	CHECK_EQ(to_mac(h, 0, bcast), 0);
	CHECK_EQ(reason(h, NFTSW_REASON_LAG_DOWN), 1);
	CHECK_EQ(reason(h, NFTSW_REASON_NO_EGRESS), 1);
	host_free(h);
	tap_result("bridge", "a LAG is one bridge port, in and out");
}

/* ---- rules that ask the bridge ---------------------------------------------------------------- */

static void test_miss(void)
{
	struct nftsw_hw_acl_entry e;
	struct host *h = up();

	chip_rule(&e, 0, NFTSW_ACL_VERDICT_DROP);
	e.key.flags = e.mask.flags = NFTSW_AK_L2_MISS;
	br_fdb(h, FID, br_mac(2), 2, 0);
	CHECK_EQ(br_mdb(h, FID, group, 4, 0), NFTSW_ST_OK);
	CHECK_EQ(br_put(h, NFTSW_OP_ACL_SET, 0, &e, sizeof(e)), NFTSW_ST_OK);
	CHECK_EQ(from_to(h, 0, 1, 3), 0);
	CHECK_EQ(reason(h, NFTSW_REASON_ACL_DROP), 1);
	CHECK_EQ(from_to(h, 0, 1, 2), 0x04);
	CHECK_EQ(to_mac(h, 0, bcast), 0x0e);
	CHECK_EQ(to_mac(h, 0, group), 0x04);
	CHECK_EQ(br_mdb(h, FID, group, 0, 0), NFTSW_ST_OK);
	CHECK_EQ(to_mac(h, 0, group), 0);
	CHECK_EQ(reason(h, NFTSW_REASON_ACL_DROP), 1);
	CHECK_EQ(reason(h, NFTSW_REASON_NO_EGRESS), 1);
	/* the other way round: known destinations, and all that has no bridge */
	e.key.flags = 0;
	CHECK_EQ(br_put(h, NFTSW_OP_ACL_SET, 0, &e, sizeof(e)), NFTSW_ST_OK);
	CHECK_EQ(from_to(h, 0, 1, 2), 0);
	CHECK_EQ(from_to(h, 0, 1, 3), 0x0e);
	CHECK_EQ(reason(h, NFTSW_REASON_ACL_DROP), 2);
	host_free(h);
	tap_result("bridge", "rules see what the bridge does not know");
}

/* ---- mirrors ------------------------------------------------------------------------------------ */

static void mirror(struct host *h, u32 port, u32 rx, u32 tx)
{
	struct nftsw_hw_port_cfg c;

	nfm_port_cfg_get(h->m, port, &c);
	c.mirror_rx = NFM_TO_LE16((u16)rx);
	c.mirror_tx = NFM_TO_LE16((u16)tx);
	CHECK_EQ(br_put(h, NFTSW_OP_PORT_SET, port, &c, sizeof(c)), NFTSW_ST_OK);
}

static void test_mirror(void)
{
	struct host *h = up();
	u64 n;

	br_fdb(h, FID, br_mac(2), 2, 0);
	mirror(h, 0, 8, 0);
	CHECK_EQ(from_to(h, 0, 1, 2), 0x84);
	CHECK(br_out_is(h, 7, &f));
	CHECK_EQ(host_ctr(h, 7, NFTSW_PCTR_TX_MIRROR), 1);
	/* whatever becomes of it */
	br_stp(h, 0, 0, NFTSW_STP_DISCARDING);
	CHECK_EQ(from_to(h, 0, 1, 2), 0x80);
	br_stp(h, 0, 0, NFTSW_STP_FORWARDING);
	mirror(h, 0, 0, 0);
	CHECK_EQ(from_to(h, 0, 1, 2), 0x04);
	/* sent by the bridge, to one port and to many; what the CPU sends is its own affair */
	mirror(h, 2, 0, 8);
	CHECK_EQ(from_to(h, 0, 1, 2), 0x84);
	CHECK_EQ(to_mac(h, 0, bcast), 0x8e);
	CHECK(br_out_is(h, 7, &f));
	n = host_ctr(h, 7, NFTSW_PCTR_TX_MIRROR);
	host_tx(h, 0, f.data, f.len, NFTSW_TXD_EOP, 2);
	host_doorbell(h, NFTSW_RING_TX_SQ(0));
	host_run(h);
	CHECK_EQ(host_ctr(h, 7, NFTSW_PCTR_TX_MIRROR), n);
	/* a copy that cannot leave has its own end */
	nfm_link_set(h->m, 7, false);
	CHECK_EQ(from_to(h, 0, 1, 2), 0x04);
	CHECK_EQ(reason(h, NFTSW_REASON_EGRESS_DOWN), 1);
	CHECK_EQ(host_ctr(h, 7, NFTSW_PCTR_TX_DROPS), 1);
	host_free(h);
	tap_result("bridge", "mirrors: all that a port receives, all that the chip sends");
}

/* As it leaves: with the tag that it gets. */
static void test_mirror_tagged(void)
{
	struct host *h = br_new(8, 256);
	u32 p;

	br_fid(h, 1, 10, 0x03, 0x01);
	for (p = 0; p < 2; p++) {
		br_vlan(h, p, 10, 1);
		br_port(h, p, 0, 10, BR_AWARE);
	}
	mirror(h, 1, 0, 8);
	mirror(h, 0, 7, 0);
	CHECK_EQ(to_mac(h, 0, bcast), 0xc2);
	CHECK(br_out_is(h, 6, &f));
	CHECK_EQ(br_out(h, 7)->len, f.len + 4);
	CHECK(!memcmp(br_out(h, 7)->data, br_out(h, 1)->data, f.len + 4));
	host_free(h);
	tap_result("bridge", "mirrors show frames as they are on the wire");
}

/* ---- from the CPU, and state ----------------------------------------------------------------------- */

static void test_pipeline_tx(void)
{
	struct host *h = up();

	br_plain(&f, bcast, br_mac(1), 64);
	h->out_count = 0;
	host_tx(h, 0, f.data, f.len, NFTSW_TXD_EOP | NFTSW_TXD_PIPELINE, 1);
	host_doorbell(h, NFTSW_RING_TX_SQ(0));
	host_run(h);
	CHECK_EQ(h->out_count, 3);
	CHECK(br_out_is(h, 0, &f) && br_out_is(h, 2, &f) && br_out_is(h, 3, &f));
	CHECK_EQ(br_fdb_port(h, FID, br_mac(1)), 1);
	host_free(h);
	tap_result("bridge", "what the CPU sends into the pipeline is bridged");
}

static void test_state(void)
{
	struct host *h = up(), *g = br_new(8, 256);
	struct nftsw_hw_br_port a, b;
	struct nftsw_hw_fid d;
	size_t size, more;
	u8 *one, *two;
	u32 i;

	host_ring_set(h, NFTSW_RING_EVENT, 512);
	br_fid_init(&d, FID, 0, PORTS, 0);
	d.age_ms = NFM_TO_LE32(1000);
	br_fid_put(h, &d);
	br_vport(h, 3, NFTSW_LAG_PORT(1), 44, FID, BR_FLAGS);
	br_vlan(h, NFTSW_LAG_PORT(1), 44, NFTSW_VLAN_VPORT(3));
	br_stp(h, 3, 9, NFTSW_STP_LEARNING);
	br_mdb(h, FID, group, 0x05, NFTSW_MDB_CPU);
	mirror(h, 3, 6, 7);
	for (i = 0; i < 100; i++)
		from_to(h, i % 4, i, 5000);
	for (i = 0; i < 100; i += 3)
		br_fdb_del(h, FID, br_mac(i));
	h->now += 500000000;
	from_to(h, 1, 1, 5000);
	host_run(h);
	size = nfm_state_size(h->m);
	one = malloc(size);
	CHECK_EQ(nfm_state_save(h->m, one, size), size);
	CHECK(!nfm_state_load(g->m, one, size));
	g->now = h->now;
	host_run(g);
	more = nfm_state_size(g->m);
	two = malloc(more);
	CHECK(more == size && nfm_state_save(g->m, two, more) == more && !memcmp(one, two, size));
	for (i = 0; i < 8; i++) {
		nfm_br_port_read(h->m, i, &a);
		nfm_br_port_read(g->m, i, &b);
		CHECK(!memcmp(&a, &b, sizeof(a)));
	}
	/* the same hosts age in both at the same time */
	CHECK_EQ(nfm_fdb_used(g->m), nfm_fdb_used(h->m));
	g->now = h->now + 600000000;
	while (nfm_run(g->m, g->now, 64))
		;
	CHECK_EQ(nfm_fdb_used(g->m), 1);
	free(one);
	free(two);
	host_free(h);
	host_free(g);
	tap_result("bridge", "the state of a bridge goes on in another chip");
}

/* From the host's side: the same records as in dumps. */
static void test_inspection(void)
{
	struct host *h = up();
	struct nftsw_hw_fdb *rec, e;
	struct nftsw_hw_fid d;
	u32 i, n, at = 0;

	for (i = 0; i < 20; i++)
		from_to(h, i % 4, i, 5000);
	br_fdb_del(h, FID, br_mac(7));
	n = br_dump(h, NFTSW_TBL_FDB, sizeof(e), 100);
	rec = br_rec(h);
	for (i = 0; nfm_table_next(h->m, NFTSW_TBL_FDB, &at, &e); i++)
		CHECK(i < n && !memcmp(&e, &rec[i], sizeof(e)));
	CHECK(i == 19 && n == 19);
	at = 0;
	CHECK(nfm_table_next(h->m, NFTSW_TBL_FID, &at, &d) && NFM_LE16(d.fid) == FID);
	CHECK(!nfm_table_next(h->m, NFTSW_TBL_FID, &at, &d));
	at = 0;
	CHECK(!nfm_table_next(h->m, NFTSW_TBL_COUNT, &at, &d));
	host_free(h);
	tap_result("bridge", "the host's side reads the same tables");
}

int main(void)
{
	printf("TAP version 13\n");
	test_learn();
	test_known();
	test_batch();
	test_flood_flags();
	test_isolated();
	test_cpu_copies();
	test_cpu_copy_tagged();
	test_policed();
	test_stp();
	test_mst();
	test_bad_source();
	test_locked();
	test_own_address();
	test_flows();
	test_acl();
	test_snooping();
	test_snooping_tagged();
	test_mdb();
	test_mdb_full();
	test_unknown_groups();
	test_lag();
	test_miss();
	test_mirror();
	test_mirror_tagged();
	test_pipeline_tx();
	test_state();
	test_inspection();
	return tap_done();
}
