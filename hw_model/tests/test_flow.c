// SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause)
/*
 * Flow table: against a naive table under random commands and frames; capacity;
 * collisions made on purpose; the hash; validation of entries is in test_flow_check.c,
 * purge slices and idle entries in test_flow_scan.c.
 */
#include <string.h>
#include "ref_flow.h"
#include "tap.h"

#define PORTS	4

static const u8 router0[6] = { 2, 0, 0, 0, 1, 0 };

static u32 rnd(u64 *seed, u32 range)
{
	return (u32)((random_u64(seed) >> 32) * range >> 32);
}

/* One of a few hundred entries, with fields that the purge looks at. */
static void random_entry(struct nftsw_hw_flow_entry *e, u32 flows, u64 *seed)
{
	chip_entry(e, rnd(seed, flows), rnd(seed, flows * 2));
	e->cookie = NFM_TO_LE64(rnd(seed, 3));
	e->block = NFM_TO_LE32(rnd(seed, 4));
	e->oport = NFM_TO_LE16((u16)rnd(seed, PORTS));
	e->dmac[5] = (u8)rnd(seed, 4);
	e->mtu = NFM_TO_LE16((u16)(70 + rnd(seed, 2) * 1430));
	if (!rnd(seed, 8))
		e->state = NFM_TO_LE32(rnd(seed, 4) << 1);
}

static void random_purge(struct nftsw_hw_flow_purge *p, u32 flows, u64 *seed)
{
	u32 a = rnd(seed, flows);

	memset(p, 0, sizeof(*p));
	p->match = NFM_TO_LE32(1 + rnd(seed, 15));
	p->block = NFM_TO_LE32(rnd(seed, 4));
	p->port = NFM_TO_LE16((u16)rnd(seed, PORTS));
	memcpy(p->dmac, "\x02\xcc\x00\x00\x00", 5);
	p->dmac[5] = (u8)rnd(seed, 4);
	p->first = NFM_TO_LE32(a);
	p->last = NFM_TO_LE32(a + rnd(seed, flows - a));
}

static void same_entry(struct nfm *m, struct ref_tbl *t, u32 index)
{
	struct nftsw_hw_flow_record a, b;
	bool valid = ref_read(t, index, &b);

	if (CHECK_EQ(nfm_flow_read(m, index, &a), valid) && valid)
		CHECK(!memcmp(&a, &b, sizeof(a)));
}

static void same_table(struct nfm *m, struct ref_tbl *t)
{
	u32 i;

	for (i = 0; i < t->flows; i++)
		same_entry(m, t, i);
	CHECK_EQ(nfm_flow_used(m), ref_used(t));
}

static void same_set(struct nfm *m, struct ref_tbl *t, u64 *seed)
{
	struct nftsw_hw_flow_entry e;

	random_entry(&e, t->flows, seed);
	CHECK_EQ(nfm_flow_set(m, &e), ref_set(t, &e));
	same_entry(m, t, NFM_LE32(e.index));
}

static void same_purge(struct nfm *m, struct ref_tbl *t, u64 *seed)
{
	struct nftsw_hw_flow_purge p;
	u32 deleted = 0;
	u32 cursor = 0;

	random_purge(&p, t->flows, seed);
	CHECK_EQ(nfm_flow_purge_check(m, &p), NFTSW_ST_OK);
	while (cursor < t->flows)
		deleted += nfm_flow_purge(m, &p, &cursor, 1 + rnd(seed, 20));
	CHECK_EQ(deleted, ref_purge(t, &p));
}

/* Expected of a frame of @len octets of IP by the naive table. */
static void same_frame(struct ref_tbl *t, const struct nfm_pkt *pk,
		       const struct nftsw_hw_flow_key *key, u32 len, u64 now_ns)
{
	u32 index = ref_find(t, key);
	const struct nftsw_hw_flow_entry *e = &t->f[index == NFM_FLOW_NONE ? 0 : index].e;

	CHECK_EQ(pk->flow, index);
	CHECK(pk->hash != 0);
	if (index == NFM_FLOW_NONE) {
		CHECK_EQ(pk->reason, NFTSW_REASON_FLOW_MISS);
	} else if (NFM_LE32(e->state) & NFTSW_FS_TO_CPU) {
		CHECK_EQ(pk->reason, NFTSW_REASON_FLOW_TO_CPU);
	} else if (len > NFM_LE16(e->mtu)) {
		CHECK_EQ(pk->reason, NFTSW_REASON_MTU);
	} else {
		CHECK_EQ(pk->verdict, NFM_V_FLOW);
		CHECK_EQ(pk->oport, NFM_LE16(e->oport));
		CHECK(!memcmp(pk->data, e->dmac, 6));
		ref_hit(t, index, len, now_ns);
	}
}

static void same_batch(struct nfm *m, struct ref_tbl *t, u64 *seed, u64 now_ns)
{
	struct nftsw_hw_flow_entry e[NFM_BATCH];
	struct frame f[NFM_BATCH];
	struct nfm_pkt pk[NFM_BATCH];
	u32 n = 1 + rnd(seed, NFM_BATCH);
	u32 len[NFM_BATCH];
	u32 i;

	for (i = 0; i < n; i++) {
		random_entry(&e[i], t->flows, seed);
		len[i] = 28 + rnd(seed, 90);
		f[i] = frame_udp(&e[i].key, router0, len[i] - 28);
		pk[i].data = f[i].data;
		pk[i].len = f[i].len;
		pk[i].iport = 0;
	}
	nfm_pipe_run(m, pk, n, now_ns);
	for (i = 0; i < n; i++) {
		same_frame(t, &pk[i], &e[i].key, len[i], now_ns);
		frame_free(&f[i]);
	}
}

static void same_step(struct nfm *m, struct ref_tbl *t, u64 *seed, u64 now_ns)
{
	u32 what = rnd(seed, 100);
	u32 index = rnd(seed, t->flows + 1);
	u32 state = rnd(seed, 8);

	if (what < 55) {
		same_set(m, t, seed);
	} else if (what < 75) {
		CHECK_EQ(nfm_flow_del(m, index), ref_del(t, index));
	} else if (what < 85) {
		CHECK_EQ(nfm_flow_state(m, index, state), ref_state(t, index, state));
	} else if (what < 98) {
		same_batch(m, t, seed, now_ns);
	} else if (what < 99) {
		t->full = rnd(seed, 2);
		m->fault[NFM_FAULT_TABLE_FULL] = t->full;
	} else if (!rnd(seed, 10)) {
		same_purge(m, t, seed);
	}
}

static void test_differential(u32 flows, u32 steps)
{
	struct nfm *m = chip_new(PORTS, flows);
	u64 seed = 0x123456789ull + flows;
	struct ref_tbl t;
	u32 i;

	ref_init(&t, flows);
	nfm_flow_seed(m, 99);
	for (i = 0; i < steps; i++) {
		same_step(m, &t, &seed, 1000 + i);
		if (i % 1000 == 0)
			same_table(m, &t);
	}
	same_table(m, &t);
	nfm_flow_reset(m);
	CHECK_EQ(nfm_flow_used(m), 0);
	CHECK_EQ(nfm_flow_next_valid(m, 0), NFM_FLOW_NONE);
	ref_fini(&t);
	chip_free(m);
}

static void key_find(struct nfm *m, const struct nftsw_hw_flow_key *key, u32 index)
{
	struct nfm_pkt pk = { .verdict = NFM_V_NEXT, .pflags = NFM_P_KEY | NFM_P_RMAC };

	pk.key = *key;
	nfm_flow_hash(m, &pk, 1);
	nfm_flow_lookup(m, &pk, 1);
	CHECK_EQ(pk.flow, index);
}

/* Keys without a pattern: every octet of both addresses counts. */
static void random_key(struct nftsw_hw_flow_entry *e, u64 *seed)
{
	u64 a = random_u64(seed);
	u64 b = random_u64(seed);

	e->key.flags = NFTSW_FK_IPV6;
	memcpy(e->key.saddr, &a, 8);
	memcpy(e->key.daddr + 8, &b, 8);
	e->action = 0;
	memset(e->saddr, 0, sizeof(e->saddr));
	e->sport = 0;
}

/* All FLOWS entries fit, which is 90 % of the slots; all are found; half go, others come. */
static void test_fill(u32 flows, u64 seed)
{
	struct nfm *m = chip_new(PORTS, flows);
	struct nftsw_hw_flow_entry e;
	u32 round, i;

	nfm_flow_seed(m, seed);
	for (round = 0; round < 4; round++) {
		for (i = round ? round % 2 : 0; i < flows; i += round ? 2 : 1) {
			chip_entry(&e, i, i);
			random_key(&e, &seed);
			CHECK_EQ(nfm_flow_set(m, &e), NFTSW_ST_OK);
		}
		CHECK_EQ(nfm_flow_used(m), flows);
		for (i = 0; i < flows; i++)
			key_find(m, &m->flow->hot[i].key, i);
		for (i = (round + 1) % 2; i < flows; i += 2)
			CHECK_EQ(nfm_flow_del(m, i), NFTSW_ST_OK);
	}
	CHECK(flows < 1000 || (u64)flows * 100 / (m->flow->bucket_count * 10ull) >= 89);
	chip_free(m);
}

/* Slots in use in both buckets of a key. */
static u32 bucket_pair(const struct nfm_flow_tbl *t, const struct nftsw_hw_flow_key *key)
{
	u64 h = nfm_hash(t->secret, key);
	u32 a = (u32)((h >> 32) * t->bucket_count >> 32);
	u32 b = (u32)((h & 0xffffffff) * (t->bucket_count - 1) >> 32);

	b += b >= a;
	return a < b ? a << 16 | b : b << 16 | a;
}

/* Twenty keys fill two buckets; no move can make room for more of the same pair. */
static void test_no_space(void)
{
	struct nfm *m = chip_new(PORTS, 64);
	struct nftsw_hw_flow_record before, after;
	struct nftsw_hw_flow_entry e;
	u32 pair = NFM_FLOW_NONE;
	u64 seed = 7;
	u32 n = 0;

	nfm_flow_seed(m, 5);
	while (n < 21) {
		chip_entry(&e, n, n);
		random_key(&e, &seed);
		if (pair == NFM_FLOW_NONE)
			pair = bucket_pair(m->flow, &e.key);
		if (bucket_pair(m->flow, &e.key) != pair)
			continue;
		CHECK_EQ(nfm_flow_set(m, &e), n < 20 ? NFTSW_ST_OK : NFTSW_ST_NO_SPACE);
		n++;
	}
	CHECK_EQ(nfm_flow_used(m), 20);
	/* at an index that another key has: that one stays as it was, and is found */
	e.index = NFM_TO_LE32(3);
	nfm_flow_read(m, 3, &before);
	CHECK_EQ(nfm_flow_set(m, &e), NFTSW_ST_NO_SPACE);
	CHECK(nfm_flow_read(m, 3, &after) && !memcmp(&before, &after, sizeof(after)));
	key_find(m, &before.entry.key, 3);
	/* a key that is there: EXISTS, and again nothing has changed */
	e.key = m->flow->cold[9].e.key;
	CHECK_EQ(nfm_flow_set(m, &e), NFTSW_ST_EXISTS);
	CHECK(nfm_flow_read(m, 3, &after) && !memcmp(&before, &after, sizeof(after)));
	/* one leaves, one fits */
	CHECK_EQ(nfm_flow_del(m, 9), NFTSW_ST_OK);
	CHECK_EQ(nfm_flow_set(m, &e), NFTSW_ST_OK);
	key_find(m, &e.key, 3);
	key_find(m, &before.entry.key, NFM_FLOW_NONE);
	chip_free(m);
}

/* Both fingerprint and buckets agree, the keys do not: the key decides. */
static void test_same_fingerprint(void)
{
	struct nfm *m = chip_new(PORTS, 16);
	struct nftsw_hw_flow_entry e, other;
	u64 seed = 3;
	u64 h, g;
	u32 tries;

	chip_entry(&e, 0, 0);
	random_key(&e, &seed);
	CHECK_EQ(nfm_flow_set(m, &e), NFTSW_ST_OK);
	h = nfm_hash(m->flow->secret, &e.key);
	chip_entry(&other, 1, 1);
	for (tries = 0; tries < 10000000; tries++) {
		random_key(&other, &seed);
		g = nfm_hash(m->flow->secret, &other.key);
		if (((h ^ h >> 32) & 0xffff) == ((g ^ g >> 32) & 0xffff) && h >> 63 == g >> 63)
			break;
	}
	key_find(m, &other.key, NFM_FLOW_NONE);
	CHECK_EQ(nfm_flow_set(m, &other), NFTSW_ST_OK);
	key_find(m, &other.key, 1);
	key_find(m, &e.key, 0);
	chip_free(m);
}

static void test_replace(void)
{
	struct nfm *m = chip_new(PORTS, 64);
	struct nftsw_hw_flow_entry a, b;
	struct nftsw_hw_flow_ctrs c;

	chip_entry(&a, 5, 1);
	chip_entry(&b, 5, 2);
	CHECK_EQ(nfm_flow_set(m, &a), NFTSW_ST_OK);
	m->flow->hot[5].packets = 10;
	a.oport = NFM_TO_LE16(2);
	CHECK_EQ(nfm_flow_set(m, &a), NFTSW_ST_OK);
	nfm_flow_ctrs(m, 5, &c);
	CHECK_EQ(NFM_LE64(c.packets), 10);
	CHECK_EQ(m->flow->hot[5].oport, 2);
	a.cookie++;
	CHECK_EQ(nfm_flow_set(m, &a), NFTSW_ST_OK);
	nfm_flow_ctrs(m, 5, &c);
	CHECK_EQ(NFM_LE64(c.packets), 0);
	m->fault[NFM_FAULT_TABLE_FULL] = 1;
	CHECK_EQ(nfm_flow_set(m, &a), NFTSW_ST_OK);
	CHECK_EQ(nfm_flow_set(m, &b), NFTSW_ST_NO_SPACE);
	key_find(m, &a.key, 5);
	m->fault[NFM_FAULT_TABLE_FULL] = 0;
	CHECK_EQ(nfm_flow_set(m, &b), NFTSW_ST_OK);
	key_find(m, &a.key, NFM_FLOW_NONE);
	key_find(m, &b.key, 5);
	CHECK_EQ(nfm_flow_used(m), 1);
	chip_free(m);
}

/* DS 6.1: once when 90 % are passed, once when it is down to 80 % again. */
static void test_pressure(void)
{
	struct nfm *m = chip_new(PORTS, 100);
	struct nftsw_hw_flow_entry e;
	u32 i;

	for (i = 0; i < 100; i++) {
		chip_entry(&e, i, i);
		nfm_flow_set(m, &e);
		CHECK_EQ(m->evbuf.count, i >= 90);
	}
	CHECK_EQ(m->evbuf.ev[0].type, NFTSW_EV_TABLE);
	CHECK_EQ(m->evbuf.ev[0].severity, NFTSW_SEV_WARN);
	CHECK_EQ(NFM_LE32(m->evbuf.ev[0].arg[0]), 91);
	CHECK_EQ(NFM_LE32(m->evbuf.ev[0].arg[1]), 100);
	for (i = 0; i < 100; i++) {
		nfm_flow_del(m, i);
		CHECK_EQ(m->evbuf.count, i < 19 ? 1 : 2);
	}
	CHECK_EQ(NFM_LE32(m->evbuf.ev[1].arg[0]), 80);
	CHECK_EQ(m->evbuf.ev[1].severity, NFTSW_SEV_INFO);
	chip_free(m);
}

/* The product without a 128-bit type, bit by bit. */
static u64 slow_fold(u64 a, u64 b)
{
	u64 lo = 0, hi = 0;
	u32 i;

	for (i = 0; i < 64; i++) {
		if (!(b >> i & 1))
			continue;
		hi += i ? a >> (64 - i) : 0;
		hi += lo + (a << i) < lo;
		lo += a << i;
	}
	return lo ^ hi;
}

static void test_hash(void)
{
	struct nftsw_hw_flow_key key = { 0 };
	u64 secret[NFM_HASH_SECRETS], other[NFM_HASH_SECRETS];
	u64 seed = 11;
	u64 a, b, h;
	u32 i, bits = 0;

	for (i = 0; i < 1000; i++) {
		a = random_u64(&seed);
		b = random_u64(&seed);
		CHECK_EQ(nfm_hash_fold(a, b), slow_fold(a, b));
	}
	CHECK_EQ(nfm_hash_fold(~0ull, ~0ull), slow_fold(~0ull, ~0ull));
	nfm_hash_expand(secret, 1);
	nfm_hash_expand(other, 2);
	h = nfm_hash(secret, &key);
	CHECK(h != nfm_hash(other, &key));
	for (i = 0; i < 8 * sizeof(key); i++) {
		((u8 *)&key)[i / 8] ^= (u8)(1 << i % 8);
		bits += (u32)__builtin_popcountll(h ^ nfm_hash(secret, &key));
		((u8 *)&key)[i / 8] ^= (u8)(1 << i % 8);
	}
	bits /= 8 * sizeof(key);
	CHECK(bits >= 28 && bits <= 36);	/* one bit in, half of 64 out */
	chip_free(chip_new(1, 16));
}

/* The seed moves every key, and only an empty table takes one. */
static void test_seed(void)
{
	struct nfm *m = chip_new(PORTS, 64);
	struct nftsw_hw_flow_entry e;
	u64 before;

	chip_entry(&e, 0, 0);
	before = nfm_hash(m->flow->secret, &e.key);
	nfm_flow_seed(m, 77);
	CHECK(before != nfm_hash(m->flow->secret, &e.key));
	before = nfm_hash(m->flow->secret, &e.key);
	nfm_flow_set(m, &e);
	nfm_flow_seed(m, 78);
	CHECK_EQ(before, nfm_hash(m->flow->secret, &e.key));
	key_find(m, &e.key, 0);
	chip_free(m);
}

int main(void)
{
	static const u32 sizes[] = { 16, 17, 64, 100, 1000, 4096, 65536 };
	u32 i, s;

	printf("TAP version 13\n");
	test_differential(16, 20000);
	tap_result("flow", "16 entries do what the naive table does");
	test_differential(200, 30000);
	tap_result("flow", "200 entries do what the naive table does");
	for (i = 0; i < NFM_ARRAY_COUNT(sizes); i++)
		for (s = 1; s <= (sizes[i] > 5000 ? 2 : 20); s++)
			test_fill(sizes[i], s);
	tap_result("flow", "every entry number can be used at once, at 90 % of the slots");
	test_no_space();
	tap_result("flow", "no room is an answer, and changes nothing");
	test_same_fingerprint();
	tap_result("flow", "the key decides when the fingerprint agrees");
	test_replace();
	tap_result("flow", "replacing keeps or clears the counters, and moves the key");
	test_pressure();
	tap_result("flow", "events tell when the table fills up and empties");
	test_hash();
	tap_result("flow", "the hash is the same without a 128-bit product, and mixes every bit");
	test_seed();
	tap_result("flow", "the seed moves keys, and only while the table is empty");
	return tap_done();
}
