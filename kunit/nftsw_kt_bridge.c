// SPDX-License-Identifier: GPL-2.0
/*
 * A real bridge over the ports of a chip, for tests.  Floor 10; called by the suites, in process
 * context.
 */

#include <linux/delay.h>
#include <linux/if_bridge.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/switchdev.h>
#include "../drivers/net/ethernet/nftsw/nftsw_hw.h"
#include "nftsw_kt_bridge.h"

/* When the kernel has heard of carriers that came. */
#define KT_LINKWATCH_MS	1500
/* A querier of one's own counts when it has waited for answers. */
#define KT_QUERIER_MS	60000
/* A day, in USER_HZ: no case takes so long. */
#define KT_QUERY_INTVL	(24 * 3600 * 100)

/* ---- what is there ------------------------------------------------------------------------ */

/**
 * nftsw_kt_where() - where the bridge believes a host
 * @b: bridge
 * @mac: its address
 * @vid: VLAN, or 0
 *
 * Return: the bridge port, or NULL.
 */
struct net_device *nftsw_kt_where(struct nftsw_kt_br *b, const u8 *mac, u16 vid)
{
	struct net_device *dev;

	rtnl_lock();
	dev = br_fdb_find_port(b->dev, mac, vid);
	rtnl_unlock();
	return dev;
}

/**
 * nftsw_kt_chip_hosts() - hosts that the chip has learned
 * @b: bridge
 *
 * Each of them must be where the bridge has it.
 *
 * Return: how many.
 */
u32 nftsw_kt_chip_hosts(struct nftsw_kt_br *b)
{
	struct nftsw *ns = b->kt->ns;
	struct nftsw_hw_fdb rec[8];
	u32 cursor = 0, count = 0;
	struct nftsw_bport *bp;
	struct nftsw_fid *f;
	int n, i;

	while (cursor != NFTSW_DUMP_END) {
		n = nftsw_hw_bridge_dump(ns, NFTSW_TBL_FDB, &cursor, rec, sizeof(rec[0]),
					 ARRAY_SIZE(rec));
		KUNIT_ASSERT_GE(b->kt->test, n, 0);
		for (i = 0; i < n; i++) {
			if (!(le16_to_cpu(rec[i].flags) & NFTSW_FDB_LEARNED))
				continue;
			count++;
			f = xa_load(&ns->bridges->fids, le16_to_cpu(rec[i].fid));
			bp = ns->bridges->port[le16_to_cpu(rec[i].port)];
			KUNIT_ASSERT_NOT_NULL(b->kt->test, f);
			KUNIT_ASSERT_NOT_NULL(b->kt->test, bp);
			rtnl_lock();
			KUNIT_EXPECT_PTR_EQ(b->kt->test, bp->dev,
					    br_fdb_find_port(f->br->dev, rec[i].mac,
							     f->vid));
			rtnl_unlock();
		}
	}
	return count;
}

/* Hosts that the driver believes the chip has learned. */
static u32 kt_driver_hosts(struct nftsw_kt_br *b)
{
	struct nftsw_fdb_entry *e;
	struct nftsw_fid *f;
	unsigned long nr;
	u32 count = 0;

	rtnl_lock();
	xa_for_each(&b->kt->ns->bridges->fids, nr, f)
		list_for_each_entry(e, &f->hosts, list)
			count += !!(e->flags & NFTSW_FDB_LEARNED);
	rtnl_unlock();
	return count;
}

/**
 * nftsw_kt_br_audit() - chip, driver and bridge agree
 * @b: bridge
 */
void nftsw_kt_br_audit(struct nftsw_kt_br *b)
{
	struct nftsw_bridge_audit *a = kunit_kzalloc(b->kt->test, sizeof(*a), GFP_KERNEL);
	u32 i;

	KUNIT_ASSERT_NOT_NULL(b->kt->test, a);
	nftsw_kt_br_settle(b);
	KUNIT_EXPECT_EQ(b->kt->test, nftsw_bridge_audit(b->kt->ns, a), 0);
	KUNIT_EXPECT_EQ(b->kt->test, a->diffs, 0u);
	for (i = 0; i < min_t(u32, a->diffs, NFTSW_BRIDGE_AUDIT_LIST); i++)
		kunit_info(b->kt->test, "%s\n", a->diff[i]);
	KUNIT_EXPECT_EQ(b->kt->test, nftsw_kt_chip_hosts(b), kt_driver_hosts(b));
}

/**
 * nftsw_kt_br_settle() - let everything finish: switchdev, chip, driver
 * @b: bridge
 */
void nftsw_kt_br_settle(struct nftsw_kt_br *b)
{
	u32 i;

	for (i = 0; i < 3; i++) {
		rtnl_lock();
		switchdev_deferred_process();
		rtnl_unlock();
		nftsw_kt_settle(b->kt);
	}
}

/**
 * nftsw_kt_br_init() - a chip whose ports are up, three of them in a bridge
 * @test: test
 * @flags: BR_KT_*
 *
 * Return: bridge and chip.
 */
struct nftsw_kt_br *nftsw_kt_br_init(struct kunit *test, u32 flags)
{
	struct nftsw_kt_br *b;
	u32 i;

	b = kunit_kzalloc(test, sizeof(*b), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, b);
	KUNIT_ASSERT_EQ(test, nftsw_kt_init_up(test), 0);
	b->kt = test->priv;
	msleep(KT_LINKWATCH_MS);
	b->dev = nftsw_kt_br_new(test, "ktbr", flags);
	for (i = 0; i < BR_OUT && !(flags & BR_KT_EMPTY); i++)
		KUNIT_ASSERT_EQ(test, nftsw_kt_master(nftsw_kt_dev(b->kt, i), b->dev), 0);
	nftsw_kt_br_settle(b);
	nftsw_kt_flush(b->kt);
	return b;
}

/* ---- suites whose kunit.priv is a struct nftsw_kt_br --------------------------------- */

/**
 * nftsw_kt_br_port() - a port of the chip
 * @test: test
 * @port: which
 *
 * Return: its netdev.
 */
struct net_device *nftsw_kt_br_port(struct kunit *test, u32 port)
{
	struct nftsw_kt_br *b = test->priv;

	return nftsw_kt_dev(b->kt, port);
}

/**
 * nftsw_kt_br_flag() - set a flag of a bridge port, and have it done
 * @test: test
 * @port: port of the chip
 * @attr: IFLA_BRPORT_*, of one octet
 * @val: its value
 */
void nftsw_kt_br_flag(struct kunit *test, u32 port, u16 attr, u8 val)
{
	KUNIT_ASSERT_EQ(test, nftsw_kt_brport_attr(nftsw_kt_br_port(test, port), attr, val, 1), 0);
	nftsw_kt_br_settle(test->priv);
}

/**
 * nftsw_kt_br_snoops() - the bridge listens
 * @test: test
 */
void nftsw_kt_br_snoops(struct kunit *test)
{
	struct nftsw_kt_br *b = test->priv;

	KUNIT_ASSERT_EQ(test, nftsw_kt_br_attr(b->dev, IFLA_BR_MCAST_SNOOPING, 1, 1), 0);
	nftsw_kt_br_settle(b);
	msleep(NFTSW_KT_BR_POLL_MS);
	nftsw_kt_br_settle(b);
	nftsw_kt_flush(b->kt);
}

/**
 * nftsw_kt_br_queries() - the bridge is the querier of its own groups, and has waited for answers
 * @b: bridge
 *
 * It asks once.  How much virtual time a case takes depends on the machine, and a query that goes
 * out minutes later would be counted for a frame of the test.
 */
void nftsw_kt_br_queries(struct nftsw_kt_br *b)
{
	static const u16 intervals[] = {
		IFLA_BR_MCAST_STARTUP_QUERY_INTVL, IFLA_BR_MCAST_QUERY_INTVL,
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(intervals); i++)
		KUNIT_ASSERT_EQ(b->kt->test,
				nftsw_kt_br_attr(b->dev, intervals[i], KT_QUERY_INTVL, 8), 0);
	KUNIT_ASSERT_EQ(b->kt->test, nftsw_kt_br_attr(b->dev, IFLA_BR_MCAST_QUERIER, 1, 1), 0);
	nftsw_kt_br_settle(b);
	msleep(KT_QUERIER_MS);
	nftsw_kt_br_settle(b);
	nftsw_kt_flush(b->kt);
}

/**
 * nftsw_kt_br_foreign() - does the driver believe that software bridges a port of the bridge?
 * @test: test
 * @foreign: what is expected
 */
void nftsw_kt_br_foreign(struct kunit *test, bool foreign)
{
	struct nftsw_kt_br *b = test->priv;
	struct nftsw_bridge *br;

	rtnl_lock();
	br = nftsw_bridge_find(b->kt->ns->bridges, b->dev);
	KUNIT_EXPECT_TRUE(test, br && br->foreign == foreign);
	rtnl_unlock();
}
