// SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause)
/*
 * Meters: the commands and their refusals, the bucket at its edges, and what a rule with a meter
 * does to frames.  DS 8.11, 9.9.
 */
#include <stdlib.h>
#include "host.h"
#include "chip.h"
#include "tap.h"

static const u8 bcast[60] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0, 1, 8, 6 };
static struct nftsw_hw_cpl cpl;
static u64 data;

static struct host *up(void)
{
	struct host *h = host_new_up();

	data = host_alloc(h, NFTSW_MAX_METERS * sizeof(struct nftsw_hw_meter));
	host_rx_fill(h, 0, 16, 2048);
	return h;
}

static u32 put(struct host *h, u32 index, u32 flags, u64 rate, u64 burst)
{
	struct nftsw_hw_meter t = {
		.index = NFM_TO_LE32(index),
		.flags = NFM_TO_LE32(flags),
		.rate = NFM_TO_LE64(rate),
		.burst = NFM_TO_LE64(burst),
	};

	memcpy(host_ptr(h, data), &t, sizeof(t));
	return host_cmd(h, NFTSW_OP_METER_SET, index, 1, 0, data, sizeof(t), &cpl);
}

static struct nftsw_hw_meter get(struct host *h, u32 index)
{
	struct nftsw_hw_meter t;

	CHECK_EQ(host_cmd(h, NFTSW_OP_METER_GET, index, 1, 0, data, sizeof(t), &cpl), NFTSW_ST_OK);
	memcpy(&t, host_ptr(h, data), sizeof(t));
	return t;
}

static u32 rule(struct host *h, u32 index, u8 verdict, u8 flags, u32 meter)
{
	struct nftsw_hw_acl_entry e;

	chip_rule(&e, index, verdict);
	e.flags = flags;
	if (flags & NFTSW_AF_MIRROR)
		e.mport = NFM_TO_LE16(2);
	if (verdict == NFTSW_ACL_VERDICT_REDIRECT)
		e.oport = NFM_TO_LE16(1);
	e.meter = NFM_TO_LE16((u16)(meter + 1));
	memcpy(host_ptr(h, data), &e, sizeof(e));
	return host_cmd(h, NFTSW_OP_ACL_SET, 0, 1, 0, data, sizeof(e), &cpl);
}

/* @n frames at this moment; how many of them left through @port. */
static u32 burst_at(struct host *h, u64 now, u32 n, u32 port)
{
	u32 before = h->out_count;
	u32 i, got = 0;

	h->now = now;
	for (i = 0; i < n; i++)
		host_in(h, 0, bcast, sizeof(bcast));
	for (i = before; i < h->out_count; i++)
		got += h->out[i].port == port;
	return got;
}

static void test_refusals(void)
{
	struct host *h = up();

	CHECK_EQ(put(h, 0, 0, 1, 0), NFTSW_ST_BAD_PARAM);
	CHECK_EQ(put(h, 0, 2, 1, 1), NFTSW_ST_BAD_PARAM);
	CHECK_EQ(put(h, 0, 0, 1ull << NFTSW_METER_RATE_BITS, 1), NFTSW_ST_BAD_PARAM);
	CHECK_EQ(put(h, 0, 0, 1, 1ull << NFTSW_METER_BURST_BITS), NFTSW_ST_BAD_PARAM);
	CHECK_EQ(put(h, NFTSW_MAX_METERS, 0, 1, 1), NFTSW_ST_BAD_PARAM);
	CHECK_EQ(NFM_LE64(get(h, 0).rate), 0);
	CHECK_EQ(put(h, NFTSW_MAX_METERS - 1, NFTSW_MF_OCTETS, (1ull << NFTSW_METER_RATE_BITS) - 1,
		     (1ull << NFTSW_METER_BURST_BITS) - 1), NFTSW_ST_OK);
	CHECK_EQ(NFM_LE64(get(h, NFTSW_MAX_METERS - 1).burst), 0x7fffffff);
	host_free(h);
	tap_result("meter", "refusals");
}

static void test_frames(void)
{
	struct host *h = up();
	u64 t0 = 1000000000;

	CHECK_EQ(put(h, 3, 0, 10, 2), NFTSW_ST_OK);
	CHECK_EQ(rule(h, 0, NFTSW_ACL_VERDICT_REDIRECT, 0, 3), NFTSW_ST_OK);
	CHECK_EQ(burst_at(h, t0, 5, 1), 2);
	CHECK_EQ(burst_at(h, t0 + 99999999, 1, 1), 0);
	CHECK_EQ(burst_at(h, t0 + 100000000, 2, 1), 1);
	/* a day of silence is worth a burst, and no more */
	CHECK_EQ(burst_at(h, t0 + 86400000000000ull, 5, 1), 2);
	CHECK_EQ(NFM_LE64(get(h, 3).passed), 5);
	CHECK_EQ(NFM_LE64(get(h, 3).dropped), 8);
	CHECK_EQ(nfm_reason_get(h->m, NFTSW_REASON_METERED), 8);
	CHECK_EQ(host_ctr(h, 0, NFTSW_PCTR_RX_DROPS), 8);
	host_free(h);
	tap_result("meter", "frames a second, and a burst of them");
}

static void test_octets(void)
{
	struct host *h = up();
	u64 t0 = 1000000000;

	CHECK_EQ(put(h, 0, NFTSW_MF_OCTETS, 60000, 150), NFTSW_ST_OK);
	CHECK_EQ(rule(h, 0, NFTSW_ACL_VERDICT_REDIRECT, 0, 0), NFTSW_ST_OK);
	CHECK_EQ(burst_at(h, t0, 4, 1), 2);		/* 30 octets are left */
	CHECK_EQ(burst_at(h, t0 + 499999, 1, 1), 0);
	CHECK_EQ(burst_at(h, t0 + 500000, 2, 1), 1);	/* and 30 more */
	host_free(h);
	tap_result("meter", "octets");
}

static void test_fast(void)
{
	struct host *h = up();
	u64 rate = (1ull << NFTSW_METER_RATE_BITS) - 1;

	CHECK_EQ(put(h, 0, NFTSW_MF_OCTETS, rate, 60), NFTSW_ST_OK);
	CHECK_EQ(rule(h, 0, NFTSW_ACL_VERDICT_REDIRECT, 0, 0), NFTSW_ST_OK);
	CHECK_EQ(burst_at(h, 1000000000, 2, 1), 1);
	CHECK_EQ(burst_at(h, 1000000001, 2, 1), 1);
	/* no product of time and rate may wrap into an empty bucket */
	CHECK_EQ(burst_at(h, ~0ull >> 1, 2, 1), 1);
	host_free(h);
	tap_result("meter", "the fastest, over the longest time");
}

static void test_rules(void)
{
	struct host *h = up();
	u64 t0 = 1000000000;

	CHECK_EQ(put(h, 0, 0, 1, 1), NFTSW_ST_OK);
	CHECK_EQ(put(h, 1, 0, 1, 3), NFTSW_ST_OK);
	CHECK_EQ(rule(h, 0, NFTSW_ACL_VERDICT_NEXT, NFTSW_AF_MIRROR, 1), NFTSW_ST_OK);
	CHECK_EQ(rule(h, 1, NFTSW_ACL_VERDICT_REDIRECT, 0, 0), NFTSW_ST_OK);
	/* five come, three pass the first rule and are copied, one passes the second as well */
	CHECK_EQ(burst_at(h, t0, 5, 2), 3);
	CHECK_EQ(h->out_count, 4);
	CHECK_EQ(host_cmd(h, NFTSW_OP_ACL_CTRS, 0, 2, 0, data, 64, &cpl), NFTSW_ST_OK);
	CHECK_EQ(NFM_LE64(((struct nftsw_hw_acl_ctrs *)host_ptr(h, data))[0].packets), 5);
	CHECK_EQ(NFM_LE64(((struct nftsw_hw_acl_ctrs *)host_ptr(h, data))[1].packets), 3);
	/* switched off, it lets all pass and has forgotten what it counted */
	CHECK_EQ(put(h, 0, 0, 0, 0), NFTSW_ST_OK);
	CHECK_EQ(burst_at(h, t0 + 3000000000u, 3, 1), 3);
	CHECK_EQ(NFM_LE64(get(h, 0).passed), 3);
	CHECK_EQ(NFM_LE64(get(h, 0).dropped), 0);
	host_free(h);
	tap_result("meter", "rules behind each other");
}

static void test_state(void)
{
	struct host *h = up();
	size_t size;
	void *blob;

	CHECK_EQ(put(h, 7, NFTSW_MF_OCTETS, 1000, 100), NFTSW_ST_OK);
	CHECK_EQ(rule(h, 0, NFTSW_ACL_VERDICT_REDIRECT, 0, 7), NFTSW_ST_OK);
	CHECK_EQ(burst_at(h, 1000000000, 2, 1), 1);
	size = nfm_state_size(h->m);
	blob = malloc(size);
	CHECK_EQ(nfm_state_save(h->m, blob, size), size);
	CHECK_EQ(put(h, 7, 0, 0, 0), NFTSW_ST_OK);
	CHECK(!nfm_state_load(h->m, blob, size));
	free(blob);
	host_run(h);
	/* 40 octets were left; 60 are there after 20 ms */
	CHECK_EQ(burst_at(h, 1019999999, 1, 1), 0);
	CHECK_EQ(burst_at(h, 1020000000, 1, 1), 1);
	host_wr(h, NFTSW_CTRL, NFTSW_CTRL_RESET);
	host_run(h);
	host_up(h);
	CHECK_EQ(NFM_LE64(get(h, 7).rate), 0);
	host_free(h);
	tap_result("meter", "saved and loaded, reset");
}

int main(void)
{
	printf("TAP version 13\n");
	test_refusals();
	test_frames();
	test_octets();
	test_fast();
	test_rules();
	test_state();
	return tap_done();
}
