// SPDX-License-Identifier: GPL-2.0
/*
 * The memory of neighbours: which address each had, told apart by namespace, device and family,
 * so that flows of the one are not looked for under the address of another.  Floor 11.  What a
 * change does to flows is topo_kunit.c's.
 */

#include <kunit/test.h>
#include <linux/etherdevice.h>
#include <linux/slab.h>
#include <net/neighbour.h>
#include "../drivers/net/ethernet/nftsw/nftsw_topo.h"

/* What is not told apart by its address is so by one of these. */
static const struct nftsw_neigh_state neigh_others[] = {
	{ .net = 1, .ifindex = 5, .family = AF_INET },
	{ .net = 2, .ifindex = 5, .family = AF_INET },
	{ .net = 1, .ifindex = 6, .family = AF_INET },
	{ .net = 1, .ifindex = 5, .family = AF_INET6 },
};

/* News of a neighbour; true when there is an old address to look for, which is in @stale. */
static bool neigh_news(struct kunit *test, u32 i, u8 mac, u8 nud, u8 *stale)
{
	struct nftsw_neigh_state s = neigh_others[i];

	s.addr.s6_addr[0] = 10;
	s.nud = nud;
	u64_to_ether_addr(0x020000000000ULL + mac, s.mac);
	return nftsw_neigh_update(test->priv, &s, stale);
}

static void neigh_expect_was(struct kunit *test, u32 i, u8 mac, u8 nud, u8 was)
{
	u8 stale[ETH_ALEN] __aligned(2), old[ETH_ALEN] __aligned(2);

	u64_to_ether_addr(0x020000000000ULL + was, old);
	KUNIT_EXPECT_TRUE(test, neigh_news(test, i, mac, nud, stale));
	KUNIT_EXPECT_MEMEQ(test, stale, old, ETH_ALEN);
}

static void neigh_expect_no_change(struct kunit *test, u32 i, u8 mac, u8 nud)
{
	u8 stale[ETH_ALEN] __aligned(2);

	KUNIT_EXPECT_FALSE(test, neigh_news(test, i, mac, nud, stale));
}

static void one_address_in_two_places(struct kunit *test)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(neigh_others); i++)
		neigh_expect_no_change(test, i, 0x10 + i, NUD_REACHABLE);
	for (i = 0; i < ARRAY_SIZE(neigh_others); i++)
		neigh_expect_was(test, i, 0x20 + i, NUD_REACHABLE, 0x10 + i);
	for (i = 0; i < ARRAY_SIZE(neigh_others); i++)
		neigh_expect_was(test, i, 0, NUD_FAILED, 0x20 + i);
}

static void what_is_no_news(struct kunit *test)
{
	/* nobody has known it */
	neigh_expect_no_change(test, 0, 0x10, NUD_FAILED);
	neigh_expect_no_change(test, 0, 0x10, NUD_INCOMPLETE);
	neigh_expect_no_change(test, 0, 0x10, NUD_REACHABLE);
	neigh_expect_no_change(test, 0, 0x10, NUD_STALE);
	/* forgotten by the kernel, not by us */
	neigh_expect_no_change(test, 0, 0, NUD_NONE);
	neigh_expect_was(test, 0, 0x11, NUD_DELAY, 0x10);
	neigh_expect_was(test, 0, 0, NUD_FAILED, 0x11);
	/* it is over; the next is a new one */
	neigh_expect_no_change(test, 0, 0, NUD_FAILED);
	neigh_expect_no_change(test, 0, 0x12, NUD_REACHABLE);
}

static int neigh_init(struct kunit *test)
{
	struct nftsw_topo *topo = kunit_kzalloc(test, sizeof(*topo), GFP_KERNEL);

	if (!topo)
		return -ENOMEM;
	nftsw_neigh_init(topo);
	test->priv = topo;
	return 0;
}

static void neigh_exit(struct kunit *test)
{
	struct nftsw_topo *topo = test->priv;

	if (!topo)
		return;
	nftsw_neigh_fini(topo);
	KUNIT_EXPECT_EQ(test, topo->neigh_count, 0);
}

static struct kunit_case neigh_cases[] = {
	KUNIT_CASE(one_address_in_two_places),
	KUNIT_CASE(what_is_no_news),
	{}
};

static struct kunit_suite neigh_suite = {
	.name = "nftsw_neigh",
	.init = neigh_init,
	.exit = neigh_exit,
	.test_cases = neigh_cases,
};

kunit_test_suite(neigh_suite);

MODULE_DESCRIPTION("KUnit tests of nftsw's memory of neighbours");
MODULE_LICENSE("GPL");
