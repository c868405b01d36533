// SPDX-License-Identifier: GPL-2.0
/*
 * LAGs in bridges: bonds that are ports of a bridge before and after their members come, that the
 * chip cannot take at once, and VLAN devices above them.  Floor 11.  Every case ends with chip,
 * driver and bridge compared.
 */

#include <kunit/test.h>
#include <linux/delay.h>
#include <linux/etherdevice.h>
#include <linux/if_bridge.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include "../drivers/net/ethernet/nftsw/nftsw_hw.h"
#include "nftsw_kt_bond.h"
#include "nftsw_kt_bridge.h"

#define BRIDGE_LAG_GROUP	0xefff0102	/* 239.255.1.2 */

static const u8 bridge_lag_group_mac[ETH_ALEN] = { 0x01, 0x00, 0x5e, 0x7f, 0x01, 0x02 };

static int bridge_lag_init(struct kunit *test)
{
	test->priv = nftsw_kt_br_init(test, 0);
	return 0;
}

static struct net_device *bridge_lag_new(struct kunit *test)
{
	struct net_device *bond = nftsw_kt_bond_new(test);

	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, nftsw_kt_bond_free, bond), 0);
	KUNIT_ASSERT_EQ(test, nftsw_kt_link_up(bond, true), 0);
	return bond;
}

static void bridge_lag_join(struct kunit *test, struct net_device *bond, u32 port)
{
	nftsw_kt_bond_join(test, bond, nftsw_kt_br_port(test, port));
}

/* A bond of C and OUT. */
static struct net_device *bridge_lag(struct kunit *test)
{
	struct net_device *bond;
	u32 port;

	KUNIT_ASSERT_EQ(test, nftsw_kt_master(nftsw_kt_br_port(test, BR_C), NULL), 0);
	bond = bridge_lag_new(test);
	for (port = BR_C; port <= BR_OUT; port++)
		bridge_lag_join(test, bond, port);
	msleep(NFTSW_KT_BR_POLL_MS);
	nftsw_kt_br_settle(test->priv);
	return bond;
}

/* The same, and it is in the bridge. */
static struct net_device *bridge_lag_bridged(struct kunit *test)
{
	struct nftsw_kt_br *b = test->priv;
	struct net_device *bond = bridge_lag(test);

	KUNIT_ASSERT_EQ(test, nftsw_kt_master(bond, b->dev), 0);
	nftsw_kt_br_settle(b);
	nftsw_kt_flush(b->kt);
	return bond;
}

/* Through one of the members, whichever. */
static void bridge_lag_through(struct kunit *test, const u8 *dmac, const u8 *smac)
{
	struct nftsw_kt_br *b = test->priv;
	struct nftsw_bm_frame *f;

	nftsw_kt_l2_send(b, BR_A, dmac, smac, 0);
	f = nftsw_bm_egress_take(b->kt->bm);
	KUNIT_ASSERT_NOT_NULL(test, f);
	KUNIT_EXPECT_GE(test, f->port, BR_C);
	kfree(f);
	nftsw_kt_expect_quiet(b->kt);
}

static void bond_is_a_bridge_port(struct kunit *test)
{
	struct nftsw_kt_br *b = test->priv;
	const u8 *x = nftsw_kt_host(1), *y = nftsw_kt_host(2);
	struct net_device *bond = bridge_lag_bridged(test);

	nftsw_kt_br_audit(b);
	/* learned through either member, as one place */
	nftsw_kt_l2_send(b, BR_C, x, y, 0);
	nftsw_kt_l2_expect(b, BIT(BR_A) | BIT(BR_B), x, y, 0);
	KUNIT_EXPECT_PTR_EQ(test, nftsw_kt_where(b, y, 0), bond);
	nftsw_kt_l2_send(b, BR_OUT, x, y, 0);
	nftsw_kt_l2_expect(b, BIT(BR_A) | BIT(BR_B), x, y, 0);
	KUNIT_EXPECT_PTR_EQ(test, nftsw_kt_where(b, y, 0), bond);
	bridge_lag_through(test, y, x);
	nftsw_kt_l2_cpu(b, 0);
	nftsw_kt_br_audit(b);
}

/* The VLAN is the bond's; the member that sends for it has none. */
static void frames_of_the_cpu_through_a_bond_are_untagged(struct kunit *test)
{
	struct nftsw_kt_br *b = test->priv;
	const u8 *x = nftsw_kt_host(1), *y = nftsw_kt_host(2);

	bridge_lag_bridged(test);
	nftsw_kt_l2_xmit(b, BR_C, y, x, 1);
	nftsw_kt_l2_expect(b, BIT(BR_C), y, x, 1);
	KUNIT_ASSERT_EQ(test, nftsw_kt_br_attr(b->dev, IFLA_BR_VLAN_FILTERING, 1, 1), 0);
	nftsw_kt_br_settle(b);
	nftsw_kt_flush(b->kt);
	nftsw_kt_l2_xmit(b, BR_C, y, x, 1);
	nftsw_kt_l2_expect(b, BIT(BR_C), y, x, 0);
	nftsw_kt_br_audit(b);
}

/* The bond is in the bridge before the chip has any part in it. */
static void ports_join_a_bond_that_is_bridged(struct kunit *test)
{
	struct nftsw_kt_br *b = test->priv;
	const u8 *x = nftsw_kt_host(1), *y = nftsw_kt_host(2);
	struct net_device *bond;
	u32 port;

	KUNIT_ASSERT_EQ(test, nftsw_kt_master(nftsw_kt_br_port(test, BR_C), NULL), 0);
	bond = bridge_lag_new(test);
	KUNIT_ASSERT_EQ(test, nftsw_kt_master(bond, b->dev), 0);
	KUNIT_ASSERT_EQ(test, nftsw_kt_brport_attr(bond, IFLA_BRPORT_ISOLATED, 1, 1), 0);
	KUNIT_ASSERT_EQ(test, nftsw_kt_fdb(bond, y, 0, NUD_NOARP, 0, true), 0);
	nftsw_kt_br_settle(b);
	nftsw_kt_br_audit(b);
	for (port = BR_C; port <= BR_OUT; port++) {
		bridge_lag_join(test, bond, port);
		nftsw_kt_br_settle(b);
		nftsw_kt_br_audit(b);
	}
	msleep(NFTSW_KT_BR_POLL_MS);
	nftsw_kt_br_settle(b);
	nftsw_kt_flush(b->kt);
	bridge_lag_through(test, y, x);
	nftsw_kt_l2_cpu(b, 0);
	nftsw_kt_br_flag(test, BR_A, IFLA_BRPORT_ISOLATED, 1);
	nftsw_kt_l2_send(b, BR_A, y, x, 0);
	nftsw_kt_l2_expect(b, 0, y, x, 0);
	for (port = BR_C; port <= BR_OUT; port++) {
		nftsw_kt_bond_leave(bond, nftsw_kt_br_port(test, port));
		nftsw_kt_br_settle(b);
		nftsw_kt_br_audit(b);
	}
	KUNIT_EXPECT_NULL(test, nftsw_bport_find(b->kt->ns->bridges, bond));
}

/* The bridge has routers behind its bond that the driver was not told of. */
static void router_behind_a_bond_that_is_bridged(struct kunit *test)
{
	struct nftsw_kt_br *b = test->priv;
	struct net_device *bond;
	u32 port;

	KUNIT_ASSERT_EQ(test, nftsw_kt_master(nftsw_kt_br_port(test, BR_C), NULL), 0);
	bond = bridge_lag_new(test);
	KUNIT_ASSERT_EQ(test, nftsw_kt_master(bond, b->dev), 0);
	nftsw_kt_br_snoops(test);
	/* heard for some minutes: only the others are told */
	KUNIT_ASSERT_EQ(test, nftsw_kt_brport_attr(bond, IFLA_BRPORT_MULTICAST_ROUTER,
						   MDB_RTR_TYPE_TEMP, 1), 0);
	nftsw_kt_br_settle(b);
	for (port = BR_C; port <= BR_OUT; port++)
		bridge_lag_join(test, bond, port);
	msleep(NFTSW_KT_BR_POLL_MS);
	nftsw_kt_br_settle(b);
	KUNIT_ASSERT_NOT_NULL(test, nftsw_bport_find(b->kt->ns->bridges, bond));
	KUNIT_EXPECT_TRUE(test, nftsw_bport_find(b->kt->ns->bridges, bond)->mrouter);
	/* one that a user has said to be none */
	KUNIT_ASSERT_EQ(test, nftsw_kt_master(bond, NULL), 0);
	for (port = BR_C; port <= BR_OUT; port++)
		nftsw_kt_bond_leave(bond, nftsw_kt_br_port(test, port));
	KUNIT_ASSERT_EQ(test, nftsw_kt_master(bond, b->dev), 0);
	KUNIT_ASSERT_EQ(test, nftsw_kt_brport_attr(bond, IFLA_BRPORT_MULTICAST_ROUTER,
						   MDB_RTR_TYPE_DISABLED, 1), 0);
	bridge_lag_join(test, bond, BR_C);
	msleep(NFTSW_KT_BR_POLL_MS);
	nftsw_kt_br_settle(b);
	KUNIT_ASSERT_NOT_NULL(test, nftsw_bport_find(b->kt->ns->bridges, bond));
	KUNIT_EXPECT_FALSE(test, nftsw_bport_find(b->kt->ns->bridges, bond)->mrouter);
	nftsw_kt_flush(b->kt);
	nftsw_kt_br_audit(b);
}

/* The chip refuses the LAG at first: software bridges until it does not. */
static void bond_is_bridged_later(struct kunit *test)
{
	struct nftsw_kt_br *b = test->priv;
	struct net_device *bond;

	KUNIT_ASSERT_EQ(test, nftsw_kt_master(nftsw_kt_br_port(test, BR_C), NULL), 0);
	nftsw_kt_br_settle(b);
	bond = bridge_lag_new(test);
	KUNIT_ASSERT_EQ(test, nftsw_kt_master(bond, b->dev), 0);
	nftsw_kt_br_settle(b);
	nftsw_bm_fault(b->kt->bm, NFM_FAULT_CMD_STATUS, 1000);
	bridge_lag_join(test, bond, BR_C);
	KUNIT_EXPECT_NULL(test, nftsw_bport_find(b->kt->ns->bridges, bond));
	nftsw_bm_fault(b->kt->bm, NFM_FAULT_CMD_STATUS, 0);
	msleep(NFTSW_KT_BR_POLL_MS);
	nftsw_kt_br_settle(b);
	nftsw_kt_flush(b->kt);
	KUNIT_EXPECT_NOT_NULL(test, nftsw_bport_find(b->kt->ns->bridges, bond));
	nftsw_kt_l2_floods(test, BIT(BR_B) | BIT(BR_C));
	nftsw_kt_br_audit(b);
}

/* An unknown host may be behind the bond, which is software's: that has it from A, once. */
static void bridge_lag_is_software(struct kunit *test, struct net_device *bond)
{
	struct nftsw_kt_br *b = test->priv;
	unsigned long before = atomic_long_read(&bond->stats.__tx_packets);

	KUNIT_EXPECT_NULL(test, nftsw_bport_find(b->kt->ns->bridges, bond));
	nftsw_kt_br_foreign(test, true);
	nftsw_kt_flush(b->kt);
	nftsw_kt_l2_send(b, BR_A, nftsw_kt_host(99), nftsw_kt_host(1), 0);
	nftsw_kt_l2_cpu(b, 1);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&bond->stats.__tx_packets), before + 1);
	nftsw_kt_flush(b->kt);
	nftsw_kt_br_audit(b);
}

/* The bond is in more VLANs than the chip has left when it gets a port of the chip. */
static void bond_is_bridged_when_there_is_room(struct kunit *test)
{
	static const char * const name[] = { "ktbr2", "ktbr3" };
	struct nftsw_kt_br *b = test->priv;
	struct net_device *bond, *br;
	u32 i, hosts, fids, before;

	for (i = 0; i < ARRAY_SIZE(name); i++) {
		br = nftsw_kt_br_new(test, name[i], BR_KT_AWARE);
		KUNIT_ASSERT_EQ(test, nftsw_kt_master(nftsw_kt_br_port(test, BR_B + i), NULL), 0);
		KUNIT_ASSERT_EQ(test, nftsw_kt_master(nftsw_kt_br_port(test, BR_B + i), br), 0);
		KUNIT_ASSERT_EQ(test, nftsw_kt_vlans(nftsw_kt_br_port(test, BR_B + i), 2,
						     NFTSW_MAX_VID), 0);
	}
	KUNIT_ASSERT_EQ(test, nftsw_kt_br_attr(b->dev, IFLA_BR_VLAN_FILTERING, 1, 1), 0);
	bond = bridge_lag_new(test);
	KUNIT_ASSERT_EQ(test, nftsw_kt_master(bond, b->dev), 0);
	KUNIT_ASSERT_EQ(test, nftsw_kt_vlans(bond, 2, 5), 0);
	nftsw_kt_br_settle(b);
	nftsw_bridge_occ_get(b->kt->ns, &hosts, &before, &i);
	KUNIT_ASSERT_EQ(test, before, NFTSW_MAX_FIDS - 1u - 2);
	bridge_lag_is_software(test, bond);
	bridge_lag_join(test, bond, BR_OUT);
	for (i = 0; i < 2; i++) {
		bridge_lag_is_software(test, bond);
		nftsw_bridge_occ_get(b->kt->ns, &hosts, &fids, &hosts);
		KUNIT_EXPECT_EQ(test, fids, before);
		msleep(NFTSW_KT_BR_POLL_MS);
	}
	/* two more are wanted */
	KUNIT_ASSERT_EQ(test, nftsw_kt_vlan(nftsw_kt_br_port(test, BR_B), 10, 0, false, false), 0);
	msleep(NFTSW_KT_BR_POLL_MS);
	bridge_lag_is_software(test, bond);
	KUNIT_ASSERT_EQ(test, nftsw_kt_vlan(nftsw_kt_br_port(test, BR_B), 11, 0, false, false), 0);
	msleep(NFTSW_KT_BR_POLL_MS);
	nftsw_kt_br_settle(b);
	nftsw_kt_flush(b->kt);
	KUNIT_EXPECT_NOT_NULL(test, nftsw_bport_find(b->kt->ns->bridges, bond));
	nftsw_kt_br_foreign(test, false);
	nftsw_bridge_occ_get(b->kt->ns, &hosts, &fids, &hosts);
	KUNIT_EXPECT_EQ(test, fids, NFTSW_MAX_FIDS - 1u);
	nftsw_kt_l2_floods(test, BIT(BR_OUT));
	nftsw_kt_br_audit(b);
}

/* It has what the chip cannot do, and then the chip does not answer. */
static void bond_is_bridged_when_the_chip_can(struct kunit *test)
{
	struct nftsw_kt_br *b = test->priv;
	struct net_device *bond;
	u32 i;

	KUNIT_ASSERT_EQ(test, nftsw_kt_master(nftsw_kt_br_port(test, BR_C), NULL), 0);
	bond = bridge_lag_new(test);
	KUNIT_ASSERT_EQ(test, nftsw_kt_master(bond, b->dev), 0);
	KUNIT_ASSERT_EQ(test, nftsw_kt_brport_attr(bond, IFLA_BRPORT_MCAST_TO_UCAST, 1, 1), 0);
	bridge_lag_join(test, bond, BR_C);
	msleep(NFTSW_KT_BR_POLL_MS);
	nftsw_kt_br_settle(b);
	bridge_lag_is_software(test, bond);
	nftsw_bm_fault(b->kt->bm, NFM_FAULT_CMD_STATUS, 1000);
	KUNIT_ASSERT_EQ(test, nftsw_kt_brport_attr(bond, IFLA_BRPORT_MCAST_TO_UCAST, 0, 1), 0);
	for (i = 0; i < 3; i++) {
		msleep(NFTSW_KT_BR_POLL_MS);
		rtnl_lock();	/* not while it is being tried */
		KUNIT_EXPECT_NULL(test, nftsw_bport_find(b->kt->ns->bridges, bond));
		rtnl_unlock();
		nftsw_kt_br_foreign(test, true);
	}
	nftsw_bm_fault(b->kt->bm, NFM_FAULT_CMD_STATUS, 0);
	msleep(NFTSW_KT_BR_POLL_MS);
	nftsw_kt_br_settle(b);
	nftsw_kt_flush(b->kt);
	KUNIT_EXPECT_NOT_NULL(test, nftsw_bport_find(b->kt->ns->bridges, bond));
	nftsw_kt_br_foreign(test, false);
	nftsw_kt_l2_floods(test, BIT(BR_B) | BIT(BR_C));
	nftsw_kt_br_audit(b);
}

/* The only port of its bridge that the chip could have: the driver has no such bridge. */
static void bond_alone_is_bridged_when_the_chip_can(struct kunit *test)
{
	struct nftsw_kt_br *b = test->priv;
	struct net_device *bond, *br = nftsw_kt_br_new(test, "ktbr2", 0);
	u32 i;

	for (i = 0; i < BR_OUT; i++)
		KUNIT_ASSERT_EQ(test, nftsw_kt_master(nftsw_kt_br_port(test, i), NULL), 0);
	bond = bridge_lag_new(test);
	KUNIT_ASSERT_EQ(test, nftsw_kt_master(bond, br), 0);
	KUNIT_ASSERT_EQ(test, nftsw_kt_brport_attr(bond, IFLA_BRPORT_MCAST_TO_UCAST, 1, 1), 0);
	bridge_lag_join(test, bond, BR_C);
	msleep(NFTSW_KT_BR_POLL_MS);
	KUNIT_EXPECT_NULL(test, nftsw_bport_find(b->kt->ns->bridges, bond));
	KUNIT_EXPECT_TRUE(test, list_empty(&b->kt->ns->bridges->list));
	KUNIT_ASSERT_EQ(test, nftsw_kt_brport_attr(bond, IFLA_BRPORT_MCAST_TO_UCAST, 0, 1), 0);
	msleep(NFTSW_KT_BR_POLL_MS);
	nftsw_kt_br_settle(b);
	nftsw_kt_flush(b->kt);
	KUNIT_EXPECT_NOT_NULL(test, nftsw_bport_find(b->kt->ns->bridges, bond));
	nftsw_kt_br_audit(b);
}

/* A group and a router are behind the bond, whoever bridges it. */
static void group_behind_a_bond_that_comes_and_goes(struct kunit *test)
{
	struct nftsw_kt_br *b = test->priv;
	unsigned long before;
	struct net_device *bond;

	KUNIT_ASSERT_EQ(test, nftsw_kt_master(nftsw_kt_br_port(test, BR_C), NULL), 0);
	bond = bridge_lag_new(test);
	KUNIT_ASSERT_EQ(test, nftsw_kt_master(bond, b->dev), 0);
	nftsw_kt_br_snoops(test);
	KUNIT_ASSERT_EQ(test, nftsw_kt_mdb(b->dev, bond, htonl(BRIDGE_LAG_GROUP), 0, true), 0);
	bridge_lag_join(test, bond, BR_C);
	msleep(NFTSW_KT_BR_POLL_MS);
	nftsw_kt_br_settle(b);
	nftsw_kt_flush(b->kt);
	nftsw_kt_l2_send(b, BR_A, bridge_lag_group_mac, nftsw_kt_host(1), 0);
	nftsw_kt_l2_expect(b, BIT(BR_C), bridge_lag_group_mac, nftsw_kt_host(1), 0);
	nftsw_kt_l2_cpu(b, 0);
	nftsw_kt_br_audit(b);
	/* B keeps the group in the chip */
	KUNIT_ASSERT_EQ(test, nftsw_kt_mdb(b->dev, nftsw_kt_br_port(test, BR_B),
					   htonl(BRIDGE_LAG_GROUP), 0, true), 0);
	nftsw_kt_bond_leave(bond, nftsw_kt_br_port(test, BR_C));
	nftsw_kt_br_settle(b);
	nftsw_kt_flush(b->kt);
	before = atomic_long_read(&bond->stats.__tx_packets);
	nftsw_kt_l2_send(b, BR_A, bridge_lag_group_mac, nftsw_kt_host(1), 0);
	nftsw_kt_l2_expect(b, BIT(BR_B), bridge_lag_group_mac, nftsw_kt_host(1), 0);
	nftsw_kt_l2_cpu(b, 1);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&bond->stats.__tx_packets), before + 1);
	nftsw_kt_br_audit(b);
}

/* A VLAN of the bond is a port of another bridge. */
static void vlan_device_over_a_bond(struct kunit *test)
{
	struct nftsw_kt_br *b = test->priv;
	const u8 *x = nftsw_kt_host(1), *y = nftsw_kt_host(2);
	struct net_device *bond = bridge_lag(test), *dev;
	struct nftsw_bport *bp;
	struct nftsw_kt_frame f;
	struct nftsw_bm_frame *got;

	dev = nftsw_kt_link_new(test, "ktvlan", "vlan", bond, 10, ETH_P_8021Q);
	KUNIT_ASSERT_EQ(test, nftsw_kt_link_up(dev, true), 0);
	KUNIT_ASSERT_EQ(test, nftsw_kt_master(dev, b->dev), 0);
	nftsw_kt_br_settle(b);
	nftsw_kt_flush(b->kt);
	bp = nftsw_bport_find(b->kt->ns->bridges, dev);
	KUNIT_ASSERT_NOT_NULL(test, bp);
	KUNIT_EXPECT_EQ(test, bp->base, NFTSW_LAG_PORT(0));
	nftsw_kt_l2_send(b, BR_OUT, x, y, 10);
	nftsw_kt_l2_expect(b, BIT(BR_A) | BIT(BR_B), x, y, 0);
	KUNIT_EXPECT_PTR_EQ(test, nftsw_kt_where(b, y, 0), dev);
	nftsw_kt_l2_send(b, BR_A, y, x, 0);
	got = nftsw_bm_egress_take(b->kt->bm);
	KUNIT_ASSERT_NOT_NULL(test, got);
	nftsw_kt_l2(&f, y, x, 10);
	KUNIT_EXPECT_EQ(test, got->len, nftsw_kt_frame_build(&f, b->kt->want));
	KUNIT_EXPECT_MEMEQ(test, got->data, b->kt->want, got->len);
	kfree(got);
	nftsw_kt_expect_quiet(b->kt);
	nftsw_kt_br_audit(b);
	/* the bond has no members any more: its VLAN is software's */
	nftsw_kt_bond_leave(bond, nftsw_kt_br_port(test, BR_C));
	nftsw_kt_bond_leave(bond, nftsw_kt_br_port(test, BR_OUT));
	nftsw_kt_br_settle(b);
	KUNIT_EXPECT_NULL(test, nftsw_bport_find(b->kt->ns->bridges, dev));
	nftsw_kt_br_audit(b);
}

static struct kunit_case bridge_lag_cases[] = {
	KUNIT_CASE(bond_is_a_bridge_port),
	KUNIT_CASE(frames_of_the_cpu_through_a_bond_are_untagged),
	KUNIT_CASE(ports_join_a_bond_that_is_bridged),
	KUNIT_CASE(router_behind_a_bond_that_is_bridged),
	KUNIT_CASE(bond_is_bridged_later),
	KUNIT_CASE(bond_is_bridged_when_there_is_room),
	KUNIT_CASE(bond_is_bridged_when_the_chip_can),
	KUNIT_CASE(bond_alone_is_bridged_when_the_chip_can),
	KUNIT_CASE(group_behind_a_bond_that_comes_and_goes),
	KUNIT_CASE(vlan_device_over_a_bond),
	{}
};

static struct kunit_suite bridge_lag_suite = {
	.name = "nftsw_bridge_lag",
	.init = bridge_lag_init,
	.test_cases = bridge_lag_cases,
};

kunit_test_suite(bridge_lag_suite);

MODULE_DESCRIPTION("KUnit tests of nftsw's LAGs in bridges");
MODULE_LICENSE("GPL");
