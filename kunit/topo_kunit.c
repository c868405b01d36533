// SPDX-License-Identifier: GPL-2.0
/*
 * What is above the ports changes: flows whose path is no longer true leave the chip, and
 * netfilter gives them up; others stay.  Here: addresses, neighbours, routes.  Floor 11.  The
 * kernel's own notifiers carry the news; neighbours are real ones.  Every case ends with an
 * audit.
 */

#include <linux/delay.h>
#include <linux/etherdevice.h>
#include <linux/if_arp.h>
#include <linux/inetdevice.h>
#include <linux/rtnetlink.h>
#include <net/addrconf.h>
#include <net/arp.h>
#include <net/fib_notifier.h>
#include <net/ip6_fib.h>
#include <net/ip_fib.h>
#include <net/neighbour.h>
#include <net/netevent.h>
#include <net/nexthop.h>
#include "nftsw_kt_bridge.h"
#include "nftsw_kt_topo.h"

/* As many changes as are kept. */
#define TOPO_TODO	4096

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
	struct net_device *br = nftsw_kt_topo_dev(test, true, 0x02b0b0b0b0b0ull);

	nftsw_kt_topo_link(test, nftsw_kt_topo_port(test, NFTSW_KT_LAN), br);
	nftsw_kt_topo_rest(test);
	nftsw_kt_off_add(test);
	topo_send_to(test, br->dev_addr, true);
	nftsw_kt_off_forward(test); /* the port's own goes on */
	topo_send_to(test, nftsw_kt_topo_mac, false);
	nftsw_kt_topo_unlink(nftsw_kt_topo_port(test, NFTSW_KT_LAN), br);
	nftsw_kt_topo_rest(test);
	nftsw_kt_off_add(test);
	topo_send_to(test, br->dev_addr, false);
}

/* Two floors above; an ordinary device in between or on top does not route. */
static void address_two_floors_above_is_routed(struct kunit *test)
{
	struct net_device *mid = nftsw_kt_topo_dev(test, false, 0x02a0a0a0a0a0ull);
	struct net_device *top = nftsw_kt_topo_dev(test, true, 0x02b0b0b0b0b0ull);

	nftsw_kt_topo_link(test, nftsw_kt_topo_port(test, NFTSW_KT_LAN), mid);
	nftsw_kt_topo_link(test, mid, top);
	nftsw_kt_topo_rest(test);
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
	struct net_device *br = nftsw_kt_topo_dev(test, true, 0x02b0b0b0b0b0ull);
	u8 old[ETH_ALEN] __aligned(2);

	nftsw_kt_topo_link(test, nftsw_kt_topo_port(test, NFTSW_KT_LAN), br);
	msleep(NFTSW_KT_TOPO_LINK_MS);
	nftsw_kt_topo_rest(test);
	nftsw_kt_off_add(test);
	ether_addr_copy(old, br->dev_addr);
	topo_set_mac(test, br, nftsw_kt_topo_mac);
	topo_send_to(test, nftsw_kt_topo_mac, true);
	topo_send_to(test, old, false);
	nftsw_kt_topo_expect(test, 2, 0, NFTSW_FLOW_EVENT_STALE_MAC);
}

/* What leaves with the old address is given up. */
static void port_address_changes(struct kunit *test)
{
	nftsw_kt_off_add(test);
	topo_set_mac(test, nftsw_kt_topo_port(test, NFTSW_KT_WAN), nftsw_kt_topo_mac);
	nftsw_kt_topo_expect(test, 0, 2, NFTSW_FLOW_EVENT_STALE_MAC);
}

/* The chip has 16 places: what does not fit stays in software. */
static void too_many_addresses_above(struct kunit *test)
{
	struct net_device *lan = nftsw_kt_topo_port(test, NFTSW_KT_LAN), *br[NFTSW_PORT_UPPERS + 1];
	struct nftsw_kt_off *ctx = test->priv;
	struct nftsw_port *np = netdev_priv(lan);
	u32 i;

	for (i = 0; i <= NFTSW_PORT_UPPERS; i++) {
		br[i] = nftsw_kt_topo_dev(test, true, 0x02b0b0b0b000ull + i);
		rtnl_lock();
		KUNIT_EXPECT_EQ(test, netdev_upper_dev_link(lan, br[i], NULL), 0);
		rtnl_unlock();
	}
	nftsw_kt_topo_settle(test);
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
	struct net_device *br = nftsw_kt_topo_dev(test, true, 0x02b0b0b0b0b0ull);
	struct nftsw_kt_off *ctx = test->priv;

	nftsw_kt_topo_link(test, nftsw_kt_topo_port(test, NFTSW_KT_LAN), br);
	nftsw_kt_topo_settle(test);
	devl_lock(ctx->kt->ns->devlink);
	nftsw_core_down(ctx->kt->ns);
	KUNIT_EXPECT_EQ(test, nftsw_core_up(ctx->kt->ns), 0);
	devl_unlock(ctx->kt->ns->devlink);
	nftsw_kt_topo_rest(test);
	nftsw_kt_off_add(test);
	topo_send_to(test, br->dev_addr, true);
}

/* ---- neighbours ---------------------------------------------------------------- */

static void neighbour_gets_another_address(struct kunit *test)
{
	struct nftsw_kt_off *ctx = test->priv;
	struct nftsw_kt_end *server = &ctx->conn.server;

	nftsw_kt_topo_neigh_set(test, server->dev, server, server->mac, NUD_REACHABLE);
	nftsw_kt_off_add(test);
	nftsw_kt_topo_neigh_set(test, server->dev, server, server->mac, NUD_STALE);
	nftsw_kt_topo_expect(test, 2, 0, NFTSW_FLOW_EVENT_STALE_NEIGH);
	nftsw_kt_topo_neigh_set(test, server->dev, server, nftsw_kt_topo_mac, NUD_REACHABLE);
	nftsw_kt_topo_expect(test, 0, 2, NFTSW_FLOW_EVENT_STALE_NEIGH);
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
	nftsw_kt_topo_settle(test);
	while (refcount_read(&n->refcnt) > refs)
		neigh_release(n);
	neigh_release(n);
}

static void neighbour_fails(struct kunit *test)
{
	struct nftsw_kt_off *ctx = test->priv;
	struct nftsw_kt_end *server = &ctx->conn.server;

	nftsw_kt_topo_neigh_set(test, server->dev, server, server->mac, NUD_REACHABLE);
	nftsw_kt_off_add(test);
	nftsw_kt_topo_neigh_set(test, server->dev, server, NULL, NUD_FAILED);
	nftsw_kt_topo_expect(test, 0, 2, NFTSW_FLOW_EVENT_STALE_NEIGH);
}

static struct neighbour *topo_neigh_get(struct kunit *test, const struct nftsw_kt_end *end)
{
	__be32 addr = end->addr.s6_addr32[0];
	struct neighbour *n = __neigh_lookup_errno(&arp_tbl, &addr, end->dev);

	KUNIT_ASSERT_FALSE(test, IS_ERR(n));
	return n;
}

/* A machine with two addresses: when one of them fails, what is sent to the other is right. */
static void neighbour_fails_beside_another(struct kunit *test)
{
	struct nftsw_kt_off *ctx = test->priv;
	struct nftsw_kt_end *server = &ctx->conn.server, other = *server;

	other.addr.s6_addr32[0] ^= htonl(0xff);
	nftsw_kt_topo_neigh_set(test, server->dev, server, server->mac, NUD_REACHABLE);
	nftsw_kt_topo_neigh_set(test, server->dev, &other, server->mac, NUD_REACHABLE);
	nftsw_kt_off_add(test);
	nftsw_kt_topo_neigh_set(test, server->dev, &other, NULL, NUD_FAILED);
	nftsw_kt_topo_expect(test, 2, 0, NFTSW_FLOW_EVENT_STALE_NEIGH);
	nftsw_kt_topo_neigh_set(test, server->dev, &other, server->mac, NUD_STALE);
	nftsw_kt_topo_neigh_set(test, server->dev, server, NULL, NUD_FAILED);
	nftsw_kt_topo_expect(test, 0, 2, NFTSW_FLOW_EVENT_STALE_NEIGH);
	/* found elsewhere: flows to it there are right, while those of before are looked for */
	ether_addr_copy(server->mac, nftsw_kt_topo_mac);
	nftsw_kt_topo_neigh_set(test, server->dev, server, server->mac, NUD_REACHABLE);
	nftsw_kt_topo_settle(test);
	nftsw_kt_off_add(test);
	msleep(NFTSW_KT_TOPO_AGAIN_MS + NFTSW_KT_TOPO_LATER_MS);
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_count(test), 2u);
}

/* As if it were time to tell the kernel which neighbours are in use. */
static void topo_neighs_used(struct kunit *test)
{
	struct nftsw_kt_off *ctx = test->priv;
	struct nftsw_topo *topo = ctx->kt->ns->topo;

	KUNIT_EXPECT_EQ(test, nftsw_flow_refresh(ctx->kt->ns), 0);
	nftsw_kt_topo_settle(test);
	topo->neigh_due = jiffies;
	mod_delayed_work(topo->ns->wq, &topo->work, 0);
	nftsw_kt_topo_settle(test);
	KUNIT_EXPECT_TRUE(test, time_after(topo->neigh_due, jiffies + HZ));
}

/* What the chip forwards the kernel does not see; it is told, and asks the neighbour again. */
static void neighbour_in_use_is_asked(struct kunit *test)
{
	struct nftsw_kt_off *ctx = test->priv;
	struct nftsw_kt_end *server = &ctx->conn.server, *client = &ctx->conn.client;
	struct neighbour *n = topo_neigh_get(test, server), *idle = topo_neigh_get(test, client);

	nftsw_kt_topo_neigh_set(test, server->dev, server, server->mac, NUD_STALE);
	nftsw_kt_topo_neigh_set(test, client->dev, client, client->mac, NUD_STALE);
	nftsw_kt_topo_settle(test);
	nftsw_kt_off_add(test);
	topo_neighs_used(test);
	KUNIT_EXPECT_EQ(test, READ_ONCE(n->nud_state), NUD_STALE);
	nftsw_kt_expect_forward(ctx->kt, &ctx->conn, NFTSW_KT_ORIG);
	topo_neighs_used(test);
	KUNIT_EXPECT_EQ(test, READ_ONCE(n->nud_state), NUD_DELAY);
	KUNIT_EXPECT_EQ(test, READ_ONCE(idle->nud_state), NUD_STALE);
	/* that was then */
	nftsw_kt_topo_neigh_set(test, server->dev, server, server->mac, NUD_STALE);
	topo_neighs_used(test);
	KUNIT_EXPECT_EQ(test, READ_ONCE(n->nud_state), NUD_STALE);
	neigh_release(idle);
	neigh_release(n);
}

/* Known before its device came above a port. */
static void neighbour_of_a_bridge_was_there_before(struct kunit *test)
{
	struct net_device *br = nftsw_kt_topo_dev(test, true, 0x02b0b0b0b0b0ull);
	struct nftsw_kt_off *ctx = test->priv;
	struct nftsw_kt_end *client = &ctx->conn.client;

	rtnl_lock();
	KUNIT_EXPECT_EQ(test, dev_change_flags(br, br->flags | IFF_UP, NULL), 0);
	rtnl_unlock();
	nftsw_kt_topo_neigh_set(test, br, client, client->mac, NUD_REACHABLE);
	nftsw_kt_topo_link(test, nftsw_kt_topo_port(test, NFTSW_KT_LAN), br);
	nftsw_kt_topo_rest(test);
	nftsw_kt_off_add(test);
	nftsw_kt_topo_neigh_set(test, br, client, nftsw_kt_topo_mac, NUD_REACHABLE);
	nftsw_kt_topo_expect(test, 0, 2, NFTSW_FLOW_EVENT_STALE_NEIGH);
}

/* Its path was looked up before the change; the request came so long after it. */
static void topo_late(struct kunit *test, unsigned int asked_ms, unsigned int found_ms)
{
	struct nftsw_kt_off *ctx = test->priv;
	struct nftsw_kt_rule *rules = nftsw_kt_rules(test, &ctx->conn);
	struct nftsw_kt_end *server = &ctx->conn.server;

	nftsw_kt_topo_neigh_set(test, server->dev, server, server->mac, NUD_REACHABLE);
	nftsw_kt_topo_settle(test);
	nftsw_kt_topo_neigh_set(test, server->dev, server, nftsw_kt_topo_mac, NUD_REACHABLE);
	nftsw_kt_topo_settle(test);
	msleep(asked_ms);
	nftsw_kt_topo_settle(test);
	KUNIT_ASSERT_EQ(test, nftsw_kt_off_replace(test, NFTSW_KT_COOKIE,
						   &rules[NFTSW_KT_ORIG]), 0);
	nftsw_kt_topo_expect(test, 1, 0, NFTSW_FLOW_EVENT_STALE_NEIGH);
	msleep(found_ms);
	nftsw_kt_topo_expect(test, 0, 1, NFTSW_FLOW_EVENT_STALE_NEIGH);
}

static void late_request_is_found_too(struct kunit *test)
{
	topo_late(test, 0, NFTSW_KT_TOPO_AGAIN_MS);
}

/* So many connections were to be offloaded at once. */
static void very_late_request_is_found_too(struct kunit *test)
{
	topo_late(test, NFTSW_KT_TOPO_AGAIN_MS, NFTSW_KT_TOPO_LATER_MS);
}

/* That another neighbour has the former address, and rightly, says nothing of this one. */
static void two_neighbours_have_had_one_address(struct kunit *test)
{
	struct nftsw_kt_off *ctx = test->priv;
	struct nftsw_kt_rule *rules = nftsw_kt_rules(test, &ctx->conn);
	struct nftsw_kt_end *server = &ctx->conn.server, other = *server;

	other.addr.s6_addr[3] ^= 1;
	nftsw_kt_topo_neigh_set(test, server->dev, server, server->mac, NUD_REACHABLE);
	nftsw_kt_topo_settle(test);
	nftsw_kt_topo_neigh_set(test, server->dev, server, nftsw_kt_topo_mac, NUD_REACHABLE);
	nftsw_kt_topo_neigh_set(test, server->dev, &other, server->mac, NUD_REACHABLE);
	nftsw_kt_topo_rest(test);
	KUNIT_ASSERT_EQ(test, nftsw_kt_off_replace(test, NFTSW_KT_COOKIE, &rules[NFTSW_KT_ORIG]),
			0);
	msleep(NFTSW_KT_TOPO_LATER_MS);
	nftsw_kt_topo_expect(test, 0, 1, NFTSW_FLOW_EVENT_STALE_NEIGH);
}

/* While its former flows are looked for, a neighbour has its address back: the new ones stay. */
static void neighbour_gets_its_address_back(struct kunit *test)
{
	struct nftsw_kt_off *ctx = test->priv;
	struct nftsw_kt_end *server = &ctx->conn.server;

	nftsw_kt_topo_neigh_set(test, server->dev, server, server->mac, NUD_REACHABLE);
	nftsw_kt_topo_settle(test);
	nftsw_kt_topo_neigh_set(test, server->dev, server, nftsw_kt_topo_mac, NUD_REACHABLE);
	nftsw_kt_topo_rest(test);
	nftsw_kt_topo_neigh_set(test, server->dev, server, server->mac, NUD_REACHABLE);
	nftsw_kt_topo_rest(test);
	nftsw_kt_off_add(test);
	msleep(NFTSW_KT_TOPO_LATER_MS);
	nftsw_kt_topo_expect(test, 2, 0, NFTSW_FLOW_EVENT_STALE_NEIGH);
}

/* When there are more than can be kept, those that the kernel has forgotten go, and no others. */
static void neighbours_that_are_known_are_kept(struct kunit *test)
{
	struct nftsw_kt_off *ctx = test->priv;
	struct nftsw_kt_end *server = &ctx->conn.server, *client = &ctx->conn.client;
	struct net_device *other = nftsw_kt_topo_port(test, NFTSW_KT_OTHER);
	struct nftsw_topo *topo = ctx->kt->ns->topo;
	u32 before;

	nftsw_kt_topo_neigh_set(test, server->dev, server, server->mac, NUD_REACHABLE);
	nftsw_kt_topo_neigh_set(test, other, server, server->mac, NUD_REACHABLE);
	nftsw_kt_topo_neigh_set(test, other, server, NULL, NUD_NONE);
	nftsw_kt_topo_rest(test);
	before = topo->neigh_count;
	topo->neigh_limit = 0;
	nftsw_kt_topo_neigh_set(test, client->dev, client, client->mac, NUD_REACHABLE);
	nftsw_kt_topo_settle(test);
	KUNIT_EXPECT_GT(test, topo->neigh_limit, 0u);
	KUNIT_EXPECT_EQ(test, topo->neigh_count, before - 1 + 1);
	nftsw_kt_off_add(test);
	nftsw_kt_topo_neigh_set(test, server->dev, server, nftsw_kt_topo_mac, NUD_REACHABLE);
	nftsw_kt_topo_expect(test, 0, 2, NFTSW_FLOW_EVENT_STALE_NEIGH);
}

/* ---- more news than can be kept ---- */

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
	nftsw_kt_topo_expect(test, 0, 2, NFTSW_FLOW_EVENT_STALE_ROUTE);
	KUNIT_ASSERT_EQ(test, nftsw_kt_off_replace(test, NFTSW_KT_COOKIE,
						   &rules[NFTSW_KT_ORIG]), 0);
	nftsw_kt_topo_expect(test, 1, 2, NFTSW_FLOW_EVENT_STALE_ROUTE);
	nftsw_kt_topo_rest(test);
	nftsw_kt_topo_expect(test, 0, 3, NFTSW_FLOW_EVENT_STALE_ROUTE);
	/* and no more than twice */
	nftsw_kt_off_add(test);
	nftsw_kt_topo_rest(test);
	nftsw_kt_topo_expect(test, 2, 3, NFTSW_FLOW_EVENT_STALE_ROUTE);
}

/* The neighbour has moved unseen to nftsw_kt_topo_mac: flows there go when it moves back. */
static void topo_lost_neigh(struct kunit *test, struct nftsw_kt_end *server)
{
	struct neighbour *n = topo_neigh_get(test, server);
	struct nftsw_kt_off *ctx = test->priv;
	u8 mac[ETH_ALEN];

	topo_flood(test, n, nftsw_kt_topo_mac);
	neigh_release(n);
	nftsw_kt_topo_rest(test);
	ether_addr_copy(mac, server->mac);
	ether_addr_copy(server->mac, nftsw_kt_topo_mac);
	nftsw_kt_off_add(test);
	nftsw_kt_topo_neigh_set(test, server->dev, server, mac, NUD_REACHABLE);
	nftsw_kt_topo_settle(test);
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_count(test), 0u);
	KUNIT_EXPECT_EQ(test, nftsw_kt_flow_events(ctx->kt, NFTSW_FLOW_EVENT_STALE_NEIGH), 2ull);
}

static void lost_news_of_a_neighbour_is_asked_for(struct kunit *test)
{
	struct nftsw_kt_off *ctx = test->priv;
	struct nftsw_kt_end *server = &ctx->conn.server;

	nftsw_kt_topo_neigh_set(test, server->dev, server, server->mac, NUD_REACHABLE);
	nftsw_kt_topo_settle(test);
	topo_lost_neigh(test, server);
}

static void lost_news_of_a_new_neighbour_is_asked_for(struct kunit *test)
{
	struct nftsw_kt_off *ctx = test->priv;

	topo_lost_neigh(test, &ctx->conn.server);
}

/* ---- routes -------------------------------------------------------------------- */

/* Destinations behind NAT count: the client's own, not what the server answers to. */
static void route_changes(struct kunit *test)
{
	struct nftsw_kt_off *ctx = test->priv;

	nftsw_kt_off_add(test);
	nftsw_kt_topo_route(0x0a030000, 16);
	nftsw_kt_topo_route(ntohl(ctx->conn.snat_addr.s6_addr32[0]), 32);
	nftsw_kt_topo_expect(test, 2, 0, NFTSW_FLOW_EVENT_STALE_ROUTE);
	nftsw_kt_topo_route(ntohl(ctx->conn.client.addr.s6_addr32[0]) & 0xffffff00, 24);
	nftsw_kt_topo_expect(test, 0, 2, NFTSW_FLOW_EVENT_STALE_ROUTE);
	nftsw_kt_topo_rest(test);
	nftsw_kt_off_add(test);
	nftsw_kt_topo_route(ntohl(ctx->conn.server.addr.s6_addr32[0]), 32);
	nftsw_kt_topo_expect(test, 0, 4, NFTSW_FLOW_EVENT_STALE_ROUTE);
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
			   nftsw_kt_topo_port(test, NFTSW_KT_LAN),
			   nftsw_kt_topo_port(test, NFTSW_KT_WAN));
	nftsw_kt_off_add(test);
	/* one bit off, at the end of the prefix */
	other = ctx->conn.client.addr;
	other.s6_addr[7] ^= 1;
	topo_route6(test, &other, 64);
	nftsw_kt_topo_route(0, 0);
	nftsw_kt_topo_expect(test, 2, 0, NFTSW_FLOW_EVENT_STALE_ROUTE);
	topo_route6(test, &ctx->conn.client.addr, 64);
	nftsw_kt_topo_expect(test, 0, 2, NFTSW_FLOW_EVENT_STALE_ROUTE);
	nftsw_kt_topo_rest(test);
	nftsw_kt_off_add(test);
	topo_route6(test, &ctx->conn.server.addr, 128);
	nftsw_kt_topo_expect(test, 0, 4, NFTSW_FLOW_EVENT_STALE_ROUTE);
	nftsw_kt_topo_rest(test);
	nftsw_kt_off_add(test);
	topo_route6(test, &in6addr_any, 0);
	nftsw_kt_topo_expect(test, 0, 6, NFTSW_FLOW_EVENT_STALE_ROUTE);
}

/* The other direction goes too, and one direction alone is none the worse for it. */
static void one_direction_alone(struct kunit *test)
{
	struct nftsw_kt_off *ctx = test->priv;
	struct nftsw_kt_rule *rules = nftsw_kt_rules(test, &ctx->conn);

	KUNIT_ASSERT_EQ(test, nftsw_kt_off_replace(test, NFTSW_KT_COOKIE,
						   &rules[NFTSW_KT_REPLY]), 0);
	nftsw_kt_topo_route(ntohl(ctx->conn.server.addr.s6_addr32[0]), 32);
	nftsw_kt_topo_expect(test, 1, 0, NFTSW_FLOW_EVENT_STALE_ROUTE);
	nftsw_kt_topo_route(0, 0);
	nftsw_kt_topo_expect(test, 0, 1, NFTSW_FLOW_EVENT_STALE_ROUTE);
}

static void routing_rules_change(struct kunit *test)
{
	struct fib_notifier_info info = { .family = AF_INET6 };

	nftsw_kt_off_add(test);
	call_fib_notifiers(&init_net, FIB_EVENT_RULE_ADD, &info);
	nftsw_kt_topo_expect(test, 2, 0, NFTSW_FLOW_EVENT_STALE_ROUTE);
	info.family = AF_INET;
	call_fib_notifiers(&init_net, FIB_EVENT_RULE_ADD, &info);
	nftsw_kt_topo_expect(test, 0, 2, NFTSW_FLOW_EVENT_STALE_ROUTE);
}

static void topo_nexthop(unsigned long event)
{
	struct nh_notifier_info info = { .net = &init_net, .id = 0xfffffff1 };

	rtnl_lock();
	blocking_notifier_call_chain(&init_net.nexthop.notifier_chain, event, &info);
	rtnl_unlock();
}

/* Which routes have it nobody says; a new one has none. */
static void next_hop_objects_change(struct kunit *test)
{
	nftsw_kt_off_add(test);
	topo_nexthop(NEXTHOP_EVENT_REPLACE);
	nftsw_kt_topo_expect(test, 2, 0, NFTSW_FLOW_EVENT_STALE_ROUTE);
	topo_nexthop(NEXTHOP_EVENT_REPLACE);
	nftsw_kt_topo_expect(test, 0, 2, NFTSW_FLOW_EVENT_STALE_ROUTE);
	nftsw_kt_topo_rest(test);
	nftsw_kt_off_add(test);
	topo_nexthop(NEXTHOP_EVENT_BUCKET_REPLACE);
	nftsw_kt_topo_expect(test, 0, 4, NFTSW_FLOW_EVENT_STALE_ROUTE);
	nftsw_kt_topo_rest(test);
	nftsw_kt_off_add(test);
	topo_nexthop(NEXTHOP_EVENT_DEL);
	topo_nexthop(NEXTHOP_EVENT_REPLACE);
	nftsw_kt_topo_expect(test, 2, 4, NFTSW_FLOW_EVENT_STALE_ROUTE);
}

/* ---- links ---------------------------------------------------------------------- */

static void next_hop_is_dead(struct kunit *test)
{
	struct fib_nh nh = { .fib_nh_dev = nftsw_kt_topo_port(test, NFTSW_KT_OTHER) };
	struct fib_nh_notifier_info info = { .info.family = AF_INET, .fib_nh = &nh };

	nftsw_kt_off_add(test);
	call_fib_notifiers(&init_net, FIB_EVENT_NH_DEL, &info.info);
	nftsw_kt_topo_expect(test, 2, 0, NFTSW_FLOW_EVENT_STALE_VLAN);
	nh.fib_nh_dev = nftsw_kt_topo_port(test, NFTSW_KT_WAN);
	call_fib_notifiers(&init_net, FIB_EVENT_NH_DEL, &info.info);
	nftsw_kt_topo_expect(test, 0, 2, NFTSW_FLOW_EVENT_STALE_VLAN);
}

/* The link of a port; routes of which families wait for it. */
static void topo_carrier(struct kunit *test, u32 port, bool ipv4, bool ipv6, bool carrier)
{
	struct net_device *dev = nftsw_kt_topo_port(test, port);
	struct in_device *in_dev;
	struct inet6_dev *idev;

	rtnl_lock();
	in_dev = __in_dev_get_rtnl(dev);
	idev = __in6_dev_get(dev);
	if (in_dev && idev) {
		IN_DEV_CONF_SET(in_dev, IGNORE_ROUTES_WITH_LINKDOWN, ipv4);
		WRITE_ONCE(idev->cnf.ignore_routes_with_linkdown, ipv6);
		if (carrier)
			netif_carrier_on(dev);
		else
			netif_carrier_off(dev);
		netdev_state_change(dev);
	}
	rtnl_unlock();
	KUNIT_ASSERT_NOT_NULL(test, in_dev);
	KUNIT_ASSERT_NOT_NULL(test, idev);
}

static void topo_conn6(struct kunit *test)
{
	struct nftsw_kt_off *ctx = test->priv;

	nftsw_kt_conn_init(&ctx->conn, NFPROTO_IPV6, IPPROTO_TCP,
			   nftsw_kt_topo_port(test, NFTSW_KT_LAN),
			   nftsw_kt_topo_port(test, NFTSW_KT_WAN));
	nftsw_kt_off_add(test);
}

/* IPv6 does not say that its next hop is dead. */
static void link_of_routes_goes(struct kunit *test)
{
	topo_conn6(test);
	topo_carrier(test, NFTSW_KT_WAN, true, false, false);
	topo_carrier(test, NFTSW_KT_OTHER, false, true, false);
	nftsw_kt_topo_expect(test, 2, 0, NFTSW_FLOW_EVENT_STALE_VLAN);
	topo_carrier(test, NFTSW_KT_WAN, false, true, false);
	nftsw_kt_topo_expect(test, 0, 2, NFTSW_FLOW_EVENT_STALE_VLAN);
}

/* A cable that no route waits for is nothing to a connection. */
static void link_of_ipv4_routes_comes(struct kunit *test)
{
	nftsw_kt_off_add(test);
	topo_carrier(test, NFTSW_KT_OTHER, false, true, true);
	nftsw_kt_topo_expect(test, 2, 0, NFTSW_FLOW_EVENT_STALE_ROUTE);
	topo_carrier(test, NFTSW_KT_OTHER, true, false, true);
	nftsw_kt_topo_expect(test, 0, 2, NFTSW_FLOW_EVENT_STALE_ROUTE);
}

static void link_of_ipv6_routes_comes(struct kunit *test)
{
	topo_conn6(test);
	topo_carrier(test, NFTSW_KT_OTHER, true, false, true);
	nftsw_kt_topo_expect(test, 2, 0, NFTSW_FLOW_EVENT_STALE_ROUTE);
	topo_carrier(test, NFTSW_KT_OTHER, false, true, true);
	nftsw_kt_topo_expect(test, 0, 2, NFTSW_FLOW_EVENT_STALE_ROUTE);
}

/* ---- PPPoE ---------------------------------------------------------------------- */

/* It is not above the port, but has a session over it. */
static void mtu_of_a_ppp_device_changes(struct kunit *test)
{
	struct nftsw_kt_off *ctx = test->priv;
	struct net_device *ppp = nftsw_kt_topo_ppp(test, &ctx->conn.server);

	nftsw_kt_end_encap(&ctx->conn.server, ETH_P_PPP_SES, 5);
	nftsw_kt_off_add(test);
	u64_to_ether_addr(0x02aabbccdd0aull, ctx->conn.server.mac);
	KUNIT_EXPECT_EQ(test, nftsw_kt_link_mtu(ppp, 1454), 0);
	nftsw_kt_topo_expect(test, 2, 0, NFTSW_FLOW_EVENT_STALE_MTU);
	/* no other session's end: this one's */
	nftsw_kt_off_add(test);
	KUNIT_EXPECT_EQ(test, nftsw_kt_link_mtu(ppp, 1400), 0);
	nftsw_kt_topo_expect(test, 0, 2, NFTSW_FLOW_EVENT_STALE_MTU);
}

/* ---- netfilter's own flow ------------------------------------------------------ */

/* A real flow of the connection is offloaded; nobody frees it while we look at it. */
static struct flow_offload *topo_real_flow(struct kunit *test)
{
	struct nftsw_kt_off *ctx = test->priv;
	struct flow_offload *flow;

	cancel_delayed_work_sync(&ctx->kf->ft.gc_work);
	ctx->kt->ns->nf = &nftsw_nf_ops;
	flow = nftsw_kt_ft_flow_add(test, ctx->kf, &ctx->conn);
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_count(test), 2u);
	return flow;
}

/* netfilter asks once more for what is over: to be refused. */
static void topo_ask_again(struct kunit *test, struct flow_offload *flow)
{
	struct nftsw_kt_off *ctx = test->priv;

	KUNIT_EXPECT_EQ(test, nftsw_kt_off_count(test), 0u);
	nf_flow_offload_add(&ctx->kf->ft, flow);
	nftsw_kt_flow_wait(flow);
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_count(test), 0u);
	KUNIT_EXPECT_EQ(test, nftsw_kt_flow_events(ctx->kt, NFTSW_FLOW_EVENT_UNKNOWN), 2ull);
}

/* The real flow is given up, and what netfilter still asks for it is refused. */
static void netfilter_gives_the_flow_up(struct kunit *test)
{
	struct flow_offload *flow = topo_real_flow(test);

	nftsw_kt_topo_route(0, 0);
	nftsw_kt_topo_settle(test);
	KUNIT_EXPECT_TRUE(test, test_bit(NF_FLOW_TEARDOWN, &flow->flags));
	topo_ask_again(test, flow);
}

/* 6.12 may ask once more for what it has deleted; nobody would delete it again. */
static void netfilter_has_deleted_the_flow(struct kunit *test)
{
	struct flow_offload *flow = topo_real_flow(test);
	struct nftsw_kt_off *ctx = test->priv;

	nf_flow_offload_del(&ctx->kf->ft, flow);
	nftsw_kt_flow_wait(flow);
	KUNIT_EXPECT_FALSE(test, test_bit(NF_FLOW_TEARDOWN, &flow->flags));
	topo_ask_again(test, flow);
}

/*
 * netfilter has words for two encapsulations: a session inside two tags is not what its rules say,
 * and neither direction may be in the chip.  Inside one tag both may.
 */
static void session_inside_two_tags_is_refused(struct kunit *test)
{
	struct nftsw_kt_off *ctx = test->priv;
	struct nftsw_kt_end *server = &ctx->conn.server, far = *server;
	struct net_device *outer, *inner, *ppp;
	struct flow_offload *flow;
	u32 dir;

	nftsw_kt_end_encap(server, ETH_P_PPP_SES, 5);
	flow = topo_real_flow(test);
	outer = nftsw_kt_link_new(test, "kttag.7", "vlan", server->dev, 7, ETH_P_8021Q);
	inner = nftsw_kt_link_new(test, "kttag.7.8", "vlan", outer, 8, ETH_P_8021Q);
	ppp = nftsw_kt_topo_ppp(test, &far);
	flow->tuplehash[FLOW_OFFLOAD_DIR_ORIGINAL].tuple.out.ifidx = ppp->ifindex;
	for (dir = 0; dir < FLOW_OFFLOAD_DIR_MAX; dir++) {
		unsigned long cookie = (unsigned long)&flow->tuplehash[dir].tuple;

		far.dev = inner;
		KUNIT_EXPECT_EQ(test, nftsw_nf_ops.session(cookie), -EOPNOTSUPP);
		far.dev = outer;
		KUNIT_EXPECT_EQ(test, nftsw_nf_ops.session(cookie),
				dir == FLOW_OFFLOAD_DIR_REPLY ? 5 : 0);
	}
}

/* The tuple of each direction has that of the way out. */
static void netfilter_knows_the_mtu_of_the_route(struct kunit *test)
{
	struct nftsw_kt_off *ctx = test->priv;

	ctx->conn.server.mtu = 1400;
	ctx->conn.client.mtu = 1300;
	topo_real_flow(test);
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_mtu(test, NFTSW_KT_WAN), 1400);
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_mtu(test, NFTSW_KT_LAN), 1300);
}

static struct kunit_case topo_cases[] = {
	KUNIT_CASE(bridge_address_is_routed),
	KUNIT_CASE(address_two_floors_above_is_routed),
	KUNIT_CASE(bridge_address_changes),
	KUNIT_CASE(port_address_changes),
	KUNIT_CASE(too_many_addresses_above),
	KUNIT_CASE(addresses_survive_a_reset),
	KUNIT_CASE(neighbour_gets_another_address),
	KUNIT_CASE(neighbour_is_not_held),
	KUNIT_CASE(neighbour_in_use_is_asked),
	KUNIT_CASE_SLOW(neighbour_fails_beside_another),
	KUNIT_CASE(neighbour_fails),
	KUNIT_CASE(neighbour_of_a_bridge_was_there_before),
	KUNIT_CASE(late_request_is_found_too),
	KUNIT_CASE(very_late_request_is_found_too),
	KUNIT_CASE(two_neighbours_have_had_one_address),
	KUNIT_CASE(neighbour_gets_its_address_back),
	KUNIT_CASE(neighbours_that_are_known_are_kept),
	KUNIT_CASE(lost_news_takes_all_flows_twice),
	KUNIT_CASE(lost_news_of_a_neighbour_is_asked_for),
	KUNIT_CASE(lost_news_of_a_new_neighbour_is_asked_for),
	KUNIT_CASE(route_changes),
	KUNIT_CASE(route6_changes),
	KUNIT_CASE(one_direction_alone),
	KUNIT_CASE(routing_rules_change),
	KUNIT_CASE(next_hop_objects_change),
	KUNIT_CASE(next_hop_is_dead),
	KUNIT_CASE(link_of_routes_goes),
	KUNIT_CASE(link_of_ipv4_routes_comes),
	KUNIT_CASE(link_of_ipv6_routes_comes),
	KUNIT_CASE(netfilter_gives_the_flow_up),
	KUNIT_CASE(netfilter_has_deleted_the_flow),
	KUNIT_CASE(session_inside_two_tags_is_refused),
	KUNIT_CASE(netfilter_knows_the_mtu_of_the_route),
	KUNIT_CASE(mtu_of_a_ppp_device_changes),
	{}
};

static struct kunit_suite topo_suite = {
	.name = "nftsw_topo",
	.init = nftsw_kt_topo_init,
	.exit = nftsw_kt_off_exit,
	.test_cases = topo_cases,
};

kunit_test_suite(topo_suite);

MODULE_DESCRIPTION("KUnit tests of nftsw's view of the topology above its ports");
MODULE_LICENSE("GPL");
