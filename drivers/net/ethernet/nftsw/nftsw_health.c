// SPDX-License-Identifier: GPL-2.0
/*
 * Health: devlink's reporters "chip" and "flow_table".  Floor 7; created by nftsw_core.c.
 *
 * Faults come from the command queue, the packet queues, HEALTH events and a look at
 * STATUS every NFTSW_HEALTH_MS, which also finds a chip that cannot tell any more.
 * They are only noted where they happen; work reports them, because devlink takes
 * its lock then and may reset the chip at once.
 *
 * Recovery asks the chip for a sign of life; a reset follows only when there is none,
 * or when the fault leaves rings that cannot be trusted.
 *
 * "flow_table" is in error while the table is full, once for each time, and healthy again by
 * itself: there is nothing to recover.  A flow callback that finds no room must not wait for
 * devlink's lock, so the work looks at what nftsw_flow_room.c says; FULL lasts for three
 * seconds at least.
 */
#include <linux/bitfield.h>
#include <linux/slab.h>
#include "nftsw_compat.h"
#include "nftsw_flow.h"
#include "nftsw_hw.h"
#include "nftsw_trace.h"

#define NFTSW_HEALTH_MS		1000
#define NFTSW_HEALTH_GRACE_MS	5000

/**
 * struct nftsw_health - health of a chip
 * @ns: chip
 * @reporter: devlink's, of the chip
 * @flows: the same, of the flow table
 * @work: reports faults, looks at STATUS and at the flow table
 * @reported: faults were reported since the chip was last seen in health; of @work
 * @full: the flow table was full at the last look; of @work
 * @lock: protects the members below
 * @up: faults are reported
 * @stopped: the chip had stopped at the last look
 * @pending: faults not yet reported, a bit each
 * @arg: of each fault, the latest
 * @count: of each fault, since probe
 */
struct nftsw_health {
	struct nftsw *ns;
	struct devlink_health_reporter *reporter;
	struct devlink_health_reporter *flows;
	struct delayed_work work;
	bool reported;
	bool full;
	spinlock_t lock; /* protects the members below */
	bool up;
	bool stopped;
	unsigned long pending;
	u32 arg[NFTSW_FAULT_COUNT];
	u64 count[NFTSW_FAULT_COUNT];
};

/**
 * struct nftsw_health_ctx - what a report is about
 * @fault: which fault
 * @arg: its argument
 */
struct nftsw_health_ctx {
	enum nftsw_fault fault;
	u32 arg;
};

static const char * const nftsw_fault_names[NFTSW_FAULT_COUNT] = {
	[NFTSW_FAULT_CMD_TIMEOUT] = "command not answered, opcode",
	[NFTSW_FAULT_CHIP] = "chip stopped or in trouble, cause",
	[NFTSW_FAULT_RX] = "receive ring inconsistent, queue",
	[NFTSW_FAULT_TX] = "transmit ring stuck, queue",
};

/* Caller holds the lock. */
static void nftsw_health_note(struct nftsw_health *h, enum nftsw_fault fault, u32 arg)
{
	trace_nftsw_fault(h->ns, fault, arg);
	h->count[fault]++;
	h->arg[fault] = arg;
	__set_bit(fault, &h->pending);
}

/* nftsw.fault: any context */
static void nftsw_health_fault(struct nftsw *ns, enum nftsw_fault fault, u32 arg)
{
	struct nftsw_health *h = ns->health;
	unsigned long flags;

	spin_lock_irqsave(&h->lock, flags);
	nftsw_health_note(h, fault, arg);
	if (h->up)
		mod_delayed_work(ns->wq, &h->work, 0);
	spin_unlock_irqrestore(&h->lock, flags);
}

static void nftsw_health_event(struct nftsw *ns, const struct nftsw_hw_event *ev,
			       void *priv)
{
	u32 cause = le32_to_cpu(ev->arg[0]);

	if (ev->severity >= NFTSW_SEV_ERROR)
		nftsw_health_fault(ns, NFTSW_FAULT_CHIP, cause);
	else
		dev_warn_ratelimited(ns->dev, "chip reports cause %u on ring %u\n",
				     cause, le32_to_cpu(ev->index));
}

/* A chip that has stopped is a fault once, not every second until it is reset. */
static void nftsw_health_look(struct nftsw_health *h)
{
	u32 sts = nftsw_rd32(h->ns->bus, NFTSW_STATUS);
	bool stopped = sts == NFTSW_GONE || sts & NFTSW_STATUS_FATAL;

	spin_lock_irq(&h->lock);
	if (stopped && !h->stopped)
		nftsw_health_note(h, NFTSW_FAULT_CHIP,
				  FIELD_GET(NFTSW_STATUS_CAUSE, sts));
	h->stopped = stopped;
	spin_unlock_irq(&h->lock);
}

/*
 * devlink recovers a reporter by itself only from the healthy state, and two faults
 * within the grace period leave it in error.  It is the chip that knows better.
 */
static void nftsw_health_convalesce(struct nftsw_health *h)
{
	if (!h->reported || h->stopped || nftsw_hw_nop(h->ns))
		return;
	devlink_health_reporter_state_update(h->reporter,
					     DEVLINK_HEALTH_REPORTER_STATE_HEALTHY);
	h->reported = false;
}

static void nftsw_health_report(struct nftsw_health *h, struct nftsw_health_ctx *ctx)
{
	char msg[96];

	snprintf(msg, sizeof(msg), "%s %#x", nftsw_fault_names[ctx->fault], ctx->arg);
	h->reported = true;
	devlink_health_report(h->reporter, msg, ctx);
}

static void nftsw_health_look_flows(struct nftsw_health *h)
{
	bool full = nftsw_flow_room_get(h->ns->flow) == NFTSW_FLOW_ROOM_FULL;
	char msg[64];

	if (full == h->full)
		return;
	h->full = full;
	if (!full) {
		devlink_health_reporter_state_update(h->flows,
						     DEVLINK_HEALTH_REPORTER_STATE_HEALTHY);
		return;
	}
	snprintf(msg, sizeof(msg), "table full: %llu of %u entries in use",
		 nftsw_flow_occ_get(h->ns), h->ns->info.flows);
	devlink_health_report(h->flows, msg, NULL);
}

static void nftsw_health_work(struct work_struct *work)
{
	struct nftsw_health *h = container_of(to_delayed_work(work),
					      struct nftsw_health, work);
	struct nftsw_health_ctx ctx[NFTSW_FAULT_COUNT];
	u32 i, n = 0;

	if (!READ_ONCE(h->ns->down))
		nftsw_health_look(h);
	spin_lock_irq(&h->lock);
	for_each_set_bit(i, &h->pending, NFTSW_FAULT_COUNT) {
		ctx[n].fault = i;
		ctx[n++].arg = h->arg[i];
	}
	h->pending = 0;
	spin_unlock_irq(&h->lock);
	for (i = 0; i < n; i++)
		nftsw_health_report(h, &ctx[i]);
	if (!n && !READ_ONCE(h->ns->down))
		nftsw_health_convalesce(h);
	nftsw_health_look_flows(h);
	spin_lock_irq(&h->lock);
	if (h->up)
		queue_delayed_work(h->ns->wq, &h->work,
				   msecs_to_jiffies(NFTSW_HEALTH_MS));
	spin_unlock_irq(&h->lock);
}

static bool nftsw_health_needs_reset(struct nftsw *ns, const struct nftsw_health_ctx *ctx)
{
	if (ns->down || nftsw_rd32(ns->bus, NFTSW_STATUS) != NFTSW_STATUS_READY)
		return true;
	if (ctx && ctx->fault != NFTSW_FAULT_CMD_TIMEOUT)
		return true;
	return nftsw_hw_nop(ns);
}

static int nftsw_health_recover(struct devlink_health_reporter *reporter, void *priv_ctx,
				struct netlink_ext_ack *extack)
{
	struct nftsw *ns = devlink_health_reporter_priv(reporter);

	if (!nftsw_health_needs_reset(ns, priv_ctx))
		return 0;
	if (nftsw_bus_gone(ns->bus)) {
		NL_SET_ERR_MSG_MOD(extack, "chip is gone");
		return -ENODEV;
	}
	dev_warn(ns->dev, "resetting the chip; offloaded flows are lost\n");
	/* Those who wait for a chip that does not answer may hold RTNL: send them away. */
	if (!ns->down && nftsw_hw_nop(ns))
		nftsw_cmdq_stop(ns);
	ns->reload_down(ns, false);
	return ns->reload_up(ns);
}

static void nftsw_health_dump_cmdq(struct nftsw *ns, struct devlink_fmsg *fmsg)
{
	struct nftsw_cmdq_stats s;

	nftsw_cmdq_stats_get(ns, &s);
	devlink_fmsg_pair_nest_start(fmsg, "commands");
	devlink_fmsg_obj_nest_start(fmsg);
	devlink_fmsg_u64_pair_put(fmsg, "submitted", s.submitted);
	devlink_fmsg_u64_pair_put(fmsg, "failed", s.failed);
	devlink_fmsg_u64_pair_put(fmsg, "timeouts", s.timeouts);
	devlink_fmsg_u64_pair_put(fmsg, "irq_lost", s.irq_lost);
	devlink_fmsg_u64_pair_put(fmsg, "late", s.late);
	devlink_fmsg_u64_pair_put(fmsg, "bogus", s.bogus);
	devlink_fmsg_u32_pair_put(fmsg, "quarantined", s.quarantined);
	devlink_fmsg_obj_nest_end(fmsg);
	devlink_fmsg_pair_nest_end(fmsg);
}

static void nftsw_health_dump_faults(struct nftsw_health *h, struct devlink_fmsg *fmsg)
{
	u64 count[NFTSW_FAULT_COUNT];
	u32 arg[NFTSW_FAULT_COUNT];
	u32 i;

	spin_lock_irq(&h->lock);
	memcpy(count, h->count, sizeof(count));
	memcpy(arg, h->arg, sizeof(arg));
	spin_unlock_irq(&h->lock);
	devlink_fmsg_arr_pair_nest_start(fmsg, "faults");
	for (i = 0; i < NFTSW_FAULT_COUNT; i++) {
		devlink_fmsg_obj_nest_start(fmsg);
		devlink_fmsg_string_pair_put(fmsg, "fault", nftsw_fault_names[i]);
		devlink_fmsg_u32_pair_put(fmsg, "arg", arg[i]);
		devlink_fmsg_u64_pair_put(fmsg, "count", count[i]);
		devlink_fmsg_obj_nest_end(fmsg);
	}
	devlink_fmsg_arr_pair_nest_end(fmsg);
}

static int nftsw_health_diagnose(struct devlink_health_reporter *reporter,
				 struct devlink_fmsg *fmsg,
				 struct netlink_ext_ack *extack)
{
	struct nftsw *ns = devlink_health_reporter_priv(reporter);

	devlink_fmsg_u32_pair_put(fmsg, "status", nftsw_rd32(ns->bus, NFTSW_STATUS));
	devlink_fmsg_bool_pair_put(fmsg, "down", ns->down);
	nftsw_health_dump_cmdq(ns, fmsg);
	nftsw_health_dump_faults(ns->health, fmsg);
	return 0;
}

static int nftsw_health_dump(struct devlink_health_reporter *reporter,
			     struct devlink_fmsg *fmsg, void *priv_ctx,
			     struct netlink_ext_ack *extack)
{
	struct nftsw *ns = devlink_health_reporter_priv(reporter);
	u32 size = nftsw_reg_dump_size(ns);
	void *regs;
	int err;

	err = nftsw_health_diagnose(reporter, fmsg, extack);
	if (err)
		return err;
	regs = kvmalloc(size, GFP_KERNEL);
	if (!regs)
		return -ENOMEM;
	nftsw_reg_dump(ns, regs);
	devlink_fmsg_binary_pair_put(fmsg, "registers", regs, size);
	kvfree(regs);
	return 0;
}

static const struct devlink_health_reporter_ops nftsw_health_ops = {
	.name = "chip",
	.recover = nftsw_health_recover,
	.dump = nftsw_health_dump,
	.diagnose = nftsw_health_diagnose,
	NFTSW_COMPAT_HEALTH_PERIOD(NFTSW_HEALTH_GRACE_MS)
};

static int nftsw_health_flows_diagnose(struct devlink_health_reporter *reporter,
				       struct devlink_fmsg *fmsg,
				       struct netlink_ext_ack *extack)
{
	struct nftsw *ns = devlink_health_reporter_priv(reporter);
	struct nftsw_flow_table *ft = ns->flow;

	devlink_fmsg_string_pair_put(fmsg, "table",
				     nftsw_flow_room_name(nftsw_flow_room_get(ft)));
	devlink_fmsg_u32_pair_put(fmsg, "size", ns->info.flows);
	devlink_fmsg_u32_pair_put(fmsg, "used", nftsw_flow_occ_get(ns));
	devlink_fmsg_u64_pair_put(fmsg, "refused",
				  nftsw_flow_log_get(&ft->log, NFTSW_FLOW_EVENT_FULL));
	return 0;
}

/* No recovery: when connections end there is room. */
static const struct devlink_health_reporter_ops nftsw_health_flows_ops = {
	.name = "flow_table",
	.diagnose = nftsw_health_flows_diagnose,
};

/**
 * nftsw_health_start() - take and report faults from now on
 * @ns: chip
 */
void nftsw_health_start(struct nftsw *ns)
{
	struct nftsw_health *h = ns->health;

	spin_lock_irq(&h->lock);
	h->up = true;
	spin_unlock_irq(&h->lock);
	queue_delayed_work(h->ns->wq, &h->work,
			   msecs_to_jiffies(NFTSW_HEALTH_MS));
}

/**
 * nftsw_health_stop() - report no more faults; they are still counted
 * @ns: chip
 *
 * Context: without the devlink lock, which a report in progress may need.
 */
void nftsw_health_stop(struct nftsw *ns)
{
	struct nftsw_health *h = ns->health;

	spin_lock_irq(&h->lock);
	h->up = false;
	spin_unlock_irq(&h->lock);
	cancel_delayed_work_sync(&h->work);
}

static int nftsw_health_reporters_init(struct nftsw_health *h)
{
	struct devlink *devlink = h->ns->devlink;

	h->reporter = nftsw_compat_health_reporter_create(devlink, &nftsw_health_ops,
							  NFTSW_HEALTH_GRACE_MS, h->ns);
	if (IS_ERR(h->reporter))
		return PTR_ERR(h->reporter);
	h->flows = nftsw_compat_health_reporter_create(devlink, &nftsw_health_flows_ops, 0,
						       h->ns);
	if (IS_ERR(h->flows)) {
		devl_health_reporter_destroy(h->reporter);
		return PTR_ERR(h->flows);
	}
	return 0;
}

static void nftsw_health_reporters_fini(struct nftsw_health *h)
{
	devl_health_reporter_destroy(h->flows);
	devl_health_reporter_destroy(h->reporter);
}

/**
 * nftsw_health_init() - create the health reporters
 * @ns: chip, its event ring created
 *
 * Context: devlink lock held.
 *
 * Return: 0 or a negative errno.
 */
int nftsw_health_init(struct nftsw *ns)
{
	struct nftsw_health *h;
	int err;

	h = kzalloc(sizeof(*h), GFP_KERNEL);
	if (!h)
		return -ENOMEM;
	h->ns = ns;
	spin_lock_init(&h->lock);
	INIT_DELAYED_WORK(&h->work, nftsw_health_work);
	err = nftsw_health_reporters_init(h);
	if (err)
		goto err_reporters_init;
	err = nftsw_event_register(ns, NFTSW_EV_HEALTH, nftsw_health_event, NULL);
	if (err)
		goto err_event_register;
	ns->health = h;
	WRITE_ONCE(ns->fault, nftsw_health_fault);
	return 0;

err_event_register:
	nftsw_health_reporters_fini(h);
err_reporters_init:
	kfree(h);
	return err;
}

/**
 * nftsw_health_fini() - destroy the health reporters
 * @ns: chip; nothing sends commands or handles interrupts any more
 *
 * Context: devlink lock held.
 */
void nftsw_health_fini(struct nftsw *ns)
{
	struct nftsw_health *h = ns->health;

	WRITE_ONCE(ns->fault, NULL);
	nftsw_event_unregister(ns, NFTSW_EV_HEALTH, nftsw_health_event, NULL);
	nftsw_health_reporters_fini(h);
	ns->health = NULL;
	kfree(h);
}
