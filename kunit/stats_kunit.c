// SPDX-License-Identifier: GPL-2.0
/*
 * Counters of ports as netdev and ethtool show them, registers and self-test.  Floor 11.
 */

#include <kunit/test.h>
#include <linux/ethtool.h>
#include <linux/etherdevice.h>
#include <linux/rtnetlink.h>
#include "nftsw_kt.h"

#define STATS_STRINGS_MAX	256
#define STATS_TESTS_MAX		16

struct stats_page {
	u64 val[STATS_STRINGS_MAX];
	u8 names[STATS_STRINGS_MAX][ETH_GSTRING_LEN];
	u8 test_names[STATS_TESTS_MAX][ETH_GSTRING_LEN];
};

static void stats_frame(struct nftsw_kt *kt, struct nftsw_kt_frame *f)
{
	struct nftsw_kt_conn conn;

	nftsw_kt_conn_init(&conn, NFPROTO_IPV4, IPPROTO_UDP, nftsw_kt_dev(kt, 0),
			   nftsw_kt_dev(kt, 0));
	nftsw_kt_conn_frame(&conn, NFTSW_KT_ORIG, false, f);
}

static void stats_ctrs(struct kunit *test, u32 port, struct nftsw_port_ctrs *c)
{
	struct nftsw_kt *kt = test->priv;

	KUNIT_EXPECT_EQ(test, nftsw_stats_refresh(kt->ns), 0);
	nftsw_stats_get(kt->ns->ports[port], c);
}

/* What the chip has counted is what the netdev says, without the FCS. */
static void netdev_counts_octets_without_fcs(struct kunit *test)
{
	struct rtnl_link_stats64 before, after;
	struct nftsw_kt *kt = test->priv;
	struct net_device *dev = nftsw_kt_dev(kt, 0);
	struct nftsw_kt_frame f;
	struct nftsw_port_ctrs c;
	u32 len, i, bytes = 0;

	stats_ctrs(test, 0, &c);
	dev_get_stats(dev, &before);
	stats_frame(kt, &f);
	for (i = 0; i < 10; i++) {
		f.payload = 20 + 100 * i;
		len = nftsw_kt_frame_build(&f, kt->buf);
		bytes += len;
		nftsw_bm_ingress(kt->bm, 0, kt->buf, len);
	}
	eth_broadcast_addr(f.dmac);
	f.dmac[0] = 1;
	f.dmac[5] = 0;
	bytes += nftsw_kt_frame_build(&f, kt->buf);
	nftsw_kt_send(kt, 0, &f);
	stats_ctrs(test, 0, &c);
	dev_get_stats(dev, &after);
	KUNIT_EXPECT_EQ(test, after.rx_packets - before.rx_packets, 11ull);
	KUNIT_EXPECT_EQ(test, after.rx_bytes - before.rx_bytes, (u64)bytes);
	KUNIT_EXPECT_EQ(test, after.multicast - before.multicast, 1ull);
	KUNIT_EXPECT_EQ(test, after.rx_errors - before.rx_errors, 0ull);
	KUNIT_EXPECT_EQ(test, c.ctr[NFTSW_PCTR_RX_OCTETS], bytes + 11ull * ETH_FCS_LEN);
	KUNIT_EXPECT_EQ(test, c.ctr[NFTSW_PCTR_RX_TO_CPU], 11ull);
}

/* RFC 2819 counts with FCS: a frame of 60 octets is one of 64. */
static void histogram_has_the_right_edges(struct kunit *test)
{
	static const struct {
		u32 len;
		enum nftsw_pctr ctr;
	} edges[] = {
		{ 60, NFTSW_PCTR_RX_64 }, { 61, NFTSW_PCTR_RX_65_127 },
		{ 123, NFTSW_PCTR_RX_65_127 }, { 124, NFTSW_PCTR_RX_128_255 },
		{ 251, NFTSW_PCTR_RX_128_255 }, { 252, NFTSW_PCTR_RX_256_511 },
		{ 507, NFTSW_PCTR_RX_256_511 }, { 508, NFTSW_PCTR_RX_512_1023 },
		{ 1019, NFTSW_PCTR_RX_512_1023 }, { 1020, NFTSW_PCTR_RX_1024_1518 },
		{ 1514, NFTSW_PCTR_RX_1024_1518 },
	};
	struct nftsw_port_ctrs before, after;
	struct nftsw_kt *kt = test->priv;
	u32 i;

	memset(kt->buf, 0, sizeof(kt->buf));
	eth_broadcast_addr(kt->buf);
	for (i = 0; i < ARRAY_SIZE(edges); i++) {
		stats_ctrs(test, 0, &before);
		nftsw_bm_ingress(kt->bm, 0, kt->buf, edges[i].len);
		stats_ctrs(test, 0, &after);
		KUNIT_EXPECT_EQ_MSG(test, after.ctr[edges[i].ctr] -
				    before.ctr[edges[i].ctr], 1ull, "%u octets",
				    edges[i].len);
	}
}

static void errors_are_errors(struct kunit *test)
{
	struct nftsw_kt *kt = test->priv;
	struct net_device *dev = nftsw_kt_dev(kt, 0);
	struct rtnl_link_stats64 s;
	struct nftsw_port_ctrs c;

	memset(kt->buf, 0, sizeof(kt->buf));
	eth_broadcast_addr(kt->buf);
	nftsw_bm_ingress(kt->bm, 0, kt->buf, 13);
	nftsw_bm_ingress(kt->bm, 0, kt->buf, 1600);
	stats_ctrs(test, 0, &c);
	dev_get_stats(dev, &s);
	KUNIT_EXPECT_EQ(test, c.ctr[NFTSW_PCTR_RX_RUNT], 1ull);
	KUNIT_EXPECT_EQ(test, c.ctr[NFTSW_PCTR_RX_OVERSIZE], 1ull);
	KUNIT_EXPECT_EQ(test, s.rx_errors, 2ull);
	KUNIT_EXPECT_EQ(test, s.rx_length_errors, 2ull);
	KUNIT_EXPECT_EQ(test, s.rx_packets, 0ull);
	nftsw_kt_expect_quiet(kt);
}

/* The chip forgets at a reset; what users see goes on. */
static void totals_survive_a_reset(struct kunit *test)
{
	struct nftsw_kt *kt = test->priv;
	struct nftsw_port_ctrs c;
	struct nftsw_kt_frame f;
	u32 i;

	stats_frame(kt, &f);
	for (i = 1; i <= 3; i++) {
		nftsw_kt_send(kt, 0, &f);
		nftsw_kt_expect_rx(kt, 0, &f);
		stats_ctrs(test, 0, &c);
		KUNIT_EXPECT_EQ(test, c.ctr[NFTSW_PCTR_RX_FRAMES], (u64)i);
		devl_lock(kt->ns->devlink);
		nftsw_core_down(kt->ns);
		KUNIT_EXPECT_EQ(test, nftsw_core_up(kt->ns), 0);
		devl_unlock(kt->ns->devlink);
		nftsw_bm_link_set(kt->bm, 0, true);
		nftsw_kt_settle(kt);
		stats_ctrs(test, 0, &c);
		KUNIT_EXPECT_EQ(test, c.ctr[NFTSW_PCTR_RX_FRAMES], (u64)i);
	}
}

/* Every statistic has a name of its own, and the count is right. */
static void ethtool_names_its_statistics(struct kunit *test)
{
	struct nftsw_kt *kt = test->priv;
	struct net_device *dev = nftsw_kt_dev(kt, 0);
	const struct ethtool_ops *ops = dev->ethtool_ops;
	struct stats_page *p = kunit_kzalloc(test, sizeof(*p), GFP_KERNEL);
	struct nftsw_kt_frame f;
	u32 i, j;
	int n;

	KUNIT_ASSERT_NOT_NULL(test, p);
	stats_frame(kt, &f);
	nftsw_kt_send(kt, 0, &f);
	rtnl_lock();
	n = ops->get_sset_count(dev, ETH_SS_STATS);
	KUNIT_EXPECT_GT(test, n, (int)NFTSW_PCTR_COUNT);
	KUNIT_EXPECT_LE(test, n, STATS_STRINGS_MAX);
	if (n > 0 && n <= STATS_STRINGS_MAX) {
		ops->get_strings(dev, ETH_SS_STATS, p->names[0]);
		ops->get_ethtool_stats(dev, NULL, p->val);
	}
	rtnl_unlock();
	for (i = 0; i < n; i++) {
		KUNIT_EXPECT_NE(test, p->names[i][0], '\0');
		for (j = 0; j < i; j++)
			KUNIT_EXPECT_STRNEQ(test, (char *)p->names[i],
					    (char *)p->names[j]);
	}
	KUNIT_EXPECT_STREQ(test, (char *)p->names[NFTSW_PCTR_RX_FRAMES], "rx_frames");
	KUNIT_EXPECT_EQ(test, p->val[NFTSW_PCTR_RX_FRAMES], 1ull);
}

static void ethtool_shows_groups(struct kunit *test)
{
	const struct ethtool_rmon_hist_range *ranges = NULL;
	struct nftsw_kt *kt = test->priv;
	struct net_device *dev = nftsw_kt_dev(kt, 0);
	struct ethtool_eth_mac_stats mac = {};
	struct ethtool_rmon_stats rmon = {};
	struct nftsw_kt_frame f;

	stats_frame(kt, &f);
	nftsw_kt_send(kt, 0, &f);
	rtnl_lock();
	dev->ethtool_ops->get_eth_mac_stats(dev, &mac);
	dev->ethtool_ops->get_rmon_stats(dev, &rmon, &ranges);
	rtnl_unlock();
	KUNIT_EXPECT_EQ(test, mac.FramesReceivedOK, 1ull);
	KUNIT_ASSERT_NOT_NULL(test, ranges);
	/* 142 octets and an FCS */
	KUNIT_EXPECT_EQ(test, ranges[2].low, (u16)128);
	KUNIT_EXPECT_EQ(test, ranges[2].high, (u16)255);
	KUNIT_EXPECT_EQ(test, rmon.hist[2], 1ull);
	KUNIT_EXPECT_EQ(test, rmon.hist[0], 0ull);
}

static void ethtool_says_what_it_is(struct kunit *test)
{
	struct nftsw_kt *kt = test->priv;
	struct net_device *dev = nftsw_kt_dev(kt, 0);
	struct ethtool_link_ksettings ks = {};
	struct ethtool_drvinfo info = {};

	rtnl_lock();
	dev->ethtool_ops->get_drvinfo(dev, &info);
	KUNIT_EXPECT_EQ(test, dev->ethtool_ops->get_link_ksettings(dev, &ks), 0);
	rtnl_unlock();
	KUNIT_EXPECT_STREQ(test, info.driver, "nftsw");
	KUNIT_EXPECT_EQ(test, ks.base.speed, kt->bm->cfg.speed_mbps[0]);
	KUNIT_EXPECT_EQ(test, ks.base.duplex, (u8)DUPLEX_FULL);
	nftsw_bm_link_set(kt->bm, 0, false);
	nftsw_kt_settle(kt);
	rtnl_lock();
	KUNIT_EXPECT_EQ(test, dev->ethtool_ops->get_link_ksettings(dev, &ks), 0);
	rtnl_unlock();
	KUNIT_EXPECT_EQ(test, ks.base.speed, (u32)SPEED_UNKNOWN);
}

/* A dump reads registers that exist, and has no effect on the chip. */
static void register_dump_touches_nothing_else(struct kunit *test)
{
	struct nftsw_kt *kt = test->priv;
	u32 size = nftsw_reg_dump_size(kt->ns);
	u32 *buf = kunit_kzalloc(test, size + sizeof(u32), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, buf);
	nftsw_kt_settle(kt);
	nftsw_bm_reg(kt->bm, NFTSW_BAD_ACCESS);
	buf[size / sizeof(u32)] = 0xcafef00d;
	nftsw_reg_dump(kt->ns, buf);
	KUNIT_EXPECT_EQ(test, buf[size / sizeof(u32)], 0xcafef00d);
	KUNIT_EXPECT_EQ(test, buf[0], NFTSW_ID_VAL);
	KUNIT_EXPECT_EQ(test, nftsw_bm_reg(kt->bm, NFTSW_BAD_ACCESS), 0u);
}

static u32 stats_time_hook(struct nftsw_bus_model *bm, u32 off, u32 val)
{
	struct nftsw_kt *kt = bm->hook_priv;

	/* Its complaint fails the test. */
	if (off == NFTSW_TIME_LO || off == NFTSW_TIME_HI)
		lockdep_assert_held(&kt->ns->time_lock);
	return val;
}

/* Reading TIME_LO latches TIME_HI: a dump must not come between somebody else's two. */
static void register_dump_leaves_time_alone(struct kunit *test)
{
	struct nftsw_kt *kt = test->priv;
	u32 *buf = kunit_kzalloc(test, nftsw_reg_dump_size(kt->ns), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, buf);
	nftsw_bm_log_reset(kt->bm);
	kt->bm->hook_priv = kt;
	kt->bm->rd_hook = stats_time_hook;
	nftsw_reg_dump(kt->ns, buf);
	kt->bm->rd_hook = NULL;
	KUNIT_EXPECT_GE(test, nftsw_bm_log_count(kt->bm, NFTSW_TIME_LO, false), 1u);
}

static void self_test_passes_and_fails(struct kunit *test)
{
	struct nftsw_kt *kt = test->priv;
	struct net_device *dev = nftsw_kt_dev(kt, 0);
	struct ethtool_test t = { .flags = ETH_TEST_FL_OFFLINE };
	u64 data[STATS_TESTS_MAX] = {};
	int n, i;

	rtnl_lock();
	n = dev->ethtool_ops->get_sset_count(dev, ETH_SS_TEST);
	dev->ethtool_ops->self_test(dev, &t, data);
	rtnl_unlock();
	KUNIT_ASSERT_LE(test, n, STATS_TESTS_MAX);
	KUNIT_EXPECT_EQ(test, t.flags & ETH_TEST_FL_FAILED, 0u);
	for (i = 0; i < n; i++)
		KUNIT_EXPECT_EQ(test, data[i], 0ull);
	nftsw_bm_fault(kt->bm, NFM_FAULT_CMD_STATUS, 1);
	rtnl_lock();
	dev->ethtool_ops->self_test(dev, &t, data);
	rtnl_unlock();
	KUNIT_EXPECT_NE(test, t.flags & ETH_TEST_FL_FAILED, 0u);
}

/* The chip's policers are the driver's, before and after a reset. */
static void stats_expect_policers(struct kunit *test)
{
	struct nftsw_kt *kt = test->priv;
	struct nftsw_hw_trap_group tg;
	u32 group;

	for (group = NFTSW_GROUP_NONE + 1; group < NFTSW_GROUP_COUNT; group++) {
		KUNIT_ASSERT_EQ(test, nftsw_hw_trap_get(kt->ns, group, &tg), 0);
		KUNIT_EXPECT_EQ(test, le32_to_cpu(tg.rate_pps), kt->ns->policers[group].rate);
		KUNIT_EXPECT_EQ(test, le32_to_cpu(tg.burst), kt->ns->policers[group].burst);
	}
}

/* Ordinary traffic is not policed; what is can be changed, and stays so over a reset. */
static void policers_hold_back_and_survive_a_reset(struct kunit *test)
{
	const struct nftsw_policer p = { .rate = 5, .burst = 2 };
	struct nftsw_kt *kt = test->priv;
	struct nftsw_kt_frame f;
	u64 drops;
	u32 i;

	stats_expect_policers(test);
	KUNIT_EXPECT_EQ(test, kt->ns->policers[NFTSW_GROUP_LOCAL].rate, 0u);
	KUNIT_EXPECT_GT(test, kt->ns->policers[NFTSW_GROUP_CONTROL].rate, 0u);
	KUNIT_EXPECT_EQ(test, nftsw_trap_policer_set(kt->ns, NFTSW_GROUP_EXCEPTION, &p), 0);
	stats_frame(kt, &f);
	f.ttl = 1;
	for (i = 0; i < 10; i++)
		nftsw_kt_send(kt, 0, &f);
	KUNIT_EXPECT_EQ(test, skb_queue_len(&kt->rx), 2u);
	KUNIT_EXPECT_EQ(test, nftsw_trap_policer_drops(kt->ns, NFTSW_GROUP_EXCEPTION,
						       &drops), 0);
	KUNIT_EXPECT_EQ(test, drops, 8ull);
	nftsw_kt_flush(kt);
	devl_lock(kt->ns->devlink);
	nftsw_core_down(kt->ns);
	KUNIT_EXPECT_EQ(test, nftsw_core_up(kt->ns), 0);
	devl_unlock(kt->ns->devlink);
	stats_expect_policers(test);
}

static struct kunit_case stats_cases[] = {
	KUNIT_CASE(netdev_counts_octets_without_fcs),
	KUNIT_CASE(histogram_has_the_right_edges),
	KUNIT_CASE(errors_are_errors),
	KUNIT_CASE(totals_survive_a_reset),
	KUNIT_CASE(ethtool_names_its_statistics),
	KUNIT_CASE(ethtool_shows_groups),
	KUNIT_CASE(ethtool_says_what_it_is),
	KUNIT_CASE(register_dump_touches_nothing_else),
	KUNIT_CASE(register_dump_leaves_time_alone),
	KUNIT_CASE(self_test_passes_and_fails),
	KUNIT_CASE(policers_hold_back_and_survive_a_reset),
	{}
};

static struct kunit_suite stats_suite = {
	.name = "nftsw_stats",
	.init = nftsw_kt_init_up,
	.test_cases = stats_cases,
};

kunit_test_suite(stats_suite);

MODULE_DESCRIPTION("KUnit tests of nftsw's counters");
MODULE_LICENSE("GPL");
