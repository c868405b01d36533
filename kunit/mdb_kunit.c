// SPDX-License-Identifier: GPL-2.0
/*
 * Groups of bridges: IPv4 and IPv6, queriers and routers, and members behind ports that are not
 * the chip's.  Floor 11.  Frames come in at the chip, software bridges what is its own, and each
 * case counts what leaves at both.  Every case ends with chip, driver and bridge compared.
 */

#include <kunit/test.h>
#include <linux/delay.h>
#include <linux/etherdevice.h>
#include <linux/icmpv6.h>
#include <linux/if_bridge.h>
#include <linux/if_link.h>
#include <linux/ipv6.h>
#include <net/ip6_checksum.h>
#include "nftsw_kt_bridge.h"

/* Longer than the driver takes to look for a querier. */
#define MDB_POLL_MS	2500
/* Ticks enough for the queries of a bridge that has lost or got a port; the driver looks later. */
#define MDB_ASK_MS	100
#define MDB_MLD_LEN	24	/* header and group */
#define MDB_HOP_LEN	8	/* router alert, behind the IPv6 header */

/**
 * struct mdb_ctx - a chip whose ports A, B and C are in a bridge that listens; kunit.priv
 * @b: chip and bridge
 * @soft: a port of the bridge that is not the chip's, or NULL
 */
struct mdb_ctx {
	struct nftsw_kt_br *b;
	struct net_device *soft;
};

struct mdb_group {
	u8 family;
	u8 mac[ETH_ALEN];
	struct in6_addr addr;
};

static const struct mdb_group mdb_v4 = {	/* 239.255.1.2 */
	NFPROTO_IPV4, { 0x01, 0x00, 0x5e, 0x7f, 0x01, 0x02 }, { { { 239, 255, 1, 2 } } },
};

static const struct mdb_group mdb_other4 = {	/* 239.255.1.3 */
	NFPROTO_IPV4, { 0x01, 0x00, 0x5e, 0x7f, 0x01, 0x03 }, { { { 239, 255, 1, 3 } } },
};

static const struct mdb_group mdb_v6 = {	/* ff05::1:2 */
	NFPROTO_IPV6, { 0x33, 0x33, 0x00, 0x01, 0x00, 0x02 },
	{ { { 0xff, 5, [13] = 1, [15] = 2 } } },
};

static const struct mdb_group mdb_nodes6 = {	/* ff02::1 */
	NFPROTO_IPV6, { 0x33, 0x33, 0x00, 0x00, 0x00, 0x01 }, { { { 0xff, 2, [15] = 1 } } },
};

static const struct in6_addr mdb_any6;

static int mdb_init(struct kunit *test)
{
	struct mdb_ctx *ctx = kunit_kzalloc(test, sizeof(*ctx), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, ctx);
	ctx->b = nftsw_kt_br_init(test, BR_KT_SNOOPING);
	test->priv = ctx;
	return 0;
}

static struct net_device *mdb_port(struct kunit *test, u32 port)
{
	struct mdb_ctx *ctx = test->priv;

	return nftsw_kt_dev(ctx->b->kt, port);
}

static void mdb_wait(struct kunit *test, u32 ms)
{
	struct mdb_ctx *ctx = test->priv;

	nftsw_kt_br_settle(ctx->b);
	msleep(ms);
	nftsw_kt_br_settle(ctx->b);
	nftsw_kt_flush(ctx->b->kt);
}

static void mdb_br_attr(struct kunit *test, u16 attr, u8 val)
{
	struct mdb_ctx *ctx = test->priv;

	KUNIT_ASSERT_EQ(test, nftsw_kt_br_attr(ctx->b->dev, attr, val, 1), 0);
	nftsw_kt_br_settle(ctx->b);
}

static void mdb_member(struct kunit *test, struct net_device *dev, const struct mdb_group *g,
		       bool add)
{
	struct mdb_ctx *ctx = test->priv;
	struct net_device *br = ctx->b->dev;
	u16 vid = br_vlan_enabled(br) ? 1 : 0;
	int err;

	if (g->family == NFPROTO_IPV4)
		err = nftsw_kt_mdb(br, dev, g->addr.s6_addr32[0], vid, add);
	else
		err = nftsw_kt_mdb6(br, dev, &g->addr, vid, add);
	KUNIT_ASSERT_EQ(test, err, 0);
	nftsw_kt_br_settle(ctx->b);
	nftsw_kt_flush(ctx->b->kt);
}

/* The bridge asks for members: groups of IPv4 that nobody has joined go to routers alone. */
static void mdb_queries(struct kunit *test)
{
	struct mdb_ctx *ctx = test->priv;

	nftsw_kt_br_queries(ctx->b);
}

static u64 mdb_soft_sent(const struct mdb_ctx *ctx)
{
	struct rtnl_link_stats64 stats;

	return ctx->soft ? dev_get_stats(ctx->soft, &stats)->tx_packets : 0;
}

static void mdb_frame(const struct mdb_group *g, struct nftsw_kt_frame *f)
{
	nftsw_kt_l2(f, g->mac, nftsw_kt_host(1), 0);
	f->family = g->family;
	f->daddr = g->addr;
	if (g->family == NFPROTO_IPV6)
		f->saddr = (struct in6_addr){ { { 0xfe, 0x80, [15] = 1 } } };
}

/*
 * A frame to a group from A leaves once through each of @ports, @cpu copies come to the CPU, with a
 * mark, so that software sends none to the chip's ports, and @soft leave through the software port.
 */
static void mdb_goes(struct kunit *test, const struct mdb_group *g, u64 ports, u32 cpu, u32 soft)
{
	struct mdb_ctx *ctx = test->priv;
	u64 before = mdb_soft_sent(ctx);
	struct nftsw_kt_frame f;
	struct sk_buff *skb;
	u32 n = 0;

	mdb_frame(g, &f);
	nftsw_kt_send(ctx->b->kt, BR_A, &f);
	nftsw_kt_br_settle(ctx->b);
	nftsw_kt_l2_expect_frame(ctx->b, ports, &f);
	KUNIT_EXPECT_EQ(test, mdb_soft_sent(ctx) - before, (u64)soft);
	while ((skb = skb_dequeue(&ctx->b->kt->rx))) {
		KUNIT_EXPECT_TRUE(test, skb->offload_fwd_mark);
		kfree_skb(skb);
		n++;
	}
	KUNIT_EXPECT_EQ(test, n, cpu);
	nftsw_kt_flush(ctx->b->kt);
}

static void mdb_audit(struct kunit *test)
{
	struct mdb_ctx *ctx = test->priv;

	nftsw_kt_br_audit(ctx->b);
}

/* ---- IPv6 ---------------------------------------------------------------------------- */

/* An MLDv1 message comes in at a port.  @to: whom it is sent to; @about: its group */
static void mdb_mld(struct kunit *test, u32 port, u8 type, const struct mdb_group *to,
		    const struct in6_addr *about)
{
	struct mdb_ctx *ctx = test->priv;
	u8 *buf = ctx->b->kt->buf, *mld = buf + ETH_HLEN + sizeof(struct ipv6hdr) + MDB_HOP_LEN;
	static const u8 alert[MDB_HOP_LEN] = { IPPROTO_ICMPV6, 0, 5, 2, 0, 0, 1, 0 };
	struct ipv6hdr ip = {
		.version = 6,
		.payload_len = htons(MDB_HOP_LEN + MDB_MLD_LEN),
		.nexthdr = NEXTHDR_HOP,
		.hop_limit = 1,
		.saddr = { { { 0xfe, 0x80, [15] = 9 } } },
		.daddr = to->addr,
	};
	__sum16 check;

	memcpy(buf, to->mac, ETH_ALEN);
	memcpy(buf + ETH_ALEN, nftsw_kt_host(9), ETH_ALEN);
	buf[12] = ETH_P_IPV6 >> 8;
	buf[13] = ETH_P_IPV6 & 0xff;
	memcpy(buf + ETH_HLEN, &ip, sizeof(ip));
	memcpy(mld - MDB_HOP_LEN, alert, sizeof(alert));
	memset(mld, 0, MDB_MLD_LEN);
	mld[0] = type;
	mld[4] = 2;	/* 512 ms for an answer */
	memcpy(mld + 8, about, sizeof(*about));
	check = csum_ipv6_magic(&ip.saddr, &ip.daddr, MDB_MLD_LEN, IPPROTO_ICMPV6,
				csum_partial(mld, MDB_MLD_LEN, 0));
	memcpy(mld + 2, &check, sizeof(check));
	nftsw_bm_ingress(ctx->b->kt->bm, port, buf, mld + MDB_MLD_LEN - buf);
	nftsw_bm_pump(ctx->b->kt->bm);
	nftsw_kt_br_settle(ctx->b);
	nftsw_kt_flush(ctx->b->kt);
}

/* By a user, and by MLDv1 from the wire. */
static void members_of_an_ipv6_group(struct kunit *test)
{
	mdb_goes(test, &mdb_v6, BIT(BR_B) | BIT(BR_C), 1, 0);
	mdb_member(test, mdb_port(test, BR_C), &mdb_v6, true);
	mdb_goes(test, &mdb_v6, BIT(BR_C), 0, 0);
	mdb_goes(test, &mdb_v4, BIT(BR_B) | BIT(BR_C), 1, 0);
	mdb_audit(test);
	mdb_mld(test, BR_B, ICMPV6_MGM_REPORT, &mdb_v6, &mdb_v6.addr);
	mdb_goes(test, &mdb_v6, BIT(BR_B) | BIT(BR_C), 0, 0);
	mdb_member(test, mdb_port(test, BR_C), &mdb_v6, false);
	mdb_goes(test, &mdb_v6, BIT(BR_B), 0, 0);
	mdb_audit(test);
}

/* Who asks for members of IPv4 groups alone: the bridge has no address of IPv6 to ask with. */
static void querier_of_ipv4(struct kunit *test)
{
	mdb_queries(test);
	mdb_goes(test, &mdb_v4, 0, 0, 0);
	mdb_goes(test, &mdb_v6, BIT(BR_B) | BIT(BR_C), 1, 0);
	mdb_audit(test);
}

/* Of IPv6 groups alone: it is behind B, which is taken for a router with that. */
static void querier_of_ipv6(struct kunit *test)
{
	mdb_mld(test, BR_B, ICMPV6_MGM_QUERY, &mdb_nodes6, &mdb_any6);
	mdb_wait(test, MDB_POLL_MS);
	mdb_goes(test, &mdb_v6, BIT(BR_B), 0, 0);
	mdb_goes(test, &mdb_v4, BIT(BR_B) | BIT(BR_C), 1, 0);
	mdb_audit(test);
}

/* The chip hands the group's frames to software and does not bridge them, or does. */
static void mdb_is_left(struct kunit *test, const struct mdb_group *g, bool left)
{
	struct mdb_ctx *ctx = test->priv;
	struct nftsw_bus_model *bm = ctx->b->kt->bm;
	u64 trapped = nftsw_bm_reason(bm, NFTSW_REASON_BRIDGE_LOCAL);
	u64 bridged = nftsw_bm_port_ctr(bm, BR_A, NFTSW_PCTR_RX_BRIDGE);
	struct nftsw_kt_frame f;

	mdb_frame(g, &f);
	nftsw_kt_send(ctx->b->kt, BR_A, &f);
	nftsw_kt_br_settle(ctx->b);
	nftsw_kt_flush(ctx->b->kt);
	KUNIT_EXPECT_EQ(test, nftsw_bm_reason(bm, NFTSW_REASON_BRIDGE_LOCAL), trapped + left);
	KUNIT_EXPECT_EQ(test, nftsw_bm_port_ctr(bm, BR_A, NFTSW_PCTR_RX_BRIDGE),
			bridged + !left);
}

static void sources_of_ipv4_and_ipv6(struct kunit *test)
{
	mdb_member(test, mdb_port(test, BR_C), &mdb_v4, true);
	mdb_member(test, mdb_port(test, BR_C), &mdb_v6, true);
	mdb_br_attr(test, IFLA_BR_MCAST_MLD_VERSION, 2);
	mdb_wait(test, MDB_POLL_MS);
	mdb_is_left(test, &mdb_v4, false);
	mdb_is_left(test, &mdb_v6, true);
	mdb_audit(test);
	mdb_br_attr(test, IFLA_BR_MCAST_MLD_VERSION, 1);
	mdb_br_attr(test, IFLA_BR_MCAST_IGMP_VERSION, 3);
	mdb_wait(test, MDB_POLL_MS);
	mdb_is_left(test, &mdb_v4, true);
	mdb_is_left(test, &mdb_v6, false);
	mdb_audit(test);
}

/* ---- the bridge is a router ------------------------------------------------------------ */

static void bridge_is_a_router(struct kunit *test)
{
	mdb_member(test, mdb_port(test, BR_C), &mdb_v4, true);
	mdb_goes(test, &mdb_v4, BIT(BR_C), 0, 0);
	mdb_br_attr(test, IFLA_BR_MCAST_ROUTER, MDB_RTR_TYPE_PERM);
	mdb_goes(test, &mdb_v4, BIT(BR_C), 1, 0);
	mdb_queries(test);
	mdb_goes(test, &mdb_other4, 0, 1, 0);
	mdb_audit(test);
	mdb_br_attr(test, IFLA_BR_MCAST_ROUTER, MDB_RTR_TYPE_DISABLED);
	mdb_goes(test, &mdb_v4, BIT(BR_C), 0, 0);
	mdb_goes(test, &mdb_other4, 0, 0, 0);
	mdb_audit(test);
}

/* A to C of the other bridge, which has none of the chip's ports yet. */
static void mdb_move(struct kunit *test, struct net_device *br)
{
	struct mdb_ctx *ctx = test->priv;
	u32 i;

	ctx->b->dev = br;
	for (i = BR_A; i < BR_OUT; i++) {
		KUNIT_ASSERT_EQ(test, nftsw_kt_master(mdb_port(test, i), NULL), 0);
		KUNIT_ASSERT_EQ(test, nftsw_kt_master(mdb_port(test, i), br), 0);
	}
	mdb_wait(test, MDB_POLL_MS);
}

/* It was one before it had ports of the chip: nobody tells. */
static void bridge_was_a_router(struct kunit *test)
{
	struct net_device *br = nftsw_kt_br_new(test, "ktbr2", BR_KT_SNOOPING);

	KUNIT_ASSERT_EQ(test, nftsw_kt_br_attr(br, IFLA_BR_MCAST_ROUTER, MDB_RTR_TYPE_PERM, 1),
			0);
	mdb_move(test, br);
	mdb_member(test, mdb_port(test, BR_C), &mdb_v4, true);
	mdb_goes(test, &mdb_v4, BIT(BR_C), 1, 0);
	mdb_audit(test);
	mdb_br_attr(test, IFLA_BR_MCAST_ROUTER, MDB_RTR_TYPE_DISABLED);
	mdb_goes(test, &mdb_v4, BIT(BR_C), 0, 0);
	mdb_audit(test);
}

/* ---- ports that are not the chip's ------------------------------------------------------- */

static struct net_device *mdb_soft_new(struct kunit *test, struct net_device *br)
{
	struct mdb_ctx *ctx = test->priv;

	ctx->soft = nftsw_kt_link_new(test, "ktdum", "dummy", NULL, 0, 0);
	KUNIT_ASSERT_EQ(test, nftsw_kt_link_up(ctx->soft, true), 0);
	KUNIT_ASSERT_EQ(test, nftsw_kt_master(ctx->soft, br), 0);
	nftsw_kt_br_settle(ctx->b);
	nftsw_kt_flush(ctx->b->kt);
	return ctx->soft;
}

static struct net_device *mdb_soft(struct kunit *test)
{
	struct mdb_ctx *ctx = test->priv;

	return mdb_soft_new(test, ctx->b->dev);
}

/* The same with IPv6, from behind C; that is no router for all that. */
static void mdb_hears_querier6(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, nftsw_kt_brport_attr(mdb_port(test, BR_C),
						   IFLA_BRPORT_MULTICAST_ROUTER,
						   MDB_RTR_TYPE_DISABLED, 1), 0);
	mdb_mld(test, BR_C, ICMPV6_MGM_QUERY, &mdb_nodes6, &mdb_any6);
	mdb_wait(test, MDB_POLL_MS);
}

/* Members at both, in each order; and of another group at the software port alone. */
static void mdb_at_both(struct kunit *test, const struct mdb_group *g)
{
	struct net_device *soft = mdb_soft(test), *port = mdb_port(test, BR_C);

	if (g->family == NFPROTO_IPV4)
		mdb_queries(test);
	else
		mdb_hears_querier6(test);
	mdb_goes(test, g, 0, 1, 0);
	mdb_member(test, port, g, true);
	mdb_goes(test, g, BIT(BR_C), 1, 0);
	mdb_member(test, soft, g, true);
	mdb_goes(test, g, BIT(BR_C), 1, 1);
	mdb_audit(test);
	mdb_member(test, port, g, false);
	mdb_goes(test, g, 0, 1, 1);
	mdb_audit(test);
	mdb_member(test, port, g, true);
	mdb_goes(test, g, BIT(BR_C), 1, 1);
	mdb_member(test, soft, g, false);
	mdb_goes(test, g, BIT(BR_C), 1, 0);
	mdb_audit(test);
}

static void member_behind_a_foreign_port(struct kunit *test)
{
	mdb_at_both(test, &mdb_v4);
}

static void member_of_ipv6_behind_a_foreign_port(struct kunit *test)
{
	mdb_at_both(test, &mdb_v6);
}

/* In a VLAN that the bridge's own device is not in. */
static void member_behind_a_foreign_port_in_a_vlan(struct kunit *test)
{
	struct mdb_ctx *ctx = test->priv;

	mdb_br_attr(test, IFLA_BR_VLAN_FILTERING, 1);
	KUNIT_ASSERT_EQ(test, nftsw_kt_vlan(ctx->b->dev, 1, 0, false, true), 0);
	mdb_at_both(test, &mdb_v4);
}

/* Unknown groups, and known ones that others have joined. */
static void router_behind_a_foreign_port(struct kunit *test)
{
	struct net_device *soft = mdb_soft(test);

	mdb_queries(test);
	mdb_member(test, mdb_port(test, BR_C), &mdb_v4, true);
	mdb_goes(test, &mdb_v4, BIT(BR_C), 1, 0);
	KUNIT_ASSERT_EQ(test, nftsw_kt_brport_attr(soft, IFLA_BRPORT_MULTICAST_ROUTER,
						   MDB_RTR_TYPE_PERM, 1), 0);
	mdb_goes(test, &mdb_v4, BIT(BR_C), 1, 1);
	mdb_goes(test, &mdb_other4, 0, 1, 1);
	mdb_audit(test);
}

/* Without it the CPU is left alone: it leaves, or is deleted. */
static void foreign_port_with_members_goes(struct kunit *test)
{
	struct net_device *soft = mdb_soft(test);
	struct mdb_ctx *ctx = test->priv;
	u32 i;

	mdb_queries(test);
	mdb_member(test, mdb_port(test, BR_C), &mdb_v4, true);
	for (i = 0; i < 2; i++) {
		mdb_member(test, soft, &mdb_v4, true);
		mdb_member(test, soft, &mdb_other4, true);
		mdb_goes(test, &mdb_v4, BIT(BR_C), 1, 1);
		mdb_goes(test, &mdb_other4, 0, 1, 1);
		if (i) {
			ctx->soft = NULL;
			kunit_release_action(test, nftsw_kt_link_free,
					     (void *)(long)soft->ifindex);
		} else {
			KUNIT_ASSERT_EQ(test, nftsw_kt_master(soft, NULL), 0);
		}
		mdb_wait(test, MDB_ASK_MS);
		mdb_goes(test, &mdb_v4, BIT(BR_C), 0, 0);
		mdb_goes(test, &mdb_other4, 0, 0, 0);
		mdb_audit(test);
		if (!i)
			KUNIT_ASSERT_EQ(test, nftsw_kt_master(soft, ctx->b->dev), 0);
		mdb_wait(test, MDB_ASK_MS);
	}
}

/* Members and a router were there before the chip's first port, and nobody tells of them. */
static void bridge_has_had_a_foreign_port(struct kunit *test)
{
	struct net_device *br = nftsw_kt_br_new(test, "ktbr2", BR_KT_SNOOPING), *soft;
	struct mdb_ctx *ctx = test->priv;

	soft = mdb_soft_new(test, br);
	KUNIT_ASSERT_EQ(test, nftsw_kt_mdb(br, soft, mdb_v4.addr.s6_addr32[0], 0, true), 0);
	mdb_move(test, br);
	mdb_queries(test);
	mdb_goes(test, &mdb_v4, 0, 1, 1);
	mdb_goes(test, &mdb_other4, 0, 1, 0);
	mdb_member(test, mdb_port(test, BR_C), &mdb_v4, true);
	mdb_goes(test, &mdb_v4, BIT(BR_C), 1, 1);
	mdb_audit(test);
	/* the chip's ports were elsewhere meanwhile */
	KUNIT_ASSERT_EQ(test, nftsw_kt_brport_attr(soft, IFLA_BRPORT_MULTICAST_ROUTER,
						   MDB_RTR_TYPE_PERM, 1), 0);
	mdb_move(test, br);
	mdb_goes(test, &mdb_v4, 0, 1, 1);
	mdb_goes(test, &mdb_other4, 0, 1, 1);
	KUNIT_EXPECT_PTR_EQ(test, ctx->soft, soft);
	mdb_audit(test);
}

/* A group that the chip has no room for is flooded there, and software has its members as well. */
static void no_room_beside_a_foreign_port(struct kunit *test)
{
	struct net_device *soft = mdb_soft(test);
	struct mdb_ctx *ctx = test->priv;

	mdb_queries(test);
	mdb_member(test, soft, &mdb_v4, true);
	nftsw_bm_fault(ctx->b->kt->bm, NFM_FAULT_TABLE_FULL, 1);
	mdb_member(test, mdb_port(test, BR_C), &mdb_v4, true);
	mdb_wait(test, MDB_POLL_MS);
	mdb_goes(test, &mdb_v4, BIT(BR_B) | BIT(BR_C), 1, 1);
	mdb_audit(test);
	nftsw_bm_fault(ctx->b->kt->bm, NFM_FAULT_TABLE_FULL, 0);
	mdb_wait(test, MDB_POLL_MS);
	mdb_goes(test, &mdb_v4, BIT(BR_C), 1, 1);
	mdb_goes(test, &mdb_other4, 0, 1, 0);
	mdb_audit(test);
}

/* ---- commands that fail ------------------------------------------------------------------- */

/* The next commands of a kind do. */
static void mdb_fails(struct kunit *test, enum nftsw_opcode op, u32 n)
{
	struct mdb_ctx *ctx = test->priv;

	nftsw_bm_fault(ctx->b->kt->bm, NFM_FAULT_CMD_OPCODE, op);
	nftsw_bm_fault(ctx->b->kt->bm, NFM_FAULT_CMD_STATUS, n);
}

/* The member has left for the bridge, and stays one on the chip until the driver tries again. */
static void group_could_not_be_deleted(struct kunit *test)
{
	mdb_member(test, mdb_port(test, BR_C), &mdb_v4, true);
	mdb_fails(test, NFTSW_OP_MDB_DEL, 1);
	mdb_member(test, mdb_port(test, BR_C), &mdb_v4, false);
	mdb_goes(test, &mdb_v4, BIT(BR_C), 0, 0);
	mdb_wait(test, MDB_POLL_MS);
	mdb_goes(test, &mdb_v4, BIT(BR_B) | BIT(BR_C), 1, 0);
	mdb_audit(test);
}

/* Nor is it deleted then, when the group has come back meanwhile. */
static void group_comes_back_that_could_not_be_deleted(struct kunit *test)
{
	mdb_member(test, mdb_port(test, BR_C), &mdb_v4, true);
	mdb_fails(test, NFTSW_OP_MDB_DEL, 1);
	mdb_member(test, mdb_port(test, BR_C), &mdb_v4, false);
	mdb_member(test, mdb_port(test, BR_B), &mdb_v4, true);
	mdb_goes(test, &mdb_v4, BIT(BR_B), 0, 0);
	mdb_wait(test, MDB_POLL_MS);
	mdb_goes(test, &mdb_v4, BIT(BR_B), 0, 0);
	mdb_audit(test);
}

static void member_could_not_be_added(struct kunit *test)
{
	struct mdb_ctx *ctx = test->priv;

	mdb_member(test, mdb_port(test, BR_C), &mdb_v4, true);
	mdb_fails(test, NFTSW_OP_MDB_SET, 1);
	nftsw_kt_mdb(ctx->b->dev, mdb_port(test, BR_B), mdb_v4.addr.s6_addr32[0], 0, true);
	mdb_goes(test, &mdb_v4, BIT(BR_C), 0, 0);
	mdb_wait(test, MDB_POLL_MS);
	mdb_goes(test, &mdb_v4, BIT(BR_B) | BIT(BR_C), 0, 0);
	mdb_audit(test);
}

/* The group keeps its FID on the chip, and both go later. */
static void bridge_goes_whose_group_could_not_be_deleted(struct kunit *test)
{
	struct mdb_ctx *ctx = test->priv;
	u32 i;

	mdb_member(test, mdb_port(test, BR_C), &mdb_v4, true);
	mdb_fails(test, NFTSW_OP_MDB_DEL, 1);
	for (i = 0; i < BR_OUT; i++)
		KUNIT_ASSERT_EQ(test, nftsw_kt_master(mdb_port(test, i), NULL), 0);
	mdb_wait(test, MDB_POLL_MS);
	KUNIT_EXPECT_TRUE(test, hlist_empty(&ctx->b->kt->ns->bridges->mdb_lost));
	KUNIT_EXPECT_TRUE(test, bitmap_empty(ctx->b->kt->ns->bridges->fid_lost, NFTSW_MAX_FIDS));
	mdb_audit(test);
	for (i = 0; i < BR_OUT; i++)
		KUNIT_ASSERT_EQ(test, nftsw_kt_master(mdb_port(test, i), ctx->b->dev), 0);
	mdb_wait(test, MDB_POLL_MS);
	mdb_goes(test, &mdb_v4, BIT(BR_B) | BIT(BR_C), 1, 0);
	mdb_audit(test);
}

/* The chip has been reset before the driver could try again: there is nothing to be deleted. */
static void chip_is_reset_before_a_group_is_deleted(struct kunit *test)
{
	struct mdb_ctx *ctx = test->priv;
	struct nftsw *ns = ctx->b->kt->ns;

	mdb_member(test, mdb_port(test, BR_C), &mdb_v4, true);
	mdb_fails(test, NFTSW_OP_MDB_DEL, 1);
	mdb_member(test, mdb_port(test, BR_C), &mdb_v4, false);
	KUNIT_EXPECT_FALSE(test, hlist_empty(&ns->bridges->mdb_lost));
	devl_lock(ns->devlink);
	nftsw_core_down(ns);
	KUNIT_EXPECT_EQ(test, nftsw_core_up(ns), 0);
	devl_unlock(ns->devlink);
	KUNIT_EXPECT_TRUE(test, hlist_empty(&ns->bridges->mdb_lost));
	mdb_wait(test, MDB_POLL_MS);
	mdb_goes(test, &mdb_v4, BIT(BR_B) | BIT(BR_C), 1, 0);
	mdb_audit(test);
}

/* The bridge has stopped by then: it tells later, and cannot be refused. */
static void listening_could_not_be_stopped(struct kunit *test)
{
	mdb_member(test, mdb_port(test, BR_C), &mdb_v4, true);
	mdb_fails(test, NFTSW_OP_FID_SET, 1);
	mdb_br_attr(test, IFLA_BR_MCAST_SNOOPING, 0);
	mdb_wait(test, MDB_POLL_MS);
	mdb_goes(test, &mdb_v4, BIT(BR_B) | BIT(BR_C), 1, 0);
	mdb_audit(test);
}

static struct kunit_case mdb_cases[] = {
	KUNIT_CASE(members_of_an_ipv6_group),
	KUNIT_CASE(querier_of_ipv4),
	KUNIT_CASE(querier_of_ipv6),
	KUNIT_CASE(sources_of_ipv4_and_ipv6),
	KUNIT_CASE(bridge_is_a_router),
	KUNIT_CASE(bridge_was_a_router),
	KUNIT_CASE(member_behind_a_foreign_port),
	KUNIT_CASE(member_of_ipv6_behind_a_foreign_port),
	KUNIT_CASE(member_behind_a_foreign_port_in_a_vlan),
	KUNIT_CASE(router_behind_a_foreign_port),
	KUNIT_CASE(foreign_port_with_members_goes),
	KUNIT_CASE(bridge_has_had_a_foreign_port),
	KUNIT_CASE(no_room_beside_a_foreign_port),
	KUNIT_CASE(group_could_not_be_deleted),
	KUNIT_CASE(group_comes_back_that_could_not_be_deleted),
	KUNIT_CASE(member_could_not_be_added),
	KUNIT_CASE(bridge_goes_whose_group_could_not_be_deleted),
	KUNIT_CASE(chip_is_reset_before_a_group_is_deleted),
	KUNIT_CASE(listening_could_not_be_stopped),
	{}
};

static struct kunit_suite mdb_suite = {
	.name = "nftsw_mdb",
	.init = mdb_init,
	.test_cases = mdb_cases,
};

kunit_test_suite(mdb_suite);

MODULE_DESCRIPTION("KUnit tests of nftsw's multicast groups");
MODULE_LICENSE("GPL");
