// SPDX-License-Identifier: GPL-2.0
/*
 * Bridges above the ports change, and the hosts and VLANs that they tell of: as topo_kunit.c.
 * Floor 11.
 */

#include <linux/delay.h>
#include <linux/etherdevice.h>
#include <linux/if_bridge.h>
#include <linux/rtnetlink.h>
#include <net/neighbour.h>
#include <net/switchdev.h>
#include "nftsw_kt_bond.h"
#include "nftsw_kt_bridge.h"
#include "nftsw_kt_topo.h"

/* ---- bridge ports -------------------------------------------------------------- */

static void topo_fdb(struct net_device *dev, const u8 *mac, bool add, bool local)
{
	nftsw_kt_topo_fdb(dev, mac, 1, add, local);
}

/* LAN and OTHER are ports of a bridge; the connection is offloaded. */
static struct net_device *topo_bridged(struct kunit *test)
{
	struct net_device *br = nftsw_kt_topo_dev(test, true, 0x02b0b0b0b0b0ull);

	nftsw_kt_topo_link(test, nftsw_kt_topo_port(test, NFTSW_KT_LAN), br);
	nftsw_kt_topo_link(test, nftsw_kt_topo_port(test, NFTSW_KT_OTHER), br);
	msleep(NFTSW_KT_TOPO_LINK_MS);
	nftsw_kt_topo_rest(test);
	nftsw_kt_off_add(test);
	return br;
}

/* The port had it before it came into the bridge, where the same host is asked for again. */
static void neighbour_of_a_bridge_port_fails(struct kunit *test)
{
	struct net_device *lan = nftsw_kt_topo_port(test, NFTSW_KT_LAN);
	struct nftsw_kt_off *ctx = test->priv;
	struct nftsw_kt_end *client = &ctx->conn.client;

	nftsw_kt_topo_neigh_set(test, lan, client, client->mac, NUD_REACHABLE);
	nftsw_kt_topo_settle(test);
	topo_bridged(test);
	nftsw_kt_topo_neigh_set(test, lan, client, NULL, NUD_FAILED);
	nftsw_kt_topo_rest(test);
	nftsw_kt_topo_expect(test, 2, 0, NFTSW_FLOW_EVENT_STALE_NEIGH);
}

/* The same of a bond, which marks its ports so. */
static void neighbour_of_a_lag_port_fails(struct kunit *test)
{
	struct net_device *lan = nftsw_kt_topo_port(test, NFTSW_KT_LAN);
	struct nftsw_kt_off *ctx = test->priv;
	struct nftsw_kt_end *client = &ctx->conn.client;

	nftsw_kt_topo_neigh_set(test, lan, client, client->mac, NUD_REACHABLE);
	nftsw_kt_topo_settle(test);
	nftsw_kt_off_add(test);
	lan->flags |= IFF_SLAVE;
	lan->priv_flags |= IFF_BONDING;
	nftsw_kt_topo_neigh_set(test, lan, client, NULL, NUD_FAILED);
	nftsw_kt_topo_rest(test);
	lan->flags &= ~IFF_SLAVE;
	lan->priv_flags &= ~IFF_BONDING;
	nftsw_kt_topo_expect(test, 2, 0, NFTSW_FLOW_EVENT_STALE_NEIGH);
}

static void host_moves_to_another_port(struct kunit *test)
{
	struct nftsw_kt_off *ctx = test->priv;
	const u8 *mac = ctx->conn.client.mac;

	topo_bridged(test);
	topo_fdb(nftsw_kt_topo_port(test, NFTSW_KT_LAN), mac, true, false);
	topo_fdb(nftsw_kt_topo_port(test, NFTSW_KT_OTHER), nftsw_kt_topo_mac, true, false);
	topo_fdb(nftsw_kt_topo_port(test, NFTSW_KT_WAN), mac, true, false); /* in no bridge */
	topo_fdb(nftsw_kt_topo_port(test, NFTSW_KT_OTHER), mac, true, true);
	nftsw_kt_topo_expect(test, 2, 0, NFTSW_FLOW_EVENT_STALE_FDB);
	topo_fdb(nftsw_kt_topo_port(test, NFTSW_KT_OTHER), mac, true, false);
	nftsw_kt_topo_expect(test, 0, 2, NFTSW_FLOW_EVENT_STALE_FDB);
	nftsw_kt_expect_trap(ctx->kt, &ctx->conn, NFTSW_KT_REPLY);
}

/* Before flows to it through its former port are looked for again, a host is back there. */
static void host_is_back_at_its_port(struct kunit *test)
{
	struct nftsw_kt_off *ctx = test->priv;
	const u8 *mac = ctx->conn.client.mac;

	topo_bridged(test);
	topo_fdb(nftsw_kt_topo_port(test, NFTSW_KT_OTHER), mac, true, false);
	nftsw_kt_topo_expect(test, 0, 2, NFTSW_FLOW_EVENT_STALE_FDB);
	topo_fdb(nftsw_kt_topo_port(test, NFTSW_KT_LAN), mac, true, false);
	nftsw_kt_topo_rest(test);
	nftsw_kt_off_add(test);
	msleep(NFTSW_KT_TOPO_LATER_MS);
	nftsw_kt_topo_expect(test, 2, 2, NFTSW_FLOW_EVENT_STALE_FDB);
}

static void bridge_forgets_a_host(struct kunit *test)
{
	struct nftsw_kt_off *ctx = test->priv;

	topo_bridged(test);
	topo_fdb(nftsw_kt_topo_port(test, NFTSW_KT_LAN), ctx->conn.client.mac, false, false);
	nftsw_kt_topo_expect(test, 0, 2, NFTSW_FLOW_EVENT_STALE_FDB);
}

/* That a host with this address is in another bridge says nothing of the one that was in this. */
static void other_bridge_has_a_host_of_that_address(struct kunit *test)
{
	struct nftsw_kt_off *ctx = test->priv;
	struct net_device *port, *other;
	u32 torn;

	topo_bridged(test);
	port = nftsw_kt_topo_port(test, NFTSW_KT_PORTS - 1);
	other = nftsw_kt_topo_dev(test, true, 0x02b1b1b1b1b1ull);
	nftsw_kt_topo_link(test, port, other);
	nftsw_kt_topo_rest(test);
	topo_fdb(nftsw_kt_topo_port(test, NFTSW_KT_LAN), ctx->conn.client.mac, false, false);
	topo_fdb(port, ctx->conn.client.mac, true, false);
	nftsw_kt_topo_rest(test);
	torn = nftsw_kt_torn_down();
	nftsw_kt_off_add(test);
	msleep(NFTSW_KT_TOPO_LATER_MS);
	nftsw_kt_topo_settle(test);
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_count(test), 0u);
	KUNIT_EXPECT_EQ(test, nftsw_kt_torn_down(), torn + 2);
}

/*
 * The bridge has forgotten the host of LAN, and a port leaves: once that has been seen to, the
 * connection is there.  A second later, is it yet?
 */
static void topo_forgotten_and_left(struct kunit *test, u32 port, u32 entries)
{
	struct net_device *br = topo_bridged(test);
	struct nftsw_kt_off *ctx = test->priv;
	u32 torn;

	topo_fdb(nftsw_kt_topo_port(test, NFTSW_KT_LAN), ctx->conn.client.mac, false, false);
	nftsw_kt_topo_unlink(nftsw_kt_topo_port(test, port), br);
	nftsw_kt_topo_rest(test);
	torn = nftsw_kt_torn_down();
	nftsw_kt_off_add(test);
	msleep(NFTSW_KT_TOPO_LATER_MS);
	nftsw_kt_topo_settle(test);
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_count(test), entries);
	KUNIT_EXPECT_EQ(test, nftsw_kt_torn_down(), torn + 2 - entries);
}

/* What a port routes by itself is none of the bridge's business. */
static void forgotten_host_keeps_a_port_that_has_left(struct kunit *test)
{
	topo_forgotten_and_left(test, NFTSW_KT_LAN, 2);
}

static void forgotten_host_is_looked_for_at_the_others(struct kunit *test)
{
	topo_forgotten_and_left(test, NFTSW_KT_OTHER, 0);
}

/* As when the bridge is gone, and another one has been made at its place in memory. */
static void forgotten_host_keeps_another_bridge(struct kunit *test)
{
	struct net_device *br = topo_bridged(test);
	struct nftsw_kt_off *ctx = test->priv;
	u32 torn;

	topo_fdb(nftsw_kt_topo_port(test, NFTSW_KT_LAN), ctx->conn.client.mac, false, false);
	nftsw_kt_topo_rest(test);
	torn = nftsw_kt_torn_down();
	nftsw_kt_off_add(test);
	br->ifindex += NFTSW_KT_PORTS * 100;
	msleep(NFTSW_KT_TOPO_LATER_MS);
	nftsw_kt_topo_settle(test);
	br->ifindex -= NFTSW_KT_PORTS * 100;
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_count(test), 2u);
	KUNIT_EXPECT_EQ(test, nftsw_kt_torn_down(), torn);
}

/* ---- connections whose path would be another one by now ------------------------ */

/* The bridge learns of a host, as from a chip that hears it. */
static void topo_learn_in(struct net_device *dev, const u8 *mac, u16 vid)
{
	struct switchdev_notifier_fdb_info info = { .addr = mac, .vid = vid };

	rtnl_lock();
	call_switchdev_notifiers(SWITCHDEV_FDB_ADD_TO_BRIDGE, dev, &info.info, NULL);
	rtnl_unlock();
}

static void topo_learn(struct net_device *dev, const u8 *mac)
{
	topo_learn_in(dev, mac, 0);
}

/*
 * netfilter offers the connection, with the client behind a device that is not the chip's.
 * @torn: how often it has been told to begin anew since the test began
 */
static void topo_refused(struct kunit *test, struct net_device *dev, u32 torn)
{
	struct nftsw_kt_off *ctx = test->priv;
	struct nftsw_kt_conn conn = ctx->conn;

	conn.client.dev = dev;
	KUNIT_EXPECT_EQ(test, nftsw_kt_offload(ctx->kt, ctx->kf, &conn, NFTSW_KT_COOKIE),
			-EOPNOTSUPP);
	KUNIT_EXPECT_EQ(test, nftsw_kt_torn_down(), torn);
	KUNIT_EXPECT_EQ(test, nftsw_kt_flow_events(ctx->kt, NFTSW_FLOW_EVENT_STALE_PATH),
			(u64)torn);
}

/* Ports are in a bridge; nothing is offloaded. */
static struct net_device *topo_idle(struct kunit *test)
{
	struct net_device *br = nftsw_kt_topo_dev(test, true, 0x02b0b0b0b0b0ull);

	nftsw_kt_topo_link(test, nftsw_kt_topo_port(test, NFTSW_KT_LAN), br);
	nftsw_kt_topo_link(test, nftsw_kt_topo_port(test, NFTSW_KT_OTHER), br);
	nftsw_kt_topo_settle(test);
	return br;
}

static void host_moves_to_a_foreign_port(struct kunit *test)
{
	struct net_device *foreign = nftsw_kt_topo_dev(test, false, 0x02f0f0f0f0f0ull);
	struct net_device *br = topo_bridged(test);
	struct nftsw_kt_off *ctx = test->priv;
	const u8 *mac = ctx->conn.client.mac;

	nftsw_kt_topo_link(test, foreign, br);
	nftsw_kt_topo_settle(test);
	topo_fdb(foreign, mac, true, false);
	nftsw_kt_topo_expect(test, 0, 2, NFTSW_FLOW_EVENT_STALE_FDB);
}

/* Behind another driver's port there is no offload; on its return there is again. */
static void host_returns_from_a_foreign_port(struct kunit *test)
{
	struct net_device *foreign = nftsw_kt_topo_dev(test, false, 0x02f0f0f0f0f0ull);
	struct net_device *br = topo_idle(test);
	struct nftsw_kt_off *ctx = test->priv;
	const u8 *mac = ctx->conn.client.mac;

	nftsw_kt_topo_link(test, foreign, br);
	topo_learn(foreign, mac);
	topo_refused(test, foreign, 0);
	topo_refused(test, br, 0);
	topo_learn(nftsw_kt_topo_port(test, NFTSW_KT_LAN), mac);
	topo_refused(test, foreign, 1);
}

/*
 * A packet that goes to a host whose port nobody knows makes the connection one of the bridge.
 * When it is so again, it is none that we can help, and is left alone for a while.
 */
static void host_is_sent_to_before_it_is_known(struct kunit *test)
{
	struct net_device *br = topo_idle(test);
	struct nftsw_kt_off *ctx = test->priv;

	topo_refused(test, br, 0);
	topo_learn(nftsw_kt_topo_port(test, NFTSW_KT_OTHER), nftsw_kt_topo_mac);
	topo_refused(test, br, 0);
	topo_learn(nftsw_kt_topo_port(test, NFTSW_KT_OTHER), ctx->conn.client.mac);
	topo_refused(test, br, 1);
	topo_refused(test, br, 1);
	ctx->conn.server.port++; /* another one has not had its turn */
	topo_refused(test, br, 2);
	ctx->conn.server.port--;
	msleep(9000);
	topo_refused(test, br, 2);
	msleep(1100);
	topo_refused(test, br, 3);
}

/* netfilter would not take the path, whatever the bridge knows. */
static void port_of_the_host_is_in_no_flowtable(struct kunit *test)
{
	struct net_device *lan = nftsw_kt_topo_port(test, NFTSW_KT_LAN);
	struct net_device *br = topo_idle(test);
	struct nftsw_kt_off *ctx = test->priv;

	topo_learn(lan, ctx->conn.client.mac);
	nftsw_kt_ft_unbind(ctx->kf, lan);
	topo_refused(test, br, 0);
	KUNIT_ASSERT_EQ(test, nftsw_kt_ft_bind(ctx->kf, lan), 0);
	topo_refused(test, br, 1);
}

/* One tag above the bridge, one below; the kernel finds no path with more VLAN devices. */
static void vlan_devices_above_and_below_the_bridge(struct kunit *test)
{
	struct net_device *br = nftsw_kt_topo_dev(test, true, 0x02b0b0b0b0b0ull);
	struct net_device *lan = nftsw_kt_topo_port(test, NFTSW_KT_LAN);
	struct nftsw_kt_off *ctx = test->priv;
	struct net_device *vlan, *top, *inner;

	vlan = nftsw_kt_link_new(test, "kttopo.100", "vlan", lan, 100, ETH_P_8021Q);
	KUNIT_ASSERT_EQ(test, nftsw_kt_link_up(vlan, true), 0);
	nftsw_kt_topo_link(test, vlan, br);
	top = nftsw_kt_link_new(test, "kttop.5", "vlan", br, 5, ETH_P_8021Q);
	inner = nftsw_kt_link_new(test, "kttop.5.6", "vlan", top, 6, ETH_P_8021Q);
	nftsw_kt_topo_settle(test);
	topo_learn(vlan, ctx->conn.client.mac);
	topo_refused(test, inner, 0);
	topo_refused(test, top, 1);
}

static bool topo_told(struct net_device *dev, const u8 *mac)
{
	bool told;

	rcu_read_lock();
	told = nftsw_path_is_told(dev, mac);
	rcu_read_unlock();
	return told;
}

/*
 * netfilter has room for two encapsulations: a third one is not told, neither where a bridge takes
 * it off again, nor where it does not know the host and the path ends.
 */
static void bridge_takes_the_third_off(struct kunit *test)
{
	struct net_device *br = nftsw_kt_topo_dev(test, true, 0x02b0b0b0b0b0ull);
	struct net_device *port, *top, *inner, *ppp;
	struct nftsw_kt_off *ctx = test->priv;
	struct nftsw_kt_end *far;

	far = kunit_kzalloc(test, sizeof(*far), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, far);
	*far = ctx->conn.server;
	KUNIT_ASSERT_EQ(test, nftsw_kt_br_attr(br, IFLA_BR_VLAN_FILTERING, 1, 1), 0);
	port = nftsw_kt_link_new(test, "ktport", "dummy", NULL, 0, 0);
	KUNIT_ASSERT_EQ(test, nftsw_kt_link_up(port, true), 0);
	nftsw_kt_topo_link(test, port, br);
	KUNIT_ASSERT_EQ(test, nftsw_kt_vlan(port, 100, BRIDGE_VLAN_INFO_UNTAGGED, true, false), 0);
	top = nftsw_kt_link_new(test, "kttop.100", "vlan", br, 100, ETH_P_8021Q);
	inner = nftsw_kt_link_new(test, "kttop.100.200", "vlan", top, 200, ETH_P_8021Q);
	ppp = nftsw_kt_topo_ppp(test, far);
	far->dev = inner;
	KUNIT_EXPECT_FALSE(test, topo_told(ppp, far->mac));
	topo_learn_in(port, far->mac, 100);
	KUNIT_EXPECT_FALSE(test, topo_told(ppp, far->mac));
	far->dev = top;
	KUNIT_EXPECT_TRUE(test, topo_told(ppp, far->mac));
	KUNIT_EXPECT_TRUE(test, topo_told(inner, far->mac));
}

/* Two tags below the bridge; a third one, of the bridge itself, netfilter does not take. */
static void bridge_adds_a_tag(struct kunit *test)
{
	struct net_device *br = nftsw_kt_topo_dev(test, true, 0x02b0b0b0b0b0ull);
	struct net_device *lan = nftsw_kt_topo_port(test, NFTSW_KT_LAN);
	struct nftsw_kt_off *ctx = test->priv;
	struct net_device *vlan, *port;

	vlan = nftsw_kt_link_new(test, "kttopo.100", "vlan", lan, 100, ETH_P_8021Q);
	KUNIT_ASSERT_EQ(test, nftsw_kt_link_up(vlan, true), 0);
	port = nftsw_kt_link_new(test, "kttopo.100.1", "vlan", vlan, 200, ETH_P_8021Q);
	KUNIT_ASSERT_EQ(test, nftsw_kt_link_up(port, true), 0);
	KUNIT_ASSERT_EQ(test, nftsw_kt_br_attr(br, IFLA_BR_VLAN_FILTERING, 1, 1), 0);
	nftsw_kt_topo_link(test, port, br);
	KUNIT_ASSERT_EQ(test, nftsw_kt_vlan(port, 1, 0, true, false), 0);
	nftsw_kt_topo_settle(test);
	topo_learn_in(port, ctx->conn.client.mac, 1);
	topo_refused(test, br, 0);
	KUNIT_ASSERT_EQ(test, nftsw_kt_vlan(port, 1, BRIDGE_VLAN_INFO_UNTAGGED, true, false), 0);
	topo_refused(test, br, 1);
}

/* Flows with its tag are right, but not when it is behind another tag. */
static void host_is_behind_a_vlan_device(struct kunit *test)
{
	struct net_device *lan = nftsw_kt_topo_port(test, NFTSW_KT_LAN);
	struct nftsw_kt_off *ctx = test->priv;
	struct net_device *vlan = nftsw_kt_link_new(test, "kttopo.100", "vlan", lan, 100,
						    ETH_P_8021Q);
	struct net_device *inner = nftsw_kt_link_new(test, "kttopo.100.1", "vlan", vlan, 100,
						     ETH_P_8021Q);
	struct net_device *br = nftsw_kt_topo_dev(test, true, 0x02b0b0b0b0b0ull);

	KUNIT_ASSERT_EQ(test, nftsw_kt_link_up(vlan, true), 0);
	nftsw_kt_topo_link(test, vlan, br);
	nftsw_kt_topo_link(test, inner, br);
	nftsw_kt_topo_rest(test);
	nftsw_kt_end_encap(&ctx->conn.client, ETH_P_8021Q, 100);
	nftsw_kt_off_add(test);
	topo_fdb(vlan, ctx->conn.client.mac, true, false);
	nftsw_kt_topo_expect(test, 2, 0, NFTSW_FLOW_EVENT_STALE_FDB);
	nftsw_kt_topo_rest(test);
	nftsw_kt_topo_expect(test, 2, 0, NFTSW_FLOW_EVENT_STALE_FDB);
	topo_fdb(inner, ctx->conn.client.mac, true, false);
	nftsw_kt_topo_expect(test, 0, 2, NFTSW_FLOW_EVENT_STALE_FDB);
	nftsw_kt_topo_rest(test);
	nftsw_kt_off_add(test);
	topo_fdb(vlan, ctx->conn.client.mac, false, false);
	nftsw_kt_topo_expect(test, 0, 4, NFTSW_FLOW_EVENT_STALE_FDB);
}

/* What the router sends through a port of its bridge is sent by the bridge. */
static void mtu_of_the_bridge_counts(struct kunit *test)
{
	struct net_device *br = topo_bridged(test);

	KUNIT_EXPECT_EQ(test, nftsw_kt_link_mtu(br, 1400), 0);
	nftsw_kt_topo_expect(test, 0, 2, NFTSW_FLOW_EVENT_STALE_MTU);
	nftsw_kt_off_add(test);
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_mtu(test, NFTSW_KT_LAN), 1400);
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_mtu(test, NFTSW_KT_WAN), 1500);
}

/* ---- bonds --------------------------------------------------------------------- */

#define TOPO_SPARE	3

/* The server is behind a bond of two ports. */
static struct net_device *topo_bond(struct kunit *test)
{
	struct net_device *bond = nftsw_kt_bond_new(test);
	struct nftsw_kt_off *ctx = test->priv;

	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, nftsw_kt_bond_free, bond), 0);
	KUNIT_ASSERT_EQ(test, nftsw_kt_link_up(bond, true), 0);
	nftsw_kt_bond_join(test, bond, nftsw_kt_topo_port(test, NFTSW_KT_WAN));
	nftsw_kt_bond_join(test, bond, nftsw_kt_topo_port(test, NFTSW_KT_OTHER));
	ctx->conn.server.dev = bond;
	return bond;
}

/* The direction to the server is offloaded. */
static void topo_to_server(struct kunit *test)
{
	struct nftsw_kt_off *ctx = test->priv;
	struct nftsw_kt_rule *rules = nftsw_kt_rules(test, &ctx->conn);

	nftsw_kt_topo_rest(test);
	KUNIT_ASSERT_EQ(test, nftsw_kt_off_replace(test, NFTSW_KT_COOKIE,
						   &rules[NFTSW_KT_ORIG]), 0);
}

static void neighbour_behind_a_bond_changes(struct kunit *test)
{
	struct net_device *bond = topo_bond(test);
	struct nftsw_kt_off *ctx = test->priv;
	struct nftsw_kt_end *server = &ctx->conn.server;

	nftsw_kt_topo_neigh_set(test, bond, server, server->mac, NUD_REACHABLE);
	topo_to_server(test);
	nftsw_kt_topo_neigh_set(test, bond, server, server->mac, NUD_STALE);
	nftsw_kt_topo_expect(test, 1, 0, NFTSW_FLOW_EVENT_STALE_NEIGH);
	nftsw_kt_topo_neigh_set(test, bond, server, nftsw_kt_topo_mac, NUD_REACHABLE);
	nftsw_kt_topo_expect(test, 0, 1, NFTSW_FLOW_EVENT_STALE_NEIGH);
}

/* A LAG is a port of the bridge, its members are not: the tag tells VLANs apart all the same. */
static void host_of_another_vlan_behind_a_lag(struct kunit *test)
{
	struct net_device *br = nftsw_kt_br_new(test, "kttopobr", BR_KT_AWARE);
	struct net_device *bond = topo_bond(test);
	struct nftsw_kt_off *ctx = test->priv;
	struct nftsw_kt_end *server = &ctx->conn.server;

	nftsw_kt_end_encap(server, ETH_P_8021Q, 100);
	nftsw_kt_topo_filter(test, br, bond, 100);
	msleep(NFTSW_KT_TOPO_LINK_MS);
	topo_to_server(test);
	topo_fdb(bond, server->mac, false, false);
	nftsw_kt_topo_expect(test, 1, 0, NFTSW_FLOW_EVENT_STALE_FDB);
	nftsw_kt_topo_fdb(bond, server->mac, 100, false, false);
	nftsw_kt_topo_expect(test, 0, 1, NFTSW_FLOW_EVENT_STALE_FDB);
}

static void host_moves_between_bond_and_port(struct kunit *test)
{
	struct net_device *br = nftsw_kt_topo_dev(test, true, 0x02b0b0b0b0b0ull);
	struct net_device *port = nftsw_kt_topo_port(test, TOPO_SPARE);
	struct net_device *bond = topo_bond(test);
	struct nftsw_kt_off *ctx = test->priv;
	struct nftsw_kt_end *server = &ctx->conn.server;

	nftsw_kt_topo_link(test, bond, br);
	nftsw_kt_topo_link(test, port, br);
	msleep(NFTSW_KT_TOPO_LINK_MS);
	topo_to_server(test);
	topo_learn(bond, server->mac);
	nftsw_kt_topo_expect(test, 1, 0, NFTSW_FLOW_EVENT_STALE_FDB);
	topo_learn(port, server->mac);
	nftsw_kt_topo_expect(test, 0, 1, NFTSW_FLOW_EVENT_STALE_FDB);
	server->dev = port;
	topo_to_server(test);
	nftsw_kt_topo_expect(test, 1, 1, NFTSW_FLOW_EVENT_STALE_FDB);
	topo_learn(bond, server->mac);
	nftsw_kt_topo_expect(test, 0, 2, NFTSW_FLOW_EVENT_STALE_FDB);
}

/* The bridge has forgotten the server; then a port leaves the bond, and routes to it by itself. */
static void forgotten_host_keeps_a_port_that_has_left_its_bond(struct kunit *test)
{
	struct net_device *br = nftsw_kt_topo_dev(test, true, 0x02b0b0b0b0b0ull);
	struct net_device *bond = topo_bond(test);
	struct nftsw_kt_off *ctx = test->priv;
	struct nftsw_kt_end *server = &ctx->conn.server;

	nftsw_kt_topo_link(test, bond, br);
	msleep(NFTSW_KT_TOPO_LINK_MS);
	topo_fdb(bond, server->mac, false, false);
	server->dev = nftsw_kt_topo_port(test, NFTSW_KT_WAN);
	nftsw_kt_bond_leave(bond, server->dev);
	topo_to_server(test);
	msleep(NFTSW_KT_TOPO_LATER_MS);
	nftsw_kt_topo_expect(test, 1, 0, NFTSW_FLOW_EVENT_STALE_FDB);
}

/* ---- ports that leave, stop, or have other VLANs -------------------------------- */

static void port_leaves_its_bridge(struct kunit *test)
{
	struct net_device *br = topo_bridged(test);

	nftsw_kt_topo_unlink(nftsw_kt_topo_port(test, NFTSW_KT_OTHER), br);
	nftsw_kt_topo_expect(test, 2, 0, NFTSW_FLOW_EVENT_STALE_VLAN);
	nftsw_kt_topo_unlink(nftsw_kt_topo_port(test, NFTSW_KT_LAN), br);
	nftsw_kt_topo_expect(test, 0, 2, NFTSW_FLOW_EVENT_STALE_VLAN);
}

static void topo_attr(struct net_device *dev, struct switchdev_attr attr)
{
	struct switchdev_notifier_port_attr_info info = { .attr = &attr };

	attr.orig_dev = dev;
	rtnl_lock();
	call_switchdev_blocking_notifiers(SWITCHDEV_PORT_ATTR_SET, dev, &info.info,
					  NULL);
	rtnl_unlock();
}

static void topo_stp(struct net_device *dev, u8 state)
{
	topo_attr(dev, (struct switchdev_attr) {
		.id = SWITCHDEV_ATTR_ID_PORT_STP_STATE, .u.stp_state = state,
	});
}

static void topo_mst(struct net_device *dev, u8 state)
{
	topo_attr(dev, (struct switchdev_attr) {
		.id = SWITCHDEV_ATTR_ID_PORT_MST_STATE,
		.u.mst_state = { .msti = 1, .state = state },
	});
}

static void port_stops_forwarding(struct kunit *test)
{
	topo_bridged(test);
	topo_stp(nftsw_kt_topo_port(test, NFTSW_KT_LAN), BR_STATE_FORWARDING);
	nftsw_kt_topo_expect(test, 2, 0, NFTSW_FLOW_EVENT_STALE_VLAN);
	topo_stp(nftsw_kt_topo_port(test, NFTSW_KT_LAN), BR_STATE_BLOCKING);
	nftsw_kt_topo_expect(test, 0, 2, NFTSW_FLOW_EVENT_STALE_VLAN);
}

/* In one tree of several: the flows of the port, whichever tree they are in. */
static void port_stops_forwarding_in_a_tree(struct kunit *test)
{
	topo_bridged(test);
	topo_mst(nftsw_kt_topo_port(test, NFTSW_KT_LAN), BR_STATE_LEARNING);
	topo_mst(nftsw_kt_topo_port(test, NFTSW_KT_OTHER), BR_STATE_BLOCKING);
	nftsw_kt_topo_expect(test, 2, 0, NFTSW_FLOW_EVENT_STALE_VLAN);
	topo_mst(nftsw_kt_topo_port(test, NFTSW_KT_LAN), BR_STATE_BLOCKING);
	nftsw_kt_topo_expect(test, 0, 2, NFTSW_FLOW_EVENT_STALE_VLAN);
}

static void topo_msti(struct net_device *br, u16 vid)
{
	topo_attr(br, (struct switchdev_attr) {
		.id = SWITCHDEV_ATTR_ID_VLAN_MSTI, .u.vlan_msti = { .vid = vid, .msti = 1 },
	});
}

static void vlan_gets_another_tree(struct kunit *test)
{
	struct nftsw_kt_off *ctx = test->priv;
	struct net_device *br;

	nftsw_kt_end_encap(&ctx->conn.client, ETH_P_8021Q, 100);
	br = nftsw_kt_topo_filtered(test, 100);
	topo_msti(br, 200);
	nftsw_kt_topo_expect(test, 2, 0, NFTSW_FLOW_EVENT_STALE_VLAN);
	topo_msti(br, 100);
	nftsw_kt_topo_expect(test, 0, 2, NFTSW_FLOW_EVENT_STALE_VLAN);
}

/* ---- VLANs --------------------------------------------------------------------- */

static void port_gets_another_pvid(struct kunit *test)
{
	topo_bridged(test);
	nftsw_kt_topo_vlan(test, nftsw_kt_topo_port(test, NFTSW_KT_LAN), 200, true);
	nftsw_kt_topo_expect(test, 0, 2, NFTSW_FLOW_EVENT_STALE_VLAN);
}

static struct kunit_case topo_bridge_cases[] = {
	KUNIT_CASE(neighbour_of_a_bridge_port_fails),
	KUNIT_CASE(neighbour_of_a_lag_port_fails),
	KUNIT_CASE(host_moves_to_another_port),
	KUNIT_CASE(host_is_back_at_its_port),
	KUNIT_CASE(bridge_forgets_a_host),
	KUNIT_CASE(forgotten_host_keeps_a_port_that_has_left),
	KUNIT_CASE(forgotten_host_is_looked_for_at_the_others),
	KUNIT_CASE(forgotten_host_keeps_another_bridge),
	KUNIT_CASE(neighbour_behind_a_bond_changes),
	KUNIT_CASE(host_of_another_vlan_behind_a_lag),
	KUNIT_CASE(host_moves_between_bond_and_port),
	KUNIT_CASE(forgotten_host_keeps_a_port_that_has_left_its_bond),
	KUNIT_CASE(host_moves_to_a_foreign_port),
	KUNIT_CASE(host_returns_from_a_foreign_port),
	KUNIT_CASE(host_is_sent_to_before_it_is_known),
	KUNIT_CASE(port_of_the_host_is_in_no_flowtable),
	KUNIT_CASE(vlan_devices_above_and_below_the_bridge),
	KUNIT_CASE(other_bridge_has_a_host_of_that_address),
	KUNIT_CASE(bridge_takes_the_third_off),
	KUNIT_CASE(bridge_adds_a_tag),
	KUNIT_CASE(host_is_behind_a_vlan_device),
	KUNIT_CASE(mtu_of_the_bridge_counts),
	KUNIT_CASE(port_leaves_its_bridge),
	KUNIT_CASE(port_stops_forwarding),
	KUNIT_CASE(port_stops_forwarding_in_a_tree),
	KUNIT_CASE(vlan_gets_another_tree),
	KUNIT_CASE(port_gets_another_pvid),
	{}
};

static struct kunit_suite topo_bridge_suite = {
	.name = "nftsw_topo_bridge",
	.init = nftsw_kt_topo_init,
	.exit = nftsw_kt_off_exit,
	.test_cases = topo_bridge_cases,
};

kunit_test_suite(topo_bridge_suite);

MODULE_DESCRIPTION("KUnit tests of bridges above nftsw's ports, and their hosts and VLANs");
MODULE_LICENSE("GPL");
