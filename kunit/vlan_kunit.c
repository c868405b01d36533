// SPDX-License-Identifier: GPL-2.0
/*
 * VLANs of a bridge: filtering, PVID, tags, modes that change, VLAN devices over ports.
 * Floor 11.  Every case ends with chip, driver and bridge compared.
 */

#include <kunit/test.h>
#include <linux/etherdevice.h>
#include <linux/if_bridge.h>
#include <linux/if_link.h>
#include <linux/if_vlan.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include "../drivers/net/ethernet/nftsw/nftsw_hw.h"
#include "nftsw_kt_bridge.h"

#define VLAN_PVID	(BRIDGE_VLAN_INFO_PVID | BRIDGE_VLAN_INFO_UNTAGGED)
#define VLAN_X		10
#define VLAN_Y		20

static int vlan_init(struct kunit *test)
{
	test->priv = nftsw_kt_br_init(test, BR_KT_AWARE);
	return 0;
}

static struct net_device *vlan_port(struct kunit *test, u32 port)
{
	struct nftsw_kt_br *b = test->priv;

	return nftsw_kt_dev(b->kt, port);
}

static void vlan_add(struct kunit *test, u32 port, u16 vid, u16 flags)
{
	KUNIT_ASSERT_EQ(test, nftsw_kt_vlan(vlan_port(test, port), vid, flags, true, false), 0);
}

/* A and B tagged, C untagged in VLAN X. */
static void vlan_three(struct kunit *test)
{
	vlan_add(test, BR_A, VLAN_X, 0);
	vlan_add(test, BR_B, VLAN_X, 0);
	vlan_add(test, BR_C, VLAN_X, VLAN_PVID);
	nftsw_kt_br_settle(test->priv);
}

/* ---- filtering ------------------------------------------------------------------------ */

static void default_vlan_is_untagged(struct kunit *test)
{
	struct nftsw_kt_br *b = test->priv;
	const u8 *x = nftsw_kt_host(1), *y = nftsw_kt_host(2);

	nftsw_kt_l2_send(b, BR_A, y, x, 0);
	nftsw_kt_l2_expect(b, BIT(BR_B) | BIT(BR_C), y, x, 0);
	KUNIT_EXPECT_PTR_EQ(test, nftsw_kt_where(b, x, 1), vlan_port(test, BR_A));
	nftsw_kt_l2_send(b, BR_B, x, y, 0);
	nftsw_kt_l2_expect(b, BIT(BR_A), x, y, 0);
	nftsw_kt_l2_cpu(b, 0);
	nftsw_kt_br_audit(b);
}

static void other_vlans_are_dropped(struct kunit *test)
{
	struct nftsw_kt_br *b = test->priv;
	const u8 *x = nftsw_kt_host(1), *y = nftsw_kt_host(2);

	nftsw_kt_l2_send(b, BR_A, y, x, VLAN_X);
	nftsw_kt_l2_expect(b, 0, y, x, 0);
	nftsw_kt_l2_cpu(b, 0);
	KUNIT_EXPECT_EQ(test, nftsw_bm_reason(b->kt->bm, NFTSW_REASON_VLAN_FILTER), 1u);
	nftsw_kt_br_audit(b);
}

static void tags_are_taken_off_and_put_on(struct kunit *test)
{
	struct nftsw_kt_br *b = test->priv;
	const u8 *x = nftsw_kt_host(1), *y = nftsw_kt_host(2);

	vlan_three(test);
	nftsw_kt_l2_send(b, BR_A, y, x, VLAN_X);
	KUNIT_EXPECT_PTR_EQ(test, nftsw_kt_where(b, x, VLAN_X), vlan_port(test, BR_A));
	nftsw_kt_flush(b->kt);
	nftsw_kt_l2_send(b, BR_C, x, y, 0);
	nftsw_kt_l2_expect(b, BIT(BR_A), x, y, VLAN_X);
	nftsw_kt_l2_send(b, BR_A, y, x, VLAN_X);
	nftsw_kt_l2_expect(b, BIT(BR_C), y, x, 0);
	/* the bridge is not in the VLAN, and nobody else needs software */
	nftsw_kt_l2_cpu(b, 0);
	nftsw_kt_br_audit(b);
}

/* One host, two VLANs, two places. */
static void vlans_learn_alone(struct kunit *test)
{
	struct nftsw_kt_br *b = test->priv;
	const u8 *x = nftsw_kt_host(1), *y = nftsw_kt_host(2);

	vlan_three(test);
	vlan_add(test, BR_B, VLAN_Y, 0);
	vlan_add(test, BR_A, VLAN_Y, 0);
	nftsw_kt_br_settle(b);
	nftsw_kt_l2_learn(b, BR_A, x, VLAN_X);
	nftsw_kt_l2_learn(b, BR_B, x, VLAN_Y);
	KUNIT_EXPECT_PTR_EQ(test, nftsw_kt_where(b, x, VLAN_X), vlan_port(test, BR_A));
	KUNIT_EXPECT_PTR_EQ(test, nftsw_kt_where(b, x, VLAN_Y), vlan_port(test, BR_B));
	nftsw_kt_l2_send(b, BR_A, x, y, VLAN_Y);
	nftsw_kt_l2_expect(b, BIT(BR_B), x, y, VLAN_Y);
	nftsw_kt_br_audit(b);
}

static void no_pvid_drops_untagged(struct kunit *test)
{
	struct nftsw_kt_br *b = test->priv;
	const u8 *x = nftsw_kt_host(1), *y = nftsw_kt_host(2);

	KUNIT_ASSERT_EQ(test, nftsw_kt_vlan(vlan_port(test, BR_A), 1, 0, true, false), 0);
	nftsw_kt_br_settle(b);
	nftsw_kt_l2_send(b, BR_A, y, x, 0);
	nftsw_kt_l2_expect(b, 0, y, x, 0);
	nftsw_kt_l2_send(b, BR_B, y, x, 0);
	nftsw_kt_flush(b->kt);
	KUNIT_EXPECT_EQ(test, nftsw_bm_reason(b->kt->bm, NFTSW_REASON_VLAN_FILTER), 1u);
	nftsw_kt_br_audit(b);
}

static void vlan_goes(struct kunit *test)
{
	struct nftsw_kt_br *b = test->priv;
	const u8 *x = nftsw_kt_host(1), *y = nftsw_kt_host(2);
	u32 hosts, fids, groups, i;

	vlan_three(test);
	nftsw_kt_l2_learn(b, BR_A, x, VLAN_X);
	KUNIT_ASSERT_EQ(test, nftsw_kt_vlan(vlan_port(test, BR_A), VLAN_X, 0, false, false), 0);
	nftsw_kt_br_settle(b);
	KUNIT_EXPECT_NULL(test, nftsw_kt_where(b, x, VLAN_X));
	nftsw_kt_l2_send(b, BR_B, x, y, VLAN_X);
	nftsw_kt_l2_expect(b, BIT(BR_C), x, y, 0);
	nftsw_kt_br_audit(b);
	for (i = BR_B; i <= BR_C; i++)
		KUNIT_ASSERT_EQ(test, nftsw_kt_vlan(vlan_port(test, i), VLAN_X, 0, false,
						    false), 0);
	nftsw_kt_br_settle(b);
	nftsw_bridge_occ_get(b->kt->ns, &hosts, &fids, &groups);
	KUNIT_EXPECT_EQ(test, fids, 1u);
	nftsw_kt_br_audit(b);
}

/* The CPU gets copies in the VLANs that the bridge's own device is in. */
static void bridge_joins_a_vlan(struct kunit *test)
{
	struct nftsw_kt_br *b = test->priv;
	const u8 *x = nftsw_kt_host(1);

	vlan_three(test);
	nftsw_kt_l2_send(b, BR_A, nftsw_kt_bcast, x, VLAN_X);
	nftsw_kt_l2_cpu(b, 0);
	KUNIT_ASSERT_EQ(test, nftsw_kt_vlan(b->dev, VLAN_X, 0, true, true), 0);
	nftsw_kt_br_settle(b);
	nftsw_kt_l2_send(b, BR_A, nftsw_kt_bcast, x, VLAN_X);
	nftsw_kt_l2_cpu(b, 1);
	nftsw_kt_flush(b->kt);
	KUNIT_ASSERT_EQ(test, nftsw_kt_vlan(b->dev, VLAN_X, 0, false, true), 0);
	nftsw_kt_br_settle(b);
	nftsw_kt_l2_send(b, BR_A, nftsw_kt_bcast, x, VLAN_X);
	nftsw_kt_l2_cpu(b, 0);
	nftsw_kt_flush(b->kt);
	nftsw_kt_br_audit(b);
}

/* Static hosts that were there before the chip knew the VLAN. */
static void hosts_from_before_the_vlan(struct kunit *test)
{
	struct nftsw_kt_br *b = test->priv;
	const u8 *x = nftsw_kt_host(1), *y = nftsw_kt_host(2);
	struct net_device *dummy;

	dummy = nftsw_kt_link_new(test, "ktdum", "dummy", NULL, 0, 0);
	KUNIT_ASSERT_EQ(test, nftsw_kt_link_up(dummy, true), 0);
	KUNIT_ASSERT_EQ(test, nftsw_kt_master(dummy, b->dev), 0);
	KUNIT_ASSERT_EQ(test, nftsw_kt_vlan(dummy, VLAN_X, 0, true, false), 0);
	KUNIT_ASSERT_EQ(test, nftsw_kt_fdb(dummy, y, VLAN_X, NUD_NOARP, 0, true), 0);
	nftsw_kt_br_settle(b);
	vlan_three(test);
	nftsw_kt_flush(b->kt);
	nftsw_kt_l2_send(b, BR_A, y, x, VLAN_X);
	nftsw_kt_l2_expect(b, 0, y, x, 0);
	nftsw_kt_l2_cpu(b, 1);
	nftsw_kt_br_audit(b);
}

/* ---- modes ------------------------------------------------------------------------------- */

static void filtering_goes_off_and_on(struct kunit *test)
{
	struct nftsw_kt_br *b = test->priv;
	const u8 *x = nftsw_kt_host(1), *y = nftsw_kt_host(2), *z = nftsw_kt_host(3);

	vlan_three(test);
	nftsw_kt_l2_learn(b, BR_A, x, VLAN_X);
	KUNIT_ASSERT_EQ(test, nftsw_kt_fdb(vlan_port(test, BR_B), z, VLAN_X, NUD_NOARP, 0,
					   true), 0);
	KUNIT_ASSERT_EQ(test, nftsw_kt_br_attr(b->dev, IFLA_BR_VLAN_FILTERING, 0, 1), 0);
	nftsw_kt_br_settle(b);
	nftsw_kt_br_audit(b);
	/* tags are payload now */
	nftsw_kt_l2_send(b, BR_A, y, x, VLAN_Y);
	nftsw_kt_l2_expect(b, BIT(BR_B) | BIT(BR_C), y, x, VLAN_Y);
	nftsw_kt_l2_send(b, BR_B, x, y, 0);
	nftsw_kt_l2_expect(b, BIT(BR_A), x, y, 0);
	KUNIT_ASSERT_EQ(test, nftsw_kt_br_attr(b->dev, IFLA_BR_VLAN_FILTERING, 1, 1), 0);
	nftsw_kt_br_settle(b);
	nftsw_kt_flush(b->kt);
	nftsw_kt_br_audit(b);
	nftsw_kt_l2_send(b, BR_A, z, x, VLAN_X);
	nftsw_kt_l2_expect(b, BIT(BR_B), z, x, VLAN_X);
	nftsw_kt_l2_send(b, BR_A, y, x, VLAN_Y);
	nftsw_kt_l2_expect(b, 0, y, x, 0);
	nftsw_kt_br_audit(b);
}

static void protocol_changes(struct kunit *test)
{
	struct nftsw_kt_br *b = test->priv;
	const u8 *x = nftsw_kt_host(1), *y = nftsw_kt_host(2);
	struct nftsw_kt_frame f;

	vlan_three(test);
	KUNIT_ASSERT_EQ(test, nftsw_kt_br_attr(b->dev, IFLA_BR_VLAN_PROTOCOL,
					       (__force u16)htons(ETH_P_8021AD), 2), 0);
	nftsw_kt_br_settle(b);
	nftsw_kt_br_audit(b);
	/* a customer's tag is payload, and gets the provider's in front */
	nftsw_kt_l2_send(b, BR_C, y, x, VLAN_Y);
	nftsw_kt_l2(&f, y, x, VLAN_X);
	f.tag[0].tpid = ETH_P_8021AD;
	f.tag[1].tpid = ETH_P_8021Q;
	f.tag[1].tci = VLAN_Y;
	f.tag_count = 2;
	nftsw_kt_expect_egress(b->kt, BR_A, &f);
	nftsw_kt_expect_egress(b->kt, BR_B, &f);
	nftsw_kt_expect_quiet(b->kt);
	nftsw_kt_br_audit(b);
}

static void many_vlans(struct kunit *test)
{
	struct nftsw_kt_br *b = test->priv;
	u32 vid, hosts, fids, groups;

	for (vid = 100; vid < 400; vid++) {
		vlan_add(test, BR_A, vid, 0);
		vlan_add(test, BR_B, vid, 0);
	}
	nftsw_kt_br_settle(b);
	nftsw_bridge_occ_get(b->kt->ns, &hosts, &fids, &groups);
	KUNIT_EXPECT_EQ(test, fids, 301u);
	nftsw_kt_flush(b->kt);
	nftsw_kt_l2_send(b, BR_A, nftsw_kt_host(2), nftsw_kt_host(1), 333);
	nftsw_kt_l2_expect(b, BIT(BR_B), nftsw_kt_host(2), nftsw_kt_host(1), 333);
	nftsw_kt_br_audit(b);
}

/* ---- VLAN devices over ports ----------------------------------------------------------------- */

/* Not bridged: its frames are software's, past the bridge. */
static void vlan_device_over_a_bridged_port(struct kunit *test)
{
	struct nftsw_kt_br *b = test->priv;
	const u8 *x = nftsw_kt_host(1), *y = nftsw_kt_host(2);
	struct net_device *dev;

	vlan_three(test);
	dev = nftsw_kt_link_new(test, "ktvlan", "vlan", vlan_port(test, BR_A), VLAN_X,
				ETH_P_8021Q);
	nftsw_kt_br_settle(b);
	nftsw_kt_flush(b->kt);
	nftsw_kt_br_audit(b);
	/* as on a port that stands alone: of foreign unicast nothing */
	nftsw_kt_l2_send(b, BR_A, nftsw_kt_bcast, x, VLAN_X);
	nftsw_kt_l2_expect(b, 0, y, x, 0);
	nftsw_kt_l2_cpu(b, 1);
	KUNIT_EXPECT_NULL(test, nftsw_kt_where(b, x, VLAN_X));
	kunit_release_action(test, nftsw_kt_link_free, (void *)(long)dev->ifindex);
	nftsw_kt_br_settle(b);
	nftsw_kt_l2_send(b, BR_A, y, x, VLAN_X);
	nftsw_kt_flush(b->kt);
	KUNIT_EXPECT_PTR_EQ(test, nftsw_kt_where(b, x, VLAN_X), vlan_port(test, BR_A));
	nftsw_kt_br_audit(b);
}

/* netfilter's software sends past the bridge, and leaves untagging to the port. */
static void frames_of_the_cpu_are_untagged(struct kunit *test)
{
	struct nftsw_kt_br *b = test->priv;
	const u8 *x = nftsw_kt_host(1), *y = nftsw_kt_host(2);

	vlan_three(test);
	nftsw_kt_l2_xmit(b, BR_A, y, x, VLAN_X);
	nftsw_kt_l2_expect(b, BIT(BR_A), y, x, VLAN_X);
	nftsw_kt_l2_xmit(b, BR_C, y, x, VLAN_X);
	nftsw_kt_l2_expect(b, BIT(BR_C), y, x, 0);
	/* not in this VLAN: nobody's business */
	nftsw_kt_l2_xmit(b, BR_C, y, x, VLAN_Y);
	nftsw_kt_l2_expect(b, BIT(BR_C), y, x, VLAN_Y);
	nftsw_kt_link_new(test, "ktvlan", "vlan", vlan_port(test, BR_C), VLAN_X, ETH_P_8021Q);
	nftsw_kt_l2_xmit(b, BR_C, y, x, VLAN_X);
	nftsw_kt_l2_expect(b, BIT(BR_C), y, x, VLAN_X);
	nftsw_kt_br_audit(b);
}

/* As in the last one, but the bridge has no VLANs: the tag is somebody else's. */
static void frames_of_the_cpu_keep_what_is_not_filtered(struct kunit *test)
{
	struct nftsw_kt_br *b = test->priv;
	const u8 *x = nftsw_kt_host(1), *y = nftsw_kt_host(2);

	vlan_three(test);
	KUNIT_ASSERT_EQ(test, nftsw_kt_br_attr(b->dev, IFLA_BR_VLAN_FILTERING, 0, 1), 0);
	nftsw_kt_br_settle(b);
	nftsw_kt_l2_xmit(b, BR_C, y, x, VLAN_X);
	nftsw_kt_l2_expect(b, BIT(BR_C), y, x, VLAN_X);
	nftsw_kt_br_audit(b);
}

static void vlan_device_of_another_protocol_is_refused(struct kunit *test)
{
	struct nftsw_kt_br *b = test->priv;
	struct net_device *dev;

	dev = nftsw_kt_link_new(test, "ktvlan", "vlan", vlan_port(test, BR_OUT), VLAN_X,
				ETH_P_8021AD);
	KUNIT_EXPECT_NOT_NULL(test, dev);
	KUNIT_EXPECT_EQ(test, nftsw_kt_master(vlan_port(test, BR_OUT), b->dev), -EOPNOTSUPP);
	KUNIT_EXPECT_TRUE(test, nftsw_kt_said("vlan device of another protocol on the port"));
	KUNIT_EXPECT_NULL(test, nftsw_bport_find(b->kt->ns->bridges,
						 vlan_port(test, BR_OUT)));
	nftsw_kt_br_audit(b);
}

/* Not the other way round either: its frames would be told by the bridge's protocol. */
static void vlan_device_of_another_protocol_over_a_bridged_port(struct kunit *test)
{
	struct nftsw_kt_br *b = test->priv;

	KUNIT_EXPECT_EQ(test, nftsw_kt_link_try("ktvlan", "vlan", vlan_port(test, BR_A), VLAN_X,
						ETH_P_8021AD), -EOPNOTSUPP);
	KUNIT_EXPECT_TRUE(test, nftsw_kt_said("chip knows one vlan protocol on a bridge port"));
	nftsw_kt_br_audit(b);
}

/* Nor can the bridge change its mind above a VLAN device. */
static void protocol_of_the_bridge_is_in_use(struct kunit *test)
{
	struct nftsw_kt_br *b = test->priv;
	u16 was, is;

	nftsw_kt_link_new(test, "ktvlan", "vlan", vlan_port(test, BR_A), VLAN_X, ETH_P_8021Q);
	KUNIT_ASSERT_EQ(test, br_vlan_get_proto(b->dev, &was), 0);
	KUNIT_EXPECT_EQ(test, nftsw_kt_br_attr(b->dev, IFLA_BR_VLAN_PROTOCOL,
					       (__force u16)htons(ETH_P_8021AD), 2), -EBUSY);
	KUNIT_EXPECT_TRUE(test, nftsw_kt_said("vlan device of another protocol on a port"));
	KUNIT_ASSERT_EQ(test, br_vlan_get_proto(b->dev, &is), 0);
	KUNIT_EXPECT_EQ(test, was, is);
	nftsw_kt_br_audit(b);
}

/* A bridge that filters: its VLAN devices are software's ports, and that is said. */
static void vlan_device_below_filtering_is_software(struct kunit *test)
{
	struct nftsw_kt_br *b = test->priv;
	struct net_device *dev;

	dev = nftsw_kt_link_new(test, "ktvx", "vlan", vlan_port(test, BR_OUT), VLAN_X,
				ETH_P_8021Q);
	KUNIT_ASSERT_EQ(test, nftsw_kt_master(dev, b->dev), 0);
	KUNIT_EXPECT_TRUE(test, nftsw_kt_said("chip cannot bridge it: that stays in software"));
	KUNIT_EXPECT_NULL(test, nftsw_bport_find(b->kt->ns->bridges, dev));
	nftsw_kt_br_audit(b);
}

/* VLAN X of port D and ports of another bridge without VLANs. */
static void vlan_devices_are_virtual_ports(struct kunit *test)
{
	struct nftsw_kt_br *b = test->priv, two = { .kt = b->kt };
	const u8 *x = nftsw_kt_host(1), *y = nftsw_kt_host(2);
	struct net_device *dx, *dy;

	two.dev = nftsw_kt_br_new(test, "ktbr2", 0);
	dx = nftsw_kt_link_new(test, "ktvx", "vlan", vlan_port(test, BR_OUT), VLAN_X,
			       ETH_P_8021Q);
	dy = nftsw_kt_link_new(test, "ktvy", "vlan", vlan_port(test, BR_C), VLAN_Y,
			       ETH_P_8021Q);
	KUNIT_ASSERT_EQ(test, nftsw_kt_link_up(dx, true), 0);
	KUNIT_ASSERT_EQ(test, nftsw_kt_link_up(dy, true), 0);
	KUNIT_ASSERT_EQ(test, nftsw_kt_master(dx, two.dev), 0);
	KUNIT_ASSERT_EQ(test, nftsw_kt_master(dy, two.dev), 0);
	nftsw_kt_br_settle(&two);
	nftsw_kt_flush(b->kt);
	nftsw_kt_br_audit(b);
	nftsw_kt_l2_send(&two, BR_OUT, y, x, VLAN_X);
	nftsw_kt_l2_expect(&two, BIT(BR_C), y, x, VLAN_Y);
	nftsw_kt_l2_send(&two, BR_C, x, y, VLAN_Y);
	nftsw_kt_l2_expect(&two, BIT(BR_OUT), x, y, VLAN_X);
	KUNIT_EXPECT_PTR_EQ(test, nftsw_kt_where(&two, x, 0), dx);
	KUNIT_EXPECT_PTR_EQ(test, nftsw_kt_where(&two, y, 0), dy);
	nftsw_kt_l2_cpu(b, 0);
	nftsw_kt_br_audit(b);
	/* filtering makes them software's */
	KUNIT_ASSERT_EQ(test, nftsw_kt_br_attr(two.dev, IFLA_BR_VLAN_FILTERING, 1, 1), 0);
	nftsw_kt_br_settle(&two);
	KUNIT_EXPECT_NULL(test, nftsw_bport_find(b->kt->ns->bridges, dx));
	nftsw_kt_br_audit(b);
	KUNIT_ASSERT_EQ(test, nftsw_kt_br_attr(two.dev, IFLA_BR_VLAN_FILTERING, 0, 1), 0);
	nftsw_kt_br_settle(&two);
	KUNIT_EXPECT_NOT_NULL(test, nftsw_bport_find(b->kt->ns->bridges, dx));
	nftsw_kt_br_audit(b);
}

/* Which VLANs the devices have does not matter to a bridge that does not filter, yet. */
static void filtering_beside_another_protocol_is_refused(struct kunit *test)
{
	struct nftsw_kt_br *b = test->priv, two = { .kt = b->kt };
	struct net_device *dev, *vport;

	two.dev = nftsw_kt_br_new(test, "ktbr2", 0);
	KUNIT_ASSERT_EQ(test, nftsw_kt_br_attr(two.dev, IFLA_BR_VLAN_PROTOCOL,
					       (__force u16)htons(ETH_P_8021AD), 2), 0);
	KUNIT_ASSERT_EQ(test, nftsw_kt_master(vlan_port(test, BR_OUT), two.dev), 0);
	dev = nftsw_kt_link_new(test, "ktvlan", "vlan", vlan_port(test, BR_OUT), VLAN_X,
				ETH_P_8021Q);
	vport = nftsw_kt_link_new(test, "ktvy", "vlan", vlan_port(test, BR_C), VLAN_Y,
				  ETH_P_8021Q);
	KUNIT_ASSERT_EQ(test, nftsw_kt_master(vport, two.dev), 0);
	KUNIT_EXPECT_EQ(test, nftsw_kt_br_attr(two.dev, IFLA_BR_VLAN_FILTERING, 1, 1), -EBUSY);
	KUNIT_EXPECT_TRUE(test, nftsw_kt_said("vlan device of another protocol on a port"));
	KUNIT_EXPECT_FALSE(test, br_vlan_enabled(two.dev));
	/* nothing has changed, not for virtual ports either */
	KUNIT_EXPECT_NOT_NULL(test, nftsw_bport_find(b->kt->ns->bridges, vport));
	nftsw_kt_br_audit(b);
	kunit_release_action(test, nftsw_kt_link_free, (void *)(long)dev->ifindex);
	KUNIT_EXPECT_EQ(test, nftsw_kt_br_attr(two.dev, IFLA_BR_VLAN_FILTERING, 1, 1), 0);
	nftsw_kt_br_settle(&two);
	KUNIT_EXPECT_NULL(test, nftsw_bport_find(b->kt->ns->bridges, vport));
	nftsw_kt_br_audit(b);
}

/* A port knows one protocol: who comes second stays in software, and the first goes on. */
static void virtual_ports_of_two_protocols(struct kunit *test)
{
	struct nftsw_kt_br *b = test->priv, two = { .kt = b->kt };
	const u8 *x = nftsw_kt_host(1), *y = nftsw_kt_host(2);
	struct net_device *q, *ad, *other;

	two.dev = nftsw_kt_br_new(test, "ktbr2", 0);
	q = nftsw_kt_link_new(test, "ktvq", "vlan", vlan_port(test, BR_OUT), VLAN_X, ETH_P_8021Q);
	ad = nftsw_kt_link_new(test, "ktvad", "vlan", vlan_port(test, BR_OUT), VLAN_Y,
			       ETH_P_8021AD);
	other = nftsw_kt_link_new(test, "ktvo", "vlan", vlan_port(test, BR_C), VLAN_Y,
				  ETH_P_8021Q);
	KUNIT_ASSERT_EQ(test, nftsw_kt_link_up(q, true), 0);
	KUNIT_ASSERT_EQ(test, nftsw_kt_link_up(ad, true), 0);
	KUNIT_ASSERT_EQ(test, nftsw_kt_link_up(other, true), 0);
	KUNIT_ASSERT_EQ(test, nftsw_kt_master(q, two.dev), 0);
	KUNIT_ASSERT_EQ(test, nftsw_kt_master(other, two.dev), 0);
	KUNIT_ASSERT_EQ(test, nftsw_kt_master(ad, two.dev), 0);
	KUNIT_EXPECT_TRUE(test, nftsw_kt_said("another vlan protocol on the port"));
	nftsw_kt_br_settle(&two);
	nftsw_kt_flush(b->kt);
	KUNIT_EXPECT_NOT_NULL(test, nftsw_bport_find(b->kt->ns->bridges, q));
	KUNIT_EXPECT_NULL(test, nftsw_bport_find(b->kt->ns->bridges, ad));
	nftsw_kt_l2_learn(&two, BR_C, y, VLAN_Y);
	nftsw_kt_l2_send(&two, BR_OUT, y, x, VLAN_X);
	nftsw_kt_l2_expect(&two, BIT(BR_C), y, x, VLAN_Y);
	nftsw_kt_br_audit(b);
}

static struct kunit_case vlan_cases[] = {
	KUNIT_CASE(default_vlan_is_untagged),
	KUNIT_CASE(other_vlans_are_dropped),
	KUNIT_CASE(tags_are_taken_off_and_put_on),
	KUNIT_CASE(vlans_learn_alone),
	KUNIT_CASE(no_pvid_drops_untagged),
	KUNIT_CASE(vlan_goes),
	KUNIT_CASE(bridge_joins_a_vlan),
	KUNIT_CASE(hosts_from_before_the_vlan),
	KUNIT_CASE(filtering_goes_off_and_on),
	KUNIT_CASE(protocol_changes),
	KUNIT_CASE(many_vlans),
	KUNIT_CASE(vlan_device_over_a_bridged_port),
	KUNIT_CASE(frames_of_the_cpu_are_untagged),
	KUNIT_CASE(frames_of_the_cpu_keep_what_is_not_filtered),
	KUNIT_CASE(vlan_device_of_another_protocol_is_refused),
	KUNIT_CASE(vlan_device_of_another_protocol_over_a_bridged_port),
	KUNIT_CASE(protocol_of_the_bridge_is_in_use),
	KUNIT_CASE(vlan_device_below_filtering_is_software),
	KUNIT_CASE(vlan_devices_are_virtual_ports),
	KUNIT_CASE(filtering_beside_another_protocol_is_refused),
	KUNIT_CASE(virtual_ports_of_two_protocols),
	{}
};

static struct kunit_suite vlan_suite = {
	.name = "nftsw_vlan",
	.init = vlan_init,
	.test_cases = vlan_cases,
};

kunit_test_suite(vlan_suite);

MODULE_DESCRIPTION("KUnit tests of nftsw's VLANs of bridges");
MODULE_LICENSE("GPL");
