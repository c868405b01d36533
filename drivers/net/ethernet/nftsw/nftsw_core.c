// SPDX-License-Identifier: GPL-2.0
/*
 * Composition root: brings a chip up, takes it down, and says in which order.  Floor 9.
 * Called by the carriers: nftsw_pci.c, and KUnit's bus over the model.
 *
 * Objects (rings, tables, netdevs) are created once, at probe.  The hardware under
 * them can be stopped, reset and started again any number of times: reload, health
 * recovery, sleep, function-level reset.  Netdevs stay, unless devlink wants them
 * created anew; offloaded flows are lost, and come back when netfilter offers them again.  Rules
 * are not offered again: they are kept, and written to the chip that comes up.
 *
 * Locking: probe and remove are the only ones at it.  down and up run with the
 * devlink lock held, and take RTNL for what concerns netdevs.
 */
#include <linux/module.h>
#include <linux/random.h>
#include <linux/rtnetlink.h>
#include <kunit/visibility.h>
#include "nftsw_hw.h"
#include "nftsw_lag.h"

/* Rings and pipeline of a chip that may be in any state. */
static int nftsw_core_hw_start(struct nftsw *ns)
{
	int err;

	err = nftsw_reg_reset(ns);
	if (err)
		return err;
	/* Nobody outside can know which flows share a bucket: DS 8.3 */
	nftsw_wr64(ns->bus, NFTSW_SEED_LO, get_random_u64());
	err = nftsw_cmdq_start(ns);
	if (err)
		goto err_cmdq_start;
	err = nftsw_event_start(ns);
	if (err)
		goto err_event_start;
	err = nftsw_txrx_start(ns);
	if (err)
		goto err_txrx_start;
	nftsw_wr32(ns->bus, NFTSW_CTRL, NFTSW_CTRL_ENABLE);
	return 0;

err_txrx_start:
	nftsw_event_stop(ns);
err_event_start:
	nftsw_cmdq_stop(ns);
err_cmdq_start:
	/* Whatever ring it has taken nevertheless: its memory is going to be freed. */
	nftsw_reg_reset(ns);
	return err;
}

/*
 * Commands first: an event handler may be waiting for one.  The reset at the end also
 * ends the DMA of commands that were never answered; memory is freed after that, so a
 * chip that is stuck in it loses access to all memory.
 */
static void nftsw_core_hw_stop(struct nftsw *ns)
{
	nftsw_wr32(ns->bus, NFTSW_CTRL, 0);
	nftsw_txrx_stop(ns);
	nftsw_cmdq_stop(ns);
	nftsw_event_stop(ns);
	if (nftsw_reg_reset(ns) && !nftsw_bus_gone(ns->bus))
		dev_err(ns->dev, "chip is stuck in reset; DMA is off\n");
}

/*
 * Packet I/O stops before the netdevs go, so that no frame is under way to or from
 * them.  Commands still work: netfilter deletes its flows when a netdev goes down.
 */
static void nftsw_core_ports_fini(struct nftsw *ns)
{
	nftsw_topo_fini(ns);
	nftsw_txrx_stop(ns);
	nftsw_port_fini(ns);
}

static int nftsw_core_ports_init(struct nftsw *ns)
{
	int err;

	err = nftsw_port_init(ns) ?: nftsw_topo_init(ns);
	if (err)
		nftsw_core_ports_fini(ns);
	return err;
}

/**
 * nftsw_core_down() - stop the chip, and keep the netdevs
 * @ns: chip; one that is down already is no error
 *
 * Context: devlink lock held.
 */
void nftsw_core_down(struct nftsw *ns)
{
	devl_assert_locked(ns->devlink);
	if (ns->down)
		return;
	WRITE_ONCE(ns->down, true);
	rtnl_lock();
	nftsw_port_detach_all(ns);
	rtnl_unlock();
	/* Let nobody wait for the answers of a chip that has stopped. */
	if (nftsw_rd32(ns->bus, NFTSW_STATUS) != NFTSW_STATUS_READY)
		nftsw_cmdq_stop(ns);
	nftsw_bridge_stop(ns);
	nftsw_flow_stop(ns);
	nftsw_acl_stop(ns);
	nftsw_stats_stop(ns);
	nftsw_core_hw_stop(ns);
}
EXPORT_SYMBOL_IF_KUNIT(nftsw_core_down);

static void nftsw_core_reload_down(struct nftsw *ns, bool ports)
{
	if (ports)
		nftsw_core_ports_fini(ns);
	nftsw_core_down(ns);
}

/* Netdevs are in use as soon as they are there, so the chip counts as up before. */
static int nftsw_core_attach(struct nftsw *ns)
{
	int err;

	WRITE_ONCE(ns->down, false);
	if (!ns->ports) {
		err = nftsw_core_ports_init(ns);
	} else {
		rtnl_lock();
		err = nftsw_port_attach_all(ns);
		rtnl_unlock();
	}
	if (err)
		WRITE_ONCE(ns->down, true);
	return err;
}

/**
 * nftsw_core_up() - reset the chip and bring it to the state that the netdevs want
 * @ns: chip that is down; one that is up is no error.  Without netdevs it gets new ones
 *
 * Context: devlink lock held.
 *
 * Return: 0 or a negative errno; the chip stays down then.
 */
int nftsw_core_up(struct nftsw *ns)
{
	int err;

	devl_assert_locked(ns->devlink);
	if (!ns->down)
		return 0;
	err = nftsw_core_hw_start(ns);
	if (err)
		goto err_hw_start;
	err = nftsw_trap_start(ns);
	if (err)
		goto err_trap_start;
	nftsw_stats_start(ns);
	nftsw_lag_start(ns);
	/* Rules first: what they stop must not be forwarded. */
	err = nftsw_acl_start(ns);
	if (err)
		goto err_acl_start;
	/* Bridges before links: a port that may not forward must not do so for a moment. */
	nftsw_bridge_start(ns);
	nftsw_flow_start(ns);
	err = nftsw_core_attach(ns);
	if (err)
		goto err_attach;
	return 0;

err_attach:
	nftsw_flow_stop(ns);
	nftsw_bridge_stop(ns);
err_acl_start:
	nftsw_acl_stop(ns);
	nftsw_stats_stop(ns);
err_trap_start:
	nftsw_core_hw_stop(ns);
err_hw_start:
	dev_err(ns->dev, "chip did not come up: %pe\n", ERR_PTR(err));
	return err;
}
EXPORT_SYMBOL_IF_KUNIT(nftsw_core_up);

static int nftsw_core_identify(struct nftsw *ns)
{
	u32 vecs = ns->bus->vec_count;
	int err;

	err = nftsw_reg_wait_ready(ns) ?: nftsw_reg_info_read(ns);
	if (err)
		return err;
	/* Whoever drove it before may have left it running. */
	err = nftsw_reg_reset(ns);
	if (err)
		return err;
	if (vecs < NFTSW_VEC_QUEUE(1)) {
		dev_err(ns->dev, "%u interrupt vectors, %u needed\n", vecs,
			NFTSW_VEC_QUEUE(1));
		return -ENOSPC;
	}
	ns->info.queues = min(ns->info.queues, vecs - NFTSW_VEC_QUEUE(0));
	err = nftsw_reg_test_echo(ns) ?: nftsw_reg_test_dma(ns);
	if (err) {
		dev_err(ns->dev, "self-test of registers and DMA failed: %pe\n",
			ERR_PTR(err));
		nftsw_reg_reset(ns);
	}
	return err;
}

static int nftsw_core_self_test(struct nftsw *ns)
{
	int err;

	err = nftsw_reg_test_irq(ns);
	if (err) {
		dev_err(ns->dev, "an interrupt vector does not work\n");
		return err;
	}
	err = nftsw_hw_nop(ns);
	if (err)
		dev_err(ns->dev, "first command failed: %pe\n", ERR_PTR(err));
	return err;
}

static int nftsw_core_health_init(struct nftsw *ns)
{
	int err;

	devl_lock(ns->devlink);
	err = nftsw_health_init(ns);
	devl_unlock(ns->devlink);
	return err;
}

static void nftsw_core_health_fini(struct nftsw *ns)
{
	devl_lock(ns->devlink);
	nftsw_health_fini(ns);
	devl_unlock(ns->devlink);
}

static int nftsw_core_flows_init(struct nftsw *ns)
{
	int err;

	err = nftsw_flow_init(ns);
	if (err)
		return err;
	err = nftsw_acl_init(ns);
	if (err)
		goto err_acl_init;
	err = nftsw_lag_init(ns);
	if (err)
		goto err_lag_init;
	/* Behind the LAGs: it hears of a bond that has changed after them. */
	err = nftsw_bridge_init(ns);
	if (err)
		goto err_bridge_init;
	err = nftsw_tc_init(ns);
	if (err)
		goto err_tc_init;
	/* Behind both: flows are swept when LAGs and bridges are what they will be. */
	err = nftsw_topo_listen(ns);
	if (err)
		goto err_topo_listen;
	return 0;

err_topo_listen:
	nftsw_tc_fini(ns);
err_tc_init:
	nftsw_bridge_fini(ns);
err_bridge_init:
	nftsw_lag_fini(ns);
err_lag_init:
	nftsw_acl_fini(ns);
err_acl_init:
	nftsw_flow_fini(ns);
	return err;
}

static void nftsw_core_flows_fini(struct nftsw *ns)
{
	nftsw_topo_ignore(ns);
	nftsw_tc_fini(ns);
	nftsw_bridge_fini(ns);
	nftsw_lag_fini(ns);
	nftsw_acl_fini(ns);
	nftsw_flow_fini(ns);
}

/* What needs no running chip. */
static int nftsw_core_objects_init(struct nftsw *ns)
{
	int err;

	err = nftsw_cmdq_init(ns);
	if (err)
		return err;
	err = nftsw_event_init(ns);
	if (err)
		goto err_event_init;
	err = nftsw_core_health_init(ns);
	if (err)
		goto err_health_init;
	err = nftsw_stats_init(ns);
	if (err)
		goto err_stats_init;
	err = nftsw_txrx_init(ns);
	if (err)
		goto err_txrx_init;
	err = nftsw_core_flows_init(ns);
	if (err)
		goto err_flows_init;
	return 0;

err_flows_init:
	nftsw_txrx_fini(ns);
err_txrx_init:
	nftsw_stats_fini(ns);
err_stats_init:
	nftsw_core_health_fini(ns);
err_health_init:
	nftsw_event_fini(ns);
err_event_init:
	nftsw_cmdq_fini(ns);
	return err;
}

static void nftsw_core_objects_fini(struct nftsw *ns)
{
	nftsw_core_flows_fini(ns);
	nftsw_txrx_fini(ns);
	nftsw_stats_fini(ns);
	nftsw_core_health_fini(ns);
	nftsw_event_fini(ns);
	nftsw_cmdq_fini(ns);
}

static void nftsw_core_devlink_fini(struct nftsw *ns)
{
	devl_lock(ns->devlink);
	nftsw_core_ports_fini(ns);
	nftsw_devlink_fini(ns);
	devl_unlock(ns->devlink);
}

static int nftsw_core_devlink_init(struct nftsw *ns)
{
	int err;

	devl_lock(ns->devlink);
	err = nftsw_devlink_init(ns);
	if (err)
		goto out_unlock;
	err = nftsw_core_ports_init(ns);
	if (err)
		nftsw_devlink_fini(ns);
out_unlock:
	devl_unlock(ns->devlink);
	return err;
}

/* What lives on a running chip. */
static int nftsw_core_run(struct nftsw *ns)
{
	int err;

	err = nftsw_core_hw_start(ns);
	if (err)
		return err;
	err = nftsw_core_self_test(ns);
	err = err ?: nftsw_trap_start(ns);
	if (err)
		goto err_self_test;
	nftsw_stats_start(ns);
	err = nftsw_acl_start(ns);
	if (err)
		goto err_acl_start;
	nftsw_bridge_start(ns);
	nftsw_flow_start(ns);
	err = nftsw_core_devlink_init(ns);
	if (err)
		goto err_devlink_init;
	return 0;

err_devlink_init:
	nftsw_flow_stop(ns);
	nftsw_bridge_stop(ns);
err_acl_start:
	nftsw_acl_stop(ns);
	nftsw_stats_stop(ns);
err_self_test:
	nftsw_core_hw_stop(ns);
	return err;
}

/**
 * nftsw_core_probe() - drive a chip
 * @bus: the chip, as its carrier found it
 *
 * Return: the chip, or an ERR_PTR().
 */
struct nftsw *nftsw_core_probe(struct nftsw_bus *bus)
{
	struct nftsw *ns;
	int err = -ENOMEM;

	ns = nftsw_devlink_alloc(bus);
	if (!ns)
		return ERR_PTR(-ENOMEM);
	ns->reload_down = nftsw_core_reload_down;
	ns->reload_up = nftsw_core_up;
	nftsw_trap_init(ns);
	ns->wq = alloc_workqueue("nftsw_%s", WQ_UNBOUND, 0, bus->name);
	if (!ns->wq)
		goto err_alloc_workqueue;
	err = nftsw_core_identify(ns);
	if (err)
		goto err_identify;
	err = nftsw_core_objects_init(ns);
	if (err)
		goto err_objects_init;
	err = nftsw_core_run(ns);
	if (err)
		goto err_run;
	devlink_register(ns->devlink);
	nftsw_health_start(ns);
	nftsw_debugfs_init(ns);
	dev_info(ns->dev, "%u ports, %u queue pairs, %u flows, serial %016llx\n",
		 ns->info.ports, ns->info.queues, ns->info.flows, ns->info.serial);
	return ns;

err_run:
	nftsw_core_objects_fini(ns);
err_objects_init:
err_identify:
	nftsw_reg_lost_free(ns);
	destroy_workqueue(ns->wq);
err_alloc_workqueue:
	nftsw_devlink_free(ns);
	return ERR_PTR(err);
}
EXPORT_SYMBOL_IF_KUNIT(nftsw_core_probe);

/**
 * nftsw_core_remove() - let go of a chip
 * @ns: chip, running, down or gone
 */
void nftsw_core_remove(struct nftsw *ns)
{
	nftsw_debugfs_fini(ns);
	/* A report needs a devlink instance that is registered. */
	nftsw_health_stop(ns);
	devlink_unregister(ns->devlink);
	nftsw_core_devlink_fini(ns);
	nftsw_bridge_stop(ns);
	nftsw_flow_stop(ns);
	nftsw_acl_stop(ns);
	nftsw_stats_stop(ns);
	nftsw_core_hw_stop(ns);
	nftsw_core_objects_fini(ns);
	nftsw_reg_lost_free(ns);
	destroy_workqueue(ns->wq);
	nftsw_devlink_free(ns);
}
EXPORT_SYMBOL_IF_KUNIT(nftsw_core_remove);

/**
 * nftsw_core_shutdown() - stop the chip for good; the system goes down
 * @ns: chip
 *
 * The netdevs stay, without a chip under them.
 */
void nftsw_core_shutdown(struct nftsw *ns)
{
	nftsw_health_stop(ns);
	devl_lock(ns->devlink);
	nftsw_core_down(ns);
	devl_unlock(ns->devlink);
}

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("NFTSW-1 Ethernet switch with flow table offload");
