// SPDX-License-Identifier: GPL-2.0
/*
 * What is above the ports changes: flows whose path is no longer true leave the chip, and
 * netfilter gives them up; others stay.  Floor 11.  The kernel's own notifiers carry the
 * news; neighbours are real ones.  Every case ends with an audit.
 */

#include <kunit/test.h>
#include <linux/delay.h>
#include <linux/etherdevice.h>
#include <linux/if_arp.h>
#include <linux/if_bridge.h>
#include <linux/rtnetlink.h>
#include <net/arp.h>
#include <net/fib_notifier.h>
#include <net/ip6_fib.h>
#include <net/ip_fib.h>
#include <net/neighbour.h>
#include <net/netevent.h>
#include <net/switchdev.h>
#include "../drivers/net/ethernet/nftsw/nftsw_topo.h"
#include "nftsw_kt_bridge.h"
#include "nftsw_kt_offload.h"

/* Longer than a sweep waits to be repeated. */
#define TOPO_AGAIN_MS	300
/* and from there until the second repetition */
#define TOPO_LATER_MS	1100
/* The kernel tells of links once a second: so late may ports of a bridge begin to forward. */
#define TOPO_LINK_MS	1100
/* More flows than are swept one by one. */
#define TOPO_MANY	300
/* More flows of a port than are written again for its MTU. */
#define TOPO_TOO_MANY	1025
/* As many changes as are kept. */
#define TOPO_TODO	4096

static const u8 topo_mac[ETH_ALEN] = { 0x02, 0x11, 0x22, 0x33, 0x44, 0x55 };

/* ---- devices above ------------------------------------------------------------- */

static netdev_tx_t topo_xmit(struct sk_buff *skb, struct net_device *dev)
{
	kfree_skb(skb);
	return NETDEV_TX_OK;
}

static const struct net_device_ops topo_netdev_ops = {
	.ndo_start_xmit = topo_xmit,
	.ndo_set_mac_address = eth_mac_addr,
};

static void topo_setup(struct net_device *dev)
{
	ether_setup(dev);
	dev->netdev_ops = &topo_netdev_ops;
	dev->priv_flags |= IFF_LIVE_ADDR_CHANGE;
}

static void topo_dev_free(void *data)
{
	struct net_device *dev = data, *lower;
	struct list_head *iter;

	rtnl_lock();
	do {
		iter = dev->adj_list.lower.next;
		lower = netdev_lower_get_next(dev, &iter);
		if (lower)
			netdev_upper_dev_unlink(lower, dev);
	} while (lower);
	unregister_netdevice(dev);
	rtnl_unlock();
	free_netdev(dev);
}

/* A real bridge. */
static struct net_device *topo_bridge(struct kunit *test, u64 mac)
{
	struct sockaddr_storage ss = { .ss_family = ARPHRD_ETHER };
	struct net_device *dev;
	char name[IFNAMSIZ];
	int err;

	snprintf(name, sizeof(name), "topobr%u", (u32)(mac & 0xff));
	dev = nftsw_kt_br_new(test, name, 0);
	/* a struct sockaddr or a struct sockaddr_storage, as the kernel has it */
	u64_to_ether_addr(mac, ((struct sockaddr *)&ss)->sa_data);
	rtnl_lock();
	err = dev_set_mac_address(dev, (void *)&ss, NULL);
	rtnl_unlock();
	KUNIT_ASSERT_EQ(test, err, 0);
	return dev;
}

/* A bridge, or an ordinary device. */
static struct net_device *topo_dev(struct kunit *test, bool bridge, u64 mac)
{
	struct net_device *dev;
	u8 addr[ETH_ALEN] __aligned(2);

	if (bridge)
		return topo_bridge(test, mac);
	dev = alloc_netdev(0, "topo%d", NET_NAME_UNKNOWN, topo_setup);
	KUNIT_ASSERT_NOT_NULL(test, dev);
	u64_to_ether_addr(mac, addr);
	eth_hw_addr_set(dev, addr);
	KUNIT_ASSERT_EQ(test, register_netdev(dev), 0);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, topo_dev_free, dev), 0);
	return dev;
}

static void topo_link(struct kunit *test, struct net_device *lower,
		      struct net_device *upper)
{
	int err;

	if (netif_is_bridge_master(upper)) {
		KUNIT_ASSERT_EQ(test, nftsw_kt_master(lower, upper), 0);
		return;
	}
	rtnl_lock();
	err = netdev_master_upper_dev_link(lower, upper, NULL, NULL, NULL);
	rtnl_unlock();
	KUNIT_ASSERT_EQ(test, err, 0);
}

static void topo_unlink(struct net_device *lower, struct net_device *upper)
{
	if (netif_is_bridge_master(upper)) {
		nftsw_kt_master(lower, NULL);
		return;
	}
	rtnl_lock();
	netdev_upper_dev_unlink(lower, upper);
	rtnl_unlock();
}

static struct net_device *topo_port(struct kunit *test, u32 port)
{
	struct nftsw_kt_off *ctx = test->priv;

	return nftsw_kt_dev(ctx->kt, port);
}

static void topo_settle(struct kunit *test)
{
	struct nftsw_kt_off *ctx = test->priv;

	nftsw_kt_settle(ctx->kt);
	nftsw_kt_flush(ctx->kt);
}

/* So long that no change from before can touch what comes now. */
static void topo_rest(struct kunit *test)
{
	topo_settle(test);
	msleep(TOPO_AGAIN_MS);
	topo_settle(test);
}

/* Entries left, flows given up, and what they were counted as. */
static void topo_expect(struct kunit *test, u32 entries, u32 torn,
			enum nftsw_flow_event ev)
{
	struct nftsw_kt_off *ctx = test->priv;

	topo_settle(test);
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_count(test), entries);
	KUNIT_EXPECT_EQ(test, nftsw_kt_torn_down(), torn);
	KUNIT_EXPECT_EQ(test, nftsw_kt_flow_events(ctx->kt, ev), (u64)torn);
}

/* ---- router addresses ---------------------------------------------------------- */

/* An original frame that is sent to @mac; it must be forwarded, or not at all. */
static void topo_send_to(struct kunit *test, const u8 *mac, bool forwarded)
{
	struct nftsw_kt_off *ctx = test->priv;
	struct nftsw_kt_frame f;

	nftsw_kt_flush(ctx->kt);
	nftsw_kt_conn_frame(&ctx->conn, NFTSW_KT_ORIG, false, &f);
	ether_addr_copy(f.dmac, mac);
	nftsw_kt_send(ctx->kt, NFTSW_KT_LAN, &f);
	if (forwarded) {
		nftsw_kt_conn_frame(&ctx->conn, NFTSW_KT_ORIG, true, &f);
		nftsw_kt_expect_egress(ctx->kt, NFTSW_KT_WAN, &f);
	} else {	/* a bridge has its ports receive everything */
		skb_queue_purge(&ctx->kt->rx);
	}
	nftsw_kt_expect_quiet(ctx->kt);
}

static void bridge_address_is_routed(struct kunit *test)
{
	struct net_device *br = topo_dev(test, true, 0x02b0b0b0b0b0ull);

	topo_link(test, topo_port(test, NFTSW_KT_LAN), br);
	topo_rest(test);
	nftsw_kt_off_add(test);
	topo_send_to(test, br->dev_addr, true);
	nftsw_kt_off_forward(test); /* the port's own goes on */
	topo_send_to(test, topo_mac, false);
	topo_unlink(topo_port(test, NFTSW_KT_LAN), br);
	topo_rest(test);
	nftsw_kt_off_add(test);
	topo_send_to(test, br->dev_addr, false);
}

/* Two floors above; an ordinary device in between or on top does not route. */
static void address_two_floors_above_is_routed(struct kunit *test)
{
	struct net_device *mid = topo_dev(test, false, 0x02a0a0a0a0a0ull);
	struct net_device *top = topo_dev(test, true, 0x02b0b0b0b0b0ull);

	topo_link(test, topo_port(test, NFTSW_KT_LAN), mid);
	topo_link(test, mid, top);
	topo_rest(test);
	nftsw_kt_off_add(test);
	topo_send_to(test, top->dev_addr, true);
	topo_send_to(test, mid->dev_addr, false);
}

static void topo_set_mac(struct kunit *test, struct net_device *dev, const u8 *mac)
{
	struct sockaddr_storage ss = { .ss_family = ARPHRD_ETHER };
	int err;

	memcpy(((struct sockaddr *)&ss)->sa_data, mac, ETH_ALEN);
	rtnl_lock();
	err = dev->netdev_ops->ndo_set_mac_address(dev, &ss);
	if (!err)
		call_netdevice_notifiers(NETDEV_CHANGEADDR, dev);
	rtnl_unlock();
	KUNIT_EXPECT_EQ(test, err, 0);
}

static void bridge_address_changes(struct kunit *test)
{
	struct net_device *br = topo_dev(test, true, 0x02b0b0b0b0b0ull);
	u8 old[ETH_ALEN] __aligned(2);

	topo_link(test, topo_port(test, NFTSW_KT_LAN), br);
	msleep(TOPO_LINK_MS);
	topo_rest(test);
	nftsw_kt_off_add(test);
	ether_addr_copy(old, br->dev_addr);
	topo_set_mac(test, br, topo_mac);
	topo_send_to(test, topo_mac, true);
	topo_send_to(test, old, false);
	topo_expect(test, 2, 0, NFTSW_FLOW_EVENT_STALE_MAC);
}

/* What leaves with the old address is given up. */
static void port_address_changes(struct kunit *test)
{
	nftsw_kt_off_add(test);
	topo_set_mac(test, topo_port(test, NFTSW_KT_WAN), topo_mac);
	topo_expect(test, 0, 2, NFTSW_FLOW_EVENT_STALE_MAC);
}

/* The chip has 16 places: what does not fit stays in software. */
static void too_many_addresses_above(struct kunit *test)
{
	struct net_device *lan = topo_port(test, NFTSW_KT_LAN), *br[NFTSW_PORT_UPPERS + 1];
	struct nftsw_kt_off *ctx = test->priv;
	struct nftsw_port *np = netdev_priv(lan);
	u32 i;

	for (i = 0; i <= NFTSW_PORT_UPPERS; i++) {
		br[i] = topo_dev(test, true, 0x02b0b0b0b000ull + i);
		rtnl_lock();
		KUNIT_EXPECT_EQ(test, netdev_upper_dev_link(lan, br[i], NULL), 0);
		rtnl_unlock();
	}
	topo_settle(test);
	KUNIT_EXPECT_EQ(test, np->upper_count, NFTSW_PORT_UPPERS);
	KUNIT_EXPECT_EQ(test, np->rmac_count, NFTSW_PORT_UPPERS);
	nftsw_kt_off_add(test);
	topo_send_to(test, br[NFTSW_PORT_UPPERS]->dev_addr, false);
	nftsw_kt_expect_forward(ctx->kt, &ctx->conn, NFTSW_KT_ORIG);
	rtnl_lock();
	for (i = 0; i <= NFTSW_PORT_UPPERS; i++)
		netdev_upper_dev_unlink(lan, br[i]);
	rtnl_unlock();
}

/* A reset chip is told all of it again. */
static void addresses_survive_a_reset(struct kunit *test)
{
	struct net_device *br = topo_dev(test, true, 0x02b0b0b0b0b0ull);
	struct nftsw_kt_off *ctx = test->priv;

	topo_link(test, topo_port(test, NFTSW_KT_LAN), br);
	topo_settle(test);
	devl_lock(ctx->kt->ns->devlink);
	nftsw_core_down(ctx->kt->ns);
	KUNIT_EXPECT_EQ(test, nftsw_core_up(ctx->kt->ns), 0);
	devl_unlock(ctx->kt->ns->devlink);
	topo_rest(test);
	nftsw_kt_off_add(test);
	topo_send_to(test, br->dev_addr, true);
}

/* ---- neighbours ---------------------------------------------------------------- */

static void topo_neigh_set(struct kunit *test, struct net_device *dev,
			   const struct nftsw_kt_end *end, const u8 *mac, u8 state)
{
	__be32 addr = end->addr.s6_addr32[0];
	struct neighbour *n;

	n = __neigh_lookup_errno(&arp_tbl, &addr, dev);
	KUNIT_ASSERT_FALSE(test, IS_ERR(n));
	KUNIT_EXPECT_EQ(test, neigh_update(n, mac, state, NEIGH_UPDATE_F_OVERRIDE |
					   NEIGH_UPDATE_F_ADMIN, 0), 0);
	neigh_release(n);
}

static void neighbour_gets_another_address(struct kunit *test)
{
	struct nftsw_kt_off *ctx = test->priv;
	struct nftsw_kt_end *server = &ctx->conn.server;

	topo_neigh_set(test, server->dev, server, server->mac, NUD_REACHABLE);
	nftsw_kt_off_add(test);
	topo_neigh_set(test, server->dev, server, server->mac, NUD_STALE);
	topo_expect(test, 2, 0, NFTSW_FLOW_EVENT_STALE_NEIGH);
	topo_neigh_set(test, server->dev, server, topo_mac, NUD_REACHABLE);
	topo_expect(test, 0, 2, NFTSW_FLOW_EVENT_STALE_NEIGH);
	nftsw_kt_expect_trap(ctx->kt, &ctx->conn, NFTSW_KT_ORIG);
	nftsw_kt_expect_trap(ctx->kt, &ctx->conn, NFTSW_KT_REPLY);
}

/* A user may delete it at once, and add it again. */
static void neighbour_is_not_held(struct kunit *test)
{
	struct nftsw_kt_off *ctx = test->priv;
	struct nftsw_kt_end *server = &ctx->conn.server;
	__be32 addr = server->addr.s6_addr32[0];
	struct neighbour *n;
	unsigned int refs;

	n = __neigh_lookup_errno(&arp_tbl, &addr, server->dev);
	KUNIT_ASSERT_FALSE(test, IS_ERR(n));
	refs = refcount_read(&n->refcnt);
	KUNIT_EXPECT_EQ(test, neigh_update(n, server->mac, NUD_PERMANENT,
					   NEIGH_UPDATE_F_OVERRIDE | NEIGH_UPDATE_F_ADMIN, 0), 0);
	KUNIT_EXPECT_EQ(test, refcount_read(&n->refcnt), refs);
	/* one that is held for ever would keep the port, and so this case, from ending */
	topo_settle(test);
	while (refcount_read(&n->refcnt) > refs)
		neigh_release(n);
	neigh_release(n);
}

static void neighbour_fails(struct kunit *test)
{
	struct nftsw_kt_off *ctx = test->priv;
	struct nftsw_kt_end *server = &ctx->conn.server;

	topo_neigh_set(test, server->dev, server, server->mac, NUD_REACHABLE);
	nftsw_kt_off_add(test);
	topo_neigh_set(test, server->dev, server, NULL, NUD_FAILED);
	topo_expect(test, 0, 2, NFTSW_FLOW_EVENT_STALE_NEIGH);
}

/* Known before its device came above a port. */
static void neighbour_of_a_bridge_was_there_before(struct kunit *test)
{
	struct net_device *br = topo_dev(test, true, 0x02b0b0b0b0b0ull);
	struct nftsw_kt_off *ctx = test->priv;
	struct nftsw_kt_end *client = &ctx->conn.client;

	rtnl_lock();
	KUNIT_EXPECT_EQ(test, dev_change_flags(br, br->flags | IFF_UP, NULL), 0);
	rtnl_unlock();
	topo_neigh_set(test, br, client, client->mac, NUD_REACHABLE);
	topo_link(test, topo_port(test, NFTSW_KT_LAN), br);
	topo_rest(test);
	nftsw_kt_off_add(test);
	topo_neigh_set(test, br, client, topo_mac, NUD_REACHABLE);
	topo_expect(test, 0, 2, NFTSW_FLOW_EVENT_STALE_NEIGH);
}

/* Its path was looked up before the change; the request came so long after it. */
static void topo_late(struct kunit *test, unsigned int asked_ms, unsigned int found_ms)
{
	struct nftsw_kt_off *ctx = test->priv;
	struct nftsw_kt_rule *rules = nftsw_kt_rules(test, &ctx->conn);
	struct nftsw_kt_end *server = &ctx->conn.server;

	topo_neigh_set(test, server->dev, server, server->mac, NUD_REACHABLE);
	topo_settle(test);
	topo_neigh_set(test, server->dev, server, topo_mac, NUD_REACHABLE);
	topo_settle(test);
	msleep(asked_ms);
	topo_settle(test);
	KUNIT_ASSERT_EQ(test, nftsw_kt_off_replace(test, NFTSW_KT_COOKIE,
						   &rules[NFTSW_KT_ORIG]), 0);
	topo_expect(test, 1, 0, NFTSW_FLOW_EVENT_STALE_NEIGH);
	msleep(found_ms);
	topo_expect(test, 0, 1, NFTSW_FLOW_EVENT_STALE_NEIGH);
}

static void late_request_is_found_too(struct kunit *test)
{
	topo_late(test, 0, TOPO_AGAIN_MS);
}

/* So many connections were to be offloaded at once. */
static void very_late_request_is_found_too(struct kunit *test)
{
	topo_late(test, TOPO_AGAIN_MS, TOPO_LATER_MS);
}

/* While its former flows are looked for, a neighbour has its address back: the new ones stay. */
static void neighbour_gets_its_address_back(struct kunit *test)
{
	struct nftsw_kt_off *ctx = test->priv;
	struct nftsw_kt_end *server = &ctx->conn.server;

	topo_neigh_set(test, server->dev, server, server->mac, NUD_REACHABLE);
	topo_settle(test);
	topo_neigh_set(test, server->dev, server, topo_mac, NUD_REACHABLE);
	topo_rest(test);
	topo_neigh_set(test, server->dev, server, server->mac, NUD_REACHABLE);
	topo_rest(test);
	nftsw_kt_off_add(test);
	msleep(TOPO_LATER_MS);
	topo_expect(test, 2, 0, NFTSW_FLOW_EVENT_STALE_NEIGH);
}

/* ---- more news than can be kept ---- */

static struct neighbour *topo_neigh_get(struct kunit *test, const struct nftsw_kt_end *end)
{
	__be32 addr = end->addr.s6_addr32[0];
	struct neighbour *n = __neigh_lookup_errno(&arp_tbl, &addr, end->dev);

	KUNIT_ASSERT_FALSE(test, IS_ERR(n));
	return n;
}

/*
 * So much happens at once that the driver cannot keep it all; what happens to @n, if it is not
 * NULL, is lost.  Nobody can look at anything before all has happened.
 */
static void topo_flood(struct kunit *test, struct neighbour *n, const u8 *mac)
{
	struct nftsw_kt_off *ctx = test->priv;
	struct neighbour *noise = topo_neigh_get(test, &ctx->conn.client);
	int err = 0;
	u32 i;

	preempt_disable();
	for (i = 0; i < TOPO_TODO; i++)
		call_netevent_notifiers(NETEVENT_NEIGH_UPDATE, noise);
	if (n)
		err = neigh_update(n, mac, NUD_REACHABLE, NEIGH_UPDATE_F_OVERRIDE |
				   NEIGH_UPDATE_F_ADMIN, 0);
	else
		call_netevent_notifiers(NETEVENT_NEIGH_UPDATE, noise);
	preempt_enable();
	neigh_release(noise);
	KUNIT_EXPECT_EQ(test, err, 0);
}

/* As with a change that could be kept: a flow may come late. */
static void lost_news_takes_all_flows_twice(struct kunit *test)
{
	struct nftsw_kt_off *ctx = test->priv;
	struct nftsw_kt_rule *rules = nftsw_kt_rules(test, &ctx->conn);

	nftsw_kt_off_add(test);
	topo_flood(test, NULL, NULL);
	topo_expect(test, 0, 2, NFTSW_FLOW_EVENT_STALE_ROUTE);
	KUNIT_ASSERT_EQ(test, nftsw_kt_off_replace(test, NFTSW_KT_COOKIE,
						   &rules[NFTSW_KT_ORIG]), 0);
	topo_expect(test, 1, 2, NFTSW_FLOW_EVENT_STALE_ROUTE);
	topo_rest(test);
	topo_expect(test, 0, 3, NFTSW_FLOW_EVENT_STALE_ROUTE);
	/* and no more than twice */
	nftsw_kt_off_add(test);
	topo_rest(test);
	topo_expect(test, 2, 3, NFTSW_FLOW_EVENT_STALE_ROUTE);
}

/* The neighbour has moved unseen to topo_mac: flows there go when it moves back. */
static void topo_lost_neigh(struct kunit *test, struct nftsw_kt_end *server)
{
	struct neighbour *n = topo_neigh_get(test, server);
	struct nftsw_kt_off *ctx = test->priv;
	u8 mac[ETH_ALEN];

	topo_flood(test, n, topo_mac);
	neigh_release(n);
	topo_rest(test);
	ether_addr_copy(mac, server->mac);
	ether_addr_copy(server->mac, topo_mac);
	nftsw_kt_off_add(test);
	topo_neigh_set(test, server->dev, server, mac, NUD_REACHABLE);
	topo_settle(test);
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_count(test), 0u);
	KUNIT_EXPECT_EQ(test, nftsw_kt_flow_events(ctx->kt, NFTSW_FLOW_EVENT_STALE_NEIGH), 2ull);
}

static void lost_news_of_a_neighbour_is_asked_for(struct kunit *test)
{
	struct nftsw_kt_off *ctx = test->priv;
	struct nftsw_kt_end *server = &ctx->conn.server;

	topo_neigh_set(test, server->dev, server, server->mac, NUD_REACHABLE);
	topo_settle(test);
	topo_lost_neigh(test, server);
}

static void lost_news_of_a_new_neighbour_is_asked_for(struct kunit *test)
{
	struct nftsw_kt_off *ctx = test->priv;

	topo_lost_neigh(test, &ctx->conn.server);
}

/* ---- bridge ports -------------------------------------------------------------- */

static void topo_fdb(struct net_device *dev, const u8 *mac, bool add, bool local)
{
	struct switchdev_notifier_fdb_info info = {
		.addr = mac, .vid = 1, .is_local = local,
	};

	call_switchdev_notifiers(add ? SWITCHDEV_FDB_ADD_TO_DEVICE :
				       SWITCHDEV_FDB_DEL_TO_DEVICE,
				 dev, &info.info, NULL);
}

/* LAN and OTHER are ports of a bridge; the connection is offloaded. */
static struct net_device *topo_bridged(struct kunit *test)
{
	struct net_device *br = topo_dev(test, true, 0x02b0b0b0b0b0ull);

	topo_link(test, topo_port(test, NFTSW_KT_LAN), br);
	topo_link(test, topo_port(test, NFTSW_KT_OTHER), br);
	msleep(TOPO_LINK_MS);
	topo_rest(test);
	nftsw_kt_off_add(test);
	return br;
}

/* The port had it before it came into the bridge, where the same host is asked for again. */
static void neighbour_of_a_bridge_port_fails(struct kunit *test)
{
	struct net_device *lan = topo_port(test, NFTSW_KT_LAN);
	struct nftsw_kt_off *ctx = test->priv;
	struct nftsw_kt_end *client = &ctx->conn.client;

	topo_neigh_set(test, lan, client, client->mac, NUD_REACHABLE);
	topo_settle(test);
	topo_bridged(test);
	topo_neigh_set(test, lan, client, NULL, NUD_FAILED);
	topo_rest(test);
	topo_expect(test, 2, 0, NFTSW_FLOW_EVENT_STALE_NEIGH);
}

/* The same of a bond, which marks its ports so. */
static void neighbour_of_a_lag_port_fails(struct kunit *test)
{
	struct net_device *lan = topo_port(test, NFTSW_KT_LAN);
	struct nftsw_kt_off *ctx = test->priv;
	struct nftsw_kt_end *client = &ctx->conn.client;

	topo_neigh_set(test, lan, client, client->mac, NUD_REACHABLE);
	topo_settle(test);
	nftsw_kt_off_add(test);
	lan->flags |= IFF_SLAVE;
	lan->priv_flags |= IFF_BONDING;
	topo_neigh_set(test, lan, client, NULL, NUD_FAILED);
	topo_rest(test);
	lan->flags &= ~IFF_SLAVE;
	lan->priv_flags &= ~IFF_BONDING;
	topo_expect(test, 2, 0, NFTSW_FLOW_EVENT_STALE_NEIGH);
}

static void host_moves_to_another_port(struct kunit *test)
{
	struct nftsw_kt_off *ctx = test->priv;
	const u8 *mac = ctx->conn.client.mac;

	topo_bridged(test);
	topo_fdb(topo_port(test, NFTSW_KT_LAN), mac, true, false);
	topo_fdb(topo_port(test, NFTSW_KT_OTHER), topo_mac, true, false);
	topo_fdb(topo_port(test, NFTSW_KT_WAN), mac, true, false); /* in no bridge */
	topo_fdb(topo_port(test, NFTSW_KT_OTHER), mac, true, true);
	topo_expect(test, 2, 0, NFTSW_FLOW_EVENT_STALE_FDB);
	topo_fdb(topo_port(test, NFTSW_KT_OTHER), mac, true, false);
	topo_expect(test, 0, 2, NFTSW_FLOW_EVENT_STALE_FDB);
	nftsw_kt_expect_trap(ctx->kt, &ctx->conn, NFTSW_KT_REPLY);
}

/* Before flows to it through its former port are looked for again, a host is back there. */
static void host_is_back_at_its_port(struct kunit *test)
{
	struct nftsw_kt_off *ctx = test->priv;
	const u8 *mac = ctx->conn.client.mac;

	topo_bridged(test);
	topo_fdb(topo_port(test, NFTSW_KT_OTHER), mac, true, false);
	topo_expect(test, 0, 2, NFTSW_FLOW_EVENT_STALE_FDB);
	topo_fdb(topo_port(test, NFTSW_KT_LAN), mac, true, false);
	topo_rest(test);
	nftsw_kt_off_add(test);
	msleep(TOPO_LATER_MS);
	topo_expect(test, 2, 2, NFTSW_FLOW_EVENT_STALE_FDB);
}

static void bridge_forgets_a_host(struct kunit *test)
{
	struct nftsw_kt_off *ctx = test->priv;

	topo_bridged(test);
	topo_fdb(topo_port(test, NFTSW_KT_LAN), ctx->conn.client.mac, false, false);
	topo_expect(test, 0, 2, NFTSW_FLOW_EVENT_STALE_FDB);
}

/* Behind another driver's port there is no offload; on its return there is again. */
static void host_moves_to_a_foreign_port_and_back(struct kunit *test)
{
	struct net_device *foreign = topo_dev(test, false, 0x02f0f0f0f0f0ull);
	struct nftsw_kt_off *ctx = test->priv;
	const u8 *mac = ctx->conn.client.mac;

	topo_link(test, foreign, topo_bridged(test));
	topo_fdb(foreign, mac, true, false);
	topo_expect(test, 0, 2, NFTSW_FLOW_EVENT_STALE_FDB);
	KUNIT_EXPECT_NULL(test, nftsw_kt_cleaned_up());
	topo_fdb(foreign, mac, false, false);
	topo_settle(test);
	KUNIT_EXPECT_NULL(test, nftsw_kt_cleaned_up());
	topo_fdb(topo_port(test, NFTSW_KT_LAN), mac, true, false);
	topo_settle(test);
	KUNIT_EXPECT_PTR_EQ(test, nftsw_kt_cleaned_up(),
			    (const struct net_device *)foreign);
}

/* So many that not all can be kept: nobody who comes back finds connections there. */
static void many_hosts_leave_a_foreign_port(struct kunit *test)
{
	struct net_device *foreign = topo_dev(test, false, 0x02f0f0f0f0f0ull);
	u8 mac[ETH_ALEN];
	u32 i;

	topo_link(test, foreign, topo_bridged(test));
	ether_addr_copy(mac, topo_mac);
	for (i = 0; i < NFTSW_TOPO_LEFT; i++) {
		mac[5] = i;
		topo_fdb(foreign, mac, false, false);
	}
	topo_settle(test);
	KUNIT_EXPECT_NULL(test, nftsw_kt_cleaned_up());
	mac[5] = i;
	topo_fdb(foreign, mac, false, false);
	topo_settle(test);
	KUNIT_EXPECT_PTR_EQ(test, nftsw_kt_cleaned_up(),
			    (const struct net_device *)foreign);
}

/* What the router sends through a port of its bridge is sent by the bridge. */
static void mtu_of_the_bridge_counts(struct kunit *test)
{
	struct net_device *br = topo_bridged(test);

	rtnl_lock();
	KUNIT_EXPECT_EQ(test, dev_set_mtu(br, 1400), 0);
	rtnl_unlock();
	topo_expect(test, 0, 2, NFTSW_FLOW_EVENT_STALE_MTU);
	nftsw_kt_off_add(test);
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_mtu(test, NFTSW_KT_LAN), 1400);
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_mtu(test, NFTSW_KT_WAN), 1500);
}

/* What a PPPoE device is to netfilter's search for a path: a session over a port. */
static int topo_ppp_path(struct net_device_path_ctx *ctx, struct net_device_path *path)
{
	const struct nftsw_kt_end **server = netdev_priv(ctx->dev);

	path->type = DEV_PATH_PPPOE;
	path->dev = ctx->dev;
	ether_addr_copy(path->encap.h_dest, (*server)->mac);
	ctx->dev = (*server)->dev;
	return 0;
}

static const struct net_device_ops topo_ppp_ops = {
	.ndo_start_xmit = topo_xmit,
	.ndo_fill_forward_path = topo_ppp_path,
};

static void topo_ppp_setup(struct net_device *dev)
{
	dev->netdev_ops = &topo_ppp_ops;
	dev->type = ARPHRD_PPP;
	dev->flags = IFF_POINTOPOINT | IFF_NOARP;
	dev->mtu = 1492;
	dev->max_mtu = 1500;
}

/* It is not above the port, but has a session over it. */
static void mtu_of_a_ppp_device_changes(struct kunit *test)
{
	struct nftsw_kt_off *ctx = test->priv;
	struct net_device *ppp;

	ppp = alloc_netdev(sizeof(struct nftsw_kt_end *), "topoppp%d", NET_NAME_UNKNOWN,
			   topo_ppp_setup);
	KUNIT_ASSERT_NOT_NULL(test, ppp);
	*(const struct nftsw_kt_end **)netdev_priv(ppp) = &ctx->conn.server;
	KUNIT_ASSERT_EQ(test, register_netdev(ppp), 0);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, topo_dev_free, ppp), 0);
	nftsw_kt_end_encap(&ctx->conn.server, ETH_P_PPP_SES, 5);
	nftsw_kt_off_add(test);
	u64_to_ether_addr(0x02aabbccdd0aull, ctx->conn.server.mac);
	rtnl_lock();
	KUNIT_EXPECT_EQ(test, dev_set_mtu(ppp, 1454), 0);
	rtnl_unlock();
	topo_expect(test, 2, 0, NFTSW_FLOW_EVENT_STALE_MTU);
	/* no other session's end: this one's */
	nftsw_kt_off_add(test);
	rtnl_lock();
	KUNIT_EXPECT_EQ(test, dev_set_mtu(ppp, 1400), 0);
	rtnl_unlock();
	topo_expect(test, 0, 2, NFTSW_FLOW_EVENT_STALE_MTU);
}

static void port_leaves_its_bridge(struct kunit *test)
{
	struct net_device *br = topo_bridged(test);

	topo_unlink(topo_port(test, NFTSW_KT_OTHER), br);
	topo_expect(test, 2, 0, NFTSW_FLOW_EVENT_STALE_VLAN);
	topo_unlink(topo_port(test, NFTSW_KT_LAN), br);
	topo_expect(test, 0, 2, NFTSW_FLOW_EVENT_STALE_VLAN);
}

static void topo_stp(struct net_device *dev, u8 state)
{
	struct switchdev_attr attr = {
		.orig_dev = dev,
		.id = SWITCHDEV_ATTR_ID_PORT_STP_STATE,
		.u.stp_state = state,
	};
	struct switchdev_notifier_port_attr_info info = { .attr = &attr };

	rtnl_lock();
	call_switchdev_blocking_notifiers(SWITCHDEV_PORT_ATTR_SET, dev, &info.info,
					  NULL);
	rtnl_unlock();
}

static void port_stops_forwarding(struct kunit *test)
{
	topo_bridged(test);
	topo_stp(topo_port(test, NFTSW_KT_LAN), BR_STATE_FORWARDING);
	topo_expect(test, 2, 0, NFTSW_FLOW_EVENT_STALE_VLAN);
	topo_stp(topo_port(test, NFTSW_KT_LAN), BR_STATE_BLOCKING);
	topo_expect(test, 0, 2, NFTSW_FLOW_EVENT_STALE_VLAN);
}

/* ---- VLANs --------------------------------------------------------------------- */

static void topo_vlan(struct kunit *test, struct net_device *dev, u16 vid, bool add)
{
	struct switchdev_obj_port_vlan vlan = {
		.obj.orig_dev = dev,
		.obj.id = SWITCHDEV_OBJ_ID_PORT_VLAN,
		.vid = vid,
	};
	struct switchdev_notifier_port_obj_info info = { .obj = &vlan.obj };
	int ret;

	rtnl_lock();
	ret = call_switchdev_blocking_notifiers(add ? SWITCHDEV_PORT_OBJ_ADD :
						      SWITCHDEV_PORT_OBJ_DEL,
						dev, &info.info, NULL);
	rtnl_unlock();
	KUNIT_EXPECT_EQ(test, ret, NOTIFY_DONE);
	KUNIT_EXPECT_FALSE_MSG(test, info.handled, "the bridge believes in an offload");
}

/* Tagged flows of other VLANs stay, untagged ones may be of any. */
static void port_leaves_a_vlan(struct kunit *test)
{
	struct nftsw_kt_off *ctx = test->priv;

	nftsw_kt_end_encap(&ctx->conn.client, ETH_P_8021Q, 100);
	topo_bridged(test);
	topo_vlan(test, topo_port(test, NFTSW_KT_LAN), 200, false);
	topo_vlan(test, topo_port(test, NFTSW_KT_OTHER), 100, false);
	topo_expect(test, 2, 0, NFTSW_FLOW_EVENT_STALE_VLAN);
	topo_vlan(test, topo_port(test, NFTSW_KT_LAN), 100, false);
	topo_expect(test, 0, 2, NFTSW_FLOW_EVENT_STALE_VLAN);
}

static void port_gets_another_pvid(struct kunit *test)
{
	topo_bridged(test);
	topo_vlan(test, topo_port(test, NFTSW_KT_LAN), 200, true);
	topo_expect(test, 0, 2, NFTSW_FLOW_EVENT_STALE_VLAN);
}

/* ---- routes -------------------------------------------------------------------- */

static void topo_route(u32 dst, int len)
{
	struct fib_entry_notifier_info fen = {
		.info.family = AF_INET, .dst = dst, .dst_len = len,
	};

	call_fib_notifiers(&init_net, FIB_EVENT_ENTRY_REPLACE, &fen.info);
}

/* Destinations behind NAT count: the client's own, not what the server answers to. */
static void route_changes(struct kunit *test)
{
	struct nftsw_kt_off *ctx = test->priv;

	nftsw_kt_off_add(test);
	topo_route(0x0a030000, 16);
	topo_route(ntohl(ctx->conn.snat_addr.s6_addr32[0]), 32);
	topo_expect(test, 2, 0, NFTSW_FLOW_EVENT_STALE_ROUTE);
	topo_route(ntohl(ctx->conn.client.addr.s6_addr32[0]) & 0xffffff00, 24);
	topo_expect(test, 0, 2, NFTSW_FLOW_EVENT_STALE_ROUTE);
	topo_rest(test);
	nftsw_kt_off_add(test);
	topo_route(ntohl(ctx->conn.server.addr.s6_addr32[0]), 32);
	topo_expect(test, 0, 4, NFTSW_FLOW_EVENT_STALE_ROUTE);
}

static void topo_route6(struct kunit *test, const struct in6_addr *dst, int len)
{
	struct fib6_info *rt = kunit_kzalloc(test, sizeof(*rt), GFP_KERNEL);
	struct fib6_entry_notifier_info fen6 = { .info.family = AF_INET6, .rt = rt };

	KUNIT_ASSERT_NOT_NULL(test, rt);
	ipv6_addr_prefix(&rt->fib6_dst.addr, dst, len);
	rt->fib6_dst.plen = len;
	call_fib_notifiers(&init_net, FIB_EVENT_ENTRY_REPLACE, &fen6.info);
}

/* Prefixes of IPv6, and routes of the other family. */
static void route6_changes(struct kunit *test)
{
	struct nftsw_kt_off *ctx = test->priv;
	struct in6_addr other;

	nftsw_kt_conn_init(&ctx->conn, NFPROTO_IPV6, IPPROTO_TCP,
			   topo_port(test, NFTSW_KT_LAN), topo_port(test, NFTSW_KT_WAN));
	nftsw_kt_off_add(test);
	/* one bit off, at the end of the prefix */
	other = ctx->conn.client.addr;
	other.s6_addr[7] ^= 1;
	topo_route6(test, &other, 64);
	topo_route(0, 0);
	topo_expect(test, 2, 0, NFTSW_FLOW_EVENT_STALE_ROUTE);
	topo_route6(test, &ctx->conn.client.addr, 64);
	topo_expect(test, 0, 2, NFTSW_FLOW_EVENT_STALE_ROUTE);
	topo_rest(test);
	nftsw_kt_off_add(test);
	topo_route6(test, &ctx->conn.server.addr, 128);
	topo_expect(test, 0, 4, NFTSW_FLOW_EVENT_STALE_ROUTE);
	topo_rest(test);
	nftsw_kt_off_add(test);
	topo_route6(test, &in6addr_any, 0);
	topo_expect(test, 0, 6, NFTSW_FLOW_EVENT_STALE_ROUTE);
}

/* The other direction goes too, and one direction alone is none the worse for it. */
static void one_direction_alone(struct kunit *test)
{
	struct nftsw_kt_off *ctx = test->priv;
	struct nftsw_kt_rule *rules = nftsw_kt_rules(test, &ctx->conn);

	KUNIT_ASSERT_EQ(test, nftsw_kt_off_replace(test, NFTSW_KT_COOKIE,
						   &rules[NFTSW_KT_REPLY]), 0);
	topo_route(ntohl(ctx->conn.server.addr.s6_addr32[0]), 32);
	topo_expect(test, 1, 0, NFTSW_FLOW_EVENT_STALE_ROUTE);
	topo_route(0, 0);
	topo_expect(test, 0, 1, NFTSW_FLOW_EVENT_STALE_ROUTE);
}

static void routing_rules_change(struct kunit *test)
{
	struct fib_notifier_info info = { .family = AF_INET6 };

	nftsw_kt_off_add(test);
	call_fib_notifiers(&init_net, FIB_EVENT_RULE_ADD, &info);
	topo_expect(test, 2, 0, NFTSW_FLOW_EVENT_STALE_ROUTE);
	info.family = AF_INET;
	call_fib_notifiers(&init_net, FIB_EVENT_RULE_ADD, &info);
	topo_expect(test, 0, 2, NFTSW_FLOW_EVENT_STALE_ROUTE);
}

/* ---- netfilter's own flow ------------------------------------------------------ */

/* The real flow is given up, and what netfilter still asks for it is refused. */
static void netfilter_gives_the_flow_up(struct kunit *test)
{
	struct nftsw_kt_off *ctx = test->priv;
	struct flow_offload *flow;

	/* nobody frees the flow while we look at it */
	cancel_delayed_work_sync(&ctx->kf->ft.gc_work);
	ctx->kt->ns->nf = &nftsw_nf_ops;
	flow = nftsw_kt_ft_flow_add(test, ctx->kf, &ctx->conn);
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_count(test), 2u);
	topo_route(0, 0);
	topo_settle(test);
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_count(test), 0u);
	KUNIT_EXPECT_TRUE(test, test_bit(NF_FLOW_TEARDOWN, &flow->flags));
	nf_flow_offload_add(&ctx->kf->ft, flow);
	nftsw_kt_flow_wait(flow);
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_count(test), 0u);
}

/* The tuple of each direction has that of the way out. */
static void netfilter_knows_the_mtu_of_the_route(struct kunit *test)
{
	struct nftsw_kt_off *ctx = test->priv;

	cancel_delayed_work_sync(&ctx->kf->ft.gc_work);
	ctx->kt->ns->nf = &nftsw_nf_ops;
	ctx->conn.server.mtu = 1400;
	ctx->conn.client.mtu = 1300;
	nftsw_kt_ft_flow_add(test, ctx->kf, &ctx->conn);
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_count(test), 2u);
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_mtu(test, NFTSW_KT_WAN), 1400);
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_mtu(test, NFTSW_KT_LAN), 1300);
}

/* ---- many flows ---------------------------------------------------------------- */

static int topo_many_init(struct kunit *test)
{
	struct nftsw_kt_off *ctx = kunit_kzalloc(test, sizeof(*ctx), GFP_KERNEL);
	struct nfm_cfg cfg;
	u32 i;

	KUNIT_ASSERT_NOT_NULL(test, ctx);
	nftsw_kt_cfg(&cfg);
	cfg.flows = 2048;
	ctx->kt = nftsw_kt_chip(test, &cfg);
	KUNIT_ASSERT_EQ(test, nftsw_kt_probe(ctx->kt), 0);
	test->priv = ctx;
	for (i = 0; i < NFTSW_KT_PORTS; i++)
		nftsw_kt_up(ctx->kt, i);
	ctx->kf = nftsw_kt_ft_new(test, NFPROTO_IPV4);
	nftsw_kt_off_bind(test, ctx->kf);
	nftsw_kt_conn_init(&ctx->conn, NFPROTO_IPV4, IPPROTO_UDP,
			   nftsw_kt_dev(ctx->kt, NFTSW_KT_LAN),
			   nftsw_kt_dev(ctx->kt, NFTSW_KT_WAN));
	return 0;
}

/* @n connections to the server, one direction each, from ports of their own. */
static void topo_many_add(struct kunit *test, u32 n, u32 first)
{
	struct nftsw_kt_off *ctx = test->priv;
	struct nftsw_kt_rule *rule = nftsw_kt_rules(test, &ctx->conn);
	u32 i;

	for (i = 0; i < n; i++) {
		rule->match.key.tp.src = htons(first + i);
		KUNIT_ASSERT_EQ(test, nftsw_kt_off_replace(test, first + i, rule), 0);
	}
}

/* By one command: those that do not meet the condition stay, or come back. */
static void many_flows_go_at_once(struct kunit *test)
{
	struct nftsw_kt_off *ctx = test->priv;
	struct nftsw_kt_end *server = &ctx->conn.server;
	u32 dels;

	topo_neigh_set(test, server->dev, server, server->mac, NUD_REACHABLE);
	topo_many_add(test, TOPO_MANY, 1000);
	u64_to_ether_addr(0x02aabbccdd0aull, server->mac);
	topo_many_add(test, 1, 5000);
	topo_settle(test);
	dels = READ_ONCE(ctx->kt->bm->cmds[NFTSW_OP_FLOW_DEL]);
	topo_neigh_set(test, server->dev, server, topo_mac, NUD_REACHABLE);
	topo_expect(test, 1, TOPO_MANY, NFTSW_FLOW_EVENT_STALE_NEIGH);
	KUNIT_EXPECT_EQ(test, READ_ONCE(ctx->kt->bm->cmds[NFTSW_OP_FLOW_DEL]), dels);
}

static void many_flows_of_a_port_and_a_prefix(struct kunit *test)
{
	topo_many_add(test, TOPO_MANY, 1000);
	topo_vlan(test, topo_port(test, NFTSW_KT_OTHER), 100, false);
	topo_settle(test);
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_count(test), (u32)TOPO_MANY);
	topo_vlan(test, topo_port(test, NFTSW_KT_LAN), 100, false);
	topo_expect(test, 0, TOPO_MANY, NFTSW_FLOW_EVENT_STALE_VLAN);
	topo_rest(test);
	topo_many_add(test, TOPO_MANY, 1000);
	topo_route(0, 0);
	topo_settle(test);
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_count(test), 0u);
	KUNIT_EXPECT_EQ(test, nftsw_kt_torn_down(), 2u * TOPO_MANY);
}

static u32 topo_writes(struct kunit *test)
{
	struct nftsw_kt_off *ctx = test->priv;

	return READ_ONCE(ctx->kt->bm->cmds[NFTSW_OP_FLOW_SET]);
}

static void topo_port_mtu(struct kunit *test, u32 port, int mtu)
{
	rtnl_lock();
	KUNIT_EXPECT_EQ(test, dev_set_mtu(topo_port(test, port), mtu), 0);
	rtnl_unlock();
}

/* netfilter's own flows would have the old one for ever, be it larger or smaller. */
static void another_mtu_of_a_port_takes_its_flows(struct kunit *test)
{
	nftsw_kt_off_add(test);
	topo_port_mtu(test, NFTSW_KT_OTHER, 1400);
	topo_expect(test, 2, 0, NFTSW_FLOW_EVENT_STALE_MTU);
	topo_port_mtu(test, NFTSW_KT_WAN, 1400);
	topo_expect(test, 0, 2, NFTSW_FLOW_EVENT_STALE_MTU);
	topo_rest(test);
	nftsw_kt_off_add(test);
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_mtu(test, NFTSW_KT_WAN), 1400);
	topo_port_mtu(test, NFTSW_KT_WAN, 1500);
	topo_expect(test, 0, 4, NFTSW_FLOW_EVENT_STALE_MTU);
	topo_rest(test);
	nftsw_kt_off_add(test);
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_mtu(test, NFTSW_KT_WAN), 1500);
}

/* Those that leave there are written again before the MTU is true; too many of them go at once. */
static void mtu_is_for_the_flows_of_its_port(struct kunit *test)
{
	struct nftsw_kt_off *ctx = test->priv;
	u32 writes;

	topo_many_add(test, TOPO_MANY, 1000);
	writes = topo_writes(test);
	topo_port_mtu(test, NFTSW_KT_OTHER, 1400);
	topo_port_mtu(test, NFTSW_KT_LAN, 1600);
	KUNIT_EXPECT_EQ(test, topo_writes(test), writes);
	topo_expect(test, 0, TOPO_MANY, NFTSW_FLOW_EVENT_STALE_MTU);
	topo_rest(test);
	topo_many_add(test, TOPO_MANY, 1000);
	writes = topo_writes(test);
	topo_port_mtu(test, NFTSW_KT_WAN, 1400);
	KUNIT_EXPECT_EQ(test, topo_writes(test), writes + TOPO_MANY);
	topo_expect(test, 0, 2 * TOPO_MANY, NFTSW_FLOW_EVENT_STALE_MTU);
	topo_rest(test);
	topo_many_add(test, TOPO_MANY, 1000);

	topo_many_add(test, TOPO_TOO_MANY - TOPO_MANY, 1000 + TOPO_MANY);
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_count(test), (u32)TOPO_TOO_MANY);
	writes = topo_writes(test);
	topo_port_mtu(test, NFTSW_KT_WAN, 1300);
	KUNIT_EXPECT_EQ(test, topo_writes(test), writes);
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_count(test), 0u);
	KUNIT_EXPECT_EQ(test, nftsw_kt_flow_events(ctx->kt, NFTSW_FLOW_EVENT_PURGED),
			(u64)TOPO_TOO_MANY);
	topo_many_add(test, 1, 1000);
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_mtu(test, NFTSW_KT_WAN), 1300);
}

/* A chip without a bridge of its own: what is said here of hosts and VLANs is invented. */
static int topo_init(struct kunit *test)
{
	struct nfm_cfg cfg;

	nftsw_kt_cfg(&cfg);
	cfg.fdb = 0;
	nftsw_kt_off_init_cfg(test, &cfg);
	return 0;
}

static struct kunit_case topo_cases[] = {
	KUNIT_CASE(bridge_address_is_routed),
	KUNIT_CASE(address_two_floors_above_is_routed),
	KUNIT_CASE(bridge_address_changes),
	KUNIT_CASE(port_address_changes),
	KUNIT_CASE(too_many_addresses_above),
	KUNIT_CASE(addresses_survive_a_reset),
	KUNIT_CASE(neighbour_is_not_held),
	KUNIT_CASE(neighbour_gets_another_address),
	KUNIT_CASE(neighbour_fails),
	KUNIT_CASE(neighbour_of_a_bridge_was_there_before),
	KUNIT_CASE(neighbour_of_a_bridge_port_fails),
	KUNIT_CASE(neighbour_of_a_lag_port_fails),
	KUNIT_CASE(late_request_is_found_too),
	KUNIT_CASE(very_late_request_is_found_too),
	KUNIT_CASE(neighbour_gets_its_address_back),
	KUNIT_CASE(lost_news_takes_all_flows_twice),
	KUNIT_CASE(lost_news_of_a_neighbour_is_asked_for),
	KUNIT_CASE(lost_news_of_a_new_neighbour_is_asked_for),
	KUNIT_CASE(host_moves_to_another_port),
	KUNIT_CASE(bridge_forgets_a_host),
	KUNIT_CASE(host_is_back_at_its_port),
	KUNIT_CASE(host_moves_to_a_foreign_port_and_back),
	KUNIT_CASE(many_hosts_leave_a_foreign_port),
	KUNIT_CASE(mtu_of_the_bridge_counts),
	KUNIT_CASE(mtu_of_a_ppp_device_changes),
	KUNIT_CASE(port_leaves_its_bridge),
	KUNIT_CASE(port_stops_forwarding),
	KUNIT_CASE(port_leaves_a_vlan),
	KUNIT_CASE(port_gets_another_pvid),
	KUNIT_CASE(route_changes),
	KUNIT_CASE(route6_changes),
	KUNIT_CASE(one_direction_alone),
	KUNIT_CASE(routing_rules_change),
	KUNIT_CASE(netfilter_gives_the_flow_up),
	KUNIT_CASE(netfilter_knows_the_mtu_of_the_route),
	{}
};

static struct kunit_case topo_many_cases[] = {
	KUNIT_CASE(many_flows_go_at_once),
	KUNIT_CASE(many_flows_of_a_port_and_a_prefix),
	KUNIT_CASE(another_mtu_of_a_port_takes_its_flows),
	KUNIT_CASE(mtu_is_for_the_flows_of_its_port),
	{}
};

static struct kunit_suite topo_suite = {
	.name = "nftsw_topo",
	.init = topo_init,
	.exit = nftsw_kt_off_exit,
	.test_cases = topo_cases,
};

static struct kunit_suite topo_many_suite = {
	.name = "nftsw_topo_many",
	.init = topo_many_init,
	.exit = nftsw_kt_off_exit,
	.test_cases = topo_many_cases,
};

kunit_test_suites(&topo_suite, &topo_many_suite);

MODULE_DESCRIPTION("KUnit tests of nftsw's view of the topology above its ports");
MODULE_LICENSE("GPL");
