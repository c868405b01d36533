/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What differs between the kernels this driver builds on, 6.12 to 7.3, in one
 * place.  Floor 0.  NFTSW_HAVE_* come from Kbuild, which looks into the headers of the
 * kernel at hand, so that stable and distribution kernels with back-ports fit too.
 */
#ifndef NFTSW_COMPAT_H
#define NFTSW_COMPAT_H

#include <linux/etherdevice.h>
#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <net/devlink.h>
#include <net/flow_offload.h>
#include <net/switchdev.h>

/**
 * nftsw_compat_fwd_mark_set() - note that the hardware has forwarded a frame
 * @skb: frame
 *
 * The flag is only there in kernels with switchdev.
 */
static inline void nftsw_compat_fwd_mark_set(struct sk_buff *skb)
{
#if IS_ENABLED(CONFIG_NET_SWITCHDEV)
	skb->offload_fwd_mark = 1;
#endif
}

/**
 * nftsw_compat_brport_replay() - have a bridge tell again what it has said of a port
 * @dev: bridge port
 * @ctx: for the notifiers
 * @atomic_nb: for hosts, or NULL
 * @blocking_nb: for VLANs and groups, or NULL
 *
 * Kernels without switchdev do not even declare it.
 *
 * Context: RTNL held.
 * Return: 0 or a negative errno.
 */
static inline int nftsw_compat_brport_replay(struct net_device *dev, const void *ctx,
					     struct notifier_block *atomic_nb,
					     struct notifier_block *blocking_nb)
{
#if IS_ENABLED(CONFIG_NET_SWITCHDEV)
	return switchdev_bridge_port_replay(dev, dev, ctx, atomic_nb, blocking_nb, NULL);
#else
	return -EOPNOTSUPP;
#endif
}

/**
 * nftsw_compat_forward_path() - ask the devices below for the path to an address
 * @dev: where it begins
 * @mac: the address
 * @stack: result
 *
 * The context is an argument since 7.3; then a path may hold references, which are of tunnels and
 * are given back here: they are for no caller's use.
 *
 * Context: under RCU.
 * Return: 0 or a negative number.
 */
static inline int nftsw_compat_forward_path(const struct net_device *dev, const u8 *mac,
					    struct net_device_path_stack *stack)
{
#ifdef NFTSW_HAVE_FORWARD_PATH_RELEASE
	struct net_device_path_ctx ctx = { .dev = dev };
	int err;

	ether_addr_copy(ctx.daddr, mac);
	err = dev_fill_forward_path(&ctx, stack);
	if (!err)
		dev_fill_forward_path_release(stack);
	return err;
#else
	return dev_fill_forward_path(dev, mac, stack);
#endif
}

/*
 * A TCP flow whose FIN or RST software has seen.  7.3 takes it out of the chip and keeps it in
 * software until a SYN or its timeout; 6.12 gives it up altogether.
 */
#ifdef NFTSW_HAVE_FLOW_CLOSING
#define NFTSW_COMPAT_FLOW_CLOSING	BIT(NF_FLOW_CLOSING)
#else
#define NFTSW_COMPAT_FLOW_CLOSING	0
#endif

/* Of enum br_boolopt_id since 6.18; a bridge that does not know it does not have it set. */
#define NFTSW_COMPAT_BOOLOPT_LOCAL_VLAN_0	4

/**
 * nftsw_compat_netns_immutable_set() - keep a netdev in its network namespace
 * @dev: netdev
 */
static inline void nftsw_compat_netns_immutable_set(struct net_device *dev)
{
#ifdef NFTSW_HAVE_NETNS_IMMUTABLE
	dev->netns_immutable = true;
#else
	dev->netns_local = true;
#endif
}

/*
 * The grace period between two recoveries, in ms, is an argument of
 * devl_health_reporter_create() up to 6.17, and a member of its ops since.
 */
#ifdef NFTSW_HAVE_HEALTH_OPS_PERIOD
#define NFTSW_COMPAT_HEALTH_PERIOD(ms)	.default_graceful_period = (ms),
#else
#define NFTSW_COMPAT_HEALTH_PERIOD(ms)
#endif

/**
 * nftsw_compat_health_reporter_create() - create a health reporter
 * @devlink: devlink instance, locked
 * @ops: its operations, with NFTSW_COMPAT_HEALTH_PERIOD()
 * @period_ms: the same period
 * @priv: the reporter's own
 *
 * Return: the reporter or an ERR_PTR().
 */
static inline struct devlink_health_reporter *
nftsw_compat_health_reporter_create(struct devlink *devlink,
				    const struct devlink_health_reporter_ops *ops,
				    u64 period_ms, void *priv)
{
#ifdef NFTSW_HAVE_HEALTH_OPS_PERIOD
	return devl_health_reporter_create(devlink, ops, priv);
#else
	return devl_health_reporter_create(devlink, ops, period_ms, priv);
#endif
}

/**
 * nftsw_compat_skip_sw() - is a filter of tc in the chip alone?
 * @common: of the request
 *
 * Kernels before 6.13 do not tell.  A filter that software has, too, is taken for
 * one that it has not then: frames for the CPU are counted and copied twice, as by every driver.
 *
 * Return: whether it is, or may be.
 */
static inline bool nftsw_compat_skip_sw(const struct flow_cls_common_offload *common)
{
#ifdef NFTSW_HAVE_CLS_SKIP_SW
	return common->skip_sw;
#else
	return true;
#endif
}

#endif /* NFTSW_COMPAT_H */
