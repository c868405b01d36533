// SPDX-License-Identifier: GPL-2.0
/*
 * More flows lose their path than are taken one by one, or written again: as topo_kunit.c.
 * Floor 11.
 */

#include <linux/etherdevice.h>
#include <net/neighbour.h>
#include "nftsw_kt_bridge.h"
#include "nftsw_kt_topo.h"

/* More flows than are swept one by one. */
#define TOPO_MANY	300
/* More flows of a port than are written again for its MTU. */
#define TOPO_TOO_MANY	1025

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

	nftsw_kt_topo_neigh_set(test, server->dev, server, server->mac, NUD_REACHABLE);
	topo_many_add(test, TOPO_MANY, 1000);
	u64_to_ether_addr(0x02aabbccdd0aull, server->mac);
	topo_many_add(test, 1, 5000);
	nftsw_kt_topo_settle(test);
	dels = READ_ONCE(ctx->kt->bm->cmds[NFTSW_OP_FLOW_DEL]);
	nftsw_kt_topo_neigh_set(test, server->dev, server, nftsw_kt_topo_mac, NUD_REACHABLE);
	nftsw_kt_topo_expect(test, 1, TOPO_MANY, NFTSW_FLOW_EVENT_STALE_NEIGH);
	KUNIT_EXPECT_EQ(test, READ_ONCE(ctx->kt->bm->cmds[NFTSW_OP_FLOW_DEL]), dels);
}

static void many_flows_of_a_port_and_a_prefix(struct kunit *test)
{
	topo_many_add(test, TOPO_MANY, 1000);
	nftsw_kt_topo_vlan(test, nftsw_kt_topo_port(test, NFTSW_KT_OTHER), 100, false);
	nftsw_kt_topo_settle(test);
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_count(test), (u32)TOPO_MANY);
	nftsw_kt_topo_vlan(test, nftsw_kt_topo_port(test, NFTSW_KT_LAN), 100, false);
	nftsw_kt_topo_expect(test, 0, TOPO_MANY, NFTSW_FLOW_EVENT_STALE_VLAN);
	nftsw_kt_topo_rest(test);
	topo_many_add(test, TOPO_MANY, 1000);
	nftsw_kt_topo_route(0, 0);
	nftsw_kt_topo_settle(test);
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
	KUNIT_EXPECT_EQ(test, nftsw_kt_link_mtu(nftsw_kt_topo_port(test, port), mtu), 0);
}

/* netfilter's own flows would have the old one for ever, be it larger or smaller. */
static void another_mtu_of_a_port_takes_its_flows(struct kunit *test)
{
	nftsw_kt_off_add(test);
	topo_port_mtu(test, NFTSW_KT_OTHER, 1400);
	nftsw_kt_topo_expect(test, 2, 0, NFTSW_FLOW_EVENT_STALE_MTU);
	topo_port_mtu(test, NFTSW_KT_WAN, 1400);
	nftsw_kt_topo_expect(test, 0, 2, NFTSW_FLOW_EVENT_STALE_MTU);
	nftsw_kt_topo_rest(test);
	nftsw_kt_off_add(test);
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_mtu(test, NFTSW_KT_WAN), 1400);
	topo_port_mtu(test, NFTSW_KT_WAN, 1500);
	nftsw_kt_topo_expect(test, 0, 4, NFTSW_FLOW_EVENT_STALE_MTU);
	nftsw_kt_topo_rest(test);
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
	nftsw_kt_topo_expect(test, 0, TOPO_MANY, NFTSW_FLOW_EVENT_STALE_MTU);
	nftsw_kt_topo_rest(test);
	topo_many_add(test, TOPO_MANY, 1000);
	writes = topo_writes(test);
	topo_port_mtu(test, NFTSW_KT_WAN, 1400);
	KUNIT_EXPECT_EQ(test, topo_writes(test), writes + TOPO_MANY);
	nftsw_kt_topo_expect(test, 0, 2 * TOPO_MANY, NFTSW_FLOW_EVENT_STALE_MTU);
	nftsw_kt_topo_rest(test);
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

static struct kunit_case topo_many_cases[] = {
	KUNIT_CASE(many_flows_go_at_once),
	KUNIT_CASE(many_flows_of_a_port_and_a_prefix),
	KUNIT_CASE(another_mtu_of_a_port_takes_its_flows),
	KUNIT_CASE(mtu_is_for_the_flows_of_its_port),
	{}
};

static struct kunit_suite topo_many_suite = {
	.name = "nftsw_topo_many",
	.init = topo_many_init,
	.exit = nftsw_kt_off_exit,
	.test_cases = topo_many_cases,
};

kunit_test_suite(topo_many_suite);

MODULE_DESCRIPTION("KUnit tests of many of nftsw's flows that lose their path");
MODULE_LICENSE("GPL");
