// SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause)
/*
 * Access control list: the commands, their refusals, order, counters, and what a rule does to a
 * whole chip.  DS 8.5, 9.9.  What a key takes is shown by the golden vectors, frame by frame.
 */
#include "host.h"
#include "chip.h"
#include "tap.h"

static const u8 router[6] = { 2, 0, 0, 0, 1, 0 };
static const u8 bcast[60] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0, 1, 8, 6 };
static struct nftsw_hw_cpl cpl;
static u64 data;

static struct host *up(void)
{
	struct host *h = host_new_up();

	data = host_alloc(h, NFTSW_MAX_ACLS * sizeof(struct nftsw_hw_acl_record));
	host_rmac(h, 0, router, NFTSW_RMAC_ROUTER);
	host_rx_fill(h, 0, 16, 2048);
	return h;
}

static u32 put(struct host *h, const struct nftsw_hw_acl_entry *e)
{
	memcpy(host_ptr(h, data), e, sizeof(*e));
	return host_cmd(h, NFTSW_OP_ACL_SET, 0, 1, 0, data, sizeof(*e), &cpl);
}

static u32 put_new(struct host *h, u32 index, u8 verdict, u32 prio)
{
	struct nftsw_hw_acl_entry e;

	chip_rule(&e, index, verdict);
	e.prio = NFM_TO_LE32(prio);
	return put(h, &e);
}

static u32 del(struct host *h, u32 index, u32 count)
{
	return host_cmd(h, NFTSW_OP_ACL_DEL, index, count, 0, 0, 0, &cpl);
}

static struct nftsw_hw_acl_ctrs ctrs(struct host *h, u32 index)
{
	struct nftsw_hw_acl_ctrs c;

	CHECK_EQ(host_cmd(h, NFTSW_OP_ACL_CTRS, index, 1, 0, data, sizeof(c), &cpl), NFTSW_ST_OK);
	memcpy(&c, host_ptr(h, data), sizeof(c));
	return c;
}

static u32 packets(struct host *h, u32 index)
{
	return (u32)NFM_LE64(ctrs(h, index).packets);
}

static u32 rules(struct host *h)
{
	struct nftsw_hw_acl_record rec;
	u32 n = 0;

	while (nfm_acl_get(h->m, n, &rec))
		n++;
	return n;
}

/* ---- commands ---------------------------------------------------------------------- */

struct broken {
	const char *what;
	void (*fn)(struct nftsw_hw_acl_entry *e);
};

#define BROKEN(name, stmt) \
	static void broken_##name(struct nftsw_hw_acl_entry *e) { stmt; }
BROKEN(index, e->index = NFM_TO_LE32(NFTSW_MAX_ACLS))
BROKEN(verdict, e->verdict = NFTSW_ACL_VERDICT_COUNT)
BROKEN(flags, e->flags = 4)
BROKEN(no_ports, e->ports = 0)
BROKEN(ports, e->ports = NFM_TO_LE64(0x11))
BROKEN(oport, e->oport = NFM_TO_LE16(1))
BROKEN(mport, e->mport = NFM_TO_LE16(1))
BROKEN(redirect, e->verdict = NFTSW_ACL_VERDICT_REDIRECT; e->oport = NFM_TO_LE16(4))
BROKEN(mirror, e->flags = NFTSW_AF_MIRROR; e->mport = NFM_TO_LE16(NFTSW_LAG_PORT(0)))
BROKEN(meter, e->meter = NFM_TO_LE16(NFTSW_MAX_METERS + 1))
BROKEN(rsvd, e->rsvd = NFM_TO_LE32(1))
BROKEN(key_rsvd, e->key.rsvd = e->mask.rsvd = NFM_TO_LE16(1))
BROKEN(outside, e->key.dmac[3] = 3; e->mask.dmac[3] = 1)
BROKEN(tci, e->mask.tci = NFM_TO_BE16(0xfff))
BROKEN(tci_absent, e->mask.tci = NFM_TO_BE16(0xfff); e->mask.flags = NFTSW_AK_TAG)
BROKEN(ad, e->mask.flags = NFTSW_AK_TAG_AD)
BROKEN(proto, e->mask.l4proto = 0xff)
BROKEN(sport, e->mask.sport = NFM_TO_BE16(1); e->mask.flags = e->key.flags = NFTSW_AK_L4)
BROKEN(dport, e->mask.dport = NFM_TO_BE16(1))
BROKEN(addr, e->mask.saddr[0] = 0xff; e->mask.flags = NFTSW_AK_IP | NFTSW_AK_IPV6)
BROKEN(family, e->mask.daddr[0] = 0xff; e->mask.flags = e->key.flags = NFTSW_AK_IP)
BROKEN(ipv4, e->mask.daddr[4] = 1; e->mask.flags = NFTSW_AK_IP | NFTSW_AK_IPV6;
       e->key.flags = NFTSW_AK_IP)

static const struct broken broken[] = {
#define B(name) { #name, broken_##name }
	B(index), B(verdict), B(flags), B(no_ports), B(ports), B(oport), B(mport), B(redirect),
	B(mirror), B(meter), B(rsvd), B(key_rsvd), B(outside), B(tci),
	B(tci_absent), B(ad), B(proto), B(sport), B(dport), B(addr), B(family), B(ipv4),
};

static void test_refusals(void)
{
	struct nftsw_hw_acl_entry e;
	struct nftsw_hw_acl_record rec;
	struct host *h = up();
	u32 i;

	CHECK_EQ(put_new(h, 0, NFTSW_ACL_VERDICT_PASS, 7), NFTSW_ST_OK);
	for (i = 0; i < NFM_ARRAY_COUNT(broken); i++) {
		chip_rule(&e, 0, NFTSW_ACL_VERDICT_DROP);
		broken[i].fn(&e);
		if (!CHECK_EQ(put(h, &e), NFTSW_ST_BAD_PARAM))
			printf("# %s\n", broken[i].what);
	}
	CHECK_EQ(rules(h), 1);
	CHECK(nfm_acl_get(h->m, 0, &rec) && rec.entry.verdict == NFTSW_ACL_VERDICT_PASS);
	CHECK_EQ(del(h, NFTSW_MAX_ACLS - 1, 2), NFTSW_ST_BAD_PARAM);
	nfm_fault_set(h->m, NFM_FAULT_TABLE_FULL, 1);
	CHECK_EQ(put_new(h, 1, NFTSW_ACL_VERDICT_PASS, 7), NFTSW_ST_NO_SPACE);
	CHECK_EQ(put_new(h, 0, NFTSW_ACL_VERDICT_DROP, 7), NFTSW_ST_OK);
	CHECK_EQ(rules(h), 1);
	host_free(h);
	tap_result("acl", "what ACL_SET refuses, and that a refusal changes nothing");
}

/* The list, in the order of the chip, is that of @want. */
static void check_order(struct host *h, const u32 *want, u32 n)
{
	struct nftsw_hw_acl_record rec;
	u32 i;

	CHECK_EQ(rules(h), n);
	for (i = 0; i < n && nfm_acl_get(h->m, i, &rec); i++)
		CHECK_EQ(NFM_LE32(rec.entry.index), want[i]);
}

static void test_order(void)
{
	static const u32 first[] = { 9, 3, 200, 7 }, moved[] = { 9, 200, 7, 3 }, left[] = { 9, 3 };
	struct nftsw_hw_acl_entry e;
	struct host *h = up();

	CHECK_EQ(put_new(h, 200, NFTSW_ACL_VERDICT_NEXT, 5), NFTSW_ST_OK);
	chip_rule(&e, 7, NFTSW_ACL_VERDICT_NEXT);
	e.prio = NFM_TO_LE32(5);
	e.order = NFM_TO_LE64(1ull << 40);
	CHECK_EQ(put(h, &e), NFTSW_ST_OK);
	CHECK_EQ(put_new(h, 3, NFTSW_ACL_VERDICT_NEXT, 5), NFTSW_ST_OK);
	CHECK_EQ(put_new(h, 9, NFTSW_ACL_VERDICT_NEXT, 0), NFTSW_ST_OK);
	check_order(h, first, 4);
	chip_rule(&e, 3, NFTSW_ACL_VERDICT_NEXT);
	e.prio = NFM_TO_LE32(5);
	e.group = NFM_TO_LE32(1);
	CHECK_EQ(put(h, &e), NFTSW_ST_OK);
	check_order(h, moved, 4);
	CHECK_EQ(del(h, 4, 199), NFTSW_ST_OK);
	CHECK_EQ(put_new(h, 9, NFTSW_ACL_VERDICT_NEXT, 0), NFTSW_ST_OK);
	check_order(h, left, 2);
	CHECK_EQ(del(h, 0, NFTSW_MAX_ACLS), NFTSW_ST_OK);
	check_order(h, left, 0);
	CHECK_EQ(h->m->acl.ports, 0);
	host_free(h);
	tap_result("acl", "order is by prio, group, order and number; rules move and go");
}

static void test_full(void)
{
	struct nftsw_hw_acl_record *rec;
	struct host *h = up();
	u32 i;

	for (i = 0; i < NFTSW_MAX_ACLS; i++)
		CHECK_EQ(put_new(h, i, NFTSW_ACL_VERDICT_NEXT, NFTSW_MAX_ACLS - i), NFTSW_ST_OK);
	host_in(h, 0, bcast, sizeof(bcast));
	CHECK_EQ(host_cmd(h, NFTSW_OP_DUMP, 0, NFTSW_MAX_ACLS, NFTSW_TBL_ACL, data,
			  NFTSW_MAX_ACLS * sizeof(*rec), &cpl), NFTSW_ST_OK);
	CHECK(NFM_LE32(cpl.done) == NFTSW_MAX_ACLS && NFM_LE32(cpl.next) == NFTSW_DUMP_END);
	rec = host_ptr(h, data);
	for (i = 0; i < NFTSW_MAX_ACLS; i++, rec++) {
		CHECK_EQ(NFM_LE32(rec->entry.index), i);
		CHECK_EQ(rec->entry.cookie, rec->ctrs.cookie);
		CHECK_EQ(NFM_LE64(rec->ctrs.packets), 1);
	}
	CHECK_EQ(del(h, 1, 254), NFTSW_ST_OK);
	CHECK_EQ(host_cmd(h, NFTSW_OP_DUMP, 1, 5, NFTSW_TBL_ACL, data, 5 * sizeof(*rec), &cpl),
		 NFTSW_ST_OK);
	CHECK(NFM_LE32(cpl.done) == 1 && NFM_LE32(cpl.next) == NFTSW_DUMP_END);
	host_wr(h, NFTSW_CTRL, NFTSW_CTRL_RESET);
	host_run(h);
	CHECK_EQ(rules(h), 0);
	host_free(h);
	tap_result("acl", "a full list, its dump, and nothing left after a reset");
}

/* ---- counters ------------------------------------------------------------------------ */

static void test_counters(void)
{
	struct nftsw_hw_acl_ctrs c;
	struct nftsw_hw_acl_entry e;
	struct host *h = up();
	u8 tagged[64];

	chip_rule(&e, 4, NFTSW_ACL_VERDICT_DROP);
	CHECK_EQ(put(h, &e), NFTSW_ST_OK);
	c = ctrs(h, 4);
	CHECK(!c.packets && !c.octets && !c.last_hit_ns && c.cookie == e.cookie);
	h->now += 5000000;
	host_in(h, 0, bcast, sizeof(bcast));
	memcpy(tagged, bcast, 12);
	memcpy(tagged + 12, "\x81\x00\x00\x05", 4);
	memcpy(tagged + 16, bcast + 12, sizeof(bcast) - 12);
	h->now += 1000000;
	host_in(h, 0, tagged, sizeof(tagged));
	c = ctrs(h, 4);
	CHECK_EQ(NFM_LE64(c.packets), 2);
	CHECK_EQ(NFM_LE64(c.octets), 2 * 46);
	CHECK_EQ(NFM_LE64(c.last_hit_ns), h->now);
	/* written again it goes on; as another rule it begins anew */
	e.prio = NFM_TO_LE32(3);
	CHECK_EQ(put(h, &e), NFTSW_ST_OK);
	CHECK_EQ(packets(h, 4), 2);
	e.cookie = NFM_TO_LE64(1);
	CHECK_EQ(put(h, &e), NFTSW_ST_OK);
	CHECK_EQ(packets(h, 4), 0);
	host_in(h, 0, bcast, sizeof(bcast));
	CHECK_EQ(packets(h, 4), 1);
	CHECK_EQ(del(h, 4, 1), NFTSW_ST_OK);
	c = ctrs(h, 4);
	CHECK(!c.packets && !c.octets && !c.last_hit_ns && !c.cookie);
	CHECK_EQ(h->m->reason[NFTSW_REASON_ACL_DROP], 3);
	CHECK_EQ(host_ctr(h, 0, NFTSW_PCTR_RX_DROPS), 3);
	CHECK_EQ(host_ctr(h, 0, NFTSW_PCTR_RX_FRAMES), 3);
	host_free(h);
	tap_result("acl", "a rule counts packets, octets and time; its cookie says whose they are");
}

/* ---- what rules do ------------------------------------------------------------------------ */

static void test_walk(void)
{
	struct nftsw_hw_acl_entry e;
	struct host *h = up();
	u32 i;

	/* group 1: next, pass, next; group 2: next, pass; then a drop that is reached */
	for (i = 0; i < 6; i++) {
		chip_rule(&e, i, i == 1 || i == 4 ? NFTSW_ACL_VERDICT_PASS :
			  i == 5 ? NFTSW_ACL_VERDICT_DROP : NFTSW_ACL_VERDICT_NEXT);
		e.group = NFM_TO_LE32(1 + i / 3);
		e.order = NFM_TO_LE64(i);
		CHECK_EQ(put(h, &e), NFTSW_ST_OK);
	}
	host_in(h, 0, bcast, sizeof(bcast));
	for (i = 0; i < 6; i++)
		CHECK_EQ(packets(h, i), i != 2 && i != 5);
	CHECK_EQ(h->m->reason[NFTSW_REASON_LOCAL], 1);
	e.group = NFM_TO_LE32(3);
	CHECK_EQ(put(h, &e), NFTSW_ST_OK);
	host_in(h, 0, bcast, sizeof(bcast));
	CHECK_EQ(packets(h, 5), 1);
	CHECK_EQ(h->m->reason[NFTSW_REASON_ACL_DROP], 1);
	/* another port has no rules, and then one of its own */
	host_in(h, 1, bcast, sizeof(bcast));
	CHECK_EQ(packets(h, 0), 2);
	CHECK_EQ(h->m->reason[NFTSW_REASON_LOCAL], 2);
	chip_rule(&e, 9, NFTSW_ACL_VERDICT_NEXT);
	e.ports = NFM_TO_LE64(2);
	CHECK_EQ(put(h, &e), NFTSW_ST_OK);
	host_in(h, 1, bcast, sizeof(bcast));
	CHECK_EQ(packets(h, 0), 2);
	CHECK_EQ(packets(h, 9), 1);
	CHECK_EQ(h->m->reason[NFTSW_REASON_LOCAL], 3);
	host_free(h);
	tap_result("acl", "next goes on, pass ends its group, drop ends");
}

static void test_redirect(void)
{
	struct nftsw_hw_acl_entry e;
	struct host *h = up();

	chip_rule(&e, 0, NFTSW_ACL_VERDICT_REDIRECT);
	e.ports = NFM_TO_LE64(3);
	e.oport = NFM_TO_LE16(3);
	CHECK_EQ(put(h, &e), NFTSW_ST_OK);
	host_in(h, 0, bcast, sizeof(bcast));
	host_in(h, 1, bcast, sizeof(bcast));
	CHECK_EQ(h->out_count, 2);
	CHECK(h->out[1].port == 3 && h->out[1].len == sizeof(bcast) &&
	      !memcmp(h->out[1].data, bcast, sizeof(bcast)));
	CHECK_EQ(host_ctr(h, 0, NFTSW_PCTR_RX_REDIRECT), 1);
	CHECK_EQ(host_ctr(h, 3, NFTSW_PCTR_TX_REDIRECT), 2);
	CHECK_EQ(host_ctr(h, 3, NFTSW_PCTR_TX_BCAST), 2);
	CHECK_EQ(host_ctr(h, 3, NFTSW_PCTR_TX_FLOW), 0);
	nfm_link_set(h->m, 3, false);
	host_in(h, 0, bcast, sizeof(bcast));
	CHECK_EQ(h->out_count, 2);
	CHECK_EQ(h->m->reason[NFTSW_REASON_EGRESS_DOWN], 1);
	CHECK_EQ(host_ctr(h, 0, NFTSW_PCTR_RX_DROPS), 1);
	CHECK_EQ(host_ctr(h, 3, NFTSW_PCTR_TX_DROPS), 1);
	CHECK_EQ(packets(h, 0), 3);
	CHECK_EQ(h->m->cpu_rx_frames, 0);
	host_free(h);
	tap_result("acl", "redirected frames leave as they came, or are dropped and counted");
}

/* What classification has sent to the CPU keeps its reason; a drop in front of it stands. */
static void test_trap(void)
{
	static const u8 stp[64] = { 0x01, 0x80, 0xc2, 0, 0, 0, 2, 0, 0, 0, 0, 9, 0, 38, 0x42, 0x42 };
	struct nftsw_hw_acl_entry e;
	struct host *h = up();

	chip_rule(&e, 0, NFTSW_ACL_VERDICT_TRAP);
	e.group = NFM_TO_LE32(2);
	e.flags = NFTSW_AF_MIRROR;
	e.mport = NFM_TO_LE16(2);
	CHECK_EQ(put(h, &e), NFTSW_ST_OK);
	host_in(h, 0, bcast, sizeof(bcast));
	CHECK_EQ(h->m->reason[NFTSW_REASON_ACL_TRAP], 1);
	host_in(h, 0, stp, sizeof(stp));
	CHECK_EQ(h->m->reason[NFTSW_REASON_L2_CONTROL], 1);
	CHECK_EQ(h->m->reason[NFTSW_REASON_ACL_TRAP], 1);
	CHECK_EQ(packets(h, 0), 2);
	CHECK_EQ(h->out_count, 2);
	/* software has it as well: it counts and copies */
	e.flags |= NFTSW_AF_CPU_TOO;
	CHECK_EQ(put(h, &e), NFTSW_ST_OK);
	host_in(h, 0, bcast, sizeof(bcast));
	CHECK_EQ(packets(h, 0), 2);
	CHECK_EQ(h->out_count, 2);
	/* dropped before it comes here */
	chip_rule(&e, 1, NFTSW_ACL_VERDICT_DROP);
	e.group = NFM_TO_LE32(1);
	CHECK_EQ(put(h, &e), NFTSW_ST_OK);
	host_in(h, 0, bcast, sizeof(bcast));
	CHECK_EQ(h->m->reason[NFTSW_REASON_ACL_DROP], 1);
	CHECK_EQ(packets(h, 0), 2);
	e.verdict = NFTSW_ACL_VERDICT_TRAP;
	e.oport = NFM_TO_LE16(1);
	CHECK_EQ(put(h, &e), NFTSW_ST_BAD_PARAM);
	host_free(h);
	tap_result("acl", "trapped frames go to the CPU, with the reason they have if they have one");
}

static void test_mirror(void)
{
	struct nftsw_hw_acl_entry e;
	struct host *h = up();

	chip_rule(&e, 0, NFTSW_ACL_VERDICT_NEXT);
	e.flags = NFTSW_AF_MIRROR;
	e.mport = NFM_TO_LE16(2);
	CHECK_EQ(put(h, &e), NFTSW_ST_OK);
	e.index = NFM_TO_LE32(1);
	e.mport = NFM_TO_LE16(3);
	CHECK_EQ(put(h, &e), NFTSW_ST_OK);
	host_in(h, 0, bcast, sizeof(bcast));
	CHECK_EQ(h->out_count, 2);
	CHECK(h->out[0].port == 2 && h->out[1].port == 3 && h->out[0].len == sizeof(bcast) &&
	      !memcmp(h->out[0].data, bcast, sizeof(bcast)));
	CHECK_EQ(h->m->cpu_rx_frames, 1);
	CHECK_EQ(host_ctr(h, 2, NFTSW_PCTR_TX_MIRROR), 1);
	CHECK_EQ(host_ctr(h, 2, NFTSW_PCTR_TX_FRAMES), 1);
	/* a copy that is lost is the copy's own loss */
	nfm_link_set(h->m, 2, false);
	host_in(h, 0, bcast, sizeof(bcast));
	CHECK_EQ(h->out_count, 3);
	CHECK_EQ(h->m->cpu_rx_frames, 2);
	CHECK_EQ(host_ctr(h, 0, NFTSW_PCTR_RX_DROPS), 0);
	CHECK_EQ(host_ctr(h, 2, NFTSW_PCTR_TX_DROPS), 1);
	CHECK_EQ(h->m->reason[NFTSW_REASON_EGRESS_DOWN], 1);
	CHECK_EQ(packets(h, 0), 2);
	host_free(h);
	tap_result("acl", "copies leave as the frame came, and are lost alone");
}

/* A frame of flow 0, which leaves through port 1. */
static void flow_in(struct host *h)
{
	struct nftsw_hw_flow_entry e;
	struct frame f;

	chip_entry(&e, 0, 0);
	f = frame_udp(&e.key, router, 20);
	h->out_count = 0;
	host_in(h, 0, f.data, f.len);
	frame_free(&f);
}

static void test_cpu_too(void)
{
	struct nftsw_hw_flow_entry flow;
	struct nftsw_hw_acl_entry e;
	struct host *h = up();

	chip_rule(&e, 0, NFTSW_ACL_VERDICT_PASS);
	e.flags = NFTSW_AF_CPU_TOO | NFTSW_AF_MIRROR;
	e.mport = NFM_TO_LE16(3);
	CHECK_EQ(put(h, &e), NFTSW_ST_OK);
	flow_in(h);
	CHECK_EQ(h->out_count, 0);
	CHECK_EQ(packets(h, 0), 0);
	CHECK_EQ(h->m->cpu_rx_frames, 1);
	chip_entry(&flow, 0, 0);
	flow.oport = NFM_TO_LE16(1);
	CHECK_EQ(nfm_flow_set(h->m, &flow), NFTSW_ST_OK);
	flow_in(h);
	CHECK_EQ(h->out_count, 2);
	CHECK(h->out[0].port == 3 && h->out[1].port == 1);
	CHECK(!memcmp(h->out[0].data, router, 6) && memcmp(h->out[1].data, router, 6));
	CHECK_EQ(packets(h, 0), 1);
	/* lost at its egress it is not the CPU's, so it is counted */
	nfm_link_set(h->m, 1, false);
	flow_in(h);
	CHECK_EQ(packets(h, 0), 2);
	CHECK_EQ(h->m->cpu_rx_frames, 1);
	host_free(h);
	tap_result("acl", "what software sees, too, is counted and copied there");
}

static void test_flow(void)
{
	struct nftsw_hw_flow_entry flow;
	struct host *h = up();

	chip_entry(&flow, 0, 0);
	flow.oport = NFM_TO_LE16(1);
	CHECK_EQ(nfm_flow_set(h->m, &flow), NFTSW_ST_OK);
	flow_in(h);
	CHECK_EQ(h->out_count, 1);
	CHECK_EQ(put_new(h, 9, NFTSW_ACL_VERDICT_DROP, 1), NFTSW_ST_OK);
	flow_in(h);
	CHECK_EQ(h->out_count, 0);
	CHECK_EQ(h->m->flow->hot[0].packets, 1);
	CHECK_EQ(del(h, 9, 1), NFTSW_ST_OK);
	flow_in(h);
	CHECK_EQ(h->out_count, 1);
	CHECK_EQ(h->m->flow->hot[0].packets, 2);
	CHECK_EQ(h->m->cpu_rx_frames, 0);
	host_free(h);
	tap_result("acl", "a flow stops at a rule that drops, and goes on without it");
}

int main(void)
{
	printf("TAP version 13\n");
	test_refusals();
	test_order();
	test_full();
	test_counters();
	test_walk();
	test_redirect();
	test_trap();
	test_mirror();
	test_cpu_too();
	test_flow();
	return tap_done();
}
