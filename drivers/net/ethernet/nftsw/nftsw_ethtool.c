// SPDX-License-Identifier: GPL-2.0
/*
 * ethtool: figures, counters, register dump and self-test of a port.  Floor 5.
 *
 * The core calls these with RTNL held; nftsw_port.c puts the table into its netdevs.
 * Port counters come from the cache of nftsw_stats.c, which -S brings up to date first.
 */
#include <linux/bitfield.h>
#include <linux/ethtool.h>
#include <linux/etherdevice.h>
#include <linux/slab.h>
#include "nftsw_hw.h"

/* Layout of the register dump; grows with nftsw_reg.c's sections. */
#define NFTSW_REGS_VERSION	1

static const char nftsw_pctr_names[][ETH_GSTRING_LEN] = {
#define NFTSW_X_PCTR_NAME(sym, name, doc)	name,
	NFTSW_PORT_CTRS(NFTSW_X_PCTR_NAME)
};

static const char nftsw_test_names[][ETH_GSTRING_LEN] = {
	"Register echo         (online)",
	"DMA pattern           (online)",
	"Interrupt vectors     (online)",
	"Command queue         (online)",
	"Table round trip      (online)",
};

static void nftsw_ethtool_drvinfo(struct net_device *dev, struct ethtool_drvinfo *info)
{
	struct nftsw_port *np = netdev_priv(dev);
	struct nftsw *ns = np->ns;

	strscpy(info->driver, NFTSW_DRV_NAME, sizeof(info->driver));
	strscpy(info->bus_info, ns->bus->name, sizeof(info->bus_info));
	snprintf(info->fw_version, sizeof(info->fw_version), "%u abi %u.%u",
		 (u32)FIELD_GET(NFTSW_REV_BUILD, ns->info.rev),
		 (u32)FIELD_GET(NFTSW_ABI_MAJOR, ns->info.abi),
		 (u32)FIELD_GET(NFTSW_ABI_MINOR, ns->info.abi));
}

/* Link mode that a speed stands for; the chip tells no medium, so the first will do. */
static int nftsw_ethtool_mode(u32 speed)
{
	switch (speed) {
	case SPEED_10:
		return ETHTOOL_LINK_MODE_10baseT_Full_BIT;
	case SPEED_100:
		return ETHTOOL_LINK_MODE_100baseT_Full_BIT;
	case SPEED_1000:
		return ETHTOOL_LINK_MODE_1000baseT_Full_BIT;
	case SPEED_2500:
		return ETHTOOL_LINK_MODE_2500baseT_Full_BIT;
	case SPEED_5000:
		return ETHTOOL_LINK_MODE_5000baseT_Full_BIT;
	case SPEED_10000:
		return ETHTOOL_LINK_MODE_10000baseT_Full_BIT;
	case SPEED_25000:
		return ETHTOOL_LINK_MODE_25000baseCR_Full_BIT;
	case SPEED_40000:
		return ETHTOOL_LINK_MODE_40000baseCR4_Full_BIT;
	case SPEED_50000:
		return ETHTOOL_LINK_MODE_50000baseCR_Full_BIT;
	case SPEED_100000:
		return ETHTOOL_LINK_MODE_100000baseCR4_Full_BIT;
	case SPEED_200000:
		return ETHTOOL_LINK_MODE_200000baseCR4_Full_BIT;
	case SPEED_400000:
		return ETHTOOL_LINK_MODE_400000baseCR8_Full_BIT;
	default:
		return -1;
	}
}

static int nftsw_ethtool_ksettings(struct net_device *dev,
				   struct ethtool_link_ksettings *ks)
{
	struct nftsw_port *np = netdev_priv(dev);
	u32 speed = nftsw_rd32(np->ns->bus, NFTSW_PORT_SPEED(np->port));
	int mode = nftsw_ethtool_mode(speed);

	ethtool_link_ksettings_zero_link_mode(ks, supported);
	ethtool_link_ksettings_zero_link_mode(ks, advertising);
	if (mode >= 0) {
		__set_bit(mode, ks->link_modes.supported);
		__set_bit(mode, ks->link_modes.advertising);
	}
	ks->base.autoneg = AUTONEG_DISABLE;
	ks->base.port = PORT_OTHER;
	ks->base.speed = netif_carrier_ok(dev) ? speed : SPEED_UNKNOWN;
	ks->base.duplex = netif_carrier_ok(dev) ? DUPLEX_FULL : DUPLEX_UNKNOWN;
	return 0;
}

static int nftsw_ethtool_sset_count(struct net_device *dev, int sset)
{
	struct nftsw_port *np = netdev_priv(dev);

	switch (sset) {
	case ETH_SS_STATS:
		return NFTSW_PCTR_COUNT + nftsw_txrx_queue_stats_count(np->ns);
	case ETH_SS_TEST:
		return ARRAY_SIZE(nftsw_test_names);
	default:
		return -EOPNOTSUPP;
	}
}

static void nftsw_ethtool_strings(struct net_device *dev, u32 sset, u8 *data)
{
	struct nftsw_port *np = netdev_priv(dev);
	u32 i;

	switch (sset) {
	case ETH_SS_STATS:
		for (i = 0; i < NFTSW_PCTR_COUNT; i++)
			ethtool_puts(&data, nftsw_pctr_names[i]);
		nftsw_txrx_queue_stats_names(np->ns, &data);
		break;
	case ETH_SS_TEST:
		memcpy(data, nftsw_test_names, sizeof(nftsw_test_names));
		break;
	}
}

/* Old figures are better than none: an error leaves the cache as it was. */
static void nftsw_ethtool_ctrs(struct net_device *dev, struct nftsw_port_ctrs *ctrs)
{
	struct nftsw_port *np = netdev_priv(dev);

	nftsw_stats_refresh(np->ns);
	nftsw_stats_get(np, ctrs);
}

static void nftsw_ethtool_stats(struct net_device *dev, struct ethtool_stats *stats,
				u64 *data)
{
	struct nftsw_port *np = netdev_priv(dev);
	struct nftsw_port_ctrs ctrs;

	nftsw_ethtool_ctrs(dev, &ctrs);
	memcpy(data, ctrs.ctr, sizeof(ctrs.ctr));
	nftsw_txrx_queue_stats(np->ns, data + NFTSW_PCTR_COUNT);
}

static void nftsw_ethtool_mac_stats(struct net_device *dev,
				    struct ethtool_eth_mac_stats *s)
{
	struct nftsw_port_ctrs c;

	nftsw_ethtool_ctrs(dev, &c);
	s->FramesTransmittedOK = c.ctr[NFTSW_PCTR_TX_FRAMES];
	s->FramesReceivedOK = c.ctr[NFTSW_PCTR_RX_FRAMES];
	s->OctetsTransmittedOK = c.ctr[NFTSW_PCTR_TX_OCTETS];
	s->OctetsReceivedOK = c.ctr[NFTSW_PCTR_RX_OCTETS];
	s->MulticastFramesXmittedOK = c.ctr[NFTSW_PCTR_TX_MCAST];
	s->BroadcastFramesXmittedOK = c.ctr[NFTSW_PCTR_TX_BCAST];
	s->MulticastFramesReceivedOK = c.ctr[NFTSW_PCTR_RX_MCAST];
	s->BroadcastFramesReceivedOK = c.ctr[NFTSW_PCTR_RX_BCAST];
	s->FrameTooLongErrors = c.ctr[NFTSW_PCTR_RX_OVERSIZE];
}

static void nftsw_ethtool_ctrl_stats(struct net_device *dev,
				     struct ethtool_eth_ctrl_stats *s)
{
	struct nftsw_port_ctrs c;

	nftsw_ethtool_ctrs(dev, &c);
	s->MACControlFramesTransmitted = c.ctr[NFTSW_PCTR_TX_PAUSE];
	s->MACControlFramesReceived = c.ctr[NFTSW_PCTR_RX_PAUSE];
}

static const struct ethtool_rmon_hist_range nftsw_rmon_ranges[] = {
	{ 0, 64 },
	{ 65, 127 },
	{ 128, 255 },
	{ 256, 511 },
	{ 512, 1023 },
	{ 1024, 1518 },
	{ 1519, NFTSW_MAX_FRAME_VAL + ETH_FCS_LEN },
	{}
};

static_assert(NFTSW_PCTR_RX_1519_MAX - NFTSW_PCTR_RX_64 + 2 ==
	      ARRAY_SIZE(nftsw_rmon_ranges));
static_assert(NFTSW_PCTR_TX_1519_MAX - NFTSW_PCTR_TX_64 + 2 ==
	      ARRAY_SIZE(nftsw_rmon_ranges));

static void nftsw_ethtool_rmon_stats(struct net_device *dev,
				     struct ethtool_rmon_stats *s,
				     const struct ethtool_rmon_hist_range **ranges)
{
	struct nftsw_port_ctrs c;
	u32 i;

	nftsw_ethtool_ctrs(dev, &c);
	s->undersize_pkts = c.ctr[NFTSW_PCTR_RX_RUNT];
	s->oversize_pkts = c.ctr[NFTSW_PCTR_RX_OVERSIZE];
	for (i = 0; i < ARRAY_SIZE(nftsw_rmon_ranges) - 1; i++) {
		s->hist[i] = c.ctr[NFTSW_PCTR_RX_64 + i];
		s->hist_tx[i] = c.ctr[NFTSW_PCTR_TX_64 + i];
	}
	*ranges = nftsw_rmon_ranges;
}

static void nftsw_ethtool_ringparam(struct net_device *dev,
				    struct ethtool_ringparam *ring,
				    struct kernel_ethtool_ringparam *kernel_ring,
				    struct netlink_ext_ack *extack)
{
	nftsw_txrx_ring_get(&ring->rx_max_pending, &ring->tx_max_pending);
	ring->rx_pending = ring->rx_max_pending;
	ring->tx_pending = ring->tx_max_pending;
}

static void nftsw_ethtool_channels(struct net_device *dev, struct ethtool_channels *ch)
{
	struct nftsw_port *np = netdev_priv(dev);

	ch->max_combined = np->ns->info.queues;
	ch->combined_count = np->ns->info.queues;
	ch->max_other = NFTSW_VEC_QUEUE(0);
	ch->other_count = NFTSW_VEC_QUEUE(0);
}

static int nftsw_ethtool_coalesce(struct net_device *dev, struct ethtool_coalesce *ec,
				  struct kernel_ethtool_coalesce *kernel_coal,
				  struct netlink_ext_ack *extack)
{
	struct nftsw_port *np = netdev_priv(dev);

	nftsw_txrx_coalesce_get(np->ns, &ec->rx_coalesce_usecs,
				&ec->rx_max_coalesced_frames);
	return 0;
}

static int nftsw_ethtool_coalesce_set(struct net_device *dev,
				      struct ethtool_coalesce *ec,
				      struct kernel_ethtool_coalesce *kernel_coal,
				      struct netlink_ext_ack *extack)
{
	struct nftsw_port *np = netdev_priv(dev);
	int err;

	err = nftsw_txrx_coalesce_set(np->ns, ec->rx_coalesce_usecs,
				      ec->rx_max_coalesced_frames);
	if (err)
		NL_SET_ERR_MSG_MOD(extack, "at most 65535 microseconds and frames");
	return err;
}

static int nftsw_ethtool_regs_len(struct net_device *dev)
{
	struct nftsw_port *np = netdev_priv(dev);

	return nftsw_reg_dump_size(np->ns);
}

static void nftsw_ethtool_regs(struct net_device *dev, struct ethtool_regs *regs,
			       void *buf)
{
	struct nftsw_port *np = netdev_priv(dev);

	regs->version = NFTSW_REGS_VERSION;
	nftsw_reg_dump(np->ns, buf);
}

static int nftsw_ethtool_rmac_find(struct nftsw_port *np, const u8 *mac)
{
	struct nftsw_hw_rmac rec[16];
	u32 cursor = 0;
	int i, n;

	do {
		n = nftsw_hw_rmac_dump(np->ns, &cursor, rec, ARRAY_SIZE(rec));
		for (i = 0; i < n; i++)
			if (le16_to_cpu(rec[i].port) == np->port &&
			    ether_addr_equal(rec[i].mac, mac))
				return 0;
	} while (n > 0 && cursor != NFTSW_DUMP_END);
	return n < 0 ? n : -ENOENT;
}

/*
 * Write, read back and delete a table entry that does no harm: an address that nobody
 * has.  A port whose table is full cannot be tested, and works.
 */
static int nftsw_ethtool_test_table(struct nftsw_port *np)
{
	u8 mac[ETH_ALEN];
	int err;

	eth_random_addr(mac);
	err = nftsw_hw_rmac_add(np->ns, np->port, mac, false);
	if (err)
		return err == -ENOSPC ? 0 : err;
	err = nftsw_ethtool_rmac_find(np, mac);
	if (nftsw_hw_rmac_del(np->ns, np->port, mac))
		return -EIO;
	if (!err && nftsw_ethtool_rmac_find(np, mac) != -ENOENT)
		err = -EIO;
	return err;
}

static void nftsw_ethtool_self_test(struct net_device *dev, struct ethtool_test *test,
				    u64 *data)
{
	struct nftsw_port *np = netdev_priv(dev);
	struct nftsw *ns = np->ns;
	u32 i;

	data[0] = nftsw_reg_test_echo(ns) ? 1 : 0;
	data[1] = nftsw_reg_test_dma(ns) ? 1 : 0;
	data[2] = nftsw_reg_test_irq(ns) ? 1 : 0;
	data[3] = nftsw_hw_nop(ns) ? 1 : 0;
	data[4] = nftsw_ethtool_test_table(np) ? 1 : 0;
	for (i = 0; i < ARRAY_SIZE(nftsw_test_names); i++)
		if (data[i])
			test->flags |= ETH_TEST_FL_FAILED;
}

const struct ethtool_ops nftsw_ethtool_ops = {
	.supported_coalesce_params = ETHTOOL_COALESCE_RX_USECS |
				     ETHTOOL_COALESCE_RX_MAX_FRAMES,
	.get_drvinfo = nftsw_ethtool_drvinfo,
	.get_link = ethtool_op_get_link,
	.get_link_ksettings = nftsw_ethtool_ksettings,
	.get_sset_count = nftsw_ethtool_sset_count,
	.get_strings = nftsw_ethtool_strings,
	.get_ethtool_stats = nftsw_ethtool_stats,
	.get_eth_mac_stats = nftsw_ethtool_mac_stats,
	.get_eth_ctrl_stats = nftsw_ethtool_ctrl_stats,
	.get_rmon_stats = nftsw_ethtool_rmon_stats,
	.get_ringparam = nftsw_ethtool_ringparam,
	.get_channels = nftsw_ethtool_channels,
	.get_coalesce = nftsw_ethtool_coalesce,
	.set_coalesce = nftsw_ethtool_coalesce_set,
	.get_regs_len = nftsw_ethtool_regs_len,
	.get_regs = nftsw_ethtool_regs,
	.get_ts_info = ethtool_op_get_ts_info,
	.self_test = nftsw_ethtool_self_test,
};
