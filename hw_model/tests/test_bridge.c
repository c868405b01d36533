// SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause)
/*
 * The bridge as frames see it: where they go, and what of them the CPU gets.  DS 9.
 */
#include "br.h"
#include "tap.h"

#define FID	7

static const u8 bcast[6] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
static struct br_frame f;

static u64 from_to(struct host *h, u32 port, u32 src, u32 dst)
{
	br_plain(&f, br_mac(dst), br_mac(src), 64);
	return br_in(h, port, &f);
}

static void test_learn(void)
{
	struct host *h = br_new(8, 256);
	struct nftsw_hw_event ev;

	CHECK_EQ(br_unaware(h, FID, 0x0f), 0);
	CHECK_EQ(from_to(h, 0, 1, 2), 0x0e);
	CHECK(br_event(h, &ev));
	CHECK(ev.type == NFTSW_EV_FDB_LEARNED && NFM_LE32(ev.index) == FID);
	CHECK_EQ(NFM_LE32(ev.arg[0]), 0x00000002);
	CHECK_EQ(NFM_LE32(ev.arg[1]), 0x0100);
	CHECK_EQ(from_to(h, 2, 2, 1), 0x01);
	CHECK(br_out_is(h, 0, &f));
	CHECK_EQ(from_to(h, 0, 1, 2), 0x04);
	CHECK_EQ(br_fdb_port(h, FID, br_mac(1)), 0);
	CHECK_EQ(br_fdb_port(h, FID, br_mac(2)), 2);
	host_free(h);
	tap_result("bridge", "the first frame floods, its source is learned, the answer finds it");
}

int main(void)
{
	printf("TAP version 13\n");
	(void)bcast;
	test_learn();
	return tap_done();
}
