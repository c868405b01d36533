// SPDX-License-Identifier: GPL-2.0
/*
 * Bonds and teams over ports: flows through any member, members that fail, join and leave,
 * those that stay in software, flowtables bound to what is above the ports.  Floor 11.
 *
 * What joins a bond here gets its address, as the bonding driver does it.
 */

#include <kunit/test.h>
#include <linux/delay.h>
#include <linux/etherdevice.h>
#include <linux/rtnetlink.h>
#include "../drivers/net/ethernet/nftsw/nftsw_lag.h"
#include "nftsw_kt_bond.h"
#include "nftsw_kt_bridge.h"
#include "nftsw_kt_offload.h"

#define LAG_A		NFTSW_KT_WAN
#define LAG_B		NFTSW_KT_OTHER
#define LAG_SPARE	3
#define LAG_BOTH	(BIT(LAG_A) | BIT(LAG_B))
#define LAG_SECOND	(NFTSW_KT_COOKIE + 0x100)

/* The bond of the connection is bound to its flowtable. */
static bool lag_bound;

static struct net_device *lag_dev(struct kunit *test, u32 port)
{
	struct nftsw_kt_off *ctx = test->priv;

	return nftsw_kt_dev(ctx->kt, port);
}

/* What the bonding driver does when a port is enslaved. */
static void lag_join_dev(struct kunit *test, struct net_device *bond,
			 struct net_device *dev, enum netdev_lag_tx_type tx_type)
{
	struct netdev_lag_upper_info info = { .tx_type = tx_type };
	struct sockaddr_storage ss = { .ss_family = dev->type };

	/* a struct sockaddr or a struct sockaddr_storage, as the kernel has it */
	ether_addr_copy(((struct sockaddr *)&ss)->sa_data, bond->dev_addr);
	rtnl_lock();
	KUNIT_EXPECT_EQ(test, dev_set_mac_address(dev, (void *)&ss, NULL), 0);
	KUNIT_EXPECT_EQ(test, netdev_master_upper_dev_link(dev, bond, NULL, &info, NULL),
			0);
	rtnl_unlock();
}

static void lag_may_send(struct kunit *test, u32 port, bool on)
{
	struct netdev_lag_lower_state_info info = { .link_up = 1, .tx_enabled = on };

	rtnl_lock();
	netdev_lower_state_changed(lag_dev(test, port), &info);
	rtnl_unlock();
}

/* The bond of the connection is in the flowtable, from its first port on. */
static void lag_bind(struct kunit *test, struct net_device *bond)
{
	struct nftsw_kt_off *ctx = test->priv;

	if (lag_bound || bond != ctx->conn.server.dev)
		return;
	KUNIT_ASSERT_EQ(test, nftsw_kt_ft_bind(ctx->kf, bond), 0);
	lag_bound = true;
}

static void lag_join(struct kunit *test, struct net_device *bond, u32 port,
		     enum netdev_lag_tx_type tx_type, bool on)
{
	lag_join_dev(test, bond, lag_dev(test, port), tx_type);
	lag_may_send(test, port, on);
	lag_bind(test, bond);
}

/* The server of the connection is behind a bond of ports A and B. */
static int lag_init(struct kunit *test)
{
	struct nftsw_kt_off *ctx;

	nftsw_kt_off_init(test);
	ctx = test->priv;
	ctx->conn.server.dev = nftsw_kt_bond_new(test);
	lag_bound = false;
	return 0;
}

static struct net_device *lag_bond(struct kunit *test)
{
	struct nftsw_kt_off *ctx = test->priv;

	return ctx->conn.server.dev;
}

static void lag_exit(struct kunit *test)
{
	struct nftsw_kt_off *ctx = test->priv;

	if (lag_bound)
		nftsw_kt_ft_unbind(ctx->kf, lag_bond(test));
	nftsw_kt_bond_free(lag_bond(test));
	if (ctx->kt->ns)
		KUNIT_EXPECT_EQ(test, nftsw_kt_off_count(test), 0u);
	nftsw_kt_off_exit(test);
}

static void lag_both(struct kunit *test)
{
	lag_join(test, lag_bond(test), LAG_A, NETDEV_LAG_TX_TYPE_HASH, true);
	lag_join(test, lag_bond(test), LAG_B, NETDEV_LAG_TX_TYPE_HASH, true);
}

static void lag_expect(struct kunit *test, u32 lag, u64 members, u64 active, bool ready)
{
	struct nftsw_kt_off *ctx = test->priv;
	struct nftsw_lag_info info = {};
	struct nftsw_hw_lag hw;

	KUNIT_EXPECT_EQ(test, nftsw_lag_info_get(ctx->kt->ns, lag, &info), !!members);
	KUNIT_EXPECT_EQ(test, info.members, members);
	KUNIT_EXPECT_EQ(test, info.active, active);
	KUNIT_EXPECT_EQ(test, info.ready, ready);
	nftsw_bm_lag(ctx->kt->bm, lag, &hw);
	KUNIT_EXPECT_EQ(test, le64_to_cpu(hw.members), members);
	KUNIT_EXPECT_EQ(test, le64_to_cpu(hw.active), active);
}

/* ---- frames ---- */

/* Where a frame from the client leaves: it must be one of @ports, rewritten. */
static u32 lag_expect_out(struct kunit *test, unsigned long ports)
{
	struct nftsw_kt_off *ctx = test->priv;
	u64 before[NFTSW_KT_PORTS], now;
	struct nftsw_kt_frame in, out;
	u32 i, port = NFTSW_KT_PORTS;

	for (i = 0; i < NFTSW_KT_PORTS; i++)
		before[i] = nftsw_bm_port_ctr(ctx->kt->bm, i, NFTSW_PCTR_TX_FLOW);
	nftsw_kt_conn_frame(&ctx->conn, NFTSW_KT_ORIG, false, &in);
	nftsw_kt_conn_frame(&ctx->conn, NFTSW_KT_ORIG, true, &out);
	nftsw_kt_send(ctx->kt, NFTSW_KT_LAN, &in);
	for (i = 0; i < NFTSW_KT_PORTS; i++) {
		now = nftsw_bm_port_ctr(ctx->kt->bm, i, NFTSW_PCTR_TX_FLOW);
		if (now != before[i])
			port = i;
	}
	KUNIT_ASSERT_LT(test, port, (u32)NFTSW_KT_PORTS);
	KUNIT_EXPECT_TRUE(test, ports & BIT(port));
	nftsw_kt_expect_egress(ctx->kt, port, &out);
	return port;
}

static void lag_expect_in(struct kunit *test, u32 port)
{
	struct nftsw_kt_off *ctx = test->priv;
	struct nftsw_kt_frame in, out;

	nftsw_kt_conn_frame(&ctx->conn, NFTSW_KT_REPLY, false, &in);
	nftsw_kt_conn_frame(&ctx->conn, NFTSW_KT_REPLY, true, &out);
	nftsw_kt_send(ctx->kt, port, &in);
	nftsw_kt_expect_egress(ctx->kt, NFTSW_KT_LAN, &out);
}

static void lag_expect_in_trapped(struct kunit *test, u32 port)
{
	struct nftsw_kt_off *ctx = test->priv;
	struct nftsw_kt_frame in;

	nftsw_kt_conn_frame(&ctx->conn, NFTSW_KT_REPLY, false, &in);
	nftsw_kt_send(ctx->kt, port, &in);
	nftsw_kt_expect_rx(ctx->kt, port, &in);
	nftsw_kt_expect_quiet(ctx->kt);
}

/* ---- members ---- */

static void a_flow_takes_every_member(struct kunit *test)
{
	u32 port;

	lag_both(test);
	lag_expect(test, 0, LAG_BOTH, LAG_BOTH, true);
	nftsw_kt_off_add(test);
	port = lag_expect_out(test, LAG_BOTH);
	KUNIT_EXPECT_EQ(test, lag_expect_out(test, LAG_BOTH), port);
	lag_expect_in(test, LAG_A);
	lag_expect_in(test, LAG_B);
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_count(test), 2u);
}

/* The driver hears of nothing, and the frames go the other way. */
static void failover_needs_no_software(struct kunit *test)
{
	struct nftsw_kt_off *ctx = test->priv;
	u32 port, other;

	lag_both(test);
	nftsw_kt_off_add(test);
	port = lag_expect_out(test, LAG_BOTH);
	other = port == LAG_A ? LAG_B : LAG_A;
	nftsw_bm_pause(ctx->kt->bm, true);
	nftsw_bm_link_set(ctx->kt->bm, port, false);
	lag_expect_out(test, BIT(other));
	lag_expect(test, 0, LAG_BOTH, LAG_BOTH, true);
	nftsw_bm_link_set(ctx->kt->bm, port, true);
	nftsw_bm_pause(ctx->kt->bm, false);
	lag_expect_out(test, BIT(port));
}

static void active_backup_follows_the_bond(struct kunit *test)
{
	struct net_device *bond = lag_bond(test);

	lag_join(test, bond, LAG_A, NETDEV_LAG_TX_TYPE_ACTIVEBACKUP, true);
	lag_join(test, bond, LAG_B, NETDEV_LAG_TX_TYPE_ACTIVEBACKUP, false);
	lag_expect(test, 0, LAG_BOTH, BIT(LAG_A), true);
	nftsw_kt_off_add(test);
	lag_expect_out(test, BIT(LAG_A));
	lag_expect_in(test, LAG_A);
	lag_expect_in_trapped(test, LAG_B);
	lag_may_send(test, LAG_A, false);
	lag_may_send(test, LAG_B, true);
	lag_expect_out(test, BIT(LAG_B));
	lag_expect_in(test, LAG_B);
	lag_expect_in_trapped(test, LAG_A);
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_count(test), 2u);
}

static void members_join_and_leave(struct kunit *test)
{
	struct net_device *bond = lag_bond(test);

	lag_both(test);
	nftsw_kt_off_add(test);
	nftsw_kt_bond_leave(bond, lag_dev(test, LAG_A));
	lag_expect(test, 0, BIT(LAG_B), BIT(LAG_B), true);
	lag_expect_out(test, BIT(LAG_B));
	lag_expect_in_trapped(test, LAG_A);
	lag_join(test, bond, LAG_SPARE, NETDEV_LAG_TX_TYPE_HASH, true);
	lag_expect_in(test, LAG_SPARE);
	nftsw_kt_bond_leave(bond, lag_dev(test, LAG_B));
	lag_expect_out(test, BIT(LAG_SPARE));
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_count(test), 2u);
	nftsw_kt_bond_leave(bond, lag_dev(test, LAG_SPARE));
	lag_expect(test, 0, 0, 0, false);
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_count(test), 0u);
	lag_expect_in_trapped(test, LAG_SPARE);
}

/* Flows that a port had for itself would send past its bond. */
static void a_port_that_joins_loses_its_flows(struct kunit *test)
{
	struct nftsw_kt_off *ctx = test->priv;
	struct nftsw_kt_conn own;

	nftsw_kt_conn_init(&own, NFPROTO_IPV4, IPPROTO_TCP, lag_dev(test, NFTSW_KT_LAN),
			   lag_dev(test, LAG_A));
	KUNIT_ASSERT_EQ(test, nftsw_kt_offload(ctx->kt, ctx->kf, &own, LAG_SECOND), 0);
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_count(test), 2u);
	lag_join(test, lag_bond(test), LAG_A, NETDEV_LAG_TX_TYPE_HASH, true);
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_count(test), 0u);
}

/* A number is given to another bond: no flow of the old one is left under it. */
static void a_number_is_reused_clean(struct kunit *test)
{
	struct nftsw_kt_off *ctx = test->priv;
	struct net_device *second = nftsw_kt_bond_new(test);
	struct net_device *first = lag_bond(test);
	u32 port;

	lag_both(test);
	nftsw_kt_off_add(test);
	nftsw_kt_bond_leave(first, lag_dev(test, LAG_A));
	nftsw_kt_bond_leave(first, lag_dev(test, LAG_B));
	lag_join(test, second, LAG_A, NETDEV_LAG_TX_TYPE_HASH, true);
	lag_expect(test, 0, BIT(LAG_A), BIT(LAG_A), true);
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_count(test), 0u);
	/* the old bond is nothing to the chip now */
	KUNIT_EXPECT_EQ(test, nftsw_kt_offload(ctx->kt, ctx->kf, &ctx->conn,
					       NFTSW_KT_COOKIE), -EOPNOTSUPP);
	lag_join(test, first, LAG_B, NETDEV_LAG_TX_TYPE_HASH, true);
	lag_expect(test, 1, BIT(LAG_B), BIT(LAG_B), true);
	nftsw_kt_off_add(test);
	port = lag_expect_out(test, BIT(LAG_B));
	lag_expect_in(test, port);
	nftsw_kt_bond_free(second);
	lag_expect(test, 0, 0, 0, false);
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_count(test), 2u);
}

/* ---- what stays in software ---- */

static u64 lag_refused(struct kunit *test)
{
	struct nftsw_kt_off *ctx = test->priv;

	KUNIT_EXPECT_EQ(test, nftsw_kt_offload(ctx->kt, ctx->kf, &ctx->conn,
					       NFTSW_KT_COOKIE), -EOPNOTSUPP);
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_count(test), 0u);
	return nftsw_flow_log_refused(&ctx->kt->ns->flow->log, NFTSW_FLOW_REFUSAL_LAG);
}

static void other_modes_stay_in_software(struct kunit *test)
{
	lag_join(test, lag_bond(test), LAG_A, NETDEV_LAG_TX_TYPE_ROUNDROBIN, true);
	lag_expect(test, 0, BIT(LAG_A), BIT(LAG_A), false);
	KUNIT_EXPECT_EQ(test, lag_refused(test), 2ull);
}

static void lag_be_a_team(struct net_device *dev)
{
	dev->priv_flags &= ~IFF_BONDING;
	dev->priv_flags |= IFF_TEAM;
}

/* A team that sends by a hash ("loadbalance") is as good as a bond. */
static void a_team_balances_its_load(struct kunit *test)
{
	u32 port;

	lag_be_a_team(lag_bond(test));
	lag_both(test);
	lag_expect(test, 0, LAG_BOTH, LAG_BOTH, true);
	nftsw_kt_off_add(test);
	port = lag_expect_out(test, LAG_BOTH);
	lag_expect_in(test, LAG_A);
	lag_expect_in(test, LAG_B);
	lag_may_send(test, port, false);
	lag_expect_out(test, LAG_BOTH & ~BIT(port));
}

/* Which of its ports is the active one a team does not say. */
static void a_team_with_a_backup_stays_in_software(struct kunit *test)
{
	struct net_device *team = lag_bond(test);

	lag_be_a_team(team);
	lag_join(test, team, LAG_A, NETDEV_LAG_TX_TYPE_ACTIVEBACKUP, true);
	lag_join(test, team, LAG_B, NETDEV_LAG_TX_TYPE_ACTIVEBACKUP, true);
	lag_expect(test, 0, LAG_BOTH, LAG_BOTH, false);
	KUNIT_EXPECT_EQ(test, lag_refused(test), 2ull);
	lag_expect_in_trapped(test, LAG_A);
}

static void a_foreign_member_keeps_it_in_software(struct kunit *test)
{
	struct net_device *foreign = nftsw_kt_bond_new(test);
	struct net_device *bond = lag_bond(test);

	foreign->flags &= ~IFF_MASTER;
	lag_both(test);
	nftsw_kt_off_add(test);
	lag_join_dev(test, bond, foreign, NETDEV_LAG_TX_TYPE_HASH);
	lag_expect(test, 0, LAG_BOTH, LAG_BOTH, false);
	KUNIT_EXPECT_EQ(test, lag_refused(test), 2ull);
	lag_expect_in_trapped(test, LAG_A);
	nftsw_kt_bond_leave(bond, foreign);
	lag_expect(test, 0, LAG_BOTH, LAG_BOTH, true);
	nftsw_kt_off_add(test);
	lag_expect_in(test, LAG_A);
	unregister_netdev(foreign);
	free_netdev(foreign);
}

static void lag_hw_tc(struct kunit *test, u32 port, bool on)
{
	struct net_device *dev = lag_dev(test, port);

	rtnl_lock();
	if (on)
		dev->wanted_features |= NETIF_F_HW_TC;
	else
		dev->wanted_features &= ~NETIF_F_HW_TC;
	netdev_change_features(dev);
	rtnl_unlock();
}

static void hw_tc_offload_of_a_member_counts(struct kunit *test)
{
	lag_both(test);
	nftsw_kt_off_add(test);
	lag_hw_tc(test, LAG_B, false);
	lag_expect(test, 0, LAG_BOTH, LAG_BOTH, false);
	KUNIT_EXPECT_EQ(test, lag_refused(test), 2ull);
	lag_hw_tc(test, LAG_B, true);
	lag_expect(test, 0, LAG_BOTH, LAG_BOTH, true);
	nftsw_kt_off_add(test);
	lag_expect_in(test, LAG_B);
}

static u16 lag_mtu(struct kunit *test)
{
	struct nftsw_kt_off *ctx = test->priv;
	struct nftsw_flow_info info;
	unsigned long index = 0;

	while (nftsw_flow_info_next(ctx->kt->ns, &index, &info)) {
		if (info.spec.oport == NFTSW_LAG_PORT(0))
			return info.mtu;
		index++;
	}
	return 0;
}

static void the_smallest_mtu_counts(struct kunit *test)
{
	lag_both(test);
	nftsw_kt_off_add(test);
	KUNIT_EXPECT_EQ(test, lag_mtu(test), 1500);
	rtnl_lock();
	KUNIT_EXPECT_EQ(test, dev_set_mtu(lag_dev(test, LAG_B), 1300), 0);
	KUNIT_EXPECT_EQ(test, lag_mtu(test), 1300);
	KUNIT_EXPECT_EQ(test, dev_set_mtu(lag_dev(test, LAG_B), 1500), 0);
	rtnl_unlock();
	KUNIT_EXPECT_EQ(test, lag_mtu(test), 1500);
}

/* Whatever became of a command that failed: the chip is told again. */
static void a_change_that_failed_is_made_again(struct kunit *test)
{
	struct nftsw_kt_off *ctx = test->priv;
	u32 differ;

	lag_both(test);
	nftsw_bm_fault(ctx->kt->bm, NFM_FAULT_CMD_STATUS, 1);
	lag_may_send(test, LAG_B, false);
	nftsw_bm_fault(ctx->kt->bm, NFM_FAULT_CMD_STATUS, 0);
	msleep(1200);
	lag_expect(test, 0, LAG_BOTH, BIT(LAG_A), true);
	KUNIT_EXPECT_EQ(test, nftsw_lag_audit(ctx->kt->ns, &differ), 0);
	KUNIT_EXPECT_EQ(test, differ, 0u);
}

/* A bond that is gone leaves nothing in the chip that the next one would run into. */
static void a_leave_that_failed_is_made_again(struct kunit *test)
{
	struct nftsw_kt_off *ctx = test->priv;
	u32 differ;

	lag_join(test, lag_bond(test), LAG_A, NETDEV_LAG_TX_TYPE_HASH, true);
	nftsw_bm_fault(ctx->kt->bm, NFM_FAULT_CMD_STATUS, 1);
	nftsw_kt_bond_leave(lag_bond(test), lag_dev(test, LAG_A));
	nftsw_bm_fault(ctx->kt->bm, NFM_FAULT_CMD_STATUS, 0);
	KUNIT_EXPECT_EQ(test, nftsw_lag_audit(ctx->kt->ns, &differ), 0);
	KUNIT_EXPECT_EQ(test, differ, 0u);
	msleep(1200);
	lag_expect(test, 0, 0, 0, false);
	lag_join(test, lag_bond(test), LAG_A, NETDEV_LAG_TX_TYPE_HASH, true);
	lag_expect(test, 0, BIT(LAG_A), BIT(LAG_A), true);
}

static void lags_survive_a_reset(struct kunit *test)
{
	struct nftsw_kt_off *ctx = test->priv;

	lag_both(test);
	lag_may_send(test, LAG_B, false);
	nftsw_kt_off_add(test);
	devl_lock(ctx->kt->ns->devlink);
	nftsw_core_down(ctx->kt->ns);
	KUNIT_EXPECT_EQ(test, nftsw_core_up(ctx->kt->ns), 0);
	devl_unlock(ctx->kt->ns->devlink);
	nftsw_kt_settle(ctx->kt);
	lag_expect(test, 0, LAG_BOTH, BIT(LAG_A), true);
	nftsw_kt_off_add(test);
	lag_expect_out(test, BIT(LAG_A));
	lag_expect_in(test, LAG_A);
}

/* ---- flowtables bound to devices above the ports ---- */

/* As netfilter does it: to every callback.  Return: how many took it. */
static u32 lag_cls(struct nftsw_kt_ft *kf, enum flow_cls_command cmd,
		   unsigned long cookie, const struct nftsw_kt_rule *rule,
		   struct flow_stats *stats)
{
	struct flow_cls_offload cls = {
		.command = cmd, .cookie = cookie, .rule = rule ? rule->rule : NULL,
	};
	struct flow_block_cb *cb;
	u32 n = 0;

	down_read(&kf->ft.flow_block_lock);
	list_for_each_entry(cb, &kf->ft.flow_block.cb_list, list)
		n += !cb->cb(TC_SETUP_CLSFLOWER, &cls, cb->cb_priv);
	up_read(&kf->ft.flow_block_lock);
	if (stats)
		*stats = cls.stats;
	return n;
}

static void lag_offload_one(struct kunit *test, struct nftsw_kt_ft *kf, u32 way)
{
	struct nftsw_kt_off *ctx = test->priv;
	struct nftsw_kt_rule *rules = nftsw_kt_rules(test, &ctx->conn);

	KUNIT_EXPECT_EQ(test, lag_cls(kf, FLOW_CLS_REPLACE, LAG_SECOND + way, &rules[way],
				      NULL), 1u);
}

static void lag_offload_all(struct kunit *test, struct nftsw_kt_ft *kf)
{
	lag_offload_one(test, kf, NFTSW_KT_ORIG);
	lag_offload_one(test, kf, NFTSW_KT_REPLY);
}

static void a_bond_binds_by_itself(struct kunit *test)
{
	struct nftsw_kt_ft *kf = nftsw_kt_ft_new(test, NFPROTO_IPV4);
	struct net_device *second = nftsw_kt_bond_new(test);
	struct net_device *bond = lag_bond(test);
	struct nftsw_kt_off *ctx = test->priv;
	struct flow_stats stats;

	/* nothing of the chip's below it yet */
	KUNIT_EXPECT_EQ(test, nftsw_kt_ft_bind(kf, bond), -EOPNOTSUPP);
	lag_both(test);
	lag_join(test, second, LAG_SPARE, NETDEV_LAG_TX_TYPE_HASH, true);
	KUNIT_EXPECT_EQ(test, nftsw_kt_ft_bind(kf, second), 0);
	KUNIT_EXPECT_EQ(test, nftsw_kt_ft_bind(kf, bond), 0);
	KUNIT_EXPECT_EQ(test, nftsw_kt_ft_bind(kf, lag_dev(test, NFTSW_KT_LAN)), 0);
	KUNIT_EXPECT_EQ(test, nftsw_kt_ft_cb_count(kf), 3u);

	/* three callbacks, one flow each, counted once */
	lag_offload_all(test, kf);
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_count(test), 2u);
	lag_expect_out(test, LAG_BOTH);
	lag_expect_in(test, LAG_A);
	KUNIT_EXPECT_EQ(test, nftsw_flow_refresh(ctx->kt->ns), 0);
	KUNIT_EXPECT_EQ(test, lag_cls(kf, FLOW_CLS_STATS, LAG_SECOND, NULL, &stats), 1u);
	KUNIT_EXPECT_EQ(test, stats.pkts, 1ull);
	KUNIT_EXPECT_EQ(test, lag_cls(kf, FLOW_CLS_DESTROY, LAG_SECOND, NULL, NULL), 1u);
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_count(test), 1u);
	lag_offload_all(test, kf);

	/* the first to answer leaves, then the bond, whose flows go with it */
	KUNIT_EXPECT_EQ(test, nftsw_kt_ft_unbind(kf, second), 0);
	lag_offload_all(test, kf);
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_count(test), 2u);
	KUNIT_EXPECT_EQ(test, nftsw_kt_ft_unbind(kf, bond), 0);
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_count(test), 0u);
	KUNIT_EXPECT_EQ(test, nftsw_kt_ft_unbind(kf, bond), -EOPNOTSUPP);
	KUNIT_EXPECT_EQ(test, nftsw_kt_ft_unbind(kf, lag_dev(test, NFTSW_KT_LAN)), 0);
	KUNIT_EXPECT_EQ(test, nftsw_kt_ft_cb_count(kf), 0u);
	nftsw_kt_ft_free(test, kf);
	nftsw_kt_bond_free(second);
}

/* A rule from one port to the other; it may come in elsewhere. */
static struct nftsw_kt_rule *lag_plain_rule(struct kunit *test, struct net_device *in)
{
	struct nftsw_kt_conn conn;

	nftsw_kt_conn_init(&conn, NFPROTO_IPV4, IPPROTO_UDP, in, lag_dev(test, LAG_SPARE));
	return &nftsw_kt_rules(test, &conn)[NFTSW_KT_ORIG];
}

/*
 * Bridges and VLAN devices over plain ports: a callback each, and what counts is the port
 * that a rule names.
 */
static void bridges_and_vlan_devices_bind(struct kunit *test)
{
	struct nftsw_kt_ft *kf = nftsw_kt_ft_new(test, NFPROTO_IPV4);
	struct net_device *lan = lag_dev(test, NFTSW_KT_LAN);
	struct net_device *br = nftsw_kt_br_new(test, "ktlagbr", 0);
	struct net_device *far = nftsw_kt_link_new(test, "ktlagdummy", "dummy", NULL, 0, 0);
	struct net_device *vlan;

	vlan = nftsw_kt_link_new(test, "ktlag.10", "vlan", lan, 10, ETH_P_8021Q);
	KUNIT_EXPECT_EQ(test, nftsw_kt_ft_bind(kf, br), -EOPNOTSUPP);
	KUNIT_EXPECT_EQ(test, nftsw_kt_ft_bind(kf, far), -EOPNOTSUPP);
	KUNIT_ASSERT_EQ(test, nftsw_kt_master(lag_dev(test, LAG_A), br), 0);
	KUNIT_EXPECT_EQ(test, nftsw_kt_ft_bind(kf, br), 0);
	KUNIT_EXPECT_EQ(test, nftsw_kt_ft_bind(kf, vlan), 0);
	KUNIT_EXPECT_EQ(test, nftsw_kt_ft_cb_count(kf), 2u);
	/* the port itself is not in the list yet */
	KUNIT_EXPECT_EQ(test, lag_cls(kf, FLOW_CLS_REPLACE, LAG_SECOND,
				      lag_plain_rule(test, lan), NULL), 0u);
	KUNIT_EXPECT_EQ(test, nftsw_kt_ft_bind(kf, lan), 0);
	KUNIT_EXPECT_EQ(test, lag_cls(kf, FLOW_CLS_REPLACE, LAG_SECOND,
				      lag_plain_rule(test, lan), NULL), 1u);
	KUNIT_EXPECT_EQ(test, lag_cls(kf, FLOW_CLS_REPLACE, LAG_SECOND + 1,
				      lag_plain_rule(test, vlan), NULL), 0u);
	KUNIT_EXPECT_EQ(test, lag_cls(kf, FLOW_CLS_REPLACE, LAG_SECOND + 2,
				      lag_plain_rule(test, br), NULL), 0u);
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_count(test), 1u);
	/* whoever answered first goes first; the flow stays until its port does */
	KUNIT_EXPECT_EQ(test, nftsw_kt_ft_unbind(kf, br), 0);
	KUNIT_EXPECT_EQ(test, nftsw_kt_ft_unbind(kf, vlan), 0);
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_count(test), 1u);
	KUNIT_EXPECT_EQ(test, nftsw_kt_ft_unbind(kf, lan), 0);
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_count(test), 0u);
	KUNIT_EXPECT_EQ(test, nftsw_kt_ft_cb_count(kf), 0u);
	nftsw_kt_ft_free(test, kf);
}

static u64 lag_refused_as(struct kunit *test, enum nftsw_flow_refusal_id why)
{
	struct nftsw_kt_off *ctx = test->priv;

	return nftsw_flow_log_refused(&ctx->kt->ns->flow->log, why);
}

/* What comes in through a bond is for the flowtables that list it, and no longer than they do. */
static void a_bond_that_is_not_listed_is_no_ingress(struct kunit *test)
{
	struct nftsw_kt_ft *kf = nftsw_kt_ft_new(test, NFPROTO_IPV4);
	struct nftsw_kt_off *ctx = test->priv;
	struct nftsw_kt_rule *reply = &nftsw_kt_rules(test, &ctx->conn)[NFTSW_KT_REPLY];
	struct net_device *bond = lag_bond(test);

	lag_both(test);
	KUNIT_EXPECT_EQ(test, nftsw_kt_ft_bind(kf, lag_dev(test, NFTSW_KT_LAN)), 0);
	KUNIT_EXPECT_EQ(test, lag_cls(kf, FLOW_CLS_REPLACE, LAG_SECOND, reply, NULL), 0u);
	KUNIT_EXPECT_EQ(test, lag_refused_as(test, NFTSW_FLOW_REFUSAL_INGRESS), 1ull);
	KUNIT_EXPECT_EQ(test, nftsw_kt_ft_bind(kf, bond), 0);
	lag_offload_all(test, kf);
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_count(test), 2u);
	/* it is taken out, and netfilter asks again for the flow that it has yet */
	KUNIT_EXPECT_EQ(test, nftsw_kt_ft_unbind(kf, bond), 0);
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_count(test), 0u);
	KUNIT_EXPECT_EQ(test, lag_cls(kf, FLOW_CLS_REPLACE, LAG_SECOND, reply, NULL), 0u);
	KUNIT_EXPECT_EQ(test, lag_refused_as(test, NFTSW_FLOW_REFUSAL_INGRESS), 2ull);
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_count(test), 0u);
	KUNIT_EXPECT_EQ(test, nftsw_kt_ft_unbind(kf, lag_dev(test, NFTSW_KT_LAN)), 0);
	nftsw_kt_ft_free(test, kf);
}

/* Numbers of devices are those of a network namespace: another one has the same again. */
static void a_device_with_the_number_of_a_bond_is_none(struct kunit *test)
{
	struct nftsw_kt_ft *kf = nftsw_kt_ft_new(test, NFPROTO_IPV4);
	struct net_device *lan = lag_dev(test, NFTSW_KT_LAN), *bond = lag_bond(test), *vlan;
	struct net_device *other = alloc_netdev(0, "lag%d", NET_NAME_UNKNOWN, ether_setup);
	struct nftsw_kt_off *ctx = test->priv;
	struct nftsw_kt_rule *rules = nftsw_kt_rules(test, &ctx->conn);
	int ifindex;
	u32 i;

	KUNIT_ASSERT_NOT_NULL(test, other);
	lag_both(test);
	/* bound by a VLAN device that says to have the number of the bond */
	vlan = nftsw_kt_link_new(test, "ktlag.10", "vlan", lan, 10, ETH_P_8021Q);
	ifindex = vlan->ifindex;
	vlan->ifindex = bond->ifindex;
	KUNIT_EXPECT_EQ(test, nftsw_kt_ft_bind(kf, vlan), 0);
	vlan->ifindex = ifindex;
	KUNIT_EXPECT_EQ(test, lag_cls(kf, FLOW_CLS_REPLACE, LAG_SECOND, &rules[NFTSW_KT_REPLY],
				      NULL), 0u);
	KUNIT_EXPECT_EQ(test, lag_refused_as(test, NFTSW_FLOW_REFUSAL_INGRESS), 1ull);
	KUNIT_EXPECT_EQ(test, nftsw_kt_ft_unbind(kf, vlan), 0);
	/* sent through a device that nobody knows, with the number of the bond */
	other->ifindex = bond->ifindex;
	i = nftsw_kt_rule_find(&rules[NFTSW_KT_ORIG], FLOW_ACTION_REDIRECT);
	rules[NFTSW_KT_ORIG].rule->action.entries[i].dev = other;
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_replace(test, LAG_SECOND, &rules[NFTSW_KT_ORIG]),
			-EOPNOTSUPP);
	KUNIT_EXPECT_EQ(test, lag_refused_as(test, NFTSW_FLOW_REFUSAL_EGRESS), 1ull);
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_count(test), 0u);
	other->ifindex = 0;
	free_netdev(other);
	nftsw_kt_ft_free(test, kf);
}

/* The last to leave takes what is left of the block with it. */
static void the_last_unbind_purges(struct kunit *test)
{
	struct nftsw_kt_ft *kf = nftsw_kt_ft_new(test, NFPROTO_IPV4);
	struct net_device *bond = lag_bond(test);

	lag_both(test);
	KUNIT_EXPECT_EQ(test, nftsw_kt_ft_bind(kf, bond), 0);
	/* what comes in through the bond; the port of the other direction is not bound */
	lag_offload_one(test, kf, NFTSW_KT_REPLY);
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_count(test), 1u);
	KUNIT_EXPECT_EQ(test, nftsw_kt_ft_unbind(kf, bond), 0);
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_count(test), 0u);
	nftsw_kt_ft_free(test, kf);
}

/* The driver goes while a bond is bound: netfilter drops the callback. */
static void removal_unbinds_the_bond(struct kunit *test)
{
	struct nftsw_kt_ft *kf = nftsw_kt_ft_new(test, NFPROTO_IPV4);
	struct nftsw_kt_off *ctx = test->priv;
	struct net_device *bond = lag_bond(test);

	lag_both(test);
	KUNIT_EXPECT_EQ(test, nftsw_kt_ft_bind(kf, bond), 0);
	lag_offload_one(test, kf, NFTSW_KT_REPLY);
	nftsw_kt_off_unbind(test, ctx->kf);
	nftsw_kt_bond_leave(bond, lag_dev(test, LAG_A));
	nftsw_kt_bond_leave(bond, lag_dev(test, LAG_B));
	nftsw_kt_remove(ctx->kt);
	KUNIT_EXPECT_EQ(test, nftsw_kt_ft_cb_count(kf), 0u);
	nftsw_kt_ft_free(test, kf);
}

static struct kunit_case lag_cases[] = {
	KUNIT_CASE(a_flow_takes_every_member),
	KUNIT_CASE(failover_needs_no_software),
	KUNIT_CASE(active_backup_follows_the_bond),
	KUNIT_CASE(members_join_and_leave),
	KUNIT_CASE(a_port_that_joins_loses_its_flows),
	KUNIT_CASE(a_number_is_reused_clean),
	KUNIT_CASE(other_modes_stay_in_software),
	KUNIT_CASE(a_team_balances_its_load),
	KUNIT_CASE(a_team_with_a_backup_stays_in_software),
	KUNIT_CASE(a_foreign_member_keeps_it_in_software),
	KUNIT_CASE(hw_tc_offload_of_a_member_counts),
	KUNIT_CASE(the_smallest_mtu_counts),
	KUNIT_CASE_SLOW(a_change_that_failed_is_made_again),
	KUNIT_CASE_SLOW(a_leave_that_failed_is_made_again),
	KUNIT_CASE(lags_survive_a_reset),
	KUNIT_CASE(a_bond_binds_by_itself),
	KUNIT_CASE(bridges_and_vlan_devices_bind),
	KUNIT_CASE(a_bond_that_is_not_listed_is_no_ingress),
	KUNIT_CASE(a_device_with_the_number_of_a_bond_is_none),
	KUNIT_CASE(the_last_unbind_purges),
	KUNIT_CASE(removal_unbinds_the_bond),
	{}
};

static struct kunit_suite lag_suite = {
	.name = "nftsw_lag",
	.init = lag_init,
	.exit = lag_exit,
	.test_cases = lag_cases,
};

kunit_test_suite(lag_suite);

MODULE_DESCRIPTION("KUnit tests of the NFTSW driver: bonds and teams");
MODULE_LICENSE("GPL");
