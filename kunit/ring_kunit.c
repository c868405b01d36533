// SPDX-License-Identifier: GPL-2.0
/*
 * Ring arithmetic of the driver: wrap, phase, room, what a chip may say.  Floor 11.
 * The producer of the completion rings here is a few lines of test, not the model.
 */

#include <kunit/test.h>
#include <nftsw/desc.h>
#include "../drivers/net/ethernet/nftsw/nftsw_ring.h"

#define RING_COUNT	8
#define RING_ROUNDS	20000	/* wraps the 16-bit indices, and the ring 2500 times */

struct ring_ctx {
	struct nftsw_ring ring;
	struct nftsw_hw_cpl cpl[RING_COUNT];
	u16 chip_prod;
};

static int ring_init(struct kunit *test)
{
	struct ring_ctx *ctx = kunit_kzalloc(test, sizeof(*ctx), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, ctx);
	ctx->ring.va = ctx->cpl;
	ctx->ring.count = RING_COUNT;
	ctx->ring.entry_size = sizeof(ctx->cpl[0]);
	test->priv = ctx;
	return 0;
}

/* What DS 4.3 asks of the chip: phase 1 on the first pass, then inverted. */
static void ring_chip_put(struct ring_ctx *ctx)
{
	struct nftsw_hw_cpl *cpl = &ctx->cpl[ctx->chip_prod % RING_COUNT];
	bool odd_pass = ctx->chip_prod / RING_COUNT % 2;

	cpl->tag = cpu_to_le16(ctx->chip_prod);
	cpl->flags = odd_pass ? 0 : NFTSW_PHASE;
	ctx->chip_prod++;
}

static bool ring_take(struct kunit *test)
{
	struct ring_ctx *ctx = test->priv;
	struct nftsw_ring *r = &ctx->ring;
	struct nftsw_hw_cpl *cpl = nftsw_ring_entry(r, r->cons);

	if (!nftsw_ring_is_new(r, &cpl->flags))
		return false;
	KUNIT_EXPECT_EQ(test, le16_to_cpu(cpl->tag), r->cons);
	r->cons++;
	return true;
}

static void empty_ring_has_nothing_new(struct kunit *test)
{
	KUNIT_EXPECT_FALSE(test, ring_take(test));
}

/* One at a time, over many wraps of ring and index. */
static void phase_follows_wraps(struct kunit *test)
{
	struct ring_ctx *ctx = test->priv;
	u32 i;

	for (i = 0; i < 4 * RING_ROUNDS; i++) {
		ring_chip_put(ctx);
		KUNIT_ASSERT_TRUE_MSG(test, ring_take(test), "at %u", i);
		KUNIT_ASSERT_FALSE_MSG(test, ring_take(test), "at %u", i);
	}
	KUNIT_EXPECT_EQ(test, ctx->ring.cons, (4 * RING_ROUNDS) & U16_MAX);
}

/* A full ring of new entries is taken as such, and nothing behind it. */
static void full_ring_is_taken_once(struct kunit *test)
{
	struct ring_ctx *ctx = test->priv;
	u32 pass, n;

	for (pass = 0; pass < 5; pass++) {
		for (n = 0; n < RING_COUNT; n++)
			ring_chip_put(ctx);
		for (n = 0; ring_take(test); n++)
			;
		KUNIT_EXPECT_EQ(test, n, RING_COUNT);
	}
}

/* Batches of every size from every position. */
static void batches_of_all_sizes(struct kunit *test)
{
	struct ring_ctx *ctx = test->priv;
	u32 i, n, size;

	for (i = 0; i < RING_ROUNDS; i++) {
		size = i % RING_COUNT + 1;
		for (n = 0; n < size; n++)
			ring_chip_put(ctx);
		for (n = 0; ring_take(test); n++)
			;
		KUNIT_ASSERT_EQ_MSG(test, n, size, "at %u", i);
	}
}

static void entries_lie_in_the_ring(struct kunit *test)
{
	struct ring_ctx *ctx = test->priv;
	u32 idx;

	for (idx = 0; idx <= U16_MAX; idx++)
		KUNIT_ASSERT_PTR_EQ(test, nftsw_ring_entry(&ctx->ring, idx),
				    (void *)&ctx->cpl[idx % RING_COUNT]);
}

/* Producer side: room and use, from every index. */
static void room_counts_over_wraps(struct kunit *test)
{
	struct ring_ctx *ctx = test->priv;
	struct nftsw_ring *r = &ctx->ring;
	u32 start, used;

	for (start = 0; start <= U16_MAX; start += 13) {
		for (used = 0; used <= RING_COUNT; used++) {
			r->cons = start;
			r->prod = start + used;
			KUNIT_ASSERT_EQ(test, nftsw_ring_used(r), used);
			KUNIT_ASSERT_EQ(test, nftsw_ring_room(r),
					RING_COUNT - used);
		}
	}
}

/* A chip may only say that it consumed what was there. */
static void consumer_index_is_checked(struct kunit *test)
{
	struct ring_ctx *ctx = test->priv;
	struct nftsw_ring *r = &ctx->ring;
	u32 said, ok;

	r->cons = U16_MAX - 1;
	r->prod = r->cons + 5;
	for (said = 0, ok = 0; said <= U16_MAX; said++) {
		bool inside = (u16)(said - r->cons) <= 5;

		KUNIT_ASSERT_EQ(test, nftsw_ring_cons_ok(r, said), inside);
		ok += inside;
	}
	KUNIT_EXPECT_EQ(test, ok, 6);
}

static struct kunit_case ring_cases[] = {
	KUNIT_CASE(empty_ring_has_nothing_new),
	KUNIT_CASE(phase_follows_wraps),
	KUNIT_CASE(full_ring_is_taken_once),
	KUNIT_CASE(batches_of_all_sizes),
	KUNIT_CASE(entries_lie_in_the_ring),
	KUNIT_CASE(room_counts_over_wraps),
	KUNIT_CASE(consumer_index_is_checked),
	{}
};

static struct kunit_suite ring_suite = {
	.name = "nftsw_ring",
	.init = ring_init,
	.test_cases = ring_cases,
};

kunit_test_suite(ring_suite);

MODULE_DESCRIPTION("KUnit tests of nftsw's rings");
MODULE_LICENSE("GPL");
