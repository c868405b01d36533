// SPDX-License-Identifier: GPL-2.0
/*
 * Bridges that change at random, with frames in between: chip, driver and Linux agree all the
 * time.  Floor 11.  The same numbers each time, so that a failure can be repeated.
 */

#include <kunit/test.h>
#include <linux/delay.h>
#include <linux/if_bridge.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/prandom.h>
#include <linux/rtnetlink.h>
#include "nftsw_kt_bridge.h"

#define RANDOM_SEED	0x4e465431
#define RANDOM_STEPS	1000
#define RANDOM_AUDIT	20	/* steps between two */
#define RANDOM_HOSTS	40
#define RANDOM_VLANS	4

struct random_ctx {
	struct nftsw_kt_br *b;
	struct net_device *br[2];
	struct rnd_state rnd;
};

static u32 random_below(struct random_ctx *c, u32 n)
{
	return prandom_u32_state(&c->rnd) % n;
}

static struct net_device *random_port(struct random_ctx *c)
{
	return nftsw_kt_dev(c->b->kt, random_below(c, NFTSW_KT_PORTS));
}

static u16 random_vid(struct random_ctx *c)
{
	return 1 + random_below(c, RANDOM_VLANS);
}

static void random_frame(struct random_ctx *c)
{
	u32 to = random_below(c, RANDOM_HOSTS), from = random_below(c, RANDOM_HOSTS);
	u16 vid = random_below(c, 2) ? 0 : random_vid(c);

	nftsw_kt_l2_send(c->b, random_below(c, NFTSW_KT_PORTS),
			 to ? nftsw_kt_host(to) : nftsw_kt_bcast, nftsw_kt_host(1 + from), vid);
	nftsw_kt_flush(c->b->kt);
}

static void random_master(struct random_ctx *c)
{
	struct net_device *dev = random_port(c);

	nftsw_kt_master(dev, NULL);
	nftsw_kt_master(dev, c->br[random_below(c, ARRAY_SIZE(c->br))]);
}

static void random_vlan(struct random_ctx *c)
{
	static const u16 flags[] = {
		0, BRIDGE_VLAN_INFO_UNTAGGED, BRIDGE_VLAN_INFO_PVID,
		BRIDGE_VLAN_INFO_PVID | BRIDGE_VLAN_INFO_UNTAGGED,
	};
	u16 flag = flags[random_below(c, ARRAY_SIZE(flags))];

	if (random_below(c, 4))
		nftsw_kt_vlan(random_port(c), random_vid(c), flag, random_below(c, 3), false);
	else
		nftsw_kt_vlan(c->br[random_below(c, 2)], random_vid(c), 0, random_below(c, 2),
			      true);
}

static void random_fdb(struct random_ctx *c)
{
	u16 vid = random_below(c, 2) ? 0 : random_vid(c);

	nftsw_kt_fdb(random_port(c), nftsw_kt_host(1 + random_below(c, RANDOM_HOSTS)), vid,
		     NUD_NOARP, random_below(c, 2) ? NTF_STICKY : 0, random_below(c, 3));
}

static void random_flag(struct random_ctx *c)
{
	static const u16 attr[] = {
		IFLA_BRPORT_LEARNING, IFLA_BRPORT_UNICAST_FLOOD, IFLA_BRPORT_ISOLATED,
		IFLA_BRPORT_MODE, IFLA_BRPORT_FLUSH, IFLA_BRPORT_LOCKED,
	};

	nftsw_kt_brport_attr(random_port(c), attr[random_below(c, ARRAY_SIZE(attr))],
			     random_below(c, 2), 1);
}

static void random_group(struct random_ctx *c)
{
	__be32 group = htonl(0xefff0100 | (random_below(c, 2) << 23) | random_below(c, 4));
	struct net_device *br = c->br[random_below(c, 2)];
	u16 vid = random_below(c, 2) ? 0 : random_vid(c);

	nftsw_kt_mdb(br, random_port(c), group, vid, random_below(c, 3));
}

static void random_bridge(struct random_ctx *c)
{
	struct net_device *br = c->br[random_below(c, 2)];

	switch (random_below(c, 4)) {
	case 0:
		nftsw_kt_br_attr(br, IFLA_BR_VLAN_FILTERING, random_below(c, 2), 1);
		break;
	case 1:
		nftsw_kt_br_attr(br, IFLA_BR_MCAST_SNOOPING, random_below(c, 2), 1);
		break;
	case 2:
		nftsw_kt_br_attr(br, IFLA_BR_FDB_FLUSH, 0, 1);
		break;
	case 3:
		nftsw_kt_brport_attr(random_port(c), IFLA_BRPORT_STATE,
				     random_below(c, 2) ? BR_STATE_DISABLED :
							  BR_STATE_FORWARDING, 1);
		break;
	}
}

static void random_step(struct random_ctx *c)
{
	static void (*const steps[])(struct random_ctx *c) = {
		random_frame, random_frame, random_frame, random_frame, random_frame,
		random_frame, random_master, random_vlan, random_vlan, random_fdb, random_fdb,
		random_flag, random_group, random_bridge,
	};

	steps[random_below(c, ARRAY_SIZE(steps))](c);
}

/*
 * What the chip has said of a host that was deleted meanwhile is not believed, and the driver looks
 * at the chip's table at its next turn.
 */
static void random_audit(struct random_ctx *c, bool settled)
{
	if (!settled) {
		nftsw_kt_br_settle(c->b);
		msleep(NFTSW_KT_BR_POLL_MS);
	}
	nftsw_kt_br_audit(c->b);
}

static void random_run(struct kunit *test, bool settle)
{
	struct random_ctx *c = kunit_kzalloc(test, sizeof(*c), GFP_KERNEL);
	u32 i, hosts = 0;

	KUNIT_ASSERT_NOT_NULL(test, c);
	c->b = nftsw_kt_br_init(test, BR_KT_AWARE);
	c->br[0] = c->b->dev;
	c->br[1] = nftsw_kt_br_new(test, "ktbr2", 0);
	prandom_seed_state(&c->rnd, RANDOM_SEED);
	for (i = 0; i < RANDOM_STEPS; i++) {
		random_step(c);
		if (settle)
			nftsw_kt_br_settle(c->b);
		if (i % RANDOM_AUDIT == RANDOM_AUDIT - 1)
			random_audit(c, settle);
		hosts = max(hosts, READ_ONCE(c->b->kt->ns->bridges->fdb.count));
	}
	KUNIT_EXPECT_GT(test, hosts, 10u);
}

static void changes_one_by_one(struct kunit *test)
{
	random_run(test, true);
}

/* The driver's work lags behind. */
static void changes_in_a_row(struct kunit *test)
{
	random_run(test, false);
}

static struct kunit_case random_cases[] = {
	KUNIT_CASE(changes_one_by_one),
	KUNIT_CASE(changes_in_a_row),
	{}
};

static struct kunit_suite random_suite = {
	.name = "nftsw_bridge_random",
	.test_cases = random_cases,
};

kunit_test_suite(random_suite);

MODULE_DESCRIPTION("KUnit tests of nftsw's bridges that change at random");
MODULE_LICENSE("GPL");
