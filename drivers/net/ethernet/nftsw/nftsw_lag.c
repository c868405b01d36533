// SPDX-License-Identifier: GPL-2.0
/*
 * Bonds and teams over ports of the chip, and the chip's link aggregation groups.  Floor 4,
 * above nftsw_flow.c.  Called by nftsw_tc.c for the number of a device in a rule, by
 * nftsw_core.c, and by the kernel when a port joins or leaves, or may send or not.
 *
 * A bond or team gets a LAG of the chip with the first port that joins, and gives it back
 * with the last one that leaves.  It is ready for flows when the chip can do what it does: its
 * members are all ports of this chip with hw-tc-offload on, and it sends by a hash or by the
 * one active member.  Otherwise its connections stay in software, and it says so when
 * the port joins; nobody is kept from bonding.
 *
 * A LAG that is no longer ready is taken from the rules' view first, then callbacks under
 * way are waited for, then its flows are purged.  So a number that is given to
 * another bond has no flows of the old one.
 *
 * Which members may send is the bond's decision (NETDEV_CHANGELOWERSTATE).  The chip skips one
 * whose link is down without being told.
 *
 * Faults.  After a command that failed, or was not answered, nobody knows what the chip has.
 * It is written again, whatever it was meant to be, once a second until that works.
 *
 * Locks.  RTNL, under which all events come, then nftsw_lags.lock, which is held over
 * commands.  Lookups take neither: callbacks must not wait for RTNL.
 */
#include <linux/bitops.h>
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <linux/srcu.h>
#include <linux/workqueue.h>
#include <kunit/visibility.h>
#include "nftsw_flow.h"
#include "nftsw_hw.h"
#include "nftsw_lag.h"

/* How long to wait before the chip is told again, in ms. */
#define NFTSW_LAG_RETRY_MS	1000

/* A bond or team, and the chip's LAG of the same number. */
struct nftsw_lag {
	struct net_device *dev;		/* NULL: free; read without a lock by lookups */
	bool ready;			/* for flows */
	bool hash_or_backup;		/* how it sends is something the chip does */
	bool unsure;			/* the chip may have something else than: */
	u64 members;			/* as the chip was told */
	u64 active;
};

struct nftsw_lags {
	struct nftsw *ns;
	struct mutex lock; /* protects lag and may_send, and orders commands */
	struct srcu_struct users; /* of numbers that a lookup has given */
	struct notifier_block nb;
	struct delayed_work retry;
	void (*ready)(struct nftsw *ns, struct net_device *dev); /* RTNL */
	u64 may_send;			/* ports that their bond lets send */
	struct nftsw_lag lag[NFTSW_MAX_LAGS];
};

/* ---- Numbers for rules ------------------------------------------------------- */

/**
 * nftsw_lag_enter() - a number from nftsw_lag_port() is going to be used
 * @ns: chip
 *
 * Until nftsw_lag_leave() no LAG whose number is known changes its device.
 *
 * Return: for nftsw_lag_leave().
 */
int nftsw_lag_enter(struct nftsw *ns)
	__acquires(&ns->lags->users)
{
	return srcu_read_lock(&ns->lags->users);
}

/**
 * nftsw_lag_leave() - what was done with the number is done
 * @ns: chip
 * @token: from nftsw_lag_enter()
 */
void nftsw_lag_leave(struct nftsw *ns, int token)
	__releases(&ns->lags->users)
{
	srcu_read_unlock(&ns->lags->users, token);
}

/**
 * nftsw_lag_port() - what flows call a bond or team
 * @ns: chip
 * @dev: any device or NULL; compared only, so it may be gone
 *
 * Context: between nftsw_lag_enter() and nftsw_lag_leave(), unless it does not matter that
 * the number may have become another device's.
 * Return: NFTSW_LAG_PORT() of its LAG; -EOPNOTSUPP for one that stays in software; -ENODEV
 * when it is no LAG over ports of this chip.
 */
int nftsw_lag_port(const struct nftsw *ns, const struct net_device *dev)
{
	const struct nftsw_lag *l = ns->lags->lag;
	u32 i;

	for (i = 0; dev && i < ns->info.lags; i++, l++) {
		if (READ_ONCE(l->dev) != dev)
			continue;
		/* pairs with the release when a LAG gets ready */
		return smp_load_acquire(&l->ready) ? NFTSW_LAG_PORT(i) : -EOPNOTSUPP;
	}
	return -ENODEV;
}

/**
 * nftsw_lag_logical() - what flows and bridges call a port, bond or team
 * @ns: chip
 * @dev: any device or NULL
 *
 * Context: as nftsw_lag_port().
 * Return: number of the port or LAG, or a negative errno as there.
 */
int nftsw_lag_logical(const struct nftsw *ns, const struct net_device *dev)
{
	const struct nftsw_port *np = nftsw_port_get(ns, dev);

	return np ? np->port : nftsw_lag_port(ns, dev);
}

/**
 * nftsw_lag_of_port() - the LAG that a port belongs to
 * @ns: chip
 * @port: port number
 *
 * Context: RTNL held.
 * Return: NFTSW_LAG_PORT() of the LAG, or -ENODEV.
 */
int nftsw_lag_of_port(const struct nftsw *ns, u16 port)
{
	const struct nftsw_lag *l = ns->lags->lag;
	u32 i;

	for (i = 0; i < ns->info.lags; i++)
		if (READ_ONCE(l[i].members) & BIT_ULL(port))
			return NFTSW_LAG_PORT(i);
	return -ENODEV;
}

/**
 * nftsw_lag_below() - the LAGs below a device
 * @ns: chip
 * @dev: any device; a bond or team is below itself
 * @ports: their numbers are set in this bitmap of NFTSW_MAX_LOGICAL
 *
 * Context: RCU.
 */
void nftsw_lag_below(const struct nftsw *ns, struct net_device *dev,
		     unsigned long *ports)
{
	struct net_device *bond;
	u32 i;

	for (i = 0; i < ns->info.lags; i++) {
		bond = READ_ONCE(ns->lags->lag[i].dev);
		if (bond && (bond == dev || netdev_has_upper_dev_all_rcu(bond, dev)))
			__set_bit(NFTSW_LAG_PORT(i), ports);
	}
}

/**
 * nftsw_lag_dev() - the bond or team that flows call so
 * @ns: chip
 * @lag: NFTSW_LAG_PORT()
 *
 * Context: RCU.
 * Return: the device, or NULL.
 */
struct net_device *nftsw_lag_dev(const struct nftsw *ns, u16 lag)
{
	return READ_ONCE(ns->lags->lag[lag - NFTSW_LAG_PORT(0)].dev);
}

/**
 * nftsw_lag_info_get() - what people want to know of a LAG
 * @ns: chip
 * @lag: its number
 * @info: result
 *
 * Context: process.
 * Return: false when there is no such LAG.
 */
bool nftsw_lag_info_get(struct nftsw *ns, u32 lag, struct nftsw_lag_info *info)
{
	struct nftsw_lags *lags = ns->lags;
	struct nftsw_lag *l = &lags->lag[lag];
	bool found;

	mutex_lock(&lags->lock);
	found = l->dev;
	if (found) {
		strscpy(info->name, l->dev->name, sizeof(info->name));
		info->members = l->members;
		info->active = l->active;
		info->ready = l->ready;
	}
	mutex_unlock(&lags->lock);
	return found;
}
EXPORT_SYMBOL_IF_KUNIT(nftsw_lag_info_get);

/* ---- What the chip is told ----------------------------------------------------- */

/* Ports of this chip below a bond.  @fit: there is nothing else below it. */
static u64 nftsw_lag_members(const struct nftsw_lags *lags, struct net_device *bond,
			     bool *fit, u32 *mtu)
{
	const struct nftsw_port *np;
	struct net_device *lower;
	struct list_head *iter;
	u64 members = 0;

	*fit = true;
	*mtu = bond->mtu;
	netdev_for_each_lower_dev(bond, lower, iter) {
		np = nftsw_port_get(lags->ns, lower);
		if (np)
			members |= BIT_ULL(np->port);
		if (!np || !(lower->features & NETIF_F_HW_TC))
			*fit = false;
		*mtu = min(*mtu, lower->mtu);
	}
	return members;
}

/* No flow uses it on return, nor will. */
static void nftsw_lag_retire(struct nftsw_lags *lags, u32 lag)
{
	struct nftsw_lag *l = &lags->lag[lag];

	if (!l->ready)
		return;
	WRITE_ONCE(l->ready, false);
	synchronize_srcu(&lags->users);
	nftsw_flow_purge_port(lags->ns, NFTSW_LAG_PORT(lag));
}

/* Flows that use a new member by itself would pass by its bond. */
static void nftsw_lag_purge_members(struct nftsw_lags *lags, u64 ports)
{
	for (; ports; ports &= ports - 1)
		nftsw_flow_purge_port(lags->ns, __ffs64(ports));
}

static int nftsw_lag_write(struct nftsw_lags *lags, u32 lag, u64 members)
{
	u64 active = members & lags->may_send;
	struct nftsw_lag *l = &lags->lag[lag];
	u64 joined = members & ~l->members;
	int err;

	if (!l->unsure && members == l->members && active == l->active)
		return 0;
	err = nftsw_hw_lag_set(lags->ns, lag, members, active);
	l->unsure = err;
	/* A chip that is down is told everything when it comes back. */
	if (err && err != -ENODEV && err != -ECANCELED)
		schedule_delayed_work(&lags->retry, msecs_to_jiffies(NFTSW_LAG_RETRY_MS));
	if (err)
		return err;
	WRITE_ONCE(l->members, members);
	l->active = active;
	nftsw_lag_purge_members(lags, joined);
	return 0;
}

/* Whoever has seen the old device is gone before there is another. */
static void nftsw_lag_free(struct nftsw_lags *lags, struct nftsw_lag *l)
{
	WRITE_ONCE(l->dev, NULL);
	synchronize_srcu(&lags->users);
}

/* Make LAG, chip and flows what the bond is now. */
static void nftsw_lag_sync(struct nftsw_lags *lags, u32 lag)
{
	struct nftsw_lag *l = &lags->lag[lag];
	bool fit, again = l->unsure;
	u64 members;
	u32 mtu;
	int err;

	members = nftsw_lag_members(lags, l->dev, &fit, &mtu);
	if (!members || !fit || !l->hash_or_backup)
		nftsw_lag_retire(lags, lag);
	err = nftsw_lag_write(lags, lag, members);
	if (err) {
		if (!again && err != -ENODEV && err != -ECANCELED)
			netdev_err(l->dev, "chip has not taken the LAG: %pe\n",
				   ERR_PTR(err));
		nftsw_lag_retire(lags, lag);
	}
	if (!members) {
		nftsw_lag_free(lags, l);
		return;
	}
	nftsw_flow_port_mtu_set(lags->ns, NFTSW_LAG_PORT(lag), mtu);
	if (!err && fit && l->hash_or_backup)
		smp_store_release(&l->ready, true); /* pairs with nftsw_lag_port() */
}

/**
 * nftsw_lag_watch() - ask to be told of LAGs that get ready without an event
 * @ns: chip
 * @ready: called under RTNL with the bond or team; NULL: ask no more
 *
 * Context: RTNL held.
 */
void nftsw_lag_watch(struct nftsw *ns,
		     void (*ready)(struct nftsw *ns, struct net_device *dev))
{
	ns->lags->ready = ready;
}

static void nftsw_lag_retry(struct work_struct *work)
{
	struct nftsw_lags *lags = container_of(to_delayed_work(work), struct nftsw_lags, retry);
	struct net_device *ready[NFTSW_MAX_LAGS];
	u32 i, n = 0;

	rtnl_lock();
	mutex_lock(&lags->lock);
	for (i = 0; i < lags->ns->info.lags; i++) {
		if (!lags->lag[i].unsure)
			continue;
		if (lags->lag[i].dev)
			nftsw_lag_sync(lags, i);
		else
			nftsw_lag_write(lags, i, 0);
		if (lags->lag[i].dev && lags->lag[i].ready)
			ready[n++] = lags->lag[i].dev;
	}
	mutex_unlock(&lags->lock);
	while (n-- && lags->ready)
		lags->ready(lags->ns, ready[n]);
	rtnl_unlock();
}

/**
 * nftsw_lag_audit() - compare the driver's LAGs with the chip's
 * @ns: chip
 * @differ: result: numbers of those that differ, a bitmap
 *
 * Context: process; waits for the chip.
 * Return: 0 or a negative errno.
 */
int nftsw_lag_audit(struct nftsw *ns, u32 *differ)
{
	struct nftsw_lags *lags = ns->lags;
	const struct nftsw_lag *l = lags->lag;
	struct nftsw_hw_lag hw;
	int err = 0;
	u32 i;

	*differ = 0;
	mutex_lock(&lags->lock);
	for (i = 0; !err && i < ns->info.lags; i++) {
		err = nftsw_hw_lag_get(ns, i, &hw);
		if (!err && (le64_to_cpu(hw.members) != l[i].members ||
			     le64_to_cpu(hw.active) != l[i].active))
			*differ |= BIT(i);
	}
	mutex_unlock(&lags->lock);
	return err;
}
EXPORT_SYMBOL_IF_KUNIT(nftsw_lag_audit);

/* ---- Events ---------------------------------------------------------------------- */

static struct nftsw_lag *nftsw_lag_find(struct nftsw_lags *lags,
					const struct net_device *dev)
{
	u32 i;

	for (i = 0; i < lags->ns->info.lags; i++)
		if (lags->lag[i].dev == dev)
			return &lags->lag[i];
	return NULL;
}

/*
 * A team with one active port does not say which: all its ports are enabled, and what
 * comes in on the others is dropped later.
 */
static bool nftsw_lag_can(const struct net_device *dev,
			  const struct netdev_lag_upper_info *info)
{
	if (!info)
		return false;
	return info->tx_type == NETDEV_LAG_TX_TYPE_HASH ||
	       (info->tx_type == NETDEV_LAG_TX_TYPE_ACTIVEBACKUP &&
		!netif_is_team_master(dev));
}

static struct nftsw_lag *nftsw_lag_claim(struct nftsw_lags *lags, struct net_device *dev,
					 const struct netdev_lag_upper_info *info)
{
	struct nftsw_lag *l = nftsw_lag_find(lags, NULL);

	if (!l)
		return NULL;
	l->hash_or_backup = nftsw_lag_can(dev, info);
	WRITE_ONCE(l->dev, dev);
	return l;
}

static void nftsw_lag_upper_changed(struct nftsw_lags *lags, struct net_device *dev,
				    const struct netdev_notifier_changeupper_info *info)
{
	const struct nftsw_port *np = nftsw_port_get(lags->ns, dev);
	struct nftsw_lag *l;

	mutex_lock(&lags->lock);
	l = nftsw_lag_find(lags, info->upper_dev);
	if (np)	/* whether it may send is told when it has joined */
		lags->may_send &= ~BIT_ULL(np->port);
	if (np && info->linking && !l)
		l = nftsw_lag_claim(lags, info->upper_dev, info->upper_info);
	if (l)
		nftsw_lag_sync(lags, l - lags->lag);
	mutex_unlock(&lags->lock);
}

/* What will stay in software is said to whoever makes it; it is no error. */
static void nftsw_lag_advise(struct nftsw_lags *lags, struct net_device *dev,
			     struct netdev_notifier_changeupper_info *info)
{
	struct netlink_ext_ack *extack = netdev_notifier_info_to_extack(&info->info);
	bool full;

	if (!info->linking || !nftsw_port_get(lags->ns, dev))
		return;
	mutex_lock(&lags->lock);
	full = !nftsw_lag_find(lags, info->upper_dev) && !nftsw_lag_find(lags, NULL);
	mutex_unlock(&lags->lock);
	if (full)
		NL_SET_ERR_MSG_MOD(extack,
				   "chip has no LAG left: connections over it stay in software");
	else if (!nftsw_lag_can(info->upper_dev, info->upper_info))
		NL_SET_ERR_MSG_MOD(extack,
				   "chip cannot send in this mode: connections over it stay in software");
}

/* @dev: a bond or team, or a port of one; others are no error. */
static void nftsw_lag_sync_dev(struct nftsw_lags *lags, struct net_device *dev)
{
	struct nftsw_lag *l;

	if (!netif_is_lag_master(dev))
		dev = netdev_master_upper_dev_get(dev);
	if (!dev)
		return;
	mutex_lock(&lags->lock);
	l = nftsw_lag_find(lags, dev);
	if (l)
		nftsw_lag_sync(lags, l - lags->lag);
	mutex_unlock(&lags->lock);
}

static void nftsw_lag_lower_state(struct nftsw_lags *lags, struct net_device *dev,
				  const struct netdev_lag_lower_state_info *info)
{
	const struct nftsw_port *np = nftsw_port_get(lags->ns, dev);

	if (!np || !info)
		return;
	mutex_lock(&lags->lock);
	if (info->link_up && info->tx_enabled)
		lags->may_send |= BIT_ULL(np->port);
	else
		lags->may_send &= ~BIT_ULL(np->port);
	mutex_unlock(&lags->lock);
	nftsw_lag_sync_dev(lags, dev);
}

static int nftsw_lag_event(struct notifier_block *nb, unsigned long event, void *ptr)
{
	struct nftsw_lags *lags = container_of(nb, struct nftsw_lags, nb);
	struct net_device *dev = netdev_notifier_info_to_dev(ptr);
	struct netdev_notifier_changelowerstate_info *state = ptr;
	struct netdev_notifier_changeupper_info *upper = ptr;

	switch (event) {
	case NETDEV_PRECHANGEUPPER:
		if (netif_is_lag_master(upper->upper_dev))
			nftsw_lag_advise(lags, dev, upper);
		break;
	case NETDEV_CHANGEUPPER:
		if (netif_is_lag_master(upper->upper_dev))
			nftsw_lag_upper_changed(lags, dev, upper);
		break;
	case NETDEV_CHANGELOWERSTATE:
		nftsw_lag_lower_state(lags, dev, state->lower_state_info);
		break;
	case NETDEV_FEAT_CHANGE:
	case NETDEV_CHANGEMTU:
		nftsw_lag_sync_dev(lags, dev);
		break;
	}
	return NOTIFY_DONE;
}

/* ---- Life ------------------------------------------------------------------------ */

/**
 * nftsw_lag_start() - the chip has been reset: tell it again
 * @ns: chip, running, not yet taking flows
 *
 * Context: process, RTNL not held.
 */
void nftsw_lag_start(struct nftsw *ns)
{
	struct nftsw_lags *lags = ns->lags;
	u32 i;

	rtnl_lock();
	mutex_lock(&lags->lock);
	for (i = 0; i < ns->info.lags; i++) {
		lags->lag[i].unsure = false;
		lags->lag[i].members = 0;
		lags->lag[i].active = 0;
		if (lags->lag[i].dev)
			nftsw_lag_sync(lags, i);
	}
	mutex_unlock(&lags->lock);
	rtnl_unlock();
}

/**
 * nftsw_lag_init() - watch for bonds and teams over the ports to come
 * @ns: chip; its flow table is there
 *
 * Context: process, RTNL not held.
 * Return: 0 or a negative errno.
 */
int nftsw_lag_init(struct nftsw *ns)
{
	struct nftsw_lags *lags = kzalloc(sizeof(*lags), GFP_KERNEL);
	int err;

	if (!lags)
		return -ENOMEM;
	lags->ns = ns;
	mutex_init(&lags->lock);
	INIT_DELAYED_WORK(&lags->retry, nftsw_lag_retry);
	err = init_srcu_struct(&lags->users);
	if (err)
		goto err_srcu;
	ns->lags = lags;
	lags->nb.notifier_call = nftsw_lag_event;
	err = register_netdevice_notifier(&lags->nb);
	if (err)
		goto err_notifier;
	return 0;

err_notifier:
	ns->lags = NULL;
	cleanup_srcu_struct(&lags->users);
err_srcu:
	kfree(lags);
	return err;
}

/**
 * nftsw_lag_fini() - undo nftsw_lag_init()
 * @ns: chip; its ports are gone, and out of every bond with that
 *
 * Context: process, RTNL not held.
 */
void nftsw_lag_fini(struct nftsw *ns)
{
	struct nftsw_lags *lags = ns->lags;

	unregister_netdevice_notifier(&lags->nb);
	cancel_delayed_work_sync(&lags->retry);
	cleanup_srcu_struct(&lags->users);
	mutex_destroy(&lags->lock);
	ns->lags = NULL;
	kfree(lags);
}
