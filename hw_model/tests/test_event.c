// SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause)
/* Event ring: order, overflow, links, idle flows, table marks, policers.  DS 6. */
#include "host.h"
#include "chip.h"
#include "tap.h"

static struct nftsw_hw_event next(struct host *h)
{
	struct nftsw_hw_event ev = { .type = NFTSW_EV_NONE };

	host_take(h, NFTSW_RING_EVENT, &ev);
	host_run(h);
	return ev;
}

static struct host *quiet(void)
{
	struct host *h = host_new_up();

	while (next(h).type != NFTSW_EV_NONE)
		;
	return h;
}

static bool is(const struct nftsw_hw_event *ev, u32 type, u32 index, u32 arg0)
{
	return ev->type == type && NFM_LE32(ev->index) == index && NFM_LE32(ev->arg[0]) == arg0;
}

static void test_link(void)
{
	struct host *h = quiet();
	struct nftsw_hw_event ev;

	h->now += 12345;
	nfm_run(h->m, h->now, 0);
	nfm_link_set(h->m, 2, false);
	nfm_link_set(h->m, 2, false);
	nfm_link_set(h->m, 2, true);
	host_wr(h, NFTSW_PORT_CTRL(1), 0);
	host_run(h);
	nfm_link_set(h->m, 1, false);
	nfm_link_set(h->m, 1, true);
	host_wr(h, NFTSW_PORT_CTRL(1), NFTSW_PORT_CTRL_EN);
	host_run(h);
	ev = next(h);
	CHECK(is(&ev, NFTSW_EV_LINK, 2, 0) && ev.severity == NFTSW_SEV_INFO);
	CHECK_EQ(NFM_LE64(ev.time_ns), h->now);
	ev = next(h);
	CHECK(is(&ev, NFTSW_EV_LINK, 2, 1));
	ev = next(h);
	CHECK(is(&ev, NFTSW_EV_LINK, 1, 0));
	ev = next(h);
	CHECK(is(&ev, NFTSW_EV_LINK, 1, 1));
	CHECK_EQ(next(h).type, NFTSW_EV_NONE);
	host_free(h);
	tap_result("event", "each change of a link, and nothing else, is told");
}

/* The ring takes COUNT, the chip's buffer 64, the rest is lost. */
static void test_overflow(void)
{
	struct host *h = quiet();
	struct nftsw_hw_event ev;
	struct nfm_info info;
	u32 n = HOST_RING_COUNT + 64 + 10;
	u32 i;

	for (i = 0; i < n; i++) {
		nfm_link_set(h->m, 0, i & 1);
		host_run(h);
	}
	CHECK_EQ(host_rd(h, NFTSW_RING_STS(NFTSW_RING_EVENT)), NFTSW_RING_STS_OVERFLOW);
	nfm_info_get(h->m, &info);
	CHECK_EQ(info.events_lost, 10);
	for (i = 0; i < HOST_RING_COUNT + 64; i++) {
		ev = next(h);
		CHECK(is(&ev, NFTSW_EV_LINK, 0, i & 1));
		/* room in the buffer again, but the loss has not been told yet */
		if (i == 20)
			nfm_link_set(h->m, 3, false);
		/* it has been told: in the ring, behind what is still there */
		if (i == HOST_RING_COUNT + 50)
			nfm_link_set(h->m, 3, true);
	}
	ev = next(h);
	CHECK(ev.type == NFTSW_EV_OVERFLOW && ev.severity == NFTSW_SEV_WARN);
	CHECK_EQ(NFM_LE32(ev.arg[0]), 11);
	ev = next(h);
	CHECK(is(&ev, NFTSW_EV_LINK, 3, 1));
	CHECK_EQ(next(h).type, NFTSW_EV_NONE);
	host_free(h);
	tap_result("event", "an overflow is told between what came before it and after it");
}

static void test_nobody(void)
{
	struct host *h = host_new(NULL);
	struct nftsw_hw_event ev;
	u32 i;

	host_wr(h, NFTSW_PORT_CTRL(0), NFTSW_PORT_CTRL_EN);
	for (i = 0; i < 200; i++)
		nfm_link_set(h->m, 0, i & 1);
	host_run(h);
	host_ring_set(h, NFTSW_RING_EVENT, 8);
	host_run(h);
	CHECK(!host_peek(h, NFTSW_RING_EVENT, &ev));
	CHECK_EQ(host_rd(h, NFTSW_RING_STS(NFTSW_RING_EVENT)), 0);
	nfm_link_set(h->m, 0, false);
	host_run(h);
	CHECK(host_take(h, NFTSW_RING_EVENT, &ev) && is(&ev, NFTSW_EV_LINK, 0, 0));
	host_free(h);
	tap_result("event", "without an event ring events vanish");
}

static u32 flow_set(struct host *h, u32 index, u32 salt, u32 idle_ms)
{
	struct nftsw_hw_flow_entry e;
	u64 addr = host_alloc(h, sizeof(e));

	chip_entry(&e, index, salt);
	e.oport = NFM_TO_LE16(1);
	e.idle_ms = NFM_TO_LE32(idle_ms);
	memcpy(host_ptr(h, addr), &e, sizeof(e));
	return host_cmd(h, NFTSW_OP_FLOW_SET, 0, 1, 0, addr, sizeof(e), NULL);
}

static void test_idle(void)
{
	struct host *h = quiet();
	struct nftsw_hw_event ev;
	u64 deadline;

	CHECK_EQ(nfm_deadline(h->m), NFM_NEVER);
	CHECK_EQ(flow_set(h, 7, 1, 500), NFTSW_ST_OK);
	deadline = nfm_deadline(h->m);
	CHECK(deadline >= h->now && deadline <= h->now + 500000000ull);
	h->now += 499000000ull;
	host_run(h);
	CHECK_EQ(next(h).type, NFTSW_EV_NONE);
	h->now += 200000000ull;
	host_run(h);
	ev = next(h);
	CHECK(is(&ev, NFTSW_EV_FLOW_IDLE, 7, 0));
	h->now += 2000000000ull;
	host_run(h);
	CHECK_EQ(next(h).type, NFTSW_EV_NONE);
	CHECK_EQ(host_cmd(h, NFTSW_OP_FLOW_DEL, 7, 1, 0, 0, 0, NULL), NFTSW_ST_OK);
	h->now += 2000000000ull;
	host_run(h);
	CHECK_EQ(nfm_deadline(h->m), NFM_NEVER);
	host_free(h);
	tap_result("event", "a flow falls idle once, in time");
}

/* More idle flows than ring and buffer hold: none may be lost, nor the chip spin. */
static void test_idle_flood(void)
{
	struct host *h = quiet();
	static bool seen[300];
	struct nftsw_hw_event ev;
	u32 i, n = 0;

	for (i = 0; i < 300; i++)
		CHECK_EQ(flow_set(h, i, i, 100), NFTSW_ST_OK);
	h->now += 10000000000ull;
	CHECK(host_run(h) < 50);
	CHECK_EQ(nfm_deadline(h->m), NFM_NEVER);
	for (;;) {
		ev = next(h);
		if (ev.type == NFTSW_EV_NONE)
			break;
		CHECK_EQ(ev.type, NFTSW_EV_FLOW_IDLE);
		if (NFM_LE32(ev.index) < 300 && !seen[NFM_LE32(ev.index)]) {
			seen[NFM_LE32(ev.index)] = true;
			n++;
		}
	}
	CHECK_EQ(n, 300);
	host_free(h);
	tap_result("event", "idle events wait for room");
}

static void test_table(void)
{
	struct nfm_cfg cfg;
	struct host *h;
	struct nftsw_hw_event ev;
	u32 i;

	host_cfg(&cfg);
	cfg.flows = 100;
	h = host_new(&cfg);
	host_up(h);
	while (next(h).type != NFTSW_EV_NONE)
		;
	for (i = 0; i < 90; i++)
		CHECK_EQ(flow_set(h, i, i, 0), NFTSW_ST_OK);
	CHECK_EQ(next(h).type, NFTSW_EV_NONE);
	CHECK_EQ(flow_set(h, i, i, 0), NFTSW_ST_OK);
	ev = next(h);
	CHECK(is(&ev, NFTSW_EV_TABLE, NFTSW_TBL_FLOW, 91) && NFM_LE32(ev.arg[1]) == 100);
	CHECK_EQ(host_cmd(h, NFTSW_OP_FLOW_DEL, 0, 100, 0, 0, 0, NULL), NFTSW_ST_OK);
	ev = next(h);
	CHECK(is(&ev, NFTSW_EV_TABLE, NFTSW_TBL_FLOW, 80));
	CHECK_EQ(next(h).type, NFTSW_EV_NONE);
	host_free(h);
	tap_result("event", "the flow table tells when it passes its marks");
}

static void test_policed(void)
{
	static const u8 frame[60] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0, 1 };
	struct nftsw_hw_trap_group g = {
		.group = NFM_TO_LE32(NFTSW_GROUP_LOCAL),
		.rate_pps = NFM_TO_LE32(10),
		.burst = NFM_TO_LE32(1),
	};
	struct host *h = quiet();
	u64 addr = host_alloc(h, sizeof(g));
	struct nftsw_hw_event ev;
	u32 i;

	memcpy(host_ptr(h, addr), &g, sizeof(g));
	CHECK_EQ(host_cmd(h, NFTSW_OP_TRAP_SET, NFTSW_GROUP_LOCAL, 1, 0, addr, sizeof(g), NULL),
		 NFTSW_ST_OK);
	for (i = 0; i < 20; i++) {
		host_in(h, 0, frame, sizeof(frame));
		h->now += 10000000ull;
	}
	ev = next(h);
	CHECK(is(&ev, NFTSW_EV_TRAP_POLICED, NFTSW_GROUP_LOCAL, 0));
	CHECK_EQ(next(h).type, NFTSW_EV_NONE);
	h->now += 1000000000ull;
	host_in(h, 0, frame, sizeof(frame));
	host_in(h, 0, frame, sizeof(frame));
	CHECK_EQ(next(h).type, NFTSW_EV_TRAP_POLICED);
	host_free(h);
	tap_result("event", "a policer that drops tells at most once a second");
}

int main(void)
{
	printf("TAP version 13\n");
	test_link();
	test_overflow();
	test_nobody();
	test_idle();
	test_idle_flood();
	test_table();
	test_policed();
	return tap_done();
}
