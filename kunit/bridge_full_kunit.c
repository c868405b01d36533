// SPDX-License-Identifier: GPL-2.0
/*
 * Bridges that want more than the chip has: groups, VLANs, virtual ports, spanning trees.
 * Floor 11.  Every case ends with chip, driver and bridge compared.
 */

#include <kunit/test.h>
#include <linux/delay.h>
#include <linux/etherdevice.h>
#include <linux/if_bridge.h>
#include <linux/if_link.h>
#include <linux/if_vlan.h>
#include "nftsw_kt_bridge.h"

#define FULL_GROUP	0xef000000	/* 239.0.0.0 */
/* Longer than the driver takes to try again. */
#define FULL_POLL_MS	2500

static int full_init(struct kunit *test)
{
	test->priv = nftsw_kt_br_init(test, 0);
	return 0;
}

static struct net_device *full_port(struct kunit *test, u32 port)
{
	struct nftsw_kt_br *b = test->priv;

	return nftsw_kt_dev(b->kt, port);
}

static void full_wait(struct kunit *test, u32 ms)
{
	struct nftsw_kt_br *b = test->priv;

	nftsw_kt_br_settle(b);
	msleep(ms);
	nftsw_kt_br_settle(b);
	nftsw_kt_flush(b->kt);
}

/* ---- groups -------------------------------------------------------------------------- */

/* A member of group @n, or no more. */
static void full_member(struct kunit *test, u32 port, u32 n, bool add)
{
	struct nftsw_kt_br *b = test->priv;

	KUNIT_ASSERT_EQ(test, nftsw_kt_mdb(b->dev, full_port(test, port), htonl(FULL_GROUP + n),
					   0, add), 0);
}

/* What A sends to group @n leaves through these. */
static void full_group_to(struct kunit *test, u32 n, u64 ports)
{
	struct nftsw_kt_br *b = test->priv;
	u8 mac[ETH_ALEN];

	u64_to_ether_addr(0x01005e000000ull + n, mac);
	nftsw_kt_l2_send(b, BR_A, mac, nftsw_kt_host(1), 0);
	nftsw_kt_l2_expect(b, ports, mac, nftsw_kt_host(1), 0);
	nftsw_kt_flush(b->kt);
}

static int full_group_marked(struct kunit *test, u32 n)
{
	struct nftsw_kt_br *b = test->priv;

	return nftsw_kt_mdb_offloaded(b->dev, htonl(FULL_GROUP + n), 0);
}

/* The bridge listens and is the querier: groups that nobody has joined go nowhere. */
static void full_snoops(struct kunit *test)
{
	struct nftsw_kt_br *b = test->priv;

	KUNIT_ASSERT_EQ(test, nftsw_kt_br_attr(b->dev, IFLA_BR_MCAST_HASH_MAX, 2 * NFTSW_MAX_MDB,
					       4), 0);
	KUNIT_ASSERT_EQ(test, nftsw_kt_br_attr(b->dev, IFLA_BR_MCAST_SNOOPING, 1, 1), 0);
	nftsw_kt_br_queries(b);
	full_group_to(test, 77, 0);
}

/* A group without room is an unknown one, and those are flooded as long as there is one. */
static void groups_run_out(struct kunit *test)
{
	struct nftsw_kt_br *b = test->priv;

	full_snoops(test);
	full_member(test, BR_B, 1, true);
	nftsw_kt_br_settle(b);
	nftsw_bm_fault(b->kt->bm, NFM_FAULT_TABLE_FULL, 1);
	full_member(test, BR_C, 2, true);
	full_wait(test, FULL_POLL_MS);
	full_group_to(test, 1, BIT(BR_B));
	full_group_to(test, 2, BIT(BR_B) | BIT(BR_C));
	KUNIT_EXPECT_EQ(test, full_group_marked(test, 1), 1);
	KUNIT_EXPECT_EQ(test, full_group_marked(test, 2), 0);
	nftsw_kt_br_audit(b);
	/* a member more of the one that is there */
	full_member(test, BR_C, 1, true);
	nftsw_kt_br_settle(b);
	full_group_to(test, 1, BIT(BR_B) | BIT(BR_C));
	/* room again: it gets in by itself */
	nftsw_bm_fault(b->kt->bm, NFM_FAULT_TABLE_FULL, 0);
	full_wait(test, FULL_POLL_MS);
	full_group_to(test, 2, BIT(BR_C));
	full_group_to(test, 77, 0);
	nftsw_kt_br_audit(b);
}

/* A port joins, whose bridge has groups that find no room. */
static void port_joins_when_groups_have_run_out(struct kunit *test)
{
	struct nftsw_kt_br *b = test->priv;

	full_snoops(test);
	nftsw_bm_fault(b->kt->bm, NFM_FAULT_TABLE_FULL, 1);
	KUNIT_ASSERT_EQ(test, nftsw_kt_mdb(b->dev, b->dev, htonl(FULL_GROUP + 1), 0, true), 0);
	nftsw_kt_br_settle(b);
	KUNIT_EXPECT_EQ(test, nftsw_kt_master(full_port(test, BR_OUT), b->dev), 0);
	full_wait(test, FULL_POLL_MS);
	full_group_to(test, 1, BIT(BR_B) | BIT(BR_C) | BIT(BR_OUT));
	nftsw_bm_fault(b->kt->bm, NFM_FAULT_TABLE_FULL, 0);
	nftsw_kt_br_audit(b);
}

static void mdb_is_full(struct kunit *test)
{
	struct nftsw_kt_br *b = test->priv;
	u32 i, hosts, fids, groups;

	full_snoops(test);
	for (i = 0; i < NFTSW_MAX_MDB + 2; i++)
		full_member(test, i % 2 ? BR_B : BR_C, i + 256, true);
	full_wait(test, FULL_POLL_MS);
	nftsw_bridge_occ_get(b->kt->ns, &hosts, &fids, &groups);
	KUNIT_EXPECT_EQ(test, groups, (u32)NFTSW_MAX_MDB);
	full_group_to(test, 256, BIT(BR_C));
	full_group_to(test, NFTSW_MAX_MDB + 256, BIT(BR_B) | BIT(BR_C));
	nftsw_kt_br_audit(b);
	for (i = 0; i < 2; i++)
		full_member(test, i % 2 ? BR_B : BR_C, i + 256, false);
	full_wait(test, FULL_POLL_MS);
	full_group_to(test, NFTSW_MAX_MDB + 256, BIT(BR_C));
	full_group_to(test, NFTSW_MAX_MDB + 257, BIT(BR_B));
	full_group_to(test, 256, 0);
	nftsw_kt_br_audit(b);
}

/* ---- VLANs ------------------------------------------------------------------------------- */

/* Two bridges with all VLANs that there are, and a third. */
static void fids_run_out(struct kunit *test)
{
	static const char * const name[] = { "ktbr2", "ktbr3", "ktbr4" };
	struct nftsw_kt_br *b = test->priv;
	u32 i, hosts, fids, groups;
	struct net_device *dev;

	for (i = 0; i < ARRAY_SIZE(name); i++) {
		struct net_device *port = full_port(test, BR_B + i);

		dev = nftsw_kt_br_new(test, name[i], BR_KT_AWARE);
		KUNIT_ASSERT_EQ(test, nftsw_kt_master(port, NULL), 0);
		KUNIT_ASSERT_EQ(test, nftsw_kt_master(port, dev), 0);
		if (i < 2)
			KUNIT_ASSERT_EQ(test, nftsw_kt_vlans(port, 2, NFTSW_MAX_VID), 0);
	}
	nftsw_kt_br_settle(b);
	KUNIT_EXPECT_EQ(test, nftsw_kt_vlan(full_port(test, BR_OUT), 2, 0, true, false), 0);
	nftsw_bridge_occ_get(b->kt->ns, &hosts, &fids, &groups);
	KUNIT_EXPECT_EQ(test, fids, NFTSW_MAX_FIDS - 1u);
	KUNIT_EXPECT_EQ(test, nftsw_kt_vlan(full_port(test, BR_OUT), 3, 0, true, false), -ENOSPC);
	KUNIT_EXPECT_TRUE(test, nftsw_kt_said("chip has no room for another VLAN of a bridge"));
	nftsw_kt_br_audit(b);
	/* one of another bridge makes room */
	KUNIT_EXPECT_EQ(test, nftsw_kt_vlan(full_port(test, BR_B), 4, 0, false, false), 0);
	KUNIT_EXPECT_EQ(test, nftsw_kt_vlan(full_port(test, BR_OUT), 3, 0, true, false), 0);
	nftsw_kt_br_audit(b);
}

/* ---- virtual ports ------------------------------------------------------------------------- */

static void virtual_ports_run_out(struct kunit *test)
{
	struct nftsw_kt_br *b = test->priv;
	const u8 *x = nftsw_kt_host(1), *y = nftsw_kt_host(2);
	struct net_device *dev = NULL;
	char name[IFNAMSIZ];
	u32 i;

	for (i = 0; i <= NFTSW_MAX_VPORTS; i++) {
		snprintf(name, sizeof(name), "ktv%u", i);
		dev = nftsw_kt_link_new(test, name, "vlan", full_port(test, BR_OUT), 100 + i,
					ETH_P_8021Q);
		KUNIT_ASSERT_EQ(test, nftsw_kt_link_up(dev, true), 0);
		KUNIT_ASSERT_EQ(test, nftsw_kt_master(dev, b->dev), 0);
		KUNIT_EXPECT_EQ(test, !!nftsw_bport_find(b->kt->ns->bridges, dev),
				i < NFTSW_MAX_VPORTS);
	}
	/* software has the last one */
	KUNIT_EXPECT_TRUE(test, nftsw_kt_said("chip has no virtual port left"));
	nftsw_kt_br_settle(b);
	nftsw_kt_flush(b->kt);
	nftsw_kt_l2_learn(b, BR_A, y, 0);
	nftsw_kt_l2_send(b, BR_OUT, y, x, 100 + NFTSW_MAX_VPORTS - 1);
	nftsw_kt_l2_expect(b, BIT(BR_A), y, x, 0);
	nftsw_kt_l2_cpu(b, 0);
	nftsw_kt_br_audit(b);
}

/* ---- spanning trees ---------------------------------------------------------------------- */

/* 63 besides the common one. */
static void trees_run_out(struct kunit *test)
{
	struct nftsw_kt_br *b = test->priv, two = { .kt = b->kt };
	u32 i;

	two.dev = nftsw_kt_br_new(test, "ktbr2", BR_KT_AWARE);
	KUNIT_ASSERT_EQ(test, nftsw_kt_br_attr(two.dev, IFLA_BR_MULTI_BOOLOPT,
					       BIT(BR_BOOLOPT_MST_ENABLE),
					       BIT(BR_BOOLOPT_MST_ENABLE)), 0);
	KUNIT_ASSERT_EQ(test, nftsw_kt_master(full_port(test, BR_OUT), two.dev), 0);
	KUNIT_ASSERT_EQ(test, nftsw_kt_vlans(full_port(test, BR_OUT), 100,
					     100 + NFTSW_MAX_MSTIS), 0);
	for (i = 1; i < NFTSW_MAX_MSTIS; i++)
		KUNIT_EXPECT_EQ(test, nftsw_kt_vlan_msti(two.dev, 100 + i, 1000 + i), 0);
	KUNIT_EXPECT_EQ(test, nftsw_kt_vlan_msti(two.dev, 100 + i, 1000 + i), -ENOSPC);
	KUNIT_EXPECT_EQ(test, nftsw_kt_mst_state(full_port(test, BR_OUT), 1000 + i,
						 BR_STATE_FORWARDING), -ENOSPC);
	KUNIT_EXPECT_TRUE(test, nftsw_kt_said("chip has no more than 63 spanning trees"));
	nftsw_kt_br_audit(&two);
	/* one that no VLAN is in any more makes room */
	KUNIT_EXPECT_EQ(test, nftsw_kt_vlan_msti(two.dev, 101, 0), 0);
	KUNIT_EXPECT_EQ(test, nftsw_kt_vlan_msti(two.dev, 100 + i, 1000 + i), 0);
	nftsw_kt_br_audit(&two);
}

static struct kunit_case full_cases[] = {
	KUNIT_CASE(groups_run_out),
	KUNIT_CASE(port_joins_when_groups_have_run_out),
	KUNIT_CASE(mdb_is_full),
	KUNIT_CASE(fids_run_out),
	KUNIT_CASE(virtual_ports_run_out),
	KUNIT_CASE(trees_run_out),
	{}
};

static struct kunit_suite full_suite = {
	.name = "nftsw_bridge_full",
	.init = full_init,
	.test_cases = full_cases,
};

kunit_test_suite(full_suite);

MODULE_DESCRIPTION("KUnit tests of nftsw's bridges that want too much");
MODULE_LICENSE("GPL");
