// SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause)
/*
 * Walks over the flow table: slices of a purge, and idle entries in time.  (What a
 * purge deletes is compared with the naive table in test_flow.c.)
 */
#include <string.h>
#include "chip.h"
#include "tap.h"

#define FLOWS	1000
#define MS	1000000ull

static struct nfm *full_chip(u32 idle_ms, u64 now_ns)
{
	struct nfm *m = chip_new(4, FLOWS);
	struct nftsw_hw_flow_entry e;
	u32 i;

	m->now_ns = now_ns;
	for (i = 0; i < FLOWS; i++) {
		chip_entry(&e, i, i);
		e.idle_ms = NFM_TO_LE32(idle_ms);
		CHECK_EQ(nfm_flow_set(m, &e), NFTSW_ST_OK);
	}
	m->evbuf.count = 0;
	return m;
}

/* A slice looks at no more than it may, and the cursor tells where it stopped. */
static void test_purge_slices(void)
{
	struct nfm *m = full_chip(0, 0);
	struct nftsw_hw_flow_purge p = { 0 };
	u32 cursor = 0;
	u32 slices;

	for (slices = 0; cursor < FLOWS; slices++) {
		CHECK(nfm_flow_purge(m, &p, &cursor, 100) <= 100);
		CHECK_EQ(nfm_flow_used(m), slices < 10 ? FLOWS - 100 * (slices + 1) : 0);
	}
	CHECK(slices == 10 || slices == 11);
	chip_free(m);
}

static void test_purge_range(void)
{
	struct nfm *m = full_chip(0, 0);
	struct nftsw_hw_flow_purge p = { .match = NFM_TO_LE32(NFTSW_FP_RANGE),
					 .first = NFM_TO_LE32(63), .last = NFM_TO_LE32(128) };
	u32 cursor = 0;

	nfm_flow_state(m, 100, NFTSW_FS_STATIC);
	CHECK_EQ(nfm_flow_purge(m, &p, &cursor, FLOWS), 65);
	CHECK_EQ(cursor, FLOWS);
	CHECK_EQ(nfm_flow_next_valid(m, 62), 62);
	CHECK_EQ(nfm_flow_next_valid(m, 63), 100);
	CHECK_EQ(nfm_flow_next_valid(m, 101), 129);
	CHECK_EQ(nfm_flow_next_valid(m, FLOWS - 1), FLOWS - 1);
	CHECK_EQ(nfm_flow_next_valid(m, FLOWS), NFM_FLOW_NONE);
	CHECK_EQ(nfm_flow_del(m, 100), NFTSW_ST_OK);
	chip_free(m);
}

/* Let time pass as nfm_core.c does; events are taken away and counted. */
static u32 idle_until(struct nfm *m, u64 until_ns)
{
	u32 events = 0;
	u32 guard;

	for (guard = 0; guard < 100000; guard++) {
		if (nfm_flow_idle_deadline(m) > until_ns)
			break;
		if (nfm_flow_idle_deadline(m) > m->now_ns)
			m->now_ns = nfm_flow_idle_deadline(m);
		nfm_flow_idle_scan(m, m->now_ns, 100);
		events += m->evbuf.count;
		m->evbuf.count = 0;
	}
	CHECK(guard < 100000);
	m->now_ns = until_ns;
	return events;
}

static void hit(struct nfm *m, u32 index)
{
	m->flow->hot[index].packets++;
	m->flow->hot[index].last_hit_ns = m->now_ns;
}

static void test_idle_all(void)
{
	struct nfm *m = full_chip(500, 10 * MS);
	u32 i;

	CHECK_EQ(nfm_flow_idle_deadline(m), 510 * MS);
	CHECK_EQ(idle_until(m, 509 * MS), 0);
	CHECK_EQ(idle_until(m, 700 * MS), FLOWS);
	CHECK_EQ(idle_until(m, 60000 * MS), 0);		/* told once */
	for (i = 0; i < FLOWS; i += 2)
		hit(m, i);
	CHECK_EQ(idle_until(m, 60499 * MS), 0);
	CHECK_EQ(idle_until(m, 62000 * MS), FLOWS / 2);	/* a frame arms it again */
	CHECK_EQ(m->evbuf.lost, 0);
	chip_free(m);
}

static void test_idle_hits(void)
{
	struct nfm *m = full_chip(1000, 0);
	u32 ms;

	for (ms = 100; ms <= 5000; ms += 100) {
		CHECK_EQ(idle_until(m, ms * MS), ms == 1000 ? FLOWS - 1 : 0);
		hit(m, 77);
	}
	CHECK_EQ(idle_until(m, 5999 * MS), 0);
	CHECK_EQ(idle_until(m, 7000 * MS), 1);
	chip_free(m);
}

static void test_idle_event(void)
{
	struct nfm *m = chip_new(4, FLOWS);
	struct nftsw_hw_flow_entry e;

	chip_entry(&e, 321, 0);
	e.idle_ms = NFM_TO_LE32(2000);
	m->now_ns = 5000 * MS;
	CHECK_EQ(nfm_flow_idle_deadline(m), NFM_NEVER);
	CHECK_EQ(nfm_flow_set(m, &e), NFTSW_ST_OK);
	m->now_ns = nfm_flow_idle_deadline(m);
	CHECK_EQ(m->now_ns, 7000 * MS);
	nfm_flow_idle_scan(m, m->now_ns, FLOWS);
	CHECK_EQ(m->evbuf.count, 1);
	CHECK_EQ(m->evbuf.ev[0].type, NFTSW_EV_FLOW_IDLE);
	CHECK_EQ(NFM_LE32(m->evbuf.ev[0].index), 321);
	CHECK_EQ(NFM_LE64(m->evbuf.ev[0].time_ns), 7000 * MS);
	/* gone or without idle time: nothing to wait for any more */
	e.idle_ms = 0;
	CHECK_EQ(nfm_flow_set(m, &e), NFTSW_ST_OK);
	m->now_ns += 10000 * MS;
	nfm_flow_idle_scan(m, m->now_ns, FLOWS);
	CHECK_EQ(nfm_flow_idle_deadline(m), NFM_NEVER);
	CHECK_EQ(m->evbuf.count, 1);
	chip_free(m);
}

/* No room for events: the scan waits, and nothing is lost. */
static void test_idle_room(void)
{
	struct nfm *m = full_chip(10, 0);
	u32 told = 0;

	m->now_ns = 1000 * MS;
	while (told < FLOWS) {
		nfm_flow_idle_scan(m, m->now_ns, FLOWS);
		CHECK(m->evbuf.count == NFM_EVBUF_COUNT || told + m->evbuf.count == FLOWS);
		if (!m->evbuf.count)
			break;
		told += m->evbuf.count;
		m->evbuf.count = 0;
	}
	CHECK_EQ(told, FLOWS);
	CHECK_EQ(m->evbuf.lost, 0);
	chip_free(m);
}

/* An entry with a short time is not forgotten behind one with a long time. */
static void test_idle_mixed(void)
{
	struct nfm *m = chip_new(4, FLOWS);
	struct nftsw_hw_flow_entry e;

	chip_entry(&e, 0, 0);
	e.idle_ms = NFM_TO_LE32(3600000);
	nfm_flow_set(m, &e);
	CHECK_EQ(idle_until(m, 1000 * MS), 0);
	chip_entry(&e, 1, 1);
	e.idle_ms = NFM_TO_LE32(50);
	nfm_flow_set(m, &e);
	CHECK_EQ(idle_until(m, 1200 * MS), 1);
	CHECK_EQ(idle_until(m, 3599999 * MS), 0);
	CHECK_EQ(idle_until(m, 3600200 * MS), 1);
	nfm_flow_del(m, 0);
	nfm_flow_del(m, 1);
	CHECK_EQ(idle_until(m, 9999999 * MS), 0);
	chip_free(m);
}

int main(void)
{
	printf("TAP version 13\n");
	test_purge_slices();
	tap_result("flow_scan", "a purge runs in slices");
	test_purge_range();
	tap_result("flow_scan", "a purge of a range spares what is static and what is outside");
	test_idle_all();
	tap_result("flow_scan", "entries fall idle once, and a frame arms them again");
	test_idle_hits();
	tap_result("flow_scan", "an entry with frames does not fall idle");
	test_idle_event();
	tap_result("flow_scan", "the event names the entry and the time");
	test_idle_room();
	tap_result("flow_scan", "no idle event is lost for want of room");
	test_idle_mixed();
	tap_result("flow_scan", "short and long idle times together");
	return tap_done();
}
