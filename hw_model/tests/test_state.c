// SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause)
/* State as a blob: round trips, and what a corrupted or foreign one does. */
#include <stdlib.h>
#include <string.h>
#include "host.h"
#include "chip.h"
#include "tap.h"

static const u8 router[6] = { 2, 0, 0, 0, 1, 0 };
static const u8 bcast[60] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0, 1, 8, 6 };

struct blob {
	u8 *p;
	size_t size;
};

static struct blob save(struct host *h)
{
	struct blob b = { .size = nfm_state_size(h->m) };

	b.p = malloc(b.size);
	if (!b.p || nfm_state_save(h->m, b.p, b.size) != b.size) {
		printf("Bail out! the state cannot be saved\n");
		exit(1);
	}
	return b;
}

/* FNV-1a, as the head comment of nfm_state.c says. */
static void seal(struct blob *b)
{
	__le64 sum;
	u64 h = 0xcbf29ce484222325ull;
	size_t i;

	for (i = 0; i < b->size - 8; i++)
		h = (h ^ b->p[i]) * 0x100000001b3ull;
	sum = NFM_TO_LE64(h);
	memcpy(b->p + b->size - 8, &sum, 8);
}

static void flows_add(struct host *h, u32 n)
{
	struct nftsw_hw_flow_entry e;
	u64 addr = host_alloc(h, sizeof(e));
	u32 i;

	for (i = 0; i < n; i++) {
		chip_entry(&e, i * 3, i);
		e.oport = NFM_TO_LE16((u16)(i % 4));
		e.idle_ms = NFM_TO_LE32(i % 2 ? 50 : 0);
		memcpy(host_ptr(h, addr), &e, sizeof(e));
		CHECK_EQ(host_cmd(h, NFTSW_OP_FLOW_SET, 0, 1, 0, addr, sizeof(e), NULL), 0);
	}
}

/* Rules that count, in another order than that of their numbers. */
static void acls_add(struct host *h, u32 n)
{
	struct nftsw_hw_acl_entry e;
	u32 i;

	for (i = 0; i < n; i++) {
		chip_rule(&e, i * 5, NFTSW_ACL_VERDICT_NEXT);
		e.prio = NFM_TO_LE32(n - i);
		CHECK_EQ(nfm_acl_set(h->m, &e), NFTSW_ST_OK);
	}
}

/* A chip that a lot has happened to. */
static struct host *busy(void)
{
	struct nftsw_hw_trap_group g = {
		.group = NFM_TO_LE32(NFTSW_GROUP_LOCAL),
		.rate_pps = NFM_TO_LE32(100),
		.burst = NFM_TO_LE32(3),
	};
	struct host *h = host_new_up();
	u64 addr = host_alloc(h, 65536);
	struct nftsw_hw_flow_entry e;
	struct frame f;
	u32 i;

	host_wr(h, NFTSW_SEED_LO, 0xdeadbeef);
	host_wr(h, NFTSW_SEED_HI, 0x01020304);
	memcpy(host_ptr(h, addr), &g, sizeof(g));
	CHECK_EQ(host_cmd(h, NFTSW_OP_TRAP_SET, 1, 1, 0, addr, sizeof(g), NULL), 0);
	CHECK_EQ(chip_lag(h->m, 2, 0xe, 0x6), 0);
	acls_add(h, 7);
	host_rmac(h, 0, router, NFTSW_RMAC_ROUTER);
	flows_add(h, 40);
	host_rx_fill(h, 0, 8, 128);
	host_wr(h, NFTSW_IRQ_MOD(2), NFTSW_PUT(NFTSW_IRQ_MOD_USECS, 100));
	host_wr(h, NFTSW_IRQ_CTRL(2), 1);
	chip_entry(&e, 3, 1);
	f = frame_udp(&e.key, router, 50);
	for (i = 0; i < 6; i++) {
		h->now += 1000;
		host_in(h, 0, bcast, sizeof(bcast));
		host_wr(h, NFTSW_IRQ_CTRL(2), 1);
		host_in(h, 0, f.data, f.len);
	}
	frame_free(&f);
	host_rd(h, 0xfff0);
	nfm_fault_set(h->m, NFM_FAULT_IRQ_DROP, 4);
	host_cmd_put(h, NFTSW_OP_FLOW_CTRS, 0, 1024, 0, addr, 32768);
	host_cmd_put(h, NFTSW_OP_DUMP, 0, 300, NFTSW_TBL_FLOW, addr, 65536);
	host_doorbell(h, NFTSW_RING_CMD_SQ);
	for (i = 0; i < 90; i++)
		nfm_link_set(h->m, 2, i & 1);
	nfm_run(h->m, h->now, 1);
	return h;
}

/* The same guest memory behind another chip, which takes the state over. */
static struct host *twin(struct host *h, const struct blob *b)
{
	struct host *t = host_new(NULL);
	const char *why;

	memcpy(t->guest, h->guest, HOST_GUEST_BYTES);
	memcpy(t->ring, h->ring, sizeof(t->ring));
	t->used = h->used;
	t->now = h->now;
	t->tag = h->tag;
	why = nfm_state_load(t->m, b->p, b->size);
	if (!CHECK(!why))
		printf("# %s\n", why);
	return t;
}

static void test_round_trip(void)
{
	struct host *h = busy();
	struct blob b = save(h);
	struct host *t = twin(h, &b);
	struct blob again = save(t);

	CHECK_EQ(again.size, b.size);
	/* the flag that tells all ports' links to the host is the only difference */
	host_run(h);
	host_run(t);
	free(b.p);
	free(again.p);
	b = save(h);
	again = save(t);
	CHECK_EQ(again.size, b.size);
	CHECK(again.size == b.size && !memcmp(again.p, b.p, b.size));
	CHECK(!memcmp(h->guest, t->guest, HOST_GUEST_BYTES));
	CHECK(t->links == 4 && t->link[0] && t->link[3]);
	CHECK(t->kicks > 0);
	free(b.p);
	free(again.p);
	host_free(h);
	host_free(t);
	tap_result("state", "a chip goes on in another as if nothing had happened");
}

/* Both do the same things afterwards, for a while. */
static void test_same_future(void)
{
	struct host *h = busy();
	struct blob b = save(h);
	struct host *t = twin(h, &b);
	struct host *both[2] = { h, t };
	u64 seed = 7;
	u32 i, k, r;

	for (i = 0; i < 300; i++) {
		u64 r64 = random_u64(&seed);
		struct nftsw_hw_flow_entry e;
		struct nftsw_hw_event ev;
		struct frame f;

		chip_entry(&e, 0, (u32)(r64 % 50));
		f = frame_udp(&e.key, router, (u32)(r64 >> 8) % 100);
		r = (u32)(r64 >> 32) % 5;
		for (k = 0; k < 2; k++) {
			both[k]->now += 7000000;
			if (r == 0)
				host_in(both[k], 0, bcast, sizeof(bcast));
			else if (r == 1)
				host_run(both[k]);
			else if (r == 2)
				host_take(both[k], NFTSW_RING_EVENT, &ev);
			else
				host_in(both[k], 0, f.data, f.len);
			host_run(both[k]);
		}
		frame_free(&f);
		CHECK_EQ(nfm_deadline(h->m), nfm_deadline(t->m));
	}
	CHECK(!memcmp(h->guest, t->guest, HOST_GUEST_BYTES));
	CHECK(!memcmp(&h->irqs[1], &t->irqs[1], sizeof(h->irqs[1])));
	free(b.p);
	host_free(h);
	host_free(t);
	tap_result("state", "what follows is the same in both");
}

/* In the middle of a command: the other chip goes on with the next slice. */
static void check_under_way(u32 op, u32 count, u32 arg, u32 rec, u32 flows)
{
	struct nftsw_hw_cpl c = { .status = 0xff };
	struct host *h, *t;
	struct nfm_cfg cfg;
	struct blob b;
	u64 addr;
	u32 lie;

	host_cfg(&cfg);
	cfg.flows = 65536;
	h = host_new(&cfg);
	host_up(h);
	flows_add(h, flows);
	addr = host_alloc(h, count * rec);
	host_cmd_put(h, op, 0, count, arg, rec ? addr : 0, count * rec);
	host_doorbell(h, NFTSW_RING_CMD_SQ);
	CHECK(nfm_run(h->m, h->now, 2));
	b = save(h);
	t = host_new(&cfg);
	memcpy(t->guest, h->guest, HOST_GUEST_BYTES);
	memcpy(t->ring, h->ring, sizeof(t->ring));
	t->now = h->now;
	CHECK(!nfm_state_load(t->m, b.p, b.size));
	host_run(h);
	host_run(t);
	CHECK(host_take(t, NFTSW_RING_CMD_CQ, &c) && c.status == NFTSW_ST_OK);
	CHECK(host_take(h, NFTSW_RING_CMD_CQ, &c) && c.status == NFTSW_ST_OK);
	CHECK(!memcmp(h->guest, t->guest, HOST_GUEST_BYTES));
	/* every octet around the command, as a lie: none may do harm */
	for (lie = 12; lie < 2000 && lie < b.size - 8; lie += b.size > 100000 ? 16 : 1) {
		b.p[lie] ^= 0x41;
		seal(&b);
		nfm_state_load(t->m, b.p, b.size);
		nfm_fault_set(t->m, NFM_FAULT_RESET_STUCK, 0);
		host_run(t);
		b.p[lie] ^= 0x41;
	}
	free(b.p);
	host_free(h);
	host_free(t);
}

static void test_under_way(void)
{
	check_under_way(NFTSW_OP_FLOW_CTRS, 65536, 0, sizeof(struct nftsw_hw_flow_ctrs), 20);
	check_under_way(NFTSW_OP_FLOW_DEL, 65536, 0, 0, 20);
	check_under_way(NFTSW_OP_DUMP, 1500, NFTSW_TBL_FLOW,
			sizeof(struct nftsw_hw_flow_record), 1400);
	tap_result("state", "a command under way is part of the state");
}

/* The same for a purge, whose condition was read at its start. */
static void test_purge_under_way(void)
{
	struct nftsw_hw_cpl c = { .status = 0xff };
	struct nfm_info info;
	struct host *h, *t;
	struct nfm_cfg cfg;
	struct blob b;
	u64 addr;

	host_cfg(&cfg);
	cfg.flows = 65536;
	h = host_new(&cfg);
	host_up(h);
	flows_add(h, 5000);
	addr = host_alloc(h, sizeof(struct nftsw_hw_flow_purge));
	host_cmd_put(h, NFTSW_OP_FLOW_PURGE, 0, 1, 0, addr, sizeof(struct nftsw_hw_flow_purge));
	host_doorbell(h, NFTSW_RING_CMD_SQ);
	CHECK(nfm_run(h->m, h->now, 1));
	nfm_info_get(h->m, &info);
	CHECK_EQ(info.flows_used, 5000 - 4096);
	memset(host_ptr(h, addr), 0xff, sizeof(struct nftsw_hw_flow_purge));
	b = save(h);
	t = host_new(&cfg);
	memcpy(t->guest, h->guest, HOST_GUEST_BYTES);
	memcpy(t->ring, h->ring, sizeof(t->ring));
	t->now = h->now;
	CHECK(!nfm_state_load(t->m, b.p, b.size));
	host_run(t);
	while (host_take(t, NFTSW_RING_CMD_CQ, &c))
		;
	CHECK_EQ(c.status, NFTSW_ST_OK);
	CHECK_EQ(NFM_LE32(c.done), 5000);
	nfm_info_get(t->m, &info);
	CHECK_EQ(info.flows_used, 0);
	free(b.p);
	host_free(h);
	host_free(t);
	tap_result("state", "a purge under way keeps its condition");
}

static void test_sizes(void)
{
	struct host *h = busy();
	struct blob b = save(h);
	size_t n;

	CHECK_EQ(nfm_state_save(h->m, b.p, b.size - 1), 0);
	CHECK_EQ(nfm_state_save(h->m, b.p, 0), 0);
	for (n = 0; n < b.size; n++) {
		u8 *cut = malloc(n + 1);

		memcpy(cut, b.p, n);
		CHECK(nfm_state_load(h->m, cut, n));
		free(cut);
	}
	CHECK(host_rd(h, NFTSW_CTRL) == NFTSW_CTRL_ENABLE);
	free(b.p);
	host_free(h);
	tap_result("state", "a state that is cut short is refused, and nothing has changed");
}

static void test_bits(void)
{
	struct host *h = busy();
	struct blob b = save(h);
	size_t n;

	for (n = 0; n < b.size * 8; n += 3) {
		b.p[n / 8] ^= (u8)(1u << (n % 8));
		CHECK(nfm_state_load(h->m, b.p, b.size));
		b.p[n / 8] ^= (u8)(1u << (n % 8));
	}
	CHECK(host_rd(h, NFTSW_CTRL) == NFTSW_CTRL_ENABLE);
	CHECK(!nfm_state_load(h->m, b.p, b.size));
	free(b.p);
	host_free(h);
	tap_result("state", "a state with a wrong bit is refused, and nothing has changed");
}

static void test_foreign(void)
{
	struct host *h = busy();
	struct blob b = save(h);
	struct nfm_cfg cfg;
	u32 i;

	for (i = 0; i < 6; i++) {
		struct host *t;

		host_cfg(&cfg);
		cfg.ports += i == 0;
		cfg.queues += i == 1;
		cfg.flows += i == 2;
		cfg.serial += i == 3;
		cfg.mac[5] += i == 4;
		cfg.speed_mbps[1] += i == 5;
		t = host_new(&cfg);
		CHECK(nfm_state_load(t->m, b.p, b.size));
		host_free(t);
	}
	b.p[4]++;
	seal(&b);
	CHECK(nfm_state_load(h->m, b.p, b.size));
	free(b.p);
	host_free(h);
	tap_result("state", "the state of another chip or version is refused");
}

/* Lies whose checksum is right: taken or refused, the chip must be sound afterwards. */
static void test_hostile(void)
{
	struct host *h = busy();
	struct host *t = host_new(NULL);
	struct blob b = save(h);
	u32 refused = 0, taken = 0;
	u64 seed = 99;
	size_t at;

	for (at = 12; at + 12 < b.size; at += at < 5000 ? 1 : 37) {
		u8 old = b.p[at];

		b.p[at] = (u8)random_u64(&seed);
		seal(&b);
		if (nfm_state_load(t->m, b.p, b.size))
			refused++;
		else
			taken++;
		b.p[at] = old;
		memcpy(t->guest, h->guest, h->used);
		t->now = h->now;
		t->out_count = 0;
		host_run(t);
		host_in(t, 0, bcast, sizeof(bcast));
		host_wr(t, NFTSW_RING_PROD(4), 3);
		host_in(t, 3, bcast, sizeof(bcast));
		host_wr(t, NFTSW_CTRL, NFTSW_CTRL_RESET);
		nfm_fault_set(t->m, NFM_FAULT_RESET_STUCK, 0);
		host_run(t);
		CHECK_EQ(host_rd(t, NFTSW_STATUS), NFTSW_STATUS_READY);
	}
	host_free(t);
	CHECK(refused > 100 && taken > 100);
	free(b.p);
	host_free(h);
	tap_result("state", "a state that lies does no harm");
}

static void test_refused_is_reset(void)
{
	struct host *h = busy();
	struct blob b = save(h);
	size_t faults = b.size - 8 - NFM_FAULT_COUNT * 8 - 8;

	/* one section too long: found out behind everything else */
	b.p[faults + 4]++;
	seal(&b);
	CHECK(nfm_state_load(h->m, b.p, b.size));
	CHECK_EQ(host_rd(h, NFTSW_STATUS), NFTSW_STATUS_READY);
	CHECK_EQ(host_rd(h, NFTSW_CTRL), 0);
	CHECK_EQ(host_rd(h, NFTSW_RING_CTRL(0)), 0);
	host_run(h);
	CHECK(!h->link[0] && !h->link[3]);
	free(b.p);
	host_free(h);
	tap_result("state", "a state refused in the middle leaves a chip as after a reset");
}

static void test_pending_reset(void)
{
	struct host *h = busy();
	struct blob b;
	struct host *t;

	nfm_reset(h->m);
	b = save(h);
	t = twin(h, &b);
	CHECK_EQ(host_rd(t, NFTSW_STATUS), 0);
	host_run(t);
	CHECK_EQ(host_rd(t, NFTSW_STATUS), NFTSW_STATUS_READY);
	free(b.p);
	host_free(h);
	host_free(t);
	tap_result("state", "a reset that is pending is part of the state");
}

int main(void)
{
	printf("TAP version 13\n");
	test_round_trip();
	test_same_future();
	test_under_way();
	test_purge_under_way();
	test_sizes();
	test_bits();
	test_foreign();
	test_hostile();
	test_refused_is_reset();
	test_pending_reset();
	return tap_done();
}
