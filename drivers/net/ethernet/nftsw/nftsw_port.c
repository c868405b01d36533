// SPDX-License-Identifier: GPL-2.0
/*
 * Ports: one netdev and one devlink port each, and what the chip knows of them.
 * Floor 6; created and destroyed by nftsw_core.c.
 *
 * A port listens to its netdev's address and to those of the devices above that route
 * for it (nftsw_upper.c), which the chip may route to; and to the addresses on its unicast
 * list, which it hands to the CPU.  Multicast always comes.  One place is kept free in
 * the chip's list, so that a new address of the netdev can be added before the old one
 * goes, and one for the self-test.
 *
 * Locking: RTNL for the ndo functions that may sleep.  nftsw_port.lock for what the chip
 * was told; it is taken under RTNL and from work and event handlers, which must not
 * wait for RTNL.
 */
#include <linux/etherdevice.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <linux/unaligned.h>
#include "nftsw_compat.h"
#include "nftsw_hw.h"

#define NFTSW_UC_MAX		NFTSW_PORT_UPPERS
#define NFTSW_TX_TIMEOUT	(10 * HZ)

/**
 * struct nftsw_uc_list - what a port shall listen to besides its netdev's address
 * @promisc: everything
 * @routed: the first so many of @mac are to be routed
 * @count: length of @mac
 * @mac: unicast addresses
 */
struct nftsw_uc_list {
	bool promisc;
	u32 routed;
	u32 count;
	u8 mac[NFTSW_UC_MAX][ETH_ALEN];
};

/* Index of @mac in @list, or @count. */
static u32 nftsw_port_mac_find(const u8 (*list)[ETH_ALEN], u32 count, const u8 *mac)
{
	u32 i;

	for (i = 0; i < count; i++)
		if (ether_addr_equal_unaligned(list[i], mac))
			break;
	return i;
}

static bool nftsw_port_mac_in(const u8 (*list)[ETH_ALEN], u32 count, const u8 *mac)
{
	return nftsw_port_mac_find(list, count, mac) < count;
}

static u16 nftsw_port_queue(const struct nftsw_port *np)
{
	return np->port % np->ns->info.queues;
}

/* Caller holds np->lock. */
static int nftsw_port_cfg_write(struct nftsw_port *np, u32 max_frame, bool promisc)
{
	int err;

	err = nftsw_hw_port_set(np->ns, np->port, nftsw_port_queue(np), max_frame,
				promisc, np->mirror);
	if (err)
		return err;
	np->max_frame = max_frame;
	np->promisc = promisc;
	return 0;
}

static int nftsw_port_mirror_set(struct nftsw_port *np, u16 to)
{
	u16 old;
	int err;

	mutex_lock(&np->lock);
	old = np->mirror;
	np->mirror = to;
	err = nftsw_port_cfg_write(np, np->max_frame, np->promisc);
	/* a chip that is down is told when it comes back */
	if (err && !np->ns->down)
		np->mirror = old;
	mutex_unlock(&np->lock);
	return np->ns->down ? 0 : err;
}

/* ---- Unicast filter ------------------------------------------------------ */

/* Caller holds np->lock. */
static void nftsw_port_uc_get(struct nftsw_port *np, struct nftsw_uc_list *uc)
{
	struct netdev_hw_addr *ha;

	memcpy(uc->mac, np->uppers, np->upper_count * ETH_ALEN);
	uc->count = np->upper_count;
	uc->routed = np->upper_count;
	netif_addr_lock_bh(np->dev);
	uc->promisc = np->dev->flags & IFF_PROMISC;
	netdev_for_each_uc_addr(ha, np->dev) {
		if (nftsw_port_mac_in(uc->mac, uc->count, ha->addr))
			continue;
		if (uc->count == NFTSW_UC_MAX) {
			uc->promisc = true;
			break;
		}
		ether_addr_copy(uc->mac[uc->count++], ha->addr);
	}
	netif_addr_unlock_bh(np->dev);
}

/* Caller holds np->lock. */
static void nftsw_port_uc_del_old(struct nftsw_port *np, const struct nftsw_uc_list *uc)
{
	u32 i = 0;

	while (i < np->rmac_count) {
		u8 *mac = np->rmac[i];

		if (nftsw_port_mac_in(uc->mac, uc->count, mac) ||
		    (!ether_addr_equal_unaligned(mac, np->router_mac) &&
		     nftsw_hw_rmac_del(np->ns, np->port, mac))) {
			i++;
			continue;
		}
		np->rmac_count--;
		ether_addr_copy(mac, np->rmac[np->rmac_count]);
		__assign_bit(i, np->rmac_routed,
			     test_bit(np->rmac_count, np->rmac_routed));
	}
}

/* Caller holds np->lock.  @routed: the chip may route frames to @mac. */
static int nftsw_port_uc_add(struct nftsw_port *np, const u8 *mac, bool routed)
{
	u32 i = nftsw_port_mac_find(np->rmac, np->rmac_count, mac);
	int err;

	if (ether_addr_equal_unaligned(mac, np->router_mac) ||
	    (i < np->rmac_count && test_bit(i, np->rmac_routed) == routed))
		return 0;
	err = nftsw_hw_rmac_add(np->ns, np->port, mac, routed);
	if (err)
		return err;
	ether_addr_copy(np->rmac[i], mac);
	__assign_bit(i, np->rmac_routed, routed);
	np->rmac_count = max(np->rmac_count, i + 1);
	return 0;
}

/* Caller holds np->lock. */
static int nftsw_port_uc_add_new(struct nftsw_port *np, const struct nftsw_uc_list *uc)
{
	int err = 0;
	u32 i;

	for (i = 0; !err && i < uc->count; i++)
		err = nftsw_port_uc_add(np, uc->mac[i], i < uc->routed);
	return err;
}

/* Caller holds np->lock.  What does not fit into the filter makes the port promiscuous. */
static int nftsw_port_uc_sync(struct nftsw_port *np)
{
	struct nftsw_uc_list uc;

	nftsw_port_uc_get(np, &uc);
	nftsw_port_uc_del_old(np, &uc);
	if (nftsw_port_uc_add_new(np, &uc))
		uc.promisc = true;
	if (uc.promisc == np->promisc)
		return 0;
	return nftsw_port_cfg_write(np, np->max_frame, uc.promisc);
}

static void nftsw_port_rx_mode_work(struct work_struct *work)
{
	struct nftsw_port *np = container_of(work, struct nftsw_port, rx_mode_work);
	int err;

	mutex_lock(&np->lock);
	err = nftsw_port_uc_sync(np);
	mutex_unlock(&np->lock);
	/* A chip that is down is told everything when it comes back. */
	if (err && err != -ENODEV && err != -ECANCELED)
		netdev_err(np->dev, "receive filter not set: %pe\n", ERR_PTR(err));
}

static void nftsw_port_set_rx_mode(struct net_device *dev)
{
	struct nftsw_port *np = netdev_priv(dev);

	queue_work(np->ns->wq, &np->rx_mode_work);
}

/**
 * nftsw_port_uppers_set() - which addresses besides its own a port is a router with
 * @np: port
 * @macs: addresses of the devices above it
 * @count: of them, at most NFTSW_PORT_UPPERS
 *
 * Context: RTNL held; waits for the chip.
 */
void nftsw_port_uppers_set(struct nftsw_port *np, const u8 (*macs)[ETH_ALEN],
			   u32 count)
{
	mutex_lock(&np->lock);
	memcpy(np->uppers, macs, count * ETH_ALEN);
	np->upper_count = count;
	mutex_unlock(&np->lock);
	nftsw_port_rx_mode_work(&np->rx_mode_work);
}

/* Caller holds np->lock.  The address stays when it is wanted for something else, too. */
static int nftsw_port_router_mac_drop(struct nftsw_port *np)
{
	u32 i = nftsw_port_mac_find(np->rmac, np->rmac_count, np->router_mac);

	if (i < np->rmac_count)
		return nftsw_hw_rmac_add(np->ns, np->port, np->router_mac,
					 test_bit(i, np->rmac_routed));
	return nftsw_hw_rmac_del(np->ns, np->port, np->router_mac);
}

static int nftsw_port_set_mac(struct net_device *dev, void *addr)
{
	struct nftsw_port *np = netdev_priv(dev);
	struct sockaddr *sa = addr;
	int err;

	err = eth_prepare_mac_addr_change(dev, addr);
	if (err || ether_addr_equal(dev->dev_addr, sa->sa_data))
		return err;
	mutex_lock(&np->lock);
	err = nftsw_hw_rmac_add(np->ns, np->port, sa->sa_data, true);
	if (err)
		goto out_unlock;
	/* Left behind, the old one would go on being routed. */
	if (nftsw_port_router_mac_drop(np))
		netdev_warn(dev, "old address not removed from the chip\n");
	ether_addr_copy(np->router_mac, sa->sa_data);
	eth_commit_mac_addr_change(dev, addr);
out_unlock:
	mutex_unlock(&np->lock);
	/* Old or new address may be on the unicast list as well. */
	queue_work(np->ns->wq, &np->rx_mode_work);
	return err;
}

/* ---- Link ------------------------------------------------------------------ */

/* The register is the truth; an event only says that it is worth a look. */
static void nftsw_port_link_sync(struct nftsw_port *np)
{
	u32 sts;

	mutex_lock(&np->lock);
	sts = nftsw_rd32(np->ns->bus, NFTSW_PORT_STS(np->port));
	if (sts != NFTSW_GONE && sts & NFTSW_PORT_STS_LINK)
		netif_carrier_on(np->dev);
	else
		netif_carrier_off(np->dev);
	mutex_unlock(&np->lock);
}

static void nftsw_port_link_event(struct nftsw *ns, const struct nftsw_hw_event *ev,
				  void *priv)
{
	u32 port = le32_to_cpu(ev->index);

	if (port < ns->info.ports && ns->ports[port])
		nftsw_port_link_sync(ns->ports[port]);
}

static void nftsw_port_overflow_event(struct nftsw *ns, const struct nftsw_hw_event *ev,
				      void *priv)
{
	u32 i;

	for (i = 0; i < ns->info.ports; i++)
		if (ns->ports[i])
			nftsw_port_link_sync(ns->ports[i]);
}

static void nftsw_port_enable(struct nftsw_port *np, bool on)
{
	nftsw_wr32(np->ns->bus, NFTSW_PORT_CTRL(np->port),
		   on ? NFTSW_PORT_CTRL_EN : 0);
	nftsw_port_link_sync(np);
}

static int nftsw_port_open(struct net_device *dev)
{
	struct nftsw_port *np = netdev_priv(dev);

	nftsw_port_enable(np, true);
	netif_tx_start_all_queues(dev);
	return 0;
}

static int nftsw_port_stop(struct net_device *dev)
{
	struct nftsw_port *np = netdev_priv(dev);

	netif_tx_disable(dev);
	nftsw_port_enable(np, false);
	return 0;
}

/* ---- The rest of the ndo functions --------------------------------------- */

static netdev_tx_t nftsw_port_xmit(struct sk_buff *skb, struct net_device *dev)
{
	return nftsw_txrx_xmit(netdev_priv(dev), skb);
}

static int nftsw_port_change_mtu(struct net_device *dev, int mtu)
{
	struct nftsw_port *np = netdev_priv(dev);
	bool shrink = mtu < dev->mtu;
	int err;

	/* Flows never believe in more than their egress can take. */
	if (shrink)
		nftsw_flow_port_mtu_set(np->ns, np->port, mtu);
	mutex_lock(&np->lock);
	err = nftsw_port_cfg_write(np, mtu + ETH_HLEN, np->promisc);
	mutex_unlock(&np->lock);
	if (!err)
		WRITE_ONCE(dev->mtu, mtu);
	if (err ? shrink : !shrink)
		nftsw_flow_port_mtu_set(np->ns, np->port, dev->mtu);
	return err;
}

static void nftsw_port_stats64(struct net_device *dev, struct rtnl_link_stats64 *s)
{
	struct nftsw_port *np = netdev_priv(dev);
	struct nftsw_port_ctrs c;

	nftsw_stats_get(np, &c);
	s->rx_packets = c.ctr[NFTSW_PCTR_RX_FRAMES];
	s->tx_packets = c.ctr[NFTSW_PCTR_TX_FRAMES];
	/* The chip counts the FCS, netdevs do not. */
	s->rx_bytes = c.ctr[NFTSW_PCTR_RX_OCTETS] - ETH_FCS_LEN * s->rx_packets;
	s->tx_bytes = c.ctr[NFTSW_PCTR_TX_OCTETS] - ETH_FCS_LEN * s->tx_packets;
	s->multicast = c.ctr[NFTSW_PCTR_RX_MCAST];
	s->rx_missed_errors = c.ctr[NFTSW_PCTR_RX_NO_BUFFER];
	s->rx_dropped = c.ctr[NFTSW_PCTR_RX_DROPS] - s->rx_missed_errors;
	s->tx_dropped = c.ctr[NFTSW_PCTR_TX_DROPS];
	s->rx_length_errors = c.ctr[NFTSW_PCTR_RX_RUNT] + c.ctr[NFTSW_PCTR_RX_OVERSIZE];
	s->rx_errors = s->rx_length_errors;
}

static int nftsw_port_set_features(struct net_device *dev, netdev_features_t features)
{
	struct nftsw_port *np = netdev_priv(dev);

	if ((dev->features ^ features) & NETIF_F_HW_TC)
		return nftsw_tc_offload_set(np, features & NETIF_F_HW_TC);
	return 0;
}

static int nftsw_port_setup_tc(struct net_device *dev, enum tc_setup_type type,
			       void *type_data)
{
	return nftsw_tc_setup(netdev_priv(dev), type, type_data);
}

static void nftsw_port_tx_timeout(struct net_device *dev, unsigned int txqueue)
{
	struct nftsw_port *np = netdev_priv(dev);
	void (*fault)(struct nftsw *ns, enum nftsw_fault fault, u32 arg);

	fault = READ_ONCE(np->ns->fault);
	if (fault)
		fault(np->ns, NFTSW_FAULT_TX, txqueue);
}

static const struct net_device_ops nftsw_port_netdev_ops = {
	.ndo_open = nftsw_port_open,
	.ndo_stop = nftsw_port_stop,
	.ndo_start_xmit = nftsw_port_xmit,
	.ndo_set_rx_mode = nftsw_port_set_rx_mode,
	.ndo_set_mac_address = nftsw_port_set_mac,
	.ndo_validate_addr = eth_validate_addr,
	.ndo_change_mtu = nftsw_port_change_mtu,
	.ndo_get_stats64 = nftsw_port_stats64,
	.ndo_set_features = nftsw_port_set_features,
	.ndo_setup_tc = nftsw_port_setup_tc,
	.ndo_tx_timeout = nftsw_port_tx_timeout,
};

/* ---- Life ------------------------------------------------------------------- */

/* Tell a chip that has been reset all there is to know of a port. */
static int nftsw_port_sync(struct nftsw_port *np)
{
	int err;

	mutex_lock(&np->lock);
	np->rmac_count = 0;
	ether_addr_copy(np->router_mac, np->dev->dev_addr);
	err = nftsw_hw_rmac_add(np->ns, np->port, np->router_mac, true);
	err = err ?: nftsw_port_cfg_write(np, np->dev->mtu + ETH_HLEN, false);
	/* Before registration there is no list, nor a lock for it. */
	if (!err && np->registered)
		err = nftsw_port_uc_sync(np);
	mutex_unlock(&np->lock);
	return err;
}

static netdev_features_t nftsw_port_features(const struct nftsw *ns)
{
	netdev_features_t f = NETIF_F_SG | NETIF_F_RXHASH;

	if (ns->info.caps & NFTSW_CAPS_TX_CSUM)
		f |= NETIF_F_HW_CSUM;
	if (ns->info.caps & NFTSW_CAPS_RX_CSUM)
		f |= NETIF_F_RXCSUM;
	if (ns->info.caps & NFTSW_CAPS_FLOW)
		f |= NETIF_F_HW_TC;
	return f;
}

static void nftsw_port_netdev_setup(struct nftsw_port *np)
{
	struct nftsw *ns = np->ns;
	struct net_device *dev = np->dev;

	SET_NETDEV_DEV(dev, ns->dev);
	dev_net_set(dev, devlink_net(ns->devlink));
	SET_NETDEV_DEVLINK_PORT(dev, &np->devlink_port);
	dev->netdev_ops = &nftsw_port_netdev_ops;
	dev->ethtool_ops = &nftsw_ethtool_ops;
	dev->dev_port = np->port;
	dev->watchdog_timeo = NFTSW_TX_TIMEOUT;
	dev->priv_flags |= IFF_UNICAST_FLT | IFF_LIVE_ADDR_CHANGE;
	dev->min_mtu = ETH_MIN_MTU;
	dev->max_mtu = min_t(u32, NFTSW_FLOW_MTU_MAX, ns->info.max_frame - ETH_HLEN);
	dev->hw_features = nftsw_port_features(ns);
	dev->features = dev->hw_features | NETIF_F_HIGHDMA;
	dev->vlan_features = dev->hw_features & (NETIF_F_SG | NETIF_F_HW_CSUM);
	nftsw_compat_netns_immutable_set(dev);
	eth_hw_addr_gen(dev, ns->info.mac, np->port);
	netif_carrier_off(dev);
}

static int nftsw_port_devlink_register(struct nftsw_port *np)
{
	struct nftsw *ns = np->ns;
	struct devlink_port_attrs attrs = {
		.flavour = DEVLINK_PORT_FLAVOUR_PHYSICAL,
		.phys.port_number = np->port + 1,
		.switch_id.id_len = sizeof(ns->info.serial),
	};

	put_unaligned_be64(ns->info.serial, attrs.switch_id.id);
	devlink_port_attrs_set(&np->devlink_port, &attrs);
	return devl_port_register(ns->devlink, &np->devlink_port, np->port);
}

static int nftsw_port_create(struct nftsw *ns, u16 port)
{
	struct net_device *dev;
	struct nftsw_port *np;
	int err;

	dev = alloc_etherdev_mqs(sizeof(*np), ns->info.queues, ns->info.queues);
	if (!dev)
		return -ENOMEM;
	np = netdev_priv(dev);
	np->ns = ns;
	np->dev = dev;
	np->port = port;
	mutex_init(&np->lock);
	INIT_WORK(&np->rx_mode_work, nftsw_port_rx_mode_work);
	err = nftsw_port_devlink_register(np);
	if (err)
		goto err_devlink_register;
	nftsw_port_netdev_setup(np);
	err = nftsw_port_sync(np);
	if (err)
		goto err_port_sync;
	nftsw_flow_port_mtu_set(ns, port, dev->mtu);
	/* the port before a reload may have had it off */
	nftsw_tc_offload_set(np, dev->features & NETIF_F_HW_TC);
	ns->ports[port] = np;
	nftsw_txrx_port_set(ns, port, dev);
	err = register_netdev(dev);
	if (err)
		goto err_register_netdev;
	np->registered = true;
	return 0;

err_register_netdev:
	/* packet I/O knows the netdev until it is stopped: nftsw_port_destroy() */
	return err;
err_port_sync:
	devl_port_unregister(&np->devlink_port);
err_devlink_register:
	mutex_destroy(&np->lock);
	free_netdev(dev);
	return err;
}

static void nftsw_port_destroy(struct nftsw *ns, u16 port)
{
	struct nftsw_port *np = ns->ports[port];

	if (!np)
		return;
	if (np->registered)
		unregister_netdev(np->dev);
	nftsw_tc_block_port_gone(np);
	nftsw_txrx_port_set(ns, port, NULL);
	ns->ports[port] = NULL;
	cancel_work_sync(&np->rx_mode_work);
	devl_port_unregister(&np->devlink_port);
	mutex_destroy(&np->lock);
	free_netdev(np->dev);
}

/**
 * nftsw_port_detach_all() - the chip is going to be reset: keep the kernel off the ports
 * @ns: chip, with ports or without
 *
 * Context: RTNL held.
 */
void nftsw_port_detach_all(struct nftsw *ns)
{
	u32 i;

	for (i = 0; ns->ports && i < ns->info.ports; i++) {
		netif_device_detach(ns->ports[i]->dev);
		netif_tx_disable(ns->ports[i]->dev);
		netif_carrier_off(ns->ports[i]->dev);
	}
}

/**
 * nftsw_port_attach_all() - bring the ports of a chip that was reset to where they were
 * @ns: chip
 *
 * Context: RTNL held.
 *
 * Return: 0, or why a port could not be set up; the ports stay detached then.
 */
int nftsw_port_attach_all(struct nftsw *ns)
{
	struct nftsw_port *np;
	int err;
	u32 i;

	for (i = 0; i < ns->info.ports; i++) {
		err = nftsw_port_sync(ns->ports[i]);
		if (err)
			return err;
	}
	for (i = 0; i < ns->info.ports; i++) {
		np = ns->ports[i];
		nftsw_port_enable(np, netif_running(np->dev));
		netif_device_attach(np->dev);
	}
	return 0;
}

static void nftsw_port_events_unregister(struct nftsw *ns)
{
	nftsw_event_unregister(ns, NFTSW_EV_LINK, nftsw_port_link_event, NULL);
	nftsw_event_unregister(ns, NFTSW_EV_OVERFLOW, nftsw_port_overflow_event, NULL);
}

static int nftsw_port_events_register(struct nftsw *ns)
{
	return nftsw_event_register(ns, NFTSW_EV_LINK, nftsw_port_link_event, NULL) ?:
	       nftsw_event_register(ns, NFTSW_EV_OVERFLOW, nftsw_port_overflow_event,
				    NULL);
}

/**
 * nftsw_port_init() - create all ports
 * @ns: chip, running
 *
 * Context: devlink lock held, RTNL not.
 *
 * Return: 0 or a negative errno; nftsw_port_fini() cleans up in either case.
 */
int nftsw_port_init(struct nftsw *ns)
{
	int err;
	u32 i;

	ns->netdev_ops = &nftsw_port_netdev_ops;
	ns->mirror_set = nftsw_port_mirror_set;
	ns->ports = kcalloc(ns->info.ports, sizeof(*ns->ports), GFP_KERNEL);
	if (!ns->ports)
		return -ENOMEM;
	/* First the events: a link may come up as soon as a netdev is there. */
	err = nftsw_port_events_register(ns);
	for (i = 0; !err && i < ns->info.ports; i++)
		err = nftsw_port_create(ns, i);
	return err;
}

/**
 * nftsw_port_fini() - destroy all ports
 * @ns: chip, packet I/O stopped
 *
 * Context: devlink lock held, RTNL not.
 */
void nftsw_port_fini(struct nftsw *ns)
{
	u32 i;

	if (!ns->ports)
		return;
	nftsw_port_events_unregister(ns);
	for (i = 0; i < ns->info.ports; i++)
		nftsw_port_destroy(ns, i);
	kfree(ns->ports);
	ns->ports = NULL;
}
