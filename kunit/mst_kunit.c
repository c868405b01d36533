// SPDX-License-Identifier: GPL-2.0
/*
 * Spanning trees of VLANs (MST): which tree a VLAN is in, and what a port does in it.  Floor 11.
 * The kernel has a state for each VLAN of a port, the chip one for each tree; frames show that
 * they mean the same.  Every case ends with chip and driver compared.
 */

#include <kunit/test.h>
#include <linux/if_bridge.h>
#include <linux/if_link.h>
#include "nftsw_kt_bridge.h"

#define MST_TREE	500
#define MST_VID		20	/* the one that gets into trees */
#define MST_OTHER	10

/* A bridge that knows trees, with ports A, B and C in both VLANs; kunit.priv is its nftsw_kt_br. */
static int mst_init(struct kunit *test)
{
	struct nftsw_kt_br *b = nftsw_kt_br_init(test, BR_KT_AWARE | BR_KT_EMPTY);
	u32 i;

	KUNIT_ASSERT_EQ(test, nftsw_kt_br_attr(b->dev, IFLA_BR_MULTI_BOOLOPT,
					       BIT(BR_BOOLOPT_MST_ENABLE),
					       BIT(BR_BOOLOPT_MST_ENABLE)), 0);
	for (i = 0; i < BR_OUT; i++) {
		KUNIT_ASSERT_EQ(test, nftsw_kt_master(nftsw_kt_dev(b->kt, i), b->dev), 0);
		KUNIT_ASSERT_EQ(test, nftsw_kt_vlan(nftsw_kt_dev(b->kt, i), MST_OTHER, 0, true,
						    false), 0);
		KUNIT_ASSERT_EQ(test, nftsw_kt_vlan(nftsw_kt_dev(b->kt, i), MST_VID, 0, true,
						    false), 0);
	}
	nftsw_kt_br_settle(b);
	nftsw_kt_flush(b->kt);
	test->priv = b;
	return 0;
}

static void mst_vlan(struct kunit *test, u32 port, bool add)
{
	KUNIT_ASSERT_EQ(test, nftsw_kt_vlan(nftsw_kt_br_port(test, port), MST_VID, 0, add, false),
			0);
}

static void mst_tree(struct kunit *test, u16 vid, u16 tree)
{
	struct nftsw_kt_br *b = test->priv;

	KUNIT_ASSERT_EQ(test, nftsw_kt_vlan_msti(b->dev, vid, tree), 0);
}

/* The state of ports in a tree, by bitmap. */
static void mst_state(struct kunit *test, u16 tree, u64 ports, u8 state)
{
	u32 i;

	for (i = 0; i < BR_OUT; i++)
		if (ports & BIT(i))
			KUNIT_ASSERT_EQ(test, nftsw_kt_mst_state(nftsw_kt_br_port(test, i), tree,
								 state), 0);
}

/* What A sends in a VLAN leaves through these. */
static void mst_goes(struct kunit *test, u16 vid, u64 ports)
{
	const u8 *x = nftsw_kt_host(1), *y = nftsw_kt_host(2);
	struct nftsw_kt_br *b = test->priv;

	nftsw_kt_br_settle(b);
	nftsw_kt_flush(b->kt);
	nftsw_kt_l2_send(b, BR_A, y, x, vid);
	nftsw_kt_l2_expect(b, ports, y, x, vid);
}

#define MST_ALL		(BIT(BR_A) | BIT(BR_B) | BIT(BR_C))
#define MST_BOTH	(BIT(BR_B) | BIT(BR_C))

static void tree_of_some_vlans(struct kunit *test)
{
	struct nftsw_kt_br *b = test->priv;
	const u8 *x = nftsw_kt_host(1);

	mst_tree(test, MST_VID, MST_TREE);
	mst_goes(test, MST_OTHER, MST_BOTH);
	mst_goes(test, MST_VID, 0);
	mst_state(test, MST_TREE, BIT(BR_A) | BIT(BR_B), BR_STATE_FORWARDING);
	mst_goes(test, MST_VID, BIT(BR_B));
	nftsw_kt_br_audit(b);
	/* a port that joins is told of all trees again: nobody is forgotten for that */
	KUNIT_EXPECT_PTR_EQ(test, nftsw_kt_where(b, x, MST_VID), nftsw_kt_br_port(test, BR_A));
	KUNIT_ASSERT_EQ(test, nftsw_kt_master(nftsw_kt_br_port(test, BR_OUT), b->dev), 0);
	nftsw_kt_br_settle(b);
	KUNIT_EXPECT_PTR_EQ(test, nftsw_kt_where(b, x, MST_VID), nftsw_kt_br_port(test, BR_A));
	nftsw_kt_br_audit(b);
}

/* The bridge tells of its trees before it has any VLANs of the port. */
static void port_joins_a_bridge_with_trees(struct kunit *test)
{
	struct nftsw_kt_br *b = test->priv;
	u32 i;

	KUNIT_ASSERT_EQ(test, nftsw_kt_vlan(b->dev, MST_VID, 0, true, true), 0);
	for (i = 0; i < BR_OUT; i++)
		KUNIT_ASSERT_EQ(test, nftsw_kt_master(nftsw_kt_br_port(test, i), NULL), 0);
	mst_tree(test, MST_VID, MST_TREE);
	for (i = BR_C; i <= BR_OUT; i++)
		KUNIT_EXPECT_EQ(test, nftsw_kt_master(nftsw_kt_br_port(test, i), b->dev), 0);
	nftsw_kt_br_settle(b);
	nftsw_kt_br_audit(b);
}

/* What the ports were in a tree before is not what they are when a VLAN gets into it again. */
static void tree_begins_with_ports_disabled(struct kunit *test)
{
	mst_tree(test, MST_VID, MST_TREE);
	mst_state(test, MST_TREE, MST_ALL, BR_STATE_FORWARDING);
	mst_goes(test, MST_VID, MST_BOTH);
	mst_tree(test, MST_VID, 0);
	mst_goes(test, MST_VID, MST_BOTH);
	mst_tree(test, MST_VID, MST_TREE);
	mst_goes(test, MST_VID, 0);
	nftsw_kt_br_audit(test->priv);
	/* nor are states that come before there is a VLAN */
	mst_state(test, MST_TREE + 1, MST_ALL, BR_STATE_FORWARDING);
	mst_tree(test, MST_VID, MST_TREE + 1);
	mst_goes(test, MST_VID, 0);
	nftsw_kt_br_audit(test->priv);
}

/* Ports have the state of the tree from the VLANs that are in it. */
static void second_vlan_gets_into_a_tree(struct kunit *test)
{
	mst_tree(test, MST_VID, MST_TREE);
	mst_state(test, MST_TREE, BIT(BR_A) | BIT(BR_C), BR_STATE_FORWARDING);
	mst_vlan(test, BR_C, false);
	mst_tree(test, MST_OTHER, MST_TREE);
	/* C has no VLAN of it any more, and B blocks */
	mst_goes(test, MST_OTHER, 0);
	mst_state(test, MST_TREE, BIT(BR_B), BR_STATE_FORWARDING);
	mst_goes(test, MST_OTHER, BIT(BR_B));
	nftsw_kt_br_audit(test->priv);
}

/* It is in the common tree when the last port that had it gets it anew, and nobody says so. */
static void vlan_goes_and_comes_back(struct kunit *test)
{
	u32 i;

	mst_tree(test, MST_VID, MST_TREE);
	mst_goes(test, MST_VID, 0);
	for (i = 0; i < BR_OUT; i++)
		mst_vlan(test, i, false);
	for (i = 0; i < BR_OUT; i++)
		mst_vlan(test, i, true);
	mst_goes(test, MST_VID, MST_BOTH);
	nftsw_kt_br_audit(test->priv);
	mst_tree(test, MST_VID, MST_TREE);
	mst_goes(test, MST_VID, 0);
	nftsw_kt_br_audit(test->priv);
}

/* As long as the bridge has it, it is in its tree, be there a port of the chip in it or not. */
static void vlan_stays_and_ports_come_back(struct kunit *test)
{
	struct nftsw_kt_br *b = test->priv;
	u32 i;

	KUNIT_ASSERT_EQ(test, nftsw_kt_vlan(b->dev, MST_VID, 0, true, true), 0);
	mst_tree(test, MST_VID, MST_TREE);
	for (i = 0; i < BR_OUT; i++)
		mst_vlan(test, i, false);
	for (i = 0; i < BR_OUT; i++)
		mst_vlan(test, i, true);
	/* with their own state, as in software */
	mst_goes(test, MST_VID, MST_BOTH);
	mst_state(test, MST_TREE, BIT(BR_B), BR_STATE_BLOCKING);
	mst_goes(test, MST_VID, BIT(BR_C));
	mst_goes(test, MST_OTHER, MST_BOTH);
	nftsw_kt_br_audit(b);
}

/* Trees of VLANs that have gone make room. */
static void trees_go_with_their_vlans(struct kunit *test)
{
	struct nftsw_kt_br *b = test->priv;
	u16 i;

	for (i = 1; i <= NFTSW_MAX_MSTIS + 2; i++) {
		mst_tree(test, MST_VID, MST_TREE + i);
		mst_goes(test, MST_VID, 0);
		mst_vlan(test, BR_A, false);
		mst_vlan(test, BR_B, false);
		mst_vlan(test, BR_C, false);
		mst_vlan(test, BR_C, true);
		mst_vlan(test, BR_B, true);
		mst_vlan(test, BR_A, true);
	}
	mst_goes(test, MST_VID, MST_BOTH);
	nftsw_kt_br_audit(b);
}

/* A port gets a VLAN of a tree: the first has the port's own state, others the tree's. */
static void port_gets_vlans_of_a_tree(struct kunit *test)
{
	mst_vlan(test, BR_C, false);
	mst_tree(test, MST_VID, MST_TREE);
	mst_state(test, MST_TREE, BIT(BR_A) | BIT(BR_B), BR_STATE_FORWARDING);
	mst_vlan(test, BR_C, true);
	mst_goes(test, MST_VID, MST_BOTH);
	nftsw_kt_br_audit(test->priv);
	mst_vlan(test, BR_C, false);
	mst_tree(test, MST_OTHER, MST_TREE);
	mst_goes(test, MST_OTHER, BIT(BR_B));
	mst_vlan(test, BR_C, true);
	mst_goes(test, MST_VID, BIT(BR_B));
	nftsw_kt_br_audit(test->priv);
}

static struct kunit_case mst_cases[] = {
	KUNIT_CASE(tree_of_some_vlans),
	KUNIT_CASE(port_joins_a_bridge_with_trees),
	KUNIT_CASE(tree_begins_with_ports_disabled),
	KUNIT_CASE(second_vlan_gets_into_a_tree),
	KUNIT_CASE(vlan_goes_and_comes_back),
	KUNIT_CASE(vlan_stays_and_ports_come_back),
	KUNIT_CASE(trees_go_with_their_vlans),
	KUNIT_CASE(port_gets_vlans_of_a_tree),
	{}
};

static struct kunit_suite mst_suite = {
	.name = "nftsw_mst",
	.init = mst_init,
	.test_cases = mst_cases,
};

kunit_test_suite(mst_suite);

MODULE_DESCRIPTION("KUnit tests of nftsw's spanning trees of VLANs");
MODULE_LICENSE("GPL");
