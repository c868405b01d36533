// SPDX-License-Identifier: GPL-2.0
/*
 * The fixture: makes a chip, probes the driver on it, sends and captures frames, and
 * at the end removes the driver and looks whether it has left anything behind.
 * Floor 10; called by the suites, in process context.
 */

#include <kunit/device.h>
#include <linux/etherdevice.h>
#include <linux/if_vlan.h>
#include <linux/rtnetlink.h>
#include <net/addrconf.h>
#include <net/net_namespace.h>
#include "../drivers/net/ethernet/nftsw/nftsw_bridge.h"
#include "nftsw_kt.h"
#include "nftsw_kt_watch.h"

#define NFTSW_KT_SERIAL		0x0102030405060708ull
#define NFTSW_KT_MAC		0x025e00112200ull
#define NFTSW_KT_SPEED		1000
#define NFTSW_KT_SETTLE_ROUNDS	100

/* ---- chip and driver ---- */

/**
 * nftsw_kt_cfg() - properties of the chip that most tests use
 * @cfg: to fill
 */
void nftsw_kt_cfg(struct nfm_cfg *cfg)
{
	u32 i;

	memset(cfg, 0, sizeof(*cfg));
	cfg->ports = NFTSW_KT_PORTS;
	cfg->queues = NFTSW_KT_QUEUES;
	cfg->flows = NFTSW_KT_FLOWS;
	cfg->fdb = NFTSW_KT_FDB;
	cfg->serial = NFTSW_KT_SERIAL;
	u64_to_ether_addr(NFTSW_KT_MAC, cfg->mac);
	/* of all ports that there can be: a test may want more of them */
	for (i = 0; i < ARRAY_SIZE(cfg->speed_mbps); i++)
		cfg->speed_mbps[i] = NFTSW_KT_SPEED;
}

/*
 * Sees what all netdevs receive; other devices than the chip's are not looked at.  The
 * stack goes on with the skb, so a copy is kept.
 */
static int nftsw_kt_tap(struct sk_buff *skb, struct net_device *dev,
			struct packet_type *pt, struct net_device *orig_dev)
{
	struct nftsw_kt *kt = container_of(pt, struct nftsw_kt, tap);
	struct nftsw *ns = READ_ONCE(kt->ns);
	struct sk_buff *copy = NULL;

	if (ns && skb->pkt_type != PACKET_OUTGOING && nftsw_port_get(ns, dev))
		copy = skb_copy(skb, GFP_ATOMIC);
	if (copy)
		skb_queue_tail(&kt->rx, copy);
	kfree_skb(skb);
	return NET_RX_SUCCESS;
}

/* The driver is gone: nothing of its may be left on the bus or in the chip's hands. */
static void nftsw_kt_check_clean(struct nftsw_kt *kt)
{
	struct nftsw_bus_model *bm = kt->bm;
	u32 i;

	KUNIT_EXPECT_EQ(kt->test, bm->dma_live, 0);
	KUNIT_EXPECT_EQ(kt->test, bm->dma_bad, 0u);
	KUNIT_EXPECT_EQ(kt->test, bm->egress_lost, 0u);
	for (i = 0; i < NFTSW_MAX_VECTORS; i++)
		KUNIT_EXPECT_NULL_MSG(kt->test, bm->vec[i].fn,
				      "vector %u is still in use", i);
	if (bm->gone)
		return;
	for (i = 0; i < NFTSW_MAX_RINGS; i++)
		KUNIT_EXPECT_EQ_MSG(kt->test, nftsw_bm_reg(bm, NFTSW_RING_CTRL(i)),
				    0u, "ring %u still runs", i);
	KUNIT_EXPECT_EQ(kt->test, nftsw_bm_flows(bm, 0, NULL), 0u);
}

static void nftsw_kt_exit(void *data)
{
	struct nftsw_kt *kt = data;

	nftsw_kt_remove(kt);
	dev_remove_pack(&kt->tap);
	skb_queue_purge(&kt->rx);
	nftsw_bm_fini(kt->bm);
	KUNIT_EXPECT_EQ_MSG(kt->test, nftsw_kt_watch_count(), kt->complaints,
			    "the kernel has complained, see its log");
	kvfree(kt->bm);
	kvfree(kt);
}

static void nftsw_kt_tap_start(struct nftsw_kt *kt)
{
	skb_queue_head_init(&kt->rx);
	kt->tap.type = htons(ETH_P_ALL);
	kt->tap.func = nftsw_kt_tap;
	kt->tap.af_packet_net = &init_net; /* newer kernels want a device or this */
	dev_add_pack(&kt->tap);
}

/**
 * nftsw_kt_chip() - a chip without a driver
 * @test: test
 * @cfg: its properties
 *
 * Return: the fixture; it cleans up behind itself when the test ends.
 */
struct nftsw_kt *nftsw_kt_chip(struct kunit *test, const struct nfm_cfg *cfg)
{
	struct nftsw_kt *kt;
	struct device *dev;

	dev = kunit_device_register(test, "nftsw");
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, dev);
	kt = kvzalloc(sizeof(*kt), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, kt);
	kt->test = test;
	kt->complaints = nftsw_kt_watch_count();
	kt->dev = dev;
	kt->bm = kvzalloc(sizeof(*kt->bm), GFP_KERNEL);
	if (!kt->bm || nftsw_bm_init(kt->bm, dev, cfg)) {
		kvfree(kt->bm);
		kvfree(kt);
		KUNIT_FAIL_AND_ABORT(test, "no chip");
	}
	nftsw_kt_tap_start(kt);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, nftsw_kt_exit, kt), 0);
	test->priv = kt;
	return kt;
}

/* Tests invent cookies, which nobody may follow. */

static atomic_t nftsw_kt_torn;
static unsigned long nftsw_kt_dying; /* a cookie, as the next; 0: none */
static unsigned long nftsw_kt_dying_next;
static unsigned long nftsw_kt_narrow;
static u16 nftsw_kt_narrow_mtu;

static bool nftsw_kt_nf_dying(unsigned long cookie)
{
	bool dying = cookie == READ_ONCE(nftsw_kt_dying);

	if (cookie == READ_ONCE(nftsw_kt_dying_next))
		nftsw_kt_nf_give_up(cookie);
	return dying;
}

/* the original direction's is even */
static unsigned long nftsw_kt_nf_other(unsigned long cookie)
{
	return cookie ^ 1;
}

static u16 nftsw_kt_nf_mtu(unsigned long cookie)
{
	return cookie == READ_ONCE(nftsw_kt_narrow) ? READ_ONCE(nftsw_kt_narrow_mtu) : 0;
}

static void nftsw_kt_nf_teardown(unsigned long cookie)
{
	atomic_inc(&nftsw_kt_torn);
}

static const struct nftsw_nf_ops nftsw_kt_nf_ops = {
	.dying = nftsw_kt_nf_dying,
	.other = nftsw_kt_nf_other,
	.mtu = nftsw_kt_nf_mtu,
	.session = nftsw_kt_ft_session,
	.teardown = nftsw_kt_nf_teardown,
};

/**
 * nftsw_kt_torn_down() - flows that netfilter was told to give up
 *
 * Return: how many since probe.
 */
u32 nftsw_kt_torn_down(void)
{
	return atomic_read(&nftsw_kt_torn);
}

/**
 * nftsw_kt_nf_give_up() - netfilter has given up a flow, and may yet ask for it
 * @cookie: its cookie, until the next probe; 0: there is none
 */
void nftsw_kt_nf_give_up(unsigned long cookie)
{
	WRITE_ONCE(nftsw_kt_dying_next, 0);
	WRITE_ONCE(nftsw_kt_dying, cookie);
}

/**
 * nftsw_kt_nf_give_up_late() - netfilter will give up a flow as soon as it has been asked whether
 * @cookie: its cookie, until the next probe
 */
void nftsw_kt_nf_give_up_late(unsigned long cookie)
{
	WRITE_ONCE(nftsw_kt_dying_next, cookie);
}

/**
 * nftsw_kt_nf_route() - the route of one flow has an MTU; that of others is unknown
 * @cookie: its cookie, until the next probe
 * @mtu: the MTU
 */
void nftsw_kt_nf_route(unsigned long cookie, u16 mtu)
{
	WRITE_ONCE(nftsw_kt_narrow_mtu, mtu);
	WRITE_ONCE(nftsw_kt_narrow, cookie);
}

/**
 * nftsw_kt_probe() - let the driver find the chip
 * @kt: fixture
 *
 * Address autoconfiguration is off on the netdevs, so that no frame leaves that a test
 * has not sent.
 *
 * Return: 0, or what probe said; nothing may be left behind then.
 */
int nftsw_kt_probe(struct nftsw_kt *kt)
{
	struct ipv6_devconf *conf = init_net.ipv6.devconf_dflt;
	int was = conf->disable_ipv6;
	struct nftsw *ns;

	conf->disable_ipv6 = 1;
	kt->bm->bus.ops->dma_set(&kt->bm->bus, false); /* as nftsw_pci.c does */
	ns = nftsw_core_probe(&kt->bm->bus);
	conf->disable_ipv6 = was;
	if (IS_ERR(ns)) {
		nftsw_bm_pump(kt->bm);
		nftsw_kt_check_clean(kt);
		return PTR_ERR(ns);
	}
	atomic_set(&nftsw_kt_torn, 0);
	nftsw_kt_nf_give_up(0);
	nftsw_kt_nf_route(0, 0);
	nftsw_kt_ft_forget();
	ns->nf = &nftsw_kt_nf_ops;
	WRITE_ONCE(kt->ns, ns);
	nftsw_kt_settle(kt);
	return 0;
}

/**
 * nftsw_kt_remove() - take the driver off the chip, and look for what it forgot
 * @kt: fixture; no driver is no error
 */
void nftsw_kt_remove(struct nftsw_kt *kt)
{
	struct nftsw *ns = kt->ns;

	if (!ns)
		return;
	WRITE_ONCE(kt->ns, NULL);
	synchronize_net();
	nftsw_core_remove(ns);
	nftsw_bm_pump(kt->bm);
	nftsw_kt_check_clean(kt);
}

/**
 * nftsw_kt_init() - kunit_suite.init: a chip with its driver, all ports down
 * @test: test
 *
 * Return: 0.
 */
int nftsw_kt_init(struct kunit *test)
{
	struct nftsw_kt *kt;
	struct nfm_cfg cfg;

	nftsw_kt_cfg(&cfg);
	kt = nftsw_kt_chip(test, &cfg);
	KUNIT_ASSERT_EQ(test, nftsw_kt_probe(kt), 0);
	return 0;
}

/**
 * nftsw_kt_init_cfg() - a chip with its driver, every port up and linked
 * @test: test
 * @cfg: the chip's properties
 */
void nftsw_kt_init_cfg(struct kunit *test, const struct nfm_cfg *cfg)
{
	struct nftsw_kt *kt = nftsw_kt_chip(test, cfg);
	u32 i;

	KUNIT_ASSERT_EQ(test, nftsw_kt_probe(kt), 0);
	for (i = 0; i < kt->bm->cfg.ports; i++)
		nftsw_kt_up(kt, i);
}

/**
 * nftsw_kt_init_up() - kunit_suite.init: the same, of the usual properties
 * @test: test
 *
 * Return: 0.
 */
int nftsw_kt_init_up(struct kunit *test)
{
	struct nfm_cfg cfg;

	nftsw_kt_cfg(&cfg);
	nftsw_kt_init_cfg(test, &cfg);
	return 0;
}

/* ---- ports ---- */

/**
 * nftsw_kt_dev() - netdev of a port
 * @kt: fixture
 * @port: port number
 *
 * Return: the netdev.
 */
struct net_device *nftsw_kt_dev(const struct nftsw_kt *kt, u32 port)
{
	return kt->ns->ports[port]->dev;
}

/**
 * nftsw_kt_up() - plug a partner into a port and bring its netdev up
 * @kt: fixture
 * @port: port number
 */
void nftsw_kt_up(struct nftsw_kt *kt, u32 port)
{
	struct net_device *dev = nftsw_kt_dev(kt, port);
	int err;

	nftsw_bm_link_set(kt->bm, port, true);
	rtnl_lock();
	err = dev_change_flags(dev, dev->flags | IFF_UP, NULL);
	rtnl_unlock();
	KUNIT_EXPECT_EQ(kt->test, err, 0);
	nftsw_kt_settle(kt);
	KUNIT_EXPECT_TRUE(kt->test, netif_carrier_ok(dev));
}

/**
 * nftsw_kt_down() - take a netdev down
 * @kt: fixture
 * @port: port number
 */
void nftsw_kt_down(struct nftsw_kt *kt, u32 port)
{
	struct net_device *dev = nftsw_kt_dev(kt, port);

	rtnl_lock();
	dev_change_flags(dev, dev->flags & ~IFF_UP, NULL);
	rtnl_unlock();
	nftsw_kt_settle(kt);
}

/* One may give work to the other. */
static void nftsw_kt_works(struct nftsw *ns)
{
	flush_workqueue(ns->wq);
	if (!ns->bridges)
		return;
	flush_workqueue(ns->bridges->wq);
	flush_workqueue(ns->wq);
}

/**
 * nftsw_kt_settle() - let chip, interrupts, NAPI and the driver's work items finish
 * @kt: fixture
 */
void nftsw_kt_settle(struct nftsw_kt *kt)
{
	u32 before, round = 0;

	do {
		before = READ_ONCE(kt->bm->accesses);
		nftsw_bm_pump(kt->bm);
		if (kt->ns)
			nftsw_kt_works(kt->ns);
		nftsw_bm_pump(kt->bm);
	} while (before != READ_ONCE(kt->bm->accesses) &&
		 ++round < NFTSW_KT_SETTLE_ROUNDS);
	KUNIT_EXPECT_LT(kt->test, round, (u32)NFTSW_KT_SETTLE_ROUNDS);
}

/* ---- frames ---- */

/**
 * nftsw_kt_send() - a frame arrives at a port
 * @kt: fixture
 * @port: port
 * @f: description of the frame
 */
void nftsw_kt_send(struct nftsw_kt *kt, u32 port, const struct nftsw_kt_frame *f)
{
	u32 len = nftsw_kt_frame_build(f, kt->buf);

	nftsw_bm_ingress(kt->bm, port, kt->buf, len);
}

/**
 * nftsw_kt_expect_egress() - the next frame that left the chip must be this one
 * @kt: fixture
 * @port: through which port
 * @f: description
 */
void nftsw_kt_expect_egress(struct nftsw_kt *kt, u32 port,
			    const struct nftsw_kt_frame *f)
{
	struct nftsw_bm_frame *got = nftsw_bm_egress_take(kt->bm);
	u32 len = nftsw_kt_frame_build(f, kt->want);

	KUNIT_EXPECT_NOT_NULL_MSG(kt->test, got, "no frame left the chip");
	if (!got)
		return;
	KUNIT_EXPECT_EQ(kt->test, got->port, port);
	KUNIT_EXPECT_EQ(kt->test, got->len, len);
	if (got->len == len)
		KUNIT_EXPECT_MEMEQ(kt->test, got->data, kt->want, len);
	kfree(got);
}

/**
 * nftsw_kt_rx_take() - the next frame that the stack has received
 * @kt: fixture
 * @port: port whose netdev it must have come from
 *
 * Return: the frame from its MAC header on, tags back in their place; NULL, and the test
 * fails, when there is none.
 */
struct sk_buff *nftsw_kt_rx_take(struct nftsw_kt *kt, u32 port)
{
	struct sk_buff *skb = skb_dequeue(&kt->rx), *copy;

	KUNIT_EXPECT_NOT_NULL_MSG(kt->test, skb, "no frame was received");
	if (!skb)
		return NULL;
	KUNIT_EXPECT_PTR_EQ(kt->test, skb->dev, nftsw_kt_dev(kt, port));
	copy = skb_copy_expand(skb, skb_headroom(skb) + VLAN_HLEN, 0, GFP_KERNEL);
	kfree_skb(skb);
	KUNIT_ASSERT_NOT_NULL(kt->test, copy);
	skb_push(copy, copy->data - skb_mac_header(copy));
	if (skb_vlan_tag_present(copy))
		copy = __vlan_hwaccel_push_inside(copy);
	KUNIT_ASSERT_NOT_NULL(kt->test, copy);
	return copy;
}

/**
 * nftsw_kt_expect_rx_raw() - the next frame that the stack received must be this one
 * @kt: fixture
 * @port: from which port
 * @data: the frame
 * @len: octets
 *
 * What a port that stands alone hands up the chip has not forwarded: it must not say so.
 */
void nftsw_kt_expect_rx_raw(struct nftsw_kt *kt, u32 port, const void *data,
			    u32 len)
{
	struct sk_buff *skb = nftsw_kt_rx_take(kt, port);

	if (!skb)
		return;
	if (!netif_is_bridge_port(skb->dev))
		KUNIT_EXPECT_FALSE(kt->test, skb->offload_fwd_mark);
	KUNIT_EXPECT_EQ(kt->test, skb->len, len);
	KUNIT_EXPECT_EQ(kt->test, skb_linearize(skb), 0);
	if (skb->len == len)
		KUNIT_EXPECT_MEMEQ(kt->test, skb->data, data, len);
	kfree_skb(skb);
}

/**
 * nftsw_kt_expect_rx() - the same, for a frame that is described
 * @kt: fixture
 * @port: from which port
 * @f: description
 */
void nftsw_kt_expect_rx(struct nftsw_kt *kt, u32 port,
			const struct nftsw_kt_frame *f)
{
	nftsw_kt_expect_rx_raw(kt, port, kt->want,
			       nftsw_kt_frame_build(f, kt->want));
}

/**
 * nftsw_kt_expect_quiet() - nothing has left the chip, and nothing was received
 * @kt: fixture
 */
void nftsw_kt_expect_quiet(struct nftsw_kt *kt)
{
	struct nftsw_bm_frame *f = nftsw_bm_egress_take(kt->bm);

	KUNIT_EXPECT_NULL_MSG(kt->test, f, "a frame left through port %u",
			      f ? f->port : 0);
	kfree(f);
	KUNIT_EXPECT_EQ(kt->test, skb_queue_len(&kt->rx), 0u);
}

/**
 * nftsw_kt_flush() - forget the frames that left and were received so far
 * @kt: fixture
 */
void nftsw_kt_flush(struct nftsw_kt *kt)
{
	struct nftsw_bm_frame *f;

	while ((f = nftsw_bm_egress_take(kt->bm)))
		kfree(f);
	skb_queue_purge(&kt->rx);
}

/* ---- flows ---- */

/**
 * nftsw_kt_offload() - REPLACE both directions of a connection
 * @kt: fixture
 * @kf: flowtable, bound to the ports
 * @conn: connection
 * @cookie: of the original direction; @cookie + 1 is the reply's
 *
 * Return: 0, or the first error.
 */
int nftsw_kt_offload(struct nftsw_kt *kt, struct nftsw_kt_ft *kf,
		     const struct nftsw_kt_conn *conn, unsigned long cookie)
{
	struct nftsw_kt_rule *rules = nftsw_kt_rules(kt->test, conn);
	int err, ret = 0;
	u32 dir;

	for (dir = 0; dir < FLOW_OFFLOAD_DIR_MAX; dir++) {
		err = nftsw_kt_ft_cls(kf, FLOW_CLS_REPLACE, cookie + dir, &rules[dir],
				      NULL);
		ret = ret ?: err;
	}
	return ret;
}

static u32 nftsw_kt_port(struct nftsw_kt *kt, const struct net_device *dev)
{
	struct nftsw_port *np = nftsw_port_get(kt->ns, dev);

	KUNIT_ASSERT_NOT_NULL(kt->test, np);
	return np->port;
}

/**
 * nftsw_kt_expect_forward() - a frame of a connection goes through the chip, rewritten
 * @kt: fixture
 * @conn: connection
 * @dir: direction
 */
void nftsw_kt_expect_forward(struct nftsw_kt *kt, const struct nftsw_kt_conn *conn,
			     enum flow_offload_tuple_dir dir)
{
	const struct nftsw_kt_end *from = &conn->client, *to = &conn->server;
	struct nftsw_kt_frame in, out;

	if (dir == NFTSW_KT_REPLY)
		swap(from, to);
	nftsw_kt_conn_frame(conn, dir, false, &in);
	nftsw_kt_conn_frame(conn, dir, true, &out);
	nftsw_kt_send(kt, nftsw_kt_port(kt, from->dev), &in);
	nftsw_kt_expect_egress(kt, nftsw_kt_port(kt, to->dev), &out);
	nftsw_kt_expect_quiet(kt);
}

/**
 * nftsw_kt_expect_trap() - a frame of a connection comes to the CPU, unchanged
 * @kt: fixture
 * @conn: connection
 * @dir: direction
 */
void nftsw_kt_expect_trap(struct nftsw_kt *kt, const struct nftsw_kt_conn *conn,
			  enum flow_offload_tuple_dir dir)
{
	const struct nftsw_kt_end *from;
	struct nftsw_kt_frame in;
	u32 port;

	from = dir == NFTSW_KT_ORIG ? &conn->client : &conn->server;
	port = nftsw_kt_port(kt, from->dev);
	nftsw_kt_conn_frame(conn, dir, false, &in);
	nftsw_kt_send(kt, port, &in);
	nftsw_kt_expect_rx(kt, port, &in);
	nftsw_kt_expect_quiet(kt);
}

/**
 * nftsw_kt_flow_events() - what became of the kernel's requests
 * @kt: fixture
 * @ev: kind of outcome
 *
 * Return: how many had it, since probe.
 */
u64 nftsw_kt_flow_events(struct nftsw_kt *kt, enum nftsw_flow_event ev)
{
	return nftsw_flow_log_get(&kt->ns->flow->log, ev);
}
