// SPDX-License-Identifier: GPL-2.0
/*
 * Devices above ports, and news of them, see nftsw_kt_topo.h.  Floor 10.4; called by the suites, in
 * process context.
 */

#include <linux/delay.h>
#include <linux/etherdevice.h>
#include <linux/if_arp.h>
#include <linux/rtnetlink.h>
#include <net/arp.h>
#include <net/fib_notifier.h>
#include <net/ip_fib.h>
#include <net/neighbour.h>
#include <net/switchdev.h>
#include "nftsw_kt_bond.h"
#include "nftsw_kt_bridge.h"
#include "nftsw_kt_topo.h"

const u8 nftsw_kt_topo_mac[ETH_ALEN] = { 0x02, 0x11, 0x22, 0x33, 0x44, 0x55 };

/**
 * nftsw_kt_topo_init() - kunit_suite.init: a chip without a bridge of its own
 * @test: test
 *
 * What is said of hosts and VLANs is invented then.
 *
 * Return: 0.
 */
int nftsw_kt_topo_init(struct kunit *test)
{
	struct nfm_cfg cfg;

	nftsw_kt_cfg(&cfg);
	cfg.fdb = 0;
	nftsw_kt_off_init_cfg(test, &cfg);
	return 0;
}

static netdev_tx_t kt_topo_xmit(struct sk_buff *skb, struct net_device *dev)
{
	kfree_skb(skb);
	return NETDEV_TX_OK;
}

static const struct net_device_ops kt_topo_ops = {
	.ndo_start_xmit = kt_topo_xmit,
	.ndo_set_mac_address = eth_mac_addr,
};

static void kt_topo_setup(struct net_device *dev)
{
	ether_setup(dev);
	dev->netdev_ops = &kt_topo_ops;
	dev->priv_flags |= IFF_LIVE_ADDR_CHANGE;
}

/* A real bridge. */
static struct net_device *kt_topo_bridge(struct kunit *test, u64 mac)
{
	struct sockaddr_storage ss = { .ss_family = ARPHRD_ETHER };
	struct net_device *dev;
	char name[IFNAMSIZ];
	int err;

	snprintf(name, sizeof(name), "topobr%u", (u32)(mac & 0xff));
	dev = nftsw_kt_br_new(test, name, 0);
	/* a struct sockaddr or a struct sockaddr_storage, as the kernel has it */
	u64_to_ether_addr(mac, ((struct sockaddr *)&ss)->sa_data);
	rtnl_lock();
	err = dev_set_mac_address(dev, (void *)&ss, NULL);
	rtnl_unlock();
	KUNIT_ASSERT_EQ(test, err, 0);
	return dev;
}

/**
 * nftsw_kt_topo_dev() - a device above ports
 * @test: test, which takes it away at its end
 * @bridge: a real bridge, or an ordinary device
 * @mac: its address
 *
 * Return: the device, with nothing below it.
 */
struct net_device *nftsw_kt_topo_dev(struct kunit *test, bool bridge, u64 mac)
{
	struct net_device *dev;
	u8 addr[ETH_ALEN] __aligned(2);

	if (bridge)
		return kt_topo_bridge(test, mac);
	dev = alloc_netdev(0, "topo%d", NET_NAME_UNKNOWN, kt_topo_setup);
	KUNIT_ASSERT_NOT_NULL(test, dev);
	u64_to_ether_addr(mac, addr);
	eth_hw_addr_set(dev, addr);
	KUNIT_ASSERT_EQ(test, register_netdev(dev), 0);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, nftsw_kt_bond_free, dev), 0);
	return dev;
}

/* What a PPPoE device is to netfilter's search for a path: a session over a port. */
static int kt_topo_ppp_path(struct net_device_path_ctx *ctx, struct net_device_path *path)
{
	const struct nftsw_kt_end **server = netdev_priv(ctx->dev);

	path->type = DEV_PATH_PPPOE;
	path->dev = ctx->dev;
	ether_addr_copy(path->encap.h_dest, (*server)->mac);
	ctx->dev = (*server)->dev;
	return 0;
}

static const struct net_device_ops kt_topo_ppp_ops = {
	.ndo_start_xmit = kt_topo_xmit,
	.ndo_fill_forward_path = kt_topo_ppp_path,
};

static void kt_topo_ppp_setup(struct net_device *dev)
{
	dev->netdev_ops = &kt_topo_ppp_ops;
	dev->type = ARPHRD_PPP;
	dev->flags = IFF_POINTOPOINT | IFF_NOARP;
	dev->mtu = 1492;
	dev->max_mtu = 1500;
}

/**
 * nftsw_kt_topo_ppp() - a PPPoE device, as netfilter sees it
 * @test: test, which takes it away at its end
 * @server: where its session ends; may change
 *
 * Return: the device, above nothing.
 */
struct net_device *nftsw_kt_topo_ppp(struct kunit *test, const struct nftsw_kt_end *server)
{
	struct net_device *ppp;

	ppp = alloc_netdev(sizeof(server), "topoppp%d", NET_NAME_UNKNOWN, kt_topo_ppp_setup);
	KUNIT_ASSERT_NOT_NULL(test, ppp);
	*(const struct nftsw_kt_end **)netdev_priv(ppp) = server;
	KUNIT_ASSERT_EQ(test, register_netdev(ppp), 0);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, nftsw_kt_bond_free, ppp), 0);
	return ppp;
}

/**
 * nftsw_kt_topo_link() - put a device below another
 * @test: test
 * @lower: port, or a device of nftsw_kt_topo_dev()
 * @upper: device of nftsw_kt_topo_dev(), its master from now on
 */
void nftsw_kt_topo_link(struct kunit *test, struct net_device *lower,
			struct net_device *upper)
{
	int err;

	if (netif_is_bridge_master(upper)) {
		KUNIT_ASSERT_EQ(test, nftsw_kt_master(lower, upper), 0);
		return;
	}
	rtnl_lock();
	err = netdev_master_upper_dev_link(lower, upper, NULL, NULL, NULL);
	rtnl_unlock();
	KUNIT_ASSERT_EQ(test, err, 0);
}

/**
 * nftsw_kt_topo_unlink() - undo nftsw_kt_topo_link()
 * @lower: as there
 * @upper: as there
 */
void nftsw_kt_topo_unlink(struct net_device *lower, struct net_device *upper)
{
	if (netif_is_bridge_master(upper)) {
		nftsw_kt_master(lower, NULL);
		return;
	}
	rtnl_lock();
	netdev_upper_dev_unlink(lower, upper);
	rtnl_unlock();
}

/**
 * nftsw_kt_topo_port() - a port's netdev
 * @test: test
 * @port: its number
 *
 * Return: the netdev.
 */
struct net_device *nftsw_kt_topo_port(struct kunit *test, u32 port)
{
	struct nftsw_kt_off *ctx = test->priv;

	return nftsw_kt_dev(ctx->kt, port);
}

/**
 * nftsw_kt_topo_settle() - wait until the driver has seen to all news
 * @test: test
 */
void nftsw_kt_topo_settle(struct kunit *test)
{
	struct nftsw_kt_off *ctx = test->priv;

	nftsw_kt_settle(ctx->kt);
	nftsw_kt_flush(ctx->kt);
}

/**
 * nftsw_kt_topo_rest() - wait so long that no change from before can touch what comes now
 * @test: test
 */
void nftsw_kt_topo_rest(struct kunit *test)
{
	nftsw_kt_topo_settle(test);
	msleep(NFTSW_KT_TOPO_AGAIN_MS);
	nftsw_kt_topo_settle(test);
}

/**
 * nftsw_kt_topo_expect() - what has become of the flows
 * @test: test
 * @entries: how many the chip has
 * @torn: how many directions netfilter was told to give up since the beginning
 * @ev: what these were counted as
 */
void nftsw_kt_topo_expect(struct kunit *test, u32 entries, u32 torn,
			  enum nftsw_flow_event ev)
{
	struct nftsw_kt_off *ctx = test->priv;

	nftsw_kt_topo_settle(test);
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_count(test), entries);
	KUNIT_EXPECT_EQ(test, nftsw_kt_torn_down(), torn);
	KUNIT_EXPECT_EQ(test, nftsw_kt_flow_events(ctx->kt, ev), (u64)torn);
}

/**
 * nftsw_kt_topo_neigh_set() - change a neighbour, as an administrator does
 * @test: test
 * @dev: where it is
 * @end: whose IPv4 address it has
 * @mac: its address on the link
 * @state: NUD_*
 */
void nftsw_kt_topo_neigh_set(struct kunit *test, struct net_device *dev,
			     const struct nftsw_kt_end *end, const u8 *mac, u8 state)
{
	__be32 addr = end->addr.s6_addr32[0];
	struct neighbour *n;

	n = __neigh_lookup_errno(&arp_tbl, &addr, dev);
	KUNIT_ASSERT_FALSE(test, IS_ERR(n));
	KUNIT_EXPECT_EQ(test, neigh_update(n, mac, state, NEIGH_UPDATE_F_OVERRIDE |
					   NEIGH_UPDATE_F_ADMIN, 0), 0);
	neigh_release(n);
}

/**
 * nftsw_kt_topo_fdb() - say what a bridge says when a host comes or goes
 * @dev: port of the bridge
 * @mac: the host's address
 * @vid: VLAN
 * @add: comes, or goes
 * @local: the host is the bridge itself
 */
void nftsw_kt_topo_fdb(struct net_device *dev, const u8 *mac, u16 vid, bool add, bool local)
{
	struct switchdev_notifier_fdb_info info = {
		.addr = mac, .vid = vid, .is_local = local,
	};

	call_switchdev_notifiers(add ? SWITCHDEV_FDB_ADD_TO_DEVICE :
				       SWITCHDEV_FDB_DEL_TO_DEVICE,
				 dev, &info.info, NULL);
}

/**
 * nftsw_kt_topo_filter() - put a device into a bridge that filters VLANs
 * @test: test
 * @br: bridge
 * @dev: device
 * @vid: VLAN that it is in there, tagged, beside 1; 0: none
 */
void nftsw_kt_topo_filter(struct kunit *test, struct net_device *br, struct net_device *dev,
			  u16 vid)
{
	KUNIT_ASSERT_EQ(test, nftsw_kt_master(dev, br), 0);
	if (vid)
		KUNIT_ASSERT_EQ(test, nftsw_kt_vlan(dev, vid, 0, true, false), 0);
}

/**
 * nftsw_kt_topo_filtered() - LAN and OTHER are in such a bridge; then the connection is offloaded
 * @test: test
 * @vid: as for nftsw_kt_topo_filter()
 *
 * Return: the bridge.
 */
struct net_device *nftsw_kt_topo_filtered(struct kunit *test, u16 vid)
{
	struct net_device *br = nftsw_kt_br_new(test, "kttopobr", BR_KT_AWARE);

	nftsw_kt_topo_filter(test, br, nftsw_kt_topo_port(test, NFTSW_KT_LAN), vid);
	nftsw_kt_topo_filter(test, br, nftsw_kt_topo_port(test, NFTSW_KT_OTHER), vid);
	msleep(NFTSW_KT_TOPO_LINK_MS);
	nftsw_kt_topo_rest(test);
	nftsw_kt_off_add(test);
	return br;
}

/**
 * nftsw_kt_topo_vlan() - say what a bridge says when a VLAN of its port comes or goes
 * @test: test, with a chip that has no bridge of its own
 * @dev: port
 * @vid: VLAN
 * @add: comes, or goes
 */
void nftsw_kt_topo_vlan(struct kunit *test, struct net_device *dev, u16 vid, bool add)
{
	struct switchdev_obj_port_vlan vlan = {
		.obj.orig_dev = dev,
		.obj.id = SWITCHDEV_OBJ_ID_PORT_VLAN,
		.vid = vid,
	};
	struct switchdev_notifier_port_obj_info info = { .obj = &vlan.obj };
	int ret;

	rtnl_lock();
	ret = call_switchdev_blocking_notifiers(add ? SWITCHDEV_PORT_OBJ_ADD :
						      SWITCHDEV_PORT_OBJ_DEL,
						dev, &info.info, NULL);
	rtnl_unlock();
	KUNIT_EXPECT_EQ(test, ret, NOTIFY_DONE);
	KUNIT_EXPECT_FALSE_MSG(test, info.handled, "the bridge believes in an offload");
}

/**
 * nftsw_kt_topo_route() - say that an IPv4 route has changed
 * @dst: prefix, in the CPU's order
 * @len: its length
 */
void nftsw_kt_topo_route(u32 dst, int len)
{
	struct fib_entry_notifier_info fen = {
		.info.family = AF_INET, .dst = dst, .dst_len = len,
	};

	call_fib_notifiers(&init_net, FIB_EVENT_ENTRY_REPLACE, &fen.info);
}
