// SPDX-License-Identifier: GPL-2.0
/*
 * Which flows are in a VLAN, when something is said of one: as topo_kunit.c.  Floor 11.
 */

#include <linux/delay.h>
#include <linux/if_bridge.h>
#include "nftsw_kt_bridge.h"
#include "nftsw_kt_topo.h"

/* ---- hosts --------------------------------------------------------------------- */

/* The connection is there once more. */
static void topo_again(struct kunit *test)
{
	nftsw_kt_topo_rest(test);
	nftsw_kt_off_add(test);
}

/* A router may have one address in all its VLANs.  What is told of one says nothing of another. */
static void host_of_another_vlan_is_another_host(struct kunit *test)
{
	struct nftsw_kt_off *ctx = test->priv;
	const u8 *mac = ctx->conn.client.mac;
	struct net_device *lan, *other;

	nftsw_kt_end_encap(&ctx->conn.client, ETH_P_8021Q, 100);
	nftsw_kt_topo_filtered(test, 100);
	lan = nftsw_kt_topo_port(test, NFTSW_KT_LAN);
	other = nftsw_kt_topo_port(test, NFTSW_KT_OTHER);
	nftsw_kt_topo_fdb(lan, mac, 1, false, false);
	nftsw_kt_topo_fdb(other, mac, 1, true, false);
	nftsw_kt_topo_expect(test, 2, 0, NFTSW_FLOW_EVENT_STALE_FDB);
	nftsw_kt_topo_fdb(other, mac, 100, true, false);
	nftsw_kt_topo_fdb(lan, mac, 1, true, false);
	nftsw_kt_topo_expect(test, 0, 2, NFTSW_FLOW_EVENT_STALE_FDB);
	topo_again(test);
	msleep(NFTSW_KT_TOPO_LATER_MS);
	nftsw_kt_topo_expect(test, 0, 4, NFTSW_FLOW_EVENT_STALE_FDB);
}

/* The same with ports that tag nothing: the bridge knows which of them are in a VLAN. */
static void host_of_another_access_port_is_another_host(struct kunit *test)
{
	struct nftsw_kt_off *ctx = test->priv;
	const u8 *mac = ctx->conn.client.mac;
	struct net_device *other;

	nftsw_kt_topo_filtered(test, 0);
	other = nftsw_kt_topo_port(test, NFTSW_KT_OTHER);
	KUNIT_ASSERT_EQ(test, nftsw_kt_vlan(other, 20, 0, true, false), 0);
	nftsw_kt_topo_fdb(other, mac, 20, true, false);
	nftsw_kt_topo_fdb(other, mac, 20, false, false);
	nftsw_kt_topo_expect(test, 2, 0, NFTSW_FLOW_EVENT_STALE_FDB);
	nftsw_kt_topo_fdb(other, mac, 1, true, false);
	nftsw_kt_topo_expect(test, 0, 2, NFTSW_FLOW_EVENT_STALE_FDB);
}

/* A bridge has said something of a host, and the connection is gone: the @th time. */
static void topo_lost(struct kunit *test, u32 th)
{
	struct nftsw_kt_off *ctx = test->priv;

	nftsw_kt_topo_settle(test);
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_count(test), 0u);
	KUNIT_EXPECT_EQ(test, nftsw_kt_flow_events(ctx->kt, NFTSW_FLOW_EVENT_STALE_FDB), 2ull * th);
}

static void topo_forget(struct kunit *test, struct net_device *dev, u16 vid, u32 th)
{
	struct nftsw_kt_off *ctx = test->priv;

	topo_again(test);
	nftsw_kt_topo_fdb(dev, ctx->conn.client.mac, vid, false, false);
	topo_lost(test, th);
}

/*
 * Inside a provider's tag, and behind a port that takes it off, are tags of the customers; a bridge
 * that does not filter takes no notice of tags.
 */
static void host_has_a_tag_of_a_customer(struct kunit *test)
{
	struct nftsw_kt_off *ctx = test->priv;
	struct net_device *br, *lan;

	nftsw_kt_end_encap(&ctx->conn.client, ETH_P_8021Q, 200);
	br = nftsw_kt_topo_filtered(test, 100);
	lan = nftsw_kt_topo_port(test, NFTSW_KT_LAN);
	nftsw_kt_topo_fdb(lan, ctx->conn.client.mac, 1, false, false);
	nftsw_kt_topo_expect(test, 0, 2, NFTSW_FLOW_EVENT_STALE_FDB);
	KUNIT_ASSERT_EQ(test, nftsw_kt_vlan(lan, 200, 0, true, false), 0);
	topo_again(test);
	nftsw_kt_topo_fdb(lan, ctx->conn.client.mac, 1, false, false);
	nftsw_kt_topo_expect(test, 2, 2, NFTSW_FLOW_EVENT_STALE_FDB);
	KUNIT_ASSERT_EQ(test, nftsw_kt_vlan(lan, 200, BRIDGE_VLAN_INFO_UNTAGGED, true, false), 0);
	topo_forget(test, lan, 1, 2);
	KUNIT_ASSERT_EQ(test, nftsw_kt_vlan(lan, 200, 0, true, false), 0);
	KUNIT_ASSERT_EQ(test, nftsw_kt_br_attr(br, IFLA_BR_VLAN_FILTERING, 0, 1), 0);
	topo_forget(test, lan, 1, 3);
	KUNIT_ASSERT_EQ(test, nftsw_kt_br_attr(br, IFLA_BR_VLAN_FILTERING, 1, 1), 0);
	KUNIT_ASSERT_EQ(test, nftsw_kt_br_attr(br, IFLA_BR_VLAN_PROTOCOL,
					       (__force u16)htons(ETH_P_8021AD), 2), 0);
	topo_forget(test, lan, 1, 4);
	topo_again(test);
	nftsw_kt_topo_vlan(test, lan, 100, false);
	nftsw_kt_topo_settle(test);
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_count(test), 0u);
}

/* ---- VLAN devices of the ports --------------------------------------------------- */

/* A VLAN device over @dev, up. */
static struct net_device *topo_vlan_over(struct kunit *test, struct net_device *dev, u16 vid)
{
	struct net_device *vlan;
	char name[IFNAMSIZ];

	snprintf(name, sizeof(name), "kttopo.%u", vid);
	vlan = nftsw_kt_link_new(test, name, "vlan", dev, vid, ETH_P_8021Q);
	KUNIT_ASSERT_EQ(test, nftsw_kt_link_up(vlan, true), 0);
	return vlan;
}

/* LAN is in a bridge that filters, and @vlan, if any, is another port of it, in VLAN 10. */
static struct net_device *topo_vlan_bridge(struct kunit *test, struct net_device *vlan)
{
	struct net_device *br = nftsw_kt_br_new(test, "kttopobr", BR_KT_AWARE);

	nftsw_kt_topo_filter(test, br, nftsw_kt_topo_port(test, NFTSW_KT_LAN), 0);
	if (vlan) {
		nftsw_kt_topo_filter(test, br, vlan, 0);
		KUNIT_ASSERT_EQ(test, nftsw_kt_vlan(vlan, 10, BRIDGE_VLAN_INFO_PVID |
						    BRIDGE_VLAN_INFO_UNTAGGED, true, false), 0);
	}
	msleep(NFTSW_KT_TOPO_LINK_MS);
	return br;
}

/* The port is not in that VLAN; then it knows the tag, which the device takes before the bridge. */
static void host_is_behind_a_vlan_device_beside_its_port(struct kunit *test)
{
	struct net_device *lan = nftsw_kt_topo_port(test, NFTSW_KT_LAN);
	struct net_device *vlan = topo_vlan_over(test, lan, 100);
	struct nftsw_kt_off *ctx = test->priv;

	topo_vlan_bridge(test, vlan);
	nftsw_kt_end_encap(&ctx->conn.client, ETH_P_8021Q, 100);
	topo_forget(test, vlan, 10, 1);
	KUNIT_ASSERT_EQ(test, nftsw_kt_vlan(lan, 100, 0, true, false), 0);
	topo_forget(test, vlan, 10, 2);
	KUNIT_ASSERT_EQ(test, nftsw_kt_vlan(lan, 10, 0, true, false), 0);
	topo_again(test);
	nftsw_kt_topo_fdb(lan, ctx->conn.client.mac, 10, true, false);
	topo_lost(test, 3);
	topo_again(test);
	nftsw_kt_topo_vlan(test, vlan, 10, false);
	nftsw_kt_topo_settle(test);
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_count(test), 0u);
}

/* Where the device is, whose tag is another, it is not. */
static void host_is_at_a_port_beside_its_vlan_device(struct kunit *test)
{
	struct net_device *lan = nftsw_kt_topo_port(test, NFTSW_KT_LAN);
	struct net_device *vlan = topo_vlan_over(test, lan, 100);
	struct nftsw_kt_off *ctx = test->priv;

	topo_vlan_bridge(test, vlan);
	KUNIT_ASSERT_EQ(test, nftsw_kt_vlan(lan, 10, 0, true, false), 0);
	topo_again(test);
	nftsw_kt_topo_fdb(lan, ctx->conn.client.mac, 1, true, false);
	nftsw_kt_topo_expect(test, 2, 0, NFTSW_FLOW_EVENT_STALE_FDB);
	nftsw_kt_topo_fdb(vlan, ctx->conn.client.mac, 1, true, false);
	topo_lost(test, 1);
	nftsw_kt_end_encap(&ctx->conn.client, ETH_P_8021Q, 10);
	topo_again(test);
	nftsw_kt_topo_fdb(lan, ctx->conn.client.mac, 10, true, false);
	nftsw_kt_topo_settle(test);
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_count(test), 2u);
	nftsw_kt_topo_fdb(vlan, ctx->conn.client.mac, 10, true, false);
	topo_lost(test, 2);
}

/* The device routes by itself: what is said in the bridge of its port is none of its business. */
static void vlan_device_is_in_no_bridge(struct kunit *test)
{
	struct net_device *lan = nftsw_kt_topo_port(test, NFTSW_KT_LAN);
	struct nftsw_kt_off *ctx = test->priv;

	topo_vlan_over(test, lan, 100);
	topo_vlan_bridge(test, NULL);
	nftsw_kt_end_encap(&ctx->conn.client, ETH_P_8021Q, 100);
	topo_again(test);
	nftsw_kt_topo_fdb(lan, ctx->conn.client.mac, 1, false, false);
	nftsw_kt_topo_expect(test, 2, 0, NFTSW_FLOW_EVENT_STALE_FDB);
	nftsw_kt_topo_vlan(test, lan, 1, false);
	nftsw_kt_topo_expect(test, 2, 0, NFTSW_FLOW_EVENT_STALE_VLAN);
}

/* It takes its tag from the bridge of the port, and no other. */
static void vlan_device_comes(struct kunit *test)
{
	struct net_device *lan = nftsw_kt_topo_port(test, NFTSW_KT_LAN);
	struct nftsw_kt_off *ctx = test->priv;

	nftsw_kt_end_encap(&ctx->conn.client, ETH_P_8021Q, 100);
	nftsw_kt_topo_filtered(test, 100);
	topo_vlan_over(test, lan, 200);
	nftsw_kt_topo_expect(test, 2, 0, NFTSW_FLOW_EVENT_STALE_VLAN);
	topo_vlan_over(test, lan, 100);
	nftsw_kt_topo_expect(test, 0, 2, NFTSW_FLOW_EVENT_STALE_VLAN);
}

/* ---- VLAN devices above the bridge ----------------------------------------------- */

static void mtu_of_a_vlan_of_the_bridge_counts(struct kunit *test)
{
	struct nftsw_kt_off *ctx = test->priv;
	struct net_device *br, *other, *own;

	nftsw_kt_end_encap(&ctx->conn.client, ETH_P_8021Q, 100);
	br = nftsw_kt_topo_filtered(test, 100);
	other = topo_vlan_over(test, br, 10);
	own = topo_vlan_over(test, br, 100);
	KUNIT_EXPECT_EQ(test, nftsw_kt_link_mtu(other, 1400), 0);
	nftsw_kt_topo_expect(test, 2, 0, NFTSW_FLOW_EVENT_STALE_MTU);
	KUNIT_EXPECT_EQ(test, nftsw_kt_link_mtu(own, 1400), 0);
	nftsw_kt_topo_expect(test, 0, 2, NFTSW_FLOW_EVENT_STALE_MTU);
}

/* The tag on the wire is another one than that of the VLAN. */
static void mtu_of_a_vlan_behind_a_vlan_device_counts(struct kunit *test)
{
	struct net_device *lan = nftsw_kt_topo_port(test, NFTSW_KT_LAN);
	struct net_device *br = topo_vlan_bridge(test, topo_vlan_over(test, lan, 100));
	struct net_device *top = topo_vlan_over(test, br, 10);
	struct nftsw_kt_off *ctx = test->priv;

	nftsw_kt_end_encap(&ctx->conn.client, ETH_P_8021Q, 100);
	topo_again(test);
	KUNIT_EXPECT_EQ(test, nftsw_kt_link_mtu(top, 1400), 0);
	nftsw_kt_topo_expect(test, 0, 2, NFTSW_FLOW_EVENT_STALE_MTU);
	topo_again(test);
	KUNIT_ASSERT_EQ(test, nftsw_kt_link_up(top, false), 0);
	nftsw_kt_topo_settle(test);
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_count(test), 0u);
	topo_again(test);
	kunit_release_action(test, nftsw_kt_link_free, (void *)(long)top->ifindex);
	nftsw_kt_topo_settle(test);
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_count(test), 0u);
}

/* ---- ports and devices --------------------------------------------------------- */

/* Tagged flows of other VLANs stay, untagged ones may be of any. */
static void port_leaves_a_vlan(struct kunit *test)
{
	struct nftsw_kt_off *ctx = test->priv;

	nftsw_kt_end_encap(&ctx->conn.client, ETH_P_8021Q, 100);
	nftsw_kt_topo_filtered(test, 100);
	nftsw_kt_topo_vlan(test, nftsw_kt_topo_port(test, NFTSW_KT_LAN), 200, false);
	nftsw_kt_topo_vlan(test, nftsw_kt_topo_port(test, NFTSW_KT_OTHER), 100, false);
	nftsw_kt_topo_expect(test, 2, 0, NFTSW_FLOW_EVENT_STALE_VLAN);
	nftsw_kt_topo_vlan(test, nftsw_kt_topo_port(test, NFTSW_KT_LAN), 100, false);
	nftsw_kt_topo_expect(test, 0, 2, NFTSW_FLOW_EVENT_STALE_VLAN);
}

/* Only its own VLAN's flows, whether it goes down or altogether. */
static void vlan_device_goes(struct kunit *test)
{
	struct net_device *lan = nftsw_kt_topo_port(test, NFTSW_KT_LAN);
	struct net_device *vlan = topo_vlan_over(test, lan, 100);
	struct nftsw_kt_off *ctx = test->priv;
	struct net_device *other = topo_vlan_over(test, lan, 200);

	nftsw_kt_topo_rest(test);
	nftsw_kt_end_encap(&ctx->conn.client, ETH_P_8021Q, 100);
	nftsw_kt_off_add(test);
	KUNIT_ASSERT_EQ(test, nftsw_kt_link_up(other, false), 0);
	nftsw_kt_topo_expect(test, 2, 0, NFTSW_FLOW_EVENT_STALE_VLAN);
	KUNIT_ASSERT_EQ(test, nftsw_kt_link_up(vlan, false), 0);
	nftsw_kt_topo_expect(test, 0, 2, NFTSW_FLOW_EVENT_STALE_VLAN);
	topo_again(test);
	kunit_release_action(test, nftsw_kt_link_free, (void *)(long)other->ifindex);
	nftsw_kt_topo_expect(test, 2, 2, NFTSW_FLOW_EVENT_STALE_VLAN);
	kunit_release_action(test, nftsw_kt_link_free, (void *)(long)vlan->ifindex);
	nftsw_kt_topo_expect(test, 0, 4, NFTSW_FLOW_EVENT_STALE_VLAN);
}

static struct kunit_case topo_vlan_cases[] = {
	KUNIT_CASE(host_of_another_vlan_is_another_host),
	KUNIT_CASE(host_of_another_access_port_is_another_host),
	KUNIT_CASE(host_has_a_tag_of_a_customer),
	KUNIT_CASE(host_is_behind_a_vlan_device_beside_its_port),
	KUNIT_CASE(host_is_at_a_port_beside_its_vlan_device),
	KUNIT_CASE(vlan_device_is_in_no_bridge),
	KUNIT_CASE(vlan_device_comes),
	KUNIT_CASE(mtu_of_a_vlan_of_the_bridge_counts),
	KUNIT_CASE(mtu_of_a_vlan_behind_a_vlan_device_counts),
	KUNIT_CASE(port_leaves_a_vlan),
	KUNIT_CASE(vlan_device_goes),
	{}
};

static struct kunit_suite topo_vlan_suite = {
	.name = "nftsw_topo_vlan",
	.init = nftsw_kt_topo_init,
	.exit = nftsw_kt_off_exit,
	.test_cases = topo_vlan_cases,
};

kunit_test_suite(topo_vlan_suite);

MODULE_DESCRIPTION("KUnit tests of which of nftsw's flows are in a VLAN that something is said of");
MODULE_LICENSE("GPL");
