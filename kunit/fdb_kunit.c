// SPDX-License-Identifier: GPL-2.0
/*
 * Hosts: learned by the chip, told to the bridge, and the other way round.  Floor 11.  The
 * bridge is Linux's own, over ports of the chip; every case ends with chip, driver and
 * bridge compared.
 */

#include <kunit/test.h>
#include <linux/delay.h>
#include <linux/etherdevice.h>
#include <linux/if_bridge.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <linux/sched.h>
#include <net/switchdev.h>
#include "nftsw_kt_bridge.h"
#include "nftsw_kt_offload.h"

#define FDB_SEC		NSEC_PER_SEC
/* Longer than the driver takes to look at what nobody tells. */
#define FDB_POLL_MS	2500
/* Odd; 200 hosts that move so often fill the event ring. */
#define FDB_ROUNDS	7

static int fdb_init(struct kunit *test)
{
	test->priv = nftsw_kt_br_init(test, 0);
	return 0;
}

static struct net_device *fdb_port(struct kunit *test, u32 port)
{
	struct nftsw_kt_br *b = test->priv;

	return nftsw_kt_dev(b->kt, port);
}

/* ---- learning ---------------------------------------------------------------------- */

/* Unknown: to the other ports; known: to one, and not to the CPU. */
static void learned_unicast_stays_in_the_chip(struct kunit *test)
{
	struct nftsw_kt_br *b = test->priv;
	const u8 *x = nftsw_kt_host(1), *y = nftsw_kt_host(2);

	nftsw_kt_l2_send(b, BR_A, y, x, 0);
	nftsw_kt_l2_expect(b, BIT(BR_B) | BIT(BR_C), y, x, 0);
	nftsw_kt_l2_cpu(b, 0);
	KUNIT_EXPECT_PTR_EQ(test, nftsw_kt_where(b, x, 0), fdb_port(test, BR_A));
	nftsw_kt_l2_send(b, BR_B, x, y, 0);
	nftsw_kt_l2_expect(b, BIT(BR_A), x, y, 0);
	nftsw_kt_l2_send(b, BR_A, y, x, 0);
	nftsw_kt_l2_expect(b, BIT(BR_B), y, x, 0);
	nftsw_kt_l2_cpu(b, 0);
	KUNIT_EXPECT_EQ(test, nftsw_kt_chip_hosts(b), 2u);
	KUNIT_EXPECT_EQ(test, nftsw_bm_port_ctr(b->kt->bm, BR_A, NFTSW_PCTR_RX_BRIDGE), 2u);
	nftsw_kt_br_audit(b);
}

static void host_moves(struct kunit *test)
{
	struct nftsw_kt_br *b = test->priv;
	const u8 *x = nftsw_kt_host(1), *y = nftsw_kt_host(2);

	nftsw_kt_l2_learn(b, BR_A, x, 0);
	nftsw_kt_l2_learn(b, BR_B, y, 0);
	KUNIT_EXPECT_PTR_EQ(test, nftsw_kt_where(b, x, 0), fdb_port(test, BR_A));
	nftsw_kt_l2_send(b, BR_C, y, x, 0);
	nftsw_kt_l2_expect(b, BIT(BR_B), y, x, 0);
	nftsw_kt_l2_cpu(b, 0);
	KUNIT_EXPECT_PTR_EQ(test, nftsw_kt_where(b, x, 0), fdb_port(test, BR_C));
	nftsw_kt_l2_send(b, BR_B, x, y, 0);
	nftsw_kt_l2_expect(b, BIT(BR_C), x, y, 0);
	nftsw_kt_br_audit(b);
}

/* Software sees the broadcast before the driver hears of the move. */
static void host_moves_with_a_broadcast(struct kunit *test)
{
	struct nftsw_kt_br *b = test->priv;
	const u8 *x = nftsw_kt_host(1);

	nftsw_kt_l2_learn(b, BR_A, x, 0);
	nftsw_kt_l2_learn(b, BR_C, x, 0);
	KUNIT_EXPECT_PTR_EQ(test, nftsw_kt_where(b, x, 0), fdb_port(test, BR_C));
	KUNIT_EXPECT_EQ(test, nftsw_kt_chip_hosts(b), 1u);
	nftsw_kt_br_audit(b);
}

/* The chip forgets after the bridge's time, on its own clock; traffic keeps a host. */
static void host_ages(struct kunit *test)
{
	struct nftsw_kt_br *b = test->priv;
	const u8 *x = nftsw_kt_host(1), *y = nftsw_kt_host(2);

	KUNIT_ASSERT_EQ(test, nftsw_kt_br_attr(b->dev, IFLA_BR_AGEING_TIME, 2000, 4), 0);
	nftsw_kt_br_settle(b);
	nftsw_kt_l2_learn(b, BR_A, x, 0);
	nftsw_kt_l2_learn(b, BR_B, y, 0);
	nftsw_bm_advance(b->kt->bm, 15 * FDB_SEC);
	nftsw_kt_l2_learn(b, BR_A, x, 0);
	nftsw_bm_advance(b->kt->bm, 8 * FDB_SEC);
	nftsw_kt_br_settle(b);
	KUNIT_EXPECT_NULL(test, nftsw_kt_where(b, y, 0));
	KUNIT_EXPECT_PTR_EQ(test, nftsw_kt_where(b, x, 0), fdb_port(test, BR_A));
	KUNIT_EXPECT_EQ(test, nftsw_kt_chip_hosts(b), 1u);
	nftsw_kt_br_audit(b);
}

static void learning_is_off(struct kunit *test)
{
	struct nftsw_kt_br *b = test->priv;
	const u8 *x = nftsw_kt_host(1);

	KUNIT_ASSERT_EQ(test, nftsw_kt_brport_attr(fdb_port(test, BR_A), IFLA_BRPORT_LEARNING,
						   0, 1), 0);
	nftsw_kt_br_settle(b);
	nftsw_kt_l2_learn(b, BR_A, x, 0);
	KUNIT_EXPECT_EQ(test, nftsw_kt_chip_hosts(b), 0u);
	KUNIT_EXPECT_NULL(test, nftsw_kt_where(b, x, 0));
	nftsw_kt_br_audit(b);
}

/* Linux learns nobody then; the chip's 0 would be for ever. */
static void ageing_time_is_nought(struct kunit *test)
{
	struct nftsw_kt_br *b = test->priv;

	nftsw_kt_l2_learn(b, BR_A, nftsw_kt_host(1), 0);
	KUNIT_ASSERT_EQ(test, nftsw_kt_br_attr(b->dev, IFLA_BR_AGEING_TIME, 0, 4), 0);
	nftsw_kt_br_settle(b);
	KUNIT_EXPECT_EQ(test, nftsw_kt_chip_hosts(b), 0u);
	nftsw_kt_l2_learn(b, BR_A, nftsw_kt_host(1), 0);
	KUNIT_EXPECT_EQ(test, nftsw_kt_chip_hosts(b), 0u);
	nftsw_kt_br_audit(b);
	KUNIT_ASSERT_EQ(test, nftsw_kt_br_attr(b->dev, IFLA_BR_AGEING_TIME, 30000, 4), 0);
	nftsw_kt_br_settle(b);
	nftsw_kt_l2_learn(b, BR_A, nftsw_kt_host(1), 0);
	KUNIT_EXPECT_EQ(test, nftsw_kt_chip_hosts(b), 1u);
	nftsw_kt_br_audit(b);
}

/* Longer than 32 bits of milliseconds: as long as they can say. */
static void ageing_time_is_very_long(struct kunit *test)
{
	static const u32 ticks[] = { 429496730, U32_MAX };
	struct nftsw_kt_br *b = test->priv;
	struct nftsw_bridge *br;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(ticks); i++) {
		KUNIT_ASSERT_EQ(test, nftsw_kt_br_attr(b->dev, IFLA_BR_AGEING_TIME, ticks[i],
						       4), 0);
		nftsw_kt_br_settle(b);
		nftsw_kt_l2_learn(b, BR_A, nftsw_kt_host(1), 0);
		nftsw_bm_advance(b->kt->bm, 86400 * FDB_SEC);
		nftsw_kt_br_settle(b);
		KUNIT_EXPECT_EQ(test, nftsw_kt_chip_hosts(b), 1u);
		br = nftsw_bridge_find(b->kt->ns->bridges, b->dev);
		KUNIT_EXPECT_EQ(test, le32_to_cpu(nftsw_fid_find(br, 0)->hw.age_ms), U32_MAX);
	}
	nftsw_kt_br_audit(b);
}

static void user_flushes_a_port(struct kunit *test)
{
	struct nftsw_kt_br *b = test->priv;
	u32 i;

	for (i = 0; i < 4; i++)
		nftsw_kt_l2_learn(b, BR_A, nftsw_kt_host(i), 0);
	KUNIT_EXPECT_EQ(test, nftsw_kt_chip_hosts(b), 4u);
	/* user space flushes them */
	KUNIT_EXPECT_EQ(test, nftsw_kt_brport_attr(fdb_port(test, BR_A), IFLA_BRPORT_FLUSH, 0,
						   1), 0);
	nftsw_kt_br_settle(b);
	KUNIT_EXPECT_EQ(test, nftsw_kt_chip_hosts(b), 0u);
	nftsw_kt_br_audit(b);
}

static void user_deletes_a_learned_host(struct kunit *test)
{
	struct nftsw_kt_br *b = test->priv;
	const u8 *x = nftsw_kt_host(1);

	nftsw_kt_l2_learn(b, BR_A, x, 0);
	KUNIT_EXPECT_EQ(test, nftsw_kt_chip_hosts(b), 1u);
	KUNIT_EXPECT_EQ(test, nftsw_kt_fdb(fdb_port(test, BR_A), x, 0, 0, 0, false), 0);
	nftsw_kt_br_settle(b);
	KUNIT_EXPECT_EQ(test, nftsw_kt_chip_hosts(b), 0u);
	nftsw_kt_l2_learn(b, BR_A, x, 0);
	KUNIT_EXPECT_EQ(test, nftsw_kt_chip_hosts(b), 1u);
	nftsw_kt_br_audit(b);
}

/* The driver has no room for the message, and nobody repeats it. */
static void deletion_that_nobody_hears(struct kunit *test)
{
	struct nftsw_kt_br *b = test->priv;
	struct nftsw_fdb *fdb = &b->kt->ns->bridges->fdb;
	const u8 *x = nftsw_kt_host(1), *y = nftsw_kt_host(2);

	nftsw_kt_l2_learn(b, BR_A, x, 0);
	nftsw_kt_l2_learn(b, BR_A, y, 0);
	KUNIT_EXPECT_EQ(test, nftsw_kt_chip_hosts(b), 2u);
	spin_lock_bh(&fdb->lock);
	fdb->todo_count += NFTSW_FDB_TODO;
	spin_unlock_bh(&fdb->lock);
	KUNIT_EXPECT_EQ(test, nftsw_kt_fdb(fdb_port(test, BR_A), x, 0, 0, 0, false), 0);
	spin_lock_bh(&fdb->lock);
	fdb->todo_count -= NFTSW_FDB_TODO;
	spin_unlock_bh(&fdb->lock);
	msleep(FDB_POLL_MS);
	nftsw_kt_br_settle(b);
	KUNIT_EXPECT_EQ(test, nftsw_kt_chip_hosts(b), 1u);
	KUNIT_EXPECT_PTR_EQ(test, nftsw_kt_where(b, y, 0), fdb_port(test, BR_A));
	nftsw_kt_br_audit(b);
}

/* What is told again is heard however much waits: else it would be told again, and so for ever. */
static void replay_does_not_mind_a_full_queue(struct kunit *test)
{
	struct nftsw_kt_br *b = test->priv;
	struct nftsw_fdb *fdb = &b->kt->ns->bridges->fdb;
	const u8 *x = nftsw_kt_host(1), *y = nftsw_kt_host(2);

	nftsw_kt_l2_learn(b, BR_A, x, 0);
	spin_lock_bh(&fdb->lock);
	fdb->todo_count += NFTSW_FDB_TODO;
	spin_unlock_bh(&fdb->lock);
	KUNIT_EXPECT_EQ(test, nftsw_kt_fdb(fdb_port(test, BR_B), y, 0, NUD_NOARP, 0, true), 0);
	nftsw_kt_br_settle(b);
	KUNIT_EXPECT_FALSE(test, READ_ONCE(fdb->dropped));
	nftsw_kt_l2_send(b, BR_A, y, x, 0);
	nftsw_kt_l2_expect(b, BIT(BR_B), y, x, 0);
	spin_lock_bh(&fdb->lock);
	fdb->todo_count -= NFTSW_FDB_TODO;
	spin_unlock_bh(&fdb->lock);
	nftsw_kt_br_settle(b);
	nftsw_kt_br_audit(b);
}

/* More hosts than the table has room for are flooded to, and nobody is confused. */
static void table_is_full(struct kunit *test)
{
	struct nftsw_kt_br *b = test->priv;
	u32 i;

	nftsw_kt_l2_learn(b, BR_B, nftsw_kt_host(4), 0);
	nftsw_bm_fault(b->kt->bm, NFM_FAULT_TABLE_FULL, 1);
	nftsw_kt_l2_send(b, BR_A, nftsw_kt_host(2), nftsw_kt_host(1), 0);
	nftsw_kt_l2_expect(b, BIT(BR_B) | BIT(BR_C), nftsw_kt_host(2), nftsw_kt_host(1), 0);
	KUNIT_EXPECT_EQ(test, nftsw_kt_chip_hosts(b), 1u);
	KUNIT_EXPECT_EQ(test, nftsw_kt_fdb(fdb_port(test, BR_A), nftsw_kt_host(3), 0,
					   NUD_NOARP, 0, true), 0);
	nftsw_kt_br_settle(b);
	nftsw_kt_l2_send(b, BR_B, nftsw_kt_host(3), nftsw_kt_host(4), 0);
	nftsw_kt_l2_expect(b, BIT(BR_A) | BIT(BR_C), nftsw_kt_host(3), nftsw_kt_host(4), 0);
	nftsw_bm_fault(b->kt->bm, NFM_FAULT_TABLE_FULL, 0);
	nftsw_kt_br_audit(b);
	/* when somebody leaves, there is room for the one that a user has entered */
	KUNIT_EXPECT_EQ(test, nftsw_kt_fdb(fdb_port(test, BR_B), nftsw_kt_host(4), 0, 0, 0,
					   false), 0);
	nftsw_kt_br_settle(b);
	msleep(FDB_POLL_MS);
	nftsw_kt_br_settle(b);
	nftsw_kt_flush(b->kt);
	nftsw_kt_l2_send(b, BR_B, nftsw_kt_host(3), nftsw_kt_host(4), 0);
	nftsw_kt_l2_expect(b, BIT(BR_A), nftsw_kt_host(3), nftsw_kt_host(4), 0);
	nftsw_kt_br_audit(b);
	for (i = 0; i < NFTSW_KT_FDB + 20; i++)
		nftsw_kt_l2_send(b, BR_A, nftsw_kt_host(1), nftsw_kt_host(100 + i), 0);
	nftsw_kt_flush(b->kt);
	KUNIT_EXPECT_GT(test, nftsw_kt_chip_hosts(b), NFTSW_KT_FDB * 9 / 10u);
	nftsw_kt_br_audit(b);
}

/* ---- what users write --------------------------------------------------------------- */

static void fdb_stays(struct kunit *test, u16 state, u8 flags)
{
	struct nftsw_kt_br *b = test->priv;
	const u8 *x = nftsw_kt_host(1), *y = nftsw_kt_host(2);

	KUNIT_ASSERT_EQ(test, nftsw_kt_fdb(fdb_port(test, BR_A), x, 0, state, flags, true), 0);
	nftsw_kt_br_settle(b);
	nftsw_kt_br_audit(b);
	nftsw_kt_l2_send(b, BR_B, x, y, 0);
	nftsw_kt_l2_expect(b, BIT(BR_A), x, y, 0);
	nftsw_bm_advance(b->kt->bm, 1000 * FDB_SEC);
	/* its frames come in elsewhere: unicast, which software does not see */
	nftsw_kt_l2_send(b, BR_C, y, x, 0);
	nftsw_kt_flush(b->kt);
	nftsw_kt_l2_send(b, BR_B, x, y, 0);
	nftsw_kt_l2_expect(b, BIT(BR_A), x, y, 0);
	KUNIT_EXPECT_EQ(test, nftsw_kt_fdb(fdb_port(test, BR_A), x, 0, 0, 0, false), 0);
	nftsw_kt_br_settle(b);
	nftsw_kt_l2_send(b, BR_B, x, y, 0);
	nftsw_kt_l2_expect(b, BIT(BR_A) | BIT(BR_C), x, y, 0);
	nftsw_kt_br_audit(b);
}

static void static_host(struct kunit *test)
{
	fdb_stays(test, NUD_NOARP, 0);
}

static void sticky_host(struct kunit *test)
{
	fdb_stays(test, NUD_NOARP, NTF_STICKY);
}

static void externally_learned_host(struct kunit *test)
{
	fdb_stays(test, NUD_REACHABLE, NTF_EXT_LEARNED);
}

static void static_replaces_learned(struct kunit *test)
{
	struct nftsw_kt_br *b = test->priv;
	const u8 *x = nftsw_kt_host(1), *y = nftsw_kt_host(2);

	nftsw_kt_l2_learn(b, BR_A, x, 0);
	KUNIT_ASSERT_EQ(test, nftsw_kt_fdb(fdb_port(test, BR_C), x, 0, NUD_NOARP, 0, true), 0);
	nftsw_kt_br_settle(b);
	nftsw_kt_l2_send(b, BR_B, x, y, 0);
	nftsw_kt_l2_expect(b, BIT(BR_C), x, y, 0);
	KUNIT_EXPECT_PTR_EQ(test, nftsw_kt_where(b, x, 0), fdb_port(test, BR_C));
	nftsw_kt_br_audit(b);
}

/*
 * An entry that ages, of a user.  The bridge tells drivers of it only when it tells of all that
 * it has, and never that it has gone.
 */
static void dynamic_host_is_not_left_behind(struct kunit *test)
{
	struct nftsw_kt_br *b = test->priv;
	const u8 *x = nftsw_kt_host(1), *y = nftsw_kt_host(2);

	KUNIT_ASSERT_EQ(test, nftsw_kt_br_attr(b->dev, IFLA_BR_AGEING_TIME, 2000, 4), 0);
	KUNIT_ASSERT_EQ(test, nftsw_kt_fdb(fdb_port(test, BR_A), x, 0, NUD_REACHABLE, 0, true),
			0);
	KUNIT_ASSERT_EQ(test, nftsw_kt_master(fdb_port(test, BR_OUT), b->dev), 0);
	nftsw_kt_br_settle(b);
	nftsw_kt_flush(b->kt);
	nftsw_kt_l2_send(b, BR_B, x, y, 0);
	nftsw_kt_l2_expect(b, BIT(BR_A), x, y, 0);
	msleep(30000);
	nftsw_kt_br_settle(b);
	nftsw_kt_flush(b->kt);
	KUNIT_EXPECT_NULL(test, nftsw_kt_where(b, x, 0));
	nftsw_kt_l2_send(b, BR_B, x, y, 0);
	nftsw_kt_l2_expect(b, BIT(BR_A) | BIT(BR_C) | BIT(BR_OUT), x, y, 0);
	nftsw_kt_br_audit(b);
}

/* ---- the CPU ------------------------------------------------------------------------ */

/* To the bridge itself: not flooded. */
static void address_of_the_bridge(struct kunit *test)
{
	struct nftsw_kt_br *b = test->priv;

	nftsw_kt_l2_send(b, BR_B, b->dev->dev_addr, nftsw_kt_host(1), 0);
	nftsw_kt_l2_expect(b, 0, b->dev->dev_addr, nftsw_kt_host(1), 0);
	nftsw_kt_l2_cpu(b, 1);
	/* and to a port's, through another */
	nftsw_kt_l2_send(b, BR_B, fdb_port(test, BR_C)->dev_addr, nftsw_kt_host(1), 0);
	nftsw_kt_l2_expect(b, 0, b->dev->dev_addr, nftsw_kt_host(1), 0);
	nftsw_kt_l2_cpu(b, 1);
	nftsw_kt_br_audit(b);
}

/* The chip floods, and marks the copy, so that software does not do it again. */
static void broadcast_comes_to_the_cpu_marked(struct kunit *test)
{
	struct nftsw_kt_br *b = test->priv;
	struct sk_buff *skb;

	nftsw_kt_l2_send(b, BR_A, nftsw_kt_bcast, nftsw_kt_host(1), 0);
	nftsw_kt_l2_expect(b, BIT(BR_B) | BIT(BR_C), nftsw_kt_bcast, nftsw_kt_host(1), 0);
	skb = nftsw_kt_rx_take(b->kt, BR_A);
	KUNIT_ASSERT_NOT_NULL(test, skb);
	KUNIT_EXPECT_TRUE(test, skb->offload_fwd_mark);
	kfree_skb(skb);
	nftsw_kt_br_audit(b);
}

/* A host behind a port of another driver is reached through software. */
static void host_behind_a_foreign_port(struct kunit *test)
{
	struct nftsw_kt_br *b = test->priv;
	const u8 *x = nftsw_kt_host(1), *y = nftsw_kt_host(2);
	struct net_device *dummy;

	dummy = nftsw_kt_link_new(test, "ktdum", "dummy", NULL, 0, 0);
	KUNIT_ASSERT_EQ(test, nftsw_kt_link_up(dummy, true), 0);
	KUNIT_ASSERT_EQ(test, nftsw_kt_master(dummy, b->dev), 0);
	nftsw_kt_br_settle(b);
	nftsw_kt_flush(b->kt);
	/* unknown: software, too, has a port to flood to */
	nftsw_kt_l2_send(b, BR_A, y, x, 0);
	nftsw_kt_l2_expect(b, BIT(BR_B) | BIT(BR_C), y, x, 0);
	nftsw_kt_l2_cpu(b, 1);
	KUNIT_ASSERT_EQ(test, nftsw_kt_fdb(dummy, y, 0, NUD_NOARP, 0, true), 0);
	nftsw_kt_br_settle(b);
	nftsw_kt_l2_send(b, BR_A, y, x, 0);
	nftsw_kt_l2_expect(b, 0, y, x, 0);
	nftsw_kt_l2_cpu(b, 1);
	nftsw_kt_br_audit(b);
	KUNIT_ASSERT_EQ(test, nftsw_kt_master(dummy, NULL), 0);
	nftsw_kt_br_settle(b);
	nftsw_kt_l2_send(b, BR_A, y, x, 0);
	nftsw_kt_l2_expect(b, BIT(BR_B) | BIT(BR_C), y, x, 0);
	nftsw_kt_l2_cpu(b, 0);
	nftsw_kt_br_audit(b);
}

/* A port of another driver, up and in the bridge. */
static struct net_device *fdb_foreign(struct kunit *test)
{
	struct nftsw_kt_br *b = test->priv;
	struct net_device *dev = nftsw_kt_link_new(test, "ktdum", "dummy", NULL, 0, 0);

	KUNIT_ASSERT_EQ(test, nftsw_kt_link_up(dev, true), 0);
	KUNIT_ASSERT_EQ(test, nftsw_kt_master(dev, b->dev), 0);
	nftsw_kt_br_settle(b);
	return dev;
}

/* A host behind it sends. */
static void fdb_foreign_sends(struct kunit *test, struct net_device *dev, const u8 *dmac,
			      const u8 *smac)
{
	struct nftsw_kt_br *b = test->priv;
	struct nftsw_kt_frame f;
	struct sk_buff *skb;
	u32 len;

	nftsw_kt_l2(&f, dmac, smac, 0);
	len = nftsw_kt_frame_build(&f, b->kt->buf);
	skb = netdev_alloc_skb(dev, len);
	KUNIT_ASSERT_NOT_NULL(test, skb);
	skb_put_data(skb, b->kt->buf, len);
	skb->protocol = eth_type_trans(skb, dev);
	local_bh_disable();
	netif_receive_skb(skb);
	local_bh_enable();
	nftsw_kt_br_settle(b);
	nftsw_kt_flush(b->kt);
}

/* The host says so in frames that software does not see. */
static void host_roams_from_foreign(struct kunit *test)
{
	struct nftsw_kt_br *b = test->priv;
	const u8 *x = nftsw_kt_host(1), *y = nftsw_kt_host(2);
	struct net_device *dev = fdb_foreign(test);

	nftsw_kt_l2_learn(b, BR_A, y, 0);
	fdb_foreign_sends(test, dev, nftsw_kt_bcast, x);
	KUNIT_EXPECT_PTR_EQ(test, nftsw_kt_where(b, x, 0), dev);
	nftsw_kt_l2_send(b, BR_A, x, y, 0);
	nftsw_kt_l2_expect(b, 0, x, y, 0);
	nftsw_kt_l2_cpu(b, 1);
	nftsw_kt_br_audit(b);
	nftsw_kt_l2_send(b, BR_B, y, x, 0);
	nftsw_kt_l2_expect(b, BIT(BR_A), y, x, 0);
	nftsw_kt_l2_cpu(b, 0);
	KUNIT_EXPECT_PTR_EQ(test, nftsw_kt_where(b, x, 0), fdb_port(test, BR_B));
	KUNIT_EXPECT_EQ(test, nftsw_kt_chip_hosts(b), 2u);
	nftsw_kt_l2_send(b, BR_A, x, y, 0);
	nftsw_kt_l2_expect(b, BIT(BR_B), x, y, 0);
	nftsw_kt_l2_cpu(b, 0);
	nftsw_kt_br_audit(b);
	/* the chip ages it now */
	nftsw_bm_advance(b->kt->bm, 400 * FDB_SEC);
	nftsw_kt_br_settle(b);
	KUNIT_EXPECT_NULL(test, nftsw_kt_where(b, x, 0));
	nftsw_kt_br_audit(b);
}

/* Software sees it as well, and says so before the chip does or after. */
static void host_roams_from_foreign_with_a_broadcast(struct kunit *test)
{
	struct nftsw_kt_br *b = test->priv;
	const u8 *x = nftsw_kt_host(1), *y = nftsw_kt_host(2);
	struct net_device *dev = fdb_foreign(test);

	nftsw_kt_l2_learn(b, BR_A, y, 0);
	fdb_foreign_sends(test, dev, y, x);
	KUNIT_EXPECT_PTR_EQ(test, nftsw_kt_where(b, x, 0), dev);
	nftsw_kt_l2_learn(b, BR_B, x, 0);
	KUNIT_EXPECT_PTR_EQ(test, nftsw_kt_where(b, x, 0), fdb_port(test, BR_B));
	KUNIT_EXPECT_EQ(test, nftsw_kt_chip_hosts(b), 2u);
	nftsw_kt_l2_send(b, BR_A, x, y, 0);
	nftsw_kt_l2_expect(b, BIT(BR_B), x, y, 0);
	nftsw_kt_l2_cpu(b, 0);
	nftsw_kt_br_audit(b);
}

static void host_roams_to_foreign(struct kunit *test)
{
	struct nftsw_kt_br *b = test->priv;
	const u8 *x = nftsw_kt_host(1), *y = nftsw_kt_host(2);
	struct net_device *dev = fdb_foreign(test);

	nftsw_kt_l2_learn(b, BR_A, y, 0);
	nftsw_kt_l2_learn(b, BR_B, x, 0);
	fdb_foreign_sends(test, dev, y, x);
	KUNIT_EXPECT_PTR_EQ(test, nftsw_kt_where(b, x, 0), dev);
	KUNIT_EXPECT_EQ(test, nftsw_kt_chip_hosts(b), 1u);
	nftsw_kt_l2_send(b, BR_A, x, y, 0);
	nftsw_kt_l2_expect(b, 0, x, y, 0);
	nftsw_kt_l2_cpu(b, 1);
	nftsw_kt_br_audit(b);
	/* one that a user has put there stays */
	KUNIT_ASSERT_EQ(test, nftsw_kt_fdb(dev, x, 0, NUD_NOARP, 0, true), 0);
	nftsw_kt_br_settle(b);
	nftsw_kt_l2_send(b, BR_B, y, x, 0);
	nftsw_kt_flush(b->kt);
	nftsw_kt_l2_send(b, BR_A, x, y, 0);
	nftsw_kt_l2_expect(b, 0, x, y, 0);
	nftsw_kt_l2_cpu(b, 1);
	nftsw_kt_br_audit(b);
}

/*
 * Addresses of the switch that count in all VLANs (fdb_local_vlan_0).  The kernel that runs
 * this may not have the option, so the driver is made to believe that it is on: the chip
 * hands the frames to software, whatever that does with them.
 */
static void fdb_is_local(struct kunit *test, const u8 *dmac, u16 vid)
{
	struct nftsw_kt_br *b = test->priv;
	u64 before = nftsw_bm_reason(b->kt->bm, NFTSW_REASON_BRIDGE_LOCAL);

	nftsw_kt_l2_send(b, BR_A, dmac, nftsw_kt_host(1), vid);
	KUNIT_EXPECT_EQ(test, nftsw_bm_reason(b->kt->bm, NFTSW_REASON_BRIDGE_LOCAL), before + 1);
	nftsw_kt_flush(b->kt);
}

static void local_addresses_of_all_vlans(struct kunit *test)
{
	struct nftsw_kt_br *b = test->priv;
	struct nftsw_bridges *brs = b->kt->ns->bridges;
	const u8 *x = nftsw_kt_host(1), *c;
	u32 i;

	KUNIT_ASSERT_EQ(test, nftsw_kt_br_attr(b->dev, IFLA_BR_VLAN_FILTERING, 1, 1), 0);
	for (i = BR_A; i <= BR_B; i++)
		KUNIT_ASSERT_EQ(test, nftsw_kt_vlan(fdb_port(test, i), 10, 0, true, false), 0);
	nftsw_kt_br_settle(b);
	nftsw_kt_flush(b->kt);
	c = fdb_port(test, BR_C)->dev_addr;
	/* the third port is not in the VLAN, and its address is a stranger's there */
	nftsw_kt_l2_send(b, BR_A, c, x, 10);
	nftsw_kt_l2_expect(b, BIT(BR_B), c, x, 10);
	cancel_delayed_work_sync(&brs->poll);
	rtnl_lock();
	nftsw_fdb_local0_set(nftsw_bridge_find(brs, b->dev), true);
	rtnl_unlock();
	nftsw_kt_br_settle(b);
	fdb_is_local(test, c, 10);
	nftsw_kt_br_audit(b);
	/* another VLAN */
	for (i = BR_A; i <= BR_B; i++)
		KUNIT_ASSERT_EQ(test, nftsw_kt_vlan(fdb_port(test, i), 20, 0, true, false), 0);
	nftsw_kt_br_settle(b);
	nftsw_kt_flush(b->kt);
	fdb_is_local(test, c, 20);
	rtnl_lock();
	nftsw_fdb_local0_set(nftsw_bridge_find(brs, b->dev), false);
	rtnl_unlock();
	nftsw_kt_br_settle(b);
	nftsw_kt_l2_send(b, BR_A, c, x, 10);
	nftsw_kt_l2_expect(b, BIT(BR_B), c, x, 10);
	nftsw_kt_l2_send(b, BR_A, b->dev->dev_addr, x, 0);
	nftsw_kt_l2_expect(b, 0, b->dev->dev_addr, x, 0);
	nftsw_kt_br_audit(b);
	mod_delayed_work(brs->wq, &brs->poll, HZ);
}

/* ---- locked ports --------------------------------------------------------------------- */

static void locked_port(struct kunit *test)
{
	struct nftsw_kt_br *b = test->priv;
	const u8 *x = nftsw_kt_host(1), *y = nftsw_kt_host(2);

	KUNIT_ASSERT_EQ(test, nftsw_kt_brport_attr(fdb_port(test, BR_A), IFLA_BRPORT_LOCKED, 1,
						   1), 0);
	nftsw_kt_br_settle(b);
	nftsw_kt_l2_send(b, BR_A, y, x, 0);
	nftsw_kt_l2_expect(b, 0, y, x, 0);
	nftsw_kt_l2_cpu(b, 0);
	KUNIT_EXPECT_EQ(test, nftsw_bm_reason(b->kt->bm, NFTSW_REASON_LOCKED), 1u);
	KUNIT_ASSERT_EQ(test, nftsw_kt_fdb(fdb_port(test, BR_A), x, 0, NUD_NOARP, 0, true), 0);
	nftsw_kt_br_settle(b);
	nftsw_kt_l2_send(b, BR_A, y, x, 0);
	nftsw_kt_l2_expect(b, BIT(BR_B) | BIT(BR_C), y, x, 0);
	nftsw_kt_br_audit(b);
}

/* MAB: user space hears of the host, and lets it in. */
static void locked_port_with_mab(struct kunit *test)
{
	struct nftsw_kt_br *b = test->priv;
	const u8 *x = nftsw_kt_host(1), *y = nftsw_kt_host(2);

	KUNIT_ASSERT_EQ(test, nftsw_kt_brport_attr(fdb_port(test, BR_A), IFLA_BRPORT_LOCKED, 1,
						   1), 0);
	KUNIT_ASSERT_EQ(test, nftsw_kt_brport_attr(fdb_port(test, BR_A), IFLA_BRPORT_MAB, 1,
						   1), 0);
	nftsw_kt_br_settle(b);
	nftsw_kt_l2_send(b, BR_A, y, x, 0);
	nftsw_kt_l2_expect(b, 0, y, x, 0);
	nftsw_kt_l2_cpu(b, 1);
	KUNIT_EXPECT_PTR_EQ(test, nftsw_kt_where(b, x, 0), fdb_port(test, BR_A));
	KUNIT_EXPECT_EQ(test, nftsw_kt_chip_hosts(b), 0u);
	KUNIT_ASSERT_EQ(test, nftsw_kt_fdb(fdb_port(test, BR_A), x, 0, NUD_NOARP, 0, true), 0);
	nftsw_kt_br_settle(b);
	nftsw_kt_l2_send(b, BR_A, y, x, 0);
	nftsw_kt_l2_expect(b, BIT(BR_B) | BIT(BR_C), y, x, 0);
	nftsw_kt_br_audit(b);
}

/* ---- faults -------------------------------------------------------------------------- */

static void reset_forgets_the_learned(struct kunit *test)
{
	struct nftsw_kt_br *b = test->priv;
	const u8 *x = nftsw_kt_host(1), *y = nftsw_kt_host(2), *z = nftsw_kt_host(3);

	nftsw_kt_l2_learn(b, BR_A, x, 0);
	KUNIT_ASSERT_EQ(test, nftsw_kt_fdb(fdb_port(test, BR_B), y, 0, NUD_NOARP, 0, true), 0);
	nftsw_kt_br_settle(b);
	devl_lock(b->kt->ns->devlink);
	nftsw_core_down(b->kt->ns);
	KUNIT_EXPECT_NULL(test, nftsw_kt_where(b, x, 0));
	KUNIT_EXPECT_EQ(test, nftsw_core_up(b->kt->ns), 0);
	devl_unlock(b->kt->ns->devlink);
	nftsw_kt_br_settle(b);
	nftsw_kt_br_audit(b);
	nftsw_kt_l2_send(b, BR_C, y, z, 0);
	nftsw_kt_l2_expect(b, BIT(BR_B), y, z, 0);
	nftsw_kt_l2_send(b, BR_C, x, z, 0);
	nftsw_kt_l2_expect(b, BIT(BR_A) | BIT(BR_B), x, z, 0);
	nftsw_kt_br_audit(b);
}

/* Events that got lost: what they said is found in the chip. */
static void lost_events_are_made_up_for(struct kunit *test)
{
	struct nftsw_kt_br *b = test->priv;
	struct nftsw_fdb *fdb = &b->kt->ns->bridges->fdb;
	const u8 *x = nftsw_kt_host(1);

	nftsw_kt_l2_learn(b, BR_A, x, 0);
	nftsw_kt_l2_learn(b, BR_B, nftsw_kt_host(2), 0);
	rtnl_lock();
	/* as if the bridge and the driver had never heard of the first */
	nftsw_fdb_drop(nftsw_fdb_find(b->kt->ns->bridges,
				      nftsw_fid_find(list_first_entry(&b->kt->ns->bridges->list,
								      struct nftsw_bridge,
								      list), 0)->fid, x));
	fdb->lost = true;
	nftsw_fdb_reconcile(b->kt->ns->bridges);
	rtnl_unlock();
	nftsw_kt_br_settle(b);
	KUNIT_EXPECT_PTR_EQ(test, nftsw_kt_where(b, x, 0), fdb_port(test, BR_A));
	KUNIT_EXPECT_EQ(test, nftsw_kt_chip_hosts(b), 2u);
	nftsw_kt_br_audit(b);
}

/*
 * A host that the chip has learned, and @port flushed, before the event of the former is read.  The
 * work that reads it waits for RTNL.
 */
static void fdb_learn_then_flush(struct kunit *test, const u8 *mac, u32 port)
{
	struct nftsw_kt_br *b = test->priv;
	struct nftsw_bridges *brs = b->kt->ns->bridges;
	struct nftsw_kt_frame f;
	u32 i, len;

	nftsw_kt_l2(&f, nftsw_kt_host(9), mac, 0);
	len = nftsw_kt_frame_build(&f, b->kt->buf);
	rtnl_lock();
	nftsw_bm_ingress(b->kt->bm, BR_A, b->kt->buf, len);
	for (i = 0; i < 200 && !READ_ONCE(brs->fdb.todo_count); i++)
		msleep(20);
	KUNIT_EXPECT_EQ(test, READ_ONCE(brs->fdb.todo_count), 1u);
	nftsw_bm_advance(b->kt->bm, NSEC_PER_MSEC);
	nftsw_fdb_flush_learned(nftsw_bport_find(brs, fdb_port(test, port)), 0);
	rtnl_unlock();
	nftsw_kt_br_settle(b);
	nftsw_kt_flush(b->kt);
}

/* The bridge does not hear of a host that was flushed; of one that was not it does, soon. */
static void event_from_before_a_flush(struct kunit *test)
{
	struct nftsw_kt_br *b = test->priv;
	const u8 *x = nftsw_kt_host(1), *y = nftsw_kt_host(2);
	u32 i;

	fdb_learn_then_flush(test, x, BR_A);
	KUNIT_EXPECT_NULL(test, nftsw_kt_where(b, x, 0));
	KUNIT_EXPECT_EQ(test, nftsw_kt_chip_hosts(b), 0u);
	fdb_learn_then_flush(test, y, BR_B);
	for (i = 0; i < 50 && !nftsw_kt_where(b, y, 0); i++)
		msleep(100);
	KUNIT_EXPECT_PTR_EQ(test, nftsw_kt_where(b, y, 0), fdb_port(test, BR_A));
	KUNIT_EXPECT_EQ(test, nftsw_kt_chip_hosts(b), 1u);
	nftsw_kt_br_audit(b);
}

/* What software sees of a host between two looks of the driver at the bridge. */
struct fdb_glimpse {
	struct notifier_block nb;
	struct net_device *from;
	struct net_device *to;
};

static int fdb_glimpse_event(struct notifier_block *nb, unsigned long event, void *ptr)
{
	struct fdb_glimpse *g = container_of(nb, struct fdb_glimpse, nb);
	struct switchdev_notifier_fdb_info *told = ptr;
	struct switchdev_notifier_fdb_info seen = {};

	if (event != SWITCHDEV_FDB_ADD_TO_BRIDGE || told->info.dev != g->from)
		return NOTIFY_DONE;
	g->from = NULL;
	seen.addr = told->addr;
	seen.vid = told->vid;
	call_switchdev_notifiers(event, g->to, &seen.info, NULL);
	return NOTIFY_DONE;
}

static void fdb_glimpse_end(void *nb)
{
	unregister_switchdev_notifier(nb);
}

/* The host has moved, and software knows it before the driver has said where it was first. */
static void moves_while_it_is_told(struct kunit *test)
{
	struct nftsw_kt_br *b = test->priv;
	const u8 *x = nftsw_kt_host(1), *y = nftsw_kt_host(2);
	struct fdb_glimpse *g = kunit_kzalloc(test, sizeof(*g), GFP_KERNEL);
	struct nftsw_bridges *brs = b->kt->ns->bridges;
	struct nftsw_kt_frame f;
	u32 i, len;

	KUNIT_ASSERT_NOT_NULL(test, g);
	g->nb.notifier_call = fdb_glimpse_event;
	g->nb.priority = -1;	/* behind the bridge */
	g->from = fdb_port(test, BR_A);
	g->to = fdb_port(test, BR_B);
	KUNIT_ASSERT_EQ(test, register_switchdev_notifier(&g->nb), 0);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, fdb_glimpse_end, &g->nb), 0);

	nftsw_kt_l2(&f, y, x, 0);
	len = nftsw_kt_frame_build(&f, b->kt->buf);
	rtnl_lock();		/* keeps the driver's work back */
	nftsw_bm_ingress(b->kt->bm, BR_A, b->kt->buf, len);
	nftsw_bm_ingress(b->kt->bm, BR_B, b->kt->buf, len);
	for (i = 0; i < 200 && READ_ONCE(brs->fdb.todo_count) < 2; i++)
		msleep(20);
	KUNIT_EXPECT_EQ(test, READ_ONCE(brs->fdb.todo_count), 2u);
	rtnl_unlock();
	nftsw_kt_br_settle(b);
	nftsw_kt_flush(b->kt);
	KUNIT_EXPECT_NULL_MSG(test, g->from, "the driver said nothing of the first port");
	KUNIT_EXPECT_PTR_EQ(test, nftsw_kt_where(b, x, 0), fdb_port(test, BR_B));
	KUNIT_EXPECT_EQ(test, nftsw_kt_chip_hosts(b), 1u);
	nftsw_kt_l2_send(b, BR_A, x, y, 0);
	nftsw_kt_l2_expect(b, BIT(BR_B), x, y, 0);
	nftsw_kt_br_audit(b);
}

/* The bridge takes no more than it was told to: the chip forgets the rest. */
static void bridge_refuses_hosts(struct kunit *test)
{
	struct nftsw_kt_br *b = test->priv;
	u32 i;

	KUNIT_ASSERT_EQ(test, nftsw_kt_br_attr(b->dev, IFLA_BR_FDB_MAX_LEARNED, 2, 4), 0);
	for (i = 0; i < 5; i++)
		nftsw_kt_l2_send(b, BR_A, nftsw_kt_host(99), nftsw_kt_host(i), 0);
	nftsw_kt_flush(b->kt);
	KUNIT_EXPECT_EQ(test, nftsw_kt_chip_hosts(b), 2u);
	nftsw_kt_br_audit(b);
}

/* Nobody tells of the bridge's promiscuity: the driver looks. */
static void promiscuous_bridge(struct kunit *test)
{
	struct nftsw_kt_br *b = test->priv;

	rtnl_lock();
	KUNIT_EXPECT_EQ(test, dev_set_promiscuity(b->dev, 1), 0);
	rtnl_unlock();
	msleep(2500);
	nftsw_kt_br_settle(b);
	nftsw_kt_flush(b->kt);
	nftsw_kt_l2_send(b, BR_A, nftsw_kt_host(2), nftsw_kt_host(1), 0);
	nftsw_kt_l2_cpu(b, 1);
	nftsw_kt_br_audit(b);
	rtnl_lock();
	dev_set_promiscuity(b->dev, -1);
	rtnl_unlock();
	msleep(2500);
	nftsw_kt_br_settle(b);
	nftsw_kt_flush(b->kt);
	nftsw_kt_l2_send(b, BR_A, nftsw_kt_host(2), nftsw_kt_host(1), 0);
	nftsw_kt_l2_cpu(b, 0);
	nftsw_kt_br_audit(b);
}

/* More news at once than the chip's event ring and buffer have room for: the last are lost. */
static void events_overflow(struct kunit *test)
{
	struct nftsw_kt_br *b = test->priv;
	struct nftsw_kt_frame f;
	struct nfm_info info;
	u32 round, i, len;

	nftsw_bm_advance(b->kt->bm, FDB_SEC);	/* these are not older than the last flush */
	/* to and fro, without a pause in which the driver could take events */
	sched_set_fifo_low(current);
	for (round = 0; round < FDB_ROUNDS; round++) {
		for (i = 0; i < 200; i++) {
			nftsw_kt_l2(&f, nftsw_kt_host(1), nftsw_kt_host(100 + i), 0);
			len = nftsw_kt_frame_build(&f, b->kt->buf);
			nftsw_bm_ingress(b->kt->bm, round % 2 ? BR_B : BR_A, b->kt->buf, len);
		}
	}
	sched_set_normal(current, 0);
	nfm_info_get(b->kt->bm->m, &info);
	KUNIT_EXPECT_GT(test, info.events_lost, 0);
	nftsw_kt_br_settle(b);
	nftsw_kt_flush(b->kt);
	/* what came through is old; what is true is found in the chip */
	msleep(FDB_POLL_MS);
	nftsw_kt_br_settle(b);
	KUNIT_EXPECT_EQ(test, nftsw_kt_chip_hosts(b), 200u);
	KUNIT_EXPECT_PTR_EQ(test, nftsw_kt_where(b, nftsw_kt_host(299), 0), fdb_port(test, BR_A));
	nftsw_kt_br_audit(b);
}

/* ---- flows ---------------------------------------------------------------------------- */

/* The client of an offloaded connection is behind a port of a bridge. */
static struct nftsw_kt_br *fdb_flow(struct kunit *test)
{
	struct nftsw_kt_off *ctx = test->priv;
	struct nftsw_kt_br *b = kunit_kzalloc(test, sizeof(*b), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, b);
	msleep(1500);
	b->kt = ctx->kt;
	b->dev = nftsw_kt_br_new(test, "ktbr", 0);
	KUNIT_ASSERT_EQ(test, nftsw_kt_master(nftsw_kt_dev(b->kt, NFTSW_KT_LAN), b->dev), 0);
	KUNIT_ASSERT_EQ(test, nftsw_kt_master(nftsw_kt_dev(b->kt, NFTSW_KT_OTHER), b->dev), 0);
	nftsw_kt_br_settle(b);
	nftsw_kt_l2_learn(b, NFTSW_KT_LAN, ctx->conn.client.mac, 0);
	msleep(500);
	nftsw_kt_br_settle(b);
	nftsw_kt_flush(b->kt);
	nftsw_kt_off_add(test);
	nftsw_kt_off_forward(test);
	return b;
}

/* The chip alone has seen that the host is elsewhere now. */
static void flows_of_a_host_that_moves_are_given_up(struct kunit *test)
{
	struct nftsw_kt_off *ctx = test->priv;
	struct nftsw_kt_br *b = fdb_flow(test);

	nftsw_kt_l2_send(b, NFTSW_KT_LAN, nftsw_kt_host(2), nftsw_kt_host(1), 0);
	nftsw_kt_br_settle(b);
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_count(test), 2u);
	nftsw_kt_l2_send(b, NFTSW_KT_OTHER, nftsw_kt_host(1), ctx->conn.client.mac, 0);
	nftsw_kt_l2_cpu(b, 0);
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_count(test), 0u);
	nftsw_kt_flush(b->kt);
	nftsw_kt_br_audit(b);
}

static void flows_of_a_host_that_ages_are_given_up(struct kunit *test)
{
	struct nftsw_kt_br *b = fdb_flow(test);

	nftsw_bm_advance(b->kt->bm, 400 * FDB_SEC);
	nftsw_kt_br_settle(b);
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_count(test), 0u);
	nftsw_kt_flush(b->kt);
	nftsw_kt_br_audit(b);
}

static struct kunit_case fdb_flow_cases[] = {
	KUNIT_CASE(flows_of_a_host_that_moves_are_given_up),
	KUNIT_CASE(flows_of_a_host_that_ages_are_given_up),
	{}
};

static struct kunit_suite fdb_flow_suite = {
	.name = "nftsw_fdb_flow",
	.init = nftsw_kt_off_init,
	.exit = nftsw_kt_off_exit,
	.test_cases = fdb_flow_cases,
};

static struct kunit_case fdb_cases[] = {
	KUNIT_CASE(learned_unicast_stays_in_the_chip),
	KUNIT_CASE(host_moves),
	KUNIT_CASE(host_moves_with_a_broadcast),
	KUNIT_CASE(host_ages),
	KUNIT_CASE(learning_is_off),
	KUNIT_CASE(ageing_time_is_nought),
	KUNIT_CASE(ageing_time_is_very_long),
	KUNIT_CASE(user_flushes_a_port),
	KUNIT_CASE(user_deletes_a_learned_host),
	KUNIT_CASE(deletion_that_nobody_hears),
	KUNIT_CASE(replay_does_not_mind_a_full_queue),
	KUNIT_CASE(table_is_full),
	KUNIT_CASE(static_host),
	KUNIT_CASE(sticky_host),
	KUNIT_CASE(externally_learned_host),
	KUNIT_CASE(static_replaces_learned),
	KUNIT_CASE(dynamic_host_is_not_left_behind),
	KUNIT_CASE(address_of_the_bridge),
	KUNIT_CASE(broadcast_comes_to_the_cpu_marked),
	KUNIT_CASE(host_behind_a_foreign_port),
	KUNIT_CASE(host_roams_from_foreign),
	KUNIT_CASE(host_roams_from_foreign_with_a_broadcast),
	KUNIT_CASE(host_roams_to_foreign),
	KUNIT_CASE(local_addresses_of_all_vlans),
	KUNIT_CASE(locked_port),
	KUNIT_CASE(locked_port_with_mab),
	KUNIT_CASE(reset_forgets_the_learned),
	KUNIT_CASE(lost_events_are_made_up_for),
	KUNIT_CASE(event_from_before_a_flush),
	KUNIT_CASE(moves_while_it_is_told),
	KUNIT_CASE(bridge_refuses_hosts),
	KUNIT_CASE(promiscuous_bridge),
	KUNIT_CASE(events_overflow),
	{}
};

static struct kunit_suite fdb_suite = {
	.name = "nftsw_fdb",
	.init = fdb_init,
	.test_cases = fdb_cases,
};

kunit_test_suites(&fdb_suite, &fdb_flow_suite);

MODULE_DESCRIPTION("KUnit tests of nftsw's forwarding database");
MODULE_LICENSE("GPL");
