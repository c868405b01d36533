// SPDX-License-Identifier: GPL-2.0
/*
 * What ends or changes flows from outside: unbinding, ports, a full table, faults, the
 * kernel's own flowtable, removal.  Floor 11.  Every case ends with an audit.
 */

#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/netdevice.h>
#include <linux/notifier.h>
#include <linux/rtnetlink.h>
#include <net/netfilter/nf_conntrack.h>
#include "../drivers/net/ethernet/nftsw/nftsw_flow_audit.h"
#include "nftsw_kt_offload.h"

/* ---- blocks and ports ---- */

/*
 * The kernel never destroys the flows of a flowtable that it deletes.  These two stay on
 * one port, so that nothing but the end of the block can be what removes them.
 */
static void last_unbind_purges(struct kunit *test)
{
	struct nftsw_kt_off *ctx = test->priv;
	u32 i;

	ctx->conn.server.dev = ctx->conn.client.dev;
	nftsw_kt_off_add(test);
	nftsw_kt_off_forward(test);
	for (i = NFTSW_KT_PORTS; i-- > 0;) {
		KUNIT_EXPECT_EQ(test, nftsw_kt_off_count(test), 2u);
		KUNIT_EXPECT_EQ(test, nftsw_kt_ft_cb_count(ctx->kf), 1u);
		KUNIT_EXPECT_EQ(test, nftsw_kt_ft_unbind(ctx->kf,
							 nftsw_kt_dev(ctx->kt, i)), 0);
	}
	KUNIT_EXPECT_EQ(test, nftsw_kt_ft_cb_count(ctx->kf), 0u);
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_count(test), 0u);
	KUNIT_EXPECT_EQ(test, nftsw_kt_flow_events(ctx->kt, NFTSW_FLOW_EVENT_PURGED),
			2ull);
	nftsw_kt_expect_trap(ctx->kt, &ctx->conn, NFTSW_KT_ORIG);
	nftsw_kt_expect_trap(ctx->kt, &ctx->conn, NFTSW_KT_REPLY);
}

/* One port leaves the flowtable: its flows go, others stay. */
static void partial_unbind_purges_its_port(struct kunit *test)
{
	struct nftsw_kt_off *ctx = test->priv;
	struct nftsw_kt_conn other;

	nftsw_kt_off_add(test);
	nftsw_kt_conn_init(&other, NFPROTO_IPV4, IPPROTO_TCP,
			   nftsw_kt_dev(ctx->kt, NFTSW_KT_LAN),
			   nftsw_kt_dev(ctx->kt, NFTSW_KT_OTHER));
	KUNIT_ASSERT_EQ(test, nftsw_kt_offload(ctx->kt, ctx->kf, &other,
					       NFTSW_KT_COOKIE + 2), 0);
	KUNIT_EXPECT_EQ(test, nftsw_kt_ft_unbind(ctx->kf,
						 nftsw_kt_dev(ctx->kt, NFTSW_KT_OTHER)), 0);
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_count(test), 2u);
	nftsw_kt_off_forward(test);
	nftsw_kt_expect_trap(ctx->kt, &other, NFTSW_KT_ORIG);
}

/* A ruleset is reloaded: the new flowtable is bound before the old one is unbound. */
static void reload_keeps_forwarding(struct kunit *test)
{
	struct nftsw_kt_off *ctx = test->priv;
	struct nftsw_kt_ft *fresh = nftsw_kt_ft_new(test, NFPROTO_IPV4);

	nftsw_kt_off_add(test);
	nftsw_kt_off_bind(test, fresh);
	KUNIT_EXPECT_EQ(test, nftsw_kt_offload(ctx->kt, fresh, &ctx->conn,
					       NFTSW_KT_COOKIE + 0x100), 0);
	nftsw_kt_off_forward(test);
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_count(test), 2u);
	nftsw_kt_off_unbind(test, ctx->kf);
	nftsw_kt_ft_free(test, ctx->kf);
	ctx->kf = fresh;
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_count(test), 2u);
	nftsw_kt_off_forward(test);
}

/* Entries belong to a block: the end of one is not the end of the other. */
static void blocks_are_independent(struct kunit *test)
{
	struct nftsw_kt_off *ctx = test->priv;
	struct nftsw_kt_ft *second = nftsw_kt_ft_new(test, NFPROTO_IPV6);
	struct nftsw_kt_conn conn6;

	nftsw_kt_conn_init(&conn6, NFPROTO_IPV6, IPPROTO_TCP,
			   nftsw_kt_dev(ctx->kt, NFTSW_KT_LAN),
			   nftsw_kt_dev(ctx->kt, NFTSW_KT_WAN));
	nftsw_kt_off_bind(test, second);
	nftsw_kt_off_add(test);
	/* the same cookies in another block are other flows */
	KUNIT_EXPECT_EQ(test, nftsw_kt_offload(ctx->kt, second, &conn6, NFTSW_KT_COOKIE),
			0);
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_count(test), 4u);
	nftsw_kt_off_unbind(test, second);
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_count(test), 2u);
	nftsw_kt_off_forward(test);
	nftsw_kt_expect_trap(ctx->kt, &conn6, NFTSW_KT_ORIG);
	nftsw_kt_ft_free(test, second);
}

static int flow_hw_tc(struct net_device *dev, bool on)
{
	rtnl_lock();
	if (on)
		dev->wanted_features |= NETIF_F_HW_TC;
	else
		dev->wanted_features &= ~NETIF_F_HW_TC;
	netdev_update_features(dev);
	rtnl_unlock();
	return !!(dev->features & NETIF_F_HW_TC);
}

static void hw_tc_offload_is_obeyed(struct kunit *test)
{
	struct nftsw_kt_off *ctx = test->priv;
	struct net_device *wan = nftsw_kt_dev(ctx->kt, NFTSW_KT_WAN);
	struct nftsw_kt_conn other;

	KUNIT_EXPECT_TRUE(test, wan->features & NETIF_F_HW_TC);
	nftsw_kt_conn_init(&other, NFPROTO_IPV4, IPPROTO_UDP, nftsw_kt_dev(ctx->kt, NFTSW_KT_LAN),
			   nftsw_kt_dev(ctx->kt, NFTSW_KT_OTHER));
	other.client.port++;
	KUNIT_EXPECT_EQ(test, nftsw_kt_offload(ctx->kt, ctx->kf, &other,
					       NFTSW_KT_COOKIE + 0x100), 0);
	nftsw_kt_off_add(test);
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_count(test), 4u);
	KUNIT_EXPECT_EQ(test, flow_hw_tc(wan, false), 0);
	/* the flows of others stay */
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_count(test), 2u);
	nftsw_kt_expect_forward(ctx->kt, &other, NFTSW_KT_ORIG);
	nftsw_kt_expect_trap(ctx->kt, &ctx->conn, NFTSW_KT_ORIG);
	KUNIT_EXPECT_EQ(test, nftsw_kt_offload(ctx->kt, ctx->kf, &ctx->conn,
					       NFTSW_KT_COOKIE), -EOPNOTSUPP);
	KUNIT_EXPECT_EQ(test, nftsw_flow_log_refused(&ctx->kt->ns->flow->log,
						     NFTSW_FLOW_REFUSAL_PORT_OFF),
			2ull);
	KUNIT_EXPECT_EQ(test, flow_hw_tc(wan, true), 1);
	nftsw_kt_off_add(test);
	nftsw_kt_off_forward(test);
}

static void flow_set_mtu(struct kunit *test, u32 port, int mtu)
{
	struct nftsw_kt_off *ctx = test->priv;

	rtnl_lock();
	KUNIT_EXPECT_EQ(test, dev_set_mtu(nftsw_kt_dev(ctx->kt, port), mtu), 0);
	rtnl_unlock();
}

static void flow_send_ip_len(struct kunit *test, u32 ip_len, bool forwarded)
{
	struct nftsw_kt_frame in, out;
	struct nftsw_kt_off *ctx = test->priv;

	nftsw_kt_conn_frame(&ctx->conn, NFTSW_KT_ORIG, false, &in);
	nftsw_kt_conn_frame(&ctx->conn, NFTSW_KT_ORIG, true, &out);
	in.payload += ip_len - nftsw_kt_frame_ip_len(&in);
	out.payload = in.payload;
	nftsw_kt_send(ctx->kt, NFTSW_KT_LAN, &in);
	if (forwarded)
		nftsw_kt_expect_egress(ctx->kt, NFTSW_KT_WAN, &out);
	else
		nftsw_kt_expect_rx(ctx->kt, NFTSW_KT_LAN, &in);
	nftsw_kt_expect_quiet(ctx->kt);
}

/* So long that no flow from before is left, and none of those to come is taken for one. */
static void flow_set_mtu_and_rest(struct kunit *test, u32 port, int mtu)
{
	struct nftsw_kt_off *ctx = test->priv;

	flow_set_mtu(test, port, mtu);
	msleep(300);
	nftsw_kt_settle(ctx->kt);
}

/* Flows follow the MTU of their egress, and of no other port. */
static void mtu_change_reaches_flows(struct kunit *test)
{
	nftsw_kt_off_add(test);
	flow_send_ip_len(test, 1500, true);
	flow_set_mtu_and_rest(test, NFTSW_KT_LAN, 4000);
	nftsw_kt_off_add(test);
	flow_send_ip_len(test, 1501, false);
	flow_set_mtu_and_rest(test, NFTSW_KT_WAN, 3000);
	nftsw_kt_off_add(test);
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_diffs(test), 0u);
	flow_send_ip_len(test, 3000, true);
	flow_send_ip_len(test, 3001, false);
}

/* PPPoE takes 8 octets of the egress MTU. */
static void mtu_leaves_room_for_pppoe(struct kunit *test)
{
	struct nftsw_kt_off *ctx = test->priv;

	nftsw_kt_end_encap(&ctx->conn.server, ETH_P_PPP_SES, 5);
	nftsw_kt_off_add(test);
	flow_send_ip_len(test, 1492, true);
	flow_send_ip_len(test, 1493, false);
}

/* That of a PPP device may be smaller than the port would allow; it has no PPPoE in it. */
static void mtu_of_the_route_counts(struct kunit *test)
{
	struct nftsw_kt_off *ctx = test->priv;

	nftsw_kt_end_encap(&ctx->conn.server, ETH_P_PPP_SES, 5);
	nftsw_kt_nf_route(NFTSW_KT_COOKIE, 1454);
	nftsw_kt_off_add(test);
	flow_send_ip_len(test, 1454, true);
	flow_send_ip_len(test, 1455, false);
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_mtu(test, NFTSW_KT_LAN), 1500);
	/* a port with more room gives the PPP device none */
	nftsw_kt_nf_route(NFTSW_KT_COOKIE, 1492);
	flow_set_mtu_and_rest(test, NFTSW_KT_WAN, 1508);
	nftsw_kt_off_add(test);
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_mtu(test, NFTSW_KT_WAN), 1492);
	/* and a route with more room gives the port none */
	nftsw_kt_nf_route(NFTSW_KT_COOKIE, 9000);
	nftsw_kt_off_add(test);
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_mtu(test, NFTSW_KT_WAN), 1500);
}

/* ---- given up ---- */

/* 6.12 may ask once more for a flow that it has deleted, and would not delete it again. */
static void replace_after_destroy_is_refused(struct kunit *test)
{
	struct nftsw_kt_off *ctx = test->priv;
	struct nftsw_kt_rule *rules = nftsw_kt_rules(test, &ctx->conn);
	u64 unknown;

	nftsw_kt_off_add(test);
	nftsw_kt_nf_give_up(NFTSW_KT_COOKIE);
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_destroy(test, NFTSW_KT_COOKIE), 0);
	unknown = nftsw_kt_flow_events(ctx->kt, NFTSW_FLOW_EVENT_UNKNOWN);
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_replace(test, NFTSW_KT_COOKIE, &rules[NFTSW_KT_ORIG]),
			-ENOENT);
	KUNIT_EXPECT_EQ(test, nftsw_kt_flow_events(ctx->kt, NFTSW_FLOW_EVENT_UNKNOWN), unknown + 1);
	/* and what is left of the connection goes */
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_count(test), 0u);
	nftsw_kt_expect_trap(ctx->kt, &ctx->conn, NFTSW_KT_ORIG);
	/* a new flow may be at the same place in memory */
	nftsw_kt_nf_give_up(0);
	nftsw_kt_off_add(test);
	nftsw_kt_off_forward(test);
}

/*
 * The connection ends while its second entry is being written: the chip has not seen its FIN, and
 * would forward the next connection between these ports unseen by conntrack.
 */
static void connection_ends_while_it_is_offloaded(struct kunit *test)
{
	struct nftsw_kt_off *ctx = test->priv;
	struct nftsw_kt_rule *rules = nftsw_kt_rules(test, &ctx->conn);
	u64 destroyed = nftsw_kt_flow_events(ctx->kt, NFTSW_FLOW_EVENT_DESTROYED);

	KUNIT_EXPECT_EQ(test, nftsw_kt_off_replace(test, NFTSW_KT_COOKIE, &rules[NFTSW_KT_ORIG]),
			0);
	nftsw_kt_nf_give_up_late(NFTSW_KT_COOKIE + 1);
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_replace(test, NFTSW_KT_COOKIE + 1,
						   &rules[NFTSW_KT_REPLY]), -ENOENT);
	KUNIT_EXPECT_EQ(test, nftsw_kt_flow_events(ctx->kt, NFTSW_FLOW_EVENT_DESTROYED),
			destroyed + 2);
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_count(test), 0u);
	nftsw_kt_expect_trap(ctx->kt, &ctx->conn, NFTSW_KT_ORIG);
	nftsw_kt_expect_trap(ctx->kt, &ctx->conn, NFTSW_KT_REPLY);
}

/* ---- full, broken, gone ---- */

static void flow_nth(struct nftsw_kt_off *ctx, u32 n)
{
	ctx->conn.client.port = 10000 + n;
	ctx->conn.snat_port = 20000 + n;
}

/* Table full is an answer; after a deletion there is room again. */
static void full_table_says_so(struct kunit *test)
{
	struct nftsw_kt_off *ctx = test->priv;
	u32 n;

	for (n = 0; n < NFTSW_KT_FLOWS / 2; n++) {
		flow_nth(ctx, n);
		KUNIT_ASSERT_EQ(test, nftsw_kt_offload(ctx->kt, ctx->kf, &ctx->conn,
						       NFTSW_KT_COOKIE + 2 * n), 0);
	}
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_count(test), NFTSW_KT_FLOWS);
	flow_nth(ctx, n);
	KUNIT_EXPECT_EQ(test, nftsw_kt_offload(ctx->kt, ctx->kf, &ctx->conn,
					       NFTSW_KT_COOKIE + 2 * n), -ENOSPC);
	KUNIT_EXPECT_EQ(test, nftsw_kt_flow_events(ctx->kt, NFTSW_FLOW_EVENT_FULL),
			2ull);
	nftsw_kt_expect_trap(ctx->kt, &ctx->conn, NFTSW_KT_ORIG);
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_destroy(test, NFTSW_KT_COOKIE + 10), 0);
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_destroy(test, NFTSW_KT_COOKIE + 11), 0);
	KUNIT_EXPECT_EQ(test, nftsw_kt_offload(ctx->kt, ctx->kf, &ctx->conn,
					       NFTSW_KT_COOKIE + 2 * n), 0);
	nftsw_kt_off_forward(test);
}

static void flow_expect_room(struct nftsw_kt_off *ctx, enum nftsw_flow_room room)
{
	u32 i;

	for (i = 0; i < 80 && nftsw_flow_room_get(ctx->kt->ns->flow) != room; i++)
		msleep(100);
	KUNIT_EXPECT_EQ(ctx->kt->test, nftsw_flow_room_get(ctx->kt->ns->flow), room);
}

/*
 * User space hears once that the table gets full, that it is, and that there is room
 * again; a flow that found none gets in with the kernel's next request.
 */
static void full_table_is_told(struct kunit *test)
{
	struct nftsw_kt_off *ctx = test->priv;
	struct nftsw_kt_conn late;
	u32 n;

	KUNIT_EXPECT_EQ(test, nftsw_flow_room_get(ctx->kt->ns->flow),
			NFTSW_FLOW_ROOM_FREE);
	for (n = 0; n < NFTSW_KT_FLOWS / 2; n++) {
		flow_nth(ctx, n);
		KUNIT_ASSERT_EQ(test, nftsw_kt_offload(ctx->kt, ctx->kf, &ctx->conn,
						       NFTSW_KT_COOKIE + 2 * n), 0);
	}
	flow_expect_room(ctx, NFTSW_FLOW_ROOM_PRESSURE);
	flow_nth(ctx, n);
	late = ctx->conn;
	for (n = 0; n < 3; n++)
		KUNIT_EXPECT_EQ(test, nftsw_kt_offload(ctx->kt, ctx->kf, &late,
						       NFTSW_KT_COOKIE + 0x1000), -ENOSPC);
	KUNIT_EXPECT_EQ(test, nftsw_flow_room_get(ctx->kt->ns->flow),
			NFTSW_FLOW_ROOM_FULL);
	KUNIT_EXPECT_EQ(test, nftsw_kt_flow_events(ctx->kt, NFTSW_FLOW_EVENT_ROOM), 2ull);
	for (n = 0; n < NFTSW_KT_FLOWS / 2; n++)
		KUNIT_EXPECT_EQ(test, nftsw_kt_off_destroy(test, NFTSW_KT_COOKIE + n), 0);
	KUNIT_EXPECT_EQ(test, nftsw_kt_offload(ctx->kt, ctx->kf, &late,
					       NFTSW_KT_COOKIE + 0x1000), 0);
	nftsw_kt_expect_forward(ctx->kt, &late, NFTSW_KT_ORIG);
	flow_expect_room(ctx, NFTSW_FLOW_ROOM_FREE);
	KUNIT_EXPECT_EQ(test, nftsw_kt_flow_events(ctx->kt, NFTSW_FLOW_EVENT_ROOM), 3ull);
}

/* The kernel's own flow: refused, carried by software, offloaded once there is room. */
static void kernel_flow_waits_for_room(struct kunit *test)
{
	struct nftsw_kt_off *ctx = test->priv;
	struct flow_offload *flow;

	nftsw_bm_fault(ctx->kt->bm, NFM_FAULT_TABLE_FULL, 1);
	flow = nftsw_kt_ft_flow_add(test, ctx->kf, &ctx->conn);
	KUNIT_EXPECT_FALSE(test, test_bit(IPS_HW_OFFLOAD_BIT, &flow->ct->status));
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_count(test), 0u);
	nftsw_kt_expect_trap(ctx->kt, &ctx->conn, NFTSW_KT_ORIG);
	nftsw_bm_fault(ctx->kt->bm, NFM_FAULT_TABLE_FULL, 0);
	flow_offload_refresh(&ctx->kf->ft, flow, true);
	nftsw_kt_flow_wait(flow);
	KUNIT_EXPECT_TRUE(test, test_bit(IPS_HW_OFFLOAD_BIT, &flow->ct->status));
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_count(test), 2u);
	nftsw_kt_off_forward(test);
}

/* The chip finds no place for a key although entry numbers are free. */
static void chip_without_room_says_so(struct kunit *test)
{
	struct nftsw_kt_off *ctx = test->priv;

	nftsw_bm_fault(ctx->kt->bm, NFM_FAULT_TABLE_FULL, 1);
	KUNIT_EXPECT_EQ(test, nftsw_kt_offload(ctx->kt, ctx->kf, &ctx->conn,
					       NFTSW_KT_COOKIE), -ENOSPC);
	KUNIT_EXPECT_EQ(test, nftsw_flow_occ_get(ctx->kt->ns), 0ull);
	nftsw_bm_fault(ctx->kt->bm, NFM_FAULT_TABLE_FULL, 0);
	nftsw_kt_off_add(test);
	nftsw_kt_off_forward(test);
}

static void chip_fault_loses_only_the_flow(struct kunit *test)
{
	struct nftsw_kt_off *ctx = test->priv;
	struct nftsw_kt_rule *rules = nftsw_kt_rules(test, &ctx->conn);

	nftsw_bm_fault(ctx->kt->bm, NFM_FAULT_CMD_STATUS, 1);
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_replace(test, NFTSW_KT_COOKIE, &rules[0]), -EIO);
	KUNIT_EXPECT_EQ(test, nftsw_kt_flow_events(ctx->kt, NFTSW_FLOW_EVENT_FAILED),
			1ull);
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_count(test), 0u);
	nftsw_kt_off_add(test);
	nftsw_kt_off_forward(test);
}

/* A deletion that the chip refuses is tried again; its frames must not be routed on. */
static void failed_deletion_is_repeated(struct kunit *test)
{
	struct nftsw_kt_off *ctx = test->priv;
	u32 i;

	nftsw_kt_off_add(test);
	nftsw_bm_fault(ctx->kt->bm, NFM_FAULT_CMD_STATUS, 1);
	nftsw_kt_off_destroy(test, NFTSW_KT_COOKIE);
	KUNIT_EXPECT_EQ(test, nftsw_kt_flow_events(ctx->kt, NFTSW_FLOW_EVENT_STALE),
			1ull);
	for (i = 0; i < 50 && nftsw_kt_off_count(test) > 1; i++)
		msleep(100);
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_count(test), 1u);
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_destroy(test, NFTSW_KT_COOKIE + 1), 0);
	nftsw_kt_off_add(test);
	nftsw_kt_off_forward(test);
}

/* A flow that a new MTU costs its entry, although the kernel thinks that it is offloaded. */
static void fault_at_new_mtu_is_counted(struct kunit *test)
{
	struct nftsw_kt_off *ctx = test->priv;
	struct nftsw_flow_log_entry *last;
	u32 n;

	last = kunit_kcalloc(test, NFTSW_FLOW_LOG_COUNT, sizeof(*last), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, last);
	nftsw_kt_off_add(test);
	nftsw_bm_fault(ctx->kt->bm, NFM_FAULT_CMD_STATUS, 1);
	flow_set_mtu(test, NFTSW_KT_WAN, 1400);
	KUNIT_EXPECT_EQ(test, nftsw_kt_flow_events(ctx->kt, NFTSW_FLOW_EVENT_FAILED), 1ull);
	n = nftsw_flow_log_last(&ctx->kt->ns->flow->log, last);
	KUNIT_ASSERT_EQ(test, n, 1u);
	KUNIT_EXPECT_NOT_NULL(test, strstr(last[0].refusal.text, "EIO"));
	/* the other direction is swept, now and once more */
	nftsw_kt_settle(ctx->kt);
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_count(test), 0u);
	msleep(400);
	nftsw_kt_settle(ctx->kt);
	nftsw_kt_off_add(test);
	nftsw_kt_off_forward(test);
}

/* The older of two flows with the same match is lost when the chip does not delete it. */
static void fault_at_displaced_flow_is_counted(struct kunit *test)
{
	struct nftsw_kt_off *ctx = test->priv;
	struct nftsw_kt_rule *rules = nftsw_kt_rules(test, &ctx->conn);

	KUNIT_EXPECT_EQ(test, nftsw_kt_off_replace(test, NFTSW_KT_COOKIE, &rules[0]), 0);
	/* two commands: its counters are read, and it is deleted */
	nftsw_bm_fault(ctx->kt->bm, NFM_FAULT_CMD_STATUS, 2);
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_replace(test, NFTSW_KT_COOKIE + 2, &rules[0]), 0);
	KUNIT_EXPECT_EQ(test, nftsw_kt_flow_events(ctx->kt, NFTSW_FLOW_EVENT_DISPLACED),
			1ull);
	KUNIT_EXPECT_EQ(test, nftsw_kt_flow_events(ctx->kt, NFTSW_FLOW_EVENT_FAILED), 1ull);
	nftsw_kt_expect_forward(ctx->kt, &ctx->conn, NFTSW_KT_ORIG);
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_destroy(test, NFTSW_KT_COOKIE), -ENOENT);
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_destroy(test, NFTSW_KT_COOKIE + 2), 0);
}

/* One entry differs, and the audit says how. */
static void flow_expect_difference(struct kunit *test, const char *words)
{
	struct nftsw_flow_audit *a = kunit_kzalloc(test, sizeof(*a), GFP_KERNEL);
	struct nftsw_kt_off *ctx = test->priv;

	KUNIT_ASSERT_NOT_NULL(test, a);
	KUNIT_EXPECT_EQ(test, nftsw_flow_audit(ctx->kt->ns, a), 0);
	KUNIT_EXPECT_EQ(test, a->diffs, 1u);
	KUNIT_EXPECT_STREQ(test, a->diff[0].text, words);
}

/* The audit is not blind. */
static void audit_finds_a_lost_entry(struct kunit *test)
{
	struct nftsw_kt_off *ctx = test->priv;
	struct nftsw_hw_flow_record rec;

	nftsw_kt_off_add(test);
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_diffs(test), 0u);
	KUNIT_ASSERT_EQ(test, nftsw_bm_flows(ctx->kt->bm, 0, &rec), 2u);
	KUNIT_ASSERT_EQ(test, nftsw_hw_flow_del(ctx->kt->ns,
						le32_to_cpu(rec.entry.index), 1), 0);
	flow_expect_difference(test, "not on the chip");
	rec.entry.state = 0;
	rec.entry.tci1 = htons(7);
	rec.entry.tpid1 = htons(ETH_P_8021Q);
	rec.entry.action |= cpu_to_le32(NFTSW_FA_PUSH1);
	KUNIT_ASSERT_EQ(test, nftsw_hw_flow_set(ctx->kt->ns, &rec.entry), 0);
	flow_expect_difference(test, "action differs");
	nftsw_kt_off_destroy(test, NFTSW_KT_COOKIE);
	nftsw_kt_off_destroy(test, NFTSW_KT_COOKIE + 1);
	KUNIT_ASSERT_EQ(test, nftsw_hw_flow_set(ctx->kt->ns, &rec.entry), 0);
	flow_expect_difference(test, "on the chip, not in the driver");
	KUNIT_EXPECT_EQ(test, nftsw_hw_flow_del(ctx->kt->ns,
						le32_to_cpu(rec.entry.index), 1), 0);
}

/* ---- the kernel's own flowtable, from end to end ---- */

static void kernel_flow_is_offloaded(struct kunit *test)
{
	struct nftsw_kt_off *ctx = test->priv;
	struct flow_offload *flow = nftsw_kt_ft_flow_add(test, ctx->kf, &ctx->conn);
	u32 i;

	KUNIT_EXPECT_TRUE(test, test_bit(IPS_HW_OFFLOAD_BIT, &flow->ct->status));
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_count(test), 2u);
	nftsw_kt_off_forward(test);
	flow_offload_refresh(&ctx->kf->ft, flow, true);
	nftsw_kt_flow_wait(flow);
	KUNIT_EXPECT_EQ(test, nftsw_kt_flow_events(ctx->kt, NFTSW_FLOW_EVENT_REPEATED),
			2ull);
	flow_offload_teardown(flow);
	for (i = 0; i < 50 && nftsw_kt_off_count(test); i++)
		msleep(100);
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_count(test), 0u);
	nftsw_kt_expect_trap(ctx->kt, &ctx->conn, NFTSW_KT_ORIG);
}

/* A flowtable may stand in front of other hooks: the chip has one place for all of them. */
static void negative_priority_is_offloaded(struct kunit *test)
{
	struct nftsw_kt_off *ctx = test->priv;
	struct flow_offload *flow;

	ctx->kf->ft.priority = -10;
	flow = nftsw_kt_ft_flow_add(test, ctx->kf, &ctx->conn);
	KUNIT_EXPECT_TRUE(test, test_bit(IPS_HW_OFFLOAD_BIT, &flow->ct->status));
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_count(test), 2u);
	nftsw_kt_off_forward(test);
}

struct flow_caller {
	struct nftsw_kt_off *ctx;
	struct nftsw_kt_rule *rules;
	struct completion done;
	int err;
};

/* All that netfilter's workers ask for. */
static int flow_call(void *data)
{
	struct flow_caller *c = data;
	struct nftsw_kt_ft *kf = c->ctx->kf;
	struct flow_stats stats;

	c->err = nftsw_kt_ft_cls(kf, FLOW_CLS_REPLACE, NFTSW_KT_COOKIE, &c->rules[0], NULL) ?:
		 nftsw_kt_ft_cls(kf, FLOW_CLS_REPLACE, NFTSW_KT_COOKIE + 1, &c->rules[1],
				 NULL) ?:
		 nftsw_kt_ft_cls(kf, FLOW_CLS_STATS, NFTSW_KT_COOKIE, NULL, &stats) ?:
		 nftsw_kt_ft_cls(kf, FLOW_CLS_DESTROY, NFTSW_KT_COOKIE, NULL, NULL) ?:
		 nftsw_kt_ft_cls(kf, FLOW_CLS_DESTROY, NFTSW_KT_COOKIE + 1, NULL, NULL);
	complete_all(&c->done);
	return 0;
}

/* NETDEV_DOWN waits for the callbacks under RTNL: none of them may want it. */
static void callbacks_take_no_outer_lock(struct kunit *test)
{
	struct nftsw_kt_off *ctx = test->priv;
	struct flow_caller c = { .ctx = ctx, .rules = nftsw_kt_rules(test, &ctx->conn) };
	struct task_struct *t;

	init_completion(&c.done);
	devl_lock(ctx->kt->ns->devlink);
	rtnl_lock();
	t = kthread_run(flow_call, &c, "nftsw-call");
	if (!IS_ERR(t))
		KUNIT_EXPECT_NE(test, wait_for_completion_timeout(&c.done, 5 * HZ), 0ul);
	rtnl_unlock();
	devl_unlock(ctx->kt->ns->devlink);
	KUNIT_ASSERT_FALSE(test, IS_ERR(t));
	wait_for_completion(&c.done);
	KUNIT_EXPECT_EQ(test, c.err, 0);
}

/* nft delete flowtable: unbind first, then destroy flows that no callback hears of. */
static void kernel_flowtable_is_deleted(struct kunit *test)
{
	struct nftsw_kt_off *ctx = test->priv;

	nftsw_kt_ft_flow_add(test, ctx->kf, &ctx->conn);
	nftsw_kt_off_forward(test);
	nftsw_kt_off_unbind(test, ctx->kf);
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_count(test), 0u);
	nftsw_kt_ft_free(test, ctx->kf);
	ctx->kf = NULL;
	KUNIT_EXPECT_EQ(test, nftsw_kt_flow_events(ctx->kt,
						   NFTSW_FLOW_EVENT_DESTROYED), 0ull);
	nftsw_kt_expect_trap(ctx->kt, &ctx->conn, NFTSW_KT_ORIG);
}

struct flow_watch {
	struct notifier_block nb;
	struct nftsw_kt_off *ctx;
	u32 unbound;
};

/* What nf_tables does when a netdev goes: leave its flowtable. */
static int flow_netdev_event(struct notifier_block *nb, unsigned long event,
			     void *ptr)
{
	struct flow_watch *w = container_of(nb, struct flow_watch, nb);
	struct net_device *dev = netdev_notifier_info_to_dev(ptr);

	if (event == NETDEV_UNREGISTER && !nftsw_kt_ft_unbind(w->ctx->kf, dev))
		w->unbound++;
	return NOTIFY_DONE;
}

static void driver_leaves_with_flows_live(struct kunit *test)
{
	struct nftsw_kt_off *ctx = test->priv;
	struct flow_watch w = { .nb.notifier_call = flow_netdev_event, .ctx = ctx };

	nftsw_kt_ft_flow_add(test, ctx->kf, &ctx->conn);
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_count(test), 2u);
	KUNIT_ASSERT_EQ(test, register_netdevice_notifier(&w.nb), 0);
	nftsw_kt_remove(ctx->kt);
	/* unregister_netdevice_notifier() replays UNREGISTER for the netdevs left */
	KUNIT_EXPECT_EQ(test, w.unbound, NFTSW_KT_PORTS);
	unregister_netdevice_notifier(&w.nb);
	KUNIT_EXPECT_EQ(test, nftsw_kt_ft_cb_count(ctx->kf), 0u);
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_count(test), 0u);
}

static struct kunit_case flow_life_cases[] = {
	KUNIT_CASE(last_unbind_purges),
	KUNIT_CASE(partial_unbind_purges_its_port),
	KUNIT_CASE(reload_keeps_forwarding),
	KUNIT_CASE(blocks_are_independent),
	KUNIT_CASE(hw_tc_offload_is_obeyed),
	KUNIT_CASE(mtu_change_reaches_flows),
	KUNIT_CASE(mtu_leaves_room_for_pppoe),
	KUNIT_CASE(mtu_of_the_route_counts),
	KUNIT_CASE(replace_after_destroy_is_refused),
	KUNIT_CASE(connection_ends_while_it_is_offloaded),
	KUNIT_CASE(full_table_says_so),
	KUNIT_CASE_SLOW(full_table_is_told),
	KUNIT_CASE(kernel_flow_waits_for_room),
	KUNIT_CASE(chip_without_room_says_so),
	KUNIT_CASE(chip_fault_loses_only_the_flow),
	KUNIT_CASE(fault_at_new_mtu_is_counted),
	KUNIT_CASE(fault_at_displaced_flow_is_counted),
	KUNIT_CASE_SLOW(failed_deletion_is_repeated),
	KUNIT_CASE(audit_finds_a_lost_entry),
	KUNIT_CASE_SLOW(kernel_flow_is_offloaded),
	KUNIT_CASE(negative_priority_is_offloaded),
	KUNIT_CASE(callbacks_take_no_outer_lock),
	KUNIT_CASE(kernel_flowtable_is_deleted),
	KUNIT_CASE(driver_leaves_with_flows_live),
	{}
};

static struct kunit_suite flow_life_suite = {
	.name = "nftsw_flow_life",
	.init = nftsw_kt_off_init,
	.exit = nftsw_kt_off_exit,
	.test_cases = flow_life_cases,
};

kunit_test_suite(flow_life_suite);

MODULE_DESCRIPTION("KUnit tests of the life of nftsw's flows");
MODULE_LICENSE("GPL");
