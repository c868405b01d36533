// SPDX-License-Identifier: GPL-2.0
/*
 * Bridges over ports: who joins and leaves, flags, spanning trees, groups, LAGs, resets, and a
 * chip that goes.  Floor 11.  Every case ends with chip, driver and bridge compared.
 */

#include <kunit/test.h>
#include <linux/delay.h>
#include <linux/etherdevice.h>
#include <linux/if_bridge.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <linux/seq_file.h>
#include <net/addrconf.h>
#include <net/net_namespace.h>
#include "../drivers/net/ethernet/nftsw/nftsw_hw.h"
#include "nftsw_kt_bridge.h"

#define BRIDGE_PVID	(BRIDGE_VLAN_INFO_PVID | BRIDGE_VLAN_INFO_UNTAGGED)
#define BRIDGE_GROUP	0xefff0102	/* 239.255.1.2 */
#define BRIDGE_TWIN	0xee7f0102	/* 238.127.1.2: the same address */
/* Longer than the driver takes to look for a querier. */
#define BRIDGE_POLL_MS	2500

static const u8 bridge_group_mac[ETH_ALEN] = { 0x01, 0x00, 0x5e, 0x7f, 0x01, 0x02 };

static int bridge_init(struct kunit *test)
{
	test->priv = nftsw_kt_br_init(test, 0);
	return 0;
}

static struct net_device *bridge_port(struct kunit *test, u32 port)
{
	struct nftsw_kt_br *b = test->priv;

	return nftsw_kt_dev(b->kt, port);
}

/* Frames to an unknown host from port A leave through these. */
static void bridge_floods(struct kunit *test, u64 ports)
{
	struct nftsw_kt_br *b = test->priv;

	nftsw_kt_l2_send(b, BR_A, nftsw_kt_host(99), nftsw_kt_host(1), 0);
	nftsw_kt_l2_expect(b, ports, nftsw_kt_host(99), nftsw_kt_host(1), 0);
}

static void bridge_flag(struct kunit *test, u32 port, u16 attr, u8 val)
{
	KUNIT_ASSERT_EQ(test, nftsw_kt_brport_attr(bridge_port(test, port), attr, val, 1), 0);
	nftsw_kt_br_settle(test->priv);
}

/* ---- joining and leaving --------------------------------------------------------------- */

static void port_leaves_and_joins(struct kunit *test)
{
	struct nftsw_kt_br *b = test->priv;

	bridge_floods(test, BIT(BR_B) | BIT(BR_C));
	KUNIT_ASSERT_EQ(test, nftsw_kt_master(bridge_port(test, BR_C), NULL), 0);
	nftsw_kt_br_settle(b);
	bridge_floods(test, BIT(BR_B));
	nftsw_kt_br_audit(b);
	/* it stands alone now */
	nftsw_kt_l2_send(b, BR_C, nftsw_kt_bcast, nftsw_kt_host(2), 0);
	nftsw_kt_l2_expect(b, 0, nftsw_kt_bcast, nftsw_kt_host(2), 0);
	nftsw_kt_l2_cpu(b, 1);
	KUNIT_ASSERT_EQ(test, nftsw_kt_master(bridge_port(test, BR_C), b->dev), 0);
	nftsw_kt_br_settle(b);
	bridge_floods(test, BIT(BR_B) | BIT(BR_C));
	nftsw_kt_br_audit(b);
}

static void last_port_leaves(struct kunit *test)
{
	struct nftsw_kt_br *b = test->priv;
	u32 i, hosts, fids, groups;

	nftsw_kt_l2_learn(b, BR_A, nftsw_kt_host(1), 0);
	for (i = 0; i < BR_OUT; i++)
		KUNIT_ASSERT_EQ(test, nftsw_kt_master(bridge_port(test, i), NULL), 0);
	nftsw_kt_br_settle(b);
	nftsw_bridge_occ_get(b->kt->ns, &hosts, &fids, &groups);
	KUNIT_EXPECT_EQ(test, hosts + fids + groups, 0u);
	KUNIT_EXPECT_TRUE(test, list_empty(&b->kt->ns->bridges->list));
	nftsw_kt_br_audit(b);
}

static void two_bridges(struct kunit *test)
{
	struct nftsw_kt_br *b = test->priv, two = { .kt = b->kt };
	const u8 *x = nftsw_kt_host(1), *y = nftsw_kt_host(2);

	two.dev = nftsw_kt_br_new(test, "ktbr2", BR_KT_AWARE);
	KUNIT_ASSERT_EQ(test, nftsw_kt_master(bridge_port(test, BR_C), NULL), 0);
	KUNIT_ASSERT_EQ(test, nftsw_kt_master(bridge_port(test, BR_C), two.dev), 0);
	KUNIT_ASSERT_EQ(test, nftsw_kt_master(bridge_port(test, BR_OUT), two.dev), 0);
	nftsw_kt_br_settle(&two);
	nftsw_kt_flush(b->kt);
	/* the same host in both, at different places */
	nftsw_kt_l2_send(b, BR_A, y, x, 0);
	nftsw_kt_l2_expect(b, BIT(BR_B), y, x, 0);
	nftsw_kt_l2_send(&two, BR_C, y, x, 0);
	nftsw_kt_l2_expect(&two, BIT(BR_OUT), y, x, 0);
	KUNIT_EXPECT_PTR_EQ(test, nftsw_kt_where(b, x, 0), bridge_port(test, BR_A));
	KUNIT_EXPECT_PTR_EQ(test, nftsw_kt_where(&two, x, 1), bridge_port(test, BR_C));
	nftsw_kt_br_audit(b);
}

/* The netdev of a port goes down, and with that its state. */
static void port_goes_down(struct kunit *test)
{
	struct nftsw_kt_br *b = test->priv;
	const u8 *x = nftsw_kt_host(1);

	nftsw_kt_l2_learn(b, BR_B, x, 0);
	KUNIT_ASSERT_EQ(test, nftsw_kt_link_up(bridge_port(test, BR_B), false), 0);
	nftsw_kt_br_settle(b);
	KUNIT_EXPECT_NULL(test, nftsw_kt_where(b, x, 0));
	bridge_floods(test, BIT(BR_C));
	nftsw_kt_br_audit(b);
	KUNIT_ASSERT_EQ(test, nftsw_kt_link_up(bridge_port(test, BR_B), true), 0);
	nftsw_kt_br_settle(b);
	msleep(BRIDGE_POLL_MS);
	nftsw_kt_br_settle(b);
	nftsw_kt_flush(b->kt);
	bridge_floods(test, BIT(BR_B) | BIT(BR_C));
	nftsw_kt_br_audit(b);
}

static void bridge_goes(struct kunit *test)
{
	struct nftsw_kt_br *b = test->priv;

	nftsw_kt_l2_learn(b, BR_A, nftsw_kt_host(1), 0);
	kunit_release_action(test, nftsw_kt_link_free, (void *)(long)b->dev->ifindex);
	nftsw_kt_br_settle(b);
	KUNIT_EXPECT_TRUE(test, list_empty(&b->kt->ns->bridges->list));
	nftsw_kt_br_audit(b);
}

/* ---- flags --------------------------------------------------------------------------------- */

static void flooding_is_off(struct kunit *test)
{
	struct nftsw_kt_br *b = test->priv;
	const u8 *x = nftsw_kt_host(1);

	bridge_flag(test, BR_B, IFLA_BRPORT_UNICAST_FLOOD, 0);
	bridge_floods(test, BIT(BR_C));
	bridge_flag(test, BR_C, IFLA_BRPORT_BCAST_FLOOD, 0);
	nftsw_kt_l2_send(b, BR_A, nftsw_kt_bcast, x, 0);
	nftsw_kt_l2_expect(b, BIT(BR_B), nftsw_kt_bcast, x, 0);
	bridge_flag(test, BR_B, IFLA_BRPORT_MCAST_FLOOD, 0);
	nftsw_kt_l2_send(b, BR_A, bridge_group_mac, x, 0);
	nftsw_kt_l2_expect(b, BIT(BR_C), bridge_group_mac, x, 0);
	nftsw_kt_br_audit(b);
}

static void isolated_ports(struct kunit *test)
{
	bridge_flag(test, BR_A, IFLA_BRPORT_ISOLATED, 1);
	bridge_flag(test, BR_B, IFLA_BRPORT_ISOLATED, 1);
	bridge_floods(test, BIT(BR_C));
	nftsw_kt_br_audit(test->priv);
}

static void hairpin(struct kunit *test)
{
	bridge_flag(test, BR_A, IFLA_BRPORT_MODE, 1);
	bridge_floods(test, BIT(BR_A) | BIT(BR_B) | BIT(BR_C));
	nftsw_kt_br_audit(test->priv);
}

static void multicast_to_unicast_is_refused(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, nftsw_kt_brport_attr(bridge_port(test, BR_A),
						   IFLA_BRPORT_MCAST_TO_UCAST, 1, 1),
			-EOPNOTSUPP);
	KUNIT_EXPECT_TRUE(test, nftsw_kt_said("chip cannot send multicast as unicast"));
	bridge_floods(test, BIT(BR_B) | BIT(BR_C));
	nftsw_kt_br_audit(test->priv);
}

/*
 * Only one port learns and floods: the bridge takes the others out of promiscuity and gives
 * them the addresses of hosts instead, which are not for the CPU.
 */
static void addresses_on_ports_are_the_bridges(struct kunit *test)
{
	struct nftsw_kt_br *b = test->priv;
	const u8 *x = nftsw_kt_host(1), *y = nftsw_kt_host(2);
	u32 i;

	KUNIT_ASSERT_EQ(test, nftsw_kt_br_attr(b->dev, IFLA_BR_VLAN_FILTERING, 1, 1), 0);
	for (i = BR_B; i <= BR_C; i++) {
		bridge_flag(test, i, IFLA_BRPORT_UNICAST_FLOOD, 0);
		bridge_flag(test, i, IFLA_BRPORT_LEARNING, 0);
	}
	KUNIT_ASSERT_EQ(test, nftsw_kt_fdb(bridge_port(test, BR_C), y, 1, NUD_NOARP, 0, true),
			0);
	nftsw_kt_br_settle(b);
	KUNIT_EXPECT_FALSE(test, bridge_port(test, BR_A)->flags & IFF_PROMISC);
	nftsw_kt_l2_send(b, BR_A, y, x, 0);
	nftsw_kt_l2_expect(b, BIT(BR_C), y, x, 0);
	nftsw_kt_l2_cpu(b, 0);
	nftsw_kt_br_audit(b);
}

/* ---- spanning trees ------------------------------------------------------------------------- */

static void disabled_port(struct kunit *test)
{
	struct nftsw_kt_br *b = test->priv;
	const u8 *x = nftsw_kt_host(1), *y = nftsw_kt_host(2);

	nftsw_kt_l2_learn(b, BR_B, y, 0);
	bridge_flag(test, BR_B, IFLA_BRPORT_STATE, BR_STATE_DISABLED);
	KUNIT_EXPECT_NULL(test, nftsw_kt_where(b, y, 0));
	bridge_floods(test, BIT(BR_C));
	nftsw_kt_l2_send(b, BR_B, x, y, 0);
	nftsw_kt_l2_expect(b, 0, x, y, 0);
	KUNIT_EXPECT_EQ(test, nftsw_bm_reason(b->kt->bm, NFTSW_REASON_STP_DISCARD), 1u);
	nftsw_kt_br_audit(b);
	bridge_flag(test, BR_B, IFLA_BRPORT_STATE, BR_STATE_FORWARDING);
	bridge_floods(test, BIT(BR_B) | BIT(BR_C));
	nftsw_kt_br_audit(b);
}

/* The kernel's spanning tree: listening, learning, forwarding, 15 s each. */
static void spanning_tree_of_the_kernel(struct kunit *test)
{
	struct nftsw_kt_br *b = test->priv;
	const u8 *x = nftsw_kt_host(1), *y = nftsw_kt_host(2);
	u32 i;

	for (i = 0; i < BR_OUT; i++)
		KUNIT_ASSERT_EQ(test, nftsw_kt_master(bridge_port(test, i), NULL), 0);
	KUNIT_ASSERT_EQ(test, nftsw_kt_br_attr(b->dev, IFLA_BR_STP_STATE, 1, 4), 0);
	for (i = 0; i < BR_OUT; i++)
		KUNIT_ASSERT_EQ(test, nftsw_kt_master(bridge_port(test, i), b->dev), 0);
	nftsw_kt_br_settle(b);
	nftsw_kt_flush(b->kt);
	nftsw_kt_l2_send(b, BR_B, x, y, 0);
	nftsw_kt_l2_expect(b, 0, x, y, 0);
	KUNIT_EXPECT_NULL(test, nftsw_kt_where(b, y, 0));
	nftsw_kt_br_audit(b);
	msleep(16000);
	nftsw_kt_br_settle(b);
	nftsw_kt_flush(b->kt);
	nftsw_kt_l2_send(b, BR_B, x, y, 0);
	nftsw_kt_l2_expect(b, 0, x, y, 0);
	KUNIT_EXPECT_PTR_EQ(test, nftsw_kt_where(b, y, 0), bridge_port(test, BR_B));
	nftsw_kt_br_audit(b);
	msleep(16000);
	nftsw_kt_br_settle(b);
	nftsw_kt_flush(b->kt);
	nftsw_kt_l2_send(b, BR_B, x, y, 0);
	nftsw_kt_l2_expect(b, BIT(BR_A) | BIT(BR_C), x, y, 0);
	nftsw_kt_br_audit(b);
}

static void tree_of_some_vlans(struct kunit *test)
{
	struct nftsw_kt_br *b = test->priv, two = { .kt = b->kt };
	const u8 *x = nftsw_kt_host(1), *y = nftsw_kt_host(2);
	u32 i, vid;

	for (i = 0; i < BR_OUT; i++)
		KUNIT_ASSERT_EQ(test, nftsw_kt_master(bridge_port(test, i), NULL), 0);
	two.dev = nftsw_kt_br_new(test, "ktbr2", BR_KT_AWARE);
	KUNIT_ASSERT_EQ(test, nftsw_kt_br_attr(two.dev, IFLA_BR_MULTI_BOOLOPT,
					       BIT(BR_BOOLOPT_MST_ENABLE),
					       BIT(BR_BOOLOPT_MST_ENABLE)), 0);
	for (vid = 10; vid <= 20; vid += 10)
		KUNIT_ASSERT_EQ(test, nftsw_kt_vlan(two.dev, vid, 0, true, true), 0);
	for (i = 0; i < BR_OUT; i++) {
		KUNIT_ASSERT_EQ(test, nftsw_kt_master(bridge_port(test, i), two.dev), 0);
		for (vid = 10; vid <= 20; vid += 10)
			KUNIT_ASSERT_EQ(test, nftsw_kt_vlan(bridge_port(test, i), vid, 0, true,
							    false), 0);
	}
	KUNIT_ASSERT_EQ(test, nftsw_kt_vlan_msti(two.dev, 20, 500), 0);
	nftsw_kt_br_settle(&two);
	nftsw_kt_flush(b->kt);
	nftsw_kt_l2_send(&two, BR_A, y, x, 10);
	nftsw_kt_l2_expect(&two, BIT(BR_B) | BIT(BR_C), y, x, 10);
	nftsw_kt_l2_send(&two, BR_A, y, x, 20);
	nftsw_kt_l2_expect(&two, 0, y, x, 20);
	for (i = 0; i < BR_C; i++)
		KUNIT_ASSERT_EQ(test, nftsw_kt_mst_state(bridge_port(test, i), 500,
							 BR_STATE_FORWARDING), 0);
	nftsw_kt_br_settle(&two);
	nftsw_kt_l2_send(&two, BR_A, y, x, 20);
	nftsw_kt_l2_expect(&two, BIT(BR_B), y, x, 20);
	nftsw_kt_br_audit(&two);
	/* a port that joins is told of all trees again: nobody is forgotten for that */
	KUNIT_EXPECT_PTR_EQ(test, nftsw_kt_where(&two, x, 20), bridge_port(test, BR_A));
	KUNIT_ASSERT_EQ(test, nftsw_kt_master(bridge_port(test, BR_OUT), two.dev), 0);
	nftsw_kt_br_settle(&two);
	KUNIT_EXPECT_PTR_EQ(test, nftsw_kt_where(&two, x, 20), bridge_port(test, BR_A));
	nftsw_kt_br_audit(&two);
}

/* The bridge tells of its trees before it has any VLANs of the port. */
static void port_joins_a_bridge_with_trees(struct kunit *test)
{
	struct nftsw_kt_br *b = test->priv, two = { .kt = b->kt };
	u32 i;

	two.dev = nftsw_kt_br_new(test, "ktbr2", BR_KT_AWARE);
	KUNIT_ASSERT_EQ(test, nftsw_kt_br_attr(two.dev, IFLA_BR_MULTI_BOOLOPT,
					       BIT(BR_BOOLOPT_MST_ENABLE),
					       BIT(BR_BOOLOPT_MST_ENABLE)), 0);
	KUNIT_ASSERT_EQ(test, nftsw_kt_vlan(two.dev, 20, 0, true, true), 0);
	KUNIT_ASSERT_EQ(test, nftsw_kt_vlan_msti(two.dev, 20, 500), 0);
	KUNIT_ASSERT_EQ(test, nftsw_kt_master(bridge_port(test, BR_C), NULL), 0);
	for (i = BR_C; i <= BR_OUT; i++)
		KUNIT_EXPECT_EQ(test, nftsw_kt_master(bridge_port(test, i), two.dev), 0);
	nftsw_kt_br_settle(&two);
	nftsw_kt_br_audit(&two);
}

/* ---- groups ---------------------------------------------------------------------------------- */

/* The bridge listens, and is a querier itself. */
static void bridge_snoops(struct kunit *test)
{
	struct nftsw_kt_br *b = test->priv;

	KUNIT_ASSERT_EQ(test, nftsw_kt_br_attr(b->dev, IFLA_BR_MCAST_SNOOPING, 1, 1), 0);
	nftsw_kt_br_settle(b);
	msleep(BRIDGE_POLL_MS);
	nftsw_kt_br_settle(b);
	nftsw_kt_flush(b->kt);
}

static void bridge_group_to(struct kunit *test, u64 ports)
{
	struct nftsw_kt_br *b = test->priv;

	nftsw_kt_l2_send(b, BR_A, bridge_group_mac, nftsw_kt_host(1), 0);
	nftsw_kt_l2_expect(b, ports, bridge_group_mac, nftsw_kt_host(1), 0);
	nftsw_kt_flush(b->kt);
}

static void members_of_a_group(struct kunit *test)
{
	struct nftsw_kt_br *b = test->priv;
	u32 hosts, fids, groups;

	bridge_snoops(test);
	bridge_group_to(test, BIT(BR_B) | BIT(BR_C));
	KUNIT_ASSERT_EQ(test, nftsw_kt_mdb(b->dev, bridge_port(test, BR_C), htonl(BRIDGE_GROUP),
					   0, true), 0);
	nftsw_kt_br_settle(b);
	bridge_group_to(test, BIT(BR_C));
	nftsw_bridge_occ_get(b->kt->ns, &hosts, &fids, &groups);
	KUNIT_EXPECT_EQ(test, groups, 1u);
	nftsw_kt_br_audit(b);
	KUNIT_ASSERT_EQ(test, nftsw_kt_mdb(b->dev, bridge_port(test, BR_C), htonl(BRIDGE_GROUP),
					   0, false), 0);
	nftsw_kt_br_settle(b);
	bridge_group_to(test, BIT(BR_B) | BIT(BR_C));
	nftsw_kt_br_audit(b);
}

/* Two groups with one address: who leaves one is still in the other. */
static void groups_that_share_an_address(struct kunit *test)
{
	struct nftsw_kt_br *b = test->priv;

	bridge_snoops(test);
	KUNIT_ASSERT_EQ(test, nftsw_kt_mdb(b->dev, bridge_port(test, BR_C), htonl(BRIDGE_GROUP),
					   0, true), 0);
	KUNIT_ASSERT_EQ(test, nftsw_kt_mdb(b->dev, bridge_port(test, BR_C), htonl(BRIDGE_TWIN),
					   0, true), 0);
	KUNIT_ASSERT_EQ(test, nftsw_kt_mdb(b->dev, bridge_port(test, BR_B), htonl(BRIDGE_TWIN),
					   0, true), 0);
	nftsw_kt_br_settle(b);
	bridge_group_to(test, BIT(BR_B) | BIT(BR_C));
	KUNIT_ASSERT_EQ(test, nftsw_kt_mdb(b->dev, bridge_port(test, BR_C), htonl(BRIDGE_TWIN),
					   0, false), 0);
	KUNIT_ASSERT_EQ(test, nftsw_kt_mdb(b->dev, bridge_port(test, BR_B), htonl(BRIDGE_TWIN),
					   0, false), 0);
	nftsw_kt_br_settle(b);
	bridge_group_to(test, BIT(BR_C));
	nftsw_kt_br_audit(b);
}

static void cpu_is_a_member(struct kunit *test)
{
	struct nftsw_kt_br *b = test->priv;

	bridge_snoops(test);
	KUNIT_ASSERT_EQ(test, nftsw_kt_mdb(b->dev, bridge_port(test, BR_C), htonl(BRIDGE_GROUP),
					   0, true), 0);
	nftsw_kt_br_settle(b);
	nftsw_kt_l2_send(b, BR_A, bridge_group_mac, nftsw_kt_host(1), 0);
	nftsw_kt_l2_cpu(b, 0);
	KUNIT_ASSERT_EQ(test, nftsw_kt_mdb(b->dev, b->dev, htonl(BRIDGE_GROUP), 0, true), 0);
	nftsw_kt_br_settle(b);
	nftsw_kt_flush(b->kt);
	nftsw_kt_l2_send(b, BR_A, bridge_group_mac, nftsw_kt_host(1), 0);
	nftsw_kt_l2_cpu(b, 1);
	nftsw_kt_flush(b->kt);
	nftsw_kt_br_audit(b);
}

/* Nobody tells of that either; without it the CPU is no member. */
static void cpu_receives_all_groups(struct kunit *test)
{
	struct nftsw_kt_br *b = test->priv;
	u32 on;

	bridge_snoops(test);
	KUNIT_ASSERT_EQ(test, nftsw_kt_mdb(b->dev, bridge_port(test, BR_C), htonl(BRIDGE_GROUP),
					   0, true), 0);
	for (on = 0; on < 2; on++) {
		nftsw_kt_br_settle(b);
		nftsw_kt_flush(b->kt);
		nftsw_kt_l2_send(b, BR_A, bridge_group_mac, nftsw_kt_host(1), 0);
		nftsw_kt_l2_cpu(b, on);
		nftsw_kt_br_audit(b);
		rtnl_lock();
		KUNIT_EXPECT_EQ(test, dev_set_allmulti(b->dev, on ? -1 : 1), 0);
		rtnl_unlock();
		msleep(BRIDGE_POLL_MS);
	}
}

static void unknown_groups_go_to_routers_alone(struct kunit *test)
{
	struct nftsw_kt_br *b = test->priv;

	bridge_snoops(test);
	bridge_group_to(test, BIT(BR_B) | BIT(BR_C));
	bridge_flag(test, BR_B, IFLA_BRPORT_MULTICAST_ROUTER, MDB_RTR_TYPE_PERM);
	KUNIT_ASSERT_EQ(test, nftsw_kt_br_attr(b->dev, IFLA_BR_MCAST_QUERIER, 1, 1), 0);
	/* a querier of one's own counts when it has waited for answers */
	msleep(60000);
	nftsw_kt_br_settle(b);
	nftsw_kt_flush(b->kt);
	bridge_group_to(test, BIT(BR_B));
	nftsw_kt_br_audit(b);
	KUNIT_ASSERT_EQ(test, nftsw_kt_br_attr(b->dev, IFLA_BR_MCAST_QUERIER, 0, 1), 0);
	msleep(BRIDGE_POLL_MS);
	nftsw_kt_br_settle(b);
	nftsw_kt_flush(b->kt);
	bridge_group_to(test, BIT(BR_B) | BIT(BR_C));
	nftsw_kt_br_audit(b);
}

static void snooping_goes_off(struct kunit *test)
{
	struct nftsw_kt_br *b = test->priv;

	bridge_snoops(test);
	KUNIT_ASSERT_EQ(test, nftsw_kt_mdb(b->dev, bridge_port(test, BR_C), htonl(BRIDGE_GROUP),
					   0, true), 0);
	nftsw_kt_br_settle(b);
	bridge_group_to(test, BIT(BR_C));
	KUNIT_ASSERT_EQ(test, nftsw_kt_br_attr(b->dev, IFLA_BR_MCAST_SNOOPING, 0, 1), 0);
	nftsw_kt_br_settle(b);
	nftsw_kt_flush(b->kt);
	bridge_group_to(test, BIT(BR_B) | BIT(BR_C));
	nftsw_kt_br_audit(b);
	KUNIT_ASSERT_EQ(test, nftsw_kt_br_attr(b->dev, IFLA_BR_MCAST_SNOOPING, 1, 1), 0);
	nftsw_kt_br_settle(b);
	nftsw_kt_flush(b->kt);
	bridge_group_to(test, BIT(BR_C));
	nftsw_kt_br_audit(b);
}

/* Sources are not told to drivers: with IGMPv3 the chip forwards nothing of a group. */
static void groups_with_sources_are_left_to_software(struct kunit *test)
{
	struct nftsw_kt_br *b = test->priv;
	struct nftsw_bus_model *bm = b->kt->bm;
	u64 bridged, trapped;

	bridge_snoops(test);
	KUNIT_ASSERT_EQ(test, nftsw_kt_mdb(b->dev, bridge_port(test, BR_C), htonl(BRIDGE_GROUP),
					   0, true), 0);
	nftsw_kt_br_settle(b);
	bridge_group_to(test, BIT(BR_C));
	KUNIT_ASSERT_EQ(test, nftsw_kt_br_attr(b->dev, IFLA_BR_MCAST_IGMP_VERSION, 3, 1), 0);
	msleep(BRIDGE_POLL_MS);
	nftsw_kt_br_settle(b);
	nftsw_kt_flush(b->kt);
	bridged = nftsw_bm_port_ctr(bm, BR_A, NFTSW_PCTR_RX_BRIDGE);
	trapped = nftsw_bm_reason(bm, NFTSW_REASON_BRIDGE_LOCAL);
	nftsw_kt_l2_send(b, BR_A, bridge_group_mac, nftsw_kt_host(1), 0);
	nftsw_kt_flush(b->kt);
	KUNIT_EXPECT_EQ(test, nftsw_bm_port_ctr(bm, BR_A, NFTSW_PCTR_RX_BRIDGE), bridged);
	KUNIT_EXPECT_EQ(test, nftsw_bm_reason(bm, NFTSW_REASON_BRIDGE_LOCAL), trapped + 1);
	nftsw_kt_br_audit(b);
	KUNIT_ASSERT_EQ(test, nftsw_kt_br_attr(b->dev, IFLA_BR_MCAST_IGMP_VERSION, 2, 1), 0);
	msleep(BRIDGE_POLL_MS);
	nftsw_kt_br_settle(b);
	nftsw_kt_flush(b->kt);
	bridge_group_to(test, BIT(BR_C));
	nftsw_kt_br_audit(b);
}

/* The bridge shows what the chip forwards by its members, and nothing else. */
static void groups_are_marked(struct kunit *test)
{
	struct nftsw_kt_br *b = test->priv;

	bridge_snoops(test);
	KUNIT_ASSERT_EQ(test, nftsw_kt_mdb(b->dev, bridge_port(test, BR_C), htonl(BRIDGE_GROUP),
					   0, true), 0);
	nftsw_kt_br_settle(b);
	KUNIT_EXPECT_EQ(test, nftsw_kt_mdb_offloaded(b->dev, htonl(BRIDGE_GROUP), 0), 1);
	KUNIT_ASSERT_EQ(test, nftsw_kt_br_attr(b->dev, IFLA_BR_MCAST_IGMP_VERSION, 3, 1), 0);
	msleep(BRIDGE_POLL_MS);
	nftsw_kt_br_settle(b);
	KUNIT_ASSERT_EQ(test, nftsw_kt_mdb(b->dev, bridge_port(test, BR_B),
					   htonl(BRIDGE_GROUP + 1), 0, true), 0);
	nftsw_kt_br_settle(b);
	KUNIT_EXPECT_EQ(test, nftsw_kt_mdb_offloaded(b->dev, htonl(BRIDGE_GROUP + 1), 0), 0);
	nftsw_kt_br_audit(b);
}

/* ---- LAGs ------------------------------------------------------------------------ */

static netdev_tx_t bridge_bond_xmit(struct sk_buff *skb, struct net_device *dev)
{
	DEV_STATS_INC(dev, tx_packets);
	dev_kfree_skb_any(skb);
	return NETDEV_TX_OK;
}

static const struct net_device_ops bridge_bond_ops = {
	.ndo_start_xmit = bridge_bond_xmit,
	.ndo_set_mac_address = eth_mac_addr,
};

static void bridge_bond_setup(struct net_device *dev)
{
	ether_setup(dev);
	dev->netdev_ops = &bridge_bond_ops;
	dev->flags |= IFF_MASTER;
	dev->priv_flags |= IFF_BONDING;
	eth_hw_addr_random(dev);
}

static void bridge_bond_leave(struct net_device *bond, struct net_device *dev)
{
	rtnl_lock();
	netdev_upper_dev_unlink(dev, bond);
	rtnl_unlock();
}

static void bridge_bond_free(void *data)
{
	struct net_device *bond = data, *lower;
	struct list_head *iter;

	rtnl_lock();
	do {
		iter = bond->adj_list.lower.next;
		lower = netdev_lower_get_next(bond, &iter);
		if (lower)
			netdev_upper_dev_unlink(lower, bond);
	} while (lower);
	rtnl_unlock();
	unregister_netdev(bond);
	free_netdev(bond);
}

/* Says to be a bond; the test does what the bonding driver does. */
static struct net_device *bridge_bond_new(struct kunit *test)
{
	struct net_device *bond;

	bond = alloc_netdev(0, "ktlag%d", NET_NAME_UNKNOWN, bridge_bond_setup);
	KUNIT_ASSERT_NOT_NULL(test, bond);
	KUNIT_ASSERT_EQ(test, register_netdev(bond), 0);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, bridge_bond_free, bond), 0);
	KUNIT_ASSERT_EQ(test, nftsw_kt_link_up(bond, true), 0);
	return bond;
}

static void bridge_bond_join(struct kunit *test, struct net_device *bond, u32 port)
{
	struct netdev_lag_upper_info info = { .tx_type = NETDEV_LAG_TX_TYPE_HASH };
	struct netdev_lag_lower_state_info state = { .link_up = 1, .tx_enabled = 1 };
	struct net_device *dev = bridge_port(test, port);

	rtnl_lock();
	KUNIT_EXPECT_EQ(test, netdev_master_upper_dev_link(dev, bond, NULL, &info, NULL), 0);
	netdev_lower_state_changed(dev, &state);
	rtnl_unlock();
}

/* A bond of C and OUT. */
static struct net_device *bridge_bond(struct kunit *test)
{
	struct net_device *bond;
	u32 port;

	KUNIT_ASSERT_EQ(test, nftsw_kt_master(bridge_port(test, BR_C), NULL), 0);
	bond = bridge_bond_new(test);
	for (port = BR_C; port <= BR_OUT; port++)
		bridge_bond_join(test, bond, port);
	msleep(BRIDGE_POLL_MS);
	nftsw_kt_br_settle(test->priv);
	return bond;
}

/* The same, and it is in the bridge. */
static struct net_device *bridge_bond_bridged(struct kunit *test)
{
	struct nftsw_kt_br *b = test->priv;
	struct net_device *bond = bridge_bond(test);

	KUNIT_ASSERT_EQ(test, nftsw_kt_master(bond, b->dev), 0);
	nftsw_kt_br_settle(b);
	nftsw_kt_flush(b->kt);
	return bond;
}

/* Through one of the members, whichever. */
static void bridge_through_bond(struct kunit *test, const u8 *dmac, const u8 *smac)
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
	struct net_device *bond = bridge_bond_bridged(test);

	nftsw_kt_br_audit(b);
	/* learned through either member, as one place */
	nftsw_kt_l2_send(b, BR_C, x, y, 0);
	nftsw_kt_l2_expect(b, BIT(BR_A) | BIT(BR_B), x, y, 0);
	KUNIT_EXPECT_PTR_EQ(test, nftsw_kt_where(b, y, 0), bond);
	nftsw_kt_l2_send(b, BR_OUT, x, y, 0);
	nftsw_kt_l2_expect(b, BIT(BR_A) | BIT(BR_B), x, y, 0);
	KUNIT_EXPECT_PTR_EQ(test, nftsw_kt_where(b, y, 0), bond);
	bridge_through_bond(test, y, x);
	nftsw_kt_l2_cpu(b, 0);
	nftsw_kt_br_audit(b);
}

/* The VLAN is the bond's; the member that sends for it has none. */
static void frames_of_the_cpu_through_a_bond_are_untagged(struct kunit *test)
{
	struct nftsw_kt_br *b = test->priv;
	const u8 *x = nftsw_kt_host(1), *y = nftsw_kt_host(2);

	bridge_bond_bridged(test);
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

	KUNIT_ASSERT_EQ(test, nftsw_kt_master(bridge_port(test, BR_C), NULL), 0);
	bond = bridge_bond_new(test);
	KUNIT_ASSERT_EQ(test, nftsw_kt_master(bond, b->dev), 0);
	KUNIT_ASSERT_EQ(test, nftsw_kt_brport_attr(bond, IFLA_BRPORT_ISOLATED, 1, 1), 0);
	KUNIT_ASSERT_EQ(test, nftsw_kt_fdb(bond, y, 0, NUD_NOARP, 0, true), 0);
	nftsw_kt_br_settle(b);
	nftsw_kt_br_audit(b);
	for (port = BR_C; port <= BR_OUT; port++) {
		bridge_bond_join(test, bond, port);
		nftsw_kt_br_settle(b);
		nftsw_kt_br_audit(b);
	}
	msleep(BRIDGE_POLL_MS);
	nftsw_kt_br_settle(b);
	nftsw_kt_flush(b->kt);
	bridge_through_bond(test, y, x);
	nftsw_kt_l2_cpu(b, 0);
	bridge_flag(test, BR_A, IFLA_BRPORT_ISOLATED, 1);
	nftsw_kt_l2_send(b, BR_A, y, x, 0);
	nftsw_kt_l2_expect(b, 0, y, x, 0);
	for (port = BR_C; port <= BR_OUT; port++) {
		bridge_bond_leave(bond, bridge_port(test, port));
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

	KUNIT_ASSERT_EQ(test, nftsw_kt_master(bridge_port(test, BR_C), NULL), 0);
	bond = bridge_bond_new(test);
	KUNIT_ASSERT_EQ(test, nftsw_kt_master(bond, b->dev), 0);
	bridge_snoops(test);
	/* heard for some minutes: only the others are told */
	KUNIT_ASSERT_EQ(test, nftsw_kt_brport_attr(bond, IFLA_BRPORT_MULTICAST_ROUTER,
						   MDB_RTR_TYPE_TEMP, 1), 0);
	nftsw_kt_br_settle(b);
	for (port = BR_C; port <= BR_OUT; port++)
		bridge_bond_join(test, bond, port);
	msleep(BRIDGE_POLL_MS);
	nftsw_kt_br_settle(b);
	KUNIT_ASSERT_NOT_NULL(test, nftsw_bport_find(b->kt->ns->bridges, bond));
	KUNIT_EXPECT_TRUE(test, nftsw_bport_find(b->kt->ns->bridges, bond)->mrouter);
	/* one that a user has said to be none */
	KUNIT_ASSERT_EQ(test, nftsw_kt_master(bond, NULL), 0);
	for (port = BR_C; port <= BR_OUT; port++)
		bridge_bond_leave(bond, bridge_port(test, port));
	KUNIT_ASSERT_EQ(test, nftsw_kt_master(bond, b->dev), 0);
	KUNIT_ASSERT_EQ(test, nftsw_kt_brport_attr(bond, IFLA_BRPORT_MULTICAST_ROUTER,
						   MDB_RTR_TYPE_DISABLED, 1), 0);
	bridge_bond_join(test, bond, BR_C);
	msleep(BRIDGE_POLL_MS);
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

	KUNIT_ASSERT_EQ(test, nftsw_kt_master(bridge_port(test, BR_C), NULL), 0);
	nftsw_kt_br_settle(b);
	bond = bridge_bond_new(test);
	KUNIT_ASSERT_EQ(test, nftsw_kt_master(bond, b->dev), 0);
	nftsw_kt_br_settle(b);
	nftsw_bm_fault(b->kt->bm, NFM_FAULT_CMD_STATUS, 1000);
	bridge_bond_join(test, bond, BR_C);
	KUNIT_EXPECT_NULL(test, nftsw_bport_find(b->kt->ns->bridges, bond));
	nftsw_bm_fault(b->kt->bm, NFM_FAULT_CMD_STATUS, 0);
	msleep(BRIDGE_POLL_MS);
	nftsw_kt_br_settle(b);
	nftsw_kt_flush(b->kt);
	KUNIT_EXPECT_NOT_NULL(test, nftsw_bport_find(b->kt->ns->bridges, bond));
	bridge_floods(test, BIT(BR_B) | BIT(BR_C));
	nftsw_kt_br_audit(b);
}

/* The driver believes that the bridge has a port which software bridges. */
static void bridge_has_foreign(struct kunit *test, bool foreign)
{
	struct nftsw_kt_br *b = test->priv;
	struct nftsw_bridge *br;

	rtnl_lock();
	br = nftsw_bridge_find(b->kt->ns->bridges, b->dev);
	KUNIT_EXPECT_TRUE(test, br && br->foreign == foreign);
	rtnl_unlock();
}

/* An unknown host may be behind the bond, which is software's: that has it from A, once. */
static void bridge_bond_is_software(struct kunit *test, struct net_device *bond)
{
	struct nftsw_kt_br *b = test->priv;
	unsigned long before = atomic_long_read(&bond->stats.__tx_packets);

	KUNIT_EXPECT_NULL(test, nftsw_bport_find(b->kt->ns->bridges, bond));
	bridge_has_foreign(test, true);
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
		KUNIT_ASSERT_EQ(test, nftsw_kt_master(bridge_port(test, BR_B + i), NULL), 0);
		KUNIT_ASSERT_EQ(test, nftsw_kt_master(bridge_port(test, BR_B + i), br), 0);
		KUNIT_ASSERT_EQ(test, nftsw_kt_vlans(bridge_port(test, BR_B + i), 2,
						     NFTSW_MAX_VID), 0);
	}
	KUNIT_ASSERT_EQ(test, nftsw_kt_br_attr(b->dev, IFLA_BR_VLAN_FILTERING, 1, 1), 0);
	bond = bridge_bond_new(test);
	KUNIT_ASSERT_EQ(test, nftsw_kt_master(bond, b->dev), 0);
	KUNIT_ASSERT_EQ(test, nftsw_kt_vlans(bond, 2, 5), 0);
	nftsw_kt_br_settle(b);
	nftsw_bridge_occ_get(b->kt->ns, &hosts, &before, &i);
	KUNIT_ASSERT_EQ(test, before, NFTSW_MAX_FIDS - 1u - 2);
	bridge_bond_is_software(test, bond);
	bridge_bond_join(test, bond, BR_OUT);
	for (i = 0; i < 2; i++) {
		bridge_bond_is_software(test, bond);
		nftsw_bridge_occ_get(b->kt->ns, &hosts, &fids, &hosts);
		KUNIT_EXPECT_EQ(test, fids, before);
		msleep(BRIDGE_POLL_MS);
	}
	/* two more are wanted */
	KUNIT_ASSERT_EQ(test, nftsw_kt_vlan(bridge_port(test, BR_B), 10, 0, false, false), 0);
	msleep(BRIDGE_POLL_MS);
	bridge_bond_is_software(test, bond);
	KUNIT_ASSERT_EQ(test, nftsw_kt_vlan(bridge_port(test, BR_B), 11, 0, false, false), 0);
	msleep(BRIDGE_POLL_MS);
	nftsw_kt_br_settle(b);
	nftsw_kt_flush(b->kt);
	KUNIT_EXPECT_NOT_NULL(test, nftsw_bport_find(b->kt->ns->bridges, bond));
	bridge_has_foreign(test, false);
	nftsw_bridge_occ_get(b->kt->ns, &hosts, &fids, &hosts);
	KUNIT_EXPECT_EQ(test, fids, NFTSW_MAX_FIDS - 1u);
	bridge_floods(test, BIT(BR_OUT));
	nftsw_kt_br_audit(b);
}

/* It has what the chip cannot do, and then the chip does not answer. */
static void bond_is_bridged_when_the_chip_can(struct kunit *test)
{
	struct nftsw_kt_br *b = test->priv;
	struct net_device *bond;
	u32 i;

	KUNIT_ASSERT_EQ(test, nftsw_kt_master(bridge_port(test, BR_C), NULL), 0);
	bond = bridge_bond_new(test);
	KUNIT_ASSERT_EQ(test, nftsw_kt_master(bond, b->dev), 0);
	KUNIT_ASSERT_EQ(test, nftsw_kt_brport_attr(bond, IFLA_BRPORT_MCAST_TO_UCAST, 1, 1), 0);
	bridge_bond_join(test, bond, BR_C);
	msleep(BRIDGE_POLL_MS);
	nftsw_kt_br_settle(b);
	bridge_bond_is_software(test, bond);
	nftsw_bm_fault(b->kt->bm, NFM_FAULT_CMD_STATUS, 1000);
	KUNIT_ASSERT_EQ(test, nftsw_kt_brport_attr(bond, IFLA_BRPORT_MCAST_TO_UCAST, 0, 1), 0);
	for (i = 0; i < 3; i++) {
		msleep(BRIDGE_POLL_MS);
		rtnl_lock();	/* not while it is being tried */
		KUNIT_EXPECT_NULL(test, nftsw_bport_find(b->kt->ns->bridges, bond));
		rtnl_unlock();
		bridge_has_foreign(test, true);
	}
	nftsw_bm_fault(b->kt->bm, NFM_FAULT_CMD_STATUS, 0);
	msleep(BRIDGE_POLL_MS);
	nftsw_kt_br_settle(b);
	nftsw_kt_flush(b->kt);
	KUNIT_EXPECT_NOT_NULL(test, nftsw_bport_find(b->kt->ns->bridges, bond));
	bridge_has_foreign(test, false);
	bridge_floods(test, BIT(BR_B) | BIT(BR_C));
	nftsw_kt_br_audit(b);
}

/* The only port of its bridge that the chip could have: the driver has no such bridge. */
static void bond_alone_is_bridged_when_the_chip_can(struct kunit *test)
{
	struct nftsw_kt_br *b = test->priv;
	struct net_device *bond, *br = nftsw_kt_br_new(test, "ktbr2", 0);
	u32 i;

	for (i = 0; i < BR_OUT; i++)
		KUNIT_ASSERT_EQ(test, nftsw_kt_master(bridge_port(test, i), NULL), 0);
	bond = bridge_bond_new(test);
	KUNIT_ASSERT_EQ(test, nftsw_kt_master(bond, br), 0);
	KUNIT_ASSERT_EQ(test, nftsw_kt_brport_attr(bond, IFLA_BRPORT_MCAST_TO_UCAST, 1, 1), 0);
	bridge_bond_join(test, bond, BR_C);
	msleep(BRIDGE_POLL_MS);
	KUNIT_EXPECT_NULL(test, nftsw_bport_find(b->kt->ns->bridges, bond));
	KUNIT_EXPECT_TRUE(test, list_empty(&b->kt->ns->bridges->list));
	KUNIT_ASSERT_EQ(test, nftsw_kt_brport_attr(bond, IFLA_BRPORT_MCAST_TO_UCAST, 0, 1), 0);
	msleep(BRIDGE_POLL_MS);
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

	KUNIT_ASSERT_EQ(test, nftsw_kt_master(bridge_port(test, BR_C), NULL), 0);
	bond = bridge_bond_new(test);
	KUNIT_ASSERT_EQ(test, nftsw_kt_master(bond, b->dev), 0);
	bridge_snoops(test);
	KUNIT_ASSERT_EQ(test, nftsw_kt_mdb(b->dev, bond, htonl(BRIDGE_GROUP), 0, true), 0);
	bridge_bond_join(test, bond, BR_C);
	msleep(BRIDGE_POLL_MS);
	nftsw_kt_br_settle(b);
	nftsw_kt_flush(b->kt);
	nftsw_kt_l2_send(b, BR_A, bridge_group_mac, nftsw_kt_host(1), 0);
	nftsw_kt_l2_expect(b, BIT(BR_C), bridge_group_mac, nftsw_kt_host(1), 0);
	nftsw_kt_l2_cpu(b, 0);
	nftsw_kt_br_audit(b);
	/* B keeps the group in the chip */
	KUNIT_ASSERT_EQ(test, nftsw_kt_mdb(b->dev, bridge_port(test, BR_B), htonl(BRIDGE_GROUP), 0,
					   true), 0);
	bridge_bond_leave(bond, bridge_port(test, BR_C));
	nftsw_kt_br_settle(b);
	nftsw_kt_flush(b->kt);
	before = atomic_long_read(&bond->stats.__tx_packets);
	nftsw_kt_l2_send(b, BR_A, bridge_group_mac, nftsw_kt_host(1), 0);
	nftsw_kt_l2_expect(b, BIT(BR_B), bridge_group_mac, nftsw_kt_host(1), 0);
	nftsw_kt_l2_cpu(b, 1);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&bond->stats.__tx_packets), before + 1);
	nftsw_kt_br_audit(b);
}

/* A VLAN of the bond is a port of another bridge. */
static void vlan_device_over_a_bond(struct kunit *test)
{
	struct nftsw_kt_br *b = test->priv;
	const u8 *x = nftsw_kt_host(1), *y = nftsw_kt_host(2);
	struct net_device *bond = bridge_bond(test), *dev;
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
	bridge_bond_leave(bond, bridge_port(test, BR_C));
	bridge_bond_leave(bond, bridge_port(test, BR_OUT));
	nftsw_kt_br_settle(b);
	KUNIT_EXPECT_NULL(test, nftsw_bport_find(b->kt->ns->bridges, dev));
	nftsw_kt_br_audit(b);
}

/* ---- a chip that is reset, or goes ------------------------------------------------ */

static void bridge_reset(struct nftsw_kt_br *b)
{
	devl_lock(b->kt->ns->devlink);
	nftsw_core_down(b->kt->ns);
	KUNIT_EXPECT_EQ(b->kt->test, nftsw_core_up(b->kt->ns), 0);
	devl_unlock(b->kt->ns->devlink);
	nftsw_kt_br_settle(b);
	msleep(BRIDGE_POLL_MS);
	nftsw_kt_br_settle(b);
	nftsw_kt_flush(b->kt);
}

static void reset_and_come_back(struct kunit *test)
{
	struct nftsw_kt_br *b = test->priv;

	bridge_snoops(test);
	KUNIT_ASSERT_EQ(test, nftsw_kt_br_attr(b->dev, IFLA_BR_VLAN_FILTERING, 1, 1), 0);
	KUNIT_ASSERT_EQ(test, nftsw_kt_mdb(b->dev, bridge_port(test, BR_C), htonl(BRIDGE_GROUP),
					   1, true), 0);
	bridge_flag(test, BR_B, IFLA_BRPORT_UNICAST_FLOOD, 0);
	nftsw_kt_flush(b->kt);
	bridge_group_to(test, BIT(BR_C));
	bridge_floods(test, BIT(BR_C));
	bridge_reset(b);
	nftsw_kt_br_audit(b);
	bridge_group_to(test, BIT(BR_C));
	bridge_floods(test, BIT(BR_C));
	nftsw_kt_br_audit(b);
}

/* What is said to a chip that is down is not forgotten. */
static void changes_while_the_chip_is_down(struct kunit *test)
{
	struct nftsw_kt_br *b = test->priv;
	const u8 *x = nftsw_kt_host(1), *y = nftsw_kt_host(2);

	devl_lock(b->kt->ns->devlink);
	nftsw_core_down(b->kt->ns);
	KUNIT_EXPECT_EQ(test, nftsw_kt_master(bridge_port(test, BR_B), NULL), 0);
	KUNIT_EXPECT_EQ(test, nftsw_kt_master(bridge_port(test, BR_OUT), b->dev), 0);
	KUNIT_EXPECT_EQ(test, nftsw_kt_fdb(bridge_port(test, BR_C), y, 0, NUD_NOARP, 0, true),
			0);
	nftsw_kt_br_settle(b);
	KUNIT_EXPECT_EQ(test, nftsw_core_up(b->kt->ns), 0);
	devl_unlock(b->kt->ns->devlink);
	nftsw_kt_br_settle(b);
	msleep(BRIDGE_POLL_MS);
	nftsw_kt_br_settle(b);
	nftsw_kt_flush(b->kt);
	bridge_floods(test, BIT(BR_C) | BIT(BR_OUT));
	nftsw_kt_l2_send(b, BR_A, y, x, 0);
	nftsw_kt_l2_expect(b, BIT(BR_C), y, x, 0);
	nftsw_kt_br_audit(b);
}

/* devlink reload makes the ports anew: they are in no bridge. */
static void ports_are_made_anew(struct kunit *test)
{
	struct nftsw_kt_br *b = test->priv;
	struct ipv6_devconf *conf = init_net.ipv6.devconf_dflt;
	struct nftsw *ns = b->kt->ns;
	int was = conf->disable_ipv6;
	u32 i;

	nftsw_kt_l2_learn(b, BR_A, nftsw_kt_host(1), 0);
	conf->disable_ipv6 = 1;
	devl_lock(ns->devlink);
	ns->reload_down(ns, true);
	KUNIT_EXPECT_TRUE(test, list_empty(&ns->bridges->list));
	KUNIT_EXPECT_EQ(test, ns->reload_up(ns), 0);
	devl_unlock(ns->devlink);
	conf->disable_ipv6 = was;
	for (i = 0; i < BR_OUT; i++) {
		nftsw_kt_up(b->kt, i);
		KUNIT_EXPECT_EQ(test, nftsw_kt_master(bridge_port(test, i), b->dev), 0);
	}
	msleep(BRIDGE_POLL_MS);
	nftsw_kt_br_settle(b);
	nftsw_kt_flush(b->kt);
	bridge_floods(test, BIT(BR_B) | BIT(BR_C));
	nftsw_kt_br_audit(b);
}

/* The fixture looks for what is left. */
static void driver_goes_with_the_bridge_up(struct kunit *test)
{
	struct nftsw_kt_br *b = test->priv;

	nftsw_kt_l2_learn(b, BR_A, nftsw_kt_host(1), 0);
	KUNIT_ASSERT_EQ(test, nftsw_kt_fdb(bridge_port(test, BR_B), nftsw_kt_host(2), 0,
					   NUD_NOARP, 0, true), 0);
	nftsw_kt_remove(b->kt);
	KUNIT_EXPECT_NULL(test, nftsw_kt_where(b, nftsw_kt_host(1), 0));
	KUNIT_EXPECT_EQ(test, nftsw_kt_probe(b->kt), 0);
	KUNIT_EXPECT_EQ(test, nftsw_kt_master(bridge_port(test, BR_A), b->dev), 0);
	nftsw_kt_br_audit(b);
}

static void chip_is_pulled_out(struct kunit *test)
{
	struct nftsw_kt_br *b = test->priv;

	nftsw_kt_l2_learn(b, BR_A, nftsw_kt_host(1), 0);
	nftsw_bm_pull_out(b->kt->bm, true);
	KUNIT_EXPECT_EQ(test, nftsw_kt_master(bridge_port(test, BR_C), NULL), 0);
	KUNIT_EXPECT_EQ(test, nftsw_kt_master(bridge_port(test, BR_OUT), b->dev), 0);
	nftsw_kt_remove(b->kt);
}

/* Commands that fail are repeated until the chip has what it should. */
static void chip_refuses_for_a_while(struct kunit *test)
{
	struct nftsw_kt_br *b = test->priv;

	nftsw_bm_fault(b->kt->bm, NFM_FAULT_CMD_STATUS, 3);
	nftsw_kt_master(bridge_port(test, BR_C), NULL);
	nftsw_kt_br_settle(b);
	nftsw_bm_fault(b->kt->bm, NFM_FAULT_CMD_STATUS, 0);
	msleep(BRIDGE_POLL_MS);
	nftsw_kt_br_settle(b);
	nftsw_kt_flush(b->kt);
	bridge_floods(test, BIT(BR_B));
	nftsw_kt_br_audit(b);
}

/* The bridge takes a port out again that the chip refuses, and there is nobody to tell of that. */
static void port_that_is_refused_is_not_foreign(struct kunit *test)
{
	struct nftsw_kt_br *b = test->priv;

	nftsw_bm_fault(b->kt->bm, NFM_FAULT_CMD_STATUS, 1000);
	KUNIT_EXPECT_LT(test, nftsw_kt_master(bridge_port(test, BR_OUT), b->dev), 0);
	bridge_has_foreign(test, false);
	nftsw_bm_fault(b->kt->bm, NFM_FAULT_CMD_STATUS, 0);
	msleep(BRIDGE_POLL_MS);
	nftsw_kt_br_settle(b);
	nftsw_kt_flush(b->kt);
	bridge_floods(test, BIT(BR_B) | BIT(BR_C));
	nftsw_kt_l2_cpu(b, 0);
	nftsw_kt_br_audit(b);
}

static int bridge_veto(struct notifier_block *nb, unsigned long event, void *ptr)
{
	const struct netdev_notifier_changeupper_info *info = ptr;

	if (event != NETDEV_CHANGEUPPER || !info->linking ||
	    strcmp(netdev_notifier_info_to_dev(ptr)->name, "ktdum"))
		return NOTIFY_DONE;
	return notifier_from_errno(-EBUSY);
}

static void bridge_veto_end(void *nb)
{
	unregister_netdevice_notifier(nb);
}

/* Somebody else refuses a software port that the driver has seen join. */
static void foreign_port_that_is_refused(struct kunit *test)
{
	static struct notifier_block nb = { .notifier_call = bridge_veto, .priority = -1 };
	struct nftsw_kt_br *b = test->priv;
	struct net_device *dummy = nftsw_kt_link_new(test, "ktdum", "dummy", NULL, 0, 0);

	KUNIT_ASSERT_EQ(test, register_netdevice_notifier(&nb), 0);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, bridge_veto_end, &nb), 0);
	KUNIT_EXPECT_EQ(test, nftsw_kt_master(dummy, b->dev), -EBUSY);
	bridge_has_foreign(test, true);
	msleep(BRIDGE_POLL_MS);
	bridge_has_foreign(test, false);
	nftsw_kt_br_settle(b);
	nftsw_kt_flush(b->kt);
	bridge_floods(test, BIT(BR_B) | BIT(BR_C));
	nftsw_kt_l2_cpu(b, 0);
	nftsw_kt_br_audit(b);
}

/* ---- for people ----------------------------------------------------------------------- */

static void bridge_is_shown(struct kunit *test)
{
	struct nftsw_kt_br *b = test->priv;
	struct seq_file m = { .size = PAGE_SIZE };

	m.buf = kunit_kzalloc(test, m.size, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, m.buf);
	nftsw_kt_l2_learn(b, BR_A, nftsw_kt_host(1), 0);
	nftsw_bridge_show(b->kt->ns, &m);
	KUNIT_EXPECT_LT(test, m.count, m.size);
	KUNIT_EXPECT_NOT_NULL(test, strstr(m.buf, "bridge ktbr vlan-unaware age=300000ms"));
	KUNIT_EXPECT_NOT_NULL(test, strstr(m.buf, " learned=1\n"));
	KUNIT_EXPECT_NOT_NULL(test, strstr(m.buf, "hosts "));
	nftsw_kt_br_audit(b);
}

static struct kunit_case bridge_cases[] = {
	KUNIT_CASE(port_leaves_and_joins),
	KUNIT_CASE(last_port_leaves),
	KUNIT_CASE(two_bridges),
	KUNIT_CASE(port_goes_down),
	KUNIT_CASE(bridge_goes),
	KUNIT_CASE(flooding_is_off),
	KUNIT_CASE(isolated_ports),
	KUNIT_CASE(hairpin),
	KUNIT_CASE(multicast_to_unicast_is_refused),
	KUNIT_CASE(addresses_on_ports_are_the_bridges),
	KUNIT_CASE(disabled_port),
	KUNIT_CASE(spanning_tree_of_the_kernel),
	KUNIT_CASE(tree_of_some_vlans),
	KUNIT_CASE(port_joins_a_bridge_with_trees),
	KUNIT_CASE(members_of_a_group),
	KUNIT_CASE(groups_that_share_an_address),
	KUNIT_CASE(cpu_is_a_member),
	KUNIT_CASE(cpu_receives_all_groups),
	KUNIT_CASE(unknown_groups_go_to_routers_alone),
	KUNIT_CASE(snooping_goes_off),
	KUNIT_CASE(groups_with_sources_are_left_to_software),
	KUNIT_CASE(groups_are_marked),
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
	KUNIT_CASE(reset_and_come_back),
	KUNIT_CASE(changes_while_the_chip_is_down),
	KUNIT_CASE(ports_are_made_anew),
	KUNIT_CASE(driver_goes_with_the_bridge_up),
	KUNIT_CASE(chip_is_pulled_out),
	KUNIT_CASE(chip_refuses_for_a_while),
	KUNIT_CASE(port_that_is_refused_is_not_foreign),
	KUNIT_CASE(foreign_port_that_is_refused),
	KUNIT_CASE(bridge_is_shown),
	{}
};

static struct kunit_suite bridge_suite = {
	.name = "nftsw_bridge",
	.init = bridge_init,
	.test_cases = bridge_cases,
};

kunit_test_suite(bridge_suite);

MODULE_DESCRIPTION("KUnit tests of nftsw's bridges");
MODULE_LICENSE("GPL");
