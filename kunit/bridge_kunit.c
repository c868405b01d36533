// SPDX-License-Identifier: GPL-2.0
/*
 * Bridges over ports: who joins and leaves, flags, spanning trees, groups, resets, and a chip
 * that goes.  Floor 11.  Every case ends with chip, driver and bridge compared.
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

static const u8 bridge_group_mac[ETH_ALEN] = { 0x01, 0x00, 0x5e, 0x7f, 0x01, 0x02 };

static int bridge_init(struct kunit *test)
{
	test->priv = nftsw_kt_br_init(test, 0);
	return 0;
}

/* ---- joining and leaving --------------------------------------------------------------- */

static void port_leaves_and_joins(struct kunit *test)
{
	struct nftsw_kt_br *b = test->priv;

	nftsw_kt_l2_floods(test, BIT(BR_B) | BIT(BR_C));
	KUNIT_ASSERT_EQ(test, nftsw_kt_master(nftsw_kt_br_port(test, BR_C), NULL), 0);
	nftsw_kt_br_settle(b);
	nftsw_kt_l2_floods(test, BIT(BR_B));
	nftsw_kt_br_audit(b);
	/* it stands alone now */
	nftsw_kt_l2_send(b, BR_C, nftsw_kt_bcast, nftsw_kt_host(2), 0);
	nftsw_kt_l2_expect(b, 0, nftsw_kt_bcast, nftsw_kt_host(2), 0);
	nftsw_kt_l2_cpu(b, 1);
	KUNIT_ASSERT_EQ(test, nftsw_kt_master(nftsw_kt_br_port(test, BR_C), b->dev), 0);
	nftsw_kt_br_settle(b);
	nftsw_kt_l2_floods(test, BIT(BR_B) | BIT(BR_C));
	nftsw_kt_br_audit(b);
}

static void last_port_leaves(struct kunit *test)
{
	struct nftsw_kt_br *b = test->priv;
	u32 i, hosts, fids, groups;

	nftsw_kt_l2_learn(b, BR_A, nftsw_kt_host(1), 0);
	for (i = 0; i < BR_OUT; i++)
		KUNIT_ASSERT_EQ(test, nftsw_kt_master(nftsw_kt_br_port(test, i), NULL), 0);
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
	KUNIT_ASSERT_EQ(test, nftsw_kt_master(nftsw_kt_br_port(test, BR_C), NULL), 0);
	KUNIT_ASSERT_EQ(test, nftsw_kt_master(nftsw_kt_br_port(test, BR_C), two.dev), 0);
	KUNIT_ASSERT_EQ(test, nftsw_kt_master(nftsw_kt_br_port(test, BR_OUT), two.dev), 0);
	nftsw_kt_br_settle(&two);
	nftsw_kt_flush(b->kt);
	/* the same host in both, at different places */
	nftsw_kt_l2_send(b, BR_A, y, x, 0);
	nftsw_kt_l2_expect(b, BIT(BR_B), y, x, 0);
	nftsw_kt_l2_send(&two, BR_C, y, x, 0);
	nftsw_kt_l2_expect(&two, BIT(BR_OUT), y, x, 0);
	KUNIT_EXPECT_PTR_EQ(test, nftsw_kt_where(b, x, 0), nftsw_kt_br_port(test, BR_A));
	KUNIT_EXPECT_PTR_EQ(test, nftsw_kt_where(&two, x, 1), nftsw_kt_br_port(test, BR_C));
	nftsw_kt_br_audit(b);
}

/* The netdev of a port goes down, and with that its state. */
static void port_goes_down(struct kunit *test)
{
	struct nftsw_kt_br *b = test->priv;
	const u8 *x = nftsw_kt_host(1);

	nftsw_kt_l2_learn(b, BR_B, x, 0);
	KUNIT_ASSERT_EQ(test, nftsw_kt_link_up(nftsw_kt_br_port(test, BR_B), false), 0);
	nftsw_kt_br_settle(b);
	KUNIT_EXPECT_NULL(test, nftsw_kt_where(b, x, 0));
	nftsw_kt_l2_floods(test, BIT(BR_C));
	nftsw_kt_br_audit(b);
	KUNIT_ASSERT_EQ(test, nftsw_kt_link_up(nftsw_kt_br_port(test, BR_B), true), 0);
	nftsw_kt_br_settle(b);
	msleep(NFTSW_KT_BR_POLL_MS);
	nftsw_kt_br_settle(b);
	nftsw_kt_flush(b->kt);
	nftsw_kt_l2_floods(test, BIT(BR_B) | BIT(BR_C));
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

	nftsw_kt_br_flag(test, BR_B, IFLA_BRPORT_UNICAST_FLOOD, 0);
	nftsw_kt_l2_floods(test, BIT(BR_C));
	nftsw_kt_br_flag(test, BR_C, IFLA_BRPORT_BCAST_FLOOD, 0);
	nftsw_kt_l2_send(b, BR_A, nftsw_kt_bcast, x, 0);
	nftsw_kt_l2_expect(b, BIT(BR_B), nftsw_kt_bcast, x, 0);
	nftsw_kt_br_flag(test, BR_B, IFLA_BRPORT_MCAST_FLOOD, 0);
	nftsw_kt_l2_send(b, BR_A, bridge_group_mac, x, 0);
	nftsw_kt_l2_expect(b, BIT(BR_C), bridge_group_mac, x, 0);
	nftsw_kt_br_audit(b);
}

static void isolated_ports(struct kunit *test)
{
	nftsw_kt_br_flag(test, BR_A, IFLA_BRPORT_ISOLATED, 1);
	nftsw_kt_br_flag(test, BR_B, IFLA_BRPORT_ISOLATED, 1);
	nftsw_kt_l2_floods(test, BIT(BR_C));
	nftsw_kt_br_audit(test->priv);
}

static void hairpin(struct kunit *test)
{
	nftsw_kt_br_flag(test, BR_A, IFLA_BRPORT_MODE, 1);
	nftsw_kt_l2_floods(test, BIT(BR_A) | BIT(BR_B) | BIT(BR_C));
	nftsw_kt_br_audit(test->priv);
}

static void multicast_to_unicast_is_refused(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, nftsw_kt_brport_attr(nftsw_kt_br_port(test, BR_A),
						   IFLA_BRPORT_MCAST_TO_UCAST, 1, 1),
			-EOPNOTSUPP);
	KUNIT_EXPECT_TRUE(test, nftsw_kt_said("chip cannot send multicast as unicast"));
	nftsw_kt_l2_floods(test, BIT(BR_B) | BIT(BR_C));
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
		nftsw_kt_br_flag(test, i, IFLA_BRPORT_UNICAST_FLOOD, 0);
		nftsw_kt_br_flag(test, i, IFLA_BRPORT_LEARNING, 0);
	}
	KUNIT_ASSERT_EQ(test, nftsw_kt_fdb(nftsw_kt_br_port(test, BR_C), y, 1, NUD_NOARP, 0, true),
			0);
	nftsw_kt_br_settle(b);
	KUNIT_EXPECT_FALSE(test, nftsw_kt_br_port(test, BR_A)->flags & IFF_PROMISC);
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
	nftsw_kt_br_flag(test, BR_B, IFLA_BRPORT_STATE, BR_STATE_DISABLED);
	KUNIT_EXPECT_NULL(test, nftsw_kt_where(b, y, 0));
	nftsw_kt_l2_floods(test, BIT(BR_C));
	nftsw_kt_l2_send(b, BR_B, x, y, 0);
	nftsw_kt_l2_expect(b, 0, x, y, 0);
	KUNIT_EXPECT_EQ(test, nftsw_bm_reason(b->kt->bm, NFTSW_REASON_STP_DISCARD), 1u);
	nftsw_kt_br_audit(b);
	nftsw_kt_br_flag(test, BR_B, IFLA_BRPORT_STATE, BR_STATE_FORWARDING);
	nftsw_kt_l2_floods(test, BIT(BR_B) | BIT(BR_C));
	nftsw_kt_br_audit(b);
}

/* The kernel's spanning tree: listening, learning, forwarding, 15 s each. */
static void spanning_tree_of_the_kernel(struct kunit *test)
{
	struct nftsw_kt_br *b = test->priv;
	const u8 *x = nftsw_kt_host(1), *y = nftsw_kt_host(2);
	u32 i;

	for (i = 0; i < BR_OUT; i++)
		KUNIT_ASSERT_EQ(test, nftsw_kt_master(nftsw_kt_br_port(test, i), NULL), 0);
	KUNIT_ASSERT_EQ(test, nftsw_kt_br_attr(b->dev, IFLA_BR_STP_STATE, 1, 4), 0);
	for (i = 0; i < BR_OUT; i++)
		KUNIT_ASSERT_EQ(test, nftsw_kt_master(nftsw_kt_br_port(test, i), b->dev), 0);
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
	KUNIT_EXPECT_PTR_EQ(test, nftsw_kt_where(b, y, 0), nftsw_kt_br_port(test, BR_B));
	nftsw_kt_br_audit(b);
	msleep(16000);
	nftsw_kt_br_settle(b);
	nftsw_kt_flush(b->kt);
	nftsw_kt_l2_send(b, BR_B, x, y, 0);
	nftsw_kt_l2_expect(b, BIT(BR_A) | BIT(BR_C), x, y, 0);
	nftsw_kt_br_audit(b);
}

/* ---- groups ---------------------------------------------------------------------------------- */

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

	nftsw_kt_br_snoops(test);
	bridge_group_to(test, BIT(BR_B) | BIT(BR_C));
	KUNIT_ASSERT_EQ(test, nftsw_kt_mdb(b->dev, nftsw_kt_br_port(test, BR_C),
					   htonl(BRIDGE_GROUP), 0, true), 0);
	nftsw_kt_br_settle(b);
	bridge_group_to(test, BIT(BR_C));
	nftsw_bridge_occ_get(b->kt->ns, &hosts, &fids, &groups);
	KUNIT_EXPECT_EQ(test, groups, 1u);
	nftsw_kt_br_audit(b);
	KUNIT_ASSERT_EQ(test, nftsw_kt_mdb(b->dev, nftsw_kt_br_port(test, BR_C),
					   htonl(BRIDGE_GROUP), 0, false), 0);
	nftsw_kt_br_settle(b);
	bridge_group_to(test, BIT(BR_B) | BIT(BR_C));
	nftsw_kt_br_audit(b);
}

/* Two groups with one address: who leaves one is still in the other. */
static void groups_that_share_an_address(struct kunit *test)
{
	struct nftsw_kt_br *b = test->priv;

	nftsw_kt_br_snoops(test);
	KUNIT_ASSERT_EQ(test, nftsw_kt_mdb(b->dev, nftsw_kt_br_port(test, BR_C),
					   htonl(BRIDGE_GROUP), 0, true), 0);
	KUNIT_ASSERT_EQ(test, nftsw_kt_mdb(b->dev, nftsw_kt_br_port(test, BR_C), htonl(BRIDGE_TWIN),
					   0, true), 0);
	KUNIT_ASSERT_EQ(test, nftsw_kt_mdb(b->dev, nftsw_kt_br_port(test, BR_B), htonl(BRIDGE_TWIN),
					   0, true), 0);
	nftsw_kt_br_settle(b);
	bridge_group_to(test, BIT(BR_B) | BIT(BR_C));
	KUNIT_ASSERT_EQ(test, nftsw_kt_mdb(b->dev, nftsw_kt_br_port(test, BR_C), htonl(BRIDGE_TWIN),
					   0, false), 0);
	KUNIT_ASSERT_EQ(test, nftsw_kt_mdb(b->dev, nftsw_kt_br_port(test, BR_B), htonl(BRIDGE_TWIN),
					   0, false), 0);
	nftsw_kt_br_settle(b);
	bridge_group_to(test, BIT(BR_C));
	nftsw_kt_br_audit(b);
}

static void cpu_is_a_member(struct kunit *test)
{
	struct nftsw_kt_br *b = test->priv;

	nftsw_kt_br_snoops(test);
	KUNIT_ASSERT_EQ(test, nftsw_kt_mdb(b->dev, nftsw_kt_br_port(test, BR_C),
					   htonl(BRIDGE_GROUP), 0, true), 0);
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

	nftsw_kt_br_snoops(test);
	KUNIT_ASSERT_EQ(test, nftsw_kt_mdb(b->dev, nftsw_kt_br_port(test, BR_C),
					   htonl(BRIDGE_GROUP), 0, true), 0);
	for (on = 0; on < 2; on++) {
		nftsw_kt_br_settle(b);
		nftsw_kt_flush(b->kt);
		nftsw_kt_l2_send(b, BR_A, bridge_group_mac, nftsw_kt_host(1), 0);
		nftsw_kt_l2_cpu(b, on);
		nftsw_kt_br_audit(b);
		rtnl_lock();
		KUNIT_EXPECT_EQ(test, dev_set_allmulti(b->dev, on ? -1 : 1), 0);
		rtnl_unlock();
		msleep(NFTSW_KT_BR_POLL_MS);
	}
}

static void unknown_groups_go_to_routers_alone(struct kunit *test)
{
	struct nftsw_kt_br *b = test->priv;

	nftsw_kt_br_snoops(test);
	bridge_group_to(test, BIT(BR_B) | BIT(BR_C));
	nftsw_kt_br_flag(test, BR_B, IFLA_BRPORT_MULTICAST_ROUTER, MDB_RTR_TYPE_PERM);
	nftsw_kt_br_queries(b);
	bridge_group_to(test, BIT(BR_B));
	nftsw_kt_br_audit(b);
	KUNIT_ASSERT_EQ(test, nftsw_kt_br_attr(b->dev, IFLA_BR_MCAST_QUERIER, 0, 1), 0);
	msleep(NFTSW_KT_BR_POLL_MS);
	nftsw_kt_br_settle(b);
	nftsw_kt_flush(b->kt);
	bridge_group_to(test, BIT(BR_B) | BIT(BR_C));
	nftsw_kt_br_audit(b);
}

static void snooping_goes_off(struct kunit *test)
{
	struct nftsw_kt_br *b = test->priv;

	nftsw_kt_br_snoops(test);
	KUNIT_ASSERT_EQ(test, nftsw_kt_mdb(b->dev, nftsw_kt_br_port(test, BR_C),
					   htonl(BRIDGE_GROUP), 0, true), 0);
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

	nftsw_kt_br_snoops(test);
	KUNIT_ASSERT_EQ(test, nftsw_kt_mdb(b->dev, nftsw_kt_br_port(test, BR_C),
					   htonl(BRIDGE_GROUP), 0, true), 0);
	nftsw_kt_br_settle(b);
	bridge_group_to(test, BIT(BR_C));
	KUNIT_ASSERT_EQ(test, nftsw_kt_br_attr(b->dev, IFLA_BR_MCAST_IGMP_VERSION, 3, 1), 0);
	msleep(NFTSW_KT_BR_POLL_MS);
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
	msleep(NFTSW_KT_BR_POLL_MS);
	nftsw_kt_br_settle(b);
	nftsw_kt_flush(b->kt);
	bridge_group_to(test, BIT(BR_C));
	nftsw_kt_br_audit(b);
}

/* The bridge shows what the chip forwards by its members, and nothing else. */
static void groups_are_marked(struct kunit *test)
{
	struct nftsw_kt_br *b = test->priv;

	nftsw_kt_br_snoops(test);
	KUNIT_ASSERT_EQ(test, nftsw_kt_mdb(b->dev, nftsw_kt_br_port(test, BR_C),
					   htonl(BRIDGE_GROUP), 0, true), 0);
	nftsw_kt_br_settle(b);
	KUNIT_EXPECT_EQ(test, nftsw_kt_mdb_offloaded(b->dev, htonl(BRIDGE_GROUP), 0), 1);
	KUNIT_ASSERT_EQ(test, nftsw_kt_br_attr(b->dev, IFLA_BR_MCAST_IGMP_VERSION, 3, 1), 0);
	msleep(NFTSW_KT_BR_POLL_MS);
	nftsw_kt_br_settle(b);
	KUNIT_ASSERT_EQ(test, nftsw_kt_mdb(b->dev, nftsw_kt_br_port(test, BR_B),
					   htonl(BRIDGE_GROUP + 1), 0, true), 0);
	nftsw_kt_br_settle(b);
	KUNIT_EXPECT_EQ(test, nftsw_kt_mdb_offloaded(b->dev, htonl(BRIDGE_GROUP + 1), 0), 0);
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
	msleep(NFTSW_KT_BR_POLL_MS);
	nftsw_kt_br_settle(b);
	nftsw_kt_flush(b->kt);
}

static void reset_and_come_back(struct kunit *test)
{
	struct nftsw_kt_br *b = test->priv;

	nftsw_kt_br_snoops(test);
	KUNIT_ASSERT_EQ(test, nftsw_kt_br_attr(b->dev, IFLA_BR_VLAN_FILTERING, 1, 1), 0);
	KUNIT_ASSERT_EQ(test, nftsw_kt_mdb(b->dev, nftsw_kt_br_port(test, BR_C),
					   htonl(BRIDGE_GROUP), 1, true), 0);
	nftsw_kt_br_flag(test, BR_B, IFLA_BRPORT_UNICAST_FLOOD, 0);
	nftsw_kt_flush(b->kt);
	bridge_group_to(test, BIT(BR_C));
	nftsw_kt_l2_floods(test, BIT(BR_C));
	bridge_reset(b);
	nftsw_kt_br_audit(b);
	bridge_group_to(test, BIT(BR_C));
	nftsw_kt_l2_floods(test, BIT(BR_C));
	nftsw_kt_br_audit(b);
}

/* What is said to a chip that is down is not forgotten. */
static void changes_while_the_chip_is_down(struct kunit *test)
{
	struct nftsw_kt_br *b = test->priv;
	const u8 *x = nftsw_kt_host(1), *y = nftsw_kt_host(2);

	devl_lock(b->kt->ns->devlink);
	nftsw_core_down(b->kt->ns);
	KUNIT_EXPECT_EQ(test, nftsw_kt_master(nftsw_kt_br_port(test, BR_B), NULL), 0);
	KUNIT_EXPECT_EQ(test, nftsw_kt_master(nftsw_kt_br_port(test, BR_OUT), b->dev), 0);
	KUNIT_EXPECT_EQ(test, nftsw_kt_fdb(nftsw_kt_br_port(test, BR_C), y, 0, NUD_NOARP, 0, true),
			0);
	nftsw_kt_br_settle(b);
	KUNIT_EXPECT_EQ(test, nftsw_core_up(b->kt->ns), 0);
	devl_unlock(b->kt->ns->devlink);
	nftsw_kt_br_settle(b);
	msleep(NFTSW_KT_BR_POLL_MS);
	nftsw_kt_br_settle(b);
	nftsw_kt_flush(b->kt);
	nftsw_kt_l2_floods(test, BIT(BR_C) | BIT(BR_OUT));
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
		KUNIT_EXPECT_EQ(test, nftsw_kt_master(nftsw_kt_br_port(test, i), b->dev), 0);
	}
	msleep(NFTSW_KT_BR_POLL_MS);
	nftsw_kt_br_settle(b);
	nftsw_kt_flush(b->kt);
	nftsw_kt_l2_floods(test, BIT(BR_B) | BIT(BR_C));
	nftsw_kt_br_audit(b);
}

/* The fixture looks for what is left. */
static void driver_goes_with_the_bridge_up(struct kunit *test)
{
	struct nftsw_kt_br *b = test->priv;

	nftsw_kt_l2_learn(b, BR_A, nftsw_kt_host(1), 0);
	KUNIT_ASSERT_EQ(test, nftsw_kt_fdb(nftsw_kt_br_port(test, BR_B), nftsw_kt_host(2), 0,
					   NUD_NOARP, 0, true), 0);
	nftsw_kt_remove(b->kt);
	KUNIT_EXPECT_NULL(test, nftsw_kt_where(b, nftsw_kt_host(1), 0));
	KUNIT_EXPECT_EQ(test, nftsw_kt_probe(b->kt), 0);
	KUNIT_EXPECT_EQ(test, nftsw_kt_master(nftsw_kt_br_port(test, BR_A), b->dev), 0);
	nftsw_kt_br_audit(b);
}

static void chip_is_pulled_out(struct kunit *test)
{
	struct nftsw_kt_br *b = test->priv;

	nftsw_kt_l2_learn(b, BR_A, nftsw_kt_host(1), 0);
	nftsw_bm_pull_out(b->kt->bm, true);
	KUNIT_EXPECT_EQ(test, nftsw_kt_master(nftsw_kt_br_port(test, BR_C), NULL), 0);
	KUNIT_EXPECT_EQ(test, nftsw_kt_master(nftsw_kt_br_port(test, BR_OUT), b->dev), 0);
	nftsw_kt_remove(b->kt);
}

/* Commands that fail are repeated until the chip has what it should. */
static void chip_refuses_for_a_while(struct kunit *test)
{
	struct nftsw_kt_br *b = test->priv;

	nftsw_bm_fault(b->kt->bm, NFM_FAULT_CMD_STATUS, 3);
	nftsw_kt_master(nftsw_kt_br_port(test, BR_C), NULL);
	nftsw_kt_br_settle(b);
	nftsw_bm_fault(b->kt->bm, NFM_FAULT_CMD_STATUS, 0);
	msleep(NFTSW_KT_BR_POLL_MS);
	nftsw_kt_br_settle(b);
	nftsw_kt_flush(b->kt);
	nftsw_kt_l2_floods(test, BIT(BR_B));
	nftsw_kt_br_audit(b);
}

/* The bridge takes a port out again that the chip refuses, and there is nobody to tell of that. */
static void port_that_is_refused_is_not_foreign(struct kunit *test)
{
	struct nftsw_kt_br *b = test->priv;

	nftsw_bm_fault(b->kt->bm, NFM_FAULT_CMD_STATUS, 1000);
	KUNIT_EXPECT_LT(test, nftsw_kt_master(nftsw_kt_br_port(test, BR_OUT), b->dev), 0);
	nftsw_kt_br_foreign(test, false);
	nftsw_bm_fault(b->kt->bm, NFM_FAULT_CMD_STATUS, 0);
	msleep(NFTSW_KT_BR_POLL_MS);
	nftsw_kt_br_settle(b);
	nftsw_kt_flush(b->kt);
	nftsw_kt_l2_floods(test, BIT(BR_B) | BIT(BR_C));
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
	nftsw_kt_br_foreign(test, true);
	msleep(NFTSW_KT_BR_POLL_MS);
	nftsw_kt_br_foreign(test, false);
	nftsw_kt_br_settle(b);
	nftsw_kt_flush(b->kt);
	nftsw_kt_l2_floods(test, BIT(BR_B) | BIT(BR_C));
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
	KUNIT_CASE(members_of_a_group),
	KUNIT_CASE(groups_that_share_an_address),
	KUNIT_CASE(cpu_is_a_member),
	KUNIT_CASE(cpu_receives_all_groups),
	KUNIT_CASE(unknown_groups_go_to_routers_alone),
	KUNIT_CASE(snooping_goes_off),
	KUNIT_CASE(groups_with_sources_are_left_to_software),
	KUNIT_CASE(groups_are_marked),
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
