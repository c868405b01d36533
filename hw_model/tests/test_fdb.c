// SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause)
/*
 * The forwarding database: commands, learning, moves, ageing, what happens when it is full;
 * and the table of addresses below it.  DS 8.9.
 */
#include <stdlib.h>
#include "br.h"
#include "nfm_mac.h"
#include "nfm_bridge.h"
#include "tap.h"

#define FID	9
#define MS	1000000ull

static struct br_frame f;

/* A frame of host @src to a host that nobody knows. */
static u64 say(struct host *h, u32 port, u32 src)
{
	br_plain(&f, br_mac(0xffffff), br_mac(src), 64);
	return br_in(h, port, &f);
}

static u32 port_flags(struct host *h, u32 port, u32 flags, u32 limit)
{
	struct nftsw_hw_br_port p = {
		.port = NFM_TO_LE16((u16)port), .fid = NFM_TO_LE16(FID),
		.tpid = NFM_TO_BE16(0x8100), .flags = NFM_TO_LE32(flags),
		.learn_limit = NFM_TO_LE32(limit),
	};

	return br_put(h, NFTSW_OP_BR_PORT_SET, port, &p, sizeof(p));
}

static u32 learned(struct host *h, u32 port)
{
	struct nftsw_hw_br_port p;

	nfm_br_port_read(h->m, port, &p);
	return NFM_LE32(p.learned);
}

static struct host *up(u32 fdb, u32 age_ms)
{
	struct host *h = br_new(8, fdb);
	struct nftsw_hw_fid d;

	CHECK_EQ(br_unaware(h, FID, 0xff), 0);
	br_fid_init(&d, FID, 0, 0xff, 0);
	d.age_ms = NFM_TO_LE32(age_ms);
	CHECK_EQ(br_fid_put(h, &d), NFTSW_ST_OK);
	return h;
}

static bool event_is(struct host *h, u32 type, u32 mac, u32 port, u32 before)
{
	struct nftsw_hw_event ev;

	host_run(h);
	if (!CHECK(br_event(h, &ev)))
		return false;
	return ev.type == type && NFM_LE32(ev.index) == FID &&
	       NFM_LE32(ev.arg[0]) == (2 | (mac >> 16) << 24) &&
	       NFM_LE32(ev.arg[1]) == ((mac >> 8 & 0xff) | (mac & 0xff) << 8 | port << 16) &&
	       NFM_LE32(ev.arg[2]) == before && !ev.arg[3];
}

static bool quiet(struct host *h)
{
	struct nftsw_hw_event ev;

	host_run(h);
	return !br_event(h, &ev);
}

/* ---- commands ------------------------------------------------------------------ */

static void test_refusals(void)
{
	static const u8 zero[6], group[6] = { 1, 0, 0, 0, 0, 1 };
	struct host *h = up(256, 0);
	struct nftsw_hw_fdb e;

	CHECK_EQ(br_fdb(h, 0, br_mac(1), 0, 0), NFTSW_ST_BAD_PARAM);
	CHECK_EQ(br_fdb(h, 8192, br_mac(1), 0, 0), NFTSW_ST_BAD_PARAM);
	CHECK_EQ(br_fdb(h, FID + 1, br_mac(1), 0, 0), NFTSW_ST_NOT_FOUND);
	CHECK_EQ(br_fdb(h, FID, zero, 0, 0), NFTSW_ST_BAD_PARAM);
	CHECK_EQ(br_fdb(h, FID, group, 0, 0), NFTSW_ST_BAD_PARAM);
	CHECK_EQ(br_fdb(h, FID, br_mac(1), 8, 0), NFTSW_ST_BAD_PARAM);
	CHECK_EQ(br_fdb(h, FID, br_mac(1), 128, 0), NFTSW_ST_BAD_PARAM);
	CHECK_EQ(br_fdb(h, FID, br_mac(1), 0, NFTSW_FDB_ALL + 1), NFTSW_ST_BAD_PARAM);
	CHECK_EQ(br_fdb(h, FID, br_mac(1), NFTSW_FDB_CPU, NFTSW_FDB_LEARNED), NFTSW_ST_BAD_PARAM);
	CHECK_EQ(nfm_fdb_used(h->m), 0);
	CHECK_EQ(br_fdb(h, FID, br_mac(1), NFTSW_FDB_CPU, NFTSW_FDB_NO_AGE), NFTSW_ST_OK);
	CHECK_EQ(br_fdb(h, FID, br_mac(2), NFTSW_VPORT(31), NFTSW_FDB_ALL), NFTSW_ST_OK);
	CHECK_EQ(br_fdb(h, FID, br_mac(3), NFTSW_LAG_PORT(31), 0), NFTSW_ST_OK);
	h->now += 1234567890;
	host_run(h);
	CHECK(br_fdb_get(h, FID, br_mac(2), &e));
	CHECK(NFM_LE16(e.port) == NFTSW_VPORT(31) && NFM_LE16(e.flags) == NFTSW_FDB_ALL);
	CHECK_EQ(NFM_LE32(e.unseen_ms), 1234);
	CHECK_EQ(br_fdb_del(h, FID, br_mac(4)), NFTSW_ST_NOT_FOUND);
	CHECK_EQ(br_fdb_del(h, FID, group), NFTSW_ST_BAD_PARAM);
	CHECK_EQ(br_fdb_del(h, FID + 1, br_mac(2)), NFTSW_ST_NOT_FOUND);
	CHECK_EQ(br_fdb_del(h, FID, br_mac(2)), NFTSW_ST_OK);
	CHECK_EQ(br_fdb_del(h, FID, br_mac(2)), NFTSW_ST_NOT_FOUND);
	CHECK_EQ(nfm_fdb_used(h->m), 2);
	nfm_fault_set(h->m, NFM_FAULT_TABLE_FULL, 1);
	CHECK_EQ(br_fdb(h, FID, br_mac(5), 0, 0), NFTSW_ST_NO_SPACE);
	CHECK_EQ(br_fdb(h, FID, br_mac(1), 0, 0), NFTSW_ST_OK);
	say(h, 0, 77);
	CHECK_EQ(nfm_fdb_used(h->m), 2);
	host_free(h);
	tap_result("fdb", "what FDB_SET and FDB_DEL refuse, and what they do");
}

/* Several records in one command: the first that fails ends it. */
static void test_many(void)
{
	struct host *h = up(256, 0);
	struct nftsw_hw_fdb e[4];
	u32 i;

	memset(e, 0, sizeof(e));
	for (i = 0; i < 4; i++) {
		e[i].fid = NFM_TO_LE16(FID);
		memcpy(e[i].mac, br_mac(i + 1), 6);
	}
	e[2].mac[0] = 1;
	memcpy(host_ptr(h, br_data), e, sizeof(e));
	CHECK_EQ(host_cmd(h, NFTSW_OP_FDB_SET, 0, 4, 0, br_data, sizeof(e), &br_cpl),
		 NFTSW_ST_BAD_PARAM);
	CHECK_EQ(NFM_LE32(br_cpl.done), 2);
	e[2].mac[0] = 2;
	memcpy(host_ptr(h, br_data), e, sizeof(e));
	CHECK_EQ(host_cmd(h, NFTSW_OP_FDB_DEL, 0, 4, 0, br_data, sizeof(e), &br_cpl),
		 NFTSW_ST_NOT_FOUND);
	CHECK_EQ(NFM_LE32(br_cpl.done), 2);
	CHECK_EQ(nfm_fdb_used(h->m), 0);
	host_free(h);
	tap_result("fdb", "a command over several hosts stops at the first that fails");
}

static void test_flush(void)
{
	struct host *h = up(1024, 0);
	struct nftsw_hw_fdb_flush bad = { .rsvd[1] = NFM_TO_LE32(1) };
	u32 i;

	br_fid(h, FID + 1, 0, 0xff, 0);
	for (i = 0; i < 60; i++)
		CHECK_EQ(br_fdb(h, FID + i % 2, br_mac(i), i % 3 == 2 ? NFTSW_FDB_CPU : i % 3,
				i % 5 || i % 3 == 2 ? 0 : NFTSW_FDB_LEARNED), NFTSW_ST_OK);
	CHECK_EQ(br_flush(h, NFTSW_FF_ALL + 1, 1, 0), ~0u);
	CHECK_EQ(br_flush(h, NFTSW_FF_FID, 0, 0), ~0u);
	CHECK_EQ(br_flush(h, NFTSW_FF_FID, 8192, 0), ~0u);
	CHECK_EQ(br_flush(h, NFTSW_FF_PORT, 0, 8), ~0u);
	CHECK_EQ(br_put(h, NFTSW_OP_FDB_FLUSH, 0, &bad, sizeof(bad)), NFTSW_ST_BAD_PARAM);
	CHECK_EQ(br_flush(h, NFTSW_FF_FID, FID + 2, 0), 0);
	CHECK_EQ(br_flush(h, NFTSW_FF_PORT, 0, 7), 0);
	CHECK_EQ(br_flush(h, NFTSW_FF_LEARNED | NFTSW_FF_PORT | NFTSW_FF_FID, FID, 0), 2);
	CHECK_EQ(br_flush(h, NFTSW_FF_LEARNED, 0, 0), 6);
	CHECK_EQ(br_flush(h, NFTSW_FF_PORT | NFTSW_FF_FID, FID + 1, NFTSW_FDB_CPU), 10);
	CHECK_EQ(br_flush(h, NFTSW_FF_FID, FID, 0), 26);
	CHECK_EQ(br_flush(h, 0, 0, 0), 16);
	CHECK_EQ(nfm_fdb_used(h->m), 0);
	CHECK(quiet(h));
	for (i = 0; i < 8; i++)
		CHECK_EQ(learned(h, i), 0);
	host_free(h);
	tap_result("fdb", "FDB_FLUSH deletes what meets every condition, and says nothing of it");
}

/* ---- learning --------------------------------------------------------------------- */

static void test_learn(void)
{
	struct host *h = up(256, 0);

	say(h, 0, 1);
	CHECK(event_is(h, NFTSW_EV_FDB_LEARNED, 1, 0, 0));
	say(h, 0, 1);
	CHECK(quiet(h));
	say(h, 3, 1);
	CHECK(event_is(h, NFTSW_EV_FDB_MOVED, 1, 3, 0));
	CHECK(learned(h, 0) == 0 && learned(h, 3) == 1);
	CHECK_EQ(br_fdb_port(h, FID, br_mac(1)), 3);
	/* an entry of software's moves, too, and is learned from then on; it still never ages */
	br_fdb(h, FID, br_mac(0x123456), 2, NFTSW_FDB_NO_AGE);
	say(h, 2, 0x123456);
	CHECK(quiet(h));
	CHECK_EQ(learned(h, 2), 0);
	say(h, 5, 0x123456);
	CHECK(event_is(h, NFTSW_EV_FDB_MOVED, 0x123456, 5, 2));
	CHECK_EQ(learned(h, 5), 1);
	/* unless it may not */
	br_fdb(h, FID, br_mac(2), 2, NFTSW_FDB_NO_MOVE);
	br_fdb(h, FID, br_mac(3), NFTSW_FDB_CPU, NFTSW_FDB_NO_MOVE);
	CHECK(say(h, 5, 2) && say(h, 5, 3));
	CHECK(quiet(h));
	CHECK_EQ(br_fdb_port(h, FID, br_mac(2)), 2);
	CHECK_EQ(br_fdb_port(h, FID, br_mac(3)), NFTSW_FDB_CPU);
	/* software's word replaces what was learned */
	br_fdb(h, FID, br_mac(1), 6, 0);
	CHECK(learned(h, 3) == 0 && learned(h, 6) == 0);
	/* no learning, no moves */
	port_flags(h, 7, BR_FLAGS & ~NFTSW_BP_LEARNING, 0);
	CHECK(say(h, 7, 10) && say(h, 7, 1));
	CHECK(quiet(h));
	CHECK_EQ(br_fdb_port(h, FID, br_mac(1)), 6);
	CHECK_EQ(br_fdb_port(h, FID, br_mac(10)), 0xfffe);
	host_free(h);
	tap_result("fdb", "hosts are learned and move, as their entries and ports allow");
}

static void test_limit(void)
{
	struct host *h = up(256, 0);
	u32 i;

	port_flags(h, 0, BR_FLAGS, 3);
	for (i = 1; i <= 10; i++)
		CHECK_EQ(say(h, 0, i), 0xfe);
	CHECK_EQ(learned(h, 0), 3);
	CHECK_EQ(nfm_fdb_used(h->m), 3);
	/* nobody moves there either, but from there */
	say(h, 1, 20);
	say(h, 0, 20);
	CHECK_EQ(br_fdb_port(h, FID, br_mac(20)), 1);
	say(h, 1, 1);
	CHECK_EQ(br_fdb_port(h, FID, br_mac(1)), 1);
	CHECK(learned(h, 0) == 2 && learned(h, 1) == 2);
	say(h, 0, 9);
	CHECK(learned(h, 0) == 3 && br_fdb_port(h, FID, br_mac(9)) == 0);
	/* software is not limited, and what it writes does not count */
	br_fdb(h, FID, br_mac(30), 0, 0);
	CHECK_EQ(learned(h, 0), 3);
	host_free(h);
	tap_result("fdb", "a port learns as many hosts as it may");
}

/* The same host twice in a batch is learned once; and a batch's hosts all get their events. */
static void test_batch(void)
{
	struct host *h = up(1024, 0);
	struct nfm_frame in[128];
	struct nftsw_hw_event ev;
	u32 i, n = 0;
	u8 *mem;

	host_ring_set(h, NFTSW_RING_EVENT, 512);
	mem = calloc(128, 128);
	for (i = 0; i < 128; i++) {
		in[i].data = mem + i * 128 + NFM_HEADROOM;
		in[i].len = 64;
		br_plain(&f, br_mac(0xffffff), br_mac(1 + i / 2), 64);
		memcpy(in[i].data, f.data, 64);
	}
	nfm_ingress(h->m, 0, in, 128, h->now);
	while (br_event(h, &ev))
		n += ev.type == NFTSW_EV_FDB_LEARNED;
	CHECK_EQ(n, 64);
	for (i = 0; i < 128; i++) {
		br_plain(&f, br_mac(0xffffff), br_mac(1000 + i), 64);
		in[i].data = mem + i * 128 + NFM_HEADROOM;
		memcpy(in[i].data, f.data, 64);
	}
	nfm_ingress(h->m, 0, in, 128, h->now);
	for (n = 0; br_event(h, &ev); n++)
		CHECK_EQ(ev.type, NFTSW_EV_FDB_LEARNED);
	CHECK_EQ(n, 128);
	CHECK_EQ(nfm_fdb_used(h->m), 192);
	free(mem);
	host_free(h);
	tap_result("fdb", "no event is lost in batches, as long as the ring has room");
}

/* ---- ageing ------------------------------------------------------------------------- */

/* Run the chip as a host with timers does, up to @until. */
static void pass_time(struct host *h, u64 until)
{
	u64 at;

	for (at = nfm_deadline(h->m); at < until; at = nfm_deadline(h->m)) {
		if (at > h->now)
			h->now = at;
		host_run(h);
	}
	h->now = until;
	host_run(h);
}

static void test_age(void)
{
	struct host *h = up(256, 1000);
	u64 start = h->now;
	struct nftsw_hw_fid d;

	say(h, 0, 1);
	br_fdb(h, FID, br_mac(2), 1, 0);
	br_fdb(h, FID, br_mac(3), 1, NFTSW_FDB_NO_AGE);
	CHECK(event_is(h, NFTSW_EV_FDB_LEARNED, 1, 0, 0));
	pass_time(h, start + 999 * MS);
	CHECK_EQ(nfm_fdb_used(h->m), 3);
	/* host 1 speaks again; host 2 is gone when its time is up, and a sixteenth later at most */
	say(h, 0, 1);
	pass_time(h, start + 1000 * MS - 1);
	CHECK_EQ(nfm_fdb_used(h->m), 3);
	pass_time(h, start + 1063 * MS);
	CHECK_EQ(nfm_fdb_used(h->m), 2);
	CHECK(event_is(h, NFTSW_EV_FDB_AGED, 2, 1, 0));
	pass_time(h, start + 1999 * MS - 1);
	CHECK(quiet(h));
	pass_time(h, start + 2062 * MS);
	CHECK(event_is(h, NFTSW_EV_FDB_AGED, 1, 0, 0));
	CHECK_EQ(nfm_fdb_used(h->m), 1);
	CHECK_EQ(learned(h, 0), 0);
	CHECK_EQ(nfm_deadline(h->m), NFM_NEVER);
	/* a shorter time counts for who is there already */
	say(h, 0, 1);
	CHECK(event_is(h, NFTSW_EV_FDB_LEARNED, 1, 0, 0));
	br_fid_init(&d, FID, 0, 0xff, 0);
	d.age_ms = NFM_TO_LE32(16);
	br_fid_put(h, &d);
	start = h->now;
	pass_time(h, start + 16 * MS - 1);
	CHECK(quiet(h));
	pass_time(h, start + 17 * MS);
	CHECK(event_is(h, NFTSW_EV_FDB_AGED, 1, 0, 0));
	/* and 0 is for ever */
	say(h, 0, 1);
	d.age_ms = 0;
	br_fid_put(h, &d);
	pass_time(h, h->now + 100000000 * MS);
	CHECK_EQ(nfm_fdb_used(h->m), 2);
	host_free(h);
	tap_result("fdb", "a host goes when its time has passed, and at most a sixteenth later");
}

/* Behind ports of others, which the CPU bridges, and back. */
static void test_roam(void)
{
	struct host *h = up(256, 1000);
	u64 start;

	/* there only software hears the host: it is not aged */
	br_fdb(h, FID, br_mac(1), NFTSW_FDB_CPU, NFTSW_FDB_NO_AGE);
	CHECK_EQ(nfm_deadline(h->m), NFM_NEVER);
	say(h, 3, 1);
	CHECK(event_is(h, NFTSW_EV_FDB_MOVED, 1, 3, NFTSW_FDB_CPU));
	CHECK(quiet(h));
	CHECK_EQ(learned(h, 3), 1);
	CHECK_EQ(br_fdb_port(h, FID, br_mac(1)), 3);
	/* here the chip does, and it is */
	start = h->now;
	pass_time(h, start + 1063 * MS);
	CHECK(event_is(h, NFTSW_EV_FDB_AGED, 1, 3, 0));
	CHECK_EQ(nfm_fdb_used(h->m), 0);
	/* where no more may be learned nobody moves */
	br_fdb(h, FID, br_mac(2), NFTSW_FDB_CPU, NFTSW_FDB_NO_AGE);
	port_flags(h, 3, BR_FLAGS, 1);
	say(h, 3, 4);
	CHECK(event_is(h, NFTSW_EV_FDB_LEARNED, 4, 3, 0));
	say(h, 3, 2);
	CHECK(quiet(h));
	CHECK_EQ(br_fdb_port(h, FID, br_mac(2)), NFTSW_FDB_CPU);
	/* and back again, as software says */
	br_fdb(h, FID, br_mac(4), NFTSW_FDB_CPU, NFTSW_FDB_NO_AGE);
	CHECK_EQ(learned(h, 3), 0);
	say(h, 3, 2);
	CHECK(event_is(h, NFTSW_EV_FDB_MOVED, 2, 3, NFTSW_FDB_CPU));
	host_free(h);
	tap_result("fdb", "a host roams between the CPU and bridge ports");
}

/* Many hosts, each with frames at its own pace: nobody goes early, nobody stays long. */
static void test_age_many(void)
{
	static u64 seen[4096];
	struct host *h = up(8192, 500);
	u64 rnd = 42, start = h->now;
	struct nftsw_hw_event ev;
	u32 i, mac, aged = 0;
	u64 now;

	memset(seen, 0, sizeof(seen));
	host_ring_set(h, NFTSW_RING_EVENT, 4096);
	for (i = 0; i < 20000; i++) {
		now = start + i * MS / 5;
		pass_time(h, now);
		while (br_event(h, &ev)) {
			if (ev.type != NFTSW_EV_FDB_AGED)
				continue;
			aged++;
			mac = (NFM_LE32(ev.arg[1]) & 0xff) << 8 | (NFM_LE32(ev.arg[1]) >> 8 & 0xff);
			CHECK(NFM_LE64(ev.time_ns) >= seen[mac] + 500 * MS);
			CHECK(NFM_LE64(ev.time_ns) <= seen[mac] + 532 * MS);
		}
		mac = random_u64(&rnd) % 4096;
		say(h, mac % 8, mac);
		seen[mac] = now;
	}
	CHECK(aged > 8000);
	pass_time(h, h->now + 532 * MS);
	CHECK_EQ(nfm_fdb_used(h->m), 0);
	host_free(h);
	tap_result("fdb", "ageing of thousands: nobody goes early, nobody stays long");
}

/* The walk waits while nobody takes its events. */
static void test_age_no_room(void)
{
	struct host *h = up(1024, 100);
	struct nftsw_hw_event ev;
	u32 i, n = 0;

	for (i = 0; i < 500; i++)
		br_fdb(h, FID, br_mac(i), 0, 0);
	h->now += 1000 * MS;
	host_run(h);
	CHECK_EQ(500 - nfm_fdb_used(h->m), HOST_RING_COUNT + NFM_EVBUF_COUNT - 8);
	for (i = 0; i < 100 && n < 500; i++) {
		while (br_event(h, &ev))
			n += ev.type == NFTSW_EV_FDB_AGED;
		host_run(h);
	}
	CHECK(n == 500 && !nfm_fdb_used(h->m));
	CHECK_EQ(h->m->events_lost, 0);
	host_free(h);
	tap_result("fdb", "ageing waits for room in the event ring, and loses nobody");
}

/* ---- full ------------------------------------------------------------------------------ */

static void test_full(void)
{
	struct host *h = up(1000, 0);
	struct nftsw_hw_event ev;
	u32 i, warned = 0, calmed = 0;

	host_ring_set(h, NFTSW_RING_EVENT, 4096);
	for (i = 0; i < 1100; i++)
		CHECK_EQ(say(h, 0, i), 0xfe);
	/* every random address has found its place */
	CHECK_EQ(nfm_fdb_used(h->m), 1000);
	CHECK_EQ(br_fdb(h, FID, br_mac(5000), 0, 0), NFTSW_ST_NO_SPACE);
	CHECK_EQ(br_fdb(h, FID, br_mac(5), 3, 0), NFTSW_ST_OK);
	while (br_event(h, &ev)) {
		warned += ev.type == NFTSW_EV_TABLE && ev.severity == NFTSW_SEV_WARN &&
			  NFM_LE32(ev.index) == NFTSW_TBL_FDB && NFM_LE32(ev.arg[0]) == 901 &&
			  NFM_LE32(ev.arg[1]) == 1000;
	}
	CHECK_EQ(warned, 1);
	CHECK_EQ(br_flush(h, NFTSW_FF_PORT, 0, 0), 999);
	while (br_event(h, &ev))
		calmed += ev.type == NFTSW_EV_TABLE && ev.severity == NFTSW_SEV_INFO;
	CHECK_EQ(calmed, 1);
	host_free(h);
	tap_result("fdb", "a full table learns nobody, floods to them, and says when it gets full");
}

/* ---- walks in slices -------------------------------------------------------------------- */

/* A dump in pieces, with hosts that come and go in between: those that stay stand in it once. */
static void test_dump_stable(void)
{
	static u8 found[4096];
	struct host *h = up(4096, 0);
	struct nftsw_hw_fdb *rec;
	u64 rnd = 7;
	u32 i, n, mac, next = 0;

	memset(found, 0, sizeof(found));
	for (i = 0; i < 3000; i++)
		CHECK_EQ(br_fdb(h, FID, br_mac(i), 0, 0), NFTSW_ST_OK);
	while (next != NFTSW_DUMP_END) {
		CHECK_EQ(host_cmd(h, NFTSW_OP_DUMP, next, 100, NFTSW_TBL_FDB, br_data,
				  100 * sizeof(*rec), &br_cpl), NFTSW_ST_OK);
		next = NFM_LE32(br_cpl.next);
		n = NFM_LE32(br_cpl.done);
		rec = br_rec(h);
		for (i = 0; i < n; i++) {
			mac = (u32)rec[i].mac[4] << 8 | rec[i].mac[5];
			if (!rec[i].mac[3])
				found[mac]++;
		}
		/* these make others move from bucket to bucket */
		for (i = 0; i < 30; i++) {
			br_fdb(h, FID, br_mac(0x10000 + random_u64(&rnd) % 2000), 1, 0);
			br_fdb_del(h, FID, br_mac(0x10000 + random_u64(&rnd) % 2000));
		}
	}
	for (i = 0; i < 3000; i++)
		CHECK_EQ(found[i], 1);
	host_free(h);
	tap_result("fdb", "a dump meets who stays exactly once, whoever comes and goes");
}

/* A flush in slices, with hosts that are learned in between, and a move to another chip. */
static void test_flush_sliced(void)
{
	struct host *h = up(16384, 0), *g = br_new(8, 16384);
	struct nftsw_hw_fdb_flush fl = { .match = NFM_TO_LE32(NFTSW_FF_PORT) };
	struct nfm_info info;
	size_t size;
	u32 i;
	u8 *p;

	for (i = 0; i < 12000; i++) {
		struct nftsw_hw_fdb e = { .fid = NFM_TO_LE16(FID), .port = NFM_TO_LE16(i & 1) };

		memcpy(e.mac, br_mac(i), 6);
		CHECK_EQ(nfm_fdb_set(h->m, &e), NFTSW_ST_OK);
	}
	memcpy(host_ptr(h, br_data), &fl, sizeof(fl));
	host_cmd_put(h, NFTSW_OP_FDB_FLUSH, 0, 1, 0, br_data, sizeof(fl));
	host_doorbell(h, NFTSW_RING_CMD_SQ);
	CHECK(nfm_run(h->m, h->now, 1));
	CHECK_EQ(nfm_fdb_used(h->m), 12000 - 2048);
	/* software may not change its mind */
	memset(host_ptr(h, br_data), 0, sizeof(fl));
	say(h, 3, 0x20000);
	size = nfm_state_size(h->m);
	p = malloc(size);
	CHECK_EQ(nfm_state_save(h->m, p, size), size);
	CHECK(!nfm_state_load(g->m, p, size));
	while (nfm_run(g->m, h->now, 1))
		;
	while (nfm_run(h->m, h->now, 1))
		;
	CHECK(nfm_fdb_used(h->m) == 6001 && nfm_fdb_used(g->m) == 6001);
	nfm_info_get(g->m, &info);
	CHECK(info.fdb_used == 6001 && !info.cmd_errors);
	CHECK(host_take(h, NFTSW_RING_CMD_CQ, &br_cpl));
	CHECK(br_cpl.status == NFTSW_ST_OK && NFM_LE32(br_cpl.done) == 6000);
	free(p);
	host_free(h);
	host_free(g);
	tap_result("fdb", "a flush under way goes on, whatever happens meanwhile");
}

/* ---- the table below ---------------------------------------------------------------------- */

static u64 key_of(u32 i)
{
	return (u64)(1 + i % 3) << 48 | (u64)i * 0x9e3779b1u;
}

static void *table(struct nfm_mac_tbl *t, u32 capacity, void **mem)
{
	*mem = calloc(1, nfm_mac_size(capacity) + 64);
	memset(t, 0, sizeof(*t));
	return nfm_mac_init(t, (u8 *)*mem + (-(size_t)*mem & 63), capacity);
}

/* Against an array, over many operations and several sizes. */
static void test_mac_random(void)
{
	static const u32 sizes[] = { 1, 2, 7, 64, 100, 1000, 16384 };
	static u32 number[40000];
	struct nfm_mac_tbl t;
	u64 rnd = 3;
	u32 s, i, k, n, at, keys, ops;
	void *mem;

	for (s = 0; s < NFM_ARRAY_COUNT(sizes); s++) {
		table(&t, sizes[s], &mem);
		keys = sizes[s] * 2;
		memset(number, 0xff, sizeof(number));
		ops = sizes[s] * 20 + 1000;
		for (n = 0, i = 0; i < ops; i++) {
			k = random_u64(&rnd) % keys;
			at = nfm_mac_find(&t, key_of(k), nfm_mac_hash(&t, key_of(k)));
			CHECK_EQ(at, number[k]);
			if (at != NFM_MAC_NONE) {
				CHECK_EQ(t.key[at], key_of(k));
				nfm_mac_del(&t, at);
				number[k] = NFM_MAC_NONE;
				n--;
			} else {
				number[k] = nfm_mac_add(&t, key_of(k));
				n += number[k] != NFM_MAC_NONE;
				/* refused only when it is really full */
				CHECK(number[k] != NFM_MAC_NONE || n == sizes[s]);
			}
			CHECK(t.used == n && t.fresh <= sizes[s]);
		}
		for (k = 0; k < keys; k++)
			CHECK_EQ(nfm_mac_find(&t, key_of(k), nfm_mac_hash(&t, key_of(k))),
				 number[k]);
		nfm_mac_reset(&t);
		for (k = 0; k < keys; k++)
			CHECK_EQ(nfm_mac_find(&t, key_of(k), nfm_mac_hash(&t, key_of(k))),
				 NFM_MAC_NONE);
		free(mem);
	}
	tap_result("fdb", "the table of addresses does what an array does");
}

/* How full the slots are when random keys are first refused, whatever the capacity says. */
static void test_mac_load(void)
{
	struct nfm_mac_tbl t;
	u32 least = 1000, seed, load;
	void *mem;
	u64 rnd;

	for (seed = 1; seed <= 20; seed++) {
		table(&t, 16384, &mem);
		nfm_mac_seed(&t, seed);
		rnd = seed;
		/* more numbers than the table has: the search alone ends it */
		while (t.used < t.capacity &&
		       nfm_mac_add(&t, (1ull << 48) | (random_u64(&rnd) >> 16)) != NFM_MAC_NONE)
			;
		load = (u32)((u64)t.used * 1000 / (t.buckets * NFM_MAC_SLOTS));
		least = load < least ? load : least;
		CHECK_EQ(t.used, t.capacity);
		free(mem);
	}
	printf("# slots used when 16384 keys are in: %u.%u %%\n", least / 10, least % 10);
	CHECK(least >= 949);
	tap_result("fdb", "16384 random addresses fit into a table of 16384");
}

/* Without the limit of the capacity: where the search for room gives up. */
static void test_mac_limit(void)
{
	u32 least = 1000, seed, load;
	struct nfm_mac_tbl t;
	void *mem;
	u64 rnd;

	for (seed = 1; seed <= 5; seed++) {
		table(&t, 20000, &mem);
		/* the numbers of 20000, the buckets of 16384 */
		t.buckets = (16384 * 5 + 37) / 38;
		rnd = seed;
		while (nfm_mac_add(&t, (1ull << 48) | (random_u64(&rnd) >> 16)) != NFM_MAC_NONE)
			;
		load = (u32)((u64)t.used * 1000 / (t.buckets * NFM_MAC_SLOTS));
		least = load < least ? load : least;
		free(mem);
	}
	printf("# slots used at the first refusal: %u.%u %%\n", least / 10, least % 10);
	CHECK(least >= 970);
	tap_result("fdb", "random addresses are not refused below 97 % of the slots");
}

int main(void)
{
	printf("TAP version 13\n");
	test_refusals();
	test_many();
	test_flush();
	test_learn();
	test_limit();
	test_batch();
	test_age();
	test_roam();
	test_age_many();
	test_age_no_room();
	test_full();
	test_dump_stable();
	test_flush_sliced();
	test_mac_random();
	test_mac_load();
	test_mac_limit();
	return tap_done();
}
